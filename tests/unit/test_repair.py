"""A recipe on a file: what it names is changed and told, the rest is the same to the byte, and amounts are safe."""

from __future__ import annotations

import pytest
from fec_fabrique import Brouillon
from fec_fabrique import lire as lire_fec
from tra_fabrique import analytique, fichier, mouvement, parametre
from tra_fabrique import lire as lire_tra

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import OptionsLecture
from ecritures.formats.fec.echantillon import NOM_FICHIER
from ecritures.imports.check import check
from ecritures.imports.repair import RecetteInvalide, Reparation, lire, reparer
from ecritures.imports.repairs.propose import proposer


def recette(*etapes: str, format_: str = "fec") -> str:
    return f'recette = 1\nnom = "essai"\nformat = "{format_}"\n' + "".join(
        f'[[etape]]\nmotif = "parce que"\n{e}\n' for e in etapes
    )


def fec(octets: bytes, *etapes: str) -> Reparation:
    return reparer(octets, lire_fec(octets), lire(recette(*etapes)), OptionsLecture(nom_fichier=NOM_FICHIER))


def tra(octets: bytes, *etapes: str) -> Reparation:
    return reparer(octets, lire_tra(octets), lire(recette(*etapes, format_="tra")), OptionsLecture())


def changes(r: Reparation) -> list[tuple[object, ...]]:
    return r.corrections.select("numero_ligne", "zone", "avant", "apres").rows()


DATES = 'action = "dates"\nchamp = "EcritureDate"\nformes = ["JJ/MM/AAAA"]'


def test_a_recipe_that_changes_nothing_gives_the_same_bytes() -> None:
    octets = Brouillon(32).octets.replace(b"\r\n", b"\n")
    r = fec(octets, DATES, 'action = "oter_lignes_vides"')
    assert r.octets is octets
    assert r.par_etape == (0, 0)


def test_only_the_zone_named_changes_and_the_rest_is_the_same_to_the_byte() -> None:
    brouillon = Brouillon(32).met(5, EcritureDate="31/01/2025").met(7, EcritureLib="  gardé tel  quel ", Debit="1,5")
    avant = brouillon.octets
    r = fec(avant, DATES)
    assert r.octets == brouillon.met(5, EcritureDate="20250131").octets
    assert changes(r) == [(5, "EcritureDate", "31/01/2025", "20250131")]


@pytest.mark.parametrize(
    ("encodage", "fin"), [("utf-8", "\r\n"), ("utf-8-sig", "\n"), ("cp1252", "\r\n"), ("iso-8859-15", "\n")]
)
def test_charset_mark_and_line_ends_are_kept(encodage: str, fin: str) -> None:
    brouillon = Brouillon(32).met(5, EcritureDate="31/01/2025")
    brouillon.encodage, brouillon.fin, brouillon.finale = encodage, fin, False
    r = fec(brouillon.octets, DATES)
    assert r.octets == brouillon.met(5, EcritureDate="20250131").octets


def test_conditions_choose_the_lines() -> None:
    brouillon = Brouillon(32).partout(ValidDate="")
    r = fec(
        brouillon.octets,
        'action = "remplir"\nchamp = "ValidDate"\ndepuis = "EcritureDate"\n'
        'si = [{ champ = "JournalCode", egal = ["VE"] }, { champ = "compte", commence_par = ["411", "70"] }]',
    )
    touchees = {numero for numero, *_ in changes(r)}
    assert touchees == {n for n, c in enumerate(brouillon.lignes, 1) if c[0] == "VE" and c[4][:2] in ("41", "70")}
    assert all(apres == brouillon.lit(int(str(n)), "EcritureDate") for n, _, _, apres in changes(r))


