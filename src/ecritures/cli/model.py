"""``ecritures model``: propose a model from a file, try it, and keep it for the firm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Donnees, Json, application, echouer

if TYPE_CHECKING:
    from ecritures.domain.modele import Modele
    from ecritures.imports.ports import ModeleEnregistre, Ports

MODEL = typer.Typer(
    name="model", help="Modèles de lecture des fichiers personnalisés (CSV, largeur fixe, XLSX).", no_args_is_help=True
)

MODELE_OCTETS_MAX = 1 << 20
"""A model is a page of text."""

Fichier = Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier d'écritures.", show_default=False)]
CheminModele = Annotated[
    Path,
    typer.Argument(metavar="MODELE", help="Modèle, en TOML (ecritures model infer en propose un).", show_default=False),
]
Nom = Annotated[str, typer.Argument(metavar="NOM", help="Nom du modèle, sans égard à la casse.", show_default=False)]
DuCabinet = Annotated[
    str | None, typer.Option("--domain", help="Domaine du cabinet ; inutile s'il n'y en a qu'un.", show_default=False)
]


def load_modele(chemin: Path) -> Modele:
    """The model of that TOML file. Ends the command when it cannot be opened; raises ModeleInvalide."""
    from ecritures.formats.perso.modele_toml import lire_modele

    return lire_modele(_texte(chemin))


def _texte(chemin: Path) -> str:
    try:
        octets = _octets(chemin, MODELE_OCTETS_MAX)
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        echouer(f"le modèle {chemin} n'est pas un texte UTF-8.", CODE_USAGE)


def _octets(chemin: Path, taille_octets_max: int | None = None) -> bytes:
    try:
        if taille_octets_max is not None and chemin.stat().st_size > taille_octets_max:
            echouer(f"{chemin} est trop gros pour être un modèle.", CODE_USAGE)
        return chemin.read_bytes()
    except OSError as erreur:
        from ecritures.cli.examine import reason

        echouer(f"{chemin} ne peut pas être ouvert : {reason(erreur)}.", CODE_USAGE)


@MODEL.command("infer")
def infer(
    fichier: Fichier,
    sortie: Annotated[
        Path | None,
        typer.Option(
            "--sortie", metavar="MODELE", help="Fichier TOML à écrire ; il ne doit pas exister.", show_default=False
        ),
    ] = None,
    nom: Annotated[str, typer.Option("--nom", help="Nom du modèle [défaut : celui du fichier].")] = "",
    json_: Json = False,
) -> None:
    """Propose un modèle d'après un fichier, avec ce qui fonde chaque choix.

    Ce qui ne peut pas être décidé n'est pas deviné : la clé est laissée à remplir. Code de sortie : 0 modèle complet et fichier lu
    sans erreur, 1 à compléter ou erreurs, 2 fichier illisible.
    """
    from ecritures.cli.model_display import montrer_proposition, proposition_json
    from ecritures.domain.errors import ModeleInvalide
    from ecritures.formats.perso.infer import inferer

    octets = _octets(fichier)
    try:
        proposition = inferer(octets, nom or "".join(c for c in fichier.stem if c.isprintable())[:80] or "modèle")
    except ModeleInvalide as refus:
        echouer(refus.message, CODE_USAGE)
    texte = proposition.toml()
    if sortie is not None:
        _ecrire_neuf(sortie, texte)
    if json_:
        proposition_json(proposition, texte)
    else:
        montrer_proposition(proposition, None if sortie is not None else texte)
    raise typer.Exit(0 if proposition.est_complete and not proposition.erreurs else CODE_ECHEC)


def _ecrire_neuf(chemin: Path, texte: str) -> None:
    from ecritures.cli.examine import reason

    try:
        with chemin.open("x", encoding="utf-8", newline="\n") as flux:
            flux.write(texte)
    except FileExistsError:
        echouer(f"{chemin} existe déjà : choisir un autre nom.", CODE_USAGE)
    except OSError as erreur:
        echouer(f"{chemin} ne peut pas être écrit : {reason(erreur)}.", CODE_USAGE)


@MODEL.command("check")
def check(modele: CheminModele, fichier: Fichier, json_: Json = False) -> None:
    """Confronte un modèle à un fichier : ce qui est lu, et tout ce qui ne va pas.

    Code de sortie : 0 rien de faux, 1 des erreurs ou un modèle invalide, 2 illisible.
    """
    from dataclasses import replace

    from ecritures.cli import examine
    from ecritures.domain.lot import OptionsLecture

    lu = load_modele(modele)
    fiche = examine.examine(fichier, "perso", examine.contexte_of([]), replace(OptionsLecture(), modele=lu))
    montrer = examine.Json(1) if json_ else examine.Tableaux(tout=False)
    montrer.ajoute(fiche)
    montrer.fin()
    raise typer.Exit({"conforme": 0, "non_conforme": CODE_ECHEC}.get(fiche.verdict, CODE_USAGE))


@MODEL.command("add")
def add(
    ctx: typer.Context,
    modele: CheminModele,
    domain: DuCabinet = None,
    remplacer: Annotated[bool, typer.Option("--remplacer", help="Remplace le modèle du même nom.")] = False,
    donnees: Donnees = None,
) -> None:
    """Enregistre un modèle pour le cabinet. Son nom est celui du TOML, unique sans égard à la casse."""
    texte = _texte(modele)
    from ecritures.formats.perso.modele_toml import lire_modele

    lu = lire_modele(texte)
    with application(ctx, donnees) as app:
        garde = app.ports.modeles.enregistrer(_domaine(app.ports, domain), lu.nom, texte, remplacer=remplacer)
    typer.echo(f"Modèle « {garde.nom} » enregistré pour le cabinet {garde.domain}.")


@MODEL.command("list")
def list_(ctx: typer.Context, domain: DuCabinet = None, donnees: Donnees = None, json_: Json = False) -> None:
    """Liste les modèles enregistrés."""
    from ecritures.cli.model_display import modele_json, montrer_modeles

    with application(ctx, donnees) as app:
        trouves = list(app.ports.modeles.lister(domain))
    if json_:
        modele_json(trouves)
    else:
        montrer_modeles(trouves)


@MODEL.command("show")
def show(ctx: typer.Context, nom: Nom, domain: DuCabinet = None, donnees: Donnees = None) -> None:
    """Affiche le TOML d'un modèle enregistré."""
    from ecritures.cli.display import visible_lines, write_line

    with application(ctx, donnees) as app:
        trouve = _trouver(app.ports, nom, domain)
    write_line(visible_lines(trouve.texte).rstrip("\n"))


