"""What the FEC reader may find, rule by rule. ``code`` is the printed check's; ids are public for ever.

Severities are those of the strict profile: the law's (fec.md section 8.2), and ERROR whenever the administration's tool
declares the file non conform. What the tolerant profile does instead is in :mod:`ecarts`, in one table.
"""

from __future__ import annotations

from ecritures.domain.constat import Regle, Severity

_LOI = "LPF, article A47 A-1"
_USAGE = "Pratique des fichiers réels"


def _erreur(id_: str, code: str, titre: str, message: str, remede: str, source: str = _LOI) -> Regle:
    return Regle(id_, Severity.ERROR, titre, message, remede, source, code)


def _alerte(id_: str, code: str, titre: str, message: str, remede: str, source: str = _LOI) -> Regle:
    return Regle(id_, Severity.WARNING, titre, message, remede, source, code)


def _note(id_: str, code: str, titre: str, message: str, remede: str, source: str = _LOI) -> Regle:
    return Regle(id_, Severity.INFO, titre, message, remede, source, code)


# ── The file ────────────────────────────────────────────────────────────────────────────────────────────────────────
NOM = _erreur(
    "fec.nom_de_fichier",
    "F01",
    "Nom de fichier non réglementaire",
    "Le nom « {nom} » ne suit pas la forme SirenFECAAAAMMJJ.",
    "Renommer le fichier, par exemple 900000001FEC20251231.txt.",
    f"{_LOI}, IX",
)
SIREN = _alerte(
    "fec.siren_invalide",
    "F02",
    "SIREN du nom de fichier invalide",
    "Le SIREN « {siren} » du nom de fichier est invalide.",
    "Nommer le fichier avec les 9 chiffres du SIREN de l'entreprise.",
    f"{_LOI}, IX",
)
CLOTURE = _erreur(
    "fec.cloture_inexistante",
    "F03",
    "Date de clôture du nom inexistante",
    "La date de clôture « {date} » du nom de fichier n'existe pas.",
    "Nommer le fichier avec la date de clôture de l'exercice (AAAAMMJJ).",
    f"{_LOI}, IX",
)
CLOTURE_REFUSEE = _erreur(
    "fec.cloture_refusee",
    "F03",
    "Date de clôture du nom refusée",
    "La date de clôture « {date} » du nom de fichier n'est pas de la forme 20AAMMJJ : l'outil de l'administration refuse le nom.",
    "Nommer le fichier avec la date de clôture de l'exercice (AAAAMMJJ).",
    f"{_LOI}, IX",
)
EXTENSION = _note(
    "fec.extension_inhabituelle",
    "F04",
    "Extension inhabituelle",
    "Extension « {extension} » inhabituelle pour un FEC.",
    "Préférer l'extension .txt.",
    _USAGE,
)
VIDE = _erreur(
    "fec.vide",
    "F05",
    "Fichier sans écriture",
    "Le fichier ne contient aucune écriture.",
    "Refaire l'export : le fichier est vide ou réduit à sa ligne d'en-tête.",
)
SEPARATEUR_ABSENT = _erreur(
    "fec.separateur_absent",
    "F06",
    "Séparateur non admis",
    "Aucun séparateur admis (tabulation ou « | ») dans la première ligne{indice}.",
    "Refaire l'export avec la tabulation ou la barre verticale pour séparateur.",
    f"{_LOI}, VI 1° c",
)
SEPARATEUR_TABLEUR = _erreur(
    "fec.separateur_tableur",
    "F06",
    "Séparateur de tableur",
    "Le séparateur est « {separateur} », que le texte n'admet pas ; les guillemets éventuels ont été ôtés.",
    "Refaire l'export avec la tabulation ou la barre verticale pour séparateur, sans guillemets.",
    f"{_LOI}, VI 1° c",
)
AUTRE_SEPARATEUR = _alerte(
    "valeur.autre_separateur",
    "F07",
    "Autre séparateur dans une zone",
    "L'autre séparateur admis ({autre}) figure dans des zones : lignes {nombre}, la première {numero_ligne}.",
    "Sans effet ici ; le remplacer par un espace dans les libellés.",
    _USAGE,
)
SEPARATEUR_VARIE = _erreur(
    "fec.separateur_variable",
    "F07",
    "Plusieurs séparateurs",
    "Le séparateur n'est pas le même dans tout le fichier : {detail}.",
    "Refaire l'export avec un seul séparateur.",
    f"{_LOI}, VI 1° c",
)
ENCODAGE = _alerte(
    "fec.encodage_non_prevu",
    "F08",
    "Jeu de caractères non prévu",
    "Jeu de caractères « {encodage} » non prévu par l'article A47 A-1.",
    "Exporter en UTF-8, ISO 8859-15 ou ASCII ; vérifier les accents avant d'importer.",
    f"{_LOI}, XII",
)
UTF16 = _erreur(
    "fec.encodage_refuse",
    "F08",
    "Jeu de caractères refusé",
    "Le fichier est en {encodage} : il ne peut pas être lu comme un FEC.",
    "Réenregistrer le fichier en UTF-8 (« texte Unicode » d'un tableur produit de l'UTF-16).",
    f"{_LOI}, XII",
)
UTF16_CONVERTI = _erreur(
    "fec.encodage_converti",
    "F08",
    "Jeu de caractères converti",
    "Le fichier est en {encodage}, non prévu par l'article A47 A-1 : il a été converti pour être lu.",
    "Réenregistrer le fichier en UTF-8 (« texte Unicode » d'un tableur produit de l'UTF-16).",
    f"{_LOI}, XII",
)
BINAIRE = _erreur(
    "fec.pas_du_texte",
    "F06",
    "Fichier qui n'est pas du texte",
    "Le fichier n'est pas du texte : classeur, archive ou document.",
    "Envoyer l'export texte lui-même ; décompresser une archive avant l'envoi.",
    f"{_LOI}, VI",
)
UTF8_INVALIDE = _alerte(
    "fec.utf8_invalide",
    "F09",
    "Caractères illisibles",
    "Caractères illisibles en UTF-8 : {nombre} (première ligne : {numero_ligne}).",
    "Refaire l'export dans un seul jeu de caractères.",
    f"{_LOI}, XII",
)
BOM = _note(
    "fec.marque_ordre_octets",
    "F10",
    "Marque d'ordre des octets",
    "Marque d'ordre des octets en tête du fichier.",
    "Sans effet : la marque est ignorée.",
    _USAGE,
)
SAUTS = _alerte(
    "fec.fins_de_ligne",
    "F11",
    "Fins de ligne hétérogènes",
    "Fins de ligne hétérogènes ({detail}).",
    "Refaire l'export sans modifier le fichier dans un éditeur.",
    f"{_LOI}, VI 1°",
)
SAUTS_DOUBLES = _erreur(
    "fec.fins_de_ligne_doublees",
    "F11",
    "Fins de ligne doublées",
    "Fins de ligne doublées (CR CR LF : {nombre}), lues comme une seule.",
    "Refaire l'export sans convertir deux fois les fins de ligne : l'outil de l'administration lit mal la dernière zone.",
    f"{_LOI}, VI 1°",
)
CONTROLES = _alerte(
    "fec.caracteres_de_controle",
    "F12",
    "Caractères de contrôle",
    "Caractères de contrôle dans les zones : {nombre} (première ligne : {numero_ligne}).",
    "Ôter ces caractères des libellés dans le logiciel d'origine.",
    _USAGE,
)
NULS = Regle(
    "fec.caractere_nul",
    Severity.ERROR,
    "Caractère nul",
    "La ligne contient {nombre} caractère(s) nul(s) (NUL) : le fichier est abîmé.",
    "Exporter de nouveau le fichier : il a pu être tronqué ou abîmé pendant un transfert.",
    _USAGE,
)
GUILLEMETS = _erreur(
    "fec.guillemets",
    "F13",
    "Valeurs entre guillemets",
    "Les valeurs sont entourées de guillemets : le format n'en prévoit pas.",
    "Refaire l'export sans guillemets.",
    f"{_LOI}, VI",
)
VALEUR_ENTRE_GUILLEMETS = _alerte(
    "valeur.guillemets",
    "F13",
    "Valeur entre guillemets",
    "Des valeurs de « {zone} » sont entourées de guillemets (lignes : {nombre}) : ils sont lus comme du texte.",
    "Ôter ces guillemets : le format n'en prévoit pas.",
    f"{_LOI}, VI",
)

