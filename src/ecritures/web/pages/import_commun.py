"""What the screens of one import share: the import of the path, and what its compte rendu says in the order of the screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from ecritures.api.access import App, may_see
from ecritures.api.body import clean
from ecritures.domain.constat import Severity
from ecritures.domain.errors import ImportInconnu
from ecritures.imports.ports import Demande
from ecritures.web.personne import Moi

GRAVITES = tuple(s.value for s in Severity)
RANG_MAX = (1 << 31) - 1
_RANGS = {gravite: rang for rang, gravite in enumerate(GRAVITES)}


def import_of_path(id: UUID, moi: Moi, app: App) -> Demande:
    """The import of ``/imports/{id}``. Raises ImportInconnu, another firm's included."""
    demande = app.demandes.lire(str(id))
    if demande is None or not may_see(moi.acces, demande.domain, demande.dossier):
        raise ImportInconnu(str(id))
    return demande


ImportDuChemin = Annotated[Demande, Depends(import_of_path)]


@dataclass(frozen=True)
class Choix:
    """Which findings are looked at."""

    regle: str = ""
    gravite: str = ""

    @property
    def filtre(self) -> dict[str, str | None]:
        """Arguments of the port."""
        return {"code": self.regle or None, "severite": self.gravite or None}

    def avec(self, **autres: Any) -> str:
        """The query of an address: this choice, changed or completed; what is empty is left out."""
        champs = {"gravite": self.gravite, "regle": self.regle, **autres}
        texte = urlencode({nom: v for nom, v in champs.items() if v not in (None, "")})
        return f"?{texte}" if texte else ""


def asked(
    regle: Annotated[str, Query(max_length=100)] = "", gravite: Annotated[str, Query(max_length=20)] = ""
) -> Choix:
    return Choix(clean(regle), gravite if gravite in GRAVITES else "")


ChoixDemande = Annotated[Choix, Depends(asked)]


def groups(demande: Demande) -> list[Mapping[str, Any]]:
    """The rules found, with their true counts: the gravest first, then the most frequent."""
    regles: Sequence[Mapping[str, Any]] = counts(demande).get("par_regle", ())
    return sorted(regles, key=lambda r: (_RANGS[r["severite"]], -r["nombre"], r["id"]))


def counts(demande: Demande) -> Mapping[str, Any]:
    """Counts of findings as the compte rendu has them; empty before the check."""
    constats: Mapping[str, Any] = (demande.compte_rendu or {}).get("constats") or {}
    return constats
