"""The server around the app: files packed once, the first page in Chinese, whether it is ready, a number for an error."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import io
import json
import logging
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import streamlit as st
from fontTools.ttLib import TTFont
from sqlalchemy import Engine, create_engine, text
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

import server
from data_access import faults, logs
from data_access.accounts import Account, Role
from data_access.engine import OperationalError, engine
from data_access.revisions import at_head
from pages.common import auth, live_sessions, metrics_page, readiness, static_files
from pages.common.navigation import PRODUCT
from pages.common.readiness import Readiness
from pages.common.static_files import FOR_EVER, StaticFiles, accepted
from tests import icon_font
from tests.asgi import Answered, asked
from tests.signed_in import NOW

FILES = Path(st.__file__).parent / "static"
SCRIPT = max((FILES / "static" / "js").glob("index.*.js"), key=lambda file: file.stat().st_size)
SCRIPT_PATH = f"/static/js/{SCRIPT.name}"
STYLE = next((FILES / "static" / "css").glob("index.*.css"))


class Counted:
    """Streamlit's static files, and how often they were asked for."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._app: ASGIApp = Starlette(routes=create_streamlit_static_assets_routes(""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests.append(scope["path"])
        await self._app(scope, receive, send)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Counted, StaticFiles]:
    monkeypatch.setattr(static_files, "KEPT", tmp_path / "packed")
    behind = Counted()
    return behind, StaticFiles(behind)


def answers(app: ASGIApp, *paths: str, **headers: str) -> list[Answered]:
    """All asked for at once."""

    async def together() -> list[Answered]:
        return list(await asyncio.gather(*(asked(app, path, **headers) for path in paths)))

    return asyncio.run(together())


@pytest.mark.parametrize(("offered", "unpacked"), [("gzip, deflate", gzip.decompress), ("gzip, deflate, br, zstd", brotli.decompress)])
def test_a_file_is_packed_once_and_comes_out_as_it_lies_there(
    files: tuple[Counted, StaticFiles], offered: str, unpacked: Callable[[bytes], bytes]
) -> None:
    behind, app = files
    first, second = answers(app, SCRIPT_PATH, SCRIPT_PATH, accept_encoding=offered)
    assert behind.requests == [SCRIPT_PATH], "the second request waits for the first"
    assert unpacked(first.body) == SCRIPT.read_bytes()
    assert second.body == first.body
    assert len(first.body) < SCRIPT.stat().st_size / 3
    assert first.headers["content-length"] == str(len(first.body))
    assert "javascript" in first.headers["content-type"]
    assert first.headers["vary"] == "Accept-Encoding"
    assert first.headers["cache-control"] == FOR_EVER


def test_what_one_process_has_packed_the_next_one_sends(files: tuple[Counted, StaticFiles], monkeypatch: pytest.MonkeyPatch) -> None:
    behind, app = files
    (first,) = answers(app, SCRIPT_PATH, accept_encoding="br")
    monkeypatch.setitem(static_files.PACKED, "br", lambda _: pytest.fail("packed again"))
    (after_start,) = answers(StaticFiles(behind), SCRIPT_PATH, accept_encoding="br")
    assert (after_start.body, after_start.headers["etag"]) == (first.body, first.headers["etag"])


def test_files_are_packed_where_none_can_be_kept(
    files: tuple[Counted, StaticFiles], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(static_files, "KEPT", tmp_path / "file")
    (found,) = answers(files[1], SCRIPT_PATH, accept_encoding="gzip")
    assert gzip.decompress(found.body) == SCRIPT.read_bytes()


def test_who_packs_nothing_gets_the_file(files: tuple[Counted, StaticFiles]) -> None:
    _, app = files
    (plain,) = answers(app, SCRIPT_PATH, accept_encoding="identity")
    assert plain.body == SCRIPT.read_bytes()
    assert "content-encoding" not in plain.headers


def test_a_browser_that_holds_a_file_is_told_so_in_a_line(files: tuple[Counted, StaticFiles]) -> None:
    _, app = files

    async def twice() -> tuple[Answered, Answered, Answered]:
        first = await asked(app, SCRIPT_PATH, accept_encoding="br")
        held = await asked(app, SCRIPT_PATH, accept_encoding="br", if_none_match=first.headers["etag"])
        head = await asked(app, SCRIPT_PATH, "HEAD", accept_encoding="br")
        return first, held, head

    first, held, head = asyncio.run(twice())
    assert (held.status, held.body) == (304, b"")
    assert held.headers["etag"] == first.headers["etag"]
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(first.body)))


