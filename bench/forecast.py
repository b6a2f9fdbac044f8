"""What the forecast of missed deadlines said in a county's past, what came true of it, and how long learning takes.

``python -m bench.forecast DAY…`` prints the tables of docs/forecast.md for the county of ``DATABASE_URL``; the weeks checked before each
day are put together, so days eight weeks apart count each week once.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from bench.results import table
from data_access.calendar import working_calendar
from data_access.engine import engine
from data_access.petition_forecast import days_open, open_on_the_eve
from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period
from metrics.petition_forecast import BANDS, CHECKED_WEEKS, Learned, learned, looked_at, past_forecasts
from metrics.vocabulary import Level
from metrics.workdays import Workdays
from reports.frames import question
from reports.source import DatabaseSource, window

Counts = dict[tuple[float, float], list[int]]


def of_day(day: date) -> tuple[Learned, pd.DataFrame, float]:
    """What was learned by the end of a day, the estimates of the weeks checked, and the seconds it took."""
    scope = Scope.operator()
    with engine().connect() as connection:
        workdays = Workdays.from_frame(working_calendar(connection))
        asked = question(DatabaseSource(connection, scope), Level.COUNTY, Period.parse(f"{day:%Y-%m}"), day)
        given, looked = replace(window(asked, Span.MOMENT), last=day, as_of=day), looked_at(day)
        begun = time.process_time()
        rows = days_open(scope, connection, replace(given, first=looked.opened_from))
        cases = open_on_the_eve(scope, connection, replace(given, first=looked.first_monday, last=looked.last_sunday))
        found = learned(rows, cases, day, workdays, given.number("petitions.warn_at"))
        taken = time.process_time() - begun
        estimates = past_forecasts(rows, cases, workdays)
    return found, estimates[estimates["monday"] > looked.last_sunday - timedelta(weeks=CHECKED_WEEKS)], taken


def in_bands(estimates: pd.DataFrame) -> Counts:
    band = pd.cut(estimates["estimate"], [*BANDS[:-1], 1.01], right=False, labels=False)
    return {(BANDS[int(place)], BANDS[int(place) + 1]): [len(group), int(group["late"].sum())] for place, group in estimates.groupby(band)}


def lines(counts: Mapping[tuple[float, float], Sequence[int]]) -> list[Sequence[str]]:
    return [(f"{low:.0%}–{high:.0%}", f"{late}/{cases}", f"{late / cases:.1%}") for (low, high), (cases, late) in sorted(counts.items())]


def main(days: Sequence[str]) -> None:
    said: Counts = defaultdict(lambda: [0, 0])
    estimated: Counts = defaultdict(lambda: [0, 0])
    hits, warned = [0, 0, 0], [0, 0]
    for day in map(date.fromisoformat, days):
        found, estimates, taken = of_day(day)
        print(f"{day}: learned in {taken:.2f} s of processor time")
        for each in found.came_true:
            said[each.low, each.high][0] += each.cases
            said[each.low, each.high][1] += each.late
        for band, counts in in_bands(estimates).items():
            estimated[band] = [a + b for a, b in zip(estimated[band], counts, strict=True)]
        hits = [a + b for a, b in zip(hits, (found.hits.named, found.hits.right, found.hits.missed), strict=True)]
        named = estimates["estimate"] >= 0.5
        warned = [a + b for a, b in zip(warned, (int(named.sum()), int((named & estimates["late"]).sum())), strict=True)]
    print(f"\nnamed {hits[0]}, of these late {hits[1]}, late in all {hits[2]}; by the estimate alone named {warned[0]}, late {warned[1]}\n")
    for title, counts in (("said", said), ("estimated", estimated)):
        print("\n".join(table((title, "late", "share"), lines(counts))), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
