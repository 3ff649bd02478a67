"""What is wrong with the XML form of a FEC (checks X01 to X08), beside the rules every FEC shares."""

from __future__ import annotations

from ecritures.domain.constat import Regle, Severity

_LOI = "LPF, article A47 A-1"
_SCHEMA = "Schémas formatA47A-I de l'administration"
_USAGE = "Pratique des fichiers réels"

MAL_FORME = Regle(
    "xml.mal_forme",
    Severity.ERROR,
    "XML mal formé",
    "XML mal formé ligne {numero_ligne} : {cause}.",
    "Refaire l'export ; seules les écritures complètes avant cet endroit ont été lues.",
    "XML 1.0, section 2.1",
    "X01",
)
SCHEMA_ABSENT = Regle(
    "xml.schema_non_declare",
    Severity.ERROR,
    "Schéma non déclaré",
    "Le schéma formatA47A-I-… n'est pas déclaré{detail}.",
    'Déclarer dans la balise comptabilite xsi:noNamespaceSchemaLocation="formatA47A-I-VII-1.xsd" (BIC/IS) ou le schéma du régime.',
    f"{_SCHEMA} ; outil de l'administration",
    "X02",
)
AUTRE_REGIME = Regle(
    "xml.autre_regime",
    Severity.ERROR,
    "Schéma d'un autre régime",
    "Le schéma {schema} est celui du régime {trouve}, alors que le régime demandé est {demande}.",
    "Demander le régime du fichier, ou refaire l'export avec le schéma du régime.",
    _SCHEMA,
    "X02",
)
SCHEMA_INVALIDE = Regle(
    "xml.hors_schema",
    Severity.ERROR,
    "XML non valide selon le schéma",
    "Élément « {element} » ligne {numero_ligne} : {cause}.",
    "Corriger l'export du logiciel : l'ordre et le nombre des éléments sont fixés par le schéma.",
    _SCHEMA,
    "X03",
)
VALEUR_HORS_SCHEMA = Regle(
    "xml.valeur_hors_schema",
    Severity.ERROR,
    "Valeur non admise par le schéma",
    "Élément « {zone} » : « {valeur} » n'est pas {attendu}.",
    "Corriger l'export du logiciel : le schéma fixe la forme des dates, des montants et des comptes.",
    _SCHEMA,
    "X03",
)
MOINS_DE_DEUX_LIGNES = Regle(
    "xml.moins_de_deux_lignes",
    Severity.ERROR,
    "Écriture de moins de deux lignes",
    "Écriture {journal}/{numero} : {combien}.",
    "Compléter l'écriture : le schéma demande deux éléments ligne au moins.",
    _SCHEMA,
    "X04",
)
VIRGULE = Regle(
    "xml.virgule_decimale",
    Severity.ERROR,
    "Virgule dans un montant",
    "Montant « {valeur} » : le point est attendu en XML ({zone}).",
    "Écrire les montants avec un point dans la forme XML.",
    f"{_SCHEMA}, xs:float",
    "X05",
)
CARACTERE = Regle(
    "xml.caractere_non_traite",
    Severity.WARNING,
    "Caractère que l'outil officiel ne traite pas",
    "« {caractere} » empêche l'outil officiel de traiter le fichier ({nombre} valeurs, la première ici).",
    "Remplacer ce caractère dans les libellés : l'outil passe par un fichier à barres verticales en ISO 8859-15.",
    "Outil Test Compta Demat",
    "X06",
)
CLOTURE_DIFFERENTE = Regle(
    "xml.cloture_differente",
    Severity.WARNING,
    "Date de clôture différente du nom",
    "La date de clôture du XML ({dans_le_fichier:date}) diffère du nom de fichier ({dans_le_nom:date}).",
    "Renommer le fichier, ou corriger DateCloture.",
    f"{_LOI}, IX",
    "X07",
)
DOCTYPE = Regle(
    "xml.entite_refusee",
    Severity.ERROR,
    "Déclaration d'entité refusée",
    "Déclaration d'entité refusée ligne {numero_ligne} : un FEC n'a ni DOCTYPE ni entité.",
    "Ôter la déclaration DOCTYPE : elle peut désigner d'autres fichiers ou enfler sans mesure, rien n'en a été lu.",
    _SCHEMA,
    "X08",
)
JEU_REFUSE = Regle(
    "xml.jeu_de_caracteres",
    Severity.ERROR,
    "Jeu de caractères du prologue refusé",
    "Le prologue déclare le jeu de caractères « {jeu} » : il n'est pas lu.",
    "Exporter en UTF-8, ISO 8859-15 ou ASCII, et le déclarer dans le prologue.",
    f"{_LOI}, XII",
    "F08",
)
JEU_CONTREDIT = Regle(
    "xml.jeu_contredit",
    Severity.WARNING,
    "Jeu de caractères contredit par le contenu",
    "Le prologue déclare « {jeu} », mais le contenu est en UTF-8 : il a été lu comme tel.",
    "Vérifier les accents, et déclarer le jeu de caractères réel dans le prologue.",
    f"{_LOI}, XII",
    "F08",
)
LIGNES_SUR_UNE_MEME = Regle(
    "xml.lignes_sur_une_meme_ligne",
    Severity.INFO,
    "Plusieurs éléments ligne sur une ligne du fichier",
    "Plusieurs éléments « ligne » tiennent sur une même ligne du fichier : les écritures lues sont numérotées par le rang de "
    "leur élément « ligne ». La place des constats reste celle du fichier.",
    "Sans effet sur les valeurs. Un export avec un élément « ligne » par ligne se relit mieux.",
    _USAGE,
)

REGLES: tuple[Regle, ...] = tuple(v for v in list(globals().values()) if isinstance(v, Regle))
"""Every rule above, for the documentation."""
