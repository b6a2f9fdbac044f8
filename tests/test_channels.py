"""How a letter reaches a gateway and a group robot: real receivers on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest

from reports.channels import deliver, proxy_for, scheme_of
from reports.outward import LOCAL, ChannelError
from tests.robots import LETTER, Robot, a_robot


@pytest.fixture
def robot() -> Iterator[Robot]:
    with a_robot() as running:
        yield running


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


def test_a_robot_of_feishu_is_signed_and_its_refusal_is_a_failure(robot: Robot) -> None:
    robot.said = b'{"code": 0, "msg": "success"}'
    deliver(f"feishu://SEC@TOKEN?base={robot.url}", None, LETTER, "k")
    assert robot.got[0][0] == "/open-apis/bot/v2/hook/TOKEN"
    said = robot.letters[0]
    assert said["content"]["text"].startswith("标题\n第一行")
    signed = hmac.new(f"{said['timestamp']}\nSEC".encode(), b"", hashlib.sha256).digest()
    assert said["sign"] == base64.b64encode(signed).decode()
    deliver(f"feishu://TOKEN?base={robot.url}", None, LETTER, "k")
    assert "sign" not in robot.letters[1]
    robot.said = b'{"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}'
    with pytest.raises(ChannelError, match=r"没有收下\(错误 19021\)"):
        deliver(f"feishu://TOKEN?base={robot.url}", None, LETTER, "k")


class Proxy(BaseHTTPRequestHandler):
    """Passes on what it is asked to pass on, and remembers it."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = httpx.post(self.path, content=body, trust_env=False)
        self.send_response(answer.status_code)
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("BOARD_PROXY", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(Proxy, "asked", [])
        yield Proxy.asked
        server.shutdown()


@pytest.mark.parametrize("address", ["{url}/hook", "wecombot://K?base={url}", "dingtalk://T?base={url}"])
def test_a_notice_goes_through_the_countys_proxy(robot: Robot, proxy: list[str], monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("BOARD_NO_PROXY", "county.gov.cn")
    deliver(address.format(url=robot.url), None, LETTER, "k")
    assert robot.got
    assert len(proxy) == len(robot.got)
    assert proxy[0].startswith(robot.url)


def test_what_lies_inside_is_reached_straight_and_the_shells_proxy_is_another_programs(
    robot: Robot, proxy: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    deliver(f"{robot.url}/hook", None, LETTER, "k")
    assert (len(robot.got), proxy) == (1, [])
    monkeypatch.setenv("BOARD_NO_PROXY", "localhost, .county.gov.cn")
    through = {"https://open.feishu.cn/x", "https://xcounty.gov.cn/x"}
    straight = {"https://county.gov.cn/x", "http://oa.county.gov.cn:8080/x", "http://LOCALHOST/x"}
    assert {each for each in through | straight if proxy_for(each)} == through
    monkeypatch.delenv("BOARD_PROXY")
    assert not any(map(proxy_for, through | straight))


@pytest.mark.parametrize(
    "address", ["", "ftp://x", "syslog://x", "https://", "wecombot://", "mailto://", "feishu://", "json://a", "mailto://a mailto://b", "x"]
)
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
    with pytest.raises(ChannelError, match="通道地址"):
        scheme_of(address)


def test_who_does_not_answer_is_told_without_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOCAL, "on")
    with pytest.raises(ChannelError, match="连不上") as told_so:
        deliver("http://127.0.0.1:9/secret-path", "s", LETTER, "k")
    assert "secret-path" not in str(told_so.value)
