"""What reading a TRA file may find. One line's bytes and zones alone; relations between lines are checks.

Severity (tra.md section 12): ERROR, the importer rejects or the positions are wrong; WARNING, it repairs or ignores;
INFO, unusual.
"""

from __future__ import annotations

from ecritures.domain.constat import Regle, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_TEXTE = "Format TRA, le fichier comme texte"
_MVT = "Format TRA, lignes de mouvement, 222 colonnes communes"
_ETE = "Format TRA, partie étendue des lignes de mouvement"
_PAR = "Format TRA, ordre des enregistrements"
_VAL = "Format TRA, conventions de valeurs"
_MON = "Format TRA, montants et devises (CODEMONTANT)"


def _regle(id_: str, severity: Severity, titre: str, message: str, remede: str, source: str) -> Regle:
    return Regle(id=f"tra.{id_}", severity=severity, titre=titre, message=message, remede=remede, source=source)


# --- the file as text -------------------------------------------------------------------------------------------
PAS_DU_TEXTE = _regle(
    "pas_du_texte",
    _E,
    "Le fichier n'est pas un texte TRA",
    "Le fichier ne peut pas être lu : {motif}.",
    "Exporter de nouveau le fichier TRA depuis le logiciel d'origine, sans le compresser ni le convertir.",
    _TEXTE,
)
ENCODAGE_INCONNU = _regle(
    "encodage_inconnu",
    _E,
    "Encodage demandé inconnu",
    "L'encodage demandé, {encodage}, n'est pas de ceux qu'un fichier TRA peut avoir.",
    "Ne pas imposer d'encodage, ou choisir windows-1252, utf-8, iso-8859-15 ou cp850.",
    _TEXTE,
)
BOM = _regle(
    "bom",
    _W,
    "Marque d'ordre des octets",
    "Le fichier commence par une marque d'ordre des octets (BOM), qui ne fait pas partie du format ; elle est ignorée.",
    "Exporter le fichier sans BOM : certains importateurs le refusent.",
    _TEXTE,
)
OCTETS_ILLISIBLES = _regle(
    "octets_illisibles",
    _W,
    "Octets illisibles",
    "{nombre} octets ne sont pas de l'UTF-8 dans un fichier qui en est par ailleurs ; ils sont remplacés par « ? ».",
    "Exporter le fichier dans un seul encodage, de préférence Windows-1252.",
    _TEXTE,
)
HORS_CHARSET = _regle(
    "caractere_hors_windows_1252",
    _W,
    "Caractère étranger à Windows-1252",
    "La ligne contient « {caracteres} », que le format ne sait pas écrire ; chaque caractère est remplacé par la lettre la plus proche ou « ? ».",
    "Remplacer ces caractères dans le logiciel d'origine.",
    _TEXTE,
)
CP850 = _regle(
    "encodage_dos",
    _W,
    "Encodage douteux",
    "Les lettres accentuées semblent écrites en DOS (cp850) ; le fichier est lu en Windows-1252, l'encodage du format.",
    "Si les accents sont faux, imposer l'encodage cp850 ou exporter de nouveau le fichier.",
    _TEXTE,
)
UTF8_OCTETS = _regle(
    "colonnes_en_octets",
    _W,
    "Colonnes comptées en octets",
    "Le fichier est en UTF-8 et ses colonnes sont comptées en octets : un importateur Windows-1252 lirait des lettres fausses.",
    "Exporter le fichier en Windows-1252.",
    _TEXTE,
)
FINS_MELANGEES = _regle(
    "fins_de_ligne_melangees",
    _I,
    "Fins de ligne mélangées",
    "Le fichier mélange plusieurs fins de ligne ({detail}).",
    "Aucune action nécessaire : toutes sont lues. Le format veut CR LF.",
    _TEXTE,
)
CARACTERE_NUL = _regle(
    "caractere_nul",
    _E,
    "Caractère nul",
    "La ligne contient {nombre} caractère(s) nul(s) (NUL) : le fichier est abîmé.",
    "Exporter de nouveau le fichier : il a pu être tronqué ou abîmé pendant un transfert.",
    _TEXTE,
)
CARACTERE_CONTROLE = _regle(
    "caractere_controle",
    _W,
    "Caractère de contrôle",
    "La ligne contient un caractère de contrôle, que le format ne permet pas.",
    "Retirer ce caractère du libellé ou de la référence dans le logiciel d'origine.",
    _VAL,
)
TABULATION = _regle(
    "tabulation",
    _E,
    "Tabulation dans une ligne",
    "La ligne contient une tabulation : les blancs ont été réduits et les positions des zones sont perdues ; ses valeurs ne sont pas lues.",
    "Exporter de nouveau le fichier sans l'ouvrir ni l'enregistrer dans un éditeur ou un tableur.",
    _TEXTE,
)
LIGNE_VIDE = _regle(
    "ligne_vide",
    _I,
    "Lignes vides",
    "Le fichier contient {nombre} ligne(s) vide(s), ignorée(s) ; la première est ici.",
    "Aucune action nécessaire.",
    _TEXTE,
)
LIGNE_COURTE = _regle(
    "ligne_courte",
    _E,
    "Ligne de mouvement trop courte",
    "La ligne s'arrête à la colonne {longueur}, avant la fin du montant (colonne 150).",
    "Exporter de nouveau le fichier : la ligne est coupée.",
    _MVT,
)
LIGNE_TRONQUEE = _regle(
    "ligne_tronquee",
    _W,
    "Ligne de mouvement tronquée",
    "La ligne s'arrête à la colonne {longueur}, avant le code montant (colonnes 173 à 175).",
    "Exporter des lignes complètes, d'au moins 222 colonnes.",
    _MVT,
)
LIGNE_LONGUE = _regle(
    "ligne_longue",
    _I,
    "Lignes plus longues que prévu",
    "{nombre} ligne(s) dépasse(nt) {largeur} colonnes, largeur du format {forme} ; ce qui dépasse n'est pas utilisé. La première est ici.",
    "Aucune action nécessaire, sauf si des zones étendues sont attendues : l'en-tête doit alors dire ETE.",
    _TEXTE,
)