@pytest.mark.parametrize("path", ["/static/js/none.js", "/static/./js/" + SCRIPT.name, "/static//js/" + SCRIPT.name, "/static/js/../x.js"])
def test_an_address_that_is_no_file_is_not_kept(files: tuple[Counted, StaticFiles], path: str) -> None:
    """Else anybody could fill the memory, one invented address after the other."""
    _, app = files
    answers(app, path, path, accept_encoding="br")
    answers(app, path, accept_encoding="br")
    assert not [key for key in app._kept if key[0] == path]


@pytest.mark.parametrize("path", ["/", "/petitions", "/no-such-page"])
@pytest.mark.parametrize("offered", ["br", "gzip", "identity"])
def test_the_first_page_is_chinese_before_it_has_come(files: tuple[Counted, StaticFiles], path: str, offered: str) -> None:
    _, app = files
    (page,) = answers(app, path, accept_encoding=offered)
    body = {"br": brotli.decompress, "gzip": gzip.decompress}.get(offered, bytes)(page.body).decode()
    assert '<html lang="zh-CN">' in body
    assert f"<title>{PRODUCT}</title>" in body
    assert SCRIPT.name in body
    assert "SourceSans" not in body
    assert "favicon.png" not in body
    assert st.get_option("theme.dark.backgroundColor") in body
    assert "Streamlit" not in re.sub(r"<[^>]+>", "", body), "no English words of Streamlit's own"
    assert page.headers["cache-control"] == "no-cache"


def test_streamlits_own_font_is_never_loaded(files: tuple[Counted, StaticFiles]) -> None:
    _, app = files
    (style,) = answers(app, f"/static/css/{STYLE.name}", accept_encoding="gzip")
    assert b"SourceSans" in STYLE.read_bytes()
    assert b"SourceSans" not in gzip.decompress(style.body)
    assert b"MaterialSymbols" in gzip.decompress(style.body)


def test_the_icon_font_has_every_sign_that_streamlit_and_the_pages_name(files: tuple[Counted, StaticFiles]) -> None:
    """A new Streamlit, or a page with a new sign: ``python -m tests.icon_font``."""
    _, app = files
    path = f"/static/media/{icon_font.THEIRS.name}"
    (sent,) = answers(app, path, accept_encoding="br")
    assert sent.body == icon_font.OURS.read_bytes()
    assert sent.headers["cache-control"] == "no-cache", "it changes under the same name"
    (again,) = answers(app, path, accept_encoding="br", if_none_match=sent.headers["etag"])
    assert again.status == 304
    ours, theirs = icon_font.ligatures(TTFont(icon_font.OURS)), icon_font.ligatures(TTFont(icon_font.THEIRS))
    assert icon_font.used() & set(theirs) <= set(ours)
    assert {"account_circle", "expand_less", "expand_more", "check", "close", "chevron_right", "visibility_off"} <= set(ours)
    assert len(sent.body) < icon_font.THEIRS.stat().st_size / 5


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, BR;q=0.1", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0", None),
        ("zstd", None),
        ("identity", None),
    ],
)
def test_the_smallest_that_a_browser_offers_is_used(offered: str, used: str | None) -> None:
    assert accepted(offered) == used


# --- ready? ---------------------------------------------------------------------------------------------------------


def ready(worker: bool = True) -> Answered:
    return asyncio.run(asked(Starlette(routes=list(Readiness(lambda: worker).routes)), "/readyz"))


