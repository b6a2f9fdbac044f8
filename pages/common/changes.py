"""与昨日相比 on a page: what the board shows now beside what it showed a day ago at this minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from data_access.answers import PENDING
from data_access.engine import reading_engine
from data_access.freshness import MARKED
from data_access.scope import Scope
from data_access.state import CLOCK, HOURS, TENTHS
from metrics.period import Period
from metrics.vocabulary import Level, Module
from pages.common import duty_nights, loaders
from pages.common.page import Page
from reports.changes import DAY, Turned, turned_nights
from reports.source import DatabaseSource, Scoped, changes_between, figures_scope
from reports.views import changes

TABLES = (*MARKED, HOURS, CLOCK)


def since_yesterday(p: Page, module: Module | None = None) -> None:
    """Shows what has changed for this reader, of a subject or of all. A period that is past has no yesterday."""
    if p.view.is_past:
        return
    tables = (*TABLES, TENTHS) if module is Module.QUALITY else TABLES  # its figures grow with the clock
    found = loaders.made_soon(_parts, tables, p.filters.narrowed, module, p.filters.period, p.filters.township)
    if found is not PENDING:
        p.show(*found, key="changes")


def _parts(scope: Scope, module: Module | None, period: Period, township: str | None) -> Sequence[Any]:
    moment: datetime = loaders.moment()
    with reading_engine().connect() as connection:
        then = DatabaseSource(connection, scope, at=moment - DAY, kept=loaders.ANSWERS)
        found = changes_between(loaders.source(scope), then, connection, module, period, nights=_turned_nights)
    return changes.parts(found, township=township)


def _turned_nights(now: Scoped, night: date, before: date, area: str) -> Sequence[Turned]:
    """By itself: a petition that comes in turns no night."""
    return loaders.made_once(_nights, (*duty_nights.TABLES, HOURS), figures_scope(now.scope, Level.TOWNSHIP), night, before, area)


def _nights(scope: Scope, night: date, before: date, area: str) -> Sequence[Turned]:
    return turned_nights(loaders.source(scope), night, before, area)