# --- header and parameter records -------------------------------------------------------------------------------
ENTETE_ABSENTE = _regle(
    "entete_absente",
    _E,
    "En-tête absent",
    "La première ligne n'est pas un en-tête TRA : elle devrait commencer par ***, puis le produit, l'origine, le type de fichier et le format.",
    "Ajouter l'en-tête (par exemple ***S5CLIJRLETE…) ou exporter de nouveau le fichier.",
    "Format TRA, en-tête",
)
ANCIEN_JOURNAL = _regle(
    "ancien_journal",
    _E,
    "Ancien fichier journal",
    "La première ligne commence par « ! » : c'est un ancien fichier journal sans en-tête, que ce logiciel ne lit pas.",
    "Exporter le fichier au format TRA actuel (version 007 ou plus) depuis le logiciel d'origine.",
    _TEXTE,
)
ENTETE_REPETEE = _regle(
    "entete_repetee",
    _E,
    "Second en-tête",
    "Un second en-tête commence ici : plusieurs fichiers TRA ont été mis bout à bout.",
    "Envoyer chaque fichier séparément.",
    _PAR,
)
PARAMETRE_TARDIF = _regle(
    "parametre_apres_mouvement",
    _E,
    "Paramètre après un mouvement",
    "L'enregistrement {code} suit un mouvement : tous les paramètres doivent précéder les mouvements.",
    "Exporter de nouveau le fichier, ou déplacer l'enregistrement avant le premier mouvement.",
    _PAR,
)
ENREGISTREMENT_INCONNU = _regle(
    "enregistrement_inconnu",
    _W,
    "Enregistrement inconnu",
    "L'enregistrement {code} n'est pas décrit ({nombre} ligne(s)) ; il est conservé mais n'est pas utilisé.",
    "Vérifier la version du fichier ; aucune action si ces données ne sont pas attendues.",
    _PAR,
)
CAU = _regle(
    "enregistrement_cau",
    _E,
    "Enregistrement CAU",
    "L'enregistrement CAU (ancien tiers) n'est pas lisible : sa description n'est pas connue.",
    "Exporter le fichier dans une version plus récente : les tiers y sont des enregistrements CAE.",
    "Format TRA, enregistrements anciens",
)

