"""Attacks by a channel of notices: a way into the server's own network, an answer that leads away, a stolen copy that would open it."""

from __future__ import annotations

import multiprocessing
import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from data_access import notices as outbox
from data_access import sealed
from data_access.accounts import AccountError
from data_access.board_tables import BoardNotice, BoardNoticeChannel
from data_access.notices import State
from data_access.scope import Scope
from metrics.notices import Notice
from reports import channels, mailbox, notify_command, outward
from reports.channels import deliver, place_of, scheme_of
from reports.letters import Letter
from reports.notify_command import new_channel, send_waiting, try_channel
from reports.outward import LOCAL, LONGEST_ANSWER, ChannelError
from tests.attackers import audit_of, last_entry
from tests.mail_server import a_certificate, a_mailbox, a_talker
from tests.robots import Robot, a_resolver, a_robot
from tests.test_notices import MORNING, at, subscribed

LETTER = Letter("标题", ("第一行",))


@pytest.fixture
def robot() -> Iterator[Robot]:
    with a_robot() as running:
        yield running


# --- where the server may be made to speak to ---------------------------------------------------------------------------

NEAR = ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "127.9.9.9")  # noqa: S104
OF_A_NETWORK = ("169.254.169.254", "[fe80::1]", "224.0.0.1", "255.255.255.255", "[::]", "[2002:7f00:1::]")
FORMS = {
    "a gateway": "http://{}:{}/hook",
    "a gateway over TLS": "https://{}:{}/hook",
    "a gateway with a name": "http://u:p@{}:{}/",
    "a robot of 企业微信": "wecombot://KEY?base=http://{}:{}",
    "a robot of 钉钉": "dingtalk://SECRET@TOKEN?base=http://{}:{}",
    "a mailbox": "mailto://{}:{}?from=a@county.example&to=b@county.example&mode=insecure",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("host", [*NEAR, *OF_A_NETWORK])
def test_no_channel_leads_to_the_server_itself(robot: Robot, monkeypatch: pytest.MonkeyPatch, form: str, host: str) -> None:
    monkeypatch.delenv(LOCAL)
    port = robot.url.rsplit(":", 1)[1]
    with pytest.raises(ChannelError):
        deliver(form.format(host, port), "s", LETTER, "k")
    assert robot.got == []


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_nor_by_the_address_that_others_know_it_by(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """A firewall keeps others from ports that the machine itself may ask."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.9", 9))
        except OSError:
            pytest.skip("this machine is in no network")
        own = asking.getsockname()[0]
    monkeypatch.delenv(LOCAL, raising=False)
    with socket.create_server((own, 0)) as listening:
        listening.settimeout(0.1)
        with pytest.raises(ChannelError, match="看板自己的机器"):
            deliver(form.format(own, listening.getsockname()[1]), "s", LETTER, "k")
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_mailbox_leads_nowhere_else_by_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "mailto://county.example:{}?smtp=127.0.0.1&from=a@county.example&to=b@county.example&mode=insecure"
    with a_mailbox() as post:
        monkeypatch.delenv(LOCAL)
        with pytest.raises(ChannelError, match="看板自己的机器"):
            deliver(address.format(post.port), None, LETTER, "k")
        assert post.peers == []
        assert place_of(address.format(post.port)) == "127.0.0.1"
        monkeypatch.setenv(LOCAL, "on")
        deliver(address.format(post.port), None, LETTER, "k")
        assert len(post.peers) == 1, "it is there"


@pytest.mark.parametrize("option", ["redirect=yes", "attach=/etc/passwd", "pgp=yes", "pgpkey=http://10.9.9.9/key", "cto=9999", "retry=9"])
@pytest.mark.parametrize("address", ["mailto://mail.example?to=b@county.example", "feishu://" + "A" * 24])
def test_an_address_asks_for_nothing_but_what_is_known(address: str, option: str) -> None:
    with pytest.raises(ChannelError, match="不认识"):
        scheme_of(f"{address}{'&' if '?' in address else '?'}{option}")


def test_a_name_that_means_several_machines_one_of_them_the_server_is_refused(robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LOCAL)
    monkeypatch.setattr(socket, "getaddrinfo", a_resolver(["192.0.2.1", "127.0.0.1"]))
    with pytest.raises(ChannelError, match="看板自己的机器"):
        deliver(f"http://gateway.example:{robot.url.rsplit(':', 1)[1]}/", "s", LETTER, "k")
    assert robot.got == []


def test_what_was_looked_at_is_what_is_spoken_to(robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is asked once: one that means another machine a moment later leads nobody there."""
    monkeypatch.setattr(socket, "getaddrinfo", a_resolver(["127.0.0.1"]))
    deliver(f"http://gateway.example:{robot.url.rsplit(':', 1)[1]}/hook", "s", LETTER, "k")
    ((path, headers, _),) = robot.got
    assert (path, headers["host"].partition(":")[0]) == ("/hook", "gateway.example")


@pytest.mark.parametrize("mode", ["insecure", "starttls", "ssl"])
def test_a_name_that_means_the_server_a_moment_later_brings_no_mail_to_it(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """A name server that says 192.0.2.1 when it is looked at and 127.0.0.1 from then on."""
    resolved, asked = a_resolver(["192.0.2.1"], ["127.0.0.1"], ["127.0.0.1"]), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: asked.append(host) or resolved(host, *more, **named))
    monkeypatch.setattr(mailbox, "PATIENCE_SECONDS", 0.3)
    with a_mailbox() as post:
        monkeypatch.delenv(LOCAL)
        with pytest.raises(ChannelError, match=r"超时|连不上"):
            deliver(f"mailto://u:p@gateway.example:{post.port}?to=b@county.example&mode={mode}", None, LETTER, "k")
        assert (post.peers, post.got) == ([], [])
    assert [host for host in asked if host == "gateway.example"] == ["gateway.example"]


def test_mail_goes_to_who_can_show_the_name_that_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spoken to is an address; who holds it must still be whom the channel names, by STARTTLS and from the first byte."""
    certificate = a_certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for first_byte, mode in ((False, "starttls"), (True, "ssl")):
        monkeypatch.setattr(socket, "getaddrinfo", a_resolver(["127.0.0.1"]))
        with a_mailbox(certificate, first_byte=first_byte) as post, pytest.raises(ChannelError, match="证书"):
            deliver(f"mailtos://u:geheim@gateway.example:{post.port}?to=b@county.example&mode={mode}", None, LETTER, "k")
        assert (post.got, post.signed_in) == ([], [])


@pytest.mark.parametrize(
    "told",
    [
        "to=b@c.example%0d%0aRCPT%20TO:<x@evil.example>",
        "to=b@c.example&from=a@c.example%0aBcc:%20x@evil.example",
        "to=b@c.example&name=%0d%0aBcc:%20x@evil.example",
        "to=b@c.example&+X-Tag=1%0d%0aBcc:%20x@evil.example",
        "to=b@c.example&+X%0aBcc=x@evil.example",
        "to=b@c.example&+Bcc=x@evil.example",
        "to=b@c.example&+Content-Type=text/html",
        "to=b@c.example&cc=%22x%22@evil.example%00",
        "to=b@c.example&user=u%0d%0aMAIL%20FROM:<x@evil.example>&pass=p",
        "to=b@c.example&smtp=a.example/b",
        "to=b@c.example&mode=none",
    ],
)
def test_nothing_is_smuggled_into_a_mail_by_its_address(told: str) -> None:
    with pytest.raises(ChannelError, match="写法不对"):
        deliver(f"mailto://u:p@127.0.0.1:9?from=a@c.example&{told}", None, LETTER, "k")


def test_a_mail_server_that_takes_encryption_back_gets_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger on the line strikes STARTTLS out of what the server offers, or answers it with no."""
    for offer in (b"250 AUTH PLAIN LOGIN\r\n", b"250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"):
        with a_talker([b"220 x\r\n", b"250-x\r\n" + offer, b"454 not now\r\n", b"250 x\r\n"]) as (port, heard), pytest.raises(ChannelError):
            deliver(f"mailtos://kanban:geheim@127.0.0.1:{port}?to=b@county.example", None, LETTER, "k")
        assert b"ehlo" in heard
        assert not any(word in heard.lower() for word in (b"auth", b"geheim", b"mail from"))


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}/", "mailto://127.0.0.1:{}?from=a@c.example&to=b@c.example&mode=insecure"])
def test_who_answers_without_ever_ending_holds_nobody_up(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """A sign every now and then, inside the patience for each; and lines without end as fast as they go."""
    monkeypatch.setattr(outward, "LONGEST_SECONDS", 1.5)
    begins = b"HTTP/1.1 200 OK\r\nX: " if form.startswith("http") else b"220-"
    began = time.monotonic()
    with a_talker([begins], then=b"x", every=0.2) as (port, _), pytest.raises(ChannelError):
        deliver(form.format(port), "s", LETTER, "k")
    assert 1 < time.monotonic() - began < 10
    began = time.monotonic()
    monkeypatch.setattr(outward, "LONGEST_SECONDS", 60.0)
    line = begins[-4:].strip() + b"x" * 1000 + b"\r\n"
    with (
        a_talker([b"HTTP/1.1 200 OK\r\n" if form.startswith("http") else b""], then=line * 64, every=0) as (port, _),
        pytest.raises(ChannelError),
    ):
        deliver(form.format(port), "s", LETTER, "k")
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("form", ["{}/hook", "wecombot://KEY?base={}"], ids=["a gateway", "a robot"])
def test_nobody_follows_where_a_receiver_points(robot: Robot, form: str, status: int) -> None:
    with a_robot() as inside:
        robot.answers, robot.leads = [status], f"{inside.url}/internal"
        with pytest.raises(ChannelError):
            deliver(form.format(robot.url), "s", LETTER, "k")
        assert len(robot.got) == 1
        assert inside.got == []


def test_an_answer_without_end_is_not_read_to_its_end(robot: Robot) -> None:
    robot.said = b"x" * (20 * 2**20)
    assert len(channels._posted(robot.url, content=b"")) <= 2 * LONGEST_ANSWER


def test_nothing_of_an_answer_is_told_but_its_status(robot: Robot) -> None:
    robot.said, robot.answers = b'{"errcode": "password=geheim", "errmsg": "geheim"}', [500, 200]
    for address in (robot.url, f"wecombot://KEY?base={robot.url}"):
        with pytest.raises(ChannelError) as told:
            deliver(address, "s", LETTER, "k")
        assert "geheim" not in str(told.value)


def test_where_a_channel_leads_and_who_tries_it_stand_in_the_audit(database: Engine, robot: Robot) -> None:
    before = last_entry(database)
    with database.begin() as connection:
        number, _ = new_channel(connection, f"{robot.url}/path-7", "网关", "", MORNING, "guanli")
        new_channel(connection, "wecombot://KEY-7?base=https://wx.county.example", "群", "", MORNING, "guanli")
    try_channel(database, number, MORNING, "guanli")
    said = [(who, detail) for who, _, detail in audit_of(database, before)]
    assert said == [
        ("guanli", "新增推送通道 网关 · 127.0.0.1"),
        ("guanli", "新增推送通道 群 · wx.county.example"),
        ("guanli", "测试推送通道 网关"),
    ]


# --- what opens a channel, in a stolen copy -------------------------------------------------------------------------------


def kept(database: Engine) -> str:
    with database.connect() as connection:
        return " ".join(str(tuple(row)) for row in connection.execute(select(BoardNoticeChannel.address, BoardNoticeChannel.secret)))


def test_who_has_the_database_alone_opens_no_channel(database: Engine, robot: Robot) -> None:
    subscribed(database, f"{robot.url}/path-geheim")
    assert "geheim" not in kept(database)
    assert "127.0.0.1" not in kept(database)
    if database.dialect.name == "sqlite":
        file = Path(str(database.url.database))
        # Read by another process: closing the file here would give up SQLite's locks on it, and a process that ends takes the WAL away.
        whole = subprocess.run(["cat", *map(str, file.parent.glob(f"{file.name}*"))], capture_output=True, check=True).stdout
        assert b"SQLite format 3" in whole
        assert b"path-geheim" not in whole
    with database.connect() as connection:
        (subscription,) = outbox.open_subscriptions(connection)
    assert subscription.opens == (f"{robot.url}/path-geheim", "geheim"), "the sender has the key"
    assert "geheim" not in repr(subscription)


def test_without_the_key_nothing_is_sent_and_it_is_said_what_to_do(
    database: Engine, robot: Robot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    subscribed(database, robot.url, Notice.TONIGHT)
    with database.begin() as connection:
        (subscription,) = outbox.open_subscriptions(connection)
        outbox.queue(connection, subscription, "tonight", "x", MORNING, MORNING)
    monkeypatch.setenv(sealed.SETTING, "another key that is long enough 12345")
    monkeypatch.setattr(notify_command, "letter", lambda *_: LETTER)
    assert send_waiting(database, at())[State.WAITING] == 1
    with database.begin() as connection:
        assert "不是保存它时的密钥" in str(connection.scalar(select(BoardNotice.problem)))
        (row,) = outbox.channels(Scope.operator(), connection).to_dict("records")
        assert row["scheme"] is None
        with pytest.raises(AccountError, match="不是保存它时的密钥"):
            outbox.add_channel(connection, name="另一个", address="http://x/", secret=None, now=MORNING, by="test")
        outbox.remove_channel(connection, row["id"], now=MORNING, by="test")
        outbox.add_channel(connection, name="另一个", address="http://x/", secret=None, now=MORNING, by="test")
    assert robot.got == []
    assert "Traceback" not in caplog.text


def test_channels_from_before_there_was_a_key_go_on_and_are_sealed_by_the_server(database: Engine, robot: Robot) -> None:
    subscribed(database, robot.url)
    with database.begin() as connection:
        connection.execute(update(BoardNoticeChannel).values(address=f"{robot.url}/clear", secret="in-the-clear"))
        assert outbox.channel_of(connection, f"{robot.url}/clear") is not None
    assert notify_command._sealed(database)
    assert "clear" not in kept(database)
    with database.connect() as connection:
        assert outbox.open_subscriptions(connection)[0].opens == (f"{robot.url}/clear", "in-the-clear")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key lies, of an installation that has none yet."""
    monkeypatch.delenv(sealed.SETTING)
    monkeypatch.setattr(sealed, "FILE", tmp_path / "var" / "board.key")
    return sealed.FILE


def _seals(told: Any) -> None:
    told.send(sealed.sealed("x"))


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_processes_that_begin_at_once_have_one_key_for_their_owner_only(file: Path) -> None:
    forked = multiprocessing.get_context("fork")
    pipes = [forked.Pipe() for _ in range(6)]
    processes = [forked.Process(target=_seals, args=(theirs,)) for _, theirs in pipes]
    for process in processes:
        process.start()
    assert [sealed.unsealed(ours.recv()) for ours, _ in pipes] == ["x"] * 6
    for process in processes:
        process.join()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["board.key"]


def test_a_key_that_is_gone_makes_no_new_one_for_what_is_sealed(file: Path) -> None:
    secret = sealed.sealed("x")
    file.unlink()
    with pytest.raises(AccountError, match=r"board\.key 不在"):
        sealed.unsealed(secret)
    assert not file.exists()


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sealed.SETTING, "short")
    with pytest.raises(AccountError, match="不足 32 位"):
        sealed.sealed("x")


def test_what_was_sealed_and_changed_does_not_open(database: Engine) -> None:
    secret = sealed.sealed("http://gateway.example/")
    with pytest.raises(AccountError):
        sealed.unsealed(secret[:-9] + "AAAAAAAA=")
