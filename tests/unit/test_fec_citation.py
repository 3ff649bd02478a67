"""formats.fec.citation: quotes of a spreadsheet's CSV are taken off, and findings stand where the file has them."""

from __future__ import annotations

import polars as pl
import pytest
from fec_fabrique import Brouillon, examiner, lire

from ecritures.domain.lot import Profil
from ecritures.formats.fec.citation import champs_bruts, decite, est_cite
from ecritures.formats.fec.supplement import SEPARATEUR_INTERNE


def decoupe(ligne: str, separateur: str = ";") -> list[str]:
    return str(pl.DataFrame({"ligne": [ligne]}).select(decite(separateur)).item()).split(SEPARATEUR_INTERNE)


@pytest.mark.parametrize(
    ("ligne", "champs"),
    [
        ("a;b;c", ["a", "b", "c"]),
        (";;", ["", "", ""]),
        ("", [""]),
        ('"a;b";c', ["a;b", "c"]),
        ('"dit ""oui""";""', ['dit "oui"', ""]),
        ('a"b;c', ['a"b', "c"]),
        ('"été";"Île"', ["été", "Île"]),
        ('"jamais fermé;b', ['"jamais fermé', "b"]),
        ('"a"reste;b', ['"a"reste', "b"]),
        (f"a{SEPARATEUR_INTERNE}b;c", ["a b", "c"]),
    ],
)
@pytest.mark.parametrize("separateur", [";", ",", "\t", "|", "^"])
def test_a_line_is_cut_outside_of_quotes(ligne: str, champs: list[str], separateur: str) -> None:
    attendu = [c.replace(";", separateur) for c in champs]
    assert decoupe(ligne.replace(";", separateur), separateur) == attendu


def test_raw_fields_keep_their_quotes() -> None:
    bruts = pl.DataFrame({"ligne": ['"a;b";;c']}).select(champs_bruts(";")).item().to_list()
    assert bruts == ['"a;b"', "", "c"]


def test_more_than_half_of_the_values_must_be_quoted() -> None:
    assert est_cite(['"a"|"b"||c'], "|")
    assert not est_cite(['"a"|b|c'], "|")
    assert not est_cite(['"|x'], "|")


def test_a_finding_in_a_quoted_file_has_the_columns_of_the_file() -> None:
    brouillon = Brouillon().met(5, EcritureLib="Vente ; solde", PieceDate="demain")
    brouillon.separateur = ";"
    brouillon.lignes = [[f'"{c}"' for c in champs] for champs in brouillon.lignes]
    lecture, constats = examiner(brouillon.octets, profil=Profil.TOLERANT)
    assert lecture.lot is not None
    assert lecture.lot.lignes["libelle"][3] == "Vente ; solde"
    assert lecture.lot.detection.separateur == ";"
    (constat,) = constats.liste.filter(pl.col("code") == "V15").iter_rows(named=True)
    debut, fin = constat["colonne_debut"], constat["colonne_fin"]
    assert brouillon.octets.decode().splitlines()[4][debut - 1 : fin] == '"demain"'


def test_quotes_of_one_label_are_text_in_a_file_that_has_none() -> None:
    lot = lire(Brouillon().met(5, EcritureLib='"Facture"').octets).lot
    assert lot is not None
    assert lot.lignes["libelle"][3] == '"Facture"'
