"""One row being read: each question gives a value or notes a fault and goes on, so that a row's faults are all told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from ingest.ledgers import cells
from ingest.ledgers.cells import Fault, Written, text_of
from ingest.ledgers.delimited import UNREAD
from ingest.ledgers.directory import Directory, PlaceQuestion, Question, Unclear, UnknownPlace
from ingest.ledgers.formats import Cell, NoValue
from ingest.ledgers.layouts import Row, Rows
from ingest.ledgers.names import people_in, phone_in
from ingest.ledgers.presence import CHECK_IN, MARK, MORNING, STAYED, clock_in, is_night_check_in, is_night_mark
from ingest.ledgers.tables import AREA_PARTS, SERIAL_TITLE, title_of
from ingest.ledgers.years import Calendar

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
    instead: tuple[str, ...] = ()
    """Of a required column: others that tell the same."""

    @property
    def is_translated(self) -> bool:
        """Whether it holds one of a few words, for which offices have others; stars are words too (满意, 不满意)."""
        return self.form in (Form.WORD, Form.FLAG) or (self.form is Form.NUMBER and self.most <= MOST_STARS)

    def meanings(self) -> list[str]:
        """What a translated word may mean."""
        if self.form is Form.FLAG:
            return ["是", "否"]
        return cells.choices(self.words) if self.words else [str(star) for star in range(self.least, self.most + 1)]

    @property
    def is_count(self) -> bool:
        """人次, 批次: what several people or lines share is counted once. A year or a mark begins with 1 or more."""
        return self.form is Form.NUMBER and self.least == 0


@dataclass
class Record:
    """A row that can go in: ``ref`` is its key among the rows of its kind, ``values`` by database column."""

    row: Row
    ref: str
    values: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    """What belongs to other tables: lecturers, ratings, the person of an appointment."""
    given: frozenset[str] = frozenset()
    """Titles that stand in its table's header: what does not changes nothing."""


@dataclass(frozen=True)
class Refusal:
    """A row that stays outside, whole, and why."""

    row: Row
    column: str
    value: str
    reason: str
    personal: bool = False
    restricted: bool = False

    @property
    def place(self) -> str:
        """10月!C5, where the file has sheets."""
        return self.row.place(self.column)

    def sentence(self) -> str:
        """10月!C12 第 12 行“姓名”:泥河镇没有叫“张三”的在任人员."""
        return f"{self.place} 第 {self.row.number} 行“{self.column}”:{self.reason}".lstrip()


MOST_STARS = 5
END_OF_DAY = time(23, 59, 59)
EXACT_NUMBER = 1e15
"""Excel keeps 15 digits of a number."""
REWRITTEN = "超过 15 位的数字已被 Excel 改写,请把单元格设为文本后重填"
NO_DAY = frozenset({"至今", "长期", "无", "/", "-", "—"})
"""What stands for no day at all."""
NOTES = ("备注", "事由", "主题", "佐证")
"""Free text: 1.2E+10 in it is what somebody wrote."""


