"""Readings, chapters and packs from a handful of k and n, without a database."""

from __future__ import annotations

from datetime import date

import pandas as pd

from metrics.definition import Question
from metrics.period import Period
from metrics.ranking import judged
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level, Status
from metrics.workdays import Workdays
from reports.conclusions import Point, Reading, subtitle, title
from reports.pack import Chapter, Pack
from reports.readings import whole_row
from reports.subjects import Audience, Section
from reports.tables import definition_notes, figure_table

OCTOBER, NOVEMBER_1 = Period.parse("2026-10"), date(2026, 11, 1)
UP, DOWN, NO_TARGET, COUNT = "duty.night_compliance", "duty.unreported", "nights.lecturers", "petitions.open"
NAMES = ["泥河镇", "西沟乡", "东川镇", "石桥镇", "柳泉镇"]
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|'/c calc'!A0",
    "泥河镇" * 20,
    "𠮷田村😀社区",
    "\x01河东\x0b村\x1f\ufffe",
    "<b>&amp;</b>]]>",
    "_x0041_村",
    "-1+1",
    "\t=1+1",
]
"""Names that a ledger may bring: formulas, 60 characters, beyond the basic plane, not XML, looking like XML."""


def a_reading(
    indicator: str,
    units: list[tuple],
    *,
    names: list[str] | None = None,
    whole: list[tuple] | None = None,
    runs: dict[str, list[tuple]] | None = None,
    **changes,
) -> Reading:
    """Units are (k, n) in the order of NAMES; ``whole`` and ``runs`` are (k, n) by month, October last."""
    entry, level = REGISTRY[indicator], changes.pop("level", Level.TOWNSHIP)
    period, as_of = changes.pop("period", OCTOBER), changes.pop("as_of", NOVEMBER_1)
    asked = Question(level, period, as_of, Workdays({}), rulebook().on(period.last))
    names = names or NAMES[: len(units)]
    codes = [f"149981{i:03d}" for i in range(101, 101 + len(units))]
    figure = pd.DataFrame({"code": codes, "k": [k for k, _ in units], "n": [n for _, n in units]}).astype({"k": "Int64", "n": "Int64"})
    frame = judged(figure, pd.DataFrame({"code": codes, "name": names}), entry, asked)
    return Reading(
        entry=entry,
        level=level,
        period=period,
        as_of=as_of,
        frame=frame,
        target=asked.rules.target(entry.id),
        whole_name="全县",
        whole=points(whole or [], period),
        runs={code: points(values, period) for code, values in zip(codes, (runs or {}).values(), strict=False)},
        **changes,
    )


def points(values: list[tuple], period: Period = OCTOBER) -> tuple[Point, ...]:
    periods = period.trailing(len(values)) if values else []
    return tuple(
        Point(each, k, n, None if n == 0 else k / n if n else float(k), Status.THIN if n is not None and n < 10 else Status.LOW)
        for each, (k, n) in zip(periods, values, strict=True)
    )


def a_chapter(reading: Reading, *, trend: bool = False) -> Chapter:
    asked = (reading.entry, reading.level, reading.period, reading.as_of)
    notes = definition_notes(*asked, rulebook().on(reading.period.last), "全县")
    table = figure_table(*asked, reading.frame, notes, whole=whole_row(reading))
    return Chapter(Section(reading.entry.id, trend), reading, title(reading), subtitle(reading), table)


def a_pack(*readings: Reading, audience: Audience = Audience.MONTHLY, place: str = "测试县") -> Pack:
    chapters = tuple(a_chapter(reading, trend=bool(reading.runs)) for reading in readings)
    return Pack(audience, place, OCTOBER, NOVEMBER_1, chapters, rulebook().on(OCTOBER.last), filters="全县")


def hostile_pack() -> Pack:
    return a_pack(a_reading(UP, [(10 + i, 20 + i) for i in range(len(HOSTILE))], names=HOSTILE, whole=[(80, 100), (90, 100)]))


def a_long_reading(units: int = 200) -> Reading:
    """Two hundred villages."""
    return a_reading(UP, [(i % 21, 20 + i % 3) for i in range(units)], names=[f"第{i}村" for i in range(units)])
