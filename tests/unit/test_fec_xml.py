"""formats.fec: the XML form read into the same lot as the flat one, and every defect at its line and columns."""

from __future__ import annotations

import time
from datetime import date

import polars as pl
import pytest
from fec_fabrique import dossier_echantillons, examiner, lire
from xml_fabrique import NOM_XML, debut, fec_xml

from ecritures.domain.constat import Constats
from ecritures.domain.lot import Lot, OptionsLecture, Regime
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec import reader
from ecritures.formats.fec.supplement import colonnes_supplementaires
from ecritures.formats.fec.xml_lecteur import AUTRES_MAX, JETON_OCTETS_MAX, PROFONDEUR_MAX, VALEUR_CARACTERES_MAX
from ecritures.formats.fec.xml_schema import PARENT, automates

SAIN = fec_xml()
LIGNES = SAIN.splitlines()


def lot_de(texte: str | bytes, nom: str | None = NOM_XML) -> Lot:
    lot = lire(texte if isinstance(texte, bytes) else texte.encode(), nom).lot
    assert lot is not None
    return lot


def constats_de(texte: str | bytes, nom: str | None = NOM_XML) -> Constats:
    return examiner(texte if isinstance(texte, bytes) else texte.encode(), nom)[1]


def places(constats: Constats, *codes: str) -> list[tuple[str, int | None, int | None, int | None]]:
    liste = constats.liste.select("code", "numero_ligne", "colonne_debut", "colonne_fin")
    return [rangee for rangee in liste.iter_rows() if rangee[0] in codes]


def ligne_de(texte: str, motif: str, rang: int = 1) -> int:
    """The physical line of the ``rang``-th line that holds ``motif``."""
    return [n for n, ligne in enumerate(texte.splitlines(), 1) if motif in ligne][rang - 1]


def test_the_lot_is_that_of_a_flat_file() -> None:
    lot = lot_de(SAIN)
    premiere = lot.lignes.row(0, named=True)
    assert (lot.format, lot.regime, lot.nombre_ecritures, lot.lignes.height) == ("fec", "BIC/IS", 3, 7)
    assert (lot.debit_centimes, lot.credit_centimes) == (12_000 + 1_234 + 12_000, 12_000 + 1_234 + 12_000)
    assert premiere["journal"], premiere["journal_libelle"] == ("VE", "Ventes")
    assert premiere["libelle"] == "Façade de l'école & préau"
    assert (premiere["date"], premiere["date_validation"]) == (date(2025, 1, 15), date(2025, 1, 31))
    assert (premiere["tiers"], premiere["tiers_libelle"]) == ("C12", "Mairie")
    assert (premiere["devise"], premiere["montant_devise"]) == ("USD", 13_050)
    assert lot.lignes["ecriture"].to_list() == [1, 1, 1, 2, 2, 3, 3]
    assert lot.lignes["numero_ligne"].to_list() == [
        n for n, ligne in enumerate(LIGNES, 1) if ligne.startswith("<ligne>")
    ]
    assert lot.journaux["code"].to_list() == ["VE", "BQ"]
    assert lot.exercice_annonce == (date(2025, 1, 1), date(2025, 12, 31))


def test_a_correct_file_has_no_error_and_no_warning_about_its_form() -> None:
    constats = constats_de(SAIN)
    assert not constats.est_bloquant
    assert not [code for code in constats.par_code if code.startswith(("X", "F", "H"))]


def test_lettering_of_an_entry_is_that_of_its_third_party_lines() -> None:
    lettres = lot_de(SAIN).lignes.filter(pl.col("lettrage").is_not_null())
    assert lettres["compte"].to_list() == ["411000", "411000"]
    assert lettres["date_lettrage"].to_list() == [date(2025, 2, 1)] * 2


def test_without_a_third_party_the_lettering_is_on_all_lines() -> None:
    sans_tiers = (
        SAIN.replace("411000", "580000")
        .replace("<CompteAuxNum>C12</CompteAuxNum>\n<CompteAuxLib>Mairie</CompteAuxLib>\n", "")
        .replace("445710", "580001")
    )
    assert lot_de(sans_tiers).lignes["lettrage"].to_list() == ["AA"] * 3 + [None] * 2 + ["AA"] * 2


