"""The petition pages' tables to take away: the same questions as on screen, all rows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from data_access.decisions import DECISION_NAMES, Decision
from data_access.petition_lists import Asked, petition_list
from data_access.petition_state import leads, repeated_most
from data_access.window import Window
from metrics.decisions import KEPT_NAMES
from metrics.petition_case import known
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.handouts import ALL_ROWS, COUNT, DATE, NUMBER, SCORE, SHARE, TEXT, TIME, Rows, asked_once, offer_rows
from pages.petitions import wording
from pages.petitions.asking import names_of, township_names
from pages.petitions.list_filters import SORT_NAMES, STANDING_NAMES, villages_of

CASES = {
    "编号": TEXT,
    "类别": TEXT,
    "事由": TEXT,
    "乡镇": TEXT,
    "村": TEXT,
    "大小": TEXT,
    "级别": TEXT,
    "信访件": TEXT,
    "挂牌督办": TEXT,
    "点单": TIME,
    "时限": DATE,
    "状态": TEXT,
    "办结": TIME,
    "经办人": TEXT,
    "包案领导": TEXT,
    "最近进展": TIME,
    "未动(天)": COUNT,
    "重办(次)": COUNT,
}
LEADS = {"包案领导": TEXT, "在办(件)": COUNT, "超期(件)": COUNT, "积案(件)": COUNT, "最久未动(天)": COUNT, "自": DATE}
RISING = {"类别": TEXT, "范围": TEXT, "近期(件)": COUNT, "平时(件)": NUMBER, "是平时的(倍)": NUMBER}
REPEATED = {"首件编号": TEXT, "类别": TEXT, "事由": TEXT, "乡镇": TEXT, "又提(次)": COUNT, "最近一次": DATE, "现状": TEXT}
CLIMBING = {"从": TEXT, "上报到": TEXT, "诉求(件)": COUNT, "上报(次)": COUNT}
DECIDED = {
    "决定日期": DATE,
    "决定人": TEXT,
    "编号": TEXT,
    "乡镇": TEXT,
    "类别": TEXT,
    "决定": TEXT,
    "包案领导": TEXT,
    "要求": TEXT,
    "时限": DATE,
    "兑现": TEXT,
    "决定后": TEXT,
}


def offer_cases(title: str, filters: Filters, window: Window, asked: Asked, *indicator_ids: str) -> None:
    """All petitions of a list. The list of 检举控告 is for reading only: it never leaves the board (信访工作条例第三十条)."""
    if not asked.restricted:
        offer_rows(title, CASES, partial(case_lines, filters, window, asked), filters, *indicator_ids, chosen=asked_words(filters, asked))


def asked_words(filters: Filters, asked: Asked) -> str:
    """The list's own filters: 超期在办 · 乡镇 · 小事 · 含“宅基地” · 时限从早到晚."""
    parts = (
        STANDING_NAMES.get(asked.standing, asked.standing),
        asked.area and villages_of(filters).get(asked.area, asked.area),
        asked.level and wording.level_name(asked.level),
        asked.size and wording.size_name(asked.size),
        asked.category,
        asked.channel and wording.channel_name(asked.channel),
        asked.handler_id and "指定经办人",
        asked.lead_id and "指定包案领导",
        asked.words and f"含“{asked.words}”",
        SORT_NAMES[asked.sort],
    )
    return " · ".join(str(part) for part in parts if part)


def case_lines(filters: Filters, window: Window, asked: Asked) -> Rows:
    rows = asked_once(petition_list, filters.narrowed, window=window, asked=asked, rows=ALL_ROWS)
    names = names_of(filters.scope, [*rows["handler_id"], *rows["lead_id"]])
    return [_case(row, names, window) for row in rows.to_dict("records")]


def _case(row: Mapping[Any, Any], names: Mapping[int, str], window: Window) -> list[object]:
    state, _ = wording.standing_words(row, window.last, loaders.workdays())
    ended = known(row["ended_at"])
    over = ended is not None and ended.date() <= window.last
    moved = known(row["moved_at"])
    return [
        row["number"],
        known(row["category"]) or "未分类",
        known(row["title"]),
        known(row["township"]) or row["area_code"],
        known(row["village"]),
        wording.size_name(row["size"]),
        wording.level_name(row["level"]),
        "是" if known(row["is_xinfang"]) else "",
        "是" if known(row["supervised"]) else "",
        row["opened_at"],
        known(row["due_day"]),
        state,
        ended if over else None,
        _name(names, row["handler_id"], "无经办人"),
        _name(names, row["lead_id"]),
        moved,
        None if over or moved is None else max(0, (window.last - moved.date()).days),
        known(row["reopened"]),
    ]


def _name(names: Mapping[int, str], person_id: object, nobody: str = "") -> str:
    found = known(person_id)
    return nobody if found is None else names.get(int(found), "不详")


def offer_leads(filters: Filters, window: Window) -> None:
    def lines() -> Rows:
        found = loaders.answer(leads, filters.narrowed, ("petition", "area", "calendar_day"), window=window)
        names = names_of(filters.scope, found["lead_id"])
        return [
            [
                names.get(row["lead_id"], "不详"),
                row["open"],
                row["overdue"],
                row["backlog"],
                (window.last - row["last_moved"].date()).days,
                row["last_moved"].date(),
            ]
            for row in found.to_dict("records")
        ]

    offer_rows("领导包案", LEADS, lines, filters, "petitions.backlog")


