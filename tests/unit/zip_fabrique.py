"""Zips that a test makes, byte by byte when a library would refuse to."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def archive(fichiers: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An ordinary zip."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", compression) as ouverte:
        for nom, octets in fichiers.items():
            ouverte.writestr(nom, octets)
    return tampon.getvalue()


def brute(
    entrees: list[tuple[bytes, bytes, int]],
    *,
    methode: int = 8,
    drapeaux: int = 0x800,
    crc: int = 0,
) -> bytes:
    """A zip of ``(name, compressed bytes, declared size)``, whatever they say. Sizes beyond 4 GiB are declared in zip64."""
    corps, catalogue = b"", b""
    for nom, compresse, declare in entrees:
        grand = declare >= 0xFFFFFFFF
        extra = struct.pack("<HHQQ", 1, 16, declare, len(compresse)) if grand else b""
        tailles = (0xFFFFFFFF, 0xFFFFFFFF) if grand else (len(compresse), declare)
        commun = struct.pack("<HHHHHIIIHH", 45, drapeaux, methode, 0, 0, crc, *tailles, len(nom), len(extra))
        place = len(corps)
        corps += b"PK\x03\x04" + commun + nom + extra + compresse
        catalogue += (
            b"PK\x01\x02" + struct.pack("<H", 45) + commun + struct.pack("<HHHII", 0, 0, 0, 0, place) + nom + extra
        )
    fin = struct.pack("<HHHHIIH", 0, 0, len(entrees), len(entrees), len(catalogue), len(corps), 0)
    return corps + catalogue + b"PK\x05\x06" + fin


def deflate(octets: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(octets) + machine.flush()


def zeros_comprimes(gibioctets: int) -> tuple[bytes, int]:
    """A deflate stream that inflates to so many GiB of zeros, and its inflated size. About 1 MB a GiB; made at once."""
    morceau = 16 << 20
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    bloc = machine.compress(bytes(morceau)) + machine.flush(zlib.Z_FULL_FLUSH)
    fois = (gibioctets << 30) // morceau
    return bloc * fois + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), fois * morceau
