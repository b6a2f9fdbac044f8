"""诉求 as counts by unit: what came in, what is due, what ended, what waits. What the counts mean is judged in ``metrics``.

Restricted petitions (检举控告) count nowhere (信访工作条例 art. 30). The grain is ``window.level``: an area level, ``person``
(handlers who hold a captain post as of), ``category`` or ``department`` (those that are ranked).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    SQLColumnExpression,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from data_access.fact import Cut, Fact
from data_access.frames import AnySelect, by_another_index, by_hashing, frame
from data_access.petition_clocks import civil_clock, day_of, deadline, workday_clock
from data_access.scope import Scope, counted_petitions, has_unit, under_ranked, unit_code, unrestricted_petitions, valid_on
from data_access.valid import Appointment, Department, Petition, PetitionEvent, PetitionRating
from data_access.window import Window
from data_access.words import CAPTAIN_ROLES

NO_CATEGORY = "未分类"
STEPS = ("dispatch", "accept", "resolve", "rate", "close")
"""The 四单 in order: 派单, 接单, 办结, 评单, 销号."""
MOVES = ("dispatch", "return", "accept", "escalate", "extend", "progress", "resolve", "reopen")
"""The events by which a case moves; what a citizen says of it, or its filing, moves nothing."""
AFTERWARDS_DAYS = 60
"""So long a resolved case is looked at for its rating and closing."""


def unit_of_petition(window: Window) -> tuple[SQLColumnExpression[str], ColumnElement[bool]]:
    """The code a petition counts under at the window's level, and which petitions have one."""
    if window.level == "category":
        return func.coalesce(Petition.category, NO_CATEGORY), literal(True)
    if window.level == "department":
        ranked = select(Department.code).where(Department.ranked.is_not(False))
        return func.coalesce(Petition.department_code, ""), Petition.department_code.in_(ranked)
    if window.level == "person":
        captains = select(Appointment.person_id).where(
            Appointment.role.in_(CAPTAIN_ROLES), valid_on(Appointment.valid_from, Appointment.valid_to, window.as_of)
        )
        return literal("p:") + cast(Petition.handler_id, Text), Petition.handler_id.in_(captains)
    return unit_code(Petition.area_code, window.level), has_unit(Petition.area_code, window.level)


def petition_rows() -> AnySelect:
    """A select from petitions whose columns are named later."""
    return select(Petition.id).select_from(Petition)


def within(column: SQLColumnExpression[Any], window: Window) -> ColumnElement[bool]:
    """Whether a timestamp lies in the window. NULL does not."""
    return and_(column >= window.start, column < window.end)


def known_outcome(window: Window) -> ColumnElement[str]:
    """The outcome as of: NULL while open. A petition that ended later is still open (nothing later counts)."""
    return case((Petition.ended_at < window.as_of_end, Petition.outcome))


def ended_by_then(window: Window) -> ColumnElement[bool]:
    return and_(Petition.ended_at.is_not(None), Petition.ended_at < window.as_of_end)


def one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(one_if(condition)), 0)


def seconds_between(start: SQLColumnExpression[Any], end: SQLColumnExpression[Any]) -> ColumnElement[int]:
    return cast(extract("epoch", end), BigInteger) - cast(extract("epoch", start), BigInteger)


