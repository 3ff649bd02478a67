"""docs/formats/tra-*.md: every record of the TRA, zone by zone, from formats/tra/records.csv and layout.py."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from ecritures.formats.tra import layout
from pages.markdown import MARQUE, cellule, tableau

FAMILLES: dict[str, tuple[str, dict[str, str]]] = {
    "tra-mouvements.md": (
        "En-tête et mouvements",
        {
            "HDR": "En-tête : première ligne du fichier",
            "MVT/STD": "Mouvement : les 222 colonnes communes (STD)",
            "MVT/ETE": "Mouvement : ligne étendue (ETE)",
            "MVTA/ETE": "Mouvement analytique (genres A, H, O) : partie étendue",
            "GED": "Document lié à une ligne (genre G)",
            "VT": "Variable technique (genre V)",
            "BAP": "Bon à payer (genre P)",
            "BUD": "Budget (genre B)",
        },
    ),
    "tra-dossier.md": (
        "Dossier et paramètres généraux",
        {
            "PS1": "Société",
            "PS2": "Longueurs des comptes, comptes d'attente",
            "PS3": "Comptes et journaux de clôture",
            "PS4": "Fourchettes de comptes",
            "PS5": "Devise et valeurs par défaut",
            "EXO": "Exercices",
            "ETB": "Établissements",
            "SOU": "Compteurs de pièces",
            "TL": "Tables libres (TL0 à TL9)",
            "PTL": "Intitulés des tables libres",
            "CTL": "Listes de choix",
            "CON": "Contacts",
            "ARS": "Ressources",
            "CPJ": "Suivi des validations",
            "CVP": "Variables techniques",
        },
    ),
    "tra-comptes.md": (
        "Comptes, tiers et journaux",
        {
            "CGN": "Comptes généraux",
            "CGE": "Comptes généraux, version 001",
            "CAE": "Comptes auxiliaires (tiers)",
            "JAL": "Journaux",
            "YTC": "Compléments des tiers",
            "RIB": "Coordonnées bancaires des tiers",
            "CRR": "Plans de correspondance",
            "CRI": "Correspondance à l'import",
            "RUP": "Correspondance des comptes (ruptures)",
            "RRL": "Relances",
        },
    ),
    "tra-analytique.md": (
        "Analytique",
        {
            "SSA": "Structure analytique",
            "SAT": "Sections analytiques",
            "NSA": "Sections, nouvelle analytique",
            "SPA": "Sous-plans analytiques",
            "VEN": "Ventilations types",
            "VAE": "Ventilations types, en-tête, nouvelle analytique",
            "VAD": "Ventilations types, détail, nouvelle analytique",
            "RAM": "Modèles de restriction analytique",
            "RAD": "Détail des restrictions analytiques",
            "FBG": "Budgets des comptes",
            "FBJ": "Budgets des journaux",
            "FBS": "Budgets des sections",
        },
    ),
    "tra-reglements.md": (
        "Règlements, devises, banques et TVA",
        {
            "MDP": "Modes de paiement",
            "MDR": "Conditions de règlement",
            "DEV": "Devises",
            "CHA": "Cours des devises",
            "REG": "Régimes de TVA",
            "TVA": "Codes de TVA",
            "BQC": "Compléments des comptes de banque",
            "BQE": "Banques",
            "EXB": "Relevés de banque",
            "EXL": "Lignes de relevé de banque",
            "SDC": "Créancier SEPA (Business Expert)",
            "SDM": "Mandats SEPA (Business Expert)",
            "ICS": "Créancier SEPA (Business Place)",
            "MDT": "Mandats SEPA (Business Place)",
            "CTI": "Visas de bon à payer",
            "CCI": "Circuits de bon à payer",
        },
    ),
    "tra-agricole.md": (
        "Dossiers agricoles",
        {"RCA": "Récoltes", "DIC": "Caractéristiques techniques", "SMA": "Synthèse du cheptel"},
    ),
}
"""Page → its title and its records. A record of the layout that stands in none makes the test fail."""

_TYPES = {
    "alpha": "texte",
    "num": "nombre",
    "int": "entier",
    "date": "date `JJMMAAAA`",
    "date10": "date `JJ/MM/AAAA`",
    "datetime": "`JJMMAAAAHHMM`",
    "time": "heure `hh:mm:ss`",
    "bool": "`X` ou `-`",
}
_DEVOIRS = {"yes": "oui", "cond": "selon le cas", "no": ""}

Zone = Mapping[str, str]


@cache
def _zones() -> dict[str, list[Zone]]:
    """Key of the record → its rows of the CSV, in its order."""
    texte = resources.files("ecritures.formats.tra").joinpath("records.csv").read_text("utf-8")
    par_cle: dict[str, list[Zone]] = {}
    for rang in csv.DictReader(texte.splitlines()):
        code, forme = rang["record"], rang["format"]
        par_cle.setdefault(f"{code}/{forme}" if code in ("MVT", "MVTA") else code, []).append(rang)
    return par_cle


def sans_famille() -> list[str]:
    """Records of the layout that no page shows."""
    return sorted(_zones().keys() - {cle for _, records in FAMILLES.values() for cle in records})


def pages() -> dict[str, str]:
    return {nom: _page(titre, records) for nom, (titre, records) in FAMILLES.items()}


def _page(titre: str, records: Mapping[str, str]) -> str:
    lignes = [
        f"{MARQUE}# TRA : {titre[0].lower()}{titre[1:]}",
        "",
        "[Le format TRA](tra.md) · [tous les formats](README.md)",
        "",
    ]
    for cle, nom in records.items():
        lignes += [f'<a id="{cle}"></a>', "", f"## {cle.partition('/')[0]} : {nom}", ""]
        lignes += [f"Largeur : {_largeurs(cle)}.", ""]
        lignes += _table(cle)
        lignes.append("")
    return "\n".join(lignes)


def largeur(cle: str, version: int) -> int:
    """Full width of that record in that version, as we write it."""
    if cle == "HDR":
        return layout.largeur_entete(version)
    if cle.startswith("MVT"):
        return layout.largeur_mouvement(cle.endswith("ETE"), version, partage=cle.startswith("MVTA"))
    if cle in layout.DEBUTS_DE_VERSION:
        return layout.largeur_parametre(cle, version)
    return layout.records()[cle].width


def _largeurs(cle: str) -> str:
    """``349 jusqu'à la version 008, 415 en 009, 432 ensuite``."""
    suites: list[tuple[int, int]] = []  # first version, width
    for version in range(1, layout.VERSION_MAX + 1):
        large = largeur(cle, version)
        if not suites or suites[-1][1] != large:
            suites.append((version, large))
    if len(suites) == 1:
        return str(suites[0][1])
    morceaux = []
    for rang, (version, large) in enumerate(suites):
        if rang == len(suites) - 1:
            morceaux.append(f"{large} depuis la version {version:03d}")
        else:
            fin = suites[rang + 1][0] - 1
            morceaux.append(f"{large} en {version:03d}" if fin == version else f"{large} de {version:03d} à {fin:03d}")
    return ", ".join(morceaux)


