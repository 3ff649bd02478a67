"""An identity provider over real HTTP on loopback: discovery, keys, codes used once, PKCE, RS256. It misbehaves on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "ecritures", "secret-du-client"


class FournisseurEssai:
    """``revendications`` and ``faute`` change what the next ID token says; ``authorize`` is what a person does in the browser."""

    def __init__(self) -> None:
        self.cle, self.autre_cle = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self.revendications: dict[str, Any] = {"sub": "s-1", "email": "anne@exemple.fr", "email_verified": True}
        self.faute = ""
        self.codes: dict[str, dict[str, str]] = {}
        self._serveur = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.emetteur = f"http://127.0.0.1:{self._serveur.server_port}"
        self._fil = threading.Thread(target=self._serveur.serve_forever, daemon=True)
        self._fil.start()

    def close(self) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()
        self._fil.join()

    def authorize(self, url: str) -> dict[str, str]:
        """The parameters that the browser brings back."""
        demande = {nom: v[0] for nom, v in parse_qs(urlsplit(url).query).items()}
        assert demande["response_type"] == "code" and demande["code_challenge_method"] == "S256"
        assert demande["client_id"] == CLIENT and "openid" in demande["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = demande
        return {"code": code, "state": demande["state"]}

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.emetteur,
            "authorization_endpoint": f"{self.emetteur}/authorize",
            "token_endpoint": f"{self.emetteur}/token",
            "jwks_uri": f"{self.emetteur}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def _jwks(self) -> dict[str, Any]:
        publique = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.cle.public_key()))
        return {"keys": [{**publique, "kid": "k1", "use": "sig", "alg": "RS256"}]}

    def _token(self, champs: dict[str, str], autorisation: str) -> tuple[int, dict[str, Any]]:
        demande = self.codes.pop(champs.get("code", ""), None)
        attendue = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if demande is None or autorisation != attendue or champs["redirect_uri"] != demande["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        defi = base64.urlsafe_b64encode(hashlib.sha256(champs["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if defi != demande["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        maintenant = int(time.time())
        dit = {
            "iss": self.emetteur,
            "aud": CLIENT,
            "iat": maintenant,
            "exp": maintenant + 300,
            "nonce": demande["nonce"],
        }
        dit |= self.revendications
        entetes = {"kid": "k1"}
        if self.faute == "none":
            jeton = jwt.encode(dit, None, algorithm="none", headers=entetes)
        elif self.faute == "hs256":  # signed with what everybody knows of the client
            jeton = jwt.encode(dit, SECRET.ljust(32, "x"), algorithm="HS256", headers=entetes)
        else:
            cle = self.autre_cle if self.faute == "signature" else self.cle
            jeton = jwt.encode(dit, cle, algorithm="RS256", headers=entetes)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": jeton}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fournisseur = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None: ...

            def _answer(self, statut: int, objet: dict[str, Any]) -> None:
                corps = json.dumps(objet).encode()
                self.send_response(statut)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(corps)))
                self.end_headers()
                self.wfile.write(corps)

            def do_GET(self) -> None:
                documents = {"/.well-known/openid-configuration": fournisseur._document, "/jwks": fournisseur._jwks}
                if self.path in documents and fournisseur.faute != "panne":
                    self._answer(200, documents[self.path]())
                else:
                    self._answer(503, {})

            def do_POST(self) -> None:
                recu = self.rfile.read(int(self.headers["content-length"])).decode()
                champs = {nom: v[0] for nom, v in parse_qs(recu).items()}
                self._answer(*fournisseur._token(champs, self.headers.get("authorization", "")))

        return Handler
