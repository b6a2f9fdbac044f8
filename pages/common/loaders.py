"""What pages read: each question counted once for a state of the data (``data_access.answers``), under the state that all pages show.

While the database is away the state stands still and what was counted goes on being shown; ``away_since()`` says since when.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access import areas, contents
from data_access.answers import PENDING, Answers, Question
from data_access.calendar import provisional_years, working_calendar
from data_access.clock import beijing_now
from data_access.contents import CONTENT_TABLES, record_tables
from data_access.engine import DATABASE_AWAY, engine_of, reading_engine
from data_access.fact import Cut
from data_access.facts import FACTS
from data_access.freshness import MARKED
from data_access.scope import Scope
from data_access.state import CLOCK, HOURS, TENTHS, State, whole
from data_access.state_reader import StateReader
from data_access.window import Window
from data_access.worker import Urgency, Worker
from metrics import definition
from metrics.definition import Indicator, Span
from metrics.period import Period
from metrics.petition_forecast import Calibration, CameTrue, HitRate, Learned
from metrics.registry import indicator
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.selection.result import Selection
from metrics.selection.rules import SelectionRules
from metrics.vocabulary import Level, Module, Role
from metrics.workdays import Workdays
from pages.common.freshness import Freshness
from reports.frames import question
from reports.modules import running_modules
from reports.source import KEPT_DAYS, figures_scope, frame_question, made_by, numbers_on, window, workdays_question
from reports.views.contents import Contents, contents_of

PATIENCE_SECONDS = 3.0
"""A run waits for the histories its page shows while each is there so soon: a county's are, a province's are drawn afterwards."""

Made = TypeVar("Made")

KEPT_TYPES = (Calibration, CameTrue, HitRate, Learned, Selection, SelectionRules, Role)
"""What answers of queries are made of beside frames, texts and numbers."""
ANSWERS = Answers(made_by, {kind.__name__: kind for kind in KEPT_TYPES})
WORKER = Worker()
FRESHNESS = Freshness(StateReader(numbers_on), ANSWERS, WORKER)


# --- the state ------------------------------------------------------------------------------------------------------


def state() -> State:
    """The state that all pages show, or the one that this thread counts for."""
    return FRESHNESS.state()


def _is_a_run() -> bool:
    return get_script_run_ctx(suppress_warning=True) is not None


def by_itself() -> bool:
    """Whether a live part of a page runs alone and not in the page's own run, whose click would be lost with the rest of it."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and bool(context.fragment_ids_this_run)


@dataclass
class _Run:
    """What is known of a page from its run; its fragments add to it."""

    began: float | None = None
    """Seconds of its thread's processor time; None when it stands."""
    grows: bool = False
    """Whether it has asked for what grows with the clock alone."""
    awaited: list[Any] = field(default_factory=list)
    """The histories that it was drawn without."""


_RUN = "board_run"


def _run() -> _Run:
    """That of the page of this session."""
    found: _Run = st.session_state.setdefault(_RUN, _Run())
    return found


def run_began() -> None:
    """A page's run has begun in this thread: what the page misses is found out anew."""
    if _is_a_run():
        st.session_state[_RUN] = _Run(time.thread_time())


def run_ended() -> None:
    """The page stands."""
    if _is_a_run() and (run := _run()).began is not None:
        FRESHNESS.spent(max(0.0, time.thread_time() - run.began))
        run.began = None


def page_moves(shown: State) -> Callable[[], bool]:
    """In a page's run: what says later, in any thread, whether data have come or a step of the clock has passed since the page was drawn
    from the state ``shown``."""
    run = _run()

    def has_moved() -> bool:
        FRESHNESS.is_open()
        now = state()
        return now is not shown and bool(now.changed_tables(shown) - (set() if run.grows else {TENTHS}))

    return has_moved


def good_at() -> datetime | None:
    """The last moment at which what the pages show was what the database held."""
    return FRESHNESS.good_at


def away_since() -> datetime | None:
    """Since when the database has not answered; None while it does."""
    return FRESHNESS.away_since


