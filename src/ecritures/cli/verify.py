"""``ecritures verify``: recompute everything that the receipts state. No server."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures.cli.context import CODE_ECHEC, Domain, Donnees, Json, application, find_dossier


def verify(
    ctx: typer.Context,
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Code du dossier [défaut : tous].", show_default=False)
    ] = None,
    domain: Domain = None,
    donnees: Donnees = None,
    json_: Json = False,
) -> None:
    """Vérifie les livres : chaîne des reçus, fichiers d'origine, lignes et soldes sont recalculés.

    Code de sortie 1 si quelque chose ne tient pas ; le premier maillon rompu est nommé.
    """
    from ecritures.cli.display import plural, print_json, progress, visible
    from ecritures.imports.verify import verify as verify_books

    with application(ctx, donnees) as app:
        dossiers = [find_dossier(app.ports, code, domain)] if code else list(app.ports.dossiers.lister(domain))
        faites = []
        with progress("vérification", total=len(dossiers)) as avancement:
            for rang, dossier in enumerate(dossiers):
                avancement.fait, avancement.quoi = rang, f"dossier {dossier.code_ibs}"
                faites.append((dossier, verify_books(dossier, app.ports)))
    if json_:
        print_json(
            [
                {"domain": d.domain, "dossier": d.code_ibs, "recus": v.recus, "lignes": v.lignes, "rupture": v.rupture}
                for d, v in faites
            ]
        )
    else:
        for dossier, v in faites:
            suite = f"ROMPU, {v.rupture}" if v.rupture else "intact"
            typer.echo(
                visible(
                    f"{dossier.domain} {dossier.code_ibs} : {plural(v.recus, 'reçu')}, {plural(v.lignes, 'ligne')} en livres, {suite}."
                )
            )
        if not faites:
            typer.echo("Aucun dossier.")
    if any(v.rupture for _, v in faites):
        raise typer.Exit(CODE_ECHEC)
