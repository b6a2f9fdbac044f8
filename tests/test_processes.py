"""Who watches over the server processes: one that ends or falls silent is begun anew, and all of them end together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
import streamlit as st

import server
from pages.common import processes, sticky
from pages.common.gate import Gate
from pages.common.headers import SafeHeaders
from pages.common.processes import address, asked, served, stay_with_parent
from pages.common.static_files import StaticFiles
from pages.common.sticky import ProcessCookie
from tests.e2e.board import a_free_port

SMALL_SERVER = """
import http.server, os, signal, sys, time
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/end":
            os._exit(7)
        if self.path == "/hang":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        said = os.environ["BOARD_PROCESS"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *_):
        pass
port = int(sys.argv[sys.argv.index("--server.port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Answers).serve_forever()
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"LOOK_SECONDS": 0.05, "WATCH_SECONDS": 0.1, "AGAIN_SECONDS": 0.05, "STOP_SECONDS": 1.0}.items():
        monkeypatch.setattr(processes, name, seconds)


@contextmanager
def a_board(command: list[str], workers: int = 2) -> Iterator[tuple[Callable[..., str], list[int]]]:
    """What it answers to a path and a cookie (empty where nothing), and the code that it has ended with."""
    port, codes = a_free_port(), list[int]()

    def ask(path: str = "/", number: int | None = None) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
        if number:
            request.add_header("Cookie", f"{sticky.COOKIE}={number}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    stopped: list[Callable[[], None]] = []

    async def serving() -> None:
        loop, handlers = asyncio.get_running_loop(), list[Callable[[], None]]()
        loop.add_signal_handler = lambda _signal, handler: handlers.append(handler)  # type: ignore[method-assign, assignment, misc]
        stopped.append(lambda: loop.call_soon_threadsafe(handlers[0]))
        codes.append(await served(workers, "127.0.0.1", port, command))

    thread = threading.Thread(target=lambda: asyncio.run(serving()))
    thread.start()
    try:
        yield ask, codes
    finally:
        if thread.is_alive():
            stopped[0]()
        thread.join(20)
        assert not thread.is_alive()


def until(holds: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def small_servers() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if SMALL_SERVER in each.cmdline()]


def test_one_that_ends_is_begun_anew_under_a_new_number_and_all_end_together(caplog: pytest.LogCaptureFixture) -> None:
    with a_board([sys.executable, "-c", SMALL_SERVER]) as (ask, codes):
        until(lambda: {ask(number=1), ask(number=2)} == {"1", "2"})
        ask("/end", 1)
        until(lambda: ask(number=1) == "2")
        until(lambda: ask(number=3) == "3")
        assert ask(number=1) == "2", "its readers stay where they went"
        assert "server process 1 has ended (7) and is begun anew" in caplog.text
        assert len(small_servers()) == 2
    assert codes == [0]
    assert small_servers() == []


def test_one_that_is_silent_for_long_is_ended_however_deaf_it_is(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(processes, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(processes, "LONGEST_SILENCE", 2.0)
    with a_board([sys.executable, "-c", SMALL_SERVER], workers=1) as (ask, _):
        until(lambda: ask() == "1")
        hanging = threading.Thread(target=ask, args=("/hang",))
        hanging.start()
        until(lambda: "has not answered for 2 seconds" in caplog.text)
        until(lambda: ask() == "2")
        hanging.join()


def test_what_cannot_start_is_not_tried_for_ever() -> None:
    with a_board([sys.executable, "-c", "raise SystemExit(2)"]) as (_, codes):
        until(lambda: codes)
    assert codes == [2]


def test_an_address_that_is_taken_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert asyncio.run(served(2, "127.0.0.1", port, ["none"])) == 1
    assert f"127.0.0.1:{port} cannot be listened to" in caplog.text


def test_a_server_ends_when_the_one_that_began_it_is_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *each: ended.append(each))
    stay_with_parent(threading.Event())
    assert ended == [], "one that nobody watches over stays"
    monkeypatch.setenv(processes.PARENT, str(os.getppid()))
    staying, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: (stay_with_parent(stop), staying.set()))
    thread.start()
    assert not staying.wait(1.5)
    stop.set()
    thread.join()
    assert ended == []
    monkeypatch.setenv(processes.PARENT, str(os.getppid() + 1))
    stay_with_parent(threading.Event())
    assert ended == [(os.getpid(), signal.SIGTERM)]


def test_a_command_line_is_ours_and_streamlits() -> None:
    assert asked(["--server.port", "9000"]) == (1, ["--server.port", "9000"])
    assert asked(["--workers", "2", "--server.port=9000"]) == (2, ["--server.port=9000"])
    for wrong in ("0", "17", "two"):
        with pytest.raises(SystemExit):
            asked(["--workers", wrong])


def test_the_address_is_streamlits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address([]) == (st.get_option("server.address"), st.get_option("server.port"))
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "9001")
    assert address([])[1] == 9001
    assert address(["--server.port=9002", "--server.address", "10.0.0.2"]) == ("10.0.0.2", 9002)


def test_the_cookie_is_set_only_where_there_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(processes.NUMBER, raising=False)
    assert [each.cls for each in server.middleware()] == [SafeHeaders, Gate, StaticFiles]
    monkeypatch.setenv(processes.NUMBER, "2")
    with_number = [each.cls for each in server.middleware()]
    assert with_number == [SafeHeaders, ProcessCookie, Gate, StaticFiles], "it sees every answer, and its cookie is made safe"
