"""Sentences that state the case, chosen by rules from the frames; the title of a slide and of a chart.

A sentence never says more than the digits beside it: directions are taken from the values *as shown*, so that 61.9% after
61.9% has not fallen; runs and places are spoken of only where every point rests on enough cases (n ≥ 10, as the ranking does).
The rules are tried in order and the first that has something to say, speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period, PeriodKind
from metrics.vocabulary import LEVEL_NAMES, STATUS_NAMES, Direction, Level, Measure, Status
from metrics.wording import day_of, day_text, fraction, is_missing, rounded, share_points, target_text
from reports.wording import COUNTED_PERIODS, bare, days_words, named, of, previous, quantity, same_of_last_year, shortened, spoken, this

RUN = 3
"""Steps in one direction that make a run: 连续三个月下降 needs four months."""
LEAST_RUN_POINTS = Decimal(1)
"""A run that moves less than one percentage point in all is noise."""
LONGEST_NAME = 24
"""Half-width cells of a unit's name in a sentence; the tables have it whole."""

JUDGED = (Status.OK, Status.NEAR, Status.LOW)
NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Point:
    """One unit's figure in one period."""

    period: Period
    k: int | None
    n: int | None
    value: float | None
    status: str = str(Status.NONE)
    running: bool = False
    """Its period is not over and it grows with it: it is compared with nothing."""
    unfinished: bool = False
    """Its period is not over: it is drawn open, also where it may be compared as a share or a state so far."""

    def solid(self, least: int) -> bool:
        """Rests on enough cases, of a period that is over or adds up as it goes."""
        thin = self.n is not None and self.n < least
        return self.value is not None and not thin and self.status not in (Status.THIN, Status.RUNNING)


@dataclass(frozen=True)
class Place:
    """Where one unit stands among all of its like. ``rank``: None where it is not ranked; ``tied``: others share it."""

    rank: int | None
    ranked: int
    tied: bool = False


@dataclass(frozen=True)
class Reading:
    """What a sentence is read from: the judged frame of a level, the whole above it, and the periods before.

    ``whole`` is the series of the level above (the county for townships), oldest first, the asked period last; empty where
    the figure has no whole. ``runs`` holds the same series by unit code. With ``place`` the frame holds one unit's row alone, for a
    reader who sees no other, and its rank is that among all: a township is never 1 of 1.
    """

    entry: Indicator
    level: Level
    period: Period
    as_of: date
    frame: pd.DataFrame
    target: float | None = None
    least: int = 10
    """Fewer cases than this are no ground for a direction (the rulebook's samples.least_ranked)."""
    whole_name: str = ""
    whole: tuple[Point, ...] = ()
    year_ago: Point | None = None
    """The whole in the same period of the year before, where the ledger was kept then."""
    runs: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    years_ago: dict[str, Point] = field(default_factory=dict)
    """By category the same in the year before; empty where the ledger was not kept then."""
    dated: bool = False
    """It speaks in a file, which is read on another day: periods are called by their names, never 本月."""
    place: Place | None = None
    at: datetime | None = None
    """The minute of the as-of day it is told for; None: the day once it is over."""

    @property
    def short_name(self) -> str:
        """泥河镇 + 乡镇住夜达标率 reads 泥河镇住夜达标率."""
        return self.entry.name.removeprefix(LEVEL_NAMES[self.level]) or self.entry.name

    @property
    def period_over(self) -> bool:
        """Its last day is over when its end has come: a board that is read on that day still counts it."""
        return self.period.last < self.as_of or (self.period.last == self.as_of and self.at is None)

    @property
    def counted_kind(self) -> PeriodKind:
        """The kind of period the figure speaks of: a quarterly one asked for by month speaks of the quarter."""
        return self.entry.counted_over(self.period).kind

    @property
    def comparable(self) -> bool:
        """Neighbouring periods are different ones to the figure (two months of a quarter are the same quarter)."""
        return self.counted_kind is self.period.kind

    @property
    def now(self) -> str:
        """本月, or how far the month has come; 6月 where it is past. In a file 10月1日至15日, of a figure about a moment 10月15日."""
        if self.dated and self.moment_words:
            return self.moment_words
        if self.dated:
            return named(self.period, self.as_of.year) if self.period_over else days_words(self.period.first, self.as_of)
        return this(self.period, self.as_of) if self.period_over else f"{this(self.period)}至{day_text(self.as_of)}"

    @property
    def before(self) -> str:
        """上月, or its name beside a month that is past. In a file its name, of a figure about a moment 9月末."""
        if self.dated:
            earlier = named(self.period.before, self.period.first.year)
            return f"{earlier}末" if self.entry.moment and self.period.kind is not PeriodKind.WEEK else earlier
        return previous(self.period, self.as_of)

    @property
    def moment_words(self) -> str:
        """10月31日: the day at whose end a figure about a moment looks; empty for one that adds up its period."""
        return day_of(min(self.period.last, self.as_of), self.as_of) if self.entry.moment else ""

    @property
    def year_ago_name(self) -> str:
        """上年同月; in a file, of a figure about a moment, 上年同月末."""
        at_its_end = self.dated and self.entry.moment and self.period.kind is not PeriodKind.WEEK
        return f"{same_of_last_year(self.period)}{'末' if at_its_end else ''}"

    @property
    def last(self) -> Point | None:
        """The whole in the asked period; None where there is no whole, or nothing was counted."""
        return self.whole[-1] if self.whole and self.whole[-1].value is not None else None

    @property
    def previous(self) -> Point | None:
        """The whole in the period before, where it was looked at."""
        before = self.whole[-2] if len(self.whole) > 1 else None
        return before if before is not None and before.period == self.period.before else None


