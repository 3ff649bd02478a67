"""formats.fec.writer: the rules of the law for a file that we produce."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date

import polars as pl
import pytest
from fec_fabrique import Brouillon, examiner, lire

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot, Regime
from ecritures.formats.fec.echantillon import generer_fec
from ecritures.formats.fec.writer import exporter, exporter_parties, regime_du_lot, write


def lot_de(brouillon: Brouillon) -> Lot:
    lot = lire(brouillon.octets).lot
    assert lot is not None
    return lot


def ecrit(brouillon: Brouillon, **options: object) -> list[list[str]]:
    octets = write(lot_de(brouillon), **options)  # type: ignore[arg-type]
    return [ligne.split("\t") for ligne in octets.decode().splitlines()]


@pytest.mark.parametrize("nombre", [12, 57, 1_000, 20_000])
def test_a_clean_file_is_written_back_byte_for_byte(nombre: int) -> None:
    octets = generer_fec(nombre)
    lot = lire(octets).lot
    assert lot is not None
    assert write(lot) == octets


def test_what_is_written_passes_all_our_checks() -> None:
    export = exporter(lot_de(Brouillon(500)), encodage="iso-8859-15", separateur="|")
    _, constats = examiner(export.octets)
    assert constats.par_code == {}
    assert (export.lignes, export.debit_centimes) == (500, export.credit_centimes)
    assert export.sha256 == hashlib.sha256(export.octets).hexdigest()


def test_a_nouveaux_come_first_then_validation_then_number() -> None:
    brouillon = Brouillon()
    lignes = brouillon.copie(2, 33)
    brouillon.lignes[1:] = [x for n in (2, 0, 1) for x in lignes[n::3]]  # entries scattered, out of order
    assert b"\r\n".join(write(lot_de(brouillon)).splitlines()[:1]) == generer_fec(32).splitlines()[0]
    numeros = [champs[2] for champs in ecrit(brouillon)[1:]]
    assert numeros == [champs[2] for champs in Brouillon().lignes[1:]]


def test_an_amount_written_negative_is_written_back_negative() -> None:
    brouillon = Brouillon().met(5, Debit="-2563,98", Credit="0,00")
    assert ecrit(brouillon)[4][11:13] == ["-2563,98", "0,00"]


def test_supplementary_columns_follow_with_any_separator() -> None:
    brouillon = Brouillon().ajoute_colonne("Axe", "Paris").ajoute_colonne("PJ", "a.pdf*b.pdf")
    lignes = ecrit(brouillon)
    assert lignes[0][18:] == ["Axe", "PJ"]
    assert lignes[4][18:] == ["Paris", "a.pdf*b.pdf"]


def test_what_would_break_a_line_becomes_a_space() -> None:
    lot = lot_de(Brouillon())
    sale = lot.lignes.with_columns(libelle=pl.lit("un\tdeux|trois\r\nquatre\x85cinq  six\x00 "))
    assert {x.split("\t")[10] for x in write(dataclasses.replace(lot, lignes=sale)).decode().splitlines()[1:]} == {
        "un deux trois quatre cinq six"
    }


def test_a_required_text_is_never_left_blank() -> None:
    lot = lot_de(Brouillon().met(5, PieceRef="-", EcritureLib="").met(6, EcritureLib="", PieceRef=""))
    nus = lot.lignes.with_columns(pl.lit(None, pl.String).alias(c) for c in ("journal_libelle", "compte_libelle"))
    lignes = [x.split("\t") for x in write(dataclasses.replace(lot, lignes=nus)).decode().splitlines()]
    assert (lignes[4][8], lignes[5][8]) == ("VE000001", "VE000001")
    assert lignes[4][10] == lignes[3][10]
    assert (lignes[4][1], lignes[4][5]) == ("Ventes", "Ventes de marchandises")


def test_entries_without_validation_are_left_out_and_counted_or_dated_on_request() -> None:
    brouillon = Brouillon()
    for ligne in (32, 33):
        brouillon.met(ligne, ValidDate="")
    lot = lot_de(brouillon)
    assert (exporter(lot).brouillons_exclus, exporter(lot).lignes) == (1, 30)
    assert {x[15] for x in ecrit(brouillon, brouillons="valider") if x[2] == "BQ000006"} == {"20250828"}
    assert ecrit(brouillon, brouillons="garder")[-1][15] == ""


def test_closing_and_centralisation_are_left_out_and_counted() -> None:
    brouillon = Brouillon().met(32, CompteNum="120000").met(33, CompteNum="607000")
    for ligne in (7, 8):
        brouillon.met(ligne, EcritureLib="Centralisation de janvier")
    export = exporter(lot_de(brouillon))
    assert (export.soldes_de_gestion_exclus, export.centralisations_exclues, export.lignes) == (1, 1, 28)
    assert exporter(lot_de(brouillon), reglementaire=False).lignes == 32


@pytest.mark.parametrize(("zone", "texte"), [("EcritureDate", "20250230"), ("Debit", "zut"), ("CompteNum", "")])
def test_an_unreadable_value_refuses_the_export_and_names_the_line(zone: str, texte: str) -> None:
    with pytest.raises(EcritureImpossible, match="ligne 5"):
        write(lot_de(Brouillon().met(5, **{zone: texte})))


def test_nothing_left_to_write_is_a_refusal() -> None:
    with pytest.raises(EcritureImpossible):
        write(lot_de(Brouillon().partout(ValidDate="")))


def test_latin_text_is_transliterated_and_what_cannot_be_is_counted() -> None:
    brouillon = Brouillon().met(5, EcritureLib="L’œuvre “à” 10 € – Łódź… Ελ")
    export = exporter(lot_de(brouillon), encodage="iso-8859-15")
    assert export.octets.decode("iso-8859-15").splitlines()[4].split("\t")[10] == 'L\'œuvre "à" 10 € - ?ódz... ??'
    assert export.caracteres_remplaces == 3


@pytest.mark.parametrize(
    ("devise", "montant", "ecrit_"), [("JPY", "1234", "1234,00"), ("TND", "-1,5", "-1,500"), ("USD", "12,3", "12,30")]
)
def test_a_foreign_amount_is_written_in_the_decimals_of_its_currency(devise: str, montant: str, ecrit_: str) -> None:
    brouillon = Brouillon().met(9, Idevise=devise, Montantdevise=montant)
    assert ecrit(brouillon)[8][16:18] == [ecrit_, devise]


# ── regimes and parts ───────────────────────────────────────────────────────────────────────────────────────────────


def tresorerie(brouillon: Brouillon, *noms: str) -> Brouillon:
    for nom in noms:
        brouillon.ajoute_colonne(nom, {"DateRglt": "20250131", "ModeRglt": "VIR"}.get(nom, ""))
    return brouillon


@pytest.mark.parametrize(
    ("regime", "colonnes"),
    [
        (Regime.BIC, ()),
        (Regime.COMMERCIAL, ()),
        (Regime.BA_TRESORERIE, ("DateRglt", "ModeRglt", "NatOp")),
        (Regime.BNC_TRESORERIE, ("DateRglt", "ModeRglt", "NatOp", "IdClient")),
    ],
)
def test_a_regime_is_written_with_its_own_columns(regime: Regime, colonnes: tuple[str, ...]) -> None:
    export = exporter(lot_de(Brouillon(12)), regime=regime)
    assert export.zones[18:] == colonnes
    assert {len(x.split("\t")) for x in export.octets.decode().splitlines()} == {18 + len(colonnes)}
    assert export.regime is regime


def test_the_columns_of_a_cash_regime_come_before_the_producers_own() -> None:
    brouillon = tresorerie(Brouillon(12).ajoute_colonne("PJ", "a.pdf"), "DateRglt", "ModeRglt", "NatOp", "IdClient")
    lot = lot_de(brouillon)
    assert regime_du_lot(lot) is Regime.BNC_TRESORERIE
    lignes = [x.split("\t") for x in write(lot).decode().splitlines()]
    assert lignes[0][18:] == ["DateRglt", "ModeRglt", "NatOp", "IdClient", "PJ"]
    assert lignes[1][18:] == ["20250131", "VIR", "", "", "a.pdf"]


def test_written_as_bic_the_columns_of_a_cash_regime_are_supplementary() -> None:
    lot = lot_de(tresorerie(Brouillon(12), "DateRglt", "ModeRglt", "NatOp"))
    assert exporter(lot, regime=Regime.BIC).zones[18:] == ("DateRglt", "ModeRglt", "NatOp")


def test_a_payment_mode_stands_for_the_missing_column_and_no_date_is_invented() -> None:
    lot = lot_de(Brouillon(12))
    avec = dataclasses.replace(lot, format="tra", lignes=lot.lignes.with_columns(mode_paiement=pl.lit("CHQ")))
    lignes = write(avec, regime=Regime.BA_TRESORERIE).decode().splitlines()
    assert lignes[1].split("\t")[18:] == ["", "CHQ", ""]


def test_a_blank_account_is_refused_only_where_the_law_wants_one() -> None:
    lot = lot_de(Brouillon(12))
    vide = dataclasses.replace(lot, lignes=lot.lignes.with_columns(compte=pl.lit("")))
    with pytest.raises(EcritureImpossible, match="CompteNum"):
        write(vide)
    assert write(vide, regime=Regime.BNC_TRESORERIE)


def test_parts_are_named_counted_and_never_cut_an_entry() -> None:
    lot = lot_de(Brouillon(500))
    parties = exporter_parties(lot, 120)
    assert [p.nom("732829320", date(2025, 12, 31)) for p in parties[:2]] == [
        "732829320FEC20251231_1.txt",
        "732829320FEC20251231_2.txt",
    ]
    assert all(p.lignes <= 120 for p in parties)
    assert sum(p.lignes for p in parties) == 500
    assert sum(p.ecritures for p in parties) == lot.nombre_ecritures
    assert sum(p.debit_centimes for p in parties) == lot.debit_centimes
    assert {p.octets.split(b"\r\n")[0] for p in parties} == {generer_fec(12).split(b"\r\n")[0]}


def test_an_entry_longer_than_a_part_makes_a_part_of_its_own() -> None:
    lot = lot_de(Brouillon(40))
    parties = exporter_parties(lot, 1)
    assert len(parties) == lot.nombre_ecritures
    assert [p.ecritures for p in parties] == [1] * len(parties)


def test_an_entry_scattered_over_the_file_is_not_cut() -> None:
    lot = lot_de(Brouillon(40))
    bouts = dataclasses.replace(lot, lignes=pl.concat([lot.lignes[1:], lot.lignes[:1]]))
    assert len(exporter_parties(bouts, 5, reglementaire=False)) == 1


def test_what_fits_is_one_file_without_suffix() -> None:
    (seule,) = exporter_parties(lot_de(Brouillon(40)), 40)
    assert seule.suffixe == ""
    assert seule.octets == write(lot_de(Brouillon(40)))


def test_what_was_left_out_is_counted_once_over_the_parts() -> None:
    brouillon = Brouillon(100)
    for ligne in (100, 101):
        brouillon.met(ligne, ValidDate="")
    parties = exporter_parties(lot_de(brouillon), 30)
    assert [p.brouillons_exclus for p in parties] == [1] + [0] * (len(parties) - 1)
