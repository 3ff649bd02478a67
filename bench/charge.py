"""Measured process: GET requests sent at a fixed rate, whatever the answers take (open loop), and imports kept running beside.

Arrivals are scheduled; a latency is counted from the scheduled instant, so that a server that stops for a second is late for all
who would have come meanwhile. Sockets and HTTP/1.1 by hand: a client library would take more of the processor than the server.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.processes import Json, answer

CONNEXIONS_MAX = 128
"""Beyond, arrivals wait for one to be free, as they would at a proxy; their latency runs."""
REPONSE_MAX_S = 10.0
"""An answer that takes longer is an error."""
TENUE_S = 0.1
"""Between two looks at the running imports: each has one every two seconds when there are twenty."""
EN_COURS, TERMINE = 2, 3
_LONGUEUR = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class ReponseInattendue(Exception):
    """Not the answer expected; ``str()`` says what came."""


class Serveur:
    """Keep-alive connections to one server, opened as they are needed."""

    def __init__(self, url: str, cles: Json) -> None:
        adresse = urlsplit(url)
        self._hote, self._port = str(adresse.hostname), int(adresse.port or 80)
        self._entetes = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in {"host": adresse.netloc, **cles}.items())
        self._libres: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        self._places = asyncio.Semaphore(CONNEXIONS_MAX)
        self.ouvertes = 0

    async def ask(self, methode: str, chemin: str, corps: Json | None = None) -> Json:
        """The JSON object of a 200. Raises ReponseInattendue, OSError, TimeoutError."""
        octets = b"" if corps is None else json.dumps(corps).encode()
        tete = f"{methode} {chemin} HTTP/1.1\r\n{self._entetes}"
        if octets:
            tete += f"content-type: application/json\r\ncontent-length: {len(octets)}\r\n"
        async with self._places, asyncio.timeout(REPONSE_MAX_S):
            lecteur, plume = self._idle() or await self._open()
            try:
                plume.write(tete.encode() + b"\r\n" + octets)
                recu = await lecteur.readuntil(b"\r\n\r\n")
                longueur = _LONGUEUR.search(recu)
                if longueur is None:
                    raise ReponseInattendue("une réponse sans Content-Length")
                contenu = await lecteur.readexactly(int(longueur[1]))
            except BaseException:
                plume.close()  # what is left unread would be taken for the next answer
                raise
            self._libres.append((lecteur, plume))
        statut = int(recu[9:12])
        if statut != 200:
            raise ReponseInattendue(f"{statut} {contenu[:200].decode(errors='replace')}")
        try:
            objet: Json = json.loads(contenu)
        except ValueError:
            raise ReponseInattendue(f"autre chose que du JSON : {contenu[:200]!r}") from None
        return objet

    def _idle(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The connection used last that the server has not closed since: one unused for some seconds is (keep-alive)."""
        while self._libres:
            lecteur, plume = self._libres.pop()
            if not lecteur.at_eof():
                return lecteur, plume
            plume.close()
        return None

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.ouvertes += 1
        return await asyncio.open_connection(self._hote, self._port)

    def close(self) -> None:
        for _, plume in self._libres:
            plume.close()


@dataclass
class Releve:
    """What one window saw, in seconds. ``retards``: how late the generator itself was to send."""

    latences: list[float] = field(default_factory=list)
    retards: list[float] = field(default_factory=list)
    erreurs: dict[str, int] = field(default_factory=dict)
    statuts: dict[str, int] = field(default_factory=dict)

    def failed(self, erreur: Exception) -> None:
        texte = str(erreur) if isinstance(erreur, ReponseInattendue) else type(erreur).__name__
        self.erreurs[texte] = self.erreurs.get(texte, 0) + 1


