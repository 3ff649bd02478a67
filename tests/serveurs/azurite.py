"""Azurite, Microsoft's blob emulator: containers, account signatures, expired and tampered links."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from serveurs.processus import ServiceAbsent, accepts, free_port, launch, stop, temporary_folder, wait_until

RACINE = Path(__file__).resolve().parents[2]
COMPTE = "devstoreaccount1"
CLE = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's published key: no secret."""

_VERSION = "2019-12-12"


def script() -> Path:
    """Raises ServiceAbsent."""
    chemin = Path(os.environ.get("ECRITURES_AZURITE") or RACINE / ".dev/node_modules/azurite/dist/src/blob/main.js")
    if not chemin.exists() or shutil.which("node") is None:
        raise ServiceAbsent("Azurite absent : npm install --no-save --prefix .dev azurite@3.35.0")
    return chemin


@dataclass(frozen=True)
class Conteneur:
    """A fresh container: what the settings of the Azure driver need."""

    nom: str
    endpoint: str
    compte: str = COMPTE
    cle: str = CLE

    def blob_url(self, nom: str, *, droits: str = "r", expire: datetime | None = None) -> str:
        """A signed URL of one blob (service SAS), as a client of Loop would give it."""
        expire = expire or datetime.now(UTC) + timedelta(hours=24)
        se = expire.strftime("%Y-%m-%dT%H:%M:%SZ")
        ressource = f"/blob/{self.compte}/{self.nom}/{nom}"
        champs = [droits, "", se, ressource, "", "", "", _VERSION, "b", *[""] * 6]
        parametres = {"sv": _VERSION, "sr": "b", "sp": droits, "se": se, "sig": _signer("\n".join(champs))}
        return f"{self.endpoint}/{self.nom}/{nom}?{urlencode(parametres)}"

    def put(self, nom: str, contenu: bytes) -> None:
        reponse = httpx2.put(self.blob_url(nom, droits="cw"), content=contenu, headers={"x-ms-blob-type": "BlockBlob"})
        reponse.raise_for_status()


class Azurite:
    def __init__(self) -> None:
        js = script()
        self.dossier = temporary_folder("azurite")
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}/{COMPTE}"
        journal = self.dossier / "azurite.log"
        adresse = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
        drapeaux = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"]
        self._processus = launch(["node", js, *drapeaux, *adresse], journal)
        wait_until(lambda: accepts(port), self._processus, journal)

    def container(self) -> Conteneur:
        nom = f"essai-{uuid.uuid4().hex[:12]}"
        httpx2.put(f"{self.endpoint}/{nom}?restype=container&{_sas_compte()}").raise_for_status()
        return Conteneur(nom, self.endpoint)

    def close(self) -> None:
        stop(self._processus)
        shutil.rmtree(self.dossier, ignore_errors=True)


def _signer(texte: str) -> str:
    return base64.b64encode(hmac.new(base64.b64decode(CLE), texte.encode(), hashlib.sha256).digest()).decode()


def _sas_compte() -> str:
    se = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    champs = [COMPTE, "rwdlac", "b", "sco", "", se, "", "", _VERSION, ""]
    parametres = {"sv": _VERSION, "ss": "b", "srt": "sco", "sp": "rwdlac", "se": se, "sig": _signer("\n".join(champs))}
    return urlencode(parametres)
