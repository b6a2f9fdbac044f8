"""From an indicator to what a page shows of it: a leaderboard with its conclusion, a headline number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

import pandas as pd

from data_access import areas
from data_access.scope import Scope
from data_access.window import Window
from metrics.period import Period, PeriodKind
from metrics.registry import indicator
from metrics.rulebook import rulebook
from metrics.vocabulary import CODE_LENGTHS, LEVEL_NAMES, Level, Status
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.beside import history_is_there
from pages.common.downloads import offer_table
from pages.common.filters import Filters
from pages.common.markup import Card, Leaderboard, leaderboard
from pages.common.navigation import enabled_modules
from pages.common.panel import go_to, panel
from reports.conclusions import Point, Reading, subtitle, title
from reports.tables import TableReport, definition_notes
from reports.tables import leaderboard as table_of

BEFORE = {PeriodKind.WEEK: "上周", PeriodKind.MONTH: "上月", PeriodKind.QUARTER: "上季", PeriodKind.YEAR: "上年"}
HEADLINES = (
    "duty.night_compliance",
    "nights.township_visits",
    "petitions.overdue",
    "petitions.closed_on_time",
    "captains.key_visits",
    "satisfaction.rated",
    "reception.kept",
    "duty.village_compliance",
    "petitions.response",
    "captains.ordinary_visits",
    "captains.coverage",
    "satisfaction.callback",
)
"""The numbers of the overview in order of importance: the first six whose module this county runs."""
SHOWN_AS_COUNTS = ("petitions.overdue",)
TREND_PERIODS = {PeriodKind.WEEK: 12, PeriodKind.MONTH: 12, PeriodKind.QUARTER: 8, PeriodKind.YEAR: 3}
RUN_PERIODS = 4
"""What a sentence about a run looks at: this period and the three before."""


def _points(rows: pd.DataFrame) -> dict[str, tuple[Point, ...]]:
    points: dict[str, list[Point]] = {}
    for row in rows.to_dict("records"):
        k, n, value = (None if is_missing(row[column]) else row[column] for column in ("k", "n", "value"))
        points.setdefault(str(row["code"]), []).append(Point(Period.parse(row["period"]), k, n, value, str(row["status"])))
    return {code: tuple(run) for code, run in points.items()}


def headline_ids() -> list[str]:
    """The six headline numbers of this county."""
    modules = enabled_modules()
    return [each for each in HEADLINES if module_page(each)[0] in modules][:6]


def module_page(indicator_id: str) -> tuple[str, str]:
    """The module an indicator belongs to in the configuration, and the page it leads to."""
    family = indicator_id.split(".")[0]
    module = "petitions" if family == "satisfaction" else family
    return module, f"pages/{module}/{module}.py"


def whole_name(scope: Scope, as_of: date) -> str:
    """What the sum of all units in the scope is called: a county's code has six digits, a city's prefix four, a province's two."""
    length = len(scope.area or "")
    if length == 0:
        counties = loaders.asked(areas.units, scope, ("area",), window=Window("county", as_of, as_of, as_of))
        return "全县" if len(counties) == 1 else "全部"
    return {2: "全省", 4: "全市", 6: "全县"}.get(length, "本单位")


def reading(filters: Filters, indicator_id: str, level: Level = Level.TOWNSHIP, scope: Scope | None = None) -> Reading:
    """What titles and conclusions are read from: the frame, the county's series and the units' runs."""
    asked = (loaders.figures_scope(scope or filters.narrowed, level), indicator_id, level, filters.period, filters.as_of)
    return _kept_reading(*asked, with_past=_past_is_there(*asked))


