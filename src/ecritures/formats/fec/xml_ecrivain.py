"""Writes a lot in the XML form of a FEC, under one of the four official schemas (fec.md section 9).

The form holds the label, the piece and the lettering once an entry: what the lines of an entry have of their own is
counted as lost. Texts are kept to what the official converter bears, unless told otherwise. One ``ligne`` stands on each
line of the file, so that a finding's line number means something.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot, Regime
from ecritures.formats.fec.caracteres import en_latin
from ecritures.formats.fec.depart import Brouillons, Depart, colonne_supplement, preparer
from ecritures.formats.fec.layout import FORMES
from ecritures.formats.fec.nom import nom_de_fichier
from ecritures.formats.fec.valeurs import MONTANT
from ecritures.formats.fec.xml_schema import NOM_DE_SCHEMA, PARENT, RACINE, automates, est_lettree

EncodageXml = Literal["utf-8", "iso-8859-15"]
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PAR_ECRITURE = ("date", "libelle", "reference", "date_piece", "date_validation")
_NOM_XML = re.compile(r"[^0-9A-Za-zÀ-ÖØ-öø-ÿ_.-]")


@dataclass(frozen=True)
class Pertes:
    """What the XML form could not hold, in lines: labels, pieces and dates of a line that differ from its entry's first;
    letterings that the lines of one entry do not share. ``caracteres_remplaces``: those without a stand-in."""

    textes_de_ligne: int = 0
    lettrages: int = 0
    caracteres_remplaces: int = 0

    @property
    def total(self) -> int:
        return self.textes_de_ligne + self.lettrages + self.caracteres_remplaces


@dataclass(frozen=True)
class ExportXml:
    """An XML FEC written. Entries left out are counted by reason."""

    octets: bytes
    regime: Regime
    cloture: date
    lignes: int
    ecritures: int
    debit_centimes: int
    credit_centimes: int
    brouillons_exclus: int
    soldes_de_gestion_exclus: int
    centralisations_exclues: int
    pertes: Pertes
    encodage: str = "utf-8"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def nom(self, siren: str) -> str:
        """``900000001FEC20251231.xml``."""
        return nom_de_fichier(siren, self.cloture).removesuffix(".txt") + ".xml"


def write(
    lot: Lot,
    *,
    regime: Regime | None = None,
    cloture: date | None = None,
    encodage: EncodageXml = "utf-8",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
    pour_l_outil: bool = True,
) -> bytes:
    """The bytes of :func:`exporter`."""
    return exporter(
        lot,
        regime=regime,
        cloture=cloture,
        encodage=encodage,
        brouillons=brouillons,
        reglementaire=reglementaire,
        pour_l_outil=pour_l_outil,
    ).octets


def exporter(
    lot: Lot,
    *,
    regime: Regime | None = None,
    cloture: date | None = None,
    encodage: EncodageXml = "utf-8",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
    pour_l_outil: bool = True,
) -> ExportXml:
    """The XML FEC of a lot. ``regime``: the lot's own when None. ``cloture``: the file's own, or its name's, when None.

    ``brouillons`` and ``reglementaire`` as for the flat form; entries are grouped by journal, as the schema wants.
    ``pour_l_outil``: texts in ISO 8859-1 letters, which the official converter bears; False keeps every character.
    Raises EcritureImpossible when a required value is missing or no closing date is known.
    """
    depart = preparer(lot, regime, brouillons, reglementaire=reglementaire)
    cloture = cloture or _cloture(lot)
    lignes = _par_journal(depart.lignes, reglementaire)
    _refuse_les_manques(depart.regime, lignes)
    lignes, textes_perdus = _textes_d_ecriture(lignes)
    lignes, lettrages_perdus = _lettrage_d_ecriture(lignes)
    corps = _corps(depart, lignes)
    remplaces = 0
    if pour_l_outil:
        corps, remplaces = en_latin(corps)
    jeu = {"utf-8": "UTF-8", "iso-8859-15": "ISO-8859-15"}[encodage]
    texte = f"{_debut(jeu, depart.regime, cloture)}{corps}</exercice></{RACINE}>\n"
    return ExportXml(
        octets=texte.encode(encodage, "xmlcharrefreplace"),
        regime=depart.regime,
        cloture=cloture,
        lignes=lignes.height,
        ecritures=lignes["_ecriture"].n_unique(),
        debit_centimes=_somme(lignes, "debit_centimes", "credit_centimes"),
        credit_centimes=_somme(lignes, "credit_centimes", "debit_centimes"),
        brouillons_exclus=depart.exclues["brouillon"],
        soldes_de_gestion_exclus=depart.exclues["solde_de_gestion"],
        centralisations_exclues=depart.exclues["centralisation"],
        pertes=Pertes(textes_perdus, lettrages_perdus, remplaces),
        encodage=encodage,
    )


def _cloture(lot: Lot) -> date:
    lue = lot.entete.get("DateCloture", "")[:10]
    try:
        return date.fromisoformat(lue)
    except ValueError:
        if lot.exercice_annonce is not None:
            return lot.exercice_annonce[1]
    raise EcritureImpossible("La date de clôture n'est pas connue : la donner, la forme XML la demande.")


def _somme(lignes: pl.DataFrame, cote: str, autre: str) -> int:
    """What counts on that side: a negative amount alone counts on the other one."""
    seul_negatif = (pl.col(cote) < 0) & (pl.col(autre) == 0)
    de_l_autre = (pl.col(autre) < 0) & (pl.col(cote) == 0)
    valeur = pl.when(seul_negatif).then(0).when(de_l_autre).then(-pl.col(autre)).otherwise(pl.col(cote))
    return int(lignes.select(valeur.sum()).item())


def _par_journal(lignes: pl.DataFrame, reglementaire: bool) -> pl.DataFrame:
    """The lines of an entry together, and its entries in their journal: all of a journal when ``reglementaire``, else runs.

    ``_ecriture`` and ``_journal`` number the elements. An entry on two journals is one element in each.
    """
    lignes = lignes.with_row_index("_rang")
    rang = pl.col("_rang")
    if reglementaire:
        journal = rang.min().over("journal")
        ecriture = rang.min().over("journal", "ecriture")
    else:
        suite = (pl.col("journal") != pl.col("journal").shift()).fill_null(True).cum_sum()
        ecriture = rang.min().over("journal", "ecriture")
        journal = suite.gather(ecriture)
    return (
        lignes.with_columns(_journal=journal, _ecriture=ecriture)
        .sort("_journal", "_ecriture", maintain_order=True)
        .with_columns(_journal=pl.col("_journal").rle_id())
        .drop("_rang")
    )


def _refuse_les_manques(regime: Regime, lignes: pl.DataFrame) -> None:
    """The schema wants them, and there is nothing to put in their place."""
    obligatoires = [("date_validation", "ValidDate")]
    if "DateRglt" in FORMES[regime].table.noms:
        obligatoires += [("DateRglt", "DateRglt"), ("ModeRglt", "ModeRglt")]
    for champ, zone in obligatoires:
        vides = lignes.filter(pl.col(champ).cast(pl.String).fill_null("") == "")
        if vides.height:
            raise EcritureImpossible(
                f"{zone} manque à la ligne {vides['numero_ligne'][0]} : la forme XML la demande pour chaque écriture."
            )
    for zone in ("DateRglt",):
        if zone in lignes.columns and zone in FORMES[regime].table.noms:
            fausses = lignes.filter(_en_date(pl.col(zone)).is_null())
            if fausses.height:
                raise EcritureImpossible(
                    f"{zone} est illisible à la ligne {fausses['numero_ligne'][0]} : corriger le fichier d'abord."
                )
    seules = lignes.filter(pl.len().over("_ecriture") < 2)
    if seules.height:
        raise EcritureImpossible(
            f"L'écriture de la ligne {seules['numero_ligne'][0]} n'a qu'une ligne dans son journal : le schéma XML en demande deux."
        )


def _en_date(texte: pl.Expr) -> pl.Expr:
    """AAAAMMJJ or AAAA-MM-JJ as a Date."""
    return pl.coalesce(
        texte.str.to_date("%Y%m%d", strict=False), texte.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    )


def _textes_d_ecriture(lignes: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """What the entry holds once is its first line's; how many lines had something else."""
    propres = [*_PAR_ECRITURE, *(z for z in ("DateRglt", "ModeRglt", "NatOp", "IdClient") if z in lignes.columns)]
    communs = lignes.with_columns(pl.col(z).first().over("_ecriture").alias(f"_{z}") for z in propres)
    autre = pl.any_horizontal(pl.col(z).ne_missing(pl.col(f"_{z}")) for z in propres)
    return communs.drop(propres).rename({f"_{z}": z for z in propres}), int(communs.select(autre.sum()).item())


