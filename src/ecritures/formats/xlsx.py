"""Reads a sheet of an XLSX workbook as rows: bounded before anything is loaded, formulas never evaluated.

A workbook is a zip. Every entry is inflated here by chunks under named limits, and only the parts that a sheet needs are
given to the reader, packed again without compression: what was counted is what it sees. Entities and DTD are refused.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import polars as pl
from python_calamine import CalamineWorkbook

from ecritures.domain.constat import Collecteur, Regle, Severity
from ecritures.formats.xlsx_etendue import etendue, examine, simplifie

ENTREES_MAX = 2_000
"""Files in the zip: a workbook of a hundred sheets has a few hundred."""
OCTETS_GONFLES_MAX = 512 << 20
"""Bytes of the whole workbook once inflated: five million cells of text. A bomb of a few kilobytes inflates to terabytes."""
CELLULES_MAX = 10_000_000
"""Cells of the rectangle that a sheet covers, empty ones included: the reader holds them all, 32 bytes each."""
VIDE_MAX, CREUX_MAX = 1_000_000, 50
"""A rectangle larger than VIDE_MAX cells must hold one cell in CREUX_MAX: one stray cell at the bottom of a sheet would
cost as much as ten million."""
LIGNES_MAX, COLONNES_MAX = 1_048_576, 1_024
"""Rows of a sheet (the spreadsheet's own limit) and columns read: an export of entries has tens of them."""
MORCEAU = 1 << 20

SIGNATURE = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_SOURCE = "Office Open XML (ECMA-376) ; limites de lecture d'un classeur."

ILLISIBLE = Regle(
    "xlsx.illisible",
    Severity.ERROR,
    "Classeur illisible",
    "Le classeur ne peut pas être lu : {motif}.",
    "Ouvrir le fichier dans un tableur et l'enregistrer de nouveau au format XLSX, sans mot de passe.",
    _SOURCE,
)
LIMITE = Regle(
    "xlsx.limite",
    Severity.ERROR,
    "Classeur hors limites",
    "Le classeur dépasse une limite de lecture : {motif}.",
    "Garder la feuille des écritures dans un nouveau classeur, sans les lignes et colonnes vides mises en forme.",
    _SOURCE,
)
ERREUR_DE_CELLULE = Regle(
    "xlsx.erreur_de_cellule",
    Severity.ERROR,
    "Cellule en erreur",
    "La cellule {cellule} contient l'erreur {valeur}.",
    "Corriger la formule de cette cellule dans le tableur, puis enregistrer le classeur.",
    _SOURCE,
)
FORMULE_SANS_VALEUR = Regle(
    "xlsx.formule_sans_valeur",
    Severity.ERROR,
    "Formule sans valeur enregistrée",
    "La cellule {cellule} est une formule dont le classeur n'a pas enregistré la valeur ; une formule n'est jamais calculée ici.",
    "Ouvrir le classeur dans un tableur, le laisser calculer et l'enregistrer.",
    _SOURCE,
)
FORMULES = Regle(
    "xlsx.formules",
    Severity.INFO,
    "Formules",
    "La feuille « {feuille} » a {nombre} formules : ce sont les valeurs enregistrées avec elles qui sont lues.",
    "Aucune action si le classeur a été enregistré après son dernier calcul.",
    _SOURCE,
)
FEUILLES_CACHEES = Regle(
    "xlsx.feuilles_cachees",
    Severity.WARNING,
    "Feuilles cachées",
    "Le classeur a des feuilles cachées, qui ne sont pas lues : {feuilles}.",
    "Vérifier qu'aucune écriture ne s'y trouve ; sinon les afficher et désigner la feuille dans le modèle.",
    _SOURCE,
)
FUSIONS = Regle(
    "xlsx.cellules_fusionnees",
    Severity.WARNING,
    "Cellules fusionnées",
    "La feuille « {feuille} » a {nombre} fusions ({plages}) : seule la première cellule de chacune a une valeur.",
    "Défusionner ces cellules si elles portent des valeurs d'écritures.",
    _SOURCE,
)
REGLES = (
    ILLISIBLE,
    LIMITE,
    ERREUR_DE_CELLULE,
    FORMULE_SANS_VALEUR,
    FORMULES,
    FEUILLES_CACHEES,
    FUSIONS,
)
"""Every rule above, for the documentation."""


class ClasseurRefuse(ValueError):
    """The workbook is not read: ``regle`` and ``motif`` say why."""

    def __init__(self, regle: Regle, motif: str) -> None:
        self.regle, self.motif = regle, motif
        super().__init__(motif)


@dataclass(frozen=True)
class Onglet:
    """A worksheet as the workbook names it."""

    nom: str
    est_visible: bool
    partie: str


@dataclass(frozen=True, eq=False)
class Feuille:
    """One sheet: ``rangees`` from row 1, each cell ``""``, text, float, bool, date, datetime, time or timedelta."""

    nom: str
    rangees: list[list[Any]]
    depuis_1904: bool
    erreurs: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column), from 1 -> "#REF!"
    sans_valeur: frozenset[tuple[int, int]] = frozenset()
    formules: int = 0
    fusions: tuple[str, ...] = ()

    @cached_property
    def colonnes(self) -> list[tuple[Any, ...]]:
        """The same cells by column: the reader gives a rectangle."""
        return list(zip(*self.rangees, strict=True))

    @property
    def nombre_colonnes(self) -> int:
        return len(self.colonnes)


