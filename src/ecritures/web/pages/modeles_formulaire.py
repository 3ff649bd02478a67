"""The form of the editor of models: what the person typed and picked, read once, and put into the text of the model.

The file comes with every request and is kept nowhere: no client's entries lie on the server before someone imports them,
nothing expires under the hands of a person, and any process of ours can answer. It is bounded (ECHANTILLON_OCTETS_MAX).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from markupsafe import Markup, escape
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal, body_too_large, body_unreadable
from ecritures.domain.modele import CHAMPS, Convention, FormatModele, Genre
from ecritures.formats.perso.brouillon import Place, choisir, lire_brouillon
from ecritures.imports.modeles import ECHANTILLON_OCTETS_MAX
from ecritures.imports.reports.piece import visible

FORMULAIRE_OCTETS_MAX = ECHANTILLON_OCTETS_MAX + (1 << 20)
CHAMPS_MAX = 2_000
NOMBRE_MAX = 99_999
TEXTES = tuple(champ for champ, genre in CHAMPS.items() if genre is Genre.TEXTE)
"""Fields that a constant may fill."""


@dataclass(frozen=True)
class Saisie:
    """``octets`` empty: no file came. ``texte``: the model with the choices of the person in it."""

    nom_fichier: str
    octets: bytes
    texte: str
    ancien: str
    coupes: tuple[int, ...]
    veut_proposition: bool
    doubles: tuple[str, ...]  # fields picked for two columns: the first keeps it
    dossier: str


def within_bounds(request: Request) -> None:
    """Before anything is read. Raises HttpRefusal 413, or 400 when the length is not announced."""
    annonce = request.headers.get("content-length", "")
    if not (annonce.isascii() and annonce.isdigit()):
        raise body_unreadable("sa longueur n'est pas annoncée.")
    if int(annonce[:20]) > FORMULAIRE_OCTETS_MAX:
        raise body_too_large(ECHANTILLON_OCTETS_MAX)


async def read_form(request: Request) -> AsyncIterator[Saisie]:
    """The form, its file closed with the answer. Raises HttpRefusal."""
    try:
        formulaire = await request.form(max_files=1, max_fields=CHAMPS_MAX)
    except (HTTPException, KeyError) as erreur:
        raise body_unreadable("le formulaire est mal formé ou interrompu.") from erreur
    try:
        yield await _saisie(formulaire)
    finally:
        await formulaire.close()


async def _saisie(formulaire: FormData) -> Saisie:
    fichier = formulaire.get("fichier")
    octets, nom = b"", ""
    if isinstance(fichier, UploadFile) and fichier.filename:
        octets, nom = await fichier.read(ECHANTILLON_OCTETS_MAX + 1), clean(fichier.filename)[:255]
    if len(octets) > ECHANTILLON_OCTETS_MAX:
        raise body_too_large(ECHANTILLON_OCTETS_MAX)
    texte = _lines(_one(formulaire, "toml"))
    doubles: tuple[str, ...] = ()
    if formulaire.get("convention") is not None and _one(formulaire, "toml_vu") == fingerprint(texte):
        texte, doubles = _chosen(texte, formulaire)
    elif nom_voulu := " ".join(_one(formulaire, "nom").split()):
        texte = choisir(texte, {"nom": nom_voulu}) if _one(formulaire, "nom") != _one(formulaire, "nom_vu") else texte
    return Saisie(
        nom,
        octets,
        texte,
        _one(formulaire, "ancien"),
        _starts(_one(formulaire, "coupes")),
        bool(_one(formulaire, "proposer")),
        doubles,
        _one(formulaire, "dossier"),
    )


def fingerprint(texte: str) -> str:
    """Tells a text that the person edited from the one that the page was made of: the edited text then rules."""
    return hashlib.sha256(_lines(texte).encode()).hexdigest()


def shown(texte: str) -> str:
    """The text as the page shows and sends it back: no character hides, or reverses its neighbours."""
    return "\n".join("\t".join(map(visible, ligne.split("\t"))) for ligne in _lines(texte).split("\n"))


def exact(texte: str) -> Markup:
    """For the field of the text: its tabs and line ends are kept, it was made of visible characters before."""
    return escape(texte)


def _lines(texte: str) -> str:
    return texte.replace("\r\n", "\n").strip("\n") + "\n" if texte.strip() else ""


def _one(formulaire: FormData, nom: str) -> str:
    valeur = formulaire.get(nom)
    return clean(valeur) if isinstance(valeur, str) else ""


def _all(formulaire: FormData, nom: str) -> list[str]:
    return [clean(v) if isinstance(v, str) else "" for v in formulaire.getlist(nom)]


def _number(texte: str, maximum: int = NOMBRE_MAX) -> int:
    propre = texte.strip()
    return min(int(propre[:9]), maximum) if propre.isascii() and propre.isdigit() else 0


def _starts(texte: str) -> tuple[int, ...]:
    return tuple(sorted({n for m in texte.replace(";", ",").split(",") if (n := _number(m))}))[:200]


def _words(texte: str) -> list[str]:
    """``D ; Débit``: several texts, with a semicolon between them."""
    return list(dict.fromkeys(m.strip() for m in texte.split(";") if m.strip()))


def _chosen(texte: str, formulaire: FormData) -> tuple[str, tuple[str, ...]]:
    """The text with the settings and the columns of the form, and the fields that were picked twice."""
    vues, champs, doubles = _columns(formulaire)
    ecrit = lire_brouillon(texte)
    defauts = {**_DEFAUTS, "fichier.entete": _one(formulaire, "format") != FormatModele.FIXE}
    reglages = {
        cle: valeur
        for cle, valeur in _settings(formulaire).items()
        if ecrit.valeur(cle) is not None or cle not in defauts or valeur != defauts[cle]
    }
    return choisir(texte, reglages, champs, vues), doubles


_DEFAUTS: dict[str, Any] = {
    "fichier.lignes_a_sauter": 0,
    "fichier.guillemet": '"',
    "fichier.encodage": "auto",
    "nombres.milliers": "",
    "ignorer.totaux": [],
}
"""What a key left out means: a choice that says the same does not write it."""


def _columns(formulaire: FormData) -> tuple[Sequence[Place], dict[str, Place] | None, tuple[str, ...]]:
    lieux, noms, choisis = (_all(formulaire, n) for n in ("place", "nom_colonne", "champ"))
    if not lieux or not len(lieux) == len(noms) == len(choisis):
        return (), None, ()
    vues = [_place(lieu, nom) for lieu, nom in zip(lieux, noms, strict=True)]
    champs: dict[str, Place] = {}
    doubles = []
    for champ, place in zip(choisis, vues, strict=True):
        if champ in champs:
            doubles.append(champ)
        elif champ in CHAMPS:
            champs[champ] = place
    return vues, champs, tuple(doubles)


def _place(lieu: str, nom: str) -> Place:
    debut, tiret, largeur = lieu.partition("+")
    return Place(debut=_number(debut), largeur=_number(largeur)) if tiret else Place(_number(lieu), nom)


def _settings(formulaire: FormData) -> Mapping[str, Any]:
    """Keys of the model as the form gives them; None leaves a key out, and so does what the kind of file does not have."""
    format_, convention = _one(formulaire, "format"), _one(formulaire, "convention")
    formes = [f for f in _all(formulaire, "forme") if f]
    nom = " ".join(_one(formulaire, "nom").split())
    sens = convention == Convention.MONTANT_ET_SENS
    groupement = _one(formulaire, "groupement") or None
    reglages: dict[str, Any] = {
        "format": format_ or FormatModele.CSV.value,
        "fichier.lignes_a_sauter": _number(_one(formulaire, "lignes_a_sauter"), 10_000),
        "fichier.entete": format_ != FormatModele.FIXE and bool(_one(formulaire, "entete")),
        "fichier.separateur": (_one(formulaire, "separateur") or None) if format_ == FormatModele.CSV else None,
        "fichier.guillemet": _one(formulaire, "guillemet") if format_ == FormatModele.CSV else None,
        "fichier.encodage": None if format_ == FormatModele.XLSX else _one(formulaire, "encodage") or "auto",
        "fichier.feuille": (_one(formulaire, "feuille") or None) if format_ == FormatModele.XLSX else None,
        "montants.convention": convention or None,
        "montants.debit": _words(_one(formulaire, "sens_debit")) or None if sens else None,
        "montants.credit": _words(_one(formulaire, "sens_credit")) or None if sens else None,
        "ecritures.groupement": groupement,
        "ecritures.contrepartie": _one(formulaire, "contrepartie").strip() or None if groupement == "ligne" else None,
        "ignorer.totaux": _words(_one(formulaire, "totaux")),
    }
    reglages |= {"nom": nom} if nom else {}
    reglages |= _notations(formulaire, format_, formes)
    champs, valeurs = _all(formulaire, "constante_champ"), _all(formulaire, "constante_valeur")
    fixees = {c: v.strip() for c, v in zip(champs, valeurs, strict=False) if c in TEXTES and v.strip()}
    reglages |= {f"constantes.{champ}": fixees.get(champ) for champ in TEXTES}
    return reglages


def _notations(formulaire: FormData, format_: str, formes: list[str]) -> dict[str, Any]:
    """An empty mark means « none declared » in a workbook of real numbers, and « to decide » in a text."""
    decimale, classeur = _one(formulaire, "decimale"), format_ == FormatModele.XLSX
    return {
        "nombres.decimale": decimale if decimale or classeur else None,
        "nombres.milliers": None if _one(formulaire, "milliers") == "?" else _one(formulaire, "milliers"),
        "dates.formes": formes if formes or classeur else None,
    }


def refuse_empty(saisie: Saisie) -> None:
    """Raises HttpRefusal when the form has neither a file nor a model."""
    if not saisie.octets and not saisie.texte:
        raise HttpRefusal(422, "requete.invalide", "Choisir d'abord un fichier d'exemple : il n'est pas conservé.")
