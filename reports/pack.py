"""会议材料: what a meeting is shown, put together once; the deck, the circular and the annex are three ways of writing it.

Every number comes from :func:`reports.frames.indicator_frame` through its source, asked once a section, level and period, so that the three
files and the screen agree to the digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import pandas as pd

from metrics.definition import Indicator, Question
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import Direction, Level, Measure, Module, Status
from metrics.wording import is_missing
from reports.conclusions import RUN, Point, Reading, subtitle, title
from reports.frames import Source, question
from reports.tables import TableReport, definition_notes, leaderboard
from reports.wording import as_of_words


class Audience(StrEnum):
    COMMITTEE = "committee"
    MONTHLY = "monthly"
    PETITIONS = "petitions"
    SELECTION = "selection"


AUDIENCE_NAMES = dict(zip(Audience, ("党委会", "月调度会", "信访联席会", "评选会"), strict=True))


@dataclass(frozen=True)
class Section:
    """One subject of a meeting: an indicator, whether its course over time is shown, and for which rows."""

    indicator: str
    trend: bool = False
    level: Level | None = None
    """None: the units below the reader's area (townships for the county, villages for a township)."""


SECTIONS: dict[Audience, tuple[Section, ...]] = {
    Audience.COMMITTEE: (
        Section("duty.night_compliance", trend=True),
        Section("duty.village_compliance"),
        Section("nights.township_visits"),
        Section("reception.leader_weeks"),
        Section("petitions.closed_on_time", trend=True),
        Section("petitions.overdue"),
        Section("petitions.open", level=Level.CATEGORY),
        Section("captains.key_visits", trend=True),
        Section("satisfaction.callback"),
    ),
    Audience.MONTHLY: (
        Section("duty.night_compliance", trend=True),
        Section("duty.unreported"),
        Section("duty.chief_nights"),
        Section("duty.village_compliance", trend=True),
        Section("nights.study_weeks"),
        Section("nights.talk_weeks"),
        Section("nights.township_visits"),
        Section("nights.follow_up"),
        Section("reception.leader_weeks"),
        Section("reception.kept"),
        Section("petitions.dispatch_on_time"),
        Section("petitions.closed_on_time", trend=True),
        Section("petitions.resolved"),
        Section("petitions.overdue"),
        Section("petitions.open", level=Level.CATEGORY),
        Section("captains.key_visits", trend=True),
        Section("captains.ordinary_visits"),
        Section("captains.meetings"),
        Section("satisfaction.callback"),
        Section("quality.in_time"),
    ),
    Audience.PETITIONS: (
        Section("petitions.overdue", trend=True),
        Section("petitions.backlog"),
        Section("petitions.dispatch_on_time"),
        Section("petitions.accept_on_time"),
        Section("petitions.closed_on_time", trend=True),
        Section("petitions.resolved"),
        Section("petitions.disputes_resolved"),
        Section("petitions.open", level=Level.CATEGORY),
        Section("petitions.repeat", trend=True),
        Section("petitions.returned"),
        Section("petitions.proper_closure"),
        Section("petitions.reopened"),
        Section("petitions.notified"),
        Section("petitions.mass"),
        Section("satisfaction.callback"),
        Section("satisfaction.response"),
    ),
    Audience.SELECTION: (
        Section("captains.key_visits"),
        Section("captains.ordinary_visits"),
        Section("captains.meetings"),
        Section("satisfaction.rated"),
    ),
}
"""What each meeting looks at, in its order. Ids the registry does not hold and modules that are off drop out."""

BACKGROUND = (
    Section("petitions.repeat"),
    Section("petitions.returned"),
    Section("petitions.closed_on_time"),
    Section("petitions.resolved"),
    Section("petitions.open"),
    Section("satisfaction.callback"),
)
"""What the circular's first paragraphs and its annexed table of petitions need, whatever the meeting shows on slides."""

ALL_MODULES = frozenset(Module)
TREND_PERIODS = {PeriodKind.WEEK: 6, PeriodKind.MONTH: 6, PeriodKind.QUARTER: 4, PeriodKind.YEAR: 2}


@dataclass(frozen=True)
class Chapter:
    """One section worked out: the frame with its sentences, the table of it, and whether its course is drawn."""

    section: Section
    reading: Reading
    asked: Question
    title: str
    subtitle: str
    table: TableReport

    @property
    def entry(self) -> Indicator:
        return self.reading.entry

    @property
    def has_trend(self) -> bool:
        return self.section.trend and sum(point.value is not None for point in self.reading.whole) >= 3


@dataclass(frozen=True)
class Annex:
    """Frames that are no indicator (the selection): a sentence and its table, shown after the chapters."""

    title: str
    subtitle: str
    table: TableReport
    full: TableReport | None = None
    """All rows, for the workbook, where the slide and the circular list only some."""


