"""``ecritures report``: the compte rendu of an import and its findings. Our own server only: Loop has no such route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecritures.cli.connection import URL_LOCALE, ApiKey, SubscriptionKey, Url, connected
from ecritures.cli.context import CODE_ECHEC, Json
from ecritures.cli.status import ImportId

if TYPE_CHECKING:
    from rich.console import Console

EN_ERREUR = 4


def report(
    import_id: ImportId,
    url: Url = URL_LOCALE,
    subscription_key: SubscriptionKey = "",
    api_key: ApiKey = "",
    json_: Json = False,
    tout: Annotated[bool, typer.Option("--tout", help="Tous les constats, pas seulement les premiers.")] = False,
) -> None:
    """Montre le compte rendu d'un import et ses constats. Code de sortie 1 s'il s'est terminé avec erreur.

    Avec --json : l'import et son compte rendu, comme le donne l'API, et tous ses constats sous la clé constats.
    """
    from itertools import islice

    from ecritures.cli.display import console, print_json
    from ecritures.cli.findings import MONTRES_MAX, print_findings
    from ecritures.client.v1 import ClientV1

    with connected(url, subscription_key, api_key) as client:
        lecteur = ClientV1(client)
        fiche = lecteur.get_import(import_id)
        constats = lecteur.iter_constats(import_id)
        if json_:
            print_json({**fiche, "constats": list(constats)})
        else:
            sortie = console()
            print_compte_rendu(sortie, fiche)
            total = ((fiche["compte_rendu"] or {}).get("constats") or {}).get("total", 0)
            montres = print_findings(sortie, constats if tout else islice(constats, MONTRES_MAX))
            if montres < total:
                sortie.print(f"{total - montres} autres constats : --tout ou --json les montrent.")
    if fiche["etat"] == EN_ERREUR:
        raise typer.Exit(CODE_ECHEC)


def print_compte_rendu(sortie: Console, fiche: dict[str, Any]) -> None:
    """What was read, written and created, as the API tells it."""
    from ecritures.cli.display import plural, print_table, visible
    from ecritures.domain.montant import euros

    sortie.print(
        visible(f"{fiche['nom_fichier']} → dossier {fiche['dossier']} : {fiche['etat']} {fiche['etat_libelle']}"),
        style="bold",
    )
    sortie.print(visible(f"Import {fiche['id']}"))
    if fiche["message"]:
        sortie.print(visible(fiche["message"]))
    rendu = fiche["compte_rendu"] or {}
    if lu := rendu.get("fichier"):
        sortie.print(
            visible(
                f"Lu : {plural(lu['ecritures'], 'écriture')}, {plural(lu['lignes'], 'ligne')}, débit {euros(lu['debit_centimes'])}, "
                f"crédit {euros(lu['credit_centimes'])}"
            )
        )
    if recu := rendu.get("recu"):
        sortie.print(visible(f"Reçu n° {recu['rang']}, empreinte {recu['empreinte']}"))
    crees = {nom: codes for nom, codes in (rendu.get("crees") or {}).items() if codes}
    if crees:
        sortie.print(
            visible(
                "Créés dans le dossier : " + " ; ".join(f"{nom} {', '.join(codes)}" for nom, codes in crees.items())
            )
        )
    for conseil in rendu.get("suite") or ():
        sortie.print(visible(conseil))
    if totaux := rendu.get("totaux_par_journal"):
        droite = ("Débit", "Crédit")
        rangees = [
            (t["journal"], t["ecritures"], t["lignes"], euros(t["debit_centimes"]), euros(t["credit_centimes"]))
            for t in totaux
        ]
        print_table(sortie, "", ("Journal", "Écritures", "Lignes", *droite), rangees, droite=droite)
