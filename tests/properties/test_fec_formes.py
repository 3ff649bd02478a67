"""The four regimes, flat and XML: what is written is what is read, byte for byte for canonical files; parts make the whole."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from xml_fabrique import fec_xml

from ecritures.domain.lot import Lot, OptionsLecture, Regime
from ecritures.formats.fec import reader, writer, xml_ecrivain
from ecritures.formats.fec.layout import FORMES
from ecritures.formats.fec.parties import lire_parties
from ecritures.formats.fec.supplement import colonnes_supplementaires

CLOTURE = date(2025, 12, 31)
NOM = "732829320FEC20251231.txt"
MOT = st.text(alphabet="abcXYZéàçÉ0123456789-/.'\"&_<>;", min_size=1, max_size=10)
TEXTE = st.lists(MOT, min_size=1, max_size=3).map(" ".join).filter(lambda t: t.strip("-/. ") != "")
VIDE = st.just("")
JOUR = st.dates(date(1950, 1, 1), date(2099, 12, 31)).map(lambda j: f"{j:%Y%m%d}")
CENTIMES = st.integers(0, 10**10)


def montant(centimes: int) -> str:
    signe = "-" if centimes < 0 else ""
    return f"{signe}{abs(centimes) // 100},{abs(centimes) % 100:02d}"


@st.composite
def ecriture(draw: st.DrawFn, rang: int, regime: Regime, extra: int, *, par_ecriture: bool) -> list[list[str]]:
    """The lines of one entry, in the canonical form. ``par_ecriture``: what XML holds once an entry is the same on its lines."""
    journal = draw(st.sampled_from(["VE", "AC", "BQ"]))
    jour, piece, libelle, piece_date, valide = draw(JOUR), draw(TEXTE), draw(TEXTE), draw(JOUR), draw(JOUR)
    lettrage = draw(st.one_of(st.just(("", "")), st.tuples(MOT, JOUR), st.tuples(MOT, VIDE)))
    tresorerie = {
        "DateRglt": draw(JOUR),
        "ModeRglt": draw(TEXTE),
        "NatOp": draw(st.one_of(VIDE, TEXTE)),
        "IdClient": draw(st.one_of(VIDE, TEXTE)),
    }
    lignes = []
    for _ in range(draw(st.integers(2, 5))):
        centimes, au_debit = draw(CENTIMES), draw(st.booleans())
        if draw(st.integers(0, 8)) == 0 and centimes:
            centimes = -centimes
        tiers = draw(st.booleans())
        compte = (
            draw(st.sampled_from(["411000", "401DUPONT", "421000"]))
            if tiers
            else draw(st.sampled_from(["707000", "512000"]))
        )
        devise = draw(st.sampled_from(["", "USD", "JPY", "TND"]))
        en_devise = draw(st.integers(10, 10**6)) * (1 if au_debit == (centimes >= 0) else -1)
        ecrit = {"": "", "USD": montant(en_devise), "JPY": montant(en_devise * 100)}.get(
            devise, f"{'-' if en_devise < 0 else ''}{abs(en_devise) // 1000},{abs(en_devise) % 1000:03d}"
        )
        lettre = lettrage if tiers else ("", "")
        lignes.append(
            [
                journal, f"Journal {journal}", f"{journal}{rang}", jour, compte, f"Compte {compte}",
                f"T{draw(st.integers(1, 3))}" if tiers else "", "",
                piece if par_ecriture else draw(TEXTE), piece_date, libelle if par_ecriture else draw(TEXTE),
                montant(centimes) if au_debit else "0,00", "0,00" if au_debit else montant(centimes),
                *lettre, valide, ecrit, devise,
                *(tresorerie[zone] for zone in FORMES[regime].table.noms[18:]),
                *(draw(st.one_of(VIDE, TEXTE)) for _ in range(extra)),
            ]
        )  # fmt: skip
        lignes[-1][7] = f"Tiers {lignes[-1][6]}" if tiers else ""
    if not any(ligne[6] for ligne in lignes):
        for ligne in lignes:
            ligne[13:15] = ["", ""]
    return lignes


@st.composite
def canoniques(draw: st.DrawFn, *, par_ecriture: bool = False) -> tuple[Regime, str, bytes]:
    regime = draw(st.sampled_from(list(Regime)))
    separateur = draw(st.sampled_from(["\t", "|"]))
    extra = draw(st.integers(0, 2))
    lignes = [[*FORMES[regime].table.noms, *["Axe", "PieceJointe"][:extra]]]
    for rang in range(1, draw(st.integers(1, 5)) + 1):
        lignes += draw(ecriture(rang, regime, extra, par_ecriture=par_ecriture))
    texte = "".join(separateur.join(champs) + "\r\n" for champs in lignes)
    return regime, separateur, texte.encode()


def lire(octets: bytes, regime: Regime | None) -> Lot:
    lot = reader.read(octets, OptionsLecture(NOM, regime=regime)).lot
    assert lot is not None
    return lot


def meme_contenu(un: Lot, autre: Lot) -> None:
    for colonne in un.lignes.columns:
        if colonne not in ("numero_ligne", "supplement"):
            assert autre.lignes[colonne].equals(un.lignes[colonne], null_equal=True), colonne
    assert colonnes_supplementaires(autre).equals(colonnes_supplementaires(un))


@settings(deadline=None, max_examples=40)
@given(canoniques())
def test_a_canonical_file_of_any_regime_is_written_back_byte_for_byte(cas: tuple[Regime, str, bytes]) -> None:
    regime, separateur, octets = cas
    lot = lire(octets, regime)
    assert lot.regime == regime.libelle
    ecrit = writer.exporter(lot, separateur=separateur, brouillons="garder", reglementaire=False)
    assert ecrit.octets == octets
    assert (ecrit.regime, ecrit.lignes) == (regime, lot.lignes.height)
    assert (ecrit.debit_centimes, ecrit.credit_centimes) == (lot.debit_centimes, lot.credit_centimes)


@settings(deadline=None, max_examples=40)
@given(canoniques(par_ecriture=True))
def test_an_xml_file_reads_back_to_the_same_lot_and_is_written_back_byte_for_byte(
    cas: tuple[Regime, str, bytes],
) -> None:
    regime, _, octets = cas
    lot = lire(octets, regime)
    export = xml_ecrivain.exporter(lot, cloture=CLOTURE, brouillons="garder", reglementaire=False)
    relu = lire(export.octets, None)
    assert relu.regime == regime.libelle
    assert (relu.debit_centimes, relu.credit_centimes) == (lot.debit_centimes, lot.credit_centimes)
    assert (export.lignes, export.ecritures) == (lot.lignes.height, lot.nombre_ecritures)
    if export.pertes.total == 0:
        meme_contenu(lot, relu)
    encore = xml_ecrivain.exporter(relu, brouillons="garder", reglementaire=False)
    assert encore.octets == export.octets
    assert encore.pertes.total == 0


@settings(deadline=None, max_examples=40)
@given(canoniques(), st.integers(1, 9))
def test_parts_hold_whole_entries_and_read_back_to_the_whole(cas: tuple[Regime, str, bytes], lignes_max: int) -> None:
    regime, separateur, octets = cas
    lot = lire(octets, regime)
    parties = writer.exporter_parties(lot, lignes_max, separateur=separateur, brouillons="garder", reglementaire=False)
    entete = octets.split(b"\r\n")[0] + b"\r\n"
    assert b"".join(p.octets.removeprefix(entete) for p in parties) == octets.removeprefix(entete)
    plus_longue = lot.lignes.group_by("ecriture").len()["len"].max()
    assert all(p.lignes <= max(lignes_max, plus_longue) for p in parties)  # type: ignore[type-var]
    if len(parties) > 1:
        assert [p.suffixe for p in parties] == [f"_{n}" for n in range(1, len(parties) + 1)]
        nommees = [(p.nom("732829320", CLOTURE), p.octets) for p in parties]
        lecture = lire_parties(nommees[::-1], OptionsLecture(regime=regime))
        assert lecture.lot is not None
        meme_contenu(lot, lecture.lot)
        assert not [r for r in lecture.releves if r.regle.id.startswith("parties.")]


SAIN = fec_xml(Regime.BNC_TRESORERIE).encode()
MORCEAUX = st.sampled_from(
    [b"<", b">", b"</", b"/>", b"&", b"&#0;", b"&#x1F;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x?>", b"\x00", b"\xff", b"\xc3", b"\n", b"\r", b",", b"-", b"ligne", b"<ligne>", b"</ligne>", b"<ecriture>", b"</ecriture>", b"<Debit>", b"<!DOCTYPE x>", b"\xef\xbb\xbf", b"1e9", b'"', b" a='b'"]
)  # fmt: skip


def verifie(octets: bytes) -> None:
    """Read, located and checked without raising; every place is inside the file."""
    from fec_fabrique import examiner

    lecture, constats = examiner(octets, "732829320FEC20251231.xml")
    liste = constats.liste
    assert liste["message"].null_count() == 0
    assert (liste["colonne_debut"] > liste["colonne_fin"]).sum() == 0
    if lecture.lot is None:
        assert constats.est_bloquant
        return
    lignes = lecture.lot.lignes
    assert lignes["numero_ligne"].is_sorted()
    assert lignes["numero_ligne"].is_unique().all()
    assert lignes["ecriture"].unique().sort().to_list() == list(range(1, lecture.lot.nombre_ecritures + 1))
    assert liste["numero_ligne"].drop_nulls().is_between(1, lecture.lot.detection.nombre_lignes).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, len(SAIN)), st.integers(0, 60), MORCEAUX), min_size=1, max_size=6))
def test_an_xml_file_with_bytes_put_in_and_taken_out_is_read(coups: list[tuple[int, int, bytes]]) -> None:
    octets = SAIN
    for place, ote, mis in coups:
        octets = octets[:place] + mis + octets[place + ote :]
    verifie(octets)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, len(SAIN)), st.booleans())
def test_an_xml_file_cut_anywhere_or_on_one_line_is_read(fin: int, sur_une_ligne: bool) -> None:
    octets = SAIN.replace(b"\n", b"") if sur_une_ligne else SAIN
    verifie(octets[:fin])


ELEMENTS = st.permutations([m for m in SAIN.decode().split("\n") if m.startswith("<")][4:30])


@settings(deadline=None, max_examples=40)
@given(ELEMENTS)
def test_elements_in_any_order_are_read(elements: list[str]) -> None:
    debut = "\n".join(SAIN.decode().split("\n")[:6])
    verifie((debut + "\n" + "\n".join(elements)).encode())
