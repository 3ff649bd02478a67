"""Examples of the checks on a TRA that was read (checks/tra_*.py, analytique, equilibre)."""

from __future__ import annotations

from tra_fabrique import analytique, mouvement, parametre

from ecritures.checks.tra_entete import _DOSSIER
from exemples.registre import Exemple
from exemples.tra_base import Tra, echec, tra_etendu

_EXO = parametre("EXO", CODE="001", DATEDEBUT="01012025", DATEFIN="31122025", ETATCPTA="OUV")


def _parametres(*lignes: str):  # type: ignore[no-untyped-def]
    """Adds those records after the header and the journal: they begin on line 3."""
    return lambda tra: tra.insere(3, *lignes)


def _exo(code: str, debut: str, fin: str, etat: str = "OUV") -> str:
    return parametre("EXO", CODE=code, DATEDEBUT=debut, DATEFIN=fin, ETATCPTA=etat)


def _cgn(numero: str, nature: str, **zones: str) -> str:
    return parametre("CGN", CODE=numero, LIBELLE=f"Compte {numero}", NATURE=nature, **zones)


def _cae(nature: str, collectif: str) -> str:
    return parametre("CAE", CODE="FPAP", LIBELLE="Papèterie Centrale", NATURE=nature, COLLECTIF=collectif)


def _dossier(tra: Tra) -> None:
    """A whole folder (DOS): every mandatory record, in the order of the description."""
    autres = [parametre(code) for code in _DOSSIER if code not in ("JAL", "EXO", "CGN", "CAE", "MDP", "ETB", "DEV")]
    tra.met(1, TYPEFICHIER="DOS")
    tra.insere(3, *autres, _EXO, parametre("ETB", CODE="001", LIBELLE="Siège"), parametre("MDP", CODE="VIR", LIBELLE="Virement", CATEGORIE="VIR"))  # fmt: skip
    tra.insere(3, parametre("DEV", CODE="EUR", LIBELLE="Euro"), _cgn("40100000", "COF"), _cae("FOU", "40100000"))


def _sans_devise_decrite(tra: Tra) -> Tra:
    numero = next(rang for rang, ligne in enumerate(tra.lignes, 1) if ligne.startswith("***SOU"))
    return tra.ote(numero)


def _banque(tra: Tra) -> None:
    """A bank journal, and a payment on it, lines 6 and 7."""
    jal = parametre("JAL", CODE="BQE", LIBELLE="Banque", NATURE="BQE", COMPTE="51200000", MODESAISIE="-")
    paiement = {"journal": "BQE", "TYPEPIECE": "RF", "REFINTERNE": "V-0205", "LIBELLE": "Virement Papèterie"}
    tra.insere(3, jal)
    tra.lignes[3:] = [
        mouvement("40100000", debit="600,00", tiers="FPAP", **paiement),
        mouvement("51200000", credit="600,00", **paiement),
    ]


def _echeances(tra: Tra) -> None:
    """The supplier is paid in two instalments, lines 5 and 6."""
    tra.montant(5, "300,00").met(5, NUMECHE=" 1").insere(6, tra.lignes[4]).met(6, NUMECHE=" 2")


def _longueurs(tra: Tra) -> None:
    """Accounts of 8 characters, by PS2 on line 3: the purchase is on lines 4 to 6."""
    tra.met(5, AUXSECT="FPAPETER")
    tra.insere(3, parametre("PS2", LGGEN=" 8", BOURREGEN="0", LGAUX=" 8", BOURREAUX="0"))


def _section(tra: Tra) -> None:
    tra.insere(4, analytique("60700000", "SIEGE", debit="500,00", TYPEPIECE="FF"))


def _section_decrite(tra: Tra) -> None:
    _section(tra)
    tra.insere(3, parametre("SAT", CODE="SIEGE", LIBELLE="Siège", AXE="A1"))


def _devise_fausse(tra: Tra) -> Tra:
    return tra.montant(3, "501,00")


def _en_dollars(tra: Tra) -> None:
    for numero, dollars, euros in ((3, "500,00", "450,00"), (4, "100,00", "90,00"), (5, "600,00", "540,00")):
        tra.met(numero, CODEMONTANT="DE-", DEVISE="USD", TAUXDEV="0,90000", MONTANT2=euros.rjust(20))
        tra.montant(numero, dollars)


