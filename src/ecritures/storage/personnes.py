"""The people of the firms (imports.cabinet.Personnes). Passwords come here already hashed (imports/personnes.py)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import (
    CabinetInvalide,
    CollaborateurExistant,
    CollaborateurInconnu,
    DernierAdministrateur,
)
from ecritures.imports.cabinet import ROLES, Collaborateur
from ecritures.storage.bases import Base
from ecritures.storage.cabinets import verifie_existe
from ecritures.storage.dossiers import assure_cabinet
from ecritures.storage.tables import AGENCES, COLLABORATEURS, GROUPES, INVITATIONS, SESSIONS
from ecritures.storage.temps import instant, maintenant_ms

_IDENTIFIANT = re.compile(r"[a-z0-9][a-z0-9_.@+-]{0,99}")
_C = COLLABORATEURS.c


class RegistrePersonnes:
    def __init__(self, base: Base) -> None:
        self._base = base

    def creer(self, domain: str, personne: Collaborateur) -> Collaborateur:
        identifiant = personne.identifiant.casefold()
        if not _IDENTIFIANT.fullmatch(identifiant):
            raise CabinetInvalide(
                f"L'identifiant « {personne.identifiant[:40]} » est invalide : 100 caractères au plus, lettres sans accent, chiffres, "
                "point, tiret, souligné, + ou @."
            )
        maintenant = maintenant_ms()
        with self._base.ecriture() as connexion:
            assure_cabinet(connexion, domain)
            valeurs = _valeurs(connexion, domain, personne)
            valeurs |= {"domain": domain, "identifiant": identifiant, "creation_ms": maintenant}
            if connexion.execute(sa.select(_C.domain).where(_cle(domain, identifiant))).first() is not None:
                raise CollaborateurExistant(identifiant)
            try:
                connexion.execute(sa.insert(COLLABORATEURS).values(valeurs))
            except sa.exc.IntegrityError as erreur:  # another process created it meanwhile
                raise CollaborateurExistant(identifiant) from erreur
            return _un(connexion, domain, identifiant)

    def modifier(self, domain: str, personne: Collaborateur) -> Collaborateur:
        identifiant = personne.identifiant.casefold()
        with self._base.ecriture() as connexion:
            avant = connexion.execute(sa.select(COLLABORATEURS).where(_cle(domain, identifiant))).first()
            if avant is None:
                raise CollaborateurInconnu(identifiant)
            if not personne.est_actif or personne.role != "administrateur":
                _garde_un_administrateur(connexion, domain, identifiant)
            valeurs = _valeurs(connexion, domain, personne)
            connexion.execute(sa.update(COLLABORATEURS).where(_cle(domain, identifiant)).values(valeurs))
            if not personne.est_actif:
                _deconnecter(connexion, domain, identifiant)
            return _un(connexion, domain, identifiant)

    def trouver(self, domain: str, identifiant: str) -> Collaborateur | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(COLLABORATEURS).where(_cle(domain, identifiant.casefold()))).first()
        return None if ligne is None else _collaborateur(ligne)

    def lister(self, domain: str | None = None) -> Sequence[tuple[str, Collaborateur]]:
        requete = sa.select(COLLABORATEURS).order_by(_C.domain, _C.identifiant)
        if domain is not None:
            requete = requete.where(_C.domain == domain)
        with self._base.lecture() as connexion:
            return [(ligne.domain, _collaborateur(ligne)) for ligne in connexion.execute(requete)]

    def retirer(self, domain: str, identifiant: str) -> bool:
        cle = _cle(domain, identifiant.casefold())
        with self._base.ecriture() as connexion:
            if connexion.execute(sa.select(_C.domain).where(cle)).first() is None:
                return False
            _garde_un_administrateur(connexion, domain, identifiant.casefold())
            _deconnecter(connexion, domain, identifiant.casefold())
            return connexion.execute(sa.delete(COLLABORATEURS).where(cle)).rowcount == 1

    def empreinte(self, domain: str, identifiant: str) -> str | None:
        requete = sa.select(_C.mot_de_passe).where(_cle(domain, identifiant.casefold()), _C.est_actif == 1)
        with self._base.lecture() as connexion:
            trouvee: str | None = connexion.execute(requete).scalar()
        return trouvee

    def changer_mot_de_passe(self, domain: str, identifiant: str, empreinte: str) -> bool:
        with self._base.ecriture() as connexion:
            return pose_mot_de_passe(connexion, domain, identifiant.casefold(), empreinte)

    def noter_connexion(self, domain: str, identifiant: str) -> None:
        requete = sa.update(COLLABORATEURS).where(_cle(domain, identifiant.casefold()))
        with self._base.ecriture() as connexion:
            connexion.execute(requete.values(derniere_connexion_ms=maintenant_ms()))


def pose_mot_de_passe(connexion: sa.Connection, domain: str, identifiant: str, empreinte: str) -> bool:
    """In the caller's transaction: keeps the hash and ends every session. False: no such active person."""
    requete = sa.update(COLLABORATEURS).where(_cle(domain, identifiant), _C.est_actif == 1)
    if not connexion.execute(requete.values(mot_de_passe=empreinte, derniere_maj_ms=maintenant_ms())).rowcount:
        return False
    _deconnecter(connexion, domain, identifiant)
    return True


