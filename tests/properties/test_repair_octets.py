"""A recipe on any bytes either is refused or gives a file that differs only where its report says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ecritures.domain.lot import OptionsLecture
from ecritures.formats.fec import reader
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.imports.repair import RecetteInvalide, Reparation, lire, reparer

OPTIONS = OptionsLecture(nom_fichier=NOM_FICHIER)
SAIN = generer_fec(24, separateur="|")
RECETTE = lire(
    """recette = 1
format = "fec"
[[etape]]
action = "oter_lignes_vides"
motif = "m"
idempotente = true
[[etape]]
action = "redresser_lignes"
motif = "m"
idempotente = true
[[etape]]
action = "dates"
motif = "m"
champ = ["EcritureDate", "ValidDate"]
formes = ["JJ/MM/AAAA", "JJMMAAAA"]
idempotente = true
[[etape]]
action = "completer"
motif = "m"
champ = "compte"
longueur = 8
idempotente = true
"""
)
MORCEAUX = st.sampled_from(
    [b"|", b"\n", b"\r\n", b"\r", b"\x00", b"\x1a", b"\xff", b"31/12/2025", b" ", b"\xc3\xa9", b"\t", b"-1,5"]
)


@st.composite
def abimes(draw: st.DrawFn) -> bytes:
    """A sound FEC with some pieces put in or taken off, anywhere after its header."""
    octets = SAIN
    debut = SAIN.index(b"\n") + 1
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(debut, len(octets)))
        octets = octets[:place] + draw(MORCEAUX) + octets[place + draw(st.integers(0, 12)) :]
    return octets


def _apply(octets: bytes) -> Reparation | None:
    lecture = reader.read(octets, OPTIONS)
    try:
        return reparer(octets, lecture, RECETTE, OPTIONS)
    except RecetteInvalide:
        return None


@given(abimes())
@settings(max_examples=60, deadline=None)
def test_lines_that_the_report_does_not_name_are_the_same(octets: bytes) -> None:
    r = _apply(octets)
    if r is None or r.corrections.is_empty():
        assert r is None or r.octets is octets
        return
    touchees = set(r.corrections["numero_ligne"].drop_nulls().to_list())
    avant = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    apres = set(r.octets.replace(b"\r\n", b"\n").split(b"\n"))
    intactes = [ligne for numero, ligne in enumerate(avant, 1) if numero not in touchees]
    assert {ligne.rstrip(b"\x1a") for ligne in intactes} <= {ligne.rstrip(b"\x1a") for ligne in apres} | {b""}


@given(abimes())
@settings(max_examples=40, deadline=None)
def test_a_second_application_of_idempotent_steps_changes_nothing(octets: bytes) -> None:
    r = _apply(octets)
    if r is None:
        return
    encore = _apply(r.octets)
    assert encore is None or set(encore.corrections["action"]) <= {"redresser_lignes"}
    if encore is not None and encore.corrections.is_empty():
        assert encore.octets is r.octets
