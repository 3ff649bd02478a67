"""Refusals that only HTTP knows: keys, bodies. Rendered by ``errors.py`` in the shape of the API that was called."""

from __future__ import annotations

from collections.abc import Mapping


class HttpRefusal(Exception):
    """The request itself cannot be taken. ``code`` is public and stable."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})
        super().__init__(message)


class KeyRefusal(HttpRefusal):
    """A key is missing or not valid: 401, with the gateway's own words (loop-api 3.3)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(401, code, message)


def subscription_missing() -> KeyRefusal:
    return KeyRefusal(
        "abonnement.absent",
        "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.",
    )


def subscription_invalid() -> KeyRefusal:
    return KeyRefusal(
        "abonnement.invalide",
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
    )


def apikey_missing() -> KeyRefusal:
    return KeyRefusal(
        "cle.absente",
        "Access denied due to missing API key. Make sure to include the x-apikey header (key:clientSecret) when making requests to an API.",
    )


def apikey_invalid() -> KeyRefusal:
    return KeyRefusal(
        "cle.invalide",
        "Access denied due to invalid API key. Make sure to provide a complete and active x-apikey (key:clientSecret).",
    )


def session_invalid() -> KeyRefusal:
    return KeyRefusal("session.invalide", "La session est finie ou inconnue : se connecter de nouveau.")


def csrf_invalid() -> HttpRefusal:
    return HttpRefusal(
        403,
        "csrf.invalide",
        "L'en-tête x-csrf-token manque ou n'est pas celui de la session (GET /api/v1/session le donne).",
    )


class RateRefusal(HttpRefusal):
    """Too many requests: 429 and Retry-After, with the gateway's own words (loop-api 3.3)."""

    def __init__(self, code: str, message: str, attente_s: int) -> None:
        super().__init__(429, code, message, {"retry-after": str(attente_s)})


def too_many_requests(attente_s: int) -> RateRefusal:
    return RateRefusal("debit.depasse", f"Rate limit is exceeded. Try again in {attente_s} seconds.", attente_s)


def too_many_attempts(attente_s: int) -> RateRefusal:
    return RateRefusal(
        "connexion.trop_d_essais", f"Trop d'essais de connexion : recommencer dans {attente_s} secondes.", attente_s
    )


def body_unreadable(pourquoi: str) -> HttpRefusal:
    return HttpRefusal(400, "corps.illisible", f"Le corps de la requête n'est pas lisible : {pourquoi}")


def body_too_large(taille_octets_max: int) -> HttpRefusal:
    taille = f"{taille_octets_max // (1 << 20)} Mio" if taille_octets_max >= 1 << 20 else f"{taille_octets_max} octets"
    return HttpRefusal(413, "corps.trop_gros", f"Le corps de la requête dépasse la taille admise de {taille}.")
