"""When the clock alone changes a figure: between two steps, and with no new data, every figure stands still.

Only how long ago the newest record was entered (数据滞后) grows from second to second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, and_, func, select
from sqlalchemy.sql.selectable import ScalarSelect

from data_access.petition_lists import AGE_BOUNDS
from data_access.tables import Petition, PetitionEvent, PetitionRating

STEP_TABLES = ("petition", "petition_event", "petition_rating")
"""What :func:`next_step` reads beside the hours of the day."""
HOURS = ("duty.night_over_hour", "duty.evening_hour")
"""When a night ends and when one begins; and midnight."""


def last_hour(moment: datetime, numbers: Mapping[str, float]) -> datetime:
    """The last of the day's own steps that has struck: midnight, the end of the night, its beginning."""
    return max(step for step in _hours_of(moment, numbers) if step <= moment)


def next_step(connection: Connection, after: datetime, numbers: Mapping[str, float]) -> datetime:
    """The first moment after ``after`` at which a figure may change without new data, in one statement.

    An hour of the day; a petition's deadline; the end of the hours or days that a rule gives (response, follow-up, 积案, an ageing bucket,
    a stillness); a row whose own time lies ahead. ``numbers``: thresholds of the rulebook by ``table.name``.
    """
    tomorrow = datetime.combine(after.date() + timedelta(days=1), time())
    steps = [step for step in (*_hours_of(after, numbers), tomorrow) if step > after]
    parts = _petition_steps(after, numbers)
    found = connection.execute(select(*(first for first, _ in parts))).one()
    steps += [at + later for at, (_, later) in zip(found, parts, strict=True) if at is not None]
    return min(steps)


def _hours_of(moment: datetime, numbers: Mapping[str, float]) -> list[datetime]:
    midnight = datetime.combine(moment.date(), time())
    return [midnight, *(midnight + timedelta(hours=numbers[name]) for name in HOURS)]


def _petition_steps(after: datetime, numbers: Mapping[str, float]) -> list[tuple[ScalarSelect[Any], timedelta]]:
    """By kind of step: the first timestamp that comes to it after ``after``, and how long after the timestamp it does."""
    is_open = Petition.ended_at.is_(None)
    backlog = timedelta(days=numbers["petitions.backlog_days"])
    still = timedelta(days=numbers["petitions.still_days"])
    moved = func.coalesce(Petition.last_progress_at, Petition.opened_at)
    at_once = [
        _first(column, after)
        for column in (
            *(Petition.opened_at, Petition.dispatched_at, Petition.ended_at, Petition.closed_at),
            *(Petition.due_at, Petition.extended_to, PetitionRating.rated_at),
        )
    ]
    at_once.append(_first(PetitionEvent.at, after, PetitionEvent.kind == "reopen"))
    answered, followed_up = timedelta(hours=numbers["petitions.response_hours"]), timedelta(days=numbers["nights.follow_up_after_days"])
    heard = and_(Petition.channel == "night_visit", Petition.outcome == "resolved")
    return [
        *((first, timedelta()) for first in at_once),
        (_first(Petition.dispatched_at, after - answered), answered),
        (_first(Petition.ended_at, after - followed_up, heard), followed_up),
        *((_first(Petition.opened_at, after - age, is_open), age) for age in (*map(_days, AGE_BOUNDS), backlog)),
        (_first(moved, after - still, is_open, Petition.opened_at <= after - backlog), still),
    ]


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _first(column: SQLColumnExpression[Any], after: datetime, *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Within a day: midnight is a step anyhow, and a later row is not read, be its moment none at all (SQLite takes any text)."""
    return select(func.min(column)).where(column > after, column <= after + _days(1), *conditions).scalar_subquery()
