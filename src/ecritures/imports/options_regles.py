"""What applying the options of a JSON import may say (loop-api 19-20 to 19-33). A dossier may change a severity by id."""

from __future__ import annotations

from ecritures.domain.constat import Regle, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_OPTIONS = "Contrat de l'API, options de l'import JSON"
_CHOIX = "Contrat de l'API, points ouverts et choix retenus"


def _regle(id_: str, severity: Severity, titre: str, message: str, remede: str, source: str = _OPTIONS) -> Regle:
    return Regle(f"import.{id_}", severity, titre, message, remede, source)


HORS_DERNIERE_PERIODE = _regle(
    "hors_derniere_periode",
    _E,
    "Écriture hors de la dernière période ouverte",
    "Une écriture n'est pas dans l'exercice : sa date, le {date:date}, n'est pas dans la dernière période ouverte du dossier "
    "({debut:date} – {fin:date}).",
    "Corriger la date, ou mettre data.options.multiPeriode à true pour écrire dans toutes les périodes ouvertes.",
)
EQUILIBRAGE = _regle(
    "equilibrage",
    _W,
    "Ligne d'équilibrage ajoutée",
    "Écriture {numero} du journal {journal} : débit {debit_centimes:€}, crédit {credit_centimes:€} ; une ligne d'équilibrage de "
    "{ecart:€} au {sens} est ajoutée sur le compte d'attente {compte}.",
    "Solder le compte d'attente ; pour refuser ces écritures, mettre failOnUnbalanced à true ou balanceAuto à false.",
)
JOURNAL_PAR_DEFAUT = _regle(
    "journal_par_defaut",
    _W,
    "Journal par défaut",
    "Journal {valeur} absent du dossier : {nombre} ligne(s) passée(s) au journal par défaut {journal}.",
    "Créer ce journal dans le dossier, ou corriger son code, si le journal par défaut n'est pas voulu.",
)
COMPTE_PAR_DEFAUT = _regle(
    "compte_par_defaut",
    _W,
    "Compte par défaut",
    "Compte {valeur} absent du dossier : {nombre} ligne(s) passée(s) sur le compte par défaut {compte}.",
    "Créer ce compte dans le dossier, ou admettre sa création par createNewComptes.",
)
DEFAUT_INCONNU = _regle(
    "defaut_inconnu",
    _E,
    "Valeur par défaut inconnue",
    "L'option {option} ne désigne aucun objet du dossier.",
    "Donner l'objectId rendu par les listes journal et compte, ou null.",
    _CHOIX,
)
TIERS_EN_ATTENTE = _regle(
    "tiers_en_attente",
    _W,
    "Tiers d'attente",
    "Tiers {valeur} absent du dossier : {nombre} ligne(s) passée(s) sur le tiers d'attente {tiers}.",
    "Créer ce tiers dans le dossier, ou admettre sa création par createNewTiers, puis reclasser ces lignes.",
)
COMPTE_TRADUIT = _regle(
    "compte_traduit",
    _I,
    "Compte traduit",
    "Compte {valeur} traduit en {compte} par comptesRules ({nombre} ligne(s)).",
    "Aucune action nécessaire si cette traduction est voulue.",
    _CHOIX,
)
REGLE_DE_COMPTE = _regle(
    "regle_de_compte",
    _E,
    "Règle de compte inapplicable",
    "La règle {rang} de comptesRules ne peut pas être appliquée.",
    'Écrire {"type": "racine", "source": "606", "cible": "607"} ou {"type": "fourchette", "de": "4010", "a": "4019", '
    '"cible": "401000"}.',
    _CHOIX,
)
A_NOUVEAU_ORDINAIRE = _regle(
    "a_nouveau_ordinaire",
    _I,
    "À-nouveaux passés en écritures ordinaires",
    "{nombre} ligne(s) de type Initial passée(s) en écritures ordinaires, aNouveaux étant à false.",
    "Mettre aNouveaux à true pour qu'elles restent des à-nouveaux.",
    _CHOIX,
)
SANS_EFFET = _regle(
    "option_sans_effet",
    _I,
    "Option sans effet ici",
    "L'option newFolio ne change rien : chaque import forme déjà son propre groupe d'écritures, sous son reçu.",
    "Aucune action nécessaire.",
    _CHOIX,
)
CUTOFF = _regle(
    "cutoff_garde",
    _I,
    "Dates de cut-off gardées",
    "{nombre} ligne(s) donnent des dates de cut-off : elles sont gardées avec l'original, aucune écriture n'en est déduite.",
    "Passer les écritures de régularisation à la clôture.",
    _CHOIX,
)
AXE_INCONNU = _regle(
    "axe_inconnu",
    _E,
    "Axe analytique absent",
    "L'axe {valeur} n'existe pas dans le dossier.",
    "Créer l'axe dans le dossier avant l'import : un import crée des sections, jamais un axe.",
    _CHOIX,
)
SECTION_A_CREER = _regle(
    "section_a_creer",
    _I,
    "Section à créer",
    "La section {valeur} de l'axe {axe} n'existe pas dans le dossier : elle sera créée.",
    "Aucune action nécessaire si ce code est voulu.",
    _CHOIX,
)
LETTRAGE_ECARTE = _regle(
    "lettrage_ecarte",
    _W,
    "Lettrage écarté",
    "Lettrage {valeur} écarté, les écritures sont importées sans lui : {motif}.",
    "Un code lettre un seul compte ou tiers lettrable, et ses lignes s'équilibrent.",
    _CHOIX,
)
LIBELLE_COUPE = _regle(
    "libelle_coupe",
    _W,
    "Libellé coupé",
    "Le libellé compte {longueur} caractères : il est coupé à {limite}.",
    "Raccourcir le libellé dans le logiciel d'origine.",
    _CHOIX,
)
TIERS_COUPE = _regle(
    "tiers_coupe",
    _W,
    "Code de tiers coupé",
    "Le code de tiers {valeur} compte {longueur} caractères : il est coupé à {limite} ({tiers}).",
    "Raccourcir le code de tiers dans le logiciel d'origine.",
    _CHOIX,
)
TIERS_CONFONDUS = _regle(
    "tiers_confondus",
    _E,
    "Tiers confondus",
    "Le code {valeur}, une fois coupé, est celui d'un autre tiers du fichier : {tiers}.",
    "Donner des codes de tiers qui diffèrent dans leurs 17 premiers caractères.",
    _CHOIX,
)
ETABLISSEMENT = _regle(
    "etablissement_inconnu",
    _E,
    "Établissement inconnu",
    "L'établissement correspondant au SIRET {valeur} n'est pas reconnu pour le dossier {dossier}",
    "Déclarer l'établissement dans le dossier, ou corriger le SIRET.",
    "Contrat de l'API, messages de l'import JSON",
)
PIECE_JOINTE = _regle(
    "piece_jointe_illisible",
    _W,
    "Pièce jointe sans adresse",
    "La clé fichier n'a pas d'adresse lisible (fichier.uri) : l'écriture est importée sans sa pièce jointe.",
    'Donner "fichier": {"uri": "https://…"}, une adresse signée valable 24 heures.',
)

REGLES: tuple[Regle, ...] = tuple(valeur for valeur in list(globals().values()) if isinstance(valeur, Regle))
