"""A server of the product in its own process, which may kill itself (SIGKILL) once an import is registered and before it is
answered. Run by test_idempotence. Nothing of the product is replaced: the death comes after the real commit."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import uvicorn

from ecritures.main import build
from ecritures.settings import Settings


def main(donnees: str, url: str, port: str, mort: str) -> None:
    app = build(Settings(donnees=Path(donnees), base_sql=url))
    if mort == "apres_commit":
        enregistrer = app.ports.demandes.enregistrer

        def enregistrer_puis_mourir(nouvelle: Any) -> Any:
            enregistrer(nouvelle)
            os.kill(os.getpid(), signal.SIGKILL)

        app.ports.demandes.enregistrer = enregistrer_puis_mourir  # type: ignore[method-assign]
    uvicorn.run(app.http(), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
