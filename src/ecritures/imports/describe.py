"""What a file is made of, for people who look into it: its header, records, journals, periods, zones used, and any one
line field by field, with what was not understood. Pure: a lot and findings, a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.domain.constat import Severity, dresser
from ecritures.domain.lot import LIGNES, Lecture, Lot
from ecritures.domain.montant import expr_euros
from ecritures.formats.delimited import Situation, lignes_demandees
from ecritures.formats.tra import inspection
from ecritures.formats.tra.localisation import LocalisationTra
from ecritures.imports.report import describe_lot
from ecritures.imports.stats import Statistiques, statistiques
from ecritures.imports.texte import text_of

SIGNIFICATIONS: Mapping[str, str] = {
    "journal": "Code du journal",
    "date": "Date de comptabilisation",
    "nature": "Nature de la pièce",
    "compte": "Numéro du compte général",
    "genre": "Genre de la ligne",
    "tiers": "Compte du tiers (auxiliaire)",
    "numero_piece": "Numéro de l'écriture",
    "reference": "Référence de la pièce",
    "date_piece": "Date de la pièce",
    "libelle": "Libellé de l'écriture",
    "debit_centimes": "Montant au débit",
    "credit_centimes": "Montant au crédit",
    "devise": "Devise du montant",
    "montant_devise": "Montant en devise",
    "taux_devise": "Taux de la devise",
    "lettrage": "Code de lettrage",
    "date_lettrage": "Date de lettrage",
    "date_validation": "Date de validation",
    "echeance": "Date d'échéance",
    "mode_paiement": "Mode de paiement",
    "numero_echeance": "Rang de l'échéance",
    "type_ecriture": "Type de l'écriture (N normale, S simulation, U situation, R révision)",
    "etablissement": "Établissement",
    "a_nouveau": "Écriture d'à-nouveau",
    "journal_libelle": "Libellé du journal",
    "compte_libelle": "Libellé du compte",
    "tiers_libelle": "Libellé du tiers",
    "supplement": "Ce que le modèle ne nomme pas, gardé tel quel",
    "axe": "Axe analytique",
    "section": "Section analytique",
}
"""Domain field → what it is, in French."""

GENRES: Mapping[str, str] = {
    "": "mouvement général",
    "-": "mouvement général",
    "X": "mouvement auxiliaire",
    "E": "mouvement d'échéance",
    "L": "mouvement lettré",
    "H": "mouvement général ventilé sur sa section",
    "A": "ligne analytique",
    "O": "ligne analytique de section seule",
    "G": "document lié",
    "V": "variable",
    "P": "bon à payer",
    "B": "budget",
}
"""Kinds of movement lines, by what their column 31 says; other formats have one kind."""

_LUS_EN_CADRES = ("CGN", "CAE", "SAT", "NSA")
"""Parameter records read into the lot's frames of accounts, third parties and sections."""


@dataclass(frozen=True, eq=False)
class Description:
    """What is shown of a file. ``zones``: enregistrement, zone, champ, remplies, lignes, signification. ``incompris``:
    one row a rule of the reader: severite, titre, nombre, premiere (line); then what was kept without being read."""

    resume: Mapping[str, Any]
    entete: pl.DataFrame  # zone, valeur, signification
    enregistrements: pl.DataFrame  # code, nombre, signification
    zones: pl.DataFrame
    exercices: pl.DataFrame  # code, debut, fin
    statistiques: Statistiques
    incompris: pl.DataFrame

    def public(self) -> dict[str, Any]:
        """The public JSON."""
        cadres = {nom: _rows(valeur) for nom, valeur in vars(self).items() if isinstance(valeur, pl.DataFrame)}
        return {**self.resume, **cadres, "statistiques": self.statistiques.public()}


def _rows(cadre: pl.DataFrame) -> list[dict[str, Any]]:
    return cadre.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()


def decrire(lecture: Lecture, octets: bytes) -> Description:
    """The description of a file read. ``lecture.lot`` must be there: a file that cannot be read has only findings."""
    lot = lecture.lot
    assert lot is not None, "only a file that could be read is described"
    stats = statistiques(lot, octets)
    detection = lot.detection
    resume = {
        **describe_lot(lot),
        "separateur": detection.separateur,
        "bom": detection.bom,
        "colonnes_en": detection.colonnes_en,
        "taille_octets": detection.taille_octets,
        "nombre_lignes": detection.nombre_lignes,
        "nom_fichier": lot.nom_fichier,
    }
    zones = _zones(lot, stats)
    return Description(
        resume={cle: v for cle, v in resume.items() if cle not in ("entete", "enregistrements")},
        entete=_header(lot),
        enregistrements=_records(lot),
        zones=zones,
        exercices=_exercices(lot),
        statistiques=stats,
        incompris=_not_understood(lecture, lot, zones),
    )


def _header(lot: Lot) -> pl.DataFrame:
    """The header record of a TRA; other formats have none, or have it in their column names."""
    entete = lot.entete.items() if lot.format == "tra" else ()
    rangees = [(zone, valeur, inspection.signification("HDR", zone)) for zone, valeur in entete]
    return pl.DataFrame(rangees, schema=dict.fromkeys(("zone", "valeur", "signification"), pl.String), orient="row")


