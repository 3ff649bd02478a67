"""``ecritures cancel``: takes an import back from the books of this machine, or shows what that would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecritures.cli.context import Donnees, Json, application, echouer

if TYPE_CHECKING:
    from ecritures.imports.cancel import Annulation, ApercuAnnulation


def cancel(
    ctx: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help="Identifiant de l'import.", show_default=False)],
    a_blanc: Annotated[bool, typer.Option("--a-blanc", help="Montre ce qui serait retiré, sans rien changer.")] = False,
    donnees: Donnees = None,
    json_: Json = False,
) -> None:
    """Annule un import : ses écritures sont retirées des livres, toutes ou aucune (administration locale).

    Code de sortie 1 si l'annulation est refusée ; chaque motif est dit.
    """
    from ecritures.cli.display import print_json
    from ecritures.domain.errors import Refus
    from ecritures.imports.cancel import cancel as cancel_import
    from ecritures.imports.cancel import preview

    with application(ctx, donnees) as app:
        try:
            if a_blanc:
                apercu = preview(import_id.strip().lower(), app.ports)
                fait, annulable = _preview_json(apercu), not apercu.blocages
            else:
                annulation = cancel_import(import_id.strip().lower(), "systeme", app.ports)
                fait, annulable = _cancel_json(annulation), True
        except Refus as refus:
            echouer(refus.message)
    if json_:
        print_json(fait)
    elif a_blanc:
        _show_preview(apercu)
    else:
        _show_cancel(annulation)
    if not annulable:
        raise typer.Exit(1)


def _preview_json(apercu: ApercuAnnulation) -> dict[str, Any]:
    quoi = apercu.apercu
    return {
        "import_id": apercu.demande.id,
        "est_annulable": not apercu.blocages,
        "blocages": [{"code": b.code, "motif": b.motif, "lignes": b.lignes} for b in apercu.blocages],
        "a_retirer": None
        if quoi is None
        else {
            "ecritures": quoi.ecritures,
            "lignes": quoi.lignes,
            "debit_centimes": quoi.debit_centimes,
            "credit_centimes": quoi.credit_centimes,
            "journaux": quoi.journaux.to_dicts(),
            "repris": quoi.repris,
            "gardes": quoi.gardes,
        },
    }


def _cancel_json(annulation: Annulation) -> dict[str, Any]:
    return {
        "import_id": annulation.demande.id,
        "deja_annule": annulation.deja_annule,
        "recu": None if annulation.recu is None else annulation.recu.rang,
        "bilan": None if annulation.recu is None else dict(annulation.recu.contenu),
    }


def _show_preview(apercu: ApercuAnnulation) -> None:
    from ecritures.cli.display import console, plural, print_table, visible
    from ecritures.domain.montant import euros

    quoi = apercu.apercu
    if quoi is None:
        typer.echo("Aucune écriture de cet import n'est dans les livres.")
    else:
        rangs = [
            (j["journal"], j["ecritures"], j["lignes"], euros(j["debit_centimes"]), euros(j["credit_centimes"]))
            for j in quoi.journaux.iter_rows(named=True)
        ]
        colonnes = ("Journal", "Écritures", "Lignes", "Débit", "Crédit")
        print_table(console(), "Serait retiré des livres", colonnes, rangs, droite=colonnes[1:])
        for verbe, listes in (("Repris", quoi.repris), ("Gardés, employés ailleurs", quoi.gardes)):
            for nom, codes in listes.items():
                typer.echo(visible(f"{verbe} : {nom}, {plural(len(codes), 'code')} ({', '.join(codes[:5])})"))
    for blocage in apercu.blocages:
        typer.echo(visible(f"Bloqué : {blocage.motif}"))


def _show_cancel(annulation: Annulation) -> None:
    from ecritures.cli.display import plural

    if annulation.deja_annule:
        typer.echo(f"L'import {annulation.demande.id} était déjà annulé : rien n'a changé.")
    elif annulation.recu is None:
        typer.echo(f"L'import {annulation.demande.id} est annulé avant son intégration.")
    else:
        faits = annulation.recu.contenu
        typer.echo(
            f"L'import {annulation.demande.id} est annulé : {plural(faits['lignes'], 'ligne')} en {plural(faits['ecritures'], 'écriture')} "
            f"retirées des livres (reçu {annulation.recu.rang})."
        )
