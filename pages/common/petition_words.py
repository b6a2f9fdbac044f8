"""Which list of cases stands behind a figure of 诉求, and the words beside a township's on-time rate.

Those are its k/n, and how much of what is open there is overdue, without ranking by it (减负).
"""

from __future__ import annotations

from datetime import date

from data_access.scope import Scope
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level
from metrics.wording import fraction
from pages.common import loaders
from pages.common.filters import Filters

CASES_OF = {
    "petitions.open": "open",
    "petitions.overdue": "overdue",
    "petitions.backlog": "backlog",
    "petitions.closed_on_time": "late",
    "petitions.resolved": "unresolved",
    "petitions.disputes_resolved": "unresolved",
    "petitions.dispatch_on_time": "undispatched",
    "petitions.accept_on_time": "unaccepted",
    "petitions.response": "unanswered",
    "petitions.notified": "unnotified",
    "petitions.proper_closure": "improper",
    "petitions.returned": "returned",
    "petitions.reopened": "reopened",
    "petitions.repeat": "repeats",
    "petitions.mass": "mass",
    "petitions.days": "ended",
    "petitions.level_closed": "ended",
    "satisfaction.rated": "unhappy",
    "satisfaction.callback": "unhappy_callback",
    "satisfaction.gap": "unhappy_callback",
    "satisfaction.response": "ended",
}
"""By indicator: the ``standing`` of the list that holds its red cases."""
LIST_PAGE = "pages/petitions/cases.py"


def cases_query(indicator_id: str, filters: Filters, township: str | None = None) -> dict[str, str] | None:
    """The address parameters of the list behind a figure of a township, or of all that the filters let through; None without one."""
    standing = CASES_OF.get(indicator_id)
    return None if standing is None else list_query(filters, standing, township)


def list_query(filters: Filters, standing: str, township: str | None = None, **more: str) -> dict[str, str]:
    """The address parameters of a list of cases: of a township, or of all that the filters let through."""
    chosen = township or filters.township
    return {"standing": standing, **({"township": chosen[:9]} if chosen else {}), **filters.query, **more}


IN_WORDS = ("petitions.closed_on_time", "petitions.overdue")


def open_words(filters: Filters) -> dict[str, str]:
    """By township code: (44/46) 超期2/13."""
    tables = {table for each in IN_WORDS for table in loaders.tables_of(indicator(each), Level.TOWNSHIP)}
    return loaders.kept(_open_words, sorted(tables), loaders.figures_scope(filters.narrowed, Level.TOWNSHIP), filters.period, filters.as_of)


def _open_words(scope: Scope, period: Period, as_of: date) -> dict[str, str]:
    on_time, overdue = (loaders.frame(scope, each, Level.TOWNSHIP, period, as_of).set_index("code") for each in IN_WORDS)
    return {
        str(code): f"({fraction(on_time['k'].get(code), on_time['n'].get(code))}) 超期{fraction(row['k'], row['n'])}"
        for code, row in overdue[["k", "n"]].to_dict("index").items()
    }
