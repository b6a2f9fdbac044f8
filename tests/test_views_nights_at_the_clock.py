"""住夜 as it is read at the clock: 今晚 is called 昨晚 after midnight, and counts when it is over."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from metrics.definition import Question
from metrics.duty import duty_night
from metrics.period import Period
from metrics.person_months import months_of, why_not_counted
from metrics.rulebook import rulebook
from metrics.vocabulary import Level, Status
from metrics.workdays import Workdays
from reports.views import duty
from reports.views.duty import Night, night_map, night_map_table

NOVEMBER, WEDNESDAY = Period.parse("2026-11"), date(2026, 11, 25)
FLAGS = ("has_chief", "has_leaders", "has_staff", "compliant")


def asked_at(moment: str) -> Question:
    at = datetime.fromisoformat(moment)
    return Question(Level.TOWNSHIP, NOVEMBER, at.date(), Workdays({}), rulebook().on(at.date()), at)


def rolls(*nights: str, empty: bool = False) -> pd.DataFrame:
    """泥河镇 without a chief on each of the nights, or with nothing recorded."""
    lacking = {**dict.fromkeys(FLAGS, False), "leaders_needed": 2, "leaders_counted": 0, "staff_needed": 1, "staff": 0, "unreported": True}
    short = {**dict.fromkeys(FLAGS, True), "has_chief": False, "compliant": False, "unreported": False, "staff": 3}
    row = {"code": "149981101", "name": "泥河镇", **(lacking if empty else short)}
    return pd.DataFrame([{**row, "night": date.fromisoformat(night)} for night in nights])


def night(moment: str, *, empty: bool = False) -> Night:
    asked = asked_at(moment)
    day = duty_night(asked)
    assert day is not None
    return Night(day, asked, rolls(str(day), empty=empty))


CLOCK = [
    # moment, what it is called, what is lacking where nothing is recorded
    ("2026-11-25T18:00", "今晚", "还没有记录"),
    ("2026-11-25T23:59", "今晚", "还没有记录"),
    ("2026-11-26T00:01", "昨晚(11月25日 周三)", "还没有记录"),
    ("2026-11-26T07:59", "昨晚(11月25日 周三)", "还没有记录"),
    ("2026-11-26T08:00", "11月25日(周三)夜", "未填报"),
    ("2026-11-26T17:59", "11月25日(周三)夜", "未填报"),
]


@pytest.mark.parametrize(("moment", "label", "lacking"), CLOCK, ids=[case[0] for case in CLOCK])
def test_a_night_is_called_what_it_is_and_is_not_left_unreported_before_it_is_over(moment: str, label: str, lacking: str) -> None:
    found = night(moment, empty=True)
    assert found.day == WEDNESDAY
    assert found.sentence == f"{label}泥河镇{lacking}"
    assert str(found.verdict(found.townships.iloc[0])) == lacking
    assert [line.words for line in duty.tonight_groups(found)[0].lines] == [lacking]
    assert night(moment).sentence == f"{label}泥河镇缺正职", "who is there is said at any hour"


def test_before_the_evening_tonight_is_still_to_come() -> None:
    asked = asked_at("2026-11-25T17:59")
    tonight = Night(WEDNESDAY, asked, rolls("2026-11-25", empty=True))
    assert (tonight.is_still_to_come, str(tonight.verdict(tonight.townships.iloc[0]))) == (True, "还没到")
    assert tonight.verdict(tonight.townships.iloc[0]).status is Status.NONE


@pytest.mark.parametrize(
    ("moment", "square", "counted"),
    [
        ("2026-11-25T17:59", "今晚,还没到", 2),
        ("2026-11-25T21:00", "今晚,还没过完,不计入", 2),
        ("2026-11-26T07:59", "昨晚,还没过完,不计入", 2),
        ("2026-11-26T08:00", "未填报", 3),
    ],
)
def test_the_month_counts_the_nights_that_are_over_and_names_the_one_that_goes_on(moment: str, square: str, counted: int) -> None:
    asked, known = asked_at(moment), rolls("2026-11-23", "2026-11-24", "2026-11-25", empty=True)
    found = night_map([("149981101", "泥河镇")], known, NOVEMBER, asked, lambda code, day: None)
    assert found.lines[0].squares[24].state.words == square
    assert duty.month_title(NOVEMBER, known, asked) == f"2026年11月 {counted} 个乡镇夜中 0 个达标,0 个未达标,{counted} 个未填报"
    assert night_map_table(found, "").frame["due"].tolist() == [counted]


def test_a_persons_nights_and_what_they_owe_are_of_nights_that_are_over() -> None:
    since = date(2026, 1, 1)
    posts = pd.DataFrame([{"role": "township_chief", "code": "149981101", "valid_from": since, "valid_to": None}])
    leave = pd.DataFrame({"kind": [], "first_day": [], "last_day": []})
    days = pd.DataFrame([{"kind": "stay", "code": "149981101", "day": WEDNESDAY, "records": 1}])
    before, after = (months_of(posts, leave, days, asked_at(moment), 1)[0] for moment in ("2026-11-26T07:59", "2026-11-26T08:00"))
    assert (before.workdays, before.nights) == (17, 0)
    assert (after.workdays, after.nights) == (18, 1)
    assert why_not_counted("149981101", WEDNESDAY, posts, leave, asked_at("2026-11-26T07:59")) == "这一夜还没过完"
    assert why_not_counted("149981101", WEDNESDAY, posts, leave, asked_at("2026-11-26T08:00")) == ""