def _records(lot: Lot) -> pl.DataFrame:
    """Lines by kind: parameter records by code, then movements by what their genre says."""
    schema = {"code": pl.String, "nombre": pl.UInt32, "signification": pl.String}
    rangees: list[tuple[str, int, str | None]] = [(code, nombre, "enregistrement de paramètres") for code, nombre in lot.enregistrements.items()]  # fmt: skip
    for cadre in (lot.lignes, lot.ventilations, lot.annexes):
        comptes = cadre.group_by(pl.col("genre").fill_null("")).len().sort("genre")
        vus = {code for code, _, _ in rangees}
        for genre, nombre in comptes.iter_rows():
            nom = GENRES.get(genre, "") if lot.format == "tra" else "ligne d'écriture"
            code = f"MVT {genre or 'blanc'}" if lot.format == "tra" else "LIGNE"
            if code not in vus or cadre is lot.lignes:  # an H line is general and analytic: counted once
                rangees.append((code, nombre, nom))
    return pl.DataFrame(rangees, schema=schema, orient="row")


def _zones(lot: Lot, stats: Statistiques) -> pl.DataFrame:
    """The zones that hold something, by record where the format has several."""
    champs = _fields(lot)
    if isinstance(lot.localisation, LocalisationTra):
        remplies = inspection.remplissage(lot.localisation).drop_nulls("zone")
        return remplies.select(
            "enregistrement",
            "zone",
            pl.when(pl.col("enregistrement").str.starts_with("MVT"))
            .then(pl.col("zone").replace_strict(champs, default=None, return_dtype=pl.String))
            .alias("champ"),
            "remplies",
            "lignes",
            "signification",
        )
    nommees = stats.remplissage.select("zone", "champ", "remplies")
    autres = stats.supplementaires.select("zone", pl.lit(None, pl.String).alias("champ"), "remplies")
    return pl.concat([nommees, autres]).select(
        pl.lit("LIGNE").alias("enregistrement"),
        "zone",
        "champ",
        "remplies",
        pl.lit(stats.lignes, pl.UInt32).alias("lignes"),
        pl.col("champ")
        .replace_strict(dict(SIGNIFICATIONS), default=None, return_dtype=pl.String)
        .alias("signification"),
    )


def _exercices(lot: Lot) -> pl.DataFrame:
    schema = {"code": pl.String, "debut": pl.Date, "fin": pl.Date}
    if lot.exercices.height:
        return lot.exercices.select("code", "debut", "fin")
    rangees = [("annoncé par le nom du fichier", *lot.exercice_annonce)] if lot.exercice_annonce else []
    return pl.DataFrame(rangees, schema=schema, orient="row")


def _not_understood(lecture: Lecture, lot: Lot, zones: pl.DataFrame) -> pl.DataFrame:
    """What the reader found wrong or set aside, gravest first; then what is kept as it stands without being read."""
    schema = {"severite": pl.String, "titre": pl.String, "nombre": pl.UInt32, "premiere": pl.UInt32}
    gravites = {s.value: rang for rang, s in enumerate(Severity)}
    rangees = [
        (r.regle.severity.value, r.regle.titre, r.nombre, r.lieux["numero_ligne"].min()) for r in lecture.releves
    ]
    rangees.sort(key=lambda r: gravites[r[0]])
    gardees = lot.parametres.filter(~pl.col("code").is_in([*lot.fiches, *_LUS_EN_CADRES]))
    for code, nombre, premiere in gardees.group_by("code", maintain_order=True).agg(pl.len(), pl.min("numero_ligne")).iter_rows():  # fmt: skip
        rangees.append(
            (Severity.INFO.value, f"Enregistrement {code} : gardé tel quel, non interprété", nombre, premiere)
        )
    if lot.annexes.height:
        rangees.append((Severity.INFO.value, "Lignes liées aux écritures (documents, variables…) : gardées telles quelles", lot.annexes.height, lot.annexes["numero_ligne"].min()))  # fmt: skip
    sans_champ = zones.filter(pl.col("champ").is_null() & pl.col("enregistrement").str.contains("^MVT|^LIGNE"))
    if sans_champ.height:
        noms = ", ".join(sans_champ["zone"].unique(maintain_order=True).head(30))
        rangees.append((Severity.INFO.value, f"Zones gardées sans être interprétées : {noms}", sans_champ.height, None))
    return pl.DataFrame(rangees, schema=schema, orient="row")


@dataclass(frozen=True, eq=False)
class LigneDecrite:
    """One physical line. ``zones``: zone, colonne_debut, colonne_fin, brut, lu, champ, signification, in the order of the
    line. ``texte`` None: there is no such line. ``constats``: what reading found on it (CONSTATS)."""

    numero_ligne: int
    texte: str | None
    nature: str
    zones: pl.DataFrame
    constats: pl.DataFrame

    def public(self) -> dict[str, Any]:
        """The public JSON."""
        return {**vars(self), "zones": self.zones.to_dicts(), "constats": self.constats.to_dicts()}