@MODEL.command("rm")
def rm(ctx: typer.Context, nom: Nom, domain: DuCabinet = None, donnees: Donnees = None) -> None:
    """Retire un modèle enregistré."""
    with application(ctx, donnees) as app:
        trouve = _trouver(app.ports, nom, domain)
        app.ports.modeles.retirer(trouve.domain, trouve.nom)
    typer.echo(f"Modèle « {trouve.nom} » retiré du cabinet {trouve.domain}.")


def _trouver(ports: Ports, nom: str, domain: str | None) -> ModeleEnregistre:
    """The saved model of that name. Ends the command when several firms have one; raises ModeleInconnu."""
    from ecritures.domain.errors import ModeleInconnu
    from ecritures.domain.modele import cle_du_nom

    trouves = [m for m in ports.modeles.lister(domain) if cle_du_nom(m.nom) == cle_du_nom(nom)]
    if not trouves:
        raise ModeleInconnu(nom)
    if len(trouves) > 1:
        domaines = ", ".join(m.domain for m in trouves)
        echouer(f"plusieurs cabinets ont un modèle « {nom} » : préciser --domain ({domaines}).", CODE_USAGE)
    return trouves[0]


def _domaine(ports: Ports, domain: str | None) -> str:
    """The firm asked for, or the only one that has dossiers or models."""
    if domain is not None:
        return domain
    connus = {d.domain for d in ports.dossiers.lister()} | {m.domain for m in ports.modeles.lister()}
    if len(connus) != 1:
        quoi = (
            f"plusieurs cabinets existent ({', '.join(sorted(connus))})" if connus else "aucun cabinet n'existe encore"
        )
        echouer(f"{quoi} : préciser --domain.", CODE_USAGE)
    return connus.pop()
