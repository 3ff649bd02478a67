"""Step 3: bytes become a lot of écritures, plus findings. The format is the one asked for, or nothing is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from ecritures.domain.constat import Collecteur, Regle, Severity
from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.formats import FORMATS
from ecritures.formats.conteneur import deballer, est_archive
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec.parties import lire_parties

MAUVAIS_FORMAT = Regle(
    id="fichier.mauvais_format",
    severity=Severity.ERROR,
    titre="Le fichier n'est pas au format demandé",
    message="Le fichier est au format {trouve}, alors que l'import demandé est {demande}.",
    remede="Envoyer ce fichier par la route de son format ({route}), ou choisir le bon fichier.",
    source="Contrat de l'API : une route d'import par format.",
)


def read(octets: bytes, format_: str, options: OptionsLecture) -> Lecture:
    """The lot, or none and the reason. Never raises, whatever the bytes. A zip is unpacked in memory; what is kept as the
    original is the zip."""
    if est_archive(octets):
        contenu = deballer(octets)
        return Lecture(None, contenu.releves) if contenu.releves else read_parts(contenu.fichiers, format_, options)
    # a custom model is chosen by someone: a CSV of FEC columns may be read by it
    trouves = () if format_ == "perso" else reconnaitre(octets, options.nom_fichier)
    if trouves and format_ not in trouves:
        trouve = FORMATS[trouves[0]]
        regle = Regle(**{**MAUVAIS_FORMAT.__dict__, "remede": MAUVAIS_FORMAT.remede.format(route=trouve.route)})
        constats = Collecteur()
        constats.ajoute(
            regle,
            pl.DataFrame({"numero_ligne": [1], "trouve": [trouve.titre], "demande": [FORMATS[format_].titre]}),
        )
        return Lecture(None, constats.releves())
    return FORMATS[format_].read(octets, options)


def read_parts(parties: Sequence[tuple[str, bytes]], format_: str, options: OptionsLecture) -> Lecture:
    """One file under its own name, or the parts (``_1``, ``_2``…) of one FEC as one lot. Never raises, whatever the bytes."""
    if len(parties) > 1 and format_ == "fec":
        return lire_parties(parties, options)
    nom, octets = parties[0]
    return read(octets, format_, replace(options, nom_fichier=nom))
