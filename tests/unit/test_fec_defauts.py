"""One row a defect: a clean FEC, one fault, and the very codes, line, zone and columns that must be said.

The codes are those of the specification's checks (fec.md, section 8.2).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fec_fabrique import ZONES, Brouillon, examiner
from fec_mutations import tresorerie

from ecritures.checks import CHECKS
from ecritures.formats.fec.regles import REGLES

Faute = Callable[[Brouillon], object]


def _lettre(b: Brouillon) -> Brouillon:
    return b.partout(EcritureLet="", DateLet="")


def _scinde(b: Brouillon) -> Brouillon:
    """Entry VE000002 (lines 14 to 16) loses its last line to the end of the file."""
    champs = b.copie(16, 16)
    return b.ote(16).insere(33, *champs)


def _montant_sens(b: Brouillon, *sens: str) -> Brouillon:
    for numero in range(2, len(b.lignes) + 1):
        debit, credit = b.lit(numero, "Debit"), b.lit(numero, "Credit")
        code = sens[2 * ((numero % 4) // 2) % len(sens) :][:2] if len(sens) > 2 else sens
        b.met(numero, Debit=credit if debit == "0,00" else debit, Credit=code[debit == "0,00"])
    return b.renomme("Debit", "Montant").renomme("Credit", "Sens")


def _numerote(b: Brouillon, nom: Callable[[str], str]) -> Brouillon:
    for numero in range(2, len(b.lignes) + 1):
        b.met(numero, EcritureNum=nom(b.lit(numero, "EcritureNum")))
    return b


def _globale(b: Brouillon) -> Brouillon:
    """One sequence for the whole file, in its order."""
    rangs: dict[str, int] = {}
    return _numerote(b, lambda n: str(rangs.setdefault(n, len(rangs) + 1)))


def _double(b: Brouillon) -> Brouillon:
    """VE000001 (lines 4 to 6) comes again at the end, at another date and for other amounts."""
    lignes = b.copie(4, 6)
    b.insere(34, *lignes)
    for numero, (debit, credit) in zip(
        range(34, 37), (("12,00", "0,00"), ("0,00", "10,00"), ("0,00", "2,00")), strict=True
    ):
        b.met(
            numero,
            EcritureDate="20250901",
            PieceDate="20250901",
            ValidDate="20250906",
            PieceRef="P9",
            EcritureLet="",
            DateLet="",
        )
        b.met(numero, Debit=debit, Credit=credit)
    return b


def _cloture(b: Brouillon) -> Brouillon:
    b.insere(34, *b.copie(2, 3))
    for numero in (34, 35):
        b.met(
            numero,
            JournalCode="OD",
            JournalLib="Opérations",
            EcritureNum="OD1",
            EcritureDate="20251231",
            PieceDate="20251231",
            ValidDate="20251231",
        )
        b.met(numero, EcritureLib="Solde des comptes de gestion")
    return b.met(34, CompteNum="707000", CompteLib="Ventes de marchandises").met(
        35, CompteNum="120000", CompteLib="Résultat"
    )


def _entre_journaux(b: Brouillon) -> Brouillon:
    """VE000001 and BQ000001 take one number and exchange their customer lines: balanced together only."""
    for numero in range(4, 9):
        b.met(numero, EcritureNum="X1", EcritureDate="20250102", PieceDate="20250102", ValidDate="20250111")
    return b.met(4, Debit="3000,00", EcritureLet="", DateLet="").met(8, Credit="3000,00", EcritureLet="", DateLet="")


def _un_centime(b: Brouillon) -> Brouillon:
    return b.met(5, Credit="2563,97")


_DESEQUILIBRE = {"E01", "G01", "G02", "G03", "G04"}

# code, the fault, every code it calls for, line, zone (None: the whole line or the whole file)
FAUTES: list[tuple[str, Faute, set[str], int | None, str | None]] = [
    ("F04", lambda b: setattr(b, "nom", "732829320FEC20251231.dat"), {"F04"}, None, None),
    ("F01", lambda b: setattr(b, "nom", "ecritures.txt"), {"F01"}, None, None),
    ("F02", lambda b: setattr(b, "nom", "123456789FEC20251231.txt"), {"F02"}, None, None),
    ("F03", lambda b: setattr(b, "nom", "732829320FEC20250230.txt"), {"F03"}, None, None),
    ("F07", lambda b: b.insere(34, ["\t".join(b.lignes[32])]), {"F07", "L01"}, 34, None),
    ("F08", lambda b: setattr(b.met(5, EcritureLib="Réglé l’été"), "encodage", "cp1252"), {"F08"}, None, None),
    ("F11", lambda b: setattr(b, "fin", "\r\r\n"), {"F11"}, None, None),
    ("F12", lambda b: b.met(5, EcritureLib="Facture\x07"), {"F12"}, 5, None),
    ("F13", lambda b: [b.lignes.__setitem__(i, [f'"{c}"' if c else c for c in x]) for i, x in enumerate(b.lignes)], {"F13"}, 2, None),
    ("H01", lambda b: b.ote_colonne("PieceRef"), {"H01"}, 1, "PieceRef"),
    ("H02", lambda b: b.ote_colonne("Idevise").ote_colonne("Montantdevise"), {"H02"}, 1, "Montantdevise"),
    ("H03", lambda b: [x.__setitem__(slice(0, 2), x[1::-1]) for x in b.lignes], {"H03"}, 1, "JournalCode"),
    ("H04", lambda b: b.renomme("Montantdevise", "MontantDevise"), {"H04"}, 1, "Montantdevise"),
    ("H04", lambda b: b.renomme("CompAuxNum", "CompteAuxNum"), {"H04"}, 1, "CompAuxNum"),
    ("H05", lambda b: b.ajoute_colonne("Debit", "1,00"), {"H05"}, 1, "Debit"),
    ("H06", lambda b: b.ajoute_colonne("Analytique", "A1"), {"H06"}, 1, "Analytique"),
    ("H07", lambda b: b.ajoute_colonne("Analytique", "A1", 3), {"H06", "H07"}, 1, "Analytique"),
    ("H09", lambda b: b.ajoute_colonne("", ""), {"H09"}, 1, None),
    ("H04", lambda b: b.lignes[0].__setitem__(3, " EcritureDate "), {"H04"}, 1, "EcritureDate"),
    ("H12", lambda b: b.insere(7, b.lignes[0]), {"H12"}, 7, None),
    ("L01", lambda b: b.insere(34, b.lignes[0][:7]), {"L01"}, 34, None),
    ("L01", lambda b: b.insere(7, [*b.lignes[5][:10], "Facture"], ["du garage", *b.lignes[5][11:]]).ote(6), {"L01"}, 6, None),
    ("L01", lambda b: b.lignes.__setitem__(6, b.lignes[6][:16]), {"L01"}, 7, None),
    ("L01", lambda b: b.lignes[6].append(""), {"L01"}, 7, None),
    ("L01", lambda b: b.met(7, EcritureLib="Règlement|client"), {"L01"}, 7, "EcritureLib"),
    ("L02", lambda b: b.insere(7, [""]), {"L02"}, 7, None),
    ("L03", lambda b: b.insere(7, [""] * 18), {"L03"}, 7, None),
    ("L03", lambda b: b.insere(7, [""] * 12), {"L03"}, 7, None),
    ("L02", lambda b: b.lignes.append(["\x1a"]) or setattr(b, "finale", False), {"L02"}, 34, None),
    ("L04", lambda b: b.insere(33, ["\x1a"]), {"L04"}, 34, None),
    ("L05", lambda b: b.met(5, EcritureLib="x" * 70_000), {"L05"}, 5, None),
    ("V01", lambda b: b.met(5, EcritureNum=""), {"V01", "E08"}, 5, "EcritureNum"),
    ("V01", lambda b: b.met(5, CompteLib=""), {"V01"}, 5, "CompteLib"),
    ("V02", lambda b: b.met(5, ValidDate=""), {"V02"}, 5, "ValidDate"),
    ("V02", lambda b: b.met(5, PieceRef=""), {"V02"}, 5, "PieceRef"),
    ("V04", lambda b: b.met(5, Debit=""), {"V04"}, 5, "Debit"),
    ("V03", lambda b: tresorerie(b).lignes[4].__setitem__(18, ""), {"V03"}, 5, "DateRglt"),
    ("V03", lambda b: tresorerie(b).lignes[4].__setitem__(19, ""), {"V03"}, 5, "ModeRglt"),
    ("V03", lambda b: tresorerie(b).lignes[4].__setitem__(18, "00000000"), {"V03"}, 5, "DateRglt"),
    ("V02", lambda b: tresorerie(b).met(5, ValidDate=""), {"V02"}, 5, "ValidDate"),
    ("V02", lambda b: tresorerie(b).met(5, PieceRef=""), {"V02"}, 5, "PieceRef"),
    ("V15", lambda b: tresorerie(b).lignes[4].__setitem__(18, "demain"), {"V15"}, 5, "DateRglt"),
    ("V17", lambda b: tresorerie(b).lignes[4].__setitem__(18, "20250230"), {"V17"}, 5, "DateRglt"),
    ("V18", lambda b: tresorerie(b).lignes[4].__setitem__(18, "31/01/2025"), {"V18"}, 5, "DateRglt"),
    ("V05", lambda b: b.met(5, Debit="0 €"), {"V05"}, 5, "Debit"),
    ("V05", lambda b: b.met(5, Debit="99999999999,00"), {"V05"}, 5, "Debit"),
    ("V06", lambda b: b.met(5, Credit="2563.98"), {"V06"}, 5, "Credit"),
    ("V07", lambda b: b.met(5, Credit="2 563,98"), {"V07"}, 5, "Credit"),
    ("V08", lambda b: b.met(5, Credit="2563,980"), {"V08"}, 5, "Credit"),
    ("V09", lambda b: b.met(5, Credit="2,56398E3"), {"V09"}, 5, "Credit"),
    ("V10", lambda b: b.met(5, Debit="-2563,98", Credit="0,00"), {"V10"}, 5, "Debit"),
    ("V11", lambda b: b.met(5, Debit="1,00", Credit="2564,98"), {"V11"}, 5, "Credit"),
    ("V12", lambda b: b.insere(7, *b.copie(6, 6)).met(7, Credit="0,00"), {"V12"}, 7, "Debit"),
    ("V13", lambda b: _montant_sens(b, "D", "C").met(5, Credit="X"), {"V13", "E01", "G01", "G02", "G03", "G04"}, 5, "Sens"),
    ("V14", lambda b: _montant_sens(b, "D", "C", "+1", "-1"), {"V14"}, 5, "Sens"),
    ("V15", lambda b: b.met(5, PieceDate="demain"), {"V15"}, 5, "PieceDate"),
    ("V16", lambda b: b.met(5, PieceDate="20251301"), {"V16"}, 5, "PieceDate"),
    ("V17", lambda b: b.met(5, PieceDate="20250230"), {"V17"}, 5, "PieceDate"),
    ("V18", lambda b: b.met(5, PieceDate="02/01/2025"), {"V18"}, 5, "PieceDate"),
    ("V19", lambda b: b.met(5, DateLet="18991231", EcritureLet="Z").met(6, DateLet="18991231", EcritureLet="Z"), {"V19", "G20"}, 5, "DateLet"),
    ("V20", lambda b: b.met(5, PieceDate="00000000"), {"V20"}, 5, "PieceDate"),
    ("V21", lambda b: b.met(5, CompteNum="70A"), {"V21"}, 5, "CompteNum"),
    ("V22", lambda b: b.met(5, CompteNum="901000"), {"V22"}, 5, "CompteNum"),
    ("V23", lambda b: b.met(5, CompteNum="190000"), {"V23"}, 5, "CompteNum"),
    ("V24", lambda b: b.met(5, CompteNum="707-000"), {"V24"}, 5, "CompteNum"),
    ("V25", lambda b: b.met(4, CompAuxLib=""), {"V25"}, 4, "CompAuxLib"),
    ("V26", lambda b: b.met(5, CompAuxNum="C00009", CompAuxLib="Autre"), {"V26"}, 5, "CompAuxNum"),
    ("V27", lambda b: b.met(4, CompAuxNum="", CompAuxLib="", EcritureLet="", DateLet="").met(8, CompAuxNum="", CompAuxLib="", EcritureLet="", DateLet=""), {"V27"}, 4, "CompAuxNum"),
    ("V28", lambda b: b.met(4, DateLet=""), {"V28"}, 4, "DateLet"),
    ("V29", lambda b: b.met(9, Idevise=""), {"V29"}, 9, "Idevise"),
    ("V30", lambda b: b.met(9, Idevise="$$$").met(10, Idevise="$$$"), {"V30"}, 9, "Idevise"),
    ("V31", lambda b: b.met(9, Montantdevise="-4080,54"), {"V31"}, 9, "Montantdevise"),
    ("V32", lambda b: b.met(5, EcritureLib="___"), {"V32"}, 5, "EcritureLib"),
    ("V32", lambda b: b.met(5, CompteLib="-"), {"V32", "G17"}, 5, "CompteLib"),
    ("V33", lambda b: b.met(5, DateLet="00000000"), {"V33"}, 5, "DateLet"),
    ("V33", lambda b: b.met(5, CompAuxNum="   "), {"V33"}, 5, "CompAuxNum"),
    ("V34", lambda b: b.met(5, EcritureLib="Facture  "), {"V34"}, 5, "EcritureLib"),
    ("V34", lambda b: b.met(5, EcritureLib="Facture\u00a0"), {"V34"}, 5, "EcritureLib"),
    ("V35", lambda b: b.met(5, PieceDate="20250103").met(4, PieceDate="20250103").met(6, PieceDate="20250103"), {"V35"}, 4, "PieceDate"),
    ("E01", _un_centime, _DESEQUILIBRE, 4, "Debit"),
    ("E02", lambda b: b.met(5, EcritureDate="20250103"), {"E02", "G03"}, 4, "EcritureDate"),
    ("E03", lambda b: b.met(6, ValidDate="20250108"), {"E03"}, 4, "ValidDate"),
    ("E04", lambda b: b.met(5, PieceRef="P1"), {"E04"}, 4, "PieceRef"),
    ("E05", lambda b: b.insere(34, *b.copie(33, 33)).met(34, EcritureNum="BQ000007", Credit="0,00"), {"E05", "V12"}, 34, "EcritureNum"),
    ("E06", _scinde, {"E06", "G09"}, 14, "EcritureNum"),
    ("E08", lambda b: b.partout(EcritureNum="0"), {"E08", "E02", "E03", "E04"}, 2, "EcritureNum"),
    ("E09", _entre_journaux, {"E09", "G02"}, 4, "EcritureNum"),
    ("E10", _cloture, {"E10"}, 34, "CompteNum"),
    ("E11", lambda b: b.met(9, EcritureLib="Centralisation du mois"), {"E11"}, 9, "EcritureLib"),
    ("E12", lambda b: b.met(3, CompteNum="701000", CompteLib="Ventes"), {"E12"}, 3, "CompteNum"),
    ("G01", _un_centime, _DESEQUILIBRE, None, None),
    ("G02", _un_centime, _DESEQUILIBRE, 4, "JournalCode"),
    ("G03", _un_centime, _DESEQUILIBRE, 4, "EcritureDate"),
    ("G04", _un_centime, _DESEQUILIBRE, 2, "EcritureDate"),
    ("G05", lambda b: b.ote(14, 15, 16), {"G05", "G20"}, 21, "EcritureNum"),
    ("G06", _double, {"G06", "E02", "E03", "E04", "E06"}, 34, "EcritureNum"),
    ("G07", lambda b: [b.met(i, EcritureNum="VE000003") for i in (14, 15, 16)] and [b.met(i, EcritureNum="VE000002") for i in (24, 25, 26)], {"G07"}, 14, "EcritureNum"),
    ("G08", lambda b: [b.met(i, EcritureNum="ABC") for i in (2, 3)], {"G08"}, 2, "EcritureNum"),
    ("G09", lambda b: b.insere(34, *b.copie(4, 6)).ote(4, 5, 6), {"G09"}, 31, "ValidDate"),
    ("G10", lambda b: b.met(32, EcritureDate="20260828", ValidDate="20260902").met(33, EcritureDate="20260828", ValidDate="20260902"), {"G10", "G12"}, 32, "EcritureDate"),
    ("G11", lambda b: b.met(2, ValidDate="20241231").met(3, ValidDate="20241231"), {"G11"}, 2, "ValidDate"),
    ("G12", lambda b: b.met(32, ValidDate="20260115").met(33, ValidDate="20260115"), {"G12"}, 32, "ValidDate"),
    ("G13", lambda b: b.partout(ValidDate="20251231"), {"G13"}, 2, "ValidDate"),
    ("G14", lambda b: b.ote(2, 3), {"G14"}, None, None),
    ("G15", lambda b: b.insere(34, *b.copie(2, 3)).ote(2, 3), {"G09", "G15"}, 32, "JournalCode"),
    ("G16", lambda b: b.met(3, Credit="43113,78"), {"E01", "G01", "G02", "G03", "G04", "G16"}, 2, "JournalCode"),
    ("G17", lambda b: b.met(14, CompteLib="Clients divers"), {"G17"}, 14, "CompteLib"),
    ("G18", lambda b: [b.met(i, JournalLib="Ventes bis") for i in (14, 15, 16)], {"G18"}, 14, "JournalLib"),
    ("G19", lambda b: b.met(8, CompAuxLib="Garage"), {"G19"}, 8, "CompAuxLib"),
    ("G20", lambda b: b.met(8, EcritureLet="", DateLet=""), {"G20"}, 4, "EcritureLet"),
    ("G21", _lettre, {"G21"}, 4, "EcritureLet"),
    ("G22", lambda b: b.met(4, CompAuxNum="", CompAuxLib="", EcritureLet="", DateLet="").met(8, EcritureLet="", DateLet=""), {"G22", "V27"}, 4, "CompAuxNum"),
    ("G23", lambda b: b.insere(34, *b.copie(32, 33)).met(34, EcritureNum="BQ000007").met(35, EcritureNum="BQ000007"), {"G20", "G23"}, 34, "EcritureNum"),
]  # fmt: skip


def _ids() -> list[str]:
    return [f"{code}-{rang}" for rang, (code, *_) in enumerate(FAUTES)]


@pytest.mark.parametrize(("code", "faute", "codes", "ligne", "zone"), FAUTES, ids=_ids())
def test_one_fault_calls_for_its_finding_and_no_other(
    code: str, faute: Faute, codes: set[str], ligne: int | None, zone: str | None
) -> None:
    brouillon = Brouillon()
    faute(brouillon)
    _, constats = examiner(brouillon.octets, brouillon.nom)
    assert set(constats.par_code) == codes
    premier = constats.liste.filter(constats.liste["code"] == code).row(0, named=True)
    assert (premier["numero_ligne"], premier["zone"]) == (ligne, zone)
    assert premier["message"]
    assert "{" not in premier["message"]
    noms = [nom.strip('" ') for nom in brouillon.lignes[0]]
    rang = noms.index(zone) if zone in noms else ZONES.index(zone) if zone in ZONES else None
    if (
        rang is not None
        and ligne is not None
        and len(brouillon.lignes[ligne - 1]) == len(noms)
        and not code.startswith("H0")
    ):
        assert (premier["colonne_debut"], premier["colonne_fin"]) == brouillon.colonnes(ligne, rang)


def test_one_number_in_two_journals_is_said_when_numbering_is_common() -> None:
    brouillon = _globale(Brouillon(400))
    derniere = len(brouillon.lignes)
    avant = brouillon.lit(derniere - 2, "EcritureNum")
    assert brouillon.lit(derniere - 2, "JournalCode") != brouillon.lit(derniere, "JournalCode")
    for ligne in (derniere - 1, derniere):
        brouillon.met(ligne, EcritureNum=avant)
    _, constats = examiner(brouillon.octets)
    assert constats.par_code == {"E07": 1}
    assert constats.liste.select("numero_ligne", "zone", "valeur").row(0) == (derniere - 1, "EcritureNum", avant)


def test_the_clean_file_calls_for_nothing() -> None:
    _, constats = examiner(Brouillon().octets)
    assert constats.par_code == {}


def test_every_declared_code_is_in_the_table() -> None:
    """All but those of whole files that cannot be read, tested with the reader, and of byte-level passes."""
    declares = {r.code for r in REGLES} | {c.code for c in CHECKS if c.formats == frozenset({"fec"})}
    ailleurs = {"F05", "F06", "F09", "F10", "H08", "H10", "H11", "E07", "G24", None}
    assert declares - {code for code, *_ in FAUTES} <= ailleurs
