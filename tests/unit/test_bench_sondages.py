"""The bench of status polls: a generator that waited for answers would hide what it is there to measure."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from serveurs.asynchrone import run_async


def _bench(nom: str) -> ModuleType:
    """bench/ is beside the package, not in it."""
    racine = str(Path(__file__).parents[2])
    if racine not in sys.path:
        sys.path.append(racine)
    return importlib.import_module(f"bench.{nom}")


charge, route_nue, pages = (_bench(nom) for nom in ("charge", "route_nue", "sondages_page"))

CHEMIN = "/getImportStatus?accountingImportRequestId=1"


class Faux:
    """An HTTP server in small: ``repondre`` gives status and object of each request, and may wait before."""

    def __init__(self, repondre: Callable[[Faux, str], Any]) -> None:
        self.repondre = repondre
        self.recues: list[str] = []
        self.corps: list[str] = []
        self.en_route = asyncio.Event()

    async def serve(self, lecteur: asyncio.StreamReader, plume: asyncio.StreamWriter) -> None:
        while tete := await _head(lecteur):
            ligne = tete.split("\r\n", 1)[0]
            if "content-length: " in tete:
                taille = int(tete.partition("content-length: ")[2].partition("\r\n")[0])
                self.corps.append((await lecteur.readexactly(taille)).decode())
            self.recues.append(ligne)
            statut, objet = await self.repondre(self, ligne)
            octets = json.dumps(objet).encode()
            plume.write(f"HTTP/1.1 {statut} X\r\nContent-Length: {len(octets)}\r\n\r\n".encode() + octets)
        plume.close()


async def _head(lecteur: asyncio.StreamReader) -> str:
    try:
        return (await lecteur.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return ""


@asynccontextmanager
async def _server(repondre: Callable[[Faux, str], Any]) -> AsyncIterator[tuple[Faux, str]]:
    faux = Faux(repondre)
    serveur = await asyncio.start_server(faux.serve, "127.0.0.1", 0)
    try:
        yield faux, f"http://127.0.0.1:{serveur.sockets[0].getsockname()[1]}"
    finally:
        serveur.close()


def test_requests_leave_on_time_though_no_answer_comes_and_their_latency_counts_the_wait() -> None:
    async def retenue(faux: Faux, _ligne: str) -> tuple[int, Any]:
        if len(faux.recues) == 20:  # all have left: the first may be answered
            faux.en_route.set()
        await faux.en_route.wait()
        return 200, {"status": 2}

    async def essai() -> Any:
        async with _server(retenue) as (_, url):
            serveur = charge.Serveur(url, {"x-apikey": "a"})
            return await charge.poll(serveur, [CHEMIN], cadence=100.0, duree_s=0.2), serveur.ouvertes

    releve, ouvertes = run_async(asyncio.wait_for(essai(), 10))
    assert len(releve.retards) == len(releve.latences) == ouvertes == 20
    assert releve.statuts == {"2": 20}
    assert releve.erreurs == {}
    assert max(releve.latences) >= 0.18  # the first waited until the last had left: 19 hundredths after it


def test_a_connection_serves_again_and_an_unexpected_answer_is_an_error_not_a_latency() -> None:
    async def alternee(faux: Faux, _ligne: str) -> tuple[int, Any]:
        return (200, {"status": 3}) if len(faux.recues) % 2 else (500, {"error": "x"})

    async def essai() -> Any:
        async with _server(alternee) as (_, url):
            serveur = charge.Serveur(url, {})
            for _ in range(2):
                await serveur.ask("GET", CHEMIN)
                with pytest.raises(charge.ReponseInattendue, match="500"):
                    await serveur.ask("GET", CHEMIN)
            return serveur.ouvertes, await charge.poll(serveur, [CHEMIN], cadence=50.0, duree_s=0.08)

    ouvertes, releve = run_async(asyncio.wait_for(essai(), 10))
    assert ouvertes == 1
    assert len(releve.latences) == 2
    assert releve.erreurs == {'500 {"error": "x"}': 2}


def test_an_import_that_ends_is_asked_for_again_and_its_new_number_is_followed() -> None:
    statuts = {"1": [1, 2, 2, 3], "2": [2, 2, 2]}

    async def loop(faux: Faux, ligne: str) -> tuple[int, Any]:
        if ligne.startswith("POST"):
            return 200, {"accountingImportRequestId": str(sum(r.startswith("POST") for r in faux.recues))}
        numero = ligne.partition("=")[2].split()[0]
        return 200, {"status": statuts[numero].pop(0)}

    async def essai() -> tuple[Any, list[str]]:
        async with _server(loop) as (faux, url):
            suivi = "/getImportStatus?accountingImportRequestId="
            imports = charge.Imports(charge.Serveur(url, {}), "/importFEC", suivi, [{"codeIbs": "A"}])
            await imports.start(limite_s=5)
            assert imports.en_cours == [True]
            for _ in range(3):
                await imports.look(0)
            return imports, faux.corps

    imports, corps = run_async(asyncio.wait_for(essai(), 10))
    assert imports.termines == 1
    assert imports.chemins == ["/getImportStatus?accountingImportRequestId=2"]
    assert corps == ['{"codeIbs": "A"}'] * 2


def test_the_bare_route_gives_the_fields_of_a_status() -> None:
    from starlette.testclient import TestClient

    recu = TestClient(route_nue.api).get(route_nue.CHEMIN)
    assert recu.json() == route_nue.REPONSE
    assert list(recu.json()) == ["_id", "id", "creationDate", "lastUpdate", "codeIBS", "domain", "status", "__v"]


def _window(ms: float, erreurs: int = 0, en_cours: int = 20) -> dict[str, Any]:
    return {
        "latences": [ms / 1000] * 100, "retards": [0.001] * (100 + erreurs), "erreurs": {"500": erreurs} if erreurs else {},
        "statuts": {"2": 100}, "connexions": 5, "charge": 2.5, "en_cours_min": en_cours, "termines": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("nous", "mesure", "tenue"),
    [
        (_window(40), "40 ms", True),
        (_window(140), "140 ms", False),
        (_window(40, erreurs=3), "40 ms, 3 erreurs", False),
        (_window(40, en_cours=12), "40 ms", False),
    ],
)
def test_the_target_is_held_by_time_without_error_and_with_the_imports_running(
    nous: dict[str, Any], mesure: str, tenue: bool
) -> None:
    resultats = {"sondages": [{"base": "pg", "lignes": 1000, "nu_pendant": _window(4), "nous": nous}]}
    ((quoi, cible, dite, est_tenue),) = pages.targets(resultats)
    assert (cible, dite, est_tenue) == ("< 100 ms, sans erreur", mesure, tenue)
    assert "300 sondages" in quoi and "PostgreSQL" in quoi


def test_the_section_puts_the_bare_route_beside_and_is_absent_when_nothing_was_measured() -> None:
    assert pages.section({}) == []
    sondages = [
        {"base": "sqlite", "lignes": 1000, "nu": _window(2), "nu_pendant": _window(4), "nous": _window(30)},
        {"base": "pg", "lignes": 1000, "nu_pendant": _window(5), "nous": _window(40)},
    ]
    texte = pages.section({"sondages": sondages})
    assert sum(ligne.startswith("| ") for ligne in texte) == 2 + 5
    assert "| route FastAPI nue, machine au repos | – | 100 | 2,0 | 2,0 | 2,0 | 0 | 20 | 2,5 |" in texte
