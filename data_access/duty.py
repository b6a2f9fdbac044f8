"""Night stays against who is in post (住夜): counts by unit and night. What they mean is judged in ``metrics.duty``."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Text, and_, case, cast, distinct, exists, func, or_, select
from sqlalchemy.sql.selectable import Subquery

from data_access.areas import in_post_on, townships, villages
from data_access.fact import Fact
from data_access.frames import frame
from data_access.scope import CODE_LENGTHS, Scope, counted
from data_access.tables import CalendarDay
from data_access.valid import Appointment, LeavePeriod, NightStay
from data_access.window import Window

TOWNSHIP_RANKS = {"township_chief": 1, "township_leader": 2, "township_staff": 3}
"""A person with several posts at a unit counts once, in the highest: staff leave out chiefs and leaders."""
VILLAGE_RANKS = {"village_chief": 1, "village_committee": 2}


def township_roll(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Who stayed at the township itself on workday nights.

    Grain: township × workday night with any stay. Columns: code, night, stays (rows by anyone), chiefs, leaders, staff
    (distinct people in post there that night, each in the highest post held).
    """
    return _roll(scope, connection, window, TOWNSHIP_RANKS, 9, ["chiefs", "leaders", "staff"])


def village_roll(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Who stayed at the village itself on workday nights.

    Grain: village × workday night with any stay. Columns: code, night, stays, chiefs, committee.
    """
    return _roll(scope, connection, window, VILLAGE_RANKS, 12, ["chiefs", "committee"])


def _roll(scope: Scope, connection: Connection, window: Window, ranks: dict[str, int], code_length: int, names: list[str]) -> pd.DataFrame:
    levels = [level for level, length in CODE_LENGTHS.items() if length <= code_length]
    of_unit = and_(counted(NightStay.area_code, scope, levels), func.length(NightStay.area_code) == code_length)
    on_workday = and_(
        NightStay.night.between(window.first, window.last),
        NightStay.night.in_(select(CalendarDay.day).where(CalendarDay.is_workday)),
    )
    any_stay = frame(
        connection,
        select(NightStay.area_code, NightStay.night, func.count())
        .where(of_unit, on_workday)
        .group_by(NightStay.area_code, NightStay.night),
        ["code", "night", "stays"],
        {"code": "str", "stays": "int64"},
    )
    best = (
        select(
            NightStay.area_code,
            NightStay.night,
            NightStay.person_id,
            func.min(case(ranks, value=Appointment.role)).label("post"),
        )
        .join(
            Appointment,
            and_(Appointment.person_id == NightStay.person_id, Appointment.area_code == NightStay.area_code, Appointment.role.in_(ranks)),
        )
        .where(of_unit, on_workday, in_post_on(NightStay.night))
        .group_by(NightStay.area_code, NightStay.night, NightStay.person_id)
        .subquery()
    )
    by_post = frame(
        connection,
        select(best.c.area_code, best.c.night, *(func.sum(_is(best, rank)) for rank in ranks.values())).group_by(
            best.c.area_code, best.c.night
        ),
        ["code", "night", *names],
        {"code": "str"},
    )
    roll = any_stay.merge(by_post, on=["code", "night"], how="left")
    return roll.astype(dict.fromkeys(names, "float64")).fillna(dict.fromkeys(names, 0)).astype(dict.fromkeys(names, "int64"))


def _is(best: Subquery, rank: int) -> ColumnElement[int]:
    return case((best.c.post == rank, 1), else_=0)


def staff_in_post(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Staff on the establishment and in post, by workday. Leaves out anyone who is chief or leader there that day.

    Grain: township × workday. Columns: code, night, in_post (people). Appointments and leave are few and long, days are many:
    they are spread over the days here, which is an order of magnitude cheaper than a join per person and day.
    """
    posts = frame(
        connection,
        select(
            Appointment.person_id,
            Appointment.area_code,
            Appointment.valid_from,
            Appointment.valid_to,
            case(TOWNSHIP_RANKS, value=Appointment.role),
        ).where(
            counted(Appointment.area_code, scope, ("county", "township")),
            func.length(Appointment.area_code) == CODE_LENGTHS["township"],
            Appointment.role.in_(TOWNSHIP_RANKS),
            or_(Appointment.valid_from.is_(None), Appointment.valid_from <= window.last),
            or_(Appointment.valid_to.is_(None), Appointment.valid_to >= window.first),
        ),
        ["person_id", "code", "first", "last", "post"],
    )
    leaves = frame(
        connection,
        select(LeavePeriod.person_id, LeavePeriod.first_day, LeavePeriod.last_day).where(
            LeavePeriod.first_day <= window.last, or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= window.first)
        ),
        ["person_id", "first", "last"],
    )
    days = frame(
        connection,
        select(CalendarDay.day).where(CalendarDay.is_workday, CalendarDay.day.between(window.first, window.last)).order_by(CalendarDay.day),
        ["day"],
    )["day"].to_numpy()
    held = _spread(posts, days)
    away = _spread(leaves, days)[["person_id", "position"]].drop_duplicates().assign(away=True)
    present = held.merge(away, on=["person_id", "position"], how="left")
    present = present[present["away"].isna()]
    highest = present.groupby(["code", "position", "person_id"])["post"].min()
    staff = highest[highest == TOWNSHIP_RANKS["township_staff"]].groupby(level=["code", "position"]).size()
    counts = staff.rename("in_post").reset_index()
    counts["night"] = days[counts["position"].to_numpy(dtype="int64")]
    return counts[["code", "night", "in_post"]].astype({"code": "str", "in_post": "int64"})