def moment() -> datetime:
    """The moment at which what the pages show is counted; it holds until data come or the clock has come to its next step."""
    try:
        return state().read_at
    except DATABASE_AWAY:
        return beijing_now()


def told_at() -> datetime:
    """The latest moment for which what the pages show holds: the one that 截至 says."""
    return max(moment(), good_at() or datetime.min)


def today() -> date:
    """The civil day of the moment that the pages show: Beijing's, from midnight on as soon as they have come to it."""
    return moment().date()


# --- asking ---------------------------------------------------------------------------------------------------------


def _asked(asked: Question) -> Any:
    """The answer under the state in force."""
    _note(asked)
    return ANSWERS.value(asked, state())


def _note(asked: Question) -> None:
    """What a reader asks is counted for the next state before the pages come to it; what the server's threads ask is on nobody's screen."""
    if _is_a_run():
        FRESHNESS.is_open()
        FRESHNESS.asked.note(asked)
        if any(part.name == TENTHS for part in asked.reads):
            _run().grows = True


def _kept(scope: Scope) -> date | None:
    """How long the database keeps what a scope may see; what only few may see (检举控告) stays in memory."""
    return None if scope.may_see_restricted else beijing_now().date() + KEPT_DAYS


def _queried(query: Callable[..., Any], scope: Scope, tables: Iterable[str], arguments: dict[str, Any]) -> Any:
    with engine_of(tables).connect() as connection:
        return query(scope, connection, **arguments)


def answer(query: Callable[..., Any], scope: Scope, tables: Iterable[str], **arguments: Any) -> Any:
    """Any other query of ``data_access``: ``query(scope, connection, **arguments)``, good while ``tables`` stand still.

    A window that ends with the moment is asked as at the moment that all pages show, so that no minute asks anew.
    """
    live = _live_windows(arguments)
    named = {**arguments, **{name: replace(value, until=datetime.max) for name, value in live.items()}}
    name = f"{query.__module__}.{query.__qualname__} {scope!r} {sorted(named.items())!r}"
    return _asked(
        Question(name, whole((*tables, CLOCK) if live else tables), partial(_now, query, scope, tuple(tables), arguments), _kept(scope))
    )


def _live_windows(arguments: dict[str, Any]) -> dict[str, Window]:
    """Those that end with the moment."""
    return {name: value for name, value in arguments.items() if isinstance(value, Window) and value.until is not None}


def _now(query: Callable[..., Any], scope: Scope, tables: tuple[str, ...], arguments: dict[str, Any]) -> Any:
    """The query as at the moment that the pages show; a window of an earlier day is over."""
    until = moment() + timedelta(seconds=1)
    live = _live_windows(arguments)
    ends = {name: replace(value, until=until if moment().date() == value.as_of else None) for name, value in live.items()}
    return _queried(query, scope, tables, {**arguments, **ends})


def answer_once(query: Callable[..., Any], scope: Scope, tables: Iterable[str] = (), **arguments: Any) -> Any:
    """A query whose answer is not kept among what pages share: all rows of a list for a file, or what a reader has just recorded in
    ``tables`` of the board."""
    return _queried(query, scope, tables, arguments)


def made_once(make: Callable[..., Made], tables: Iterable[str], *asked: Any) -> Made:
    """What a page makes of the data for a question (a leaderboard, a card), while ``tables`` stand still.

    ``make(*asked)`` is shared by all who ask the same: it must not depend on the reader beyond a scope in ``asked``, and what it returns is
    never changed.
    """
    made: Made = _asked(_made(make, tuple(tables), asked))
    return made


