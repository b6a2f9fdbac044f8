"""What a rule is made of: a named check over a table, and the conditions that checks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from data_access.tables import (
    CODE_LENGTHS,
    Area,
    Identified,
    Person,
    Table,
)
from data_access.words import WORDS

Column = SQLColumnExpression[Any]

PERSON = "核对人员编号,或先登记此人"
PLACE = "核对区划代码,或先登记该单位"
WORD = "改用接口约定的代码"
_LEVEL_WORDS = {("township", "village"): "乡镇或村", ("village",): "村", ("township",): "乡镇", ("cell", "village"): "邻或村"}


@dataclass(frozen=True, eq=False)
class Check:
    """One thing that can be wrong with a row: by what name, what is said of it, what to do about it, and the condition that finds it."""

    name: str
    reason: str
    remedy: str
    broken: ColumnElement[bool]
    orphan: bool = False
    """The row that it belongs to is missing: a figure reads such a row only beside the other, and need not look for it twice."""


# Constants of the contract are written into the statement: bound, they would be bound anew for every one of a page's statements.
def as_text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'")


def as_number(value: int) -> ColumnElement[int]:
    return literal_column(str(value))


def unknown(key: Column, column: Column) -> ColumnElement[bool]:
    """No row of the other table has this key. (Of an empty table NOT IN says so of NULL too.)"""
    return and_(column.is_not(None), column.not_in(select(key)))


def no_source(key: Column, day: Column, column: Column, at: Column) -> ColumnElement[bool]:
    """No row of this key up to the day of ``at``. (Of the few rows that have such a key, and with EXISTS: SQLite asks it after all that is
    cheaper. What comes later than a row says nothing of it, so that a closed month stays closed.)"""
    return and_(column.is_not(None), ~select(as_number(1)).where(key == column, day <= at).exists())


def before(at: Column, start: Column) -> ColumnElement[bool]:
    """On an earlier day: offices write many steps with their day alone."""
    return and_(at < start, at < func.date(start))


def unknown_person(*columns: Column) -> ColumnElement[bool]:
    return or_(*(unknown(Person.id, column) for column in columns))


def unknown_area(column: Column) -> ColumnElement[bool]:
    return unknown(Area.code, column)


def other_word(column: Column, words: Sequence[str]) -> ColumnElement[bool]:
    return column.not_in([as_text(word) for word in words])


def elsewhere(column: Column, levels: Sequence[str]) -> ColumnElement[bool]:
    """The code is of none of the levels."""
    return func.length(column).not_in([as_number(CODE_LENGTHS[level]) for level in levels])


def negative(*columns: Column) -> ColumnElement[bool]:
    return or_(*(column < as_number(0) for column in columns))


def off_the_scale(column: Column) -> ColumnElement[bool]:
    """Neither one nor five nor between."""
    return or_(column < as_number(1), column > as_number(5))


def earlier_row(table: type[Identified], *key: str, **more: Any) -> ColumnElement[bool]:
    """A row that came before says the same: of rows alike the first counts."""
    first = aliased(table, name="first_of_its_kind")
    same = [getattr(first, name) == getattr(table, name) for name in key]
    alike = [getattr(first, name).is_not_distinct_from(getattr(table, name)) for name in more.pop("alike", ())]
    return select(as_number(1)).where(*same, *alike, first.id < table.id, *more.pop("where", lambda _: ())(first)).exists()


def area_check(label: str, column: Column) -> Check:
    return Check("area", f"{label}地点不明(区划代码不存在)", PLACE, unknown_area(column))


def person_check(label: str, *columns: Column) -> Check:
    return Check("person", f"{label}人员不明(人员编号不存在)", PERSON, unknown_person(*columns))


def level_check(label: str, column: Column, *levels: str) -> Check:
    return Check("level", f"{label}地点不是{_LEVEL_WORDS[levels]}", PLACE, elsewhere(column, levels))


def word_check(label: str, table: type[Table], *names: str) -> Check:
    broken = or_(*(other_word(getattr(table, name), WORDS[table, name]) for name in names))
    return Check("word", f"{label}不在约定的代码之内", WORD, broken)
