"""The real application over a real database, called in process: two firms, a dossier, keys, and the worker's steps at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from ecritures.api.app import ReglagesApi, create_app
from ecritures.imports.limits import Limits
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.imports.run import SUITE, Etapes
from ecritures.main import build
from ecritures.settings import Settings

BASE_URL = "http://testserver"
DOMAIN = "CABINETDEMO"
CODE = "DEMO001"
SIRET = "07955542100027"  # a leading zero: it must survive
LOOP = "/loop-api-publiques"
V1 = "/api/v1"


@dataclass
class Essai:
    """One application. ``cles`` are those of the firm; ``client`` sends no key by itself."""

    api: FastAPI
    ports: Ports
    reglages: ReglagesApi
    client: TestClient
    cles: dict[str, str]
    dossier: Dossier

    def keys(self, domain: str, dossiers: list[int] | None = None) -> dict[str, str]:
        """New keys of a firm, for these dossiers only when given."""
        return _keys(self.ports, domain, dossiers)

    def deposit(self, nom: str, octets: bytes) -> str:
        """Uploads a file by the documented way; gives its URI."""
        depot = self.client.get(f"{LOOP}/getFileUrlDeposit", params={"filename": nom}, headers=self.cles).json()
        recu = self.client.put(depot["depositUrl"], content=octets, headers={"x-ms-blob-type": "BlockBlob"})
        assert recu.status_code == 201, recu.text
        return str(depot["uri"])

    def ask(self, route: str, **corps: object) -> str:
        """Asks for an import that must be accepted; gives its id."""
        reponse = self.client.post(f"{LOOP}/{route}", json=corps, headers=self.cles)
        assert reponse.status_code == 200, reponse.text
        return str(reponse.json()["accountingImportRequestId"])

    def status(self, import_id: str) -> dict[str, object]:
        reponse = self.client.get(
            f"{LOOP}/getImportStatus", params={"accountingImportRequestId": import_id}, headers=self.cles
        )
        assert reponse.status_code == 200, reponse.text
        return dict(reponse.json())

    def work(self, import_id: str) -> None:
        """What a worker does with an import, without its queue."""
        etapes = Etapes(self.ports)
        if etapes.recuperer(import_id, dernier_essai=True) == SUITE and etapes.examiner(import_id) == SUITE:
            etapes.poster(import_id)


@contextmanager
def open_essai(
    url: str, donnees: Path, *, http_strict: bool = False, limits: Limits | None = None, **reglages: object
) -> Iterator[Essai]:
    """The application wired by main on ``url``, with firm CABINETDEMO, its dossier DEMO001 (exercices 2015 to 2026)."""
    bornes = {} if limits is None else {nom: getattr(limits, nom) for nom in Limits.__dataclass_fields__}
    application = build(Settings(donnees=donnees, base_url=BASE_URL, base_sql=url, **bornes))  # type: ignore[arg-type]
    try:
        ports = application.ports
        choix = ReglagesApi(base_url=BASE_URL, http_strict=http_strict, **reglages)  # type: ignore[arg-type]
        api = create_app(ports, choix)
        dossier = ports.dossiers.creer(DOMAIN, CODE, "Démonstration SARL")
        for annee in range(2015, 2027):
            ports.livres.creer_exercice(dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
        ports.livres.creer_etablissement(dossier.dossier, "SIEGE", SIRET)
        with TestClient(api, base_url=BASE_URL) as client:
            yield Essai(api, ports, choix, client, _keys(ports, DOMAIN, None), dossier)
    finally:
        application.fermer()


def _keys(ports: Ports, domain: str, dossiers: list[int] | None) -> dict[str, str]:
    return {
        "Ocp-Apim-Subscription-Key": ports.cles.creer_abonnement("essai"),
        "x-apikey": ports.cles.creer_cle(domain, "essai", dossiers=dossiers),
    }


def tra(lignes: list[str]) -> bytes:
    """A TRA file (S5 CLI JRL STD) of these lines."""
    entete = f"{'***S5CLIJRLSTD':14}{'':3}{'01011900'}{'01011900'}{'007'}{'':5}{'010120261200'}{'CEG':35}{'DEMO':35}"
    return "".join(f"{ligne}\r\n" for ligne in (entete, *lignes)).encode("cp1252")


def mouvement(
    compte: str, sens: str, montant: str, *, jour: str = "15012026", tiers: str = "", libelle: str = "Facture"
) -> str:
    """A movement of 222 columns, journal VEN."""
    genre = "X" if tiers else ""
    return (
        f"{'VEN':3}{jour:8}{'FC':2}{compte:17}{genre:1}{tiers:17}{'F001':35}{libelle:35}{'':3}{'':8}{sens:1}{montant:>20}"
        f"{'N':1}{'1':>8}{'EUR':3}{'':10}{'E--':3}{'':20}{'':20}{'':3}{'':2}{'':2}"
    )


VENTE = tra(
    [
        mouvement("411000", "D", "120,00", tiers="CLI001"),
        mouvement("707000", "C", "100,00"),
        mouvement("445710", "C", "20,00"),
    ]
)
"""One balanced sale."""

BANCALE = tra([mouvement("411000", "D", "120,00", tiers="CLI001"), mouvement("707000", "C", "100,00")])
"""One entry that does not balance: 20,00 missing on the credit side."""

FEC = (
    b"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t"
    b"EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n"
    b"VEN\tVentes\t1\t20260115\t41100000\tClients\tCLI001\tClient un\tF001\t20260115\tFacture\t120,00\t0,00\t\t\t20260115\t\t\r\n"
    b"VEN\tVentes\t1\t20260115\t70700000\tVentes\t\t\tF001\t20260115\tFacture\t0,00\t120,00\t\t\t20260115\t\t\r\n"
)
