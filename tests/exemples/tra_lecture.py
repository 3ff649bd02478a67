"""Examples of what the reading of a TRA finds (formats/tra/regles.py)."""

from __future__ import annotations

from tra_fabrique import ENTETE, analytique, mouvement, parametre, poser

from ecritures.formats.tra import layout
from exemples.registre import Exemple
from exemples.tra_base import Tra, echec, tra_etendu


def _colonnes_en_octets(tra: Tra) -> bytes:
    """The same lines in UTF-8, each zone padded to its width in bytes instead of characters."""
    zones = layout.records()["MVT/STD"].zones
    lignes = [tra.lignes[0].encode(), tra.lignes[1].encode()]
    for ligne in tra.lignes[2:]:
        morceaux = [ligne[z.start - 1 : z.end].rstrip().encode().ljust(z.width) for z in zones]
        lignes.append(b"".join(morceaux))
    return b"".join(ligne + b"\r\n" for ligne in lignes)


def _un_octet_faux(tra: Tra) -> bytes:
    tra.encodage = "utf-8"
    return tra.octets.replace("è".encode(), b"\xe8", 1)


def _fichier_long(tra: Tra) -> None:
    """Enough UTF-8 letters for one wrong byte to be an accident."""
    tra.lignes += tra.lignes[2:] * 20
    tra.encodage = "utf-8"


def _dos(tra: Tra) -> bytes:
    tra.encodage = "cp850"
    return tra.octets


def _en_utf8(tra: Tra) -> None:
    tra.encodage = "utf-8"


def _melange(tra: Tra) -> bytes:
    return tra.octets.replace(b"\r\n", b"\n", 2)


def _avec_guid(tra: Tra) -> Tra:
    return tra.met(1, READYGUID="X")


def _identifies(tra: Tra) -> None:
    tra.met(1, READYGUID="X", VERSION="011")
    for numero in (3, 4, 5):
        tra.met(numero, REFGUID=f"{numero:032d}")


def _arrondi(tra: Tra) -> Tra:
    """Two debits of 101,01 dollars are 50,505 euros each, rounded to 50,51: a cent more than the credit."""
    tra.en_devise(taux="0,50000")
    return tra.montant(3, "101,01").montant(4, "101,01").montant(5, "202,02")


def _avec_contrevaleurs(tra: Tra) -> None:
    """Amounts in dollars, each with its euros."""
    for numero, dollars, euros in ((3, "500,00", "450,00"), (4, "100,00", "90,00"), (5, "600,00", "540,00")):
        tra.met(numero, CODEMONTANT="DE-", DEVISE="USD", TAUXDEV="0,90000", MONTANT2=euros.rjust(20))
        tra.montant(numero, dollars)


def _avec_section(tra: Tra) -> None:
    tra.insere(4, analytique("60700000", "SIEGE", debit="500,00", TYPEPIECE="FF"))


def _variable(**zones: str) -> str:
    toutes = {"TYPECPTE": "V", "TYPECR": "GEN", "CODE": "HA", "GUID": "1", "DATA": "12"} | zones
    return poser("ACH15032025FF60700000", "VT", **toutes)


def _avec_variable(tra: Tra) -> None:
    tra.insere(4, _variable())


def _lettre(tra: Tra) -> None:
    """The invoice (line 5) and its payment (lines 6 and 7), wholly matched."""
    paiement = {"etendu": True, "TYPEPIECE": "OD", "REFINTERNE": "V-0205", "LIBELLE": "Virement Papèterie"}
    tra.lignes += [
        mouvement("40100000", debit="600,00", tiers="FPAP", **paiement),
        mouvement("51200000", credit="600,00", **paiement),
    ]
    for numero in (5, 6):
        tra.met(numero, LETTRAGE="AAAA", ETATLETTRAGE="TL", COUVERTURE="600,00".rjust(20))


def _lettre_en_partie(tra: Tra) -> None:
    """The same, matched in part: 400 of 600."""
    _lettre(tra)
    for numero in (5, 6):
        tra.met(numero, LETTRAGE="aaaa", ETATLETTRAGE="PL", COUVERTURE="400,00".rjust(20))


def _ligne(zone: str, texte: str):  # type: ignore[no-untyped-def]
    return lambda tra: tra.met(3, **{zone: texte})