def adds_up(entry: Indicator) -> bool:
    """Grows while its period runs, so that a running one is no less than the one before: it has only begun."""
    return entry.measure is not Measure.RATE and not entry.moment


def title(reading: Reading) -> str:
    """The conclusion, one sentence without a full stop."""
    for rule in RULES:
        sentence = rule(reading)
        if sentence:
            return sentence
    counted = int(reading.frame["value"].notna().sum())
    held = f"{counted}个{LEVEL_NAMES[reading.level]}有" if counted else "没有"
    return f"{reading.period.label}{held}{reading.entry.name}数据"


def summary(reading: Reading) -> str:
    """The whole and its change: ``全县 85.4% (205/240),较上月下降 3.2 个百分点``; empty where there is no whole."""
    return _of_whole(reading, " ")


def whole_and_change(reading: Reading) -> str:
    """The same with the figure's name: ``全县按期办结率 85.4% (205/240),较上月下降 3.2 个百分点``."""
    return _of_whole(reading, reading.entry.name + " ")


def _of_whole(reading: Reading, subject: str) -> str:
    last = reading.last
    if last is None:
        return ""
    lead = f"{_name(reading.whole_name)}{subject}"
    if last.status == Status.THIN:
        return f"{lead.rstrip()}样本不足 {of(last.k, last.n)}"
    return ",".join(part for part in (lead + quantity(reading.entry, last.k, last.n, last.value), movement(reading)) if part)


def movement(reading: Reading) -> str:
    """What is said behind the whole's figure: ``较上月下降 3.2 个百分点``, ``进行中``; empty where there is nothing to say."""
    if reading.last is None or reading.last.status == Status.THIN:
        return ""
    return f"{_counted_now(reading)}{STATUS_NAMES[Status.RUNNING]}" if reading.last.status == Status.RUNNING else change_words(reading)


def change_words(reading: Reading) -> str:
    """``较上月下降 3.2 个百分点,较上年同月上升 1.1 个百分点``; empty where there is nothing to compare with."""
    steps = ((reading.previous, reading.before), (reading.year_ago, reading.year_ago_name))
    return ",".join(words for earlier, name in steps if (words := step_words(reading, earlier, name)))


