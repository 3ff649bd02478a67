"""The first line of a FEC: its separator, the zones it names, its regime, and what is wrong with them (F06, F07, H01 to H11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.domain.lot import Regime
from ecritures.formats.delimited import BLANCS, Column
from ecritures.formats.fec import regles
from ecritures.formats.fec.layout import (
    ALIAS,
    DE_TRESORERIE_OFFICIELS,
    FORMES,
    INDISPENSABLES,
    MONTANT_SENS,
    OBLIGATOIRES_OUTIL,
    OFFICIELS,
    TRESORERIE,
    Forme,
    est_lu_par_l_outil,
    normaliser,
    regime_des_zones,
)
from ecritures.formats.fec.supplement import SEPARATEUR_INTERNE

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
    the nameless last one left out when ``separateur_final``. ``numero_ligne``: the last line before the records.

    ``separateur`` is the file's; ``entre`` is what stands between the fields once quotes are taken off (``est_cite``).
    """

    numero_ligne: int
    separateur: str
    noms: tuple[str, ...]
    positions: dict[str, int]
    supplementaires: dict[str, int]
    separateur_final: bool
    regime: Regime = Regime.BIC
    est_cite: bool = False

    @property
    def nombre(self) -> int:
        return len(self.noms) + self.separateur_final

    @property
    def entre(self) -> str:
        return SEPARATEUR_INTERNE if self.est_cite else self.separateur

    @property
    def forme(self) -> Forme:
        return FORMES[self.regime]

    @property
    def zones(self) -> dict[str, int]:
        """Every zone of the file, regulated or not -> rank of its field."""
        return {**self.supplementaires, **self.positions}

    @property
    def supplements(self) -> dict[str, int]:
        """What the model keeps as supplementary, in the order of the file: the columns of the cash regimes too."""
        tresorerie = {zone: self.positions[zone] for zone in TRESORERIE if zone in self.positions}
        return dict(sorted({**self.supplementaires, **tresorerie}.items(), key=lambda couple: couple[1]))

    @property
    def montant_sens(self) -> bool:
        return "Montant" in self.positions and "Debit" not in self.positions

    @property
    def colonnes(self) -> tuple[Column, ...]:
        """Columns to read, present or not, in the order of the law."""
        colonnes = self.forme.table.columns
        if not self.montant_sens:
            return colonnes
        autres = {"Debit": MONTANT_SENS[0], "Credit": MONTANT_SENS[1]}
        return tuple(autres.get(c.name, c) for c in colonnes)


def choisir_separateur(ligne: str, force: str | None, constats: Collecteur, numero_ligne: int) -> str | None:
    """The separator of that header line, or None: then F06 says why."""
    comptes = {s: ligne.count(s) for s in SEPARATEURS}
    if force is not None:
        assert len(force) == 1, "a separator is one character"
        if force not in SEPARATEURS:
            constats.signale(regles.SEPARATEUR_TABLEUR, numero_ligne, separateur=force)
        return force
    choisi = max(comptes, key=lambda s: comptes[s])
    if comptes[choisi] < SEPARATEURS_MIN:
        autre = max(SEPARATEURS_TABLEUR, key=ligne.count)
        if ligne.count(autre) >= SEPARATEURS_MIN and reconnus(ligne, autre) >= ZONES_MIN:
            constats.signale(regles.SEPARATEUR_TABLEUR, numero_ligne, separateur=autre)
            return autre
        indice = f" : le séparateur est « {autre} »" if ligne.count(autre) >= SEPARATEURS_MIN else ""
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


def lire_entete(
    ligne: str,
    separateur: str,
    numero_ligne: int,
    constats: Collecteur,
    *,
    regime: Regime | None = None,
    est_cite: bool = False,
) -> Entete | None:
    """The zones named by ``ligne``, and its findings. None when nothing can be read under it.

    ``regime``: forced by the caller; None: told by the columns. A first line that is a record and not a header is said
    (H08), and read under the usual header of its width.
    """
    entre = SEPARATEUR_INTERNE if est_cite else separateur
    bruts = ligne.split(entre)
    noms = [champ.strip(BLANCS + '"') for champ in bruts]
    final = len(noms) > 1 and not noms[-1]
    if final:
        noms.pop()
    if reconnus(ligne, entre) < ZONES_MIN:
        return _sans_entete(
            [champ.strip(BLANCS) for champ in bruts], separateur, numero_ligne, constats, regime, est_cite
        )
    if len(noms) > ZONES_MAX:
        constats.signale(regles.TROP_DE_ZONES, numero_ligne, nombre=len(noms), limite=ZONES_MAX)
        return None
    if final:
        constats.signale(regles.SEPARATEUR_FINAL, numero_ligne)
    entete = Entete(numero_ligne, separateur, tuple(noms), {}, {}, final, regime or regime_des_zones(noms), est_cite)
    for rang, nom in enumerate(noms):
        _classe(rang, nom, entete, constats, espaces=bruts[rang].strip('"') != nom)
    _signale_ordre(entete, constats)
    return entete if _est_lisible(entete, constats) else None