@pytest.mark.parametrize("regime", list(Regime))
def test_the_schema_says_the_regime_and_its_columns(regime: Regime) -> None:
    lot = lot_de(fec_xml(regime))
    assert lot.regime == regime.libelle
    noms = colonnes_supplementaires(lot).columns
    attendus = {
        Regime.BA_TRESORERIE: ["DateRglt", "ModeRglt", "NatOp"],
        Regime.BNC_TRESORERIE: ["DateRglt", "ModeRglt", "NatOp", "IdClient"],
    }
    assert noms == [*attendus.get(regime, []), "PJ"]
    if regime is Regime.BNC_TRESORERIE:
        assert colonnes_supplementaires(lot).row(3) == ("20250201", "VIR", "", "C12", "f2.pdf")
    assert not constats_de(fec_xml(regime)).est_bloquant


def test_both_sides_and_montant_with_sens_are_read() -> None:
    cotes = lot_de(SAIN).lignes.select("debit_centimes", "credit_centimes").rows()
    assert cotes[3:5] == [(1_234, 0), (0, 1_234)]


def test_a_negative_amount_goes_to_the_other_side() -> None:
    lot = lot_de(SAIN.replace("<Credit>20</Credit>", "<Debit>-20.00</Debit>"))
    assert lot.lignes.row(2, named=True)["credit_centimes"] == 2_000
    assert (lot.lignes["debit_centimes"] >= 0).all()


@pytest.mark.parametrize("regime", [Regime.COMMERCIAL, Regime.BNC_TRESORERIE])
def test_what_a_schema_leaves_optional_may_be_absent(regime: Regime) -> None:
    texte = fec_xml(regime).replace("<JournalCode>VE</JournalCode>\n", "")
    assert "X03" not in constats_de(texte).par_code
    assert "X03" in constats_de(fec_xml().replace("<JournalCode>VE</JournalCode>\n", "")).par_code


def test_the_real_sample_is_valid_and_balances() -> None:
    dossier = dossier_echantillons()
    if dossier is None:
        pytest.skip("échantillons FEC absents : donner leur dossier par ECRITURES_DONNEES")
    lecture, constats = examiner((dossier / "000555011FEC20251231.xml").read_bytes(), "000555011FEC20251231.xml")
    assert lecture.lot is not None
    assert (lecture.lot.nombre_ecritures, lecture.lot.lignes.height) == (10, 20)
    assert lecture.lot.debit_centimes == lecture.lot.credit_centimes == 3_241_623
    assert lecture.lot.regime == "BNC trésorerie"
    assert constats.par_code == {}


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_value_is_placed_where_it_stands_on_its_own_line() -> None:
    texte = SAIN.replace("<Credit>100.00</Credit>", "<Credit>100,00</Credit>")
    assert places(constats_de(texte), "X05") == [("X05", ligne_de(texte, "100,00"), 9, 14)]
    ligne = constats_de(texte).liste.filter(pl.col("code") == "X05").row(0, named=True)
    assert (ligne["zone"], ligne["valeur"]) == ("Credit", "100,00")
    assert ligne["message"] == "Montant « 100,00 » : le point est attendu en XML (Credit)."


def test_a_value_of_the_entry_is_placed_in_the_entry() -> None:
    texte = SAIN.replace("<PieceDate>2025-01-14</PieceDate>", "<PieceDate>14/01/2025</PieceDate>")
    constats = constats_de(texte)
    assert places(constats, "X03") == [("X03", ligne_de(texte, "14/01/2025"), 12, 21)]
    assert not {"V15", "V18"} & constats.par_code.keys()


def test_columns_count_characters_and_follow_indentation() -> None:
    avant = "<EcritureLib>Façade</EcritureLib>"
    texte = SAIN.replace(
        "<EcritureLib>Façade de l'école &amp; préau</EcritureLib>\n<PieceRef>F1</PieceRef>",
        f"   {avant}<PieceRef>  -  </PieceRef>",
    )
    debut_ = 3 + len(avant) + len("<PieceRef>") + 2 + 1
    numero = ligne_de(texte, "<PieceRef>  -")
    assert places(constats_de(texte), "V32") == [("V32", numero, debut_, debut_)] * 3


def test_everything_on_one_line_keeps_distinct_numbers_and_true_columns() -> None:
    une = SAIN.replace("\n", "").replace("?><", "?>\n<", 1)
    lot = lot_de(une)
    assert lot.lignes["numero_ligne"].to_list() == list(range(1, 8))
    fautif = une.replace("<Credit>20</Credit>", "<Credit>20,0</Credit>")
    constats = constats_de(fautif)
    assert "xml.lignes_sur_une_meme_ligne" in constats.liste["id"].to_list()
    colonne = fautif.split("\n")[1].index("20,0") + 1
    assert places(constats, "X05") == [("X05", 2, colonne, colonne + 3)]


