"""No bytes make the reader raise: random ones, and FECs cut, spoilt and shuffled."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from fec_fabrique import Brouillon, examiner

from ecritures.domain.constat import CONSTATS
from ecritures.domain.lot import LIGNES
from ecritures.formats.fec.echantillon import generer_fec

SAIN = generer_fec(40)
LIGNES_SAINES = SAIN.split(b"\r\n")
MORCEAUX = st.sampled_from(
    [b"\t", b"|", b"\r", b"\n", b"\r\r\n", b'"', b"\x00", b"\x1a", b" ", b"\xa0", b"\xc2\xa0", b"\xff", b"-", b".", b",", b"0", b"\xe9", b"\x85", "€".encode(), b"1E9", b"JournalCode"]
)  # fmt: skip


def verifie(octets: bytes, nom: str | None = None) -> None:
    """Read and checked without raising, and what is said is well formed and has its place inside the file."""
    lecture, constats = examiner(octets, nom)
    liste = constats.liste
    assert list(liste.columns) == list(CONSTATS)
    assert liste["message"].null_count() == 0
    assert (liste["colonne_debut"] > liste["colonne_fin"]).sum() == 0
    if lecture.lot is None:
        assert constats.est_bloquant
        return
    lignes = lecture.lot.lignes
    assert list(lignes.columns) == list(LIGNES)
    assert lignes["numero_ligne"].is_sorted()
    assert lignes["numero_ligne"].is_unique().all()
    assert lignes["numero_ligne"].max() <= lecture.lot.detection.nombre_lignes  # type: ignore[operator]
    assert lignes["ecriture"].null_count() == 0
    assert lignes["ecriture"].unique().sort().to_list() == list(range(1, lecture.lot.nombre_ecritures + 1))
    assert liste["numero_ligne"].drop_nulls().is_between(1, lecture.lot.detection.nombre_lignes).all()


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=600), st.sampled_from([None, "", "FEC20251231", "x" * 300, "1FEC99999999.txt"]))
@example(b"\xef\xbb\xbf", None)
@example(LIGNES_SAINES[0] + b"\n" + b"\t" * 17, None)
@example(LIGNES_SAINES[0] + b"\n" + b"\t" * 17 + b"\n\x1a", None)
@example(b"Debit|Credit|CompteNum|EcritureDate||||||\n|||||||||\n1|2|3|4||||||", None)
@example(b"Debit|Credit|CompteNum|EcritureDate||||||\n1|2|3|20250101||||||\n", None)
def test_random_bytes_are_read_or_refused(octets: bytes, nom: str | None) -> None:
    verifie(octets, nom)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(SAIN)), st.integers(0, 30), MORCEAUX), min_size=1, max_size=8))
def test_a_file_with_bytes_put_in_and_taken_out_is_read(coups: list[tuple[int, int, bytes]]) -> None:
    octets = SAIN
    for place, ote, mis in coups:
        octets = octets[:place] + mis + octets[place + ote :]
    verifie(octets)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(SAIN)), st.integers(0, len(SAIN)))
def test_a_file_cut_anywhere_is_read(debut: int, fin: int) -> None:
    verifie(SAIN[: max(debut, fin)])
    verifie(LIGNES_SAINES[0] + b"\r\n" + SAIN[min(debut, fin) : max(debut, fin)])


@settings(deadline=None, max_examples=100)
@given(
    st.permutations(list(range(18))).map(lambda p: p[:17]),
    st.lists(st.tuples(st.integers(2, 41), st.integers(0, 17), st.text(max_size=12)), max_size=20),
)
def test_columns_in_any_order_with_any_values_are_read(ordre: list[int], valeurs: list[tuple[int, int, str]]) -> None:
    brouillon = Brouillon(40)
    for ligne, rang, texte in valeurs:
        brouillon.lignes[ligne - 1][rang] = texte.encode("utf-8", "replace").decode()
    brouillon.lignes = [[champs[i] for i in ordre] for champs in brouillon.lignes]
    verifie(brouillon.octets)
