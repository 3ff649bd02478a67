"""The importJson body read as a lot: structure, values, entries, and where every finding stands."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import pytest
from json_fabrique import (
    AUTRE_ENTREPRISE,
    AUTRE_SIRET,
    SIRET,
    constats,
    corps,
    cote,
    ids,
    ligne,
    lire,
    lot_de,
    octets,
    place,
)

from ecritures.domain.lot import LIGNES, VENTILATIONS
from ecritures.formats import FORMATS
from ecritures.formats.detect import reconnaitre


def test_a_correct_body_gives_its_lines_without_a_finding() -> None:
    valeur = corps(
        ligne(
            "606", 250.5, dateEcheance="2026-02-11T00:00:00.000Z", modePaiement=6, dateJustif="2026-01-10T00:00:00.000Z"
        ),
        ligne("401", 0, 250.5, tiers="FEDF", codeLettrage="AA", dateLettrage="2026-01-31T00:00:00.000Z", refPiece="P1"),
        ligne("512", 1, refPiece="P1"),
    )
    lot = lot_de(valeur)
    assert ids(valeur) == []
    assert lot.lignes.schema == LIGNES
    premiere, seconde, troisieme = lot.lignes.iter_rows(named=True)
    assert (premiere["debit_centimes"], premiere["credit_centimes"]) == (25050, 0)
    assert (premiere["echeance"], premiere["mode_paiement"]) == (date(2026, 2, 11), "6")
    assert premiere["date_piece"] == date(2026, 1, 10)
    assert (seconde["tiers"], seconde["lettrage"], seconde["date_lettrage"]) == ("FEDF", "AA", date(2026, 1, 31))
    assert [premiere["ecriture"], seconde["ecriture"], troisieme["ecriture"]] == [1, 2, 2]
    assert lot.entete["codeIbs"] == "DEMO001"
    assert "refPiece" in lot.regroupement


def test_the_format_is_registered_and_recognised() -> None:
    assert FORMATS["json"].route == "importJson"
    assert reconnaitre(octets(corps(), indent=1)) == ("json",)
    assert "json" not in reconnaitre(b'{"autre": 1}')


@pytest.mark.parametrize("ecrit", ["0.1", "0.10", "1e-1", "100E-3", "0.1000"])
def test_amounts_never_pass_through_a_float(ecrit: str) -> None:
    brut = octets(corps(ligne("606", 7777), ligne("401", 0, 7777))).replace(b"7777", ecrit.encode())
    assert lot_de(brut).lignes["debit_centimes"].to_list() == [10, 0]


def test_an_amount_that_a_float_would_round_is_exact() -> None:
    brut = octets(corps(ligne("606", 7777), ligne("401", 0, 7777))).replace(b"7777", b"9007199254.99")
    assert lot_de(brut).debit_centimes == 900719925499


@pytest.mark.parametrize("ecrit", ["1.005", "1e30", "1e-3", "99999999999", "0.30000000000000004", "1" * 5000, '"1,5"'])
def test_an_amount_that_is_not_exact_is_refused_with_its_text(ecrit: str) -> None:
    brut = octets(corps(ligne("606", 7777), ligne("401", 0, 1))).replace(b"7777", ecrit.encode(), 1)
    lieu = place(brut, "json.montant_illisible")
    assert lieu["zone"] == "data.ecritures[0].debit.amount"
    assert lieu["valeur"].startswith(ecrit.strip('"')[:100])
    assert lot_de(brut).lignes["debit_centimes"][0] is None


def test_a_text_amount_follows_the_decimal_separator() -> None:
    lignes = (ligne("606", "1250,50"), ligne("401", 0, 1250.5))
    assert lot_de(corps(*lignes, options={"separatorDecimal": ","})).debit_centimes == 125050
    assert "json.montant_illisible" in ids(corps(*lignes))


@pytest.mark.parametrize("constante", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_refused(constante: str) -> None:
    brut = octets(corps(ligne("606", 7777), ligne("401", 0, 1))).replace(b"7777", constante.encode(), 1)
    assert place(brut, "json.pas_un_nombre")["valeur"] == constante


def test_a_foreign_amount_keeps_its_currency_its_sign_and_its_rate() -> None:
    usd = {"currency": "USD", "currencyAmount": 110.25, "currencyRate": "0.9070"}
    yen = {"currency": "JPY", "currencyAmount": 15000, "currencyRate": "0.0061"}
    lot = lot_de(corps(ligne("606", 0, debit=cote(100, **usd)), ligne("401", 0, 0, credit=cote(100, **yen))))
    assert lot.lignes["devise"].to_list() == ["USD", "JPY"]
    assert lot.lignes["montant_devise"].to_list() == [11025, -15000]
    assert lot.lignes["taux_devise"].to_list() == ["0.9070", "0.0061"]


def test_euro_is_the_currency_of_the_books() -> None:
    memes = corps(ligne("606", 0, debit=cote(5, currencyAmount=5, currencyRate="1.0")), ligne("401", 0, 5))
    assert lot_de(memes).lignes["devise"].null_count() == 2
    autres = corps(ligne("606", 0, debit=cote(5, currencyAmount=6)), ligne("401", 0, 5))
    assert ids(autres) == ["json.euro_different"]


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({"debit": cote(1), "credit": cote(1)}, "json.deux_cotes"),
        ({"debit": cote(0), "credit": cote(0)}, "json.sans_montant"),
        ({"debit": 12}, "json.pas_un_objet"),
        ({"date": "12/01/2026"}, "json.date_illisible"),
        ({"date": "2026-02-30T00:00:00.000Z"}, "json.date_illisible"),
        ({"date": None}, "json.valeur_absente"),
        ({"compte": ""}, "json.valeur_absente"),
        ({"journal": None}, "json.valeur_absente"),
        ({"date": "2026-02-01T00:00:00.000Z"}, "json.hors_contexte"),
        ({"dateJustif": "2026-01-01"}, "json.date_justificatif"),
        ({"debCutOff": "2026-01-01T00:00:00.000Z"}, "json.cutoff_seul"),
        ({"debCutOff": "x", "finCutOff": "2026-01-01T00:00:00.000Z"}, "json.cutoff_debut"),
        ({"debCutOff": "2026-01-01T00:00:00.000Z", "finCutOff": "x"}, "json.cutoff_fin"),
        ({"debCutOff": "2026-02-01T00:00:00.000Z", "finCutOff": "2026-01-01T00:00:00.000Z"}, "json.cutoff_inverse"),
        ({"SIRET": "12345678900010"}, "json.siret_invalide"),
        ({"modePaiement": 12}, "json.code_inconnu"),
        ({"type": "9"}, "json.code_inconnu"),
        ({"compte": 606}, "json.texte_en_nombre"),
        ({"libelle": ["a"]}, "json.valeur_inattendue"),
        ({"inconnue": 1}, "json.cle_inconnue"),
        ({"JOURNAL": "BQ"}, "json.cle_ambigue"),
        ({"axeAnaAXE": {}}, "json.valeur_inattendue"),
        ({"axeAnaAXE": [{"section": "S", "debit": cote(9)}]}, "json.ventilation_ecart"),
        ({"axeAnaAXE": [{"debit": cote(250)}]}, "json.section_absente"),
    ],
)  # fmt: skip
def test_each_fault_of_a_line_is_said_at_its_place(changes: dict[str, Any], attendu: str) -> None:
    valeur = corps(ligne("606", 250) | changes, ligne("401", 0, 250))
    lieu = place(valeur, attendu)
    assert lieu["zone"].startswith("data.ecritures[0]")
    assert lieu["numero_ligne"] == 1
    assert lieu["colonne_debut"] <= lieu["colonne_fin"]
    assert lieu["remede"]


@pytest.mark.parametrize(
    ("valeur", "attendu", "message"),
    [
        ({"codeIbs": "X"}, "json.sans_data", "Il n'y a pas de payload : la méthode est-elle bien en POST dans la requête ?"),
        (corps(data={"ecritures": []}), "json.sans_ecritures", "Il n'y a pas d'écritures à importer (l'objet écritures est vide)"),
        (corps(data={"ecritures": {}}), "json.pas_un_tableau", "Les écritures doivent être présentées sous formes de tableau"),
        (corps(ligne("606", 1)), "json.une_ligne", "Le tableau d'écritures doit comporter au moins deux lignes"),
        (corps(data={"contexte": None}), "json.sans_contexte", "Le contexte est obligatoire sans l'option multiPeriode"),
        (
            corps(data={"contexte": {"from": "2020-02-01T00 :00 :00.000Z", "to": "2026-01-31T00:00:00.000Z"}}),
            "json.dates_contexte",
            "Les dates du contexte doivent être au format ISO 'YYYY-MM-DDTHH:mm:ss.SSSZ'",
        ),
        (corps(SIRET="1"), "json.siret_du_corps_invalide", "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn"),
        (
            corps(ligne("606", 1, SIRET=SIRET), ligne("401", 0, 1, SIRET=AUTRE_ENTREPRISE)),
            "json.siren_differents",
            "Les SIRET des écritures doivent appartenir à la même entreprise (SIREN identique)",
        ),
    ],
)  # fmt: skip
def test_the_messages_are_those_of_the_contract(valeur: dict[str, Any], attendu: str, message: str) -> None:
    assert place(valeur, attendu)["message"] == message


def test_the_message_of_a_line_siret_counts_entries_from_one() -> None:
    valeur = corps(ligne("606", 1), ligne("401", 0, 1, SIRET="0"))
    assert place(valeur, "json.siret_invalide")["message"].endswith("sur l'écriture numéro 2")


def test_the_body_siret_is_that_of_lines_without_one_and_establishments_split_entries() -> None:
    lot = lot_de(corps(ligne("606", 1), ligne("401", 0, 1, SIRET=AUTRE_SIRET), SIRET=SIRET))
    assert lot.lignes["etablissement"].to_list() == [SIRET, AUTRE_SIRET]
    assert lot.lignes["ecriture"].to_list() == [1, 2]
    assert lot.etablissements["siret"].to_list() == [SIRET, AUTRE_SIRET]


def test_lines_of_one_entry_need_not_follow_each_other() -> None:
    lot = lot_de(
        corps(
            ligne("606", 1, reference="A"),
            ligne("607", 2, reference="B"),
            ligne("401", 0, 1, reference="A"),
            ligne("401", 0, 2, reference="B"),
        )
    )
    assert lot.lignes["ecriture"].to_list() == [1, 2, 1, 2]


def test_without_reference_an_entry_is_a_journal_and_a_day() -> None:
    sans = {"reference": None}
    demain = {"reference": None, "date": "2026-01-13T00:00:00.000Z"}
    lignes = (ligne("606", 1, **sans), ligne("401", 0, 1, **demain), ligne("607", 1, **sans))
    assert lot_de(corps(*lignes)).lignes["ecriture"].to_list() == [1, 2, 1]
    creees = lot_de(corps(*lignes, options={"createPieceRef": True}))
    assert creees.lignes["numero_piece"].to_list() == ["1", "2", "1"]


def test_sort_lines_sorts_by_journal_date_and_entry() -> None:
    lignes = (ligne("606", 1, journal="VE"), ligne("401", 0, 1, journal="AC"))
    assert lot_de(corps(*lignes)).lignes["numero_ligne"].to_list() == [1, 2]
    assert lot_de(corps(*lignes, options={"sortLines": True})).lignes["numero_ligne"].to_list() == [2, 1]


@pytest.mark.parametrize(
    ("forme", "ecrite"),
    [
        ("AAAA-MM-JJThh:mm:ss.nnnZ", "2026-01-12T10:00:00.000Z"),
        ("JJ/MM/AAAA", "12/01/2026"),
        ("YYYYMMDD", "20260112"),
        ("DD-MM-YYYY", "12-01-2026"),
    ],
)
def test_dates_follow_the_declared_form(forme: str, ecrite: str) -> None:
    lignes = (ligne("606", 1, date=ecrite), ligne("401", 0, 1, date=ecrite))
    assert lot_de(corps(*lignes, options={"formatDate": forme})).lignes["date"].to_list() == [date(2026, 1, 12)] * 2


def test_the_calendar_date_is_the_one_written_whatever_the_hour() -> None:
    assert lot_de(corps(ligne("606", 1, date="2026-01-12T23:59:59.999Z"), ligne("401", 0, 1))).lignes["date"][
        0
    ] == date(2026, 1, 12)


@pytest.mark.parametrize("forme", ["MM/YYYY", "%Y", "YYYY YYYY", "x" * 100, ""])
def test_a_form_of_date_that_is_not_one_is_said(forme: str) -> None:
    assert "json.format_date" in ids(corps(options={"formatDate": forme}))


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({"type": "1"}, "N"), ({"type": 2}, "S"), ({"type": "3"}, "P"), ({"typeMouvement": 2}, "P"), ({"typeMouvement": "3"}, "S"),
        ({"type": 7}, "N"), ({}, "N"), ({"type": 2, "typeMouvement": 3}, "S"),
    ],
)  # fmt: skip
def test_the_codes_2_and_3_are_swapped_between_type_and_type_mouvement(changes: dict[str, Any], attendu: str) -> None:
    valeur = corps(ligne("606", 250, **changes), ligne("401", 0, 250))
    assert lot_de(valeur).lignes["type_ecriture"][0] == attendu
    assert ids(valeur) == []


def test_types_that_contradict_each_other_are_said() -> None:
    valeur = corps(ligne("606", 250, type="2", typeMouvement="2"), ligne("401", 0, 250))
    assert (
        place(valeur, "json.types_contraires")["message"]
        == "type dit Simulation et typeMouvement dit Prévisionnel : type compte."
    )
    assert lot_de(valeur).lignes["type_ecriture"][0] == "S"


def test_analytic_parts_hang_on_their_line_and_sections_are_listed() -> None:
    parts = [{"section": "S1", "sectionLib": "Atelier", "debit": cote(100)}, {"section": "S2", "debit": cote(150)}]
    valeur = corps(ligne("606", 250, **{"axeAna[AXE]": parts}), ligne("401", 0, 250))
    lot = lot_de(valeur)
    assert ids(valeur) == []
    assert lot.ventilations.schema == VENTILATIONS
    assert lot.ventilations.select("ligne_mere", "axe", "section", "debit_centimes").rows() == [
        (1, "AXE", "S1", 10000),
        (1, "AXE", "S2", 15000),
    ]
    assert lot.ventilations["numero_ligne"].to_list() == [3, 4]
    assert lot.sections.select("axe", "code", "libelle").rows() == [("AXE", "S1", "Atelier"), ("AXE", "S2", None)]


def test_what_the_model_does_not_name_is_kept_as_written() -> None:
    reste = {"commentaire": "à revoir", "fichier": {"uri": "https://exemple.fr/a.pdf?sig=1"}, "lot": "0a"}
    lot = lot_de(corps(ligne("606", 1, **reste), ligne("401", 0, 1)))
    assert json.loads(lot.lignes["supplement"][0]) == reste
    assert lot.lignes["supplement"][1] is None


def test_options_about_posting_are_kept_for_the_import() -> None:
    options = {"multiPeriode": True, "balanceAuto": False, "comptesRules": [{"type": "racine"}], "defaultCompte": None}
    entete = lot_de(corps(options=options)).entete
    assert entete["options.multiPeriode"] == "true"
    assert json.loads(entete["options.comptesRules"]) == [{"type": "racine"}]
    assert "options.defaultCompte" not in entete


@pytest.mark.parametrize(
    "options", [{"multiPeriode": "oui"}, {"separatorDecimal": ";"}, {"sortLines": 1}, {"comptesRules": {}}]
)
def test_an_option_of_another_kind_is_said_and_ignored(options: dict[str, Any]) -> None:
    assert ids(corps(options=options)) == ["json.option_invalide"]


def test_several_periods_need_no_context() -> None:
    assert ids(corps(options={"multiPeriode": True}, data={"contexte": None})) == []


def test_keys_are_read_in_any_case_and_placed_as_written() -> None:
    brut = octets(corps()).replace(b'"codeIbs"', b'"CODEIBS"').replace(b'"compte": "606"', b'"COMPTE": 606')
    assert lot_de(brut).lignes["compte"][0] == "606"
    lieu = place(brut, "json.texte_en_nombre")
    colonne = brut.decode().index("606") + 1
    assert (lieu["colonne_debut"], lieu["colonne_fin"], lieu["valeur"]) == (colonne, colonne + 2, "606")


def test_a_finding_gives_the_physical_line_the_columns_and_the_path() -> None:
    brut = octets(corps(ligne("606", 250, libelle="é" * 9), ligne("401", 0, "x")), indent=2)
    lieu = place(brut, "json.montant_illisible")
    lignes = brut.decode().split("\n")
    assert '"x"' in lignes[lieu["numero_ligne"] - 1]
    assert lignes[lieu["numero_ligne"] - 1][lieu["colonne_debut"] - 1 : lieu["colonne_fin"]] == '"x"'
    assert lieu["zone"] == "data.ecritures[1].credit.amount"
    assert lieu["valeur"] == "x"


def test_the_checks_of_all_formats_apply_and_are_placed_too() -> None:
    trouves = constats(corps(ligne("606", 250), ligne("401", 0, 200)), avec_controles=True).liste
    assert trouves["id"].to_list() == ["ecriture.desequilibree"]
    assert trouves["zone"][0].startswith("data.ecritures[0]")


def test_a_key_given_twice_is_said() -> None:
    brut = octets(corps()).replace(b'"compte": "606"', b'"compte": "607", "compte": "606"')
    assert place(brut, "json.cle_double")["zone"] == "data.ecritures[0].compte"


@pytest.mark.parametrize(
    ("brut", "attendu"),
    [
        (b"", "json.illisible"),
        (b"   ", "json.illisible"),
        (b"{", "json.illisible"),
        (b'{"data": 1,}', "json.illisible"),
        (b"[1, 2]", "json.illisible"),
        (b"null", "json.illisible"),
        ("{}".encode("utf-16"), "json.encodage"),
        ("{}".encode("utf-32"), "json.encodage"),
        (b"[" * 100_000, "json.trop_profond"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "json.trop_profond"),
    ],
)
def test_what_is_no_body_is_refused_with_a_reason(brut: bytes, attendu: str) -> None:
    lecture = lire(brut)
    assert lecture.lot is None
    assert attendu in ids(brut)


def test_a_syntax_error_is_placed() -> None:
    lieu = place(b'{\n "data": {,}}', "json.illisible")
    assert lieu["numero_ligne"] == 2
    assert "colonne 11" in lieu["message"]


def test_bytes_that_are_not_utf8_stop_posting_but_not_reading() -> None:
    brut = octets(corps()).replace("É".encode(), b"\xc9")
    assert "json.octets_illisibles" in ids(brut)
    assert lot_de(brut).lignes.height == 2


def test_half_a_character_is_replaced_and_said() -> None:
    brut = json.dumps(corps(ligne("606", 1, libelle="a\ud800b"), ligne("401", 0, 1))).encode()
    assert lot_de(brut).lignes["libelle"][0] == "a\ufffdb"
    assert ids(brut) == ["json.demi_caractere"]
    entier = json.dumps(corps(ligne("606", 1, libelle="😀 \\ud800"), ligne("401", 0, 1))).encode()
    assert ids(entier) == []


def test_elements_that_are_no_objects_do_not_shift_the_others() -> None:
    brut = octets(corps(data={"ecritures": [1, "deux", None, ligne("606", "faux"), ligne("401", 0, 1)]}))
    lieu = place(brut, "json.montant_illisible")
    assert lieu["zone"] == "data.ecritures[3].debit.amount"
    assert lieu["valeur"] == "faux"
    assert ids(brut).count("json.pas_un_objet") == 3


def test_a_body_with_a_fault_on_every_line_is_read_in_bounded_time() -> None:
    brut = octets(corps(*(ligne("606", "x", axeAnaA=[{"section": ""}]) for _ in range(3000))))
    debut = time.perf_counter()
    trouves = constats(brut)
    assert trouves.total >= 6000
    assert trouves.liste["colonne_debut"].null_count() == 0
    assert time.perf_counter() - debut < 60


def test_one_line_with_many_faults_is_walked_once() -> None:
    parts = [{"section": ""} for _ in range(3000)]
    brut = octets(corps(ligne("606", 250, axeAnaA=parts), ligne("401", 0, 250)))
    debut = time.perf_counter()
    assert constats(brut).par_code["json.section_absente"] == 3000
    assert time.perf_counter() - debut < 30
