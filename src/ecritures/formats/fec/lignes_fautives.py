"""Lines that have not the number of fields of the header: put back together when there is one way only, else said (L01).

Blank lines, a record cut in two by a line end inside a label (D-13), optional zones left out at the end (D-14), a
separator too many at the end (D-15), a stray separator inside a text (D-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.formats.delimited import BLANCS, Fusion, decouper
from ecritures.formats.fec import regles
from ecritures.formats.fec.entete import Entete

FUSIONS_MAX = 10_000
"""Lines with a stray separator that are tried one by one; a file with more of them has another problem."""
SURPLUS_MAX = 3
"""Stray separators in one line beyond which it is not put back together."""
FIN_DE_FICHIER = "\x1a"

_FORME_DATE = r"^[ ]*[0-9]{4}[-/]?[0-9]{2}[-/]?[0-9]{2}([ T].*)?[ ]*$|^[ ]*[0-9]{2}[-/]?[0-9]{2}[-/]?[0-9]{4}[ ]*$"
_FORME_MONTANT = r"^[ +-]*[0-9]*[.,]?[0-9]*[ +-]*$"


@dataclass(frozen=True)
class Repares:
    """``champs``: the fields of the lines put back together, as :func:`decouper` gives them."""

    champs: pl.DataFrame
    fusions: Mapping[int, Fusion]


def reparer(fautives: pl.DataFrame, entete: Entete, constats: Collecteur) -> Repares:
    """``fautives``: numero_ligne, ligne, nombre_zones of the whole file, in file order."""
    reste = _sans_lignes_vides(fautives, entete, constats)
    champs: list[pl.DataFrame] = []
    fusions: dict[int, Fusion] = {}
    for etape in (_coupees, _separateur_final, _zones_finales):
        lus, reste = etape(reste, entete, constats)
        champs.append(lus)
    lus, reste, fusions = _separateurs_dans_zone(reste, entete, constats)
    champs.append(lus)
    if reste.height:
        brute = pl.col("ligne").str.replace_all(entete.entre, entete.separateur, literal=True)
        lieux = reste.select(
            "numero_ligne", "nombre_zones", attendues=pl.lit(entete.nombre), valeur=brute.str.slice(0, 200)
        )
        constats.ajoute(regles.NOMBRE_ZONES, lieux)
    return Repares(pl.concat(champs).sort("numero_ligne"), fusions)


def _sans_lignes_vides(fautives: pl.DataFrame, entete: Entete, constats: Collecteur) -> pl.DataFrame:
    nue = pl.col("ligne").str.strip_chars(BLANCS + entete.entre + FIN_DE_FICHIER + "\x00")
    fin = pl.col("ligne").str.contains(FIN_DE_FICHIER, literal=True)
    vides = fautives.filter(nue == "")
    constats.ajoute(regles.LIGNE_VIDE, vides.filter((pl.col("nombre_zones") == 1) & ~fin).select("numero_ligne"))
    constats.ajoute(regles.LIGNE_SANS_VALEUR, vides.filter(pl.col("nombre_zones") > 1).select("numero_ligne"))
    return fautives.filter(nue != "")


def _decoupe(lignes: pl.DataFrame, entete: Entete) -> pl.DataFrame:
    return decouper(lignes.select("numero_ligne", "ligne"), entete.entre, entete.nombre)[0]


def _est_plausible(entete: Entete) -> pl.Expr:
    """Dates and amounts of a record put back together look like dates and amounts, where it has any."""
    tests = [pl.col(f"c{entete.positions['EcritureDate']}").str.contains(_FORME_DATE)]
    for zone in ("PieceDate", "ValidDate", "DateLet"):
        if zone in entete.positions:
            champ = pl.col(f"c{entete.positions[zone]}")
            tests.append((champ.str.strip_chars(BLANCS) == "") | champ.str.contains(_FORME_DATE))
    for zone in ("Debit", "Credit", "Montant"):
        if zone in entete.positions:
            tests.append(pl.col(f"c{entete.positions[zone]}").str.contains(_FORME_MONTANT))
    tests.append(pl.col(f"c{entete.positions['CompteNum']}").str.contains(r"^[ ]*[0-9A-Za-z]+[ ]*$"))
    return pl.all_horizontal(tests)


def _coupees(reste: pl.DataFrame, entete: Entete, constats: Collecteur) -> tuple[pl.DataFrame, pl.DataFrame]:
    """D-13: a line and the next, both short, whose fields add up to one record."""
    paires = reste.with_columns(
        suivante=pl.col("numero_ligne").shift(-1),
        fin=pl.col("ligne").shift(-1),
        total=pl.col("nombre_zones") + pl.col("nombre_zones").shift(-1) - 1,
    )
    possible = (
        (pl.col("suivante") == pl.col("numero_ligne") + 1)
        & (pl.col("total") == entete.nombre)
        & (pl.col("nombre_zones") < entete.nombre)
        & (pl.col("nombre_zones").shift(-1) < entete.nombre)
    ).fill_null(False)
    candidates = paires.filter(possible).select(
        "numero_ligne", "suivante", ligne=pl.concat_str("ligne", "fin", separator=" ")
    )
    if candidates.height == 0:
        return _decoupe(candidates, entete), reste
    # in a chain of candidates, a line is the end of one record or the beginning of the next, not both
    chaine = (pl.col("numero_ligne") != pl.col("suivante").shift()).fill_null(True).cum_sum()
    candidates = candidates.filter(pl.int_range(pl.len()).over(chaine) % 2 == 0)
    champs = _decoupe(candidates, entete).filter(_est_plausible(entete))
    lues = candidates.filter(pl.col("numero_ligne").is_in(champs["numero_ligne"].implode()))
    constats.ajoute(regles.LIGNE_COUPEE, lues.select("numero_ligne", "suivante"))
    prises = pl.concat([lues["numero_ligne"], lues["suivante"]])
    return champs, reste.filter(~pl.col("numero_ligne").is_in(prises.implode()))


def _separateur_final(reste: pl.DataFrame, entete: Entete, constats: Collecteur) -> tuple[pl.DataFrame, pl.DataFrame]:
    """D-15: one field too many, the last one blank, on these lines and not on the header."""
    final = (pl.col("nombre_zones") == entete.nombre + 1) & pl.col("ligne").str.strip_chars_end(BLANCS).str.ends_with(
        entete.entre
    )
    lues = reste.filter(final).with_columns(pl.col("ligne").str.strip_chars_end(BLANCS).str.strip_suffix(entete.entre))
    champs = _decoupe(lues, entete).filter(_est_plausible(entete))
    prises = champs["numero_ligne"].implode()
    constats.ajoute(regles.LIGNE_SEPARATEUR_FINAL, champs.select("numero_ligne"))
    return champs, reste.filter(~pl.col("numero_ligne").is_in(prises))


def _zones_finales(reste: pl.DataFrame, entete: Entete, constats: Collecteur) -> tuple[pl.DataFrame, pl.DataFrame]:
    """D-14: the zones missing at the end are all optional, and what is there looks like a record."""
    obligatoires = [entete.positions[c.name] for c in entete.colonnes if c.required and c.name in entete.positions]
    minimum = max(obligatoires) + 1
    manquent = entete.nombre - pl.col("nombre_zones")
    courtes = reste.filter((pl.col("nombre_zones") >= minimum) & (pl.col("nombre_zones") < entete.nombre))
    completes = courtes.with_columns(pl.concat_str("ligne", pl.lit(entete.entre).repeat_by(manquent).list.join("")))
    champs = _decoupe(completes, entete).filter(_est_plausible(entete))
    prises = champs["numero_ligne"].implode()
    lieux = courtes.filter(pl.col("numero_ligne").is_in(prises)).select(
        "numero_ligne", "nombre_zones", attendues=pl.lit(entete.nombre)
    )
    constats.ajoute(regles.ZONES_FINALES, lieux)
    return champs, reste.filter(~pl.col("numero_ligne").is_in(prises))


def _separateurs_dans_zone(
    reste: pl.DataFrame, entete: Entete, constats: Collecteur
) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, Fusion]]:
    """D-11: the only text zone that, put back together, leaves dates and amounts in their places."""
    vide = _decoupe(reste.clear(), entete)
    surplus = pl.col("nombre_zones") - entete.nombre
    longues = reste.filter((pl.col("nombre_zones") > entete.nombre) & (surplus <= SURPLUS_MAX)).head(FUSIONS_MAX)
    if longues.height == 0:
        return vide, reste, {}
    essais = pl.concat(_essai(longues, entete, zone, rang) for zone, rang in _zones_de_texte(entete))
    possibles = essais.filter(_est_plausible(entete)).filter(pl.len().over("numero_ligne") == 1).sort("numero_ligne")
    constats.ajoute(regles.SEPARATEUR_DANS_ZONE, possibles.select("numero_ligne", "zone"))
    fusions = {
        numero: Fusion(entete.positions[zone], nombre)
        for numero, zone, nombre in possibles.select("numero_ligne", "zone", "surplus").iter_rows()
    }
    prises = possibles["numero_ligne"].implode()
    return (
        possibles.select(vide.columns),
        reste.filter(~pl.col("numero_ligne").is_in(prises)),
        fusions,
    )


def _zones_de_texte(entete: Entete) -> list[tuple[str, int]]:
    return [
        (c.name, entete.positions[c.name])
        for c in entete.colonnes
        if c.codec.reprendre is None and c.name in entete.positions
    ]


def _essai(longues: pl.DataFrame, entete: Entete, zone: str, rang: int) -> pl.DataFrame:
    """The fields of ``longues`` if the extra separators were all inside ``zone``; they become spaces."""
    champs = longues.select(
        "numero_ligne",
        champs=pl.col("ligne").str.split(entete.entre),
        surplus=(pl.col("nombre_zones") - entete.nombre).cast(pl.Int64),
        zone=pl.lit(zone),
    )
    fin = pl.col("surplus") + 1
    lus = [
        pl.col("champs").list.get(i)
        if i < rang
        else pl.col("champs").list.slice(rang, fin).list.join(" ")
        if i == rang
        else pl.col("champs").list.get(i + pl.col("surplus"), null_on_oob=True)
        for i in range(entete.nombre)
    ]
    return champs.select("numero_ligne", *(e.alias(f"c{i}") for i, e in enumerate(lus)), "zone", "surplus")
