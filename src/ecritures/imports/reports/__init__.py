"""Reports on files read and checked: a page, a workbook, and what forges and CI servers read. Values in, bytes out.

The kind of a report is told by its file name: ``.html``, ``.xlsx``, ``.sarif`` (or ``.sarif.json``), and ``.xml`` for JUnit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ecritures.imports.reports import html, junit, sarif, xlsx
from ecritures.imports.reports.piece import Piece, piece

RENDERERS: dict[str, Callable[[Sequence[Piece]], bytes]] = {
    ".html": html.render,
    ".htm": html.render,
    ".xlsx": xlsx.render,
    ".sarif": sarif.render,
    ".sarif.json": sarif.render,
    ".xml": junit.render,
}


class RapportInconnu(ValueError):
    """No report of that name can be written: ``str()`` says which names can."""

    def __init__(self, nom: str) -> None:
        super().__init__(
            f"Le rapport « {nom} » n'a pas un nom connu : finir par .html, .xlsx, .sarif, ou .xml pour JUnit."
        )


def renderer(nom: str) -> Callable[[Sequence[Piece]], bytes]:
    """What writes the report of that file name. Raises RapportInconnu."""
    for fin, rendu in RENDERERS.items():
        if nom.lower().endswith(fin):
            return rendu
    raise RapportInconnu(nom)


__all__ = ["Piece", "RapportInconnu", "piece", "renderer"]
