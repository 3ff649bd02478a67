"""Lettering, closing, reopening, validating, on every database: what is allowed, what is refused, what the chain proves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.domain.errors import (
    ClotureRefusee,
    ExerciceClos,
    ExerciceInconnu,
    LettrageInconnu,
    LettrageRefuse,
    LigneInconnue,
)
from ecritures.imports.cloturer import close, reopen, validate
from ecritures.imports.lettrer import letter, unletter
from ecritures.imports.verify import verify
from ecritures.storage.tables import LIGNES
from serveurs.api import CODE, V1, Essai, mouvement, open_essai, tra


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


def imported(essai: Essai, *lignes: str) -> int:
    """Imports these movements; gives the rank of the receipt."""
    import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("f.tra", tra(list(lignes))))
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3, essai.status(import_id)
    recu = essai.ports.livres.recu(essai.dossier.dossier, import_id)
    assert recu is not None
    return recu.rang


def facture(essai: Essai, montant: str, tiers: str = "CLI001", jour: str = "15012026") -> tuple[int, int, int]:
    """Key of the 411 line of a sale."""
    rang = imported(
        essai, mouvement("411000", "D", montant, jour=jour, tiers=tiers), mouvement("707000", "C", montant, jour=jour)
    )
    return rang, 2, 0


def paiement(essai: Essai, montant: str, tiers: str = "CLI001", jour: str = "20012026") -> tuple[int, int, int]:
    rang = imported(
        essai, mouvement("411000", "C", montant, jour=jour, tiers=tiers), mouvement("512000", "D", montant, jour=jour)
    )
    return rang, 2, 0


def lettering(essai: Essai, *cles: tuple[int, int, int]) -> list[Any]:
    entier, _ = essai.ports.livres.grand_livre(essai.dossier.dossier, "411000")
    lus = {
        (r["import_rang"], r["numero_ligne"], r["rang"]): (r["lettrage"], r["date_lettrage"])
        for r in entier.iter_rows(named=True)
    }
    return [lus[cle] for cle in cles]


def books(essai: Essai) -> str:
    assert essai.ports.livres.soldes_exacts(essai.dossier.dossier)
    assert verify(essai.dossier, essai.ports).rupture is None
    return essai.ports.livres.empreinte(essai.dossier.dossier)


def opened(essai: Essai) -> list[int]:
    lignes, _ = essai.ports.livres.lignes_ouvertes(essai.dossier.dossier, "411000", "CLI001")
    return list(lignes["debit_centimes"] - lignes["credit_centimes"])


def test_lines_that_balance_take_the_first_free_code_and_are_no_longer_open(essai: Essai) -> None:
    f, p = facture(essai, "120,00"), paiement(essai, "120,00")
    avant = books(essai)
    recu = letter(essai.dossier, [f, p], "moi", essai.ports)
    assert (recu.contenu["lettrage"], recu.contenu["solde_centimes"]) == ("AA", 0)
    assert lettering(essai, f, p) == [("AA", date(2026, 1, 20))] * 2 and opened(essai) == []
    assert books(essai) != avant
    unletter(essai.dossier, "411000", "CLI001", "AA", "moi", essai.ports)
    assert books(essai) == avant and opened(essai) == [12_000, -12_000]


def test_the_next_lettering_takes_the_next_code_and_a_given_code_is_kept(essai: Essai) -> None:
    for attendu, code in (("AA", None), ("AB", None), ("ZZ", "ZZ"), ("AC", None)):
        cles = [facture(essai, "10,00"), paiement(essai, "10,00")]
        assert letter(essai.dossier, cles, "moi", essai.ports, code=code).contenu["lettrage"] == attendu
    cles = [facture(essai, "10,00"), paiement(essai, "10,00")]
    with pytest.raises(LettrageRefuse, match="déjà employé"):
        letter(essai.dossier, cles, "moi", essai.ports, code="ZZ")
    autres = [facture(essai, "10,00", "CLI002"), paiement(essai, "10,00", "CLI002")]
    assert letter(essai.dossier, autres, "moi", essai.ports, code="ZZ").contenu["lettrage"] == "ZZ"


def test_a_partial_lettering_stays_open_and_is_completed_with_all_its_lines(essai: Essai) -> None:
    f, p1, p2 = facture(essai, "120,00"), paiement(essai, "50,00"), paiement(essai, "70,00")
    assert letter(essai.dossier, [f, p1], "moi", essai.ports, partiel=True).contenu["lettrage"] == "aa"
    assert opened(essai) == [12_000, -5_000, -7_000]
    with pytest.raises(LettrageRefuse, match="les prendre toutes"):
        letter(essai.dossier, [p1, p2], "moi", essai.ports, partiel=True)
    assert letter(essai.dossier, [f, p1, p2], "moi", essai.ports).contenu["lettrage"] == "AA"
    assert opened(essai) == []
    books(essai)


@pytest.mark.parametrize("code", ["", "AAAAA", "Aa", "é", "A-"])
def test_a_code_that_no_software_could_read_back_is_refused(essai: Essai, code: str) -> None:
    with pytest.raises(LettrageRefuse, match="n'est pas admis"):
        letter(essai.dossier, [facture(essai, "10,00"), paiement(essai, "10,00")], "moi", essai.ports, code=code)


def test_what_may_not_be_lettered_together_is_refused_and_nothing_moves(essai: Essai) -> None:
    f, p = facture(essai, "120,00"), paiement(essai, "50,00")
    autre = facture(essai, "50,00", "CLI002")
    avant = books(essai)
    with pytest.raises(LettrageRefuse, match="ne s'équilibrent pas"):
        letter(essai.dossier, [f, p], "moi", essai.ports)
    with pytest.raises(LettrageRefuse, match="un seul compte"):
        letter(essai.dossier, [autre, p], "moi", essai.ports)
    with pytest.raises(LigneInconnue):
        letter(essai.dossier, [f, (99, 1, 0)], "moi", essai.ports)
    with pytest.raises(LettrageInconnu):
        unletter(essai.dossier, "411000", "CLI001", "AA", "moi", essai.ports)
    assert books(essai) == avant
    letter(essai.dossier, [p, facture(essai, "50,00")], "moi", essai.ports)
    with pytest.raises(LettrageRefuse, match="déjà lettrées"):
        letter(essai.dossier, [p, facture(essai, "50,00")], "moi", essai.ports)


def test_a_closed_exercice_is_neither_lettered_nor_unlettered(essai: Essai) -> None:
    cles = [facture(essai, "10,00", jour="15012015"), paiement(essai, "10,00", jour="15012015")]
    letter(essai.dossier, cles, "moi", essai.ports)
    reste = [facture(essai, "10,00", jour="15012015"), paiement(essai, "10,00", jour="15012015")]
    close(essai.dossier, "2015", "moi", essai.ports)
    with pytest.raises(ExerciceClos):
        unletter(essai.dossier, "411000", "CLI001", "AA", "moi", essai.ports)
    with pytest.raises(ExerciceClos):
        letter(essai.dossier, reste, "moi", essai.ports)


def test_verify_sees_a_lettering_changed_behind_the_receipts(essai: Essai) -> None:
    f, p = facture(essai, "10,00"), paiement(essai, "10,00")
    letter(essai.dossier, [f, p], "moi", essai.ports)
    with essai.ports.livres.base(essai.dossier.dossier).ecriture() as connexion:  # type: ignore[attr-defined]
        connexion.execute(
            sa.update(LIGNES).where(LIGNES.c.import_rang == f[0], LIGNES.c.lettrage == "AA").values(lettrage="AB")
        )
    rupture = verify(essai.dossier, essai.ports).rupture
    assert rupture is not None and "lettrage" in rupture


def test_closing_opens_the_next_exercice_with_its_a_nouveaux_and_reopening_takes_them_back(essai: Essai) -> None:
    facture(essai, "120,00", jour="15012015")
    facture(essai, "30,00", "CLI002", jour="15012015")
    paiement(essai, "50,00", jour="20012015")
    avant = books(essai)
    recu = close(essai.dossier, "2015", "moi", essai.ports)
    assert (recu.contenu["a_nouveaux"], recu.contenu["resultat_centimes"]) == ("generes", 15_000)
    page, _ = essai.ports.livres.journal(essai.dossier.dossier, "AN")
    colonnes = ("exercice", "date", "compte", "tiers", "debit_centimes", "credit_centimes")
    assert page.select(colonnes).rows() == [
        ("2016", date(2016, 1, 1), "411000", "CLI001", 7_000, 0),
        ("2016", date(2016, 1, 1), "411000", "CLI002", 3_000, 0),
        ("2016", date(2016, 1, 1), "512000", None, 5_000, 0),
        ("2016", date(2016, 1, 1), "120000", None, 0, 15_000),
    ]
    assert essai.ports.livres.balance(essai.dossier.dossier, exercice="2016")["solde_centimes"].sum() == 0
    books(essai)
    reopen(essai.dossier, "2015", "moi", essai.ports)
    assert books(essai) == avant


def test_a_loss_goes_to_129_on_the_account_that_the_dossier_has(essai: Essai) -> None:
    imported(
        essai,
        mouvement("606100", "D", "10,00", jour="15012015"),
        mouvement("401000", "C", "10,00", jour="15012015"),
        mouvement("129500", "D", "1,00", jour="15012015"),
        mouvement("512000", "C", "1,00", jour="15012015"),
    )
    assert close(essai.dossier, "2015", "moi", essai.ports).contenu["resultat_centimes"] == -1_000
    page, _ = essai.ports.livres.journal(essai.dossier.dossier, "AN")
    assert page.filter(page["compte"] == "129500")["debit_centimes"].sum() == 1_100


def test_closing_and_reopening_follow_the_order_of_the_exercices(essai: Essai) -> None:
    with pytest.raises(ClotureRefusee, match="avant 2015"):
        close(essai.dossier, "2016", "moi", essai.ports)
    with pytest.raises(ExerciceInconnu):
        close(essai.dossier, "1999", "moi", essai.ports)
    for code in ("2015", "2016"):
        assert close(essai.dossier, code, "moi", essai.ports).contenu["a_nouveaux"] == "rien_a_reporter"
    with pytest.raises(ClotureRefusee, match="déjà clos"):
        close(essai.dossier, "2016", "moi", essai.ports)
    with pytest.raises(ClotureRefusee, match="tant que 2016"):
        reopen(essai.dossier, "2015", "moi", essai.ports)
    reopen(essai.dossier, "2016", "moi", essai.ports)
    with pytest.raises(ClotureRefusee, match="déjà ouvert"):
        reopen(essai.dossier, "2016", "moi", essai.ports)


def test_closing_waits_for_the_imports_of_the_dossier(essai: Essai) -> None:
    essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("f.tra", b"x"))
    with pytest.raises(ClotureRefusee, match="1 import du dossier attend"):
        close(essai.dossier, "2015", "moi", essai.ports)


def test_a_nouveaux_that_a_file_brought_are_not_written_twice(essai: Essai) -> None:
    facture(essai, "10,00", jour="15012015")
    ouverture = [
        mouvement("411000", "D", "10,00", jour="01012016", tiers="CLI001"),
        mouvement("120000", "C", "10,00", jour="01012016"),
    ]
    imported(essai, *(f"AN {ligne[3:]}" for ligne in ouverture))
    recu = close(essai.dossier, "2015", "moi", essai.ports)
    assert (recu.contenu["a_nouveaux"], recu.contenu["lignes"]) == ("deja_presents", 0)


def test_the_last_exercice_closes_without_a_next_one(essai: Essai) -> None:
    facture(essai, "10,00")
    for annee in range(2015, 2026):
        close(essai.dossier, str(annee), "moi", essai.ports)
    recu = close(essai.dossier, "2026", "moi", essai.ports)
    assert (recu.contenu["a_nouveaux"], recu.contenu["resultat_centimes"]) == ("sans_exercice_suivant", 1_000)
    books(essai)


def test_a_nouveaux_lettered_with_a_payment_hold_the_closing(essai: Essai) -> None:
    facture(essai, "10,00", jour="15012015")
    recu = close(essai.dossier, "2015", "moi", essai.ports)
    lignes, _ = essai.ports.livres.journal(essai.dossier.dossier, "AN")
    creance = lignes.filter(lignes["compte"] == "411000").row(0, named=True)
    p = paiement(essai, "10,00", jour="15012016")
    letter(essai.dossier, [(recu.rang, creance["numero_ligne"], 0), p], "moi", essai.ports)
    with pytest.raises(ClotureRefusee, match="délettrer"):
        reopen(essai.dossier, "2015", "moi", essai.ports)


def test_a_validated_period_takes_no_more_entries_and_never_goes_back(essai: Essai) -> None:
    validate(essai.dossier, "2026", date(2026, 1, 15), "moi", essai.ports)
    import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("f.tra", _sale("15012026")))
    essai.work(import_id)
    assert "validé jusqu'au 15/01/2026" in str(essai.status(import_id)["message"])
    facture(essai, "10,00", jour="16012026")
    with pytest.raises(ClotureRefusee, match="ne se reprend pas"):
        validate(essai.dossier, "2026", date(2026, 1, 14), "moi", essai.ports)
    with pytest.raises(ClotureRefusee, match="n'est pas dans l'exercice"):
        validate(essai.dossier, "2026", date(2027, 1, 1), "moi", essai.ports)
    books(essai)


def _sale(jour: str) -> bytes:
    return tra([mouvement("411000", "D", "1,00", jour=jour, tiers="C"), mouvement("707000", "C", "1,00", jour=jour)])


def test_the_routes_letter_close_and_validate(essai: Essai) -> None:
    f, p = facture(essai, "10,00", jour="15012015"), paiement(essai, "10,00", jour="15012015")
    racine = f"{V1}/dossiers/{CODE}"
    ouvertes = essai.client.get(f"{racine}/lettrages/ouvertes", params={"compte": "411000"}, headers=essai.cles).json()
    cles = [{nom: ligne[nom] for nom in ("recu", "numero_ligne", "rang")} for ligne in ouvertes["lignes"]]
    assert [tuple(cle.values()) for cle in cles] == [f, p]
    fait = essai.client.post(f"{racine}/lettrages", json={"lignes": cles}, headers=essai.cles)
    assert (fait.status_code, fait.json()["code"], fait.json()["date_lettrage"]) == (201, "AA", "2015-01-15")
    voulu = {"compte": "411000", "tiers": "CLI001", "code": "AA"}
    assert essai.client.post(f"{racine}/delettrages", json=voulu, headers=essai.cles).json()["lignes"] == 2
    exercice = f"{racine}/exercices/2015"
    valide = essai.client.post(f"{exercice}/validation", json={"jusqu_a": "2015-01-10"}, headers=essai.cles)
    assert valide.json()["valide_jusqu_a"] == "2015-01-10"
    assert essai.client.post(f"{exercice}/cloture", headers=essai.cles).json()["a_nouveaux"] == "generes"
    refus = essai.client.post(f"{exercice}/cloture", headers=essai.cles)
    assert (refus.status_code, refus.json()["code"]) == (409, "cloture.refusee")
    lus = essai.client.get(f"{racine}/exercices", headers=essai.cles).json()["exercices"]
    assert (lus[0]["est_clos"], lus[0]["valide_jusqu_a"]) == (True, "2015-01-10")
    assert essai.client.post(f"{exercice}/reouverture", headers=essai.cles).status_code == 200
    inconnu = essai.client.get(f"{racine}/lettrages/ouvertes", params={"compte": "999"}, headers=essai.cles)
    assert (inconnu.status_code, inconnu.json()["code"]) == (404, "compte.inconnu")
