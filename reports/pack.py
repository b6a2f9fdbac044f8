"""会议材料: what a meeting is shown, put together once; the deck, the circular and the annex are three ways of writing it.

Every number comes from :func:`reports.readings.reading` through its source, asked once a section, level and period, so that the three
files and the screen agree to the digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.rulebook import Edition
from metrics.vocabulary import CODE_LENGTHS, Level, Module
from reports.conclusions import Reading, in_progress, subtitle, title, whole_and_change
from reports.frames import Source, question
from reports.modules import running_modules, runs
from reports.readings import COMPARED_PERIODS, SLIDE_PERIODS, place_name, ranked_within, reading, reading_table, row_level
from reports.subjects import BACKGROUND, Audience, Section, agenda, meeting_name
from reports.tables import Table, definition_words, edition_words
from reports.wording import as_of_words, counted_at, counted_words

DEPARTMENTS = "县直部门"
"""What a meeting calls the departments: their figures are no part of the townships'."""


@dataclass(frozen=True)
class Chapter:
    """One section worked out: the frame with its sentences, the table of it, and whether its course is drawn."""

    section: Section
    reading: Reading
    title: str
    subtitle: str
    table: Table

    @property
    def entry(self) -> Indicator:
        return self.reading.entry

    @property
    def has_trend(self) -> bool:
        return self.section.trend and sum(point.value is not None for point in self.reading.whole) >= 3

    @property
    def course_title(self) -> str:
        """Over the whole's course: where it stands and how it has moved."""
        return whole_and_change(self.reading) or f"{self.reading.whole_name}{self.entry.name}"


@dataclass(frozen=True)
class Annex:
    """Frames that are no indicator (the selection): a sentence and its table, shown after the chapters."""

    title: str
    subtitle: str
    table: Table
    full: Table | None = None
    """All rows, for the workbook, where the slide and the circular list only some."""


@dataclass(frozen=True)
class Pack:
    """Everything the three files of one meeting are written from. ``area``: the prefix of the codes it is about; ``at``: the minute of the
    as-of day at which it was asked, None for the day once it is over."""

    audience: Audience
    place: str
    period: Period
    as_of: date
    chapters: tuple[Chapter, ...]
    edition: Edition
    annexes: tuple[Annex, ...] = ()
    filters: str = ""
    background: tuple[Chapter, ...] = ()
    """Worked out for the circular and the workbook, without a slide of their own."""
    area: str = ""
    at: datetime | None = None
    lacking: str = ""
    """The ledgers without a record, of which nothing is said: 诉求台账、接待台账."""

    @property
    def name(self) -> str:
        return f"{self.place}{self.period.label}基层治理情况"

    @property
    def meeting(self) -> str:
        """常委会 of a county, 党委会 of a township, 月调度会 …"""
        return meeting_name(self.audience, self.area)

    @property
    def rulebook_version(self) -> str:
        return edition_words(self.edition)

    @property
    def moment(self) -> date | datetime:
        """What it was asked as of."""
        return self.at or self.as_of

    @property
    def as_of_words(self) -> str:
        return as_of_words(self.moment)

    def counted_at(self, chapter: Chapter) -> date | datetime:
        """The moment a chapter's figures are of: those about a moment look, of a period that is over, at its end."""
        return counted_at(chapter.entry, self.period, self.moment)

    def looks_back(self, chapter: Chapter) -> bool:
        """Its figures are of another moment than the pack's."""
        return self.counted_at(chapter) != self.moment

    @property
    def looking_back(self) -> str:
        """Which figures are of another moment than the rest, and of which: 超期在办、在办截至2026年10月31日; empty where none is."""
        names = dict.fromkeys(chapter.entry.name for chapter in (*self.chapters, *self.background) if self.looks_back(chapter))
        return f"{'、'.join(names)}{as_of_words(self.period.last)}" if names else ""

    def footer(self, of: Chapter | Annex) -> str:
        """What stands under a slide: 口径, 截至 and the rulebook."""
        if isinstance(of, Chapter):
            return self.footed(f"口径:{definition_words(of.entry, self.edition)}", self.counted_at(of))
        return self.footed(f"口径:{dict(of.table.notes).get('口径', of.table.title)}")

    def footed(self, words: str, moment: date | datetime | None = None) -> str:
        return f"{words} · {as_of_words(moment or self.moment)} · 规则手册 {self.rulebook_version}"

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """The whole file's notes."""
        pairs = [
            ("会议", self.meeting),
            ("范围", self.place or "全部"),
            ("统计期", self.period.label),
            ("截至", "。".join(part for part in (self.as_of_words.removeprefix("截至"), self.looking_back) if part)),
            ("筛选", self.filters),
            ("尚未装入", f"{self.lacking},不列入" if self.lacking else ""),
            ("规则手册", self.rulebook_version),
            (
                "说明",
                self.edition.filled(
                    "率均附分子/分母;分母为零记“—”不排名;样本不足{samples.least_ranked}的单位不排名;母级为各单位分子之和除以分母之和。"
                ),
            ),
        ]
        return tuple((label, text) for label, text in pairs if text)

    def chapter(self, indicator_id: str, level: Level | None = None) -> Chapter | None:
        """The chapter of an indicator, on a slide or in the background, if the meeting has it."""
        found = (
            c for c in (*self.chapters, *self.background) if c.entry.id == indicator_id and (level is None or c.reading.level is level)
        )
        return next(found, None)

    @property
    def tables(self) -> list[Table]:
        return [*self._figures, *(annex.full or annex.table for annex in self.annexes)]

    @property
    def _figures(self) -> list[Table]:
        """The chapters' tables; one whose level its section names says so in its title, for the indicator may stand there twice."""
        chapters = (*self.chapters, *self.background)
        return [each.table if each.section.level is None else replace(each.table, title=each.section.name) for each in chapters]

    def with_annexes(self, annexes: Iterable[Annex]) -> Pack:
        return replace(self, annexes=tuple(annexes))