_ENTETE = (
    echec("tra.aucun_mouvement", lambda t: t.ote(2, 3, 4, 5), 1, "TYPEFICHIER"),
    echec("tra.entete_zone_vide", lambda t: t.met(1, ORIGINE=" "), 1, "ORIGINE"),
    echec("tra.entete_code_inconnu", lambda t: t.met(1, TYPEFICHIER="ZZZ"), 1, "TYPEFICHIER"),
    echec("tra.entete_provenance_inconnue", lambda t: t.met(1, IDENTIFIANT="S9"), 1, "IDENTIFIANT"),
    echec("tra.version_illisible", lambda t: t.met(1, VERSION="0A1"), 1, "VERSION"),
    echec("tra.version_inconnue", lambda t: t.met(1, VERSION="012"), 1, "VERSION"),
    echec("tra.balance_etendue", lambda t: t.met(1, TYPEFICHIER="BAL", FORMAT="ETE"), 1, "FORMAT"),
    echec("tra.enregistrement_absent", _sans_devise_decrite, 1, "TYPEFICHIER", avant=_dossier),
    echec("tra.journal_non_decrit", lambda t: t.ote(2), 1, "TYPEFICHIER"),
)  # fmt: skip

_PARAMETRES = (
    echec("tra.journal_nature_inconnue", lambda t: t.met(2, NATURE="ZZZ"), 2, "NATURE"),
    echec("tra.journal_sans_compte", lambda t: t.met(3, COMPTE=" "), 3, "COMPTE", avant=_banque),
    echec("tra.journal_sans_axe", lambda t: t.met(3, AXE=" "), 3, "AXE", avant=_parametres(parametre("JAL", CODE="ODA", LIBELLE="OD analytiques", NATURE="ODA", MODESAISIE="-", AXE="A1"))),
    echec("tra.journal_mode_inconnu", lambda t: t.met(2, MODESAISIE="ZZZ"), 2, "MODESAISIE"),
    echec("tra.journal_mode_interdit", lambda t: t.met(3, MODESAISIE="BOR"), 3, "MODESAISIE", avant=_parametres(parametre("JAL", CODE="ANO", LIBELLE="À-nouveaux", NATURE="ANO", MODESAISIE="-"))),
    echec("tra.compte_nature_inconnue", lambda t: t.met(3, NATURE="ZZZ"), 3, "NATURE", avant=_parametres(_cgn("60700000", "CHA"))),
    echec("tra.compte_lettrable", lambda t: t.met(3, LETTRABLE="X"), 3, "LETTRABLE", avant=_parametres(_cgn("60700000", "CHA"))),
    echec("tra.tiers_nature_inconnue", lambda t: t.met(4, NATURE="ZZZ"), 4, "NATURE", avant=_parametres(_cgn("40100000", "COF"), _cae("FOU", "40100000"))),
    echec("tra.tiers_collectif_absent", lambda t: t.met(4, COLLECTIF="40200000"), 4, "COLLECTIF", avant=_parametres(_cgn("40100000", "COF"), _cae("FOU", "40100000"))),
    echec("tra.tiers_collectif_incoherent", lambda t: t.met(4, NATURE="CLI"), 4, "COLLECTIF", avant=_parametres(_cgn("40100000", "COF"), _cae("FOU", "40100000"))),
    echec("tra.exercice_dates", lambda t: t.met(3, DATEDEBUT="02012025"), 3, "DATEDEBUT", avant=_parametres(_EXO)),
    echec("tra.exercice_etat_inconnu", lambda t: t.met(3, ETATCPTA="ZZZ"), 3, "ETATCPTA", avant=_parametres(_EXO)),
    echec("tra.exercices_trop_ouverts", lambda t: t.met(3, ETATCPTA="OUV"), 5, "ETATCPTA", avant=_parametres(_exo("001", "01012023", "31122023", "CDE"), _exo("002", "01012024", "31122024"), _exo("003", "01012025", "31122025"))),
    echec("tra.exercices_superposes", lambda t: t.met(4, DATEDEBUT="01072024"), 4, "DATEDEBUT", avant=_parametres(_exo("001", "01012024", "31122024"), _exo("002", "01012025", "31122025"))),
    echec("tra.tenue_euro", lambda t: t.met(3, TENUEEURO="-"), 3, "TENUEEURO", avant=_parametres(parametre("PS5", DEVISE="EUR", TENUEEURO="X"))),
    echec("tra.devise_non_decrite", lambda t: t.met(4, DEVISE="USD"), 4, "DEVISE", avant=_parametres(parametre("DEV", CODE="EUR", LIBELLE="Euro"))),
    echec("tra.reglement_taux", lambda t: t.met(3, TAUX2=" 40,00"), 3, "TAUX1", avant=_parametres(parametre("MDR", CODE="001", LIBELLE="30 et 60 jours", TAUX1=" 50,00", TAUX2=" 50,00"))),
    echec("tra.mandat_incomplet", lambda t: t.met(3, RUM=" "), 3, "RUM", avant=_parametres(parametre("MDT", ICS="FR00ZZZ000000", RUM="RUM1", PAIEMENT="1PR", TYPE="1PD", STATUT="1FI"))),
    echec("tra.mandat_code_inconnu", lambda t: t.met(3, PAIEMENT="9ZZ"), 3, "PAIEMENT", avant=_parametres(parametre("MDT", ICS="FR00ZZZ000000", RUM="RUM1", PAIEMENT="1PR", TYPE="1PD", STATUT="1FI"))),
    echec("tra.rib_cle_fausse", lambda t: t.met(3, CLERIB="07"), 3, "CLERIB", avant=_parametres(parametre("RIB", AUXILIAIRE="FPAP", ETABBQ="20041", GUICHET="01005", NUMEROCOMPTE="0500013M026", CLERIB="06"))),
    echec("tra.rib_principaux", lambda t: t.met(4, PRINCIPAL="X"), 4, "PRINCIPAL", avant=_parametres(parametre("RIB", AUXILIAIRE="FPAP", PRINCIPAL="X"), parametre("RIB", AUXILIAIRE="FPAP", PRINCIPAL="-"))),
)  # fmt: skip

