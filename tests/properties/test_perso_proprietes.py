"""Custom files by property: amounts read exactly in any declared notation, no bytes make a reader raise."""

from __future__ import annotations

import io
import math
import zipfile
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.lot import LIGNES, OptionsLecture
from ecritures.domain.modele import FORMES_DATE, Colonne, Convention, FormatModele, Groupement, Modele, Tva
from ecritures.domain.montant import CENTIMES_MAX
from ecritures.formats.perso.ecritures import completer
from ecritures.formats.perso.infer import inferer
from ecritures.formats.perso.infer_notation import formes_de_date, notation
from ecritures.formats.perso.modele_ecrit import ecrire_modele
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.formats.perso.reader import read
from ecritures.formats.perso.valeurs import Notation, lire_date, lire_montants, lire_nombres
from ecritures.imports.check import check

NOTATIONS = [Notation(d, m) for d in (",", ".") for m in ("", " ", ".", ",", "'") if m != d]
CENTIMES = st.integers(-CENTIMES_MAX, CENTIMES_MAX)


def ecrit(centimes: int, n: Notation) -> str:
    entier, reste = divmod(abs(centimes), 100)
    return f"{'-' * (centimes < 0)}{f'{entier:,}'.replace(',', n.milliers)}{n.decimale}{reste:02d}"


@given(st.lists(CENTIMES, min_size=1, max_size=30), st.sampled_from(NOTATIONS))
def test_an_amount_written_in_a_notation_is_read_exactly_under_it(valeurs: list[int], n: Notation) -> None:
    textes = pl.Series([ecrit(v, n) for v in valeurs])
    assert lire_montants(textes, n).to_list() == valeurs
    assert [n.lire(t).valeur for t in textes] == valeurs


@given(st.text("0123456789.,'- \u202f()€+x", max_size=14), st.sampled_from(NOTATIONS))
def test_the_fast_reading_of_a_column_is_the_reading_of_each_text(texte: str, n: Notation) -> None:
    lu = n.lire(texte).valeur
    assert lire_montants(pl.Series([texte]), n).to_list() == [lu if texte else None]


@given(st.text("0123456789.,", min_size=1, max_size=12), st.sampled_from(NOTATIONS))
def test_what_is_read_is_worth_the_digits_that_are_written(texte: str, n: Notation) -> None:
    lu = n.lire(texte)
    if lu.valeur is not None:
        nu = texte.replace(n.milliers, "") if n.milliers else texte
        assert Decimal(lu.valeur) == Decimal((nu.replace(n.decimale, ".") if n.decimale != "." else nu).lstrip()) * 100
    else:
        assert lu.motif


@given(st.lists(CENTIMES.filter(bool), min_size=1, max_size=12), st.sampled_from(NOTATIONS))
def test_a_notation_that_is_inferred_reads_the_amounts_as_they_were_written(valeurs: list[int], n: Notation) -> None:
    textes = [ecrit(v, n) for v in valeurs]
    trouve = notation(textes)
    if trouve.valeurs:
        lue = Notation(*trouve.valeurs)
        assert [lue.lire(t).valeur for t in textes] == valeurs


@given(
    st.lists(st.dates(date(2023, 1, 1), date(2025, 12, 31)), min_size=1, max_size=12),
    st.sampled_from([f for f in FORMES_DATE if f != "SERIE"]),
)
def test_a_date_form_that_is_inferred_reads_the_dates_as_they_were_written(jours: list[date], forme: str) -> None:
    strftime = forme.replace("AAAA", "%Y").replace("AA", "%y").replace("JJ", "%d").replace("MM", "%m")
    textes = [j.strftime(strftime) for j in jours]
    assert [lire_date(t, (forme,)) for t in textes] == jours
    trouve = formes_de_date(textes)
    if trouve.valeurs:
        assert [lire_date(t, trouve.valeurs) for t in textes] == jours


