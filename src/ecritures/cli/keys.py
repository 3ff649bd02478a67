"""``ecritures keys``: subscription keys and API keys, on this machine's database. A secret is shown once, when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ecritures.cli.context import CODE_USAGE, Donnees, Json, application, echouer, find_dossier

if TYPE_CHECKING:
    from ecritures.imports.ports import CleListee, Ports

KEYS = typer.Typer(name="keys", help="Clés d'abonnement et clés d'API (administration locale).", no_args_is_help=True)

COLONNES = ("Clé", "Domaine", "Libellé", "Genre", "Rôle", "Créée le", "Expire le", "Dernier usage", "État")
EXPLOITANT = "systeme"
UNE_FOIS = "À garder maintenant : cette clé ne sera plus jamais montrée."


@KEYS.command("abonnement")
def abonnement(
    ctx: typer.Context,
    nom: Annotated[str, typer.Argument(metavar="NOM", help="Pour qui.", show_default=False)],
    domain: Annotated[
        str | None,
        typer.Option("--domain", help="Pour les clés de ce cabinet seulement [défaut : de tous].", show_default=False),
    ] = None,
    paire: Annotated[bool, typer.Option("--paire", help="Aussi la clé secondaire, sur une seconde ligne.")] = False,
    donnees: Donnees = None,
) -> None:
    """Ouvre un abonnement (Ocp-Apim-Subscription-Key). La clé primaire seule sort sur la sortie standard."""
    with application(ctx, donnees) as app:
        if domain is None and not paire:
            cles = [app.ports.cles.creer_abonnement(nom)]
        else:
            numero, *cles = app.ports.cles.ouvrir_abonnement(nom, domain)
            if domain is not None:
                app.ports.audit.noter(domain, EXPLOITANT, "abonnement.creation", objet=numero)
    for cle in cles if paire else cles[:1]:
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
    role: Annotated[str, typer.Option("--role", help="administrateur, collaborateur ou lecture.")] = "collaborateur",
    jours: Annotated[
        int | None, typer.Option("--jours", help="Durée de vie [défaut : sans fin].", min=1, show_default=False)
    ] = None,
    limite: Annotated[
        int | None,
        typer.Option(
            "--limite", help="Requêtes par minute ; 0 : sans limite [défaut : le réglage].", min=0, show_default=False
        ),
    ] = None,
    donnees: Donnees = None,
) -> None:
    """Crée une clé d'API (x-apikey). La clé seule, cle:secret, sort sur la sortie standard."""
    from datetime import timedelta

    from ecritures.imports.cabinet import ROLES
    from ecritures.imports.horloge import maintenant

    if role not in ROLES:
        echouer(f"le rôle {role} n'existe pas : {', '.join(ROLES)}.", CODE_USAGE)
    with application(ctx, donnees) as app:
        permis = [find_dossier(app.ports, code, domain).dossier for code in dossier] if dossier else None
        cle = app.ports.cles.creer_cle(
            domain,
            libelle,
            est_avancee=avancee,
            dossiers=permis,
            role=role,
            expiration=None if jours is None else maintenant() + timedelta(days=jours),
            limite_minute=limite,
        )
        details = {"libelle": libelle, "role": role, "est_avancee": avancee}
        app.ports.audit.noter(domain, EXPLOITANT, "cle.creation", objet=cle.partition(":")[0], details=details)
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
                    "role": c.role,
                    "expiration": None if c.expiration is None else c.expiration.isoformat(),
                    "dernier_usage": None if c.dernier_usage is None else c.dernier_usage.isoformat(),
                    "limite_minute": c.limite_minute,
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
            c.role,
            f"{c.creation:%d/%m/%Y}",
            "" if c.expiration is None else f"{c.expiration:%d/%m/%Y}",
            "" if c.dernier_usage is None else f"{c.dernier_usage:%d/%m/%Y}",
            "révoquée" if c.est_revoquee else "",
        )
        for c in cles
    ]
    print_table(console(), "", COLONNES, rangees)


@KEYS.command("revoquer")
def revoquer(
    ctx: typer.Context,
    cle: Annotated[str, typer.Argument(metavar="CLE", help="Partie publique de la clé.", show_default=False)],
    donnees: Donnees = None,
) -> None:
    """Révoque une clé d'API : elle est refusée dès la requête suivante."""
    publique = cle.partition(":")[0]
    with application(ctx, donnees) as app:
        trouvee = find_cle(app.ports, publique)
        if not app.ports.cles.revoquer(publique):
            echouer(f"aucune clé active {publique}. `ecritures keys lister` montre celles qui existent.", CODE_USAGE)
        app.ports.audit.noter(trouvee.domain, EXPLOITANT, "cle.revocation", objet=publique)
    typer.echo(f"Clé {publique} révoquée.")


Publique = Annotated[str, typer.Argument(metavar="CLE", help="Partie publique de la clé.", show_default=False)]
CodeDossier = Annotated[str, typer.Argument(metavar="DOSSIER", help="Code du dossier (codeIbs).", show_default=False)]
Numero = Annotated[
    str, typer.Argument(metavar="ABONNEMENT", help="Numéro que montre `keys abonnements`.", show_default=False)
]


