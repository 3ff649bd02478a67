"""« Modèles personnalisés »: the firm's models, and the editor where a sample's columns are picked and its entries seen at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from ecritures.api.access import App, find_dossier
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.modele import CHAMPS, FORMES_DATE, NOM_MAX, Convention, FormatModele, Groupement
from ecritures.formats.perso.apercu import Apercu, apercu, coupes_probables
from ecritures.formats.perso.brouillon import Brouillon, choisir, lire_brouillon
from ecritures.formats.perso.modele_toml import ENCODAGES, MILLIERS
from ecritures.imports.modeles import (
    ECHANTILLON_OCTETS_MAX,
    Essai,
    essayer,
    find,
    proposer,
    remove,
    rename,
    save,
)
from ecritures.web.pages.modeles_formulaire import (
    TEXTES,
    Saisie,
    exact,
    fingerprint,
    read_form,
    refuse_empty,
    shown,
    within_bounds,
)
from ecritures.web.personne import Moi, MoiQuiEcris, Personne
from ecritures.web.rendu import is_htmx, render
from ecritures.web.telechargement import save_as

router = APIRouter(prefix=PREFIXE)

CONSTATS_MONTRES_MAX = 12
Nom = Annotated[str, Query(max_length=4 * NOM_MAX)]
NomSaisi = Annotated[str, Form(max_length=4 * NOM_MAX)]
UnFichier = [Depends(within_bounds)]


@dataclass(frozen=True, eq=False)
class Atelier:
    """What the editor shows of a model and of the file at hand. ``essai`` None: no file, or not a model yet."""

    brouillon: Brouillon
    saisie: Saisie | None = None
    apercu: Apercu | None = None
    essai: Essai | None = None
    coupes: tuple[int, ...] = ()
    ancien: str = ""

    @property
    def format(self) -> str:
        return str(self.brouillon.valeur("format", FormatModele.CSV.value))

    @property
    def constats(self) -> list[dict[str, Any]]:
        """The findings to show, errors first."""
        lignes = self.essai.examen.constats.liste.to_dicts() if self.essai else []
        rang = [s.value for s in Severity]
        return sorted(lignes, key=lambda c: rang.index(c["severite"]))[:CONSTATS_MONTRES_MAX]

    @property
    def cellules_fautives(self) -> Mapping[tuple[int, str], str]:
        """(line, zone) -> what is wrong there."""
        lignes = self.essai.examen.constats.liste.to_dicts() if self.essai else []
        return {(c["numero_ligne"], c["zone"]): c["message"] for c in reversed(lignes) if c["zone"]}


@router.get("/modeles")
def list_models(request: Request, moi: Moi, app: App, fait: Nom = "") -> Response:
    modeles = [(m, lire_brouillon(m.texte)) for m in app.modeles.lister(moi.domain)]
    return render(
        request, "modeles/liste.html", modeles=modeles, fait=clean(fait), taille_octets_max=ECHANTILLON_OCTETS_MAX
    )


@router.get("/modeles/nouveau")
def begin(request: Request, moi: MoiQuiEcris, app: App) -> Response:
    return _editor(request, None, moi, app)


@router.get("/modeles/modele")
def read(request: Request, moi: Moi, app: App, nom: Nom = "") -> Response:
    """Raises ModeleInconnu, for another firm's model too."""
    garde = find(moi.domain, clean(nom), app)
    atelier = Atelier(lire_brouillon(shown(garde.texte)), ancien=garde.nom)
    if not moi.peut_ecrire:
        return render(request, "modeles/modele.html", modele=garde, atelier=atelier, **_lists())
    return _editor(request, atelier, moi, app)


@router.get("/modeles/toml")
def download(moi: Moi, app: App, nom: Nom = "") -> Response:
    garde = find(moi.domain, clean(nom), app)
    return save_as(f"{garde.nom}.toml", garde.texte.encode(), "application/toml")


@router.post("/modeles/apercu", dependencies=UnFichier)
async def preview(
    request: Request, moi: MoiQuiEcris, app: App, saisie: Annotated[Saisie, Depends(read_form)]
) -> Response:
    """The model with the choices of the person, and what the file becomes under it. Nothing is kept.
    Raises ModeleInvalide for bytes that cannot be examined."""
    refuse_empty(saisie)
    contexte = _contexte(saisie, moi, app)
    async with request.app.state.preflights:
        atelier = await run_in_threadpool(_work, saisie, contexte)
    return _answer(request, atelier, moi, app)


@router.post("/modeles", dependencies=UnFichier)
async def keep(request: Request, moi: MoiQuiEcris, app: App, saisie: Annotated[Saisie, Depends(read_form)]) -> Response:
    """Raises ModeleInvalide, ModeleExistant, ModeleInconnu."""
    garde = await run_in_threadpool(save, moi.domain, moi.identifiant, saisie.texte, app, ancien=saisie.ancien)
    if not is_htmx(request):
        return RedirectResponse(f"{PREFIXE}/modeles?fait={quote(garde.nom)}", 303)
    contexte = _contexte(saisie, moi, app)
    async with request.app.state.preflights:
        atelier = await run_in_threadpool(_work, saisie, contexte, garde.nom)
    reponse = _answer(request, atelier, moi, app, fait=garde.nom)
    reponse.headers["hx-push-url"] = f"{PREFIXE}/modeles/modele?nom={quote(garde.nom)}"
    return reponse


