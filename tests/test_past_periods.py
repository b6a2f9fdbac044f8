"""One period on one page, and no "today" in the past: what every page says of a period that is over, and of a figure over another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from ingest.demo.world import MINIATURE
from metrics.period import Period, PeriodKind
from metrics.workdays import Workdays
from pages.common import freshness
from pages.common.page import Page
from pages.petitions.windows import week_end
from reports import readings
from reports.html import HtmlWriter
from reports.parts import Leaderboard
from reports.screens import Wall
from reports.svg import picture
from reports.tables import Table
from reports.view import View
from reports.views import wall
from reports.views.duty import last_night_of
from reports.wording import own_period
from tests.demo_county import a_small_county
from tests.meeting_worlds import UP, a_reading
from tests.opened_pages import TODAY, words
from tests.test_app_pages import ENTRIES, a_link, account_of, drawn, pointed

BY_PATH = {entry.url_path: entry for entry in ENTRIES}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from pointed(a_small_county(tmp_path_factory.mktemp("past"), MINIATURE))


@pytest.fixture(autouse=True)
def short_trends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "CARD_PERIODS", dict.fromkeys(PeriodKind, 2))
    monkeypatch.setattr(readings, "RUN_PERIODS", 2)
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)


def page(board: AppTest, path: str, **query: str) -> str:
    """What can be read on a page at an address; nothing on it may raise."""
    drawn(board, BY_PATH[path], **query)
    assert not board.exception, (path, query, [problem.message for problem in board.exception])
    return words(board)


# --- one period on one page -----------------------------------------------------------------------------------------------


def test_a_ranking_over_the_year_says_so_beside_figures_of_the_month(county: Engine) -> None:
    year = own_period(Period.holding(PeriodKind.YEAR, TODAY), TODAY)
    board = account_of(county, Role.LEADER)
    assert year in page(board, "overview")
    assert year in page(board, "nights"), "回头看 is ranked by the year"
    assert year not in page(board, "overview", period="本年"), "the bar says it already"
    assert year not in page(board, "duty"), "nothing there is of another period"


def test_the_wall_says_it_too(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "at_moment", lambda sentence, turn, *_, is_away: Wall(sentence, "", is_away, sum(turn, ())))
    assert own_period(Period.holding(PeriodKind.YEAR, TODAY), TODAY) in page(account_of(county, Role.WALL), "wall")


def test_a_picture_of_a_ranking_is_of_the_rankings_own_period() -> None:
    reading = a_reading(UP, [(13, 21), (20, 20)])
    board = Leaderboard(reading.entry, reading.frame, "住夜", "", 1.0, period="2026年以来")
    assert "2026年以来 · 住夜" in picture(board)
    assert 'class="period">2026年以来</span>' in str(HtmlWriter(lambda _: True).render(board))
    assert "period" not in str(HtmlWriter(lambda _: True).render(replace(board, period="")))


@pytest.mark.parametrize(
    ("period", "said"), [("2026", "2026年以来"), ("2025", "2025年全年"), ("2026-Q3", "2026年三季度"), ("2026-10", "2026年10月")]
)
def test_the_name_of_a_period_of_its_own(period: str, said: str) -> None:
    assert own_period(Period.parse(period), date(2026, 11, 25)) == said


# --- no "today" in the past -------------------------------------------------------------------------------------------------

NOW_WORDS = (
    "今天",
    "今日",
    "本周",
    "本月",
    "本季",
    "本年",
    "今年",
    "上周",
    "上月",
    "上季",
    "上年",
    "昨晚",
    "今晚",
    "未来一周",
    "还没",
    "还有",
    "现在",
)
NOW_WORDS += ("目前", "可能超期", "近四周", "下周", "去年")
LAST_YEARS = ("上年同", "")
"""The same month of the year before a past month's is called so whenever it is read."""
OF_NOW = {
    "case": "one case as it stands",
    "meeting": "files with a period of their own",
    "show": "the same on slides",
    "selection": "a year and its steps",
    "sheet": "a year's score",
    "admin": "accounts and ledgers",
    "definitions": "the rulebook",
    "wall": "what hangs there now",
    "captain": "a year of its own",
}
"""Pages that look at no period of the bar."""


