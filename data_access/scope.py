"""What one reader may see. Every query takes a :class:`Scope` first; without one there are no rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, SQLColumnExpression, and_, case, func, or_, select, true
from sqlalchemy import false as nothing_matches

from data_access.tables import CODE_LENGTHS as CODE_LENGTHS
from data_access.tables import Area
from data_access.valid import Petition

HIDDEN_TEXT = "(不显示)"


@dataclass(frozen=True)
class Scope:
    """An area prefix, three rights, and the three duties of which an account has one at most (三员分立: ``data_access.accounts``).

    ``area`` is a code prefix: ``""`` is everything, ``None`` is nothing at all (nobody signed in).
    """

    area: str | None = None
    may_see_names: bool = False
    may_see_restricted: bool = False
    may_export: bool = False
    may_administer: bool = False
    may_grant: bool = False
    may_audit: bool = False

    @classmethod
    def operator(cls, area: str = "") -> Scope:
        """The command line's scope: everything but restricted petitions, narrowed by ``area``."""
        return cls(area=area, may_see_names=True, may_export=True, may_administer=True, may_grant=True, may_audit=True)

    def narrowed(self, area: str | None) -> Scope:
        """The part of this scope under ``area``; nothing where ``area`` lies outside it."""
        if area is None or self.area is None:
            return self
        if area.startswith(self.area):
            return replace(self, area=area)
        if self.area.startswith(area):
            return self
        return replace(self, area=None)

    def covers(self, code: str | None) -> bool:
        """Whether a row at ``code`` lies inside the scope."""
        return self.area is not None and code is not None and code.startswith(self.area)


def prefix_end(prefix: str) -> str:
    """The smallest code of the same length after ``prefix``: ``140122`` → ``140123``. Digits sort alike under every collation."""
    return f"{int(prefix) + 1:0{len(prefix)}d}"


def under(column: SQLColumnExpression[str], prefix: str | None) -> ColumnElement[bool]:
    """ "Everything under ``prefix``" as a range an index serves."""
    if prefix is None:
        return nothing_matches()
    if prefix == "":
        return true()
    if not prefix.isdigit():
        return nothing_matches()
    end = prefix_end(prefix)
    if len(end) > len(prefix):  # 999…: no code of this length lies beyond
        return column >= prefix
    return and_(column >= prefix, column < end)


def in_scope(column: SQLColumnExpression[str], scope: Scope) -> ColumnElement[bool]:
    """Rows whose area code lies inside the scope, counted or not (lists, search, the data page)."""
    return under(column, scope.area)


@cache
def _unranked() -> CTE:
    """The units that count nowhere, of every level. One object, so that a statement reads them once."""
    return select(Area.code).where(Area.ranked.is_(False)).cte("unranked").prefix_with("MATERIALIZED")


def counted(column: SQLColumnExpression[str], scope: Scope, levels: Iterable[str] = tuple(CODE_LENGTHS)) -> ColumnElement[bool]:
    """Rows that count in figures: inside the scope and under no unit with ``ranked`` false.

    ``levels`` are the levels at which a row's own area can lie or be nested (a township row needs no test for villages).
    PostgreSQL's planner decides the wording. Of each NOT IN it expects half of the rows to be left, of six one in 64, but of "is not 1"
    nearly all; and a sub-query that reads a table counts anew for every row that an index finds, a CTE does not.
    """
    return and_(in_scope(column, scope), under_ranked(column, levels))


def under_ranked(column: SQLColumnExpression[str], levels: Iterable[str] = tuple(CODE_LENGTHS)) -> ColumnElement[bool]:
    """Rows under no unit with ``ranked`` false. Dear where it is asked of hundreds of thousands of rows; see ``counted``."""
    return _under_ranked(column, tuple(levels))


@lru_cache(maxsize=200)
def _under_ranked(column: SQLColumnExpression[str], levels: tuple[str, ...]) -> ColumnElement[bool]:
    """Made once a column, and all statements about it share it: to make it anew took a tenth of a figure's time.
    The columns are few, but for those of sub-queries made for one statement, which nobody asks for again."""
    left_out = or_(*(func.substr(column, 1, CODE_LENGTHS[level]).in_(select(_unranked().c.code)) for level in levels))
    return case((left_out, 1), else_=0) != 1


def unit_code(column: SQLColumnExpression[str], level: str) -> SQLColumnExpression[str]:
    """The code of the unit at ``level`` that a row's area lies in."""
    return func.substr(column, 1, CODE_LENGTHS[level])


def has_unit(column: SQLColumnExpression[str], level: str) -> ColumnElement[bool]:
    """Whether a row lies in a unit of the level; for townships also whether it lies at the county itself, under whose code it stays: so a
    county's counts are the sum of what is asked for its townships (``Fact.sums``)."""
    return func.length(column) >= CODE_LENGTHS["county" if level == "township" else level]


ACCUSATION_WORDS = ("检举", "控告")
"""What the category of a 检举控告 has in it, however an office writes it: 检举、控告, 检举控告类, 举报控告, 检 举."""


def names_accusation(category: str | None) -> bool:
    """Whether a category is one of 检举控告; the same as :func:`is_accusation` asks of a row."""
    said = re.sub(r"\s", "", category or "")
    return any(word in said for word in ACCUSATION_WORDS)


def is_accusation(petition: Any) -> ColumnElement[bool]:
    """检举控告 (信访工作条例 art. 30), by its flag or by its category: other systems write rows too. Never NULL."""
    columns = getattr(petition, "c", petition)
    said = func.replace(func.replace(func.coalesce(columns.category, ""), " ", ""), "\u3000", "")
    return or_(columns.restricted.is_(True), *(said.contains(word) for word in ACCUSATION_WORDS))


def visible_petitions(scope: Scope, petition: Any = Petition) -> ColumnElement[bool]:
    """Petitions a list may show: in scope, restricted ones only for a role that holds them."""
    inside = in_scope(petition.area_code, scope)
    return inside if scope.may_see_restricted else and_(inside, ~is_accusation(petition))


def counted_petitions(scope: Scope) -> ColumnElement[bool]:
    """Petitions that count in figures. Restricted ones count nowhere, whoever looks."""
    return and_(unrestricted_petitions(scope), under_ranked(Petition.area_code))


def unrestricted_petitions(scope: Scope, petition: Any = Petition) -> ColumnElement[bool]:
    """Counted petitions and those under a unit that counts nowhere: for statements that leave these out by area afterwards."""
    return and_(in_scope(petition.area_code, scope), ~is_accusation(petition))


def free_text(scope: Scope, column: SQLColumnExpression[str | None]) -> SQLColumnExpression[str | None]:
    """What somebody has written in their own words may name people: who may not see names reads only that something is written."""
    return column if scope.may_see_names else case((column.is_not(None), HIDDEN_TEXT))


def valid_on(start: SQLColumnExpression[Any], end: SQLColumnExpression[Any], day: object) -> ColumnElement[bool]:
    """``valid_from`` … ``valid_to`` covers ``day``; an open end is still valid, an open start always was."""
    return and_(or_(start.is_(None), start <= day), or_(end.is_(None), end >= day))