@router.post("/modeles/reception", dependencies=UnFichier)
async def receive(
    request: Request, moi: MoiQuiEcris, app: App, saisie: Annotated[Saisie, Depends(read_form)]
) -> Response:
    """A model written elsewhere. Raises ModeleInvalide, ModeleExistant."""
    try:
        texte = clean(saisie.octets.decode("utf-8-sig"))
    except UnicodeDecodeError as erreur:
        raise ModeleInvalide("", "le fichier n'est pas un texte UTF-8 : enregistrer le modèle en UTF-8.") from erreur
    garde = await run_in_threadpool(save, moi.domain, moi.identifiant, texte, app)
    return RedirectResponse(f"{PREFIXE}/modeles?fait={quote(garde.nom)}", 303)


@router.post("/modeles/renommage")
def change_name(moi: MoiQuiEcris, app: App, nom: NomSaisi = "", nouveau: NomSaisi = "") -> Response:
    """Raises ModeleInconnu, ModeleExistant, ModeleInvalide."""
    garde = rename(moi.domain, moi.identifiant, clean(nom), clean(nouveau), app)
    return RedirectResponse(f"{PREFIXE}/modeles?fait={quote(garde.nom)}", 303)


@router.post("/modeles/retrait")
def take_away(moi: MoiQuiEcris, app: App, nom: NomSaisi = "") -> Response:
    """Raises ModeleInconnu."""
    remove(moi.domain, moi.identifiant, clean(nom), app)
    return RedirectResponse(f"{PREFIXE}/modeles", 303)


def _contexte(saisie: Saisie, moi: Personne, app: App) -> Contexte | None:
    """What the checks know of the dossier chosen. Raises DossierInconnu."""
    if not saisie.dossier or not saisie.octets:
        return None
    return app.livres.contexte(find_dossier(saisie.dossier[:100], moi.acces, app))


def _work(saisie: Saisie, contexte: Contexte | None, ancien: str | None = None) -> Atelier:
    texte, octets = saisie.texte, saisie.octets
    if octets and (not texte or saisie.veut_proposition):
        connu = lire_brouillon(texte).valeur("nom")
        texte = proposer(octets, saisie.nom_fichier)
        texte = choisir(texte, {"nom": connu}) if isinstance(connu, str) else texte
    brouillon = lire_brouillon(shown(texte))
    atelier = Atelier(brouillon, saisie, ancien=saisie.ancien if ancien is None else ancien)
    if not octets:
        return atelier
    reglages = brouillon.section("fichier")
    coupes: tuple[int, ...] = ()
    if atelier.format == FormatModele.FIXE:
        coupes = saisie.coupes or _starts_of(brouillon) or coupes_probables(octets)
    vu = apercu(octets, {**reglages, "coupes": coupes}, atelier.format)
    essai = essayer(octets, saisie.nom_fichier, brouillon.modele, contexte) if brouillon.modele else None
    return Atelier(brouillon, saisie, vu, essai, coupes, atelier.ancien)


def _starts_of(brouillon: Brouillon) -> tuple[int, ...]:
    """Where the columns of a fixed-width model begin, and where they end."""
    debuts = set()
    for colonne in brouillon.section("colonnes").values():
        debut, largeur = (colonne.get("debut"), colonne.get("largeur")) if isinstance(colonne, Mapping) else (0, 0)
        if isinstance(debut, int) and isinstance(largeur, int):
            debuts |= {debut, debut + largeur}
    return tuple(sorted(debuts))


def _answer(request: Request, atelier: Atelier, moi: Personne, app: App, *, fait: str = "") -> Response:
    if not is_htmx(request):
        return _editor(request, atelier, moi, app)
    return render(
        request, "modeles/atelier.html", atelier=atelier, fait=fait, **_lists(), **_choices(moi, app, atelier)
    )


def _editor(request: Request, atelier: Atelier | None, moi: Personne, app: App) -> Response:
    return render(
        request,
        "modeles/editeur.html",
        atelier=atelier,
        fait="",
        taille_octets_max=ECHANTILLON_OCTETS_MAX,
        **_lists(),
        **_choices(moi, app, atelier),
    )


def _choices(moi: Personne, app: App, atelier: Atelier | None) -> dict[str, Any]:
    saisie = atelier.saisie if atelier else None
    return {"dossiers": app.dossiers.lister(moi.domain), "dossier": saisie.dossier if saisie else ""}


def _lists() -> dict[str, Any]:
    """What the lists of the editor offer."""
    return {
        "champs": tuple(CHAMPS),
        "champs_texte": TEXTES,
        "formats": tuple(FormatModele),
        "conventions": tuple(Convention),
        "groupements": tuple(Groupement),
        "formes": FORMES_DATE,
        "encodages": ENCODAGES,
        "milliers": MILLIERS,
        "empreinte": fingerprint,
        "exact": exact,
    }
