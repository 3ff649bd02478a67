"""Links of clients read for real: misbehaving servers over HTTP and HTTPS, and blobs of the emulator."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from urllib.parse import quote

import pytest

from ecritures.domain.errors import FichierTropGros, LienInjoignable, LienRefuse, Refus
from ecritures.imports.limits import Limits
from ecritures.storage.liens import LiensGardes
from serveurs.azurite import Conteneur
from serveurs.processus import free_port
from serveurs.web import CONTENU, ServeurWeb

BOUCLE = (ip_network("127.0.0.0/8"),)
LOCAL = LiensGardes(reseaux_admis=BOUCLE)
PUBLICS = LiensGardes()
COURTES = replace(Limits(), lien_duree_max_s=60.0, lien_connexion_s=30.0, fichier_taille_octets_max=1 << 20)
PRESSEES = replace(COURTES, lien_connexion_s=0.3)
SECRET = "jeton-tres-secret"


def lire(liens: LiensGardes, url: str, limits: Limits = COURTES) -> bytes:
    return b"".join(liens.telecharger(url, limits))


def refus(liens: LiensGardes, url: str, limits: Limits = COURTES) -> Refus:
    with pytest.raises((LienRefuse, LienInjoignable, FichierTropGros)) as erreur:
        lire(liens, url, limits)
    assert SECRET not in str(erreur.value)
    assert erreur.value.__cause__ is None
    return erreur.value


@pytest.fixture
def https(serveur_tls: ServeurWeb) -> LiensGardes:
    """Names ``depot.test`` and ``autre.test`` lead to the TLS server, ``prive.test`` to a private address."""
    noms = {"depot.test": ["127.0.0.1"], "autre.test": ["127.0.0.1"], "prive.test": ["10.0.0.1"]}
    contexte = ssl.create_default_context(cafile=str(serveur_tls.certificat))
    serveur_tls.recues.clear()
    return LiensGardes(BOUCLE, contexte_tls=contexte, resoudre=lambda hote, port: noms.get(hote, []))


# -- the file arrives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chemin", ["/bon", "/sans-longueur", "/comprime/gzip", "/comprime/x-gzip", "/comprime/deflate", "/chaine/4"]
)
def test_the_file_is_read_whole(serveur_web: ServeurWeb, chemin: str) -> None:
    assert lire(LOCAL, serveur_web.url(chemin)) == CONTENU


def test_a_body_by_chunks_is_read_whole(serveur_web: ServeurWeb) -> None:
    assert lire(LOCAL, serveur_web.url("/morceaux")) == b"hello world"


def test_over_tls_the_connection_is_pinned_and_the_name_stays_in_sni_and_host(
    serveur_tls: ServeurWeb, https: LiensGardes
) -> None:
    assert lire(https, serveur_tls.url(f"/bon?sig={SECRET}", "depot.test")) == CONTENU
    [recue] = serveur_tls.recues
    assert recue.sni == "depot.test"
    assert recue.entetes["Host"] == f"depot.test:{serveur_tls.port}"


def test_the_request_carries_no_cookie_referer_or_compression_even_after_redirects(serveur_web: ServeurWeb) -> None:
    serveur_web.recues.clear()
    assert lire(LOCAL, serveur_web.url("/cookie")) == CONTENU
    assert len(serveur_web.recues) == 2
    for recue in serveur_web.recues:
        assert set(recue.entetes) == {"Host", "Accept", "Accept-Encoding", "User-Agent", "Connection"}
        assert recue.entetes["Accept-Encoding"] == "identity"


def test_the_query_arrives_as_it_was_signed(serveur_web: ServeurWeb) -> None:
    serveur_web.recues.clear()
    lire(LOCAL, serveur_web.url("/bon?sig=a%2Fb%2Bc+d==&se=2026-03-01T09%3A00%3A00Z#fragment"))
    assert serveur_web.recues[0].chemin == "/bon?sig=a%2Fb%2Bc+d==&se=2026-03-01T09%3A00%3A00Z"


def test_a_proxy_of_the_environment_is_not_used(serveur_web: ServeurWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(nom, f"http://127.0.0.1:{free_port()}")
    assert lire(LOCAL, serveur_web.url("/bon")) == CONTENU


def test_a_name_with_a_dead_address_is_read_at_the_next(serveur_web: ServeurWeb) -> None:
    liens = replace(LOCAL, resoudre=lambda hote, port: ["127.0.0.9", "127.0.0.1"])  # nothing listens on the first
    assert lire(liens, serveur_web.url("/bon", "depot.test")) == CONTENU


# -- addresses refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "mot"),
    [
        ("ftp://exemple.fr/a", "https"),
        ("file:///etc/passwd", "https"),
        ("/etc/passwd", "https"),
        ("", "https"),
        ("https://", "https"),
        (f"https://cabinet:{SECRET}@exemple.fr/a", "sans identifiants"),
        (f"https://{SECRET}@exemple.fr/a", "sans identifiants"),
        ("http://1.1.1.1/a", "ECRITURES_HOTES_HTTP"),
        ("https://127.0.0.1/a", "n'est pas publique"),
        ("https://2130706433/a", "n'est pas publique"),
        ("https://0x7f.1/a", "n'est pas publique"),
        ("https://[::1]/a", "n'est pas publique"),
        ("https://[::ffff:127.0.0.1]/a", "n'est pas publique"),
        ("https://[64:ff9b::7f00:1]/a", "n'est pas publique"),
        ("https://169.254.169.254/metadata/instance", "n'est pas publique"),
        ("https://localhost/a", "n'est pas publique"),
        ("https://exemple.fr:99999/a", "port"),
        ("https://exemple.fr:0/a", "port"),
        ("https://exemple.fr\\@127.0.0.1/a", "sans identifiants"),
        ("https://exa mple.fr/a", "hôte"),
        ("https://a..b/a", "hôte"),
        (f"https://{'a' * 64}.fr/a", "hôte"),
        ("https://\udcff.fr/a", "adresse"),
        ("https://exemple.fr/\x00", "adresse"),
    ],
)
def test_a_link_that_may_not_be_followed_is_refused(url: str, mot: str) -> None:
    erreur = refus(PUBLICS, url)
    assert isinstance(erreur, LienRefuse)
    assert mot in str(erreur)


def test_no_connection_is_made_to_a_refused_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        ecoute.settimeout(0.2)
        refus(PUBLICS, f"https://127.0.0.1:{ecoute.getsockname()[1]}/a")
        with pytest.raises(TimeoutError):
            ecoute.accept()


def test_http_is_allowed_for_the_hosts_of_the_setting_only(serveur_web: ServeurWeb) -> None:
    liens = LiensGardes(hotes_http=frozenset({"depot.test"}), resoudre=lambda hote, port: ["127.0.0.1"])
    assert "n'est pas publique" in str(refus(liens, serveur_web.url("/bon", "depot.test")))  # http yes, private no
    assert "est en http" in str(refus(liens, serveur_web.url("/bon", "autre.test")))


# -- redirections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirection_to_a_private_address_is_refused(serveur_web: ServeurWeb, code: int) -> None:
    cible = quote("https://10.0.0.1/" + SECRET, safe="")
    erreur = refus(LOCAL, serveur_web.url(f"/vers?code={code}&u={cible}"))
    assert isinstance(erreur, LienRefuse)
    assert "10.0.0.1 n'est pas publique" in str(erreur)


@pytest.mark.parametrize(
    "cible", ["file:///etc/passwd", "gopher://127.0.0.1/", "https://a:b@exemple.fr/", "https://[::1"]
)
def test_a_redirection_is_checked_as_the_first_address(serveur_web: ServeurWeb, cible: str) -> None:
    assert isinstance(refus(LOCAL, serveur_web.url(f"/vers?u={quote(cible, safe='')}")), LienRefuse)


def test_a_redirection_from_https_to_http_is_refused(
    serveur_tls: ServeurWeb, serveur_web: ServeurWeb, https: LiensGardes
) -> None:
    cible = quote(serveur_web.url("/bon"), safe="")
    erreur = refus(https, serveur_tls.url(f"/vers?u={cible}", "depot.test"))
    assert isinstance(erreur, LienRefuse)
    assert "d'https vers http" in str(erreur)


def test_a_redirection_to_another_host_is_followed_with_its_own_name(
    serveur_tls: ServeurWeb, https: LiensGardes
) -> None:
    cible = quote(serveur_tls.url("/bon", "autre.test"), safe="")
    assert lire(https, serveur_tls.url(f"/vers?u={cible}", "depot.test")) == CONTENU
    assert [recue.sni for recue in serveur_tls.recues] == ["depot.test", "autre.test"]


def test_loops_and_too_many_redirections_are_named_and_final(serveur_web: ServeurWeb) -> None:
    for chemin, mots in (("/boucle/0", "en boucle"), ("/chaine/20", "plus de 5 fois"), ("/vers", "sans dire où")):
        erreur = refus(LOCAL, serveur_web.url(chemin))
        assert isinstance(erreur, LienInjoignable)
        assert erreur.definitif
        assert mots in str(erreur)


# -- the server does not give the file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statut", "definitif", "mots"),
    [
        (400, True, "400"),
        (401, True, "sans identifiants"),
        (403, True, "adresse signée"),
        (404, True, "ne trouve pas le fichier"),
        (410, True, "n'a plus le fichier"),
        (408, False, "408"),
        (429, False, "patienter"),
        (500, False, "en panne"),
        (503, False, "en panne"),
        (206, False, "206"),
        (304, False, "304"),
    ],
)
def test_each_status_says_whether_another_try_is_worth_it(
    serveur_web: ServeurWeb, statut: int, definitif: bool, mots: str
) -> None:
    erreur = refus(LOCAL, serveur_web.url(f"/statut/{statut}"))
    assert isinstance(erreur, LienInjoignable)
    assert (erreur.definitif, mots in str(erreur)) == (definitif, True), str(erreur)
    assert str(erreur).startswith("127.0.0.1 ")
    assert "<Error>" not in str(erreur)


@pytest.mark.parametrize(
    ("chemin", "mots"),
    [
        ("/tronque", "a coupé la réponse"),
        ("/morceaux-coupes", "a coupé la réponse"),
        ("/comprime/gzip/coupe", "a coupé la réponse"),
        ("/ferme", "a coupé la réponse"),
        ("/pas-http", "ne répond pas en HTTP"),
        ("/lent/2", "ne répond pas :"),
        ("/comprime/gzip-inconnu", "compressé d'une façon inconnue"),
    ],
)
def test_a_bad_answer_is_told_apart(serveur_web: ServeurWeb, chemin: str, mots: str) -> None:
    erreur = refus(LOCAL, serveur_web.url(f"{chemin}?sig={SECRET}"), PRESSEES if "lent" in chemin else COURTES)
    assert isinstance(erreur, LienInjoignable)
    assert mots in str(erreur)
    assert erreur.definitif == ("inconnu" in chemin)


@pytest.mark.parametrize("chemin", ["/goutte", "/goutte-entetes"])
def test_a_server_that_drips_is_left_when_the_time_is_over(serveur_web: ServeurWeb, chemin: str) -> None:
    debut = time.monotonic()
    erreur = refus(LOCAL, serveur_web.url(chemin), replace(COURTES, lien_duree_max_s=0.7))
    assert time.monotonic() - debut < 20  # the drip lasts 50 s
    assert isinstance(erreur, LienInjoignable)
    assert not erreur.definitif
    assert "dans le temps admis" in str(erreur)


def test_a_refused_connection_and_an_unknown_name_are_worth_another_try() -> None:
    for liens, url, mots in (
        (LOCAL, f"http://127.0.0.1:{free_port()}/{SECRET}", "n'accepte pas la connexion"),
        (PUBLICS, f"https://nom-inconnu.invalid/{SECRET}", "n'a pas d'adresse"),
    ):
        erreur = refus(liens, url)
        assert isinstance(erreur, LienInjoignable)
        assert not erreur.definitif
        assert mots in str(erreur)


def test_a_certificate_of_another_name_or_authority_is_refused(serveur_tls: ServeurWeb, https: LiensGardes) -> None:
    inconnue = replace(https, contexte_tls=None)
    autre_nom = replace(https, resoudre=lambda hote, port: ["127.0.0.1"])
    for liens, hote in ((inconnue, "depot.test"), (autre_nom, "prive.test")):
        assert "certificat" in str(refus(liens, serveur_tls.url("/bon", hote)))


def test_a_server_that_does_not_speak_tls_is_told(serveur_web: ServeurWeb) -> None:
    url = serveur_web.url("/bon").replace("http:", "https:")
    assert "n'accepte pas la connexion" in str(refus(LOCAL, url))


# -- too big ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chemin", ["/enorme", "/enorme-annonce", "/bombe/gzip", "/bombe/deflate"])
def test_a_body_past_the_bound_is_stopped_early(serveur_web: ServeurWeb, chemin: str) -> None:
    recus: list[int] = []
    with pytest.raises(FichierTropGros):
        recus.extend(len(morceau) for morceau in LOCAL.telecharger(serveur_web.url(chemin), COURTES))
    assert sum(recus) <= COURTES.fichier_taille_octets_max
    assert max(recus, default=0) <= 1 << 17


def test_the_exact_bound_is_accepted(serveur_web: ServeurWeb) -> None:
    for chemin in ("/bon", "/sans-longueur", "/comprime/gzip"):
        juste = replace(COURTES, fichier_taille_octets_max=len(CONTENU))
        assert lire(LOCAL, serveur_web.url(chemin), juste) == CONTENU
        with pytest.raises(FichierTropGros):
            lire(LOCAL, serveur_web.url(chemin), replace(juste, fichier_taille_octets_max=len(CONTENU) - 1))


def test_a_bomb_costs_no_memory(serveur_web: ServeurWeb) -> None:
    """1 GiB inflated, stopped at 512 MiB: a few MiB are held at any time."""
    genereux = replace(Limits(), fichier_taille_octets_max=1 << 29)
    with pytest.raises(FichierTropGros):  # once before measuring: the server makes the bomb
        lire(LOCAL, serveur_web.url("/bombe/gzip"), COURTES)
    tracemalloc.start()
    try:
        recus = _compter(LOCAL.telecharger(serveur_web.url("/bombe/gzip"), genereux))
        _, maximum = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert recus > (1 << 29) - (1 << 20)
    assert maximum < 4 << 20


def _compter(morceaux: Iterator[bytes]) -> int:
    total = 0
    with contextlib.suppress(FichierTropGros):
        for morceau in morceaux:
            total += len(morceau)
    return total


# -- nothing secret shows ---------------------------------------------------------------------------------------------


def test_no_log_line_shows_the_path_or_the_query(serveur_web: ServeurWeb, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cible = quote(f"/bon?sig={SECRET}", safe="")
    lire(LOCAL, serveur_web.url(f"/vers?u={cible}&sig={SECRET}"))
    refus(LOCAL, serveur_web.url(f"/statut/403?sig={SECRET}"))
    assert SECRET not in caplog.text


def test_a_reader_that_stops_early_closes_the_connection(serveur_web: ServeurWeb) -> None:
    flux = LOCAL.telecharger(serveur_web.url("/enorme"), replace(COURTES, fichier_taille_octets_max=1 << 40))
    next(flux)
    flux.close()  # type: ignore[attr-defined]
    time.sleep(0.3)
    envoyes = serveur_web.octets_envoyes
    time.sleep(0.3)
    assert serveur_web.octets_envoyes == envoyes


# -- Azure Blob -------------------------------------------------------------------------------------------------------


@pytest.fixture
def blob(conteneur: Conteneur) -> Callable[..., str]:
    conteneur.put("clients/ventes.txt", CONTENU)
    return lambda **options: conteneur.blob_url("clients/ventes.txt", **options)


def test_a_signed_blob_is_read(blob: Callable[..., str]) -> None:
    assert lire(LOCAL, blob()) == CONTENU


def test_an_expired_signature_says_since_when_and_is_final(blob: Callable[..., str]) -> None:
    hier = datetime.now(UTC) - timedelta(days=1)
    url = blob(expire=hier)
    erreur = refus(LOCAL, url)
    assert isinstance(erreur, LienInjoignable)
    assert erreur.definitif
    assert f"a expiré le {hier:%d/%m/%Y à %H:%M} UTC ; en produire une valable au moins 24 heures" in str(erreur)
    _sans_secret(erreur, url)


def test_a_tampered_signature_is_named_and_final(blob: Callable[..., str]) -> None:
    for url in (re.sub("sig=..", "sig=AA", blob()), blob().replace("sp=r", "sp=rw")):
        erreur = refus(LOCAL, url)
        assert isinstance(erreur, LienInjoignable)
        assert erreur.definitif
        assert "la signature de l'adresse est fausse ou expirée" in str(erreur)
        _sans_secret(erreur, url)


def test_a_signature_without_the_right_to_read_is_named(blob: Callable[..., str]) -> None:
    assert "ne donne pas le droit de lecture" in str(refus(LOCAL, blob(droits="cw")))


def test_a_missing_blob_is_final(conteneur: Conteneur) -> None:
    erreur = refus(LOCAL, conteneur.blob_url("absent.txt"))
    assert isinstance(erreur, LienInjoignable)
    assert erreur.definitif
    assert "ne trouve pas le fichier" in str(erreur)


def _sans_secret(erreur: Refus, url: str) -> None:
    chemin, _, requete = url.partition("?")
    for secret in (requete, chemin.rsplit("/", 2)[1], "ventes.txt", "sig="):
        assert secret not in str(erreur)
