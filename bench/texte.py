"""Figures and tables as ``docs/performance.md`` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def nombre(valeur: float, decimales: int = 0) -> str:
    """``1 234,5`` as French typography writes it."""
    return f"{valeur:,.{decimales}f}".replace(",", "\u202f").replace(".", ",")


def secondes(valeur: float) -> str:
    return nombre(valeur, 3 if valeur < 1 else 2)


def table(titres: Sequence[str], rangs: Iterable[Sequence[str]], texte: int = 2) -> list[str]:
    """A Markdown table whose first ``texte`` columns are on the left, figures on the right."""
    filet = [":--" if n < texte else "--:" for n in range(len(titres))]
    return ["| " + " | ".join(cases) + " |" for cases in (titres, filet, *rangs)] + [""]