def _sans_entete(
    champs: Sequence[str],
    separateur: str,
    numero_ligne: int,
    constats: Collecteur,
    regime: Regime | None,
    est_cite: bool,
) -> Entete | None:
    """The usual header of a file that has none (D-06), when its first line is a record of that width; else None."""
    possibles = [regime] if regime else [r for r in Regime if r is not Regime.COMMERCIAL]
    largeurs = {len(FORMES[r].table.columns): r for r in possibles}
    final = len(champs) not in largeurs and not champs[-1]
    propose = largeurs.get(len(champs) - final)
    if not _ressemble_a_une_ligne(champs) or propose is None:
        indice = " : elle ressemble à une ligne d'écriture" if _ressemble_a_une_ligne(champs) else ""
        constats.signale(regles.SANS_ENTETE, numero_ligne, indice=indice)
        return None
    noms = FORMES[propose].table.noms
    indice = f" : elle ressemble à une ligne d'écriture, lue sous l'en-tête usuel de {len(noms)} zones"
    constats.signale(regles.SANS_ENTETE, numero_ligne, indice=indice)
    positions = {nom: rang for rang, nom in enumerate(noms)}
    return Entete(numero_ligne - 1, separateur, noms, positions, {}, final, propose, est_cite)


def _classe(rang: int, nom: str, entete: Entete, constats: Collecteur, *, espaces: bool) -> None:
    """Puts one field where it belongs: a regulated zone, a second one of that name (H05), or a supplementary one."""
    normalise = normaliser(nom)
    officiel = OFFICIELS.get(normalise) or ALIAS.get(normalise)
    if officiel is None and (tresorerie := DE_TRESORERIE_OFFICIELS.get(normalise)) in entete.forme.table.noms:
        officiel = tresorerie
    supplementaires, numero_ligne = entete.supplementaires, entete.numero_ligne
    if officiel is None:
        cle = nom if nom and nom not in supplementaires else f"{nom or 'sans nom'} (colonne {rang + 1})"
        supplementaires[cle] = rang
        return
    if officiel in entete.positions:
        constats.signale(regles.DOUBLON, numero_ligne, zone=officiel, rang=rang + 1)
        supplementaires[f"{nom} (colonne {rang + 1})"] = rang
        return
    entete.positions[officiel] = rang
    if nom != officiel:
        regle = regles.NOM_PROCHE if est_lu_par_l_outil(nom, officiel) else regles.NOM_ALIAS
        constats.signale(regle, numero_ligne, zone=officiel, lu=nom)
    elif espaces:
        constats.signale(regles.NOM_ESPACES, numero_ligne, zone=officiel)


def _signale_ordre(entete: Entete, constats: Collecteur) -> None:
    attendus = [c.name for c in entete.colonnes]
    lus: Sequence[str] = sorted(entete.positions, key=lambda z: entete.positions[z])
    lus = [zone for zone in lus if zone in attendus]
    for avant, zone in pairwise(lus):
        if attendus.index(avant) > attendus.index(zone):
            constats.signale(regles.ORDRE, entete.numero_ligne, zone=zone, avant=avant)
    dernier = max(entete.positions.values(), default=-1)
    connus = OFFICIELS | ALIAS | DE_TRESORERIE_OFFICIELS
    for zone, rang in entete.supplementaires.items():
        if zone.endswith(f"(colonne {rang + 1})") and normaliser(entete.noms[rang]) in connus:
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
    du_regime = [zone for zone in TRESORERIE if zone in entete.forme.table.noms and zone not in presents]
    if du_regime:
        liste = ", ".join(du_regime)
        constats.signale(
            regles.REGIME_INCOMPLET, entete.numero_ligne, regime=entete.regime.libelle, liste=liste, zone=du_regime[0]
        )
    for colonne in entete.forme.table.columns:
        if colonne.name in presents or colonne.name in du_regime or (colonne.name in paires[0] and remplaces):
            continue
        obligatoire = colonne.required or colonne.name in OBLIGATOIRES_OUTIL
        regle = regles.ZONE_OBLIGATOIRE if obligatoire else regles.ZONE_ABSENTE
        _signale_absente(regle, colonne.name, entete.numero_ligne, constats)
    return not sans_montant and all(zone in presents for zone in INDISPENSABLES)


def _signale_absente(regle: Regle, zone: str, numero_ligne: int, constats: Collecteur) -> None:
    constats.ajoute(regle, pl.DataFrame({"numero_ligne": [numero_ligne], "zone": [zone]}))


def _ressemble_a_une_ligne(champs: Sequence[str]) -> bool:
    return len(champs) >= 13 and champs[3].isdigit() and len(champs[3]) == 8 and champs[4][:3].isdigit()