def _valeurs(connexion: sa.Connection, domain: str, personne: Collaborateur) -> dict[str, Any]:
    if personne.role not in ROLES:
        raise CabinetInvalide(f"Le rôle « {personne.role[:40]} » n'existe pas : {', '.join(ROLES)}.")
    verifie_existe(connexion, AGENCES, domain, personne.agence, "L'agence")
    verifie_existe(connexion, GROUPES, domain, personne.groupe, "Le groupe")
    return {
        "prenom": personne.prenom,
        "nom": personne.nom,
        "email": personne.email,
        "role": personne.role,
        "agence": personne.agence,
        "groupe": personne.groupe,
        "est_actif": int(personne.est_actif),
        "derniere_maj_ms": maintenant_ms(),
    }


def _garde_un_administrateur(connexion: sa.Connection, domain: str, sauf: str) -> None:
    """Raises DernierAdministrateur when ``sauf`` is the only active one; the rows are locked, so that two leavers queue."""
    requete = (
        sa.select(_C.identifiant)
        .where(_C.domain == domain, _C.role == "administrateur", _C.est_actif == 1)
        .with_for_update()
    )
    if set(connexion.execute(requete).scalars()) == {sauf}:
        raise DernierAdministrateur


def _deconnecter(connexion: sa.Connection, domain: str, identifiant: str) -> None:
    for table in (SESSIONS, INVITATIONS):
        connexion.execute(sa.delete(table).where(table.c.domain == domain, table.c.identifiant == identifiant))


def _cle(domain: str, identifiant: str) -> sa.ColumnElement[bool]:
    return sa.and_(_C.domain == domain, _C.identifiant == identifiant)


def _un(connexion: sa.Connection, domain: str, identifiant: str) -> Collaborateur:
    return _collaborateur(connexion.execute(sa.select(COLLABORATEURS).where(_cle(domain, identifiant))).one())


def _collaborateur(ligne: sa.Row[Any]) -> Collaborateur:
    return Collaborateur(
        identifiant=ligne.identifiant,
        prenom=ligne.prenom,
        nom=ligne.nom,
        role=ligne.role,
        email=ligne.email,
        agence=ligne.agence,
        groupe=ligne.groupe,
        est_actif=bool(ligne.est_actif),
        a_mot_de_passe=ligne.mot_de_passe is not None,
        derniere_connexion=None if ligne.derniere_connexion_ms is None else instant(ligne.derniere_connexion_ms),
    )
