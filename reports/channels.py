"""How a letter reaches somebody: a gateway of the county's own, a group robot, a mailbox.

=================  ==========================================================================================================
``http(s)://``     a plain webhook (政务微信 gateways): JSON, signed (:func:`signature`), the same key at each attempt
``wecombot://KEY``  a group robot of 企业微信: text and the picture; ``?base=http://host`` for a 政务微信 of the county's own
``dingtalk://``    a group robot of 钉钉: ``dingtalk://SECRET@TOKEN``
``feishu://``      a group robot of 飞书: ``feishu://TOKEN``, ``feishu://SECRET@TOKEN`` with 签名校验
``mailto(s)://``   e-mail with picture and file (:mod:`reports.mailbox`)
=================  ==========================================================================================================

The robots say in their answer's body that they have refused a message, under status 200.

A channel leads to no machine of the server's own (:mod:`reports.outward`) and to no place that a receiver names (no redirect is followed),
nothing of an answer is shown but its status, and it ends in time. Where a channel leads is in the audit (:func:`place_of`).

Through the county's proxy (``BOARD_PROXY``), but for the hosts of ``BOARD_NO_PROXY`` and what lies under them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import smtplib
import ssl
import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import httpx

from reports.letters import Enclosed, Letter
from reports.mailbox import OPTIONS, handed_over, mailbox, written
from reports.outward import KEY_HEADER, LONGEST_ANSWER, PATIENCE_SECONDS, ChannelError, ending_in_time, reached, reached_by_proxy

LOG = logging.getLogger(__name__)
SCHEMES = ("https", "http", "wecombot", "dingtalk", "feishu", "mailto", "mailtos")
SCHEME_NAMES = {
    "https": "网关(签名)",
    "http": "网关(签名)",
    "wecombot": "企业微信群机器人",
    "dingtalk": "钉钉群机器人",
    "feishu": "飞书群机器人",
    "mailto": "邮件",
    "mailtos": "邮件",
}
SIGNED = ("https", "http")
TIME_HEADER, SIGNATURE_HEADER = "X-Board-Time", "X-Board-Signature"
LARGEST_PICTURE = 2 * 1024 * 1024
"""What a robot of 企业微信 takes."""
ROBOT_OPTIONS = frozenset({"base"})


def scheme_of(address: str) -> str:
    """What stands before ``://``. Raises :class:`ChannelError` for an address of a kind that is not offered, or without a place."""
    scheme, separator, rest = address.strip().partition("://")
    if not separator or scheme not in SCHEMES:
        raise ChannelError(f"通道地址应以 {'、'.join(f'{each}://' for each in SCHEMES)} 之一开头")
    if not rest.strip("/"):
        raise ChannelError("通道地址不完整")
    try:
        parts = urlsplit(address)
        urlsplit(_base(address, scheme) if scheme in ROBOTS else "")
    except ValueError:  # a bracket that is left open
        raise ChannelError("通道地址写法不对") from None
    if scheme in SIGNED:
        return scheme
    known, free = (ROBOT_OPTIONS, "") if scheme in ROBOTS else (OPTIONS, "+ ")
    named = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    unknown = next((name for name in named if name not in known and name[:1] not in free), None)
    if unknown is not None:
        raise ChannelError(f"通道地址里的“{unknown[:20]}”不认识,可用的是 {'、'.join(sorted(known))}")
    if scheme not in ROBOTS and mailbox(address) is None:
        raise ChannelError("通道地址不完整或写法不对,写法见帮助里的“推送”")
    return scheme


def place_of(address: str) -> str:
    """The machine that a channel leads to, as the audit names it; nothing of what opens it."""
    scheme, parts = scheme_of(address), urlsplit(address.strip())
    if scheme in ROBOTS:
        return urlsplit(_base(address, scheme)).hostname or ""
    to = None if scheme in SIGNED else mailbox(address)
    return to.host if to else parts.hostname or ""


