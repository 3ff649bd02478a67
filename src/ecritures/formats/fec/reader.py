"""Reads a FEC: bytes become a :class:`~ecritures.domain.lot.Lot` and findings. Step *read* of the flow.

The way: file name, charset, line ends, header, then blocks of lines: split, typed, checked value by value. Lines that
have not the right number of fields wait for the end, when a record cut in two can be seen whole.
"""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import COMPTES, JOURNAUX, LIGNES, TIERS, Detection, Lecture, Lot, OptionsLecture, Schema
from ecritures.formats import lines
from ecritures.formats.delimited import Situation, decouper, est_rembourre
from ecritures.formats.fec import regles
from ecritures.formats.fec.contenu import Compteur, Contenu
from ecritures.formats.fec.devise import en_unites_mineures
from ecritures.formats.fec.entete import SEPARATEURS, ZONES_MIN, Entete, choisir_separateur, lire_entete, reconnus
from ecritures.formats.fec.layout import REGIME
from ecritures.formats.fec.lignes_fautives import FIN_DE_FICHIER, Repares, reparer
from ecritures.formats.fec.nom import Nom, a_la_forme, lire_nom
from ecritures.formats.fec.regroupement import regrouper

LIGNE_OCTETS_MAX = 64 << 10
"""A longer line is said (L05): a FEC record is a few hundred bytes."""
BLOCS_EN_AVANCE = 2
"""Blocks cut ahead of the one being typed: enough to keep two cores busy, 4 MiB each."""

ENTETE_OCTETS_MAX = 64 << 10
"""How much of the first line is looked at for the names of zones."""

_ENCODAGES_PREVUS = ("ascii", "utf-8", "iso-8859-15")
_NOMS_ENCODAGES = {"utf-16": "UTF-16", "utf-32": "UTF-32"}
_PREMIERE_LIGNE = re.compile(rb"[^\r\n]*")
_CONTROLES = r"[\x00-\x08\x0B\x0C\x0E-\x19\x1B-\x1F\x7F]"