@pytest.mark.parametrize(
    ("test", "attendu"),
    [
        ('different = "VE"', lambda c: c[0] != "VE"),
        ('finit_par = "E"', lambda c: c[0].endswith("E")),
        ('contient = "Q"', lambda c: "Q" in c[0]),
        ('regex = "^[AB]"', lambda c: c[0][0] in "AB"),
        ("vide = false", lambda c: True),
        ("vide = true", lambda c: False),
    ],
)
def test_every_test_of_a_condition(test: str, attendu: object) -> None:
    brouillon = Brouillon(32)
    r = fec(
        brouillon.octets,
        f'action = "fixer"\nchamp = "PieceRef"\nvaleur = "NEUVE"\nsi = [{{ champ = "JournalCode", {test} }}]',
    )
    assert {n for n, *_ in changes(r)} == {n for n, c in enumerate(brouillon.lignes, 1) if n > 1 and attendu(c)}  # type: ignore[operator]


def test_codes_are_mapped_and_an_unknown_one_can_be_refused() -> None:
    octets = Brouillon(32).octets
    r = fec(octets, 'action = "correspondance"\nchamp = "compte"\ntable = { "411000" = "411999" }')
    assert {(zone, avant, apres) for _, zone, avant, apres in changes(r)} == {("CompteNum", "411000", "411999")}
    with pytest.raises(RecetteInvalide, match=r"Étape 1 .*pas dans la table"):
        fec(octets, 'action = "correspondance"\nchamp = "compte"\nsinon = "refuser"\ntable = { "411000" = "411999" }')


def test_accounts_are_padded_and_longer_ones_left() -> None:
    r = fec(
        Brouillon(32).met(5, CompteNum="411").octets,
        'action = "completer"\nchamp = "compte"\nlongueur = 6\nidempotente = true',
    )
    assert changes(r) == [(5, "CompteNum", "411", "411000")]


def test_texts_are_replaced_literally_or_by_expression() -> None:
    brouillon = Brouillon(32).met(5, EcritureLib="Facture (n° 12)")
    r = fec(
        brouillon.octets,
        'action = "remplacer"\nchamp = "libelle"\ntexte = "(n° "\npar = "$0 ["',
        'action = "remplacer"\nchamp = "libelle"\nregex = "^Facture (.*)12\\\\)$"\npar = "F ${1}12]"',
    )
    assert [apres for n, _, _, apres in changes(r) if n == 5] == ["Facture $0 [12)", "F $0 [12]"]


def test_entries_are_renumbered_by_journal_in_file_order() -> None:
    brouillon = Brouillon(60)
    r = fec(
        brouillon.octets,
        'action = "renumeroter"\nchamp = "numero_piece"\npar = "JournalCode"\nprefixe = "N"\nlargeur = 4\ndepart = 10\nidempotente = true',
    )
    nouveaux = {}
    for n, _, avant, apres in changes(r):
        nouveaux.setdefault((brouillon.lit(int(str(n)), "JournalCode"), avant), set()).add(apres)
    assert nouveaux[("VE", "VE000001")] == {"N0010"}
    assert nouveaux[("VE", "VE000002")] == {"N0011"}
    assert nouveaux[("BQ", "BQ000001")] == {"N0010"}
    assert r.lecture.lot is not None and r.lecture.lot.nombre_ecritures == len(nouveaux)


def test_blank_lines_repeated_headers_and_short_lines_are_put_right_and_told() -> None:
    brouillon = Brouillon(32)
    juste = brouillon.octets
    brouillon.insere(10, [""], list(brouillon.lignes[0]), ["", "", ""])
    brouillon.lignes[19] = brouillon.lignes[19][:-2]
    coupee = brouillon.lignes[24]
    brouillon.lignes[24:25] = [[*coupee[:10], "Libellé coupé"], ["en deux", *coupee[11:]]]
    r = fec(
        brouillon.octets,
        'action = "oter_lignes_vides"',
        'action = "oter_entetes_repetees"',
        'action = "redresser_lignes"\nidempotente = true',
    )
    assert r.par_etape[:2] == (2, 1)
    lignes = r.octets.decode().split("\r\n")
    assert len(lignes) == len(juste.decode().split("\r\n"))
    assert all(ligne.count("|") == 17 for ligne in lignes[:-1])
    assert "|Libellé coupé en deux|" in r.octets.decode()
    assert [(n, a is None, b is None) for n, _, a, b in changes(r)][:3] == [
        (10, False, True),
        (12, False, True),
        (11, False, True),
    ]