def _spread(spells: pd.DataFrame, days: np.ndarray) -> pd.DataFrame:
    """One row a spell × day of ``days`` (sorted) it covers: the spell's columns and ``position`` in ``days``. Open ends reach all days."""
    if spells.empty or len(days) == 0:
        return spells.iloc[:0].assign(position=pd.Series(dtype="int64"))
    start = np.searchsorted(days, spells["first"].fillna(date.min).to_numpy(), side="left")
    stop = np.searchsorted(days, spells["last"].fillna(date.max).to_numpy(), side="right")
    lengths = np.maximum(stop - start, 0)
    rows = np.repeat(np.arange(len(spells)), lengths)
    position = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(start, lengths)
    return spells.iloc[rows].reset_index(drop=True).assign(position=position)


def chief_months(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """A chief's workdays in post and distinct nights stayed on them at that township, by month.

    Grain: chief × township × month. Columns: person_id, code, month (``2026-10``), workdays, nights.
    """
    stayed = exists().where(
        NightStay.person_id == Appointment.person_id,
        NightStay.area_code == Appointment.area_code,
        NightStay.night == CalendarDay.day,
    )
    month = func.substr(cast(CalendarDay.day, Text), 1, 7)
    days = (
        select(
            Appointment.person_id,
            Appointment.area_code,
            CalendarDay.day,
            month.label("month"),
            func.max(case((stayed, 1), else_=0)).label("stayed"),
        )
        .join(CalendarDay, and_(CalendarDay.day.between(window.first, window.last), CalendarDay.is_workday))
        .where(
            counted(Appointment.area_code, scope, ("county", "township")),
            func.length(Appointment.area_code) == CODE_LENGTHS["township"],
            Appointment.role == "township_chief",
            in_post_on(CalendarDay.day),
        )
        .group_by(Appointment.person_id, Appointment.area_code, CalendarDay.day)
        .subquery()
    )
    statement = select(days.c.person_id, days.c.area_code, days.c.month, func.count(), func.sum(days.c.stayed)).group_by(
        days.c.person_id, days.c.area_code, days.c.month
    )
    return frame(
        connection,
        statement,
        ["person_id", "code", "month", "workdays", "nights"],
        {"person_id": "int64", "code": "str", "month": "str", "workdays": "int64", "nights": "int64"},
    )


def team_nights(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Workday nights at the township of everyone who was chief or leader there and in post on some workday of the window.

    Grain: person × township. Columns: person_id, code, nights (distinct workday nights stayed there; zeros included).
    """
    members = (
        select(Appointment.person_id, Appointment.area_code)
        .join(CalendarDay, and_(CalendarDay.day.between(window.first, window.last), CalendarDay.is_workday))
        .where(
            counted(Appointment.area_code, scope, ("county", "township")),
            func.length(Appointment.area_code) == CODE_LENGTHS["township"],
            Appointment.role.in_(("township_chief", "township_leader")),
            in_post_on(CalendarDay.day),
        )
        .distinct()
        .subquery()
    )
    on_workdays = select(CalendarDay.day).where(CalendarDay.is_workday, CalendarDay.day.between(window.first, window.last))
    statement = (
        select(members.c.person_id, members.c.area_code, func.count(distinct(NightStay.night)))
        .outerjoin(
            NightStay,
            and_(
                NightStay.person_id == members.c.person_id,
                NightStay.area_code == members.c.area_code,
                NightStay.night.in_(on_workdays),
            ),
        )
        .group_by(members.c.person_id, members.c.area_code)
    )
    return frame(connection, statement, ["person_id", "code", "nights"], {"person_id": "int64", "code": "str", "nights": "int64"})


STAY_TABLES = ("night_stay", "appointment", "leave_period", "area", "calendar_day")
FACTS = {
    "townships": Fact(townships, ("area",), any_level=True),
    "villages": Fact(villages, ("area",), any_level=True),
    "township_roll": Fact(township_roll, STAY_TABLES, any_level=True),
    "village_roll": Fact(village_roll, STAY_TABLES, any_level=True),
    "staff_in_post": Fact(staff_in_post, ("appointment", "leave_period", "area", "calendar_day"), any_level=True),
    "chief_months": Fact(chief_months, STAY_TABLES, any_level=True),
    "team_nights": Fact(team_nights, STAY_TABLES, any_level=True),
}
