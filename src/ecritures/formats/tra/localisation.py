"""Where a zone stands on a line, found again from the bytes of the file, for the lines asked only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ecritures.formats.fixedwidth import decoder
from ecritures.formats.lines import Texte, blocs
from ecritures.formats.tra import layout
from ecritures.formats.tra.parametres import MARQUES


@dataclass(frozen=True, eq=False)
class LocalisationTra:
    """Implements :class:`ecritures.domain.constat.Localisation` for a TRA file."""

    texte: Texte
    charset: str
    etendu: bool
    numero_entete: int | None
    en_octets: bool = False

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        """Adds ``colonne_debut``, ``colonne_fin`` and ``brut`` (trimmed text cut from the line)."""
        vide = {"colonne_debut": pl.UInt32, "colonne_fin": pl.UInt32, "brut": pl.String}
        utiles = lieux.filter(pl.col("numero_ligne").is_not_null() & pl.col("zone").is_not_null())
        if utiles.is_empty():
            return lieux.with_columns(pl.lit(None, genre).alias(nom) for nom, genre in vide.items())
        lignes = self.lignes(utiles["numero_ligne"].unique().sort())
        lignes = lignes.with_columns(enregistrement=self.enregistrement())
        places = (
            utiles.select("numero_ligne", "zone").unique()
            .join(lignes, on="numero_ligne", how="left")
            .join(layout.places(), on=["enregistrement", "zone"], how="left")
        )  # fmt: skip
        coupe = pl.col("texte").str.slice(
            pl.col("colonne_debut") - 1, pl.col("colonne_fin") - pl.col("colonne_debut") + 1
        )
        places = places.select("numero_ligne", "zone", "colonne_debut", "colonne_fin", brut=coupe.str.strip_chars(" "))
        if self.en_octets:
            refait = pl.col("brut").map_elements(_relire_octets, return_dtype=pl.String)
            places = places.with_columns(brut=refait)
        return lieux.join(places, on=["numero_ligne", "zone"], how="left", maintain_order="left")

    def lignes(self, numeros: pl.Series) -> pl.DataFrame:
        """``numero_ligne, texte`` of the lines asked (sorted, distinct); absent lines are left out."""
        demandes = numeros.to_numpy().astype(np.int64)
        trouves: list[tuple[int, str]] = []
        charset = "latin-1" if self.en_octets else self.charset
        for premier, bloc in blocs(self.texte):
            a = int(np.searchsorted(demandes, premier))
            if a >= len(demandes):
                break
            nombre = bloc.count(b"\n") + (not bloc.endswith(b"\n"))
            b = int(np.searchsorted(demandes, premier + nombre))
            if a == b:
                continue
            fins = np.flatnonzero(np.frombuffer(bloc, np.uint8) == 10)
            for numero in demandes[a:b].tolist():
                rang = numero - premier
                debut = 0 if rang == 0 else int(fins[rang - 1]) + 1
                fin = int(fins[rang]) if rang < len(fins) else len(bloc)
                trouves.append((numero, decoder(bloc[debut:fin].rstrip(b"\r"), charset)))
        return pl.DataFrame(trouves, schema={"numero_ligne": pl.UInt32, "texte": pl.String}, orient="row")

    def enregistrement(self) -> pl.Expr:
        """Key of the record of a line, from its first characters or its column 31."""
        texte = pl.col("texte")
        code = texte.str.slice(3, 3).str.strip_chars_end(" ")
        genre = texte.str.slice(layout.mouvement(False).zone("TYPECPTE").start - 1, 1)
        forme = "ETE" if self.etendu else "STD"
        analytique = pl.lit("MVTA/ETE" if self.etendu else "MVT/STD")
        mouvement = (
            pl.when(genre.is_in(list(layout.ENREGISTREMENT_DU_GENRE)))
            .then(genre.replace_strict(dict(layout.ENREGISTREMENT_DU_GENRE), default=None, return_dtype=pl.String))
            .when(genre == "A").then(analytique)
            .otherwise(pl.lit(f"MVT/{forme}"))
        )  # fmt: skip
        marque = pl.any_horizontal(
            texte.str.starts_with(m) for m in (*MARQUES, *(m.encode().decode("latin-1") for m in MARQUES))
        )
        parametre = pl.when(code.str.contains(r"^TL.?$")).then(pl.lit("TL")).otherwise(code)
        entete = pl.col("numero_ligne") == (self.numero_entete or 0)
        return pl.when(entete).then(pl.lit("HDR")).when(marque).then(parametre).otherwise(mouvement)


def _relire_octets(texte: str) -> str:
    return texte.encode("latin-1", "replace").decode("utf-8", "replace")