def step_words(reading: Reading, before: Point | None, name: str) -> str:
    """``较上月下降 3.2 个百分点``, ``与上月持平``; empty where the two periods cannot be compared. ``name``: of the earlier one.

    The difference is that of the two values as shown: whoever subtracts them on paper gets the same. A count of a period
    still running is not compared with a whole one.
    """
    last = reading.whole[-1] if reading.whole else None
    if before is None or last is None or not reading.comparable or not before.solid(reading.least) or not last.solid(reading.least):
        return ""
    if not reading.period_over and (adds_up(reading.entry) or reading.period.kind is PeriodKind.YEAR):
        return ""  # half a month's count, or a year half over against a whole one, perhaps the one the ledger began in
    difference = shown(reading.entry, last.value) - shown(reading.entry, before.value)
    if difference == 0:
        return f"与{name}持平"
    if reading.entry.measure is Measure.RATE:
        return f"较{name}{'上升' if difference > 0 else '下降'} {abs(difference)} 个百分点"
    amount = f"{abs(difference).normalize():,f} {reading.entry.unit}".rstrip()
    return f"较{name}{'增加' if difference > 0 else '减少'} {amount}"


def shown(entry: Indicator, value: float | None) -> Decimal:
    """The value as its digits on the page."""
    assert value is not None
    return share_points(value) if entry.measure is Measure.RATE else rounded(value, 0 if float(value).is_integer() else 1)


def units_below(reading: Reading) -> pd.DataFrame:
    """Judged units that miss the target, worst first. The frame's columns."""
    low = reading.frame[reading.frame["status"].isin([Status.NEAR, Status.LOW])]
    return low.sort_values("value", ascending=reading.entry.direction is Direction.UP, kind="stable")


def units_below_words(reading: Reading, most: int = 5) -> str:
    """``3 个乡镇未达到目标:泥河镇 61.9% (13/21);西沟乡 …;…等``, ``泥河镇 61.9% (13/21)未达到目标``; empty where none misses it."""
    low = units_below(reading)
    if low.empty:
        return ""
    missed = f"有{reading.short_name}" if reading.entry.direction is Direction.DOWN and not reading.target else "未达到目标"
    units = [f"{_unit(row)} {_figure(reading, row)}" for row in low.head(most).to_dict("records")]
    if len(low) == 1:
        return f"{units[0]},{missed}"
    return f"{len(low)} 个{LEVEL_NAMES[reading.level]}{missed}:{listed(units)}{'等' if len(low) > most else ''}"


def listed(units: Iterable[str]) -> str:
    """Several units, each with its own figures: a semicolon between them (、 stands inside one)."""
    return ";".join(units)


@dataclass(frozen=True)
class HotCategory:
    """A category among the open petitions: how many, of how many, how many more than a period before and than in the same period of the
    year before (None where the ledger was not kept then)."""

    name: str
    cases: int
    of_all: int
    more: int
    more_in_a_year: int | None = None


def hot_categories(reading: Reading, most: int = 3) -> list[HotCategory]:
    """The largest categories, largest first. Categories are counted, units never ranked by how many they have."""
    rows = reading.frame[reading.frame["value"].notna() & (reading.frame["k"] > 0)]
    of_all = int(rows["k"].sum())
    return [_category(reading, row, of_all) for row in rows.head(most).to_dict("records")]


def fastest_rising(reading: Reading) -> HotCategory | None:
    """The one category that has grown most over the period before; None where none has, or several as much."""
    rows = reading.frame[reading.frame["value"].notna() & (reading.frame["k"] > 0)]
    of_all = int(rows["k"].sum())
    rising = sorted((_category(reading, row, of_all) for row in rows.to_dict("records")), key=lambda each: -each.more)
    if not rising or rising[0].more <= 0 or (len(rising) > 1 and rising[1].more == rising[0].more):
        return None
    return rising[0]


