"""The board's server as ``make run`` starts it, with the tuned settings or with Streamlit's defaults."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import jwt
import psutil

from data_access import accounts, sessions
from data_access.accounts import DEMO_PASSWORD
from data_access.clock import beijing_now
from data_access.engine import engine

ROOT = Path(__file__).parents[1]
COOKIE = "county_board"
WARM_SECONDS = 300
"""How long a server may take to fill its caches before it is measured."""

# What .streamlit/config.toml changes of the settings that bear on speed, back to what Streamlit ships with. Its "auto" watches files by
# polling where watchdog cannot; watchdog 7 hears itself read the folders it watches and so keeps a core busy, which would be measured.
DEFAULTS = ("--server.fileWatcherType", "poll", "--runner.postScriptGC", "true", "--runner.magicEnabled", "true")
SETTINGS = {"tuned": (), "defaults": DEFAULTS}
TWO_PROCESSES = ("--workers", "2")


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Of the process, and of those that it has started."""
        return sum(each.memory_info().rss for each in (self.process, *self.process.children(recursive=True))) / 2**20


@contextmanager
def running(database: str, settings: str, folder: Path, *flags: str) -> Iterator[Server]:
    """A fresh server process on a free port of this machine only; stopped at the end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    with (folder / f"server-{settings}-{port}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "--server.port", str(port), *flags, *SETTINGS[settings]],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "BOARD_WARM": "month"},  # the year, which no round asks for, would take minutes
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(port, process)
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_up(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("the server ended while starting")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start within two minutes")


def quiet(server: Server) -> None:
    """Waits until the server has filled its caches: it then uses no processor time."""
    all_of_it = [server.process, *server.process.children(recursive=True)]
    for each in all_of_it:
        each.cpu_percent()
    calm, end = 0, time.monotonic() + WARM_SECONDS
    while calm < 4 and time.monotonic() < end:
        time.sleep(1)
        calm = calm + 1 if sum(each.cpu_percent() for each in all_of_it) < 8 else 0


def a_cookie(database: str, username: str = "shuji") -> str:
    """The cookie of a browser that has signed in with a demo account: a session in the database, signed as the board signs it."""
    now = beijing_now()
    token = sessions.sign_in(engine(database), username, DEMO_PASSWORD, now).token
    if token is None:
        raise LookupError(f"{username} cannot sign in to {database}: what would be measured is the sign-in page")
    with engine(database).begin() as connection:
        key = accounts.cookie_key(connection)
    expires = (now + timedelta(hours=10)).timestamp()
    return jwt.encode({"username": username, "session": token, "exp_date": expires}, key, algorithm="HS256")
