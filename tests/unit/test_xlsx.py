"""formats/xlsx.py and the reading of a sheet: bounded before anything is loaded, formulas never evaluated, cells exact."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from ecritures.domain.constat import Constats
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot, OptionsLecture
from ecritures.formats import FORMATS, xlsx
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.formats.xlsx_etendue import rang_de
from ecritures.imports.check import check

MODELE = """
nom = "Classeur"
format = "xlsx"
[montants]
convention = "deux_colonnes"
[ecritures]
groupement = "piece"
[colonnes]
journal = { nom = "Journal" }
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
"""
ENTETE = ["Journal", "Date", "Compte", "Pièce", "Débit", "Crédit"]
JOUR = datetime(2025, 1, 31)
RANGEES: list[list[Any]] = [["VE", JOUR, 411000, "F1", 1200.5, ""], ["VE", JOUR, "707000", "F1", "", 1200.5]]


def classeur(
    rangees: list[list[Any]] = RANGEES, retouche: Callable[[Any, Any], None] | None = None, **options: object
) -> bytes:
    """A workbook of one sheet: the header, then the rows. ``retouche(workbook, sheet)`` adds to it."""
    sortie = io.BytesIO()
    cahier = xlsxwriter.Workbook(sortie, {"in_memory": True, **options})
    feuille = cahier.add_worksheet("Écritures")
    jour = cahier.add_format({"num_format": "dd/mm/yyyy"})
    for rang, rangee in enumerate([ENTETE, *rangees]):
        for colonne, valeur in enumerate(rangee):
            if isinstance(valeur, datetime):
                feuille.write_datetime(rang, colonne, valeur, jour)
            elif valeur != "":
                feuille.write(rang, colonne, valeur)
    if retouche is not None:
        retouche(cahier, feuille)
    cahier.close()
    return sortie.getvalue()


def lire(octets: bytes, toml: str = MODELE) -> tuple[Lot | None, Constats]:
    examen = check(FORMATS["perso"].read(octets, OptionsLecture(modele=lire_modele(toml))), Contexte())
    return examen.lot, examen.constats


def trouves(constats: Constats, id_: str) -> list[dict[str, Any]]:
    return constats.liste.filter(pl.col("id") == id_).to_dicts()


def repaquet(
    octets: bytes, change: Callable[[str, bytes], bytes | None], ajouts: dict[str, bytes] | None = None
) -> bytes:
    """The same workbook with its parts changed (None: left out), and others added."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as source, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as cible:
        for entree in source.infolist():
            contenu = change(entree.filename, source.read(entree))
            if contenu is not None:
                cible.writestr(entree.filename, contenu)
        for nom, contenu in (ajouts or {}).items():
            cible.writestr(nom, contenu)
    return sortie.getvalue()


def dans_la_feuille(avant: bytes, apres: bytes) -> bytes:
    def change(nom: str, contenu: bytes) -> bytes:
        if nom == "xl/worksheets/sheet1.xml":
            assert avant in contenu
            return contenu.replace(avant, apres, 1)
        return contenu

    return repaquet(classeur(), change)


def test_real_dates_numbers_and_texts_are_read_exactly() -> None:
    lot, constats = lire(classeur())
    assert lot is not None
    assert constats.total == 0
    assert lot.lignes.select("numero_ligne", "date", "compte", "debit_centimes", "credit_centimes").rows() == [
        (2, date(2025, 1, 31), "411000", 120_050, 0), (3, date(2025, 1, 31), "707000", 0, 120_050),
    ]  # fmt: skip


def test_dates_counted_from_1904_are_the_dates_that_the_spreadsheet_shows() -> None:
    lot, _ = lire(classeur(date_1904=True))
    assert lot is not None
    assert lot.lignes["date"].to_list() == [date(2025, 1, 31)] * 2
    # a date that lost its form, in both countings
    formes = MODELE.replace("[montants]", '[dates]\nformes = ["SERIE"]\n[montants]')
    for options, serie in (({}, 45688), ({"date_1904": True}, 45688 - 1462)):
        nus = [[r[0], serie, *r[2:]] for r in RANGEES]
        lot, constats = lire(classeur(nus, **options), formes)
        assert lot is not None, constats.liste["message"].to_list()
        assert lot.lignes["date"].to_list() == [date(2025, 1, 31)] * 2


