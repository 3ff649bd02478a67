"""How things are shown on a terminal: text of files made harmless, tables, euros, progress."""

from __future__ import annotations

import json
import sys
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

LARGEUR_HORS_TERMINAL = 160
"""Columns used when the output is a file or a pipe: findings stay on few lines."""

APPARITION_S = 1.0
"""Work that lasts less shows no progress."""

VALEUR_MAX = 60
"""Characters of a raw value shown; ``--json`` gives all of it."""

_CACHEES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(texte: str) -> str:
    """The text with every control, direction or invisible character written as its code: a file cannot move the cursor,
    recolour the terminal or reverse an amount."""
    if texte.isprintable():
        return texte
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in _CACHEES else c for c in texte)


def shorten(texte: str, longueur_max: int = VALEUR_MAX) -> str:
    return texte if len(texte) <= longueur_max else texte[: longueur_max - 1] + "…"


def plural(nombre: int, nom: str) -> str:
    """« 1 reçu », « 2 reçus »: for nouns that take an s."""
    return f"{nombre} {nom}{'s' if nombre > 1 else ''}"


def print_json(valeur: Any, suite: str = "") -> None:
    """One line of JSON on stdout, in UTF-8 whatever the terminal; ``suite`` ends the line."""
    write_line(json.dumps(valeur, ensure_ascii=False, separators=(",", ":")) + suite)


def write_line(texte: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(texte.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    flux = sys.stderr if stderr else sys.stdout
    largeur = None if flux.isatty() else LARGEUR_HORS_TERMINAL
    return Console(stderr=stderr, width=largeur, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_table(
    sortie: Console,
    titre: str,
    colonnes: Sequence[str],
    rangees: Iterable[Sequence[object]],
    *,
    droite: Sequence[str] = (),
) -> None:
    """A table of harmless text; the columns named in ``droite`` are aligned right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    tableau = Table(title=Text(titre) if titre else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for nom in colonnes:
        tableau.add_column(nom, justify="right" if nom in droite else "left", overflow="fold", no_wrap=nom in droite)
    for rangee in rangees:
        tableau.add_row(*(Text("" if v is None else visible_lines(str(v))) for v in rangee))
    sortie.print(tableau)


def visible_lines(texte: str) -> str:
    """As :func:`visible`, line by line: our own line breaks are kept."""
    return "\n".join(visible(ligne) for ligne in texte.split("\n"))


@dataclass
class Avancement:
    """What a long command tells of its progress. Set ``fait`` and ``quoi`` freely: another thread shows them."""

    total: float | None = None
    fait: float = 0
    quoi: str = ""

    def note(self, fait: float, total: float | None = None) -> None:
        self.fait = fait
        self.total = self.total if total is None else total


@contextmanager
def progress(quoi: str, total: float | None = None) -> Iterator[Avancement]:
    """Shows progress on stderr once the work has lasted a second, and only to a terminal: stdout and logs stay clean."""
    etat = Avancement(total, 0, quoi)
    if not sys.stderr.isatty():
        yield etat
        return
    fin = threading.Event()
    fil = threading.Thread(target=_show_progress, args=(etat, fin), daemon=True)
    fil.start()
    try:
        yield etat
    finally:
        fin.set()
        fil.join()


def _show_progress(etat: Avancement, fin: threading.Event) -> None:
    if fin.wait(APPARITION_S):
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    colonnes = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*colonnes, console=console(stderr=True), transient=True) as barre:
        tache = barre.add_task(visible(etat.quoi), total=etat.total)
        while not fin.wait(0.1):
            barre.update(tache, description=visible(etat.quoi), completed=etat.fait, total=etat.total)
