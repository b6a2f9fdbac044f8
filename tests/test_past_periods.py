"""One period on one page, and no "today" in the past: what every page says of a period that is over, and of a figure over another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Text, select
from streamlit.testing.v1 import AppTest

from data_access.accounts import Role
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.tables import Appointment, Area
from data_access.tables import Table as Ledger
from ingest.demo.world import MINIATURE
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from metrics.wording import day_of
from metrics.workdays import Workdays
from pages.common import freshness, loaders
from pages.common.page import Page
from pages.petitions.windows import week_end
from reports import readings
from reports.bulletin import categories, sentence
from reports.html import HtmlWriter
from reports.pack import _titled
from reports.parts import Leaderboard
from reports.screens import Wall
from reports.svg import picture
from reports.tables import Table
from reports.view import View
from reports.views import petition_words as words_of_petitions
from reports.views import wall
from reports.views.duty import last_night_of
from reports.wording import counted_words, official, own_period
from tests.builders import a_petition
from tests.conftest import in_memory_alone
from tests.demo_county import a_small_county
from tests.meeting_worlds import UP, a_chapter, a_pack, a_reading
from tests.opened_pages import TODAY, components, words
from tests.test_app_pages import ENTRIES, a_link, account_of, drawn, pointed

PAST_MONTH = Period.holding(PeriodKind.MONTH, TODAY).before.before
A_PAST_MONTH = {"period": "指定", "which": PAST_MONTH.text}
BY_PATH = {entry.url_path: entry for entry in ENTRIES}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Its first record is of the year before: that year can be asked for."""
    url = a_small_county(tmp_path_factory.mktemp("past"), MINIATURE)
    with engine(url).begin() as connection:
        village = connection.scalar(select(Area.code).where(Area.level == "village").order_by(Area.code))
        day = f"{TODAY.year - 1}-01-15"
        a_petition(connection, f"{day} 09:00", area=str(village), ended=f"{day} 10:00", closed=f"{day} 10:00")
    yield from pointed(url)


@pytest.fixture(autouse=True)
def short_trends(monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory_alone(monkeypatch)
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


def test_a_figure_counted_by_quarters_or_since_new_year_says_so_beside_a_months(county: Engine) -> None:
    quarter, year = (Period.holding(kind, TODAY).label for kind in (PeriodKind.QUARTER, PeriodKind.YEAR))
    board = account_of(county, Role.LEADER)
    month = page(board, "captains")
    assert f"{quarter} 普通户季走访率" in month, "its ranking"
    assert month.count(quarter) == 2, "and its card"
    assert f"{year}以来" in month, "参训率"
    seen = page(board, "captains", period="本季")
    assert seen.count(quarter) == 1 + seen.count(f"{quarter}无应统计"), "the bar says it already"
    assert f"{year}以来" in page(board, "nights", view="夜学"), "授课覆盖率"
    assert quarter in page(board, "township")


@pytest.mark.parametrize(
    ("indicator", "period", "shown", "said"),
    [
        ("captains.ordinary_visits", "2026-08", None, "2026年三季度"),
        ("captains.ordinary_visits", "2026-08", "2026-Q3", ""),
        ("captains.ordinary_visits", "2026-Q3", None, ""),
        ("captains.ordinary_visits", "2026", "2026-11", "2026年以来"),
        ("captains.key_visits", "2026-W47", None, "2026年11月"),
        ("captains.key_visits", "2026-11", None, ""),
        ("captains.training", "2026-11", None, "2026年以来"),
        ("captains.training", "2026-08", None, "2026年1月1日至8月31日"),
        ("captains.training", "2025-12", None, "2025年全年"),
        ("captains.training", "2026", None, ""),
        ("duty.night_compliance", "2026-11", None, ""),
    ],
)
def test_what_a_figure_says_of_its_period(indicator: str, period: str, shown: str | None, said: str) -> None:
    asked = (REGISTRY[indicator], Period.parse(period), date(2026, 11, 25))
    assert counted_words(*asked, shown and Period.parse(shown)) == said


def test_a_slide_and_a_circular_say_it_of_a_quarter_that_is_over() -> None:
    visits = a_reading("captains.ordinary_visits", [(13, 21), (20, 20)], whole=[(33, 41)], period=Period.parse("2026-08"), dated=True)
    assert sentence(visits).startswith("2026年三季度全县普通户季走访率 80.5%")
    assert _titled(visits).startswith("2026年三季度 · 2 个乡镇中 1 个普通户季走访率达标")
    assert ("统计期", "2026年三季度") in a_chapter(visits).table.notes


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
    "admin": "accounts and ledgers",
    "definitions": "the rulebook",
    "wall": "what hangs there now",
    "tonight": "a night, not a period; an earlier one by its date",
}
"""Pages that look at no period."""
OF_A_YEAR = {"selection": "a year and its steps", "sheet": "a year's score", "captain": "a year of its own"}
NOT_LIVE = {
    "show": "read once, by a button",
    "selection": "a ranking takes seconds",
    "sheet": "the same",
    "help": "the manual",
}
STEPS_TO_TAKE = "还没有立项"
"""What has not been done to this day about a selection of last year."""


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


