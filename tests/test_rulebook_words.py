"""No sentence holds a number of the rulebook: an edition with other numbers says other numbers, everywhere."""

from __future__ import annotations

import re
from dataclasses import astuple
from datetime import datetime
from typing import Any

import pytest

from data_access.calendar import calendar_days
from metrics.definition import Indicator
from metrics.petition_case import case_clocks
from metrics.registry import REGISTRY
from metrics.rulebook import RULEBOOK_FILE, Edition, parse_rulebook, rulebook
from metrics.workdays import Workdays

FIRST = rulebook().editions[0]
EVERY_ENTRY = pytest.mark.parametrize("entry", REGISTRY.values(), ids=list(REGISTRY))
NUMBER = re.compile(r"\d+(?:\.\d+)?")
PLACE = re.compile(r"\{([^{}]*)\}")
NOT_OF_THE_RULEBOOK = {
    "nights.study_weeks": ["≥1场"],  # held at all
    "nights.talk_weeks": ["≥1场"],
    "nights.lecturers": ["1月1日"],
    "captains.training": ["1月1日"],
    "petitions.days": ["90分位"],
    "petitions.returned": ["至少1次"],
    "quality.same_text": ["2×"],
    "quality.perfect": ["100%"],
    "duty.load_ratio": ["中位数为0"],
}
"""Numbers that no edition can change: they say what is counted at all, or come from the calendar or from arithmetic."""


def other_numbers() -> Edition:
    """An edition in which every number of every table is another: 1001, 1002, … for whole numbers, 0.1011, 0.1021, … for shares."""
    text, count = RULEBOOK_FILE.read_text(encoding="utf-8") + '\n[[edition]]\nversion = "other"\nvalid_from = 2099-01-01\n', 1000
    for table, numbers in rulebook().editions[-1].tables.items():
        text += f"[edition.{table}]\n"
        for name, value in numbers.items():
            count += 1
            text += f'"{name}" = {f"0.{count}1" if isinstance(value, float) else count}\n'
    return parse_rulebook(text).editions[-1]


OTHER = other_numbers()


def templates(entry: Indicator) -> str:
    return "\n".join((entry.why, entry.numerator, entry.denominator, entry.notes))


def filled(entry: Indicator, edition: Edition) -> str:
    return "\n".join(astuple(entry.texts(edition)))


def test_the_other_edition_shares_no_number_with_the_first() -> None:
    for table, numbers in FIRST.tables.items():
        for name, value in numbers.items():
            assert OTHER.tables[table][name] != value, f"{table}.{name}"


@EVERY_ENTRY
def test_every_place_is_filled_in_every_edition(entry: Indicator) -> None:
    for edition in (*rulebook().editions, OTHER):
        assert not re.search(r"[{}]", filled(entry, edition)), f"{entry.id} in {edition.version}"


@EVERY_ENTRY
def test_a_number_in_a_sentence_is_the_editions_or_none_of_the_rulebooks(entry: Indicator) -> None:
    text = PLACE.sub("", templates(entry))
    for allowed in NOT_OF_THE_RULEBOOK.get(entry.id, []):
        assert allowed in text, f"{entry.id} no longer says {allowed}"
        text = text.replace(allowed, "")
    assert NUMBER.findall(text) == [], f"{entry.id} says a number that should be a place of the rulebook"
    spelt = re.findall(r"[二两三四五六七八九十]+(?:个工作日|小时|分钟|[天日户次星成])", text)
    assert spelt == [], f"{entry.id} spells a number that should be a place of the rulebook"


@EVERY_ENTRY
def test_another_edition_says_its_own_numbers(entry: Indicator) -> None:
    places = [place.split(":")[0].split(".") for place in PLACE.findall(templates(entry))]
    now, then = filled(entry, FIRST), filled(entry, OTHER)
    assert (now != then) == bool(places)
    for table, name in places:
        assert f"{FIRST.number(table, name):g}" in NUMBER.findall(now)
        assert f"{OTHER.number(table, name):g}" in NUMBER.findall(then)


