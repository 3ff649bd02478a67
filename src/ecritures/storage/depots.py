"""Deposits: a client asks for an address, drops its file there by PUT, then asks for the import (loop-api.md, section 6).

The uri is ``<guid>/<name>``. The guid carries a signature over the firm and the name, made with the server's secret:
a deposit belongs to its firm without a table, and nothing is looked up for a uri we never gave.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import secrets
import unicodedata
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import obstore

from ecritures.domain.errors import DepotAbsent, DepotExpire, FichierTropGros, NomDeFichierInvalide
from ecritures.imports.horloge import maintenant
from ecritures.imports.limits import Limits
from ecritures.imports.ports import Depots
from ecritures.storage.local import Brouillon, remove_stale_drafts
from ecritures.storage.objets import MORCEAU_OCTETS, Emplacement, Objets, storage_errors
from ecritures.storage.secret import Secret

DOSSIER = "depots"
NOM_CARACTERES_MAX = 200
CLE_OBJET_CARACTERES_MAX = 900
"""Azure Blob and S3 accept 1024 characters for a whole key."""

DROITS = "cw"
"""Create and write, in the words of Azure's signatures: a deposit URL reads nothing."""

T = TypeVar("T")

_EXTENSIONS = (".tra", ".txt", ".csv")
_INTERDITS = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_A_ECHAPPER = re.compile(r"[^A-Za-z0-9._-]|_(?=x)")
_ECHAPPE = re.compile(r"_x([0-9a-f]+)_")


def open_depots(emplacement: Emplacement, secret: Secret, base_url: str, limits: Limits) -> DepotsLocaux | DepotsObjets:
    """The deposits below ``emplacement``. ``base_url``: of this server, seen by its clients (local folder only)."""
    dossier = emplacement.folder()
    if dossier is not None:
        return DepotsLocaux(dossier / DOSSIER, secret, base_url, limits)
    return DepotsObjets(emplacement.store(DOSSIER), secret, limits)


def check_name(nom: str) -> str:
    """The name, composed (NFC). Raises NomDeFichierInvalide, which says what to change."""
    nom = unicodedata.normalize("NFC", nom)
    if not nom.strip():
        raise NomDeFichierInvalide("Le nom du fichier est vide : le donner avec son extension tra, txt ou csv.")
    if _INTERDITS.search(nom):
        raise NomDeFichierInvalide(
            "Le nom du fichier contient un séparateur de dossier ou un caractère de contrôle : donner le nom seul, sans chemin."
        )
    if len(nom) > NOM_CARACTERES_MAX:
        raise NomDeFichierInvalide(
            f"Le nom du fichier compte {len(nom)} caractères : le raccourcir à {NOM_CARACTERES_MAX} caractères au plus."
        )
    radical, extension = os.path.splitext(nom)
    if extension.lower() not in _EXTENSIONS or not radical.strip(". "):
        raise NomDeFichierInvalide(
            f"Le nom du fichier « {nom} » n'a pas d'extension admise : le terminer par .tra, .txt ou .csv."
        )
    return nom


class Sceau:
    """The guids of deposits: UUID version 8, 60 random bits then 62 bits that sign them with the firm and the name."""

    def __init__(self, secret: Secret) -> None:
        self._cle = secret.key("depots/guid")

    def new(self, domain: str, nom: str) -> str:
        return self._guid(secrets.randbits(60), domain, nom)

    def split(self, domain: str, uri: str) -> tuple[str, str]:
        """``(guid, name)`` of a uri given to that firm. Raises DepotAbsent for any other."""
        guid, _, nom = uri.removeprefix("/").partition("/")
        guid, nom = guid.lower(), unicodedata.normalize("NFC", nom)
        if not _GUID.fullmatch(guid) or _INTERDITS.search(nom):
            raise DepotAbsent
        if not hmac.compare_digest(
            guid, self._guid(uuid.UUID(guid).int >> 80 << 12 | uuid.UUID(guid).int >> 64 & 0xFFF, domain, nom)
        ):
            raise DepotAbsent
        return guid, nom

    def _guid(self, alea: int, domain: str, nom: str) -> str:
        signe = b"\0".join((alea.to_bytes(8), domain.encode(), nom.encode()))
        marque = int.from_bytes(hmac.digest(self._cle, signe, "sha256")[:8]) >> 2
        return str(uuid.UUID(int=alea >> 12 << 80 | 8 << 76 | (alea & 0xFFF) << 64 | 0b10 << 62 | marque))


