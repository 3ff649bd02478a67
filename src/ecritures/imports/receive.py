"""Step 1: a request arrives. It is registered with its job in one transaction and answered at once; no file is read here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from ecritures.domain.errors import AccesRefuse, DossierInconnu, ModeleInconnu, Refus
from ecritures.imports.ports import Demande, Dossier, NouvelleDemande, Ports

NOM_MAX = 200
_NON_IMPRIMABLES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class SiretInvalide(Refus):
    code = "siret.invalide"

    def __init__(self) -> None:
        super().__init__(
            "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn"
        )


class EtablissementInconnu(Refus):
    code = "siret.inconnu"

    def __init__(self, siret: str, code_ibs: str) -> None:
        super().__init__(f"L'établissement correspondant au SIRET {siret} n'est pas reconnu pour le dossier {code_ibs}")


def resolve_dossier(
    domain: str, code_ibs: str, cle: str, dossiers_permis: frozenset[int] | None, app: Ports
) -> Dossier:
    """The dossier a key may touch. ``dossiers_permis`` None: all of the firm's. Raises DossierInconnu, AccesRefuse."""
    dossier = app.dossiers.trouver(domain, code_ibs)
    if dossier is None:
        raise DossierInconnu(code_ibs)
    if dossiers_permis is not None and dossier.dossier not in dossiers_permis:
        raise AccesRefuse(cle, code_ibs)
    return dossier


def check_siret(siret: str, dossier: Dossier, app: Ports) -> None:
    """Raises SiretInvalide (14 digits, Luhn) or EtablissementInconnu (loop-api F5, F6)."""
    if not re.fullmatch(r"[0-9]{14}", siret) or _luhn(siret) != 0:
        raise SiretInvalide
    if not app.livres.connait_siret(dossier.dossier, siret):
        raise EtablissementInconnu(siret, dossier.code_ibs)


def receive(
    dossier: Dossier,
    format_: str,
    app: Ports,
    *,
    uri: str | None = None,
    url: str | None = None,
    sha256: str | None = None,
    nom_fichier: str | None = None,
    siret: str | None = None,
    origine: str = "Par API",
    import_id: str | None = None,
    taille_octets: int | None = None,
    demandeur: str | None = None,
) -> Demande:
    """Registers the request and queues its job, both or neither. The file behind ``uri`` or ``url`` is not looked at.
    ``demandeur``: public part of the key, or identifiant of the person.
    ``import_id``: chosen by the caller; registered already, that import is given."""
    assert sum(source is not None for source in (uri, url, sha256)) == 1, "exactly one source"
    nom = nom_fichier or file_name(uri or url or "") or f"import.{format_}"
    nouvelle = NouvelleDemande(
        dossier.domain, dossier.dossier, dossier.code_ibs, format_, nom, origine, uri, url, sha256, siret,
        id=import_id, taille_octets=taille_octets, demandeur=demandeur,
    )  # fmt: skip
    return app.demandes.enregistrer(nouvelle)


def receive_perso(
    dossier: Dossier,
    modele: str,
    app: Ports,
    *,
    uri: str | None = None,
    url: str | None = None,
    sha256: str | None = None,
    nom_fichier: str | None = None,
    siret: str | None = None,
    origine: str = "Par API",
    import_id: str | None = None,
    taille_octets: int | None = None,
    demandeur: str | None = None,
) -> Demande:
    """Registers the import of a file under a saved model of the firm. The model's text is kept with the request: changing
    it does not change an import that waits. Raises ModeleInconnu."""
    trouve = app.modeles.trouver(dossier.domain, modele)
    if trouve is None:
        raise ModeleInconnu(modele[:NOM_MAX])
    nom = nom_fichier or file_name(uri or url or "") or "import.csv"
    nouvelle = NouvelleDemande(
        dossier.domain, dossier.dossier, dossier.code_ibs, "perso", nom, origine, uri, url, sha256, siret,
        id=import_id, taille_octets=taille_octets, modele=trouve.nom, options={"modele": trouve.texte},
        demandeur=demandeur,
    )  # fmt: skip
    return app.demandes.enregistrer(nouvelle)


@dataclass(frozen=True)
class Choix:
    """What the sender says of a file that is here already. ``format_`` None: recognised by the caller."""

    format_: str | None = None
    modele: str | None = None  # of the firm; it then describes the file
    siret: str | None = None
    origine: str = "Par API"
    demandeur: str | None = None  # public part of the key, or identifiant of the person


def receive_kept(
    dossier: Dossier,
    choix: Choix,
    app: Ports,
    *,
    sha256: str,
    taille_octets: int,
    nom: str,
    import_id: str | None = None,
) -> Demande:
    """Registers the import of a file kept among the originals. Raises ModeleInconnu."""
    communs: dict[str, Any] = {
        "sha256": sha256, "nom_fichier": nom or None, "siret": choix.siret, "origine": choix.origine,
        "import_id": import_id, "taille_octets": taille_octets, "demandeur": choix.demandeur,
    }  # fmt: skip
    if choix.modele is not None:
        return receive_perso(dossier, choix.modele, app, **communs)
    assert choix.format_ is not None, "a file without a model has a format"
    return receive(dossier, choix.format_, app, **communs)


def receive_json(
    dossier: Dossier,
    octets: bytes,
    app: Ports,
    *,
    siret: str | None = None,
    origine: str = "Par API",
    demandeur: str | None = None,
) -> Demande:
    """Keeps the body as the original, then registers its import under ``import-<8>.json`` (loop-api 19-41). A body whose
    request was not registered in the end is a file that nothing names."""
    sha256, taille_octets = app.originaux.garder(iter([octets]), app.limits.fichier_taille_octets_max)
    import_id = str(uuid4())
    nouvelle = NouvelleDemande(
        dossier.domain, dossier.dossier, dossier.code_ibs, "json", f"import-{import_id[:8]}.json", origine,
        sha256=sha256, siret=siret, id=import_id, taille_octets=taille_octets, demandeur=demandeur,
    )  # fmt: skip
    return app.demandes.enregistrer(nouvelle)


def file_name(chemin: str) -> str:
    """The last segment of a URI or URL, without its query: what the history shows. Control and direction marks removed."""
    try:
        segment = urlsplit(chemin).path.rsplit("/", 1)[-1]
    except ValueError:
        return ""
    return _NON_IMPRIMABLES.sub("", unquote(segment, errors="replace"))[:NOM_MAX]


def _luhn(chiffres: str) -> int:
    doubles = (int(c) * 2 for c in chiffres[-2::-2])
    return (sum(int(c) for c in chiffres[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubles)) % 10
