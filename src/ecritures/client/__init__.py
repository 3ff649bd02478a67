"""Client of the import API, for our server and for Cegid Loop alike: it knows the published contract and nothing else.

with Client(base_url, subscription_key, api_key) as client:
    resultat = client.import_file("ventes.TRA", "DEMO001").wait(on_progress=print)

``Client`` and ``ClientAsync`` are the SDK; ``ClientLoop`` is the bare contract, one call a method; ``v1.ClientV1`` reads the
comptes rendus and the books of our server for the commands. All go through the same operations and driver (docs/sdk.md).
"""

from ecritures.client.actes import Annulation, ApercuAnnulation, Blocage, PieceJointe
from ecritures.client.constats import Constat, Resultat
from ecritures.client.errors import (
    CleMalFormee,
    ClesRefusees,
    DelaiDepasse,
    ErreurLoop,
    LoopInjoignable,
    RefusLoop,
    ReponseInattendue,
)
from ecritures.client.loop import ClientLoop, Depot
from ecritures.client.operations import Carnet, DemandePartie, FormatADire
from ecritures.client.sdk import Client, Import
from ecritures.client.sdk_async import ClientAsync, ImportAsync
from ecritures.client.signature import SignatureInvalide, verifier_signature
from ecritures.client.status import ImportStatus

__all__ = [
    "Annulation",
    "ApercuAnnulation",
    "Blocage",
    "Carnet",
    "CleMalFormee",
    "ClesRefusees",
    "Client",
    "ClientAsync",
    "ClientLoop",
    "Constat",
    "DelaiDepasse",
    "DemandePartie",
    "Depot",
    "ErreurLoop",
    "FormatADire",
    "Import",
    "ImportAsync",
    "ImportStatus",
    "LoopInjoignable",
    "PieceJointe",
    "RefusLoop",
    "ReponseInattendue",
    "Resultat",
    "SignatureInvalide",
    "verifier_signature",
]
