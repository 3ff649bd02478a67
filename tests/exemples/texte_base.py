"""Examples of files that are one text: a clean one, and the same with one piece replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exemples.registre import Colonnes, Exemple, Fichier


def remplace(texte: str, avant: str, apres: str) -> str:
    """The text with its first ``avant`` replaced; ``avant`` must be there."""
    assert avant in texte, f"{avant!r} is not in the clean text"
    return texte.replace(avant, apres, 1)


def place(texte: str, marque: str) -> tuple[int, Colonnes]:
    """Line and columns, from 1, of the first ``marque`` of that text."""
    rang = texte.index(marque)
    debut = rang - (texte.rfind("\n", 0, rang) + 1) + 1
    return texte.count("\n", 0, rang) + 1, (debut, debut + len(marque) - 1)


def echec(
    format_: str,
    nom: str,
    clair: str,
    id_: str,
    faute: Callable[[str], str] | tuple[str, str],
    zone: str | None = None,
    *,
    marque: str | None = None,
    ligne: int | None = None,
    colonnes: Colonnes | None = None,
    encode: Callable[[str], bytes] = str.encode,
    options: Mapping[str, Any] | None = None,
    situation: str = "",
) -> Exemple:
    """``faute``: what is replaced, and by what. ``marque``: the text on which the finding must stand in the file that fails;
    else ``ligne`` and ``colonnes``. ``encode`` gives the bytes of the file that fails."""

    def spoiled() -> str:
        return faute(clair) if callable(faute) else remplace(clair, *faute)

    def construire() -> tuple[Fichier, Fichier]:
        dits: dict[str, Any] = {"options": options or {}, "situation": situation}
        return Fichier(format_, clair.encode(), nom, **dits), Fichier(format_, encode(spoiled()), nom, **dits)

    if marque is None:
        return Exemple(id_, construire, ligne, zone, lambda: colonnes)
    return Exemple(id_, construire, place(spoiled(), marque)[0], zone, lambda: place(spoiled(), marque)[1])
