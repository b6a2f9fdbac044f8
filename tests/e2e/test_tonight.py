"""22:00: nobody has stayed at one township. A notice says so to a group; its link, the overview and the wall lead to who is missing, with a
number to tap; the township tells of the night from a phone, and every page says so."""

from __future__ import annotations

import base64
import re
import sys
import time as clock
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Connection, delete, func, insert, select, update

from data_access import notices
from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.rolls import people_in_post
from data_access.tables import Area, CalendarDay, DutyRoster, NightStay
from metrics.notices import Notice
from tests.builders import EVERYTHING
from tests.e2e.at_another_hour import TICK_SECONDS
from tests.e2e.board import PATIENCE, Board, a_running_board, enter, login_form, opened, settled, signed_in, title
from tests.e2e.conftest import NewBrowser
from tests.e2e.county import a_copy
from tests.robots import Robot, a_robot

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TURNS = {"township_chief": ("lead", 1), "township_leader": ("member", 2), "township_staff": ("staff", 4)}


def silenced(connection: Connection, today: date) -> tuple[str, str, dict[int, str]]:
    """The first township without a stay tonight, and its roster of tonight: code, name, and by person the names on it."""
    code, name = connection.execute(
        select(Area.code, Area.name).where(Area.level == "township", Area.ranked.is_not(False)).order_by(Area.code).limit(1)
    ).one()
    connection.execute(update(CalendarDay).where(CalendarDay.day == today).values(is_workday=True))
    for table in (NightStay, DutyRoster):
        connection.execute(delete(table).where(table.area_code == code, table.night == today))
    serving = people_in_post(EVERYTHING, connection, [code], today)
    serving = serving[serving["leave"].isna()].drop_duplicates("person_id")
    on_duty: dict[int, str] = {}
    for role, (post, count) in TURNS.items():
        for row in serving[serving["role"] == role].head(count).to_dict("records"):
            on_duty[int(row["person_id"])] = str(row["name"])
            connection.execute(insert(DutyRoster).values(area_code=code, night=today, person_id=row["person_id"], post=post))
    return code, name, on_duty


@dataclass(frozen=True)
class Evening:
    """A board at 22:00, the township that has told nothing, who is on its roster, and the group's robot."""

    board: Board
    code: str
    name: str
    on_duty: dict[int, str]
    robot: Robot


AGREE_SECONDS = 2.0
"""After a commit every open page says the same within so long, on a machine that has nothing else to do."""
SLOWEST = 10
"""However busy the machine is: ten times as long is a fault of the board."""


def busyness() -> float:
    """How many times as long as alone a process takes just now: the time that a loop takes over the processor's time it gets."""
    began, used = clock.perf_counter(), clock.process_time()
    while clock.process_time() - used < 0.2:
        pass
    return max(1.0, (clock.perf_counter() - began) / 0.2)


def agreed_within(began: float, busy: float, *says_so: Callable[[], bool]) -> None:
    """All pages say so within :data:`AGREE_SECONDS` of ``began``, on a busy machine so many times as long."""
    waiting = list(says_so)
    while waiting and clock.monotonic() - began < AGREE_SECONDS * SLOWEST:
        waiting = [each for each in waiting if not each()]
        if waiting:
            clock.sleep(0.05)
    taken, most = clock.monotonic() - began, AGREE_SECONDS * min(SLOWEST, max(busy, busyness()))
    assert not waiting, f"{len(waiting)} of {len(says_so)} pages do not say so after {taken:.1f} s"
    assert taken <= most, f"the pages agree after {taken:.1f} s, {most:.1f} s were allowed"


def at_hour(database: str, moment: datetime, log: Path) -> AbstractContextManager[Board]:
    """The board with its clock at a moment."""
    ahead = int((moment - beijing_now()).total_seconds())
    command = (sys.executable, "-m", "tests.e2e.at_another_hour", str(ahead))
    return a_running_board(database, log, command=command, BOARD_URL="https://kanban.example")


@pytest.fixture
def evening(county: Path, tmp_path: Path) -> Iterator[Evening]:
    database = a_copy(county, tmp_path)
    ten = datetime.combine(beijing_now().date(), time(22))
    if ten < beijing_now():  # a clock that is put back is not what is tried here: it ends sessions of accounts that are made later
        ten += timedelta(days=1)
    with a_robot() as robot:
        with engine(database).begin() as connection:
            code, name, on_duty = silenced(connection, ten.date())
            before = {"now": ten - timedelta(hours=1), "by": "test"}
            channel = notices.add_channel(connection, name="工作群", address=robot.url, secret="geheim", **before)
            notices.subscribe(connection, channel_id=channel, what=str(Notice.TONIGHT), username=None, **before)
        with at_hour(database, ten, tmp_path / "server.log") as board:
            yield Evening(board, code, name, on_duty, robot)


def letter_at(robot: Robot) -> dict[str, Any]:
    """The first that the group is sent."""
    until = clock.monotonic() + 60
    while not robot.got and clock.monotonic() < until:
        clock.sleep(0.5)
    return robot.letters[0]


def ticked(page: Page, name: str) -> None:
    page.get_by_test_id("stCheckbox").filter(has_text=name).first.locator("label").click()
    settled(page)


def names_with_a_number(tonight: Page, name: str, chief: str) -> None:
    """The page of tonight says who is missing at the township, with a number to tap, on the first screen of a phone."""
    group = tonight.locator(".calls section").filter(has_text=name)
    missing = group.locator("li").filter(has_text=chief)
    expect(missing).to_contain_text("正职 · 排了没到")
    number = missing.locator("a[href^='tel:']")
    expect(number).to_have_attribute("href", re.compile(r"^tel:\d{7,}$"))
    seen = missing.bounding_box()
    assert seen is not None
    assert seen["y"] + seen["height"] <= 844, "the first screen of a phone answers it"
    assert tonight.evaluate("document.documentElement.scrollWidth") <= 390