# ── The header ──────────────────────────────────────────────────────────────────────────────────────────────────────
ZONE_OBLIGATOIRE = _erreur(
    "entete.zone_obligatoire_absente",
    "H01",
    "Zone obligatoire absente",
    "La zone obligatoire « {zone} » est absente de l'en-tête.",
    "Refaire l'export avec toutes les zones réglementaires du régime.",
    f"{_LOI}, VII 1°",
)
ZONE_ABSENTE = _erreur(
    "entete.zone_absente",
    "H02",
    "Zone réglementaire absente",
    "La zone « {zone} » est absente de l'en-tête.",
    "Refaire l'export avec toutes les zones : une zone non utilisée reste, à blanc. Ici elle est lue à blanc.",
    f"{_LOI}, VII 1°",
)
ORDRE = _erreur(
    "entete.ordre",
    "H03",
    "Zones en désordre",
    "Les zones ne sont pas dans l'ordre réglementaire : « {avant} » avant « {zone} ».",
    "Refaire l'export dans l'ordre de l'article A47 A-1. Les zones ont été lues par leur nom.",
    f"{_LOI}, VII 1°",
)
NOM_PROCHE = _note(
    "entete.nom_proche",
    "H04",
    "Nom de zone approché",
    "Zone « {lu} » reconnue comme « {zone} ».",
    "Sans effet ici ; écrire le nom exact dans l'export.",
    _USAGE,
)
NOM_ESPACES = _note(
    "entete.espaces",
    "H04",
    "Espaces autour d'un nom de zone",
    "Le nom de la zone « {zone} » est entouré d'espaces.",
    "Sans effet ici ; écrire le nom exact dans l'export.",
    _USAGE,
)
NOM_ALIAS = _erreur(
    "entete.nom_alias",
    "H04",
    "Autre nom de zone",
    "Zone « {lu} » reconnue comme « {zone} ».",
    "Écrire le nom exact : l'outil de l'administration ne reconnaît pas celui-ci.",
    _USAGE,
)
DOUBLON = _erreur(
    "entete.zone_en_double",
    "H05",
    "Zone en double",
    "La zone « {zone} » figure deux fois (colonne {rang}).",
    "Refaire l'export : seule la première est lue.",
    f"{_LOI}, VII",
)
SUPPLEMENTAIRE = _note(
    "entete.zone_supplementaire",
    "H06",
    "Zone supplémentaire",
    "Zone supplémentaire « {zone} ».",
    "Permis après les zones réglementaires ; la décrire dans la notice jointe.",
    f"{_LOI}, VII",
)
INTERCALEE = _erreur(
    "entete.zone_intercalee",
    "H07",
    "Zone intercalée",
    "La zone supplémentaire « {zone} » est intercalée dans les zones réglementaires.",
    "Placer les zones supplémentaires après les zones réglementaires.",
    f"{_LOI}, VII",
)
SANS_ENTETE = _erreur(
    "entete.absent",
    "H08",
    "En-tête absent",
    "La première ligne ne porte pas le nom des zones{indice}.",
    "Ajouter la ligne des noms de zones, de JournalCode à Idevise ; ou, si les zones sont dans l'ordre réglementaire, accepter l'en-tête usuel : --accepter D-06.",
    f"{_LOI}, VII 4°",
)
SEPARATEUR_FINAL = _note(
    "entete.separateur_final",
    "H09",
    "Séparateur final",
    "Séparateur superflu en fin d'en-tête.",
    "Sans effet : la dernière zone, sans nom, est ignorée.",
    _USAGE,
)
MONTANT_SENS = _erreur(
    "entete.montant_sens",
    "H10",
    "Montant et Sens incomplets",
    "Les zones Montant et Sens doivent remplacer ensemble Debit et Credit ({presentes}).",
    "Refaire l'export avec Debit et Credit, ou avec Montant et Sens.",
    f"{_LOI}, VII 2°",
)
REGIME_INCOMPLET = _erreur(
    "entete.zones_du_regime",
    "H11",
    "Zones du régime absentes",
    "Le régime {regime} demande les zones {liste}.",
    "Refaire l'export avec les zones de trésorerie, ou choisir le régime du fichier : --regime.",
    f"{_LOI}, VIII 5° et 7°",
)
ENTETE_REPETE = _erreur(
    "entete.repete",
    "H12",
    "En-tête répété",
    "L'en-tête est répété ligne {numero_ligne} : la ligne est ignorée.",
    "Réunir les fichiers sans répéter la ligne d'en-tête.",
    _USAGE,
)

