"""A sheet of an XLSX workbook under a model. A line is a row, a zone is a column letter and its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import Detection
from ecritures.domain.modele import Modele
from ecritures.formats import xlsx
from ecritures.formats.perso import regles
from ecritures.formats.perso.tableau import Inadapte, Source, Tableau, ecarter, exiger_des_lignes, placer
from ecritures.formats.perso.valeurs import BLANCS


def lire(octets: bytes, modele: Modele, constats: Collecteur) -> Tableau:
    """The rows of a sheet. Raises Inadapte."""
    try:
        classeur = xlsx.Classeur(octets)
        onglet = _onglet(classeur, modele, constats)
        feuille = classeur.lire(onglet)
    except xlsx.ClasseurRefuse as refus:
        if octets.startswith(xlsx.SIGNATURE) or refus.regle is xlsx.LIMITE:
            constats.signale(refus.regle, None, motif=refus.motif)
        else:
            constats.signale(regles.PAS_UN_CLASSEUR, None, modele=modele.nom, trouve=_quoi(octets, refus.motif))
        raise Inadapte from refus
    xlsx.signaler(classeur, feuille, constats)
    noms, entete = _entete(feuille, modele, constats)
    places = placer(noms, modele, entete, constats)
    debut = entete if modele.entete else modele.lignes_a_sauter
    cadre, sources = _colonnes(feuille, places, noms, debut, modele)
    avant = cadre.height
    textes = [c for c in cadre.columns if c.startswith("c")]
    cadre = ecarter(cadre, textes, sources, modele, constats)
    exiger_des_lignes(cadre, avant, modele, constats)
    _signale_cellules(feuille, cadre, places, sources, constats)
    detection = Detection("xlsx", "aucune", len(octets), len(feuille.rangees))
    garde = ["numero_ligne", *(c for s in sources.values() for c in (s.texte, s.nombre, s.jour) if c)]
    return Tableau(
        cadre.select(list(dict.fromkeys(garde))),
        sources,
        detection,
        SituationClasseur(cadre, {s.zone: s.texte for s in sources.values()}),
        depuis_1904=feuille.depuis_1904,
        est_classeur=True,
        ignorees=avant - cadre.height,
        dites=frozenset(feuille.erreurs.values()),
    )


def _quoi(octets: bytes, motif: str) -> str:
    if motif.startswith("c'est "):
        return motif.removeprefix("c'est ")
    return "vide" if not octets.strip() else "d'une autre nature"


def _onglet(classeur: xlsx.Classeur, modele: Modele, constats: Collecteur) -> xlsx.Onglet:
    visibles = [o for o in classeur.onglets if o.est_visible]
    voulu = modele.feuille
    trouves = visibles
    attendue = "l'unique feuille visible"
    if isinstance(voulu, str):
        trouves = [o for o in classeur.onglets if o.nom.casefold() == voulu.casefold()]
        attendue = f"la feuille « {voulu} »"
    elif voulu is not None:
        trouves = list(classeur.onglets[voulu - 1 : voulu]) if voulu > 0 else []
        attendue = f"la feuille de rang {voulu}"
    if len(trouves) == 1:
        return trouves[0]
    presentes = ", ".join(f"« {o.nom} »" + ("" if o.est_visible else " (cachée)") for o in classeur.onglets[:40])
    constats.signale(regles.FEUILLE_ABSENTE, None, modele=modele.nom, attendue=attendue, presentes=presentes)
    raise Inadapte


def _entete(feuille: xlsx.Feuille, modele: Modele, constats: Collecteur) -> tuple[list[str], int]:
    """Names of the columns and the row they are on."""
    if not modele.entete:
        return [""] * feuille.nombre_colonnes, modele.lignes_a_sauter + 1
    for rang in range(modele.lignes_a_sauter, len(feuille.rangees)):
        noms = [xlsx.texte(v) for v in feuille.rangees[rang]]
        if any(n.strip(BLANCS) for n in noms):
            return noms, rang + 1
    exiger_des_lignes(pl.DataFrame(), len(feuille.rangees), modele, constats)
    raise AssertionError("an empty sheet was just refused")


def _colonnes(
    feuille: xlsx.Feuille, places: Mapping[str, int], noms: list[str], debut: int, modele: Modele
) -> tuple[pl.DataFrame, dict[str, Source]]:
    """The columns that the model reads, and all others as text when rows of totals must be recognised."""
    numeros = pl.int_range(debut + 1, max(len(feuille.rangees), debut) + 1, dtype=pl.UInt32, eager=True)
    series: dict[str, pl.Series] = {"numero_ligne": numeros}
    zones = {}
    lus = range(feuille.nombre_colonnes) if modele.totaux else sorted(set(places.values()))
    for rang in lus:
        colonne = xlsx.colonne(feuille, rang + 1)
        for prefixe, serie in (("c", colonne.textes), ("n", colonne.nombres), ("d", colonne.jours)):
            if serie is not None:
                series[f"{prefixe}{rang}"] = serie.slice(debut)
        zones[rang] = f"{xlsx.lettres(rang + 1)} {noms[rang].strip()}".strip() if rang < len(noms) else ""
    sources = {
        champ: Source(
            zones[rang],
            f"c{rang}",
            f"n{rang}" if f"n{rang}" in series else None,
            f"d{rang}" if f"d{rang}" in series else None,
        )
        for champ, rang in places.items()
    }
    return pl.DataFrame(series), sources


def _signale_cellules(
    feuille: xlsx.Feuille,
    cadre: pl.DataFrame,
    places: Mapping[str, int],
    sources: Mapping[str, Source],
    constats: Collecteur,
) -> None:
    """Cells in error, and formulas without a value, in the rows and columns that are read."""
    zones = {rang: sources[champ].zone for champ, rang in places.items()}
    lues = set(cadre["numero_ligne"]) if feuille.erreurs or feuille.sans_valeur else set()
    for (ligne, colonne), erreur in sorted(feuille.erreurs.items()):
        if ligne in lues and colonne - 1 in zones:
            cellule = f"{xlsx.lettres(colonne)}{ligne}"
            constats.signale(xlsx.ERREUR_DE_CELLULE, ligne, zone=zones[colonne - 1], cellule=cellule, valeur=erreur)
    for ligne, colonne in sorted(feuille.sans_valeur):
        if ligne in lues and colonne - 1 in zones:
            cellule = f"{xlsx.lettres(colonne)}{ligne}"
            constats.signale(xlsx.FORMULE_SANS_VALEUR, ligne, zone=zones[colonne - 1], cellule=cellule)


@dataclass(frozen=True)
class SituationClasseur:
    """A cell has no columns of characters: its raw text only (:class:`~ecritures.domain.constat.Localisation`)."""

    cadre: pl.DataFrame
    colonnes: Mapping[str, str]

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        vide = pl.lit(None, pl.UInt32)
        places = lieux.with_row_index("_rang").with_columns(colonne_debut=vide, colonne_fin=vide)
        bruts = [pl.DataFrame(schema={"_rang": pl.get_index_type(), "brut": pl.String})]
        for zone, colonne in self.colonnes.items():
            ici = places.filter(pl.col("zone") == zone).select("_rang", "numero_ligne")
            if ici.height:
                textes = self.cadre.select("numero_ligne", brut=pl.col(colonne))
                bruts.append(ici.join(textes, on="numero_ligne", how="left").select("_rang", "brut"))
        return places.join(pl.concat(bruts), on="_rang", how="left", maintain_order="left").drop("_rang")