def test_a_number_in_a_date_column_is_not_taken_for_a_date_unless_the_model_says_so() -> None:
    _, constats = lire(classeur([[r[0], 45688, *r[2:]] for r in RANGEES]))
    assert {c["numero_ligne"] for c in trouves(constats, "perso.date_illisible")} == {2, 3}
    assert "cellule B2" in trouves(constats, "perso.date_illisible")[0]["message"]


def test_a_number_of_more_than_two_decimals_is_refused_or_read_as_shown_when_the_model_says_so() -> None:
    rond = classeur([["VE", JOUR, 411000, "F1", 0.3, ""], ["VE", JOUR, 707000, "F1", "", 0.3]])
    bruit = repaquet(rond, lambda _, c: c.replace(b"<v>0.3</v>", b"<v>0.30000000000000004</v>", 1))
    _, constats = lire(bruit)
    (constat,) = trouves(constats, "perso.montant_illisible")
    assert (constat["numero_ligne"], constat["zone"], constat["valeur"]) == (2, "E Débit", "0.30000000000000004")
    assert "cellule E2" in constat["message"]
    lot, constats = lire(bruit, MODELE.replace("[montants]", "[nombres]\nquinze_chiffres = true\n[montants]"))
    assert lot is not None
    assert not constats.est_bloquant
    assert lot.debit_centimes == 30
    trop = [["VE", JOUR, 411000, "F1", 1.005, ""], ["VE", JOUR, 707000, "F1", "", 1e15]]
    _, constats = lire(classeur(trop), MODELE.replace("[montants]", "[nombres]\nquinze_chiffres = true\n[montants]"))
    assert len(trouves(constats, "perso.montant_illisible")) == 2


def test_an_error_cell_is_a_finding_at_the_cell_and_only_there() -> None:
    def retouche(_: Any, feuille: Any) -> None:
        feuille.write_formula(1, 4, "=X9/0", None, "#REF!")
        feuille.write_formula(1, 7, "=1/0", None, "#DIV/0!")  # a column that the model does not read

    _, constats = lire(classeur(retouche=retouche))
    (constat,) = trouves(constats, "xlsx.erreur_de_cellule")
    assert (constat["numero_ligne"], constat["zone"], constat["valeur"]) == (2, "E Débit", "#REF!")
    assert "cellule E2" in constat["message"]
    assert trouves(constats, "perso.montant_illisible") == []


def test_formulas_give_their_stored_value_and_are_never_computed() -> None:
    def retouche(_: Any, feuille: Any) -> None:
        feuille.write_formula(1, 4, "=1+1", None, 1200.5)  # the stored value is believed, not the formula

    lot, constats = lire(classeur(retouche=retouche))
    assert lot is not None
    assert not constats.est_bloquant
    assert lot.debit_centimes == 120_050
    assert "1 formules" in trouves(constats, "xlsx.formules")[0]["message"]


def test_a_formula_without_a_stored_value_is_an_error_at_its_cell() -> None:
    _, constats = lire(dans_la_feuille(b"<v>1200.5</v>", b"<f>1+1</f>"))
    (constat,) = trouves(constats, "xlsx.formule_sans_valeur")
    assert (constat["numero_ligne"], constat["zone"]) == (2, "E Débit")
    assert "E2" in constat["message"]


def test_hidden_sheets_and_merged_cells_are_said() -> None:
    def retouche(cahier: Any, feuille: Any) -> None:
        for nom, cache in (("Brouillard", "hide"), ("Secret", "very_hidden")):
            getattr(cahier.add_worksheet(nom), cache)()
        feuille.merge_range(5, 7, 6, 8, "note")

    lot, constats = lire(classeur(retouche=retouche))
    assert lot is not None
    assert "« Brouillard », « Secret »" in trouves(constats, "xlsx.feuilles_cachees")[0]["message"]
    assert "H6:I7" in trouves(constats, "xlsx.cellules_fusionnees")[0]["message"]


