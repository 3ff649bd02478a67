"""``ecritures export``: the entries of a dossier's exercice, out of the books of this machine, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.context import CODE_USAGE, Domain, Donnees, Json, application, echouer, find_dossier
from ecritures.cli.fec_options import RegimeOption
from ecritures.cli.target import (
    BomOption,
    Brouillons,
    Cible,
    DecimaleOption,
    ForceOption,
    Forme,
    FormeOption,
    SeparateurOption,
    StrictOption,
    VersionOption,
    check_target,
    csv_of,
    target_of,
    write_target,
)

if TYPE_CHECKING:
    from ecritures.imports.convert import Conversion
    from ecritures.imports.ports import Dossier, Exercice, Ports


def export(
    ctx: typer.Context,
    dossier: Annotated[str, typer.Option("--dossier", help="Code du dossier.", show_default=False)],
    sortie: Annotated[
        Path | None,
        typer.Argument(
            metavar="FICHIER", help="Fichier à écrire, ou dossier où l'écrire [défaut : nommé ici].", show_default=False
        ),
    ] = None,
    exercice: Annotated[
        str | None, typer.Option("--exercice", help="Code de l'exercice [défaut : le seul].", show_default=False)
    ] = None,
    vers: Annotated[
        Cible | None,
        typer.Option(
            "--vers", help="Format à écrire [défaut : dit par l'extension].", case_sensitive=False, show_default=False
        ),
    ] = None,
    domain: Domain = None,
    donnees: Donnees = None,
    siren: Annotated[
        str | None, typer.Option("--siren", help="FEC : SIREN du nom [défaut : celui du dossier].", show_default=False)
    ] = None,
    regime: RegimeOption = None,
    brouillons: Annotated[
        Brouillons,
        typer.Option(
            "--brouillons",
            help="FEC : écritures sans date de validation : exclure, valider à leur date, garder sans date.",
            case_sensitive=False,
        ),
    ] = Brouillons.EXCLURE,
    forme: FormeOption = Forme.STD,
    version: VersionOption = None,
    separateur: SeparateurOption = ";",
    decimale: DecimaleOption = ",",
    bom: BomOption = True,
    strict: StrictOption = False,
    force: ForceOption = False,
    json_: Json = False,
) -> None:
    """Écrit les écritures d'un exercice, prises dans les livres (administration locale).

    Un FEC suit l'ordre et les exclusions de la loi, et porte son nom. Code de sortie : 0 écrit, 1 refusé, 2 mal demandé.
    """
    options_csv = csv_of(separateur, decimale, bom=bom)
    from datetime import UTC, datetime

    from ecritures.cli.display import progress
    from ecritures.domain.lot import Regime
    from ecritures.formats.sorties import OptionsSortie
    from ecritures.formats.tableur.csv_ecrivain import OptionsCsv

    with application(ctx, donnees) as app, progress(f"{dossier} : lecture des livres") as avancement:
        trouve = find_dossier(app.ports, dossier, domain)
        choisi = _exercice(app.ports, trouve, exercice)
        chemin, cible = _place(sortie, vers, trouve, choisi, siren)
        check_target(chemin, [], force=force)
        lot = app.ports.livres.lot(trouve.dossier, choisi.code)
        if lot.lignes.is_empty():
            echouer(f"l'exercice {choisi.code} du dossier {trouve.code_ibs} n'a aucune écriture.")
        options = OptionsSortie(
            regime=Regime(regime.value) if regime else None,
            brouillons=brouillons.value,
            reglementaire=True,
            cloture=choisi.fin,
            forme=forme.value,
            version=version,
            jour=datetime.now(UTC).date(),
            csv=OptionsCsv(**options_csv),
            code_ibs=trouve.code_ibs,
        )
        avancement.quoi = f"{chemin.name} : écriture et relecture"
        source = f"livres de {trouve.code_ibs}, exercice {choisi.code}"
        conversion = write_target(source, lot, chemin, cible, options, strict=strict, json_=json_)
        _describe(conversion, chemin, siren or trouve.siren, choisi)


def _describe(conversion: Conversion, chemin: Path, siren: str | None, exercice: Exercice) -> None:
    """The description that goes with a FEC, beside it, under the law's name when it has one."""
    if conversion.export is None:
        return
    from ecritures.cli.output import write_whole
    from ecritures.domain.lot import OptionsLecture
    from ecritures.formats.fec.description import decrire
    from ecritures.formats.fec.reader import read

    lot = read(conversion.octets, OptionsLecture()).lot
    assert lot is not None, "a FEC handed over was read again"
    texte = decrire(lot, conversion.export, siren=siren, cloture=exercice.fin)
    write_whole(chemin.with_name(f"{chemin.stem}_description.txt"), texte.encode())


def _exercice(ports: Ports, dossier: Dossier, code: str | None) -> Exercice:
    """The exercice of that code, or the only one. Ends the command otherwise."""
    connus = {e.code: e for e in ports.livres.exercices(dossier.dossier)}
    if code is None and len(connus) == 1:
        return next(iter(connus.values()))
    if code is None or code not in connus:
        quoi = "préciser --exercice" if code is None else f"l'exercice {code} n'existe pas dans le dossier"
        echouer(f"{quoi} : {', '.join(connus) or 'aucun'}.", CODE_USAGE)
    return connus[code]


def _place(
    sortie: Path | None, vers: Cible | None, dossier: Dossier, exercice: Exercice, siren: str | None
) -> tuple[Path, str]:
    """``(file, target)``. Without a file name, the law's for a FEC, else that of the dossier and its exercice."""
    if sortie is not None and not sortie.is_dir():
        return sortie, target_of(sortie, vers)
    if vers is None:
        echouer("préciser --vers, ou un nom de fichier dont l'extension dit le format.", CODE_USAGE)
    return (sortie or Path()) / _name(vers, dossier, exercice, siren), vers.value


def _name(vers: Cible, dossier: Dossier, exercice: Exercice, siren: str | None) -> str:
    from ecritures.formats.fec.nom import est_siren, nom_de_fichier
    from ecritures.formats.sorties import SORTIES

    if vers not in (Cible.FEC, Cible.FEC_XML):
        return f"{dossier.code_ibs}-{exercice.code}.{SORTIES[vers.value].extensions[0]}"
    numero = siren or dossier.siren or ""
    if not est_siren(numero):
        echouer(
            f"le dossier {dossier.code_ibs} n'a pas de SIREN valide pour nommer le FEC : donner --siren, ou un nom de fichier.",
            CODE_USAGE,
        )
    nom = nom_de_fichier(numero, exercice.fin)
    return nom if vers is Cible.FEC else nom.removesuffix(".txt") + ".xml"
