"""The list routes and the history of imports (loop-api 12, 15, 16). One route per table of ``domain.ressources``.

Order of checks: keys, ``codeDossier``, right on the firm, dossier, access, then the parameters of the list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecritures.api.access import App, Appelant, administrator, find_dossier, of_firm
from ecritures.api.body import clean
from ecritures.api.loop.fields import CODE_MAX, DemandeRefusee, query_value, text_value
from ecritures.api.loop.listes_doc import LISTES_TAG, creation_doc, route_doc
from ecritures.api.loop.routes import Corps
from ecritures.api.reglages import PREFIXE_LOOP
from ecritures.domain.errors import CabinetInvalide, DossierInconnu
from ecritures.domain.filtre import Comparaison, DemandeListe, Operateur
from ecritures.domain.ressources import CABINET, PAR_ROUTE, RESSOURCES, Portee, RessourceListe
from ecritures.imports.cabinet import Groupe
from ecritures.imports.listes import lire_demande
from ecritures.imports.ports import Acces, Dossier, Ports

router = APIRouter(prefix=PREFIXE_LOOP, tags=[LISTES_TAG])

LONGUEUR_MAX = 100
PARAMETRES = ("filter", "sort", "skip", "take", "select")


def _liste(ressource: RessourceListe) -> Callable[..., Response]:
    def list_objects(request: Request, acces: Appelant, app: App) -> Response:
        paires = request.query_params.multi_items()
        dossier = perimetre(ressource, query_value(paires, "codeDossier"), acces, app)
        demande = lire_demande(ressource, **{nom: query_value(paires, nom) for nom in PARAMETRES})
        permis = acces.dossiers_permis
        objets = app.listes.lire(ressource, demande, domain=acces.domain, dossier=dossier, permis=permis)
        return json_answer([rendre(objet, demande) for objet in objets])

    list_objects.__name__ = f"list_{ressource.route}"
    return list_objects


for _ressource in RESSOURCES:
    router.get(f"/{_ressource.route}", **route_doc(_ressource))(_liste(_ressource))


@router.post("/groupe", **creation_doc())
def create_groupe(request: Request, corps: Corps, acces: Appelant, app: App) -> Response:
    """Creates the group, or replaces the one of that code. Its object is in ``success``, or why not in ``errors``."""
    groupe = PAR_ROUTE["groupe"]
    perimetre(groupe, query_value(request.query_params.multi_items(), "codeDossier"), acces, app)
    administrator(acces)
    code = text_value(corps, "code") or ""
    try:
        voulu = Groupe(code, text_value(corps, "description") or code, text_value(corps, "agence"))
        verifier_longueurs(voulu)
        est_nouveau = app.cabinets.garder_groupe(acces.domain, voulu)
    except CabinetInvalide as refus:
        return json_answer({"success": [], "errors": [{"code": code, "message": clean(refus.message)}]})
    action = "groupe.creation" if est_nouveau else "groupe.modification"
    app.audit.noter(acces.domain, acces.cle, action, objet=voulu.code)
    seul = DemandeListe(Comparaison("code", Operateur.EGAL, voulu.code))
    objets = app.listes.lire(groupe, seul, domain=acces.domain, dossier=None)
    return json_answer({"success": [rendre(objet, seul) for objet in objets], "errors": []})


def verifier_longueurs(groupe: Groupe) -> None:
    """Raises CabinetInvalide past the contract's bound (loop-api 16)."""
    for nom, valeur in asdict(groupe).items():
        if len(valeur or "") > LONGUEUR_MAX:
            raise CabinetInvalide(f"Le champ {nom} dépasse {LONGUEUR_MAX} caractères : l'abréger.")


def perimetre(ressource: RessourceListe, code: str | None, acces: Acces, app: Ports) -> Dossier | None:
    """What ``codeDossier`` names: a dossier, or None for the firm. Raises DemandeRefusee, CleStandard, DossierInconnu,
    AccesRefuse."""
    if code is None:
        raise DemandeRefusee("Le paramètre codeDossier est obligatoire.")
    est_cabinet = code.strip().lower() == CABINET
    if est_cabinet and ressource.portee is not Portee.DOSSIER:
        of_firm(acces)
        return None
    if ressource.portee is Portee.CABINET:
        of_firm(acces)
        raise DemandeRefusee(
            f"La route {ressource.route} est celle du cabinet : codeDossier doit valoir « {CABINET} »."
        )
    if len(code) > CODE_MAX:
        raise DossierInconnu(f"{code[:CODE_MAX]}…")
    return find_dossier(code, acces, app)


def rendre(objet: Mapping[str, Any], demande: DemandeListe) -> dict[str, Any]:
    """The fields asked, in the order asked; ``axe.code`` goes into the object ``axe``."""
    sortie: dict[str, Any] = {}
    for nom in demande.champs or objet:
        ou, feuille = sortie, nom
        while "." in feuille:
            tete, _, feuille = feuille.partition(".")
            ou = ou.setdefault(tete, {})
        ou[feuille] = objet[nom]
    return sortie


def json_answer(valeur: Any) -> Response:
    """An answer whose amounts are exact numbers of two decimals: a float is never between the books and the text."""
    return Response("".join(_ecrire(valeur)).encode(), media_type="application/json")


def _ecrire(valeur: Any) -> Iterator[str]:
    match valeur:
        case Decimal():
            yield f"{valeur:f}"
        case dict():
            yield "{"
            for rang, (nom, element) in enumerate(valeur.items()):
                yield f"{',' if rang else ''}{json.dumps(nom, ensure_ascii=False)}:"
                yield from _ecrire(element)
            yield "}"
        case list():
            yield "["
            for rang, element in enumerate(valeur):
                yield "," if rang else ""
                yield from _ecrire(element)
            yield "]"
        case _:
            yield json.dumps(clean(valeur) if isinstance(valeur, str) else valeur, ensure_ascii=False)
