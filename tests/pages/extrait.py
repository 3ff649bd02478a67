"""The lines of two example files that differ, as a reader of the documentation sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from exemples.registre import Exemple, Fichier

LIGNES_MAX = 6
"""Lines shown of one file: an example that changes more of them shows the first, and the one of the finding."""
OCTETS_MAX = 200_000
"""Bytes looked at: an example of a file that is too large need not be shown whole."""
LARGEUR_MAX = 600
"""Characters shown of a line."""
BLANCS_MAX = 9
"""Blanks in a row shown as they are; a longer run is told by its length, columns being those of the finding."""

_CONTROLES = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡", 0xFEFF: "⟨BOM⟩"}


def extraits(exemple: Exemple, passe: Fichier, echoue: Fichier) -> tuple[list[str], list[str]]:
    """What to show of the file that passes and of the one that fails."""
    textes = _lignes(passe.octets[:OCTETS_MAX]), _lignes(echoue.octets[:OCTETS_MAX])
    if b"PK" in (passe.octets[:2], echoue.octets[:2]) and echoue.situation:
        choix: tuple[list[int], list[int]] = [], []  # the situation says what an archive or a workbook holds
    elif passe.octets == echoue.octets:
        choisies = [exemple.ligne] if exemple.ligne else []
        choix = choisies, choisies
    else:
        choix = _differentes(*textes, exemple.ligne)
    if not (_est_binaire(passe.octets) or _est_binaire(echoue.octets)) and _fins(passe.octets) != _fins(echoue.octets):
        textes = _avec_fins(passe.octets), _avec_fins(echoue.octets)
        choix = [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]
    return (
        [*_alentour(passe, echoue), *_numerotees(textes[0], choix[0], None)],
        [*_alentour(echoue, passe), *_numerotees(textes[1], choix[1], exemple)],
    )


def _alentour(fichier: Fichier, autre: Fichier) -> list[str]:
    """What is not in the lines: the file's name when the other has another one, and the situation."""
    dits = [f"Nom du fichier : {fichier.nom}"] if fichier.nom != autre.nom else []
    return [*dits, *([fichier.situation] if fichier.situation else [])]


def _est_binaire(octets: bytes) -> bool:
    return octets.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff"))


def _texte(octets: bytes) -> str:
    """As it is in UTF-8, a wrong byte shown by its value; as Windows-1252 when no letter of it is UTF-8."""
    texte = octets.decode("utf-8", "backslashreplace")
    est_utf8 = octets.isascii() or not texte.isascii()
    return texte if est_utf8 or b"|" in octets else octets.decode("cp1252", "backslashreplace")


def _lignes(octets: bytes) -> list[str]:
    if _est_binaire(octets):
        return [f"premiers octets : {octets[:24].hex(' ').upper()} …"]
    return re.split(r"\r\r\n|\r\n|\n|\r", _texte(octets))


def _fins(octets: bytes) -> frozenset[bytes]:
    return frozenset(re.findall(rb"\r\r\n|\r\n|\n|\r", octets))


def _avec_fins(octets: bytes) -> list[str]:
    morceaux = re.split(r"(\r\r\n|\r\n|\n|\r)", _texte(octets))
    noms = {"\r\n": "CR LF", "\n": "LF", "\r": "CR", "\r\r\n": "CR CR LF"}
    return [ligne + f" ⟨{noms[fin]}⟩" for ligne, fin in zip(morceaux[::2], morceaux[1::2], strict=False)]


def _differentes(avant: Sequence[str], apres: Sequence[str], ligne: int | None) -> tuple[list[int], list[int]]:
    """Numbers of the lines that change, in each file; where lines only appear or go away, those around them."""
    gauche: list[int] = []
    droite: list[int] = []
    for geste, i1, i2, j1, j2 in SequenceMatcher(None, avant, apres, autojunk=False).get_opcodes():
        if geste == "equal":
            continue
        gauche += (
            range(i1 + 1, i2 + 1) if i2 > i1 else (n for n in (i1, i1 + 1) if 0 < n <= len(avant) and avant[n - 1])
        )
        droite += (
            range(j1 + 1, j2 + 1) if j2 > j1 else (n for n in (j1, j1 + 1) if 0 < n <= len(apres) and apres[n - 1])
        )
    if ligne is not None and ligne not in droite:
        droite = sorted({*droite[: LIGNES_MAX - 1], ligne})
    return gauche, droite


def _numerotees(lignes: Sequence[str], choisies: Sequence[int], exemple: Exemple | None) -> list[str]:
    montrees: list[str] = []
    gardees = list(dict.fromkeys(n for n in choisies if n <= len(lignes)))
    if len(gardees) > LIGNES_MAX:
        ligne = exemple.ligne if exemple else None
        fin = [ligne] if ligne in gardees[LIGNES_MAX:] else []
        gardees, reste = [*gardees[:LIGNES_MAX], *fin], len(gardees) - LIGNES_MAX - len(fin)
    else:
        reste = 0
    for numero in gardees:
        entete = f"{numero:>4} │ "
        texte = lignes[numero - 1]
        if exemple and exemple.ligne == numero and exemple.colonnes and len(texte) <= LARGEUR_MAX * 4:
            debut, fin_ = exemple.colonnes
            parties = [_montre(p) for p in (texte[: debut - 1], texte[debut - 1 : fin_], texte[fin_:].rstrip())]
            montrees += [
                (entete + "".join(parties)).rstrip(),
                " " * (len(entete) + len(parties[0])) + "▔" * max(len(parties[1]), 1),
            ]
        else:
            montrees.append(entete + _montre(texte.rstrip(" ")))
    if reste:
        montrees.append(f"     … et {reste} autre{'s' if reste > 1 else ''} ligne{'s' if reste > 1 else ''}")
    return montrees


def _montre(texte: str) -> str:
    """Control characters made visible, long runs of blanks counted, a very long line cut."""
    if len(texte) > LARGEUR_MAX:
        texte = f"{texte[:LARGEUR_MAX]}… ({len(texte)} caractères)"
    texte = texte.replace("\t", "→").translate(_CONTROLES)
    return re.sub(rf" {{{BLANCS_MAX + 1},}}", lambda trouve: f"⟨{len(trouve.group())} blancs⟩", texte)
