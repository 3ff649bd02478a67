"""From a lot to a file of another format: losses first, then bytes, then the same bytes read again and compared.

Nothing is handed over that does not read back as declared: amounts and totals per account always, every other field up to
the losses said. What the reading shows beside (entries put together otherwise) is added to the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.domain.errors import ConversionAvecPertes, ConversionInfidele, EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.fec.writer import Export
from ecritures.formats.fec.xml_ecrivain import ExportXml
from ecritures.formats.pertes import PREMIERES, Capacite, Perte, Sort, pertes, projeter, reduire
from ecritures.formats.sorties import SORTIES, Ecrit, OptionsSortie, Sortie

_MONTANTS = ("compte", "debit_centimes", "credit_centimes")


@dataclass(frozen=True, eq=False)
class Conversion:
    """A target ready to be written. ``completes``: blanks that the target fills, by field: additions, not losses."""

    cible: str
    octets: bytes
    lignes: int
    ecritures: int
    debit_centimes: int
    credit_centimes: int
    pertes: tuple[Perte, ...]
    completes: Mapping[str, int]
    export: Export | ExportXml | None = None
    """What the writer of a FEC says of it: its description is made from this."""

    def rapport(self) -> dict[str, Any]:
        """The public JSON of the report."""
        return {
            **rapport_des_pertes(self.cible, self.pertes),
            "taille_octets": len(self.octets),
            "lignes": self.lignes,
            "ecritures": self.ecritures,
            "debit_centimes": self.debit_centimes,
            "credit_centimes": self.credit_centimes,
            "completes": dict(self.completes),
        }


def rapport_des_pertes(cible: str, trouvees: tuple[Perte, ...]) -> dict[str, Any]:
    """What is said of losses alone, when nothing could be written."""
    return {"cible": cible, "sans_perte": not trouvees, "pertes": [p.en_json() for p in trouvees]}


def losses(lot: Lot, cible: str, options: OptionsSortie) -> tuple[Perte, ...]:
    """What that target would lose of that lot. Nothing is written."""
    return pertes(lot, SORTIES[cible].capacite(lot, options))


def convert(lot: Lot, cible: str, options: OptionsSortie, *, strict: bool = False) -> Conversion:
    """The target's bytes, read again and checked, with its losses.

    Raises ConversionAvecPertes when ``strict`` and something is lost, EcritureImpossible when the target refuses a value,
    ConversionInfidele when what was written does not read back as it should.
    """
    sortie = SORTIES[cible]
    capacite = sortie.capacite(lot, options)
    declarees = pertes(lot, capacite)
    if strict and declarees:
        raise ConversionAvecPertes(len(declarees), sortie.titre)
    _refuse(declarees)
    reduit = reduire(lot, capacite)
    if reduit.lignes.is_empty():
        raise EcritureImpossible(f"Aucune ligne du fichier n'a de place dans un {sortie.titre}.")
    ecrit = sortie.ecrire(reduit, options)
    relues, attendues = _relire(reduit, capacite, sortie, ecrit, options)
    declarees = (*declarees, *ecrit.pertes)
    constatees, completes = _compare(reduit, capacite, sortie, attendues, relues)
    if strict and (constatees or ecrit.pertes):
        raise ConversionAvecPertes(len(declarees) + len(constatees), sortie.titre)
    return Conversion(
        cible=cible,
        octets=ecrit.octets,
        lignes=relues.height,
        ecritures=relues["ecriture"].n_unique(),
        debit_centimes=int(relues["debit_centimes"].sum()),
        credit_centimes=int(relues["credit_centimes"].sum()),
        pertes=(*declarees, *constatees),
        completes=completes,
        export=ecrit.export,
    )


def _refuse(declarees: tuple[Perte, ...]) -> None:
    """A value that the target cannot hold refuses the whole: nothing is written with a hole in it."""
    refus = next((p for p in declarees if p.sort is Sort.REFUS), None)
    if refus is not None:
        place = f"Ligne {refus.premieres[0]}, " if refus.premieres else ""
        valeur = f" « {refus.valeur} »" if refus.valeur is not None else ""
        raise EcritureImpossible(f"{place}{refus.zone or refus.champ}{valeur} : {refus.devient}.")


def _relire(
    lot: Lot, capacite: Capacite, sortie: Sortie, ecrit: Ecrit, options: OptionsSortie
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``(lines read again, lines expected)``; the second are made meanwhile. Raises ConversionInfidele."""
    with ThreadPoolExecutor(1) as fil:
        projection = fil.submit(projeter, lot, capacite)
        relues = sortie.relire(ecrit.octets, options)
        if relues is None:
            raise ConversionInfidele(sortie.titre, "il n'est pas lisible")
        attendues = projection.result()
    return relues, _restantes(attendues, relues) if ecrit.entrees_exclues else attendues


def _compare(
    lot: Lot, capacite: Capacite, sortie: Sortie, attendues: pl.DataFrame, relues: pl.DataFrame
) -> tuple[tuple[Perte, ...], dict[str, int]]:
    """``(losses that only the reading shows, blanks filled)``. Raises ConversionInfidele on an amount."""
    champs = [c for c in attendues.columns if c not in ("numero_ligne", "ecriture")]
    relues = relues.select("ecriture", *(pl.col(c).cast(attendues.schema[c]) for c in champs))
    if relues.height != attendues.height:
        raise ConversionInfidele(sortie.titre, f"{relues.height} lignes relues pour {attendues.height} écrites")
    _refuse_les_montants(attendues, relues, sortie.titre)
    completes = _completes(attendues, relues, capacite)
    compares = [c for c in champs if c not in completes]
    empreintes = attendues.select(compares).hash_rows(), relues.select(compares).hash_rows()
    if empreintes[0].equals(empreintes[1]):  # every line the same, in the same order: the ordinary case
        if _memes_groupes(attendues["ecriture"], relues["ecriture"]):
            return (), completes
    elif not empreintes[0].sort().equals(empreintes[1].sort()):
        return _champs_differents(attendues, relues, compares, lot), completes
    return _regroupements(attendues, relues, empreintes), completes