def _category(reading: Reading, row: dict[Any, Any], of_all: int) -> HotCategory:
    points = reading.runs.get(row["code"], ())
    before = points[0].k or 0 if len(points) > 1 else int(row["k"])
    then = reading.years_ago.get(row["code"])
    in_a_year = None if then is None else int(row["k"]) - (then.k or 0)
    return HotCategory(_unit(row), int(row["k"]), of_all, int(row["k"]) - before, in_a_year)


def year_words(reading: Reading, category: HotCategory) -> str:
    """``,较上年同月增加 3 件``, ``,与上年同月持平``: the 同比 of a category; empty where there is none."""
    more, then = category.more_in_a_year, reading.year_ago_name
    if more is None:
        return ""
    return f",较{then}{'增加' if more > 0 else '减少'} {spoken(abs(more))} {reading.entry.unit}" if more else f",与{then}持平"


# --- the rules ----------------------------------------------------------------------------------------------------


def own_place(reading: Reading) -> str:
    """``泥河镇住夜达标率 61.9% (13/21),未达到目标,列全县 9 个乡镇第 7 位``: of the one unit that a reader sees."""
    if reading.place is None or reading.frame.empty:
        return ""
    row = reading.frame.iloc[0].to_dict()
    lead, status = f"{_unit(row)}{reading.short_name}", row["status"]
    if is_missing(row["value"]):
        return f"{lead}:{reading.period.label}无应统计的数据"
    if status == Status.THIN:
        return f"{lead}样本不足 {of(row['k'], row['n'])},不排名"
    if status == Status.RUNNING:
        return f"{lead}{_counted_now(reading)}进行中,已完成 {_figure(reading, row)},暂不评比"
    judged = f"{'达到' if status == Status.OK else '未达到'}目标" if status in JUDGED else ""
    said = getting_worse(reading) or ",".join(part for part in (f"{lead} {_figure(reading, row)}", judged) if part)
    return f"{said},{place_words(reading)}" if place_words(reading) else said


def place_words(reading: Reading) -> str:
    """``列全县 9 个乡镇第 7 位``; empty where the unit is not ranked, or there is nobody to be ranked with."""
    place = reading.place
    if place is None or place.rank is None or place.ranked < 2:
        return ""
    return f"{'并' if place.tied else ''}列{_name(reading.whole_name)} {place.ranked} 个{LEVEL_NAMES[reading.level]}第 {place.rank} 位"


def _counted_now(reading: Reading) -> str:
    """本月, 四季度: the month or quarter a figure counted by these speaks of."""
    counted = Period.holding(reading.counted_kind, reading.period.representative)
    live = not reading.dated and reading.period.last >= reading.as_of
    return this(counted) if live else named(counted, reading.as_of.year)


def nothing_counted(reading: Reading) -> str:
    values = [*reading.frame["value"], *(point.value for point in reading.whole[-1:])]
    return "" if any(not is_missing(value) for value in values) else f"{reading.entry.name}:{reading.period.label}无应统计的数据"


def in_progress(reading: Reading) -> str:
    """A running month or quarter of a figure counted by months: progress, never a verdict."""
    if not (reading.frame["status"] == Status.RUNNING).any():
        return ""
    last = reading.last
    done = f",{_name(reading.whole_name)}已完成 {quantity(reading.entry, last.k, last.n, last.value)}" if last else ""
    return f"{reading.entry.name}{_counted_now(reading)}进行中{done},暂不评比"


def too_few(reading: Reading) -> str:
    """Every figure rests on fewer than ten cases: the cases are given, no share and no verdict."""
    counted = reading.frame[reading.frame["value"].notna()]
    if counted.empty or not (counted["status"] == Status.THIN).all():
        return ""
    if reading.whole and reading.whole[-1].solid(reading.least):
        return f"{whole_and_change(reading)}(各单位样本不足,不排名)"
    return f"{reading.entry.name}样本不足,不作评判"


