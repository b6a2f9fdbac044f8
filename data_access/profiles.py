"""One person as rows: posts, leave, nights, visits, slots. Whoever never held a post in the scope is not found.

Every query is narrowed twice: to the person, and to what lies in the scope.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, exists, func, or_, select

from data_access.areas import people
from data_access.frames import AnySelect, frame
from data_access.scope import HIDDEN_TEXT, Scope, free_text, in_scope
from data_access.valid import (
    Appointment,
    Area,
    CaptainVisit,
    Household,
    LeavePeriod,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    ReceptionSlot,
)

PROFILE_TABLES = (
    "person",
    "appointment",
    "leave_period",
    "area",
    "night_stay",
    "night_visit",
    "night_session",
    "night_lecturer",
    "reception_slot",
    "captain_visit",
    "household",
)
KINDS = ("stay", "visit", "slot", "lecture", "home")
WRITTEN = ("note",)
"""Columns of records in somebody's own words. A session's theme is announced, as its day is."""
"""The kinds of record a person leaves: night stays, night visits, reception slots, lectures, household visits."""


def known_person(scope: Scope, connection: Connection, person_id: int) -> dict[str, Any] | None:
    """Name (masked unless the scope may see names). None for an unknown person or one without any post in the scope."""
    if not connection.scalar(select(held_post(scope, person_id))):
        return None
    found = people(scope, connection, [person_id])
    return found.to_dict("records")[0] if len(found) else {"person_id": person_id, "name": None}


def posts_of(scope: Scope, connection: Connection, person_id: int) -> pd.DataFrame:
    """Posts in the scope, the latest first. Columns: role, code, area (name or None), level, valid_from, valid_to, certificate_on."""
    statement = (
        select(
            Appointment.role,
            Appointment.area_code,
            Area.name,
            Area.level,
            Appointment.valid_from,
            Appointment.valid_to,
            Appointment.certificate_on,
        )
        .outerjoin(Area, Area.code == Appointment.area_code)
        .where(Appointment.person_id == person_id, in_scope(Appointment.area_code, scope))
        .order_by(Appointment.valid_to.is_not(None), Appointment.valid_from.desc(), Appointment.id)
    )
    return frame(connection, statement, ["role", "code", "area", "level", "valid_from", "valid_to", "certificate_on"])


def leave_of(scope: Scope, connection: Connection, person_id: int) -> pd.DataFrame:
    """Leave, secondment and training, the latest first. Columns: kind, first_day, last_day."""
    statement = (
        select(LeavePeriod.kind, LeavePeriod.first_day, LeavePeriod.last_day)
        .where(LeavePeriod.person_id == person_id, held_post(scope, person_id))
        .order_by(LeavePeriod.first_day.desc())
    )
    return frame(connection, statement, ["kind", "first_day", "last_day"])


def days_of(scope: Scope, connection: Connection, person_id: int, first: date, last: date) -> pd.DataFrame:
    """On which days a person left how many records: what the months are counted from.

    Grain: kind × unit × day. Columns: kind (``stay``, ``visit``, ``slot``, ``lecture``, ``home``), code, day, records.
    """
    parts = []
    for kind in KINDS:
        area_code, day, owned, tables = _of_kind(kind, person_id)
        statement = (
            _from(select(area_code, day, func.count()), tables)
            .where(owned, in_scope(area_code, scope), day.between(first, last))
            .group_by(area_code, day)
        )
        rows = frame(connection, statement, ["code", "day", "records"]).assign(kind=kind)
        if len(rows):
            parts.append(rows)
    columns = ["kind", "code", "day", "records"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame({name: [] for name in columns})


def records_of(
    scope: Scope, connection: Connection, person_id: int, kind: str, first: date, last: date, page: int = 1, rows: int = 20
) -> pd.DataFrame:
    """One page of a person's records of a kind, the latest first. Grain: record.

    Columns: id, day, code, area (name or None), words (theme, place or kind of household), count (people, visitors; else None), note,
    recorded_at, backfilled (以文件补录), records (how many there are in all).
    """
    area_code, day, owned, tables = _of_kind(kind, person_id)
    words, count, note, row_id, *recorded = _details(kind)
    statement = (
        _from(select(row_id, day, area_code, Area.name, words, count, free_text(scope, note), *recorded, func.count().over()), tables)
        .outerjoin(Area, Area.code == area_code)
        .where(owned, in_scope(area_code, scope), day.between(first, last))
        .order_by(day.desc(), row_id.desc())
        .limit(rows)
        .offset((max(1, page) - 1) * rows)
    )
    return frame(connection, statement, ["id", "day", "code", "area", "words", "count", "note", "recorded_at", "backfilled", "records"])


def record_row(scope: Scope, connection: Connection, kind: str, record_id: int) -> dict[str, Any] | None:
    """One record with all its columns, ``area`` (name) and for slots and stays the names of the people in it. None outside the scope.
    Of what somebody has written (:data:`WRITTEN`) a scope without names has only that there is something."""
    table = {"stay": NightStay, "visit": NightVisit, "slot": ReceptionSlot, "lecture": NightSession, "home": CaptainVisit}.get(kind)
    if table is None:
        return None
    area_code = Household.area_code if table is CaptainVisit else table.area_code  # type: ignore[attr-defined]
    columns = [getattr(table, name) for name in sorted(table.__table__.columns.keys()) if name != "area_code"]
    more = [Household.kind.label("household_kind")] if table is CaptainVisit else []
    statement: AnySelect = select(*columns, *more, area_code.label("area_code"), Area.name.label("area")).select_from(table)
    if table is CaptainVisit:
        statement = statement.outerjoin(Household, Household.id == CaptainVisit.household_id)
    statement = statement.outerjoin(Area, Area.code == area_code).where(table.id == record_id, in_scope(area_code, scope))
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    if not scope.may_see_names:
        found |= {name: HIDDEN_TEXT for name in WRITTEN if found.get(name)}
    who = [name for name in ("person_id", "leader_id", "backup_id", "received_by") if found.get(name) is not None]
    names = people(scope, connection, [found[name] for name in who]).set_index("person_id")["name"]
    return {**found, **{f"{name}_name": names.get(int(found[name])) for name in who}}


def _of_kind(kind: str, person_id: int) -> tuple[SQLColumnExpression[Any], SQLColumnExpression[Any], ColumnElement[bool], str]:
    """Where and when a record of a kind lies, and whether it is the person's."""
    if kind == "stay":
        return NightStay.area_code, NightStay.night, NightStay.person_id == person_id, kind
    if kind == "visit":
        return NightVisit.area_code, NightVisit.visited_on, NightVisit.person_id == person_id, kind
    if kind == "slot":
        mine = (ReceptionSlot.leader_id, ReceptionSlot.backup_id, ReceptionSlot.received_by)
        return ReceptionSlot.area_code, ReceptionSlot.day, or_(*(column == person_id for column in mine)), kind
    if kind == "lecture":
        lectured = exists().where(NightLecturer.session_id == NightSession.id, NightLecturer.person_id == person_id)
        return NightSession.area_code, NightSession.held_on, lectured, kind
    if kind == "home":
        return Household.area_code, CaptainVisit.visited_on, CaptainVisit.person_id == person_id, kind
    raise KeyError(kind)