class DepotsLocaux:
    """Deposits in a folder, received by our own HTTP route ``/depot/<guid>/<name>``, whose URL we sign."""

    def __init__(
        self,
        racine: Path,
        secret: Secret,
        base_url: str,
        limits: Limits,
        horloge: Callable[[], datetime] = maintenant,
    ) -> None:
        self._racine = racine
        self._sceau = Sceau(secret)
        self._cle = secret.key("depots/url")
        self._base = base_url.rstrip("/") + "/depot/"
        self._validite = timedelta(seconds=limits.depot_validite_s)
        self._horloge = horloge
        remove_stale_drafts(racine)

    def ouvrir(self, domain: str, nom_fichier: str) -> tuple[str, str]:
        nom = check_name(nom_fichier)
        guid = self._sceau.new(domain, nom)
        se = (self._horloge() + self._validite).strftime("%Y-%m-%dT%H:%M:%SZ")
        requete = urlencode({"se": se, "sp": DROITS, "sig": self._sign(guid, nom, se, DROITS)})
        return f"{self._base}{guid}/{quote(nom, safe='')}?{requete}", f"{guid}/{nom}"

    def verifier(self, guid: str, nom: str, se: str, sp: str, sig: str) -> None:
        """Passes if this PUT is allowed now. Raises DepotExpire: expired, or the signature is not ours."""
        if not _GUID.fullmatch(guid) or sp != DROITS or not self._est_signe(guid, nom, se, sp, sig):
            raise DepotExpire
        if datetime.fromisoformat(se) <= self._horloge():
            raise DepotExpire

    async def recevoir(self, guid: str, nom: str, morceaux: AsyncIterator[bytes], limits: Limits) -> int:
        """Keeps the body of a PUT already verified and gives its size. It replaces an earlier one; cut short or too big,
        it leaves no trace and the earlier one stays. Raises FichierTropGros."""
        if not _GUID.fullmatch(guid):
            raise DepotExpire
        with Brouillon(self._racine) as brouillon:  # made here: lost in a thread by a cancel, it would stay
            attente = bytearray()
            async for morceau in morceaux:
                attente += morceau
                if brouillon.taille_octets + len(attente) > limits.fichier_taille_octets_max:
                    raise FichierTropGros(limits.fichier_taille_octets_max)
                if len(attente) >= MORCEAU_OCTETS:
                    await _in_thread(brouillon.write, bytes(attente))
                    attente.clear()
            await _in_thread(brouillon.write, bytes(attente))
            await _in_thread(brouillon.publish, self._chemin(guid))
            return brouillon.taille_octets

    def lire(self, domain: str, uri: str) -> Iterator[bytes]:
        guid, _ = self._sceau.split(domain, uri)
        try:
            fichier = self._chemin(guid).open("rb")
        except FileNotFoundError:
            raise DepotAbsent from None

        def morceaux() -> Iterator[bytes]:
            with fichier:
                while morceau := fichier.read(MORCEAU_OCTETS):
                    yield morceau

        return morceaux()

    def reconnaitre(self, url: str) -> str | None:
        """The uri of a deposit URL of ours, expired or not; None for any other URL."""
        try:
            parties, base = urlsplit(url), urlsplit(self._base)
            champs = {cle: valeurs[0] for cle, valeurs in parse_qs(parties.query).items()}
        except ValueError:
            return None
        if (parties.scheme, parties.netloc.lower()) != (
            base.scheme,
            base.netloc.lower(),
        ) or not parties.path.startswith(base.path):
            return None
        guid, _, nom = parties.path.removeprefix(base.path).partition("/")
        nom = unquote(nom, errors="replace")
        if not self._est_signe(guid, nom, champs.get("se", ""), champs.get("sp", ""), champs.get("sig", "")):
            return None
        return f"{guid}/{nom}"

    def purger(self, plus_vieux_que: datetime, limite: int | None = None) -> int:
        """Removes deposits received before that instant, so many at most; gives their number."""
        remove_stale_drafts(self._racine)
        nombre = 0
        for chemin in self._racine.glob("??/*"):
            if nombre == limite:
                break
            try:
                if chemin.stat().st_mtime < plus_vieux_que.timestamp():
                    chemin.unlink()
                    nombre += 1
            except FileNotFoundError:  # another purge passed
                continue
        return nombre

    def _sign(self, guid: str, nom: str, se: str, sp: str) -> str:
        signe = "\0".join((guid, nom, se, sp)).encode(errors="surrogatepass")
        return urlsafe_b64encode(hmac.digest(self._cle, signe, "sha256")).rstrip(b"=").decode()

    def _est_signe(self, guid: str, nom: str, se: str, sp: str, sig: str) -> bool:
        return hmac.compare_digest(self._sign(guid, nom, se, sp), sig if sig.isascii() else "")

    def _chemin(self, guid: str) -> Path:
        return self._racine / guid[:2] / guid


