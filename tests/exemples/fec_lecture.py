"""Examples of what the reading of a FEC finds (formats/fec/regles.py)."""

from __future__ import annotations

from ecritures.domain.lot import Regime
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from exemples.fec_base import Fec, echec
from exemples.registre import Exemple


def _montant_sens(fec: Fec) -> Fec:
    """Debit and Credit become Montant and Sens, with D and C."""
    for numero in range(2, len(fec.lignes) + 1):
        debit, credit = fec.lit(numero, "Debit"), fec.lit(numero, "Credit")
        au_debit = credit == "0,00"
        fec.met(numero, Debit=debit if au_debit else credit, Credit="D" if au_debit else "C")
    return fec.renomme("Debit", "Montant").renomme("Credit", "Sens")


def _deux_codes(fec: Fec) -> Fec:
    for numero in (2, 3):
        fec.met(numero, Credit="+1" if fec.lit(numero, "Credit") == "D" else "-1")
    return fec


def _entre_guillemets(fec: Fec) -> Fec:
    fec.lignes = [[f'"{champ}"' if champ else champ for champ in champs] for champs in fec.lignes]
    return fec


def _echange(fec: Fec) -> Fec:
    """CompteNum and CompteLib change places."""
    for champs in fec.lignes:
        champs[4], champs[5] = champs[5], champs[4]
    return fec


def _coupe(fec: Fec) -> Fec:
    """A line end in the label of line 6 cuts it in two."""
    champs = fec.lignes[5]
    fec.lignes[5:6] = [[*champs[:10], "Facture"], ["Müller", *champs[11:]]]
    return fec


def _tresorerie(fec: Fec) -> Fec:
    """The four columns of a BNC cash accounting."""
    for nom, valeur in (("DateRglt", "20250131"), ("ModeRglt", "VIR"), ("NatOp", "Vente"), ("IdClient", "")):
        fec.ajoute_colonne(nom, valeur)
    return fec


def _sans_tresorerie(fec: Fec) -> Fec:
    for nom in ("DateRglt", "ModeRglt", "NatOp", "IdClient"):
        fec.ote_colonne(nom)
    return fec


def _sans_mode(fec: Fec) -> None:
    fec.lignes[4][fec.lignes[0].index("ModeRglt")] = ""


def _points(fec: Fec) -> Fec:
    """Every amount with a point."""
    for numero in range(2, len(fec.lignes) + 1):
        fec.met(
            numero, Debit=fec.lit(numero, "Debit").replace(",", "."), Credit=fec.lit(numero, "Credit").replace(",", ".")
        )
    return fec


def _sens_inconnu(fec: Fec) -> Fec:
    return fec.met(5, Credit="X")


def _entre_journaux(fec: Fec) -> Fec:
    """The sale and its payment take one number and exchange their customer lines: balanced together only."""
    fec.ote(7, 8, 9, 12, 13)
    for numero in range(4, 9):
        fec.met(numero, EcritureNum="X1", EcritureDate="20250131", PieceDate="20250131", ValidDate="20250203")
    return fec.met(4, Debit="1300,00", EcritureLet="", DateLet="").met(8, Credit="1300,00", EcritureLet="", DateLet="")


def _long() -> Fec:
    """A longer clean file, for the rules that need numbers in number."""
    fec = Fec()
    fec.lignes = [ligne.split("|") for ligne in generer_fec(42, separateur="|").decode().splitlines()]
    fec.nom = NOM_FICHIER
    return fec


def _numero_par_mois(fec: Fec) -> Fec:
    """Each line has a number of its own kind: half of the entries do not balance under it."""
    for numero in range(2, len(fec.lignes) + 1):
        fec.met(numero, EcritureNum=f"{numero:06d}")
    return fec