def _details(kind: str) -> tuple[Any, ...]:
    """Words, count, note, id, recorded_at and backfilled of a record of a kind."""
    nothing = func.nullif(1, 1)
    table, words, count, note = {
        "stay": (NightStay, nothing, nothing, NightStay.note),
        "visit": (NightVisit, nothing, NightVisit.people, NightVisit.note),
        "slot": (ReceptionSlot, ReceptionSlot.place, ReceptionSlot.visitors, nothing),
        "lecture": (NightSession, NightSession.theme, NightSession.attendees, NightSession.note),
        "home": (CaptainVisit, Household.kind, nothing, CaptainVisit.note),
    }[kind]
    return words, count, note, table.id, table.recorded_at, table.backfilled


def _from(statement: AnySelect, kind: str) -> AnySelect:
    table = {"stay": NightStay, "visit": NightVisit, "slot": ReceptionSlot, "lecture": NightSession, "home": CaptainVisit}[kind]
    statement = statement.select_from(table)
    return statement.join(Household, Household.id == CaptainVisit.household_id) if kind == "home" else statement


def held_post(scope: Scope, person_id: int) -> ColumnElement[bool]:
    """Whether the person ever held a post in the scope: rows without an area of their own (leave, training, marks) are seen with it."""
    # With its FROM stated: for nobody's scope the condition is a plain "false", and without a table that is no SQL.
    return select(Appointment.id).where(Appointment.person_id == person_id, in_scope(Appointment.area_code, scope)).exists()
