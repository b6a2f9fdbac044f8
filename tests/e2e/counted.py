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
    today = loaders.today()
    asked = Scope(area=""), Period.holding(PeriodKind.MONTH, today), today  # what the county's accounts see of this month
    match sys.argv[1]:
        case "figures":
            for work in chain(ahead.overview_work(*asked), ahead.subjects_work(*asked), ahead.profiles_work(*asked)):
                work()
        case "lines":
            trends.lines_of(*asked)
