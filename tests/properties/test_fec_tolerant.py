"""Whatever is done to its cells, a FEC that the tolerant profile takes can be posted: nothing unreadable slips through."""

from __future__ import annotations

from datetime import date

import polars as pl
from fec_fabrique import Brouillon
from hypothesis import given, settings
from hypothesis import strategies as st

from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.lot import OptionsLecture, Profil, Regime
from ecritures.formats.fec import reader
from ecritures.formats.fec.ecarts import Verdict
from ecritures.formats.fec.verdict import verdict_officiel
from ecritures.imports.check import check
from ecritures.ledger.posting import plan_posting

CONTEXTE = Contexte(
    exercices=pl.DataFrame([("2025", date(2025, 1, 1), date(2025, 12, 31), False)], EXERCICES_DOSSIER, orient="row")
)
MONTANTS = ("", " ", "0", "0,00", "-1,00", "1.234", "12.50", "1 234,56", "12 34,5", "1E99", "1,2E2", "99999999999,00")
DATES = ("00000000", "20250230", "31/01/2025", "31.01.2025", "2025-01-31", "01/31/2025", "18991231")
AUTRES = (
    "€",
    "x",
    "D",
    "+1",
    "\x1e",
    '"',
    '"a"',
    '"a|b"',
    "a|b",
    "a\tb",
    "\x00",
    "901000",
    "USD",
    "$$$$",
    "é",
    "\u00a0",
    ";",
)
TEXTES = st.sampled_from((*MONTANTS, *DATES, *AUTRES))
CELLULES = st.tuples(st.integers(1, 33), st.integers(0, 17), TEXTES)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(CELLULES, max_size=6),
    st.sampled_from(["\r\n", "\n", "\r", "\r\r\n"]),
    st.sampled_from(["|", "\t", ";", ","]),
    st.sampled_from([None, *Regime]),
    st.booleans(),
)
def test_a_file_taken_by_the_tolerant_profile_can_be_posted(
    cellules: list[tuple[int, int, str]], fin: str, separateur: str, regime: Regime | None, tous: bool
) -> None:
    brouillon = Brouillon()
    for ligne, rang, texte in cellules:
        for numero in range(2, 34) if tous else [ligne]:
            brouillon.lignes[numero - 1][rang] = texte
    brouillon.fin, brouillon.separateur = fin, separateur
    strict, tolerant = (
        check(reader.read(brouillon.octets, OptionsLecture(brouillon.nom, profil=p, regime=regime)), CONTEXTE)
        for p in (Profil.STRICT, Profil.TOLERANT)
    )
    if tolerant.est_postable:
        assert tolerant.lot is not None
        plan = plan_posting(tolerant.lot, CONTEXTE)
        assert plan.debit_centimes == plan.credit_centimes
        assert plan.lignes["date"].null_count() == plan.lignes["compte"].str.len_bytes().eq(0).sum() == 0
    if verdict_officiel(strict.constats.par_regle).verdict is not Verdict.CONFORME:
        assert not strict.est_postable
    assert tolerant.constats.par_code == strict.constats.par_code
