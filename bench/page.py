"""``docs/performance.md`` from the results of one run. Nothing is written there that this run did not measure."""

from __future__ import annotations

from typing import Any, NamedTuple

from bench import sondages_page
from bench.generate import JEUX
from bench.machine import AUTRES_MAX
from bench.peers import PAIRS
from bench.pipeline import PETIT_LIGNES, PETITS, POSTS_MIN, SUIVI_COURT_S, median, percentile
from bench.processes import Json
from bench.texte import nombre, secondes, table
from bench.volumes_list import VOLUMES
from ecritures.jobs.worker import INTERROGATION_S

ETAPES = {
    "octets": "charger les octets",
    "lire": "lire",
    "controler": "contrôler",
    "planifier": "planifier",
    "comptabiliser": "comptabiliser",
}
BASES = {"sqlite": "SQLite", "pg": "PostgreSQL"}
GRAND = 1_000_000


def _etapes(resultats: Json, jeu: str, lignes: int, base: str) -> Json | None:
    for mesure in resultats["etapes"]:
        if (mesure["jeu"], mesure["lignes"], mesure["base"]) == (jeu, lignes, base):
            return dict(mesure)
    return None


def en_face(resultats: Json, jeu: str, lignes: int, quoi: str) -> float | None:
    """Our seconds for the work of a peer, the bytes' loading counted; SQLite's run."""
    mesure = _etapes(resultats, jeu, lignes, "sqlite") or _etapes(resultats, jeu, lignes, "pg")
    if mesure is None or (quoi == "jusqu'au livre" and mesure["base"] != "sqlite"):
        return None
    etapes = {"lire": 2, "lire+controler": 3, "jusqu'au livre": 5}[quoi]
    return float(sum(mesure["etapes"][nom]["secondes"] for nom in list(ETAPES)[:etapes]))


# -- targets


class Cible(NamedTuple):
    """A target of an issue, ``demande``; ``tenue`` is None when this run did not measure it."""

    demande: int
    quoi: str
    cible: str
    mesure: str
    tenue: bool | None


def cibles(resultats: Json) -> list[Cible]:
    """Of issue 3, item 6, then of issue 4, item 6, then of issue 5, item 7."""
    sondages = [Cible(5, *rang) for rang in sondages_page.targets(resultats)]
    return [*_cibles_des_etapes(resultats), *_cibles_du_parcours(resultats), *_cibles_des_volumes(resultats), *sondages]


def _cibles_des_etapes(resultats: Json) -> list[Cible]:
    rangs: list[Cible] = []
    for jeu, limites in (("fec", {3: 1.5, 4: 2.0}), ("tra-std", {3: 2.0})):
        mesures = [m for m in resultats["etapes"] if m["jeu"] == jeu and m["lignes"] == GRAND]
        quoi = f"{JEUX[jeu].titre}, 1 M de lignes : lire et contrôler"
        durees = [sum(m["etapes"][e]["secondes"] for e in ("octets", "lire", "controler")) for m in mesures]
        memoires = [m["etapes"]["controler"]["memoire_mio"] / 1024 for m in mesures]
        for demande, limite in limites.items():
            rangs.append(_cible(demande, quoi, f"≤ {nombre(limite, 1)} s", max(durees, default=None), limite, "s", 2))
        rangs.append(_cible(3, f"{quoi}, mémoire", "≤ 1,2 Gio", max(memoires, default=None), 1.2, "Gio", 2))
    return rangs


def _cibles_du_parcours(resultats: Json) -> list[Cible]:
    rangs: list[Cible] = []
    for base, limite in (("pg", 8.0), ("sqlite", 10.0)):
        for jeu in ("fec", "tra-std"):
            durees = [
                median(p["secondes"])
                for p in resultats["parcours"]
                if p["base"] == base and p["jeu"] == jeu and p["lignes"] == GRAND
            ]
            quoi = f"{JEUX[jeu].titre}, 1 M de lignes, du POST au statut 3, {BASES[base]}"
            rangs.append(_cible(3, quoi, f"≤ {nombre(limite)} s", durees[0] if durees else None, limite, "s", 1))
    for petit in resultats["petits"]:
        quoi = (
            f"{JEUX[petit['jeu']].titre}, {PETIT_LIGNES} lignes, du POST au statut 3, {BASES[petit['base']]} (médiane)"
        )
        rangs.append(_cible(3, quoi, "≤ 150 ms", median(petit["secondes"]) * 1000, 150, "ms", 0))
    for post in resultats["posts"]:
        if post["lignes"] < GRAND or len(post["latences"]) < POSTS_MIN:
            continue
        quoi = f"POST pendant un import de 1 M de lignes, {BASES[post['base']]} (p99)"
        rangs.append(_cible(3, quoi, "< 50 ms", percentile(post["latences"], 0.99) * 1000, 50, "ms", 0))
    return rangs


