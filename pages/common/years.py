"""The years that a captain's page and the annual selection can be asked for."""

from __future__ import annotations

from datetime import date

FIRST_YEAR = 2024


def year_choices(today: date) -> list[int]:
    """The running year first."""
    return list(range(today.year, FIRST_YEAR - 1, -1))
