"""Whose the Streamlit sessions of this process are: a session belongs to the sign-in whose token stands in its state.

Its id stands in addresses and logs, so it proves nothing. What proves that a request is of the same browser is the token in its cookie.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from typing import Any

from streamlit.runtime import exists, get_instance
from streamlit.runtime.app_session import AppSession

from data_access import sessions
from data_access.accounts import Account
from data_access.clock import beijing_now
from data_access.engine import engine

TOKEN = "board_token"  # noqa: S105 (the name of a place)
"""Session state: the token of the sign-in."""
KNOWN = "board_known"
"""Session state: what the account table last said of it (``auth.Known``)."""


def idle_limit() -> timedelta:
    """After how long without a click a sign-in ends: ``BOARD_IDLE_MINUTES``, 30 by default (等保)."""
    return timedelta(minutes=float(os.environ.get("BOARD_IDLE_MINUTES", sessions.IDLE.total_seconds() / 60)))


def account_of(token: str) -> Account | None:
    """Whom the sign-in opens the board for, as the database says now; None where it is over. Raises one of ``DATABASE_AWAY``."""
    with engine().connect() as connection:
        return sessions.standing(connection, token, beijing_now(), idle=idle_limit()).account


def stands(token: str) -> bool:
    return account_of(token) is not None


def connected(session_id: str) -> AppSession | None:
    """The session of this id, while a browser is connected to it. Any thread may ask."""
    return get_instance().get_app_session(session_id) if exists() else None


def live_sessions() -> list[AppSession]:
    """The sessions of this process that a browser is connected to."""
    return [each.session for each in get_instance()._session_mgr.list_active_sessions()] if exists() else []


def held(session: AppSession | None, key: str) -> Any:
    """What a session's state holds under ``key``; None where it holds nothing."""
    try:
        return None if session is None else session.session_state[key]
    except KeyError:
        return None


def is_of(session: AppSession | None, token: str | None) -> bool:
    """Whether the session belongs to the sign-in of ``token``. One in which nobody is signed in belongs to nobody."""
    owner = held(session, TOKEN)
    return owner is not None and token is not None and secrets.compare_digest(owner.encode(), token.encode())
