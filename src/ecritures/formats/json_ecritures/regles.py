"""What reading an ``importJson`` body may find. The messages of the contract are kept word for word, with its numbers."""

from __future__ import annotations

from ecritures.domain.constat import Regle, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_S = "Contrat de l'API, importJson"
_MESSAGES = "Contrat de l'API, messages de l'import JSON"
_CHOIX = "Contrat de l'API, points ouverts et choix retenus"
_CORRIGER = "Corriger cette valeur dans le logiciel qui produit le JSON, puis renvoyer."
_ISO = "Écrire la date sous la forme 2026-01-31T00:00:00.000Z."
_RFC = "RFC 8259 (JSON)"


def _regle(
    id_: str, severity: Severity, titre: str, message: str, remede: str, source: str = _S, code: str | None = None
) -> Regle:
    return Regle(f"json.{id_}", severity, titre, message, remede, source, code)


# --- the body as text -------------------------------------------------------------------------------------------
PAS_DU_JSON = _regle(
    "illisible",
    _E,
    "Le corps n'est pas du JSON",
    "Le corps ne peut pas être lu comme du JSON : {motif}.",
    "Envoyer un objet JSON en UTF-8, produit par une bibliothèque JSON et non par concaténation de textes.",
    _RFC,
)
ENCODAGE = _regle(
    "encodage",
    _E,
    "Le JSON n'est pas en UTF-8",
    "Le corps est en {encodage} : un JSON échangé est en UTF-8.",
    "Encoder le corps en UTF-8.",
    _RFC,
)
OCTETS_ILLISIBLES = _regle(
    "octets_illisibles",
    _E,
    "Octets illisibles",
    "{nombre} octets ne sont pas de l'UTF-8 : les textes qui les portent seraient faux.",
    "Encoder tout le corps en UTF-8, libellés compris.",
    _RFC,
)
BOM = _regle(
    "bom",
    _I,
    "Marque d'ordre des octets",
    "Le corps commence par une marque d'ordre des octets (BOM) ; elle est ignorée.",
    "Envoyer le JSON sans BOM : d'autres lecteurs le refusent.",
    _RFC,
)
TROP_GROS = _regle(
    "trop_gros",
    _E,
    "Corps trop gros",
    "Le corps compte {octets} octets, au-delà des {limite} admis.",
    "Découper l'envoi, par mois ou par journal.",
    _CHOIX,
)
TROP_PROFOND = _regle(
    "trop_profond",
    _E,
    "Imbrication sans fin",
    "Le corps imbrique {profondeur} objets ou tableaux, au-delà des {limite} admis.",
    "Respecter la structure du contrat : sept niveaux suffisent.",
    _CHOIX,
)
CLE_DOUBLE = _regle(
    "cle_double",
    _E,
    "Clé donnée deux fois",
    "La clé {cle} est donnée deux fois dans le même objet : laquelle compte n'est pas défini.",
    "N'écrire chaque clé qu'une fois par objet.",
    _RFC,
)
CLE_AMBIGUE = _regle(
    "cle_ambigue",
    _E,
    "Deux orthographes d'une clé, deux valeurs",
    "La clé {cle} est écrite de deux façons avec des valeurs différentes.",
    "N'écrire que l'orthographe du contrat.",
    _CHOIX,
)
PAS_UN_NOMBRE = _regle(
    "pas_un_nombre",
    _E,
    "NaN ou infini",
    "La valeur {valeur} n'est pas du JSON et n'est pas un montant.",
    _CORRIGER,
    _RFC,
)
DEMI_CARACTERE = _regle(
    "demi_caractere",
    _W,
    "Demi-caractère",
    "Le corps contient un demi-caractère (\\ud800 à \\udfff isolé) ; il est remplacé par « \ufffd ».",
    "Corriger l'encodage des libellés dans le logiciel d'origine.",
    _RFC,
)
# --- the structure ----------------------------------------------------------------------------------------------
SANS_DATA = _regle(
    "sans_data",
    _E,
    "Pas de contenu",
    "Il n'y a pas de payload : la méthode est-elle bien en POST dans la requête ?",
    "Donner les écritures dans l'objet data.",
    _MESSAGES,
    "J1",
)
SANS_CODE = _regle(
    "sans_code_ibs",
    _W,
    "Dossier non précisé",
    "Le codeIbs n'est pas spécifié.",
    "Donner le code du dossier : l'import le demande, la lecture seule s'en passe.",
    _MESSAGES,
)
SANS_CONTEXTE = _regle(
    "sans_contexte",
    _E,
    "Contexte absent",
    "Le contexte est obligatoire sans l'option multiPeriode",
    "Donner data.contexte.from et to, ou mettre data.options.multiPeriode à true.",
    _MESSAGES,
    "J2",
)
SANS_ECRITURES = _regle(
    "sans_ecritures",
    _E,
    "Pas d'écritures",
    "Il n'y a pas d'écritures à importer (l'objet écritures est vide)",
    "Donner les lignes dans data.ecritures.",
    _MESSAGES,
    "J3",
)
PAS_UN_TABLEAU = _regle(
    "pas_un_tableau",
    _E,
    "Les écritures ne sont pas un tableau",
    "Les écritures doivent être présentées sous formes de tableau",
    "Donner data.ecritures entre crochets, un objet par ligne.",
    _MESSAGES,
    "J4",
)
UNE_LIGNE = _regle(
    "une_ligne",
    _E,
    "Moins de deux lignes",
    "Le tableau d'écritures doit comporter au moins deux lignes",
    "Une écriture a au moins deux lignes : donner sa contrepartie.",
    _MESSAGES,
    "J5",
)
DATES_CONTEXTE = _regle(
    "dates_contexte",
    _E,
    "Dates du contexte",
    "Les dates du contexte doivent être au format ISO 'YYYY-MM-DDTHH:mm:ss.SSSZ'",
    _ISO,
    _MESSAGES,
    "J6",
)
DATE_JUSTIFICATIF = _regle(
    "date_justificatif",
    _E,
    "Date du justificatif",
    "La date du justificatif doit être au format ISO 'YYYY-MM-DDTHH:mm:ss.SSSZ'",
    _ISO,
    _MESSAGES,
    "J7",
)
CUTOFF_SEUL = _regle(
    "cutoff_seul",
    _E,
    "Cut-off incomplet",
    "Les dates de début et fin de cut-off doivent être renseignées ensemble",
    "Donner debCutOff et finCutOff, ou aucune des deux.",
    _MESSAGES,
    "J8",
)
CUTOFF_DEBUT = _regle(
    "cutoff_debut",
    _E,
    "Date de début de cut-off",
    "La date de début de cut-off doit être au format ISO 'YYYY-MM-DDTHH:mm:ss.SSSZ'",
    _ISO,
    _MESSAGES,
    "J9",
)
CUTOFF_FIN = _regle(
    "cutoff_fin",
    _E,
    "Date de fin de cut-off",
    "La date de fin de cut-off doit être au format ISO 'YYYY-MM-DDTHH:mm:ss.SSSZ'",
    _ISO,
    _MESSAGES,
    "J10",
)
CUTOFF_INVERSE = _regle(
    "cutoff_inverse",
    _W,
    "Cut-off à l'envers",
    "La fin du cut-off précède son début.",
    _CORRIGER,
    _CHOIX,
)
SIRET = _regle(
    "siret_invalide",
    _E,
    "SIRET invalide",
    "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn sur l'écriture numéro {rang}",
    "Vérifier les quatorze chiffres du SIRET de l'établissement.",
    _MESSAGES,
    "J11",
)
SIRET_CORPS = _regle(
    "siret_du_corps_invalide",
    _E,
    "SIRET du corps invalide",
    "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn",
    "Vérifier les quatorze chiffres du SIRET.",
    _MESSAGES,
)
SIREN_DIFFERENTS = _regle(
    "siren_differents",
    _E,
    "Plusieurs entreprises",
    "Les SIRET des écritures doivent appartenir à la même entreprise (SIREN identique)",
    "Envoyer les écritures d'une seule entreprise par corps.",
    _MESSAGES,
    "J12",
)
# --- the values -------------------------------------------------------------------------------------------------
PAS_UN_OBJET = _regle(
    "pas_un_objet",
    _E,
    "Objet attendu",
    "La valeur doit être un objet JSON.",
    "Écrire un objet entre accolades, comme le contrat le montre.",
)
VALEUR_INATTENDUE = _regle(
    "valeur_inattendue",
    _E,
    "Valeur d'un autre genre",
    "La valeur doit être {attendu}.",
    _CORRIGER,
)
TEXTE_EN_NOMBRE = _regle(
    "texte_en_nombre",
    _W,
    "Nombre au lieu d'un texte",
    "La valeur est un nombre alors que le contrat attend un texte ; elle est gardée telle qu'écrite.",
    "Mettre la valeur entre guillemets : un code peut commencer par zéro.",
)
OBLIGATOIRE = _regle(
    "valeur_absente",
    _E,
    "Valeur absente",
    "La ligne n'a pas de {cle}.",
    "Donner sa date, son journal, son compte et un montant à chaque ligne.",
)
DATE = _regle(
    "date_illisible",
    _E,
    "Date illisible",
    "La date n'est pas de la forme {forme}, ou n'existe pas.",
    "Écrire la date sous cette forme, ou déclarer la forme employée dans data.options.formatDate.",
)
FORMAT_DATE = _regle(
    "format_date",
    _E,
    "formatDate inconnu",
    "La forme de date n'est pas comprise ; la forme ISO est lue à sa place.",
    "Composer la forme de YYYY MM DD HH mm ss SSS, ou de AAAA MM JJ hh mm ss nnn, avec T, Z, « - » et « / ».",
    _CHOIX,
)
MONTANT = _regle(
    "montant_illisible",
    _E,
    "Montant illisible",
    "Le montant n'est pas un nombre d'au plus deux décimales, sous dix milliards.",
    "Écrire un nombre JSON exact, par exemple 1234.56 ; un texte suit data.options.separatorDecimal.",
)
DEUX_COTES = _regle(
    "deux_cotes",
    _E,
    "Débit et crédit sur une ligne",
    "La ligne a un débit de {debit:€} et un crédit de {credit:€}.",
    "Mettre amount à 0 du côté qui n'est pas employé, ou écrire deux lignes.",
    _CHOIX,
)
SANS_MONTANT = _regle(
    "sans_montant",
    _E,
    "Ni débit ni crédit",
    "La ligne n'a ni débit ni crédit.",
    "Donner un montant d'un côté, ou retirer la ligne.",
    _CHOIX,
)
DEVISE = _regle(
    "montant_devise",
    _E,
    "Montant en devise illisible",
    "Le montant en devise n'est pas un nombre que {devise} peut porter.",
    "Écrire le montant avec les décimales de sa devise.",
)
EURO_DIFFERENT = _regle(
    "euro_different",
    _W,
    "Deux montants en euros",
    "La devise est l'euro mais currencyAmount diffère d'amount ; amount compte.",
    "En euros, écrire deux fois le même montant ou ne pas donner currencyAmount.",
)
CODE_INCONNU = _regle(
    "code_inconnu",
    _E,
    "Code inconnu",
    "Le code n'est pas de ceux du contrat : {admis}.",
    "Employer un code du contrat.",
)
TYPES_CONTRAIRES = _regle(
    "types_contraires",
    _W,
    "type et typeMouvement se contredisent",
    "type dit {type_} et typeMouvement dit {mouvement} : type compte.",
    "Les codes 2 et 3 ne veulent pas dire la même chose dans type (2 simulation, 3 prévisionnel) et dans typeMouvement "
    "(2 prévisionnelle, 3 simulation).",
    "Contrat de l'API, piège des codes 2 et 3",
)
HORS_CONTEXTE = _regle(
    "hors_contexte",
    _E,
    "Date hors du contexte",
    "Une écriture n'est pas dans l'exercice : la date {date:date} n'est pas entre le {debut:date} et le {fin:date}, les "
    "dates du contexte.",
    "Corriger la date ou le contexte ; multiPeriode à true laisse toutes les périodes ouvertes.",
    _CHOIX,
)
OPTION = _regle(
    "option_invalide",
    _W,
    "Option invalide",
    "L'option n'a pas le genre attendu, {attendu} ; elle est ignorée.",
    "Donner à l'option une valeur du genre attendu, ou null.",
)
CLE_INCONNUE = _regle(
    "cle_inconnue",
    _I,
    "Clé inconnue",
    "La clé n'est pas du contrat ; elle est gardée mais ne sert à rien. Rencontrée {nombre} fois.",
    "Vérifier son orthographe, ou la retirer.",
)
VENTILATION_ECART = _regle(
    "ventilation_ecart",
    _E,
    "Ventilation différente de la ligne",
    "La ventilation de l'axe {axe} fait {part:€} alors que la ligne fait {ligne:€} (débit moins crédit).",
    "Répartir exactement le montant de la ligne entre les sections de l'axe.",
    _CHOIX,
)
SECTION = _regle(
    "section_absente",
    _E,
    "Section absente",
    "La part n'a pas de section.",
    "Donner le code de la section analytique.",
    _CHOIX,
)

REGLES = tuple(valeur for valeur in list(globals().values()) if isinstance(valeur, Regle))
