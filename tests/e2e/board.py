"""A running board and a reader at a browser, in the words of the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from data_access.accounts import DEMO_PASSWORD

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = int(float(os.environ.get("E2E_PATIENCE_SECONDS", "60")) * 1000)
"""Milliseconds a page may take on a machine that does other things too; no test measures time."""
expect.set_options(timeout=PATIENCE)


def lacking(words: str) -> NoReturn:
    """A program is not there, and how to get it: the tests are left out; in CI they fail."""
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


def chromium() -> str:
    """The browser's program. Where there is none, the tests are left out with a word how to get it; in CI they fail."""
    given = os.environ.get("CHROMIUM")
    found = (given if given and Path(given).exists() else None) or next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or lacking("没有找到 Chromium:apt install chromium fonts-noto-cjk,或以 CHROMIUM=路径 指定")


def a_free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@dataclass(frozen=True)
class Board:
    """A board's server: its address and its database's."""

    url: str
    database: str

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])


SERVER = (sys.executable, "-m", "server")
SAID_AT_START = ("You can now view your Streamlit app in your browser.", "URL: http://127.0.0.1:")


def complaints(log: str) -> list[str]:
    """What a server's log says beyond that it has started: a healthy one says nothing more."""
    return [line for line in log.splitlines() if line.strip() and not line.strip().startswith(SAID_AT_START)]


@contextmanager
def a_running_board(
    database: str, log: Path, *, command: Sequence[str] = SERVER, healthy: bool = True, **environment: str
) -> Iterator[Board]:
    """Starts ``python -m server`` as ``make run`` does, and stops it. In the end it must have been ``healthy``: no warning, no traceback
    in its log."""
    port = a_free_port()
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "BOARD_WARM": "off", **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            wait_until_calm(server)
            yield Board(f"http://127.0.0.1:{port}", database)
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    if healthy:
        assert complaints(log.read_text(encoding="utf-8")) == []


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"the board did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


def wait_until_calm(server: subprocess.Popen, most_seconds: int = 120) -> None:
    """The server fills its caches first; a browser that comes meanwhile waits for it, and so would every test."""
    process, calm = psutil.Process(server.pid), 0
    process.cpu_percent()
    for _ in range(4 * most_seconds):
        time.sleep(0.25)
        calm = calm + 1 if process.cpu_percent() < 8 else 0
        if calm == 3:
            break


# --- what a reader does ---------------------------------------------------------------------------------------------


def enter(page: Page, username: str, password: str = DEMO_PASSWORD) -> None:
    page.get_by_label("账号", exact=True).fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def login_form(page: Page) -> Locator:
    return page.get_by_label("密码", exact=True)


def title(page: Page) -> Locator:
    """The sentence at the top of a page (a wall screen has none)."""
    return page.locator(".board-title:not(.st-key-board-login *), .wall").first


def settled(page: Page) -> None:
    """Waits until the page is drawn, with what was computed beside it, and no part of it is being drawn anew."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    expect(page.locator(".board-awaiting")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    expect(page.locator('[data-stale="true"]')).to_have_count(0, timeout=PATIENCE)
    page.wait_for_timeout(150)  # components draw once more after their data have come
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


def offered(page: Page, title: str, form: str) -> Locator:
    """The button of the page's menu that hands out ``title`` as Excel, CSV, PNG or SVG; the menu is opened where it is not."""
    menu = page.get_by_role("button", name="下载本页表格和图片")
    line = page.get_by_test_id("stPopoverBody").locator(".stHorizontalBlock").filter(has=page.locator("b", has_text=title))
    if not line.count():
        menu.click()
    return line.get_by_role("button", name=form, exact=True).first


def opened(page: Page, board: Board, path: str = "/") -> Page:
    page.goto(board.url + path)
    title(page).wait_for(timeout=PATIENCE)
    settled(page)
    return page


def signed_in(context: BrowserContext, board: Board, username: str, path: str = "/") -> Page:
    """A new tab of a browser in which ``username`` has just signed in, and which has been given its cookie."""
    page = context.new_page()
    page.goto(board.url + path)
    login_form(page).wait_for(timeout=PATIENCE)
    with page.expect_response(lambda answer: answer.url.endswith("/sign-in"), timeout=PATIENCE):
        enter(page, username)
    expect(login_form(page)).to_have_count(0, timeout=PATIENCE)
    title(page).wait_for(timeout=PATIENCE)
    settled(page)
    return page
