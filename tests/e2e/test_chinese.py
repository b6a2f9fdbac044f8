"""Whatever a reader meets is in Chinese, Streamlit's own words too, for the eye and for a screen reader, in an English browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from data_access.accounts import DEMO_ACCOUNTS
from data_access.tables import CONTRACT
from metrics.registry import REGISTRY
from tests.e2e.board import Board, enter, login_form, opened, settled, title
from tests.e2e.conftest import NewBrowser

Reader = Callable[..., Page]

NAMES = {username for username, *_ in DEMO_ACCOUNTS}
IDS = {part for indicator_id in REGISTRY for part in re.split(r"[._]", indicator_id)}
"""A definition shows an indicator's id, small."""
ALLOWED = {"excel", "xlsx", "xlsm", "word", "enter", "ctrl", "docx", "pptx", "kanban"}
"""Words of the office and of the keyboard, the demo's password. What has fewer than four letters (PNG, SVG, CSV, P90) is not looked at."""

TECHNICAL = re.compile(rf"python -m|^({'|'.join(CONTRACT)}|board_\w+|/\w+|(\w+ · )?Chrome)$")
"""What an administrator types on the server, the names of tables, addresses of pages, what browsers call themselves."""

SAID = """() => {
  const found = [], own = 'script, style, noscript, [data-testid="stIconMaterial"], [translate="no"], [hidden]';
  const shown = (element) => element.checkVisibility?.() ?? true;
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.closest(own)) continue;
      if (element.shadowRoot) look(element.shadowRoot);
      if (!shown(element)) continue;
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data.trim());
      for (const name of ['aria-label', 'aria-description', 'aria-valuetext', 'placeholder', 'title', 'alt']) {
        if (element.hasAttribute(name)) found.push(element.getAttribute(name));
      }
    }
  };
  look(document.body);
  return [...new Set(found)].filter(Boolean);
}"""


def foreign(page: Page) -> list[str]:
    """What the page says with a word of four Latin letters or more that is not allowed."""
    return [said for said in page.evaluate(SAID) if set(re.findall(r"[a-z]{4,}", said.lower())) - ALLOWED - NAMES - IDS]


@pytest.fixture
def english(reader: Reader) -> Reader:
    """A tab of a browser that speaks English."""
    return lambda username="shuji", **settings: reader(username, locale="en-US", **settings)


def test_the_login_says_no_word_of_english(board: Board, new_browser: NewBrowser) -> None:
    page = new_browser(locale="en-US").new_page()
    page.goto(board.url)
    login_form(page).wait_for()
    login_form(page).fill("12")
    expect(page.get_by_text("按回车键提交")).to_be_visible()
    assert foreign(page) == []
    expect(page.get_by_role("button", name="显示密码")).to_be_visible()
    enter(page, "shuji", "not the password")
    expect(page.locator(".board-said")).to_be_visible()
    assert foreign(page) == []


def test_what_opens_over_a_page_says_no_word_of_english(board: Board, english: Reader) -> None:
    page = opened(english(), board, "/duty")
    page.get_by_role("combobox", name="乡镇").click()
    page.get_by_role("combobox", name="乡镇").fill("没有这个乡镇")
    expect(page.get_by_text("没有找到")).to_be_visible()
    assert foreign(page) == []
    page.keyboard.press("Escape")
    page.locator(".info").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("怎么算的")
    expect(dialog.get_by_role("button", name="关闭", exact=True)).to_be_visible()
    assert foreign(page) == []
    dialog.get_by_role("button", name="关闭", exact=True).click()
    page.get_by_role("button", name="下载本页表格").click()
    expect(page.get_by_text("Excel").first).to_be_visible()
    assert foreign(page) == []


@pytest.mark.parametrize("who", ["guanli", "anquan", "shenji"])
def test_an_administrator_uploads_and_picks_days_in_chinese(board: Board, english: Reader, tmp_path: Path, who: str) -> None:
    page, said = english(who), dict[str, list[str]]()
    if who == "shenji":  # a field for days takes its language when it is drawn: here the frame's scripts come before it, as over the login
        opened(page, board, "/none")
        page.get_by_role("link", name="回到首页").click()
        settled(page)
    else:
        opened(page, board, "/admin")
    views = page.get_by_role("radiogroup").first
    for view in views.get_by_role("radio").all_inner_texts() if views.count() else ["审计"]:
        if views.count():
            views.get_by_role("radio", name=view).click()
        settled(page)
        if view == "台账":
            wrong = tmp_path / "台账.zip"
            wrong.write_bytes(b"no ledger")
            page.locator('input[type="file"]').first.set_input_files(wrong)
            expect(page.get_by_test_id("stAlert").first).to_be_visible()
        if view == "审计":
            page.get_by_role("button", name="选择起止日期").click()
            expect(page.get_by_role("grid")).to_be_visible()
        said[view] = [words for words in foreign(page) if not TECHNICAL.search(words)]
    assert {view: words for view, words in said.items() if words} == {}


def test_a_lost_connection_turns_the_moment_loud_at_once(board: Board, own_reader: Reader) -> None:
    page, sockets, away = own_reader(), list[WebSocketRoute](), []

    def between(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    def unless_away(route: Route) -> None:
        route.abort() if away else route.fallback()

    page.route_web_socket(re.compile("_stcore/stream"), between)
    page.route(re.compile("_stcore/"), unless_away)
    opened(page, board, "/duty")
    note = page.locator(".board-fresh")
    expect(note).to_contain_text("实时")
    expect(note.get_by_text("连接中断")).not_to_be_visible()
    quiet = colour(note)
    away.append(True)
    sockets[-1].close()
    expect(note.get_by_text("连接中断")).to_be_visible(timeout=1000)
    expect(note.get_by_text("实时")).not_to_be_visible()
    assert colour(note) != quiet
    away.clear()
    expect(note.get_by_text("连接中断")).not_to_be_visible()
    expect(title(page)).to_be_visible()
    assert colour(note) == quiet


def colour(note: Locator) -> str:
    return str(note.evaluate("element => getComputedStyle(element).color"))
