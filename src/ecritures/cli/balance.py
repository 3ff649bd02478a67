"""``ecritures balance``: the balance of a dossier, read from the books of this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures.cli.context import CODE_USAGE, Domain, Donnees, Json, application, echouer, find_dossier


def balance(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Code du dossier.", show_default=False)],
    domain: Domain = None,
    exercice: Annotated[
        str | None, typer.Option("--exercice", help="Code de l'exercice [défaut : tous].", show_default=False)
    ] = None,
    donnees: Donnees = None,
    json_: Json = False,
) -> None:
    """Montre la balance d'un dossier (administration locale)."""
    from ecritures.cli.display import console, print_json, print_table
    from ecritures.domain.montant import euros

    with application(ctx, donnees) as app:
        dossier = find_dossier(app.ports, code, domain)
        connus = [e.code for e in app.ports.livres.exercices(dossier.dossier)]
        if exercice is not None and exercice not in connus:
            echouer(f"l'exercice {exercice} n'existe pas dans le dossier : {', '.join(connus) or 'aucun'}.", CODE_USAGE)
        cadre = app.ports.livres.balance(dossier.dossier, exercice=exercice)
    debit, credit = int(cadre["debit_centimes"].sum()), int(cadre["credit_centimes"].sum())
    if json_:
        print_json(
            {
                "dossier": dossier.code_ibs,
                "domain": dossier.domain,
                "exercice": exercice,
                "debit_centimes": debit,
                "credit_centimes": credit,
                "comptes": cadre.to_dicts(),
            }
        )
        return
    rangees = [
        (
            c["compte"],
            c["libelle"],
            euros(c["debit_centimes"]),
            euros(c["credit_centimes"]),
            euros(c["solde_centimes"]),
            c["nombre"],
        )
        for c in cadre.iter_rows(named=True)
    ]
    rangees.append(("Total", "", euros(debit), euros(credit), euros(debit - credit), int(cadre["nombre"].sum())))
    colonnes = ("Compte", "Libellé", "Débit", "Crédit", "Solde", "Lignes")
    titre = f"Balance {dossier.code_ibs}" + (f", exercice {exercice}" if exercice else "")
    print_table(console(), titre, colonnes, rangees, droite=colonnes[2:])