@dataclass(frozen=True, eq=False)
class Colonne:
    """A column of a sheet: ``textes`` of every cell, and beside them the real numbers and the real dates."""

    textes: pl.Series
    nombres: pl.Series | None
    jours: pl.Series | None


def lettres(rang: int) -> str:
    """``1`` is A, ``27`` is AA."""
    nom = ""
    while rang:
        rang, reste = divmod(rang - 1, 26)
        nom = chr(65 + reste) + nom
    return nom


class Classeur:
    """A workbook opened within limits. Raises :class:`ClasseurRefuse`, and nothing else whatever the bytes."""

    def __init__(self, octets: bytes) -> None:
        self._parties = _gonfler(octets)
        classeur = _xml(self._parties, "xl/workbook.xml")
        proprietes = next(_enfants(classeur, "workbookPr"), None)
        self.depuis_1904 = proprietes is not None and proprietes.get("date1904", "0") in ("1", "true", "on")
        self.onglets = tuple(_onglets(classeur, self._parties))
        if not self.onglets:
            raise ClasseurRefuse(ILLISIBLE, "il n'a aucune feuille de calcul")

    def lire(self, onglet: Onglet) -> Feuille:
        """The rows of that sheet, and what its XML says that the values do not."""
        brut = self._parties.get(onglet.partie)
        if brut is None:
            raise ClasseurRefuse(ILLISIBLE, f"la feuille « {onglet.nom} » n'est pas dans l'archive")
        simple = simplifie(brut)
        formules = _borne(simple)
        erreurs, sans_valeur = examine(simple, formules)
        feuille, fusions = _calamine(_remballe(self._parties, onglet.partie), onglet.nom)
        return Feuille(onglet.nom, feuille, self.depuis_1904, erreurs, sans_valeur, formules, fusions)


def signaler(classeur: Classeur, feuille: Feuille, constats: Collecteur) -> None:
    """What is said of any workbook read: hidden sheets, merged cells, formulas."""
    cachees = [o.nom for o in classeur.onglets if not o.est_visible and o.nom != feuille.nom]
    if cachees:
        constats.signale(FEUILLES_CACHEES, None, feuilles=", ".join(f"« {nom} »" for nom in cachees))
    if feuille.fusions:
        plages = ", ".join(feuille.fusions[:5]) + (", …" if len(feuille.fusions) > 5 else "")
        constats.signale(FUSIONS, None, feuille=feuille.nom, nombre=len(feuille.fusions), plages=plages)
    if feuille.formules:
        constats.signale(FORMULES, None, feuille=feuille.nom, nombre=feuille.formules)