@KEYS.command("activer")
def activer(ctx: typer.Context, cle: Publique, dossier: CodeDossier, donnees: Donnees = None) -> None:
    """Active une clé d'API pour un dossier."""
    with application(ctx, donnees) as app:
        trouvee = find_cle(app.ports, cle)
        cible = find_dossier(app.ports, dossier, trouvee.domain)
        if app.ports.cles.activer(trouvee.cle, cible.dossier):
            app.ports.audit.noter(
                trouvee.domain, EXPLOITANT, "cle.activation", objet=trouvee.cle, dossier=cible.dossier
            )
    typer.echo(f"Clé {trouvee.cle} active pour le dossier {cible.code_ibs}.")


@KEYS.command("desactiver")
def desactiver(ctx: typer.Context, cle: Publique, dossier: CodeDossier, donnees: Donnees = None) -> None:
    """Retire une clé d'API d'un dossier."""
    with application(ctx, donnees) as app:
        trouvee = find_cle(app.ports, cle)
        cible = find_dossier(app.ports, dossier, trouvee.domain)
        if app.ports.cles.desactiver(trouvee.cle, cible.dossier):
            app.ports.audit.noter(
                trouvee.domain, EXPLOITANT, "cle.desactivation", objet=trouvee.cle, dossier=cible.dossier
            )
    typer.echo(f"Clé {trouvee.cle} retirée du dossier {cible.code_ibs}.")


@KEYS.command("abonnements")
def abonnements(
    ctx: typer.Context,
    domain: Annotated[str | None, typer.Option("--domain", help="Ce cabinet seulement.", show_default=False)] = None,
    donnees: Donnees = None,
    json_: Json = False,
) -> None:
    """Liste les clés d'abonnement, sans les montrer."""
    from dataclasses import asdict

    from ecritures.cli.display import console, print_json, print_table

    with application(ctx, donnees) as app:
        trouves = app.ports.cles.lister_abonnements(domain)
    if json_:
        print_json(
            [{n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in asdict(a).items()} for a in trouves]
        )
        return
    rangees = [
        (
            a.abonnement,
            a.nom,
            a.rang,
            a.domain or "tous",
            f"{a.creation:%d/%m/%Y}",
            "" if a.expiration is None else f"{a.expiration:%d/%m/%Y %H:%M} UTC",
            "" if a.dernier_usage is None else f"{a.dernier_usage:%d/%m/%Y}",
            "révoquée" if a.est_revoquee else "",
        )
        for a in trouves
    ]
    titres = ("Abonnement", "Nom", "Rang", "Domaine", "Créée le", "Expire le", "Dernier usage", "État")
    print_table(console(), "", titres, rangees)


@KEYS.command("tourner")
def tourner(
    ctx: typer.Context,
    abonnement: Numero,
    rang: Annotated[
        Literal["primaire", "secondaire"], typer.Option("--rang", help="Laquelle des deux clés.")
    ] = "primaire",
    heures: Annotated[
        int, typer.Option("--heures", help="Temps pendant lequel l'ancienne sert encore.", min=0, max=2160)
    ] = 24,
    donnees: Donnees = None,
) -> None:
    """Renouvelle une clé d'abonnement. La nouvelle seule sort sur la sortie standard ; elle vaut aussitôt."""
    with application(ctx, donnees) as app:
        cle = app.ports.cles.tourner_abonnement(abonnement, rang, recouvrement_s=heures * 3600)
        if cle is None:
            echouer(f"aucun abonnement en vigueur {abonnement}. `ecritures keys abonnements` les montre.", CODE_USAGE)
        details: dict[str, object] = {"rang": rang, "recouvrement_s": heures * 3600}
        _note_abonnement(app.ports, abonnement, "abonnement.rotation", details)
    typer.echo(cle)
    typer.echo(UNE_FOIS, err=True)


@KEYS.command("resilier")
def resilier(ctx: typer.Context, abonnement: Numero, donnees: Donnees = None) -> None:
    """Révoque toutes les clés d'un abonnement : elles sont refusées dès la requête suivante."""
    with application(ctx, donnees) as app:
        if not app.ports.cles.revoquer_abonnement(abonnement):
            echouer(f"aucun abonnement en vigueur {abonnement}. `ecritures keys abonnements` les montre.", CODE_USAGE)
        _note_abonnement(app.ports, abonnement, "abonnement.revocation", {})
    typer.echo(f"Abonnement {abonnement} révoqué.")


def find_cle(ports: Ports, cle: str) -> CleListee:
    """The key of that public part, of any firm. Ends the command when there is none."""
    publique = cle.partition(":")[0]
    trouvees = [c for c in ports.cles.lister() if c.cle == publique]
    if not trouvees:
        echouer(f"aucune clé {publique}. `ecritures keys lister` montre celles qui existent.", CODE_USAGE)
    return trouvees[0]


def _note_abonnement(ports: Ports, numero: str, action: str, details: dict[str, object]) -> None:
    """In the trail of its firm; a subscription for all firms is the operator's, and in nobody's trail."""
    domaines = {a.domain for a in ports.cles.lister_abonnements() if a.abonnement == numero and a.domain is not None}
    for domain in domaines:
        ports.audit.noter(domain, EXPLOITANT, action, objet=numero, details=details)
