"""Movement lines of one block: zones become the rows of ``lignes``, ``ventilations`` and ``annexes``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ecritures.domain.constat import Regle
from ecritures.domain.lot import ANNEXES, LIGNES, VENTILATIONS, Schema
from ecritures.formats.fixedwidth import Entiers, Grille, Lignes, Masque, Octets, Record, vide
from ecritures.formats.tra import layout, regles
from ecritures.formats.tra.montants import Montants, debit_credit, lire_montants
from ecritures.formats.tra.notes import Notes
from ecritures.formats.tra.parametres import en_caracteres

NATURES = ("FC", "AC", "RC", "OC", "FF", "AF", "RF", "OF", "OD")
FIN_MONTANT, FIN_CODE_MONTANT = "MONTANT1", "CODEMONTANT"

ROLES: Mapping[str, str] = {
    "JOURNAL": "code journal",
    "DATECOMPTABLE": "date comptable",
    "TYPEPIECE": "nature de pièce",
    "GENERAL": "compte général",
    "SENS": "débit ou crédit",
    "MONTANT1": "montant",
    "TYPEECRITURE": "type d'écriture",
    "CODEMONTANT": "code montant",
}

LIGNES_LUES: Schema = {nom: genre for nom, genre in LIGNES.items() if nom != "ecriture"}
VENTILATIONS_LUES: Schema = {
    nom: genre for nom, genre in VENTILATIONS.items() if nom not in ("ecriture", "ligne_mere")
} | {
    "nature": pl.String,
    "etablissement": pl.String,
    "numero_piece": pl.String,
    "type_ecriture": pl.String,
    "montant_lu": pl.Int64,
    "calcule": pl.Boolean,
}
"""Beside the lot's columns: what delimits the entries of O lines, which have no general line, and what a conversion of
currency needs. They are dropped afterwards."""


@dataclass(frozen=True)
class Cadre:
    """What a block needs to know of the file: format, charset of its bytes and of its text, rates of DEV records."""

    etendu: bool
    charset: str  # of the single-byte columns: windows-1252, or utf-8 when columns are counted in bytes
    charset_texte: str  # of the original bytes, for what is kept as written
    avec_guid: bool = False
    avec_nuls: bool = False  # is there a NUL byte anywhere in the file
    taux_dev: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class BlocLu:
    """What one block gave. ``calculees``: rows of ``lignes`` whose euros come from a rate."""

    lignes: pl.DataFrame
    ventilations: pl.DataFrame
    annexes: pl.DataFrame
    parametres: pl.DataFrame
    notes: Notes
    calculees: Entiers
    totaux: tuple[int, int]
    en_devise: bool
    premier_mouvement: int | None


def genres(lignes: Lignes) -> Octets:
    """Column 31 of each line: the kind of line."""
    return lignes.octet(layout.mouvement(False).zone("TYPECPTE").start)


def parmi(genre: Octets, lettres: str) -> Masque:
    table = np.zeros(256, np.bool_)
    table[list(lettres.encode())] = True
    return table[genre]


def lire_generales(
    lignes: Lignes, source: Lignes, numeros: pl.Series, cadre: Cadre, notes: Notes
) -> tuple[pl.DataFrame, pl.DataFrame, Montants]:
    """``(lignes, ventilations of H lines, amounts)`` of the general-side lines. ``source``: the same lines, as written."""
    grille, record = _grille(lignes, layout.mouvement(True), cadre), layout.mouvement(cadre.etendu)
    commun = _communes(grille, record, lignes, numeros, cadre, notes)
    montants: Montants = commun.montants
    valeurs = commun.valeurs
    genre = grille.texte(record.zone("TYPECPTE")).fill_null("")
    tiers, sections = _auxiliaires(grille, record, genre, numeros, valeurs["compte"], notes)
    echeance = _date(grille, record, "ECHEANCE", numeros, notes)
    numero_echeance = grille.lire(record.zone("NUMECHE"))
    if numero_echeance.illisibles is not None:
        notes.lignes(
            regles.ECHEANCE_NUMERO,
            numeros,
            numero_echeance.illisibles,
            zone="NUMECHE",
            valeur=grille.texte(record.zone("NUMECHE")),
        )
    valeurs |= {
        "genre": genre,
        "tiers": tiers,
        "reference": grille.texte(record.zone("REFINTERNE")),
        "devise": grille.texte(record.zone("DEVISE")),
        "montant_devise": montants.devise
        if montants.devise.null_count() == len(grille)
        else valeurs["debit_signe"] * montants.devise,
        "taux_devise": grille.texte(record.zone("TAUXDEV")),
        "echeance": echeance,
        "mode_paiement": grille.texte(record.zone("MODEPAIE")),
        "numero_echeance": numero_echeance.valeurs,
        "supplement": _supplement(grille, source, record, cadre),
    }
    if cadre.etendu:
        valeurs |= _etendues(grille, record, genre, lignes, numeros, cadre, notes)
    ventilees = (genre == "H").to_numpy()
    h = pl.DataFrame(schema=VENTILATIONS_LUES)
    if ventilees.any():
        axe = _axes(grille, record, numeros, ventilees, notes)
        notes.lignes(regles.SECTION_VIDE, numeros, ventilees & sections.is_null().to_numpy(), zone="AUXSECT")
        toutes = _dataframe(
            valeurs | {"axe": axe, "section": sections, "texte": vide(len(grille))}, VENTILATIONS_LUES, numeros
        )
        rangs = np.flatnonzero(ventilees)
        h = toutes[rangs].with_columns(texte=textes_en_caracteres(source.choisir(rangs), lambda _: record, cadre))
    return _dataframe(valeurs, LIGNES_LUES, numeros), h, montants


def _supplement(grille: Grille, source: Lignes, record: Record, cadre: Cadre) -> pl.Series:
    """Columns 223 and beyond as written, counted in characters."""
    garde = grille.brut(layout.LARGEUR_STD + 1, max(grille.largeur, layout.LARGEUR_STD + 1))
    if cadre.charset != "utf-8" or garde.null_count() == len(garde):
        return garde
    decales = (garde.str.len_bytes() != garde.str.len_chars()).fill_null(False)
    if not decales.any():
        return garde
    rangs = np.flatnonzero(decales.to_numpy())
    refaits = textes_en_caracteres(source.choisir(rangs), lambda _: record, cadre)
    return garde.scatter(rangs, refaits.str.slice(layout.LARGEUR_STD).str.strip_chars_end(" "))


def textes_en_caracteres(source: Lignes, record: Callable[[bytes], Record | None], cadre: Cadre) -> pl.Series:
    """Whole lines as text, as written; columns counted in bytes (UTF-8) become columns of characters."""
    if cadre.charset != "utf-8":
        return source.textes(cadre.charset_texte)
    octets = [
        source.octets[d : d + n].tobytes()
        for d, n in zip(source.debuts.tolist(), source.longueurs.tolist(), strict=True)
    ]
    return pl.Series("texte", [en_caracteres(ligne, record(ligne)) for ligne in octets], dtype=pl.String)


def lire_analytiques(
    lignes: Lignes,
    source: Lignes,
    numeros: pl.Series,
    record_de: Callable[[bool], Record],
    cadre: Cadre,
    notes: Notes,
) -> pl.DataFrame:
    """Rows of ``ventilations`` of A lines, or of O lines: ``record_de`` gives their layout, extended or not."""
    grille, record = _grille(lignes, record_de(True), cadre), record_de(cadre.etendu)
    commun = _communes(grille, record, lignes, numeros, cadre, notes)
    section = grille.texte(record.zone("AUXSECT"))
    sans = section.is_null()
    if sans.any():
        if "SOUSPLAN1" in record:
            sans &= grille.texte(record.zone("SOUSPLAN1")).is_null()
        notes.lignes(regles.SECTION_VIDE, numeros, sans.to_numpy(), zone="AUXSECT")
    valeurs = commun.valeurs | {
        "genre": grille.texte(record.zone("TYPECPTE")),
        "axe": _axes(grille, record, numeros, np.ones(len(grille), np.bool_), notes),
        "section": section,
        "texte": textes_en_caracteres(source, lambda _: record, cadre),
        "calcule": pl.Series(commun.montants.calcules)
        if commun.montants.calcules is not None
        else vide(len(grille), pl.Boolean()),
        "montant_lu": commun.valeurs["debit_signe"] * commun.montants.lus,
    }
    return _dataframe(valeurs, VENTILATIONS_LUES, numeros)


def lire_annexes(source: Lignes, numeros: pl.Series, genre: Octets, cadre: Cadre) -> pl.DataFrame:
    """Rows of ``annexes``: their columns from 49 on are no movement's, nothing of them is checked here."""
    textes = (
        pl.Series(genre)
        .cast(pl.UInt8)
        .replace_strict({ord(g): g for g in layout.GENRES_ANNEXES}, default=None, return_dtype=pl.String)
    )
    place = layout.mouvement(False).zone("TYPECPTE").start - 1

    def record(ligne: bytes) -> Record:
        return layout.records()[layout.ENREGISTREMENT_DU_GENRE[chr(ligne[place])]]

    lignes = textes_en_caracteres(source, record, cadre)
    return pl.DataFrame({"numero_ligne": numeros, "genre": textes, "texte": lignes}).cast(
        {nom: ANNEXES[nom] for nom in ("numero_ligne", "genre", "texte")}
    )


