"""The one Reading: what titles, leaderboards, cards, slides and paragraphs of an indicator are read from.

Everything here asks a :class:`~reports.frames.Source` for judged frames and adds nothing of its own, so that the page, the wall, the
meeting's files and the command line say the same of the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from metrics.definition import Indicator, Question
from metrics.period import Period, PeriodKind
from metrics.ranking import combined
from metrics.registry import indicator
from metrics.vocabulary import CODE_LENGTHS, Direction, Level, Measure, Status
from metrics.wording import is_missing
from reports.conclusions import RUN, Place, Point, Reading, adds_up, subtitle, title
from reports.frames import Source, question
from reports.links import Link
from reports.parts import Card, Leaderboard
from reports.tables import Table, definition_notes, figure_table
from reports.wording import counted_words, previous

CARD_PERIODS = {PeriodKind.WEEK: 12, PeriodKind.MONTH: 12, PeriodKind.QUARTER: 8, PeriodKind.YEAR: 3}
"""The line of a headline number."""
SLIDE_PERIODS = {PeriodKind.WEEK: 6, PeriodKind.MONTH: 6, PeriodKind.QUARTER: 4, PeriodKind.YEAR: 2}
"""The course of the whole on a slide."""
COMPARED_PERIODS = 2
"""A title compares the whole with the period before."""
RUN_PERIODS = RUN + 1
"""What a sentence about a run looks at: this period and the three before."""
WHOLE_NAMES = {2: "全省", 4: "全市", 6: "全县"}
"""By the length of an area's prefix: a province's has two digits, a city's four, a county's six."""


def whole_level(area: str) -> Level:
    """The level whose rows, added up, are everything under a prefix."""
    return next((level for level, digits in CODE_LENGTHS.items() if digits >= len(area)), Level.CELL)


def row_level(entry: Indicator, area: str, wanted: Level | None = None) -> Level | None:
    """The level of a leaderboard for a reader of ``area``: the units below it, else the area itself, as the indicator allows."""
    if wanted is not None:
        return wanted if wanted in entry.levels else None
    below = Level.TOWNSHIP if len(area) < CODE_LENGTHS[Level.TOWNSHIP] else Level.VILLAGE
    return next((level for level in (below, whole_level(area)) if level in entry.levels), None)


def ranked_within(area: str, level: Level) -> str:
    """The area in which a reader's own unit is ranked, where ``area`` is one unit of the level: of a township its county, of a village its
    township. Empty where the reader sees several."""
    above = {Level.TOWNSHIP: Level.COUNTY, Level.VILLAGE: Level.TOWNSHIP}.get(level)
    return area[: CODE_LENGTHS[above]] if above is not None and len(area) == CODE_LENGTHS[level] else ""


def place_name(source: Source, period: Period, as_of: date, area: str) -> str:
    """The name of the one unit the reader's area is; empty where it is several."""
    units = source.units(question(source, whole_level(area), period, as_of))
    units = units[units["code"].str.startswith(area)]  # of a source that sees more
    return "" if len(units) != 1 or is_missing(units["name"].iloc[0]) else str(units["name"].iloc[0])


def whole_name(source: Source, period: Period, as_of: date, area: str) -> str:
    """What the sum of all units in the area is called: 全县, 全市, 全省, a township's or village's own name."""
    if not area:
        return "全县" if len(source.units(question(source, Level.COUNTY, period, as_of))) == 1 else "全部"
    return WHOLE_NAMES.get(len(area)) or place_name(source, period, as_of, area) or "本单位"


# --- points ---------------------------------------------------------------------------------------------------------


def point(period: Period, row: Mapping[Any, Any], running: bool = False, unfinished: bool = False) -> Point:
    k, n, value = (None if is_missing(row[key]) else row[key] for key in ("k", "n", "value"))
    return Point(
        period,
        None if k is None else int(k),
        None if n is None else int(n),
        None if value is None else float(value),
        str(row["status"]),
        running or row["status"] == Status.RUNNING,
        unfinished or row["status"] == Status.RUNNING,
    )


