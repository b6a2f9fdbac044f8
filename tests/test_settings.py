"""``board.env``: the same settings for the service and for whoever types a command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data_access.settings import settings, taken_over

TEXT = """# 看板的设置
DATABASE_URL=postgresql://board:p=a#s$s@db/board
#BOARD_MODULES=duty
 BOARD_IDLE_MINUTES = "20"
no setting
"""


def test_settings_are_read_as_they_stand() -> None:
    assert settings(TEXT) == {"DATABASE_URL": "postgresql://board:p=a#s$s@db/board", "BOARD_IDLE_MINUTES": "20"}


def test_what_the_environment_says_stands_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "board.env"
    taken_over(file)  # none there
    file.write_text(f"\ufeff{TEXT}", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///mine.db")
    monkeypatch.delenv("BOARD_IDLE_MINUTES", raising=False)
    taken_over(file)
    assert (os.environ["DATABASE_URL"], os.environ["BOARD_IDLE_MINUTES"]) == ("sqlite:///mine.db", "20")
    del os.environ["BOARD_IDLE_MINUTES"]


def test_the_file_that_comes_along_sets_nothing() -> None:
    assert settings((Path(__file__).parents[1] / "deploy" / "board.env").read_text(encoding="utf-8")) == {}