@dataclass(frozen=True, eq=False)
class _Communes:
    valeurs: dict[str, pl.Series]
    montants: Montants


def _grille(lignes: Lignes, record: Record, cadre: Cadre) -> Grille:
    longueur = int(lignes.longueurs.max()) if len(lignes) else 0
    return Grille(lignes.matrice(max(layout.LARGEUR_STD, min(longueur, record.width))), cadre.charset)


def _communes(
    grille: Grille, record: Record, lignes: Lignes, numeros: pl.Series, cadre: Cadre, notes: Notes
) -> _Communes:
    """Zones that general and analytic lines share, with what is wrong in them."""
    _note_longueurs(lignes, record, numeros, notes)
    _note_obligatoires(grille, lignes, record, numeros, notes)
    if (hors := grille.hors(record.zone("TYPEPIECE"), NATURES)) is not None:
        notes.lignes(regles.NATURE_INCONNUE, numeros, hors[0], zone="TYPEPIECE", valeur=hors[1])
    if (hors := grille.hors(record.zone("TYPEECRITURE"), ("N", "S", "U", "R"))) is not None:
        tolere = (hors[1] == "A").fill_null(False).to_numpy()
        notes.lignes(regles.TYPE_ECRITURE_TOLERE, numeros, hors[0] & tolere, zone="TYPEECRITURE", valeur=hors[1])
        notes.lignes(regles.TYPE_ECRITURE_INCONNU, numeros, hors[0] & ~tolere, zone="TYPEECRITURE", valeur=hors[1])
    if (hors := grille.hors(record.zone("SENS"), ("D", "C"))) is not None:
        notes.lignes(regles.SENS_INCONNU, numeros, hors[0], zone="SENS", valeur=hors[1])
    debiteur = _debiteur(grille, record)
    montants = lire_montants(grille, record, numeros, cadre.taux_dev, notes)
    debit, credit = debit_credit(montants.euros, debiteur)
    libelle = grille.texte(record.zone("LIBELLE"))
    if (lignes.octets == ord('"')).any():
        notes.une_fois(
            regles.GUILLEMETS,
            "",
            numeros,
            libelle.str.contains('"', literal=True).fill_null(False).to_numpy(),
            zone="LIBELLE",
        )
    signe = (
        pl.Series(np.where(debiteur, 1, -1))
        if isinstance(debiteur, np.ndarray)
        else debiteur.replace_strict({True: 1, False: -1}, default=None, return_dtype=pl.Int64)
    )
    valeurs = {
        "journal": grille.texte(record.zone("JOURNAL")).fill_null(""),
        "date": _date(grille, record, "DATECOMPTABLE", numeros, notes, regles.DATE_ILLISIBLE),
        "nature": grille.texte(record.zone("TYPEPIECE")),
        "compte": grille.texte(record.zone("GENERAL")).fill_null(""),
        "numero_piece": grille.texte(record.zone("NUMEROPIECE")),
        "libelle": libelle,
        "debit_centimes": debit,
        "credit_centimes": credit,
        "debit_signe": signe.cast(pl.Int64),
        "type_ecriture": grille.texte(record.zone("TYPEECRITURE")),
        "etablissement": grille.texte(record.zone("ETABLISSEMENT")),
    }
    return _Communes(valeurs, montants)


