"""Examples of what applying the options of a JSON import may say (imports/options_regles.py), in a dossier that has its codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import polars as pl

from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.ressources import object_id
from ecritures.imports.options_json import Parametres, appliquer
from exemples.json_lecture import CLAIR as CORPS
from exemples.registre import Colonnes, Exemple, Fichier
from exemples.texte_base import place, remplace

CLAIR = remplace(CORPS, '"multiPeriode": false', '"failOnUnbalanced": true')
SITUATION = "Le dossier a l'exercice 2025, les journaux AC et OD, les comptes et le tiers du fichier, l'axe A1 et sa section SIEGE"
PARAMETRES = Parametres("DEMO", "MANON002", etablissements={"73282932000074": "SIEGE"})


def _cadre(colonne: str, *codes: str, **autres: object) -> pl.DataFrame:
    return pl.DataFrame({colonne: list(codes), **{nom: [valeur] * len(codes) for nom, valeur in autres.items()}})


CONTEXTE = Contexte(
    exercices=pl.DataFrame(
        [(str(a), date(a, 1, 1), date(a, 12, 31), False) for a in (2024, 2025)], schema=EXERCICES_DOSSIER, orient="row"
    ),
    journaux=_cadre("code", "AC", "OD", est_ferme=False),
    comptes=_cadre("numero", "607000", "445660", "401000", est_ferme=False),
    tiers=_cadre("code", "F001", est_ferme=False),
    references={"axes": _cadre("code", "A1"), "sections": _cadre("code", "SIEGE", axe="A1")},
)


def _echec(
    id_: str,
    *fautes: tuple[str, str],
    zone: str | None = None,
    marque: str | None = None,
    ligne: int | None = None,
    colonnes: Colonnes | None = None,
) -> Exemple:
    """``fautes``: what is replaced in turn, and by what."""

    def spoiled() -> str:
        texte = CLAIR
        for faute in fautes:
            texte = remplace(texte, *faute)
        return texte

    def fichier(texte: str) -> Fichier:
        faire = partial(appliquer, parametres=PARAMETRES)
        return Fichier("json", texte.encode(), "ecritures.json", CONTEXTE, situation=SITUATION, appliquer=faire)

    def construire() -> tuple[Fichier, Fichier]:
        return fichier(CLAIR), fichier(spoiled())

    if marque is None:
        return Exemple(id_, construire, ligne, zone, lambda: colonnes)
    situer: Callable[[], Colonnes | None] = lambda: place(spoiled(), marque)[1]  # noqa: E731
    return Exemple(id_, construire, place(spoiled(), marque)[0], zone, situer)


def _option(texte: str) -> tuple[str, str]:
    return '"failOnUnbalanced": true', f'"failOnUnbalanced": true, {texte}'


def _ajoute(texte: str) -> tuple[str, str]:
    """Keys added to the first line."""
    return '"debit": {"amount": 500.00}', f'{texte}, "debit": {{"amount": 500.00}}'


_PREMIERE = "data.ecritures[0]"
_OD = object_id("DEMO", "MANON002", "journal", "OD")
_COMPTE = object_id("DEMO", "MANON002", "compte", "607000")
_LIBELLE = "Facture Papèterie du Moulin, commande du 20"
_TIERS = "FOURNISSEUR0000000A"

EXEMPLES: tuple[Exemple, ...] = (
    _echec("import.hors_derniere_periode", ("2025-01-01", "2024-01-01"), ('"date": "2025-01-20', '"date": "2024-01-20'), zone=f"{_PREMIERE}.date", marque='"2024-01-20T00:00:00.000Z"'),
    _echec("import.equilibrage", ('"failOnUnbalanced": true', '"balanceAuto": true'), ("600.00", "610.00"), zone="data.ecritures[2].debit.amount", ligne=7, colonnes=(3, 177)),
    _echec("import.journal_par_defaut", _option(f'"defaultJournalId": "{_OD}"'), ('"journal": "AC"', '"journal": "ZZ"'), zone=f"{_PREMIERE}.journal", marque='"ZZ"'),
    _echec("import.compte_par_defaut", _option(f'"defaultCompte": "{_COMPTE}"'), ('"607000"', '"607900"'), zone=f"{_PREMIERE}.compte", marque='"607900"'),
    _echec("import.defaut_inconnu", _option('"defaultCompte": "?"'), zone="data.options.defaultCompte", marque='"?"'),
    _echec("import.tiers_en_attente", _option('"createNewTiers": false'), ('"F001"', '"F002"'), zone="data.ecritures[2].tiers", marque='"F002"'),
    _echec("import.compte_traduit", _option('"comptesRules": [{"type": "racine", "source": "6079", "cible": "607"}]'), ('"607000"', '"6079000"'), zone=f"{_PREMIERE}.compte", marque='"6079000"'),
    _echec("import.regle_de_compte", _option('"comptesRules": [{"type": "racine"}]'), zone="data.options.comptesRules[0]", marque='{"type": "racine"}'),
    _echec("import.a_nouveau_ordinaire", _option('"aNouveaux": false'), _ajoute('"type": "5"')),
    _echec("import.option_sans_effet", _option('"newFolio": true'), zone="data.options.newFolio", ligne=3, colonnes=(77, 80)),
    _echec("import.cutoff_garde", _ajoute('"debCutOff": "2025-01-01T00:00:00.000Z", "finCutOff": "2025-12-31T00:00:00.000Z"')),
    _echec("import.axe_inconnu", _ajoute('"axeAnaA2": [{"section": "S", "debit": {"amount": 500.00}}]'), zone=f"{_PREMIERE}.axeAnaA2", ligne=5, colonnes=(144, 190)),
    _echec("import.section_a_creer", _ajoute('"axeAnaA1": [{"section": "ATELIER", "debit": {"amount": 500.00}}]'), zone=_PREMIERE, ligne=5, colonnes=(3, 226)),
    _echec("import.lettrage_ecarte", ('"tiers": "F001"', '"tiers": "F001", "codeLettrage": "AA"'), zone="data.ecritures[2].codeLettrage", marque='"AA"'),
    _echec("import.libelle_coupe", ("Facture Papèterie", _LIBELLE), zone=f"{_PREMIERE}.libelle", marque=f'"{_LIBELLE}"'),
    _echec("import.tiers_coupe", ('"F001"', f'"{_TIERS}"'), zone="data.ecritures[2].tiers", marque=f'"{_TIERS}"'),
    _echec("import.tiers_confondus", _ajoute(f'"tiers": "{_TIERS[:17]}"'), ('"F001"', f'"{_TIERS}"'), zone="data.ecritures[2].tiers", marque=f'"{_TIERS}"'),
    _echec("import.etablissement_inconnu", _ajoute('"SIRET": "55208131766522"'), zone=f"{_PREMIERE}.SIRET", marque='"55208131766522"'),
    _echec("import.piece_jointe_illisible", _ajoute('"fichier": "facture.pdf"'), zone="fichier", ligne=1),
)  # fmt: skip
