"""Fills the caches before the first reader comes: the overview of every scope that an account has.

A background thread of the server. It asks what the pages ask, by the table of subjects; what it computes is what the first reader would
have waited for. It starts again when the day changes.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import date

from data_access.accounts import accounts
from data_access.engine import engine
from data_access.scope import Scope
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Level, Module
from pages.common import loaders
from pages.common.duty_nights import tonight
from pages.common.exceptions import fallen
from pages.common.leaderboards import card, leaderboard
from reports.modules import running_modules, runs
from reports.subjects import OF_THE_YEAR, OVERVIEW_RANKINGS, SUBJECTS, overview_numbers, shown_here

LOG = logging.getLogger(__name__)
COUNTY_DIGITS = CODE_LENGTHS[Level.COUNTY]
CHECK_SECONDS = 60
WARMED: dict[str, tuple[PeriodKind, ...]] = {"off": (), "month": (PeriodKind.MONTH,), "year": (PeriodKind.MONTH, PeriodKind.YEAR)}
"""What ``BOARD_WARM`` asks for; the year is the default."""


def keep_warm(stop: threading.Event) -> None:
    """Work of the server (``server.py``), until it is told to stop; none if ``BOARD_WARM`` is off.

    Once a day everything, the running month first; every minute the overview of the running month, which costs nothing while no data
    have changed.
    """
    kinds = WARMED.get(os.environ.get("BOARD_WARM", ""), WARMED["year"])
    warmed: date | None = None
    while kinds and not stop.is_set():
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
                        warm_subjects(scope, period, today)
                    for area in dict.fromkeys((scope.area or "")[:COUNTY_DIGITS] for scope in scopes):
                        warm_profiles(Scope(area=area), period, today)
                warmed = today
        except Exception as problem:  # a reader would see the same and be told; the server must go on
            LOG.warning("cache not warmed: %s", problem)
        stop.wait(CHECK_SECONDS)


def in_turn(make: Callable[..., object], *question: object) -> None:
    """Compute one thing, then leave the processor to readers for as long as it took."""
    began = time.monotonic()
    make(*question)
    time.sleep(min(1.0, time.monotonic() - began))


def warm_numbers(scope: Scope, indicator_ids: list[str], period: Period, as_of: date) -> None:
    """Headline numbers of everything in a scope."""
    for indicator_id in indicator_ids:
        in_turn(card, scope, indicator_id, period, as_of)


def warm_overview(scope: Scope, period: Period, as_of: date) -> None:
    """What the overview shows of a period."""
    if Module.DUTY in running_modules():
        in_turn(tonight, scope, as_of)
    in_turn(fallen, scope, Period.holding(PeriodKind.WEEK, as_of), as_of)
    warm_numbers(scope, overview_numbers(), period, as_of)
    year = Period.holding(PeriodKind.YEAR, period.representative)
    for indicator_id in shown_here(OVERVIEW_RANKINGS):
        shown = year if REGISTRY[indicator_id].module in OF_THE_YEAR else period
        in_turn(leaderboard, scope, indicator_id, Level.TOWNSHIP, shown, as_of)


def warm_subjects(scope: Scope, period: Period, as_of: date) -> None:
    """What the pages of the subjects show first: their headline numbers and their first rankings. 数据 looks into every row: not ahead."""
    for module in running_modules() & set(SUBJECTS) - {Module.QUALITY}:
        subject = SUBJECTS[module]
        warm_numbers(scope, list(subject.headlines), period, as_of)
        for indicator_id in next(iter(subject.rankings.values())):
            in_turn(leaderboard, scope, indicator_id, Level.TOWNSHIP, period, as_of)


def warm_profiles(scope: Scope, period: Period, as_of: date) -> None:
    """What 乡镇画像 and the village's page ask: every indicator, beside the unit above."""
    for entry in REGISTRY.values():
        if runs(entry):
            for level in {Level.TOWNSHIP, Level.VILLAGE} & set(entry.levels):
                in_turn(loaders.frame, scope, entry.id, level, period, as_of)
            for level in {Level.COUNTY, Level.TOWNSHIP} & set(entry.levels):
                in_turn(loaders.past_frame, scope, entry.id, level, period, as_of)
