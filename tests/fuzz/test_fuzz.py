"""The fuzz target in the normal suite: every seed, and seeded mutations of each at every kind of place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from cible import essaie, graines

MUTATIONS = 12
TAILLE_MAX = 60_000
"""Mutated files are cut there: what matters stands in their first lines."""

FRAGMENTS = (
    b"\x00", b"\t", b"|", b"\r", b"\n", b"\r\r\n", b"\x1a", b"\xff", b"\xc3", b"\xe9", "é".encode(), b'"', b";", b",", b".", b"-", b"9" * 20,
    b"***", b"***CAE", b"\xef\xbb\xbf", b"00000000", b"99999999", b" " * 300, b"1e9", b"\xf0\x9f\x92\xa9",
)  # fmt: skip


@pytest.mark.parametrize("chemin", list(graines()), ids=lambda c: f"{c.parent.name}/{c.name}")
def test_every_seed_and_its_mutations_are_read_without_raising(chemin: Path) -> None:
    octets = chemin.read_bytes()
    essaie(octets, chemin.name)
    rng = random.Random(chemin.name)
    for tour in range(MUTATIONS):
        essaie(mutation(octets[:TAILLE_MAX], rng), "812345676FEC20251231.txt" if tour % 2 else chemin.name)


def mutation(octets: bytes, rng: random.Random) -> bytes:
    """One to five edits: cut, repeat, swap, overwrite or insert a fragment."""
    for _ in range(rng.randint(1, 5)):
        if not octets:
            return octets
        place, autre = sorted(rng.randrange(len(octets) + 1) for _ in range(2))
        geste = rng.randrange(5)
        if geste == 0:
            octets = octets[:place] + octets[autre:]
        elif geste == 1:
            octets = octets[:autre] + octets[place:]
        elif geste == 2:
            octets = octets[:place]
        else:
            fragment = rng.choice(FRAGMENTS)
            octets = octets[:place] + fragment + octets[place + (len(fragment) if geste == 3 else 0) :]
    return octets


def test_there_are_seeds_of_every_format() -> None:
    suffixes = {chemin.parent.parent.name for chemin in graines()}
    assert {"tra", "fec"} <= suffixes
