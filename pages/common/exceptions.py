"""What the overview's exceptions are made from, for the page and for what is computed before anybody asks."""

from __future__ import annotations

from datetime import date

from data_access.attention import ATTENTION_TABLES, overdue_petitions, unmoved_backlog
from data_access.freshness import MARKED
from data_access.scope import Scope
from data_access.state import CLOCK, HOURS
from metrics.definition import Span
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Module, Status
from pages.common import loaders
from pages.common.duty_nights import tonight
from pages.common.filters import Filters
from reports.parts import ExceptionSection
from reports.source import figures_scope, window
from reports.subjects import WATCHED_WEEKLY, shown_here
from reports.views import overview
from reports.views.duty import tonight_groups
from reports.views.overview import Fallen, fallen_words

TABLES = (*MARKED, HOURS, CLOCK)
"""They speak of nearly everything."""


def exceptions(filters: Filters, modules: frozenset[Module]) -> list[ExceptionSection]:
    """Tonight's gaps, overdue and unmoved petitions, who has fallen below a target this week; of a past period those at its end, and who
    fell in it. ``modules``: those to speak of."""
    return loaders.made_once(_exceptions, TABLES, filters, tuple(sorted(modules)))


def _exceptions(filters: Filters, modules: tuple[Module, ...]) -> list[ExceptionSection]:
    view = filters.view
    night = tonight(filters.narrowed, filters.as_of) if Module.DUTY in modules and not view.is_past else None
    groups = tonight_groups(night) if night else []
    groups += _petitions(filters) if Module.PETITIONS in modules else []
    if not shown_here(WATCHED_WEEKLY, frozenset(modules)):
        return groups
    watched = view.period if view.is_past else Period.holding(PeriodKind.WEEK, filters.as_of)
    return [*groups, overview.fallen_group(fallen(filters.narrowed, watched, filters.as_of), view)]


def _petitions(filters: Filters) -> list[ExceptionSection]:
    scope, view = filters.narrowed, filters.view
    asked = loaders.question_for(scope, Level.TOWNSHIP, filters.period, filters.as_of)
    moment, days = window(asked, Span.MOMENT), int(asked.rules.number("petitions", "still_days"))
    overdue = loaders.answer(overdue_petitions, scope, ATTENTION_TABLES, window=moment, limit=overview.MOST_LINES)
    still = loaders.answer(unmoved_backlog, scope, ATTENTION_TABLES, window=moment, still_days=days, limit=overview.MOST_LINES)
    return [overview.overdue_group(overdue, view), overview.unmoved_group(still, view, days)]


def fallen(scope: Scope, period: Period, as_of: date) -> list[Fallen]:
    """Townships below a target of a week (or a longer period that is past) that they met in the one before."""
    tables = {table for each in WATCHED_WEEKLY for table in loaders.tables_of(each, Level.TOWNSHIP)}
    return loaders.made_once(_fallen, sorted(tables), figures_scope(scope, Level.TOWNSHIP), period, as_of)


def _fallen(scope: Scope, period: Period, as_of: date) -> list[Fallen]:
    found = list[Fallen]()
    for indicator_id in shown_here(WATCHED_WEEKLY):
        entry, target = REGISTRY[indicator_id], loaders.rules_on(period, as_of).target(indicator_id)
        if target is None or (entry.counted_in is not None and period.kind is PeriodKind.WEEK):
            continue
        now = loaders.frame(scope, indicator_id, Level.TOWNSHIP, period, as_of)
        before = loaders.frame(scope, indicator_id, Level.TOWNSHIP, period.before, as_of).set_index("code")["value"]
        met = now["code"].map(before) >= target
        lower = now[met & (now["value"] < target) & (now["status"] != Status.RUNNING)]
        found += [Fallen(str(row["code"]), str(row["name"]), fallen_words(entry.name, row)) for row in lower.to_dict("records")]
    return found
