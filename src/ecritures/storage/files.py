"""Originals: every file as received, kept under its SHA-256, on a local folder or an object store.

The address is the hash, so the same bytes are kept once, and reading verifies them again.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import obstore

from ecritures.domain.errors import FichierTropGros, OriginalAbsent, OriginalAltere, ServiceIndisponible
from ecritures.imports.ports import Originaux
from ecritures.storage.local import Brouillon, remove_stale_drafts
from ecritures.storage.objets import MORCEAU_OCTETS, Emplacement, Objets, storage_errors

DOSSIER = "originaux"
ENVOI_SIMPLE_OCTETS_MAX = 8 << 20
"""Up to this size one request sends the whole object (and holds it in memory); beyond, it goes by blocks."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def open_originaux(emplacement: Emplacement) -> Originaux:
    """The originals below ``emplacement``."""
    dossier = emplacement.folder()
    if dossier is not None:
        return OriginauxLocaux(dossier / DOSSIER)
    return OriginauxObjets(emplacement.store(DOSSIER))


class OriginauxLocaux:
    """One file an original: ``ab/abcdef…``."""

    def __init__(self, racine: Path) -> None:
        self._racine = racine
        remove_stale_drafts(racine)

    def garder(self, morceaux: Iterator[bytes], taille_octets_max: int) -> tuple[str, int]:
        with Brouillon(self._racine) as brouillon:
            empreinte = hashlib.sha256()
            for morceau in _limited(morceaux, taille_octets_max):
                empreinte.update(morceau)
                brouillon.write(morceau)
            sha256 = empreinte.hexdigest()
            # Replacing equal bytes costs a rename and repairs an original damaged since.
            brouillon.publish(self._chemin(sha256))
            return sha256, brouillon.taille_octets

    def lire(self, sha256: str) -> bytes:
        if not _SHA256.fullmatch(sha256):
            raise OriginalAbsent(sha256)
        try:
            contenu = self._chemin(sha256).read_bytes()
        except FileNotFoundError:
            raise OriginalAbsent(sha256) from None
        if hashlib.sha256(contenu).hexdigest() != sha256:
            raise OriginalAltere(sha256)
        return contenu

    def _chemin(self, sha256: str) -> Path:
        return self._racine / sha256[:2] / sha256


class OriginauxObjets:
    """One object an original, in a container of Azure Blob or a bucket of S3."""

    def __init__(self, objets: Objets) -> None:
        self._objets = objets

    def garder(self, morceaux: Iterator[bytes], taille_octets_max: int) -> tuple[str, int]:
        empreinte = hashlib.sha256()
        with tempfile.TemporaryFile(prefix="ecritures-") as attente:  # the address is known only at the end
            for morceau in _limited(morceaux, taille_octets_max):
                empreinte.update(morceau)
                attente.write(morceau)
            sha256, taille_octets = empreinte.hexdigest(), attente.tell()
            # Read back rather than overwritten: a container may forbid changes. A damaged original is repaired.
            if not self._holds(sha256, taille_octets):
                attente.seek(0)
                self._put(sha256, attente, taille_octets)
        return sha256, taille_octets

    def lire(self, sha256: str) -> bytes:
        if not _SHA256.fullmatch(sha256):
            raise OriginalAbsent(sha256)
        contenu, empreinte = io.BytesIO(), hashlib.sha256()  # getvalue() of a BytesIO is no second copy
        try:
            for morceau in self._stream(sha256):
                empreinte.update(morceau)
                contenu.write(morceau)
        except FileNotFoundError:
            raise OriginalAbsent(sha256) from None
        if empreinte.hexdigest() != sha256:
            raise OriginalAltere(sha256)
        return contenu.getvalue()

    def _put(self, sha256: str, fichier: IO[bytes], taille_octets: int) -> None:
        """Sends the file. Another process that sends the same one at the same time may void our blocks on Azure
        (InvalidBlockList): if the object is whole in the end, nothing failed."""
        try:
            with storage_errors():
                obstore.put(self._objets, _key(sha256), fichier, use_multipart=taille_octets > ENVOI_SIMPLE_OCTETS_MAX)
        except ServiceIndisponible:
            if not self._holds(sha256, taille_octets):
                raise

    def _holds(self, sha256: str, taille_octets: int) -> bool:
        try:
            with storage_errors():
                if obstore.head(self._objets, _key(sha256))["size"] != taille_octets:
                    return False
            empreinte = hashlib.sha256()
            for morceau in self._stream(sha256):
                empreinte.update(morceau)
        except FileNotFoundError:
            return False
        return empreinte.hexdigest() == sha256

    def _stream(self, sha256: str) -> Iterator[bytes]:
        with storage_errors():
            yield from obstore.get(self._objets, _key(sha256)).stream(min_chunk_size=MORCEAU_OCTETS)


def _limited(morceaux: Iterator[bytes], taille_octets_max: int) -> Iterator[bytes]:
    """The pieces, as long as they stay within the bound. Raises FichierTropGros."""
    total = 0
    for morceau in morceaux:
        total += len(morceau)
        if total > taille_octets_max:
            raise FichierTropGros(taille_octets_max)
        yield morceau


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
