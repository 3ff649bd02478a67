"""``ecritures repair``: a file put right by a recipe that can be read, reviewed and used again next month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.check import FormatOption
from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Json, echouer
from ecritures.cli.target import ForceOption, check_target

if TYPE_CHECKING:
    from ecritures.cli.source import Source
    from ecritures.imports.check import Examen
    from ecritures.imports.repair import Recette, Reparation

MONTREES_MAX = 30
"""Changes shown; the report gives them all."""


def repair(
    fichier: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="Fichier à réparer, TRA ou FEC.", show_default=False)
    ],
    recette: Annotated[
        Path | None,
        typer.Option("--recette", metavar="RECETTE", help="Recette à appliquer (TOML).", show_default=False),
    ] = None,
    sortie: Annotated[
        Path | None,
        typer.Option(
            "--sortie", "-o", metavar="SORTIE", help="Fichier réparé, ou recette proposée.", show_default=False
        ),
    ] = None,
    propose: Annotated[bool, typer.Option("--propose", help="Propose une recette d'après les constats.")] = False,
    a_blanc: Annotated[
        bool, typer.Option("--a-blanc", help="Montre les changements sans rien écrire d'autre que les rapports.")
    ] = False,
    rapports: Annotated[
        list[Path] | None,
        typer.Option(
            "--rapport",
            metavar="RAPPORT",
            help="Changements ligne à ligne : .json, .csv ou .html. Répétable.",
            show_default=False,
        ),
    ] = None,
    format_: FormatOption = None,
    force: ForceOption = False,
    json_: Json = False,
) -> None:
    """Répare un fichier selon une recette, ou en propose une.

    Code de sortie : 0 réparé et conforme, 1 des erreurs restent, 2 recette refusée, illisible ou mal demandé : rien n'est écrit.
    """
    if propose == (recette is not None):
        raise typer.BadParameter("donner --recette, ou --propose.")
    if recette is not None and (sortie is None) != a_blanc:
        raise typer.BadParameter("donner --sortie, ou --a-blanc.")
    if propose and (a_blanc or rapports):
        raise typer.BadParameter("--propose n'applique rien : ni --a-blanc, ni --rapport.")
    ecrits = [*(rapports or ()), *([sortie] if sortie else [])]
    _check_outputs(ecrits, rapports or [], [fichier, *([recette] if recette else [])])
    if sortie is not None:
        check_target(sortie, [], force=force)
    from ecritures.cli.display import progress
    from ecritures.cli.source import open_source

    with progress(f"{fichier.name} : lecture"):
        source = open_source(fichier, format_)
    if propose:
        _propose(source, sortie)
        return
    assert recette is not None
    lue = _read_recipe(recette)
    with progress(f"{fichier.name} : réparation"):
        reparation = _apply(source, lue)
        examen = _check_again(source, reparation, sortie or fichier)
    _write(source.nom, reparation, sortie, rapports or [], a_blanc=a_blanc)
    _show(source.nom, reparation, examen, sortie, json_=json_)
    raise typer.Exit(CODE_ECHEC if examen.constats.est_bloquant else 0)


def _check_outputs(ecrits: list[Path], rapports: list[Path], lus: list[Path]) -> None:
    from ecritures.cli.output import is_one_of
    from ecritures.imports.reports.corrections import renderer

    for rapport in rapports:
        if renderer(rapport.name) is None:
            raise typer.BadParameter(f"le rapport {rapport} doit finir par .json, .csv ou .html.")
    for chemin in ecrits:
        if is_one_of(chemin, lus):
            raise typer.BadParameter(f"{chemin} est un fichier lu : choisir un autre nom.")
    if len({c.resolve() for c in ecrits}) != len(ecrits):
        raise typer.BadParameter("deux sorties ont le même nom.")


def _read_recipe(chemin: Path) -> Recette:
    from ecritures.cli.examine import reason
    from ecritures.imports.repair import RecetteInvalide, lire

    try:
        return lire(chemin.read_text("utf-8"))
    except OSError as erreur:
        echouer(f"la recette {chemin} ne peut pas être ouverte : {reason(erreur)}.", CODE_USAGE)
    except UnicodeDecodeError:
        echouer(f"la recette {chemin} n'est pas en UTF-8.", CODE_USAGE)
    except RecetteInvalide as erreur:
        echouer(f"{chemin} : {erreur}", CODE_USAGE)


def _apply(source: Source, recette: Recette) -> Reparation:
    from ecritures.domain.lot import OptionsLecture
    from ecritures.imports.repair import RecetteInvalide, reparer

    try:
        return reparer(source.octets, source.lecture, recette, OptionsLecture(nom_fichier=source.lot.nom_fichier))
    except RecetteInvalide as erreur:
        echouer(str(erreur), CODE_USAGE)


def _check_again(source: Source, reparation: Reparation, chemin: Path) -> Examen:
    """The findings on what was written, under its own name."""
    from ecritures.domain.contexte import Contexte
    from ecritures.domain.lot import OptionsLecture
    from ecritures.imports.check import check
    from ecritures.imports.read import read

    return check(read(reparation.octets, source.format, OptionsLecture(nom_fichier=chemin.name)), Contexte())


def _propose(source: Source, sortie: Path | None) -> None:
    from ecritures.cli.display import write_line
    from ecritures.cli.output import write_whole
    from ecritures.domain.contexte import Contexte
    from ecritures.imports.check import check
    from ecritures.imports.repairs.propose import REMEDES, proposer

    if source.format not in REMEDES:
        echouer(
            f"une recette répare un {' ou un '.join(f.upper() for f in REMEDES)} : convertir d'abord ce fichier.",
            CODE_USAGE,
        )
    texte = proposer(source.lot, check(source.lecture, Contexte()).constats, source.lot.nom_fichier or source.nom)
    if "[[etape]]" not in texte:
        echouer(f"{source.nom} : aucun constat de ce fichier n'a de remède à proposer ; rien n'est écrit.", CODE_ECHEC)
    if sortie is None:
        write_line(texte.rstrip("\n"))
    else:
        write_whole(sortie, texte.encode())


def _write(nom: str, reparation: Reparation, sortie: Path | None, rapports: list[Path], *, a_blanc: bool) -> None:
    from ecritures.cli.output import write_whole
    from ecritures.imports.reports.corrections import renderer

    if sortie is not None and not a_blanc:
        write_whole(sortie, reparation.octets)
    for rapport in rapports:
        rendu = renderer(rapport.name)
        assert rendu is not None, "names of reports are checked before anything is read"
        write_whole(rapport, rendu(nom, reparation, a_blanc))


def _show(nom: str, reparation: Reparation, examen: Examen, sortie: Path | None, *, json_: bool) -> None:
    from ecritures.cli.display import console, plural, print_json, print_table, visible
    from ecritures.domain.constat import Severity

    restent = examen.constats.par_severite.get(Severity.ERROR, 0)
    if json_:
        apres = {
            "verdict": "conforme" if examen.est_postable else "non_conforme",
            "par_code": dict(examen.constats.par_code),
        }
        print_json({"fichier": nom, "sortie": str(sortie) if sortie else None, **reparation.public(), "apres": apres})
        return
    flux = console()
    flux.print(visible(f"{nom} : {plural(reparation.corrections.height, 'changement')}"), style="bold")
    etapes = (
        (e.rang, e.action.nom, n, e.motif) for e, n in zip(reparation.recette.etapes, reparation.par_etape, strict=True)
    )
    print_table(flux, "Étapes", ("Étape", "Action", "Changements", "Motif"), etapes, droite=("Étape", "Changements"))
    montrees = reparation.corrections.head(MONTREES_MAX)
    rangees = (
        (c["etape"], c["numero_ligne"], c["zone"] or "ligne", _text(c["avant"]), _text(c["apres"]))
        for c in montrees.iter_rows(named=True)
    )
    if montrees.height:
        print_table(
            flux, "Changements", ("Étape", "Ligne", "Zone", "Avant", "Après"), rangees, droite=("Étape", "Ligne")
        )
    if reparation.corrections.height > MONTREES_MAX:
        flux.print(f"{reparation.corrections.height - MONTREES_MAX} autres changements : --rapport les donne tous.")
    suite = f"{plural(restent, 'erreur')} restent" if restent > 1 else "1 erreur reste" if restent else "plus d'erreur"
    flux.print(
        visible(f"{'Écrit : ' + str(sortie) if sortie else 'À blanc, rien n’est écrit'} · après réparation, {suite}.")
    )


def _text(texte: str | None) -> str:
    from ecritures.cli.display import shorten

    return "–" if texte is None else shorten(texte)