@dataclass(frozen=True)
class Pack:
    """Everything the three files of one meeting are written from."""

    audience: Audience
    place: str
    period: Period
    as_of: date
    chapters: tuple[Chapter, ...]
    rulebook_version: str
    annexes: tuple[Annex, ...] = ()
    filters: str = ""
    background: tuple[Chapter, ...] = ()
    """Worked out for the circular and the workbook, without a slide of their own."""

    @property
    def name(self) -> str:
        return f"{self.place}{self.period.label}基层治理情况"

    @property
    def as_of_words(self) -> str:
        return as_of_words(self.as_of)

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """The whole file's notes."""
        pairs = [
            ("会议", AUDIENCE_NAMES[self.audience]),
            ("范围", self.place or "全部"),
            ("统计期", self.period.label),
            ("截至", self.as_of_words.removeprefix("截至")),
            ("筛选", self.filters),
            ("规则手册", self.rulebook_version),
            ("说明", "率均附分子/分母;分母为零记“—”不排名;样本不足10的单位不排名;母级为各单位分子之和除以分母之和。"),
        ]
        return tuple((label, text) for label, text in pairs if text)

    def chapter(self, indicator_id: str, level: Level | None = None) -> Chapter | None:
        """The chapter of an indicator, on a slide or in the background, if the meeting has it."""
        found = (
            c for c in (*self.chapters, *self.background) if c.entry.id == indicator_id and (level is None or c.reading.level is level)
        )
        return next(found, None)

    @property
    def tables(self) -> list[TableReport]:
        return [chapter.table for chapter in (*self.chapters, *self.background)] + [annex.full or annex.table for annex in self.annexes]

    def with_annexes(self, annexes: Iterable[Annex]) -> Pack:
        return replace(self, annexes=tuple(annexes))


Progress = Callable[[int, int, str], object]
"""Called before each step: steps done, steps in all, what comes now."""


def is_on(entry: Indicator, modules: Iterable[str]) -> bool:
    """Whether the county runs what the indicator counts. Satisfaction is that with 诉求; data quality is always looked at."""
    on = set(modules)
    if entry.module is Module.SATISFACTION:
        return Module.PETITIONS in on
    return entry.module is Module.QUALITY or entry.module in on


def available_sections(audience: Audience, modules: Iterable[str] = ALL_MODULES) -> list[Section]:
    """The meeting's sections that this board can show."""
    on = frozenset(modules)
    return [section for section in SECTIONS[audience] if section.indicator in REGISTRY and is_on(REGISTRY[section.indicator], on)]


def row_level(entry: Indicator, area: str, wanted: Level | None = None) -> Level | None:
    """The level of a leaderboard for a reader of ``area``: the units below it, else the area itself, as the indicator allows."""
    if wanted is not None:
        return wanted if wanted in entry.levels else None
    below = Level.TOWNSHIP if len(area) < 9 else Level.VILLAGE
    return next((level for level in (below, *whole_levels(area)) if level in entry.levels), None)


def whole_levels(area: str) -> tuple[Level, ...]:
    """The level of the whole that a reader of ``area`` looks at."""
    if len(area) < 9:
        return (Level.COUNTY,)
    return (Level.TOWNSHIP,) if len(area) < 12 else (Level.VILLAGE,)


def meeting_pack(
    source: Source,
    audience: Audience,
    period: Period,
    as_of: date,
    *,
    area: str = "",
    modules: Iterable[str] = ALL_MODULES,
    sections: Iterable[Section] | None = None,
    filters: str = "",
    progress: Progress | None = None,
) -> Pack:
    """The meeting's chapters from the source, in order; sections without a level that fits the area drop out."""
    wanted = list(available_sections(audience, modules) if sections is None else sections)
    place = place_name(source, period, as_of, area)
    levels = {section: row_level(REGISTRY[section.indicator], area, section.level) for section in wanted}
    on_slides = {(section.indicator, level) for section, level in levels.items()}
    background = {
        section: level
        for section in (BACKGROUND if audience is not Audience.SELECTION else ())
        if is_on(REGISTRY[section.indicator], modules)
        and (level := row_level(REGISTRY[section.indicator], area, section.level))
        and (section.indicator, level) not in on_slides
    }
    chapters: dict[Section, Chapter] = {}
    steps = [(section, level) for section, level in (levels | background).items() if level is not None]
    for done, (section, level) in enumerate(steps):
        if progress:
            progress(done, len(steps), REGISTRY[section.indicator].name)
        chapters[section] = chapter(source, section, level, period, as_of, area, place, filters)
    edition = source.rules.on(min(period.last, as_of))
    return Pack(
        audience=audience,
        place=place,
        period=period,
        as_of=as_of,
        chapters=tuple(chapters[section] for section in wanted if section in chapters),
        rulebook_version=f"{edition.version}(自 {edition.valid_from.isoformat()} 起)",
        filters=filters,
        background=tuple(chapters[section] for section in background),
    )


