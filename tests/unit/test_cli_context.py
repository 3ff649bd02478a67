"""Options shared by the commands."""

from __future__ import annotations

from datetime import date

import pytest
import typer

from ecritures.cli.context import load_settings, parse_periode


@pytest.mark.parametrize("texte", ["2025-01-01:2025-12-31", "01/01/2025:31/12/2025", " 2025-01-01 : 31/12/2025 "])
def test_a_period_is_read_in_both_ways_of_writing_a_date(texte: str) -> None:
    assert parse_periode(texte) == (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    "texte", ["", "2025", "2025-13-01:2025-12-31", "2025-12-31:2025-01-01", "2025-02-30:2025-12-31", "a:b:c"]
)
def test_anything_else_is_refused_with_an_example(texte: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_periode(texte)


def test_a_wrong_setting_ends_the_command_without_showing_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECRITURES_CONSTATS_MAX", "mot-de-passe")
    with pytest.raises(SystemExit) as fin:
        load_settings()
    assert fin.value.code == 2
    dit = capsys.readouterr().err
    assert "ECRITURES_CONSTATS_MAX" in dit
    assert "mot-de-passe" not in dit
