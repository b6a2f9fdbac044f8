"""Who stayed where: the night stays of units by name and post, and who is in post at a unit. The rows behind ``data_access.duty``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from data_access.areas import in_post_on, masked_name
from data_access.duty import TOWNSHIP_RANKS, VILLAGE_RANKS
from data_access.frames import frame
from data_access.scope import CODE_LENGTHS, HIDDEN_TEXT, Scope, in_scope, under, valid_on
from data_access.tables import Person
from data_access.valid import Appointment, Area, Household, LeavePeriod, NightStay
from data_access.window import Window

UNIT_POSTS = {**TOWNSHIP_RANKS, **VILLAGE_RANKS}
STAY_COLUMNS = ["id", "code", "night", "person_id", "name", "post", "note", "recorded_at", "backfilled"]
ROLL_TABLES = ("night_stay", "appointment", "leave_period", "person", "area")


def stays_at(scope: Scope, connection: Connection, codes: Sequence[str], first: date, last: date) -> pd.DataFrame:
    """Every recorded stay at the units themselves, by whom, latest night first.

    Grain: night_stay. Columns: id, code, night, person_id, name (None for an unknown person; masked unless the scope may see names),
    post (1 chief, 2 leader or committee, 3 staff; missing where the person was not in post there that night: such a stay counts
    nowhere), note (whether there is one, unless the scope may see names), recorded_at, backfilled (以文件补录).
    """
    held = and_(
        Appointment.person_id == NightStay.person_id,
        Appointment.area_code == NightStay.area_code,
        Appointment.role.in_(UNIT_POSTS),
        in_post_on(NightStay.night),
    )
    stay = (NightStay.id, NightStay.area_code, NightStay.night, NightStay.person_id, Person.name)
    written = (NightStay.note, NightStay.recorded_at, NightStay.backfilled)
    statement = (
        select(*stay, func.min(case(UNIT_POSTS, value=Appointment.role)), *written)
        .select_from(NightStay)
        .outerjoin(Appointment, held)
        .outerjoin(Person, Person.id == NightStay.person_id)
        .where(in_scope(NightStay.area_code, scope), NightStay.area_code.in_(list(codes)), NightStay.night.between(first, last))
        .group_by(*stay, *written)
    )
    found = _masked(frame(connection, statement, STAY_COLUMNS), scope)
    if not scope.may_see_names:
        found["note"] = found["note"].astype("object").where(found["note"].isna(), HIDDEN_TEXT)
    return found.sort_values(
        ["night", "code", "post", "id"], ascending=[False, True, True, True], na_position="last", kind="stable", ignore_index=True
    )


def people_in_post(scope: Scope, connection: Connection, codes: Sequence[str], on: date) -> pd.DataFrame:
    """Who holds a post of the township or village at the units on a day, on leave or not.

    Grain: person × unit × post. Columns: person_id, code, role, name (masked unless the scope may see names), since, leave (kind of the
    leave that covers the day, else None).
    """
    leave = (
        select(func.min(LeavePeriod.kind))
        .where(LeavePeriod.person_id == Appointment.person_id, _covers(on))
        .correlate(Appointment)
        .scalar_subquery()
    )
    statement = (
        select(Appointment.person_id, Appointment.area_code, Appointment.role, Person.name, func.min(Appointment.valid_from), leave)
        .outerjoin(Person, Person.id == Appointment.person_id)
        .where(
            in_scope(Appointment.area_code, scope),
            Appointment.area_code.in_(list(codes)),
            Appointment.role.in_(UNIT_POSTS),
            valid_on(Appointment.valid_from, Appointment.valid_to, on),
        )
        .group_by(Appointment.person_id, Appointment.area_code, Appointment.role, Person.name)
        .order_by(Appointment.area_code, func.min(case(UNIT_POSTS, value=Appointment.role)), Appointment.person_id)
    )
    return _masked(frame(connection, statement, ["person_id", "code", "role", "name", "since", "leave"]), scope)


def changes_of_post(scope: Scope, connection: Connection, role: str, first: date, last: date) -> pd.DataFrame:
    """What makes a holder's month shorter: posts of ``role`` that begin or end within the days, and leave that touches them.

    Grain: person × change. Columns: person_id, code, kind (``begin``, ``end``, ``leave``, ``secondment``, ``training``), first, last.
    """
    of_role = (Appointment.role == role, in_scope(Appointment.area_code, scope))
    begins = select(Appointment.person_id, Appointment.area_code, Appointment.valid_from).where(
        *of_role, Appointment.valid_from > first, Appointment.valid_from <= last
    )
    ends = select(Appointment.person_id, Appointment.area_code, Appointment.valid_to).where(
        *of_role, Appointment.valid_to >= first, Appointment.valid_to < last
    )
    away = (
        select(LeavePeriod.person_id, Appointment.area_code, LeavePeriod.kind, LeavePeriod.first_day, LeavePeriod.last_day)
        .join(Appointment, Appointment.person_id == LeavePeriod.person_id)
        .where(
            *of_role,
            or_(Appointment.valid_from.is_(None), Appointment.valid_from <= last),
            or_(Appointment.valid_to.is_(None), Appointment.valid_to >= first),
            LeavePeriod.first_day <= last,
            or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= first),
        )
        .distinct()
    )
    begun = frame(connection, begins, ["person_id", "code", "first"]).assign(kind="begin")
    ended = frame(connection, ends, ["person_id", "code", "first"]).assign(kind="end")
    absent = frame(connection, away, ["person_id", "code", "kind", "first", "last"])
    parts = [each.astype(object) for each in (begun, ended, absent) if len(each)]
    columns = ["person_id", "code", "kind", "first", "last"]
    return pd.concat(parts, ignore_index=True).reindex(columns=columns) if parts else pd.DataFrame({name: [] for name in columns})


def grid_of(scope: Scope, connection: Connection, village: str, on: date) -> pd.DataFrame:
    """片, 组 and 邻 of a village with their captains and households, in the order of their codes.

    Grain: grid unit (a unit without a captain has one row, several captains several). Columns: code, level, name, person_id, captain
    (masked unless the scope may see names; None where nobody), households, key_households (of the cells: their own; else 0).
    """
    captain = {"patch": "patch_captain", "group": "group_captain", "cell": "cell_captain"}
    held = and_(
        Appointment.area_code == Area.code,
        Appointment.role == case(captain, value=Area.level),
        valid_on(Appointment.valid_from, Appointment.valid_to, on),
    )
    units = frame(
        connection,
        select(Area.code, Area.level, Area.name, Appointment.person_id, Person.name)
        .outerjoin(Appointment, held)
        .outerjoin(Person, Person.id == Appointment.person_id)
        .where(in_scope(Area.code, scope), under(Area.code, village), Area.level.in_(captain), valid_on(Area.valid_from, Area.valid_to, on))
        .order_by(Area.code, Appointment.person_id),
        ["code", "level", "name", "person_id", "captain"],
        {"code": "str"},
    )
    homes = frame(
        connection,
        select(Household.area_code, func.count(), func.sum(case((Household.kind == "key", 1), else_=0)))
        .where(
            in_scope(Household.area_code, scope),
            under(Household.area_code, village),
            func.length(Household.area_code) == CODE_LENGTHS["cell"],
            valid_on(Household.valid_from, Household.valid_to, on),
        )
        .group_by(Household.area_code),
        ["code", "households", "key_households"],
        {"code": "str"},
    )
    rows = units.merge(homes, on="code", how="left")
    rows[["households", "key_households"]] = rows[["households", "key_households"]].astype("float64").fillna(0).astype("int64")
    return _masked(rows, scope, "captain")


def named_areas(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Units of ``window.level`` in scope, counted or not, that exist within the window. Columns: code, name, ranked."""
    statement = (
        select(Area.code, Area.name, Area.ranked.is_not(False))
        .where(
            Area.level == window.level,
            in_scope(Area.code, scope),
            or_(Area.valid_from.is_(None), Area.valid_from <= window.last),
            or_(Area.valid_to.is_(None), Area.valid_to >= window.first),
        )
        .order_by(Area.code)
    )
    return frame(connection, statement, ["code", "name", "ranked"], {"code": "str"})


def _covers(day: date) -> ColumnElement[bool]:
    return and_(LeavePeriod.first_day <= day, or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= day))


def _masked(rows: pd.DataFrame, scope: Scope, column: str = "name") -> pd.DataFrame:
    if not scope.may_see_names:
        rows[column] = rows[column].map(masked_name)
    return rows