def test_header_names_become_the_regulated_ones() -> None:
    r = fec(
        Brouillon(32).renomme("EcritureLib", "ecriturelib").renomme("CompAuxNum", "CompteAuxNum").octets,
        'action = "nommer_zones"\nidempotente = true',
    )
    assert changes(r) == [
        (1, "CompAuxNum", "CompteAuxNum", "CompAuxNum"),
        (1, "EcritureLib", "ecriturelib", "EcritureLib"),
    ]
    assert r.octets == Brouillon(32).octets


def test_amounts_are_put_in_form_without_changing_their_value() -> None:
    brouillon = Brouillon(32)
    for n in range(2, 34):
        for zone in ("Debit", "Credit"):
            brouillon.met(n, **{zone: brouillon.lit(n, zone).replace(",", ".")})
    r = fec(
        brouillon.octets,
        'action = "montants"\nchamp = ["Debit", "Credit"]\ntouche_aux_montants = true\nidempotente = true',
    )
    assert r.octets == Brouillon(32).octets


def test_an_amount_that_would_be_rounded_is_left() -> None:
    r = fec(
        Brouillon(32).met(5, Debit="1234,567").octets,
        'action = "montants"\nchamp = "Debit"\ntouche_aux_montants = true',
    )
    assert r.par_etape == (0,)


@pytest.mark.parametrize("zone", ["Debit", "debit", "credit_centimes", "Montantdevise"])
def test_an_amount_is_never_touched_without_leave(zone: str) -> None:
    with pytest.raises(RecetteInvalide, match="touche_aux_montants = true"):
        fec(Brouillon(32).octets, f'action = "fixer"\nchamp = "{zone}"\nvaleur = "1,00"')


def test_totals_that_would_move_without_leave_refuse_the_whole() -> None:
    """An account that no step may write does not hide an amount: a date made unreadable would take lines away."""
    with pytest.raises(RecetteInvalide) as refus:
        tra(
            fichier(mouvement(debit="10,00"), mouvement("51200000", credit="10,00")),
            'action = "fixer"\nchamp = "TYPECPTE"\nvaleur = "A"',
        )
    assert "touche_aux_montants" in str(refus.value) or "pourrait plus être lu" in str(refus.value)


def test_whole_entries_are_taken_off() -> None:
    brouillon = Brouillon(60)
    r = fec(
        brouillon.octets,
        'action = "oter_ecritures"\ntouche_aux_montants = true\nsi = [{ champ = "compte", commence_par = "607" }]',
    )
    otees = {(c[0], c[2]) for c in brouillon.lignes if c[4].startswith("607")}
    assert r.corrections.height == sum((c[0], c[2]) in otees for c in brouillon.lignes)
    restantes = [ligne.split("|") for ligne in r.octets.decode().splitlines()]
    assert {(c[0], c[2]) for c in restantes}.isdisjoint(otees)


def test_a_rounding_difference_gets_its_line_and_a_greater_one_does_not() -> None:
    brouillon = Brouillon(60)
    un, deux = (next(n for n, c in enumerate(brouillon.lignes, 1) if c[2] == num) for num in ("VE000001", "VE000002"))
    centimes = int(brouillon.lit(un, "Debit").replace(",", ""))
    brouillon.met(un, Debit=f"{(centimes + 1) // 100},{(centimes + 1) % 100:02d}").met(deux, Debit="9999,99")
    r = fec(
        brouillon.octets,
        'action = "equilibrer"\ncompte_charge = "658000"\ncompte_produit = "758000"\nlibelle = "Écart d\'arrondi"\ntouche_aux_montants = true\nidempotente = true',
    )
    assert r.corrections.height == 1
    ligne = str(changes(r)[0][3]).split("|")
    assert (ligne[2], ligne[4], ligne[10], ligne[11], ligne[12]) == (
        "VE000001",
        "758000",
        "Écart d'arrondi",
        "0,00",
        "0,01",
    )
    lignes = r.octets.decode().splitlines()
    assert lignes.index("|".join(ligne)) == un + 2


