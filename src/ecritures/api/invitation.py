"""The page behind an invitation link: one form that sets a password. Nothing of it comes from another host, and the token
stays after the ``#``, which browsers do not send."""

from __future__ import annotations

import base64
import hashlib

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ecritures.api.reglages import PREFIXE_V1
from ecritures.imports.personnes import LONGUEUR_MAX, LONGUEUR_MIN

router = APIRouter(include_in_schema=False)

_SCRIPT = f"""
const formulaire = document.querySelector("form"), dit = document.querySelector("output");
formulaire.addEventListener("submit", async (evenement) => {{
  evenement.preventDefault();
  const [premier, second] = formulaire.querySelectorAll("input");
  if (premier.value !== second.value) {{ dit.textContent = "Les deux saisies diffèrent."; return; }}
  const reponse = await fetch("{PREFIXE_V1}/invitations/acceptation", {{
    method: "POST",
    headers: {{"content-type": "application/json"}},
    body: JSON.stringify({{jeton: location.hash.slice(1), mot_de_passe: premier.value}}),
  }});
  const recu = await reponse.json();
  dit.textContent = reponse.ok
    ? `Mot de passe enregistré pour ${{recu.identifiant}}, cabinet ${{recu.domain}}.` : recu.detail;
  if (reponse.ok) {{ history.replaceState(null, "", location.pathname); formulaire.querySelector("button").disabled = true; }}
}});
"""
_STYLE = "body{font:1rem system-ui;max-width:26rem;margin:3rem auto;padding:0 1rem}label,input,button,output{display:block;margin:.5rem 0}"
_PAGE = f"""<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Choisir son mot de passe - Ecritures</title><style>{_STYLE}</style></head><body>
<h1>Choisir son mot de passe</h1>
<form><label>Mot de passe, {LONGUEUR_MIN} caractères au moins
<input type="password" autocomplete="new-password" minlength="{LONGUEUR_MIN}" maxlength="{LONGUEUR_MAX}" required></label>
<label>Encore une fois
<input type="password" autocomplete="new-password" minlength="{LONGUEUR_MIN}" maxlength="{LONGUEUR_MAX}" required></label>
<button>Enregistrer</button></form>
<output role="status"></output>
<script>{_SCRIPT}</script>
</body></html>
"""


def _source(texte: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(texte.encode()).digest()).decode()}'"


_ENTETES = {
    "content-security-policy": (
        f"default-src 'none'; connect-src 'self'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


@router.get("/invitation")
def invitation() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_ENTETES)