TROP_DE_ZONES = Regle(
    "entete.trop_de_zones",
    Severity.ERROR,
    "Trop de zones",
    "La première ligne porte {nombre} zones : {limite} au plus sont lues.",
    "Vérifier les fins de ligne et le séparateur ; ôter les zones supplémentaires.",
    "Limite de ce lecteur : un FEC a 18 zones, parfois quelques dizaines",
)

# ── The structure of lines ──────────────────────────────────────────────────────────────────────────────────────────
NOMBRE_ZONES = _erreur(
    "ligne.nombre_de_zones",
    "L01",
    "Nombre de zones différent de l'en-tête",
    "Ligne de {nombre_zones} zones au lieu de {attendues} : elle n'a pas pu être lue.",
    "Chercher dans la ligne un séparateur en trop ou manquant, puis refaire l'export.",
    f"{_LOI}, VI 1°",
)
LIGNE_COUPEE = _erreur(
    "ligne.coupee",
    "L01",
    "Ligne coupée en deux",
    "Un saut de ligne coupe l'enregistrement : les lignes {numero_ligne} et {suivante} ont été réunies.",
    "Ôter le saut de ligne du libellé dans le logiciel d'origine.",
    _USAGE,
)
ZONES_FINALES = _erreur(
    "ligne.zones_finales_absentes",
    "L01",
    "Zones finales absentes",
    "Ligne de {nombre_zones} zones au lieu de {attendues} : les zones facultatives manquantes ont été lues à blanc.",
    "Refaire l'export sans ôter les zones vides en fin de ligne.",
    _USAGE,
)
LIGNE_SEPARATEUR_FINAL = _erreur(
    "ligne.separateur_final",
    "L01",
    "Séparateur final en trop",
    "Ligne terminée par un séparateur en trop, ignoré.",
    "Refaire l'export sans séparateur en fin de ligne.",
    _USAGE,
)
SEPARATEUR_DANS_ZONE = _erreur(
    "ligne.separateur_dans_zone",
    "L01",
    "Séparateur dans un libellé",
    "Un séparateur figure dans « {zone} » : la zone a été reconstituée.",
    "Remplacer le séparateur par un espace dans le logiciel d'origine.",
    _USAGE,
)
LIGNE_VIDE = _erreur(
    "ligne.vide",
    "L02",
    "Ligne vide",
    "Ligne vide, ignorée.",
    "Refaire l'export sans ligne vide, y compris en fin de fichier.",
    f"{_LOI}, VI 1°",
)
LIGNE_SANS_VALEUR = _erreur(
    "ligne.zones_vides",
    "L03",
    "Ligne sans valeur",
    "Toutes les zones de la ligne sont vides : elle est ignorée.",
    "Refaire l'export sans cette ligne.",
    _USAGE,
)
MARQUE_DE_FIN = _erreur(
    "ligne.marque_de_fin",
    "L02",
    "Marque de fin de fichier",
    "Le fichier se termine par la marque de fin de fichier (caractère 1A), ignorée.",
    "Refaire l'export sans cette marque : l'outil de l'administration y voit une ligne fautive.",
    f"{_LOI}, VI 1°",
)
APRES_FIN = _alerte(
    "ligne.apres_fin_de_fichier",
    "L04",
    "Données après la fin de fichier",
    "Données après la marque de fin de fichier (caractère 1A de la ligne {marque}).",
    "Vérifier que le fichier n'est pas la réunion de deux exports.",
    _USAGE,
)
LIGNE_LONGUE = _alerte(
    "ligne.trop_longue",
    "L05",
    "Ligne anormalement longue",
    "Ligne anormalement longue ({octets} octets).",
    "Vérifier les fins de ligne et le séparateur.",
    _USAGE,
)

# ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────
VIDE_V01 = _erreur(
    "valeur.obligatoire_vide",
    "V01",
    "Zone obligatoire vide",
    "« {zone} » est vide.",
    "Renseigner cette zone dans le logiciel d'origine.",
    f"{_LOI}, VII 1°",
)
NUMERO_ABSENT = _erreur(
    "ecriture.numero_absent",
    "V01",
    "Numéro d'écriture vide",
    "« {zone} » est vide.",
    "Renseigner le numéro de l'écriture dans le logiciel d'origine.",
    f"{_LOI}, VII 1°",
)
VALIDATION_ABSENTE = _erreur(
    "validation.absente",
    "V02",
    "Date de validation vide",
    "« {zone} » est vide : l'écriture n'est pas validée.",
    "Valider les écritures avant l'export ; un brouillon n'a pas sa place dans un FEC.",
    f"{_LOI}, VII 1°",
)
VALIDATION_ABSENTE_TRESORERIE = _alerte(
    "validation.absente_tresorerie",
    "V02",
    "Date de validation vide (trésorerie)",
    "« {zone} » est vide (comptabilité de trésorerie).",
    "Renseigner cette date : le texte la demande, l'outil de l'administration ne la contrôle pas.",
    f"{_LOI}, VIII 5° et 7°",
)
TRESORERIE_VIDE = _alerte(
    "tresorerie.zone_vide",
    "V03",
    "Zone de trésorerie vide",
    "« {zone} » est vide (comptabilité de trésorerie).",
    "Renseigner la date et le mode de règlement ; si l'entreprise n'est pas en trésorerie : --regime bic.",
    f"{_LOI}, VIII 5° et 7°",
)
VIDE_V02 = _erreur(
    "valeur.obligatoire_vide_bic",
    "V02",
    "Zone obligatoire vide",
    "« {zone} » est vide.",
    "Renseigner cette zone dans le logiciel d'origine.",
    f"{_LOI}, VII 1°",
)
MONTANT_VIDE = _alerte(
    "montant.vide",
    "V04",
    "Montant vide",
    "« {zone} » est vide au lieu de 0,00.",
    "Sans effet : lu comme zéro.",
    "BOI-CF-IOR-60-40-20 : débit et crédit portent tous deux un nombre",
)
MONTANT_ILLISIBLE = _erreur(
    "montant.illisible",
    "V05",
    "Montant illisible",
    "« {valeur} » n'est pas un montant ({zone}).",
    "Écrire des chiffres, une virgule et deux décimales.",
    f"{_LOI}, XII",
)
MONTANT_TROP_GRAND = _erreur(
    "montant.trop_grand",
    "V05",
    "Montant trop grand",
    "« {valeur} » dépasse le plus grand montant que les livres tiennent ({zone}).",
    "Vérifier le montant dans le logiciel d'origine.",
    "Limite de ce lecteur : dix milliards d'euros par ligne",
)
POINT_AMBIGU = _erreur(
    "montant.point_ambigu",
    "V06",
    "Point ambigu",
    "« {valeur} » peut être un millier ou trois décimales : le montant n'est pas lu ({zone}).",
    "Refaire l'export avec la virgule décimale.",
    f"{_LOI}, XII",
)
POINT_ET_VIRGULE = _erreur(
    "montant.point_et_virgule",
    "V06",
    "Point et virgule décimaux mêlés",
    "La zone {zone} mêle le point (« {valeur} ») et la virgule décimale : la lecture n'est pas sûre.",
    "Refaire l'export avec la virgule décimale partout.",
    f"{_LOI}, XII",
)
MILLIERS_IRREGULIERS = _erreur(
    "montant.milliers_irreguliers",
    "V07",
    "Milliers irréguliers",
    "« {valeur} » n'a pas de groupes de trois chiffres réguliers : le montant n'est pas lu ({zone}).",
    "Refaire l'export sans séparateur de milliers.",
    f"{_LOI}, XII",
)
POINT_DECIMAL = _erreur(
    "montant.point_decimal",
    "V06",
    "Point décimal",
    "Le séparateur décimal doit être la virgule ({zone} = « {valeur} »).",
    "Refaire l'export avec la virgule décimale.",
    f"{_LOI}, XII",
)
MILLIERS = _erreur(
    "montant.separateur_de_milliers",
    "V07",
    "Séparateur de milliers",
    "Séparateur de milliers dans « {valeur} » ({zone}).",
    "Refaire l'export sans séparateur de milliers.",
    f"{_LOI}, XII",
)
DECIMALES = _alerte(
    "montant.decimales",
    "V08",
    "Plus de deux décimales",
    "Plus de deux décimales : « {valeur} » ({zone}), lu au centime.",
    "Vérifier que l'écriture reste équilibrée après l'arrondi.",
    _USAGE,
)
EXPOSANT = _erreur(
    "montant.notation_scientifique",
    "V09",
    "Notation scientifique",
    "Notation scientifique non admise : « {valeur} » ({zone}).",
    "Refaire l'export : un tableur a transformé le montant.",
    f"{_LOI}, XII",
)
MONTANT_SIGNE = _note(
    "montant.signe",
    "V10",
    "Montant signé",
    "Montant signé : « {valeur} » ({zone}).",
    "Permis : un débit négatif vaut un crédit, et inversement.",
    f"{_LOI}, XII",
)
SENS_INCONNU = _erreur(
    "sens.inconnu",
    "V13",
    "Sens inconnu",
    "Sens « {valeur} » inconnu (D, C, +1 ou -1 attendu).",
    "Corriger le sens de la ligne.",
    f"{_LOI}, VII 2°",
)
DEUX_CODES_SENS = _alerte(
    "sens.deux_codifications",
    "V14",
    "Deux codifications du sens",
    "Deux codifications du sens coexistent ({codes}).",
    "Employer D et C, ou +1 et -1, dans tout le fichier.",
    f"{_LOI}, X",
)
DATE_ILLISIBLE = _erreur(
    "date.illisible",
    "V15",
    "Date illisible",
    "« {valeur} » n'est pas une date ({zone}).",
    "Écrire la date sous la forme AAAAMMJJ.",
    f"{_LOI}, XII",
)
DATE_HORS_BORNES = _erreur(
    "date.mois_ou_jour",
    "V16",
    "Mois ou jour impossible",
    "La date « {valeur} » n'existe pas ({zone}).",
    "Écrire la date sous la forme AAAAMMJJ, l'année d'abord.",
    f"{_LOI}, XII",
)
DATE_INEXISTANTE = _erreur(
    "date.inexistante",
    "V17",
    "Date inexistante",
    "La date « {valeur} » n'existe pas ({zone}).",
    "Corriger le jour dans le logiciel d'origine.",
    f"{_LOI}, XII",
)
DATE_AUTRE_FORME = _erreur(
    "date.autre_forme",
    "V18",
    "Date d'une autre forme",
    "Date « {valeur} » au lieu de AAAAMMJJ ({zone}).",
    "Refaire l'export avec des dates AAAAMMJJ, sans séparateur ni heure.",
    f"{_LOI}, XII",
)
DATE_AUTRE_SEPARATEUR = _erreur(
    "date.autre_separateur",
    "V18",
    "Date d'une forme inconnue de l'outil",
    "Date « {valeur} » au lieu de AAAAMMJJ ({zone}) : l'outil de l'administration ne la lit pas.",
    "Refaire l'export avec des dates AAAAMMJJ, sans séparateur ni heure.",
    f"{_LOI}, XII",
)
ANNEE = _alerte(
    "date.annee_invraisemblable",
    "V19",
    "Année invraisemblable",
    "Année {annee} invraisemblable ({zone}).",
    "Vérifier la date dans le logiciel d'origine.",
    "Anomalie de l'outil Test Compta Demat",
)
DATE_ZERO = _erreur(
    "date.a_zero",
    "V20",
    "Date à zéro",
    "« {zone} » est à zéro (« {valeur} »).",
    "Renseigner cette date dans le logiciel d'origine.",
    f"{_LOI}, XII",
)
AUXILIAIRE = _alerte(
    "tiers.numero_et_libelle",
    "V25",
    "Auxiliaire incomplet",
    "Compte auxiliaire et libellé vont ensemble : « {numero} », « {libelle} ».",
    "Renseigner les deux zones, ou aucune.",
    f"{_LOI}, VII 1°",
)
LETTRAGE = _alerte(
    "lettrage.sans_date",
    "V28",
    "Lettrage sans date, ou l'inverse",
    "Lettrage et date de lettrage vont ensemble : « {lettrage} », « {date} ».",
    "Renseigner DateLet ; à défaut, la date de l'écriture la plus récente du groupe est retenue.",
    f"{_LOI}, VII 1°",
)
DEVISE_SEULE = _alerte(
    "devise.montant_et_code",
    "V29",
    "Montant ou code devise seul",
    "Montant et code devise vont ensemble : « {montant} », « {devise} ».",
    "Renseigner Montantdevise et Idevise, ou aucune.",
    f"{_LOI}, VII 1°",
)
DEVISE_INCONNUE = _alerte(
    "devise.inconnue",
    "V30",
    "Devise inconnue",
    "Devise « {valeur} » inconnue de la norme ISO 4217 (lignes : {nombre}).",
    "Employer le code à trois lettres : USD, GBP, CHF…",
    "Norme ISO 4217",
)
DEVISE_SIGNE = _note(
    "devise.signe",
    "V31",
    "Montant en devise de signe opposé",
    "Montants en devise de signe opposé à leur ligne : {nombre} (première ligne : {numero_ligne}).",
    "Vérifier le sens de ces lignes.",
    _USAGE,
)
REMPLISSAGE = _alerte(
    "valeur.remplissage",
    "V32",
    "Valeur de remplissage",
    "Valeur de remplissage « {valeur} » dans « {zone} ».",
    "Renseigner la référence ou le libellé réel de la pièce.",
    "BOI-CF-IOR-60-40-20 : les valeurs de convention ne remplacent pas la pièce",
)
FACULTATIVE_REMPLIE = _note(
    "valeur.zone_remplie",
    "V33",
    "Zone facultative remplie",
    "« {zone} » remplie de zéros ou d'espaces au lieu d'être vide (lignes : {nombre}).",
    "Sans effet : lue comme vide.",
    "BOI-CF-IOR-60-40-20 : « à blanc » s'entend sans zéros ni espaces",
)
ESPACES = _note(
    "valeur.espaces",
    "V34",
    "Zone complétée par des espaces",
    "« {zone} » complétée par des espaces (lignes : {nombre}).",
    "Sans effet : les espaces de bord sont ôtés.",
    f"{_LOI}, XII",
)

