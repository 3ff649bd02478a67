"""The status of one import, as the contract gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EN_ATTENTE, EN_COURS, TERMINE, EN_ERREUR = 1, 2, 3, 4

LIBELLES = {
    EN_ATTENTE: "En attente",
    EN_COURS: "Fichier en cours d'intégration",
    TERMINE: "Terminé avec succès",
    EN_ERREUR: "Terminé avec erreur",
}


@dataclass(frozen=True)
class ImportStatus:
    """``status`` is the contract's integer. ``message`` says why an import ended in error; Loop itself gives none."""

    id: str
    code_ibs: str
    domain: str
    status: int
    creation_date: datetime | None
    last_update: datetime | None
    message: str | None = None

    @classmethod
    def parse(cls, corps: Mapping[str, Any]) -> ImportStatus:
        """Raises KeyError, TypeError or ValueError when the answer is not a status."""
        message = corps.get("message")
        return cls(
            id=str(corps["id"]),
            code_ibs=str(corps["codeIBS"]),
            domain=str(corps["domain"]),
            status=int(corps["status"]),
            creation_date=_instant(corps.get("creationDate")),
            last_update=_instant(corps.get("lastUpdate")),
            message=None if message is None else str(message),
        )

    @property
    def est_fini(self) -> bool:
        """An unexpected status counts as still running."""
        return self.status in (TERMINE, EN_ERREUR)

    @property
    def est_reussi(self) -> bool:
        return self.status == TERMINE

    @property
    def libelle(self) -> str:
        return LIBELLES.get(self.status, f"Statut {self.status}")


def _instant(texte: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(texte).replace("Z", "+00:00"))
    except ValueError:
        return None
