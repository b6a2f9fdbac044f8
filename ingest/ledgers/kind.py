"""What a ledger is made of: :class:`Kind`, and the columns that many have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from data_access.tables import (
    Table,
)
from ingest.ledgers.names import normal_name
from ingest.ledgers.reading import Column, Form, Reading, Record

ALL_LEVELS = ("township", "village", "patch", "group", "cell")


@dataclass(frozen=True)
class Kind:
    """One ledger. How the database knows a row again: ``ref`` in (source, source_ref) where ``natural`` is None and ``keyed`` false;
    the columns ``natural``; or, ``keyed``, the ledger's own number kept in ``board_import_key``.

    ``fixed``: columns that one own number may never change (another person under the same number is a mistake, not a correction).
    """

    id: str
    name: str
    purpose: str
    table: type[Table]
    columns: tuple[Column, ...]
    read: Callable[[Reading], Record | None]
    natural: tuple[str, ...] | None = None
    keyed: bool = False
    fixed: tuple[str, ...] = ()
    households: bool = False
    needed: tuple[tuple[str, ...], ...] = ()
    """Beyond the required columns: of each tuple one title must stand in the header, or the titles above name the unit."""
    any_of: tuple[str, ...] = ()
    """One of these must stand in the header: a ledger that only tells how something went on has hardly a column it must have."""
    a_person_a_row: bool = False
    """Several names in one cell are several rows."""
    called: str = ""
    """A pattern of what titles call such a ledger."""
    not_called: str = ""
    """A pattern of titles of lists that look like it and are none: who was absent, at a meeting, on the telephone."""

    def required(self) -> tuple[tuple[str, ...], ...]:
        return (*((column.title,) for column in self.columns if column.required), *self.needed)

    def by_title(self) -> dict[str, Column]:
        return {column.title: column for column in self.columns}

    def field_of(self) -> dict[str, str]:
        """Database column → the title it is read from."""
        return {column.sets: column.title for column in self.columns if column.sets}


def digest(*parts: Any) -> str:
    """A short key for content that is too long for a key."""
    return hashlib.sha256("\x1f".join("" if part is None else str(part) for part in parts).encode()).hexdigest()[:24]


WHO = ("单位", "乡镇", "村", "手机号", "人员编号")


NAME = Column(
    "姓名", Form.NAME, True, "person_id", "张三", "按单位里的在任人员查找;同名时填手机号", personal=True, synonyms=("人员", "人员姓名")
)


UNIT = Column(
    "单位", Form.AREA, False, None, "泥河镇", "任职的乡镇或村:写“泥河镇”“泥河镇河东村”或代码", synonyms=("所在单位", "任职单位", "工作单位")
)


PHONE = Column("手机号", Form.PHONE, False, None, "", "选填;同名的人用它区分", personal=True, synonyms=("手机", "电话", "联系电话"))


NUMBER = Column("人员编号", Form.NUMBER, False, None, "", "选填;共享库里的人员编号", least=1, most=999_999_999, synonyms=("人员ID",))


NOTE = Column("备注", Form.TEXT, False, "note", "", "选填", synonyms=("说明", "情况"))


ENTERED = Column(
    "填报时间",
    Form.MOMENT,
    False,
    "recorded_at",
    "",
    "选填,当时录入的时刻;不填的算以文件补录,不计入及时录入率和批量录入",
    synonyms=("录入时间", "登记时间"),
)


OWN = Column("台账编号", Form.TEXT, False, None, "", "选填;本乡镇内不重复的编号(不是每页重排的序号)", synonyms=("记录编号",))


TAIL = (NOTE, ENTERED, OWN)


def a_day(title: str, sets: str, hint: str = "写成 2026-10-08", required: bool = True, **more: Any) -> Column:
    return Column(title, Form.DAY, required, sets, "2026-10-08" if required else "", hint, **more)


def own_ref(reading: Reading, code: str | None, otherwise: str) -> str:
    """The key of an event row: the ledger's own number inside its township, else the content."""
    number = reading.said("台账编号")
    part = f"·{normal_name(reading.row.part)}" if reading.row.part else ""
    return f"no:{(code or '')[:9]}:{number}{part}" if number else otherwise


def entered(reading: Reading) -> Any:
    return reading.moment("填报时间") if reading.has("填报时间") else None


def unit_of(reading: Reading, day: date | None) -> str | None:
    return reading.area("单位", ALL_LEVELS, day)


def place_column(title: str, example: str, hint: str, sets: str = "area_code", required: bool = False, **more: Any) -> Column:
    return Column(title, Form.AREA, required, sets, example, hint, **more)


def name_column(title: str, sets: str, hint: str, **more: Any) -> Column:
    return Column(title, Form.NAME, False, sets, "", hint, personal=True, **more)
