"""What the clock may change, and what only data may: every indicator at 23:59, 00:01, 07:59, 08:01, 17:59 and 21:00."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from data_access.fact import Cut
from data_access.facts import FACTS
from data_access.window import Window
from metrics.definition import Question, Span
from metrics.duty import duty_night
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY, indicator
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from metrics.workdays import Workdays
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource
from tests import petition_oracle as oracle
from tests.builders import (
    CELL,
    EVERYTHING,
    PATCH,
    TOWNSHIP,
    VILLAGE,
    a_calendar,
    a_captain_visit,
    a_county,
    a_household,
    a_meeting,
    a_night_visit,
    a_petition,
    a_rating,
    a_session,
    a_slot,
    a_stay,
    a_training,
    an_appointment,
    an_event,
    figure,
    kn,
)
from tests.petition_worlds import a_world as a_world_of_petitions
from tests.petition_worlds import countable, random_petitions, unit_of, written
from tests.random_worlds import a_world, stored

DAYS = {
    "a working day": date(2026, 11, 25),
    "a holiday": date(2026, 10, 2),
    "a 调休 Saturday": date(2026, 10, 10),
    "the last night of a month": date(2026, 11, 30),
    "the last night of a year": date(2026, 12, 31),
}
ON_POSTGRESQL = "the last night of a year"
"""A working day with which a month, a quarter and a year end: on it everything happens that a clock can do. What a moment is, is Python's
to say, and each statement is asked of both databases where it is tested: on PostgreSQL the other days are repetitions of this one."""


def on_both(days: list[Any], quick: Any) -> list[Any]:
    """Each day on SQLite; on PostgreSQL ``quick`` with the quick tests and the others with the slow ones."""
    found = []
    for name in ("sqlite", "postgresql"):
        for each in days:
            again = name == "postgresql" and each.id != quick
            found.append(pytest.param(name, *each.values, id=f"{name}-{each.id}", marks=[pytest.mark.slow] if again else each.marks))
    return found


every_day = pytest.mark.parametrize(
    ("migrated", "day"), on_both([pytest.param(day, id=name) for name, day in DAYS.items()], ON_POSTGRESQL), indirect=["migrated"]
)
Row = tuple[Any, ...]


def clock(day: date, hour: str) -> datetime:
    """23:59 is the day's own; the other hours are of the morning, and the evening, after it."""
    return datetime.combine(day if hour == "23:59" else day + timedelta(days=1), time.fromisoformat(hour))


def level_of(indicator_id: str) -> Level:
    levels = REGISTRY[indicator_id].levels
    return Level.TOWNSHIP if Level.TOWNSHIP in levels else levels[0]


def figures(connection: Connection, period: Period, as_of: date, at: datetime | None = None) -> dict[str, dict[str, Row]]:
    """Every indicator at one level: id → code → k, n, value, rank, status."""
    source, found = DatabaseSource(connection, EVERYTHING, at=at), {}
    for entry in REGISTRY.values():
        frame = source.frame(entry, level_of(entry.id), period, as_of)  # made once: 满分异常 is made of the others
        rows = frame.astype(object).where(frame.notna(), None)[["code", "k", "n", "value", "rank", "status"]].to_dict("records")
        found[entry.id] = {row.pop("code"): tuple(row.values()) for row in rows}
    return found


def at(connection: Connection, period: Period, moment: datetime) -> dict[str, dict[str, Row]]:
    return figures(connection, period, moment.date(), moment)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


# --- with no new data -----------------------------------------------------------------------------------------------