def deliver(address: str, secret: str | None, letter: Letter, key: str) -> None:
    """Sends a letter once. ``key``: the same at each attempt of the same letter. Raises :class:`ChannelError`."""
    scheme = scheme_of(address)
    try:
        ROBOTS.get(scheme, _webhook if scheme in SIGNED else _mailed)(address, secret, letter, key)
    except (httpx.TimeoutException, TimeoutError):
        raise ChannelError("对方没有应答(超时)") from None
    except ssl.SSLCertVerificationError:
        raise ChannelError("对方的证书不对或不可信,没有发出") from None
    except smtplib.SMTPNotSupportedError:
        raise ChannelError("邮件服务器不支持加密或登录,没有发出;县内网络里可在通道地址写 mode=insecure(明文)") from None
    except smtplib.SMTPAuthenticationError as problem:
        raise ChannelError(f"邮件服务器不认用户名或密码(应答 {problem.smtp_code})") from None
    except smtplib.SMTPResponseException as problem:
        raise ChannelError(f"对方没有收下(邮件服务器应答 {problem.smtp_code})") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
        raise ChannelError(f"连不上({type(problem).__name__})") from None


# --- a gateway of the county's own ------------------------------------------------------------------------------------


def signature(secret: str, at: str, body: bytes) -> str:
    """``sha256=`` and the HMAC of the time stamp, a full stop and the body: what a gateway reckons too before it believes a message."""
    return "sha256=" + hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _webhook(address: str, secret: str | None, letter: Letter, key: str) -> None:
    enclosed = {"picture": letter.picture, "file": letter.file}
    content = {name: _as_json(each) for name, each in enclosed.items() if each is not None}
    said = {"id": key, "title": letter.subject, "text": letter.text, "link": letter.link, **content}
    body = json.dumps(said, ensure_ascii=False).encode()
    at = str(int(time.time()))
    headers = {"Content-Type": "application/json; charset=utf-8", KEY_HEADER: key, TIME_HEADER: at}
    if secret:
        headers[SIGNATURE_HEADER] = signature(secret, at, body)
    _posted(address, content=body, headers=headers)


def _as_json(it: Enclosed) -> dict[str, str]:
    return {"name": it.name, "type": it.mime, "base64": base64.b64encode(it.content).decode()}


# --- group robots -----------------------------------------------------------------------------------------------------

BASES = {"wecombot": "https://qyapi.weixin.qq.com", "dingtalk": "https://oapi.dingtalk.com", "feishu": "https://open.feishu.cn"}


def _base(address: str, scheme: str) -> str:
    return parse_qs(urlsplit(address).query).get("base", [BASES[scheme]])[0].rstrip("/")


def _wecom(address: str, _secret: str | None, letter: Letter, _key: str) -> None:
    """Text, then the picture. Once the text is there the notice has arrived: a picture that fails is told in the log, not sent again with
    a second text."""
    hook = f"{_base(address, 'wecombot')}/cgi-bin/webhook/send?key={quote(urlsplit(address).netloc)}"
    _said_yes(_posted(hook, json={"msgtype": "text", "text": {"content": f"{letter.subject}\n{letter.text}"}}))
    if letter.picture is not None and len(letter.picture.content) <= LARGEST_PICTURE:
        content = letter.picture.content
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()  # the robot's own check of the transfer
        image = {"base64": base64.b64encode(content).decode(), "md5": digest}
        try:
            _said_yes(_posted(hook, json={"msgtype": "image", "image": image}))
        except (ChannelError, httpx.HTTPError) as problem:
            LOG.warning("the picture of a notice has not arrived: %s", problem)


def _dingtalk(address: str, _secret: str | None, letter: Letter, _key: str) -> None:
    signing, _, token = urlsplit(address).netloc.rpartition("@")
    hook = f"{_base(address, 'dingtalk')}/robot/send?access_token={quote(token)}"
    if signing:
        at = str(round(time.time() * 1000))
        sign = base64.b64encode(hmac.new(signing.encode(), f"{at}\n{signing}".encode(), hashlib.sha256).digest()).decode()
        hook += f"&timestamp={at}&sign={quote(sign, safe='')}"
    _said_yes(_posted(hook, json={"msgtype": "text", "text": {"content": f"{letter.subject}\n{letter.text}"}}))


