"""Where the facts of figures come from, and what an indicator's frame depends on.

:class:`DatabaseSource` asks the database itself: the command line, the pack and the tests use it. Pages have a source of their own over the
same questions (``pages.common.loaders``), so that what one has counted the other finds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pandas as pd

from data_access import answers, areas, contents, rolls, rosters, selection_flow
from data_access.answers import Answers
from data_access.attention import changed_petitions
from data_access.calendar import working_calendar
from data_access.clock import beijing_now
from data_access.contacts import contacts
from data_access.engine import Connection, engine, reading_engine
from data_access.facts import FACTS
from data_access.freshness import MARKED
from data_access.night_entries import entries
from data_access.scope import Scope
from data_access.selection import Ballot, selection_facts
from data_access.slots import Slot
from data_access.state import CLOCK, HOURS, TENTHS, Reads, State, whole
from data_access.state_reader import StateReader
from data_access.window import Window
from metrics.definition import Indicator, Question, Span
from metrics.period import Period, PeriodKind
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.selection.flow import Record, Step, stage
from metrics.selection.result import Selection
from metrics.selection.snapshot import recomputed
from metrics.vocabulary import Level, Module, Role
from metrics.workdays import Workdays
from reports.changes import Turned, last_night, turned_figures, turned_nights, watched
from reports.frames import Source, indicator_frame, question
from reports.selection import OnRecord, records_of
from reports.views.changes import DUE, ENDED, MOST_LINES, OVERDUE, Changes
from reports.views.contents import Contents, contents_of

ROOT = Path(__file__).parents[1]
SETTLED_AFTER = timedelta(days=7)
"""So long after its quarter a period is over for whatever reaches over its end: its last week, the month or quarter it lies in."""
KEPT_DAYS, SETTLED_DAYS = timedelta(days=3), timedelta(days=400)
"""How long the database keeps an answer about today, and one about days that are over for good."""

BOUND_TABLES = ("duty", "nights", "reception", "petitions", "captains", "satisfaction", "quality")


def bound_numbers(rules: Edition) -> tuple[tuple[str, float], ...]:
    """An edition's thresholds by ``table.name``, as queries bind them."""
    return tuple(
        (f"{table}.{name}", value)
        for table in BOUND_TABLES
        for name, value in sorted(rules.tables[table].items())
        if isinstance(value, int | float)
    )


@cache
def numbers_on(day: date) -> dict[str, float]:
    """The thresholds that hold on a day: what the clock's steps are reckoned with."""
    return dict(bound_numbers(rulebook().on(day)))