def _cibles_des_volumes(resultats: Json) -> list[Cible]:
    rangs: list[Cible] = []
    for volume in VOLUMES:
        pleine = volume.lignes(GRAND)
        mesure = next((m for m in resultats["volumes"] if m["code"] == volume.code and m["lignes"] == pleine), None)
        quoi = f"{volume.titre}, {nombre(pleine)} lignes"
        if volume.cible_s is not None:
            pris = None if mesure is None else float(mesure["secondes"])
            rangs.append(_cible(4, quoi, f"≤ {nombre(volume.cible_s)} s", pris, volume.cible_s, "s", 2))
        if volume.cible_gio is not None:
            pris = None if mesure is None else float(mesure["memoire_mio"]) / 1024
            cible = f"≤ {nombre(volume.cible_gio, 1)} Gio"
            rangs.append(_cible(4, f"{quoi}, mémoire", cible, pris, volume.cible_gio, "Gio", 2))
    return rangs


def _cible(
    demande: int, quoi: str, cible: str, valeur: float | None, limite: float, unite: str, decimales: int
) -> Cible:
    if valeur is None:
        return Cible(demande, quoi, cible, "non mesuré", None)
    return Cible(demande, quoi, cible, f"{nombre(valeur, decimales)} {unite}", valeur <= limite)


def _table_cibles(resultats: Json) -> list[str]:
    mot = {True: "tenue", False: "**manquée**", None: "–"}
    rangs = [(c.quoi, str(c.demande), c.cible, c.mesure, mot[c.tenue]) for c in cibles(resultats)]
    return table(("Mesure", "Demande", "Cible", "Mesuré", ""), rangs, texte=1)


# -- tables


def _table_etapes(resultats: Json, jeu: str) -> list[str]:
    """A row a size and step. Reading and checking do not depend on the database: they are shown from the first one."""
    rangs: list[list[str]] = []
    vus: set[tuple[int, str]] = set()
    for mesure in sorted((m for m in resultats["etapes"] if m["jeu"] == jeu), key=lambda m: int(m["lignes"])):
        lignes, total = mesure["lignes"], 0.0
        for nom, titre in ETAPES.items():
            etape = mesure["etapes"][nom]
            total += etape["secondes"]
            if nom != "comptabiliser" and (lignes, nom) in vus:
                continue
            vus.add((lignes, nom))
            ou = f", {BASES[mesure['base']]}" if nom == "comptabiliser" else ""
            rangs.append(_rang(lignes, titre + ou, etape["secondes"], etape["memoire_mio"]))
        memoire = mesure["etapes"]["comptabiliser"]["memoire_mio"]
        rangs.append(_rang(lignes, f"**le tout, {BASES[mesure['base']]}**", total, memoire))
    return table(("Lignes", "Étape", "Secondes", "Lignes/s", "Mémoire max. (Mio)"), rangs)


def _rang(lignes: int, titre: str, duree: float, memoire: float) -> list[str]:
    return [nombre(lignes), titre, secondes(duree), nombre(float(f"{lignes / duree:.3g}")), nombre(memoire)]


def _table_parcours(resultats: Json) -> list[str]:
    rangs = [
        [
            JEUX[p["jeu"]].titre,
            nombre(p["lignes"]),
            BASES[p["base"]],
            secondes(median(p["secondes"])),
            nombre(float(f"{p['lignes'] / median(p['secondes']):.3g}")),
            secondes(p["depot_s"]),
            str(len(p["secondes"])),
        ]
        for p in sorted(resultats["parcours"], key=lambda p: (list(JEUX).index(p["jeu"]), p["lignes"]))
    ]
    titres = ("Format", "Lignes", "Base", "POST → 3 (s)", "Lignes/s", "PUT du fichier (s)", "Mesures")
    return table(titres, rangs, texte=3)


