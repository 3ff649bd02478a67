"""A canonical TRA file is written back to the byte, in every version, form and kind; its records give back every zone.

Files are built from the layout alone: whatever the table says, the reader and the writer must agree with it.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecritures.domain.lot import Lot, OptionsLecture
from ecritures.formats.fixedwidth import BOOLEEN, CENTIMES, DATE, ENTIER, SENS, TEXTE_DROITE, Record, Zone
from ecritures.formats.tra import layout, reader, writer

JOUR = date(2026, 1, 5)
CODES = sorted(c for c in layout.codes_parametres() if c in layout.records())
# none of these bytes may follow another in UTF-8: the file is never taken for one
LETTRES = "abcXYZ019-/.'&éèàçÉ"

graines = st.integers(0, 2**32 - 1)
"""The shape of a file is drawn by Hypothesis, the text of its thousands of zones by a seeded generator: fast, and repeatable."""


def mot(hasard: Random, largeur: int = 6) -> str:
    return "".join(hasard.choice(LETTRES) for _ in range(hasard.randint(1, min(largeur, 6))))


def jour(hasard: Random) -> str:
    return f"{date.fromordinal(hasard.randint(719_500, 766_000)):%d%m%Y}"


def valeur(zone: Zone, hasard: Random) -> str:
    """A text of a zone at its full width, as the canonical writer lays it."""
    largeur = zone.width
    if zone.codec is DATE:
        return hasard.choice(("01011900", jour(hasard)))
    if zone.codec is BOOLEEN:
        return hasard.choice("X-")
    if zone.codec is SENS:
        return hasard.choice("DC")
    if zone.codec is CENTIMES:
        montant = hasard.randint(1, 10**9)
        return f"{hasard.choice(('', '', '-'))}{montant // 100},{montant % 100:02d}".rjust(largeur)
    if zone.codec is ENTIER:
        return hasard.choice(("", str(hasard.randint(0, 9)))).rjust(largeur)
    texte = hasard.choice(("", mot(hasard, largeur)))
    return texte.rjust(largeur) if zone.codec is TEXTE_DROITE else texte.ljust(largeur)


@st.composite
def lignes_de(draw: st.DrawFn, record: Record, largeur: int, **fixes: str) -> str:
    """A line of ``record``, full width, with the zones given set (left-aligned unless padded)."""
    hasard = Random(draw(graines))
    return "".join(
        fixes[z.name].ljust(z.width) if z.name in fixes else valeur(z, hasard) for z in record.zones if z.end <= largeur
    ).ljust(largeur)


mots = graines.map(lambda g: mot(Random(g)))
jours = graines.map(lambda g: jour(Random(g)))


@st.composite
def parametres(draw: st.DrawFn, version: int) -> list[str]:
    absent = "CGN" if version == 1 else "CGE"
    codes = draw(st.lists(st.sampled_from([c for c in CODES if c != absent]), max_size=6))
    return [draw(parametre(code, version)) for code in codes]


def parametre(code: str, version: int) -> st.SearchStrategy[str]:
    return lignes_de(
        layout.records()[code],
        layout.largeur_parametre(code, version),
        FIXE="***",
        IDENTIFIANT="TL3" if code == "TL" else code,
    )


@st.composite
def mouvements(draw: st.DrawFn, forme: str, version: int) -> list[str]:
    """Numbered entries with general, analytic and attached lines, every kind of column 31."""
    etendu = forme == "ETE"
    lignes: list[str] = []
    for numero in range(1, draw(st.integers(1, 3)) + 1):
        commun = {
            "JOURNAL": draw(st.sampled_from(("ACH", "VT", "B1"))), "DATECOMPTABLE": draw(jours), "TYPEPIECE": "OD", "TYPEECRITURE": "N",
            "NUMEROPIECE": str(numero).rjust(8), "GENERAL": draw(mots), "AXE": "", "MONTANT3": "",
        }  # fmt: skip
        for _ in range(draw(st.integers(1, 3))):
            lignes.append(draw(generale(etendu, version, commun)))
            for genre in draw(st.lists(st.sampled_from("AAGVPBO"), max_size=3)):
                lignes.append(draw(suivante(genre, etendu, version, commun)))
    return lignes


@st.composite
def generale(draw: st.DrawFn, etendu: bool, version: int, commun: dict[str, str]) -> str:
    genre = draw(st.sampled_from(" -XELH"))
    fixes: dict[str, str] = {**commun, "TYPECPTE": genre, "CODEMONTANT": "E--", "MONTANT2": ""}
    if genre == "H":
        fixes |= {"AUXSECT": draw(mots), "AXE": "A2"}
    if draw(st.booleans()):
        fixes |= {"CODEMONTANT": "DE-", "DEVISE": "USD", "MONTANT1": "12,50".rjust(20), "MONTANT2": "10,00".rjust(20)}
    return draw(lignes_de(layout.mouvement(etendu), layout.largeur_mouvement(etendu, version), **fixes))


@st.composite
def suivante(draw: st.DrawFn, genre: str, etendu: bool, version: int, commun: dict[str, str]) -> str:
    fixes = {**commun, "TYPECPTE": genre}
    if genre in "AO":
        fixes |= {"AUXSECT": draw(mots), "AXE": "A1", "CODEMONTANT": "E--", "MONTANT2": ""}
        record = layout.mouvement(etendu) if genre == "O" else layout.analytique(etendu)
        return draw(lignes_de(record, layout.largeur_mouvement(etendu, version, partage=genre == "A"), **fixes))
    record = layout.records()[layout.ENREGISTREMENT_DU_GENRE[genre]]
    fixes = {nom: texte for nom, texte in fixes.items() if nom in record and nom != "NUMEROPIECE"}
    if genre == "V":
        fixes["TYPECR"] = draw(st.sampled_from(("GEN", "ANA")))
    return draw(lignes_de(record, record.width, **fixes))


@st.composite
def fichiers(draw: st.DrawFn) -> dict[str, Any]:
    version, forme = draw(st.integers(1, 11)), draw(st.sampled_from(("STD", "ETE")))
    types = ("JRL", "DOS", "SYN", "EXO", *(("BAL",) if forme == "STD" else ()))
    entete = draw(
        lignes_de(
            layout.entete(), layout.largeur_entete(version), FIXE="***", IDENTIFIANT="S5", ORIGINE="CLI",
            TYPEFICHIER=draw(st.sampled_from(types)), FORMAT=forme, VERSION=f"{version:03}", SOUSVERSION="001",
        )
    )  # fmt: skip
    declares = draw(parametres(version))
    bouges = draw(mouvements(forme, version))
    octets = "".join(f"{ligne}\r\n" for ligne in (entete, *declares, *bouges)).encode("cp1252")
    return {"octets": octets, "forme": forme, "version": version, "parametres": declares, "mouvements": bouges}


def lire(octets: bytes) -> Lot:
    lot = reader.read(octets, OptionsLecture()).lot
    assert lot is not None
    return lot


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(fichiers())
def test_a_canonical_file_is_written_back_to_the_byte(fichier: dict[str, Any]) -> None:
    lot = lire(fichier["octets"])
    ecrit = writer.write(lot, format=fichier["forme"], jour=JOUR)
    assert ecrit.split(b"\r\n") == fichier["octets"].split(b"\r\n")
    assert ecrit == fichier["octets"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(fichiers(), st.integers(1, 11))
def test_written_in_another_version_a_file_keeps_its_values_or_is_refused(
    fichier: dict[str, Any], version: int
) -> None:
    from ecritures.domain.errors import EcritureImpossible

    lot = lire(fichier["octets"])
    try:
        octets = writer.write(lot, format=fichier["forme"], version=version, jour=JOUR)
    except EcritureImpossible as refus:
        if "version" in str(refus):
            return
        raise
    relu = lire(octets)
    assert relu.entete["VERSION"] == f"{version:03}"
    for colonne in (
        "compte",
        "tiers",
        "debit_centimes",
        "credit_centimes",
        "lettrage",
        "date_lettrage",
        "date_validation",
        "genre",
    ):
        assert relu.lignes[colonne].to_list() == lot.lignes[colonne].to_list(), colonne
    largeurs = {len(t) for t in octets.decode("cp1252").split("\r\n")[1 + relu.parametres.height : -1]}
    pleines = {layout.largeur_mouvement(fichier["forme"] == "ETE", version, partage=p) for p in (False, True)}
    annexes = {layout.records()[c].width for c in layout.ENREGISTREMENT_DU_GENRE.values()}
    assert largeurs <= pleines | annexes
    assert writer.write(relu, format=fichier["forme"], jour=JOUR) == octets


@pytest.mark.parametrize("code", CODES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_record_gives_back_each_of_its_zones(code: str, data: st.DataObject) -> None:
    version = data.draw(st.sampled_from((1, 3, 7, 8, 9, 10, 11)))
    texte = data.draw(parametre(code, version))
    entete = f"***S5CLIDOSSTD   0101190001011900{version:03}"
    lot = lire(f"{entete}\r\n{texte}\r\n".encode("cp1252"))
    fiche = lot.fiches[code].row(0, named=True)
    record = layout.records()[code]
    assert list(fiche) == ["numero_ligne", *(z.name for z in record.zones)]
    for zone in record.zones:
        assert (fiche[zone.name] or "") == texte[zone.start - 1 : zone.end].strip(" "), zone.name