def choices_of(seen: dict[str, list[str]], chosen: dict[str, str]) -> Iterator[dict[str, str]]:
    for name, options in seen.items():
        if name not in chosen:
            for option in options:
                yield {**chosen, name: option}


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the page drawn last offers to choose, without what it stands at."""
    seen: dict[str, list[str]] = {}
    choose = Page.choose

    def noted(self: Page, label: str, choices: Any, name: str, default: str, **more: Any) -> str:
        seen[name] = [str(each) for each in choices if str(each) != default]
        return choose(self, label, choices, name, default, **more)

    monkeypatch.setattr(Page, "choose", noted)
    return seen


def tables_offered(monkeypatch: pytest.MonkeyPatch) -> list[Table]:
    """The tables that the pages drawn from now on hand out."""
    found: list[Table] = []
    offer = Page.offer

    def noted(self: Page, make: Any, table: Table, view: View | None = None) -> None:
        found.append(table.described(view or self.view))
        offer(self, make, table, view)

    monkeypatch.setattr(Page, "offer", noted)
    return found


def test_a_picked_period_that_runs_is_as_the_running_one(county: Engine) -> None:
    board, month = account_of(county, Role.LEADER), Period.holding(PeriodKind.MONTH, TODAY)
    picked = {"period": "指定", "which": month.text}
    for path, said in (("overview", "本周跌破目标"), ("petitions", "本周到期"), ("captains", "本月"), ("reception", "未来一周")):
        assert said in page(board, path)
        assert said in page(board, path, **picked), path
        assert said not in page(board, path, period="指定"), "nothing picked is the month before"


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP], ids=str)
@pytest.mark.parametrize("path", [path for path in BY_PATH if path not in OF_NOW])
def test_no_page_of_a_past_month_speaks_of_now(
    county: Engine, offered: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, path: str, role: Role
) -> None:
    """Neither on screen nor in what is handed out, whichever view of the page is chosen."""
    tables, board = tables_offered(monkeypatch), account_of(county, role)
    month = Period.holding(PeriodKind.MONTH, TODAY).before.before.text
    link = {**a_link(county), "period": "指定", "which": month}
    waiting = [dict[str, str]()]
    while waiting:
        chosen = waiting.pop()
        offered.clear()
        tables.clear()
        said = page(board, path, **link, **chosen)
        if "账号权限内" in said:
            return
        said = said.replace(*LAST_YEARS)
        found = [word for word in NOW_WORDS if word in said]
        assert not found, (path, chosen, [said[max(0, said.index(word) - 40) : said.index(word) + 40] for word in found])
        for table in tables:
            notes = (text for label, text in table.notes if label != "口径")  # a rule may speak of the year it is asked in
            texts = [table.title, table.subtitle, table.conclusion or "", table.remark, table.chosen, *notes]
            texts += [column.heading for column in table.columns] + [cell for line in table.texts() for cell in line]
            wrong = [(word, text) for text in texts for word in NOW_WORDS if word in text.replace(*LAST_YEARS)]
            assert not wrong, (path, chosen, table.title, wrong)
        if len(chosen) < 2:
            waiting += choices_of(offered, chosen)


@pytest.mark.parametrize("day", [date(2026, 11, 23) + timedelta(days=past) for past in range(7)], ids=str)
def test_a_week_is_monday_to_sunday_on_every_day_of_it(day: date) -> None:
    assert week_end(day) == date(2026, 11, 29)


@pytest.mark.parametrize(
    ("period", "as_of", "is_past", "until"),
    [
        ("2026-10", "2026-10-31", False, ""),
        ("2026-10", "2026-11-01", True, "截至10月31日"),
        ("2025", "2025-12-31", False, ""),
        ("2025", "2026-01-01", True, "截至2025年12月31日"),
        ("2026-Q4", "2026-11-25", False, ""),
        ("2026-W47", "2026-11-22", False, ""),
        ("2026-W47", "2026-11-23", True, "截至11月22日"),
    ],
)
def test_a_period_is_past_from_the_day_after_its_last(period: str, as_of: str, is_past: bool, until: str) -> None:
    view = View(Period.parse(period), date.fromisoformat(as_of), Workdays({}))
    assert (view.is_past, view.until) == (is_past, until)


@pytest.mark.parametrize(
    ("period", "night"),
    [("2026-06", "2026-06-30"), ("2026-Q3", "2026-09-30"), ("2026-05", "2026-05-29"), ("2026-11", ""), ("2026", "")],
)
def test_a_past_period_opens_with_its_last_night(period: str, night: str) -> None:
    assert last_night_of(View(Period.parse(period), date(2026, 11, 25), Workdays({}))) == night
