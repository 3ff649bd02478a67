"""Dates against each other and against the exercise (G09 to G13, V35)."""

from __future__ import annotations

import calendar
from datetime import date

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC, cloture, exercices
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_LOI = "LPF, article A47 A-1, VII 1°"
VALIDATION_TARDIVE_JOURS = 60
"""Beyond it, an entry was not validated as it was kept."""
PIECE_ANCIENNE_ANNEES = 5


def _une_fois(lot: Lot, lesquelles: pl.Expr, champ: str, **parametres: pl.Expr) -> pl.LazyFrame:
    """One finding for all the lines that ``lesquelles`` keeps, at the first: ``nombre``, and the parameters over them."""
    return (
        lot.lignes.lazy()
        .filter(lesquelles)
        .select(pl.first("numero_ligne"), nombre=pl.len(), champ=pl.lit(champ), **parametres)
        .filter(pl.col("nombre") > 0)
    )


def _ordre_de_validation(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    validation = pl.col("date_validation")
    derniere = validation.cum_max()
    if "DateCloture" in lot.entete:  # the XML form groups entries by journal: the order is theirs
        derniere = derniere.over("journal")
    return _une_fois(lot, validation < derniere, "date_validation")


ORDRE_DE_VALIDATION = Check(
    id="validation.ordre",
    code="G09",
    severity=Severity.WARNING,
    titre="Ordre de validation rompu",
    message="L'ordre de validation est rompu (lignes : {nombre}, la première {numero_ligne}).",
    remede="Trier l'export par date de validation.",
    source="LPF, article A47 A-1, VII 1° : écritures classées par ordre chronologique de validation",
    rule=_ordre_de_validation,
    formats=FEC,
)


def _hors_exercice(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    connus = exercices(lot, contexte)
    if not connus:
        return None
    jour = pl.col("date")
    dedans = pl.any_horizontal(jour.is_between(debut, fin) for debut, fin in connus)
    return (
        lot.lignes.lazy()
        .filter(~dedans)
        .select(
            "numero_ligne",
            "date",
            debut=pl.lit(connus[0][0]),
            fin=pl.lit(connus[-1][1]),
            proposition=pl.lit(_proposition(lot, connus[-1][1])),
            champ=pl.lit("date"),
        )
    )


def _proposition(lot: Lot, fin: date) -> str:
    """The dates of the file, and the exercise closed at the same time of year that holds them, when one does (D-32)."""
    premiere, derniere = lot.lignes["date"].min(), lot.lignes["date"].max()
    if not isinstance(premiere, date) or not isinstance(derniere, date):
        return ""
    etendue = f" ; le fichier va du {premiere:%d/%m/%Y} au {derniere:%d/%m/%Y}"
    annee = derniere.year + ((derniere.month, derniere.day) > (fin.month, fin.day))
    if not 1 < annee <= date.max.year:
        return etendue
    debut, cloture = _meme_jour(fin, annee - 1), _meme_jour(fin, annee)
    return f"{etendue}, soit l'exercice clos le {cloture:%d/%m/%Y}" if debut < premiere else etendue


def _meme_jour(fin: date, annee: int) -> date:
    """That day of another year; the last of February when it has none such."""
    return fin.replace(year=annee, day=min(fin.day, calendar.monthrange(annee, fin.month)[1]))


HORS_EXERCICE = Check(
    id="date.hors_exercice",
    code="G10",
    severity=Severity.ERROR,
    titre="Écriture hors exercice",
    message="Écriture du {date:date} hors de l'exercice ({debut:date} – {fin:date}){proposition}.",
    remede="Vérifier la date, ou la date de clôture que porte le nom du fichier ; pour l'accepter : --accepter D-32.",
    source="LPF, article A47 A-1, VII 1° : les écritures d'un exercice",
    rule=_hors_exercice,
    formats=FEC,
)


def _validee_avant(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return (
        lot.lignes.lazy()
        .filter(pl.col("date_validation") < pl.col("date"))
        .select("numero_ligne", "date", "date_validation", champ=pl.lit("date_validation"))
    )


VALIDEE_AVANT = Check(
    id="validation.avant_ecriture",
    code="G11",
    severity=Severity.WARNING,
    titre="Validation antérieure à l'écriture",
    message="Ligne validée le {date_validation:date}, avant sa date ({date:date}).",
    remede="Vérifier les deux dates dans le logiciel d'origine.",
    source=_LOI,
    rule=_validee_avant,
    formats=FEC,
)


def _validee_apres_cloture(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    fin = cloture(lot, contexte)
    if fin is None:
        return None
    apres = pl.col("date_validation") > fin
    return _une_fois(lot, apres, "date_validation", derniere=pl.max("date_validation"), fin=pl.lit(fin))


VALIDEE_APRES_CLOTURE = Check(
    id="validation.apres_cloture",
    code="G12",
    severity=Severity.INFO,
    titre="Validations après la clôture",
    message="Lignes validées après la clôture du {fin:date} : {nombre} (la dernière le {derniere:date}).",
    remede="Normal pour les écritures d'inventaire.",
    source=_LOI,
    rule=_validee_apres_cloture,
    formats=FEC,
)


def _validation_groupee(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    validations, dates = lot.lignes["date_validation"], lot.lignes["date"]
    premiere, derniere = validations.min(), validations.max()
    debut, fin = dates.min(), dates.max()
    if not all(isinstance(jour, date) for jour in (premiere, derniere, debut, fin)):
        return None
    assert isinstance(debut, date) and isinstance(fin, date), "dates were just tested"
    if premiere == derniere and (fin - debut).days > 31:
        validee = pl.col("date_validation").is_not_null()
        return _une_fois(lot, validee, "date_validation", phrase=_phrase_unique(pl.col("date_validation")))
    retard = pl.col("date_validation").to_physical() - pl.col("date").to_physical()
    tardive = retard > VALIDATION_TARDIVE_JOURS
    if 2 * int(lot.lignes.select(tardive.sum()).item()) <= lot.lignes.height:
        return None
    debut_phrase = pl.lit(f"Lignes validées plus de {VALIDATION_TARDIVE_JOURS} jours après leur date : ")
    phrase = pl.concat_str(debut_phrase, pl.len().cast(pl.String))
    return _une_fois(lot, tardive, "date_validation", phrase=phrase)


def _phrase_unique(validation: pl.Expr) -> pl.Expr:
    jour = validation.first().dt.strftime("%d/%m/%Y")
    return pl.concat_str(pl.lit("Toutes les écritures ont été validées le "), jour)


VALIDATION_GROUPEE = Check(
    id="validation.groupee",
    code="G13",
    severity=Severity.INFO,
    titre="Validation groupée ou tardive",
    message="{phrase}.",
    remede="Valider les écritures au fil de la période : une comptabilité informatisée l'exige avant chaque clôture.",
    source="PCG, article 921-4 ; BOI-BIC-DECLA-30-10-20-40",
    rule=_validation_groupee,
    formats=FEC,
)


def _piece_apres(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    piece, ecriture = pl.col("date_piece"), pl.col("date")
    tard = piece > ecriture
    ancienne = ecriture.to_physical() - piece.to_physical() > PIECE_ANCIENNE_ANNEES * 366
    return _une_fois(lot, tard | ancienne, "date_piece", apres=tard.sum(), anciennes=ancienne.sum())


PIECE_APRES = Check(
    id="piece.date",
    code="V35",
    severity=Severity.INFO,
    titre="Pièces datées après l'écriture, ou très anciennes",
    message=f"Lignes dont la pièce est datée après l'écriture : {{apres}} ; de plus de {PIECE_ANCIENNE_ANNEES} ans : {{anciennes}}.",
    remede="Vérifier la date de ces pièces.",
    source=_LOI,
    rule=_piece_apres,
    formats=FEC,
)

CHECKS = (ORDRE_DE_VALIDATION, HORS_EXERCICE, VALIDEE_AVANT, VALIDEE_APRES_CLOTURE, VALIDATION_GROUPEE, PIECE_APRES)
