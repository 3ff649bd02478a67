"""The envelope of the body: dossier, SIRET, context and options. What concerns posting is kept as texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ecritures.domain.constat import Collecteur
from ecritures.formats.json_ecritures import layout, regles
from ecritures.formats.json_ecritures.valeurs import Nombre, ecrit, est_siret, jour_iso, propre

SEPARATEURS = (".", ",")


@dataclass(frozen=True)
class Corps:
    """What the body says around its lines. ``ecritures`` None: there is none to read.

    ``entete``: what was given, as text: ``codeIbs``, ``SIRET``, ``contexte.from``, ``options.<name>`` (JSON texts).
    """

    ecritures: list[Any] | None
    entete: Mapping[str, str]
    siret: str | None = None
    periode: tuple[date, date] | None = None
    separateur: str = "."
    forme: str = layout.FORMAT_ISO
    motif: re.Pattern[str] = field(default=layout.ISO)  # type: ignore[arg-type]
    trier: bool = False
    creer_reference: bool = False
    orthographes: Mapping[str, str] = field(default_factory=dict)

    @property
    def nombre(self) -> int:
        return len(self.ecritures or ())


def canonique(objet: Mapping[str, Any], cles: Iterable[str]) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """``(values by the contract's key, spelling of each, keys given in two spellings with two values)``.

    Keys are taken in any case; an unknown one keeps its own name. The contract's own spelling wins.
    """
    connues = {cle.lower(): cle for cle in cles}
    valeurs: dict[str, Any] = {}
    ecrites: dict[str, str] = {}
    ambigues: list[str] = []
    for nom, valeur in objet.items():
        cle = connues.get(nom.lower(), nom)
        if cle in valeurs:
            if valeurs[cle] != valeur:
                ambigues.append(cle)
            if nom != cle:
                continue
        valeurs[cle], ecrites[cle] = valeur, nom
    return valeurs, ecrites, ambigues


def lire_corps(brut: Mapping[str, Any], constats: Collecteur) -> Corps:
    """The envelope, with its findings (J1 to J6)."""
    orthographes: dict[str, str] = {}
    corps = _objet(brut, "", layout.CORPS, orthographes, constats)
    entete = _codes(corps, constats)
    if not isinstance(corps.get("data"), dict):
        constats.signale(regles.SANS_DATA, None, zone="data")
        return Corps(None, entete)
    data = _objet(corps["data"], "data", layout.DATA, orthographes, constats)
    options = _options(data.get("options"), orthographes, constats)
    entete |= {f"options.{nom}": ecrit(valeur) for nom, valeur in options.items()}
    periode = _contexte(data.get("contexte"), options.get("multiPeriode") is True, entete, orthographes, constats)
    separateur = options.get("separatorDecimal", ".")
    if separateur not in SEPARATEURS:
        _refuse_option("separatorDecimal", "« . » ou « , »", constats)
        separateur = "."
    forme = str(options.get("formatDate", layout.FORMAT_ISO))
    motif = layout.motif_de_date(forme)
    if motif is None:
        constats.signale(regles.FORMAT_DATE, None, zone="data.options.formatDate")
        forme, motif = layout.FORMAT_ISO, layout.ISO
    assert motif is not None, "the ISO form is one"
    siret = entete.get("SIRET")
    return Corps(
        ecritures=_ecritures(data, constats),
        entete=entete,
        siret=siret if siret and est_siret(siret) else None,
        periode=periode,
        separateur=separateur,
        forme=forme,
        motif=motif,
        trier=options.get("sortLines") is True,
        creer_reference=options.get("createPieceRef") is True,
        orthographes=orthographes,
    )


def _objet(
    brut: Mapping[str, Any], chemin: str, cles: Iterable[str], orthographes: dict[str, str], constats: Collecteur
) -> dict[str, Any]:
    valeurs, ecrites, ambigues = canonique(brut, cles)
    ecrit_ici = orthographes.get(chemin, chemin)
    for cle, nom in ecrites.items():
        canon, lu = (f"{chemin}.{cle}", f"{ecrit_ici}.{nom}") if chemin else (cle, nom)
        if canon != lu:
            orthographes[canon] = lu
        if cle not in cles:
            constats.signale(regles.CLE_INCONNUE, None, zone=propre(canon), nombre=1)
    for cle in ambigues:
        constats.signale(regles.CLE_AMBIGUE, None, zone=f"{chemin}.{cle}" if chemin else cle, cle=cle)
    return valeurs


def _codes(corps: Mapping[str, Any], constats: Collecteur) -> dict[str, str]:
    entete: dict[str, str] = {}
    for cle in ("codeIbs", "SIRET"):
        valeur = corps.get(cle)
        if isinstance(valeur, str) and valeur.strip():
            entete[cle] = propre(valeur).strip()
        elif valeur is not None and not isinstance(valeur, str):
            constats.signale(regles.VALEUR_INATTENDUE, None, zone=cle, attendu="un texte")
    if "codeIbs" not in entete:
        constats.signale(regles.SANS_CODE, None, zone="codeIbs")
    if "SIRET" in entete and not est_siret(entete["SIRET"]):
        constats.signale(regles.SIRET_CORPS, None, zone="SIRET")
    return entete


_GENRES = {str: "un texte", bool: "true ou false", list: "un tableau"}


def _options(brut: Any, orthographes: dict[str, str], constats: Collecteur) -> dict[str, Any]:
    """Options given, of the right kind; null is not given."""
    if brut is None:
        return {}
    if not isinstance(brut, dict):
        constats.signale(regles.PAS_UN_OBJET, None, zone="data.options")
        return {}
    gardees = {}
    for nom, valeur in _objet(brut, "data.options", layout.OPTIONS, orthographes, constats).items():
        genre = layout.OPTIONS.get(nom)
        if valeur is None or genre is None:
            continue
        if not isinstance(valeur, genre) or isinstance(valeur, Nombre):
            _refuse_option(nom, _GENRES[genre], constats)
            continue
        gardees[nom] = propre(valeur) if isinstance(valeur, str) else valeur
    return gardees


def _refuse_option(nom: str, attendu: str, constats: Collecteur) -> None:
    constats.signale(regles.OPTION, None, zone=f"data.options.{nom}", attendu=attendu)


def _contexte(
    brut: Any, multi: bool, entete: dict[str, str], orthographes: dict[str, str], constats: Collecteur
) -> tuple[date, date] | None:
    if brut is None:
        if not multi:
            constats.signale(regles.SANS_CONTEXTE, None, zone="data.contexte")
        return None
    if not isinstance(brut, dict):
        constats.signale(regles.PAS_UN_OBJET, None, zone="data.contexte")
        return None
    contexte = _objet(brut, "data.contexte", layout.CONTEXTE, orthographes, constats)
    jours = []
    for cle in layout.CONTEXTE:
        valeur = contexte.get(cle)
        if valeur is None and multi:
            continue
        jour = jour_iso(valeur) if isinstance(valeur, str) else None
        if jour is None:
            constats.signale(regles.DATES_CONTEXTE, None, zone=f"data.contexte.{cle}")
            continue
        entete[f"contexte.{cle}"] = str(valeur)
        jours.append(jour)
    return None if multi or len(jours) != 2 else (jours[0], jours[1])


def _ecritures(data: Mapping[str, Any], constats: Collecteur) -> list[Any] | None:
    ecritures = data.get("ecritures")
    if ecritures is None or ecritures == []:
        constats.signale(regles.SANS_ECRITURES, None, zone="data.ecritures")
        return None
    if not isinstance(ecritures, list):
        constats.signale(regles.PAS_UN_TABLEAU, None, zone="data.ecritures")
        return None
    if len(ecritures) < 2:
        constats.signale(regles.UNE_LIGNE, None, zone="data.ecritures")
    return ecritures
