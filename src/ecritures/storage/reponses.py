"""What a server answered to a link: the file, another address to follow, or a reason it is not there."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpcore2
import httpx2

from ecritures.domain.errors import FichierTropGros, LienInjoignable

_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})

_PASSAGERS = frozenset({408, 423, 425, 429})
"""Statuses of the 4xx family that pass with time; the others of it do not."""

_SIGNATURES = frozenset({"sig", "x-amz-signature", "x-goog-signature", "signature"})
"""Query parameters by which Azure, S3, Google Cloud and CloudFront sign an address."""

_BLOC_OCTETS = 1 << 16


def judge(reponse: httpcore2.Response, url: httpx2.URL, maintenant: datetime) -> str | None:
    """None if the file follows, else the address to go on with. Raises LienInjoignable."""
    if reponse.status == 200:
        return None
    if reponse.status in _REDIRECTIONS:
        suite = _header(reponse, b"location")
        if not suite:
            raise LienInjoignable(
                f"{url.host} redirige sans dire où : donner l'adresse du fichier lui-même.", definitif=True
            )
        return suite
    definitif = 400 <= reponse.status < 500 and reponse.status not in _PASSAGERS
    raise LienInjoignable(f"{url.host} {_reason(reponse, url, maintenant)}", definitif=definitif)


def _reason(reponse: httpcore2.Response, url: httpx2.URL, maintenant: datetime) -> str:
    match reponse.status:
        case 401:
            return "demande une authentification (401) : donner une adresse signée, lisible sans identifiants."
        case 403:
            return _refused(reponse, url, maintenant)
        case 404:
            return "ne trouve pas le fichier (404) : vérifier l'adresse, puis renvoyer la demande."
        case 410:
            return "n'a plus le fichier (410) : le remettre en ligne, puis renvoyer la demande."
        case 429:
            return "demande de patienter (429)."
        case statut if statut >= 500:
            return f"est en panne (réponse {statut}) : vérifier que le fichier est en ligne."
        case statut:
            return f"a répondu {statut} au lieu du fichier : vérifier que l'adresse donne le fichier par un simple GET."


def _refused(reponse: httpcore2.Response, url: httpx2.URL, maintenant: datetime) -> str:
    """A 403 explained: most often the signature of the address."""
    if _header(reponse, b"x-ms-error-code") == "AuthorizationPermissionMismatch":
        return "refuse l'accès (403) : la signature de l'adresse ne donne pas le droit de lecture ; en produire une avec ce droit."
    expiration = expiry(url)
    if expiration is not None and expiration <= maintenant:
        quand = expiration.astimezone(UTC).strftime("%d/%m/%Y à %H:%M UTC")
        return f"refuse l'accès (403) : la signature de l'adresse a expiré le {quand} ; en produire une valable au moins 24 heures."
    if _SIGNATURES & {nom.lower() for nom in url.params}:
        return "refuse l'accès (403) : la signature de l'adresse est fausse ou expirée ; en produire une valable au moins 24 heures."
    return "refuse l'accès (403) : donner une adresse signée, ou ouvrir le fichier en lecture."


def expiry(url: httpx2.URL) -> datetime | None:
    """When the signature of an address ends, as Azure (``se``) and S3 (``X-Amz-Date`` + ``X-Amz-Expires``) write it."""
    champs = {nom.lower(): valeur for nom, valeur in url.params.items()}
    try:
        if "se" in champs:
            fin = datetime.fromisoformat(champs["se"])
        elif "x-amz-expires" in champs:
            fin = datetime.fromisoformat(champs["x-amz-date"]) + timedelta(seconds=int(champs["x-amz-expires"]))
        else:
            return None
    except (KeyError, ValueError, OverflowError):
        return None
    return fin if fin.tzinfo else fin.replace(tzinfo=UTC)


def body(reponse: httpcore2.Response, hote: str, taille_octets_max: int) -> Iterator[bytes]:
    """The file's bytes, counted after decompression. Raises FichierTropGros, LienInjoignable."""
    annonce = _header(reponse, b"content-length")
    if annonce.isdecimal() and int(annonce) > taille_octets_max:
        raise FichierTropGros(taille_octets_max)
    codage = _header(reponse, b"content-encoding").strip().lower()
    if codage in ("", "identity"):
        morceaux = reponse.iter_stream()
    elif codage in ("gzip", "x-gzip", "deflate"):
        morceaux = _inflate(reponse.iter_stream(), hote)
    else:
        raise LienInjoignable(
            f"{hote} envoie le fichier compressé d'une façon inconnue : l'envoyer tel quel.", definitif=True
        )
    total = 0
    for morceau in morceaux:
        total += len(morceau)
        if total > taille_octets_max:
            raise FichierTropGros(taille_octets_max)
        yield morceau


def _inflate(morceaux: Iterator[bytes], hote: str) -> Iterator[bytes]:
    """Decompresses by bounded pieces: a bomb is stopped by the count, not by the memory."""
    decompresseur = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, by its first bytes
    try:
        for morceau in morceaux:
            reste = morceau
            while reste:
                if decompresseur.eof:  # gzip members one after the other
                    decompresseur = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
                if sortie := decompresseur.decompress(reste, _BLOC_OCTETS):
                    yield sortie
                reste = decompresseur.unconsumed_tail or decompresseur.unused_data
        if sortie := decompresseur.flush():  # at most a few bytes kept back by the bound
            yield sortie
    except zlib.error:
        raise LienInjoignable(f"{hote} envoie une compression illisible : envoyer le fichier tel quel.") from None
    if not decompresseur.eof:
        raise LienInjoignable(f"{hote} a coupé la réponse avant la fin : vérifier que le fichier est entier.")


def _header(reponse: httpcore2.Response, nom: bytes) -> str:
    """Its value, empty when absent. Bytes that are not UTF-8 are replaced."""
    return next((valeur.decode(errors="replace") for cle, valeur in reponse.headers if cle.lower() == nom), "")
