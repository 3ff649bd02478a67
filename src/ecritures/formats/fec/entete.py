"""The first line of a FEC: its separator, the zones it names, and what is wrong with them (F06, F07, H01 to H10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.formats.delimited import BLANCS, Column
from ecritures.formats.fec import regles
from ecritures.formats.fec.layout import ALIAS, BIC_IS, INDISPENSABLES, MONTANT_SENS, OFFICIELS, normaliser

SEPARATEURS = ("\t", "|")
SEPARATEURS_TABLEUR = (";", ",")
SEPARATEURS_MIN = 8
"""Fewer separators than this in the first line: it is not the separator (F06)."""
ZONES_MIN = 3
"""Fewer names recognised than this: the first line is not a header (H08)."""
ZONES_MAX = 500
"""More zones than this are not a FEC's: splitting every line in so many would cost memory for nothing."""


@dataclass(frozen=True)
class Entete:
    """The zones of the file. ``positions``: printed name -> rank of the field, from 0. ``nombre``: fields of a line,
    the nameless last one left out when ``separateur_final``."""

    numero_ligne: int
    separateur: str
    noms: tuple[str, ...]
    positions: dict[str, int]
    supplementaires: dict[str, int]
    separateur_final: bool

    @property
    def nombre(self) -> int:
        return len(self.noms) + self.separateur_final

    @property
    def montant_sens(self) -> bool:
        return "Montant" in self.positions and "Debit" not in self.positions

    @property
    def colonnes(self) -> tuple[Column, ...]:
        """Columns to read, present or not, in the order of the law."""
        if not self.montant_sens:
            return BIC_IS.columns
        autres = {"Debit": MONTANT_SENS[0], "Credit": MONTANT_SENS[1]}
        return tuple(autres.get(c.name, c) for c in BIC_IS.columns)


def choisir_separateur(ligne: str, force: str | None, constats: Collecteur, numero_ligne: int) -> str | None:
    """The separator of that header line, or None: then F06 says why."""
    comptes = {s: ligne.count(s) for s in SEPARATEURS}
    if force is not None:
        if force not in SEPARATEURS:
            constats.signale(regles.SEPARATEUR_ABSENT, numero_ligne, indice=f" : « {force} » a été imposé")
        return force
    choisi = max(comptes, key=lambda s: comptes[s])
    if comptes[choisi] < SEPARATEURS_MIN:
        autre = next((s for s in SEPARATEURS_TABLEUR if ligne.count(s) >= SEPARATEURS_MIN), None)
        indice = f" : le séparateur est « {autre} »" if autre else ""
        constats.signale(regles.SEPARATEUR_ABSENT, numero_ligne, indice=indice)
        return None
    if min(comptes.values()) >= SEPARATEURS_MIN:
        constats.signale(
            regles.SEPARATEUR_VARIE, numero_ligne, detail="l'en-tête emploie la tabulation et la barre verticale"
        )
    return choisi


def reconnus(ligne: str, separateur: str) -> int:
    """How many regulated zones that line names."""
    normalises = {normaliser(champ) for champ in ligne.split(separateur)}
    return len({OFFICIELS.get(n) or ALIAS.get(n) for n in normalises} - {None})


def lire_entete(ligne: str, separateur: str, numero_ligne: int, constats: Collecteur) -> Entete | None:
    """The zones named by ``ligne``, and its findings. None when nothing can be read under it."""
    bruts = ligne.split(separateur)
    noms = [champ.strip(BLANCS + '"') for champ in bruts]
    final = len(noms) > 1 and not noms[-1]
    if final:
        noms.pop()
    if reconnus(ligne, separateur) < ZONES_MIN:
        indice = " : elle ressemble à une ligne d'écriture" if _ressemble_a_une_ligne(noms) else ""
        constats.signale(regles.SANS_ENTETE, numero_ligne, indice=indice)
        return None
    if len(noms) > ZONES_MAX:
        constats.signale(regles.TROP_DE_ZONES, numero_ligne, nombre=len(noms), limite=ZONES_MAX)
        return None
    if final:
        constats.signale(regles.SEPARATEUR_FINAL, numero_ligne)
    positions: dict[str, int] = {}
    supplementaires: dict[str, int] = {}
    for rang, nom in enumerate(noms):
        _classe(rang, nom, positions, supplementaires, numero_ligne, constats)
    entete = Entete(numero_ligne, separateur, tuple(noms), positions, supplementaires, final)
    _signale_ordre(entete, constats)
    return entete if _est_lisible(entete, constats) else None