def _feishu(address: str, _secret: str | None, letter: Letter, _key: str) -> None:
    signing, _, token = urlsplit(address).netloc.rpartition("@")
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": f"{letter.subject}\n{letter.text}"}}
    if signing:
        at = str(int(time.time()))
        sign = hmac.new(f"{at}\n{signing}".encode(), b"", hashlib.sha256).digest()  # the text is the key, nothing is signed: so 飞书 asks
        said |= {"timestamp": at, "sign": base64.b64encode(sign).decode()}
    _said_yes(_posted(f"{_base(address, 'feishu')}/open-apis/bot/v2/hook/{quote(token)}", json=said), "code")


ROBOTS = {"wecombot": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}
"""By scheme: who speaks to it."""


def _said_yes(answer: bytes, number: str = "errcode") -> None:
    """A robot's refusal stands in the body, as another number than 0."""
    try:
        said: Any = json.loads(answer)
    except ValueError:
        raise ChannelError("机器人的应答读不懂") from None
    refused = said.get(number) if isinstance(said, dict) else None
    if refused != 0:
        raise ChannelError(f"机器人没有收下(错误 {refused if isinstance(refused, int) else '不明'})")


def proxy_for(address: str) -> str | None:
    """The county's proxy, where the address is to be asked through it."""
    host = (urlsplit(address).hostname or "").lower()
    inside = os.environ.get("BOARD_NO_PROXY", "localhost,127.0.0.1").lower().split(",")
    direct = any(each and (host == each or host.endswith(f".{each}")) for each in (part.strip().lstrip(".") for part in inside))
    return None if direct else os.environ.get("BOARD_PROXY") or None


def _posted(address: str, headers: dict[str, str] | None = None, **more: Any) -> bytes:
    """The body of the answer, its beginning. Spoken to is the address that was looked at; a proxy looks the name up itself, because many
    let names through and no addresses, and what is near is refused all the same. What answers without end is left.

    The board's own settings alone say which way: what an operator's shell has set is another program's."""
    url = httpx.URL(address)
    if url.scheme not in SIGNED or not url.host:
        raise ChannelError("通道地址不完整")
    said = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", **(headers or {})}
    way = proxy_for(address)
    places = reached(url.host) if way is None else reached_by_proxy(url.host)
    with ending_in_time() as watch, httpx.Client(timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=False, proxy=way) as client:

        def traced(event: str, about: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                watch(about["return_value"].get_extra_info("socket"))

        extensions = {"trace": traced, **({"sni_hostname": url.host} if url.scheme == "https" else {})}
        for place in places:
            try:
                with client.stream("POST", url.copy_with(host=place), headers=said, extensions=extensions, **more) as answer:
                    return _answered(answer)
            except httpx.ConnectError:
                if place == places[-1]:
                    raise
    raise AssertionError("a host has an address")


def _answered(answer: httpx.Response) -> bytes:
    if not answer.is_success:
        raise ChannelError(f"对方应答 {answer.status_code}")
    until, body = time.monotonic() + PATIENCE_SECONDS, b""
    for piece in answer.iter_raw(LONGEST_ANSWER):
        body += piece
        if len(body) >= LONGEST_ANSWER or time.monotonic() > until:
            break
    return body


# --- a mailbox --------------------------------------------------------------------------------------------------------


def _mailed(address: str, _secret: str | None, letter: Letter, key: str) -> None:
    """Straight, also where the county has a proxy: it passes on what browsers ask."""
    to = mailbox(address)
    if to is None:
        raise ChannelError("通道地址不完整或写法不对,写法见帮助里的“推送”")
    with ending_in_time() as watch:
        handed_over(to, reached(to.host), written(to, letter, key), watch)
