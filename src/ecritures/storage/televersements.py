"""Uploads by pieces: their rows in the catalogue, their bytes beside the originals (imports.televersements.Televersements)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import DecalageInattendu, TeleversementInconnu, TropDeTeleversements
from ecritures.imports.limits import PURGE_LIGNES_MAX
from ecritures.imports.televersements import (
    OUVERTS_MAX,
    Morceau,
    NouveauTeleversement,
    Televersement,
)
from ecritures.storage.bases import Base
from ecritures.storage.morceaux import Morceaux, open_morceaux
from ecritures.storage.tables import CABINETS, TELEVERSEMENTS, TELEVERSEMENTS_MORCEAUX
from ecritures.storage.temps import en_ms, instant, maintenant_ms

__all__ = ["RegistreTeleversements", "open_morceaux"]


class RegistreTeleversements:
    """A row is written after the bytes that it counts, and removed before them: it never names what is not there."""

    def __init__(self, base: Base, morceaux: Morceaux) -> None:
        self._base, self._morceaux = base, morceaux

    def ouvrir(self, nouveau: NouveauTeleversement, duree_s: int) -> Televersement:
        maintenant = maintenant_ms()
        valeurs: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "domain": nouveau.domain,
            "acteur": nouveau.acteur,
            "dossier": nouveau.dossier,
            "nom_fichier": nouveau.nom_fichier,
            "taille_octets": nouveau.taille_octets,
            "recus_octets": 0,
            "sha256": nouveau.sha256,
            "creation_ms": maintenant,
            "expiration_ms": maintenant + duree_s * 1000,
        }
        t = TELEVERSEMENTS.c
        ouverts = sa.select(sa.func.count()).where(
            t.domain == nouveau.domain, t.recus_octets < t.taille_octets, t.expiration_ms > maintenant
        )
        with self._base.ecriture() as connexion:
            # the firm's row is the turn of its openings: two at once do not pass the bound together
            connexion.execute(sa.select(CABINETS.c.domain).where(CABINETS.c.domain == nouveau.domain).with_for_update())
            if connexion.execute(ouverts).scalar_one() >= OUVERTS_MAX:
                raise TropDeTeleversements(OUVERTS_MAX)
            connexion.execute(sa.insert(TELEVERSEMENTS).values(valeurs))
        return _televersement(valeurs)

    def lire(self, televersement: str) -> Televersement | None:
        with self._base.lecture() as connexion:
            return _lire(connexion, televersement)

    def deposer(self, televersement: str, octets: bytes) -> Morceau:
        return Morceau(self._morceaux.ecrire(televersement, octets), len(octets))

    def compter(self, televersement: str, debut: int, morceaux: Sequence[Morceau]) -> int:
        fin = debut + sum(morceau.taille_octets for morceau in morceaux)
        celui_ci = sa.and_(
            TELEVERSEMENTS.c.id == televersement,
            TELEVERSEMENTS.c.recus_octets == debut,
            TELEVERSEMENTS.c.expiration_ms > maintenant_ms(),
        )
        with self._base.ecriture() as connexion:
            fait = connexion.execute(sa.update(TELEVERSEMENTS).where(celui_ci).values(recus_octets=fin))
            if fait.rowcount != 1:
                lu = _lire(connexion, televersement)
                if lu is None:
                    raise TeleversementInconnu(televersement)
                raise DecalageInattendu(debut, lu.recus_octets)
            if morceaux:
                connexion.execute(sa.insert(TELEVERSEMENTS_MORCEAUX), _lignes(televersement, debut, morceaux))
        return fin

    def oublier(self, televersement: str, morceaux: Sequence[Morceau]) -> None:
        if morceaux:
            self._morceaux.effacer(televersement, [morceau.objet for morceau in morceaux])

    def contenu(self, televersement: str) -> Iterator[bytes]:
        m = TELEVERSEMENTS_MORCEAUX.c
        requete = sa.select(m.objet).where(m.televersement == televersement).order_by(m.debut)
        with self._base.lecture() as connexion:
            noms = list(connexion.execute(requete).scalars())
        try:
            yield from self._morceaux.lire(televersement, noms)
        except FileNotFoundError:  # given up, or purged, meanwhile
            raise TeleversementInconnu(televersement) from None

    def vider(self, televersement: str) -> None:
        with self._base.ecriture() as connexion:
            connexion.execute(_sans_morceaux(TELEVERSEMENTS_MORCEAUX.c.televersement == televersement))
        self._morceaux.effacer(televersement)

    def abandonner(self, televersement: str) -> bool:
        verrou = sa.select(TELEVERSEMENTS.c.id).where(TELEVERSEMENTS.c.id == televersement).with_for_update()
        with self._base.ecriture() as connexion:
            connexion.execute(verrou)  # a piece being counted is counted first, then removed with the others
            connexion.execute(_sans_morceaux(TELEVERSEMENTS_MORCEAUX.c.televersement == televersement))
            fait = connexion.execute(sa.delete(TELEVERSEMENTS).where(TELEVERSEMENTS.c.id == televersement))
        self._morceaux.effacer(televersement)
        return fait.rowcount == 1

    def purger(self, maintenant: datetime, orphelins_avant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        expires = sa.select(TELEVERSEMENTS.c.id).where(TELEVERSEMENTS.c.expiration_ms <= en_ms(maintenant))
        with self._base.lecture() as connexion:
            vieux = list(connexion.execute(expires.limit(limite)).scalars())
        nombre = sum(self.abandonner(televersement) for televersement in vieux)
        self._morceaux.balayer(orphelins_avant)
        return nombre


def _lire(connexion: sa.Connection, televersement: str) -> Televersement | None:
    requete = sa.select(TELEVERSEMENTS).where(
        TELEVERSEMENTS.c.id == televersement, TELEVERSEMENTS.c.expiration_ms > maintenant_ms()
    )
    ligne = connexion.execute(requete).mappings().first()
    return None if ligne is None else _televersement(ligne)


def _lignes(televersement: str, debut: int, morceaux: Sequence[Morceau]) -> list[dict[str, Any]]:
    lignes = []
    for morceau in morceaux:
        lignes.append(
            {
                "televersement": televersement,
                "debut": debut,
                "taille_octets": morceau.taille_octets,
                "objet": morceau.objet,
            }
        )
        debut += morceau.taille_octets
    return lignes


def _sans_morceaux(lesquels: sa.ColumnElement[bool]) -> sa.Delete:
    return sa.delete(TELEVERSEMENTS_MORCEAUX).where(lesquels)


def _televersement(ligne: Mapping[str, Any] | sa.RowMapping) -> Televersement:
    return Televersement(
        id=ligne["id"],
        domain=ligne["domain"],
        acteur=ligne["acteur"],
        dossier=ligne["dossier"],
        nom_fichier=ligne["nom_fichier"],
        taille_octets=ligne["taille_octets"],
        recus_octets=ligne["recus_octets"],
        sha256=ligne["sha256"],
        creation=instant(ligne["creation_ms"]),
        expiration=instant(ligne["expiration_ms"]),
    )
