"""One fuzz target a reader: any bytes; nothing raises, totals are true, memory and time are bounded.

    .venv/bin/pip install atheris
    .venv/bin/python tests/fuzz/cible.py fec -max_total_time=600      # tra, fec, fec-xml, perso-csv, json, zip, modele…
    .venv/bin/python tests/fuzz/cible.py fec -rejoue=20               # without atheris: the seeds, 20 mutations of each

Seeds: the samples and golden files of the format, the files of the examples of rules, and every crasher ever found
(tests/fuzz/graines/<reader>). test_fuzz.py runs the same functions on all of them in the normal suite.
"""

from __future__ import annotations

import io
import random
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import FunctionType
from zlib import crc32

import modeles
import mutations
import polars as pl

from ecritures.domain.constat import CONSTATS
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.lot import LIGNES, Lecture, OptionsLecture, Profil
from ecritures.domain.modele import Modele
from ecritures.formats import FORMATS
from ecritures.formats.detect import reconnaitre
from ecritures.formats.perso import reader as perso
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports import repair
from ecritures.imports.check import check
from ecritures.imports.read import read
from ecritures.imports.report import public_report
from ecritures.ledger.posting import plan_posting

RACINE = Path(__file__).parents[2]
GRAINES = Path(__file__).parent / "graines"
CORPUS = RACINE / ".dev" / "fuzz"
"""What the fuzzing found interesting, kept from one run to the next; not in the repository."""
NOM_FEC = "812345676FEC20251231.txt"
MEMOIRE_OCTETS_MAX = 3 << 30
"""Address space of a run, above what it takes once started: a reader of a few kilobytes has no use for more."""
GRAINE_OCTETS_MAX = 60_000
"""Seeds are cut there: what matters stands in their first lines."""

_EXERCICES = [(str(annee), date(annee, 1, 1), date(annee, 12, 31), annee == 2015) for annee in range(1990, 2031)]
CONTEXTE = Contexte(
    exercices=pl.DataFrame(_EXERCICES, schema=EXERCICES_DOSSIER, orient="row"),
    journaux=pl.DataFrame(schema={"code": pl.String, "nature": pl.String, "est_ferme": pl.Boolean}),
    comptes=pl.DataFrame(schema={"numero": pl.String, "nature": pl.String, "est_ferme": pl.Boolean}),
    tiers=pl.DataFrame(schema={"code": pl.String, "collectif": pl.String, "est_ferme": pl.Boolean}),
)

Graine = tuple[str, bytes]
"""File name and bytes."""


@dataclass(frozen=True)
class Cible:
    """``essaie(bytes, file name)`` raises when something is wrong. ``gestes``: the mutations that suit its files."""

    essaie: Callable[[bytes, str], None]
    graines: Callable[[], Iterator[Graine]]
    gestes: tuple[mutations.Geste, ...]


# ── what must hold, whatever the bytes ──────────────────────────────────────────────────────────────────────────────
def examine(octets: bytes, format_: str, options: OptionsLecture) -> None:
    """Reads and checks, and plans the posting of what has no error."""
    lecture = read(octets, format_, options)
    examen = check(lecture, CONTEXTE)
    constats = examen.constats
    assert list(constats.liste.columns) == list(CONSTATS)
    assert constats.total >= constats.liste.height
    assert (constats.liste["colonne_debut"] > constats.liste["colonne_fin"]).sum() == 0
    assert (constats.liste["colonne_debut"].is_null() != constats.liste["colonne_fin"].is_null()).sum() == 0
    assert (constats.liste["numero_ligne"] == 0).sum() == 0
    assert constats.liste["message"].null_count() == 0
    public_report(options.nom_fichier or "x", format_, examen)
    if examen.lot is None:
        assert constats.est_bloquant, "a file that cannot be read says why"
        return
    assert examen.lot.lignes.schema == pl.Schema(LIGNES)
    assert examen.lot.lignes["ecriture"].null_count() == 0
    if examen.est_postable:
        plan = plan_posting(examen.lot, CONTEXTE)
        assert plan.debit_centimes == plan.credit_centimes


def _lecteur(format_: str, nom: str | None = None, profil: Profil = Profil.STRICT) -> Callable[[bytes, str], None]:
    def essaie(octets: bytes, nom_graine: str) -> None:
        reconnaitre(octets, nom or nom_graine)
        examine(octets, format_, OptionsLecture(nom_fichier=nom or nom_graine, profil=profil))

    return essaie


def _fec(octets: bytes, nom: str) -> None:
    """One profile or the other, told by the bytes: a crasher stays one."""
    _lecteur("fec", nom, tuple(Profil)[crc32(octets) % len(Profil)])(octets, nom)


def _perso(*textes: str) -> Callable[[bytes, str], None]:
    @cache
    def choisis() -> tuple[Modele, ...]:
        return tuple(lire_modele(texte) for texte in textes)

    def essaie(octets: bytes, nom: str) -> None:
        for modele in choisis():
            examine(octets, "perso", OptionsLecture(nom_fichier=nom, modele=modele))

    return essaie