def _debiteur(grille: Grille, record: Record) -> Masque | pl.Series:
    """Side of each row: a plain mask when every side is known, else a Boolean series with nulls."""
    octets = grille.octets(record.zone("SENS"))
    sens = octets[:, 0] if octets.shape[1] else np.full(len(grille), 32, np.uint8)
    debiteur: Masque = sens == ord("D")
    if bool((debiteur | (sens == ord("C"))).all()):
        return debiteur
    connu = pl.Series(debiteur | (sens == ord("C")))
    return pl.Series(debiteur).set(~connu, None)


def _note_longueurs(lignes: Lignes, record: Record, numeros: pl.Series, notes: Notes) -> None:
    fin_montant, fin_code = record.zone(FIN_MONTANT).end, record.zone(FIN_CODE_MONTANT).end
    longueurs = lignes.longueurs
    if len(longueurs) == 0:
        return
    if longueurs.min() < fin_code:
        texte = pl.Series(longueurs).cast(pl.String)
        notes.lignes(regles.LIGNE_COURTE, numeros, longueurs < fin_montant, longueur=texte)
        notes.lignes(
            regles.LIGNE_TRONQUEE, numeros, (longueurs >= fin_montant) & (longueurs < fin_code), longueur=texte
        )
    if longueurs.max() > record.width:
        utile = longueurs > record.width
        forme = "ETE" if record.width > layout.LARGEUR_STD else "STD"
        notes.une_fois(regles.LIGNE_LONGUE, record.width, numeros, utile, largeur=record.width, forme=forme)