@pytest.fixture
def asked_database(migrated: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(readiness, "engine", lambda: migrated)
    return migrated


def test_a_board_whose_parts_all_answer_is_ready(asked_database: Engine) -> None:
    answer = ready()
    assert (answer.status, answer.json) == (200, {"ready": True, "failing": []})
    assert answer.headers["cache-control"] == "no-store"


def test_a_dead_worker_is_named(asked_database: Engine) -> None:
    answer = ready(worker=False)
    assert (answer.status, answer.json) == (503, {"ready": False, "failing": ["worker"]})


def test_an_older_database_is_named(asked_database: Engine) -> None:
    with asked_database.begin() as connection:
        before = connection.scalar(text("SELECT version_num FROM board_migration"))
        connection.execute(text("UPDATE board_migration SET version_num = '0001'"))
    try:
        assert ready().json == {"ready": False, "failing": ["migrations"]}
    finally:
        with asked_database.begin() as connection:
            connection.execute(text("UPDATE board_migration SET version_num = :before"), {"before": before})


def test_an_empty_database_is_not_at_head(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path / 'empty.db'}").connect() as connection:
        assert not at_head(connection)


def test_a_database_that_is_away_is_named_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    away = engine("postgresql://reader:secret-word@127.0.0.1:1/board")
    monkeypatch.setattr(readiness, "engine", lambda: away)
    answer = ready()
    assert (answer.status, answer.json) == (503, {"ready": False, "failing": ["database"]})
    assert b"secret-word" not in answer.body


def test_a_database_that_hangs_is_away_in_time_and_costs_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, questions = threading.Event(), []

    def hangs() -> list[str]:
        questions.append(threading.current_thread())
        go_on.wait(20)
        return []

    monkeypatch.setattr(readiness, "failing_in_database", hangs)
    monkeypatch.setattr(readiness, "READY_SECONDS", 0.2)
    app = Starlette(routes=list(Readiness(lambda: True).routes))

    async def again_and_again() -> tuple[list[Answered], Answered, Answered]:
        hanging = [await asked(app, "/readyz") for _ in range(3)]
        alive = await asked(app, "/healthz")
        go_on.set()
        await asyncio.sleep(0.1)
        return hanging, alive, await asked(app, "/readyz")

    hanging, alive, after = asyncio.run(again_and_again())
    assert [each.json["failing"] for each in hanging] == [["database"]] * 3
    assert alive.json == {"alive": True}
    assert after.status == 200
    assert len(questions) == 2, "one that hung, one when it had come back"


# --- the worker -----------------------------------------------------------------------------------------------------


def test_work_goes_on_until_the_server_stops_it() -> None:
    threads, ended = server.Threads(), []

    def work(stop: threading.Event) -> None:
        stop.wait(20)
        ended.append(True)

    threads.start({"steady": work})
    assert threads.is_alive
    assert not ended
    threads.stop()
    assert ended


def test_work_that_raises_says_why_and_begins_anew(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "AGAIN_SECONDS", 0.3)
    begun, goes_on = [], threading.Event()

    def work(stop: threading.Event) -> None:
        begun.append(True)
        if len(begun) == 1:
            raise ValueError("no such month")
        goes_on.set()
        stop.wait(20)

    threads = server.Threads()
    threads.start({"board-looks": work, "steady": lambda stop: stop.wait(20) and None})
    until = time.monotonic() + 10
    while threads.is_alive and time.monotonic() < until:
        time.sleep(0.01)
    assert not threads.is_alive
    assert "board-looks has failed" in caplog.text
    assert "no such month" in caplog.text
    assert goes_on.wait(10)
    assert threads.is_alive
    threads.stop()


def test_a_server_that_stops_waits_for_no_work_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 0.2)
    threads, released = server.Threads(), threading.Event()
    threads.start({"deaf": lambda _stop: released.wait(20) and None, "deaf too": lambda _stop: released.wait(20) and None})
    began = time.monotonic()
    threads.stop()
    assert time.monotonic() - began < 5
    released.set()


def test_the_work_of_the_server_is_where_it_says() -> None:
    assert set(server.imported_work()) == set(server.WORK)
    assert all(map(callable, server.imported_work().values()))


# --- an error that no page foresaw ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    faults.forgotten()


def told_of(problem: str) -> AppTest:
    script = f"""
import streamlit as st
from sqlalchemy.exc import OperationalError
from pages.common import fault
from data_access.engine import DatabaseAway
st.text("already drawn")
try:
    raise {problem}
except Exception as problem:
    assert fault.told(problem) is True
"""
    return AppTest.from_string(script).run()


@pytest.mark.parametrize(
    ("problem", "meaning"),
    [
        ("ValueError('张三 13900000000 <b>')", "程序出错"),
        ("DatabaseAway()", "数据库没有应答"),
        ("OperationalError('SELECT 1', {}, Exception())", "数据库没有应答"),
    ],
)
def test_an_error_is_told_with_a_number_that_the_log_holds(problem: str, meaning: str, caplog: pytest.LogCaptureFixture) -> None:
    board = told_of(problem)
    assert not board.exception
    assert [each.value for each in board.text] == ["already drawn"]
    (said,) = [each.proto.body for each in board.get("html")]
    number = said.split("出错编号 <b>")[1][:6]
    assert meaning in said
    assert "张三" not in said, "what an error says may hold a name: it goes to the log"
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert number in record.getMessage()
    assert record.exc_info
    assert record.exc_info[0] in (ValueError, OperationalError) or record.exc_info[0].__name__ == "DatabaseAway"


def test_an_error_keeps_its_number_and_another_one_has_another(caplog: pytest.LogCaptureFixture) -> None:
    """A hundred readers of one fault read one number, and the log holds one traceback."""
    said = [told_of(problem).get("html")[0].proto.body for problem in ("ValueError()", "ValueError()", "KeyError()")]
    assert said[0] == said[1] != said[2]
    assert len([each for each in caplog.records if each.exc_info]) == 2


def test_streamlits_account_of_the_same_error_is_left_out() -> None:
    from streamlit import error_util

    log = logging.getLogger("streamlit.error_util")
    assert error_util._LOGGER is log
    kept = server.SaidOnce()
    assert not kept.filter(log.makeRecord(log.name, logging.ERROR, "", 0, "Uncaught app execution", (), None))
    assert kept.filter(log.makeRecord(log.name, logging.ERROR, "", 0, "on_script_error handler raised an exception", (), None))


