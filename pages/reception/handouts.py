"""The 公示接待 page's slots to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data_access.reception_lists import slot_list
from data_access.window import Window
from metrics.vocabulary import PLACE_NAMES, Place
from metrics.wording import MISSING, is_missing
from pages.common.filters import Filters
from pages.common.handouts import ALL_ROWS, COUNT, DATE, RAISED, TEXT, Rows, asked_once, offer_rows, raised_cells
from pages.common.sheets import name_of, names_of

SLOTS = {
    "日期": DATE,
    "单位": TEXT,
    "地点": TEXT,
    "公示": TEXT,
    "A岗": TEXT,
    "B岗": TEXT,
    "接待人": TEXT,
    "到岗": TEXT,
    "批次(批)": COUNT,
    "人次(人次)": COUNT,
    **RAISED,
}
COMING = {"日期": DATE, "乡镇": TEXT, "地点": TEXT, "A岗": TEXT, "B岗": TEXT}


def place_name(place: Any) -> str:
    return PLACE_NAMES[Place(place)] if place in set(Place) else "地点未写"


def offer_slots(filters: Filters, window: Window, how: str, words: str) -> None:
    def lines() -> Rows:
        rows = asked_once(slot_list, filters.narrowed, window=window, how=how, rows=ALL_ROWS)
        names = names_of(filters.scope, pd.concat([rows["leader_id"], rows["backup_id"], rows["received_by"]]).dropna().unique())
        return [
            [
                row["day"],
                f"{row['code']}(单位不明)" if is_missing(row["unit"]) else row["unit"],
                place_name(row["place"]),
                "公示" if row["published"] else "未公示",
                name_of(names, row["leader_id"], "未排"),
                name_of(names, row["backup_id"], "未排"),
                name_of(names, row["received_by"]),
                post_of(row),
                row["batches"],
                row["visitors"],
                *raised_cells(row),
            ]
            for row in rows.to_dict("records")
        ]

    offer_rows("接待场次", SLOTS, lines, filters, "reception.kept", chosen=words)


def post_of(row: Mapping) -> str:
    """In which post whoever received did so."""
    who = row["received_by"]
    if is_missing(who):
        return "无人接待"
    return "A岗" if who == row["leader_id"] else "B岗顶岗" if who == row["backup_id"] else "代接待"


def offer_coming(filters: Filters, rows: pd.DataFrame, names: Mapping[int, str], townships: Mapping[str, str], title: str) -> None:
    """One row a slot; a township that has announced none is there too and says so."""

    def lines() -> Rows:
        made = [
            [
                row["day"],
                townships.get(str(row["code"]), str(row["code"])),
                place_name(row["place"]),
                name_of(names, row["leader_id"], "未排"),
                name_of(names, row["backup_id"], "未排"),
            ]
            for row in rows.to_dict("records")
        ]
        without = [name for code, name in townships.items() if code not in set(rows["code"])]
        return [*made, *([None, name, "尚未公示", MISSING, MISSING] for name in without)]

    offer_rows("未来一周公示场次", COMING, lines, filters, "reception.kept", chosen=title)