@cache
def made_by() -> str:
    """The program and the rulebook that answers are made by: a digest of what figures and the lists of pages are made from."""
    digest = hashlib.blake2b(digest_size=8)
    for folder in ("data_access", "metrics", "reports", "pages"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".toml"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def window(asked: Question, span: Span) -> Window:
    """The query's side of a question: grain, days and the thresholds to bind."""
    first, last = asked.span(span)
    numbers = bound_numbers(asked.rules)
    return Window(str(asked.level), first, last, asked.as_of, numbers, None if asked.at is None else asked.until)


def ballot(asked: Question, role: Role) -> Ballot:
    """The query's side of a selection: the year up to as-of, and the months, quarters and weeks in it that are complete."""
    months, quarters = ([Slot(part.text, part.first, part.last) for part in parts] for parts in (asked.months(), asked.quarters()))
    weeks = [Slot(week.monday.isoformat(), week.monday, week.sunday) for week in asked.weeks]
    return Ballot(asked.period.first.year, str(role), window(asked, Span.PERIOD), tuple(months), tuple(quarters), tuple(weeks))


def changed_cases(scope: Scope, connection: Connection, now: Question, then: Question, most: int) -> dict[str, pd.DataFrame]:
    """The petitions that have become overdue or ended between two moments, and those due on the later one's day: at most so many each, in
    the frames of ``data_access.attention``, by the names of ``reports.views.changes``."""
    found = changed_petitions(scope, connection, window(now, Span.MOMENT), window(then, Span.MOMENT), most)
    return {standing: found[found["standing"] == standing] for standing in (OVERDUE, DUE, ENDED)}


class Scoped(Source, Protocol):
    """A source that says whose figures it has."""

    @property
    def scope(self) -> Scope: ...


def figures_scope(scope: Scope, level: Level) -> Scope:
    """Figures of areas hold no names and no restricted petitions: all readers of an area share them, whatever their rights."""
    return scope if level is Level.PERSON else Scope(area=scope.area)


def settled(entry: Indicator, level: Level, period: Period, as_of: date) -> bool:
    """Whether an indicator's frame of a period is the same from now on, whenever it is asked, as long as nobody changes the rows."""
    needs = entry.needs_at(level)
    return bool(needs) and _settles_on(period) <= as_of and all(FACTS[name].settles for name in needs)


def _settles_on(period: Period) -> date:
    return Period.holding(PeriodKind.QUARTER, period.last).last + SETTLED_AFTER


def frame_question(source: Scoped, entry: Indicator, level: Level, period: Period, as_of: date) -> answers.Question:
    """The frame of an indicator as a question that is answered once. Asked at its moment it is another question than at the day's end; of
    days that are over for good it is the same one ever after."""
    lasts = settled(entry, level, period, as_of)
    day = _settles_on(period) if lasts else as_of
    asked = question(source, level, period, day)
    when = day.isoformat() if asked.at is None else f"{day} at the moment"
    return answers.Question(
        f"{entry.id} {level} {period.text} {when} {figures_scope(source.scope, level)!r}",
        frame_reads(entry, asked),
        partial(indicator_frame, source, entry, level, period, day),
        beijing_now().date() + (SETTLED_DAYS if lasts else KEPT_DAYS),
    )


def frame_reads(entry: Indicator, asked: Question) -> Reads:
    """What an indicator's frame depends on: its facts, the units and their names, the calendar, and of the clock what may change it."""
    needs = entry.needs_at(asked.level)
    if not needs:  # made from other indicators (满分异常): from everything
        return whole((*MARKED, HOURS, CLOCK))
    parts = {part for name in needs for part in FACTS[name].reads(FACTS[name].asked(window(asked, needs[name])))}
    named = {Level.PERSON: ("person",), Level.DEPARTMENT: ("department",)}
    always = {"area", "calendar_day", *named.get(asked.level, ())}
    clocks = () if asked.at is None else (TENTHS,) if entry.grows else (HOURS,)
    kept = {part for part in parts if not entry.grows or part.name not in (CLOCK, HOURS)}
    return tuple(sorted(kept | set(whole((*always, *clocks))), key=repr))


def workdays_question(calendar: Callable[[], pd.DataFrame]) -> answers.Question:
    """The working days, made of what ``working_calendar`` returns."""
    return answers.Question("workdays", whole(("calendar_day",)), lambda: Workdays.from_frame(calendar()))


class NightLists(NamedTuple):
    """The lists that ``reports.views.tonight.units_of`` takes, in its order."""

    posts: pd.DataFrame
    stays: pd.DataFrame
    turns: pd.DataFrame
    contacts: pd.DataFrame
    notes: pd.DataFrame


def night_lists(ask: Callable[..., pd.DataFrame], day: date, codes: Sequence[str]) -> NightLists:
    """The lists of a night at these units. ``ask(query, **arguments)``: asks a query of the reader's scope, through a page's caches or a
    connection."""
    codes = tuple(codes)
    return NightLists(
        ask(rolls.people_in_post, codes=codes, on=day),
        ask(rolls.stays_at, codes=codes, first=day, last=day),
        ask(rosters.rosters, first=day, last=day, codes=codes),
        pd.concat([ask(contacts, level=level, day=day) for level in ("township", "village")], ignore_index=True),
        ask(entries, night=day),
    )


class DatabaseSource:
    """A source over one open connection; facts are remembered for its lifetime. ``at``: see :class:`~reports.frames.Source`.

    ``kept``: where frames that have been counted are found and kept; without it each is counted.
    """

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        rules: Rulebook | None = None,
        at: datetime | None = None,
        kept: Answers | None = None,
    ) -> None:
        self.connection, self.scope = connection, scope
        self.rules, self.at, self.told_at = rules or rulebook(), at, at
        self._kept = kept
        self._state: State | None = None
        self._workdays: Workdays | None = None
        self._facts: dict[tuple[str, Window], pd.DataFrame] = {}
        self._units: dict[Window, pd.DataFrame] = {}
        self._frames: dict[tuple[str, Level, Period, date], pd.DataFrame] = {}

    @property
    def masked(self) -> bool:
        return not self.scope.may_see_names

    def workdays(self) -> Workdays:
        if self._workdays is None:
            asked = workdays_question(lambda: working_calendar(self.connection))
            self._workdays = asked.count() if self._kept is None else self._kept.value(asked, self._under())
        return self._workdays

    def fact(self, name: str, question: Question, span: Span) -> pd.DataFrame:
        fact, given = FACTS[name], window(question, span)
        asked = fact.asked(given)
        if (name, asked) not in self._facts:
            self._facts[name, asked] = fact.query(self.scope, self.connection, asked)
        return fact.answer(self._facts[name, asked], given)

    def units(self, question: Question) -> pd.DataFrame:
        asked = window(question, Span.PERIOD)
        if asked not in self._units:
            self._units[asked] = areas.units(self.scope, self.connection, asked)
        return self._units[asked]

    def units_of(self, level: Level, codes: Sequence[str]) -> pd.DataFrame:
        return areas.units_of(self.scope, self.connection, str(level), codes)

    def contents(self) -> Contents:
        """What the county's database holds so far."""
        return contents_of(contents.contents(self.scope, self.connection))

    def begins(self, module: Module) -> date | None:
        return contents.first_day(self.scope, self.connection, module)

    def people(self, person_ids: Iterable[int]) -> pd.DataFrame:
        return areas.people(self.scope, self.connection, person_ids)

    def night_lists(self, day: date, codes: Sequence[str]) -> NightLists:
        """Who holds which post at the units, who stayed anywhere in the scope, who is on the rosters, whom to ask on a night."""
        return night_lists(lambda query, **asked: query(self.scope, self.connection, **asked), day, codes)

    def frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        asked = (entry.id, level, period, as_of)
        if asked not in self._frames:
            self._frames[asked] = self._frame(entry, level, period, as_of)
        return self._frames[asked]

    def _frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        if self._kept is None:
            return indicator_frame(self, entry, level, period, as_of)
        frame: pd.DataFrame = self._kept.value(frame_question(self, entry, level, period, as_of), self._under())
        return frame

    def _under(self) -> State:
        """The state that what is kept is asked under."""
        if self._state is None:
            self._state = StateReader(numbers_on).read(self.connection, self.at or beijing_now())
        return self._state

    def past(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        return self.frame(entry, level, period, as_of)

    def selection_facts(self, year: int, role: Role, as_of: date) -> dict[str, pd.DataFrame]:
        """What 年度评选 of a role is made from. The ranking is county-wide: ask with the whole county in scope."""
        asked = question(self, Level.PERSON, Period.parse(str(year)), as_of)
        return selection_facts(self.scope, self.connection, ballot(asked, role))

    def selection_on_record(self, year: int, role: Role, until: datetime) -> OnRecord | None:
        """The selection of a role with the steps taken by ``until``; None where none was begun, or it was given up."""
        known = selection_flow.selections(self.scope, self.connection)
        for number in known.loc[(known["year"] == year) & (known["role"] == str(role)), "id"]:
            records = records_of(selection_flow.steps(self.scope, self.connection, int(number)))
            taken = tuple(record for record in records if record.at <= until)
            if taken:
                return None if stage(taken) is Step.VOID else self._on_record(int(number), taken)
        return None

    def unit_names(self, county: str) -> dict[str, str]:
        """Code → name of a county's units: where somebody is captain."""
        return areas.unit_names(self.scope, self.connection, county)

    def _on_record(self, number: int, taken: tuple[Record, ...]) -> OnRecord:
        kept = selection_flow.selection_record(self.scope, self.connection, number)
        if kept is None or stage(taken) is Step.DRAFT:
            return OnRecord(number, taken)
        return OnRecord(number, taken, frozen_selection(self.scope, self.connection, kept["snapshot"]), kept["digest"])


def frozen_selection(scope: Scope, connection: Connection, snapshot: str) -> Selection:
    """The frozen ranking, computed from its own snapshot: later changes of data and rulebook do not reach it.

    The snapshot holds the names as the freezing account saw them; a reader without that right gets them masked.
    """
    made = recomputed(snapshot)
    return made if scope.may_see_names else replace(made, rows=made.rows.assign(name=made.rows["name"].map(areas.masked_name)))


def changes_between(
    now: Scoped,
    then: Scoped,
    connection: Connection,
    module: Module | None = None,
    period: Period | None = None,
    *,
    most: int = MOST_LINES,
    nights: Callable[[Scoped, date, date, str], Sequence[Turned]] = turned_nights,
) -> Changes:
    """What changed from the moment of one source to that of the other: of a subject, or of what the overview speaks of.

    ``period``: whose figures are looked at twice; else the month that holds the earlier moment, so that a month's last night and day
    are still compared on the first of the next. ``nights``: ``turned_nights``, or what has its answer. Raises ``ValueError`` for a source
    without a moment.
    """
    if now.at is None or then.at is None:
        raise ValueError("two moments are compared, not two days")
    period, area, modules = period or Period.holding(PeriodKind.MONTH, then.at.date()), now.scope.area or "", now.contents().in_use
    turned = turned_figures(now, then, watched(module, modules), period, area)
    if module in (None, Module.DUTY) and Module.DUTY in modules:
        night, before = last_night(now), last_night(then)
        if night is not None and before is not None and night != before:
            turned = [*nights(now, night, before, area), *turned]
    cases = {}
    if module in (None, Module.PETITIONS) and Module.PETITIONS in modules:
        days = ((each, at.date()) for each, at in ((now, now.at), (then, then.at)))
        late, early = (question(each, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, day), day) for each, day in days)
        cases = changed_cases(now.scope, connection, late, early, most)
    return Changes(now.at, then.at, cases, turned)


@contextmanager
def operators_source(area: str = "", at: datetime | None = None) -> Iterator[DatabaseSource]:
    """The command line's source: everything but restricted petitions, narrowed by ``area``."""
    with reading_engine().connect() as connection:
        yield DatabaseSource(connection, Scope.operator(area), at=at, kept=Answers(made_by))


def frozen_selections() -> list[dict[str, Any]]:
    """Every frozen selection with its snapshot: id, year, role, digest, snapshot, ranking."""
    with engine().connect() as connection:
        return selection_flow.frozen_texts(Scope.operator(), connection)