_MOUVEMENTS = (
    echec("tra.nature_du_journal", lambda t: t.partout(TYPEPIECE="FC"), 3, "TYPEPIECE"),
    echec("tra.sans_compte_du_journal", lambda t: t.met(5, GENERAL="51210000"), 4, "GENERAL", avant=_banque),
    echec("tra.type_interdit", lambda t: t.met(3, TYPEECRITURE="S"), 3, "TYPEECRITURE", avant=lambda t: t.met(2, MODESAISIE="LIB")),
    echec("tra.auxiliaire_sur_general", lambda t: t.met(3, NATURE="DIV"), 6, "AUXSECT", avant=_parametres(_cgn("40100000", "COF"))),
    echec("tra.echeance_en_double", lambda t: t.met(6, NUMECHE=" 1").insere(7, t.lignes[5]).met(7, NUMECHE=" 2").montant(6, "100,00").montant(7, "200,00"), 6, "NUMECHE", avant=_echeances),
    echec("tra.paiement_non_decrit", lambda t: t.met(4, MODEPAIE="CHQ"), 4, "MODEPAIE", avant=_parametres(parametre("MDP", CODE="VIR", LIBELLE="Virement", CATEGORIE="VIR"))),
    echec("tra.etablissement_non_decrit", lambda t: t.met(4, ETABLISSEMENT="002"), 4, "ETABLISSEMENT", avant=_parametres(parametre("ETB", CODE="001", LIBELLE="Siège"))),
)  # fmt: skip

_VENTILATIONS = (
    echec("ventilation.desequilibree", lambda t: t.montant(4, "400,00"), 4, "MONTANT1", avant=_section),
    echec("ventilation.compte_different", lambda t: t.met(4, GENERAL="60710000"), 4, "GENERAL", avant=_section),
    echec("section.non_decrite", lambda t: t.met(5, AUXSECT="DEPOT"), 5, "AUXSECT", avant=_section_decrite),
    echec("ventilation.compte_non_ventilable", lambda t: t.met(3, VENTILABLE1="-"), 5, "AXE", avant=lambda t: (_section(t), t.insere(3, _cgn("60700000", "CHA", VENTILABLE1="X")))),
    echec("ecriture.devise_desequilibree", _devise_fausse, 3, "MONTANT1", avant=_en_dollars),
)  # fmt: skip

_COMPTES = (
    echec("tra.comptes_allonges", lambda t: t.met(4, GENERAL="607"), 4, "GENERAL", avant=_longueurs),
    echec("tra.compte_coupe", lambda t: t.met(4, GENERAL="6070000012"), 4, "GENERAL", avant=_longueurs),
    echec("tra.comptes_confondus", lambda t: t.met(4, GENERAL="4456600011"), 4, "GENERAL", avant=_longueurs),
    echec("tra.auxiliaires_en_capitales", lambda t: t.met(6, AUXSECT="fpapeter"), 6, "AUXSECT", avant=_longueurs),
    echec("tra.lettrage_ignore", lambda t: t.met(5, LETTRAGE="AAAA", ETATLETTRAGE="TL"), 5, "LETTRAGE", base=tra_etendu),
)  # fmt: skip

EXEMPLES: tuple[Exemple, ...] = (*_ENTETE, *_PARAMETRES, *_MOUVEMENTS, *_VENTILATIONS, *_COMPTES)
