"""Object stores (Azure Blob, S3) by obstore, from an address ``az://conteneur/prefixe`` and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, S3Store

from ecritures.domain.errors import ServiceIndisponible

MORCEAU_OCTETS = 1 << 20
"""Size of the pieces read from a store."""

DUREE_MAX = "15m"
"""Longest exchange with the store: obstore's 30 s would cut a large file on a slow line."""

Objets = AzureStore | S3Store


@dataclass(frozen=True)
class Emplacement:
    """Where files live. ``url``: a folder, ``file:///…``, ``az://conteneur/prefixe`` or ``s3://seau/prefixe``.

    compte, cle, endpoint: of the Azure account; empty for the environment's own credentials (managed identity, AWS).
    """

    url: str
    compte: str = ""
    cle: str = field(default="", repr=False)
    endpoint: str = ""

    def folder(self) -> Path | None:
        """The local folder, None for an object store. Raises ValueError on another scheme."""
        schema = urlsplit(self.url).scheme
        if schema in ("az", "s3"):
            return None
        if schema == "file":
            return Path(unquote(urlsplit(self.url).path))
        if "://" in self.url:
            raise ValueError(
                f"Stockage {schema}:// inconnu : donner un dossier, az://conteneur/prefixe ou s3://seau/prefixe."
            )
        return Path(self.url)

    def store(self, sous_dossier: str) -> Objets:
        """The object store of ``sous_dossier`` below the address."""
        parties = urlsplit(self.url)
        prefixe = "/".join(p for p in (parties.path.strip("/"), sous_dossier) if p)
        client: dict[str, Any] = {"timeout": DUREE_MAX, "connect_timeout": "10s"}
        if urlsplit(self.endpoint).scheme == "http":  # an emulator, or a store inside the house
            client["allow_http"] = True
        if parties.scheme == "az":
            azure: dict[str, Any] = {"account_name": self.compte, "account_key": self.cle, "endpoint": self.endpoint}
            reglages = {nom: valeur for nom, valeur in azure.items() if valeur}
            return AzureStore(parties.netloc, prefix=prefixe, client_options=client, **reglages)  # type: ignore[arg-type]
        s3: dict[str, Any] = {"access_key_id": self.compte, "secret_access_key": self.cle, "endpoint": self.endpoint}
        reglages = {nom: valeur for nom, valeur in s3.items() if valeur}
        return S3Store(parties.netloc, prefix=prefixe, client_options=client, **reglages)  # type: ignore[arg-type]


@contextmanager
def storage_errors() -> Iterator[None]:
    """A store that does not answer is a ServiceIndisponible. FileNotFoundError passes: it means something to the caller.

    The store's own text is dropped: it may quote addresses and headers.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as erreur:
        raise ServiceIndisponible(
            f"Le stockage des fichiers ne répond pas ({type(erreur).__name__}) : vérifier les réglages ECRITURES_STOCKAGE et ECRITURES_AZURE_CLE, "
            "puis recommencer."
        ) from None
