"""Reading the documented keys of a request, whatever their case (loop-api 13, 14, 19-17). Nothing here looks at the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ecritures.api.body import JsonObject, clean
from ecritures.domain.errors import DossierInconnu, Refus

F1 = "Le codeIbs n'est pas spécifié."
F2 = "Le chemin d'accès URI ou l'URL du fichier n'est pas spécifié."
F3 = "Ambiguité sur le chemin d'accès, seul un des deux champs doit être renseigné."

CODE_MAX = 100
LINK_MAX = 8192
"""Longest URI or URL: signed storage URLs stay far below, and it is kept with the request."""


class DemandeRefusee(Refus):
    """A request of the dialect lacks a field or contradicts itself."""

    code = "demande.refusee"


@dataclass(frozen=True)
class ImportFields:
    """What an import request asks for. Exactly one of ``uri`` and ``url`` is given."""

    code_ibs: str
    uri: str | None
    url: str | None
    siret: str | None


def import_fields(corps: JsonObject) -> ImportFields:
    """The fields of importTra and importFEC. Raises DemandeRefusee F1, then F2 or F3; DossierInconnu for a code that none has."""
    code_ibs = _text(corps, "codeIbs")
    if code_ibs is None:
        raise DemandeRefusee(F1)
    uri, url = _text(corps, "URI"), _text(corps, "URL")
    if uri is None and url is None:
        raise DemandeRefusee(F2)
    if uri is not None and url is not None:
        raise DemandeRefusee(F3)
    if len(uri or url or "") > LINK_MAX:
        raise DemandeRefusee(f"Le chemin d'accès au fichier dépasse {LINK_MAX} caractères.")
    if len(code_ibs) > CODE_MAX:
        raise DossierInconnu(f"{code_ibs[:CODE_MAX]}…")
    return ImportFields(code_ibs, uri, url, _siret(corps))


def json_fields(corps: JsonObject) -> tuple[str, str | None]:
    """``codeIbs`` and ``SIRET`` of importJson. Raises DemandeRefusee F1; DossierInconnu for a code that none has."""
    code_ibs = _text(corps, "codeIbs")
    if code_ibs is None:
        raise DemandeRefusee(F1)
    if len(code_ibs) > CODE_MAX:
        raise DossierInconnu(f"{code_ibs[:CODE_MAX]}…")
    return code_ibs, _siret(corps)


def model_name(corps: JsonObject) -> str:
    """``modele``, or ``MODELE``. Raises DemandeRefusee when it is not given."""
    nom = _text(corps, "modele")
    if nom is None:
        raise DemandeRefusee("Le modèle d'import n'est pas spécifié.")
    return nom.strip()


def query_value(paires: Iterable[tuple[str, str]], champ: str) -> str | None:
    """The value of a query parameter; None when absent or blank. Raises DemandeRefusee for two different values."""
    return _one(champ, (clean(valeur) for nom, valeur in paires if nom.lower() == champ.lower()))


def text_value(corps: JsonObject, champ: str) -> str | None:
    """The text of a documented key; None when absent, null or blank. Raises DemandeRefusee."""
    return _text(corps, champ)


def _text(corps: JsonObject, champ: str) -> str | None:
    """A text, None when absent, null or blank. A number is refused: its leading zeros, if any, are already lost."""
    valeurs = _values(corps, champ)
    if any(type(valeur) is not str for valeur in valeurs):  # a number of importJson is a kind of str
        raise DemandeRefusee(f"Le champ {champ} doit être une chaîne de caractères.")
    return _one(champ, (clean(valeur) for valeur in valeurs))


def _siret(corps: JsonObject) -> str | None:
    """The SIRET as text; its form is judged after the dossier, by ``check_siret``. A number is taken by its digits."""
    return _one(
        "SIRET",
        (v if isinstance(v, str) else str(v)[:20] if isinstance(v, int) else "?" for v in _values(corps, "SIRET")),
    )


def _values(corps: JsonObject, champ: str) -> list[Any]:
    return [valeur for nom, valeur in corps.pairs if nom.lower() == champ.lower() and valeur is not None]


def _one(champ: str, valeurs: Iterable[str]) -> str | None:
    remplies = {valeur for valeur in valeurs if valeur.strip()}
    if len(remplies) > 1:
        raise DemandeRefusee(f"Ambiguité sur le champ {champ}, seule une de ses graphies doit être renseignée.")
    return next(iter(remplies), None)