@pytest.mark.parametrize(
    ("feuille", "attendu"), [('"écritures"', 2), ("1", 2), ("2", None), ('"Absente"', None), ("9", None), ("-1", None)]
)
def test_the_sheet_is_the_one_that_the_model_names(feuille: str, attendu: int | None) -> None:
    octets = classeur(retouche=lambda cahier, _: cahier.add_worksheet("Autre").write(0, 0, "x"))
    lot, constats = lire(octets, MODELE.replace("[montants]", f"[fichier]\nfeuille = {feuille}\n[montants]"))
    assert (None if lot is None else lot.lignes.height) == attendu
    if feuille in ('"Absente"', "9", "-1"):
        assert constats.total == 1
        assert "« Écritures », « Autre »" in trouves(constats, "modele.feuille_absente")[0]["message"]


def test_several_visible_sheets_and_none_named_is_a_question() -> None:
    lot, constats = lire(classeur(retouche=lambda cahier, _: cahier.add_worksheet("Autre")))
    assert lot is None
    assert trouves(constats, "modele.feuille_absente")


def test_columns_missing_from_the_sheet_are_one_finding() -> None:
    lot, constats = lire(classeur(), MODELE.replace('"Débit"', '"Debit HT"').replace('"Crédit"', '"Credit HT"'))
    assert lot is None
    assert constats.total == 1
    assert "« Debit HT », « Credit HT » ; la ligne 1 porte : « Journal »" in constats.liste["message"][0]


# ── Hostile files ───────────────────────────────────────────────────────────────────────────────────────────────────


def _annonce(octets: bytes, nom: bytes, taille: int) -> bytes:
    """The same archive, one of its entries said to be of that size once inflated."""
    change = bytearray(octets)
    for signature, place, debut in ((b"PK\x01\x02", 24, octets.rindex(nom)), (b"PK\x03\x04", 22, octets.index(nom))):
        entete = octets.rindex(signature, 0, debut)
        change[entete + place : entete + place + 4] = taille.to_bytes(4, "little")
    return bytes(change)


def _avec_zeros(mio: int) -> bytes:
    return repaquet(classeur(), lambda _, c: c, {"xl/media/zeros.bin": bytes(mio << 20)})


def bombe_annoncee() -> bytes:
    return _annonce(_avec_zeros(1), b"xl/media/zeros.bin", 600 << 20)


def bombe_declaree_petite() -> bytes:
    """The directory says one byte where there are millions: inflating stops where the announce does."""
    return _annonce(_avec_zeros(4), b"xl/media/zeros.bin", 1)


def _chiffree() -> bytes:
    octets = bytearray(classeur())
    place = 0
    while (place := octets.find(b"PK\x01\x02", place)) >= 0:
        octets[place + 8] |= 1
        place += 4
    return bytes(octets)


def _archive(noms: dict[str, bytes]) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as cible:
        for nom, contenu in noms.items():
            cible.writestr(nom, contenu)
    return sortie.getvalue()


def _doublon() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return repaquet(classeur(), lambda _, c: c, {"xl/workbook.xml": b"<workbook/>"})


_ENTITES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def _avec_dtd(partie: str) -> bytes:
    return repaquet(classeur(), lambda nom, c: c.replace(b"?>", b"?>" + _ENTITES, 1) if nom == partie else c)


