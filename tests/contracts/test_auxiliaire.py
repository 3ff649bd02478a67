"""imports.auxiliaire, analytique and actes, on every database: third parties, sections and previews agree with the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.domain.contexte import Creations
from ecritures.domain.errors import CurseurInvalide, DossierInvalide, ExerciceInconnu, LigneInconnue
from ecritures.domain.lot import LIGNES, VENTILATIONS, Detection, Lot, cadre_vide
from ecritures.imports.ports import Dossier, Exercice, Ports, Reglages
from ecritures.ledger.posting import plan_posting
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.storage import auxiliaire

NOMS = (
    "ecriture",
    "date",
    "journal",
    "compte",
    "tiers",
    "debit_centimes",
    "credit_centimes",
    "lettrage",
    "echeance",
    "type_ecriture",
)
PARTS = ("numero_ligne", "ligne_mere", "axe", "section", "debit_centimes", "credit_centimes")
ANNEES = ("2024", "2025")


@dataclass
class Livre:
    ports: Ports
    dossier: Dossier

    @property
    def numero(self) -> int:
        return self.dossier.dossier

    def post(self, import_id: str, lignes: list[tuple[Any, ...]], parts: list[tuple[Any, ...]] | None = None) -> None:
        """Lines begin at number 2."""
        cadre = pl.DataFrame(lignes, schema=list(NOMS), orient="row", infer_schema_length=None)
        cadre = cadre.with_columns(numero_ligne=pl.int_range(2, pl.len() + 2)).cast(
            {nom: LIGNES[nom] for nom in (*NOMS, "numero_ligne")}
        )
        ventilations = pl.DataFrame(parts or [], schema={n: VENTILATIONS[n] for n in PARTS}, orient="row")
        lot = Lot(
            "fec",
            Detection("ascii", "LF", 0, 0),
            pl.concat([cadre_vide(LIGNES), cadre], how="diagonal"),
            ventilations=pl.concat([cadre_vide(VENTILATIONS), ventilations], how="diagonal"),
        )
        plan = plan_posting(lot, self.ports.livres.contexte(self.dossier))
        self.ports.livres.poster(self.numero, import_id, plan, lambda: {"lignes": cadre.height})


def vente(
    ecriture: int,
    jour: date,
    montant: int,
    tiers: str,
    lettrage: str | None = None,
    echeance: date | None = None,
    type_: str = "N",
) -> list[tuple[Any, ...]]:
    return [
        (ecriture, jour, "VE", "411000", tiers, montant, 0, lettrage, echeance, type_),
        (ecriture, jour, "VE", "707000", None, 0, montant, None, None, type_),
    ]


@pytest.fixture
def livre(base: Any, tmp_path: Path) -> Iterator[Livre]:
    application = build(Settings(donnees=tmp_path / "donnees", base_url="http://essai", base_sql=base.url))
    dossier = application.ports.dossiers.creer("CABINET", "D1", "Dossier un")
    for annee in (2024, 2025):
        application.ports.livres.creer_exercice(
            dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31))
        )
    yield Livre(application.ports, dossier)
    application.fermer()


def test_balances_of_third_parties_leave_out_what_makes_no_account(livre: Livre) -> None:
    jour = date(2025, 3, 1)
    livre.post("a", [*vente(1, jour, 100, "B"), *vente(2, jour, 7, "A", "AA"), *vente(3, jour, 50, "B", type_="S")])
    cadre = livre.ports.auxiliaire.comptes(livre.numero, "B", ANNEES)
    assert cadre.rows() == [("411000", 100, 0, 1, 1, 100)]
    assert livre.ports.auxiliaire.comptes(livre.numero, "A", ANNEES).row(0) == ("411000", 7, 0, 1, 0, 0)
    assert livre.ports.auxiliaire.comptes(livre.numero, "A", ["2024"]).is_empty()
    ouvertes = livre.ports.auxiliaire.ouvertes(livre.numero, "411000", "B", ANNEES)
    assert (ouvertes.lignes["debit_centimes"].to_list(), ouvertes.encore) == ([100], False)


def test_pages_of_a_third_party_carry_the_balance_on(livre: Livre) -> None:
    livre.post("a", [ligne for n in range(1, 8) for ligne in vente(n, date(2025, 1, n % 3 + 1), n, "A")])
    vus: list[tuple[date, int]] = []
    apres: str | None = None
    while True:
        cadre, apres = livre.ports.auxiliaire.lignes(livre.numero, "A", ANNEES, apres=apres, limite=2)
        vus += cadre.select("date", "solde_centimes").iter_rows()
        if apres is None:
            break
    entier, _ = livre.ports.auxiliaire.lignes(livre.numero, "A", ANNEES, limite=100)
    assert vus == entier.select("date", "solde_centimes").rows()
    assert [jour for jour, _ in vus] == sorted(jour for jour, _ in vus) and vus[-1][1] == sum(range(1, 8))
    for faux in ("", "x", "W10=", "WzEsMiwzLDQsNSwiNiJd"):
        if faux:
            with pytest.raises(CurseurInvalide):
                livre.ports.auxiliaire.lignes(livre.numero, "A", ANNEES, apres=faux)


def test_ages_are_those_of_the_echeance_else_of_the_date(livre: Livre) -> None:
    au = date(2025, 12, 31)
    jours = (date(2026, 1, 1), au, date(2025, 12, 1), date(2025, 11, 30), date(2025, 11, 1), date(2025, 10, 31), date(2025, 10, 2), date(2025, 10, 1))  # fmt: skip
    lignes = [
        ligne for n, jour in enumerate(jours) for ligne in vente(n + 1, date(2025, 1, 1), 10**n, "A", echeance=jour)
    ]
    livre.post("a", [*lignes, *vente(20, date(2025, 1, 1), 5 * 10**8, "A", "AA"), *vente(21, au, 10**9, "C", "aa")])
    cadre = livre.ports.auxiliaire.agee(livre.numero, ANNEES, au)
    assert cadre.rows() == [
        ("A", "A", "411000", 1, 110, 11_000, 1_100_000, 10_000_000),
        ("C", "C", "411000", 0, 10**9, 0, 0, 0),
    ]
    assert livre.ports.auxiliaire.agee(livre.numero, ANNEES, au, "40").is_empty()
    assert livre.ports.auxiliaire.agee(livre.numero, ANNEES, au, tiers="C").height == 1


def test_codes_of_lettering_are_listed_byte_by_byte_page_after_page(livre: Livre) -> None:
    codes = ["AA", "B1", "Z", "aa", "b"]
    livre.post("a", [ligne for n, code in enumerate(codes) for ligne in vente(n + 1, date(2025, 1, 1), 1, "A", code)])
    lus, apres = [], ""
    while True:
        cadre, suite = livre.ports.auxiliaire.lettrees(livre.numero, "411000", "A", ANNEES, apres=apres, limite=2)
        lus += cadre["code"].to_list()
        if suite is None:
            break
        apres = suite
    assert lus == codes
    trouvees = livre.ports.auxiliaire.lignes_lettrees(livre.numero, "411000", "A", ANNEES, ["AA", "b"])
    assert sorted(trouvees["lettrage"].to_list()) == ["AA", "b"]


def test_more_open_lines_than_a_screen_takes_is_told(livre: Livre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auxiliaire, "LIGNES_OUVERTES_MAX", 2)
    livre.post("a", [ligne for n in range(1, 4) for ligne in vente(n, date(2025, 1, 4 - n), n, "A")])
    ouvertes = livre.ports.auxiliaire.ouvertes(livre.numero, "411000", "A", ANNEES)
    assert (ouvertes.lignes["debit_centimes"].to_list(), ouvertes.encore) == ([3, 2], True)


def test_sections_add_up_their_shares_and_each_leads_to_its_line(livre: Livre) -> None:
    parts = [
        (90, 3, "A1", "S1", 0, 60),
        (91, 3, "A1", "S2", 0, 40),
        (92, 5, "A1", "S1", 0, 10),
        (93, 3, "A2", None, 0, 100),
    ]
    livre.post("a", [*vente(1, date(2025, 1, 1), 100, "A"), *vente(2, date(2024, 5, 1), 10, "A")], parts)
    lire = livre.ports.analytique
    assert lire.balance(livre.numero, "2025").rows() == [
        ("A1", "S1", 0, 60, 1),
        ("A1", "S2", 0, 40, 1),
        ("A2", "", 0, 100, 1),
    ]
    assert lire.balance(livre.numero).row(0) == ("A1", "S1", 0, 70, 2)
    une, suite = lire.lignes(livre.numero, "A1", "S1", None, limite=1)
    deux, fin = lire.lignes(livre.numero, "A1", "S1", None, apres=suite, limite=1)
    assert fin is None
    assert pl.concat([une, deux]).select("ecriture", "numero_ligne", "exercice", "credit_centimes").rows() == [
        (1, 3, "2025", 60),
        (2, 5, "2024", 10),
    ]
    assert lire.lignes(livre.numero, "A2", "", "2025")[0]["compte"].to_list() == ["707000"]
    with pytest.raises(CurseurInvalide):
        lire.lignes(livre.numero, "A1", "S1", None, apres="W10=")


def test_a_preview_of_a_closing_is_what_the_closing_writes(livre: Livre) -> None:
    livre.post("a", [*vente(1, date(2024, 5, 1), 100, "A"), *vente(2, date(2025, 5, 1), 10, "A")])
    avant = livre.ports.livres.empreinte(livre.numero)
    apercu = livre.ports.actes.apercu_cloture(livre.numero, "2024")
    assert livre.ports.livres.empreinte(livre.numero) == avant
    assert (apercu.sort, apercu.suivant, apercu.resultat_centimes, apercu.blocages) == ("generes", "2025", 100, ())
    assert "clore d'abord" in livre.ports.actes.apercu_cloture(livre.numero, "2025").blocages[0]
    recu = livre.ports.livres.clore(livre.numero, "2024", {})
    posees = livre.ports.livres.lignes_import(livre.numero, recu.import_id)
    colonnes = ["compte", "tiers", "debit_centimes", "credit_centimes"]
    assert posees.select(colonnes).rows() == apercu.lignes.select(colonnes).rows()
    reprise = livre.ports.actes.apercu_reouverture(livre.numero, "2024")
    assert (reprise.recu, reprise.lignes, reprise.debit_centimes, reprise.blocages) == (2, 2, 100, ())
    assert livre.ports.actes.apercu_reouverture(livre.numero, "2025").blocages
    assert [r.rang for r in livre.ports.actes.recus(livre.numero, avant=2)] == [1]
    assert livre.ports.auxiliaire.portee(livre.numero, "2025") == ("2025",)
    with pytest.raises(ExerciceInconnu):
        livre.ports.actes.apercu_cloture(livre.numero, "1999")


def test_lines_to_letter_are_found_whatever_their_order_and_the_missing_one_is_named(livre: Livre) -> None:
    livre.post("a", [*vente(1, date(2025, 1, 1), 9, "A"), (2, date(2025, 2, 1), "BQ", "512000", None, 9, 0, None, None, "N"), (2, date(2025, 2, 1), "BQ", "411000", "A", 0, 9, None, None, "N")])  # fmt: skip
    with pytest.raises(LigneInconnue):
        livre.ports.livres.lettrer(livre.numero, [(1, 5, 0), (1, 77, 0)], None, False, {})
    recu = livre.ports.livres.lettrer(livre.numero, [(1, 5, 0), (1, 2, 0)], None, False, {})
    assert (recu.contenu["lettrage"], recu.contenu["lignes"]) == ("AA", 2)


def test_settings_of_a_dossier_are_replaced_or_refused(livre: Livre) -> None:
    voulus = Reglages("Autre nom", "732829320", Creations(False, True, False), "471500", "ATTENTE", "refuser")
    livre.ports.dossiers.regler(livre.numero, voulus)
    lu = livre.ports.dossiers.numero(livre.numero)
    assert lu is not None
    assert (lu.libelle, lu.siren, lu.creations, lu.compte_attente, lu.tiers_attente, lu.doublons) == (
        "Autre nom", "732829320", Creations(False, True, False), "471500", "ATTENTE", "refuser",
    )  # fmt: skip
    for faux in ({"siren": "123456789"}, {"doublons": "ignorer"}):
        with pytest.raises(DossierInvalide):
            livre.ports.dossiers.regler(livre.numero, Reglages(**{**vars(voulus), **faux}))  # type: ignore[arg-type]