_TEXTE = (
    echec("tra.pas_du_texte", lambda t: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 80),
    echec("tra.encodage_inconnu", lambda t: t, situation="Encodage imposé : klingon", imposees={"encodage": "klingon"}),
    echec("tra.bom", lambda t: b"\xef\xbb\xbf" + t.octets, 1, avant=_en_utf8),
    echec("tra.octets_illisibles", _un_octet_faux, avant=_fichier_long),
    echec("tra.caractere_hors_windows_1252", lambda t: t.met(3, LIBELLE="Facture Łódź"), 3, avant=_en_utf8),
    echec("tra.encodage_dos", _dos, 1),
    echec("tra.colonnes_en_octets", _colonnes_en_octets, 1, avant=_en_utf8),
    echec("tra.fins_de_ligne_melangees", _melange),
    echec("tra.caractere_nul", _ligne("LIBELLE", "Facture\x00Papèterie"), 3),
    echec("tra.caractere_controle", _ligne("LIBELLE", "Facture\x0bPapèterie"), 3),
    echec("tra.tabulation", lambda t: t.lignes.__setitem__(2, t.lignes[2].replace("     ", "\t", 1)), 3),
    echec("tra.ligne_vide", lambda t: t.insere(4, ""), 4),
    echec("tra.ligne_courte", lambda t: t.coupe(3, 129), 3),
    echec("tra.ligne_tronquee", lambda t: t.coupe(3, 160), 3),
    echec("tra.ligne_longue", lambda t: t.lignes.__setitem__(2, t.lignes[2] + "  au-delà"), 3),
)  # fmt: skip

_ENREGISTREMENTS = (
    echec("tra.entete_absente", lambda t: t.ote(1, 2), 1),
    echec("tra.ancien_journal", lambda t: t.lignes.__setitem__(0, "!" + t.lignes[0][3:]), 1),
    echec("tra.entete_repetee", lambda t: t.insere(4, ENTETE), 4),
    echec("tra.parametre_apres_mouvement", lambda t: t.insere(4, parametre("JAL", CODE="VTE", LIBELLE="Ventes", NATURE="VTE")), 4),
    echec("tra.enregistrement_inconnu", lambda t: t.insere(3, "***ZZZ001"), 3),
    echec("tra.entete_drapeaux_larges", lambda t: t.lignes.__setitem__(0, t.lignes[0].ljust(147) + "-  -  -  "), 1, "NEWANALYTIQUE"),
    echec("tra.regime_libelle_decale", lambda t: t.lignes.__setitem__(2, "***REG001" + " " * 14 + "Régime normal"), 3, "LIBELLE", avant=lambda t: t.insere(3, parametre("REG", CODE="001", LIBELLE="Régime normal"))),
    echec("tra.enregistrement_cau", lambda t: t.insere(3, "***CAUFPAP"), 3),
)  # fmt: skip

_MOUVEMENTS = (
    echec("tra.zone_obligatoire", _ligne("GENERAL", " "), 3, "GENERAL"),
    echec("tra.date_illisible", _ligne("DATECOMPTABLE", "31022025"), 3, "DATECOMPTABLE"),
    echec("tra.date_secondaire_illisible", _ligne("ECHEANCE", "31022025"), 3, "ECHEANCE"),
    echec("tra.montant_illisible", lambda t: t.montant(3, "5 00,00"), 3, "MONTANT1"),
    echec("tra.montant_negatif", lambda t: t.montant(3, "-500,00"), 3, "MONTANT1"),
    echec("tra.montant_nul", lambda t: t.montant(3, "0,00"), 3, "MONTANT1"),
    echec("tra.sens_inconnu", _ligne("SENS", "S"), 3, "SENS"),
    echec("tra.type_compte_inconnu", _ligne("TYPECPTE", "Z"), 3, "TYPECPTE"),
    echec("tra.type_compte_tolere", lambda t: t.met(5, TYPECPTE="E"), 5, "TYPECPTE"),
    echec("tra.nature_inconnue", _ligne("TYPEPIECE", "BQ"), 3, "TYPEPIECE"),
    echec("tra.type_ecriture_inconnu", _ligne("TYPEECRITURE", "Z"), 3, "TYPEECRITURE"),
    echec("tra.type_ecriture_tolere", _ligne("TYPEECRITURE", "A"), 3, "TYPEECRITURE"),
    echec("tra.auxiliaire_vide", _ligne("TYPECPTE", "X"), 3, "AUXSECT"),
    echec("tra.auxiliaire_sans_type", _ligne("AUXSECT", "FPAP"), 3, "AUXSECT"),
    echec("tra.numero_echeance_illisible", _ligne("NUMECHE", "aa"), 3, "NUMECHE"),
    echec("tra.numero_piece_non_numerique", _ligne("NUMEROPIECE", "D1234567"), 3, "NUMEROPIECE"),
    echec("tra.numerotation_partielle", lambda t: t.partout(NUMEROPIECE="      17").insere(6, *t.lignes[2:5]).met(8, NUMEROPIECE=" "), 8, "NUMEROPIECE"),
    echec("tra.guillemets", _ligne("LIBELLE", 'Facture "Papèterie"'), 3, "LIBELLE"),
)  # fmt: skip

