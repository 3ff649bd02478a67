"""A clean FEC and what is done to it: each deviation of the specification (section 7), each probe of the official tool (8.3).

``officiel`` is the verdict that the specification states; tests compare ours with it, and the page
docs/controles/conformite-fec.md shows both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fec_fabrique import Brouillon

from ecritures.formats.fec.ecarts import Verdict

OUI, NON, REFUS = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.NON_TESTABLE

Faire = Callable[[Brouillon], object]


@dataclass(frozen=True, eq=False)
class Mutation:
    """``ecart``: id of ECARTS, or None for a probe of section 8.3. ``muet``: nothing is said of it, and rightly."""

    ecart: str | None
    libelle: str
    officiel: Verdict
    faire: Faire
    octets: Callable[[bytes], bytes] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    tresorerie: bool = False
    muet: bool = False

    def fichier(self) -> tuple[bytes, str | None]:
        """The bytes and the name of the file so spoilt."""
        brouillon = tresorerie() if self.tresorerie else Brouillon()
        self.faire(brouillon)
        octets = brouillon.octets
        return (self.octets(octets) if self.octets else octets), brouillon.nom


def tresorerie(brouillon: Brouillon | None = None) -> Brouillon:
    """The clean file in BNC cash accounting: 22 columns."""
    brouillon = brouillon or Brouillon()
    for nom, valeur in (("DateRglt", "20250131"), ("ModeRglt", "VIR"), ("NatOp", ""), ("IdClient", "")):
        brouillon.ajoute_colonne(nom, valeur)
    return brouillon


def _rien(_: Brouillon) -> None:
    return


def _met(ligne: int, **zones: str) -> Faire:
    return lambda b: b.met(ligne, **zones)


def _partout(change: Callable[[str], str], *zones: str) -> Faire:
    def faire(b: Brouillon) -> None:
        for ligne in range(2, len(b.lignes) + 1):
            for zone in zones:
                b.met(ligne, **{zone: change(b.lit(ligne, zone))})

    return faire


def _attribut(nom: str, valeur: Any) -> Faire:
    return lambda b: setattr(b, nom, valeur)


def _remplace(avant: str, apres: str) -> Faire:
    """In every label."""
    return _partout(lambda t: t.replace(avant, apres), "EcritureLib")


def _en_tete(change: Callable[[str], str]) -> Faire:
    return lambda b: b.lignes.__setitem__(0, [change(nom) for nom in b.lignes[0]])


def _ote(*zones: str) -> Faire:
    return lambda b: [b.ote_colonne(zone) for zone in zones]


def _guillemets(b: Brouillon) -> None:
    b.lignes = [[f'"{champ}"' for champ in champs] for champs in b.lignes]


def _tableur(separateur: str) -> Faire:
    def faire(b: Brouillon) -> None:
        b.separateur = separateur
        _guillemets(b)

    return faire


def _coupe(b: Brouillon) -> None:
    champs = b.lignes[5]
    b.lignes[5:6] = [[*champs[:10], "Facture"], ["Müller", *champs[11:]]]


def _disperse(b: Brouillon) -> None:
    champs = b.copie(16, 16)
    b.ote(16).insere(33, *champs)


def _entre_journaux(b: Brouillon) -> None:
    for ligne in range(4, 9):
        b.met(ligne, EcritureNum="X1", EcritureDate="20250102", PieceDate="20250102", ValidDate="20250111")
    b.met(4, Debit="3000,00", EcritureLet="", DateLet="").met(8, Credit="3000,00", EcritureLet="", DateLet="")


def _cle_fausse(b: Brouillon) -> None:
    """Every line its own number, in the order of the file: entries balance by journal, date and piece."""
    for ligne in range(2, len(b.lignes) + 1):
        b.met(ligne, EcritureNum=str(ligne))


def _une_ligne(b: Brouillon) -> None:
    b.insere(34, *b.copie(33, 33)).met(34, EcritureNum="BQ000007", Debit="0,00", Credit="0,00")


def _date(forme: str) -> Callable[[str], str]:
    """AAAAMMJJ in another shape: {a}, {m}, {j}."""
    return lambda t: forme.format(a=t[:4], m=t[4:6], j=t[6:]) if t else t


def _point(texte: str) -> str:
    return texte.replace(",", ".")


def _milliers(espace: str) -> Callable[[str], str]:
    def change(texte: str) -> str:
        entier, _, decimales = texte.partition(",")
        return f"{int(entier):,}".replace(",", espace) + f",{decimales}"

    return change


def _debit_et_credit(b: Brouillon) -> None:
    b.met(5, Debit="1,00", Credit="2564,98")


def _minus(b: Brouillon) -> None:
    """The credit of line 5 written as a negative debit, the one of line 6 with its sign last."""
    b.met(5, Debit=f"-{b.lit(5, 'Credit')}", Credit="0,00").met(6, Debit=f"{b.lit(6, 'Credit')}-", Credit="0,00")


def _sens_faux(b: Brouillon) -> None:
    for ligne in range(2, len(b.lignes) + 1):
        debit, credit = b.lit(ligne, "Debit"), b.lit(ligne, "Credit")
        au_debit = credit == "0,00"
        b.met(ligne, Debit=debit if au_debit else credit, Credit="D" if au_debit else "C")
    b.renomme("Debit", "Montant").renomme("Credit", "Sens").met(5, Credit="DEB")


ECARTS_APPLIQUES: tuple[Mutation, ...] = (
    Mutation("D-01", "noms de zones en minuscules", OUI, _en_tete(str.lower)),
    Mutation("D-01", "MontantDevise, IDevise, CompteLIB", OUI, lambda b: b.renomme("Montantdevise", "MontantDevise").renomme("Idevise", "IDevise").renomme("CompteLib", "CompteLIB")),
    Mutation("D-02", "CompteAuxNum et CompteAuxLib", NON, lambda b: b.renomme("CompAuxNum", "CompteAuxNum").renomme("CompAuxLib", "CompteAuxLib")),
    Mutation("D-03", "espaces autour des noms de zones", OUI, _en_tete(lambda nom: f" {nom} ")),
    Mutation("D-04", "JournalLib avant JournalCode", OUI, lambda b: [x.__setitem__(slice(0, 2), x[1::-1]) for x in b.lignes]),
    Mutation("D-05", "sans EcritureLet ni DateLet", NON, _ote("EcritureLet", "DateLet")),
    Mutation("D-05", "sans Montantdevise ni Idevise", NON, _ote("Montantdevise", "Idevise")),
    Mutation("D-06", "sans ligne d'en-tête", NON, lambda b: b.ote(1)),
    Mutation("D-07", "marque d'ordre des octets", OUI, _attribut("encodage", "utf-8-sig")),
    Mutation("D-08", "UTF-16", NON, _attribut("encodage", "utf-16")),
    Mutation("D-08", "UTF-16 sans marque", NON, _attribut("encodage", "utf-16-le")),
    Mutation("D-09", "Windows-1252", OUI, lambda b: setattr(b.met(5, EcritureLib="Réglé l’été"), "encodage", "cp1252")),
    Mutation("D-09", "CP850", OUI, _attribut("encodage", "cp850")),
    Mutation("D-10", "séparateur « ; », valeurs entre guillemets", REFUS, _tableur(";")),
    Mutation("D-10", "séparateur « , », valeurs entre guillemets", REFUS, _tableur(",")),
    Mutation("D-10", "séparateur « ; » sans guillemets", REFUS, _attribut("separateur", ";")),
    Mutation("D-10", "toutes les valeurs entre guillemets", NON, _guillemets),
    Mutation("D-11", "séparateur dans un libellé", NON, _met(7, EcritureLib="Règlement|client")),
    Mutation("D-12", "tabulation dans un libellé d'un fichier en « | »", OUI, _met(7, EcritureLib="Règlement\tclient")),
    Mutation("D-12", "« | » dans un libellé d'un fichier en tabulation", OUI, lambda b: setattr(b.met(7, EcritureLib="Règlement|client"), "separateur", "\t")),
    Mutation("D-13", "saut de ligne dans un libellé", NON, _coupe),
    Mutation("D-14", "deux zones finales absentes d'une ligne", NON, lambda b: b.lignes.__setitem__(6, b.lignes[6][:16])),
    Mutation("D-15", "séparateur final sur l'en-tête et les lignes", OUI, lambda b: b.ajoute_colonne("", "")),
    Mutation("D-15 bis", "séparateur final sur les lignes seules", NON, lambda b: [x.append("") for x in b.lignes[1:]]),
    Mutation("D-16", "fins de ligne CR CR LF", NON, _attribut("fin", "\r\r\n")),
    Mutation("D-17", "ligne vide au milieu", NON, lambda b: b.insere(7, [""])),
    Mutation("D-17", "ligne vide à la fin", NON, lambda b: b.insere(34, [""])),
    Mutation("D-17", "ligne de séparateurs seuls", NON, lambda b: b.insere(7, [""] * 18)),
    Mutation("D-17", "marque de fin de fichier (1A)", NON, _rien, lambda octets: octets + b"\x1a"),
    Mutation("D-18", "EcritureNum vide partout", NON, _partout(lambda _: "", "EcritureNum")),
    Mutation("D-18", "EcritureNum vide sur une ligne", NON, _met(5, EcritureNum="")),
    Mutation("D-18 bis", "EcritureNum à zéro partout", OUI, _partout(lambda _: "0", "EcritureNum")),
    Mutation("D-19", "un numéro pour deux journaux", OUI, _entre_journaux),
    Mutation("D-20", "lignes d'une écriture dispersées", OUI, _disperse),
    Mutation("D-21", "en-tête répété", NON, lambda b: b.insere(7, b.lignes[0])),
    Mutation("D-22", "point décimal partout", NON, _partout(_point, "Debit", "Credit", "Montantdevise")),
    Mutation("D-22 bis", "point décimal sur une ligne", NON, _met(5, Credit="2563.98")),
    Mutation("D-22 bis", "« 1.234 », millier ou décimales", NON, _met(5, Credit="1.234")),
    Mutation("D-23", "espace de milliers", NON, _partout(_milliers(" "), "Debit", "Credit")),
    Mutation("D-23", "espace insécable de milliers", NON, _partout(_milliers("\u00a0"), "Debit", "Credit")),
    Mutation("D-23", "espace fine de milliers", NON, _partout(_milliers("\u202f"), "Debit", "Credit")),
    Mutation("D-23 bis", "groupes de milliers irréguliers", NON, _met(5, Credit="25 63,98")),
    Mutation("D-24", "signe € dans un montant", NON, _met(5, Debit="0 €")),
    Mutation("D-25", "une décimale", OUI, _met(5, Debit="0,0"), muet=True),
    Mutation("D-25", "trois décimales", OUI, _met(5, Credit="2563,980")),
    Mutation("D-26", "Debit vide", OUI, _met(5, Debit="")),
    Mutation("D-26", "Debit et Credit vides", OUI, lambda b: b.insere(6, *b.copie(5, 5)).met(6, Debit="", Credit="")),
    Mutation("D-27", "débit négatif, signe final", OUI, _minus),
    Mutation("D-27", "zéros et espaces de tête", OUI, _partout(lambda t: f"{t:0>12}", "Debit", "Credit"), muet=True),
    Mutation("D-28", "débit et crédit sur une ligne", OUI, _debit_et_credit),
    Mutation("D-29", "JJ/MM/AAAA", OUI, _partout(_date("{j}/{m}/{a}"), "EcritureDate", "PieceDate", "ValidDate", "DateLet")),
    Mutation("D-29", "JJMMAAAA", OUI, _partout(_date("{j}{m}{a}"), "PieceDate")),
    Mutation("D-29", "AAAA-MM-JJ", OUI, _partout(_date("{a}-{m}-{j}"), "EcritureDate")),
    Mutation("D-29", "date et heure", OUI, _partout(_date("{a}{m}{j} 10:25:37"), "ValidDate")),
    Mutation("D-29 bis", "JJ.MM.AAAA", NON, _partout(_date("{j}.{m}.{a}"), "PieceDate")),
    Mutation("D-29 ter", "MM/JJ/AAAA, jour après le 12", NON, _met(5, PieceDate="01/31/2025")),
    Mutation("D-29 ter", "date de six chiffres", NON, _met(5, PieceDate="310125")),
    Mutation("D-30", "30 février", OUI, _met(5, PieceDate="20250230")),
    Mutation("D-30 bis", "00000000 dans EcritureDate", NON, _met(5, EcritureDate="00000000")),
    Mutation("D-30 ter", "00000000 dans DateLet", OUI, _met(5, DateLet="00000000")),
    Mutation("D-31", "ValidDate vide", NON, _partout(lambda _: "", "ValidDate")),
    Mutation("D-31", "ValidDate vide (BNC/BA commercial)", NON, _met(5, ValidDate=""), options={"regime": "com"}),
    Mutation("D-31 bis", "ValidDate vide en trésorerie", OUI, _met(5, ValidDate=""), tresorerie=True),
    Mutation("D-32", "nom d'un autre exercice", OUI, _attribut("nom", "732829320FEC20231231.txt")),
    Mutation("D-33", "EcritureLet sans DateLet", OUI, _partout(lambda _: "", "DateLet")),
    Mutation("D-34", "CompAuxLib sans CompAuxNum", OUI, _met(5, CompAuxLib="Commentaire")),
    Mutation("D-35", "zones complétées par des espaces", OUI, _partout(lambda t: f"{t:<40}", "EcritureLib", "CompteLib")),
    Mutation("D-36", "deux libellés pour un compte", OUI, _met(14, CompteLib="Clients divers")),
    Mutation("D-37", "« - » dans EcritureLib", OUI, _met(5, EcritureLib="-")),
    Mutation("D-38", "écart d'un centime", OUI, _met(5, Credit="2563,97")),
    Mutation("D-39", "un numéro par ligne", OUI, _cle_fausse),
    Mutation("D-41", "sans à-nouveaux", OUI, lambda b: b.ote(2, 3)),
    Mutation("D-42", "compte de classe 9", OUI, _met(5, CompteNum="901000")),
    Mutation("D-42", "compte « 001 »", OUI, _met(5, CompteNum="001")),
    Mutation("D-42 bis", "compte de deux chiffres", OUI, _met(5, CompteNum="70")),
    Mutation("D-43", "clé de SIREN fausse", OUI, _attribut("nom", "123456789FEC20251231.txt")),
    Mutation("D-43", "SIRET dans le nom", OUI, _attribut("nom", "73282932000074FEC20251231.txt")),
    Mutation("D-43", "nom sans SIREN", OUI, _attribut("nom", "FEC20251231.txt")),
    Mutation("D-43 bis", "nom sans FEC ni date", REFUS, _attribut("nom", "ecritures.txt")),
    Mutation("D-44", "écriture d'une ligne", OUI, _une_ligne),
)  # fmt: skip

SONDES: tuple[Mutation, ...] = (
    Mutation(None, "écriture et fichier déséquilibrés", OUI, _met(5, Credit="9999,99")),
    Mutation(None, "rupture de numérotation", OUI, lambda b: b.ote(14, 15, 16)),
    Mutation(None, "EcritureDate très loin de l'exercice", OUI, _met(5, EcritureDate="20310101")),
    Mutation(None, "CompAuxNum seul", OUI, _met(4, CompAuxLib="")),
    Mutation(None, "Idevise sans Montantdevise", OUI, _met(5, Idevise="USD")),
    Mutation(None, "devise « $$$$ »", OUI, lambda b: b.met(9, Idevise="$$$$").met(10, Idevise="$$$$")),
    Mutation(None, "libellé entre guillemets", OUI, _met(5, EcritureLib='"Facture"')),
    Mutation(None, "notation scientifique", OUI, _met(5, Credit="2,56398E3")),
    Mutation(None, "extension .csv", OUI, _attribut("nom", "732829320FEC20251231.csv"), muet=True),
    Mutation(None, "DateRglt vide", OUI, lambda b: b.lignes[4].__setitem__(18, ""), tresorerie=True),
    Mutation(None, "ModeRglt vide", OUI, lambda b: b.lignes[4].__setitem__(19, ""), tresorerie=True),
    Mutation(None, "JournalLib vide en trésorerie", OUI, _partout(lambda _: "", "JournalLib"), tresorerie=True, muet=True),
    Mutation(None, "un champ de trop sur une ligne", NON, lambda b: b.lignes[6].insert(3, "x")),
    Mutation(None, "un champ de moins sur une ligne", NON, lambda b: b.lignes[6].pop(3)),
    *(Mutation(None, f"{zone} vide", NON, _met(5, **{zone: ""})) for zone in ("CompteNum", "CompteLib", "EcritureLib", "EcritureDate")),
    *(Mutation(None, f"{zone} vide (BIC/IS)", NON, _met(5, **{zone: ""})) for zone in ("JournalCode", "JournalLib", "PieceRef", "PieceDate")),
    *(Mutation(None, f"{zone} vide (BNC/BA commercial)", NON, _met(5, **{zone: ""}), options={"regime": "com"}) for zone in ("JournalCode", "JournalLib", "PieceRef", "PieceDate")),
    Mutation(None, "CompteNum vide en trésorerie", NON, _met(5, CompteNum=""), tresorerie=True),
    Mutation(None, "PieceRef vide en trésorerie", NON, _met(5, PieceRef=""), tresorerie=True),
    Mutation(None, "en-tête seul", NON, lambda b: b.ote(*range(2, 34))),
    Mutation(None, "zone obligatoire absente (PieceRef)", NON, _ote("PieceRef")),
    Mutation(None, "zones de trésorerie absentes du régime demandé", NON, _rien, options={"regime": "bnct"}),
    Mutation(None, "22 zones lues en BIC/IS", OUI, _rien, options={"regime": "bic"}, tresorerie=True),
    Mutation(None, "sens « DEB »", REFUS, _sens_faux),
    Mutation(None, "compte qui ne commence pas par trois chiffres", OUI, _met(5, CompteNum="70A")),
    Mutation(None, "montant nul des deux côtés", OUI, lambda b: b.insere(6, *b.copie(5, 5)).met(6, Debit="0,00", Credit="0,00")),
    Mutation(None, "année 1899", OUI, lambda b: b.met(5, DateLet="18991231", EcritureLet="Z").met(6, DateLet="18991231", EcritureLet="Z")),
    Mutation(None, "date de clôture 20259931 dans le nom", REFUS, _attribut("nom", "732829320FEC20259931.txt")),
)  # fmt: skip

MUTATIONS = (*ECARTS_APPLIQUES, *SONDES)
