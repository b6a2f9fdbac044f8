"""Ledgers are read and loaded by ``python -m ingest`` in a process of its own: a large file then does not hold up the pages of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_access.engine import database_url
from pages.common.navigation import ROOT

LONGEST_SECONDS = 1800
PROGRESS = "PROGRESS "
"""Begins a line of the command's standard error that tells the share done."""
Progress = Callable[[float], None]
FAILED = "没有做成，请稍后再试；如一直如此，请在服务器上用命令行装入。"


@dataclass(frozen=True)
class Answer:
    """What ``check``, ``load`` or ``correct`` said; ``error`` where the file or the database could not be read."""

    counts: dict[str, Any] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    layouts: list[dict[str, Any]] = field(default_factory=list)
    """Of a file whose headings nobody knows yet: what has to be said of them."""
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


def _ingest(*arguments: str, progress: Progress | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and error. ``progress`` hears how far a large file has been read."""
    command = [sys.executable, "-m", "ingest", *arguments]
    started = subprocess.Popen(  # noqa: S603 (our own command; what a reader gave are arguments, never a shell's)
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    errors: list[str] = []

    def heard() -> None:
        for line in started.stderr or ():
            if not line.startswith(PROGRESS):
                errors.append(line)
            elif progress is not None:
                progress(float(line.removeprefix(PROGRESS)))

    with started, timer(LONGEST_SECONDS, started.kill):
        told: list[str] = []
        reader = threading.Thread(target=lambda: told.extend(started.stdout or ()))
        reader.start()
        heard()
        reader.join()
        code = started.wait()
    return code, "".join(told), "".join(errors)


@contextmanager
def timer(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    """Stops what takes longer."""
    waiting = threading.Timer(seconds, stop)
    waiting.start()
    try:
        yield
    finally:
        waiting.cancel()


def template(kind: str) -> bytes:
    """The workbook of an empty ledger."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "template.xlsx"
        code, _, errors = _ingest("template", kind, "--out", str(out))
        if code:
            raise RuntimeError(errors)
        return out.read_bytes()


def ledger(
    task: str,
    kind: str,
    name: str,
    content: bytes,
    *,
    area: str,
    by: str,
    year: int | None = None,
    more: Sequence[str] = (),
    progress: Progress | None = None,
) -> Answer:
    """``task`` is ``check``, ``load`` or ``correct``, ``more`` its own options. The file lies in a private folder only while the process
    runs; what it is its content tells."""
    with tempfile.TemporaryDirectory() as folder:
        path, refused = Path(folder) / "ledger", Path(folder) / "refused.xlsx"
        path.write_bytes(content)
        options = ["--json", "--by", by, "--name", name, "--area", area, "--refused", str(refused), *more]
        told = _answer(task, kind, str(path), *options, *(["--year", str(year)] if year else []), progress=progress)
        if "error" in told:
            return Answer(error=told["error"], layouts=told.get("layouts", []))
        return Answer(told, told.pop("faults"), refused_file=refused.read_bytes() if refused.exists() else None)


def undo(import_id: int, area: str, why: str = "", by: str = "") -> Answer:
    """Takes a whole loading back, or without ``why`` only says what that would be; ``counts``: undone, removed, restored, tables (each with
    its own two counts), obstacles. ``area``: nothing of another is touched or told."""
    told = _answer("undo", str(import_id), "--json", "--area", area, *(["--yes", "--why", why, "--by", by] if why else []))
    return Answer(error=told["error"]) if "error" in told else Answer(told)


def choose(name: str, unit: str, person_id: int, by: str, area: str) -> str | None:
    """Keeps whom ledgers mean by a name; returns what went wrong."""
    return _done("choose", name, unit, str(person_id), "--by", by, "--area", area)


def keep_mapping(mapping: dict[str, Any] | str, by: str, area: str, of: str = "") -> str | None:
    """Keeps what headings and words mean in files of an area, as TOML text or as what it holds; ``of``: the area of the file in hand.
    Returns what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("mapping.toml" if isinstance(mapping, str) else "mapping.json")
        path.write_text(mapping if isinstance(mapping, str) else json.dumps(mapping, ensure_ascii=False), encoding="utf-8")
        return _done("mapping", "keep", str(path), "--by", by, "--area", area, "--for", of)


def forget_mapping(fingerprint: str, by: str, area: str) -> str | None:
    return _done("mapping", "forget", fingerprint, "--by", by, "--area", area)


def alias(name: str, code: str | None, by: str, area: str, of: str = "") -> str | None:
    """Keeps which unit or department a name means in files of an area; without a code forgets it."""
    return _done("alias", name, *([code] if code else []), "--by", by, "--area", area, "--for", of)


def _done(*arguments: str) -> str | None:
    """Runs a command that only does something; returns what went wrong."""
    code, _, errors = _ingest(*arguments)
    return (errors.strip() or FAILED) if code else None


def _answer(*arguments: str, progress: Progress | None = None) -> dict[str, Any]:
    """The command's one line of JSON."""
    try:
        _, told, _ = _ingest(*arguments, progress=progress)
        return dict(json.loads(told.strip().splitlines()[-1]))
    except (ValueError, IndexError):
        return {"error": FAILED}
