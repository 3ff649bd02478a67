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
from ecritures.formats.fec.layout import VIDES_V01, VIDES_V02
from ecritures.formats.fec.valeurs import ANNEE_MAX, ANNEE_MIN, SENS_DEBIT

REMPLISSAGE = r"^(?:[-/.xX]|_+|0+)$"
"""What is typed in a required text when there is nothing to say (V32)."""
ZONES_TEXTE_OBLIGATOIRES = ("JournalLib", "CompteLib", "PieceRef", "EcritureLib")
_LIBELLES_REPETES = ("JournalLib", "CompteLib")
"""Labels that repeat on every line: a placeholder there is first looked for by its length alone."""

MARQUE_NEGATIF = "\x1f-"
"""End of ``supplement`` for a line whose amount was written negative: read on the other side, written back as it was."""

_PREMIER_JOUR, _DERNIER_JOUR = date(ANNEE_MIN, 1, 1), date(ANNEE_MAX, 12, 31)
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
    """Gathers the typed blocks. ``guillemets``: every value is quoted (F13), and the quotes are taken off."""

    def __init__(self, entete: Entete, constats: Collecteur, *, guillemets: bool = False) -> None:
        self._entete = entete
        self._constats = constats
        self._bords = BLANCS + '"' if guillemets else BLANCS
        self._zones = [c.name for c in entete.colonnes if c.name in entete.positions]
        self._codecs = {
            c.name: c.codec for c in entete.colonnes if c.name in entete.positions and c.codec.reprendre is not None
        }
        self._blocs: list[pl.DataFrame] = []
        self._par_zone: dict[tuple[str, str], Compteur] = {}
        self._devises: dict[str, Compteur] = {}
        self._sens: dict[str, int] = {}

    def ajoute(self, champs: pl.DataFrame, *, rembourre: bool) -> None:
        """Reads the records of one block (``numero_ligne, c0, c1…``); ``rembourre``: zones may be padded with blanks."""
        renommes = {f"c{rang}": zone for zone, rang in self._entete.positions.items()}
        textes = champs.rename(renommes)
        if rembourre or self._bords != BLANCS:
            textes = self._sans_bords(textes)
        textes = self._sans_parasites(textes)
        if textes.height == 0:
            return
        vides, remplissages = self._comptes(textes)
        pleines = {z: codec for z, codec in self._codecs.items() if vides[z] < textes.height}
        valeurs, defauts = typer(textes, pleines)
        for zone in self._codecs.keys() - pleines.keys():
            valeurs[zone] = pl.Series(zone, [None], dtype=self._codecs[zone].dtype).new_from_index(0, textes.height)
        self._signale_vides(textes, vides)
        self._signale_remplissages(textes, remplissages)
        self._signale_defauts(defauts)
        self._signale_annees(textes, valeurs)
        self._signale_paires(textes, vides)
        self._blocs.append(self._bloc(textes, valeurs, vides))

    def lignes(self) -> pl.DataFrame:
        """All records, in file order: ``numero_ligne``, the domain fields of the columns, ``supplement``."""
        self._signale_compteurs()
        return pl.concat(self._blocs).sort("numero_ligne") if self._blocs else pl.DataFrame()

    # ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _sans_bords(self, textes: pl.DataFrame) -> pl.DataFrame:
        """Blanks at both ends taken off; V34 for the zones that had some, V33 for the optional ones filled with them."""
        nus = textes.with_columns(pl.col(self._zones).str.strip_chars(self._bords))
        for colonne in self._entete.colonnes:
            zone = colonne.name
            if zone not in self._entete.positions:
                continue
            brut, nu = textes[zone], nus[zone]
            remplies = (brut.str.strip_chars(BLANCS) != brut) & (nu == "")
            self._compte(
                regles.FACULTATIVE_REMPLIE, zone, textes, remplies if not colonne.required else remplies & False
            )
            self._compte(regles.ESPACES, zone, textes, (brut.str.strip_chars(BLANCS) != brut) & (nu != ""))
        return nus

    def _compte(self, regle: Regle, zone: str, textes: pl.DataFrame, lesquelles: pl.Series) -> None:
        if nombre := int(lesquelles.sum()):
            premiere = int(textes["numero_ligne"][int(lesquelles.arg_max() or 0)])
            self._par_zone.setdefault((regle.id, zone), Compteur()).ajoute(nombre, premiere)

    def _sans_parasites(self, textes: pl.DataFrame) -> pl.DataFrame:
        """Without repeated headers (H12) nor lines of empty zones (L03)."""
        zone = self._zones[0]
        nom = self._entete.noms[self._entete.positions[zone]]
        suspectes = textes.select(
            ((pl.col(zone) == "") & (pl.col("CompteNum") == "") | (pl.col(zone) == nom)).any()
        ).item()
        if not suspectes:
            return textes
        noms = [self._entete.noms[self._entete.positions[z]] for z in self._zones]
        repete = pl.all_horizontal(pl.col(z) == lu for z, lu in zip(self._zones, noms, strict=True))
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
        par_regle = (
            (regles.VIDE_V01, VIDES_V01),
            (regles.VIDE_V02, VIDES_V02),
            (regles.MONTANT_VIDE, ("Debit", "Credit", "Montant")),
        )
        for regle, zones in par_regle:
            for zone in zones:
                if vides.get(zone):
                    self._constats.ajoute(regle, _lieux(textes.filter(pl.col(zone) == ""), zone))
        if vides.get("Sens"):
            self._constats.ajoute(regles.SENS_INCONNU, _lieux(textes.filter(pl.col("Sens") == ""), "Sens"))

    def _signale_remplissages(self, textes: pl.DataFrame, remplissages: dict[str, int]) -> None:
        for zone, nombre in remplissages.items():
            if nombre:
                remplies = textes.filter(pl.col(zone).str.contains(REMPLISSAGE))
                self._constats.ajoute(regles.REMPLISSAGE, _lieux(remplies, zone).with_columns(valeur=remplies[zone]))

    def _signale_defauts(self, defauts: pl.DataFrame) -> None:
        """The defects the codecs found; zeros in an optional date are a blank (V33), a signed foreign amount is normal."""
        facultatives = [c.name for c in self._entete.colonnes if not c.required]
        for (defaut,), lieux in defauts.group_by("defaut", maintain_order=True):
            retenus = lieux.drop("defaut")
            if defaut == "V10":
                retenus = retenus.filter(pl.col("zone") != "Montantdevise")
            if defaut == "V20":
                remplies = retenus.filter(pl.col("zone").is_in(facultatives))
                for (zone,), groupe in remplies.group_by("zone", maintain_order=True):
                    compteur = self._par_zone.setdefault((regles.FACULTATIVE_REMPLIE.id, str(zone)), Compteur())
                    compteur.ajoute(groupe.height, int(groupe["numero_ligne"][0]))
                retenus = retenus.filter(~pl.col("zone").is_in(facultatives))
            self._constats.ajoute(regles.PAR_DEFAUT[str(defaut)], retenus)

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
        par_id = {r.id: r for r in (regles.FACULTATIVE_REMPLIE, regles.ESPACES)}
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
            if zone in ("Debit", "Credit", "Montant", "Sens"):
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
                *sorties, self._supplement().alias("supplement"), debit_centimes=debit, credit_centimes=credit
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

    def _supplement(self) -> pl.Expr:
        rangs = list(self._entete.supplementaires.values())
        if not rangs:
            return pl.lit(None, pl.String)
        return pl.concat_str([pl.col(f"c{rang}") for rang in rangs], separator=self._entete.separateur)


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
