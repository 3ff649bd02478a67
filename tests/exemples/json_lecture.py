"""Examples of what the reading of a JSON body finds (formats/json_ecritures/regles.py)."""

from __future__ import annotations

from functools import partial

from ecritures.formats.json_ecritures.reader import TAILLE_OCTETS_MAX
from exemples.registre import Exemple
from exemples.texte_base import echec, remplace

CLAIR = """\
{"codeIbs": "MANON002", "data": {
 "contexte": {"from": "2025-01-01T00:00:00.000Z", "to": "2025-12-31T00:00:00.000Z"},
 "options": {"separatorDecimal": ".", "multiPeriode": false},
 "ecritures": [
  {"date": "2025-01-20T00:00:00.000Z", "journal": "AC", "compte": "607000", "libelle": "Facture Papèterie", "reference": "P-4471", "debit": {"amount": 500.00}},
  {"date": "2025-01-20T00:00:00.000Z", "journal": "AC", "compte": "445660", "libelle": "Facture Papèterie", "reference": "P-4471", "debit": {"amount": 100.00}},
  {"date": "2025-01-20T00:00:00.000Z", "journal": "AC", "compte": "401000", "tiers": "F001", "libelle": "Facture Papèterie", "reference": "P-4471", "credit": {"amount": 600.00}}
 ]}}
"""

_PREMIERE = CLAIR.splitlines(keepends=True)[4]
_LIGNES = "".join(CLAIR.splitlines(keepends=True)[4:7])


def _ajoute(texte: str) -> tuple[str, str]:
    """Keys added to the first line."""
    return '"debit": {"amount": 500.00}', f'{texte}, "debit": {{"amount": 500.00}}'


def _sans(cle: str) -> tuple[str, str]:
    debut = CLAIR.index(f'"{cle}"')
    return CLAIR[debut : CLAIR.index("\n", debut) + 1], ""


def _profond(texte: str) -> str:
    return remplace(texte, "[\n", "[" * 80 + "\n")


_echec = partial(echec, "json", "ecritures.json", CLAIR)
_SIRET, _AUTRE_SIRET = "73282932000074", "55208131766522"

