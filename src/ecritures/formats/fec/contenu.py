"""The records of a FEC, block by block: texts become typed columns, and what is wrong with each value is said (V01 to V34).

A block in which nothing is wrong costs one typed reading and a few counts; a defect is looked for row by row only in
the zone and the block where its count is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.formats.delimited import BLANCS, TEXTE, typer
from ecritures.formats.fec import regles
from ecritures.formats.fec.devises import ISO_4217
from ecritures.formats.fec.entete import Entete
from ecritures.formats.fec.layout import SUPPLEMENT, TRESORERIE
from ecritures.formats.fec.supplement import MARQUE_NEGATIF as MARQUE_NEGATIF
from ecritures.formats.fec.valeurs import ANNEE_MAX, ANNEE_MIN, DATE, SENS_DEBIT

REMPLISSAGE = r"^(?:[-/.xX]|_+|0+)$"
"""What is typed in a required text when there is nothing to say (V32)."""
ZONES_TEXTE_OBLIGATOIRES = ("JournalLib", "CompteLib", "PieceRef", "EcritureLib")
_LIBELLES_REPETES = ("JournalLib", "CompteLib")
"""Labels that repeat on every line: a placeholder there is first looked for by its length alone."""

_PREMIER_JOUR, _DERNIER_JOUR = date(ANNEE_MIN, 1, 1), date(ANNEE_MAX, 12, 31)
_A_UNE_VIRGULE = r",[0-9]{1,2}[+-]?$"
_REGLES_DES_VIDES = {
    "EcritureNum": regles.NUMERO_ABSENT,
    "DateRglt": regles.TRESORERIE_VIDE,
    "ModeRglt": regles.TRESORERIE_VIDE,
}
"""Rule of an empty zone, where it is not that of its group."""
_MONTANT_NUL = r"^[+-]?0*(?:[.,]0*)?[+-]?$"


@dataclass
class Compteur:
    """A finding said once for a zone or for the file: how many lines, and the first."""

    nombre: int = 0
    premiere: int | None = None

    def ajoute(self, nombre: int, premiere: int) -> None:
        self.nombre += nombre
        self.premiere = premiere if self.premiere is None else min(self.premiere, premiere)


class Contenu:
    """Gathers the typed blocks. ``guillemets``: some values of the file may be quoted, and are looked for."""

    def __init__(self, entete: Entete, constats: Collecteur, *, guillemets: bool = False) -> None:
        self._entete = entete
        self._constats = constats
        self._guillemets = guillemets and not entete.est_cite
        self._a_remplir = entete.forme.a_remplir
        self._zones = [c.name for c in entete.colonnes if c.name in entete.positions]
        self._codecs = {
            c.name: c.codec for c in entete.colonnes if c.name in entete.positions and c.codec.reprendre is not None
        }
        self._blocs: list[pl.DataFrame] = []
        self._par_zone: dict[tuple[str, str], Compteur] = {}
        self._devises: dict[str, Compteur] = {}
        self._sens: dict[str, int] = {}
        self._virgules: set[str] = set()
        self._points: dict[str, Collecteur] = {}

    def ajoute(self, champs: pl.DataFrame, *, rembourre: bool) -> None:
        """Reads the records of one block (``numero_ligne, c0, c1…``); ``rembourre``: zones may be padded with blanks."""
        renommes = {f"c{rang}": zone for zone, rang in self._entete.positions.items()}
        textes = champs.rename(renommes)
        if rembourre:
            textes = self._sans_bords(textes)
        textes = self._sans_parasites(textes)
        if textes.height == 0:
            return
        if self._guillemets:
            self._cherche_guillemets(textes)
        vides, remplissages = self._comptes(textes)
        pleines = {z: codec for z, codec in self._codecs.items() if vides[z] < textes.height}
        valeurs, defauts = typer(textes, pleines)
        for zone in self._codecs.keys() - pleines.keys():
            valeurs[zone] = pl.Series(zone, [None], dtype=self._codecs[zone].dtype).new_from_index(0, textes.height)
        self._signale_vides(textes, vides)
        self._signale_remplissages(textes, remplissages)
        self._cherche_virgules(textes, pleines.keys())
        self._signale_defauts(defauts)
        self._signale_annees(textes, valeurs)
        self._signale_paires(textes, vides)
        self._blocs.append(self._bloc(textes, valeurs, vides))

    def lignes(self) -> pl.DataFrame:
        """All records, in file order: ``numero_ligne``, the domain fields of the columns, ``supplement``."""
        self._signale_compteurs()
        self._signale_points()
        return pl.concat(self._blocs).sort("numero_ligne") if self._blocs else pl.DataFrame()

    # ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _sans_bords(self, textes: pl.DataFrame) -> pl.DataFrame:
        """Blanks at both ends taken off; V34 for the zones that had some, V33 for the optional ones filled with them."""
        nus = textes.with_columns(pl.col(self._zones).str.strip_chars(BLANCS))
        for colonne in self._entete.colonnes:
            zone = colonne.name
            if zone not in self._entete.positions:
                continue
            brut, nu = textes[zone], nus[zone]
            if zone not in self._a_remplir:
                self._compte(regles.FACULTATIVE_REMPLIE, zone, textes, (brut != nu) & (nu == ""))
            self._compte(regles.ESPACES, zone, textes, (brut != nu) & (nu != ""))
        return nus

    def _cherche_guillemets(self, textes: pl.DataFrame) -> None:
        """Values between quotes in a file whose values are not: they are text, and said (F13)."""
        for colonne in self._entete.colonnes:
            if colonne.codec is TEXTE and colonne.name in self._zones:
                valeur = textes[colonne.name]
                self._compte(
                    regles.VALEUR_ENTRE_GUILLEMETS,
                    colonne.name,
                    textes,
                    valeur.str.starts_with('"') & valeur.str.ends_with('"'),
                )

    def _compte(self, regle: Regle, zone: str, textes: pl.DataFrame, lesquelles: pl.Series) -> None:
        if nombre := int(lesquelles.sum()):
            premiere = int(textes["numero_ligne"][int(lesquelles.arg_max() or 0)])
            self._par_zone.setdefault((regle.id, zone), Compteur()).ajoute(nombre, premiere)

    def _sans_parasites(self, textes: pl.DataFrame) -> pl.DataFrame:
        """Without repeated headers (H12) nor lines of empty zones (L03)."""
        zone = self._zones[0]
        nom = self._entete.noms[self._entete.positions[zone]]
        suspectes = textes.select(
            ((pl.col(zone) == "") & (pl.col("CompteNum") == "") | pl.col(zone).str.ends_with(nom)).any()
        ).item()
        if not suspectes:
            return textes
        noms = [self._entete.noms[self._entete.positions[z]] for z in self._zones]
        # a file put after another one brings its byte order mark with its header
        repete = pl.all_horizontal(
            pl.col(z).str.strip_prefix("\ufeff") == lu for z, lu in zip(self._zones, noms, strict=True)
        )
        vide = pl.all_horizontal(pl.col(z) == "" for z in self._zones)
        self._constats.ajoute(regles.ENTETE_REPETE, textes.filter(repete).select("numero_ligne"))
        self._constats.ajoute(regles.LIGNE_SANS_VALEUR, textes.filter(vide).select("numero_ligne"))
        return textes.filter(~repete & ~vide)

    def _comptes(self, textes: pl.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
        """How many blank values a zone has, and how many placeholders."""
        a_remplir = [z for z in ZONES_TEXTE_OBLIGATOIRES if z in self._entete.positions]
        comptes = textes.select(
            *((pl.col(z) == "").sum().alias(f"vide {z}") for z in self._zones),
            *(_a_un_remplissage(z).sum().alias(f"remplissage {z}") for z in a_remplir),
        ).row(0, named=True)
        return {z: comptes[f"vide {z}"] for z in self._zones}, {z: comptes[f"remplissage {z}"] for z in a_remplir}

    # ── findings ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _signale_vides(self, textes: pl.DataFrame, vides: dict[str, int]) -> None:
        forme = self._entete.forme
        par_regle = (
            (regles.VIDE_V01, forme.vides_v01),
            (regles.VIDE_V02, forme.vides_v02),
            (regles.TRESORERIE_VIDE, forme.vides_v03),
            (regles.MONTANT_VIDE, ("Debit", "Credit", "Montant")),
        )
        for regle, zones in par_regle:
            for zone in zones:
                if vides.get(zone):
                    self._constats.ajoute(
                        self._regle_du_vide(regle, zone), _lieux(textes.filter(pl.col(zone) == ""), zone)
                    )
        if vides.get("Sens"):
            self._constats.ajoute(regles.SENS_INCONNU, _lieux(textes.filter(pl.col("Sens") == ""), "Sens"))

    def _regle_du_vide(self, regle: Regle, zone: str) -> Regle:
        if zone == "ValidDate":
            de_tresorerie = zone in self._entete.forme.vides_v03
            return regles.VALIDATION_ABSENTE_TRESORERIE if de_tresorerie else regles.VALIDATION_ABSENTE
        return _REGLES_DES_VIDES.get(zone, regle)

    def _cherche_virgules(self, textes: pl.DataFrame, pleines: Iterable[str]) -> None:
        """The amount zones written with a comma somewhere: on a clean file, found in the first block and never again."""
        for zone in {"Debit", "Credit", "Montant", "Montantdevise"}.intersection(pleines) - self._virgules:
            if textes[zone].str.contains(_A_UNE_VIRGULE).any():
                self._virgules.add(zone)

    def _signale_points(self) -> None:
        """Decimal points (V06, D-22): read where the whole zone is written so, refused where commas are met too."""
        for zone, points in self._points.items():
            regle = regles.POINT_ET_VIRGULE if zone in self._virgules else regles.POINT_DECIMAL
            for releve in points.releves():
                self._constats.ajoute(regle, releve.lieux, releve.nombre)

    def _signale_remplissages(self, textes: pl.DataFrame, remplissages: dict[str, int]) -> None:
        for zone, nombre in remplissages.items():
            if nombre:
                remplies = textes.filter(pl.col(zone).str.contains(REMPLISSAGE))
                self._constats.ajoute(regles.REMPLISSAGE, _lieux(remplies, zone).with_columns(valeur=remplies[zone]))

    def _signale_defauts(self, defauts: pl.DataFrame) -> None:
        """The defects the codecs found; zeros in an optional date are a blank (V33), a signed foreign amount is normal."""
        forme = self._entete.forme
        for (defaut,), lieux in defauts.group_by("defaut", maintain_order=True):
            retenus = lieux.drop("defaut")
            if defaut == "V06":
                for (zone,), groupe in retenus.group_by("zone", maintain_order=True):
                    self._points.setdefault(str(zone), Collecteur()).ajoute(regles.POINT_DECIMAL, groupe)
                continue
            if defaut == "V10":
                retenus = retenus.filter(pl.col("zone") != "Montantdevise")
            if defaut == "V20":
                a_zero = (*forme.vides_v01, *forme.vides_v02)
                for (zone,), groupe in retenus.filter(~pl.col("zone").is_in(a_zero)).group_by(
                    "zone", maintain_order=True
                ):
                    self._signale_zeros(str(zone), groupe)
                retenus = retenus.filter(pl.col("zone").is_in(a_zero))
            self._constats.ajoute(regles.PAR_DEFAUT[str(defaut)], retenus)

    def _signale_zeros(self, zone: str, lieux: pl.DataFrame) -> None:
        """A date of zeros is a blank where the official tool lets one be (V33), if not where the law does (V03)."""
        if zone in self._entete.forme.vides_v03:
            self._constats.ajoute(self._regle_du_vide(regles.TRESORERIE_VIDE, zone), lieux)
            return
        compteur = self._par_zone.setdefault((regles.FACULTATIVE_REMPLIE.id, zone), Compteur())
        compteur.ajoute(lieux.height, int(lieux["numero_ligne"][0]))

    def _signale_annees(self, textes: pl.DataFrame, valeurs: dict[str, pl.Series]) -> None:
        for zone, codec in self._codecs.items():
            if codec.dtype != pl.Date or valeurs[zone].null_count() == textes.height:
                continue
            if valeurs[zone].min() >= _PREMIER_JOUR and valeurs[zone].max() <= _DERNIER_JOUR:  # type: ignore[operator]
                continue
            annee = valeurs[zone].dt.year().alias("annee")
            lieux = textes.select("numero_ligne", zone=pl.lit(zone), valeur=pl.col(zone)).with_columns(annee)
            self._constats.ajoute(regles.ANNEE, lieux.filter(~pl.col("annee").is_between(ANNEE_MIN, ANNEE_MAX)))

    def _signale_paires(self, textes: pl.DataFrame, vides: dict[str, int]) -> None:
        """Zones that go together: auxiliary and label (V25), lettering and date (V28), amount and currency (V29, V30)."""
        toutes = textes.height
        presentes = {z for z, n in vides.items() if n < toutes}
        if presentes & {"CompAuxNum", "CompAuxLib"}:
            self._paire(textes, regles.AUXILIAIRE, ("CompAuxNum", "numero"), ("CompAuxLib", "libelle"))
        if presentes & {"EcritureLet", "DateLet"}:
            zeros = pl.col("DateLet").str.contains("^0+$") if "DateLet" in vides else pl.lit(False)
            self._paire(textes, regles.LETTRAGE, ("EcritureLet", "lettrage"), ("DateLet", "date"), sauf=zeros)
        if presentes & {"Montantdevise", "Idevise"}:
            self._signale_devises(textes)

    def _paire(
        self,
        textes: pl.DataFrame,
        regle: Regle,
        premiere: tuple[str, str],
        seconde: tuple[str, str],
        sauf: pl.Expr | None = None,
    ) -> None:
        if premiere[0] not in textes.columns or seconde[0] not in textes.columns:
            return  # the missing column is said once, in the header
        seconde_vide = pl.col(seconde[0]) == ""
        if sauf is not None:
            seconde_vide = seconde_vide | sauf
        seules = textes.filter((pl.col(premiere[0]) == "") != seconde_vide)
        absente = pl.when(pl.col(premiere[0]) == "").then(pl.lit(premiere[0])).otherwise(pl.lit(seconde[0]))
        lieux = seules.select("numero_ligne", zone=absente, **{nom: pl.col(zone) for zone, nom in (premiere, seconde)})
        self._constats.ajoute(regle, lieux)

    def _signale_devises(self, textes: pl.DataFrame) -> None:
        if "Montantdevise" not in textes.columns or "Idevise" not in textes.columns:
            return
        nul = pl.col("Montantdevise").str.contains(_MONTANT_NUL)
        seul = (pl.col("Idevise") == "") & ~nul
        sans_montant = ~pl.col("Idevise").is_in(["", "EUR"]) & (pl.col("Montantdevise") == "")
        lieux = textes.filter(seul | sans_montant).select(
            "numero_ligne",
            zone=pl.when(pl.col("Idevise") == "").then(pl.lit("Idevise")).otherwise(pl.lit("Montantdevise")),
            montant="Montantdevise",
            devise="Idevise",
        )
        self._constats.ajoute(regles.DEVISE_SEULE, lieux)
        zeros = textes.select(((pl.col("Idevise") == "") & nul & (pl.col("Montantdevise") != "")).alias("z"))["z"]
        self._compte(regles.FACULTATIVE_REMPLIE, "Montantdevise", textes, zeros)
        inconnues = textes.filter(~pl.col("Idevise").is_in(["", *ISO_4217]))
        for (devise,), groupe in inconnues.group_by("Idevise", maintain_order=True):
            self._devises.setdefault(str(devise), Compteur()).ajoute(groupe.height, int(groupe["numero_ligne"][0]))

    def _signale_compteurs(self) -> None:
        par_id = {r.id: r for r in (regles.FACULTATIVE_REMPLIE, regles.ESPACES, regles.VALEUR_ENTRE_GUILLEMETS)}
        for (id_, zone), compteur in self._par_zone.items():
            self._constats.ajoute(par_id[id_], _lieu(compteur, zone))
        for devise, compteur in self._devises.items():
            lieu = _lieu(compteur, "Idevise").with_columns(valeur=pl.lit(devise))
            self._constats.ajoute(regles.DEVISE_INCONNUE, lieu)
        codes = sorted({"D/C" if code in ("D", "C") else "+1/-1" for code in self._sens})
        if len(codes) > 1:
            ligne = pl.Series([max(self._sens.values())], dtype=pl.UInt32)
            cadre = pl.DataFrame({"numero_ligne": ligne, "zone": ["Sens"], "codes": [" et ".join(codes)]})
            self._constats.ajoute(regles.DEUX_CODES_SENS, cadre)

    # ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _bloc(self, textes: pl.DataFrame, valeurs: dict[str, pl.Series], vides: dict[str, int]) -> pl.DataFrame:
        sorties: list[pl.Expr | pl.Series] = [textes["numero_ligne"]]
        for colonne in self._entete.colonnes:
            zone, champ = colonne.name, colonne.champ
            if zone in ("Debit", "Credit", "Montant", "Sens") or champ == SUPPLEMENT:
                continue
            if zone in valeurs:
                sorties.append(valeurs[zone].alias(champ))
            elif champ in ("journal", "compte"):
                sorties.append(pl.col(zone).alias(champ) if zone in vides else pl.lit("").alias(champ))
            elif zone not in vides or vides[zone] == textes.height:
                sorties.append(pl.lit(None, colonne.codec.dtype).alias(champ))
            elif vides[zone] == 0:
                sorties.append(pl.col(zone).alias(champ))
            else:
                sorties.append(TEXTE.lire(pl.col(zone)).alias(champ))
        debit, credit = self._montants(textes, valeurs)
        return _sur_le_bon_cote(
            textes.select(
                *sorties, self._supplement(valeurs).alias(SUPPLEMENT), debit_centimes=debit, credit_centimes=credit
            )
        )

    def _montants(self, textes: pl.DataFrame, valeurs: dict[str, pl.Series]) -> tuple[pl.Series, pl.Series]:
        """Debit and credit in centimes, an empty one being zero; null when unreadable."""

        def lu(zone: str) -> pl.Series:
            if valeurs[zone].null_count() == 0:
                return valeurs[zone]
            cadre = pl.DataFrame({"v": valeurs[zone], "t": textes[zone]})
            return cadre.select(pl.when(pl.col("t") == "").then(0).otherwise(pl.col("v")).alias("v"))["v"]

        if not self._entete.montant_sens:
            return lu("Debit"), lu("Credit")
        montant, sens = lu("Montant"), valeurs["Sens"]
        for code, ligne in zip(*_premieres(sens, textes["numero_ligne"]), strict=True):
            self._sens.setdefault(code, ligne)
        cadre = pl.DataFrame({"m": montant, "s": sens})
        au_debit = pl.col("s").is_in(SENS_DEBIT)
        cotes = cadre.select(
            d=pl.when(au_debit).then("m").when(pl.col("s").is_not_null()).then(0),
            c=pl.when(~au_debit).then("m").when(pl.col("s").is_not_null()).then(0),
        )
        return cotes["d"], cotes["c"]

    def _supplement(self, valeurs: dict[str, pl.Series]) -> pl.Expr:
        """The supplementary values, as written; the dates of the cash regimes as AAAAMMJJ when they were read."""
        supplements = self._entete.supplements
        if not supplements:
            return pl.lit(None, pl.String)
        morceaux = []
        for nom, rang in supplements.items():
            if nom not in self._entete.positions or nom not in TRESORERIE:
                morceaux.append(pl.col(f"c{rang}"))
            elif nom in valeurs:
                morceaux.append(pl.coalesce(DATE.ecrire(pl.lit(valeurs[nom])).replace("", None), pl.col(nom)))
            else:
                morceaux.append(pl.col(nom))
        return pl.concat_str(morceaux, separator=self._entete.entre)


def _sur_le_bon_cote(bloc: pl.DataFrame) -> pl.DataFrame:
    """A negative debit alone on its line is a credit, and inversely; ``supplement`` remembers it for the way back."""
    debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
    if not bloc.select((debit < 0).any() | (credit < 0).any()).item():
        return bloc
    retourne = ((debit < 0) & (credit == 0)) | ((credit < 0) & (debit == 0))
    return bloc.with_columns(
        debit_centimes=pl.when(retourne).then(-credit).otherwise(debit),
        credit_centimes=pl.when(retourne).then(-debit).otherwise(credit),
        supplement=pl.when(retourne)
        .then(pl.concat_str(pl.col("supplement").fill_null(""), pl.lit(MARQUE_NEGATIF)))
        .otherwise("supplement"),
    )


def _a_un_remplissage(zone: str) -> pl.Expr:
    if zone in _LIBELLES_REPETES:
        return pl.col(zone).str.len_bytes().is_between(1, 3)
    return pl.col(zone).str.contains(REMPLISSAGE)


def _lieux(textes: pl.DataFrame, zone: str) -> pl.DataFrame:
    return textes.select("numero_ligne", zone=pl.lit(zone))


def _lieu(compteur: Compteur, zone: str) -> pl.DataFrame:
    ligne = pl.Series([compteur.premiere], dtype=pl.UInt32)
    return pl.DataFrame({"numero_ligne": ligne, "zone": [zone], "nombre": [compteur.nombre]})


def _premieres(valeurs: pl.Series, lignes: pl.Series) -> tuple[Iterable[str], Iterable[int]]:
    """Distinct values and the line of each one's first row."""
    cadre = pl.DataFrame({"v": valeurs, "l": lignes}).drop_nulls().unique("v", keep="first", maintain_order=True)
    return cadre["v"].to_list(), cadre["l"].to_list()
