"""Generated files to measure on: the same seed gives the same bytes. FEC by the product's own sample maker, TRA here.

The TRA does not go through the product's writer: every zone is padded here, so that a fault of the writer cannot hide one
of the reader. Positions come from the layout, the only place where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import polars as pl

from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.formats.fixedwidth import Record
from ecritures.formats.tra import layout

ANNEE = 2025
"""Every generated entry is dated in this calendar year."""
VERSION = 7
SANS_DATE = "01011900"
LIGNES_MIN = 2

_SANS_ACCENT = str.maketrans("éèêëàâîïôûüçÉÀÎŒœ’°", "eeeeaaiiouucEAIOo'o")
_NOMS = pl.Series(
    ["Boulangerie Müller", "Électricité Générale", "Hélène Lefèvre", "Garage de l’Île", "Œuvres & Forêts", "Dupont SA"]
)
_TIERS_MAX = 400
_TVA_POUR_CENT = 20


@dataclass(frozen=True)
class Jeu:
    """One kind of generated file: its name on the command line, in tables, and how it is asked for."""

    code: str
    titre: str
    format: str
    nom_fichier: str


JEUX: Mapping[str, Jeu] = {
    "fec": Jeu("fec", "FEC", "fec", NOM_FICHIER),
    "tra-std": Jeu("tra-std", "TRA STD", "tra", "bench_std.TRA"),
    "tra-ete": Jeu("tra-ete", "TRA ETE", "tra", "bench_ete.TRA"),
}


def generer(jeu: str, lignes: int, graine: int = 1) -> bytes:
    """The file of that kind with exactly ``lignes`` movements: FEC in UTF-8, TRA in Windows-1252, both with accents."""
    if jeu == "fec":
        return generer_fec(lignes, graine)
    return generer_tra(lignes, graine, forme="STD" if jeu == "tra-std" else "ETE")


# Lines of the four kinds of entry: (kind, account, type of account, side, share of the amount). Kinds: sale, its payment,
# purchase, its payment.
_PIECES = pl.DataFrame(
    [
        (0, "411000", "X", "D", "ttc"),
        (0, "707000", "", "C", "ht"),
        (0, "445710", "", "C", "tva"),
        (1, "512000", "", "D", "ttc"),
        (1, "411000", "X", "C", "ttc"),
        (2, "607000", "", "D", "ht"),
        (2, "445660", "", "D", "tva"),
        (2, "401000", "X", "C", "ttc"),
        (3, "401000", "X", "D", "ttc"),
        (3, "512000", "", "C", "ttc"),
    ],
    schema=["sorte", "compte", "genre", "sens", "part"],
    orient="row",
)
_LIGNES_PAR_SORTE = (3, 2, 3, 2)
_JOURNAUX = pl.Series(["VTE", "BQ1", "ACH", "BQ1"])
_NATURES = pl.Series(["FC", "RC", "FF", "RF"])
_OBJETS = pl.Series(["Facture de vente", "Règlement reçu", "Facture d’achat", "Paiement émis"])


def generer_tra(lignes: int, graine: int = 1, forme: str = "STD", accents: bool = True) -> bytes:
    """A clean TRA file (journals, Windows-1252, CR LF) of exactly ``lignes`` movements, 2 at least.

    ``forme``: ``STD`` (222 columns) or ``ETE`` (extended, 1238 columns in version 7). Header, then the records of its journals,
    accounts and third parties, then numbered and balanced entries in date order.
    """
    assert lignes >= LIGNES_MIN, "an entry has two lines at least"
    assert forme in ("STD", "ETE")
    record = layout.records()[f"MVT/{forme}"]
    largeur = layout.LARGEUR_STD if forme == "STD" else layout.LARGEURS_ETE[VERSION]
    texte = _lignes(record, largeur, _zones(_mouvements(lignes, graine), forme == "ETE"))
    tete = "".join(f"{ligne}\r\n" for ligne in (_entete(forme), *_parametres()))
    if not accents:
        return (tete + texte).translate(_SANS_ACCENT).encode("ascii")
    return (tete + texte).encode("cp1252")


def _mouvements(lignes: int, graine: int) -> pl.DataFrame:
    """One row a movement, in file order."""
    hasard = np.random.default_rng(graine)
    sortes = _sortes(lignes)
    ecritures = len(sortes)
    ht = hasard.integers(1_000, 500_000, ecritures)
    tva = (ht * _TVA_POUR_CENT + 50) // 100
    jours = np.arange(ecritures) * 365 // ecritures
    pieces = pl.DataFrame(
        {
            "numero": np.arange(1, ecritures + 1),
            "sorte": sortes,
            "date": (np.datetime64(f"{ANNEE}-01-01") + jours.astype("timedelta64[D]")).astype("datetime64[ms]"),
            "ht": ht,
            "tva": tva,
            "ttc": ht + tva,
            "qui": hasard.integers(0, _TIERS_MAX, ecritures),
        }
    )
    return pieces.lazy().join(_PIECES.lazy(), on="sorte", maintain_order="left_right").collect()


def _sortes(lignes: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Kinds of the entries, so that their lines make ``lignes``: whole cycles of four, then the rest in twos and a three."""
    cycle = sum(_LIGNES_PAR_SORTE)
    cycles, reste = divmod(lignes, cycle)
    if reste == 1:
        cycles, reste = cycles - 1, reste + cycle
    fin = ([0] if reste % 2 else []) + [1] * ((reste - 3 * (reste % 2)) // 2)
    return np.concatenate([np.tile(np.arange(4), cycles), np.array(fin, np.int64)])


def _zones(cadre: pl.DataFrame, etendu: bool) -> dict[str, pl.Series]:
    """Text of each zone that is not blank, of the width of the zone."""
    montant = pl.when(part="ht").then("ht").when(part="tva").then("tva").otherwise("ttc")
    jour = pl.col("date").dt.strftime("%d%m%Y")
    de_tiers = pl.col("genre") == "X"
    vente = pl.col("sorte") < 2
    code = pl.format("{}{}", pl.when(vente).then(pl.lit("C")).otherwise(pl.lit("F")), pl.col("qui") + 10_000)
    nom = pl.lit(_NOMS).gather(pl.col("qui") % len(_NOMS))
    zones = {
        "JOURNAL": pl.lit(_JOURNAUX).gather("sorte"),
        "DATECOMPTABLE": jour,
        "TYPEPIECE": pl.lit(_NATURES).gather("sorte"),
        "GENERAL": pl.col("compte"),
        "TYPECPTE": pl.col("genre"),
        "AUXSECT": pl.when(de_tiers).then(code).otherwise(pl.lit("")),
        "REFINTERNE": pl.format("REF-{}-{}", pl.lit(ANNEE), pl.col("numero")),
        "LIBELLE": pl.concat_str(pl.lit(_OBJETS).gather("sorte"), nom, separator=" ").str.slice(0, 35),
        "MODEPAIE": pl.when(de_tiers).then(pl.lit("VIR")).otherwise(pl.lit("")),
        "ECHEANCE": pl.when(de_tiers).then(jour).otherwise(pl.lit(SANS_DATE)),
        "SENS": pl.col("sens"),
        "MONTANT1": pl.format("{},{}", montant // 100, (montant % 100).cast(pl.String).str.zfill(2)),
        "TYPEECRITURE": pl.lit("N"),
        "NUMEROPIECE": pl.col("numero").cast(pl.String),
        "DEVISE": pl.lit("EUR"),
        "TAUXDEV": pl.lit("1"),
        "CODEMONTANT": pl.lit("E--"),
        "ETABLISSEMENT": pl.lit("001"),
        "NUMECHE": pl.when(de_tiers).then(pl.lit("1")).otherwise(pl.lit("")),
    }
    if etendu:
        zones |= {
            "REFEXTERNE": pl.format("PIECE {}", pl.col("numero")),
            "DATEREFEXTERNE": jour,
            "DATECREATION": jour,
            "ECRANOUVEAU": pl.lit("N"),
            "TVAENCAISSEMENT": pl.lit("-"),
            "LIBRETEXTE0": nom,
            "ETATLETTRAGE": pl.when(de_tiers).then(pl.lit("AL")).otherwise(pl.lit("RI")),
            "VALIDE": pl.lit("-"),
            **dict.fromkeys(
                ("DATETAUXDEV", "DATEPOINTAGE", "DATERELANCE", "DATEVALEUR", "LIBREDATE", "DATEPAQUETMAX", "DATEPAQUETMIN"),
                pl.lit(SANS_DATE),
            ),
        }  # fmt: skip
    hauteur = cadre.height
    textes = cadre.lazy().select(**zones).collect()
    return {n: textes[n] if textes.height == hauteur else textes[n].new_from_index(0, hauteur) for n in textes.columns}


_A_DROITE = frozenset({"MONTANT1", "NUMEROPIECE", "NUMECHE"})


def _lignes(record: Record, largeur: int, zones: Mapping[str, pl.Series]) -> str:
    """The movements as text: zones padded to their width, blanks for the others (a run of them is one literal)."""
    morceaux: list[pl.Expr] = []
    blanc = 0
    for zone in record.zones:
        if zone.start > largeur:
            break
        if zone.name not in zones:
            blanc += zone.width
            continue
        if blanc:
            morceaux.append(pl.lit(" " * blanc))
            blanc = 0
        texte = pl.col(zone.name).str
        morceaux.append(texte.pad_start(zone.width, " ") if zone.name in _A_DROITE else texte.pad_end(zone.width, " "))
    morceaux.append(pl.lit(" " * blanc))
    lignes = pl.DataFrame(dict(zones)).select(pl.concat_str(morceaux).alias("ligne"))["ligne"]
    assert lignes.str.len_chars().unique().to_list() == [largeur], "every zone keeps to its width"
    return "\r\n".join(lignes) + "\r\n"


def _poser(record: Record, largeur: int, **zones: str) -> str:
    """A line of ``record``, the zones given left-aligned."""
    ligne = [" "] * largeur
    for nom, texte in zones.items():
        zone = record.zone(nom)
        assert len(texte) <= zone.width, f"{texte!r} is too long for {nom}"
        ligne[zone.start - 1 : zone.start - 1 + len(texte)] = texte
    return "".join(ligne)


def _entete(forme: str) -> str:
    return _poser(
        layout.records()["HDR"],
        147,
        FIXE="***", IDENTIFIANT="S5", ORIGINE="CLI", TYPEFICHIER="JRL", FORMAT=forme, DATEBASCULE=SANS_DATE,
        DATEARRETE=SANS_DATE, VERSION=f"{VERSION:03}", DATEHEURE="311220252359", UTILISATEUR="ecritures",
        RAISONSOCIALE="Société d’exemple", CPDATEREFPURGE=SANS_DATE, SOUSVERSION="001",
    )  # fmt: skip


@cache
def _parametres() -> tuple[str, ...]:
    """Journals, accounts and third parties that the movements use."""
    records = layout.records()

    def fiche(code: str, **zones: str) -> str:
        largeur = layout.largeur_parametre(code, VERSION)
        return _poser(records[code], largeur, FIXE="***", IDENTIFIANT=code, FERME="-", **zones)

    def compte(numero: str, libelle: str, nature: str) -> str:
        axes = {f"VENTILABLE{n}": "-" for n in range(1, 6)}
        return fiche("CGN", CODE=numero, LIBELLE=libelle, NATURE=nature, LETTRABLE="-", POINTABLE="-", SENS="M", **axes)

    def tiers(rang: int, lettre: str, nature: str, collectif: str) -> str:
        return fiche(
            "CAE",
            CODE=f"{lettre}{10_000 + rang}",
            LIBELLE=f"{_NOMS[rang % len(_NOMS)]} n° {rang}",
            NATURE=nature,
            LETTRABLE="X",
            COLLECTIF=collectif,
        )

    return (
        compte("401000", "Fournisseurs", "COF"),
        compte("411000", "Clients", "COC"),
        compte("445660", "TVA déductible", "DIV"),
        compte("445710", "TVA collectée", "DIV"),
        compte("512000", "Crédit Général", "BQE"),
        compte("607000", "Achats de marchandises", "CHA"),
        compte("707000", "Ventes de marchandises", "PRO"),
        *(tiers(rang, "C", "CLI", "411000") for rang in range(_TIERS_MAX)),
        *(tiers(rang, "F", "FOU", "401000") for rang in range(_TIERS_MAX)),
        fiche("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH", MODESAISIE="-"),
        fiche("JAL", CODE="BQ1", LIBELLE="Banque", NATURE="BQE", MODESAISIE="-", COMPTE="512000"),
        fiche("JAL", CODE="VTE", LIBELLE="Ventes", NATURE="VTE", MODESAISIE="-"),
    )


EXERCICE = (str(ANNEE), date(ANNEE, 1, 1), date(ANNEE, 12, 31))
"""Code, first and last day of the exercice that holds every generated line."""
