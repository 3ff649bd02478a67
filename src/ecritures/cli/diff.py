"""``ecritures diff``: what changed between two files, or between a file and the books of a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.check import FormatOption
from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Domain, Donnees, Json, application, echouer, find_dossier
from ecritures.cli.source import ModeleOption

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from ecritures.domain.lot import Lot
    from ecritures.imports.diff import Comparaison

MONTREES_MAX = 40
"""Rows of each table shown without ``--tout``."""


def diff(
    ctx: typer.Context,
    fichier: Annotated[Path, typer.Argument(metavar="A", help="Premier fichier.", show_default=False)],
    autre: Annotated[
        Path | None, typer.Argument(metavar="B", help="Second fichier ; sinon --dossier.", show_default=False)
    ] = None,
    dossier: Annotated[
        str | None, typer.Option("--dossier", help="Compare aux livres de ce dossier.", show_default=False)
    ] = None,
    exercice: Annotated[
        str | None,
        typer.Option("--exercice", help="Code de l'exercice des livres [défaut : tous].", show_default=False),
    ] = None,
    domain: Domain = None,
    donnees: Donnees = None,
    format_: FormatOption = None,
    modele: ModeleOption = None,
    modele_b: Annotated[
        Path | None,
        typer.Option("--modele-b", metavar="MODELE", help="Modèle de B, s'il est personnalisé.", show_default=False),
    ] = None,
    json_: Json = False,
    tout: Annotated[bool, typer.Option("--tout", help="Toutes les différences, pas seulement les premières.")] = False,
) -> None:
    """Compare deux fichiers d'écritures, ou un fichier et les livres d'un dossier.

    Code de sortie : 0 mêmes écritures, 1 des différences, 2 illisible ou mal demandé.
    """
    if (autre is None) == (dossier is None):
        raise typer.BadParameter("donner un second fichier, ou --dossier.")
    from ecritures.cli.display import console, print_json, progress
    from ecritures.cli.source import open_modeled
    from ecritures.imports.diff import comparer

    with progress(f"{fichier.name} : lecture") as avancement:
        source = open_modeled(fichier, format_, modele)
        if autre is not None:
            avancement.quoi = f"{autre.name} : lecture"
            second = open_modeled(autre, None, modele_b)
            nom_b, lot_b = second.nom, second.lot
        else:
            assert dossier is not None
            nom_b, lot_b = f"livres de {dossier}", _books(ctx, dossier, exercice, domain, donnees)
        avancement.quoi = "comparaison"
        comparaison = comparer(source.lot, lot_b)
    if json_:
        print_json({"a": source.nom, "b": nom_b, "identique": comparaison.est_vide, **comparaison.public()})
    else:
        _print(console(), source.nom, nom_b, comparaison, None if tout else MONTREES_MAX)
    raise typer.Exit(0 if comparaison.est_vide else CODE_ECHEC)


def _books(ctx: typer.Context, code: str, exercice: str | None, domain: str | None, donnees: Path | None) -> Lot:
    """What the books of a dossier hold, as a lot."""
    with application(ctx, donnees) as app:
        trouve = find_dossier(app.ports, code, domain)
        connus = [e.code for e in app.ports.livres.exercices(trouve.dossier)]
        if exercice is not None and exercice not in connus:
            echouer(f"l'exercice {exercice} n'existe pas dans le dossier : {', '.join(connus) or 'aucun'}.", CODE_USAGE)
        return app.ports.livres.lot(trouve.dossier, exercice)


def _print(sortie: Console, nom_a: str, nom_b: str, c: Comparaison, limite: int | None) -> None:
    from ecritures.cli.display import plural, print_table, visible
    from ecritures.domain.montant import euros

    sortie.print(visible(f"{nom_a} → {nom_b}"), style="bold")
    if c.est_vide:
        sortie.print(f"Mêmes écritures : {c.identiques}.")
    else:
        compte = ((c.identiques, "identique"), (c.modifiees.height, "modifiée"), (c.ajoutees.height, "ajoutée"), (c.retirees.height, "retirée"))  # fmt: skip
        sortie.print("Écritures : " + ", ".join(plural(n, mot) for n, mot in compte) + ".")
    if c.champs_ignores:
        sortie.print(visible(f"Champs qu'un seul des deux porte, non comparés : {', '.join(c.champs_ignores)}."))
    _print_entries(sortie, "Écritures retirées (dans A seulement)", c.retirees, limite)
    _print_entries(sortie, "Écritures ajoutées (dans B seulement)", c.ajoutees, limite)
    if c.modifiees.height:
        _print_changes(sortie, c, limite)
    if c.comptes.height:
        colonnes = ("Compte", "Débit A", "Crédit A", "Débit B", "Crédit B", "Écart du solde")
        comptes = (
            (compte, *map(euros, montants))
            for compte, *montants in c.comptes.head(limite or c.comptes.height).iter_rows()
        )
        print_table(sortie, "Comptes dont les totaux diffèrent", colonnes, comptes, droite=colonnes[1:])
        _rest(sortie, c.comptes.height, limite)


def _print_entries(sortie: Console, titre: str, entrees: pl.DataFrame, limite: int | None) -> None:
    from ecritures.cli.display import print_table
    from ecritures.domain.montant import euros

    if entrees.is_empty():
        return
    rangees = (
        (e["journal"], e["numero"], e["date"], e["numero_ligne"], e["lignes"], euros(e["debit_centimes"]), euros(e["credit_centimes"]))
        for e in entrees.head(limite or entrees.height).iter_rows(named=True)
    )  # fmt: skip
    colonnes = ("Journal", "Numéro", "Date", "Ligne", "Lignes", "Débit", "Crédit")
    print_table(sortie, titre, colonnes, rangees, droite=colonnes[3:])
    _rest(sortie, entrees.height, limite)


def _print_changes(sortie: Console, c: Comparaison, limite: int | None) -> None:
    """One row a field changed; the same change on several lines of an entry is one row."""
    import polars as pl

    from ecritures.cli.display import print_table
    from ecritures.imports.diff import shown_values

    groupes = (
        shown_values(c.changements)
        .group_by("paire", "champ", "avant", "apres", maintain_order=True)
        .agg(pl.col("numero_ligne_a", "numero_ligne_b").drop_nulls().cast(pl.String))
        .join(c.modifiees.select("paire", "journal", "numero"), on="paire", how="left", maintain_order="left")
    )
    rangees = [
        (g["journal"], g["numero"], _lines(g["numero_ligne_a"]), _lines(g["numero_ligne_b"]), g["champ"], g["avant"], g["apres"])
        for g in groupes.head(limite or groupes.height).iter_rows(named=True)
    ]  # fmt: skip
    colonnes = ("Journal", "Numéro", "Lignes A", "Lignes B", "Champ", "Avant", "Après")
    print_table(sortie, "Écritures modifiées", colonnes, rangees)
    _rest(sortie, groupes.height, limite)


def _lines(numeros: list[str]) -> str:
    return ", ".join(numeros) if len(numeros) <= 4 else f"{', '.join(numeros[:3])}… ({len(numeros)})"


def _rest(sortie: Console, nombre: int, limite: int | None) -> None:
    if limite is not None and nombre > limite:
        sortie.print(f"{nombre - limite} autres : --tout ou --json les montrent.")
