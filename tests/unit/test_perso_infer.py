"""formats/perso/infer.py: the right model, or what cannot be decided; never a silent wrong guess."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from perso_fabrique import DIALECTES, Dialecte, Ligne, export, lu, verite

from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.lot import OptionsLecture
from ecritures.domain.modele import Convention, Groupement
from ecritures.formats.perso.infer import Etat, Proposition, inferer
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.formats.perso.reader import read


def _cles(proposition: Proposition) -> set[str]:
    return {d.cle for d in proposition.a_decider}


@pytest.mark.parametrize("graine", [1, 2])
@pytest.mark.parametrize("dialecte", DIALECTES, ids=lambda d: d.nom)
def test_the_model_of_a_real_dialect_is_found_and_reads_every_line_to_the_centime(
    dialecte: Dialecte, graine: int
) -> None:
    verites = verite(graine)
    octets = export(verites, dialecte)
    proposition = inferer(octets)
    assert proposition.a_decider == ()
    modele = lire_modele(proposition.toml())
    assert modele == proposition.modele
    lecture = read(octets, OptionsLecture(modele=modele))
    assert [r.regle.id for r in lecture.releves if r.regle.severity == "ERREUR"] == []
    assert lecture.lot is not None
    assert lu(lecture.lot) == verites
    assert lecture.lot.nombre_ecritures == len({ligne.piece for ligne in verites})


def test_there_are_twenty_dialects() -> None:
    assert len(DIALECTES) == len({d.nom for d in DIALECTES}) == 20


COURANT = DIALECTES[0]


def _dates(jours: range, forme: str) -> bytes:
    lignes = [
        Ligne("VE", date(2025, mois, jour), compte, f"P{mois}-{jour}", "x", d, c)
        for mois in (1, 2, 3)
        for jour in jours
        for compte, d, c in (("411000", 1234, 0), ("707000", 0, 1234))
    ]
    return export(lignes, dataclasses.replace(COURANT, forme_date=forme))


@pytest.mark.parametrize("forme", ["%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%d-%m-%Y", "%d%m%Y"])
def test_dates_that_read_two_ways_are_left_to_a_person(forme: str) -> None:
    proposition = inferer(_dates(range(1, 13), forme))
    assert _cles(proposition) == {"dates.formes"}
    with pytest.raises(ModeleInvalide, match=r"dates\.formes : à remplir"):
        lire_modele(proposition.toml())


@pytest.mark.parametrize("forme", ["%d/%m/%Y", "%m/%d/%Y"])
def test_one_day_after_the_twelfth_decides(forme: str) -> None:
    proposition = inferer(_dates(range(1, 14), forme))
    attendue = {"%d/%m/%Y": "JJ/MM/AAAA", "%m/%d/%Y": "MM/JJ/AAAA"}[forme]
    assert proposition.modele.formes_date == (attendue,)
    assert proposition.est_complete


def _une_colonne(valeurs: tuple[tuple[str, str, str], ...], nom: str = "Montant") -> bytes:
    """Two lines an entry, amounts written as given: (account, amount, side)."""
    lignes = [f"Journal;Date;Compte;Pièce;{nom};Sens"]
    lignes += [f"VE;31/01/2025;{c};P1;{m};{s}" for c, m, s in valeurs]
    return "\n".join(lignes).encode()


@pytest.mark.parametrize("texte", ["1.234", "12.345", "1,234"])
def test_a_mark_that_is_thousands_or_decimal_is_left_to_a_person(texte: str) -> None:
    proposition = inferer(_une_colonne((("411000", texte, "D"), ("707000", texte, "C"))))
    assert _cles(proposition) == {"nombres.decimale", "nombres.milliers"}
    assert proposition.modele.decimale == ""
    with pytest.raises(ModeleInvalide, match=r"nombres\.decimale : à remplir"):
        lire_modele(proposition.toml())


def test_another_amount_of_the_file_decides_what_that_mark_is() -> None:
    proposition = inferer(_une_colonne((("411000", "1.234", "D"), ("707000", "1.000", "C"), ("445710", "234,00", "C"))))
    assert (proposition.modele.decimale, proposition.modele.milliers) == (",", ".")
    assert proposition.lecture is not None and proposition.lecture.lot is not None
    assert proposition.lecture.lot.debit_centimes == 123_400


def _signees(lignes: list[Ligne]) -> bytes:
    return export(lignes, dataclasses.replace(COURANT, convention="debit"))


def test_signed_amounts_of_sales_only_do_not_tell_a_credit_note_from_an_invoice() -> None:
    ventes = [ligne for ligne in verite(3) if ligne.journal == "VE"]
    assert ventes
    assert _cles(inferer(_signees(ventes))) == {"montants.convention"}


def test_signed_amounts_whose_charges_and_products_disagree_are_left_to_a_person() -> None:
    lignes = [
        dataclasses.replace(ligne, debit=ligne.credit, credit=ligne.debit) if ligne.journal == "VE" else ligne
        for ligne in verite(4)
    ]
    assert _cles(inferer(_signees(lignes))) == {"montants.convention"}


def test_a_sign_convention_told_by_accounts_is_marked_as_likely() -> None:
    proposition = inferer(_signees(verite(5)))
    (decision,) = [d for d in proposition.decisions if d.cle == "montants.convention"]
    assert (decision.etat, decision.valeur) == (Etat.PROBABLE, Convention.DEBIT_POSITIF)
    assert "à vérifier" in proposition.toml()


def test_an_unsigned_amount_without_a_side_is_left_to_a_person() -> None:
    octets = b"Journal;Date;Compte;Piece;Montant\nVE;31/01/2025;411000;P1;10,00\nVE;31/01/2025;707000;P1;10,00\n"
    assert "montants.convention" in _cles(inferer(octets))


def test_unknown_sides_are_asked_for() -> None:
    proposition = inferer(_une_colonne((("411000", "1,50", "X"), ("707000", "1,50", "Y"))))
    assert _cles(proposition) == {"montants.debit", "montants.credit"}


def test_a_file_without_journal_asks_for_it_and_is_complete_once_it_is_given() -> None:
    octets = "Date;Compte;Pièce;Débit;Crédit\n31/01/2025;411000;P1;10,00;\n31/01/2025;707000;P1;;10,00\n".encode()
    proposition = inferer(octets)
    assert _cles(proposition) == {"constantes.journal"}
    texte = proposition.toml().replace("# journal = ", 'journal = "VE"')
    modele = lire_modele(texte)
    assert modele.constantes == {"journal": "VE"}
    lecture = read(octets, OptionsLecture(modele=modele))
    assert lecture.lot is not None
    assert lecture.lot.lignes["debit_centimes"].to_list() == [1000, 0]


def test_two_columns_that_may_be_the_date_are_asked_about() -> None:
    octets = (
        "Journal;Date;Date comptable;Compte;Pièce;Débit;Crédit\n"
        "VE;30/01/2025;31/01/2025;411000;P1;10,00;\nVE;30/01/2025;31/01/2025;707000;P1;;10,00\n"
    ).encode()
    assert "colonnes.date" in _cles(inferer(octets))


def test_an_account_column_of_names_is_not_taken_for_accounts() -> None:
    octets = "Journal;Date;Compte;Pièce;Débit;Crédit\nVE;31/01/2025;Clients;P1;10,00;\nVE;31/01/2025;Ventes;P1;;10,00\n"
    assert "colonnes.compte" in _cles(inferer(octets.encode()))


def test_entries_that_no_grouping_balances_are_said() -> None:
    octets = "Journal;Date;Compte;Pièce;Débit;Crédit\nVE;31/01/2025;411000;P1;10,00;\nVE;31/01/2025;707000;P2;;9,00\n"
    proposition = inferer(octets.encode())
    assert _cles(proposition) == {"ecritures.groupement"}


def test_entries_without_a_number_are_cut_where_the_balance_comes_back_to_zero() -> None:
    lignes = verite(6)
    octets = export(lignes, COURANT)
    sans = b"\n".join(b";".join(c for i, c in enumerate(r.split(b";")) if i != 3) for r in octets.split(b"\n"))
    sans = export([dataclasses.replace(x, libelle="x", piece="") for x in lignes], COURANT)
    proposition = inferer(sans.replace("N° pièce".encode(), b"Inconnue"))
    assert proposition.modele.groupement is Groupement.SOLDE
    assert proposition.lecture is not None and proposition.lecture.lot is not None
    assert proposition.lecture.lot.nombre_ecritures == len({x.piece for x in lignes})


def test_a_file_without_names_of_columns_says_what_each_looks_like() -> None:
    octets = b"VE;31/01/2025;411000;P1;10,00;\nVE;31/01/2025;707000;P1;;10,00\nVE;31/01/2025;707000;P1;;10,00\n"
    proposition = inferer(octets)
    assert {"colonnes.date", "colonnes.compte", "colonnes.debit", "colonnes.credit"} <= _cles(proposition)
    assert any("colonne 2 : des dates" in d.preuve for d in proposition.a_decider)


@pytest.mark.parametrize(
    "octets", [b"", b"\x00\x01\x02" * 500, b"une ligne\nune autre\n", b"PK\x03\x04abime", b"%PDF-1.4"]
)
def test_bytes_that_are_no_export_are_refused_in_a_sentence(octets: bytes) -> None:
    with pytest.raises(ModeleInvalide):
        inferer(octets)


def test_a_label_that_begins_with_total_is_a_line_like_another() -> None:
    """« Total Énergies » is a supplier."""
    lignes = verite(7)
    assert any(ligne.libelle.startswith("Total") for ligne in lignes)
    octets = export(lignes, dataclasses.replace(COURANT, total=True))
    proposition = inferer(octets)
    assert proposition.modele.totaux
    assert proposition.lecture is not None and proposition.lecture.lot is not None
    assert lu(proposition.lecture.lot) == lignes
