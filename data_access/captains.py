"""三长: households visited, meetings held, cells, certificates, training, by unit; judged in ``metrics.captains``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Subquery, case, exists, func, literal, select
from sqlalchemy.orm import aliased

from data_access.areas import in_post_on
from data_access.fact import Fact
from data_access.frames import AnySelect, frame
from data_access.scope import CODE_LENGTHS, Scope, counted, has_unit, in_scope, unit_code, valid_on
from data_access.slots import Slot, month_slots, quarter_slots, slot_table, week_slots
from data_access.valid import Appointment, Area, CaptainMeeting, CaptainVisit, Household, TrainingAttendance
from data_access.window import Window

CAPTAIN_LEVELS = {"patch_captain": "patch", "group_captain": "group", "cell_captain": "cell"}
"""The level of the unit each captain leads."""
SHARE_TYPES = {"code": "str", "slot": "str", "k": "int64", "n": "int64"}


def of_captains() -> ColumnElement[bool]:
    """Captains' appointments."""
    return Appointment.role.in_(CAPTAIN_LEVELS)


def by_captain() -> ColumnElement[bool]:
    """Visits of somebody who held a captain's post on the day: what others do is no captain's visit (listed by the page 数据)."""
    held = aliased(Appointment, name="held")
    in_post = valid_on(held.valid_from, held.valid_to, CaptainVisit.visited_on)
    return exists().where(held.person_id == CaptainVisit.person_id, held.role.in_(CAPTAIN_LEVELS), in_post)


def _grain(window: Window, own_level: str) -> str:
    """The level to group by: a figure by person is put together from the rows' own units."""
    return own_level if window.level not in CODE_LENGTHS else window.level


def _slot_shares(connection: Connection, statement: AnySelect | None) -> pd.DataFrame:
    columns = ["code", "slot", "k", "n"]
    return (
        pd.DataFrame([], columns=columns).astype(SHARE_TYPES) if statement is None else frame(connection, statement, columns, SHARE_TYPES)
    )


def household_counts(scope: Scope, level: str, slots: Sequence[Slot], kind: str) -> AnySelect:
    """Households of a kind valid on each slot's last day, and those of them any captain visited in the slot.

    Grain: unit of ``level`` × slot. Columns: code, slot, k, n. A household without a cell counts from its village up.
    """
    slot = slot_table(slots)
    homes = (
        select(Household.id, unit_code(Household.area_code, level).label("code"), Household.valid_from, Household.valid_to)
        .where(
            Household.kind == kind,
            counted(Household.area_code, scope),
            has_unit(Household.area_code, level),
        )
        .cte("homes")
        .prefix_with("MATERIALIZED")  # which households count is asked once, not once a slot
    )
    visited = exists().where(
        CaptainVisit.household_id == homes.c.id,
        CaptainVisit.visited_on.between(slot.c.first, slot.c.last),
        by_captain(),
    )
    counts = (
        select(homes.c.code, slot.c.text.label("slot"), case((visited, 1), else_=0).label("visited"))
        .join(slot, valid_on(homes.c.valid_from, homes.c.valid_to, slot.c.last))
        .subquery()
    )
    return _sums(counts, counts.c.visited)


def _sums(rows: Subquery, done: ColumnElement[int]) -> AnySelect:
    return select(rows.c.code, rows.c.slot, func.sum(done).label("k"), func.count().label("n")).group_by(rows.c.code, rows.c.slot)


def household_shares(scope: Scope, connection: Connection, level: str, slots: Sequence[Slot], kind: str) -> pd.DataFrame:
    """:func:`household_counts` as a frame; no slots, no rows."""
    return _slot_shares(connection, household_counts(scope, level, slots, kind) if slots else None)


