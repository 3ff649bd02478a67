"""The identity provider (imports.oidc.Fournisseur): authorization code with PKCE, state and nonce; ID token checked by its keys.

The provider's address is the operator's own setting: like the address of the database, it is not held to public networks.
Tokens, codes and cookies appear in no log and no message.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt
import structlog

from ecritures.domain.errors import ConnexionOidcRefusee, ServiceIndisponible
from ecritures.imports.oidc import Arrivee, Identite

LOG = structlog.get_logger("ecritures.oidc")
ALGORITHMES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key of the provider only: neither ``none`` nor a shared secret."""
PARCOURS_S = 600
"""From the start to the return: the time to type a password and a code there."""
DECOUVERTE_S = 3_600
CLES_MIN_S = 60
"""Keys are asked again for an unknown ``kid``, at most this often."""
ATTENTE_S = 10.0
REPONSE_OCTETS_MAX = 1 << 20
DECALAGE_S = 60
"""Clocks of two machines differ."""


@dataclass(frozen=True)
class ReglagesOidc:
    emetteur: str
    client: str
    secret: str = field(repr=False)
    portees: str
    retour: str  # our own address, declared at the provider


@dataclass(frozen=True)
class Annonce:
    """The discovery document and the keys, when they were read."""

    document: Mapping[str, Any]
    cles: jwt.PyJWKSet
    lue: float


