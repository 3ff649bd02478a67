"""A FEC handed over in parts (``_1``, ``_2``…), read as one: A47 A-1 XIII.

The parts become one run of lines under the header of the first; a line keeps its number in its part, and findings name the
part. The XML form is one document: its parts are not put together.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ecritures.domain.constat import AUTRES_NUMEROS, Collecteur, Localisation, Regle, Releve, Severity
from ecritures.domain.lot import Lecture, Lot, OptionsLecture
from ecritures.formats import lines
from ecritures.formats.fec import reader
from ecritures.formats.fec.regroupement import CLE_LEGALE
from ecritures.formats.fec.xml_contenu import est_xml

_LOI = "LPF, article A47 A-1, XIII"
_SUFFIXE = re.compile(
    r"(?P<souche>.*FEC[0-9]{8})[-_](?P<rang>[0-9]{1,4})(?P<fin>\.[A-Za-z]{3})", re.IGNORECASE | re.DOTALL
)

ENTETES_DIFFERENTS = Regle(
    "parties.entete_different",
    Severity.ERROR,
    "Parties d'en-têtes différents",
    "Les parties « {premiere} » et « {autre} » n'ont pas le même en-tête.",
    "Refaire l'export : toutes les parties ont les mêmes zones, dans le même ordre. La seconde n'a pas été lue.",
    _LOI,
    "F14",
)
RECOUVREMENT = Regle(
    "parties.recouvrement",
    Severity.ERROR,
    "Écriture dans deux parties",
    "L'écriture {journal}/{numero} figure dans deux parties : {autre} et celle-ci.",
    "Couper le fichier entre deux écritures, et ne remettre chaque ligne qu'une fois.",
    _LOI,
    "F15",
)
SUITE = Regle(
    "parties.suite_incomplete",
    Severity.ERROR,
    "Parties manquantes ou étrangères",
    "Les fichiers {noms} ne sont pas les parties d'un même FEC : {cause}.",
    "Remettre ensemble toutes les parties, de _1 à la dernière, du même SIREN et de la même clôture.",
    _LOI,
)
PARTIE_ILLISIBLE = Regle(
    "parties.illisible",
    Severity.ERROR,
    "Partie illisible",
    "La partie « {nom} » ne peut pas être lue : {cause}.",
    "Refaire l'export de cette partie.",
    _LOI,
)

REGLES: tuple[Regle, ...] = (ENTETES_DIFFERENTS, RECOUVREMENT, SUITE, PARTIE_ILLISIBLE)
"""Every rule above, for the documentation."""

_CAUSES = {
    "vide": "elle est vide",
    "utf-16": "elle est en UTF-16",
    "utf-32": "elle est en UTF-32",
    "binaire": "ce n'est pas du texte",
}


@dataclass(frozen=True)
class Assemblage:
    """The parts as one file. Line ``n`` of ``octets`` is line ``n - decalages[rang]`` of the part ``noms[rang]``, the last
    whose ``debuts`` is not above ``n``. ``nom``: the file name without the suffix of the parts."""

    octets: bytes
    nom: str | None
    noms: tuple[str, ...]
    debuts: tuple[int, ...]
    decalages: tuple[int, ...]
    encodage: str
    releves: tuple[Releve, ...]

    def parties(self, numeros: pl.Series) -> pl.DataFrame:
        """``rang`` (UInt32), ``partie`` (name) and ``numero_ligne`` in the part, for each line of the whole."""
        rangs = pl.Series("debut", self.debuts, dtype=pl.UInt32).search_sorted(numeros.fill_null(1), side="right") - 1
        cadre = pl.DataFrame({"numero_ligne": numeros, "rang": rangs.cast(pl.UInt32)})
        noms = pl.Series(self.noms, dtype=pl.String)
        decalages = pl.Series(self.decalages, dtype=pl.Int64)
        return cadre.select(
            "rang",
            partie=noms.gather(cadre["rang"]),
            numero_ligne=(pl.col("numero_ligne").cast(pl.Int64) - decalages.gather(cadre["rang"])).cast(pl.UInt32),
        )


@dataclass(frozen=True, eq=False)
class SituationParties:
    """:class:`~ecritures.domain.constat.Localisation` of a lot read from parts: places are those of the part, which is named."""

    dedans: Localisation
    assemblage: Assemblage

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        places = self.dedans.situer(lieux)
        ou = self.assemblage.parties(places["numero_ligne"])
        nomme = pl.concat_str(pl.lit("Partie « "), ou["partie"], pl.lit(" » : "))
        autres = [self._dans_sa_partie(places[nom], ou["rang"]) for nom in _autres_numeros(places)]
        return places.with_columns(
            ou["numero_ligne"],
            *autres,
            partie=pl.when(places["numero_ligne"].is_not_null()).then(nomme).otherwise(pl.lit("")),
        )

    def _dans_sa_partie(self, numeros: pl.Series, rang: pl.Series) -> pl.Series:
        """A line number of the message as it is in its part, which is named when it is not the finding's."""
        ou = self.assemblage.parties(numeros.cast(pl.UInt32))
        numero = ou["numero_ligne"].cast(pl.String)
        texte = (
            pl.when(ou["rang"] == rang)
            .then(numero)
            .otherwise(pl.concat_str(numero, pl.lit(" de « "), ou["partie"], pl.lit(" »")))
        )
        return ou.select(texte.alias(numeros.name))[numeros.name]


