"""Duplicates through the product's own flow, on both databases: what the compte rendu says, and the policy of the dossier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serveurs.api import CODE, DOMAIN, V1, Essai, mouvement, open_essai, tra

VENTE = [mouvement("411000", "D", "120,00", tiers="CLI001"), mouvement("707000", "C", "120,00")]
AUTRE = [
    mouvement("411000", "D", "60,00", jour="16012026", libelle="Été"),
    mouvement("707000", "C", "60,00", jour="16012026", libelle="Été"),
]


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path) as ouvert:
        yield ouvert


def importe(essai: Essai, lignes: list[str], encodage: str = "cp1252") -> dict[str, Any]:
    octets = tra(lignes).decode("cp1252").encode(encodage)
    import_id = essai.ask("importTra", codeIBS=CODE, URI=essai.deposit("vente.TRA", octets))
    essai.work(import_id)
    return dict(essai.client.get(f"{V1}/imports/{import_id}", headers=essai.cles).json())


def regle(essai: Essai, politique: str) -> None:
    recu = essai.client.patch(f"{V1}/dossiers/{CODE}", json={"doublons": politique}, headers=essai.cles)
    assert recu.status_code == 200 and recu.json()["doublons"] == politique


def test_who_changed_the_policy_is_in_the_audit_trail(essai: Essai) -> None:
    regle(essai, "refuser")
    trace = essai.ports.audit.lister(DOMAIN, action="dossier.reglage")[0]
    assert (trace.acteur, trace.objet) == (essai.cles["x-apikey"].partition(":")[0], CODE)
    assert trace.details == {"doublons": "refuser", "avant": "accepter"}


def test_a_file_sent_twice_is_accepted_as_loop_does_and_the_report_lists_what_was_there(essai: Essai) -> None:
    premier = importe(essai, [*VENTE, *AUTRE])
    second = importe(essai, [*VENTE, *AUTRE])
    assert (premier["etat"], second["etat"]) == (3, 3)
    assert premier["compte_rendu"]["doublons"]["ecritures"] == 0
    doublons = second["compte_rendu"]["doublons"]
    assert (doublons["politique"], doublons["ecritures"], doublons["lignes"]) == ("accepter", 2, 4)
    assert doublons["memes_contenus"] == [premier["id"]]
    assert doublons["liste"][0] == {
        "ecriture": 1, "numero_ligne": 2, "lignes": 2, "journal": "VEN", "date": "2026-01-15",
        "import_id": premier["id"], "numero_ligne_origine": 2,
    }  # fmt: skip


def test_the_same_content_in_another_order_and_encoding_is_recognised(essai: Essai) -> None:
    premier = importe(essai, [*VENTE, *AUTRE])
    autre = importe(essai, [*AUTRE, *VENTE], "utf-8-sig")
    assert premier["sha256"] != autre["sha256"]
    assert autre["compte_rendu"]["deja_importe"] == []
    assert autre["compte_rendu"]["doublons"]["memes_contenus"] == [premier["id"]]


def test_two_equal_entries_of_one_file_are_both_kept_and_none_is_a_duplicate(essai: Essai) -> None:
    regle(essai, "refuser")
    jumelles = [*VENTE, *AUTRE, *VENTE]
    recu = importe(essai, jumelles)
    assert recu["etat"] == 3 and recu["compte_rendu"]["doublons"]["ecritures"] == 0
    assert recu["compte_rendu"]["fichier"]["lignes"] == 6


def test_a_dossier_that_warns_gets_a_finding_an_entry_and_the_import_goes_through(essai: Essai) -> None:
    importe(essai, VENTE)
    regle(essai, "avertir")
    second = importe(essai, [*AUTRE, *VENTE])
    assert second["etat"] == 3
    constats = essai.client.get(
        f"{V1}/imports/{second['id']}/constats", params={"code": "ecriture.deja_presente"}, headers=essai.cles
    ).json()["constats"]
    assert [(c["severite"], c["numero_ligne"], c["zone"]) for c in constats] == [("AVERTISSEMENT", 4, "JOURNAL")]


def test_a_dossier_that_refuses_posts_nothing_and_a_retry_of_the_posting_is_no_duplicate(essai: Essai) -> None:
    regle(essai, "refuser")
    premier = importe(essai, VENTE)
    assert premier["etat"] == 3
    essai.work(premier["id"])  # its own lines are not its duplicates
    avant = essai.ports.livres.empreinte(essai.dossier.dossier)
    second = importe(essai, [*VENTE, *AUTRE])
    assert second["etat"] == 4 and premier["id"] in second["message"]
    assert essai.ports.livres.empreinte(essai.dossier.dossier) == avant


def test_an_unknown_policy_is_refused(essai: Essai) -> None:
    recu = essai.client.patch(f"{V1}/dossiers/{CODE}", json={"doublons": "parfois"}, headers=essai.cles)
    assert recu.status_code == 422
