"""The checks that ``importJson`` answers at once: the first fault only, in the contract's order (sections 14 and 19-6).

J1, then what the caller checks of the dossier, J2 to J6, then line by line J7 to J11, then J12. The reader finds the same
faults again, all of them and placed, for whoever reads a body without the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecritures.domain.constat import Collecteur, Regle, Severity, dresser
from ecritures.formats.json_ecritures import layout, regles
from ecritures.formats.json_ecritures.corps import canonique
from ecritures.formats.json_ecritures.reader import lire_valeur
from ecritures.formats.json_ecritures.valeurs import Constante, est_siret, jour_iso


def charger_corps(octets: bytes) -> tuple[dict[str, Any] | None, str | None]:
    """``(the body, None)``; ``(None, why)`` when it is not the JSON text of an object. An empty body is an empty object."""
    if not octets.strip():
        return {}, None
    constats = Collecteur()
    valeur = lire_valeur(octets, constats)
    fautes = [releve for releve in constats.releves() if releve.regle.severity is Severity.ERROR]
    if valeur is None or fautes:
        return None, str(dresser(fautes).liste["message"][0])
    if not isinstance(valeur[0], dict):
        return None, "Le corps doit être un objet JSON."
    return valeur[0], None


def donnees(corps: Mapping[str, Any]) -> dict[str, Any] | None:
    """``data`` by the contract's keys; None is J1: absent, or not an object."""
    valeur = canonique(corps, layout.CORPS)[0].get("data")
    return canonique(valeur, layout.DATA)[0] if isinstance(valeur, dict) and valeur else None


def premiere_faute(data: Mapping[str, Any], siret: str | None) -> str | None:
    """The message of the first fault of ``data`` (J2 to J12), None when there is none. ``siret``: the body's, valid."""
    regle = _enveloppe(data)
    if regle is not None:
        return regle.message
    for rang, ligne in _lignes(data):
        fautive = _ligne(ligne)
        if fautive is not None:
            return fautive.message.replace("{rang}", str(rang))
    sirens = {code[:9] for code in (siret, *sirets(data)) if code}
    return regles.SIREN_DIFFERENTS.message if len(sirens) > 1 else None


def sirets(data: Mapping[str, Any]) -> tuple[str, ...]:
    """SIRET of the lines, each once, in the order of its first line."""
    return tuple(dict.fromkeys(ligne["SIRET"] for _, ligne in _lignes(data) if _donne(ligne.get("SIRET"))))


def _enveloppe(data: Mapping[str, Any]) -> Regle | None:
    options = data.get("options")
    lues = canonique(options, layout.OPTIONS)[0] if isinstance(options, dict) else {}
    multi = lues.get("multiPeriode") is True
    contexte = data.get("contexte")
    if not multi and not contexte:
        return regles.SANS_CONTEXTE
    ecritures = data.get("ecritures")
    if ecritures is None or ecritures == []:
        return regles.SANS_ECRITURES
    if not isinstance(ecritures, list):
        return regles.PAS_UN_TABLEAU
    if len(ecritures) < 2:
        return regles.UNE_LIGNE
    bornes = canonique(contexte, layout.CONTEXTE)[0] if isinstance(contexte, dict) else {}
    if contexte is not None and not isinstance(contexte, dict):
        return regles.DATES_CONTEXTE
    for cle in layout.CONTEXTE:
        if not (multi and bornes.get(cle) is None) and not _est_iso(bornes.get(cle)):
            return regles.DATES_CONTEXTE
    return None


def _lignes(data: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rank from 1 and keys of section 10.4 of each line that is an object; the reader says what the others are."""
    for rang, element in enumerate(data["ecritures"], 1):
        if isinstance(element, dict):
            yield rang, element if element.keys() <= layout.CLES.keys() else canonique(element, layout.CLES)[0]


def _ligne(ligne: Mapping[str, Any]) -> Regle | None:
    if _donne(ligne.get("dateJustif")) and not _est_iso(ligne["dateJustif"]):
        return regles.DATE_JUSTIFICATIF
    debut, fin = _donne(ligne.get("debCutOff")), _donne(ligne.get("finCutOff"))
    if debut != fin:
        return regles.CUTOFF_SEUL
    if debut and not _est_iso(ligne["debCutOff"]):
        return regles.CUTOFF_DEBUT
    if fin and not _est_iso(ligne["finCutOff"]):
        return regles.CUTOFF_FIN
    siret = ligne.get("SIRET")
    if _donne(siret) and not (isinstance(siret, str) and est_siret(siret)):
        return regles.SIRET
    return None


def _donne(valeur: Any) -> bool:
    return valeur is not None and valeur != ""


def _est_iso(valeur: Any) -> bool:
    return isinstance(valeur, str) and not isinstance(valeur, Constante) and jour_iso(valeur) is not None
