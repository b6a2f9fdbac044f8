"""减负: what is asked of a township in rows, by ledger and source, and what of it was asked twice.

Every row that was written is looked at, sound or not: somebody has filled it in. Accusations (检举控告) count here as little as anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Label, SQLColumnExpression, and_, distinct, exists, func, literal, select, union_all

from data_access.fact import Fact
from data_access.frames import AnySelect, frame
from data_access.petition_clocks import day_of
from data_access.scope import Scope, counted, has_unit, is_accusation, unit_code
from data_access.tables import CaptainMeeting, CaptainVisit, Household, NightSession, NightStay, NightVisit, Petition, ReceptionSlot
from data_access.window import Window

TWO_TABLES = "two_tables"
"""The same visit told as a night visit and as a captain's."""


@dataclass(frozen=True)
class _Asked:
    """A ledger: its rows, where and when each lies, who sent it, and the columns that say what it tells of."""

    name: str
    rows: AnySelect
    area: SQLColumnExpression[str]
    day: SQLColumnExpression[Any]
    source: SQLColumnExpression[str | None]
    told_of: tuple[SQLColumnExpression[Any], ...]
    within: ColumnElement[bool]

    def inside(self, scope: Scope, window: Window) -> AnySelect:
        return self.rows.where(self.within, counted(self.area, scope), has_unit(self.area, window.level))


def _ledgers(window: Window) -> list[_Asked]:
    stay, session, visit, slot, home, meeting = NightStay, NightSession, NightVisit, ReceptionSlot, CaptainVisit, CaptainMeeting

    def asked(table: Any, day: Any, *told_of: Any, rows: AnySelect | None = None, area: Any = None) -> _Asked:
        where = table.area_code if area is None else area
        within = day.between(window.first, window.last)
        return _Asked(table.__tablename__, select(table) if rows is None else rows, where, day, table.source, (*told_of, day), within)

    visited = select(home).join(Household, Household.id == home.household_id)
    opened = and_(Petition.opened_at >= window.start, Petition.opened_at < window.end)
    raised = select(Petition).where(~is_accusation(Petition))
    matters = (Petition.area_code, func.coalesce(Petition.title, Petition.number), day_of(Petition.opened_at))
    return [  # a matter without words is like no other: its number stands for it
        asked(stay, stay.night, stay.person_id, stay.area_code),
        asked(session, session.held_on, session.kind, session.area_code),
        asked(visit, visit.visited_on, visit.person_id, visit.area_code),
        asked(slot, slot.day, slot.area_code, slot.place, slot.leader_id),
        _Asked("petition", raised, Petition.area_code, Petition.opened_at, Petition.source, matters, opened),
        asked(home, home.visited_on, home.person_id, home.household_id, rows=visited, area=Household.area_code),
        asked(meeting, meeting.held_on, meeting.kind, meeting.area_code),
    ]


def rows_asked(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Rows dated in the window. Grain: unit × ledger × source. Columns: code, kind (the table), source (None: not told), rows."""
    parts = []
    for ledger in _ledgers(window):
        found = (
            ledger.inside(scope, window)
            .with_only_columns(unit_code(ledger.area, window.level).label("code"), ledger.source.label("source"))
            .subquery()
        )
        parts.append(
            select(found.c.code, literal(ledger.name).label("kind"), found.c.source, func.count()).group_by(found.c.code, found.c.source)
        )
    types = {"code": "str", "kind": "str", "source": "object", "rows": "int64"}
    return frame(connection, union_all(*parts), ["code", "kind", "source", "rows"], types)


def rows_asked_twice(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """What was asked again. Of a ledger: rows beyond the first of those that tell of the same and come from more than one source. Of
    ``two_tables``: the days on which somebody visited a village by night and, as a captain, a household in it, each told of in its ledger.

    Grain: unit × ledger. Columns: code, kind (the table, or ``two_tables``), rows.
    """
    parts = [_from_two_sources(ledger, scope, window) for ledger in _ledgers(window)]
    parts.append(_in_two_tables(scope, window))
    return frame(connection, union_all(*parts), ["code", "kind", "rows"], {"code": "str", "kind": "str", "rows": "int64"})


def _from_two_sources(ledger: _Asked, scope: Scope, window: Window) -> AnySelect:
    columns: list[Label[Any]] = [column.label(f"told_{place}") for place, column in enumerate(ledger.told_of)]
    each = (
        ledger.inside(scope, window)
        .with_only_columns(unit_code(ledger.area, window.level).label("code"), func.coalesce(ledger.source, "").label("source"), *columns)
        .subquery()
    )
    told = [each.c[column.name] for column in columns]
    same = (
        select(each.c.code, (func.count() - 1).label("again"))
        .group_by(each.c.code, *told)
        .having(func.count(distinct(each.c.source)) > 1)
        .subquery()
    )
    return select(same.c.code, literal(ledger.name).label("kind"), func.sum(same.c.again)).group_by(same.c.code)


def _in_two_tables(scope: Scope, window: Window) -> AnySelect:
    visit, home = NightVisit, CaptainVisit
    village = func.substr(Household.area_code, 1, 12)
    also = exists().where(
        home.person_id == visit.person_id,
        home.visited_on == visit.visited_on,
        Household.id == home.household_id,
        village == visit.area_code,
    )
    days = (
        select(unit_code(visit.area_code, window.level).label("code"), visit.person_id, visit.visited_on, visit.area_code)
        .where(
            visit.visited_on.between(window.first, window.last),
            counted(visit.area_code, scope),
            has_unit(visit.area_code, window.level),
            also,
        )
        .distinct()
        .subquery()
    )
    return select(days.c.code, literal(TWO_TABLES).label("kind"), func.count()).group_by(days.c.code)


_TABLES = (
    "night_stay",
    "night_session",
    "night_visit",
    "reception_slot",
    "petition",
    "captain_visit",
    "household",
    "captain_meeting",
    "area",
)
FACTS = {
    "rows_asked": Fact(rows_asked, _TABLES, sums=("rows",)),
    "rows_asked_twice": Fact(rows_asked_twice, _TABLES, sums=("rows",)),
}