def test_a_finding_of_the_checks_is_on_the_line_of_its_value() -> None:
    texte = SAIN.replace("<EcritureDate>2025-01-16<", "<EcritureDate>2026-01-16<")
    assert set(places(constats_de(texte), "G10")) == {("G10", ligne_de(texte, "2026-01-16"), 15, 24)}


def test_a_finding_about_a_side_that_is_not_there_is_on_its_line() -> None:
    texte = SAIN.replace("<Credit>20</Credit>", "<Credit>21</Credit>")
    (place,) = places(constats_de(texte), "E01")
    assert place[1] in (ligne_de(texte, "<ligne>"), ligne_de(texte, "<Debit>120.00"))


# ── X01 to X08 ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_truncated_file_keeps_its_complete_entries_and_says_where_it_stops() -> None:
    coupe = SAIN[: SAIN.index("<EcritureNum>BQ0001")]
    lecture, constats = examiner(coupe.encode(), NOM_XML)
    assert lecture.lot is not None
    assert lecture.lot.nombre_ecritures == 2
    assert constats.est_bloquant
    assert places(constats, "X01") == [("X01", ligne_de(SAIN, "<EcritureNum>BQ0001") - 1, 1, 1)]
    assert "avant la fin" in constats.liste.filter(pl.col("code") == "X01")["message"].item()


@pytest.mark.parametrize(
    ("avant", "apres", "cause"),
    [
        ("</CompteLib>", "</Compte>", "une balise de fin ne répond pas"),
        ("Avoir", "Avoir & compagnie", "un caractère n'est pas admis"),
        ("Avoir", "Avoir\x0b", "caractère de contrôle 0x0B"),
        ("Avoir", "&inconnue;", "une entité n'est pas définie"),
        ("</comptabilite>", "</comptabilite><comptabilite/>", "du texte suit la fin"),
    ],
)
def test_xml_that_is_not_well_formed_is_said_in_french(avant: str, apres: str, cause: str) -> None:
    constats = constats_de(SAIN.replace(avant, apres, 1))
    assert cause in constats.liste.filter(pl.col("code") == "X01")["message"].item()
    assert constats.est_bloquant


def test_latin_bytes_under_a_utf8_prolog_are_said_with_the_byte() -> None:
    constats = constats_de(SAIN.encode("iso-8859-15"))
    assert "0xE7 n'est pas de l'UTF-8" in constats.liste.filter(pl.col("code") == "X01")["message"].item()


@pytest.mark.parametrize(
    ("jeu", "codec"), [("ISO-8859-15", "iso-8859-15"), ("iso-8859-1", "latin-1"), ("windows-1252", "cp1252")]
)
def test_the_charset_of_the_prolog_is_followed(jeu: str, codec: str) -> None:
    lot = lot_de(fec_xml(encodage=jeu).encode(codec))
    assert lot.lignes["libelle"][0] == "Façade de l'école & préau"
    assert lot.lignes.equals(lot_de(SAIN).lignes)


def test_a_prolog_that_the_content_contradicts_is_said_and_the_content_wins() -> None:
    lecture, constats = examiner(fec_xml(encodage="ISO-8859-15").encode(), NOM_XML)
    assert "xml.jeu_contredit" in constats.liste["id"].to_list()
    assert lecture.lot is not None
    assert lecture.lot.lignes["libelle"][0] == "Façade de l'école & préau"


@pytest.mark.parametrize("jeu", ["UTF-7", "EBCDIC-CP-FR", "GB2312"])
def test_another_charset_is_refused(jeu: str) -> None:
    lecture, constats = examiner(fec_xml(encodage=jeu).encode(), NOM_XML)
    assert lecture.lot is None
    assert constats.liste.filter(pl.col("id") == "xml.jeu_de_caracteres")["message"].item().count(jeu) == 1


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_sixteen_bits_are_refused_without_a_crash(codec: str) -> None:
    lecture, constats = examiner(SAIN.encode(codec), NOM_XML)
    assert lecture.lot is None
    assert constats.est_bloquant