_FICHIER = (
    echec("fec.nom_de_fichier", lambda f: f.change(nom="ecritures.txt")),
    echec("fec.siren_invalide", lambda f: f.change(nom="123456789FEC20251231.txt")),
    echec("fec.cloture_inexistante", lambda f: f.change(nom="732829320FEC20250230.txt")),
    echec("fec.extension_inhabituelle", lambda f: f.change(nom="732829320FEC20251231.dat")),
    echec("fec.vide", lambda f: f.ote(*range(2, 17))),
    echec("fec.cloture_refusee", lambda f: f.change(nom="732829320FEC20259931.txt")),
    echec("fec.separateur_absent", lambda f: f.change(separateur="~"), 1),
    echec("fec.separateur_tableur", lambda f: f.change(separateur=";"), 1),
    echec("fec.separateur_variable", lambda f: f.insere(16, ["\t".join(f.lignes[14])]), 16),
    echec("fec.encodage_non_prevu", lambda f: f.met(4, EcritureLib="Facture d’été").change(encodage="cp1252")),
    echec("fec.encodage_converti", lambda f: f.change(encodage="utf-16")),
    echec("fec.encodage_refuse", lambda f: f.change(encodage="utf-32")),
    echec("fec.pas_du_texte", lambda f: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 80),
    echec("fec.utf8_invalide", lambda f: f.octets.replace("Müller".encode(), "Müller".encode("cp1252"), 1), 4),
    echec("fec.marque_ordre_octets", lambda f: f.change(encodage="utf-8-sig")),
    echec("fec.fins_de_ligne", lambda f: f.octets.replace(b"\r\n", b"\n", 3)),
    echec("fec.fins_de_ligne_doublees", lambda f: f.change(fin="\r\r\n")),
    echec("fec.caracteres_de_controle", lambda f: f.met(5, EcritureLib="Facture\x07 Müller"), 5),
    echec("fec.caractere_nul", lambda f: f.met(5, EcritureLib="Facture\x00Müller"), 5, "EcritureLib"),
    echec("fec.guillemets", _entre_guillemets, 2),
)  # fmt: skip

_ENTETE = (
    echec("entete.zone_obligatoire_absente", lambda f: f.ote_colonne("PieceRef"), 1, "PieceRef"),
    echec("entete.zone_absente", lambda f: f.ote_colonne("Idevise").ote_colonne("Montantdevise"), 1, "Montantdevise"),
    echec("entete.ordre", _echange, 1, "CompteNum"),
    echec("entete.nom_proche", lambda f: f.renomme("Montantdevise", "MontantDevise"), 1, "Montantdevise"),
    echec("entete.nom_alias", lambda f: f.renomme("CompAuxNum", "CompteAuxNum"), 1, "CompAuxNum"),
    echec("entete.zone_en_double", lambda f: f.ajoute_colonne("Debit", "1,00"), 1, "Debit"),
    echec("entete.zone_supplementaire", lambda f: f.ajoute_colonne("Analytique", "A1"), 1, "Analytique"),
    echec("entete.zone_intercalee", lambda f: f.ajoute_colonne("Analytique", "A1", 3), 1, "Analytique"),
    echec("entete.absent", lambda f: f.ote(1), 1),
    echec("entete.separateur_final", lambda f: f.ajoute_colonne("", ""), 1),
    echec("entete.montant_sens", lambda f: f.renomme("Credit", "Sens"), 1),
    echec("entete.repete", lambda f: f.insere(7, f.lignes[0]), 7),
    echec("entete.espaces", lambda f: f.renomme("Debit", " Debit "), 1, "Debit"),
    echec("entete.zones_du_regime", _sans_tresorerie, 1, "DateRglt", avant=_tresorerie, situation="Régime demandé : BNC trésorerie", regime=Regime.BNC_TRESORERIE),
    echec("entete.trop_de_zones", lambda f: f.lignes[0].extend(f"Zone{n}" for n in range(500)), 1),
)  # fmt: skip

_LIGNE = (
    echec("ligne.nombre_de_zones", lambda f: f.insere(7, f.lignes[5][:7]), 7),
    echec("ligne.coupee", _coupe, 6),
    echec("ligne.zones_finales_absentes", lambda f: f.lignes.__setitem__(5, f.lignes[5][:16]), 6),
    echec("ligne.separateur_final", lambda f: f.lignes[5].append(""), 6),
    echec("ligne.separateur_dans_zone", lambda f: f.met(6, EcritureLib="Facture|Müller"), 6, "EcritureLib", colonnes=(70, 83)),
    echec("ligne.vide", lambda f: f.insere(7, [""]), 7),
    echec("ligne.zones_vides", lambda f: f.insere(7, [""] * 18), 7),
    echec("ligne.marque_de_fin", lambda f: f.octets + b"\x1a", 16),
    echec("ligne.apres_fin_de_fichier", lambda f: f.insere(14, ["\x1a"]), 15),
    echec("ligne.trop_longue", lambda f: f.met(5, EcritureLib="x" * 70_000), 5),
)  # fmt: skip