def a_small_county(connection: Connection, day: date) -> None:
    """Rows of every kind, the last ones of ``day`` itself, and no case whose clock ends within the next two days."""
    a_county(connection)
    a_calendar(connection, 2027, 2027)
    ago = lambda days, hour="09:00": f"{day - timedelta(days=days)} {hour}"  # noqa: E731
    on = lambda days: str(day - timedelta(days=days))  # noqa: E731
    chief, *team = (
        an_appointment(connection, role) for role in ("township_chief", "township_leader", "township_leader", *["township_staff"] * 3)
    )
    villagers = [an_appointment(connection, role, VILLAGE) for role in ("village_chief", "village_committee", "village_committee")]
    captain = an_appointment(connection, "cell_captain", CELL, certificate_on=date(2026, 1, 5))
    an_appointment(connection, "patch_captain", PATCH)
    for back in (0, 1, 2, 5):
        for person in (chief, *team[:4]):
            a_stay(connection, person, day - timedelta(days=back), note="值守", recorded_at=datetime.fromisoformat(ago(back, "21:27")))
        for person in villagers:
            a_stay(connection, person, day - timedelta(days=back), VILLAGE)
            a_night_visit(connection, person, day - timedelta(days=back), note=f"走访第{back}户", people=2)
    a_session(connection, "study", on(3), lecturers=(chief,), measures=2, measures_done=1)
    a_session(connection, "review", on(20))
    a_slot(connection, on(3), chief, place="desk")
    home = a_household(connection, "key")
    a_household(connection)
    a_captain_visit(connection, captain, home, on(4))
    a_meeting(connection, "weekly", on(4), PATCH)
    a_training(connection, captain, on(30))
    for channel in ("night_visit", "reception", "wechat"):
        told = {"channel": channel, "is_dispute": True, "is_xinfang": channel == "wechat", "area": VILLAGE, "size": "small"}
        case = a_petition(
            connection, ago(70), dispatched=ago(70, "10:00"), contacted=ago(70, "12:00"), ended=ago(50), closed=ago(49), **told
        )
        a_rating(connection, case, ago(49, "10:00"), 5)
        a_rating(connection, case, ago(48, "10:00"), 3, independent=True)
        a_petition(connection, ago(70), dispatched=ago(70, "10:00"), **told)


OF_A_NIGHT = ("duty.night_compliance", "duty.chief_cover", "duty.leader_cover", "duty.village_compliance", "duty.unreported")


def grows(figures: dict[str, dict[str, Row]]) -> dict[str, dict[str, Row]]:
    """Without 数据滞后, which says how long ago the last record was."""
    return {name: rows for name, rows in figures.items() if name != "quality.stale"}


@every_day
@pytest.mark.parametrize("kind", [PeriodKind.MONTH, pytest.param(PeriodKind.YEAR, marks=pytest.mark.slow)])
def test_with_no_new_data_the_clock_changes_only_what_ends_then(connection: Connection, day: date, kind: PeriodKind) -> None:
    a_small_county(connection, day)
    period = Period.holding(kind, day)
    hours = ("23:59", "00:01", "07:59", "08:01", "17:59", "21:00")
    seen = {hour: grows(at(connection, period, clock(day, hour))) for hour in hours}
    works, month_ends = DatabaseSource(connection, EVERYTHING).workdays().is_workday(day), (day + timedelta(days=1)).day == 1
    desks = {"reception.desk_days"} if works else set()
    months = set()
    if month_ends:  # a month or quarter is over: it counts in a year, and alone is no progress any more
        months = {"captains.key_visits", "captains.meetings"} | ({"captains.ordinary_visits"} if day.month == 12 else set())
        months |= {"nights.reviews"} if day.month == 12 else set()
    # At midnight the day's desk is over, and the month it ends; nothing else.
    assert changed(seen["23:59"], seen["00:01"]) == desks | months
    assert changed(seen["00:01"], seen["07:59"]) == set()
    # In the morning exactly one night more counts, where the day was a working day.
    more = changed(seen["07:59"], seen["08:01"])
    assert {name for name in more if not name.startswith("duty.")} == set()
    assert set(OF_A_NIGHT) <= more if works else more == set()
    for name in OF_A_NIGHT:
        before, after = (seen[hour][name][TOWNSHIP] for hour in ("07:59", "08:01"))
        assert after[1] - before[1] == works, name
        assert after[0] - before[0] == (works and name != "duty.unreported"), name
    assert changed(seen["08:01"], seen["17:59"]) == set()
    assert changed(seen["17:59"], seen["21:00"]) == set()


