"""One Chromium and one small demo county for all browser tests; a new browser profile for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.demo_county import a_small_county
from tests.e2e.board import FLAGS, PATIENCE, Board, a_running_board, chromium, signed_in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def board(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("e2e")
    with a_running_board(a_small_county(folder), folder / "server.log") as running:
        yield running


NewBrowser = Callable[..., BrowserContext]


@contextmanager
def profiles(browser: Browser) -> Iterator[NewBrowser]:
    """Makes browser profiles. At the end none of them may have asked anything outside this machine, thrown an error, or tried what the
    page's policy refuses."""
    contexts: list[BrowserContext] = []
    outside: list[str] = []
    thrown: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.on("console", lambda said: thrown.append(said.text) if "Content Security Policy" in said.text else None)

    def make(**settings: Any) -> BrowserContext:
        wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **settings}
        context = browser.new_context(**wanted)
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: outside.append(request.url) if strange(request.url) else None)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert outside == [], "a page asks for something outside the county's network"
    assert thrown == []


@pytest.fixture
def new_browser(browser: Browser) -> Iterator[NewBrowser]:
    with profiles(browser) as make:
        yield make


@pytest.fixture(scope="module")
def one_browser(browser: Browser) -> Iterator[NewBrowser]:
    """For tests that open one page each and may do so one after the other in one tab: Streamlit's scripts are then compiled once."""
    with profiles(browser) as make:
        yield make


def strange(url: str) -> bool:
    return url.startswith(("http:", "https:", "ws:", "wss:")) and not url.split("://")[1].startswith("127.0.0.1")


@pytest.fixture(scope="session")
def cookies(browser: Browser, board: Board) -> Callable[[str], Any]:
    """What a browser keeps after a sign-in as ``username``; each account signs in once for all tests."""
    kept: dict[str, Any] = {}

    def of(username: str) -> Any:
        if username not in kept:
            context = browser.new_context(locale="zh-CN")
            context.set_default_timeout(PATIENCE)
            signed_in(context, board, username, "/definitions")
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return of


@pytest.fixture
def reader(new_browser: NewBrowser, cookies: Callable[[str], Any]) -> Callable[..., Page]:
    """A new tab of a browser that ``username`` has signed in with before."""

    def make(username: str = "shuji", **settings: Any) -> Page:
        return new_browser(storage_state=cookies(username), **settings).new_page()

    return make
