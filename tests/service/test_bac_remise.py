"""A sandbox comes back to its start: same keys, same ids, nothing left of what was done; interrupted, it is finished."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import obstore
import pytest
import sqlalchemy as sa

from ecritures.client import Client
from ecritures.domain.errors import BacASableOccupe
from ecritures.imports.bac_a_sable import EtapesBacASable
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.verify import verify
from ecritures.main import Application, build
from ecritures.storage import photo
from ecritures.storage.objets import Emplacement
from ecritures.storage.photo import TABLES_CATALOGUE, TABLES_LIVRES
from ecritures.storage.remise import RemiseGardee, _fichiers
from ecritures.storage.tables import CATALOGUE, IMPORTS, LIVRES, REQUETES, Jour
from ecritures.storage.verrou_bac import VerrouBac
from serveurs.api import CODE, DOMAIN, LOOP, V1, VENTE
from serveurs.azurite import Conteneur
from serveurs.reel import ServeurReel, open_serveur

REMISE = f"{V1}/bac-a-sable/remise-a-zero"


@pytest.fixture
def serveur(base: Any, tmp_path: Path) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path / "donnees", url=base.url, bac_a_sable=True) as ouvert:
        yield ouvert


@pytest.fixture
def http(serveur: ServeurReel) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=serveur.base_url, headers=serveur.cles, timeout=60) as ouvert:
        yield ouvert


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    (tmp_path / "ventes.tra").write_bytes(VENTE)
    return tmp_path / "ventes.tra"


def state(application: Application) -> dict[str, Any]:
    """Everything that the databases hold, but the log of requests; and the files."""
    with application.base.lecture() as connexion:
        lu: dict[str, Any] = photo.take(connexion, [t for t in TABLES_CATALOGUE if t is not REQUETES])
    for dossier in application.ports.dossiers.lister():
        with application.livres.base(dossier.dossier).lecture() as connexion:
            lu[f"livres {dossier.dossier}"] = photo.take(connexion, TABLES_LIVRES)
    return lu | {"fichiers": files(application)}


def files(application: Application) -> list[str]:
    racine = application.settings.donnees
    dossiers = ("originaux", "depots", "televersements")
    return sorted(str(f.relative_to(racine)) for nom in dossiers for f in (racine / nom).rglob("*") if f.is_file())


def use(serveur: ServeurReel, http: httpx2.Client, fichier: Path) -> None:
    """A bit of everything: an import posted and one refused, a dossier, people, keys, a webhook, a fault, the clock."""
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as client:
        assert client.import_file(fichier, CODE).wait(timeout_s=30).est_reussi
        fichier.write_bytes(VENTE.replace(b"100,00", b"101,00"))
        assert not client.import_file(fichier, CODE).wait(timeout_s=30).est_reussi
        fichier.write_bytes(VENTE)
    neuf = {"code_ibs": "NEUF", "libelle": "Neuf SARL"}
    for route, corps in (
        ("dossiers", neuf),
        ("dossiers/NEUF/exercices", {"code": "2030", "debut": "2030-01-01", "fin": "2030-12-31"}),
        ("webhooks", {"libelle": "x", "url": "https://exemple.fr/crochet", "evenements": ["import.termine"]}),
        ("cles", {"libelle": "neuve"}),
        ("bac-a-sable/pannes", {"sorte": "statut", "route": "x", "statut": 500}),
    ):
        reponse = http.post(f"{V1}/{route}", json=corps)
        assert reponse.status_code == 201, reponse.text
    serveur.ports.personnes.creer(DOMAIN, Collaborateur("paul", "Paul", "Durand", "lecture"))
    serveur.ports.sessions.inviter(DOMAIN, "paul", duree_s=3600)
    serveur.ports.cles.revoquer(serveur.ports.cles.creer_cle(DOMAIN, "x").partition(":")[0])
    assert http.put(f"{V1}/bac-a-sable/horloge", json={"avancer_s": 86_400}).status_code == 200


def reset(http: httpx2.Client) -> None:
    reponse = http.post(REMISE)
    assert reponse.status_code == 200, reponse.text


def test_everything_is_as_at_the_start_and_the_same_keys_open_it(
    serveur: ServeurReel, http: httpx2.Client, fichier: Path
) -> None:
    depart = state(serveur.application)
    rangs = []
    for _ in range(2):  # as a program that tests its client does, again and again
        use(serveur, http, fichier)
        assert state(serveur.application) != depart
        rangs.append(_ranks(serveur.application))
        reset(http)
        assert http.get(f"{V1}/bac-a-sable/horloge").json()["decalage_s"] == 0
        revenu = state(serveur.application)
        for cle in revenu["cles_api"] + revenu["abonnements"]:
            cle.pop("dernier_usage_ms")
        for cle in depart["cles_api"] + depart["abonnements"]:
            cle.pop("dernier_usage_ms", None)
        assert revenu == depart
    assert rangs[0] == rangs[1]  # numbers are drawn again from the same place


def _ranks(application: Application) -> list[tuple[int, ...]]:
    with application.base.lecture() as connexion:
        return [
            tuple(connexion.execute(sa.select(colonne).order_by(colonne)).scalars())
            for colonne in (IMPORTS.c.rang, CATALOGUE.tables["dossiers"].c.dossier, CATALOGUE.tables["audit"].c.rang)
        ]


def test_the_books_of_a_dossier_created_since_are_empty_when_its_number_comes_back(
    serveur: ServeurReel, http: httpx2.Client, fichier: Path
) -> None:
    use(serveur, http, fichier)
    [neuf] = [d for d in serveur.ports.dossiers.lister() if d.code_ibs == "NEUF"]
    reset(http)
    autre = serveur.ports.dossiers.creer(DOMAIN, "AUTRE", "Autre")
    assert autre.dossier == neuf.dossier
    assert serveur.ports.livres.exercices(autre.dossier) == []


def test_the_log_of_requests_before_it_is_gone(serveur: ServeurReel, http: httpx2.Client) -> None:
    for _ in range(3):
        http.get(f"{V1}/dossiers")
    reset(http)
    routes = [r["route"] for r in http.get(f"{V1}/requetes").json()["requetes"]]
    assert set(routes) <= {REMISE}


def test_an_import_that_waits_is_gone_and_its_job_ends_quietly(
    serveur: ServeurReel, http: httpx2.Client, fichier: Path
) -> None:
    serveur.arreter_travailleur()
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as client:
        ident = client.import_file(fichier, CODE).id
    reset(http)
    assert serveur.ports.demandes.lire(ident) is None
    assert serveur.application.file.annuler() == 0  # nothing is left in the queue
    assert serveur.application.bac is not None
    etapes = EtapesBacASable(serveur.ports, serveur.application.bac)
    assert etapes.recuperer(ident, dernier_essai=False) == "fini"
    assert etapes.examiner(ident) == "fini"
    assert etapes.poster(ident) == "fini"
    etapes.abandonner(ident, reference="x")
    assert serveur.ports.demandes.lire(ident) is None


class Coupe(Exception):
    """The process dies there."""


@pytest.mark.parametrize("ou", ["_remettre_livres", "_oublier", "annuler"])
def test_a_reset_that_is_interrupted_is_finished_at_the_next_start(
    serveur: ServeurReel, http: httpx2.Client, fichier: Path, monkeypatch: pytest.MonkeyPatch, ou: str
) -> None:
    depart = state(serveur.application)
    use(serveur, http, fichier)
    assert serveur.application.bac is not None
    remise = serveur.application.bac.remise

    def coupe(*_: object) -> None:
        raise Coupe

    monkeypatch.setattr(remise, "_annuler" if ou == "annuler" else ou, coupe)
    with pytest.raises(Coupe):
        remise.remettre()
    relance = build(serveur.application.settings)
    try:
        revenu = state(relance)
        assert [c["cle"] for c in revenu["cles_api"]] == [c["cle"] for c in depart["cles_api"]]
        for table in ("imports", "dossiers", "collaborateurs", "webhooks", "pannes", "livraisons"):
            assert revenu[table] == depart[table], table
        assert revenu["fichiers"] == depart["fichiers"]
    finally:
        relance.fermer()


def test_a_reset_waits_for_what_runs_and_what_comes_waits_for_it(tmp_path: Path) -> None:
    verrou = VerrouBac(tmp_path)
    ordre: list[str] = []
    tient, lache, attend = threading.Event(), threading.Event(), threading.Event()

    def step() -> None:
        with verrou.partage(), verrou.partage():  # a step inside a step
            tient.set()
            lache.wait(20)
            ordre.append("etape")

    def reset_() -> None:
        attend.set()
        with verrou.exclusif(20):
            ordre.append("remise")

    def late() -> None:
        with verrou.partage():
            ordre.append("suivante")

    fils = [threading.Thread(target=fonction) for fonction in (step, reset_, late)]
    fils[0].start()
    assert tient.wait(20)
    fils[1].start()
    assert attend.wait(20)
    while (lacher := verrou.essayer()) is not None:  # until the reset has closed the door
        lacher()
    fils[2].start()
    lache.set()
    for fil in fils:
        fil.join(20)
    assert ordre == ["etape", "remise", "suivante"]


def test_a_reset_gives_up_when_something_lasts_and_changes_nothing(
    serveur: ServeurReel, http: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecritures.storage.remise.ATTENTE_S", 0.05)
    assert serveur.application.bac is not None
    depart = state(serveur.application)
    lacher = serveur.application.bac.verrou.essayer()
    assert lacher is not None
    try:
        reponse = http.post(REMISE)
        assert (reponse.status_code, reponse.json()["code"]) == (409, "bac_a_sable.occupe")
    finally:
        lacher()
    assert state(serveur.application)["dossiers"] == depart["dossiers"]
    reset(http)
    with (
        pytest.raises(BacASableOccupe),
        serveur.application.bac.verrou.exclusif(0),
        VerrouBac(serveur.application.settings.donnees).exclusif(0),
    ):
        pass


def test_without_a_noted_start_nothing_is_reset(serveur: ServeurReel, http: httpx2.Client) -> None:
    (serveur.application.settings.donnees / "bac-a-sable" / "depart.json").unlink()
    reponse = http.post(REMISE)
    assert (reponse.status_code, reponse.json()["code"]) == (409, "bac_a_sable.sans_photo")
    assert http.get(f"{V1}/dossiers").json()["dossiers"] != []


def test_data_that_held_a_firm_before_are_never_reset(base: Any, tmp_path: Path) -> None:
    with open_serveur(tmp_path / "donnees", url=base.url) as ordinaire:
        assert httpx2.post(ordinaire.base_url + REMISE, headers=ordinaire.cles).status_code == 404
        reglages = ordinaire.application.settings
    bac = build(reglages.model_copy(update={"bac_a_sable": True}))
    try:
        assert bac.bac is not None and isinstance(bac.bac.remise, RemiseGardee)
        assert not bac.bac.remise.photographier()
        with pytest.raises(Exception, match="ne sont pas nées dans un bac à sable"):
            bac.bac.remise.remettre()
    finally:
        bac.fermer()


def test_the_noted_start_is_its_owner_s_alone_and_is_not_taken_again(serveur: ServeurReel, http: httpx2.Client) -> None:
    chemin = serveur.application.settings.donnees / "bac-a-sable" / "depart.json"
    assert chemin.stat().st_mode & 0o077 == 0
    assert serveur.application.bac is not None
    assert serveur.cle not in chemin.read_text() and serveur.abonnement not in chemin.read_text()
    assert not serveur.application.bac.remise.photographier()
    lue = json.loads(chemin.read_text())
    assert set(lue["catalogue"]) == set(CATALOGUE.tables) - {"bacs_a_sable", "travailleurs"}


def test_every_column_of_the_databases_can_be_noted() -> None:
    for table in (*CATALOGUE.sorted_tables, *LIVRES.sorted_tables):
        for colonne in table.columns:
            assert isinstance(colonne.type, sa.BigInteger | sa.Text | Jour), f"{table.name}.{colonne.name}"


def test_a_deposit_of_before_is_there_no_more(serveur: ServeurReel, http: httpx2.Client) -> None:
    envoi = http.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}).json()
    recu = httpx2.put(envoi["depositUrl"], content=VENTE, headers={"x-ms-blob-type": "BlockBlob"})
    assert recu.status_code == 201 and files(serveur.application) != []
    reset(http)
    assert files(serveur.application) == []
    demande = http.post(f"{LOOP}/importTra", json={"codeIbs": CODE, "URI": envoi["uri"]}).json()
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as client:
        assert not client.attendre(demande["accountingImportRequestId"], timeout_s=30).est_reussi


def test_a_start_noted_with_imports_keeps_them_with_their_files_and_books(
    serveur: ServeurReel, http: httpx2.Client, fichier: Path
) -> None:
    """The start is chosen again: the file is removed, and the next start notes what it finds."""
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as client:
        garde = client.import_file(fichier, CODE).wait(timeout_s=30).statut
        assert serveur.application.bac is not None
        (serveur.application.settings.donnees / "bac-a-sable" / "depart.json").unlink()
        assert serveur.application.bac.remise.photographier()
        balance = http.get(f"{V1}/dossiers/{CODE}/balance").json()
        use(serveur, http, fichier)
        assert http.get(f"{V1}/dossiers/{CODE}/balance").json() != balance
        reset(http)
        assert http.get(f"{V1}/dossiers/{CODE}/balance").json() == balance
        [importe] = http.get(f"{V1}/imports").json()["imports"]
        assert garde.est_reussi and importe["etat"] == 3
        demande = serveur.ports.demandes.lire(importe["id"])
        assert demande is not None and demande.sha256 is not None
        assert serveur.ports.originaux.lire(demande.sha256) == VENTE
        assert verify(serveur.dossier, serveur.ports).rupture is None


def test_the_objects_of_a_store_go_as_files_do(conteneur: Conteneur) -> None:
    lieu = Emplacement(f"az://{conteneur.nom}/bac", conteneur.compte, conteneur.cle, conteneur.endpoint)
    originaux, depots = (_fichiers(lieu, nom) for nom in ("originaux", "depots"))
    for nom in ("ab/abc", "cd/cde", "ef/efé"):
        obstore.put(lieu.store("originaux"), nom, b"x")
    obstore.put(lieu.store("depots"), "garde", b"x")
    assert originaux.lister() == {"ab/abc", "cd/cde", "ef/efé"}
    originaux.retirer({"ab/abc", "ef/efé", "jamais-vu"})
    assert (originaux.lister(), depots.lister()) == ({"cd/cde"}, {"garde"})
