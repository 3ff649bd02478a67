"""Fixed width: the only code that slices a line by positions.

A :class:`Record` is the vendor's table: zones with their start (from 1), width and codec. From it one engine reads
(:class:`Grille`: a block of lines as a matrix of single-byte columns), writes (:meth:`Record.write`) and locates
(:meth:`Record.zone`). A codec refuses, it never guesses: what it cannot read is null, and told apart from blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from ecritures.formats.codecs import (
    BLANC,
    BOOLEEN,
    CENTIMES,
    DATE,
    ENTIER,
    LIBELLE,
    SENS,
    TEXTE,
    TEXTE_DROITE,
    Codec,
    Masque,
    Octets,
)

Entiers = npt.NDArray[np.int64]

__all__ = [
    "BLANC",
    "BOOLEEN",
    "CENTIMES",
    "DATE",
    "ENTIER",
    "LIBELLE",
    "SENS",
    "TEXTE",
    "TEXTE_DROITE",
    "Codec",
    "Entiers",
    "Grille",
    "Lignes",
    "Lu",
    "Masque",
    "Octets",
    "Record",
    "Zone",
    "decoder",
    "ecrire_lignes",
    "lire_textes",
    "tranche",
    "vide",
]


@dataclass(frozen=True)
class Zone:
    """One zone of a record: vendor name, first column (from 1), width in characters, codec."""

    name: str
    start: int
    width: int
    codec: Codec
    required: bool = False

    @property
    def end(self) -> int:
        """Last column, inclusive."""
        return self.start + self.width - 1


@dataclass(frozen=True)
class Record:
    """A kind of line. Refuses, when built, a gap, an overlap, a wrong total width or a repeated name."""

    name: str
    width: int
    source: str
    zones: tuple[Zone, ...]
    _par_nom: Mapping[str, Zone] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        attendu = 1
        for zone in self.zones:
            if zone.start != attendu or zone.width < 1:
                raise ValueError(f"{self.name}.{zone.name} : commence colonne {zone.start}, attendu {attendu}")
            attendu = zone.end + 1
        if attendu != self.width + 1:
            raise ValueError(f"{self.name} : {attendu - 1} colonnes décrites, {self.width} attendues")
        noms = {zone.name: zone for zone in self.zones}
        if len(noms) != len(self.zones):
            raise ValueError(f"{self.name} : deux zones du même nom")
        object.__setattr__(self, "_par_nom", noms)

    def zone(self, name: str) -> Zone:
        """The zone of that name. Raises KeyError."""
        return self._par_nom[name]

    def __contains__(self, name: str) -> bool:
        return name in self._par_nom

    def write(
        self, valeurs: Mapping[str, pl.Expr], defauts: Mapping[str, str] | None = None, largeur: int | None = None
    ) -> dict[str, pl.Expr]:
        """One text expression a zone, in order, up to column ``largeur``: the value written, else the default text, else
        blanks. An expression gives null where its value does not fit its zone."""
        textes: dict[str, pl.Expr] = {}
        for zone in self.zones:
            if zone.end > (largeur or self.width):
                break
            if zone.name in valeurs:
                textes[zone.name] = zone.codec.ecrire(valeurs[zone.name], zone.width)
            else:
                textes[zone.name] = pl.lit((defauts or {}).get(zone.name, "").ljust(zone.width))
        return textes


def tranche(texte: pl.Expr, debut: int, fin: int) -> pl.Expr:
    """Columns ``debut`` to ``fin`` (from 1, inclusive) of a decoded line, trimmed; null when blank."""
    brut = texte.str.slice(debut - 1, fin - debut + 1).str.strip_chars(" ")
    return pl.when(brut != "").then(brut)


@dataclass(frozen=True)
class Lu:
    """A zone read over a block: its values, and which rows hold a text that the codec refused (None: no row)."""

    valeurs: pl.Series
    illisibles: Masque | None = None


@dataclass(frozen=True)
class Lignes:
    """The lines of a block: their bytes, where each starts, its length without line end. Nothing is copied."""

    octets: Octets
    debuts: Entiers
    longueurs: Entiers
    pas: int = 0
    """Distance between two lines when all are equally long; 0 otherwise."""

    @classmethod
    def de(cls, bloc: bytes) -> Lignes:
        """Lines of a block whose line ends are ``\\n`` or ``\\r\\n``; a last line may lack its end."""
        arr = np.frombuffer(bloc, np.uint8)
        premier = bloc.find(b"\n")
        pas = premier + 1
        if premier > 0 and len(bloc) % pas == 0:
            grille = arr.reshape(-1, pas)
            if (grille[:, premier] == 10).all() and np.count_nonzero(arr == 10) == len(grille):
                cr = grille[:, premier - 1] == 13
                if cr.all() or not cr.any():
                    n = len(grille)
                    longueur = premier - int(cr[0])
                    return cls(arr, np.arange(n, dtype=np.int64) * pas, np.full(n, longueur, np.int64), pas)
        fins = np.flatnonzero(arr == 10)
        if not bloc.endswith(b"\n"):
            fins = np.append(fins, len(arr))
        debuts = np.concatenate((np.zeros(1, np.int64), fins[:-1] + 1)) if len(fins) else np.zeros(0, np.int64)
        avant = arr[np.maximum(fins - 1, 0)] if len(arr) else np.zeros(0, np.uint8)
        longueurs = fins - debuts
        return cls(arr, debuts, longueurs - ((avant == 13) & (longueurs > 0)))

    def __len__(self) -> int:
        return len(self.debuts)

    def octet(self, colonne: int, sinon: int = BLANC) -> Octets:
        """The byte at one column (from 1) of every line."""
        present = self.longueurs >= colonne
        if len(present) and present.all():
            return self.octets[self.debuts + (colonne - 1)]
        valeurs = np.full(len(self), sinon, np.uint8)
        valeurs[present] = self.octets[self.debuts[present] + (colonne - 1)]
        return valeurs

    def commence(self, marque: bytes) -> Masque:
        """Lines that begin with those bytes."""
        masque = np.ones(len(self), np.bool_)
        for i, octet in enumerate(marque, start=1):
            masque &= self.octet(i, 0) == octet
            if not masque.any():
                break
        return masque

    def choisir(self, indices: Entiers | None) -> Lignes:
        """Some of the lines; None: all."""
        if indices is None:
            return self
        return Lignes(self.octets, self.debuts[indices], self.longueurs[indices])

    def matrice(self, largeur: int) -> Octets:
        """``(n, largeur)`` bytes: short lines padded with blanks, long ones cut. A view when lines are equally long."""
        n = len(self)
        if self.pas and n and int(self.longueurs[0]) >= largeur:
            return self.octets.reshape(n, self.pas)[:, :largeur]
        if n == 0:
            return np.zeros((0, largeur), np.uint8)
        octets = self.octets
        manque = int(self.debuts[-1]) + largeur - len(octets)
        if manque > 0:
            octets = np.concatenate((octets, np.full(manque, BLANC, np.uint8)))
        m = np.lib.stride_tricks.sliding_window_view(octets, largeur)[self.debuts]
        court = int(self.longueurs.min())
        if court < largeur:
            fin = m[:, court:]
            fin[np.arange(court, largeur) >= self.longueurs[:, None]] = BLANC
        return m

    def textes(self, charset: str) -> pl.Series:
        """The lines as text, as written (without their line end)."""
        morceaux = [
            self.octets[d : d + n].tobytes() for d, n in zip(self.debuts.tolist(), self.longueurs.tolist(), strict=True)
        ]
        return pl.Series("texte", [decoder(m, charset) for m in morceaux], dtype=pl.String)


class Grille:
    """Lines as a matrix of single-byte columns, with the least and greatest byte of each column.

    Those two rows decide at once which zones are constant, blank, numeric or beyond ASCII.
    ``charset``: how bytes above 127 read, ``windows-1252`` or ``utf-8`` (columns counted in bytes).
    """

    def __init__(self, matrice: Octets, charset: str = "windows-1252") -> None:
        self.matrice = matrice
        self.charset = charset

    def __len__(self) -> int:
        return int(self.matrice.shape[0])

    @property
    def largeur(self) -> int:
        return int(self.matrice.shape[1])

    @cached_property
    def mini(self) -> Octets:
        return self.matrice.min(axis=0) if len(self) else np.zeros(self.largeur, np.uint8)

    @cached_property
    def maxi(self) -> Octets:
        return self.matrice.max(axis=0) if len(self) else np.zeros(self.largeur, np.uint8)

    def _bornes(self, zone: Zone) -> tuple[int, int]:
        return min(zone.start - 1, self.largeur), min(zone.end, self.largeur)

    def octets(self, zone: Zone) -> Octets:
        a, b = self._bornes(zone)
        return np.ascontiguousarray(self.matrice[:, a:b])

    def est_constante(self, zone: Zone) -> bool:
        a, b = self._bornes(zone)
        return bool((self.mini[a:b] == self.maxi[a:b]).all())

    def blancs(self, zone: Zone) -> Masque | None:
        """Rows where the zone is blank; None when there is none."""
        a, b = self._bornes(zone)
        if (self.mini[a:b] > BLANC).any():
            return None
        masque: Masque = (self.matrice[:, a:b] == BLANC).all(axis=1)
        return masque if masque.any() else None

    def texte(self, zone: Zone) -> pl.Series:
        """The zone's text, trimmed of blanks; null when blank."""
        return self._texte(zone, a_gauche=True)

    def brut(self, debut: int, fin: int) -> pl.Series:
        """Columns ``debut`` to ``fin``, trailing blanks apart; null when blank."""
        return self._texte(Zone("", debut, fin - debut + 1, TEXTE), a_gauche=False)

    def _texte(self, zone: Zone, *, a_gauche: bool) -> pl.Series:
        a, b = self._bornes(zone)
        n = len(self)
        utiles: Entiers = np.flatnonzero((self.maxi[a:b] != BLANC) | (self.mini[a:b] != BLANC))
        if n == 0 or len(utiles) == 0:
            return vide(n)
        # only the columns that say something somewhere in the block
        b = a + int(utiles[-1]) + 1
        a += int(utiles[0]) if a_gauche else 0
        if bool((self.mini[a:b] == self.maxi[a:b]).all()):
            return _textes(self.matrice[:1, a:b], self.charset).str.strip_chars_end(" ").new_from_index(0, n)
        ascii_seul = bool((self.maxi[a:b] < 128).all())
        if b - a <= 2 and a_gauche:  # few distinct texts: codes, flags
            distincts, rangs = _distincts(self.matrice[:, a:b])
            return _trimes(_textes(distincts, "ascii" if ascii_seul else self.charset)).gather(pl.Series(rangs))
        texte = _textes(self.matrice[:, a:b], "ascii" if ascii_seul else self.charset)
        if self.mini[b - 1] > BLANC and (not a_gauche or self.mini[a] > BLANC):
            return texte
        return _trimes(texte, a_gauche=a_gauche)

    def lire(self, zone: Zone) -> Lu:
        """The zone's values, and the rows it refused."""
        a, b = self._bornes(zone)
        codec, n = zone.codec, len(self)
        if not codec.refuse:
            return Lu(self.texte(zone))
        if n == 0 or b <= a:
            return Lu(vide(n, codec.type))
        if self.est_constante(zone):
            valeurs, refus = lire_textes(self.texte(zone).head(1), codec)
            return Lu(valeurs.new_from_index(0, n), np.ones(n, np.bool_) if refus is not None else None)
        octets = self.octets(zone)
        if codec.rapide is not None and b - a == zone.width:
            rapides = codec.rapide(octets, self.mini[a:b], self.maxi[a:b])
            if rapides is not None:
                return Lu(rapides)
        if b - a > 8:
            return Lu(*lire_textes(self.texte(zone), codec))
        distincts, rangs = _distincts(octets)
        valeurs, refus = lire_textes(_trimes(_textes(distincts, self.charset)), codec)
        return Lu(valeurs.gather(pl.Series(rangs)), None if refus is None else refus[rangs])

    def hors(self, zone: Zone, admis: Sequence[str]) -> tuple[Masque, pl.Series] | None:
        """Rows whose trimmed text is neither blank nor one of ``admis``, with the zone's text; None: no such row."""
        a, b = self._bornes(zone)
        if len(self) == 0 or b <= a:
            return None
        octets = self.matrice[:1, a:b] if self.est_constante(zone) else self.octets(zone)
        distincts = _distincts(octets)[0] if b - a <= 2 else octets
        presents = _trimes(_textes(distincts, self.charset))
        if presents.len() > 16:
            presents = presents.unique()
        if {*presents.to_list()} <= {*admis, None}:
            return None
        textes = self.texte(zone)
        masque = ~textes.is_in(list(admis)) & textes.is_not_null()
        return masque.to_numpy(), textes


