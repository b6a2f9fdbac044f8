"""What pages read: the only place with ``st.cache_*``. Every key holds the scope, the question and the freshness mark.

A mark moves when any program commits to a table (``data_access.freshness``), so a cached frame is right as long as its
key is found, and a tick that finds the marks unmoved runs no query but the one that reads them. While the database is
away the marks stand still and what was cached goes on being shown; ``away_since()`` says since when.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access import areas, contents
from data_access.calendar import provisional_years, working_calendar
from data_access.clock import beijing_now
from data_access.contents import CONTENT_TABLES
from data_access.engine import OperationalError, engine_of
from data_access.fact import Cut
from data_access.facts import FACTS
from data_access.freshness import freshness_mark
from data_access.scope import Scope
from data_access.tables import CONTRACT
from data_access.window import Window
from metrics.definition import Indicator, Question, Span
from metrics.period import Period
from metrics.registry import indicator
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.vocabulary import Level
from metrics.workdays import Workdays
from pages.common import freshness
from pages.common.clock import CLOCK, HOURS, TENTHS, moment_of
from pages.common.freshness import DatabaseAway, Freshness, Lately, Marks
from reports.frames import indicator_frame, question
from reports.source import window
from reports.views.contents import Contents, contents_of

COUNTING_STEP_SECONDS, COUNTING_PROMISE_SECONDS = 0.5, 10.0
"""How often a server looks whether there is something to count ahead, and how long readers believe that it does."""
TREND_SECONDS = 600
"""Past months of a trend are recomputed at most this often; the running month always comes from the live frame."""

_GROWS = "board_grows"
"""Whether the page has asked for what grows with the clock alone."""

Mark = tuple[int, ...]
Made = TypeVar("Made")


@st.cache_resource(show_spinner=False)
def _freshness() -> Freshness:
    return Freshness()


@st.cache_resource(show_spinner=False)
def _lately() -> Lately:
    return Lately()


def run_began() -> None:
    """A page's run has begun in this thread."""
    freshness.run_began()
    if get_script_run_ctx(suppress_warning=True) is not None:
        st.session_state.pop(_GROWS, None)


def run_ended() -> None:
    """The page stands; its run has taken this thread so much of the processor."""
    freshness.run_ended(_freshness())


def marks() -> Marks:
    """All change marks: those the pages go by, or those that this thread counts ahead for."""
    return freshness.counted_for() or _freshness().marks()


def _note(question: Callable[[], object], key: str) -> None:
    """A reader asks; what threads of the server ask is nobody's open page."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        _lately().note(key, question)


def keep_counting_ahead() -> None:
    """Count what readers have asked lately for the marks that are waiting, as soon as there are any. Does not return:
    ``pages.common.serve`` runs it in a thread of the server."""
    while True:
        fresh = _freshness()
        fresh.counts_ahead(COUNTING_PROMISE_SECONDS)
        if not freshness.count_ahead(fresh, _lately()):
            time.sleep(COUNTING_STEP_SECONDS)


def mark_of(tables: Iterable[str]) -> Mark:
    """The marks of tables, and of the clock where it is named among them."""
    asked = tuple(tables)
    if TENTHS in asked and get_script_run_ctx(suppress_warning=True) is not None:
        st.session_state[_GROWS] = True
    return freshness_mark(marks(), asked)


def moved_since(shown: Marks) -> bool:
    """Whether data have come or a step of the clock has passed since a page was drawn from the marks ``shown``."""
    now, still = marks(), set() if st.session_state.get(_GROWS) else {TENTHS}
    return any(now.get(name) != shown.get(name) for name in (now.keys() | shown.keys()) - still)


def good_at() -> datetime | None:
    """The last moment at which what the pages show was what the database held."""
    return _freshness().good_at


def away_since() -> datetime | None:
    """Since when the database has not answered; None while it does."""
    return _freshness().away_since


def moment(clock: str = CLOCK) -> datetime:
    """The moment at which what the pages show is counted: the last step of the clock. It holds until the next one."""
    found = marks().get(clock)
    return beijing_now() if found is None else moment_of(found)


def told_at() -> datetime:
    """The latest moment for which what the pages show holds: the one that 截至 says."""
    return max(moment(), good_at() or datetime.min)


def today() -> date:
    """The civil day of the moment that the pages show: Beijing's, from midnight on as soon as they have come to it."""
    return moment().date()


@contextmanager
def _connection(tables: Iterable[str] = ()) -> Any:
    try:
        with engine_of(tables).connect() as connection:
            yield connection
    except OperationalError as problem:
        raise DatabaseAway from problem


