"""No archive makes the unpacking raise, whatever its bytes."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from zip_fabrique import archive, brute

from ecritures.domain.constat import dresser
from ecritures.formats.conteneur import deballer, est_archive, est_classeur

SAINE = archive({"a/732829320FEC20251231_1.txt": b"JournalCode\tx" * 40, "732829320FEC20251231_2.txt": b"y" * 90})


def verifie(octets: bytes) -> None:
    est_archive(octets)
    est_classeur(octets)
    contenu = deballer(octets)
    assert bool(contenu.fichiers) != bool(contenu.releves)
    assert dresser(contenu.releves).liste["message"].null_count() == 0


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, len(SAINE)), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=6)
)
def test_a_zip_with_bytes_put_in_and_taken_out(coups: list[tuple[int, int, bytes]]) -> None:
    octets = SAINE
    for place, ote, mis in coups:
        octets = octets[:place] + mis + octets[place + ote :]
    verifie(octets)
    verifie(b"PK\x03\x04" + octets)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60), st.integers(0, 1 << 40)), max_size=4),
    st.integers(0, 99),
    st.integers(0, 0xFFFF),
)
def test_a_zip_that_says_anything(entrees: list[tuple[bytes, bytes, int]], methode: int, drapeaux: int) -> None:
    verifie(brute(entrees, methode=methode, drapeaux=drapeaux))
