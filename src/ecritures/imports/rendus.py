"""The compte rendu of an import as a file to keep: page, workbook or JSON, from what was kept of it, whatever happened since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from ecritures.domain.constat import Constats
from ecritures.domain.errors import OriginalAbsent, OriginalAltere
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.regles import rule
from ecritures.imports.reports import renderer
from ecritures.imports.reports.piece import Piece, bounded, extracts

FORMES = ("html", "xlsx", "json")


def report_file(demande: Demande, forme: str, app: Ports) -> bytes:
    """The file of that form (one of FORMES): every kept finding, the true counts, what was posted."""
    constats = kept_findings(demande, app)
    if forme == "json":
        return _json(demande, constats)
    return renderer(f"compte-rendu.{forme}")([_piece(demande, constats, app)])


def kept_findings(demande: Demande, app: Ports) -> Constats:
    """The findings kept of an import, with the counts of its compte rendu."""
    liste = app.livres.constats(demande.dossier, demande.id, limite=app.limits.constats_max).drop("rang")
    comptes: Mapping[str, Any] = (demande.compte_rendu or {}).get("constats") or {}
    premiers = {c["id"]: c for c in liste.unique("id", keep="first", maintain_order=True).to_dicts()}
    nombres = {r["id"]: (r["severite"], r["nombre"]) for r in comptes.get("par_regle", ())}
    gardes = liste.group_by("id", maintain_order=True).agg(pl.first("severite"), n=pl.len())
    nombres = {id_: (severite, n) for id_, severite, n in gardes.iter_rows()} | nombres
    par_regle = tuple(
        (rule(id_, severite, premiers.get(id_, {}).get("message", "")), nombre)
        for id_, (severite, nombre) in nombres.items()
    )
    return Constats(liste, comptes.get("par_code", {}), comptes.get("par_severite", {}), par_regle)


def _piece(demande: Demande, constats: Constats, app: Ports) -> Piece:
    rendu = demande.compte_rendu or {}
    montres = bounded(constats.liste)
    fichier = rendu.get("fichier")
    verdict = "illisible" if fichier is None else "non_conforme" if constats.est_bloquant else "conforme"
    return Piece(
        nom=demande.nom_fichier,
        format=demande.format,
        verdict=verdict,
        resume=fichier or {},
        constats=constats,
        montres=montres,
        extraits=extracts(montres, None, _original(demande, montres, app)),
        statistiques=None,
        officiel=rendu.get("verdict_officiel"),
    )


def _original(demande: Demande, montres: pl.DataFrame, app: Ports) -> bytes | None:
    """The bytes that the extracts are cut from; None when none is asked for, or they are lost: the report is still due."""
    if demande.sha256 is None or montres["numero_ligne"].null_count() == montres.height:
        return None
    try:
        return app.originaux.lire(demande.sha256)
    except (OriginalAbsent, OriginalAltere):
        return None


def _json(demande: Demande, constats: Constats) -> bytes:
    corps = {
        "import": {
            "id": demande.id,
            "dossier": demande.code_ibs,
            "format": demande.format,
            "nom_fichier": demande.nom_fichier,
            "origine": demande.origine,
            "etat": demande.state.value,
            "etat_libelle": demande.state.libelle,
            "creation": demande.creation.isoformat(),
            "derniere_maj": demande.derniere_maj.isoformat(),
            "sha256": demande.sha256,
            "taille_octets": demande.taille_octets,
            "message": demande.message,
            "annulation": None if demande.annulation is None else demande.annulation.isoformat(),
            "repare": demande.repare,
        },
        "compte_rendu": demande.compte_rendu,
        "constats": constats.liste.to_dicts(),
    }
    return json.dumps(corps, ensure_ascii=False).encode()
