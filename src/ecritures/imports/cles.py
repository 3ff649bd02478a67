"""The form of API keys: a public part one can recognise, a secret that carries its own checksum.

``ek_<16 hex>:es_<43 characters><6 characters>``. The last six are a CRC-32 of all that precedes, in base 62: a key copied wrong
is refused without a look in the database, and a scanner of leaked secrets can tell ours from noise. The checksum protects
nothing: the 256 random bits before it do.
"""

from __future__ import annotations

import secrets
import string
import zlib

PREFIXE_PUBLIC = "ek_"
PREFIXE_SECRET = "es_"  # noqa: S105  (a prefix, not a secret)
_CORPS = 43  # token_urlsafe(32)
_SOMME = 6  # 62**6 > 2**32
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def nouvelle_cle() -> tuple[str, str]:
    """``(public part, secret)`` of a new key."""
    publique = f"{PREFIXE_PUBLIC}{secrets.token_hex(8)}"
    corps = f"{PREFIXE_SECRET}{secrets.token_urlsafe(32)}"
    return publique, corps + somme(publique, corps)


def separer(apikey: str) -> tuple[str, str] | None:
    """``(public part, secret)``; None when the shape or the checksum says that no key can be this one.

    A secret of exactly 43 characters is of the first form, which had no checksum.
    """
    publique, deux_points, secret = apikey.partition(":")  # the secret may hold colons: split on the first only
    if not (publique.startswith(PREFIXE_PUBLIC) and deux_points and secret):
        return None
    if len(secret) == _CORPS:
        return publique, secret
    corps = secret[:-_SOMME]
    entier = secret.startswith(PREFIXE_SECRET) and len(corps) == len(PREFIXE_SECRET) + _CORPS
    return (publique, secret) if entier and secret[-_SOMME:] == somme(publique, corps) else None


def somme(publique: str, corps: str) -> str:
    """Six base-62 digits over both parts, so that a public part copied wrong is seen too."""
    reste = zlib.crc32(f"{publique}:{corps}".encode())
    chiffres = ""
    for _ in range(_SOMME):
        reste, rang = divmod(reste, 62)
        chiffres = _BASE62[rang] + chiffres
    return chiffres
