"""A file given by an office → its sheets, read by a process of its own with limits of memory and time."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from ingest.ledgers.formats import MOST_SECONDS, SAVE_AGAIN, Sheet, Unreadable

LARGEST_FILE = 200 * 1024 * 1024
ROOT = Path(__file__).parents[2]


def opened(path: Path) -> list[Sheet]:
    """Every sheet, hidden ones too, in the file's order. Raises :class:`Unreadable`."""
    if not path.is_file():
        raise Unreadable(f"没有文件“{path}”。")
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable(f"“{path.name}”超过 {LARGEST_FILE // 1024 // 1024} MB,请按月份分开。")
    command = [sys.executable, "-c", "from ingest.ledgers.formats import main; main()", str(path.resolve())]
    modules = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
    try:
        done = subprocess.run(command, env=modules, capture_output=True, timeout=2 * MOST_SECONDS, check=False)  # noqa: S603 (our own)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        raise Unreadable(f"“{path.name}”太大或已损坏,读不完;可按月份分开,或者{SAVE_AGAIN}。")
    answer = pickle.loads(done.stdout)  # noqa: S301 (written by our own process)
    if isinstance(answer, str):
        raise Unreadable(f"“{path.name}”{answer}")
    return list(answer)
