"""imports.ports.Livres, on every database: posting is all or nothing and once, reports add up, pages follow each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from ecritures.domain.constat import CONSTATS
from ecritures.domain.contexte import Creations
from ecritures.domain.errors import ExerciceExistant, ExerciceInvalide
from ecritures.domain.lot import LIGNES, VENTILATIONS, Detection, Lot, cadre_vide
from ecritures.imports.ports import Dossier, Exercice
from ecritures.ledger.posting import Plan, empreinte_lignes, plan_posting
from ecritures.storage import livres as module_livres
from ecritures.storage.bases import Base
from ecritures.storage.livres import LivresSql
from ecritures.storage.rapports import CurseurInvalide
from ecritures.storage.tables import LIGNES as TABLE_LIGNES

DOSSIER = Dossier(7, "DEMO", "MANON002", "Manon", creations=Creations())
AUTRE = Dossier(8, "DEMO", "AUTRE", "Autre")


@pytest.fixture
def livres(base: Any, tmp_path: Path) -> Iterator[LivresSql]:
    catalogue = Base(base.url)
    ouverts = LivresSql(catalogue, tmp_path / "livres")
    for dossier in (DOSSIER, AUTRE):
        for annee in (2024, 2025):
            ouverts.creer_exercice(dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
    yield ouverts
    ouverts.fermer()
    catalogue.fermer()


def plan(
    livres: LivresSql,
    ecritures: int = 3,
    *,
    dossier: Dossier = DOSSIER,
    jour: date = date(2025, 3, 1),
    libelle: str = "é\t\\N'\"\n;",
) -> Plan:
    """Entries of two lines: 411 with a tiers against 707, of 1,00 €, 2,00 €…"""
    rangs: list[dict[str, Any]] = []
    for n in range(1, ecritures + 1):
        commun = {
            "ecriture": n,
            "journal": "VE",
            "date": jour,
            "type_ecriture": "N",
            "libelle": libelle,
            "reference": f"F{n}",
        }
        rangs.append(
            {
                **commun,
                "numero_ligne": 2 * n,
                "compte": "411",
                "tiers": f"C{n}",
                "debit_centimes": 100 * n,
                "credit_centimes": 0,
            }
        )
        rangs.append(
            {**commun, "numero_ligne": 2 * n + 1, "compte": "707", "debit_centimes": 0, "credit_centimes": 100 * n}
        )
    cadre = pl.DataFrame(rangs, infer_schema_length=None)
    lignes = pl.concat([cadre_vide(LIGNES), cadre.cast({nom: LIGNES[nom] for nom in cadre.columns})], how="diagonal")
    ventilation = pl.DataFrame(
        {
            "numero_ligne": [9000],
            "ligne_mere": [3],
            "axe": ["A1"],
            "section": ["S1"],
            "debit_centimes": [0],
            "credit_centimes": [100],
        }
    )
    ventilations = pl.concat(
        [cadre_vide(VENTILATIONS), ventilation.cast({n: VENTILATIONS[n] for n in ventilation.columns})], how="diagonal"
    )
    lot = Lot("fec", Detection("ascii", "LF", 0, 0), lignes, ventilations=ventilations)
    return plan_posting(lot, livres.contexte(dossier))


def test_what_is_posted_is_what_was_planned_to_the_byte(livres: LivresSql) -> None:
    prevu = plan(livres)
    livres.poster(7, "imp-1", prevu, lambda: {"lignes": 6})
    assert empreinte_lignes(livres.lignes_import(7, "imp-1")) == empreinte_lignes(prevu.lignes)
    assert livres.soldes_exacts(7)


def test_posting_the_same_import_again_changes_nothing_and_gives_the_same_receipt(livres: LivresSql) -> None:
    premier = livres.poster(7, "imp-1", plan(livres), lambda: {"lignes": 6})
    avant = livres.empreinte(7)
    second = livres.poster(7, "imp-1", plan(livres), lambda: {"lignes": 6})
    assert second == premier
    assert livres.empreinte(7) == avant
    assert [r.rang for r in livres.recus(7)] == [1]


def test_two_threads_posting_one_import_post_it_once(livres: LivresSql) -> None:
    depart = threading.Barrier(2)
    prevu = plan(livres)

    def poste() -> None:
        depart.wait()
        livres.poster(7, "imp-1", prevu, lambda: {"lignes": 6})

    fils = [threading.Thread(target=poste) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert livres.lignes_import(7, "imp-1").height == 6
    assert int(livres.balance(7)["debit_centimes"].sum()) == 600


def test_a_posting_that_fails_half_way_leaves_the_books_as_they_were(
    livres: LivresSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    livres.poster(7, "imp-1", plan(livres), lambda: {"lignes": 6})
    avant = livres.empreinte(7)

    def tombe(*_: object) -> None:
        raise RuntimeError("panne")

    monkeypatch.setattr(module_livres.rapports, "cumule", tombe)
    with pytest.raises(RuntimeError, match="panne"):
        livres.poster(7, "imp-2", plan(livres), lambda: {"lignes": 6})
    assert livres.empreinte(7) == avant
    assert livres.recu(7, "imp-2") is None


def test_receipts_are_chained_in_each_dossier_apart(livres: LivresSql) -> None:
    un = livres.poster(7, "imp-1", plan(livres), lambda: {"lignes": 6})
    autre = livres.poster(8, "imp-2", plan(livres, dossier=AUTRE), lambda: {"lignes": 6})
    deux = livres.poster(7, "imp-3", plan(livres), lambda: {"lignes": 6})
    assert (un.rang, autre.rang, deux.rang) == (1, 1, 2)
    assert deux.precedent == un.empreinte
    assert livres.balance(8)["nombre"].sum() == 6


def test_what_the_file_brings_is_created_once(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres), dict)
    assert livres.contexte(DOSSIER).tiers is not None
    assert plan(livres).tiers.is_empty(), "the second plan finds them there"
    livres.poster(7, "imp-2", plan(livres), dict)
    assert livres.journaux(7)["code"].to_list() == ["VE"]
    assert livres.comptes(7)["numero"].to_list() == ["411", "707"]


def test_the_hash_of_the_books_sees_any_change_and_only_their_changes(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres), dict)
    avant = livres.empreinte(7)
    constat = pl.DataFrame([{"id": "a.b", "severite": "INFO", "message": "m", "remede": "r"}])
    livres.garder_constats(7, "imp-9", pl.concat([pl.DataFrame(schema=CONSTATS), constat], how="diagonal"))
    livres.poster(8, "imp-2", plan(livres, dossier=AUTRE), dict)
    assert livres.empreinte(7) == avant
    with livres.base(7).ecriture() as connexion:
        connexion.execute(
            sa.update(TABLE_LIGNES)
            .where(TABLE_LIGNES.c.dossier == 7, TABLE_LIGNES.c.numero_ligne == 2)
            .values(libelle="x")
        )
    assert livres.empreinte(7) != avant


def test_roll_ups_that_no_longer_match_their_lines_are_seen(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres), dict)
    with livres.base(7).ecriture() as connexion:
        connexion.execute(
            sa.update(TABLE_LIGNES)
            .where(TABLE_LIGNES.c.dossier == 7, TABLE_LIGNES.c.numero_ligne == 2)
            .values(debit_centimes=101)
        )
    assert not livres.soldes_exacts(7)


def test_the_balance_adds_up_by_account_by_exercice_and_by_dates(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres, 3, jour=date(2025, 3, 15)), dict)
    livres.poster(7, "imp-2", plan(livres, 2, jour=date(2024, 3, 15)), dict)
    tout = livres.balance(7)
    assert tout.select("compte", "debit_centimes", "credit_centimes", "solde_centimes", "nombre").rows() == [
        ("411", 900, 0, 900, 5),
        ("707", 0, 900, -900, 5),
    ]
    assert livres.balance(7, exercice="2024")["debit_centimes"].sum() == 300
    assert livres.balance(7, debut=date(2025, 3, 1), fin=date(2025, 3, 31))["debit_centimes"].sum() == 600
    assert livres.balance(7, debut=date(2025, 3, 10), fin=date(2025, 3, 15))["debit_centimes"].sum() == 600
    assert livres.balance(7, debut=date(2025, 3, 16))["debit_centimes"].sum() == 0


def test_pages_of_the_grand_livre_follow_each_other_with_a_running_balance(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres, 5), dict)
    livres.poster(7, "imp-2", plan(livres, 2), dict)
    entier, _ = livres.grand_livre(7, "411", limite=100)
    assert entier["solde_centimes"].to_list() == [100, 300, 600, 1000, 1500, 1600, 1800]
    vus: list[dict[str, Any]] = []
    curseur = None
    while True:
        page, curseur = livres.grand_livre(7, "411", apres=curseur, limite=3)
        vus += page.to_dicts()
        if curseur is None:
            break
    assert vus == entier.to_dicts()


def test_the_running_balance_of_a_period_starts_from_what_came_before_in_its_exercice(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres, 2, jour=date(2025, 1, 5)), dict)
    livres.poster(7, "imp-2", plan(livres, 1, jour=date(2025, 2, 5)), dict)
    livres.poster(7, "imp-3", plan(livres, 1, jour=date(2024, 2, 5)), dict)
    page, _ = livres.grand_livre(7, "411", debut=date(2025, 2, 1))
    assert page["solde_centimes"].to_list() == [400]
    tout, _ = livres.grand_livre(7, "411")
    assert tout["solde_centimes"].to_list() == [100, 100, 300, 400]


def test_pages_of_a_journal_give_every_line_once(livres: LivresSql) -> None:
    livres.poster(7, "imp-1", plan(livres, 7), dict)
    lignes: list[int] = []
    curseur = None
    while True:
        page, curseur = livres.journal(7, "VE", apres=curseur, limite=4)
        lignes += page["numero_ligne"].to_list()
        if curseur is None:
            break
    assert lignes == list(range(2, 16))
    assert livres.journal(7, "AC")[0].is_empty()


@pytest.mark.parametrize("curseur", ["", "x", "é", "e30=", "W10=", "bnVsbA==", "eyJkYXRlIjoiMjAyNSJ9"])
def test_a_forged_cursor_is_refused(livres: LivresSql, curseur: str) -> None:
    with pytest.raises(CurseurInvalide):
        livres.journal(7, "VE", apres=curseur)


def test_exercices_may_not_overlap_nor_end_before_they_begin(livres: LivresSql) -> None:
    with pytest.raises(ExerciceExistant):
        livres.creer_exercice(7, Exercice("2025B", date(2025, 12, 31), date(2026, 12, 30)))
    with pytest.raises(ExerciceInvalide):
        livres.creer_exercice(7, Exercice("X", date(2031, 12, 31), date(2031, 1, 1)))
    assert [e.code for e in livres.exercices(7)] == ["2024", "2025"]


def test_findings_are_replaced_not_added_and_paged_by_rank(livres: LivresSql) -> None:
    rangs = pl.DataFrame(
        [
            {
                "id": "a.b",
                "code": "V0" + str(n % 2),
                "severite": "ERREUR",
                "numero_ligne": n,
                "message": f"m{n}\x00",
                "remede": "r",
            }
            for n in range(5)
        ]
    )
    constats = pl.concat([pl.DataFrame(schema=CONSTATS), rangs.cast({"numero_ligne": pl.UInt32})], how="diagonal")
    for _ in range(2):
        livres.garder_constats(7, "imp-1", constats)
    page = livres.constats(7, "imp-1", apres=3)
    assert page["rang"].to_list() == [4, 5]
    assert livres.constats(7, "imp-1", code="V01")["numero_ligne"].to_list() == [1, 3]
    assert livres.constats(8, "imp-1").is_empty()


def test_the_context_says_at_what_balance_each_exercice_closes(livres: LivresSql) -> None:
    assert livres.contexte(DOSSIER).clotures is not None and livres.contexte(DOSSIER).clotures.is_empty()
    livres.poster(DOSSIER.dossier, "i1", plan(livres, jour=date(2024, 3, 1)), dict)
    clotures = livres.contexte(DOSSIER).clotures
    assert clotures is not None
    fin = date(2024, 12, 31)
    assert sorted(clotures.rows()) == [(fin, "411", 600), (fin, "707", -600)]


def test_several_lines_of_the_books_may_come_from_one_line_of_the_file(livres: LivresSql) -> None:
    commun = {"numero_ligne": 2, "ecriture": 1, "journal": "VE", "date": date(2025, 1, 31)}
    montants = (("411", 12_001, 0), ("707000", 0, 10_001), ("445710", 0, 2_000))
    rangs = [{**commun, "compte": c, "debit_centimes": d, "credit_centimes": k} for c, d, k in montants]
    lignes = pl.DataFrame(rangs, schema_overrides=LIGNES)
    vides = [pl.lit(None, genre).alias(nom) for nom, genre in LIGNES.items() if nom not in lignes.columns]
    lot = Lot("perso", Detection("utf-8", "LF", 1, 1), lignes.with_columns(vides).select(list(LIGNES)))
    prevu = plan_posting(lot, livres.contexte(DOSSIER))
    livres.poster(DOSSIER.dossier, "i1", prevu, dict)
    relues = livres.lignes_import(DOSSIER.dossier, "i1")
    assert relues.equals(prevu.lignes)
    assert relues["rang"].to_list() == [0, 1, 2]
    assert empreinte_lignes(relues) == empreinte_lignes(prevu.lignes)
    page, curseur = livres.journal(DOSSIER.dossier, "VE", limite=2)
    suite, _ = livres.journal(DOSSIER.dossier, "VE", apres=curseur, limite=2)
    assert [*page["compte"], *suite["compte"]] == ["411", "707000", "445710"]


def test_a_siret_is_known_only_in_its_dossier(livres: LivresSql) -> None:
    livres.creer_etablissement(7, "001", "07955542100027")
    assert livres.connait_siret(7, "07955542100027")
    assert not livres.connait_siret(8, "07955542100027")
