"""What the overview's exceptions are made from, for the page and for what is computed before anybody asks."""

from __future__ import annotations

from datetime import date

from data_access.attention import ATTENTION_TABLES, overdue_petitions, unmoved_backlog
from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import Level, Module, Status
from pages.common import loaders
from pages.common.duty_nights import tonight
from pages.common.filters import Filters
from reports.modules import running_modules
from reports.parts import ExceptionGroup
from reports.source import window
from reports.subjects import WATCHED_WEEKLY, shown_here
from reports.views import overview
from reports.views.duty import tonight_groups
from reports.views.overview import Fallen, fallen_words


def exceptions(filters: Filters) -> list[ExceptionGroup]:
    """Tonight's gaps, overdue and unmoved petitions, who has fallen below a target this week."""
    modules = running_modules()
    night = tonight(filters.narrowed, filters.as_of) if Module.DUTY in modules else None
    groups = tonight_groups(night) if night else []
    groups += _petitions(filters) if Module.PETITIONS in modules else []
    return [*groups, overview.fallen_group(fallen(filters.narrowed, filters.as_of))]


def _petitions(filters: Filters) -> list[ExceptionGroup]:
    scope, as_of = filters.narrowed, filters.as_of
    asked = loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, as_of), as_of)
    today, days = window(asked, Span.MOMENT), int(asked.rules.number("petitions", "still_days"))
    overdue = loaders.answer(overdue_petitions, scope, ATTENTION_TABLES, window=today, limit=overview.MOST_LINES)
    still = loaders.answer(unmoved_backlog, scope, ATTENTION_TABLES, window=today, still_days=days, limit=overview.MOST_LINES)
    return [overview.overdue_group(overdue, as_of), overview.unmoved_group(still, as_of, days)]


def fallen(scope: Scope, as_of: date) -> list[Fallen]:
    """Townships below a target of this week that they met the week before."""
    tables = {table for each in WATCHED_WEEKLY for table in loaders.tables_of(REGISTRY[each], Level.TOWNSHIP)}
    return loaders.made_once(_fallen, sorted(tables), loaders.figures_scope(scope, Level.TOWNSHIP), as_of)


def _fallen(scope: Scope, as_of: date) -> list[Fallen]:
    week, found = Period.holding(PeriodKind.WEEK, as_of), list[Fallen]()
    for indicator_id in shown_here(WATCHED_WEEKLY):
        entry, target = REGISTRY[indicator_id], loaders.rules_on(week, as_of).target(indicator_id)
        if target is None or entry.counted_in is not None:
            continue
        now = loaders.frame(scope, indicator_id, Level.TOWNSHIP, week, as_of)
        before = loaders.past_frame(scope, indicator_id, Level.TOWNSHIP, week.before, as_of).set_index("code")["value"]
        met = now["code"].map(before) >= target
        lower = now[met & (now["value"] < target) & (now["status"] != Status.RUNNING)]
        found += [Fallen(str(row["code"]), str(row["name"]), fallen_words(entry.name, row)) for row in lower.to_dict("records")]
    return found
