"""Webhooks delivered to real receivers: good, down, slow, failing, redirecting to a private place, answering without end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self

import pytest
import sqlalchemy as sa

from ecritures.client import SignatureInvalide, verifier_signature
from ecritures.imports.evenements import emettre
from ecritures.imports.state import State
from ecritures.imports.webhooks import DESACTIVE_APRES_S, ESSAIS_DUREE_S, EVENEMENTS, RECOUVREMENT_S, Livraison
from ecritures.jobs.livreur import Livreur
from ecritures.storage.envois import EnvoisGardes
from ecritures.storage.tables import LIVRAISONS, WEBHOOKS
from serveurs.api import BANCALE, CODE, DOMAIN, V1, VENTE, Essai, open_essai
from serveurs.processus import free_port

BOUCLE = (ip_network("127.0.0.0/8"),)
LOCAL = EnvoisGardes(BOUCLE)


@dataclass
class Recu:
    corps: bytes
    entetes: dict[str, str]


@dataclass
class Recepteur:
    """Answers each POST by ``statut``, after ``attente_s``, with a body of ``octets`` and these headers."""

    statut: int = 204
    attente_s: float = 0.0
    octets: int = 0
    entetes: dict[str, str] = field(default_factory=dict)
    recus: list[Recu] = field(default_factory=list)
    envoyes: int = 0

    def __enter__(self) -> Self:
        recepteur = self

        class Reponses(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                corps = self.rfile.read(int(self.headers["Content-Length"]))
                recepteur.recus.append(Recu(corps, dict(self.headers.items())))
                time.sleep(recepteur.attente_s)
                self.send_response(recepteur.statut)
                for nom, valeur in recepteur.entetes.items():
                    self.send_header(nom, valeur)
                self.end_headers()
                while recepteur.envoyes < recepteur.octets:
                    self.wfile.write(b"x" * 65536)
                    recepteur.envoyes += 65536

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        class Serveur(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Those who hang up are what we test."""

        self._serveur = Serveur(("127.0.0.1", 0), Reponses)
        threading.Thread(target=self._serveur.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._serveur.server_address[1]}/crochet?jeton=secret"
        return self

    def __exit__(self, *_: object) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()


@dataclass
class Cadre:
    """The application, an administrator's keys, and a clock that moves on demand."""

    essai: Essai
    admin: dict[str, str]
    decalage: timedelta = timedelta()

    def maintenant(self) -> datetime:
        return datetime.now(UTC) + self.decalage

    def create(self, url: str, evenements: tuple[str, ...] = EVENEMENTS) -> tuple[str, str]:
        """Id and secret of a webhook whose address is allowed here."""
        webhook, secret = self.essai.ports.webhooks.creer(DOMAIN, "essai", url, evenements)
        return webhook.id, secret

    def run(self, octets: bytes = VENTE) -> str:
        import_id = self.essai.ask("importTra", codeIbs=CODE, URI=self.essai.deposit("ventes.tra", octets))
        self.essai.work(import_id)
        return import_id

    def deliver(self, envois: EnvoisGardes = LOCAL, duree_max_s: float = 5.0) -> int:
        """Everything that is due; gives how many tries were made."""
        livreur = Livreur(self.essai.ports.webhooks, envois, self.maintenant, duree_max_s)
        faits = 0
        while livreur.livrer():
            faits += 1
        return faits

    def log(self, webhook: str) -> list[Livraison]:
        return list(self.essai.ports.webhooks.livraisons(DOMAIN, webhook))


@contextmanager
def open_cadre(url: str, donnees: Path) -> Iterator[Cadre]:
    with open_essai(url, donnees) as essai:
        cle = essai.ports.cles.creer_cle(DOMAIN, "admin", est_avancee=True, role="administrateur")
        yield Cadre(essai, {**essai.cles, "x-apikey": cle})


@pytest.fixture
def cadre(base: Any, tmp_path: Path) -> Iterator[Cadre]:
    with open_cadre(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Cadre]:
    with open_cadre(f"sqlite:///{tmp_path}/w.sqlite", tmp_path / "donnees") as ouvert:
        yield ouvert


# -- one message an event, signed -------------------------------------------------------------------------------------


