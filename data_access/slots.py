"""Months, quarters and weeks as a small table to join: date arithmetic is done here, once, not in each engine's own SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Date, Text, literal, select, union_all
from sqlalchemy.sql.selectable import Subquery


class Slot(NamedTuple):
    """A stretch of days in which something is due once. ``last`` is the day on which it is asked who or what was there."""

    text: str
    first: date
    last: date


def month_slots(first: date, last: date) -> list[Slot]:
    """The months from the one holding ``first`` to the one holding ``last``, cut at ``last``: ``2026-10``."""
    slots = []
    start = first.replace(day=1)
    while start <= last:
        following = (start + timedelta(days=31)).replace(day=1)
        slots.append(Slot(f"{start:%Y-%m}", start, min(following - timedelta(days=1), last)))
        start = following
    return slots


def quarter_slots(first: date, last: date) -> list[Slot]:
    """As :func:`month_slots` by quarter: ``2026-Q4``."""
    slots = []
    start = first.replace(month=(first.month - 1) // 3 * 3 + 1, day=1)
    while start <= last:
        following = (start + timedelta(days=93)).replace(day=1)
        slots.append(Slot(f"{start.year}-Q{(start.month + 2) // 3}", start, min(following - timedelta(days=1), last)))
        start = following
    return slots


def week_slots(first: date, last: date) -> list[Slot]:
    """The whole weeks from Monday ``first``, named by their Monday: ``2026-10-12``."""
    monday = first - timedelta(days=first.weekday())
    slots = []
    while monday + timedelta(days=6) <= last:
        slots.append(Slot(monday.isoformat(), monday, monday + timedelta(days=6)))
        monday += timedelta(days=7)
    return slots


def slot_table(slots: Sequence[Slot]) -> Subquery:
    """The slots as a derived table: text, first, last. Raises ``ValueError`` for none: ask first whether there are any."""
    if not slots:
        raise ValueError("no slots")
    rows = [
        select(
            literal(slot.text, Text).label("text"),
            literal(slot.first, Date).label("first"),
            literal(slot.last, Date).label("last"),
        )
        for slot in slots
    ]
    return (union_all(*rows) if len(rows) > 1 else rows[0]).subquery()