@pytest.fixture(scope="module")
def quoted(county: Engine) -> re.Pattern[str]:
    """What people wrote in their records in words of now; a page repeats it as it stands (约定下周再来)."""
    written = [column for table in Ledger.metadata.sorted_tables for column in table.columns if isinstance(column.type, Text)]
    with county.connect() as connection:
        texts = [text for column in written for text in connection.scalars(select(column).where(column.is_not(None)).distinct())]
    clauses = {clause for text in texts for clause in re.split("[,，。；]", text) if any(word in clause for word in NOW_WORDS)}
    assert not clauses & set(NOW_WORDS)
    return re.compile("|".join(map(re.escape, sorted(clauses, key=len, reverse=True))))


def of_now(texts: Iterable[str], quoted: re.Pattern[str]) -> list[tuple[str, str]]:
    """Words of now that are the board's own, with where they stand."""
    found = []
    for text in (quoted.sub("", each).replace(*LAST_YEARS).replace(STEPS_TO_TAKE, "") for each in texts):
        found += [(word, text[max(0, text.index(word) - 40) : text.index(word) + 40]) for word in NOW_WORDS if word in text]
    return found


def texts_of(table: Table) -> list[str]:
    notes = (text for label, text in table.notes if label != "口径")  # a rule may speak of the year it is asked in
    texts = [table.title, table.subtitle, table.conclusion or "", table.remark, table.chosen, *notes]
    return [*texts, *(column.heading for column in table.columns), *(cell for line in table.texts() for cell in line)]


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
        assert said in page(board, path, period="本月")
        assert said in (shown := page(board, path, **picked)), path
        assert "实时" in shown
        assert said not in page(board, path, period="指定"), "nothing picked is the month before"


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP], ids=str)
@pytest.mark.parametrize("path", [path for path in BY_PATH if path not in {*OF_NOW, *OF_A_YEAR}])
def test_no_page_of_a_past_month_speaks_of_now(
    county: Engine, offered: dict[str, list[str]], quoted: re.Pattern[str], monkeypatch: pytest.MonkeyPatch, path: str, role: Role
) -> None:
    """Neither on screen nor in what is handed out, whichever view of the page is chosen."""
    tables, board = tables_offered(monkeypatch), account_of(county, role)
    link = {**a_link(county), **A_PAST_MONTH}
    waiting = [dict[str, str]()]
    while waiting:
        chosen = waiting.pop()
        offered.clear()
        tables.clear()
        said = page(board, path, **link, **chosen)
        if "账号权限内" in said:
            return
        assert not of_now([said, *slides(board)], quoted), (path, chosen)
        assert bool(slides(board)) is (path == "show")
        assert ("数据更新至" in said, "实时" in said) == (path not in NOT_LIVE, False), "the bar says of when the page is"
        for table in tables:
            assert not of_now(texts_of(table), quoted), (path, chosen, table.title)
        if len(chosen) < 2:
            waiting += choices_of(offered, chosen)


def slides(board: AppTest) -> list[str]:
    return [slide for sent in components(board) for slide in sent.get("data", sent).get("slides", ())]


@pytest.mark.parametrize("standing", [*words_of_petitions.STANDING_NAMES, "nonsense"])
def test_no_list_of_a_past_month_speaks_of_now(
    county: Engine, quoted: re.Pattern[str], monkeypatch: pytest.MonkeyPatch, standing: str
) -> None:
    tables, board = tables_offered(monkeypatch), account_of(county, Role.LEADER)
    assert not of_now([page(board, "cases", standing=standing, **A_PAST_MONTH)], quoted)
    assert not of_now((text for table in tables for text in texts_of(table)), quoted)


