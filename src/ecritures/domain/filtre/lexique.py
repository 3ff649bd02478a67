"""From text to tokens, one at a time, so that the first fault of the text is the one reported.

Positions of tokens are indexes from 0 in the text received; people see them from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre.arbre import Valeur
from ecritures.domain.filtre.champs import NOM

LONGUEUR_MAX = 4096
"""Characters of one parameter: several times the longest filter of the published clients, and a URL still carries it."""
CHIFFRES_MAX = 40
"""Characters of a number: more than any amount has; bounds the work, the type of the field bounds the value."""
MONTRE_MAX = 40
"""Characters of the request that a message repeats."""

BLANCS = " \t\r\n\u00a0"
FIN = "la fin du texte"


class Genre(Enum):
    NOM = auto()
    LITTERAL = auto()
    COMPARATEUR = auto()
    ET = auto()
    OU = auto()
    OUVRANTE = auto()
    FERMANTE = auto()
    FIN = auto()


@dataclass(frozen=True, slots=True)
class Jeton:
    """``texte`` as written; ``valeur`` of a literal, decoded."""

    genre: Genre
    debut: int
    texte: str = ""
    valeur: Valeur = None

    @property
    def montre(self) -> str:
        return montrer(self.texte) if self.texte else FIN


def montrer(texte: str) -> str:
    """The text between quotation marks, cut, with what does not print as its code: fit for a message or a log."""
    coupe = texte[:MONTRE_MAX]
    lisible = "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in coupe)
    return f"« {lisible}{'…' if len(texte) > MONTRE_MAX else ''} »"


def mesurer(texte: str, parametre: str) -> None:
    """Refuses a text that is too long before anything reads it."""
    if len(texte) > LONGUEUR_MAX:
        raise FiltreInvalide(
            parametre, LONGUEUR_MAX + 1, f"un texte de {len(texte)} caractères", f"{LONGUEUR_MAX} caractères au plus"
        )


def entre_guillemets(texte: str) -> tuple[int, int]:
    """Start and end of the text without its blanks and without the pair of quotes some clients put around a whole value.

    The quotes are a pair around the whole unless the first string is itself an operand, as in ``"411" == numero``.
    """
    debut, fin = 0, len(texte)
    while debut < fin and texte[debut] in BLANCS:
        debut += 1
    while fin > debut and texte[fin - 1] in BLANCS:
        fin -= 1
    if fin - debut < 2 or texte[debut] not in "\"'" or texte[fin - 1] != texte[debut]:
        return debut, fin
    chaine = _CHAINES[texte[debut]].match(texte, debut, fin)
    if chaine is None or _COMPARATEUR.match(texte[chaine.end() : fin].lstrip(BLANCS)):
        return debut, fin
    return debut + 1, fin - 1


_COMPARATEUR = re.compile("===|!==|==|!=|>=|<=|>|<")
_CHAINES = {q: re.compile(rf"{q}((?:[^{q}\\]|\\.)*+){q}", re.DOTALL) for q in "\"'"}
_SUITE_DE_NOMBRE = re.compile(r"-?\.?[0-9A-Za-z_.$]*", re.ASCII)
_NOMBRE = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_ECHAPPEMENT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))|([\x00-\x1f\ud800-\udfff])|\\", re.DOTALL)
_SIMPLES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_MOTS: dict[str, Valeur] = {"true": True, "false": False, "null": None}
_PONCTUATION = {"&&": Genre.ET, "||": Genre.OU, "(": Genre.OUVRANTE, ")": Genre.FERMANTE}

_ATTENDUS = {
    "=": "« == » pour comparer",
    "!": "« != » ; la négation n'est pas admise",
    "&": "« && », écrit %26%26 dans une adresse",
    "|": "« || »",
    ",": "le point avant les décimales, ou « && » entre deux conditions",
    ";": "« && » ou « || » entre deux conditions",
    "“": "des guillemets droits \" ou '",
    "”": "des guillemets droits \" ou '",
    "«": "des guillemets droits \" ou '",
    "»": "des guillemets droits \" ou '",
    "’": "des guillemets droits \" ou '",
    "`": "des guillemets droits \" ou '",
    "+": "un nombre sans signe plus",
}
_ATTENDU = "un champ, un opérateur, une valeur ou une parenthèse"


def jetons(texte: str, debut: int, fin: int, parametre: str) -> Iterator[Jeton]:
    """The tokens of ``texte[debut:fin]``, then FIN for ever. Raises FiltreInvalide at the first character of none."""
    ici = debut
    while True:
        while ici < fin and texte[ici] in BLANCS:
            ici += 1
        jeton = _jeton(texte, ici, fin, parametre) if ici < fin else Jeton(Genre.FIN, fin)
        yield jeton
        ici += len(jeton.texte)


def _jeton(texte: str, ici: int, fin: int, parametre: str) -> Jeton:
    tete = texte[ici]
    if tete in "\"'":
        return _chaine(texte, ici, fin, parametre)
    if tete in "-.0123456789":
        return _nombre(texte, ici, fin, parametre)
    if nom := NOM.match(texte, ici, fin):
        mot = nom[0]
        return Jeton(Genre.LITTERAL, ici, mot, _MOTS[mot]) if mot in _MOTS else Jeton(Genre.NOM, ici, mot)
    if comparateur := _COMPARATEUR.match(texte, ici, fin):
        return Jeton(Genre.COMPARATEUR, ici, comparateur[0])
    for signe, genre in _PONCTUATION.items():
        if texte.startswith(signe, ici, fin):
            return Jeton(genre, ici, signe)
    trouve = montrer(tete) + (f" (U+{ord(tete):04X})" if tete.isprintable() and not tete.isascii() else "")
    raise FiltreInvalide(parametre, ici + 1, trouve, _ATTENDUS.get(tete, _ATTENDU))


def _nombre(texte: str, ici: int, fin: int, parametre: str) -> Jeton:
    """Exact: ``int``, or ``Decimal`` when there is a decimal point. No exponent, no base, no leading zero."""
    suite = _SUITE_DE_NOMBRE.match(texte, ici, fin)
    assert suite is not None
    nombre = _NOMBRE.fullmatch(suite[0])
    if nombre is None or len(suite[0]) > CHIFFRES_MAX:
        attendu = "un nombre en chiffres, sans exposant, le point avant les décimales"
        if suite[0][:1] == "0" and suite[0].isdigit():
            attendu = f'un nombre sans zéro en tête, ou un texte entre guillemets : "{suite[0][:MONTRE_MAX]}"'
        raise FiltreInvalide(parametre, ici + 1, montrer(suite[0]), attendu)
    return Jeton(Genre.LITTERAL, ici, suite[0], Decimal(suite[0]) if nombre[1] else int(suite[0]))


def _chaine(texte: str, ici: int, fin: int, parametre: str) -> Jeton:
    chaine = _CHAINES[texte[ici]].match(texte, ici, fin)
    if chaine is None:
        raise FiltreInvalide(
            parametre, ici + 1, "un texte qui n'est pas fermé", f"un guillemet {texte[ici]} à la fin du texte"
        )
    place = ici + 1

    def decoder(echappement: re.Match[str]) -> str:
        code, simple, brut = echappement.groups()
        if code is not None:
            return chr(int(code, 16))
        if simple is not None and simple in _SIMPLES:
            return _SIMPLES[simple]
        trouve = montrer(echappement[0])
        if brut is not None:
            raise FiltreInvalide(
                parametre, place + echappement.start() + 1, trouve, "un caractère lisible, ou \\n, \\r, \\t"
            )
        attendu = "\\\" \\' \\\\ \\/ \\n \\r \\t \\b \\f ou \\u suivi de quatre chiffres hexadécimaux"
        raise FiltreInvalide(parametre, place + echappement.start() + 1, trouve, attendu)

    valeur = _ECHAPPEMENT.sub(decoder, chaine[1])
    if "\\u" in chaine[1]:  # two escapes may spell one character beyond U+FFFF, as in JSON
        valeur = valeur.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if faux := _IMPOSSIBLES.search(valeur):
        attendu = "un texte sans U+0000 ni moitié de caractère"
        raise FiltreInvalide(parametre, ici + 1, f"un texte qui contient {montrer(faux[0])}", attendu)
    return Jeton(Genre.LITTERAL, ici, chaine[0], valeur)


_IMPOSSIBLES = re.compile("[\x00\ud800-\udfff]")
"""What the databases cannot hold in a text."""
