"""The years that a captain's page and the annual selection can be asked for."""

from __future__ import annotations

from datetime import date

from data_access.scope import Scope
from pages.common.contents import contents_for
from pages.common.filters import MOST_YEARS


def year_choices(scope: Scope, today: date) -> list[int]:
    """The running year first, back to that of the county's first record."""
    first = contents_for(scope).earliest or today
    return list(range(today.year, max(min(first.year, today.year), today.year - MOST_YEARS + 1) - 1, -1))
