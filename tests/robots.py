"""A receiver of notices on loopback: a real HTTP server that keeps what it is sent."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from reports.letters import Enclosed, Letter
from reports.outward import LOCAL

PICTURE, FILE = Enclosed("晨报.png", "image/png", b"\x89PNG"), Enclosed("通报.docx", "application/x", b"PK")
LETTER = Letter("标题", ("第一行",), "https://kanban.example/", PICTURE, FILE)


@dataclass
class Robot:
    """A real HTTP server that keeps what it is sent; ``answers``: statuses of the next requests, then 200."""

    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    said: bytes = b'{"errcode": 0}'
    hold: float = 0.0
    leads: str = ""
    """Where a redirect leads."""

    @property
    def letters(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]


@contextmanager
def a_robot() -> Iterator[Robot]:
    robot = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            robot.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status = robot.answers.pop(0) if robot.answers else 200
            time.sleep(robot.hold)
            with suppress(ConnectionError):  # who was killed reads no answer, and who has read enough no more
                self.send_response(status)
                if robot.leads:
                    self.send_header("Location", robot.leads)
                self.end_headers()
                self.wfile.write(robot.said)

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    robot.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.MonkeyPatch.context() as here:
            here.setenv(LOCAL, "on")
            yield robot
    finally:
        server.shutdown()
        server.server_close()


def a_resolver(*answers: list[str]) -> Any:
    """A name server that an attacker keeps: each time it is asked it says something else."""
    left, real = list(answers), socket.getaddrinfo

    def resolved(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != "gateway.example":
            return real(host, port, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0)) for address in left.pop(0)]

    return resolved
