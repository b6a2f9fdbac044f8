"""The parts of a page as values: headline numbers, exceptions, leaderboards, calendars. Writers draw them (reports.html, reports.svg)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.vocabulary import STATUS_NAMES, Direction, Measure, Status
from metrics.wording import MISSING, change_text, fraction, is_missing, target_text, value_text, whole
from reports.links import TOWNSHIP, Link
from reports.order import FEWEST_ROWS, Sorts, Worth, natural, number, places, severity, worth
from reports.tables import Spark, Table, Verdict, verdict_of


@dataclass(frozen=True)
class Heading:
    """What is the case, what is measured, and the ⓘ of the indicator it is about."""

    title: str
    remark: str = ""
    about: str = ""


@dataclass(frozen=True)
class Sentence:
    """A line of text. ``shade``: a class of the style sheet (quiet, low, sub)."""

    words: str
    shade: str = ""
    verdict: Verdict | None = None
    """Stands before the words."""


@dataclass(frozen=True)
class Empty:
    """Why there is nothing here."""

    words: str


@dataclass(frozen=True)
class Callout:
    """A sentence set apart, its first words in bold: a result, a warning."""

    title: str
    words: str


@dataclass(frozen=True)
class More:
    """The way to all of it, under a block."""

    words: str
    link: Link


# --- headline numbers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """One headline number: its indicator, the row of the whole (k, n, value, status), the value before, a line of periods."""

    entry: Indicator
    row: Mapping[str, Any]
    before: Any
    trend: tuple[float | None, ...]
    target: float | None
    earlier: str
    """What the period before is called: 上月, 5月."""
    link: Link | None = None
    as_count: bool = False
    """Write k itself large (84件) and the share small: a leader acts on cases, not on their share."""
    running: bool = False
    """The figure grows while its period runs: it is compared with nothing yet."""
    unfinished: bool = False
    """Its period runs: its line is drawn open."""
    place: str = ""
    """第7/9: of one unit among all of its like."""
    last_year: Any = None
    """The value in the same period of the year before."""
    period: str = ""
    """What it is of, where that is another period than the page's: 2026年四季度."""
    rows: Link | None = None  # where k/n leads: to the records behind it

    @property
    def fraction(self) -> str:
        return fraction(self.row["k"], self.row["n"])

    @property
    def value(self) -> str:
        return value_text(self.entry, self.row["value"])

    @property
    def big(self) -> str:
        return f"{whole(self.row['k'])}{self.entry.unit}" if self.as_count else self.value

    @property
    def shown(self) -> str:
        """Value and k/n, for the definition opened beside it."""
        return f"{self.value} ({self.fraction})" if self.fraction else self.value

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.row)

    @property
    def goal(self) -> str:
        return target_text(self.entry, self.target)

    @property
    def changes(self) -> tuple[str, ...]:
        """较上月 +3.2个百分点, 同比 -1.0个百分点; half a period is compared with nothing, which is said where the verdict does not."""
        if self.running:
            return () if self.row["status"] == Status.RUNNING else (STATUS_NAMES[Status.RUNNING],)
        steps = ((f"较{self.earlier}", self.before), ("同比", self.last_year))
        return tuple(f"{name} {text}" for name, value in steps if (text := change_text(self.entry, self.row["value"], value)))

    @property
    def change(self) -> str:
        """The same in a line."""
        return " · ".join(self.changes)

    @property
    def spark(self) -> Spark:
        return Spark(self.trend, self.target, self.unfinished)


@dataclass(frozen=True)
class Cards:
    """Headline numbers side by side, spread over the width where there are fewer than six."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Counter:
    """A plain count under the headline numbers: 人次, 户次 and 件 stand side by side and are never added."""

    label: str
    count: int
    unit: str
    about: str = ""


@dataclass(frozen=True)
class Counters:
    counters: tuple[Counter, ...]


# --- exceptions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exceptional:
    """One thing to act on: who or what, in what words, where it leads."""

    name: str
    words: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class ExceptionSection:
    """Things to act on under a heading with their count, which leads to all of them (``link``). ``table``: cases instead of lines;
    ``below``: more under them."""

    title: str
    count: str
    lines: tuple[Exceptional, ...] = ()
    quiet: str = ""
    """What stands there when there is none."""
    severity: Status = Status.LOW
    about: str = ""
    table: Table | None = None
    below: tuple[Sentence | More | Table, ...] = ()
    link: Link | None = None

    @property
    def shade(self) -> Status:
        return self.severity if self.lines or (self.table is not None and len(self.table.frame)) else Status.NONE


@dataclass(frozen=True)
class Exceptions:
    """``title`` and ``remark``: over a picture of them; a page has said them already."""

    groups: tuple[ExceptionSection, ...]
    title: str = ""
    remark: str = ""


# --- leaderboards ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RankedUnit:
    """A row of a leaderboard as it is read."""

    code: str
    name: str
    place: str
    moved: str
    """↑2, ↓1; empty where the unit stands where it stood."""
    ranked: bool
    value: str
    cases: str
    """(13/21); empty where nothing is divided."""
    beside: str
    share: float
    """0–1 of the bar's length."""
    verdict: Verdict
    link: Link | None
    rows: Link | None


