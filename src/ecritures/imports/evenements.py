"""What happens to an import, as its webhooks are told. The end and the cancel of an import are told by the register itself, in
the transaction that writes them; ``emettre`` is for whoever must be sure that an event was told, and changes nothing then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ecritures.imports.ports import Demande
from ecritures.imports.state import State
from ecritures.imports.webhooks import IMPORT_EN_ERREUR, IMPORT_TERMINE, Webhooks


def emettre(webhooks: Webhooks, demande: Demande, evenement: str) -> int:
    """Messages written now: 0 when they all were. May run again."""
    return webhooks.emettre(demande.id, evenement)


def end_event(vers: State) -> str | None:
    """The event of a final state; None for the others."""
    return {State.TERMINE: IMPORT_TERMINE, State.EN_ERREUR: IMPORT_EN_ERREUR}.get(vers)


def event_id(import_id: str, evenement: str) -> str:
    """An event happens once to an import: its id says both, so that it is not told twice."""
    return f"{import_id}.{evenement.rpartition('.')[2]}"


def message(evenement: str, instant: str, importe: Mapping[str, Any]) -> str:
    """The body of the message, JSON in UTF-8. What it says of the import is what ``GET /api/v1/imports/{id}`` says of it, in
    short: the receiver asks for the rest."""
    corps = {"id": event_id(importe["id"], evenement), "evenement": evenement, "instant": instant, "import": importe}
    return json.dumps(corps, ensure_ascii=False, separators=(",", ":"))