def _table_petits(resultats: Json) -> list[str]:
    rangs = []
    for petit in resultats["petits"]:
        ms = [s * 1000 for s in petit["secondes"]]
        calcul = sum(petit["etapes"].values()) * 1000
        detail = ", ".join(f"{ETAPES[n]} {nombre(s * 1000)}" for n, s in petit["etapes"].items() if n != "octets")
        rangs.append(
            [
                JEUX[petit["jeu"]].titre,
                BASES[petit["base"]],
                nombre(median(ms)),
                nombre(percentile(ms, 0.95)),
                f"{nombre(calcul)} ({detail})",
                nombre(median(ms) - calcul),
            ]
        )
    titres = ("Format", "Base", "Médiane (ms)", "p95 (ms)", "dont étapes, seules (ms)", "dont HTTP, file, suivi (ms)")
    return table(titres, rangs)


def _table_posts(resultats: Json) -> list[str]:
    rangs = []
    for post in resultats["posts"]:
        ms = [s * 1000 for s in post["latences"]]
        nom = f"{JEUX[post['jeu']].titre}, {nombre(post['lignes'])} lignes"
        mesures = (median(ms), percentile(ms, 0.99), max(ms))
        rangs.append(
            [nom, BASES[post["base"]], str(len(ms)), *(nombre(v, 1) for v in mesures), nombre(post["grand_s"], 1)]
        )
    titres = ("Import en cours", "Base", "POST envoyés", "p50 (ms)", "p99 (ms)", "max (ms)", "Import en cours (s)")
    return table(titres, rangs)


def _table_pairs(resultats: Json) -> list[str]:
    quoi = {p.code: p for p in PAIRS}
    rangs = []
    for mesure in resultats["pairs"]:
        pair = quoi[mesure["pair"]]
        notre = en_face(resultats, mesure["jeu"], mesure["lignes"], pair.en_face)
        rapport = _rapport(mesure["secondes"] / notre) if notre else "–"
        rangs.append(
            [
                JEUX[mesure["jeu"]].titre,
                pair.titre,
                pair.en_face,
                nombre(mesure["lignes"]),
                secondes(mesure["secondes"]),
                "–" if pair.code == "cat" else nombre(mesure["memoire_mio"]),
                secondes(notre) if notre else "–",
                rapport,
                str(mesure["fois"]),
            ]
        )
    titres = (
        *("Fichier", "Pair", "En face de", "Lignes", "Pair (s)", "Pair, mémoire (Mio)"),
        *("ecritures (s)", "Pair / ecritures", "Mesures"),
    )
    return table(titres, rangs, texte=3)


def _table_volumes(resultats: Json) -> list[str]:
    """Each measure, then the tools beside it on the same file."""
    rangs: list[list[str]] = []
    titres = {v.code: v for v in VOLUMES}
    for m in resultats["volumes"]:
        volume, nous = titres[m["code"]], m["secondes"]
        memoire = f"{nombre(m['memoire_mio'])} ({nombre(m['anonyme_mio'])})"
        lignes = nombre(m["lignes"])
        rangs.append(
            [volume.titre, "**ecritures**", lignes, nombre(m["octets"] / 1e6, 1), secondes(nous), memoire, "", ""]
        )
        for pris in m["pairs"]:
            titre = next(p.titre for p in volume.pairs if p.code == pris["pair"])
            duree, octets = pris.get("secondes"), nombre(pris["memoire_mio"])
            fois = [_rapport(duree / nous), _rapport(pris["memoire_mio"] / m["memoire_mio"])] if duree else ["–", "–"]
            rangs.append(
                [
                    volume.titre,
                    titre,
                    lignes,
                    "",
                    secondes(duree) if duree else "–",
                    octets if duree else "plus de 16 Gio",
                    *fois,
                ]
            )
    titres_ = (
        "Travail",
        "Outil",
        "Lignes",
        "Mo",
        "Secondes",
        "Mémoire (Mio)",
        "Temps, pair / ecritures",
        "Mémoire, pair / ecritures",
    )
    return table(titres_, rangs)


def _rapport(valeur: float) -> str:
    return f"{nombre(valeur, 2 if valeur < 1 else 1)} ×"


