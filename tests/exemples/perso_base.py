"""Custom files and the models that read them: a French CSV with two columns, one with a side, and a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import xlsxwriter

from ecritures.domain.modele import Colonne, Convention, FormatModele, Groupement, Modele
from exemples.registre import Exemple, Fichier

_NOMS = {
    "journal": "Journal",
    "date": "Date",
    "compte": "Compte",
    "numero_piece": "Pièce",
    "libelle": "Libellé",
    "debit": "Débit",
    "credit": "Crédit",
}


def _colonnes(noms: dict[str, str]) -> dict[str, Colonne]:
    return {champ: Colonne(nom=nom) for champ, nom in noms.items()}


MODELE = Modele(
    "Ventes du cabinet",
    decimale=",",
    milliers=" ",
    formes_date=("JJ/MM/AAAA",),
    groupement=Groupement.PIECE,
    colonnes=_colonnes(_NOMS),
    totaux=("Total",),
)

CLAIR = """\
Journal;Date;Compte;Pièce;Libellé;Débit;Crédit
AC;20/01/2025;607000;1;Facture Papèterie;1 500,00;
AC;20/01/2025;401000;1;Facture Papèterie;;1 500,00
BQ;05/02/2025;401000;2;Virement;1 500,00;
BQ;05/02/2025;512000;2;Virement;;1 500,00
"""

MODELE_SENS = replace(
    MODELE,
    nom="Export avec sens",
    convention=Convention.MONTANT_ET_SENS,
    sens_debit=("D",),
    sens_credit=("C",),
    colonnes=_colonnes(
        {k: v for k, v in _NOMS.items() if k not in ("debit", "credit")}
        | {"montant": "Montant", "sens": "Sens", "devise": "Devise", "montant_devise": "Montant devise"}
    ),
)

CLAIR_SENS = """\
Journal;Date;Compte;Pièce;Libellé;Montant;Sens;Devise;Montant devise
VE;10/02/2025;411000;1;Facture Acme;500,00;D;USD;540,00
VE;10/02/2025;707000;1;Facture Acme;500,00;C;USD;-540,00
"""

MODELE_CLASSEUR = Modele(
    "Classeur du client", format=FormatModele.XLSX, groupement=Groupement.PIECE, colonnes=_colonnes(_NOMS)
)

_RANGEES: list[list[Any]] = [
    list(_NOMS.values()),
    ["AC", datetime(2025, 1, 20), "607000", "1", "Facture Papèterie", 1500, None],
    ["AC", datetime(2025, 1, 20), "401000", "1", "Facture Papèterie", None, 1500],
    ["BQ", datetime(2025, 2, 5), "401000", "2", "Virement", 1500, None],
    ["BQ", datetime(2025, 2, 5), "512000", "2", "Virement", None, 1500],
]

Geste = Callable[[Any, Any], object]


def classeur(geste: Geste | None = None) -> bytes:
    """The workbook of the client; ``geste(workbook, sheet)`` spoils it before it is closed."""
    sortie = io.BytesIO()
    livre = xlsxwriter.Workbook(sortie, {"in_memory": True})
    livre.set_properties({"created": datetime(2025, 3, 1)})
    forme = livre.add_format({"num_format": "dd/mm/yyyy"})
    feuille = livre.add_worksheet("Écritures")
    for rang, rangee in enumerate(_RANGEES):
        for colonne, valeur in enumerate(rangee):
            if isinstance(valeur, datetime):
                feuille.write_datetime(rang, colonne, valeur, forme)
            elif valeur is not None:
                feuille.write(rang, colonne, valeur)
    if geste is not None:
        geste(livre, feuille)
    livre.close()
    return sortie.getvalue()


def dit(modele: Modele | None) -> str:
    """A model in one line."""
    if modele is None:
        return "Sans modèle"
    if modele.format is FormatModele.XLSX:
        return f"Modèle « {modele.nom} » : classeur, débit et crédit"
    montants = "un montant et son sens" if modele.convention is Convention.MONTANT_ET_SENS else "débit et crédit"
    return f"Modèle « {modele.nom} » : colonnes séparées par « {modele.separateur} », dates {', '.join(modele.formes_date)}, {montants}"


def fichier(octets: bytes, modele: Modele | None, nom: str, situation: str = "") -> Fichier:
    return Fichier("perso", octets, nom, options={"modele": modele}, situation=situation or dit(modele))


def echec_classeur(
    id_: str,
    geste: Geste | None,
    dit_: str,
    ligne: int | None = None,
    zone: str | None = None,
    *,
    abime: Callable[[bytes], bytes] | None = None,
    modele: Modele = MODELE_CLASSEUR,
) -> Exemple:
    """The workbook that passes, and one spoiled by ``geste`` or by ``abime``, as ``dit_`` says."""

    def construire() -> tuple[Fichier, Fichier]:
        octets = classeur(geste)
        return (
            fichier(classeur(), MODELE_CLASSEUR, "ecritures.xlsx"),
            fichier(abime(octets) if abime else octets, modele, "ecritures.xlsx", f"{dit(modele)} ; {dit_}"),
        )

    return Exemple(id_, construire, ligne, zone)
