"""Parameter records: those kept as read, brought to the version asked, and those of the lot's frames."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats.fixedwidth import Record
from ecritures.formats.tra import layout
from ecritures.formats.tra.declarations import declarer
from ecritures.formats.tra.parametres import CADRES, colonnes_du_cadre
from ecritures.formats.tra.writer_commun import CONTROLES, Demande, assembler, defaut, elargir

ORDRE = ("PS1", "PS2", "PS3", "PS4", "PS5", "EXO", "TL", "SSA", "ETB", "MDP", "MDR", "DEV", "REG", "TVA", "SAT", "SPA", "NSA", "SOU", "PTL", "CRR", "CRI", "RUP", "CGE", "CGN", "CAE", "RIB", "JAL")  # fmt: skip
"""Order of parameter records (tra.md section 5), the others following; a file with nothing new keeps its own order."""


def parametres(lot: Lot, demande: Demande, *, declarer_emplois: bool = True) -> pl.Series:
    """Every parameter line, in order. ``declarer_emplois``: also what the lines of another format's lot use."""
    gardes = _gardes(lot, demande)
    cadres = [gardes]
    declares = declarer(lot) if declarer_emplois else {}
    nouveaux_codes = False
    for nom in CADRES:
        code, _, colonnes = colonnes_du_cadre(nom)
        code = "CGE" if code == "CGN" and demande.version == 1 else code
        if nom == "sections" and lot.entete.get("NEWANALYTIQUE") == "X":
            code = "NSA"
        cadre: pl.DataFrame = declares.get(nom, getattr(lot, nom))
        nouveaux = cadre.join(gardes.select("numero_ligne"), on="numero_ligne", how="anti", nulls_equal=False)
        if nouveaux.height:
            nouveaux_codes = True
            cadres.append(_enregistrements(nouveaux, layout.records()[code], colonnes, demande.version))
    if not nouveaux_codes:
        return gardes["texte"]
    rang = {code: i for i, code in enumerate(ORDRE)}
    tous = pl.concat(cadres, how="vertical_relaxed").with_columns(
        rang=pl.col("code").replace_strict(rang, default=len(rang), return_dtype=pl.UInt32)
    )
    return tous.sort("rang", "numero_ligne", nulls_last=True, maintain_order=True)["texte"]


def _gardes(lot: Lot, demande: Demande) -> pl.DataFrame:
    """Records as they were read: untouched in their own version, widened or narrowed for another."""
    # the markers of an old importer (### and ¥¥¥) are written as the usual one
    gardes = lot.parametres.select("numero_ligne", "code", texte=pl.lit("***") + pl.col("texte").str.slice(3))
    if demande.origine is None or demande.origine == demande.version:
        return gardes
    # the chart of accounts has a record of its own in version 001: it is made again from its frame
    remplaces = ["CGN", "CGE"] if 1 in (demande.origine, demande.version) else []
    gardes = gardes.filter(~pl.col("code").is_in(remplaces))
    morceaux = [gardes.filter(~pl.col("code").is_in(list(layout.records())))]
    for (code,), morceau in gardes.group_by("code", maintain_order=True):
        if isinstance(code, str) and (record := layout.records().get(code)) is not None:
            connue = layout.largeur_parametre(code, demande.origine)
            largeur = layout.largeur_parametre(code, demande.version)
            textes = morceau["texte"] if connue == largeur else elargir(morceau["texte"], record, connue, largeur)
            morceaux.append(morceau.with_columns(texte=textes))
    return pl.concat(morceaux).sort("numero_ligne", maintain_order=True)


def _enregistrements(cadre: pl.DataFrame, record: Record, colonnes: Mapping[str, str], version: int) -> pl.DataFrame:
    """A frame of the lot as full-width lines; what the frame does not say gets the writer's defaults."""
    largeur = layout.largeur_parametre(record.name, version)
    valeurs: dict[str, pl.Expr] = {"FIXE": pl.lit("***"), "IDENTIFIANT": pl.lit(record.name)}
    defauts = {z.name: defaut(z) for z in record.zones}
    for nom, zone in colonnes.items():
        valeur = pl.col(nom)
        if zone == "LIBELLE":
            valeur = valeur.str.replace_all(CONTROLES, " ")
        if zone in record:
            valeurs[zone] = valeur
        elif zone == "VENTILABLE":  # the five flags in a row
            valeurs |= {f"{zone}{i}": valeur.str.slice(i - 1, 1) == "X" for i in range(1, 6)}
    textes = cadre.select("numero_ligne", **record.write(valeurs, defauts, largeur))
    zones = [c for c in textes.columns if c != "numero_ligne"]
    return textes.select("numero_ligne", code=pl.lit(record.name), texte=assembler(textes, record.name, zones))
