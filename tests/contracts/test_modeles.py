"""imports.ports.Modeles, on every database: one model a name and firm, whatever the case."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.domain.errors import ModeleExistant, ModeleInconnu
from ecritures.storage import schema
from ecritures.storage.bases import Base
from ecritures.storage.modeles import RegistreModeles
from ecritures.storage.schema import migrate_catalogue


@pytest.fixture
def modeles(base: Any) -> Iterator[RegistreModeles]:
    ouverte = Base(base.url)
    migrate_catalogue(ouverte)
    yield RegistreModeles(ouverte)
    ouverte.fermer()


def test_a_model_is_found_whatever_the_case_and_kept_as_typed(modeles: RegistreModeles) -> None:
    garde = modeles.enregistrer("DEMO", "Caisse Été", "nom = 'Caisse Été' # é\t'")
    assert modeles.trouver("DEMO", "  CAISSE  ÉTÉ ") == garde
    assert (garde.nom, garde.texte) == ("Caisse Été", "nom = 'Caisse Été' # é\t'")
    assert modeles.trouver("AUTRE", "Caisse Été") is None


def test_a_name_is_taken_once_a_firm_and_may_be_replaced_when_asked(modeles: RegistreModeles) -> None:
    premier = modeles.enregistrer("DEMO", "Caisse", "a")
    with pytest.raises(ModeleExistant, match="« Caisse »"):
        modeles.enregistrer("DEMO", "CAISSE", "b")
    second = modeles.enregistrer("DEMO", "CAISSE", "b", remplacer=True)
    assert (second.nom, second.texte, second.creation) == ("CAISSE", "b", premier.creation)
    assert modeles.enregistrer("AUTRE", "caisse", "c").domain == "AUTRE"
    assert [(m.domain, m.nom) for m in modeles.lister()] == [("AUTRE", "caisse"), ("DEMO", "CAISSE")]
    assert [m.nom for m in modeles.lister("DEMO")] == ["CAISSE"]


def test_a_model_is_removed_once(modeles: RegistreModeles) -> None:
    modeles.enregistrer("DEMO", "Caisse", "a")
    assert modeles.retirer("DEMO", "cAISSE")
    assert not modeles.retirer("DEMO", "Caisse")
    assert modeles.lister() == []


def test_a_model_changes_its_name_and_text_at_once_never_into_another_ones(modeles: RegistreModeles) -> None:
    premier = modeles.enregistrer("DEMO", "Caisse", "a")
    modeles.enregistrer("DEMO", "Banque", "b")
    change = modeles.modifier("DEMO", "caisse", "Caisse Été", "c")
    assert (change.nom, change.texte, change.creation) == ("Caisse Été", "c", premier.creation)
    assert modeles.modifier("DEMO", "caisse été", "CAISSE ÉTÉ", "d").nom == "CAISSE ÉTÉ"
    with pytest.raises(ModeleExistant, match="« banque »"):
        modeles.modifier("DEMO", "Caisse Été", "banque", "e")
    with pytest.raises(ModeleInconnu):
        modeles.modifier("AUTRE", "Caisse Été", "Volée", "f")
    assert [(m.nom, m.texte) for m in modeles.lister("DEMO")] == [("Banque", "b"), ("CAISSE ÉTÉ", "d")]


def test_two_writers_of_one_name_leave_one_model(modeles: RegistreModeles) -> None:
    refus: list[str] = []

    def ecrit(texte: str) -> None:
        try:
            modeles.enregistrer("DEMO", "Caisse", texte)
        except ModeleExistant as refuse:
            refus.append(refuse.code)

    fils = [threading.Thread(target=ecrit, args=(str(n),)) for n in range(6)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert refus == ["modele.existant"] * 5
    assert len(modeles.lister("DEMO")) == 1


def test_a_catalogue_of_the_first_revision_gains_the_models(base: Any) -> None:
    ouverte = Base(base.url)
    with ouverte.ecriture() as connexion:
        schema.upgrade(connexion, "catalogue", "0001")
        assert not sa.inspect(connexion).has_table("modeles")
    migrate_catalogue(ouverte)
    assert RegistreModeles(ouverte).enregistrer("DEMO", "Caisse", "a").nom == "Caisse"
    ouverte.fermer()
