"""Two server processes behind one address are one board: whoever reads, loads or decides with one, and whichever of them ends."""

from __future__ import annotations

import csv
import io
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import text

from data_access.clock import beijing_now
from data_access.engine import engine
from pages.common.processes import NUMBER
from pages.common.sticky import COOKIE
from tests.e2e.board import PATIENCE, SERVER, Board, a_running_board, complaints, offered, opened, settled, signed_in, title
from tests.e2e.conftest import NewBrowser
from tests.e2e.county import a_copy
from tests.e2e.test_clerk import downloaded
from tests.e2e.test_live import overdue_count
from tests.e2e.test_reading import period


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two") / "server.log"


@pytest.fixture(scope="module")
def two(county: Path, log: Path) -> Iterator[Board]:
    database = a_copy(county, log.parent)
    with engine(database).begin() as connection:
        connection.execute(text("DELETE FROM board_property WHERE name = 'demo'"))  # into a demo no ledger is loaded
    with a_running_board(database, log, command=[*SERVER, "--workers", "2"], healthy=False) as running:
        until_both_answer(running)
        yield running


def until_both_answer(board: Board) -> None:
    for number in (1, 2):
        request = urllib.request.Request(f"{board.url}/healthz", headers={"Cookie": f"{COOKIE}={number}"})
        for _ in range(600):
            with urllib.request.urlopen(request, timeout=20) as answer:
                if "set-cookie" not in answer.headers:
                    break


def process_of(browser: BrowserContext) -> str:
    (number,) = [cookie["value"] for cookie in browser.cookies() if cookie["name"] == COOKIE]
    return number


def server_process(number: str) -> psutil.Process:
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.environ().get(NUMBER) == number:
                return process
    raise AssertionError(f"no process {number}")


def an_overdue_petition(board: Board, number: str) -> bytes:
    with engine(board.database).connect() as connection:
        village = connection.scalar(text("SELECT min(code) FROM area WHERE level = 'village'"))
    opened_at, due_at = (f"{beijing_now() - timedelta(days=days):%Y-%m-%d %H:%M}" for days in (9, 5))
    row = {
        "编号": number,
        "发生地": village,
        "渠道": "热线",
        "类别": "道路交通",
        "大小": "小事",
        "点单时间": opened_at,
        "时限": due_at,
        "当前层级": "村民情会",
    }
    written = io.StringIO()
    csv.writer(written).writerows([row.keys(), row.values()])
    return written.getvalue().encode()


def test_a_reader_and_a_clerk_with_two_processes_have_one_board(two: Board, new_browser: NewBrowser, log: Path) -> None:
    reading, keeping = new_browser(), new_browser()
    reader = signed_in(reading, two, "shuji")
    clerk = signed_in(keeping, two, "guanli", "/admin")
    assert {process_of(reading), process_of(keeping)} == {"1", "2"}

    name, picture = downloaded(reader, offered(reader, "乡镇住夜达标率", "PNG"))
    assert picture.read(8) == b"\x89PNG\r\n\x1a\n", name
    for path in ("/petitions", "/duty", "/"):
        opened(reader, two, path)
    period(reader, "本年").click()
    settled(reader)
    before = overdue_count(reader)

    for number in ("TWO-1", "TWO-2"):
        clerk.goto(f"{two.url}/admin?view=台账&kind=petition")
        settled(clerk)
        clerk.locator('input[type="file"]').first.set_input_files(
            {"name": f"{number}.csv", "mimeType": "text/csv", "buffer": an_overdue_petition(two, number)}
        )
        clerk.get_by_role("button", name="装入 1 行").click()
        expect(clerk.get_by_text("已新增 1")).to_be_visible()
    now = reader.locator(".card").filter(has_text="超期在办").locator(".big").filter(has_text=f"{before + 2}件")
    expect(now).to_have_count(1)

    gone, reader_stays = process_of(keeping), process_of(reading)
    clerk.evaluate("window.sameDocument = true")
    server_process(gone).kill()
    expect(clerk.locator("html")).to_have_attribute("data-board-lost", "", timeout=PATIENCE)
    expect(clerk.locator("html")).not_to_have_attribute("data-board-lost", "", timeout=PATIENCE)
    settled(clerk)
    assert clerk.evaluate("window.sameDocument") is True, "it has come back by itself"
    assert process_of(keeping) == reader_stays
    clerk.reload()
    title(clerk).wait_for(timeout=PATIENCE)
    settled(clerk)
    name, template = downloaded(clerk, clerk.get_by_role("button", name="下载诉求模板"))
    assert template.read(2) == b"PK", name
    assert overdue_count(opened(reader, two)) >= 0
    assert process_of(reading) == reader_stays
    (said,) = complaints(log.read_text(encoding="utf-8"))  # nothing else
    assert f"server process {gone} has ended (-9) and is begun anew" in said
