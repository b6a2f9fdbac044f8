"""Which state of the data the pages show: all the same one, the next one when it is counted."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from sqlalchemy import Engine

from bench import viewers
from data_access.accounts import Role
from data_access.answers import Answers, Question
from data_access.clock import beijing_now
from data_access.engine import OperationalError
from data_access.state import CLOCK, CLOCKS, HOURS, TENTHS, State, whole
from data_access.worker import Worker
from pages.common import freshness, live, loaders
from tests.builders import a_county, a_petition
from tests.opened_pages import TODAY, counted_statements, opened, words
from tests.signed_in import an_account

READ = datetime(2026, 11, 21, 22)
SOON = 30.0


def a_state(moment: datetime = READ, **marks: int) -> State:
    return State({(table, 0): mark for table, mark in marks.items()}, dict.fromkeys(CLOCKS, READ), moment)


class Doing(Worker):
    """A worker that does what is asked at once, in the thread that asks."""

    def ask(self, key: Any, work: Any, urgency: Any) -> None:
        work()


class Pages:
    """Pages over a database whose states a test tells; ``counted`` is what was counted and under which marks."""

    def __init__(self, *, served: bool = False) -> None:
        self.fresh = freshness.Freshness(None, Answers(), Doing())  # type: ignore[arg-type]
        self.counted: list[tuple[str, dict[Any, int]]] = []
        if served:
            self.fresh.has_server = True

    def found(self, state: State) -> State:
        self.fresh._found(state)
        assert self.fresh._shown is not None
        return self.fresh._shown

    def ask(self, name: str, count: Any = None) -> Question:
        def counted() -> None:
            self.counted.append((name, dict(self.fresh.state().marks)))
            if count is not None:
                count()

        asked = Question(name, whole(("petition",)), counted)
        self.fresh.asked.note(asked)
        return asked


def test_a_new_state_waits_while_readers_are_kept_busy_but_never_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages()
    first = pages.found(a_state(petition=1))
    pages.fresh.spent(20.0)
    assert pages.found(a_state(READ + timedelta(seconds=1), petition=2)) is first
    assert pages.fresh.good_at == READ, "nobody is told that what he sees is of this moment"
    decided = a_state(petition=2, board_decision=1)
    assert pages.found(decided) is decided
    pages.fresh.spent(20.0)
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)
    third = a_state(petition=3, board_decision=1)
    assert pages.found(third) is third
    monkeypatch.undo()
    fourth = a_state(petition=4, board_decision=1)
    assert pages.found(fourth) is fourth, "no reader has been kept busy since, so nothing waits"


def test_what_is_found_unchanged_is_right_until_now() -> None:
    pages = Pages()
    first = pages.found(a_state(petition=1))
    assert pages.found(a_state(READ + timedelta(minutes=4), petition=1)) is first
    assert pages.fresh.good_at == READ + timedelta(minutes=4)


def test_a_look_that_fails_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row no program can read: the log has the traceback, the pages keep what they have and say of when it is."""
    pages = Pages()
    first = pages.found(a_state(petition=1))
    monkeypatch.setattr(pages.fresh, "_read", lambda: datetime.fromisoformat("2026-11-2x 09:00"))
    with pytest.raises(ValueError, match="2026-11-2x"):
        pages.fresh.look()
    assert pages.fresh.away_since is not None
    assert pages.fresh.state() is first
    monkeypatch.setattr(pages.fresh, "_read", lambda: a_state(petition=1))
    pages.fresh.look()
    assert pages.fresh.away_since is None


def test_a_server_counts_what_is_on_screen_before_the_pages_hear_of_new_data() -> None:
    pages = Pages(served=True)
    old = a_state(petition=1)
    pages.found(old)
    shown: list[State | None] = []
    for name in ("a", "b"):
        pages.ask(name, lambda: shown.append(pages.fresh._shown))
    new = a_state(READ + timedelta(seconds=7), petition=2)
    assert pages.found(new) is new
    assert [name for name, _ in pages.counted] == ["b", "a"], "newest first"
    assert all(marks == {("petition", 0): 2} for _, marks in pages.counted), "for the new data"
    assert shown == [old, old], "while the pages stand as they are"
    assert pages.fresh.good_at == new.read_at


def test_processes_begin_to_count_apart() -> None:
    """What one has begun the other finds done: in the same order each would wait for the other at every question."""
    pages = Pages(served=True)
    pages.found(a_state(petition=1))
    for name in "dcba":
        pages.ask(name)
    pages.fresh.begins_at = 0.618
    pages.found(a_state(petition=2))
    assert [name for name, _ in pages.counted] == ["c", "d", "a", "b"]


def test_a_question_that_fails_keeps_nobody_waiting_but_a_database_that_is_away_does() -> None:
    pages = Pages(served=True)
    old = pages.found(a_state(petition=1))

    def away() -> None:
        raise OperationalError("", None, Exception())

    pages.ask("a", away)
    assert pages.found(a_state(petition=2)) is old, "what is on screen stays there"
    pages.ask("a", lambda: 1 / 0)
    new = a_state(petition=2)
    assert pages.found(new) is new


