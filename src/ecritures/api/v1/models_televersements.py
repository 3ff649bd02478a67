"""Shapes of the uploads by pieces and of the attachments of an import."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ecritures.api.v1.models import CODE, Entree
from ecritures.imports.receive import NOM_MAX

TAILLE_MAX = (1 << 53) - 1
"""Largest integer that every JSON reader keeps exact; the true bound is a setting."""


class NouveauTeleversement(Entree):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"dossier": CODE, "nom_fichier": "812345676FEC20261231.txt", "taille_octets": 94371840}]
        }
    )

    dossier: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(description="Code du dossier.")
    nom_fichier: Annotated[str, StringConstraints(min_length=1, max_length=NOM_MAX)]
    taille_octets: Annotated[int, Field(strict=True, ge=1, le=TAILLE_MAX)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="Empreinte du fichier entier, vérifiée avant l'import."
    )


class TeleversementLu(BaseModel):
    id: str = Field(description="Aussi l'identifiant de l'import qui en sera fait.")
    dossier: str = Field(examples=[CODE])
    nom_fichier: str
    taille_octets: int
    recus_octets: int = Field(description="Octets reçus : le morceau suivant commence là.")
    sha256: str | None
    creation: datetime
    expiration: datetime = Field(description="Inachevé ou non, il est ensuite effacé.")
    import_id: str | None = Field(description="L'import qui en est fait ; null : pas encore demandé.")


class PieceJointeLue(BaseModel):
    numero_ligne: int = Field(description="Rang de la ligne d'écriture dans la demande, à partir de 1.")
    etat: Literal["a_prendre", "prise", "manquante"]
    nom_fichier: str | None
    sha256: str | None
    taille_octets: int | None
    essais: int
    prochain: datetime | None = Field(description="Prochain essai, tant qu'elle est à prendre.")
    motif: str | None = Field(description="Pourquoi elle n'est pas là.")


class PagePiecesJointes(BaseModel):
    pieces_jointes: list[PieceJointeLue]
    suivant: int | None