def _memes_groupes(avant: pl.Series, apres: pl.Series) -> bool:
    """Are the lines cut in the same entries, each in one run, whatever their numbers? False when that is not so plain."""
    suites = avant.rle_id()
    combien = int(suites[-1]) + 1
    return suites.equals(apres.rle_id()) and avant.n_unique() == combien == apres.n_unique()


def _restantes(attendues: pl.DataFrame, relues: pl.DataFrame) -> pl.DataFrame:
    """The entries that a rule of the target did not leave out: those whose amounts are found again, entry by entry."""
    presentes = _signatures(relues, relues.select(_MONTANTS).hash_rows())
    presentes = presentes.group_by("signature").agg(pl.len().alias("reste"))
    ecritures = _signatures(attendues, attendues.select(_MONTANTS).hash_rows()).with_columns(
        rang=pl.int_range(pl.len()).over("signature", mapping_strategy="group_to_rows")
    )
    gardees = ecritures.join(presentes, on="signature").filter(pl.col("rang") < pl.col("reste"))
    return attendues.filter(pl.col("ecriture").is_in(gardees["ecriture"].implode()))


def _refuse_les_montants(attendues: pl.DataFrame, relues: pl.DataFrame, titre: str) -> None:
    """Totals per account, to the centime."""
    totaux = [
        cadre.group_by("compte").agg(pl.sum("debit_centimes", "credit_centimes")) for cadre in (attendues, relues)
    ]
    if not totaux[0].sort("compte").equals(totaux[1].sort("compte")):
        autres = totaux[0].join(totaux[1], on=totaux[0].columns, how="anti", nulls_equal=True)
        comptes = ", ".join(autres["compte"].sort().head(3)) or "comptes en plus"
        raise ConversionInfidele(titre, f"totaux différents pour {comptes}")


def _completes(attendues: pl.DataFrame, relues: pl.DataFrame, capacite: Capacite) -> dict[str, int]:
    """Fields whose blanks the writer fills, and how many there were."""
    nombres = {}
    for champ, porte in capacite.lignes.items():
        if porte.complete and champ in attendues.columns and attendues[champ].null_count():
            remplis = attendues[champ].null_count() - relues[champ].null_count()
            if remplis:
                nombres[champ] = remplis
    return nombres


def _champs_differents(attendues: pl.DataFrame, relues: pl.DataFrame, champs: list[str], lot: Lot) -> tuple[Perte, ...]:
    """Fields whose values, whatever their order, are not those expected; the lines are known to differ."""
    trouvees = []
    for champ in champs:
        comptes = [cadre.group_by(champ).len() for cadre in (attendues, relues)]
        perdus = comptes[0].join(comptes[1], on=champ, how="left", nulls_equal=True).with_columns(
            manque=pl.col("len").cast(pl.Int64) - pl.col("len_right").fill_null(0).cast(pl.Int64)
        ).filter(pl.col("manque") > 0)  # fmt: skip
        if perdus.height:
            ou = attendues.join(perdus.select(champ), on=champ, how="semi", nulls_equal=True)["numero_ligne"]
            valeur = perdus[champ][0]
            trouvees.append(
                Perte(
                    champ,
                    lot.zones.get(champ),
                    Sort.REMPLACE,
                    int(perdus["manque"].sum()),
                    "constaté à la relecture : la cible le rend autrement",
                    tuple(ou.head(PREMIERES)),
                    None if valeur is None else str(valeur),
                )
            )
    if not trouvees:
        quoi = "constaté à la relecture : des valeurs ont changé de ligne"
        trouvees.append(Perte("ligne", None, Sort.REMPLACE, attendues.height, quoi))
    return tuple(trouvees)


def _signatures(cadre: pl.DataFrame, empreintes: pl.Series) -> pl.DataFrame:
    """``ecriture, signature, numero_ligne``: what the lines of each entry are, whatever their order, from their hashes."""
    lignes = cadre.select("ecriture", *(["numero_ligne"] if "numero_ligne" in cadre.columns else []))
    lignes = lignes.with_columns(signature=empreintes)
    premiere = [pl.first("numero_ligne")] if "numero_ligne" in cadre.columns else []
    return lignes.group_by("ecriture", maintain_order=True).agg(
        (pl.col("signature") // 2**24).sum() * 2**20 + pl.len(), *premiere
    )


def _regroupements(
    attendues: pl.DataFrame, relues: pl.DataFrame, empreintes: tuple[pl.Series, pl.Series]
) -> tuple[Perte, ...]:
    """Entries that come back put together otherwise, once every line has come back the same."""
    avant, apres = _signatures(attendues, empreintes[0]), _signatures(relues, empreintes[1])
    autres = avant.join(apres, on="signature", how="anti")
    if autres.is_empty() and avant.height == apres.height:
        return ()
    quoi = f"les lignes de {avant.height} écritures se relisent en {apres.height} : la cible les regroupe autrement"
    numeros = tuple(autres["numero_ligne"].sort().head(PREMIERES))
    return (Perte("ecriture", None, Sort.FUSION, max(autres.height, 1), quoi, numeros),)
