"""Writes a lot as the body of ``importJson``: the contract's keys, exact amounts, ISO dates, one line of text an element.

What the structure has no place for is in the loss report (see ``porte``). Amounts are decimal texts, never floats.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.decimaux import decimal, decimales
from ecritures.formats.json_ecritures import layout
from ecritures.formats.json_ecritures.regroupement import cle_d_ecriture
from ecritures.formats.json_ecritures.valeurs import est_siret

EURO = "EUR"
_CONTROLES = "[\x00-\x1f]"
_ISO_JOUR = "%Y-%m-%dT00:00:00.000Z"
_TYPES = {type_: code for code, (type_, _) in layout.TYPES.items() if code not in ("5", "7")}
TYPES_PORTES = tuple(_TYPES)


def write(lot: Lot, *, code_ibs: str | None = None) -> bytes:
    """The bytes of the body. ``code_ibs`` by default the one the lot names, else blank: the import asks for it.

    Raises EcritureImpossible, naming the line, when a date, an amount or an account is missing.
    """
    lignes = lignes_ecrites(lot)
    _refuse_les_trous(lignes)
    elements = _elements(lot, lignes)
    tete = {
        "codeIbs": code_ibs or lot.entete.get("codeIbs") or lot.entete.get("NODOSSIER", "").strip(),
        **({"SIRET": lot.entete["SIRET"]} if est_siret(lot.entete.get("SIRET", "")) else {}),
    }
    data = {"contexte": _contexte(lot, lignes), "options": _options(lot)}
    debut = json.dumps(tete, ensure_ascii=False)[:-1] + ',"data":' + json.dumps(data, ensure_ascii=False)[:-1]
    corps = str(elements.str.join(",\n")[0]) if elements.len() else ""
    return f'{debut},"ecritures":[\n{corps}\n]}}}}\n'.encode("utf-8", "replace")


def lignes_ecrites(lot: Lot) -> pl.DataFrame:
    """The lines that the structure can hold: an amount on one side, a type of the contract."""
    return lot.lignes.filter(~a_laisser())


def a_laisser() -> pl.Expr:
    """Lines left out: the contract refuses a line without amount, and has no code for other types of entry."""
    nul = (pl.col("debit_centimes") == 0) & (pl.col("credit_centimes") == 0)
    return nul.fill_null(False) | ~pl.col("type_ecriture").fill_null("N").is_in(TYPES_PORTES)


def numeros(lot: Lot) -> pl.Expr:
    """``refPiece`` of each line: the piece number, or the rank of the entry when numbers do not tell the entries apart."""
    cle = lot.lignes.select("ecriture", *cle_d_ecriture())
    noms = cle.columns[1:]
    cles, ecritures, paires = cle.select(
        pl.struct(noms).n_unique().alias("c"),
        pl.col("ecriture").n_unique(),
        pl.struct(cle.columns).n_unique().alias("p"),
    ).row(0)
    return pl.col("numero_piece") if cles == ecritures == paires else pl.col("ecriture").cast(pl.String)


def sirets(lot: Lot) -> pl.Expr:
    """SIRET of each line's establishment: the code itself, or the one the lot knows for it; null when neither is one."""
    codes = lot.lignes["etablissement"].drop_nulls().unique().to_list()
    connus = dict(lot.etablissements.select("code", "siret").iter_rows())
    table = {c: s for c in codes if est_siret(s := c if est_siret(c) else (connus.get(c) or "").replace(" ", ""))}
    return pl.col("etablissement").replace_strict(table, default=None, return_dtype=pl.String)


