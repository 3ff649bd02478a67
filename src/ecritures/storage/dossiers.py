"""The firms and their dossiers (imports.ports.Dossiers)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from stdnum.fr import siren as stdnum_siren

from ecritures.domain.contexte import Creations
from ecritures.domain.errors import DossierExistant, DossierInvalide
from ecritures.imports.ports import Dossier, Reglages
from ecritures.storage.bases import Base
from ecritures.storage.tables import CABINETS, DOSSIERS
from ecritures.storage.temps import maintenant_ms

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,29}")

POLITIQUES = ("accepter", "avertir", "refuser")
"""What an import does of the entries that the books already hold."""


class RegistreDossiers:
    """Codes are compared without regard to case: a dossier is found under any spelling, and created only once."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def creer(
        self, domain: str, code_ibs: str, libelle: str, siren: str | None = None, creations: Creations | None = None
    ) -> Dossier:
        if not _CODE.fullmatch(code_ibs):
            raise DossierInvalide(
                f"Le code de dossier « {code_ibs[:40]} » est invalide : 30 caractères au plus, lettres sans accent, chiffres, point, "
                "tiret ou souligné, sans espace."
            )
        if siren is not None and not stdnum_siren.is_valid(siren):
            raise DossierInvalide(f"Le SIREN « {siren[:20]} » est invalide : 9 chiffres et clé de Luhn.")
        choix = creations or Creations()
        valeurs = {
            "domain": domain,
            "code_ibs": code_ibs,
            "code_cle": code_ibs.upper(),
            "libelle": libelle or code_ibs,
            "siren": siren,
            "creer_journaux": int(choix.journaux),
            "creer_comptes": int(choix.comptes),
            "creer_tiers": int(choix.tiers),
            "creation_ms": maintenant_ms(),
        }
        with self._base.ecriture() as connexion:
            assure_cabinet(connexion, domain)
            if connexion.execute(_par_code(domain, code_ibs)).first() is not None:
                raise DossierExistant(code_ibs)
            try:
                cle = connexion.execute(sa.insert(DOSSIERS).values(valeurs)).inserted_primary_key
            except sa.exc.IntegrityError as erreur:  # another process created it meanwhile
                raise DossierExistant(code_ibs) from erreur
        assert cle is not None, "an insert gives its key"
        return _dossier({"dossier": cle[0], **valeurs})

    def regler_doublons(self, dossier: int, politique: str) -> None:
        if politique not in POLITIQUES:
            raise DossierInvalide(
                f"Le réglage des doublons « {politique[:20]} » est invalide : {', '.join(POLITIQUES)}."
            )
        with self._base.ecriture() as connexion:
            connexion.execute(sa.update(DOSSIERS).where(DOSSIERS.c.dossier == dossier).values(doublons=politique))

    def regler(self, dossier: int, reglages: Reglages) -> None:
        if reglages.doublons not in POLITIQUES:
            raise DossierInvalide(
                f"Le réglage des doublons « {reglages.doublons[:20]} » est invalide : {', '.join(POLITIQUES)}."
            )
        if reglages.siren is not None and not stdnum_siren.is_valid(reglages.siren):
            raise DossierInvalide(f"Le SIREN « {reglages.siren[:20]} » est invalide : 9 chiffres et clé de Luhn.")
        valeurs = {
            "libelle": reglages.libelle,
            "siren": reglages.siren,
            "creer_journaux": int(reglages.creations.journaux),
            "creer_comptes": int(reglages.creations.comptes),
            "creer_tiers": int(reglages.creations.tiers),
            "compte_attente": reglages.compte_attente,
            "tiers_attente": reglages.tiers_attente,
            "doublons": reglages.doublons,
        }
        with self._base.ecriture() as connexion:
            connexion.execute(sa.update(DOSSIERS).where(DOSSIERS.c.dossier == dossier).values(valeurs))

    def trouver(self, domain: str, code_ibs: str) -> Dossier | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(_par_code(domain, code_ibs)).mappings().first()
        return _dossier(ligne) if ligne else None

    def numero(self, dossier: int) -> Dossier | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(DOSSIERS).where(DOSSIERS.c.dossier == dossier)).mappings().first()
        return _dossier(ligne) if ligne else None

    def lister(self, domain: str | None = None) -> Sequence[Dossier]:
        requete = sa.select(DOSSIERS).order_by(DOSSIERS.c.domain, DOSSIERS.c.code_ibs)
        if domain is not None:
            requete = requete.where(DOSSIERS.c.domain == domain)
        with self._base.lecture() as connexion:
            return [_dossier(ligne) for ligne in connexion.execute(requete).mappings()]


def assure_cabinet(connexion: sa.Connection, domain: str) -> None:
    """Creates the firm when it is not there. Runs inside the caller's write transaction."""
    if connexion.execute(sa.select(CABINETS.c.domain).where(CABINETS.c.domain == domain)).first() is None:
        with connexion.begin_nested() as point:
            try:
                connexion.execute(
                    sa.insert(CABINETS).values(domain=domain, libelle=domain, creation_ms=maintenant_ms())
                )
            except sa.exc.IntegrityError:
                point.rollback()


def _par_code(domain: str, code_ibs: str) -> sa.Select[Any]:
    return sa.select(DOSSIERS).where(DOSSIERS.c.domain == domain, DOSSIERS.c.code_cle == code_ibs.upper())


def _dossier(ligne: Mapping[str, Any] | sa.RowMapping) -> Dossier:
    creations = Creations(bool(ligne["creer_journaux"]), bool(ligne["creer_comptes"]), bool(ligne["creer_tiers"]))
    return Dossier(
        ligne["dossier"],
        ligne["domain"],
        ligne["code_ibs"],
        ligne["libelle"],
        ligne["siren"],
        creations,
        ligne.get("compte_attente") or Dossier.compte_attente,
        ligne.get("tiers_attente"),
        ligne.get("doublons") or Dossier.doublons,
    )
