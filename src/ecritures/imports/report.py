"""Step 6: the compte rendu. What was posted, every count of findings, what was created, what to do next.

It is a JSON value kept with the import; the findings themselves are in the books' database, page by page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from ecritures.domain.constat import Constats, Severity
from ecritures.domain.errors import Refus
from ecritures.domain.lot import Detection, Lot
from ecritures.formats.fec.verdict import verdict_officiel
from ecritures.imports.check import Examen
from ecritures.imports.ports import Demande
from ecritures.ledger.posting import Plan
from ecritures.ledger.recu import Recu

ERREUR_GENERALE = "Une erreur s'est produite lors de l'import"
"""Beginning of the message of an import refused for any reason but a date (loop-api A2)."""

HORS_EXERCICE = ("ecriture.hors_exercice", "json.hors_contexte", "import.hors_derniere_periode")
"""The findings whose own message, « Une écriture n'est pas dans l'exercice… », is the import's (loop-api A1)."""

_DECRITS = ("encodage", "fin_de_ligne", "lignes", "ecritures", "debit_centimes", "credit_centimes", "ventilations")
"""What describe_lot always says, whatever the format."""


def describe_lot(lot: Lot) -> dict[str, Any]:
    """What was read of a file, in the keys of the public JSON of ``ecritures check``."""
    debit, credit = lot.totaux_lus or (lot.debit_centimes, lot.credit_centimes)
    decrit: dict[str, Any] = {
        "format": lot.format,
        **describe_detection(lot.detection),
        "lignes": lot.lignes.height,
        "ecritures": lot.nombre_ecritures,
        "debit_centimes": debit,
        "credit_centimes": credit,
        "ventilations": lot.ventilations.height,
        "regroupement": lot.regroupement,
    }
    if lot.format == "tra":
        decrit |= {"enregistrements": dict(lot.enregistrements), "entete": dict(lot.entete)}
    if lot.regime:
        decrit["regime"] = lot.regime
    if lot.format == "perso":
        decrit["modele"] = lot.entete.get("modele")
    return decrit


def describe_detection(detection: Detection) -> dict[str, Any]:
    return {"encodage": detection.encodage, "fin_de_ligne": detection.fin_de_ligne}


def public_report(nom: str, format_: str | None, examen: Examen) -> dict[str, Any]:
    """The public JSON of a file read and checked but not imported: ``ecritures check --json`` and the API's preflight.

    What a file that cannot be read does not say is null. The counts are true even when ``liste`` is bounded.
    """
    verdict = "illisible" if examen.lot is None else "conforme" if examen.est_postable else "non_conforme"
    decrit = dict.fromkeys(_DECRITS) if examen.lot is None else describe_lot(examen.lot)
    constats = examen.constats
    return {
        "fichier": nom,
        "format": format_,
        "verdict": verdict,
        **{cle: valeur for cle, valeur in decrit.items() if cle != "format"},
        "constats": {"total": constats.total, "par_code": dict(constats.par_code), "liste": constats.liste.to_dicts()},
        **_verdict(format_, examen.lot, constats),
    }


def _verdict(format_: str | None, lot: Lot | None, constats: Constats) -> dict[str, Any]:
    return {"verdict_officiel": official_verdict(lot, constats)} if format_ == "fec" else {}


def official_verdict(lot: Lot | None, constats: Constats) -> dict[str, Any]:
    """What Test Compta Demat would say of that FEC, and what it does not look at, each with its legal reason."""
    annonce = lot.exercice_annonce if lot is not None else None
    juge = verdict_officiel(constats.par_regle, annonce[1] if annonce else None)
    return {
        "verdict": str(juge.verdict),
        "motifs": [asdict(ligne) for ligne in juge.motifs],
        "anomalies": [asdict(ligne) for ligne in juge.anomalies],
        "hors_outil": [asdict(ligne) for ligne in juge.hors_outil],
    }


def counts(constats: Constats) -> dict[str, Any]:
    """Counts of findings: total, by code, by severity, by rule (in the order they were found)."""
    severites = dict(constats.liste.select("id", "severite").unique("id").iter_rows())
    par_regle = [
        {
            "id": regle.id,
            "code": regle.code,
            "titre": regle.titre,
            "severite": severites.get(regle.id, regle.severity.value),
            "nombre": nombre,
        }
        for regle, nombre in constats.par_regle
    ]
    return {
        "total": constats.total,
        "par_code": dict(constats.par_code),
        "par_severite": dict(constats.par_severite),
        "par_regle": par_regle,
    }


