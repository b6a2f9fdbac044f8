"""推送 on 管理 as each administrator sees it, and the page 晨报."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from streamlit.testing.v1 import AppTest

from data_access import notices as outbox
from data_access.accounts import Role
from data_access.board_tables import BoardNotice, BoardNoticeChannel, BoardNoticeSubscription
from data_access.clock import beijing_now
from data_access.scope import Scope
from tests.builders import a_county, a_person, a_petition, a_stay, an_appointment
from tests.opened_pages import opened, words
from tests.robots import Robot, a_robot
from tests.signed_in import an_account
from tests.test_pages_admin import click, submit


@pytest.fixture
def robot() -> Iterator[Robot]:
    with a_robot() as running:
        yield running


@pytest.fixture
def county(served: Engine) -> Engine:
    with served.begin() as connection:
        a_county(connection)
        chief = an_appointment(connection, "township_chief", person=a_person(connection, "张三丰"))
        a_stay(connection, chief, "2026-10-12")
        an_appointment(connection, "township_leader", person=a_person(connection, "李青山"))
        a_petition(connection, "2026-10-12 09:00", due="2026-10-13 12:00")
    return served


def told(board: AppTest) -> str:
    """What a page says in its alerts."""
    return " ".join(each.value for kind in (board.success, board.error, board.warning, board.info) for each in kind)


def notices_of(database: Engine, role: Role) -> AppTest:
    return opened(database, "admin", an_account(database, role, now=beijing_now()), section="推送")


def test_a_channel_is_kept_tried_and_never_shown_again(county: Engine, robot: Robot) -> None:
    board = notices_of(county, Role.ADMINISTRATOR)
    board.text_input[0].input("书记群")
    board.text_input[1].input(f"{robot.url}/secret-path")
    board = submit(board, "新增通道")
    assert "签名密钥（只显示这一次）：" in board.success[0].value
    shown = words(board)
    assert "书记群" in shown
    assert "secret-path" not in shown
    board.selectbox(key="channel").select_index(0).run(timeout=60)
    click(board, "try-channel")
    assert "测试消息已由“书记群”收下" in told(board)
    assert [path for path, _, _ in robot.got] == ["/secret-path"]
    robot.answers = [500]
    click(board, "try-channel")
    assert "没有送到：对方应答 500" in told(board)


def test_a_wrong_address_is_told_in_words_and_keeps_nothing(county: Engine) -> None:
    board = notices_of(county, Role.ADMINISTRATOR)
    board.text_input[0].input("群")
    board.text_input[1].input("gopher://x")
    board = submit(board, "新增通道")
    assert "没有做成：通道地址应以" in told(board)
    with county.connect() as connection:
        assert connection.execute(select(BoardNoticeChannel.id)).all() == []


def a_channel(database: Engine, address: str) -> int:
    with database.begin() as connection:
        return outbox.add_channel(connection, name="书记群", address=address, secret=None, now=beijing_now(), by="test")


def test_an_account_s_subscription_waits_until_a_security_administrator_grants_it(county: Engine, robot: Robot) -> None:
    a_channel(county, robot.url)
    name = an_account(county, Role.LEADER, now=beijing_now())
    board = notices_of(county, Role.ADMINISTRATOR)
    board.selectbox(key="notice-account").select(name)
    board = submit(board, "订阅")
    assert "待安全管理员授权后生效" in told(board)
    with county.connect() as connection:
        assert outbox.open_subscriptions(connection) == []
    board = notices_of(county, Role.SECURITY)
    assert "1 个给账号的订阅等待授权" in told(board)
    board.selectbox(key="grant-subscription").select_index(0).run(timeout=60)
    click(board, "grant")
    with county.connect() as connection:
        assert [each.username for each in outbox.open_subscriptions(connection)] == [name]


def test_a_notice_that_was_given_up_is_loud_and_sent_again_by_hand(county: Engine, robot: Robot) -> None:
    channel = a_channel(county, robot.url)
    with county.begin() as connection:
        now = beijing_now()
        outbox.subscribe(connection, channel_id=channel, what="morning", username=None, now=now, by="test")
        (subscription,) = outbox.open_subscriptions(connection)
        outbox.queue(connection, subscription, "morning", "2026-10-14T08:10", now, now)
        connection.execute(update(BoardNotice).values(state="failed", tries=30, problem="对方应答 500", done_at=now))
    board = notices_of(county, Role.ADMINISTRATOR)
    assert "1 条推送已放弃，可在下面重发" in told(board)
    assert "对方应答 500" in words(board)
    board.selectbox(key="given-up").select_index(0).run(timeout=60)
    click(board, "send-again")
    with county.connect() as connection:
        assert connection.scalar(select(BoardNotice.state)) == "waiting"


def test_an_auditor_keeps_no_channels(county: Engine, robot: Robot) -> None:
    a_channel(county, robot.url)
    board = notices_of(county, Role.AUDITOR)
    assert [each.label for each in board.text_input if each.label in ("地址", "签名密钥")] == []
    with county.connect() as connection:
        assert outbox.channels(Scope("", may_audit=True), connection).empty
        assert connection.execute(select(BoardNoticeSubscription.id)).all() == []


@pytest.mark.parametrize(("rights", "name"), [({}, "李青山"), ({"may_see_names": False}, "李**")])
def test_the_morning_page_names_whom_its_reader_may_see(county: Engine, rights: dict[str, bool], name: str) -> None:
    reader = an_account(county, Role.LEADER, now=beijing_now(), rights=rights)
    said = words(opened(county, "morning", reader, at="2026-10-13T08:10"))
    assert "晨报 10月13日（周二）" in said
    assert "缺岗" in said
    if not rights:
        assert f"班子差2人：{name}" in said
    else:
        assert "李青山" not in said


def test_an_address_that_names_no_morning_shows_the_last_one(county: Engine) -> None:
    reader = an_account(county, Role.LEADER, now=beijing_now())
    for at in ("nonsense", "2999-01-01T08:10", "0001-01-01T00:00", ""):
        said = words(opened(county, "morning", reader, at=at))
        assert any(f"晨报 {day.month}月{day.day}日" in said for day in (beijing_now(), beijing_now() - timedelta(days=1))), at


@pytest.mark.parametrize("page", ["overview", "petitions"])
def test_a_page_says_what_changed(county: Engine, page: str) -> None:
    with county.begin() as connection:
        opened_at, ended_at = (f"{beijing_now() - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}" for hours in (30, 1))
        a_petition(connection, opened_at, ended=ended_at)
    assert "已办结 1 件 泥河镇" in words(opened(county, page, an_account(county, Role.LEADER, now=beijing_now())))


def test_a_page_says_in_a_line_that_nothing_changed(county: Engine) -> None:
    assert "相比没有变化" in words(opened(county, "overview", an_account(county, Role.LEADER, now=beijing_now())))