async def poll(serveur: Serveur, chemins: Sequence[str], cadence: float, duree_s: float) -> Releve:
    """``cadence`` requests a second for ``duree_s``, on each address in turn; waits for the last answers. ``chemins`` is read
    anew at each request: it may change meanwhile."""
    releve, boucle, envois = Releve(), asyncio.get_running_loop(), set()
    debut = boucle.time()

    async def one(prevu: float, chemin: str) -> None:
        try:
            objet = await serveur.ask("GET", chemin)
        except (ReponseInattendue, OSError, EOFError, TimeoutError) as erreur:
            releve.failed(erreur)
            return
        releve.latences.append(boucle.time() - prevu)
        statut = str(objet.get("status"))
        releve.statuts[statut] = releve.statuts.get(statut, 0) + 1

    for rang in range(round(cadence * duree_s)):
        prevu = debut + rang / cadence
        if (attente := prevu - boucle.time()) > 0:
            await asyncio.sleep(attente)
        releve.retards.append(boucle.time() - prevu)
        envoi = asyncio.create_task(one(prevu, chemins[rang % len(chemins)]))
        envois.add(envoi)
        envoi.add_done_callback(envois.discard)
    if envois:
        await asyncio.wait(envois)
    assert len(releve.latences) + sum(releve.erreurs.values()) == len(releve.retards), "every request is accounted for"
    return releve


@dataclass
class Imports:
    """Imports kept running: one that ends is asked for again, in its own dossier. ``corps``: of the request, one a dossier."""

    serveur: Serveur
    route: str
    suivi: str
    corps: list[Json]
    chemins: list[str] = field(default_factory=list)
    en_cours: list[bool] = field(default_factory=list)
    en_cours_min: int = 0
    termines: int = 0

    async def start(self, limite_s: float) -> None:
        """All are posted, then all are running. Raises ReponseInattendue after ``limite_s``."""
        self.chemins += [await self._post(corps) for corps in self.corps]
        self.en_cours = [False] * len(self.corps)
        fin = time.monotonic() + limite_s
        while not all(self.en_cours):
            if time.monotonic() > fin:
                raise ReponseInattendue(f"{sum(self.en_cours)} imports en cours sur {len(self.en_cours)}")
            for rang in range(len(self.corps)):
                await self.look(rang)
        self.en_cours_min, self.termines = len(self.corps), 0

    async def keep(self) -> None:
        """Until it is cancelled."""
        rang = 0
        while True:
            await asyncio.sleep(TENUE_S)
            await self.look(rang % len(self.corps))
            self.en_cours_min = min(self.en_cours_min, sum(self.en_cours))
            rang += 1

    async def look(self, rang: int) -> None:
        statut = (await self.serveur.ask("GET", self.chemins[rang]))["status"]
        self.en_cours[rang] = statut == EN_COURS
        if statut > TERMINE:
            raise ReponseInattendue(f"import en erreur : {self.chemins[rang]}")
        if statut == TERMINE:
            self.termines += 1
            self.chemins[rang] = await self._post(self.corps[rang])

    async def _post(self, corps: Json) -> str:
        recu = await self.serveur.ask("POST", self.route, corps)
        return self.suivi + str(recu["accountingImportRequestId"])


async def run(demande: Json) -> Json:
    """``fenetres``: what to poll, one after the other, while the imports of ``imports``, if any, run."""
    imports, tenue = None, None
    if voulus := demande.get("imports"):
        imports = Imports(Serveur(voulus["url"], voulus["cles"]), voulus["route"], voulus["suivi"], voulus["corps"])
        await imports.start(voulus["attente_s"])
        tenue = asyncio.create_task(imports.keep())
    trouve: Json = {}
    for fenetre in demande["fenetres"]:
        serveur = Serveur(fenetre["url"], fenetre.get("cles", {}))
        chemins = fenetre.get("chemins") or (imports.chemins if imports else [])
        if imports is not None:
            imports.en_cours_min, imports.termines = sum(imports.en_cours), 0
        charge, depart = os.getloadavg()[0], time.process_time()
        releve = await poll(serveur, chemins, fenetre["cadence"], fenetre["duree_s"])
        serveur.close()
        trouve[fenetre["nom"]] = {
            **vars(releve),
            "connexions": serveur.ouvertes,
            "charge": round(charge, 2),
            "generateur_processeur_s": time.process_time() - depart,
            "en_cours_min": imports.en_cours_min if imports else 0,
            "termines": imports.termines if imports else 0,
        }
    if tenue is not None:
        if tenue.done():
            tenue.result()  # raises what stopped it: imports no longer ran
        tenue.cancel()
    return trouve


if __name__ == "__main__":
    answer(asyncio.run(run(json.loads(sys.argv[1]))))