def _past_is_there(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> bool:
    """Whether a leaderboard can say what was before: ranks, the county's change, who rises or falls for months."""
    asked = (scope, indicator_id, level, period, as_of)
    return history_is_there((*asked, "past"), partial(_kept_ranking, *asked, with_past=True))


def _kept_reading(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, *, with_past: bool) -> Reading:
    tables = loaders.tables_of(indicator(indicator_id), level)
    return loaders.kept(_reading, tables, scope, indicator_id, level, period, as_of, with_past)


def _reading(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, with_past: bool) -> Reading:
    entry = indicator(indicator_id)
    edition = loaders.rules_on(period, as_of)
    whole: tuple[Point, ...] = ()
    top = whole_level(scope)
    if top in entry.levels and level is not top:
        rows = loaders.whole_trend(scope, indicator_id, top, period, as_of, 1 + with_past)
        whole = next(iter(_points(rows).values()), ())
    runs = {}
    if with_past and period.kind is PeriodKind.MONTH:
        runs = _points(loaders.trend(scope, indicator_id, level, period, as_of, RUN_PERIODS))
    return Reading(
        entry,
        level,
        period,
        as_of,
        loaders.frame(scope, indicator_id, level, period, as_of),
        edition.target(indicator_id),
        edition.number("samples", "least_ranked"),
        whole_name(scope, as_of),
        whole,
        runs,
    )


def board(
    filters: Filters,
    indicator_id: str,
    *,
    level: Level = Level.TOWNSHIP,
    scope: Scope | None = None,
    extra: Mapping[str, str] | None = None,
    page: str = "pages/township/township.py",
    parameter: str = "township",
) -> Leaderboard:
    """The leaderboard of an indicator: its conclusion as title, ranks and moves, each row leading to its unit."""
    read = reading(filters, indicator_id, level, scope)
    offer_table(f"{read.entry.name} 按{LEVEL_NAMES[level]} {filters.period.text}", partial(board_sheet, filters, read))
    made = ranking(scope or filters.narrowed, indicator_id, level, filters.period, filters.as_of)
    return replace(made, page=page, query=filters.query, parameter=parameter, extra=extra or {})


def ranking(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date) -> Leaderboard:
    """A leaderboard that leads nowhere yet: what all readers of a scope share."""
    asked = (loaders.figures_scope(scope, level), indicator_id, level, period, as_of)
    return _kept_ranking(*asked, with_past=_past_is_there(*asked))


def _kept_ranking(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, *, with_past: bool) -> Leaderboard:
    tables = loaders.tables_of(indicator(indicator_id), level)
    return loaders.kept(_ranking, tables, scope, indicator_id, level, period, as_of, with_past)


def _ranking(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, with_past: bool) -> Leaderboard:
    read = _kept_reading(scope, indicator_id, level, period, as_of, with_past=with_past)
    before = {}
    if with_past:
        past = loaders.past_frame(scope, indicator_id, level, period.before, as_of)
        before = dict(zip(past["code"], past["rank"], strict=True))
    return Leaderboard(
        entry=read.entry,
        frame=read.frame,
        title=title(read),
        subtitle=subtitle(read),
        target=read.target,
        before=before,
    )


def ranking_panel(made: Leaderboard, *, key: str) -> None:
    """Show a leaderboard; it can be taken along as a picture with its 口径."""
    panel(leaderboard(made), key, picture=made.entry.name, about=made.entry.id)


def board_sheet(filters: Filters, read: Reading) -> TableReport:
    """The leaderboard's rows as a table to take away, with 口径, 截至 and filters in its notes."""
    asked = loaders.question_for(filters.narrowed, read.level, read.period, read.as_of)
    chosen = f"区划 {filters.township}" if filters.township else "全部乡镇"
    return table_of(read.entry, asked, read.frame, definition_notes(read.entry, asked, rulebook(), f"{read.period.label} · {chosen}"))


def whole_level(scope: Scope) -> Level:
    """The level whose one row is everything in the scope."""
    length = len(scope.area or "")
    return next((level for level, digits in CODE_LENGTHS.items() if digits >= length), Level.CELL)


def card(filters: Filters, indicator_id: str, page: str = "", level: Level | None = None, code: str | None = None) -> Card | None:
    """A headline number of everything in the scope, or of one unit of a level: row, change, twelve periods. None where there is none."""
    scope = filters.narrowed
    level = level or whole_level(scope)
    if level not in indicator(indicator_id).levels:
        return None
    made = headline(scope, indicator_id, level, filters.period, filters.as_of, code)
    return made and replace(made, href=go_to(page, filters.query) if page else "")


def headline(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, code: str | None = None) -> Card | None:
    """A headline number that leads nowhere yet: what all readers of a scope share.

    A reader does not wait for the twelve periods of its line: where they take long, the card has its number, and the page is drawn again
    when the others are there.
    """
    shared, count = loaders.figures_scope(scope, level), TREND_PERIODS[period.kind]
    asked = (shared, indicator_id, level, period, as_of)
    if not history_is_there((*asked, "line"), partial(loaders.trend, *asked, count)):
        count = 1
    return loaders.kept(_headline, loaders.tables_of(indicator(indicator_id), level), *asked, code, count)


def _headline(scope: Scope, indicator_id: str, level: Level, period: Period, as_of: date, code: str | None, count: int) -> Card | None:
    if code is None:
        rows = loaders.whole_trend(scope, indicator_id, level, period, as_of, count)
    else:
        rows = loaders.trend(scope, indicator_id, level, period, as_of, count)
        rows = rows[rows["code"] == code]
    if rows.empty:
        return None
    last = rows.iloc[-1]
    before = rows[rows["period"] == period.before.text]["value"]
    return Card(
        entry=indicator(indicator_id),
        row={"k": last["k"], "n": last["n"], "value": last["value"], "status": Status(last["status"])},
        before=before.iloc[0] if len(before) else None,
        trend=list(pd.array(rows["value"])),
        target=loaders.rules_on(period, as_of).target(indicator_id),
        since=BEFORE[period.kind],
        as_count=indicator_id in SHOWN_AS_COUNTS,
    )