def test_hours_of_silence_grow_with_the_clock_alone(connection: Connection) -> None:
    a_county(connection)
    a_petition(connection, "2026-11-25 09:00", recorded_at=datetime(2026, 11, 25, 21, 27))
    hours = {moment: figure(connection, "quality.stale", "township", "2026-11", f"2026-11-{moment}")[TOWNSHIP]["value"] for moment in (
        "25T21:27", "25T23:57", "26T00:03")}  # fmt: skip
    assert hours == {"25T21:27": 0.0, "25T23:57": 2.5, "26T00:03": 2.6}
    assert figure(connection, "quality.stale", "township", "2026-11", "2026-11-25")[TOWNSHIP]["value"] == pytest.approx(2.55)


# --- the same, said another way: each family is some day once over --------------------------------------------------


def night_over(moment: datetime) -> date:
    """The last night whose next day has struck eight."""
    night = moment.date()
    while datetime.combine(night + timedelta(days=1), time(8)) > moment:
        night -= timedelta(days=1)
    return night


def day_over(moment: datetime) -> date:
    """The last day whose midnight has struck."""
    day = moment.date()
    while datetime.combine(day + timedelta(days=1), time()) > moment:
        day -= timedelta(days=1)
    return day


NIGHTS = {name for name in REGISTRY if name.startswith("duty.")}
ENDING_WITH_DAYS = {
    "nights.study_weeks",
    "nights.talk_weeks",
    "nights.township_visits",
    "nights.village_visits",
    "reception.leader_weeks",
    "reception.kept",
    "reception.desk_days",
}
PROGRESS = {"nights.reviews", "captains.key_visits", "captains.ordinary_visits", "captains.meetings"}
"""Whole months and quarters; one that runs alone is progress, up to now."""
DATED_BY_DAYS = {
    "nights.measures_done",
    "nights.lecturers",
    *(name for name in REGISTRY if name.startswith("captains.") and name not in PROGRESS),
    "quality.bulk",
    "quality.same_text",
    "quality.two_places",
    "quality.spot_true",
}
SLOTS_LATER = {"quality.in_time", "quality.backfilled"}
BY_INSTANT = {
    *(name for name in REGISTRY if name.startswith(("petitions.", "satisfaction."))),
    "nights.on_the_spot",
    "nights.follow_up",
    "reception.resolved",
    "quality.stale",
}
OF_OTHERS = {"quality.perfect"}
TOTALS_BY_INSTANT = ("night_disputes", "matters_received")
"""Facts of 成效 and 减负账, which no indicator asks for, that compare timestamps."""


def test_every_indicator_is_of_one_family() -> None:
    families = (NIGHTS, ENDING_WITH_DAYS, PROGRESS, DATED_BY_DAYS, SLOTS_LATER, BY_INSTANT, OF_OTHERS)
    assert sorted(name for family in families for name in family) == sorted(REGISTRY)


def test_a_fact_whose_indicators_know_no_times_of_the_day_is_not_asked_anew() -> None:
    named = {need: entry.id for entry in REGISTRY.values() for level in entry.levels for need in entry.needs_at(level)}
    for name, fact in FACTS.items():
        of = named.get(name, name)
        expected = Cut.INSTANT if of in (*BY_INSTANT, *TOTALS_BY_INSTANT) else Cut.DAY if of in SLOTS_LATER else Cut.NOT
        assert fact.cut is expected, name
        window = Window("township", date(2026, 11, 1), date(2026, 11, 25), date(2026, 11, 25))
        asked = [fact.asked(replace(window, until=datetime(2026, 11, 25, 9, minute))) for minute in (1, 2)]
        assert (asked[0] == asked[1]) == (expected is not Cut.INSTANT), name


RANDOM_DAYS = [
    *(pytest.param(day, id=str(day)) for day in (date(2026, 9, 30), date(2026, 10, 10))),  # the last of a month and quarter, 调休
    *(pytest.param(day, id=str(day), marks=pytest.mark.slow) for day in (date(2026, 10, 2), date(2026, 10, 14), date(2026, 10, 18))),
]


