"""A sample of a file as rows of cells: where its columns are named, what is above, which lines are totals.

The separator and the sheet are decided here, each with its evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from ecritures.domain.errors import ModeleInvalide
from ecritures.formats import xlsx
from ecritures.formats.perso.infer_noms import champ_du_nom
from ecritures.formats.perso.source_csv import enregistrements
from ecritures.formats.perso.texte import en_texte, toutes_les_lignes

LIGNES_MAX = 20_000
"""Lines of the file that decide: the whole of an ordinary export. The reading that verifies the model takes them all."""
ENTETE_MAX = 60
"""Lines among which the names of columns are looked for: titles stand above them."""
NOMS_MIN = 3
"""Fields that a line must name to be the header."""
SEPARATEURS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
CONSTANCE_MIN = 0.8
"""Share of the lines that have the width of the header, from which a separator is believed."""


@dataclass(frozen=True)
class Cellule:
    """``texte``, and whether it is a real date or a real number of a sheet."""

    texte: str
    est_date: bool = False
    est_nombre: bool = False


@dataclass(frozen=True, eq=False)
class Echantillon:
    """Rows below the header. ``sautees``: lines above it. ``preuves``: what decided the rest, by key."""

    noms: list[str]
    rangees: list[list[Cellule]]
    sautees: int
    entete: bool
    est_classeur: bool
    separateur: str = ";"
    feuille: str | None = None
    preuves: dict[str, str] = field(default_factory=dict)
    a_decider: dict[str, str] = field(default_factory=dict)

    def colonne(self, rang: int) -> list[Cellule]:
        return [r[rang] for r in self.rangees if rang < len(r)]


def lire_echantillon(octets: bytes) -> Echantillon:
    """Raises ModeleInvalide when the bytes are no text and no workbook, or no separator can be seen."""
    if octets.startswith((xlsx.SIGNATURE, b"\xd0\xcf\x11\xe0")):
        return _classeur(octets)
    texte = en_texte(octets, None)
    if isinstance(texte, str):
        raise ModeleInvalide("", f"le fichier ne peut pas être examiné : il est {texte}.")
    lues = toutes_les_lignes(texte).head(LIGNES_MAX)
    essais = {s: _essai(lues, s) for s in SEPARATEURS}
    nommes = {s: e for s, e in essais.items() if e.noms_connus >= NOMS_MIN and e.constance >= CONSTANCE_MIN}
    candidats = nommes or {s: e for s, e in essais.items() if e.largeur >= NOMS_MIN and e.constance >= CONSTANCE_MIN}
    if not candidats:
        raise ModeleInvalide(
            "fichier.separateur",
            "aucun séparateur (« ; », « , », tabulation, « | ») ne découpe le fichier en colonnes. S'il est à largeur fixe, "
            'écrire un modèle format = "fixe", avec debut et largeur de chaque colonne.',
        )
    choisi = max(candidats, key=lambda s: (candidats[s].noms_connus, candidats[s].constance, candidats[s].largeur))
    essai = essais[choisi]
    preuves = {
        "fichier.encodage": f"{texte.encodage} reconnu ici ; « auto » le cherche à chaque fichier",
        "fichier.separateur": f"{SEPARATEURS[choisi]} : {essai.largeur} colonnes sur {essai.constance:.0%} des lignes",
    }
    a_decider = {}
    if len(candidats) > 1 and len({candidats[s].noms_connus for s in candidats}) == 1:
        noms = " ou ".join(f"« {SEPARATEURS[s]} »" for s in candidats)
        a_decider["fichier.separateur"] = f"plusieurs séparateurs découpent le fichier aussi bien : {noms}"
    entete = bool(nommes)
    cellules = [[Cellule(c) for c in r] for r in essai.rangees]
    preuves["fichier.entete"] = f"ligne {essai.numero} : {essai.noms_connus} noms de colonnes reconnus"
    if not entete:
        preuves["fichier.entete"] = "aucune ligne ne porte de noms de colonnes connus"
    return Echantillon(
        essai.noms if entete else [""] * essai.largeur,
        cellules,
        essai.numero - 1 if entete else 0,
        entete,
        False,
        choisi,
        preuves=preuves,
        a_decider=a_decider,
    )


@dataclass(frozen=True, eq=False)
class _Essai:
    """The file cut by one separator."""

    noms_connus: int
    numero: int  # line of the header, or of the first line
    noms: list[str]
    rangees: list[list[str]]
    constance: float
    largeur: int


def _essai(lues: pl.DataFrame, separateur: str) -> _Essai:
    tous = enregistrements(lues, separateur, '"')
    rang, connus = _ligne_des_noms([[c.texte for c in e.champs] for e in tous[:ENTETE_MAX]])
    if connus >= NOMS_MIN:
        noms = [c.texte for c in tous[rang].champs]
        while len(noms) > 1 and not noms[-1].strip():
            noms.pop()
        numero, suite = tous[rang].numero_ligne, tous[rang + 1 :]
        largeur = len(noms)
    else:
        noms, numero, suite = [], 1, tous
        largeurs = pl.Series([len(e.champs) for e in tous], dtype=pl.Int64).mode()
        largeur = int(largeurs.max() or 0)  # type: ignore[arg-type]
    rangees = []
    for enregistrement in suite:
        champs = [c.texte for c in enregistrement.champs]
        while len(champs) > largeur and not champs[-1].strip():
            champs.pop()
        if any(c.strip() for c in champs):
            rangees.append(champs)
    bonnes = sum(1 for r in rangees if len(r) == largeur)
    return _Essai(connus, numero, noms, rangees, bonnes / len(rangees) if rangees else 0.0, largeur)


def _ligne_des_noms(rangees: list[list[str]]) -> tuple[int, int]:
    """Rank of the row that names the most fields, and how many: the first of the best."""
    meilleur = (0, 0)
    for rang, rangee in enumerate(rangees):
        connus = len({champ_du_nom(c) for c in rangee} - {None})
        if connus > meilleur[1]:
            meilleur = (rang, connus)
    return meilleur


def _classeur(octets: bytes) -> Echantillon:
    try:
        classeur = xlsx.Classeur(octets)
        visibles = [classeur.lire(o) for o in classeur.onglets if o.est_visible]
    except xlsx.ClasseurRefuse as refus:
        raise ModeleInvalide("", f"le classeur ne peut pas être examiné : {refus.motif}.") from refus
    essais = []
    for feuille in visibles:
        textes = [[xlsx.texte(c) for c in r] for r in feuille.rangees[:ENTETE_MAX]]
        rang, connus = _ligne_des_noms(textes)
        essais.append((feuille, rang, connus))
    nommees = [e for e in essais if e[2] >= NOMS_MIN]
    a_decider, preuves = {}, {}
    cachees = [o.nom for o in classeur.onglets if not o.est_visible]
    if len(nommees) > 1:
        noms = " ou ".join(f"« {f.nom} »" for f, _, _ in nommees)
        a_decider["fichier.feuille"] = f"plusieurs feuilles ont des noms de colonnes connus : {noms}"
    if not essais:
        raise ModeleInvalide("fichier.feuille", "toutes les feuilles du classeur sont cachées.")
    feuille, rang, connus = (nommees or essais)[0]
    entete = connus >= NOMS_MIN
    if len(classeur.onglets) > 1:
        suite = f" ; feuilles cachées non lues : {', '.join(cachees)}" if cachees else ""
        preuves["fichier.feuille"] = f"seule feuille visible aux noms de colonnes connus{suite}"
    preuves["fichier.entete"] = (
        f"ligne {rang + 1} : {connus} noms de colonnes reconnus" if entete else "aucune ligne ne porte de noms connus"
    )
    noms_colonnes = [xlsx.texte(c) for c in feuille.rangees[rang]] if entete else [""] * feuille.nombre_colonnes
    suite_ = feuille.rangees[rang + 1 if entete else 0 :][:LIGNES_MAX]
    rangees = [[_cellule(c) for c in r] for r in suite_ if any(c != "" for c in r)]
    return Echantillon(
        noms_colonnes,
        rangees,
        rang if entete else 0,
        entete,
        True,
        feuille=feuille.nom if len(classeur.onglets) > 1 else None,
        preuves=preuves,
        a_decider=a_decider,
    )


def _cellule(valeur: object) -> Cellule:
    est_nombre = isinstance(valeur, int | float) and not isinstance(valeur, bool)
    return Cellule(xlsx.texte(valeur), isinstance(valeur, date), est_nombre)
