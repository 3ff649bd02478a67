"""TRA: movements against the file's own journals, accounts and payment methods, and instalments between themselves."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

TRA = frozenset({"tra"})

_NATURES_ADMISES = {
    "ACH": ("FF", "AF", "OD"),
    "VTE": ("FC", "AC", "OD"),
    "BQE": ("RC", "RF", "OC", "OF", "OD"),
    "CAI": ("RC", "RF", "OC", "OF", "OD"),
}


def _natures(lot: Lot) -> dict[str, str]:
    return dict(lot.journaux.select("code", "nature").drop_nulls().iter_rows())


def _nature_du_journal(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    paires = [
        (code, nature, piece) for code, nature in _natures(lot).items() for piece in _NATURES_ADMISES.get(nature, ())
    ]
    if not paires:
        return None
    admises = pl.LazyFrame(paires, schema=["journal", "nature_journal", "nature"], orient="row")
    natures = admises.select("journal", "nature_journal").unique()
    return (
        lot.lignes.lazy()
        .select("numero_ligne", "journal", "nature")
        .filter(pl.col("nature").is_not_null())
        .group_by("journal", "nature")
        .agg(pl.min("numero_ligne"), nombre=pl.len())
        .join(natures, on="journal")
        .join(admises, on=["journal", "nature"], how="anti")
        .with_columns(champ=pl.lit("nature"))
        .sort("numero_ligne")
    )


NATURE_DU_JOURNAL = Check(
    id="tra.nature_du_journal",
    severity=Severity.WARNING,
    titre="Nature de pièce inhabituelle pour le journal",
    message="{nombre} ligne(s) du journal {journal}, de nature {nature_journal}, sont de nature {nature} ; la première est ici.",
    remede="Vérifier le journal ou la nature de la pièce.",
    source="Format TRA, nature des pièces selon les journaux (usage)",
    formats=TRA,
    rule=_nature_du_journal,
)


def _sans_compte_du_journal(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    propres = (
        lot.journaux.filter(pl.col("nature").is_in(["BQE", "CAI"])).select(journal="code", propre="compte").drop_nulls()
    )
    if propres.is_empty():
        return None
    norme = lot.longueurs.normaliser_compte
    return (
        lot.lignes.lazy()
        .select("numero_ligne", "ecriture", "journal", "compte", "numero_piece")
        .join(propres.lazy(), on="journal")
        .group_by("ecriture")
        .agg(
            pl.first("journal", "propre", "numero_piece"),
            pl.min("numero_ligne"),
            present=(norme(pl.col("compte")) == norme(pl.col("propre"))).any(),
        )
        .filter(~pl.col("present"))
        .select(
            "numero_ligne",
            "journal",
            "propre",
            champ=pl.lit("compte"),
            numero=pl.coalesce("numero_piece", pl.format("de rang {}", "ecriture")),
        )
        .sort("numero_ligne")
    )


SANS_COMPTE_DU_JOURNAL = Check(
    id="tra.sans_compte_du_journal",
    severity=Severity.WARNING,
    titre="Écriture de trésorerie sans son compte",
    message="L'écriture {numero} du journal {journal} n'a pas de ligne sur le compte {propre} du journal.",
    remede="Passer l'écriture au journal des opérations diverses, ou compléter sa ligne de trésorerie.",
    source="Format TRA, délimitation des pièces : les journaux BQE et CAI veulent une ligne sur leur compte",
    formats=TRA,
    rule=_sans_compte_du_journal,
)


def _type_interdit(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    modes = lot.journaux.filter(pl.col("mode_saisie").is_in(["BOR", "LIB"])).select(journal="code", mode="mode_saisie")
    if modes.is_empty():
        return None
    return (
        lot.lignes.lazy()
        .select("numero_ligne", "journal", "type_ecriture")
        .filter(pl.col("type_ecriture").is_not_null() & (pl.col("type_ecriture") != "N"))
        .join(modes.lazy(), on="journal")
        .with_columns(champ=pl.lit("type_ecriture"))
        .sort("numero_ligne")
    )


TYPE_INTERDIT = Check(
    id="tra.type_interdit",
    severity=Severity.ERROR,
    titre="Type d'écriture interdit dans ce journal",
    message="Le journal {journal}, en mode {mode}, n'accepte que des écritures normales (N), pas le type {type_ecriture}.",
    remede="Passer l'écriture dans un journal en mode pièce, ou la rendre normale.",
    source="Format TRA, enregistrement JAL : les journaux BOR et LIB n'acceptent que le type N",
    formats=TRA,
    rule=_type_interdit,
)


def _auxiliaire_sur_general(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.comptes.is_empty() or lot.lignes["tiers"].null_count() == lot.lignes.height:
        return None
    generaux = (
        lot.comptes.lazy()
        .filter(~pl.col("nature").is_in(["COC", "COD", "COF", "COS"]))
        .select(cle=lot.longueurs.normaliser_compte(pl.col("numero")), nature_compte="nature")
        .unique("cle", keep="first", maintain_order=True)
    )
    return (
        lot.lignes.lazy()
        .select("numero_ligne", "compte", "tiers")
        .filter(pl.col("tiers").is_not_null())
        .group_by("compte")
        .agg(pl.min("numero_ligne"), pl.first("tiers"), nombre=pl.len())
        .with_columns(cle=lot.longueurs.normaliser_compte(pl.col("compte")))
        .join(generaux, on="cle")
        .with_columns(champ=pl.lit("tiers"))
        .sort("numero_ligne")
    )


AUXILIAIRE_SUR_GENERAL = Check(
    id="tra.auxiliaire_sur_general",
    severity=Severity.WARNING,
    titre="Auxiliaire sur un compte non collectif",
    message="Le compte {compte}, de nature {nature_compte}, n'est pas collectif : l'importateur ignore l'auxiliaire de {nombre} ligne(s), dont {tiers} ici.",
    remede="Rendre le compte collectif, ou retirer l'auxiliaire.",
    source="Format TRA, type de ligne X : GENERAL doit être un compte collectif",
    formats=TRA,
    rule=_auxiliaire_sur_general,
)


def _echeances_en_double(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """Only where instalments are used: some number above 1."""
    if not (lot.lignes["numero_echeance"].max() or 0) > 1:  # type: ignore[operator]
        return None
    cle = ["ecriture", "compte", "tiers", "numero_echeance"]
    return (
        lot.lignes.lazy()
        .filter(pl.col("tiers").is_not_null() & (pl.col("numero_echeance") > 0))
        .filter((pl.col("numero_echeance").max().over("ecriture", "compte", "tiers") > 1) & (pl.len().over(cle) > 1))
        .filter(~pl.struct(cle).is_first_distinct())
        .select("numero_ligne", "tiers", champ=pl.lit("numero_echeance"), numero=pl.col("numero_echeance"))
        .sort("numero_ligne")
    )


ECHEANCES_EN_DOUBLE = Check(
    id="tra.echeance_en_double",
    severity=Severity.WARNING,
    titre="Numéro d'échéance en double",
    message="L'échéance {numero} du tiers {tiers} existe déjà dans l'écriture.",
    remede="Numéroter les échéances d'une même pièce 1, 2, 3…",
    source="Format TRA, plusieurs échéances : une ligne X par échéance, NUMECHE 1, 2, 3…",
    formats=TRA,
    rule=_echeances_en_double,
)


def _paiement_non_decrit(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.modes_paiement.is_empty():
        return None
    connus = pl.concat([lot.modes_paiement["code"], lot.modes_paiement["categorie"]]).drop_nulls().unique()
    return (
        lot.lignes.lazy()
        .filter(pl.col("mode_paiement").is_not_null())
        .group_by("mode_paiement")
        .agg(pl.min("numero_ligne"), nombre=pl.len())
        .filter(~pl.col("mode_paiement").is_in(connus.implode()))
        .with_columns(champ=pl.lit("mode_paiement"))
        .sort("numero_ligne")
    )


PAIEMENT_NON_DECRIT = Check(
    id="tra.paiement_non_decrit",
    severity=Severity.INFO,
    titre="Mode de paiement non décrit",
    message="Le mode de paiement {mode_paiement} ({nombre} ligne(s)) n'est décrit par aucun enregistrement MDP.",
    remede="Ajouter le mode de paiement au fichier ou au dossier.",
    source="Format TRA, enregistrement MDP",
    formats=TRA,
    rule=_paiement_non_decrit,
)


def _etablissement_non_decrit(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.etablissements.is_empty():
        return None
    return (
        lot.lignes.lazy()
        .filter(pl.col("etablissement").is_not_null())
        .group_by("etablissement")
        .agg(pl.min("numero_ligne"), nombre=pl.len())
        .join(lot.etablissements.lazy().select(etablissement="code"), on="etablissement", how="anti")
        .with_columns(champ=pl.lit("etablissement"))
        .sort("numero_ligne")
    )


ETABLISSEMENT_NON_DECRIT = Check(
    id="tra.etablissement_non_decrit",
    severity=Severity.INFO,
    titre="Établissement non décrit",
    message="L'établissement {etablissement} ({nombre} ligne(s)) n'est décrit par aucun enregistrement ETB.",
    remede="Ajouter l'établissement au fichier ; l'importateur le crée sinon.",
    source="Format TRA, enregistrement ETB",
    formats=TRA,
    rule=_etablissement_non_decrit,
)

CHECKS = (
    NATURE_DU_JOURNAL, SANS_COMPTE_DU_JOURNAL, TYPE_INTERDIT, AUXILIAIRE_SUR_GENERAL, ECHEANCES_EN_DOUBLE,
    PAIEMENT_NON_DECRIT, ETABLISSEMENT_NON_DECRIT,
)  # fmt: skip
