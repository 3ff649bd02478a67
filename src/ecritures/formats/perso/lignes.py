"""The rows of a table become typed lines, under the notations that the model declares.

What cannot be read is null plus a finding; a column where most values cannot be read is the model's fault, said once.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.domain.modele import CHAMPS, Convention, Genre, Modele
from ecritures.formats.fec.devises import DECIMALES
from ecritures.formats.perso import regles
from ecritures.formats.perso.tableau import Inadapte, Source, Tableau
from ecritures.formats.perso.valeurs import (
    BLANCS,
    DECIMALES_DEVISE,
    Notation,
    lire_date,
    lire_montants,
    lire_nombres,
    par_valeur,
    transformer,
)

FAUTES_MIN = 3
"""Unreadable values from which a column may be called of another nature: one or two are wrong values."""
_QUOI = {"date": "La date", "compte": "Le compte", "journal": "Le journal", "numero_piece": "Le numéro de pièce"}


class Lignes:
    """Reads the columns of a table one field after the other. Raises Inadapte at the end when the model does not fit."""

    def __init__(self, tableau: Tableau, modele: Modele, constats: Collecteur) -> None:
        self._tableau, self._modele, self._constats = tableau, modele, constats
        self._cadre = tableau.cadre
        self._notation = Notation(modele.decimale, modele.milliers)
        self._inadapte = False

    def lire(self) -> pl.DataFrame:
        """``numero_ligne``, every field of the model, ``debit_centimes`` and ``credit_centimes``."""
        valeurs: dict[str, pl.Series] = {"numero_ligne": self._cadre["numero_ligne"]}
        lire_un: dict[Genre, Callable[[str, Source], pl.Series]] = {
            Genre.TEXTE: self._texte,
            Genre.DATE: self._date,
            Genre.MONTANT: self._montant,
            Genre.SENS: self._sens,
        }
        for champ in self._modele.colonnes:
            valeurs[champ] = lire_un[CHAMPS[champ]](champ, self._tableau.sources[champ])
        if self._inadapte:
            raise Inadapte
        lues = self._defauts(pl.DataFrame(valeurs))
        self._obligatoires(lues)
        return self._devise(self._cotes(lues))

    # ── One field ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _brut(self, champ: str, source: Source) -> pl.Series:
        """The text of a cell, blanks aside, after its transformations."""
        texte = pl.col(source.texte).fill_null("").str.strip_chars(BLANCS + "\r\n")
        if self._cadre[source.texte].str.contains("\n", literal=True).any():
            texte = texte.str.replace_all(r"[ \t\r]*\n\s*", " ")  # a line break inside a value: no format out has one
        change = transformer(texte, self._modele.colonnes[champ].transformations)
        return self._cadre.select(change.alias("t"))["t"]

    def _texte(self, champ: str, source: Source) -> pl.Series:
        brut = self._brut(champ, source)
        return brut.to_frame("t").select(pl.when(pl.col("t") != "").then("t"))["t"].alias(champ)

    def _date(self, champ: str, source: Source) -> pl.Series:
        brut, formes = self._brut(champ, source), self._modele.formes_date
        depuis_1904 = self._tableau.depuis_1904
        lues = par_valeur(brut, lambda t: lire_date(t, formes, depuis_1904=depuis_1904), pl.Date())
        if source.jour:
            lues = self._cadre[source.jour].to_frame("j").with_columns(t=lues).select(pl.coalesce("j", "t"))["j"]
        fautes = lues.is_null() & (brut != "")
        attendu = ", ".join(formes) or "d'une vraie date du tableur"
        self._signale(regles.DATE, source, brut, fautes, f"une date {attendu}", formes=pl.lit(attendu))
        return lues.alias(champ)

    def _montant(self, champ: str, source: Source) -> pl.Series:
        decimales = DECIMALES_DEVISE if champ == "montant_devise" else 2
        brut = self._brut(champ, source)
        if source.nombre:
            nombres = self._cadre[source.nombre]
            unites, refuses = lire_nombres(nombres, quinze_chiffres=self._modele.quinze_chiffres, decimales=decimales)
            texte = brut.to_frame("t").select(pl.when(nombres.is_null()).then("t").otherwise(pl.lit("")))["t"]
            lues = lire_montants(texte, self._notation, decimales)
            lues = pl.DataFrame({"u": unites, "t": lues}).select(pl.coalesce("u", "t"))["u"]
        else:
            lues = lire_montants(brut, self._notation, decimales)
            refuses = pl.Series([False]).new_from_index(0, brut.len())
        fautes = lues.is_null() & (brut != "")
        if fautes.any():
            motifs = par_valeur(brut, lambda t: self._notation.lire(t, decimales).motif, pl.String())
            inexact = pl.lit(f"ce nombre du tableur a plus de {decimales} décimales, ou dépasse dix milliards")
            motif = pl.DataFrame({"m": motifs, "r": refuses}).select(pl.when("r").then(inexact).otherwise("m"))
            attendu = f"un montant noté {self._notation.exemple}"
            self._signale(regles.MONTANT, source, brut, fautes, attendu, motif=motif.to_series())
        return lues.alias(champ)

    def _sens(self, champ: str, source: Source) -> pl.Series:
        brut = self._brut(champ, source)
        connus = {t.strip().casefold(): True for t in self._modele.sens_debit}
        connus |= {t.strip().casefold(): False for t in self._modele.sens_credit}
        lus = par_valeur(brut, lambda t: connus.get(t.casefold()), pl.Boolean())
        fautes = lus.is_null() & (brut != "")
        admis = ", ".join(f"« {t} »" for t in (*self._modele.sens_debit, *self._modele.sens_credit))
        self._signale(regles.SENS, source, brut, fautes, f"un sens parmi {admis}", admis=pl.lit(admis))
        return lus.alias(champ)

    def _signale(
        self,
        regle: Regle,
        source: Source,
        brut: pl.Series,
        fautes: pl.Series,
        attendu: str,
        **parametres: pl.Expr | pl.Series,
    ) -> None:
        """One finding a wrong value; one for the column when most of its values are wrong."""
        fausses = fautes & ~brut.is_in(list(self._tableau.dites))
        if not fausses.any():
            return
        nombre, total = int(fausses.sum()), int((brut != "").sum())
        lieux = (
            pl.DataFrame({"numero_ligne": self._cadre["numero_ligne"], "valeur": brut})
            .with_columns(zone=pl.lit(source.zone), **parametres)
            .filter(fausses)
            .with_columns(place=self._place(source))
        )
        if nombre >= FAUTES_MIN and 2 * nombre > total:
            premiere = lieux.row(0, named=True)
            self._constats.signale(
                regles.VALEURS,
                premiere["numero_ligne"],
                modele=self._modele.nom,
                attendu=attendu,
                place=f"« {source.zone} »",
                nombre=nombre,
                total=total,
                valeur=premiere["valeur"][:80],
                zone=source.zone,
            )
            self._inadapte = True
            return
        self._constats.ajoute(regle, lieux.drop("zone").with_columns(zone=pl.lit(source.zone)))

    def _place(self, source: Source) -> pl.Expr:
        """How the place is said: « cellule B12 », or the column."""
        if not self._tableau.est_classeur:
            return pl.lit(source.zone)
        lettre = source.zone.split(" ")[0]
        return pl.concat_str(pl.lit(f"cellule {lettre}"), pl.col("numero_ligne").cast(pl.String))

    # ── The line ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _defauts(self, lues: pl.DataFrame) -> pl.DataFrame:
        """Values of other columns, constants and defaults, where a cell is blank."""
        illisibles = {c: lues[c].is_null() & (self._brut(c, s) != "") for c, s in self._tableau.sources.items()}
        for champ, colonne in self._modele.colonnes.items():
            if colonne.a_defaut:
                autre = pl.when(~illisibles[champ]).then(pl.col(colonne.a_defaut))
                lues = lues.with_columns(pl.coalesce(champ, autre).alias(champ))
        lues = lues.with_columns(pl.lit(valeur).alias(champ) for champ, valeur in self._modele.constantes.items())
        for champ, valeur in self._modele.defauts.items():
            present = pl.col(champ) if champ in lues.columns else pl.lit(None, pl.String)
            lues = lues.with_columns(present.fill_null(pl.lit(valeur)).alias(champ))
        return lues

    def _obligatoires(self, lues: pl.DataFrame) -> None:
        voulus = ["journal", "date", "compte"]
        if self._modele.groupement == "piece":
            voulus.append("numero_piece")
        for champ in voulus:
            source = self._tableau.sources.get(champ)
            vides = lues[champ].is_null()
            if champ == "date" and source is not None:
                vides &= self._brut(champ, source) == ""
            if vides.any():
                zone = source.zone if source else champ
                lieux = lues.filter(vides).select("numero_ligne", zone=pl.lit(zone), quoi=pl.lit(_QUOI[champ]))
                place = self._place(source) if source else pl.lit("aucune colonne ne le donne")
                self._constats.ajoute(regles.OBLIGATOIRE, lieux.with_columns(place=place))

    def _cotes(self, lues: pl.DataFrame) -> pl.DataFrame:
        """``debit_centimes`` and ``credit_centimes``, zero on the unused side, null when unreadable."""
        deux = self._modele.convention is Convention.DEUX_COLONNES
        voulues = ["debit", "credit"] if deux else ["montant"]
        sources = [self._tableau.sources[c] for c in voulues]
        blancs = {c: self._brut(c, s) == "" for c, s in zip(voulues, sources, strict=True)}
        lues = lues.with_columns(_vide=pl.all_horizontal(pl.lit(b) for b in blancs.values()))
        zero = pl.lit(0, pl.Int64)
        if deux:
            lues = lues.with_columns(pl.when(pl.lit(b)).then(zero).otherwise(c).alias(c) for c, b in blancs.items())
            debit, credit = pl.col("debit"), pl.col("credit")
        else:
            montant = pl.when("_vide").then(zero).otherwise("montant")
            au_debit = pl.lit(self._modele.convention is Convention.DEBIT_POSITIF)
            if self._modele.convention is Convention.MONTANT_ET_SENS:
                au_debit = pl.when(pl.col("sens").is_null() & (montant == 0)).then(True).otherwise("sens")
                self._sans_sens(lues)
            debit, credit = (
                pl.when(au_debit.is_not_null()).then(pl.when(cote).then(montant).otherwise(zero))
                for cote in (au_debit, ~au_debit)
            )
        lues = lues.with_columns(debit_centimes=debit, credit_centimes=credit)
        debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
        # a negative debit alone on its line is a credit, and inversely
        seul = ((debit < 0) & (credit == 0)) | ((credit < 0) & (debit == 0))
        lues = lues.with_columns(
            debit_centimes=pl.when(seul).then(-credit).otherwise(debit),
            credit_centimes=pl.when(seul).then(-debit).otherwise(credit),
        )
        self._signale_montants(lues, sources[0])
        return lues.drop("_vide")

    def _sans_sens(self, lues: pl.DataFrame) -> None:
        source = self._tableau.sources["sens"]
        vides = (self._brut("sens", source) == "") & (lues["montant"].fill_null(0) != 0)
        lieux = lues.filter(vides).select("numero_ligne", zone=pl.lit(source.zone), quoi=pl.lit("Le sens"))
        self._constats.ajoute(regles.OBLIGATOIRE, lieux.with_columns(place=self._place(source)))

    def _signale_montants(self, lues: pl.DataFrame, source: Source) -> None:
        debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
        numero, zone, place = "numero_ligne", pl.lit(source.zone), self._place(source)
        vides = lues.filter("_vide").select(numero, zone=zone, place=place)
        self._constats.ajoute(regles.SANS_MONTANT, vides)
        nuls = lues.filter(~pl.col("_vide") & (debit == 0) & (credit == 0)).select(numero, zone=zone, place=place)
        self._constats.ajoute(regles.MONTANT_NUL, nuls)
        doubles = lues.filter((debit != 0) & (credit != 0)).select(
            numero, "debit_centimes", "credit_centimes", zone=zone
        )
        self._constats.ajoute(regles.DEBIT_ET_CREDIT, doubles)

    def _devise(self, lues: pl.DataFrame) -> pl.DataFrame:
        """``montant_devise`` in minor units of its currency, signed as debit minus credit. The euro is no other currency."""
        if "devise" in lues.columns:
            code = pl.col("devise").str.to_uppercase()
            lues = lues.with_columns(devise=pl.when(code != "EUR").then(code), _euro=(code == "EUR").fill_null(False))
        if "montant_devise" not in lues.columns:
            return lues.drop("_euro", strict=False)
        if "devise" not in lues.columns:
            lues = lues.with_columns(devise=pl.lit(None, pl.String), _euro=pl.lit(False))
        gardes = ~pl.col("_euro") & (pl.col("montant_devise") != 0)
        exposants = {code: 10 ** (DECIMALES_DEVISE - n) for code, n in DECIMALES.items()}
        diviseur = pl.col("devise").replace_strict(exposants, default=100, return_dtype=pl.Int64)
        lues = lues.with_columns(montant_devise=pl.when(gardes).then("montant_devise"), _diviseur=diviseur)
        sens = (pl.col("debit_centimes") - pl.col("credit_centimes")).sign()
        montant = pl.col("montant_devise")
        motif = (
            pl.when(pl.col("devise").is_null())
            .then(pl.lit("le code de la devise manque"))
            .when(montant % pl.col("_diviseur") != 0)
            .then(pl.lit("plus de décimales que sa devise"))
            .when((montant < 0) & (sens > 0))
            .then(pl.lit("son signe est contraire à celui de la ligne"))
        )
        lues = lues.with_columns(_motif=pl.when(montant.is_not_null()).then(motif))
        self._signale_devise(lues)
        juste = montant.is_not_null() & pl.col("_motif").is_null()
        unites = pl.when(juste).then(montant.abs() // pl.col("_diviseur") * pl.when(sens < 0).then(-1).otherwise(1))
        return lues.with_columns(montant_devise=unites.cast(pl.Int64)).drop("_euro", "_diviseur", "_motif")

    def _signale_devise(self, lues: pl.DataFrame) -> None:
        source = self._tableau.sources["montant_devise"]
        fautes = lues.with_columns(valeur=self._brut("montant_devise", source)).filter(pl.col("_motif").is_not_null())
        lieux = fautes.select("numero_ligne", "valeur", zone=pl.lit(source.zone), motif="_motif")
        self._constats.ajoute(regles.DEVISE, lieux.with_columns(place=self._place(source)))