def vide(n: int, genre: pl.DataType | type[pl.DataType] = pl.String) -> pl.Series:
    """A series of nulls."""
    une = pl.Series("", [None], dtype=genre)
    return une.new_from_index(0, n) if n else une.clear()


def lire_textes(textes: pl.Series, codec: Codec) -> tuple[pl.Series, Masque | None]:
    """Values of trimmed texts (null: blank), and the rows refused (None: none)."""
    cadre = pl.DataFrame({"t": textes})
    utile = pl.col("t")
    if codec.vides:
        utile = pl.when(~utile.is_in(list(codec.vides))).then(utile)
    cadre = cadre.select(pl.col("t"), u=utile).with_columns(v=codec.lire(pl.col("u")).cast(codec.type))
    refus = cadre.select(pl.col("u").is_not_null() & pl.col("v").is_null()).to_series()
    return cadre["v"], refus.to_numpy() if refus.any() else None


def _trimes(textes: pl.Series, *, a_gauche: bool = True) -> pl.Series:
    t = pl.col("t").str.strip_chars(" ") if a_gauche else pl.col("t").str.strip_chars_end(" ")
    return pl.DataFrame({"t": textes}).select(pl.when(t != "").then(t)).to_series()


def _distincts(octets: Octets) -> tuple[Octets, Entiers]:
    """Distinct rows of a narrow zone (at most 8 bytes), and for each row the index of its own."""
    n, largeur = octets.shape
    if largeur == 1:
        presents = np.flatnonzero(np.bincount(octets[:, 0], minlength=256))
        table = np.zeros(256, np.int64)
        table[presents] = np.arange(len(presents))
        return presents.astype(np.uint8).reshape(-1, 1), table[octets[:, 0]]
    if largeur == 2:
        cles16 = octets[:, 0].astype(np.int64) << 8 | octets[:, 1]
        trouves = np.flatnonzero(np.bincount(cles16, minlength=1 << 16))
        table = np.zeros(1 << 16, np.int64)
        table[trouves] = np.arange(len(trouves))
        return np.stack((trouves >> 8, trouves & 255), axis=1).astype(np.uint8), table[cles16]
    cles = np.zeros((n, 8), np.uint8)
    cles[:, :largeur] = octets
    uniques, rangs = np.unique(cles.view(np.uint64).ravel(), return_inverse=True)
    return uniques.view(np.uint8).reshape(-1, 8)[:, :largeur], rangs.astype(np.int64)


