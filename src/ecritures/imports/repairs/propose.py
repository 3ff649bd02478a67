"""A recipe drawn from findings: a step for each defect whose remedy is sure, a comment for those that ask for a choice.

Sure means: the value is known and the step only writes it as the format wants, or takes off what holds nothing. The rest
is proposed in comments, to be read, then uncommented by someone who decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import tomlkit
from tomlkit.items import Table

from ecritures.domain.constat import Constats
from ecritures.domain.lot import Detection, Lot
from ecritures.imports.repairs.recette import FORMES_DATE, VERSION

CHARSETS = {"ascii": "utf-8", "utf-8": "utf-8", "iso-8859-15": "iso-8859-15", "windows-1252": "windows-1252"}
"""Charset read → charset that an encoder step keeps. Others become UTF-8."""
VALEURS_LUES_MAX = 10_000
"""Findings of one rule looked at to name the forms of its dates."""

Parametres = Mapping[str, Any]


@dataclass(frozen=True)
class Remede:
    """What a rule (by printed code, or id) asks for. ``par_zone``: one step for all its zones, named in ``champ``.
    ``sur`` False: written as a comment. ``parametres``: from the findings of the rule and what was found of the bytes; None: no step."""

    action: str
    regles: tuple[str, ...]
    motif: str
    parametres: Callable[[pl.DataFrame, Detection], Parametres | None] = lambda constats, detection: {}
    touche: bool = False
    sur: bool = True


def _zones(constats: pl.DataFrame) -> list[str]:
    return constats["zone"].drop_nulls().unique(maintain_order=True).to_list()


def _champ(constats: pl.DataFrame, detection: Detection) -> Parametres | None:
    zones = _zones(constats)
    return {"champ": zones} if zones else None


def _dates(constats: pl.DataFrame, detection: Detection) -> Parametres | None:
    """The forms that the faulty dates have, each tested on the values themselves."""
    valeurs = constats.select(t=pl.col("valeur").str.strip_chars())["t"].drop_nulls().unique().head(VALEURS_LUES_MAX)
    formes = [
        forme
        for forme, lue in FORMES_DATE.items()
        if (
            valeurs.filter(valeurs.str.len_chars() == len(forme))
            .str.to_date(lue, strict=False, exact=True)
            .is_not_null()
        ).any()
    ]
    return {"champ": _zones(constats), "formes": formes} if formes else None


def _charset(constats: pl.DataFrame, detection: Detection) -> Parametres:
    fin = {} if detection.fin_de_ligne in ("CRLF", "LF") else {"fin_de_ligne": "CRLF"}
    return {"encodage": CHARSETS.get(detection.encodage, "utf-8"), **fin}


def _utf8(constats: pl.DataFrame, detection: Detection) -> Parametres:
    return {"encodage": "utf-8"}


def _zone(zone: str, **autres: str) -> Callable[[pl.DataFrame, Detection], Parametres | None]:
    return lambda constats, detection: {"champ": zone, **autres} if zone in _zones(constats) else None


REMEDES: Mapping[str, tuple[Remede, ...]] = {
    "fec": (
        Remede("encoder", ("F10", "F11", "fec.encodage_converti"), "La marque d'ordre des octets ou les fins de ligne ne sont pas celles d'un FEC.", _charset),
        Remede("oter_lignes_vides", ("L02", "L03"), "Des lignes ne portent rien."),
        Remede("oter_entetes_repetees", ("H12",), "L'en-tête est répété : des fichiers ont été mis bout à bout."),
        Remede("redresser_lignes", ("ligne.coupee", "ligne.zones_finales_absentes", "ligne.separateur_final", "ligne.separateur_dans_zone"), "Des lignes n'ont pas le nombre de zones de l'en-tête, et se recollent d'une seule façon."),
        Remede("nommer_zones", ("H04",), "Des zones ne portent pas leur nom réglementaire."),
        Remede("rogner", ("V34",), "Des zones commencent ou finissent par des espaces.", _champ),
        Remede("dates", ("V18",), "Des dates ne sont pas écrites AAAAMMJJ.", _dates),
        Remede("montants", ("montant.point_decimal", "montant.separateur_de_milliers"), "Des montants ne sont pas écrits avec la seule virgule décimale ; leur valeur ne change pas.", _champ, touche=True),
        Remede("remplir", ("V04",), "Un montant vide vaut zéro.", lambda c, detection: {"champ": _zones(c), "valeur": "0,00"} if _zones(c) else None, touche=True),
        Remede("encoder", ("fec.encodage_non_prevu",), "Le jeu de caractères n'est pas prévu par la loi : vérifier d'abord que les accents sont bien lus.", _utf8, sur=False),
        Remede("remplir", ("V02",), "À décider : dater la validation du jour de l'écriture.", _zone("ValidDate", depuis="EcritureDate"), sur=False),
        Remede("remplir", ("V02",), "À décider : prendre le numéro de l'écriture pour référence de pièce.", _zone("PieceRef", depuis="EcritureNum"), sur=False),
        Remede("remplir", ("V02",), "À décider : dater la pièce du jour de l'écriture.", _zone("PieceDate", depuis="EcritureDate"), sur=False),
        Remede("remplir", ("V01",), "À décider : prendre la référence de la pièce pour libellé.", _zone("EcritureLib", depuis="PieceRef"), sur=False),
        Remede("montants", ("montant.point_et_virgule",), "À décider : lire le point de ces montants comme une virgule décimale.", _champ, touche=True, sur=False),
        Remede("equilibrer", ("E01",), "À décider : solder les écarts d'un centime sur les comptes d'arrondi.", lambda c, detection: {"compte_charge": "658000", "compte_produit": "758000", "libelle": "Écart d'arrondi", "ecart_max_centimes": 1}, touche=True, sur=False),
    ),
    "tra": (
        Remede("encoder", ("tra.bom", "tra.fins_de_ligne_melangees"), "La marque d'ordre des octets ou les fins de ligne gênent d'autres lecteurs.", _charset),
        Remede("oter_lignes_vides", ("tra.ligne_vide", "tra.lignes_vides"), "Des lignes ne portent rien."),
    ),
}  # fmt: skip
"""Format → remedies, in the order in which a recipe applies them: lines first, then names, then values."""


@dataclass(frozen=True)
class Proposition:
    """A remedy that findings call for, with its parameters. ``nombre``: how many findings were looked at."""

    remede: Remede
    parametres: Parametres
    nombre: int


def propositions(
    format_: str, detection: Detection, trouves: Callable[[tuple[str, ...]], pl.DataFrame]
) -> tuple[Proposition, ...]:
    """What findings call for, in the order in which a recipe applies it. ``trouves``: the findings (CONSTATS) of these rules,
    by printed code or id."""
    toutes = []
    for remede in REMEDES.get(format_, ()):
        vises = trouves(remede.regles)
        parametres = None if vises.is_empty() else remede.parametres(vises, detection)
        if parametres is not None:
            toutes.append(Proposition(remede, parametres, vises.height))
    return tuple(toutes)


def ecrire(nom: str, format_: str, choisies: Sequence[Proposition]) -> str:
    """The TOML of the recipe of these steps, which someone chose: none is left as a comment."""
    document = _document(nom, format_)
    etapes = tomlkit.aot()
    for proposition in choisies:
        etapes.append(_step(proposition.remede, proposition.parametres))
    document.add("etape", etapes)
    return tomlkit.dumps(document)


def proposer(lot: Lot, constats: Constats, nom: str) -> str:
    """The TOML of a recipe for that lot; steps in its order, sure ones ready to run. It always reads back as a recipe when
    it has one sure step."""

    def trouves(regles: tuple[str, ...]) -> pl.DataFrame:
        return constats.liste.filter(pl.col("code").is_in(regles).fill_null(False) | pl.col("id").is_in(regles))

    document = _document(nom, lot.format)
    etapes = tomlkit.aot()
    choix: list[str] = []
    for proposition in propositions(lot.format, lot.detection, trouves):
        etape = _step(proposition.remede, proposition.parametres)
        if proposition.remede.sur:
            etapes.append(etape)
        else:
            choix.append(_commented(etape))
    if len(etapes):
        document.add("etape", etapes)
    suite = (
        "\n# Ce qui suit demande une décision : ôter les dièses des étapes retenues.\n" + "\n".join(choix)
        if choix
        else ""
    )
    return tomlkit.dumps(document) + suite


def _document(nom: str, format_: str) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(
        tomlkit.comment(f"Recette proposée d'après les constats de {_one_line(nom)} : la relire avant de l'appliquer.")
    )
    document.add("recette", tomlkit.item(VERSION))
    document.add("nom", tomlkit.item(f"Corrections de {_one_line(nom)}"))
    document.add("format", tomlkit.item(format_))
    return document


def _step(remede: Remede, parametres: Parametres) -> Table:
    etape = tomlkit.table()
    etape.add("action", remede.action)
    etape.add("motif", remede.motif)
    for nom, valeur in parametres.items():
        seule = isinstance(valeur, Sequence) and not isinstance(valeur, str) and len(valeur) == 1 and nom == "champ"
        etape.add(nom, valeur[0] if seule else valeur)
    if remede.touche:
        etape.add("touche_aux_montants", True)
    if remede.sur:
        etape.add("idempotente", True)
    return etape


def _commented(etape: Table) -> str:
    texte = tomlkit.dumps({"etape": [etape.unwrap()]})
    return "\n".join(f"# {ligne}" for ligne in texte.strip().splitlines()) + "\n"


def _one_line(texte: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in texte)
