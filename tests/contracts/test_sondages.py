"""What a poll of a status costs the database, on every database: hundreds a second while imports run (issue 5)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from ecritures.imports.ports import NouvelleDemande
from ecritures.imports.state import State
from ecritures.storage.bases import Base
from ecritures.storage.cles import RegistreCles
from ecritures.storage.demandes import RegistreDemandes
from ecritures.storage.dossiers import RegistreDossiers
from ecritures.storage.schema import migrate_catalogue
from ecritures.storage.tables import ABONNEMENTS, CLES_API

CONNEXIONS = 6


@pytest.fixture
def ouverte(base: Any) -> Iterator[Base]:
    ouverte = Base(base.url, connexions=CONNEXIONS)
    migrate_catalogue(ouverte)
    yield ouverte
    ouverte.fermer()


@pytest.fixture
def demandes(ouverte: Base) -> RegistreDemandes:
    return RegistreDemandes(ouverte, lambda *_: None)


def _register(ouverte: Base, demandes: RegistreDemandes) -> str:
    dossier = RegistreDossiers(ouverte).creer("DEMO", "MANON002", "Essai")
    nouvelle = NouvelleDemande(
        domain="DEMO",
        dossier=dossier.dossier,
        code_ibs="MANON002",
        format="json",
        nom_fichier="a.json",
        origine="url",
        url="https://exemple.fr/a.json",
        options={"lettrage": True},
    )
    return demandes.enregistrer(nouvelle).id


def _statements(ouverte: Base) -> list[str]:
    """Those sent from now on, BEGIN and the like included where our own code sends them."""
    dites: list[str] = []
    event.listen(ouverte.engine, "before_cursor_execute", lambda _c, _k, texte, *_a: dites.append(texte))
    return dites


def test_a_poll_reads_three_rows_and_opens_no_transaction(ouverte: Base, demandes: RegistreDemandes) -> None:
    cles = RegistreCles(ouverte)
    abonnement, apikey = cles.creer_abonnement("essai"), cles.creer_cle("DEMO", "essai")
    import_id = _register(ouverte, demandes)
    assert None not in cles.identifier_paire(abonnement, apikey)  # the first use is noted, once a minute
    dites = _statements(ouverte)
    souscrit, acces = cles.identifier_paire(abonnement, apikey)
    assert souscrit is not None and acces is not None and acces.domain == "DEMO"
    assert demandes.suivre(import_id) is not None
    assert [texte.split()[0] for texte in dites] == ["SELECT"] * 3


def test_a_poll_reads_all_but_the_report_and_the_options(ouverte: Base, demandes: RegistreDemandes) -> None:
    import_id = _register(ouverte, demandes)
    assert demandes.avancer(import_id, State.EN_COURS)
    assert demandes.avancer(import_id, State.EN_ERREUR, message="illisible", compte_rendu={"lignes": 0})
    entiere = demandes.lire(import_id)
    assert entiere is not None and entiere.compte_rendu and entiere.options
    assert demandes.suivre(import_id) == replace(entiere, compte_rendu=None, options=None)
    assert demandes.suivre("00000000-0000-4000-8000-000000000000") is None


def test_a_key_revoked_by_another_process_is_refused_at_the_next_poll(ouverte: Base) -> None:
    cles, ailleurs = RegistreCles(ouverte), RegistreCles(Base(ouverte.url))
    numero, primaire, secondaire = cles.ouvrir_abonnement("essai")
    apikey = cles.creer_cle("DEMO", "essai")
    assert None not in cles.identifier_paire(primaire, apikey)
    assert ailleurs.revoquer_abonnement(numero, rang="primaire")
    assert cles.identifier_paire(primaire, apikey) == (None, None)
    souscrit, _ = cles.identifier_paire(secondaire, apikey)
    assert souscrit is not None and souscrit.rang == "secondaire"
    assert ailleurs.revoquer(apikey.partition(":")[0])
    assert cles.identifier_paire(secondaire, apikey)[1] is None
    ailleurs._base.fermer()


def test_an_api_key_beside_a_wrong_subscription_is_not_counted_as_used(ouverte: Base) -> None:
    cles = RegistreCles(ouverte)
    apikey = cles.creer_cle("DEMO", "essai")
    assert cles.identifier_paire("0" * 32, apikey) == (None, None)
    assert cles.lister("DEMO")[0].dernier_usage is None
    assert cles.identifier(apikey) is not None
    assert cles.lister("DEMO")[0].dernier_usage is not None


def test_one_poll_notes_the_use_of_a_key_and_the_others_do_not_wait_for_the_write_lock(ouverte: Base) -> None:
    cles = RegistreCles(ouverte)
    abonnement, apikey = cles.creer_abonnement("essai"), cles.creer_cle("DEMO", "essai")
    trouves: list[object] = []

    def poll() -> None:
        trouves.append(cles.identifier_paire(abonnement, apikey))

    premier = threading.Thread(target=poll)
    with ouverte.ecriture() as connexion:  # as a worker does, and keeps what the first poll wants to write
        connexion.execute(sa.update(ABONNEMENTS).values(nom="autre"))
        connexion.execute(sa.update(CLES_API).values(libelle="autre"))
        premier.start()
        limite = time.monotonic() + 10
        while not cles._usages_abonnements._en_ecriture:
            assert time.monotonic() < limite, "the first poll notes the use"
            time.sleep(0.005)
        assert trouves == []
        noter_seule = cles._usages_cles._en_ecriture
        noter_seule.add(apikey.partition(":")[0])  # as if it were the first poll's turn to note the other key
        autres = [threading.Thread(target=poll) for _ in range(8)]
        for fil in autres:
            fil.start()
        for fil in autres:
            fil.join(10)
        assert len(trouves) == 8
        noter_seule.clear()
    premier.join(10)
    assert len(trouves) == 9
    assert cles.lister_abonnements()[0].dernier_usage is not None
    assert cles.lister("DEMO")[0].dernier_usage is not None
    assert cles._usages_abonnements._en_ecriture == set()


def test_a_connection_lent_for_a_poll_goes_back_to_transactions(base: Any) -> None:
    ouverte = Base(base.url, connexions=2)
    migrate_catalogue(ouverte)
    compte = sa.select(sa.func.count()).select_from(ABONNEMENTS)
    try:
        with ouverte.consultation() as une, ouverte.consultation() as autre:  # the two that there are
            assert (une.execute(compte).scalar_one(), autre.execute(compte).scalar_one()) == (0, 0)
        for _ in range(2):
            with pytest.raises(sa.exc.IntegrityError):  # the second row is one too many: the first goes too
                _insert_twice(ouverte)
        with ouverte.consultation() as connexion:
            assert connexion.execute(compte).scalar_one() == 0
    finally:
        ouverte.fermer()


def _insert_twice(ouverte: Base) -> None:
    with ouverte.ecriture() as connexion:
        for _ in range(2):
            connexion.execute(sa.insert(ABONNEMENTS).values(empreinte="e", nom="n", creation_ms=0))


def test_a_burst_opens_few_connections_and_closes_none(ouverte: Base) -> None:
    ouvertes: list[object] = []
    fermees: list[object] = []
    ouverte.engine.dispose()  # that of the migrations
    event.listen(ouverte.engine, "connect", lambda connexion, _e: ouvertes.append(connexion))
    event.listen(ouverte.engine, "close", lambda connexion, _e: fermees.append(connexion))
    barriere = threading.Barrier(24)

    def poll() -> None:
        barriere.wait()
        for _ in range(5):
            with ouverte.consultation() as connexion:
                connexion.execute(sa.select(sa.literal(1)))

    fils = [threading.Thread(target=poll) for _ in range(24)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert 1 <= len(ouvertes) <= CONNEXIONS
    assert fermees == []
