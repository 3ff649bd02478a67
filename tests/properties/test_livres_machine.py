"""Any history of imports, cancels, letterings, closings, crashes and retries leaves books that are exact, on both databases.

A machine draws the history; two threads work at once, as two workers do. When everything is undone at the end, the books
are those of the beginning, to the byte.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ecritures.domain.errors import AnnulationRefusee, ClotureRefusee, ExerciceClos, LettrageRefuse
from ecritures.imports.cancel import cancel, preview
from ecritures.imports.cloturer import close, reopen
from ecritures.imports.lettrer import letter, unletter
from ecritures.imports.ports import Exercice, Ports
from ecritures.imports.receive import receive
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.imports.verify import verify
from ecritures.storage.tables import LIGNES
from serveurs.api import DOMAIN, Essai, mouvement, open_essai, tra

ANNEES = ("2024", "2025", "2026")
NUMEROS = count(1)
HISTOIRES = int(os.environ.get("ECRITURES_MACHINE_HISTOIRES", "6"))
PAS = int(os.environ.get("ECRITURES_MACHINE_PAS", "12"))
"""Short by default, for every commit; longer by these two variables."""
ANNEE, RANG = st.sampled_from(ANNEES), st.integers(0, 1000)
TIERS, MONTANT = st.sampled_from(("C1", "C2")), st.sampled_from(("10,00", "25,00"))


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


@dataclass
class Fait:
    """An import of the history. ``avant``: the books before it; ``version``: how often they had moved once it was in."""

    id: str
    octets: bytes
    avant: str
    version: int
    annule: bool = False


class Coupure(Exception):
    pass


class DemandesCoupees:
    """The register of a worker that dies between the commit of the books and its own."""

    def __init__(self, vraies: Any) -> None:
        self._vraies = vraies

    def __getattr__(self, nom: str) -> Any:
        return getattr(self._vraies, nom)

    def avancer(self, import_id: str, vers: State, **autres: Any) -> bool:
        if vers is State.TERMINE:
            raise Coupure
        return bool(self._vraies.avancer(import_id, vers, **autres))


def work(ports: Ports, import_id: str) -> None:
    etapes = Etapes(ports)
    if etapes.recuperer(import_id, dernier_essai=True) == SUITE and etapes.examiner(import_id) == SUITE:
        etapes.poster(import_id)


def histoire(essai: Essai) -> type[RuleBasedStateMachine]:
    class Histoire(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.ports, self.livres = essai.ports, essai.ports.livres
            self.dossier = self.ports.dossiers.creer(DOMAIN, f"M{next(NUMEROS)}", "Machine")
            for annee in ANNEES:
                an = int(annee)
                self.livres.creer_exercice(self.dossier.dossier, Exercice(annee, date(an, 1, 1), date(an, 12, 31)))
            self.faits: list[Fait] = []
            self.version = 0
            self.vide = self.empreinte()

        def empreinte(self) -> str:
            return self.livres.empreinte(self.dossier.dossier)

        def demande(self, octets: bytes) -> str:
            sha256, _ = self.ports.originaux.garder(iter([octets]), 1 << 20)
            return receive(self.dossier, "tra", self.ports, sha256=sha256, nom_fichier="f.tra").id

        def note(self, import_id: str, octets: bytes, avant: str) -> None:
            if self.livres.recu(self.dossier.dossier, import_id) is not None:
                self.version += 1
                self.faits.append(Fait(import_id, octets, avant, self.version))

        def choisi(self, rang: int) -> Fait:
            return self.faits[rang % len(self.faits)]

        @rule(annee=ANNEE, tiers=TIERS, montant=MONTANT, est_reglement=st.booleans())
        def importe(self, annee: str, tiers: str, montant: str, est_reglement: bool) -> None:
            octets, avant = fichier(annee, tiers, montant, est_reglement), self.empreinte()
            import_id = self.demande(octets)
            work(self.ports, import_id)
            self.note(import_id, octets, avant)

        @precondition(lambda self: self.faits)
        @rule(rang=RANG)
        def importe_encore(self, rang: int) -> None:
            octets, avant = self.choisi(rang).octets, self.empreinte()
            import_id = self.demande(octets)
            work(self.ports, import_id)
            self.note(import_id, octets, avant)

        @rule(annee=ANNEE, tiers=TIERS, montant=MONTANT)
        def meurt_entre_livres_et_registre_puis_reprend(self, annee: str, tiers: str, montant: str) -> None:
            octets, avant = fichier(annee, tiers, montant, False), self.empreinte()
            import_id = self.demande(octets)
            coupes = replace(self.ports, demandes=DemandesCoupees(self.ports.demandes))  # type: ignore[arg-type]
            try:
                work(coupes, import_id)
            except Coupure:
                with pytest.raises(AnnulationRefusee):
                    cancel(import_id, "machine", self.ports)  # it still runs
            work(self.ports, import_id)
            self.note(import_id, octets, avant)

        @precondition(lambda self: self.faits)
        @rule(rang=RANG, annee=ANNEE, tiers=TIERS, montant=MONTANT)
        def deux_travailleurs(self, rang: int, annee: str, tiers: str, montant: str) -> None:
            """One imports while the other cancels: neither sees half of the other."""
            octets, vise = fichier(annee, tiers, montant, True), self.choisi(rang)
            import_id = self.demande(octets)
            at_once(lambda: work(self.ports, import_id), lambda: self.tente(vise))
            self.version += 1
            self.note(import_id, octets, "")

        @precondition(lambda self: self.faits)
        @rule(rang=RANG)
        def annule_deux_fois_a_la_fois(self, rang: int) -> None:
            fait = self.choisi(rang)
            if fait.annule:
                assert cancel(fait.id, "machine", self.ports).deja_annule
                return
            permis = not preview(fait.id, self.ports).blocages
            rien_d_autre = fait.version == self.version
            faites = [r for r in at_once(lambda: self.tente(fait), lambda: self.tente(fait)) if r is not None]
            assert sorted(faites) == ([False, True] if permis else [])
            if permis and rien_d_autre and fait.avant:
                assert self.empreinte() == fait.avant

        @precondition(lambda self: any(not f.annule for f in self.faits))
        @rule(rang=RANG)
        def annule_et_meurt(self, rang: int) -> None:
            fait = self.choisi(rang)
            try:
                self.livres.annuler(self.dossier.dossier, fait.id, {"par": "machine"})
            except AnnulationRefusee:
                return
            if not fait.annule:
                fait.annule, self.version = True, self.version + 1
            assert cancel(fait.id, "machine", self.ports).deja_annule
            assert self.ports.demandes.lire(fait.id).annulation is not None  # type: ignore[union-attr]

        @rule(tiers=TIERS, partiel=st.booleans(), nombre=st.integers(1, 4))
        def lettre(self, tiers: str, partiel: bool, nombre: int) -> None:
            lignes, _ = self.livres.lignes_ouvertes(self.dossier.dossier, "411000", tiers)
            cles = list(lignes.head(nombre).select("import_rang", "numero_ligne", "rang").iter_rows())
            if not partiel:  # the first two lines that balance
                paires = [
                    (a, b)
                    for a in lignes.iter_rows(named=True)
                    for b in lignes.iter_rows(named=True)
                    if a["debit_centimes"] == b["credit_centimes"] != 0
                ]
                cles = [(x["import_rang"], x["numero_ligne"], x["rang"]) for x in (paires[0] if paires else ())]
            try:
                letter(self.dossier, cles, "machine", self.ports, partiel=partiel)
                self.version += 1
            except (LettrageRefuse, ExerciceClos):
                pass

        @rule(tiers=TIERS, annee=ANNEE)
        def delettre(self, tiers: str, annee: str) -> None:
            if unletter_all(self.dossier, self.ports, tiers, annee):
                self.version += 1

        @rule(annee=ANNEE)
        def clot_ou_rouvre(self, annee: str) -> None:
            clos = {e.code for e in self.livres.exercices(self.dossier.dossier) if e.est_clos}
            avant = self.empreinte()
            try:
                if annee in clos:
                    reopen(self.dossier, annee, "machine", self.ports)
                else:
                    close(self.dossier, annee, "machine", self.ports)
                    reopen(self.dossier, annee, "machine", self.ports)
                    assert self.empreinte() == avant, "reopening is the exact inverse of closing"
                    close(self.dossier, annee, "machine", self.ports)
                self.version += 1
            except ClotureRefusee:
                assert self.empreinte() == avant

        def tente(self, fait: Fait) -> bool | None:
            """True: cancelled now; False: it was already; None: refused."""
            try:
                nouvelle = not cancel(fait.id, "machine", self.ports).deja_annule
            except AnnulationRefusee:
                return None
            if nouvelle:
                fait.annule = True
                self.version += 1
            return nouvelle

        @invariant()
        def les_livres_sont_exacts(self) -> None:
            assert self.livres.soldes_exacts(self.dossier.dossier)
            assert unbalanced(essai, self.dossier.dossier) == []
            for fait in self.faits:
                posees = self.livres.lignes_import(self.dossier.dossier, fait.id).height
                assert posees == (0 if fait.annule else 2), fait.id

        def teardown(self) -> None:
            assert verify(self.dossier, self.ports).rupture is None
            for annee in reversed(ANNEES):
                with suppress(ClotureRefusee):
                    for tiers in ("C1", "C2"):
                        unletter_all(self.dossier, self.ports, tiers, annee)
                    reopen(self.dossier, annee, "machine", self.ports)
            for annee in ANNEES:
                for tiers in ("C1", "C2"):
                    unletter_all(self.dossier, self.ports, tiers, annee)
            for fait in self.faits:
                cancel(fait.id, "machine", self.ports)
            assert self.empreinte() == self.vide
            assert verify(self.dossier, self.ports).rupture is None

    return Histoire


def fichier(annee: str, tiers: str, montant: str, est_reglement: bool) -> bytes:
    sens, autre, compte = ("C", "D", "512000") if est_reglement else ("D", "C", "707000")
    jour = f"1503{annee}"
    return tra(
        [mouvement("411000", sens, montant, jour=jour, tiers=tiers), mouvement(compte, autre, montant, jour=jour)]
    )


def at_once(*actes: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(actes)) as fils:
        return [futur.result() for futur in [fils.submit(acte) for acte in actes]]


def unletter_all(dossier: Any, ports: Ports, tiers: str, annee: str) -> int:
    """Takes every lettering off the lines of that third party in that exercice; how many there were."""
    with ports.livres.base(dossier.dossier).lecture() as connexion:  # type: ignore[attr-defined]
        codes = connexion.execute(
            sa.select(LIGNES.c.lettrage)
            .where(
                LIGNES.c.dossier == dossier.dossier,
                LIGNES.c.tiers == tiers,
                LIGNES.c.exercice == annee,
                LIGNES.c.lettrage.is_not(None),
            )
            .distinct()
        ).scalars()
        voulus = sorted(codes)
    for code in voulus:
        with suppress(ExerciceClos):
            unletter(dossier, "411000", tiers, code, "machine", ports, exercice=annee)
    return len(voulus)


def unbalanced(essai: Essai, dossier: int) -> list[Any]:
    ecart = sa.func.sum(LIGNES.c.debit_centimes - LIGNES.c.credit_centimes)
    with essai.ports.livres.base(dossier).lecture() as connexion:  # type: ignore[attr-defined]
        return list(
            connexion.execute(
                sa.select(LIGNES.c.import_rang, LIGNES.c.ecriture)
                .where(LIGNES.c.dossier == dossier)
                .group_by(LIGNES.c.import_rang, LIGNES.c.ecriture)
                .having(ecart != 0)
            )
        )


@pytest.mark.timeout(300 if HISTOIRES <= 6 else 0)  # a longer run is bounded by whoever asks for it
def test_whatever_the_history_the_books_are_exact_and_everything_can_be_undone(essai: Essai) -> None:
    run_state_machine_as_test(
        histoire(essai),
        settings=settings(
            max_examples=HISTOIRES, stateful_step_count=PAS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