def made_soon(make: Callable[..., Made], tables: Iterable[str], *asked: Any, waits: bool = True) -> Made | Any:
    """The same, or PENDING where it takes longer than a reader waits: the page is then drawn without it, and again when it is there.

    ``waits``: whether the run waits at all.
    """
    wanted, now = _made(make, tuple(tables), asked), state()
    _note(wanted)
    found = ANSWERS.held(wanted, now)
    if found is not PENDING or not _is_a_run():  # what is asked ahead has all the time there is
        return _asked(wanted)
    key = wanted.name, now.under(wanted.reads)
    awaited = _run().awaited
    patience = PATIENCE_SECONDS if waits and not awaited else 0.0  # who has not waited once waits no more in this run
    WORKER.ask(key, partial(FRESHNESS.counted, wanted, now), Urgency.AWAITED if patience else Urgency.HISTORY)
    if WORKER.within(key, patience):
        found = ANSWERS.held(wanted, now)
    if found is PENDING:
        awaited.append(key)
    return found


def something_awaited() -> bool:
    """Whether the page was drawn without something."""
    return bool(_run().awaited)


def all_is_there() -> bool:
    """Whether all that the page was drawn without is done by now."""
    return all(WORKER.is_done(key) for key in _run().awaited)


def forget() -> None:
    """Everything as at the start of a process: for tests, which change the database under it."""
    global WORKER, FRESHNESS  # noqa: PLW0603
    WORKER.stop()
    ANSWERS.forget()
    WORKER = Worker()
    FRESHNESS = Freshness(StateReader(numbers_on), ANSWERS, WORKER)
    _frame_question.cache_clear()


@lru_cache(maxsize=1000)
def _made(make: Callable[..., Any], tables: tuple[str, ...], asked: tuple[Any, ...]) -> Question:
    return Question(f"{make.__module__}.{make.__qualname__} {asked!r}", whole(tables), partial(_afresh, make, asked))


def _afresh(make: Callable[..., Made], asked: tuple[Any, ...]) -> Made:
    """The question is kept from state to state, what was worked out of it once (``Filters.view`` knows the minute) is not."""
    return make(*(replace(each) if is_dataclass(each) and not isinstance(each, type) else each for each in asked))


# --- facts and frames -----------------------------------------------------------------------------------------------


def workdays() -> Workdays:
    found: Workdays = ANSWERS.value(_WORKDAYS, state())
    return found


def _calendar() -> pd.DataFrame:
    with reading_engine().connect() as connection:
        return working_calendar(connection)


_WORKDAYS = workdays_question(_calendar)


def unofficial_years() -> list[int]:
    """Calendar years whose 调休 is not published yet."""
    found: list[int] = ANSWERS.value(_UNOFFICIAL, state())
    return found


def _unofficial_years() -> list[int]:
    with engine_of(("board_property",)).connect() as connection:
        return provisional_years(connection)


_UNOFFICIAL = Question("unofficial years", whole(("calendar_day",)), _unofficial_years)


@dataclass(frozen=True)
class PageSource:
    """The pages' twin of ``reports.source.DatabaseSource``, asked at the moment that all pages show. Facts are shared, not copied: the pure
    functions of ``metrics`` never write into a frame they are given."""

    scope: Scope
    rules: Rulebook

    @property
    def at(self) -> datetime:
        return moment()

    @property
    def told_at(self) -> datetime:
        return told_at()

    @property
    def masked(self) -> bool:
        return not self.scope.may_see_names

    def workdays(self) -> Workdays:
        return workdays()

    def fact(self, name: str, question: definition.Question, span: Span) -> pd.DataFrame:
        found, given = FACTS[name], window(question, span)
        return found.answer(ANSWERS.value(_fact(self.scope, name, found.asked(given)), state()), given)

    def units(self, question: definition.Question) -> pd.DataFrame:
        asked = replace(window(question, Span.PERIOD), until=None)
        return _units(areas.units, self.scope, asked.level, window=asked)

    def units_of(self, level: Level, codes: Sequence[str]) -> pd.DataFrame:
        return _units(areas.units_of, self.scope, level, level=str(level), codes=tuple(codes))

    def people(self, person_ids: Iterable[int]) -> pd.DataFrame:
        with reading_engine().connect() as connection:
            return areas.people(self.scope, connection, person_ids)

    def contents(self) -> Contents:
        return made_once(_contents, CONTENT_TABLES, figures_scope(self.scope, Level.TOWNSHIP), tuple(sorted(running_modules())))

    def begins(self, module: Module) -> date | None:
        shared = figures_scope(self.scope, Level.TOWNSHIP)
        found: date | None = answer(contents.first_day, shared, record_tables(module), module=str(module))
        return found

    def frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        return frame(self.scope, entry.id, level, period, as_of)

    past = frame


