"""Client of the import API, for our server and for Cegid Loop alike: it knows the published contract and nothing else.

with ClientLoop(base_url, subscription_key, api_key) as client:
    statut = client.import_file("ventes.TRA", code_ibs="DEMO001", format_="tra")
"""

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
from ecritures.client.status import ImportStatus

__all__ = [
    "CleMalFormee",
    "ClesRefusees",
    "ClientLoop",
    "DelaiDepasse",
    "Depot",
    "ErreurLoop",
    "ImportStatus",
    "LoopInjoignable",
    "RefusLoop",
    "ReponseInattendue",
]