class FournisseurOidc:
    def __init__(self, reglages: ReglagesOidc, cle: bytes, horloge: Callable[[], float] = time.time) -> None:
        self._reglages, self._cle, self._horloge = reglages, cle, horloge
        self._annonce: Annonce | None = None
        self._verrou = threading.Lock()

    def depart(self, domain: str | None, retour: str) -> tuple[str, str]:
        document = self._lire(DECOUVERTE_S).document
        contenu = {"a": secrets.token_urlsafe(32), "f": int(self._horloge()) + PARCOURS_S, "d": domain, "r": retour}
        corps = _b64(json.dumps(contenu, separators=(",", ":")).encode())
        cookie = f"{corps}.{self._derive('cookie', corps)}"
        defi = _b64(hashlib.sha256(self._derive("pkce", corps).encode()).digest())
        parametres = {
            "response_type": "code",
            "client_id": self._reglages.client,
            "redirect_uri": self._reglages.retour,
            "scope": self._reglages.portees,
            "state": self._derive("state", corps),
            "nonce": self._derive("nonce", corps),
            "code_challenge": defi,
            "code_challenge_method": "S256",
        }
        adresse = str(document["authorization_endpoint"])
        return f"{adresse}{'&' if urlsplit(adresse).query else '?'}{urlencode(parametres)}", cookie

    def identifier(self, cookie: str, parametres: Mapping[str, str]) -> Arrivee:
        corps, _, signature = cookie.partition(".")
        if not _egal(signature, self._derive("cookie", corps)):
            raise _refus("parcours inconnu")
        contenu = json.loads(_unb64(corps))
        if contenu["f"] < self._horloge():
            raise _refus("parcours trop long")
        if not _egal(parametres.get("state", ""), self._derive("state", corps)):
            raise _refus("state")
        document = self._lire(DECOUVERTE_S).document
        emetteur = parametres.get("iss")  # RFC 9207: another provider's answer is not taken for this one's
        if emetteur is not None and emetteur != self._reglages.emetteur:
            raise _refus("iss")
        if "error" in parametres or not parametres.get("code"):
            raise _refus("refus du fournisseur")
        jeton = self._echanger(document, parametres["code"], self._derive("pkce", corps))
        revendications = self._verifier(jeton)
        if not _egal(str(revendications.get("nonce", "")), self._derive("nonce", corps)):
            raise _refus("nonce")
        return Arrivee(self._identite(revendications), contenu["d"], contenu["r"])

    def _identite(self, revendications: Mapping[str, Any]) -> Identite:
        sub, email = revendications["sub"], revendications.get("email")
        if not isinstance(sub, str) or not 0 < len(sub) <= 255:
            raise _refus("sub")
        verifie = revendications.get("email_verified") is True and isinstance(email, str)
        return Identite(f"{self._reglages.emetteur} {sub}", sub, email if verifie else None)

    def _echanger(self, document: Mapping[str, Any], code: str, verificateur: str) -> str:
        """The ID token behind the code. The provider takes a code once: a second use is refused there."""
        champs = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._reglages.retour,
            "code_verifier": verificateur,
            "client_id": self._reglages.client,
        }
        auth = None
        methodes = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._reglages.secret and "client_secret_basic" in methodes:
            # RFC 6749 2.3.1: both are form-encoded before they are joined
            auth = httpx2.BasicAuth(*(urlencode({"": v})[1:] for v in (self._reglages.client, self._reglages.secret)))
        elif self._reglages.secret:
            champs["client_secret"] = self._reglages.secret
        statut, reponse = _demander("POST", str(document["token_endpoint"]), champs, auth)
        jeton = reponse.get("id_token")
        if statut != 200 or not isinstance(jeton, str):
            raise _refus("code refusé")
        return jeton

    def _verifier(self, jeton: str) -> Mapping[str, Any]:
        """The claims of the ID token (OpenID Connect Core 3.1.3.7)."""
        try:
            entete = jwt.get_unverified_header(jeton)
            if entete.get("alg") not in ALGORITHMES:
                raise _refus("algorithme")
            cle = self._cle_du_fournisseur(entete.get("kid"))
            revendications: dict[str, Any] = jwt.decode(
                jeton,
                cle,
                algorithms=[entete["alg"]],
                audience=self._reglages.client,
                issuer=self._reglages.emetteur,
                leeway=DECALAGE_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as erreur:
            raise _refus(type(erreur).__name__) from None
        tiers = revendications.get("azp")
        if tiers not in (None, self._reglages.client) or (
            isinstance(revendications["aud"], list) and tiers is None and len(revendications["aud"]) > 1
        ):
            raise _refus("azp")
        return revendications

    def _cle_du_fournisseur(self, kid: str | None) -> jwt.PyJWK:
        for age_max_s in (
            DECOUVERTE_S,
            CLES_MIN_S,
        ):  # a key that we do not know yet: the provider may have changed them
            cles = [c for c in self._lire(age_max_s).cles.keys if c.public_key_use in (None, "sig")]
            trouvees = [c for c in cles if c.key_id == kid] if kid is not None else cles
            if len(trouvees) == 1:
                return trouvees[0]
        raise _refus("clé inconnue")

    def _lire(self, age_max_s: float) -> Annonce:
        """Read again when older than that. Raises ServiceIndisponible."""
        with self._verrou:
            annonce = self._annonce
            if annonce is None or time.monotonic() - annonce.lue >= age_max_s:
                annonce = self._annonce = self._decouvrir()
            return annonce

    def _decouvrir(self) -> Annonce:
        adresse = f"{self._reglages.emetteur.rstrip('/')}/.well-known/openid-configuration"
        statut, document = _demander("GET", adresse)
        adresses = [document.get(n) for n in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if statut != 200 or document.get("issuer") != self._reglages.emetteur:
            raise _indisponible("découverte")
        securise = self._reglages.emetteur.startswith("https://")
        if not all(isinstance(a, str) and a.startswith("https://" if securise else "http") for a in adresses):
            raise _indisponible("adresses")
        statut, cles = _demander("GET", str(document["jwks_uri"]))
        try:
            return Annonce(document, jwt.PyJWKSet.from_dict(cles), time.monotonic())
        except (jwt.PyJWTError, AttributeError, TypeError):
            raise _indisponible("clés") from None

    def _derive(self, usage: str, corps: str) -> str:
        """One value for each use of one start: whoever sees one cannot make another."""
        return _b64(hmac.digest(self._cle, f"{usage}\0{corps}".encode("utf-8", "surrogatepass"), "sha256"))


def _demander(
    methode: str, adresse: str, champs: Mapping[str, str] | None = None, auth: httpx2.BasicAuth | None = None
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON object of an answer, bounded in size. Redirections are not followed."""
    try:
        with (
            httpx2.Client(timeout=ATTENTE_S, follow_redirects=False, trust_env=False) as client,
            client.stream(methode, adresse, data=champs, auth=auth, headers={"Accept": "application/json"}) as reponse,
        ):
            recu = bytearray()
            for morceau in reponse.iter_bytes():
                recu += morceau
                if len(recu) > REPONSE_OCTETS_MAX:
                    raise _indisponible("réponse trop longue")
            statut = reponse.status_code
        objet = json.loads(recu)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as erreur:  # its text may quote the address
        raise _indisponible(type(erreur).__name__) from None
    if not isinstance(objet, dict) or statut >= 500:
        raise _indisponible("réponse")
    return statut, objet


def _refus(motif: str) -> ConnexionOidcRefusee:
    LOG.warning("oidc.refus", motif=motif)
    return ConnexionOidcRefusee()


def _indisponible(motif: str) -> ServiceIndisponible:
    LOG.error("oidc.indisponible", motif=motif)
    return ServiceIndisponible(
        "Le fournisseur d'identité ne répond pas comme attendu : recommencer plus tard, ou se connecter par mot de passe."
    )


def _egal(recu: str, attendu: str) -> bool:
    return hmac.compare_digest(recu.encode("utf-8", "surrogatepass"), attendu.encode())


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _unb64(texte: str) -> bytes:
    return base64.urlsafe_b64decode(texte + "=" * (-len(texte) % 4))
