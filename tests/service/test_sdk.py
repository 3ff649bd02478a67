"""The SDK against the real server: the examples of docs/sdk.md as printed, both clients, findings as objects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecritures.client import Client, ClientAsync, RefusLoop, Resultat
from serveurs.api import BANCALE, CODE, FEC, LOOP, VENTE
from serveurs.asynchrone import run_async
from serveurs.reel import ServeurReel, open_serveur

DOCS = Path(__file__).parents[2] / "docs" / "sdk.md"
EXEMPLES = re.findall(r"^\*\*(\w+)\*\*.*?```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.M | re.S)
FORMATS = ["TRA", "FEC", "Personnalisé", "JSON"]

MODELE = """\
nom = "CAISSE"
format = "csv"

[fichier]
separateur = ";"
encodage = "auto"
entete = true

[nombres]
decimale = ","

[dates]
formes = ["JJ/MM/AAAA"]

[montants]
convention = "deux_colonnes"

[ecritures]
groupement = "piece"

[colonnes]
journal = { nom = "Journal" }
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Piece" }
libelle = { nom = "Libelle" }
debit = { nom = "Debit" }
credit = { nom = "Credit" }
"""
CAISSE = (
    "Date;Journal;Piece;Compte;Libelle;Debit;Credit\n"
    "15/01/2026;VEN;C1;530000;Caisse;10,00;\n"
    "15/01/2026;VEN;C1;707000;Caisse;;10,00\n"
)
LIGNES = [
    {
        "date": "2026-01-15T00:00:00.000Z",
        "journal": "VEN",
        "compte": compte,
        "libelle": "Facture",
        "reference": "F1",
        "debit": {"amount": debit, "currency": "EUR", "currencyAmount": debit, "currencyRate": "1.0"},
        "credit": {"amount": credit, "currency": "EUR", "currencyAmount": credit, "currencyRate": "1.0"},
    }
    for compte, debit, credit in (("471000", 10.5, 0), ("707000", 0, 10.5))
]


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path_factory.mktemp("sdk")) as ouvert:
        yield ouvert


@pytest.fixture
def client(serveur: ServeurReel) -> Iterator[Client]:
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as ouvert:
        yield ouvert


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ventes.tra").write_bytes(VENTE)
    (tmp_path / "fautes.tra").write_bytes(BANCALE)
    (tmp_path / "812345676FEC20261231.txt").write_bytes(FEC)
    (tmp_path / "caisse.csv").write_text(CAISSE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_the_docs_hold_one_short_example_a_format() -> None:
    assert [nom for nom, _ in EXEMPLES] == FORMATS
    for _, code in EXEMPLES:
        assert len([ligne for ligne in code.splitlines() if ligne.strip()]) <= 5


@pytest.mark.parametrize(("nom", "code"), EXEMPLES, ids=[nom for nom, _ in EXEMPLES])
def test_the_examples_of_the_docs_run_as_printed(serveur: ServeurReel, nom: str, code: str) -> None:
    if nom == "Personnalisé":
        serveur.ports.modeles.enregistrer(serveur.dossier.domain, "CAISSE", MODELE, remplacer=True)
    espace: dict[str, Any] = {
        "base_url": serveur.base_url,
        "subscription_key": serveur.abonnement,
        "api_key": serveur.cle,
        "ecritures": LIGNES,
        "contexte": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T00:00:00.000Z"},
        "options": {"createNewJournaux": True, "createNewComptes": True},
    }
    exec(code, espace)
    resultat: Resultat = espace["resultat"]
    assert resultat.est_reussi, (resultat.statut, resultat.erreurs)


@pytest.mark.parametrize("prefixe", ["", LOOP])
def test_findings_come_as_objects_with_their_line_and_columns(serveur: ServeurReel, prefixe: str) -> None:
    vus: list[int] = []
    with Client(serveur.base_url + prefixe, serveur.abonnement, serveur.cle) as client:
        resultat = client.import_file("fautes.tra", CODE).wait(lambda statut: vus.append(statut.status))
    assert vus[-1] == resultat.statut.status == 4
    assert resultat.constats is not None
    [erreur] = resultat.erreurs
    assert erreur.id == "ecriture.desequilibree"
    assert erreur.numero_ligne in (2, 3)
    assert "20,00" in erreur.message
    assert erreur.remede


def test_the_async_client_runs_many_imports_at_once(serveur: ServeurReel) -> None:
    async def run() -> list[Resultat]:
        octets: list[tuple[int, int]] = []
        async with ClientAsync(serveur.base_url, serveur.abonnement, serveur.cle) as client:

            async def one() -> Resultat:
                envoi = await client.import_file("ventes.tra", CODE, on_octets=lambda *vu: octets.append(vu))
                return await envoi.wait(timeout_s=60)

            resultats = await asyncio.gather(*(one() for _ in range(5)))
        assert octets.count((len(VENTE), len(VENTE))) == 5
        return list(resultats)

    resultats = run_async(run())
    assert len({resultat.statut.id for resultat in resultats}) == 5
    assert all(resultat.est_reussi and not resultat.erreurs for resultat in resultats)


def test_a_refusal_is_raised_with_the_contract_s_own_words(client: Client) -> None:
    with pytest.raises(RefusLoop, match="Le dossier INCONNU n'existe pas sur le domaine"):
        client.import_file("ventes.tra", "INCONNU")
