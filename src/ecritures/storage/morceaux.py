"""The bytes of uploads under way: one file or object a piece, ``<upload>/<name>``, on a local folder or an object store."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import obstore

from ecritures.domain.errors import ServiceIndisponible
from ecritures.storage.local import Brouillon, remove_stale_drafts
from ecritures.storage.objets import MORCEAU_OCTETS, Emplacement, Objets, storage_errors

DOSSIER = "televersements"
SUPPRESSIONS_MAX = 200
"""Objects removed by one request to a store."""


class Morceaux(Protocol):
    def ecrire(self, televersement: str, octets: bytes) -> str:
        """The name under which they are surely kept, new at each call: what is there is never replaced."""
        ...

    def lire(self, televersement: str, noms: Sequence[str]) -> Iterator[bytes]:
        """Raises FileNotFoundError."""
        ...

    def effacer(self, televersement: str, noms: Sequence[str] | None = None) -> None:
        """These pieces; None: all of that upload."""
        ...

    def balayer(self, avant: datetime) -> None:
        """Removes the pieces written before that instant."""
        ...


def open_morceaux(emplacement: Emplacement) -> Morceaux:
    """The pieces below ``emplacement``."""
    dossier = emplacement.folder()
    if dossier is not None:
        return MorceauxLocaux(dossier / DOSSIER)
    return MorceauxObjets(emplacement.store(DOSSIER))


class MorceauxLocaux:
    """A folder an upload."""

    def __init__(self, racine: Path) -> None:
        self._racine = racine

    def ecrire(self, televersement: str, octets: bytes) -> str:
        nom = secrets.token_hex(8)
        try:
            with Brouillon(self._racine) as brouillon:
                brouillon.write(octets)
                brouillon.publish(self._racine / televersement / nom)
        except OSError as erreur:  # a full disk, most often; the text of the error would name a path
            raise ServiceIndisponible(
                f"Le stockage des fichiers n'a pas pu garder ce morceau ({type(erreur).__name__}) : recommencer plus tard."
            ) from None
        return nom

    def lire(self, televersement: str, noms: Sequence[str]) -> Iterator[bytes]:
        for nom in noms:
            with (self._racine / televersement / nom).open("rb") as fichier:
                while octets := fichier.read(MORCEAU_OCTETS):
                    yield octets

    def effacer(self, televersement: str, noms: Sequence[str] | None = None) -> None:
        dossier = self._racine / televersement
        chemins = list(dossier.glob("*")) if noms is None else [dossier / nom for nom in noms]
        for chemin in chemins:
            chemin.unlink(missing_ok=True)
        _remove_empty(dossier)

    def balayer(self, avant: datetime) -> None:
        remove_stale_drafts(self._racine)
        limite = avant.timestamp()
        for chemin in self._racine.glob("*/*"):
            try:
                if chemin.stat().st_mtime < limite:
                    chemin.unlink()
                    _remove_empty(chemin.parent)
            except FileNotFoundError:  # another purge passed
                continue


class MorceauxObjets:
    """Objects in a container of Azure Blob or a bucket of S3."""

    def __init__(self, objets: Objets) -> None:
        self._objets = objets

    def ecrire(self, televersement: str, octets: bytes) -> str:
        nom = secrets.token_hex(8)
        with storage_errors():
            obstore.put(self._objets, f"{televersement}/{nom}", octets)
        return nom

    def lire(self, televersement: str, noms: Sequence[str]) -> Iterator[bytes]:
        for nom in noms:
            with storage_errors():
                yield from obstore.get(self._objets, f"{televersement}/{nom}").stream(min_chunk_size=MORCEAU_OCTETS)

    def effacer(self, televersement: str, noms: Sequence[str] | None = None) -> None:
        with storage_errors():
            if noms is None:
                paquets = obstore.list(self._objets, f"{televersement}/")
                self._supprimer([objet["path"] for paquet in paquets for objet in paquet])
            else:
                self._supprimer([f"{televersement}/{nom}" for nom in noms])

    def balayer(self, avant: datetime) -> None:
        with storage_errors():
            tous = (objet for paquet in obstore.list(self._objets) for objet in paquet)
            self._supprimer([objet["path"] for objet in tous if objet["last_modified"] < avant])

    def _supprimer(self, chemins: list[str]) -> None:
        for rang in range(0, len(chemins), SUPPRESSIONS_MAX):
            try:
                obstore.delete(self._objets, chemins[rang : rang + SUPPRESSIONS_MAX])
            except FileNotFoundError:  # another purge passed
                continue


def _remove_empty(dossier: Path) -> None:
    """A piece may be arriving there, and publishing makes its folder anew."""
    try:
        dossier.rmdir()
    except OSError:
        return