def test_another_charset_is_written_and_a_character_it_lacks_is_refused() -> None:
    octets = Brouillon(32).met(5, EcritureLib="Prêt à taux zéro").octets
    r = fec(octets, 'action = "encoder"\nencodage = "iso-8859-15"\nfin_de_ligne = "LF"\nidempotente = true')
    assert r.octets == octets.decode().replace("\r\n", "\n").encode("iso-8859-15")
    with pytest.raises(RecetteInvalide, match="n'existe pas en iso-8859-15"):
        fec(Brouillon(32).met(5, EcritureLib="→").octets, 'action = "encoder"\nencodage = "iso-8859-15"')


def test_a_step_declared_idempotent_that_is_not_is_refused() -> None:
    with pytest.raises(RecetteInvalide, match="déclarée idempotente"):
        fec(Brouillon(32).octets, 'action = "remplacer"\nchamp = "libelle"\nregex = "^"\npar = "x"\nidempotente = true')


@pytest.mark.parametrize("valeur", ["a|b", "a\\tb", "a\\u0000b"])
def test_a_text_that_would_break_a_line_is_refused(valeur: str) -> None:
    with pytest.raises(RecetteInvalide, match="séparateur ou un caractère de contrôle"):
        fec(Brouillon(32).octets, f'action = "fixer"\nchamp = "libelle"\nvaleur = "{valeur}"')


def test_an_unknown_field_is_refused_with_those_there_are() -> None:
    with pytest.raises(RecetteInvalide, match=r"Étape 1 .*« Inconnue ».*JournalCode"):
        fec(Brouillon(32).octets, 'action = "fixer"\nchamp = "Inconnue"\nvaleur = "x"')


def test_a_recipe_of_another_format_is_refused() -> None:
    octets = fichier(mouvement(debit="10,00"), mouvement("51200000", credit="10,00"))
    with pytest.raises(RecetteInvalide, match="faite pour un FEC"):
        reparer(octets, lire_tra(octets), lire(recette('action = "oter_lignes_vides"')), OptionsLecture())


def test_mixed_line_ends_become_one_and_it_is_told() -> None:
    octets = Brouillon(32).met(5, EcritureDate="31/01/2025").octets.replace(b"\r\n", b"\n", 3)
    r = fec(octets, DATES)
    assert b"\n" not in r.octets.replace(b"\r\n", b"")
    assert r.corrections.filter(r.corrections["etape"] == 0)["apres"].to_list() == ["CRLF"]


# ── TRA ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_zones_of_a_tra_are_written_at_their_columns_and_records_are_told_apart() -> None:
    lignes = [
        parametre("CGN", CODE="411"),
        mouvement("411", debit="10,00"),
        mouvement("51200000", credit="10,00", LIBELLE="Chèque n° 5"),
    ]
    octets = fichier(*lignes)
    r = tra(
        octets,
        'action = "completer"\nchamp = ["GENERAL", "CGN.CODE"]\nlongueur = 8\nidempotente = true',
        'action = "correspondance"\nchamp = "journal"\ntable = { ACH = "AC" }',
    )
    attendu = [
        parametre("CGN", CODE="41100000"),
        mouvement("41100000", debit="10,00", journal="AC"),
        mouvement("51200000", credit="10,00", LIBELLE="Chèque n° 5", journal="AC"),
    ]
    assert r.octets == fichier(*attendu)
    assert changes(r) == [
        (3, "GENERAL", "411".ljust(17), "41100000"),
        (2, "CGN.CODE", "411".ljust(17), "41100000"),
        (3, "JOURNAL", "ACH", "AC"),
        (4, "JOURNAL", "ACH", "AC"),
    ]


