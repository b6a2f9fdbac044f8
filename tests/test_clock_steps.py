"""The clock as the pages go by it: between two steps no figure changes, and nobody asks anything anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text, update

from data_access import state_reader
from data_access.clock_steps import last_hour, next_step
from data_access.petition_state import open_by_dimension
from data_access.scope import Scope
from data_access.state import CLOCK, HOURS, TENTHS, State
from data_access.tables import Petition
from data_access.window import Window
from metrics.definition import Span
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from pages.common import freshness, loaders
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource, bound_numbers, window
from tests.all_answers import texts
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_petition, a_rating, a_slot, a_stay, an_appointment, an_event
from tests.opened_pages import counted_statements
from tests.petition_worlds import a_world, random_petitions, written

NUMBERS = dict(bound_numbers(rulebook().on(date(2026, 11, 25))))
NOON = datetime(2026, 11, 25, 12)
EVENING = datetime(2026, 11, 25, 18)


@pytest.mark.parametrize(
    ("moment", "struck", "due"),
    [
        ("2026-11-25T00:00", "2026-11-25T00:00", "2026-11-25T08:00"),
        ("2026-11-25T07:59:59", "2026-11-25T00:00", "2026-11-25T08:00"),
        ("2026-11-25T08:00", "2026-11-25T08:00", "2026-11-25T18:00"),
        ("2026-11-25T23:59", "2026-11-25T18:00", "2026-11-26T00:00"),
    ],
)
def test_without_petitions_the_steps_are_midnight_the_nights_end_and_its_beginning(
    connection: Connection, moment: str, struck: str, due: str
) -> None:
    at = datetime.fromisoformat(moment)
    assert last_hour(at, NUMBERS) == datetime.fromisoformat(struck)
    assert next_step(connection, at, NUMBERS) == datetime.fromisoformat(due)


STEPS = [
    ({"opened": "2026-11-20 09:00", "due": "2026-11-25 15:00"}, "15:00"),
    ({"opened": "2026-11-20 09:00", "extended_to": "2026-11-25 15:10"}, "15:10"),
    ({"opened": "2026-11-20 09:00", "due": "2026-11-25 15:00", "ended": "2026-11-21 09:00"}, "15:00"),  # then it counts as kept
    ({"opened": "2026-11-01 09:00", "dispatched": "2026-11-24 15:20", "ended": "2026-11-02"}, "15:20"),  # 响应: 24 hours
    ({"opened": "2026-08-27 15:30"}, "15:30"),  # 积案
    ({"opened": "2026-08-27 15:30", "ended": "2026-11-02 09:00"}, "18:00"),
    ({"opened": "2026-11-22 15:40"}, "15:40"),  # three days in hand
    ({"opened": "2026-10-01", "ended": "2026-10-26 15:50", "channel": "night_visit"}, "15:50"),  # 回头看
    ({"opened": "2026-08-01", "last_progress_at": "2026-10-26 16:00"}, "16:00"),  # an old case, still for thirty days
    ({"opened": "2026-11-25 16:10"}, "16:10"),  # a clock somewhere is fast
    ({"opened": "2026-11-25 09:00", "ended": "2026-11-25 16:20"}, "16:20"),
]


@pytest.mark.parametrize(("petition", "due"), STEPS, ids=[str(case[0]) for case in STEPS])
def test_a_petition_makes_a_step_when_its_clock_ends(connection: Connection, petition: dict[str, Any], due: str) -> None:
    a_county(connection)
    a_petition(connection, **petition)
    assert next_step(connection, NOON, NUMBERS) == datetime.fromisoformat(f"2026-11-25T{due}")


def test_ratings_and_reopenings_that_lie_ahead_are_steps(connection: Connection) -> None:
    a_county(connection)
    case = a_petition(connection, "2026-11-02 09:00", ended="2026-11-03 09:00")
    a_rating(connection, case, "2026-11-25 17:00", 5)
    assert next_step(connection, NOON, NUMBERS) == datetime(2026, 11, 25, 17)
    an_event(connection, case, "2026-11-25 16:00", "reopen")
    assert next_step(connection, NOON, NUMBERS) == datetime(2026, 11, 25, 16)


def test_a_moment_that_is_none_keeps_no_page_from_the_others_steps(connection: Connection) -> None:
    """SQLite takes any text, from any program; its row's own page says so (tests/e2e/test_server.py)."""
    if connection.dialect.name != "sqlite":
        return
    a_county(connection)
    a_petition(connection, "2026-11-20 09:00", due="2026-11-25 15:00")
    a_petition(connection, "2026-11-20 09:00", number="BROKEN")
    connection.execute(text("DROP TRIGGER board_type_petition_update"))  # as in a file from before values were guarded
    connection.execute(text("UPDATE petition SET opened_at = '2026-11-2x 09:00:00' WHERE number = 'BROKEN'"))
    assert next_step(connection, NOON, NUMBERS) == datetime(2026, 11, 25, 15)


