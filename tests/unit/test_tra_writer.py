"""formats.tra.writer: canonical files, refusals that name the place, lots born of another format."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from tra_fabrique import ENTETE_ETE, analytique, fichier, lire, lot_de, mouvement, parametre

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import EXERCICES, JOURNAUX, LIGNES, TIERS, VENTILATIONS, Detection, Lot
from ecritures.formats.tra import layout, writer

JOUR = date(2026, 1, 5)


def lignes(*rangs: dict[str, object]) -> pl.DataFrame:
    base: dict[str, object] = {
        "ecriture": 1, "journal": "VE", "date": date(2025, 3, 15), "compte": "70700000", "libelle": "Vente",
        "debit_centimes": 0, "credit_centimes": 0,
    }  # fmt: skip
    complets = [dict.fromkeys(LIGNES) | base | {"numero_ligne": i + 2} | rang for i, rang in enumerate(rangs)]
    return pl.DataFrame(complets, schema=LIGNES)


def lot_fec(*rangs: dict[str, object], **cadres: pl.DataFrame) -> Lot:
    return Lot(format="fec", detection=Detection("utf-8", "LF", 0, 0), lignes=lignes(*rangs), **cadres)  # type: ignore[arg-type]


VENTE: tuple[dict[str, object], ...] = (
    {"compte": "41100000", "tiers": "CLI1", "debit_centimes": 12000, "numero_piece": "17", "reference": "FA17"},
    {"credit_centimes": 12000, "numero_piece": "17", "reference": "FA17"},
)


def test_a_lot_of_another_format_becomes_a_readable_file() -> None:
    octets = writer.write(lot_fec(*VENTE), jour=JOUR, parametres=False)
    lecture = lire(octets)
    assert lecture.releves == ()
    assert lecture.lot is not None
    assert lecture.lot.lignes.select("journal", "compte", "genre", "tiers", "numero_piece", "reference", "debit_centimes", "credit_centimes").rows() == [
        ("VE", "41100000", "X", "CLI1", "17", "FA17", 12000, 0), ("VE", "70700000", "", None, "17", "FA17", 0, 12000),
    ]  # fmt: skip
    assert octets.endswith(b"\r\n")
    assert {len(ligne) for ligne in octets.split(b"\r\n")[1:-1]} == {222}
    assert octets.startswith(b"***S5CLIJRLSTD   0101190001011900008     050120260000")
    assert len(octets.split(b"\r\n")[0]) == 147


@pytest.mark.parametrize(("version", "largeur"), [(1, 147), (7, 147), (8, 147), (9, 150), (10, 150), (11, 165)])
def test_the_header_is_as_wide_as_its_version(version: int, largeur: int) -> None:
    octets = writer.write(lot_fec(*VENTE), version=version)
    assert len(octets.split(b"\r\n")[0]) == largeur


@pytest.mark.parametrize(
    ("version", "largeur"),
    [
        (1, 1023),
        (2, 1023),
        (3, 1023),
        (4, 1091),
        (5, 1126),
        (6, 1176),
        (7, 1238),
        (8, 1280),
        (9, 1319),
        (10, 1389),
        (11, 1407),
    ],
)
def test_ete_lines_are_full_width_and_carry_the_writers_defaults(version: int, largeur: int) -> None:
    octets = writer.write(lot_fec(*VENTE), format="ETE", version=version, jour=JOUR, parametres=False)
    assert {len(ligne) for ligne in octets.split(b"\r\n")[1:-1]} == {largeur}
    lecture = lire(octets)
    assert lecture.releves == ()
    mvt = layout.records()["MVT/ETE"]
    premiere = octets.split(b"\r\n")[1].decode("cp1252")
    valeurs = {
        nom: premiere[(z := mvt.zone(nom)).start - 1 : z.end]
        for nom in ("DATECREATION", "ECRANOUVEAU", "TVAENCAISSEMENT", "ETATLETTRAGE", "LIBREDATE")
    }
    assert valeurs == {
        "DATECREATION": "05012026",
        "ECRANOUVEAU": "N  ",
        "TVAENCAISSEMENT": "-",
        "ETATLETTRAGE": "AL ",
        "LIBREDATE": "01011900",
    }


def test_ete_without_a_day_is_refused() -> None:
    with pytest.raises(EcritureImpossible, match="jour"):
        writer.write(lot_fec(*VENTE), format="ETE")


@pytest.mark.parametrize(
    ("rang", "zone"),
    [
        ({"journal": "ACHATS"}, "JOURNAL"), ({"compte": "4" * 18}, "GENERAL"), ({"tiers": "T" * 18}, "AUXSECT"), ({"reference": "R" * 36}, "REFINTERNE"),
        ({"mode_paiement": "VIRT"}, "MODEPAIE"), ({"devise": "EURO"}, "DEVISE"), ({"etablissement": "0001"}, "ETABLISSEMENT"),
        ({"nature": "FAC"}, "TYPEPIECE"), ({"numero_echeance": 100}, "NUMECHE"), ({"taux_devise": "0,12345678901"}, "TAUXDEV"),
    ],
)  # fmt: skip
def test_codes_and_numbers_too_long_are_refused_with_their_line_and_zone(rang: dict[str, object], zone: str) -> None:
    with pytest.raises(EcritureImpossible, match=rf"Ligne 3, zone {zone}"):
        writer.write(lot_fec(VENTE[0], VENTE[1] | rang))


def test_labels_alone_are_cut_and_cleaned() -> None:
    lot = lire(writer.write(lot_fec(VENTE[0] | {"libelle": "é" * 50}, VENTE[1] | {"libelle": "a\tb\nc"}))).lot
    assert lot is not None
    assert lot.lignes["libelle"].to_list() == ["é" * 35, "a b c"]


@pytest.mark.parametrize(
    ("rang", "motif"),
    [
        ({"debit_centimes": None}, "illisible"), ({"debit_centimes": 5, "credit_centimes": 5}, "débit et un crédit"), ({"date": None}, "date"),
        ({"credit_centimes": 0, "montant_devise": 500}, "contre-valeur"), ({"libelle": "中"}, "Windows-1252"), ({"reference": "a\tb"}, "contrôle"),
    ],
)  # fmt: skip
def test_what_the_format_cannot_say_is_refused(rang: dict[str, object], motif: str) -> None:
    with pytest.raises(EcritureImpossible, match=motif):
        writer.write(lot_fec(VENTE[0], VENTE[1] | rang))


def test_piece_numbers_that_do_not_fit_become_the_rank_of_the_entry() -> None:
    autre = tuple(r | {"ecriture": 2, "numero_piece": "VE000018"} for r in VENTE)
    lot = lire(writer.write(lot_fec(*VENTE, *autre))).lot
    assert lot is not None
    assert lot.lignes["numero_piece"].to_list() == ["1", "1", "2", "2"]
    assert lot.lignes["ecriture"].to_list() == [1, 1, 2, 2]


@pytest.mark.parametrize("numero", ["0", "17", None, "017"])
def test_numbers_that_do_not_tell_entries_apart_are_replaced(numero: str | None) -> None:
    rangs = [r | {"numero_piece": numero, "ecriture": e} for e in (1, 2) for r in (*VENTE, *VENTE)]
    lot = lire(writer.write(lot_fec(*rangs))).lot
    assert lot is not None
    assert lot.lignes["ecriture"].to_list() == [1] * 4 + [2] * 4


def test_an_entry_on_two_dates_that_would_be_cut_unbalanced_is_refused() -> None:
    with pytest.raises(EcritureImpossible, match="commence ligne 2 a plusieurs dates"):
        writer.write(lot_fec(VENTE[0], VENTE[1] | {"date": date(2025, 3, 16)}))


def test_entries_scattered_in_the_source_are_put_together() -> None:
    rangs = [
        VENTE[0],
        VENTE[0] | {"ecriture": 2, "numero_piece": "18"},
        VENTE[1],
        VENTE[1] | {"ecriture": 2, "numero_piece": "18"},
    ]
    lot = lire(writer.write(lot_fec(*rangs))).lot
    assert lot is not None
    assert lot.lignes["numero_piece"].to_list() == ["17", "17", "18", "18"]


def test_currency_and_negative_amounts_come_back_the_same() -> None:
    rangs = (
        {
            "compte": "41100000",
            "debit_centimes": 9000,
            "devise": "USD",
            "montant_devise": 10000,
            "taux_devise": "0,9",
            "numero_piece": "1",
        },
        {"credit_centimes": 9000, "devise": "USD", "montant_devise": -10000, "taux_devise": "0,9", "numero_piece": "1"},
        {"debit_centimes": -500, "numero_piece": "2", "ecriture": 2},
        {"credit_centimes": -500, "numero_piece": "2", "ecriture": 2},
    )
    lot = lire(writer.write(lot_fec(*rangs))).lot
    assert lot is not None
    colonnes = ("debit_centimes", "credit_centimes", "devise", "montant_devise", "taux_devise")
    assert lot.lignes.select(colonnes).rows() == lignes(*rangs).select(colonnes).rows()


def test_parameters_of_the_lots_frames_are_written_before_movements() -> None:
    journaux = pl.DataFrame(
        [{"code": "VE", "libelle": "Ventes", "nature": "VTE", "mode_saisie": "-", "est_ferme": False}], schema=JOURNAUX
    )
    tiers = pl.DataFrame(
        [
            {
                "code": "CLI1",
                "libelle": "Café",
                "nature": "CLI",
                "collectif": "41100000",
                "est_lettrable": True,
                "est_ferme": True,
            }
        ],
        schema=TIERS,
    )
    exercices = pl.DataFrame(
        [{"code": "001", "debut": date(2025, 1, 1), "fin": date(2025, 12, 31), "etat": "OUV"}], schema=EXERCICES
    )
    lecture = lire(writer.write(lot_fec(*VENTE, journaux=journaux, tiers=tiers, exercices=exercices)))
    assert lecture.releves == ()
    lot = lecture.lot
    assert lot is not None
    assert list(lot.enregistrements) == ["EXO", "CGN", "CAE", "JAL"]
    for nom, cadre in {"journaux": journaux, "tiers": tiers, "exercices": exercices}.items():
        assert getattr(lot, nom).drop("numero_ligne").equals(cadre.drop("numero_ligne")), nom


def test_shares_without_kept_text_are_built_from_their_general_line() -> None:
    parts = pl.DataFrame(
        [
            dict.fromkeys(VENTILATIONS) | {"numero_ligne": 90 + i, "ligne_mere": 3, "ecriture": 1, "journal": "VE", "date": date(2025, 3, 15), "compte": "70700000", "genre": "A", "axe": "A1", "section": f"S{i}", "debit_centimes": 0, "credit_centimes": 6000}
            for i in range(2)
        ],
        schema=VENTILATIONS,
    )  # fmt: skip
    for forme in ("STD", "ETE"):
        octets = writer.write(lot_fec(*VENTE, ventilations=parts), format=forme, jour=JOUR, parametres=False)  # type: ignore[arg-type]
        lecture = lire(octets)
        assert lecture.releves == ()
        assert lecture.lot is not None
        assert lecture.lot.ventilations.select("ligne_mere", "axe", "section", "credit_centimes").rows() == [
            (3, "A1", "S0", 6000),
            (3, "A1", "S1", 6000),
        ]


def test_a_canonical_file_is_written_back_to_the_byte() -> None:
    octets = fichier(
        parametre("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH", MODESAISIE="-"),
        mouvement("60700000", debit="10,00"), analytique("60700000", "S1", debit="10,00"),
        mouvement("40100000", credit="10,00", tiers="FOU1"),
        entete="***S5CLIJRLSTD   0101190001011900008".ljust(136) + "01011900001",
    )  # fmt: skip
    lot = lire(octets).lot
    assert lot is not None
    assert writer.write(lot) == octets


def test_extended_zones_that_the_model_does_not_name_are_kept() -> None:
    lot = lot_de(mouvement(etendu=True, AFFAIRE="CHANTIER1", LIBRETEXTE3="libre"), entete=ENTETE_ETE)
    relu = lire(writer.write(lot, format="ETE", jour=JOUR)).lot
    assert relu is not None
    assert relu.lignes["supplement"].to_list() == lot.lignes["supplement"].to_list()


def test_a_version_too_old_for_the_kept_zones_is_refused() -> None:
    lot = lot_de(mouvement(etendu=True, ICS="FR99ZZZ123456"), entete=ENTETE_ETE)
    with pytest.raises(EcritureImpossible, match="1238"):
        writer.write(lot, format="ETE", version=7, jour=JOUR)