def test_a_schema_missing_unknown_or_too_far_is_said() -> None:
    sans = SAIN.replace(' xsi:noNamespaceSchemaLocation="formatA47A-I-VII-1.xsd"', "")
    loin = SAIN.replace("?>\n", "?>\n<!--" + "x" * 300 + "-->\n", 1)
    assert places(constats_de(sans), "X02") == [("X02", 2, 1, 13)]
    autre = constats_de(fec_xml(schema="autre.xsd")).liste.filter(pl.col("code") == "X02")
    assert "« autre.xsd » est inconnu" in autre["message"].item()
    assert "300 premiers octets" in constats_de(loin).liste.filter(pl.col("code") == "X02")["message"].item()
    assert "X02" not in constats_de(fec_xml(schema="https://exemple.fr/xsd/formatA47A-I-VII-1.xsd")).par_code


def test_without_a_schema_the_cash_elements_tell_the_regime() -> None:
    assert lot_de(fec_xml(Regime.BNC_TRESORERIE, schema="x.xsd")).regime == "BNC trésorerie"
    assert lot_de(fec_xml(Regime.BA_TRESORERIE, schema="x.xsd")).regime == "BA trésorerie"


def test_another_regime_than_the_one_asked_for_is_an_error() -> None:
    lecture = reader.read(SAIN.encode(), OptionsLecture(NOM_XML, regime=Regime.BNC_TRESORERIE))
    assert "xml.autre_regime" in [r.regle.id for r in lecture.releves]


