"""``python -m tests.e2e.counted PART``: counts half of what most browser tests look at first and keeps it in the database, as a board would
for its first readers."""

from __future__ import annotations

import sys
from itertools import chain

from data_access.scope import Scope
from metrics.period import Period, PeriodKind
from pages.common import ahead, loaders
from pages.township import trends

if __name__ == "__main__":
    county, today = Scope(area=""), loaders.today()  # what the county's accounts see
    month, year = ((county, Period.holding(kind, today), today) for kind in (PeriodKind.MONTH, PeriodKind.YEAR))
    match sys.argv[1]:
        case "figures":
            for work in chain(ahead.overview_work(*month), ahead.subjects_work(*month), ahead.profiles_work(*month)):
                work()
            for work in ahead.overview_work(*year):
                work()
        case "lines":
            trends.lines_of(*month)
            trends.lines_of(*year)