def test_a_code_too_long_for_its_zone_is_refused() -> None:
    with pytest.raises(RecetteInvalide, match="trop long pour JOURNAL"):
        tra(
            fichier(mouvement(debit="10,00"), mouvement("51200000", credit="10,00")),
            'action = "fixer"\nchamp = "JOURNAL"\nvaleur = "ACHATS"',
        )


def test_taking_off_a_tra_entry_takes_its_analytic_lines_too() -> None:
    lignes = [
        mouvement("60700000", debit="10,00", NUMEROPIECE="1"),
        analytique("60700000", "S1", debit="10,00", NUMEROPIECE="1"),
        mouvement("51200000", credit="10,00", NUMEROPIECE="1"),
        mouvement("60800000", debit="20,00", NUMEROPIECE="2"),
        mouvement("51200000", credit="20,00", NUMEROPIECE="2"),
    ]
    r = tra(
        fichier(*lignes),
        'action = "oter_ecritures"\ntouche_aux_montants = true\nsi = [{ champ = "GENERAL", egal = "60700000" }]',
    )
    assert r.octets == fichier(*lignes[3:])


def test_dates_of_a_tra_take_its_own_form() -> None:
    lignes = [mouvement("60700000", debit="10,00", date="20250315"), mouvement("51200000", credit="10,00")]
    r = tra(fichier(*lignes), 'action = "dates"\nchamp = "DATECOMPTABLE"\nformes = ["AAAAMMJJ"]\nidempotente = true')
    assert r.octets == fichier(mouvement("60700000", debit="10,00"), lignes[1])


# ── A recipe drawn from findings ────────────────────────────────────────────────────────────────────────────────────


def _spoiled() -> Brouillon:
    brouillon = (
        Brouillon(60).met(7, EcritureDate="31/01/2025").renomme("EcritureLib", "écriturelib").met(9, ValidDate="")
    )
    return brouillon.insere(15, [""], list(brouillon.lignes[0]))


def test_a_proposed_recipe_mends_what_is_sure_and_leaves_choices_in_comments() -> None:
    octets = _spoiled().octets
    lecture = lire_fec(octets)
    assert lecture.lot is not None
    texte = proposer(lecture.lot, check(lecture, Contexte()).constats, "avril.txt")
    lue = lire(texte)
    assert [e.action.nom for e in lue.etapes] == ["oter_lignes_vides", "oter_entetes_repetees", "nommer_zones", "dates"]
    assert '# champ = "ValidDate"' in texte
    r = reparer(octets, lecture, lue, OptionsLecture(nom_fichier=NOM_FICHIER))
    restent = set(check(r.lecture, Contexte()).constats.par_code)
    assert not restent & {"H04", "H12", "L02", "V18"}
    encore = reparer(r.octets, r.lecture, lue, OptionsLecture(nom_fichier=NOM_FICHIER))
    assert encore.octets is r.octets


def test_the_choices_left_in_comments_are_steps_once_uncommented() -> None:
    lecture = lire_fec(_spoiled().octets)
    assert lecture.lot is not None
    texte = proposer(lecture.lot, check(lecture, Contexte()).constats, "avril.txt")
    sures, _, choix = texte.partition("# Ce qui suit")
    entier = sures + "\n".join(ligne.removeprefix("# ") for ligne in choix.splitlines()[1:])
    assert "remplir" in [e.action.nom for e in lire(entier).etapes]


def test_a_clean_file_asks_for_no_step() -> None:
    lecture = lire_fec(Brouillon(32).octets)
    assert lecture.lot is not None
    assert (
        "[[etape]]" not in proposer(lecture.lot, check(lecture, Contexte()).constats, "x").partition("# Ce qui suit")[0]
    )
