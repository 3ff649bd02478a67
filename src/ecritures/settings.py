"""Settings: ``ECRITURES_*`` variables. Every one has a default, and its reason in the docs (docs/reglages.md)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from ecritures.domain.lot import Profil
from ecritures.imports.limits import Limits

_LIMITES = Limits()


class Settings(BaseSettings):
    """What an operator may set. The defaults serve one machine with no service beside it."""

    model_config = SettingsConfigDict(env_prefix="ECRITURES_", extra="ignore")

    donnees: Path = Field(Path("donnees"), description="Dossier des données : bases SQLite, originaux, dépôts, secret.")
    base_url: str = Field(
        "http://127.0.0.1:8000", description="Adresse publique du serveur, écrite dans les URL de dépôt."
    )
    base_sql: str | None = Field(
        None, description="Base de données : vide pour SQLite dans le dossier des données, sinon postgresql+psycopg://…"
    )
    stockage: str | None = Field(
        None,
        description="Stockage des originaux et des dépôts : vide pour le dossier des données, sinon az://conteneur/prefixe.",
    )
    azure_compte: str | None = Field(None, description="Compte de stockage Azure.")
    azure_cle: SecretStr | None = Field(None, description="Clé du compte de stockage Azure.")
    azure_point_d_acces: str | None = Field(
        None, description="Adresse du service Blob, pour un émulateur ou un cloud privé."
    )
    secret: SecretStr | None = Field(
        None, description="Secret qui signe les URL de dépôt ; vide : créé une fois dans le dossier des données."
    )
    bac_a_sable: bool = Field(
        False,
        description="Vrai : bac à sable, dont l'API prévoit des pannes (`ecritures serve --sandbox`) ; jamais pour de vrais livres.",
    )
    http_strict: bool = Field(
        False, description="Vrai : une demande refusée répond 400 au lieu de 200 (le contrat de Loop)."
    )
    mandataire_de_confiance: bool = Field(
        False,
        description="Vrai : X-Forwarded-Proto vient d'un mandataire à nous, et dit si la requête est arrivée en TLS.",
    )
    tls_certificat: Path | None = Field(
        None, description="Certificat du serveur et sa chaîne (PEM), pour servir en TLS sans mandataire."
    )
    tls_cle: Path | None = Field(None, description="Clé privée du certificat (PEM).")
    requetes_minute_max: int = Field(
        0, ge=0, description="Requêtes par minute admises d'une clé d'API, par processus ; 0 : sans limite."
    )
    session_duree_s: int = Field(
        43_200, ge=60, description="Durée de vie d'une session de personne, en secondes, quoi qu'elle fasse."
    )
    session_inactivite_s: int = Field(
        3_600, ge=120, description="Inactivité après laquelle une session est finie, en secondes."
    )
    oidc_emetteur: str | None = Field(
        None,
        description="Fournisseur d'identité OpenID Connect : son adresse (issuer), telle qu'il la dit ; vide : connexion par mot de passe seulement.",
    )
    oidc_client: str = Field("", description="Identifiant de ce serveur chez le fournisseur d'identité (client_id).")
    oidc_secret: SecretStr | None = Field(None, description="Secret de ce serveur chez le fournisseur d'identité.")
    oidc_portees: str = Field("openid email", description="Portées demandées au fournisseur d'identité (scope).")
    oidc_lien: Literal["email", "sub"] = Field(
        "email",
        description="Comment une personne du cabinet est reconnue la première fois : email (adresse vérifiée par le fournisseur) ou sub (égal à son identifiant).",
    )
    reseaux_admis: tuple[IPv4Network | IPv6Network, ...] = Field(
        (), description='Réseaux privés dont une URL de fichier peut venir, par exemple ["10.0.0.0/8"].'
    )
    hotes_http: tuple[str, ...] = Field(
        (), description='Hôtes dont une URL de fichier peut être en http, par exemple ["depot.exemple.fr"].'
    )
    fichier_taille_octets_max: int = Field(
        _LIMITES.fichier_taille_octets_max, description="Taille maximale d'un fichier."
    )
    corps_taille_octets_max: int = Field(
        _LIMITES.corps_taille_octets_max, description="Taille maximale d'un corps JSON."
    )
    depot_validite_s: int = Field(
        _LIMITES.depot_validite_s, description="Durée de vie d'une URL de dépôt, en secondes."
    )
    televersement_validite_s: int = Field(
        _LIMITES.televersement_validite_s,
        ge=60,
        description="Durée de vie d'un téléversement par morceaux, en secondes ; inachevé, il est ensuite effacé.",
    )
    lien_essais_duree_s: int = Field(
        _LIMITES.lien_essais_duree_s, description="Durée pendant laquelle une URL injoignable est réessayée."
    )
    lien_attente_initiale_s: float = Field(
        _LIMITES.lien_attente_initiale_s, description="Première attente avant un autre essai."
    )
    lien_attente_max_s: float = Field(_LIMITES.lien_attente_max_s, description="Plus longue attente entre deux essais.")
    lien_duree_max_s: float = Field(_LIMITES.lien_duree_max_s, description="Durée maximale d'un téléchargement.")
    lien_connexion_s: float = Field(
        _LIMITES.lien_connexion_s, description="Attente maximale d'une connexion ou d'une lecture."
    )
    lien_redirections_max: int = Field(_LIMITES.lien_redirections_max, description="Redirections suivies.")
    fec_profil: Profil = Field(
        Profil.TOLERANT,
        description="Comment un FEC importé est jugé : tolerant (les écarts courants sont réparés et dits) ou strict (la loi et l'outil de l'administration).",
    )
    idempotence_duree_s: int = Field(
        _LIMITES.idempotence_duree_s,
        ge=60,
        description="Durée pendant laquelle une Idempotency-Key et sa réponse sont gardées, en secondes.",
    )
    livraisons_duree_s: int = Field(
        _LIMITES.livraisons_duree_s,
        ge=7 * 86_400,
        description="Durée pendant laquelle les livraisons des webhooks sont gardées, en secondes ; plus longue que leurs réessais.",
    )
    requetes_duree_s: int = Field(
        _LIMITES.requetes_duree_s,
        ge=3600,
        description="Durée pendant laquelle le journal des requêtes est gardé, en secondes.",
    )
    constats_max: int = Field(_LIMITES.constats_max, description="Constats gardés pour un import.")

    def limits(self) -> Limits:
        """The bounds of imports, as the flow knows them."""
        return Limits(**{nom: getattr(self, nom) for nom in Limits.__dataclass_fields__})

    def url_catalogue(self) -> str:
        """The database of requests, keys and jobs."""
        return self.base_sql or f"sqlite:///{self.donnees / 'ecritures.sqlite'}"

    def shown(self) -> list[Reglage]:
        """Every setting, for a screen: never a secret's value, nor an address or a folder of this server."""
        return [_shown(nom, champ, getattr(self, nom)) for nom, champ in Settings.model_fields.items()]


@dataclass(frozen=True)
class Reglage:
    """A setting as a screen shows it. ``valeur`` None: set or not is said (``est_regle``), the value is not."""

    variable: str
    description: str
    defaut: str
    valeur: str | None
    est_regle: bool
    bornes: str


def _shown(nom: str, champ: FieldInfo, valeur: object) -> Reglage:
    """A number, a choice or a yes-no is shown; anything else may lead somewhere, or be a secret."""
    montrable = isinstance(valeur, bool | int | float | Profil) or nom in _MONTRES
    minimum = next((m.ge for m in champ.metadata if hasattr(m, "ge")), None)
    return Reglage(
        variable=f"ECRITURES_{nom.upper()}",
        description=champ.description or "",
        defaut=_said(champ.default),
        valeur=_said(valeur) if montrable else None,
        est_regle=valeur != champ.default,
        bornes="" if minimum is None else f"≥ {minimum}",
    )


_MONTRES = frozenset({"base_url", "oidc_lien", "oidc_portees"})


def _said(valeur: object) -> str:
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, int):
        return f"{valeur:,}".replace(",", "\u202f")
    return "" if valeur in (None, ()) else str(getattr(valeur, "value", valeur))
