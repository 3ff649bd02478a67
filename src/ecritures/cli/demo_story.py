"""What the demo shows, step by step, all of it through the HTTP API as a client would; only the proof is recomputed here."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from ecritures.cli.demo_scene import CODE_IBS, DOMAIN, PERSONNE, PREMIERE_ANNEE, Scene
from ecritures.cli.display import console, plural, print_table, visible, write_line
from ecritures.cli.findings import MONTRES_MAX, print_findings
from ecritures.cli.report import print_compte_rendu
from ecritures.client import ImportStatus
from ecritures.client.status import EN_ERREUR, TERMINE
from ecritures.client.v1 import ClientV1
from ecritures.domain.montant import euros
from ecritures.imports.verify import Verification, verify

JUSTE = "seed_sample.TRA"
ERRONE = "seed_sample_errone.TRA"
IMPORT_S = 60.0
"""Longest wait for one import: a small file takes a fraction of a second once the worker is up."""


@dataclass(frozen=True)
class Bilan:
    """What became of the two imports, and of the books."""

    statuts: tuple[tuple[str, ImportStatus], ...]
    debit_centimes: int
    credit_centimes: int
    verification: Verification


class Recit:
    """Writes for people; says nothing when the output is for programs."""

    def __init__(self, muet: bool) -> None:
        self.est_muet = muet
        self._rang = 0

    def titre(self, texte: str) -> None:
        self._rang += 1
        self.ligne(f"\n{self._rang}. {texte}")

    def ligne(self, texte: str) -> None:
        if not self.est_muet:
            for ligne in texte.split("\n"):
                write_line(visible(ligne))


def sample(nom: str) -> Path:
    """A file of ``echantillons``, as installed."""
    return Path(str(resources.files("ecritures").joinpath("echantillons", nom)))


def play(scene: Scene, recit: Recit) -> Bilan:
    """The whole demo. Raises ErreurLoop when the server fails us."""
    recit.titre(f"Serveur ouvert sur {scene.base_url}, données dans {scene.donnees}")
    recit.ligne(
        f"   Cabinet {DOMAIN}, dossier {CODE_IBS}, un exercice ouvert par année depuis {PREMIERE_ANNEE}, deux clés."
    )
    lecteur = ClientV1(scene.client)
    statuts = []
    for nom, titre in ((JUSTE, f"Un fichier juste : {JUSTE}"), (ERRONE, f"Le même avec des fautes : {ERRONE}")):
        recit.titre(titre)
        statut = _send(scene, recit, sample(nom))
        statuts.append((nom, statut))
        if not recit.est_muet:
            _show_report(lecteur, statut.id)
    debit, credit = lecteur.get_totaux(CODE_IBS)
    verification = verify(scene.dossier, scene.ports)
    bilan = Bilan(tuple(statuts), debit, credit, verification)
    if not recit.est_muet:
        _show_books(lecteur, recit, bilan)
        _show_next(scene, recit, bilan)
    return bilan


def succeeded(bilan: Bilan) -> bool:
    """The right file is in the books, the wrong one is not, and the books are right."""
    juste, errone = (statut.status for _, statut in bilan.statuts)
    equilibre = bilan.debit_centimes == bilan.credit_centimes > 0
    return juste == TERMINE and errone == EN_ERREUR and equilibre and bilan.verification.rupture is None


def summary(scene: Scene, bilan: Bilan) -> dict[str, Any]:
    """The one line of ``--json``: public, documented, tested."""
    return {
        "base_url": scene.base_url,
        "subscription_key": scene.subscription_key,
        "api_key": scene.api_key,
        "dossier": CODE_IBS,
        "imports": [
            {"fichier": nom, "accountingImportRequestId": s.id, "status": s.status, "message": s.message}
            for nom, s in bilan.statuts
        ],
        "balance": {"debit_centimes": bilan.debit_centimes, "credit_centimes": bilan.credit_centimes},
    }


def _send(scene: Scene, recit: Recit, fichier: Path) -> ImportStatus:
    client = scene.client
    depot = client.get_file_url_deposit(fichier.name)
    recit.ligne(f"   GET  /getFileUrlDeposit   uri {depot.uri}")
    client.deposer(depot, fichier)
    recit.ligne(f"   PUT  depositUrl           {fichier.stat().st_size} octets")
    debut = time.monotonic()
    import_id = client.import_tra(CODE_IBS, uri=depot.uri)
    recit.ligne(f"   POST /importTra           accountingImportRequestId {import_id}")
    vus: list[int] = []
    statut = client.attendre(
        import_id, timeout_s=IMPORT_S, on_progress=lambda s: vus.append(s.status) if s.status not in vus else None
    )
    suite = " → ".join(str(v) for v in vus)
    duree = f"{time.monotonic() - debut:.2f}".replace(".", ",")
    recit.ligne(f"   GET  /getImportStatus     {suite} {statut.libelle}, en {duree} s")
    return statut


def _show_report(lecteur: ClientV1, import_id: str) -> None:
    sortie = console()
    fiche = lecteur.get_import(import_id)
    print_compte_rendu(sortie, fiche)
    print_findings(sortie, islice(lecteur.iter_constats(import_id), MONTRES_MAX))


def _show_books(lecteur: ClientV1, recit: Recit, bilan: Bilan) -> None:
    recit.titre(f"Les livres du dossier {CODE_IBS}")
    colonnes = ("Compte", "Libellé", "Débit", "Crédit", "Solde", "Lignes")
    rangees: list[tuple[object, ...]] = [
        (
            c["compte"],
            c["libelle"],
            euros(c["debit_centimes"]),
            euros(c["credit_centimes"]),
            euros(c["solde_centimes"]),
            c["nombre"],
        )
        for c in lecteur.iter_balance(CODE_IBS)
    ]
    rangees.append(("Total", "", euros(bilan.debit_centimes), euros(bilan.credit_centimes), "", ""))
    print_table(console(), "", colonnes, rangees, droite=colonnes[2:])
    v = bilan.verification
    etat = (
        f"ROMPU, {v.rupture}"
        if v.rupture
        else "chaîne, fichiers d'origine, lignes et soldes recalculés : tout est intact"
    )
    recit.ligne(f"   Vérification : {plural(v.recus, 'reçu')}, {plural(v.lignes, 'ligne')} ; {etat}.")


def _show_next(scene: Scene, recit: Recit, bilan: Bilan) -> None:
    """Commands to copy, with the real address, the demo's own keys and a deposit opened for them."""
    fichier, statut = sample(JUSTE), bilan.statuts[0][1]
    depot = scene.client.get_file_url_deposit(fichier.name)
    cles = '-H "Ocp-Apim-Subscription-Key: $ECRITURES_SUBSCRIPTION_KEY" -H "x-apikey: $ECRITURES_API_KEY"'
    url, commande = scene.base_url, _command()
    recit.titre("Les écrans")
    recit.ligne(f"   {url}/app   cabinet {DOMAIN}, identifiant {PERSONNE}, mot de passe {scene.mot_de_passe}")
    recit.titre("Pour continuer (un autre terminal ; ces clés n'ouvrent que cette démonstration)")
    recit.ligne(
        f"""
export ECRITURES_URL={url}
export ECRITURES_SUBSCRIPTION_KEY={scene.subscription_key}
export ECRITURES_API_KEY={scene.api_key}

# un dépôt est déjà ouvert : envoyer un fichier, demander son import, suivre le premier import
curl -sS {cles} "{url}/getFileUrlDeposit?filename={fichier.name}"
curl -sS -X PUT -H "x-ms-blob-type: BlockBlob" --data-binary "@{fichier}" "{depot.deposit_url}"
curl -sS {cles} -H "Content-Type: application/json" -d '{{"codeIbs":"{CODE_IBS}","URI":"{depot.uri}","URL":""}}' {url}/importTra
curl -sS {cles} "{url}/getImportStatus?accountingImportRequestId={statut.id}"
curl -sS {cles} "{url}/api/v1/dossiers/{CODE_IBS}/balance"

# les mêmes, d'une commande
{commande} send "{fichier}" --dossier {CODE_IBS} --wait
{commande} report {statut.id}
"""
    )


def _command() -> str:
    """How this installation's command is called from a terminal."""
    installee = Path(sys.executable).with_name("ecritures")
    return "ecritures" if shutil.which("ecritures") or not installee.exists() else str(installee)