def _autres_numeros(places: pl.DataFrame) -> list[str]:
    return [nom for nom in AUTRES_NUMEROS if nom in places.columns and places.schema[nom].is_integer()]


def groupe_de_parties(noms: Sequence[str]) -> list[int] | None:
    """The order of the names when they are the parts of one FEC, gaps allowed; else None."""
    formes = [_SUFFIXE.fullmatch(nom) for nom in noms]
    if len(noms) < 2 or not all(formes):
        return None
    souches = {(f["souche"].casefold(), f["fin"].casefold()) for f in formes if f}
    rangs = [int(f["rang"]) for f in formes if f]
    if len(souches) != 1 or len(set(rangs)) != len(rangs):
        return None
    return sorted(range(len(noms)), key=lambda i: rangs[i])


def lire_parties(parties: Sequence[tuple[str, bytes]], options: OptionsLecture) -> Lecture:
    """The parts, in any order, as one lot. Never raises, whatever the bytes. ``options.nom_fichier`` is not used."""
    constats = Collecteur()
    noms = [nom for nom, _ in parties]
    ordre = groupe_de_parties(noms)
    if ordre is None:
        _signale_suite(noms, "leurs noms n'ont pas la même forme, au suffixe _1, _2… près", constats)
        return Lecture(None, constats.releves())
    rangs = [int(_SUFFIXE.fullmatch(noms[i])["rang"]) for i in ordre]  # type: ignore[index]
    if rangs != list(range(1, len(rangs) + 1)):
        manquants = sorted(set(range(1, max(rangs) + 1)) - set(rangs))
        _signale_suite([noms[i] for i in ordre], "il manque " + ", ".join(f"_{r}" for r in manquants[:10]), constats)
    rangees = [parties[i] for i in ordre]
    if any(est_xml(octets) for _, octets in rangees):
        _signale_suite([nom for nom, _ in rangees], "un document XML ne se remet pas en parties", constats)
        return Lecture(None, constats.releves())
    assemblage = assembler(rangees, options)
    lecture = reader.read(
        assemblage.octets,
        dataclasses.replace(options, nom_fichier=assemblage.nom, encodage=assemblage.encodage),
    )
    lot = lecture.lot
    releves = (*constats.releves(), *assemblage.releves)
    if lot is None or lot.localisation is None:
        return dataclasses.replace(lecture, releves=(*releves, *lecture.releves))
    lot = dataclasses.replace(lot, localisation=SituationParties(lot.localisation, assemblage))
    return dataclasses.replace(lecture, lot=lot, releves=(*releves, *lecture.releves, *_recouvrements(lot, assemblage)))


