"""``ecritures cancel`` on the books of this machine: shown first, done once, refused with its reasons."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from ecritures.cli.context import Session
from ecritures.cli.root import racine
from ecritures.imports.cloturer import close, reopen
from ecritures.main import build
from serveurs.api import CODE, mouvement, open_essai, tra


def run(donnees: Path, *mots: str) -> tuple[int, str]:
    fait = CliRunner().invoke(racine(), ["cancel", *mots, "--donnees", str(donnees)], obj=Session(build))
    return fait.exit_code, fait.output


def test_an_import_is_shown_refused_cancelled_and_said_to_be(tmp_path: Path) -> None:
    donnees = tmp_path / "donnees"
    octets = tra([mouvement("411000", "D", "1,00", jour="15012015"), mouvement("707000", "C", "1,00", jour="15012015")])
    with open_essai(f"sqlite:///{donnees}/ecritures.sqlite", donnees) as essai:
        import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("f.tra", octets))
        essai.work(import_id)
        close(essai.dossier, "2015", "moi", essai.ports)
        code, texte = run(donnees, import_id, "--a-blanc")
        assert code == 1 and "Serait retiré" in texte and "L'exercice 2015 est clos" in texte
        code, texte = run(donnees, import_id)
        assert code == 1 and "est clos" in texte
        reopen(essai.dossier, "2015", "moi", essai.ports)
        code, texte = run(donnees, import_id, "--a-blanc", "--json")
        assert code == 0 and json.loads(texte)["a_retirer"]["lignes"] == 2
        code, texte = run(donnees, import_id)
        assert code == 0 and "2 lignes en 1 écriture" in texte
        assert run(donnees, import_id)[1].strip().endswith("rien n'a changé.")
        assert run(donnees, "absent")[0] == 1
        assert essai.ports.livres.balance(essai.dossier.dossier).is_empty()
