"""Fills the caches before the first reader comes: the overview of every scope that an account has.

A background thread of the server. It asks the loaders the very questions the overview asks; what it computes is what the
first reader would have waited for. It starts again when the day changes.
"""

from __future__ import annotations

import logging
import time
from datetime import date

from data_access.accounts import accounts
from data_access.engine import engine
from data_access.scope import Scope
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Level
from pages.common import loaders
from pages.common.boards import headline, headline_ids, module_page, ranking, whole_level
from pages.common.exceptions import fallen
from pages.common.navigation import enabled_modules
from pages.common.tonight import tonight

LOG = logging.getLogger(__name__)
MONTHLY_BOARDS = ("duty.night_compliance", "petitions.closed_on_time")
YEARLY_BOARDS = ("captains.key_visits",)
PAGE_BOARDS = (
    *(f"nights.{name}" for name in ("township_visits", "village_visits", "study_weeks", "talk_weeks", "on_the_spot", "measures_done")),
    *(f"reception.{name}" for name in ("kept", "leader_weeks", "desk_days", "resolved")),
)
"""What the pages 三夜 and 接待 show first: a card of twelve months and a ranking each."""
COUNTY_DIGITS = CODE_LENGTHS[Level.COUNTY]
CHECK_SECONDS = 60


def keep_warm() -> None:
    """Never returns; ``pages.common.serve`` runs it in a thread of the server."""
    warmed: date | None = None
    while True:
        if loaders.today() != warmed:
            try:
                with engine().connect() as connection:
                    known = accounts(Scope(may_administer=True), connection)
                scopes = [Scope(area=area) for area in dict.fromkeys(known["area_prefix"])]
                for scope in scopes:
                    warm_overview(scope, loaders.today())
                for scope in scopes:
                    warm_boards(scope, loaders.today())
                for area in dict.fromkeys((scope.area or "")[:COUNTY_DIGITS] for scope in scopes):
                    warm_profiles(Scope(area=area), loaders.today())
                warmed = loaders.today()
            except Exception as problem:  # a reader would see the same and be told; the server must go on
                LOG.warning("cache not warmed: %s", problem)
        time.sleep(CHECK_SECONDS)


def warm_overview(scope: Scope, as_of: date) -> None:
    """What the overview shows of the running month and year."""
    month, year = (Period.holding(kind, as_of) for kind in (PeriodKind.MONTH, PeriodKind.YEAR))
    modules, top = enabled_modules(), whole_level(scope)
    if "duty" in modules:
        tonight(scope, as_of)
    fallen(scope, as_of)
    for indicator_id in headline_ids():
        if top in REGISTRY[indicator_id].levels:
            headline(scope, indicator_id, top, month, as_of)
    for indicator_id, period in [*((each, month) for each in MONTHLY_BOARDS), *((each, year) for each in YEARLY_BOARDS)]:
        if module_page(indicator_id)[0] in modules:
            ranking(scope, indicator_id, Level.TOWNSHIP, period, as_of)


def warm_boards(scope: Scope, as_of: date) -> None:
    """What the pages beside the overview show first, for the running month."""
    month, top = Period.holding(PeriodKind.MONTH, as_of), whole_level(scope)
    for indicator_id in PAGE_BOARDS:
        if module_page(indicator_id)[0] in enabled_modules():
            if top in REGISTRY[indicator_id].levels:
                headline(scope, indicator_id, top, month, as_of)
            ranking(scope, indicator_id, Level.TOWNSHIP, month, as_of)


def warm_profiles(scope: Scope, as_of: date) -> None:
    """Ask the loaders what 乡镇画像 and the village's page ask: every indicator of the running month, beside the unit above."""
    month = Period.holding(PeriodKind.MONTH, as_of)
    for entry in REGISTRY.values():
        if module_page(entry.id)[0] in enabled_modules() | {"quality"}:
            for level in {Level.TOWNSHIP, Level.VILLAGE} & set(entry.levels):
                loaders.frame(scope, entry.id, level, month, as_of)
            for level in {Level.COUNTY, Level.TOWNSHIP} & set(entry.levels):
                loaders.past_frame(scope, entry.id, level, month, as_of)
