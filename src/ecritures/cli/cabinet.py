"""``ecritures cabinet``: firms, their people and their audit trail, on this machine's database."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures.cli.context import CODE_USAGE, Donnees, Json, application, echouer

CABINET = typer.Typer(name="cabinet", help="Cabinets et personnes (administration locale).", no_args_is_help=True)

Domaine = Annotated[str, typer.Argument(metavar="DOMAINE", help="Domaine du cabinet.", show_default=False)]
Identifiant = Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Ce que la personne tape.", show_default=False)]
ROLES = "administrateur, collaborateur ou lecture"
EXPLOITANT = "systeme"


@CABINET.command("creer")
def creer(
    ctx: typer.Context,
    domain: Domaine,
    libelle: Annotated[str, typer.Option("--libelle", help="Nom du cabinet.")] = "",
    donnees: Donnees = None,
) -> None:
    """Crée un cabinet."""
    with application(ctx, donnees) as app:
        cabinet = app.ports.cabinets.creer(domain, libelle)
        app.ports.audit.noter(domain, EXPLOITANT, "cabinet.creation", objet=domain)
    typer.echo(
        f"Cabinet {cabinet.domain} créé. Suite : ecritures cabinet inviter {cabinet.domain} IDENTIFIANT --nom NOM"
    )


@CABINET.command("lister")
def lister(ctx: typer.Context, donnees: Donnees = None, json_: Json = False) -> None:
    """Liste les cabinets et leurs personnes."""
    from ecritures.cli.display import console, print_json, print_table

    with application(ctx, donnees) as app:
        cabinets = app.ports.cabinets.lister()
        personnes = app.ports.personnes.lister()
    if json_:
        print_json(
            [
                {
                    "domain": c.domain,
                    "libelle": c.libelle,
                    "personnes": [
                        {
                            "identifiant": p.identifiant,
                            "nom": f"{p.prenom} {p.nom}".strip(),
                            "role": p.role,
                            "est_actif": p.est_actif,
                            "a_mot_de_passe": p.a_mot_de_passe,
                        }
                        for domain, p in personnes
                        if domain == c.domain
                    ],
                }
                for c in cabinets
            ]
        )
        return
    rangees = [
        (
            c.domain,
            c.libelle,
            "\n".join(
                f"{p.identifiant} : {p.role}{'' if p.est_actif else ' (inactif)'}{'' if p.a_mot_de_passe else ' (invité)'}"
                for domain, p in personnes
                if domain == c.domain
            ),
        )
        for c in cabinets
    ]
    print_table(console(), "", ("Domaine", "Nom", "Personnes"), rangees)


@CABINET.command("inviter")
def inviter(
    ctx: typer.Context,
    domain: Domaine,
    identifiant: Identifiant,
    role: Annotated[
        str | None, typer.Option("--role", help=f"{ROLES} [défaut : celui qu'elle a].", show_default=False)
    ] = None,
    prenom: Annotated[str, typer.Option("--prenom", help="Prénom, pour une personne nouvelle.")] = "",
    nom: Annotated[str, typer.Option("--nom", help="Nom, pour une personne nouvelle.")] = "",
    donnees: Donnees = None,
) -> None:
    """Donne un lien, qui sert une fois, pour choisir un mot de passe. Crée la personne si elle n'existe pas."""
    from dataclasses import replace

    from ecritures.cli.context import load_settings
    from ecritures.imports.cabinet import Collaborateur
    from ecritures.imports.personnes import INVITATION_S, invitation_url

    with application(ctx, donnees) as app:
        ports = app.ports
        if ports.cabinets.trouver(domain) is None:
            echouer(f"le cabinet {domain} n'existe pas. `ecritures cabinet creer {domain}` le crée.", CODE_USAGE)
        personne = ports.personnes.trouver(domain, identifiant)
        if personne is None:
            neuve = Collaborateur(identifiant, prenom, nom or identifiant, role or "collaborateur")
            personne = ports.personnes.creer(domain, neuve)
            details = {"role": personne.role}
            ports.audit.noter(domain, EXPLOITANT, "collaborateur.creation", objet=personne.identifiant, details=details)
        elif role is not None and role != personne.role:
            details = {"role": role, "ancien_role": personne.role}
            personne = ports.personnes.modifier(domain, replace(personne, role=role))
            ports.audit.noter(domain, EXPLOITANT, "collaborateur.role", objet=personne.identifiant, details=details)
        if not personne.est_actif:
            echouer(f"{personne.identifiant} n'est plus actif : `ecritures cabinet activer {domain} {identifiant}`.")
        jeton = ports.sessions.inviter(domain, personne.identifiant, duree_s=INVITATION_S)
        ports.audit.noter(domain, EXPLOITANT, "invitation.creation", objet=personne.identifiant)
    typer.echo(invitation_url(load_settings(donnees).base_url, jeton))
    typer.echo(
        f"Lien pour {personne.identifiant} ({personne.role}), à transmettre : il sert une fois, sous 7 jours.", err=True
    )


@CABINET.command("activer")
def activer(ctx: typer.Context, domain: Domaine, identifiant: Identifiant, donnees: Donnees = None) -> None:
    """Rend active une personne qui ne l'était plus."""
    _rendre(ctx, domain, identifiant, donnees, est_actif=True)


@CABINET.command("desactiver")
def desactiver(ctx: typer.Context, domain: Domaine, identifiant: Identifiant, donnees: Donnees = None) -> None:
    """Empêche une personne de se connecter, et la déconnecte partout."""
    _rendre(ctx, domain, identifiant, donnees, est_actif=False)


@CABINET.command("audit")
def audit(ctx: typer.Context, domain: Domaine, donnees: Donnees = None) -> None:
    """Sort la piste d'audit du cabinet, un objet JSON par ligne, de la plus ancienne à la plus récente."""
    import json

    with application(ctx, donnees) as app:
        codes = {d.dossier: d.code_ibs for d in app.ports.dossiers.lister(domain)}
        for trace in app.ports.audit.parcourir(domain):
            champs = {
                "rang": trace.rang,
                "instant": trace.instant.isoformat(),
                "acteur": trace.acteur,
                "action": trace.action,
                "objet": trace.objet,
                "dossier": None if trace.dossier is None else codes.get(trace.dossier),
                "details": None if trace.details is None else dict(trace.details),
            }
            typer.echo(json.dumps(champs, ensure_ascii=False))


def _rendre(ctx: typer.Context, domain: str, identifiant: str, donnees: Donnees, *, est_actif: bool) -> None:
    from dataclasses import replace

    with application(ctx, donnees) as app:
        personne = app.ports.personnes.trouver(domain, identifiant)
        if personne is None:
            echouer(
                f"aucune personne {identifiant} dans le cabinet {domain}. `ecritures cabinet lister` les montre.",
                CODE_USAGE,
            )
        app.ports.personnes.modifier(domain, replace(personne, est_actif=est_actif))
        details = {"role": personne.role, "est_actif": est_actif}
        app.ports.audit.noter(
            domain, EXPLOITANT, "collaborateur.modification", objet=personne.identifiant, details=details
        )
    typer.echo(f"{personne.identifiant} est {'actif' if est_actif else 'inactif'}.")