@pytest.mark.parametrize(
    ("avant", "apres", "element", "cause"),
    [
        ("<CompteLib>TVA</CompteLib>\n", "", "ligne", "l'élément CompteLib manque"),
        ("<Credit>20</Credit>\n", "", "ligne", "Debit, Credit ou Montant manque"),
        ("<Sens>D</Sens>\n", "", "ligne", "l'élément Sens manque après Montant"),
        ("<PieceRef>F2</PieceRef>\n", "", "ecriture", "l'élément PieceRef manque"),
        ("<CompteLib>TVA</CompteLib>\n<Credit>20</Credit>", "<Credit>20</Credit>\n<CompteLib>TVA</CompteLib>", "ligne", "l'élément CompteLib manque"),
        ("<PieceRef>F2</PieceRef>\n<PieceDate>2025-01-16</PieceDate>", "<PieceDate>2025-01-16</PieceDate>\n<PieceRef>F2</PieceRef>", "PieceRef", "pas à sa place"),
        ("<PieceRef>F2</PieceRef>", "<PieceRef>F2</PieceRef>\n<PieceRef>F3</PieceRef>", "PieceRef", "figure deux fois"),
        ("<CompteLib>TVA</CompteLib>", "<Axe>1</Axe><CompteLib>TVA</CompteLib>", "Axe", "n'est pas prévu avant les montants"),
        ("<PieceRef>F2</PieceRef>", "<DateRglt>2025-01-01</DateRglt><PieceRef>F2</PieceRef>", "DateRglt", "n'est pas prévu dans « ecriture »"),
        ("<ecriture>\n<EcritureNum>VE0002", "texte<ecriture>\n<EcritureNum>VE0002", "journal", "n'est dans aucune zone"),
        ("<PieceRef>F2</PieceRef>", '<PieceRef type="x">F2</PieceRef>', "PieceRef", "l'attribut « type »"),
        ("<PieceRef>F2</PieceRef>", "<PieceRef>F<b>2</b></PieceRef>", "b", "ne contient que du texte"),
        ("<DateCloture>2025-12-31</DateCloture>\n", "", "exercice", "DateCloture manque"),
    ],
)  # fmt: skip
def test_what_the_schema_does_not_allow_is_said_at_its_element(
    avant: str, apres: str, element: str, cause: str
) -> None:
    assert SAIN.count(avant) == 1
    texte = SAIN.replace(avant, apres)
    constats = constats_de(texte).liste.filter(pl.col("code") == "X03")
    assert cause in constats["message"][0]
    numero, debut_ = constats["numero_ligne"][0], constats["colonne_debut"][0]
    if "texte" not in cause and "aucune zone" not in cause:
        assert texte.splitlines()[numero - 1][debut_ - 1 :].startswith(f"<{element}")
    assert constats["severite"][0] == "ERREUR"


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("<Credit>20</Credit>", "<Credit></Credit>"),
        ("<Credit>20</Credit>", "<Credit>vingt</Credit>"),
        ("<Credit>20</Credit>", "<Credit>NaN</Credit>"),
        ("<Sens>D</Sens>", "<Sens>DEB</Sens>"),
        ("<CompteNum>707000</CompteNum>\n<CompteLib>Ventes</CompteLib>\n<Montant>", "<CompteNum>7A</CompteNum>\n<CompteLib>Ventes</CompteLib>\n<Montant>"),
        ("<DateLet>2025-02-01</DateLet>\n<ValidDate>2025-01-31<", "<DateLet/>\n<ValidDate>2025-01-31<"),
        ("<DateCloture>2025-12-31</DateCloture>", "<DateCloture>31/12/2025</DateCloture>"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_in_the_form_of_the_schema_is_x03(avant: str, apres: str) -> None:
    assert SAIN.count(avant) == 1
    constats = constats_de(SAIN.replace(avant, apres))
    assert constats.par_code.get("X03") == 1
    assert not {"V04", "V05", "V13"} & constats.par_code.keys()


@pytest.mark.parametrize("apres", ["<Credit>vingt</Credit>", "<Credit/>", ""])
def test_an_amount_that_cannot_be_known_is_null_and_never_zero(apres: str) -> None:
    lot = lot_de(SAIN.replace("<Credit>20</Credit>", apres))
    assert lot.lignes.row(2, named=True)["credit_centimes"] is None


def test_a_date_that_does_not_exist_is_said_with_the_text_of_the_file() -> None:
    texte = SAIN.replace("<EcritureDate>2025-01-16<", "<EcritureDate>2025-02-30<")
    ligne = constats_de(texte).liste.filter(pl.col("code") == "V17").row(0, named=True)
    assert ligne["valeur"] == "2025-02-30"
    assert ligne["numero_ligne"] == ligne_de(texte, "2025-02-30")


def test_an_entry_with_one_line_or_none_is_x04_at_the_entry() -> None:
    une = (
        SAIN[: SAIN.index("<ligne>\n<CompteNum>411000</CompteNum>\n<CompteLib>Clients</CompteLib>\n<CompAuxNum>C13")]
        + SAIN[SAIN.index("</ecriture>\n</journal>") :]
    )
    numero = ligne_de(une, "<ecriture>", 2)
    assert places(constats_de(une), "X04") == [("X04", numero, 1, 9)]
    aucune = SAIN.replace(
        "<ValidDate>2025-02-28</ValidDate>\n", "<ValidDate>2025-02-28</ValidDate>\n</ecriture>\n<ecriture>", 1
    )
    assert "BQ/BQ0001 : aucune ligne" in " ".join(constats_de(aucune).liste["message"].to_list())


def test_characters_that_stop_the_official_tool_are_warned_of_once_each() -> None:
    texte = SAIN.replace("Clients", "Clients’ | x").replace("Avoir", "Œuvre à 10 €")
    constats = constats_de(texte).liste.filter(pl.col("code") == "X06")
    assert sorted(m[2] for m in constats["message"]) == ["|", "’"]
    assert set(constats["severite"]) == {"AVERTISSEMENT"}
    assert "(3 valeurs" in constats["message"][0]


def test_a_closing_date_that_differs_from_the_name_is_said() -> None:
    constats = constats_de(SAIN, "732829320FEC20241231.xml")
    assert places(constats, "X07") == [("X07", 4, 1, 12)]
    assert lot_de(SAIN, None).exercice_annonce == (date(2025, 1, 1), date(2025, 12, 31))


BILLION_LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a0 "dix caract">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    + "]>\n<comptabilite>&a11;</comptabilite>"
)


@pytest.mark.parametrize(
    "texte",
    [
        BILLION_LAUGHS,
        '<?xml version="1.0"?>\n<!DOCTYPE c SYSTEM "file:///etc/passwd"><comptabilite/>',
        '<?xml version="1.0"?>\n<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><comptabilite>&x;</comptabilite>',
        '<?xml version="1.0"?>\n<!DOCTYPE c [<!ENTITY % p SYSTEM "http://exemple.fr/p.dtd"> %p;]><comptabilite/>',
        '<?xml version="1.0"?>\n<!DOCTYPE c><comptabilite/>',
    ],
)
def test_a_doctype_is_refused_at_once_and_nothing_of_it_is_read(texte: str) -> None:
    debut_s = time.perf_counter()
    lecture, constats = examiner(texte.encode(), NOM_XML)
    assert time.perf_counter() - debut_s < 2
    assert lecture.lot is None
    assert constats.par_code == {"X08": 1}
    assert places(constats, "X08") == [("X08", 2, 1, 9)]


