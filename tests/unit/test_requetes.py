"""What the log of requests keeps of a body: the question, never a secret nor the content of a file."""

from __future__ import annotations

import json

import pytest

from ecritures.imports.requetes import CORPS_OCTETS_MAX, TEXTE_MAX, mask


@pytest.mark.parametrize(
    "nom",
    ["apikey", "x-apikey", "secret", "mot_de_passe", "ancien_mot_de_passe", "Password", "token", "jeton", "sig", "cle"],
)
def test_a_secret_is_masked_wherever_it_is(nom: str) -> None:
    corps = {"a": [{"b": {nom: "tres-secret"}}], nom: {"x": "tres-secret"}}
    assert "tres-secret" not in str(mask(json.dumps(corps).encode()))


@pytest.mark.parametrize(
    ("url", "garde"),
    [
        ("https://depot.example.org/g/f.tra?sig=tres-secret&se=1", "https://depot.example.org/g/f.tra?…"),
        ("https://nom:tres-secret@exemple.fr/f", "https://exemple.fr/f"),
        ("https://exemple.fr/f#tres-secret", "https://exemple.fr/f"),
        ("http://[?sig=tres-secret", "…"),
    ],
)
def test_an_address_loses_what_signs_it(url: str, garde: str) -> None:
    assert mask(json.dumps({"codeIbs": "DEMO001", "URL": url}).encode()) == json.dumps(
        {"codeIbs": "DEMO001", "URL": garde}, ensure_ascii=False
    )


def test_entries_are_content_and_are_left_out() -> None:
    corps = {"codeIbs": "DEMO001", "data": {"ecritures": [{"libelle": "tres-secret"}]}}
    assert mask(json.dumps(corps).encode()) == '{"codeIbs": "DEMO001", "data": "…"}'


@pytest.mark.parametrize(
    "octets", [b"", b"***S5CLIJRLSTD", b"\xff\xfe", b"[" * 10_000, b'"' + b"x" * CORPS_OCTETS_MAX + b'"']
)
def test_what_is_not_a_short_json_is_not_kept(octets: bytes) -> None:
    assert mask(octets) is None


def test_what_is_kept_is_bounded() -> None:
    assert len(str(mask(json.dumps({"libelle": "x" * 9000}).encode()))) == TEXTE_MAX
    profond = b'{"a":' * 200 + b"1" + b"}" * 200
    assert len(str(mask(profond))) < 200


def test_a_lone_surrogate_is_replaced_since_no_database_takes_it() -> None:
    assert mask(b'{"codeIbs": "A\\ud800B"}') == '{"codeIbs": "A?B"}'
