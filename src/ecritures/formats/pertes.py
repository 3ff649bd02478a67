"""The loss report: what a target cannot carry of a lot, field by field, known before anything is written.

Nothing is written by hand for a case: a target declares a :class:`Capacite` (which fields, how long, what it puts in their
place) and this module compares it with the values of the lot. :func:`projeter` gives what must come back when the target is
read again, so that a loss that was not said is found (imports/convert.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import polars as pl

from ecritures.domain.lot import LIGNES, Lot
from ecritures.formats.supplements import colonnes_supplementaires
from ecritures.formats.tra.parametres import colonnes_du_cadre

LIVRES = "livres"
"""Format of a lot read out of the books."""

PREMIERES = 5
"""Line numbers given for each loss: enough to look at, few enough to read."""

NEUTRES: Mapping[str, tuple[str, ...]] = {
    "type_ecriture": ("N",),
    "a_nouveau": ("N",),
    "genre": ("", "-", "X"),
    "devise": ("EUR",),
    "supplement": ("",),
}
"""Values that say no more than a blank: an ordinary entry, in the currency of the books, a line with a third party."""

CADRES = (
    "journaux", "comptes", "tiers", "sections", "exercices", "etablissements", "devises", "modes_paiement"
)  # fmt: skip
AVEC_LISTES = ("tra", LIVRES)
"""Formats whose lists say more than their lines; elsewhere they are drawn from them."""
_CLES = {"comptes": "numero"}
_CADRE_DU_CODE = {
    "JAL": "journaux", "CGN": "comptes", "CGE": "comptes", "CAE": "tiers", "SAT": "sections", "NSA": "sections",
    "EXO": "exercices", "ETB": "etablissements", "DEV": "devises", "MDP": "modes_paiement",
}  # fmt: skip
_NON_COMPARES = ("numero_ligne", "ecriture", "supplement")


class Sort(StrEnum):
    """What becomes of what the target cannot carry."""

    ABANDON = "abandonné"
    COUPE = "coupé"
    REMPLACE = "remplacé"
    FUSION = "fusionné"
    REFUS = "refusé"


Comme = Callable[[Lot], pl.Expr]


@dataclass(frozen=True)
class Porte:
    """How a target carries one field.

    ``largeur``: most characters; longer is refused, or cut when ``coupe``. ``comme``: what the target holds in its place
    (null: nothing). ``complete``: the writer fills a blank. ``sort``: what a change by ``comme`` is called.
    ``hors_ligne``: carried by a list of the target, so that its lines do not show it when read again. ``impose``: the lot
    is given that value before it is written, because the writer would refuse the other.
    """

    zone: str
    largeur: int | None = None
    coupe: bool = False
    comme: Comme | None = None
    complete: bool = False
    sort: Sort = Sort.REMPLACE
    devient: str = ""
    hors_ligne: bool = False
    impose: bool = False


@dataclass(frozen=True)
class Exclusion:
    """Lines that the target has no place for at all."""

    champ: str
    devient: str
    quand: Callable[[Lot], pl.Expr]


@dataclass(frozen=True)
class Capacite:
    """What one target carries: fields of the lines, fields of each frame (a frame absent is not carried).

    ``refus``: lines that make the writer refuse the whole lot. ``caracteres``: expression of the characters it cannot hold. ``supplement``: does it keep what the model does not name?
    ``emplois_seuls``: frames are carried for the codes that lines use, no others.
    """

    titre: str
    lignes: Mapping[str, Porte]
    cadres: Mapping[str, Mapping[str, Porte]] = field(default_factory=dict)
    ventilations: Mapping[str, Porte] | None = None
    exclusions: tuple[Exclusion, ...] = ()
    refus: tuple[Exclusion, ...] = ()
    caracteres: str | None = None
    supplement: bool = False
    annexes: bool = False
    parametres: bool = False
    emplois_seuls: bool = False


@dataclass(frozen=True)
class Perte:
    """One loss. ``champ``: domain field (``cadre.champ`` for a frame); ``zone``: where the lot had it; ``nombre``: lines."""

    champ: str
    zone: str | None
    sort: Sort
    nombre: int
    devient: str
    premieres: tuple[int, ...] = ()
    valeur: str | None = None

    def en_json(self) -> dict[str, Any]:
        return {
            "champ": self.champ,
            "zone": self.zone,
            "sort": self.sort.value,
            "nombre": self.nombre,
            "premieres_lignes": list(self.premieres),
            "valeur": self.valeur,
            "devient": self.devient,
        }


def pertes(lot: Lot, capacite: Capacite) -> tuple[Perte, ...]:
    """Everything that target loses of that lot, in the order of the fields."""
    return (
        *_exclusions(lot, capacite),
        *_champs(lot, capacite),
        *_supplements(lot, capacite),
        *_ventilations(lot, capacite),
        *_autour(lot, capacite),
        *_cadres(lot, capacite),
    )


def reduire(lot: Lot, capacite: Capacite) -> Lot:
    """The lot without the lines that the target has no place for, nor what hangs on them; imposed values put in place."""
    imposees = [p.comme(lot).alias(c) for c, p in capacite.lignes.items() if p.impose and p.comme]
    if imposees:
        lot = dataclasses.replace(lot, lignes=lot.lignes.with_columns(imposees))
    if not capacite.exclusions:
        return lot
    lignes = lot.lignes.filter(~_laissees(lot, capacite))
    if lignes.height == lot.lignes.height:
        return lot
    gardees = pl.col("ligne_mere").is_in(lignes["numero_ligne"].implode()) | pl.col("ligne_mere").is_null()
    return dataclasses.replace(
        lot, lignes=lignes, ventilations=lot.ventilations.filter(gardees), annexes=lot.annexes.filter(gardees)
    )


def projeter(lot: Lot, capacite: Capacite) -> pl.DataFrame:
    """The lines of a reduced lot as they must come back: fields that lines carry only, cut or replaced as declared."""
    portes = {champ: porte for champ, porte in capacite.lignes.items() if not porte.hors_ligne}
    colonnes = [_porte(lot, champ, porte).cast(LIGNES[champ]).alias(champ) for champ, porte in portes.items()]
    return lot.lignes.select("numero_ligne", "ecriture", *colonnes)


def _laissees(lot: Lot, capacite: Capacite) -> pl.Expr:
    quand = [e.quand(lot) for e in capacite.exclusions]
    return pl.any_horizontal(quand) if quand else pl.lit(False)


def _porte(lot: Lot, champ: str, porte: Porte) -> pl.Expr:
    valeur = porte.comme(lot) if porte.comme else pl.col(champ)
    if porte.coupe and porte.largeur is not None:
        valeur = valeur.str.slice(0, porte.largeur).str.strip_chars_end(" ")
        valeur = pl.when(valeur != "").then(valeur)
    return valeur


def _exclusions(lot: Lot, capacite: Capacite) -> Iterator[Perte]:
    sorts = [(e, Sort.ABANDON) for e in capacite.exclusions] + [(e, Sort.REFUS) for e in capacite.refus]
    for exclusion, sort in sorts:
        lignes = lot.lignes.filter(exclusion.quand(lot).fill_null(False))
        if lignes.height:
            yield Perte(
                "ligne",
                lot.zones.get(exclusion.champ),
                sort,
                lignes.height,
                exclusion.devient,
                tuple(lignes["numero_ligne"].head(PREMIERES)),
                _en_texte(lignes[exclusion.champ][0]),
            )


def _champs(lot: Lot, capacite: Capacite) -> Iterator[Perte]:
    gardees = lot.lignes.with_columns(_laissee=_laissees(lot, capacite))
    utile = ~pl.col("_laissee")
    for champ, genre in LIGNES.items():
        if champ in _NON_COMPARES or lot.lignes[champ].null_count() == lot.lignes.height:
            continue
        porte = capacite.lignes.get(champ)
        for quand, sort, devient in _defauts(lot, champ, genre == pl.String, porte, capacite):
            yield from _releve(gardees, champ, lot.zones.get(champ), utile & quand.fill_null(False), sort, devient)


def _defauts(
    lot: Lot, champ: str, texte: bool, porte: Porte | None, capacite: Capacite
) -> Iterator[tuple[pl.Expr, Sort, str]]:
    """``(lines concerned, what happens, in words)``."""
    valeur = pl.col(champ)
    dit = valeur.is_not_null()
    if champ in NEUTRES:
        dit &= ~valeur.is_in(list(NEUTRES[champ]))
    if porte is None:
        yield dit, Sort.ABANDON, "n'a pas de place dans la cible"
        return
    devenu = porte.comme(lot) if porte.comme else valeur
    if porte.comme:
        yield dit & devenu.is_null(), Sort.ABANDON, porte.devient or "n'a pas de place dans la cible"
        change = dit & devenu.is_not_null() & (devenu != valeur)
        yield change, porte.sort, porte.devient or "est écrit autrement"
    if porte.largeur is not None:
        trop = dit & (devenu.cast(pl.String).str.len_chars() > porte.largeur)
        if porte.coupe:
            yield trop, Sort.COUPE, f"coupé à {porte.largeur} caractères"
        else:
            yield trop, Sort.REFUS, f"dépasse {porte.largeur} caractères : la cible refuse, rien n'est écrit"
    if (
        texte
        and capacite.caracteres is not None
        and not lot.lignes[champ].str.to_lowercase().str.contains(r"^[ -~]*$").all()
    ):
        interdit = devenu.str.contains(capacite.caracteres)
        yield dit & interdit, Sort.REFUS, "contient un caractère que la cible ne sait pas écrire"


def _releve(
    cadre: pl.DataFrame, champ: str, zone: str | None, quand: pl.Expr, sort: Sort, devient: str, nom: str | None = None
) -> Iterator[Perte]:
    trouvees = cadre.select(_quand=quand)["_quand"].arg_true()
    if trouvees.len():
        numeros = cadre["numero_ligne"].gather(trouvees).drop_nulls().head(PREMIERES)
        valeur = _en_texte(cadre[champ][int(trouvees[0])])
        yield Perte(nom or champ, zone, sort, trouvees.len(), devient, tuple(numeros), valeur)


def _en_texte(valeur: object) -> str | None:
    return None if valeur is None else str(valeur)[:200]


def _supplements(lot: Lot, capacite: Capacite) -> Iterator[Perte]:
    if capacite.supplement:
        return
    cadre = colonnes_supplementaires(lot)
    if cadre.width:
        cadre = cadre.with_columns(lot.lignes["numero_ligne"])
    for zone in cadre.columns:
        if zone != "numero_ligne":
            dit = pl.col(zone).is_not_null()
            yield from _releve(cadre, zone, zone, dit, Sort.ABANDON, "n'a pas de place dans la cible", "supplement")


def _ventilations(lot: Lot, capacite: Capacite) -> Iterator[Perte]:
    parts = lot.ventilations
    if parts.is_empty():
        return
    if capacite.ventilations is None:
        numeros = parts["ligne_mere"].drop_nulls().head(PREMIERES)
        quoi = "la ventilation analytique n'a pas de place dans la cible"
        yield Perte(
            "ventilations", "axe, section", Sort.ABANDON, parts.height, quoi, tuple(numeros), parts["section"][0]
        )
        return
    for champ in ("axe", "section", "libelle"):
        porte = capacite.ventilations.get(champ)
        dit, nom = pl.col(champ).is_not_null(), f"ventilations.{champ}"
        if porte is None:
            libelles = lot.lignes.select(ligne_mere="numero_ligne", _mere="libelle")
            parts = parts.join(libelles, on="ligne_mere", how="left", maintain_order="left")
            autre = dit & pl.col(champ).ne_missing(pl.col("_mere"))
            yield from _releve(parts, champ, champ, autre, Sort.ABANDON, "la part prend le libellé de sa ligne", nom)
        elif porte.largeur is not None:
            trop = dit & (pl.col(champ).str.len_chars() > porte.largeur)
            yield from _releve(parts, champ, porte.zone, trop, Sort.REFUS, f"dépasse {porte.largeur} caractères", nom)


def _autour(lot: Lot, capacite: Capacite) -> Iterator[Perte]:
    """Documents, variables… attached to lines, and parameter records that no frame holds."""
    if lot.annexes.height and not capacite.annexes:
        for (genre,), cadre in lot.annexes.group_by("genre", maintain_order=True):
            numeros = tuple(cadre["numero_ligne"].head(PREMIERES))
            quoi = "la ligne annexe n'a pas de place dans la cible"
            yield Perte("annexes", str(genre), Sort.ABANDON, cadre.height, quoi, numeros)
    if lot.parametres.height and not capacite.parametres:
        for (code,), cadre in lot.parametres.group_by("code", maintain_order=True):
            if _CADRE_DU_CODE.get(str(code)) is None:
                numeros = tuple(cadre["numero_ligne"].head(PREMIERES))
                quoi = "l'enregistrement de paramètres n'a pas de place dans la cible"
                yield Perte("parametres", str(code), Sort.ABANDON, cadre.height, quoi, numeros)


_EMPLOIS = {"journaux": "journal", "comptes": "compte", "tiers": "tiers", "etablissements": "etablissement"}


def _cadres(lot: Lot, capacite: Capacite) -> Iterator[Perte]:
    if lot.format not in AVEC_LISTES or (capacite.parametres and lot.format == "tra"):
        return  # drawn from the lines, which were compared; or kept as read
    for nom in CADRES:
        cadre: pl.DataFrame = getattr(lot, nom)
        if cadre.is_empty():
            continue
        cle = _CLES.get(nom, "code")
        portes = capacite.cadres.get(nom)
        if portes is None:
            numeros = tuple(cadre["numero_ligne"].drop_nulls().head(PREMIERES))
            quoi = "la liste n'a pas de place dans la cible"
            yield Perte(nom, None, Sort.ABANDON, cadre.height, quoi, numeros, cadre[cle][0])
            continue
        if capacite.emplois_seuls and nom in _EMPLOIS:
            sans_emploi = ~pl.col(cle).is_in(lot.lignes[_EMPLOIS[nom]].unique().drop_nulls().implode())
            quoi = "aucune ligne ne l'emploie : il n'a pas de place dans la cible"
            yield from _releve(cadre, cle, None, sans_emploi, Sort.ABANDON, quoi, f"{nom}.{cle}")
            cadre = cadre.filter(~sans_emploi)
        for champ in cadre.columns:
            if champ not in ("numero_ligne", cle):
                yield from _champ_de_cadre(nom, cadre, champ, portes.get(champ), _zone_du_cadre(lot, nom, champ))


def _zone_du_cadre(lot: Lot, nom: str, champ: str) -> str | None:
    """``JAL.NATURE``: where a TRA says it."""
    if lot.format != "tra":
        return None
    code, _, colonnes = colonnes_du_cadre(nom)
    return f"{code}.{colonnes[champ]}" if champ in colonnes else None


def _champ_de_cadre(
    nom: str, cadre: pl.DataFrame, champ: str, porte: Porte | None, zone: str | None
) -> Iterator[Perte]:
    genre = cadre.schema[champ]
    dit = pl.col(champ) if genre == pl.Boolean else pl.col(champ).is_not_null()
    if genre == pl.String:
        dit &= ~pl.col(champ).str.contains("^-*$")  # flags not set
    if porte is None:
        devient = "n'a pas de place dans la cible"
        yield from _releve(cadre, champ, zone, dit.fill_null(False), Sort.ABANDON, devient, f"{nom}.{champ}")
    elif porte.largeur is not None and cadre.schema[champ] == pl.String:
        trop = (pl.col(champ).str.len_chars() > porte.largeur).fill_null(False)
        sort = Sort.COUPE if porte.coupe else Sort.REFUS
        devient = f"coupé à {porte.largeur} caractères" if porte.coupe else f"dépasse {porte.largeur} caractères"
        yield from _releve(cadre, champ, zone or porte.zone, trop, sort, devient, f"{nom}.{champ}")
