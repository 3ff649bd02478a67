"""The SDK against a scripted server: what it retries, what it never sends twice, what it makes of Loop's answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from ecritures.client import Client, ClientAsync, FormatADire, LoopInjoignable, RefusLoop, ReponseInattendue
from serveurs.asynchrone import run_async

ABONNEMENT, CLE = "abonnement-secret", "publique:secret=="
ID = "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"
Reponse = Callable[[httpx2.Request], httpx2.Response]
LOOP_404 = httpx2.Response(404, json={"statusCode": 404, "message": "Resource not found"})
NOTRE_SANTE = httpx2.Response(200, json={"etat": "ok", "version": "0.5"})
PRISE = httpx2.Response(200, json={"accountingImportRequestId": ID})


class Serveur:
    """Plays its answers in order, the last one for ever; keeps what it received."""

    def __init__(self, *reponses: httpx2.Response | Exception) -> None:
        self._reponses = list(reponses)
        self.recues: list[httpx2.Request] = []
        self.pauses: list[float] = []

    def __call__(self, demande: httpx2.Request) -> httpx2.Response:
        demande.read()
        self.recues.append(demande)
        reponse = self._reponses.pop(0) if len(self._reponses) > 1 else self._reponses[0]
        if isinstance(reponse, Exception):
            raise reponse
        return httpx2.Response(reponse.status_code, headers=reponse.headers, content=reponse.content)

    def client(self, base_url: str = "http://serveur.test/loop-api-publiques") -> Client:
        return Client(base_url, ABONNEMENT, CLE, transport=httpx2.MockTransport(self), pause=self.pauses.append)


def _status(statut: int) -> httpx2.Response:
    corps = {"_id": "6" * 24, "id": ID, "codeIBS": "DEMO001", "domain": "CABINET", "status": statut, "__v": 0}
    return httpx2.Response(200, json=corps)


def test_a_post_carries_its_own_idempotency_key() -> None:
    serveur = Serveur(PRISE)
    for _ in range(2):
        assert serveur.client().import_json("DEMO001", [{"compte": "471"}]).id == ID
    cles = [demande.headers["Idempotency-Key"] for demande in serveur.recues]
    assert len(set(cles)) == 2
    assert json.loads(serveur.recues[0].content) == {"codeIbs": "DEMO001", "data": {"ecritures": [{"compte": "471"}]}}


def test_a_post_of_unknown_fate_is_sent_again_to_our_own_server_with_the_same_key() -> None:
    serveur = Serveur(httpx2.ReadTimeout("x"), NOTRE_SANTE, PRISE)
    assert serveur.client().import_json("DEMO001", []).id == ID
    premier, sonde, second = serveur.recues
    assert sonde.url.path == "/api/v1/health"
    assert not {"x-apikey", "ocp-apim-subscription-key"} & set(sonde.headers)
    assert premier.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert premier.content == second.content


@pytest.mark.parametrize("sonde", [LOOP_404, httpx2.ConnectError("x"), httpx2.Response(200, text="<html>")])
def test_a_post_of_unknown_fate_is_never_sent_twice_to_another_server(sonde: httpx2.Response | Exception) -> None:
    serveur = Serveur(httpx2.ReadTimeout("x"), sonde)
    with pytest.raises(LoopInjoignable, match="on ne sait pas si la demande est enregistrée"):
        serveur.client().import_json("DEMO001", [])
    assert [demande.method for demande in serveur.recues] == ["POST", "GET"]


def test_a_request_still_under_way_is_asked_again() -> None:
    en_cours = httpx2.Response(409, json={"code": "idempotence.en_cours", "detail": "encore en cours"})
    serveur = Serveur(en_cours, PRISE)
    assert serveur.client().import_json("DEMO001", []).id == ID
    assert serveur.pauses == [0.5]


def test_reading_is_tried_again_and_gives_up_after_five_tries() -> None:
    serveur = Serveur(httpx2.Response(503))
    with pytest.raises(LoopInjoignable, match="après 5 essais"):
        serveur.client().statut(ID)
    assert len(serveur.recues) == 5
    assert serveur.pauses == [0.5, 1.0, 2.0, 4.0]


def test_loop_has_no_findings_and_that_is_none() -> None:
    serveur = Serveur(_status(7), _status(3), LOOP_404)
    resultat = serveur.client().attendre(ID)
    assert resultat.est_reussi
    assert resultat.constats is None
    assert resultat.erreurs == ()
    assert [demande.url.path for demande in serveur.recues][:1] == ["/loop-api-publiques/getImportStatus"]


def test_our_own_refusal_is_not_taken_for_loop() -> None:
    probleme = httpx2.Response(404, json={"code": "import.inconnu", "detail": "L'import x n'existe pas."})
    with pytest.raises(RefusLoop, match="n'existe pas"):
        Serveur(probleme).client().constats(ID)


def test_lists_and_history_take_their_criteria_and_are_bare_arrays() -> None:
    serveur = Serveur(httpx2.Response(200, json=[{"code": "411"}]))
    client = serveur.client()
    assert client.lister("compte", "DEMO001", filter='code=="411"', take=5) == [{"code": "411"}]
    assert client.historique("DEMO001", skip=2) == [{"code": "411"}]
    liste, historique = serveur.recues
    assert dict(liste.url.params) == {"codeDossier": "DEMO001", "filter": 'code=="411"', "take": "5"}
    assert historique.url.path.endswith("/getImportHistory")


def test_a_list_that_is_none_is_said() -> None:
    with pytest.raises(ReponseInattendue):
        Serveur(httpx2.Response(200, json={"a": 1})).client().lister("compte", "DEMO001")


@pytest.mark.parametrize("nom", ["ventes.csv", "ventes.txt", "FEC.txt", "ventes"])
def test_a_format_that_the_name_does_not_say_is_asked_before_anything_is_sent(tmp_path: Path, nom: str) -> None:
    (tmp_path / nom).write_bytes(b"x")
    serveur = Serveur(PRISE)
    with pytest.raises(FormatADire, match="le donner"):
        serveur.client().import_file(tmp_path / nom, "DEMO001")
    assert serveur.recues == []


def test_the_model_goes_with_a_custom_import_and_the_keys_do_not_go_with_the_file(tmp_path: Path) -> None:
    fichier = tmp_path / "caisse.csv"
    fichier.write_bytes(b"x" * (3 << 20))
    depot = httpx2.Response(200, json={"depositUrl": "http://depot.test/x?sig=s", "uri": "g/caisse.csv"})
    serveur, vus = Serveur(depot, httpx2.Response(503), httpx2.Response(201), PRISE), []
    serveur.client().import_file(fichier, "DEMO001", modele="CAISSE", on_octets=lambda *vu: vus.append(vu))
    _, rate, envoi, post = serveur.recues
    assert len(rate.content) == len(envoi.content) == vus[-1][0] == vus[-1][1] == 3 << 20
    assert not {"x-apikey", "ocp-apim-subscription-key"} & set(envoi.headers)
    assert post.url.path.endswith("/importPerso")
    assert json.loads(post.content) == {"codeIbs": "DEMO001", "URI": "g/caisse.csv", "URL": "", "modele": "CAISSE"}


def test_the_async_client_does_the_same_calls() -> None:
    serveur = Serveur(
        httpx2.ReadTimeout("x"), NOTRE_SANTE, httpx2.Response(503), PRISE, _status(2), _status(4), LOOP_404
    )

    async def pause(secondes: float) -> None:
        serveur.pauses.append(secondes)

    async def run() -> tuple[int, object]:
        transport = httpx2.MockTransport(serveur)
        async with ClientAsync("http://serveur.test", ABONNEMENT, CLE, transport=transport, pause=pause) as client:
            resultat = await (await client.import_json("DEMO001", [])).wait()
        return resultat.statut.status, resultat.constats

    assert run_async(run()) == (4, None)
    assert len({d.headers["Idempotency-Key"] for d in serveur.recues if d.method == "POST"}) == 1


def test_nothing_the_clients_show_holds_a_key() -> None:
    client = Serveur(PRISE).client()
    assert "secret" not in f"{client!r} {client._operations!r} {client.import_json('D', [])!r}"


def test_loop_gets_a_large_file_by_its_deposit_as_any_other(tmp_path: Path) -> None:
    """Larger than the threshold: the server is asked whether it is ours, and Loop is not."""
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(b"x" * 2000)
    depot = httpx2.Response(200, json={"depositUrl": "http://depot.test/x?sig=s", "uri": "g/ventes.tra"})
    serveur = Serveur(LOOP_404, depot, httpx2.Response(201), PRISE)
    with Client(
        "http://serveur.test/loop-api-publiques",
        ABONNEMENT,
        CLE,
        transport=httpx2.MockTransport(serveur),
        seuil_octets=1000,
    ) as client:
        assert client.import_file(fichier, "DEMO001").id == ID
    assert [(d.method, d.url.path.rpartition("/")[2]) for d in serveur.recues] == [
        ("GET", "health"),
        ("GET", "getFileUrlDeposit"),
        ("PUT", "x"),
        ("POST", "importTra"),
    ]


def test_a_server_of_ours_from_before_uploads_by_pieces_gets_a_deposit(tmp_path: Path) -> None:
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(b"x" * 2000)
    absente = httpx2.Response(404, json={"code": "route.inconnue", "detail": "Aucune ressource à cette adresse."})
    depot = httpx2.Response(200, json={"depositUrl": "http://depot.test/x?sig=s", "uri": "g/ventes.tra"})
    serveur = Serveur(NOTRE_SANTE, absente, depot, httpx2.Response(201), PRISE)
    with Client(
        "http://serveur.test", ABONNEMENT, CLE, transport=httpx2.MockTransport(serveur), seuil_octets=1000
    ) as client:
        assert client.import_file(fichier, "DEMO001").id == ID


@pytest.mark.parametrize(
    "reponses",
    [
        [httpx2.Response(204, headers={"Upload-Offset": "2000"})],
        [
            httpx2.Response(409, headers={"Upload-Offset": "500"}),
            httpx2.Response(204, headers={"Upload-Offset": "2000"}),
        ],
        [
            httpx2.Response(503, headers={"Retry-After": "3"}),
            httpx2.Response(200, headers={"Upload-Offset": "700"}),
            httpx2.Response(204, headers={"Upload-Offset": "2000"}),
        ],
        [httpx2.ReadError("x"), httpx2.Response(200, headers={"Upload-Offset": "2000"})],
    ],
    ids=["at once", "a wrong offset", "a server that is busy", "an answer that is lost"],
)
def test_a_piece_begins_where_the_server_says(tmp_path: Path, reponses: list[httpx2.Response | Exception]) -> None:
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(bytes(range(250)) * 8)
    ouvert, ou = httpx2.Response(201, json={"id": ID}), httpx2.Response(200, headers={"Upload-Offset": "0"})
    serveur = Serveur(NOTRE_SANTE, ouvert, ou, *reponses, httpx2.Response(202, json={"id": ID}))
    with Client(
        "http://serveur.test",
        ABONNEMENT,
        CLE,
        transport=httpx2.MockTransport(serveur),
        pause=serveur.pauses.append,
        seuil_octets=1000,
    ) as client:
        assert client.import_file(fichier, "DEMO001").id == ID
    for envoi in (d for d in serveur.recues if d.method == "PATCH"):
        assert envoi.content == fichier.read_bytes()[int(envoi.headers["Upload-Offset"]) :]
    assert dict(serveur.recues[-1].url.params) == {"dossier": "DEMO001", "televersement": ID, "format": "tra"}


def test_an_upload_that_does_not_move_is_given_up_after_five_tries(tmp_path: Path) -> None:
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(b"x" * 2000)
    ou = httpx2.Response(200, headers={"Upload-Offset": "0"})
    echecs = [reponse for _ in range(5) for reponse in (httpx2.WriteError("x"), ou)]
    serveur = Serveur(NOTRE_SANTE, httpx2.Response(201, json={"id": ID}), ou, *echecs)
    with (
        Client(
            "http://serveur.test",
            ABONNEMENT,
            CLE,
            transport=httpx2.MockTransport(serveur),
            pause=serveur.pauses.append,
            seuil_octets=1000,
        ) as client,
        pytest.raises(LoopInjoignable, match="relancer l'envoi") as fin,
    ):
        client.import_file(fichier, "DEMO001")
    assert serveur.pauses == [0.5, 1.0, 2.0, 4.0]
    assert CLE not in str(fin.value)
