"""What each target carries, drawn from its own layout: the declarations that the loss report compares with a lot."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal

import polars as pl

from ecritures.domain.lot import LIGNES, Lot
from ecritures.formats.delimited import BLANCS
from ecritures.formats.fec.depart import INTERDITS, propre
from ecritures.formats.fec.layout import BIC_IS
from ecritures.formats.fec.valeurs import TEXTE
from ecritures.formats.fec.xml_schema import est_lettree
from ecritures.formats.json_ecritures import layout as cles_json
from ecritures.formats.json_ecritures import writer as ecrivain_json
from ecritures.formats.pertes import CADRES, Capacite, Comme, Exclusion, Porte, Sort
from ecritures.formats.tableur.colonnes import COLONNES
from ecritures.formats.tra import layout, porte
from ecritures.formats.tra.declarations import declarer
from ecritures.formats.tra.parametres import colonnes_du_cadre
from ecritures.formats.tra.writer_mouvements import numeros as numeros_tra

# --- FEC ----------------------------------------------------------------------------------------------------------
_LIBELLES = {"libelle": Porte("libellé")}
_A_NETTOYER = f"{INTERDITS}|  |^[{BLANCS}]|[{BLANCS}]$"
_COMPLETES_FEC = frozenset(
    {"journal_libelle", "compte_libelle", "tiers_libelle", "numero_piece", "reference", "libelle", "date_piece"}
)


def _nettoye(champ: str) -> Comme:
    def comme(lot: Lot) -> pl.Expr:
        if not lot.lignes[champ].str.contains(_A_NETTOYER).any():
            return pl.col(champ)
        texte = propre(pl.col(champ)).str.strip_chars(BLANCS)
        return texte if champ in ("journal", "compte") else pl.when(texte != "").then(texte)

    return comme


def _reference_fec(lot: Lot) -> pl.Expr:
    """A reference that says nothing gives way to the number of the entry."""
    texte = _nettoye("reference")(lot)
    numero = pl.coalesce("numero_piece", pl.col("ecriture").cast(pl.String))
    vide = pl.col("reference").str.contains(r"^[-/. ]*$") & numero.str.contains("[1-9A-Za-z]")
    return pl.when(vide.fill_null(False)).then(numero).otherwise(texte)


def cote_fec(nom: Literal["debit", "credit"]) -> Comme:
    """A debit written negative is a credit when it is read."""
    ici, autre = pl.col(f"{nom}_centimes"), pl.col("credit_centimes" if nom == "debit" else "debit_centimes")
    retourne = pl.when((ici < 0) & (autre == 0)).then(0).when((autre < 0) & (ici == 0)).then(-autre).otherwise(ici)
    return lambda _lot: retourne


def _montant_devise_fec(lot: Lot) -> pl.Expr:
    """As a reader takes it: written with a currency only, and signed by its line when the file signs none."""
    montant = pl.when(pl.col("devise").is_not_null()).then("montant_devise")
    solde = pl.col("debit_centimes") - pl.col("credit_centimes")
    au_credit = (solde < 0) & (montant != 0)
    nombre, negatifs = lot.lignes.select(au_credit.sum().alias("n"), (au_credit & (montant < 0)).sum()).row(0)
    if 2 * negatifs > nombre:
        return montant
    return pl.when((solde < 0) & (montant > 0)).then(-montant).otherwise(montant)


def _colonnes_fec(brouillons: str) -> dict[str, Porte]:
    portes = {
        c.champ: Porte(
            c.name,
            comme=_nettoye(c.champ) if c.codec is TEXTE else None,
            complete=c.champ in _COMPLETES_FEC,
            devient="séparateurs, caractères de contrôle et espaces répétées deviennent une espace",
        )
        for c in BIC_IS.columns
        if c.champ in LIGNES
    }
    portes["reference"] = Porte(
        "PieceRef",
        comme=_reference_fec,
        complete=True,
        devient="nettoyée, ou remplacée par EcritureNum si elle ne dit rien",
    )
    for cote in ("debit", "credit"):
        portes[f"{cote}_centimes"] = Porte(
            cote.capitalize(),
            comme=cote_fec(cote),
            devient="un montant négatif compte de l'autre côté",
        )
    portes["montant_devise"] = Porte(
        "Montantdevise",
        comme=_montant_devise_fec,
        devient="sans code devise il n'est pas écrit ; au crédit, un fichier sans signes prend celui de la ligne",
    )
    portes["date_validation"] = Porte("ValidDate", complete=brouillons == "valider")
    return portes


_TYPE_FEC = Exclusion(
    "type_ecriture",
    "un FEC ne porte que les écritures normales : ni simulation, ni situation, ni révision",
    lambda _lot: pl.col("type_ecriture").fill_null("N") != "N",
)


_MONTANT_FEC = Exclusion(
    "debit_centimes",
    "un montant de FEC a dix chiffres au plus avant la virgule",
    lambda _lot: pl.any_horizontal(
        pl.col("debit_centimes", "credit_centimes", "montant_devise").abs().fill_null(0) >= 10**12
    ),
)


def capacite_fec(lot: Lot, brouillons: str) -> Capacite:
    """The 18 columns, and the supplementary ones of a FEC lot."""
    return Capacite(
        "FEC",
        _colonnes_fec(brouillons),
        cadres=dict.fromkeys(("journaux", "comptes", "tiers"), _LIBELLES),
        exclusions=(_TYPE_FEC,),
        refus=(_MONTANT_FEC,),
        supplement=lot.format == "fec",
        emplois_seuls=True,
    )


_PAR_ECRITURE = ("libelle", "reference", "date_piece", "date_validation")


def _premier_de_l_ecriture(avant: Comme | None, champ: str) -> Comme:
    return lambda lot: (avant(lot) if avant else pl.col(champ)).drop_nulls().first().over("ecriture")


def capacite_fec_xml(lot: Lot, brouillons: str) -> Capacite:
    """As the flat form, but label, piece and validation are said once an entry."""
    plat = capacite_fec(lot, brouillons)
    lignes = dict(plat.lignes)
    for champ in _PAR_ECRITURE:
        ancien = lignes[champ]
        lignes[champ] = Porte(
            ancien.zone,
            comme=_premier_de_l_ecriture(ancien.comme, champ),
            complete=True,
            sort=Sort.FUSION,
            devient="dit une fois par écriture : celui de sa première ligne",
        )
    for champ in ("lettrage", "date_lettrage"):
        lignes[champ] = Porte(
            lignes[champ].zone,
            comme=_lettrage_d_ecriture(champ),
            devient="dit une fois par écriture : perdu quand ses lignes de tiers n'ont pas toutes le même",
        )
    return dataclasses.replace(plat, titre="FEC XML", lignes=lignes)


def _lettrage_d_ecriture(champ: str) -> Comme:
    """The lettering of the lines that the form letters, when they all have the same."""

    def comme(lot: Lot) -> pl.Expr:
        lettree = est_lettree(pl.col("compte"), pl.col("tiers"), "ecriture")
        memes = [
            pl.col(c).eq_missing(pl.col(c).filter(lettree).first().over("ecriture", mapping_strategy="group_to_rows"))
            for c in ("lettrage", "date_lettrage")
        ]
        commun = (~lettree | pl.all_horizontal(memes)).all().over("ecriture")
        return pl.when(lettree & commun).then(champ)

    return comme


# --- TRA ----------------------------------------------------------------------------------------------------------
_CP1252 = "".join(chr(c) for c in range(0x20, 0x100) if not 0x7F <= c <= 0x9F) + "".join(
    chr(ord(bytes([c]).decode("cp1252", "ignore") or " ")) for c in range(0x80, 0xA0)
)
HORS_CP1252 = "[^" + "".join(f"\\x{{{ord(c):x}}}" for c in sorted(set(_CP1252))) + "]"
"""Characters that Windows-1252, the charset of TRA, cannot write; control characters among them."""
_CONTROLES = "[\x00-\x1f]"
_TYPES_TRA = ("N", "S", "U", "R")
_CODES_LIBELLES: Mapping[str, tuple[str, str, str]] = {
    "journal_libelle": ("journaux", "code", "journal"),
    "compte_libelle": ("comptes", "numero", "compte"),
    "tiers_libelle": ("tiers", "code", "tiers"),
}


def _libelle_declare(champ: str, largeur: int) -> Comme:
    """The one label that the parameter record of the code holds."""
    nom, cle, code = _CODES_LIBELLES[champ]

    def comme(lot: Lot) -> pl.Expr:
        cadre = declarer(lot)[nom].select(cle, "libelle").drop_nulls(cle).unique(cle, keep="first")
        if cadre["libelle"].null_count() == cadre.height:
            return pl.lit(None, pl.String)
        table = pl.col(code).replace_strict(cadre[cle], cadre["libelle"], default=None, return_dtype=pl.String)
        # too long is a cut, said by the width: here only another label is a change
        return pl.when(table.str.slice(0, largeur) == pl.col(champ).str.slice(0, largeur)).then(champ).otherwise(table)

    return comme


def _porte_tra(lot: Lot, champ: str, largeur: int | None) -> Porte:
    zone = layout.ZONES.get(champ, "LIBELLE")
    if champ in _CODES_LIBELLES:
        assert largeur is not None, "a label has a width"
        return Porte(
            zone,
            largeur,
            coupe=True,
            comme=_libelle_declare(champ, largeur),
            complete=True,
            sort=Sort.FUSION,
            devient="dit une fois par code, dans son enregistrement de paramètres : le premier libellé",
            hors_ligne=True,
        )
    if champ == "numero_piece" and lot.format != "tra":
        return Porte(zone, largeur, comme=numeros_tra, complete=True, devient="remplacé par le rang de l'écriture")
    if champ in _DEVISES and lot.format != "tra":
        return Porte(
            zone,
            largeur,
            comme=_une_devise(champ),
            devient="une pièce TRA n'a qu'une devise : perdu dans les écritures qui en mêlent plusieurs",
            impose=True,
        )
    if champ == "libelle":
        return Porte(
            zone,
            largeur,
            coupe=True,
            comme=lambda _lot: pl.col("libelle").str.replace_all(_CONTROLES, " "),
            devient="un caractère de contrôle devient une espace",
        )
    return Porte(zone, largeur, complete=champ in ("nature", "genre", "type_ecriture", "a_nouveau"))


_DEVISES = ("devise", "montant_devise", "taux_devise")


def _une_devise(champ: str) -> Comme:
    """The lines of one entry have one currency, or none is written."""

    def comme(lot: Lot) -> pl.Expr:
        if lot.lignes["devise"].n_unique() == 1:
            return pl.col(champ)
        return pl.when(pl.col("devise").n_unique().over("ecriture") == 1).then(champ)

    return comme


def _plusieurs_pieces(_lot: Lot) -> pl.Expr:
    """Entries of another format that a TRA cuts into pieces which would not balance."""
    cle = pl.struct("journal", "date", "nature", "etablissement", "type_ecriture")
    ecart = pl.col("debit_centimes") - pl.col("credit_centimes")
    return ((cle.n_unique() > 1) & (ecart.sum() == 0)).over("ecriture") & (
        (ecart.sum() != 0).over("ecriture", cle).any().over("ecriture")
    )


_DEUX_COTES = Exclusion(
    "debit_centimes",
    "une ligne TRA n'a qu'un sens : un débit et un crédit sur la même ligne sont refusés",
    lambda _lot: (pl.col("debit_centimes") != 0) & (pl.col("credit_centimes") != 0),
)
_SANS_CONTRE_VALEUR = Exclusion(
    "montant_devise",
    "une ligne TRA en devise a une contre-valeur : un montant en devise à zéro euro est refusé",
    lambda _lot: (
        (pl.col("montant_devise").fill_null(0) != 0)
        & (pl.col("debit_centimes") == 0)
        & (pl.col("credit_centimes") == 0)
    ),
)
_PIECES_COUPEES = Exclusion(
    "date",
    "une pièce TRA n'a qu'une date, une nature et un établissement : l'écriture y serait coupée et déséquilibrée",
    _plusieurs_pieces,
)


def capacite_tra(lot: Lot, forme: Literal["STD", "ETE"], version: int | None) -> Capacite:
    """The zones of a movement in that form and version, and every list as parameter records."""
    portees = porte.porte(forme, version or layout.VERSION_MAX)
    meme = lot.format == "tra"
    cadres = {nom: _colonnes_du_cadre(nom) for nom in CADRES}
    return Capacite(
        f"TRA {forme}",
        {champ: _porte_tra(lot, champ, largeur) for champ, largeur in portees.items()},
        cadres=cadres,
        ventilations={
            champ: Porte(layout.ZONES[champ], largeur)
            for champ, largeur in porte.porte_ventilations(forme).items()
            if champ in ("axe", "section", "libelle")
        },
        exclusions=(
            Exclusion(
                "type_ecriture",
                "un TRA ne porte que les types N, S, U et R",
                lambda _lot: ~pl.col("type_ecriture").fill_null("N").is_in(list(_TYPES_TRA)),
            ),
        ),
        refus=(_DEUX_COTES, _SANS_CONTRE_VALEUR) if meme else (_DEUX_COTES, _SANS_CONTRE_VALEUR, _PIECES_COUPEES),
        caracteres=HORS_CP1252,
        supplement=meme and forme == "ETE",
        annexes=True,
        parametres=True,
    )


def _colonnes_du_cadre(nom: str) -> dict[str, Porte]:
    code, _, colonnes = colonnes_du_cadre(nom)
    record = layout.records()[code]
    portes = {}
    for champ, zone in colonnes.items():
        largeur = record.zone(zone).width if zone in record else None
        portes[champ] = Porte(f"{code}.{zone}", largeur, coupe=zone == "LIBELLE")
    return portes


# --- JSON ---------------------------------------------------------------------------------------------------------
def _json(champ: str, comme: Comme | None = None, devient: str = "", *, complete: bool = False) -> Porte:
    return Porte(cles_json.ZONES[champ], comme=comme, devient=devient, complete=complete)


def _etranger(champ: str) -> Comme:
    """In euros, the amount alone is kept."""
    return lambda _lot: pl.when(pl.col("devise") != ecrivain_json.EURO).then(champ)


def capacite_json(lot: Lot) -> Capacite:
    """The keys of a line; what is in ``supplement`` of a JSON lot goes back to its keys."""
    lignes = {champ: _json(champ) for champ in cles_json.ZONES}
    sans = "le contrat n'a pas de code pour cette valeur"
    lignes |= {
        "etablissement": _json("etablissement", ecrivain_json.sirets, "le SIRET de l'établissement tient lieu de code"),
        "numero_piece": _json(
            "numero_piece",
            ecrivain_json.numeros,
            "remplacé par le rang de l'écriture, pour que refPiece la désigne",
            complete=True,
        ),
        "mode_paiement": _json("mode_paiement", _mode_json, sans),
        "devise": _json("devise", _etranger("devise"), "l'euro ne s'écrit pas"),
        "montant_devise": _json("montant_devise", _etranger("montant_devise"), "en euros, seul amount compte"),
        "taux_devise": _json("taux_devise", _etranger("taux_devise"), "en euros, il n'y a pas de taux"),
        "type_ecriture": _json("type_ecriture", complete=True),
        "a_nouveau": Porte("type", comme=_initial_json, devient=sans),
    }
    return Capacite(
        "JSON",
        lignes,
        cadres={"journaux": _LIBELLES, "comptes": _LIBELLES, "sections": {**_LIBELLES, "axe": Porte("axeAna")}},
        ventilations={"axe": Porte("axeAna"), "section": Porte("section")},
        exclusions=(
            Exclusion(
                "type_ecriture",
                "ligne sans montant, ou type que le contrat n'a pas",
                lambda _lot: ecrivain_json.a_laisser(),
            ),
        ),
        supplement=lot.format == "json",
        emplois_seuls=True,
    )


def _mode_json(_lot: Lot) -> pl.Expr:
    return pl.when(pl.col("mode_paiement").is_in(list(cles_json.MODES_PAIEMENT))).then("mode_paiement")


def _initial_json(_lot: Lot) -> pl.Expr:
    initial = (pl.col("a_nouveau") == cles_json.A_NOUVEAU) & (pl.col("type_ecriture").fill_null("N") == "N")
    return pl.when(initial).then("a_nouveau")


# --- tables -------------------------------------------------------------------------------------------------------
_LISTES_XLSX = {
    "journaux": ("code", "libelle", "nature", "compte"),
    "comptes": ("numero", "libelle", "nature"),
    "tiers": ("code", "libelle", "nature", "collectif"),
    "sections": ("axe", "code", "libelle"),
}


def capacite_table(titre: Literal["CSV", "XLSX", "Parquet"]) -> Capacite:
    """Every field of a line, labels and supplementary columns included; lists and shares in the sheets of a workbook."""
    lignes = {c.champ: Porte(c.titre, comme=_vide_est_nul(c.champ)) for c in COLONNES if c.champ in LIGNES}
    if titre == "Parquet":
        lignes = {c.champ: Porte(c.champ) for c in COLONNES if c.champ in LIGNES}
    del lignes["ecriture"]
    for champ in _CODES_LIBELLES:
        lignes[champ] = Porte(lignes[champ].zone, comme=lignes[champ].comme, complete=True)
    sections = {"axe": Porte("Axe"), "section": Porte("Section"), "libelle": Porte("Libellé")}
    classeur = titre == "XLSX"
    return Capacite(
        titre,
        lignes,
        cadres={nom: {c: Porte(c) for c in champs} for nom, champs in _LISTES_XLSX.items()}
        if classeur
        else dict.fromkeys(("journaux", "comptes", "tiers"), _LIBELLES),
        ventilations=sections if classeur else None,
        supplement=True,
        emplois_seuls=not classeur,
    )


def _vide_est_nul(champ: str) -> Callable[[Lot], pl.Expr] | None:
    """A blank cell is no value; journal and compte are "" when blank everywhere."""
    if LIGNES[champ] != pl.String or champ in ("journal", "compte"):
        return None
    return lambda _lot: pl.when(pl.col(champ) != "").then(champ)