def _grouped(
    scope: Scope,
    connection: Connection,
    window: Window,
    statement: AnySelect,
    dimensions: Mapping[str, SQLColumnExpression[Any]],
    counts: Mapping[str, ColumnElement[int]],
) -> pd.DataFrame:
    """Counts by area first, then by unit: which areas count nowhere is asked once an area and not once a petition (an eighth of the time
    with 800,000 petitions on PostgreSQL, which also reads them by several workers then)."""
    unit, in_a_unit = unit_of_petition(window)
    names = ["code", *dimensions]
    by_area: list[ColumnElement[Any]] = [
        unit.label("code"),
        *(expression.label(name) for name, expression in dimensions.items()),
        Petition.area_code.label("area"),
    ]
    # Grouped by position: an expression with bound parameters is not the same expression twice on PostgreSQL.
    places: list[ColumnElement[Any]] = [literal_column(str(place + 1)) for place in range(len(by_area))]
    counted_by_area = statement.with_only_columns(*by_area, *(expression.label(name) for name, expression in counts.items()))
    each = counted_by_area.where(unrestricted_petitions(scope), in_a_unit).group_by(*places).subquery()
    groups = [each.c[name] for name in names]
    rows = select(*groups, *(func.sum(each.c[name]) for name in counts)).where(under_ranked(each.c.area)).group_by(*groups)
    with by_hashing(connection):
        return frame(connection, rows, [*names, *counts], {"code": "str", **dict.fromkeys(counts, "int64")})