def _volumes(resultats: Json) -> list[str]:
    if not resultats["volumes"]:
        return []
    parties = []
    for m in resultats["volumes"]:
        titre = next(v.titre for v in VOLUMES if v.code == m["code"])
        detail = ", ".join(f"{nom} {secondes(s)} s" for nom, s in m["parties"].items())
        fois = "une mesure" if m["fois"] == 1 else f"médiane de {m['fois']}"
        parties.append(f"- {titre} ({fois}) : {detail} ; processeur {secondes(m['processeur_s'])} s.")
    travaux = [f"- **{p.titre}** : {p.travail}" for v in VOLUMES for p in v.pairs]
    return [
        "## Grands volumes, conversion, autres formats",
        "",
        "Processus neuf à chaque mesure. Mémoire : maximum du processus, et entre parenthèses sa part anonyme, regardée toutes les "
        "20 ms. Le FEC lu et contrôlé ici est le plus grand de ceux du haut, répété dix fois, numéros, pièces et lettrages poursuivis. La conversion est "
        "celle d'`ecritures convert` : pertes dites, fichier écrit, relu et comparé.",
        "",
        *_table_volumes(resultats),
        *parties,
        "",
        "Ce que font les autres :",
        "",
        *travaux,
        "",
    ]


def _explications(resultats: Json) -> list[str]:
    """For each large file, which step takes what: the profile of what is missed, and of what is not."""
    if all(cible.tenue is not False for cible in cibles(resultats)):
        return []
    lignes = ["Part de chaque étape au plus grand nombre de lignes mesuré, étapes seules, sans HTTP :", ""]
    rangs: list[list[str]] = []
    plus_grand = max((m["lignes"] for m in resultats["etapes"]), default=0)
    for m in resultats["etapes"]:
        if m["lignes"] != plus_grand:
            continue
        durees = [m["etapes"][nom]["secondes"] for nom in ETAPES]
        parts = [f"{nombre(100 * d / sum(durees))} %" for d in durees]
        parcours = [
            median(p["secondes"])
            for p in resultats["parcours"]
            if (p["jeu"], p["lignes"], p["base"]) == (m["jeu"], m["lignes"], m["base"])
        ]
        reste = nombre(parcours[0] - sum(durees), 1) if parcours else "–"
        rangs.append([JEUX[m["jeu"]].titre, BASES[m["base"]], *parts, nombre(sum(durees), 1), reste])
    titres = ("Fichier", "Base", *(t.capitalize() for t in ETAPES.values()), "Étapes (s)", "Reste du parcours (s)")
    lignes += table(titres, rangs)
    lignes += [
        "« Reste du parcours » : ce que le parcours par HTTP ajoute aux étapes (garder l'original et son SHA-256, la file, les "
        "constats, le compte rendu, le suivi du statut).",
        "",
    ]
    return lignes + _detail(resultats)


def _detail(resultats: Json) -> list[str]:
    """What is inside loading and reading, where it was measured."""
    lignes: list[str] = []
    for d in resultats["details"]:
        index = d["avec_index"] - d["sans_index"]
        lignes.append(
            f"- {JEUX[d['jeu']].titre}, {nombre(d['lignes'])} lignes, {BASES[d['base']]} : charger les lignes seules prend "
            f"{secondes(d['avec_index'])} s, dont {secondes(max(index, 0))} s pour tenir les index ; leur empreinte, calculée en même "
            f"temps, {secondes(d['empreinte_s'])} s."
        )
    for petit in resultats["petits"]:
        reste = median(petit["secondes"]) - sum(petit["etapes"].values())
        if median(petit["secondes"]) * 1000 > 150:
            lignes.append(
                f"- {JEUX[petit['jeu']].titre}, {PETIT_LIGNES} lignes, {BASES[petit['base']]} : {nombre(reste * 1000)} ms hors des étapes "
                f"(HTTP, écritures durables de la file et de la demande, file interrogée toutes les "
                f"{nombre(INTERROGATION_S * 1000)} ms, statut demandé toutes les {nombre(SUIVI_COURT_S * 1000)} ms)."
            )
    lignes.append("")
    for d in resultats["details"]:
        if d["fonctions"]:
            lignes += [
                f"Lire et contrôler {JEUX[d['jeu']].titre}, {nombre(d['lignes'])} lignes, sous cProfile : les fonctions du projet où passe "
                "le temps, chacune avec celles qu'elle appelle.",
                "",
                *table(
                    ("Fonction", "Secondes"),
                    [(f"`{f['fonction']}`", secondes(f["secondes"])) for f in d["fonctions"]],
                    1,
                ),
            ]
    return lignes


# -- the page