def colonne(feuille: Feuille, rang: int) -> Colonne:
    """The column of that rank (from 1). An error cell gives its text (``#REF!``)."""
    valeurs = list(feuille.colonnes[rang - 1])
    for (ligne, colonne_), erreur in feuille.erreurs.items():
        if colonne_ == rang and ligne <= len(valeurs):
            valeurs[ligne - 1] = erreur
    genres = set(map(type, valeurs))
    if genres <= {str}:
        textes = valeurs
    elif bool in genres:  # True equals 1 as a key
        textes = [v if type(v) is str else texte(v) for v in valeurs]
    else:
        distincts = {v: texte(v) for v in set(valeurs)}
        textes = [distincts[v] for v in valeurs]
    nombres = jours = None
    if genres & {float, int}:
        nombres = pl.Series(
            [v if type(v) is float or type(v) is int else None for v in valeurs], dtype=pl.Float64, strict=False
        )
    if genres & {date, datetime}:
        jours = pl.Series([_jour(v) for v in valeurs], dtype=pl.Date)
    return Colonne(pl.Series(textes, dtype=pl.String), nombres, jours)


def _jour(valeur: object) -> date | None:
    if isinstance(valeur, datetime):
        return valeur.date()
    return valeur if isinstance(valeur, date) else None


def texte(valeur: object) -> str:
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, float):
        return str(int(valeur)) if valeur.is_integer() and abs(valeur) < 2**53 else repr(valeur)
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, datetime):
        return valeur.isoformat(" ") if valeur.time().isoformat() != "00:00:00" else valeur.date().isoformat()
    return valeur.isoformat() if isinstance(valeur, date) else str(valeur)


# ── The archive ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _gonfler(octets: bytes) -> dict[str, bytes]:
    """The parts that a sheet needs, inflated. Every entry is counted, the ones left out too."""
    if octets.startswith(_OLE):
        raise ClasseurRefuse(ILLISIBLE, "c'est un classeur protégé par un mot de passe, ou de l'ancien format XLS")
    if not octets.startswith(SIGNATURE):
        raise ClasseurRefuse(ILLISIBLE, "ce n'est pas un classeur XLSX")
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            return dict(_entrees(archive))
    except ClasseurRefuse:
        raise
    except Exception as erreur:  # BadZipFile, zlib, struct, lzma: the decompressors have many ways to say it
        raise ClasseurRefuse(ILLISIBLE, "son archive est abîmée ou incomplète") from erreur


