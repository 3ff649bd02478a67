"""Step 1, by pieces: an upload is opened, its bytes come in as many requests as the line allows, then its import is asked for."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace

from ecritures.domain.errors import (
    DecalageInattendu,
    EmpreinteDifferente,
    FichierTropGros,
    MorceauTropPetit,
    ServiceIndisponible,
    TeleversementDejaImporte,
    TeleversementInacheve,
    TeleversementInconnu,
)
from ecritures.formats.conteneur import est_archive
from ecritures.formats.detect import DEBUT_OCTETS
from ecritures.imports.a_blanc import detect
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.imports.receive import Choix, receive_kept
from ecritures.imports.televersements import MORCEAU_OCTETS_MIN, Morceau, NouveauTeleversement, Televersement


def open_upload(
    dossier: Dossier, acteur: str, nom_fichier: str, taille_octets: int, sha256: str | None, app: Ports
) -> Televersement:
    """Raises FichierTropGros before a byte is sent, TropDeTeleversements."""
    if taille_octets > app.limits.fichier_taille_octets_max:
        raise FichierTropGros(app.limits.fichier_taille_octets_max)
    nouveau = NouveauTeleversement(dossier.domain, acteur, dossier.dossier, nom_fichier, taille_octets, sha256)
    return app.televersements.ouvrir(nouveau, app.limits.televersement_validite_s)


class Ajout:
    """What one request adds to an upload. Each block counts as soon as it is kept, so that a request cut short is not lost;
    with an announced hash, all of them together, once it is verified."""

    def __init__(self, televersement: Televersement, debut: int, sha256: bytes | None, app: Ports) -> None:
        """Raises DecalageInattendu."""
        if debut != televersement.recus_octets:
            raise DecalageInattendu(debut, televersement.recus_octets)
        self._televersement, self._debut, self._attendu = televersement, debut, sha256
        self._registre = app.televersements
        self._empreinte = hashlib.sha256()
        self._recus, self._en_attente = 0, list[Morceau]()

    def prendre(self, octets: bytes) -> None:
        """One block, which is not the last. Raises DecalageInattendu when another request was faster, TeleversementInconnu."""
        self._recus += len(octets)
        if self._attendu is not None:
            self._empreinte.update(octets)
        if octets:
            self._en_attente.append(self._registre.deposer(self._televersement.id, octets))
        if self._attendu is None:
            self._compter()

    def finir(self, octets: bytes) -> int:
        """The last block, empty if the one before was it; gives how many bytes of the file are received. Raises
        MorceauTropPetit, EmpreinteDifferente, and as ``prendre``."""
        total = self._recus + len(octets)
        finit = self._debut + total == self._televersement.taille_octets
        if 0 < total < MORCEAU_OCTETS_MIN and not finit:
            raise MorceauTropPetit(total, MORCEAU_OCTETS_MIN)
        self.prendre(octets)
        if self._attendu is not None and self._empreinte.digest() != self._attendu:
            raise EmpreinteDifferente("de ce morceau", "l'envoyer de nouveau")
        return self._compter()

    def renoncer(self) -> None:
        """What was kept and does not count is removed; if the store does not answer, the purge does it."""
        perdus, self._en_attente = self._en_attente, []
        with suppress(ServiceIndisponible):
            self._registre.oublier(self._televersement.id, perdus)

    def _compter(self) -> int:
        debut = self._debut + self._recus - sum(morceau.taille_octets for morceau in self._en_attente)
        recus = self._registre.compter(self._televersement.id, debut, self._en_attente)
        self._en_attente = []
        return recus


def import_upload(televersement: Televersement, dossier: Dossier, choix: Choix, app: Ports) -> Demande:
    """The import of a whole upload, whose id it has: asked for again, the same. Raises TeleversementInacheve,
    TeleversementDejaImporte, EmpreinteDifferente, ModeleInconnu, FormatInconnu."""
    try:
        demande = app.demandes.lire(televersement.id) or _register(televersement, dossier, choix, app)
    except TeleversementInconnu:  # emptied meanwhile: the same request was faster, or it was given up
        faite = app.demandes.lire(televersement.id)
        if faite is None:
            raise
        demande = faite
    voulu = "perso" if choix.modele else choix.format_
    if voulu not in (None, demande.format) or demande.siret != choix.siret or not _same(demande.modele, choix.modele):
        raise TeleversementDejaImporte(demande.id)
    with suppress(ServiceIndisponible):  # its bytes are among the originals; what stays here is purged in time
        app.televersements.vider(televersement.id)
    return demande


def _register(televersement: Televersement, dossier: Dossier, choix: Choix, app: Ports) -> Demande:
    if not televersement.est_complet:
        raise TeleversementInacheve(televersement.recus_octets, televersement.taille_octets)
    if choix.modele is None and choix.format_ is None:
        choix = replace(choix, format_=detect(_beginning(televersement, app), televersement.nom_fichier))
    contenu = app.televersements.contenu(televersement.id)
    sha256, taille_octets = app.originaux.garder(contenu, app.limits.fichier_taille_octets_max)
    if taille_octets != televersement.taille_octets:  # emptied while it was read
        raise TeleversementInconnu(televersement.id)
    if televersement.sha256 is not None and televersement.sha256 != sha256:
        raise EmpreinteDifferente("du fichier reçu", "abandonner ce téléversement et envoyer le fichier de nouveau")
    return receive_kept(
        dossier, choix, app,
        sha256=sha256, taille_octets=taille_octets, nom=televersement.nom_fichier, import_id=televersement.id,
    )  # fmt: skip


def _beginning(televersement: Televersement, app: Ports) -> bytes:
    """Enough to tell the format; all of an archive, whose directory is at its end."""
    lus = bytearray()
    for morceau in app.televersements.contenu(televersement.id):
        lus += morceau
        if len(lus) >= DEBUT_OCTETS and not est_archive(bytes(lus[:DEBUT_OCTETS])):
            break
    return bytes(lus)


def _same(garde: str | None, demande: str | None) -> bool:
    """Names of models are compared without regard to case."""
    return (garde or "").casefold() == (demande or "").casefold()