def place_name(source: Source, period: Period, as_of: date, area: str) -> str:
    """The name of the one unit the reader's area is; empty where it is several counties."""
    units = source.units(question(source, whole_levels(area)[0], period, as_of))
    return "" if len(units) != 1 or is_missing(units["name"].iloc[0]) else str(units["name"].iloc[0])


def chapter(source: Source, section: Section, level: Level, period: Period, as_of: date, area: str, place: str, filters: str) -> Chapter:
    entry = REGISTRY[section.indicator]
    asked = question(source, level, period, as_of)
    frame = source.frame(entry, level, period, as_of)
    if entry.measure is Measure.COUNT:  # a count has no places; the largest first is easier to read
        frame = frame.sort_values(["k", "code"], ascending=[False, True], kind="stable", ignore_index=True)
    whole_level = next((each for each in whole_levels(area) if each in entry.levels), None)
    periods = period.trailing(TREND_PERIODS[period.kind] if section.trend else 2)
    reading = Reading(
        entry=entry,
        level=level,
        period=period,
        as_of=as_of,
        frame=frame,
        target=asked.rules.target(entry.id),
        least=int(asked.rules.number("samples", "least_ranked")),
        whole_name="全县" if whole_level is Level.COUNTY else place,
        whole=begun(whole_series(source, entry, whole_level, periods, as_of)) if whole_level else (),
        runs=_runs(source, section, entry, level, periods, as_of, frame),
    )
    notes = definition_notes(entry, asked, source.rules, filters)
    return Chapter(section, reading, asked, title(reading), subtitle(reading), leaderboard(entry, asked, frame, notes))


def _runs(
    source: Source, section: Section, entry: Indicator, level: Level, periods: list[Period], as_of: date, now: pd.DataFrame
) -> dict[str, tuple[Point, ...]]:
    if level is Level.CATEGORY:  # which category is rising
        before = source.frame(entry, level, periods[-2], as_of)
        earlier = {row["code"]: point(periods[-2], row) for row in before.to_dict("records")}
        nothing = Point(periods[-2], 0, None, 0.0)
        return {row["code"]: (earlier.get(row["code"], nothing), point(periods[-1], row)) for row in now.to_dict("records")}
    return unit_series(source, entry, level, periods[-RUN - 1 :], as_of, now) if section.trend else {}


def whole_series(source: Source, entry: Indicator, level: Level, periods: list[Period], as_of: date) -> tuple[Point, ...]:
    """The one row above the units, period by period; empty where the area is not one unit."""
    points = []
    for each in periods:
        frame = source.frame(entry, level, each, as_of)
        if len(frame) != 1:
            return ()
        points.append(point(each, frame.iloc[0].to_dict()))
    return tuple(points)


def unit_series(
    source: Source, entry: Indicator, level: Level, periods: list[Period], as_of: date, now: pd.DataFrame
) -> dict[str, tuple[Point, ...]]:
    """The points of every unit below its target, oldest first; ``now`` is the last period's frame.

    Goes back only as long as some unit has been getting worse: most of the time one step answers the question.
    """
    below = now[now["status"].isin([Status.NEAR, Status.LOW])]
    series: dict[str, tuple[Point, ...]] = {row["code"]: (point(periods[-1], row),) for row in below.to_dict("records")}
    sign = -1 if entry.direction is Direction.UP else 1
    running = set(series)
    for each in periods[-2::-1]:
        if not running:
            break
        for row in source.frame(entry, level, each, as_of).to_dict("records"):
            if row["code"] in series:
                earlier = point(each, row)
                later = series[row["code"]][0].value
                if later is None or earlier.value is None or (later - earlier.value) * sign <= 0:
                    running.discard(row["code"])
                series[row["code"]] = (earlier, *series[row["code"]])
    return series


def point(period: Period, row: dict) -> Point:
    k, n, value = (None if is_missing(row[key]) else row[key] for key in ("k", "n", "value"))
    return Point(
        period, None if k is None else int(k), None if n is None else int(n), None if value is None else float(value), str(row["status"])
    )


def begun(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without the stretch before the ledger was kept: leading periods in which nothing at all was counted."""
    start = next((i for i, each in enumerate(points) if each.k or (each.value and each.k is None)), len(points))
    return points[min(start, max(len(points) - 1, 0)) :]


def chart_rows(chapter: Chapter, most: int) -> tuple[pd.DataFrame, bool]:
    """The rows a chart shows, best first: those with a value, or where they are too many, the last ``most`` of the ranking.

    Second: whether rows were left out.
    """
    frame = chapter.reading.frame[chapter.reading.frame["value"].notna()]
    if len(frame) <= most:
        return frame, False
    ranked = frame[frame["rank"].notna()]
    return (ranked.tail(most), True) if len(ranked) >= most else (frame.head(most), True)
