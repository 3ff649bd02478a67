"""What the screens of one import read, on every database: findings by pages and by lines, timed steps, repaired imports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.domain.constat import CONSTATS
from ecritures.imports.etapes import CONTROLE, ECRITURE, LECTURE, EtapeFaite
from ecritures.imports.ports import NouvelleDemande
from ecritures.imports.state import State
from ecritures.storage.bases import Base
from ecritures.storage.demandes import RegistreDemandes
from ecritures.storage.dossiers import RegistreDossiers
from ecritures.storage.livres import LivresSql
from ecritures.storage.schema import migrate_catalogue

IMPORT = "6b1f0f5e-5d0e-4f8e-9d7f-0a3c1b2d4e5f"


@pytest.fixture
def livres(base: Any, tmp_path: Path) -> Iterator[LivresSql]:
    catalogue = Base(base.url)
    ouverts = LivresSql(catalogue, tmp_path / "livres")
    yield ouverts
    ouverts.fermer()
    catalogue.fermer()


@pytest.fixture
def demandes(base: Any) -> Iterator[tuple[RegistreDemandes, int]]:
    ouverte = Base(base.url)
    migrate_catalogue(ouverte)
    dossier = RegistreDossiers(ouverte).creer("DEMO", "D1", "Un dossier")
    yield RegistreDemandes(ouverte, lambda *_: None), dossier.dossier
    ouverte.fermer()


def _findings(livres: LivresSql) -> None:
    """Twelve: two on the whole file, then one a line from 10 to 100, an error where the line is a multiple of 30."""
    lignes: list[int | None] = [None, None, *range(10, 110, 10)]
    cadre = pl.DataFrame(
        {
            "id": ["total.faux" if n is None else "ecriture.desequilibree" if n % 30 == 0 else "date.forme" for n in lignes],
            "code": [None if n is None else "E01" if n % 30 == 0 else "V18" for n in lignes],
            "severite": ["AVERTISSEMENT" if n is None else "ERREUR" if n % 30 == 0 else "INFO" for n in lignes],
            "numero_ligne": lignes,
            "colonne_debut": [None if n is None else 1 for n in lignes],
            "colonne_fin": [None if n is None else 3 for n in lignes],
            "zone": [None] * 12,
            "valeur": [None] * 12,
            "message": ["m"] * 12,
            "remede": ["r"] * 12,
        },
        schema=CONSTATS,
    )  # fmt: skip
    livres.garder_constats(7, IMPORT, cadre)
    livres.garder_constats(7, "autre", cadre.head(3))
    livres.garder_constats(8, IMPORT, cadre.head(1))


def _rangs(cadre: pl.DataFrame) -> list[int]:
    return cadre["rang"].to_list()


def test_pages_of_findings_follow_each_other_in_both_directions(livres: LivresSql) -> None:
    _findings(livres)
    assert _rangs(livres.constats(7, IMPORT, limite=5)) == [1, 2, 3, 4, 5]
    assert _rangs(livres.constats(7, IMPORT, apres=5, limite=5)) == [6, 7, 8, 9, 10]
    assert _rangs(livres.constats(7, IMPORT, apres=10, limite=5)) == [11, 12]
    assert _rangs(livres.constats(7, IMPORT, avant=6, limite=3)) == [3, 4, 5], "the last ones below, in order"
    assert _rangs(livres.constats(7, IMPORT, apres=3, avant=5)) == [4]
    assert _rangs(livres.constats(7, IMPORT, avant=1)) == []


def test_findings_are_those_of_a_rule_or_of_a_severity(livres: LivresSql) -> None:
    _findings(livres)
    erreurs = livres.constats(7, IMPORT, severite="ERREUR")
    assert erreurs["numero_ligne"].to_list() == [30, 60, 90]
    assert _rangs(livres.constats(7, IMPORT, code="E01")) == _rangs(erreurs)
    assert (
        _rangs(livres.constats(7, IMPORT, code="ecriture.desequilibree", apres=_rangs(erreurs)[0]))
        == _rangs(erreurs)[1:]
    )
    assert livres.constats(7, IMPORT, severite="ERREUR", code="V18").is_empty()


def test_findings_of_some_lines_are_found_by_them(livres: LivresSql) -> None:
    _findings(livres)
    assert livres.constats(7, IMPORT, lignes=(30, 50))["numero_ligne"].to_list() == [30, 40, 50]
    assert livres.constats(7, IMPORT, lignes=(55, 10**9), limite=1)["numero_ligne"].to_list() == [60]
    assert livres.constats(7, IMPORT, lignes=(101, 10**9)).is_empty()
    assert livres.constats(7, IMPORT, lignes=(1, 10**9), avant=5)["numero_ligne"].to_list() == [10, 20]


def test_findings_of_another_import_or_dossier_are_never_given(livres: LivresSql) -> None:
    _findings(livres)
    assert livres.constats(7, "autre").height == 3 and livres.constats(8, IMPORT).height == 1
    assert livres.constats(9, IMPORT).is_empty()


def _demande(**autres: Any) -> NouvelleDemande:
    return NouvelleDemande("DEMO", 1, "D1", "fec", "f.txt", sha256="0" * 64, **autres)


def test_steps_are_kept_in_their_order_and_the_last_run_of_each_counts(demandes: tuple[RegistreDemandes, int]) -> None:
    registre, _ = demandes
    creee = registre.enregistrer(_demande())
    debut = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    lue, controlee = (
        EtapeFaite(LECTURE, debut, debut + timedelta(microseconds=123_456)),
        EtapeFaite(CONTROLE, debut + timedelta(seconds=1), debut + timedelta(seconds=3)),
    )
    assert registre.etapes(creee.id) == []
    registre.noter_etapes(creee.id, (controlee, lue))
    assert [(e.nom, e.debut, round(e.duree_s, 6)) for e in registre.etapes(creee.id)] == [
        (LECTURE, debut, 0.123456),
        (CONTROLE, debut + timedelta(seconds=1), 2.0),
    ]
    encore = EtapeFaite(LECTURE, debut + timedelta(minutes=1), debut + timedelta(minutes=1, seconds=9))
    registre.noter_etapes(creee.id, (encore,))
    assert [(e.nom, e.duree_s) for e in registre.etapes(creee.id)] == [(LECTURE, 9.0), (CONTROLE, 2.0)]
    registre.noter_etapes(creee.id, ())
    assert registre.etapes("inconnu") == []


def test_steps_told_with_a_move_are_written_with_it(demandes: tuple[RegistreDemandes, int]) -> None:
    registre, _ = demandes
    creee = registre.enregistrer(_demande())
    debut = datetime(2026, 1, 2, tzinfo=UTC)
    registre.avancer(creee.id, State.EN_COURS)
    registre.avancer(creee.id, State.TERMINE, etapes=(EtapeFaite(ECRITURE, debut, debut + timedelta(seconds=2)),))
    assert [e.nom for e in registre.etapes(creee.id)] == [ECRITURE]


def test_a_repaired_import_and_its_original_name_each_other(demandes: tuple[RegistreDemandes, int]) -> None:
    registre, _ = demandes
    origine = registre.enregistrer(_demande())
    premiere = registre.enregistrer(_demande(repare=origine.id, options={"recette": "recette = 1"}))
    seconde = registre.enregistrer(_demande(repare=origine.id))
    assert origine.repare is None and premiere.repare == origine.id
    relue = registre.lire(premiere.id)
    assert relue is not None and relue.repare == origine.id and relue.options == {"recette": "recette = 1"}
    assert [d.id for d in registre.reparations(origine.id)] == [premiere.id, seconde.id]
    assert registre.reparations(premiere.id) == []
