"""How 诉求 stand: what is open and of what kind, what comes and goes, where the 四单 take their time. One statement a question."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
from sqlalchemy import (
    Connection,
    Date,
    SQLColumnExpression,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from data_access.frames import AnySelect, frame
from data_access.petition_clocks import day_of, deadline
from data_access.petition_lists import age_buckets
from data_access.petitions import NO_CATEGORY, awaited, last_moved, one_if, open_at_end, order_statistics, seconds_between, within
from data_access.scope import CODE_LENGTHS, Scope, counted, counted_petitions, is_accusation, unit_code
from data_access.valid import Petition, PetitionEvent, PetitionRating
from data_access.window import Window

DIMENSIONS = ("all", "township", "level", "size", "category", "channel", "sphere", "age")
RECENT_DAYS, PAST_DAYS = 28, 84
A_YEAR = timedelta(weeks=52)
"""A year whose days are the same weekdays."""
REPEATS_LOOKED_AT = 5
"""So many times the rows shown are taken, as some originals may be restricted or elsewhere."""
FLAGS = ("overdue", "due_soon", "backlog", "supervised", "led", "backlog_unled")


def open_by_dimension(scope: Scope, connection: Connection, window: Window, soon: date) -> pd.DataFrame:
    """Open at the end of the window, by each of :data:`DIMENSIONS`.

    ``soon`` is the last day of "due soon" (本周到期). Grain: dimension × value. Columns: dimension, value (None: not recorded), open,
    overdue, due_soon, backlog, supervised, led (包案), backlog_unled. The ``age`` values are the bucket's first day as text.
    """
    due = deadline(window)
    old = Petition.opened_at < window.end - timedelta(days=window.number("petitions.backlog_days"))
    ages = age_buckets(window)
    younger = [(Petition.opened_at >= window.end - timedelta(days=bound), literal(str(first))) for first, bound in pairwise(ages)]
    standing = (
        select(
            unit_code(Petition.area_code, "township").label("township"),
            Petition.level.label("level"),
            Petition.size.label("size"),
            func.coalesce(Petition.category, NO_CATEGORY).label("category"),
            Petition.channel.label("channel"),
            Petition.sphere.label("sphere"),
            case(*younger, else_=literal(str(ages[-1]))).label("age"),
            one_if(due.past(window.end)).label("overdue"),
            one_if(and_(due.ahead(window.end), due.day <= soon)).label("due_soon"),
            one_if(old).label("backlog"),
            one_if(Petition.supervised.is_(True)).label("supervised"),
            one_if(Petition.lead_id.is_not(None)).label("led"),
            one_if(and_(old, Petition.lead_id.is_(None))).label("backlog_unled"),
        )
        .select_from(Petition)
        .outerjoin(due.clock, due.on)
        .where(counted_petitions(scope), open_at_end(window))
        .cte("standing")
    )
    parts = []
    for dimension in DIMENSIONS:
        value: SQLColumnExpression[Any] = cast(null(), Text) if dimension == "all" else standing.c[dimension]
        sums = [func.coalesce(func.sum(standing.c[flag]), 0) for flag in FLAGS]
        part: AnySelect = select(literal(dimension), value, func.count(), *sums).select_from(standing)
        parts.append(part if dimension == "all" else part.group_by(value))
    return frame(connection, union_all(*parts), ["dimension", "value", "open", *FLAGS], dict.fromkeys(("open", *FLAGS), "int64"))


def daily_flow(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """What came in and what ended, by day. Grain: day with either. Columns: day, opened, ended."""
    parts = []
    for name, column in (("opened", Petition.opened_at), ("ended", Petition.ended_at)):
        day = day_of(column)
        parts.append(
            select(literal(name).label("what"), day.label("day"), func.count().label("n"))
            .where(counted_petitions(scope), within(column, window))
            .group_by(day)
        )
    rows = frame(connection, union_all(*parts), ["what", "day", "n"])
    if rows.empty:
        return pd.DataFrame({"day": [], "opened": pd.Series(dtype="int64"), "ended": pd.Series(dtype="int64")})
    flow = rows.pivot(index="day", columns="what", values="n").reindex(columns=["opened", "ended"]).fillna(0).astype("int64")
    return flow.rename_axis(columns=None).reset_index()


def step_durations(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """四单: order statistics of the days each step took, by petitions that finished the step within the window.

    Grain: step × position. Columns: step (:data:`STEPS`), n, position, days. A step that ended before it began is left out.
    """
    rated_at = (
        select(PetitionRating.petition_id, func.min(PetitionRating.rated_at).label("at"))
        .where(PetitionRating.independent.is_not(True), within(PetitionRating.rated_at, window))
        .group_by(PetitionRating.petition_id)
        .subquery()
    )
    pairs = (
        ("dispatch", Petition.opened_at, Petition.dispatched_at),
        ("accept", Petition.dispatched_at, Petition.accepted_at),
        ("resolve", Petition.accepted_at, Petition.ended_at),
        ("close", Petition.ended_at, Petition.closed_at),
    )
    parts = [
        select(literal(step).label("step"), seconds_between(start, end).label("seconds")).where(
            counted_petitions(scope), within(end, window), start.is_not(None), end >= start
        )
        for step, start, end in pairs
    ]
    parts.append(
        select(literal("rate").label("step"), seconds_between(Petition.ended_at, rated_at.c.at).label("seconds"))
        .join(rated_at, rated_at.c.petition_id == Petition.id)
        .where(counted_petitions(scope), Petition.ended_at.is_not(None), rated_at.c.at >= Petition.ended_at)
    )
    return order_statistics(connection, union_all(*parts).subquery(), ["step"])


def waiting_by_step(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Where cases wait now. Grain: step. Columns: step (the one that is awaited), waiting, oldest (since when the longest one waits).

    Awaiting rating or closing: resolved in the last :data:`AFTERWARDS_DAYS` days and not yet rated or closed.
    """
    parts = [
        select(literal(step).label("step"), func.count().label("waiting"), func.min(day_of(start), type_=Date).label("oldest")).where(
            counted_petitions(scope), condition
        )
        for step, (condition, start) in awaited(window).items()
    ]
    return frame(connection, union_all(*parts), ["step", "waiting", "oldest"])


