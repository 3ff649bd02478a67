"""docs/listes.md, from the tables of the list routes."""

from __future__ import annotations

from ecritures.api.loop.listes_doc import exemple_filtre
from ecritures.domain.filtre import EGALITES, TypeChamp
from ecritures.domain.ressources import CHAMPS_RIB, RESSOURCES, ChampListe, Marque, Portee, RessourceListe
from pages.markdown import MARQUE, cellule, tableau

TITRE = "# Listes du dialecte Loop"
_ENTETE = """
`GET /loop-api-publiques/<route>?codeDossier=…[&filter][&sort][&skip][&take][&select]`, aussi à la racine, dans n'importe quelle casse, avec les
deux clés. La réponse est un tableau d'objets ; une demande refusée porte `error` à la place (200, ou 400 en mode `ECRITURES_HTTP_STRICT`).

- `codeDossier` est obligatoire : le code du dossier, ou `cabinet` pour ce qui est au cabinet. Ces routes-là demandent une clé Advanced ;
  une clé Standard reçoit 403.
- `filter` : `champ == "valeur"`, avec `== === != !== > >= < <=`, `&&`, `||`, des parenthèses, `null`, `true`, `false`. Un texte, une date
  `AAAA-MM-JJ` ou un uuid entre guillemets, un nombre sans. Dans une URL, `&&` s'écrit `%26%26`. Une erreur dit sa position.
- `sort` : `champ1&&champ2:desc`. `select` : `champ1,champ2`. `skip` et `take` : des entiers ; `take` vaut 100 par défaut, 1 000 au plus
  (100 pour `EcritureComptable`).
- `objectId` est stable : il dérive du cabinet, du dossier, de la sorte d'objet et de son code. `revisionId` change avec le contenu.

Chaque champ est **documenté** (le contrat de Loop le nomme), **déduit** (le contrat le montre ailleurs ou en laisse deviner le nom), ou **propre**
à ce serveur. Un champ peut valoir `null` sauf mention « toujours rempli ».
"""
_GENRES = {
    TypeChamp.TEXTE: "texte",
    TypeChamp.ENTIER: "entier",
    TypeChamp.MONTANT: "montant",
    TypeChamp.DATE: "date",
    TypeChamp.INSTANT: "instant",
    TypeChamp.BOOLEEN: "booléen",
    TypeChamp.UUID: "uuid",
}


def page() -> str:
    lignes = [MARQUE + TITRE, *_ENTETE.split("\n")]
    for ressource in RESSOURCES:
        lignes += _route(ressource)
    lignes += ["## `rib` des tiers", ""]
    lignes += tableau(
        ("Champ", "Marque", "Sens"),
        ((f"`{nom}`", marque.value, cellule(sens)) for nom, (marque, sens) in CHAMPS_RIB.items()),
    )
    return "\n".join([*lignes, ""])


def _route(ressource: RessourceListe) -> list[str]:
    propre = " (route propre à ce serveur)" if ressource.marque is Marque.PROPRE else ""
    portee = {
        Portee.DOSSIER: "un dossier",
        Portee.CABINET: "`cabinet`, clé Advanced",
        Portee.LES_DEUX: "un dossier, ou `cabinet` avec une clé Advanced",
    }[ressource.portee]
    lignes = [f"## `{ressource.route}`", "", f"{ressource.titre}{propre}. `codeDossier` : {portee}."]
    lignes += [ressource.note] if ressource.note else []
    lignes += ["", f"Exemple : `filter={exemple_filtre(ressource)}`", ""]
    lignes += tableau(
        ("Champ", "Type", "Marque", "Filtre", "Tri", "Sens"), (_champ(champ) for champ in ressource.champs)
    )
    return [*lignes, ""]


def _champ(champ: ChampListe) -> tuple[str, ...]:
    admis = champ.champ.operateurs or frozenset()
    filtre = "" if not admis else "égalité" if admis == EGALITES else "oui"
    sens = champ.sens + (" Toujours rempli." if champ.champ.obligatoire else "")
    genre = "tableau" if champ.est_liste else _GENRES[champ.champ.type]
    return (
        f"`{champ.champ.nom}`",
        genre,
        champ.marque.value,
        filtre,
        "oui" if champ.champ.triable else "",
        cellule(sens),
    )
