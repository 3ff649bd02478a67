"""What the parts of the writer share: what is asked, zones put side by side, lines brought to another version's width."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.formats.fixedwidth import BOOLEEN, DATE, Record, Zone
from ecritures.formats.tra import layout

SANS_DATE = "01011900"
CONTROLES = r"[\x00-\x1f]"


@dataclass(frozen=True)
class Demande:
    """What ``write`` was asked. ``origine``: version of the file that the lot was read from, None for another format."""

    etendu: bool
    version: int
    origine: int | None
    jour: date | None

    def jour_requis(self) -> date:
        """The day of writing. Raises EcritureImpossible when none was given."""
        if self.jour is None:
            raise EcritureImpossible(
                "Le format ETE demande la date de création des lignes : indiquer le jour d'écriture."
            )
        return self.jour


def defaut(zone: Zone, jour: date | None = None) -> str:
    """What a zone holds when nothing is said: no date, a flag not set, or blanks."""
    if zone.name == "DATECREATION" and jour is not None:
        return f"{jour:%d%m%Y}"
    sinon = SANS_DATE if zone.codec is DATE else "-" if zone.codec is BOOLEEN else ""
    return layout.DEFAUTS_ETE.get(zone.name, sinon).ljust(zone.width)


def assembler(textes: pl.DataFrame, nom: str, zones: list[str]) -> pl.Series:
    """The zones side by side. Raises EcritureImpossible for the first that did not fit."""
    nuls = textes.select(pl.col(zones).null_count()).row(0)
    for zone, nombre in zip(zones, nuls, strict=True):
        if nombre:
            ligne = textes.filter(pl.col(zone).is_null())["numero_ligne"][0]
            place = f"Ligne {ligne}" if ligne is not None else "Paramètres"
            raise EcritureImpossible(
                f"{place}, zone {zone.split('|')[0]} de l'enregistrement {nom} : la valeur ne tient pas dans la zone ; "
                "seuls les libellés peuvent être coupés. Raccourcir ce code ou ce montant."
            )
    return textes.select(pl.concat_str(zones)).to_series()


def elargir(textes: pl.Series, record: Record, connue: int, largeur: int, jour: date | None = None) -> pl.Series:
    """Kept lines brought from ``connue`` columns, those their version knows, to ``largeur``: what the version adds gets its
    defaults. Raises EcritureImpossible when a narrower line would lose something."""
    if connue >= largeur:
        exces = textes.str.slice(largeur)
        if _dit_quelque_chose(exces).any():
            perdue = textes.filter(_dit_quelque_chose(exces))[0]
            raise EcritureImpossible(
                f"L'enregistrement {record.name} « {perdue[:40].rstrip()}… » a des zones au-delà de la colonne {largeur}, que la version "
                "demandée ne sait pas écrire : choisir une version plus récente."
            )
        return textes.str.slice(0, largeur).str.pad_end(largeur)
    ajout = "".join(defaut(z, jour) for z in record.zones if connue < z.start and z.end <= largeur)
    garde = textes.str.slice(0, connue).str.pad_end(connue)
    return (garde + ajout).str.slice(0, largeur).str.pad_end(largeur)


def _dit_quelque_chose(exces: pl.Series) -> pl.Series:
    """Is there anything but blanks, flags not set and no-dates?"""
    return exces.str.replace_all(SANS_DATE, "", literal=True).str.strip_chars(" -") != ""
