"""A resource with every kind of field, and strategies for its objects, its filters and its sorts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ecritures.domain.filtre import (
    Champ,
    Comparaison,
    Expression,
    Operateur,
    Ressource,
    Tri,
    TypeChamp,
    Valeur,
    ValeurRefusee,
    et,
    ou,
)

NATURES = {1: "achat", 2: "od", 8: "vente"}


def nature(valeur: Valeur) -> str:
    """The documented number of a kind of journal → what is stored."""
    if valeur not in NATURES:
        raise ValeurRefusee("1, 2 ou 8")
    return NATURES[int(str(valeur))]


RESSOURCE = Ressource(
    "essai",
    (
        Champ("rang", TypeChamp.ENTIER, obligatoire=True),
        Champ("code", TypeChamp.TEXTE, obligatoire=True),
        Champ("libelle", TypeChamp.TEXTE),
        Champ("type", TypeChamp.ENTIER, colonne="nature", conversion=nature),
        Champ("nombre", TypeChamp.ENTIER),
        Champ("debit", TypeChamp.MONTANT, colonne="debit_centimes"),
        Champ("datePiece", TypeChamp.DATE, colonne="date_piece"),
        Champ("creationDate", TypeChamp.INSTANT, colonne="creation_ms"),
        Champ("ferme", TypeChamp.BOOLEEN, colonne="est_ferme"),
        Champ("actif", TypeChamp.BOOLEEN, colonne="est_inactif", conversion=lambda valeur: int(not valeur)),
        Champ("axe.objectId", TypeChamp.UUID, colonne="axe"),
        Champ("pieceJointe", TypeChamp.TEXTE, frozenset(), triable=False),
    ),
    cle=("rang",),
)
FILTRABLES = RESSOURCE.filtrables

# Where databases, collations and escapes go wrong; few, so that generated filters meet generated objects.
TEXTES = (
    "",
    " ",
    "a",
    "a ",
    "A",
    "B",
    "b",
    "e",
    "é",
    "e\u0301",
    "É",
    "z",
    "œ",
    "ß",
    "ss",
    "_",
    "%",
    "50 %",
    "l'été",
    "'",
)
TEXTES += ('"', '\\"', "\\", "\\%", "--", "/*", "null", "411", "0411", ":p", "%(p)s", "?", "$1", "\n", "\t", "\u00a0")
TEXTES += ("\u202e", "\u200b", "\uffff", "\ufeff", "\U0001f600", "\U0001f600\ufe0f", "\U0010ffff", "I", "i", "ı", "İ")

VALEURS: dict[TypeChamp, st.SearchStrategy[Any]] = {
    TypeChamp.TEXTE: st.sampled_from(TEXTES)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6),
    TypeChamp.ENTIER: st.integers(-3, 3) | st.integers(1 - 10**18, 10**18 - 1),
    TypeChamp.MONTANT: (st.integers(-300, 300) | st.integers(1 - 10**18, 10**18 - 1)).map(
        lambda n: Decimal(f"{'-' if n < 0 else ''}{abs(n) // 100}.{abs(n) % 100:02d}")
    ),
    TypeChamp.DATE: st.sampled_from(("0001-01-01", "2024-02-29", "2025-01-01", "9999-12-31"))
    | st.dates().map(lambda d: f"{d.year:04d}-{d.month:02d}-{d.day:02d}"),
    TypeChamp.INSTANT: st.builds(
        "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}.{:03d}Z".format,
        st.sampled_from((1, 1969, 1970, 2025, 9999)),
        st.integers(1, 12),
        st.integers(1, 28),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 59),
        st.integers(0, 999),
    ),
    TypeChamp.BOOLEEN: st.booleans(),
    TypeChamp.UUID: st.sampled_from(("00000000-0000-0000-0000-000000000000",)) | st.uuids().map(str),
}


def valeurs(champ: Champ) -> st.SearchStrategy[Any]:
    return st.sampled_from(sorted(NATURES)) if champ.nom == "type" else VALEURS[champ.type]


@st.composite
def comparaisons(tirer: st.DrawFn) -> Comparaison:
    champ = tirer(st.sampled_from(FILTRABLES))
    operateur = tirer(st.sampled_from(champ.operateurs_admis))
    possibles = valeurs(champ)
    if operateur in (Operateur.EGAL, Operateur.DIFFERENT):
        possibles = st.none() | possibles
    return Comparaison(champ.nom, operateur, tirer(possibles))


def _composees(termes: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    listes = st.lists(termes, min_size=1, max_size=4)
    return listes.map(lambda t: et(*t)) | listes.map(lambda t: ou(*t))


expressions: st.SearchStrategy[Expression] = st.recursive(comparaisons(), _composees, max_leaves=12)

tris = st.lists(
    st.builds(Tri, st.sampled_from([champ.nom for champ in RESSOURCE.triables]), st.booleans()),
    max_size=4,
    unique_by=lambda tri: tri.champ,
).map(tuple)

objets: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {c.nom: valeurs(c) if c.obligatoire else st.none() | valeurs(c) for c in FILTRABLES if c.nom != "rang"}
    ),
    min_size=1,
    max_size=12,
).map(lambda liste: [{"rang": rang, **objet} for rang, objet in enumerate(liste)])
