"""Examples of what is said of a zip before its content is read, and of the parts of one FEC (formats/conteneur, fec/parties)."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable

from exemples.fec_base import NOM, Fec
from exemples.registre import Colonnes, Exemple, Fichier

_UN, _DEUX, _TROIS = (NOM.replace(".txt", f"_{rang}.txt") for rang in (1, 2, 3))
Membres = list[tuple[str, bytes]]


def zip_de(membres: Membres) -> bytes:
    """A deflated zip of those members, always the same bytes."""
    sortie = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two members of one name: an example of it
        for nom, contenu in membres:
            archive.writestr(zipfile.ZipInfo(nom), contenu, zipfile.ZIP_DEFLATED)
    return sortie.getvalue()


def _fec() -> bytes:
    return Fec().octets


def _champ(octets: bytes, place_locale: int, place_catalogue: int, valeur: int) -> bytes:
    """A 16-bit field of the first member overwritten, in its local header and in the directory."""
    catalogue = octets.index(b"PK\x01\x02")
    rendu = bytearray(octets)
    struct.pack_into("<H", rendu, place_locale, valeur)
    struct.pack_into("<H", rendu, catalogue + place_catalogue, valeur)
    return bytes(rendu)


def _chiffree(octets: bytes) -> bytes:
    return _champ(octets, 6, 8, 1)


def _compression(octets: bytes) -> bytes:
    return _champ(octets, 8, 10, 95)


def _abime(octets: bytes) -> bytes:
    """The control sum of the member, in the directory and in its header, is another one."""
    catalogue = octets.index(b"PK\x01\x02")
    rendu = bytearray(octets)
    for place in (14, catalogue + 16):
        rendu[place] ^= 0xFF
    return bytes(rendu)


def _demesure(octets: bytes) -> bytes:
    """The member says that it is larger than any file of entries."""
    catalogue = octets.index(b"PK\x01\x02")
    rendu = bytearray(octets)
    struct.pack_into("<I", rendu, catalogue + 24, (1 << 30) + 1)
    return bytes(rendu)


def echec(
    id_: str,
    fautifs: Callable[[], Membres],
    dit: str,
    *,
    justes: Callable[[], Membres] = lambda: [(NOM, _fec())],
    abime: Callable[[bytes], bytes] | None = None,
    ligne: int | None = None,
    zone: str | None = None,
    colonnes: Colonnes | None = None,
) -> Exemple:
    """An archive that passes, and one of other members, or whose bytes are ``abime``."""

    def construire() -> tuple[Fichier, Fichier]:
        octets = zip_de(fautifs())
        return (
            Fichier("fec", zip_de(justes()), "fec.zip", situation=_contenu(justes())),
            Fichier("fec", abime(octets) if abime else octets, "fec.zip", situation=f"{_contenu(fautifs())} ; {dit}" if dit else _contenu(fautifs())),
        )  # fmt: skip

    return Exemple(id_, construire, ligne, zone, lambda: colonnes)


def _contenu(membres: Membres) -> str:
    noms = [nom for nom, _ in membres[:4]]
    suite = f", … ({len(membres)} fichiers)" if len(membres) > len(noms) else ""
    return f"fec.zip contient : {', '.join(noms)}{suite}" if noms else "fec.zip est vide"


def _parties(fec: Fec, coupe: int) -> Membres:
    """The lines of that FEC in two parts, each under the header; ``coupe``: first line of the second."""
    entete = fec.lignes[0]
    lignes = fec.lignes
    premiere, seconde = Fec(), Fec()
    premiere.lignes = lignes[: coupe - 1]
    seconde.lignes = [entete, *lignes[coupe - 1 :]]
    return [(_UN, premiere.octets), (_DEUX, seconde.octets)]


def _entetes() -> Membres:
    premiere, seconde = _parties(Fec(), 7)
    return [premiere, (seconde[0], seconde[1].replace(b"Idevise", b"CodeDevise", 1))]


def _manque() -> Membres:
    premiere, seconde = _parties(Fec(), 7)
    return [premiere, (_TROIS, seconde[1])]


def _justes() -> Membres:
    return _parties(Fec(), 7)


EXEMPLES: tuple[Exemple, ...] = (
    echec("archive.vide", lambda: [("bilan.pdf", b"%PDF"), ("photo.png", b"\x89PNG")], ""),
    echec("archive.plusieurs_fichiers", lambda: [("janvier.txt", _fec()), ("fevrier.txt", _fec())], ""),
    echec("archive.illisible", lambda: [(NOM, _fec())], "tronquée", abime=lambda o: o[:-30]),
    echec("archive.fichier_abime", lambda: [(NOM, _fec())], "un octet de la somme de contrôle est changé", abime=_abime),
    echec("archive.chiffree", lambda: [(NOM, _fec())], "protégé par un mot de passe", abime=_chiffree),
    echec("archive.compression_inconnue", lambda: [(NOM, _fec())], "méthode de compression 95", abime=_compression),
    echec("archive.trop_grosse", lambda: [(NOM, _fec())], "taille déclarée : plus d'un gibioctet", abime=_demesure),
    echec("archive.taux_anormal", lambda: [(NOM, b"0" * (17 << 20))], "17 Mio de zéros"),
    echec("archive.chemin_interdit", lambda: [(f"../../{NOM}", _fec())], ""),
    echec("archive.imbriquee", lambda: [("fec.zip", zip_de([(NOM, _fec())]))], ""),
    echec("archive.nom_en_double", lambda: [(NOM, _fec()), (NOM, _fec())], ""),
    echec("archive.trop_de_fichiers", lambda: [(f"piece-{rang}.pdf", b"") for rang in range(1001)], ""),
    echec("parties.entete_different", _entetes, "CodeDevise au lieu d'Idevise dans la seconde", justes=_justes),
    echec("parties.recouvrement", lambda: _parties(Fec(), 5), "la vente VE000001 est coupée entre les deux", justes=_justes, ligne=2, zone="EcritureNum", colonnes=(11, 18)),
    echec("parties.suite_incomplete", _manque, "", justes=_justes),
    echec("parties.illisible", lambda: [_justes()[0], (_DEUX, b"\xd0\xcf\x11\xe0\x00\x00" * 40)], "la seconde est un classeur", justes=_justes),
)  # fmt: skip
