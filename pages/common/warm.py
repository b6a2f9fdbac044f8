"""Fills the caches before the first reader comes: the overview of every scope that an account has.

A background thread of the server. It asks the loaders the very questions the overview asks; what it computes is what the
first reader would have waited for. It starts again when the day changes.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
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
PERIOD_BOARDS = ("duty.night_compliance", "petitions.closed_on_time")
YEARLY_BOARDS = ("captains.key_visits",)
PAGE_BOARDS = (
    *(f"nights.{name}" for name in ("township_visits", "village_visits", "study_weeks", "talk_weeks")),
    *(f"reception.{name}" for name in ("kept", "leader_weeks", "desk_days", "resolved")),
    *(f"petitions.{name}" for name in ("dispatch_on_time", "accept_on_time", "response")),
    *(f"captains.{name}" for name in ("key_visits", "ordinary_visits", "coverage", "cell_size", "training", "cards")),
)
"""The rankings that 三夜, 接待, 诉求 and 三长 show first."""
PAGE_CARDS = (
    *(f"nights.{name}" for name in ("township_visits", "village_visits", "study_weeks", "talk_weeks", "on_the_spot", "measures_done")),
    *(f"reception.{name}" for name in ("kept", "leader_weeks", "desk_days", "resolved")),
    *(f"petitions.{name}" for name in ("open", "overdue", "backlog", "closed_on_time", "resolved")),
    "satisfaction.callback",
    *(f"captains.{name}" for name in ("key_visits", "ordinary_visits", "meetings", "coverage", "training", "cards")),
)
"""The headline numbers of these pages."""
COUNTY_DIGITS = CODE_LENGTHS[Level.COUNTY]
CHECK_SECONDS = 60
WARMED: dict[str, tuple[PeriodKind, ...]] = {"off": (), "month": (PeriodKind.MONTH,), "year": (PeriodKind.MONTH, PeriodKind.YEAR)}
"""What ``BOARD_WARM`` asks for; the year is the default."""


def keep_warm() -> None:
    """Does not return, unless ``BOARD_WARM`` is off; ``pages.common.serve`` runs it in a thread of the server.

    Once a day everything, the running month first; every minute the overview of the running month, which costs nothing while no data
    have changed.
    """
    kinds = WARMED.get(os.environ.get("BOARD_WARM", ""), WARMED["year"])
    warmed: date | None = None
    while kinds:
        try:
            today = loaders.today()
            with engine().connect() as connection:
                known = accounts(Scope(may_administer=True), connection)
            scopes = [Scope(area=area) for area in dict.fromkeys(known["area_prefix"])]
            periods = [Period.holding(kind, today) for kind in kinds]
            for scope in scopes:
                warm_overview(scope, periods[0], today)
            if today != warmed:
                for period in periods:
                    for scope in scopes:
                        warm_overview(scope, period, today)
                        warm_boards(scope, period, today)
                    for area in dict.fromkeys((scope.area or "")[:COUNTY_DIGITS] for scope in scopes):
                        warm_profiles(Scope(area=area), period, today)
                warmed = today
        except Exception as problem:  # a reader would see the same and be told; the server must go on
            LOG.warning("cache not warmed: %s", problem)
        time.sleep(CHECK_SECONDS)


def in_turn(make: Callable[..., object], *question: object) -> None:
    """Compute one thing, then leave the processor to readers for as long as it took."""
    began = time.monotonic()
    make(*question)
    time.sleep(min(1.0, time.monotonic() - began))


def warm_overview(scope: Scope, period: Period, as_of: date) -> None:
    """What the overview shows of a period."""
    modules, top = enabled_modules(), whole_level(scope)
    if "duty" in modules:
        in_turn(tonight, scope, as_of)
    in_turn(fallen, scope, as_of)
    for indicator_id in headline_ids():
        if top in REGISTRY[indicator_id].levels:
            in_turn(headline, scope, indicator_id, top, period, as_of)
    year = Period.holding(PeriodKind.YEAR, period.representative)
    for indicator_id, shown in [*((each, period) for each in PERIOD_BOARDS), *((each, year) for each in YEARLY_BOARDS)]:
        if module_page(indicator_id)[0] in modules:
            in_turn(ranking, scope, indicator_id, Level.TOWNSHIP, shown, as_of)


def warm_boards(scope: Scope, period: Period, as_of: date) -> None:
    """What the pages beside the overview show first."""
    top = whole_level(scope)
    for indicator_id in PAGE_CARDS:
        if module_page(indicator_id)[0] in enabled_modules() and top in REGISTRY[indicator_id].levels:
            in_turn(headline, scope, indicator_id, top, period, as_of)
    for indicator_id in PAGE_BOARDS:
        if module_page(indicator_id)[0] in enabled_modules():
            in_turn(ranking, scope, indicator_id, Level.TOWNSHIP, period, as_of)


def warm_profiles(scope: Scope, period: Period, as_of: date) -> None:
    """What 乡镇画像 and the village's page ask: every indicator, beside the unit above."""
    for entry in REGISTRY.values():
        if module_page(entry.id)[0] in enabled_modules() | {"quality"}:
            for level in {Level.TOWNSHIP, Level.VILLAGE} & set(entry.levels):
                in_turn(loaders.frame, scope, entry.id, level, period, as_of)
            for level in {Level.COUNTY, Level.TOWNSHIP} & set(entry.levels):
                in_turn(loaders.past_frame, scope, entry.id, level, period, as_of)