# --- movement lines ---------------------------------------------------------------------------------------------
ZONE_OBLIGATOIRE = _regle(
    "zone_obligatoire",
    _E,
    "Zone obligatoire vide",
    "La zone {zone} ({role}) est vide.",
    "Renseigner cette zone dans le logiciel d'origine, puis exporter de nouveau le fichier.",
    "Format TRA, ce qu'un importateur exige",
)
ZONE_ETE_VIDE = _regle(
    "zone_etendue_vide",
    _W,
    "Zone étendue obligatoire vide",
    "La zone {zone}, obligatoire au format ETE, est vide sur {nombre} ligne(s) ; la première est ici. La valeur par défaut est prise.",
    "Renseigner la zone, ou exporter au format STD si les zones étendues ne servent pas.",
    "Format TRA, ce qu'un importateur exige",
)
GUID_ABSENT = _regle(
    "guid_absent",
    _W,
    "Identifiant unique absent",
    "L'en-tête annonce des identifiants uniques (READYGUID), mais REFGUID est vide sur {nombre} ligne(s) ; la première est ici.",
    "Exporter de nouveau le fichier avec les identifiants, ou sans les annoncer.",
    _ETE,
)
DATE_ILLISIBLE = _regle(
    "date_illisible",
    _E,
    "Date illisible",
    "La date « {valeur} » de la zone {zone} n'est pas une date JJMMAAAA.",
    "Corriger la date (huit chiffres, jour, mois, année), par exemple 31122025.",
    _VAL,
)
DATE_SECONDAIRE_ILLISIBLE = _regle(
    "date_secondaire_illisible",
    _W,
    "Date secondaire illisible",
    "La date « {valeur} » de la zone {zone} n'est pas une date JJMMAAAA ; elle est ignorée.",
    "Corriger la date (huit chiffres, jour, mois, année), ou laisser 01011900.",
    _VAL,
)
MONTANT_ILLISIBLE = _regle(
    "montant_illisible",
    _E,
    "Montant illisible",
    "Le montant « {valeur} » de la zone {zone} ne peut pas être lu : {motif}.",
    "Écrire le montant en chiffres, avec une virgule et deux décimales au plus, sans séparateur de milliers.",
    _VAL,
)
MONTANT_NEGATIF = _regle(
    "montant_negatif",
    _I,
    "Montant négatif",
    "Le montant « {valeur} » est négatif ; il est gardé du même côté avec son signe.",
    "Aucune action nécessaire ; de préférence, écrire le montant positif de l'autre côté.",
    _VAL,
)
MONTANT_NUL = _regle(
    "montant_nul",
    _W,
    "Montant nul",
    "La ligne a un montant nul : l'importateur l'ignore.",
    "Retirer la ligne, ou compléter son montant.",
    _MON,
)
SENS_INCONNU = _regle(
    "sens_inconnu",
    _E,
    "Sens inconnu",
    "Le sens « {valeur} » n'est ni D (débit) ni C (crédit).",
    "Écrire D ou C en colonne 130.",
    _MVT,
)
GENRE_INCONNU = _regle(
    "type_compte_inconnu",
    _E,
    "Type de ligne inconnu",
    "Le type de ligne « {valeur} » (TYPECPTE) n'existe pas{indice}.",
    "Écrire un blanc (général), X (auxiliaire), A, H ou O (analytique), G, V ou P.",
    _MVT,
)
GENRE_TOLERE = _regle(
    "type_compte_tolere",
    _W,
    "Type de ligne inhabituel",
    "Le type de ligne « {valeur} » est lu comme X (auxiliaire).",
    "Écrire X en colonne 31.",
    _MVT,
)
NATURE_INCONNUE = _regle(
    "nature_inconnue",
    _W,
    "Nature de pièce inconnue",
    "La nature de pièce « {valeur} » n'existe pas dans le format.",
    "Utiliser FC, AC, RC, OC, FF, AF, RF, OF ou OD.",
    _MVT,
)
TYPE_ECRITURE_INCONNU = _regle(
    "type_ecriture_inconnu",
    _E,
    "Type d'écriture inconnu",
    "Le type d'écriture « {valeur} » n'est ni N, ni S, ni U, ni R.",
    "Écrire N (normal), S (simulation), U (situation) ou R (révision).",
    _MVT,
)
TYPE_ECRITURE_TOLERE = _regle(
    "type_ecriture_tolere",
    _W,
    "Type d'écriture non décrit",
    "Le type d'écriture « {valeur} » n'est pas décrit, mais certains importateurs le laissent passer.",
    "Écrire N (normal), S (simulation), U (situation) ou R (révision).",
    _MVT,
)
CODE_MONTANT_INCONNU = _regle(
    "code_montant_inconnu",
    _E,
    "Code montant inconnu",
    "Le code montant « {valeur} » ne dit pas la monnaie du montant : son premier caractère doit être E, D ou F.",
    "Écrire E-- pour un montant en euros, D-- ou DE- pour une devise.",
    _MON,
)
CODE_MONTANT_DOUTEUX = _regle(
    "code_montant_douteux",
    _W,
    "Code montant inhabituel",
    "Dans le code montant « {valeur} », les deux derniers caractères doivent être E, D, F ou -.",
    "Écrire - pour un montant non alimenté.",
    _MON,
)
DEVISE_ABSENTE = _regle(
    "devise_absente",
    _E,
    "Devise absente",
    "Le code montant « {valeur} » annonce un montant en devise, mais la zone DEVISE est vide.",
    "Renseigner le code de la devise (ISO, par exemple USD).",
    _MON,
)
SANS_CONTREVALEUR = _regle(
    "devise_sans_contrevaleur",
    _E,
    "Montant en devise sans contre-valeur",
    "Le montant en {devise} n'a ni contre-valeur en euros, ni taux (TAUXDEV), ni taux dans un enregistrement DEV.",
    "Renseigner TAUXDEV (euros pour une unité de devise) ou le montant en euros.",
    _MON,
)
FRANC_SANS_EURO = _regle(
    "franc_sans_euro",
    _E,
    "Montant en francs sans contre-valeur",
    "Le montant est en francs et aucun montant en euros n'est donné.",
    "Renseigner le montant en euros (code montant FE-).",
    _MON,
)
EURO_CALCULE = _regle(
    "contrevaleur_calculee",
    _I,
    "Contre-valeur calculée",
    "{nombre} montant(s) en {devise} sans contre-valeur : les euros sont calculés avec le taux, arrondis au centime. Le premier est ici.",
    "Aucune action nécessaire si le taux est le bon.",
    _MON,
)
ARRONDI_REPARTI = _regle(
    "arrondi_de_change",
    _I,
    "Arrondi de change",
    "Écriture équilibrée en devise, mais pas dans ses contre-valeurs calculées : {ecart:€} porté(s) sur cette ligne.",
    "Aucune action nécessaire ; donner les contre-valeurs en euros évite l'arrondi.",
    _MON,
)
TAUX_ILLISIBLE = _regle(
    "taux_illisible",
    _W,
    "Taux de devise illisible",
    "Le taux « {valeur} » ne peut pas être lu.",
    "Écrire le taux en chiffres avec une virgule, par exemple 0,91245.",
    _MON,
)
AUXILIAIRE_VIDE = _regle(
    "auxiliaire_vide",
    _W,
    "Auxiliaire vide",
    "La ligne est de type {genre}, auxiliaire, mais AUXSECT est vide : elle est comptée sur le compte général {compte}.",
    "Renseigner le compte auxiliaire, ou laisser TYPECPTE à blanc.",
    _MVT,
)
AUXILIAIRE_SANS_TYPE = _regle(
    "auxiliaire_sans_type",
    _W,
    "Auxiliaire sans type de ligne",
    "AUXSECT contient « {valeur} » mais TYPECPTE ne dit pas X : la ligne est lue comme auxiliaire.",
    "Écrire X en colonne 31.",
    _MVT,
)
AXE_VIDE = _regle(
    "axe_vide",
    _W,
    "Axe analytique vide",
    "L'axe de la ligne analytique est « {valeur} » : il est lu comme A1.",
    "Écrire A1 à A5 en colonnes 219 et 220.",
    _MVT,
)
AXE_INCONNU = _regle(
    "axe_inconnu",
    _E,
    "Axe analytique inconnu",
    "L'axe « {valeur} » n'existe pas.",
    "Écrire A1 à A5 en colonnes 219 et 220.",
    _MVT,
)
SECTION_VIDE = _regle(
    "section_vide",
    _E,
    "Section analytique vide",
    "La ligne analytique n'a pas de section.",
    "Renseigner la section en colonnes 32 à 48.",
    _MVT,
)
ANALYTIQUE_ORPHELINE = _regle(
    "analytique_orpheline",
    _E,
    "Ligne sans ligne générale",
    "La ligne de type {genre} ne suit aucune ligne générale.",
    "Placer la ligne après la ligne générale à laquelle elle se rattache.",
    "Format TRA, lignes analytiques",
)
ZONE_ANNEXE_VIDE = _regle(
    "zone_annexe_vide",
    _W,
    "Zone obligatoire d'une ligne rattachée vide",
    "La zone {zone} de la ligne de type {genre} est vide : la ligne est ignorée par l'importateur.",
    "Compléter la ligne, ou la retirer.",
    "Format TRA, autres lignes de mouvement",
)
VARIABLE_INCONNUE = _regle(
    "variable_mal_rattachee",
    _W,
    "Rattachement de variable inconnu",
    "Le rattachement « {valeur} » de la variable technique n'est ni GEN (ligne générale), ni ANA (ligne analytique).",
    "Écrire GEN ou ANA en colonnes 84 à 86.",
    "Format TRA, lignes V",
)
NUMERO_PIECE_TEXTE = _regle(
    "numero_piece_non_numerique",
    _I,
    "Numéros de pièce non numériques",
    "{nombre} ligne(s) ont un numéro de pièce qui n'est pas un nombre (« {valeur} ») : il est gardé mais ne sert pas à séparer les écritures.",
    "Aucune action nécessaire si les écritures sont bien séparées ; sinon numéroter avec des chiffres.",
    _MVT,
)
NUMEROTATION_PARTIELLE = _regle(
    "numerotation_partielle",
    _W,
    "Numérotation partielle",
    "{nombre} ligne(s) n'ont pas de numéro de pièce dans un fichier numéroté ; la première est ici.",
    "Numéroter toutes les pièces du fichier, ou aucune.",
    "Format TRA, délimitation des pièces",
)
ECHEANCE_NUMERO = _regle(
    "numero_echeance_illisible",
    _W,
    "Numéro d'échéance illisible",
    "Le numéro d'échéance « {valeur} » n'est pas un nombre ; il est ignoré.",
    "Écrire un nombre à droite dans les colonnes 221 et 222.",
    _MVT,
)
GUILLEMETS = _regle(
    "guillemets",
    _I,
    "Guillemets dans des libellés",
    "{nombre} libellé(s) contiennent des guillemets, que l'importateur retire ; le premier est ici.",
    "Aucune action nécessaire.",
    _VAL,
)
ECRAN_INCONNU = _regle(
    "a_nouveau_inconnu",
    _W,
    "Code à-nouveau inconnu",
    "Le code « {valeur} » de la zone ECRANOUVEAU n'est ni N, ni OAN, ni H ; il est lu comme N.",
    "Écrire N, OAN ou H.",
    _ETE,
)
ETAT_LETTRAGE_INCONNU = _regle(
    "etat_lettrage_inconnu",
    _W,
    "État de lettrage inconnu",
    "L'état de lettrage « {valeur} » n'est ni RI, ni AL, ni PL, ni TL.",
    "Écrire RI (non lettrable), AL (à lettrer), PL (partiel) ou TL (total).",
    _ETE,
)
LETTRAGE_INCOHERENT = _regle(
    "lettrage_incoherent",
    _W,
    "Lettrage incohérent",
    "Le code de lettrage « {lettrage} » ne va pas avec l'état « {etat} » : {motif}.",
    "Un lettrage total (TL) a un code en majuscules, un partiel (PL) en minuscules, RI et AL n'en ont pas.",
    _ETE,
)

