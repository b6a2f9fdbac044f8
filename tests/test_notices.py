"""Notices: what is due when, what is in a letter and for whom, and an outbox that sends each exactly once."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from data_access import accounts
from data_access import notices as outbox
from data_access.accounts import AccountError, Role
from data_access.audit import Action
from data_access.board_tables import BoardAudit, BoardNotice, BoardNoticeChannel
from data_access.notices import LEASE, State
from data_access.scope import Scope
from metrics.notices import Notice, last_occasion, pause
from metrics.rulebook import rulebook
from metrics.workdays import Workdays
from reports.__main__ import main
from reports.channels import signature
from reports.letters import MOST_BYTES, Letter
from reports.notices import Addressee, Asked, letter
from reports.notify_command import notify, queue_due, send_waiting, try_channel
from tests.builders import TOWNSHIP, a_county, a_leave, a_person, a_petition, a_stay, an_appointment, an_area
from tests.robots import Robot, a_robot
from tests.signed_in import an_account

ROOT = Path(__file__).parents[1]
MORNING = datetime(2026, 10, 14, 8, 10)  # a Wednesday
SUBSCRIBED = datetime(2026, 10, 1, 9)
RULES = rulebook().on(MORNING.date())
_DAYS = [datetime(2026, 1, 1).date() + timedelta(days=number) for number in range(365)]
WORKDAYS = Workdays({day: day.weekday() < 5 for day in _DAYS})


# --- the county -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def robot() -> Iterator[Robot]:
    with a_robot() as running:
        yield running


@pytest.fixture
def county(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A township whose chief 张三丰 was missing last night, and a case of 王强's that has become overdue."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("BOARD_URL", "https://kanban.example/")
    with database.begin() as connection:
        told(connection)
    return database


def told(connection: Connection) -> list[int]:
    """The chief and the two leaders of the township."""
    a_county(connection)
    chief = an_appointment(connection, "township_chief", person=a_person(connection, "张三丰"))
    a_leave(connection, chief, "2026-10-13", "2026-10-13")
    team = [an_appointment(connection, "township_leader", person=a_person(connection, name)) for name in ("李青山", "赵大河")]
    for night in ("2026-10-12", "2026-10-13"):
        for person in [chief, *team] if night.endswith("12") else team:
            a_stay(connection, person, night)
    handler = an_appointment(connection, "village_chief", f"{TOWNSHIP}201", person=a_person(connection, "王强"))
    a_petition(connection, "2026-10-12 09:00", due="2026-10-13 12:00", number="N1", level="village", handler_id=handler)
    a_petition(connection, "2026-10-12 09:00", due="2026-10-13 12:00", number="SECRET", category="检举控告")
    return [chief, *team]


def subscribed(database: Engine, address: str, what: Notice = Notice.MORNING, username: str | None = None, **more: Any) -> int:
    with database.begin() as connection:
        channel = outbox.channel_of(connection, address)
        if channel is None:
            secret = "geheim" if address.startswith("http") else None
            channel = outbox.add_channel(connection, name=address[:30], address=address, secret=secret, now=SUBSCRIBED, by="test")
        wanted = {"channel_id": channel, "what": str(what), "username": username, "now": SUBSCRIBED, "by": "test"}
        return outbox.subscribe(connection, **{**wanted, **more})


def at(moment: datetime = MORNING) -> Any:
    return lambda: moment


def states(database: Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.scalars(select(BoardNotice.state).order_by(BoardNotice.id)))


# --- when ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "now", "occasion"),
    [
        (Notice.MORNING, "2026-10-14T08:09", None),  # yesterday's is 24 hours late
        (Notice.MORNING, "2026-10-14T08:10", "2026-10-14T08:10"),
        (Notice.MORNING, "2026-10-14T20:10", "2026-10-14T08:10"),
        (Notice.MORNING, "2026-10-14T20:11", None),
        (Notice.TONIGHT, "2026-10-14T21:59", None),
        (Notice.TONIGHT, "2026-10-14T22:00", "2026-10-14T22:00"),
        (Notice.TONIGHT, "2026-10-15T06:00", "2026-10-14T22:00"),
        (Notice.TONIGHT, "2026-10-15T06:01", None),
        (Notice.TONIGHT, "2026-10-17T22:30", None),  # a Saturday
        (Notice.WEEKLY, "2026-10-12T08:20", "2026-10-12T08:20"),
        (Notice.WEEKLY, "2026-10-15T08:20", "2026-10-12T08:20"),
        (Notice.WEEKLY, "2026-10-15T08:21", None),
        (Notice.MONTHLY, "2026-10-01T09:00", "2026-10-01T09:00"),
        (Notice.MONTHLY, "2026-10-12T00:00", None),
        (Notice.OVERDUE, "2026-10-14T08:30", "2026-10-14T08:30"),
        (Notice.RULE, "2026-10-14T08:40", "2026-10-14T08:40"),
    ],
)
def test_an_occasion_is_due_from_its_minute_on_and_skipped_when_it_is_too_late(what: Notice, now: str, occasion: str | None) -> None:
    found = last_occasion(what, datetime.fromisoformat(now), RULES, WORKDAYS)
    assert (found.key if found else None) == occasion


def test_pauses_grow_up_to_an_hour_and_end() -> None:
    minutes = [pause(tries, RULES) for tries in range(1, 9)]
    assert minutes == [timedelta(minutes=each) for each in (1, 2, 4, 8, 16, 32, 60, 60)]
    assert pause(RULES.number("notices", "most_tries"), RULES) is None


# --- what and for whom --------------------------------------------------------------------------------------------------

LEADER = Addressee(Scope("", may_see_names=True, may_export=True), named=True, who="书记 shuji")
GROUP = Addressee(Scope(""), named=False, who="工作群")
NAMES = ("张", "李青山", "赵大河", "王强", "王*")


def written(connection: Connection, to: Addressee, what: Notice, moment: datetime = MORNING, **rule: Any) -> Letter | None:
    return letter(connection, to, Asked(what, moment, **rule))


def test_the_morning_names_who_was_missing_and_whose_case_is_overdue(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARD_URL", "https://kanban.example")
    told(connection)
    made = written(connection, LEADER, Notice.MORNING)
    assert made is not None
    assert made.subject == "晨报 10月14日（周三）"
    assert "· 泥河镇 缺正职：张三丰（请假）" in made.text
    assert "· 泥河镇 环境卫生，10月13日到期 · 村民情会 王强" in made.text
    assert made.link == "https://kanban.example/morning?at=2026-10-14T08%3A10"
    assert made.picture is not None
    assert made.picture.content.startswith(b"\x89PNG")


def test_a_group_gets_no_name_whole_or_masked_and_no_accusation(connection: Connection) -> None:
    told(connection)
    for what in Notice:
        if what is Notice.RULE:
            continue
        made = written(connection, GROUP, what, datetime(2026, 10, 14, 22) if what is Notice.TONIGHT else MORNING)
        said = "" if made is None else made.title + made.text
        assert not [name for name in NAMES if name in said], what
        assert "SECRET" not in said
    assert "缺正职" in written(connection, GROUP, Notice.MORNING).text  # type: ignore[union-attr]


def test_nobodys_notice_holds_accusations_not_even_theirs_who_hold_them(connection: Connection) -> None:
    told(connection)
    holder = Addressee(Scope("", may_see_names=True, may_see_restricted=True), named=True, who="")
    assert "SECRET" not in written(connection, holder, Notice.OVERDUE).text  # type: ignore[union-attr]


def test_a_townships_notice_speaks_of_its_own(connection: Connection) -> None:
    told(connection)
    other = an_area(connection, "149981102", "township", "西沟乡")
    village = an_area(connection, "149981102201", "village", "沟里村")
    a_petition(connection, "2026-10-12 09:00", due="2026-10-13 13:00", area=village)
    said = {scope: written(connection, Addressee(Scope(scope), True, ""), Notice.OVERDUE) for scope in ("", TOWNSHIP, other)}
    assert {scope: ("泥河镇" in made.text, "西沟乡" in made.text) for scope, made in said.items() if made} == {
        "": (True, True),
        TOWNSHIP: (True, False),
        other: (False, True),
    }


def test_tonight_is_told_by_name_and_silent_where_nobody_is_missing(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    team = told(connection)
    evening = datetime(2026, 10, 14, 22)
    monkeypatch.setenv("BOARD_URL", "https://kanban.example")
    said = written(connection, LEADER, Notice.TONIGHT, evening)
    assert said is not None
    assert said.link == "https://kanban.example/tonight?night=2026-10-14"
    assert said.picture is not None
    assert said.picture.content.startswith(b"\x89PNG")
    assert "· 泥河镇 还没有记录：张三丰（未排班）、李青山（未排班）、赵大河（未排班）" in said.text
    a_stay(connection, team[0], "2026-10-14")
    a_stay(connection, team[1], "2026-10-14")
    said = written(connection, LEADER, Notice.TONIGHT, evening)
    assert said is not None
    assert "· 泥河镇 班子差1人：赵大河（未排班）" in said.text
    a_stay(connection, team[2], "2026-10-14")
    assert written(connection, LEADER, Notice.TONIGHT, evening) is None


def test_where_nothing_has_become_overdue_nothing_is_sent(connection: Connection) -> None:
    told(connection)
    assert written(connection, LEADER, Notice.OVERDUE, MORNING + timedelta(days=3)) is None


def test_a_rule_tells_who_has_crossed_its_threshold_once(connection: Connection) -> None:
    a_county(connection)
    for number in range(20):
        a_petition(connection, "2026-10-08 09:00", due="2026-10-09 18:00", ended="2026-10-09 10:00", number=f"A{number}")
    for due in ("2026-10-13 12:00", "2026-10-13 13:00"):
        a_petition(connection, "2026-10-08 09:00", due=due)
    rule = {"indicator": "petitions.closed_on_time", "threshold": 0.92}
    made = written(connection, GROUP, Notice.RULE, datetime(2026, 10, 14, 8, 40), **rule)
    assert made is not None
    assert "按期办结率低于 92.0%：" in made.text
    assert "· 泥河镇 90.9%（20/22）" in made.text
    assert written(connection, GROUP, Notice.RULE, datetime(2026, 10, 15, 8, 40), **rule) is None
    assert written(connection, GROUP, Notice.RULE, datetime(2026, 10, 14, 8, 40), **{**rule, "threshold": 0.9}) is None


def test_the_month_comes_as_the_circulars_file_for_who_may_take_files(connection: Connection) -> None:
    told(connection)
    first = datetime(2026, 11, 1, 9)
    for to, has_file in ((LEADER, True), (GROUP, True), (Addressee(Scope("", may_see_names=True), named=True, who=""), False)):
        made = written(connection, to, Notice.MONTHLY, first)
        assert made is not None
        assert (made.file is not None) is has_file
        assert made.file is None or made.file.name.endswith("通报.docx")


def test_a_long_letter_is_cut_at_a_line_to_what_a_robot_takes() -> None:
    long = Letter("标题", tuple(f"· 第{number}行,够长的一句话" for number in range(200)), "https://kanban.example/morning")
    assert len(f"{long.subject}\n{long.text}".encode()) <= MOST_BYTES
    assert long.text.splitlines()[-2:] == ["……其余见看板", "看板（需登录）：https://kanban.example/morning"]


# --- sent once ----------------------------------------------------------------------------------------------------------


def test_a_notice_is_signed_carries_its_key_and_is_sent_once(county: Engine, robot: Robot) -> None:
    name = an_account(county, Role.LEADER)
    subscribed(county, robot.url, username=name)
    for _ in range(3):
        notify(county, at())
    (path, headers, body), *more = robot.got
    assert (path, more) == ("/", [])
    assert headers["x-board-signature"] == signature("geheim", headers["x-board-time"], body)
    assert len(headers["idempotency-key"]) == 32
    said = json.loads(body)
    assert "张三丰" in said["text"]
    assert base64.b64decode(said["picture"]["base64"]).startswith(b"\x89PNG")
    assert states(county) == [State.SENT]


def test_an_account_s_notice_leaves_an_audit_row_a_group_s_none(county: Engine, robot: Robot) -> None:
    name = an_account(county, Role.LEADER)
    subscribed(county, robot.url, username=name)
    subscribed(county, robot.url)
    notify(county, at())
    with county.connect() as connection:
        rows = connection.execute(select(BoardAudit.detail).where(BoardAudit.username == name, BoardAudit.action == Action.NOTICE)).all()
    assert [detail.startswith("已推送 morning 2026-10-14T08:10 · 通道 ") for (detail,) in rows] == [True]
    assert len(robot.got) == 2


def test_an_account_that_may_see_no_names_gets_none(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url, username=an_account(county, Role.LEADER, rights={"may_see_names": False}))
    notify(county, at())
    assert not [name for name in ("张", "王") if name in robot.letters[0]["text"]]


def test_a_disabled_account_s_notice_is_not_sent_and_says_why(county: Engine, robot: Robot) -> None:
    name = an_account(county, Role.LEADER)
    subscribed(county, robot.url, username=name)
    with county.begin() as connection:
        accounts.disable(connection, name, now=SUBSCRIBED, by="test")
    notify(county, at())
    assert (robot.got, states(county)) == ([], [State.SKIPPED])


def test_what_an_administrator_subscribes_for_somebody_waits_for_who_grants(county: Engine, robot: Robot) -> None:
    name = an_account(county, Role.LEADER)
    number = subscribed(county, robot.url, username=name, granted=False)
    notify(county, at())
    assert (robot.got, states(county)) == ([], [])
    with county.begin() as connection, pytest.raises(AccountError, match="另一位"):
        outbox.grant_subscription(connection, number, now=SUBSCRIBED, by=name)
    with county.begin() as connection:
        outbox.grant_subscription(connection, number, now=SUBSCRIBED, by="anquan")
    notify(county, at())
    assert len(robot.got) == 1


def test_a_new_subscription_begins_with_the_next_occasion(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url, now=MORNING + timedelta(minutes=1))
    notify(county, at(MORNING + timedelta(minutes=2)))
    assert robot.got == []
    notify(county, at(MORNING + timedelta(minutes=2)), MORNING)  # asked for by name it is sent
    assert len(robot.got) == 1


def test_a_late_notice_says_of_which_moment_it_is(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    notify(county, at(MORNING + timedelta(hours=5)))
    assert robot.letters[0]["text"].startswith("补发：本应于10月14日 08:10发出，内容截至那时")


def test_a_channel_that_fails_is_tried_again_with_the_same_key_and_loses_nothing(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    robot.answers = [500, 503]
    assert notify(county, at())[1] == {State.WAITING: 1}
    assert notify(county, at(MORNING + timedelta(seconds=59)))[1] == {}
    assert notify(county, at(MORNING + timedelta(seconds=60)))[1] == {State.WAITING: 1}
    assert notify(county, at(MORNING + timedelta(seconds=179)))[1] == {}
    with county.connect() as connection:
        (row,) = outbox.outbox(Scope.operator(), connection).to_dict("records")
    assert (row["state"], row["tries"], row["problem"]) == (State.WAITING, 2, "对方应答 503")
    assert notify(county, at(MORNING + timedelta(seconds=180)))[1] == {State.SENT: 1}
    assert len({headers["idempotency-key"] for _, headers, _ in robot.got}) == 1


def test_a_notice_is_given_up_visibly_and_started_again_by_hand(county: Engine, robot: Robot) -> None:
    number = subscribed(county, robot.url)
    queue_due(county, MORNING)
    with county.begin() as connection:
        connection.execute(update(BoardNotice).values(tries=RULES.number("notices", "most_tries") - 1))
    robot.answers = [500]
    assert send_waiting(county, at()) == {State.FAILED: 1}
    assert send_waiting(county, at(MORNING + timedelta(days=1))) == {}
    with county.begin() as connection:
        notice = connection.scalar(select(BoardNotice.id).where(BoardNotice.subscription_id == number))
        outbox.start_again(connection, notice, now=MORNING, by="test")  # type: ignore[arg-type]
    assert send_waiting(county, at()) == {State.SENT: 1}


def test_a_letter_that_cannot_be_made_waits_and_the_others_are_sent(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url, Notice.RULE, indicator="no.such", threshold=0.5)
    subscribed(county, robot.url)
    assert notify(county, at(MORNING.replace(minute=40)))[1] == {State.WAITING: 1, State.SENT: 1}


@pytest.mark.slow
def test_two_processes_at_once_send_each_notice_once(county: Engine, robot: Robot) -> None:
    for _ in range(3):
        subscribed(county, f"{robot.url}/{_}")
    command = [sys.executable, "-m", "reports", "notify", "--at", f"{MORNING:%Y-%m-%dT%H:%M}"]
    running = [subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    said = [each.communicate(timeout=180)[0].decode() for each in running]
    assert [each.returncode for each in running] == [0, 0], said
    assert sorted(path for path, _, _ in robot.got) == [f"/{number}" for number in range(3)]
    assert states(county) == [State.SENT] * 3


@pytest.mark.slow
def test_killed_in_the_middle_a_notice_is_sent_again_under_the_same_key_after_its_lease(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    robot.hold = 30.0  # the receiver has it, and its answer never comes to be written
    command = [sys.executable, "-m", "reports", "notify", "--at", f"{MORNING:%Y-%m-%dT%H:%M}"]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ)
    deadline = time.monotonic() + 120
    while not robot.got and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGKILL)
    running.wait()
    robot.hold = 0.0
    with county.connect() as connection:
        claimed = connection.scalar(select(BoardNotice.claimed_until))
    assert states(county) == [State.WAITING]
    assert send_waiting(county, at(claimed - timedelta(seconds=1))) == {}  # type: ignore[operator]
    assert send_waiting(county, at(claimed)) == {State.SENT: 1}  # type: ignore[arg-type]
    keys = [headers["idempotency-key"] for _, headers, _ in robot.got]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_killed_before_it_is_sent_a_notice_reaches_the_receiver_once(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    queue_due(county, MORNING)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_waiting(county, at(), before=killed)
    assert send_waiting(county, at(MORNING + LEASE - timedelta(seconds=1))) == {}
    assert send_waiting(county, at(MORNING + LEASE)) == {State.SENT: 1}
    assert len(robot.got) == 1


def test_who_has_lost_the_claim_writes_nothing(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    queue_due(county, MORNING)
    slow = outbox.claim(county, MORNING, "slow")
    quick = outbox.claim(county, MORNING + LEASE, "quick")
    assert slow is not None
    assert quick is not None
    assert slow.key == quick.key
    with county.begin() as connection:
        assert not outbox.finish(connection, slow, State.FAILED, MORNING + LEASE)
        assert outbox.finish(connection, quick, State.SENT, MORNING + LEASE)
    assert states(county) == [State.SENT]


# --- kept, and by the command -------------------------------------------------------------------------------------------


def test_nobody_reads_what_opens_a_channel_again_and_removing_it_forgets_it(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    with county.begin() as connection:
        (row,) = outbox.channels(Scope.operator(), connection).to_dict("records")
        assert robot.url not in str(row.values()).replace(row["name"], "")
        assert row["scheme"] == "http"
        assert outbox.channels(Scope("", may_grant=True, may_see_names=True), connection).empty
        assert outbox.subscriptions(Scope("", may_see_names=True), connection).empty
        assert outbox.outbox(Scope(TOWNSHIP, may_administer=True), connection).empty
        outbox.remove_channel(connection, row["id"], now=MORNING, by="test")
        assert connection.execute(select(BoardNoticeChannel.address, BoardNoticeChannel.secret)).one() == ("", None)
        assert outbox.open_subscriptions(connection) == []
        secrets = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == Action.NOTICE)).all()
    assert not [detail for detail in secrets if "geheim" in (detail or "")]


def test_a_test_message_holds_no_data(county: Engine, robot: Robot) -> None:
    subscribed(county, robot.url)
    with county.connect() as connection:
        number = connection.scalar(select(func.max(BoardNoticeChannel.id)))
    try_channel(county, number, MORNING, "guanli")  # type: ignore[arg-type]
    assert "测试消息" in robot.letters[0]["text"]
    assert "泥河镇" not in robot.letters[0]["text"]


def test_the_command_subscribes_lists_sends_and_ends(county: Engine, robot: Robot, capsys: pytest.CaptureFixture[str]) -> None:
    name = an_account(county, Role.LEADER)
    assert main(["notify", "subscribe", "--channel", robot.url, "--what", "morning", "--account", name]) == 0
    said = capsys.readouterr().out
    assert "签名密钥(只显示这一次):" in said
    assert main(["notify", "subscribe", "--channel", robot.url, "--what", "tonight", "--group"]) == 0
    assert "签名密钥" not in capsys.readouterr().out, "the channel is the one that is there"
    assert main(["notify", "list"]) == 0
    assert f"晨报\t{name}" in capsys.readouterr().out
    assert main(["notify", "--at", "2026-10-14T08:10"]) == 0
    assert "新增 1 条;发出 1 条" in capsys.readouterr().out
    assert main(["notify", "--at", "2026-10-14T08:10"]) == 0
    assert "新增 0 条;发出 0 条" in capsys.readouterr().out
    assert main(["notify", "subscribe", "--channel", robot.url, "--what", "morning", "--account", name]) == 2
    assert "已有同样的订阅" in capsys.readouterr().err
    assert main(["notify", "subscribe", "--channel", robot.url, "--what", "morning", "--account", "nobody"]) == 2
    assert main(["notify", "subscribe", "--channel", robot.url, "--what", "morning", "--group", "--area", "990099"]) == 2
    assert main(["notify", "subscribe", "--channel", "smoke://x", "--what", "morning", "--group"]) == 2
    assert main(["notify", "subscribe", "--channel", robot.url, "--what", "rule", "--group"]) == 2
    assert "指标编号" in capsys.readouterr().err
    with county.connect() as connection:
        number = outbox.open_subscriptions(connection)[0].id
    assert main(["notify", "unsubscribe", str(number)]) == 0
    assert main(["notify", "unsubscribe", str(number)]) == 2