@st.cache_resource(show_spinner=False, max_entries=4)
def _workdays(mark: Mark) -> Workdays:
    with _connection() as connection:
        return Workdays.from_frame(working_calendar(connection))


def workdays() -> Workdays:
    return _workdays(mark_of(("calendar_day",)))


@st.cache_data(show_spinner=False, ttl=TREND_SECONDS, max_entries=4)
def unofficial_years() -> list[int]:
    """Calendar years whose 调休 is not published yet."""
    with _connection() as connection:
        return provisional_years(connection)


# Keys in words: Streamlit would hash a scope and a window's sixty thresholds one by one, a third of the time a page takes.
# Facts are shared, not copied: the pure functions of ``metrics`` never write into a frame they are given.
@st.cache_resource(show_spinner=False, max_entries=400, ttl=6 * 3600)
def _fact(key: str, _scope: Scope, _name: str, _asked: Window) -> pd.DataFrame:
    with _connection() as connection:
        return FACTS[_name].query(_scope, connection, _asked)


@st.cache_resource(show_spinner=False, max_entries=200, ttl=6 * 3600)
def _units(key: str, _scope: Scope, _asked: Window) -> pd.DataFrame:
    with _connection() as connection:
        return areas.units(_scope, connection, _asked)


@st.cache_resource(show_spinner=False, max_entries=200, ttl=6 * 3600)
def _units_of(key: str, _scope: Scope, _level: Level, _codes: Sequence[str]) -> pd.DataFrame:
    with _connection() as connection:
        return areas.units_of(_scope, connection, str(_level), _codes)


