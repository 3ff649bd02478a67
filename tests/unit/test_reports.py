"""The reports of a check: every text of the file is harmless, every figure is the file's, what is left out is said."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree as ET

import openpyxl
import polars as pl
import pytest
from fec_fabrique import Brouillon
from fec_fabrique import lire as lire_fec
from tra_fabrique import fichier, mouvement
from tra_fabrique import lire as lire_tra

from ecritures.domain.constat import Constats, Regle, Releve, Severity, dresser
from ecritures.domain.contexte import Contexte
from ecritures.formats.fec import regles
from ecritures.imports.check import Examen, check
from ecritures.imports.reports import RapportInconnu, html, junit, piece, renderer, sarif, xlsx
from ecritures.imports.reports.piece import MONTRES_MAX, MONTRES_PAR_REGLE_MAX, Piece, bounded
from ecritures.imports.reports.volumes import JOURNAUX_MAX, MOIS_MAX, volumes_svg

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"
FORMULE = '=HYPERLINK("http://exemple.invalid";"cliquer")'


def _piece(brouillon: Brouillon, nom: str = "essai.txt") -> Piece:
    octets = brouillon.octets
    return piece(nom, "fec", check(lire_fec(octets), Contexte()), octets)


def _spoiled() -> Brouillon:
    return (
        Brouillon(60)
        .met(5, EcritureDate=HOSTILE)
        .met(6, Debit=FORMULE)
        .met(7, CompteNum="")
        .met(8, JournalLib=HOSTILE)
        .met(9, EcritureDate="31/01/2025")
    )


class _Page(HTMLParser):
    """Tags, their attributes, and the texts of a page."""

    def __init__(self, octets: bytes) -> None:
        super().__init__()
        self.balises: list[str] = []
        self.attributs: list[tuple[str, str | None]] = []
        self.textes: list[str] = []
        self.marques: list[str] = []
        self._dans_marque = False
        self.feed(octets.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.balises.append(tag)
        self.attributs += attrs
        self._dans_marque = tag == "mark"
        if self._dans_marque:
            self.marques.append("")

    def handle_endtag(self, tag: str) -> None:
        self._dans_marque = self._dans_marque and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.textes.append(data)
        if self._dans_marque:
            self.marques[-1] += data


# ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_hostile_file_puts_no_tag_and_no_attribute_in_the_page() -> None:
    nom = f"{HOSTILE}.txt"
    page, temoin = _Page(html.render([_piece(_spoiled(), nom)])), _Page(html.render([_piece(Brouillon(60))]))
    assert set(page.balises) <= set(temoin.balises) | {"mark", "details", "summary", "strong", "label", "input", "code"}
    assert "script" not in page.balises and "img" not in page.balises
    assert not [a for a, _ in page.attributs if a.startswith("on") or a in ("src", "style")]
    assert any(HOSTILE in t for t in page.textes)


def test_the_page_asks_for_nothing_from_outside_and_runs_nothing() -> None:
    texte = html.render([_piece(_spoiled())]).decode()
    page = _Page(texte.encode())
    assert not [v for a, v in page.attributs if a in ("href", "src", "action") and not str(v).startswith("#")]
    assert "default-src 'none'" in texte
    assert "@import" not in texte and "url(" not in texte
    assert 'lang="fr"' in texte


def test_the_page_marks_the_columns_of_each_finding_in_its_line() -> None:
    page = _Page(html.render([_piece(_spoiled())]))
    assert "31/01/2025" in page.marques
    assert FORMULE in page.marques
    assert HOSTILE in page.marques


def test_the_page_has_verdicts_counts_remedies_and_a_described_picture() -> None:
    p = _piece(_spoiled())
    texte = " ".join(_Page(html.render([p])).textes)
    assert "Non conforme" in texte
    assert "Test Compta Demat" in texte
    assert f"Constats : {p.constats.total}" in texte
    assert all(regle.titre in texte for regle, _ in p.constats.par_regle)
    svg = html.render([p]).decode()
    assert 'role="img"' in svg and "<title" in svg and "<desc" in svg
    assert "Statistiques" in texte and "SHA-256" in texte


def test_a_tra_has_its_page_too() -> None:
    octets = fichier(mouvement(debit="10,00"), mouvement("51200000", credit="9,00"))
    p = piece("a.tra", "tra", check(lire_tra(octets), Contexte()), octets)
    texte = " ".join(_Page(html.render([p])).textes)
    assert "TRA, ascii" in texte and "Non conforme" in texte and "Test Compta Demat" not in texte


def test_several_files_are_one_page_with_their_table() -> None:
    page = _Page(html.render([_piece(Brouillon(32), "a.txt"), _piece(_spoiled(), "b.txt")]))
    assert ("href", "#fichier-2") in page.attributs
    ids = [v for a, v in page.attributs if a == "id"]
    assert len(ids) == len(set(ids))


def test_a_file_that_cannot_be_read_has_a_page_too() -> None:
    octets = b"\x00\x01binaire"
    p = piece("x.bin", "fec", check(lire_fec(octets), Contexte()), octets)
    assert "Illisible" in html.render([p]).decode()
    assert piece("x", None, Examen(None, dresser(())), None).statistiques is None


def test_a_control_or_direction_character_is_shown_not_obeyed() -> None:
    texte = html.render([_piece(Brouillon(32).met(5, EcritureDate="2\u202e025\x1b[31m"))]).decode()
    assert "\u202e" not in texte and "\x1b" not in texte
    assert "␛" in texte


# ── Bounds ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _many(nombre: int) -> Constats:
    autre = Regle("essai.rare", Severity.ERROR, "Rare", "Rare.", "Corriger.", "Essai.")
    lieux = pl.DataFrame({"numero_ligne": pl.Series(range(1, nombre + 1), dtype=pl.UInt32), "zone": ["Debit"] * nombre})
    rares = pl.DataFrame({"numero_ligne": pl.Series([nombre], dtype=pl.UInt32)})
    return dresser([Releve(regles.MONTANT_VIDE, lieux, nombre), Releve(autre, rares, 1)])


def test_a_hundred_thousand_findings_are_bounded_and_what_is_left_out_is_said() -> None:
    constats = _many(99_999)
    p = piece("gros.txt", "fec", Examen(None, constats), None)
    assert p.montres.height == MONTRES_PAR_REGLE_MAX + 1
    assert "essai.rare" in p.montres["id"].to_list()
    octets = html.render([p])
    assert len(octets) < 2_000_000
    assert f"{p.omis:,}".replace(",", "\u202f") in octets.decode()
    journal = json.loads(sarif.render([p]))["runs"][0]
    assert len(journal["results"]) == sarif.RESULTATS_MAX
    assert journal["properties"]["constatsOmis"] == 100_000 - sarif.RESULTATS_MAX
    assert "toolExecutionNotifications" in journal["invocations"][0]
    assert "et 99949 autres constats" in junit.render([p]).decode()


def test_no_rule_hides_another_when_room_is_short() -> None:
    liste = pl.concat(
        [_many(2_000).liste.with_columns(id=pl.lit(f"r.{i}"), severite=pl.lit("INFO")) for i in range(30)]
    )
    erreur = liste.head(1).with_columns(id=pl.lit("e.e"), severite=pl.lit("ERREUR"))
    gardes = bounded(pl.concat([liste, erreur]), 100, 50)
    assert gardes.height == 100
    assert gardes["id"].n_unique() == 31
    assert bounded(liste).height <= MONTRES_MAX


# ── The workbook ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_workbook_holds_every_finding_as_text_filtered_and_frozen() -> None:
    p = _piece(_spoiled())
    classeur = openpyxl.load_workbook(BytesIO(xlsx.render([p])))
    assert classeur.sheetnames == ["Synthèse", "Constats", "Statistiques"]
    feuille = classeur["Constats"]
    assert feuille.freeze_panes == "A2"
    assert feuille.auto_filter.ref == f"A1:L{p.constats.liste.height + 1}"
    rangees = list(feuille.iter_rows(min_row=2, values_only=True))
    assert len(rangees) == p.constats.total
    assert [r[1] for r in rangees] == p.constats.liste["numero_ligne"].to_list()
    types = {cellule.data_type for rangee in feuille.iter_rows(min_row=2) for cellule in rangee}
    assert types <= {"s", "n"}, "no formula"
    assert FORMULE in [r[5] for r in rangees]


def test_amounts_of_the_workbook_are_exact_numbers_and_dates_are_dates() -> None:
    p = _piece(Brouillon(32))
    classeur = openpyxl.load_workbook(BytesIO(xlsx.render([p])))
    synthese = next(iter(classeur["Synthèse"].iter_rows(min_row=2, max_row=2, values_only=True)))
    assert synthese[8] == pytest.approx(81813.35, abs=1e-9)
    dates = [c for r in classeur["Statistiques"].iter_rows() for c in r if c.is_date]
    assert dates


def test_texts_that_a_cell_cannot_hold_are_cut_or_shown() -> None:
    assert xlsx.safe_text("a\x00b\uffff") == "a\ufffdb\ufffd"
    assert len(xlsx.safe_text("x" * 40_000)) == xlsx.CELLULE_MAX


# ── SARIF and JUnit ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_sarif_has_what_the_standard_requires_and_the_columns_of_each_finding() -> None:
    brouillon = _spoiled()
    journal = json.loads(sarif.render([_piece(brouillon, "dossier/é tude.txt")]))
    assert journal["version"] == "2.1.0" and journal["$schema"].endswith("sarif-2.1.0.json")
    execution = journal["runs"][0]
    pilote = execution["tool"]["driver"]
    assert pilote["name"] == "ecritures"
    assert len({r["id"] for r in pilote["rules"]}) == len(pilote["rules"])
    assert execution["columnKind"] == "unicodeCodePoints"
    for resultat in execution["results"]:
        assert resultat["level"] in ("error", "warning", "note")
        assert pilote["rules"][resultat["ruleIndex"]]["id"] == resultat["ruleId"]
        assert resultat["message"]["text"]
        place = resultat["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "dossier/%C3%A9%20tude.txt", "index": 0}
        assert place.get("region", {"startLine": 1})["startLine"] >= 1
    date = next(r for r in execution["results"] if r["ruleId"] == "date.autre_forme")
    debut, fin = brouillon.colonnes(9, 3)
    assert date["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 9,
        "startColumn": debut,
        "endColumn": fin + 1,
    }
    assert len(execution["artifacts"][0]["hashes"]["sha-256"]) == 64


def test_junit_has_a_test_for_each_rule_and_fails_those_with_errors() -> None:
    p = _piece(_spoiled())
    racine = ET.fromstring(junit.render([p, _piece(Brouillon(60), "clair.txt")]))
    fautif, clair = racine.findall("testsuite")
    echecs = {t.attrib["name"].split()[0] for t in fautif.findall("testcase") if t.find("failure") is not None}
    assert echecs == {
        r.id
        for r, _ in p.constats.par_regle
        if p.constats.liste.filter(pl.col("id") == r.id)["severite"][0] == "ERREUR"
    }
    assert int(fautif.attrib["tests"]) == len(fautif.findall("testcase")) > 80
    assert (fautif.attrib["failures"], clair.attrib["failures"]) == (str(len(echecs)), "0")
    assert racine.attrib["failures"] == str(len(echecs))
    texte = next(
        t.find("failure") for t in fautif.findall("testcase") if t.attrib["name"].startswith("date.autre_forme ")
    )
    assert texte is not None and "ligne 9" in str(texte.text) and "Remède" in str(texte.text)


def test_junit_is_xml_whatever_the_file_holds() -> None:
    brouillon = Brouillon(32).met(5, EcritureDate="]]>\x00\x1f<a>&").met(6, CompteNum="\ufffe")
    ET.fromstring(junit.render([_piece(brouillon, "a\x00<b>.txt")]))


# ── The picture and the names ───────────────────────────────────────────────────────────────────────────────────────


def _volumes(journaux: int, mois: int) -> pl.DataFrame:
    rangees = [
        (f"J{j:03d}", f"{2000 + m // 12}-{m % 12 + 1:02d}-01", 10 + j) for j in range(journaux) for m in range(mois)
    ]
    return pl.DataFrame(rangees, schema=["journal", "mois", "lignes"], orient="row").with_columns(
        pl.col("mois").str.to_date()
    )


def test_the_picture_is_well_formed_named_and_bounded() -> None:
    svg = volumes_svg(_volumes(60, 80))
    racine = ET.fromstring(svg)
    rects = racine.findall(".//{http://www.w3.org/2000/svg}rect")
    assert len(rects) == (JOURNAUX_MAX + 1) * (MOIS_MAX + 1)
    assert "autres" in svg and "avant" in svg
    assert racine.attrib["role"] == "img"
    cibles = racine.attrib["aria-labelledby"].split()
    assert [e.attrib["id"] for e in racine[:2]] == cibles


def test_the_picture_tells_every_line_and_escapes_codes() -> None:
    volumes = pl.DataFrame({"journal": ["<x>&"], "mois": ["2025-03-01"], "lignes": [1234]}).with_columns(
        pl.col("mois").str.to_date()
    )
    svg = volumes_svg(volumes)
    assert "&lt;x&gt;&amp;, mars 25 : 1234" in svg
    ET.fromstring(svg)
    assert volumes_svg(volumes.clear()) == ""


@pytest.mark.parametrize("nom", ["r.html", "R.HTML", "r.xlsx", "r.sarif", "r.sarif.json", "junit.xml"])
def test_the_name_of_a_report_tells_its_kind(nom: str) -> None:
    assert renderer(nom)([_piece(Brouillon(32))])


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(RapportInconnu, match=r"\.html"):
        renderer("r.pdf")