def key_visits(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Key households by month. Grain: unit × month (``2026-10``). Columns: code, slot, k (visited), n."""
    return household_shares(scope, connection, _grain(window, "cell"), month_slots(window.first, window.last), "key")


def ordinary_visits(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Ordinary households by quarter. Grain: unit × quarter (``2026-Q4``). Columns: code, slot, k (visited), n."""
    return household_shares(scope, connection, _grain(window, "cell"), quarter_slots(window.first, window.last), "ordinary")


def meeting_counts(scope: Scope, level: str, slots: Sequence[Slot], kind: str, own_level: str) -> AnySelect:
    """Units of ``own_level`` existing on each slot's last day, and those that held a meeting of a kind in it (at most one counts).

    Grain: unit of ``level`` × slot. Columns: code, slot, k, n.
    """
    slot = slot_table(slots)
    held = exists().where(
        CaptainMeeting.area_code == Area.code,
        CaptainMeeting.kind == kind,
        CaptainMeeting.held_on.between(slot.c.first, slot.c.last),
    )
    counts = (
        select(unit_code(Area.code, level).label("code"), slot.c.text.label("slot"), case((held, 1), else_=0).label("held"))
        .select_from(Area)
        .join(slot, valid_on(Area.valid_from, Area.valid_to, slot.c.last))
        .where(Area.level == own_level, counted(Area.code, scope))
        .subquery()
    )
    return _sums(counts, counts.c.held)


def meeting_shares(scope: Scope, connection: Connection, level: str, slots: Sequence[Slot], kind: str, own_level: str) -> pd.DataFrame:
    """:func:`meeting_counts` as a frame; empty below the level that holds the meeting."""
    below = CODE_LENGTHS[level] > CODE_LENGTHS[own_level]
    return _slot_shares(connection, None if below or not slots else meeting_counts(scope, level, slots, kind, own_level))


def heart_talks(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """民情恳谈会, one a quarter a cell. Grain: unit × quarter. Columns: code, slot, k (held), n (due)."""
    slots = quarter_slots(window.first, window.last)
    return meeting_shares(scope, connection, _grain(window, "cell"), slots, "heart_talk", "cell")


def analysis_meetings(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """民情分析会, one a month a village. Grain: unit × month. Columns: code, slot, k, n."""
    slots = month_slots(window.first, window.last)
    return meeting_shares(scope, connection, _grain(window, "village"), slots, "analysis", "village")


def weekly_meetings(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """片长例会, one a week a patch; the window holds whole weeks. Grain: unit × week (its Monday). Columns: code, slot, k, n."""
    slots = week_slots(window.first, window.last)
    return meeting_shares(scope, connection, _grain(window, "patch"), slots, "weekly", "patch")


def monthly_meetings(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """民情碰头会, one a month a patch. Grain: unit × month. Columns: code, slot, k, n."""
    slots = month_slots(window.first, window.last)
    return meeting_shares(scope, connection, _grain(window, "patch"), slots, "monthly", "patch")


def captain_posts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Who holds which captain's post on the as-of day; leave does not end a post. Columns: person_id, code, role."""
    statement = (
        select(Appointment.person_id, Appointment.area_code, Appointment.role)
        .where(
            of_captains(),
            counted(Appointment.area_code, scope),
            valid_on(Appointment.valid_from, Appointment.valid_to, window.as_of),
        )
        .distinct()
    )
    return frame(connection, statement, ["person_id", "code", "role"], {"person_id": "int64", "code": "str", "role": "str"})


def households_by_cell(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """The moment's cells with their households and whether a captain is in post there.

    Grain: cell. Columns: code, households, has_captain (0/1).
    """
    moment = window.last
    living = (
        select(Household.area_code, func.count().label("households"))
        .where(valid_on(Household.valid_from, Household.valid_to, moment), in_scope(Household.area_code, scope))
        .group_by(Household.area_code)
        .subquery()
    )
    statement = (
        select(Area.code, func.coalesce(living.c.households, 0), case((Area.code.in_(_led_cells(scope, moment)), 1), else_=0))
        .select_from(Area)
        .outerjoin(living, living.c.area_code == Area.code)
        .where(Area.level == "cell", counted(Area.code, scope), valid_on(Area.valid_from, Area.valid_to, moment))
        .order_by(Area.code)
    )
    types = {"code": "str", "households": "int64", "has_captain": "int64"}
    return frame(connection, statement, ["code", "households", "has_captain"], types)


def _led_cells(scope: Scope, moment: date) -> AnySelect:
    """Cells with a captain in post: the appointment valid and no leave on the moment's day."""
    return select(Appointment.area_code).where(
        Appointment.role == "cell_captain", in_scope(Appointment.area_code, scope), in_post_on(literal(moment))
    )


def household_cover(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Registered households, and those in a cell with a captain in post. Grain: unit. Columns: code, k, n."""
    level, moment = window.level, window.last
    covered = Household.area_code.in_(_led_cells(scope, moment))
    code = unit_code(Household.area_code, level)
    statement = (
        select(code, func.sum(case((covered, 1), else_=0)), func.count())
        .where(
            valid_on(Household.valid_from, Household.valid_to, moment),
            counted(Household.area_code, scope),
            has_unit(Household.area_code, level),
        )
        .group_by(code)
    )
    return frame(connection, statement, ["code", "k", "n"], {"code": "str", "k": "int64", "n": "int64"})


def certificates(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """代表证: cell captains' appointments valid at the moment, and those whose certificate is issued. Columns: code, k, n."""
    level, moment = window.level, window.last
    code = unit_code(Appointment.area_code, level)
    statement = (
        select(code, func.sum(case((Appointment.certificate_on <= moment, 1), else_=0)), func.count())
        .where(Appointment.role == "cell_captain", *_appointments_at(scope, level, moment))
        .group_by(code)
    )
    return frame(connection, statement, ["code", "k", "n"], {"code": "str", "k": "int64", "n": "int64"})


def contact_cards(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """联系卡: households at the moment, and those that have their card. Columns: code, k, n."""
    level, moment = window.level, window.last
    code = unit_code(Household.area_code, level)
    statement = (
        select(code, func.sum(case((Household.card_on <= moment, 1), else_=0)), func.count())
        .where(
            valid_on(Household.valid_from, Household.valid_to, moment),
            counted(Household.area_code, scope),
            has_unit(Household.area_code, level),
        )
        .group_by(code)
    )
    return frame(connection, statement, ["code", "k", "n"], {"code": "str", "k": "int64", "n": "int64"})


def trained_captains(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Captains' appointments valid on the window's last day, and those whose holder was trained within it. Columns: code, k, n."""
    level = window.level
    code = unit_code(Appointment.area_code, level)
    trained = exists().where(
        TrainingAttendance.person_id == Appointment.person_id, TrainingAttendance.held_on.between(window.first, window.last)
    )
    statement = (
        select(code, func.sum(case((trained, 1), else_=0)), func.count())
        .where(of_captains(), *_appointments_at(scope, level, window.last))
        .group_by(code)
    )
    return frame(connection, statement, ["code", "k", "n"], {"code": "str", "k": "int64", "n": "int64"})


def _appointments_at(scope: Scope, level: str, moment: date) -> tuple[ColumnElement[bool], ...]:
    return (
        valid_on(Appointment.valid_from, Appointment.valid_to, moment),
        counted(Appointment.area_code, scope),
        has_unit(Appointment.area_code, level),
    )


VISIT_TABLES = ("captain_visit", "household", "appointment", "area", "person")
MEETING_TABLES = ("captain_meeting", "area")
"""The answer does not depend on ``window.level``."""
_KN = ("k", "n")
FACTS = {
    "key_visits": Fact(key_visits, VISIT_TABLES, sums=_KN),
    "ordinary_visits": Fact(ordinary_visits, VISIT_TABLES, sums=_KN),
    "heart_talks": Fact(heart_talks, MEETING_TABLES, sums=_KN),
    "analysis_meetings": Fact(analysis_meetings, MEETING_TABLES, sums=_KN),
    "weekly_meetings": Fact(weekly_meetings, MEETING_TABLES, sums=_KN),
    "monthly_meetings": Fact(monthly_meetings, MEETING_TABLES, sums=_KN),
    "captain_posts": Fact(captain_posts, ("appointment", "area"), any_level=True, knows_as_of=True),
    "households_by_cell": Fact(households_by_cell, ("household", "appointment", "leave_period", "area"), any_level=True),
    "household_cover": Fact(household_cover, ("household", "appointment", "leave_period", "area"), sums=_KN),
    "certificates": Fact(certificates, ("appointment", "area"), sums=_KN),
    "contact_cards": Fact(contact_cards, ("household", "area"), sums=_KN),
    "trained_captains": Fact(trained_captains, ("training_attendance", "appointment", "area"), sums=_KN),
}
