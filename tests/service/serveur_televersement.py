"""A server of the product in its own process, which kills itself (SIGKILL) at one moment of an upload. Run by
test_televersements_arret. Nothing of the product is replaced: the death comes after the real step."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import uvicorn

from ecritures.main import build
from ecritures.settings import Settings

MORTS = {
    "octets_gardes": ("televersements", "deposer"),
    "octets_comptes": ("televersements", "compter"),
    "original_garde": ("originaux", "garder"),
    "import_enregistre": ("demandes", "enregistrer"),
}
"""After which call of which port it dies."""


def main(donnees: str, url: str, port: str, mort: str) -> None:
    app = build(Settings(donnees=Path(donnees), base_sql=url))
    if mort in MORTS:
        nom, methode = MORTS[mort]
        edge = getattr(app.ports, nom)
        vraie = getattr(edge, methode)

        def then_die(*arguments: Any, **autres: Any) -> Any:
            vraie(*arguments, **autres)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(edge, methode, then_die)
    uvicorn.run(app.http(), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