DRAPEAUX_LARGES = _regle(
    "entete_drapeaux_larges",
    _I,
    "Indicateurs de l'en-tête écrits sur trois colonnes",
    "Les indicateurs de l'en-tête (colonne 148 et suivantes) occupent trois colonnes chacun au lieu d'une ; ils sont lus ainsi.",
    "Aucune action nécessaire ; la description veut une colonne par indicateur (148, 149 et 150).",
    "Format TRA, différences entre logiciels : en-tête, colonne 148 et suivantes",
)
REG_DECALE = _regle(
    "regime_libelle_decale",
    _I,
    "Libellé de régime de TVA décalé",
    "{nombre} enregistrement(s) REG ont leur libellé en colonne 24 au lieu de 10 ; il y est lu. Le premier est ici.",
    "Aucune action nécessaire.",
    "Format TRA, différences entre logiciels : enregistrement REG",
)
LETTRAGE_ETATS_MELES = _regle(
    "lettrage_etats_meles",
    _W,
    "États de lettrage mêlés",
    "Le lettrage {lettrage} du compte {compte} réunit des lignes dans plusieurs états ({etats}).",
    "Un lettrage est total (TL) ou partiel (PL) pour toutes ses lignes : relettrer le compte.",
    _ETE,
)
COUVERTURE_DESEQUILIBREE = _regle(
    "couverture_desequilibree",
    _W,
    "Montants lettrés différents",
    "Dans le lettrage {lettrage} du compte {compte}, les montants lettrés (COUVERTURE) font {debit:€} au débit et {credit:€} au crédit.",
    "Relettrer le compte : les montants lettrés des deux côtés sont égaux.",
    _ETE,
)
COUVERTURE_EXCESSIVE = _regle(
    "couverture_excessive",
    _W,
    "Montant lettré supérieur au montant",
    "Le montant lettré (COUVERTURE), {couverture:€}, dépasse le montant de la ligne, {montant:€}.",
    "Relettrer le compte : une ligne ne peut pas être lettrée au-delà de son montant.",
    _ETE,
)
COUVERTURE_INCOMPLETE = _regle(
    "couverture_incomplete",
    _W,
    "Lettrage total incomplet",
    "La ligne est totalement lettrée (TL, code {lettrage}), mais son montant lettré est {couverture:€} pour un montant de {montant:€}.",
    "Relettrer le compte, ou écrire l'état PL (lettrage partiel).",
    _ETE,
)
COUVERTURE_ILLISIBLE = _regle(
    "couverture_illisible",
    _W,
    "Montant lettré illisible",
    "Le montant lettré « {valeur} » (COUVERTURE) ne peut pas être lu ; il est ignoré.",
    "Écrire le montant en chiffres, avec une virgule et deux décimales.",
    _ETE,
)

REGLES: tuple[Regle, ...] = tuple(valeur for valeur in dict(globals()).values() if isinstance(valeur, Regle))
"""All of them, for the documentation of checks."""