class DepotsObjets:
    """Deposits in a container of Azure Blob (or a bucket of S3): the client sends to the store itself, by a signed URL.

    Only the name of the object differs from the name in the uri: letters, digits, ``.``, ``-`` and ``_`` stay, others
    become ``_x<code point>_``. A signature made by obstore over an encoded path is refused by Azure (seen: 403 for an accent).
    """

    def __init__(self, objets: Objets, secret: Secret, limits: Limits) -> None:
        self._objets = objets
        self._sceau = Sceau(secret)
        self._validite = timedelta(seconds=limits.depot_validite_s)

    def ouvrir(self, domain: str, nom_fichier: str) -> tuple[str, str]:
        nom = check_name(nom_fichier)
        if len(object_name(nom)) > CLE_OBJET_CARACTERES_MAX:
            raise NomDeFichierInvalide(
                "Le nom du fichier est trop long pour le stockage : le raccourcir, ou en retirer les accents."
            )
        guid = self._sceau.new(domain, nom)
        return self._sign(f"{guid}/{object_name(nom)}"), f"{guid}/{nom}"

    def lire(self, domain: str, uri: str) -> Iterator[bytes]:
        guid, nom = self._sceau.split(domain, uri)
        try:
            with storage_errors():
                flux = obstore.get(self._objets, f"{guid}/{object_name(nom)}").stream(min_chunk_size=MORCEAU_OCTETS)
        except FileNotFoundError:
            raise DepotAbsent from None

        def morceaux() -> Iterator[bytes]:
            with storage_errors():
                yield from flux

        return morceaux()

    def reconnaitre(self, url: str) -> str | None:
        """The uri of a URL into our container; None for any other. ``lire`` verifies its guid, signed for the firm."""
        base, _, _ = url.partition("?")
        if not base.startswith(self._base):
            return None
        guid, _, objet = base.removeprefix(self._base).partition("/")
        return f"{guid}/{file_name(unquote(objet))}" if _GUID.fullmatch(guid) else None

    def purger(self, plus_vieux_que: datetime, limite: int | None = None) -> int:
        """Removes deposits received before that instant, so many at most; gives their number."""
        with storage_errors():
            tous = (objet for paquet in obstore.list(self._objets) for objet in paquet)
            vieux = list(islice((o["path"] for o in tous if o["last_modified"] < plus_vieux_que), limite))
            for rang in range(0, len(vieux), 200):
                obstore.delete(self._objets, vieux[rang : rang + 200])
        return len(vieux)

    @cached_property
    def _base(self) -> str:
        return self._sign("x").partition("?")[0].removesuffix("x")

    def _sign(self, cle: str) -> str:
        with storage_errors():
            return obstore.sign(self._objets, "PUT", cle, self._validite)


def object_name(nom: str) -> str:
    """The name in plain ASCII; ``file_name`` gives it back."""
    return _A_ECHAPPER.sub(lambda m: f"_x{ord(m[0]):x}_", nom)


def file_name(objet: str) -> str:
    return _ECHAPPE.sub(lambda m: chr(min(int(m[1], 16), 0x10FFFF)), objet)


async def _in_thread(fonction: Callable[..., T], *arguments: object) -> T:
    """Runs it in a thread and waits for its end even when the request is cancelled: its file must not close under it."""
    tache = asyncio.ensure_future(asyncio.to_thread(fonction, *arguments))
    try:
        return await asyncio.shield(tache)
    except asyncio.CancelledError:
        while not tache.done():  # cancelled again while waiting: still not before the end
            with suppress(asyncio.CancelledError):
                await asyncio.wait([tache])
        raise


def _implements(locaux: DepotsLocaux, objets: DepotsObjets) -> tuple[Depots, Depots]:
    """Held by mypy: both drivers are a Depots."""
    return locaux, objets
