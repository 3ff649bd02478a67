"""Signatures of webhooks: only the exact body, the right secret and a recent instant pass."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ecritures.client import SignatureInvalide, verifier_signature

SECRET, AUTRE = "whsec_a", "whsec_b"
CORPS = b'{"evenement": "import.termine"}'


def sign(corps: bytes = CORPS, secret: str = SECRET, t: int = 1000) -> str:
    return f"t={t},v1={hmac.new(secret.encode(), f'{t}.'.encode() + corps, hashlib.sha256).hexdigest()}"


def test_a_body_signed_with_the_secret_passes() -> None:
    verifier_signature(CORPS, sign(), SECRET, maintenant=1000 + 299)
    verifier_signature(CORPS, sign() + ",v2=inconnue", SECRET, maintenant=1000)


def test_during_a_rotation_either_secret_passes() -> None:
    verifier_signature(CORPS, sign(), [AUTRE, SECRET], maintenant=1000)
    verifier_signature(CORPS, sign() + "," + sign(secret=AUTRE).partition(",")[2], AUTRE, maintenant=1000)


@pytest.mark.parametrize(
    ("corps", "en_tete", "secret", "maintenant"),
    [
        (CORPS + b" ", sign(), SECRET, 1000),
        (CORPS, sign(), AUTRE, 1000),
        (CORPS, sign(), SECRET, 1000 + 301),
        (CORPS, sign(), SECRET, 1000 - 301),
        (CORPS, sign().replace("t=1000", "t=1001"), SECRET, 1000),
        (CORPS, "", SECRET, 1000),
        (CORPS, "t=1000", SECRET, 1000),
        (CORPS, "v1=" + "0" * 64, SECRET, 1000),
        (CORPS, "t=1000,v1=é", SECRET, 1000),
        (CORPS, "t=1000,t=1000," + sign().partition(",")[2], SECRET, 1000),
        (CORPS, "t=9999999999999999,v1=a", SECRET, 1000),
        (CORPS, sign(), [], 1000),
    ],
)
def test_anything_else_fails(corps: bytes, en_tete: str, secret: str, maintenant: float) -> None:
    with pytest.raises(SignatureInvalide):
        verifier_signature(corps, en_tete, secret, maintenant=maintenant)
