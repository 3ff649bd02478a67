"""docs/controles: an index of every rule, and a page a subject with, for each, a file that passes and one that fails."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import polars as pl

from ecritures.domain.constat import Regle, Severity
from ecritures.domain.lot import OptionsLecture, Profil
from ecritures.formats.fec.profils import severites
from exemples import EXEMPLES
from exemples.registre import Exemple
from exemples.regles import par_module
from pages.extrait import extraits
from pages.markdown import DOCS, MARQUE, cellule, echappe, tableau, titre

SUJETS: dict[str, tuple[str, str]] = {
    "imports.read": ("route.md", "Le fichier et la route par où il vient"),
    "imports.options_regles": ("options-json.md", "Options d'un import JSON"),
    "formats.tra.regles": ("lecture-tra.md", "À la lecture d'un TRA"),
    "formats.fec.regles": ("lecture-fec.md", "À la lecture d'un FEC"),
    "formats.fec.regles_xml": ("lecture-fec-xml.md", "À la lecture d'un FEC en XML"),
    "formats.fec.parties": ("parties-fec.md", "Parties d'un même FEC"),
    "formats.json_ecritures.regles": ("lecture-json.md", "À la lecture d'un JSON"),
    "formats.perso.regles": ("lecture-perso.md", "À la lecture d'un fichier personnalisé"),
    "formats.xlsx": ("lecture-xlsx.md", "À la lecture d'un classeur XLSX"),
    "formats.conteneur": ("archive.md", "Archives zip"),
    "checks.exercices": ("exercices.md", "Exercices du dossier"),
    "checks.dossier": ("dossier.md", "Journaux, comptes et tiers du dossier"),
    "checks.equilibre": ("equilibre.md", "Équilibre des écritures"),
    "checks.totaux": ("totaux.md", "Montants et totaux d'un FEC"),
    "checks.attendus": ("montants-attendus.md", "Montants de contrôle"),
    "checks.structure": ("structure.md", "Structure des écritures d'un FEC"),
    "checks.numerotation": ("numerotation.md", "Numérotation d'un FEC"),
    "checks.dates": ("dates.md", "Dates et validation d'un FEC"),
    "checks.comptes_fec": ("comptes-fec.md", "Comptes et tiers d'un FEC"),
    "checks.libelles": ("libelles.md", "Libellés d'un FEC"),
    "checks.a_nouveaux": ("a-nouveaux.md", "À-nouveaux et clôture d'un FEC"),
    "checks.lettrage": ("lettrage.md", "Lettrage d'un FEC"),
    "checks.doublons": ("doublons.md", "Écritures déjà dans les livres"),
    "checks.analytique": ("analytique.md", "Ventilations analytiques"),
    "checks.tra_entete": ("tra-entete.md", "En-tête et contenu d'un TRA"),
    "checks.tra_parametres": ("tra-parametres.md", "Paramètres d'un TRA"),
    "checks.tra_comptes": ("tra-comptes.md", "Comptes et lettrage d'un TRA"),
    "checks.tra_mouvements": ("tra-mouvements.md", "Mouvements d'un TRA"),
}
"""Module → its page and its title, in the order of the index. A module that declares its first rule adds its row here."""

INDEX = """# Contrôles

Tout ce qui peut être dit d'un fichier. L'identifiant est public et ne change pas ; le code est celui de la spécification imprimée du FEC.
Une ERREUR empêche de passer le fichier dans les livres ; un AVERTISSEMENT est montré ; une INFO est comptée. Entre parenthèses, la gravité
du profil tolérant quand elle est autre ; un dossier peut changer une gravité par son identifiant.

