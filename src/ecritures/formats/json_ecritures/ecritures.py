"""The elements of ``data.ecritures``, one by one: values of the model, what it does not name, analytic parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import LIGNES
from ecritures.formats.fec.devises import DECIMALES
from ecritures.formats.json_ecritures import layout, regles
from ecritures.formats.json_ecritures.corps import Corps
from ecritures.formats.json_ecritures.notes import Notes
from ecritures.formats.json_ecritures.valeurs import (
    Constante,
    Nombre,
    centimes,
    ecrit,
    est_siret,
    jour_iso,
    jour_large,
    propre,
    texte_decimal,
    unites,
)

EURO = "EUR"
DECIMALES_PAR_DEFAUT = 2
_ABSENT = object()


@dataclass
class Lignes:
    """Columns of the lines, then the analytic parts. ``parts``: path of each part, by its ``numero_ligne``."""

    colonnes: dict[str, list[Any]] = field(default_factory=lambda: {nom: [] for nom in LIGNES if nom != "ecriture"})
    ventilations: list[dict[str, Any]] = field(default_factory=list)
    sections: dict[tuple[str, str], str | None] = field(default_factory=dict)
    parts: dict[int, str] = field(default_factory=dict)
    orthographes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cote:
    """One side of a line: centimes, and the foreign amount in minor units."""

    montant: int | None = 0
    devise: str | None = None
    montant_devise: int | None = None
    taux: str | None = None


def lire_lignes(corps: Corps, constats: Collecteur) -> Lignes:
    """Every element of ``data.ecritures``, with what is wrong in each (J7 to J12)."""
    assert corps.ecritures is not None, "a body without entries is not read further"
    lecteur = _Lecteur(corps)
    for numero, element in enumerate(corps.ecritures, 1):
        lecteur.ligne(numero, element)
    lecteur.conclut()
    lecteur.notes.verse(constats)
    return lecteur.lignes


class _Lecteur:
    def __init__(self, corps: Corps) -> None:
        self.corps = corps
        self.lignes = Lignes()
        self.notes = Notes()
        self._cles = {cle.lower(): cle for cle in layout.CLES}
        self._connues: dict[str, str] = {}
        self._inconnues: dict[str, tuple[int, int]] = {}
        self._jours: dict[str, date | None] = {}
        self._siren: str | None = corps.siret[:9] if corps.siret else None

    def conclut(self) -> None:
        for cle, (numero, nombre) in self._inconnues.items():
            self.notes.note(regles.CLE_INCONNUE, numero, propre(cle), nombre=nombre)

    # --- one line -------------------------------------------------------------------------------------------
    def ligne(self, numero: int, element: Any) -> None:
        colonnes = self.lignes.colonnes
        if not isinstance(element, dict):
            self.notes.note(regles.PAS_UN_OBJET, numero, None)
            element = {}
            vide = True
        else:
            vide = False
        valeurs, axes, reste = self._range(numero, element)
        lu: dict[str, Any] = dict.fromkeys(colonnes)
        lu |= {"numero_ligne": numero, "type_ecriture": "N"}
        for cle in layout.LIGNE:
            valeur = valeurs.get(cle.nom)
            if valeur is None:
                continue
            if cle.genre == "texte":
                lu[cle.champ or ""] = self._texte(numero, cle.nom, valeur)
            elif cle.genre == "date":
                lu[cle.champ or ""] = self._date(numero, cle.nom, valeur)
            elif cle.genre == "garde" or (cle.champ is None and cle.nom != "typeMouvement"):
                reste[cle.nom] = valeur
        lu["date_piece"] = self._iso(numero, "dateJustif", valeurs.get("dateJustif"), regles.DATE_JUSTIFICATIF)
        self._cutoff(numero, valeurs)
        lu["etablissement"] = self._siret(numero, valeurs.get("SIRET"))
        lu["mode_paiement"] = self._code(numero, "modePaiement", valeurs.get("modePaiement"), layout.MODES_PAIEMENT)
        self._type(numero, valeurs, lu)
        solde = self._montants(numero, valeurs, lu)
        lu["journal"], lu["compte"] = lu["journal"] or "", lu["compte"] or ""
        if not vide:
            self._obligatoires(numero, lu)
        lu["supplement"] = ecrit(reste) if reste else None
        for nom, colonne in colonnes.items():
            colonne.append(lu[nom])
        for axe, nom, parts in axes:
            self._axe(numero, axe, nom, parts, lu, solde)

    def _range(
        self, numero: int, element: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[tuple[str, str, Any]], dict[str, Any]]:
        """``(values by the contract's key, analytic arrays, what is kept as written)``."""
        valeurs: dict[str, Any] = {}
        axes: list[tuple[str, str, Any]] = []
        reste: dict[str, Any] = {}
        for nom, valeur in element.items():
            cle = self._connues.get(nom) or self._connues.setdefault(nom, self._cles.get(nom.lower(), nom))
            if cle in layout.CLES:
                if cle != nom:
                    chemin = f"data.ecritures[{numero - 1}]"
                    self.lignes.orthographes[f"{chemin}.{cle}"] = f"{chemin}.{nom}"
                if cle in valeurs and valeurs[cle] != valeur:
                    self.notes.note(regles.CLE_AMBIGUE, numero, cle, cle=cle)
                if cle == nom or cle not in valeurs:
                    valeurs[cle] = valeur
            elif axe := layout.AXE.fullmatch(nom):
                axes.append((propre(axe[1] or axe[2]), nom, valeur))
            else:
                premiere, nombre = self._inconnues.get(nom, (numero, 0))
                self._inconnues[nom] = premiere, nombre + 1
                reste[nom] = valeur
        return valeurs, axes, reste

    def _obligatoires(self, numero: int, lu: Mapping[str, Any]) -> None:
        for champ in ("journal", "compte"):
            if not lu[champ]:
                self.notes.note(regles.OBLIGATOIRE, numero, champ, cle=champ)
        if lu["date"] is None and not self._a_une_date:
            self.notes.note(regles.OBLIGATOIRE, numero, "date", cle="date")
        elif lu["date"] is not None and self.corps.periode is not None:
            debut, fin = self.corps.periode
            if not debut <= lu["date"] <= fin:
                self.notes.note(regles.HORS_CONTEXTE, numero, "date", date=lu["date"], debut=debut, fin=fin)
        self._a_une_date = False

    _a_une_date = False
    """The line had a date, unreadable: said once."""

    # --- values ---------------------------------------------------------------------------------------------
    def _texte(self, numero: int, zone: str, valeur: Any) -> str | None:
        if isinstance(valeur, Nombre):
            self.notes.note(regles.TEXTE_EN_NOMBRE, numero, zone)
            return str(valeur)
        if not isinstance(valeur, str) or isinstance(valeur, Constante):
            if not isinstance(valeur, Constante):
                self.notes.note(regles.VALEUR_INATTENDUE, numero, zone, attendu="un texte")
            return None
        return propre(valeur).strip(" ") or None

    def _date(self, numero: int, zone: str, valeur: Any) -> date | None:
        if valeur == "":
            return None
        if isinstance(valeur, str):
            if valeur not in self._jours:
                self._jours[valeur] = jour_large(valeur, self.corps.motif)
            jour = self._jours[valeur]
            if jour is not None:
                return jour
        if zone == "date":
            self._a_une_date = True
        if not isinstance(valeur, Constante):
            self.notes.note(regles.DATE, numero, zone, forme=self.corps.forme)
        return None

    def _iso(self, numero: int, zone: str, valeur: Any, regle: Any) -> date | None:
        if valeur is None or valeur == "":
            return None
        jour = jour_iso(valeur) if isinstance(valeur, str) else None
        if jour is None:
            self.notes.note(regle, numero, zone)
        return jour

    def _cutoff(self, numero: int, valeurs: Mapping[str, Any]) -> None:
        debut, fin = valeurs.get("debCutOff") or None, valeurs.get("finCutOff") or None
        if (debut is None) != (fin is None):
            self.notes.note(regles.CUTOFF_SEUL, numero, "debCutOff" if fin is None else "finCutOff")
        de = self._iso(numero, "debCutOff", debut, regles.CUTOFF_DEBUT)
        a = self._iso(numero, "finCutOff", fin, regles.CUTOFF_FIN)
        if de is not None and a is not None and a < de:
            self.notes.note(regles.CUTOFF_INVERSE, numero, "finCutOff")

    def _siret(self, numero: int, valeur: Any) -> str | None:
        """The line's SIRET, else the body's (contract, 19-16). The first one gives the SIREN of the whole body."""
        if valeur is None or valeur == "":
            return self.corps.siret
        texte = str(valeur) if isinstance(valeur, str) else ""
        if not est_siret(texte):
            self.notes.note(regles.SIRET, numero, "SIRET", rang=numero)
            return None
        if self._siren is None:
            self._siren = texte[:9]
        elif texte[:9] != self._siren:
            self.notes.note(regles.SIREN_DIFFERENTS, numero, "SIRET")
        return texte

    def _code(self, numero: int, zone: str, valeur: Any, admis: Mapping[str, Any]) -> str | None:
        """A code of the contract, number or text: ``1`` and ``"1"`` are the same."""
        if valeur is None or valeur == "":
            return None
        texte = str(valeur).strip() if isinstance(valeur, str) else ""
        if texte in admis:
            return texte
        self.notes.note(regles.CODE_INCONNU, numero, zone, admis=", ".join(admis))
        return None

    def _type(self, numero: int, valeurs: Mapping[str, Any], lu: dict[str, Any]) -> None:
        type_ = self._code(numero, "type", valeurs.get("type"), layout.TYPES)
        mouvement = self._code(numero, "typeMouvement", valeurs.get("typeMouvement"), layout.TYPE_DU_MOUVEMENT)
        du_mouvement = layout.TYPE_DU_MOUVEMENT[mouvement] if mouvement else None
        if type_ and du_mouvement and type_ != du_mouvement:
            self.notes.note(
                regles.TYPES_CONTRAIRES,
                numero,
                "type",
                type_=layout.TYPES[type_][1],
                mouvement=layout.TYPES[du_mouvement][1],
            )
        code = type_ or du_mouvement
        if code:
            lu["type_ecriture"] = layout.TYPES[code][0]
            lu["a_nouveau"] = layout.A_NOUVEAU if code == layout.TYPE_INITIAL else None

    # --- amounts --------------------------------------------------------------------------------------------
    def _montants(self, numero: int, valeurs: Mapping[str, Any], lu: dict[str, Any]) -> int | None:
        """Sets both sides and the foreign amount; gives debit minus credit."""
        debit = self._cote(numero, "debit", valeurs.get("debit"))
        credit = self._cote(numero, "credit", valeurs.get("credit"))
        lu["debit_centimes"], lu["credit_centimes"] = debit.montant, credit.montant
        if debit.montant is None or credit.montant is None:
            return None
        if debit.montant and credit.montant:
            self.notes.note(regles.DEUX_COTES, numero, None, debit=debit.montant, credit=credit.montant)
        elif not debit.montant and not credit.montant:
            self.notes.note(regles.SANS_MONTANT, numero, None)
        cote, signe = (credit, -1) if credit.montant or (credit.montant_devise and not debit.montant) else (debit, 1)
        lu["devise"], lu["taux_devise"] = cote.devise, cote.taux
        lu["montant_devise"] = None if cote.montant_devise is None else signe * cote.montant_devise
        return debit.montant - credit.montant

    def _cote(self, numero: int, zone: str, brut: Any) -> _Cote:
        if brut is None:
            return _Cote()
        if not isinstance(brut, dict):
            self.notes.note(regles.PAS_UN_OBJET, numero, zone)
            return _Cote(None)
        objet = brut if brut.keys() <= _MONTANT else self._cles_montant(numero, zone, brut)
        montant = self._nombre(numero, f"{zone}.amount", objet.get("amount", _ABSENT), DECIMALES_PAR_DEFAUT)
        devise = objet.get("currency")
        if devise is not None and devise != EURO:
            devise = self._texte(numero, f"{zone}.currency", devise)
        devise = devise.upper() if devise else EURO
        decimales = DECIMALES.get(devise, DECIMALES_PAR_DEFAUT)
        en_devise = self._nombre(
            numero, f"{zone}.currencyAmount", objet.get("currencyAmount", _ABSENT), decimales, devise
        )
        if devise == EURO:
            if en_devise and montant is not None and en_devise != montant:
                self.notes.note(regles.EURO_DIFFERENT, numero, f"{zone}.currencyAmount")
            return _Cote(montant)
        taux = objet.get("currencyRate")
        return _Cote(
            montant,
            devise,
            en_devise if "currencyAmount" in objet else None,
            str(taux) if isinstance(taux, str) else None,
        )

    def _cles_montant(self, numero: int, zone: str, brut: Mapping[str, Any]) -> dict[str, Any]:
        objet: dict[str, Any] = {}
        for nom, valeur in brut.items():
            cle = _MONTANT_MINUSCULES.get(nom.lower())
            if cle is None:
                premiere, nombre = self._inconnues.get(f"{zone}.{nom}", (numero, 0))
                self._inconnues[f"{zone}.{nom}"] = premiere, nombre + 1
                continue
            if cle in objet and objet[cle] != valeur:
                self.notes.note(regles.CLE_AMBIGUE, numero, f"{zone}.{cle}", cle=cle)
            if cle != nom:
                chemin = f"data.ecritures[{numero - 1}].{zone}"
                self.lignes.orthographes[f"{chemin}.{cle}"] = f"{chemin}.{nom}"
            if cle == nom or cle not in objet:
                objet[cle] = valeur
        return objet

    def _nombre(self, numero: int, zone: str, valeur: Any, decimales: int, devise: str | None = None) -> int | None:
        """Exact minor units; an absent or null amount is 0. A text follows ``separatorDecimal``."""
        if valeur is _ABSENT or valeur is None or valeur == "":
            return 0
        lu = None
        if isinstance(valeur, Nombre):
            lu = centimes(valeur) if decimales == DECIMALES_PAR_DEFAUT else unites(valeur, decimales)
        elif isinstance(valeur, Constante):
            return None
        elif isinstance(valeur, str):
            lu = unites(texte_decimal(valeur.strip(), self.corps.separateur), decimales)
        if lu is None:
            if devise is None:
                self.notes.note(regles.MONTANT, numero, zone)
            else:
                self.notes.note(regles.DEVISE, numero, zone, devise=devise)
        return lu

    # --- analytic -------------------------------------------------------------------------------------------
    def _axe(self, numero: int, axe: str, nom: str, parts: Any, lu: Mapping[str, Any], solde: int | None) -> None:
        if not isinstance(parts, list):
            self.notes.note(regles.VALEUR_INATTENDUE, numero, nom, attendu="un tableau de parts")
            return
        somme: int | None = 0
        for rang, part in enumerate(parts):
            zone = f"{nom}[{rang}]"
            if not isinstance(part, dict):
                self.notes.note(regles.PAS_UN_OBJET, numero, zone)
                somme = None
                continue
            debit = self._cote(numero, f"{zone}.debit", part.get("debit")).montant
            credit = self._cote(numero, f"{zone}.credit", part.get("credit")).montant
            section = self._texte(numero, f"{zone}.section", part.get("section", ""))
            if section is None:
                self.notes.note(regles.SECTION, numero, f"{zone}.section")
            else:
                libelle = self._texte(numero, f"{zone}.sectionLib", part.get("sectionLib", ""))
                if self.lignes.sections.get((axe, section)) is None:
                    self.lignes.sections[axe, section] = libelle
            somme = None if somme is None or debit is None or credit is None else somme + debit - credit
            self._part(
                numero, zone, {"axe": axe, "section": section, "debit_centimes": debit, "credit_centimes": credit}, lu
            )
        if parts and somme is not None and solde is not None and somme != solde:
            self.notes.note(regles.VENTILATION_ECART, numero, nom, axe=axe, part=somme, ligne=solde)

    def _part(self, numero: int, zone: str, part: dict[str, Any], lu: Mapping[str, Any]) -> None:
        rang = self.corps.nombre + len(self.lignes.ventilations) + 1
        self.lignes.parts[rang] = f"data.ecritures[{numero - 1}].{zone}"
        communs = {nom: lu[nom] for nom in ("journal", "date", "compte", "libelle")}
        self.lignes.ventilations.append({**communs, **part, "numero_ligne": rang, "ligne_mere": numero, "genre": "A"})


_MONTANT = set(layout.MONTANT)
_MONTANT_MINUSCULES = {cle.lower(): cle for cle in layout.MONTANT}
