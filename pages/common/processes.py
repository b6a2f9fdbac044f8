"""``python -m server --workers N``: N server processes behind one address, each begun anew when it ends.

This process counts nothing and draws nothing: it is the proxy (:mod:`pages.common.sticky`) and watches over the others. They need not
know of each other: what one process remembers for another is in the database. Of the board it imports the form of its log alone, so that
it stays small and quick whatever happens to them.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import os
import signal
import socket
import sys
import threading
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from data_access import logs
from pages.common.sticky import HERE, LONGEST_HEAD, Proxy

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
NUMBER, PARENT = "BOARD_PROCESS", "BOARD_PARENT"
"""Environment of a server process: its number for the cookie, and the process without which it ends."""
MOST_WORKERS = 16
LOOK_SECONDS, WATCH_SECONDS = 0.2, 5.0
"""How often a process that starts, and one that runs, is asked whether it answers."""
ANSWER_SECONDS = 10.0
LONGEST_SILENCE = 120.0
"""A process that has not answered for so long is ended; a start takes seconds."""
AGAIN_SECONDS = 1.0
STOP_SECONDS = 10.0


def asked(arguments: Sequence[str]) -> tuple[int, list[str]]:
    """How many processes a command line asks for, and its flags for each of them."""
    parser = argparse.ArgumentParser(prog="python -m server", allow_abbrev=False, add_help=False)
    parser.add_argument("--workers", type=int, choices=range(1, MOST_WORKERS + 1), default=1)
    known, flags = parser.parse_known_args(arguments)
    return known.workers, flags


def number() -> int:
    """Which of the processes of one board this is, from 1; 0 where it is the only one."""
    return int(os.environ.get(NUMBER, "0"))


def address(flags: Sequence[str]) -> tuple[str, int]:
    """Where the board is to be reached: as Streamlit reads it, from the flags, the environment or ``.streamlit/config.toml``."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--server.address", dest="host", default=os.environ.get("STREAMLIT_SERVER_ADDRESS", settings["address"]))
    parser.add_argument("--server.port", dest="port", type=int, default=os.environ.get("STREAMLIT_SERVER_PORT", settings["port"]))
    known, _ = parser.parse_known_args(flags)
    return known.host, known.port


class Processes:
    """The server processes behind a proxy."""

    def __init__(self, proxy: Proxy, command: Sequence[str]) -> None:
        self._proxy, self._command = proxy, command
        self._numbers = itertools.count(1)
        self._has_answered = False

    async def kept_running(self) -> int:
        """One process after the other. Returns the code of one that ended before any had ever answered: the next would fare alike."""
        while True:
            number, port = next(self._numbers), a_free_port()
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *("--server.address", HERE, "--server.port", str(port)),
                cwd=ROOT,
                env={**os.environ, NUMBER: str(number), PARENT: str(os.getpid())},
                stdout=asyncio.subprocess.DEVNULL,  # Streamlit's greeting, with an address that is nobody's concern
                start_new_session=True,  # Ctrl-C is for this process, which then ends the others
            )
            watching = asyncio.create_task(self._watched(process, number, port))
            try:
                code = await process.wait()
            finally:
                watching.cancel()
                self._proxy.left(number)
                await _ended(process)
            if not self._has_answered:
                return code
            LOG.error("server process %s has ended (%s) and is begun anew", number, code)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _watched(self, process: asyncio.subprocess.Process, number: int, port: int) -> None:
        heard_at = time.monotonic()
        while True:
            if await answers(port):
                heard_at, self._has_answered = time.monotonic(), True
                self._proxy.joined(number, port)
            elif time.monotonic() - heard_at > LONGEST_SILENCE:
                LOG.error("server process %s has not answered for %.0f seconds and is ended", number, LONGEST_SILENCE)
                process.kill()
                return
            await asyncio.sleep(WATCH_SECONDS if number in self._proxy.living else LOOK_SECONDS)


def a_free_port() -> int:
    """Another program may take it before the process does: that one ends then, and the next has another."""
    with socket.socket() as listening:
        listening.bind((HERE, 0))
        port: int = listening.getsockname()[1]
        return port


async def answers(port: int) -> bool:
    """Whether ``/healthz`` of the process on a port does."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HERE, port)
            try:
                writer.write(f"GET /healthz HTTP/1.1\r\nHost: {HERE}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def served(workers: int, host: str, port: int, command: Sequence[str]) -> int:
    """Until it is told to stop (SIGTERM, Ctrl-C); the code to end with."""
    proxy, stop = Proxy(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    try:
        listening = await asyncio.start_server(proxy.answer, host, port, limit=LONGEST_HEAD, backlog=1024)
    except OSError as problem:
        LOG.error("%s:%s cannot be listened to: %s", host, port, problem.strerror)  # noqa: TRY400
        return 1
    print(f"  URL: http://{host}:{port}", flush=True)
    processes = Processes(proxy, command)
    keeping = [asyncio.create_task(processes.kept_running()) for _ in range(workers)]
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({stopping, *keeping}, return_when=asyncio.FIRST_COMPLETED)
    listening.close()
    for task in keeping:
        task.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)
    return next((task.result() for task in keeping if task in done), 0)


def stay_with_parent(stop: threading.Event) -> None:
    """Work of a server process (``server.py``): it ends when the process that began it is no more, however that ended."""
    parent = os.environ.get(PARENT)
    if parent is None:
        return
    while not stop.wait(1.0):
        if os.getppid() != int(parent):
            os.kill(os.getpid(), signal.SIGTERM)
            return


def main(arguments: Sequence[str]) -> int:
    logs.begun()
    workers, flags = asked(arguments)
    host, port = address(flags)
    return asyncio.run(served(workers, host, port, [sys.executable, "-m", "server", *flags]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
