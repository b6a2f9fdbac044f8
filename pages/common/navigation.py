"""The one list of pages: where it lies, what it is called, who may open it, which module switches it off.

A page appears when its file exists, its module is on and the account may open it. The address is the file's stem
(``/duty``, ``/case``), so that a link stays right when a page is renamed in the menu.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import Page

from data_access.accounts import DUTIES, Account, Role
from reports.modules import running_modules

ROOT = Path(__file__).parents[2]
PRODUCT = "县域治理看板"
ICON = f"data:image/svg+xml;base64,{b64encode((Path(__file__).parent / 'icon.svg').read_bytes()).decode()}"
"""The sign in the browser's tab; of a path Streamlit would open and read the file in every run."""

KEEPERS = frozenset(DUTIES)
OFFICES = frozenset({Role.LEADER, Role.ORGANISATION, Role.PETITION_OFFICE, Role.POLITICAL_LEGAL, Role.TOWNSHIP, Role.ADMINISTRATOR})
COUNTY = OFFICES - {Role.TOWNSHIP, Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Entry:
    """One page. ``menu`` is its group in the top navigation: ``""`` stands directly in the line, ``None`` is not in the menu.

    No icons: a browser fetches a page's icon for the tab from outside the county's network.
    """

    path: str
    title: str
    menu: str | None = ""
    module: str | None = None
    roles: frozenset[Role] = OFFICES

    @property
    def file(self) -> str:
        return f"pages/{self.path}.py"

    @property
    def url_path(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def open_to(self, account: Account) -> bool:
        return account.is_granted and account.role in self.roles


ENTRIES = (
    Entry("overview/overview", "总览"),
    Entry("duty/duty", "住夜", module="duty"),
    Entry("petitions/petitions", "诉求", module="petitions"),
    Entry("captains/captains", "三长", module="captains"),
    Entry("township/township", "乡镇画像", "乡镇 · 对比"),
    Entry("compare/compare", "对比", "乡镇 · 对比"),
    Entry("nights/nights", "三夜", "三夜 · 接待", "nights"),
    Entry("reception/reception", "接待", "三夜 · 接待", "reception"),
    Entry("meeting/meeting", "会议材料", "会议 · 评选", roles=COUNTY),
    Entry("meeting/outcomes", "成效", "会议 · 评选"),
    Entry("selection/selection", "评选", "会议 · 评选", "captains", COUNTY | {Role.TOWNSHIP}),
    Entry("quality/quality", "数据", "数据 · 口径"),
    Entry("definitions/definitions", "口径", "数据 · 口径"),
    Entry("admin/admin", "管理", "数据 · 口径", roles=KEEPERS),
    Entry("wall/wall", "大屏", "数据 · 口径", roles=frozenset({Role.LEADER, Role.ADMINISTRATOR, Role.WALL})),
    Entry("overview/morning", "晨报", None),
    Entry("tonight/enter", "填报", "", "duty", frozenset({Role.REPORTER})),
    Entry("tonight/tonight", "今晚", None, "duty"),
    Entry("township/village", "村画像", None),
    Entry("township/person", "个人履职", None),
    Entry("figures/rows", "记录", None),
    Entry("petitions/cases", "诉求清单", None, "petitions"),
    Entry("petitions/case", "诉求详情", None, "petitions"),
    Entry("captains/captain", "三长个人", None, "captains"),
    Entry("selection/sheet", "评分表", None, "captains", COUNTY | {Role.TOWNSHIP}),
    Entry("meeting/show", "会议演示", None, roles=COUNTY),
    Entry("help/help", "帮助", None, roles=OFFICES | KEEPERS | {Role.REPORTER}),
)

HOME = "home"
"""What stands for the address of the first page, which has none."""

_OPEN = "board_open_pages"
"""Session state: the files of the pages this account may open, for links."""
_PAGES = "board_pages"
"""Session state: what the account's pages were made of, and they themselves. They are this session's: Streamlit marks the one that runs."""


def existing_entries() -> tuple[Entry, ...]:
    """Entries whose module is on and whose file exists, in menu order."""
    modules = running_modules()
    return tuple(e for e in ENTRIES if (e.module is None or e.module in modules) and _exists(e.file))


@cache
def _exists(file: str) -> bool:
    return (ROOT / file).is_file()


def open_files() -> frozenset[str]:
    """The files of the pages that the account of this session may open."""
    found: frozenset[str] = st.session_state.get(_OPEN, frozenset())
    return found


def can_open(file: str) -> bool:
    """Whether the account of this session may open the page; a link to any other page would be an error."""
    return file in open_files()


def file_of(page: str) -> str:
    """The file of ``area/page``."""
    return f"pages/{page}.py"


def opens(page: str) -> bool:
    """Whether the account of this session may open ``area/page``."""
    return can_open(file_of(page))


_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_LINKED = re.compile(r"(?::(?=//|[a-z])|@(?=\w)|www(?=\.))", re.IGNORECASE)
"""Where Streamlit makes a link or a picture of words, escaped or not: only an invisible sign between them keeps it from that."""
_JOINED = "\N{WORD JOINER}"


def plain(text: str) -> str:
    """Words that somebody else has written, for an element that reads Markdown: signs stand for themselves, nothing becomes a link."""
    return _SIGNS.sub(r"\\\g<0>", _LINKED.sub(rf"\g<0>{_JOINED}", " ".join(text.split())))


def home() -> str | None:
    """The file of the page this account starts from."""
    return next((entry.file for entry in existing_entries() if can_open(entry.file)), None)


def _strange_address(entries: Sequence[Entry]) -> list[str]:
    """The address asked for where no page has it (mistyped, or its module is off): we answer it, in Chinese, not Streamlit."""
    path = urlsplit(st.context.url or "").path.removeprefix(f"/{st.get_option('server.baseUrlPath').strip('/')}")
    asked = path.strip("/").rsplit("/", 1)[-1]
    return [asked] if asked not in {"", HOME, *(entry.url_path for entry in entries)} else []


def pages_for(account: Account | None, login: Callable[[], None], refused: Callable[[], None], unknown: Callable[[], None]) -> Page:
    """``st.navigation`` for this account; returns the page to run.

    Nobody signed in: every address holds the login, so that a deep link is kept (with its query) until after it.
    An address the account may not open holds ``refused``, one that does not exist ``unknown``.
    """
    entries = existing_entries()
    strange = tuple(_strange_address(entries))
    allowed = () if account is None else tuple(entry for entry in entries if entry.open_to(account))
    st.session_state[_OPEN] = frozenset(entry.file for entry in allowed)
    made_of = account is None, entries, allowed, strange
    kept = st.session_state.get(_PAGES)
    if kept is None or kept[0] != made_of:  # to make them is a tenth of drawing a page
        if account is None:
            addresses = [HOME, *(entry.url_path for entry in entries), *strange]
            sections = {"": [st.Page(login, title="登录", url_path=address) for address in addresses]}
        else:
            sections = _sections(entries, allowed, strange, refused, unknown)
        kept = st.session_state[_PAGES] = made_of, sections
    return st.navigation(kept[1], position="hidden" if account is None or account.role is Role.WALL else "top")


def _sections(
    entries: Sequence[Entry],
    allowed: Sequence[Entry],
    strange: Sequence[str],
    refused: Callable[[], None],
    unknown: Callable[[], None],
) -> dict[str, list[Page]]:
    """The menu's groups with their pages, those that are in no menu among the first."""
    sections: dict[str, list[Page]] = {"": []}
    grouped = [entry.menu for entry in allowed if entry.menu]
    for entry in allowed:
        # A group of one is no group: it stands in the line itself.
        section = entry.menu if entry.menu and grouped.count(entry.menu) > 1 else ""
        sections.setdefault(section, []).append(
            st.Page(
                str(ROOT / entry.file),
                title=entry.title,
                url_path=HOME if entry is allowed[0] else entry.url_path,
                default=entry is allowed[0],
                visibility="visible" if entry.menu is not None else "hidden",
            )
        )
    if allowed:
        # The first page stands at the board's own address; at its usual one Streamlit would say "Page not found" over it.
        first = allowed[0]
        sections[""].append(st.Page(str(ROOT / first.file), title=first.title, url_path=first.url_path, visibility="hidden"))
    hidden = [(refused, entry.title, entry.url_path) for entry in entries if entry not in allowed]
    hidden += [(unknown, PRODUCT, address) for address in strange]
    if not allowed:
        hidden.insert(0, (refused, PRODUCT, HOME))
    sections[""] += [st.Page(page, title=title, url_path=address, visibility="hidden") for page, title, address in hidden]
    return sections
