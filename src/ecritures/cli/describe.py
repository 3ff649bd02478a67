"""``ecritures describe``: what a file is made of, and any one of its lines field by field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.check import FormatOption
from ecritures.cli.context import CODE_USAGE, Json, echouer
from ecritures.cli.source import ModeleOption

if TYPE_CHECKING:
    from rich.console import Console

    from ecritures.imports.describe import Description, LigneDecrite


def describe(
    fichier: Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier d'écritures.", show_default=False)],
    ligne: Annotated[
        int | None,
        typer.Option("--ligne", metavar="N", min=1, help="Montre cette ligne, zone par zone.", show_default=False),
    ] = None,
    format_: FormatOption = None,
    modele: ModeleOption = None,
    json_: Json = False,
) -> None:
    """Décrit un fichier : en-tête, enregistrements, journaux, périodes, zones employées ; ou une ligne, zone par zone."""
    from ecritures.cli.display import console, print_json, progress
    from ecritures.cli.source import open_modeled
    from ecritures.imports.describe import decrire, decrire_ligne

    with progress(f"{fichier.name} : lecture"):
        source = open_modeled(fichier, format_, modele)
        if ligne is not None:
            decrite = decrire_ligne(source.lecture, source.octets, ligne)
        else:
            description = decrire(source.lecture, source.octets)
    if ligne is None:
        if json_:
            print_json({"fichier": source.nom, **description.public()})
        else:
            _print_description(console(), source.nom, description)
        return
    if decrite.texte is None and decrite.zones.is_empty():
        echouer(f"{source.nom} n'a pas de ligne {ligne}.", CODE_USAGE)
    if json_:
        print_json({"fichier": source.nom, **decrite.public()})
    else:
        _print_line(console(), decrite)


def _print_description(sortie: Console, nom: str, d: Description) -> None:
    import polars as pl

    from ecritures.cli.display import plural, print_table, visible
    from ecritures.cli.stats_tables import print_tables
    from ecritures.domain.montant import euros

    r = d.resume
    sortie.print(visible(nom), style="bold")
    regime = f" ({r['regime']})" if r.get("regime") else ""
    sortie.print(visible(
        f"{str(r['format']).upper()}{regime}, {r['encodage']}{' avec marque d’ordre des octets' if r['bom'] else ''}, {r['fin_de_ligne']}, "
        f"{plural(r['nombre_lignes'], 'ligne')} physiques · {plural(r['ecritures'], 'écriture')}, débit {euros(r['debit_centimes'])}, "
        f"crédit {euros(r['credit_centimes'])}"
    ))  # fmt: skip
    if d.entete.height:
        print_table(sortie, "En-tête", ("Zone", "Valeur", "Signification"), d.entete.iter_rows())
    print_table(
        sortie, "Enregistrements", ("Code", "Lignes", "Nature"), d.enregistrements.iter_rows(), droite=("Lignes",)
    )
    if d.exercices.height:
        print_table(sortie, "Exercices", ("Code", "Début", "Fin"), d.exercices.iter_rows())
    print_table(
        sortie,
        "Zones employées",
        ("Enregistrement", "Zone", "Remplies", "Lignes", "Champ", "Signification"),
        d.zones.filter(pl.col("enregistrement") != "HDR")
        .select("enregistrement", "zone", "remplies", "lignes", "champ", "signification")
        .iter_rows(),
        droite=("Remplies", "Lignes"),
    )
    print_tables(sortie, d.statistiques)
    if d.incompris.height:
        titre = "Signalé à la lecture, ou gardé sans être interprété"
        rangees = ((s.capitalize(), t, n, p) for s, t, n, p in d.incompris.iter_rows())
        print_table(
            sortie, titre, ("Gravité", "Quoi", "Nombre", "Première ligne"), rangees, droite=("Nombre", "Première ligne")
        )


def _print_line(sortie: Console, d: LigneDecrite) -> None:
    from ecritures.cli.display import print_table, shorten, visible
    from ecritures.cli.findings import place_columns, print_findings

    sortie.print(visible(f"Ligne {d.numero_ligne} : {d.nature}"), style="bold")
    if d.zones.is_empty() and d.texte is not None:
        sortie.print(visible(shorten(d.texte, 400)))
    rangees = (
        (z["zone"], place_columns(z), z["brut"], z["lu"] if z["lu"] is not None else "", z["signification"])
        for z in d.zones.iter_rows(named=True)
    )
    if d.zones.height:
        print_table(sortie, "", ("Zone", "Colonnes", "Texte", "Valeur lue", "Signification"), rangees)
    if d.constats.height:
        print_findings(sortie, d.constats.iter_rows(named=True))
