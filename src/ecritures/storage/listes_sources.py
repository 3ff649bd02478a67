"""Where the objects of each list route are: its tables, its conditions, the column or expression of each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ecritures.imports.state import State
from ecritures.storage.tables import (
    AGENCES,
    AXES,
    COLLABORATEURS,
    COMPTES,
    DOSSIERS,
    ETABLISSEMENTS,
    EXERCICES,
    GROUPES,
    IMPORTS,
    JOURNAUX,
    LIGNES,
    RECUS,
    SECTIONS,
    TIERS,
    Jour,
)

Expression = sa.ColumnElement[Any]

HISTORIQUE_SUCCES, HISTORIQUE_ERREUR, HISTORIQUE_ANNULE = 30, 40, 50
"""Codes of the history (loop-api 19-39); 10 and 20, waiting and running, are never listed."""
_LIBELLES = {
    HISTORIQUE_SUCCES: "Terminé avec succès",
    HISTORIQUE_ERREUR: "Terminé avec erreur",
    HISTORIQUE_ANNULE: "Annulé",
}


@dataclass(frozen=True)
class Identite:
    """A uuid that no column holds: ``object_id(domain, code_ibs, genre, *cle)``, null where ``absent``."""

    genre: str
    cle: tuple[Expression, ...]
    absent: Expression | None = None


@dataclass(frozen=True)
class Source:
    """``est_du_catalogue``: in the catalogue, limited to the firm; otherwise in the books of the dossier."""

    de: sa.FromClause
    table: sa.Table
    colonnes: Mapping[str, Expression]
    est_du_catalogue: bool = False
    conditions: tuple[sa.ColumnElement[bool], ...] = ()
    uuids: Mapping[str, Identite] = field(default_factory=dict)
    avec_ribs: bool = False


def _si(condition: sa.ColumnElement[bool]) -> Expression:
    return sa.case((condition, 1), else_=0)


def _selon(valeur: Expression, choix: Mapping[str, Any]) -> Expression:
    return sa.case(dict(choix), value=valeur)


NATURES_JOURNAL = {"ACH": 1, "OD": 2, "ANO": 3, "BQE": 4, "CAI": 5, "ECC": 6, "REG": 7, "VTE": 8}
NATURES_COLLECTIVES = ("COC", "COF", "COS", "COD")
NATURES_TIERS = {0: "CLI", 1: "FOU", 2: "SAL"}

_CLASSE = sa.func.substr(COMPTES.c.numero, 1, 1)
_RATTACHES = (
    sa.select(TIERS.c.code)
    .where(TIERS.c.dossier == COMPTES.c.dossier, TIERS.c.collectif == COMPTES.c.numero)
    .correlate(COMPTES)
    .exists()
)
_nature_tiers = sa.func.coalesce(
    sa.func.nullif(TIERS.c.nature, ""),
    sa.case(
        (TIERS.c.collectif.like("41%"), "CLI"),
        (TIERS.c.collectif.like("40%"), "FOU"),
        (TIERS.c.collectif.like("42%"), "SAL"),
        else_=sa.null(),
    ),
    type_=sa.Text(),
)
"""A tiers that a FEC brought says no nature: its collective account does."""

_AXE = Identite("axe", (AXES.c.code,))
_SECTIONS = SECTIONS.join(
    AXES, sa.and_(AXES.c.dossier == SECTIONS.c.dossier, AXES.c.code == SECTIONS.c.axe), isouter=True
)
_NOM_AXE = sa.func.coalesce(AXES.c.libelle, SECTIONS.c.axe, type_=sa.Text())
_LIGNES = LIGNES.join(RECUS, sa.and_(RECUS.c.dossier == LIGNES.c.dossier, RECUS.c.rang == LIGNES.c.import_rang))
_LETTREE = sa.func.nullif(LIGNES.c.lettrage, "", type_=sa.Text())

_ANNULE = IMPORTS.c.annulation_ms.is_not(None)
_statut = sa.case(
    (_ANNULE, HISTORIQUE_ANNULE), (IMPORTS.c.state == State.TERMINE.value, HISTORIQUE_SUCCES), else_=HISTORIQUE_ERREUR
)


def _tiers(type_: int) -> Source:
    nature = NATURES_TIERS.get(type_)
    autres = sa.or_(_nature_tiers.is_(None), _nature_tiers.not_in(list(NATURES_TIERS.values())))
    return Source(
        TIERS,
        TIERS,
        {
            "code": TIERS.c.code,
            "type": sa.literal(type_, sa.BigInteger()),
            "raisonSociale": TIERS.c.libelle,
            "actif": _si(TIERS.c.est_ferme == 0),
            "compteCollectif": TIERS.c.collectif,
            "nature": _nature_tiers,
        },
        conditions=(autres if nature is None else _nature_tiers == nature,),
        uuids={"objectId": Identite("tiers", (TIERS.c.code,))},
        avec_ribs=True,
    )


SOURCES: dict[str, Source] = {
    "dossier": Source(
        DOSSIERS,
        DOSSIERS,
        {
            "codeIBS": DOSSIERS.c.code_ibs,
            "libelle": DOSSIERS.c.libelle,
            "siren": DOSSIERS.c.siren,
            "agence": DOSSIERS.c.agence,
            "groupe": DOSSIERS.c.groupe,
        },
        est_du_catalogue=True,
        uuids={"objectId": Identite("dossier", (DOSSIERS.c.code_ibs,))},
    ),
    "exercice": Source(
        EXERCICES,
        EXERCICES,
        {
            "code": EXERCICES.c.code,
            "libelle": EXERCICES.c.libelle,
            "dateDebut": EXERCICES.c.debut,
            "dateFin": EXERCICES.c.fin,
            "cloture": EXERCICES.c.est_clos,
            "dateValidation": EXERCICES.c.valide_jusqu_a,
        },
        uuids={"objectId": Identite("exercice", (EXERCICES.c.code,))},
    ),
    "compte": Source(
        COMPTES,
        COMPTES,
        {
            "numero": COMPTES.c.numero,
            "libelle": COMPTES.c.libelle,
            "type": _selon(_CLASSE, {str(classe): classe for classe in range(1, 8)}),
            "collectif": _si(sa.or_(COMPTES.c.nature.in_(NATURES_COLLECTIVES), _RATTACHES)),
            "ferme": COMPTES.c.est_ferme,
            "nature": COMPTES.c.nature,
        },
        uuids={"objectId": Identite("compte", (COMPTES.c.numero,))},
    ),
    "journal": Source(
        JOURNAUX,
        JOURNAUX,
        {
            "code": JOURNAUX.c.code,
            "libelle": JOURNAUX.c.libelle,
            "type": _selon(JOURNAUX.c.nature, NATURES_JOURNAL),
            "ferme": JOURNAUX.c.est_ferme,
            "nature": JOURNAUX.c.nature,
        },
        uuids={"objectId": Identite("journal", (JOURNAUX.c.code,))},
    ),
    "section": Source(
        _SECTIONS,
        SECTIONS,
        {
            "code": SECTIONS.c.code,
            "description": SECTIONS.c.libelle,
            "ferme": SECTIONS.c.est_ferme,
            "axe.description": _NOM_AXE,
            "axe.code": SECTIONS.c.axe,
        },
        uuids={
            "objectId": Identite("section", (SECTIONS.c.axe, SECTIONS.c.code)),
            "axe.objectId": Identite("axe", (SECTIONS.c.axe,)),
        },
    ),
    "axe": Source(AXES, AXES, {"code": AXES.c.code, "description": AXES.c.libelle}, uuids={"objectId": _AXE}),
    "parametreAnalytique": Source(
        AXES,
        AXES,
        {
            "axe.code": AXES.c.code,
            "axe.description": AXES.c.libelle,
            "cle": sa.literal("axeAna", sa.Text()) + AXES.c.code,
            "nombreSections": sa.select(sa.func.count())
            .where(SECTIONS.c.dossier == AXES.c.dossier, SECTIONS.c.axe == AXES.c.code)
            .correlate(AXES)
            .scalar_subquery(),
        },
        uuids={"objectId": Identite("parametreAnalytique", (AXES.c.code,)), "axe.objectId": _AXE},
    ),
    "tva": Source(
        EXERCICES,
        EXERCICES,
        {
            nom: sa.cast(sa.null(), genre)
            for nom, genre in (("code", sa.Text()), ("description", sa.Text()), ("regime", sa.BigInteger()))
        },
        conditions=(sa.false(),),  # the books keep no VAT codes
    ),
    "etablissementComplet": Source(
        ETABLISSEMENTS,
        ETABLISSEMENTS,
        {
            "code": ETABLISSEMENTS.c.code,
            "name": ETABLISSEMENTS.c.libelle,
            "raisonsociale": ETABLISSEMENTS.c.libelle,
            "SIRET": ETABLISSEMENTS.c.siret,
        },
        uuids={"objectId": Identite("etablissement", (ETABLISSEMENTS.c.code,))},
    ),
    "tiersClient": _tiers(0),
    "tiersFournisseur": _tiers(1),
    "tiersSalarie": _tiers(2),
    "tiersDivers": _tiers(4),
    "EcritureComptable": Source(
        _LIGNES,
        LIGNES,
        {
            "ecritureOrigine": sa.case((RECUS.c.sorte == "import", RECUS.c.import_id), else_=sa.null()),
            "journalCode": LIGNES.c.journal,
            "refPiece": sa.func.coalesce(LIGNES.c.reference, LIGNES.c.numero_piece, type_=sa.Text()),
            "datePiece": sa.func.coalesce(LIGNES.c.date_piece, LIGNES.c.date, type_=Jour()),
            "compteNumero": LIGNES.c.compte,
            "date": LIGNES.c.date,
            "exercice": LIGNES.c.exercice,
            "tiersCode": LIGNES.c.tiers,
            "libelle": LIGNES.c.libelle,
            "debit": LIGNES.c.debit_centimes,
            "credit": LIGNES.c.credit_centimes,
            "numeroPiece": LIGNES.c.numero_piece,
            "lettrage": LIGNES.c.lettrage,
            "dateLettrage": LIGNES.c.date_lettrage,
            "dateEcheance": LIGNES.c.echeance,
            "dateValidation": LIGNES.c.date_validation,
            "modePaiement": LIGNES.c.mode_paiement,
            "etablissement": LIGNES.c.etablissement,
            "type": LIGNES.c.type_ecriture,
            "rangImport": LIGNES.c.import_rang,
            "rangEcriture": LIGNES.c.ecriture,
            "numeroLigne": LIGNES.c.numero_ligne,
            "rangLigne": LIGNES.c.rang,
        },
        uuids={
            "objectId": Identite(
                "ecriture", (LIGNES.c.import_rang, LIGNES.c.ecriture, LIGNES.c.numero_ligne, LIGNES.c.rang)
            ),
            "codeLettrage": Identite("lettrage", (LIGNES.c.compte, LIGNES.c.tiers, _LETTREE), _LETTREE.is_(None)),
        },
    ),
    "groupe": Source(
        GROUPES,
        GROUPES,
        {"code": GROUPES.c.code, "description": GROUPES.c.description, "agence": GROUPES.c.agence},
        est_du_catalogue=True,
        uuids={"objectId": Identite("groupe", (GROUPES.c.code,))},
    ),
    "AgenceCabinet": Source(
        AGENCES,
        AGENCES,
        {
            "code": AGENCES.c.code,
            "libelle": AGENCES.c.libelle,
            "siret": AGENCES.c.siret,
            "numvoie": AGENCES.c.numero_voie,
            "voie": AGENCES.c.voie,
            "codePostal": AGENCES.c.code_postal,
            "ville": AGENCES.c.ville,
            "email": AGENCES.c.email,
            "telephone": AGENCES.c.telephone,
        },
        est_du_catalogue=True,
        uuids={"objectId": Identite("agence", (AGENCES.c.code,))},
    ),
    "CollaborateurCabinet": Source(
        COLLABORATEURS,
        COLLABORATEURS,
        {
            "identifiant": COLLABORATEURS.c.identifiant,
            "prenom": COLLABORATEURS.c.prenom,
            "nom": COLLABORATEURS.c.nom,
            "email": COLLABORATEURS.c.email,
            "role": COLLABORATEURS.c.role,
            "agence": COLLABORATEURS.c.agence,
            "groupe": COLLABORATEURS.c.groupe,
            "actif": COLLABORATEURS.c.est_actif,
        },
        est_du_catalogue=True,
        uuids={"objectId": Identite("collaborateur", (COLLABORATEURS.c.identifiant,))},
    ),
    "getImportHistory": Source(
        IMPORTS,
        IMPORTS,
        {
            "id": IMPORTS.c.id,
            "accountingImportRequestId": IMPORTS.c.id,
            "codeIBS": IMPORTS.c.code_ibs,
            "nomFichier": IMPORTS.c.nom_fichier,
            "statut": _statut,
            "statutLibelle": sa.case(
                *((_statut == statut, sa.literal(libelle, sa.Text())) for statut, libelle in _LIBELLES.items())
            ),
            "erreur": sa.case(
                (_statut == HISTORIQUE_ERREUR, sa.func.coalesce(IMPORTS.c.message, "")), else_=sa.literal("", sa.Text())
            ),
            "briqueApplicative": sa.literal("Comptabilité", sa.Text()),
            "origine": IMPORTS.c.origine,
            "format": IMPORTS.c.format,
            "creationDate": IMPORTS.c.creation_ms,
            "lastUpdate": IMPORTS.c.derniere_maj_ms,
        },
        est_du_catalogue=True,
        conditions=(IMPORTS.c.state.in_([State.TERMINE.value, State.EN_ERREUR.value]),),
    ),
}
"""Route → where its objects are."""
