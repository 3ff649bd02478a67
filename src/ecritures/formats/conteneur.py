"""A zip on the way in: the one file it carries, or the parts of one FEC, unpacked in memory; or why not.

Nothing is ever written from a name of the archive. Sizes are bounded twice: as declared, before anything is inflated, and as
counted while inflating, since a declaration may lie. A workbook (XLSX) is a zip too, and is not one of these.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ecritures.domain.constat import Collecteur, Regle, Releve, Severity
from ecritures.formats.fec.parties import groupe_de_parties

CONTENU_OCTETS_MAX = 1 << 30
"""Largest total size unpacked: eight times the largest file accepted as it is, and what a machine of 4 GiB can read."""
TAUX_MAX = 200
"""Largest ratio of unpacked to packed: entries compress 5 to 20 times, a file of one repeated line about 100; zeros 1 000."""
TAUX_A_PARTIR_DE = 16 << 20
"""A small file may repeat itself as much as it likes: the ratio counts beyond this size."""
FICHIERS_MAX = 1_000
"""Entries of an archive: vouchers go with a FEC by hundreds."""
CATALOGUE_OCTETS_MAX = 1 << 20
"""Largest directory of an archive: it is read whole, before its entries are counted."""
MORCEAU_OCTETS = 1 << 20
"""Inflated at a time."""

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_FIN_DE_CATALOGUE = b"PK\x05\x06"
_MARQUE_CLASSEUR = "[content_types].xml"
_EXTENSIONS = (".txt", ".csv", ".xml", ".tra", ".fec", ".json", ".xlsx")
_IMBRIQUEES = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz")
_A_COTE = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)", re.IGNORECASE)
"""What systems put beside a file without being asked."""
_DESCRIPTION = re.compile(r"_description\.(?:txt|pdf)$|(?:^|/)(?:lisez[-_]?moi|readme)[^/]*$", re.IGNORECASE)
"""What the law asks to put beside a FEC (A47 A-1 XI): not a candidate when another file is."""
_LECTEUR = re.compile(r"^[A-Za-z]:")
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHIFFRE = 0x1

_SOURCE = "Transport usuel d'un FEC ; limites de ce lecteur"


def _refus(id_: str, titre: str, message: str, remede: str) -> Regle:
    return Regle(id_, Severity.ERROR, titre, message, remede, _SOURCE)


VIDE = _refus(
    "archive.vide",
    "Archive sans fichier d'écritures",
    "L'archive ne contient aucun fichier d'écritures{detail}.",
    "Mettre dans l'archive le fichier TRA, FEC, CSV, XLSX ou JSON, et lui seul.",
)
PLUSIEURS = _refus(
    "archive.plusieurs_fichiers",
    "Plusieurs fichiers dans l'archive",
    "L'archive contient {nombre} fichiers entre lesquels choisir : {noms}.",
    "Envoyer une archive par fichier ; seules les parties _1, _2… d'un même FEC vont ensemble.",
)
ILLISIBLE = _refus(
    "archive.illisible",
    "Archive illisible",
    "L'archive ne peut pas être lue : {cause}.",
    "Refaire l'archive, ou envoyer le fichier sans le compresser.",
)
ABIMEE = _refus(
    "archive.fichier_abime",
    "Fichier abîmé dans l'archive",
    "Le fichier « {nom} » de l'archive est abîmé : {cause}.",
    "Refaire l'archive : elle a pu être tronquée ou abîmée pendant un transfert.",
)
CHIFFREE = _refus(
    "archive.chiffree",
    "Archive chiffrée",
    "Le fichier « {nom} » de l'archive est protégé par un mot de passe.",
    "Envoyer l'archive sans mot de passe : la liaison est déjà chiffrée.",
)
COMPRESSION = _refus(
    "archive.compression_inconnue",
    "Compression non admise",
    "Le fichier « {nom} » est compressé par une méthode non admise (n° {methode}).",
    "Refaire l'archive avec la compression ordinaire (deflate).",
)
TROP_GROSSE = _refus(
    "archive.trop_grosse",
    "Contenu trop volumineux",
    "Le contenu de l'archive dépasse {limite} octets ({comment}).",
    "Envoyer le fichier en plusieurs parties, ou vérifier d'où vient cette archive.",
)
TAUX = _refus(
    "archive.taux_anormal",
    "Compression anormale",
    "Le fichier « {nom} » se décompresse en plus de {taux} fois sa taille : ce n'est pas un fichier d'écritures.",
    "Vérifier d'où vient cette archive ; au besoin, envoyer le fichier sans le compresser.",
)
CHEMIN = _refus(
    "archive.chemin_interdit",
    "Chemin interdit dans l'archive",
    "L'archive contient un chemin interdit : « {nom} ».",
    "Vérifier d'où vient cette archive : un nom absolu ou qui remonte (« .. ») n'y a pas sa place. Rien n'a été lu.",
)
IMBRIQUEE = _refus(
    "archive.imbriquee",
    "Archive dans l'archive",
    "L'archive contient une autre archive : « {nom} ».",
    "Décompresser l'archive intérieure, et envoyer le fichier lui-même.",
)
DOUBLON = _refus(
    "archive.nom_en_double",
    "Deux fichiers du même nom",
    "L'archive contient deux fichiers nommés « {nom} ».",
    "Refaire l'archive avec un seul fichier : on ne peut pas savoir lequel est le bon.",
)
TROP_DE_FICHIERS = _refus(
    "archive.trop_de_fichiers",
    "Trop de fichiers dans l'archive",
    "L'archive contient plus de {limite} fichiers.",
    "Mettre dans l'archive le fichier d'écritures, et lui seul.",
)

REGLES: tuple[Regle, ...] = tuple(v for v in list(globals().values()) if isinstance(v, Regle))
"""Every rule above, for the documentation."""


@dataclass(frozen=True)
class Deballage:
    """``fichiers``: name and bytes of the file of the archive, or of the parts of one FEC in their order; empty when
    ``releves`` say why nothing could be taken out."""

    fichiers: tuple[tuple[str, bytes], ...]
    releves: tuple[Releve, ...] = ()


class _Refus(Exception):
    def __init__(self, regle: Regle, **parametres: object) -> None:
        self.regle = regle
        self.parametres = parametres
        super().__init__(regle.id)


def est_archive(octets: bytes) -> bool:
    """Is it a zip that carries a file? A workbook is not: its first pages are those of its own format."""
    return octets.startswith(_SIGNATURES) and not est_classeur(octets)


def est_classeur(octets: bytes) -> bool:
    """Is it an Office document (XLSX among them)? Told by the part that they all have."""
    if not octets.startswith(_SIGNATURES):
        return False
    try:
        return any(info.filename.casefold() == _MARQUE_CLASSEUR for info in _catalogue(octets).infolist())
    except _Refus:
        # a truncated workbook is still one: its first local header says so
        return octets[30:49].lower() == _MARQUE_CLASSEUR.encode()


def deballer(octets: bytes) -> Deballage:
    """What the archive carries. Never raises, whatever the bytes; memory and time stay within the limits above."""
    try:
        return Deballage(tuple(_deballer(octets)))
    except _Refus as refus:
        constats = Collecteur()
        constats.signale(refus.regle, None, **refus.parametres)
        return Deballage((), constats.releves())


def _deballer(octets: bytes) -> Iterator[tuple[str, bytes]]:
    archive = _catalogue(octets)
    infos = archive.infolist()
    _refuse_les_noms(infos)
    choisis = _candidats([i for i in infos if not i.filename.endswith("/") and not _A_COTE.search(i.filename)])
    for info in choisis:
        _refuse_l_entree(info)
    if sum(info.file_size for info in choisis) > CONTENU_OCTETS_MAX:
        raise _Refus(TROP_GROSSE, limite=CONTENU_OCTETS_MAX, comment="taille déclarée")
    reste = CONTENU_OCTETS_MAX
    for info in choisis:
        contenu = _lire(archive, info, reste)
        reste -= len(contenu)
        if contenu.startswith(_SIGNATURES) and not est_classeur(contenu):
            raise _Refus(IMBRIQUEE, nom=_court(info.filename))
        yield _base(info.filename), contenu


def _catalogue(octets: bytes) -> zipfile.ZipFile:
    """The archive opened; its directory is bounded before it is read."""
    fin = octets.rfind(_FIN_DE_CATALOGUE, max(0, len(octets) - 65_557))
    if fin < 0 or len(octets) < fin + 22:
        raise _Refus(ILLISIBLE, cause="elle est tronquée, son catalogue manque")
    nombre, taille = struct.unpack_from("<HI", octets, fin + 10)
    if (taille != 0xFFFFFFFF and taille > CATALOGUE_OCTETS_MAX) or (nombre > FICHIERS_MAX and nombre != 0xFFFF):
        raise _Refus(TROP_DE_FICHIERS, limite=FICHIERS_MAX)
    if taille == 0xFFFFFFFF and _taille_zip64(octets, fin) > CATALOGUE_OCTETS_MAX:
        raise _Refus(TROP_DE_FICHIERS, limite=FICHIERS_MAX)
    try:
        archive = zipfile.ZipFile(io.BytesIO(octets))
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        struct.error,
        OverflowError,
        EOFError,
        OSError,
    ) as erreur:
        raise _Refus(ILLISIBLE, cause="son catalogue est abîmé") from erreur
    if len(archive.infolist()) > FICHIERS_MAX:
        raise _Refus(TROP_DE_FICHIERS, limite=FICHIERS_MAX)
    return archive


def _taille_zip64(octets: bytes, fin: int) -> int:
    """Size of the directory as the 64-bit record tells it; as large as can be when there is none."""
    place = octets.rfind(b"PK\x06\x06", max(0, fin - 4096), fin)
    if place < 0 or len(octets) < place + 48:
        return 1 << 62
    return int(struct.unpack_from("<Q", octets, place + 40)[0])


def _refuse_les_noms(infos: Sequence[zipfile.ZipInfo]) -> None:
    """Names that would leave the folder they are unpacked in: nothing of such an archive is read, whoever made it."""
    deja: set[str] = set()
    for info in infos:
        nom = info.orig_filename.replace("\\", "/")
        if nom.startswith("/") or _LECTEUR.match(nom) or ".." in nom.split("/") or "\x00" in nom:
            raise _Refus(CHEMIN, nom=_court(info.orig_filename))
        if nom.casefold() in deja:
            raise _Refus(DOUBLON, nom=_court(nom))
        deja.add(nom.casefold())


def _candidats(infos: Sequence[zipfile.ZipInfo]) -> Sequence[zipfile.ZipInfo]:
    """The one file that can be entries, or the parts of one FEC."""
    imbriquee = next((i for i in infos if i.filename.lower().endswith(_IMBRIQUEES)), None)
    retenus = [i for i in infos if i.filename.lower().endswith(_EXTENSIONS)]
    if len(retenus) > 1:
        retenus = [i for i in retenus if not _DESCRIPTION.search(i.filename)] or retenus
    if not retenus and len(infos) == 1 and imbriquee is None:
        retenus = list(infos)  # a single file of any name: its content will tell
    if not retenus:
        if imbriquee is not None:
            raise _Refus(IMBRIQUEE, nom=_court(imbriquee.filename))
        detail = f" : {_liste(infos)}" if infos else ""
        raise _Refus(VIDE, detail=detail)
    if imbriquee is not None:
        raise _Refus(IMBRIQUEE, nom=_court(imbriquee.filename))
    if len(retenus) == 1:
        return retenus
    ordre = groupe_de_parties([_base(i.filename) for i in retenus])
    if ordre is None:
        raise _Refus(PLUSIEURS, nombre=len(retenus), noms=_liste(retenus))
    return [retenus[rang] for rang in ordre]


def _refuse_l_entree(info: zipfile.ZipInfo) -> None:
    nom = _court(info.filename)
    if info.flag_bits & _CHIFFRE:
        raise _Refus(CHIFFREE, nom=nom)
    if info.compress_type not in _COMPRESSIONS:
        raise _Refus(COMPRESSION, nom=nom, methode=info.compress_type)
    if info.file_size > CONTENU_OCTETS_MAX:
        raise _Refus(TROP_GROSSE, limite=CONTENU_OCTETS_MAX, comment="taille déclarée")
    if info.file_size > max(TAUX_A_PARTIR_DE, TAUX_MAX * info.compress_size):
        raise _Refus(TAUX, nom=nom, taux=TAUX_MAX)


def _lire(archive: zipfile.ZipFile, info: zipfile.ZipInfo, reste: int) -> bytes:
    """The bytes, counted as they come: what was declared is not believed."""
    nom, limite = _court(info.filename), max(TAUX_A_PARTIR_DE, TAUX_MAX * info.compress_size)
    contenu, compte = io.BytesIO(), 0
    try:
        with archive.open(info) as flux:
            while morceau := flux.read(MORCEAU_OCTETS):
                compte += contenu.write(morceau)
                if compte > reste:
                    raise _Refus(TROP_GROSSE, limite=CONTENU_OCTETS_MAX, comment="taille comptée")
                if compte > limite:
                    raise _Refus(TAUX, nom=nom, taux=TAUX_MAX)
    except zipfile.BadZipFile as erreur:
        cause = "sa somme de contrôle est fausse" if "CRC" in str(erreur) else "son en-tête est abîmé"
        raise _Refus(ABIMEE, nom=nom, cause=cause) from erreur
    except (zlib.error, EOFError, struct.error, ValueError, OSError, NotImplementedError, RuntimeError) as erreur:
        raise _Refus(ABIMEE, nom=nom, cause="il ne se décompresse pas") from erreur
    if compte != info.file_size:
        raise _Refus(ABIMEE, nom=nom, cause="sa taille n'est pas celle que l'archive déclare")
    return contenu.getvalue()


def _base(nom: str) -> str:
    return nom.replace("\\", "/").rpartition("/")[2]


def _court(nom: str) -> str:
    return nom if len(nom) <= 80 else nom[:79] + "…"


def _liste(infos: Sequence[zipfile.ZipInfo]) -> str:
    noms = [_court(_base(i.filename)) for i in infos[:5]]
    return ", ".join(noms) + (", …" if len(infos) > 5 else "")
