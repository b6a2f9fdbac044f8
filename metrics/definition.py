"""What an indicator is, and the question it is asked: a level, a period and a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import pandas as pd

from metrics.period import Period, PeriodKind
from metrics.rulebook import Edition
from metrics.vocabulary import CODE_LENGTHS, Direction, Level, Measure, Module
from metrics.workdays import Week, Workdays

Facts = Mapping[str, pd.DataFrame]
"""The frames an indicator is computed from, by the names of ``Indicator.needs``."""


class Span(StrEnum):
    """Which stretch of days a fact is asked for."""

    PERIOD = "period"
    """The period up to the as-of day: what is dated by a day counts on that day, what has a time of its own up to the moment."""
    DAYS = "days"
    """The days of the period that are over: of a day's desk and slots, which are over at its end."""
    NIGHTS = "nights"
    """The days of the period whose night is over."""
    WEEKS = "weeks"
    """The whole weeks of the period: from the first counted Monday to the last counted Sunday."""
    MONTHS = "months"
    """The whole months of the period (a week's is the month holding its Thursday), cut at as-of."""
    NIGHT_MONTHS = "night_months"
    """The same, cut at the last night that is over."""
    QUARTERS = "quarters"
    """The whole quarters of the period or holding it, cut at as-of."""
    YEAR_TO_DATE = "year_to_date"
    """From 1 January to the moment."""
    MOMENT = "moment"
    """One day: the earlier of as-of and the period's end."""
    SO_FAR = "so_far"
    """Everything up to the moment."""


@dataclass(frozen=True)
class Question:
    """What is asked of an indicator, with the calendar and the rulebook edition that answer it.

    The moment is ``at``, on the as-of day: nothing later counts, and a duty that is still going on counts nowhere. Without ``at`` it is the
    as-of day once it is over, its night included. A period that ended before is looked at as at its end.
    """

    level: Level
    period: Period
    as_of: date
    workdays: Workdays
    rules: Edition
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.at is not None and self.at.date() != self.as_of:
            raise ValueError(f"a question of {self.as_of} cannot be asked at {self.at}")

    # --- the moment -------------------------------------------------------------------------------------------------

    @property
    def until(self) -> datetime:
        """The first instant that counts no more: compare timestamps with ``<``. What bears the moment's own second still counts."""
        return _end_of(self.as_of) if self.at is None else self.at + timedelta(seconds=1)

    @property
    def instant(self) -> datetime:
        """The moment itself, the period's end where that was earlier: what hours are reckoned to."""
        return min(_end_of(self.period.last), self.at or _end_of(self.as_of))

    @property
    def day_over(self) -> date:
        """The last civil day that is over: its deadlines are past, its desk and slots count, so does the week or month it ends."""
        return self.until.date() - timedelta(days=1)

    @property
    def night_over(self) -> date:
        """The last night that is over: a night goes on until the rulebook's hour of the next day."""
        if self.at is None:
            return self.as_of
        return (self.at - timedelta(hours=self.rules.number("duty", "night_over_hour"))).date() - timedelta(days=1)

    # --- what of the period counts ----------------------------------------------------------------------------------

    @property
    def first(self) -> date:
        return self.period.first

    @property
    def last(self) -> date:
        """The period's last day that counts: cut at as-of. Before ``first`` where the period has not begun."""
        return min(self.period.last, self.as_of)

    @property
    def moment(self) -> date:
        """The day on which figures about a moment look at what is dated by days (posts, households)."""
        return self.last

    @property
    def weeks(self) -> list[Week]:
        least = self.rules.number("samples", "least_workdays_of_a_week")
        return self.workdays.weeks(self.period.first, self.period.last, self.day_over, least)

    @property
    def workday_nights(self) -> list[date]:
        """The period's working days whose night is over; a workday night is the night of such a day."""
        return self._workdays(Span.NIGHTS)

    @property
    def workdays_over(self) -> list[date]:
        """The period's working days that are over."""
        return self._workdays(Span.DAYS)

    def _workdays(self, span: Span) -> list[date]:
        first, last = self.span(span)
        return self.workdays.between(first, last) if last >= first else []

    def months(self) -> list[Period]:
        """The months that count: over, or running where the period is that one month."""
        return self._counted(self.period.months(), self.day_over)

    def night_months(self) -> list[Period]:
        """The same for nights: a month is over when its last night is."""
        return self._counted(self.period.months(), self.night_over)

    def quarters(self) -> list[Period]:
        """The quarters that count: over, or running where the question is about that one quarter."""
        return self._counted(self.period.quarters(), self.day_over)

    def _counted(self, parts: list[Period], over: date) -> list[Period]:
        begun = [part for part in parts if part.first <= self.as_of]
        if len(parts) == 1:  # the period is that month or quarter, or lies inside it
            return begun
        return [part for part in begun if part.last <= over]

    def running(self, parts: list[Period]) -> bool:
        """Whether the counted months or quarters are progress only: not over yet."""
        return any(part.last > self.day_over for part in parts)

    def span(self, span: Span) -> tuple[date, date]:
        """First and last day of a span, both included; an empty one where the period has not begun."""
        if span is Span.WEEKS:
            weeks = self.weeks
            return (weeks[0].monday, weeks[-1].sunday) if weeks else (self.first, self.first - timedelta(days=1))
        if span in (Span.MONTHS, Span.NIGHT_MONTHS, Span.QUARTERS):
            parts = self.period.quarters() if span is Span.QUARTERS else self.period.months()
            return parts[0].first, min(parts[-1].last, self.night_over if span is Span.NIGHT_MONTHS else self.as_of)
        firsts = {Span.YEAR_TO_DATE: date(self.moment.year, 1, 1), Span.MOMENT: self.moment, Span.SO_FAR: date(1900, 1, 1)}
        lasts = {Span.DAYS: self.day_over, Span.NIGHTS: self.night_over}
        return firsts.get(span, self.first), min(lasts.get(span, self.as_of), self.period.last)