def _textes(octets: Octets, charset: str) -> pl.Series:
    """Rows of bytes as strings, as they are."""
    if charset != "ascii" and len(octets) and octets.max() < 128:
        charset = "ascii"
    if charset == "ascii":
        z = np.ascontiguousarray(octets)
        return pl.Series("", z).cast(pl.List(pl.UInt8)).cast(pl.Binary).cast(pl.String)
    n, largeur = octets.shape
    z = np.full((n, largeur + 1), 10, np.uint8)
    z[:, :largeur] = octets
    if charset == "windows-1252" and z.view(np.int8).min() >= -96:  # no byte from 80 to 9F
        charset = "latin-1"  # same letters there, and Python decodes it by copying
    return pl.read_lines(decoder(z.tobytes(), charset).encode())["line"].alias("")


def decoder(octets: bytes, charset: str) -> str:
    """Text of bytes; what the charset does not know becomes U+FFFD. Never raises for a text charset."""
    return octets.decode("cp1252" if charset == "windows-1252" else charset, "replace")


def ecrire_lignes(textes: pl.Series, charset: str, fin: str) -> Iterator[bytes]:
    """Lines of text as bytes, ended by ``fin``. Raises UnicodeEncodeError."""
    for debut in range(0, len(textes), 50_000):
        yield (fin.join(textes.slice(debut, 50_000).to_list()) + fin).encode(
            "cp1252" if charset == "windows-1252" else charset
        )
