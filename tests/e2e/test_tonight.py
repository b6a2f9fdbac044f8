"""22:00: nobody has stayed at one township. Who is missing is named with a number to tap, the township tells of the night from a phone,
and every page says so."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Connection, delete, func, insert, select, update

from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.rolls import people_in_post
from data_access.tables import Area, CalendarDay, DutyRoster, NightStay
from tests.builders import EVERYTHING
from tests.demo_county import a_small_county
from tests.e2e.board import Board, a_running_board, opened, settled, signed_in, title
from tests.e2e.conftest import NewBrowser

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


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[tuple[Board, str, str, dict[int, str]]]:
    """A board at 22:00 and the township that has told nothing."""
    database = a_small_county(tmp_path)
    ten = datetime.combine(beijing_now().date(), time(22))
    with engine(database).begin() as connection:
        code, name, on_duty = silenced(connection, ten.date())
    ahead = int((ten - beijing_now()).total_seconds())
    command = (sys.executable, "-m", "tests.e2e.at_another_hour", str(ahead))
    with a_running_board(database, tmp_path / "server.log", command=command) as board:
        yield board, code, name, on_duty


def ticked(page: Page, name: str) -> None:
    page.get_by_test_id("stCheckbox").filter(has_text=name).first.locator("label").click()
    settled(page)


def test_who_is_missing_is_named_with_a_number_and_the_township_tells_of_it(
    evening: tuple[Board, str, str, dict[int, str]], new_browser: NewBrowser
) -> None:
    board, code, name, on_duty = evening
    chief, *_others = on_duty.values()
    leader: BrowserContext = new_browser(**PHONE)
    overview = signed_in(leader, board, "shuji")
    expect(overview.locator(".group").first).to_contain_text(name)
    expect(title(overview)).to_contain_text(f"{name}还没有记录")

    overview.get_by_text("今晚谁在岗、打给谁").click()
    overview.wait_for_url(re.compile("/tonight"))
    settled(overview)
    group = overview.locator(".calls section").filter(has_text=name)
    missing = group.locator("li").filter(has_text=chief)
    expect(missing).to_contain_text("正职 · 排了没到")
    number = missing.locator("a[href^='tel:']")
    expect(number).to_have_attribute("href", re.compile(r"^tel:\d{7,}$"))
    seen = missing.bounding_box()
    assert seen is not None
    assert seen["y"] + seen["height"] <= 844, "the first screen of a phone answers it"
    assert overview.evaluate("document.documentElement.scrollWidth") <= 390
    with engine(board.database).connect() as connection:
        on_record = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "unmask", BoardAudit.username == "shuji")).all()
    assert on_record, "whose numbers were shown is on record"

    phone = signed_in(new_browser(**PHONE), board, "tianbao")
    expect(title(phone)).to_contain_text(f"{name}今晚住夜")
    expect(phone.get_by_text("还没有填报")).to_be_visible()
    for each in on_duty.values():
        ticked(phone, each)
    expect(phone.get_by_text(f"未存：新增 {len(on_duty)} 人")).to_be_visible()
    save = phone.get_by_role("button", name="保存", exact=True)
    save.click()
    expect(phone.get_by_text(re.compile(r"已存 22:\d\d"))).to_be_visible()
    save.click()  # a line that lost the answer: sent again
    settled(phone)
    with engine(board.database).connect() as connection:
        mine = (NightStay.area_code == code, NightStay.source == "form")
        assert connection.scalar(select(func.count()).where(*mine)) == len(on_duty), "nothing is entered twice"
        told = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "entry")).all()
    assert len(told) == 1

    expect(overview.locator(".calls section").filter(has_text=name)).to_have_count(0)
    again = opened(leader.new_page(), board)
    expect(title(again)).not_to_contain_text(name)
    expect(title(again)).to_have_text(title(overview).inner_text())
    expect(phone.get_by_text("达标").first).to_be_visible()
