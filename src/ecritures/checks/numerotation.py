"""Numbers follow each other without gap, double nor inversion, in the file or in each journal (E07, G05 to G08).

A number is a prefix and its last run of digits; a prefix makes a sequence. Whether journals share one sequence is seen
from the file: when fewer than one value in a hundred is found in two journals, they do.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC, est_reprise, journaux_a_nouveaux, numeros_utilisables, premieres_lignes
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_LOI = "LPF, article A47 A-1, VII 1° : numéro sur une séquence continue"
LISTE_MAX = 20
"""Missing numbers written out in one finding."""
PARTAGE_MAX_POUR_CENT = 1
"""Values shared by two journals under which numbering is one sequence for the whole file."""
DENSITE_MIN_POUR_CENT = 10
"""A sequence with fewer of its values present is not one: its digits hold a date or a code."""
CHIFFRES_MAX = 18


@dataclass(frozen=True, eq=False)
class Numerotation:
    """``entrees``: one row an entry with a number: numero_ligne, ecriture, journal, numero, date, prefixe, valeur (Int64),
    sequence; sorted by sequence, valeur. ``globale``: journals share the sequences. ``sans_chiffres``: the other entries."""

    entrees: pl.DataFrame
    globale: bool
    sans_chiffres: pl.DataFrame


_MEMOIRE: weakref.WeakKeyDictionary[Lot, Numerotation | None] = weakref.WeakKeyDictionary()
"""Five rules look at the same numbering of the same frozen lot: it is computed once, and goes away with the lot."""


def numerotation(lot: Lot) -> Numerotation | None:
    """The numbers of the lot, in sequences. None when numbers do not tell entries apart."""
    if lot not in _MEMOIRE:
        _MEMOIRE[lot] = _lire(lot) if numeros_utilisables(lot) else None
    return _MEMOIRE[lot]


def _lire(lot: Lot) -> Numerotation:
    tetes = premieres_lignes(lot, "numero_ligne", "ecriture", "journal", "date", "numero_piece").rename(
        {"numero_piece": "numero"}
    )
    tetes = _decompose(tetes.filter(pl.col("numero").is_not_null()))
    sans = tetes.filter(pl.col("valeur").is_null())
    entrees = tetes.filter(pl.col("valeur").is_not_null())
    journaux = entrees["journal"].n_unique()
    globale = journaux < 2 or _est_globale(entrees)
    if globale and journaux > 1 and _trous(entrees, ["prefixe"]) and not _trous(entrees, ["journal", "prefixe"]):
        globale = not _journaux_fournis(entrees)
    cle = ["prefixe"] if globale else ["journal", "prefixe"]
    entrees = entrees.with_columns(sequence=pl.concat_str(cle, separator=" ") if len(cle) > 1 else pl.col(cle[0]))
    return Numerotation(_triees(entrees, "sequence"), globale, sans)


def _decompose(tetes: pl.DataFrame) -> pl.DataFrame:
    """``prefixe`` and ``valeur`` of each number: what precedes its last run of digits, and that run."""
    prefixe = pl.col("numero").str.strip_chars_end("0123456789")
    tetes = tetes.with_columns(prefixe=prefixe).with_columns(
        chiffres=pl.col("numero").str.strip_prefix(pl.col("prefixe"))
    )
    if tetes.select((pl.col("chiffres") == "").any()).item():  # digits followed by letters: the longer way
        parties = pl.col("numero").str.extract_groups(r"^(?<avant>.*?)(?<chiffres>[0-9]+)(?<apres>[^0-9]*)$").struct
        avec_suite = pl.col("chiffres") == ""
        tetes = tetes.with_columns(
            prefixe=pl.when(avec_suite)
            .then(
                pl.concat_str(parties.field("avant").fill_null(""), pl.lit("…"), parties.field("apres").fill_null(""))
            )
            .otherwise("prefixe"),
            chiffres=pl.when(avec_suite).then(parties.field("chiffres").fill_null("")).otherwise("chiffres"),
        )
    court = pl.col("chiffres").str.len_bytes() <= CHIFFRES_MAX
    valeur = pl.when(court).then(pl.col("chiffres").str.to_integer(strict=False, dtype=pl.Int64))
    return tetes.with_columns(valeur=valeur).drop("chiffres")


def _est_globale(entrees: pl.DataFrame) -> bool:
    """Journals share one sequence: hardly any value of a prefix is found in two of them."""
    par_valeur = entrees.lazy().group_by("valeur").agg(journaux=pl.col("journal").n_unique())
    total, partagees = par_valeur.select(pl.len(), (pl.col("journaux") > 1).sum()).collect().row(0)
    return bool(100 * partagees < PARTAGE_MAX_POUR_CENT * total)


def _triees(entrees: pl.DataFrame, *cle: str) -> pl.DataFrame:
    memes = pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in cle)
    suit = memes & (pl.col("valeur") > pl.col("valeur").shift())
    en_ordre = entrees.select(suit.slice(1).all()).item()
    return entrees if en_ordre else entrees.sort(*cle, "valeur", "numero_ligne")


def _trous(entrees: pl.DataFrame, cle: list[str]) -> bool:
    triees = _triees(entrees, *cle)
    memes = pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in cle)
    return bool(triees.select((memes & (pl.col("valeur") - pl.col("valeur").shift() > 1)).any()).item())


def _journaux_fournis(entrees: pl.DataFrame) -> bool:
    """Enough entries in most journals for their being without gap to mean something."""
    par_journal = entrees.group_by("journal").len()["len"]
    return 2 * int((par_journal >= 3).sum()) >= par_journal.len()


def _ecarts(numeros: Numerotation) -> pl.LazyFrame:
    """Per sequence: how many values it has, spans, and lacks, with the values before and after each gap."""
    precedente = (
        pl.col("valeur").shift().over("sequence")
        if numeros.entrees["sequence"].n_unique() > 1
        else pl.col("valeur").shift()
    )
    return (
        numeros.entrees.lazy()
        .with_columns(avant=precedente)
        .with_columns(saut=(pl.col("valeur") - pl.col("avant") - 1).fill_null(0))
        .group_by("sequence", maintain_order=True)
        .agg(
            presents=pl.col("valeur").n_unique(),
            nombre=pl.col("saut").filter(pl.col("saut") > 0).sum(),
            numero_ligne=pl.col("numero_ligne").filter(pl.col("saut") > 0).first(),
            debuts=pl.col("avant").filter(pl.col("saut") > 0).head(LISTE_MAX),
            fins=pl.col("valeur").filter(pl.col("saut") > 0).head(LISTE_MAX),
        )
        .filter(pl.col("nombre") > 0)
    )


def _dense() -> pl.Expr:
    return 100 * pl.col("presents") >= DENSITE_MIN_POUR_CENT * (pl.col("presents") + pl.col("nombre"))


def _liste(debuts: list[int], fins: list[int], nombre: int) -> str:
    """``4, 7 à 9…``: the missing values, runs of them shortened."""
    morceaux = [str(a + 1) if b - a == 2 else f"{a + 1} à {b - 1}" for a, b in zip(debuts, fins, strict=True)]
    ecrits = sum(b - a - 1 for a, b in zip(debuts, fins, strict=True))
    return ", ".join(morceaux) + ("…" if ecrits < nombre else "")


def _numeros_manquants(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    numeros = numerotation(lot)
    if numeros is None:
        return None
    trous = _ecarts(numeros).filter(_dense()).collect()
    listes = [_liste(d, f, n) for d, f, n in trous.select("debuts", "fins", "nombre").iter_rows()]
    return trous.lazy().select(
        "numero_ligne",
        "nombre",
        sequence=_nom_de_sequence(numeros),
        liste=pl.Series(listes, dtype=pl.String),
        champ=pl.lit("numero_piece"),
    )


def _nom_de_sequence(numeros: Numerotation) -> pl.Expr:
    nom = pl.col("sequence").str.strip_chars()
    if not numeros.globale:
        return nom
    return pl.when(nom == "").then(pl.lit("du fichier")).otherwise(nom)


NUMEROS_MANQUANTS = Check(
    id="numerotation.rupture",
    code="G05",
    severity=Severity.ERROR,
    titre="Numéros manquants",
    message="Numérotation {sequence} : numéros manquants ({nombre}) : {liste}.",
    remede="Vérifier que l'export est complet ; expliquer les numéros supprimés dans la notice du fichier.",
    source=_LOI,
    rule=_numeros_manquants,
    formats=FEC,
)


def _partagees(numeros: Numerotation) -> pl.DataFrame:
    """The entries whose value is met twice in their sequence: neighbours, since sequences are sorted."""
    comme_avant = (pl.col("sequence") == pl.col("sequence").shift()) & (pl.col("valeur") == pl.col("valeur").shift())
    return numeros.entrees.filter(comme_avant.fill_null(False) | comme_avant.shift(-1).fill_null(False))


def _numero_en_double(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """One number for two entries: blocks apart that each balance at another date, or the same value written otherwise."""
    numeros = numerotation(lot)
    if numeros is None:
        return None
    cle = ["journal", "prefixe", "valeur"]
    autrement = (
        _partagees(numeros)
        .sort("numero_ligne")
        .group_by(cle, maintain_order=True)
        .agg(pl.last("numero_ligne", "numero"), premiere=pl.first("numero_ligne"), n=pl.len())
        .filter(pl.col("n") > 1)
    )
    plan = pl.concat([_blocs_complets(lot), autrement.select("numero_ligne", "journal", "numero", "premiere")])
    return plan.sort("numero_ligne").lazy().with_columns(champ=pl.lit("numero_piece"))


def _blocs_complets(lot: Lot) -> pl.DataFrame:
    ecriture = pl.col("ecriture")
    dispersees = lot.lignes.select("ecriture").filter(est_reprise())["ecriture"].unique()
    if dispersees.len() == 0:
        return pl.DataFrame(
            schema={"numero_ligne": pl.UInt32, "journal": pl.String, "numero": pl.String, "premiere": pl.UInt32}
        )
    return (
        lot.lignes.select(
            "numero_ligne",
            "ecriture",
            "journal",
            "date",
            numero=pl.col("numero_piece").fill_null(""),
            solde=pl.col("debit_centimes") - pl.col("credit_centimes"),
            bloc=ecriture.ne_missing(ecriture.shift()).cum_sum(),
        )
        .filter(ecriture.is_in(dispersees.implode()))
        .group_by("ecriture", "bloc", maintain_order=True)
        .agg(pl.first("numero_ligne", "journal", "numero", "date"), pl.sum("solde"), lignes=pl.len())
        .group_by("ecriture", maintain_order=True)
        .agg(
            pl.last("numero_ligne", "journal", "numero"),
            premiere=pl.first("numero_ligne"),
            complets=((pl.col("solde") == 0) & (pl.col("lignes") > 1)).all(),
            dates=pl.col("date").n_unique(),
        )
        .filter(pl.col("complets") & (pl.col("dates") > 1))
        .select("numero_ligne", "journal", "numero", "premiere")
    )


NUMERO_EN_DOUBLE = Check(
    id="numerotation.doublon",
    code="G06",
    severity=Severity.ERROR,
    titre="Numéro en double",
    message="Numéro {journal}/{numero} porté par deux écritures (la première ligne {premiere}).",
    remede="Donner à chaque écriture son numéro.",
    source=_LOI,
    rule=_numero_en_double,
    formats=FEC,
)


def _inversions(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """A higher number at an earlier date, à-nouveaux left out: one finding a sequence, at the first."""
    numeros = numerotation(lot)
    if numeros is None:
        return None
    codes = journaux_a_nouveaux(lot)
    entrees = numeros.entrees.filter(~pl.col("journal").is_in(codes) & pl.col("date").is_not_null())
    plus_tard = pl.col("date").cum_max()
    if entrees["sequence"].n_unique() > 1:
        plus_tard = plus_tard.over("sequence")
    suspectes = entrees.with_columns(plus_tard=plus_tard).filter(pl.col("plus_tard") > pl.col("date"))
    if suspectes.height == 0:
        return None
    premieres = suspectes.group_by("sequence", maintain_order=True).agg(
        pl.first("numero_ligne", "numero", "date", "valeur", "plus_tard"), nombre=pl.len()
    )
    avant = entrees.select("sequence", precedent="numero", rang="valeur", plus_tard="date")
    return (
        premieres.lazy()
        .join(avant.lazy(), on=["sequence", "plus_tard"], how="left")
        .filter(pl.col("rang") < pl.col("valeur"))
        .group_by("sequence", maintain_order=True)
        .first()
        .select(
            "numero_ligne",
            "numero",
            "date",
            "precedent",
            "nombre",
            date_precedente="plus_tard",
            sequence=_nom_de_sequence(numeros),
            champ=pl.lit("numero_piece"),
        )
        .sort("numero_ligne")
    )


INVERSIONS = Check(
    id="numerotation.inversion",
    code="G07",
    severity=Severity.WARNING,
    titre="Numéros et dates en sens contraire",
    message=(
        "Numérotation {sequence} : le numéro {numero} ({date:date}) précède dans le temps le numéro {precedent} "
        "({date_precedente:date}) ; cas : {nombre}."
    ),
    remede="Vérifier que les numéros sont donnés à la validation, dans l'ordre du temps.",
    source=_LOI,
    rule=_inversions,
    formats=FEC,
)


def _non_testable(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """Numbers without digits, or whose digits are not those of a sequence."""
    numeros = numerotation(lot)
    if numeros is None:
        return None
    eparses = _ecarts(numeros).filter(~_dense()).collect()
    nombre = numeros.sans_chiffres.height + int(
        numeros.entrees.filter(pl.col("sequence").is_in(eparses["sequence"].implode())).height if eparses.height else 0
    )
    lignes = [*numeros.sans_chiffres["numero_ligne"].head(1), *eparses["numero_ligne"].head(1)]
    if not lignes:
        return None
    return pl.LazyFrame(
        {"numero_ligne": pl.Series([min(lignes)], dtype=pl.UInt32), "nombre": [nombre], "champ": ["numero_piece"]}
    )


NON_TESTABLE = Check(
    id="numerotation.non_testable",
    code="G08",
    severity=Severity.INFO,
    titre="Continuité non vérifiable",
    message="La continuité de la numérotation ne peut pas être vérifiée (écritures : {nombre}).",
    remede="Décrire la règle de numérotation dans la notice du fichier.",
    source=_LOI,
    rule=_non_testable,
    formats=FEC,
)


def _deux_journaux(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """With one sequence for the file, a number met in two journals."""
    numeros = numerotation(lot)
    if numeros is None or not numeros.globale:
        return None
    return (
        _partagees(numeros)
        .sort("numero_ligne")
        .lazy()
        .group_by("prefixe", "valeur", maintain_order=True)
        .agg(pl.last("numero_ligne", "numero"), premier=pl.first("journal"), second=pl.last("journal"))
        .filter(pl.col("premier") != pl.col("second"))
        .with_columns(champ=pl.lit("numero_piece"))
    )


DEUX_JOURNAUX = Check(
    id="numerotation.deux_journaux",
    code="E07",
    severity=Severity.WARNING,
    titre="Numéro employé dans deux journaux",
    message="Numéro {numero} utilisé dans les journaux {premier} et {second}, alors que la numérotation est commune.",
    remede="Vérifier qu'il s'agit de deux écritures, et non d'une écriture partagée.",
    source=_LOI,
    rule=_deux_journaux,
    formats=FEC,
)

CHECKS = (DEUX_JOURNAUX, NUMEROS_MANQUANTS, NUMERO_EN_DOUBLE, INVERSIONS, NON_TESTABLE)
