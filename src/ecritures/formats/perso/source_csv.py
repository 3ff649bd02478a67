"""A delimited file under a model. Quotes are honoured, because the model says so; physical line numbers are kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.modele import Modele
from ecritures.formats import lines
from ecritures.formats.delimited import Situation, decouper
from ecritures.formats.perso import regles
from ecritures.formats.perso.tableau import Inadapte, Source, Tableau, ecarter, exiger_des_lignes, placer
from ecritures.formats.perso.texte import ouvrir, toutes_les_lignes

LIGNES_PAR_VALEUR_MAX = 100
"""Physical lines that one quoted value may span: beyond, its quote was never closed, and the lines after it are read."""
COLONNES_MAX = 1_000
"""More fields than this are not an export of entries."""


class Champ(NamedTuple):
    """One field of a record: its text without quotes, and where it begins and ends, from 0, on its first line.
    ``ligne``: lines after the record's first where it begins."""

    texte: str
    debut: int
    fin: int
    ligne: int


class Enregistrement(NamedTuple):
    """A record: the physical line where it begins (from 1), its fields, and whether a quote was left open."""

    numero_ligne: int
    champs: list[Champ]
    est_ouvert: bool


def lire(octets: bytes, modele: Modele, encodage: str | None, constats: Collecteur) -> Tableau:
    """The rows of a CSV. Raises Inadapte."""
    texte = ouvrir(octets, encodage, modele, constats)
    lues = toutes_les_lignes(texte, constats)
    if modele.lignes_a_sauter:
        lues = lues.slice(modele.lignes_a_sauter)
    total = lues.height
    cite = bool(modele.guillemet) and bool(lues["ligne"].str.contains(modele.guillemet, literal=True).any())
    noms, entete, lues = _entete(lues, modele, cite, constats)
    numeros, champs, fautives = _champs(lues, modele, len(noms), cite, constats)
    places = placer(noms, modele, entete, constats)
    zones = {champ: noms[rang].strip() or f"colonne {rang + 1}" for champ, rang in places.items()}
    if not modele.entete:
        zones = {champ: f"colonne {rang + 1}" for champ, rang in places.items()}
    sources = {champ: Source(zones[champ], f"c{rang}") for champ, rang in places.items()}
    textes = [f"c{rang}" for rang in range(len(noms))]
    cadre = ecarter(pl.concat([numeros, champs], how="horizontal"), textes, sources, modele, constats)
    _largeurs(fautives, cadre.height, len(noms), modele, constats)
    if fautives.is_empty():
        exiger_des_lignes(cadre, total, modele, constats)
    garde = ["numero_ligne", *dict.fromkeys(s.texte for s in sources.values())]
    positions = {zones[champ]: rang for champ, rang in places.items()}
    situation = (
        SituationCitee(texte, modele.separateur, modele.guillemet, positions)
        if cite
        else Situation(texte, modele.separateur, positions)
    )
    detection = dataclasses.replace(texte.detection, separateur=modele.separateur)
    return Tableau(cadre.select(garde), sources, detection, situation, ignorees=total - cadre.height)


def _entete(
    lues: pl.DataFrame, modele: Modele, cite: bool, constats: Collecteur
) -> tuple[list[str], int, pl.DataFrame]:
    """Names of the columns, the line they are on, and the lines after it. Without a header, as many blank names as most
    lines have fields."""
    pleines = lues.filter(pl.col("ligne").str.strip_chars() != "")
    if pleines.is_empty():
        exiger_des_lignes(pleines, lues.height, modele, constats)
    if modele.entete:
        numero = int(pleines["numero_ligne"][0])
        reste = lues.filter(pl.col("numero_ligne") >= numero)
        premier = enregistrements(reste.head(LIGNES_PAR_VALEUR_MAX + 1), modele.separateur, modele.guillemet)[0]
        noms = [c.texte for c in premier.champs]
        suite = max((c.ligne + c.texte.count("\n") for c in premier.champs), default=0)
        lues = reste.slice(1 + suite)
    else:
        numero = int(pleines["numero_ligne"][0])
        essai = enregistrements(pleines.head(1000), modele.separateur, modele.guillemet if cite else "")
        nombres = pl.Series([len(e.champs) for e in essai]).mode(maintain_order=True)
        noms = [""] * int(nombres.max() or 1)  # type: ignore[arg-type]
    while modele.entete and len(noms) > 1 and not noms[-1].strip():
        noms.pop()  # a separator at the end of the header names no column
    if len(noms) > COLONNES_MAX:
        attendu = f"{COLONNES_MAX} colonnes au plus"
        constats.signale(
            regles.LARGEUR,
            numero,
            modele=modele.nom,
            attendu=attendu,
            nombre=1,
            total=1,
            trouve=f"{len(noms)} colonnes",
        )
        raise Inadapte
    return noms, numero, lues