TODAY = [
    (
        "petitions.closed_on_time",
        "notes",
        "时限:延期至,否则交办时限,否则点单后第3/7/15个工作日(小/大/难事)结束;信访件第60日结束。撤回、转送、不予受理的不计,另列。",
    ),
    ("petitions.overdue", "numerator", "截至时刻在办且已过时限的件数"),
    ("petitions.response", "numerator", "派单后24小时内联系到群众的件数"),
    ("petitions.dispatch_on_time", "numerator", "在点单后1个工作日内派单的件数"),
    ("petitions.backlog", "why", "拖过90天的,要有领导包"),
    ("petitions.notified", "denominator", "本期收到、且第15日已过的信访件"),
    ("quality.in_time", "numerator", "事发当日结束后72小时内录入的记录条数"),
    ("quality.bulk", "numerator", "同一人5分钟内连续录入≥10条所涉及的走访条数"),
    ("quality.same_text", "numerator", "与本人本期另一条备注相似度大于0.9的备注条数"),
    ("quality.perfect", "numerator", "恰为100%且分母≥30的指标数(住夜、三夜、接待、诉求、三长、满意度各项比率)"),
    ("captains.cell_size", "numerator", "5至15户的邻数"),
    ("captains.meetings", "notes", "按月查看时不含恳谈会;例会按至少3个工作日的整周计。"),
    ("duty.night_compliance", "numerator", "正职≥1、班子≥2(第二名正职可计一名)、职工≥在岗职工20%(向上取整)三项同时满足的工作日夜数"),
    ("duty.chief_nights", "numerator", "住满应住夜数的正职月数(按人:工作日住夜数)"),
    (
        "duty.chief_nights",
        "notes",
        "在岗满20个工作日的月份应住10夜,不足的按比例折算、向上取整;请假、借调、培训的工作日不计;季、年只计已结束的月份。",
    ),
    ("nights.study_weeks", "notes", "一周开多场只计一周;国庆、春节等工作日不足3天的周不计。"),
    ("nights.follow_up", "denominator", "本期化解且至截至时刻已满30天的夜访诉求件数"),
    ("satisfaction.rated", "numerator", "4星及以上的评单数"),
]


@pytest.mark.parametrize(("indicator_id", "field", "said"), TODAY, ids=[f"{case[0]}-{case[1]}" for case in TODAY])
def test_the_first_edition_says_what_was_agreed(indicator_id: str, field: str, said: str) -> None:
    assert getattr(REGISTRY[indicator_id].texts(FIRST), field) == said


def test_a_place_the_rulebook_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="chefs"):
        FIRST.filled("正职≥{duty.chefs}")
    with pytest.raises(KeyError, match="dooty"):
        FIRST.filled("正职≥{dooty.chiefs}")


def test_a_share_can_be_written_as_percent() -> None:
    assert FIRST.filled("测评户数达本邻{selection.least_surveyed_share:.0%}") == "测评户数达本邻50%"


def test_a_cases_clocks_say_the_numbers_of_the_edition() -> None:
    case: dict[str, Any] = {
        "opened_at": datetime(2026, 10, 8, 9),
        "dispatched_at": datetime(2026, 10, 8, 10),
        "size": "hard",
        "is_xinfang": False,
        **dict.fromkeys(("accepted_at", "contacted_at", "notified_at", "ended_at", "extended_to", "due_at", "due_instant", "outcome")),
        "due_day": datetime(2026, 10, 29).date(),
    }
    workdays = Workdays({row["day"]: bool(row["is_workday"]) for row in calendar_days(2026, 2026)})
    few = parse_rulebook(
        RULEBOOK_FILE.read_text(encoding="utf-8") + '\n[[edition]]\nversion = "few"\nvalid_from = 2099-01-01\n[edition.petitions]\n'
        "dispatch_workdays = 2\naccept_workdays = 4\nresponse_hours = 36\nhard_workdays = 21\nnotify_days = 11\nxinfang_days = 45\n"
    ).editions[-1]

    def words(edition: Edition, **changes: Any) -> list[str]:
        return [clock.how for clock in case_clocks({**case, **changes}, workdays, edition, datetime(2026, 10, 9))]

    assert words(FIRST) == ["点单后 1 个工作日内", "派单后 1 个工作日内", "派单后 24 小时内", "点单后 15 个工作日内"]
    assert words(few) == ["点单后 2 个工作日内", "派单后 4 个工作日内", "派单后 36 小时内", "点单后 21 个工作日内"]
    assert words(FIRST, is_xinfang=True)[-2:] == ["信访件,15 日内书面告知", "信访件,60 日内"]
    assert words(few, is_xinfang=True)[-2:] == ["信访件,11 日内书面告知", "信访件,45 日内"]
