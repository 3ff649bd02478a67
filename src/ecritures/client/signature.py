"""Verifies that a webhook comes from the server that knows the secret, untouched and recent."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence

TOLERANCE_S = 300
"""Oldest signature accepted: longer than the clocks of two machines differ, too short to be worth a replay."""


class SignatureInvalide(ValueError):
    """The body is not what was signed, the secret is another one, or the signature is too old."""


def verifier_signature(
    corps: bytes, en_tete: str, secret: str | Sequence[str], *, maintenant: float | None = None
) -> None:
    """``corps``: the bytes as received, before any parsing. ``en_tete``: ``Ecritures-Signature``. ``secret``: one, or both
    during a rotation. ``maintenant``: seconds since 1970, the clock's unless given. Raises SignatureInvalide."""
    instant, signatures = _parse(en_tete)
    present = time.time() if maintenant is None else maintenant
    if abs(present - instant) > TOLERANCE_S:
        raise SignatureInvalide(
            "La signature du webhook est trop ancienne, ou l'horloge d'une des machines est fausse."
        )
    signe = f"{instant}.".encode() + corps
    for cle in [secret] if isinstance(secret, str) else secret:
        attendue = hmac.new(cle.encode(), signe, hashlib.sha256).hexdigest()
        if any(hmac.compare_digest(attendue, recue) for recue in signatures):
            return
    raise SignatureInvalide(
        "La signature du webhook est fausse : le corps a été modifié, ou le secret n'est pas le bon."
    )


def _parse(en_tete: str) -> tuple[int, list[str]]:
    """The instant and the ``v1`` signatures of ``t=…,v1=…[,v1=…]``; other versions are left aside."""
    paires = [morceau.strip().partition("=") for morceau in en_tete.split(",")]
    instants = [valeur for nom, _, valeur in paires if nom == "t"]
    signatures = [valeur for nom, _, valeur in paires if nom == "v1" and valeur.isascii()]
    if len(instants) != 1 or not (instants[0].isascii() and instants[0].isdigit() and len(instants[0]) < 13):
        raise SignatureInvalide("L'en-tête Ecritures-Signature est absent ou mal formé.")
    if not signatures:
        raise SignatureInvalide("L'en-tête Ecritures-Signature ne porte aucune signature v1.")
    return int(instants[0]), signatures
