"""减负账 as it is read: what filling in ledgers costs each township, and what of it was asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.wording import share, whole
from reports.links import to_township
from reports.parts import Fact, Facts
from reports.tables import Column, Kind, Table, table
from reports.view import View

LEDGER_WORDS = {
    "night_stay": "住夜",
    "night_session": "夜学夜谈",
    "night_visit": "夜访",
    "reception_slot": "接待",
    "petition": "诉求",
    "captain_visit": "走访",
    "captain_meeting": "会议",
}
TWO_TABLES, TWO_TABLES_WORDS = "two_tables", "夜访和走访两张表都填"
SOURCE_WORDS = {"ledger": "台账装入", "live": "模拟上报"}
MONTH_DAYS = 30

DEFINITIONS = Facts(
    "怎么算的",
    (
        Fact(
            "填了多少行", "住夜、夜学夜谈、夜访、接待、诉求、走访、会议七张台账里日期在本期的行,填一行算一行;对不上、没有计入指标的也算。"
        ),
        Fact("折合每30天", "行数 ÷ 本期已过的天数 × 30,便于长短不同的时段相比。"),
        Fact(
            "两个来源都报",
            "同一件事由两个以上来源各报一次,从第二行起算:住夜、夜访按同一人同一处同一天,走访按同一人同一户同一天,"
            "接待按同一单位、场所、A岗、同一天,会议和夜学夜谈按同一类型、单位、同一天,诉求按同一村、同一天、同一事由。",
        ),
        Fact(TWO_TABLES_WORDS, "同一人同一天,夜访台账里到过某村,走访台账里又走访了该村的户:多半是同一趟,填了两遍。按人、天、村计一次。"),
        Fact("不算什么", "检举控告不计;诉求的流转、评单随诉求走,不另计行。行数是负担,不是成绩,不排名。"),
    ),
)


def totals(asked: pd.DataFrame, twice: pd.DataFrame) -> tuple[int, int]:
    """Rows, and those asked again."""
    return int(asked["rows"].sum()), int(twice["rows"].sum())


def days_in(view: View) -> int:
    """The days of the period that have begun."""
    return max(1, (view.moment - view.period.first).days + 1)


def township_table(asked: pd.DataFrame, twice: pd.DataFrame, towns: Mapping[str, str], view: View) -> Table:
    """A line a township by code, the whole last. ``asked``, ``twice``: see ``data_access.burden``, by township."""
    codes = sorted(towns)
    asked, twice = asked[asked["code"].isin(codes)], twice[twice["code"].isin(codes)]
    lines = [_line(towns[code], asked[asked["code"] == code], twice[twice["code"] == code], view) for code in codes]
    if len(codes) > 1:
        lines.append(_line("合计", asked, twice, view))
    rows, again = totals(asked, twice)
    return table(
        "减负账 按乡镇",
        (
            Column("name", "单位", tight=True),
            Column("rows", "填了", Kind.COUNT, "行", head="填了(行)", right=True, strong=True),
            Column("monthly", "折合每30天", Kind.COUNT, "行", head="折合每30天(行)", right=True),
            *(Column(kind, name, Kind.COUNT, "行", head=name, right=True, phone=False) for kind, name in LEDGER_WORDS.items()),
            Column("sources", "两个来源都报", Kind.COUNT, "行", head="两个来源都报(行)", right=True, phone=False),
            Column("tables", TWO_TABLES_WORDS, Kind.COUNT, "次", head="两张表都填(次)", right=True, phone=False),
            Column("again", "填了两遍", Kind.COUNT, "行", head="填了两遍(行)", right=True, small=("part",)),
            Column("part", "占所填", Kind.SHARE, screen=False),
        ),
        lines,
        conclusion=f"{view.period.label}各乡镇填了 {whole(rows)} 行,其中填了两遍的 {whole(again)} 行"
        + (f"({share(again / rows)})" if rows else ""),
        remark="点一行看乡镇画像;行数是负担,不是成绩,不排名",
        links=(*(to_township(code) for code in codes), *((None,) if len(codes) > 1 else ())),
        notes=tuple((fact.name, fact.text) for fact in DEFINITIONS.facts),
        ends_in_sum=len(codes) > 1,
        empty="没有可看的乡镇",
    )


def _line(name: str, asked: pd.DataFrame, twice: pd.DataFrame, view: View) -> dict[str, Any]:
    rows, again = totals(asked, twice)
    by_table = int(twice.loc[twice["kind"] == TWO_TABLES, "rows"].sum())
    return {
        "name": name,
        "rows": rows,
        "monthly": round(rows / days_in(view) * MONTH_DAYS),
        **{kind: int(asked.loc[asked["kind"] == kind, "rows"].sum()) for kind in LEDGER_WORDS},
        "sources": again - by_table,
        "tables": by_table,
        "again": again,
        "part": again / rows if rows else None,
    }


def source_table(asked: pd.DataFrame, twice: pd.DataFrame) -> Table:
    """By ledger the sources it comes from, and what more than one of them told."""
    lines = []
    for kind, name in LEDGER_WORDS.items():
        mine = asked[asked["kind"] == kind]
        by_source = mine.assign(source=mine["source"].fillna("")).groupby("source")["rows"].sum()
        for place, (source, rows) in enumerate(by_source.sort_values(ascending=False, kind="stable").items()):
            again = int(twice.loc[twice["kind"] == kind, "rows"].sum()) if place == 0 else None
            told = SOURCE_WORDS.get(str(source), str(source)) or "没有写来源"
            lines.append({"ledger": name, "source": told, "rows": int(rows), "again": again})
    return table(
        "减负账 按台账和来源",
        (
            Column("ledger", "台账", tight=True),
            Column("source", "来源"),
            Column("rows", "填了", Kind.COUNT, "行", head="填了(行)", right=True),
            Column("again", "其中两个来源都报", Kind.COUNT, "行", head="两个来源都报(行)", right=True),
        ),
        lines,
        conclusion="从哪里来",
        remark="同一张台账有两个来源的,请商定只报一处",
        empty="本期没有记录",
    )