class Reading:
    """A row with its table and the directory. Every method names the column by its canonical title."""

    def __init__(self, row: Row, rows: Rows, columns: Mapping[str, Column], directory: Directory, now: datetime) -> None:
        self.row, self.rows, self.columns, self.directory, self.now = row, rows, columns, directory, now
        self.faults: list[tuple[str, str, str]] = []
        self.questions: list[Question] = []
        self.place_questions: list[PlaceQuestion] = []
        self.strange_words: list[tuple[str, str]] = []
        """Column and word that the ledger does not know: somebody may say what it means."""

    @property
    def unit(self) -> str | None:
        """Code of the unit whose ledger it is: of the line above that names one, else of the titles."""
        return self.row.unit or self.rows.unit

    @property
    def calendar(self) -> Calendar:
        return self.rows.calendar

    def has(self, title: str) -> bool:
        mapping = self.rows.mapping
        return title in (self.row.cells if self.row.column is not None else self.rows.known) or (
            mapping is not None and title in mapping.defaults
        )

    def raw(self, title: str) -> Cell:
        """The cell, as the mapping understands it."""
        if self.row.column is not None:
            value = self.row.cells.get(title)
        else:
            known = self.rows.known.get(title)
            value = None if known is None else self.row.cells.get(known)
        mapping = self.rows.mapping
        return value if mapping is None else mapping.translated(title, value)

    def given(self) -> frozenset[str]:
        return frozenset(self.row.cells if self.row.column is not None else self.rows.known)

    def check_cells(self) -> None:
        """Cells that do not tell their value: formulas without one, numbers that Excel has cut, bytes that are no text."""
        for title in self.columns:
            value = self.raw(title)
            if type(value) is str:
                if UNREAD in value:
                    self.fault(title, "有读不出的字(文件编码有误)")
                elif "E+" in value and title not in NOTES and re.fullmatch(r"\d(\.\d+)?E\+\d+", value):
                    self.fault(title, REWRITTEN)
            elif type(value) is NoValue:
                self.fault(title, value.reason)
            elif type(value) is float and abs(value) >= EXACT_NUMBER:
                self.fault(title, REWRITTEN)
        if self.said(CHECK_IN) and is_night_check_in(self.raw(CHECK_IN)) is None:
            self.fault(CHECK_IN, f"看不懂打卡时间“{self.said(CHECK_IN)}”,请写成 21:30")
        if self.rows.tells_stay and is_night_mark(self.raw(STAYED)) is not True:
            said = self.said(STAYED)
            self.fault(STAYED, f"看不懂“{said}”,请填“是”或“否”" if said else f"别的行写明了,这一行没有填“{STAYED}”")
        mark = self.row.cells.get(MARK)
        if mark and is_night_mark(mark) is not True:
            self.faults.append((MARK, text_of(mark), f"看不懂“{text_of(mark)}”:住夜写“√”或“班”,没有住夜的删去这一行"))

    def said(self, title: str) -> str:
        return text_of(self.raw(title))

    def fault(self, title: str, reason: str) -> None:
        self.faults.append((title, self.said(title), reason))

    def _value(self, title: str, convert: Callable[[Cell], Read | None]) -> Read | None:
        try:
            value = convert(self.raw(title))
        except Fault as problem:
            if self.columns[title].is_translated:
                self.strange_words.append((title, self.said(title)))
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

    def _on(self, title: str, night: bool = False) -> tuple[Written, date] | None:
        if not self.columns[title].required and cells.plain(self.raw(title)) in NO_DAY:
            return None
        written = self._value(title, cells.written_night if night else cells.written_day)
        if written is None:
            return None
        try:
            return written, self.calendar.day(written, title)
        except Fault as problem:
            self.fault(title, str(problem))
            return None

    def clock(self, title: str) -> time | None:
        """The time of day that a cell writes, alone or after a day; None where it writes none."""
        return clock_in(self.raw(title))

    def day_in(self, title: str) -> date | None:
        """The whole day that a cell writes among other things; None where it writes none."""
        try:
            written = cells.written_day(self.raw(title))
            return None if written is None or written.month is None else self.calendar.day(written)
        except Fault:
            return None

    def day(self, title: str, *, future: bool = False, night: bool = False) -> date | None:
        """``night``: a time after midnight belongs to the evening before."""
        found = self._on(title, night)
        if found is None:
            return None
        written, on = found
        if night and written.clock is not None and written.clock.hour < MORNING:
            on -= timedelta(days=1)
        if not future and on > self.now.date():
            self.fault(title, f"{on} 在今天之后")
            return None
        return on

    def moment(self, title: str, *, future: bool = False, opening: bool = False) -> datetime | None:
        """A day alone means its first second where something begins (``opening``), else its last: no step looks earlier than it was."""
        found = self._on(title)
        if found is None:
            return None
        clock, day = found[0].clock, found[1]
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
        if not said and title == "单位" and default is None and self.unit is not None:
            unit = self.directory.units[self.unit]
            default = unit.code if unit.level in levels else None
        if not said:
            if default is None and self.columns[title].required:
                self.fault(title, f"“{title}”没有填")
            return default
        try:
            return self.directory.unit(said, levels, day, near=self.unit)
        except Fault as problem:
            if isinstance(problem, UnknownPlace):
                self.place_questions.append(problem.question)
            self.faults.append((title, said, str(problem)))
            return None

    def address(self, title: str, day: date | None = None) -> str | None:
        """The lowest unit that a free text surely names, else the ledger's own."""
        said = "".join(self.said(part) for part in (*AREA_PARTS, title))
        try:
            return self.directory.place_in(said, self.unit, day)
        except Fault as problem:
            self.fault(title, str(problem))
            return None

    def department(self, title: str) -> str | None:
        said = self.said(title)
        try:
            return self.directory.department(said, self.unit) if said else None
        except UnknownPlace as problem:
            self.place_questions.append(problem.question)
            self.fault(title, str(problem))
            return None

    def person(self, title: str, unit: str | None, day: date | None, *, identified: bool = True) -> int | None:
        """``identified``: the row's own 手机号 and 人员编号 belong to this person; else only the column of phones named after the title."""
        name = self.said(title)
        number = self.number("人员编号") if identified and self.has("人员编号") else None
        phones = "手机号" if identified else f"{title}手机号"
        phone = self._phone(phones) if self.has(phones) else None
        if not name and number is None:
            if self.columns[title].required:
                self.fault(title, f"“{title}”没有填")
            return None
        if day is None:
            return None  # the day's own fault is told
        if unit is None and any(column in ("单位", "户编号") for column, _, _ in self.faults):
            return None  # what would have said the unit is at fault itself
        phone = phone or phone_in(name)
        if self.row.column is not None and phone and not set(self.directory.by_phone.get(phone, ())) & set(self.directory.bearers(name)):
            phone = None  # a roster's phones are there to be called; they only tell people of one name apart
        if unit is None and identified and phone is None and number is None:
            self.fault("单位", "“单位”没有填(或填手机号、人员编号)")
            return None
        return self._named(title, name, unit, day, phone, number, wide=not identified)

    def _phone(self, title: str) -> str | None:
        try:
            return cells.phone(self.raw(title))
        except Fault as problem:
            self.fault(title, str(problem))
            return None

    def _named(
        self, title: str, name: str, unit: str | None, day: date, phone: str | None, number: int | None, *, wide: bool = False
    ) -> int | None:
        try:
            return self.directory.person(name, unit, day, phone, number, wide=wide)
        except Unclear as problem:
            self.questions.append(problem.question)
            self.fault(title, str(problem))
        except Fault as problem:
            self.fault(title, str(problem))
        return None

    def people(self, title: str, unit: str | None, day: date | None) -> list[int]:
        if unit is None or day is None:
            return []
        found = [self._named(title, name, unit, day, phone_in(name), None) for name in people_in(self.said(title), self.directory.by_name)]
        return list(dict.fromkeys(one for one in found if one is not None))

    def household(self, title: str = "户编号") -> int | None:
        said, head = self.said(title), self.said("户主") if "户主" in self.columns else ""
        if not said and not head:
            if self.columns[title].required:
                self.fault(title, f"“{title}”没有填")
            return None
        try:
            return self.directory.household(said) if said else self.directory.household_of(head, self._where(), self.said("门牌"))
        except Fault as problem:
            self.fault(title, str(problem))
            return None

    def _where(self) -> str | None:
        """As near as the columns of the area tell, else the ledger's own unit."""
        said = self.said("单位") or "".join(self.said(part) for part in AREA_PARTS)
        return self.directory.place_in(said, self.unit) if said else self.unit

    def refusal(self, restricted: bool = False) -> Refusal:
        """The first fault names the column; the others stand in the reason."""
        title, value, reason = self.faults[0]
        rest = [f"“{column}”:{why}" for column, _, why in self.faults[1:]]
        personal = any(column not in self.columns or self.columns[column].personal or column in NOTES for column, _, _ in self.faults)
        return Refusal(self.row, title, value, ";".join([reason, *rest]), personal, restricted)


def canonical_titles(columns: Sequence[Column]) -> dict[str, str]:
    """Normalised title or synonym → canonical title, with 序号, the parts of an area and a column of phones for each role."""
    found = {name: name for name in (SERIAL_TITLE, *AREA_PARTS)}
    for column in columns:
        for name in (column.title, *column.synonyms):
            found[title_of(name)] = column.title
        if column.form is Form.NAME and column.title != "姓名":
            found |= {f"{column.title}{phone}": f"{column.title}手机号" for phone in ("手机号", "手机", "电话", "联系电话")}
    return found