@dataclass(frozen=True)
class RankedColumn:
    """A heading over a leaderboard; its key is that of the column in the file of the same figures, where there is one."""

    key: str
    title: str
    shade: str
    falls_first: bool = True


@dataclass(frozen=True)
class Leaderboard:
    """A ranking: a judged frame under its conclusion, the ranks of the period before by code, where a row leads."""

    entry: Indicator
    frame: pd.DataFrame
    title: str
    subtitle: str
    target: float | None
    before: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    """By code, words behind k/n: 超期2/13."""
    link: Link | None = field(default_factory=lambda: Link(TOWNSHIP))
    parameter: str = "township"
    """The parameter of ``link`` that takes a row's code."""
    rows: Mapping[str, Link | None] = field(default_factory=dict)  # by code, where value and k/n lead: to the records behind them
    period: str = ""
    """What its figures are of, where that is another period than the page's: 2026年以来."""
    ranked: int = 0
    """How many units the places are counted among, where one is shown alone: 7/9."""
    sorts: Sorts | None = None
    """The page's reader may put it in order by its headings, and has (:meth:`in_order`); None: it has no headings."""
    units_are: str = "单位"
    """What its units are called: 乡镇, 村."""
    filed: tuple[str, str] | None = None
    """Title and subtitle where it is taken along and read on another day, 10月 instead of 本月; None: as they are."""

    @property
    def heading(self) -> tuple[str, str]:
        """Title, with what it is of, and subtitle of a picture of it."""
        title, subtitle = self.filed or (self.title, self.subtitle)
        return " · ".join(part for part in (self.period, title) if part), subtitle

    @property
    def top(self) -> float:
        """The value at the right end of the bars: 100% for shares that are to be high, else the largest value or target shown."""
        if self.entry.measure is Measure.RATE and self.entry.direction is Direction.UP and (self.target or 1) >= 0.5:
            return 1.0
        return max([self.target or 0.0, *(float(value) for value in self.frame["value"] if not is_missing(value))]) or 1.0

    @property
    def tick(self) -> float | None:
        """Where the target lies, 0–1; None where there is none to show."""
        return min(1.0, self.target / self.top) if self.target else None

    def in_order(self, sorts: Sorts) -> Leaderboard:
        """With its units as the reader has asked for."""
        frame, order = self.frame, sorts.order
        if len(frame) < FEWEST_ROWS:
            return self
        if order is None or order.column not in (each.key for each in self.columns):
            return replace(self, sorts=replace(sorts, order=None))
        worths = [self._worth(row, order.column) for row in frame.to_dict("records")]
        at = places(worths, falling=order.falling)
        return replace(self, frame=frame.iloc[at].reset_index(drop=True), sorts=sorts)

    def _worth(self, row: Mapping[Any, Any], key: str) -> Worth:
        if key == "name":
            return natural(str(row["name"]))
        if key == "verdict":
            return severity(verdict_of(row))
        if key == "moved":
            before = self.before.get(str(row["code"]))
            return None if before is None or is_missing(before) or is_missing(row["rank"]) else number(int(before) - int(row["rank"]))
        return worth(row[key])

    @property
    def columns(self) -> tuple[RankedColumn, ...]:
        """What may be put in order."""
        counts, share = self.entry.measure is Measure.COUNT, self.entry.measure is Measure.RATE
        return (
            RankedColumn("rank", "名次", "rank", falls_first=False),
            RankedColumn("moved", "升降", "move"),
            RankedColumn("name", self.units_are, "unit", falls_first=False),
            RankedColumn("k" if counts else "value", "数值", "value"),
            *((RankedColumn("k", "分子", "kn"),) if share else ()),
            RankedColumn("verdict", "评价", "verdict", falls_first=False),
        )

    def page(self, number: int, rows: int) -> Leaderboard:
        """One page of ``rows`` units, the first is page 1."""
        return replace(self, frame=self.frame.iloc[(number - 1) * rows : number * rows].reset_index(drop=True))

    def of_people(self, rows: pd.DataFrame, who: str) -> Leaderboard:
        """Some of its people: what is concluded of all gives way to who these are and how many."""
        title = f"{self.entry.name}:{who} {whole(len(rows))} 人"
        return replace(self, frame=rows, title=title, filed=self.filed and (title, self.filed[1]))

    def units(self) -> list[RankedUnit]:
        return [self._unit(row) for row in self.frame.to_dict("records")]

    def _unit(self, row: Mapping[Any, Any]) -> RankedUnit:
        code, value, kn = str(row["code"]), row["value"], fraction(row["k"], row["n"])
        ranked = not is_missing(row["rank"])
        return RankedUnit(
            code=code,
            name=code if is_missing(row["name"]) else str(row["name"]),
            place=(f"{int(row['rank'])}/{self.ranked}" if self.ranked else str(int(row["rank"]))) if ranked else MISSING,
            moved=_moved(self.before.get(code), row["rank"]),
            ranked=ranked,
            value=value_text(self.entry, value),
            cases=f"({kn})" if kn else "",
            beside=self.beside.get(code, ""),
            share=0.0 if is_missing(value) else min(1.0, float(value) / self.top),
            verdict=verdict_of(row),
            link=self.link and Link(self.link.page, {**self.link.query, self.parameter: code}, self.link.keeps_period),
            rows=self.rows.get(code),
        )