_VALEUR = (
    echec("valeur.obligatoire_vide", lambda f: f.met(5, CompteLib=""), 5, "CompteLib"),
    echec("valeur.obligatoire_vide_bic", lambda f: f.met(5, PieceRef=""), 5, "PieceRef"),
    echec("ecriture.numero_absent", lambda f: f.met(5, EcritureNum=""), 5, "EcritureNum"),
    echec("validation.absente", lambda f: f.met(5, ValidDate=""), 5, "ValidDate"),
    echec("validation.absente_tresorerie", lambda f: f.met(5, ValidDate=""), 5, "ValidDate", avant=_tresorerie),
    echec("tresorerie.zone_vide", _sans_mode, 5, "ModeRglt", avant=_tresorerie),
    echec("valeur.autre_separateur", lambda f: f.met(5, EcritureLib="Facture\tMüller"), 5),
    echec("valeur.guillemets", lambda f: f.met(5, EcritureLib='"Facture Müller"'), 5, "EcritureLib"),
    echec("montant.vide", lambda f: f.met(5, Debit=""), 5, "Debit"),
    echec("montant.illisible", lambda f: f.met(5, Credit="1000 €"), 5, "Credit"),
    echec("montant.point_decimal", _points, 2, "Debit"),
    echec("montant.point_et_virgule", lambda f: f.met(5, Credit="1000.00"), 5, "Credit"),
    echec("montant.point_ambigu", lambda f: f.met(5, Credit="1.000"), 5, "Credit"),
    echec("montant.trop_grand", lambda f: f.met(5, Credit="99999999999999999,00"), 5, "Credit"),
    echec("montant.milliers_irreguliers", lambda f: f.met(5, Credit="1 00,00"), 5, "Credit"),
    echec("montant.separateur_de_milliers", lambda f: f.met(5, Credit="1 000,00"), 5, "Credit"),
    echec("montant.decimales", lambda f: f.met(5, Credit="1000,000"), 5, "Credit"),
    echec("montant.notation_scientifique", lambda f: f.met(5, Credit="1,0E3"), 5, "Credit"),
    echec("montant.signe", lambda f: f.met(5, Debit="-1000,00", Credit="0,00"), 5, "Debit"),
    echec("sens.inconnu", _sens_inconnu, 5, "Sens", avant=_montant_sens),
    echec("sens.deux_codifications", _deux_codes, 5, "Sens", avant=_montant_sens),
    echec("date.illisible", lambda f: f.met(5, PieceDate="demain"), 5, "PieceDate"),
    echec("date.mois_ou_jour", lambda f: f.met(5, PieceDate="20251301"), 5, "PieceDate"),
    echec("date.inexistante", lambda f: f.met(5, PieceDate="20250230"), 5, "PieceDate"),
    echec("date.autre_forme", lambda f: f.met(5, PieceDate="15/01/2025"), 5, "PieceDate"),
    echec("date.autre_separateur", lambda f: f.met(5, PieceDate="15.01.2025"), 5, "PieceDate"),
    echec("date.annee_invraisemblable", lambda f: f.met(14, DateLet="18991231", EcritureLet="Z"), 14, "DateLet"),
    echec("date.a_zero", lambda f: f.met(5, PieceDate="00000000"), 5, "PieceDate"),
    echec("tiers.numero_et_libelle", lambda f: f.met(4, CompAuxLib=""), 4, "CompAuxLib"),
    echec("lettrage.sans_date", lambda f: f.met(4, DateLet=""), 4, "DateLet"),
    echec("devise.montant_et_code", lambda f: f.met(14, Idevise=""), 14, "Idevise"),
    echec("devise.inconnue", lambda f: f.met(14, Idevise="$$$").met(15, Idevise="$$$"), 14, "Idevise"),
    echec("devise.signe", lambda f: f.met(14, Montantdevise="-540,00"), 14, "Montantdevise"),
    echec("valeur.remplissage", lambda f: f.met(5, EcritureLib="___"), 5, "EcritureLib"),
    echec("valeur.zone_remplie", lambda f: f.met(5, DateLet="00000000"), 5, "DateLet"),
    echec("valeur.espaces", lambda f: f.met(5, EcritureLib="Facture Müller   "), 5, "EcritureLib"),
)  # fmt: skip

_REGROUPEMENT = (
    echec("ecriture.numero_inutilisable", lambda f: f.partout(EcritureNum="0"), 2, "EcritureNum"),
    echec("ecriture.ligne_rattachee", lambda f: f.met(6, EcritureNum=""), 6, "EcritureNum"),
    echec("ecriture.autre_regroupement", _numero_par_mois, 2, "EcritureNum", base=_long),
    echec("ecriture.equilibre_entre_journaux", _entre_journaux, 4, "EcritureNum"),
)  # fmt: skip

EXEMPLES: tuple[Exemple, ...] = (*_FICHIER, *_ENTETE, *_LIGNE, *_VALEUR, *_REGROUPEMENT)