def _lettrage_d_ecriture(lignes: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The lettering that all third-party lines of an entry share (all lines, when it has none); else it is lost, and counted:
    written for the entry, it would letter lines that are not."""
    concernees = est_lettree(pl.col("compte"), pl.col("tiers"), "_ecriture")
    cadre = lignes.with_columns(_concernee=concernees)
    zones = ("lettrage", "date_lettrage")
    premieres = [
        pl.col(z).filter("_concernee").first().over("_ecriture", mapping_strategy="group_to_rows").alias(f"_{z}")
        for z in zones
    ]
    cadre = cadre.with_columns(premieres)
    meme = ~pl.col("_concernee") | pl.all_horizontal(pl.col(z).eq_missing(pl.col(f"_{z}")) for z in zones)
    cadre = cadre.with_columns(_commun=meme.all().over("_ecriture"))
    avait = pl.col("lettrage").is_not_null() | pl.col("date_lettrage").is_not_null()
    perdues = int(cadre.select((avait & ~(pl.col("_concernee") & pl.col("_commun"))).sum()).item())
    communes = [pl.when("_commun").then(pl.col(f"_{z}")).alias(z) for z in zones]
    return cadre.with_columns(communes).drop("_concernee", "_commun", *(f"_{z}" for z in zones)), perdues


# ── text ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _debut(jeu: str, regime: Regime, cloture: date) -> str:
    """Everything before the journals, short enough for the schema's name to be in the first 300 bytes."""
    return (
        f'<?xml version="1.0" encoding="{jeu}"?>\n'
        f'<{RACINE} xmlns:xsi="{_XSI}" xsi:noNamespaceSchemaLocation="{NOM_DE_SCHEMA[regime]}">\n'
        f"<exercice><DateCloture>{cloture:%Y-%m-%d}</DateCloture>\n"
    )


def _corps(depart: Depart, lignes: pl.DataFrame) -> str:
    """The journals, one ``ligne`` a line of text."""
    zones_ecriture = [p.nom for p in automates(depart.regime)["ecriture"].places.values() if p.nom != "ligne"]
    hors_bic = depart.regime is not Regime.BIC
    producteur = _noms_du_producteur(depart.supplements)
    premiere = pl.int_range(pl.len()) == 0
    textes = lignes.select(
        "_journal",
        "_ecriture",
        journal=pl.concat_str(
            _element("JournalCode", pl.col("journal"), facultatif=hors_bic),
            _element("JournalLib", pl.col("journal_libelle"), facultatif=hors_bic),
        ),
        ecriture=pl.concat_str(*(_zone_d_ecriture(zone) for zone in zones_ecriture)),
        ligne=pl.concat_str(
            pl.lit("<ligne>"),
            _element("CompteNum", pl.col("compte"), facultatif=hors_bic),
            _element("CompteLib", pl.col("compte_libelle")),
            _element("CompteAuxNum", pl.col("tiers"), facultatif=True),
            _element("CompteAuxLib", pl.col("tiers_libelle"), facultatif=True),
            _element("Montantdevise", pl.col("montant_devise"), facultatif=True),
            _element("Idevise", pl.col("devise"), facultatif=True),
            _montants(),
            *(
                # on the first line even when blank: the columns keep their order, and none is forgotten
                pl.when(premiere | (pl.col(colonne_supplement(rang)) != ""))
                .then(_element(nom, pl.col(colonne_supplement(rang))))
                .otherwise(pl.lit(""))
                for rang, nom in enumerate(producteur)
            ),
            pl.lit("</ligne>"),
        ),
    )
    ecritures = textes.group_by("_journal", "_ecriture", maintain_order=True).agg(
        pl.first("journal", "ecriture"), pl.col("ligne").str.join("\n")
    )
    journaux = (
        ecritures.with_columns(
            texte=pl.concat_str(pl.lit("<ecriture>"), "ecriture", pl.lit("\n"), "ligne", pl.lit("\n</ecriture>"))
        )
        .group_by("_journal", maintain_order=True)
        .agg(pl.first("journal"), pl.col("texte").str.join("\n"))
    )
    return str(
        journaux.select(
            pl.concat_str(pl.lit("<journal>"), "journal", pl.lit("\n"), "texte", pl.lit("\n</journal>\n")).str.join("")
        ).item()
    )


def _echappe(texte: pl.Expr) -> pl.Expr:
    return (
        texte.str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
    )


def _element(nom: str, texte: pl.Expr, *, facultatif: bool = False) -> pl.Expr:
    plein = pl.concat_str(pl.lit(f"<{nom}>"), _echappe(texte.fill_null("")), pl.lit(f"</{nom}>"))
    return pl.when(texte.fill_null("") != "").then(plein).otherwise(pl.lit("")) if facultatif else plein


_CHAMPS = {
    "EcritureNum": "numero_piece",
    "EcritureLib": "libelle",
    "PieceRef": "reference",
    "EcritureLet": "lettrage",
    "ModeRglt": "ModeRglt",
    "NatOp": "NatOp",
    "IdClient": "IdClient",
}
_DATES = {
    "EcritureDate": "date",
    "PieceDate": "date_piece",
    "DateLet": "date_lettrage",
    "ValidDate": "date_validation",
}


def _zone_d_ecriture(zone: str) -> pl.Expr:
    assert PARENT[zone] == "ecriture", "a zone of the entry"
    facultatif = zone in ("EcritureLet", "DateLet", "NatOp", "IdClient")
    if zone in _CHAMPS:
        return _element(zone, pl.col(_CHAMPS[zone]), facultatif=facultatif)
    jour = _en_date(pl.col(zone)) if zone == "DateRglt" else pl.col(_DATES[zone])
    return _element(zone, jour.dt.strftime("%Y-%m-%d"), facultatif=facultatif)


def _montants() -> pl.Expr:
    """The side that says something; both when both do (the second is then the producer's own, as the schema sees it)."""
    debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
    au_debit, au_credit = _element("Debit", _avec_point(debit)), _element("Credit", _avec_point(credit))
    return (
        pl.when(credit == 0)
        .then(au_debit)
        .when(debit == 0)
        .then(au_credit)
        .otherwise(pl.concat_str(au_debit, au_credit))
    )


def _avec_point(centimes: pl.Expr) -> pl.Expr:
    return MONTANT.ecrire(centimes).str.replace(",", ".", literal=True)


def _noms_du_producteur(noms: Sequence[str]) -> list[str]:
    """Names of supplementary columns as element names: distinct, and none of the schema's."""
    pris = set(PARENT) | {"CompteAuxNum", "CompteAuxLib"}
    retenus: list[str] = []
    for nom in noms:
        base = _NOM_XML.sub("_", nom) or "zone"
        base = base if base[0].isalpha() or base[0] == "_" else f"_{base}"
        base = f"_{base}" if base.lower().startswith("xml") else base
        while base in pris:
            base += "_"
        pris.add(base)
        retenus.append(base)
    return retenus
