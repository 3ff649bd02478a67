"""Status polls while imports run (issue 5): 300 a second on ``getImportStatus``, with both keys, during 20 imports in 20 dossiers.

Beside it, at the same rate: a bare FastAPI route, first on a quiet machine (the cost of the generator and of the framework), then
while the same imports run.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from bench.generate import JEUX, generer
from bench.pipeline import LOOP, ROUTES, Client
from bench.processes import RACINE, Json, die_with_parent, measure
from bench.route_nue import CHEMIN

IMPORTS = 20
CADENCE = 300.0
LIGNES = 100_000
"""Of each import: the twenty of them outlast the windows, and one that ends is asked for again."""
NU_S, NU_PENDANT_S, NOUS_S = 5.0, 8.0, 12.0
"""The windows. Everything fits in forty seconds, the start of the server counted."""
ATTENTE_S = 30.0
P99_MAX_S = 0.100
"""The target of issue 5, 7."""


@contextlib.contextmanager
def bare_route() -> Iterator[str]:
    """Address of a bare route, in a process of its own."""
    processus = subprocess.Popen(
        [sys.executable, "-m", "bench.route_nue"],
        cwd=RACINE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),
    )
    try:
        assert processus.stdout is not None
        yield f"http://127.0.0.1:{int(processus.stdout.readline())}"
    finally:
        processus.terminate()
        processus.wait()


def quiet() -> Json:
    """The bare route alone: what the generator and the framework cost on this machine."""
    with bare_route() as url:
        fenetre = {"nom": "nu", "url": url, "chemins": [CHEMIN], "cadence": CADENCE, "duree_s": NU_S}
        return dict(measure("charge", {"fenetres": [fenetre]})["nu"])


def during_imports(client: Client, lignes: int = LIGNES) -> Json:
    """Both routes while the imports run: ``nu_pendant``, then ``nous``. Needs ``IMPORTS`` fresh dossiers."""
    url, nom = str(client.http.base_url), JEUX["fec"].nom_fichier
    uri = client.deposit(nom, generer("fec", lignes))
    imports: Json = {
        "url": url,
        "cles": client.cles,
        "route": LOOP + ROUTES["fec"],
        "suivi": f"{LOOP}/getImportStatus?accountingImportRequestId=",
        "corps": [{"codeIbs": client.fresh_dossier(), "URI": uri} for _ in range(IMPORTS)],
        "attente_s": ATTENTE_S,
    }
    with bare_route() as nue:
        fenetres: list[Json] = [
            {"nom": "nu_pendant", "url": nue, "chemins": [CHEMIN], "cadence": CADENCE, "duree_s": NU_PENDANT_S},
            {"nom": "nous", "url": url, "cles": client.cles, "cadence": CADENCE, "duree_s": NOUS_S},
        ]
        trouve = measure("charge", {"imports": imports, "fenetres": fenetres})
    return {nom: trouve[nom] for nom in ("nu_pendant", "nous")} | {"lignes": lignes}
