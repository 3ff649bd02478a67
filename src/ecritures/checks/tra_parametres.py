"""TRA: the parameter records of the file against the description, each one and between themselves.

A wrong parameter does not change what is posted: warnings, except where an importer refuses the file (mandates).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ecritures.checks.check import Check, Rule
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

TRA = frozenset({"tra"})

NATURES_JOURNAL = ("ACH", "ANA", "ANO", "BQE", "CAI", "CLO", "ECC", "EXT", "OD", "ODA", "REG", "VTE")
NATURES_COMPTE = ("BQE", "CAI", "CHA", "COC", "COD", "COF", "COS", "DIV", "EXT", "IMO", "PRO", "TIC", "TID")
NATURES_TIERS = ("AUC", "AUD", "CLI", "DIV", "FOU", "SAL")
COLLECTIFS = {"CLI": "COC", "FOU": "COF", "SAL": "COS", "AUC": "COD", "AUD": "COD"}
ETATS_EXERCICE = ("OUV", "CDE", "CPR", "CLO", "NON")
EXERCICES_OUVERTS_MAX = 2


def _check(
    id_: str, titre: str, message: str, remede: str, source: str, rule: Rule, severity: Severity = Severity.WARNING
) -> Check:
    return Check(
        id=id_,
        severity=severity,
        titre=titre,
        message=message,
        remede=remede,
        source=f"Format TRA, {source}",
        formats=TRA,
        rule=rule,
    )


def _sur(code: str, selection: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Rule:
    """A rule over the records of one code, cut into zones; not applicable when the file has none."""

    def regle(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
        fiche = lot.fiches.get(code)
        return None if fiche is None or fiche.is_empty() else selection(fiche.lazy())

    return regle


def _hors_liste(zone: str, admis: tuple[str, ...]) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    def selection(fiche: pl.LazyFrame) -> pl.LazyFrame:
        inconnu = pl.col(zone).is_not_null() & ~pl.col(zone).is_in(list(admis))
        return fiche.filter(inconnu).select("numero_ligne", code="CODE", valeur=zone, zone=pl.lit(zone))

    return selection


def _zone_vide(zone: str, quand: pl.Expr) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    def selection(fiche: pl.LazyFrame) -> pl.LazyFrame:
        return fiche.filter(quand & pl.col(zone).is_null()).select(
            "numero_ligne", "NATURE", code="CODE", zone=pl.lit(zone)
        )

    return selection


# --- journals, accounts, third parties --------------------------------------------------------------------------
_NATURE = pl.col("NATURE")
_JOURNAUX = "enregistrement JAL"


def _mode_interdit(fiche: pl.LazyFrame) -> pl.LazyFrame:
    faux = _NATURE.is_in(["ANO", "CLO", "ODA", "ECC"]) & pl.col("MODESAISIE").is_in(["BOR", "LIB"])
    return fiche.filter(faux).select(
        "numero_ligne", "NATURE", code="CODE", mode="MODESAISIE", zone=pl.lit("MODESAISIE")
    )


def _nature_inconnue(cadre: str, cle: str, admis: tuple[str, ...]) -> Rule:
    def regle(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
        source: pl.DataFrame = getattr(lot, cadre)
        if source.is_empty():
            return None
        inconnue = pl.col("nature").is_not_null() & ~pl.col("nature").is_in(list(admis))
        return source.lazy().filter(inconnue).select("numero_ligne", code=cle, valeur="nature", zone=pl.lit("NATURE"))

    return regle


def _lettrable(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.comptes.is_empty():
        return None
    faux = pl.col("est_lettrable") & ~pl.col("nature").is_in(["TIC", "TID", "DIV"])
    return lot.comptes.lazy().filter(faux).select("numero_ligne", "numero", "nature", zone=pl.lit("LETTRABLE"))


def _collectif_absent(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.tiers.is_empty() or lot.comptes.is_empty():
        return None
    return (
        lot.tiers.lazy()
        .filter(pl.col("collectif").is_not_null())
        .with_columns(cle=lot.longueurs.normaliser_compte(pl.col("collectif")))
        .join(lot.comptes.lazy().select(cle=lot.longueurs.normaliser_compte(pl.col("numero"))), on="cle", how="anti")
        .select("numero_ligne", "code", "collectif", zone=pl.lit("COLLECTIF"))
    )


def _collectif_incoherent(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.tiers.is_empty() or lot.comptes.is_empty():
        return None
    natures = (
        lot.comptes.lazy()
        .select(cle=lot.longueurs.normaliser_compte(pl.col("numero")), nature_compte="nature")
        .unique("cle", keep="first", maintain_order=True)
    )
    attendu = pl.col("nature").replace_strict(COLLECTIFS, default=None, return_dtype=pl.String)
    return (
        lot.tiers.lazy()
        .with_columns(cle=lot.longueurs.normaliser_compte(pl.col("collectif")))
        .join(natures, on="cle")
        .with_columns(attendu=attendu)
        .filter(
            pl.col("attendu").is_not_null(),
            pl.col("nature_compte") != pl.col("attendu"),
            pl.col("nature_compte") != "DIV",
        )
        .select("numero_ligne", "code", "nature", "collectif", "nature_compte", "attendu", zone=pl.lit("COLLECTIF"))
    )


# --- fiscal years, currencies -----------------------------------------------------------------------------------
def _dates_exercice(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.exercices.is_empty():
        return None
    debut, fin = pl.col("debut"), pl.col("fin")
    motif = (
        pl.when(debut.is_null() | fin.is_null()).then(pl.lit("ses dates sont vides ou illisibles"))
        .when(fin < debut).then(pl.lit("il finit avant de commencer"))
        .when(debut.dt.day() != 1).then(pl.lit("il ne commence pas le premier jour d'un mois"))
        .when(fin != fin.dt.month_end()).then(pl.lit("il ne finit pas le dernier jour d'un mois"))
    )  # fmt: skip
    return lot.exercices.lazy().with_columns(motif=motif).filter(pl.col("motif").is_not_null()).select(
        "numero_ligne", "code", "motif", zone=pl.lit("DATEDEBUT")
    )  # fmt: skip


def _trop_ouverts(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    ouverts = lot.exercices.filter(pl.col("etat") == "OUV")
    if ouverts.height <= EXERCICES_OUVERTS_MAX:
        return None
    return (
        ouverts.lazy()
        .slice(EXERCICES_OUVERTS_MAX, 1)
        .select("numero_ligne", zone=pl.lit("ETATCPTA"), nombre=pl.lit(ouverts.height))
    )


def _exercices_superposes(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.exercices.height < 2:
        return None
    ordre = lot.exercices.lazy().drop_nulls(["debut", "fin"]).sort("debut")
    return ordre.with_columns(avant=pl.col("code").shift(1), fin_avant=pl.col("fin").shift(1)).filter(
        pl.col("debut") <= pl.col("fin_avant")
    ).select("numero_ligne", "code", "avant", zone=pl.lit("DATEDEBUT"))  # fmt: skip


def _tenue_euro(fiche: pl.LazyFrame) -> pl.LazyFrame:
    faux = (pl.col("DEVISE") == "EUR") & (pl.col("TENUEEURO").fill_null("-") != "X")
    return fiche.filter(faux).select("numero_ligne", zone=pl.lit("TENUEEURO"))


def _devise_non_decrite(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.devises.is_empty() or lot.lignes["devise"].null_count() == lot.lignes.height:
        return None
    return (
        lot.lignes.lazy()
        .filter(pl.col("devise").is_not_null())
        .group_by("devise")
        .agg(pl.min("numero_ligne"), nombre=pl.len())
        .join(lot.devises.lazy().select(devise="code"), on="devise", how="anti")
        .with_columns(champ=pl.lit("devise"))
        .sort("numero_ligne")
    )


# --- payment terms, bank details, mandates ----------------------------------------------------------------------
def _centiemes(zone: str) -> pl.Expr:
    """A percentage as hundredths, exactly; 0 when blank or unreadable."""
    texte = pl.col(zone).fill_null("0")
    entier = texte.str.extract(r"^0*([0-9]+)").str.to_integer(strict=False).fill_null(0)
    return entier * 100 + texte.str.extract(r"[.,]([0-9]{0,2})").fill_null("").str.pad_end(2, "0").str.to_integer(
        strict=False
    )


def _taux_incomplets(fiche: pl.LazyFrame) -> pl.LazyFrame:
    somme = pl.sum_horizontal(_centiemes(f"TAUX{i}") for i in range(1, 13))
    lignes = fiche.select("numero_ligne", code="CODE", somme=somme, zone=pl.lit("TAUX1")).filter(
        ~pl.col("somme").is_in([0, 10_000])
    )
    return lignes.with_columns(
        somme=pl.format("{},{}", pl.col("somme") // 100, (pl.col("somme") % 100).cast(pl.String).str.zfill(2))
    )


_CODES_MANDAT = {"PAIEMENT": ("1PR", "2PP"), "TYPE": ("1PD", "2PI"), "STATUT": ("0NU", "1FI", "2RE", "3FI", "4OO")}


def _mandat_incomplet(fiche: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat(
        fiche.filter(pl.col(zone).is_null()).select("numero_ligne", zone=pl.lit(zone))
        for zone in ("ICS", "RUM", *_CODES_MANDAT)
    ).sort("numero_ligne")


def _mandat_code(fiche: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat(
        fiche.filter(pl.col(zone).is_not_null() & ~pl.col(zone).is_in(list(admis))).select(
            "numero_ligne", valeur=zone, zone=pl.lit(zone)
        )
        for zone, admis in _CODES_MANDAT.items()
    ).sort("numero_ligne")


def _cle_rib_fausse(fiche: pl.LazyFrame) -> pl.LazyFrame:
    """Key of a French RIB: 97 − (89·bank + 15·branch + 3·account) mod 97, letters of the account as digits."""
    compte = pl.col("NUMEROCOMPTE").str.to_uppercase().str.replace_many(
        list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), list("12345678912345678923456789")
    )  # fmt: skip
    banque, guichet, numero, cle = (
        t.str.to_integer(strict=False) for t in (pl.col("ETABBQ"), pl.col("GUICHET"), compte, pl.col("CLERIB"))
    )
    attendue = 97 - (89 * banque + 15 * guichet + 3 * numero) % 97
    return (
        fiche.filter(pl.col("PAYS").is_null() | pl.col("PAYS").is_in(["FRA", "FR"]))
        .with_columns(attendue=attendue, lue=cle)
        .filter(pl.col("attendue") != pl.col("lue"))
        .select(
            "numero_ligne",
            tiers="AUXILIAIRE",
            valeur="CLERIB",
            zone=pl.lit("CLERIB"),
            attendue=pl.col("attendue").cast(pl.String).str.zfill(2),
        )
    )


def _plusieurs_principaux(fiche: pl.LazyFrame) -> pl.LazyFrame:
    return (
        fiche.filter(pl.col("PRINCIPAL") == "X")
        .group_by("AUXILIAIRE")
        .agg(numero_ligne=pl.col("numero_ligne").sort().get(1, null_on_oob=True), nombre=pl.len())
        .filter(pl.col("nombre") > 1)
        .select("numero_ligne", "nombre", tiers="AUXILIAIRE", zone=pl.lit("PRINCIPAL"))
    )


CHECKS = (
    _check("tra.journal_nature_inconnue", "Nature de journal inconnue", "Le journal {code} a la nature « {valeur} », qui n'existe pas.", "Utiliser ACH, VTE, BQE, CAI, OD, ANO, CLO, REG, ECC, EXT, ODA ou ANA.", _JOURNAUX, _nature_inconnue("journaux", "code", NATURES_JOURNAL)),
    _check("tra.journal_sans_compte", "Journal de trésorerie sans compte", "Le journal {code}, de nature {NATURE}, n'a pas de compte de contrepartie.", "Renseigner le compte de banque ou de caisse du journal.", _JOURNAUX, _sur("JAL", _zone_vide("COMPTE", _NATURE.is_in(["BQE", "CAI"])))),
    _check("tra.journal_sans_axe", "Journal analytique sans axe", "Le journal {code}, de nature {NATURE}, n'a pas d'axe.", "Renseigner l'axe du journal (A1 à A5).", _JOURNAUX, _sur("JAL", _zone_vide("AXE", _NATURE == "ODA"))),
    _check("tra.journal_mode_inconnu", "Mode de saisie inconnu", "Le journal {code} a le mode de saisie « {valeur} », qui n'existe pas.", "Utiliser - (pièce), BOR (bordereau) ou LIB (libre).", _JOURNAUX, _sur("JAL", _hors_liste("MODESAISIE", ("-", "BOR", "LIB")))),
    _check("tra.journal_mode_interdit", "Mode de saisie interdit", "Le journal {code}, de nature {NATURE}, ne peut pas être en mode {mode}.", "Mettre le journal en mode pièce (-).", _JOURNAUX, _sur("JAL", _mode_interdit)),
    _check("tra.compte_nature_inconnue", "Nature de compte inconnue", "Le compte {code} a la nature « {valeur} », qui n'existe pas.", "Utiliser une nature du format (CHA, PRO, BQE, COC, COF, DIV…).", "enregistrement CGN", _nature_inconnue("comptes", "numero", NATURES_COMPTE)),
    _check("tra.compte_lettrable", "Compte lettrable inhabituel", "Le compte {numero}, de nature {nature}, est dit lettrable : seuls TIC, TID et DIV le sont d'ordinaire.", "Aucune action nécessaire si c'est voulu.", "enregistrement CGN", _lettrable, Severity.INFO),
    _check("tra.tiers_nature_inconnue", "Nature de tiers inconnue", "Le tiers {code} a la nature « {valeur} », qui n'existe pas.", "Utiliser CLI, FOU, SAL, AUD, AUC ou DIV.", "enregistrement CAE", _nature_inconnue("tiers", "code", NATURES_TIERS)),
    _check("tra.tiers_collectif_absent", "Collectif non décrit", "Le collectif {collectif} du tiers {code} n'est décrit par aucun enregistrement CGN.", "Ajouter le compte collectif au fichier, ou corriger le tiers.", "enregistrement CAE", _collectif_absent),
    _check("tra.tiers_collectif_incoherent", "Collectif d'une autre nature", "Le tiers {code}, de nature {nature}, a pour collectif {collectif}, de nature {nature_compte} ; {attendu} est attendu.", "Corriger le collectif ou la nature du tiers.", "enregistrement CAE", _collectif_incoherent),
    _check("tra.exercice_dates", "Dates d'exercice", "L'exercice {code} ne va pas : {motif}.", "Corriger les dates de l'exercice : du premier jour d'un mois au dernier jour d'un mois.", "enregistrement EXO", _dates_exercice),
    _check("tra.exercice_etat_inconnu", "État d'exercice inconnu", "L'exercice {code} a l'état « {valeur} », qui n'existe pas.", "Utiliser OUV, CPR, CDE, CLO ou NON.", "enregistrement EXO", _sur("EXO", _hors_liste("ETATCPTA", ETATS_EXERCICE))),
    _check("tra.exercices_trop_ouverts", "Trop d'exercices ouverts", "{nombre} exercices sont ouverts : deux au plus peuvent l'être.", "Clore le plus ancien avant d'exporter.", "enregistrement EXO", _trop_ouverts),
    _check("tra.exercices_superposes", "Exercices superposés", "L'exercice {code} commence avant la fin de l'exercice {avant}.", "Corriger les dates des exercices.", "enregistrement EXO", _exercices_superposes),
    _check("tra.tenue_euro", "Tenue en euros non déclarée", "La devise de tenue est EUR, mais TENUEEURO ne vaut pas X.", "Mettre X en colonne 11 de l'enregistrement PS5.", "enregistrement PS5", _sur("PS5", _tenue_euro)),
    _check("tra.devise_non_decrite", "Devise non décrite", "La devise {devise} est utilisée ({nombre} ligne(s)), mais aucun enregistrement DEV ne la décrit.", "Ajouter la devise au fichier, ou vérifier son code.", "enregistrement DEV", _devise_non_decrite),
    _check("tra.reglement_taux", "Conditions de règlement incomplètes", "Les taux de la condition de règlement {code} font {somme} % au lieu de 100 %.", "Corriger les taux des échéances.", "enregistrement MDR", _sur("MDR", _taux_incomplets)),
    _check("tra.mandat_incomplet", "Mandat SEPA incomplet", "La zone {zone} du mandat est vide : le fichier serait refusé.", "Compléter le mandat : ICS, RUM, PAIEMENT, TYPE et STATUT.", "enregistrement MDT", _sur("MDT", _mandat_incomplet), Severity.ERROR),
    _check("tra.mandat_code_inconnu", "Code de mandat inconnu", "La zone {zone} du mandat vaut « {valeur} », qui n'existe pas : le fichier serait refusé.", "PAIEMENT : 1PR ou 2PP. TYPE : 1PD ou 2PI. STATUT : 0NU, 1FI, 2RE, 3FI ou 4OO.", "enregistrement MDT", _sur("MDT", _mandat_code), Severity.ERROR),
    _check("tra.rib_cle_fausse", "Clé RIB fausse", "La clé RIB {valeur} du tiers {tiers} est fausse : {attendue} est attendue.", "Vérifier les coordonnées bancaires du tiers.", "enregistrement RIB", _sur("RIB", _cle_rib_fausse)),
    _check("tra.rib_principaux", "Plusieurs RIB principaux", "Le tiers {tiers} a {nombre} RIB principaux : un seul peut l'être.", "Ne garder qu'un RIB principal.", "enregistrement RIB", _sur("RIB", _plusieurs_principaux)),
)  # fmt: skip