def _champs(
    lues: pl.DataFrame, modele: Modele, nombre: int, cite: bool, constats: Collecteur
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """``numero_ligne``, the fields ``c0…`` of the records that have the width of the file, and the other records.

    Software that ends each line with separators makes lines wider than the header, all by as much: that width is then the
    one of every record. A single line of that sort has a stray separator somewhere, and its values may be shifted.
    """
    if not cite:
        pleines = lues.filter(pl.col("ligne").str.strip_chars(f" \t{modele.separateur}") != "")
        largeur = _largeur(pleines["ligne"].str.count_matches(modele.separateur, literal=True) + 1, nombre)
        bonnes, fautives = decouper(lues, modele.separateur, largeur)
    else:
        bonnes, fautives, largeur = _cite_en_colonnes(lues, modele, nombre, constats)
    if largeur > nombre:
        pleine = pl.any_horizontal(pl.col(f"c{rang}").str.strip_chars() != "" for rang in range(nombre, largeur))
        decalees = bonnes.filter(pleine)
        if decalees.height:
            textes = [pl.col(f"c{rang}") for rang in range(largeur)]
            autres = decalees.select(
                "numero_ligne",
                ligne=pl.concat_str(textes, separator=modele.separateur),
                nombre_zones=pl.lit(largeur, pl.UInt32),
            )
            fautives = pl.concat([fautives.select(autres.columns), autres]).sort("numero_ligne")
            bonnes = bonnes.filter(~pleine)
    garde = [f"c{rang}" for rang in range(nombre)]
    return bonnes.select("numero_ligne"), bonnes.select(garde), fautives


def _largeur(largeurs: pl.Series, nombre: int) -> int:
    """The width that most records have, when it is that of the header or more."""
    courante = largeurs.mode().max() if largeurs.len() else nombre
    assert isinstance(courante, int), "a count of fields is an integer"
    return courante if nombre < courante <= COLONNES_MAX else nombre


def _cite_en_colonnes(
    lues: pl.DataFrame, modele: Modele, nombre: int, constats: Collecteur
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """As ``decouper``, quotes honoured; and the width found."""
    tous = enregistrements(lues, modele.separateur, modele.guillemet)
    ouverts = [e.numero_ligne for e in tous if e.est_ouvert]
    if ouverts:
        lieux = pl.DataFrame({"numero_ligne": pl.Series(ouverts, dtype=pl.UInt32)})
        constats.ajoute(regles.GUILLEMET, lieux.with_columns(limite=pl.lit(LIGNES_PAR_VALEUR_MAX)))
    pleins = [len(e.champs) for e in tous if any(c.texte.strip() for c in e.champs)]
    largeur = _largeur(pl.Series(pleins, dtype=pl.Int64), nombre)
    bons = [e for e in tous if len(e.champs) == largeur]
    colonnes = list(zip(*([c.texte for c in e.champs] for e in bons), strict=True)) or [()] * largeur
    numeros = pl.Series("numero_ligne", [e.numero_ligne for e in bons], dtype=pl.UInt32)
    autres = [
        (e.numero_ligne, modele.separateur.join(c.texte for c in e.champs), len(e.champs))
        for e in tous
        if len(e.champs) != largeur
    ]
    schema = {"numero_ligne": pl.UInt32, "ligne": pl.String, "nombre_zones": pl.UInt32}
    return (
        pl.DataFrame([numeros, *(pl.Series(f"c{r}", v, dtype=pl.String) for r, v in enumerate(colonnes))]),
        pl.DataFrame(autres, schema=schema, orient="row"),
        largeur,
    )


def _largeurs(fautives: pl.DataFrame, lues: int, nombre: int, modele: Modele, constats: Collecteur) -> None:
    """Says the lines of another width: one by one, or once when they are most of the file (then raises Inadapte)."""
    vraies = fautives.filter(
        pl.col("ligne").str.replace_all(modele.separateur, "", literal=True).str.strip_chars() != ""
    )
    if not modele.ignorer_vides:
        vides = fautives.join(vraies, on="numero_ligne", how="anti", maintain_order="left")
        constats.ajoute(regles.LIGNE_VIDE, vides.select("numero_ligne"))
    if modele.totaux and vraies.height:
        # a total written on one cell is no line of entries
        debuts = [t.strip().casefold() for t in modele.totaux]
        plate = pl.col("ligne").str.strip_chars(f" {modele.separateur}{modele.guillemet}").str.to_lowercase()
        vraies = vraies.filter(~pl.any_horizontal(plate.str.starts_with(d) for d in debuts))
    if vraies.is_empty():
        return
    if vraies.height > lues:
        premiere = vraies.row(0, named=True)
        constats.signale(
            regles.LARGEUR,
            premiere["numero_ligne"],
            modele=modele.nom,
            attendu=f"{nombre} colonnes séparées par « {modele.separateur} »",
            nombre=vraies.height,
            total=vraies.height + lues,
            trouve=f"{premiere['nombre_zones']} colonnes",
        )
        raise Inadapte
    constats.ajoute(
        regles.LIGNE_AUTRE_LARGEUR,
        vraies.select(
            "numero_ligne",
            pl.col("nombre_zones").alias("nombre"),
            unite=pl.lit("valeurs"),
            attendu=pl.lit(nombre),
            valeur=pl.col("ligne").str.slice(0, 200),
        ),
    )


# ── Quotes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def enregistrements(lues: pl.DataFrame, separateur: str, guillemet: str) -> list[Enregistrement]:
    """The records of these lines (``numero_ligne, ligne``), a quoted value spanning lines where it must.

    A quote opens only at the beginning of a field, and is doubled inside; elsewhere it is a character like another. A
    quote that is not closed within LIGNES_PAR_VALEUR_MAX lines is one too: that line alone is read without quoting.
    """
    numeros, textes = lues["numero_ligne"].to_list(), lues["ligne"].to_list()
    sortie, rang = [], 0
    while rang < len(textes):
        ligne = textes[rang]
        if not guillemet or guillemet not in ligne:
            sortie.append(Enregistrement(numeros[rang], _simples(ligne, separateur), False))
            rang += 1
            continue
        champs, suite = _cites(textes, rang, separateur, guillemet)
        if champs is None:
            sortie.append(Enregistrement(numeros[rang], _simples(ligne, separateur), True))
        else:
            sortie.append(Enregistrement(numeros[rang], champs, False))
        rang = suite
    return sortie


def _simples(ligne: str, separateur: str) -> list[Champ]:
    champs, debut = [], 0
    for morceau in ligne.split(separateur):
        champs.append(Champ(morceau, debut, debut + len(morceau), 0))
        debut += len(morceau) + 1
    return champs


def _cites(textes: list[str], rang: int, separateur: str, guillemet: str) -> tuple[list[Champ] | None, int]:
    """Fields of the record that begins at ``rang``, and the rank of the next; None when a quote is never closed."""
    champs: list[Champ] = []
    ligne, place, courante = textes[rang], 0, rang
    while True:
        debut, premiere = place, courante - rang
        nu = ligne[place:].lstrip(" ")
        if not nu.startswith(guillemet):
            fin = ligne.find(separateur, place)
            fin = len(ligne) if fin < 0 else fin
            champs.append(Champ(ligne[debut:fin], debut, fin, premiere))
            place = fin
        else:
            place = len(ligne) - len(nu) + 1
            morceaux: list[str] = []
            while True:
                fin = ligne.find(guillemet, place)
                if fin < 0:
                    if courante - rang >= LIGNES_PAR_VALEUR_MAX or courante + 1 >= len(textes):
                        return None, rang + 1
                    morceaux.append(ligne[place:] + "\n")
                    courante += 1
                    ligne, place = textes[courante], 0
                elif ligne.startswith(guillemet, fin + 1):
                    morceaux.append(ligne[place : fin + 1])
                    place = fin + 2
                else:
                    morceaux.append(ligne[place:fin])
                    break
            apres = ligne.find(separateur, fin + 1)
            apres = len(ligne) if apres < 0 else apres
            morceaux.append(ligne[fin + 1 : apres].rstrip(" "))
            fin_ici = apres if courante - rang == premiere else len(textes[rang + premiere])
            champs.append(Champ("".join(morceaux), debut, fin_ici, premiere))
            place = apres
        if place >= len(ligne):
            return champs, courante + 1
        place += 1


@dataclass(frozen=True)
class SituationCitee:
    """Where zones stand in a quoted file (:class:`~ecritures.domain.constat.Localisation`).

    A value that begins on a later line of its record has no columns: the line said is the record's first.
    """

    texte: lines.Texte
    separateur: str
    guillemet: str
    positions: Mapping[str, int]

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        voulues = {n for n, z in zip(lieux["numero_ligne"], lieux["zone"], strict=True) if z in self.positions and n}
        champs = self._champs(voulues)
        debuts: list[int | None] = []
        fins: list[int | None] = []
        bruts: list[str | None] = []
        for numero, zone in zip(lieux["numero_ligne"], lieux["zone"], strict=True):
            trouves, rang = champs.get(numero, []), self.positions.get(zone, -1)
            champ = trouves[rang] if 0 <= rang < len(trouves) else None
            ici = champ is not None and champ.ligne == 0
            debuts.append(champ.debut + 1 if champ and ici else None)
            fins.append(max(champ.fin, champ.debut + 1) if champ and ici else None)
            bruts.append(champ.texte if champ else None)
        return lieux.with_columns(
            colonne_debut=pl.Series(debuts, dtype=pl.UInt32),
            colonne_fin=pl.Series(fins, dtype=pl.UInt32),
            brut=pl.Series(bruts, dtype=pl.String),
        )

    def _champs(self, voulues: set[int]) -> dict[int, list[Champ]]:
        if not voulues:
            return {}
        textes = toutes_les_lignes(self.texte)["ligne"].to_list()
        sortie = {}
        for numero in voulues:
            rang = numero - 1
            if rang >= len(textes):
                continue
            champs, _ = _cites(textes, rang, self.separateur, self.guillemet)
            sortie[numero] = champs if champs is not None else _simples(textes[rang], self.separateur)
        return sortie
