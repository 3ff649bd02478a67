"""imports.etats: classes, sub-totals, two exercices side by side, the résultat. And the same as files: no text is a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import polars as pl
import pytest

from ecritures.domain.errors import EcritureImpossible
from ecritures.imports import etats
from ecritures.imports.reports import etats as tables


def _balance(*lignes: tuple[str, int, int]) -> pl.DataFrame:
    schema = {"compte": pl.String, "debit_centimes": pl.Int64, "credit_centimes": pl.Int64}
    cadre = pl.DataFrame(list(lignes), schema=schema, orient="row")
    return cadre.with_columns(
        libelle=pl.format("compte {}", "compte"),
        solde_centimes=pl.col("debit_centimes") - pl.col("credit_centimes"),
        nombre=pl.lit(1, pl.Int64),
    )


ANNEE = _balance(
    ("101000", 0, 50_000), ("401000", 9_000, 9_000), ("411000", 30_000, 10_000), ("607000", 40_000, 0), ("707000", 500, 20_500), ("X9", 10_000, 0)
)  # fmt: skip
AVANT = _balance(("101000", 0, 50_000), ("512000", 60_000, 0), ("707000", 0, 10_000))


def test_classes_sum_their_accounts_and_what_has_no_class_comes_last() -> None:
    classes = etats.par_classe(etats.balance_comparee(ANNEE, None))
    assert [(c.numero, c.nombre) for c in classes] == [("1", 1), ("4", 2), ("6", 1), ("7", 1), ("", 1)]
    quatre = classes[1]
    assert (quatre.montants.debit, quatre.montants.credit, quatre.debiteur, quatre.crediteur) == (
        39_000,
        19_000,
        20_000,
        0,
    )
    assert classes[-1].libelle == etats.HORS_CLASSE
    total = etats.total(etats.balance_comparee(ANNEE, None))
    assert (total.debit, total.credit, total.compare) == (89_500, 89_500, None)


def test_an_account_of_one_exercice_alone_is_zero_in_the_other() -> None:
    cadre = etats.balance_comparee(ANNEE, AVANT)
    lus = {c: (d - k, autre) for c, d, k, autre in cadre.select("compte", "debit", "credit", "compare").iter_rows()}
    assert lus["512000"] == (0, 60_000)
    assert lus["411000"] == (20_000, 0)
    assert cadre["compte"].to_list() == sorted(lus)
    assert etats.total(cadre).compare == 0


def test_zero_balances_are_hidden_unless_the_other_exercice_had_one() -> None:
    assert "401000" not in etats.balance_comparee(ANNEE, None, masquer_nuls=True)["compte"]
    compares = etats.balance_comparee(ANNEE, AVANT, masquer_nuls=True)["compte"].to_list()
    assert "401000" not in compares and "512000" in compares


@pytest.mark.parametrize(
    ("debit", "credit", "compare", "variation", "pour_mille"),
    [
        (0, 20_000, -10_000, 10_000, 1000),  # twice the produits: more, although they are credits
        (15_000, 0, 10_000, 5_000, 500),
        (5_000, 0, 10_000, -5_000, -500),
        (0, 0, -10_000, -10_000, -1000),
        (5_000, 0, -10_000, 15_000, None),  # changed sides: no percentage says it
        (5_000, 0, 0, 5_000, None),
        (5_000, 0, None, None, None),
    ],
)
def test_a_variation_is_the_growth_of_the_balance_on_its_side(
    debit: int, credit: int, compare: int | None, variation: int | None, pour_mille: int | None
) -> None:
    montants = etats.Montants(debit, credit, compare)
    assert (montants.variation, montants.pour_mille) == (variation, pour_mille)


def test_the_resultat_is_produits_less_charges() -> None:
    lu = etats.resultat(ANNEE)
    assert (lu.produits, lu.charges, lu.resultat, lu.tresorerie) == (20_000, 40_000, -20_000, 0)
    assert etats.resultat(_balance()).resultat == 0


def test_months_of_an_exercice_are_those_it_touches() -> None:
    assert etats.mois_de(date(2024, 12, 15), date(2025, 2, 1)) == [
        date(2024, 12, 1),
        date(2025, 1, 1),
        date(2025, 2, 1),
    ]
    assert [etats.fin_de_mois(date(a, m, 3)).day for a, m in ((2024, 2), (2025, 2), (2025, 12))] == [29, 28, 31]
    assert etats.decale(date(2025, 3, 1), -14) == date(2024, 1, 1)


COLONNES = (tables.LIGNES[10], tables.LIGNES[2], tables.LIGNES[11])
PIEGES = pl.DataFrame(
    {
        "libelle": ['=HYPERLINK("x")', 'é;"x"', None],
        "date": [date(2025, 12, 31), None, date(1899, 1, 1)],
        "debit_centimes": [123_456_789, -5, None],
    }
)


def test_a_csv_reads_in_a_french_spreadsheet_and_runs_nothing() -> None:
    octets = b"".join(tables.en_csv(COLONNES, iter([PIEGES, PIEGES.clear()])))
    assert octets.decode("utf-8-sig").split("\r\n") == [
        "Libellé;Date;Débit",
        '"\'=HYPERLINK(""x"")";31/12/2025;1234567,89',
        '"é;""x""";;-0,05',
        ";01/01/1899;",
        "",
    ]
    assert octets.startswith(b"\xef\xbb\xbf")


def test_a_workbook_holds_texts_numbers_and_dates_and_no_formula() -> None:
    octets = tables.en_xlsx("Journal", "Dossier & Fils", COLONNES, iter([PIEGES]))
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        feuille = archive.read("xl/worksheets/sheet1.xml").decode()
        textes = archive.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in feuille and "1234567.89" in feuille
    assert "=HYPERLINK" in textes and "01/01/1899" in textes
    assert "Dossier &amp;&amp; Fils" in feuille


def test_a_workbook_too_long_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "XLSX_LIGNES_MAX", 2)
    with pytest.raises(EcritureImpossible, match="choisir le CSV"):
        tables.en_xlsx("Journal", "x", COLONNES, iter([PIEGES]))
