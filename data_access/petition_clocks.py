"""The clocks of a petition in portable SQL: the k-th working day after a day, from the calendar table and no date arithmetic.

Every clock but ``due_at`` and ``extended_to`` ends with a day and is past when the day is over; a timestamp is past when the moment has
passed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from data_access.frames import AnySelect
from data_access.tables import CalendarDay
from data_access.valid import Petition
from data_access.window import Window, over

XINFANG = "xinfang"
WORKING_DAY_CLOCKS = {"small": "petitions.small_workdays", "big": "petitions.big_workdays", "hard": "petitions.hard_workdays"}


def day_of(column: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """The civil day of a timestamp."""
    return func.date(column, type_=Date)


@cache
def numbered_days() -> CTE:
    """The calendar with running numbers. Columns: day, works (1 or 0), worked (working days up to and including it).

    One object, so that a statement with several clocks numbers the days once.
    """
    works = case((CalendarDay.is_workday, 1), else_=0)
    return (
        select(
            CalendarDay.day.label("day"),
            works.label("works"),
            func.sum(works).over(order_by=CalendarDay.day).label("worked"),
        )
        .cte("numbered_days")
        .prefix_with("MATERIALIZED")
    )


def _working_days_after(numbered: CTE, count: int) -> AnySelect:
    later = numbered.alias()
    return select(numbered.c.day.label("day"), later.c.day.label("due")).join(
        later, and_(later.c.works == 1, later.c.worked == numbered.c.worked + literal(int(count), Integer))
    )


def _civil_days_after(count: int) -> AnySelect:
    due = func.lead(CalendarDay.day, count, type_=Date).over(order_by=CalendarDay.day)
    return select(CalendarDay.day.label("day"), due.label("due"))


def workday_clock(count: float, name: str) -> CTE:
    """The ``count``-th working day after each day. Columns: day, due."""
    return _working_days_after(numbered_days(), int(count)).cte(name).prefix_with("MATERIALIZED")


def civil_clock(count: float, name: str) -> CTE:
    """The ``count``-th civil day after each day. Columns: day, due."""
    return _civil_days_after(int(count)).cte(name).prefix_with("MATERIALIZED")


def kind_of_petition(window: Window) -> ColumnElement[str]:
    """Which clock runs: the size's (small, big, hard), or xinfang. Of one whose size is still to be judged (待定) none, unless the rulebook
    gives it a small matter's."""
    size: SQLColumnExpression[Any] = Petition.size
    if window.number("petitions.unjudged_as_small"):
        size = func.coalesce(Petition.size, "small")
    return case((Petition.is_xinfang.is_(True), XINFANG), else_=size)


@dataclass(frozen=True)
class Deadline:
    """When a petition is due: ``day`` always where known, ``instant`` where a timestamp set it. ``clock`` is to be outer-joined."""

    clock: CTE
    on: ColumnElement[bool]
    day: ColumnElement[Any]
    instant: ColumnElement[Any]

    kind: ColumnElement[str]
    horizon: timedelta
    """No clock of the rulebook runs longer: as many days as it has working days three times over (no holiday is longer), and a month."""

    def between(self, first: date, last: date) -> ColumnElement[bool]:
        """Whether the deadline lies between two days.

        Said of the day of opening too, so that the clock is not asked for every petition there ever was: by the horizon, which an index
        serves, and by the first day from which a clock of the kind ends that late.
        """
        begin, end = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
        clock = self.clock.c
        since = select(clock.kind, func.min(clock.day).label("day")).where(clock.due >= first).group_by(clock.kind)
        began = since.cte("first_days").prefix_with("MATERIALIZED")  # four rows: the clock is gone through once, not once a kind
        late_enough = []
        for kind in (*WORKING_DAY_CLOCKS, XINFANG):
            first_day = select(began.c.day).where(began.c.kind == kind).scalar_subquery()
            late_enough.append(and_(self.kind == kind, Petition.opened_at >= first_day))
        by_rule = and_(
            self.instant.is_(None),
            Petition.opened_at >= begin - self.horizon,
            Petition.opened_at < end,
            or_(Petition.opened_at >= begin, *late_enough),
        )
        extended, due_at = Petition.extended_to, Petition.due_at
        given = or_(and_(extended >= begin, extended < end), and_(extended.is_(None), due_at >= begin, due_at < end))
        return and_(or_(by_rule, given), self.day >= first, self.day <= last)

    def past(self, end: datetime) -> ColumnElement[bool]:
        """Whether the deadline has passed before an instant that counts no more (``Window.end``, ``Window.as_of_end``). An unknown one (no
        size, beyond the calendar) has not."""
        return or_(self.instant < end, and_(self.instant.is_(None), self.day.is_not(None), self.day <= over(end)))

    def ahead(self, end: datetime) -> ColumnElement[bool]:
        """Whether the deadline is known and has not passed by then."""
        return or_(self.instant >= end, and_(self.instant.is_(None), self.day > over(end)))

    def kept(self, at: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Whether an instant is no later than the deadline."""
        return or_(and_(self.instant.is_not(None), at <= self.instant), and_(self.instant.is_(None), day_of(at) <= self.day))


def deadline(window: Window) -> Deadline:
    """``extended_to``, else ``due_at``, else the end of the size's working day; for 信访件 the end of the 60th civil day."""
    numbered = numbered_days()
    parts = []
    for size, number in WORKING_DAY_CLOCKS.items():
        days = _working_days_after(numbered, int(window.number(number)))
        parts.append(days.add_columns(literal(size).label("kind")))
    xinfang = _civil_days_after(int(window.number("petitions.xinfang_days")))
    parts.append(xinfang.add_columns(literal(XINFANG).label("kind")))
    clock = union_all(*parts).cte("petition_clock").prefix_with("MATERIALIZED")
    longest = max(int(window.number(number)) for number in WORKING_DAY_CLOCKS.values())
    opened, kind = day_of(Petition.opened_at), kind_of_petition(window)
    # Opened before the calendar begins: long past, and as old as can be said without date arithmetic.
    before_the_calendar = case((opened < select(func.min(CalendarDay.day)).scalar_subquery(), opened))
    instant = func.coalesce(Petition.extended_to, Petition.due_at)
    return Deadline(
        clock,
        and_(clock.c.day == opened, clock.c.kind == kind),
        func.coalesce(day_of(Petition.extended_to), day_of(Petition.due_at), clock.c.due, before_the_calendar),
        instant,
        kind,
        timedelta(days=max(3 * longest + 31, int(window.number("petitions.xinfang_days")) + 1)),
    )
