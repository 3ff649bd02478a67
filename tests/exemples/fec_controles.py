"""Examples of the checks on a FEC that was read (checks/: structure, comptes_fec, dates, totaux, numerotation, a_nouveaux…)."""

from __future__ import annotations

from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from exemples.fec_base import Fec, echec
from exemples.registre import Exemple


def _disperse(fec: Fec) -> Fec:
    """The last line of the first sale goes to the end of the file."""
    champs = fec.copie(6, 6)
    return fec.ote(6).insere(15, *champs)


def _cloture(fec: Fec) -> Fec:
    fec.insere(16, *fec.copie(2, 3))
    for numero in (16, 17):
        fec.met(numero, JournalCode="OD", JournalLib="Opérations diverses", EcritureNum="OD000001", PieceRef="CLOTURE")
        fec.met(
            numero, EcritureDate="20251231", PieceDate="20251231", ValidDate="20251231", EcritureLib="Résultat 2025"
        )
    fec.met(16, CompteNum="707000", CompteLib="Ventes de marchandises", Debit="1500,00")
    return fec.met(17, CompteNum="120000", CompteLib="Résultat de l'exercice", Credit="1500,00")


def _double(fec: Fec) -> Fec:
    """The number of the first sale comes again, on another entry, a month later."""
    fec.insere(16, *fec.copie(4, 6))
    for numero, debit, credit in ((16, "12,00", "0,00"), (17, "0,00", "10,00"), (18, "0,00", "2,00")):
        fec.met(numero, EcritureDate="20250301", PieceDate="20250301", ValidDate="20250303", PieceRef="F2025-03")
        fec.met(numero, EcritureLet="", DateLet="", Debit=debit, Credit=credit)
    return fec


def _inverse(fec: Fec) -> Fec:
    for numero in (4, 5, 6):
        fec.met(numero, EcritureNum="VE000002")
    for numero in (14, 15):
        fec.met(numero, EcritureNum="VE000001")
    return fec


def _en_fin(fec: Fec) -> Fec:
    """The à-nouveaux are written last, validated last."""
    lignes = fec.copie(2, 3)
    fec.ote(2, 3).insere(14, *lignes)
    return fec.met(14, ValidDate="20250215").met(15, ValidDate="20250215")


def _deux_fois(fec: Fec) -> Fec:
    fec.insere(14, *fec.copie(12, 13))
    return fec.met(14, EcritureNum="BQ000003").met(15, EcritureNum="BQ000003")


def _globale() -> Fec:
    """400 lines with one numbering for the whole file."""
    fec = Fec()
    fec.lignes = [ligne.split("|") for ligne in generer_fec(400, separateur="|").decode().splitlines()]
    fec.nom = NOM_FICHIER
    rangs: dict[str, int] = {}
    for numero in range(2, len(fec.lignes) + 1):
        avant = fec.lit(numero, "EcritureNum")
        fec.met(numero, EcritureNum=str(rangs.setdefault(avant, len(rangs) + 1)))
    return fec


def _numero_partage(fec: Fec) -> Fec:
    """The last entry, of the bank, takes the number of the one before it, of purchases."""
    derniere = len(fec.lignes)
    numero = fec.lit(derniere - 2, "EcritureNum")
    return fec.met(derniere - 1, EcritureNum=numero).met(derniere, EcritureNum=numero)


def _trou(fec: Fec) -> Fec:
    return fec.met(14, EcritureNum="VE000004").met(15, EcritureNum="VE000004")


def _sans_chiffres(fec: Fec) -> Fec:
    return fec.met(2, EcritureNum="OUVERTURE").met(3, EcritureNum="OUVERTURE")


def _un_centime(fec: Fec) -> Fec:
    return fec.met(5, Credit="999,99")


def _hors_exercice(fec: Fec) -> Fec:
    for numero in (14, 15):
        fec.met(numero, EcritureDate="20260210", PieceDate="20260210", ValidDate="20260212")
    return fec


def _centralise(fec: Fec) -> Fec:
    return fec.met(14, EcritureLib="Centralisation février").met(15, EcritureLib="Centralisation février")


def _piece_posterieure(fec: Fec) -> Fec:
    for numero in (4, 5, 6):
        fec.met(numero, PieceDate="20250116")
    return fec


def _ligne_nulle(fec: Fec) -> Fec:
    return fec.insere(7, *fec.copie(6, 6)).met(7, Credit="0,00")


def _seule(fec: Fec) -> Fec:
    return fec.insere(16, *fec.copie(15, 15)).met(16, EcritureNum="VE000003")


def _sans_auxiliaire(fec: Fec) -> Fec:
    return fec.met(14, CompAuxNum="", CompAuxLib="")


