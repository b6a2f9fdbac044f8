"""How a letter reaches a gateway, a group robot and a mailbox: real receivers on loopback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from reports.channels import LOCAL, ChannelError, deliver, scheme_of
from reports.letters import Enclosed, Letter
from tests.robots import Robot, a_robot


@pytest.fixture
def robot() -> Iterator[Robot]:
    with a_robot() as running:
        yield running


PICTURE, FILE = Enclosed("晨报.png", "image/png", b"\x89PNG"), Enclosed("通报.docx", "application/x", b"PK")
LETTER = Letter("标题", ("第一行",), "https://kanban.example/", PICTURE, FILE)


def test_a_robot_of_wecom_gets_text_and_picture_and_its_refusal_is_a_failure(robot: Robot) -> None:
    deliver(f"wecombot://KEY-1?base={robot.url}", None, LETTER, "k")
    assert [each["msgtype"] for each in robot.letters] == ["text", "image"]
    assert robot.got[0][0] == "/cgi-bin/webhook/send?key=KEY-1"
    robot.said = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    with pytest.raises(ChannelError, match="机器人没有收下") as told_so:
        deliver(f"wecombot://KEY-1?base={robot.url}", None, LETTER, "k")
    assert "KEY-1" not in str(told_so.value)


def test_a_robot_of_dingtalk_is_signed(robot: Robot) -> None:
    deliver(f"dingtalk://SEC@TOKEN?base={robot.url}", None, LETTER, "k")
    assert robot.got[0][0].startswith("/robot/send?access_token=TOKEN&timestamp=")
    assert robot.letters[0]["text"]["content"].startswith("标题\n第一行")


def test_apprise_carries_picture_file_and_key_to_any_program(robot: Robot) -> None:
    deliver(robot.url.replace("http", "json") + "/hook", None, LETTER, "k-7")
    _, headers, body = robot.got[0]
    assert headers["idempotency-key"] == "k-7"
    assert [each["filename"] for each in json.loads(body)["attachments"]] == ["kanban-k-7.png", "kanban-k-7.docx"]
    robot.answers = [500]
    with pytest.raises(ChannelError, match="没有收下"):
        deliver(robot.url.replace("http", "json"), None, LETTER, "k")


class Mailbox:
    def __init__(self) -> None:
        self.got: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.got.append(envelope.content)
        return "250 OK"


def test_e_mail_brings_the_file_and_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCAL, "on")
    mailbox = Mailbox()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    post = Controller(mailbox, hostname="127.0.0.1", port=port)
    post.start()
    try:
        deliver(f"mailto://127.0.0.1:{port}?from=kanban@county.example&to=shuji@county.example&mode=insecure", None, LETTER, "k-9")
    finally:
        post.stop()
    (raw,) = mailbox.got
    message = message_from_bytes(raw)
    assert str(make_header(decode_header(message["Subject"]))) == "标题"
    assert message["Idempotency-Key"] == "k-9"
    names = [str(make_header(decode_header(part.get_filename() or ""))) for part in message.walk() if part.get_filename()]
    assert names == ["kanban-k-9.png", "kanban-k-9.docx"]


@pytest.mark.parametrize(
    "address", ["", "ftp://x", "syslog://x", "https://", "wecombot://", "mailto://", "feishu://", "json://a json://b", "x"]
)
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
    with pytest.raises(ChannelError, match="通道地址"):
        scheme_of(address)


def test_who_does_not_answer_is_told_without_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCAL, "on")
    with pytest.raises(ChannelError, match="连不上") as told_so:
        deliver("http://127.0.0.1:9/secret-path", "s", LETTER, "k")
    assert "secret-path" not in str(told_so.value)
