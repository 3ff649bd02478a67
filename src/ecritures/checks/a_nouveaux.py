"""À-nouveaux and closing entries (E10, E12, G14 to G16), and à-nouveaux against the closing that the books hold."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC, cloture, journaux_a_nouveaux
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_LOI = "LPF, article A47 A-1, VII"
_GESTION = r"^[67]"


def _lignes(lot: Lot) -> pl.DataFrame | None:
    """The lines of the journals of à-nouveaux, or None without such a journal."""
    codes = journaux_a_nouveaux(lot)
    return lot.lignes.filter(pl.col("journal").is_in(codes)) if codes else None


def _solde_de_gestion(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """Entries of the closing day whose lines are all of classes 6, 7 and accounts 12."""
    fin = cloture(lot, contexte) or lot.lignes["date"].max()
    if fin is None:
        return None
    lignes = lot.lignes.select("ecriture", "date", "compte")
    au_resultat = lignes.filter((pl.col("date") == fin) & pl.col("compte").str.starts_with("12"))["ecriture"].unique()
    if au_resultat.len() == 0:
        return None
    gestion = pl.col("compte").str.contains(_GESTION)
    return (
        lot.lignes.lazy()
        .filter(pl.col("ecriture").is_in(au_resultat.implode()))
        .group_by("ecriture")
        .agg(
            pl.first("numero_ligne", "journal"),
            pl.first("numero_piece").fill_null("").alias("numero"),
            ok=(gestion | pl.col("compte").str.starts_with("12")).all() & gestion.any(),
        )
        .filter("ok")
        .select("numero_ligne", "journal", "numero", champ=pl.lit("compte"))
        .sort("numero_ligne")
    )


SOLDE_DE_GESTION = Check(
    id="cloture.solde_de_gestion",
    code="E10",
    severity=Severity.WARNING,
    titre="Écriture de solde des comptes de gestion",
    message="Écriture {journal}/{numero} de solde des comptes de gestion.",
    remede="Exporter le fichier avant la clôture, ou sans les écritures qui soldent les classes 6 et 7.",
    source=f"{_LOI} 1° : hors écritures de solde des comptes de charges et de produits",
    rule=_solde_de_gestion,
    formats=FEC,
)


def _gestion_reportee(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    lignes = _lignes(lot)
    if lignes is None:
        return None
    return (
        lignes.lazy()
        .filter(pl.col("compte").str.contains(_GESTION))
        .group_by("ecriture")
        .agg(
            pl.first("numero_ligne", "journal", "compte"),
            pl.first("numero_piece").fill_null("").alias("numero"),
            nombre=pl.len(),
        )
        .drop("ecriture")
        .with_columns(champ=pl.lit("compte"))
        .sort("numero_ligne")
    )


GESTION_REPORTEE = Check(
    id="a_nouveaux.comptes_de_gestion",
    code="E12",
    severity=Severity.WARNING,
    titre="À-nouveaux sur des comptes de gestion",
    message="À-nouveaux {journal}/{numero} sur des comptes de gestion ({nombre} lignes, dont le compte {compte}).",
    remede="Ne reporter que les comptes de bilan, classes 1 à 5.",
    source="PCG, article 941-10 : les comptes de gestion se soldent à la clôture",
    rule=_gestion_reportee,
    formats=FEC,
)


def _aucun(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    lignes = _lignes(lot)
    if lignes is not None and lignes.height:
        return None
    return pl.LazyFrame({"numero_ligne": pl.Series([None], dtype=pl.UInt32)})


AUCUN = Check(
    id="a_nouveaux.absents",
    code="G14",
    severity=Severity.WARNING,
    titre="Aucun à-nouveau",
    message="Aucune écriture d'à-nouveaux (normal pour un premier exercice).",
    remede="Vérifier que l'export comprend la reprise des soldes de l'exercice précédent.",
    source=f"{_LOI} 1°",
    rule=_aucun,
    formats=FEC,
)


def _pas_en_tete(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    lignes = _lignes(lot)
    if lignes is None or lignes.height == 0 or lignes["numero_ligne"][0] == lot.lignes["numero_ligne"][0]:
        return None
    return lignes.lazy().select(pl.first("numero_ligne", "journal"), champ=pl.lit("journal"))


PAS_EN_TETE = Check(
    id="a_nouveaux.pas_en_tete",
    code="G15",
    severity=Severity.INFO,
    titre="À-nouveaux qui ne viennent pas en premier",
    message="Les à-nouveaux (journal {journal}) ne portent pas les premiers numéros.",
    remede="Permis quand ils ont été saisis en cours d'exercice et restent reconnaissables.",
    source=f"{_LOI} 3°",
    rule=_pas_en_tete,
    formats=FEC,
)


def _desequilibres(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    lignes = _lignes(lot)
    if lignes is None:
        return None
    ecart = pl.col("debit_centimes") - pl.col("credit_centimes")
    return (
        lignes.lazy()
        .select(
            pl.first("numero_ligne"),
            debit=pl.sum("debit_centimes"),
            credit=pl.sum("credit_centimes"),
            ecart=ecart.sum().abs(),
            champ=pl.lit("journal"),
        )
        .filter((pl.col("debit") != pl.col("credit")) & pl.col("numero_ligne").is_not_null())
    )


DESEQUILIBRES = Check(
    id="a_nouveaux.desequilibres",
    code="G16",
    severity=Severity.ERROR,
    titre="À-nouveaux déséquilibrés",
    message="À-nouveaux déséquilibrés de {ecart:€} : débit {debit:€}, crédit {credit:€}.",
    remede="Compléter les à-nouveaux : le bilan d'ouverture s'équilibre.",
    source="Partie double",
    rule=_desequilibres,
    formats=FEC,
)


def _differents_de_la_cloture(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """Accounts whose à-nouveau is not the balance at which the books closed the day before (D-40).

    Balances of classes 6 and 7 are the result, which the à-nouveaux carry on accounts 12: these are compared together.
    """
    lignes = _reprises(lot)
    if contexte.clotures is None or contexte.clotures.is_empty() or lignes.is_empty():
        return None
    norme = lot.longueurs.normaliser_compte
    compte = (
        pl.when(pl.col("compte").str.contains("^(?:12|[67])")).then(pl.lit("12")).otherwise(norme(pl.col("compte")))
    )
    ouvertures = (
        lignes.with_columns(compte=compte, fin=pl.col("date").dt.offset_by("-1d"))
        .group_by("fin", "compte")
        .agg(pl.first("numero_ligne"), lu=(pl.col("debit_centimes") - pl.col("credit_centimes")).sum())
    )
    clotures = (
        contexte.clotures.filter(pl.col("fin").is_in(ouvertures["fin"].unique().implode()))
        .filter(pl.col("compte").str.contains("^[1-7]"))
        .with_columns(compte=compte)
        .group_by("fin", "compte")
        .agg(attendu=pl.sum("solde_centimes"))
    )
    tenus = ouvertures.filter(pl.col("fin").is_in(clotures["fin"].unique().implode()))
    ecarts = tenus.join(clotures, on=["fin", "compte"], how="full", coalesce=True).with_columns(
        pl.col("lu", "attendu").fill_null(0)
    )
    return (
        ecarts.lazy()
        .filter(pl.col("lu") != pl.col("attendu"))
        .select("numero_ligne", "compte", "lu", "attendu", "fin", champ=pl.lit("compte"))
        .sort("numero_ligne", "compte", nulls_last=True)
    )


def _reprises(lot: Lot) -> pl.DataFrame:
    """The opening lines of any format: of the journals of à-nouveaux (TRA nature ANO), or marked as such (TRA ECRANOUVEAU)."""
    declares = lot.journaux.filter(pl.col("nature") == "ANO")["code"].drop_nulls().to_list()
    ouverture = pl.col("journal").is_in([*journaux_a_nouveaux(lot), *declares]) | pl.col("a_nouveau").is_in(
        ["OAN", "H"]
    )
    return lot.lignes.select(
        "numero_ligne", "journal", "a_nouveau", "date", "compte", "debit_centimes", "credit_centimes"
    ).filter(ouverture.fill_null(False))


DIFFERENTS_DE_LA_CLOTURE = Check(
    id="a_nouveaux.differents_de_la_cloture",
    severity=Severity.WARNING,
    titre="À-nouveaux différents de la clôture tenue dans les livres",
    message="Compte {compte} : à-nouveau de {lu:€}, alors que les livres le closent à {attendu:€} le {fin:date} (solde débiteur positif).",
    remede="Rapprocher la balance de clôture ; si les à-nouveaux sont déjà dans les livres, les retirer du fichier.",
    source="Code de commerce, article L123-19 : le bilan d'ouverture est le bilan de clôture de l'exercice précédent ",
    rule=_differents_de_la_cloture,
)

CHECKS = (SOLDE_DE_GESTION, GESTION_REPORTEE, AUCUN, PAS_EN_TETE, DESEQUILIBRES, DIFFERENTS_DE_LA_CLOTURE)
