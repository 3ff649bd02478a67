"""The XML form of a FEC, streamed: elements become rows of texts, and what is not in the official schema is said (X01 to X04).

No tree is built: one block of texts a line, one a entry. A DOCTYPE stops the reading before anything of it is used.
Bytes are UTF-8 here (``xml_jeu``); :mod:`ecritures.formats.fec.xml_contenu` gives the texts their types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from xml.parsers import expat

import numpy as np
import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.domain.lot import Regime
from ecritures.formats.fec import regles_xml as regles
from ecritures.formats.fec.xml_faits import Faits, Lieu, cause_de
from ecritures.formats.fec.xml_schema import (
    OCTETS_DU_SCHEMA_MAX,
    RACINE,
    SCHEMAS,
    Automate,
    Genre,
    Place,
    automates,
    zones_d_ecriture,
)

PROFONDEUR_MAX = 32
"""Elements inside one another: the schema has six levels, and a producer's element a few."""
JETON_OCTETS_MAX = 1 << 20
"""Longest tag or comment: beyond, the parser would read it again and again."""
VALEUR_CARACTERES_MAX = 64 << 10
"""Longest value: a label is a few hundred characters."""
AUTRES_MAX = 500
"""Producer's elements of distinct names: more are no columns of a FEC."""
TRANCHE = 1 << 16
"""Lines held as Python texts before they become columns."""
_PAS_OCTETS = 256 << 10

