"""Writes a lot as a FEC: the 18 columns of the BIC/IS regime, then the supplementary ones (fec.md section 6).

What may not be in a FEC is left out and counted: drafts, centralisations, the entries that close classes 6 and 7. What
the format cannot hold is replaced: separators and control characters by a space. Nothing required is left blank: an
unreadable date or amount refuses the export.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.delimited import Column, ecrire
from ecritures.formats.fec.contenu import MARQUE_NEGATIF
from ecritures.formats.fec.devises import DECIMALES
from ecritures.formats.fec.layout import BIC_IS
from ecritures.formats.fec.nom import nom_de_fichier
from ecritures.formats.fec.valeurs import MONTANT, TEXTE

FIN = "\r\n"
Brouillons = Literal["exclure", "valider", "garder"]

_INTERDITS = "[\t|\x00-\x1f\x7f-\x9f\u2028\u2029]"
_SANS_CONTENU = r"^[-/. ]*$"
_TRANSLITTERATION = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u202f": " ", "‑": "-", "\u2212": "-"}
)
CODES_A_NOUVEAUX = r"^(?i)(?:AN|ANO|ANV|RAN|OUV|ANOUV|NOUV)$"
_TEXTES = tuple(c.champ for c in BIC_IS.columns if c.codec is TEXTE)


@dataclass(frozen=True)
class Export:
    """A FEC written. Entries left out are counted by reason. ``caracteres_remplaces``: those the charset could not hold."""

    octets: bytes
    lignes: int
    ecritures: int
    debit_centimes: int
    credit_centimes: int
    brouillons_exclus: int
    soldes_de_gestion_exclus: int
    centralisations_exclues: int
    caracteres_remplaces: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()


def write(
    lot: Lot,
    *,
    encodage: str = "utf-8",
    separateur: str = "\t",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
) -> bytes:
    """The bytes of :func:`exporter`."""
    return exporter(
        lot, encodage=encodage, separateur=separateur, brouillons=brouillons, reglementaire=reglementaire
    ).octets


def exporter(
    lot: Lot,
    *,
    encodage: str = "utf-8",
    separateur: str = "\t",
    brouillons: Brouillons = "exclure",
    reglementaire: bool = True,
) -> Export:
    """The FEC of a lot. ``encodage``: utf-8 or iso-8859-15; ``separateur``: tab or ``|``.

    ``brouillons``: what becomes of entries without a validation date: left out, validated at their own date, or written
    with a blank ValidDate. ``reglementaire``: the law's order and exclusions; False writes every entry in file order.
    Raises EcritureImpossible, naming the line, when a date, an account or an amount is missing, or nothing is left.
    """
    assert separateur in ("\t", "|"), "a FEC is separated by tabs or bars"
    lignes = _completes(lot)
    lignes, exclues = _choisies(lignes, brouillons, reglementaire)
    if lignes.height == 0:
        raise EcritureImpossible("Aucune écriture à exporter : toutes sont des brouillons, ou exclues d'un FEC.")
    _refuse_les_trous(lignes)
    if reglementaire:
        lignes = _ordonnees(lignes)
    colonnes, noms, lignes = _supplements(lot, lignes, separateur)
    entete = separateur.join((*BIC_IS.noms, *noms)) + FIN
    texte = entete + ecrire(_propres(_comme_ecrites(lignes)), (*_COLONNES, *colonnes), separateur, FIN)
    octets, remplaces = _encode(texte, encodage)
    return Export(
        octets=octets,
        lignes=lignes.height,
        ecritures=lignes["ecriture"].n_unique(),
        debit_centimes=int(lignes["debit_centimes"].sum()),
        credit_centimes=int(lignes["credit_centimes"].sum()),
        brouillons_exclus=exclues["brouillon"],
        soldes_de_gestion_exclus=exclues["solde_de_gestion"],
        centralisations_exclues=exclues["centralisation"],
        caracteres_remplaces=remplaces,
    )


_DEVISE_ECRITE = Column("Montantdevise", TEXTE, "montant_devise")
_COLONNES = tuple(_DEVISE_ECRITE if c.name == "Montantdevise" else c for c in BIC_IS.columns)


def _completes(lot: Lot) -> pl.DataFrame:
    """The lines with every text the law wants: labels from the lot's frames, or the best text that stands for them."""
    lignes = lot.lignes.filter(pl.col("type_ecriture").fill_null("N") == "N")
    for code, libelle, cadre, nom in (
        ("journal", "journal_libelle", lot.journaux, "code"),
        ("compte", "compte_libelle", lot.comptes, "numero"),
        ("tiers", "tiers_libelle", lot.tiers, "code"),
    ):
        if lignes[libelle].null_count() == 0:
            continue
        connus = cadre.select(pl.col(nom).alias(code), _connu="libelle").drop_nulls(code).unique(code, keep="first")
        lignes = lignes.join(connus, on=code, how="left", maintain_order="left").with_columns(
            pl.coalesce(libelle, "_connu", code).alias(libelle)
        )
        lignes = lignes.drop("_connu")
    dit_quelque_chose = ~pl.col("reference").str.contains(_SANS_CONTENU)
    premier = (
        pl.col("libelle").drop_nulls().first().over("ecriture") if lignes["libelle"].null_count() else pl.col("libelle")
    )
    numero = pl.coalesce("numero_piece", pl.col("ecriture").cast(pl.String))
    return lignes.with_columns(
        numero_piece=numero,
        libelle=pl.coalesce("libelle", premier, "compte_libelle"),
        reference=pl.coalesce(
            pl.when(dit_quelque_chose).then("reference"),
            pl.when(numero.str.contains("[1-9A-Za-z]")).then(numero),
            "reference",
            numero,
        ),
        date_piece=pl.coalesce("date_piece", "date"),
    )


