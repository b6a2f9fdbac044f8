"""三长: what is the case and what to act on, from the same facts as the rankings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from data_access.captain_lists import LIST_TABLES, grid_gaps, homeless_count, unvisited_count, vacant_posts
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from metrics.wording import day_text, is_missing, whole
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import Exceptions
from pages.common.panel import go_definition, go_to

CAPTAINS_PAGE, CAPTAIN_PAGE = "pages/captains/captains.py", "pages/captains/captain.py"
SHOWN = 5
KIND_PERIODS = {"key": PeriodKind.MONTH, "ordinary": PeriodKind.QUARTER}
KIND_WORDS = {"key": "重点户", "ordinary": "普通户"}


def running(kind: str, filters: Filters) -> Period:
    """The month (key households) or quarter (ordinary) that holds the end of the period shown."""
    return Period.holding(KIND_PERIODS[kind], min(filters.period.last, filters.as_of))


def days_of(kind: str, filters: Filters) -> dict[str, object]:
    part = running(kind, filters)
    return {"kind": kind, "first": part.first, "last": min(part.last, filters.as_of)}


def unvisited_households(kind: str, filters: Filters) -> int:
    return int(loaders.answer(unvisited_count, filters.narrowed, LIST_TABLES, **days_of(kind, filters)))


def moment(filters: Filters) -> date:
    return min(filters.period.last, filters.as_of)


def gaps(filters: Filters) -> pd.DataFrame:
    table = loaders.rules_on(filters.period, filters.as_of).tables["captains"]
    return loaders.answer(
        grid_gaps,
        filters.narrowed,
        LIST_TABLES,
        day=moment(filters),
        least=int(table["least_households"]),
        most=int(table["most_households"]),
    )


def sentence(filters: Filters) -> str:
    """本月重点户还有 2,953 户没有走访,普通户本季还有 9,201 户;14 个邻没有邻长"""
    key, found = unvisited_households("key", filters), gaps(filters)
    empty = int((~found["appointed"].astype(bool)).sum())
    month = running("key", filters)
    when = "本月" if month.first <= filters.as_of <= month.last else month.label
    visits = f"{when}重点户都已走访" if not key else f"{when}还有 {whole(key)} 户重点户没有走访"
    posts = "邻长没有空缺" if not empty else f"{whole(empty)} 个邻没有邻长"
    return f"{visits},{posts}"


def groups(filters: Filters) -> list[Exceptions]:
    found = gaps(filters)
    query = dict(filters.query)
    return [
        _visits("key", filters, query),
        _visits("ordinary", filters, query),
        _posts(found, filters, query),
        _sizes(found, filters, query),
    ]


def _visits(kind: str, filters: Filters, query: dict[str, str]) -> Exceptions:
    """By township: households not visited yet, most first."""
    part = running(kind, filters)
    indicator_id = f"captains.{kind}_visits"
    frame = loaders.frame(filters.narrowed, indicator_id, Level.TOWNSHIP, part, filters.as_of)
    left = (frame["n"] - frame["k"]).astype("int64")
    rows = frame.assign(left=left)[left > 0].sort_values("left", ascending=False).head(SHOWN)
    lines = [
        (
            str(row["name"]),
            f"{whole(row['left'])} 户 / {whole(row['n'])}",
            go_to(CAPTAINS_PAGE, {**query, "view": "未走访", "kind": KIND_WORDS[kind], "township": str(row["code"])}),
        )
        for row in rows.to_dict("records")
    ]
    until = f"{day_text(part.last)}止" if part.last > filters.as_of else part.label
    return Exceptions(
        f"{KIND_WORDS[kind]}未走访",
        f"{whole(int(left.sum()))} 户 · {until}",
        lines,
        "本期都已走访",
        "near" if part.last > filters.as_of else "low",
        go_definition(indicator_id),
    )


def _posts(found: pd.DataFrame, filters: Filters, query: dict[str, str]) -> Exceptions:
    empty, away = found[~found["appointed"].astype(bool)], found[found["appointed"].astype(bool) & ~found["in_post"].astype(bool)]
    upper = loaders.answer(vacant_posts, filters.narrowed, LIST_TABLES, day=moment(filters))
    words = {"patch": "片长空缺", "group": "组长空缺"}
    link = go_to(CAPTAINS_PAGE, {**query, "view": "网格"})
    lines = [(_unit(row), words[str(row["level"])], link) for row in upper.to_dict("records")[:2]]
    lines += [(_unit(row), f"邻长空缺 · {whole(row['households'])} 户", link) for row in empty.to_dict("records")[: SHOWN - len(lines)]]
    lines += [(_unit(row), f"邻长请假 · {whole(row['households'])} 户", link) for row in away.to_dict("records")[: SHOWN - len(lines)]]
    count = f"空缺 {whole(len(empty) + len(upper))} · 请假 {whole(len(away))}"
    return Exceptions("无人在岗", count, lines, "每个片、组、邻都有人在岗", "low", go_definition("captains.coverage"))


def _sizes(found: pd.DataFrame, filters: Filters, query: dict[str, str]) -> Exceptions:
    table = loaders.rules_on(filters.period, filters.as_of).tables["captains"]
    outside = found[~found["households"].between(table["least_households"], table["most_households"])]
    without = int(loaders.answer(homeless_count, filters.narrowed, LIST_TABLES, day=moment(filters)))
    link = go_to(CAPTAINS_PAGE, {**query, "view": "网格"})
    lines = [("未编邻的户", f"{whole(without)} 户", link)] if without else []
    lines += [(_unit(row), f"{whole(row['households'])} 户", link) for row in outside.to_dict("records")[: SHOWN - len(lines)]]
    title = f"不在 {table['least_households']}–{table['most_households']} 户的邻"
    return Exceptions(title, f"{whole(len(outside))} 个", lines, "规模都合规,没有未编邻的户", "near", go_definition("captains.cell_size"))


def _unit(row: Mapping[Any, Any]) -> str:
    """A patch, group or cell with its village: 第2邻 alone is in every village."""
    return str(row["name"]) if is_missing(row["village"]) else f"{row['village']}{row['name']}"
