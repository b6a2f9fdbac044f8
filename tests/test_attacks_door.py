"""Attacks from before the door: what is no request at all, and strangers who come in numbers."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress

import jwt
import pytest
from websockets.exceptions import InvalidStatus

from pages.common import gate, headers
from tests.browser_tab import PATIENCE, asks_to_sign_in
from tests.e2e.board import Board
from tests.test_attacks_web import board, opened, outside, remembered

__all__ = ["board", "outside"]


@pytest.mark.parametrize("sent", [b"NO REQUEST\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"])
def test_what_is_no_request_is_answered_as_safely(board: Board, sent: bytes) -> None:
    host, _, port = board.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), PATIENCE) as stranger:
        stranger.sendall(sent)
        stranger.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: stranger.recv(4096), b"")).decode().lower()
    assert answer.startswith("http/1.1 400 ")
    assert all(f"{name}: {value}".lower() in answer for name, value in {**headers.EVERYWHERE, headers.POLICY: headers.NOTHING}.items())


WEBSOCKET = (b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
SAID = (b"X-Forwarded-For: 9.9.9.9", b"X-Forwarded-Proto: https")


def a_head(*said: bytes, path: bytes = b"/healthz", ends: bytes = b"\r\n") -> bytes:
    return ends.join([b"GET " + path + b" HTTP/1.1", b"Host: x", *said, b"", b""])


HIDDEN = {
    "behind an upgrade to nothing": a_head(WEBSOCKET[0]) + a_head(*SAID),
    "behind an upgrade to two": a_head(b"Upgrade: websocket, h2c", WEBSOCKET[1]) + a_head(*SAID),
    "behind an upgrade that keeps alive": a_head(WEBSOCKET[0], b"Connection: keep-alive") + a_head(*SAID),
    "behind a bare line feed": a_head(b"X: y\n\n" + a_head(*SAID, ends=b"\n")),
    "after a websocket that is refused": a_head(*WEBSOCKET, path=b"/else") + a_head(*SAID),
    "behind two lengths": a_head(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + a_head(*SAID),
}
"""A second request within a first."""


@pytest.mark.slow
@pytest.mark.parametrize("board", [2], indirect=True, ids=["two processes"])
@pytest.mark.parametrize("sent", HIDDEN.values(), ids=list(HIDDEN))
def test_no_request_is_hidden_behind_another_to_come_from_where_it_says(board: Board, sent: bytes) -> None:
    """Whoever could would lock a leader out at the leader's own address, and try passwords from a new one each time."""
    host, _, port = board.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), PATIENCE) as stranger:
        stranger.sendall(sent)
        answers = b"".join(iter(lambda: stranger.recv(4096), b""))
    assert answers.count(b"HTTP/1.1 ") == 1
    assert b"secure" not in answers.lower(), "nothing believes that it came over TLS"


def test_strangers_at_the_door_keep_nobody_out_who_is_signed_in(board: Board) -> None:
    with ExitStack() as all_closed:
        first = all_closed.enter_context(opened(board))
        refused: list[int] = []
        for _ in range(gate.STRANGERS + 20):
            try:
                all_closed.enter_context(opened(board, process=first.process))
            except InvalidStatus as refusal:
                refused.append(refusal.response.status_code)
        assert len(refused) >= 20
        assert set(refused) == {503}
        with opened(board, remembered(board, "shuji"), process=first.process) as reader:
            assert not asks_to_sign_in(reader.drawn())
        with pytest.raises(InvalidStatus), opened(board, jwt.encode({"session": "made up"}, "k" * 32), process=first.process):
            pass
    for _ in range(100):  # the server hears of each that has gone
        with suppress(InvalidStatus), opened(board, process=first.process) as stranger:
            assert asks_to_sign_in(stranger.drawn())
            return
        time.sleep(0.1)
    raise AssertionError("the door stays shut")
