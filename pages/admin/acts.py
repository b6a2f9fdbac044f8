"""What one of the three administrators does, what the last act said, and a fresh look at what has been done."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from data_access.accounts import Account, AccountError, hold_duty
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from pages.common.auth import known_account
from pages.common.navigation import plain
from pages.common.page import PageStopped

_SAID = "admin_said"
PAGE_ROWS = 50
Duty = Literal["may_administer", "may_grant"]


def fresh(query: Callable[..., Any], scope: Scope, **arguments: Any) -> Any:
    """Asked of the database now: an administrator sees what has just been done, also by another."""
    with engine().connect() as connection:
        return query(scope, connection, **arguments)


def picked_page(total: int, key: str) -> int:
    """Which page of ``PAGE_ROWS`` is shown, from 0."""
    pages = max(1, math.ceil(total / PAGE_ROWS))
    if int(st.session_state.get(key) or 1) > pages:
        st.session_state[key] = pages
    return 0 if pages == 1 else int(st.pagination(pages, key=key)) - 1


def act(duty: Duty, change: Callable[..., Any], said: str) -> None:
    """Does one thing in its own transaction as the signed-in account, whose ``duty`` it must be then, then draws the page anew."""
    account = signed_in(duty)
    try:
        with engine().begin() as connection:
            hold_duty(connection, account)
            change(connection, now=beijing_now(), by=account.username)
    except AccountError as problem:
        st.error(f"没有做成：{plain(str(problem))}。")
        return
    said_next(said)


def said_next(said: str) -> None:
    """Draws the page anew and says what has been done."""
    st.session_state[_SAID] = said
    st.rerun()


def last_said() -> None:
    """What the act before this rerun has done."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(plain(said), icon=":material/check:")


def signed_in(duty: Duty) -> Account:
    """The account of this rerun; an act that is not its ``duty`` is not done: the page stops."""
    account = known_account()
    if account is None or not getattr(account.scope, duty):
        raise PageStopped
    return account
