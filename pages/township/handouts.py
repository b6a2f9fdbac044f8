"""The township, village and person pages' tables to take away, from the frames the pages show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from data_access.profiles import records_of
from data_access.scope import Scope
from metrics.definition import Indicator, Question
from metrics.duty import shortfall_words
from metrics.vocabulary import MODULE_NAMES, Measure
from metrics.wording import MISSING, fraction, is_missing, target_text, value_text
from pages.common.filters import Filters
from pages.common.handouts import ALL_ROWS, COUNT, DATE, NUMBER, SHARE, TEXT, TIME, Rows, asked_once, offer_rows
from pages.township.figures import Figure, row_of
from pages.township.months import Month, why_not_counted
from pages.township.record import KIND_NAMES
from reports.tables import verdict


def offer_figures(filters: Filters, place: str, found: Sequence[Figure], names: Mapping[str, str]) -> None:
    """All modules in one table. Figures of many units stand in one column, so they are written as on screen, k and n beside them."""
    columns = {"模块": TEXT, "指标": TEXT, "本单位": TEXT, "分子": COUNT, "分母": COUNT, names["above"]: TEXT}
    columns |= {names["other"]: TEXT} if "other" in names else {}
    columns |= {"目标": TEXT, "名次": COUNT, "参加排名(个)": COUNT, "评价": TEXT}

    def lines() -> Rows:
        made = []
        for each in found:
            entry, row = each.entry, each.row
            beside = [_figure(entry, each.above), *([_figure(entry, each.other)] if "other" in names else [])]
            rate = entry.measure is Measure.RATE
            made.append(
                [
                    MODULE_NAMES[entry.module],
                    entry.name,
                    value_text(entry, row["value"]),
                    row["k"] if rate else None,
                    row["n"] if rate else None,
                    *beside,
                    target_text(entry, each.target),
                    row["rank"],
                    each.ranked,
                    verdict(row["status"], row["n"]),
                ]
            )
        return made

    offer_rows(f"{place} 各项指标", columns, lines, filters, chosen=place)


def _figure(entry: Indicator, row: Mapping[str, Any] | None) -> str:
    if row is None:
        return MISSING
    kn = fraction(row["k"], row["n"])
    return f"{value_text(entry, row['value'])} ({kn})" if kn else value_text(entry, row["value"])


def offer_villages(filters: Filters, units: Sequence[Mapping[Any, Any]], shown: Sequence[Indicator], frames: Mapping[str, Any]) -> None:
    """Every village of the township: value, k and n of each figure shown."""
    columns = {"村": TEXT, "参加统计": TEXT}
    for entry in shown:
        kind = SHARE if entry.measure is Measure.RATE else NUMBER
        columns |= {entry.name: kind, f"{entry.name} 分子": COUNT, f"{entry.name} 分母": COUNT}

    def lines() -> Rows:
        made: list[list[object]] = []
        for unit in units:
            cells: list[object] = [unit["name"], "" if unit["ranked"] else "不参加统计"]
            for entry in shown:
                row = row_of(frames[entry.id], str(unit["code"]))
                cells += [None, None, None] if row is None else [row["value"], row["k"], row["n"]]
            made.append(cells)
        return made

    offer_rows("各村", columns, lines, filters, *(entry.id for entry in shown))


def offer_months(filters: Filters, name: str, found: Sequence[Month], kinds: Mapping[str, str]) -> None:
    """A person's twelve months. ``kinds``: kind of record → its name."""
    columns = {
        "月份": TEXT,
        "住夜(夜)": COUNT,
        "应住(夜)": COUNT,
        "在岗工作日(个)": COUNT,
        **dict.fromkeys(kinds.values(), COUNT),
        "说明": TEXT,
    }
    lines = [
        [each.period.text, each.nights, each.due, each.workdays, *(each.done.get(kind, 0) for kind in kinds), each.because]
        for each in found
    ]
    offer_rows(f"{name} 近12个月", columns, lambda: lines, filters, "duty.chief_nights")


def offer_records(
    scope: Scope, filters: Filters, person: Any, kind: str, first: date, words: Callable[[dict[Any, Any]], str], asked: Question
) -> None:
    """All records of a kind of the twelve months; a stay that does not count says why. ``person``: ``person_parts.Person``."""

    def lines() -> Rows:
        rows = asked_once(records_of, scope, person_id=person.person_id, kind=kind, first=first, last=filters.as_of, rows=ALL_ROWS)
        made: list[list[object]] = []
        for row in rows.to_dict("records"):
            why = why_not_counted(row["code"], row["day"], person.posts, person.leave, asked) if kind == "stay" else ""
            note = None if is_missing(row["note"]) or not scope.may_see_names else row["note"]
            made.append([row["day"], row["area"] or row["code"], words(row), note, f"不计:{why}" if why else "", row["recorded_at"]])
        return made

    columns = {"日期": DATE, "地点": TEXT, "内容": TEXT, "备注": TEXT, "计入": TEXT, "录入": TIME}
    offer_rows(f"{person.name} {KIND_NAMES[kind]}记录", columns, lines, filters, chosen="近12个月")


def offer_nights(filters: Filters, place: str, rolls: pd.DataFrame, stays: pd.DataFrame) -> None:
    """A village's workday nights of the month, as its page lists them."""

    def lines() -> Rows:
        made = []
        for roll in rolls.to_dict("records"):
            here = stays[stays["night"] == roll["night"]]
            names = ["、".join(str(name) for name in here[here["post"] == post]["name"] if isinstance(name, str)) for post in (1, 2)]
            made.append([roll["night"], *names, "达标" if roll["compliant"] else shortfall_words(roll)])
        return made

    columns = {"夜": DATE, "主干": TEXT, "其他干部": TEXT, "结果": TEXT}
    offer_rows(f"{place} 逐夜住夜", columns, lines, filters, "duty.village_compliance", chosen=place)


def offer_cells(filters: Filters, place: str, cells: pd.DataFrame, names: Mapping[str, str], least: float, most: float) -> None:
    """All 邻 of a village with their 邻长 and households."""

    def lines() -> Rows:
        return [
            [
                row["name"],
                names.get(row["code"][:16], ""),
                "缺邻长" if is_missing(row["captain"]) else row["captain"],
                row["households"],
                row["key_households"],
                "合规" if least <= row["households"] <= most else f"应 {least}–{most} 户",
            ]
            for row in cells.to_dict("records")
        ]

    columns = {"邻": TEXT, "组": TEXT, "邻长": TEXT, "户数(户)": COUNT, "重点户(户)": COUNT, "规模": TEXT}
    offer_rows(f"{place} 各邻", columns, lines, filters, "captains.cell_size", chosen=place)
