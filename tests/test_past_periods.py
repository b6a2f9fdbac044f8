"""One period on one page, and no "today" in the past: what every page says of a period that is over, and of a figure over another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from ingest.demo.world import MINIATURE
from metrics.period import Period, PeriodKind
from pages.common import freshness
from reports import readings
from reports.html import HtmlWriter
from reports.parts import Leaderboard
from reports.screens import Wall
from reports.svg import picture
from reports.views import wall
from reports.wording import own_period
from tests.demo_county import a_small_county
from tests.meeting_worlds import UP, a_reading
from tests.opened_pages import TODAY, words
from tests.test_app_pages import ENTRIES, account_of, drawn, pointed

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
