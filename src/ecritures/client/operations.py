"""The operations of the SDK, as generators of calls (``appels``): the published contract, and what our server adds to it."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import httpx2

from ecritures.client.appels import Appel, Demarche, OnOctets, Pause, insister
from ecritures.client.constats import Constat, Resultat
from ecritures.client.errors import DelaiDepasse, ReponseInattendue
from ecritures.client.status import ImportStatus
from ecritures.client.transport import ESSAIS, answer, host, raise_deposit_refused

ROUTES = {"tra": "/importTra", "fec": "/importFEC", "perso": "/importPerso"}
LISTES = frozenset(
    {
        "axe",
        "compte",
        "dossier",
        "EcritureComptable",
        "etablissement",
        "etablissementComplet",
        "exercice",
        "groupe",
        "journal",
        "parametreAnalytique",
        "section",
        "tiersClient",
        "tiersDivers",
        "tiersFournisseur",
        "tiersSalarie",
        "tva",
        "AgenceCabinet",
        "CollaborateurCabinet",
    }
)
SUIVI_INITIAL_S = 0.05
SUIVI_MAX_S = 2.0
PAGE = 500

PREFIXE_LOOP = "/loop-api-publiques"
PREFIXE_V1 = "/api/v1"
_NOM_FEC = re.compile(r"\d{9}FEC\d{8}.*\.(txt|csv)", re.IGNORECASE)

OnStatus = Callable[[ImportStatus], None]


class FormatADire(ValueError):
    """The format is neither given nor plain from the name: the SDK does not guess."""


@dataclass(frozen=True)
class Depot:
    """Where to send a file. ``deposit_url`` is a secret: it lets anyone write there until it expires."""

    deposit_url: str = field(repr=False)
    uri: str


@dataclass(frozen=True)
class DemandePartie:
    """A request for an import, about to leave: sent again with the same key and the same file, it is the same request.
    ``uri``: its deposit; ``televersement``: its upload by pieces."""

    cle: str
    uri: str = ""
    televersement: str = ""


class Carnet(Protocol):
    """Where a program that may be stopped remembers one request until it has its answer."""

    def lire(self) -> DemandePartie | None: ...

    def noter(self, demande: DemandePartie) -> None: ...


@dataclass(frozen=True)
class Operations:
    """The calls of one firm's key. ``base_url``: Loop's, or our server's with or without its prefix."""

    base_url: str
    cles: Mapping[str, str] = field(repr=False)
    essais: int = ESSAIS

    def envoyer(
        self,
        fichier: Path,
        dossier: str,
        format_: str | None,
        modele: str | None,
        siret: str | None,
        on_octets: OnOctets | None,
        carnet: Carnet | None = None,
    ) -> Demarche[str]:
        """Deposit, PUT, POST: the three calls that start an import; gives its id. Raises FormatADire before the first.

        carnet: remembers the request as it leaves, and gives it back if its answer never came.
        """
        choisi = format_of(fichier.name, format_, modele)
        demande = None if carnet is None else carnet.lire()
        if demande is None or not demande.uri:
            depot = yield from self.ouvrir_depot(fichier.name)
            yield from self.deposer(depot, fichier, on_octets)
            demande = DemandePartie(cle=str(uuid.uuid4()), uri=depot.uri)
            if carnet is not None:
                carnet.noter(demande)
        return (yield from self.demander(choisi, dossier, demande.uri, "", modele, siret, demande.cle))

    def ouvrir_depot(self, nom: str) -> Demarche[Depot]:
        corps = yield from self.get("/getFileUrlDeposit", {"filename": nom})
        return Depot(text_of(corps, "depositUrl"), text_of(corps, "uri"))

    def deposer(self, depot: Depot, contenu: bytes | Path, on_octets: OnOctets | None) -> Demarche[None]:
        """The bytes go without the keys: the URL holds its own right. A second call replaces the first."""
        headers = {
            "x-ms-blob-type": "BlockBlob",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(contenu) if isinstance(contenu, bytes) else contenu.stat().st_size),
        }
        appel = Appel("PUT", depot.deposit_url, headers, contenu=contenu, on_octets=on_octets)
        reponse = yield from insister(appel, self.essais, est_rejouable=True)
        if reponse.status_code >= 400:
            raise_deposit_refused(reponse)

    def demander(
        self,
        format_: str,
        dossier: str,
        uri: str,
        url: str,
        modele: str | None,
        siret: str | None,
        cle: str | None = None,
    ) -> Demarche[str]:
        """Asks for the import of a file that is at ``uri`` or ``url``; gives its id."""
        corps = {"codeIbs": dossier, "URI": uri, "URL": url}
        corps |= {nom: valeur for nom, valeur in (("modele", modele), ("SIRET", siret)) if valeur}
        return (yield from self._demander(ROUTES[format_], corps, cle))

    def importer_json(
        self,
        dossier: str,
        ecritures: list[dict[str, Any]],
        contexte: Mapping[str, str] | None,
        options: Mapping[str, Any] | None,
        siret: str | None,
    ) -> Demarche[str]:
        donnees: dict[str, Any] = {"ecritures": ecritures}
        donnees |= {
            nom: dict(objet) for nom, objet in (("contexte", contexte), ("options", options)) if objet is not None
        }
        corps = {"codeIbs": dossier, "data": donnees} | ({"SIRET": siret} if siret else {})
        return (yield from self._demander("/importJson", corps))

    def statut(self, import_id: str) -> Demarche[ImportStatus]:
        corps = yield from self.get("/getImportStatus", {"accountingImportRequestId": import_id})
        try:
            return ImportStatus.parse(corps)
        except (KeyError, TypeError, ValueError):
            raise ReponseInattendue("La réponse de getImportStatus n'est pas un statut d'import.") from None

    def attendre(self, import_id: str, on_progress: OnStatus | None, timeout_s: float | None) -> Demarche[Resultat]:
        """Polls until the import is over, then reads its findings. Raises DelaiDepasse."""
        statut = yield from self.suivre(import_id, on_progress, timeout_s)
        return Resultat(statut, (yield from self.constats(import_id)))

    def suivre(self, import_id: str, on_progress: OnStatus | None, timeout_s: float | None) -> Demarche[ImportStatus]:
        """Polls until the import is over. ``timeout_s`` None: without end. Raises DelaiDepasse."""
        limite = None if timeout_s is None else time.monotonic() + timeout_s
        attente = SUIVI_INITIAL_S
        while True:
            statut = yield from self.statut(import_id)
            if on_progress is not None:
                on_progress(statut)
            if statut.est_fini:
                return statut
            if limite is not None and time.monotonic() + attente > limite:
                raise DelaiDepasse(import_id, timeout_s or 0.0)
            yield Pause(attente)
            attente = min(attente * 1.5, SUIVI_MAX_S)

    def constats(self, import_id: str) -> Demarche[tuple[Constat, ...] | None]:
        """All findings in file order; None where the server has no such route (Loop)."""
        lus: list[Constat] = []
        apres = 0
        while True:
            url = f"{self.racine}{PREFIXE_V1}/imports/{quote(import_id, safe='')}/constats"
            params = {"limite": str(PAGE), "apres": str(apres)}
            reponse = yield from insister(Appel("GET", url, self.cles, params), self.essais, est_rejouable=True)
            if not lus and not _is_ours(reponse):
                return None
            page = answer(reponse)
            lus += [Constat.parse(constat) for constat in page["constats"]]
            if page["suivant"] is None:
                return tuple(lus)
            apres = int(page["suivant"])

    def lister(
        self, route: str, dossier: str | None, criteres: Mapping[str, str | int | None]
    ) -> Demarche[list[dict[str, Any]]]:
        """A list route of the contract, as its bare array. ``criteres``: filter, sort, skip, take, select."""
        params = {"codeDossier": dossier} if dossier is not None else {}
        params |= {nom: str(valeur) for nom, valeur in criteres.items() if valeur is not None}
        appel = Appel("GET", f"{self.base_url}/{route}", self.cles, params)
        reponse = yield from insister(appel, self.essais, est_rejouable=True)
        try:
            corps = reponse.json()
        except ValueError:
            corps = None
        if reponse.status_code == 200 and isinstance(corps, list) and all(isinstance(objet, dict) for objet in corps):
            return corps
        answer(reponse)  # its error, said as such
        raise ReponseInattendue(f"{host(appel.url)} ne rend pas une liste à /{route} : vérifier l'adresse du serveur.")

    @property
    def racine(self) -> str:
        """Where our own API is: beside the prefix of the dialect."""
        base = self.base_url
        return base[: -len(PREFIXE_LOOP)] if base.lower().endswith(PREFIXE_LOOP) else base

    @property
    def sonde(self) -> Appel:
        """A question without keys, that only a server of ours answers."""
        return Appel("GET", f"{self.racine}{PREFIXE_V1}/health")

    def get(self, route: str, params: Mapping[str, str], racine: str | None = None) -> Demarche[dict[str, Any]]:
        """The JSON object at ``route``, which begins with a slash, after ``racine`` (None: ``base_url``)."""
        appel = Appel("GET", (self.base_url if racine is None else racine) + route, self.cles, params or None)
        return answer((yield from insister(appel, self.essais, est_rejouable=True)))

    def _demander(self, route: str, corps: Mapping[str, Any], cle: str | None = None) -> Demarche[str]:
        headers = {**self.cles, "Idempotency-Key": cle or str(uuid.uuid4())}
        appel = Appel("POST", self.base_url + route, headers, json=corps)
        reponse = yield from insister(appel, self.essais, est_rejouable=False, sonde=self.sonde)
        return text_of(answer(reponse), "accountingImportRequestId")


def _is_ours(reponse: httpx2.Response) -> bool:
    """Our API answers with findings, or with a problem that has a code; another server knows no such address."""
    try:
        corps = reponse.json()
    except ValueError:
        return False
    return isinstance(corps, dict) and ("constats" in corps or "code" in corps)


def format_of(nom: str, format_: str | None, modele: str | None) -> str:
    """The format given, or said by the name. Raises FormatADire."""
    if format_ is not None:
        if format_ not in ROUTES:
            raise FormatADire(f"Le format « {format_} » n'est pas d'un fichier : tra, fec ou perso.")
        return format_
    if modele:
        return "perso"
    if nom.lower().endswith(".tra"):
        return "tra"
    if _NOM_FEC.fullmatch(nom):
        return "fec"
    raise FormatADire(
        f'Le nom « {nom} » ne dit pas le format : le donner (format="tra", "fec", ou modele=… pour un fichier personnalisé).'
    )


def text_of(corps: Mapping[str, Any], cle: str) -> str:
    valeur = corps.get(cle)
    if not isinstance(valeur, str) or not valeur:
        raise ReponseInattendue(f"La réponse du serveur ne porte pas {cle} : vérifier l'adresse du serveur.")
    return valeur
