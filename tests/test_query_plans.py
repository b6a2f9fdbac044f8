"""The indexes are the ones the queries use: where the window is narrow, an event table is reached by an index on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, make_url, select, text

from data_access import burden
from data_access.attention import changed_petitions, overdue_petitions, unmoved_backlog
from data_access.clock import beijing_now
from data_access.clock_steps import next_step
from data_access.engine import engine
from data_access.facts import FACTS
from data_access.freshness import change_marks
from data_access.petitions import petitions_open
from data_access.scope import Scope
from data_access.tables import Area
from metrics.definition import Question, Span
from metrics.outcomes import TOTALS
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from reports.source import DatabaseSource, bound_numbers, window
from tests.builders import table_marks
from tests.demo_county import filled

EVENTS = (
    "night_stay",
    "night_visit",
    "night_session",
    "reception_slot",
    "petition",
    "petition_event",
    "petition_rating",
    "captain_visit",
    "captain_meeting",
)
NARROW = {Span.PERIOD, Span.WEEKS}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A small demo county in a database of its own: planners decide by what is in the tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'county.db'}"
    else:
        server = request.getfixturevalue("postgresql_url")
        with engine(server).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE IF EXISTS plans"))
            connection.execute(text("CREATE DATABASE plans"))
        url = make_url(server).set(database="plans").render_as_string(hide_password=False)
    database = engine(url)
    filled(database)
    with database.begin() as connection:
        connection.execute(text("ANALYZE"))  # the plan of a county in use, not of tables the planner knows nothing of
    yield database
    database.dispose()


def spans() -> dict[str, tuple[Level, Span]]:
    """Each fact at the finest level of places or people and over the span at which an indicator, 成效 or 减负账 asks for it.

    Departments are none: the few petitions that go to them have an index of their own, which a planner rightly reads whole.
    """
    levels = [(entry, level) for entry in REGISTRY.values() for level in entry.levels if level is not Level.DEPARTMENT]
    told = {total.fact: (total.levels[-1], total.span) for total in TOTALS if total.fact}
    told |= dict.fromkeys(burden.FACTS, (Level.TOWNSHIP, Span.PERIOD))
    return told | {name: (level, span) for entry, level in levels for name, span in entry.needs_at(level).items()}


def statements(connection: Connection, scope: Scope, name: str, question: Question, span: Span) -> list[tuple[str, Any]]:
    """What the fact sends to the database."""
    return sent_by(connection, lambda: FACTS[name].query(scope, connection, window(question, span)))


def sent_by(connection: Connection, ask: Callable[[], object]) -> list[tuple[str, Any]]:
    sent: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("SET LOCAL"):
            sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    ask()
    event.remove(connection, "before_cursor_execute", hear)
    return sent


def plan_of(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """SQLite's steps."""
    cursor: Any = connection.connection.cursor()
    return [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def full_scans(connection: Connection, statement: str, parameters: Any) -> set[str]:
    """Event tables that the plan reads from end to end."""
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        steps = plan_of(connection, statement, parameters)
        aliases = dict(re.findall(r"(?:FROM|JOIN) (\w+) AS (\w+)", statement))
        named = {alias: table for table, alias in aliases.items()}
        found = {match[1] for step in steps if (match := re.match(r"SCAN (\w+)", step))}
        return {named.get(name, name) for name in found} & set(EVENTS)
    # A table of a few pages is rightly read whole, also by a hash or merge join: is there a way through an index, once it has grown?
    for habit in ("seqscan", "hashjoin", "mergejoin"):
        cursor.execute(f"SET LOCAL enable_{habit} = off")
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]

    def scanned(node: dict[str, Any]) -> set[str]:
        below = set().union(*(scanned(child) for child in node.get("Plans", [])))
        whole = node["Node Type"] == "Seq Scan" or (node["Node Type"].startswith("Index") and "Index Cond" not in node)
        return below | ({node["Relation Name"]} if whole and "Relation Name" in node else set())

    return scanned(plan) & set(EVENTS)


def asked(connection: Connection, scope: Scope, level: Level, kind: PeriodKind) -> Question:
    as_of = beijing_now().date()
    period = Period.holding(kind, as_of - timedelta(days=14))
    return Question(level, period, as_of, DatabaseSource(connection, scope).workdays(), rulebook().on(as_of))


