"""A FEC on its way to the books: the tolerant profile repairs and says, the strict one refuses what the tool refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fec_fabrique import Brouillon
from fec_mutations import ECARTS_APPLIQUES, Mutation

from ecritures.domain.lot import Profil
from ecritures.formats.fec.ecarts import PAR_ID, Politique
from ecritures.imports.ports import Demande, Exercice
from ecritures.imports.receive import receive
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.main import build
from ecritures.settings import Settings

REPARES = [m for m in ECARTS_APPLIQUES if PAR_ID[m.ecart or ""].politique in (Politique.REPARER, Politique.AVERTIR)]


def importe(base: Any, donnees: Path, octets: bytes, nom: str | None, **reglages: Any) -> Demande:
    app = build(Settings(donnees=donnees, base_sql=base.url, **reglages))
    try:
        dossier = app.ports.dossiers.creer("DEMO", "FEC001", "Dossier")
        app.ports.livres.creer_exercice(dossier.dossier, Exercice("2025", date(2025, 1, 1), date(2025, 12, 31)))
        sha256, _ = app.ports.originaux.garder(iter([octets]), 1 << 30)
        demande = receive(dossier, "fec", app.ports, sha256=sha256, nom_fichier=nom)
        etapes = Etapes(app.ports)
        assert etapes.recuperer(demande.id, dernier_essai=True) == SUITE
        if etapes.examiner(demande.id) == SUITE:
            etapes.poster(demande.id)
        finie = app.ports.demandes.lire(demande.id)
        assert finie is not None
        return finie
    finally:
        app.fermer()


def test_the_profile_of_imports_is_tolerant_unless_set(base: Any, tmp_path: Path) -> None:
    assert Settings(donnees=tmp_path).fec_profil is Profil.TOLERANT
    octets = Brouillon().met(5, ValidDate="").octets
    demande = importe(base, tmp_path, octets, "732829320FEC20251231.txt")
    assert demande.state is State.TERMINE
    assert demande.compte_rendu is not None
    assert demande.compte_rendu["constats"]["par_code"]["V02"] == 1
    assert demande.compte_rendu["verdict_officiel"]["verdict"] == "non conforme"


def test_the_strict_profile_refuses_it(base: Any, tmp_path: Path) -> None:
    octets = Brouillon().met(5, ValidDate="").octets
    demande = importe(base, tmp_path, octets, "732829320FEC20251231.txt", fec_profil="strict")
    assert demande.state is State.EN_ERREUR
    assert "« ValidDate » est vide" in (demande.message or "")


@pytest.mark.parametrize("mutation", REPARES[::8], ids=lambda m: f"{m.ecart} {m.libelle}")
def test_what_is_repaired_enters_the_books(base: Any, tmp_path: Path, mutation: Mutation) -> None:
    demande = importe(base, tmp_path, *mutation.fichier())
    assert demande.state is State.TERMINE, demande.message
