"""Loading, undoing, feeding, killing and viewing at once end with exact counts. ``BOARD_MIXED_SECONDS`` asks for more than a test run does;
an hour with a server and open tabs is ``python -m tests.mixed_loading``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from data_access.engine import engine
from pages.common import loaders
from tests.mixed_loading import a_county, mixed

SECONDS = float(os.environ.get("BOARD_MIXED_SECONDS", "12"))
NAME = "mixed_loading"


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database of this test alone: the audit, which tells what was done, only grows."""
    server = None
    if request.param == "sqlite":
        database = engine(f"sqlite:///{tmp_path / 'board.db'}")
    else:
        server = engine(request.getfixturevalue("postgresql_url"))
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {NAME}"))
        database = engine(server.url.set(database=NAME).render_as_string(hide_password=False))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    loaders.forget()
    yield database
    loaders.forget()
    database.dispose()
    if server is not None:
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


@pytest.mark.slow
def test_loading_undoing_feeding_killing_and_viewing_at_once_end_with_exact_counts(own: Engine) -> None:
    a_county(own)
    done = mixed(own, SECONDS, seed=1, tell=lambda _line: None).done
    assert {"load", "undo", "write_directly", "look"} <= set(done)
