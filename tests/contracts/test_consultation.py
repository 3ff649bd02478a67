"""imports.consultation.Consultation, on every database: what the screens read adds up with the books, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.domain.errors import CurseurInvalide
from ecritures.domain.lot import LIGNES, VENTILATIONS, Detection, Lot, cadre_vide
from ecritures.imports.consultation import Criteres
from ecritures.imports.ports import Dossier, Exercice, NouvelleDemande, Ports
from ecritures.imports.state import State
from ecritures.ledger.posting import plan_posting
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.storage import consultation_lignes

DOMAIN = "CABINET"


@dataclass
class Livre:
    ports: Ports
    dossier: Dossier

    def post(
        self, import_id: str, lignes: list[tuple[Any, ...]], ventilations: list[tuple[Any, ...]] | None = None
    ) -> None:
        """lignes: écriture, jour, journal, compte, débit, crédit, libellé, référence, type."""
        noms = ("ecriture", "date", "journal", "compte", "debit_centimes", "credit_centimes", "libelle", "reference", "type_ecriture")  # fmt: skip
        cadre = pl.DataFrame(lignes, schema=list(noms), orient="row", infer_schema_length=None)
        cadre = cadre.with_columns(numero_ligne=pl.int_range(2, pl.len() + 2)).cast(
            {nom: LIGNES[nom] for nom in (*noms, "numero_ligne")}
        )
        parts = pl.DataFrame(
            ventilations or [],
            schema={n: VENTILATIONS[n] for n in ("numero_ligne", "ligne_mere", "axe", "section", "debit_centimes", "credit_centimes")},
            orient="row",
        )  # fmt: skip
        lot = Lot(
            "fec",
            Detection("ascii", "LF", 0, 0),
            pl.concat([cadre_vide(LIGNES), cadre], how="diagonal"),
            ventilations=pl.concat([cadre_vide(VENTILATIONS), parts], how="diagonal"),
        )
        plan = plan_posting(lot, self.ports.livres.contexte(self.dossier))
        self.ports.livres.poster(self.dossier.dossier, import_id, plan, lambda: {"lignes": cadre.height})


@pytest.fixture
def livre(base: Any, tmp_path: Path) -> Iterator[Livre]:
    application = build(Settings(donnees=tmp_path / "donnees", base_url="http://essai", base_sql=base.url))
    dossier = application.ports.dossiers.creer(DOMAIN, "D1", "Dossier un")
    for annee in (2024, 2025):
        application.ports.livres.creer_exercice(
            dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31))
        )
    yield Livre(application.ports, dossier)
    application.fermer()


def _year(livre: Livre, import_id: str = "imp", combien: int = 60) -> None:
    """Entries of two lines all along 2025, of 1,00 €, 2,00 €…"""
    lignes = []
    for n in range(1, combien + 1):
        jour = date(2025, 1, 1) + timedelta(days=6 * (n - 1))
        lignes.append((n, jour, "VE", "411000", 100 * n, 0, f"Facture n° {n}", f"F{n:03d}", "N"))
        lignes.append((n, jour, "VE", "707000", 0, 100 * n, "Été 50% HT", None, "N"))
    livre.post(import_id, lignes)


def test_the_totals_of_a_period_are_those_of_its_lines_whatever_its_ends(livre: Livre) -> None:
    _year(livre)
    numero = livre.dossier.dossier
    toutes, _ = livre.ports.livres.grand_livre(numero, "411000", limite=1_000)
    ends = [
        date(2025, 1, 1),
        date(2025, 1, 13),
        date(2025, 2, 1),
        date(2025, 6, 30),
        date(2025, 7, 17),
        date(2025, 12, 31),
    ]
    for debut in ends:
        for fin in (f for f in ends if f >= debut):
            avant = toutes.filter(pl.col("date") < debut)
            dedans = toutes.filter(pl.col("date").is_between(debut, fin))
            lus = livre.ports.consultation.totaux_compte(numero, "411000", exercice="2025", debut=debut, fin=fin)
            attendus = (avant["debit_centimes"].sum(), dedans["debit_centimes"].sum(), dedans["credit_centimes"].sum())
            assert lus == (*attendus, dedans.height), (debut, fin)


def test_the_running_balance_of_a_page_begins_with_all_that_came_before_its_period(livre: Livre) -> None:
    _year(livre)
    numero = livre.dossier.dossier
    toutes, _ = livre.ports.livres.grand_livre(numero, "411000", limite=1_000)
    for debut in (date(2025, 1, 1), date(2025, 3, 1), date(2025, 7, 17)):
        page, _ = livre.ports.livres.grand_livre(numero, "411000", debut=debut, limite=5)
        attendus = toutes.filter(pl.col("date") >= debut).head(5)["solde_centimes"]
        assert page["solde_centimes"].to_list() == attendus.to_list()


def test_months_by_journal_and_by_class_add_up_to_the_balance_and_leave_simulations_out(livre: Livre) -> None:
    _year(livre)
    livre.post("simu", [(1, date(2025, 5, 5), "OD", "411000", 7, 0, "x", None, "S"), (1, date(2025, 5, 5), "OD", "707000", 0, 7, "x", None, "S")])  # fmt: skip
    numero = livre.dossier.dossier
    balance = livre.ports.livres.balance(numero, exercice="2025")
    for cadre in (
        livre.ports.consultation.mois_par_journal(numero, "2025"),
        livre.ports.consultation.mois_par_classe(numero, "2025"),
    ):
        assert cadre["debit_centimes"].sum() == balance["debit_centimes"].sum() == 183_000
        assert cadre["nombre"].sum() == 120
    assert set(livre.ports.consultation.mois_par_classe(numero, "2025")["classe"]) == {"4", "7"}
    assert livre.ports.consultation.exercices_mouvementes(numero) == {"2025": 122}


def test_an_entry_comes_with_its_origin_its_neighbours_and_its_shares_page_by_page(livre: Livre) -> None:
    jour = date(2025, 2, 3)
    longue = [(2, jour, "OD", "607000", 100, 0, f"l{n}", None, "N") for n in range(5)]
    livre.post(
        "imp",
        [
            (1, jour, "OD", "411000", 100, 0, "a", None, "N"),
            (1, jour, "OD", "707000", 0, 100, "b", None, "N"),
            *longue,
            (2, jour, "OD", "512000", 0, 500, "fin", None, "N"),
        ],
        [(90, 4, "A1", "S1", 60, 0), (91, 4, "A2", "S2", 40, 0), (92, 8, "A1", "S9", 100, 0)],
    )
    lire = livre.ports.consultation.ecriture
    numero = livre.dossier.dossier
    une = lire(numero, 1, 2, limite=4)
    assert une is not None
    assert (une.sorte, une.import_id, une.nombre, une.debit_centimes, une.credit_centimes) == (
        "import",
        "imp",
        6,
        500,
        500,
    )
    assert (une.precedente, une.suivante) == (1, None)
    assert une.lignes["libelle"].to_list() == ["l0", "l1", "l2", "l3"]
    assert une.ventilations["section"].to_list() == ["S1", "S2"]
    suite = lire(numero, 1, 2, apres=une.apres, limite=4)
    assert suite is not None and suite.apres is None
    assert suite.lignes["libelle"].to_list() == ["l4", "fin"]
    assert suite.ventilations["section"].to_list() == ["S9"]
    assert lire(numero, 1, 3) is None and lire(numero, 2, 1) is None
    with pytest.raises(CurseurInvalide):
        lire(numero, 1, 2, apres="n'importe quoi")


def _found(livre: Livre, criteres: Criteres, limite: int = 7) -> list[tuple[str, int]]:
    """Every line found, page after page; no line twice."""
    trouvees: list[tuple[str, int]] = []
    apres, lues = None, 0
    for _ in range(200):
        page = livre.ports.consultation.rechercher(livre.dossier.dossier, criteres, apres=apres, limite=limite)
        trouvees += [(r["compte"], r["ecriture"]) for r in page.lignes.iter_rows(named=True)]
        assert page.lues >= lues and page.lues <= page.total
        apres, lues = page.suivant, page.lues
        if apres is None:
            assert page.lues == page.total
            return trouvees
    raise AssertionError("the search never ends")


@pytest.mark.parametrize("fenetre", [1, 7, 50, 1_000_000])
def test_a_search_finds_the_same_lines_whatever_its_windows(
    livre: Livre, monkeypatch: pytest.MonkeyPatch, fenetre: int
) -> None:
    monkeypatch.setattr(consultation_lignes, "LIGNES_PAR_FENETRE", fenetre)
    _year(livre, combien=20)
    attendus = [("411000", n) for n in range(15, 9, -1)]
    trouvees = _found(livre, Criteres(montant_min=1_000, montant_max=1_500, compte="411"), limite=4)
    assert trouvees == attendus


@pytest.mark.parametrize(
    ("criteres", "nombre"),
    [
        (Criteres(montant_min=700, montant_max=700), 2),
        (Criteres(montant_max=300), 6),
        (Criteres(texte="facture N°"), 60),
        (Criteres(texte="f012"), 1),
        (Criteres(reference="012", texte="facture"), 1),
        (Criteres(texte="50%"), 60),
        (Criteres(texte="5_%"), 0),
        (Criteres(texte="Été"), 60),
        (Criteres(texte="\\"), 0),
        (Criteres(compte="70", debut=date(2025, 1, 1), fin=date(2025, 1, 31)), 6),
        (Criteres(journal="VE", tiers="X"), 0),
        (Criteres(journal="ve"), 0),
    ],
)  # fmt: skip
def test_each_criterion_narrows_the_search(livre: Livre, criteres: Criteres, nombre: int) -> None:
    _year(livre)
    assert len(_found(livre, criteres, limite=50)) == nombre


def test_a_search_refuses_a_cursor_that_is_not_its_own(livre: Livre) -> None:
    _year(livre, combien=2)
    for faux in ("", "abc", "W10=", "WzEsMiwzLDQsLTFd"):
        with pytest.raises(CurseurInvalide):
            livre.ports.consultation.rechercher(livre.dossier.dossier, Criteres(texte="a"), apres=faux)


def test_imports_are_counted_by_month_and_the_last_of_each_dossier_is_known(livre: Livre) -> None:
    ports, numero = livre.ports, livre.dossier.dossier
    autre = ports.dossiers.creer(DOMAIN, "D2", "Deux")
    vide = ports.dossiers.creer(DOMAIN, "D3", "Trois")

    def ask(dossier: Dossier, nom: str, fin: State | None) -> str:
        demande = ports.demandes.enregistrer(
            NouvelleDemande(DOMAIN, dossier.dossier, dossier.code_ibs, "fec", nom, uri=f"x/{nom}")
        )
        if fin is not None:
            ports.demandes.avancer(demande.id, State.EN_COURS)
            ports.demandes.avancer(demande.id, fin, message="raté" if fin is State.EN_ERREUR else None)
        return demande.id

    annule = ask(livre.dossier, "annule", State.TERMINE)
    ports.demandes.noter_annulation(annule, "moi")
    ask(livre.dossier, "bon", State.TERMINE)
    rates = [ask(livre.dossier, f"rate{n}", State.EN_ERREUR) for n in range(3)]
    attend = ask(livre.dossier, "attend", None)
    d2 = ask(autre, "bon", State.TERMINE)
    depuis = datetime.now(UTC) - timedelta(days=40)
    mois = ports.consultation.imports_par_mois(DOMAIN, numero, depuis)
    assert (mois["reussis"].sum(), mois["en_erreur"].sum(), mois["annules"].sum()) == (1, 3, 1)
    assert ports.consultation.imports_par_mois("AUTRE", numero, depuis).is_empty()
    derniers = ports.consultation.derniers_imports(DOMAIN, [numero, autre.dossier, vide.dossier])
    assert {n: d.id for n, d in derniers.items()} == {numero: attend, autre.dossier: d2}
    assert ports.consultation.derniers_imports("AUTRE", [numero]) == {}
    assert ports.consultation.derniers_imports(DOMAIN, []) == {}
    erreurs = ports.consultation.derniers_en_erreur(DOMAIN, numero, limite=2)
    assert [d.id for d in erreurs] == rates[:0:-1]