def _depuis(cle: str, fin: int) -> str:
    """First version whose lines hold the zone that ends there; blank for the first one described."""
    versions = (v for v in range(1, layout.VERSION_MAX + 1) if largeur(cle, v) >= fin)
    premiere = next(versions, layout.VERSION_MAX)
    return "" if premiere == 1 else f"{premiere:03d}"


def _table(cle: str) -> list[str]:
    champs: dict[str, list[str]] = {}
    if cle.startswith("MVT"):
        for champ, zone in layout.ZONES.items():
            champs.setdefault(zone, []).append(f"`{champ}`")
    titres = [
        "Zone",
        "Début",
        "Fin",
        "Longueur",
        "Type",
        "Obligatoire",
        "Version",
        *(["Champ du modèle"] if champs else []),
        "Sens",
    ]
    rangs = []
    for zone in _zones()[cle]:
        debut, longueur = int(zone["start"]), int(zone["length"])
        fin = debut + longueur - 1
        rang = [f"`{zone['field']}`", str(debut), str(fin), str(longueur), _TYPES[zone["type"]], _DEVOIRS[zone["required"]], _depuis(cle, fin)]  # fmt: skip
        if champs:
            rang.append(", ".join(champs.get(zone["field"], [])))
        rangs.append([*rang, cellule(zone["description"])])
    return tableau(titres, rangs)


ENTREE = """# TRA : le fichier d'échange Cegid

[Tous les formats](README.md) · [ce qui est contrôlé à la lecture](../controles/lecture-tra.md)

Un texte à largeur fixe, en Windows-1252, une ligne CR LF par enregistrement : un en-tête, les paramètres (`***` et un code de trois
lettres), puis les mouvements. Chaque zone a une première colonne et une longueur, comptées en caractères, et n'en change jamais : une version plus
récente ajoute des zones à droite. `STD` s'arrête à la colonne 222 ; `ETE` va plus loin.

- Un **texte** est à gauche, complété par des blancs ; un **nombre** est à droite, avec une virgule et sans séparateur de milliers.
- Une date absente s'écrit `01011900`. Un indicateur vaut `X` ou `-`.
- La colonne *Version* dit depuis quand une zone existe. *Obligatoire* est ce que dit la description ; ce qu'un importateur exige vraiment est
  dans les [contrôles](../controles/README.md).
- Le *Sens* des zones est celui de la table du projet (`src/ecritures/formats/tra/records.csv`), en anglais.

"""


def entree() -> str:
    """The page that leads to the others."""
    lignes = [MARQUE + ENTREE.rstrip("\n"), ""]
    for page, (titre, records) in FAMILLES.items():
        lignes += [f"## [{titre}]({page})", ""]
        lignes += tableau(
            ("Code", "Contenu", "Largeur", "Zones"),
            (
                (f"[`{cle}`]({page}#{cle})", cellule(nom), _largeurs(cle), str(len(_zones()[cle])))
                for cle, nom in records.items()
            ),
        )
        lignes.append("")
    return "\n".join(lignes)
