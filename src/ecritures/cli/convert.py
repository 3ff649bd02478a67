"""``ecritures convert``: a file written in another format, with what it loses said first. No server, no books."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecritures.cli.check import FormatOption
from ecritures.cli.context import Json
from ecritures.cli.fec_options import ProfilFec, ProfilOption, RegimeOption, lecture_of
from ecritures.cli.model import load_modele
from ecritures.cli.target import (
    BomOption,
    Brouillons,
    ClotureOption,
    DecimaleOption,
    ForceOption,
    Forme,
    FormeOption,
    SeparateurOption,
    StrictOption,
    VersionOption,
    VersOption,
    check_target,
    cloture_of,
    csv_of,
    target_of,
    write_target,
)


def convert(
    fichier: Annotated[Path, typer.Argument(metavar="A", help="Fichier à lire.", show_default=False)],
    sortie: Annotated[Path, typer.Argument(metavar="B", help="Fichier à écrire.", show_default=False)],
    vers: VersOption = None,
    format_: FormatOption = None,
    modele: Annotated[
        Path | None,
        typer.Option("--modele", metavar="MODELE", help="Modèle d'un fichier personnalisé (TOML).", show_default=False),
    ] = None,
    profil: ProfilOption = ProfilFec.TOLERANT,
    regime: RegimeOption = None,
    brouillons: Annotated[
        Brouillons,
        typer.Option(
            "--brouillons",
            help="FEC : écritures sans date de validation : exclure, valider à leur date, garder sans date.",
            case_sensitive=False,
        ),
    ] = Brouillons.GARDER,
    cloture: ClotureOption = None,
    forme: FormeOption = Forme.STD,
    version: VersionOption = None,
    dossier: Annotated[
        str | None, typer.Option("--dossier", help="JSON : code du dossier à écrire.", show_default=False)
    ] = None,
    separateur: SeparateurOption = ";",
    decimale: DecimaleOption = ",",
    bom: BomOption = True,
    strict: StrictOption = False,
    force: ForceOption = False,
    json_: Json = False,
) -> None:
    """Écrit un fichier dans un autre format, en disant d'abord ce qu'il y perd.

    Le fichier écrit est relu et comparé avant d'être rendu. Code de sortie : 0 écrit, 1 refusé (--strict, valeur qui ne tient
    pas), 2 illisible ou mal demandé. Rien n'est écrit à moitié.
    """
    options_csv = csv_of(separateur, decimale, bom=bom)
    jour_de_cloture = cloture_of(cloture)
    check_target(sortie, [fichier], force=force)
    cible = target_of(sortie, vers)
    from dataclasses import replace
    from datetime import UTC, datetime

    from ecritures.cli.display import progress
    from ecritures.cli.source import open_source
    from ecritures.domain.lot import Regime
    from ecritures.formats.sorties import OptionsSortie
    from ecritures.formats.tableur.csv_ecrivain import OptionsCsv

    lecture = lecture_of(profil, None, None)
    if modele is not None:
        lecture = replace(lecture, modele=load_modele(modele))
    options = OptionsSortie(
        regime=Regime(regime.value) if regime else None,
        brouillons=brouillons.value,
        cloture=jour_de_cloture,
        forme=forme.value,
        version=version,
        jour=datetime.now(UTC).date(),
        csv=OptionsCsv(**options_csv),
        code_ibs=dossier,
    )
    with progress(f"{fichier.name} : lecture") as avancement:
        source = open_source(fichier, "perso" if modele is not None else format_, lecture)
        avancement.quoi = f"{sortie.name} : écriture et relecture"
        write_target(source.nom, source.lot, sortie, cible, options, strict=strict, json_=json_)
