"""The county of the browser tests: made and counted once for all of them, copied for each board."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.demo_county import a_small_county
from tests.e2e.board import ROOT

PARTS = ("figures", "lines")
"""Halves of the counting (``tests.e2e.counted``) that take about as long as each other: a processor each."""

ANOTHER_PROGRAM = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1].removeprefix("sqlite:///"), timeout=30)
village, = database.execute("SELECT min(code) FROM area WHERE level = 'village'").fetchone()
database.execute(
    "INSERT INTO petition (number, area_code, opened_at, due_at, size, level) "
    "VALUES (?, ?, datetime('now', '+8 hours', '-9 days'), datetime('now', '+8 hours', '-5 days'), 'small', 'village')",
    (sys.argv[2], village),
)
database.commit()
"""


def another_program_files(database: str, number: str) -> None:
    """A petition that is overdue, in a village, by a program that knows nothing of the board."""
    subprocess.run([sys.executable, "-c", ANOTHER_PROGRAM, database, number], check=True)


def the_county(folder: Path) -> Path:
    """The file of the one county of this run of the tests, whose processes share ``folder``: the first makes it, the others wait.

    Its figures are counted in it as a board's first readers would have them counted, so that no test waits for what another one's board has
    counted too: on a board of its own 乡镇画像 alone takes half a minute.
    """
    made = folder / "county.db"
    with (folder / "county.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            (making := folder / "making").mkdir(exist_ok=True)
            database = a_small_county(making)
            another_program_files(database, "来件-0")  # there are days on which the demo county has nothing overdue
            _counted(database, making)
            _copied(making / "county.db", folder / "counted.db")
            (folder / "counted.db").rename(made)
    return made


def a_copy(county: Path, folder: Path) -> str:
    """The address of a copy that a test may change."""
    _copied(county, folder / "county.db")
    return f"sqlite:///{folder / 'county.db'}"


def _counted(database: str, folder: Path) -> None:
    logs = {part: folder / f"{part}.log" for part in PARTS}
    environment = {**os.environ, "DATABASE_URL": database}
    running = {
        part: subprocess.Popen([sys.executable, "-m", "tests.e2e.counted", part], cwd=ROOT, env=environment, stderr=log.open("w"))
        for part, log in logs.items()
    }
    for part, process in running.items():
        assert process.wait() == 0, logs[part].read_text(encoding="utf-8")[-2000:]


def _copied(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
