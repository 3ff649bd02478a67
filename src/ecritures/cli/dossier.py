"""``ecritures dossier``: the dossiers of the firms and their exercices, on this machine's database."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures.cli.context import Domain, Donnees, Json, application, find_dossier, parse_periode

DOSSIER = typer.Typer(name="dossier", help="Dossiers et exercices (administration locale).", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="CODE", help="Code du dossier (codeIbs).", show_default=False)]


@DOSSIER.command("creer")
def creer(
    ctx: typer.Context,
    code: Code,
    domain: Annotated[
        str, typer.Option("--domain", help="Domaine du cabinet ; créé s'il n'existe pas.", show_default=False)
    ],
    libelle: Annotated[str, typer.Option("--libelle", help="Nom du dossier.")] = "",
    siren: Annotated[str | None, typer.Option("--siren", help="SIREN, 9 chiffres.", show_default=False)] = None,
    creer_journaux: Annotated[bool, typer.Option(help="Un import peut créer des journaux.")] = True,
    creer_comptes: Annotated[bool, typer.Option(help="Un import peut créer des comptes.")] = True,
    creer_tiers: Annotated[bool, typer.Option(help="Un import peut créer des tiers.")] = True,
    donnees: Donnees = None,
) -> None:
    """Crée un dossier."""
    from ecritures.domain.contexte import Creations

    with application(ctx, donnees) as app:
        creations = Creations(creer_journaux, creer_comptes, creer_tiers)
        dossier = app.ports.dossiers.creer(domain, code, libelle, siren, creations)
    typer.echo(
        f"Dossier {dossier.code_ibs} créé sur le domaine {dossier.domain}. Suite : ecritures dossier exercice {dossier.code_ibs} DEBUT:FIN"
    )


@DOSSIER.command("lister")
def lister(ctx: typer.Context, domain: Domain = None, donnees: Donnees = None, json_: Json = False) -> None:
    """Liste les dossiers et leurs exercices."""
    from ecritures.cli.display import console, print_json, print_table
    from ecritures.domain.montant import date_fr

    with application(ctx, donnees) as app:
        trouves = [(d, list(app.ports.livres.exercices(d.dossier))) for d in app.ports.dossiers.lister(domain)]
    if json_:
        print_json(
            [
                {
                    "code_ibs": d.code_ibs,
                    "domain": d.domain,
                    "libelle": d.libelle,
                    "siren": d.siren,
                    "exercices": [
                        {"code": e.code, "debut": e.debut.isoformat(), "fin": e.fin.isoformat(), "est_clos": e.est_clos}
                        for e in exercices
                    ],
                }
                for d, exercices in trouves
            ]
        )
        return
    rangees = [
        (
            d.domain,
            d.code_ibs,
            d.libelle,
            d.siren,
            "\n".join(
                f"{e.code} : {date_fr(e.debut)} au {date_fr(e.fin)}{' (clos)' if e.est_clos else ''}" for e in exercices
            ),
        )
        for d, exercices in trouves
    ]
    print_table(console(), "", ("Domaine", "Dossier", "Nom", "SIREN", "Exercices"), rangees)


@DOSSIER.command("exercice")
def exercice(
    ctx: typer.Context,
    code: Code,
    periode: Annotated[
        str, typer.Argument(metavar="DEBUT:FIN", help="Par exemple 2025-01-01:2025-12-31.", show_default=False)
    ],
    nom: Annotated[
        str | None, typer.Option("--code", help="Code de l'exercice [défaut : année de fin].", show_default=False)
    ] = None,
    clos: Annotated[bool, typer.Option("--clos", help="Exercice clos : les imports y sont refusés.")] = False,
    domain: Domain = None,
    donnees: Donnees = None,
) -> None:
    """Ajoute un exercice à un dossier."""
    debut, fin = parse_periode(periode)
    from ecritures.imports.ports import Exercice

    with application(ctx, donnees) as app:
        dossier = find_dossier(app.ports, code, domain)
        nouveau = Exercice(nom or str(fin.year), debut, fin, est_clos=clos)
        app.ports.livres.creer_exercice(dossier.dossier, nouveau)
    typer.echo(f"Exercice {nouveau.code} ajouté au dossier {dossier.code_ibs}.")


@DOSSIER.command("doublons")
def doublons(
    ctx: typer.Context,
    code: Code,
    politique: Annotated[
        str,
        typer.Argument(
            metavar="accepter|avertir|refuser",
            help="Ce qu'un import fait des écritures déjà dans les livres : les intégrer comme Loop, le dire, ou refuser le fichier.",
            show_default=False,
        ),
    ],
    domain: Domain = None,
    donnees: Donnees = None,
) -> None:
    """Règle ce qu'un import fait des écritures déjà dans les livres."""
    from ecritures.cli.keys import EXPLOITANT

    with application(ctx, donnees) as app:
        dossier = find_dossier(app.ports, code, domain)
        app.ports.dossiers.regler_doublons(dossier.dossier, politique)
        details = {"doublons": politique, "avant": dossier.doublons}
        app.ports.audit.noter(
            dossier.domain,
            EXPLOITANT,
            "dossier.reglage",
            objet=dossier.code_ibs,
            dossier=dossier.dossier,
            details=details,
        )
    typer.echo(f"Dossier {dossier.code_ibs} : doublons, {politique}.")
