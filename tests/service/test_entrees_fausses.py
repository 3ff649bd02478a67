"""Bad input through the whole flow: status 4 with a message that names place and remedy, and books whose hash is unchanged.

The steps run in this process, one after the other, on every database; the worker that runs them is tested in test_crash.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecritures.domain.contexte import Creations
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.imports.ports import Demande, Dossier, Exercice
from ecritures.imports.receive import receive
from ecritures.imports.run import ESSAIS_MAX, FINI, SUITE, Etapes
from ecritures.imports.state import State
from ecritures.main import Application, build
from ecritures.settings import Settings

TRA = (Path(__file__).parents[2] / "src" / "ecritures" / "echantillons" / "seed_sample.TRA").read_bytes()
FEC = generer_fec(60)
LIBELLE = FEC.split(b"\r\n")[1].split(b"\t")[10]
DEBUT_MONTANT, FIN_MONTANT = 130, 150


@pytest.fixture
def app(base: Any, tmp_path: Path) -> Iterator[Application]:
    ouverte = build(
        Settings(donnees=tmp_path, base_sql=base.url, fichier_taille_octets_max=2 << 20, lien_essais_duree_s=0)
    )
    yield ouverte
    ouverte.fermer()


@pytest.fixture
def dossier(app: Application) -> Dossier:
    cree = app.ports.dossiers.creer("DEMO", "MANON002", "Manon")
    for annee in (2019, 2020, 2021, 2025):
        app.ports.livres.creer_exercice(cree.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
    importe(app, cree, TRA)  # books that hold something
    return cree


def importe(
    app: Application, dossier: Dossier, octets: bytes, *, format_: str = "tra", nom: str = "essai.TRA"
) -> Demande:
    sha256, _ = app.ports.originaux.garder(iter([octets]), 1 << 30)
    return conduis(app, receive(dossier, format_, app.ports, sha256=sha256, nom_fichier=nom).id)


def conduis(app: Application, import_id: str) -> Demande:
    etapes = Etapes(app.ports)
    for etape in (lambda i: etapes.recuperer(i, True), etapes.examiner, etapes.poster):
        if etape(import_id) != SUITE:
            break
    demande = app.ports.demandes.lire(import_id)
    assert demande is not None
    return demande


def lignes(octets: bytes = TRA) -> list[bytes]:
    return octets.split(b"\r\n")


def avec(numero: int, debut: int, texte: bytes) -> bytes:
    """The sample with ``texte`` at column ``debut`` (from 1) of line ``numero`` (from 1)."""
    toutes = lignes()
    ligne = toutes[numero - 1]
    toutes[numero - 1] = ligne[: debut - 1] + texte + ligne[debut - 1 + len(texte) :]
    return b"\r\n".join(toutes)


FAUX: dict[str, tuple[bytes, str]] = {
    "vide": (b"", "vide"),
    "blancs": (b" \r\n\r\n", "vide"),
    "zip abîmé": (b"PK\x03\x04" + bytes(range(256)) * 4, "archive"),
    "binaire": (bytes(range(256)) * 4, "binaire"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "binaire"),
    "gzip": (gzip.compress(TRA), "binaire"),
    "utf-16": (TRA.decode("ascii").encode("utf-16"), "UTF-16"),
    "fec sur la route tra": (
        b"JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise\nVE|V|1|20250101|411|C|||F|20250101|L|1,00|0,00|||20250101||\n",
        "importFEC",
    ),
    "entête inconnu": (avec(1, 9, b"XYZ"), "XYZ"),
    "entête seul": (lignes()[0] + b"\r\n", "aucun"),
    "tronqué au milieu d'un montant": (TRA[:-1100], "ligne 12"),
    "tabulations": (TRA.replace(b"          ", b"\t", 3), "tabulation"),
    "NUL": (avec(3, 84, b"\x00\x00"), "NUL"),
    "NUL dans un FEC": (FEC.replace(LIBELLE, b"A\x00B", 1), "NUL"),
    "point décimal dans un FEC": (FEC.replace(b",00\t", b".00\t", 1), "virgule"),
    "en-tête seul de FEC": (FEC.split(b"\r\n")[0] + b"\r\n", "aucune écriture"),
    "colonne absente de FEC": (FEC.replace(b"CompteNum\t", b"", 1), "CompteNum"),
    "montant illisible": (avec(2, DEBUT_MONTANT + 1, b"        12x4,00     "), "12x4,00"),
    "date impossible": (avec(2, 4, b"31022020"), "31022020"),
    "sens inconnu": (avec(2, 130, b"X"), "« X »"),
    "journal vide": (avec(2, 1, b"   "), "JOURNAL"),
    "hors exercice": (avec(2, 4, b"01011995"), "Une écriture n'est pas dans l'exercice"),
    "déséquilibrée": (avec(2, DEBUT_MONTANT + 1, b"               99,99"), "Écriture"),
}


@pytest.mark.parametrize("cas", FAUX)
def test_a_wrong_file_ends_in_error_says_where_and_leaves_the_books_alone(
    app: Application, dossier: Dossier, cas: str
) -> None:
    octets, attendu = FAUX[cas]
    avant = app.ports.livres.empreinte(dossier.dossier)
    est_fec = cas.endswith("FEC")
    nom = NOM_FICHIER if est_fec else "essai.TRA"
    demande = importe(app, dossier, octets, format_="fec" if est_fec else "tra", nom=nom)
    assert demande.state is State.EN_ERREUR, cas
    assert demande.message is not None
    assert attendu.lower() in demande.message.lower()
    assert demande.message.startswith(
        ("Une erreur s'est produite lors de l'import : ", "Une écriture n'est pas dans l'exercice")
    )
    assert app.ports.livres.empreinte(dossier.dossier) == avant
    assert not app.ports.livres.constats(dossier.dossier, demande.id).is_empty()
    assert importe(app, dossier, TRA).state is State.TERMINE, "the next import is not touched"


def test_every_truncation_of_a_file_is_refused_or_whole_and_never_half_posted(
    app: Application, dossier: Dossier
) -> None:
    pas = 397  # a prime: cuts fall at every kind of place of a line
    for longueur in range(1, len(TRA), pas):
        avant = app.ports.livres.empreinte(dossier.dossier)
        demande = importe(app, dossier, TRA[:longueur])
        if demande.state is State.TERMINE:  # cut between two whole entries: what is there balances
            balance = app.ports.livres.balance(dossier.dossier)
            assert balance["debit_centimes"].sum() == balance["credit_centimes"].sum()
        else:
            assert app.ports.livres.empreinte(dossier.dossier) == avant


@pytest.mark.parametrize(
    ("source", "attendu"),
    [
        ({"uri": "7b1d2c30-52c4-4e1e-9a0f-0d6a4a1f9f10/absent.TRA"}, "Aucun fichier n'a été déposé"),
        ({"uri": "../../etc/passwd"}, "Aucun fichier n'a été déposé"),
        ({"url": "http://127.0.0.1:1/x.TRA"}, "https"),
        ({"url": "https://169.254.169.254/latest/meta-data?sig=SECRET"}, "publique"),
        ({"url": "file:///etc/passwd"}, "https"),
        ({"url": "https://user:motdepasse@exemple.invalid/x.TRA"}, "identifiants"),
        ({"url": "pas une adresse"}, "adresse"),
    ],
)
def test_a_link_that_may_not_be_read_ends_in_error_without_its_secrets(
    app: Application, dossier: Dossier, source: dict[str, str], attendu: str
) -> None:
    avant = app.ports.livres.empreinte(dossier.dossier)
    demande = conduis(app, receive(dossier, "tra", app.ports, nom_fichier="x.TRA", **source).id)
    assert demande.state is State.EN_ERREUR
    assert demande.message is not None
    assert attendu.lower() in demande.message.lower()
    assert "SECRET" not in demande.message
    assert "motdepasse" not in demande.message
    assert demande.url is None, "the link is forgotten once the import is over"
    assert app.ports.livres.empreinte(dossier.dossier) == avant


def test_a_deposit_of_another_firm_is_as_absent_as_none(app: Application, dossier: Dossier) -> None:
    _, uri = app.ports.depots.ouvrir("AUTRE", "x.TRA")
    demande = conduis(app, receive(dossier, "tra", app.ports, uri=uri).id)
    jamais = conduis(app, receive(dossier, "tra", app.ports, uri=uri.replace("/x.TRA", "/y.TRA")).id)
    assert demande.message == jamais.message
    assert demande.state is State.EN_ERREUR


def test_a_file_over_the_cap_is_refused_with_the_setting_to_raise(app: Application, dossier: Dossier) -> None:
    from contextlib import suppress

    from ecritures.domain.errors import FichierTropGros

    with suppress(FichierTropGros):
        app.ports.originaux.garder(iter([b"x" * (3 << 20)]), app.ports.limits.fichier_taille_octets_max)
        pytest.fail("kept a file over the cap")
    message = str(FichierTropGros(app.ports.limits.fichier_taille_octets_max))
    assert "ECRITURES_FICHIER_TAILLE_OCTETS_MAX" in message


def test_the_same_file_twice_is_posted_twice_and_the_second_says_so(app: Application, dossier: Dossier) -> None:
    second = importe(app, dossier, TRA)
    assert second.state is State.TERMINE
    assert second.compte_rendu is not None
    assert len(second.compte_rendu["deja_importe"]) == 1
    assert "déjà été importé" in second.compte_rendu["suite"][0]
    assert app.ports.livres.balance(dossier.dossier)["debit_centimes"].sum() == 2 * 163_248


def test_a_step_run_again_finds_its_work_done(app: Application, dossier: Dossier) -> None:
    sha256, _ = app.ports.originaux.garder(iter([TRA]), 1 << 30)
    import_id = receive(dossier, "tra", app.ports, sha256=sha256, nom_fichier="x.TRA").id
    etapes, autre = Etapes(app.ports), Etapes(app.ports)
    assert [etapes.recuperer(import_id, True), autre.recuperer(import_id, True)] == [SUITE, SUITE]
    assert [etapes.examiner(import_id), autre.examiner(import_id)] == [SUITE, SUITE]
    assert [etapes.poster(import_id), autre.poster(import_id), etapes.poster(import_id)] == [FINI, FINI, FINI]
    assert app.ports.livres.balance(dossier.dossier)["debit_centimes"].sum() == 2 * 163_248
    assert [r.rang for r in app.ports.livres.recus(dossier.dossier)] == [1, 2]


def test_unknown_codes_are_refused_when_the_dossier_says_so(app: Application, dossier: Dossier) -> None:
    ferme = app.ports.dossiers.creer(
        "DEMO", "FERME", "Fermé", creations=Creations(journaux=False, comptes=False, tiers=False)
    )
    app.ports.livres.creer_exercice(ferme.dossier, Exercice("2020", date(2020, 1, 1), date(2020, 12, 31)))
    demande = importe(app, ferme, TRA)
    assert demande.state is State.EN_ERREUR
    ids = set(app.ports.livres.constats(ferme.dossier, demande.id)["id"])
    assert {"journal.inconnu", "compte.inconnu", "tiers.inconnu"} <= ids
    assert app.ports.livres.journaux(ferme.dossier).is_empty()


def test_a_closed_exercice_refuses_the_file(app: Application, dossier: Dossier) -> None:
    clos = app.ports.dossiers.creer("DEMO", "CLOS", "Clos")
    app.ports.livres.creer_exercice(clos.dossier, Exercice("2020", date(2020, 1, 1), date(2020, 12, 31), est_clos=True))
    demande = importe(app, clos, TRA)
    assert demande.state is State.EN_ERREUR
    assert demande.message is not None
    assert "clos" in demande.message


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(donnees=st.data())
def test_books_are_unchanged_by_any_refused_import_and_balanced_after_any_other(
    app: Application, dossier: Dossier, donnees: st.DataObject
) -> None:
    octets = bytearray(TRA)
    for _ in range(donnees.draw(st.integers(1, 4))):
        place = donnees.draw(st.integers(0, len(octets) - 1))
        octets[place : place + donnees.draw(st.integers(0, 3))] = donnees.draw(st.binary(max_size=3))
    avant = app.ports.livres.empreinte(dossier.dossier)
    demande = importe(app, dossier, bytes(octets))
    assert demande.state.est_final
    if demande.state is State.EN_ERREUR:
        assert app.ports.livres.empreinte(dossier.dossier) == avant
    balance = app.ports.livres.balance(dossier.dossier)
    assert balance["debit_centimes"].sum() == balance["credit_centimes"].sum()


def test_our_own_failure_ends_the_import_in_error_with_a_reference(app: Application, dossier: Dossier) -> None:
    sha256, _ = app.ports.originaux.garder(iter([TRA]), 1 << 30)
    demande = receive(dossier, "tra", app.ports, sha256=sha256, nom_fichier="x.TRA")
    Etapes(replace(app.ports)).abandonner(demande.id, reference=demande.id[:8])
    lue = app.ports.demandes.lire(demande.id)
    assert lue is not None
    assert lue.state is State.EN_ERREUR
    assert demande.id[:8] in (lue.message or "")


def test_an_import_begun_too_often_is_given_up_so_that_it_kills_no_more_workers(
    app: Application, dossier: Dossier
) -> None:
    avant = app.ports.livres.empreinte(dossier.dossier)
    sha256, _ = app.ports.originaux.garder(iter([TRA]), 1 << 30)
    import_id = receive(dossier, "tra", app.ports, sha256=sha256, nom_fichier="x.TRA").id
    Etapes(app.ports).recuperer(import_id, True)
    suites = [Etapes(app.ports).examiner(import_id) for _ in range(ESSAIS_MAX + 1)]  # each worker died before posting
    assert suites == [SUITE] * ESSAIS_MAX + [FINI]
    demande = app.ports.demandes.lire(import_id)
    assert demande is not None
    assert demande.state is State.EN_ERREUR
    assert import_id[:8] in (demande.message or "")
    assert app.ports.livres.empreinte(dossier.dossier) == avant
