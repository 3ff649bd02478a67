"""Reads the XML form of a FEC: bytes become the same lot as the flat form gives, and findings. Step *read* of the flow.

Charset of the prolog, then the stream (:mod:`xml_lecteur`), then texts become typed columns by the codecs of the flat form:
a date AAAA-MM-JJ is read as AAAAMMJJ, an amount with a point as one with a comma, once the schema's own forms are checked.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date

import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.domain.lot import LIGNES, Lecture, Lot, OptionsLecture
from ecritures.formats import lines
from ecritures.formats.fec import regles as regles_fec
from ecritures.formats.fec import regles_xml as regles
from ecritures.formats.fec.contenu import Contenu
from ecritures.formats.fec.devise import en_unites_mineures
from ecritures.formats.fec.entete import Entete
from ecritures.formats.fec.layout import FORMES
from ecritures.formats.fec.nom import Nom
from ecritures.formats.fec.profils import severites
from ecritures.formats.fec.regroupement import CLE_LEGALE
from ecritures.formats.fec.supplement import SEPARATEUR_INTERNE, entete_des_supplements
from ecritures.formats.fec.xml_lecteur import AJOUTEES, Lu, lire_flux
from ecritures.formats.fec.xml_schema import Genre, automates, est_lettree
from ecritures.formats.fec.xml_situation import SituationXml

REGROUPEMENT = f"{CLE_LEGALE}, par élément ecriture"
"""Entries are delimited by the form itself."""
CLES = ("DateCloture", "schema")
"""What ``lot.entete`` keeps of the XML form, for the way back."""

TRANCHE = 1 << 16
_JEUX: Mapping[str, str] = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-15": "iso-8859-15",
    "iso8859-15": "iso-8859-15", "latin-9": "iso-8859-15", "iso-8859-1": "iso-8859-1", "iso8859-1": "iso-8859-1",
    "latin1": "iso-8859-1", "windows-1252": "windows-1252", "cp1252": "windows-1252",
}  # fmt: skip
_PROLOGUE = re.compile(rb"<\?xml[^>]{0,100}?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_DEBUT = re.compile(rb"[ \t\r\n]*(?:<\?xml[ \t\r\n]|<!DOCTYPE[ \t\r\n]+comptabilite|<(?:!--.{0,2000}?-->[ \t\r\n]*<)?comptabilite[ \t\r\n/>])", re.DOTALL)  # fmt: skip

_FORME_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?$"
_FORME_MONTANT = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_FORME_VIRGULE = r"^[+-]?[0-9 ]*,[0-9]*$"
_FORME_COMPTE = r"^[0-9]{3}[0-9a-zA-Z]*$"
_SENS = {"D": True, "d": True, "+1": True, "C": False, "c": False, "-1": False}
_ATTENDUS: Mapping[Genre, tuple[str, str]] = {
    Genre.DATE: (_FORME_DATE, "une date AAAA-MM-JJ"),
    Genre.MONTANT: (_FORME_MONTANT, "un montant, avec un point"),
    Genre.COMPTE: (_FORME_COMPTE, "un compte : trois chiffres, puis des lettres et des chiffres"),
    Genre.SENS: (r"^(?:[DdCc]|\+1|-1)$", "un sens : D, C, +1 ou -1"),
}
_HORS_8859_15 = (
    r"[^\t\n\r\x20-\x7e\x{a0}-\x{a3}\x{a5}\x{a7}\x{a9}-\x{b3}\x{b5}-\x{b7}\x{b9}-\x{bb}\x{bf}-\x{ff}€ŠšŽžŒœŸ]|\|"
)
"""What the official converter cannot hold (X06): a bar, or a character that ISO 8859-15 has not."""


def est_xml(octets: bytes) -> bool:
    """Do these bytes begin as the XML form does? In UTF-16 too: that charset is then what is refused."""
    debut = octets[:4096]
    if debut.startswith((b"\xff\xfe", b"\xfe\xff")):
        debut = debut[: len(debut) & ~1].decode("utf-16", "replace").encode()
    return _DEBUT.match(debut.removeprefix(b"\xef\xbb\xbf")) is not None


def lire_xml(octets: bytes, options: OptionsLecture, nom: Nom | None, constats: Collecteur) -> Lecture:
    """The entries of the XML form and everything its reading found. Never raises, whatever the bytes.

    ``lot`` is None when a DOCTYPE or a charset is refused, or when there is no entry to read.
    """
    from ecritures.formats.fec.reader import signale_illisible, signale_octets  # the flat reader calls this one

    gravites = severites(options, cle_legale=True)
    encodage = _encodage(octets, options, constats)
    if encodage is None:
        return Lecture(None, constats.releves(), None, gravites)
    try:
        texte = lines.ouvrir(octets, encodage)
    except lines.PasDuTexte as refus:
        signale_illisible(refus.motif, constats)
        return Lecture(None, constats.releves(), None, gravites)
    signale_octets(texte, constats)
    utf8 = _en_utf8(texte)
    lu = lire_flux(utf8, options.regime, constats)
    if lu.est_refuse or lu.textes.height == 0:
        if not lu.est_refuse:
            constats.signale(regles_fec.VIDE)
        return Lecture(None, constats.releves(), texte.detection, gravites)
    lot = _Assemblage(lu, utf8, constats).lot(texte, options, nom)
    return Lecture(lot, constats.releves(), lot.detection, gravites)


def _encodage(octets: bytes, options: OptionsLecture, constats: Collecteur) -> str | None:
    """The charset forced, else the prolog's, else UTF-8. None when it is not one that is read: it was said."""
    if options.encodage:
        return options.encodage
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"  # refused by the byte-level pass, with its own words
    prologue = _PROLOGUE.match(octets.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:400])
    if prologue is None:
        return "utf-8"
    jeu = prologue[1].decode("ascii")
    connu = _JEUX.get(jeu.lower())
    if connu is None:
        constats.signale(regles.JEU_REFUSE, 1, jeu=jeu)
        return None
    if connu not in ("utf-8", "ascii") and not octets.isascii() and _est_utf8(octets):
        constats.signale(regles.JEU_CONTREDIT, 1, jeu=jeu)
        return "utf-8"
    return "utf-8" if connu == "ascii" and not octets.isascii() else connu


