"""``ecritures keys``: subscription keys and API keys, on this machine's database. A secret is shown once, when it is made."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures.cli.context import CODE_USAGE, Donnees, Json, application, echouer, find_dossier

KEYS = typer.Typer(name="keys", help="Clés d'abonnement et clés d'API (administration locale).", no_args_is_help=True)

UNE_FOIS = "À garder maintenant : cette clé ne sera plus jamais montrée."


@KEYS.command("abonnement")
def abonnement(
    ctx: typer.Context,
    nom: Annotated[str, typer.Argument(metavar="NOM", help="Pour qui.", show_default=False)],
    donnees: Donnees = None,
) -> None:
    """Crée une clé d'abonnement (Ocp-Apim-Subscription-Key). La clé seule sort sur la sortie standard."""
    with application(ctx, donnees) as app:
        cle = app.ports.cles.creer_abonnement(nom)
    typer.echo(cle)
    typer.echo(UNE_FOIS, err=True)


@KEYS.command("creer")
def creer(
    ctx: typer.Context,
    domain: Annotated[
        str, typer.Argument(metavar="DOMAINE", help="Domaine du cabinet ; créé s'il n'existe pas.", show_default=False)
    ],
    libelle: Annotated[str, typer.Option("--libelle", help="Pour qui, pour quel logiciel.")] = "",
    avancee: Annotated[bool, typer.Option("--avancee", help="Clé Advanced : aussi les routes du cabinet.")] = False,
    dossier: Annotated[
        list[str] | None,
        typer.Option(
            "--dossier", help="Dossier permis ; répétable [défaut : tous ceux du cabinet].", show_default=False
        ),
    ] = None,
    donnees: Donnees = None,
) -> None:
    """Crée une clé d'API (x-apikey). La clé seule, cle:secret, sort sur la sortie standard."""
    with application(ctx, donnees) as app:
        permis = [find_dossier(app.ports, code, domain).dossier for code in dossier] if dossier else None
        cle = app.ports.cles.creer_cle(domain, libelle, est_avancee=avancee, dossiers=permis)
    typer.echo(cle)
    typer.echo(UNE_FOIS, err=True)


@KEYS.command("lister")
def lister(
    ctx: typer.Context,
    domain: Annotated[str | None, typer.Option("--domain", help="Ce cabinet seulement.", show_default=False)] = None,
    donnees: Donnees = None,
    json_: Json = False,
) -> None:
    """Liste les clés d'API, sans leur secret."""
    from ecritures.cli.display import console, print_json, print_table

    with application(ctx, donnees) as app:
        cles = app.ports.cles.lister(domain)
    if json_:
        print_json(
            [
                {
                    "cle": c.cle,
                    "domain": c.domain,
                    "libelle": c.libelle,
                    "est_avancee": c.est_avancee,
                    "creation": c.creation.isoformat(),
                    "est_revoquee": c.est_revoquee,
                }
                for c in cles
            ]
        )
        return
    rangees = [
        (
            c.cle,
            c.domain,
            c.libelle,
            "Advanced" if c.est_avancee else "Standard",
            f"{c.creation:%d/%m/%Y}",
            "révoquée" if c.est_revoquee else "",
        )
        for c in cles
    ]
    print_table(console(), "", ("Clé", "Domaine", "Libellé", "Genre", "Créée le", "État"), rangees)


@KEYS.command("revoquer")
def revoquer(
    ctx: typer.Context,
    cle: Annotated[str, typer.Argument(metavar="CLE", help="Partie publique de la clé.", show_default=False)],
    donnees: Donnees = None,
) -> None:
    """Révoque une clé d'API : elle est refusée dès la requête suivante."""
    publique = cle.partition(":")[0]
    with application(ctx, donnees) as app:
        if not app.ports.cles.revoquer(publique):
            echouer(f"aucune clé active {publique}. `ecritures keys lister` montre celles qui existent.", CODE_USAGE)
    typer.echo(f"Clé {publique} révoquée.")