def _refuse_les_trous(lignes: pl.DataFrame) -> None:
    for champ, cle in (("date", "date"), ("debit_centimes", "debit.amount"), ("credit_centimes", "credit.amount")):
        if lignes[champ].null_count():
            numero = lignes.filter(pl.col(champ).is_null())["numero_ligne"][0]
            raise EcritureImpossible(
                f"{cle} manque ou est illisible à la ligne {numero} : corriger le fichier d'abord."
            )
    for champ in ("journal", "compte"):
        if (lignes[champ] == "").any():
            numero = lignes.filter(pl.col(champ) == "")["numero_ligne"][0]
            raise EcritureImpossible(f"{champ} manque à la ligne {numero} : corriger le fichier d'abord.")


def _contexte(lot: Lot, lignes: pl.DataFrame) -> dict[str, str]:
    """The context read, else the first and last days of the lines."""
    lu = {cle: lot.entete[f"contexte.{cle}"] for cle in layout.CONTEXTE if f"contexte.{cle}" in lot.entete}
    jours = lignes["date"].drop_nulls()
    bornes = (jours.min(), jours.max())
    ecrits = {
        cle: f"{jour.isoformat()}T00:00:00.000Z"
        for cle, jour in zip(layout.CONTEXTE, bornes, strict=True)
        if isinstance(jour, date)
    }
    return ecrits | lu


def _options(lot: Lot) -> dict[str, Any]:
    lues = {nom: json.loads(lot.entete[f"options.{nom}"]) for nom in layout.OPTIONS if f"options.{nom}" in lot.entete}
    return lues | {"separatorDecimal": ".", "formatDate": layout.FORMAT_ISO}


def _elements(lot: Lot, lignes: pl.DataFrame) -> pl.Series:
    """One JSON object a line, as text."""
    cadre = lignes.with_columns(
        numero_piece=numeros(lot),
        etablissement=sirets(lot),
        mode_paiement=pl.when(pl.col("mode_paiement").is_in(list(layout.MODES_PAIEMENT))).then("mode_paiement"),
    ).with_columns(_en_devise().alias("_devise"))
    textes = ["etablissement", "lettrage", *(c.champ for c in layout.LIGNE if c.genre == "texte" and c.champ)]
    cadre = cadre.with_columns(_echappe(cadre, dict.fromkeys([*textes, "_devise", "taux_devise"])))
    axes = _axes(lot)
    if axes is not None:
        cadre = cadre.join(axes, left_on="numero_ligne", right_on="ligne_mere", how="left", maintain_order="left")
    morceaux = [_morceau(cle) for cle in layout.LIGNE if cle.champ]
    if axes is not None:
        morceaux.append(pl.col("_axes"))
    if lot.format == "json":
        supplement = pl.col("supplement")
        morceaux.append(supplement.str.slice(1, supplement.str.len_chars() - 2))
    corps = pl.concat_str(morceaux, separator=",", ignore_nulls=True)
    return cadre.select(pl.concat_str(pl.lit("{"), corps, pl.lit("}"))).to_series()


def _morceau(cle: layout.Cle) -> pl.Expr:
    """``"key":value``, null when the line has none."""
    valeur = pl.col(cle.champ or "")
    if cle.genre in ("date", "iso"):
        valeur = pl.concat_str(pl.lit('"'), valeur.dt.strftime(_ISO_JOUR), pl.lit('"'))
    elif cle.genre == "montant":
        valeur = _cote(cle.nom)
    elif cle.nom == "type":
        type_ = pl.col("type_ecriture").fill_null("N").replace_strict(_TYPES, default=None, return_dtype=pl.String)
        initial = (type_ == "1") & (pl.col("a_nouveau") == layout.A_NOUVEAU).fill_null(False)
        code = pl.when(initial).then(pl.lit(layout.TYPE_INITIAL)).otherwise(type_)
        valeur = pl.concat_str(pl.lit('"'), code, pl.lit('"'))
    elif cle.nom != "modePaiement":
        valeur = pl.concat_str(pl.lit('"'), valeur, pl.lit('"'))
    return pl.concat_str(pl.lit(f'"{cle.nom}":'), valeur)