@given(st.lists(CENTIMES, min_size=1, max_size=50))
def test_every_amount_of_centimes_survives_a_double(valeurs: list[int]) -> None:
    unites, refuses = lire_nombres(pl.Series([v / 100 for v in valeurs], dtype=pl.Float64))
    assert unites.to_list() == valeurs
    assert not refuses.any()


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_double_is_read_when_its_shortest_text_has_two_decimals_and_refused_otherwise(x: float) -> None:
    unites, refuses = lire_nombres(pl.Series([x], dtype=pl.Float64))
    centimes = Decimal(repr(x)) * 100 if math.isfinite(x) else None
    if centimes is not None and centimes == centimes.to_integral_value() and abs(centimes) <= CENTIMES_MAX:
        assert unites.to_list() == [int(centimes)]
    else:
        assert unites.to_list() == [None]
        assert refuses.to_list() == [True]


@given(CENTIMES, st.integers(0, 9999))
def test_a_tax_split_loses_nothing(ttc: int, taux: int) -> None:
    hors_taxe, tva = Tva("1", "2", "3", taux).partage(ttc)
    assert hors_taxe + tva == ttc
    assert abs(2 * (tva * (10_000 + taux) - ttc * taux)) <= 10_000 + taux


@given(st.lists(CENTIMES, min_size=1, max_size=20), st.integers(0, 9999))
def test_the_split_of_a_column_is_the_split_of_each_amount(montants: list[int], taux: int) -> None:
    regle = Tva("1", "2", "3", taux)
    lignes = pl.DataFrame(
        {"compte": ["1"] * len(montants), "debit_centimes": montants, "credit_centimes": [0] * len(montants)}
    )
    partagees = completer(lignes, Modele("m", tva=(regle,)))
    attendu = [(c, m) for ttc in montants for c, m in zip("23", regle.partage(ttc), strict=True) if c == "2" or m]
    assert partagees.select("compte", "debit_centimes").rows() == attendu


# ── Any bytes ───────────────────────────────────────────────────────────────────────────────────────────────────────

_COLONNES = {"journal": 1, "date": 2, "compte": 3, "numero_piece": 4, "libelle": 5, "debit": 6, "credit": 7}
MODELES = [
    Modele(
        "csv",
        separateur=separateur,
        guillemet=guillemet,
        entete=entete,
        decimale=",",
        milliers=" ",
        formes_date=("JJ/MM/AAAA", "SERIE"),
        groupement=groupement,
        colonnes={c: Colonne(rang=r) for c, r in _COLONNES.items()} | {"reference": Colonne(rang=5), "section": Colonne(rang=5)},
        totaux=("Total",),
        tva=(Tva("707", "707000", "445710", 2000),),
        ignorer_vides=entete,
    )
    for separateur, guillemet, entete, groupement in (
        (";", '"', True, Groupement.PIECE),
        (",", "", False, Groupement.SOLDE),
        ("|", "'", True, Groupement.DATE_REFERENCE),
    )
]  # fmt: skip
MODELES.append(
    Modele(
        "fixe",
        format=FormatModele.FIXE,
        entete=False,
        decimale=".",
        formes_date=("AAAAMMJJ",),
        convention=Convention.MONTANT_ET_SENS,
        sens_debit=("D",),
        sens_credit=("C",),
        groupement=Groupement.FICHIER,
        colonnes={
            c: Colonne(debut=d, largeur=w)
            for c, d, w in (("journal", 1, 2), ("date", 3, 8), ("compte", 11, 6), ("sens", 17, 1), ("montant", 18, 9))
        },
    )
)
XLSX = Modele(
    "xlsx",
    format=FormatModele.XLSX,
    groupement=Groupement.PIECE,
    colonnes={c: Colonne(rang=r) for c, r in _COLONNES.items()},
)