@pytest.mark.parametrize("migrated", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_between_two_steps_no_figure_changes(connection: Connection) -> None:
    """Every indicator and the composition of what is open, just after a step and just before the next. Both databases
    are asked above for the steps and in ``test_moment`` for figures at a moment: PostgreSQL's walk through all of them is a slow test."""
    a_world(connection)
    written(connection, random_petitions(31, 300))
    leader = an_appointment(connection, "township_leader")
    for day in ("2026-10-14", "2026-10-15"):
        a_slot(connection, day, leader, place="desk")
    period, moment, last = Period.parse("2026-10"), datetime(2026, 10, 14, 12), datetime(2026, 10, 15, 15)
    steps, changes, before = 0, 0, None
    while moment < last:
        following = next_step(connection, moment, NUMBERS)
        counted = _counted(connection, period, moment)
        assert _counted(connection, period, following - timedelta(seconds=1)) == counted, (moment, following)
        changes += before is not None and before != counted
        steps, before, moment = steps + 1, counted, following
    assert steps >= 10
    assert changes > 3


def _counted(connection: Connection, period: Period, at: datetime) -> dict[str, Any]:
    source, found = DatabaseSource(connection, EVERYTHING, at=at), {}
    for entry in REGISTRY.values():
        if not entry.grows and entry.id != "quality.perfect" and Level.TOWNSHIP in entry.levels:
            frame = indicator_frame(source, entry, Level.TOWNSHIP, period, at.date())
            found[entry.id] = texts(frame[["code", "k", "n", "status"]])
    seen = window(question(source, Level.COUNTY, period, at.date()), Span.MOMENT)
    found["open"] = texts(open_by_dimension(EVERYTHING, connection, seen, at.date()))
    return found


# --- the marks of the clock -----------------------------------------------------------------------------------------


def test_the_next_step_is_asked_for_when_one_has_come_or_petitions_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    marks = {("petition", 0): 1}

    def step(_connection: object, after: datetime, _numbers: object) -> datetime:
        asked.append(after)
        return EVENING if after < EVENING else EVENING + timedelta(hours=6)

    monkeypatch.setattr(state_reader, "next_step", step)
    monkeypatch.setattr(state_reader, "change_marks", lambda _connection: dict(marks))
    ours = state_reader.StateReader(lambda _day: NUMBERS)

    def read(minutes: float) -> State:
        return ours.read(None, NOON + timedelta(minutes=minutes))  # type: ignore[arg-type]

    first = read(0)
    assert read(5).changed_tables(first) == set(), "five minutes later nothing has changed"
    assert read(6).changed_tables(first) == {TENTHS}
    marks["night_stay", 202611] = 1
    assert read(6.5).changed_tables(first) == {TENTHS, "night_stay"}
    assert asked == [NOON], "a stay knows no times of the day"
    marks["petition", 0] = 2
    read(7)
    assert asked == [NOON, NOON + timedelta(minutes=7)]
    evening = ours.read(None, EVENING)  # type: ignore[arg-type]
    assert asked[-1] == EVENING
    assert evening.steps[HOURS] == EVENING
    assert {CLOCK, HOURS} <= evening.changed_tables(first)


def test_every_moment_of_a_stretch_has_the_same_step_in_every_process(connection: Connection) -> None:
    a_county(connection)
    a_petition(connection, "2026-11-20 09:00", due="2026-11-25 15:00")
    moments = [NOON, NOON + timedelta(minutes=1), NOON + timedelta(hours=2, minutes=59)]
    assert len({next_step(connection, moment, NUMBERS) for moment in moments}) == 1


@pytest.fixture
def hands(served: Engine, monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    """A clock that a test sets; every reading of the marks is a new one."""
    now = {"now": NOON}
    for module in (freshness, loaders):
        monkeypatch.setattr(module, "beijing_now", lambda: now["now"])
    monkeypatch.setattr(freshness, "OWN_LOOK_SECONDS", 0.0)
    with served.begin() as connection:
        a_county(connection)
    return now


def test_what_the_pages_show_holds_until_the_next_step(hands: dict[str, datetime]) -> None:
    assert (loaders.moment(), loaders.told_at(), loaders.today()) == (NOON, NOON, NOON.date())
    shown = loaders.state()
    hands["now"] = NOON + timedelta(minutes=47)
    assert not loaders.page_moves(shown)()
    assert loaders.told_at() == NOON + timedelta(minutes=47)
    hands["now"] = EVENING
    assert loaders.page_moves(shown)()
    assert loaders.moment() == EVENING


def test_at_midnight_the_day_and_the_moment_change_together(hands: dict[str, datetime]) -> None:
    hands["now"] = datetime(2026, 11, 25, 23, 59, 59)
    shown, asked = loaders.state(), loaders.question_for(EVERYTHING, Level.TOWNSHIP, Period.parse("2026-11"), loaders.today())
    assert (asked.as_of, asked.night_over) == (date(2026, 11, 25), date(2026, 11, 24))
    hands["now"] = datetime(2026, 11, 26, 0, 0, 1)
    assert loaders.page_moves(shown)()
    asked = loaders.question_for(EVERYTHING, Level.TOWNSHIP, Period.parse("2026-11"), loaders.today())
    assert (asked.as_of, asked.day_over, asked.night_over) == (date(2026, 11, 26), date(2026, 11, 25), date(2026, 11, 24))


def test_a_silent_quarter_of_an_hour_makes_only_what_grows_old(hands: dict[str, datetime]) -> None:
    shown = loaders.state()
    hands["now"] = NOON + timedelta(minutes=15)
    assert not loaders.page_moves(shown)()
    assert loaders.state().changed_tables(shown) == {
        TENTHS
    }  # a page that has asked for 数据滞后 is drawn anew, here outside a page nobody has


def shares(name: str, period: str = "2026-11") -> dict[str, tuple[int, int]]:
    frame = loaders.frame(EVERYTHING, name, Level.TOWNSHIP, Period.parse(period), loaders.today())
    return {code: (k, n) for code, k, n in zip(frame["code"], frame["k"], frame["n"], strict=True)}


def test_a_figure_is_counted_anew_when_a_step_passes_and_at_no_other_minute(served: Engine, hands: dict[str, datetime]) -> None:
    with served.begin() as connection:
        a_petition(connection, "2026-11-20 09:00", due="2026-11-25 15:00")
    assert shares("petitions.overdue") == {TOWNSHIP: (0, 1)}
    assert shares("duty.unreported")[TOWNSHIP] == (17, 17)
    for minutes, expected, asks in ((60, 0, False), (179, 0, False), (180, 1, True), (200, 1, False)):
        hands["now"] = NOON + timedelta(minutes=minutes)
        loaders.state()
        with counted_statements(served) as seen:
            assert shares("petitions.overdue") == {TOWNSHIP: (expected, 1)}, minutes
            assert shares("duty.unreported")[TOWNSHIP] == (17, 17)
        assert bool(seen) == asks, minutes
    hands["now"] = datetime(2026, 11, 26, 7, 59)
    assert shares("duty.unreported")[TOWNSHIP] == (17, 17)
    hands["now"] = datetime(2026, 11, 26, 8)
    assert shares("duty.unreported")[TOWNSHIP] == (18, 18)


def test_a_year_asked_for_before_a_night_was_over_knows_the_rows_of_a_new_month(served: Engine, hands: dict[str, datetime]) -> None:
    def reported() -> int:
        frame = loaders.frame(EVERYTHING, "duty.unreported", Level.TOWNSHIP, Period.parse("2026"), loaders.today())
        return int((frame["n"] - frame["k"]).sum())

    with served.begin() as connection:
        leader = an_appointment(connection, "township_leader")
    hands["now"] = datetime(2026, 12, 2, 7, 59)
    before = reported()
    hands["now"] = datetime(2026, 12, 2, 8)
    assert reported() == before
    with served.begin() as connection:
        a_stay(connection, leader, date(2026, 12, 1))
    assert reported() == before + 1


def test_a_petition_that_comes_in_is_counted_though_no_step_has_passed(served: Engine, hands: dict[str, datetime]) -> None:
    assert shares("petitions.overdue") == {TOWNSHIP: (0, 0)}
    hands["now"] = NOON + timedelta(minutes=3)
    with served.begin() as connection:
        a_petition(connection, "2026-11-25 12:02")
        a_petition(connection, "2026-11-25 12:04")  # by a clock that is fast
    assert shares("petitions.overdue") == {TOWNSHIP: (0, 1)}
    hands["now"] = NOON + timedelta(minutes=4)
    assert shares("petitions.overdue") == {TOWNSHIP: (0, 2)}


def test_hours_of_silence_are_reckoned_every_tenth_of_an_hour_and_when_a_record_comes(served: Engine, hands: dict[str, datetime]) -> None:
    def hours() -> float:
        frame = loaders.frame(EVERYTHING, "quality.stale", Level.TOWNSHIP, Period.parse("2026-11"), loaders.today())
        return round(float(frame["value"].iloc[0]), 2)

    with served.begin() as connection:
        number = a_petition(connection, "2026-11-25 09:00", recorded_at=datetime(2026, 11, 25, 10))
    found = []
    for minutes in (0, 5, 6, 12):
        hands["now"] = NOON + timedelta(minutes=minutes)
        found.append(hours())
    assert found == [2.0, 2.0, 2.1, 2.2]
    hands["now"] = NOON + timedelta(minutes=13)
    with served.begin() as connection:
        connection.execute(update(Petition).where(Petition.id == number).values(recorded_at=datetime(2026, 11, 25, 12, 13)))
    assert hours() == 0.0


def test_a_list_is_asked_as_at_the_step_and_counted_ahead_for_the_next_one(served: Engine, hands: dict[str, datetime]) -> None:
    asked: list[datetime | None] = []

    def query(_scope: Scope, _connection: Connection, window: Window) -> int:
        asked.append(window.until)
        return len(asked)

    days = Window(VILLAGE, date(2026, 11, 1), date(2026, 11, 25), date(2026, 11, 25))
    for minute in (1, 2):
        hands["now"] = NOON + timedelta(minutes=minute)
        loaders.answer(query, EVERYTHING, ("petition",), window=replace(days, until=hands["now"]))
    assert asked == [NOON + timedelta(minutes=1, seconds=1)], "between two steps a list is asked once"
    hands["now"] = EVENING
    loaders.answer(query, EVERYTHING, ("petition",), window=replace(days, until=NOON))
    assert asked[-1] == EVENING + timedelta(seconds=1)
    loaders.answer(query, EVERYTHING, ("petition",), window=days)
    assert asked[-1] is None
