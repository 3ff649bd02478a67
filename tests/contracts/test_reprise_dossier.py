"""A whole folder (TRA, DOS) builds its dossier in the books, on every database, in the transaction of its posting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from ecritures.domain.contexte import Creations
from ecritures.domain.errors import ExerciceClos, ExerciceExistant
from ecritures.domain.lot import OptionsLecture
from ecritures.imports.check import Examen, check
from ecritures.imports.ports import Dossier, Exercice
from ecritures.imports.read import read
from ecritures.imports.report import succeeded
from ecritures.ledger.posting import Plan, plan_posting
from ecritures.ledger.recu import Recu
from ecritures.storage import schema
from ecritures.storage.bases import Base
from ecritures.storage.livres import LivresSql

FOLDER = Path(__file__).parents[1] / "golden" / "tra" / "dossier_v008_ete" / "entree.TRA"
DOSSIER = Dossier(7, "DEMO", "MENUISERIE", "Menuiserie")


@pytest.fixture
def livres(base: Any, tmp_path: Path) -> Iterator[LivresSql]:
    catalogue = Base(base.url)
    ouverts = LivresSql(catalogue, tmp_path / "livres")
    yield ouverts
    ouverts.fermer()
    catalogue.fermer()


def examiner(livres: LivresSql, octets: bytes, dossier: Dossier = DOSSIER) -> tuple[Examen, Plan]:
    contexte = livres.contexte(dossier)
    examen = check(read(octets, "tra", OptionsLecture()), contexte)
    assert examen.lot is not None
    assert examen.est_postable, examen.constats.liste.filter(pl.col("severite") == "ERREUR")
    return examen, plan_posting(examen.lot, contexte)


def importer(
    livres: LivresSql, octets: bytes, dossier: Dossier = DOSSIER, nom: str = "imp"
) -> tuple[Examen, Plan, Recu]:
    examen, plan = examiner(livres, octets, dossier)
    return examen, plan, livres.poster(dossier.dossier, nom, plan, lambda: {"lignes": plan.lignes.height})


def test_an_empty_dossier_gets_all_of_the_folder(livres: LivresSql) -> None:
    examen, plan, recu = importer(livres, FOLDER.read_bytes())
    assert [(e.code, e.debut, e.fin, e.est_clos, e.libelle) for e in livres.exercices(7)] == [
        ("001", date(2008, 1, 1), date(2008, 12, 31), False, "Exercice 2008"),
        ("002", date(2009, 1, 1), date(2009, 12, 31), False, "Exercice 2009"),
    ]
    assert set(livres.journaux(7)["code"]) == {"ACH", "VTE", "BQE", "CAI", "OD", "ANO", "CLO", "ECC", "BAL"}
    assert livres.comptes(7).height == 20
    assert livres.comptes(7).filter(pl.col("numero") == "40100000").row(0) == ("40100000", "Fournisseurs", "COF", False)
    tiers = livres.tiers(7)
    assert tiers.filter(pl.col("code") == "FTIMBERINC").row(0) == (
        "FTIMBERINC",
        "Timber Inc.",
        "FOU",
        "40100000",
        False,
    )
    assert tiers.height == 6
    assert livres.reference(7, "axes").rows() == [("A1", "Chantiers")]
    assert livres.reference(7, "sections").rows() == [
        ("A1", "ATTEND", "Section d'attente", False),
        ("A1", "CHA001", "Chantier école", False),
        ("A1", "CHA002", "Chantier mairie", False),
    ]
    assert livres.reference(7, "etablissements")["code"].to_list() == ["001"]
    assert livres.reference(7, "modes_paiement").rows()[0] == ("CB", "Carte bancaire", "CB")
    assert livres.reference(7, "devises")["code"].to_list() == ["EUR", "USD"]
    rib = livres.reference(7, "ribs").row(0, named=True)
    assert (rib["tiers"], rib["numero"], rib["est_principal"], rib["banque"]) == ("FBOISOUEST", 1, True, "30003")
    assert livres.lignes_import(7, "imp").height == plan.lignes.height > 0
    assert set(plan.lignes["exercice"]) <= {"001", "002"}
    assert livres.soldes_exacts(7)

    assert examen.lot is not None
    rendu = succeeded(examen.lot, examen.constats, plan, recu, [])
    assert rendu["crees"]["exercices"] == ["001", "002"]
    assert rendu["crees"]["sections"] == ["A1 ATTEND", "A1 CHA001", "A1 CHA002"]
    assert rendu["crees"]["ribs"] == ["FBOISOUEST 1"]
    assert "une annulation les reprend" in rendu["suite"][0]


def test_sending_the_folder_again_creates_nothing_and_alters_nothing(livres: LivresSql) -> None:
    importer(livres, FOLDER.read_bytes())
    avant = [livres.exercices(7), *(livres.reference(7, nom).rows() for nom in ("ribs", "sections", "devises"))]
    _, plan, _ = importer(livres, FOLDER.read_bytes(), nom="imp-2")
    assert plan.exercices.is_empty()
    assert all(cadre.is_empty() for cadre in (plan.journaux, plan.comptes, plan.tiers, *plan.references.values()))
    assert [livres.exercices(7), *(livres.reference(7, nom).rows() for nom in ("ribs", "sections", "devises"))] == avant


def test_an_exercice_of_the_dossier_is_never_altered(livres: LivresSql) -> None:
    livres.creer_exercice(7, Exercice("EX08", date(2008, 1, 1), date(2008, 12, 31), libelle="Le mien"))
    _, plan, _ = importer(livres, FOLDER.read_bytes())
    assert [e.code for e in livres.exercices(7)] == ["EX08", "002"]
    assert livres.exercices(7)[0].libelle == "Le mien"
    assert "EX08" in plan.lignes["exercice"].to_list()


def test_a_closed_exercice_of_the_folder_takes_its_own_entries_and_no_others(livres: LivresSql) -> None:
    clos = FOLDER.read_bytes().replace(b"***EXO0010101200831122008OUVOUV", b"***EXO0010101200831122008CDECDE")
    importer(livres, clos)
    assert [e.est_clos for e in livres.exercices(7)] == [True, False]
    contexte = livres.contexte(DOSSIER)
    encore = check(read(clos, "tra", OptionsLecture()), contexte)
    assert encore.constats.par_code["exercice.clos"] == 1
    assert encore.lot is not None
    with pytest.raises(ExerciceClos, match="001"):
        plan_posting(encore.lot, contexte)


def test_a_journal_file_creates_no_exercice(livres: LivresSql) -> None:
    journal = FOLDER.read_bytes().replace(b"***S5EXPDOSETE", b"***S5EXPJRLETE")
    examen = check(read(journal, "tra", OptionsLecture()), livres.contexte(DOSSIER))
    assert examen.constats.par_code["ecriture.hors_exercice"] > 0


def test_settings_that_refuse_creations_leave_references_out(livres: LivresSql) -> None:
    importer(livres, FOLDER.read_bytes())
    autre = Dossier(8, "DEMO", "AUTRE", "Autre", creations=Creations(comptes=False, tiers=False))
    contexte = livres.contexte(autre)
    examen = check(read(FOLDER.read_bytes(), "tra", OptionsLecture()), contexte)
    assert not examen.est_postable
    assert examen.lot is not None
    assert all(cadre.is_empty() for cadre in plan_posting(examen.lot, contexte).references.values())


def test_an_exercice_created_in_between_refuses_the_posting_and_nothing_is_kept(livres: LivresSql) -> None:
    _, plan = examiner(livres, FOLDER.read_bytes())
    livres.creer_exercice(7, Exercice("AUTRE", date(2008, 7, 1), date(2009, 6, 30)))
    avant = livres.empreinte(7)
    with pytest.raises(ExerciceExistant):
        livres.poster(7, "imp", plan, dict)
    assert livres.empreinte(7) == avant


def test_books_of_the_first_revision_gain_the_new_tables_and_keep_their_lines(base: Any) -> None:
    ouverte = Base(base.url)
    with ouverte.ecriture() as connexion:
        schema.upgrade(connexion, "livres", "0001")
        connexion.execute(
            sa.text("INSERT INTO comptes (dossier, numero, libelle, est_ferme) VALUES (7, '411', 'Clients', 0)")
        )
    schema.creer_livres(ouverte)
    with ouverte.lecture() as connexion:
        assert {"axes", "sections", "ribs", "devises", "modes_paiement"} <= set(sa.inspect(connexion).get_table_names())
        assert connexion.execute(sa.text("SELECT libelle FROM comptes")).scalar() == "Clients"
    ouverte.fermer()


@pytest.mark.parametrize("ordre", ["UPDATE sections SET est_ferme = 2", "UPDATE devises SET decimales = 99"])
def test_the_database_itself_refuses_an_impossible_value(livres: LivresSql, ordre: str) -> None:
    importer(livres, FOLDER.read_bytes())
    with pytest.raises(sa.exc.IntegrityError), livres.base(7).ecriture() as connexion:
        connexion.execute(sa.text(ordre))