def test_what_is_due_this_week_says_until_which_day_in_a_file(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, board = tables_offered(monkeypatch), account_of(county, Role.LEADER)
    assert "本周到期" in page(board, "cases", standing="due_soon")
    page(board, "petitions", view="构成与流转")
    said = [text for table in tables for text in texts_of(table)]
    sunday = week_end(TODAY)
    assert sum(f"至{sunday.month}月{sunday.day}日到期" in text for text in said) > 2
    assert not [text for text in said if "本周" in text]


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP], ids=str)
def test_no_page_of_a_past_year_speaks_of_now(county: Engine, quoted: re.Pattern[str], monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    tables, board, year = tables_offered(monkeypatch), account_of(county, role), str(TODAY.year - 1)
    with county.connect() as connection:
        captains = {
            each: connection.scalar(select(Appointment.person_id).where(Appointment.role == each).order_by(Appointment.id))
            for each in ("cell_captain", "group_captain", "patch_captain")
        }
    asked = [("selection", {"view": view}) for view in ("名单", "全部名次", "资格", "名额", "试算", "流程")]
    for each, person in captains.items():
        asked += [("sheet", {"person": f"p:{person}", "role": each}), ("captain", {"person": f"p:{person}"})]
    for path, query in asked:
        tables.clear()
        said = page(board, path, year=year, **query)
        assert f"{year}年" in said, (path, query)
        assert not of_now([said, *(text for table in tables for text in texts_of(table))], quoted), (path, query)
        assert "实时" not in said
        assert (f"截至{year}年12月31日 · 数据更新至" in said) is (path == "captain"), path


def test_the_bar_of_a_past_month_is_loud_too_when_the_database_is_away(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    board, said = account_of(county, Role.LEADER), f"截至{day_of(PAST_MONTH.last, TODAY)}"
    assert re.search(rf"{said} · 数据更新至 \d+月\d+日 \d\d:\d\d", page(board, "duty", **A_PAST_MONTH))
    monkeypatch.setattr(loaders, "away_since", beijing_now)
    loud = page(board, "duty", **A_PAST_MONTH)
    assert re.search(rf"{said} · 数据库连接中断\S+ \d+月\d+日 \d\d:\d\d 的数据", loud)
    assert "数据更新至" not in loud


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
    ("moment", "runs"),
    [
        ("2026-11-29T23:59", True),
        ("2026-11-30T00:01", True),
        ("2026-11-30T23:59", True),
        ("2026-11-30", False),
        ("2026-12-01T00:01", False),
    ],
)
def test_a_period_runs_until_its_last_day_is_over(moment: str, runs: bool) -> None:
    at = datetime.fromisoformat(moment) if "T" in moment else None
    as_of, november = date.fromisoformat(moment[:10]), Period.parse("2026-11")
    assert View(november, as_of, Workdays({}), at=at).is_running(november) is runs
    read = a_reading(UP, [(13, 21), (20, 20)], period=november, as_of=as_of, at=at)
    assert read.period_over is not runs
    assert read.now == (f"本月至{as_of.month}月{as_of.day}日" if runs else "11月" if as_of.month > 11 else "本月")


@pytest.mark.parametrize(
    ("period", "moment", "said"),
    [
        ("2026-11", "2026-11-26T00:01", "截至11月26日00:01，"),
        ("2026-11", "2026-11-26", "截至11月26日，"),
        ("2026-10", "2026-11-26T00:01", "截至10月31日，"),
        ("2025-12", "2026-11-26T00:01", "截至2025年12月31日，"),
    ],
)
def test_a_sentence_of_a_file_never_names_a_day_that_has_not_come(period: str, moment: str, said: str) -> None:
    at = datetime.fromisoformat(moment) if "T" in moment else None
    asked = {"period": Period.parse(period), "as_of": date.fromisoformat(moment[:10]), "at": at, "dated": True}
    overdue = a_reading("petitions.overdue", [(2, 30), (3, 30)], whole=[(6, 70), (5, 60)], **asked)
    assert official(sentence(overdue)).startswith(f"{said}全县超期在办8.3%")
    open_now = a_reading("petitions.open", [(9, None), (5, None)], level=Level.CATEGORY, whole=[(14, None)], **asked)
    assert official(dict(categories(a_pack(open_now)))[0]).startswith(f"{said}在办诉求14件")


@pytest.mark.parametrize(
    ("period", "night"),
    [("2026-06", "2026-06-30"), ("2026-Q3", "2026-09-30"), ("2026-05", "2026-05-29"), ("2026-11", ""), ("2026", "")],
)
def test_a_past_period_opens_with_its_last_night(period: str, night: str) -> None:
    assert last_night_of(View(Period.parse(period), date(2026, 11, 25), Workdays({}))) == night