def test_the_end_of_an_import_is_told_once_signed_and_complete(cadre: Cadre) -> None:
    with Recepteur() as recepteur:
        webhook, secret = cadre.create(recepteur.url)
        juste, faux = cadre.run(), cadre.run(BANCALE)
        assert cadre.deliver() == 2
        assert cadre.deliver() == 0
    messages = [json.loads(recu.corps) for recu in recepteur.recus]
    assert [(m["evenement"], m["id"], m["import"]["id"]) for m in messages] == [
        ("import.termine", f"{juste}.termine", juste),
        ("import.en_erreur", f"{faux}.en_erreur", faux),
    ]
    assert messages[0]["import"]["dossier"] == CODE
    assert "20,00" in messages[1]["import"]["message"] or messages[1]["import"]["message"]
    for recu in recepteur.recus:
        verifier_signature(recu.corps, recu.entetes["Ecritures-Signature"], secret)
        assert recu.entetes["Ecritures-Evenement-Id"] == json.loads(recu.corps)["id"]
        assert "apikey" not in " ".join(recu.entetes).lower()
        with pytest.raises(SignatureInvalide):
            verifier_signature(recu.corps.replace(b"3", b"4", 1), recu.entetes["Ecritures-Signature"], secret)
    assert {(v.etat, v.essais, v.dernier_statut) for v in cadre.log(webhook)} == {("livree", 1, 204)}


def test_the_message_is_written_with_the_state_and_never_twice(cadre: Cadre) -> None:
    webhook, _ = cadre.create("https://exemple.fr/x")
    import_id = cadre.run()
    ports = cadre.essai.ports
    assert [v.evenement for v in cadre.log(webhook)] == ["import.termine"]
    demande = ports.demandes.lire(import_id)
    assert demande is not None
    assert not ports.demandes.avancer(import_id, State.TERMINE)
    assert emettre(ports.webhooks, demande, "import.termine") == 0
    assert len(cadre.log(webhook)) == 1


def test_a_cancel_is_told_whether_the_import_waited_or_was_in_the_books(cadre: Cadre) -> None:
    webhook, _ = cadre.create("https://exemple.fr/x", ("import.annule",))
    fini = cadre.run()
    attente = cadre.essai.ask("importTra", codeIbs=CODE, URI="g/rien.tra")
    demandes = cadre.essai.ports.demandes
    assert demandes.noter_annulation(fini, "essai")
    assert not demandes.noter_annulation(fini, "essai")
    assert demandes.annuler_en_attente(attente, "annulé", "essai")
    assert {v.evenement_id for v in cadre.log(webhook)} == {f"{fini}.annule", f"{attente}.annule"}


def test_only_the_firm_s_own_webhooks_that_listen_are_told(local: Cadre) -> None:
    autre, _ = local.essai.ports.webhooks.creer("CABINETDEMO", "sourd", "https://exemple.fr/a", ["import.annule"])
    local.essai.ports.cles.creer_cle("AUTRE", "x")
    etranger, _ = local.essai.ports.webhooks.creer("AUTRE", "", "https://exemple.fr/b", list(EVENEMENTS))
    eteint, _ = local.create("https://exemple.fr/c")
    local.essai.ports.webhooks.activer(DOMAIN, eteint, est_actif=False)
    local.run()
    assert local.log(autre.id) == local.log(eteint) == []
    assert local.essai.ports.webhooks.livraisons("AUTRE", etranger.id) == []


# -- receivers that misbehave -----------------------------------------------------------------------------------------


def test_a_receiver_that_is_down_is_tried_again_later_and_later_then_given_up(local: Cadre) -> None:
    webhook, _ = local.create(f"http://127.0.0.1:{free_port()}/x")
    local.run()
    attentes: list[float] = []
    for _ in range(100):
        assert local.deliver() == 1
        [livraison] = local.log(webhook)
        if livraison.etat == "abandonnee":
            break
        assert livraison.prochain is not None
        attentes.append((livraison.prochain - local.maintenant()).total_seconds())
        assert local.deliver() == 0
        local.decalage += timedelta(seconds=attentes[-1] + 1)
    assert livraison.derniere_erreur == "127.0.0.1 n'accepte pas la connexion."
    assert [round(a) for a in attentes[:4]] == [10, 20, 40, 80]
    assert round(max(attentes)) == 3600
    assert sum(attentes) <= ESSAIS_DUREE_S + 3600


