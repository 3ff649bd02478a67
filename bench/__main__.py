"""``python -m bench``: generates, measures, prints, and (when everything was measured) writes ``docs/performance.md``.

    python -m bench [--lignes 10000,100000,1000000] [--formats fec,tra-std,tra-ete] [--bases sqlite,pg] [--sans-pairs] [--json F]
    python -m bench --volumes-seuls | --sondages-seuls

About sixteen minutes in full, one with ``--lignes 10000``. Everything happens in a temporary folder, removed at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from bench import machine, page, pipeline, sondages, sondages_page
from bench.generate import JEUX
from bench.peers import PAIRS
from bench.postgres import REGLAGES, Cluster, cluster
from bench.processes import RACINE, Json, measure
from bench.volumes_list import VOLUMES, Volume

LIGNES = (10_000, 100_000, 1_000_000)
BASES = ("sqlite", "pg")
GRAINE = 1
PAGE = RACINE / "docs" / "performance.md"
RESULTATS = ("fichiers", "etapes", "parcours", "petits", "posts", "details", "pairs", "volumes", "sondages")
PAIR_DUREE_MAX_S = 30.0
"""A peer that took longer is not measured again: the minutes are better spent elsewhere."""


def _fois(lignes: int) -> int:
    """How many times a size is measured; the median is kept."""
    return 3 if lignes <= 100_000 else 2


def _fois_http(jeu: str, lignes: int) -> int:
    """The same through HTTP, but once for the file of more than a gigabyte, which takes half a minute."""
    return 1 if jeu == "tra-ete" and lignes > 500_000 else _fois(lignes)


@dataclass
class Banc:
    """One run: what to measure, where, and what was found."""

    dossier: Path
    formats: tuple[str, ...]
    lignes: tuple[int, ...]
    bases: tuple[str, ...]
    grappe: Cluster | None
    resultats: Json = field(default_factory=dict)
    _numero: int = 0
    _debut: float = field(default_factory=time.monotonic)

    def say(self, texte: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - self._debut:4.0f} s] {texte}\n")
        sys.stderr.flush()

    def folder(self) -> Path:
        """A path of its own for each measure."""
        self._numero += 1
        return self.dossier / f"d{self._numero}"

    def file(self, jeu: str, lignes: int) -> Path:
        return self.dossier / f"{jeu}-{lignes}" / JEUX[jeu].nom_fichier

    def database(self, base: str) -> AbstractContextManager[str | None]:
        if base == "sqlite":
            return nullcontext(None)
        assert self.grappe is not None
        return self.grappe.database()

    def generate(self) -> None:
        for jeu in self.formats:
            for lignes in self.lignes:
                fichier = self.file(jeu, lignes)
                fichier.parent.mkdir()
                demande = {"jeu": jeu, "lignes": lignes, "graine": GRAINE, "fichier": str(fichier)}
                octets = measure("steps", demande)["octets"]
                self.resultats["fichiers"].append({"jeu": jeu, "lignes": lignes, "octets": octets})
        self.say("fichiers générés")

    def measure_steps(self, jeu: str, lignes: int, base: str) -> None:
        fois = _fois(lignes)
        mesures: list[Json] = []
        for _ in range(fois):
            with self.database(base) as url:
                demande: Json = {"fichier": str(self.file(jeu, lignes)), "format": JEUX[jeu].format}
                demande |= {"nom": JEUX[jeu].nom_fichier, "donnees": str(self.folder()), "base": url}
                mesures.append(measure("steps", demande))
        assert all(m["lignes"] == lignes for m in mesures), "every generated line is posted"
        etapes = {
            nom: {
                "secondes": statistics.median(m["etapes"][nom]["secondes"] for m in mesures),
                "memoire_mio": max(m["etapes"][nom]["memoire_mio"] for m in mesures),
            }
            for nom in page.ETAPES
        }
        self.resultats["etapes"].append({"jeu": jeu, "lignes": lignes, "base": base, "fois": fois, "etapes": etapes})
        detail = ", ".join(f"{nom} {m['secondes']:.3f} s" for nom, m in etapes.items())
        self.say(f"étapes {jeu} {lignes} {base} : {detail} ; {etapes['comptabiliser']['memoire_mio']:.0f} Mio")

    def measure_small_steps(self, jeu: str, base: str) -> dict[str, float]:
        """The steps alone on a small file, warm: the part of ``small_imports`` that is ours to compute."""
        donnees = self.folder()
        fichier = self.dossier / f"{donnees.name}-{JEUX[jeu].nom_fichier}"
        measure("steps", {"jeu": jeu, "lignes": pipeline.PETIT_LIGNES, "graine": GRAINE, "fichier": str(fichier)})
        with self.database(base) as url:
            demande: Json = {"fichier": str(fichier), "format": JEUX[jeu].format, "nom": JEUX[jeu].nom_fichier}
            demande |= {"donnees": str(donnees), "base": url, "fois": pipeline.PETITS}
            return dict(measure("steps", demande)["etapes"])

    def measure_server(self, base: str) -> None:
        """Everything that goes through HTTP, on one server; then the POSTs during a large import on another."""
        dossiers = len(self.formats) * (1 + sum(_fois(n) for n in self.lignes))
        with self.database(base) as url, pipeline.server(self.folder(), url, dossiers) as client:
            for jeu in self.formats:
                petit = pipeline.small_imports(client, jeu) | {"etapes": self.measure_small_steps(jeu, base)}
                self.resultats["petits"].append({"jeu": jeu, "base": base} | petit)
                ms = statistics.median(petit["secondes"]) * 1000
                self.say(f"petit fichier {jeu} {base} : médiane {ms:.0f} ms")
            for jeu in self.formats:
                for lignes in self.lignes:
                    parcours = pipeline.large_import(client, jeu, self.file(jeu, lignes), _fois_http(jeu, lignes))
                    self.resultats["parcours"].append({"jeu": jeu, "lignes": lignes, "base": base} | parcours)
                    self.say(f"parcours {jeu} {lignes} {base} : {parcours['secondes']}")
        jeu, lignes = self.formats[0], max(self.lignes)
        with self.database(base) as url, pipeline.server(self.folder(), url, 2) as client:
            posts = pipeline.posts_during(client, jeu, self.file(jeu, lignes))
        self.resultats["posts"].append({"jeu": jeu, "lignes": lignes, "base": base} | posts)
        p99 = pipeline.percentile(posts["latences"], 0.99) * 1000
        self.say(f"{len(posts['latences'])} POST pendant un import, {base} : p99 {p99:.0f} ms")

    def measure_polls(self) -> None:
        """What issue 5 asks: status polls at a fixed rate while imports run, beside a bare route."""
        nu = sondages.quiet()
        for rang, base in enumerate(self.bases):
            with self.database(base) as url, pipeline.server(self.folder(), url, sondages.IMPORTS) as client:
                trouve = {"base": base, **({"nu": nu} if rang == 0 else {}), **sondages.during_imports(client)}
            self.resultats["sondages"].append(trouve)
            for nom in sondages_page.TITRES:
                if nom in trouve:
                    s = sondages_page.summary(trouve[nom])
                    self.say(
                        f"sondages {base} {nom} : p50 {s['p50_ms']:.1f} ms, p99 {s['p99_ms']:.1f} ms, max {s['max_ms']:.0f} ms, "
                        f"{s['erreurs']} erreurs, retard du générateur {s['retard_p99_ms']:.1f} ms, charge {s['charge']:.1f}"
                    )

    def measure_detail(self, base: str) -> None:
        """What is inside reading and loading, for the first format and the largest size."""
        jeu, lignes = self.formats[0], max(self.lignes)
        with self.database(base) as url:
            demande: Json = {"fichier": str(self.file(jeu, lignes)), "format": JEUX[jeu].format}
            demande |= {"nom": JEUX[jeu].nom_fichier, "donnees": str(self.folder()), "base": url}
            detail = measure("detail", demande | {"profil": base == self.bases[0]})
        self.resultats["details"].append({"jeu": jeu, "lignes": lignes, "base": base} | detail)
        self.say(f"chargement {base} : {detail['avec_index']:.2f} s, sans index {detail['sans_index']:.2f} s")

    def measure_peers(self) -> None:
        for pair in PAIRS:
            if not pair.is_installed():
                self.say(f"{pair.code} absent : pip install -r requirements-bench.lock")
                continue
            for jeu in (j for j in pair.jeux if j in self.formats):
                for lignes in (n for n in self.lignes if n <= pair.lignes_max):
                    self._measure_peer(pair.code, jeu, lignes)

    def _measure_peer(self, pair: str, jeu: str, lignes: int) -> None:
        fichier = str(self.file(jeu, lignes))
        if pair == "beancount":
            measure("peers", {"prepare": True, "fichier": fichier})
        mesures: list[Json] = []
        while len(mesures) < _fois(lignes):
            mesures.append(measure("peers", {"pair": pair, "fichier": fichier}))
            if mesures[-1]["secondes"] > PAIR_DUREE_MAX_S:
                break
        mesure = {
            "secondes": statistics.median(m["secondes"] for m in mesures),
            "memoire_mio": max(m["memoire_mio"] for m in mesures),
            "fois": len(mesures),
        }
        self.resultats["pairs"].append({"pair": pair, "jeu": jeu, "lignes": lignes} | mesure)
        self.say(f"{pair} {jeu} {lignes} : {mesure['secondes']:.3f} s")

    def measure_volumes(self, *, pairs: bool) -> None:
        """What issue 4 asks: sizes follow the largest file asked for, so that a short run goes through the same code."""
        for volume in VOLUMES:
            if volume.jeu is None or volume.jeu in self.formats:
                self._measure_volume(volume, pairs=pairs)

    def _measure_volume(self, volume: Volume, *, pairs: bool) -> None:
        plus_grand = max(self.lignes)
        lignes, fichier = volume.lignes(plus_grand), self.folder() / volume.nom
        fichier.parent.mkdir()
        if volume.fabrique is None:
            assert volume.jeu is not None
            fichier.hardlink_to(self.file(volume.jeu, plus_grand))
        else:
            demande: Json = {**volume.fabrique, "lignes": lignes, "fichier": str(fichier)}
            measure(
                "volumes_files", demande | ({"origine": str(self.file(volume.jeu, plus_grand))} if volume.jeu else {})
            )
        demande = {"mesure": volume.mesure, "format": volume.format, "fichier": str(fichier), "nom": volume.nom}
        mesures = [measure("volumes", demande) for _ in range(volume.fois)]
        assert all(m["lignes"] == lignes for m in mesures), "every generated line is read"
        mediane = sorted(mesures, key=lambda m: float(m["secondes"]))[len(mesures) // 2]
        mediane |= {"memoire_mio": max(m["memoire_mio"] for m in mesures), "fois": len(mesures)}
        mediane |= {"anonyme_mio": max(m["anonyme_mio"] for m in mesures), "octets": fichier.stat().st_size}
        trouve = {"code": volume.code, **mediane, "pairs": []}
        self.resultats["volumes"].append(trouve)
        self.say(f"{volume.titre}, {lignes} : {mediane['secondes']:.2f} s, {mediane['memoire_mio']:.0f} Mio")
        for pair in volume.pairs if pairs else ():
            if pair.is_installed():
                pris = measure("volumes_peers", {"pair": pair.code, "fichier": str(fichier)})
                assert pris.get("depasse") or pris["lignes"] == lignes, f"{pair.code} reads every line"
                trouve["pairs"].append({"pair": pair.code, **pris})
                self.say(f"{pair.code} {lignes} : {pris.get('secondes', float('nan')):.2f} s")
        shutil.rmtree(fichier.parent)


def main() -> None:
    choix = _arguments()
    debut, machine_s, nous_s = time.monotonic(), machine.busy_s(), machine.ours_s()
    with tempfile.TemporaryDirectory(prefix="ecritures-bench-") as nom:
        dossier = Path(nom)
        dossier.chmod(0o755)  # the socket of a PostgreSQL run by another user is in it
        voulue = "pg" in choix.bases
        with cluster(dossier / "pg") if voulue else nullcontext() as grappe:
            bases = tuple(b for b in choix.bases if b != "pg" or grappe is not None)
            banc = Banc(dossier, choix.formats, choix.lignes, bases, grappe)
            if bases != choix.bases:
                banc.say("PostgreSQL absent : pip install -r requirements-dev.lock, ou apt-get install postgresql")
            _run(banc, choix)
    banc.resultats["duree_s"] = time.monotonic() - debut
    if machine_s is not None:
        autres_s = (machine.busy_s() or 0.0) - machine_s - (machine.ours_s() - nous_s)
        coeurs = banc.resultats["machine"]["coeurs"]
        banc.resultats["machine"]["autres"] = max(0.0, autres_s) / (banc.resultats["duree_s"] * coeurs)
    texte = page.render(banc.resultats)
    sys.stdout.write(texte)
    if choix.json is not None:
        choix.json.write_text(json.dumps(banc.resultats, ensure_ascii=False, indent=1), encoding="utf-8")
    complet = (choix.formats, choix.lignes, bases) == (tuple(JEUX), LIGNES, BASES)
    complet = complet and not (choix.sans_pairs or choix.volumes_seuls or choix.sondages_seuls)
    if complet:
        PAGE.write_text(texte, encoding="utf-8")
        banc.say(f"écrit {PAGE.relative_to(RACINE)}")
    else:
        banc.say(f"mesure partielle : {PAGE.relative_to(RACINE)} n'est pas réécrite")


def _run(banc: Banc, choix: argparse.Namespace) -> None:
    grappe, pairs = banc.grappe, not choix.sans_pairs
    reglages = ", ".join(f"{nom} {valeur}" for nom, valeur in REGLAGES.items())
    banc.resultats = {
        "machine": machine.describe(),
        "commande": " ".join(["python -m bench", *(mot for mot in sys.argv[1:] if "/" not in mot and mot != "--json")]),
        "postgres": f"PostgreSQL {grappe.version}, fsync {'on' if grappe.durable else 'off'}, {reglages}"
        if grappe
        else None,
        **{nom: [] for nom in RESULTATS},
    }
    if choix.sondages_seuls:
        banc.measure_polls()
        return
    banc.generate()
    if pairs and not choix.volumes_seuls:
        banc.measure_peers()
    banc.measure_volumes(pairs=pairs)
    if choix.volumes_seuls:
        return
    for jeu in banc.formats:
        for lignes in banc.lignes:
            for base in banc.bases:
                banc.measure_steps(jeu, lignes, base)
    for base in banc.bases:
        banc.measure_detail(base)
        banc.measure_server(base)
    banc.measure_polls()


def _arguments() -> argparse.Namespace:
    def liste(permis: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
        def lire(texte: str) -> tuple[str, ...]:
            mots = tuple(texte.split(","))
            if inconnus := [m for m in mots if m not in permis]:
                raise argparse.ArgumentTypeError(f"{inconnus[0]} : choisir parmi {', '.join(permis)}")
            return mots

        return lire

    def nombres(texte: str) -> tuple[int, ...]:
        valeurs = tuple(int(mot) for mot in texte.split(","))
        if min(valeurs) < 100:
            raise argparse.ArgumentTypeError("100 lignes au moins")
        return valeurs

    arguments = argparse.ArgumentParser(
        prog="python -m bench", description="Mesure les débits, seuls et à côté d'autres outils."
    )
    arguments.add_argument("--lignes", type=nombres, default=LIGNES, help="tailles, séparées par des virgules")
    arguments.add_argument("--formats", type=liste(tuple(JEUX)), default=tuple(JEUX), help=", ".join(JEUX))
    arguments.add_argument("--bases", type=liste(BASES), default=BASES, help=", ".join(BASES))
    arguments.add_argument("--sans-pairs", action="store_true", help="ne mesure pas les autres outils")
    seuls = arguments.add_mutually_exclusive_group()
    seuls.add_argument(
        "--volumes-seuls",
        action="store_true",
        help="conversions, XLSX, XML, JSON, dix fois plus de lignes : rien d'autre",
    )
    seuls.add_argument(
        "--sondages-seuls",
        action="store_true",
        help="sondages de statut à cadence fixe pendant des imports : rien d'autre",
    )
    arguments.add_argument(
        "--json", type=Path, default=None, metavar="F", help="écrit aussi les mesures dans ce fichier"
    )
    return arguments.parse_args()


if __name__ == "__main__":
    main()
