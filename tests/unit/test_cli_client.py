"""The client against a scripted server: what it sends, what it retries, what it never says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from ecritures.client import (
    CleMalFormee,
    ClesRefusees,
    ClientLoop,
    DelaiDepasse,
    Depot,
    ErreurLoop,
    LoopInjoignable,
    RefusLoop,
    ReponseInattendue,
)
from ecritures.client.v1 import ClientV1

ABONNEMENT, CLE = "abonnement-secret", "publique:secret=="
ID = "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"
Reponse = Callable[[httpx2.Request], httpx2.Response]


class Serveur:
    """Plays its answers in order, the last one for ever; keeps what it received."""

    def __init__(self, *reponses: Reponse | httpx2.Response | Exception) -> None:
        self._reponses = list(reponses)
        self.recues: list[httpx2.Request] = []
        self.pauses: list[float] = []

    def __call__(self, demande: httpx2.Request) -> httpx2.Response:
        demande.read()
        self.recues.append(demande)
        reponse = self._reponses.pop(0) if len(self._reponses) > 1 else self._reponses[0]
        if isinstance(reponse, Exception):
            raise reponse
        return reponse(demande) if callable(reponse) else reponse

    def client(self, base_url: str = "http://serveur.test") -> ClientLoop:
        return ClientLoop(base_url, ABONNEMENT, CLE, transport=httpx2.MockTransport(self), pause=self.pauses.append)


def _json(corps: object, statut: int = 200, **headers: str) -> Reponse:
    return lambda _: httpx2.Response(statut, json=corps, headers=headers)


def _status(statut: int, **autres: object) -> Reponse:
    corps = {"_id": "6" * 24, "id": ID, "codeIBS": "DEMO001", "domain": "CABINET", "status": statut, "__v": 0}
    return _json(
        {**corps, "creationDate": "2026-03-02T08:41:39.911Z", "lastUpdate": "2026-03-02T08:41:42.311Z", **autres}
    )


def test_both_keys_go_with_every_call_but_not_with_the_deposit() -> None:
    serveur = Serveur(
        _json({"depositUrl": "http://depot.test/x?sig=s", "uri": "g/ventes.tra"}),
        httpx2.Response(201),
        _json({"accountingImportRequestId": ID}),
    )
    client = serveur.client()
    depot = client.get_file_url_deposit("ventes.tra")
    client.deposer(depot, b"octets")
    assert client.import_tra("DEMO001", uri=depot.uri) == ID
    demande, envoi, post = serveur.recues
    assert demande.url.params["filename"] == "ventes.tra"
    for avec in (demande, post):
        assert (avec.headers["Ocp-Apim-Subscription-Key"], avec.headers["x-apikey"]) == (ABONNEMENT, CLE)
    assert {"ocp-apim-subscription-key", "x-apikey"}.isdisjoint(envoi.headers)
    assert (envoi.method, envoi.headers["x-ms-blob-type"], envoi.headers["Content-Length"]) == ("PUT", "BlockBlob", "6")
    assert json.loads(post.content) == {"codeIbs": "DEMO001", "URI": "g/ventes.tra", "URL": ""}
    assert post.url.path == "/importTra"


def test_the_base_of_loop_itself_is_kept_before_the_routes() -> None:
    serveur = Serveur(_json({"accountingImportRequestId": ID}))
    serveur.client("https://api.test/loop-api-publiques/").import_fec(
        "D", url="https://f.test/a", siret="12345678900011"
    )
    assert str(serveur.recues[0].url) == "https://api.test/loop-api-publiques/importFEC"
    assert json.loads(serveur.recues[0].content)["SIRET"] == "12345678900011"


@pytest.mark.parametrize("statut", [200, 400, 404, 500])
def test_an_error_object_is_a_refusal_whatever_the_status(statut: int) -> None:
    corps = {"error": {"instanceId": "i-1", "message": "Le codeIbs n'est pas spécifié."}}
    with pytest.raises(RefusLoop) as refus:
        Serveur(_json(corps, statut)).client().import_tra("", uri="u")
    assert (refus.value.message, refus.value.instance_id, refus.value.http_status) == (
        "Le codeIbs n'est pas spécifié.",
        "i-1",
        statut,
    )


@pytest.mark.parametrize("statut", [401, 403])
def test_refused_keys_are_told_apart(statut: int) -> None:
    with pytest.raises(ClesRefusees, match="invalid subscription key"):
        Serveur(
            _json({"statusCode": statut, "message": "invalid subscription key"}, statut)
        ).client().get_import_status(ID)


@pytest.mark.parametrize(
    "reponse",
    [
        httpx2.Response(200, text="<html>"),
        httpx2.Response(502, text="panne"),
        _json([1]),
        _json({}),
        _json({"id": 3, "status": "x"}),
    ],
)
def test_an_answer_that_is_not_the_contract_s_is_said(reponse: Reponse) -> None:
    with pytest.raises(ReponseInattendue):
        Serveur(reponse).client().get_import_status(ID)


@pytest.mark.parametrize(
    "raté", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), httpx2.Response(503), httpx2.Response(429)]
)
def test_a_reading_is_tried_again(raté: httpx2.Response | Exception) -> None:
    serveur = Serveur(raté, raté, _status(3))
    assert serveur.client().get_import_status(ID).est_reussi
    assert serveur.pauses == [0.5, 1.0]


def test_retry_after_is_obeyed_within_bounds() -> None:
    serveur = Serveur(
        httpx2.Response(429, headers={"Retry-After": "7"}),
        httpx2.Response(503, headers={"Retry-After": "9999"}),
        _status(3),
    )
    serveur.client().get_import_status(ID)
    assert serveur.pauses == [7.0, 30.0]


def test_an_import_that_may_have_been_taken_is_not_asked_twice() -> None:
    """The contract posts the same file as often as it is asked to: a second POST would double the entries."""
    serveur = Serveur(httpx2.ReadTimeout("x"))
    with pytest.raises(LoopInjoignable, match="on ne sait pas si la demande est enregistrée"):
        serveur.client().import_tra("D", uri="u")
    post, sonde = serveur.recues
    assert (post.method, sonde.method, sonde.url.path) == ("POST", "GET", "/api/v1/health")
    assert {"ocp-apim-subscription-key", "x-apikey"}.isdisjoint(sonde.headers)


def test_our_own_server_is_asked_again_with_the_same_key() -> None:
    notre = _json({"etat": "ok", "version": "1"})
    serveur = Serveur(httpx2.ReadTimeout("x"), notre, _json({"accountingImportRequestId": ID}))
    assert serveur.client().import_tra("D", uri="u") == ID
    premier, _, second = serveur.recues
    assert premier.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


@pytest.mark.parametrize("raté", [httpx2.ConnectError("x"), httpx2.Response(503)])
def test_an_import_that_was_not_taken_is_asked_again(raté: httpx2.Response | Exception) -> None:
    serveur = Serveur(raté, _json({"accountingImportRequestId": ID}))
    assert serveur.client().import_tra("D", uri="u") == ID


def test_a_deposit_sends_the_whole_file_again_after_a_failure(tmp_path: Path) -> None:
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(b"x" * (3 << 20))
    serveur, vus = Serveur(httpx2.Response(503), httpx2.Response(201)), []
    serveur.client().deposer(Depot("http://depot.test/x", "u"), fichier, lambda fait, total: vus.append((fait, total)))
    assert [len(r.content) for r in serveur.recues] == [3 << 20, 3 << 20]
    assert vus[-1] == (3 << 20, 3 << 20)


def test_waiting_goes_through_the_states_and_takes_an_unknown_one_for_running() -> None:
    serveur, vus = Serveur(_status(1), _status(7), _status(2), _status(4, message="motif")), []
    statut = serveur.client().attendre(ID, on_progress=lambda s: vus.append(s.status))
    assert vus == [1, 7, 2, 4]
    assert (statut.message, statut.code_ibs, statut.domain, statut.est_reussi) == ("motif", "DEMO001", "CABINET", False)
    assert statut.creation_date is not None
    assert statut.creation_date.microsecond == 911000


def test_waiting_has_an_end_and_names_the_import() -> None:
    with pytest.raises(DelaiDepasse) as fin:
        Serveur(_status(2)).client().attendre(ID, timeout_s=0.0)
    assert fin.value.import_id == ID
    assert isinstance(fin.value, TimeoutError)


@pytest.mark.parametrize(
    ("abonnement", "cle"),
    [("", CLE), ("a", ""), ("a", "sans-secret"), ("a", ":x"), ("a", "x:"), ("é", CLE), ("a\nb", CLE)],
)
def test_a_malformed_key_is_refused_before_anything_is_sent(abonnement: str, cle: str) -> None:
    with pytest.raises(CleMalFormee):
        ClientLoop("http://serveur.test", abonnement, cle)


@pytest.mark.parametrize(
    "reponse",
    [
        httpx2.ConnectError("x"),
        httpx2.Response(503),
        httpx2.Response(401),
        httpx2.Response(500),
        httpx2.Response(403, text="<Error/>"),
    ],
)
def test_no_error_ever_shows_a_key_or_a_signature(reponse: httpx2.Response | Exception) -> None:
    client = Serveur(reponse).client()
    depot = Depot("http://depot.test/guid/x?sig=signature-secrete", "u")
    appels = (
        lambda: client.get_import_status(ID),
        lambda: client.import_tra("D", uri="u"),
        lambda: client.deposer(depot, b"x"),
    )
    for appel in appels:
        with pytest.raises(ErreurLoop) as erreur:
            appel()
        dit = f"{erreur.value!s} {erreur.value!r} {client!r} {depot!r}"
        assert not any(secret in dit for secret in (ABONNEMENT, "secret==", "signature-secrete"))


@pytest.mark.parametrize("url", ["ftp://serveur.test", "serveur", "http://[", "http://exa mple"])
def test_an_address_that_is_none_is_said(url: str) -> None:
    with ClientLoop(url, ABONNEMENT, CLE, pause=lambda _: None) as client, pytest.raises(ErreurLoop):
        client.get_import_status(ID)


def test_findings_are_read_page_by_page_under_the_root_of_the_server() -> None:
    serveur = Serveur(
        _json({"constats": [{"rang": 1}, {"rang": 2}], "suivant": 2}),
        _json({"constats": [{"rang": 3}], "suivant": None}),
    )
    lus = list(ClientV1(serveur.client("http://serveur.test/loop-api-publiques")).iter_constats(ID))
    assert [c["rang"] for c in lus] == [1, 2, 3]
    assert [r.url.path for r in serveur.recues] == [f"/api/v1/imports/{ID}/constats"] * 2
    assert serveur.recues[1].url.params["apres"] == "2"


def test_a_problem_of_v1_is_a_refusal_in_its_own_words() -> None:
    with pytest.raises(RefusLoop, match="n'existe pas"):
        Serveur(_json({"detail": "L'import x n'existe pas.", "code": "import.inconnu"}, 404)).client().get("/x")