def _end_of(day: date) -> datetime:
    """The instant after the end of a day."""
    return datetime.combine(day + timedelta(days=1), time())


Figure = Callable[[Facts, Question], pd.DataFrame]
"""Columns ``code``, ``k``, ``n``; for a VALUE ``code``, ``value``; more where documented. One row a unit of the asked level."""


LONGER = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


@dataclass(frozen=True)
class Texts:
    """An indicator in words, with the numbers of one edition of the rulebook."""

    why: str
    numerator: str
    denominator: str
    notes: str


@dataclass(frozen=True)
class Indicator:
    """One entry of the registry: what is counted, from what, and how it is judged.

    ``why``, ``numerator``, ``denominator`` and ``notes`` are templates: a number of the rulebook stands in them as its place
    (``{petitions.backlog_days}``) and is filled in by :meth:`texts` from the edition that is in force.
    """

    id: str
    name: str
    why: str
    numerator: str
    denominator: str
    unit: str
    levels: tuple[Level, ...]
    needs: Mapping[str, Span]
    figure: Figure
    basis: tuple[str, ...] = ()
    measure: Measure = Measure.RATE
    direction: Direction = Direction.UP
    owner: str = "组织部"
    since: str = "2024-01-01"
    notes: str = ""
    ranked_when_thin: bool = False
    """n counts all the weeks, months or units there are, so that a small n is no small sample."""
    counted_in: PeriodKind | None = None
    """MONTH or QUARTER where a running one is progress, shown without colour or rank."""
    progress: Callable[[Question], bool] | None = None
    """Whether the answer is progress only, where ``counted_in`` cannot say it (meetings are due by week, month and quarter)."""
    moment: bool = False
    """Looks at the earlier of as-of and the period's end instead of adding up the period."""
    grows: bool = False
    """Its value grows with the clock alone, between any two steps of it."""
    level_units: Mapping[Level, str] | None = None
    """Another unit for some levels: a chief's own nights are nights, those of a township's chiefs are chief-months."""
    level_needs: Mapping[Level, Mapping[str, Span]] | None = None
    """Other facts for some levels (a figure by person often needs other rows than one by area)."""
    ranks_people: bool = True
    """Whether rows by person are ranked: individuals below 三长 are listed, not ranked (减负)."""
    of_answers: bool = False
    """Whether it says what citizens have answered: by person see ``metrics.small_cells``."""

    @property
    def module(self) -> Module:
        return Module(self.id.split(".")[0])

    def texts(self, edition: Edition) -> Texts:
        """What a reader is told, with the numbers of the edition. Raises ``KeyError`` for a place the rulebook does not have."""
        return Texts(*(edition.filled(text) for text in (self.why, self.numerator, self.denominator, self.notes)))

    @property
    def since_new_year(self) -> bool:
        """Whether it counts from 1 January on, whatever period is asked for."""
        return Span.YEAR_TO_DATE in self.needs.values()

    def counted_over(self, period: Period) -> Period:
        """The month or quarter that holds a shorter period, where it is counted by these; else the period itself."""
        if self.counted_in is None or LONGER.index(period.kind) >= LONGER.index(self.counted_in):
            return period
        return Period.holding(self.counted_in, period.representative)

    def unit_at(self, level: Level) -> str:
        return (self.level_units or {}).get(level, self.unit)

    def needs_at(self, level: Level) -> Mapping[str, Span]:
        return (self.level_needs or {}).get(level, self.needs)


def rolled_up(frame: pd.DataFrame, level: Level, columns: tuple[str, ...] = ("k", "n")) -> pd.DataFrame:
    """Σ of ``columns`` by the unit at ``level`` that each row's ``code`` lies in. Rows above that level drop out.

    Parents are Σk/Σn of their units, never a mean of percentages.
    """
    length = CODE_LENGTHS[level]
    inside = frame[frame["code"].str.len() >= length]
    codes = inside["code"].str.slice(0, length)
    return inside.groupby(codes)[list(columns)].sum().rename_axis("code").reset_index()
