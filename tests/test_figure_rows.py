"""Every figure leads to its rows: each indicator has its list or a reason, and the list holds what the figure counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from data_access.clock import beijing_now
from ingest.demo.world import MINIATURE
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Measure
from metrics.wording import whole
from pages.common.filters import PICKED
from pages.common.navigation import ENTRIES
from reports.frames import indicator_frame
from reports.links import CASES, ROWS
from reports.source import DatabaseSource
from reports.subjects import CASES_BEHIND, LISTS_BEHIND, ROWS_BEHIND, WITHOUT_ROWS, rows_behind
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE
from tests.demo_county import a_small_county
from tests.opened_pages import LAST_NIGHT, TODAY, links, opened, panels, words
from tests.test_app_pages import pointed

A_QUARTER = {"period": PICKED, "which": Period.holding(PeriodKind.QUARTER, LAST_NIGHT).text}
"""Of the last night that is over: the running one has none yet on its first day."""
LISTS = (CASES_BEHIND, LISTS_BEHIND, ROWS_BEHIND, WITHOUT_ROWS)


@pytest.mark.parametrize("indicator_id", REGISTRY)
def test_every_indicator_has_one_list_or_a_reason(indicator_id: str):
    assert sum(indicator_id in each for each in LISTS) == 1
    found = rows_behind(indicator_id)
    if indicator_id in WITHOUT_ROWS:
        assert found is None
        assert len(WITHOUT_ROWS[indicator_id]) > 10
    else:
        assert found is not None
        assert found.page in {entry.path for entry in ENTRIES}


def test_a_list_is_narrowed_to_the_unit_whose_number_it_is():
    assert rows_behind("duty.night_compliance", TOWNSHIP).query == {"figure": "duty.night_compliance", "township": TOWNSHIP}
    of_village = rows_behind("petitions.overdue", VILLAGE, Level.VILLAGE)
    assert (of_village.page, of_village.query) == (CASES, {"standing": "overdue", "township": TOWNSHIP, "village": VILLAGE})
    assert rows_behind("petitions.open", "149981D001", Level.DEPARTMENT).query == {"standing": "open", "department": "149981D001"}
    assert rows_behind("duty.village_compliance", VILLAGE, Level.VILLAGE).page == ROWS
    assert rows_behind("captains.key_visits", VILLAGE, Level.VILLAGE) is None, "a village's page lists its cells"
    assert rows_behind("captains.key_visits", "p:7", Level.PERSON) is None, "a person's rows are on the person's page"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from pointed(a_small_county(tmp_path_factory.mktemp("rows"), MINIATURE))


COUNTED = [each for each in ROWS_BEHIND if REGISTRY[each].measure is Measure.RATE and Level.COUNTY in REGISTRY[each].levels]
OTHERWISE = {"duty.staff_share": "its rows are nights, it counts people"}


@pytest.mark.parametrize("figure", [each for each in COUNTED if each not in OTHERWISE])
def test_the_list_holds_what_the_figure_counts(county: Engine, figure: str):
    """12/18 夜 leads to the six nights missed, and to all eighteen."""
    query = {"figure": figure, **A_QUARTER}
    title, missed = (words(opened(county, "rows", "shuji", **query, show=show)) for show in ("all", "missed"))
    k, n = (int(each.replace(",", "")) for each in re.findall(r"[（(]([\d,]+)/([\d,]+) ", title)[0])
    left = k if figure == "duty.unreported" else n - k
    assert f"全部 {whole(n)}" in title
    assert f"{'未填报' if figure == 'duty.unreported' else '未做到'} {whole(left)}" in missed
    assert n > 0


@pytest.mark.parametrize("figure", [*OTHERWISE, "duty.load_ratio", "duty.miss_streak"])
def test_other_figures_have_their_rows_too(county: Engine, figure: str):
    board = opened(county, "rows", "shuji", figure=figure, show="all", **A_QUARTER)
    assert "全部" in words(board)
    assert [link for link in links(board) if link["page"] != "pages/figures/rows.py"]


def test_tonights_villages_without_anyone_in_charge_are_all_listed(county: Engine):
    """34/110 村 leads to all 34."""
    home = opened(county, "home", "shuji")
    count = re.search(r"村无主干 (\d+)/(\d+) 村", words(home))
    target = next(each for each in links(home) if each["query"].get("show") == "no_chief")
    listed = words(opened(county, "rows", "shuji", **target["query"]))
    assert count
    assert f"{count[2]} 个村中 {count[1]} 个没有主干在岗" in listed
    assert f"无主干 {count[1]}" in listed


def test_a_figure_without_a_list_here_says_so(county: Engine):
    assert "没有这个数的记录" in words(opened(county, "rows", "shuji", figure="quality.in_time"))


PAGES = ("overview", "duty", "nights", "reception", "petitions", "captains")


@pytest.mark.parametrize("page", PAGES)
def test_every_headline_and_every_value_of_a_ranking_leads_to_its_rows(county: Engine, page: str):
    """Of each page: no k/n of a headline and no value of a township's rank stands there without a way to its rows."""
    shown = "".join(panels(opened(county, page, "shuji", period="本季")))
    bare_headlines = re.findall(r'<div class="facts"><span ><b>([^<]+)</b>', shown)
    assert bare_headlines == []
    cards, values = re.findall(r'<div class="card">', shown), re.findall(r'<span class="value" role="cell"><span ([^>]*)>([^<]*)', shown)
    assert cards or values
    assert [value for way, value in values if not way and value.strip() != "—"] == []


def figure(county: Engine, indicator_id: str, period: Period) -> tuple[int, int]:
    """k and n of all townships at this moment."""
    with county.connect() as connection:
        frame = indicator_frame(
            DatabaseSource(connection, EVERYTHING, at=beijing_now()), REGISTRY[indicator_id], Level.TOWNSHIP, period, TODAY
        )
    return int(frame["k"].fillna(0).sum()), int(frame["n"].fillna(0).sum())


def unvisited(county: Engine, kind: str, period: Period, part: Period) -> int:
    query = {"period": PICKED, "which": period.text, "view": "未走访", "kind": kind, "part": part.text}
    shown = words(opened(county, "captains", "shuji", **query))
    found = re.search(rf"{re.escape(part.label)}未走访的{kind} ([\d,]+) 户", shown)
    assert found, part
    return int(found[1].replace(",", ""))


def test_the_months_of_a_quarter_list_together_whom_its_figure_misses(county: Engine):
    last_month = Period.holding(PeriodKind.MONTH, TODAY).before
    quarter = Period.holding(PeriodKind.QUARTER, last_month.last)
    k, n = figure(county, "captains.key_visits", quarter)
    months = [month for month in quarter.months() if month.last < TODAY]
    assert sum(unvisited(county, "重点户", quarter, month) for month in months) == n - k
    assert n > k
    k, n = figure(county, "captains.ordinary_visits", quarter)
    assert unvisited(county, "普通户", quarter, quarter) == n - k


@pytest.mark.parametrize("period", ["本月", "本季"])
def test_the_slots_that_were_not_kept_are_all_listed(county: Engine, period: str):
    link = LISTS_BEHIND["reception.kept"]
    shown = words(opened(county, "reception", "shuji", period=period, **link.query))
    k, n = figure(county, "reception.kept", Period.holding(PeriodKind.MONTH if period == "本月" else PeriodKind.QUARTER, TODAY))
    listed = re.search(r"公示未兑现 ([\d,]+) 条", shown)
    assert listed, shown[-600:]
    assert int(listed[1].replace(",", "")) == n - k
