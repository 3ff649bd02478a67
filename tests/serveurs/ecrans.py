"""Every screen, with an address that shows it at its best on the populated firm of ``scene``."""

from __future__ import annotations

from dataclasses import dataclass

from serveurs.scene import Scene


@dataclass(frozen=True)
class Ecran:
    """``route`` is the one declared; ``adresse`` may name ``{code}``, the imports of the scene by their fate, its objects."""

    nom: str
    route: str
    adresse: str
    role: str | None = "administrateur"

    def at(self, scene: Scene) -> str:
        return self.adresse.format(code=scene.dossier.code_ibs, **scene.imports, **scene.objets)


def _ecran(nom: str, route: str, adresse: str | None = None, role: str | None = "administrateur") -> Ecran:
    return Ecran(nom, f"/app{route}", f"/app{route if adresse is None else adresse}", role)


D = "/dossiers/{code}"

ECRANS: tuple[Ecran, ...] = (
    _ecran("connexion", "/connexion", role=None),
    _ecran("invitation", "/invitation", role=None),
    _ecran("accueil", ""),
    _ecran("historique", "/imports"),
    _ecran("annulation", "/imports/annulation", "/imports/annulation?id={fec}&id={annule}"),
    _ecran("importer", "/importer", "/importer?dossier={code}"),
    _ecran("import", "/imports/{id:uuid}", "/imports/{fec}"),
    _ecran("constats", "/imports/{id:uuid}/constats", "/imports/{errone}/constats"),
    _ecran("reparation", "/imports/{id:uuid}/reparation", "/imports/{errone}/reparation"),
    _ecran("modeles", "/modeles"),
    _ecran("nouveau-modele", "/modeles/nouveau"),
    _ecran("modele", "/modeles/modele", "/modeles/modele?nom=Ventes"),
    _ecran("modele-lu", "/modeles/modele", "/modeles/modele?nom=Ventes", "lecture"),
    _ecran("dossiers", "/dossiers"),
    _ecran("nouveau-dossier", "/dossiers/nouveau"),
    _ecran("tableau-de-bord", "/dossiers/{code}", f"{D}?exercice=2025"),
    _ecran("balance", "/dossiers/{code}/balance", f"{D}/balance?exercice=2025&compare=2024"),
    _ecran("journaux", "/dossiers/{code}/journaux", f"{D}/journaux?exercice=2025"),
    _ecran("journal", "/dossiers/{code}/journaux/{journal:path}", f"{D}/journaux/VE?exercice=2025"),
    _ecran("comptes", "/dossiers/{code}/grand-livre", f"{D}/grand-livre?exercice=2025"),
    _ecran("grand-livre", "/dossiers/{code}/grand-livre/{compte:path}", f"{D}/grand-livre/512000?exercice=2025"),
    _ecran("ecriture", "/dossiers/{code}/ecritures/{recu}/{ecriture}", f"{D}/ecritures/1/2"),
    _ecran("tiers", "/dossiers/{code}/tiers", f"{D}/tiers?exercice=2025"),
    _ecran("fiche-tiers", "/dossiers/{code}/tiers/{tiers:path}", f"{D}/tiers/C00000?exercice=2025"),
    _ecran("balance-agee", "/dossiers/{code}/balance-agee", f"{D}/balance-agee?exercice=2025"),
    _ecran("lettrage", "/dossiers/{code}/lettrage", f"{D}/lettrage?tiers=C00000&exercice=2025&vue=lettrees"),
    _ecran("sections", "/dossiers/{code}/sections", f"{D}/sections?exercice=2025"),
    _ecran("exercices", "/dossiers/{code}/exercices"),
    _ecran("cloture", "/dossiers/{code}/exercices/{exercice:path}/cloture", f"{D}/exercices/2024/cloture"),
    _ecran("reouverture", "/dossiers/{code}/exercices/{exercice:path}/reouverture", f"{D}/exercices/2012/reouverture"),
    _ecran(
        "validation",
        "/dossiers/{code}/exercices/{exercice:path}/validation",
        f"{D}/exercices/2025/validation?jusqu_a=2025-06-30",
    ),
    _ecran("recus", "/dossiers/{code}/recus"),
    _ecran("parametres-dossier", "/dossiers/{code}/parametres"),
    _ecran("recherche", "/dossiers/{code}/recherche", f"{D}/recherche?libelle=Facture"),
    _ecran("exports", "/dossiers/{code}/exports", f"{D}/exports?exercice=2025"),
    _ecran("collaborateurs", "/collaborateurs"),
    _ecran("nouveau-collaborateur", "/nouveau-collaborateur"),
    _ecran("collaborateur", "/collaborateurs/{identifiant}", "/collaborateurs/lecture"),
    _ecran("agences", "/agences"),
    _ecran("cles", "/cles"),
    _ecran("nouvelle-cle", "/nouvelle-cle"),
    _ecran("cle", "/cles/{cle}", "/cles/{cle}"),
    _ecran("webhooks", "/webhooks"),
    _ecran("webhook", "/webhooks/{id}", "/webhooks/{webhook}"),
    _ecran("audit", "/audit"),
    _ecran("parametres", "/parametres"),
    _ecran("compte", "/compte"),
    _ecran("catalogue", "/catalogue"),
    _ecran("requetes", "/requetes"),
)

SANS_ECRAN: dict[str, str] = {
    "/app/modeles/toml": "un fichier",
    "/app/statique/{nom:path}": "un fichier",
    "/app/importer/controle/{televersement}": "une part de page",
    "/app/importer/suivi/{id}": "une part de page",
    "/app/importer/suivi/{id}/flux": "un flux",
    "/app/imports/flux": "un flux",
    "/app/imports/export.{forme}": "un fichier",
    "/app/imports/{id:uuid}/constats/liste": "une part de page",
    "/app/imports/{id:uuid}/constats/lignes": "une part de page",
    "/app/imports/{id:uuid}/constats/{rang}": "une part de page",
    "/app/imports/{id:uuid}/flux": "un flux",
    "/app/imports/{id:uuid}/verification": "une part de page",
    "/app/imports/{id:uuid}/original": "un fichier",
    "/app/imports/{id:uuid}/compte-rendu.{forme}": "un fichier",
    "/app/imports/{id:uuid}/pieces-jointes/{numero_ligne}": "un fichier",
    "/app/dossiers/{code}/sections/lignes": "demande des ventilations, que la scène n'a pas : tests/service/test_pages_tiers.py",
    "/app/dossiers/{code}/exports/pertes": "une part de page",
    "/app/dossiers/{code}/exports/exercice": "un fichier",
    "/app/dossiers/{code}/exports/balance": "un fichier",
    "/app/dossiers/{code}/exports/journal": "un fichier",
    "/app/dossiers/{code}/exports/grand-livre": "un fichier",
}
"""Routes read by GET that are no page of their own, and what they are."""