HOSTILES: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("bombe annoncée", bombe_annoncee, "xlsx.limite", "octets annoncés"),
    ("taille mensongère", bombe_declaree_petite, "xlsx.illisible", "abîmée"),
    ("trop de fichiers", lambda: _archive({f"f{i}": b"" for i in range(2001)}), "xlsx.limite", "2001 fichiers"),
    ("archive d'archives", lambda: _archive({"a.zip": b"PK\x03\x04"}), "xlsx.illisible", "qui en contient d'autres"),
    ("pas un classeur", lambda: _archive({"a.txt": b"x"}), "xlsx.illisible", "xl/workbook.xml manque"),
    ("chiffrée", _chiffree, "xlsx.illisible", "chiffrée"),
    ("noms en double", _doublon, "xlsx.illisible", "même nom"),
    ("tronquée", lambda: classeur()[:2000], "xlsx.illisible", "abîmée"),
    ("DTD du classeur", lambda: _avec_dtd("xl/workbook.xml"), "xlsx.illisible", "DTD"),
    ("DTD de la feuille", lambda: _avec_dtd("xl/worksheets/sheet1.xml"), "xlsx.illisible", "DTD"),
    ("DTD des textes", lambda: _avec_dtd("xl/sharedStrings.xml"), "xlsx.illisible", "DTD"),
    ("dernière cellule", lambda: dans_la_feuille(b'<c r="E2"', b'<c r="XFD1048576"'), "xlsx.limite", "16384 colonnes"),
    ("ligne immense", lambda: dans_la_feuille(b'<c r="E2"', b'<c r="E99999999"'), "xlsx.limite", "99999999 lignes"),
    ("apostrophes", lambda: dans_la_feuille(b'<c r="E2"', b"<c r='XFD1048576'"), "xlsx.limite", "16384 colonnes"),
    ("espaces", lambda: dans_la_feuille(b'<c r="E2"', b'<c r = "XFD1048576"'), "xlsx.limite", "16384 colonnes"),
    ("préfixe", lambda: dans_la_feuille(b'<c r="E2"', b'<z:c r="XFD1048576"'), "xlsx.limite", "16384 colonnes"),
    ("rectangle", lambda: dans_la_feuille(b'<c r="E2"', b'<c r="ALA900000"'), "xlsx.limite", "10000000 cellules"),
    ("presque vide", lambda: dans_la_feuille(b'<c r="E2"', b'<c r="E900000"'), "xlsx.limite", "presque vide"),
    ("cellules sans nom", lambda: dans_la_feuille(b'<c r="E2"', b"<c/>" * 2000 + b"<c "), "xlsx.limite", "colonnes"),
    ("lignes sans nom", lambda: dans_la_feuille(b"</sheetData>", b"<row/>" * 1_100_000 + b"</sheetData>"), "xlsx.limite", "lignes"),
    ("feuille absente", lambda: repaquet(classeur(), lambda n, c: None if "sheet1" in n else c), "xlsx.illisible", "n'est pas dans"),
    ("XML abîmé", lambda: repaquet(classeur(), lambda n, c: c[:50] if n == "xl/workbook.xml" else c), "xlsx.illisible", "bien formé"),
    ("ancien format", lambda: b"\xd0\xcf\x11\xe0" + bytes(4096), "modele.pas_un_classeur", "mot de passe"),
    ("du texte", lambda: b"Journal;Date\nVE;31/01/2025\n", "modele.pas_un_classeur", "d'une autre nature"),
    ("vide", lambda: b"", "modele.pas_un_classeur", "vide"),
]  # fmt: skip


@pytest.mark.parametrize(("fabrique", "id_", "dans"), [h[1:] for h in HOSTILES], ids=[h[0] for h in HOSTILES])
def test_a_hostile_workbook_is_one_clear_finding(fabrique: Callable[[], bytes], id_: str, dans: str) -> None:
    lot, constats = lire(fabrique())
    assert lot is None
    assert [c["id"] for c in constats.liste.to_dicts()] == [id_], constats.liste["message"].to_list()
    assert dans in constats.liste["message"][0]


def test_a_bomb_costs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said or not, what exceeds the limit is never held."""
    monkeypatch.setattr(xlsx, "OCTETS_GONFLES_MAX", 8 << 20)
    octets = _avec_zeros(64)
    for bombe, id_ in ((octets, "xlsx.limite"), (_annonce(octets, b"xl/media/zeros.bin", 1), "xlsx.illisible")):
        tracemalloc.start()
        lot, constats = lire(bombe)
        _, pic = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert lot is None
        assert constats.liste["id"].to_list() == [id_]
        assert pic < 12 << 20


def test_a_dimension_that_lies_changes_nothing() -> None:
    lot, _ = lire(dans_la_feuille(b'<dimension ref="A1:F3"/>', b'<dimension ref="A1:XFD1048576"/>'))
    assert lot is not None
    assert lot.lignes.height == 2


def test_a_part_that_leads_out_of_the_archive_is_never_written_nor_read() -> None:
    lot, _ = lire(repaquet(classeur(), lambda _, c: c, {"../../etc/passwd": b"x"}))
    assert lot is not None


def test_columns_are_named_as_a_spreadsheet_names_them() -> None:
    assert [xlsx.lettres(n) for n in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(rang_de(xlsx.lettres(n)) == n for n in range(1, 20_000, 7))
