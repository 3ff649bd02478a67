"""The log of requests by API: a key sees its own, with what was refused and why, and no secret is anywhere in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.imports.menage import clean
from ecritures.imports.requetes import Requete
from ecritures.storage.tables import REQUETES
from serveurs.api import CODE, DOMAIN, LOOP, V1, VENTE, Essai, open_essai


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


def read(essai: Essai, **params: object) -> list[dict[str, Any]]:
    reponse = essai.client.get(f"{V1}/requetes", params=params, headers=essai.cles)
    assert reponse.status_code == 200, reponse.text
    return list(reponse.json()["requetes"])


def test_a_refused_import_is_in_the_log_with_its_question_and_its_answer(essai: Essai) -> None:
    corps = {"codeIbs": "INCONNU", "URL": "https://exemple.fr/f.tra?sig=tres-secret"}
    essai.client.post("/importtra", json=corps, headers=essai.cles)
    [ligne] = read(essai)
    assert (ligne["methode"], ligne["route"], ligne["statut"]) == ("POST", f"{LOOP}/importTra", 200)
    assert ligne["corps"] == '{"codeIbs": "INCONNU", "URL": "https://exemple.fr/f.tra?…"}'
    assert "Le dossier INCONNU n'existe pas" in ligne["reponse"]
    assert ligne["duree_ms"] >= 0


def test_what_is_granted_or_holds_a_file_leaves_no_content(essai: Essai) -> None:
    import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("ventes.tra", VENTE))
    essai.status(import_id)
    essai.client.post(f"{V1}/dossiers/{CODE}/preflight", content=VENTE, headers=essai.cles)
    lues = read(essai)
    assert [ligne["route"].rpartition("/")[2] for ligne in lues] == [
        "preflight",
        "getImportStatus",
        "importTra",
        "getFileUrlDeposit",
    ]
    assert all(ligne["reponse"] is None for ligne in lues)
    tout = str(lues)
    secrets = (essai.cles["x-apikey"].partition(":")[2], essai.cles["Ocp-Apim-Subscription-Key"], "sig=", "707000")
    assert not [secret for secret in secrets if secret in tout]


def test_a_key_sees_neither_another_key_s_requests_nor_those_of_nobody(essai: Essai) -> None:
    autre = essai.keys(DOMAIN)
    essai.client.get(f"{V1}/dossiers", headers=autre)
    essai.client.get(f"{V1}/dossiers", headers={**essai.cles, "x-apikey": "fausse:cle"})
    assert read(essai) == []
    assert essai.client.get(f"{V1}/requetes").status_code == 401


def test_the_log_is_read_by_pages_and_loses_what_is_too_old(essai: Essai) -> None:
    for _ in range(3):
        essai.client.get(f"{V1}/dossiers", headers=essai.cles)
    premiere = essai.client.get(f"{V1}/requetes", params={"limite": 2}, headers=essai.cles).json()
    assert len(premiere["requetes"]) == 2
    suite = read(essai, limite=2, apres=premiere["suivant"])
    assert {ligne["rang"] for ligne in suite}.isdisjoint(ligne["rang"] for ligne in premiere["requetes"])
    ancienne = Requete(DOMAIN, "ek_x", datetime.now(UTC) - timedelta(days=8), "GET", "/x", 200, 1)
    essai.ports.requetes.noter(ancienne)
    read(essai)
    assert clean(essai.ports)["requetes"] == 1
    with essai.ports.requetes._base.lecture() as connexion:  # type: ignore[attr-defined]
        assert connexion.execute(sa.select(REQUETES).where(REQUETES.c.acteur == "ek_x")).first() is None