def _note_obligatoires(grille: Grille, lignes: Lignes, record: Record, numeros: pl.Series, notes: Notes) -> None:
    """Blank mandatory zones. A line that stops before a zone is reported once, as too short."""
    for nom, role in ROLES.items():
        zone = record.zone(nom)
        vides = grille.blancs(zone)
        if vides is None:
            continue
        if lignes.longueurs.min() < record.zone(FIN_MONTANT).end:
            vides = vides & ((lignes.longueurs >= zone.end) | (lignes.longueurs >= record.zone(FIN_MONTANT).end))
        notes.lignes(regles.ZONE_OBLIGATOIRE, numeros, vides, zone=nom, role=role)


def _date(
    grille: Grille,
    record: Record,
    nom: str,
    numeros: pl.Series,
    notes: Notes,
    regle: Regle = regles.DATE_SECONDAIRE_ILLISIBLE,
) -> pl.Series:
    zone = record.zone(nom)
    lu = grille.lire(zone)
    if lu.illisibles is not None:
        notes.lignes(regle, numeros, lu.illisibles, zone=nom, valeur=grille.texte(zone))
    if nom == "DATECOMPTABLE" and lu.valeurs.null_count():
        # "no date" where a date is mandatory
        texte = grille.texte(zone)
        sans = (lu.valeurs.is_null() & texte.is_in(list(zone.codec.vides))).to_numpy()
        notes.lignes(regles.ZONE_OBLIGATOIRE, numeros, sans, zone=nom, role=ROLES[nom], valeur=texte)
    return lu.valeurs


def _auxiliaires(
    grille: Grille, record: Record, genre: pl.Series, numeros: pl.Series, compte: pl.Series, notes: Notes
) -> tuple[pl.Series, pl.Series]:
    """``(tiers, sections)`` of general-side lines: what columns 32-48 mean depends on the kind of line."""
    aux = grille.texte(record.zone("AUXSECT"))
    if (
        hors := grille.hors(record.zone("TYPECPTE"), tuple(g for g in layout.GENRES_GENERAUX if g not in " EL"))
    ) is not None:
        tolere = hors[1].is_in(["E", "L"]).fill_null(False).to_numpy()
        notes.lignes(regles.GENRE_TOLERE, numeros, hors[0] & tolere, zone="TYPECPTE", valeur=hors[1])
        indice = pl.select(
            pl.when(hors[1] == "0")
            .then(pl.lit(" : la lettre O est sans doute voulue, pas le chiffre 0"))
            .otherwise(pl.lit(""))
        ).to_series()
        notes.lignes(regles.GENRE_INCONNU, numeros, hors[0] & ~tolere, zone="TYPECPTE", valeur=hors[1], indice=indice)
    octet = grille.matrice[:, record.zone("TYPECPTE").start - 1]
    absent = aux.is_null().to_numpy()
    notes.lignes(
        regles.AUXILIAIRE_VIDE,
        numeros,
        parmi(octet, layout.GENRES_AUXILIAIRES) & absent,
        zone="AUXSECT",
        genre=genre,
        compte=compte,
    )
    notes.lignes(regles.AUXILIAIRE_SANS_TYPE, numeros, parmi(octet, " -") & ~absent, zone="AUXSECT", valeur=aux)
    ventilee = octet == ord("H")
    if not ventilee.any():
        return aux, aux
    return aux.set(pl.Series(ventilee), None), aux.set(pl.Series(~ventilee), None)


def _axes(grille: Grille, record: Record, numeros: pl.Series, lignes: Masque, notes: Notes) -> pl.Series:
    axe = grille.texte(record.zone("AXE"))
    repare = (axe.is_null() | (axe == "A").fill_null(False)).to_numpy() & lignes
    notes.lignes(regles.AXE_VIDE, numeros, repare, zone="AXE", valeur=axe.fill_null(""))
    connu = axe.is_in([f"A{i}" for i in range(1, 6)]).fill_null(False).to_numpy()
    notes.lignes(regles.AXE_INCONNU, numeros, lignes & ~connu & ~repare, zone="AXE", valeur=axe)
    return axe.set(pl.Series(repare), "A1") if repare.any() else axe


