"""The suite of the Televersements port: on both databases, its bytes on a local folder and on the blob emulator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest

from ecritures.domain.errors import (
    DecalageInattendu,
    ServiceIndisponible,
    TeleversementInconnu,
    TropDeTeleversements,
)
from ecritures.imports.televersements import OUVERTS_MAX, NouveauTeleversement, Televersement
from ecritures.storage.bases import Base
from ecritures.storage.dossiers import RegistreDossiers
from ecritures.storage.objets import Emplacement
from ecritures.storage.schema import migrate_catalogue
from ecritures.storage.televersements import RegistreTeleversements, open_morceaux
from serveurs.azurite import Conteneur

JOUR = timedelta(days=1)


@dataclass
class Pilote:
    registre: RegistreTeleversements
    dossier: int
    objets: Callable[[], int]
    """How many pieces the storage holds."""

    def ouvre(self, taille_octets: int = 10, duree_s: int = 3600) -> Televersement:
        return self.registre.ouvrir(
            NouveauTeleversement("CABINET", "ek", self.dossier, "a.tra", taille_octets), duree_s
        )

    def envoie(self, ident: str, debut: int, octets: bytes) -> int:
        return self.registre.compter(ident, debut, [self.registre.deposer(ident, octets)])


@pytest.fixture(params=["local", "azure"])
def pilote(request: pytest.FixtureRequest, base: Any, tmp_path: Path) -> Iterator[Pilote]:
    if request.param == "local":
        lieu = Emplacement(str(tmp_path / "stockage"))
        dossier = tmp_path / "stockage" / "televersements"
        compte = lambda: len([f for f in dossier.rglob("*") if f.is_file()])  # noqa: E731
    else:
        conteneur: Conteneur = request.getfixturevalue("conteneur")
        lieu = Emplacement(f"az://{conteneur.nom}/essai", conteneur.compte, conteneur.cle, conteneur.endpoint)
        objets = lieu.store("televersements")
        compte = lambda: sum(len(paquet) for paquet in obstore.list(objets))  # noqa: E731
    ouverte = Base(base.url)
    migrate_catalogue(ouverte)
    numero = RegistreDossiers(ouverte).creer("CABINET", "DEMO001", "").dossier
    yield Pilote(RegistreTeleversements(ouverte, open_morceaux(lieu)), numero, compte)
    ouverte.fermer()


def test_pieces_give_the_file_back_in_order_whatever_their_sizes(pilote: Pilote) -> None:
    octets = bytes(range(256)) * 5000
    ident, debut = pilote.ouvre(len(octets)).id, 0
    for taille in (1, 70_000, 3, 600_000, len(octets)):
        debut = pilote.envoie(ident, debut, octets[debut : debut + taille])
    lu = pilote.registre.lire(ident)
    assert lu is not None
    assert lu.est_complet
    assert b"".join(pilote.registre.contenu(ident)) == octets


def test_bytes_that_no_row_counts_are_of_no_file(pilote: Pilote) -> None:
    ident = pilote.ouvre().id
    pilote.registre.deposer(ident, b"lost by a crash")
    perdu = pilote.registre.deposer(ident, b"slower")
    assert pilote.envoie(ident, 0, b"0123") == 4
    with pytest.raises(DecalageInattendu) as refus:
        pilote.registre.compter(ident, 0, [perdu])
    assert refus.value.recus_octets == 4
    pilote.registre.oublier(ident, [perdu])
    assert pilote.envoie(ident, 4, b"456789") == 10
    assert b"".join(pilote.registre.contenu(ident)) == b"0123456789"


def test_of_many_at_the_same_place_exactly_one_counts(pilote: Pilote) -> None:
    ident = pilote.ouvre().id
    faits: list[int] = []
    depart = threading.Barrier(6)

    def one(rang: int) -> None:
        depart.wait()
        with suppress(DecalageInattendu):
            pilote.envoie(ident, 0, bytes([65 + rang]) * 10)
            faits.append(rang)

    fils = [threading.Thread(target=one, args=(rang,)) for rang in range(6)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(faits) == 1
    assert b"".join(pilote.registre.contenu(ident)) == bytes([65 + faits[0]]) * 10


def test_emptied_it_is_still_known_and_given_up_it_is_not(pilote: Pilote) -> None:
    vide, abandonne = pilote.ouvre().id, pilote.ouvre().id
    for ident in (vide, abandonne):
        pilote.envoie(ident, 0, b"0123456789")
    pilote.registre.vider(vide)
    assert pilote.registre.lire(vide) is not None
    assert pilote.registre.abandonner(abandonne)
    assert not pilote.registre.abandonner(abandonne)
    assert pilote.registre.lire(abandonne) is None
    with pytest.raises(TeleversementInconnu):
        pilote.envoie(abandonne, 0, b"x")
    pilote.registre.purger(datetime.now(UTC), datetime.now(UTC) + JOUR)
    assert pilote.objets() == 0


def test_an_expired_one_is_unknown_at_once_and_its_bytes_go_with_the_purge(pilote: Pilote) -> None:
    vif, fini = pilote.ouvre().id, pilote.ouvre(duree_s=0).id
    pilote.envoie(vif, 0, b"0123")
    pilote.registre.deposer(fini, b"0123")
    assert pilote.registre.lire(fini) is None
    with pytest.raises(TeleversementInconnu):
        pilote.envoie(fini, 0, b"0123")
    assert pilote.registre.purger(datetime.now(UTC), datetime.now(UTC) - JOUR) == 1
    assert pilote.objets() == 1
    assert b"".join(pilote.registre.contenu(vif)) == b"0123"


def test_given_up_while_it_is_read_it_is_said_unknown(pilote: Pilote) -> None:
    ident = pilote.ouvre(20).id
    pilote.envoie(ident, 0, b"a" * 10)
    pilote.envoie(ident, 10, b"b" * 10)
    lecture = pilote.registre.contenu(ident)
    assert next(lecture) == b"a" * 10
    pilote.registre.abandonner(ident)
    with pytest.raises(TeleversementInconnu):
        list(lecture)


def test_giving_up_against_a_piece_that_arrives_never_fails_halfway(pilote: Pilote) -> None:
    for _ in range(5):
        ident, erreurs = pilote.ouvre().id, list[Exception]()
        morceau = pilote.registre.deposer(ident, b"0123456789")

        def counts(ident: str = ident, morceau: Any = morceau, erreurs: list[Exception] = erreurs) -> None:
            try:
                pilote.registre.compter(ident, 0, [morceau])
            except TeleversementInconnu:
                return
            except Exception as erreur:
                erreurs.append(erreur)

        fil = threading.Thread(target=counts)
        fil.start()
        assert pilote.registre.abandonner(ident)
        fil.join()
        assert erreurs == []
        assert pilote.registre.lire(ident) is None


def test_openings_at_once_do_not_pass_the_bound_together(pilote: Pilote) -> None:
    for _ in range(OUVERTS_MAX - 1):
        pilote.ouvre()
    refus: list[int] = []

    def one() -> None:
        try:
            pilote.ouvre()
        except TropDeTeleversements:
            refus.append(1)

    fils = [threading.Thread(target=one) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(refus) == 3


def test_a_full_or_absent_disk_is_said_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "stockage").write_text("a file where a folder is wanted")
    with pytest.raises(ServiceIndisponible) as refus:
        open_morceaux(Emplacement(str(tmp_path / "stockage"))).ecrire("x", b"0123")
    assert str(tmp_path) not in refus.value.message