_ECRITURE = (
    echec("ecriture.desequilibree", _un_centime, 4, "Debit"),
    echec("ecriture.plusieurs_dates", lambda f: f.met(5, EcritureDate="20250116"), 4, "EcritureDate"),
    echec("ecriture.zone_variable", lambda f: f.met(6, ValidDate="20250121"), 4, "ValidDate"),
    echec("ecriture.plusieurs_pieces", lambda f: f.met(5, PieceRef="F2025-99"), 4, "PieceRef"),
    echec("ecriture.une_seule_ligne", _seule, 16, "EcritureNum"),
    echec("ecriture.dispersee", _disperse, 4, "EcritureNum"),
    echec("ecriture.centralisation", _centralise, 14, "EcritureLib"),
    echec("ecriture.identique", _deux_fois, 14, "EcritureNum"),
)  # fmt: skip

_COMPTE = (
    echec("compte.trois_chiffres", lambda f: f.met(5, CompteNum="70A"), 5, "CompteNum"),
    echec("compte.classe", lambda f: f.met(5, CompteNum="901000"), 5, "CompteNum"),
    echec("compte.racine", lambda f: f.met(5, CompteNum="190000"), 5, "CompteNum"),
    echec("compte.caracteres", lambda f: f.met(5, CompteNum="707-000"), 5, "CompteNum"),
    echec("compte.libelles", lambda f: f.met(14, CompteLib="Clients étrangers"), 14, "CompteLib"),
    echec("journal.libelles", lambda f: f.met(14, JournalLib="Ventes export").met(15, JournalLib="Ventes export"), 14, "JournalLib"),
    echec("tiers.libelles", lambda f: f.met(11, CompAuxLib="Muller SARL"), 11, "CompAuxLib"),
    echec("tiers.hors_compte_de_tiers", lambda f: f.met(5, CompAuxNum="C009", CompAuxLib="Divers"), 5, "CompAuxNum"),
    echec("tiers.absent_du_collectif", _sans_auxiliaire, 14, "CompAuxNum"),
    echec("tiers.reste_du_collectif", _sans_auxiliaire, 14, "CompAuxNum"),
)  # fmt: skip

_DATE = (
    echec("validation.ordre", lambda f: f.met(14, ValidDate="20250204").met(15, ValidDate="20250204"), 14, "ValidDate"),
    echec("date.hors_exercice", _hors_exercice, 14, "EcritureDate"),
    echec("validation.avant_ecriture", lambda f: f.met(2, ValidDate="20241231").met(3, ValidDate="20241231"), 2, "ValidDate"),
    echec("validation.apres_cloture", lambda f: f.met(14, ValidDate="20260115").met(15, ValidDate="20260115"), 14, "ValidDate"),
    echec("validation.groupee", lambda f: f.partout(ValidDate="20251231"), 2, "ValidDate"),
    echec("piece.date", _piece_posterieure, 4, "PieceDate"),
)  # fmt: skip

_TOTAUX = (
    echec("montant.debit_et_credit", lambda f: f.met(5, Debit="1,00", Credit="1001,00"), 5, "Credit"),
    echec("montant.nul", _ligne_nulle, 7, "Debit"),
    echec("fichier.desequilibre", _un_centime),
    echec("journal.desequilibre", _un_centime, 4, "JournalCode"),
    echec("jour.desequilibre", _un_centime, 4, "EcritureDate"),
    echec("mois.desequilibre", _un_centime, 2, "EcritureDate"),
)  # fmt: skip

_NUMEROTATION = (
    echec("numerotation.deux_journaux", _numero_partage, 400, "EcritureNum", base=_globale),
    echec("numerotation.rupture", _trou, 14, "EcritureNum"),
    echec("numerotation.doublon", _double, 16, "EcritureNum"),
    echec("numerotation.inversion", _inverse, 4, "EcritureNum"),
    echec("numerotation.non_testable", _sans_chiffres, 2, "EcritureNum"),
)  # fmt: skip

_OUVERTURE = (
    echec("cloture.solde_de_gestion", _cloture, 16, "CompteNum"),
    echec("a_nouveaux.comptes_de_gestion", lambda f: f.met(3, CompteNum="707000", CompteLib="Ventes de marchandises"), 3, "CompteNum"),
    echec("a_nouveaux.absents", lambda f: f.ote(2, 3)),
    echec("a_nouveaux.pas_en_tete", _en_fin, 14, "JournalCode"),
    echec("a_nouveaux.desequilibres", lambda f: f.met(3, Credit="9000,00"), 2, "JournalCode"),
    echec("lettrage.non_solde", lambda f: f.met(11, EcritureLet="", DateLet=""), 4, "EcritureLet"),
    echec("lettrage.absent", lambda f: f.partout(EcritureLet="", DateLet=""), 4, "EcritureLet"),
)  # fmt: skip

EXEMPLES: tuple[Exemple, ...] = (*_ECRITURE, *_COMPTE, *_DATE, *_TOTAUX, *_NUMEROTATION, *_OUVERTURE)
