"""公示接待 as rows: who was announced, who received, whom they saw, the 诉求 a slot raised, and the slots of the coming days."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from data_access.frames import AnySelect, frame
from data_access.night_lists import PAGE_ROWS, RAISED, RAISED_COLUMNS, without_words
from data_access.scope import CODE_LENGTHS, Scope, counted, counted_petitions, unit_code, unrestricted_petitions
from data_access.valid import Area, Petition, ReceptionSlot
from data_access.window import Window

LIST_TABLES = ("reception_slot", "petition", "area")

BY_A = and_(ReceptionSlot.received_by.is_not(None), ReceptionSlot.received_by == ReceptionSlot.leader_id)
BY_B = and_(
    ReceptionSlot.received_by.is_not(None),
    ReceptionSlot.received_by == ReceptionSlot.backup_id,
    or_(ReceptionSlot.leader_id.is_(None), ReceptionSlot.received_by != ReceptionSlot.leader_id),
)
BY_NOBODY = ReceptionSlot.received_by.is_(None)
HOW_RECEIVED = ("all", "broken", "nobody", "by_b", "other", "raised")


def _held(scope: Scope, window: Window) -> ColumnElement[bool]:
    return and_(counted(ReceptionSlot.area_code, scope), ReceptionSlot.day.between(window.first, window.last))


def slot_totals(scope: Scope, connection: Connection, window: Window) -> dict[str, int]:
    """Published slots of the window's days that are over: slots, by_a, by_b, nobody; batches and visitors (人次) of all slots; raised: 诉求
    opened from receptions, disputes among them."""
    published = and_(ReceptionSlot.published.is_(True), ReceptionSlot.day <= window.last_over)

    def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    slots = connection.execute(
        select(
            how_many(published),
            how_many(and_(published, BY_A)),
            how_many(and_(published, BY_B)),
            how_many(and_(published, BY_NOBODY)),
            func.coalesce(func.sum(ReceptionSlot.batches), 0),
            func.coalesce(func.sum(ReceptionSlot.visitors), 0),
        ).where(_held(scope, window))
    ).one()
    heard = connection.execute(
        select(func.count(), how_many(Petition.is_dispute.is_(True))).where(
            counted_petitions(scope),
            Petition.channel == "reception",
            Petition.opened_at >= window.start,
            Petition.opened_at < window.end,
        )
    ).one()
    names = ("slots", "by_a", "by_b", "nobody", "batches", "visitors", "raised", "disputes")
    return {name: int(count or 0) for name, count in zip(names, (*slots, *heard), strict=True)}


def _slots(scope: Scope, window: Window, how: str) -> AnySelect:
    petition = and_(Petition.origin_slot_id == ReceptionSlot.id, unrestricted_petitions(scope))
    slots = select(ReceptionSlot).outerjoin(Petition, petition).where(_held(scope, window))
    others = and_(ReceptionSlot.received_by.is_not(None), ~func.coalesce(BY_A, False), ~func.coalesce(BY_B, False))
    announced = and_(ReceptionSlot.published.is_(True), ReceptionSlot.day <= window.last_over)
    wanted = {
        "all": None,
        "broken": and_(announced, or_(BY_NOBODY, others)),
        "nobody": and_(announced, BY_NOBODY),
        "by_b": BY_B,
        "other": others,
        "raised": Petition.id.is_not(None),
    }[how]
    return slots if wanted is None else slots.where(wanted)


def slot_count(scope: Scope, connection: Connection, window: Window, how: str = "all") -> int:
    """How many rows :func:`slot_list` has. ``how``: one of :data:`HOW_RECEIVED`; another raises ``KeyError``."""
    return connection.scalar(_slots(scope, window, how).with_only_columns(func.count())) or 0


def slot_list(scope: Scope, connection: Connection, window: Window, how: str = "all", page: int = 1, rows: int = PAGE_ROWS) -> pd.DataFrame:
    """One page of slots, newest first, each with the 诉求 it raised. Grain: slot × petition (a slot without one: one row).

    Columns: id, day, code, unit, township, place, leader_id, backup_id, received_by, published, batches, visitors, number, category,
    title, on_the_spot, ended_at, outcome, followed_up_at. title is None without the right to names.
    """
    unit, township = aliased(Area), aliased(Area)
    statement = (
        _slots(scope, window, how)
        .outerjoin(unit, unit.code == ReceptionSlot.area_code)
        .outerjoin(township, township.code == unit_code(ReceptionSlot.area_code, "township"))
        .with_only_columns(
            ReceptionSlot.id,
            ReceptionSlot.day,
            ReceptionSlot.area_code,
            unit.name,
            township.name,
            ReceptionSlot.place,
            ReceptionSlot.leader_id,
            ReceptionSlot.backup_id,
            ReceptionSlot.received_by,
            ReceptionSlot.published,
            ReceptionSlot.batches,
            ReceptionSlot.visitors,
            *RAISED,
        )
        .order_by(ReceptionSlot.day.desc(), ReceptionSlot.id.desc(), Petition.id)
        .limit(rows)
        .offset((page - 1) * rows)
    )
    columns = [
        "id",
        "day",
        "code",
        "unit",
        "township",
        "place",
        "leader_id",
        "backup_id",
        "received_by",
        "published",
        "batches",
        "visitors",
    ]
    return without_words(scope, frame(connection, statement, [*columns, *RAISED_COLUMNS], {"id": "int64"}))


def coming_slots(scope: Scope, connection: Connection, first: date, last: date) -> pd.DataFrame:
    """Published slots of the townships themselves in the coming days. Grain: slot. Columns: code, day, place, leader_id, backup_id."""
    statement = (
        select(ReceptionSlot.area_code, ReceptionSlot.day, ReceptionSlot.place, ReceptionSlot.leader_id, ReceptionSlot.backup_id)
        .where(
            counted(ReceptionSlot.area_code, scope),
            func.length(ReceptionSlot.area_code) == CODE_LENGTHS["township"],
            ReceptionSlot.published.is_(True),
            ReceptionSlot.day.between(first, last),
        )
        .order_by(ReceptionSlot.day, ReceptionSlot.area_code, ReceptionSlot.id)
    )
    return frame(connection, statement, ["code", "day", "place", "leader_id", "backup_id"], {"code": "str"})


def village_slots_ahead(scope: Scope, connection: Connection, first: date, last: date) -> int:
    """How many slots of villages are announced for the coming days (too many to list; the township's own are listed)."""
    return (
        connection.scalar(
            select(func.count()).where(
                counted(ReceptionSlot.area_code, scope),
                func.length(ReceptionSlot.area_code) > CODE_LENGTHS["township"],
                ReceptionSlot.published.is_(True),
                ReceptionSlot.day.between(first, last),
            )
        )
        or 0
    )
