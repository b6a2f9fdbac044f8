"""管理 and 大屏 as they are read: how an account stands, how old what is shown is, whose turn it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from metrics.definition import Indicator
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Module
from reports.definitions import definition_summary, definitions_found
from reports.html import HtmlWriter
from reports.parts import Cards, Pair
from reports.views import admin, wall

NOW = datetime(2026, 11, 3, 9, 0)
WRITER = HtmlWriter(lambda page: True)


def an_account(**change: Any) -> dict[str, Any]:
    row = {"disabled_at": None, "granted_at": NOW, "username": "lin", "display_name": "林<b>", "role": "leader"}
    return {**row, "area_prefix": "149981", "password_changed_at": NOW, "may_export": True, "may_see_names": False, **change}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "正常"),
        ({"granted_at": None}, "待授权"),
        ({"granted_at": pd.NaT}, "待授权"),
        ({"disabled_at": NOW, "granted_at": None}, "停用(11月3日 09:00)"),
        ({"disabled_at": pd.NaT}, "正常"),
    ],
)
def test_how_an_account_stands(change: dict[str, Any], words: str) -> None:
    assert admin.account_state(an_account(**change)) == words


def test_accounts_are_for_reading_only_and_a_name_is_no_markup() -> None:
    rights = {"may_export": "导出", "may_see_names": "看姓名"}
    rows = pd.DataFrame([an_account(), an_account(role="new", may_export=False)])
    made = admin.account_table(rows, {"149981": "云屏县"}, {"leader": "县领导"}, rights)
    assert made.may_leave is False
    assert [line[2:6] for line in made.texts()] == [["县领导", "云屏县", "正常", "导出"], ["new", "云屏县", "正常", "无"]]
    assert "林&lt;b&gt;" in str(WRITER.render(made))


@pytest.mark.parametrize(("minutes", "words"), [(40, "40 分钟"), (119, "2 小时"), (71 * 60, "71 小时"), (120 * 60, "5 天"), (-5, "0 分钟")])
def test_how_old_the_newest_entry_is(minutes: int, words: str) -> None:
    facts = pd.DataFrame([{"table_name": "person", "rows": 1, "newest": NOW - timedelta(minutes=minutes)}])
    assert admin.database_table(facts, {"person": "人员"}, NOW).texts()[0][-1] == words


def test_a_load_with_refused_rows_can_be_looked_into() -> None:
    log = pd.DataFrame([{"id": 3, "kind": "night_stay", "file_name": "10月.xlsx", "rows_refused": 2}, {"id": 2, "rows_refused": 0}])
    assert admin.loads_with_refused(log, {"night_stay": "住夜"}) == {3: "3 · 住夜 · 10月.xlsx · 退回 2 行"}


CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (CHROME, "Windows · Chrome"),
        (CHROME + " Edg/130.0", "Windows · Edge"),
        (CHROME + " QIHU 360SE", "Windows · 360浏览器"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0", "安卓 · 微信"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "iPhone · Safari"),
        ("curl/8", "不明"),
        ("", "不明"),
    ],
)
def test_what_a_reader_sits_at(said: str, words: str) -> None:
    assert admin.device_words(said) == words


def test_a_browser_that_calls_itself_markup_is_none() -> None:
    row = {"token_digest": "d", "username": "lin", "display_name": "林", "started_at": NOW, "seen_at": NOW, "address": "", "device": "<b>x"}
    assert "<b>x" not in str(WRITER.render(admin.session_table(pd.DataFrame([row]))))


def test_what_was_looked_for_stands_in_the_title() -> None:
    day = NOW.date()
    assert admin.search_words(day, day, None, None, "") == "2026-11-03"
    assert admin.search_words(day, day, "lin", "登录", "10.1") == "2026-11-03,账号 lin,动作 登录,含“10.1”"


# --- the wall ---------------------------------------------------------------------------------------------------------


def test_the_walls_panels_take_turns() -> None:
    turn = wall.panels(Cards(()), [], [])
    assert turn == [(Cards(()),)]
    turn = [("first",), ("second",)]
    shown = [wall.at_moment("县域治理", turn, NOW + timedelta(seconds=20 * step), NOW, is_away=False).parts for step in range(3)]
    assert shown in ([("first",), ("second",), ("first",)], [("second",), ("first",), ("second",)])


def test_an_odd_leaderboard_stands_alone() -> None:
    boards: list[Any] = ["a", "b", "c"]
    assert wall.panels(Cards(()), [], boards)[1:] == [(Pair("a", "b"),), (Pair("c", None),)]


@pytest.mark.parametrize(
    ("good_at", "is_away", "age"),
    [
        (NOW, False, "截至 11月3日 09:00 · 实时 · 现在 09:00"),
        (NOW, True, "数据库连接中断,以下为 11月3日 09:00 的数据 · 现在 09:00"),
        (None, True, "数据库连接中断,以下为 较早 的数据 · 现在 09:00"),
    ],
)
def test_the_wall_says_how_old_it_is(good_at: datetime | None, is_away: bool, age: str) -> None:
    shown = wall.at_moment("<i>", [()], NOW, good_at, is_away=is_away)
    html = str(WRITER.render(shown))
    assert shown.age == age
    assert f'class="age {"low" if is_away else "quiet"}"' in html
    assert "<h1>&lt;i&gt;</h1>" in html


# --- 口径 --------------------------------------------------------------------------------------------------------------

ENTRIES: list[Indicator] = list(REGISTRY.values())
EDITION = rulebook().editions[0]


def test_definitions_are_found_by_any_of_their_words() -> None:
    assert sum(len(found) for found in definitions_found(ENTRIES, "", EDITION).values()) == len(ENTRIES)
    assert list(definitions_found(ENTRIES, "", EDITION, "duty")) == [Module.DUTY]
    assert {each.id for found in definitions_found(ENTRIES, "QUALITY.BULK", EDITION).values() for each in found} == {"quality.bulk"}
    assert definitions_found(ENTRIES, "没有这样的字", EDITION) == {}


def test_a_definition_is_summed_up_in_a_line() -> None:
    assert definition_summary(REGISTRY["quality.two_places"], EDITION) == "时空冲突 · 目标 0 · 计数 · 县、乡镇、个人"
