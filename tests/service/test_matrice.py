"""Every route of the OpenAPI document × every caller: status and code. A route without a row here fails.

« Passe » means that rights do not stop the call: it may still be refused for what it asks. The dialect runs in strict mode, so
that a refused request is seen by its status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ecritures.api.access import csrf_token
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.televersements import NouveauTeleversement
from serveurs.api import CODE, DOMAIN, LOOP, V1, VENTE, Essai, open_essai

LIBRE, LISTE, DOSSIER, IMPORT, TELEVERSEMENT, CABINET, ADMINISTRATION, SESSION = (
    "libre",
    "liste",
    "dossier",
    "import",
    "televersement",
    "cabinet",
    "administration",
    "session",
)
"""Without keys · any key · a dossier's · an import's · an upload's · the firm's, read · the firm's, by an administrator · a person's own."""

DOSSIERS = f"{V1}/dossiers/{{codeIbs}}"
MATRICE: dict[str, str] = {
    f"GET {LOOP}/getFileUrlDeposit": LISTE,
    f"PUT {LOOP}/depot/{{guid}}/{{nom}}": LIBRE,
    **{f"POST {LOOP}/import{nom}": DOSSIER for nom in ("Tra", "FEC", "Perso", "Json")},
    f"POST {LOOP}/annulerImport": IMPORT,
    f"GET {LOOP}/getImportStatus": IMPORT,
    f"GET {LOOP}/getImportHistory": DOSSIER,
    **{
        f"GET {LOOP}/{nom}": DOSSIER
        for nom in (
            "exercice",
            "compte",
            "journal",
            "section",
            "axe",
            "parametreAnalytique",
            "tva",
            "etablissementComplet",
            "tiersClient",
            "tiersFournisseur",
            "tiersSalarie",
            "tiersDivers",
            "EcritureComptable",
            "dossier",
        )
    },
    **{f"GET {LOOP}/{nom}": CABINET for nom in ("groupe", "AgenceCabinet", "CollaborateurCabinet")},
    f"POST {LOOP}/groupe": ADMINISTRATION,
    f"POST {V1}/dossiers": LISTE,
    f"GET {V1}/dossiers": LISTE,
    f"GET {DOSSIERS}": DOSSIER,
    f"PATCH {DOSSIERS}": DOSSIER,
    **{
        f"{methode} {DOSSIERS}/{suite}": DOSSIER
        for methode, suite in (
            ("POST", "exercices"),
            ("GET", "exercices"),
            ("POST", "exercices/{code}/cloture"),
            ("POST", "exercices/{code}/reouverture"),
            ("POST", "exercices/{code}/validation"),
            ("POST", "preflight"),
            ("GET", "balance"),
            ("GET", "journaux"),
            ("GET", "journaux/{code}/lignes"),
            ("GET", "comptes"),
            ("GET", "comptes/{numero}/lignes"),
            ("GET", "recus"),
            ("GET", "lettrages/ouvertes"),
            ("POST", "lettrages"),
            ("POST", "delettrages"),
        )
    },
    f"GET {V1}/imports": LISTE,
    f"POST {V1}/imports": DOSSIER,
    f"GET {V1}/requetes": LISTE,
    f"GET {V1}/imports/{{id}}": IMPORT,
    f"GET {V1}/imports/{{id}}/constats": IMPORT,
    f"GET {V1}/imports/{{id}}/annulation": IMPORT,
    f"POST {V1}/imports/{{id}}/annulation": IMPORT,
    f"GET {V1}/imports/{{id}}/pieces-jointes": IMPORT,
    f"GET {V1}/imports/{{id}}/pieces-jointes/{{numero_ligne}}": IMPORT,
    f"POST {V1}/televersements": DOSSIER,
    **{f"{methode} {V1}/televersements/{{televersement}}": TELEVERSEMENT for methode in ("GET", "PATCH", "DELETE")},
    f"GET {V1}/health": LIBRE,
    f"GET {V1}/metrics": LISTE,
    **{f"GET {V1}/{nom}": CABINET for nom in ("cabinet", "agences", "groupes", "collaborateurs")},
    f"GET {V1}/collaborateurs/{{identifiant}}": CABINET,
    **{
        f"{methode} {V1}/{suite}": ADMINISTRATION
        for methode, suite in (
            ("PUT", "cabinet"),
            ("PUT", "agences/{code}"),
            ("DELETE", "agences/{code}"),
            ("PUT", "groupes/{code}"),
            ("DELETE", "groupes/{code}"),
            ("POST", "collaborateurs"),
            ("PUT", "collaborateurs/{identifiant}"),
            ("DELETE", "collaborateurs/{identifiant}"),
            ("POST", "collaborateurs/{identifiant}/invitations"),
            ("GET", "cles"),
            ("POST", "cles"),
            ("GET", "cles/{cle}"),
            ("DELETE", "cles/{cle}"),
            ("PUT", "cles/{cle}/dossiers/{codeIbs}"),
            ("DELETE", "cles/{cle}/dossiers/{codeIbs}"),
            ("GET", "abonnements"),
            ("POST", "abonnements"),
            ("POST", "abonnements/{numero}/rotation"),
            ("DELETE", "abonnements/{numero}"),
            ("GET", "audit"),
            ("GET", "audit/export"),
            ("GET", "webhooks"),
            ("POST", "webhooks"),
            ("GET", "webhooks/{id}"),
            ("DELETE", "webhooks/{id}"),
            ("PUT", "webhooks/{id}/etat"),
            ("POST", "webhooks/{id}/rotation"),
            ("GET", "webhooks/{id}/livraisons"),
            ("POST", "webhooks/{id}/livraisons/{rang}/renvoi"),
        )
    },
    f"POST {V1}/session": LIBRE,
    f"GET {V1}/sessions/oidc": LIBRE,
    f"GET {V1}/sessions/oidc/retour": LIBRE,
    f"POST {V1}/invitations/acceptation": LIBRE,
    f"GET {V1}/session": SESSION,
    f"DELETE {V1}/session": SESSION,
    f"DELETE {V1}/sessions": SESSION,
    f"POST {V1}/session/mot-de-passe": SESSION,
}

LISENT = {f"POST {DOSSIERS}/preflight"}
ECRIVENT = {f"GET {LOOP}/getFileUrlDeposit"}
FICHIERS = {f"POST {DOSSIERS}/preflight", f"POST {V1}/imports", f"PATCH {V1}/televersements/{{televersement}}"}
ABSENT_ID = str(uuid4())


@dataclass
class Scene:
    """One application with two firms. ``objets``: what exists in the first; ``absents``: the same, of nobody."""

    essai: Essai
    appelants: dict[str, dict[str, str]]
    objets: dict[str, str]
    absents: dict[str, str]
    document: dict[str, Any]

    def appel(self, route: str, appelant: str, ids: dict[str, str]) -> Any:
        methode, chemin = route.split(" ")
        choix = {**ids, "numero": ids["abonnement"]} if "/abonnements/" in chemin else ids
        corps = self._corps(route, ids)
        adresse = chemin.format(**choix)
        envoi = {"content": VENTE} if route in FICHIERS else {} if corps is None else {"json": corps}
        entetes = {**self.appelants[appelant], "x-forwarded-for": "192.0.2.1"}  # not from this machine: metrics
        return self.essai.client.request(
            methode, adresse, params=self._parametres(methode, chemin, ids), headers=entetes, **envoi
        )

    def _parametres(self, methode: str, chemin: str, ids: dict[str, str]) -> dict[str, str]:
        if chemin.endswith("preflight"):
            return {"format": "tra"}
        if chemin == f"{V1}/imports":
            return {"format": "tra", "dossier": ids["codeIbs"]} if methode == "POST" else {}
        if not chemin.startswith(LOOP):
            return {}
        genre = MATRICE.get(f"GET {chemin}")
        return {
            "codeDossier": "cabinet" if genre == CABINET else ids["codeIbs"],
            "filename": "a.tra",
            "accountingImportRequestId": ids["id"],
        }

    def _corps(self, route: str, ids: dict[str, str]) -> Any:
        """The example of the document, about the object of ``ids``."""
        methode, chemin = route.split(" ")
        demande = self.document["paths"][chemin][methode.lower()].get("requestBody")
        if demande is None or route in FICHIERS or "/depot/" in chemin:
            return None
        schema = demande["content"]["application/json"]["schema"]
        nom = schema.get("$ref", "").rpartition("/")[2]
        exemple = (self.document["components"]["schemas"].get(nom, schema).get("examples") or [{}])[0]
        if chemin.startswith(LOOP):
            return _loop_body(chemin, ids)
        if methode == "PATCH":
            return {"doublons": "accepter"}
        if chemin.endswith("/cles"):
            exemple = {**exemple, "dossiers": None}
        if chemin.endswith(("/collaborateurs", "/dossiers")):
            cle = "identifiant" if chemin.endswith("/collaborateurs") else "code_ibs"
            exemple = {**exemple, cle: f"n{uuid4().hex[:8]}"}
        return exemple


def _loop_body(chemin: str, ids: dict[str, str]) -> Any:
    if chemin.endswith("importJson"):
        contexte = {"codeIbs": ids["codeIbs"], "codeDossier": ids["codeIbs"]}
        return {"codeIbs": ids["codeIbs"], "data": {"contexte": contexte, "options": {}, "ecritures": [{}]}}
    if chemin.endswith("annulerImport"):
        return {"accountingImportRequestId": ids["id"]}
    if chemin.endswith("groupe"):
        return {"code": "SOCIAL", "description": "Social"}
    return {"codeIbs": ids["codeIbs"], "URI": f"{uuid4()}/a.tra", "Template": "absent", "modele": "absent"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    racine = tmp_path_factory.mktemp("matrice")
    with open_essai(f"sqlite:///{racine}/api.sqlite", racine / "donnees", http_strict=True) as essai:
        cles, ports = essai.ports.cles, essai.ports
        autre = ports.dossiers.creer(DOMAIN, "DEUX", "")
        ports.dossiers.creer("AUTRE", "AILLEURS", "")
        ports.personnes.creer(DOMAIN, Collaborateur("anne", "Anne", "Martin", "administrateur"))
        ports.personnes.creer(DOMAIN, Collaborateur("paul", "Paul", "Durand", "collaborateur"))

        def apikey(domain: str = DOMAIN, **choix: Any) -> dict[str, str]:
            return {**essai.cles, "x-apikey": cles.creer_cle(domain, "essai", **choix)}

        avancee: dict[str, Any] = {"est_avancee": True}
        revoquee = apikey()
        cles.revoquer(revoquee["x-apikey"].partition(":")[0])
        appelants = {
            "sans clé": {},
            "clé fausse": {**essai.cles, "x-apikey": revoquee["x-apikey"][:-1] + "!"},
            "autre cabinet": apikey("AUTRE", role="administrateur", **avancee),
            "non activée": apikey(dossiers=[autre.dossier], role="administrateur", **avancee),
            "révoquée": revoquee,
            "expirée": apikey(expiration=datetime.now(UTC) - timedelta(seconds=1)),
            "standard": apikey(role="administrateur"),
            "lecture": apikey(role="lecture", **avancee),
            "collaborateur": apikey(**avancee),
            "administrateur": apikey(role="administrateur", **avancee),
        }
        import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("a.tra", VENTE))
        essai.work(import_id)
        objets = {
            "codeIbs": CODE,
            "id": import_id,
            "cle": cles.creer_cle(DOMAIN, "victime").partition(":")[0],
            "abonnement": cles.ouvrir_abonnement("victime", DOMAIN)[0],
            "identifiant": "paul",
            "code": "2026",
            "numero": "411000",
            "rang": "1",
            "guid": ABSENT_ID,
            "nom": "a.tra",
            "numero_ligne": "1",
            "televersement": ports.televersements.ouvrir(
                NouveauTeleversement(DOMAIN, "essai", essai.dossier.dossier, "a.tra", len(VENTE)), 600
            ).id,
        }
        absents = {
            **objets,
            "codeIbs": "NULLEPART",
            "id": ABSENT_ID,
            "cle": "ek_0000000000000000",
            "abonnement": "ab_000000000000",
            "identifiant": "nul",
            "televersement": str(uuid4()),
            "code": "ABSENT9",
        }
        document = essai.client.get("/openapi.json").json()
        yield Scene(essai, appelants, objets, absents, document)


def attendu(route: str, genre: str, appelant: str) -> str:
    """The code of the expected refusal, or « passe »."""
    sans = {"sans clé": "abonnement.absent"} | dict.fromkeys(("clé fausse", "révoquée", "expirée"), "cle.invalide")
    if genre == LIBRE:
        return "passe"
    if appelant in sans:
        return sans[appelant]
    if genre == SESSION:
        return "session.requise"
    if genre in (CABINET, ADMINISTRATION) and appelant == "standard":
        return "cle.standard"
    ecrit = (not route.startswith("GET ") and route not in LISENT) or route in ECRIVENT
    if appelant == "lecture" and (ecrit or genre == ADMINISTRATION):
        return "role.insuffisant"
    if appelant == "collaborateur" and genre == ADMINISTRATION:
        return "role.insuffisant"
    if appelant == "autre cabinet" and genre in (DOSSIER, IMPORT, TELEVERSEMENT):
        return f"{genre}.inconnu"
    if appelant == "non activée" and "{codeIbs}" in route and genre == ADMINISTRATION and "/dossiers/" in route:
        return "dossier.acces_refuse"
    if appelant == "non activée" and genre == DOSSIER:
        return "dossier.acces_refuse"
    if appelant == "non activée" and genre in (IMPORT, TELEVERSEMENT):
        return f"{genre}.inconnu"
    if appelant == "non activée" and route == f"POST {V1}/dossiers":
        return "dossier.acces_refuse"
    return "passe"


STATUTS = {
    "abonnement.absent": 401,
    "cle.invalide": 401,
    "cle.standard": 403,
    "role.insuffisant": 403,
    "session.requise": 403,
    "dossier.acces_refuse": 403,
    "dossier.inconnu": 404,
    "import.inconnu": 404,
    "televersement.inconnu": 404,
}
MOTS = {
    "abonnement.absent": "missing subscription key",
    "cle.invalide": "invalid API key",
    "cle.standard": "clé Advanced",
    "role.insuffisant": "rôle",
    "dossier.acces_refuse": "n'a pas accès au dossier",
    "dossier.inconnu": "n'existe pas sur le domaine",
    "import.inconnu": ABSENT_ID[:0],
}
"""What the dialect says, which has no codes."""


def test_every_route_has_a_row_and_every_row_a_route(scene: Scene) -> None:
    routes = {f"{m.upper()} {chemin}" for chemin, ms in scene.document["paths"].items() for m in ms}
    assert routes - set(MATRICE) == set(), "routes without a row"
    assert set(MATRICE) - routes == set(), "rows without a route"


def test_only_the_routes_said_open_are_open(scene: Scene) -> None:
    for route, genre in MATRICE.items():
        methode, chemin = route.split(" ")
        assert (scene.document["paths"][chemin][methode.lower()]["security"] == []) == (genre == LIBRE), route


# The administrator's calls change things: they come last.
APPELANTS = (
    "sans clé",
    "clé fausse",
    "révoquée",
    "expirée",
    "autre cabinet",
    "non activée",
    "lecture",
    "standard",
    "collaborateur",
    "administrateur",
)


@pytest.mark.parametrize("appelant", APPELANTS)
def test_every_route_answers_every_caller_as_written(scene: Scene, appelant: str) -> None:
    fautes = []
    # what removes comes after what reads, so that each finds its object
    for route, genre in sorted(MATRICE.items(), key=lambda paire: paire[0].startswith("DELETE")):
        code = attendu(route, genre, appelant)
        if (appelant, genre) == ("autre cabinet", ADMINISTRATION) or (appelant, genre) == ("autre cabinet", CABINET):
            continue  # its own firm answers: see the test of what cannot be told apart
        reponse = scene.appel(route, appelant, scene.objets)
        faute = _faute(route, code, reponse)
        if faute:
            fautes.append(f"{route} : {code} attendu, {faute}")
    assert fautes == []


def _faute(route: str, code: str, reponse: Any) -> str | None:
    vu = f"{reponse.status_code} {reponse.text[:200]}"
    if code == "passe":
        depot = "/depot/" in route  # the address is signed: that is its key
        propre = "connexion.refusee" in reponse.text  # what a sign-in answers to the wrong word
        interdit = reponse.status_code in (401, 403) and not (depot or propre)
        dialecte = LOOP in route and any(MOTS[c] in reponse.text for c in ("role.insuffisant", "dossier.acces_refuse"))
        return vu if interdit or dialecte or reponse.status_code >= 500 else None
    if LOOP in route:
        statut = 400 if code in ("dossier.inconnu", "dossier.acces_refuse") else STATUTS[code]
        return None if reponse.status_code == statut and MOTS[code] in reponse.text else vu
    recu = reponse.json()
    return None if (reponse.status_code, recu.get("code")) == (STATUTS[code], code) else vu


def test_what_is_of_another_firm_cannot_be_told_from_what_does_not_exist(scene: Scene) -> None:
    fautes = []
    for route, genre in MATRICE.items():
        if genre in (LIBRE, SESSION) or not ("{" in route or LOOP in route):
            continue
        present, absent = (scene.appel(route, "autre cabinet", ids) for ids in (scene.objets, scene.absents))
        if (present.status_code, _sans(present.text, scene)) != (absent.status_code, _sans(absent.text, scene)):
            fautes.append(
                f"{route} : {present.status_code} {present.text[:150]} / {absent.status_code} {absent.text[:150]}"
            )
    assert fautes == []


def test_a_list_of_the_firm_asked_by_another_firm_shows_nothing_of_this_one(scene: Scene) -> None:
    """Its own firm answers: what cannot be told apart has no object in its path, so the answers themselves are looked at."""
    siens = [*(scene.objets[nom] for nom in ("codeIbs", "id", "cle", "abonnement", "televersement")), DOMAIN, "victime"]
    siens += ["Martin", "Durand", "DEUX"]
    vus = []
    for route, genre in MATRICE.items():
        if genre in (CABINET, ADMINISTRATION) and route.startswith("GET") and "{" not in route:
            ici = scene.appel(route, "administrateur", scene.objets)
            ailleurs = scene.appel(route, "autre cabinet", scene.objets)
            assert ailleurs.status_code == ici.status_code == 200, (route, ailleurs.text, ici.text)
            vus.append(any(nom in ici.text for nom in siens))
            assert [nom for nom in siens if nom in ailleurs.text] == [], route
    assert len(vus) > 5 and sum(vus) > 3, "the first firm has something to show on several of them"


def _sans(texte: str, scene: Scene) -> str:
    for nom in ("codeIbs", "id", "cle", "abonnement", "identifiant", "code", "televersement"):
        for ids in (scene.objets, scene.absents):
            texte = texte.replace(ids[nom], nom)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}[^\"]*", "guid", texte)


def test_a_person_has_the_rights_of_their_role_in_v1_and_none_in_the_dialect(scene: Scene) -> None:
    ports = scene.essai.ports
    for role, statuts in (("lecture", (200, 403, 403)), ("collaborateur", (200, 201, 403))):
        identifiant = f"personne-{role}"
        ports.personnes.creer(DOMAIN, Collaborateur(identifiant, "", "X", role))
        cookie = ports.sessions.ouvrir(DOMAIN, identifiant, duree_s=600)
        entetes = {"cookie": f"ecritures_session={cookie}", "x-csrf-token": csrf_token(cookie)}
        client = scene.essai.client
        lus = (
            client.get(f"{V1}/agences", headers=entetes).status_code,
            client.post(f"{V1}/dossiers", json={"code_ibs": f"P-{role}"}, headers=entetes).status_code,
            client.get(f"{V1}/audit", headers=entetes).status_code,
        )
        assert lus == statuts
        assert client.get(f"{LOOP}/getImportHistory", headers=entetes).status_code == 401