def _signale_suite(noms: Sequence[str], cause: str, constats: Collecteur) -> None:
    montres = ", ".join(noms[:5]) + (", …" if len(noms) > 5 else "")
    constats.signale(SUITE, None, noms=montres, cause=cause)


def assembler(parties: Sequence[tuple[str, bytes]], options: OptionsLecture | None = None) -> Assemblage:
    """The parts, in their order, as one text under the header of the first. F14: a part of another header is left out.

    Parts of different charsets are put together in UTF-8.
    """
    constats = Collecteur()
    force = options.encodage if options else None
    textes: list[tuple[str, lines.Texte]] = []
    for nom, octets in parties:
        try:
            textes.append((nom, lines.ouvrir(octets, force)))
        except lines.PasDuTexte as refus:
            constats.signale(PARTIE_ILLISIBLE, None, nom=nom, cause=_CAUSES[refus.motif])
    encodages = {t.encodage for _, t in textes} - {"ascii"}
    encodage = encodages.pop() if len(encodages) == 1 else ("utf-8" if encodages else "ascii")
    morceaux: list[bytes] = []
    noms: list[str] = []
    debuts: list[int] = []
    decalages: list[int] = []
    entete, lignes = "", 0
    for nom, texte in textes:
        octets = _dans(texte, encodage)
        sautees, debut, fin = _premiere_ligne(octets)
        lue = lines.decoder(octets[debut:fin], encodage).strip()
        if noms and lue != entete:
            constats.signale(ENTETES_DIFFERENTS, None, premiere=noms[0], autre=nom)
            continue
        if noms:
            octets = octets[fin + 1 :]
        decalages.append(lignes - (sautees + 1 if noms else 0))
        debuts.append(lignes + 1)
        entete = entete or lue
        noms.append(nom)
        if octets and not octets.endswith(b"\n"):
            octets += b"\r\n"
        morceaux.append(octets)
        lignes += octets.count(b"\n")
    forme = _SUFFIXE.fullmatch(parties[0][0]) if parties else None
    return Assemblage(
        b"".join(morceaux),
        forme["souche"] + forme["fin"] if forme else None,
        tuple(noms) or ("",),
        tuple(debuts) or (1,),
        tuple(decalages) or (0,),
        encodage,
        constats.releves(),
    )


def _dans(texte: lines.Texte, encodage: str) -> bytes:
    if texte.encodage in (encodage, "ascii"):
        return texte.octets
    return lines.decoder(texte.octets, texte.encodage).encode("utf-8")


def _premiere_ligne(octets: bytes) -> tuple[int, int, int]:
    """Blank lines before the header, and its first and past-the-last bytes."""
    sautees, debut = 0, 0
    while (fin := octets.find(b"\n", debut)) >= 0 and not octets[debut:fin].strip():
        sautees, debut = sautees + 1, fin + 1
    return sautees, debut, len(octets) if fin < 0 else fin


def _recouvrements(lot: Lot, assemblage: Assemblage) -> tuple[Releve, ...]:
    """F15: an entry, by journal and number, with lines in two parts. Said at its first line in the later part."""
    if not lot.regroupement.startswith(CLE_LEGALE) or len(assemblage.noms) < 2:
        return ()
    ou = assemblage.parties(lot.lignes["numero_ligne"])
    cadre = lot.lignes.select("numero_ligne", "journal", numero=pl.col("numero_piece").fill_null("")).with_columns(
        ou["rang"], ou["partie"]
    )
    doubles = (
        cadre.filter(pl.col("numero") != "")
        .unique(["journal", "numero", "rang"], keep="first", maintain_order=True)
        .with_columns(autre=pl.col("partie").shift().over("journal", "numero"))
        .filter(pl.col("autre").is_not_null())
        .select("numero_ligne", "journal", "numero", "autre", zone=pl.lit("EcritureNum"))
    )
    return (Releve(RECOUVREMENT, doubles, doubles.height),) if doubles.height else ()


__all__ = ["REGLES", "Assemblage", "SituationParties", "assembler", "groupe_de_parties", "lire_parties"]
