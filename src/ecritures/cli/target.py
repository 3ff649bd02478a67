"""What ``convert`` and ``export`` share: options of the target, the loss report shown, the file written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, echouer

if TYPE_CHECKING:
    from ecritures.domain.errors import Refus
    from ecritures.domain.lot import Lot
    from ecritures.formats.pertes import Perte
    from ecritures.formats.sorties import OptionsSortie
    from ecritures.imports.convert import Conversion


class Cible(StrEnum):
    FEC = "fec"
    FEC_XML = "fec-xml"
    TRA = "tra"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PARQUET = "parquet"


class Forme(StrEnum):
    STD = "STD"
    ETE = "ETE"


class Brouillons(StrEnum):
    EXCLURE = "exclure"
    VALIDER = "valider"
    GARDER = "garder"


VersOption = Annotated[
    Cible | None,
    typer.Option(
        "--vers", help="Format à écrire [défaut : dit par l'extension].", case_sensitive=False, show_default=False
    ),
]
FormeOption = Annotated[
    Forme, typer.Option("--forme", help="TRA : STD (222 colonnes) ou ETE (étendu).", case_sensitive=False)
]
VersionOption = Annotated[
    int | None, typer.Option("--version", help="TRA : version du format, de 1 à 11.", min=1, max=11, show_default=False)
]
SeparateurOption = Annotated[str, typer.Option("--separateur", help="CSV : « ; », « , », « | » ou tab.")]
DecimaleOption = Annotated[str, typer.Option("--decimale", help="CSV : virgule ou point des montants.")]
BomOption = Annotated[
    bool, typer.Option("--bom/--sans-bom", help="CSV : marque UTF-8, que demande un tableur français.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Refuse toute perte : rien n'est écrit.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Remplace le fichier s'il existe.")]
ClotureOption = Annotated[
    str | None,
    typer.Option("--cloture", metavar="DATE", help="FEC XML : date de clôture de l'exercice.", show_default=False),
]


def csv_of(separateur: str, decimale: str, *, bom: bool) -> dict[str, Any]:
    """Options of a CSV, checked. Raises typer.BadParameter."""
    separateur = {"tab": "\t", "\\t": "\t"}.get(separateur.lower(), separateur)
    if separateur not in (";", ",", "|", "\t"):
        raise typer.BadParameter(f"« {separateur} » n'est pas un séparateur : ; , | ou tab.")
    if decimale not in (",", "."):
        raise typer.BadParameter(f"« {decimale} » n'est pas une marque décimale : , ou .")
    return {"separateur": separateur, "decimale": decimale, "bom": bom}


def target_of(sortie: Path, vers: Cible | None) -> str:
    """The target asked for, else the one that the extension tells. Ends the command when it tells none, or several."""
    from ecritures.formats.sorties import SORTIES, sorties_de_l_extension

    trouvees = (vers.value,) if vers is not None else sorties_de_l_extension(sortie.name)
    if len(trouvees) != 1:
        quoi = f"peut vouloir dire {' ou '.join(trouvees)}" if trouvees else "ne dit pas le format à écrire"
        echouer(f"le nom {sortie.name} {quoi} : choisir par --vers ({', '.join(SORTIES)}).", CODE_USAGE)
    return trouvees[0]


def check_target(sortie: Path, entrees: Sequence[Path], *, force: bool) -> None:
    """Ends the command when the file may not be written: it exists, it is the source, its folder is missing."""
    from ecritures.cli.output import is_one_of

    if is_one_of(sortie, entrees):
        echouer(f"{sortie} est le fichier lu : écrire sous un autre nom.", CODE_USAGE)
    if sortie.is_dir():
        echouer(f"{sortie} est un dossier : donner le nom du fichier à écrire.", CODE_USAGE)
    if sortie.exists() and not force:
        echouer(f"{sortie} existe déjà : choisir un autre nom, ou --force pour le remplacer.", CODE_USAGE)
    if not sortie.parent.is_dir():
        echouer(f"le dossier {sortie.parent} n'existe pas : le créer d'abord.", CODE_USAGE)


def cloture_of(texte: str | None) -> date | None:
    from ecritures.cli.context import parse_date

    return None if texte is None else parse_date(texte)


def write_target(
    source: str, lot: Lot, sortie: Path, cible: str, options: OptionsSortie, *, strict: bool, json_: bool
) -> Conversion:
    """Losses told, file written. Ends the command with 1 when it is refused: nothing is written then."""
    from ecritures.cli.output import write_whole
    from ecritures.domain.errors import Refus
    from ecritures.imports.convert import convert, losses

    commun: dict[str, Any] = {"source": source, "sortie": str(sortie)}
    try:
        conversion = convert(lot, cible, options, strict=strict)
    except Refus as refus:
        _refused(commun, cible, losses(lot, cible, options), refus, json_=json_)
    write_whole(sortie, conversion.octets)
    if json_:
        _print_json({**commun, "ecrit": True, **conversion.rapport()})
    else:
        _print(source, sortie, conversion)
    return conversion


def _refused(
    commun: Mapping[str, Any], cible: str, pertes: tuple[Perte, ...], refus: Refus, *, json_: bool
) -> NoReturn:
    from ecritures.cli.display import console
    from ecritures.imports.convert import rapport_des_pertes

    if json_:
        erreur = {"code": refus.code, "message": refus.message}
        _print_json({**commun, "ecrit": False, "erreur": erreur, **rapport_des_pertes(cible, pertes)})
        raise typer.Exit(CODE_ECHEC)
    _print_losses(console(), pertes)
    echouer(refus.message)


def _print_json(valeur: Any) -> None:
    from ecritures.cli.display import print_json

    print_json(valeur)


def _print(source: str, sortie: Path, conversion: Conversion) -> None:
    from ecritures.cli.display import console, plural, visible
    from ecritures.domain.montant import euros
    from ecritures.formats.sorties import SORTIES

    ecran = console()
    ecran.print(visible(f"{source} → {sortie} ({SORTIES[conversion.cible].titre})"), style="bold")
    ecran.print(
        f"{plural(conversion.ecritures, 'écriture')}, {plural(conversion.lignes, 'ligne')} · débit "
        f"{euros(conversion.debit_centimes)}, crédit {euros(conversion.credit_centimes)} · relu et vérifié"
    )
    if conversion.completes:
        ajouts = ", ".join(f"{champ} ({nombre})" for champ, nombre in conversion.completes.items())
        ecran.print(f"Blancs que la cible demande de remplir : {ajouts}.")
    _print_losses(ecran, conversion.pertes)


def _print_losses(ecran: Any, pertes: tuple[Perte, ...]) -> None:
    from ecritures.cli.display import print_table, shorten

    if not pertes:
        ecran.print("Aucune perte.")
        return
    colonnes = ("Champ", "Zone", "Sort", "Nombre", "Premières lignes", "Valeur", "Ce qui se passe")
    rangees = (
        (
            p.champ,
            p.zone,
            p.sort.value,
            p.nombre,
            ", ".join(map(str, p.premieres)),
            None if p.valeur is None else shorten(p.valeur, 30),
            p.devient,
        )
        for p in pertes
    )
    print_table(ecran, f"Pertes déclarées : {len(pertes)}", colonnes, rangees, droite=("Nombre",))
