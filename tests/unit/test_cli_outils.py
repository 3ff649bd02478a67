"""``stats``, ``describe``, ``diff``, ``repair`` and ``check --report``, as typed: what they print, write, and their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fec_fabrique import Brouillon
from typer.testing import CliRunner, Result

from ecritures.cli.context import Session
from ecritures.cli.demo_story import ERRONE, JUSTE, sample
from ecritures.cli.root import racine
from ecritures.formats.fec.echantillon import NOM_FICHIER

Tape = Callable[..., Result]


def _never_built(_reglages: Any) -> Any:
    raise AssertionError("these commands need neither server nor books")


@pytest.fixture
def tape() -> Tape:
    def invoke(*arguments: object, build: Any = _never_built) -> Result:
        return CliRunner().invoke(racine(), [*map(str, arguments)], obj=Session(build))

    return invoke


def _fec(dossier: Path, brouillon: Brouillon, nom: str = NOM_FICHIER) -> Path:
    dossier.mkdir(exist_ok=True)
    chemin = dossier / nom
    chemin.write_bytes(brouillon.octets)
    return chemin


def _faute() -> Brouillon:
    return Brouillon(60).met(7, EcritureDate="31/01/2025").met(9, EcritureLib="<script>=1+1</script>")


RECETTE = """recette = 1
nom = "mars"
format = "fec"
[[etape]]
action = "dates"
motif = "Le tableur écrit JJ/MM/AAAA."
champ = "EcritureDate"
formes = ["JJ/MM/AAAA"]
idempotente = true
"""


# ── stats, describe ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_stats_are_tables_for_people_and_json_for_programs(tape: Tape) -> None:
    fait = tape("stats", sample(JUSTE))
    assert fait.exit_code == 0
    assert "Total débit" in fait.stdout and "1\u202f632,48\u00a0€" in fait.stdout
    lues = json.loads(tape("stats", sample(JUSTE), "--json").stdout)
    assert (lues["ecritures"], lues["debit_centimes"], lues["format"]) == (4, 163248, "tra")
    assert len(lues["source"]["sha256"]) == 64


def test_describe_shows_a_file_then_one_of_its_lines(tape: Tape) -> None:
    fait = tape("describe", sample(JUSTE))
    assert fait.exit_code == 0
    assert "Zones employées" in fait.stdout and "MVT X" in fait.stdout
    ligne = tape("describe", sample(ERRONE), "--ligne", 10)
    assert ligne.exit_code == 0
    assert "enregistrement MVT/ETE" in ligne.stdout
    assert "SENS" in ligne.stdout and "→" in ligne.stdout
    zones = json.loads(tape("describe", sample(JUSTE), "--ligne", 2, "--json").stdout)["zones"]
    assert (zones[0]["zone"], zones[0]["colonne_debut"], zones[0]["colonne_fin"]) == ("JOURNAL", 1, 3)


def test_a_line_that_is_not_there_and_a_file_that_cannot_be_read_exit_2(tape: Tape, tmp_path: Path) -> None:
    assert tape("describe", sample(JUSTE), "--ligne", 999).exit_code == 2
    (tmp_path / "x.txt").write_bytes(b"bonjour")
    for chemin in (tmp_path / "x.txt", tmp_path / "absent.txt"):
        assert tape("stats", chemin).exit_code == 2


def test_text_of_a_file_cannot_act_on_the_terminal(tape: Tape, tmp_path: Path) -> None:
    chemin = _fec(tmp_path, Brouillon(32).met(5, EcritureLib="a\x1b[31m\u202eb"))
    for arguments in (["describe", chemin, "--ligne", 5], ["describe", chemin], ["stats", chemin]):
        sortie = tape(*arguments).stdout
        assert "\x1b" not in sortie and "\u202e" not in sortie


# ── diff ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_diff_exits_0_on_the_same_entries_and_1_on_others(tape: Tape, tmp_path: Path) -> None:
    a, b = _fec(tmp_path / "a", Brouillon(60)), _fec(tmp_path / "b", Brouillon(60).met(14, EcritureLib="autre"))
    meme = tape("diff", a, a)
    assert meme.exit_code == 0 and "Mêmes écritures" in meme.stdout
    autre = tape("diff", a, b)
    assert autre.exit_code == 1
    assert "libelle" in autre.stdout and "autre" in autre.stdout
    lu = json.loads(tape("diff", a, b, "--json").stdout)
    assert lu["identique"] is False
    assert [(c["numero_ligne_a"], c["champ"], c["apres"]) for c in lu["changements"]] == [(14, "libelle", "autre")]


@pytest.mark.parametrize("arguments", [[], ["--dossier", "X", "b.txt"]])
def test_diff_needs_one_other_side(tape: Tape, arguments: list[str]) -> None:
    assert tape("diff", sample(JUSTE), *arguments).exit_code == 2


def test_diff_against_the_books_finds_what_was_posted_and_what_was_not(tape: Tape, tmp_path: Path) -> None:
    from ecritures.domain.lot import OptionsLecture
    from ecritures.formats.tra import reader
    from ecritures.imports.ports import Exercice
    from ecritures.ledger.posting import plan_posting
    from ecritures.main import build
    from ecritures.settings import Settings

    app = build(Settings(donnees=tmp_path))
    dossier = app.ports.dossiers.creer("DEMO", "MANON002", "Manon")
    app.ports.livres.creer_exercice(dossier.dossier, Exercice("2020", date(2020, 1, 1), date(2020, 12, 31)))
    lot = reader.read(sample(JUSTE).read_bytes(), OptionsLecture()).lot
    assert lot is not None
    plan = plan_posting(lot, app.ports.livres.contexte(dossier))
    app.ports.livres.poster(dossier.dossier, "import-1", plan, lambda: {"fichier_sha256": "0" * 64})
    app.fermer()
    fait = tape("diff", sample(JUSTE), "--dossier", "MANON002", "--donnees", tmp_path, "--json", build=build)
    lu = json.loads(fait.stdout)
    assert (lu["ajoutees"], lu["retirees"], lu["comptes"]) == ([], [], [])
    assert lu["identiques"] + len(lu["modifiees"]) == 4
    vide = tape("diff", sample(JUSTE), "--dossier", "ABSENT", "--donnees", tmp_path, build=build)
    assert vide.exit_code == 2


# ── repair ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_repair_writes_the_file_the_reports_and_says_what_is_left(tape: Tape, tmp_path: Path) -> None:
    entree = _fec(tmp_path, _faute())
    (tmp_path / "r.toml").write_text(RECETTE)
    sortie = tmp_path / "sortie" / NOM_FICHIER
    sortie.parent.mkdir()
    rapports = [tmp_path / f"c.{fin}" for fin in ("json", "csv", "html")]
    options = [mot for r in rapports for mot in ("--rapport", r)]
    fait = tape("repair", entree, "--recette", tmp_path / "r.toml", "-o", sortie, *options)
    assert fait.exit_code in (0, 1)
    assert sortie.read_bytes() == _faute().met(7, EcritureDate="20250131").octets
    corrections = json.loads(rapports[0].read_text())["corrections"]
    assert [(c["numero_ligne"], c["zone"], c["avant"], c["apres"]) for c in corrections] == [
        (7, "EcritureDate", "31/01/2025", "20250131")
    ]
    assert rapports[1].read_text("utf-8-sig").splitlines()[1].startswith("1;dates;7;EcritureDate;31/01/2025;20250131;")
    assert "<del>31/01/2025</del>" in rapports[2].read_text()
    assert [p.name for p in sortie.parent.iterdir()] == [NOM_FICHIER], "no temporary file is left"


def test_the_same_recipe_serves_next_month_and_changes_nothing_twice(tape: Tape, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(RECETTE)
    (tmp_path / "un").mkdir(), (tmp_path / "deux").mkdir()
    entree, un, deux = _fec(tmp_path, _faute()), tmp_path / "un" / NOM_FICHIER, tmp_path / "deux" / NOM_FICHIER
    tape("repair", entree, "--recette", tmp_path / "r.toml", "-o", un)
    tape("repair", un, "--recette", tmp_path / "r.toml", "-o", deux)
    assert un.read_bytes() == deux.read_bytes()


def test_a_dry_run_shows_and_writes_nothing(tape: Tape, tmp_path: Path) -> None:
    entree = _fec(tmp_path, _faute())
    (tmp_path / "r.toml").write_text(RECETTE)
    avant = sorted(p.name for p in tmp_path.iterdir())
    fait = tape("repair", entree, "--recette", tmp_path / "r.toml", "--a-blanc")
    assert "20250131" in fait.stdout and "rien n’est écrit" in fait.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == avant


def test_a_recipe_refused_exits_2_and_leaves_the_output_as_it_was(tape: Tape, tmp_path: Path) -> None:
    entree = _fec(tmp_path, _faute())
    sortie = tmp_path / "sortie.txt"
    sortie.write_bytes(b"ancien")
    (tmp_path / "r.toml").write_text(RECETTE.replace("EcritureDate", "Inconnue"))
    assert tape("repair", entree, "--recette", tmp_path / "r.toml", "-o", sortie, "--force").exit_code == 2
    assert sortie.read_bytes() == b"ancien"


def test_a_file_that_exists_is_replaced_only_when_told(tape: Tape, tmp_path: Path) -> None:
    entree, sortie = _fec(tmp_path, _faute()), tmp_path / NOM_FICHIER.lower()
    sortie.write_bytes(b"ancien")
    (tmp_path / "r.toml").write_text(RECETTE)
    refus = tape("repair", entree, "--recette", tmp_path / "r.toml", "-o", sortie)
    assert refus.exit_code == 2 and sortie.read_bytes() == b"ancien"
    tape("repair", entree, "--recette", tmp_path / "r.toml", "-o", sortie, "--force")
    assert sortie.read_bytes() == _faute().met(7, EcritureDate="20250131").octets


def test_an_input_is_never_written_over(tape: Tape, tmp_path: Path) -> None:
    entree = _fec(tmp_path, _faute())
    (tmp_path / "r.toml").write_text(RECETTE)
    for options in (
        ["-o", entree],
        ["-o", tmp_path / "r.toml"],
        ["-o", tmp_path / "s.txt", "--rapport", tmp_path / "r.pdf"],
    ):
        assert tape("repair", entree, "--recette", tmp_path / "r.toml", *options).exit_code == 2
    assert entree.read_bytes() == _faute().octets
    assert tape("check", entree, "--report", entree.rename(tmp_path / "x.html")).exit_code == 2


def test_a_recipe_is_proposed_then_applied(tape: Tape, tmp_path: Path) -> None:
    entree = _fec(tmp_path, _faute())
    assert tape("repair", entree, "--propose", "-o", tmp_path / "r.toml").exit_code == 0
    assert "JJ/MM/AAAA" in (tmp_path / "r.toml").read_text()
    assert 'action = "dates"' in tape("repair", entree, "--propose").stdout
    lu = json.loads(tape("repair", entree, "--recette", tmp_path / "r.toml", "--a-blanc", "--json").stdout)
    assert [e["action"] for e in lu["etapes"]] == ["dates"]
    assert "V18" not in lu["apres"]["par_code"]


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--propose", "--a-blanc"],
        ["--propose", "--recette", "r.toml"],
        ["--recette", "r.toml"],
        ["--recette", "r.toml", "--a-blanc", "-o", "s"],
    ],
)
def test_a_misused_repair_exits_2(tape: Tape, options: list[str]) -> None:
    assert tape("repair", sample(JUSTE), *options).exit_code == 2


# ── check --report ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_reports_are_written_beside_what_is_printed(tape: Tape, tmp_path: Path) -> None:
    entree = _fec(tmp_path, _faute())
    noms = [tmp_path / n for n in ("r.html", "r.xlsx", "r.sarif", "junit.xml")]
    fait = tape("check", entree, sample(ERRONE), "--json", *(mot for n in noms for mot in ("--report", n)))
    assert fait.exit_code == 1
    assert len(json.loads(fait.stdout)) == 2, "what is printed stays for programs"
    assert all(n.stat().st_size > 1000 for n in noms)
    assert "&lt;script&gt;" in noms[0].read_text() or "<script" not in noms[0].read_text()
    assert {
        a["location"]["uri"].rsplit("/", 1)[-1] for a in json.loads(noms[2].read_text())["runs"][0]["artifacts"]
    } == {entree.name, ERRONE}


def test_a_file_that_cannot_be_opened_is_in_the_report(tape: Tape, tmp_path: Path) -> None:
    assert tape("check", tmp_path / "absent.TRA", "--report", tmp_path / "r.html").exit_code == 2
    assert "ne peut pas être ouvert" in (tmp_path / "r.html").read_text()


def test_an_unknown_report_is_refused_before_anything_is_read(tape: Tape, tmp_path: Path) -> None:
    fait = tape("check", sample(JUSTE), "--report", tmp_path / "r.pdf")
    assert fait.exit_code == 2 and fait.stdout == ""
    ailleurs = tape("check", sample(JUSTE), "--report", tmp_path / "absent" / "r.html")
    assert ailleurs.exit_code == 2


@pytest.mark.parametrize("commande", ["stats", "describe", "check"])
def test_the_tools_start_without_server_database_or_queue(commande: str) -> None:
    programme = (
        "import sys\n"
        f"sys.argv = ['ecritures', {commande!r}, {str(sample(JUSTE))!r}, '--json']\n"
        "from ecritures.main import cli\n"
        "try:\n    cli()\nexcept SystemExit as fin:\n    assert not fin.code, fin.code\n"
        "lourds = {'dbos', 'fastapi', 'sqlalchemy', 'uvicorn', 'httpx2', 'alembic', 'psycopg', 'obstore', 'jinja2', 'xlsxwriter', 'tomlkit'}\n"
        "print(sorted(lourds & set(sys.modules)))\n"
    )
    fait = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=False)
    assert fait.returncode == 0, fait.stderr
    assert fait.stdout.splitlines()[-1] == "[]"
