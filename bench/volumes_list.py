"""What is measured beside the import of a million lines, its targets, and the tools that stand beside it. Declarations only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.generate import JEUX
from bench.peers import Pair

MILLION = 1_000_000


@dataclass(frozen=True)
class Volume:
    """A measure. ``mille``: its lines for a thousand lines of the largest size measured. ``jeu``: the generated file that it
    needs (its own file is then made of it, or is it); ``fabrique``: how its file is made, None for that of ``jeu``.
    ``cible_s``, ``cible_gio``: targets of issue 4, at full size only."""

    code: str
    titre: str
    mesure: str
    format: str
    mille: int
    nom: str
    pairs: tuple[Pair, ...]
    jeu: str | None = None
    fabrique: Mapping[str, str] | None = None
    cible_s: float | None = None
    cible_gio: float | None = None
    fois: int = 3

    def lignes(self, plus_grand: int) -> int:
        """Its lines, when the largest generated file has so many."""
        return plus_grand * self.mille // 1000


VOLUMES: tuple[Volume, ...] = (
    Volume(
        "fec-dix-fois", "FEC, lire et contrôler", "lire+controler", "fec", 10_000, JEUX["fec"].nom_fichier,
        (
            Pair(
                "pandas-fec", "pandas, read_csv", (), 10 * MILLION, "",
                "`read_csv` (texte, montants à virgule en flottants) du même fichier. Ni centimes, ni dates, ni équilibre, aucun constat, "
                "aucun numéro de ligne. Arrêté à 16 Gio.", "pandas",
            ),
        ),
        jeu="fec", fabrique={"fabrique": "dix-fois"}, cible_gio=2.5, fois=1,
    ),
    Volume(
        "conversion", "TRA STD → FEC, convertir", "convertir", "tra", 1_000, JEUX["tra-std"].nom_fichier,
        (
            Pair(
                "pandas-tra-fec", "pandas, read_fwf → to_csv", (), MILLION, "",
                "`read_fwf` des 22 zones, une colonne par zone du FEC, `to_csv`. Aucun contrôle, aucune pièce formée, aucune perte dite ; "
                "le fichier écrit n'est ni relu ni comparé.", "pandas",
            ),
        ),
        jeu="tra-std", cible_s=5.0,
    ),
    Volume(
        "classeur", "XLSX de 8 colonnes, lire par un modèle", "lire", "perso", 100, "ecritures.xlsx",
        (
            Pair(
                "openpyxl", "openpyxl, read_only", (), MILLION, "",
                "`load_workbook(read_only=True)` puis chaque ligne en valeurs Python. Ni montants en centimes, ni écritures, ni bornes de "
                "taille, ni cellules en erreur dites.", "openpyxl",
            ),
            Pair(
                "pandas-calamine", "pandas, read_excel (calamine)", (), MILLION, "",
                "`read_excel(engine=\"calamine\")` : la même bibliothèque de lecture que la nôtre. Mêmes absences.", "pandas",
            ),
        ),
        fabrique={"fabrique": "classeur"}, cible_s=2.0,
    ),
    Volume(
        "xml", "FEC XML, lire", "lire", "fec", 100, "900000001FEC20251231.xml",
        (
            Pair(
                "iterparse", "xml.etree, iterparse", (), MILLION, "",
                "`iterparse`, chaque `ligne` en un dictionnaire de textes. Aucune valeur lue, aucun constat, structure non vérifiée.",
            ),
        ),
        fabrique={"fabrique": "depuis-fec", "cible": "fec-xml"},
    ),
    Volume(
        "json", "JSON (importJson), lire", "lire", "json", 100, "ecritures.json",
        (
            Pair(
                "json-loads", "json.loads", (), MILLION, "",
                "`json.loads` : des dictionnaires et des flottants. Aucune valeur lue, aucun constat, aucun numéro de ligne.",
            ),
        ),
        fabrique={"fabrique": "depuis-fec", "cible": "json"},
    ),
)  # fmt: skip
