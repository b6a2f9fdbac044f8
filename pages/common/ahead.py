"""What the next reader will probably ask, asked of the worker before he comes: the overview of every scope that an account has, what the
pages of the subjects show first, and the figures of 乡镇画像.

After a start with unchanged data all of it stands in the database, and asking costs a look.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from data_access import attempts
from data_access.accounts import accounts
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.freshness import fold_marks
from data_access.scope import Scope
from data_access.worker import Urgency
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, Level, Module
from pages.common import loaders
from pages.common.duty_nights import tonight
from pages.common.exceptions import fallen
from pages.common.leaderboards import card, read_and_ranked
from reports.modules import running_modules, runs
from reports.subjects import OF_THE_YEAR, OVERVIEW_RANKINGS, SUBJECTS, overview_numbers, shown_here

COUNTY_DIGITS = CODE_LENGTHS[Level.COUNTY]
AHEAD: dict[str, tuple[PeriodKind, ...]] = {"off": (), "month": (PeriodKind.MONTH,), "year": (PeriodKind.MONTH, PeriodKind.YEAR)}
"""What ``BOARD_WARM`` asks for; the year is the default."""


def keep_looking(stop: threading.Event) -> None:
    """Work of the server (``server.py``), until it is told to stop: new states are looked for, and what the next reader will ask is
    asked every minute."""
    loaders.FRESHNESS.keep_looking(stop, Ahead())


class Ahead:
    """Asks every minute what the overview shows of the running month, in every scope, and once a day everything."""

    def __init__(self) -> None:
        self._asked_on: date | None = None

    def __call__(self) -> None:
        """Put it into the worker's queue, the running month first; what stands there already is not put twice."""
        today, kinds = loaders.today(), AHEAD.get(os.environ.get("BOARD_WARM", ""), AHEAD["year"])
        with engine().connect() as connection:
            areas = dict.fromkeys(accounts(Scope(may_administer=True), connection)["area_prefix"])
        scopes = [Scope(area=area) for area in areas]
        for period in (Period.holding(kind, today) for kind in kinds[:1]):
            for scope in scopes:
                _ask(overview_work(scope, period, today))
        if today == self._asked_on:
            return
        self._asked_on = today
        loaders.WORKER.ask("pruned", partial(loaders.ANSWERS.pruned, today), Urgency.AHEAD)
        loaders.WORKER.ask("attempts", partial(attempts.pruned, engine(), beijing_now()), Urgency.AHEAD)
        loaders.WORKER.ask("folded", partial(fold_marks, engine(), today), Urgency.AHEAD)
        counties = [Scope(area=area) for area in dict.fromkeys((area or "")[:COUNTY_DIGITS] for area in areas)]
        for period in (Period.holding(kind, today) for kind in kinds):
            for scope in scopes:
                _ask(overview_work(scope, period, today))
                _ask(subjects_work(scope, period, today))
            for scope in counties:
                _ask(profiles_work(scope, period, today))


def _ask(work: Iterator[partial[Any]]) -> None:
    for each in work:
        loaders.WORKER.ask(("ahead", repr(each)), each, Urgency.AHEAD)


def overview_work(scope: Scope, period: Period, as_of: date) -> Iterator[partial[Any]]:
    """What the overview shows of a period."""
    if Module.DUTY in running_modules():
        yield partial(tonight, scope, as_of)
    yield partial(fallen, scope, Period.holding(PeriodKind.WEEK, as_of), as_of)
    for indicator_id in overview_numbers():
        yield partial(card, scope, indicator_id, period, as_of)
    year = Period.holding(PeriodKind.YEAR, period.representative)
    for indicator_id in shown_here(OVERVIEW_RANKINGS):
        shown = year if REGISTRY[indicator_id].module in OF_THE_YEAR else period
        yield partial(read_and_ranked, scope, indicator_id, Level.TOWNSHIP, shown, as_of)


def subjects_work(scope: Scope, period: Period, as_of: date) -> Iterator[partial[Any]]:
    """What the pages of the subjects show first: their headline numbers and their first rankings."""
    for module in sorted(running_modules() & set(SUBJECTS)):
        subject = SUBJECTS[module]
        for indicator_id in subject.headlines:
            yield partial(card, scope, indicator_id, period, as_of)
        for indicator_id in next(iter(subject.rankings.values())):
            yield partial(read_and_ranked, scope, indicator_id, Level.TOWNSHIP, period, as_of)


def profiles_work(scope: Scope, period: Period, as_of: date) -> Iterator[partial[Any]]:
    """What 乡镇画像 and the village's page ask: every indicator, beside the unit above."""
    for entry in REGISTRY.values():
        if runs(entry):
            for level in (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE):
                if level in entry.levels:
                    yield partial(loaders.frame, scope, entry.id, level, period, as_of)