def getting_worse(reading: Reading) -> str:
    """``泥河镇住夜达标率连续三个月下降,本月 61.9% (13/21)`` for units below the target, the worst of them first."""
    if reading.entry.direction is Direction.WATCH or reading.entry.measure is not Measure.RATE:
        return ""
    rows = worsening_units(reading)
    if not rows:
        return ""
    worst, word = rows[0], "下降" if reading.entry.direction is Direction.UP else "上升"
    others = f"等 {len(rows)} 个{LEVEL_NAMES[reading.level]}" if len(rows) > 1 else ""
    lead = f"{_unit(worst)}{others}{reading.short_name}连续{NUMERALS[RUN]}{COUNTED_PERIODS[reading.period.kind]}{word}"
    figure = _figure(reading, worst)
    return f"{lead},{_unit(worst)}{reading.now} {figure}" if others else f"{lead},{reading.now} {figure}"


def worsening_units(reading: Reading) -> list[dict[Any, Any]]:
    """Units below the target whose run goes the wrong way, worst first: rows of the frame."""
    return [row for row in units_below(reading).to_dict("records") if worsened(reading, reading.runs.get(row["code"], ()))]


def worsened(reading: Reading, points: tuple[Point, ...]) -> bool:
    """Whether the last RUN steps all went the wrong way, each between neighbouring periods with enough cases."""
    recent = points[-RUN - 1 :]
    if len(recent) < RUN + 1 or not reading.comparable or not all(point.solid(reading.least) for point in recent):
        return False
    if any(later.period.before.text != earlier.period.text for earlier, later in pairwise(recent)):
        return False
    values = [shown(reading.entry, point.value) for point in recent]
    sign = -1 if reading.entry.direction is Direction.UP else 1
    steps = [(later - earlier) * sign for earlier, later in pairwise(values)]
    return all(step > 0 for step in steps) and sum(steps) >= LEAST_RUN_POINTS


def against_target(reading: Reading) -> str:
    """``9 个乡镇中 7 个住夜达标率达标,泥河镇最低 61.9% (13/21)``."""
    frame = reading.frame[reading.frame["status"].isin(JUDGED)]
    if frame.empty:
        return ""
    unit, total = LEVEL_NAMES[reading.level], len(frame)
    reached = int((frame["status"] == Status.OK).sum())
    if total == 1:
        row = frame.iloc[0].to_dict()
        return f"{_unit(row)}{reading.short_name} {_figure(reading, row)},{'达到' if reached else '未达到'}目标"
    among = f"{'样本足够的 ' if total < len(reading.frame) else ''}{total} 个{unit}"
    if reading.entry.direction is Direction.DOWN and not reading.target:  # 9 个乡镇中 2 个有超期在办
        if reached == total:
            return f"{among}均无{reading.short_name}"
        lead = f"{among}中 {total - reached} 个有{reading.short_name}" if reached else f"{among}均有{reading.short_name}"
    elif reached == total:
        return f"{among}{reading.short_name}全部达标"
    else:
        lead = f"{among}中 {reached} 个{reading.short_name}达标" if reached else f"{among}{reading.short_name}均未达到目标"
    return f"{lead},{_worst(reading, frame)}"


def categories(reading: Reading) -> str:
    """``在办 240 件中宅基地最多 21 件,较上月增加 3 件,较上年同月减少 2 件``."""
    if reading.level is not Level.CATEGORY or reading.entry.measure is not Measure.COUNT:
        return ""
    hot = hot_categories(reading)
    if not hot or hot[0].of_all < reading.least or (len(hot) > 1 and hot[1].cases == hot[0].cases):
        return ""
    top, unit = hot[0], reading.entry.unit
    moved = f",较{reading.before}{'增加' if top.more > 0 else '减少'} {spoken(abs(top.more))} {unit}" if top.more else ""
    return f"{reading.entry.name} {spoken(top.of_all)} {unit}中{top.name}最多,{spoken(top.cases)} {unit}{moved}{year_words(reading, top)}"