EXEMPLES: tuple[Exemple, ...] = (
    _echec("json.illisible", ('"AC", "compte": "607000"', '"AC" "compte": "607000"'), ligne=5),
    _echec("json.encodage", lambda t: t, encode=lambda t: t.encode("utf-16")),
    _echec("json.octets_illisibles", lambda t: t, encode=lambda t: t.encode().replace("è".encode(), b"\xe8", 1), ligne=5),
    _echec("json.bom", lambda t: t, encode=lambda t: b"\xef\xbb\xbf" + t.encode()),
    _echec("json.trop_gros", lambda t: t, encode=lambda t: t.encode() + b" " * TAILLE_OCTETS_MAX, situation="Le corps qui échoue est suivi de 256 Mio de blancs"),
    _echec("json.trop_profond", _profond),
    _echec("json.cle_double", _ajoute('"journal": "VE"'), "data.ecritures[0].journal", ligne=5, colonnes=(51, 54)),
    _echec("json.cle_ambigue", _ajoute('"Journal": "VE"'), "data.ecritures[0].journal", marque='"VE"'),
    _echec("json.pas_un_nombre", ("500.00", "NaN"), "data.ecritures[0].debit.amount", marque="NaN"),
    _echec("json.demi_caractere", ("Facture Papèterie", "Facture \\ud83d")),
    _echec("json.sans_data", lambda t: '{"codeIbs": "MANON002", "ecritures": []}', "data"),
    _echec("json.sans_code_ibs", ('"codeIbs": "MANON002", ', ""), "codeIbs"),
    _echec("json.sans_contexte", _sans("contexte"), "data.contexte", ligne=1, colonnes=(33, 33)),
    _echec("json.sans_ecritures", lambda t: t[: t.index(",\n \"ecritures\"")] + "}}\n", "data.ecritures"),
    _echec("json.pas_un_tableau", lambda t: remplace(remplace(t, "[\n" + _LIGNES + " ]", "{}"), "\n", "\n"), "data.ecritures"),
    _echec("json.une_ligne", lambda t: remplace(t, _LIGNES, _PREMIERE.rstrip(",\n") + "\n"), "data.ecritures", ligne=4, colonnes=(15, 15)),
    _echec("json.dates_contexte", ("2025-01-01T00:00:00.000Z", "01/01/2025"), "data.contexte.from", marque='"01/01/2025"'),
    _echec("json.date_justificatif", _ajoute('"dateJustif": "20/01/2025"'), "data.ecritures[0].dateJustif", marque='"20/01/2025"'),
    _echec("json.cutoff_seul", _ajoute('"debCutOff": "2025-01-01T00:00:00.000Z"'), "data.ecritures[0].debCutOff", ligne=5, colonnes=(145, 170)),
    _echec("json.cutoff_debut", _ajoute('"debCutOff": "01/01/2025", "finCutOff": "2025-12-31T00:00:00.000Z"'), "data.ecritures[0].debCutOff", marque='"01/01/2025"'),
    _echec("json.cutoff_fin", _ajoute('"debCutOff": "2025-01-01T00:00:00.000Z", "finCutOff": "31/12/2025"'), "data.ecritures[0].finCutOff", marque='"31/12/2025"'),
    _echec("json.cutoff_inverse", _ajoute('"debCutOff": "2025-12-31T00:00:00.000Z", "finCutOff": "2025-01-01T00:00:00.000Z"'), "data.ecritures[0].finCutOff", ligne=5, colonnes=(186, 211)),
    _echec("json.siret_invalide", _ajoute('"SIRET": "12345678901234"'), "data.ecritures[0].SIRET", marque='"12345678901234"'),
    _echec("json.siret_du_corps_invalide", ('"codeIbs": "MANON002"', '"codeIbs": "MANON002", "SIRET": "12345678901234"'), "SIRET", marque='"12345678901234"'),
    _echec("json.siren_differents", lambda t: remplace(remplace(t, '"journal": "AC", "compte": "607000"', f'"SIRET": "{_SIRET}", "journal": "AC", "compte": "607000"'), '"journal": "AC", "compte": "445660"', f'"SIRET": "{_AUTRE_SIRET}", "journal": "AC", "compte": "445660"'), "data.ecritures[1].SIRET", marque=f'"{_AUTRE_SIRET}"'),
    _echec("json.pas_un_objet", ('{"amount": 500.00}', "500.00"), "data.ecritures[0].debit", marque="500.00"),
    _echec("json.valeur_inattendue", ('"libelle": "Facture Papèterie"', '"libelle": ["Facture Papèterie"]'), "data.ecritures[0].libelle", marque='["Facture Papèterie"]'),
    _echec("json.texte_en_nombre", ('"607000"', "607000"), "data.ecritures[0].compte", marque="607000"),
    _echec("json.valeur_absente", ('"compte": "607000", ', ""), "data.ecritures[0].compte", ligne=5, colonnes=(3, 139)),
    _echec("json.date_illisible", ("2025-01-20T00:00:00.000Z", "20/01/2025"), "data.ecritures[0].date", marque='"20/01/2025"'),
    _echec("json.format_date", ('"multiPeriode": false', '"multiPeriode": false, "formatDate": "XX/YY"'), "data.options.formatDate", marque='"XX/YY"'),
    _echec("json.montant_illisible", ("500.00", "500.005"), "data.ecritures[0].debit.amount", marque="500.005"),
    _echec("json.deux_cotes", _ajoute('"credit": {"amount": 1.00}'), "data.ecritures[0]", ligne=5, colonnes=(3, 187)),
    _echec("json.sans_montant", (', "debit": {"amount": 500.00}', ""), "data.ecritures[0]", ligne=5, colonnes=(3, 130)),
    _echec("json.montant_devise", ("500.00}", '500.00, "currency": "USD", "currencyAmount": "540.005"}'), "data.ecritures[0].debit.currencyAmount", marque='"540.005"'),
    _echec("json.euro_different", ("500.00}", '500.00, "currency": "EUR", "currencyAmount": 540.00}'), "data.ecritures[0].debit.currencyAmount", marque="540.00"),
    _echec("json.code_inconnu", _ajoute('"modePaiement": 99'), "data.ecritures[0].modePaiement", marque="99"),
    _echec("json.types_contraires", _ajoute('"type": "2", "typeMouvement": "2"'), "data.ecritures[0].type", ligne=5, colonnes=(140, 142)),
    _echec("json.hors_contexte", ("2025-01-20T00:00:00.000Z", "2026-01-20T00:00:00.000Z"), "data.ecritures[0].date", marque='"2026-01-20T00:00:00.000Z"'),
    _echec("json.option_invalide", ('"multiPeriode": false', '"multiPeriode": false, "sortLines": "oui"'), "data.options.sortLines", marque='"oui"'),
    _echec("json.cle_inconnue", _ajoute('"couleur": "bleu"'), "data.ecritures[0].couleur", marque='"bleu"'),
    _echec("json.ventilation_ecart", _ajoute('"axeAna[A1]": [{"section": "SIEGE", "debit": {"amount": 400.00}}]'), "data.ecritures[0].axeAna[A1]", ligne=5, colonnes=(3, 226)),
    _echec("json.section_absente", _ajoute('"axeAna[A1]": [{"debit": {"amount": 500.00}}]'), "data.ecritures[0].axeAna[A1][0].section", ligne=5, colonnes=(3, 206)),
)  # fmt: skip