def essaie(octets: bytes, modele: Modele) -> None:
    """Nothing raises; a file that cannot be read says why; what is read has its declared shape."""
    lecture = read(octets, OptionsLecture(modele=modele))
    examen = check(lecture, Contexte())
    liste = examen.constats.liste
    assert liste["message"].null_count() == 0
    assert (liste["colonne_debut"] > liste["colonne_fin"]).sum() == 0
    if examen.lot is None:
        assert examen.constats.est_bloquant
    else:
        assert examen.lot.lignes.schema == pl.Schema(LIGNES)
        assert examen.lot.lignes["ecriture"].null_count() == 0


_BOUTS = st.sampled_from(
    [b"VE;31/01/2025;411000;F1;x;10,00;\n", b"Journal;Date;C;P;L;D;C\n", b'"', b";", b"\n", b"\r", b"\x00", b"Total",
     b"VE20250131411000D    12.34\n", b"\xe9", b"\xc3\xa9", b"45688", b"'", b"|", b",", b"-", b"707"]
)  # fmt: skip


@settings(max_examples=300)
@given(
    st.one_of(st.binary(max_size=400), st.lists(_BOUTS, max_size=40).map(b"".join)), st.sampled_from([*MODELES, XLSX])
)
def test_no_bytes_make_the_reader_raise(octets: bytes, modele: Modele) -> None:
    essaie(octets, modele)


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=300), st.lists(_BOUTS, max_size=30).map(b"".join)))
def test_no_bytes_make_an_inference_raise_anything_but_its_refusal(octets: bytes) -> None:
    try:
        proposition = inferer(octets)
    except ModeleInvalide:
        return
    if proposition.est_complete:
        assert lire_modele(proposition.toml()) == proposition.modele


def _classeur() -> bytes:
    sortie = io.BytesIO()
    cahier = xlsxwriter.Workbook(sortie, {"in_memory": True})
    feuille = cahier.add_worksheet()
    for rang, rangee in enumerate(
        [list(_COLONNES), ["VE", 45688, 411000, "F", "x", 1.5, 0], ["VE", "a", True, 1, "", 0, 1.5]]
    ):
        feuille.write_row(rang, 0, rangee)
    feuille.write_formula(3, 5, "=1/0", None, "#DIV/0!")
    cahier.close()
    return sortie.getvalue()


CLASSEUR = _classeur()
PARTIES = {
    nom: zipfile.ZipFile(io.BytesIO(CLASSEUR)).read(nom) for nom in zipfile.ZipFile(io.BytesIO(CLASSEUR)).namelist()
}
LUES = [
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
]
_XML = st.sampled_from(
    [b"<", b">", b'"', b"'", b"/", b"&#9;", b'r="', b"A9999999", b't="e"', b"<f>", b"<c/>", b"e400", b"", b"-1"]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(LUES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), _XML), min_size=1, max_size=6))
def test_no_change_of_the_parts_of_a_workbook_makes_the_reader_raise(
    partie: str, changes: list[tuple[float, int, bytes]]
) -> None:
    """The archive stays sound, so that what is wrong reaches the readers of XML and of cells."""
    contenu = PARTIES[partie]
    for ou, combien, quoi in changes:
        place = int(ou * len(contenu))
        contenu = contenu[:place] + quoi + contenu[place + combien :]
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        for nom, octets in PARTIES.items():
            archive.writestr(nom, contenu if nom == partie else octets)
    essaie(sortie.getvalue(), XLSX)


@given(st.lists(st.tuples(st.integers(0, len(CLASSEUR) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_no_change_of_the_bytes_of_a_workbook_makes_the_reader_raise(changes: list[tuple[int, int]]) -> None:
    octets = bytearray(CLASSEUR)
    for place, valeur in changes:
        octets[place] = valeur
    essaie(bytes(octets), XLSX)


@pytest.mark.parametrize("modele", MODELES, ids=lambda m: f"{m.format}-{m.separateur}")
def test_models_built_by_hand_are_written_and_read_back(modele: Modele) -> None:
    assert lire_modele(ecrire_modele(modele)).colonnes == dict(modele.colonnes)