def ressemble(debut: bytes, nom: str | None) -> bool:
    """Could these first bytes be a FEC? Its first line names three regulated zones, or its name is a FEC's and its
    first line has a legal separator."""
    if debut.startswith((b"\xff\xfe", b"\xfe\xff")):
        debut = debut[: len(debut) & ~1].decode("utf-16", "replace").encode()
    premiere = _PREMIERE_LIGNE.match(debut.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    ligne = (premiere.group() if premiere else b"").decode("latin-1")[:ENTETE_OCTETS_MAX]
    separateur = max(SEPARATEURS, key=ligne.count)
    if reconnus(ligne, separateur) >= ZONES_MIN or max(reconnus(ligne, s) for s in ";,") >= ZONES_MIN:
        return True
    return a_la_forme(nom) and ligne.count(separateur) > 0


def read(octets: bytes, options: OptionsLecture) -> Lecture:
    """The entries of a FEC and everything its reading found. Never raises, whatever the bytes.

    ``lot`` is None when there is nothing to read: no text, no legal separator, no header, no amounts, no line.
    """
    constats = Collecteur()
    nom = lire_nom(options.nom_fichier, constats)
    try:
        texte = lines.ouvrir(octets, options.encodage)
    except lines.PasDuTexte as refus:
        _signale_illisible(refus.motif, constats)
        return Lecture(None, constats.releves())
    _signale_octets(texte, constats)
    entete = _entete(texte, options, constats)
    if entete is None:
        return Lecture(None, constats.releves(), texte.detection)
    detection = dataclasses.replace(texte.detection, separateur=entete.separateur)
    lignes, repares = _lignes(texte, entete, constats)
    if lignes.height == 0:
        constats.signale(regles.VIDE)
        return Lecture(None, constats.releves(), detection)
    situation = Situation(texte, entete.separateur, _positions(entete), repares.fusions)
    lot = _lot(lignes, entete, detection, nom, options, situation, constats)
    return Lecture(lot, constats.releves(), detection)


def _signale_illisible(motif: str, constats: Collecteur) -> None:
    if motif == "vide":
        constats.signale(regles.VIDE)
    elif motif in _NOMS_ENCODAGES:
        constats.signale(regles.UTF16, None, encodage=_NOMS_ENCODAGES[motif])
    else:
        constats.signale(regles.BINAIRE)


def _signale_octets(texte: lines.Texte, constats: Collecteur) -> None:
    """What the bytes say before any line is read: F08 to F11."""
    detection = texte.detection
    if detection.bom:
        constats.signale(regles.BOM)
    if detection.encodage not in _ENCODAGES_PREVUS:
        constats.signale(regles.ENCODAGE, None, encodage=detection.encodage)
    if texte.octets_illisibles:
        constats.signale(regles.UTF8_INVALIDE, _premiere_ligne_illisible(texte), nombre=texte.octets_illisibles)
    presents = {nom: nombre for nom, nombre in texte.sauts.items() if nombre}
    if len(presents) > 1 or "CRCRLF" in presents:
        detail = ", ".join(f"{nom} : {nombre}" for nom, nombre in presents.items())
        constats.signale(regles.SAUTS, None, detail=detail)


def _premiere_ligne_illisible(texte: lines.Texte) -> int | None:
    try:
        texte.octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        return texte.octets.count(b"\n", 0, erreur.start) + 1
    return None


def _entete(texte: lines.Texte, options: OptionsLecture, constats: Collecteur) -> Entete | None:
    numero, debut = 1, 0
    while (fin := texte.octets.find(b"\n", debut)) >= 0 and not texte.octets[debut:fin].strip():
        constats.signale(regles.LIGNE_VIDE, numero)
        numero, debut = numero + 1, fin + 1
    limite = debut + ENTETE_OCTETS_MAX
    ligne = lines.decoder(texte.octets[debut : limite if fin < 0 else min(fin, limite)], texte.encodage).rstrip("\r")
    separateur = choisir_separateur(ligne, options.separateur, constats, numero)
    if separateur is None:
        return None
    entete = lire_entete(ligne, separateur, numero, constats)
    if entete is None or not entete.separateur_final or fin < 0:
        return entete
    seconde = texte.octets[fin + 1 : fin + 1 + ENTETE_OCTETS_MAX].partition(b"\n")[0]
    champs = lines.decoder(seconde, texte.encodage).count(separateur) + 1
    return dataclasses.replace(entete, separateur_final=champs != len(entete.noms))


def _lignes(texte: lines.Texte, entete: Entete, constats: Collecteur) -> tuple[pl.DataFrame, Repares]:
    """Every record read, block by block, then the lines put back together."""
    contenu: Contenu | None = None
    octets = _Octets(constats, entete, a_chercher=texte.controles > 0)
    fautives: list[pl.DataFrame] = []
    autre = next(s for s in (*SEPARATEURS, "") if s != entete.separateur)
    for lues, champs, manquees, rembourre in _blocs_decoupes(texte, entete):
        octets.examine(lues)
        fautives.append(manquees)
        if contenu is None:
            contenu = Contenu(entete, constats, guillemets=_entre_guillemets(champs, constats))
        contenu.ajoute(champs, rembourre=rembourre)
    octets.conclut()
    if contenu is None:
        return pl.DataFrame(), Repares(pl.DataFrame(), {})
    toutes = pl.concat(fautives)
    _signale_autre_separateur(toutes, autre, entete, constats)
    repares = reparer(toutes, entete, constats)
    if repares.champs.height:
        contenu.ajoute(repares.champs, rembourre=True)
    return contenu.lignes(), repares


Decoupe = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, bool]
"""A block: its lines after the header, their fields, the lines of another width, whether some zone is padded with blanks."""


