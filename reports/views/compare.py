"""对比 as it is read: two townships, every township with 环比 and 同比, a period beside the same of last year, the county's map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period
from metrics.vocabulary import Measure
from metrics.wording import change_text, fraction, is_missing, value_text
from reports.county_map import CountyMap, MapUnit, centre_of, shapes_of
from reports.links import to_township
from reports.subjects import rows_behind
from reports.tables import Column, Kind, Table, table, verdict_of
from reports.view import View

MAP_ADVICE = "点一个乡镇看它的记录"
POINTS = "个百分点"
NO_OUTLINES = "本县没有提供乡镇边界,按方格画"

Values = Mapping[str, float | None]
"""By township code."""


@dataclass(frozen=True)
class Course:
    """A figure of some townships over the last periods, as a chart takes it: a value a period each, and what is said of each point."""

    title: str
    subtitle: str
    labels: tuple[str, ...]
    lines: Mapping[str, list[float | None]]
    said: Mapping[str, list[str]]


def course(entry: Indicator, periods: Sequence[Period], frames: Sequence[pd.DataFrame], names: Mapping[str, str]) -> Course:
    """``frames``: the judged figures of each period; ``names``: of the townships shown, by code, in their order."""
    lines: dict[str, list[float | None]] = {name: [] for name in names.values()}
    said: dict[str, list[str]] = {name: [] for name in names.values()}
    for frame in frames:
        rows = {row["code"]: row for row in frame.to_dict("records")}
        for code, name in names.items():
            row = rows.get(code)
            lines[name].append(None if row is None or is_missing(row["value"]) else float(row["value"]))
            said[name].append("" if row is None else fraction(row["k"], row["n"]))
    unit = "%" if entry.measure is Measure.RATE else entry.unit
    return Course(
        f"{'、'.join(lines)}的{_own(entry)}",
        f"近 {len(periods)} 期,单位:{unit};虚线段是进行中的一期",
        tuple(f"{period.label.partition('年')[2] or period.label}<br>{period.first.year}" for period in periods),
        lines,
        said,
    )


def _own(entry: Indicator) -> str:
    """Its name behind the townships' own names: 各乡镇住夜达标率."""
    return entry.name.removeprefix("乡镇")


def unit_table(entry: Indicator, frame: pd.DataFrame, before: Values, year_ago: Values, earlier: str, view: View) -> Table:
    """Every township with its place, 环比 and 同比. ``before``, ``year_ago``: the values of the period before
    (called ``earlier``) and of the same period of the year before."""
    share = entry.measure is Measure.RATE
    rows = [
        {
            "name": row["name"],
            "rank": row["rank"],
            "value": row["value"],
            "k": row["k"],
            "n": row["n"],
            "cases": fraction(row["k"], row["n"]),
            **_change("step", entry, row["value"], before.get(row["code"])),
            **_change("year", entry, row["value"], year_ago.get(row["code"])),
            "verdict": verdict_of(row),
        }
        for row in frame.to_dict("records")
    ]
    kind, unit = Kind.SHARE if share else Kind.NUMBER, f"({POINTS})" if share else ""
    columns = (
        Column("name", "乡镇", tight=True),
        Column("rank", "名次", Kind.COUNT, phone=False),
        Column("value", entry.name, kind, small=("cases",), strong=True),
        Column("cases", "分子/分母", screen=False, files=False),
        Column("k", "分子", Kind.COUNT, screen=False),
        Column("n", "分母", Kind.COUNT, screen=False),
        Column("step", earlier, kind, phone=False),
        Column("step_words", f"环比{unit}", right=True, by="step_change"),
        Column("year", "上年同期", kind, phone=False),
        Column("year_words", f"同比{unit}", right=True, by="year_change"),
        Column("verdict", "评价", Kind.VERDICT),
    )
    return table(
        f"{entry.name} 各乡镇对比",
        columns,
        rows,
        conclusion=f"{view.period.label}各乡镇{_own(entry)}",
        remark="“—”是没有可比的数",
        indicators=(entry.id,),
        links=tuple(rows_behind(entry.id, str(code)) or to_township(code) for code in frame["code"]),
        empty="没有可比的乡镇",
    )