_LIGNE = {"zone": pl.String, "colonne_debut": pl.UInt32, "colonne_fin": pl.UInt32, "brut": pl.String, "lu": pl.String, "champ": pl.String, "signification": pl.String}  # fmt: skip


def decrire_ligne(lecture: Lecture, octets: bytes, numero: int) -> LigneDecrite:
    """Line ``numero`` (from 1) of the file, field by field."""
    lot = lecture.lot
    assert lot is not None, "only a file that could be read is described"
    texte = _text_of(lot, octets, numero)
    est_lue = lot.lignes["numero_ligne"].eq(numero).any()
    if isinstance(lot.localisation, LocalisationTra):
        zones = _tra_line(lot, lot.localisation, numero)
        nature = "ligne d'un enregistrement inconnu" if zones.is_empty() else f"enregistrement {_record_of(lot.localisation, numero)}"  # fmt: skip
    else:
        zones = _line(lot, numero) if est_lue else pl.DataFrame(schema=_LIGNE)
        nature = "ligne d'écriture" if est_lue else "ligne qui n'est pas une écriture"
    if texte is None and not est_lue:
        nature = "ligne absente"
    elif texte is not None and not texte.strip():
        nature = "ligne vide"
    constats = dresser(lecture.releves, zones=lot.zones, localisation=lot.localisation).liste
    return LigneDecrite(
        numero, texte, nature, zones.select(list(_LIGNE)), constats.filter(pl.col("numero_ligne") == numero)
    )


def _text_of(lot: Lot, octets: bytes, numero: int) -> str | None:
    if isinstance(lot.localisation, LocalisationTra):
        lues = lot.localisation.lignes(pl.Series([numero], dtype=pl.UInt32))
        return None if lues.is_empty() else str(lues["texte"][0])
    texte = text_of(lot, octets)
    if texte is None:
        return None
    return next((str(lues["ligne"][0]) for lues in lignes_demandees(texte, [numero]) if lues.height), None)


def _record_of(localisation: LocalisationTra, numero: int) -> str:
    zones = inspection.decouper_ligne(localisation, numero)
    return str(zones["enregistrement"][0])


def _tra_line(lot: Lot, localisation: LocalisationTra, numero: int) -> pl.DataFrame:
    zones = inspection.decouper_ligne(localisation, numero)
    champs = _fields(lot)
    est_mouvement = pl.col("enregistrement").str.starts_with("MVT")
    champ = pl.when(est_mouvement).then(pl.col("zone").replace_strict(champs, default=None, return_dtype=pl.String))
    return zones.with_columns(champ.alias("champ")).with_columns(
        signification=pl.coalesce(
            pl.col("champ").replace_strict(dict(SIGNIFICATIONS), default=None, return_dtype=pl.String), "signification"
        )
    )


def _line(lot: Lot, numero: int) -> pl.DataFrame:
    """Zones of a line of entries where its format places them, with the values of the lot."""
    valeurs = _values(lot, numero)
    zones = list(dict.fromkeys([*lot.zones.values(), *_positions(lot)])) or list(valeurs)
    champs = _fields(lot) or {v: v for v in valeurs}
    lieux = pl.DataFrame({"numero_ligne": pl.Series([numero] * len(zones), dtype=pl.UInt32), "zone": pl.Series(zones, dtype=pl.String)})  # fmt: skip
    vides = {"colonne_debut": pl.UInt32, "colonne_fin": pl.UInt32, "brut": pl.String}
    if lot.localisation is not None:
        lieux = lot.localisation.situer(lieux)
    else:
        lieux = lieux.with_columns(pl.lit(None, genre).alias(nom) for nom, genre in vides.items())
    return (
        lieux.with_columns(champ=pl.col("zone").replace_strict(champs, default=None, return_dtype=pl.String))
        .with_columns(
            lu=pl.col("champ").replace_strict(valeurs, default=None, return_dtype=pl.String),
            signification=pl.col("champ").replace_strict(dict(SIGNIFICATIONS), default=None, return_dtype=pl.String),
        )
        .sort("colonne_debut", nulls_last=True, maintain_order=True)
    )


def _fields(lot: Lot) -> dict[str, str]:
    """Zone → the domain field it fills; left out when it fills several, as an amount whose side stands elsewhere."""
    zones = list(lot.zones.values())
    return {zone: champ for champ, zone in lot.zones.items() if zones.count(zone) == 1}


def _positions(lot: Lot) -> list[str]:
    return list(lot.localisation.positions) if isinstance(lot.localisation, Situation) else []


def _values(lot: Lot, numero: int) -> dict[str, str | None]:
    """Domain field → the value read, as text; amounts in euros."""
    ligne = lot.lignes.filter(pl.col("numero_ligne") == numero).head(1)
    montants = [nom for nom in LIGNES if nom.endswith("_centimes")]
    textes = ligne.with_columns(expr_euros(pl.col(m)).alias(m) for m in montants).select(
        pl.col(nom).cast(pl.String) for nom in LIGNES if nom not in ("numero_ligne", "ecriture")
    )
    return {nom: valeur or None for nom, valeur in textes.row(0, named=True).items()} if textes.height else {}