@pytest.mark.parametrize(("migrated", "day"), on_both(RANDOM_DAYS, "2026-09-30"), indirect=["migrated"])
@pytest.mark.parametrize("kind", [PeriodKind.MONTH, pytest.param(PeriodKind.QUARTER, marks=pytest.mark.slow)])
def test_a_moment_is_the_last_night_and_the_last_day_that_are_over(connection: Connection, day: date, kind: PeriodKind) -> None:
    stored(connection, a_world(11).rows)
    period, known = Period.holding(kind, day), dict[date, dict[str, dict[str, Row]]]()

    def as_of(last: date) -> dict[str, dict[str, Row]]:
        if last not in known:
            known[last] = figures(connection, period, last)
        return known[last]

    for hour in ("23:59", "00:01", "08:01"):
        moment = clock(day, hour)
        seen = at(connection, period, moment)
        for family, over in ((NIGHTS, night_over(moment)), (ENDING_WITH_DAYS, day_over(moment)), (DATED_BY_DAYS, moment.date())):
            assert {name: seen[name] for name in family} == {name: as_of(over)[name] for name in family}, hour
        alone = {"nights.reviews", "captains.ordinary_visits", *({"captains.key_visits"} if kind is PeriodKind.MONTH else ())}
        for name in PROGRESS - {"captains.meetings"}:  # in which weeks end with days while the quarter runs
            counted = as_of(moment.date() if name in alone else day_over(moment))[name]
            assert {code: row[:2] for code, row in seen[name].items()} == {code: row[:2] for code, row in counted.items()}, (name, hour)


def test_a_running_month_is_progress_until_its_last_midnight(connection: Connection) -> None:
    a_county(connection)
    a_household(connection, "key")
    status = lambda moment: figure(connection, "captains.key_visits", "township", "2026-11", moment)[TOWNSHIP]["status"]  # noqa: E731
    assert [status(moment) for moment in ("2026-11-30T23:59", "2026-12-01T00:00", "2026-11-30")] == ["running", "thin", "thin"]
    year = lambda moment: kn(figure(connection, "captains.key_visits", "township", "2026", moment))  # noqa: E731
    assert [year(moment) for moment in ("2026-11-30T23:59", "2026-12-01T00:00")] == [(0, 10), (0, 11)]


def test_a_chiefs_month_counts_in_the_quarter_when_its_last_night_is_over(connection: Connection) -> None:
    a_county(connection)
    an_appointment(connection, "township_chief")
    months = lambda moment: kn(figure(connection, "duty.chief_nights", "township", "2026-Q4", moment))  # noqa: E731
    assert [months(moment) for moment in ("2026-11-30T23:59", "2026-12-01T07:59", "2026-12-01T08:00")] == [(0, 1), (0, 1), (0, 2)]


def test_a_week_is_over_with_its_sunday(connection: Connection) -> None:
    a_county(connection)
    weeks = lambda moment: kn(figure(connection, "nights.study_weeks", "township", "2026-11", moment))[1]  # noqa: E731
    assert [weeks(moment) for moment in ("2026-11-22T23:59", "2026-11-23T00:00", "2026-11-22")] == [2, 3, 3]


# --- nights by name -------------------------------------------------------------------------------------------------


def asked_at(moment: str, period: str = "2026-11") -> Question:
    at, workdays = datetime.fromisoformat(moment), Workdays({date(2026, 11, 26): True, date(2026, 11, 27): False})
    return Question(Level.TOWNSHIP, Period.parse(period), at.date(), workdays, rulebook().on(at.date()), at)


@pytest.mark.parametrize(
    ("moment", "night", "last_over"),
    [
        ("2026-11-26T00:01", "2026-11-25", "2026-11-24"),
        ("2026-11-26T07:59", "2026-11-25", "2026-11-24"),
        ("2026-11-26T08:00", "2026-11-25", "2026-11-25"),
        ("2026-11-26T17:59", "2026-11-25", "2026-11-25"),
        ("2026-11-26T18:00", "2026-11-26", "2026-11-25"),
        ("2026-11-27T07:59", "2026-11-26", "2026-11-25"),
        ("2026-11-27T21:00", "2026-11-26", "2026-11-26"),  # a holiday here
    ],
)
def test_the_night_that_is_asked_about_and_the_last_one_that_is_over(moment: str, night: str, last_over: str) -> None:
    asked = asked_at(moment)
    assert (str(duty_night(asked)), str(asked.night_over)) == (night, last_over)


