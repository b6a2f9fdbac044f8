"""Ledgers are read and loaded by ``python -m ingest`` in a process of its own: a large file then does not hold up the pages of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_access.engine import database_url
from pages.common.navigation import ROOT

LONGEST_SECONDS = 1800
FAILED = "没有做成，请稍后再试；如一直如此，请在服务器上用命令行装入。"


@dataclass(frozen=True)
class Answer:
    """What ``check`` or ``load`` said; ``error`` where the file or the database could not be read."""

    counts: dict[str, Any] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    refused_file: bytes | None = None

    def number(self, name: str) -> int:
        return int(self.counts.get(name) or 0)


def _environment() -> dict[str, str]:
    """The same database and the same modules, whatever directory the server was started from."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8",
        "DATABASE_URL": database_url().render_as_string(hide_password=False),
    }


def _ingest(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ingest", *arguments]
    return subprocess.run(  # noqa: S603 (our own command; what a reader gave are arguments, never a shell's)
        command, env=_environment(), capture_output=True, text=True, encoding="utf-8", timeout=LONGEST_SECONDS, check=False
    )


def template(kind: str) -> bytes:
    """The workbook of an empty ledger."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "template.xlsx"
        done = _ingest("template", kind, "--out", str(out))
        if done.returncode:
            raise RuntimeError(done.stderr)
        return out.read_bytes()


def ledger(task: str, kind: str, name: str, content: bytes, *, area: str, by: str) -> Answer:
    """``task`` is ``check`` or ``load``. The file lies in a private folder only while the process runs."""
    suffix = ".csv" if name.lower().endswith(".csv") else ".xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path, refused = Path(folder) / f"ledger{suffix}", Path(folder) / "refused.xlsx"
        path.write_bytes(content)
        options = ["--json", "--by", by, "--name", name, "--area", area, "--refused", str(refused), *_year(name)]
        try:
            done = _ingest(task, kind, str(path), *options)
            told = json.loads(done.stdout.strip().splitlines()[-1])
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            return Answer(error=FAILED)
        if "error" in told:
            return Answer(error=told["error"].replace(path.name, name))
        return Answer(told, told.pop("faults"), None, refused.read_bytes() if refused.exists() else None)


def _year(name: str) -> list[str]:
    """The uploaded file's own name may hold the year of its 10月8日."""
    digits = "".join(sign if sign.isdigit() else " " for sign in name).split()
    years = [number[:4] for number in digits if len(number) in (4, 6, 8) and number.startswith("20")]
    return ["--year", years[0]] if years else []