def test_what_takes_too_long_to_count_is_left_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "LONGEST_COUNT_SECONDS", -1.0)
    pages = Pages(served=True)
    pages.found(a_state(petition=1))
    pages.ask("a")
    new = a_state(petition=2)
    assert pages.found(new) is new
    assert pages.counted == []


def test_what_nobody_has_asked_since_the_last_time_is_forgotten_and_repeated_questions_are_kept_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, now = freshness.Asked(), [1000.0]
    monkeypatch.setattr(freshness.time, "monotonic", lambda: now[0])

    def since(moment: float) -> list[str]:
        return [question.name for question in asked.newest_first(moment)]

    for each in ("a", "b", "a"):
        asked.note(Question(each, (), list))
        now[0] += 10
    assert since(0.0) == ["a", "b"]
    assert since(1015.0) == ["a"]
    monkeypatch.setattr(freshness, "MOST_ASKED", 2)
    asked.note(Question("c", (), list))
    assert since(0.0) == ["c", "a"]


def test_a_tenth_of_an_hour_forgets_no_board_that_stays_open() -> None:
    pages = Pages(served=True)
    pages.found(a_state(petition=1))
    taken_at = pages.fresh._taken_at
    later = State({("petition", 0): 1}, {**dict.fromkeys(CLOCKS, READ), TENTHS: READ + timedelta(minutes=6)}, READ + timedelta(minutes=6))
    assert pages.found(later) is later
    assert pages.fresh._taken_at == taken_at


@pytest.mark.parametrize("page", ["overview", "petitions", "cases"])
def test_an_open_page_shows_new_data_without_a_statement_of_its_own(served: Engine, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[str, list[str]]:
        with counted_statements(served) as seen:
            return re.sub(r"截至 .*? · 实时", "", words(opened(served, page, name))), seen

    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{TODAY} 00:10")
    name = an_account(served, Role.LEADER, now=beijing_now())
    before, _ = told()
    fresh = loaders.FRESHNESS
    fresh.has_server = True
    with served.begin() as connection:
        a_petition(connection, f"{TODAY} 00:11")
    assert told() == (before, [])
    fresh.look()
    for _ in range(300):
        if fresh._worker.is_done("state"):
            break
        threading.Event().wait(0.1)
    after, statements = told()
    assert after != before
    assert statements == []


@dataclass(frozen=True)
class Looking:
    """Like a page's filters: it knows the minute in which it was first looked at."""

    page: str

    @cached_property
    def minute(self) -> int:
        return next(MINUTES)


MINUTES = itertools.count()


def minute_of(looking: Looking) -> int:
    return looking.minute


def test_what_is_made_for_a_new_state_knows_nothing_of_the_minute_before(served: Engine) -> None:
    first = loaders.made_once(minute_of, ("petition",), Looking("cases"))
    assert loaders.made_once(minute_of, ("petition",), Looking("cases")) == first, "the same state"
    loaders.forget()
    assert loaders.made_once(minute_of, ("petition",), Looking("cases")) > first


def test_what_is_made_of_an_answer_says_that_it_depends_on_its_tables_and_clocks(served: Engine) -> None:
    def made(tables: tuple[str, ...]) -> int:
        return loaders.made_once(minute_of, tables, Looking(" ".join(tables)))

    assert loaders.made_once(made, ("petition", TENTHS), ("petition", CLOCK)) >= 0, "a tenth holds what else strikes in it"
    with pytest.raises(AssertionError, match="does not depend on"):
        loaders.made_once(made, ("petition", CLOCK), ("petition", "area", CLOCK))
    with pytest.raises(AssertionError, match="does not depend on"):
        loaders.made_once(made, ("petition", CLOCK), ("petition", HOURS))


def test_the_benchmark_knows_the_live_part_by_its_pace() -> None:
    assert viewers.TICK == live.TICK_SECONDS


# --- what is not there yet ------------------------------------------------------------------------------------------


@pytest.fixture
def gate(served: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A county with a case of last month, whose past is not known before the gate is set; pages do not wait for it."""
    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{TODAY - timedelta(days=40)} 08:00")
    opens, frame = threading.Event(), loaders.PageSource.frame
    monkeypatch.setattr(loaders, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(loaders.PageSource, "past", lambda *asked: (opens.wait(SOON), frame(*asked))[-1])
    yield opens
    opens.set()


def test_a_page_shows_its_figures_before_what_was_before_is_known_and_the_rest_afterwards(served: Engine, gate: threading.Event) -> None:
    early = opened(served, "petitions")
    assert "较上月" not in words(early)
    assert "在办 1 件" in words(early)
    assert "正在推算，几秒后显示" in words(early)
    awaited = early.session_state[loaders._RUN].awaited
    gate.set()
    for key in awaited:
        assert loaders.WORKER.within(key, SOON)
    late = opened(served, "petitions")
    assert "正在推算" not in words(late)
    assert "较上月" in words(late)
    assert not late.session_state[loaders._RUN].awaited


def test_a_wall_that_runs_for_weeks_remembers_nothing_it_has_waited_for(served: Engine, gate: threading.Event) -> None:
    wall = opened(served, "wall")
    awaited = len(wall.session_state[loaders._RUN].awaited)
    assert awaited > 0
    wall.run()
    assert len(wall.session_state[loaders._RUN].awaited) == awaited
