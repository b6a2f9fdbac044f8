"""What leaves the board: a table as XLSX or CSV, a paper, a picture, each with an audit row.

All that a page offers stands in one menu at its end, whose lines are drawn when it is opened: closed, it costs a redraw one element,
whatever it holds. A file is made when its button is clicked, not before. The click is answered outside the page's rerun, so the session
is asked anew there: whoever has been signed out or lost the right since the page was drawn gets nothing, and nothing leaves without a row
on record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from markupsafe import Markup

from data_access.accounts import Account
from data_access.audit import Action, record
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from pages.common import auth
from reports.csv_file import csv_bytes
from reports.meeting_files import XLSX
from reports.svg import png
from reports.tables import Table, file_stem
from reports.wording import moment
from reports.workbook import workbook_bytes

CSV, PNG, SVG = "text/csv", "image/png", "image/svg+xml"
MENU = "下载本页表格和图片"
TABLE, PICTURE = "table", "picture"
_OFFERED = "board_offered"
_ABOUT = "board_about"
"""Session state: whom this run's page is about, (name, number)."""
_HERE = Path(__file__).parent

Session = Callable[[], Account | None]
"""See :func:`pages.common.auth.session_asked_later`."""
Right = Literal["may_export", "may_administer"]
"""By what a file may leave: ledgers' templates and refused rows belong to whoever loads them."""
Buttons = Callable[[str], None]
"""Draws the buttons of one line of the menu under a key."""


class ExportRefused(PermissionError):
    """The session is over, or its account may not take this away (any more)."""


def exporter() -> Account | None:
    """The account, where it may take files away; pages leave their buttons out where not."""
    account = auth.known_account()
    return account if account is not None and account.scope.may_export else None


def put_on_record(session: Session, what: str, drawn_for: Scope, right: Right = "may_export") -> None:
    """The audit row of an export. Raises :class:`ExportRefused` where the session is over or its account has not the right.

    ``drawn_for``: the scope the page was drawn for; a file made for a scope the account no longer has is refused too.
    """
    account = session()
    if account is None:
        raise ExportRefused("登录已结束，请重新登录后再下载")
    if not getattr(account.scope, right):
        raise ExportRefused(f"账号 {account.username} 没有导出权限")
    if account.scope != drawn_for:
        raise ExportRefused(f"账号 {account.username} 的权限刚刚变了，请刷新页面后再下载")
    with engine().begin() as connection:
        record(connection, account.username, Action.EXPORT, beijing_now(), what)


def file_button(
    label: str, file_name: str, mime: str, content: Callable[[], bytes], *, key: str, what: str, right: Right = "may_export", **more: Any
) -> None:
    """A download button whose file is made on the click, after the audit row is written. Nothing without the ``right``."""
    account = auth.known_account()
    if account is None or not getattr(account.scope, right):
        return
    session, scope, told = auth.session_asked_later(), account.scope, on_record(what)

    def exported() -> bytes:
        put_on_record(session, told, scope, right)
        return content()

    st.download_button(label, exported, file_name, mime, key=key, on_click="ignore", **more)


# --- the page's menu ------------------------------------------------------------------------------------------------


def offer_table(title: str, make: Callable[[], Table]) -> None:
    """Puts a table of this page among what :func:`page_downloads` hands out; made only when it is asked for."""
    _offer(TABLE, title, partial(_table_buttons, title, make))


def offer_picture(name: str, svg: Callable[[str], str]) -> None:
    """The same for a picture; ``svg`` makes it with who takes it and when."""
    _offer(PICTURE, name, partial(_picture_buttons, name, svg))


def offer_chart(chart_key: str, name: str, footer: Sequence[str]) -> None:
    """The same for the Plotly chart shown under ``chart_key``, which only the browser can draw as it stands on screen.

    The title is the chart's own; ``footer`` lines (口径, 截至, 筛选) and the account as watermark are set under it.
    """
    _offer(PICTURE, name, partial(_chart_buttons, chart_key, name, footer))


