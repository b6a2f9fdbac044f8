"""A mailbox as a channel: what its address says, the e-mail as it is sent, and how it is handed to the server that was looked at.

``mailtos://user:password@host:port/to?to=…&from=…``: over TLS, by STARTTLS (587) or from the first byte (``mode=ssl``, 465). ``mailto://``
without a user goes in the clear (25), as an office's own relay takes it; a password goes in the clear only where ``mode=insecure`` says so.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, getaddresses, localtime
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

from reports.letters import Letter
from reports.outward import KEY_HEADER, LONGEST_ANSWER, PATIENCE_SECONDS, Watch

PORTS = {"starttls": 587, "ssl": 465, "insecure": 25}
"""By ``mode``."""
RELAYS = {"163.com": "smtp.163.com", "126.com": "smtp.126.com", "qq.com": "smtp.qq.com", "foxmail.com": "smtp.qq.com"}
"""Servers of public mailboxes by what stands behind @; their users sign in with the whole address, over TLS from the first byte."""
OPTIONS = frozenset({"from", "to", "cc", "bcc", "reply", "name", "user", "pass", "smtp", "mode", "verify"})
"""What an address may ask for, beside headers of its own (``+Name=value``)."""
OWN_HEADERS = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version", KEY_HEADER.lower()})
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True)
class Mailbox:
    """``mode``: a key of :data:`PORTS`; ``sender``: an address, and the name beside it; ``headers``: of the keeper's own."""

    host: str
    port: int
    mode: str
    user: str
    password: str
    verified: bool
    sender: tuple[str, str]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"Mailbox({self.host}:{self.port})"

    @property
    def everybody(self) -> list[str]:
        """Whom the e-mail is for."""
        return list(dict.fromkeys((*self.to, *self.cc, *self.bcc)))


def mailbox(address: str) -> Mailbox | None:
    """What an address says; None where it cannot be read or names something that is no address."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    said: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        said.setdefault(name.replace(" ", "+"), []).append(value)
    last = {name: values[-1] for name, values in said.items() if name in OPTIONS and values[-1]}
    user, password = last.get("user") or unquote(parts.username or ""), last.get("pass") or unquote(parts.password or "")
    relay = "" if "smtp" in last else RELAYS.get(host, "")
    user = f"{user}@{host}" if relay and user and "@" not in user else user
    sender = last.get("from") or (user if "@" in user else f"{user}@{host}" if user else "")
    to = (*(unquote(each) for each in parts.path.split("/") if each), *_listed(said, "to")) or (sender,)
    cc, bcc, reply = (_listed(said, name) for name in ("cc", "bcc", "reply"))
    headers = tuple((name[1:], value) for name, values in said.items() for value in values if name.startswith("+"))
    mode = last.get("mode", "").lower() or _mode(parts.scheme, port, user, relay)
    host = last.get("smtp") or relay or host
    texts = (user, password, *(text for name, values in said.items() for text in (name, *values)))
    sound = (
        mode in PORTS
        and _HOST.fullmatch(host)
        and all(_ADDRESS.fullmatch(each) for each in (sender, *to, *cc, *bcc, *reply))
        and all(_HEADER.fullmatch(name) and name.lower() not in OWN_HEADERS and name.lower()[:8] != "content-" for name, _ in headers)
        and all(text.isprintable() for text in texts)
    )
    if not sound:
        return None
    verified = last.get("verify", "").lower() not in ("no", "false", "0", "off")
    named = (last.get("name", ""), sender)
    return Mailbox(host, port or PORTS[mode], mode, user, password, verified, named, to, cc, bcc, reply, headers)


def _listed(said: dict[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(address for _, address in getaddresses([value.replace(";", ",") for value in said.get(name, []) if value]))


def _mode(scheme: str, port: int | None, user: str, relay: str) -> str:
    """What an address without ``mode`` means."""
    if port == PORTS["ssl"] or (relay and port is None):
        return "ssl"
    return "starttls" if scheme == "mailtos" or user or port == PORTS["starttls"] else "insecure"


def written(to: Mailbox, letter: Letter, key: str) -> EmailMessage:
    """The letter as an e-mail, with its picture and its file; the same ``key`` is the same message to servers that drop what they have
    had. Names of files are of ASCII: some mail readers find no others."""
    it = EmailMessage(policy=SMTP)
    it["Subject"] = " ".join(letter.subject.split())
    it["From"] = formataddr(to.sender)
    for name, addresses in {"To": to.to, "Cc": to.cc, "Reply-To": to.reply}.items():
        if addresses:
            it[name] = ", ".join(addresses)
    it["Date"] = localtime()
    it["Message-ID"] = f"<{key}@{to.sender[1].rpartition('@')[2]}>"
    for name, value in (*to.headers, (KEY_HEADER, key)):
        it[name] = value
    it.set_content(letter.text, cte="base64")
    for each in (letter.picture, letter.file):
        if each is not None:
            kind, _, sort = each.mime.partition("/")
            name = each.name if each.name.isascii() else f"kanban-{key[:8]}{PurePath(each.name).suffix}"
            it.add_attachment(each.content, maintype=kind, subtype=sort or "octet-stream", filename=name)
    return it


def handed_over(to: Mailbox, places: Sequence[str], message: EmailMessage, watch: Watch) -> None:
    """Hands an e-mail to the first of the addresses that answers: to all whom it is for, or to nobody, so that trying again sends it to
    nobody twice. Raises ``OSError`` and what ``smtplib`` makes of it (also ``ssl.SSLError``)."""
    with _connected(to, places, watch) as server:
        if to.mode == "starttls":
            server.starttls(context=_trust(to))
        if to.user and to.password:
            server.login(to.user, to.password)
        server.ehlo_or_helo_if_needed()
        _taken(server.mail(to.sender[1]))
        for each in to.everybody:
            _taken(server.rcpt(each))
        _taken(server.data(message.as_bytes()))


def _taken(answer: tuple[int, bytes]) -> None:
    if not 200 <= answer[0] < 300:
        raise smtplib.SMTPResponseException(*answer)


def _trust(to: Mailbox) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if not to.verified:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust


def _connected(to: Mailbox, places: Sequence[str], watch: Watch) -> _Server:
    for place in places:
        try:
            return _Server(to, place, watch)
        except (ConnectionError, TimeoutError):
            if place == places[-1]:
                raise
    raise AssertionError("a host has an address")


class _Server(smtplib.SMTP):
    """``smtplib``'s, at one address of the host; TLS asks for the host by its name. ``_get_socket`` is private and the one place where a
    name becomes a connection."""

    def __init__(self, to: Mailbox, place: str, watch: Watch) -> None:
        self.to, self.place, self.watch = to, place, watch
        super().__init__(to.host, to.port, timeout=PATIENCE_SECONDS)

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((self.place, port), timeout)
        self.watch(connection)
        return _trust(self.to).wrap_socket(connection, server_hostname=self.to.host) if self.to.mode == "ssl" else connection

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Replies(self.sock.makefile("rb"))
        return super().getreply()


class _Replies:
    """What a server says, as ``smtplib`` reads it, and no more than :data:`LONGEST_ANSWER` of it: a reply may have any number of lines."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.left = file, LONGEST_ANSWER

    def readline(self, limit: int) -> bytes:
        line = self.file.readline(limit)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("too long an answer")
        return line

    def close(self) -> None:
        self.file.close()
