"""formats.fec.xml_ecrivain: the four schemas, the precautions for the official tool, and what the form cannot hold."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date
from xml.parsers import expat

import polars as pl
import pytest
from fec_fabrique import Brouillon, examiner, lire
from xml_fabrique import NOM_XML, fec_xml

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot, Regime
from ecritures.formats.fec import writer
from ecritures.formats.fec.echantillon import generer_fec
from ecritures.formats.fec.supplement import colonnes_supplementaires
from ecritures.formats.fec.xml_ecrivain import exporter, write
from ecritures.formats.fec.xml_schema import NOM_DE_SCHEMA, OCTETS_DU_SCHEMA_MAX
from ecritures.imports.diff import comparer


def lu(octets: bytes, nom: str | None = NOM_XML) -> Lot:
    lot = lire(octets, nom).lot
    assert lot is not None
    return lot


SAIN = lu(generer_fec(400), None)


def meme_lot(un: Lot, autre: Lot, *sauf: str) -> None:
    for colonne in un.lignes.columns:
        if colonne not in ("numero_ligne", *sauf):
            assert autre.lignes[colonne].equals(un.lignes[colonne], null_equal=True), colonne


@pytest.mark.parametrize("regime", list(Regime))
def test_what_is_read_is_written_back_in_each_schema(regime: Regime) -> None:
    lot = lu(fec_xml(regime).encode())
    octets = write(lot)
    relu = lu(octets)
    meme_lot(lot, relu)
    assert colonnes_supplementaires(relu).equals(colonnes_supplementaires(lot))
    assert write(relu) == octets
    assert relu.regime == regime.libelle
    constats = examiner(octets, NOM_XML)[1]
    assert not [code for code in constats.par_code if code.startswith("X")]


def test_the_schema_name_is_where_the_official_tool_looks() -> None:
    for regime in (Regime.BIC, Regime.COMMERCIAL):
        octets = write(SAIN, regime=regime, cloture=date(2025, 12, 31))
        assert 0 < octets.find(NOM_DE_SCHEMA[regime].encode()) < OCTETS_DU_SCHEMA_MAX
        assert b"<!DOCTYPE" not in octets
        expat.ParserCreate().Parse(octets, True)


def test_texts_are_those_that_the_official_converter_bears() -> None:
    sale = SAIN.lignes.with_columns(libelle=pl.lit("L’œuvre | 10 € <b> & “x”"))
    octets = write(dataclasses.replace(SAIN, lignes=sale), cloture=date(2025, 12, 31))
    assert b'L\'oeuvre 10 EUR &lt;b&gt; &amp; "x"' in octets
    assert b"|" not in octets
    octets.decode("utf-8").encode("latin-1")
    tel_quel = write(dataclasses.replace(SAIN, lignes=sale), cloture=date(2025, 12, 31), pour_l_outil=False)
    assert "L’œuvre 10 € &lt;b&gt; &amp; “x”".encode() in tel_quel


def test_a_character_without_a_stand_in_is_counted() -> None:
    grec = SAIN.lignes.with_columns(libelle=pl.lit("Ωmega"))
    export = exporter(dataclasses.replace(SAIN, lignes=grec), cloture=date(2025, 12, 31))
    assert export.pertes.caracteres_remplaces == export.ecritures


def test_iso_8859_15_keeps_every_character_by_reference() -> None:
    grec = SAIN.lignes.with_columns(libelle=pl.lit("Ωmega œuvre €"))
    octets = write(
        dataclasses.replace(SAIN, lignes=grec), cloture=date(2025, 12, 31), encodage="iso-8859-15", pour_l_outil=False
    )
    assert b'encoding="ISO-8859-15"' in octets
    assert lu(octets).lignes["libelle"].unique().to_list() == ["Ωmega œuvre €"]


def test_what_a_line_has_of_its_own_is_counted_as_lost() -> None:
    autre = SAIN.lignes.with_columns(
        libelle=pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("à part")).otherwise("libelle")
    )
    export = exporter(dataclasses.replace(SAIN, lignes=autre), cloture=date(2025, 12, 31))
    assert export.pertes.textes_de_ligne == 1
    assert exporter(SAIN, cloture=date(2025, 12, 31)).pertes.total == 0


def test_a_lettering_is_never_given_to_a_line_that_has_not_it() -> None:
    brouillon = Brouillon(12)
    vente = {"CompteNum": "707000", "CompAuxNum": "", "CompAuxLib": "", "EcritureLet": "", "DateLet": ""}
    client = {"CompteNum": "411000", "CompAuxNum": "C1", "CompAuxLib": "Client"}
    lignes = ((2, {"EcritureLet": "A", "DateLet": "20250131"}), (3, {}), (4, {"EcritureLet": "B", "DateLet": ""}))
    for ligne, lettrage in (*lignes, (5, vente), (6, vente)):
        brouillon.met(ligne, **{"JournalCode": "OD", "EcritureNum": "OD1", **client, **lettrage})
    lot = lu(brouillon.octets, None)
    export = exporter(lot, cloture=date(2025, 12, 31), reglementaire=False)
    relu = lu(export.octets)
    assert (
        relu.lignes.filter(pl.col("journal") == "OD")["lettrage"].null_count()
        == relu.lignes.filter(pl.col("journal") == "OD").height
    )
    assert export.pertes.lettrages == 2


def test_entries_are_grouped_by_journal_and_nothing_is_lost_of_the_amounts() -> None:
    export = exporter(SAIN, cloture=date(2025, 12, 31))
    relu = lu(export.octets)
    assert export.octets.count(b"<journal>") == SAIN.journaux.height
    assert (export.lignes, export.ecritures) == (SAIN.lignes.height, SAIN.nombre_ecritures)
    assert (export.debit_centimes, export.credit_centimes) == (SAIN.debit_centimes, SAIN.credit_centimes)

    def soldes(lot: Lot) -> list[tuple[str, int, int]]:
        return (
            lot.lignes.group_by("journal", "compte")
            .agg(pl.sum("debit_centimes", "credit_centimes"))
            .sort("journal", "compte")
            .rows()
        )

    assert soldes(relu) == soldes(SAIN)
    assert export.sha256 == hashlib.sha256(export.octets).hexdigest()
    assert export.nom("732829320") == NOM_XML


def test_the_flat_form_and_the_xml_form_hold_the_same_entries() -> None:
    export = exporter(SAIN, cloture=date(2025, 12, 31), pour_l_outil=False)
    assert writer.write(lu(export.octets)) == writer.write(SAIN)


def test_two_forms_of_the_same_entries_do_not_differ() -> None:
    lot = lu(fec_xml(Regime.BNC_TRESORERIE).encode())
    for separateur in ("\t", "|"):
        plat = lu(writer.write(lot, separateur=separateur, reglementaire=False), None)
        comparaison = comparer(lot, plat)
        assert (comparaison.identiques, comparaison.modifiees.height) == (3, 0)
    autre = lu(writer.write(lot, reglementaire=False).replace(b"C12\t\r\n", b"C13\t\r\n", 1), None)
    assert comparer(lot, autre).modifiees.height == 1


def test_an_entry_scattered_in_its_file_is_one_element() -> None:
    lignes = pl.concat([SAIN.lignes[0::2], SAIN.lignes[1::2]])
    export = exporter(dataclasses.replace(SAIN, lignes=lignes), cloture=date(2025, 12, 31), reglementaire=False)
    assert export.octets.count(b"<ecriture>") == SAIN.nombre_ecritures


def test_negative_and_double_amounts_keep_their_sides() -> None:
    brouillon = Brouillon(12).met(5, Debit="-25,00", Credit="0,00").met(6, Debit="1,00", Credit="2,00")
    octets = write(lu(brouillon.octets, None), cloture=date(2025, 12, 31), reglementaire=False)
    assert b"<Debit>-25.00</Debit>" in octets
    assert b"<Debit>1.00</Debit><Credit>2.00</Credit>" in octets
    relu = lu(octets)
    assert relu.lignes.select("debit_centimes", "credit_centimes").rows()[3:5] == [(0, 2_500), (100, 200)]


@pytest.mark.parametrize(
    ("lignes", "motif"),
    [
        (pl.lit(None, pl.Date).alias("date_validation"), "ValidDate manque à la ligne 2"),
        (pl.lit(None, pl.Date).alias("date"), "EcritureDate manque"),
    ],
)
def test_what_the_schema_wants_and_is_not_there_refuses_the_export(lignes: pl.Expr, motif: str) -> None:
    lot = dataclasses.replace(SAIN, lignes=SAIN.lignes.with_columns(lignes))
    with pytest.raises(EcritureImpossible, match=motif):
        write(lot, cloture=date(2025, 12, 31), brouillons="garder")


def test_a_closing_date_must_be_known() -> None:
    with pytest.raises(EcritureImpossible, match="date de clôture"):
        write(SAIN)


def test_a_cash_regime_wants_the_payment() -> None:
    with pytest.raises(EcritureImpossible, match="DateRglt manque"):
        write(SAIN, regime=Regime.BNC_TRESORERIE, cloture=date(2025, 12, 31))
    avec = (
        Brouillon(12)
        .ajoute_colonne("DateRglt", "2025x131")
        .ajoute_colonne("ModeRglt", "VIR")
        .ajoute_colonne("NatOp", "")
    )
    with pytest.raises(EcritureImpossible, match="DateRglt est illisible"):
        write(lu(avec.octets, None), regime=Regime.BA_TRESORERIE, cloture=date(2025, 12, 31))


def test_names_of_supplementary_columns_become_element_names() -> None:
    brouillon = Brouillon(12)
    for nom in ("Pièce jointe (n°)", "1er axe", "xmlZone", "Vide"):
        brouillon.ajoute_colonne(nom, "" if nom == "Vide" else nom)
    relu = lu(write(lu(brouillon.octets, None), cloture=date(2025, 12, 31)))
    assert colonnes_supplementaires(relu).columns == ["Pièce_jointe__n__", "_1er_axe", "_xmlZone", "Vide"]
    assert colonnes_supplementaires(relu).row(5) == ("Pièce jointe (n°)", "1er axe", "xmlZone", "")
