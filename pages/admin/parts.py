"""What the sections of 管理 share: a fresh look into the database, a plain table, what the last act said."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from data_access.accounts import Account, AccountError
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from pages.common.auth import known_account
from pages.common.panel import panel

_SAID = "admin_said"
PAGE_ROWS = 50


def fresh(query: Callable[..., Any], scope: Scope, **arguments: Any) -> Any:
    """Asked of the database now: an administrator sees what has just been done, also by another."""
    with engine().connect() as connection:
        return query(scope, connection, **arguments)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], key: str, numbers: Sequence[int] = (), empty: str = "没有记录") -> None:
    """A plain table that scrolls in itself where it is wider than the screen. Every text is escaped."""
    if not rows:
        panel(f'<div class="empty">{escape(empty)}</div>', key=key)
        return
    side = ["number" if place in numbers else "" for place in range(len(headers))]
    head = "".join(f'<th class="{align}">{escape(name)}</th>' for name, align in zip(headers, side, strict=True))
    lines = "".join(_line([_cell(_text(text), align) for text, align in zip(row, side, strict=True)]) for row in rows)
    panel(f'<div class="sheet-wrap"><table class="sheet"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>', key=key)


SHORT = 12


def _cell(text: str, align: str) -> str:
    """Short texts stay on one line also on a phone, where the table scrolls in itself."""
    style = ' style="white-space: nowrap"' if len(text) <= SHORT else ""
    return f'<td class="{align}"{style}>{escape(text)}</td>'


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # NaN is the one value that differs from itself


def _line(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def picked_page(total: int, key: str) -> int:
    """Which page of ``PAGE_ROWS`` is shown, from 0."""
    pages = max(1, math.ceil(total / PAGE_ROWS))
    if int(st.session_state.get(key) or 1) > pages:
        st.session_state[key] = pages
    return 0 if pages == 1 else int(st.pagination(pages, key=key)) - 1


def act(change: Callable[..., Any], said: str) -> None:
    """Does one thing to the accounts in its own transaction, as the signed-in account, then draws the page anew."""
    by = signed_in().username
    try:
        with engine().begin() as connection:
            change(connection, now=beijing_now(), by=by)
    except AccountError as problem:
        st.error(f"没有做成:{problem}。")
        return
    say(said)


def say(text: str) -> None:
    st.session_state[_SAID] = text
    st.rerun()


def last_said() -> None:
    """What the act before this rerun has done."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said, icon=":material/check:")


def signed_in() -> Account:
    """The account of this rerun; an act that nobody is signed in for is not done."""
    account = known_account()
    if account is None or not account.scope.may_administer:
        st.stop()
    return account
