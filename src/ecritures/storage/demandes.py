"""The register of imports: requests, their states, their comptes rendus (imports.ports.Demandes)."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ecritures.imports.ports import Demande, NouvelleDemande
from ecritures.imports.state import State, origins
from ecritures.storage.bases import Base
from ecritures.storage.tables import IMPORTS
from ecritures.storage.temps import instant, maintenant_ms

Enfiler = Callable[[sa.Connection, str, int, int], None]
"""Queues the job of an import (id, dossier, rank of arrival) inside the caller's transaction."""


class RegistreDemandes:
    """``enfiler`` is given by main: the register and the queue share one transaction, not their code."""

    def __init__(self, base: Base, enfiler: Enfiler) -> None:
        self._base = base
        self._enfiler = enfiler

    def enregistrer(self, nouvelle: NouvelleDemande) -> Demande:
        maintenant = maintenant_ms()
        valeurs = {
            "id": str(uuid.uuid4()),
            "identifiant_interne": f"{maintenant // 1000:08x}{secrets.token_hex(8)}",
            "domain": nouvelle.domain,
            "dossier": nouvelle.dossier,
            "code_ibs": nouvelle.code_ibs,
            "format": nouvelle.format,
            "nom_fichier": nouvelle.nom_fichier,
            "origine": nouvelle.origine,
            "state": State.EN_ATTENTE.value,
            "creation_ms": maintenant,
            "derniere_maj_ms": maintenant,
            "uri": nouvelle.uri,
            "url": nouvelle.url,
            "siret": nouvelle.siret,
            "sha256": nouvelle.sha256,
        }
        with self._base.ecriture() as connexion:
            rang = connexion.execute(sa.insert(IMPORTS).values(valeurs)).inserted_primary_key
            assert rang is not None, "an insert gives its key"
            self._enfiler(connexion, str(valeurs["id"]), nouvelle.dossier, rang[0])
        return _demande({**dict.fromkeys(IMPORTS.columns.keys()), **valeurs})

    def lire(self, import_id: str) -> Demande | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(IMPORTS).where(IMPORTS.c.id == import_id)).mappings().first()
        return _demande(ligne) if ligne else None

    def avancer(
        self, import_id: str, vers: State, *, message: str | None = None, compte_rendu: Mapping[str, Any] | None = None
    ) -> bool:
        valeurs: dict[str, Any] = {"state": vers.value, "derniere_maj_ms": maintenant_ms()}
        if message is not None:
            valeurs["message"] = message
        if compte_rendu is not None:
            valeurs["compte_rendu"] = json.dumps(compte_rendu, ensure_ascii=False)
        if vers.est_final:
            valeurs["url"] = None
        depuis = [etat.value for etat in origins(vers)]
        with self._base.ecriture() as connexion:
            fait = connexion.execute(
                sa.update(IMPORTS).where(IMPORTS.c.id == import_id, IMPORTS.c.state.in_(depuis)).values(valeurs)
            )
            return fait.rowcount == 1

    def compter_essai(self, import_id: str) -> int:
        requete = sa.update(IMPORTS).where(IMPORTS.c.id == import_id).values(essais=IMPORTS.c.essais + 1)
        with self._base.ecriture() as connexion:
            return int(connexion.execute(requete.returning(IMPORTS.c.essais)).scalar_one())

    def noter_original(self, import_id: str, sha256: str, taille_octets: int) -> None:
        with self._base.ecriture() as connexion:
            connexion.execute(
                sa.update(IMPORTS).where(IMPORTS.c.id == import_id).values(sha256=sha256, taille_octets=taille_octets)
            )

    def memes_octets(self, dossier: int, sha256: str, sauf: str) -> Sequence[Demande]:
        requete = (
            sa.select(IMPORTS)
            .where(
                IMPORTS.c.dossier == dossier,
                IMPORTS.c.sha256 == sha256,
                IMPORTS.c.id != sauf,
                IMPORTS.c.state == State.TERMINE.value,
            )
            .order_by(IMPORTS.c.rang)
        )
        with self._base.lecture() as connexion:
            return [_demande(ligne) for ligne in connexion.execute(requete).mappings()]

    def lister(
        self, domain: str, *, dossier: int | None = None, apres: str | None = None, limite: int = 50
    ) -> Sequence[Demande]:
        requete = sa.select(IMPORTS).where(IMPORTS.c.domain == domain).order_by(IMPORTS.c.rang.desc()).limit(limite)
        if dossier is not None:
            requete = requete.where(IMPORTS.c.dossier == dossier)
        if apres is not None:
            dernier = (
                sa.select(IMPORTS.c.rang).where(IMPORTS.c.id == apres, IMPORTS.c.domain == domain).scalar_subquery()
            )
            requete = requete.where(IMPORTS.c.rang < dernier)
        with self._base.lecture() as connexion:
            return [_demande(ligne) for ligne in connexion.execute(requete).mappings()]


def _demande(ligne: Mapping[str, Any] | sa.RowMapping) -> Demande:
    return Demande(
        id=ligne["id"],
        identifiant_interne=ligne["identifiant_interne"],
        domain=ligne["domain"],
        dossier=ligne["dossier"],
        code_ibs=ligne["code_ibs"],
        format=ligne["format"],
        nom_fichier=ligne["nom_fichier"],
        origine=ligne["origine"],
        state=State(ligne["state"]),
        creation=instant(ligne["creation_ms"]),
        derniere_maj=instant(ligne["derniere_maj_ms"]),
        uri=ligne["uri"],
        url=ligne["url"],
        siret=ligne["siret"],
        sha256=ligne["sha256"],
        taille_octets=ligne["taille_octets"],
        message=ligne["message"],
        compte_rendu=json.loads(ligne["compte_rendu"]) if ligne["compte_rendu"] else None,
    )