def _modele(octets: bytes, nom: str) -> None:
    """A model is read, or refused with its key; then it reads a file without raising."""
    try:
        modele = lire_modele(octets.decode("utf-8", "replace"))
    except ModeleInvalide:
        return
    for contenu in modeles.fichiers().values():
        perso.read(contenu, OptionsLecture(nom_fichier=nom, modele=modele))


def _recette(octets: bytes, _: str) -> None:
    """A recipe is read, or refused with its step; applied, it gives a file that is read, or nothing."""
    try:
        lue = repair.lire(octets.decode("utf-8", "replace"))
    except repair.RecetteInvalide:
        return
    options = OptionsLecture(nom_fichier=NOM_FEC)
    for contenu, lecture in a_reparer(lue.format):
        try:
            reparation = repair.reparer(contenu, lecture, lue, options)
        except repair.RecetteInvalide:
            continue
        assert reparation.lecture.lot is not None
        assert (reparation.octets == contenu) >= reparation.corrections.is_empty()
        reparation.public()


@cache
def a_reparer(format_: str) -> tuple[tuple[bytes, Lecture], ...]:
    """A few files of that format, read."""
    options = OptionsLecture(nom_fichier=NOM_FEC)
    return tuple((octets, read(octets, format_, options)) for _, octets in _exemples(format_)[30:34])


def _tous(octets: bytes, nom: str) -> None:
    """Sent by every route: the format is recognised, or refused."""
    for format_ in FORMATS:
        examine(octets, format_, OptionsLecture(nom_fichier=nom))


# ── seeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _fichiers(cible: str, *motifs: str) -> Iterator[Graine]:
    """Files of those patterns, then the crashers found by that target."""
    for motif in motifs:
        for chemin in sorted(RACINE.glob(motif)):
            yield f"{chemin.parent.name}/{chemin.name}", chemin.read_bytes()[:GRAINE_OCTETS_MAX]
    for chemin in sorted((GRAINES / cible).glob("*")):
        yield f"{cible}/{chemin.name}", chemin.read_bytes()


def _exemples(format_: str) -> tuple[Graine, ...]:
    """The files that fail of the examples of rules: each is near a branch of the reader."""
    return tuple((id_, octets) for id_, leur_format, octets in _tous_les_exemples() if leur_format == format_)


@cache
def _tous_les_exemples() -> tuple[tuple[str, str, bytes], ...]:
    for dossier in ("tests", "tests/unit"):  # pytest has put them there, a run of this file has not
        if str(RACINE / dossier) not in sys.path:
            sys.path.append(str(RACINE / dossier))
    from exemples import EXEMPLES

    tous = ((exemple.id, exemple.construire()[1]) for exemple in EXEMPLES)
    return tuple((id_, f.format, f.octets) for id_, f in tous if len(f.octets) < GRAINE_OCTETS_MAX)


def _graines_tra() -> Iterator[Graine]:
    yield from _fichiers("tra", "tests/golden/tra/*/entree.*", "src/ecritures/echantillons/*.TRA")
    yield from _exemples("tra")


def _graines_fec() -> Iterator[Graine]:
    yield from _fichiers("fec", "tests/golden/fec/*/entree.txt")
    yield from (graine for graine in _exemples("fec") if b"<comptabilite" not in graine[1])


def _graines_xml() -> Iterator[Graine]:
    yield from _fichiers("fec-xml", "tests/golden/fec/*/entree.xml")
    yield from (graine for graine in _exemples("fec") if b"<comptabilite" in graine[1])


def _graines_json() -> Iterator[Graine]:
    yield from _fichiers("json", "tests/golden/json*/*/entree.*")
    yield from _exemples("json")


def _graines_perso(genre: str) -> Callable[[], Iterator[Graine]]:
    def graines() -> Iterator[Graine]:
        yield from ((nom, octets) for nom, octets in modeles.fichiers().items() if nom.startswith(genre))
        yield from _fichiers(f"perso-{genre}", f"tests/golden/perso/*/entree.{genre}")
        marque = b"PK\x03\x04" if genre == "xlsx" else b""
        yield from (graine for graine in _exemples("perso") if graine[1].startswith(marque))

    return graines


def _zip(**membres: bytes) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in membres.items():
            archive.writestr(zipfile.ZipInfo(nom), contenu)
    return sortie.getvalue()


def _graines_zip() -> Iterator[Graine]:
    fec, tra = _exemples("fec")[0][1], _exemples("tra")[0][1]
    yield "fec", _zip(**{NOM_FEC: fec})
    yield "parties", _zip(**{"812345676FEC20251231_1.txt": fec, "812345676FEC20251231_2.txt": fec})
    yield "tra", _zip(**{"achats.TRA": tra, "lisez-moi.txt": b"bonjour"})
    yield "imbrique", _zip(**{"a.zip": _zip(**{NOM_FEC: fec})})
    yield "bombe", _zip(**{NOM_FEC: b"0" * (20 << 20)})
    yield from _fichiers("zip")
    yield from (graine for format_ in ("fec", "tra") for graine in _exemples(format_) if graine[1].startswith(b"PK"))


