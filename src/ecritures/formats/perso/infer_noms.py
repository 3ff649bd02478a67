"""Names that exports give to their columns, in French and in English, by field. Compared without case, accents or signs."""

from __future__ import annotations

import unicodedata

_NOMS: dict[str, str] = {
    "journal": "journal codejournal journalcode code_jnl jnl jal codejal cdjournal journalid",
    "date": "date dateecriture datedecriture datecomptable ecrituredate dateoperation dateop datemouvement datedecomptabilisation "
    "postingdate accountingdate entrydate transactiondate gldate",
    "compte": "compte numerocompte numerodecompte ncompte nocompte numcompte comptegeneral comptenum comptecomptable codecompte "
    "account accountnumber accountno accountcode accountnum glaccount nominalcode generalaccount ledgeraccount",
    "tiers": "tiers comptetiers codetiers auxiliaire compteauxiliaire compauxnum compteaux codeauxiliaire "
    "thirdparty thirdpartycode partnercode subaccount subledger auxiliaryaccount",
    "numero_piece": "piece npiece nopiece numeropiece numerodepiece numpiece ecriturenum numeroecriture numecriture necriture "
    "entryno entrynumber entryid voucher voucherno vouchernumber journalentry documentno documentnumber docno",
    "reference": "reference ref pieceref referencepiece refpiece facture numerofacture numfacture nfacture nofacture "
    "invoice invoiceno invoicenumber referenceno externalreference",
    "date_piece": "datepiece datedepiece piecedate datefacture datedocument invoicedate documentdate",
    "libelle": "libelle libelleecriture libelledelecriture ecriturelib designation libelleoperation libellemouvement "
    "description label narration memo wording details narrative linedescription",
    "debit": "debit montantdebit debiteur debits debiteuros debitamount amountdebit dr mtdebit",
    "credit": "credit montantcredit crediteur credits crediteuros creditamount amountcredit cr mtcredit",
    "montant": "montant montantsigne montanteur montanteuros montantttc amount signedamount amounteur netamount mt",
    "sens": "sens dc debitcredit debitoucredit sensdc codesens side drcr dcindicator dccode debitcreditindicator crdr cd",
    "devise": "devise codedevise idevise currency currencycode",
    "montant_devise": "montantdevise montantendevise currencyamount foreignamount amountcurrency",
    "echeance": "echeance dateecheance datedecheance duedate maturitydate",
    "lettrage": "lettrage lettre codelettrage ecriturelet lettering matchingcode",
    "date_lettrage": "datelettrage datedelettrage datelet",
    "date_validation": "validdate datevalidation datedevalidation",
    "mode_paiement": "modepaiement modedepaiement modereglement modedereglement paymentmethod paymentmode",
    "axe": "axe axeanalytique",
    "section": "section sectionanalytique codeanalytique analytique costcenter costcentre centredecout",
    "journal_libelle": "journallib libellejournal libelledujournal journalname nomjournal intitulejournal",
    "compte_libelle": "comptelib libellecompte libelleducompte intitulecompte nomcompte accountname accountdescription accounttitle",
    "tiers_libelle": "compauxlib libelletiers nomtiers nomdutiers thirdpartyname partnername customername suppliername",
}

CHAMP_PAR_NOM: dict[str, str] = {nom.replace("_", ""): champ for champ, noms in _NOMS.items() for nom in noms.split()}
assert len(CHAMP_PAR_NOM) == sum(len(noms.split()) for noms in _NOMS.values()), "a name is given to two fields"

SENS_DEBIT = frozenset({"d", "debit", "dr", "db", "deb"})
SENS_CREDIT = frozenset({"c", "credit", "cr", "cre", "cred"})

MOTS_DE_TOTAL = (
    "total",
    "totaux",
    "sous-total",
    "sous total",
    "subtotal",
    "grand total",
    "a reporter",
    "report",
    "solde",
)


def plat(nom: str) -> str:
    """Letters and digits only, without accents or case: « N° pièce » is ``npiece``."""
    decompose = unicodedata.normalize("NFD", nom.casefold())
    return "".join(c for c in decompose if c.isalnum() and c.isascii())


def champ_du_nom(nom: str) -> str | None:
    return CHAMP_PAR_NOM.get(plat(nom))


def mot_de_total(cellule: str) -> str | None:
    """The word that makes a cell a total's, as the file writes it."""
    nu = cellule.strip()
    sans = "".join(c for c in unicodedata.normalize("NFD", nu.casefold()) if not unicodedata.combining(c))
    for mot in MOTS_DE_TOTAL:
        if sans.startswith(mot) and (len(sans) == len(mot) or not sans[len(mot)].isalnum()):
            return nu[: len(mot)] if len(nu) == len(sans) else nu
    return None