@pytest.mark.parametrize("name", ["server", "app"])
def test_streamlit_finds_the_same_server_in_both_files(name: str) -> None:
    from streamlit.web.server.app_discovery import discover_asgi_app

    found = discover_asgi_app(Path(server.__file__).with_name(f"{name}.py"))
    assert found.import_string == f"{name}:app"
    served = importlib.import_module(name).app
    assert (served._script_path, served._user_routes, served._user_middleware) == (
        server.app._script_path,
        server.app._user_routes,
        server.app._user_middleware,
    )


def test_health_is_answered_beside_the_app() -> None:
    assert [route.path for route in server.app._user_routes if isinstance(route, Route | Mount)] == [
        "/healthz",
        "/readyz",
        *["/{under:path}sign-in"] * 2,
        "/metrics",
    ]


# --- files made on a click ------------------------------------------------------------------------------------------


def test_a_file_made_on_a_click_outlives_the_runs_of_a_live_part_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's own sweep, which comes with every run that ends, takes a file that nothing refers to the second time."""
    monkeypatch.setattr(server, "KEPT_SECONDS", 0.5)
    stored = MemoryMediaFileStorage("/media")
    files = MediaFileManager(stored)
    asked = files.add_deferred(lambda: b"a picture", "image/png", "1.1", "picture.png")
    with pytest.raises(MediaFileStorageError, match="nobody"):
        server.kept_a_while(files, asked)
    reader = Account("x", "x", Role.LEADER, auth.NOBODY, NOW)
    state = {live_sessions.TOKEN: "mine", live_sessions.KNOWN: auth.Known(reader, 0.0, NOW)}
    monkeypatch.setattr(live_sessions, "held", lambda _session, key: state.get(key))
    address = server.kept_a_while(files, asked)

    def swept() -> None:
        for _ in range(3):
            files.remove_orphaned_files()

    swept()
    assert stored.get_file(address.rpartition("/")[2]).content == b"a picture"
    until = time.monotonic() + 30
    while any(name.startswith("made ") for name in files._files_by_session_and_coord) and time.monotonic() < until:
        time.sleep(0.05)
    swept()
    with pytest.raises(MediaFileStorageError):
        stored.get_file(address.rpartition("/")[2])


# --- what a machine asks ----------------------------------------------------------------------------------------------


def test_metrics_are_there_for_whom_they_were_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Starlette(routes=metrics_page.metrics_route(lambda: True, lambda: 3))
    token = "0123456789abcdef"
    monkeypatch.delenv(metrics_page.TOKEN, raising=False)
    assert answers(app, "/metrics", authorization=f"Bearer {token}")[0].status == 404
    monkeypatch.setenv(metrics_page.TOKEN, "short")
    assert answers(app, "/metrics", authorization="Bearer short")[0].status == 404
    monkeypatch.setenv(metrics_page.TOKEN, token)
    assert [answers(app, "/metrics", authorization=given)[0].status for given in ("", token, "Bearer 0123456789abcdeF")] == [401] * 3
    before = faults.met()
    faults.logged(ValueError("x"), logging.getLogger("quiet"), "something")
    (said,) = answers(app, "/metrics", authorization=f"Bearer {token}")
    lines = said.body.decode().splitlines()
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'board_open_pages{process="1"} 3' in lines
    assert f'board_faults_total{{process="1"}} {before + 1}' in lines
    assert all(re.fullmatch(r"# (HELP|TYPE) \w+ .+|\w+\{process=\"1\"\} [-+.e\d]+", line) for line in lines), lines


def test_the_log_may_be_json_a_line_with_the_number_of_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    log = logging.Logger("board")
    log.addHandler(handler := logging.StreamHandler(written))
    handler.setFormatter(logs.JsonLines())
    faults.forgotten()
    monkeypatch.setenv("BOARD_PROCESS", "2")
    try:
        raise ValueError("多行\n的错")
    except ValueError as problem:
        number = faults.logged(problem, log, "a page could not show something")
    said = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(each["number"], each["level"], each["process"]) for each in said] == [(number, "ERROR", 2)]
    assert "ValueError: 多行\n的错" in said[0]["traceback"]


def test_a_server_does_not_carry_what_only_a_file_or_a_migration_needs() -> None:
    """Some 30 MB of each process, before anybody has asked for anything."""
    program = (
        "import importlib, sys, server\nfor each in server.NEEDED: importlib.import_module(each)\nserver.imported_work()\n"
        "print(sorted({'alembic', 'docx', 'docxtpl', 'pptx', 'apprise', 'scipy.stats'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=Path(server.__file__).parent, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
