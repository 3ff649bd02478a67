"""The first rows of a custom file as they stand, before any meaning: what a person looks at to say what each column is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecritures.formats import xlsx
from ecritures.formats.perso.brouillon import Place
from ecritures.formats.perso.source_csv import COLONNES_MAX, enregistrements
from ecritures.formats.perso.texte import en_texte, toutes_les_lignes

RANGEES_MAX = 12
"""Rows shown: enough to recognise a column, few enough to see what they become below."""
LIGNES_LUES_MAX = 400
"""Lines looked at for those rows: a quoted value may span several."""
COLONNES_VUES_MAX = 60
CELLULE_MAX = 80
LARGEUR_MAX = 400
"""Characters of a fixed-width line that the ruler shows."""


@dataclass(frozen=True)
class Colonne:
    """A column on screen. ``zone``: as findings call it; ``lettre``: in a spreadsheet."""

    place: Place
    zone: str
    lettre: str = ""


@dataclass(frozen=True)
class Apercu:
    """``rangees``: line number and cells. ``avant``: the lines above the names. ``motif``: why there is nothing to show."""

    colonnes: tuple[Colonne, ...] = ()
    rangees: tuple[tuple[int, tuple[str, ...]], ...] = ()
    avant: tuple[tuple[int, str], ...] = ()
    lignes: tuple[str, ...] = ()  # fixed width: the lines themselves, for the ruler
    feuilles: tuple[str, ...] = ()
    feuille: str = ""
    encodage: str = ""
    motif: str = ""
    coupees: int = 0  # columns not shown


def apercu(octets: bytes, reglages: Mapping[str, Any], format_: str) -> Apercu:
    """``reglages``: the table ``fichier`` of the model, as far as it is filled. Never raises, whatever the bytes."""
    sautees = reglages.get("lignes_a_sauter", 0)
    sautees = sautees if isinstance(sautees, int) and 0 <= sautees <= 10_000 else 0
    entete = bool(reglages.get("entete", format_ != "fixe"))
    if format_ == "xlsx":
        return _classeur(octets, reglages.get("feuille"), sautees, entete)
    encodage = reglages.get("encodage", "auto")
    texte = en_texte(octets, None if encodage in ("auto", None) else str(encodage))
    if isinstance(texte, str):
        return Apercu(motif=f"le fichier n'est pas du texte ({texte})")
    lues = toutes_les_lignes(texte)
    if format_ == "fixe":
        lignes = [(n, t) for n, t in lues.slice(sautees).head(LIGNES_LUES_MAX).iter_rows() if t.strip()]
        return _fixe(lignes[:RANGEES_MAX], reglages.get("coupes") or (), texte.encodage)
    separateur = {"tab": "\t"}.get(str(reglages.get("separateur", "")), str(reglages.get("separateur", "")))
    if len(separateur) != 1:
        return Apercu(motif="le séparateur n'est pas encore choisi", encodage=texte.encodage)
    guillemet = str(reglages.get("guillemet", '"'))[:1]
    avant = tuple((n, t[:CELLULE_MAX]) for n, t in lues.head(sautees).tail(3).iter_rows())
    tous = enregistrements(lues.slice(sautees).head(LIGNES_LUES_MAX), separateur, guillemet)
    rangees = [(e.numero_ligne, [c.texte for c in e.champs[:COLONNES_MAX]]) for e in tous]
    rangees = [r for r in rangees if any(c.strip() for c in r[1])]
    return _tableau(rangees, entete, avant, encodage=texte.encodage)


def _tableau(
    rangees: Sequence[tuple[int, list[str]]],
    entete: bool,
    avant: tuple[tuple[int, str], ...],
    *,
    encodage: str = "",
    feuilles: tuple[str, ...] = (),
    feuille: str = "",
) -> Apercu:
    noms = rangees[0][1] if entete and rangees else []
    corps = rangees[1 if entete else 0 :][:RANGEES_MAX]
    largeur = max((len(cellules) for _, cellules in (*corps, (0, noms))), default=0)
    while largeur > 1 and not any(c[largeur - 1].strip() for c in (noms, *(r for _, r in corps)) if len(c) >= largeur):
        largeur -= 1  # separators at the end of lines make no column
    est_feuille = bool(feuilles)
    colonnes = []
    for rang in range(min(largeur, COLONNES_VUES_MAX)):
        nom = noms[rang].strip() if rang < len(noms) else ""
        lettre = xlsx.lettres(rang + 1) if est_feuille else ""
        zone = f"{lettre} {nom}".strip() if est_feuille else nom or f"colonne {rang + 1}"
        colonnes.append(Colonne(Place(rang + 1, nom), zone, lettre))
    return Apercu(
        tuple(colonnes),
        tuple((numero, _cellules(cellules, len(colonnes))) for numero, cellules in corps),
        avant,
        feuilles=feuilles,
        feuille=feuille,
        encodage=encodage,
        motif="" if colonnes else "le fichier n'a aucune ligne à cet endroit",
        coupees=max(0, largeur - COLONNES_VUES_MAX),
    )


def _cellules(cellules: Sequence[str], nombre: int) -> tuple[str, ...]:
    completes = [*cellules[:nombre], *[""] * (nombre - len(cellules))]
    return tuple(c if len(c) <= CELLULE_MAX else f"{c[: CELLULE_MAX - 1]}…" for c in completes)


def _classeur(octets: bytes, voulue: object, sautees: int, entete: bool) -> Apercu:
    try:
        classeur = xlsx.Classeur(octets)
        visibles = [o for o in classeur.onglets if o.est_visible]
        choisis = visibles
        if isinstance(voulue, str):
            choisis = [o for o in classeur.onglets if o.nom.casefold() == voulue.casefold()]
        elif isinstance(voulue, int) and voulue > 0:
            choisis = list(classeur.onglets[voulue - 1 : voulue])
        feuilles = tuple(o.nom for o in visibles)
        if not choisis:
            return Apercu(feuilles=feuilles, motif="le classeur n'a pas la feuille que le modèle nomme")
        feuille = classeur.lire(choisis[0])
    except xlsx.ClasseurRefuse as refus:
        return Apercu(motif=f"le classeur ne peut pas être lu : {refus.motif}")
    textes = [
        (rang + 1, [xlsx.texte(c) for c in feuille.rangees[rang]])
        for rang in range(min(len(feuille.rangees), sautees + LIGNES_LUES_MAX))
    ]
    avant = tuple((n, " · ".join(c for c in r if c.strip())[:CELLULE_MAX]) for n, r in textes[:sautees][-3:])
    pleines = [r for r in textes[sautees:] if any(c.strip() for c in r[1])]
    return _tableau(pleines, entete, avant, feuilles=feuilles, feuille=feuille.nom)


def _fixe(lignes: Sequence[tuple[int, str]], coupes: Sequence[int], encodage: str) -> Apercu:
    if not lignes:
        return Apercu(motif="le fichier n'a aucune ligne à cet endroit", encodage=encodage)
    largeur = min(max(len(t) for _, t in lignes), LARGEUR_MAX)
    debuts = sorted({1, *(c for c in coupes if 1 < c <= largeur)})
    bornes = list(zip(debuts, [*debuts[1:], largeur + 1], strict=True))[:COLONNES_VUES_MAX]
    colonnes = tuple(Colonne(Place(debut=d, largeur=f - d), f"{d}–{f - 1}") for d, f in bornes)
    rangees = tuple((n, tuple(t[d - 1 : f - 1].strip() for d, f in bornes)) for n, t in lignes)
    return Apercu(colonnes, rangees, lignes=tuple(t[:LARGEUR_MAX] for _, t in lignes), encodage=encodage)


def coupes_probables(octets: bytes) -> tuple[int, ...]:
    """Where columns of a fixed-width text seem to begin: a character after blanks that every line has. Help, not a choice."""
    texte = en_texte(octets, None)
    if isinstance(texte, str):
        return ()
    lignes = [t[:LARGEUR_MAX] for t in toutes_les_lignes(texte).head(LIGNES_LUES_MAX)["ligne"] if t.strip()]
    if not lignes:
        return ()
    largeur = max(map(len, lignes))
    pleins = [any(r < len(t) and t[r] != " " for t in lignes) for r in range(largeur)]
    return tuple(r + 1 for r in range(largeur) if pleins[r] and (r == 0 or not pleins[r - 1]))
