"""Where the 数据 page takes its figures from: bursts and copied notes are sought in every row, so all are at most ten minutes old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data_access.scope import Scope
from metrics.definition import Indicator, rolled_up
from metrics.period import Period
from metrics.ranking import judged
from metrics.vocabulary import Level, Measure
from pages.common import loaders
from reports.frames import question


@dataclass(frozen=True)
class TenMinuteSource(loaders.CachedSource):
    """A page's source whose figures about the asked period may be as old as those about the periods before it."""

    def frame(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        if entry.measure is Measure.RATE and level is Level.COUNTY:  # Σk/Σn of the townships already asked for
            asked = question(self, level, period, as_of)
            figure = rolled_up(self.frame(entry, Level.TOWNSHIP, period, as_of), level)
            return judged(figure, self.units(asked), entry, asked)
        return self.past(entry, level, period, as_of)

    def past(self, entry: Indicator, level: Level, period: Period, as_of: date) -> pd.DataFrame:
        return loaders.past_frame(self.scope, entry.id, level, period, as_of)


def source_of(scope: Scope) -> TenMinuteSource:
    """The source of what a scope holds."""
    given = loaders.source(scope)
    return TenMinuteSource(given.scope, given.rules, given.clock)