def category_counts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """What comes in of late against before, and how both were a year ago, by category and township.

    Recent: the last :data:`RECENT_DAYS` days; past: the :data:`PAST_DAYS` days before them; the same days :data:`A_YEAR` earlier. Grain:
    category × township (code). Columns: category, code, recent, past, repeats (recent ones that repeat), last_recent, last_past.
    """
    turn, start = window.days_back(RECENT_DAYS), window.days_back(RECENT_DAYS + PAST_DAYS)
    now = and_(Petition.opened_at >= start, Petition.opened_at < window.end)
    then = and_(Petition.opened_at >= start - A_YEAR, Petition.opened_at < window.end - A_YEAR)
    category = func.coalesce(Petition.category, NO_CATEGORY).label("category")
    township = func.substr(Petition.area_code, 1, CODE_LENGTHS["township"]).label("code")
    recent, last_recent = Petition.opened_at >= turn, and_(then, Petition.opened_at >= turn - A_YEAR)
    rows = (
        select(
            category,
            township,
            one_if(recent).label("recent"),
            one_if(and_(now, Petition.opened_at < turn)).label("past"),
            one_if(and_(recent, Petition.repeat_of.is_not(None))).label("repeats"),
            one_if(last_recent).label("last_recent"),
            one_if(and_(then, Petition.opened_at < turn - A_YEAR)).label("last_past"),
        )
        .where(counted_petitions(scope), or_(now, then))
        .subquery()
    )
    counts = ["recent", "past", "repeats", "last_recent", "last_past"]
    statement = select(rows.c.category, rows.c.code, *(func.sum(rows.c[name]) for name in counts)).group_by(rows.c.category, rows.c.code)
    return frame(connection, statement, ["category", "code", *counts], dict.fromkeys(counts, "int64"))


def season_from(window: Window) -> date:
    """The first day that :func:`category_counts` looks at: a ledger that began later knows no season."""
    return (window.days_back(RECENT_DAYS + PAST_DAYS) - A_YEAR).date()


def repeated_most(scope: Scope, connection: Connection, window: Window, limit: int = 6) -> pd.DataFrame:
    """Petitions that later ones repeat, opened in the window. Grain: first petition.

    Columns: id, number, category, title (None without the right to names), code (its area), times, latest (when last repeated), open (0/1).
    """
    again = aliased(Petition, name="again")
    # The few most repeated first, then their originals: joining every repeat to its original reads the table twice.
    most = (
        select(again.repeat_of.label("first_id"), func.count().label("times"), func.max(again.opened_at).label("latest"))
        .where(
            again.repeat_of.is_not(None),
            counted(again.area_code, scope),
            ~is_accusation(again),
            within(again.opened_at, window),
        )
        .group_by(again.repeat_of)
        .order_by(func.count().desc(), func.max(again.opened_at).desc(), again.repeat_of)
        .limit(limit * REPEATS_LOOKED_AT)
        .subquery()
    )
    title: SQLColumnExpression[Any] = Petition.title if scope.may_see_names else cast(null(), Text)
    still_open = one_if(or_(Petition.ended_at.is_(None), Petition.ended_at >= window.end))
    statement = (
        select(Petition.id, Petition.number, Petition.category, title, Petition.area_code, most.c.times, most.c.latest, still_open)
        .join(most, most.c.first_id == Petition.id)
        .where(counted_petitions(scope))
        .order_by(most.c.times.desc(), most.c.latest.desc(), Petition.id)
        .limit(limit)
    )
    return frame(connection, statement, ["id", "number", "category", "title", "code", "times", "latest", "open"])


def escalations(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """What climbed levels within the window (R29). Grain: from × to. Columns: from_level, to_level, times, petitions."""
    statement = (
        select(PetitionEvent.from_level, PetitionEvent.to_level, func.count(), func.count(func.distinct(PetitionEvent.petition_id)))
        .join(Petition, Petition.id == PetitionEvent.petition_id)
        .where(counted_petitions(scope), PetitionEvent.kind == "escalate", within(PetitionEvent.at, window))
        .group_by(PetitionEvent.from_level, PetitionEvent.to_level)
    )
    return frame(connection, statement, ["from_level", "to_level", "times", "petitions"], {"times": "int64", "petitions": "int64"})


def leads(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """领导包案: who leads which open cases. Grain: lead.

    Columns: lead_id, open, overdue, backlog, last_moved (of the one that rests longest).
    """
    due = deadline(window)
    old = Petition.opened_at < window.end - timedelta(days=window.number("petitions.backlog_days"))
    moved = last_moved(window)
    statement = (
        select(Petition.lead_id, func.count(), func.sum(one_if(due.past(window.end))), func.sum(one_if(old)), func.min(moved))
        .outerjoin(due.clock, due.on)
        .where(counted_petitions(scope), open_at_end(window), Petition.lead_id.is_not(None))
        .group_by(Petition.lead_id)
        .order_by(func.min(moved))
    )
    counts = ["open", "overdue", "backlog"]
    return frame(connection, statement, ["lead_id", *counts, "last_moved"], {"lead_id": "int64", **dict.fromkeys(counts, "int64")})