def _etendues(
    grille: Grille, record: Record, genre: pl.Series, lignes: Lignes, numeros: pl.Series, cadre: Cadre, notes: Notes
) -> dict[str, pl.Series]:
    """Zones of columns 223 and beyond that the model names, in an ETE file."""
    for nom in ("DATECREATION", "ECRANOUVEAU", "TVAENCAISSEMENT", "ETATLETTRAGE"):
        vides = grille.blancs(record.zone(nom))
        if vides is not None and nom == "ETATLETTRAGE":
            vides = vides & genre.is_in(list(layout.GENRES_AUXILIAIRES)).to_numpy()
        if vides is not None:
            notes.une_fois(regles.ZONE_ETE_VIDE, nom, numeros, vides, zone=nom)
    if cadre.avec_guid and (vides := grille.blancs(record.zone("REFGUID"))) is not None:
        notes.une_fois(regles.GUID_ABSENT, "", numeros, vides, zone="REFGUID")
    if (hors := grille.hors(record.zone("ECRANOUVEAU"), ("N", "OAN", "H"))) is not None:
        notes.lignes(regles.ECRAN_INCONNU, numeros, hors[0], zone="ECRANOUVEAU", valeur=hors[1])
    if (hors := grille.hors(record.zone("ETATLETTRAGE"), ("RI", "AL", "PL", "TL"))) is not None:
        notes.lignes(regles.ETAT_LETTRAGE_INCONNU, numeros, hors[0], zone="ETATLETTRAGE", valeur=hors[1])
    lettrage = grille.texte(record.zone("LETTRAGE"))
    date_lettrage = vide(len(grille), pl.Date())
    etat = grille.texte(record.zone("ETATLETTRAGE"))
    if lettrage.null_count() < len(lettrage) or etat.is_in(["PL", "TL"]).any():
        _note_lettrage(lettrage, etat, numeros, notes)
        total = (etat == "TL").fill_null(False) & lettrage.is_not_null()
        date_lettrage = _date(grille, record, "DATEPAQUETMAX", numeros, notes).set(~total, None)
    return {
        "date_piece": _date(grille, record, "DATEREFEXTERNE", numeros, notes),
        "a_nouveau": grille.texte(record.zone("ECRANOUVEAU")),
        "lettrage": lettrage,
        "date_lettrage": date_lettrage,
        "date_validation": _date(grille, record, "VALIDDATE", numeros, notes),
    }


def _note_lettrage(lettrage: pl.Series, etat: pl.Series, numeros: pl.Series, notes: Notes) -> None:
    code, e = pl.col("code"), pl.col("etat").fill_null("")
    motif = (
        pl.when((e == "TL") & (code != code.str.to_uppercase())).then(pl.lit("un lettrage total s'écrit en majuscules"))
        .when((e == "PL") & (code != code.str.to_lowercase())).then(pl.lit("un lettrage partiel s'écrit en minuscules"))
        .when(e.is_in(["RI", "AL"])).then(pl.lit("la ligne n'est pas lettrée"))
        .when(e == "").then(pl.lit("l'état est vide"))
    )  # fmt: skip
    sans_code = pl.when(e.is_in(["PL", "TL"])).then(pl.lit("la ligne est dite lettrée sans code de lettrage"))
    cadre = pl.DataFrame({"code": lettrage, "etat": etat}).with_columns(
        motif=pl.when(code.is_not_null()).then(motif).otherwise(sans_code)
    )
    notes.lignes(
        regles.LETTRAGE_INCOHERENT, numeros, cadre["motif"].is_not_null().to_numpy(),
        zone="LETTRAGE", lettrage=lettrage.fill_null(""), etat=etat.fill_null(""), motif=cadre["motif"],
    )  # fmt: skip


def _dataframe(valeurs: Mapping[str, pl.Series], schema: Schema, numeros: pl.Series) -> pl.DataFrame:
    """A frame of that shape: columns absent from ``valeurs`` are null."""
    n = len(numeros)
    colonnes = []
    for nom, genre in schema.items():
        serie = numeros if nom == "numero_ligne" else valeurs.get(nom)
        colonnes.append((vide(n, genre) if serie is None else serie.cast(genre, strict=False)).alias(nom))
    return pl.DataFrame(colonnes)
