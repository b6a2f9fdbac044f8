"""The server around the pages: what an empty browser loads, an error that no page foresaw, a bare ``streamlit run``."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from data_access.clock import beijing_now
from data_access.engine import engine
from pages.common.navigation import PRODUCT
from tests.builders import a_petition
from tests.e2e.board import PATIENCE, ROOT, Board, a_running_board, complaints, enter, login_form, settled, signed_in, title
from tests.e2e.conftest import NewBrowser
from tests.e2e.county import a_copy

MOST_BYTES = 1_200_000
"""Of files, for an empty browser up to the whole overview; Streamlit sends 3.9 million."""


@pytest.mark.parametrize(("address", "said"), [("readyz", {"ready": True, "failing": []}), ("healthz", {"alive": True})])
def test_it_says_that_it_is_ready(board: Board, address: str, said: dict) -> None:
    with urllib.request.urlopen(f"{board.url}/{address}", timeout=20) as answer:
        assert json.load(answer) == said


def test_the_tab_is_chinese_before_any_script_has_run(board: Board, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{board.url}/duty")
    assert page.title() == PRODUCT
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    context.close()


def test_an_empty_browser_loads_little(board: Board, new_browser: NewBrowser) -> None:
    context = new_browser()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    loaded: list[int] = []
    devtools.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto(board.url)
    login_form(page).wait_for(timeout=PATIENCE)
    enter(page, "shuji")
    expect(login_form(page)).to_have_count(0)
    title(page).wait_for(timeout=PATIENCE)
    settled(page)
    assert len(loaded) > 50
    assert sum(loaded) < MOST_BYTES


def test_an_error_that_no_page_foresaw_has_a_number_and_takes_nothing_away(county: Path, tmp_path: Path, new_browser: NewBrowser) -> None:
    """A moment that is none, as in a file from before values were guarded."""
    log, database = tmp_path / "server.log", a_copy(county, tmp_path)
    with a_running_board(database, log, healthy=False) as board:
        page = signed_in(new_browser(), board, "shuji", "/definitions")
        with engine(database).begin() as connection:
            a_petition(connection, str(beijing_now()), number="E2E-BROKEN")
            connection.execute(text("DROP TRIGGER board_type_petition_update"))
            connection.execute(text("UPDATE petition SET opened_at = '2026-11-2x 09:00:00' WHERE number = 'E2E-BROKEN'"))
        page.goto(f"{board.url}/case?number=E2E-BROKEN")
        told = page.get_by_role("alert").filter(has_text="出错编号")
        expect(told).to_have_count(1)
        expect(told).to_contain_text("程序出错，这里暂时显示不了")
        expect(page.get_by_role("button", name="县委书记")).to_be_visible()  # the frame stands
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_text(re.compile("encountered an error|Traceback"))).to_have_count(0)
        number = told.locator("b").inner_text()
        with engine(database).begin() as connection:
            connection.execute(text("UPDATE petition SET opened_at = '2026-11-20 09:00:00' WHERE number = 'E2E-BROKEN'"))
        expect(told).to_have_count(0, timeout=PATIENCE)  # by itself
        expect(title(page)).to_contain_text("未动")
    written = log.read_text(encoding="utf-8")
    assert "Invalid isoformat string: '2026-11-2x 09:00:00'" in written.partition(f"出错编号 {number}")[2]
    assert "Uncaught app execution" not in written, "told once, with its number"
    assert complaints(written)


BARE = (sys.executable, "-m", "streamlit", "run", "app.py")


def test_a_bare_streamlit_run_is_the_same_server(board: Board, tmp_path: Path, new_browser: NewBrowser) -> None:
    with a_running_board(board.database, tmp_path / "bare.log", command=BARE, healthy=False) as other:
        page = signed_in(new_browser(), other, "shuji", "/petitions")
        expect(title(page)).to_be_visible()
        page.reload()
        expect(title(page)).to_be_visible()  # with a cookie that only the server can set
        with urllib.request.urlopen(f"{other.url}/readyz") as ready:
            assert ready.status == 200


def test_a_database_that_was_never_made_is_said_and_the_page_goes_on_when_it_is(tmp_path: Path, new_browser: NewBrowser) -> None:
    database = f"sqlite:///{tmp_path / 'board.db'}"
    with a_running_board(database, tmp_path / "bare.log", command=BARE, healthy=False) as unmade:
        page = new_browser().new_page()
        page.goto(f"{unmade.url}/duty")
        expect(page.get_by_text("尚未建库")).to_be_visible()
        expect(page.get_by_text("python -m data_access migrate")).to_be_visible()
        expect(login_form(page)).to_have_count(0)
        expect(page.get_by_text("Page not found")).to_have_count(0)
        expect(page.get_by_text("暂时连不上")).to_have_count(0)
        subprocess.run([sys.executable, "-m", "data_access", "migrate"], cwd=ROOT, env={**os.environ, "DATABASE_URL": database}, check=True)
        expect(login_form(page)).to_be_visible(timeout=PATIENCE)
