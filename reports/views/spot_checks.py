"""抽查 as it is read: the records a seed draws, what was found about each, and the share that was true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.period import Period
from metrics.spot_checks import FOUND_NAMES, FOUND_STATUS, Found
from metrics.vocabulary import Status
from metrics.wording import day_text, fraction, is_missing, share, whole
from reports.tables import Column, Kind, Table, Verdict, table
from reports.views.people import name_of, origin

SPOT_TRUE = "quality.spot_true"
SIZES = ("5", "10", "20", "50")

SAMPLE_COLUMNS = (
    Column("number", "序号", Kind.COUNT, strong=True),
    Column("row_id", "记录号", small=("day",), tight=True),
    Column("day", "日期", Kind.DATE, screen=False),
    Column("place", "地点", small=("person",), tight=True),
    Column("person", "人员", screen=False),
    Column("detail", "写了什么"),
    Column("recorded_at", "录入", Kind.TIMESTAMP, phone=False, tight=True, small=("origin",)),
    Column("origin", "录入方式", screen=False),
    Column("source", "来源", small=("source_ref",), phone=False),
    Column("source_ref", "来源编号", screen=False),
    Column("found", "抽查结果", Kind.VERDICT, small=("note",), tight=True),
    Column("note", "情况", screen=False),
)


def verdict_of_check(outcome: Any) -> Verdict:
    if is_missing(outcome):
        return Verdict(Status.NONE, "未抽查")
    return Verdict(FOUND_STATUS[Found(outcome)], FOUND_NAMES[Found(outcome)])


def sample_table(rows: pd.DataFrame, checks: pd.DataFrame, ledger: str, seed: str, period: Period, where: str) -> Table:
    """``rows``: see ``data_access.spot_checks.sample``; ``checks``: what was found about them so far."""
    found = {int(row["row_id"]): row for row in checks.to_dict("records")}
    names = {int(row["person_id"]): row["person_name"] for row in rows.to_dict("records") if not is_missing(row["person_name"])}
    lines = []
    for number, row in enumerate(rows.to_dict("records"), start=1):
        check = found.get(int(row["row_id"]), {})
        lines.append(
            {
                **row,
                "number": number,
                "row_id": str(row["row_id"]),
                "place": row["area_code"] if is_missing(row["area_name"]) else row["area_name"],
                "person": name_of(names, row["person_id"]),
                "origin": origin(row),
                "found": verdict_of_check(check.get("outcome")),
                "note": check.get("note"),
            }
        )
    of = int(rows["of"].iloc[0]) if len(rows) else 0
    return table(
        f"{ledger}抽查",
        SAMPLE_COLUMNS,
        lines,
        conclusion=f"{period.label}{where}的{ledger}记录 {whole(of)} 条,抽出 {len(lines)} 条",
        remark=f"种子“{seed}”;用同一种子,谁来抽都是这几条",
        indicators=(SPOT_TRUE,),
        chosen=f"种子 {seed}",
        empty=f"{period.label}没有{ledger}记录",
    )


def record_words(rows: pd.DataFrame) -> dict[str, str]:
    """By record: 3 · 11月5日 泥河镇 张三."""
    words = {}
    for number, row in enumerate(rows.to_dict("records"), start=1):
        parts = [day_text(row["day"]), *(str(row[key]) for key in ("area_name", "person_name") if not is_missing(row[key]))]
        words[str(row["row_id"])] = f"{number} · {' '.join(parts)}"
    return words


def share_table(rows: pd.DataFrame, ledgers: Mapping[str, str], period: Period) -> Table:
    """By ledger, of which records were found to be true. ``rows``: the fact ``spot_checks``."""
    counts = rows.pivot_table(index="ledger", columns="outcome", values="checks", aggfunc="sum", fill_value=0)
    lines: list[dict[str, Any]] = []
    for ledger, name in ledgers.items():
        if ledger in counts.index:
            by: dict[str, int] = {str(each): int(counts.loc[ledger].get(each, 0)) for each in Found}
            checked = sum(by.values())
            lines.append({"ledger": name, **by, "n": checked, "value": by[Found.GENUINE] / checked})
    k, n = int(rows.loc[rows["outcome"] == Found.GENUINE, "checks"].sum()), int(rows["checks"].sum())
    columns = (
        Column("ledger", "台账", strong=True),
        Column("value", "抽查属实率", Kind.SHARE, counts=(Found.GENUINE, "n")),
        Column(Found.GENUINE, "真实", Kind.COUNT, "条", screen=False),
        Column("n", "已抽查", Kind.COUNT, "条", screen=False),
        Column(Found.WRONG, "不符", Kind.COUNT, "条"),
        Column(Found.UNTRACEABLE, "查不到", Kind.COUNT, "条"),
    )
    return table(
        "抽查结果 按台账",
        columns,
        lines,
        conclusion=f"{period.label}的记录抽查了 {whole(n)} 条,属实 {share(k / n)} ({fraction(k, n)})" if n else "",
        indicators=(SPOT_TRUE,),
        empty=f"{period.label}的记录没有抽查过",
    )


CHECK_COLUMNS = (
    Column("ledger_name", "台账", small=("record",), tight=True),
    Column("record", "记录号", screen=False),
    Column("area_name", "地点", small=("day",), tight=True),
    Column("day", "日期", Kind.DATE, screen=False),
    Column("found", "结果", Kind.VERDICT, tight=True),
    Column("note", "情况"),
    Column("checked_by", "核查人", small=("checked_at",), tight=True),
    Column("checked_at", "核查时间", Kind.TIMESTAMP, screen=False),
    Column("seed", "种子", phone=False),
)


def check_table(rows: pd.DataFrame, ledgers: Mapping[str, str]) -> Table:
    """``rows``: see ``data_access.spot_checks.checks``."""
    lines = [
        {**row, "ledger_name": ledgers[row["ledger"]], "record": f"记录号 {row['row_id']}", "found": verdict_of_check(row["outcome"])}
        for row in rows.to_dict("records")
    ]
    return table("抽查记录", CHECK_COLUMNS, lines, remark="一条记录多次抽查的,列最后一次", indicators=(SPOT_TRUE,), empty="没有抽查记录")
