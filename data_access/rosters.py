"""Who is to stay a night (排班), and whether they came: counts by unit for the figures, and the roster by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, and_, case, distinct, exists, func, or_, select
from sqlalchemy.orm import aliased

from data_access.areas import in_post_on, masked_name, masked_phone
from data_access.duty import TOWNSHIP_RANKS, VILLAGE_RANKS
from data_access.fact import Fact
from data_access.frames import frame
from data_access.quality import seconds_of
from data_access.scope import CODE_LENGTHS, Scope, counted, in_scope
from data_access.tables import CalendarDay, Person
from data_access.valid import Appointment, DutyRoster, LeavePeriod, NightStay
from data_access.window import Window

HOUR = 3600
ROSTER_TABLES = ("duty_roster", "night_stay", "leave_period", "person", "area")
ROSTER_COLUMNS = [
    "id",
    "code",
    "night",
    "post",
    "person_id",
    "name",
    "substitute_id",
    "substitute",
    "leave",
    "stayed",
    "stood_in",
    "phone",
]


def _of_unit(scope: Scope, window: Window, level: str) -> ColumnElement[bool]:
    """The turns of workday nights of counted units of a level, within the window."""
    levels = [each for each, length in CODE_LENGTHS.items() if length <= CODE_LENGTHS[level]]
    return and_(
        counted(DutyRoster.area_code, scope, levels),
        func.length(DutyRoster.area_code) == CODE_LENGTHS[level],
        DutyRoster.night.between(window.first, window.last),
        DutyRoster.night.in_(select(CalendarDay.day).where(CalendarDay.is_workday)),
    )


def township_plan(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Whom the rosters of townships named before the evening began.

    Grain: township × workday night with anyone named by then. Columns: code, night, chiefs (those in post there that night), people (all
    that are named). A turn without ``recorded_at`` is not known to be late.
    """
    return _plan(scope, connection, window, "township", next(iter(TOWNSHIP_RANKS)))