Progress = Callable[[int, int, str], object]
"""Called before each step: steps done, steps in all, what comes now."""


def meeting_pack(
    source: Source,
    audience: Audience,
    period: Period,
    as_of: date,
    *,
    area: str = "",
    modules: frozenset[Module] | None = None,
    sections: Iterable[Section] | None = None,
    filters: str = "",
    lacking: str = "",
    progress: Progress | None = None,
    around: Source | None = None,
) -> Pack:
    """The meeting's chapters from the source, in order; sections without a level that fits the area drop out.

    ``modules``: those to speak of (all that run); ``lacking``: ledgers of others that have no record yet; ``around``: the source of the
    units that the area is one of (``readings.ranked_within``), for sections that have no level below it: its place is that among them.
    """
    modules = running_modules() if modules is None else modules
    departments = has_departments(source, period, as_of, area)
    wanted = list(agenda(audience, modules) if sections is None else sections)
    wanted = [section for section in wanted if departments or section.level is not Level.DEPARTMENT]
    place = place_name(source, period, as_of, area)
    levels = {section: row_level(REGISTRY[section.indicator], area, section.level) for section in wanted}
    on_slides = {(section.indicator, level) for section, level in levels.items()}
    background = {
        section: level
        for section in (BACKGROUND if audience is not Audience.SELECTION else ())
        if runs(REGISTRY[section.indicator], modules)
        and (level := row_level(REGISTRY[section.indicator], area, section.level))
        and (section.indicator, level) not in on_slides
    }
    chapters: dict[Section, Chapter] = {}
    steps = [(section, level) for section, level in (levels | background).items() if level is not None]
    for done, (section, level) in enumerate(steps):
        if progress:
            progress(done, len(steps), REGISTRY[section.indicator].name)
        periods = SLIDE_PERIODS[period.kind] if section.trend else COMPARED_PERIODS
        asked, within = (REGISTRY[section.indicator], level, period, as_of), ranked_within(area, level)
        if within and around is not None:
            read = reading(around, *asked, area=within, periods=periods, dated=True, own=area)
        else:
            read = reading(source, *asked, area=area, periods=periods, dated=True)
        table = reading_table(source, read, filters, with_whole=True)
        # The county beside a township's own row is not the whole that its paper speaks of.
        chapters[section] = Chapter(section, replace(read, whole=()) if read.place else read, _titled(read), subtitle(read), table)
    edition = source.rules.on(min(period.last, as_of))
    return Pack(
        audience=audience,
        place=place,
        period=period,
        as_of=as_of,
        chapters=tuple(chapters[section] for section in wanted if section in chapters),
        edition=edition,
        filters=filters,
        background=tuple(chapters[section] for section in background),
        lacking=lacking,
        area=area,
        at=source.told_at if source.at is not None and source.at.date() == as_of else None,
    )


def has_departments(source: Source, period: Period, as_of: date, area: str) -> bool:
    """Whether a meeting of this area speaks of the county's departments: of a township they are none of its units."""
    return len(area) <= CODE_LENGTHS[Level.COUNTY] and len(source.units(question(source, Level.DEPARTMENT, period, as_of))) > 0


def _titled(read: Reading) -> str:
    """The conclusion, with the period it is of where that is another than the pack's; of one that runs the sentence says it itself."""
    of = "" if in_progress(read) else counted_words(read.entry, read.period, read.as_of)
    return " · ".join(part for part in (of, DEPARTMENTS if read.level is Level.DEPARTMENT else "", title(read)) if part)


def chart_rows(chapter: Chapter, most: int) -> tuple[pd.DataFrame, bool]:
    """The rows a chart shows, best first: those with a value, or where they are too many, the last ``most`` of the ranking.

    Second: whether rows were left out.
    """
    frame = chapter.reading.frame[chapter.reading.frame["value"].notna()]
    if len(frame) <= most:
        return frame, False
    ranked = frame[frame["rank"].notna()]
    return (ranked.tail(most), True) if len(ranked) >= most else (frame.head(most), True)