@pytest.mark.parametrize("statut", [500, 404, 429])
def test_an_answer_that_is_not_2xx_is_tried_again(local: Cadre, statut: int) -> None:
    with Recepteur(statut) as recepteur:
        webhook, secret = local.create(recepteur.url)
        local.run()
        local.deliver()
        [livraison] = local.log(webhook)
        assert (livraison.etat, livraison.dernier_statut) == ("a_livrer", statut)
        recepteur.statut = 200
        local.decalage = timedelta(seconds=11)
        local.deliver()
    [livraison] = local.log(webhook)
    assert (livraison.etat, livraison.essais, livraison.derniere_erreur) == ("livree", 2, None)
    premier, second = recepteur.recus
    assert premier.corps == second.corps
    verifier_signature(second.corps, second.entetes["Ecritures-Signature"], secret, maintenant=time.time() + 11)


def test_a_slow_receiver_is_cut_and_tried_again(local: Cadre) -> None:
    with Recepteur(attente_s=3.0) as recepteur:
        webhook, _ = local.create(recepteur.url)
        local.run()
        debut = time.monotonic()
        assert local.deliver(duree_max_s=0.3) == 1
        assert time.monotonic() - debut < 2
    [livraison] = local.log(webhook)
    assert (livraison.etat, livraison.derniere_erreur) == (
        "a_livrer",
        "127.0.0.1 n'a pas répondu dans le temps admis.",
    )


def test_a_redirection_to_a_private_place_is_not_followed(local: Cadre) -> None:
    with Recepteur() as cible, Recepteur(301, entetes={"Location": cible.url}) as recepteur:
        webhook, _ = local.create(recepteur.url)
        local.run()
        local.deliver()
    assert cible.recus == []
    [livraison] = local.log(webhook)
    assert (livraison.etat, livraison.dernier_statut) == ("a_livrer", 301)
    assert "redirection" in str(livraison.derniere_erreur)


def test_an_answer_of_a_gigabyte_is_not_read(local: Cadre) -> None:
    with Recepteur(200, octets=1 << 30) as recepteur:
        webhook, _ = local.create(recepteur.url)
        local.run()
        debut = time.monotonic()
        local.deliver()
        assert time.monotonic() - debut < 5
    assert recepteur.envoyes < 64 << 20
    assert local.log(webhook)[0].etat == "livree"


