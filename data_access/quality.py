"""数据质量: when rows were entered, in what bursts, with what words, in how many places at once, how long ago the last."""

from __future__ import annotations

from datetime import datetime, timedelta
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
    distinct,
    extract,
    func,
    literal,
    not_,
    select,
    true,
    union_all,
)

from data_access import tables
from data_access.areas import units
from data_access.fact import Cut, Fact
from data_access.frames import AnySelect, frame
from data_access.scope import CODE_LENGTHS, Scope, counted, counted_petitions, has_unit, in_scope, unit_code
from data_access.valid import CaptainMeeting, CaptainVisit, Household, NightSession, NightStay, NightVisit, Petition, ReceptionSlot
from data_access.window import Window

EVERYWHERE = Scope(area="")
"""A burst or a copied note is one wherever its rows lie; only rows inside the reader's scope are then counted."""


LATELY = (timedelta(days=4), timedelta(days=40))
"""How far back the newest record is looked for first, and then; a healthy ledger has one."""


def seconds_of(column: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """Seconds since 1970 of a timestamp or of a day's midnight, alike on both databases."""
    return cast(extract("epoch", column), BigInteger)


Events = list[tuple[str, AnySelect, SQLColumnExpression[Any], SQLColumnExpression[Any], SQLColumnExpression[Any], ColumnElement[bool]]]


def by_file(table: type[tables.Timed]) -> ColumnElement[bool]:
    """以文件补录: nobody knows when the row was entered, so it is neither late nor in a burst."""
    return table.backfilled.is_(True)


def _events() -> Events:
    """The six event tables: name, rows, area, event day, recorded_at, whether a file brought the row."""
    stay, session, visit, slot, home, meeting = NightStay, NightSession, NightVisit, ReceptionSlot, CaptainVisit, CaptainMeeting
    visited = select(home).join(Household, Household.id == home.household_id)
    return [
        ("night_stay", select(stay), stay.area_code, stay.night, stay.recorded_at, by_file(stay)),
        ("night_session", select(session), session.area_code, session.held_on, session.recorded_at, by_file(session)),
        ("night_visit", select(visit), visit.area_code, visit.visited_on, visit.recorded_at, by_file(visit)),
        ("reception_slot", select(slot), slot.area_code, slot.day, slot.recorded_at, by_file(slot)),
        ("captain_visit", visited, Household.area_code, home.visited_on, home.recorded_at, by_file(home)),
        ("captain_meeting", select(meeting), meeting.area_code, meeting.held_on, meeting.recorded_at, by_file(meeting)),
    ]


def entries(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Event rows of the window and those entered within ``quality.entry_hours`` of the end of the event's day.

    A row without ``recorded_at`` is not known to be in time, one that a file brought (``backfilled``) is judged not at all. A slot is
    known beforehand: it counts when its day is over. Grain: unit × table. Columns: code, kind (the table), rows, in_time (backfilled ones
    left out), backfilled.
    """
    allowed = 86400 + int(window.number("quality.entry_hours") * 3600)
    parts = []
    for name, rows, area, day, recorded_at, brought in _events():
        in_time = and_(seconds_of(recorded_at) < seconds_of(day) + allowed, not_(brought))
        last = window.last_over if name == "reception_slot" else window.last
        found = (
            rows.with_only_columns(
                unit_code(area, window.level).label("code"),
                case((in_time, 1), else_=0).label("in_time"),
                case((brought, 1), else_=0).label("backfilled"),
            )
            .where(counted(area, scope), has_unit(area, window.level), day.between(window.first, last))
            .subquery()
        )
        parts.append(
            select(
                found.c.code,
                literal(name).label("kind"),
                func.count().label("rows"),
                func.sum(found.c.in_time).label("in_time"),
                func.sum(found.c.backfilled).label("backfilled"),
            ).group_by(found.c.code)
        )
    return frame(
        connection,
        union_all(*parts),
        ["code", "kind", "rows", "in_time", "backfilled"],
        {"code": "str", "kind": "str", "rows": "int64", "in_time": "int64", "backfilled": "int64"},
    )


def _unit(area: SQLColumnExpression[Any], person: SQLColumnExpression[Any], level: str) -> SQLColumnExpression[str]:
    return literal("p:") + cast(person, Text) if level == "person" else unit_code(area, level)


def _belongs(area: SQLColumnExpression[Any], level: str) -> ColumnElement[bool]:
    return true() if level == "person" else has_unit(area, level)


def _inside(area: SQLColumnExpression[Any], scope: Scope, level: str) -> ColumnElement[int]:
    return case((and_(in_scope(area, scope), _belongs(area, level)), 1), else_=0)


def bursts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Night and captain visits of the window, and those entered in a burst: ``quality.burst_rows`` or more rows of one person
    within ``quality.burst_minutes``. Rows that a file brought (``backfilled``) are none of either.

    Two passes of window functions, so that only counts leave the database: a row starts a burst where the 9th row after
    it was entered in time; a row lies in one where itself or one of the 9 before it starts one.
    Grain: unit. Columns: code, rows, in_burst.
    """
    following, seconds = int(window.number("quality.burst_rows")) - 1, int(window.number("quality.burst_minutes") * 60)
    night: AnySelect = select(
        NightVisit.person_id.label("person_id"),
        _unit(NightVisit.area_code, NightVisit.person_id, window.level).label("code"),
        _inside(NightVisit.area_code, scope, window.level).label("inside"),
        seconds_of(NightVisit.recorded_at).label("entered"),
        literal(0).label("source"),
        NightVisit.id.label("id"),
    ).where(
        counted(NightVisit.area_code, EVERYWHERE),
        NightVisit.visited_on.between(window.first, window.last),
        not_(by_file(NightVisit)),
    )
    home = (
        select(
            CaptainVisit.person_id,
            _unit(Household.area_code, CaptainVisit.person_id, window.level),
            _inside(Household.area_code, scope, window.level),
            seconds_of(CaptainVisit.recorded_at),
            literal(1),
            CaptainVisit.id,
        )
        .join(Household, Household.id == CaptainVisit.household_id)
        .where(
            counted(Household.area_code, EVERYWHERE),
            CaptainVisit.visited_on.between(window.first, window.last),
            not_(by_file(CaptainVisit)),
        )
    )
    visits = union_all(night, home).subquery()
    order = (visits.c.entered, visits.c.source, visits.c.id)
    last_of_ten = func.lead(visits.c.entered, following).over(partition_by=visits.c.person_id, order_by=order)
    started = select(visits, case((last_of_ten - visits.c.entered <= seconds, 1), else_=0).label("starts")).subquery()
    in_burst = func.max(started.c.starts).over(
        partition_by=started.c.person_id,
        order_by=(started.c.entered, started.c.source, started.c.id),
        rows=(-following, 0),
    )
    marked = select(started.c.code, started.c.inside, in_burst.label("in_burst")).subquery()
    statement = select(marked.c.code, func.count(), func.sum(marked.c.in_burst)).where(marked.c.inside == 1).group_by(marked.c.code)
    return frame(connection, statement, ["code", "rows", "in_burst"], {"code": "str", "rows": "int64", "in_burst": "int64"})


def notes(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """The notes of night stays, night visits and captain visits of the window, equal ones of a person and unit counted.

    Grain: person × unit × text. Columns: person_id, code, note, notes, inside (whether the rows lie in the scope: a copied note is
    one wherever the other lies, but only rows inside are counted). People without a row inside are left out.
    """
    rows = union_all(*(_noted(part, scope, window) for part in (NightStay, NightVisit, CaptainVisit))).subquery()
    statement = select(rows.c.person_id, rows.c.code, rows.c.note, rows.c.inside, func.count()).group_by(
        rows.c.person_id, rows.c.code, rows.c.note, rows.c.inside
    )
    if scope.area != "":
        statement = statement.where(rows.c.person_id.in_(_writers(rows)))
    found = frame(
        connection,
        statement,
        ["person_id", "code", "note", "inside", "notes"],
        {"person_id": "int64", "code": "str", "note": "str", "inside": "int64", "notes": "int64"},
    )
    return found.assign(inside=found["inside"] == 1)[["person_id", "code", "note", "notes", "inside"]]


def _writers(rows: Subquery) -> AnySelect:
    again = rows.alias()
    return select(again.c.person_id).where(again.c.inside == 1)


def _noted(table: type[tables.NightStay] | type[tables.NightVisit] | type[tables.CaptainVisit], scope: Scope, window: Window) -> AnySelect:
    if table is CaptainVisit:
        area, day = Household.area_code, CaptainVisit.visited_on
    else:
        area, day = table.area_code, table.night if table is NightStay else table.visited_on  # type: ignore[union-attr]
    rows: AnySelect = select(
        table.person_id.label("person_id"),
        _unit(area, table.person_id, window.level).label("code"),
        table.note.label("note"),
        _inside(area, scope, window.level).label("inside"),
    ).where(
        counted(area, EVERYWHERE),
        day.between(window.first, window.last),
        table.note.is_not(None),
        func.trim(table.note) != "",
    )
    return rows.join(Household, Household.id == CaptainVisit.household_id) if table is CaptainVisit else rows


def doubled_nights(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Person-nights recorded in two or more places (时空冲突), once in each unit one of the places lies in, once in all by person.

    Grain: unit. Columns: code, nights.
    """
    real = and_(counted(NightStay.area_code, EVERYWHERE), NightStay.night.between(window.first, window.last))
    seen = select(NightStay.person_id).where(in_scope(NightStay.area_code, scope), NightStay.night.between(window.first, window.last))
    doubled = (
        select(NightStay.person_id, NightStay.night)
        .where(real, NightStay.person_id.in_(seen) if scope.area else true())  # wherever else they were; nobody else is looked at
        .group_by(NightStay.person_id, NightStay.night)
        .having(func.count(distinct(NightStay.area_code)) > 1)
        .subquery()
    )
    places = (
        select(_unit(NightStay.area_code, NightStay.person_id, window.level).label("code"), NightStay.person_id, NightStay.night)
        .join(doubled, and_(doubled.c.person_id == NightStay.person_id, doubled.c.night == NightStay.night))
        .where(real, in_scope(NightStay.area_code, scope), _belongs(NightStay.area_code, window.level))
        .distinct()
        .subquery()
    )
    statement = select(places.c.code, func.count()).group_by(places.c.code)
    return frame(connection, statement, ["code", "nights"], {"code": "str", "nights": "int64"})


def newest_records(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """When the newest row was entered, over the event tables and petitions, nothing later than the window's end.

    The last days are looked at first, then the last weeks: only where a unit has nothing in them is everything read.
    Grain: unit × table. Columns: code, kind (the table), recorded_at (timestamp).
    """
    there = set(units(scope, connection, Window(window.level, window.last, window.last, window.as_of))["code"])
    for back in LATELY:
        recent = _newest(scope, connection, window, since=window.end - back)
        if there <= set(recent["code"]):
            return recent
    return _newest(scope, connection, window, since=None)


def _newest(scope: Scope, connection: Connection, window: Window, since: datetime | None) -> pd.DataFrame:
    # "Is not 0": the day is to be looked at, not looked up; the few rows entered lately are found by when they were entered.
    sources = [
        (name, rows, area, case((day <= window.last, 1), else_=0) != 0, recorded) for name, rows, area, day, recorded, _ in _events()
    ]
    told = and_(case((Petition.opened_at < window.end, 1), else_=0) != 0, counted_petitions(scope))
    sources.append(("petition", select(Petition), Petition.area_code, told, Petition.recorded_at))
    parts = []
    for name, rows, area, happened, recorded_at in sources:
        entered = recorded_at < window.end if since is None else and_(recorded_at < window.end, recorded_at >= since)
        found = (
            rows.with_only_columns(unit_code(area, window.level).label("code"), recorded_at.label("recorded_at"))
            .where(entered, happened, counted(area, scope), func.length(area) >= CODE_LENGTHS[window.level])
            .subquery()
        )
        parts.append(
            select(found.c.code, literal(name).label("kind"), func.max(found.c.recorded_at).label("recorded_at")).group_by(found.c.code)
        )
    return frame(connection, union_all(*parts), ["code", "kind", "recorded_at"], {"code": "str", "kind": "str"})


_SIX = ("night_stay", "night_session", "night_visit", "reception_slot", "captain_visit", "captain_meeting")
_EVENTS = (*_SIX, "household", "person", "area")
FACTS = {
    "entries": Fact(entries, _EVENTS, sums=("rows", "in_time", "backfilled"), cut=Cut.DAY),
    "bursts": Fact(bursts, ("night_visit", "captain_visit", "household", "person", "area"), sums=("rows", "in_burst")),
    "notes": Fact(notes, ("night_stay", "night_visit", "captain_visit", "household", "person", "area"), sums=("notes",)),
    "doubled_nights": Fact(doubled_nights, ("night_stay", "person", "area")),
    "newest_records": Fact(newest_records, (*_EVENTS, "petition"), cut=Cut.INSTANT),
}