def _offer(kind: str, title: str, buttons: Buttons) -> None:
    if exporter() is not None:
        st.session_state.setdefault(_OFFERED, {})[kind, title] = buttons


def none_offered() -> None:
    """The beginning of a run: what an interrupted run has left must not stand in another view's menu."""
    st.session_state.pop(_OFFERED, None)
    st.session_state.pop(_ABOUT, None)


def is_about(name: str | None, number: int) -> None:
    """This run's page is one person's: files bear the name, the audit the number: who reads it need not be who may see names."""
    if name:
        st.session_state[_ABOUT] = name, number


def on_record(what: str) -> str:
    """A file's title as the audit has it."""
    name, number = st.session_state.get(_ABOUT, ("", 0))
    return what.replace(name, f"人员编号 {number}") if name else what


def page_downloads(page: str) -> None:
    """The menu at the end of ``area/page``: every table and picture the page has shown. Nothing where it has shown none."""
    offered: dict[tuple[str, str], Buttons] = st.session_state.pop(_OFFERED, {})
    if not offered:
        return
    key = f"downloads-{page.replace('/', '-')}"
    with st.popover(MENU, icon=":material/download:", type="tertiary", key=key, on_change="rerun") as menu:
        if not menu.open:
            return
        for place, ((kind, title), buttons) in enumerate(offered.items()):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.html(Markup("<b>{}</b>").format(title), width="content")
                with st.container(horizontal=True, width="content"):
                    buttons(f"page-{kind}-{place}")


def _table_buttons(title: str, make: Callable[[], Table], key: str) -> None:
    account = exporter()
    if account is None:
        return
    signature = ("导出", f"{account.username} · {moment(beijing_now())}")

    def workbook() -> bytes:
        table = make()
        return workbook_bytes([replace(table, notes=(*table.notes, signature))])

    def text() -> bytes:
        return csv_bytes(make())

    for label, suffix, mime, content in (("Excel", "xlsx", XLSX, workbook), ("CSV", "csv", CSV, text)):
        name = f"{file_stem(title)}.{suffix}"
        file_button(label, name, mime, content, key=f"{key}-{suffix}", what=f"{title} · {suffix}", type="tertiary")


def _picture_buttons(name: str, svg: Callable[[str], str], key: str) -> None:
    mark = picture_mark()
    contents = {"png": (PNG, lambda: png(svg(mark))), "svg": (SVG, lambda: svg(mark).encode("utf-8", "replace"))}
    for suffix, (mime, content) in contents.items():
        what = f"图片 {name} · {suffix}"
        file_button(suffix.upper(), f"{file_stem(name)}.{suffix}", mime, content, key=f"{key}-{suffix}", what=what, type="tertiary")


def picture_mark() -> str:
    """Who takes a picture and when, as it stands in it; empty for an account that may take none."""
    account = exporter()
    return "" if account is None else f"{account.display_name}（{account.username}）· {moment(beijing_now())}"


@st.cache_resource(show_spinner=False)
def _chart_component() -> Any:
    return st.components.v2.component("board_picture", js=(_HERE / "picture.js").read_text(encoding="utf-8"), isolate_styles=False)


def _chart_buttons(chart_key: str, name: str, footer: Sequence[str], key: str) -> None:
    """A click is first put on record here; the browser saves when it sees the grant."""
    account = exporter()
    if account is None:
        return
    session, scope, granted, told = auth.session_asked_later(), account.scope, f"{key}-granted", on_record(name)

    def asked() -> None:
        wanted = st.session_state[key].get("asked") or {}
        if wanted.get("format") in ("png", "svg"):
            put_on_record(session, f"图片 {told} · {wanted['format']}", scope)
            st.session_state[granted] = wanted.get("number")

    data = {
        "chart": chart_key,
        "name": name,
        "footer": [line for line in footer if line],
        "mark": picture_mark(),
        "granted": st.session_state.get(granted),
    }
    _chart_component()(key=key, data=data, on_asked_change=asked, width="content")
