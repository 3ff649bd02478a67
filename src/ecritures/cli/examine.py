"""The work of ``ecritures check``: one file read and checked, then shown as tables or as the public JSON."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import typer

from ecritures.cli.display import console, plural, print_json, print_table, visible, write_line
from ecritures.cli.findings import MONTRES_MAX, print_findings
from ecritures.domain.constat import Constats, Regle, Releve, Severity, dresser
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.lot import OptionsLecture
from ecritures.domain.montant import euros
from ecritures.formats import FORMATS
from ecritures.formats.conteneur import deballer, est_archive
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec.parties import lire_parties
from ecritures.imports.check import Examen
from ecritures.imports.check import check as check_lot
from ecritures.imports.read import read
from ecritures.imports.report import describe_lot, official_verdict, public_report

LECTURE_ORDINAIRE = OptionsLecture()
"""Nothing forced: what the file says, and the strict profile."""

MOTIFS_MONTRES = 5
"""Reasons of the official verdict shown on one line."""

_SOURCE = "Commande ecritures check."

INACCESSIBLE = Regle(
    id="fichier.inaccessible",
    severity=Severity.ERROR,
    titre="Le fichier ne peut pas être ouvert",
    message="Le fichier ne peut pas être ouvert : {motif}.",
    remede="Vérifier le chemin et les droits, puis relancer.",
    source=_SOURCE,
)
FORMAT_INCONNU = Regle(
    id="fichier.format_inconnu",
    severity=Severity.ERROR,
    titre="Format non reconnu",
    message="Le fichier n'est reconnu ni comme un TRA (première ligne ***), ni comme un FEC (première ligne de noms de colonnes).",
    remede="Si le fichier est bien un TRA ou un FEC, l'indiquer par --format tra ou --format fec pour savoir ce qui manque ; pour un CSV ou un XLSX, donner son modèle par --modele.",
    source=_SOURCE,
)
FORMAT_AMBIGU = Regle(
    id="fichier.format_ambigu",
    severity=Severity.ERROR,
    titre="Plusieurs formats possibles",
    message="Le fichier peut être lu dans plusieurs formats : {formats}.",
    remede="Choisir par --format.",
    source=_SOURCE,
)

_MOTIFS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "il n'existe pas"),
    (IsADirectoryError, "c'est un dossier"),
    (PermissionError, "la lecture n'en est pas permise"),
)


@dataclass(frozen=True, eq=False)
class Fiche:
    """One file examined. ``rapport`` is the public JSON; ``format`` None when it could not be told; ``octets`` None when it
    could not be opened."""

    nom: str
    format: str | None
    examen: Examen
    octets: bytes | None = None

    @property
    def rapport(self) -> dict[str, Any]:
        return public_report(self.nom, self.format, self.examen)

    @property
    def verdict(self) -> str:
        if self.examen.lot is None:
            return "illisible"
        return "non_conforme" if self.examen.constats.est_bloquant else "conforme"


def contexte_of(periodes: Sequence[tuple[date, date]], attendus: Mapping[str, int] | None = None) -> Contexte:
    """What is known beside the file: the exercices asked for, all open; none asked for: nothing. ``attendus``: control
    amounts in centimes. Raises typer.BadParameter."""
    if not periodes:
        return Contexte(attendus=attendus or {})
    ordre = sorted(periodes)
    for (_, fin), (debut, _) in pairwise(ordre):
        if debut <= fin:
            raise typer.BadParameter("deux --exercice se recouvrent.")
    rangees = [{"code": f"{d:%Y%m%d}-{f:%Y%m%d}", "debut": d, "fin": f, "est_clos": False} for d, f in ordre]
    return Contexte(exercices=pl.DataFrame(rangees, schema=EXERCICES_DOSSIER), attendus=attendus or {})


def examine(
    chemin: Path, format_: str | None, contexte: Contexte, options: OptionsLecture = LECTURE_ORDINAIRE
) -> Fiche:
    """Reads and checks one file. Never raises for what the file is or holds. ``options`` has no name: the path's is used."""
    nom = os.fsencode(chemin).decode("utf-8", "replace")
    try:
        octets = chemin.read_bytes()
    except OSError as erreur:
        return Fiche(nom, format_, _unread(INACCESSIBLE, motif=reason(erreur)))
    if format_ is None:
        trouves = reconnaitre(octets, chemin.name)
        if not trouves and est_archive(octets) and (refus := deballer(octets).releves):
            return Fiche(nom, None, Examen(None, dresser(refus)), octets)
        if len(trouves) != 1:
            titres = ", ".join(FORMATS[code].titre for code in trouves)
            examen = _unread(FORMAT_AMBIGU, formats=titres) if trouves else _unread(FORMAT_INCONNU)
            return Fiche(nom, None, examen, octets)
        format_ = trouves[0]
    lecture = read(octets, format_, replace(options, nom_fichier=chemin.name))
    return Fiche(nom, str(format_), check_lot(lecture, contexte), octets)


def examine_parts(chemins: Sequence[Path], contexte: Contexte, options: OptionsLecture = LECTURE_ORDINAIRE) -> Fiche:
    """Reads and checks the parts of one FEC as one. Never raises for what the files are or hold."""
    nom = ", ".join(os.fsencode(chemin).decode("utf-8", "replace") for chemin in chemins)
    parties: list[tuple[str, bytes]] = []
    for chemin in chemins:
        try:
            parties.append((chemin.name, chemin.read_bytes()))
        except OSError as erreur:
            return Fiche(nom, "fec", _unread(INACCESSIBLE, motif=f"{chemin.name} : {reason(erreur)}"))
    return Fiche(nom, "fec", check_lot(lire_parties(parties, options), contexte))


