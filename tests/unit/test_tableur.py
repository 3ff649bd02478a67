"""CSV, XLSX and Parquet as people and tools open them: exact numbers, real dates, no formula, one column a zone."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest
from fec_fabrique import Brouillon, lire

from ecritures.domain.lot import LIGNES, VENTILATIONS, Detection, Lot
from ecritures.formats import parquet
from ecritures.formats.pertes import pertes
from ecritures.formats.portes import capacite_table
from ecritures.formats.tableur import csv_ecrivain, relecture, xlsx_ecrivain
from ecritures.formats.tableur.colonnes import COLONNES, dangereux, denaturaliser, neutraliser
from ecritures.formats.tableur.csv_ecrivain import OptionsCsv

DANGEREUX = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "''@x",
    "＝1",
    "-cmd|'/C calc'!A0",
    "=",
    "-",
]
INOFFENSIFS = ["-12,50", "+33 1 23 45", "-1 234.5", "a=1", "'abc", "", "12", "é", "'"]


def lot_de(**colonnes: Any) -> Lot:
    """One line, its values replaced."""
    rangee = dict.fromkeys(LIGNES) | {
        "numero_ligne": 2, "ecriture": 1, "journal": "AC", "date": date(2025, 3, 31), "compte": "0606", "libelle": "Achat",
        "debit_centimes": 123456, "credit_centimes": 0, "type_ecriture": "N",
    } | colonnes  # fmt: skip
    return Lot("perso", Detection("utf-8", "LF", 0, 0), pl.DataFrame([rangee], schema=LIGNES))


def lignes_csv(octets: bytes, **options: Any) -> list[dict[str, str]]:
    texte = octets.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(texte, newline=""), delimiter=options.get("separateur", ";")))


def feuille(octets: bytes, nom: str = "Écritures") -> Any:
    return openpyxl.load_workbook(io.BytesIO(octets))[nom]


@pytest.mark.parametrize("texte", DANGEREUX)
def test_a_text_that_a_spreadsheet_could_run_is_neutralised_and_comes_back(texte: str) -> None:
    neutre, retour = pl.select(n=neutraliser(pl.lit(texte)), r=denaturaliser(neutraliser(pl.lit(texte)))).row(0)
    assert (neutre, retour) == ("'" + texte, texte)
    lue = lignes_csv(csv_ecrivain.write(lot_de(libelle=texte)))[0]
    assert lue["Libellé"] == "'" + texte


@pytest.mark.parametrize("texte", INOFFENSIFS)
def test_a_plain_text_and_a_negative_number_are_left_as_they_are(texte: str) -> None:
    neutre, retour = pl.select(n=neutraliser(pl.lit(texte)), r=denaturaliser(pl.lit(texte))).row(0)
    assert (neutre, retour) == (texte, texte)
    assert pl.select(dangereux(pl.lit(texte))).item() is False


def test_negative_amounts_stay_numbers() -> None:
    lot = lot_de(debit_centimes=-5)
    assert lignes_csv(csv_ecrivain.write(lot))[0]["Débit"] == "-0,05"
    cellule = feuille(xlsx_ecrivain.write(lot)).cell(2, [c.champ for c in COLONNES].index("debit_centimes") + 1)
    assert (cellule.value, cellule.data_type) == (-0.05, "n")


def test_a_csv_opens_in_a_french_spreadsheet_by_default() -> None:
    octets = csv_ecrivain.write(lot_de(libelle='Dit "oui" ; puis\nnon'))
    assert octets.startswith(b"\xef\xbb\xbf")
    assert octets.count(b"\r\n") == 2
    lue = lignes_csv(octets)[0]
    assert (lue["Date"], lue["Débit"], lue["Crédit"], lue["Compte"]) == ("31/03/2025", "1234,56", "0,00", "0606")
    assert lue["Libellé"] == 'Dit "oui" ; puis\nnon'


@pytest.mark.parametrize("separateur", [",", "\t", "|", ";"])
@pytest.mark.parametrize("decimale", [",", "."])
def test_every_dialect_of_csv_reads_back(separateur: str, decimale: str) -> None:
    lot = lot_de(libelle="a,b;c|d\te", devise="TND", montant_devise=-12345)
    options = OptionsCsv(separateur, decimale, bom=False)
    octets = csv_ecrivain.write(lot, options)
    assert not octets.startswith(b"\xef\xbb\xbf")
    assert lignes_csv(octets, separateur=separateur)[0]["Montant en devise"] == f"-12{decimale}345"
    relu = relecture.relire_csv(octets, options)
    assert relu["libelle"][0] == "a,b;c|d\te"
    assert (relu["montant_devise"][0], relu["debit_centimes"][0]) == (-12345, 123456)


def test_each_supplementary_column_is_a_column_of_its_own() -> None:
    brouillon = Brouillon().ajoute_colonne("Axe1", "-12,50").ajoute_colonne("Compte", "=A1")
    lot = lire(brouillon.octets).lot
    assert lot is not None
    lue = lignes_csv(csv_ecrivain.write(lot))[0]
    assert lue["Axe1"] == "-12,50"
    assert lue["Compte (2)"] == "'=A1"
    tete = [c.value for c in next(feuille(xlsx_ecrivain.write(lot)).rows)]
    assert tete[-2:] == ["Axe1", "Compte (2)"]
    assert parquet.tableau(lot)["supplement.Axe1"][0] == "-12,50"


def test_a_workbook_has_real_dates_and_numbers_a_frozen_header_and_filters() -> None:
    page = feuille(xlsx_ecrivain.write(lot_de(devise="JPY", montant_devise=15000)))
    par_titre = {c.value: page.cell(2, c.column) for c in next(page.rows)}
    assert par_titre["Date"].value == datetime(2025, 3, 31)
    assert par_titre["Date"].number_format == "dd/mm/yyyy"
    assert (par_titre["Débit"].value, par_titre["Débit"].number_format) == (1234.56, "#,##0.00")
    assert (par_titre["Montant en devise"].value, par_titre["Montant en devise"].number_format) == (15000, "#,##0")
    assert (par_titre["Compte"].value, par_titre["Compte"].data_type) == ("0606", "s")
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref is not None and page.auto_filter.ref.startswith("A1:")


@pytest.mark.parametrize("centimes", [1, 29, 10**12, 999_999_999_999, -(10**12)])
def test_the_number_in_the_workbook_is_the_exact_decimal_text(centimes: int) -> None:
    octets = xlsx_ecrivain.write(lot_de(debit_centimes=centimes))
    xml = zipfile.ZipFile(io.BytesIO(octets)).read("xl/worksheets/sheet1.xml").decode()
    texte = xml.split("<v>")
    assert Decimal(centimes).scaleb(-2) in [Decimal(t.split("</v>")[0]) for t in texte[1:] if t[0] in "-0123456789"]
    assert relecture.relire_xlsx(octets)["debit_centimes"][0] == centimes


@pytest.mark.parametrize("texte", DANGEREUX)
def test_no_text_of_a_workbook_is_a_formula(texte: str) -> None:
    octets = xlsx_ecrivain.write(lot_de(libelle=texte, reference="http://exemple.fr", numero_piece="0012"))
    xml = zipfile.ZipFile(io.BytesIO(octets)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml and "hyperlink" not in xml
    styles = zipfile.ZipFile(io.BytesIO(octets)).read("xl/styles.xml").decode()
    assert 'quotePrefix="1"' in styles
    assert feuille(octets).cell(2, [c.champ for c in COLONNES].index("numero_piece") + 1).value == "0012"


def test_the_same_lot_gives_the_same_workbook() -> None:
    assert xlsx_ecrivain.write(lot_de()) == xlsx_ecrivain.write(lot_de())


def test_a_date_that_spreadsheets_cannot_count_is_a_text() -> None:
    octets = xlsx_ecrivain.write(lot_de(date=date(1850, 1, 2)))
    assert feuille(octets).cell(2, 4).value == "02/01/1850"
    assert relecture.relire_xlsx(octets)["date"][0] == date(1850, 1, 2)


def test_analytic_shares_and_lists_have_their_sheet() -> None:
    part = dict.fromkeys(VENTILATIONS) | {
        "ligne_mere": 2, "ecriture": 1, "axe": "A1", "section": "S1", "debit_centimes": 123456, "credit_centimes": 0,
    }  # fmt: skip
    lot = lot_de()
    object.__setattr__(lot, "ventilations", pl.DataFrame([part], schema=VENTILATIONS))
    octets = xlsx_ecrivain.write(lot)
    rangees = list(feuille(octets, "Ventilations").values)
    assert rangees[1][5:9] == ("A1", "S1", None, 1234.56)
    assert pertes(lot, capacite_table("XLSX")) == ()
    (perte,) = pertes(lot, capacite_table("CSV"))
    assert (perte.champ, perte.nombre, perte.premieres) == ("ventilations", 1, (2,))


def test_parquet_has_decimals_and_days_and_comes_back() -> None:
    lot = lot_de(devise="TND", montant_devise=-12345, journal_libelle="Achats")
    octets = parquet.write(lot)
    cadre = pl.read_parquet(io.BytesIO(octets))
    assert cadre.schema["debit"] == pl.Decimal(18, 2)
    assert cadre.schema["date"] == pl.Date
    assert (cadre["debit"][0], cadre["montant_devise"][0]) == (Decimal("1234.56"), Decimal("-12.3450"))
    relu = parquet.relire(octets)
    for champ in LIGNES:
        if champ != "supplement":
            assert relu[champ].to_list() == lot.lignes[champ].to_list(), champ
