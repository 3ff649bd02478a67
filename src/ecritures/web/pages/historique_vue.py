"""What the address of the history says: filters, order, place. Everything a person sees there can be sent to someone else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from ecritures.api.access import App, find_dossier
from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.imports.historique import FORMATS, ORIGINES, TRIS, Etat, Filtre, Ordre, Tri
from ecritures.web.personne import Moi
from ecritures.web.rendu import PARIS

ADRESSE = f"{PREFIXE}/imports"
ETATS = {etat.mot: etat for etat in Etat}
DESCENDANTS = ("date", "lignes", "montant")
"""What is looked at from the greatest down at first; names and states go up."""

Mot = Annotated[str, Query(max_length=100)]
Curseur = Annotated[str, Query(max_length=2000)]


@dataclass(frozen=True)
class Vue:
    """``filtre`` and ``ordre``: what the register is asked; the rest, as it is written in the address."""

    filtre: Filtre
    ordre: Ordre
    q: str = ""
    dossier: str = ""
    debut: str = ""
    fin: str = ""
    apres: str = ""
    avant: str = ""

    @property
    def est_filtree(self) -> bool:
        return self.filtre != Filtre()

    @property
    def est_premiere(self) -> bool:
        return not (self.apres or self.avant)

    def adresse(self, chemin: str = "", **changes: str) -> str:
        """This view with these parameters changed, from its first page unless a cursor is among them. Defaults are left out."""
        filtre, ordre = self.filtre, self.ordre
        valeurs = {
            "q": self.q,
            "dossier": self.dossier,
            "etat": filtre.etat.mot if filtre.etat else "",
            "format": filtre.format or "",
            "origine": filtre.origine or "",
            "debut": self.debut,
            "fin": self.fin,
            "tri": "" if ordre.tri == "date" else ordre.tri,
            "sens": "" if ordre.est_descendant == (ordre.tri in DESCENDANTS) else _sens(ordre.est_descendant),
        }
        parametres = urlencode({nom: valeur for nom, valeur in (valeurs | changes).items() if valeur})
        return f"{ADRESSE}{chemin}?{parametres}" if parametres else f"{ADRESSE}{chemin}"

    @property
    def ici(self) -> str:
        """Its own address, place included."""
        return self.adresse(apres=self.apres, avant=self.avant)

    def tri_suivant(self, tri: Tri) -> str:
        """The address that sorts by that column, or turns the order when it is sorted by it already."""
        descend = not self.ordre.est_descendant if tri == self.ordre.tri else tri in DESCENDANTS
        return replace(self, ordre=Ordre(tri, descend)).adresse()


def view(
    moi: Moi,
    app: App,
    q: Annotated[str, Query(max_length=200)] = "",
    dossier: Mot = "",
    etat: Mot = "",
    format: Mot = "",
    origine: Mot = "",
    debut: Mot = "",
    fin: Mot = "",
    tri: Mot = "",
    sens: Mot = "",
    apres: Curseur = "",
    avant: Curseur = "",
) -> Vue:
    """Raises DossierInconnu, HttpRefusal (a date that is none). A state, a format or an order unknown asks nothing."""
    texte, code = clean(q).strip(), clean(dossier).strip()
    voulu = find_dossier(code, moi.acces, app) if code else None
    premier, dernier = read_day(debut, "Du"), read_day(fin, "Au")
    cle: Tri = tri if tri in TRIS else "date"
    return Vue(
        Filtre(
            dossier=voulu.dossier if voulu else None,
            etat=ETATS.get(etat),
            format=format if format in FORMATS else None,
            origine=origine if origine in ORIGINES else None,
            debut=None if premier is None else midnight(premier),
            fin=None if dernier is None else midnight(dernier + timedelta(days=1)),
            nom=texte,
        ),
        Ordre(cle, sens == "desc" if sens in ("asc", "desc") else cle in DESCENDANTS),
        q=texte,
        dossier=voulu.code_ibs if voulu else "",
        debut=premier.isoformat() if premier else "",
        fin=dernier.isoformat() if dernier else "",
        apres=apres,
        avant=avant,
    )


VueDemandee = Annotated[Vue, Depends(view)]


def read_day(texte: str, nom: str) -> date | None:
    """A day as ``<input type=date>`` sends it; None when left empty. Raises HttpRefusal."""
    if not texte.strip():
        return None
    try:
        jour = date.fromisoformat(texte.strip())
    except ValueError as erreur:
        raise HttpRefusal(422, "requete.invalide", f"La date « {nom} » est invalide : l'écrire 31/12/2025.") from erreur
    return min(max(jour, date(1970, 1, 2)), date(9998, 12, 31))


def midnight(jour: date) -> datetime:
    """When that day begins for who reads it in France."""
    return datetime.combine(jour, time(), PARIS).astimezone(UTC)


def inside(retour: str) -> str:
    """Where to go back to: a page of the history, whatever a form says."""
    propre = retour == ADRESSE or retour.startswith(f"{ADRESSE}?")
    return retour if propre and retour.isprintable() and "\\" not in retour else ADRESSE


def _sens(est_descendant: bool) -> str:
    return "desc" if est_descendant else "asc"
