"""公示接待: slots, who kept them, the disputes they raised. What the counts mean is judged in ``metrics.reception``."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, and_, case, func, or_, select

from data_access.areas import townships, villages
from data_access.fact import Cut, Fact
from data_access.frames import frame
from data_access.nights import holders_of, leaves_of, posts_of, weeks_of
from data_access.petition_clocks import deadline
from data_access.petitions import ended_by_then, known_outcome, within
from data_access.scope import CODE_LENGTHS, Scope, counted, counted_petitions, unit_code
from data_access.tables import CalendarDay
from data_access.valid import Petition, ReceptionSlot
from data_access.window import Window

LEADERS = ("township_chief", "township_leader")


def leader_posts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Chiefs and leaders by township. Grain: appointment. Columns: person_id, code, first, last."""
    return posts_of(scope, connection, window, LEADERS, "township")


def leader_leaves(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Their leave. Grain: leave period. Columns: person_id, first, last."""
    return leaves_of(scope, connection, window, LEADERS, "township")


def slots_received(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Published slots by the person who received, wherever the slot was (R15, R17).

    Grain: person × Monday. Columns: person_id, monday, slots.
    """
    columns, dtypes = ["person_id", "monday", "slots"], {"person_id": "int64", "monday": "object", "slots": "int64"}
    weeks = weeks_of(window)
    if weeks is None:
        return pd.DataFrame(columns=columns).astype(dtypes)
    statement = (
        select(ReceptionSlot.received_by, weeks.c.monday, func.count())
        .join(weeks, ReceptionSlot.day.between(weeks.c.monday, weeks.c.sunday))
        .where(
            ReceptionSlot.day.between(window.first, window.last),
            ReceptionSlot.published.is_(True),
            ReceptionSlot.received_by.in_(holders_of(scope, window, LEADERS, "township")),
        )
        .group_by(ReceptionSlot.received_by, weeks.c.monday)
    )
    return frame(connection, statement, columns, dtypes)


def published_slots(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Published slots of the window. Grain: unit. Columns: code, slots, kept (received by A or by B)."""
    kept = or_(ReceptionSlot.received_by == ReceptionSlot.leader_id, ReceptionSlot.received_by == ReceptionSlot.backup_id)
    rows = (
        select(unit_code(ReceptionSlot.area_code, window.level).label("code"), case((kept, 1), else_=0).label("kept"))
        .where(
            counted(ReceptionSlot.area_code, scope),
            func.length(ReceptionSlot.area_code) >= CODE_LENGTHS[window.level],
            ReceptionSlot.published.is_(True),
            ReceptionSlot.day.between(window.first, window.last),
        )
        .subquery()
    )
    statement = select(rows.c.code, func.count(), func.sum(rows.c.kept)).group_by(rows.c.code)
    return frame(connection, statement, ["code", "slots", "kept"], {"code": "str", "slots": "int64", "kept": "int64"})


def township_desk_days(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Workdays on which the township's own desk was staffed, published or not (R16). Grain: township × day. Columns: code, day."""
    return _staffed_days(scope, connection, window, "desk", "township")


def village_desk_days(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Workdays on which the village's own centre was staffed (R16). Grain: village × day. Columns: code, day."""
    return _staffed_days(scope, connection, window, "village_centre", "village")


def _staffed_days(scope: Scope, connection: Connection, window: Window, place: str, level: str) -> pd.DataFrame:
    statement = (
        select(ReceptionSlot.area_code, ReceptionSlot.day)
        .where(
            counted(ReceptionSlot.area_code, scope),
            func.length(ReceptionSlot.area_code) == CODE_LENGTHS[level],
            ReceptionSlot.place == place,
            ReceptionSlot.received_by.is_not(None),
            ReceptionSlot.day.between(window.first, window.last),
            ReceptionSlot.day.in_(select(CalendarDay.day).where(CalendarDay.is_workday)),
        )
        .distinct()
    )
    return frame(connection, statement, ["code", "day"], {"code": "str", "day": "object"})


def reception_disputes(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Disputes raised at receptions (their channel), opened in the window and due or ended as of (R19).

    The same cut as ``petitions_settled``. Grain: unit × outcome as of (None: open and due). Columns: code, outcome, disputes.
    """
    due = deadline(window)
    rows = (
        select(unit_code(Petition.area_code, window.level).label("code"), known_outcome(window).label("outcome"))
        .outerjoin(due.clock, due.on)
        .where(
            counted_petitions(scope),
            func.length(Petition.area_code) >= CODE_LENGTHS[window.level],
            and_(Petition.channel == "reception", Petition.is_dispute.is_(True)),
            within(Petition.opened_at, window),
            or_(due.past(window.as_of_end), ended_by_then(window)),
        )
        .subquery()
    )
    statement = select(rows.c.code, rows.c.outcome, func.count()).group_by(rows.c.code, rows.c.outcome)
    return frame(connection, statement, ["code", "outcome", "disputes"], {"code": "str", "outcome": "object", "disputes": "int64"})


_POSTS = ("appointment", "leave_period", "area")
FACTS = {
    "townships": Fact(townships, ("area",), any_level=True),
    "villages": Fact(villages, ("area",), any_level=True),
    "leader_posts": Fact(leader_posts, _POSTS, any_level=True),
    "leader_leaves": Fact(leader_leaves, _POSTS, any_level=True),
    "slots_received": Fact(slots_received, ("reception_slot", *_POSTS), any_level=True),
    "published_slots": Fact(published_slots, ("reception_slot", "area")),
    "township_desk_days": Fact(township_desk_days, ("reception_slot", "area", "calendar_day"), any_level=True),
    "village_desk_days": Fact(village_desk_days, ("reception_slot", "area", "calendar_day"), any_level=True),
    "reception_disputes": Fact(reception_disputes, ("petition", "area", "calendar_day"), cut=Cut.INSTANT, opened_within=True),
}
