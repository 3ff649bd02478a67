"""The options of a JSON import applied to what was read (loop-api 10.3, choices 19-20 to 19-33). Pure: lot and contexte in,
lot, contexte and findings out. Nothing is changed in silence: each change is a finding, whose severity a dossier may raise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from ecritures.domain.constat import Collecteur, Releve
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import ETABLISSEMENTS, LIGNES, Lecture, Lot, cadre_vide
from ecritures.domain.ressources import object_id
from ecritures.formats.json_ecritures.regles import OBLIGATOIRE
from ecritures.formats.json_ecritures.regroupement import listes, regrouper
from ecritures.imports import options_regles as regles
from ecritures.imports.options_comptes import lire_regles, traduire
from ecritures.imports.options_lignes import equilibrer, sans_mauvais_lettrages
from ecritures.ledger.pieces import adresse

LIBELLE_MAX, TIERS_MAX = 35, 17
"""Longer ones are cut, as Loop does (integrators' figures, loop-api 7)."""

TIERS_ATTENTE = "ATTENTE"
"""The waiting third party of a dossier that names none."""


@dataclass(frozen=True)
class Options:
    """Options of 10.3 that concern posting, at their defaults (19-20). Those of the reading were applied by the reader."""

    multi_periode: bool = False
    fail_on_unbalanced: bool = False
    balance_auto: bool = True
    create_journaux: bool = False
    create_comptes: bool = False
    create_tiers: bool = True
    a_nouveaux: bool = True
    new_folio: bool = False
    default_journal: str | None = None
    default_compte: str | None = None
    comptes_rules: tuple[Any, ...] = ()


def lire_options(entete: Mapping[str, str]) -> Options:
    """The options kept by the reader, in ``Lot.entete``; null is "not given"."""
    lues = {nom: json.loads(entete[f"options.{nom}"]) for nom in _NOMS if f"options.{nom}" in entete}
    donnees = {_NOMS[nom]: valeur for nom, valeur in lues.items() if valeur is not None}
    donnees["comptes_rules"] = tuple(donnees.get("comptes_rules", ()))
    return Options(**donnees)


_NOMS = {
    "multiPeriode": "multi_periode",
    "failOnUnbalanced": "fail_on_unbalanced",
    "balanceAuto": "balance_auto",
    "createNewJournaux": "create_journaux",
    "createNewComptes": "create_comptes",
    "createNewTiers": "create_tiers",
    "aNouveaux": "a_nouveaux",
    "newFolio": "new_folio",
    "defaultJournalId": "default_journal",
    "defaultCompte": "default_compte",
    "comptesRules": "comptes_rules",
}


@dataclass(frozen=True)
class Parametres:
    """What the dossier brings. ``etablissements``: SIRET → code."""

    domain: str
    code_ibs: str
    compte_attente: str = "471000"
    tiers_attente: str = TIERS_ATTENTE
    etablissements: Mapping[str, str] = field(default_factory=dict)


def appliquer(lecture: Lecture, contexte: Contexte, parametres: Parametres) -> tuple[Lecture, Contexte]:
    """The lot as it is to be checked and posted, the contexte with the creations that the request allows."""
    if lecture.lot is None:
        return lecture, contexte
    travail = _Travail(lecture.lot, contexte, parametres)
    lot, suite = travail.faire()
    releves = (*_sans_journal_manquant(lecture.releves, travail.journal_par_defaut), *travail.constats.releves())
    return replace(lecture, lot=lot, releves=releves), suite


class _Travail:
    def __init__(self, lot: Lot, contexte: Contexte, parametres: Parametres) -> None:
        self.lot, self.contexte, self.parametres = lot, contexte, parametres
        self.options = lire_options(lot.entete)
        self.constats = Collecteur()
        self.lignes = lot.lignes
        self.journal_par_defaut: str | None = None
        self.comptes_admis: frozenset[str] = frozenset()
        self.tiers_admis: frozenset[str] = frozenset()

    def faire(self) -> tuple[Lot, Contexte]:
        self._etablissements()
        self._coupes()
        self._regles_de_comptes()
        self._defauts()
        self._tiers_en_attente()
        self._a_nouveaux()
        self.lignes = regrouper(self.lignes)
        if self.options.balance_auto and not self.options.fail_on_unbalanced:
            avant = self.lignes.height
            self.lignes = equilibrer(self.lignes, self.parametres.compte_attente, self.constats)
            if self.lignes.height > avant:
                self.comptes_admis = frozenset({self.parametres.compte_attente})
        self.lignes = sans_mauvais_lettrages(self.lignes, self.constats)
        self._periode()
        self._analytique()
        self._dits()
        return self._lot(), self._contexte()

    # --- codes ----------------------------------------------------------------------------------------------
    def _etablissements(self) -> None:
        """SIRET of the lines become codes of the dossier: entries are already told apart by them (19-22)."""
        connus = self.parametres.etablissements
        self._un_par_code(
            regles.ETABLISSEMENT,
            "etablissement",
            ~_parmi("etablissement", connus),
            dossier=pl.lit(self.parametres.code_ibs),
        )
        codes = pl.col("etablissement").replace_strict(dict(connus), default=None, return_dtype=pl.String)
        self.lignes = self.lignes.with_columns(codes if connus else pl.lit(None, pl.String).alias("etablissement"))

    def _coupes(self) -> None:
        longueur = pl.col("libelle").str.len_chars()
        longs = self.lignes.filter(longueur > LIBELLE_MAX)
        self.constats.ajoute(
            regles.LIBELLE_COUPE,
            longs.select(
                "numero_ligne", champ=pl.lit("libelle"), longueur=longueur, limite=pl.lit(LIBELLE_MAX, pl.Int64)
            ),
        )
        coupe = pl.col("tiers").str.slice(0, TIERS_MAX)
        long = pl.col("tiers").str.len_chars() > TIERS_MAX
        noms = self.lignes.filter(pl.col("tiers").is_not_null()).select("tiers", coupe=coupe).unique()
        self._un_par_code(
            regles.TIERS_COUPE,
            "tiers",
            long,
            tiers=coupe,
            longueur=pl.col("tiers").str.len_chars(),
            limite=pl.lit(TIERS_MAX, pl.Int64),
        )
        doubles = noms.filter(pl.col("coupe").is_duplicated())["coupe"].unique().to_list()
        if doubles:
            self._un_par_code(regles.TIERS_CONFONDUS, "tiers", long & coupe.is_in(doubles), tiers=coupe)
        self.lignes = self.lignes.with_columns(pl.col("libelle").str.slice(0, LIBELLE_MAX), coupe.alias("tiers"))

    def _regles_de_comptes(self) -> None:
        lues, fausses = lire_regles(self.options.comptes_rules)
        for rang in fausses:
            self.constats.signale(
                regles.REGLE_DE_COMPTE, None, zone=f"data.options.comptesRules[{rang - 1}]", rang=rang
            )
        comptes = [c for c in self.lignes["compte"].unique().to_list() if c]
        table = {compte: cible for compte in comptes if (cible := traduire(compte, lues)) != compte}
        if table:
            self._remplace_comptes(regles.COMPTE_TRADUIT, table)

    def _remplace_comptes(self, regle: Any, table: Mapping[str, str]) -> None:
        touche = pl.col("compte").is_in(list(table))
        cible = pl.col("compte").replace(dict(table))
        self._un_par_code(regle, "compte", touche, compte=cible)
        libelle = pl.when(touche).then(pl.lit(None, pl.String)).otherwise("compte_libelle")
        self.lignes = self.lignes.with_columns(cible.alias("compte"), libelle.alias("compte_libelle"))

    def _defauts(self) -> None:
        """The default journal takes lines whose journal is missing, or unknown and not to be created; the default account
        likewise, for accounts unknown and not to be created."""
        self.journal_par_defaut = self._designe("defaultJournalId", self.options.default_journal, "journal", "code")
        creations = self.contexte.creations
        journal, journaux = self.journal_par_defaut, self.contexte.journaux
        if journal is not None and journaux is not None:
            cree = self.options.create_journaux and creations.journaux
            perdu = pl.col("journal") == ""
            if not cree:
                perdu |= ~_parmi("journal", journaux["code"])
            self._un_par_code(regles.JOURNAL_PAR_DEFAUT, "journal", perdu, journal=pl.lit(journal))
            self.lignes = self.lignes.with_columns(
                pl.when(perdu).then(pl.lit(journal)).otherwise("journal").alias("journal"),
                pl.when(perdu).then(pl.lit(None, pl.String)).otherwise("journal_libelle").alias("journal_libelle"),
            )
        compte = self._designe("defaultCompte", self.options.default_compte, "compte", "numero")
        connus = self.contexte.comptes
        if compte is not None and connus is not None and not (self.options.create_comptes and creations.comptes):
            inconnus = set(self.lignes["compte"].unique()) - set(connus["numero"]) - {""}
            if inconnus:
                self._remplace_comptes(regles.COMPTE_PAR_DEFAUT, dict.fromkeys(sorted(inconnus), compte))

    def _designe(self, option: str, uuid: str | None, kind: str, cle: str) -> str | None:
        """The code behind an objectId of this dossier. An id that names nothing is said."""
        connus = self.contexte.journaux if kind == "journal" else self.contexte.comptes
        if uuid is None or connus is None:
            return None
        voulu = uuid.strip().lower()
        for code in connus[cle]:
            if object_id(self.parametres.domain, self.parametres.code_ibs, kind, code) == voulu:
                return str(code)
        self.constats.signale(regles.DEFAUT_INCONNU, None, zone=f"data.options.{option}", option=option)
        return None

    def _tiers_en_attente(self) -> None:
        connus = self.contexte.tiers
        if self.options.create_tiers or connus is None:
            return
        attente = self.parametres.tiers_attente
        inconnu = pl.col("tiers").is_not_null() & ~_parmi("tiers", [*connus["code"], attente])
        if self.lignes.filter(inconnu).is_empty():
            return
        self._un_par_code(regles.TIERS_EN_ATTENTE, "tiers", inconnu, tiers=pl.lit(attente))
        self.lignes = self.lignes.with_columns(
            pl.when(inconnu).then(pl.lit(attente)).otherwise("tiers").alias("tiers"),
            pl.when(inconnu).then(pl.lit("Tiers d'attente")).otherwise("tiers_libelle").alias("tiers_libelle"),
        )
        self.tiers_admis = frozenset({attente})

    # --- entries --------------------------------------------------------------------------------------------
    def _a_nouveaux(self) -> None:
        if self.options.a_nouveaux:
            return
        nombre = self.lignes["a_nouveau"].count()
        if nombre:
            self.constats.signale(regles.A_NOUVEAU_ORDINAIRE, None, nombre=nombre)
            self.lignes = self.lignes.with_columns(pl.lit(None, pl.String).alias("a_nouveau"))

    def _periode(self) -> None:
        exercices = self.contexte.exercices
        if self.options.multi_periode or exercices is None:
            return
        ouverts = exercices.filter(~pl.col("est_clos")).sort("debut").select("debut", "fin").rows()
        if not ouverts:
            return
        debut, fin = ouverts[-1]
        ailleurs = pl.any_horizontal(pl.lit(False), *(pl.col("date").is_between(d, f) for d, f in ouverts[:-1]))
        hors = self.lignes.filter(ailleurs).unique(["ecriture", "date"], keep="first", maintain_order=True)
        lieux = hors.select(
            "numero_ligne", "date", champ=pl.lit("date"), debut=pl.lit(debut, pl.Date), fin=pl.lit(fin, pl.Date)
        )
        self.constats.ajoute(regles.HORS_DERNIERE_PERIODE, lieux)

    def _analytique(self) -> None:
        parts = self.lot.ventilations.filter(pl.col("axe").is_not_null()).select(
            "axe", "section", numero_ligne=pl.col("ligne_mere")
        )
        axes, sections = self.contexte.references.get("axes"), self.contexte.references.get("sections")
        if axes is None or sections is None or parts.is_empty():
            return
        absents = parts.unique("axe", keep="first", maintain_order=True).join(
            axes, left_on="axe", right_on="code", how="anti", maintain_order="left"
        )
        self.constats.ajoute(
            regles.AXE_INCONNU,
            absents.select("numero_ligne", zone=pl.format("axeAna{}", "axe"), valeur="axe"),
        )
        nouvelles = parts.drop_nulls().unique(["axe", "section"], keep="first", maintain_order=True)
        nouvelles = nouvelles.join(absents, on="axe", how="anti", maintain_order="left").join(
            sections, left_on=["axe", "section"], right_on=["axe", "code"], how="anti", maintain_order="left"
        )
        if self.contexte.creations.comptes:
            self.constats.ajoute(regles.SECTION_A_CREER, nouvelles.select("numero_ligne", "axe", valeur="section"))

    def _dits(self) -> None:
        """What is kept, or does nothing, and is said."""
        if self.options.new_folio:
            self.constats.signale(regles.SANS_EFFET, None, zone="data.options.newFolio")
        reste = self.lignes.select("numero_ligne", "supplement").drop_nulls()
        cutoff = reste.filter(pl.col("supplement").str.contains('"(deb|fin)CutOff":'))
        if cutoff.height:
            self.constats.signale(regles.CUTOFF, None, nombre=cutoff.height)
        joints = reste.filter(pl.col("supplement").str.contains('"fichier":', literal=True))
        sans = [n for n, texte in joints.iter_rows() if "fichier" in json.loads(texte) and adresse(texte) is None]
        if sans:
            rien = pl.lit(None, pl.UInt32)  # placed: what stands there could be the address itself
            lieux = pl.DataFrame({"numero_ligne": sans}, schema={"numero_ligne": pl.UInt32}).with_columns(
                zone=pl.lit("fichier"), colonne_debut=rien, colonne_fin=rien
            )
            self.constats.ajoute(regles.PIECE_JOINTE, lieux)

    # --- results --------------------------------------------------------------------------------------------
    def _un_par_code(self, regle: Any, champ: str, condition: pl.Expr, **autres: pl.Expr) -> None:
        """One finding a code, on its first line, with the number of its lines."""
        trouves = self.lignes.filter(pl.col(champ).is_not_null() & condition)
        if trouves.is_empty():
            return
        lieux = (
            trouves.select("numero_ligne", **autres, _code=pl.col(champ))
            .group_by("_code", maintain_order=True)
            .agg(pl.first("numero_ligne", *autres), nombre=pl.len())
            .rename({"_code": "valeur"})
            .with_columns(champ=pl.lit(champ))
        )
        self.constats.ajoute(regle, lieux)

    def _lot(self) -> Lot:
        lignes = self.lignes.select(pl.col(nom).cast(genre) for nom, genre in LIGNES.items())
        meres = lignes.unique("numero_ligne", keep="first").select(
            "ecriture", "journal", "compte", ligne_mere="numero_ligne"
        )
        ventilations = self.lot.ventilations
        rejointes = ventilations.drop("ecriture", "journal", "compte").join(
            meres, on="ligne_mere", how="left", maintain_order="left"
        )
        nommes = listes(lignes)
        return replace(
            self.lot,
            lignes=lignes,
            ventilations=rejointes.select(ventilations.columns),
            etablissements=cadre_vide(ETABLISSEMENTS),  # all are the dossier's
            journaux=nommes["journaux"],
            comptes=nommes["comptes"],
            tiers=nommes["tiers"],
        )

    def _contexte(self) -> Contexte:
        du_dossier, options = self.contexte.creations, self.options
        creations = replace(
            du_dossier,
            journaux=du_dossier.journaux and options.create_journaux,
            comptes=du_dossier.comptes and options.create_comptes,
            references=du_dossier.comptes,
            comptes_admis=self.comptes_admis,
            tiers_admis=self.tiers_admis,
        )
        return replace(self.contexte, creations=creations)


def _parmi(champ: str, codes: Iterable[str]) -> pl.Expr:
    return pl.col(champ).is_in(pl.Series(list(codes), dtype=pl.String).implode())


def _sans_journal_manquant(releves: tuple[Releve, ...], defaut: str | None) -> tuple[Releve, ...]:
    """A line without journal is no fault when a default journal takes it."""
    if defaut is None:
        return releves
    gardes = []
    for releve in releves:
        if releve.regle is OBLIGATOIRE and releve.lieux.height == releve.nombre:
            lieux = releve.lieux.filter(pl.col("zone") != "journal")
            if lieux.is_empty():
                continue
            releve = Releve(releve.regle, lieux, lieux.height)
        gardes.append(releve)
    return tuple(gardes)
