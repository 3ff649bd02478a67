"""Firms, offices and teams (imports.cabinet.Cabinets)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa
from stdnum.fr import siret as stdnum_siret

from ecritures.domain.errors import CabinetExistant, CabinetInvalide, EncoreUtilise
from ecritures.imports.cabinet import Agence, Cabinet, Groupe
from ecritures.storage.bases import Base
from ecritures.storage.dossiers import assure_cabinet
from ecritures.storage.tables import AGENCES, CABINETS, COLLABORATEURS, DOSSIERS, GROUPES
from ecritures.storage.temps import instant, maintenant_ms

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,29}")


class RegistreCabinets:
    def __init__(self, base: Base) -> None:
        self._base = base

    def creer(self, domain: str, libelle: str) -> Cabinet:
        verifie_code("domaine", domain)
        valeurs = {"domain": domain, "libelle": libelle or domain, "creation_ms": maintenant_ms()}
        with self._base.ecriture() as connexion:
            try:
                connexion.execute(sa.insert(CABINETS).values(valeurs))
            except sa.exc.IntegrityError as erreur:
                raise CabinetExistant(domain) from erreur
        return Cabinet(domain, libelle or domain, instant(int(str(valeurs["creation_ms"]))))

    def renommer(self, domain: str, libelle: str) -> Cabinet | None:
        with self._base.ecriture() as connexion:
            connexion.execute(sa.update(CABINETS).where(CABINETS.c.domain == domain).values(libelle=libelle))
        return self.trouver(domain)

    def trouver(self, domain: str) -> Cabinet | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(CABINETS).where(CABINETS.c.domain == domain)).first()
        return None if ligne is None else Cabinet(ligne.domain, ligne.libelle, instant(ligne.creation_ms))

    def lister(self) -> Sequence[Cabinet]:
        with self._base.lecture() as connexion:
            lignes = connexion.execute(sa.select(CABINETS).order_by(CABINETS.c.domain)).all()
        return [Cabinet(ligne.domain, ligne.libelle, instant(ligne.creation_ms)) for ligne in lignes]

    def agences(self, domain: str) -> Sequence[Agence]:
        requete = sa.select(AGENCES).where(AGENCES.c.domain == domain).order_by(AGENCES.c.code)
        with self._base.lecture() as connexion:
            return [
                Agence(**{nom: ligne[nom] for nom in Agence.__dataclass_fields__})
                for ligne in connexion.execute(requete).mappings()
            ]

    def garder_agence(self, domain: str, agence: Agence) -> bool:
        verifie_code("code de l'agence", agence.code)
        if agence.siret is not None and not stdnum_siret.is_valid(agence.siret):
            raise CabinetInvalide(f"Le SIRET « {agence.siret[:20]} » est invalide : 14 chiffres et clé de Luhn.")
        with self._base.ecriture() as connexion:
            assure_cabinet(connexion, domain)
            return _garder(connexion, AGENCES, {"domain": domain, **asdict(agence)})

    def retirer_agence(self, domain: str, code: str) -> bool:
        ou = ((GROUPES, "un groupe"), (COLLABORATEURS, "un collaborateur"), (DOSSIERS, "un dossier"))
        with self._base.ecriture() as connexion:
            for table, quoi in ou:
                _libre(connexion, table, domain, table.c.agence, code, f"L'agence {code}", quoi)
            return _retirer(connexion, AGENCES, domain, code)

    def groupes(self, domain: str) -> Sequence[Groupe]:
        requete = sa.select(GROUPES).where(GROUPES.c.domain == domain).order_by(GROUPES.c.code)
        with self._base.lecture() as connexion:
            return [Groupe(ligne.code, ligne.description, ligne.agence) for ligne in connexion.execute(requete)]

    def garder_groupe(self, domain: str, groupe: Groupe) -> bool:
        verifie_code("code du groupe", groupe.code)
        with self._base.ecriture() as connexion:
            assure_cabinet(connexion, domain)
            verifie_existe(connexion, AGENCES, domain, groupe.agence, "L'agence")
            return _garder(connexion, GROUPES, {"domain": domain, **asdict(groupe)})

    def retirer_groupe(self, domain: str, code: str) -> bool:
        with self._base.ecriture() as connexion:
            for table, quoi in ((COLLABORATEURS, "un collaborateur"), (DOSSIERS, "un dossier")):
                _libre(connexion, table, domain, table.c.groupe, code, f"Le groupe {code}", quoi)
            return _retirer(connexion, GROUPES, domain, code)


def verifie_code(quoi: str, code: str) -> None:
    """Raises CabinetInvalide."""
    if not _CODE.fullmatch(code):
        raise CabinetInvalide(
            f"Le {quoi} « {code[:40]} » est invalide : 30 caractères au plus, lettres sans accent, chiffres, point, tiret ou "
            "souligné, sans espace."
        )


def verifie_existe(connexion: sa.Connection, table: sa.Table, domain: str, code: str | None, quoi: str) -> None:
    """Raises CabinetInvalide when an office or a team is named and is not there."""
    if code is None:
        return
    requete = sa.select(table.c.code).where(table.c.domain == domain, table.c.code == code)
    if connexion.execute(requete).first() is None:
        raise CabinetInvalide(f"{quoi} {code[:40]} n'existe pas dans le cabinet : la créer d'abord.")


def _garder(connexion: sa.Connection, table: sa.Table, valeurs: dict[str, object]) -> bool:
    maintenant = maintenant_ms()
    cle = sa.and_(table.c.domain == valeurs["domain"], table.c.code == valeurs["code"])
    suite = {**valeurs, "derniere_maj_ms": maintenant}
    if connexion.execute(sa.update(table).where(cle).values(suite)).rowcount:
        return False
    with connexion.begin_nested() as point:
        try:
            connexion.execute(sa.insert(table).values({**suite, "creation_ms": maintenant}))
        except sa.exc.IntegrityError:  # another process created it meanwhile: ours replaces it
            point.rollback()
            connexion.execute(sa.update(table).where(cle).values(suite))
            return False
    return True


def _libre(
    connexion: sa.Connection,
    table: sa.Table,
    domain: str,
    colonne: sa.ColumnElement[str],
    code: str,
    quoi: str,
    ou: str,
) -> None:
    requete = sa.select(sa.literal(1)).select_from(table).where(table.c.domain == domain, colonne == code).limit(1)
    if connexion.execute(requete).first() is not None:
        raise EncoreUtilise(quoi, ou)


def _retirer(connexion: sa.Connection, table: sa.Table, domain: str, code: str) -> bool:
    return connexion.execute(sa.delete(table).where(table.c.domain == domain, table.c.code == code)).rowcount == 1
