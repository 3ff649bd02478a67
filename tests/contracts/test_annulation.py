"""Cancelling an import, on every database: the exact inverse, once, with its reasons when it is refused (docs/annulation.md)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.domain.errors import AnnulationRefusee, ImportInconnu
from ecritures.imports.cancel import AVANT_INTEGRATION, cancel, preview
from ecritures.imports.cloturer import close, reopen, validate
from ecritures.imports.lettrer import letter, unletter
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.imports.verify import verify
from ecritures.storage.tables import CREATIONS, LIGNES, SOLDES
from serveurs.api import CODE, LOOP, V1, Essai, mouvement, open_essai, tra

COURSE = Path(__file__).parents[1] / "serveurs" / "annulation_course.py"


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


def vente(montant: str = "120,00", *, jour: str = "15012026", tiers: str = "CLI001", produit: str = "707000") -> bytes:
    return tra([mouvement("411000", "D", montant, jour=jour, tiers=tiers), mouvement(produit, "C", montant, jour=jour)])


def reglement(montant: str = "120,00", *, jour: str = "20012026", tiers: str = "CLI001") -> bytes:
    return tra(
        [mouvement("512000", "D", montant, jour=jour), mouvement("411000", "C", montant, jour=jour, tiers=tiers)]
    )


def ask(essai: Essai, octets: bytes) -> str:
    return essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("ventes.tra", octets))


def imported(essai: Essai, octets: bytes) -> str:
    import_id = ask(essai, octets)
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3, essai.status(import_id)
    return import_id


def books(essai: Essai) -> str:
    assert essai.ports.livres.soldes_exacts(essai.dossier.dossier)
    assert verify(essai.dossier, essai.ports).rupture is None
    return essai.ports.livres.empreinte(essai.dossier.dossier)


def rank(essai: Essai, import_id: str) -> int:
    recu = essai.ports.livres.recu(essai.dossier.dossier, import_id)
    assert recu is not None
    return recu.rang


def blocked(essai: Essai, import_id: str) -> list[tuple[str, int]]:
    return [(b.code, b.lignes) for b in preview(import_id, essai.ports).blocages]


def test_the_books_after_a_cancel_are_those_before_the_import(essai: Essai) -> None:
    imported(essai, vente("50,00", tiers="CLI009"))
    avant = books(essai)
    import_id = imported(essai, vente(produit="706000"))
    assert books(essai) != avant
    fait = cancel(import_id, "moi", essai.ports)
    assert not fait.deja_annule and fait.recu is not None and fait.recu.sorte == "annulation"
    assert books(essai) == avant
    assert (fait.demande.state, fait.demande.annule_par) == (State.TERMINE, "moi")
    assert essai.status(import_id)["status"] == 3
    assert fait.demande.compte_rendu is not None and fait.demande.sha256 is not None


def test_the_receipt_of_a_cancel_says_what_was_removed_and_follows_the_chain(essai: Essai) -> None:
    import_id = imported(essai, vente())
    pose = essai.ports.livres.recu(essai.dossier.dossier, import_id)
    recu = cancel(import_id, "moi", essai.ports).recu
    assert pose is not None and recu is not None
    faits = recu.contenu
    assert (recu.rang, recu.precedent, faits["annule"], faits["recu_annule"]) == (2, pose.empreinte, 1, pose.empreinte)
    assert faits["empreinte_lignes"] == pose.contenu["empreinte_lignes"]
    assert (faits["lignes"], faits["debit_centimes"], faits["par"]) == (2, 12_000, "moi")
    assert faits["repris"]["comptes"] == ["411000", "707000"] and faits["repris"]["tiers"] == ["CLI001"]


def test_no_roll_up_nor_trace_of_creation_is_left(essai: Essai) -> None:
    cancel(imported(essai, vente()), "moi", essai.ports)
    with essai.ports.livres.base(essai.dossier.dossier).lecture() as connexion:  # type: ignore[attr-defined]
        for table in (LIGNES, SOLDES, CREATIONS):
            assert connexion.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0, table.name


def test_the_preview_says_what_would_go_and_keeps_nothing(essai: Essai) -> None:
    imported(essai, vente("50,00"))
    import_id = imported(essai, vente(produit="706000"))
    avant = books(essai)
    apercu = preview(import_id, essai.ports)
    assert apercu.apercu is not None and not apercu.blocages
    assert (apercu.apercu.lignes, apercu.apercu.ecritures, apercu.apercu.debit_centimes) == (2, 1, 12_000)
    assert apercu.apercu.journaux.rows() == [("VEN", 1, 2, 12_000, 12_000)]
    assert apercu.apercu.repris == {"comptes": ["706000"]}
    assert books(essai) == avant
    fait = cancel(import_id, "moi", essai.ports)
    assert fait.recu is not None and fait.recu.contenu["repris"] == apercu.apercu.repris


def test_twice_says_it_was_done_and_changes_nothing(essai: Essai) -> None:
    import_id = imported(essai, vente())
    premier = cancel(import_id, "moi", essai.ports)
    avant = books(essai)
    second = cancel(import_id, "toi", essai.ports)
    assert second.deja_annule and second.recu == premier.recu and second.demande.annule_par == "moi"
    assert books(essai) == avant
    assert blocked(essai, import_id) == [("import.deja_annule", 0)]


def test_the_same_file_can_be_imported_again_and_is_no_duplicate(essai: Essai) -> None:
    premier = imported(essai, vente())
    avec = books(essai)
    cancel(premier, "moi", essai.ports)
    second = imported(essai, vente())
    demande = essai.ports.demandes.lire(second)
    assert demande is not None and demande.compte_rendu is not None and demande.compte_rendu["deja_importe"] == []
    assert books(essai) != avec, "lines bear the rank of their own receipt"
    assert essai.ports.livres.balance(essai.dossier.dossier)["debit_centimes"].sum() == 12_000


def test_one_of_two_imports_of_a_file_leaves_and_the_other_stays(essai: Essai) -> None:
    imported(essai, vente())
    avant = books(essai)
    cancel(imported(essai, vente()), "moi", essai.ports)
    assert books(essai) == avant


def test_what_others_use_stays_and_leaves_with_the_last_of_them(essai: Essai) -> None:
    vide = books(essai)
    premier, second = imported(essai, vente()), imported(essai, reglement())
    recu = cancel(premier, "moi", essai.ports).recu
    assert recu is not None and recu.contenu["gardes"] == {
        "tiers": ["CLI001"],
        "comptes": ["411000"],
        "journaux": ["VEN"],
    }
    cancel(second, "moi", essai.ports)
    assert books(essai) == vide


def test_a_cancel_cut_after_the_books_is_finished_by_the_next(essai: Essai) -> None:
    import_id = imported(essai, vente())
    recu, nouvelle = essai.ports.livres.annuler(essai.dossier.dossier, import_id, {"par": "moi"})
    demande = essai.ports.demandes.lire(import_id)
    assert nouvelle and demande is not None and demande.annulation is None, "the cut: books yes, register no"
    repris = cancel(import_id, "toi", essai.ports)
    assert repris.deja_annule and repris.recu == recu
    assert repris.demande.annulation is not None and repris.demande.annule_par == "moi"


def test_a_job_that_resumes_after_the_cancel_posts_nothing(essai: Essai) -> None:
    import_id = imported(essai, vente())
    cancel(import_id, "moi", essai.ports)
    avant = books(essai)
    assert Etapes(essai.ports).poster(import_id) != SUITE
    assert books(essai) == avant


def test_an_import_that_waits_ends_in_error_and_is_never_integrated(essai: Essai) -> None:
    import_id, avant = ask(essai, vente()), books(essai)
    assert preview(import_id, essai.ports).blocages == []
    fait = cancel(import_id, "moi", essai.ports)
    assert (fait.recu, fait.demande.state, fait.demande.message) == (None, State.EN_ERREUR, AVANT_INTEGRATION)
    essai.work(import_id)
    assert books(essai) == avant and essai.status(import_id)["status"] == 4
    assert cancel(import_id, "moi", essai.ports).deja_annule


def test_an_import_that_runs_is_not_touched(essai: Essai) -> None:
    import_id = ask(essai, vente())
    etapes = Etapes(essai.ports)
    assert etapes.recuperer(import_id, dernier_essai=True) == SUITE and etapes.examiner(import_id) == SUITE
    assert blocked(essai, import_id) == [("import.en_cours", 0)]
    with pytest.raises(AnnulationRefusee, match="en cours d'intégration"):
        cancel(import_id, "moi", essai.ports)
    etapes.poster(import_id)
    assert essai.status(import_id)["status"] == 3


def test_an_import_that_ended_in_error_has_nothing_to_cancel(essai: Essai) -> None:
    import_id = ask(essai, b"rien de lisible")
    essai.work(import_id)
    assert blocked(essai, import_id) == [("import.sans_ecritures", 0)]
    with pytest.raises(AnnulationRefusee, match="aucune de ses écritures"):
        cancel(import_id, "moi", essai.ports)
    with pytest.raises(ImportInconnu):
        cancel("absent", "moi", essai.ports)


def test_closed_validated_and_lettered_lines_block_each_with_its_count(essai: Essai) -> None:
    facture, paiement = imported(essai, vente()), imported(essai, reglement())
    cles = [(rank(essai, facture), 2, 0), (rank(essai, paiement), 3, 0)]
    letter(essai.dossier, cles, "moi", essai.ports)
    validate(essai.dossier, "2026", date(2026, 1, 15), "moi", essai.ports)
    assert blocked(essai, facture) == [("exercice.valide", 2), ("lettrage.croise", 1)]
    assert blocked(essai, paiement) == [("lettrage.croise", 1)]
    avant = books(essai)
    with pytest.raises(AnnulationRefusee) as refus:
        cancel(facture, "moi", essai.ports)
    assert len(refus.value.motifs) == 2 and books(essai) == avant
    unletter(essai.dossier, "411000", "CLI001", "AA", "moi", essai.ports)
    cancel(paiement, "moi", essai.ports)


def test_a_closed_exercice_blocks_until_it_is_opened_again(essai: Essai) -> None:
    avant = books(essai)
    import_id = imported(essai, vente(jour="15012015"))
    close(essai.dossier, "2015", "moi", essai.ports)
    assert blocked(essai, import_id) == [("exercice.clos", 2)]
    reopen(essai.dossier, "2015", "moi", essai.ports)
    cancel(import_id, "moi", essai.ports)
    assert books(essai) == avant


def test_an_import_checked_before_a_closing_is_refused_by_the_books(essai: Essai) -> None:
    import_id = ask(essai, vente(jour="15012015"))
    etapes = Etapes(essai.ports)
    assert etapes.recuperer(import_id, dernier_essai=True) == SUITE and etapes.examiner(import_id) == SUITE
    essai.ports.livres.clore(essai.dossier.dossier, "2015", {"par": "moi"})
    etapes.poster(import_id)
    assert essai.status(import_id)["status"] == 4 and "est clos" in str(essai.status(import_id)["message"])
    assert essai.ports.livres.recu(essai.dossier.dossier, import_id) is None


def test_verify_sees_a_line_left_behind_by_a_cancel_and_a_receipt_forged(essai: Essai) -> None:
    import_id = imported(essai, vente())
    cancel(import_id, "moi", essai.ports)
    ligne = {"import_rang": 1, "ecriture": 1, "numero_ligne": 2, "rang": 0, "exercice": "2026", "journal": "VEN"}
    ligne |= {"date": date(2026, 1, 1), "compte": "411000", "debit_centimes": 1, "credit_centimes": 0}
    with essai.ports.livres.base(essai.dossier.dossier).ecriture() as connexion:  # type: ignore[attr-defined]
        connexion.execute(sa.insert(LIGNES).values(dossier=essai.dossier.dossier, **ligne))
    rupture = verify(essai.dossier, essai.ports).rupture
    assert rupture is not None and "retirées" in rupture


def test_the_routes_preview_cancel_and_hide_the_imports_of_others(essai: Essai) -> None:
    import_id = imported(essai, vente())
    adresse = f"{V1}/imports/{import_id}/annulation"
    vu = essai.client.get(adresse, headers=essai.cles).json()
    assert vu["est_annulable"] and vu["a_retirer"]["journaux"][0]["journal"] == "VEN"
    autres = essai.keys("AUTRECABINET")
    assert essai.client.post(adresse, headers=autres).status_code == 404
    refus = essai.client.post(f"{LOOP}/annulerImport", json={"accountingImportRequestId": import_id}, headers=autres)
    assert refus.status_code == 404 and "error" in refus.json()
    fait = essai.client.post(adresse, headers=essai.cles).json()
    assert (fait["deja_annule"], fait["recu"], fait["bilan"]["sorte"]) == (False, 2, "annulation")
    encore = essai.client.post("/annulerimport", json={"accountingimportrequestid": import_id}, headers=essai.cles)
    assert encore.json() == {"accountingImportRequestId": import_id, "annule": True, "dejaAnnule": True}
    lu = essai.client.get(f"{V1}/imports/{import_id}", headers=essai.cles).json()
    assert lu["etat"] == 3 and lu["annulation"] is not None


def test_the_dialect_refuses_in_its_own_shape(essai: Essai) -> None:
    vide = essai.client.post(f"{LOOP}/annulerImport", json={}, headers=essai.cles)
    assert vide.status_code == 200 and "obligatoire" in vide.json()["error"]["message"]
    import_id = imported(essai, vente(jour="15012015"))
    close(essai.dossier, "2015", "moi", essai.ports)
    clos = essai.client.post(f"{LOOP}/annulerImport", json={"accountingImportRequestId": import_id}, headers=essai.cles)
    assert clos.status_code == 200 and "2015 est clos" in clos.json()["error"]["message"]
    v1 = essai.client.post(f"{V1}/imports/{import_id}/annulation", headers=essai.cles)
    assert (v1.status_code, v1.json()["code"]) == (409, "import.annulation_refusee")


def race(essai: Essai, base: Any, donnees: Path, *actes: tuple[str, str]) -> list[str]:
    """These acts at once, each in its own process; what each one said."""
    commande = [sys.executable, str(COURSE), str(donnees), base.url]
    fils = [
        subprocess.Popen([*commande, *acte], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for acte in actes
    ]
    assert all(f.stdout is not None and f.stdout.readline() == "pret\n" for f in fils)
    for f in fils:
        assert f.stdin is not None
        f.stdin.write("\n")
        f.stdin.flush()
    return [f.communicate(timeout=120)[0].strip() for f in fils]


def test_two_processes_cancel_once(essai: Essai, base: Any, tmp_path: Path) -> None:
    avant = books(essai)
    import_id = imported(essai, vente())
    dits = race(essai, base, tmp_path / "donnees", ("annuler", import_id), ("annuler", import_id))
    assert sorted(dits) == ["deja", "fait"]
    assert books(essai) == avant
    assert [r.sorte for r in essai.ports.livres.recus(essai.dossier.dossier)] == ["import", "annulation"]


def test_a_cancel_and_a_closing_at_once_leave_one_of_two_outcomes(essai: Essai, base: Any, tmp_path: Path) -> None:
    import_id = imported(essai, vente(jour="15012015"))
    dits = race(essai, base, tmp_path / "donnees", ("annuler", import_id), ("clore", "2015"))
    assert dits in (["fait", "fait"], ["import.annulation_refusee", "fait"])
    lignes = essai.ports.livres.lignes_import(essai.dossier.dossier, import_id).height
    assert lignes == (0 if dits[0] == "fait" else 2)
    books(essai)


def test_a_cancel_and_a_worker_at_once_never_leave_half(essai: Essai, base: Any, tmp_path: Path) -> None:
    avant = books(essai)
    import_id = ask(essai, vente())
    annule, _ = race(essai, base, tmp_path / "donnees", ("annuler", import_id), ("travailler", import_id))
    statut, apres = essai.status(import_id)["status"], books(essai)
    if annule == "fait":
        assert apres == avant and statut in (3, 4)
    else:
        assert (annule, statut) == ("import.annulation_refusee", 3) and apres != avant
