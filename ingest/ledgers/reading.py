"""One row being read: each question gives a value or notes a fault and goes on, so that a row's faults are all told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from ingest.ledgers import cells
from ingest.ledgers.cells import Cell, Fault, text_of
from ingest.ledgers.directory import Directory
from ingest.ledgers.sheets import Row, Sheet, title_of

Read = TypeVar("Read")


class Form(StrEnum):
    """How a column is written; the template's formats and validations follow."""

    TEXT = "文字"
    DAY = "日期"
    MOMENT = "日期时间"
    NUMBER = "整数"
    FLAG = "是否"
    WORD = "选项"
    AREA = "区划"
    NAME = "姓名"
    PHONE = "电话"


@dataclass(frozen=True)
class Column:
    """One column of a ledger. ``sets``: the database column it fills; ``least``/``most`` bound a number."""

    title: str
    form: Form = Form.TEXT
    required: bool = False
    sets: str | None = None
    example: str = ""
    hint: str = ""
    words: Mapping[str, str] | None = None
    least: int = 0
    most: int = 100_000
    synonyms: tuple[str, ...] = ()
    personal: bool = False
    """Names a person (or reaches one): masked in the log for whoever may not see names."""


@dataclass
class Record:
    """A row that can go in: ``ref`` is its key among the rows of its kind, ``values`` by database column."""

    row: Row
    ref: str
    values: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    """What belongs to other tables: lecturers, ratings, the person of an appointment."""


@dataclass(frozen=True)
class Refusal:
    """A row that stays outside, whole, and why."""

    row: Row
    column: str
    value: str
    reason: str
    personal: bool = False
    restricted: bool = False

    def sentence(self) -> str:
        """第 12 行“姓名”:泥河镇没有叫“张三”的在任人员."""
        return f"第 {self.row.number} 行“{self.column}”:{self.reason}"


AREA_PARTS = ("乡镇", "村", "片", "组", "邻")
"""A ledger may write an area in one column, or in one for each level."""
END_OF_DAY = time(23, 59, 59)