_MONTANTS = (
    echec("tra.code_montant_inconnu", _ligne("CODEMONTANT", "Z--"), 3, "CODEMONTANT"),
    echec("tra.code_montant_douteux", _ligne("CODEMONTANT", "EZ-"), 3, "CODEMONTANT"),
    echec("tra.devise_absente", lambda t: t.met(3, DEVISE="   "), 3, "DEVISE", avant=_avec_contrevaleurs),
    echec("tra.devise_sans_contrevaleur", lambda t: t.met(3, CODEMONTANT="D--", TAUXDEV=" ", MONTANT2=" "), 3, "TAUXDEV", avant=_avec_contrevaleurs),
    echec("tra.franc_sans_euro", _ligne("CODEMONTANT", "F--"), 3, "CODEMONTANT"),
    echec("tra.contrevaleur_calculee", lambda t: t.en_devise(), 3, "MONTANT1", avant=_avec_contrevaleurs),
    echec("tra.arrondi_de_change", _arrondi, 5, "MONTANT1", avant=_avec_contrevaleurs),
    echec("tra.taux_illisible", lambda t: t.met(3, TAUXDEV="0,9O"), 3, "TAUXDEV", avant=_avec_contrevaleurs),
)  # fmt: skip

_ANALYTIQUE = (
    echec("tra.axe_vide", lambda t: t.met(4, AXE="  "), 4, "AXE", avant=_avec_section),
    echec("tra.axe_inconnu", lambda t: t.met(4, AXE="A9"), 4, "AXE", avant=_avec_section),
    echec("tra.section_vide", lambda t: t.met(4, AUXSECT=" "), 4, "AUXSECT", avant=_avec_section),
    echec("tra.analytique_orpheline", lambda t: t.insere(3, analytique("60700000", "SIEGE", debit="500,00", TYPEPIECE="FF")), 3, "TYPECPTE"),
    echec("tra.zone_annexe_vide", lambda t: t.insere(4, _variable(DATA=" ")), 4, "DATA"),
    echec("tra.variable_mal_rattachee", lambda t: t.met(4, TYPECR="ZZZ"), 4, "TYPECR", avant=_avec_variable),
)  # fmt: skip

_ETENDU = (
    echec("tra.zone_etendue_vide", _ligne("ECRANOUVEAU", "   "), 3, "ECRANOUVEAU", base=tra_etendu),
    echec("tra.guid_absent", lambda t: t.met(3, REFGUID=" "), 3, "REFGUID", base=tra_etendu, avant=_identifies),
    echec("tra.a_nouveau_inconnu", _ligne("ECRANOUVEAU", "ZZZ"), 3, "ECRANOUVEAU", base=tra_etendu),
    echec("tra.etat_lettrage_inconnu", _ligne("ETATLETTRAGE", "ZZ"), 3, "ETATLETTRAGE", base=tra_etendu),
    echec("tra.lettrage_incoherent", lambda t: t.met(5, LETTRAGE="AAAA", ETATLETTRAGE="PL"), 5, "LETTRAGE", base=tra_etendu),
)  # fmt: skip

_LETTRAGE = (
    echec("tra.couverture_illisible", lambda t: t.met(5, COUVERTURE="6OO,00".rjust(20)), 5, "COUVERTURE", base=tra_etendu, avant=_lettre),
    echec("tra.couverture_excessive", lambda t: t.met(5, COUVERTURE="700,00".rjust(20)), 5, "COUVERTURE", base=tra_etendu, avant=_lettre),
    echec("tra.couverture_incomplete", lambda t: t.met(5, COUVERTURE="500,00".rjust(20)), 5, "COUVERTURE", base=tra_etendu, avant=_lettre),
    echec("tra.couverture_desequilibree", lambda t: t.met(5, COUVERTURE="500,00".rjust(20)), 5, "COUVERTURE", base=tra_etendu, avant=_lettre_en_partie),
    echec("tra.lettrage_etats_meles", lambda t: t.met(6, LETTRAGE="AAAA", ETATLETTRAGE="PL"), 5, "ETATLETTRAGE", base=tra_etendu, avant=_lettre),
)  # fmt: skip

EXEMPLES: tuple[Exemple, ...] = (
    *_TEXTE,
    *_ENREGISTREMENTS,
    *_MOUVEMENTS,
    *_MONTANTS,
    *_ANALYTIQUE,
    *_ETENDU,
    *_LETTRAGE,
)
