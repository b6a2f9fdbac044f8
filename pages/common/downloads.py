"""What leaves the board: a table as XLSX or CSV, a chart as PNG or SVG, each with an audit row.

A file is made when its button is clicked, not before. The click is answered outside the page's rerun, so the account is asked
anew there: whoever lost the right to export since the page was drawn gets nothing, and nothing leaves without a row on record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from data_access import areas
from data_access.accounts import account_named
from data_access.audit import Action, record
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from data_access.window import Window
from pages.common import auth, loaders
from pages.common.filters import PERIOD_SHOWN
from reports.meeting_files import XLSX
from reports.tables import TableReport, csv_bytes
from reports.wording import moment
from reports.workbook import workbook_bytes

CSV = "text/csv"
_OFFERED = "board_offered_tables"
_HERE = Path(__file__).parent
PICTURE_CSS = """
.board-picture { display: flex; gap: 1rem; justify-content: flex-end; font-family: var(--st-font); }
.board-picture button { font: inherit; font-size: 14px; color: var(--quiet); cursor: pointer; }
.board-picture button { background: none; border: 0; padding: .3rem 0; }
.board-picture button:is(:hover, :focus-visible) { color: var(--accent); text-decoration: underline; text-underline-offset: 3px; }
@media (max-width: 640px) { .board-picture button { min-height: 44px; } }
@media print { .board-picture { display: none; } }
"""


class ExportRefused(PermissionError):
    """The account may not export (any more)."""


def may_export() -> bool:
    """Whether this account may take files away; pages leave their buttons out where not."""
    return auth.signed_in_scope().may_export


def put_on_record(username: str, what: str, drawn_for: Scope | None = None) -> None:
    """The audit row of an export, in a transaction of its own. Raises :class:`ExportRefused` for an account without the right.

    ``drawn_for``: the scope the page was drawn for; a file made for a scope the account no longer has is refused too.
    """
    now = beijing_now()
    with engine().begin() as connection:
        account = account_named(connection, username)
        if account is None or account.disabled_at is not None or not account.scope.may_export:
            raise ExportRefused(f"账号 {username} 没有导出权限")
        if drawn_for is not None and account.scope != drawn_for:
            raise ExportRefused(f"账号 {username} 的权限刚刚变了,请刷新页面后再导出")
        record(connection, account.username, Action.EXPORT, now, what)


def file_button(label: str, file_name: str, mime: str, content: Callable[[], bytes], *, key: str, what: str, **more: Any) -> None:
    """A download button whose file is made on the click, after the audit row is written. Nothing without the right to export."""
    account = auth.known_account()
    if account is None or not account.scope.may_export:
        return
    username, scope = account.username, account.scope

    def exported() -> bytes:
        put_on_record(username, what, scope)
        return content()

    st.download_button(label, exported, file_name, mime, key=key, on_click="ignore", **more)


def table_downloads(sheet: TableReport, *, key: str) -> None:
    """Excel and CSV of a table: all its rows, the same frame, scope and masking as on screen, the account in the notes."""
    _table_buttons(f"{sheet.title} · {sheet.subtitle} · {len(sheet.frame)}行", sheet.file_stem, lambda: sheet, key)


def _table_buttons(what: str, file_stem: str, make: Callable[[], TableReport], key: str) -> None:
    account = auth.known_account()
    if account is None or not account.scope.may_export:
        return
    signature = ("导出", f"{account.username} · {moment(beijing_now())}")

    def workbook() -> bytes:
        sheet = make()
        return workbook_bytes([replace(sheet, notes=(*sheet.notes, signature))])

    def text() -> bytes:
        return csv_bytes(make())

    with st.container(horizontal=True, vertical_alignment="center", key=f"downloads-{key}"):
        for label, suffix, mime, content in (("Excel", "xlsx", XLSX, workbook), ("CSV", "csv", CSV, text)):
            file_button(label, f"{file_stem}.{suffix}", mime, content, key=f"{key}-{suffix}", what=f"{what} · {suffix}", type="tertiary")


def offer_table(title: str, make: Callable[[], TableReport], *, instead_of: str = "") -> None:
    """Puts a table of this page among those :func:`page_downloads` hands out; made only when it is asked for.

    ``instead_of``: the title of a wider table that this one, which is what the page shows, takes the place of.
    """
    if may_export():
        offered = st.session_state.setdefault(_OFFERED, {})
        offered.pop(instead_of, None)
        offered[title] = make


def none_offered() -> None:
    """The beginning of a run: what an interrupted run has left must not stand among another view's tables."""
    st.session_state.pop(_OFFERED, None)


def page_downloads() -> None:
    """下载本页表格: every table the page has offered, as Excel and CSV. Stands at a page's end."""
    offered: dict[str, Callable[[], TableReport]] = st.session_state.pop(_OFFERED, {})
    if not offered:
        return
    with st.popover("下载本页表格", icon=":material/download:", type="tertiary"):
        for place, (title, make) in enumerate(offered.items()):
            st.html(f"<b>{escape(title)}</b>")
            stem = "".join("_" if sign in '\\/:*?"<>|' else sign for sign in title)
            _table_buttons(title, stem, make, f"page-table-{place}")


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("board_picture", css=PICTURE_CSS, js=(_HERE / "picture.js").read_text(encoding="utf-8"))


def picture_buttons(chart_key: str, file_stem: str, footer: Sequence[str]) -> None:
    """图片 PNG · SVG of the Plotly chart shown under ``chart_key``, drawn by the browser as it stands on screen.

    The title is the chart's own; ``footer`` lines (口径, 截至, 筛选, k/n) and the account as watermark are set under it inside
    the picture. The server needs no browser. A click is first put on record here; the browser saves when it sees the grant.
    """
    account = auth.known_account()
    if account is None or not account.scope.may_export:
        return
    key, username = f"picture-{chart_key}", account.username
    granted = f"{key}-granted"

    def asked() -> None:
        wanted = st.session_state[key].get("asked") or {}
        if wanted.get("format") in ("png", "svg"):
            put_on_record(username, f"图片 {file_stem} · {wanted['format']}")
            st.session_state[granted] = wanted.get("number")

    data = {
        "chart": chart_key,
        "name": file_stem,
        "footer": [line for line in footer if line],
        "mark": f"{account.display_name}({username})· {moment(beijing_now())}",
        "granted": st.session_state.get(granted),
    }
    _component()(key=key, data=data, on_asked_change=asked)


def footer_of_page(definition: str = "") -> list[str]:
    """口径, 截至 and the filters in the address, as the lines under a picture."""
    until = loaders.good_at() or beijing_now()
    township = st.session_state.get("township")
    names: dict[str, str] = {}
    if township:
        window = Window("township", loaders.today(), loaders.today(), loaders.today())
        units = loaders.asked(areas.units, auth.signed_in_scope(), ("area",), window=window)
        names = dict(zip(units["code"], units["name"], strict=True))
    parts = [st.session_state.get(PERIOD_SHOWN, ""), names.get(str(township), str(township or "")) or "全部乡镇"]
    filters = " · ".join(part for part in parts if part)
    return [f"口径:{definition}" if definition else "", f"截至 {moment(until)} · 筛选 {filters}"]