def offer_rising(filters: Filters, everywhere: pd.DataFrame, by_unit: pd.DataFrame, measured: str) -> None:
    """All cells that rise, also those beyond the few on screen."""
    names = township_names(filters.scope, filters.as_of)
    found = [*everywhere.assign(code="").to_dict("records"), *by_unit.to_dict("records")]
    lines = [
        [
            row["category"],
            names.get(str(row["code"]), str(row["code"])) if row["code"] else "合计",
            row["recent"],
            row["usual"],
            row["times"],
        ]
        for row in found
    ]
    offer_rows("上升的类别", RISING, lambda: lines, filters, chosen=measured)


def offer_repeated(filters: Filters, window: Window, days: int) -> None:
    def lines() -> Rows:
        found = asked_once(repeated_most, filters.narrowed, window=window, limit=ALL_ROWS)
        names = township_names(filters.scope, filters.as_of)
        return [
            [
                row["number"],
                known(row["category"]) or "未分类",
                known(row["title"]),
                names.get(str(row["code"])[:9], ""),
                row["times"],
                pd.Timestamp(row["latest"]).date(),
                "在办" if row["open"] else "已结",
            ]
            for row in found.to_dict("records")
        ]

    offer_rows("反复提出的诉求", REPEATED, lines, filters, "petitions.repeat", chosen=f"近 {days} 天")


def offer_climbing(filters: Filters, found: pd.DataFrame) -> None:
    lines = [
        [wording.level_name(row["from_level"]), wording.level_name(row["to_level"]), row["petitions"], row["times"]]
        for row in found.to_dict("records")
    ]
    offer_rows("逐级上报", CLIMBING, lambda: lines, filters)


def offer_decided(filters: Filters, chosen: pd.DataFrame, names: Mapping[int, str]) -> None:
    townships = township_names(filters.scope, filters.as_of)
    lines = [
        [
            row["decided_at"].date(),
            row["decided_name"] or row["decided_by"],
            row["number"],
            townships.get(str(row["area_code"])[:9], ""),
            known(row["category"]),
            DECISION_NAMES[Decision(row["kind"])],
            _name(names, row["lead_id"]),
            known(row["note"]),
            known(row["due_on"]),
            KEPT_NAMES[row["kept"]],
            "有进展" if row["moved"] else "没有进展",
        ]
        for row in chosen.to_dict("records")
    ]
    offer_rows("上次定的事", DECIDED, lambda: lines, filters)


def offer_supervised(filters: Filters, window: Window) -> None:
    """挂牌督办, all of them, as the list shows them."""
    offer_cases("挂牌督办", filters, window, Asked(standing="supervised", sort="moved"))


def offer_composition(filters: Filters, chosen: str, rows: pd.DataFrame, names: Sequence[str]) -> None:
    """Every value of the dimension, where the chart draws the largest."""
    lines = [[name, *(row[column] for column in STANDING_COUNTS)] for name, row in zip(names, rows.to_dict("records"), strict=True)]
    columns = {chosen: TEXT, **dict.fromkeys(STANDING_COUNTS.values(), COUNT)}
    offer_rows(f"在办诉求按{chosen}", columns, lambda: lines, filters, "petitions.open", "petitions.overdue")


STANDING_COUNTS = {"open": "在办(件)", "overdue": "超期(件)", "due_soon": "本周到期(件)", "backlog": "积案(件)"}


def offer_funnel(filters: Filters, durations: pd.DataFrame, waiting: pd.DataFrame, names: Mapping[str, str]) -> None:
    """四单: one row a step. ``durations`` and ``waiting`` by step, as the panel has them."""
    lines = []
    for step, words in names.items():
        done = durations.loc[step] if step in durations.index else {"n": 0, "median": None, "p90": None}
        wait = waiting.loc[step]
        lines.append([words, done["n"], done["median"], done["p90"], wait["waiting"], known(wait["oldest"])])
    columns = {"步骤": TEXT, "走完(件)": COUNT, "用时中位数(天)": SCORE, "九成不超过(天)": SCORE, "现在等着(件)": COUNT, "最早自": DATE}
    offer_rows("四单流转", columns, lambda: lines, filters, "petitions.days")


def offer_formulas(filters: Filters, found: pd.DataFrame) -> None:
    """按期办结率 beside the flattering formula, all units."""
    lines = [
        [row[key] for key in ("name", "k", "n", "value", "ended_k", "ended_n", "flattering", "outside")] for row in found.to_dict("records")
    ]
    columns = {"单位": TEXT, "按期(件)": COUNT, "应办结(件)": COUNT, "按期办结率": SHARE}
    columns |= {"已结按期(件)": COUNT, "已结(件)": COUNT, "只算已结": SHARE, "撤回转送不受理(件)": COUNT}
    offer_rows("两种算法对照", columns, lambda: lines, filters, "petitions.closed_on_time")


def offer_likely_late(filters: Filters, named: pd.DataFrame) -> None:
    townships = township_names(filters.scope, filters.as_of)
    lines = [
        [
            row["number"],
            townships.get(str(row["code"])[:9], ""),
            known(row["category"]) or "未分类",
            row["due_day"],
            row["chance"],
            row["alike"],
        ]
        for row in named.to_dict("records")
    ]
    columns = {"编号": TEXT, "乡镇": TEXT, "类别": TEXT, "时限": DATE, "可能超期": SHARE, "依据同类(件)": COUNT}
    offer_rows("可能超期的诉求", columns, lambda: lines, filters, "petitions.closed_on_time")
