"""One Chromium and one small demo county for all browser tests; who only reads takes a tab that others have had, who does more a browser
profile of his own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.board import FLAGS, PATIENCE, Board, a_running_board, chromium, signed_in
from tests.e2e.county import a_copy, the_county


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
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the county that every test may copy."""
    mine = tmp_path_factory.getbasetemp()
    return the_county(mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine)


@pytest.fixture(scope="session")
def board(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("e2e")
    with a_running_board(a_copy(county, folder), folder / "server.log") as running:
        yield running


NewBrowser = Callable[..., BrowserContext]


class Profiles:
    """Makes browser profiles. None of them may ask anything outside this machine, throw an error, or try what the page's policy refuses."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._outside: list[str] = []
        self._thrown: list[str] = []

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._thrown.append(str(error)))
        page.on("console", lambda said: self._thrown.append(said.text) if "Content Security Policy" in said.text else None)

    def make(self, **settings: Any) -> BrowserContext:
        wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **settings}
        context = self._browser.new_context(**wanted)
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: self._outside.append(request.url) if strange(request.url) else None)
        context.on("page", self._watch)
        self._contexts.append(context)
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def check(self) -> None:
        """What has happened since the last look."""
        outside, thrown = [*self._outside], [*self._thrown]
        self._outside.clear()
        self._thrown.clear()
        assert outside == [], "a page asks for something outside the county's network"
        assert thrown == []


@contextmanager
def profiles(browser: Browser) -> Iterator[NewBrowser]:
    made = Profiles(browser)
    yield made.make
    made.close()
    made.check()


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


class Tabs:
    """Tabs of browsers that somebody has signed in with before; Streamlit's scripts are compiled once in each, which takes longer than to
    draw a page. A tab is one test's at a time."""

    def __init__(self, profiles: Profiles, cookies: Callable[[str], Any]) -> None:
        self.profiles, self._cookies = profiles, cookies
        self._free: dict[str, list[Page]] = {}
        self._taken: list[tuple[str, Page]] = []

    def take(self, username: str, settings: dict[str, Any]) -> Page:
        kind = f"{username} {sorted(settings.items())}"
        free = self._free.setdefault(kind, [])
        page = free.pop() if free else self.profiles.make(storage_state=self._cookies(username), **settings).new_page()
        self._taken.append((kind, page))
        return page

    def give_back(self, board: Board) -> None:
        """The page is left, and the board draws nothing more for it."""
        taken, self._taken = self._taken, []
        for kind, page in taken:
            page.mouse.move(0, 0)
            page.goto(f"{board.url}/healthz")
            self._free[kind].append(page)


@pytest.fixture(scope="session")
def tabs(browser: Browser, cookies: Callable[[str], Any]) -> Iterator[Tabs]:
    shared = Profiles(browser)
    yield Tabs(shared, cookies)
    shared.close()


@pytest.fixture
def reader(board: Board, tabs: Tabs) -> Iterator[Callable[..., Page]]:
    """A tab of a browser that ``username`` has signed in with before, as the test before has left it: who changes more of it than the page
    it shows (scripts, routes, the account) takes one of a :func:`new_browser`."""
    yield lambda username="shuji", **settings: tabs.take(username, settings)
    tabs.give_back(board)
    tabs.profiles.check()


@pytest.fixture
def own_reader(new_browser: NewBrowser, cookies: Callable[[str], Any]) -> Callable[..., Page]:
    """A new tab of a browser of this test alone, that ``username`` has signed in with before."""
    return lambda username="shuji", **settings: new_browser(storage_state=cookies(username), **settings).new_page()
