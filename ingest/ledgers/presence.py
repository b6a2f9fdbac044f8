"""What a cell says of whether somebody stayed the night: marks and the legend that explains them, check-ins, and remarks (请假)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, time

from ingest.ledgers.cells import plain, text_of
from ingest.ledgers.formats import Cell

EVENING, MORNING = 18, 6
"""Hours: a check-in from the one on is the evening's, one before the other still is."""
MARK = "标记"
"""What a cell of a person × day table says, where nobody can tell what it means: refused with it, and mended there."""
CHECK_IN, CHECK_OUT = "打卡时间", "签退时间"
"""A column of check-ins: those by day are no nights, and of several in one night one counts."""
STAYED = "是否住夜"
"""A column that says of each line whether it is a night at all."""
SHIFTS = frozenset({"时段", "时间段", "值班时段", "班次", "班别", "班种"})
"""Headings under which a line of a ledger of nights may say that it is of the day."""
DAYTIME = re.compile("白天?班?|日班|早班?|中班?|上午|下午|[早上中下]午?班|昼")
_LEAVE = "(?:年休?|公休|[病事婚产丧调轮休])假|请假|调休|轮休|休假|休息|外出|出差|公差|借调"
_ABSENCE = f"{_LEAVE}|未住夜?|没住夜?|没有住夜?|未到岗?|未在岗?|不在岗|缺岗|缺勤|空岗"
_NO_CHECK_IN = re.compile(f"|[-—/]+|未打卡|未签到|缺卡|无|无记录|没有打卡|{_ABSENCE}")
_CLOCK = re.compile(r"(晚上|夜里|下午|晚)?(?<!\d)([01]?\d|2[0-3])(?::([0-5]\d)(?::[0-5]\d)?|[时点](?:([0-5]?\d)分?|(半)|整)?)(?!\d)")
_NEXT_DAY = re.compile("次日|翌日|第二天")
_MARKED = re.compile("[√✓✔☑]+|[夜值带]?班|值|值夜|值守|住夜?|住宿|夜|晚|在岗?|到岗|是|1(?:\\.0)?|[yv]|已住夜?|有", re.IGNORECASE)
_UNMARKED = re.compile(f"|[×xX✗✕/\\\\—-]+|0(?:\\.0)?|否|无|休|节(?:假日)?|周末|假|培训|学习|开会|缺|白班?|[早中日]班?|{_ABSENCE}")
_REMARKED = re.compile(f"(?:^|[(\\s:,、])(?P<absent>{_ABSENCE})(?:[)\\s]|$)")
_BY_ANOTHER = re.compile(r"\((?P<other>由[^)]+|[^)代替]+[代替]班?)\)")
_EXPLAINED = re.compile(
    r"[\"“‘']?(?P<sign>[√✓✔☑×xX✗✕○●◎◯△▲▽▼□■☆★◇◆※+#@A-Z])[\"”’']?\s*(?:[::=为是]|表示|代表|指|[-—]+)*\s*(?P<word>[\u4e00-\u9fff]{1,8})"
)
_STAYING = re.compile("住夜|住宿|住|值班|值夜|在岗|带班|夜班")
_AWAY = re.compile(f"白班|{_ABSENCE}|[未没不]")


def legend(texts: Iterable[str]) -> dict[str, str]:
    """What signs mean, where a title or a line below the table says so: 注:●住夜 ○请假."""
    found: dict[str, str] = {}
    for text in texts:
        for one in _EXPLAINED.finditer(unicodedata.normalize("NFKC", text)):
            found[one["sign"]] = one["word"]
    return found


def is_night_mark(mark: Cell, meanings: Mapping[str, str] | None = None) -> bool | None:
    """Whether a cell of a person × day table says that somebody stayed; None where it cannot be understood."""
    said = plain(mark)
    meant = (meanings or {}).get(said)
    if meant is not None:
        return False if _AWAY.search(meant) else True if _STAYING.search(meant) else None
    if _MARKED.fullmatch(said):
        return True
    if _UNMARKED.fullmatch(said):
        return False
    hours = [int(one) for one in re.findall(r"(?<!\d)(\d{1,2}):\d{2}", said)]
    if hours:
        return any(hour >= EVENING or hour < MORNING for hour in hours)
    return None


def is_night_check_in(cell: Cell, left: Cell = None) -> bool | None:
    """Whether somebody checked in for a night, ``left``: when they left; None where nobody can tell what the cell says."""
    clock = clock_in(cell)
    if clock is None:
        return False if _NO_CHECK_IN.fullmatch(plain(cell)) else None
    out = clock_in(left)
    till_morning = out is not None and (out < clock or bool(_NEXT_DAY.search(text_of(left))))
    return clock.hour >= EVENING or clock.hour < MORNING or till_morning


def is_of_the_next_day(cell: Cell) -> bool:
    """次日 01:00: the night before the day that it is."""
    return bool(_NEXT_DAY.search(text_of(cell)))


def absence(remark: str) -> str | None:
    """What a remark says against a night: 云正一(请假), 未住夜; that somebody else stood in, 云正一(李四代)."""
    said = unicodedata.normalize("NFKC", remark)
    found = _REMARKED.search(said) or _BY_ANOTHER.search(said)
    return next(each for each in found.groups() if each) if found else None


def clock_in(cell: Cell) -> time | None:
    """21:30, 晚上9点, 2026-10-08 21:30, a time of Excel's own; None for anything else."""
    if isinstance(cell, datetime):
        return cell.time() if cell.time() != time(0) else None
    if isinstance(cell, time):
        return cell
    if isinstance(cell, float) and cell % 1 > 0:
        minutes = round(cell % 1 * 1440) % 1440
        return time(minutes // 60, minutes % 60)
    found = _CLOCK.search(unicodedata.normalize("NFKC", text_of(cell)))
    if found is None:
        return None
    hour = int(found[2]) + (12 if found[1] and int(found[2]) < 12 else 0)  # noqa: PLR2004 (noon)
    return time(hour % 24, 30 if found[5] else int(found[3] or found[4] or 0))
