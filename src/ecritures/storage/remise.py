"""Brings a sandbox back to its photo (imports.bac_a_sable.RemiseAZero).

A reset that is interrupted is finished at the next start: a marker is set first, then everything is put back, each part as
often as need be, and the marker goes in the transaction of the last part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import obstore
import sqlalchemy as sa
import structlog

from ecritures.domain.errors import BacASableSansPhoto, PasUnBacASable
from ecritures.imports.bac_a_sable import Verrou
from ecritures.storage import depots, files, morceaux, photo
from ecritures.storage.bases import Base
from ecritures.storage.livres import LivresSql
from ecritures.storage.objets import Emplacement, storage_errors
from ecritures.storage.photo import TABLES_CATALOGUE, TABLES_LIVRES, Photo
from ecritures.storage.tables import BACS_A_SABLE, CABINETS
from ecritures.storage.temps import reelle_ms
from ecritures.storage.verrou_bac import DOSSIER

JOURNAL = structlog.get_logger("ecritures.bac_a_sable")

ATTENTE_S = 30.0
"""How long a reset waits for what runs: longer than a step on a file for a test, shorter than a client's patience."""
REPRISE_S = 120.0
"""At a start, for the process that resets at that moment."""
FICHIERS = (files.DOSSIER, depots.DOSSIER, morceaux.DOSSIER)


class RemiseGardee:
    """``livres_dossier``: where SQLite keeps the books. ``annuler``: cancels the jobs. ``oublier``: what this process has
    not written yet is not to be written. ``relire``: its clock is another."""

    def __init__(
        self,
        base: Base,
        livres: LivresSql,
        livres_dossier: Path,
        emplacement: Emplacement,
        donnees: Path,
        verrou: Verrou,
        annuler: Callable[[], object],
        oublier: Callable[[], None],
        relire: Callable[[], None],
    ) -> None:
        self._base, self._livres, self._livres_dossier = base, livres, livres_dossier
        self._fichiers = [_fichiers(emplacement, nom) for nom in FICHIERS]
        self._chemin = donnees / DOSSIER / "depart.json"
        self._verrou, self._annuler, self._oublier, self._relire = verrou, annuler, oublier, relire

    def naitre(self) -> None:
        """Notes that these data are a sandbox's, if they hold no firm yet."""
        with self._base.lecture() as connexion:
            if _is_born(connexion) or connexion.execute(sa.select(CABINETS.c.domain).limit(1)).first() is not None:
                return
        try:
            with self._base.ecriture() as connexion:
                connexion.execute(sa.insert(BACS_A_SABLE).values(rang=1, decalage_ms=0))
        except sa.exc.IntegrityError:  # another process of the same start
            return

    def achever(self) -> None:
        """At a start: a reset that was interrupted is made."""
        if not self._est_commencee():
            return
        with self._verrou.exclusif(REPRISE_S):
            if self._est_commencee():
                JOURNAL.warning("bac_a_sable.remise_reprise")
                self._remettre(self._lire())

    def photographier(self) -> bool:
        with self._base.lecture() as connexion:
            if not _is_born(connexion) or self._chemin.exists():
                return False
            prise: Photo = {"catalogue": photo.take(connexion, TABLES_CATALOGUE)}
        prise["livres"] = {
            str(dossier): photo.take(connexion, TABLES_LIVRES) for dossier, connexion in self._lectures_livres()
        }
        prise["fichiers"] = [sorted(fichiers.lister()) for fichiers in self._fichiers]
        photo.write(prise, self._chemin)
        return True

    def remettre(self) -> None:
        with self._base.lecture() as connexion:
            if not _is_born(connexion):
                raise PasUnBacASable
        prise = self._lire()
        with self._verrou.exclusif(ATTENTE_S):
            with self._base.ecriture() as connexion:
                connexion.execute(sa.update(BACS_A_SABLE).values(remise_ms=reelle_ms()))
            self._remettre(prise)
        JOURNAL.info("bac_a_sable.remis_a_zero")

    def _remettre(self, prise: Photo) -> None:
        self._annuler()
        for fichiers, gardes in zip(self._fichiers, prise["fichiers"], strict=True):
            fichiers.retirer(fichiers.lister() - set(gardes))
        self._remettre_livres(prise["livres"])
        self._oublier()
        with self._base.ecriture() as connexion:
            photo.put_back(connexion, TABLES_CATALOGUE, prise["catalogue"])
            connexion.execute(sa.update(BACS_A_SABLE).values(decalage_ms=0, remise_ms=None))
        self._relire()

    def _remettre_livres(self, livres: dict[str, dict[str, photo.Lignes]]) -> None:
        """Files of SQLite are emptied and not removed: another process may hold them open."""
        dossiers = self._dossiers_sqlite() | {int(d) for d in livres} if self._base.est_sqlite else {0}
        for dossier in sorted(dossiers):
            with self._livres.base(dossier).ecriture() as connexion:
                photo.put_back(connexion, TABLES_LIVRES, livres.get(str(dossier), {}))

    def _lectures_livres(self) -> Iterator[tuple[int, sa.Connection]]:
        """A reading of the books: by dossier on SQLite, of all at once (0) on PostgreSQL."""
        for dossier in sorted(self._dossiers_sqlite()) if self._base.est_sqlite else [0]:
            with self._livres.base(dossier).lecture() as connexion:
                yield dossier, connexion

    def _dossiers_sqlite(self) -> set[int]:
        return {int(chemin.stem) for chemin in self._livres_dossier.glob("*/*.sqlite")}

    def _lire(self) -> Photo:
        prise = photo.read(self._chemin)
        if prise is None:
            raise BacASableSansPhoto
        return prise

    def _est_commencee(self) -> bool:
        with self._base.lecture() as connexion:
            return connexion.execute(sa.select(BACS_A_SABLE.c.remise_ms)).scalar() is not None


def _is_born(connexion: sa.Connection) -> bool:
    return connexion.execute(sa.select(BACS_A_SABLE.c.rang)).first() is not None


class _FichiersLocaux:
    def __init__(self, racine: Path) -> None:
        self._racine = racine

    def lister(self) -> set[str]:
        return {str(c.relative_to(self._racine)) for c in self._racine.rglob("*") if c.is_file()}

    def retirer(self, noms: set[str]) -> None:
        for nom in noms:
            (self._racine / nom).unlink(missing_ok=True)


class _FichiersObjets:
    def __init__(self, emplacement: Emplacement, dossier: str) -> None:
        self._objets = emplacement.store(dossier)

    def lister(self) -> set[str]:
        with storage_errors():
            return {str(objet["path"]) for paquet in obstore.list(self._objets) for objet in paquet}

    def retirer(self, noms: set[str]) -> None:
        for nom in noms:  # one by one: a batch stops at an object that is there no more
            with storage_errors(), suppress(FileNotFoundError):
                obstore.delete(self._objets, nom)


def _fichiers(emplacement: Emplacement, dossier: str) -> _FichiersLocaux | _FichiersObjets:
    racine = emplacement.folder()
    return _FichiersObjets(emplacement, dossier) if racine is None else _FichiersLocaux(racine / dossier)
