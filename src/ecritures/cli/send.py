"""``ecritures send``: deposit a file and ask for its import, as any program of the contract does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ecritures.cli.check import FormatOption
from ecritures.cli.connection import (
    URL_LOCALE,
    ApiKey,
    SubscriptionKey,
    Url,
    connected_sdk,
    print_status,
    status_fields,
)
from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Json, echouer


def send(
    fichier: Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier TRA ou FEC.", show_default=False)],
    dossier: Annotated[str, typer.Option("--dossier", help="Code du dossier (codeIbs).", show_default=False)],
    url: Url = URL_LOCALE,
    subscription_key: SubscriptionKey = "",
    api_key: ApiKey = "",
    format_: FormatOption = None,
    siret: Annotated[str | None, typer.Option("--siret", help="Établissement à alimenter.", show_default=False)] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Attend la fin de l'import.")] = False,
    json_: Json = False,
) -> None:
    """Envoie un fichier à un serveur et demande son import.

    La même commande, relancée après une coupure ou un arrêt, reprend l'envoi resté sans réponse au lieu d'en faire un second.

    Code de sortie : 0 import demandé (avec --wait : terminé avec succès), 1 refusé ou terminé avec erreur, 2 mal demandé ou
    serveur injoignable.
    """
    from ecritures.cli.carnet import CarnetFichier
    from ecritures.cli.display import print_json, progress

    choisi = format_ or _recognise(fichier)
    with connected_sdk(url, subscription_key, api_key) as client:
        try:
            carnet = CarnetFichier.of(fichier, url, api_key, dossier, choisi, siret)
        except OSError as erreur:
            _unreadable(fichier, erreur)
        if carnet.lire() is not None:
            typer.echo("Reprise d'un envoi de ce fichier resté sans réponse.", err=True)
        with progress(f"envoi de {fichier.name}") as envoi, carnet.until_answered():
            demande = client.import_file(fichier, dossier, choisi, siret=siret, on_octets=envoi.note, carnet=carnet)
        import_id = demande.id
        if not wait:
            if json_:
                print_json({"accountingImportRequestId": import_id})
            else:
                typer.echo(f"Import {import_id} demandé. Suite : ecritures status {import_id}")
            return
        with progress("import en cours") as suivi:
            statut = demande.wait(on_progress=lambda s: setattr(suivi, "quoi", s.libelle)).statut
    if json_:
        print_json(status_fields(statut))
    else:
        print_status(statut)
        if not statut.est_reussi:
            typer.echo(f"Tous les constats : ecritures report {statut.id}")
    if not statut.est_reussi:
        raise typer.Exit(CODE_ECHEC)


def _recognise(fichier: Path) -> str:
    from ecritures.formats.conteneur import est_archive
    from ecritures.formats.detect import DEBUT_OCTETS, reconnaitre

    try:
        with fichier.open("rb") as ouvert:
            debut = ouvert.read(DEBUT_OCTETS)
            if est_archive(debut):  # the directory of a zip is at its end
                debut += ouvert.read()
    except OSError as erreur:
        _unreadable(fichier, erreur)
    trouves = reconnaitre(debut, fichier.name)
    if len(trouves) != 1:
        echouer(f"{fichier} : format non reconnu. Le donner par --format tra ou --format fec.", CODE_USAGE)
    return trouves[0]


def _unreadable(fichier: Path, erreur: OSError) -> NoReturn:
    echouer(f"{fichier} ne peut pas être lu : {erreur.strerror or erreur}.", CODE_USAGE)