def told_twice(phone: Page, on_duty: dict[int, str], *says_so: Callable[[], bool]) -> None:
    """Everybody on the roster is ticked and saved, and the other pages say so in time; and saved again, as where the line has lost the
    answer."""
    for each in on_duty.values():
        ticked(phone, each)
    expect(phone.get_by_text(f"未存：新增 {len(on_duty)} 人")).to_be_visible()
    save = phone.get_by_role("button", name="保存", exact=True)
    busy = busyness()
    began = clock.monotonic()  # the commit comes after it
    save.click()
    agreed_within(began, busy, *says_so)
    expect(phone.get_by_text(re.compile(r"已存 22:\d\d"))).to_be_visible()
    save.click()
    settled(phone)


def lacks(place: Locator, name: str) -> bool:
    return name not in place.inner_text()


def test_the_morning_paper_goes_over_with_the_other_pages(county: Path, tmp_path: Path, new_browser: NewBrowser) -> None:
    """At 08:10 somebody else's system tells of last night: 晨报, 今晚, 总览 and the wall say so together."""
    database, last_night = a_copy(county, tmp_path), beijing_now().date()
    with engine(database).begin() as connection:
        code, name, on_duty = silenced(connection, last_night)
    with at_hour(database, datetime.combine(last_night + timedelta(days=1), time(8, 10)), tmp_path / "server.log") as board:
        leader = new_browser()
        overview = signed_in(leader, board, "shuji")
        pages = [opened(leader.new_page(), board, path) for path in ("/morning", f"/tonight?night={last_night}")]
        morning, tonight = pages[0].locator(".exceptions .group").first, pages[1].locator(".calls")
        wall = signed_in(new_browser(), board, "daping", "/wall").locator(".wall h1")
        for each in (title(overview), morning, tonight, wall):
            expect(each).to_contain_text(name)
        busy = busyness()
        with engine(database).begin() as connection:
            stays = [
                {"area_code": code, "night": last_night, "person_id": person, "source": "oa", "source_ref": f"{person}"}
                for person in on_duty
            ]
            connection.execute(insert(NightStay), stays)
        began = clock.monotonic()
        # Of 晨报 the first group, of last night: the township may have fallen below another target, whatever the county's figures are.
        agreed_within(began, busy, *(partial(lacks, each, name) for each in (title(overview), wall, morning, tonight)))


def test_who_is_missing_is_named_with_a_number_and_the_township_tells_of_it(evening: Evening, new_browser: NewBrowser) -> None:
    board, code, name, on_duty = evening.board, evening.code, evening.name, evening.on_duty
    chief, *_others = on_duty.values()

    letter = letter_at(evening.robot)
    assert name in letter["text"]
    with engine(board.database).connect() as connection:
        everybody = set(people_in_post(EVERYTHING, connection, [code], beijing_now().date())["name"])
    assert not [each for each in everybody if each in letter["text"]], "a group reads no name"
    assert base64.b64decode(letter["picture"]["base64"]).startswith(b"\x89PNG")
    link = urlsplit(letter["link"])

    leader: BrowserContext = new_browser(**PHONE)
    tonight = leader.new_page()
    tonight.goto(f"{board.url}{link.path}?{link.query}")
    login_form(tonight).wait_for(timeout=PATIENCE)
    with tonight.expect_response(lambda answer: answer.url.endswith("/sign-in"), timeout=PATIENCE):
        enter(tonight, "shuji")
    tonight.locator(".calls").first.wait_for(timeout=PATIENCE)
    settled(tonight)
    names_with_a_number(tonight, name, chief)
    with engine(board.database).connect() as connection:
        on_record = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "unmask", BoardAudit.username == "shuji")).all()
    assert on_record, "whose numbers were shown is on record"

    overview = opened(leader.new_page(), board)
    expect(overview.locator(".group").first).to_contain_text(name)
    expect(title(overview)).to_contain_text(f"{name}还没有记录")
    overview.get_by_text("今晚谁在岗、打给谁").click()
    overview.wait_for_url(re.compile("/tonight"))
    overview.go_back()
    settled(overview)
    wall = signed_in(new_browser(), board, "daping", "/wall")
    expect(wall.locator(".wall h1")).to_contain_text(f"{name}还没有记录")

    phone = signed_in(new_browser(**PHONE), board, "tianbao")
    expect(title(phone)).to_contain_text(f"{name}今晚住夜")
    expect(phone.get_by_text("还没有填报")).to_be_visible()
    group, headings = tonight.locator(".calls section").filter(has_text=name), (title(tonight), title(overview), wall.locator(".wall h1"))
    told_twice(phone, on_duty, lambda: group.count() == 0, *(partial(lacks, each, name) for each in headings))
    with engine(board.database).connect() as connection:
        mine = (NightStay.area_code == code, NightStay.source == "form")
        assert connection.scalar(select(func.count()).where(*mine)) == len(on_duty), "nothing is entered twice"
        told = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "entry")).all()
    assert len(told) == 1

    # The page of tonight, the overview and the wall go over to it, and say the same.
    expect(tonight.locator(".calls section").filter(has_text=name)).to_have_count(0)
    for each in (title(overview), wall.locator(".wall h1")):
        expect(each).not_to_contain_text(name)
        expect(each).to_have_text(title(tonight).inner_text())
    expect(phone.get_by_text("达标").first).to_be_visible()
    clock.sleep(2.5 * TICK_SECONDS)  # the server has looked for what is due once more
    assert len(evening.robot.got) == 1, "the group reads it once"