def _choisies(lignes: pl.DataFrame, brouillons: Brouillons, reglementaire: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    """The lines to write, and how many entries are left out, by reason."""
    exclues = {"brouillon": 0, "solde_de_gestion": 0, "centralisation": 0}
    if brouillons == "valider":
        lignes = lignes.with_columns(date_validation=pl.coalesce("date_validation", "date"))
    motifs: dict[str, pl.Expr] = {}
    if brouillons == "exclure":
        motifs["brouillon"] = pl.col("date_validation").is_null().any()
    if reglementaire:
        gestion, resultat = pl.col("compte").str.contains("^[67]"), pl.col("compte").str.starts_with("12")
        motifs["solde_de_gestion"] = (gestion | resultat).all() & gestion.any() & resultat.any()
        motifs["centralisation"] = pl.col("libelle").str.contains("(?i)centralis").all()
    if not motifs:
        return lignes, exclues
    par_ecriture = lignes.group_by("ecriture").agg(e.alias(nom) for nom, e in motifs.items())
    hors = par_ecriture.filter(pl.any_horizontal(list(motifs)))
    for nom in motifs:
        exclues[nom] = int(hors[nom].sum())
    return lignes.join(hors.select("ecriture"), on="ecriture", how="anti", maintain_order="left"), exclues


def _refuse_les_trous(lignes: pl.DataFrame) -> None:
    for champ, zone in (
        ("date", "EcritureDate"),
        ("debit_centimes", "Debit"),
        ("credit_centimes", "Credit"),
    ):
        if lignes[champ].null_count():
            numero = lignes.filter(pl.col(champ).is_null())["numero_ligne"][0]
            raise EcritureImpossible(
                f"{zone} manque ou est illisible à la ligne {numero} : corriger le fichier d'abord."
            )
    if (lignes["compte"] == "").any():
        numero = lignes.filter(pl.col("compte") == "")["numero_ligne"][0]
        raise EcritureImpossible(f"CompteNum manque à la ligne {numero} : corriger le fichier d'abord.")


def _ordonnees(lignes: pl.DataFrame) -> pl.DataFrame:
    """À-nouveaux first, then by validation, then by number, the lines of an entry in their order."""
    numero = pl.col("numero_piece")
    cles = lignes.select(
        "ecriture",
        _an=~pl.col("journal").str.contains(CODES_A_NOUVEAUX),
        _validation=pl.col("date_validation").max().over("ecriture"),
        _prefixe=numero.str.replace(r"[0-9]{1,18}[^0-9]*$", ""),
        _valeur=numero.str.extract(r"([0-9]{1,18})[^0-9]*$").str.to_integer(strict=False, dtype=pl.Int64),
    ).drop("ecriture")
    rangs = ["_an", "_validation", "_prefixe", "_valeur", "ecriture"]
    ordonnees = pl.concat([lignes, cles], how="horizontal").sort(rangs, nulls_last=True, maintain_order=True)
    return ordonnees.drop(rangs[:-1])


def _comme_ecrites(lignes: pl.DataFrame) -> pl.DataFrame:
    """Amounts as their file had them: a debit written negative is negative again; foreign amounts in their own decimals."""
    retournee = pl.col("supplement").str.ends_with(MARQUE_NEGATIF).fill_null(False)
    debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
    devise, montant = pl.col("devise"), pl.col("montant_devise")
    texte: pl.Expr = pl.when(devise.is_not_null()).then(MONTANT.ecrire(montant))
    autres = lignes.filter(devise.is_in(list(DECIMALES)))["devise"].unique().to_list()
    for code in autres:
        texte = pl.when(devise == code).then(_dans_sa_devise(montant, DECIMALES[code])).otherwise(texte)
    return lignes.with_columns(
        debit_centimes=pl.when(retournee).then(-credit).otherwise(debit),
        credit_centimes=pl.when(retournee).then(-debit).otherwise(credit),
        montant_devise=texte,
    )


def _dans_sa_devise(montant: pl.Expr, decimales: int) -> pl.Expr:
    if decimales < 2:
        return MONTANT.ecrire(montant * 100)
    unite = int(10**decimales)
    return pl.concat_str(
        pl.when(montant < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (montant.abs() // unite).cast(pl.String),
        pl.lit(","),
        (montant.abs() % unite).cast(pl.String).str.zfill(decimales),
    )


def _propres(lignes: pl.DataFrame) -> pl.DataFrame:
    """Texts without what would break a line, in the columns that need it."""
    sales = lignes.select(pl.col(_TEXTES).str.contains(f"{_INTERDITS}|  |^ | $").any()).row(0, named=True)
    a_nettoyer = [champ for champ, sale in sales.items() if sale]
    return lignes.with_columns(_propre(pl.col(champ)) for champ in a_nettoyer) if a_nettoyer else lignes


def _propre(texte: pl.Expr) -> pl.Expr:
    return texte.str.replace_all(_INTERDITS, " ").str.replace_all(" {2,}", " ").str.strip_chars(" ")


def _supplements(lot: Lot, lignes: pl.DataFrame, separateur: str) -> tuple[list[Column], list[str], pl.DataFrame]:
    """The supplementary columns of a FEC lot, under their own names."""
    noms_lus = lot.entete.get("zones_supplementaires", "") if lot.format == "fec" else ""
    ancien = lot.detection.separateur
    if not noms_lus or ancien is None:
        return [], [], lignes
    noms = noms_lus.split(ancien)
    lus = pl.col("supplement").str.strip_suffix(MARQUE_NEGATIF)
    champs = [f"_supplement_{rang}" for rang in range(len(noms))]
    separes = lignes.select(lus.str.split_exact(ancien, len(noms) - 1).struct.rename_fields(champs).struct.unnest())
    separes = separes.select(_propre(pl.col(champ)) for champ in champs)
    colonnes = [Column(nom, TEXTE, champ) for nom, champ in zip(noms, champs, strict=True)]
    propres = [re.sub(_INTERDITS, " ", nom) for nom in noms]
    return colonnes, propres, pl.concat([lignes, separes], how="horizontal")


def _encode(texte: str, encodage: str) -> tuple[bytes, int]:
    """Bytes in that charset, and how many characters had to become ``?``."""
    if encodage == "utf-8":
        return texte.encode(), 0
    try:
        return texte.encode(encodage), 0
    except UnicodeEncodeError:
        texte = texte.translate(_TRANSLITTERATION)
    proches = {ord(c): _proche(c, encodage) for c in set(texte) if not _tient(c, encodage)}
    remplaces = sum(texte.count(chr(c)) for c, proche in proches.items() if proche == "?")
    return texte.translate(proches).encode(encodage), remplaces


def _tient(caractere: str, encodage: str) -> bool:
    try:
        caractere.encode(encodage)
    except UnicodeEncodeError:
        return False
    return True


def _proche(caractere: str, encodage: str) -> str:
    """The letter without its accent, when the charset has it."""
    nu = "".join(c for c in unicodedata.normalize("NFKD", caractere) if not unicodedata.combining(c))
    nu = re.sub(_INTERDITS, " ", nu)
    return nu if nu and all(_tient(c, encodage) for c in nu) else "?"


__all__ = ["Export", "exporter", "nom_de_fichier", "write"]
