"""One table as 对不上的记录 lists it, and what its lists of problems are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    SQLColumnExpression,
    and_,
    case,
    false,
    func,
    inspect,
    literal,
    null,
    or_,
    select,
    true,
)

from data_access import valid
from data_access.checks import Check, unknown_area
from data_access.frames import AnySelect
from data_access.rules import RULES
from data_access.scope import CODE_LENGTHS, Scope, in_scope, unrestricted_petitions, valid_on
from data_access.tables import (
    Appointment,
    Area,
    Petition,
    Recorded,
    Table,
)
from data_access.window import Window
from data_access.words import CAPTAIN_ROLES

LATER = "核对日期"


PSEUDO = "中心镇等非实体单位不参加统计,请改记到实际乡镇、村"


@dataclass(frozen=True, eq=False, kw_only=True)
class Ledger:
    """One table: how its rows are shown, which of them are looked at, and what can be wrong with one beside its table's rules."""

    name: str
    table: type[Table]
    rows: AnySelect
    area: SQLColumnExpression[Any] = field(default_factory=null)
    day: SQLColumnExpression[Any] = field(default_factory=null)
    person: SQLColumnExpression[Any] = field(default_factory=null)
    detail: SQLColumnExpression[Any]
    within: ColumnElement[bool]
    more: tuple[Check, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        return (*RULES[self.table], *self.more)

    @property
    def problem(self) -> SQLColumnExpression[str]:
        """The first check that a row breaks, by the problem's id; NULL for a sound row."""
        return case(*((check.broken, literal(f"{self.name}.{check.name}")) for check in self.checks))

    @property
    def key(self) -> SQLColumnExpression[Any]:
        return inspect(self.table).primary_key[0]

    @property
    def origin(self) -> tuple[SQLColumnExpression[Any], ...]:
        """The source's name, its key of the row, and when the row was entered; NULL where a table does not say."""
        table = self.table
        return (table.source, table.source_ref, table.recorded_at) if issubclass(table, Recorded) else (null(), null(), null())


def unranked(column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """At or under a unit that is not a real administration."""
    return or_(
        *(
            func.substr(column, 1, CODE_LENGTHS[level]).in_(select(Area.code).where(Area.level == level, Area.ranked.is_(False)))
            for level in ("township", "village")
        )
    )


def sees_all(scope: Scope) -> ColumnElement[bool]:
    """Rows that lie nowhere are shown to whoever holds a whole county."""
    return true() if scope.area is not None and len(scope.area) <= CODE_LENGTHS["county"] else false()


def shown(area: SQLColumnExpression[Any], scope: Scope) -> ColumnElement[bool]:
    return or_(in_scope(area, scope), and_(sees_all(scope), unknown_area(area)))


def out_of_post(person: SQLColumnExpression[Any], area: SQLColumnExpression[Any], day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Appointed to the unit at some time, but not on the day: before the appointment or after it."""
    there = select(Appointment.id).where(Appointment.person_id == person, Appointment.area_code == area)
    then = there.where(
        or_(Appointment.valid_from.is_(None), Appointment.valid_from <= day),
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= day),
    )
    return and_(there.exists(), ~then.exists())


def no_captain(label: str, person: SQLColumnExpression[Any], day: SQLColumnExpression[Any]) -> Check:
    """Nobody's, then: what a captain has done lies where the captain held a post on the day."""
    post = valid.Appointment
    held = select(post.id).where(post.person_id == person, post.role.in_(CAPTAIN_ROLES), valid_on(post.valid_from, post.valid_to, day))
    return Check("post", f"{label}记在当天不是片长、组长、邻长的人名下", "核对人员和日期", ~held.exists())


@dataclass(frozen=True)
class Asked:
    """Whose rows are looked at, and over which days; a row dated after as-of is looked at wherever it lies in time."""

    scope: Scope
    window: Window

    @property
    def today(self) -> ColumnElement[date]:
        return literal(self.window.as_of, Date)

    def dated(self, day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return and_(day >= self.window.first, or_(day <= self.window.last, day > self.today))

    def during(self, moment: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return and_(moment >= self.window.start, moment < self.window.end)

    def of_years(self, year: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return year.between(self.window.first.year, self.window.last.year)

    def kept(self, area: SQLColumnExpression[Any], day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return and_(self.dated(day), shown(area, self.scope))

    def of_somebody(self, person: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Rows without an area: seen by whoever sees a post of the person, and all of them with a whole county."""
        post = select(Appointment.id).where(Appointment.person_id == person, in_scope(Appointment.area_code, self.scope))
        return or_(sees_all(self.scope), post.exists())

    def of_petition(self, petition: type[Petition]) -> ColumnElement[bool]:
        return or_(unrestricted_petitions(self.scope, petition), and_(petition.id.is_(None), sees_all(self.scope)))

    def future(self, label: str, day: SQLColumnExpression[Any]) -> Check:
        return Check("future", f"{label}日期在今天之后", LATER, day > self.today)

    def usual(self, label: str, area: SQLColumnExpression[Any], day: SQLColumnExpression[Any]) -> tuple[Check, ...]:
        return self.future(label, day), pseudo(label, area)


def pseudo(label: str, area: SQLColumnExpression[Any]) -> Check:
    return Check("pseudo", f"{label}记在非实体单位", PSEUDO, unranked(area))
