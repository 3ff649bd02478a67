"""Names of deposits in an object store, and the guids that sign them."""

from __future__ import annotations

import re
import unicodedata
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ecritures.domain.errors import DepotAbsent, NomDeFichierInvalide
from ecritures.storage.depots import Sceau, check_name, file_name, object_name
from ecritures.storage.secret import Secret

SCEAU = Sceau(Secret(b"s" * 32))


@given(st.text(st.characters(exclude_categories=("Cs",))))
@example("_xaé.txt")
@example("_x5f_x20_")
@example("__x20_")
def test_an_object_name_is_plain_ascii_and_gives_its_name_back(nom: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]*", object_name(nom))
    assert file_name(object_name(nom)) == nom


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert object_name("812345676FEC_2025-12.31.txt") == "812345676FEC_2025-12.31.txt"


@given(st.text(), st.text())
def test_a_guid_is_worth_something_for_its_firm_and_name_only(domain: str, radical: str) -> None:
    try:
        nom = check_name(radical + ".txt")
        domain.encode()
    except (NomDeFichierInvalide, UnicodeEncodeError):
        return
    guid = SCEAU.new(domain, nom)
    assert uuid.UUID(guid).version == 8
    assert uuid.UUID(guid).variant == uuid.RFC_4122
    assert SCEAU.split(domain, f"{guid}/{nom}") == (guid, unicodedata.normalize("NFC", nom))
    for autre_domain, autre_nom in ((domain + "x", nom), (domain, "x" + nom)):
        with pytest.raises(DepotAbsent):
            SCEAU.split(autre_domain, f"{guid}/{autre_nom}")


@given(st.text())
def test_any_text_as_a_uri_is_absent_and_never_an_error(uri: str) -> None:
    with pytest.raises(DepotAbsent):
        SCEAU.split("cabinet", uri)


def test_every_bit_of_a_guid_counts() -> None:
    guid = uuid.UUID(SCEAU.new("cabinet", "a.txt"))
    for rang in range(128):
        with pytest.raises(DepotAbsent):
            SCEAU.split("cabinet", f"{uuid.UUID(int=guid.int ^ 1 << rang)}/a.txt")


def test_guids_do_not_repeat() -> None:
    assert len({SCEAU.new("cabinet", "a.txt") for _ in range(1000)}) == 1000