Chaque page montre, pour chaque règle, un fichier qui passe et un qui échoue : les tests du projet les lisent et vérifient le constat, sa
ligne et ses colonnes. Dans les extraits, `▔` souligne la zone du constat, `→` est une tabulation, `⟨12 blancs⟩` une suite de blancs, `␀` et ses
semblables un caractère de contrôle, `\\xe9` un octet qui n'est pas de l'UTF-8.
"""


def sans_sujet() -> list[str]:
    """Modules that declare rules and have no page."""
    return sorted(par_module().keys() - SUJETS.keys())


@cache
def pages() -> dict[str, str]:
    """File name → text."""
    exemples = {exemple.id: exemple for exemple in EXEMPLES}
    toutes = {"README.md": _index()}
    for module, (page, sujet) in SUJETS.items():
        regles = _triees(par_module().get(module, ()))
        toutes[page] = _page(sujet, regles, exemples)
    return toutes


def _triees(regles: Iterable[Regle]) -> list[Regle]:
    return sorted(regles, key=lambda r: (r.code or "Z", r.id))


def _index() -> str:
    autres = {c.name: c.read_text("utf-8") for c in sorted((DOCS / "controles").glob("*.md"))}
    lignes = [MARQUE + INDEX]
    ecrites = [f"- [{titre(texte)}]({nom})" for nom, texte in autres.items() if not texte.startswith(MARQUE)]
    lignes += [*ecrites, ""] if ecrites else []
    for module, (page, nom_du_sujet) in SUJETS.items():
        lignes += [f"## [{nom_du_sujet}]({page})", ""]
        lignes += tableau(
            ("Identifiant", "Code", "Gravité", "Défaut", "Remède", "Source"),
            (
                (
                    f"[`{r.id}`]({page}#{r.id})",
                    r.code or "",
                    _gravite(r),
                    cellule(r.titre),
                    cellule(r.remede),
                    cellule(r.source),
                )
                for r in _triees(par_module().get(module, ()))
            ),
        )
        lignes.append("")
    return "\n".join(lignes)


def _page(sujet: str, regles: list[Regle], exemples: dict[str, Exemple]) -> str:
    lignes = [f"{MARQUE}# {sujet}", "", "[Tous les contrôles](README.md)", ""]
    for regle in regles:
        lignes += _regle(regle)
        if regle.id in exemples:
            lignes += _exemple(exemples[regle.id])
    return "\n".join(lignes)


def _regle(regle: Regle) -> list[str]:
    code = f" ({regle.code})" if regle.code else ""
    return [
        f'<a id="{regle.id}"></a>',
        "",
        f"## {echappe(regle.titre)}",
        "",
        f"`{regle.id}`{code} · **{regle.severity.value}**{_suite_toleree(regle)}",
        "",
        f"- Message : {echappe(regle.message)}",
        f"- Remède : {echappe(regle.remede)}",
        f"- Source : {echappe(regle.source)}",
        "",
    ]


def _toleree(regle: Regle) -> Severity:
    """Its severity in the tolerant profile."""
    return severites(OptionsLecture(profil=Profil.TOLERANT)).get(regle.id, regle.severity)


def _gravite(regle: Regle) -> str:
    toleree = _toleree(regle)
    return regle.severity.value if toleree is regle.severity else f"{regle.severity.value} ({toleree.value})"


def _suite_toleree(regle: Regle) -> str:
    toleree = _toleree(regle)
    return "" if toleree is regle.severity else f" (profil tolérant : {toleree.value})"


def _exemple(exemple: Exemple) -> list[str]:
    juste, faux = exemple.construire()
    passe, echoue = extraits(exemple, juste, faux)
    constat = faux.examiner().liste.filter(pl.col("id") == exemple.id).row(0, named=True)
    return [
        *_bloc("Passe", passe),
        *_bloc("Échoue", echoue),
        f"> {_place(constat)}{echappe(constat['message'])}",
        "",
    ]


def _bloc(titre: str, lignes: list[str]) -> list[str]:
    return [f"{titre} :", "", "```text", *lignes, "```", ""] if lignes else []


def _place(constat: dict[str, object]) -> str:
    if constat["numero_ligne"] is None:
        return "Tout le fichier : "
    place = f"Ligne {constat['numero_ligne']}"
    if constat["colonne_debut"] is not None:
        debut, fin = constat["colonne_debut"], constat["colonne_fin"]
        place += f", colonne {debut}" if debut == fin else f", colonnes {debut} à {fin}"
    if constat["zone"]:
        place += f", zone {echappe(str(constat['zone']))}"
    return f"{place} : "