def _est_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _en_utf8(texte: lines.Texte) -> bytes:
    if texte.encodage in ("utf-8", "ascii"):
        return texte.octets
    return b"".join(lines.decoder(bloc, texte.encodage).encode() for _, bloc in lines.blocs(texte))


class _Assemblage:
    """The texts of the stream become a lot."""

    def __init__(self, lu: Lu, octets: bytes, constats: Collecteur) -> None:
        self._lu = lu
        self._constats = constats
        self._utilise_montant = lu.textes["Montant"].null_count() < lu.textes.height
        sur_une_meme = lu.textes["_ligne"].n_unique() < lu.textes.height
        if sur_une_meme:
            premiere = lu.textes.filter(~pl.col("_ligne").is_first_distinct())["_ligne"][0]
            constats.signale(regles.LIGNES_SUR_UNE_MEME, int(premiere), colonne_debut=None, colonne_fin=None)
        numero = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32) if sur_une_meme else pl.col("_ligne")
        self._textes = lu.textes.select(numero.alias("numero_ligne"), pl.exclude(AJOUTEES))
        places = lu.textes.select(self._textes["numero_ligne"], *AJOUTEES)
        self._situation = SituationXml(octets, places, lu.lieux)
        self._numero_max = int(places["numero_ligne"][-1])
        ecriture = places["_ecriture"] != places["_ecriture"].shift()
        self._ecritures = places.select("numero_ligne", ecriture=ecriture.fill_null(True).cum_sum().cast(pl.UInt32))
        self._dits: list[pl.DataFrame] = []  # places whose value was already said wrong
        self._illisibles: list[pl.Series] = []  # lines whose amount cannot be known

    def lot(self, texte: lines.Texte, options: OptionsLecture, nom: Nom | None) -> Lot:
        from ecritures.formats.fec.reader import annexes

        self._controle_formes()
        self._cherche_caracteres()
        champs, entete = self._champs()
        lignes = self._types(champs, entete)
        lignes = en_unites_mineures(lignes, self._situation, self._constats)
        lignes = lignes.join(self._ecritures, on="numero_ligne", how="left", maintain_order="left")
        lignes = lignes.with_columns(pl.col("ecriture").rank("dense").cast(pl.UInt32), type_ecriture=pl.lit("N"))
        absentes = [pl.lit(None, t).alias(n) for n, t in LIGNES.items() if n not in lignes.columns]
        lignes = lignes.with_columns(absentes).select(list(LIGNES))
        journaux, comptes, tiers = annexes(lignes)
        nombre = max(texte.detection.nombre_lignes, self._numero_max)
        return Lot(
            format="fec",
            detection=dataclasses.replace(texte.detection, nombre_lignes=nombre),
            lignes=lignes,
            entete={
                **entete_des_supplements(tuple(entete.supplements), SEPARATEUR_INTERNE),
                **dict(zip(CLES, (self._lu.cloture or "", self._lu.schema or ""), strict=True)),
            },
            regime=entete.regime.libelle,
            regroupement=REGROUPEMENT,
            exercice_annonce=self._exercice(nom),
            nom_fichier=options.nom_fichier,
            zones=self._zones(entete),
            localisation=self._situation,
            journaux=journaux,
            comptes=comptes,
            tiers=tiers,
        )

    def _zones(self, entete: Entete) -> dict[str, str]:
        zones = {c.champ: c.name for c in entete.colonnes if c.name in entete.positions and c.champ in LIGNES}
        if self._utilise_montant:
            zones |= {"debit_centimes": "Montant", "credit_centimes": "Montant"}
        return {champ: zone for champ, zone in zones.items() if champ != "supplement"}

    def _exercice(self, nom: Nom | None) -> tuple[date, date] | None:
        """The exercise that the name announces, else the twelve months that end at DateCloture; X07 when they differ."""
        lue = self._lu.cloture
        cloture = None
        if lue is not None and re.match(_FORME_DATE, lue):
            try:
                cloture = date(int(lue[:4]), int(lue[5:7]), int(lue[8:10]))
            except ValueError:
                cloture = None
        place = self._lu.place_cloture
        if lue is not None and cloture is None and place is not None:
            self._signale_place(
                regles.SCHEMA_INVALIDE, element="DateCloture", cause=f"« {lue[:60]} » n'est pas une date AAAA-MM-JJ"
            )
        if nom is not None and nom.cloture is not None:
            if cloture is not None and cloture != nom.cloture:
                self._signale_place(regles.CLOTURE_DIFFERENTE, dans_le_fichier=cloture, dans_le_nom=nom.cloture)
            return nom.exercice
        return Nom("", cloture).exercice if cloture is not None else None

    def _signale_place(self, regle: Regle, **parametres: object) -> None:
        place = self._lu.place_cloture
        assert place is not None, "DateCloture was met"
        fin = place.colonne + len("<DateCloture") - 1
        self._constats.signale(regle, place.ligne, colonne_debut=place.colonne, colonne_fin=fin, **parametres)

    # ── the forms of the schema ─────────────────────────────────────────────────────────────────────────────────────

    def _controle_formes(self) -> None:
        """X03 and X05: values that are not in the schema's form. Looked for by whole columns."""
        for bloc in ("ecriture", "ligne"):
            for zone, place in automates(self._lu.regime)[bloc].places.items():
                if place.genre in _ATTENDUS and zone == place.nom:
                    self._controle(zone, *_ATTENDUS[place.genre], est_montant=place.genre is Genre.MONTANT)

    def _controle(self, zone: str, forme: str, attendu: str, *, est_montant: bool) -> None:
        fautive = pl.col(zone).is_not_null() & ~pl.col(zone).str.contains(forme)
        fautives = self._textes.filter(fautive).select("numero_ligne", zone=pl.lit(zone), valeur=pl.col(zone))
        if fautives.height == 0:
            return
        if zone not in ("CompteNum",):
            self._dits.append(fautives.select("numero_ligne", "zone"))
        if est_montant:
            virgules = pl.col("valeur").str.contains(_FORME_VIRGULE)
            self._constats.ajoute(regles.VIRGULE, fautives.filter(virgules))
            fautives = fautives.filter(~virgules)
            self._illisibles.append(fautives["numero_ligne"])
        elif zone == "Sens":
            self._illisibles.append(fautives["numero_ligne"])
        elif zone != "CompteNum":
            premieres = fautives.join(self._ecritures, on="numero_ligne", how="left", maintain_order="left")
            fautives = premieres.filter(pl.col("ecriture").is_first_distinct()).drop("ecriture")  # once an entry
        self._constats.ajoute(regles.VALEUR_HORS_SCHEMA, fautives.with_columns(attendu=pl.lit(attendu)))

    def _cherche_caracteres(self) -> None:
        """X06, once a character: its first place, and in how many values it stands."""
        trouves: dict[str, tuple[int, int, str]] = {}
        for zone in self._textes.columns[1:]:
            valeurs = self._textes.lazy().select("numero_ligne", v=zone).filter(pl.col("v").str.contains(_HORS_8859_15))
            cadre = (
                valeurs.with_columns(c=pl.col("v").str.extract_all(_HORS_8859_15).list.unique()).explode("c").collect()
            )
            for caractere, premiere, nombre in (
                cadre.group_by("c", maintain_order=True).agg(pl.first("numero_ligne"), n=pl.len()).iter_rows()
            ):
                ligne, deja, ou = trouves.get(caractere, (premiere, 0, zone))
                trouves[caractere] = (min(ligne, premiere), deja + nombre, ou if ligne <= premiere else zone)
        for caractere, (ligne, nombre, zone) in trouves.items():
            self._constats.signale(regles.CARACTERE, ligne, zone=zone, caractere=caractere, nombre=nombre)

    # ── to the flat form's fields ───────────────────────────────────────────────────────────────────────────────────

    def _champs(self) -> tuple[pl.DataFrame, Entete]:
        """The texts as the flat form writes them, under ``c0, c1…``, and the header that names them."""
        reglementaires = FORMES[self._lu.regime].table.noms
        noms = (*reglementaires, *self._lu.autres)
        positions = {nom: rang for rang, nom in enumerate(reglementaires)}
        supplementaires = {nom: len(reglementaires) + rang for rang, nom in enumerate(self._lu.autres)}
        entete = Entete(1, SEPARATEUR_INTERNE, noms, positions, supplementaires, False, self._lu.regime, True)
        debit, credit = _cotes()
        plats = self._textes.with_columns(Debit=debit, Credit=credit)
        dates = [z for z in reglementaires if FORMES[self._lu.regime].table[z].codec.dtype == pl.Date]
        plats = plats.with_columns(
            *(_date_plate(pl.col(z)) for z in dates),
            *(_montant_plat(pl.col(z)) for z in ("Debit", "Credit", "Montantdevise")),
        )
        plats = self._lettrage_des_tiers(plats)
        return plats.select(
            "numero_ligne", *(pl.col(z).fill_null("").alias(f"c{i}") for i, z in enumerate(noms))
        ), entete

    def _lettrage_des_tiers(self, plats: pl.DataFrame) -> pl.DataFrame:
        """The lettering of an entry stays on its third-party lines, when it has some."""
        if plats["EcritureLet"].null_count() == plats.height and plats["DateLet"].null_count() == plats.height:
            return plats
        garde = est_lettree(pl.col("CompteNum"), pl.col("CompAuxNum"), "ecriture")
        avec = plats.with_columns(self._ecritures["ecriture"])
        return avec.with_columns(pl.when(garde).then(pl.col("EcritureLet", "DateLet"))).drop("ecriture")

    def _types(self, champs: pl.DataFrame, entete: Entete) -> pl.DataFrame:
        """Typed columns, and the findings of the flat form that XML has too."""
        trouves = Collecteur()
        contenu = Contenu(entete, trouves)
        for tranche in champs.iter_slices(TRANCHE):
            contenu.ajoute(tranche, rembourre=False)
        dits = pl.concat(
            [pl.DataFrame(schema={"numero_ligne": pl.UInt32, "zone": pl.String}), *self._absents(), *self._dits]
        )
        lignes = contenu.lignes()
        for releve in trouves.releves():
            lieux = releve.lieux
            if "zone" in lieux.columns and dits.height:
                lieux = lieux.join(dits, on=["numero_ligne", "zone"], how="anti", maintain_order="left")
            nombre = releve.nombre - (releve.lieux.height - lieux.height)
            self._constats.ajoute(releve.regle, lieux.drop("valeur", strict=False), nombre)
        return self._sans_montants_inconnus(lignes)

    def _absents(self) -> list[pl.DataFrame]:
        """Elements that are not there: the schema's findings say it, and an absent side of an amount is no defect."""
        colonnes = [z for z in self._textes.columns[1:] if self._textes[z].null_count()]
        return [
            self._textes.filter(pl.col(z).is_null()).select("numero_ligne", zone=pl.lit(z))
            for z in colonnes
            if z in _OBLIGATOIRES
        ]

    def _sans_montants_inconnus(self, lignes: pl.DataFrame) -> pl.DataFrame:
        aucun = pl.all_horizontal(pl.col(z).fill_null("") == "" for z in ("Debit", "Credit", "Montant"))
        illisibles = pl.concat([*self._illisibles, self._textes.filter(aucun)["numero_ligne"]])
        if illisibles.len() == 0:
            return lignes
        connu = ~pl.col("numero_ligne").is_in(illisibles.implode())
        return lignes.with_columns(pl.when(connu).then(pl.col("debit_centimes", "credit_centimes")))


