"""The same nights in whatever layout, wording and encoding: exactly they are read, or a line is refused; refused lines go in once mended.

``LEDGER_FUZZ=500`` tries more than the few of every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ingest.ledgers import checks
from ingest.ledgers.checks import Checked, checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import Sheet, Unreadable
from ingest.ledgers.refused import returned, write_refused
from tests.builders import EVERYTHING
from tests.small_county import YUNLING, qinghe
from tests.test_ledger_files import NOW, connection

__all__ = ["connection"]
EXAMPLES = int(os.environ.get("LEDGER_FUZZ", "25"))
STAYS = kind_named("住夜")
PEOPLE = ("云正一", "云正二", "云班甲", "云班乙", "云职子", "云职丑", "云职寅")
FULL = str.maketrans("():;,", "\uff08\uff09\uff1a\uff1b\uff0c")
Night = tuple[str, date]
Lines = list[list[Any]]


def batched(rows: Sequence[Any], most: int) -> list[Sequence[Any]]:
    return [rows[place : place + most] for place in range(0, len(rows), most)]


TOLD = (None, ("是否住夜", "是", "否"), ("时段", "夜间", "白天"), ("打卡时间", "21:30", "08:30"))
MARKS = (("√", ""), ("班", "休"), ("1", "0"), ("●", "○"), ("21:30", "08:38、17:30"))
HEADS: tuple[list[Any], ...] = (list(range(1, 32)), [f"{day}日" for day in range(1, 32)], [f"10月{day}日" for day in range(1, 32)])
TITLES = ([["云岭镇2026年10月住夜台账"]], [["云岭镇2026年10月住夜台账(云办发〔2025〕36号)".translate(FULL)], ["填报单位:云岭镇"]])
NIGHTS = st.sets(st.tuples(st.sampled_from(PEOPLE), st.dates(date(2026, 10, 1), date(2026, 10, 31))), min_size=1, max_size=14)
DAYS: tuple[Callable[[date], Any], ...] = (
    lambda day: day.isoformat(),
    lambda day: datetime(day.year, day.month, day.day),
    lambda day: f"{day.month}月{day.day}日",
    lambda day: f"{day.month}月{day.day}日(星期{'一二三四五六日'[day.weekday()]})".translate(FULL),
    lambda day: f"{day.day}日",
    lambda day: f"{day:%y}.{day.month}.{day.day}",
    lambda day: f"{day.month}月{day.day}日晚",
    lambda day: f"{day.month}月{day.day}日20:00-{day + timedelta(days=1):%-m月%-d日}8:00",
    lambda day: f"2026年{day.month}月{day.day}日(农历九月)",
)
NAMES: tuple[Callable[[str], str], ...] = (
    str,
    " ".join,
    lambda name: f"{name}(镇长)".translate(FULL),
    lambda name: f"书记{name}",
    lambda name: f"{name} 13800000000",
    lambda name: f"★{name}",
)
NOTES = tuple([half.translate(FULL)] for half in ("注:住夜人员应签字", "审核人:张三"))


def listed(draw: st.DrawFn, nights: list[Night]) -> Lines:
    day, name = draw(st.sampled_from(DAYS)), draw(st.sampled_from(NAMES))
    head, away = ["日期", "姓名"], draw(st.sampled_from(TOLD))
    rows = [[day(on), name(who)] for who, on in nights]
    if away is not None:
        head, rows = [*head, away[0]], [[*row, away[1]] for row in rows]
        rows += [[day(date(2026, 10, 30)), other, away[2]] for other in draw(st.lists(st.sampled_from(PEOPLE), max_size=3))]
    if draw(st.booleans()):
        rows = [row for part in batched(rows, 4) for row in (*part, [], head)]  # printed again on the next page
    return [head, *rows]


def beside(draw: st.DrawFn, nights: list[Night]) -> Lines:
    rows = [[on.isoformat(), who] for who, on in nights]
    return [["日期", "姓名"] * 2, *([*pair[0], *(pair[1] if len(pair) > 1 else ["", ""])] for pair in batched(rows, 2))]


def by_day(draw: st.DrawFn, nights: list[Night]) -> Lines:
    days = sorted({on for _, on in nights})
    join = draw(st.sampled_from(["、", "\uff0c", "\n", "/", "和"]))
    return [["日期", "值班人员"], *([f"{on.day}日", _joined([who for who, night in nights if night == on], join)] for on in days)]


def _joined(names: list[str], join: str) -> str:
    return join.join(names) if join != "和" or len(names) == 2 else "、".join(names)


def marked(draw: st.DrawFn, nights: list[Night]) -> Lines:
    sign, none = draw(st.sampled_from(MARKS))
    heads = draw(st.sampled_from(HEADS))
    there = set(nights)
    people = sorted({who for who, _ in nights})
    rows = [[who, *(sign if (who, date(2026, 10, day)) in there else none for day in range(1, 32))] for who in people]
    head = [["姓名", *heads]] if draw(st.booleans()) else [["姓名", "日期"], [None, *heads]]
    return [*head, *rows, [f"注:{'●' if sign == '●' else '√'}住夜,○请假".translate(FULL)]]


def people_over_columns(draw: st.DrawFn, nights: list[Night]) -> Lines:
    people, there = sorted({*(who for who, _ in nights), *PEOPLE[:2]}), set(nights)
    days = sorted({on for _, on in nights})
    rows = [[f"{on.day}日", *("√" if (who, on) in there else "" for who in people)] for on in days]
    filled = [rows[0][0], *("√" if mark else "×" for mark in rows[0][1:])]
    return [["日期", *people], filled, *rows[1:]]


def across(draw: st.DrawFn, nights: list[Night]) -> Lines:
    """A post a line: who leads, who is on with them, and whoever is left in a third."""
    heads, join, nobody = draw(st.sampled_from(HEADS)), draw(st.sampled_from(["、", "\n", "/"])), draw(st.sampled_from([None, "休", "/"]))
    on = {day: sorted(who for who, night in nights if night.day == day) for day in range(1, 32)}
    first = draw(st.sampled_from(["岗位", "日期", "值班表", None]))
    posts = [("带班领导", slice(0, 1)), ("值班干部", slice(1, 3)), ("值班人员", slice(3, None))]
    weekdays = [["星期", *("四五六日一二三"[day % 7 - 1] for day in range(1, 32))]] if draw(st.booleans()) else []
    return [[first, *heads], *weekdays, *([post, *(join.join(on[day][part]) or nobody for day in on)] for post, part in posts)]


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Lines, set[Night]]:
    nights = sorted(draw(NIGHTS))
    nights = draw(st.permutations(nights))
    layout = draw(st.sampled_from([listed, beside, by_day, marked, people_over_columns, across]))
    lines = layout(draw, list(nights))
    above = draw(st.sampled_from(TITLES))
    below = draw(st.lists(st.sampled_from(NOTES), max_size=2))
    return [*above, *draw(st.lists(st.just([]), max_size=2)), *lines, *below], set(nights)


def read(connection: Connection, monkeypatch: pytest.MonkeyPatch, lines: Lines) -> Checked:
    rows = [[float(value) if type(value) is int else value for value in line] for line in lines]
    sheet = Sheet("10月", rows, list(range(1, len(rows) + 1)))
    monkeypatch.setattr(checks, "opened", lambda path: [sheet])
    return checked(STAYS, Path("台账.xlsx"), directory(EVERYTHING, connection), NOW)


def found_nights(connection: Connection, found: Checked) -> list[Night]:
    names = {who: name for who, (name, _) in directory(EVERYTHING, connection).people.items()}
    return [(names[one.values["person_id"]], one.values["night"]) for one in found.records if one.values["area_code"] == YUNLING]


def thorough(test: Callable[..., None]) -> Callable[..., None]:
    return settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)(test)


def test_the_same_nights_are_read_whatever_the_layout(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    qinghe(connection)

    @thorough
    @given(ledger=ledgers())
    def holds(ledger: tuple[Lines, set[Night]]) -> None:
        lines, nights = ledger
        found = read(connection, monkeypatch, lines)
        assert [one.sentence() for one in found.refused] == []
        assert sorted(found_nights(connection, found)) == sorted(nights)

    holds()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_the_same_nights_are_read_whatever_the_encoding(connection: Connection, tmp_path: Path, encoding: str) -> None:
    qinghe(connection)

    @thorough
    @given(nights=NIGHTS, separator=st.sampled_from([",", "\t", ";", "|", "\uff0c"]), line=st.sampled_from(["\n", "\r\n", "\r"]))
    def holds(nights: set[Night], separator: str, line: str) -> None:
        rows = [("日期", "姓名", "单位", "备注"), *((on.isoformat(), who, "云岭镇", '"好"') for who, on in sorted(nights))]
        (tmp_path / "住夜.csv").write_bytes((line.join(separator.join(row) for row in rows) + line).encode(encoding))
        found = checked(STAYS, tmp_path / "住夜.csv", directory(EVERYTHING, connection), NOW)
        assert sorted(found_nights(connection, found)) == sorted(nights)

    holds()


WRONG = ("13月1日", "", "2026-11-30", "十月")


def test_refused_lines_go_in_once_they_are_mended(connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    qinghe(connection)

    @thorough
    @given(nights=NIGHTS, wrong=st.lists(st.sampled_from(WRONG), min_size=1, max_size=4))
    def holds(nights: set[Night], wrong: list[str]) -> None:
        lines = [
            ["云岭镇2026年10月住夜"],
            ["日期", "姓名"],
            *([f"{on.day}日", who] for who, on in sorted(nights)),
            *([day, "云职卯"] for day in wrong),
        ]
        found = read(connection, monkeypatch, lines)
        assert (sorted(found_nights(connection, found)), len(found.refused)) == (sorted(nights), len(wrong))
        path = write_refused([returned(one, found.kind) for one in found.refused], tmp_path / "退回.xlsx")
        book = openpyxl.load_workbook(path)
        sheet = book.active
        for place in range(len(wrong)):
            sheet.cell(sheet.max_row - place, 3, f"{place + 1}日")
        book.save(path)
        monkeypatch.undo()
        mended = checked(STAYS, path, directory(EVERYTHING, connection), NOW)
        path.unlink()
        assert mended.refused == []
        assert sorted(found_nights(connection, mended)) == [("云职卯", date(2026, 10, place + 1)) for place in range(len(wrong))]

    holds()


STEPS = {
    "办结时间": "2026-10-20",
    "办理结果": "已化解",
    "评单星级": "五星",
    "回访时间": "2026-10-21",
    "是否满意": "满意",
    "挂牌督办": "是",
    "销号时间": "2026-10-22",
}


def test_a_ledger_that_goes_on_changes_only_what_it_tells(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    qinghe(connection)
    kind = kind_named("诉求进展")

    @thorough
    @given(
        heads=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, unique=True),
        extra=st.lists(st.sampled_from(["序号", "诉求人", "联系电话"]), unique=True),
    )
    def holds(heads: list[str], extra: list[str]) -> None:
        rows = [[*extra, "编号", *heads], [*("1" for _ in extra), "N-1", *(STEPS[head] for head in heads)]]
        monkeypatch.setattr(checks, "opened", lambda path: [Sheet("", rows, [1, 2])])
        try:
            found = checked(kind, Path("进展.xlsx"), directory(EVERYTHING, connection), NOW)
        except Unreadable:
            return
        assert found.total == len(found.records) + len(found.refused) == 1
        told = {head for head in heads if not any(head in each for each in found.left_out())}
        for one in found.records:
            assert ("ended_at" in one.values) == ("办结时间" in told)
            assert one.values.get("supervised", False) == ("挂牌督办" in told)
            assert len(one.extra["ratings"]) <= ("评单星级" in told) + ("是否满意" in told)

    holds()
