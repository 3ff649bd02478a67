"""What a custom file can have wrong, beside the model or under it. Every rule, with its texts.

``modele.*``: the model does not fit the file, said once for all its lines. ``perso.*``: one line or value is wrong.
"""

from __future__ import annotations

from ecritures.domain.constat import Regle, Severity

_SOURCE = "Modèle de lecture déclaré pour ce fichier."
_REVOIR = (
    "Corriger le modèle (ecritures model check le confronte au fichier), ou envoyer le fichier auquel il convient."
)
_CORRIGER = "Corriger la ligne dans le logiciel d'origine, puis renvoyer le fichier."


def _erreur(id_: str, titre: str, message: str, remede: str = _REVOIR, source: str = _SOURCE) -> Regle:
    return Regle(id_, Severity.ERROR, titre, message, remede, source)


# ── The model and the file ──────────────────────────────────────────────────────────────────────────────────────────
SANS_MODELE = _erreur(
    "modele.absent",
    "Aucun modèle de lecture",
    "Un fichier personnalisé se lit avec un modèle, et aucun n'a été donné.",
    "Donner un modèle (--modele), ou en faire proposer un par ecritures model infer.",
)
INVALIDE = _erreur("modele.invalide", "Modèle invalide", "{motif}", "Corriger le modèle, clé par clé.")
COLONNES_ABSENTES = _erreur(
    "modele.colonnes_absentes",
    "Colonnes du modèle absentes du fichier",
    "Le modèle « {modele} » attend : {attendues} ; la ligne {numero_ligne} porte : {presentes}.",
)
COLONNE_DOUBLE = _erreur(
    "modele.colonne_double",
    "Colonne présente deux fois",
    "La ligne {numero_ligne} nomme plusieurs fois {doubles}, que le modèle « {modele} » emploie : laquelle lire ?",
    "Donner dans le modèle le rang de la colonne au lieu de son nom.",
)
LARGEUR = _erreur(
    "modele.largeur",
    "Le fichier n'a pas la largeur du modèle",
    "Le modèle « {modele} » attend {attendu} ; {nombre} lignes sur {total} ne l'ont pas (ligne {numero_ligne} : {trouve}).",
)
VALEURS = _erreur(
    "modele.valeurs",
    "Colonne d'une autre nature que celle du modèle",
    "Le modèle « {modele} » attend {attendu} en {place} ; {nombre} valeurs sur {total} n'en sont pas (ligne {numero_ligne} : « {valeur} »).",
)
FEUILLE_ABSENTE = _erreur(
    "modele.feuille_absente",
    "Feuille absente du classeur",
    "Le modèle « {modele} » lit {attendue} ; le classeur a : {presentes}.",
)
PAS_UN_CLASSEUR = _erreur(
    "modele.pas_un_classeur",
    "Le fichier n'est pas un classeur XLSX",
    "Le modèle « {modele} » lit un classeur XLSX ; le fichier est {trouve}.",
)
PAS_DU_TEXTE = _erreur(
    "modele.pas_du_texte",
    "Le fichier n'est pas du texte",
    "Le modèle « {modele} » lit un fichier texte ; le fichier est {trouve}.",
)
RIEN_A_LIRE = _erreur(
    "modele.rien_a_lire",
    "Aucune ligne d'écriture",
    "Le modèle « {modele} » ne trouve aucune ligne d'écriture dans le fichier ({lignes} lignes, {ignorees} écartées).",
)

# ── Lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────
ENCODAGE = _erreur(
    "perso.caracteres_illisibles",
    "Caractères illisibles",
    "Caractères illisibles en {encodage} : {nombre}.",
    "Déclarer dans le modèle l'encodage du fichier, ou le réenregistrer en UTF-8.",
)
LIGNE_AUTRE_LARGEUR = _erreur(
    "perso.ligne_autre_largeur",
    "Ligne d'une autre largeur",
    "La ligne a {nombre} {unite} au lieu de {attendu} : elle n'est pas lue.",
    "Chercher un séparateur en trop ou manquant dans un libellé, et mettre la valeur entre guillemets.",
)
GUILLEMET = _erreur(
    "perso.guillemet_ouvert",
    "Guillemet jamais refermé",
    "Un guillemet ouvert sur cette ligne n'est pas refermé dans les {limite} lignes qui suivent ; la ligne est lue sans lui.",
    "Refermer le guillemet, ou le doubler s'il fait partie du texte.",
)
LIGNE_VIDE = Regle(
    "perso.ligne_vide",
    Severity.WARNING,
    "Ligne vide",
    "La ligne est vide.",
    "Sans effet ; ignorer.vides = true dans le modèle la passe sous silence.",
    _SOURCE,
)
LIGNES_IGNOREES = Regle(
    "perso.lignes_ignorees",
    Severity.INFO,
    "Lignes de total écartées",
    "Lignes de total écartées, comme le modèle le demande : {nombre} (la première : ligne {numero_ligne}, « {valeur} »).",
    "Vérifier que ce sont bien des totaux.",
    _SOURCE,
)

# ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────
MONTANT = _erreur(
    "perso.montant_illisible",
    "Montant illisible",
    "« {valeur} » ({place}) n'est pas un montant : {motif}.",
    "Corriger le montant ; s'il est juste, déclarer dans le modèle la marque des décimales et celle des milliers.",
)
DATE = _erreur(
    "perso.date_illisible",
    "Date illisible",
    "« {valeur} » ({place}) n'est pas une date de la forme {formes}.",
    "Corriger la date ; si elle est juste, ajouter sa forme à dates.formes du modèle.",
)
SENS = _erreur(
    "perso.sens_inconnu",
    "Sens inconnu",
    "Sens « {valeur} » inconnu ({place}) ; le modèle admet {admis}.",
    "Corriger le sens, ou l'ajouter à montants.debit ou montants.credit du modèle.",
)
OBLIGATOIRE = _erreur(
    "perso.valeur_absente",
    "Valeur obligatoire absente",
    "{quoi} est vide ({place}).",
    "Renseigner la cellule, ou donner dans le modèle une valeur par défaut.",
)
SANS_MONTANT = _erreur(
    "perso.sans_montant",
    "Ligne sans montant",
    "La ligne n'a pas de montant ({place}).",
    _CORRIGER,
)
MONTANT_NUL = Regle(
    "perso.montant_nul",
    Severity.WARNING,
    "Ligne à zéro",
    "Le montant de la ligne est zéro ({place}).",
    "Vérifier que la ligne est voulue.",
    _SOURCE,
)
DEBIT_ET_CREDIT = _erreur(
    "perso.debit_et_credit",
    "Débit et crédit sur une même ligne",
    "La ligne porte à la fois un débit de {debit_centimes:€} et un crédit de {credit_centimes:€}.",
    "Écrire deux lignes, l'une au débit et l'autre au crédit.",
)
DEVISE = _erreur(
    "perso.devise",
    "Montant en devise sans code, ou trop précis",
    "Montant en devise « {valeur} » ({place}) : {motif}.",
    "Renseigner le code de la devise (ISO 4217), et le montant avec les décimales qu'elle admet.",
)

REGLES: tuple[Regle, ...] = tuple(v for v in list(globals().values()) if isinstance(v, Regle))
"""Every rule above, for the documentation."""
