"""The suite of the Depots port, on a local folder (with our own route's functions) and on the blob emulator."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx2
import pytest

from ecritures.domain.errors import DepotAbsent, DepotExpire, FichierTropGros, NomDeFichierInvalide
from ecritures.imports.limits import Limits
from ecritures.storage.depots import DepotsLocaux, DepotsObjets, open_depots
from ecritures.storage.local import Brouillon
from ecritures.storage.objets import Emplacement
from ecritures.storage.secret import Secret
from serveurs.asynchrone import run_async
from serveurs.azurite import Conteneur

SECRET = Secret(b"s" * 32)
BASE = "http://127.0.0.1:8000/ecritures"
CONTENU = b"***S5EXP\r\n" * 300_000  # more than one piece
NOMS = [
    "812345676FEC20251231.txt",
    "ventes.TRA",
    "relevé n°1 (été) + 50%.csv",
    "a_x20_b&c=d#e?f.txt",
    "€" * 100 + ".txt",
]


class Local:
    """Our own route, without HTTP around it."""

    def __init__(self, racine: Path, secret: Secret = SECRET) -> None:
        depots = open_depots(Emplacement(str(racine)), secret, BASE, Limits())
        assert isinstance(depots, DepotsLocaux)
        self.depots = depots

    def put(self, url: str, contenu: bytes) -> None:
        parties = urlsplit(url)
        champs = {cle: valeurs[0] for cle, valeurs in parse_qs(parties.query).items()}
        guid, nom = parties.path.removeprefix("/ecritures/depot/").split("/")
        self.depots.verifier(guid, unquote(nom), champs["se"], champs["sp"], champs["sig"])
        run_async(self.depots.recevoir(guid, unquote(nom), envoi(contenu), Limits()))


class Azure:
    """The client's own PUT, on the emulator."""

    def __init__(self, conteneur: Conteneur) -> None:
        lieu = Emplacement(f"az://{conteneur.nom}/api-import", conteneur.compte, conteneur.cle, conteneur.endpoint)
        depots = open_depots(lieu, SECRET, BASE, Limits())
        assert isinstance(depots, DepotsObjets)
        self.depots = depots

    def put(self, url: str, contenu: bytes) -> None:
        entetes = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
        reponse = httpx2.put(url, content=contenu, headers=entetes)
        assert reponse.status_code == 201, reponse.text


async def envoi(contenu: bytes, taille: int = 65536) -> AsyncIterator[bytes]:
    for i in range(0, len(contenu), taille):
        yield contenu[i : i + taille]


@pytest.fixture(params=["local", "azurite"])
def pilote(request: pytest.FixtureRequest) -> Local | Azure:
    if request.param == "local":
        return Local(request.getfixturevalue("tmp_path"))
    return Azure(request.getfixturevalue("conteneur"))


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tmp_path)


@pytest.mark.parametrize("nom", NOMS)
def test_what_is_dropped_at_the_url_is_read_by_the_uri(pilote: Local | Azure, nom: str) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", nom)
    assert uri.partition("/")[2] == nom
    assert uuid.UUID(uri.partition("/")[0]).version == 8
    pilote.put(url, CONTENU)
    assert b"".join(pilote.depots.lire("cabinet-a", uri)) == CONTENU


@pytest.mark.parametrize("nom", NOMS)
def test_our_own_url_given_back_is_recognised(pilote: Local | Azure, nom: str) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", nom)
    assert pilote.depots.reconnaitre(url) == uri


def test_an_url_of_elsewhere_is_not_ours(pilote: Local | Azure) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    ailleurs = urlsplit(url)._replace(netloc="exemple.fr").geturl()
    for autre in (ailleurs, "https://exemple.fr/" + uri, url.replace(uri[:8], "zzzzzzzz"), "", "://", "http://[", uri):
        assert pilote.depots.reconnaitre(autre) is None, autre


def test_a_second_put_before_the_import_replaces_the_file(pilote: Local | Azure) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    pilote.put(url, b"premier")
    pilote.put(url, b"second")
    assert b"".join(pilote.depots.lire("cabinet-a", uri)) == b"second"


def test_an_unknown_malformed_empty_or_foreign_uri_is_absent_alike(pilote: Local | Azure) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    _, jamais_depose = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    pilote.put(url, CONTENU)
    guid = uri.partition("/")[0]
    essais = [
        ("cabinet-b", uri),
        ("cabinet-a", jamais_depose),
        ("cabinet-a", f"{guid}/autre.txt"),
        ("cabinet-a", f"{uuid.uuid4()}/ventes.txt"),
        ("cabinet-a", guid),
        ("cabinet-a", f"{guid}/../{guid}/ventes.txt"),
        ("cabinet-a", "../../etc/passwd"),
        ("cabinet-a", ""),
        ("cabinet-a", uri + "\x00"),
        ("cabinet-a", uri + "\ud800"),
        ("", uri),
    ]
    refus = []
    for domain, autre in essais:
        with pytest.raises(DepotAbsent) as absent:
            pilote.depots.lire(domain, autre)
        refus.append(str(absent.value))
    assert len(set(refus)) == 1
    assert b"".join(pilote.depots.lire("cabinet-a", uri)) == CONTENU