def _change(key: str, entry: Indicator, now: Any, then: float | None) -> dict[str, Any]:
    missing = then is None or is_missing(then)
    change = None if missing or is_missing(now) else now - then
    return {
        key: None if missing else then,
        f"{key}_change": change,
        f"{key}_words": "—" if missing else _steps(change_text(entry, now, then)),
    }


def _steps(words: str) -> str:
    """A change without the unit, which stands in the heading."""
    return words.removesuffix(POINTS) or "—"


def years_table(entry: Indicator, periods: Sequence[Period], now: Sequence[Any], then: Sequence[Any], where: str) -> Table:
    """Each period beside the same one of the year before, the latest first. ``now``, ``then``: rows (k, n, value) or None."""
    rows = []
    for period, own, last in reversed(list(zip(periods, now, then, strict=True))):
        values = [None if row is None or is_missing(row["value"]) else row["value"] for row in (own, last)]
        counts = [None if row is None else fraction(row["k"], row["n"]) for row in (own, last)]
        words = "—" if None in values else change_text(entry, *values) or "—"
        rows.append({"period": period.label, "now": values[0], "now_n": counts[0], "then": values[1], "then_n": counts[1], "words": words})
    kind = Kind.SHARE if entry.measure is Measure.RATE else Kind.NUMBER
    columns = (
        Column("period", "时段", tight=True),
        Column("now", "当期", kind, small=("now_n",), strong=True),
        Column("now_n", "当期分子/分母", screen=False),
        Column("then", "上年同期", kind, small=("then_n",)),
        Column("then_n", "上年同期分子/分母", screen=False),
        Column("words", "同比", right=True),
    )
    return table(f"{entry.name} 与上年同期", columns, rows, conclusion=f"{where}{entry.name}与上年同期", indicators=(entry.id,))


def sentence(entry: Indicator, names: Sequence[str], values: Sequence[Any], view: View) -> str:
    """2026年11月乡镇住夜达标率:泥河镇 88.9%,石桥镇 61.1%,相差 27.8 个百分点."""
    said = ",".join(f"{name} {value_text(entry, value)}" for name, value in zip(names, values, strict=True))
    apart = change_text(entry, *values).lstrip("+-") if len(values) == 2 and not any(map(is_missing, values)) else ""
    return f"{view.period.label}{entry.name}:{said}" + (f",相差 {apart}" if apart and apart != "持平" else "")


def county_map(entry: Indicator, frame: pd.DataFrame, outlines: Mapping[str, str], view: View) -> CountyMap:
    """The townships by their outlines, or as tiles. ``outlines``: by code, see ``reports.county_map.shapes_of``."""
    shapes, width, height = shapes_of(list(map(str, frame["code"])), outlines)
    units = tuple(
        MapUnit(
            str(row["name"]),
            value_text(entry, row["value"]),
            verdict_of(row),
            shapes[row["code"]],
            centre_of(shapes[row["code"]]),
            rows_behind(entry.id, str(row["code"])) or to_township(row["code"]),
        )
        for row in frame.to_dict("records")
    )
    drawn = all(str(code) in outlines for code in frame["code"])
    remark = MAP_ADVICE if drawn else f"{NO_OUTLINES};{MAP_ADVICE}"
    return CountyMap(f"{view.period.label}{entry.name}分布", remark, entry.id, units, width, height)


def said_table(it: CountyMap, entry: Indicator) -> Table:
    """The map in words, for the files."""
    rows = [{"name": each.name, "value": each.value, "verdict": each.verdict} for each in it.units]
    columns = (Column("name", "乡镇"), Column("value", entry.name), Column("verdict", "评价", Kind.VERDICT))
    return table(it.title, columns, rows, indicators=(entry.id,))
