"""Accounts, sign-ins and boards for tests: ``a_board(database, role=Role.LEADER)`` is an AppTest that is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import Engine
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from data_access import accounts, sessions
from data_access.accounts import Account, Role
from data_access.clock import beijing_now

NOW = datetime(2026, 11, 20, 20, 0, 0)
RIGHT, WRONG = "Kanban-2026", "Kanban-2025"
APP = str(Path(__file__).parents[1] / "app.py")
_numbers = count(1)
# Before every run of a test's page Streamlit looks through all installed packages for components: a third of these tests' time.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def a_name() -> str:
    """A username no other test has: the audit is append-only, also between tests."""
    return f"user{next(_numbers)}"


def an_account(database: Engine, role: Role = Role.LEADER, password: str = RIGHT, *, now: datetime = NOW, **more: object) -> str:
    """Adds an account (``area=``, ``rights=``) and returns its name."""
    name = a_name()
    with database.begin() as connection:
        accounts.add_account(connection, name, name, role, password, now=now, by="test", **more)  # type: ignore[arg-type]
    return name


def try_password(database: Engine, name: str, password: str, after: timedelta = timedelta()) -> sessions.SignIn:
    return sessions.sign_in(database, name, password, NOW + after)


def a_token(database: Engine, name: str, now: datetime = NOW) -> str:
    """Signs in and returns the session's token."""
    token = sessions.sign_in(database, name, RIGHT, now).token
    assert token is not None
    return token


def a_session(database: Engine, name: str) -> Callable[[], Account | None]:
    """Signs in; asks that session later, as a button does that was drawn in it."""
    token = a_token(database, name, beijing_now())

    def asked() -> Account | None:
        with database.connect() as connection:
            return sessions.standing(connection, token, beijing_now()).account

    return asked


def a_board(database: Engine, name: str | None = None, *, role: Role = Role.LEADER, app: str = APP, **more: object) -> AppTest:
    """The app as a browser that is signed in as ``name`` (else as a new account of ``role``) sees it; not run yet.

    ``database`` is the fixture ``served``: the app finds it by ``DATABASE_URL``.
    """
    now = beijing_now()
    name = name or an_account(database, role, now=now, **more)
    board = AppTest.from_file(app, default_timeout=30)
    board.session_state["board_token"] = a_token(database, name, now)
    return board
