"""Attachments of importJson: kept with the posting, fetched after it, tried again, said when missing; their address never shown."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecritures.imports.attach import fetch_attachments
from ecritures.imports.limits import Limits
from ecritures.storage.liens import LiensGardes
from serveurs.api import Essai, open_essai
from serveurs.json_import import corps, ligne
from serveurs.web import CONTENU, ServeurWeb

SECRET = "sig=tres-secret"


@pytest.fixture
def essai(base: Any, tmp_path: Path, serveur_web: ServeurWeb) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees", limits=Limits(lien_attente_initiale_s=10.0)) as ouvert:
        liens = LiensGardes(reseaux_admis=(ipaddress.ip_network("127.0.0.0/8"),))
        object.__setattr__(ouvert.ports, "liens", liens)
        yield ouvert


def importe(essai: Essai, *adresses: object) -> str:
    lignes = [ligne("606100", 1, fichier=fichier) for fichier in adresses]
    import_id = essai.ask("importJson", **corps(*lignes, ligne("401000", 0, len(lignes))))
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3
    return import_id


def bilan(essai: Essai, import_id: str) -> dict[str, Any]:
    demande = essai.ports.demandes.lire(import_id)
    assert demande is not None
    assert demande.compte_rendu is not None
    assert SECRET not in str(demande.compte_rendu)
    return dict(demande.compte_rendu["pieces_jointes"])


def test_a_document_is_fetched_once_and_kept_among_the_originals(essai: Essai, serveur_web: ServeurWeb) -> None:
    adresse = {"uri": serveur_web.url("/bon/edf.pdf") + f"?{SECRET}"}
    avant = len(serveur_web.recues)
    import_id = importe(essai, adresse, adresse)
    assert len(serveur_web.recues) == avant, "the entries do not wait for it"
    assert bilan(essai, import_id) == {"a_prendre": 2, "prises": 0, "manquantes": []}
    assert fetch_attachments(essai.ports)
    assert not fetch_attachments(essai.ports), "nothing is left to fetch"
    assert len(serveur_web.recues) == avant + 1
    assert bilan(essai, import_id) == {"a_prendre": 0, "prises": 2, "manquantes": []}
    for piece in essai.ports.livres.pieces_jointes(essai.dossier.dossier, import_id):
        assert (piece.etat, piece.uri, piece.nom_fichier) == ("prise", None, "edf.pdf")
        assert piece.sha256 is not None
        assert essai.ports.originaux.lire(piece.sha256) == CONTENU
        assert piece.taille_octets == len(CONTENU)


def test_an_address_that_does_not_answer_is_tried_again_for_a_day_then_missing(essai: Essai) -> None:
    import_id = importe(essai, {"uri": f"http://127.0.0.1:9/edf.pdf?{SECRET}"})
    maintenant = datetime.now(UTC) + timedelta(seconds=1)
    attentes = []
    for _ in range(3):
        assert fetch_attachments(essai.ports, maintenant)
        (piece,) = essai.ports.livres.pieces_jointes(essai.dossier.dossier, import_id)
        assert piece.etat == "a_prendre"
        assert piece.prochain is not None
        attentes.append(round((piece.prochain - maintenant).total_seconds()))
        assert not fetch_attachments(essai.ports, maintenant), "not before its time"
        maintenant = piece.prochain + timedelta(seconds=1)
    assert attentes == [20, 40, 80]
    assert bilan(essai, import_id) == {"a_prendre": 1, "prises": 0, "manquantes": []}
    assert fetch_attachments(essai.ports, maintenant + timedelta(hours=25))
    (piece,) = essai.ports.livres.pieces_jointes(essai.dossier.dossier, import_id)
    assert (piece.etat, piece.uri, piece.prochain) == ("manquante", None, None)
    assert "127.0.0.1" in str(piece.motif)
    (manquante,) = bilan(essai, import_id)["manquantes"]
    assert manquante["numero_ligne"] == 1
    assert not fetch_attachments(essai.ports, maintenant + timedelta(days=3))


def test_an_address_that_may_not_be_read_is_missing_at_once(essai: Essai) -> None:
    object.__setattr__(essai.ports, "liens", replace(essai.ports.liens, reseaux_admis=()))  # type: ignore[type-var]
    import_id = importe(essai, {"uri": f"https://127.0.0.1/edf.pdf?{SECRET}"}, {"uri": "file:///etc/passwd"})
    assert fetch_attachments(essai.ports)
    assert [m["numero_ligne"] for m in bilan(essai, import_id)["manquantes"]] == [1, 2]


def test_two_workers_never_take_the_same_import(essai: Essai) -> None:
    import_id = importe(essai, {"uri": f"http://127.0.0.1:9/edf.pdf?{SECRET}"})
    maintenant = datetime.now(UTC) + timedelta(seconds=1)
    reprise = maintenant + timedelta(minutes=15)
    prise = essai.ports.demandes.reserver_pieces(maintenant, reprise)
    assert prise is not None
    assert prise.id == import_id
    assert essai.ports.demandes.reserver_pieces(maintenant, reprise) is None
    reprise_par_un_autre = essai.ports.demandes.reserver_pieces(reprise, reprise + timedelta(minutes=15))
    assert reprise_par_un_autre is not None, "its worker died: another takes it over when the reservation ends"


def test_a_finding_never_shows_the_address(essai: Essai) -> None:
    fautive = {"fichier": {"uri": f"https://x.example/{SECRET}"}, **ligne("606100", 1, 1)}
    import_id = essai.ask("importJson", **corps(fautive, ligne("401000", 0, 1, fichier=f"https://x.example/{SECRET}")))
    essai.work(import_id)
    constats = essai.ports.livres.constats(essai.dossier.dossier, import_id)
    assert {"json.deux_cotes", "import.piece_jointe_illisible"} <= set(constats["id"])
    assert SECRET not in str(constats.to_dicts())


def test_a_cancelled_import_fetches_nothing_more(essai: Essai, serveur_web: ServeurWeb) -> None:
    import_id = importe(essai, {"uri": serveur_web.url("/bon/edf.pdf") + f"?{SECRET}"})
    reponse = essai.client.post("/annulerImport", json={"accountingImportRequestId": import_id}, headers=essai.cles)
    assert "error" not in reponse.json(), reponse.text
    avant = len(serveur_web.recues)
    fetch_attachments(essai.ports)
    assert len(serveur_web.recues) == avant
    assert not fetch_attachments(essai.ports)
