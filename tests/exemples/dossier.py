"""Examples of the checks against the dossier (checks/dossier, exercices), and of a file sent by the wrong route."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from ecritures.domain.contexte import CLOTURES, EXERCICES_DOSSIER, PRESENTES, Contexte, Creations
from exemples.fec_base import Fec, avec_dossier
from exemples.registre import Exemple, Fichier

_JOURNAUX = ("AN", "VE", "AC", "BQ")
_COMPTES = ("512000", "101000", "411000", "707000", "445710", "607000", "445660", "401000")
_TIERS = ("C001", "F001", "C002")


def _cadre(cle: str, codes: tuple[str, ...], ferme: str = "") -> pl.DataFrame:
    return pl.DataFrame({cle: list(codes), "est_ferme": [code == ferme for code in codes]})


def _exercices(*rangs: tuple[str, int, bool]) -> pl.DataFrame:
    lignes = [(code, date(annee, 1, 1), date(annee, 12, 31), clos) for code, annee, clos in rangs]
    return pl.DataFrame(lignes, schema=EXERCICES_DOSSIER, orient="row")


DOSSIER = Contexte(
    exercices=_exercices(("2024", 2024, True), ("2025", 2025, False)),
    journaux=_cadre("code", _JOURNAUX),
    comptes=_cadre("numero", _COMPTES),
    tiers=_cadre("code", _TIERS),
)
"""A dossier that has all that the clean FEC uses."""

_REFUSE = Creations(journaux=False, comptes=False, tiers=False)
_CONNU = "Dossier qui a ces journaux, ces comptes et ces tiers ; exercice 2025 ouvert."


def _objets(id_: str, champ: str, cle: str, codes: tuple[str, ...], code: str, ligne: int, zone: str) -> tuple[Exemple, ...]:  # fmt: skip
    sans = replace(DOSSIER, **{champ: _cadre(cle, tuple(c for c in codes if c != code))})
    ferme = replace(DOSSIER, **{champ: _cadre(cle, codes, code)})
    return (
        avec_dossier(f"{id_}.a_creer", DOSSIER, sans, (_CONNU, f"Dossier sans {code}, qui admet les créations."), ligne, zone),
        avec_dossier(f"{id_}.inconnu", DOSSIER, replace(sans, creations=_REFUSE), (_CONNU, f"Dossier sans {code}, qui refuse les créations."), ligne, zone),
        avec_dossier(f"{id_}.ferme", DOSSIER, ferme, (_CONNU, f"Dossier où {code} est fermé."), ligne, zone),
    )  # fmt: skip


def _mauvaise_route() -> tuple[Fichier, Fichier]:
    fec = Fec()
    return (
        Fichier("fec", fec.octets, fec.nom, situation="Envoyé par la route importFEC."),
        Fichier("tra", fec.octets, fec.nom, situation="Envoyé par la route importTra."),
    )


def _controle() -> tuple[Fichier, Fichier]:
    fec = Fec()
    juste, faux = (Contexte(attendus={"chiffre_affaires": centimes}) for centimes in (150_000, 160_000))
    return (
        Fichier("fec", fec.octets, fec.nom, juste, situation="Chiffre d'affaires de la liasse fiscale : 1 500,00 €."),
        Fichier("fec", fec.octets, fec.nom, faux, situation="Chiffre d'affaires de la liasse fiscale : 1 600,00 €."),
    )


def _clos(banque: int) -> Contexte:
    soldes = [("512000", banque), ("101000", -banque)]
    return replace(
        DOSSIER,
        clotures=pl.DataFrame([(date(2024, 12, 31), c, s) for c, s in soldes], schema=CLOTURES, orient="row"),
    )


_PRESENTES = pl.DataFrame(
    [(1, 2, 2, "AN", date(2025, 1, 1), "0c4f2a7e-6a0e-4c58-9d0c-1f6b0b7d2a11", 2)], schema=PRESENTES, orient="row"
)


EXEMPLES: tuple[Exemple, ...] = (
    *_objets("journal", "journaux", "code", _JOURNAUX, "AC", 7, "JournalCode"),
    *_objets("compte", "comptes", "numero", _COMPTES, "607000", 7, "CompteNum"),
    *_objets("tiers", "tiers", "code", _TIERS, "C002", 14, "CompAuxNum"),
    avec_dossier(
        "a_nouveaux.differents_de_la_cloture",
        _clos(1_000_000),
        _clos(900_000),
        (
            "Les livres closent 2024 sur une banque de 10 000,00 €.",
            "Les livres closent 2024 sur une banque de 9 000,00 €.",
        ),
        2,
        "CompteNum",
    ),
    avec_dossier(
        "ecriture.deja_presente",
        DOSSIER,
        replace(DOSSIER, presentes=_PRESENTES),
        (_CONNU, "Les livres tiennent déjà la première écriture de ce fichier, et le dossier veut en être averti."),
        2,
        "JournalCode",
    ),
    avec_dossier(
        "ecriture.hors_exercice",
        DOSSIER,
        replace(DOSSIER, exercices=_exercices(("2024", 2024, True))),
        (_CONNU, "Dossier dont le seul exercice est 2024."),
        2,
        "EcritureDate",
    ),
    avec_dossier(
        "exercice.clos",
        DOSSIER,
        replace(DOSSIER, exercices=_exercices(("2025", 2025, True))),
        (_CONNU, "Dossier dont l'exercice 2025 est clos."),
        2,
        "EcritureDate",
    ),
    Exemple("fichier.montant_attendu", _controle),
    Exemple("fichier.mauvais_format", _mauvaise_route, 1),
)