def test_a_question_is_asked_at_a_minute_of_its_own_day() -> None:
    with pytest.raises(ValueError, match="cannot be asked"):
        Question(
            Level.TOWNSHIP,
            Period.parse("2026-11"),
            date(2026, 11, 25),
            Workdays({}),
            rulebook().on(date(2026, 11, 25)),
            datetime(2026, 11, 26),
        )


def test_a_source_asks_of_its_own_day_at_its_minute_and_of_another_as_of_its_end(connection: Connection) -> None:
    a_county(connection)
    source = DatabaseSource(connection, EVERYTHING, at=datetime(2026, 11, 26, 0, 1))
    assert question(source, Level.COUNTY, Period.parse("2026-11"), date(2026, 11, 26)).at == source.at
    assert question(source, Level.COUNTY, Period.parse("2026-11"), date(2026, 11, 25)).at is None


def test_a_period_that_ended_is_looked_at_as_at_its_end_and_its_last_night_may_still_go_on(connection: Connection) -> None:
    for moment, nights in (("2026-12-01T07:59", "2026-11-29"), ("2026-12-01T08:00", "2026-11-30"), ("2026-12-09T12:00", "2026-11-30")):
        asked = asked_at(moment)
        assert str(asked.span(Span.NIGHTS)[1]) == nights
        assert str(asked.span(Span.DAYS)[1]) == "2026-11-30"
        assert asked.instant == datetime(2026, 12, 1)


# --- deadlines at the clock -----------------------------------------------------------------------------------------

NIGHT = ("2026-11-25T23:58", "2026-11-26T00:00")
HALF_PAST_TEN = ("2026-11-25T10:29", "2026-11-25T10:30")
SIX = ("2026-11-25T17:59:59", "2026-11-25T18:00")
FRIDAY, LONG_AGO, THEN = "2026-11-20 09:00", "2026-11-03 09:00", "2026-11-25 10:30"
CLOCK_EDGES = [  # indicator, the last moment before and the first at which the case counts, the case
    ("petitions.overdue", SIX, {"opened": FRIDAY, "due": "2026-11-25 18:00"}),
    ("petitions.overdue", SIX, {"opened": FRIDAY, "due": "2026-11-21 09:00", "extended_to": "2026-11-25 18:00"}),
    ("petitions.overdue", NIGHT, {"opened": FRIDAY}),
    ("petitions.closed_on_time", SIX, {"opened": FRIDAY, "ended": "2026-11-21", "due": "2026-11-25 18:00"}),
    ("petitions.closed_on_time", NIGHT, {"opened": FRIDAY, "ended": "2026-11-21"}),
    ("petitions.resolved", NIGHT, {"opened": FRIDAY}),
    ("petitions.dispatch_on_time", NIGHT, {"opened": "2026-11-24 09:00", "size": "hard"}),
    ("petitions.accept_on_time", NIGHT, {"opened": LONG_AGO, "dispatched": "2026-11-24 09:00"}),
    ("petitions.response", HALF_PAST_TEN, {"opened": LONG_AGO, "dispatched": "2026-11-24 10:30"}),
    ("petitions.notified", NIGHT, {"opened": "2026-11-10 09:00", "is_xinfang": True}),
    ("petitions.backlog", HALF_PAST_TEN, {"opened": "2026-08-27 10:30"}),
    ("petitions.open", HALF_PAST_TEN, {"opened": THEN}),
    ("petitions.level_closed", HALF_PAST_TEN, {"opened": LONG_AGO, "ended": THEN}),
    ("petitions.repeat", HALF_PAST_TEN, {"opened": THEN, "repeat_of": 987654}),
    ("petitions.returned", HALF_PAST_TEN, {"opened": LONG_AGO, "dispatched": THEN, "returned": 1}),
    ("petitions.proper_closure", HALF_PAST_TEN, {"opened": LONG_AGO, "ended": "2026-11-04", "closed": THEN}),
    ("nights.on_the_spot", HALF_PAST_TEN, {"opened": THEN, "channel": "night_visit"}),
    ("nights.follow_up", HALF_PAST_TEN, {"opened": "2026-09-03", "ended": "2026-10-26 10:30", "channel": "night_visit"}),
    ("reception.resolved", NIGHT, {"opened": FRIDAY, "channel": "reception", "is_dispute": True}),
]