COMMUNES = ("JournalCode", "JournalLib")
ZONES_DE_LIGNE = ("CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "Montantdevise", "Idevise", "Debit", "Credit", "Montant", "Sens")  # fmt: skip
AJOUTEES = ("_ligne", "_colonne", "_octet", "_ecriture", "_journal")
"""Columns of :class:`Lu` beside the zones."""


@dataclass(frozen=True)
class Lu:
    """What the stream held. ``textes``: one row a ``ligne``, one String column a zone (null: no such element), then
    ``_ligne``, ``_colonne``, ``_octet`` (of the ligne), ``_ecriture`` and ``_journal`` (byte of the elements that hold
    it). ``lieux``: byte -> Lieu of the entries and journals. ``autres``: names of the producer's elements."""

    textes: pl.DataFrame
    lieux: pl.DataFrame
    autres: tuple[str, ...]
    regime: Regime
    schema: str | None
    cloture: str | None
    place_cloture: Lieu | None
    est_refuse: bool  # a DOCTYPE: nothing may be used


class _Arret(Exception):
    """The reading stops here; what is wrong was said."""


@dataclass
class _Bloc:
    automate: Automate
    lieu: Lieu
    vus: int = 0
    dernier: int = -1
    lignes: int = 0
    valeurs: dict[str, str] = field(default_factory=dict)


def lire_flux(octets: bytes, regime: Regime | None, constats: Collecteur) -> Lu:
    """``octets``: UTF-8, line ends normalised. ``regime``: the one asked for, else the schema's. Never raises."""
    flux = _Flux(octets, regime)
    flux.lire()
    flux.conclut(constats)
    return flux.lu()


class _Flux:
    """The handlers of one reading, and the columns they fill."""

    def __init__(self, octets: bytes, regime: Regime | None) -> None:
        self._octets = octets
        self._demande = regime
        self._regime = regime or Regime.BIC
        self._schema: str | None = None
        self._analyseur = expat.ParserCreate("utf-8")
        self._morceaux: list[str] = []
        self._pile: list[_Bloc] = []
        self._bloc: _Bloc | None = None
        self._automates: Mapping[str, Automate] = automates(self._regime)
        self._feuille: str | None = None  # the zone being read
        self._ecartee = False  # its value is not kept
        self._sous_feuille = 0
        self._refuse = False
        self._termine = False
        self._cloture: str | None = None
        self._place_cloture: Lieu | None = None
        self._colonnes: dict[str, list[str | None]] = {}
        self._zones_ecriture: tuple[str, ...] = ()
        self._reglementaires: frozenset[str] = frozenset()
        self._autres: dict[str, None] = {}
        self._places: tuple[list[int], list[int], list[int], list[int], list[int]] = ([], [], [], [], [])
        self._blocs_lieux: list[tuple[int, int, int]] = []
        self._cadres: list[pl.DataFrame] = []
        self._faits = Faits()

    # ── the stream ──────────────────────────────────────────────────────────────────────────────────────────────────

    def lire(self) -> None:
        p = self._analyseur
        p.buffer_text = True
        p.StartDoctypeDeclHandler = self._doctype
        p.EntityDeclHandler = self._doctype
        p.StartElementHandler = self._debut
        p.EndElementHandler = self._fin
        p.CharacterDataHandler = self._morceaux.append
        vue, donnes = memoryview(self._octets), 0
        try:
            while donnes < len(vue):
                p.Parse(vue[donnes : donnes + _PAS_OCTETS], False)
                donnes = min(donnes + _PAS_OCTETS, len(vue))
                if donnes - p.CurrentByteIndex > JETON_OCTETS_MAX + _PAS_OCTETS:
                    self._mal_forme("une balise ou un commentaire dépasse la longueur admise", self._lieu())
            p.Parse(b"", True)
        except expat.ExpatError as erreur:
            self._note_erreur(erreur)
        except _Arret:
            pass
        finally:
            for poignee in ("StartElementHandler", "EndElementHandler", "CharacterDataHandler"):
                setattr(p, poignee, None)  # no cycle is left behind
            p.StartDoctypeDeclHandler = p.EntityDeclHandler = None

    def _lieu(self) -> Lieu:
        p = self._analyseur
        return Lieu(p.CurrentLineNumber, p.CurrentColumnNumber + 1, p.CurrentByteIndex)

    def _note_erreur(self, erreur: expat.ExpatError) -> None:
        p = self._analyseur
        lieu = Lieu(p.ErrorLineNumber, p.ErrorColumnNumber + 1, max(p.ErrorByteIndex, 0))
        self._fait(regles.MAL_FORME, lieu, 1, cause=cause_de(erreur, self._octets[lieu.octet : lieu.octet + 1]))

    def _mal_forme(self, cause: str, lieu: Lieu) -> None:
        self._fait(regles.MAL_FORME, lieu, 1, cause=cause)
        raise _Arret

    def _doctype(self, *_: object) -> None:
        """Called at the end of the declaration: its beginning is looked for backwards."""
        lieu = self._lieu()
        rang = self._octets.rfind(b"<!DOCTYPE", 0, lieu.octet + 1)
        if rang >= 0:
            ligne = self._octets.count(b"\n", 0, rang) + 1
            lieu = Lieu(ligne, rang - self._octets.rfind(b"\n", 0, rang), rang)
        self._fait(regles.DOCTYPE, lieu, len("<!DOCTYPE"))
        self._refuse = True
        raise _Arret

    # ── elements ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _debut(self, nom: str, attributs: dict[str, str]) -> None:
        if self._feuille is not None:
            self._dans_une_feuille(nom)
            return
        if self._morceaux:
            self._texte_hors_element()
        bloc = self._bloc
        if bloc is None:
            self._racine(nom, attributs)
            return
        if attributs:
            self._hors_schema(nom, f"l'attribut « {next(iter(attributs))[:80]} » n'est pas prévu")
        place = bloc.automate.places.get(nom)
        if place is None or (place.rang <= bloc.dernier and not (place.repete and place.rang == bloc.dernier)):
            self._imprevu(nom, place, bloc)
            return
        if place.suite and "Montant" not in bloc.valeurs:
            self._imprevu(nom, place, bloc)
            return
        bloc.vus |= place.bit
        bloc.dernier = place.rang
        if place.genre is Genre.BLOC:
            self._ouvre(nom, bloc)
        else:
            self._feuille = place.nom
            self._ecartee = False
            if nom == "DateCloture":
                self._place_cloture = self._lieu()

    def _racine(self, nom: str, attributs: Mapping[str, str]) -> None:
        if nom != RACINE:
            self._hors_schema(nom, f"la racine doit être « {RACINE} », sans espace de noms")
            raise _Arret
        lu = next((v for a, v in attributs.items() if a.rpartition(":")[2] == "noNamespaceSchemaLocation"), None)
        schema = lu.strip().replace("\\", "/").rpartition("/")[2] if lu is not None else None
        trouve = SCHEMAS.get(schema or "")
        lieu = self._lieu()
        if trouve is None:
            detail = f" : « {lu[:80]} » est inconnu" if lu else ""
            self._fait(regles.SCHEMA_ABSENT, lieu, len(nom) + 1, detail=detail)
            self._regime = self._demande or self._regime_devine()
        else:
            self._schema = schema
            if self._octets.find((schema or "").encode(), 0, OCTETS_DU_SCHEMA_MAX) < 0:
                detail = f" dans les {OCTETS_DU_SCHEMA_MAX} premiers octets, où l'outil officiel le cherche"
                self._fait(regles.SCHEMA_ABSENT, lieu, len(nom) + 1, detail=detail)
            if self._demande not in (None, trouve):
                noms = {"trouve": trouve.libelle, "demande": self._demande.libelle if self._demande else ""}
                self._fait(regles.AUTRE_REGIME, lieu, len(nom) + 1, schema=schema, **noms)
            self._regime = trouve
        self._automates = automates(self._regime)
        self._zones_ecriture = zones_d_ecriture(self._regime)
        self._colonnes = {z: [] for z in (*COMMUNES, *self._zones_ecriture, *ZONES_DE_LIGNE)}
        self._reglementaires = frozenset(self._colonnes)
        self._bloc = _Bloc(self._automates[nom], lieu)

    def _regime_devine(self) -> Regime:
        """Without a schema: the elements of the cash regimes tell them."""
        debut = self._octets[: 1 << 20]
        if b"<DateRglt>" not in debut:
            return Regime.BIC
        return Regime.BNC_TRESORERIE if b"<IdClient>" in debut else Regime.BA_TRESORERIE

    def _ouvre(self, nom: str, parent: _Bloc) -> None:
        self._pile.append(parent)
        parent.lignes += 1
        lieu = self._lieu()
        self._bloc = _Bloc(self._automates[nom], lieu)
        if nom != "ligne":
            self._blocs_lieux.append((lieu.octet, lieu.ligne, lieu.colonne))

    def _imprevu(self, nom: str, place: Place | None, bloc: _Bloc) -> None:
        """A child that the schema has not there: the producer's own, one too many, or one out of order."""
        automate = bloc.automate
        self._feuille, self._ecartee = nom, True
        if automate.rang_montant >= 0 and bloc.dernier >= automate.rang_montant:
            # after the amount any element may come; Credit after Debit is the other side, and is read
            self._ecartee = False
            if nom not in ("Debit", "Credit") or nom in bloc.valeurs:
                self._feuille = self._nom_du_producteur(nom, place)
            return
        if place is None:
            attendus = "avant les montants" if automate.autres else f"dans « {automate.nom} »"
            self._hors_schema(nom, f"il n'est pas prévu {attendus}")
            if automate.autres:
                self._feuille, self._ecartee = self._nom_du_producteur(nom, place), False
        elif place.suite:
            self._hors_schema(nom, "il ne peut que suivre Montant")
        elif place.bit & bloc.vus:
            self._hors_schema(nom, "il figure deux fois")
        else:
            self._hors_schema(nom, "il n'est pas à sa place dans l'ordre du schéma")
            if place.genre is Genre.BLOC:
                self._feuille = None
                self._ouvre(nom, bloc)
            else:  # read all the same: the value is there
                bloc.vus |= place.bit
                self._feuille, self._ecartee = place.nom, False

    def _nom_du_producteur(self, nom: str, place: Place | None) -> str:
        if place is not None or nom in self._reglementaires:
            nom = f"{nom} (ligne)"
        deja = self._bloc.valeurs if self._bloc is not None else {}
        if nom in deja:
            nom = next(autre for rang in count(2) if (autre := f"{nom} ({rang})") not in deja)
        if nom not in self._autres:
            if len(self._autres) >= AUTRES_MAX:
                self._mal_forme(f"plus de {AUTRES_MAX} éléments de noms différents", self._lieu())
            self._autres[nom] = None
        return nom

    def _dans_une_feuille(self, nom: str) -> None:
        self._sous_feuille += 1
        if self._sous_feuille + len(self._pile) + 2 > PROFONDEUR_MAX:
            self._mal_forme(f"plus de {PROFONDEUR_MAX} éléments les uns dans les autres", self._lieu())
        if self._sous_feuille == 1 and not self._ecartee and self._feuille not in self._autres:
            self._hors_schema(nom, f"« {self._feuille} » ne contient que du texte")

    def _texte_hors_element(self) -> None:
        texte = "".join(self._morceaux)
        self._morceaux.clear()
        if (nu := texte.strip()) and self._bloc is not None:
            self._hors_schema(self._bloc.automate.nom, f"le texte « {nu[:60]} » n'est dans aucune zone")

    def _fin(self, nom: str) -> None:
        if self._feuille is not None:
            if self._sous_feuille:
                self._sous_feuille -= 1
            else:
                self._ferme_feuille()
            return
        if self._morceaux:
            self._texte_hors_element()
        bloc = self._bloc
        assert bloc is not None, "an element ends inside the root"
        automate = bloc.automate
        if automate.requis & ~bloc.vus:
            for manquant in automate.manquants(bloc.vus):
                self._hors_schema(nom, f"l'élément {manquant} manque", bloc.lieu)
        if nom == "ligne":
            self._garde_ligne(bloc)
        elif nom == "ecriture":
            self._garde_ecriture(bloc)
        self._bloc = self._pile.pop() if self._pile else None
        if self._bloc is None:
            self._termine = True

    def _ferme_feuille(self) -> None:
        morceaux = self._morceaux
        valeur = morceaux[0] if len(morceaux) == 1 else "".join(morceaux)
        morceaux.clear()
        zone, self._feuille = self._feuille, None
        if self._ecartee or zone is None or self._bloc is None:
            return
        valeur = valeur.strip()
        if not valeur.isprintable():  # tabs and line ends would break a flat record
            valeur = " ".join(valeur.split())
        if len(valeur) > VALEUR_CARACTERES_MAX:
            self._hors_schema(zone, f"la valeur a {len(valeur)} caractères ({VALEUR_CARACTERES_MAX} au plus)")
            valeur = valeur[:VALEUR_CARACTERES_MAX]
        if zone == "DateCloture":
            self._cloture = valeur
        else:
            self._bloc.valeurs[zone] = valeur

    # ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _garde_ligne(self, bloc: _Bloc) -> None:
        colonnes, lire = self._colonnes, bloc.valeurs.get
        if lire("Montant") is not None and lire("Sens") is None:
            self._hors_schema("ligne", "l'élément Sens manque après Montant", bloc.lieu)
        for zone in ZONES_DE_LIGNE:
            colonnes[zone].append(lire(zone))
        if self._autres:
            rang = len(colonnes["CompteNum"]) - 1
            for zone in bloc.valeurs.keys() & self._autres.keys():
                colonne = colonnes.setdefault(zone, [])
                colonne.extend([None] * (rang - len(colonne)))
                colonne.append(bloc.valeurs[zone])
        lignes, colonnes_, octets, _, _ = self._places
        lignes.append(bloc.lieu.ligne)
        colonnes_.append(bloc.lieu.colonne)
        octets.append(bloc.lieu.octet)

    def _garde_ecriture(self, bloc: _Bloc) -> None:
        """The zones of the entry, and of its journal, on each of its lines."""
        journal = self._pile[-1]
        nombre = len(self._colonnes["CompteNum"]) - len(self._colonnes["EcritureNum"])
        if bloc.lignes < bloc.automate.lignes_min:
            combien = "une seule ligne" if bloc.lignes else "aucune ligne"
            numero = bloc.valeurs.get("EcritureNum", "")
            code = journal.valeurs.get("JournalCode", "")
            self._fait(
                regles.MOINS_DE_DEUX_LIGNES, bloc.lieu, len("<ecriture"), journal=code, numero=numero, combien=combien
            )
        for zone in self._zones_ecriture:
            self._colonnes[zone].extend([bloc.valeurs.get(zone)] * nombre)
        for zone in COMMUNES:
            self._colonnes[zone].extend([journal.valeurs.get(zone)] * nombre)
        self._places[3].extend([bloc.lieu.octet] * nombre)
        self._places[4].extend([journal.lieu.octet] * nombre)
        if len(self._colonnes["CompteNum"]) >= TRANCHE:
            self._vide()

    def _vide(self) -> None:
        """What was read becomes columns. A line whose entry did not end is left out."""
        hauteur = len(self._colonnes.get("EcritureNum", ()))
        if hauteur == 0:
            return
        series = [_colonne(zone, valeurs, hauteur) for zone, valeurs in self._colonnes.items()]
        for nom, places in zip(AJOUTEES, self._places, strict=True):
            series.append(pl.Series(nom, np.array(places[:hauteur], np.int64)).cast(pl.UInt32))
            places.clear()
        self._cadres.append(pl.DataFrame(series))
        for valeurs in self._colonnes.values():
            valeurs.clear()

    def lu(self) -> Lu:
        self._vide()
        textes = pl.concat(self._cadres, how="diagonal") if self._cadres and not self._refuse else pl.DataFrame()
        self._cadres.clear()
        lieux = pl.DataFrame(
            self._blocs_lieux,
            schema={"octet": pl.UInt32, "ligne": pl.UInt32, "colonne": pl.UInt32},
            orient="row",
        )
        autres = tuple(nom for nom in self._autres if nom in textes.columns)
        return Lu(textes, lieux, autres, self._regime, self._schema, self._cloture, self._place_cloture, self._refuse)

    # ── findings ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hors_schema(self, nom: str, cause: str, lieu: Lieu | None = None) -> None:
        self._fait(regles.SCHEMA_INVALIDE, lieu or self._lieu(), len(nom) + 1, element=nom[:80], cause=cause)

    def _fait(self, regle: Regle, lieu: Lieu, largeur: int, **parametres: object) -> None:
        if lieu.octet >= len(self._octets) and lieu.ligne > 1 and self._octets.endswith((b"\n", b"\r")):
            lieu = Lieu(
                lieu.ligne - 1, 1, lieu.octet
            )  # after the last line end there is no line: the last one is shown
        self._faits.ajoute(regle, lieu, largeur, **parametres)

    def conclut(self, constats: Collecteur) -> None:
        """Hands the findings over, each with its line and columns. An end that never came is said, if nothing else was."""
        if not self._termine and not self._faits:
            self._fait(regles.MAL_FORME, self._lieu(), 1, cause="le fichier s'arrête avant la fin")
        self._faits.verse(constats)


def _colonne(zone: str, valeurs: Sequence[str | None], hauteur: int) -> pl.Series:
    serie = pl.Series(zone, valeurs[:hauteur], dtype=pl.String)
    return serie.extend_constant(None, hauteur - len(serie)) if len(serie) < hauteur else serie
