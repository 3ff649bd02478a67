"""No byte sequence makes the TRA reader, its findings or the checks raise; what is read is never lost silently."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecritures.checks import analytique, dossier, equilibre, exercices, tra
from ecritures.checks.check import run
from ecritures.domain.constat import CONSTATS, dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import ANNEXES, LIGNES, VENTILATIONS, OptionsLecture
from ecritures.formats.tra import reader

CHECKS = (*equilibre.CHECKS, *exercices.CHECKS, *dossier.CHECKS, *analytique.CHECKS, *tra.CHECKS)
GRAINES = sorted((Path(__file__).parents[1] / "golden" / "tra").glob("*/entree.TRA"))
GREFFES = (
    b"\t", b"\x00", b"\xff", b"\xe9", "é".encode(), "€".encode(), "中".encode(), "e\u0301".encode(), b"\xef\xbb\xbf", b"***", b"***JAL", b"###",
    b"\xa5\xa5\xa5", b"\r", b"\n", b"\r\n", b"\x1a", b"D--", b"F--", b"USD", b";", b"-", b"99999999999999999999", b"O", b"H", b"A", b"V", b"G", b"0",
    b"31022008", b"00000000", b"01010000", b"BOR", b"LIB", b"!", b" " * 40,
)  # fmt: skip


def tient(octets: bytes, encodage: str | None = None) -> None:
    """Reads, checks and words; holds what a reader promises."""
    reader.ressemble(octets)
    lecture = reader.read(octets, OptionsLecture(encodage=encodage))
    lot = lecture.lot
    if lot is None:
        assert lecture.releves, "a file that is not read says why"
        return
    assert (lot.lignes.columns, lot.ventilations.columns, lot.annexes.columns) == (
        list(LIGNES),
        list(VENTILATIONS),
        list(ANNEXES),
    )
    constats = dresser(
        (*lecture.releves, *run(CHECKS, lot, Contexte())), zones=lot.zones, localisation=lot.localisation
    )
    assert constats.liste.columns == list(CONSTATS)
    numeros = constats.liste["numero_ligne"].drop_nulls()
    assert numeros.is_empty() or 1 <= numeros.min() <= numeros.max() <= lot.detection.nombre_lignes  # type: ignore[operator]
    assert not constats.liste["message"].str.contains("{", literal=True).any() or b"{" in octets
    lus = [
        *lot.lignes["numero_ligne"],
        *lot.ventilations.filter(lot.ventilations["genre"] != "H")["numero_ligne"],
        *lot.annexes["numero_ligne"],
        *lot.parametres["numero_ligne"],
    ]
    assert len(set(lus)) == len(lus), "a line is read once"
    lot.lignes.rows()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
@example(b"***")
@example(b"***S5CLIJRLETE\n" + b"\x00" * 300)
@example(b"***S5CLIJRLSTD\n\x1a")
@example(b"\xef\xbb\xbf***S5CLIJRLSTD\r\r\n\r")
def test_no_bytes_make_the_reader_raise(octets: bytes) -> None:
    tient(octets)
    tient(b"***S5CLIJRLETE   0101190001011900011\r\n" + octets)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_real_shape_makes_the_reader_raise(data: st.DataObject) -> None:
    octets = data.draw(st.sampled_from(GRAINES)).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(octets)))
        greffe = data.draw(st.sampled_from(GREFFES) | st.binary(max_size=8))
        geste = data.draw(st.sampled_from(("pose", "insere", "retire", "coupe")))
        if geste == "pose":
            octets = octets[:place] + greffe + octets[place + len(greffe) :]
        elif geste == "insere":
            octets = octets[:place] + greffe + octets[place:]
        elif geste == "retire":
            octets = octets[:place] + octets[place + data.draw(st.integers(1, 300)) :]
        else:
            octets = octets[:place]
    tient(octets, data.draw(st.sampled_from((None, None, "utf-8", "cp850"))))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([g for g in GRAINES if not g.parent.name.startswith(("utf8", "bizarrerie_"))]),
    st.integers(0, 1 << 30),
    st.sampled_from(GREFFES),
)
def test_a_fault_in_one_line_hides_no_other_line(graine: Path, hasard: int, greffe: bytes) -> None:
    octets = graine.read_bytes()
    fin = b"\r\n" if b"\r\n" in octets else b"\n"
    if any(saut in greffe for saut in (b"\r", b"\n")) or greffe.startswith(
        (b"\xef\xbb\xbf", *(c.encode() for c in "é€中"), b"\xff", "e\u0301".encode())
    ):
        return  # these change the charset or the number of lines of the whole file
    lignes = octets.split(fin)
    mouvements = [
        i for i, ligne in enumerate(lignes) if ligne[130 - 1 : 130] in (b"D", b"C") and not ligne.startswith(b"***")
    ]
    rang = mouvements[hasard % len(mouvements)]
    ligne = lignes[rang]
    place = hasard % 222
    lignes[rang] = ligne[:place] + greffe + ligne[place + len(greffe) :]
    avant, apres = (reader.read(o, OptionsLecture()).lot for o in (octets, fin.join(lignes)))
    assert avant is not None
    assert apres is not None
    colonnes = [c for c in LIGNES if c != "ecriture"]
    autres = avant.lignes.filter(avant.lignes["numero_ligne"] != rang + 1).select(colonnes)
    relues = apres.lignes.filter(apres.lignes["numero_ligne"] != rang + 1).select(colonnes)
    assert autres.equals(relues)