def _entrees(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entrees = archive.infolist()
    if len(entrees) > ENTREES_MAX:
        raise ClasseurRefuse(LIMITE, f"{len(entrees)} fichiers dans l'archive, {ENTREES_MAX} au plus")
    annonces = sum(e.file_size for e in entrees)
    if annonces > OCTETS_GONFLES_MAX:
        raise ClasseurRefuse(
            LIMITE, f"{annonces} octets annoncés une fois décompressé, {OCTETS_GONFLES_MAX >> 20} Mio au plus"
        )
    noms = {e.filename for e in entrees}
    if len(noms) != len(entrees):
        raise ClasseurRefuse(ILLISIBLE, "deux fichiers de l'archive ont le même nom")
    if "xl/workbook.xml" not in noms:
        imbriquee = any(n.lower().endswith((".zip", ".xlsx", ".xlsm", ".gz")) for n in noms)
        raise ClasseurRefuse(
            ILLISIBLE,
            "c'est une archive qui en contient d'autres, pas un classeur"
            if imbriquee
            else "c'est une archive qui n'est pas un classeur XLSX (xl/workbook.xml manque)",
        )
    total = 0
    for entree in entrees:
        if entree.flag_bits & 1:
            raise ClasseurRefuse(ILLISIBLE, "son archive est chiffrée")
        morceaux = []
        garde = _est_utile(entree.filename)
        with archive.open(entree) as flux:
            while morceau := flux.read(MORCEAU):
                total += len(morceau)
                if total > OCTETS_GONFLES_MAX:
                    raise ClasseurRefuse(LIMITE, f"plus de {OCTETS_GONFLES_MAX >> 20} Mio une fois décompressé")
                if garde:
                    morceaux.append(morceau)
        if garde:
            contenu = b"".join(morceaux)
            if contenu.startswith(SIGNATURE) or b"\x00" in contenu[:256]:
                raise ClasseurRefuse(ILLISIBLE, f"{entree.filename[:80]} n'est pas du XML")
            if b"<!DOCTYPE" in contenu[:4096] or b"<!ENTITY" in contenu:
                raise ClasseurRefuse(
                    ILLISIBLE, f"{entree.filename[:80]} déclare une DTD ou des entités, qui sont refusées"
                )
            yield entree.filename, contenu


def _est_utile(nom: str) -> bool:
    if nom in ("[Content_Types].xml", "_rels/.rels"):
        return True
    return (
        nom.startswith("xl/")
        and nom.endswith((".xml", ".rels"))
        and nom.count("/") <= 3
        and (nom.startswith("xl/worksheets/") or nom.count("/") == 1 or nom == "xl/_rels/workbook.xml.rels")
    )


def _remballe(parties: dict[str, bytes], feuille: str) -> bytes:
    """A workbook of the parts that were counted, and of that sheet only."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_STORED) as archive:
        for nom, contenu in parties.items():
            if nom == feuille or not nom.startswith("xl/worksheets/"):
                archive.writestr(zipfile.ZipInfo(nom), contenu)
    return sortie.getvalue()


def _xml(parties: dict[str, bytes], nom: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(parties.get(nom, b""))  # noqa: S314  (no DTD and no entity: refused above)
    except (ElementTree.ParseError, ValueError, LookupError) as erreur:
        raise ClasseurRefuse(ILLISIBLE, f"{nom} n'est pas du XML bien formé") from erreur


def _enfants(noeud: ElementTree.Element, nom: str) -> Iterator[ElementTree.Element]:
    return (e for e in noeud.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] == nom)


def _onglets(classeur: ElementTree.Element, parties: dict[str, bytes]) -> Iterator[Onglet]:
    liens = {}
    for lien in _enfants(_xml(parties, "xl/_rels/workbook.xml.rels"), "Relationship"):
        cible = lien.get("Target", "")
        liens[lien.get("Id")] = cible.removeprefix("/") if cible.startswith("/") else f"xl/{cible}"
    for feuille in _enfants(classeur, "sheet"):
        cle = next((v for k, v in feuille.attrib.items() if k.rpartition("}")[2] == "id"), None)
        partie = liens.get(cle, "")
        if partie.startswith("xl/worksheets/"):
            yield Onglet(feuille.get("name", ""), feuille.get("state", "visible") == "visible", partie)


def _borne(brut: bytes) -> int:
    """Refuses a sheet whose rectangle is too large, as its cells say (the dimension that it declares may lie). Gives the
    number of its formulas."""
    vue = etendue(brut)
    lignes, colonnes = vue.derniere_ligne, vue.derniere_colonne
    if lignes > LIGNES_MAX or colonnes > COLONNES_MAX or lignes * colonnes > CELLULES_MAX:
        raise ClasseurRefuse(
            LIMITE,
            f"une feuille de {lignes} lignes sur {colonnes} colonnes ; {LIGNES_MAX} lignes, {COLONNES_MAX} colonnes et "
            f"{CELLULES_MAX} cellules au plus",
        )
    if lignes * colonnes > max(VIDE_MAX, CREUX_MAX * vue.cellules):
        raise ClasseurRefuse(
            LIMITE,
            f"une feuille de {lignes} lignes sur {colonnes} colonnes pour {vue.cellules} cellules : elle est presque vide",
        )
    return vue.formules


def _calamine(octets: bytes, nom: str) -> tuple[list[list[Any]], tuple[str, ...]]:
    try:
        classeur = CalamineWorkbook.from_filelike(io.BytesIO(octets))
        feuille = classeur.get_sheet_by_name(nom)
        rangees = feuille.to_python(skip_empty_area=False)
        fusions = feuille.merged_cell_ranges or ()
    except Exception as erreur:  # CalamineError, and what its conversions raise (a date out of Python's calendar)
        raise ClasseurRefuse(ILLISIBLE, f"la feuille « {nom} » est abîmée") from erreur
    except BaseException as erreur:
        if type(erreur).__name__ != "PanicException":  # how a Rust library says "I am wrong"; not an Exception
            raise
        raise ClasseurRefuse(ILLISIBLE, f"la feuille « {nom} » est abîmée") from erreur
    plages = tuple(f"{lettres(c1 + 1)}{l1 + 1}:{lettres(c2 + 1)}{l2 + 1}" for (l1, c1), (l2, c2) in fusions)
    return rangees, plages
