"""Units and people: codes, names, who is in post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, and_, exists, or_, select

from data_access.frames import frame
from data_access.scope import CODE_LENGTHS, Scope, counted, in_scope, under, visible_petitions
from data_access.tables import Appointment as PostOnRecord
from data_access.tables import Person
from data_access.valid import Appointment, Area, Department, LeavePeriod, Petition
from data_access.window import Window

PEOPLE_AT_ONCE = 10_000
UNIT_COLUMNS = ["code", "name", "valid_from", "valid_to"]
SHORTEST_TO_SHOW = 8
"""Digits of a number from which on the first three and the last four tell nobody whose it is."""


def units(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """The units of ``window.level`` that count: ranked, in scope, existing on some day of the window. Of the level ``department`` those of
    the scope's county.

    Grain: one row a unit. Columns: code, name, valid_from, valid_to (dates or None).
    """
    if window.level == "department":
        return _departments(scope, connection, _stands_within(Department.valid_from, Department.valid_to, window))
    return _units(scope, connection, window.level, _exists_within(window))


def units_of(scope: Scope, connection: Connection, level: str, codes: Iterable[str]) -> pd.DataFrame:
    """Those of the codes that are units of ``level`` and count, whenever they existed. Grain and columns as :func:`units`."""
    if level == "department":
        return _departments(scope, connection, Department.code.in_(sorted(codes)))
    return _units(scope, connection, level, Area.code.in_(sorted(codes)))


def _units(scope: Scope, connection: Connection, level: str, which: ColumnElement[bool]) -> pd.DataFrame:
    statement = (
        select(Area.code, Area.name, Area.valid_from, Area.valid_to)
        .where(Area.level == level, counted(Area.code, scope), which)
        .order_by(Area.code)
    )
    return frame(connection, statement, UNIT_COLUMNS, {"code": "str", "name": "str"})


def _departments(scope: Scope, connection: Connection, which: ColumnElement[bool]) -> pd.DataFrame:
    county = None if scope.area is None else scope.area[: CODE_LENGTHS["county"]]
    statement = (
        select(Department.code, Department.name, Department.valid_from, Department.valid_to)
        .where(under(Department.code, county), Department.ranked.is_not(False), which)
        .order_by(Department.code)
    )
    return frame(connection, statement, UNIT_COLUMNS, {"code": "str", "name": "str"})


def townships(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """As :func:`units`, always of townships."""
    return units(scope, connection, _at_level(window, "township"))


def villages(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """As :func:`units`, always of villages."""
    return units(scope, connection, _at_level(window, "village"))


def area(scope: Scope, connection: Connection, code: str) -> dict[str, object] | None:
    """One unit, ranked or not: code, name, level, parent_code, ranked. None outside the scope."""
    row = connection.execute(
        select(Area.code, Area.name, Area.level, Area.parent_code, Area.ranked).where(Area.code == code, in_scope(Area.code, scope))
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def ancestors(scope: Scope, connection: Connection, code: str) -> pd.DataFrame:
    """The units that hold ``code`` and it itself, from the county down, for a breadcrumb. Columns: code, name, level."""
    prefixes = [code[:length] for length in (6, 9, 12, 14, 16, 19) if length <= len(code)]
    statement = select(Area.code, Area.name, Area.level).where(Area.code.in_(prefixes), in_scope(Area.code, scope)).order_by(Area.code)
    return frame(connection, statement, ["code", "name", "level"], {"code": "str"})


def unit_names(scope: Scope, connection: Connection, county: str) -> dict[str, str]:
    """Code → name of a county's units of all levels, whenever they existed."""
    statement = select(Area.code, Area.name).where(under(Area.code, county), in_scope(Area.code, scope))
    return {row.code: row.name for row in connection.execute(statement)}


def people(scope: Scope, connection: Connection, person_ids: Iterable[int]) -> pd.DataFrame:
    """Names of people, masked unless the scope may see them. Grain: one row a known person. Columns: person_id, name, phone.

    The phone is masked for everybody: whole ones (:func:`whole_phones`) are for a view that has asked for a reason.
    """
    wanted = sorted({int(person_id) for person_id in person_ids})
    parts = [
        frame(
            connection,
            select(Person.id, Person.name, Person.phone).where(Person.id.in_(wanted[start : start + PEOPLE_AT_ONCE])),
            ["person_id", "name", "phone"],
        )
        for start in range(0, len(wanted), PEOPLE_AT_ONCE)
    ]
    found = pd.concat(parts) if parts else pd.DataFrame({"person_id": [], "name": [], "phone": []})
    if not scope.may_see_names:
        found["name"] = found["name"].map(masked_name)
    found["phone"] = found["phone"].map(masked_phone)
    return found.astype({"person_id": "int64", "name": "object", "phone": "object"}).reset_index(drop=True)


def whole_phones(scope: Scope, connection: Connection, person_ids: Sequence[int]) -> dict[int, str | None]:
    """Person → phone in full; empty unless the scope may see names. Who asks has put the reason on record before.

    Of people with something to do with the scope: a post in it, above it or nowhere, or a case in it that they handle or lead.
    """
    if not scope.may_see_names or scope.area is None:
        return {}
    above = [scope.area[:length] for length in CODE_LENGTHS.values() if length < len(scope.area)]
    posts = exists().where(PostOnRecord.person_id == Person.id)
    here = posts.where(or_(in_scope(PostOnRecord.area_code, scope), PostOnRecord.area_code.in_(above)))
    case = exists().where(or_(Petition.handler_id == Person.id, Petition.lead_id == Person.id), visible_petitions(scope))
    rows = connection.execute(select(Person.id, Person.phone).where(Person.id.in_(person_ids), or_(here, ~posts, case)))
    return {row.id: row.phone for row in rows}


def masked_name(name: str | None) -> str | None:
    """张三丰 → 张**."""
    return None if not isinstance(name, str) or not name else name[0] + "*" * max(1, len(name) - 1)


def masked_phone(phone: str | None) -> str | None:
    """13812345678 → 138****5678."""
    return None if not isinstance(phone, str) or not phone else f"{phone[:3]}****{phone[-4:]}" if len(phone) >= SHORTEST_TO_SHOW else "****"


def in_post_on(day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """ "In post on D": the appointment is valid on D and no leave period covers D."""
    on_leave = exists().where(
        LeavePeriod.person_id == Appointment.person_id,
        LeavePeriod.first_day <= day,
        or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= day),
    )
    return and_(
        or_(Appointment.valid_from.is_(None), Appointment.valid_from <= day),
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= day),
        ~on_leave,
    )


def _exists_within(window: Window) -> ColumnElement[bool]:
    return _stands_within(Area.valid_from, Area.valid_to, window)


def _stands_within(start: SQLColumnExpression[Any], end: SQLColumnExpression[Any], window: Window) -> ColumnElement[bool]:
    return and_(or_(start.is_(None), start <= window.last), or_(end.is_(None), end >= window.first))


def _at_level(window: Window, level: str) -> Window:
    return replace(window, level=level)