def _moved(before: Any, now: Any) -> str:
    if is_missing(before) or is_missing(now):
        return ""
    places = int(before) - int(now)
    return "" if places == 0 else f"↑{places}" if places > 0 else f"↓{-places}"


# --- days -----------------------------------------------------------------------------------------------------------


# --- lists ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One line of a history: when, what, in which words."""

    when: str
    what: str
    words: str


@dataclass(frozen=True)
class Timeline:
    """What happened, newest first."""

    title: str
    events: tuple[Event, ...]
    remark: str = ""
    about: str = ""
    empty: str = "没有记录"


@dataclass(frozen=True)
class Fact:
    """A line of a sheet of facts: its name, the text with a quiet line, or verdicts side by side."""

    name: str
    text: str = ""
    small: str = ""
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class Facts:
    title: str
    facts: tuple[Fact, ...]
    remark: str = ""
    about: str = ""
    empty: str = ""
    """What stands there when there is none."""


@dataclass(frozen=True)
class Named:
    """Somebody by name. ``shade``: a class of the style sheet (quiet, low)."""

    name: str
    link: Link | None = None
    shade: str = ""


@dataclass(frozen=True)
class NameLine:
    """Names under one word: 班子成员 8 人, then who they are."""

    title: str
    count: str
    names: tuple[Named, ...]


@dataclass(frozen=True)
class Names:
    """Lines of names under a heading."""

    title: str
    lines: tuple[NameLine, ...]
    remark: str = ""
    about: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Steps:
    """Neighbours as links that keep the place: (words, link); ``place`` says which of how many this is."""

    steps: tuple[tuple[str, Link], ...]
    place: str = ""


@dataclass(frozen=True)
class Milestone:
    """A step of a course. ``status``: OK has been taken, NEAR is the one that is on, NONE is still to come."""

    name: str
    status: Status
    small: str = ""


@dataclass(frozen=True)
class Milestones:
    """The steps of a course in order, with how far it has come."""

    milestones: tuple[Milestone, ...]


@dataclass(frozen=True)
class SignLines:
    """Lines to sign on, for paper only."""

    who: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two parts beside each other."""

    left: Any
    right: Any = None


def tables_among(parts: Sequence[Any]) -> list[Table]:
    """The tables among some parts, those inside a group of exceptions too."""
    found: list[Table] = []
    for part in parts:
        if isinstance(part, Table):
            found.append(part)
        elif isinstance(part, Exceptions):
            found += [group.table for group in part.groups if group.table is not None]
    return found