def test_deep_nesting_is_bounded() -> None:
    profond = SAIN.replace("<PJ>f2.pdf</PJ>", "<PJ>" + "<a>" * 100_000 + "</a>" * 100_000 + "</PJ>")
    constats = constats_de(profond)
    assert f"plus de {PROFONDEUR_MAX} éléments" in constats.liste.filter(pl.col("code") == "X01")["message"].item()
    seul = lire((debut() + "<a>" * 100_000).encode(), NOM_XML)
    assert seul.lot is None


def test_a_tag_without_end_is_refused_in_bounded_time() -> None:
    debut_s = time.perf_counter()
    constats = constats_de(debut() + "<exercice " + "x" * (40 * JETON_OCTETS_MAX))
    assert time.perf_counter() - debut_s < 10
    assert "dépasse la longueur admise" in " ".join(constats.liste["message"].to_list())


def test_a_file_that_stops_after_a_line_end_is_said_on_its_last_line() -> None:
    coupe = SAIN[: SAIN.index("\n", len(SAIN) // 2) + 1]
    assert places(constats_de(coupe), "X01") == [("X01", coupe.count("\n"), 1, 1)]


def test_a_value_without_end_is_cut_and_said() -> None:
    constats = constats_de(SAIN.replace("Avoir", "A" * (VALEUR_CARACTERES_MAX + 1)))
    assert f"{VALEUR_CARACTERES_MAX + 1} caractères" in constats.liste.filter(pl.col("code") == "X03")["message"].item()


def test_producer_elements_of_too_many_names_are_refused() -> None:
    trop = "".join(f"<p{i}>1</p{i}>" for i in range(AUTRES_MAX + 1))
    assert "X01" in constats_de(SAIN.replace("<PJ>f2.pdf</PJ>", trop)).par_code


def test_producer_elements_repeated_or_named_as_a_zone_are_kept_apart() -> None:
    texte = SAIN.replace("<PJ>f2.pdf</PJ>", "<PJ>f2.pdf</PJ><PJ>f3.pdf</PJ><EcritureLib>autre</EcritureLib>")
    cadre = colonnes_supplementaires(lot_de(texte))
    assert cadre.row(3, named=True) == {"PJ": "f2.pdf", "PJ (2)": "f3.pdf", "EcritureLib (ligne)": "autre"}
    assert lot_de(texte).lignes["libelle"][3] == "Avoir"


def test_a_root_of_another_name_or_namespace_is_not_a_fec() -> None:
    for autre in (SAIN.replace("comptabilite", "comptabilites"), SAIN.replace("comptabilite", "x:comptabilite")):
        lecture, constats = examiner(autre.encode(), NOM_XML)
        assert lecture.lot is None
        assert "la racine doit être « comptabilite »" in " ".join(constats.liste["message"].to_list())


def test_an_xml_without_entries_is_said_empty() -> None:
    lecture, constats = examiner(
        (debut() + "<exercice><DateCloture>2025-12-31</DateCloture></exercice></comptabilite>").encode(), NOM_XML
    )
    assert lecture.lot is None
    assert {"F05", "X03"} <= constats.par_code.keys()


def test_two_entries_of_the_same_number_stay_two() -> None:
    lot = lot_de(SAIN.replace("VE0002", "VE0001"))
    assert lot.nombre_ecritures == 3


def test_an_xml_file_is_recognised_as_a_fec_and_nothing_else() -> None:
    assert reconnaitre(SAIN.encode(), NOM_XML) == ("fec",)
    assert reconnaitre(BILLION_LAUGHS.encode(), NOM_XML) == ("fec",)
    assert reconnaitre(b"<!DOCTYPE html><html></html>", "page.html") == ()


def test_the_table_of_the_schemas_reads_as_the_specification() -> None:
    assert [len(automates(r)["ecriture"].places) for r in Regime] == [9, 9, 12, 13]
    assert PARENT["CompAuxNum"] == "ligne"
    bic = automates(Regime.BIC)
    assert bic["ligne"].rang_montant == bic["ligne"].places["Debit"].rang == bic["ligne"].places["Montant"].rang
    assert list(bic["journal"].manquants(0)) == ["JournalCode", "JournalLib"]
    assert list(automates(Regime.COMMERCIAL)["journal"].manquants(0)) == []