def point_of(entry: Indicator, asked: Question, row: Mapping[Any, Any]) -> Point:
    """A point of the asked period: unfinished while it runs; a figure that adds up has then only begun, and is compared with nothing."""
    unfinished = asked.running([asked.period])
    return point(asked.period, row, adds_up(entry) and unfinished, unfinished)


def frame_of(source: Source, entry: Indicator, level: Level, period: Period, as_of: date, asked: Period) -> pd.DataFrame:
    """The frame of one of the periods looked at; of one before the asked period it may be some minutes old on a page."""
    return source.frame(entry, level, period, as_of) if period == asked else source.past(entry, level, period, as_of)


def whole_series(source: Source, entry: Indicator, level: Level, period: Period, as_of: date, count: int) -> tuple[Point, ...]:
    """All units of a level added up, over the last ``count`` periods, oldest first; of one unit its own row.

    Empty for a VALUE over several units, which cannot be added up.
    """
    points = []
    for each in period.trailing(count):
        frame, asked = frame_of(source, entry, level, each, as_of, period), question(source, level, each, as_of)
        if len(frame) > 1:
            frame = combined(frame, entry, asked)
        if frame.empty:
            return ()
        points.append(point_of(entry, asked, frame.iloc[0].to_dict()))
    return tuple(points)


def kept_a_year_ago(source: Source, entry: Indicator, period: Period) -> Period | None:
    """The same period of the year before, where the ledger was kept for all of it: half a month's records are no month to compare with."""
    earlier, begins = period.year_ago, source.begins(entry.module)
    return None if earlier is None or begins is None or begins > earlier.first else earlier


def year_ago(source: Source, entry: Indicator, level: Level, period: Period, as_of: date, code: str | None = None) -> Point | None:
    """All units of a level added up, or the one with ``code``, in the same period of the year before; None where it was not kept then."""
    earlier = kept_a_year_ago(source, entry, period)
    if earlier is None:
        return None
    frame = source.past(entry, level, earlier, as_of)
    if code is not None:
        frame = frame[frame["code"] == code]
    elif len(frame) > 1:
        frame = combined(frame, entry, question(source, level, earlier, as_of))
    return None if frame.empty else point(earlier, frame.iloc[0].to_dict())


def unit_lines(
    source: Source, entry: Indicator, level: Level, period: Period, as_of: date, count: int
) -> dict[str, tuple[float | None, ...]]:
    """By unit the values of the ``count - 1`` periods before ``period``, oldest first; None where a unit had none."""
    periods = period.trailing(count)[:-1]
    frames = [source.past(entry, level, each, as_of) for each in periods]
    known = [dict(zip(frame["code"], frame["value"], strict=True)) for frame in frames]
    codes = dict.fromkeys(code for values in known for code in values)
    return {str(code): tuple(_number(values.get(code)) for values in known) for code in codes}


def _number(value: Any) -> float | None:
    return None if is_missing(value) else float(value)