def test_a_uri_is_read_whatever_its_case_of_guid_and_composition_of_accents(pilote: Local | Azure) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", "re\u0301sume\u0301.txt")  # as macOS writes it
    pilote.put(url, b"x")
    guid, _, nom = uri.partition("/")
    assert nom == "résumé.txt"
    for ecrit in (f"{guid.upper()}/{nom}", f"/{guid}/re\u0301sume\u0301.txt"):
        assert b"".join(pilote.depots.lire("cabinet-a", ecrit)) == b"x"


@pytest.mark.parametrize(
    ("nom", "remede"),
    [
        ("", "extension"),
        ("   ", "extension"),
        ("ventes", ".tra, .txt ou .csv"),
        ("ventes.exe", ".tra, .txt ou .csv"),
        ("ventes.txt.zip", ".tra, .txt ou .csv"),
        (".txt", ".tra, .txt ou .csv"),
        ("...txt", ".tra, .txt ou .csv"),
        ("..", ".tra, .txt ou .csv"),
        ("a/b.txt", "sans chemin"),
        ("a\\b.txt", "sans chemin"),
        ("../b.txt", "sans chemin"),
        ("a\nb.txt", "sans chemin"),
        ("a\x00b.txt", "sans chemin"),
        ("a\u202etxt.csv", "sans chemin"),
        ("a\ud800.txt", "sans chemin"),
        ("a" * 197 + ".txt", "200 caractères"),
    ],
)
def test_a_bad_name_is_refused_with_its_remedy(pilote: Local | Azure, nom: str, remede: str) -> None:
    with pytest.raises(NomDeFichierInvalide, match=re.escape(remede)):
        pilote.depots.ouvrir("cabinet-a", nom)


@pytest.mark.parametrize("nom", ["a.tra", "A.TXT", "a.Csv", "a..b.txt", "a" * 196 + ".txt", "a b.txt"])
def test_a_good_name_is_accepted(pilote: Local | Azure, nom: str) -> None:
    assert pilote.depots.ouvrir("cabinet-a", nom)[1].endswith("/" + nom)


def test_the_url_lives_two_days_and_only_writes(pilote: Local | Azure) -> None:
    url, _ = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    champs = parse_qs(urlsplit(url).query)
    reste = datetime.fromisoformat(champs["se"][0]) - datetime.now(UTC)
    assert timedelta(hours=47) < reste <= timedelta(hours=48)
    assert set(champs["sp"][0]) <= {"c", "w"}


def test_old_deposits_are_purged_and_recent_ones_stay(pilote: Local | Azure) -> None:
    url, uri = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    pilote.put(url, CONTENU)
    assert pilote.depots.purger(datetime.now(UTC) - timedelta(hours=48)) == 0
    assert b"".join(pilote.depots.lire("cabinet-a", uri)) == CONTENU
    assert pilote.depots.purger(datetime.now(UTC) + timedelta(hours=1)) == 1
    with pytest.raises(DepotAbsent):
        pilote.depots.lire("cabinet-a", uri)


def test_another_server_secret_reads_nothing(local: Local, tmp_path: Path) -> None:
    url, uri = local.depots.ouvrir("cabinet-a", "ventes.txt")
    local.put(url, CONTENU)
    autre = Local(tmp_path, Secret(b"t" * 32))
    assert autre.depots.reconnaitre(url) is None
    with pytest.raises(DepotAbsent):
        autre.depots.lire("cabinet-a", uri)
    with pytest.raises(DepotExpire):
        autre.put(url, CONTENU)


# -- the local driver's own route -------------------------------------------------------------------------------------


