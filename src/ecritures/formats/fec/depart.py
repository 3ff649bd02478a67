"""What goes out of a lot as a FEC, flat or XML: which entries, in which order, with which texts (fec.md section 6).

What may not be in a FEC is left out and counted: drafts, centralisations, the entries that close classes 6 and 7. What
the form cannot hold is replaced. Nothing required is left blank: an unreadable date or amount refuses the export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot, Regime
from ecritures.formats.fec.devises import DECIMALES
from ecritures.formats.fec.layout import BIC_IS, DE_TRESORERIE_OFFICIELS, FORMES, TRESORERIE, normaliser
from ecritures.formats.fec.supplement import colonnes_supplementaires, est_ecrite_negative, noms_supplementaires
from ecritures.formats.fec.valeurs import MONTANT, TEXTE

Brouillons = Literal["exclure", "valider", "garder"]

INTERDITS = "[\t|\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
"""What would break a record, in either form: separators, control characters, line ends."""
CODES_A_NOUVEAUX = r"^(?i)(?:AN|ANO|ANV|RAN|OUV|ANOUV|NOUV)$"
_SANS_CONTENU = r"^[-/. ]*$"
_TEXTES = tuple(c.champ for c in BIC_IS.columns if c.codec is TEXTE)


@dataclass(frozen=True)
class Depart:
    """``lignes``: those to write, in their order; amounts as their file had them (a debit written negative is negative
    again), ``montant_devise`` as text; the columns of the cash regimes under their names, and ``supplement 0…`` for the
    others, whose names are ``supplements``. ``exclues``: entries left out, by reason."""

    regime: Regime
    lignes: pl.DataFrame
    supplements: tuple[str, ...]
    exclues: Mapping[str, int]

    @property
    def tresorerie(self) -> tuple[str, ...]:
        """Columns after the eighteenth in that regime."""
        return FORMES[self.regime].table.noms[len(BIC_IS.columns) :]


def regime_du_lot(lot: Lot) -> Regime:
    """The regime that a FEC lot was read in; BIC/IS for any other lot."""
    return next((r for r in Regime if r.libelle == lot.regime), Regime.BIC)


def preparer(lot: Lot, regime: Regime | None, brouillons: Brouillons, *, reglementaire: bool) -> Depart:
    """The lines to write. ``regime``: the lot's own when None. ``reglementaire``: the law's order and exclusions; False
    keeps every entry in file order. Raises EcritureImpossible, naming the line, or when nothing is left."""
    regime = regime or regime_du_lot(lot)
    avec, supplements = _avec_supplements(lot, regime)
    lignes, exclues = _choisies(_completes(lot, avec), brouillons, reglementaire)
    if lignes.height == 0:
        raise EcritureImpossible("Aucune écriture à exporter : toutes sont des brouillons, ou exclues d'un FEC.")
    _refuse_les_trous(lignes, regime)
    if reglementaire:
        lignes = _ordonnees(lignes)
    return Depart(regime, _propres(_comme_ecrites(lignes), len(supplements)), supplements, exclues)


def colonne_supplement(rang: int) -> str:
    """The column of :attr:`Depart.lignes` that holds that supplementary column."""
    return f"supplement {rang}"


def _avec_supplements(lot: Lot, regime: Regime) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The lines with the regime's own columns beyond the eighteenth, and the supplementary ones that remain.

    A lot that says no DateRglt leaves it blank: no date is invented. Its payment mode stands for ModeRglt.
    """
    propres = FORMES[regime].table.noms[len(BIC_IS.columns) :]
    noms = noms_supplementaires(lot)
    cadre = colonnes_supplementaires(lot)
    lignes = lot.lignes
    ajoutees: list[pl.Series] = []
    restent: list[str] = []
    for nom in noms:
        officiel = DE_TRESORERIE_OFFICIELS.get(normaliser(nom))
        if officiel is not None and officiel in propres and officiel not in [s.name for s in ajoutees]:
            ajoutees.append(cadre[nom].alias(officiel))
        else:
            ajoutees.append(cadre[nom].alias(colonne_supplement(len(restent))))
            restent.append(nom)
    presentes = {s.name for s in ajoutees}
    absentes = [
        (pl.col("mode_paiement").fill_null("") if zone == "ModeRglt" else pl.lit("")).alias(zone)
        for zone in propres
        if zone not in presentes
    ]
    return lignes.with_columns(*ajoutees, *absentes), tuple(restent)


def _completes(lot: Lot, lignes: pl.DataFrame) -> pl.DataFrame:
    """The lines with every text the law wants: labels from the lot's frames, or the best text that stands for them."""
    lignes = lignes.filter(pl.col("type_ecriture").fill_null("N") == "N")
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


def _refuse_les_trous(lignes: pl.DataFrame, regime: Regime) -> None:
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
    if FORMES[regime].table["CompteNum"].required and (lignes["compte"] == "").any():
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
    retournee = est_ecrite_negative()
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


def _propres(lignes: pl.DataFrame, supplements: int) -> pl.DataFrame:
    """Texts without what would break a line, in the columns that need it."""
    textes = [*_TEXTES, *(z for z in TRESORERIE if z in lignes.columns)]
    textes += [colonne_supplement(rang) for rang in range(supplements)]
    sales = lignes.select(pl.col(textes).str.contains(f"{INTERDITS}|  |^ | $").any()).row(0, named=True)
    a_nettoyer = [champ for champ, sale in sales.items() if sale]
    return lignes.with_columns(propre(pl.col(champ)) for champ in a_nettoyer) if a_nettoyer else lignes


def propre(texte: pl.Expr) -> pl.Expr:
    """The text on one line, without separators, runs of spaces nor blanks around it."""
    return texte.str.replace_all(INTERDITS, " ").str.replace_all(" {2,}", " ").str.strip_chars(" ")