def counts(row: dict[str, Any], name: str) -> int:
    """What is asked about: k of a count and of what stands among all that is open, else n."""
    return row["k"] if name in ("petitions.open", "petitions.overdue", "petitions.backlog") else row["n"]


@pytest.mark.parametrize(("name", "moments", "petition"), CLOCK_EDGES, ids=[f"{case[0]} {case[1][1]}" for case in CLOCK_EDGES])
def test_a_case_counts_from_the_moment_its_clock_says(connection: Connection, name: str, moments: tuple[str, str], petition: dict) -> None:
    a_county(connection)
    a_petition(connection, **petition)
    asked = [figure(connection, name, "township", "2026-Q4", moment)[TOWNSHIP] for moment in moments]
    assert [counts(row, name) for row in asked] == [0, 1]


def test_a_slot_and_a_desk_count_when_their_day_is_over(connection: Connection) -> None:
    a_county(connection)
    leader = an_appointment(connection, "township_leader")
    for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
        a_slot(connection, day, leader, place="desk", recorded_at=datetime(2026, 11, 20))
    for moment, days in (("2026-11-25T21:00", 1), ("2026-11-26T00:01", 2), ("2026-11-26T17:59", 2)):
        assert kn(figure(connection, "reception.kept", "township", "2026-11", moment)) == (days, days)
        assert figure(connection, "reception.desk_days", "township", "2026-11", moment)[TOWNSHIP]["k"] == days
        assert kn(figure(connection, "quality.in_time", "township", "2026-11", moment)) == (days, days)
    assert kn(figure(connection, "reception.kept", "township", "2026-11", "2026-11-25")) == (2, 2)


def test_ratings_and_reopenings_count_from_their_own_second(connection: Connection) -> None:
    a_county(connection)
    case = a_petition(connection, "2026-11-03 09:00", ended="2026-11-04 09:00")
    a_rating(connection, case, "2026-11-25 10:30:00", 5)
    an_event(connection, case, "2026-11-25 10:30:00", "reopen")
    for moment, count in (("2026-11-25T10:29:59", 0), ("2026-11-25T10:30", 1)):
        assert kn(figure(connection, "satisfaction.rated", "township", "2026-11", moment)) == (count, count)
        assert figure(connection, "satisfaction.response", "township", "2026-11", moment)[TOWNSHIP]["k"] == count
        assert figure(connection, "petitions.reopened", "township", "2026-11", moment)[TOWNSHIP]["k"] == count


MOMENTS = ["2026-10-14T23:59", "2026-10-15T00:00", "2026-10-15T07:59", "2026-10-15T12:34:56", "2026-10-31T23:59", "2026-11-01T00:01"]


def test_petitions_at_a_moment_agree_with_a_count_one_by_one(connection: Connection) -> None:
    a_world_of_petitions(connection)
    petitions = random_petitions(23, 220)
    written(connection, petitions)
    compared = 0
    for text in MOMENTS:
        moment = datetime.fromisoformat(text)
        source = DatabaseSource(connection, EVERYTHING, at=moment)
        for period in (Period.parse("2026-10"), Period.holding(PeriodKind.WEEK, moment.date())):
            asked = oracle.Asked(period.first, period.last, moment.date(), moment)
            for name in oracle.BY_PETITION:
                expected = oracle.counted(countable(petitions), name, asked, unit_of(str(level_of(name)), moment.date()))
                frame = indicator_frame(source, indicator(name), level_of(name), period, moment.date())
                found = {code: (int(k), int(n)) for code, k, n in zip(frame["code"], frame["k"], frame["n"].fillna(0), strict=True)}
                assert found == {code: expected.get(code, (0, 0)) for code in found}, (name, text, period.text)
                compared += sum(n > 0 for _, n in found.values())
    assert compared > 200