def begun(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without the stretch before the ledger was kept: leading periods in which nothing at all was counted."""
    start = next((i for i, each in enumerate(points) if each.k or (each.value and each.k is None)), len(points))
    return points[min(start, max(len(points) - 1, 0)) :]


def unit_runs(
    source: Source, entry: Indicator, level: Level, period: Period, as_of: date, now: pd.DataFrame
) -> dict[str, tuple[Point, ...]]:
    """The points of every unit below its target, oldest first; ``now`` is the asked period's frame.

    Goes back only as long as some unit has been getting worse: most of the time one step answers the question.
    """
    below = now[now["status"].isin([Status.NEAR, Status.LOW])]
    series: dict[str, tuple[Point, ...]] = {str(row["code"]): (point(period, row),) for row in below.to_dict("records")}
    sign = -1 if entry.direction is Direction.UP else 1
    worsening = set(series)
    for each in period.trailing(RUN_PERIODS)[-2::-1]:
        if not worsening:
            break
        for row in source.past(entry, level, each, as_of).to_dict("records"):
            if row["code"] in series:
                earlier, later = point(each, row), series[row["code"]][0].value
                if later is None or earlier.value is None or (later - earlier.value) * sign <= 0:
                    worsening.discard(row["code"])
                series[row["code"]] = (earlier, *series[row["code"]])
    return series


def category_changes(source: Source, entry: Indicator, period: Period, as_of: date, now: pd.DataFrame) -> dict[str, tuple[Point, ...]]:
    """Each category before and now: which one is rising."""
    before = source.past(entry, Level.CATEGORY, period.before, as_of)
    earlier = {row["code"]: point(period.before, row) for row in before.to_dict("records")}
    nothing = Point(period.before, 0, None, 0.0)
    return {row["code"]: (earlier.get(row["code"], nothing), point(period, row)) for row in now.to_dict("records")}


def categories_year_ago(source: Source, entry: Indicator, period: Period, as_of: date, now: pd.DataFrame) -> dict[str, Point]:
    """Each category in the same period of the year before; empty where the ledger was not kept then."""
    earlier = kept_a_year_ago(source, entry, period)
    if earlier is None:
        return {}
    then = {row["code"]: point(earlier, row) for row in source.past(entry, Level.CATEGORY, earlier, as_of).to_dict("records")}
    return {code: then.get(code, Point(earlier, 0, None, 0.0)) for code in now["code"]}


# --- the reading ----------------------------------------------------------------------------------------------------


def reading(
    source: Source,
    entry: Indicator,
    level: Level,
    period: Period,
    as_of: date,
    *,
    area: str = "",
    periods: int = COMPARED_PERIODS,
    with_past: bool = True,
    dated: bool = False,
    own: str = "",
) -> Reading:
    """An indicator's frame with the whole above it and what was before.

    ``periods``: how many of the whole. ``dated``: it speaks in a file. Without ``with_past`` it is read as if nothing was before: titles
    then speak of no change. ``own``: the code of the one unit whose row is kept, for a reader who sees no other; it is judged among all of
    ``area``, whose source this is (see :func:`ranked_within`).
    """
    asked = question(source, level, period, as_of)
    frame = source.frame(entry, level, period, as_of)
    if entry.measure is Measure.COUNT:  # a count has no places; the largest first is easier to read
        frame = frame.sort_values(["k", "code"], ascending=[False, True], kind="stable", ignore_index=True)
    top = whole_level(area)
    # Departments handle a part of the petitions: the whole of the area is not the sum of their rows.
    has_whole = top in entry.levels and level not in (top, Level.DEPARTMENT)
    runs: dict[str, tuple[Point, ...]] = {}
    if with_past and level is Level.CATEGORY:
        runs = category_changes(source, entry, period, as_of, frame)
    elif with_past and period.kind is not PeriodKind.YEAR:
        runs = unit_runs(source, entry, level, period, as_of, frame)
    read = Reading(
        entry=entry,
        level=level,
        period=period,
        as_of=as_of,
        frame=frame,
        target=asked.rules.target(entry.id),
        least=int(asked.rules.number("samples", "least_ranked")),
        whole_name=whole_name(source, period, as_of, area),
        whole=begun(whole_series(source, entry, top, period, as_of, periods if with_past else 1)) if has_whole else (),
        year_ago=year_ago(source, entry, top, period, as_of) if has_whole and with_past else None,
        runs=runs,
        years_ago=categories_year_ago(source, entry, period, as_of, frame) if with_past and level is Level.CATEGORY else {},
        dated=dated,
        at=None if asked.at is None else source.told_at,
    )
    return of_one(read, own) if own else read


def of_one(read: Reading, code: str) -> Reading:
    """The same for a reader who sees one unit's row alone: with its place among all."""
    mine = read.frame[read.frame["code"] == code].reset_index(drop=True)
    runs = {code: read.runs[code]} if code in read.runs else {}
    return replace(read, frame=mine, runs=runs, place=place_of(read.frame, code))


def place_of(frame: pd.DataFrame, code: str) -> Place:
    """Where a unit stands in a judged frame."""
    ranks = frame.loc[frame["code"] == code, "rank"]
    rank = None if ranks.empty or is_missing(ranks.iloc[0]) else int(ranks.iloc[0])
    return Place(rank, int(frame["rank"].notna().sum()), rank is not None and int((frame["rank"] == rank).sum()) > 1)


def leaderboard(source: Source, read: Reading, *, with_past: bool = True) -> Leaderboard:
    """The ranking of a reading, with the places of the period before; where its rows lead is for whoever shows it."""
    before: dict[str, Any] = {}
    if with_past:
        past = source.past(read.entry, read.level, read.period.before, read.as_of)
        before = {code: rank for code, rank in zip(past["code"], past["rank"], strict=True) if code in set(read.frame["code"])}
    ranked = read.place.ranked if read.place else 0
    dated = replace(read, dated=True)
    filed = (title(dated), subtitle(dated))
    of = counted_words(read.entry, read.period, read.as_of)
    return Leaderboard(read.entry, read.frame, title(read), subtitle(read), read.target, before, ranked=ranked, filed=filed, period=of)


def reading_table(source: Source, read: Reading, filters: str = "", *, with_whole: bool = False) -> Table:
    """The rows of a reading as a table to take away, with 口径, 截至 and filters in its notes.

    ``with_whole``: the whole ends it, as it does beside a single unit, whose place is that among all.
    """
    asked = question(source, read.level, read.period, read.as_of)
    at = source.told_at if asked.at is not None else None
    notes = definition_notes(read.entry, read.level, read.period, read.as_of, asked.rules, filters, source.rules, at)
    whole = whole_row(read) if with_whole or read.place else None
    ranked = read.place.ranked if read.place else None
    return figure_table(read.entry, read.level, read.period, read.as_of, read.frame, notes, at=at, whole=whole, ranked=ranked)


def whole_row(read: Reading) -> dict[str, Any] | None:
    """The whole as a row of a figure's table; None where there is no whole."""
    if not read.whole:
        return None
    last = read.whole[-1]
    return {"name": read.whole_name, "k": last.k, "n": last.n, "value": last.value, "status": Status(last.status)}


# --- headline numbers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CardQuestion:
    """Which headline number: an indicator of all units of a level, or of one of them (``code``)."""

    indicator_id: str
    level: Level
    period: Period
    as_of: date
    code: str | None = None


def card(source: Source, asked: CardQuestion, periods: int, *, as_count: bool = False, link: Link | None = None) -> Card | None:
    """A headline number with its line of ``periods``; None where there is none."""
    entry = indicator(asked.indicator_id)
    if asked.level not in entry.levels:
        return None
    if asked.code is None:
        points = whole_series(source, entry, asked.level, asked.period, asked.as_of, periods)
    else:
        points = _unit_series(source, entry, asked, periods)
    if not points:
        return None
    last = points[-1]
    before = next((each.value for each in points if each.period == asked.period.before), None)
    edition = question(source, asked.level, asked.period, asked.as_of).rules
    row = {"k": last.k, "n": last.n, "value": last.value, "status": Status(last.status)}
    trend = tuple(each.value for each in points)
    earlier = previous(asked.period, asked.as_of)
    then = year_ago(source, entry, asked.level, asked.period, asked.as_of, asked.code) if periods > 1 else None
    last_year = then.value if then is not None and then.solid(int(edition.number("samples", "least_ranked"))) else None
    place = None if asked.code is None else place_of(source.frame(entry, asked.level, asked.period, asked.as_of), asked.code)
    return Card(
        entry,
        row,
        before,
        trend,
        edition.target(entry.id),
        earlier,
        link,
        as_count,
        last.running,
        last.unfinished,
        _card_place(place),
        last_year,
        counted_words(entry, asked.period, asked.as_of),
    )


def _card_place(place: Place | None) -> str:
    """第7/9, of a unit that is ranked among others."""
    return "" if place is None or place.rank is None or place.ranked < 2 else f"第{place.rank}/{place.ranked}"


def _unit_series(source: Source, entry: Indicator, asked: CardQuestion, count: int) -> tuple[Point, ...]:
    points = []
    for each in asked.period.trailing(count):
        frame = frame_of(source, entry, asked.level, each, asked.as_of, asked.period)
        rows = frame[frame["code"] == asked.code].to_dict("records")
        if rows:
            points.append(point_of(entry, question(source, asked.level, each, asked.as_of), rows[0]))
    return tuple(points) if points and points[-1].period == asked.period else ()
