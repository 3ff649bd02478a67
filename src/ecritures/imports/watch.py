"""A watched folder: a file dropped under ``DIR/<codeIbs>/`` is imported once it is whole, then put away with its compte rendu.

The journal is the table of requests' keys: content hash, name and dossier make the key under which the import is registered,
in the same transaction. A watcher killed at any point, or a second one on the same folder, finds that import again. The file
is moved last, so that one that is still there is one that is not finished.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from ecritures.checks import CHECKS
from ecritures.domain.constat import Constats, Regle, Severity
from ecritures.domain.errors import FormatInconnu, Refus
from ecritures.domain.lot import OptionsLecture
from ecritures.formats.detect import reconnaitre
from ecritures.imports.check import check
from ecritures.imports.historique import SURVEILLE
from ecritures.imports.idempotence import SOUS_RESERVATION, CleRequete, ReponseGardee
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.imports.read import read
from ecritures.imports.receive import NOM_MAX, receive
from ecritures.imports.reports import piece, renderer
from ecritures.imports.state import State

TRAITES, EN_ERREUR = "traites", "en_erreur"
TEMPORAIRES = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".swp", "~")
"""Names that copying programs give to what is not whole yet. So is any name that begins with a dot or ``~``."""
MORCEAU_OCTETS = 1 << 20


@dataclass(frozen=True)
class Etat:
    """What changes while a file is being written."""

    inode: int
    taille_octets: int
    mtime_ns: int


@dataclass(frozen=True)
class Classe:
    """A file put away. ``import_id`` None: it was never an import."""

    chemin: Path
    reussi: bool
    message: str
    import_id: str | None = None


class DossierSurveille:
    """One folder, for one firm. ``passe`` is called again and again; it never waits."""

    def __init__(self, racine: Path, domain: str, app: Ports) -> None:
        self._racine, self._domain, self._app = racine, domain, app
        self._vus: dict[Path, Etat] = {}
        self._suivis: dict[Path, str] = {}

    def passe(self) -> list[Classe]:
        """Looks once: registers the files unchanged since the look before, puts away those whose import is over."""
        presents = dict(self._fichiers())
        stables = [chemin for chemin, etat in presents.items() if self._vus.get(chemin) == etat]
        self._vus = presents
        self._suivis = {chemin: i for chemin, i in self._suivis.items() if presents.get(chemin)}
        faits = [self._avance(chemin, presents[chemin]) for chemin in sorted(stables)]
        return [fait for fait in faits if fait is not None]

    @property
    def en_cours(self) -> int:
        """Files seen and not put away yet."""
        return len(self._vus)

    def _fichiers(self) -> Iterator[tuple[Path, Etat]]:
        """Plain files one folder down. Symbolic links, folders below and temporary names are left alone."""
        for dossier in _entries(self._racine):
            if dossier.is_dir(follow_symlinks=False) and not dossier.name.startswith("."):
                for entree in _entries(Path(dossier.path)):
                    etat = _state(Path(entree.path)) if entree.is_file(follow_symlinks=False) else None
                    if etat is not None and not _is_temporary(entree.name):
                        yield Path(entree.path), etat

    def _avance(self, chemin: Path, etat: Etat) -> Classe | None:
        try:
            if chemin not in self._suivis:
                self._suivis[chemin] = self._enregistre(chemin, etat)
            demande = self._app.demandes.lire(self._suivis[chemin])
            assert demande is not None, "an import registered is there"
            return self._range(chemin, demande) if demande.state.est_final else None
        except (FileNotFoundError, _Change):
            return None  # another watcher put it away, or it is being written again: the next look tells
        except Refus as refus:
            return self._ecarte(chemin, refus)

    def _enregistre(self, chemin: Path, etat: Etat) -> str:
        """The import of that file, new or found again. Raises Refus (unknown dossier or format, too large)."""
        code = chemin.parent.name
        dossier = self._app.dossiers.trouver(self._domain, code)
        if dossier is None:
            raise DossierSurveilleInconnu(code, self._domain)
        sha256, _ = self._app.originaux.garder(_chunks(chemin), self._app.limits.fichier_taille_octets_max)
        if _state(chemin) != etat:
            raise _Change
        nom = chemin.name[:NOM_MAX]
        format_ = _format(self._app.originaux.lire(sha256), nom)
        empreinte = hashlib.sha256(f"{chemin.name}\0{sha256}".encode("utf-8", "surrogateescape")).hexdigest()
        cle = CleRequete(f"{self._domain}/watch/{dossier.code_ibs}", empreinte)
        self._app.idempotence.reserver(cle, "watch", empreinte, self._app.limits.idempotence_duree_s)
        jeton = SOUS_RESERVATION.set(cle)
        try:
            demande = receive(dossier, format_, self._app, sha256=sha256, nom_fichier=nom, origine=SURVEILLE)
        finally:
            SOUS_RESERVATION.reset(jeton)
        self._app.idempotence.achever(cle, ReponseGardee(202, demande.id))
        return demande.id

    def _range(self, chemin: Path, demande: Demande) -> Classe:
        """Writes the compte rendu, then moves the file beside it. May run again: names derive from the import."""
        reussi = demande.state is State.TERMINE
        dossier = self._app.dossiers.numero(demande.dossier)
        assert dossier is not None and demande.sha256 is not None, "a watched file has a dossier and an original"
        cible = chemin.parent / (TRAITES if reussi else EN_ERREUR)
        nom = f"{chemin.stem}-{demande.id[:8]}"
        octets = self._app.originaux.lire(demande.sha256)
        _write(cible / f"{nom}.html", self._html(demande, dossier, octets))
        _write(cible / f"{nom}.json", _json(_public(demande)))
        os.replace(chemin, cible / f"{nom}{chemin.suffix}")
        self._suivis.pop(chemin, None)
        return Classe(cible / f"{nom}{chemin.suffix}", reussi, demande.message or "", demande.id)

    def _ecarte(self, chemin: Path, refus: Refus) -> Classe | None:
        """A file that cannot be an import: put away with the reason. Its name is its own, made unique by its state."""
        etat = _state(chemin)
        if etat is None:
            return None
        cible = chemin.parent / EN_ERREUR
        nom = f"{chemin.stem}-{etat.mtime_ns:x}"
        rendu = {"nom_fichier": chemin.name, "code": refus.code, "message": refus.message}
        try:
            _write(cible / f"{nom}.json", _json(rendu))
            _write(cible / f"{nom}.html", _page(chemin.name, refus.message))
            os.replace(chemin, cible / f"{nom}{chemin.suffix}")
        except FileNotFoundError:
            return None
        return Classe(cible / f"{nom}{chemin.suffix}", False, refus.message)

    def _html(self, demande: Demande, dossier: Dossier, octets: bytes) -> bytes:
        """The page of the findings kept with the import: those that decided, not those of a second look."""
        options = OptionsLecture(nom_fichier=demande.nom_fichier, profil=self._app.profil_fec)
        examen = check(read(octets, demande.format, options), self._app.livres.contexte(dossier))
        gardes = self._app.livres.constats(demande.dossier, demande.id, limite=self._app.limits.constats_max)
        constats = _kept(gardes.drop("rang"), demande, examen.constats)
        juge = replace(examen, constats=constats)
        return renderer("rapport.html")([piece(demande.nom_fichier, demande.format, juge, octets)])


def _kept(gardes: pl.DataFrame, demande: Demande, relus: Constats) -> Constats:
    """The findings of the import, their rules named by a second look or, for what only the first one saw, by themselves."""
    comptes = (demande.compte_rendu or {}).get("constats") or {}
    connues: dict[str, Regle] = {c.id: c for c in CHECKS} | {regle.id: regle for regle, _ in relus.par_regle}
    par_regle = tuple(
        (connues.get(id_) or Regle(id_, Severity(severite), id_, message, remede, ""), nombre)
        for id_, severite, message, remede, nombre in gardes.group_by("id", maintain_order=True)
        .agg(pl.first("severite", "message", "remede"), nombre=pl.len())
        .iter_rows()
    )
    return Constats(gardes, comptes.get("par_code", {}), comptes.get("par_severite", {}), par_regle)


class DossierSurveilleInconnu(Refus):
    code = "watch.dossier_inconnu"

    def __init__(self, code: str, domain: str) -> None:
        super().__init__(
            f"Aucun dossier {code} sur le domaine {domain} : renommer le sous-dossier, ou créer le dossier, puis y remettre le fichier."
        )


class _Change(Exception):
    """The file changed while it was read."""


def _entries(dossier: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(dossier) as entrees:
            return list(entrees)
    except FileNotFoundError:
        return []


def _is_temporary(nom: str) -> bool:
    return nom.startswith((".", "~")) or nom.lower().endswith(TEMPORAIRES)


def _state(chemin: Path) -> Etat | None:
    try:
        lu = chemin.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Etat(lu.st_ino, lu.st_size, lu.st_mtime_ns)


def _chunks(chemin: Path) -> Iterator[bytes]:
    with open(
        os.open(chemin, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)), "rb"
    ) as fichier:
        while morceau := fichier.read(MORCEAU_OCTETS):
            yield morceau


def _format(octets: bytes, nom: str) -> str:
    """Raises FormatInconnu: none, or several, or one that needs a model to be read."""
    trouves = reconnaitre(octets, nom)
    if len(trouves) != 1:
        raise FormatInconnu(f"Le fichier {nom} n'est pas d'un format reconnu avec certitude (TRA, FEC).")
    return trouves[0]


def _public(demande: Demande) -> dict[str, Any]:
    lu = asdict(demande)
    champs = ("id", "code_ibs", "domain", "format", "nom_fichier", "sha256", "taille_octets", "message", "compte_rendu")
    return {**{nom: lu[nom] for nom in champs}, "etat": demande.state.value, "etat_libelle": demande.state.libelle}


def _json(valeur: dict[str, Any]) -> bytes:
    return json.dumps(valeur, ensure_ascii=False, indent=2).encode() + b"\n"


def _page(nom: str, message: str) -> bytes:
    titre = escape(nom)
    return (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{titre}</title><h1>{titre}</h1>'
        f"<p>{escape(message)}</p></html>\n"
    ).encode()


def _write(chemin: Path, octets: bytes) -> None:
    """Whole or not at all, and never through a link set in its place."""
    chemin.parent.mkdir(exist_ok=True)
    brouillon = chemin.with_name(f".{chemin.name}.{secrets.token_hex(4)}.tmp")
    brouillon.write_bytes(octets)
    os.replace(brouillon, chemin)