def _machine(resultats: Json) -> list[str]:
    machine: dict[str, Any] = resultats["machine"]
    versions = ", ".join(f"{nom} {v}" for nom, v in machine["versions"].items())
    tous = (*PAIRS, *(pair for volume in VOLUMES for pair in volume.pairs))
    pairs = ", ".join(dict.fromkeys(p.version() for p in tous if p.paquet and p.is_installed()))
    return [
        f"- Commande : `{resultats['commande']}`, {nombre(resultats['duree_s'] / 60, 1)} minutes.",
        f"- Date : {machine['date']}.",
        f"- Machine : {machine['processeur']}, {machine['coeurs']} cœurs, {machine['memoire_gio']} Gio, {machine['systeme']}.",
        f"- Charge au départ : {nombre(machine['charge'], 2)}. {_autres(machine['autres'])}",
        f"- Versions : {versions}.",
        f"- Bases : SQLite en WAL, synchronous FULL ; {resultats['postgres'] or 'PostgreSQL non mesuré'}.",
        *([f"- Comparés : {pairs}."] if resultats["pairs"] or any(m["pairs"] for m in resultats["volumes"]) else []),
        "",
    ]


def _autres(part: float | None) -> str:
    if part is None:
        return "Part du processeur prise par d'autres programmes : inconnue."
    texte = f"Part du processeur prise par d'autres programmes pendant les mesures : {nombre(100 * part)} %"
    return f"{texte} : **les temps sont majorés.**" if part > AUTRES_MAX else f"{texte}."


def render(resultats: Json) -> str:
    """The page, in Markdown."""
    fichiers = [
        [JEUX[f["jeu"]].titre, nombre(f["lignes"]), nombre(f["octets"] / 1e6, 1)] for f in resultats["fichiers"]
    ]
    page = [
        "# Performances",
        "",
        "Page écrite par `make bench` : ne pas la corriger à la main. Les temps d'une machine ne valent pas pour une autre, et varient "
        "d'une séance à l'autre ; les rapports d'une même séance se comparent mieux.",
        "",
        *_machine(resultats),
        "Fichiers tirés au sort, toujours les mêmes (graine fixe), avec accents : FEC en UTF-8, TRA en Windows-1252 (le "
        "transcodage est compté).",
        "",
        *table(("Fichier", "Lignes", "Mo"), fichiers, texte=1),
        "## Cibles",
        "",
        *_table_cibles(resultats),
        *_explications(resultats),
        "## Étapes",
        "",
        "Chaque mesure se fait dans un processus neuf, premier appel compris. La mémoire est le maximum du processus à la fin de l'étape, "
        "Python et bibliothèques compris. Médiane de 3 mesures, de 2 à partir d'un million de lignes.",
        "",
    ]
    for jeu in dict.fromkeys(m["jeu"] for m in resultats["etapes"]):
        page += [f"### {JEUX[jeu].titre}", "", *_table_etapes(resultats, jeu)]
    page += [
        "## Le parcours entier, par HTTP",
        "",
        "Un vrai serveur et son travailleur, pilotés comme par un client : dépôt, PUT, POST, suivi du statut. Chaque import va dans un "
        "dossier vide.",
        "",
        *_table_parcours(resultats),
        f"Un fichier de {PETIT_LIGNES} lignes, {PETITS} imports l'un après l'autre dans le même dossier. « Étapes, seules » : les mêmes "
        "étapes sans serveur, dans un processus déjà chaud.",
        "",
        *_table_petits(resultats),
        f"Réponse du POST pendant qu'un grand import s'exécute : un POST d'un fichier de {PETIT_LIGNES} lignes toutes les 20 ms, dont "
        "les imports s'exécutent aussi.",
        "",
        *_table_posts(resultats),
    ]
    page += sondages_page.section(resultats)
    page += _volumes(resultats)
    if resultats["pairs"]:
        travaux = [f"- **{p.titre}** : {p.travail}" for p in PAIRS]
        page += [
            "## À côté d'autres outils",
            "",
            "Même machine, même séance, même fichier. Aucun ne fait nos contrôles ni ne garde ligne et colonnes ; ce que chacun fait :",
            "",
            *travaux,
            "",
            "« En face de » : les étapes d'ecritures dont le travail s'en approche le plus, chargement des octets compris.",
            "",
            *_table_pairs(resultats),
        ]
    return "\n".join(page).rstrip("\n") + "\n"