def reason(erreur: OSError) -> str:
    """Why a file cannot be opened, in French."""
    return next(
        (texte for classe, texte in _MOTIFS if isinstance(erreur, classe)), erreur.strerror or "erreur de lecture"
    )


def _unread(regle: Regle, **parametres: str) -> Examen:
    lieux = pl.DataFrame({"numero_ligne": [None], **{nom: [valeur] for nom, valeur in parametres.items()}})
    return Examen(None, dresser((Releve(regle, lieux, 1),)))


class Json:
    """One object for one file, an array for several, written as it goes."""

    def __init__(self, nombre: int) -> None:
        self._est_tableau = nombre > 1
        self._restent = nombre
        if self._est_tableau:
            write_line("[")

    def ajoute(self, fiche: Fiche) -> None:
        self._restent -= 1
        if self._est_tableau and self._restent:
            print_json(fiche.rapport, suite=",")
        else:
            print_json(fiche.rapport)

    def fin(self) -> None:
        if self._est_tableau:
            write_line("]")


class Tableaux:
    """What people read: totals, findings counted by kind, then the first ones with their place and remedy."""

    def __init__(self, tout: bool) -> None:
        self._tout = tout
        self._sortie = console()

    def ajoute(self, fiche: Fiche) -> None:
        lot, constats = fiche.examen.lot, fiche.examen.constats
        self._sortie.print(visible(f"{fiche.nom} : {_verdict(fiche)}"), style="bold")
        if lot is not None:
            self._sortie.print(visible(_summary(describe_lot(lot))))
        if fiche.format == "fec":
            self._sortie.print(visible(_officiel(fiche)))
        if constats.total:
            self._findings(constats)
        self._sortie.print()

    def fin(self) -> None:
        return

    def _findings(self, constats: Constats) -> None:
        groupes = _groups(constats)
        print_table(self._sortie, "", ("Code", "Identifiant", "Gravité", "Nombre"), groupes, droite=("Nombre",))
        liste = constats.liste if self._tout else first_findings(constats.liste, MONTRES_MAX)
        print_findings(self._sortie, liste.iter_rows(named=True))
        if liste.height < constats.total:
            self._sortie.print(f"{constats.total - liste.height} autres constats : --tout ou --json les montrent.")


def first_findings(liste: pl.DataFrame, nombre: int) -> pl.DataFrame:
    """The first of each severity, errors before warnings, then in file order."""
    gravite = pl.col("severite").replace_strict(
        {s.value: rang for rang, s in enumerate(Severity)}, return_dtype=pl.UInt8
    )
    return liste.sort(gravite, maintain_order=True).head(nombre)


def _groups(constats: Constats) -> list[tuple[str, str, str, int]]:
    """Findings counted by code. The counts are those of the whole file, even past the number of findings kept."""
    vus = constats.liste.with_columns(cle=pl.coalesce("code", "id")).group_by("cle", maintain_order=True)
    ids = {cle: cadre for (cle,), cadre in vus}
    groupes = []
    for code, nombre in constats.par_code.items():
        cadre = ids.get(code)
        noms = ", ".join(cadre["id"].unique(maintain_order=True)) if cadre is not None else ""
        gravites = (
            ", ".join(g.capitalize() for g in cadre["severite"].unique(maintain_order=True))
            if cadre is not None
            else ""
        )
        groupes.append(("" if code == noms else code, noms, gravites, nombre))
    return groupes


def _verdict(fiche: Fiche) -> str:
    severites = fiche.examen.constats.par_severite
    erreurs, avertis = severites.get(Severity.ERROR, 0), severites.get(Severity.WARNING, 0)
    compte = ", ".join(plural(n, mot) for n, mot in ((erreurs, "erreur"), (avertis, "avertissement")) if n)
    mots = {"conforme": "conforme", "non_conforme": "non conforme", "illisible": "illisible"}[fiche.verdict]
    return f"{mots} ({compte})" if compte else mots


def _officiel(fiche: Fiche) -> str:
    """The verdict of the administration's tool, why, and how many of our findings it does not see."""
    juge = official_verdict(fiche.examen.lot, fiche.examen.constats)
    motifs = ", ".join(f"{m['titre']} × {m['nombre']}" for m in juge["motifs"][:MOTIFS_MONTRES])
    suite = ", …" if len(juge["motifs"]) > MOTIFS_MONTRES else ""
    autres = sum(ligne["nombre"] for ligne in juge["hors_outil"])
    texte = f"Test Compta Demat : {juge['verdict']}" + (f" ({motifs}{suite})" if motifs else "")
    return texte + (f" · {plural(autres, 'constat')} qu'il ne voit pas" if autres else "")


def _summary(lu: dict[str, Any]) -> str:
    debit, credit = lu["debit_centimes"], lu["credit_centimes"]
    ecart = "équilibré" if debit == credit else f"écart {euros(abs(debit - credit))}"
    return (
        f"{str(lu['format']).upper()}, {lu['encodage']}, {lu['fin_de_ligne']} · "
        f"{plural(lu['ecritures'], 'écriture')}, {plural(lu['lignes'], 'ligne')} · débit {euros(debit)}, crédit {euros(credit)}, {ecart}"
    )
