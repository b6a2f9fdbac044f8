"""Petitions as rows: the list (filtered, sorted and paged in the database) and everything on file about one of them.

Restricted petitions (检举控告) are never among the others: ``restricted=True`` asks for their own list, which is empty for a
scope that does not hold them. Without the right to names a row has its category and number, and no title.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Integer, SQLColumnExpression, Text, and_, cast, false, func, null, or_, select, true
from sqlalchemy.orm import aliased

from data_access.frames import AnySelect, frame
from data_access.petition_clocks import Deadline, deadline
from data_access.petition_misses import ANSWERED, LEFT_OUT, MISSES, missed
from data_access.petitions import NO_CATEGORY, STEPS, awaited, last_moved, open_at_end, within
from data_access.scope import (
    CODE_LENGTHS,
    Scope,
    counted_petitions,
    in_scope,
    is_accusation,
    unit_code,
    unrestricted_petitions,
    visible_petitions,
)
from data_access.searched import searched_words
from data_access.valid import Area, NightVisit, Petition, PetitionEvent, PetitionRating, ReceptionSlot
from data_access.window import Window

PAGE_ROWS = 25
AGE_BOUNDS = (3, 7, 15, 30, 60)
"""Days at which an ageing bucket begins, after 0 and before ``petitions.backlog_days``; see :func:`age_buckets`."""
STANDINGS = (
    "open",
    "overdue",
    "due_soon",
    "backlog",
    "backlog_unled",
    "backlog_still",
    "supervised",
    "led",
    "ended",
    "left_out",
    "mass",
    "repeats",
    *(f"awaits_{step}" for step in STEPS),
    "all",
    "all_and_open",
)
CLOCKED = ("overdue", "due_soon", "late", "unresolved", "unresolved_at_reception")
"""The standings that ask for the deadline."""
FLAGS = ("is_xinfang", "is_group", "skip_level", "repeat")
"""What a list may be narrowed to: 信访件, 集体访, 越级访, 重复."""
SORTS = ("due", "moved", "opened", "newest", "number")

LIST_COLUMNS = [
    "id",
    "number",
    "category",
    "title",
    "area_code",
    "township",
    "village",
    "size",
    "level",
    "is_xinfang",
    "opened_at",
    "due_day",
    "due_instant",
    "ended_at",
    "outcome",
    "closed_at",
    "handler_id",
    "lead_id",
    "supervised",
    "moved_at",
    "reopened",
]


@dataclass(frozen=True)
class Asked:
    """What a list shows. Hashable, so that it can be part of a cache key."""

    standing: str = "open"
    sort: str = "due"
    words: str = ""
    level: str | None = None
    size: str | None = None
    category: str | None = None
    channel: str | None = None
    department: str | None = None
    """The code of the department that handles it."""
    handler_id: int | None = None
    lead_id: int | None = None
    age: int | None = None
    """The first day of an ageing bucket (0, 3, 7 … days since it was opened), as in ``petition_state.open_by_dimension``."""
    flag: str | None = None
    """One of :data:`FLAGS`."""
    area: str | None = None
    """The code of a unit within the scope (a village of the township looked at)."""
    restricted: bool = False
    soon: date | None = None
    """The last day of "due soon"."""


def petition_list(scope: Scope, connection: Connection, window: Window, asked: Asked, page: int = 1, rows: int = PAGE_ROWS) -> pd.DataFrame:
    """One page of petitions. Grain: petition. Columns: :data:`LIST_COLUMNS` (``moved_at``: when anything last moved by then).

    ``open``, ``overdue``, ``awaits_dispatch`` … look at the end of the window; ``ended``, ``left_out``, ``mass``, ``repeats``,
    ``all`` at its days, ``all_and_open`` at both; the names of ``data_access.petition_misses`` list what a rate of the window misses.
    Raises ``KeyError`` for an unknown standing or sort.
    """
    due = deadline(window)
    township, village = aliased(Area, name="township"), aliased(Area, name="village")
    moved = last_moved(window)
    statement = (
        select(
            Petition.id,
            Petition.number,
            Petition.category,
            shown_title(scope),
            Petition.area_code,
            township.name,
            village.name,
            Petition.size,
            Petition.level,
            Petition.is_xinfang.is_(True),
            Petition.opened_at,
            due.day.label("due_day"),
            due.instant,
            Petition.ended_at,
            Petition.outcome,
            Petition.closed_at,
            Petition.handler_id,
            Petition.lead_id,
            Petition.supervised.is_(True),
            moved,
            Petition.reopened,
        )
        .select_from(Petition)
        .outerjoin(due.clock, due.on)
        .outerjoin(township, township.code == unit_code(Petition.area_code, "township"))
        .outerjoin(village, village.code == unit_code(Petition.area_code, "village"))
        .where(*_conditions(scope, window, asked, due))
        .order_by(*_order(window, asked, due))
        .limit(rows)
        .offset((max(1, page) - 1) * rows)
    )
    return frame(connection, statement, LIST_COLUMNS)


def _order(window: Window, asked: Asked, due: Deadline) -> list[Any]:
    """One order for a list and for the steps from case to case; without a tie."""
    orders: dict[str, list[Any]] = {
        "due": [due.day.is_(None), due.day, Petition.id],
        "moved": [last_moved(window), Petition.id],
        "opened": [Petition.opened_at, Petition.id],
        "newest": [Petition.opened_at.desc(), Petition.id.desc()],
        "number": [Petition.number],
    }
    return orders[asked.sort]


def petition_neighbours(scope: Scope, connection: Connection, window: Window, asked: Asked, number: str) -> dict[str, Any] | None:
    """Where a case stands in a list: before, after (numbers, None at an end), place (from 1), total; None where it is not in it."""
    due = deadline(window)
    order = _order(window, asked, due)
    listed = (
        select(
            Petition.number,
            func.lag(Petition.number).over(order_by=order).label("before"),
            func.lead(Petition.number).over(order_by=order).label("after"),
            func.row_number().over(order_by=order).label("place"),
            func.count().over().label("total"),
        )
        .select_from(Petition)
        .outerjoin(due.clock, due.on)
        .where(*_conditions(scope, window, asked, due))
        .subquery()
    )
    fields = (listed.c.before, listed.c.after, listed.c.place, listed.c.total)
    row = connection.execute(select(*fields).where(listed.c.number == number)).one_or_none()
    return None if row is None else dict(row._mapping)


def list_handlers(scope: Scope, connection: Connection, window: Window, asked: Asked, most: int) -> pd.DataFrame:
    """Who handles the cases of a list, those with most of them first, at most ``most``. Columns: handler_id, cases."""
    due = deadline(window)
    statement: AnySelect = select(Petition.handler_id, func.count()).select_from(Petition)
    if asked.standing in CLOCKED:
        statement = statement.outerjoin(due.clock, due.on)
    conditions = (*_conditions(scope, window, replace(asked, handler_id=None), due), Petition.handler_id.is_not(None))
    grouped = statement.where(*conditions).group_by(Petition.handler_id).order_by(func.count().desc(), Petition.handler_id)
    return frame(connection, grouped.limit(most), ["handler_id", "cases"])


def petition_count(scope: Scope, connection: Connection, window: Window, asked: Asked) -> int:
    """How many petitions :func:`petition_list` has on all its pages."""
    due = deadline(window)
    statement: AnySelect = select(func.count()).select_from(Petition)
    if asked.standing in CLOCKED:
        statement = statement.outerjoin(due.clock, due.on)
    return int(connection.scalar(statement.where(*_conditions(scope, window, asked, due))) or 0)


def is_told(scope: Scope, asked: Asked) -> bool:
    """Whether a list is told to the scope at all: what a citizen has answered of a case is an answer about whoever handles it, and few
    answers about one person are told to nobody without names (``metrics.small_cells``)."""
    return scope.may_see_names or asked.standing not in ANSWERED


def shown_title(scope: Scope) -> SQLColumnExpression[Any]:
    return Petition.title if scope.may_see_names else cast(null(), Text)


def _conditions(scope: Scope, window: Window, asked: Asked, due: Deadline) -> list[ColumnElement[bool]]:
    scope = scope.narrowed(asked.area)
    if asked.restricted:
        # visible_petitions leaves nothing here for a scope that does not hold them.
        wanted: list[ColumnElement[bool]] = [visible_petitions(scope), is_accusation(Petition)]
    else:
        wanted = [counted_petitions(scope)]
    wanted.append(_standing(window, asked, due) if is_told(scope, asked) else false())
    equal = {
        Petition.level: asked.level,
        Petition.size: asked.size,
        Petition.channel: asked.channel,
        Petition.department_code: asked.department,
        Petition.handler_id: asked.handler_id,
        Petition.lead_id: asked.lead_id,
    }
    wanted += [column == value for column, value in equal.items() if value is not None]
    if asked.category is not None:
        wanted.append(Petition.category.is_(None) if asked.category == NO_CATEGORY else Petition.category == asked.category)
    if asked.age is not None:
        wanted.append(_aged(window, asked.age))
    if asked.flag is not None:
        wanted.append(Petition.repeat_of.is_not(None) if asked.flag == "repeat" else getattr(Petition, asked.flag).is_(True))
    for word in searched_words(asked.words):
        found = [Petition.number.icontains(word, autoescape=True), Petition.category.icontains(word, autoescape=True)]
        if scope.may_see_names:  # who may not read titles may not search them either
            found.append(Petition.title.icontains(word, autoescape=True))
        wanted.append(or_(*found))
    return wanted


def _aged(window: Window, first: int) -> ColumnElement[bool]:
    """Opened so long before the end of the window as one ageing bucket says."""
    after = next((bound for bound in age_buckets(window) if bound > first), None)
    since = Petition.opened_at >= window.end - timedelta(days=after) if after is not None else true()
    return and_(since, Petition.opened_at < window.end - timedelta(days=first)) if first else since


def _standing(window: Window, asked: Asked, due: Deadline) -> ColumnElement[bool]:
    if asked.standing in MISSES:
        return missed(window, due, asked.standing)
    is_open = open_at_end(window)
    old = Petition.opened_at < window.end - timedelta(days=window.number("petitions.backlog_days"))
    opened = within(Petition.opened_at, window)
    return {
        "open": is_open,
        "overdue": and_(is_open, due.past(window.end)),
        "due_soon": and_(is_open, due.ahead(window.end), due.day <= (asked.soon or window.last)),
        "backlog": and_(is_open, old),
        "backlog_unled": and_(is_open, old, Petition.lead_id.is_(None)),
        "backlog_still": and_(is_open, old, last_moved(window) < window.end - timedelta(days=window.number("petitions.still_days"))),
        "supervised": and_(is_open, Petition.supervised.is_(True)),
        "led": and_(is_open, Petition.lead_id.is_not(None)),
        "ended": within(Petition.ended_at, window),
        "left_out": and_(within(Petition.ended_at, window), Petition.outcome.in_(LEFT_OUT)),
        "mass": and_(opened, or_(Petition.is_group.is_(True), Petition.skip_level.is_(True))),
        **{f"awaits_{step}": condition for step, (condition, _since) in awaited(window).items()},
        "repeats": and_(opened, Petition.repeat_of.is_not(None)),
        "all": opened,
        "all_and_open": or_(opened, is_open),
    }[asked.standing]


def age_buckets(window: Window) -> tuple[int, ...]:
    """The first day in hand of each ageing bucket, youngest first: 0, 3 … 90; the last one is 积案."""
    return 0, *AGE_BOUNDS, int(window.number("petitions.backlog_days"))


def categories(scope: Scope, connection: Connection) -> list[str]:
    """The categories petitions of the scope have, most frequent first."""
    statement = (
        select(Petition.category)
        .where(unrestricted_petitions(scope), Petition.category.is_not(None))
        .group_by(Petition.category)
        .order_by(func.count().desc(), Petition.category)
    )
    return [category for category in connection.scalars(statement) if category]


def petition_case(scope: Scope, connection: Connection, window: Window, number: str) -> dict[str, Any] | None:
    """One petition by its number with all its columns and ``due_day``, ``due_instant``; None where the scope may not see it."""
    due = deadline(window)
    columns = [
        getattr(Petition, name)
        for name in sorted(Petition.__table__.columns.keys())
        if name not in ("title", "petitioner_key", "restricted")
    ]
    statement = (
        select(
            *columns,
            is_accusation(Petition).label("restricted"),
            shown_title(scope).label("title"),
            due.day.label("due_day"),
            due.instant.label("due_instant"),
        )
        .select_from(Petition)
        .outerjoin(due.clock, due.on)
        .where(Petition.number == number, visible_petitions(scope))
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else dict(row._mapping)


def case_events(scope: Scope, connection: Connection, petition_id: int) -> pd.DataFrame:
    """The history of one visible petition, oldest first. Columns: at, kind, from_level, to_level, person_id, note (None without names)."""
    note: SQLColumnExpression[Any] = PetitionEvent.note if scope.may_see_names else cast(null(), Text)
    fields = (PetitionEvent.at, PetitionEvent.kind, PetitionEvent.from_level, PetitionEvent.to_level, PetitionEvent.person_id, note)
    statement = (
        select(*fields)
        .join(Petition, Petition.id == PetitionEvent.petition_id)
        .where(PetitionEvent.petition_id == petition_id, visible_petitions(scope))
        .order_by(PetitionEvent.at, PetitionEvent.id)
    )
    return frame(connection, statement, ["at", "kind", "from_level", "to_level", "person_id", "note"])


def case_ratings(scope: Scope, connection: Connection, petition_id: int) -> pd.DataFrame:
    """Ratings of one visible petition, oldest first. Columns: rated_at, stars (None without names), method, independent (bool)."""
    stars: SQLColumnExpression[Any] = PetitionRating.stars if scope.may_see_names else cast(null(), Integer)
    fields = (PetitionRating.rated_at, stars, PetitionRating.method, PetitionRating.independent.is_(True))
    statement = (
        select(*fields)
        .join(Petition, Petition.id == PetitionRating.petition_id)
        .where(PetitionRating.petition_id == petition_id, visible_petitions(scope))
        .order_by(PetitionRating.rated_at, PetitionRating.id)
    )
    return frame(connection, statement, ["rated_at", "stars", "method", "independent"])


def related_cases(scope: Scope, connection: Connection, petition_id: int, repeat_of: int | None) -> pd.DataFrame:
    """What a case repeats, what repeats it, and its fellow repeats. Columns: relation (first/fellow/again), number, category, title,
    opened_at, ended_at, outcome. Restricted ones only for who holds them."""
    kin = [Petition.repeat_of == petition_id]
    if repeat_of is not None:
        kin += [Petition.id == repeat_of, Petition.repeat_of == repeat_of]
    fields = (Petition.id, Petition.repeat_of, Petition.number, Petition.category, shown_title(scope))
    statement = (
        select(*fields, Petition.opened_at, Petition.ended_at, Petition.outcome)
        .where(or_(*kin), Petition.id != petition_id, visible_petitions(scope))
        .order_by(Petition.opened_at)
        .limit(50)
    )
    rows = frame(connection, statement, ["id", "repeat_of", "number", "category", "title", "opened_at", "ended_at", "outcome"])
    again, first = rows["repeat_of"] == petition_id, rows["id"] == repeat_of
    return rows.assign(relation=[("again" if a else "first" if f else "fellow") for a, f in zip(again, first, strict=True)])


def case_origin(scope: Scope, connection: Connection, visit_id: int | None, slot_id: int | None) -> dict[str, Any] | None:
    """The night visit or reception a petition came from: kind, day, person_id, area (name), place; None where none is on file."""
    if visit_id is not None:
        visit = select(NightVisit.visited_on, NightVisit.person_id, Area.name, cast(null(), Text)).outerjoin(
            Area, Area.code == NightVisit.area_code
        )
        row = connection.execute(visit.where(NightVisit.id == visit_id, in_scope(NightVisit.area_code, scope))).one_or_none()
        kind = "visit"
    elif slot_id is not None:
        person = func.coalesce(ReceptionSlot.received_by, ReceptionSlot.leader_id)
        slot = select(ReceptionSlot.day, person, Area.name, ReceptionSlot.place).outerjoin(Area, Area.code == ReceptionSlot.area_code)
        row = connection.execute(slot.where(ReceptionSlot.id == slot_id, in_scope(ReceptionSlot.area_code, scope))).one_or_none()
        kind = "slot"
    else:
        return None
    return None if row is None else {"kind": kind, "day": row[0], "person_id": row[1], "area": row[2], "place": row[3]}


def place_names(scope: Scope, connection: Connection, code: str) -> dict[str, str]:
    """Names of the units that hold an area code, by level."""
    prefixes = {code[:length]: level for level, length in CODE_LENGTHS.items() if length <= len(code)}
    rows = connection.execute(select(Area.code, Area.name).where(Area.code.in_(list(prefixes)), in_scope(Area.code, scope)))
    return {prefixes[found]: name for found, name in rows}
