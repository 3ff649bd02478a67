"""Refus: the operation is not allowed now. One class per case, with a stable code and a French sentence that says what to do.

Not to be mistaken for a constat (the file is wrong) nor for an assertion (we are wrong).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class Refus(Exception):
    """Base of all refusals. ``code`` is public and stable; ``str()`` is the sentence shown to people."""

    code = "refus"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class DossierInconnu(Refus):
    code = "dossier.inconnu"

    def __init__(self, code_ibs: str) -> None:
        super().__init__(f"Le dossier {code_ibs} n'existe pas sur le domaine.")


class DossierExistant(Refus):
    code = "dossier.existant"

    def __init__(self, code_ibs: str) -> None:
        super().__init__(f"Le dossier {code_ibs} existe déjà sur le domaine.")


class DossierInvalide(Refus):
    code = "dossier.invalide"


class AccesRefuse(Refus):
    """The key is not activated for the dossier."""

    code = "dossier.acces_refuse"

    def __init__(self, cle: str, code_ibs: str) -> None:
        super().__init__(f"Le collaborateur {cle} n'a pas accès au dossier {code_ibs}")


class ExerciceInvalide(Refus):
    code = "exercice.invalide"


class ExerciceExistant(Refus):
    code = "exercice.existant"

    def __init__(self, code: str, autre: str) -> None:
        super().__init__(f"L'exercice {code} recouvre l'exercice {autre} : corriger ses dates.")


class ExerciceInconnu(Refus):
    code = "exercice.inconnu"

    def __init__(self, code: str) -> None:
        super().__init__(f"L'exercice {code} n'existe pas dans le dossier.")


class ExerciceClos(Refus):
    code = "exercice.clos"

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(f"L'exercice {', '.join(codes)} est clos : choisir un exercice ouvert.")


class PeriodeValidee(Refus):
    """Entries up to that day are validated: neither added to, changed nor taken back."""

    code = "exercice.valide"

    def __init__(self, exercice: str, jusqu_a: str) -> None:
        super().__init__(
            f"L'exercice {exercice} est validé jusqu'au {jusqu_a} : dater les écritures après ce jour, ou corriger par une écriture inverse."
        )


class ClotureRefusee(Refus):
    code = "cloture.refusee"


class LettrageRefuse(Refus):
    code = "lettrage.refuse"


class LettrageInconnu(Refus):
    code = "lettrage.inconnu"

    def __init__(self, code: str, compte: str) -> None:
        super().__init__(f"Aucune ligne du compte {compte} ne porte le lettrage {code}.")


class LigneInconnue(Refus):
    code = "ligne.inconnue"

    def __init__(self, recu: int, numero_ligne: int, rang: int) -> None:
        super().__init__(f"La ligne {numero_ligne} (rang {rang}) du reçu {recu} n'est pas dans les livres du dossier.")


class AnnulationRefusee(Refus):
    """``motifs``: each reason, with the number of lines it holds."""

    code = "import.annulation_refusee"

    def __init__(self, import_id: str, motifs: Sequence[str]) -> None:
        self.motifs = tuple(motifs)
        super().__init__(f"L'import {import_id} ne peut pas être annulé : {' '.join(motifs)}")


class ImportInconnu(Refus):
    code = "import.inconnu"

    def __init__(self, import_id: str) -> None:
        super().__init__(f"L'import {import_id} n'existe pas.")


class NomDeFichierInvalide(Refus):
    code = "depot.nom_invalide"


class FichierTropGros(Refus):
    code = "fichier.trop_gros"

    def __init__(self, limite_octets: int) -> None:
        super().__init__(
            f"Le fichier dépasse la taille admise de {limite_octets // (1 << 20)} Mio : le découper, ou relever le réglage "
            "ECRITURES_FICHIER_TAILLE_OCTETS_MAX."
        )


class DepotAbsent(Refus):
    """Nothing was uploaded at that place, or it is not one of ours."""

    code = "depot.absent"

    def __init__(self) -> None:
        super().__init__(
            "Aucun fichier n'a été déposé à l'URI indiqué : envoyer le fichier par PUT sur la depositUrl rendue par "
            "getFileUrlDeposit avant de demander l'import."
        )


class DepotExpire(Refus):
    code = "depot.expire"

    def __init__(self) -> None:
        super().__init__(
            "L'adresse de dépôt a expiré ou sa signature est fausse : en demander une autre par getFileUrlDeposit."
        )


class LienRefuse(Refus):
    """The URL may not be fetched: scheme, address, credentials. Final."""

    code = "lien.refuse"


class LienInjoignable(Refus):
    """The URL did not answer, or not now: worth another try. ``definitif`` when it is not (401, 403, 404, 410)."""

    code = "lien.injoignable"

    def __init__(self, message: str, *, definitif: bool = False) -> None:
        self.definitif = definitif
        super().__init__(message)


class CleInvalide(Refus):
    code = "cle.invalide"


class OriginalAbsent(Refus):
    code = "original.absent"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"Le fichier d'origine {sha256[:12]}… n'est plus dans le stockage : le renvoyer.")


class OriginalAltere(Refus):
    """What the store gives back is not what was kept: its SHA-256 differs."""

    code = "original.altere"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"Le fichier d'origine {sha256[:12]}… a été modifié dans le stockage : le restaurer d'une sauvegarde, ou renvoyer le "
            "même fichier."
        )


class FormatInconnu(Refus):
    code = "format.inconnu"


class EcritureImpossible(Refus):
    """The lot cannot be written in the target format: a code or an amount is longer than its zone."""

    code = "format.ecriture_impossible"


class ServiceIndisponible(Refus):
    code = "service.indisponible"


class JournalInconnu(Refus):
    code = "journal.inconnu"

    def __init__(self, code: str) -> None:
        super().__init__(f"Le journal {code} n'existe pas dans le dossier.")


class CompteInconnu(Refus):
    code = "compte.inconnu"

    def __init__(self, numero: str) -> None:
        super().__init__(f"Le compte {numero} n'existe pas dans le dossier.")


class CurseurInvalide(Refus):
    """The cursor of a next page is not one that we gave."""

    code = "curseur.invalide"

    def __init__(self) -> None:
        super().__init__(
            "Le curseur n'est pas celui d'une page rendue par cette liste : reprendre à la première page, sans curseur."
        )


class FiltreInvalide(Refus):
    """``filter``, ``sort``, ``select``, ``skip`` or ``take`` of a list route cannot be read. ``position`` counts from 1, in
    characters of the decoded parameter; one past the end when something is missing there."""

    code = "filtre.invalide"

    def __init__(self, parametre: str, position: int, trouve: str, attendu: str) -> None:
        self.parametre = parametre
        self.position = position
        self.trouve = trouve
        self.attendu = attendu
        super().__init__(f"Paramètre {parametre}, position {position} : trouvé {trouve}, attendu {attendu}.")


class ModeleInvalide(Refus):
    """A custom model cannot be used as it is. ``cle`` is the TOML key at fault, ``""`` for the whole of it."""

    code = "modele.invalide"

    def __init__(self, cle: str, message: str) -> None:
        self.cle = cle
        super().__init__(f"Modèle invalide, clé {cle} : {message}" if cle else f"Modèle invalide : {message}")


class ModeleExistant(Refus):
    code = "modele.existant"

    def __init__(self, nom: str) -> None:
        super().__init__(f"Le modèle « {nom} » existe déjà dans ce cabinet : choisir un autre nom, ou le remplacer.")


class ModeleInconnu(Refus):
    code = "modele.inconnu"

    def __init__(self, nom: str) -> None:
        super().__init__(f"Le modèle « {nom} » n'existe pas dans ce cabinet.")


class ConversionAvecPertes(Refus):
    """The target cannot carry everything and the caller wants no loss."""

    code = "conversion.pertes"

    def __init__(self, nombre: int, cible: str) -> None:
        self.nombre = nombre
        pluriel = "s" if nombre > 1 else ""
        super().__init__(
            f"Le format {cible} ne peut pas tout porter : {nombre} perte{pluriel} déclarée{pluriel}. Rien n'a été écrit ; choisir un autre "
            "format, ou accepter ces pertes en retirant --strict."
        )


class ConversionInfidele(Refus):
    """What was written does not read back as it should: it is not handed over. Ours to mend."""

    code = "conversion.infidele"

    def __init__(self, cible: str, detail: str) -> None:
        super().__init__(
            f"Le fichier {cible} préparé ne se relit pas comme il le faut ({detail}) : il n'a pas été écrit. C'est un défaut du programme, "
            "à signaler avec le fichier."
        )


class CabinetExistant(Refus):
    code = "cabinet.existant"

    def __init__(self, domain: str) -> None:
        super().__init__(f"Le cabinet {domain} existe déjà.")


class CabinetInconnu(Refus):
    code = "cabinet.inconnu"

    def __init__(self, domain: str) -> None:
        super().__init__(f"Le cabinet {domain} n'existe pas.")


class CabinetInvalide(Refus):
    """A value of the firm, an office, a team or a person cannot be kept; the message names it."""

    code = "cabinet.invalide"


class AgenceInconnue(Refus):
    code = "agence.inconnue"

    def __init__(self, code: str) -> None:
        super().__init__(f"L'agence {code} n'existe pas dans le cabinet.")


class GroupeInconnu(Refus):
    code = "groupe.inconnu"

    def __init__(self, code: str) -> None:
        super().__init__(f"Le groupe {code} n'existe pas dans le cabinet.")


class EncoreUtilise(Refus):
    """An office or a team still named elsewhere."""

    code = "cabinet.encore_utilise"

    def __init__(self, quoi: str, ou: str) -> None:
        super().__init__(f"{quoi} est encore utilisé par {ou} : changer d'abord ce qui le nomme.")


class CollaborateurExistant(Refus):
    code = "collaborateur.existant"

    def __init__(self, identifiant: str) -> None:
        super().__init__(f"L'identifiant {identifiant} est déjà pris dans le cabinet.")


class CollaborateurInconnu(Refus):
    code = "collaborateur.inconnu"

    def __init__(self, identifiant: str) -> None:
        super().__init__(f"Le collaborateur {identifiant} n'existe pas dans le cabinet.")


class DernierAdministrateur(Refus):
    code = "collaborateur.dernier_administrateur"

    def __init__(self) -> None:
        super().__init__("C'est le dernier administrateur actif du cabinet : en désigner d'abord un autre.")


class CleInconnue(Refus):
    code = "cle.inconnue"

    def __init__(self, cle: str) -> None:
        super().__init__(f"La clé {cle} n'existe pas dans le cabinet.")


class CleTousDossiers(Refus):
    code = "cle.tous_dossiers"

    def __init__(self, cle: str) -> None:
        super().__init__(
            f"La clé {cle} est ouverte à tous les dossiers du cabinet : en créer une limitée à des dossiers, puis révoquer celle-ci."
        )


class CleStandard(Refus):
    """A Standard key on a route of the firm."""

    code = "cle.standard"

    def __init__(self) -> None:
        super().__init__("Cette route est celle du cabinet : elle demande une clé Advanced, celle-ci est Standard.")


class RoleInsuffisant(Refus):
    code = "role.insuffisant"

    def __init__(self, acteur: str, role: str, demande: str) -> None:
        super().__init__(f"{acteur} a le rôle {role} : cette opération demande le rôle {demande}.")


class MotDePasseInvalide(Refus):
    code = "mot_de_passe.invalide"


class ConnexionRefusee(Refus):
    """One sentence whatever was wrong: it does not say who exists."""

    code = "connexion.refusee"

    def __init__(self) -> None:
        super().__init__("Cabinet, identifiant ou mot de passe incorrect.")


class ConnexionOidcRefusee(Refus):
    """One sentence whatever was wrong, at the provider or here: it does not say who exists."""

    code = "connexion.oidc_refusee"

    def __init__(self) -> None:
        super().__init__(
            "La connexion par le fournisseur d'identité n'a pas abouti : recommencer ; si elle échoue encore, demander à un "
            "administrateur du cabinet de vérifier votre compte et son adresse e-mail."
        )


class PlusieursCabinets(Refus):
    """Said only to a person whom the provider has just identified."""

    code = "connexion.plusieurs_cabinets"

    def __init__(self, domains: Sequence[str]) -> None:
        super().__init__(
            f"Plusieurs cabinets vous connaissent ({', '.join(domains)}) : recommencer en choisissant l'un d'eux."
        )


class InvitationInvalide(Refus):
    code = "invitation.invalide"

    def __init__(self) -> None:
        super().__init__("Ce lien a déjà servi, a expiré ou n'existe pas : en demander un autre à un administrateur.")


class CleIdempotenceInvalide(Refus):
    code = "idempotence.cle_invalide"

    def __init__(self) -> None:
        super().__init__(
            "L'en-tête Idempotency-Key est invalide : de 1 à 255 caractères imprimables sans accent, par exemple un UUID."
        )


class CleIdempotenceReutilisee(Refus):
    """The same key with another method, address or body."""

    code = "idempotence.cle_reutilisee"

    def __init__(self, route: str) -> None:
        super().__init__(
            f"Cette valeur d'Idempotency-Key a déjà servi à une autre demande ({route}) : en tirer une nouvelle pour chaque "
            "demande, et ne la garder que pour renvoyer la même, octet pour octet."
        )


class DemandeEnCours(Refus):
    code = "idempotence.en_cours"

    def __init__(self) -> None:
        super().__init__(
            "La même demande est encore en cours d'exécution : la renvoyer dans quelques secondes, avec la même Idempotency-Key."
        )


class ReponseNonGardee(Refus):
    """The first request was executed; its answer held a secret, which is shown once."""

    code = "idempotence.reponse_secrete"

    def __init__(self) -> None:
        super().__init__(
            "Cette demande a déjà été exécutée, et sa réponse portait un secret qui ne se montre qu'une fois : le révoquer et "
            "en créer un autre s'il n'a pas été reçu."
        )


class WebhookInconnu(Refus):
    code = "webhook.inconnu"

    def __init__(self, webhook: str) -> None:
        super().__init__(f"Le webhook {webhook} n'existe pas dans ce cabinet.")


class WebhookInvalide(Refus):
    code = "webhook.invalide"


class LivraisonInconnue(Refus):
    code = "livraison.inconnue"

    def __init__(self, rang: int) -> None:
        super().__init__(f"Ce webhook n'a pas de livraison de rang {rang}.")


class TeleversementInconnu(Refus):
    """Never opened, given up, expired, or of another firm: no difference is shown."""

    code = "televersement.inconnu"

    def __init__(self, televersement: str) -> None:
        super().__init__(f"Le téléversement {televersement} n'existe pas ou a expiré : en ouvrir un autre.")


class DecalageInattendu(Refus):
    """``recus_octets``: where the next piece begins."""

    code = "televersement.decalage"

    def __init__(self, donne: int, recus_octets: int) -> None:
        self.recus_octets = recus_octets
        super().__init__(
            f"Le morceau commence à l'octet {donne}, et {recus_octets} octets sont reçus : reprendre à l'octet {recus_octets}."
        )


class MorceauTropPetit(Refus):
    code = "televersement.morceau_trop_petit"

    def __init__(self, taille_octets: int, taille_octets_min: int) -> None:
        super().__init__(
            f"Le morceau fait {taille_octets} octets et ne finit pas le fichier : en envoyer au moins {taille_octets_min} à la fois."
        )


class EmpreinteDifferente(Refus):
    """``quoi``: what was hashed. The bytes are not those that were announced."""

    code = "televersement.empreinte"

    def __init__(self, quoi: str, remede: str) -> None:
        super().__init__(f"L'empreinte SHA-256 {quoi} n'est pas celle annoncée : {remede}.")


class TeleversementInacheve(Refus):
    code = "televersement.inacheve"

    def __init__(self, recus_octets: int, taille_octets: int) -> None:
        super().__init__(
            f"Le téléversement n'est pas fini : {recus_octets} octets reçus sur {taille_octets}. Envoyer la suite, puis demander l'import."
        )


class TeleversementDejaImporte(Refus):
    """One upload makes one import; asked again in the same words, that import is the answer."""

    code = "televersement.deja_importe"

    def __init__(self, import_id: str) -> None:
        super().__init__(
            f"Ce téléversement est déjà l'import {import_id}, demandé autrement : téléverser le fichier de nouveau pour un autre import."
        )


class TropDeTeleversements(Refus):
    code = "televersement.trop"

    def __init__(self, ouverts_max: int) -> None:
        super().__init__(
            f"Le cabinet a déjà {ouverts_max} téléversements inachevés : les achever, ou les abandonner (DELETE), avant d'en ouvrir."
        )


class PieceJointeInconnue(Refus):
    """No attachment at that line, or its bytes are not here: still to be fetched, or missing."""

    code = "piece_jointe.inconnue"

    def __init__(self, numero_ligne: int) -> None:
        super().__init__(
            f"La ligne {numero_ligne} de cet import n'a pas de pièce jointe reçue : la liste des pièces jointes dit leur état."
        )


class ReparationRefusee(Refus):
    """The file of that import is not to be repaired now, or not by these steps: the message says which, and what to do."""

    code = "import.reparation_refusee"


class TropDePannes(Refus):
    code = "panne.trop"

    def __init__(self, pannes_max: int) -> None:
        super().__init__(
            f"Le bac à sable a déjà {pannes_max} pannes prévues : attendre qu'elles soient jouées, ou les retirer (DELETE), avant d'en prévoir."
        )


class HorlogeHorsBornes(Refus):
    code = "horloge.hors_bornes"

    def __init__(self, premier: datetime, dernier: datetime) -> None:
        super().__init__(
            f"L'horloge du bac à sable va du {premier:%d/%m/%Y} au {dernier:%d/%m/%Y} : choisir un instant entre les deux."
        )


class PasUnBacASable(Refus):
    """These data held a firm before a sandbox was opened on them: nothing may empty them or move their clock."""

    code = "bac_a_sable.donnees_reelles"

    def __init__(self) -> None:
        super().__init__(
            "Ces données ne sont pas nées dans un bac à sable : ni leur horloge ni leur contenu ne se règlent. Lancer "
            "`ecritures serve --sandbox` sur un dossier de données vide (--donnees), et une base vide."
        )


class BacASableSansPhoto(Refus):
    code = "bac_a_sable.sans_photo"

    def __init__(self) -> None:
        super().__init__(
            "Le bac à sable n'a pas d'état de départ où revenir : arrêter puis relancer `ecritures serve --sandbox`, qui le note."
        )


class BacASableOccupe(Refus):
    code = "bac_a_sable.occupe"

    def __init__(self, attente_s: float) -> None:
        super().__init__(
            f"Une requête ou un import du bac à sable dure depuis plus de {attente_s:g} s : recommencer la remise à zéro quand il est fini."
        )
