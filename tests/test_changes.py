"""与昨日相比: the board asked twice, a day apart, and what differs by row."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Connection

from data_access.scope import Scope
from metrics.period import Period
from metrics.vocabulary import Module
from reports.changes import DAY
from reports.source import DatabaseSource, changes_between
from reports.views import changes
from reports.views.changes import DUE, ENDED, FELL, OVERDUE, RECOVERED, TITLES
from tests.builders import TOWNSHIP, VILLAGE, a_county, a_leave, a_person, a_petition, a_stay, an_appointment, an_area, nights

SEEN = Scope(area="149981", may_see_names=True)


def told(connection: Connection, at: str, scope: Scope = SEEN, module: Module | None = None, **more: bool) -> dict[str, list[str]]:
    """Group by group its lines as they are read at a moment, against the same a day before."""
    moment = datetime.fromisoformat(at)
    now, then = (DatabaseSource(connection, scope, at=each) for each in (moment, moment - DAY))
    found = changes_between(now, then, connection, module, more.pop("period", None))  # type: ignore[arg-type]
    return {each.title: [f"{line.name} {line.words}" for line in each.lines] for each in changes.groups(found, **more)}


@pytest.fixture
def county(connection: Connection) -> Connection:
    a_county(connection)
    return connection


@pytest.mark.parametrize(
    ("at", "group"),
    [
        ("2026-10-13T23:59", TITLES[DUE]),  # its deadline is the end of Tuesday
        ("2026-10-14T00:00", TITLES[OVERDUE]),
        ("2026-10-14T23:59", TITLES[OVERDUE]),
        ("2026-10-15T00:01", None),  # it was overdue a day before as well
    ],
)
def test_a_case_is_newly_overdue_from_its_deadline_on_for_a_day(county: Connection, at: str, group: str | None) -> None:
    a_petition(county, "2026-10-12 09:00", due="2026-10-13 23:59:59", number="N1")
    found = {title: lines for title, lines in told(county, at).items() if title in TITLES.values()}
    assert list(found) == ([group] if group else [])


@pytest.mark.parametrize(
    ("at", "is_told"), [("2026-10-14T09:59", False), ("2026-10-14T10:00", True), ("2026-10-15T09:59", True), ("2026-10-15T10:01", False)]
)
def test_a_closed_case_is_told_for_a_day_with_its_outcome(county: Connection, at: str, is_told: bool) -> None:
    a_petition(county, "2026-10-12 09:00", ended="2026-10-14 10:00:00", outcome="withdrawn")
    found = told(county, at).get(TITLES[ENDED], [])
    assert bool(found) is is_told
    assert all("撤回" in line for line in found)


def test_a_case_that_was_overdue_and_is_closed_is_no_new_overdue_one(county: Connection) -> None:
    a_petition(county, "2026-10-08 09:00", due="2026-10-12 12:00", ended="2026-10-14 08:00")
    assert list(told(county, "2026-10-14T09:00")) == [TITLES[ENDED]]


def test_accusations_are_never_told(county: Connection) -> None:
    a_petition(county, "2026-10-12 09:00", due="2026-10-13 12:00", restricted=True)
    a_petition(county, "2026-10-12 09:00", due="2026-10-13 12:00", category="检举控告类")
    a_petition(county, "2026-10-12 09:00", ended="2026-10-13 20:00", restricted=True)
    assert told(county, "2026-10-14T09:00", Scope(area="", may_see_names=True, may_see_restricted=True)) == {}


def test_another_countys_cases_are_nobodys_here(county: Connection) -> None:
    a_petition(county, "2026-10-12 09:00", due="2026-10-13 12:00")
    assert told(county, "2026-10-14T09:00", Scope(area="149982")) == {}


def test_who_handles_a_case_stands_beside_it_unless_nobody_is_named(county: Connection) -> None:
    handler = an_appointment(county, "village_chief", VILLAGE, person=a_person(county, "王强"))
    a_petition(county, "2026-10-12 09:00", due="2026-10-13 12:00", number="N9", level="village", handler_id=handler)
    assert told(county, "2026-10-14T09:00")[TITLES[OVERDUE]] == ["泥河镇 环境卫生,10月13日到期 · 村民情会 王强"]
    assert told(county, "2026-10-14T09:00", Scope(area="149981"))[TITLES[OVERDUE]] == ["泥河镇 环境卫生,10月13日到期 · 村民情会 王*"]
    assert told(county, "2026-10-14T09:00", named=False)[TITLES[OVERDUE]] == ["泥河镇 环境卫生,10月13日到期 · N9"]


def test_a_night_that_falls_short_is_told_when_it_is_over_and_the_next_good_one_as_recovery(county: Connection) -> None:
    people = [an_appointment(county, role) for role in ("township_chief", "township_leader", "township_leader")]
    for night in ("2026-10-12", "2026-10-14"):  # Monday and Wednesday; on Tuesday the chief is missing
        for person in people:
            a_stay(county, person, night)
    for person in people[1:]:
        a_stay(county, person, "2026-10-13")
    asked = {"module": Module.DUTY}
    assert told(county, "2026-10-14T07:59", **asked) == {}
    assert told(county, "2026-10-14T08:00", **asked)[TITLES[FELL]][0] == "泥河镇 10月13日夜缺正职"
    assert told(county, "2026-10-15T08:10", **asked)[TITLES[RECOVERED]][0] == "泥河镇 10月14日夜达标"


def test_a_weekend_has_no_night_to_compare(county: Connection) -> None:
    chief = an_appointment(county, "township_chief")
    a_stay(county, chief, "2026-10-15")
    a_stay(county, chief, "2026-10-16")
    a_leave(county, chief, "2026-10-20", None)
    assert told(county, "2026-10-18T09:00", module=Module.DUTY) == {}


def test_a_unit_falls_below_its_target_when_its_verdict_turns(county: Connection) -> None:
    """Twenty cases in time and one that is not: 95.2%. The second late one makes it 90.9%."""
    for number in range(20):
        a_petition(county, "2026-10-08 09:00", due="2026-10-09 18:00", ended="2026-10-09 10:00", number=f"A{number}")
    a_petition(county, "2026-10-08 09:00", due="2026-10-09 18:00", ended="2026-10-10 10:00")
    a_petition(county, "2026-10-12 09:00", due="2026-10-13 12:00")
    assert told(county, "2026-10-14T09:00")[TITLES[FELL]] == ["泥河镇 按期办结率 90.9% (20/22),此前 95.2%"]


def test_the_first_of_a_month_still_compares_the_month_before(county: Connection) -> None:
    for number in range(20):
        a_petition(county, "2026-09-24 09:00", due="2026-09-29 18:00", ended="2026-09-28 10:00", number=f"A{number}")
    for due in ("2026-09-30 12:00", "2026-09-30 13:00"):
        a_petition(county, "2026-09-24 09:00", due=due)
    assert TITLES[FELL] in told(county, "2026-10-01T08:10")
    assert TITLES[FELL] not in told(county, "2026-10-01T08:10", period=Period.parse("2026-10"))  # type: ignore[arg-type]


def test_a_township_hears_of_its_villages(county: Connection) -> None:
    other = an_area(county, f"{TOWNSHIP}202", "village", "河西村")
    chief = an_appointment(county, "village_chief", other)
    others = [an_appointment(county, "village_committee", other) for _ in range(2)]
    for night in nights("2026-10-12", "2026-10-13"):
        for person in [chief, *others] if night.day == 12 else others:
            a_stay(county, person, night, other)
    found = told(county, "2026-10-14T08:10", Scope(area=TOWNSHIP), Module.DUTY)
    assert found[TITLES[FELL]][0] == "河西村 10月13日夜缺主干"


def test_where_nothing_changed_one_quiet_line_says_so(county: Connection) -> None:
    moment = datetime(2026, 10, 14, 9)
    now, then = (DatabaseSource(county, SEEN, at=each) for each in (moment, moment - DAY))
    (line,) = changes.parts(changes_between(now, then, county))
    assert (line.words, line.shade) == ("与昨日 09:00 相比没有变化", "quiet")  # type: ignore[union-attr]


def test_a_long_group_says_how_many_there_are_and_where(county: Connection) -> None:
    for hour in range(8):
        a_petition(county, "2026-10-12 09:00", due=f"2026-10-13 1{hour}:00")
    moment = datetime(2026, 10, 14, 9)
    now, then = (DatabaseSource(county, SEEN, at=each) for each in (moment, moment - DAY))
    (group,) = changes.groups(changes_between(now, then, county))
    assert (group.count, len(group.lines)) == ("8 件", changes.MOST_LINES)
    assert group.below[0].words == "另有 3 件,见清单 →"  # type: ignore[union-attr]