@dataclass(frozen=True)
class CachedSource:
    """The pages' twin of ``reports.source.DatabaseSource``, asked at the moment that all pages show."""

    scope: Scope
    rules: Rulebook
    clock: str = CLOCK

    @property
    def at(self) -> datetime:
        return moment(self.clock)

    @property
    def told_at(self) -> datetime:
        return told_at()

    def workdays(self) -> Workdays:
        return workdays()

    def fact(self, name: str, question: Question, span: Span) -> pd.DataFrame:
        found, given = FACTS[name], window(question, span)
        asked = found.asked(given)
        return found.answer(_fact(repr((self.scope, name, asked, mark_of(found.tables))), self.scope, name, asked), given)

    def units(self, question: Question) -> pd.DataFrame:
        asked = replace(window(question, Span.PERIOD), until=None)
        return _units(repr((self.scope, asked, mark_of(("area",)))), self.scope, asked)

    def units_of(self, level: Level, codes: Sequence[str]) -> pd.DataFrame:
        return _units_of(repr((self.scope, level, codes, mark_of(("area",)))), self.scope, level, codes)

    def people(self, person_ids: Iterable[int]) -> pd.DataFrame:
        with _connection() as connection:
            return areas.people(self.scope, connection, person_ids)

    def contents(self) -> Contents:
        return contents_of(answer(contents.contents, figures_scope(self.scope, Level.TOWNSHIP), CONTENT_TABLES))

    def frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        return frame(self.scope, entry.id, level, period, as_of)

    def past(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        return past_frame(self.scope, entry.id, level, period, as_of)


def source(scope: Scope) -> CachedSource:
    return CachedSource(scope, rulebook())


def tables_of(entry: Indicator, level: Level) -> tuple[str, ...]:
    """The tables an indicator's frame depends on, and the steps of the clock that may change it."""
    needs = entry.needs_at(level)
    if not needs:  # made from other indicators (满分异常): from everything
        return (*CONTRACT, HOURS, CLOCK)
    needed = {table for name in needs for table in FACTS[name].tables}
    steps = {HOURS} | {CLOCK for name in needs if FACTS[name].cut is Cut.INSTANT}
    return tuple(sorted(needed | {"area", "calendar_day", "person"} | ({TENTHS} if entry.grows else steps)))


def source_for(scope: Scope, entry: Indicator) -> CachedSource:
    return replace(source(scope), clock=TENTHS) if entry.grows else source(scope)


@st.cache_data(show_spinner=False, max_entries=1500, ttl=6 * 3600)
def _indicator(key: str, _scope: Scope, _indicator_id: str, _level: Level, _period: Period, _as_of: date) -> pd.DataFrame:
    entry = indicator(_indicator_id)
    return indicator_frame(source_for(_scope, entry), entry, _level, _period, _as_of)


def figures_scope(scope: Scope, level: Level) -> Scope:
    """Figures of areas hold no names and no restricted petitions: all readers of an area share them, whatever their rights."""
    return scope if level is Level.PERSON else Scope(area=scope.area)


def frame(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> pd.DataFrame:
    """An indicator's judged frame (code, name, k, n, value, rank, status), from the cache while nothing has changed."""
    asked = (figures_scope(scope, level), indicator_id, level, period, as_of)
    key = repr(asked)
    _note(partial(frame, *asked), key)
    return _indicator(f"{key} {mark_of(tables_of(indicator(indicator_id), level))}", *asked)


@st.cache_data(show_spinner=False, max_entries=1500, ttl=TREND_SECONDS, refresh_mode="background")
def _past(key: str, _scope: Scope, _indicator_id: str, _level: Level, _period: Period, _as_of: date) -> pd.DataFrame:
    entry = indicator(_indicator_id)
    return indicator_frame(source_for(_scope, entry), entry, _level, _period, _as_of)


def past_frame(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> pd.DataFrame:
    """As :func:`frame` for a period that has ended, at most ten minutes old: what trends and "the period before" are drawn from."""
    asked = (figures_scope(scope, level), indicator_id, level, period, as_of)
    # Of a period that ended with the last midnight the last night may still go on.
    just_ended = mark_of((HOURS,)) if period.last >= as_of - timedelta(days=1) else ()
    return _past(f"{asked!r} {just_ended}", *asked)


@st.cache_data(show_spinner=False, max_entries=600, ttl=3600)
def _answer(key: str, _query: Callable[..., Any], _scope: Scope, _tables: Iterable[str], _arguments: dict[str, Any]) -> Any:
    with _connection(_tables) as connection:
        return _query(_scope, connection, **_arguments)


def answer(query: Callable[..., Any], scope: Scope, tables: Iterable[str], **arguments: Any) -> Any:
    """Any other query of ``data_access``: ``query(scope, connection, **arguments)``, kept while ``tables`` stand still.

    A window that ends with the moment is asked as at the moment that all pages show, so that no minute asks anew.
    """
    live = {name: value for name, value in arguments.items() if isinstance(value, Window) and value.until is not None}
    lasting = {**arguments, **{name: replace(value, until=None) for name, value in live.items()}}
    key = repr((f"{query.__module__}.{query.__qualname__}", scope, sorted(lasting.items()), *live))
    _note(partial(answer, query, scope, tables, **arguments), key)
    now = {name: replace(value, until=_until(value)) for name, value in live.items()}
    return _answer(f"{key} {mark_of((*tables, CLOCK) if live else tables)}", query, scope, tuple(tables), {**arguments, **now})


def _until(given: Window) -> datetime | None:
    """Where a live window ends at the moment that the pages show; a window of an earlier day is over."""
    until = moment() + timedelta(seconds=1)
    return until if moment().date() == given.as_of else None


@st.cache_resource(show_spinner=False, max_entries=2000, ttl=TREND_SECONDS, refresh_mode="background")
def _made_once(key: str, _make: Callable[[], Any]) -> Any:
    return _make()


def made_once(make: Callable[..., Made], tables: Iterable[str], *question: Any) -> Made:
    """What a page makes of the data for a question (a board, a card), kept while ``tables`` stand still and at most ten minutes.

    ``make(*question)`` is shared by all who ask the same: it must not depend on the reader beyond a scope in ``question``, and what
    it returns is never changed.
    """
    key = repr((f"{make.__module__}.{make.__qualname__}", question))
    _note(partial(made_once, make, tables, *question), key)
    return _made_once(f"{key} {mark_of(tables)}", partial(make, *question))


def rules_on(period: Period, as_of: date) -> Edition:
    """The rulebook edition a figure of this period is judged by."""
    return rulebook().on(min(period.last, as_of))


def question_for(scope: Scope, level: Level, period: Period, as_of: date) -> Question:
    return question(source(scope), level, period, as_of)


def answer_once(query: Callable[..., Any], scope: Scope, tables: Iterable[str] = (), **arguments: Any) -> Any:
    """A query whose answer is not kept among what pages share: all rows of a list for a file, or what a reader has just recorded in
    ``tables`` of the board."""
    with _connection(tables) as connection:
        return query(scope, connection, **arguments)


def fact(scope: Scope, name: str, asked_question: Question, span: Span) -> pd.DataFrame:
    """One fact as indicators see it; read only."""
    return source(figures_scope(scope, asked_question.level)).fact(name, asked_question, span)