_OBLIGATOIRES = frozenset(
    {
        "EcritureNum",
        "EcritureDate",
        "EcritureLib",
        "PieceRef",
        "PieceDate",
        "ValidDate",
        "DateRglt",
        "ModeRglt",
        "CompteLib",
    }
    | {"Debit", "Credit"}
)
"""Elements whose absence is the schema's to say, in every schema that has them."""


def _cotes() -> tuple[pl.Expr, pl.Expr]:
    """Debit and Credit as texts: each its own element, or Montant on the side that Sens says; the other side is zero."""
    sens = pl.col("Sens").replace_strict(_SENS, default=None, return_dtype=pl.Boolean)
    au_debit, au_credit = pl.when(sens).then("Montant"), pl.when(~sens).then("Montant")
    debit, credit = pl.coalesce("Debit", au_debit), pl.coalesce("Credit", au_credit)
    zero = pl.lit("0.00")
    return (
        pl.when(debit.is_null() & credit.is_not_null()).then(zero).otherwise(debit),
        pl.when(credit.is_null() & debit.is_not_null()).then(zero).otherwise(credit),
    )


def _date_plate(texte: pl.Expr) -> pl.Expr:
    plate = pl.concat_str(texte.str.slice(0, 4), texte.str.slice(5, 2), texte.str.slice(8, 2))
    return pl.when(texte.str.contains(_FORME_DATE)).then(plate).otherwise(texte)


def _montant_plat(texte: pl.Expr) -> pl.Expr:
    return pl.when(texte.str.contains(_FORME_MONTANT)).then(texte.str.replace(".", ",", literal=True)).otherwise(texte)