# ── Grouping ────────────────────────────────────────────────────────────────────────────────────────────────────────
NUMERO_CONSTANT = _alerte(
    "ecriture.numero_inutilisable",
    "E08",
    "Numéros d'écriture inutilisables",
    "EcritureNum vaut « {valeurs} » partout : les écritures ont été délimitées par {cle}.",
    "Refaire l'export avec le numéro de chaque écriture.",
    f"{_LOI}, VII 1°",
)
ENTRE_JOURNAUX = _alerte(
    "ecriture.equilibre_entre_journaux",
    "E09",
    "Écriture équilibrée entre journaux",
    "L'écriture {numero} ne s'équilibre qu'entre les journaux {journaux}.",
    "Tenir chaque écriture dans un seul journal.",
    _USAGE,
)
LIGNE_RATTACHEE = _alerte(
    "ecriture.ligne_rattachee",
    "E08",
    "Ligne sans numéro rattachée",
    "Ligne sans numéro, rattachée à l'écriture {journal}/{numero} : même date, même pièce, et l'équilibre se fait.",
    "Renseigner EcritureNum sur toutes les lignes de l'écriture.",
    _USAGE,
)
AUTRE_CLE = _alerte(
    "ecriture.autre_regroupement",
    "E08",
    "Écritures délimitées par une autre clé",
    "Moins de la moitié des écritures s'équilibrent par journal et numéro : elles ont été délimitées par {cle}.",
    "Vérifier ce que l'export écrit dans EcritureNum.",
    _USAGE,
)

PAR_DEFAUT: dict[str, Regle] = {
    **{
        r.code: r
        for r in (
            MONTANT_ILLISIBLE,
            POINT_DECIMAL,
            MILLIERS,
            DECIMALES,
            EXPOSANT,
            MONTANT_SIGNE,
            SENS_INCONNU,
            DATE_ILLISIBLE,
            DATE_HORS_BORNES,
            DATE_INEXISTANTE,
            DATE_AUTRE_FORME,
            DATE_ZERO,
        )
        if r.code
    },
    "V05 grand": MONTANT_TROP_GRAND,
    "V06 ambigu": POINT_AMBIGU,
    "V07 irrégulier": MILLIERS_IRREGULIERS,
    "V18 séparateur": DATE_AUTRE_SEPARATEUR,
}
"""Defect of a codec -> rule."""

REGLES: tuple[Regle, ...] = tuple(v for v in list(globals().values()) if isinstance(v, Regle))
"""Every rule above, for the documentation."""

assert len({r.id for r in REGLES}) == len(REGLES), "a rule id is used twice"
