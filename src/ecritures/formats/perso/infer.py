"""Proposes a model from a file: every decision with its evidence, every doubt said and left to a person.

Nothing is guessed between two readings that differ: the key is left out, the model is incomplete and says which to fill.
A decision that rests on likelihood (a sign convention told by classes of accounts) is marked as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ecritures.domain.constat import Releve, Severity
from ecritures.domain.lot import Lecture, Lot, OptionsLecture
from ecritures.domain.modele import CHAMPS, Colonne, Convention, FormatModele, Genre, Groupement, Modele
from ecritures.formats.perso.infer_echantillon import Cellule, Echantillon, lire_echantillon
from ecritures.formats.perso.infer_noms import SENS_CREDIT, SENS_DEBIT, champ_du_nom, mot_de_total, plat
from ecritures.formats.perso.infer_notation import formes_de_date, notation
from ecritures.formats.perso.modele_ecrit import ecrire_modele
from ecritures.formats.perso.reader import read
from ecritures.formats.perso.valeurs import BLANCS, Notation

COMPTE = re.compile(r"[1-9][0-9A-Za-z]{1,16}")
COMPTES_MIN = 0.9
"""Share of a column that must look like accounts of the plan for it to be one."""
TEMOINS_MIN, CONCORDANCE_MIN = 3, 0.9
"""Lines on classes 6 and 7 that are needed to tell a sign convention, and the share of them that must agree."""


class Etat(StrEnum):
    """How sure a decision is. A_DECIDER: a person must fill the key before the model can be used."""

    SUR = "sûr"
    PROBABLE = "probable"
    NOTE = "note"
    A_DECIDER = "à décider"


@dataclass(frozen=True)
class Decision:
    """One key of the model, what it was given (empty: nothing) and why."""

    cle: str
    valeur: str
    preuve: str
    etat: Etat


@dataclass(frozen=True, eq=False)
class Proposition:
    """``modele`` is complete when nothing is left to decide; ``lecture`` is then the file read with it."""

    modele: Modele
    decisions: tuple[Decision, ...]
    lecture: Lecture | None = None

    @property
    def a_decider(self) -> tuple[Decision, ...]:
        return tuple(d for d in self.decisions if d.etat is Etat.A_DECIDER)

    @property
    def est_complete(self) -> bool:
        return not self.a_decider

    @property
    def erreurs(self) -> tuple[Releve, ...]:
        """What the reading of the file with that model finds wrong."""
        releves = self.lecture.releves if self.lecture else ()
        return tuple(r for r in releves if r.regle.severity is Severity.ERROR)

    def toml(self) -> str:
        """The model as text, each key beside its evidence; the keys to fill are comments."""
        sures = {d.cle: f"{d.preuve}{' (à vérifier)' if d.etat is Etat.PROBABLE else ''}" for d in self.decisions}
        return ecrire_modele(self.modele, sures, {d.cle: d.preuve for d in self.a_decider})


def inferer(octets: bytes, nom: str = "modèle proposé") -> Proposition:
    """Raises ModeleInvalide when the bytes cannot be examined at all."""
    return _Enquete(octets, lire_echantillon(octets), nom).mener()


class _Enquete:
    """The decisions, one subject after the other, each resting on those before."""

    def __init__(self, octets: bytes, echantillon: Echantillon, nom: str) -> None:
        self._octets, self._vu, self._nom = octets, echantillon, nom
        self._decisions: list[Decision] = []
        self._rangs: dict[str, int] = {}  # field -> column, from 0
        self._contenu: list[list[Cellule]] = echantillon.rangees  # without totals

    def mener(self) -> Proposition:
        for cle, preuve in self._vu.preuves.items():
            if cle not in self._vu.a_decider:
                self._note(cle, self._valeur_de(cle), preuve)
        for cle, question in self._vu.a_decider.items():
            self._demande(cle, question)
        if self._vu.sautees:
            self._note("fichier.lignes_a_sauter", str(self._vu.sautees), "lignes au-dessus des noms de colonnes")
        self._colonnes()
        totaux = self._totaux()
        self._natures()
        formes = self._dates()
        decimale, milliers = self._nombres()
        convention, debit, credit = self._convention(Notation(decimale, milliers))
        self._obligatoires()
        classeur = self._vu.est_classeur
        modele = Modele(
            nom=self._nom,
            format=FormatModele.XLSX if classeur else FormatModele.CSV,
            separateur=self._vu.separateur,
            lignes_a_sauter=self._vu.sautees,
            entete=self._vu.entete,
            feuille=self._vu.feuille,
            decimale=decimale,
            milliers=milliers,
            formes_date=formes,
            convention=convention,
            sens_debit=debit,
            sens_credit=credit,
            colonnes={champ: self._place(rang) for champ, rang in self._rangs.items()},
            totaux=totaux,
        )
        return self._groupement(modele)

    def _valeur_de(self, cle: str) -> str:
        valeurs = {
            "fichier.encodage": "auto",
            "fichier.separateur": "tab" if self._vu.separateur == "\t" else self._vu.separateur,
            "fichier.feuille": self._vu.feuille or "",
            "fichier.entete": "true" if self._vu.entete else "false",
        }
        return valeurs.get(cle, "")

    def _note(self, cle: str, valeur: str, preuve: str, etat: Etat = Etat.SUR) -> None:
        self._decisions.append(Decision(cle, valeur, preuve, etat))

    def _demande(self, cle: str, question: str) -> None:
        if cle not in {d.cle for d in self._decisions if d.etat is Etat.A_DECIDER}:
            self._decisions.append(Decision(cle, "", question, Etat.A_DECIDER))

    def _place(self, rang: int) -> Colonne:
        nom = self._vu.noms[rang].strip() if self._vu.entete else ""
        jumelles = [n for n in self._vu.noms if n.strip().casefold() == nom.casefold()]
        return Colonne(nom=nom) if nom and len(jumelles) == 1 else Colonne(rang=rang + 1)

    def _appel(self, rang: int) -> str:
        nom = self._vu.noms[rang].strip() if self._vu.entete else ""
        return f"« {nom} »" if nom else f"colonne {rang + 1}"

    # ── Columns ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _colonnes(self) -> None:
        if not self._vu.entete:
            self._sans_entete()
            return
        trouves: dict[str, list[int]] = {}
        inconnues = []
        for rang, nom in enumerate(self._vu.noms):
            champ = champ_du_nom(nom)
            if champ is not None:
                trouves.setdefault(champ, []).append(rang)
            elif nom.strip():
                inconnues.append(nom.strip()[:40])
        if {"debit", "credit"} <= trouves.keys():
            for champ in ("montant", "sens"):
                for rang in trouves.pop(champ, []):
                    self._note(
                        f"colonnes.{champ}", "", f"{self._appel(rang)} laissée : débit et crédit suffisent", Etat.NOTE
                    )
        for champ, rangs in trouves.items():
            if len(rangs) > 1:
                noms = " ou ".join(f"{self._appel(r)} (colonne {r + 1})" for r in rangs)
                if champ in ("date", "compte", "debit", "credit", "montant", "sens", "journal", "numero_piece"):
                    self._demande(f"colonnes.{champ}", f"plusieurs colonnes peuvent l'être : {noms}")
                else:
                    self._note(
                        f"colonnes.{champ}", "", f"non lue : plusieurs colonnes peuvent l'être ({noms})", Etat.NOTE
                    )
                continue
            self._rangs[champ] = rangs[0]
            self._note(f"colonnes.{champ}", self._appel(rangs[0]), "nom de colonne connu")
        if inconnues:
            self._note("colonnes", "", f"non lues, noms inconnus : {', '.join(inconnues)}", Etat.NOTE)

    def _sans_entete(self) -> None:
        """What each column looks like, as help to fill the keys: without names, no column is chosen."""
        natures = []
        for rang in range(len(self._vu.noms)):
            textes = [c.texte.strip(BLANCS) for c in self._vu.colonne(rang) if c.texte.strip(BLANCS)]
            natures.append(f"colonne {rang + 1} : {_nature(textes)}")
        suite = " ; ".join(natures)
        for champ in ("date", "compte"):
            self._demande(f"colonnes.{champ}", f"aucun nom de colonne ; donner le rang ({suite})")

    def _totaux(self) -> tuple[str, ...]:
        """The words that begin lines of totals; those lines are left out of what follows."""
        cles = [self._rangs[c] for c in ("date", "compte") if c in self._rangs]
        if not cles:
            return ()
        mots: dict[str, str] = {}
        gardees = []
        for rangee in self._contenu:
            manque = any(
                r >= len(rangee) or not rangee[r].texte.strip(BLANCS) or mot_de_total(rangee[r].texte) for r in cles
            )
            mot = next((m for c in rangee if (m := mot_de_total(c.texte))), None) if manque else None
            if mot is None:
                gardees.append(rangee)
            else:
                mots.setdefault(mot.casefold(), mot)
        self._contenu = gardees
        if mots:
            nombre = len(self._vu.rangees) - len(gardees)
            self._note(
                "ignorer.totaux",
                ", ".join(mots.values()),
                f"lignes sans date ou sans compte qui commencent ainsi : {nombre}",
            )
        return tuple(mots.values())

    def _cellules(self, champs: Iterable[str]) -> list[Cellule]:
        rangs = [self._rangs[c] for c in champs if c in self._rangs]
        return [
            rangee[r] for rangee in self._contenu for r in rangs if r < len(rangee) and rangee[r].texte.strip(BLANCS)
        ]

    def _natures(self) -> None:
        """A column named as an account must hold accounts."""
        comptes = self._cellules(["compte"])
        bons = sum(1 for c in comptes if COMPTE.fullmatch(c.texte.strip(BLANCS)))
        if comptes and bons < COMPTES_MIN * len(comptes):
            rebelle = next(c.texte for c in comptes if not COMPTE.fullmatch(c.texte.strip(BLANCS)))
            appel = self._appel(self._rangs.pop("compte"))
            self._decisions = [d for d in self._decisions if d.cle != "colonnes.compte"]
            self._demande("colonnes.compte", f"{appel} ne porte pas que des comptes du plan (« {rebelle[:40]} »)")

    def _obligatoires(self) -> None:
        demandees = {d.cle for d in self._decisions if d.etat is Etat.A_DECIDER}
        if "journal" not in self._rangs and "colonnes.journal" not in demandees:
            self._demande("constantes.journal", "aucune colonne ne donne le journal : VE, AC, BQ… ?")
        for champ in ("date", "compte"):
            if champ not in self._rangs:
                self._demande(f"colonnes.{champ}", "aucune colonne de ce nom n'a été reconnue")

    # ── Notations ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _dates(self) -> tuple[str, ...]:
        champs = [c for c in self._rangs if CHAMPS[c] is Genre.DATE]
        cellules = self._cellules(champs)
        textes = [c.texte for c in cellules if not c.est_date]
        if not textes:
            if cellules:
                self._note("dates.formes", "", f"{len(cellules)} vraies dates du tableur")
            elif champs or not self._vu.est_classeur:
                self._demande("dates.formes", "aucune date dans l'échantillon")
            return ()
        trouve = formes_de_date(textes)
        if not trouve.valeurs:
            self._demande("dates.formes", trouve.preuve)
        else:
            etat = Etat.PROBABLE if trouve.est_probable else Etat.SUR
            self._note("dates.formes", ", ".join(trouve.valeurs), trouve.preuve, etat)
        return trouve.valeurs

    def _nombres(self) -> tuple[str, str]:
        cellules = self._cellules(c for c in self._rangs if CHAMPS[c] is Genre.MONTANT)
        textes = [c.texte for c in cellules if not c.est_nombre]
        if not textes:
            if cellules:
                self._note("nombres.decimale", "", f"{len(cellules)} vrais nombres du tableur")
            elif not self._vu.est_classeur:
                self._demande("nombres.decimale", "aucun montant dans l'échantillon")
            return "", ""
        trouve = notation(textes)
        if not trouve.valeurs:
            self._demande("nombres.decimale", trouve.preuve)
            self._demande("nombres.milliers", trouve.preuve)
            return "", ""
        decimale, milliers = trouve.valeurs
        self._note("nombres.decimale", decimale, trouve.preuve, Etat.PROBABLE if trouve.est_probable else Etat.SUR)
        self._note(
            "nombres.milliers", milliers, "présente dans les montants" if milliers else "aucune dans les montants"
        )
        return decimale, milliers

    def _convention(self, lue: Notation) -> tuple[Convention, tuple[str, ...], tuple[str, ...]]:
        cle = "montants.convention"
        if {"debit", "credit"} <= self._rangs.keys():
            self._note(cle, Convention.DEUX_COLONNES, "une colonne de débits et une de crédits")
            return Convention.DEUX_COLONNES, (), ()
        if "montant" not in self._rangs:
            for champ in ("debit", "credit"):
                if champ not in self._rangs:
                    self._demande(
                        f"colonnes.{champ}", "aucune colonne de ce nom n'a été reconnue, ni de montant unique"
                    )
            self._demande(cle, "deux_colonnes, debit_positif, credit_positif ou montant_et_sens ?")
            return Convention.DEUX_COLONNES, (), ()
        for champ in ("debit", "credit"):
            if champ in self._rangs:
                self._demande(cle, f"un montant unique et une colonne {champ} : lequel lire ?")
                return Convention.DEUX_COLONNES, (), ()
        return self._avec_sens() if "sens" in self._rangs else self._signee(lue)

    def _avec_sens(self) -> tuple[Convention, tuple[str, ...], tuple[str, ...]]:
        vus = list(dict.fromkeys(c.texte.strip(BLANCS) for c in self._cellules(["sens"])))
        debit = tuple(t for t in vus if plat(t) in SENS_DEBIT)
        credit = tuple(t for t in vus if plat(t) in SENS_CREDIT)
        autres = [t for t in vus if t not in debit + credit]
        self._note("montants.convention", Convention.MONTANT_ET_SENS, "une colonne de montants et une de sens")
        if autres or not debit or not credit:
            question = (
                f"sens inconnus : {', '.join(f'« {t[:20]} »' for t in autres[:5])}"
                if autres
                else f"un seul sens dans l'échantillon ({', '.join(vus[:5]) or 'aucun'})"
            )
            for cote in ("debit", "credit"):
                self._demande(f"montants.{cote}", question)
            return Convention.MONTANT_ET_SENS, (), ()
        self._note("montants.debit", ", ".join(debit), "sens connus de la colonne")
        self._note("montants.credit", ", ".join(credit), "sens connus de la colonne")
        return Convention.MONTANT_ET_SENS, debit, credit

    def _signee(self, lue: Notation) -> tuple[Convention, tuple[str, ...], tuple[str, ...]]:
        """Is a positive amount a debit? Charges (class 6) are debits as a rule, and products (class 7) credits: the lines
        on both must say the same, and a file with one of the two only may hold nothing but credit notes."""
        cle = "montants.convention"
        pour = {"6": [0, 0], "7": [0, 0]}  # class -> lines that say debit_positif, lines that say credit_positif
        negatifs = 0
        for rangee in self._contenu:
            montant, compte = self._cellule(rangee, "montant"), self._cellule(rangee, "compte")
            valeur = _signe(montant, lue)
            negatifs += valeur < 0
            classe = compte.texte.strip(BLANCS)[:1] if compte else ""
            if classe in pour and valeur:
                pour[classe][(valeur > 0) is (classe == "7")] += 1
        if not negatifs:
            self._demande(cle, "un montant unique, jamais négatif, et aucune colonne de sens")
            return Convention.DEBIT_POSITIF, (), ()
        debit, credit = (sum(p[i] for p in pour.values()) for i in (0, 1))
        total = debit + credit
        temoins = all(sum(p) for p in pour.values()) and total >= TEMOINS_MIN
        if not temoins or max(debit, credit) < CONCORDANCE_MIN * total:
            self._demande(
                cle,
                f"un montant signé : positif au débit ou au crédit ? Charges et produits ne tranchent pas ({debit} lignes pour "
                f"le débit, {credit} pour le crédit ; il en faut des deux classes)",
            )
            return Convention.DEBIT_POSITIF, (), ()
        choisie = Convention.DEBIT_POSITIF if debit > credit else Convention.CREDIT_POSITIF
        preuve = f"{max(debit, credit)} lignes de charges et de produits sur {total} le disent"
        self._note(cle, choisie, preuve, Etat.PROBABLE)
        return choisie, (), ()

    def _cellule(self, rangee: Sequence[Cellule], champ: str) -> Cellule | None:
        rang = self._rangs.get(champ)
        return rangee[rang] if rang is not None and rang < len(rangee) else None

    # ── Entries ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _groupement(self, modele: Modele) -> Proposition:
        """The first grouping under which every entry of the file balances and has one date."""
        possibles = [Groupement.SOLDE]
        if "reference" in self._rangs:
            possibles.insert(0, Groupement.DATE_REFERENCE)
        if "numero_piece" in self._rangs:
            possibles.insert(0, Groupement.PIECE)
        cle = "ecritures.groupement"
        if any(d.etat is Etat.A_DECIDER for d in self._decisions):
            essais = [g for g in possibles if g is not Groupement.SOLDE]
            if essais:
                self._note(
                    cle, essais[0], "colonne présente ; à vérifier une fois les autres clés remplies", Etat.PROBABLE
                )
                return self._rend(replace(modele, groupement=essais[0]))
            self._demande(cle, "à choisir une fois les autres clés remplies")
            return self._rend(modele)
        bilans = []
        for groupement in possibles:
            lecture = read(self._octets, OptionsLecture(modele=replace(modele, groupement=groupement)))
            if lecture.lot is None:
                self._demande(cle, f"le fichier n'est pas lu : {lecture.releves[-1].regle.titre.lower()}")
                return self._rend(modele)
            justes, total = _equilibre(lecture.lot)
            if justes == total and not _absentes(lecture):
                self._note(cle, groupement, f"les {total} écritures du fichier s'équilibrent, chacune à une seule date")
                return self._rend(replace(modele, groupement=groupement), lecture)
            bilans.append(f"{groupement} : {justes} écritures équilibrées à une date sur {total}")
        self._demande(cle, f"aucun ne les équilibre toutes ({' ; '.join(bilans)})")
        return self._rend(modele)

    def _rend(self, modele: Modele, lecture: Lecture | None = None) -> Proposition:
        return Proposition(modele, tuple(self._decisions), lecture)


def _nature(textes: Sequence[str]) -> str:
    if not textes:
        return "vide"
    if formes_de_date(textes).valeurs:
        return f"des dates ({textes[0][:20]})"
    if all(COMPTE.fullmatch(t) and t.isdigit() and len(t) >= 3 for t in textes):
        return f"peut-être des comptes ({textes[0][:20]})"
    if notation(textes).valeurs:
        return f"des nombres ({textes[0][:20]})"
    return f"des textes ({textes[0][:20]})"


def _signe(cellule: Cellule | None, lue: Notation) -> int:
    """1, -1, or 0 when blank, zero or unreadable."""
    if cellule is None or not cellule.texte.strip(BLANCS):
        return 0
    notee = Notation(".") if cellule.est_nombre else lue
    valeur = notee.lire(cellule.texte, 4).valeur or 0
    return (valeur > 0) - (valeur < 0)


def _equilibre(lot: Lot) -> tuple[int, int]:
    """Entries that balance and have one date, and all of them."""
    soldes: dict[int, int] = {}
    dates: dict[int, set[object]] = {}
    for ecriture, jour, debit, credit in lot.lignes.select(
        "ecriture", "date", "debit_centimes", "credit_centimes"
    ).iter_rows():
        soldes[ecriture] = soldes.get(ecriture, 0) + (debit or 0) - (credit or 0)
        dates.setdefault(ecriture, set()).add(jour)
    return sum(1 for e, solde in soldes.items() if solde == 0 and len(dates[e]) == 1), len(soldes)


def _absentes(lecture: Lecture) -> bool:
    return any(r.regle.id == "perso.valeur_absente" for r in lecture.releves)


def decisions_en_json(proposition: Proposition) -> list[Mapping[str, str]]:
    return [{"cle": d.cle, "valeur": d.valeur, "preuve": d.preuve, "etat": d.etat.value} for d in proposition.decisions]


__all__ = ["Decision", "Etat", "Proposition", "decisions_en_json", "inferer"]
