"""Examples of what the reading of a custom file finds (formats/perso/regles.py, formats/xlsx.py)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

from ecritures.domain.modele import Modele
from exemples.perso_base import CLAIR, CLAIR_SENS, MODELE, MODELE_CLASSEUR, MODELE_SENS, echec_classeur, fichier
from exemples.registre import Colonnes, Exemple, Fichier
from exemples.texte_base import place, remplace

_NOM = "ventes.csv"


def echec(
    id_: str,
    faute: Callable[[str], str] | tuple[str, str],
    zone: str | None = None,
    *,
    marque: str | None = None,
    ligne: int | None = None,
    colonnes: Colonnes | None = None,
    clair: str = CLAIR,
    modele: Modele | None = MODELE,
    modele_juste: Modele = MODELE,
    encode: Callable[[str], bytes] = str.encode,
) -> Exemple:
    """The clean file and one with a fault, read by their model. ``marque``: the text where the finding stands."""

    def faux() -> str:
        return faute(clair) if callable(faute) else remplace(clair, *faute)

    def construire() -> tuple[Fichier, Fichier]:
        return fichier(clair.encode(), modele_juste, _NOM), fichier(encode(faux()), modele, _NOM)

    def situer() -> Colonnes | None:
        return place(faux(), marque)[1] if marque else colonnes

    return Exemple(id_, construire, place(faux(), marque)[0] if marque else ligne, zone, situer)


def _dans_le_classeur(nom: str, avant: bytes, apres: bytes) -> Callable[[bytes], bytes]:
    """A change in one part of a workbook, made from outside any spreadsheet."""

    def change(octets: bytes) -> bytes:
        sortie = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(octets)) as source, zipfile.ZipFile(sortie, "w") as archive:
            for info in source.infolist():
                contenu = source.read(info)
                archive.writestr(info, contenu.replace(avant, apres, 1) if info.filename == nom else contenu)
        return sortie.getvalue()

    return change


_FEUILLE = "xl/worksheets/sheet1.xml"
_SANS_VALEUR = _dans_le_classeur(_FEUILLE, b"<f>F2</f><v>1500</v>", b"<f>F2</f>")
_TRES_LOIN = _dans_le_classeur(_FEUILLE, b'r="A5"', b'r="XFD1048576"')
_INVALIDE = replace(MODELE, milliers=",")

_MODELE = (
    echec("modele.absent", lambda t: t, modele=None),
    echec("modele.invalide", lambda t: t, modele=_INVALIDE),
    echec("modele.colonnes_absentes", ("Compte;", "Cpte;"), ligne=1),
    echec("modele.colonne_double", ("Libellé;", "Compte;"), ligne=1, modele=replace(MODELE, colonnes={c: v for c, v in MODELE.colonnes.items() if c != "libelle"}), modele_juste=MODELE),
    echec("modele.largeur", lambda t: t.replace("Facture Papèterie", "Facture; P; 1").replace("Virement", "Virement; V; 2"), ligne=2),
    echec("modele.valeurs", lambda t: t.replace("20/01/2025", "20 janvier").replace("05/02/2025", "5 février"), "Date", ligne=2),
    echec("modele.rien_a_lire", lambda t: t[: t.index("\n") + 1]),
    echec("modele.pas_du_texte", lambda t: t, encode=lambda t: b"\xd0\xcf\x11\xe0" + b"\x00" * 80),
    echec("modele.pas_un_classeur", lambda t: t, modele=MODELE_CLASSEUR),
)  # fmt: skip

_LIGNES = (
    echec("perso.caracteres_illisibles", lambda t: t, ligne=1, modele=replace(MODELE, encodage="utf-8"), encode=lambda t: t.encode().replace("è".encode(), b"\xe8", 1)),
    echec("perso.ligne_autre_largeur", ("Facture Papèterie;;", "Facture;Papèterie;;"), ligne=3),
    echec("perso.guillemet_ouvert", (";Virement;1 500,00;\n", ';"Virement;1 500,00;\n' + "BQ;05/02/2025;401000;2;Virement;0,00;\n" * 60), ligne=4),
    echec("perso.ligne_vide", ("\nBQ", "\n;;;;;;\nBQ"), ligne=4, modele=replace(MODELE, ignorer_vides=False)),
    echec("perso.lignes_ignorees", lambda t: t + "Total;;;;;3 000,00;3 000,00\n", ligne=6),
    echec("perso.montant_illisible", ("1 500,00;\n", "1 500.00;\n"), "Débit", marque="1 500.00"),
    echec("perso.date_illisible", ("20/01/2025", "20/13/2025"), "Date", marque="20/13/2025"),
    echec("perso.sens_inconnu", (";D;", ";Z;"), "Sens", marque="Z", clair=CLAIR_SENS, modele=MODELE_SENS, modele_juste=MODELE_SENS),
    echec("perso.valeur_absente", ("607000", ""), "Compte", ligne=2, colonnes=(15, 15)),
    echec("perso.sans_montant", (";1 500,00;\n", ";;\n"), "Débit", ligne=2, colonnes=(42, 42)),
    echec("perso.montant_nul", ("1 500,00;\n", "0,00;\n"), "Débit", marque="0,00"),
    echec("perso.debit_et_credit", ("1 500,00;\n", "1 500,00;1,00\n"), "Débit", marque="1 500,00"),
    echec("perso.devise", ("USD;540,00", ";540,00"), "Montant devise", marque="540,00", clair=CLAIR_SENS, modele=MODELE_SENS, modele_juste=MODELE_SENS),
)  # fmt: skip

_CLASSEUR = (
    echec_classeur("modele.feuille_absente", None, "feuille « Mars » demandée", modele=replace(MODELE_CLASSEUR, feuille="Mars")),
    echec_classeur("xlsx.illisible", None, "archive tronquée au milieu", abime=lambda o: o[: len(o) // 2]),
    echec_classeur("xlsx.limite", None, "une cellule à la dernière ligne de la dernière colonne", abime=_TRES_LOIN),
    echec_classeur("xlsx.erreur_de_cellule", lambda _, f: f.write_formula(1, 5, "=Z1", None, "#REF!"), "F2 contient #REF!", 2, "F Débit"),
    echec_classeur("xlsx.formule_sans_valeur", lambda _, f: f.write_formula(2, 6, "=F2", None, 1500), "G3 contient =F2, sans valeur enregistrée", 3, "G Crédit", abime=_SANS_VALEUR),
    echec_classeur("xlsx.formules", lambda _, f: f.write_formula(2, 6, "=F2", None, 1500), "G3 contient =F2"),
    echec_classeur("xlsx.feuilles_cachees", lambda livre, _: livre.add_worksheet("Brouillon").hide(), "feuille « Brouillon » cachée"),
    echec_classeur("xlsx.cellules_fusionnees", lambda _, f: f.merge_range("E2:E3", "Facture Papèterie"), "E2 et E3 fusionnées"),
)  # fmt: skip

EXEMPLES: tuple[Exemple, ...] = (*_MODELE, *_LIGNES, *_CLASSEUR)
