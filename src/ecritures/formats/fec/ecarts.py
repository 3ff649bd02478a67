"""The deviations met in real FECs, D-01 to D-45: what the official tool says of each, and what an import does of it.

One table: the profiles (:mod:`profils`), the compte rendu and docs/controles/conformite-fec.md are made from it. Source:
fec.md section 7. ``severite`` is that of the rules in the tolerant profile; in the strict one they keep their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ecritures.domain.constat import Severity

_E, _A, _I = Severity.ERROR, Severity.WARNING, Severity.INFO


class Politique(StrEnum):
    """What the tolerant profile does. DEMANDER: refused until the caller accepts the deviation by its id."""

    REJETER = "rejeter"
    REPARER = "réparer et dire"
    AVERTIR = "accepter et dire"
    DEMANDER = "demander"
    HORS_FICHIER = "hors du fichier"


class Verdict(StrEnum):
    """The three words of Test Compta Demat."""

    CONFORME = "conforme"
    NON_CONFORME = "non conforme"
    NON_TESTABLE = "non testable"


@dataclass(frozen=True)
class Ecart:
    """``regles``: ids of the findings that say it. ``acceptee``: their severity once the caller has accepted, when asked.
    ``hors_cle_legale``: rules of that severity only where entries could not be told apart by journal and number."""

    id: str
    titre: str
    officiel: Verdict | None
    politique: Politique
    regles: tuple[str, ...]
    severite: Severity
    traitement: str
    acceptee: Severity | None = None
    hors_cle_legale: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse = self.politique in (Politique.REJETER, Politique.DEMANDER)
        assert refuse == (self.severite is Severity.ERROR), f"{self.id}: what is refused is an error, and nothing else"


_OUI, _NON, _REFUS = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.NON_TESTABLE
_REPARER, _AVERTIR, _REJETER, _DEMANDER = (
    Politique.REPARER,
    Politique.AVERTIR,
    Politique.REJETER,
    Politique.DEMANDER,
)

ECARTS: tuple[Ecart, ...] = (
    Ecart("D-01", "Casse des noms de zones", _OUI, _REPARER, ("entete.nom_proche",), _I, "Comparés sans casse ni accent."),
    Ecart("D-02", "Autres noms de zones (CompteAuxNum…)", _NON, _REPARER, ("entete.nom_alias",), _A, "Reconnus par une table d'autres noms."),
    Ecart("D-03", "Espaces autour des noms de zones", _OUI, _REPARER, ("entete.espaces",), _I, "Ôtés."),
    Ecart("D-04", "Zones dans un autre ordre", _OUI, _AVERTIR, ("entete.ordre", "entete.zone_intercalee"), _A, "Lues par leur nom."),
    Ecart("D-05", "Zones facultatives absentes", _NON, _REPARER, ("entete.zone_absente",), _A, "Lues à blanc ; une zone obligatoire absente est refusée."),
    Ecart("D-06", "En-tête absent", _NON, _DEMANDER, ("entete.absent",), _E, "L'en-tête usuel est proposé quand la première ligne est une écriture.", acceptee=_A),
    Ecart("D-07", "Marque d'ordre des octets", _OUI, _REPARER, ("fec.marque_ordre_octets",), _I, "Ôtée."),
    Ecart("D-08", "UTF-16", _NON, _REPARER, ("fec.encodage_converti",), _A, "Converti."),
    Ecart("D-09", "Windows-1252 ou CP850", _OUI, _REPARER, ("fec.encodage_non_prevu", "fec.utf8_invalide"), _A, "Reconnu aux lettres françaises, et dit."),
    Ecart("D-10", "Séparateur « ; » ou « , », guillemets", _REFUS, _REPARER, ("fec.separateur_tableur", "fec.guillemets"), _A, "Lu comme un CSV de tableur, guillemets ôtés."),
    Ecart("D-11", "Séparateur dans un libellé", _NON, _REPARER, ("ligne.separateur_dans_zone",), _A, "Zone reconstituée quand une seule façon laisse dates et montants à leur place ; sinon ligne refusée."),
    Ecart("D-12", "L'autre séparateur dans un libellé", _OUI, _AVERTIR, ("valeur.autre_separateur",), _A, "Gardé."),
    Ecart("D-13", "Enregistrement coupé par un saut de ligne", _NON, _REPARER, ("ligne.coupee",), _A, "Les deux lignes sont réunies ; sinon refusées."),
    Ecart("D-14", "Zones finales absentes de certaines lignes", _NON, _REPARER, ("ligne.zones_finales_absentes",), _A, "Lues à blanc quand toutes sont facultatives."),
    Ecart("D-15", "Séparateur final sur l'en-tête et les lignes", _OUI, _REPARER, ("entete.separateur_final",), _I, "La dernière zone, sans nom, est ignorée."),
    Ecart("D-15 bis", "Séparateur final sur les lignes seules", _NON, _REPARER, ("ligne.separateur_final",), _A, "Ignoré quand rien ne le suit."),
    Ecart("D-16", "Fins de ligne CR CR LF", _NON, _REPARER, ("fec.fins_de_ligne_doublees",), _A, "Lues comme une seule fin de ligne."),
    Ecart("D-17", "Lignes vides, marque de fin de fichier", _NON, _REPARER, ("ligne.vide", "ligne.zones_vides", "ligne.marque_de_fin"), _A, "Ignorées et comptées."),
    Ecart("D-18", "EcritureNum vide", _NON, _REPARER, ("ecriture.numero_absent", "ecriture.ligne_rattachee"), _A, "Ligne rattachée à l'écriture de sa pièce qu'elle équilibre ; sans aucun numéro, écritures délimitées par d'autres clés."),
    Ecart("D-18 bis", "EcritureNum constant", _OUI, _REPARER, ("ecriture.numero_inutilisable",), _A, "Écritures délimitées par d'autres clés.", hors_cle_legale=("ecriture.plusieurs_dates",)),
    Ecart("D-19", "Numéro partagé par deux journaux", _OUI, _REPARER, ("ecriture.equilibre_entre_journaux",), _A, "Réunies par numéro quand elles ne s'équilibrent qu'ainsi."),
    Ecart("D-20", "Lignes d'une écriture dispersées", _OUI, _REPARER, ("ecriture.dispersee",), _A, "Réunies ; chaque ligne garde son numéro."),
    Ecart("D-21", "En-tête répété", _NON, _REPARER, ("entete.repete",), _A, "Ignoré et compté."),
    Ecart("D-22", "Point décimal", _NON, _REPARER, ("montant.point_decimal",), _A, "Lu quand toute la zone est écrite ainsi."),
    Ecart("D-22 bis", "Point ambigu, ou mêlé à la virgule", _NON, _REJETER, ("montant.point_ambigu", "montant.point_et_virgule"), _E, "Refusé : le montant n'est pas sûr."),
    Ecart("D-23", "Séparateur de milliers", _NON, _REPARER, ("montant.separateur_de_milliers",), _A, "Ôté quand les groupes sont réguliers."),
    Ecart("D-23 bis", "Milliers irréguliers", _NON, _REJETER, ("montant.milliers_irreguliers",), _E, "Refusés."),
    Ecart("D-24", "Signe monétaire ou lettres dans un montant", _NON, _REJETER, ("montant.illisible",), _E, "Écriture refusée."),
    Ecart("D-25", "Une décimale, aucune, ou plus de deux", _OUI, _AVERTIR, ("montant.decimales",), _A, "Lu au centime ; la troisième décimale s'arrondit et se dit."),
    Ecart("D-26", "Débit ou crédit vide", _OUI, _REPARER, ("montant.vide",), _A, "Lu comme zéro."),
    Ecart("D-27", "Montants signés ou complétés", _OUI, _REPARER, ("montant.signe",), _I, "Un débit négatif est un crédit ; la forme d'origine est gardée."),
    Ecart("D-28", "Débit et crédit sur une ligne", _OUI, _AVERTIR, ("montant.debit_et_credit",), _A, "Gardés tous deux, jamais compensés."),
    Ecart("D-29", "Dates d'une autre forme", _OUI, _REPARER, ("date.autre_forme",), _A, "Lues quand elles ne sont pas ambiguës ; jamais le mois d'abord."),
    Ecart("D-29 bis", "Dates JJ-MM-AAAA ou JJ.MM.AAAA", _NON, _REPARER, ("date.autre_separateur",), _A, "Lues comme JJ/MM/AAAA."),
    Ecart("D-29 ter", "Dates MM/JJ/AAAA", _NON, _REJETER, ("date.mois_ou_jour", "date.illisible"), _E, "Refusées."),
    Ecart("D-30", "Date qui n'existe pas", _OUI, _REJETER, ("date.inexistante",), _E, "Écriture refusée."),
    Ecart("D-30 bis", "Date obligatoire à zéro", _NON, _REJETER, ("date.a_zero",), _E, "Écriture refusée."),
    Ecart("D-30 ter", "Date facultative à zéro", _OUI, _REPARER, ("valeur.zone_remplie",), _I, "Lue comme vide."),
    Ecart("D-31", "ValidDate vide", _NON, _AVERTIR, ("validation.absente",), _A, "Écriture prise comme brouillon, sans date de validation."),
    Ecart("D-31 bis", "ValidDate vide en trésorerie", _OUI, _AVERTIR, ("validation.absente_tresorerie",), _A, "Prise sans date de validation."),
    Ecart("D-32", "Dates hors de l'exercice que le nom annonce", _OUI, _DEMANDER, ("date.hors_exercice",), _E, "Les dates extrêmes et l'exercice qui les contient sont proposés.", acceptee=_A),
    Ecart("D-33", "EcritureLet sans DateLet", _OUI, _REPARER, ("lettrage.sans_date",), _I, "DateLet est la dernière EcritureDate du groupe."),
    Ecart("D-34", "CompAuxLib sans CompAuxNum", _OUI, _AVERTIR, ("tiers.numero_et_libelle",), _A, "Gardé comme texte, sans tiers."),
    Ecart("D-35", "Zones complétées par des espaces", _OUI, _REPARER, ("valeur.espaces",), _I, "Ôtés."),
    Ecart("D-36", "Plusieurs libellés pour un code", _OUI, _AVERTIR, ("compte.libelles", "journal.libelles", "tiers.libelles"), _A, "Le premier libellé du fichier est gardé pour la fiche ; chaque ligne garde le sien."),
    Ecart("D-37", "Valeurs de remplissage", _OUI, _AVERTIR, ("valeur.remplissage",), _A, "Gardées et comptées par zone."),
    Ecart("D-38", "Écart d'arrondi d'un centime", _OUI, _DEMANDER, ("ecriture.desequilibree",), _E, "Refusée : aucune ligne n'est ajoutée sans être demandée."),
    Ecart("D-39", "Fichier équilibré, écritures non", _OUI, _REPARER, ("ecriture.autre_regroupement",), _A, "Écritures délimitées par d'autres clés, dites."),
    Ecart("D-40", "À-nouveaux d'un second exercice repris deux fois", None, Politique.HORS_FICHIER, (), _A, "Se juge contre les livres, à l'import."),
    Ecart("D-41", "À-nouveaux absents", _OUI, _AVERTIR, ("a_nouveaux.absents",), _A, "Accepté."),
    Ecart("D-42", "Comptes des classes 0 et 9", _OUI, _AVERTIR, ("compte.classe",), _A, "Gardés ; leur exclusion est proposée quand ils s'équilibrent entre eux."),
    Ecart("D-42 bis", "Compte sans trois chiffres", _OUI, _AVERTIR, ("compte.trois_chiffres",), _A, "Gardé."),
    Ecart("D-43", "SIREN faux, SIRET, nom sans SIREN", _OUI, _AVERTIR, ("fec.siren_invalide", "fec.cloture_inexistante"), _A, "Le dossier est celui de la demande, non celui du nom."),
    Ecart("D-43 bis", "Nom sans FEC ni date", _REFUS, _AVERTIR, ("fec.nom_de_fichier", "fec.cloture_refusee"), _A, "Le dossier et l'exercice sont ceux de la demande, non ceux du nom."),
    Ecart("D-44", "Écriture d'une ligne", _OUI, _AVERTIR, ("ecriture.une_seule_ligne",), _A, "Déséquilibrée si son montant n'est pas nul."),
    Ecart("D-45", "Archive", _REFUS, Politique.HORS_FICHIER, (), _A, "Ouverte avant la lecture quand elle tient un seul FEC."),
)  # fmt: skip

SUITE_NUMEROS = Ecart(
    "G05",
    "Numéros manquants",
    _OUI,
    _AVERTIR,
    ("numerotation.rupture",),
    _A,
    "Les livres gardent le numéro d'origine : un brouillon supprimé s'explique dans la notice, il ne fausse rien.",
)
"""The one rule that the tolerant profile lowers though section 7 does not list it."""

PAR_ID: dict[str, Ecart] = {e.id: e for e in ECARTS}

assert len(PAR_ID) == len(ECARTS), "a deviation is declared twice"
