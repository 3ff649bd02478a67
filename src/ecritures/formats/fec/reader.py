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
from ecritures.domain.lot import (
    COMPTES,
    JOURNAUX,
    LIGNES,
    TIERS,
    Detection,
    Lecture,
    Lot,
    OptionsLecture,
    Profil,
    Schema,
)
from ecritures.formats import lines
from ecritures.formats.delimited import Situation, decouper, est_rembourre
from ecritures.formats.fec import citation, regles
from ecritures.formats.fec.contenu import Contenu
from ecritures.formats.fec.devise import en_unites_mineures
from ecritures.formats.fec.entete import (
    SEPARATEURS,
    SEPARATEURS_TABLEUR,
    ZONES_MIN,
    Entete,
    choisir_separateur,
    lire_entete,
    reconnus,
)
from ecritures.formats.fec.layout import SUPPLEMENT
from ecritures.formats.fec.lignes_fautives import Repares, reparer
from ecritures.formats.fec.nom import Nom, a_la_forme, lire_nom
from ecritures.formats.fec.ouverture import Octets, ouvrir
from ecritures.formats.fec.ouverture import signale_illisible as signale_illisible
from ecritures.formats.fec.ouverture import signale_octets as signale_octets
from ecritures.formats.fec.profils import severites
from ecritures.formats.fec.regroupement import CLE_LEGALE, regrouper
from ecritures.formats.fec.supplement import entete_des_supplements
from ecritures.formats.fec.xml_contenu import est_xml, lire_xml

BLOCS_EN_AVANCE = 2
"""Blocks cut ahead of the one being typed: enough to keep two cores busy, 4 MiB each."""

ENTETE_OCTETS_MAX = 64 << 10
"""How much of the first line is looked at for the names of zones."""

_PREMIERE_LIGNE = re.compile(rb"[^\r\n]*")


def ressemble(debut: bytes, nom: str | None) -> bool:
    """Could these first bytes be a FEC? It begins as the XML form, or its first line names three regulated zones, or its
    name is a FEC's and its first line has a legal separator."""
    if est_xml(debut):
        return True
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
    if est_xml(octets):
        return lire_xml(octets, options, nom, constats)
    ouvert = ouvrir(octets, options, constats)
    if ouvert is None:
        return _illisible(constats, options)
    texte, encodage = ouvert
    detection = dataclasses.replace(texte.detection, encodage=encodage, taille_octets=len(octets))
    entete = _entete(texte, options, constats)
    if entete is None:
        return _illisible(constats, options, detection)
    detection = dataclasses.replace(detection, separateur=entete.separateur)
    lignes, repares = _lignes(texte, entete, constats)
    if lignes.height == 0:
        constats.signale(regles.VIDE)
        return _illisible(constats, options, detection)
    bruts = citation.champs_bruts(entete.separateur) if entete.est_cite else None
    situation = Situation(texte, entete.separateur, entete.zones, repares.fusions, bruts)
    lot = _lot(lignes, entete, detection, nom, options, situation, constats)
    legale = lot.regroupement.startswith(CLE_LEGALE)
    return Lecture(lot, constats.releves(), detection, severites(options, cle_legale=legale))


def _illisible(constats: Collecteur, options: OptionsLecture, detection: Detection | None = None) -> Lecture:
    return Lecture(None, constats.releves(), detection, severites(options))


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
    est_cite = _est_cite(texte, debut, numero, separateur, constats)
    decoupee = _decite(ligne, separateur) if est_cite else ligne
    entete = lire_entete(decoupee, separateur, numero, constats, regime=options.regime, est_cite=est_cite)
    if entete is None or not entete.separateur_final or fin < 0:
        return entete
    seconde = texte.octets[fin + 1 : fin + 1 + ENTETE_OCTETS_MAX].partition(b"\n")[0]
    suivante = lines.decoder(seconde, texte.encodage)
    champs = (_decite(suivante, separateur) if est_cite else suivante).count(entete.entre) + 1
    return dataclasses.replace(entete, separateur_final=champs != len(entete.noms))


