"""The lines of a file as a sheet whose zones can be read and written, and which gives the bytes back.

What is not written stays as it was, to the byte: an untouched line keeps its blanks, its charset and its line end. A line
keeps the number it has in the file, even when others are taken off or added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats import lines
from ecritures.formats.delimited import Situation
from ecritures.formats.fixedwidth import CENTIMES, ENTIER, TEXTE_DROITE, Zone
from ecritures.formats.tra import layout
from ecritures.formats.tra.localisation import LocalisationTra
from ecritures.imports.repairs.recette import RecetteInvalide

FINS = {"CRLF": "\r\n", "LF": "\n"}
MARQUES = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
"""Byte order marks of the charsets that have one of their own; the others have that of UTF-8."""
_ILLISIBLE = "\ufffd"
_ALIAS = {"debit": "debit_centimes", "credit": "credit_centimes"}
MONTANTS_FEC = frozenset({"Debit", "Credit", "Montant", "Sens", "Montantdevise"})
MONTANTS_TRA = frozenset({"MONTANT1", "MONTANT2", "MONTANT3", "SENS", "CODEMONTANT", "TAUXDEV", "DEVISE"})
"""Zones that make an amount: a step writes them only with its leave. In TRA the currency and its rate do too."""


@dataclass(frozen=True)
class Ecriture:
    """How the bytes are written: charset, line end, byte order mark, line end after the last line."""

    encodage: str
    fin: str
    bom: bool
    finale: bool

    def octets(self, lignes: pl.Series) -> bytes:
        """Raises RecetteInvalide when the charset lacks a character."""
        texte = (lignes.str.join(self.fin)[0] or "") + (self.fin if self.finale and len(lignes) else "")
        try:
            corps = texte.encode("cp1252" if self.encodage == "windows-1252" else self.encodage)
        except UnicodeEncodeError as erreur:
            fautif = texte[erreur.start]
            ligne = texte.count(self.fin, 0, erreur.start) + 1
            raise RecetteInvalide(
                f"Le caractère « {fautif} » (ligne {ligne} du résultat) n'existe pas en {self.encodage} : ajouter une étape encoder."
            ) from erreur
        return (MARQUES.get(self.encodage, b"\xef\xbb\xbf") if self.bom else b"") + corps


class Feuille(Protocol):
    """``cadre``: numero_ligne, sous (0, or the rank of a line added after it), ligne (its text), ecriture (rank of its
    entry, null elsewhere), est_ecriture; and what the format needs."""

    @property
    def cadre(self) -> pl.DataFrame: ...

    @property
    def sortie(self) -> Ecriture: ...

    def zone(self, champ: str) -> str:
        """The zone of a vendor's or a domain's name. Raises RecetteInvalide."""
        ...

    def touche_montants(self, zone: str) -> bool: ...

    def lire(self, zone: str) -> pl.Expr:
        """The text of the zone as written, blanks included; null where a line has no such zone."""
        ...

    def ecrire(self, zone: str, masque: pl.Series, textes: pl.Series) -> Self:
        """The sheet with those texts in that zone of the lines of ``masque``. Raises RecetteInvalide when one cannot be there."""
        ...

    def avec(self, cadre: pl.DataFrame) -> Self: ...

    def vers(self, sortie: Ecriture) -> Self: ...

    def lignes(self) -> pl.Series:
        """The text of every line, in order."""
        ...


def ouvrir(lot: Lot) -> FeuilleFec | FeuilleTra:
    """The sheet of a lot that was just read. Raises RecetteInvalide when the file cannot be given back as it is."""
    if isinstance(lot.localisation, Situation):
        return _ouvrir_fec(lot, lot.localisation)
    if isinstance(lot.localisation, LocalisationTra):
        return _ouvrir_tra(lot, lot.localisation)
    raise RecetteInvalide("Une recette s'applique à un TRA ou à un FEC en texte : convertir d'abord ce fichier.")


def _lines(texte: lines.Texte, charset: str) -> pl.DataFrame:
    lues = pl.concat([lines.lignes(numero, bloc, charset) for numero, bloc in lines.blocs(texte)])
    illisibles = lues.filter(pl.col("ligne").str.contains(_ILLISIBLE, literal=True))
    if illisibles.height:
        raise RecetteInvalide(
            f"Ligne {illisibles['numero_ligne'][0]} : des octets ne sont pas lisibles en {charset} et ne pourraient pas être rendus tels "
            "quels. Réenregistrer d'abord le fichier dans un seul jeu de caractères."
        )
    return lues


def _output(lot: Lot, texte: lines.Texte, charset: str) -> Ecriture:
    """As the file is written; mixed line ends become CR LF."""
    detection = lot.detection
    lu = detection.encodage if detection.encodage in MARQUES else "utf-8" if charset == "ascii" else charset
    fin = FINS.get(detection.fin_de_ligne, FINS["CRLF"])
    return Ecriture(lu, fin, detection.bom or lu in MARQUES, texte.octets.endswith(b"\n"))


def _with_entries(lues: pl.DataFrame, lot: Lot) -> pl.DataFrame:
    """Adds ``sous`` and ``ecriture``, from the lines that the reader put in an entry."""
    generales = lot.lignes.select("numero_ligne", "ecriture")
    parts = lot.ventilations.select("numero_ligne", "ecriture")
    annexes = lot.annexes.join(
        generales.rename({"numero_ligne": "ligne_mere"}), on="ligne_mere", how="inner", maintain_order="left"
    ).select("numero_ligne", "ecriture")
    toutes = pl.concat([generales, parts, annexes]).unique("numero_ligne", keep="first")
    return lues.join(toutes, on="numero_ligne", how="left", maintain_order="left").with_columns(
        sous=pl.lit(0, pl.UInt16)
    )


@dataclass(frozen=True, eq=False)
class FeuilleFec:
    """A FEC: each line of entries split in fields ``z0, z1…``; ``positions``: zone → rank of its field."""

    cadre: pl.DataFrame
    sortie: Ecriture
    separateur: str
    positions: Mapping[str, int]
    champs: Mapping[str, str]
    nombre: int
    numero_entete: int

    def zone(self, champ: str) -> str:
        zone = self.champs.get(_ALIAS.get(champ, champ), champ)
        if zone not in self.positions:
            raise RecetteInvalide(
                f"le champ « {champ} » n'est pas dans ce fichier. Zones : {', '.join(self.positions)}"
            )
        return zone

    def touche_montants(self, zone: str) -> bool:
        return zone in MONTANTS_FEC

    def lire(self, zone: str) -> pl.Expr:
        return pl.col(f"z{self.positions[zone]}")

    def ecrire(self, zone: str, masque: pl.Series, textes: pl.Series) -> Self:
        interdits = textes.filter(masque).str.contains(
            "[\\x00-\\x1f\\x7f\ufffd]|" + ("\\|" if self.separateur == "|" else self.separateur)
        )
        if interdits.any():
            raise RecetteInvalide(f"le texte à écrire en {zone} contient un séparateur ou un caractère de contrôle")
        colonne = f"z{self.positions[zone]}"
        nouvelle = pl.when(masque).then(textes.cast(pl.String)).otherwise(pl.col(colonne)).alias(colonne)
        return self.avec(self.cadre.with_columns(nouvelle, changee=pl.col("changee") | masque))

    def avec(self, cadre: pl.DataFrame) -> Self:
        return replace(self, cadre=cadre)

    def vers(self, sortie: Ecriture) -> Self:
        return replace(self, sortie=sortie)

    def lignes(self) -> pl.Series:
        recomposee = pl.concat_str([pl.col(f"z{r}") for r in range(self.nombre)], separator=self.separateur)
        return self.cadre.select(t=pl.when("changee").then(recomposee).otherwise("ligne"))["t"]

    def decouper(self, lignes: pl.Expr) -> list[pl.Expr]:
        """The fields of a line of text, ``z0, z1…``; null when it has not their number."""
        morceaux = lignes.str.split(self.separateur)
        juste = morceaux.list.len() == self.nombre
        return [pl.when(juste).then(morceaux.list.get(r, null_on_oob=True)).alias(f"z{r}") for r in range(self.nombre)]


def _ouvrir_fec(lot: Lot, situation: Situation) -> FeuilleFec:
    texte, separateur = situation.texte, situation.separateur
    if situation.champs is not None:
        raise RecetteInvalide(
            "Les valeurs de ce FEC sont entre guillemets : le convertir d'abord en FEC, qui n'en a pas."
        )
    lues = _lines(texte, texte.encodage)
    premieres = lues.filter(pl.col("ligne").str.strip_chars() != "").head(1)
    entete = str(premieres["ligne"][0])
    feuille = FeuilleFec(
        cadre=lues,
        sortie=_output(lot, texte, texte.encodage),
        separateur=separateur,
        positions=situation.positions,
        champs=lot.zones,
        nombre=entete.count(separateur) + 1,
        numero_entete=_header_number(lot, int(premieres["numero_ligne"][0])),
    )
    cadre = _with_entries(lues, lot)
    champs = [f"z{r}" for r in range(feuille.nombre)]
    morceaux = cadre.select(
        pl.col("ligne")
        .str.split_exact(separateur, feuille.nombre)
        .struct.rename_fields([*champs, "trop"])
        .struct.unnest()
    )
    juste = morceaux["trop"].is_null() & morceaux[champs[-1]].is_not_null()
    juste = juste & (cadre["numero_ligne"] > feuille.numero_entete)
    cadre = pl.concat([cadre, morceaux.drop("trop")], how="horizontal").with_columns(
        est_ecriture=juste & cadre["ecriture"].is_not_null(), changee=pl.lit(False)
    )
    return feuille.avec(cadre)


def _header_number(lot: Lot, premiere: int) -> int:
    """0 for a file without a header, whose first line is one of entries."""
    return 0 if lot.lignes["numero_ligne"].eq(premiere).any() else premiere


@dataclass(frozen=True, eq=False)
class FeuilleTra:
    """A TRA: ``enregistrement`` is the record of each line. A zone is a movement's (``GENERAL``), or a record's
    (``CGN.CODE``)."""

    cadre: pl.DataFrame
    sortie: Ecriture
    champs: Mapping[str, str]

    def zone(self, champ: str) -> str:
        zone = self.champs.get(_ALIAS.get(champ, champ), champ)
        if not self._places(zone):
            raise RecetteInvalide(f"le champ « {champ} » n'est dans aucun enregistrement de ce fichier")
        return zone

    def touche_montants(self, zone: str) -> bool:
        return zone in MONTANTS_TRA

    def _places(self, zone: str) -> dict[str, Zone]:
        """Record → where the zone stands in it, among the records of the file."""
        code, point, nom = zone.partition(".")
        presents = self.cadre["enregistrement"].unique().to_list()
        connus = layout.records()
        if point:
            return {code: connus[code].zone(nom)} if code in presents and code in connus and nom in connus[code] else {}
        return {c: connus[c].zone(zone) for c in presents if c.startswith("MVT") and zone in connus[c]}

    def lire(self, zone: str) -> pl.Expr:
        texte: pl.Expr = pl.lit(None, pl.String)
        for code, place in self._places(zone).items():
            coupe = pl.col("ligne").str.slice(place.start - 1, place.width)
            texte = pl.when(pl.col("enregistrement") == code).then(coupe).otherwise(texte)
        return texte

    def ecrire(self, zone: str, masque: pl.Series, textes: pl.Series) -> Self:
        nouveaux = textes.filter(masque)
        if nouveaux.str.contains("[\\x00-\\x1f\\x7f\ufffd]").any():
            raise RecetteInvalide(f"le texte à écrire en {zone} contient un caractère de contrôle")
        ligne = pl.col("ligne")
        for code, place in self._places(zone).items():
            longs = nouveaux.filter(nouveaux.str.len_chars() > place.width)
            if len(longs):
                raise RecetteInvalide(f"« {longs[0]} » est trop long pour {zone}, qui a {place.width} caractères")
            a_droite = place.codec in (CENTIMES, TEXTE_DROITE, ENTIER)
            plein = textes.to_frame("t").select(
                pl.col("t").str.pad_start(place.width) if a_droite else pl.col("t").str.pad_end(place.width)
            )["t"]
            tete = pl.col("ligne").str.slice(0, place.start - 1).str.pad_end(place.start - 1)
            remplacee = pl.concat_str(tete, pl.lit(plein), pl.col("ligne").str.slice(place.end))
            ligne = pl.when(pl.lit(masque) & (pl.col("enregistrement") == code)).then(remplacee).otherwise(ligne)
        return self.avec(self.cadre.with_columns(ligne.alias("ligne")))

    def avec(self, cadre: pl.DataFrame) -> Self:
        return replace(self, cadre=cadre)

    def vers(self, sortie: Ecriture) -> Self:
        return replace(self, sortie=sortie)

    def lignes(self) -> pl.Series:
        return self.cadre["ligne"]


def _ouvrir_tra(lot: Lot, localisation: LocalisationTra) -> FeuilleTra:
    if localisation.en_octets:
        raise RecetteInvalide("Ce TRA compte ses colonnes en octets UTF-8 : le convertir d'abord en Windows-1252.")
    lues = _lines(localisation.texte, localisation.charset)
    cles = lues.rename({"ligne": "texte"}).select(localisation.enregistrement().alias("enregistrement"))
    cadre = pl.concat([_with_entries(lues, lot), cles], how="horizontal")
    cadre = cadre.with_columns(est_ecriture=pl.col("ecriture").is_not_null())
    sortie = _output(lot, localisation.texte, localisation.charset)
    return FeuilleTra(cadre, sortie, lot.zones)