def _blocs_decoupes(texte: lines.Texte, entete: Entete) -> Iterator[Decoupe]:
    """The blocks in file order, cut a few ahead on two threads: splitting one column of lines uses one core."""
    with ThreadPoolExecutor(2) as fils:
        en_avance: deque[Future[Decoupe | None]] = deque()
        for numero, bloc in lines.blocs(texte):
            en_avance.append(fils.submit(_decoupe, numero, bloc, texte.encodage, entete))
            if len(en_avance) > BLOCS_EN_AVANCE and (decoupe := en_avance.popleft().result()):
                yield decoupe
        yield from (decoupe for futur in en_avance if (decoupe := futur.result()))


def _decoupe(numero: int, bloc: bytes, encodage: str, entete: Entete) -> Decoupe | None:
    lues = lines.lignes(numero, bloc, encodage)
    if numero <= entete.numero_ligne:
        lues = lues.filter(pl.col("numero_ligne") > entete.numero_ligne)
    if lues.height == 0:
        return None
    champs, manquees = decouper(lues, entete.separateur, entete.nombre)
    return lues, champs, manquees, est_rembourre(lues["ligne"], entete.separateur, ascii_seul=encodage == "ascii")


def _signale_autre_separateur(fautives: pl.DataFrame, autre: str, entete: Entete, constats: Collecteur) -> None:
    """F07: lines that have the other separator where the header has this one."""
    if not autre:
        return
    changees = fautives.filter(
        (pl.col("nombre_zones") <= 2) & (pl.col("ligne").str.count_matches(autre, literal=True) >= len(entete.noms) - 3)
    )
    if changees.height:
        detail = f"lignes qui emploient l'autre séparateur : {changees.height}"
        constats.signale(regles.SEPARATEUR_VARIE, int(changees["numero_ligne"][0]), detail=detail)


def _entre_guillemets(champs: pl.DataFrame, constats: Collecteur) -> bool:
    """F13, seen on the first block: more than half of the values begin and end with a quote."""
    valeurs = champs.drop("numero_ligne")
    if valeurs.height == 0 or not valeurs.select(pl.any_horizontal(pl.all().str.starts_with('"').any())).item():
        return False
    remplies = pl.all().str.len_bytes() > 0
    cites = pl.all().str.starts_with('"') & pl.all().str.ends_with('"')
    parts = (
        valeurs.select(
            cites=pl.sum_horizontal(cites.sum()),
        ).item(),
        valeurs.select(remplies=pl.sum_horizontal(remplies.sum())).item(),
    )
    if 2 * parts[0] <= parts[1]:
        return False
    constats.signale(regles.GUILLEMETS, int(champs["numero_ligne"][0]))
    return True


class _Octets:
    """What is seen of lines before they are split: control characters (F12), end of file marks (L04), lengths (L05)."""

    def __init__(self, constats: Collecteur, entete: Entete, *, a_chercher: bool) -> None:
        self._constats = constats
        self._a_chercher = a_chercher
        self._controles = Compteur()
        self._marque: int | None = None
        self._apres: int | None = None
        self._separateur = entete.separateur
        self._zones = {rang: nom for nom, rang in _positions(entete).items()}

    def examine(self, lues: pl.DataFrame) -> None:
        longueurs = lues["ligne"].str.len_bytes()
        if (longueurs > LIGNE_OCTETS_MAX).any():
            longues = lues.select("numero_ligne", octets=longueurs).filter(pl.col("octets") > LIGNE_OCTETS_MAX)
            self._constats.ajoute(regles.LIGNE_LONGUE, longues)
        if self._marque is not None and self._apres is None:
            self._cherche_apres(lues)
        if self._a_chercher:
            self._cherche_controles(lues)

    def _cherche_controles(self, lues: pl.DataFrame) -> None:
        nombres = lues.select("numero_ligne", nombre=pl.col("ligne").str.count_matches(_CONTROLES)).filter(
            pl.col("nombre") > 0
        )
        if nombres.height:
            self._controles.ajoute(int(nombres["nombre"].sum()), int(nombres["numero_ligne"][0]))
            self._cherche_nuls(lues.filter(pl.col("ligne").str.contains("\x00", literal=True)))
        marques = lues.filter(pl.col("ligne").str.contains(FIN_DE_FICHIER, literal=True))
        if self._marque is None and marques.height:
            self._marque = int(marques["numero_ligne"][0])
            self._cherche_apres(lues)

    def _cherche_nuls(self, lues: pl.DataFrame) -> None:
        avant = pl.col("ligne").str.splitn("\x00", 2).struct.field("field_0")
        rang = avant.str.count_matches(self._separateur, literal=True).cast(pl.Int64)
        self._constats.ajoute(
            regles.NULS,
            lues.select(
                "numero_ligne",
                zone=rang.replace_strict(self._zones, default=None, return_dtype=pl.String),
                nombre=pl.col("ligne").str.count_matches("\x00", literal=True),
            ),
        )

    def _cherche_apres(self, lues: pl.DataFrame) -> None:
        suite = pl.col("ligne").str.strip_chars(FIN_DE_FICHIER + " \t\x00") != ""
        apres = lues.filter((pl.col("numero_ligne") > self._marque) & suite)
        if apres.height:
            self._apres = int(apres["numero_ligne"][0])

    def conclut(self) -> None:
        if self._controles.nombre:
            self._constats.signale(regles.CONTROLES, self._controles.premiere, nombre=self._controles.nombre)
        if self._apres is not None:
            self._constats.signale(regles.APRES_FIN, self._apres, marque=self._marque)


