"""Two server processes behind the real nginx, with TLS and the file that an operator copies: a reader notices neither of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from data_access.engine import engine
from tests import nginx
from tests.e2e.board import PATIENCE, SERVER, Board, a_free_port, a_running_board, lacking, offered, opened, settled, signed_in, title
from tests.e2e.conftest import NewBrowser
from tests.e2e.county import a_copy
from tests.e2e.test_clerk import downloaded
from tests.e2e.test_live import overdue_count
from tests.e2e.test_reading import period
from tests.e2e.test_two_processes import an_overdue_petition, process_of, server_process, until_both_answer


@pytest.fixture(scope="module")
def behind(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    program = nginx.nginx() or lacking("没有找到 nginx:apt install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    database = a_copy(county, folder)
    with engine(database).begin() as connection:
        connection.execute(text("DELETE FROM board_property WHERE name = 'demo'"))  # into a demo no ledger is loaded
    with a_running_board(database, folder / "server.log", command=[*SERVER, "--workers", "2"], healthy=False) as board:
        until_both_answer(board)
        port = a_free_port()
        main = nginx.configured(folder, port, a_free_port(), urlsplit(board.url).netloc)
        with nginx.running(program, main) as log:
            yield Board(f"https://127.0.0.1:{port}", database)
            assert [line for line in log.read_text(encoding="utf-8").splitlines() if "[error]" in line and "timed out" in line] == []


def test_sign_in_live_upload_export_and_a_process_that_ends(behind: Board, new_browser: NewBrowser) -> None:
    reading, keeping = (new_browser(ignore_https_errors=True) for _ in range(2))
    reader = signed_in(reading, behind, "shuji")
    clerk = signed_in(keeping, behind, "guanli", "/admin")
    assert {process_of(reading), process_of(keeping)} == {"1", "2"}
    assert all(cookie["secure"] for cookie in reading.cookies() if cookie["name"] == "county_board"), "back over TLS alone"

    name, table = downloaded(reader, offered(reader, "乡镇住夜达标率", "PNG"))  # export
    assert table.read(8) == b"\x89PNG\r\n\x1a\n", name
    period(reader, "本年").click()
    settled(reader)
    before = overdue_count(reader)

    clerk.goto(f"{behind.url}/admin?view=台账&kind=petition")  # upload
    settled(clerk)
    clerk.locator('input[type="file"]').first.set_input_files(
        {"name": "NGINX-1.csv", "mimeType": "text/csv", "buffer": an_overdue_petition(behind, "NGINX-1")}
    )
    clerk.get_by_role("button", name="装入 1 行").click()
    expect(clerk.get_by_text("已新增 1")).to_be_visible()
    live = reader.locator(".card").filter(has_text="超期在办").locator(".big").filter(has_text=f"{before + 1}件")
    expect(live).to_have_count(1)  # live, at the other process

    gone, stays = process_of(keeping), process_of(reading)
    server_process(gone).kill()
    expect(clerk.locator("html")).to_have_attribute("data-board-lost", "", timeout=PATIENCE)
    expect(clerk.locator("html")).not_to_have_attribute("data-board-lost", "", timeout=PATIENCE)
    for page in (clerk, reader):
        page.reload()
        title(page).wait_for(timeout=PATIENCE)
        settled(page)
        expect(page.get_by_label("密码", exact=True)).to_have_count(0)  # nobody is signed out
    assert (process_of(keeping), process_of(reading)) == (stays, stays)
    assert overdue_count(opened(reader, behind)) >= 0


def test_what_is_for_the_machine_is_closed_to_readers(behind: Board) -> None:
    for path in ("/metrics", "/readyz", "/_stcore/metrics"):
        asked = ["curl", "--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}", behind.url + path]
        assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "404", path
    head = subprocess.run(["curl", "-skI", behind.url], capture_output=True, text=True, check=True).stdout.lower()
    assert "strict-transport-security: max-age=31536000" in head
    assert head.count("content-security-policy:") == 1
    assert "x-frame-options" in head or "frame-ancestors" in head