def _graines_modele() -> Iterator[Graine]:
    yield from ((f"modele-{rang}.toml", texte.encode()) for rang, texte in enumerate(modeles.TEXTES))
    yield from _fichiers("modele", "tests/golden/perso/*/*.toml")


def _graines_recette() -> Iterator[Graine]:
    yield from ((f"recette-{rang}.toml", texte.encode()) for rang, texte in enumerate(modeles.RECETTES))
    yield from _fichiers("recette", "tests/golden/**/recette*.toml")


CIBLES: dict[str, Cible] = {
    "tra": Cible(_lecteur("tra"), _graines_tra, mutations.FIXE),
    "fec": Cible(_fec, _graines_fec, mutations.TEXTE),
    "fec-xml": Cible(_lecteur("fec", "812345676FEC20251231.xml"), _graines_xml, mutations.TEXTE),
    "json": Cible(_lecteur("json"), _graines_json, mutations.TEXTE),
    "perso-csv": Cible(_perso(modeles.CSV_FRANCAIS, modeles.CSV_ANGLAIS), _graines_perso("csv"), mutations.TEXTE),
    "perso-fixe": Cible(_perso(modeles.FIXE), _graines_perso("fixe"), mutations.FIXE),
    "perso-xlsx": Cible(_perso(modeles.CLASSEUR), _graines_perso("xlsx"), mutations.ZIP),
    "zip": Cible(_tous, _graines_zip, mutations.ZIP),
    "modele": Cible(_modele, _graines_modele, mutations.TEXTE),
    "recette": Cible(_recette, _graines_recette, mutations.TEXTE),
}


def essaie_graine(cible: Cible, nom: str, octets: bytes, tours: int) -> None:
    """The seed itself, then as many mutations, the same at each run."""
    cible.essaie(octets, nom)
    rng = random.Random(nom)
    for tour in range(tours):
        cible.essaie(mutations.mutation(octets, rng, cible.gestes), NOM_FEC if tour % 2 else nom)


# ── atheris ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def borne_la_memoire() -> None:
    """A reader that asks for more than it should is stopped, and the run with it."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMOIRE_OCTETS_MAX,) * 2)


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in CIBLES:
        print(
            f"usage : python {sys.argv[0]} {{{','.join(CIBLES)}}} [-max_total_time=SECONDES | -rejoue=TOURS]",
            file=sys.stderr,
        )
        return 2
    nom = sys.argv.pop(1)
    cible = CIBLES[nom]
    cible.essaie(*reversed(next(cible.graines())))  # what is loaded once is loaded before memory is bounded
    borne_la_memoire()
    rejoue = next((int(a.partition("=")[2]) for a in sys.argv if a.startswith("-rejoue=")), None)
    if rejoue is not None:
        for graine, octets in cible.graines():
            essaie_graine(cible, graine, octets, rejoue)
        return 0
    _atheris(nom, cible)
    return 0


def _fonctions() -> Iterator[FunctionType]:
    """Ours, and no one else's: instrumenting every function that is loaded takes minutes."""
    for module in [m for nom, m in sys.modules.items() if nom.startswith("ecritures.")]:
        for valeur in list(vars(module).values()):
            membres = vars(valeur).values() if isinstance(valeur, type) else (valeur,)
            for membre in membres:
                fonction = membre.fget if isinstance(membre, property) else membre
                if isinstance(fonction, FunctionType) and fonction.__module__ == module.__name__:
                    yield fonction


def _atheris(nom: str, cible: Cible) -> None:
    import atheris

    def mute(octets: bytes, taille_max: int, graine: int) -> bytes:
        rng = random.Random(graine)
        if rng.random() < 0.3:
            return atheris.Mutate(octets, taille_max)
        return mutations.mutation(octets, rng, cible.gestes)[:taille_max]

    corpus = CORPUS / nom
    crashs = GRAINES / nom
    for dossier in (corpus, crashs):
        dossier.mkdir(parents=True, exist_ok=True)
    for rang, (_, octets) in enumerate(cible.graines()):
        (corpus / f"graine-{rang:04d}").write_bytes(octets)
    defauts = ["-timeout=25", "-rss_limit_mb=3000", "-max_len=100000", f"-artifact_prefix={crashs}/"]
    for fonction in _fonctions():
        atheris.instrument_func(fonction)
    atheris.Setup(
        [sys.argv[0], *defauts, *sys.argv[1:], str(corpus)],
        lambda octets: cible.essaie(octets, NOM_FEC),
        custom_mutator=mute,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
