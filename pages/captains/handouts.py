"""The 三长 pages' tables to take away: all households and cells, not one page of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from data_access.captain_lists import unvisited
from metrics.wording import is_missing
from pages.common.filters import Filters
from pages.common.handouts import ALL_ROWS, COUNT, DATE, TEXT, Rows, asked_once, offer_rows
from pages.common.sheets import name_of, names_of, township_names

UNVISITED = {"乡镇": TEXT, "村": TEXT, "邻": TEXT, "户号": TEXT, "上次走访": DATE, "已隔(天)": COUNT, "邻长": TEXT}
GAPS = {"乡镇": TEXT, "村": TEXT, "邻": TEXT, "户数(户)": COUNT, "需要补上的": TEXT}


def offer_unvisited(filters: Filters, days: Mapping[str, Any], words: str, indicator_id: str) -> None:
    def lines() -> Rows:
        rows = asked_once(unvisited, filters.narrowed, **days, rows=ALL_ROWS)
        names, towns = names_of(filters.scope, rows["captain_id"].dropna().unique()), township_names(filters.scope, filters.as_of)
        return [
            [
                towns.get(str(row["code"])[:9], str(row["code"])[:9]),
                row["village"],
                "未编邻" if is_missing(row["cell"]) else row["cell"],
                str(row["household_id"]),
                "从未走访" if is_missing(row["seen"]) else row["seen"],
                None if is_missing(row["seen"]) else (days["last"] - row["seen"]).days,
                name_of(names, row["captain_id"], "空缺"),
            ]
            for row in rows.to_dict("records")
        ]

    offer_rows(f"未走访的{words}", UNVISITED, lines, filters, indicator_id, chosen=f"{days['first']} 至 {days['last']} 没有走访")


def offer_gaps(filters: Filters, found: pd.DataFrame, lacks: Callable[[dict[Any, Any]], str]) -> None:
    def lines() -> Rows:
        towns = township_names(filters.scope, filters.as_of)
        return [
            [towns.get(str(row["code"])[:9], ""), row["village"], row["name"], row["households"], lacks(row)]
            for row in found.to_dict("records")
        ]

    offer_rows("需要补上的邻", GAPS, lines, filters, "captains.coverage", "captains.cell_size")