def petitions_opened(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Opened in the window: how many, how many repeat, how many come as a group or past a level.

    Grain: unit. Columns: code, opened, repeats, mass (group or skipping a level, each once).
    """
    mass = or_(Petition.is_group.is_(True), Petition.skip_level.is_(True))
    counts = {"opened": func.count(), "repeats": how_many(Petition.repeat_of.is_not(None)), "mass": how_many(mass)}
    return _grouped(scope, connection, window, petition_rows().where(within(Petition.opened_at, window)), {}, counts)


def petitions_to_dispatch(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """派单 (R27): opened in the window, the dispatch clock past as of; ended before any dispatch is left out.

    Grain: unit. Columns: code, due, in_time (dispatched by the end of the last day of the clock).
    """
    clock = workday_clock(window.number("petitions.dispatch_workdays"), "dispatch_clock")
    never_dispatched = and_(ended_by_then(window), or_(Petition.dispatched_at.is_(None), Petition.dispatched_at > Petition.ended_at))
    statement = (
        petition_rows()
        .join(clock, clock.c.day == day_of(Petition.opened_at))
        .where(within(Petition.opened_at, window), clock.c.due <= window.day_over, ~never_dispatched)
    )
    counts = {"due": func.count(), "in_time": how_many(day_of(Petition.dispatched_at) <= clock.c.due)}
    return _grouped(scope, connection, window, statement, {}, counts)


def petitions_to_accept(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """接单 (R27): dispatched in the window, the acceptance clock past as of. Grain: unit. Columns: code, due, in_time."""
    clock = workday_clock(window.number("petitions.accept_workdays"), "accept_clock")
    statement = (
        petition_rows()
        .join(clock, clock.c.day == day_of(Petition.dispatched_at))
        .where(within(Petition.dispatched_at, window), clock.c.due <= window.day_over)
    )
    counts = {"due": func.count(), "in_time": how_many(day_of(Petition.accepted_at) <= clock.c.due)}
    return _grouped(scope, connection, window, statement, {}, counts)


def petitions_dispatched(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Dispatched in the window. Grain: unit.

    Columns: code, dispatched, returned (退单 at least once), to_answer (the response hours are past), answered (contacted within them).
    """
    hours = window.number("petitions.response_hours")
    past = Petition.dispatched_at < window.as_of_end - timedelta(hours=hours)
    in_time = seconds_between(Petition.dispatched_at, Petition.contacted_at) <= int(hours * 3600)
    counts = {
        "dispatched": func.count(),
        "returned": how_many(Petition.returned >= 1),
        "to_answer": how_many(past),
        "answered": how_many(and_(past, Petition.contacted_at.is_not(None), in_time)),
    }
    return _grouped(scope, connection, window, petition_rows().where(within(Petition.dispatched_at, window)), {}, counts)


def petitions_due(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Deadline in the window and past. Grain: unit × outcome as of (None: open) × whether it ended by its deadline.

    Columns: code, outcome, in_time (0/1), petitions.
    """
    due = deadline(window)
    statement = (
        petition_rows()
        .outerjoin(due.clock, due.on)
        .where(
            due.between(window.first, window.last),
            due.past(window.end),
            Petition.opened_at < window.as_of_end,
        )
    )
    dimensions: dict[str, SQLColumnExpression[Any]] = {
        "outcome": known_outcome(window),
        "in_time": one_if(and_(ended_by_then(window), due.kept(Petition.ended_at))),
    }
    return _grouped(scope, connection, window, statement, dimensions, {"petitions": func.count()})


def petitions_settled(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Opened in the window and due or ended as of. Grain: unit × outcome as of × dispute.

    Columns: code, outcome (None: open and due, or ended without an outcome), dispute (0/1), petitions.
    """
    due = deadline(window)
    statement = (
        petition_rows()
        .outerjoin(due.clock, due.on)
        .where(within(Petition.opened_at, window), or_(due.past(window.as_of_end), ended_by_then(window)))
    )
    dimensions: dict[str, SQLColumnExpression[Any]] = {"outcome": known_outcome(window), "dispute": one_if(Petition.is_dispute.is_(True))}
    return _grouped(scope, connection, window, statement, dimensions, {"petitions": func.count()})


def petitions_open(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Open at the end of the window. Grain: unit.

    Columns: code, open, overdue (deadline past by then), backlog (opened more than ``petitions.backlog_days`` before).
    """
    due = deadline(window)
    old = Petition.opened_at < window.end - timedelta(days=window.number("petitions.backlog_days"))
    statement = petition_rows().outerjoin(due.clock, due.on).where(open_at_end(window))
    counts = {"open": func.count(), "overdue": how_many(due.past(window.end)), "backlog": how_many(old)}
    return _grouped(scope, connection, window, statement, {}, counts)


def open_at_end(window: Window) -> ColumnElement[bool]:
    """ "Open as of T", T the end of the window."""
    return and_(by_another_index(Petition.opened_at) < window.end, or_(Petition.ended_at.is_(None), Petition.ended_at >= window.end))


def last_moved(window: Window) -> SQLColumnExpression[Any]:
    """When anything of a case last moved, as known at the end of the window.

    The source's own word where that is not of later; else, and where it has none, the newest event by then, or the last of the steps it
    had taken. Only those cases' events are looked up.
    """
    steps = func.coalesce(*(case((step < window.end, step)) for step in (Petition.accepted_at, Petition.dispatched_at)), Petition.opened_at)
    newest = (
        select(func.max(PetitionEvent.at))
        .where(
            PetitionEvent.petition_id == Petition.id, PetitionEvent.at < window.end, PetitionEvent.at > steps, PetitionEvent.kind.in_(MOVES)
        )
        .correlate(Petition)
        .scalar_subquery()
    )
    return case((Petition.last_progress_at < window.end, Petition.last_progress_at), else_=func.coalesce(newest, steps))


def awaited(window: Window) -> dict[str, tuple[ColumnElement[bool], SQLColumnExpression[Any]]]:
    """By step: which cases wait for it at the end of the window, and since when each of them does.

    For rating or closing: those resolved in the last :data:`AFTERWARDS_DAYS` days.
    """
    # Per case ended of late, by index: a list of all ratings there ever were is too long for a planner to keep at hand.
    rated = exists().where(
        PetitionRating.petition_id == Petition.id, PetitionRating.independent.is_not(True), PetitionRating.rated_at < window.end
    )
    is_open = open_at_end(window)
    dispatched, accepted, closed = (
        and_(column.is_not(None), column < window.end) for column in (Petition.dispatched_at, Petition.accepted_at, Petition.closed_at)
    )
    resolved = and_(Petition.outcome == "resolved", Petition.ended_at >= window.days_back(AFTERWARDS_DAYS), Petition.ended_at < window.end)
    return {
        "dispatch": (and_(is_open, ~dispatched), Petition.opened_at),
        "accept": (and_(is_open, dispatched, ~accepted), Petition.dispatched_at),
        "resolve": (and_(is_open, accepted), Petition.accepted_at),
        "rate": (and_(resolved, ~rated), Petition.ended_at),
        "close": (and_(resolved, ~closed), Petition.ended_at),
    }


def petitions_ended(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Ended in the window. Grain: unit × outcome × level it ended at. Columns: code, outcome, level, petitions."""
    statement = petition_rows().where(within(Petition.ended_at, window))
    dimensions = {"outcome": Petition.outcome, "level": Petition.level}
    return _grouped(scope, connection, window, statement, dimensions, {"petitions": func.count()})


def petitions_ended_and_rated(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Ended in the window. Grain: unit × outcome. Columns: code, outcome, petitions, rated (a 评单 on file as of)."""
    on_file = exists().where(  # per petition ended, by index: not all ratings there ever were
        PetitionRating.petition_id == Petition.id, PetitionRating.independent.is_not(True), PetitionRating.rated_at < window.as_of_end
    )
    statement = petition_rows().where(within(Petition.ended_at, window))
    counts = {"petitions": func.count(), "rated": how_many(on_file)}
    return _grouped(scope, connection, window, statement, {"outcome": Petition.outcome}, counts)


def petition_durations(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """The order statistics around the median and the 90th percentile of the days from opened to ended, ended in the window.

    The database sorts, so that a province's year comes back as four rows a unit. Grain: unit × outcome × position.
    Columns: code, outcome, n (petitions), position (0-based, ascending), days.
    """
    unit, in_a_unit = unit_of_petition(window)
    ended = (
        select(
            unit.label("code"), Petition.outcome.label("outcome"), seconds_between(Petition.opened_at, Petition.ended_at).label("seconds")
        )
        .where(counted_petitions(scope), in_a_unit, within(Petition.ended_at, window))
        .subquery()
    )
    return order_statistics(connection, ended, ["code", "outcome"])


def order_statistics(connection: Connection, measured: Subquery, groups: list[str]) -> pd.DataFrame:
    """From rows with ``seconds``: the values just below and above the median and the 90th percentile of each group.

    Columns: the groups, n, position (0-based, ascending), days.
    """
    keys = [measured.c[name] for name in groups]
    placed = select(
        *keys,
        measured.c.seconds,
        (func.row_number().over(partition_by=keys, order_by=measured.c.seconds) - 1).label("position"),
        func.count().over(partition_by=keys).label("n"),
    ).subquery()
    below_median, below_p90 = (placed.c.n - 1) * 5 // 10, (placed.c.n - 1) * 9 // 10
    wanted = or_(*(placed.c.position == place for place in (below_median, below_median + 1, below_p90, below_p90 + 1)))
    statement = select(*(placed.c[name] for name in groups), placed.c.n, placed.c.position, placed.c.seconds).where(wanted)
    rows = frame(
        connection,
        statement,
        [*groups, "n", "position", "seconds"],
        {groups[0]: "str", "n": "int64", "position": "int64", "seconds": "int64"},
    )
    return rows.assign(days=rows["seconds"] / 86400).drop(columns="seconds")


def petitions_closed(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """销号 in the window (R31). Grain: unit. Columns: code, closed, proper (evidence, follow-up and 评单 on file when closed)."""
    rated = (
        select(PetitionRating.id)
        .where(
            PetitionRating.petition_id == Petition.id,
            PetitionRating.independent.is_not(True),
            PetitionRating.rated_at <= Petition.closed_at,
        )
        .exists()
    )
    followed_up = and_(Petition.followed_up_at.is_not(None), Petition.followed_up_at <= Petition.closed_at)
    counts = {"closed": func.count(), "proper": how_many(and_(Petition.evidence_on_file.is_(True), followed_up, rated))}
    return _grouped(scope, connection, window, petition_rows().where(within(Petition.closed_at, window)), {}, counts)


def petitions_reopened(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """With a reopening among their events in the window. Grain: unit × outcome.

    Columns: code, outcome (where it ended again within the window, else None), petitions.
    """
    reopened = select(PetitionEvent.petition_id).where(PetitionEvent.kind == "reopen", within(PetitionEvent.at, window))
    dimensions = {"outcome": case((within(Petition.ended_at, window), Petition.outcome))}
    statement = petition_rows().where(Petition.id.in_(reopened))
    return _grouped(scope, connection, window, statement, dimensions, {"petitions": func.count()})


def petitions_to_notify(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """信访件 opened in the window, the day of notice past as of (信访工作条例 arts. 22–23). Grain: unit. Columns: code, due, in_time."""
    clock = civil_clock(window.number("petitions.notify_days"), "notice_clock")
    statement = (
        petition_rows()
        .join(clock, clock.c.day == day_of(Petition.opened_at))
        .where(within(Petition.opened_at, window), Petition.is_xinfang.is_(True), clock.c.due <= window.day_over)
    )
    counts = {"due": func.count(), "in_time": how_many(day_of(Petition.notified_at) <= clock.c.due)}
    return _grouped(scope, connection, window, statement, {}, counts)


def petition_ratings(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Ratings given in the window. Grain: unit × kind × stars.

    Columns: code, independent (1: an independent call-back, 0: the 评单 itself), stars, ratings.
    """
    rated = within(PetitionRating.rated_at, window)
    statement = petition_rows().join(PetitionRating, PetitionRating.petition_id == Petition.id).where(rated)
    dimensions = {"independent": one_if(PetitionRating.independent.is_(True)), "stars": PetitionRating.stars}
    return _grouped(scope, connection, window, statement, dimensions, {"ratings": func.count()})


_PLAIN = ("petition", "area", "appointment", "department")
_CLOCKED = (*_PLAIN, "calendar_day")
_DUE, _PETITIONS = ("due", "in_time"), ("petitions",)
_COUNTS = {
    "petitions_opened": Fact(petitions_opened, _PLAIN, sums=("opened", "repeats", "mass"), opened_within=True),
    "petitions_to_dispatch": Fact(petitions_to_dispatch, _CLOCKED, sums=_DUE, opened_within=True),
    "petitions_to_accept": Fact(petitions_to_accept, _CLOCKED, sums=_DUE),
    "petitions_dispatched": Fact(petitions_dispatched, _PLAIN, sums=("dispatched", "returned", "to_answer", "answered")),
    "petitions_due": Fact(petitions_due, _CLOCKED, sums=_PETITIONS),
    "petitions_settled": Fact(petitions_settled, _CLOCKED, sums=_PETITIONS, opened_within=True),
    "petitions_open": Fact(petitions_open, _CLOCKED, sums=("open", "overdue", "backlog")),
    "petitions_ended": Fact(petitions_ended, _PLAIN, sums=_PETITIONS),
    "petitions_ended_and_rated": Fact(
        petitions_ended_and_rated, (*_PLAIN, "petition_rating"), sums=(*_PETITIONS, "rated"), knows_as_of=True
    ),
    "petition_durations": Fact(petition_durations, _PLAIN),
    "petitions_closed": Fact(petitions_closed, (*_PLAIN, "petition_rating"), sums=("closed", "proper")),
    "petitions_reopened": Fact(petitions_reopened, (*_PLAIN, "petition_event"), sums=_PETITIONS),
    "petitions_to_notify": Fact(petitions_to_notify, _CLOCKED, sums=_DUE, opened_within=True),
    "petition_ratings": Fact(petition_ratings, (*_PLAIN, "petition_rating"), sums=("ratings",)),
}
FACTS = {name: fact._replace(cut=Cut.INSTANT) for name, fact in _COUNTS.items()}
