"""``ecritures status``: where an import stands."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures.cli.connection import URL_LOCALE, ApiKey, SubscriptionKey, Url, connected, print_status, status_fields
from ecritures.cli.context import CODE_ECHEC, Json

ImportId = Annotated[str, typer.Argument(metavar="ID", help="accountingImportRequestId.", show_default=False)]


def status(
    import_id: ImportId,
    url: Url = URL_LOCALE,
    subscription_key: SubscriptionKey = "",
    api_key: ApiKey = "",
    json_: Json = False,
) -> None:
    """Montre le statut d'un import. Code de sortie 1 s'il s'est terminé avec erreur."""
    from ecritures.cli.display import print_json

    with connected(url, subscription_key, api_key) as client:
        statut = client.get_import_status(import_id)
    if json_:
        print_json(status_fields(statut))
    else:
        print_status(statut)
    if statut.est_fini and not statut.est_reussi:
        raise typer.Exit(CODE_ECHEC)
