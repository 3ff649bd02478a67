"""Shapes of the dialect, for the OpenAPI document. Names and spelling are Loop's, ours where the contract has none."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

GUID = "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"
DEPOT_URI = "7b1d2c30-52c4-4e1e-9a0f-0d6a4a1f9f10/812345676FEC20251231.txt"
IMPORT_JSON: dict[str, Any] = {
    "codeIbs": "DEMO001",
    "data": {
        "contexte": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-01-31T00:00:00.000Z"},
        "options": {"createNewJournaux": True, "createNewComptes": True},
        "ecritures": [
            {
                "date": "2026-01-12T00:00:00.000Z",
                "journal": "AC",
                "compte": compte,
                "libelle": "Electricite janvier",
                "reference": "EDF-0112",
                "debit": {"amount": debit},
                "credit": {"amount": credit},
            }
            for compte, debit, credit in (("60610000", 250, 0), ("40100000", 0, 250))
        ],
    },
}
MOTIF_GUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
MOTIF_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"


class ImportTraPostRequest(BaseModel):
    """Exactement un des deux champs `URI` et `URL` est rempli ; l'autre est vide ou absent. Les clés s'écrivent dans
    n'importe quelle casse."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"codeIbs": "DEMO001", "URI": DEPOT_URI}]})

    codeIbs: str = Field(description="Code du dossier.")
    URI: str | None = Field(None, description="Chemin relatif rendu par `getFileUrlDeposit`, après l'envoi du fichier.")
    URL: str | None = Field(None, description="Adresse du fichier, valable au moins 24 heures.")
    SIRET: str | None = Field(None, description="Établissement à servir : 14 chiffres.")


class ImportFECPostRequest(ImportTraPostRequest):
    """Comme `ImportTraPostRequest`, pour un FEC."""


class ImportPersoPostRequest(ImportTraPostRequest):
    """Comme `ImportTraPostRequest`, pour un fichier décrit par un modèle enregistré du cabinet."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"codeIbs": "DEMO001", "URI": DEPOT_URI, "modele": "CAISSE"}]}
    )

    modele: str | None = Field(None, description="Nom du modèle d'import ; `MODELE` est admis.", examples=["CAISSE"])


class ImportJsonPostRequest(BaseModel):
    """Les écritures sont dans le corps : `data.ecritures` est la liste plate de leurs lignes."""

    model_config = ConfigDict(json_schema_extra={"examples": [IMPORT_JSON]})

    codeIbs: str = Field(description="Code du dossier.")
    SIRET: str | None = Field(None, description="Établissement des lignes qui n'en donnent pas : 14 chiffres.")
    data: dict[str, Any] = Field(
        description="`contexte` (`from`, `to`), `options` et `ecritures`, au moins deux lignes."
    )


class DepotAnswer(BaseModel):
    depositUrl: str = Field(description="Adresse signée où envoyer le fichier par PUT, sans clés.")
    uri: str = Field(description="À donner comme `URI` à l'import.", examples=[DEPOT_URI])


class ImportAnswer(BaseModel):
    accountingImportRequestId: str = Field(
        description="À donner à `getImportStatus`.", pattern=MOTIF_GUID, examples=[GUID]
    )


class StatusAnswer(BaseModel):
    """État d'une demande. `status` : 1 en attente, 2 en cours d'intégration, 3 terminé avec succès, 4 terminé avec erreur."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    internal_id: str = Field(alias="_id", description="Identifiant interne.", pattern="^[0-9a-f]{24}$")
    id: str = Field(description="L'`accountingImportRequestId`.", pattern=MOTIF_GUID, examples=[GUID])
    creationDate: str = Field(pattern=MOTIF_INSTANT, examples=["2026-03-02T08:41:39.911Z"])
    lastUpdate: str = Field(pattern=MOTIF_INSTANT, examples=["2026-03-02T08:41:42.311Z"])
    codeIBS: str = Field(examples=["DEMO001"])
    domain: str = Field(examples=["CABINETDEMO"])
    status: Literal[1, 2, 3, 4] = Field(examples=[3])
    version: int = Field(alias="__v", examples=[0])
    message: str | None = Field(None, description="Présent quand `status` vaut 4, et alors seulement : le motif.")


class ErrorDetail(BaseModel):
    instanceId: str = Field(description="Instance du service qui a répondu.", pattern=MOTIF_GUID)
    message: str = Field(examples=["Le codeIbs n'est pas spécifié."])


class ErrorAnswer(BaseModel):
    """Demande refusée : rien n'a été créé."""

    error: ErrorDetail


class GatewayError(BaseModel):
    """Refus de la passerelle : clés, adresse."""

    statusCode: int = Field(examples=[401])
    message: str