def _positions(entete: Entete) -> dict[str, int]:
    return {**entete.supplementaires, **entete.positions}


def _lot(
    lignes: pl.DataFrame,
    entete: Entete,
    detection: Detection,
    nom: Nom | None,
    options: OptionsLecture,
    situation: Situation,
    constats: Collecteur,
) -> Lot:
    regroupement = regrouper(lignes, constats)
    lignes = en_unites_mineures(lignes, situation, constats)
    completes = lignes.with_columns(regroupement.ecriture, type_ecriture=pl.lit("N"))
    absentes = [pl.lit(None, type_).alias(nom_) for nom_, type_ in LIGNES.items() if nom_ not in completes.columns]
    completes = completes.with_columns(absentes).select(list(LIGNES))
    journaux, comptes, tiers = _annexes(completes)
    supplementaires = entete.separateur.join(entete.supplementaires)
    return Lot(
        format="fec",
        detection=detection,
        lignes=completes,
        entete={"zones_supplementaires": supplementaires} if supplementaires else {},
        regime=REGIME,
        regroupement=regroupement.cle,
        exercice_annonce=nom.exercice if nom else None,
        nom_fichier=options.nom_fichier,
        zones=_zones(entete),
        localisation=situation,
        journaux=journaux,
        comptes=comptes,
        tiers=tiers,
    )


def _zones(entete: Entete) -> dict[str, str]:
    """Domain field -> the zone of this file that holds it."""
    zones = {c.champ: c.name for c in entete.colonnes if c.name in entete.positions}
    if entete.montant_sens:
        zones["credit_centimes"] = "Montant"
    return zones


def _annexes(lignes: pl.DataFrame) -> list[pl.DataFrame]:
    """Journaux, comptes and tiers as the lines name them: first line, first label."""

    def premiers(code: str, libelle: str, nom: str, schema: Schema, *autres: pl.Expr) -> pl.LazyFrame:
        groupes = (
            lignes.lazy()
            .group_by(pl.col(code).alias(nom))
            .agg(pl.first("numero_ligne"), pl.col(libelle).first(ignore_nulls=True).alias("libelle"), *autres)
            .filter(pl.col(nom).fill_null("") != "")
            .sort("numero_ligne")
        )
        connues = {"numero_ligne", "libelle", nom, *(e.meta.output_name() for e in autres)}
        return groupes.with_columns(pl.lit(None, t).alias(c) for c, t in schema.items() if c not in connues).select(
            list(schema)
        )

    return pl.collect_all(
        [
            premiers("journal", "journal_libelle", "code", JOURNAUX),
            premiers("compte", "compte_libelle", "numero", COMPTES),
            premiers("tiers", "tiers_libelle", "code", TIERS, pl.first("compte").alias("collectif")),
        ]
    )