def _classe(
    rang: int,
    nom: str,
    positions: dict[str, int],
    supplementaires: dict[str, int],
    numero_ligne: int,
    constats: Collecteur,
) -> None:
    """Puts one field where it belongs: a regulated zone, a second one of that name (H05), or a supplementary one."""
    normalise = normaliser(nom)
    officiel = OFFICIELS.get(normalise) or ALIAS.get(normalise)
    if officiel is None:
        cle = nom if nom and nom not in supplementaires else f"{nom or 'sans nom'} (colonne {rang + 1})"
        supplementaires[cle] = rang
        return
    if officiel in positions:
        constats.signale(regles.DOUBLON, numero_ligne, zone=officiel, rang=rang + 1)
        supplementaires[f"{nom} (colonne {rang + 1})"] = rang
        return
    positions[officiel] = rang
    if nom != officiel:
        regle = regles.NOM_PROCHE if normalise in OFFICIELS else regles.NOM_ALIAS
        constats.signale(regle, numero_ligne, zone=officiel, lu=nom)


def _signale_ordre(entete: Entete, constats: Collecteur) -> None:
    attendus = [c.name for c in entete.colonnes]
    lus: Sequence[str] = sorted(entete.positions, key=lambda z: entete.positions[z])
    lus = [zone for zone in lus if zone in attendus]
    for avant, zone in pairwise(lus):
        if attendus.index(avant) > attendus.index(zone):
            constats.signale(regles.ORDRE, entete.numero_ligne, zone=zone, avant=avant)
    dernier = max(entete.positions.values(), default=-1)
    for zone, rang in entete.supplementaires.items():
        if zone.endswith(f"(colonne {rang + 1})") and normaliser(entete.noms[rang]) in OFFICIELS | ALIAS:
            continue  # a double, already said
        constats.signale(regles.SUPPLEMENTAIRE, entete.numero_ligne, zone=zone)
        if rang < dernier:
            constats.signale(regles.INTERCALEE, entete.numero_ligne, zone=zone)


def _est_lisible(entete: Entete, constats: Collecteur) -> bool:
    """Says which zones are missing; False when there are no amounts, dates or accounts to read."""
    presents = entete.positions.keys()
    paires = {"Debit", "Credit"}, {"Montant", "Sens"}
    montants = [z for paire in paires for z in sorted(paire & presents, reverse=True)]
    remplaces = bool(paires[1] & presents)
    if remplaces and set(montants) != paires[1]:
        constats.signale(regles.MONTANT_SENS, entete.numero_ligne, presentes=" et ".join(montants))
    sans_montant = not any(paire <= presents for paire in paires)
    for colonne in BIC_IS.columns:
        if colonne.name in presents or (colonne.name in paires[0] and remplaces):
            continue
        regle = regles.ZONE_OBLIGATOIRE if colonne.required else regles.ZONE_ABSENTE
        _signale_absente(regle, colonne.name, entete.numero_ligne, constats)
    return not sans_montant and all(zone in presents for zone in INDISPENSABLES)


def _signale_absente(regle: Regle, zone: str, numero_ligne: int, constats: Collecteur) -> None:
    constats.ajoute(regle, pl.DataFrame({"numero_ligne": [numero_ligne], "zone": [zone]}))


def _ressemble_a_une_ligne(champs: Sequence[str]) -> bool:
    return len(champs) >= 13 and champs[3].isdigit() and len(champs[3]) == 8 and champs[4][:3].isdigit()
