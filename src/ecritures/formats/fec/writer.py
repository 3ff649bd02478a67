"""Writes a lot as a flat FEC: the columns of its regime, then the supplementary ones (fec.md section 6).

Which entries go out, and in which order, is :mod:`ecritures.formats.fec.depart`'s. A large file may be cut in parts, never
inside an entry.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from ecritures.domain.lot import Lot, Regime
from ecritures.formats.delimited import Column, ecrire_par_blocs
from ecritures.formats.fec.caracteres import encoder
from ecritures.formats.fec.depart import (
    CODES_A_NOUVEAUX,
    INTERDITS,
    Brouillons,
    Depart,
    colonne_supplement,
    preparer,
    regime_du_lot,
)
from ecritures.formats.fec.layout import BIC_IS
from ecritures.formats.fec.nom import nom_de_fichier
from ecritures.formats.fec.valeurs import TEXTE

FIN = "\r\n"
SEPARATEURS = ("\t", "|")

_DEVISE_ECRITE = Column("Montantdevise", TEXTE, "montant_devise")
_COLONNES = tuple(_DEVISE_ECRITE if c.name == "Montantdevise" else c for c in BIC_IS.columns)


@dataclass(frozen=True)
class Export:
    """A FEC written, or one part of it. Entries left out are counted by reason (in the first part, for all of them).
    ``caracteres_remplaces``: those the charset could not hold. ``suffixe``: ``_1``, ``_2``… of a part, else ``""``."""

    octets: bytes
    lignes: int
    ecritures: int
    debit_centimes: int
    credit_centimes: int
    brouillons_exclus: int = 0
    soldes_de_gestion_exclus: int = 0
    centralisations_exclues: int = 0
    caracteres_remplaces: int = 0
    regime: Regime = Regime.BIC
    zones: tuple[str, ...] = BIC_IS.noms
    encodage: str = "utf-8"
    separateur: str = "\t"
    suffixe: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def nom(self, siren: str, cloture: date) -> str:
        """The law's name: ``900000001FEC20251231.txt``, with the suffix of the part."""
        return nom_de_fichier(siren, cloture, self.suffixe)


def write(
    lot: Lot,
    *,
    regime: Regime | None = None,
    encodage: str = "utf-8",
    separateur: str = "\t",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
) -> bytes:
    """The bytes of :func:`exporter`."""
    return exporter(
        lot,
        regime=regime,
        encodage=encodage,
        separateur=separateur,
        brouillons=brouillons,
        reglementaire=reglementaire,
    ).octets


def exporter(
    lot: Lot,
    *,
    regime: Regime | None = None,
    encodage: str = "utf-8",
    separateur: str = "\t",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
) -> Export:
    """The FEC of a lot. ``regime``: the lot's own when None. ``encodage``: utf-8 or iso-8859-15; ``separateur``: tab or ``|``.

    ``brouillons``: what becomes of entries without a validation date: left out, validated at their own date, or written
    with a blank ValidDate. ``reglementaire``: the law's order and exclusions; False writes every entry in file order.
    Raises EcritureImpossible, naming the line, when a date, an account or an amount is missing, or nothing is left.
    """
    depart = preparer(lot, regime, brouillons, reglementaire=reglementaire)
    (export,) = _exports(depart, [depart.lignes], encodage, separateur)
    return export


def exporter_parties(
    lot: Lot,
    lignes_max: int,
    *,
    regime: Regime | None = None,
    encodage: str = "utf-8",
    separateur: str = "\t",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
) -> tuple[Export, ...]:
    """The FEC of a lot in parts of at most ``lignes_max`` lines, header apart; one part, without suffix, when it fits.

    An entry is never cut: one longer than ``lignes_max`` makes a part of its own. Each part has the header.
    """
    assert lignes_max > 0, "a part has lines"
    depart = preparer(lot, regime, brouillons, reglementaire=reglementaire)
    coupes = list(_coupes(depart.lignes["ecriture"], lignes_max))
    cadres = [depart.lignes[debut:fin] for debut, fin in coupes]
    exports = tuple(_exports(depart, cadres, encodage, separateur))
    if len(exports) == 1:
        return exports
    return tuple(dataclasses.replace(e, suffixe=f"_{rang}") for rang, e in enumerate(exports, 1))


def _exports(depart: Depart, cadres: list[pl.DataFrame], encodage: str, separateur: str) -> Iterator[Export]:
    assert separateur in SEPARATEURS, "a FEC is separated by tabs or bars"
    supplements = [colonne_supplement(rang) for rang in range(len(depart.supplements))]
    colonnes = (
        *_COLONNES,
        *(Column(zone, TEXTE, zone) for zone in depart.tresorerie),
        *(Column(champ, TEXTE, champ) for champ in supplements),
    )
    noms = (*BIC_IS.noms, *depart.tresorerie, *(re.sub(INTERDITS, " ", nom) for nom in depart.supplements))
    exclues = dict(depart.exclues)
    for cadre in cadres:
        octets, remplaces = _octets(cadre, noms, colonnes, encodage, separateur)
        debit, credit = _totaux(cadre)
        yield Export(
            octets=octets,
            lignes=cadre.height,
            ecritures=cadre["ecriture"].n_unique(),
            debit_centimes=debit,
            credit_centimes=credit,
            brouillons_exclus=exclues.pop("brouillon", 0),
            soldes_de_gestion_exclus=exclues.pop("solde_de_gestion", 0),
            centralisations_exclues=exclues.pop("centralisation", 0),
            caracteres_remplaces=remplaces,
            regime=depart.regime,
            zones=noms,
            encodage=encodage,
            separateur=separateur,
        )


def _octets(
    cadre: pl.DataFrame, noms: tuple[str, ...], colonnes: tuple[Column, ...], encodage: str, separateur: str
) -> tuple[bytes, int]:
    """Header and lines in that charset, and how many characters it could not hold. UTF-8, as they are made, holds them all."""
    entete = (separateur.join(noms) + FIN).encode()
    octets = b"".join([entete, *ecrire_par_blocs(cadre, colonnes, separateur, FIN)])
    return (octets, 0) if encodage == "utf-8" else encoder(octets.decode(), encodage)


def _totaux(cadre: pl.DataFrame) -> tuple[int, int]:
    """Debit and credit as they count in the books: a negative debit is a credit."""
    debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
    retourne = ((debit < 0) & (credit == 0)) | ((credit < 0) & (debit == 0))
    sommes = cadre.select(
        d=pl.when(retourne).then(-credit).otherwise(debit).sum(),
        c=pl.when(retourne).then(-debit).otherwise(credit).sum(),
    )
    return int(sommes["d"][0]), int(sommes["c"][0])


def _coupes(ecritures: pl.Series, lignes_max: int) -> Iterator[tuple[int, int]]:
    """First and past-the-last rows of the parts, cut only where no entry goes on."""
    rangs = pl.DataFrame({"e": ecritures}).with_row_index("rang")
    dernieres = rangs.select(pl.col("rang").max().over("e").cum_max())["rang"].to_numpy()
    fins = np.flatnonzero(dernieres == np.arange(len(dernieres))) + 1  # after these many rows a part may end
    debut = 0
    while debut < len(ecritures):
        rang = int(np.searchsorted(fins, debut + lignes_max, side="right")) - 1
        fin = int(fins[rang]) if rang >= 0 and fins[rang] > debut else int(fins[rang + 1])
        yield debut, fin
        debut = fin


__all__ = ["CODES_A_NOUVEAUX", "Brouillons", "Export", "exporter", "exporter_parties", "nom_de_fichier", "regime_du_lot", "write"]  # fmt: skip
