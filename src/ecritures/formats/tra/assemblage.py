"""Blocks put back together: entries delimited, attached lines linked to their general line, rounding settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ecritures.domain.lot import ANNEXES, LIGNES, VENTILATIONS
from ecritures.formats.fixedwidth import Entiers, Masque, tranche
from ecritures.formats.tra import layout, regles
from ecritures.formats.tra.lettrage import note_lettrages
from ecritures.formats.tra.mouvements import LIGNES_LUES, VENTILATIONS_LUES, BlocLu
from ecritures.formats.tra.notes import Notes
from ecritures.formats.tra.parametres import Fichier, est_decale, ressemble_entete
from ecritures.formats.tra.pieces import Delimitation, delimiter, delimiter_analytiques


@dataclass(frozen=True, eq=False)
class Assemblage:
    lignes: pl.DataFrame
    ventilations: pl.DataFrame
    annexes: pl.DataFrame
    regroupement: str
    totaux_lus: tuple[int, int] | None


def assembler(
    lus: Sequence[BlocLu], fichier: Fichier, parametres: pl.DataFrame, entete: Mapping[str, str], notes: Notes
) -> Assemblage:
    """The frames of the lot from those of its blocks."""
    lignes = pl.concat([lu.lignes for lu in lus], rechunk=False) if lus else pl.DataFrame(schema=LIGNES_LUES)
    ventilations = pl.concat([lu.ventilations for lu in lus]) if lus else pl.DataFrame(schema=VENTILATIONS_LUES)
    annexes = pl.concat([lu.annexes for lu in lus]) if lus else pl.DataFrame(schema=ANNEXES).drop("ligne_mere")
    _note_parametres(parametres, lus, notes)
    ps5 = fichier.fiches.get("PS5")
    tenue = (ps5["DEVISE"][0] if ps5 is not None and ps5.height else None) or "EUR"
    pieces = delimiter(lignes, fichier.cadres["journaux"], tenue)
    _note_numeros(pieces, lignes, notes)
    note_lettrages(lignes, notes)
    est_o = (ventilations["genre"] == "O").fill_null(False).to_numpy()
    rangs, rangs_o = _rangs(lignes, ventilations.filter(pl.Series(est_o)), pieces)
    calculees = _calculees(lus)
    if len(calculees):
        lignes = _arrondis(lignes, rangs, calculees, notes)
    lignes = lignes.insert_column(1, pl.Series("ecriture", rangs, dtype=pl.UInt32)).select(LIGNES.keys())
    ventilations = _rattacher(ventilations, lignes, est_o, rangs_o, notes)
    if "calcule" in ventilations.columns and ventilations["calcule"].any():
        ventilations = _arrondis_analytiques(ventilations, lignes)
    annexes = _annexes(annexes, lignes, ventilations, entete, notes)
    totaux = (sum(lu.totaux[0] for lu in lus), sum(lu.totaux[1] for lu in lus))
    return Assemblage(
        lignes, ventilations.select(VENTILATIONS.keys()), annexes.select(ANNEXES.keys()), pieces.en_mots,
        totaux if any(lu.en_devise for lu in lus) else None,
    )  # fmt: skip


def _calculees(lus: Sequence[BlocLu]) -> Entiers:
    rangs, decalage = [], 0
    for lu in lus:
        if len(lu.calculees):
            rangs.append(lu.calculees + decalage)
        decalage += lu.lignes.height
    return np.concatenate(rangs) if rangs else np.zeros(0, np.int64)


def _note_parametres(parametres: pl.DataFrame, lus: Sequence[BlocLu], notes: Notes) -> None:
    premier = next((lu.premier_mouvement for lu in lus if lu.premier_mouvement is not None), None)
    if parametres.is_empty():
        return
    secondes = parametres.filter(~pl.col("code").is_in(list(layout.codes_parametres() | {"CAU"})))
    for numero, code, texte in secondes.select("numero_ligne", "code", "texte").iter_rows():
        if ressemble_entete(texte):
            notes.compte(regles.ENTETE_REPETEE, numero, 1, numero)
        else:
            notes.compte(regles.ENREGISTREMENT_INCONNU, code, 1, numero, code=code)
    regimes = parametres.filter(pl.col("code") == "REG")
    decales = regimes.select(est_decale(pl.col("texte"))).to_series().to_numpy()
    notes.une_fois(regles.REG_DECALE, "", regimes["numero_ligne"], decales, zone="LIBELLE")
    cau = parametres["code"] == "CAU"
    notes.lignes(regles.CAU, parametres["numero_ligne"], cau.to_numpy())
    if premier is not None:
        tardif = (parametres["numero_ligne"] > premier).to_numpy()
        notes.lignes(regles.PARAMETRE_TARDIF, parametres["numero_ligne"], tardif, code=parametres["code"])


def _note_numeros(pieces: Delimitation, lignes: pl.DataFrame, notes: Notes) -> None:
    numeros = lignes["numero_ligne"]
    textuel, sans = pieces.numero_textuel, pieces.sans_numero
    if textuel is not None:
        exemple = lignes["numero_piece"][int(textuel.argmax())]
        notes.une_fois(regles.NUMERO_PIECE_TEXTE, "", numeros, textuel, zone="NUMEROPIECE", valeur=exemple)
    if sans is not None:
        notes.une_fois(
            regles.NUMEROTATION_PARTIELLE, "", numeros, sans if textuel is None else sans & ~textuel, zone="NUMEROPIECE"
        )


def _rangs(lignes: pl.DataFrame, analytiques: pl.DataFrame, pieces: Delimitation) -> tuple[Entiers, Entiers]:
    """Ranks of entries, from 1, general and O entries together in file order."""
    if analytiques.is_empty():
        return pieces.ecriture, np.zeros(0, np.int64)
    rupture_o = delimiter_analytiques(analytiques)
    numeros_o = analytiques["numero_ligne"].to_numpy()
    if lignes.is_empty():
        return pieces.ecriture, np.cumsum(rupture_o).astype(np.int64)
    numeros = lignes["numero_ligne"].to_numpy()
    debuts_g = numeros[np.flatnonzero(np.diff(pieces.ecriture, prepend=0))]
    debuts_o = numeros_o[rupture_o]
    tous = np.sort(np.concatenate((debuts_g, debuts_o)))
    rang_g = np.searchsorted(tous, debuts_g) + 1
    rang_o = np.searchsorted(tous, debuts_o) + 1
    return rang_g[pieces.ecriture - 1], rang_o[np.cumsum(rupture_o) - 1]


def _arrondis(lignes: pl.DataFrame, rangs: Entiers, calculees: Entiers, notes: Notes) -> pl.DataFrame:
    """An entry that balances in its currency must balance in computed euros: the rounding goes to its largest line."""
    n = lignes.height
    marque = np.zeros(n, np.bool_)
    marque[calculees] = True
    cadre = pl.DataFrame(
        {
            "rang": rangs,
            "position": np.arange(n),
            "calcule": marque,
            "euros": lignes["debit_centimes"] - lignes["credit_centimes"],
            "devise": lignes["montant_devise"],
        }
    ).filter(pl.col("rang").is_in(pl.Series(np.unique(rangs[calculees])).implode()))
    ecarts = (
        cadre.group_by("rang", maintain_order=True)
        .agg(
            ecart=pl.sum("euros"),
            solde=pl.when((pl.col("devise").null_count() == 0) & (pl.col("euros").null_count() == 0)).then(
                pl.sum("devise")
            ),
            nombre=pl.sum("calcule"),
            position=pl.col("position").filter("calcule").get(pl.col("euros").filter("calcule").abs().arg_max()),
        )
        .filter(pl.col("solde") == 0, pl.col("ecart") != 0, pl.col("ecart").abs() <= pl.col("nombre"))
    )
    if ecarts.is_empty():
        return lignes
    correction = np.zeros(n, np.int64)
    correction[ecarts["position"].to_numpy()] = -ecarts["ecart"].to_numpy()
    debiteur = (lignes["debit_centimes"] != 0).fill_null(False).to_numpy()
    touchees = correction != 0
    texte = pl.Series(np.abs(correction))
    rang_touche = np.flatnonzero(touchees)
    notes.lieux.append(
        (
            regles.ARRONDI_REPARTI,
            pl.DataFrame(
                {
                    "numero_ligne": lignes["numero_ligne"].gather(pl.Series(rang_touche)),
                    "ecart": texte.gather(pl.Series(rang_touche)),
                }
            ).with_columns(zone=pl.lit("MONTANT1")),
            len(rang_touche),
        )
    )
    return lignes.with_columns(
        debit_centimes=pl.col("debit_centimes") + pl.Series(np.where(debiteur, correction, 0)),
        credit_centimes=pl.col("credit_centimes") - pl.Series(np.where(debiteur, 0, correction)),
    )


def _rattacher(
    ventilations: pl.DataFrame, lignes: pl.DataFrame, est_o: Masque, rangs_o: Entiers, notes: Notes
) -> pl.DataFrame:
    """``ligne_mere`` and ``ecriture`` of the analytic lines."""
    if ventilations.is_empty():
        return ventilations.with_columns(ligne_mere=pl.lit(None, pl.UInt32), ecriture=pl.lit(None, pl.UInt32))
    mere, rang = _precedente(ventilations["numero_ligne"], lignes["numero_ligne"])
    mere = mere.set(pl.Series(est_o), None)
    ecriture = lignes["ecriture"].gather(rang) if lignes.height else pl.Series([None] * len(rang), dtype=pl.UInt32)
    ecriture = ecriture.set(mere.is_null(), None)
    if est_o.any():
        propres = np.zeros(len(est_o), np.int64)
        propres[est_o] = rangs_o
        ecriture = pl.select(pl.when(pl.Series(est_o)).then(pl.Series(propres)).otherwise(ecriture)).to_series()
    orphelines = (mere.is_null() & ~pl.Series(est_o)).to_numpy()
    notes.lignes(
        regles.ANALYTIQUE_ORPHELINE,
        ventilations["numero_ligne"],
        orphelines,
        zone="TYPECPTE",
        genre=ventilations["genre"],
    )
    return ventilations.with_columns(ligne_mere=mere, ecriture=ecriture.cast(pl.UInt32))


def _precedente(numeros: pl.Series, reperes: pl.Series) -> tuple[pl.Series, pl.Series]:
    """For each line, the last of ``reperes`` at or before it (null: none), and its rank there."""
    rangs = np.searchsorted(reperes.to_numpy(), numeros.to_numpy(), side="right") - 1
    absente = pl.Series(rangs < 0)
    rang = pl.Series(np.maximum(rangs, 0))
    if reperes.is_empty():
        return pl.Series([None] * len(numeros), dtype=pl.UInt32), rang
    return reperes.gather(rang).set(absente, None), rang


def _arrondis_analytiques(ventilations: pl.DataFrame, lignes: pl.DataFrame) -> pl.DataFrame:
    """Computed shares must add up to their computed general line: the rounding goes to the largest share of the axis."""
    meres = lignes.select(
        pl.col("numero_ligne").alias("ligne_mere"), total=pl.col("debit_centimes") - pl.col("credit_centimes")
    )
    groupe = ["ligne_mere", "axe"]
    euros = pl.col("debit_centimes") - pl.col("credit_centimes")
    ecart = pl.col("total") - euros.sum().over(groupe)
    plus_forte = pl.col("numero_ligne") == pl.col("numero_ligne").sort_by(pl.col("montant_lu").abs()).last().over(
        groupe
    )
    correction = (
        pl.when((ecart.abs() <= pl.len().over(groupe)) & plus_forte & pl.col("calcule").fill_null(False))
        .then(ecart)
        .otherwise(0)
        .fill_null(0)
    )
    return (
        ventilations.join(meres, on="ligne_mere", how="left", maintain_order="left")
        .with_columns(correction=correction, au_debit=pl.col("montant_lu") > 0)
        .with_columns(
            debit_centimes=pl.col("debit_centimes") + pl.when("au_debit").then("correction").otherwise(0),
            credit_centimes=pl.col("credit_centimes") - pl.when("au_debit").then(0).otherwise("correction"),
        )
    )


def _annexes(
    annexes: pl.DataFrame, lignes: pl.DataFrame, ventilations: pl.DataFrame, entete: Mapping[str, str], notes: Notes
) -> pl.DataFrame:
    """``ligne_mere`` of documents, variables and approvals; budget lines stand alone."""
    if annexes.is_empty():
        return annexes.with_columns(ligne_mere=pl.lit(None, pl.UInt32))
    mere, _ = _precedente(annexes["numero_ligne"], lignes["numero_ligne"])
    analytique, _ = _precedente(annexes["numero_ligne"], ventilations["numero_ligne"])
    zone = layout.records()["VT"].zone("TYPECR")
    variable = pl.col("genre") == "V"
    sur_axe = variable & (pl.col("texte").str.slice(zone.start - 1, zone.width) == "ANA")
    annexes = annexes.with_columns(m=mere, a=analytique).with_columns(
        ligne_mere=pl.when(pl.col("genre") == "B").then(None).when(sur_axe).then("a").otherwise("m")
    )
    _note_annexes(annexes, notes)
    # a SYN file may hold variables alone, each tied by its GUID (tra.md section 9)
    seules = variable & (entete.get("TYPEFICHIER") == "SYN")
    orpheline = (
        annexes.select(pl.col("ligne_mere").is_null() & (pl.col("genre") != "B") & ~seules).to_series().to_numpy()
    )
    notes.lignes(
        regles.ANALYTIQUE_ORPHELINE, annexes["numero_ligne"], orpheline, zone="TYPECPTE", genre=annexes["genre"]
    )
    return annexes


_ANNEXES_OBLIGATOIRES = {"G": ("DOCUMENT",), "V": ("TYPECR", "CODE", "GUID", "DATA")}


def _note_annexes(annexes: pl.DataFrame, notes: Notes) -> None:
    """What a document or a variable cannot do without. Their other columns are no movement's and are not judged."""
    for genre, zones in _ANNEXES_OBLIGATOIRES.items():
        lignes = annexes.filter(pl.col("genre") == genre)
        record = layout.records()[layout.ENREGISTREMENT_DU_GENRE[genre]]
        coupes = {
            nom: lignes.select(tranche(pl.col("texte"), (z := record.zone(nom)).start, z.end)).to_series()
            for nom in zones
        }
        for nom, texte in coupes.items():
            notes.lignes(
                regles.ZONE_ANNEXE_VIDE, lignes["numero_ligne"], texte.is_null().to_numpy(), zone=nom, genre=genre
            )
        if genre == "V":
            inconnue = ~coupes["TYPECR"].is_in(["GEN", "ANA"]) & coupes["TYPECR"].is_not_null()
            notes.lignes(
                regles.VARIABLE_INCONNUE,
                lignes["numero_ligne"],
                inconnue.to_numpy(),
                zone="TYPECR",
                valeur=coupes["TYPECR"],
            )
