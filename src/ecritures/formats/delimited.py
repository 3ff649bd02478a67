"""Delimited text: the only code that splits a line on a separator, writes one back, and says where a zone stands.

A format is a :class:`Table` of :class:`Column`. There is no quoting and no escape: a separator always separates, a line
end always ends, so a line keeps the number a person sees. A clean block pays for the common form only; what is not in
that form is looked at value by value, once a distinct value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import polars as pl

from ecritures.formats import lines

BLANCS = " \u00a0\u202f"
"""What pads a zone of fixed length: spaces, and the non-breaking ones of spreadsheets."""


LIGNES_PAR_BLOC = 65_536
"""Rows written together: some ten megabytes of text."""


class Reprise(NamedTuple):
    """What a text not in the expected form stands for: a value (None: unreadable) and the defects it has."""

    valeur: int | date | str | None
    defauts: tuple[str, ...]


@dataclass(frozen=True)
class Codec:
    """A pair of pure functions over expressions, and the reading of what is not in the expected form.

    ``lire``: stripped text -> value, null when the text is not in the expected form. ``ecrire``: value -> text, ``""``
    for null. ``reprendre``: one text that ``lire`` left null -> its :class:`Reprise`. None: every text is a value.
    """

    nom: str
    dtype: pl.DataType
    lire: Callable[[pl.Expr], pl.Expr]
    ecrire: Callable[[pl.Expr], pl.Expr]
    reprendre: Callable[[str], Reprise] | None = None


@dataclass(frozen=True)
class Column:
    """One column, under its printed name. ``champ``: the domain field it fills."""

    name: str
    codec: Codec
    champ: str
    required: bool = False
    alias: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The columns of a format, in the order of its printed source."""

    name: str
    source: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        noms = [c.name for c in self.columns]
        assert len(set(noms)) == len(noms), f"table {self.name}: a column is declared twice"

    @property
    def noms(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def __getitem__(self, nom: str) -> Column:
        return next(c for c in self.columns if c.name == nom)


TEXTE = Codec(
    "texte",
    pl.String(),
    lire=lambda texte: pl.when(texte != "").then(texte),
    ecrire=lambda valeur: valeur.fill_null(""),
)
"""Any text; a blank one is null."""


def decouper(lignes: pl.DataFrame, separateur: str, nombre: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Splits ``numero_ligne, ligne``. Gives the lines of exactly ``nombre`` fields, as ``numero_ligne, c0, c1…``, and
    the others as ``numero_ligne, ligne, nombre_zones``."""
    champs = lignes.select(
        "numero_ligne",
        pl.col("ligne").str.split_exact(separateur, nombre).struct.rename_fields(_noms(nombre + 1)).struct.unnest(),
    )
    dernier, trop = champs[f"c{nombre - 1}"], champs[f"c{nombre}"]
    if dernier.null_count() == 0 and trop.null_count() == champs.height:
        return champs.drop(f"c{nombre}"), _sans_fautive()
    bonnes = dernier.is_not_null() & trop.is_null()
    fautives = lignes.filter(~bonnes).with_columns(
        nombre_zones=pl.col("ligne").str.count_matches(separateur, literal=True) + 1
    )
    return champs.drop(f"c{nombre}").filter(bonnes), fautives


def _noms(nombre: int) -> list[str]:
    return [f"c{rang}" for rang in range(nombre)]


def _sans_fautive() -> pl.DataFrame:
    return pl.DataFrame(schema={"numero_ligne": pl.UInt32, "ligne": pl.String, "nombre_zones": pl.UInt32})


def est_rembourre(lignes: pl.Series, separateur: str, *, ascii_seul: bool) -> bool:
    """True when a zone of one of these lines begins or ends with a blank: only then are zones stripped."""
    ligne, limite = pl.col("ligne"), _echappe(separateur)
    tests = [
        (ligne.str.starts_with(" ") | ligne.str.ends_with(" ")).any().alias("bords"),
        ligne.str.contains(f"{limite} | {limite}").any().alias("zones"),
    ]
    if not ascii_seul:
        tests.append(ligne.str.contains("|".join(BLANCS[1:])).any().alias("insecables"))
    return any(lignes.to_frame("ligne").select(tests).row(0))


def _echappe(separateur: str) -> str:
    return f"\\{separateur}" if separateur in "|.^$*+?" else separateur


class Typage(NamedTuple):
    """``valeurs``: one typed column a codec. ``defauts``: ``numero_ligne, zone, valeur, defaut``, one row a defect."""

    valeurs: dict[str, pl.Series]
    defauts: pl.DataFrame


DEFAUTS = {"numero_ligne": pl.UInt32, "zone": pl.String, "valeur": pl.String, "defaut": pl.String}


def typer(textes: pl.DataFrame, codecs: Mapping[str, Codec]) -> Typage:
    """Values of the columns named, from their stripped texts. ``textes`` has ``numero_ligne`` too."""
    lues = textes.select(codec.lire(pl.col(nom)).alias(nom) for nom, codec in codecs.items())
    valeurs: dict[str, pl.Series] = {}
    defauts: list[pl.DataFrame] = []
    for nom, codec in codecs.items():
        valeurs[nom] = lues[nom]
        if codec.reprendre is None or lues[nom].null_count() == 0:
            continue
        rates = (lues[nom].is_null() & (textes[nom] != "")).arg_true()
        if rates.len():
            valeurs[nom], trouves = _reprendre(textes, nom, codec.reprendre, lues[nom], rates)
            defauts.append(trouves)
    return Typage(valeurs, pl.concat(defauts) if defauts else pl.DataFrame(schema=DEFAUTS))


def _reprendre(
    textes: pl.DataFrame, nom: str, reprendre: Callable[[str], Reprise], lue: pl.Series, rates: pl.Series
) -> tuple[pl.Series, pl.DataFrame]:
    """The slow path: one call a distinct text, whatever the number of rows."""
    concernes = textes.select("numero_ligne", pl.col(nom).alias("valeur"))[rates]
    distincts = concernes["valeur"].unique(maintain_order=True).to_list()
    reprises = [reprendre(texte) for texte in distincts]
    table = pl.DataFrame(
        {
            "valeur": pl.Series(distincts, dtype=pl.String),
            "lu": pl.Series([r.valeur for r in reprises], dtype=lue.dtype),
            "defaut": pl.Series([list(r.defauts) for r in reprises], dtype=pl.List(pl.String)),
        }
    )
    joints = concernes.join(table, on="valeur", how="left", maintain_order="left")
    trouves = (
        joints.filter(pl.col("defaut").list.len() > 0)
        .explode("defaut")
        .select("numero_ligne", pl.lit(nom).alias("zone"), "valeur", "defaut")
    )
    return lue.scatter(rates, joints["lu"]), trouves


def ecrire(cadre: pl.DataFrame, colonnes: Iterable[Column], separateur: str, fin_de_ligne: str) -> str:
    """The rows of ``cadre`` (columns named by ``champ``) as lines, each ended. No header."""
    return b"".join(ecrire_par_blocs(cadre, colonnes, separateur, fin_de_ligne)).decode()


def ecrire_par_blocs(
    cadre: pl.DataFrame, colonnes: Iterable[Column], separateur: str, fin_de_ligne: str
) -> Iterator[bytes]:
    """The same in UTF-8, some thousands of rows at a time, cut after a line; two blocks are made at once: putting columns
    together uses one core."""
    ligne = pl.concat_str([c.codec.ecrire(pl.col(c.champ)) for c in colonnes], separator=separateur)

    def bloc(debut: int) -> bytes:
        lignes = cadre.slice(debut, LIGNES_PAR_BLOC).select(ligne=ligne)["ligne"]
        return bytes(lignes.str.join(fin_de_ligne).cast(pl.Binary)[0]) + fin_de_ligne.encode()

    with ThreadPoolExecutor(2) as fils:
        yield from fils.map(bloc, range(0, cadre.height, LIGNES_PAR_BLOC))


class Fusion(NamedTuple):
    """A line whose zone of rank ``rang`` was found cut in ``1 + surplus`` pieces by stray separators."""

    rang: int
    surplus: int


@dataclass(frozen=True)
class Situation:
    """Where zones stand (:class:`~ecritures.domain.constat.Localisation`): only the lines asked for are split again.

    ``positions``: zone -> rank of its field, from 0. ``fusions``: the lines read with a zone put back together.
    An empty zone is placed on the character that follows it, its separator. ``champs``: how the column ``ligne`` is cut
    in its raw fields, when it is not at every separator.
    """

    texte: lines.Texte
    separateur: str
    positions: Mapping[str, int]
    fusions: Mapping[int, Fusion] = field(default_factory=dict)
    champs: pl.Expr | None = None

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        """Adds ``colonne_debut``, ``colonne_fin`` and ``brut``, null where there is no such place."""
        rang = pl.col("zone").replace_strict(dict(self.positions), default=None, return_dtype=pl.UInt32)
        places = lieux.with_columns(rang.alias("_rang"), _surplus=pl.lit(0, pl.UInt32))
        if self.fusions:
            places = self._decale(places)
        demandees = places.filter(pl.col("_rang").is_not_null())["numero_ligne"].drop_nulls().unique().sort()
        champs = self._champs(demandees)
        longueurs = pl.col("_longueurs")
        debut = longueurs.list.head("_rang").list.sum().fill_null(0) + pl.col("_rang") + 1
        large = longueurs.list.slice("_rang", pl.col("_surplus") + 1).list.sum() + pl.col("_surplus")
        existe = pl.col("_rang") + pl.col("_surplus") < longueurs.list.len()
        places = places.join(champs, on="numero_ligne", how="left", maintain_order="left").with_columns(
            colonne_debut=pl.when(existe).then(debut).cast(pl.UInt32),
            colonne_fin=pl.when(existe).then(debut + pl.max_horizontal(large, 1) - 1).cast(pl.UInt32),
            brut=pl.when(existe).then(
                pl.col("_champs").list.slice("_rang", pl.col("_surplus") + 1).list.join(self.separateur)
            ),
        )
        return places.drop("_rang", "_surplus", "_champs", "_longueurs")

    def _decale(self, places: pl.DataFrame) -> pl.DataFrame:
        fusions = pl.DataFrame(
            {
                "numero_ligne": pl.Series(list(self.fusions), dtype=pl.UInt32),
                "_de": pl.Series([f.rang for f in self.fusions.values()], dtype=pl.UInt32),
                "_combien": pl.Series([f.surplus for f in self.fusions.values()], dtype=pl.UInt32),
            }
        )
        combien = pl.col("_combien").fill_null(0)
        return (
            places.join(fusions, on="numero_ligne", how="left", maintain_order="left")
            .with_columns(
                _surplus=pl.when(pl.col("_rang") == pl.col("_de")).then(combien).otherwise(pl.lit(0, pl.UInt32)),
                _rang=pl.col("_rang")
                + pl.when(pl.col("_rang") > pl.col("_de")).then(combien).otherwise(pl.lit(0, pl.UInt32)),
            )
            .drop("_de", "_combien")
        )

    def _champs(self, demandees: pl.Series) -> pl.DataFrame:
        """``numero_ligne``, ``_champs`` (the fields) and ``_longueurs`` (in characters) of the lines asked for."""
        lues = [
            pl.DataFrame(schema={"numero_ligne": pl.UInt32, "ligne": pl.String}),
            *lignes_demandees(self.texte, demandees.to_list()),
        ]
        champs = pl.col("ligne").str.split(self.separateur) if self.champs is None else self.champs
        return (
            pl.concat(lues)
            .select("numero_ligne", champs.alias("_champs"))
            .with_columns(_longueurs=pl.col("_champs").list.eval(pl.element().str.len_chars()))
        )


def lignes_demandees(texte: lines.Texte, numeros: Sequence[int]) -> Iterable[pl.DataFrame]:
    """The lines of those numbers (sorted, distinct), as ``numero_ligne, ligne``, block by block; absent ones are left out."""
    reste = 0
    for premier, bloc in lines.blocs(texte):
        if reste >= len(numeros):
            return
        dernier = premier + bloc.count(b"\n")
        if numeros[reste] > dernier:
            continue
        debut = reste
        while reste < len(numeros) and numeros[reste] < dernier + (not bloc.endswith(b"\n")):
            reste += 1
        voulues = pl.Series(numeros[debut:reste], dtype=pl.UInt32)
        lues = lines.lignes(premier, bloc, texte.encodage)
        yield lues[(voulues - premier)]
