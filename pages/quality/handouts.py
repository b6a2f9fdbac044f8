"""The 数据 page's tables to take away: what does not fit, whose entries to look at, full marks, all rows of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from data_access.problems import problem_rows
from data_access.window import Window
from metrics.definition import Indicator
from metrics.vocabulary import Measure
from metrics.wording import is_missing
from pages.common.filters import Filters
from pages.common.handouts import ALL_ROWS, COUNT, DATE, NUMBER, SHARE, TEXT, TIME, Rows, asked_once, offer_rows

PROBLEMS = {"台账": TEXT, "问题": TEXT, "怎么改": TEXT, "条数(条)": COUNT}
PROBLEM_ROWS = {
    "记录号": TEXT,
    "日期": DATE,
    "地点": TEXT,
    "地点代码": TEXT,
    "人员": TEXT,
    "人员编号": TEXT,
    "来源": TEXT,
    "来源编号": TEXT,
    "录入": TIME,
}
PERFECT = {"单位": TEXT, "指标": TEXT, "分子": COUNT, "分母": COUNT}


def offer_problems(filters: Filters, counts: pd.DataFrame) -> None:
    lines = [[row["ledger"], row["reason"], row["remedy"], row["rows"]] for row in counts.to_dict("records")]
    offer_rows("对不上的记录", PROBLEMS, lambda: lines, filters)


def offer_problem_rows(filters: Filters, window: Window, problem: str, reason: str) -> None:
    def lines() -> Rows:
        rows = asked_once(problem_rows, filters.narrowed, window=window, problem_id=problem, limit=ALL_ROWS)
        return [
            [
                str(row["row_id"]),
                row["day"],
                row["area_name"],
                row["area_code"],
                row["person_name"],
                None if is_missing(row["person_id"]) else str(int(row["person_id"])),
                row["source"],
                row["source_ref"],
                row["recorded_at"],
            ]
            for row in rows.to_dict("records")
        ]

    offer_rows("没有计入的记录", PROBLEM_ROWS, lines, filters, chosen=reason)


def offer_people(filters: Filters, entry: Indicator, rows: pd.DataFrame, posts: Callable[[list[int]], Mapping[int, str]]) -> None:
    """All people of the list, where the page shows the first; in its order, without ranks (减负)."""

    def lines() -> Rows:
        ids = [int(str(code)[2:]) for code in rows["code"]]
        held = posts(ids)
        return [
            [row["name"] or f"编号{person}", held.get(person, ""), row["k"], row["n"], row["value"]]
            for person, row in zip(ids, rows.to_dict("records"), strict=True)
        ]

    shares = entry.measure is Measure.RATE
    columns = {"人员": TEXT, "单位职务": TEXT, "条数": COUNT, "总条数": COUNT, entry.name: SHARE if shares else NUMBER}
    offer_rows(f"{entry.name} 按人员", columns, lines, filters, entry.id)


def offer_perfect(filters: Filters, rows: pd.DataFrame, level: str) -> None:
    lines = [[row["name"], row["indicator"], row["k"], row["n"]] for row in rows.to_dict("records")]
    offer_rows(f"满分异常 按{level}", PERFECT, lambda: lines, filters, "quality.perfect")