def _en_devise() -> pl.Expr:
    return pl.when(pl.col("devise") != EURO).then(pl.col("devise"))


def _cote(nom: str) -> pl.Expr:
    """One side: its amount, its currency; the foreign amount stands on the side that is used."""
    ici, autre = (pl.col("debit_centimes"), pl.col("credit_centimes"))
    signe = 1
    if nom == "credit":
        ici, autre, signe = autre, ici, -1
    employe = (ici != 0) & ((autre == 0) | (nom == "credit"))
    etranger = pl.when(employe).then(pl.col("montant_devise") * signe)
    taux = pl.when(employe & pl.col("_devise").is_not_null()).then("taux_devise")
    return pl.concat_str(
        pl.lit('{"amount":'),
        decimal(ici, pl.lit(2)),
        pl.lit(',"currency":"'),
        pl.col("_devise").fill_null(EURO),
        pl.lit('"'),
        pl.when(pl.col("_devise").is_not_null() & etranger.is_not_null())
        .then(pl.concat_str(pl.lit(',"currencyAmount":'), decimal(etranger, decimales(pl.col("devise")))))
        .otherwise(pl.lit("")),
        pl.concat_str(pl.lit(',"currencyRate":"'), taux, pl.lit('"')).fill_null(""),
        pl.lit("}"),
    )


def _axes(lot: Lot) -> pl.DataFrame | None:
    """``ligne_mere, _axes``: the analytic arrays of each line, as text."""
    if lot.ventilations.is_empty():
        return None
    libelles = lot.sections.select("axe", section="code", sectionLib="libelle").unique(["axe", "section"], keep="first")
    parts = lot.ventilations.join(libelles, on=["axe", "section"], how="left", maintain_order="left", nulls_equal=True)
    parts = parts.with_columns(
        axe=pl.col("axe").fill_null(""), section=pl.col("section").fill_null(""),
        debit_centimes=pl.col("debit_centimes").fill_null(0), credit_centimes=pl.col("credit_centimes").fill_null(0),
    )  # fmt: skip
    parts = parts.with_columns(_echappe(parts, ("axe", "section", "sectionLib")))
    texte = pl.concat_str(
        pl.lit('{"section":"'),
        pl.col("section"),
        pl.lit('"'),
        pl.concat_str(pl.lit(',"sectionLib":"'), pl.col("sectionLib"), pl.lit('"')).fill_null(""),
        pl.lit(',"debit":{"amount":'),
        decimal(pl.col("debit_centimes"), pl.lit(2)),
        pl.lit('},"credit":{"amount":'),
        decimal(pl.col("credit_centimes"), pl.lit(2)),
        pl.lit("}}"),
    )
    par_axe = (
        parts.with_columns(texte.alias("_part"))
        .group_by("ligne_mere", "axe", maintain_order=True)
        .agg(pl.col("_part").str.join(","))
        .select(
            "ligne_mere",
            pl.concat_str(pl.lit('"axeAna'), "axe", pl.lit('":['), "_part", pl.lit("]")).alias("_axes"),
        )
    )
    return par_axe.group_by("ligne_mere", maintain_order=True).agg(pl.col("_axes").str.join(","))


def _echappe(cadre: pl.DataFrame, champs: Iterable[str]) -> list[pl.Expr]:
    """Texts as JSON wants them, for the columns that need it only."""
    champs = list(champs)
    sales = cadre.select(pl.col(champs).str.contains(r'[\\"\x00-\x1f]').any()).row(0)
    expressions = []
    for champ, sale in zip(champs, sales, strict=True):
        if not sale:
            continue
        texte = pl.col(champ).str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        controles = cadre.select(pl.col(champ).str.extract_all(_CONTROLES).explode().unique().drop_nulls())
        for caractere in controles.to_series():
            texte = texte.str.replace_all(caractere, f"\\u{ord(caractere):04x}", literal=True)
        expressions.append(texte)
    return expressions
