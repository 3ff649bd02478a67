"""TRA: the header's codes, and the records that its kind of file must hold."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

TRA = frozenset({"tra"})
_SOURCE = "Format TRA, en-tête"

_CODES = {
    "IDENTIFIANT": ("S1", "S2", "S3", "S5", "S7", "SI", "QU", "WS", "WT"),
    "ORIGINE": ("CLI", "EXP"),
    "TYPEFICHIER": ("JRL", "DOS", "BAL", "SYN", "EXO"),
    "FORMAT": ("STD", "ETE"),
}
_OBLIGATOIRES = (*_CODES, "VERSION")
VERSION_MAX = 11

_DOSSIER = (
    "PS1",
    "PS2",
    "PS3",
    "PS5",
    "EXO",
    "SSA",
    "ETB",
    "MDP",
    "MDR",
    "DEV",
    "REG",
    "TVA",
    "SAT",
    "SOU",
    "CGN",
    "CAE",
    "JAL",
)
_SECTIONS_NOUVELLES = ("NSA", "SPA")  # in place of SAT, with the new analytic management


def _entete(rangs: list[tuple[str, str]]) -> pl.LazyFrame:
    """Findings on the header line: zone and value."""
    schema = {"zone": pl.String, "valeur": pl.String}
    return pl.DataFrame(rangs, schema=schema, orient="row").with_columns(numero_ligne=pl.lit(1, pl.UInt32)).lazy()


def _zones_vides(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    return _entete([(zone, "") for zone in _OBLIGATOIRES if not lot.entete.get(zone)]) if lot.entete else None


ENTETE_ZONE_VIDE = Check(
    id="tra.entete_zone_vide",
    severity=Severity.ERROR,
    titre="Zone obligatoire de l'en-tête vide",
    message="La zone {zone} de l'en-tête est vide.",
    remede="Compléter l'en-tête, par exemple ***S5CLIJRLSTD avec la version en colonnes 34 à 36.",
    source=_SOURCE,
    formats=TRA,
    rule=_zones_vides,
)


def _codes_inconnus(*zones: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(zone, _CODES[zone]) for zone in zones]


def _code_inconnu(lot: Lot, _: Contexte) -> pl.LazyFrame:
    return _entete(
        [
            (z, lot.entete[z])
            for z, admis in _codes_inconnus("TYPEFICHIER", "FORMAT")
            if lot.entete.get(z) and lot.entete[z] not in admis
        ]
    )


ENTETE_CODE_INCONNU = Check(
    id="tra.entete_code_inconnu",
    severity=Severity.ERROR,
    titre="Code de l'en-tête inconnu",
    message="La zone {zone} de l'en-tête vaut « {valeur} », qui n'existe pas dans le format.",
    remede="TYPEFICHIER : JRL, DOS, BAL, SYN ou EXO. FORMAT : STD ou ETE.",
    source=_SOURCE,
    formats=TRA,
    rule=_code_inconnu,
)


def _provenance_inconnue(lot: Lot, _: Contexte) -> pl.LazyFrame:
    return _entete(
        [
            (z, lot.entete[z])
            for z, admis in _codes_inconnus("IDENTIFIANT", "ORIGINE")
            if lot.entete.get(z) and lot.entete[z] not in admis
        ]
    )


ENTETE_PROVENANCE = Check(
    id="tra.entete_provenance_inconnue",
    severity=Severity.WARNING,
    titre="Provenance inconnue",
    message="La zone {zone} de l'en-tête vaut « {valeur} », qui n'est pas une provenance connue.",
    remede="IDENTIFIANT : S5 convient à la plupart des importateurs. ORIGINE : CLI (entreprise) ou EXP (cabinet).",
    source=_SOURCE,
    formats=TRA,
    rule=_provenance_inconnue,
)


def _version(lot: Lot) -> int | None:
    texte = lot.entete.get("VERSION", "")
    return int(texte) if texte.isascii() and texte.isdigit() else None


def _version_illisible(lot: Lot, _: Contexte) -> pl.LazyFrame:
    texte = lot.entete.get("VERSION", "")
    return _entete([("VERSION", texte)] if texte and (_version(lot) is None or _version(lot) == 0) else [])


VERSION_ILLISIBLE = Check(
    id="tra.version_illisible",
    severity=Severity.ERROR,
    titre="Version illisible",
    message="La version « {valeur} » de l'en-tête n'est pas un numéro de version.",
    remede="Écrire la version sur trois chiffres, de 001 à 011, en colonnes 34 à 36.",
    source=_SOURCE,
    formats=TRA,
    rule=_version_illisible,
)


def _version_inconnue(lot: Lot, _: Contexte) -> pl.LazyFrame:
    version = _version(lot)
    return _entete([("VERSION", lot.entete["VERSION"])] if version is not None and version > VERSION_MAX else [])


VERSION_INCONNUE = Check(
    id="tra.version_inconnue",
    severity=Severity.WARNING,
    titre="Version plus récente que la description",
    message="La version {valeur} est plus récente que la version 011, la dernière décrite : le fichier est lu comme une version 011.",
    remede="Vérifier que les zones ajoutées depuis ne sont pas attendues.",
    source="Format TRA, versions",
    formats=TRA,
    rule=_version_inconnue,
)


def _balance_etendue(lot: Lot, _: Contexte) -> pl.LazyFrame:
    faux = lot.entete.get("TYPEFICHIER") == "BAL" and lot.entete.get("FORMAT") == "ETE"
    return _entete([("FORMAT", "ETE")] if faux else [])


BALANCE_ETENDUE = Check(
    id="tra.balance_etendue",
    severity=Severity.ERROR,
    titre="Balance au format étendu",
    message="Le fichier est une balance (BAL) au format ETE : une balance doit être au format STD.",
    remede="Exporter la balance au format STD.",
    source=_SOURCE,
    formats=TRA,
    rule=_balance_etendue,
)


def _enregistrement_absent(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.entete.get("TYPEFICHIER") != "DOS":
        return None
    attendus = list(_DOSSIER)
    if lot.entete.get("NEWANALYTIQUE") == "X":
        attendus = [c for c in attendus if c != "SAT"] + list(_SECTIONS_NOUVELLES)
    absents = [code for code in attendus if not lot.enregistrements.get(code)]
    return pl.DataFrame({"code": absents}, schema={"code": pl.String}).lazy().select(
        "code", numero_ligne=pl.lit(1, pl.UInt32), zone=pl.lit("TYPEFICHIER")
    )  # fmt: skip


ENREGISTREMENT_ABSENT = Check(
    id="tra.enregistrement_absent",
    severity=Severity.ERROR,
    titre="Enregistrement obligatoire absent",
    message="Le fichier est un dossier complet (DOS), mais il n'a aucun enregistrement {code}.",
    remede="Exporter le dossier avec tous ses paramètres, ou seulement ses journaux (JRL).",
    source="Format TRA, ordre des enregistrements : contenu obligatoire d'un fichier DOS",
    formats=TRA,
    rule=_enregistrement_absent,
)


def _journal_absent(lot: Lot, _: Contexte) -> pl.LazyFrame:
    absent = lot.entete.get("TYPEFICHIER") == "JRL" and lot.journaux.is_empty()
    return _entete([("TYPEFICHIER", "JRL")] if absent else [])


JOURNAL_ABSENT = Check(
    id="tra.journal_non_decrit",
    severity=Severity.INFO,
    titre="Aucun journal décrit",
    message="Le fichier de journaux (JRL) ne décrit aucun journal (enregistrement JAL).",
    remede="Aucune action nécessaire si les journaux existent dans le dossier.",
    source="Format TRA, ordre des enregistrements : la description demande JAL, les importateurs s'en passent",
    formats=TRA,
    rule=_journal_absent,
)


def _aucun_mouvement(lot: Lot, _: Contexte) -> pl.LazyFrame:
    est_vide = lot.lignes.is_empty() and lot.ventilations.is_empty() and lot.parametres.is_empty()
    return _entete([("TYPEFICHIER", lot.entete.get("TYPEFICHIER", ""))] if est_vide else [])


AUCUN_MOUVEMENT = Check(
    id="tra.aucun_mouvement",
    severity=Severity.ERROR,
    titre="Aucun mouvement",
    message="Le fichier ne contient aucun mouvement ni aucun enregistrement après son en-tête.",
    remede="Exporter de nouveau le fichier : l'export a sans doute été fait sur une période vide, ou le fichier est tronqué.",
    source="Format TRA, ordre des enregistrements : un en-tête annonce des mouvements ou des paramètres",
    formats=TRA,
    rule=_aucun_mouvement,
)

CHECKS = (
    AUCUN_MOUVEMENT, ENTETE_ZONE_VIDE, ENTETE_CODE_INCONNU, ENTETE_PROVENANCE, VERSION_ILLISIBLE, VERSION_INCONNUE, BALANCE_ETENDUE,
    ENREGISTREMENT_ABSENT, JOURNAL_ABSENT,
)  # fmt: skip
