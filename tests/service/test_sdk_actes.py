"""Cancel and attachments, by the SDK and by the API: what is shown, what is refused, what a browser is never made to run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ecritures.client import Annulation, ApercuAnnulation, Client, ClientAsync, PieceJointe, RefusLoop
from ecritures.imports.attach import fetch_attachments
from serveurs.api import CODE, DOMAIN, V1, VENTE
from serveurs.asynchrone import run_async
from serveurs.json_import import corps, ligne
from serveurs.reel import ServeurReel, open_serveur
from serveurs.web import CONTENU, ServeurWeb

SECRET = "sig=tres-secret"
DOCS = Path(__file__).parents[2] / "docs" / "sdk.md"


@pytest.fixture
def serveur(base: Any, tmp_path: Path) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path / "donnees", url=base.url) as ouvert:
        yield ouvert


@pytest.fixture
def client(serveur: ServeurReel) -> Iterator[Client]:
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as ouvert:
        yield ouvert


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    chemin = tmp_path / "ventes.tra"
    chemin.write_bytes(VENTE)
    return chemin


def test_a_cancel_is_previewed_done_and_said_again(serveur: ServeurReel, client: Client, fichier: Path) -> None:
    avant = serveur.ports.livres.empreinte(serveur.dossier.dossier)
    envoi = client.import_file(fichier, CODE)
    assert envoi.wait().est_reussi
    apercu = envoi.preview_cancel()
    assert apercu.est_annulable
    assert apercu.blocages == ()
    assert apercu.a_retirer is not None
    assert (apercu.a_retirer["lignes"], apercu.a_retirer["debit_centimes"]) == (3, 12_000)
    premiere, seconde = envoi.cancel(), client.cancel(envoi.id)
    assert (premiere.deja_annule, seconde.deja_annule) == (False, True)
    assert premiere.recu == seconde.recu
    assert serveur.ports.livres.empreinte(serveur.dossier.dossier) == avant


def test_what_forbids_a_cancel_is_an_object_and_the_refusal_says_it(
    serveur: ServeurReel, client: Client, fichier: Path
) -> None:
    envoi = client.import_file(fichier, CODE)
    envoi.wait()
    for annee in range(2020, 2027):
        serveur.ports.livres.clore(serveur.dossier.dossier, str(annee), {})
    apercu = envoi.preview_cancel()
    assert not apercu.est_annulable
    assert "exercice.clos" in {blocage.code for blocage in apercu.blocages}
    with pytest.raises(RefusLoop, match="2026") as refus:
        envoi.cancel()
    assert refus.value.http_status == 409


def test_an_import_of_nobody_is_refused_in_words(client: Client) -> None:
    for acte in (client.preview_cancel, client.cancel, client.attachments):
        with pytest.raises(RefusLoop, match="import"):
            acte(str(uuid4()))


def test_attachments_are_listed_and_read_by_both_clients(
    serveur: ServeurReel, client: Client, serveur_web: ServeurWeb
) -> None:
    import_id = with_attachments(serveur, client, serveur_web)
    pieces = client.attachments(import_id)
    assert [(p.numero_ligne, p.etat, p.nom_fichier, p.taille_octets) for p in pieces] == [
        (1, "prise", "edf.pdf", len(CONTENU)),
        (2, "manquante", None, None),
    ]
    assert pieces[0].est_prise
    assert pieces[0].sha256 == hashlib.sha256(CONTENU).hexdigest()
    assert pieces[1].motif
    assert client.download_attachment(import_id, 1) == CONTENU
    assert client.attachments(import_id, ecriture=1) == pieces
    assert client.attachments(import_id, ecriture=2) == ()
    with pytest.raises(RefusLoop, match="pas de pièce jointe reçue"):
        client.download_attachment(import_id, 2)

    async def run() -> tuple[tuple[PieceJointe, ...], bytes, ApercuAnnulation, Annulation]:
        async with ClientAsync(serveur.base_url, serveur.abonnement, serveur.cle) as autre:
            return (
                await autre.attachments(import_id),
                await autre.download_attachment(import_id, 1),
                await autre.preview_cancel(import_id),
                await autre.cancel(import_id),
            )

    lues, octets, apercu, annulation = run_async(run())
    assert (lues, octets, apercu.est_annulable, annulation.deja_annule) == (pieces, CONTENU, True, False)
    assert client.attachments(import_id) == (), "taken back with its lines"


def test_the_example_of_the_docs_runs_as_printed(serveur: ServeurReel, client: Client, serveur_web: ServeurWeb) -> None:
    [exemple] = re.findall(
        r"```python\n(for piece in client.attachments.*?)```", DOCS.read_text(encoding="utf-8"), re.S
    )
    import_id = with_attachments(serveur, client, serveur_web)
    espace: dict[str, Any] = {"client": client, "import_id": import_id}
    exec(exemple, espace)
    assert espace["apercu"].est_annulable
    assert not espace["annulation"].deja_annule
    assert espace["octets"] == CONTENU


def test_an_attachment_is_a_download_that_no_browser_runs_and_its_address_is_never_shown(
    serveur: ServeurReel, client: Client, serveur_web: ServeurWeb
) -> None:
    import_id = with_attachments(serveur, client, serveur_web)
    adresse = f"{serveur.base_url}{V1}/imports/{import_id}/pieces-jointes"
    reponse = client._http.get(f"{adresse}/1", headers=serveur.cles)
    assert reponse.content == CONTENU
    assert reponse.headers["Content-Type"] == "application/octet-stream"
    assert reponse.headers["Content-Disposition"] == "attachment; filename*=UTF-8''edf.pdf"
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reponse.headers["Content-Security-Policy"]
    assert reponse.headers["Cache-Control"] == "no-store"
    liste = client._http.get(adresse, headers=serveur.cles, params={"limite": 1}).json()
    assert (len(liste["pieces_jointes"]), liste["suivant"]) == (1, 1)
    assert SECRET not in str(liste)
    assert "127.0.0.1" not in str(liste)


def test_another_firm_does_not_learn_that_there_are_attachments(
    serveur: ServeurReel, client: Client, serveur_web: ServeurWeb
) -> None:
    import_id = with_attachments(serveur, client, serveur_web)
    autre = serveur.ports.dossiers.creer(DOMAIN, "DEUX", "")
    for cle in (
        serveur.ports.cles.creer_cle("AUTRE", "x", est_avancee=True),
        serveur.ports.cles.creer_cle(DOMAIN, "x", dossiers=[autre.dossier]),
    ):
        with Client(serveur.base_url, serveur.abonnement, cle) as etranger:
            for acte in (etranger.attachments, lambda i: etranger.download_attachment(i, 1)):
                dits = []
                for cible in (import_id, str(uuid4())):
                    with pytest.raises(RefusLoop) as refus:
                        acte(cible)
                    dits.append((refus.value.http_status, refus.value.message.replace(cible, "")))
                assert dits[0] == dits[1]
                assert dits[0][0] == 404


def with_attachments(serveur: ServeurReel, client: Client, serveur_web: ServeurWeb) -> str:
    """An import whose first line has a document that can be had, and whose second has one that may not be read."""
    bonne, interdite = {"uri": serveur_web.url("/bon/edf.pdf") + f"?{SECRET}"}, {"uri": f"file:///etc/x?{SECRET}"}
    lignes = [ligne("606100", 1, fichier=bonne), ligne("606100", 1, fichier=interdite), ligne("401000", 0, 2)]
    donnees = corps(*lignes)["data"]
    envoi = client.import_json(
        CODE, donnees["ecritures"], contexte=donnees.get("contexte"), options=donnees.get("options")
    )
    assert envoi.wait().est_reussi
    while fetch_attachments(serveur.ports):
        pass
    return envoi.id