def succeeded(lot: Lot, constats: Constats, plan: Plan, recu: Recu, deja: Sequence[Demande]) -> dict[str, Any]:
    """Compte rendu of a posted import. ``deja``: earlier imports of the same bytes, which is no error but is said."""
    suite = []
    pieces = plan.pieces_jointes.height
    if pieces:
        suite.append(f"{pieces} pièce(s) jointe(s) à prendre à leur adresse : « pieces_jointes » dit où on en est.")
    if plan.exercices.height:
        suite.append(
            "Le dossier a reçu ses exercices et ses paramètres de ce fichier : une annulation "
            "les reprend avec ses écritures, sauf ce que d'autres emploient alors."
        )
    if deja:
        suite.append(
            f"Ce fichier avait déjà été importé {len(deja)} fois dans ce dossier (dernière : import {deja[-1].id}, le "
            f"{deja[-1].creation:%d/%m/%Y}) : ses écritures y sont donc en double. Annuler l'un des imports si ce n'est pas voulu."
        )
    return {
        "fichier": describe_lot(lot),
        "constats": counts(constats),
        **_verdict(lot.format, lot, constats),
        "totaux_par_journal": plan.totaux.to_dicts(),
        "crees": {
            "journaux": plan.journaux["code"].to_list(),
            "comptes": plan.comptes["numero"].to_list(),
            "tiers": plan.tiers["code"].to_list(),
            **_autres_crees(plan),
        },
        **({"pieces_jointes": {"a_prendre": pieces, "prises": 0, "manquantes": []}} if pieces else {}),
        "recu": {"rang": recu.rang, "empreinte": recu.empreinte, "precedent": recu.precedent},
        "deja_importe": [d.id for d in deja],
        "suite": suite,
    }


def _autres_crees(plan: Plan) -> dict[str, list[str]]:
    """Exercices and reference data that the import created, by kind; a kind of which nothing was created is left out.

    A cancel takes them back, except those that other entries use by then.
    """
    listes = {"exercices": plan.exercices["code"].to_list()}
    for nom, cadre in plan.references.items():
        cle = {"sections": ("axe", "code"), "ribs": ("tiers", "numero")}.get(nom, ("code",))
        listes[nom] = [" ".join(str(v) for v in rang) for rang in cadre.select(cle).iter_rows()]
    return {nom: codes for nom, codes in listes.items() if codes}


def refused(lot: Lot | None, constats: Constats) -> tuple[str, dict[str, Any]]:
    """``(message, compte rendu)`` of a file that was not posted because of its findings."""
    rendu: dict[str, Any] = {
        "constats": counts(constats),
        "suite": ["Corriger le fichier puis le renvoyer : rien n'a été écrit dans les livres."],
    }
    if lot is not None:
        rendu["fichier"] = describe_lot(lot)
        rendu |= _verdict(lot.format, lot, constats)
    return refusal_message(constats), rendu


def refusal_message(constats: Constats) -> str:
    """One sentence for the first error that has a place: its text, its place, its remedy, and how many others there are.

    Errors on the whole file (a total, a header missing) follow from those on lines, when there are some.
    """
    erreurs = constats.liste.filter(pl.col("severite") == Severity.ERROR.value).sort(
        pl.col("numero_ligne").is_null(), maintain_order=True
    )
    premiere = erreurs.row(0, named=True)
    hors = erreurs.filter(pl.col("id").is_in(HORS_EXERCICE))
    if not hors.is_empty():
        premiere = hors.row(0, named=True)
    texte = f"{premiere['message']} {_place(premiere)}{premiere['remede']}"
    autres = constats.par_severite.get(Severity.ERROR, 0) - 1
    if autres:
        texte += f" ({autres} autre{'s' if autres > 1 else ''} erreur{'s' if autres > 1 else ''} dans le compte rendu.)"
    return texte if premiere["id"] in HORS_EXERCICE else f"{ERREUR_GENERALE} : {texte}"


def not_done(refus: Refus) -> str:
    """The message of an import that a refusal ended (no file, unreachable link, closed exercice…)."""
    return f"{ERREUR_GENERALE} : {refus.message}"


def broken(reference: str) -> str:
    """The message of an import that we failed to process: ours to mend, found again in the logs by its reference."""
    return (
        f"{ERREUR_GENERALE} : incident interne, rien n'a été écrit dans les livres. "
        f"Renvoyer le fichier ; si l'incident revient, transmettre la référence {reference} à l'exploitant."
    )


def _place(constat: Mapping[str, Any]) -> str:
    if constat["numero_ligne"] is None:
        return ""
    place = f"ligne {constat['numero_ligne']}"
    if constat["colonne_debut"] is not None:
        place += f", colonnes {constat['colonne_debut']} à {constat['colonne_fin']}"
    if constat["zone"]:
        place += f", zone {constat['zone']}"
    return f"[{place}] "