def test_a_tampered_url_is_refused_whatever_was_changed(local: Local) -> None:
    url, uri = local.depots.ouvrir("cabinet-a", "ventes.txt")
    _, autre_uri = local.depots.ouvrir("cabinet-a", "ventes.txt")
    demain = quote((datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for faux in (
        url.replace(uri[:36], autre_uri[:36]),
        url.replace("ventes.txt", "achats.txt"),
        re.sub("se=[^&]+", f"se={demain}", url),
        url.replace("sp=cw", "sp=rcw"),
        url[:-2] + ("AA" if not url.endswith("AA") else "BB"),
        re.sub("sig=.*", "sig=%C3%A9", url),
    ):
        with pytest.raises(DepotExpire):
            local.put(faux, CONTENU)
        assert local.depots.reconnaitre(faux) is None
    with pytest.raises(DepotAbsent):
        local.depots.lire("cabinet-a", uri)


def test_an_expired_url_is_refused_for_put_but_still_recognised(tmp_path: Path) -> None:
    instant = [datetime(2026, 3, 1, 9, tzinfo=UTC)]
    pilote = Local(tmp_path)
    pilote.depots = DepotsLocaux(tmp_path, SECRET, BASE, Limits(), lambda: instant[0])
    url, uri = pilote.depots.ouvrir("cabinet-a", "ventes.txt")
    assert "se=2026-03-03T09%3A00%3A00Z&sp=cw&sig=" in url
    pilote.put(url, CONTENU)
    instant[0] += timedelta(hours=48)
    with pytest.raises(DepotExpire, match="getFileUrlDeposit"):
        pilote.put(url, b"trop tard")
    assert pilote.depots.reconnaitre(url) == uri
    assert b"".join(pilote.depots.lire("cabinet-a", uri)) == CONTENU


def test_an_upload_too_big_or_cut_leaves_nothing_and_keeps_the_earlier_one(local: Local, tmp_path: Path) -> None:
    async def coupe() -> AsyncIterator[bytes]:
        yield CONTENU
        raise ConnectionError("client parti")

    url, uri = local.depots.ouvrir("cabinet-a", "ventes.txt")
    guid = uri[:36]
    petit = replace(Limits(), fichier_taille_octets_max=1000)
    for premier in (False, True):
        if premier:
            local.put(url, b"entier")
        with pytest.raises(FichierTropGros):
            run_async(local.depots.recevoir(guid, "ventes.txt", envoi(bytes(1001)), petit))
        with pytest.raises(ConnectionError):
            run_async(local.depots.recevoir(guid, "ventes.txt", coupe(), Limits()))
        fichiers = [f for f in tmp_path.rglob("*") if f.is_file()]
        assert len(fichiers) == premier
    assert b"".join(local.depots.lire("cabinet-a", uri)) == b"entier"


def test_an_upload_cancelled_while_it_is_written_leaves_nothing(local: Local, tmp_path: Path) -> None:
    _, uri = local.depots.ouvrir("cabinet-a", "ventes.txt")

    async def sans_fin() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1 << 20)
            await asyncio.sleep(0)

    async def essai() -> None:
        tache = asyncio.ensure_future(local.depots.recevoir(uri[:36], "ventes.txt", sans_fin(), Limits()))
        await asyncio.sleep(0.02)
        tache.cancel()
        await asyncio.wait([tache])
        assert tache.cancelled()

    for _ in range(10):
        run_async(essai())
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == []


def test_a_cancelled_upload_waits_for_its_write_before_it_closes_the_file(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed under the thread that writes, the file's number could already be another file's."""
    _, uri = local.depots.ouvrir("cabinet-a", "ventes.txt")
    ecrire, commence, fins = Brouillon.write, threading.Event(), []

    def lent(brouillon: Brouillon, morceau: bytes) -> None:
        commence.set()
        time.sleep(0.2)
        ecrire(brouillon, morceau)
        fins.append("écrit")

    async def essai() -> None:
        tache = asyncio.ensure_future(local.depots.recevoir(uri[:36], "ventes.txt", envoi(bytes(2 << 20)), Limits()))
        await asyncio.to_thread(commence.wait)
        tache.cancel()
        await asyncio.wait([tache])
        assert fins == ["écrit"]

    monkeypatch.setattr(Brouillon, "write", lent)
    run_async(essai())


def test_two_uploads_of_one_deposit_at_once_end_with_one_of_them_whole(local: Local) -> None:
    _, uri = local.depots.ouvrir("cabinet-a", "ventes.txt")

    async def deux() -> None:
        contenus = (b"a" * 3_000_000, b"b" * 2_000_000)
        await asyncio.gather(*(local.depots.recevoir(uri[:36], "ventes.txt", envoi(c), Limits()) for c in contenus))

    run_async(deux())
    lu = b"".join(local.depots.lire("cabinet-a", uri))
    assert lu in (b"a" * 3_000_000, b"b" * 2_000_000)


def test_no_secret_shows_in_a_repr(local: Local) -> None:
    assert "ssss" not in f"{SECRET!r} {SECRET} {vars(local.depots)['_sceau']!r} {local.depots!r}"


@pytest.mark.skipif(os.name != "posix", reason="droits POSIX")
def test_deposits_are_for_their_owner_alone(local: Local, tmp_path: Path) -> None:
    url, _ = local.depots.ouvrir("cabinet-a", "ventes.txt")
    local.put(url, CONTENU)
    [fichier] = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert fichier.stat().st_mode & 0o077 == 0
