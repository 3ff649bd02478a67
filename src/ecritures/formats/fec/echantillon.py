"""Invented FECs, for tests, benchmarks and demonstrations: the same seed gives the same bytes.

A clean file has sales, purchases and their payments, lettered, with VAT, a few entries in dollars, and à-nouveaux; it
calls for no finding above information. :func:`abimer` puts known defects into it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl

from ecritures.formats.delimited import ecrire
from ecritures.formats.fec.layout import BIC_IS
from ecritures.formats.fec.nom import nom_de_fichier

SIREN = "732829320"
CLOTURE = date(2025, 12, 31)
NOM_FICHIER = nom_de_fichier(SIREN, CLOTURE)

LIGNES_CYCLE = 10
"""Lines of one cycle: a sale (3), its payment (2), a purchase (3), its payment (2)."""
LIGNES_MIN = 12
TVA_POUR_CENT = 20
DELAI_VALIDATION_JOURS = 5
CYCLES_PAR_DOLLAR = 25

_CLIENTS = ("Boulangerie Müller", "Électricité Générale", "Hélène Lefèvre", "Société du Nord-Est", "Garage de l'Île")
_FOURNISSEURS = ("Papèterie Centrale", "Énergie Réunie", "Transports Gâtinais", "Forêts & Bois", "Télécoms Français")
_SANS_ACCENT = str.maketrans("éèêëàâäîïôöùûüçÉÎÀ°", "eeeeaaaiioouuucEIAo")

_LIGNES_DU_CYCLE = pl.DataFrame(
    {
        "rang": range(LIGNES_CYCLE),
        "ordre": [0, 0, 0, 1, 1, 2, 2, 2, 3, 3],  # the entry in its cycle
        "journal": ["VE"] * 3 + ["BQ"] * 2 + ["AC"] * 3 + ["BQ"] * 2,
        "journal_libelle": ["Ventes"] * 3 + ["Banque"] * 2 + ["Achats"] * 3 + ["Banque"] * 2,
        "compte": ["411000", "707000", "445710", "512000", "411000", "607000", "445660", "401000", "401000", "512000"],
        "compte_libelle": [
            "Clients",
            "Ventes de marchandises",
            "TVA collectée",
            "Crédit Général",
            "Clients",
            "Achats de marchandises",
            "TVA déductible",
            "Fournisseurs",
            "Fournisseurs",
            "Crédit Général",
        ],
        "au_debit": [True, False, False, True, False, True, True, False, True, False],
        "part": ["ttc", "ht", "tva", "ttc", "ttc", "ht", "tva", "ttc", "ttc", "ttc"],
        "objet": ["Facture"] * 3 + ["Règlement"] * 2 + ["Facture d'achat"] * 3 + ["Paiement"] * 2,
    }
)


def generer_fec(
    lignes: int,
    graine: int = 1,
    accents: bool = True,
    *,
    encodage: str = "utf-8",
    separateur: str = "\t",
    fin_de_ligne: str = "\r\n",
) -> bytes:
    """A clean FEC of exactly ``lignes`` lines (12 at least) beside its header. Its name is ``NOM_FICHIER``."""
    assert lignes >= LIGNES_MIN, f"a FEC has {LIGNES_MIN} lines at least"
    cycles = (lignes - 2) // LIGNES_CYCLE
    hasard = np.random.default_rng(graine)
    cadre = pl.concat([_a_nouveaux(lignes - cycles * LIGNES_CYCLE, hasard), _cycles(cycles, hasard)])
    texte = separateur.join(BIC_IS.noms) + fin_de_ligne + ecrire(cadre, BIC_IS.columns, separateur, fin_de_ligne)
    return (texte if accents else texte.translate(_SANS_ACCENT)).encode(encodage)


def _cycles(nombre: int, hasard: np.random.Generator) -> pl.DataFrame:
    ht = hasard.integers(1_000, 500_000, size=(nombre, 2))
    debut = (np.arange(nombre) * 340 // max(nombre, 1)).astype(np.int32)
    cycles = pl.DataFrame(
        {
            "cycle": np.arange(nombre),
            "debut": debut,
            "vente": ht[:, 0],
            "achat": ht[:, 1],
            "client": hasard.integers(0, max(nombre // 4, 5), size=nombre),
            "fournisseur": hasard.integers(0, max(nombre // 8, 5), size=nombre),
        }
    )
    tout = cycles.join(_LIGNES_DU_CYCLE, how="cross", maintain_order="left_right")
    vente = pl.col("ordre") < 2
    tout = tout.with_columns(
        ht=pl.when(vente).then("vente").otherwise("achat"),
        qui=pl.when(vente).then("client").otherwise("fournisseur"),
        date=pl.lit(date(CLOTURE.year, 1, 2)) + pl.duration(days=pl.col("debut") + pl.col("ordre") * 4),
        piece=pl.col("cycle") * 4 + pl.col("ordre"),
    ).sort("date", "journal", "cycle", "rang")
    # bank entries are numbered in the order of dates: payments of several cycles interleave
    banque = pl.col("journal") == "BQ"
    nouvelle = banque & (pl.col("piece") != pl.col("piece").shift().fill_null(-1))
    numero = pl.when(banque).then(nouvelle.cum_sum().cast(pl.Int64)).otherwise(pl.col("cycle") + 1)
    tout = tout.with_columns(numero=numero)
    return _en_colonnes(tout)


def _en_colonnes(tout: pl.DataFrame) -> pl.DataFrame:
    """The domain fields of the 18 columns."""
    tva = (pl.col("ht") * TVA_POUR_CENT + 50) // 100
    tout = tout.with_columns(
        montant=pl.when(pl.col("part") == "ht")
        .then("ht")
        .when(pl.col("part") == "tva")
        .then(tva)
        .otherwise(pl.col("ht") + tva)
    )
    vente = pl.col("ordre") < 2
    de_tiers = pl.col("compte").is_in(["411000", "401000"])
    noms = pl.when(vente).then(_nom(_CLIENTS)).otherwise(_nom(_FOURNISSEURS))
    prefixe = pl.when(vente).then(pl.lit("C")).otherwise(pl.lit("F"))
    en_dollars = (pl.col("ordre") == 2) & (pl.col("cycle") % CYCLES_PAR_DOLLAR == 0) & ~de_tiers
    signe = pl.when("au_debit").then(1).otherwise(-1)
    paiement = pl.col("date") + pl.duration(days=pl.when(pl.col("ordre") % 2 == 0).then(4).otherwise(0))
    return tout.select(
        "journal",
        "journal_libelle",
        numero_piece=pl.concat_str("journal", pl.col("numero").cast(pl.String).str.zfill(6)),
        date="date",
        compte="compte",
        compte_libelle="compte_libelle",
        tiers=pl.when(de_tiers).then(pl.concat_str(prefixe, pl.col("qui").cast(pl.String).str.zfill(5))),
        tiers_libelle=pl.when(de_tiers).then(pl.concat_str(noms, pl.lit(" n° "), "qui")),
        reference=pl.concat_str(pl.lit("P"), pl.col("piece").cast(pl.String).str.zfill(7)),
        date_piece="date",
        libelle=pl.concat_str("objet", pl.lit(" "), noms, pl.lit(" du mois n° "), pl.col("date").dt.month()),
        debit_centimes=pl.when("au_debit").then("montant").otherwise(0),
        credit_centimes=pl.when("au_debit").then(0).otherwise("montant"),
        lettrage=pl.when(de_tiers).then(pl.concat_str(pl.lit("L"), "cycle")),
        date_lettrage=pl.when(de_tiers).then(paiement),
        date_validation=pl.col("date") + pl.duration(days=DELAI_VALIDATION_JOURS),
        montant_devise=pl.when(en_dollars).then(pl.col("montant") * signe * 108 // 100),
        devise=pl.when(en_dollars).then(pl.lit("USD")),
    )


def _nom(noms: tuple[str, ...]) -> pl.Expr:
    return (pl.col("qui") % len(noms)).replace_strict(dict(enumerate(noms)), return_dtype=pl.String)


def _a_nouveaux(nombre: int, hasard: np.random.Generator) -> pl.DataFrame:
    """One balanced entry of ``nombre`` lines (2 at least), on the first day."""
    actifs = hasard.integers(100_000, 9_000_000, size=nombre - 1)
    comptes = [
        ("512000", "Crédit Général"),
        *((f"218{rang:03d}", f"Matériel n° {rang}") for rang in range(1, nombre - 1)),
    ]
    comptes.append(("101000", "Capital souscrit"))
    ouverture = date(CLOTURE.year, 1, 1)
    constantes = {
        "journal": "AN",
        "journal_libelle": "À-nouveaux",
        "numero_piece": "AN000001",
        "reference": "AN2025",
        "libelle": "Reprise des soldes à nouveau",
    }
    jours = {"date": ouverture, "date_piece": ouverture, "date_validation": ouverture}
    return pl.DataFrame(
        {
            "compte": [compte for compte, _ in comptes],
            "compte_libelle": [libelle for _, libelle in comptes],
            "debit_centimes": [*actifs.tolist(), 0],
            "credit_centimes": [*([0] * len(actifs)), int(actifs.sum())],
        }
    ).select(
        *(
            pl.col(c.champ)
            if c.champ in ("compte", "compte_libelle", "debit_centimes", "credit_centimes")
            else pl.lit(constantes.get(c.champ) or jours.get(c.champ), c.codec.dtype).alias(c.champ)
            for c in BIC_IS.columns
        )
    )


def _zone(nom: str, change: Callable[[str], str]) -> Callable[[str, str], str]:
    rang = BIC_IS.noms.index(nom)

    def abime(ligne: str, separateur: str) -> str:
        champs = ligne.split(separateur)
        champs[rang] = change(champs[rang])
        return separateur.join(champs)

    return abime


DEFAUTS: dict[str, Callable[[str, str], str]] = {
    "V01": _zone("CompteLib", lambda _: ""),
    "V02": _zone("PieceRef", lambda _: ""),
    "V05": _zone("Debit", lambda montant: montant + " €"),
    "V06": _zone("Credit", lambda montant: montant.replace(",", ".")),
    "V17": _zone("PieceDate", lambda _: "20250230"),
    "V18": _zone("ValidDate", lambda jour: f"{jour[6:]}/{jour[4:6]}/{jour[:4]}"),
    "V32": _zone("EcritureLib", lambda _: "-"),
    "L01": lambda ligne, separateur: ligne.replace(separateur, " ", 3),
}
"""Code of the check -> what makes a line deserve it."""


def abimer(octets: bytes, nombre: int, graine: int = 1, *, separateur: str = "\t") -> tuple[bytes, dict[str, int]]:
    """The UTF-8 file with ``nombre`` lines spoilt, the defects of DEFAUTS in turn, and how many lines got each one."""
    lignes = octets.decode().splitlines(keepends=False)
    hasard = np.random.default_rng(graine)
    choisies = hasard.choice(np.arange(1, len(lignes)), size=min(nombre, len(lignes) - 1), replace=False)
    comptes = dict.fromkeys(DEFAUTS, 0)
    for rang, code in zip(choisies.tolist(), [*DEFAUTS] * (len(choisies) // len(DEFAUTS) + 1), strict=False):
        lignes[rang] = DEFAUTS[code](lignes[rang], separateur)
        comptes[code] += 1
    return ("\r\n".join(lignes) + "\r\n").encode(), comptes