def _est_cite(texte: lines.Texte, debut: int, numero: int, separateur: str, constats: Collecteur) -> bool:
    """Are quotes to be taken off? In a spreadsheet's CSV when there are some; else when most values have them (F13)."""
    if b'"' not in texte.octets:
        return False
    extrait = lines.decoder(texte.octets[debut : debut + ENTETE_OCTETS_MAX], texte.encodage).split("\n")
    cite = citation.est_cite([ligne.rstrip("\r") for ligne in extrait[1 : citation.LIGNES_ESSAYEES]], separateur)
    if cite:
        constats.signale(regles.GUILLEMETS, numero + 1)
    return cite or separateur in SEPARATEURS_TABLEUR


def _decite(ligne: str, separateur: str) -> str:
    return str(pl.DataFrame({"ligne": [ligne]}).select(citation.decite(separateur)).item())


def _lignes(texte: lines.Texte, entete: Entete, constats: Collecteur) -> tuple[pl.DataFrame, Repares]:
    """Every record read, block by block, then the lines put back together."""
    contenu: Contenu | None = None
    autre = next(s for s in SEPARATEURS if s != entete.separateur)
    premier = texte.octets.find(b"\n") + 1
    meles = autre if entete.separateur in SEPARATEURS and texte.octets.find(autre.encode(), premier) >= 0 else ""
    octets = Octets(constats, entete, a_chercher=texte.controles > 0, autre=meles)
    fautives: list[pl.DataFrame] = []
    for lues, champs, manquees, rembourre in _blocs_decoupes(texte, entete):
        octets.examine(lues)
        fautives.append(manquees)
        if contenu is None:
            contenu = Contenu(entete, constats, guillemets=b'"' in texte.octets)
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
    nues = lues.with_columns(citation.decite(entete.separateur)) if entete.est_cite else lues
    champs, manquees = decouper(nues, entete.entre, entete.nombre)
    return lues, champs, manquees, est_rembourre(nues["ligne"], entete.entre, ascii_seul=encodage == "ascii")


def _signale_autre_separateur(fautives: pl.DataFrame, autre: str, entete: Entete, constats: Collecteur) -> None:
    """F07: lines that have the other separator where the header has this one."""
    changees = fautives.filter(
        (pl.col("nombre_zones") <= 2) & (pl.col("ligne").str.count_matches(autre, literal=True) >= len(entete.noms) - 3)
    )
    if changees.height:
        detail = f"lignes qui emploient l'autre séparateur : {changees.height}"
        constats.signale(regles.SEPARATEUR_VARIE, int(changees["numero_ligne"][0]), detail=detail)


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
    if options.profil is Profil.TOLERANT:
        lignes = _date_de_lettrage(lignes)
    completes = lignes.with_columns(regroupement.ecriture, type_ecriture=pl.lit("N"))
    absentes = [pl.lit(None, type_).alias(nom_) for nom_, type_ in LIGNES.items() if nom_ not in completes.columns]
    completes = completes.with_columns(absentes).select(list(LIGNES))
    journaux, comptes, tiers = annexes(completes)
    return Lot(
        format="fec",
        detection=detection,
        lignes=completes,
        entete=entete_des_supplements(list(entete.supplements), entete.entre),
        regime=entete.regime.libelle,
        regroupement=regroupement.cle,
        exercice_annonce=nom.exercice if nom else None,
        nom_fichier=options.nom_fichier,
        zones=_zones(entete),
        localisation=situation,
        journaux=journaux,
        comptes=comptes,
        tiers=tiers,
    )


def _date_de_lettrage(lignes: pl.DataFrame) -> pl.DataFrame:
    """D-33: a lettered line without date takes the latest date of the lines of its account lettered with it."""
    sans_date = pl.col("lettrage").is_not_null() & pl.col("date_lettrage").is_null()
    if not lignes.select(sans_date.any()).item():
        return lignes
    derniere = pl.col("date").max().over("compte", "tiers", "lettrage")
    return lignes.with_columns(date_lettrage=pl.when(sans_date).then(derniere).otherwise("date_lettrage"))


def _zones(entete: Entete) -> dict[str, str]:
    """Domain field -> the zone of this file that holds it."""
    zones = {c.champ: c.name for c in entete.colonnes if c.name in entete.positions and c.champ != SUPPLEMENT}
    if entete.montant_sens:
        zones["credit_centimes"] = "Montant"
    return zones


def annexes(lignes: pl.DataFrame) -> list[pl.DataFrame]:
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
