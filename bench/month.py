"""A month of uptime in minutes: ``python -m bench.month DATABASE [DAYS [SECONDS]]``, a copy of a demo county on SQLite.

The server's clock runs fast, a wall page stays open, events are filed all the time, and each day somebody signs in, opens every page and
leaves. Printed is the server's memory at the end of each day: it must not grow. A whole month stands in bench/RESULTS.md.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import jwt
import psutil

from bench import results
from bench.servers import ROOT, wait_until_up
from bench.servers import Server as Running
from data_access import accounts, sessions
from data_access.accounts import DEMO_PASSWORD
from data_access.clock import beijing_now
from data_access.engine import engine
from ingest.live import Feed
from tests.e2e.board import a_free_port
from tests.readers import Reader

PAGES = ("", "duty", "nights", "petitions", "captains", "township", "village", "quality", "reception", "selection", "definitions")
EVENTS_A_DAY = 12
WHOLE_MONTH = 30
SERVER = """
import sys, time
from datetime import timedelta
from data_access import clock
real, began, speed = clock.beijing_now, time.monotonic(), float(sys.argv.pop(1))
start = real()
clock.beijing_now = lambda: (start + timedelta(seconds=speed * (time.monotonic() - began))).replace(microsecond=0)
from streamlit.web import cli
sys.exit(cli.main(["run", *sys.argv[1:]]))
"""


def a_cookie(database: str, username: str, now: datetime) -> str:
    """A sign-in at a moment of the fast clock."""
    token = sessions.sign_in(engine(database), username, DEMO_PASSWORD, now).token
    with engine(database).begin() as connection:
        key = accounts.cookie_key(connection)
    return jwt.encode({"username": username, "session": token, "exp_date": time.time() + 1e8}, key, algorithm="HS256")


async def lived(database: str, server: Running, days: int, seconds: float, clock: Callable[[], datetime]) -> list[float]:
    """Megabytes at the end of each day."""
    feed, over = Feed(engine(database), random.Random(1), clock), asyncio.Event()
    wall = Reader(server.port, a_cookie(database, "daping", clock()), "wall")
    await wall.open()
    staying, found = asyncio.create_task(wall.stay(over)), list[float]()
    for day in range(days):
        ends = time.monotonic() + seconds
        cookie = await asyncio.to_thread(a_cookie, database, "shuji", clock())
        for page in PAGES:
            reader = Reader(server.port, cookie, page)
            await reader.open()
            await reader.close()
        while time.monotonic() < ends:
            await asyncio.to_thread(feed.event)
            await asyncio.sleep(seconds / EVENTS_A_DAY)
        found.append(server.memory_mb())
        await asyncio.sleep(1)
        print(f"day {day + 1:2d}  {clock():%m-%d %H:%M}  {found[-1]:.0f} MB  wall {'broken' if wall.is_broken else 'stands'}", flush=True)
    over.set()
    await staying
    return found


def month_part(found: list[float], seconds: float) -> list[str]:
    """``found``: megabytes at the end of each day."""
    third = max(1, len(found) // 3)
    early, later = found[:third], found[third:] or found
    return [
        "## Memory over a month",
        "",
        f"One server, its clock a day in {seconds:.0f} s: the wall stays open, an event is filed every two hours, each day somebody signs",
        f"in, opens {len(PAGES)} pages and leaves. Resident memory of the process at the end of each of {len(found)} days:",
        f"most {max(found):.0f} MB; in the first third {min(early):.0f} to {max(early):.0f}, "
        f"in the last two {min(later):.0f} to {max(later):.0f}, at the end {found[-1]:.0f}.",
    ]


def main(database: str, days: int = WHOLE_MONTH, seconds: float = 20.0) -> None:
    port, folder = a_free_port(), Path(tempfile.mkdtemp(prefix="board-month-"))
    speed, start, began = timedelta(days=1).total_seconds() / seconds, beijing_now(), time.monotonic()

    def clock() -> datetime:
        return (start + timedelta(seconds=speed * (time.monotonic() - began))).replace(microsecond=0)

    command = [sys.executable, "-c", SERVER, str(speed), "server.py", "--server.port", str(port)]
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={"BOARD_WARM": "month", **os.environ, "DATABASE_URL": database, "BOARD_IDLE_MINUTES": "100000"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(port, process)
            server = Running(port, psutil.Process(process.pid))
            found = asyncio.run(lived(database, server, days, seconds, clock))
        finally:
            process.terminate()
            process.wait()
    part = month_part(found, seconds)
    print(*part, f"log: {folder / 'server.log'}", sep="\n")
    if days >= WHOLE_MONTH:
        results.write(part, " · `python -m bench.month COPY`")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]), *map(float, sys.argv[3:4]))