class Reading:
    """A row with its sheet and the directory. Every method names the column by its canonical title."""

    def __init__(self, row: Row, sheet: Sheet, columns: Mapping[str, Column], directory: Directory, now: datetime) -> None:
        self.row, self.sheet, self.columns, self.directory, self.now = row, sheet, columns, directory, now
        self.faults: list[tuple[str, str, str]] = []

    def has(self, title: str) -> bool:
        return title in self.sheet.known

    def raw(self, title: str) -> Cell:
        known = self.sheet.known.get(title)
        return None if known is None else self.row.cells.get(known)

    def said(self, title: str) -> str:
        return text_of(self.raw(title))

    def fault(self, title: str, reason: str) -> None:
        self.faults.append((title, self.said(title), reason))

    def _value(self, title: str, convert: Callable[[Cell], Read | None]) -> Read | None:
        try:
            value = convert(self.raw(title))
        except Fault as problem:
            self.fault(title, str(problem))
            return None
        if value is None and self.columns[title].required:
            self.fault(title, f"“{title}”没有填")
        return value

    # --- plain values -----------------------------------------------------------------------------------------------

    def text(self, title: str) -> str | None:
        return self._value(title, cells.free_text)

    def number(self, title: str) -> int | None:
        column, value = self.columns[title], self._value(title, cells.whole_number)
        if value is not None and not column.least <= value <= column.most:
            self.fault(title, f"“{self.said(title)}”应在 {column.least}–{column.most} 之间")
            return None
        return value

    def flag(self, title: str) -> bool | None:
        return self._value(title, cells.yes_or_no)

    def word(self, title: str) -> str | None:
        words = self.columns[title].words or {}
        return self._value(title, lambda cell: cells.word(cell, words))

    def phone(self, title: str = "手机号") -> str | None:
        return self._value(title, cells.phone)

    def day(self, title: str, *, future: bool = False) -> date | None:
        found = self._value(title, lambda cell: cells.day(cell, self.sheet.year, self.sheet.epoch))
        if found is not None and not future and found > self.now.date():
            self.fault(title, f"{found} 在今天之后")
            return None
        return found

    def moment(self, title: str, *, future: bool = False, opening: bool = False) -> datetime | None:
        """A day alone means its first second where something begins (``opening``), else its last: no step looks earlier than it was."""
        found = self._value(title, lambda cell: cells.moment(cell, self.sheet.year, self.sheet.epoch))
        if found is None:
            return None
        day, clock = found
        whole = datetime.combine(day, clock or (time(0) if opening else END_OF_DAY))
        if not future and (whole > self.now if clock else day > self.now.date()):
            self.fault(title, f"{whole:%Y-%m-%d %H:%M} 在现在之后" if clock else f"{day} 在今天之后")
            return None
        return whole

    # --- areas, people, households ----------------------------------------------------------------------------------

    def area(self, title: str, levels: Sequence[str], day: date | None = None, default: str | None = None) -> str | None:
        said = self.said(title)
        if not said and not self.has(title) and title in ("单位", "地点", "发生地", "所属邻", "走访村"):
            said = "".join(self.said(part) for part in AREA_PARTS)
        if not said:
            if default is None and self.columns[title].required:
                self.fault(title, f"“{title}”没有填")
            return default
        try:
            return self.directory.unit(said, levels, day)
        except Fault as problem:
            self.faults.append((title, said, str(problem)))
            return None

    def person(self, title: str, unit: str | None, day: date | None, *, identified: bool = True) -> int | None:
        """``identified``: the row's own 手机号 and 人员编号 belong to this person."""
        name = self.said(title)
        number = self.number("人员编号") if identified and self.has("人员编号") else None
        phone = self.phone("手机号") if identified and self.has("手机号") else None
        if not name and number is None:
            if self.columns[title].required:
                self.fault(title, f"“{title}”没有填")
            return None
        if day is None:
            return None  # the day's own fault is told
        if unit is None and any(column in ("单位", "户编号") for column, _, _ in self.faults):
            return None  # what would have said the unit is at fault itself
        if unit is None and identified and phone is None and number is None:
            self.fault("单位", "“单位”没有填(或填手机号、人员编号)")
            return None
        try:
            return self.directory.person(name, unit, day, phone, number)
        except Fault as problem:
            self.fault(title, str(problem))
            return None

    def people(self, title: str, unit: str | None, day: date | None) -> list[int]:
        found = []
        for name in cells.names(self.raw(title)):
            if unit is None or day is None:
                break
            try:
                found.append(self.directory.person(name, unit, day))
            except Fault as problem:
                self.fault(title, str(problem))
        return list(dict.fromkeys(found))

    def household(self, title: str = "户编号") -> int | None:
        said = self.said(title)
        if not said:
            if self.columns[title].required:
                self.fault(title, f"“{title}”没有填")
            return None
        try:
            return self.directory.household(said)
        except Fault as problem:
            self.fault(title, str(problem))
            return None

    def refusal(self, restricted: bool = False) -> Refusal:
        """The first fault names the column; the others stand in the reason."""
        title, value, reason = self.faults[0]
        rest = [f"“{column}”:{why}" for column, _, why in self.faults[1:]]
        personal = any(column in self.columns and self.columns[column].personal for column, _, _ in self.faults)
        return Refusal(self.row, title, value, ";".join([reason, *rest]), personal, restricted)


def canonical_titles(columns: Sequence[Column]) -> dict[str, str]:
    """Normalised title or synonym → canonical title, with 序号 and the parts of an area."""
    found = {name: name for name in ("序号", *AREA_PARTS)}
    for column in columns:
        for name in (column.title, *column.synonyms):
            found[title_of(name)] = column.title
    return found