@pytest.mark.parametrize("name", [name for name, (_level, span) in spans().items() if span in NARROW])
def test_a_week_is_read_through_an_index(county: Engine, name: str) -> None:
    level, span = spans()[name]
    with county.connect() as connection:
        question = asked(connection, Scope.operator(), level, PeriodKind.WEEK)
        scans = set().union(*(full_scans(connection, *each) for each in statements(connection, Scope.operator(), name, question, span)))
    assert scans == set(), f"{name} reads all of {scans}"


@pytest.mark.parametrize("name", [name for name, (_level, span) in spans().items() if span in NARROW])
def test_one_villages_week_is_read_through_an_index(county: Engine, name: str) -> None:
    level, span = spans()[name]
    with county.connect() as connection:
        village = connection.scalar(select(Area.code).where(Area.level == "village").order_by(Area.code))
        scope = Scope.operator(str(village))
        question = asked(connection, scope, level, PeriodKind.WEEK)
        scans = set().union(*(full_scans(connection, *each) for each in statements(connection, scope, name, question, span)))
    assert scans == set(), f"{name} reads all of {scans}"


@pytest.mark.parametrize("county", ["sqlite"], indirect=True)
def test_what_is_open_is_found_without_reading_all_that_was_ever_opened(county: Engine) -> None:
    """SQLite knows not how many rows lie below a value, and takes "opened before now" for a few."""
    scope, day = Scope.operator(), timedelta(days=1)
    with county.connect() as connection:
        now = window(asked(connection, scope, Level.TOWNSHIP, PeriodKind.MONTH), Span.MOMENT)
        then = replace(now, last=now.last - day, as_of=now.as_of - day)
        for ask in (
            partial(petitions_open, scope, connection, now),
            partial(overdue_petitions, scope, connection, now, 8),
            partial(unmoved_backlog, scope, connection, now, 15, 8),
            partial(changed_petitions, scope, connection, now, then, 8),
        ):
            steps = [step for sent in sent_by(connection, ask) for step in plan_of(connection, *sent)]
            assert any("petition USING INDEX ix_petition_ended_at" in step for step in steps), ask.func.__name__
            assert not any(step.startswith("SCAN petition ") or "(opened_at<?)" in step for step in steps), ask.func.__name__


def test_units_that_count_nowhere_are_found_without_reading_all_units(county: Engine) -> None:
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[county.dialect.name]
    with county.connect() as connection:
        if county.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        asked = select(Area.code).where(Area.ranked.is_(False)).compile(connection, compile_kwargs={"literal_binds": True})
        assert "ix_area_unranked" in str(connection.execute(text(f"{explain} {asked}")).all())


def test_the_next_step_of_the_clock_is_found_through_indexes(county: Engine) -> None:
    with county.connect() as connection:
        sent: list[tuple[str, Any]] = []

        def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            sent.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", hear)
        next_step(connection, beijing_now() - timedelta(days=3), dict(bound_numbers(rulebook().on(beijing_now().date()))))
        event.remove(connection, "before_cursor_execute", hear)
        assert len(sent) == 1
        assert full_scans(connection, *sent[0]) == set()


@pytest.mark.parametrize("name", FACTS)
def test_the_number_of_statements_does_not_grow_with_the_number_of_units(county: Engine, name: str) -> None:
    level, span = spans()[name]
    with county.connect() as connection:
        village = connection.scalar(select(Area.code).where(Area.level == "village").order_by(Area.code))
        counts = {
            area: len(statements(connection, scope, name, asked(connection, scope, level, PeriodKind.MONTH), span))
            for area in ("", str(village)[:9], str(village))
            for scope in [Scope.operator(area)]
        }
    assert len(set(counts.values())) == 1, counts
    assert next(iter(counts.values())) <= 6, f"{name} asks {counts} statements"


def test_the_marks_of_a_tick_are_one_statement_over_a_few_rows(county: Engine) -> None:
    with county.connect() as connection:
        sent: list[str] = []

        def hear(_connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
            sent.append(statement)

        event.listen(connection, "before_cursor_execute", hear)
        marks = change_marks(connection)
        event.remove(connection, "before_cursor_execute", hear)
        rows = connection.execute(text("SELECT count(*) FROM board_change_mark")).scalar_one()
    assert len(sent) == 1
    assert table_marks(marks)["night_stay"] > 0
    assert rows < 200
