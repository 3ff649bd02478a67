"""The register of imports: requests, their states, their comptes rendus (imports.ports.Demandes)."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.imports.etapes import EtapeFaite
from ecritures.imports.evenements import end_event
from ecritures.imports.historique import Etat, cle_de_nom
from ecritures.imports.ports import Demande, NouvelleDemande
from ecritures.imports.state import State, origins
from ecritures.imports.webhooks import IMPORT_ANNULE
from ecritures.storage import etapes as steps
from ecritures.storage.bases import Base
from ecritures.storage.historique_colonnes import known, mesures
from ecritures.storage.idempotence import import_deja_enregistre, noter_import
from ecritures.storage.livraisons import inscrire
from ecritures.storage.tables import IMPORTS
from ecritures.storage.temps import en_ms, instant, maintenant_ms

Enfiler = Callable[[sa.Connection, str, int, int], None]
"""Queues the job of an import (id, dossier, rank of arrival) inside the caller's transaction."""


_NON_LUES = {"compte_rendu": None, "options": None}
_SUIVI = sa.select(*(c for c in IMPORTS.c if c.name not in _NON_LUES)).where(IMPORTS.c.id == sa.bindparam("id"))


class RegistreDemandes:
    """``enfiler`` is given by main: the register and the queue share one transaction, not their code."""

    def __init__(self, base: Base, enfiler: Enfiler) -> None:
        self._base = base
        self._enfiler = enfiler

    def enregistrer(self, nouvelle: NouvelleDemande) -> Demande:
        try:
            return self._inscrire(nouvelle)
        except sa.exc.IntegrityError:  # an id chosen by the caller (an upload's) is one import, whoever was first
            deja = None if nouvelle.id is None else self.lire(nouvelle.id)
            if deja is None:
                raise
            return deja

    def _inscrire(self, nouvelle: NouvelleDemande) -> Demande:
        maintenant = maintenant_ms()
        valeurs = {
            "id": nouvelle.id or str(uuid.uuid4()),
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
            "taille_octets": nouvelle.taille_octets,
            "modele": nouvelle.modele,
            "options": json.dumps(nouvelle.options, ensure_ascii=False) if nouvelle.options else None,
            "repare": nouvelle.repare,
            "demandeur": nouvelle.demandeur,
            "etat": Etat.EN_ATTENTE.value,
            "nom_cle": cle_de_nom(nouvelle.nom_fichier),
        }
        with self._base.ecriture() as connexion:
            deja = import_deja_enregistre(connexion)  # the same request, whose answer was lost
            if deja is not None:
                return as_demande(connexion.execute(sa.select(IMPORTS).where(IMPORTS.c.id == deja)).mappings().one())
            rang = connexion.execute(sa.insert(IMPORTS).values(valeurs)).inserted_primary_key
            assert rang is not None, "an insert gives its key"
            self._enfiler(connexion, str(valeurs["id"]), nouvelle.dossier, rang[0])
            noter_import(connexion, str(valeurs["id"]))
        return as_demande({**dict.fromkeys(IMPORTS.columns.keys()), **valeurs})

    def lire(self, import_id: str) -> Demande | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(IMPORTS).where(IMPORTS.c.id == import_id)).mappings().first()
        return as_demande(ligne) if ligne else None

    def suivre(self, import_id: str) -> Demande | None:
        with self._base.consultation() as connexion:
            ligne = connexion.execute(_SUIVI, {"id": import_id}).mappings().first()
        return as_demande({**_NON_LUES, **ligne}) if ligne else None

    def avancer(
        self,
        import_id: str,
        vers: State,
        *,
        message: str | None = None,
        compte_rendu: Mapping[str, Any] | None = None,
        pieces_a_prendre: bool = False,
        etapes: Sequence[EtapeFaite] = (),
    ) -> bool:
        valeurs: dict[str, Any] = {"state": vers.value, "etat": vers.value, "derniere_maj_ms": maintenant_ms()}
        if pieces_a_prendre:
            valeurs["pieces_prochain_ms"] = maintenant_ms()
        if message is not None:
            valeurs["message"] = message
        if compte_rendu is not None:
            valeurs["compte_rendu"] = json.dumps(compte_rendu, ensure_ascii=False)
            valeurs |= mesures(compte_rendu)
        if vers.est_final:
            valeurs["url"] = None
        depuis = [etat.value for etat in origins(vers)]
        with self._base.ecriture() as connexion:
            steps.note(connexion, import_id, etapes)
            fait = connexion.execute(
                sa.update(IMPORTS).where(IMPORTS.c.id == import_id, IMPORTS.c.state.in_(depuis)).values(valeurs)
            )
            evenement = end_event(vers)
            if fait.rowcount == 1 and evenement is not None:
                inscrire(connexion, import_id, evenement)
            return fait.rowcount == 1

    def noter_etapes(self, import_id: str, faites: Sequence[EtapeFaite]) -> None:
        with self._base.ecriture() as connexion:
            steps.note(connexion, import_id, faites)

    def etapes(self, import_id: str) -> Sequence[EtapeFaite]:
        with self._base.lecture() as connexion:
            return steps.read(connexion, import_id)

    def reparations(self, import_id: str) -> Sequence[Demande]:
        requete = sa.select(IMPORTS).where(IMPORTS.c.repare == import_id).order_by(IMPORTS.c.rang)
        with self._base.lecture() as connexion:
            return [as_demande(ligne) for ligne in connexion.execute(requete).mappings()]

    def annuler_en_attente(self, import_id: str, message: str, par: str) -> bool:
        maintenant = maintenant_ms()
        requete = sa.update(IMPORTS).where(IMPORTS.c.id == import_id, IMPORTS.c.state == State.EN_ATTENTE.value)
        valeurs = {"state": State.EN_ERREUR.value, "derniere_maj_ms": maintenant, "message": message, "url": None}
        valeurs |= {"annulation_ms": maintenant, "annule_par": par, "etat": Etat.ANNULE.value}
        with self._base.ecriture() as connexion:
            fait = connexion.execute(requete.values(**valeurs))
            if fait.rowcount == 1:
                inscrire(connexion, import_id, IMPORT_ANNULE)
            return fait.rowcount == 1

    def noter_annulation(self, import_id: str, par: str) -> bool:
        requete = sa.update(IMPORTS).where(IMPORTS.c.id == import_id, IMPORTS.c.annulation_ms.is_(None))
        maintenant = maintenant_ms()
        valeurs = {"annulation_ms": maintenant, "derniere_maj_ms": maintenant, "annule_par": par}
        valeurs |= {"etat": Etat.ANNULE.value, "pieces_prochain_ms": None}
        with self._base.ecriture() as connexion:
            fait = connexion.execute(requete.values(valeurs))
            if fait.rowcount == 1:
                inscrire(connexion, import_id, IMPORT_ANNULE)
            return fait.rowcount == 1

    def en_cours(self, dossier: int) -> int:
        vifs = [etat.value for etat in State if not etat.est_final]
        requete = sa.select(sa.func.count()).where(IMPORTS.c.dossier == dossier, IMPORTS.c.state.in_(vifs))
        with self._base.lecture() as connexion:
            return int(connexion.execute(requete).scalar_one())

    def reserver_pieces(self, maintenant: datetime, reprise: datetime) -> Demande | None:
        due = IMPORTS.c.pieces_prochain_ms <= en_ms(maintenant)
        with self._base.lecture() as connexion:
            requete = sa.select(IMPORTS).where(due).order_by(IMPORTS.c.pieces_prochain_ms).limit(1)
            ligne = connexion.execute(requete).mappings().first()
        if ligne is None:
            return None
        prise = sa.update(IMPORTS).where(IMPORTS.c.id == ligne["id"], due).values(pieces_prochain_ms=en_ms(reprise))
        with self._base.ecriture() as connexion:
            return as_demande(ligne) if connexion.execute(prise).rowcount == 1 else None

    def noter_pieces(self, import_id: str, bilan: Mapping[str, Any], prochaine: datetime | None) -> None:
        celui_ci = IMPORTS.c.id == import_id
        with self._base.ecriture() as connexion:
            lu = connexion.execute(sa.select(IMPORTS.c.compte_rendu).where(celui_ci)).scalar_one()
            rendu = {**(json.loads(lu) if lu else {}), "pieces_jointes": dict(bilan)}
            connexion.execute(
                sa.update(IMPORTS)
                .where(celui_ci)
                .values(
                    compte_rendu=json.dumps(rendu, ensure_ascii=False),
                    pieces_prochain_ms=en_ms(prochaine) if prochaine else None,
                )
            )

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
                IMPORTS.c.annulation_ms.is_(None),
            )
            .order_by(IMPORTS.c.rang)
        )
        with self._base.lecture() as connexion:
            return [as_demande(ligne) for ligne in connexion.execute(requete).mappings()]

    def noter_contenu(self, import_id: str, empreinte: str) -> None:
        with self._base.ecriture() as connexion:
            connexion.execute(sa.update(IMPORTS).where(IMPORTS.c.id == import_id).values(empreinte_contenu=empreinte))

    def memes_contenus(self, dossier: int, empreinte: str, sauf: str) -> Sequence[Demande]:
        requete = (
            sa.select(IMPORTS)
            .where(
                IMPORTS.c.dossier == dossier,
                IMPORTS.c.empreinte_contenu == empreinte,
                IMPORTS.c.id != sauf,
                IMPORTS.c.state == State.TERMINE.value,
                IMPORTS.c.annulation_ms.is_(None),
            )
            .order_by(IMPORTS.c.rang)
        )
        with self._base.lecture() as connexion:
            return [as_demande(ligne) for ligne in connexion.execute(requete).mappings()]

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
            return [as_demande(ligne) for ligne in connexion.execute(requete).mappings()]


def as_demande(ligne: Mapping[str, Any] | sa.RowMapping) -> Demande:
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
        modele=ligne["modele"],
        options=json.loads(ligne["options"]) if ligne["options"] else None,
        annulation=None if ligne["annulation_ms"] is None else instant(ligne["annulation_ms"]),
        annule_par=ligne["annule_par"],
        repare=ligne["repare"],
        demandeur=ligne["demandeur"],
        lignes=known(ligne["lignes"]),
        montant_centimes=known(ligne["montant_centimes"]),
    )