def _contents(scope: Scope, _running: tuple[Module, ...]) -> Contents:
    return contents_of(answer(contents.contents, scope, CONTENT_TABLES))


def source(scope: Scope) -> PageSource:
    return PageSource(scope, rulebook())


def _fact(scope: Scope, name: str, asked: Window, keep_until: date | None = None) -> Question:
    """A fact as at the moment that the pages show, whenever it is counted; of an earlier day it is over."""

    def counted() -> pd.DataFrame:
        until, now = asked.until, moment()
        if until is not None and now.date() != asked.as_of:
            until = None
        elif until is not None and FACTS[name].cut is Cut.INSTANT:
            until = now + timedelta(seconds=1)
        found: pd.DataFrame = _queried(FACTS[name].query, scope, FACTS[name].tables, {"window": replace(asked, until=until)})
        return found

    named = asked if asked.until is None else replace(asked, until=datetime.max)
    return Question(f"{name} {scope!r} {named!r}", FACTS[name].reads(asked), counted, keep_until)


def _units(query: Callable[..., Any], scope: Scope, at: str, **arguments: Any) -> pd.DataFrame:
    tables = ("department",) if at == Level.DEPARTMENT else ("area",)
    name = f"{query.__qualname__} {scope!r} {sorted(arguments.items())!r}"
    found: pd.DataFrame = ANSWERS.value(
        Question(name, whole(tables), partial(_queried, query, scope, tables, arguments), _kept(scope)), state()
    )
    return found


def departments(scope: Scope, as_of: date) -> dict[str, str]:
    """The county's departments of that day: code → name; empty in a county that dispatches to none."""
    found = _units(areas.units, scope, Level.DEPARTMENT, window=Window("department", as_of, as_of, as_of))
    return dict(zip(found["code"], found["name"], strict=True))


@cache
def tables_of(indicator_id: str, level: Level) -> tuple[str, ...]:
    """The tables that what is said of an indicator depends on (its frame, since when its ledger is kept), and the clocks."""
    entry = indicator(indicator_id)
    needs = entry.needs_at(level)
    if not needs:  # made from other indicators (满分异常): from everything
        return (*MARKED, HOURS, CLOCK)
    needed = {table for name in needs for table in FACTS[name].tables} | set(record_tables(entry.module))
    steps = {HOURS} | {CLOCK for name in needs if FACTS[name].cut is Cut.INSTANT}
    return tuple(sorted(needed | {"area", "calendar_day", "person"} | ({TENTHS} if entry.grows else steps)))


def frame(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> pd.DataFrame:
    """An indicator's judged frame (code, name, k, n, value, rank, status), counted once for a state of the data."""
    asked = figures_scope(scope, level), indicator_id, level, period, as_of
    found: pd.DataFrame = _asked(_frame_question(*asked, state().steps[HOURS], workdays()))
    return found


@lru_cache(maxsize=1000)
def _frame_question(
    scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, _night_or_evening: datetime, _workdays: Workdays
) -> Question:
    """Which nights and evenings are over, and the calendar, decide which days it is about."""
    return frame_question(source(scope), indicator(indicator_id), level, period, as_of)


def rules_on(period: Period, as_of: date) -> Edition:
    """The rulebook edition a figure of this period is judged by."""
    return rulebook().on(min(period.last, as_of))


def question_for(scope: Scope, level: Level, period: Period, as_of: date) -> definition.Question:
    return question(source(scope), level, period, as_of)


def fact(scope: Scope, name: str, asked_question: definition.Question, span: Span) -> pd.DataFrame:
    """One fact as indicators see it; read only."""
    shared, found, given = figures_scope(scope, asked_question.level), FACTS[name], window(asked_question, span)
    return found.answer(_asked(_fact(shared, name, found.asked(given), _kept(shared))), given)