@pytest.mark.parametrize("hote", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_a_private_address_is_refused_when_made_and_when_delivered(local: Cadre, hote: str) -> None:
    reponse = local.essai.client.post(
        f"{V1}/webhooks", json={"url": f"https://{hote}/x", "evenements": ["import.termine"]}, headers=local.admin
    )
    assert (reponse.status_code, reponse.json()["code"]) == (422, "webhook.invalide")
    webhook, _ = local.create(f"https://{hote}/x")  # a name may lead there only later
    local.run()
    local.deliver(EnvoisGardes())
    [livraison] = local.log(webhook)
    assert (livraison.etat, livraison.essais) == ("abandonnee", 1)


def test_a_name_is_checked_and_pinned_at_each_delivery(local: Cadre) -> None:
    vues: list[str] = []

    def resoudre(hote: str, port: int) -> list[str]:
        vues.append(hote)
        return ["10.1.2.3"]

    webhook, _ = local.create("https://exemple.fr/x")
    local.run()
    local.deliver(replace(EnvoisGardes(), resoudre=resoudre))
    assert vues == ["exemple.fr"]
    assert local.log(webhook)[0].etat == "abandonnee"


def test_after_five_days_of_failure_the_webhook_is_turned_off_and_may_be_turned_on(local: Cadre) -> None:
    webhook, _ = local.create(f"http://127.0.0.1:{free_port()}/x")
    local.run()
    vieux = int((datetime.now(UTC) - timedelta(seconds=DESACTIVE_APRES_S + 60)).timestamp() * 1000)
    with local.essai.ports.webhooks._base.ecriture() as connexion:  # type: ignore[attr-defined]
        connexion.execute(sa.update(WEBHOOKS).values(derniere_maj_ms=vieux))
        connexion.execute(sa.update(LIVRAISONS).values(creation_ms=vieux))
    local.deliver()
    lu = local.essai.ports.webhooks.trouver(DOMAIN, webhook)
    assert lu is not None
    assert not lu.est_actif
    reponse = local.essai.client.put(f"{V1}/webhooks/{webhook}/etat", json={"est_actif": True}, headers=local.admin)
    assert reponse.json()["est_actif"] is True


def test_a_message_taken_by_a_worker_that_died_is_taken_again(local: Cadre) -> None:
    with Recepteur() as recepteur:
        local.create(recepteur.url)
        local.run()
        assert local.essai.ports.webhooks.reserver(local.maintenant()) is not None  # and then kill -9
        assert local.deliver() == 0
        local.decalage = timedelta(seconds=61)
        assert local.deliver() == 1
    assert len(recepteur.recus) == 1


def test_many_workers_deliver_each_message_once(cadre: Cadre) -> None:
    with Recepteur() as recepteur:
        cadre.create(recepteur.url)
        for _ in range(3):
            cadre.run()
        fils = [threading.Thread(target=cadre.deliver) for _ in range(4)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        cadre.deliver()
    identifiants = [recu.entetes["Ecritures-Evenement-Id"] for recu in recepteur.recus]
    assert len(identifiants) == len(set(identifiants)) == 3


# -- the routes -------------------------------------------------------------------------------------------------------


def test_a_webhook_is_made_read_rotated_and_removed_by_api(local: Cadre) -> None:
    client, admin = local.essai.client, local.admin
    with Recepteur() as recepteur:
        webhook, ancien = local.create(recepteur.url)
        lu = client.get(f"{V1}/webhooks/{webhook}", headers=admin).json()
        assert "whsec_" not in json.dumps(lu)
        assert "jeton" not in json.dumps(lu)
        assert lu["url"].endswith("/crochet?…")
        neuf = client.post(f"{V1}/webhooks/{webhook}/rotation", headers=admin).json()["secret"]
        assert neuf != ancien
        local.run()
        local.deliver()
        [recu] = recepteur.recus
        for secret in (ancien, neuf):
            verifier_signature(recu.corps, recu.entetes["Ecritures-Signature"], secret)
        [livraison] = client.get(f"{V1}/webhooks/{webhook}/livraisons", headers=admin).json()["livraisons"]
        local.decalage = timedelta(seconds=RECOUVREMENT_S + 1)
        renvoi = client.post(f"{V1}/webhooks/{webhook}/livraisons/{livraison['rang']}/renvoi", headers=admin)
        assert renvoi.status_code == 202
        assert local.deliver() == 1
        signature = recepteur.recus[1].entetes["Ecritures-Signature"]
        verifier_signature(recepteur.recus[1].corps, signature, neuf)
        with pytest.raises(SignatureInvalide):
            verifier_signature(recepteur.recus[1].corps, signature, ancien)
    assert client.delete(f"{V1}/webhooks/{webhook}", headers=admin).status_code == 204
    assert client.get(f"{V1}/webhooks", headers=admin).json() == {"webhooks": []}


def test_webhooks_are_an_administrator_s_affair_and_another_firm_s_do_not_exist(local: Cadre) -> None:
    client, ports = local.essai.client, local.essai.ports
    webhook, _ = local.create("https://exemple.fr/x")
    assert client.get(f"{V1}/webhooks", headers=local.essai.cles).status_code == 403
    autre = {**local.admin, "x-apikey": ports.cles.creer_cle("AUTRE", "a", est_avancee=True, role="administrateur")}
    for methode, chemin in (("GET", ""), ("DELETE", ""), ("POST", "/rotation"), ("GET", "/livraisons")):
        reponse = client.request(methode, f"{V1}/webhooks/{webhook}{chemin}", headers=autre)
        assert (reponse.status_code, reponse.json()["code"]) == (404, "webhook.inconnu")
    inconnue = client.post(f"{V1}/webhooks/{webhook}/livraisons/9/renvoi", headers=local.admin)
    assert (inconnue.status_code, inconnue.json()["code"]) == (404, "livraison.inconnue")


def test_a_webhook_made_by_api_gives_its_secret_once(local: Cadre, monkeypatch: pytest.MonkeyPatch) -> None:
    object.__setattr__(local.essai.ports, "envois", EnvoisGardes(resoudre=lambda hote, port: ["93.184.216.34"]))
    corps = {"url": "https://exemple.fr/x?jeton=a", "evenements": ["import.termine"], "libelle": "Compta"}
    cree = local.essai.client.post(f"{V1}/webhooks", json=corps, headers=local.admin)
    assert cree.status_code == 201, cree.text
    assert cree.json()["secret"].startswith("whsec_")
    for mauvais in (
        {"url": "https://a:b@exemple.fr", "evenements": ["import.termine"]},
        {"url": "http://exemple.fr", "evenements": ["import.termine"]},
    ):
        assert local.essai.client.post(f"{V1}/webhooks", json=mauvais, headers=local.admin).status_code == 422
    assert "whsec_" not in local.essai.client.get(f"{V1}/webhooks", headers=local.admin).text