def extremes(reading: Reading) -> str:
    """Ranked without a target: the best and the last place."""
    ranked = reading.frame[reading.frame["rank"].notna()]
    if len(ranked) < 2 or ranked["value"].nunique() < 2:
        return ""
    best = ranked[ranked["rank"] == ranked["rank"].min()].to_dict("records")
    last = ranked[ranked["rank"] == ranked["rank"].max()].to_dict("records")
    if bare(reading.entry, best[0]["value"]) == bare(reading.entry, last[0]["value"]) or len(best) > 1 or len(last) > 1:
        return ""
    high, low = ("最低", "最高") if reading.entry.direction is Direction.DOWN else ("最高", "最低")
    return f"{reading.entry.name}:{_unit(best[0])}{high} {_figure(reading, best[0])},{_unit(last[0])}{low} {_figure(reading, last[0])}"


def only_unit(reading: Reading) -> str:
    """``云屏县集体访、越级访 17 件``: one unit that has neither a target nor a whole above it."""
    if len(reading.frame) != 1:
        return ""
    row = reading.frame.iloc[0].to_dict()
    return f"{_unit(row)}{reading.entry.name} {_figure(reading, row)}"


Rule = Callable[[Reading], str]
RULES: tuple[Rule, ...] = (
    own_place,
    nothing_counted,
    in_progress,
    too_few,
    getting_worse,
    against_target,
    categories,
    extremes,
    whole_and_change,
    only_unit,
)


# --- words --------------------------------------------------------------------------------------------------------


def _worst(reading: Reading, frame: pd.DataFrame) -> str:
    """The worst value among the judged units, ties named or counted, k/n beside it."""
    rising = reading.entry.direction is Direction.DOWN
    edge = frame["value"].max() if rising else frame["value"].min()
    tied = frame[(frame["value"] - edge).abs() < 1e-12].to_dict("records")
    word = "最高" if rising else "最低"
    if len(tied) == 1:
        return f"{_unit(tied[0])}{word} {_figure(reading, tied[0])}"
    if len(tied) == 2 and reading.entry.measure is Measure.RATE:
        units = listed(f"{_unit(row)}{of(row['k'], row['n'])}" for row in tied)
        return f"{word} {bare(reading.entry, edge)}:{units}"
    tied_units = f"{_unit(tied[0])}等 {len(tied)} 个{LEVEL_NAMES[reading.level]}"
    sums = fraction(sum(row["k"] for row in tied), sum(row["n"] for row in tied)) if reading.entry.measure is Measure.RATE else ""
    together = f" (合计 {sums})" if sums else ""
    return f"{tied_units}并列{word} {bare(reading.entry, edge)}{together}"


def _figure(reading: Reading, row: dict[Any, Any]) -> str:
    return quantity(reading.entry, row["k"], row["n"], row["value"])


def _unit(row: dict[Any, Any]) -> str:
    return _name(row["code"] if is_missing(row["name"]) else str(row["name"]))


def _name(name: str) -> str:
    return shortened(name, LONGEST_NAME)


def subtitle(reading: Reading) -> str:
    """Under the title: the whole with its change, the target, how many units are not ranked and why."""
    parts = [summary(reading), target_text(reading.entry, reading.target)]
    if reading.place is not None:
        return " · ".join(part for part in parts if part)
    thin = int((reading.frame["status"] == Status.THIN).sum())
    empty = int((reading.frame["n"].fillna(-1) == 0).sum()) if reading.entry.measure is Measure.RATE else 0
    parts += [f"{thin} 个{LEVEL_NAMES[reading.level]}样本不足,不排名" if thin else "", f"{empty} 个无应统计" if empty else ""]
    return " · ".join(part for part in parts if part)
