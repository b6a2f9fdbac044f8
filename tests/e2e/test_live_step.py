"""What a reader does in the very moment in which the pages go over to new data: nothing of it is lost.

Three things make every moment such a moment: another program commits several times a second, the pages' ticks come ten times a second,
and the line is so slow that between a click and the answer to it the browser sends ticks in which the address and the controls still are
as before the click.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from pages.common.live import TICK_SECONDS
from tests.e2e.board import PATIENCE, Board, opened, title
from tests.e2e.test_reading import Reader, chosen, period

COMMIT_SECONDS = 0.2
SLOW_LINE = """
const Line = WebSocket, MILLISECONDS = 350, ticking = setInterval;
window.setInterval = (tick, every, ...more) => ticking(tick, every === TICK ? 100 : every, ...more);
window.WebSocket = class extends Line {
  send(data) { setTimeout(() => this.readyState === Line.OPEN && super.send(data), MILLISECONDS); }
  addEventListener(name, heard, ...more) {
    super.addEventListener(name, name === 'message' ? (event) => setTimeout(() => heard(event), MILLISECONDS) : heard, ...more);
  }
};
""".replace("TICK", str(1000 * TICK_SECONDS))


@contextmanager
def decisions_without_end(database: str) -> Iterator[None]:
    """Decisions about a petition that is not there: nothing is to be counted for them, so the pages go over at every look."""
    stop = threading.Event()

    def decide() -> None:
        connection = sqlite3.connect(database.removeprefix("sqlite:///"), timeout=30)
        while not stop.wait(COMMIT_SECONDS):
            with suppress(sqlite3.OperationalError), connection:
                connection.execute(
                    "INSERT INTO board_decision (petition_id, kind, decided_at, decided_by) VALUES (-1, 'urge', '2026-01-01 00:00:00', '')"
                )
        connection.close()

    program = threading.Thread(target=decide)
    program.start()
    yield
    stop.set()
    program.join()


@pytest.fixture
def page(board: Board, own_reader: Reader) -> Iterator[Page]:
    """An overview on a slow line, into which data never stop coming."""
    tab = own_reader()
    tab.add_init_script(SLOW_LINE)
    opened(tab, board)
    with decisions_without_end(board.database):
        yield tab


def said(page: Page) -> tuple[str, str]:
    """The period in the address, and the one that the bar shows as chosen."""
    address = parse_qs(urlsplit(page.url).query)
    return address.get("period", ["本月"])[0], chosen(page)


def stands(page: Page, label: str) -> None:
    """The period comes to stand in the address and on the page, and what follows does not undo it."""
    for _ in range(PATIENCE // 100):
        if said(page) == (label, label):
            break
        page.wait_for_timeout(100)
    for _ in range(3):
        assert said(page) == (label, label)
        page.wait_for_timeout(700)


def test_a_click_and_back_in_the_moment_of_new_data(page: Page) -> None:
    steps = ["本月"]
    for label in ("本季", "本年", "本周"):
        period(page, label).click()
        steps.append(label)
        stands(page, label)
    for label in reversed(steps[:-1]):
        page.go_back()
        stands(page, label)


def test_two_choices_one_right_after_the_other(page: Page) -> None:
    period(page, "本年").click()
    page.get_by_role("combobox", name="乡镇").click()
    page.get_by_role("option").first.click()
    stands(page, "本年")
    expect(page).to_have_url(re.compile("township="))
    expect(page.locator(".rows").first.locator(".row")).to_have_count(1)


def test_a_row_opens_its_page_in_the_moment_of_new_data(page: Page) -> None:
    for _ in range(2):
        page.locator(".rows").first.locator(".row").first.click()
        page.wait_for_url(re.compile("/township"))
        page.wait_for_timeout(2000)
        expect(page).to_have_url(re.compile("/township"))
        expect(page.get_by_role("combobox", name="对比")).to_be_visible()
        page.go_back()
        page.wait_for_url(lambda url: "/township" not in url)
        page.wait_for_timeout(2000)
        expect(title(page)).to_be_visible()
        expect(page.get_by_role("combobox", name="对比")).to_have_count(0)