def village_plan(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """As :func:`township_plan`, of villages."""
    return _plan(scope, connection, window, "village", next(iter(VILLAGE_RANKS)))


def _plan(scope: Scope, connection: Connection, window: Window, level: str, chief: str) -> pd.DataFrame:
    evening = seconds_of(DutyRoster.night) + int(window.number("duty.evening_hour")) * HOUR
    leads = and_(
        Appointment.person_id == DutyRoster.person_id,
        Appointment.area_code == DutyRoster.area_code,
        Appointment.role == chief,
        in_post_on(DutyRoster.night),
    )
    statement = (
        select(
            DutyRoster.area_code,
            DutyRoster.night,
            func.count(distinct(Appointment.person_id)),
            func.count(distinct(DutyRoster.person_id)),
        )
        .select_from(DutyRoster)
        .outerjoin(Appointment, leads)
        .where(
            _of_unit(scope, window, level),
            or_(DutyRoster.recorded_at.is_(None), seconds_of(DutyRoster.recorded_at) < evening),
        )
        .group_by(DutyRoster.area_code, DutyRoster.night)
    )
    columns = ["code", "night", "chiefs", "people"]
    return frame(connection, statement, columns, {"code": "str", "chiefs": "int64", "people": "int64"})


def township_turns(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Whether those on the rosters of townships came, on workday nights; who is on leave that night is left out.

    Grain: township with any turn. Columns: code, due (turns), kept (whose person stayed at the unit itself, or the one who stands in).
    """
    return _turns(scope, connection, window, "township")


def village_turns(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """As :func:`township_turns`, of villages."""
    return _turns(scope, connection, window, "village")


def _turns(scope: Scope, connection: Connection, window: Window, level: str) -> pd.DataFrame:
    came = _there(DutyRoster.person_id) | _there(DutyRoster.substitute_id)
    statement = (
        select(DutyRoster.area_code, func.count(), func.sum(case((came, 1), else_=0)))
        .where(_of_unit(scope, window, level), ~exists().where(_away(DutyRoster.person_id)))
        .group_by(DutyRoster.area_code)
    )
    return frame(connection, statement, ["code", "due", "kept"], {"code": "str", "due": "int64", "kept": "int64"})


def _there(person: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether somebody stayed at the roster's own unit on its night."""
    return exists().where(NightStay.person_id == person, NightStay.area_code == DutyRoster.area_code, NightStay.night == DutyRoster.night)


def _away(person: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    return and_(
        LeavePeriod.person_id == person,
        LeavePeriod.first_day <= DutyRoster.night,
        or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= DutyRoster.night),
    )


def rosters(scope: Scope, connection: Connection, first: date, last: date, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """Who is on the rosters of the units in scope (of ``codes``: of these alone), and whether they stayed there.

    Grain: duty_roster. Columns: id, code, night, post (lead, member, staff), person_id, name, substitute_id, substitute (None: nobody
    stands in), leave (kind of the person's leave on the night, else None), stayed, stood_in (bool: the person, whoever stands in),
    phone (of whoever is to come: the roster's own number, else the person's; masked). Names are masked unless the scope may see them.
    """
    other = aliased(Person)
    leave = select(func.min(LeavePeriod.kind)).where(_away(DutyRoster.person_id)).correlate(DutyRoster).scalar_subquery()
    statement = (
        select(
            DutyRoster.id,
            DutyRoster.area_code,
            DutyRoster.night,
            DutyRoster.post,
            DutyRoster.person_id,
            Person.name,
            DutyRoster.substitute_id,
            other.name,
            leave,
            case((_there(DutyRoster.person_id), 1), else_=0),
            case((_there(DutyRoster.substitute_id), 1), else_=0),
            _phone(other),
        )
        .outerjoin(Person, Person.id == DutyRoster.person_id)
        .outerjoin(other, other.id == DutyRoster.substitute_id)
        .where(
            in_scope(DutyRoster.area_code, scope),
            DutyRoster.night.between(first, last),
            *((DutyRoster.area_code.in_(list(codes)),) if codes is not None else ()),
        )
        .order_by(DutyRoster.night, DutyRoster.area_code, _place(), DutyRoster.id)
    )
    found = frame(
        connection, statement, ROSTER_COLUMNS, {"id": "int64", "code": "str", "person_id": "int64", "stayed": "bool", "stood_in": "bool"}
    )
    found["phone"] = found["phone"].map(masked_phone)
    if not scope.may_see_names:
        found = found.assign(name=found["name"].map(masked_name), substitute=found["substitute"].map(masked_name))
    return found


def _place() -> ColumnElement[int]:
    return case({"lead": 1, "member": 2, "staff": 3}, value=DutyRoster.post, else_=4)


def _phone(other: type[Person]) -> ColumnElement[str | None]:
    """The number under which the one who is to come is reached: of who stands in their own, for the roster's is of whom it names."""
    own, given = func.nullif(Person.phone, ""), func.nullif(DutyRoster.phone, "")
    stands_in = DutyRoster.substitute_id.is_not(None)
    return case((stands_in, func.nullif(other.phone, "")), else_=func.coalesce(given, own))


def night_phones(scope: Scope, connection: Connection, night: date, person_ids: Sequence[int]) -> dict[int, str]:
    """Person → the number in full under which they are reached on a night: the roster's of that night, else their own.

    Empty unless the scope may see names, and of nobody but people with a post or a turn in scope. Who asks has put it on record before.
    """
    if not scope.may_see_names or not person_ids:
        return {}
    given = (
        select(func.max(func.nullif(DutyRoster.phone, "")))
        .where(DutyRoster.person_id == Person.id, DutyRoster.night == night, in_scope(DutyRoster.area_code, scope))
        .scalar_subquery()
    )
    posted = exists().where(Appointment.person_id == Person.id, in_scope(Appointment.area_code, scope))
    turn = exists().where(
        or_(DutyRoster.person_id == Person.id, DutyRoster.substitute_id == Person.id),
        DutyRoster.night == night,
        in_scope(DutyRoster.area_code, scope),
    )
    rows = connection.execute(
        select(Person.id, func.coalesce(given, func.nullif(Person.phone, ""))).where(Person.id.in_(list(person_ids)), or_(posted, turn))
    )
    return {person: phone for person, phone in rows if phone}


PLAN_TABLES = ("duty_roster", "appointment", "leave_period", "area", "calendar_day")
TURN_TABLES = ("duty_roster", "night_stay", "leave_period", "area", "calendar_day")
FACTS = {
    "township_plan": Fact(township_plan, PLAN_TABLES, any_level=True),
    "village_plan": Fact(village_plan, PLAN_TABLES, any_level=True),
    "township_turns": Fact(township_turns, TURN_TABLES, any_level=True),
    "village_turns": Fact(village_turns, TURN_TABLES, any_level=True),
}
