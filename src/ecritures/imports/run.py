"""The steps in their order, as the worker runs them. Each is one call, may be run again, and says what comes next."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import LienInjoignable, Refus
from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.imports.check import Examen, check
from ecritures.imports.doublons import find_duplicates
from ecritures.imports.etapes import COMPTE_RENDU, CONTROLE, LECTURE, RECUPERATION, Chronometre
from ecritures.imports.fetch import fetch
from ecritures.imports.options import apply_request, saved_model
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.imports.post import post
from ecritures.imports.read import read
from ecritures.imports.report import broken, not_done, refused
from ecritures.imports.state import State

SUITE = "suite"
"""A step's answer: go on with the next one."""
FINI = "fini"
"""A step's answer: the import is over."""
ESSAIS_MAX = 20
"""Beginnings of the steps that compute (two for an import that goes well). Beyond, the import is what kills the workers."""

REESSAYER = "reessayer"
"""Fetch's answer: the link did not answer, try again later."""


_PETITS_FICHIERS = {
    "tra": f"{'***S5CLIJRLSTD':<33}007\r\n".encode()
    + b"".join(
        f"OD 01012025OD{'471':<17} {'':17}{'':35}{'Ecriture':<35}   01011900{sens}{'1,00':>20}N       1EUR         1E--\r\n".encode()
        for sens in "DC"
    ),
    "fec": b"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t"
    b"EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n"
    b"OD\tDivers\t1\t20250101\t471000\tAttente\t\t\tP1\t20250101\tEcriture\t1,00\t0,00\t\t\t20250101\t\t\r\n"
    b"OD\tDivers\t1\t20250101\t471000\tAttente\t\t\tP1\t20250101\tEcriture\t0,00\t1,00\t\t\t20250101\t\t\r\n",
}


@dataclass
class Etapes:
    """The three steps of one worker process. Holds the lots being examined, so that ``poster`` need not read twice."""

    app: Ports
    _examens: dict[str, tuple[Examen, Contexte]] = field(default_factory=dict)
    _verrou: threading.Lock = field(default_factory=threading.Lock)

    def recuperer(self, import_id: str, dernier_essai: bool) -> str:
        """Fetch. REESSAYER when the link may answer later, unless this was the last try."""
        self.app.demandes.avancer(import_id, State.EN_COURS)
        demande = self._lire(import_id)
        if demande is None:
            return FINI
        montre = self._montre(import_id)
        try:
            with montre.etape(RECUPERATION):
                fetch(demande, self.app)
        except LienInjoignable as refus:
            if not refus.definitif and not dernier_essai:
                return REESSAYER
            return self._refuser(demande, refus, montre)
        except Refus as refus:
            return self._refuser(demande, refus, montre)
        montre.conclure()
        return SUITE

    def examiner(self, import_id: str) -> str:
        """Read and check. The findings are kept; any ERROR ends the import, and nothing is posted."""
        demande = self._calcule(import_id)
        if demande is None:
            return FINI
        montre = self._montre(import_id)
        try:
            examen, contexte = self._examine(demande, montre)
        except Refus as refus:
            return self._refuser(demande, refus, montre)
        if not examen.est_postable:
            with montre.etape(COMPTE_RENDU):
                self.app.livres.garder_constats(demande.dossier, demande.id, examen.constats.liste)
                message, rendu = refused(examen.lot, examen.constats)
                rendu |= examen.annexes
            self.app.demandes.avancer(
                demande.id, State.EN_ERREUR, message=message, compte_rendu=rendu, etapes=montre.prises()
            )
            return FINI
        self.app.livres.garder_constats(demande.dossier, demande.id, examen.constats.liste)
        montre.conclure()
        with self._verrou:
            self._examens[import_id] = (examen, contexte)
        return SUITE

    def poster(self, import_id: str) -> str:
        """Post. A worker that took the import over reads and checks it again: same bytes, same rules, same lot."""
        demande = self._calcule(import_id)
        if demande is None:
            return FINI
        with self._verrou:
            garde = self._examens.pop(import_id, None)
        montre = self._montre(import_id)
        try:
            examen, contexte = garde or self._examine(demande, montre)
            post(demande, examen, contexte, self.app, montre)
        except Refus as refus:
            return self._refuser(demande, refus, montre)
        return FINI

    def abandonner(self, import_id: str, reference: str) -> None:
        """We failed: the import ends in error, says so, and the worker goes on with the next."""
        with self._verrou:
            self._examens.pop(import_id, None)
        self.app.demandes.avancer(import_id, State.EN_ERREUR, message=broken(reference))

    def garde(self) -> AbstractContextManager[None]:
        """Held by what a worker does beside the steps, and that writes. A sandbox keeps its resets apart from it."""
        return nullcontext()

    def echauffer(self) -> None:
        """Reads a small file of each format: what the first use loads and compiles is not paid by the first import."""
        for format_, octets in _PETITS_FICHIERS.items():
            check(read(octets, format_, OptionsLecture()), Contexte())

    def _calcule(self, import_id: str) -> Demande | None:
        """The request of a step that computes, counted; None when it is over, or was begun too often."""
        demande = self._lire(import_id)
        if demande is not None and self.app.demandes.compter_essai(import_id) > ESSAIS_MAX:
            self.abandonner(import_id, reference=import_id[:8])
            return None
        return demande

    def _lire(self, import_id: str) -> Demande | None:
        """The request; None when it is over already (an earlier attempt finished)."""
        demande = self.app.demandes.lire(import_id)
        assert demande is not None, "a job names a registered request"
        return None if demande.state.est_final else demande

    def _montre(self, import_id: str) -> Chronometre:
        return Chronometre(lambda faites: self.app.demandes.noter_etapes(import_id, faites))

    def _examine(self, demande: Demande, montre: Chronometre) -> tuple[Examen, Contexte]:
        with montre.etape(LECTURE):
            lecture, contexte, dossier = self._read(demande)
        with montre.etape(CONTROLE):
            if lecture.lot is None:
                return check(lecture, contexte, self.app.limits.constats_max), contexte
            doublons = find_duplicates(lecture.lot, contexte, dossier, demande, self.app)
            examen = check(lecture, doublons.dans(contexte), self.app.limits.constats_max)
        return replace(examen, annexes={"doublons": doublons.rendu()}), contexte

    def _read(self, demande: Demande) -> tuple[Lecture, Contexte, Dossier]:
        dossier = self.app.dossiers.numero(demande.dossier)
        assert dossier is not None and demande.sha256 is not None, "a fetched request has a dossier and an original"
        contexte = self.app.livres.contexte(dossier)
        octets = self.app.originaux.lire(demande.sha256)
        options = OptionsLecture(
            nom_fichier=demande.nom_fichier, profil=self.app.profil_fec, modele=saved_model(demande)
        )
        lecture = read(octets, demande.format, options)
        if demande.format in ("json", "perso"):
            lecture, contexte = apply_request(lecture, contexte, demande, dossier, self.app)
        return lecture, contexte, dossier

    def _refuser(self, demande: Demande, refus: Refus, montre: Chronometre) -> str:
        self.app.demandes.avancer(demande.id, State.EN_ERREUR, message=not_done(refus), etapes=montre.prises())
        return FINI
