"""对比: the page says what the rankings say, of two townships, before and a year before; a township sees itself alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
import pytest
from sqlalchemy import Engine

from ingest.demo.world import MINIATURE
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Status
from reports.html import HtmlWriter
from reports.order import Order, Sorts, in_order
from reports.views import compare
from tests.demo_county import a_small_county
from tests.opened_pages import links, opened, panels, words
from tests.test_app_pages import pointed
from tests.test_views_township import VIEW

ON_TIME, DAYS = REGISTRY["petitions.closed_on_time"], REGISTRY["petitions.days"]
A, B, C = "149981100", "149981101", "149981102"
FRAME = pd.DataFrame(
    [
        {"code": A, "name": "泥河镇", "k": 9, "n": 10, "value": 0.9, "rank": 1, "status": Status.OK},
        {"code": B, "name": "石桥镇", "k": 1, "n": 2, "value": 0.5, "rank": 2, "status": Status.LOW},
        {"code": C, "name": "西沟乡", "k": 0, "n": 0, "value": None, "rank": None, "status": Status.NONE},
    ]
)


def test_each_township_has_its_step_and_its_year():
    made = compare.unit_table(ON_TIME, FRAME, {A: 0.8, C: 0.5}, {B: 0.6}, "上月", VIEW)
    assert list(made.frame["step_words"]) == ["+10.0", "—", "—"], "nothing is compared with what is missing"
    assert list(made.frame["year_words"]) == ["—", "-10.0", "—"]
    assert [link.query["township"] for link in made.links if link] == [A, B, C]
    falling = in_order(made, Sorts("units", Order("year_words", falling=True)))
    assert list(falling.frame["name"]) == ["石桥镇", "泥河镇", "西沟乡"]
    assert dict(falling.notes)["顺序"] == "按“同比(个百分点)”降序"
    shown = str(HtmlWriter(lambda page: True).render(in_order(made, Sorts("units"))))
    assert shown.count('<button class="by"') == len([column for column in made.columns if column.screen])
    assert "环比（个百分点）" in shown


def test_a_period_stands_beside_the_same_of_last_year_the_latest_first():
    periods = [Period.parse("2026-10"), Period.parse("2026-11")]
    now = [{"k": 1, "n": 2, "value": 0.5}, {"k": 3, "n": 4, "value": 0.75}]
    made = compare.years_table(ON_TIME, periods, now, [None, {"k": 1, "n": 4, "value": 0.25}], "全县")
    assert list(made.frame["period"]) == ["2026年11月", "2026年10月"]
    assert list(made.frame["words"]) == ["+50.0个百分点", "—"]
    assert list(made.frame["then_n"]) == ["1/4", None]


def test_the_title_says_how_far_the_two_are_apart():
    assert compare.sentence(ON_TIME, ["泥河镇", "石桥镇"], [0.9, 0.5], VIEW).endswith("泥河镇 90.0%,石桥镇 50.0%,相差 40.0个百分点")
    assert "相差" not in compare.sentence(ON_TIME, ["泥河镇", "石桥镇"], [0.9, None], VIEW)
    assert "相差" not in compare.sentence(DAYS, ["泥河镇"], [4.0], VIEW)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from pointed(a_small_county(tmp_path_factory.mktemp("compare"), MINIATURE))


@pytest.mark.parametrize("figure", ["duty.night_compliance", "petitions.days", "captains.key_visits", "satisfaction.gap", "quality.stale"])
def test_every_kind_of_figure_can_be_compared(county: Engine, figure: str):
    board = opened(county, "compare", "shuji", figure=figure, period="本季")
    said = words(board)
    assert REGISTRY[figure].name in said
    assert "与上年同期" in said
    assert 'class="county"' in " ".join(panels(board))


def test_the_table_says_what_the_ranking_says(county: Engine):
    figure = "duty.night_compliance"
    compared = words(opened(county, "compare", "shuji", figure=figure, period="本季"))
    ranked = words(opened(county, "duty", "shuji", period="本季"))
    for k, n in re.findall(r"\((\d+)/(\d+)\)", ranked.partition("最长连缺")[0])[:2]:
        assert f"{k}/{n}" in compared


def test_a_township_sees_itself_alone(county: Engine):
    board = opened(county, "compare", "xiangzhen", period="本季")
    codes = {link["query"]["township"] for link in links(board) if "township" in link["query"]}
    assert len(codes) == 1
