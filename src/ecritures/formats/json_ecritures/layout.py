"""Keys of an ``importJson`` body, as the contract prints them, and the domain fields they fill.

Keys are accepted in any case and always written as here. Source: contract of the API, section 10.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SOURCE = "Contrat de l'API Loop, importJson"

Genre = Literal["texte", "date", "iso", "montant", "code", "siret", "garde"]
"""How a value is read. ``iso``: a date in the ISO form whatever ``formatDate``. ``garde``: kept as written."""


@dataclass(frozen=True)
class Cle:
    """One key of a line. ``champ`` None: the model does not name it, it is kept in ``supplement``."""

    nom: str
    genre: Genre
    champ: str | None = None


LIGNE: tuple[Cle, ...] = (
    Cle("SIRET", "siret", "etablissement"),
    Cle("date", "date", "date"),
    Cle("debit", "montant", "debit_centimes"),
    Cle("credit", "montant", "credit_centimes"),
    Cle("journal", "texte", "journal"),
    Cle("journalLib", "texte", "journal_libelle"),
    Cle("compte", "texte", "compte"),
    Cle("compteLib", "texte", "compte_libelle"),
    Cle("tiers", "texte", "tiers"),
    Cle("libelle", "texte", "libelle"),
    Cle("reference", "texte", "reference"),
    Cle("refPiece", "texte", "numero_piece"),
    Cle("dateJustif", "iso", "date_piece"),
    Cle("dateEcheance", "date", "echeance"),
    Cle("modePaiement", "code", "mode_paiement"),
    Cle("codeLettrage", "texte", "lettrage"),
    Cle("dateLettrage", "date", "date_lettrage"),
    Cle("type", "code", "type_ecriture"),
    Cle("typeMouvement", "code"),
    Cle("debCutOff", "iso"),
    Cle("finCutOff", "iso"),
    Cle("commentaire", "garde"),
    Cle("dateOperation", "garde"),
    Cle("datePointage", "garde"),
    Cle("codePointage", "garde"),
    Cle("lot", "garde"),
    Cle("typeLot", "garde"),
    Cle("ecritureMere", "garde"),
    Cle("ecritureOrigine", "garde"),
    Cle("fichier", "garde"),
)
"""Keys of one element of ``data.ecritures``, in the order in which they are written."""

CLES: Mapping[str, Cle] = {cle.nom: cle for cle in LIGNE}
CHAMPS: Mapping[str, str] = {cle.champ: cle.nom for cle in LIGNE if cle.champ}
"""Domain field -> key of a line; foreign amounts are inside ``debit`` and ``credit``."""

ZONES: Mapping[str, str] = {
    **CHAMPS,
    "debit_centimes": "debit.amount",
    "credit_centimes": "credit.amount",
    "devise": "debit.currency",
    "montant_devise": "debit.currencyAmount",
    "taux_devise": "debit.currencyRate",
}
"""Domain field -> path inside one element, to place a finding."""

MONTANT = ("amount", "currency", "currencyAmount", "currencyRate")
CORPS = ("codeIbs", "SIRET", "data")
DATA = ("contexte", "options", "ecritures")
CONTEXTE = ("from", "to")

OPTIONS: Mapping[str, type] = {
    "separatorDecimal": str,
    "formatDate": str,
    "multiPeriode": bool,
    "failOnUnbalanced": bool,
    "createNewJournaux": bool,
    "createNewComptes": bool,
    "createNewTiers": bool,
    "defaultJournalId": str,
    "sortLines": bool,
    "comptesRules": list,
    "newFolio": bool,
    "balanceAuto": bool,
    "aNouveaux": bool,
    "defaultCompte": str,
    "createPieceRef": bool,
}
"""Options of the import and their types; null is "not given". What concerns posting is kept in ``Lot.entete``."""

AXE = re.compile(r"axeAna(?:\[([^\[\]]+)\]|(.+))", re.IGNORECASE)
"""``axeAnaAXE`` or ``axeAna[AXE]``: the analytic split of a line on the axis AXE."""

MODES_PAIEMENT: Mapping[str, str] = {
    "1": "Aucun",
    "2": "Espèces",
    "3": "Chèque",
    "4": "Carte bancaire",
    "5": "Virement",
    "6": "Prélèvement",
    "7": "TIP",
    "8": "LCR BOR",
    "9": "LCR magnétique",
    "10": "Traite",
    "11": "Télérèglement",
}

TYPES: Mapping[str, tuple[str, str]] = {
    "1": ("N", "Général"),
    "2": ("S", "Simulation"),
    "3": ("P", "Prévisionnel"),
    "4": ("J", "Projet"),
    "5": ("N", "Initial"),
    "6": ("B", "Budget"),
    "7": ("N", "Brouillard"),
}
"""Code of ``type`` -> (``type_ecriture`` of the domain, printed name). 5 is an opening entry: ``a_nouveau`` says so."""

TYPE_INITIAL = "5"
A_NOUVEAU = "OAN"

TYPE_DU_MOUVEMENT: Mapping[str, str] = {"1": "1", "2": "3", "3": "2", "4": "4", "5": "5", "6": "6", "7": "7"}
"""Code of ``typeMouvement`` -> code of ``type``: 2 and 3 are swapped between the two lists of the contract."""

FORMAT_ISO = "YYYY-MM-DDTHH:mm:ss.SSSZ"
_JETONS = {
    "YYYY": r"(?P<a>[0-9]{4})",
    "AAAA": r"(?P<a>[0-9]{4})",
    "MM": r"(?P<m>[0-9]{2})",
    "DD": r"(?P<j>[0-9]{2})",
    "JJ": r"(?P<j>[0-9]{2})",
    "HH": r"(?:[01][0-9]|2[0-3])",
    "hh": r"(?:[01][0-9]|2[0-3])",
    "mm": r"[0-5][0-9]",
    "ss": r"(?:[0-5][0-9]|60)",
    "SSS": r"[0-9]{3}",
    "nnn": r"[0-9]{3}",
}
_DECOUPE = re.compile("|".join(sorted(_JETONS, key=len, reverse=True)) + r"|[-/.: TZ]")


def motif_de_date(forme: str) -> re.Pattern[str] | None:
    """The expression that reads dates of that ``formatDate`` (groups a, m, j). None when the form cannot be one.

    Both families of tokens are accepted: ``YYYY MM DD HH mm ss SSS`` and ``AAAA MM JJ hh mm ss nnn``.
    """
    morceaux, place = [], 0
    while place < len(forme):
        jeton = _DECOUPE.match(forme, place)
        if jeton is None:
            return None
        morceaux.append(_JETONS.get(jeton[0]) or re.escape(jeton[0]))
        place = jeton.end()
    if len(forme) > 40 or any(sum(m.startswith(f"(?P<{g}>") for m in morceaux) != 1 for g in "amj"):
        return None
    return re.compile("".join(morceaux))


ISO = motif_de_date(FORMAT_ISO)
assert ISO is not None, "the contract's own form is one"
