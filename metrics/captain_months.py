"""A captain's year month by month from the captain's own rows: what was due, what was done. The year's sum is what 年度评选 counts.

Each figure stands in the month its rule looks at: a deadline in the month it falls in, a dispatch in the month it was made, a big
matter in the month it was opened, an entry in the month of the visit or meeting.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from metrics.vocabulary import LEFT_OUT, Outcome, Size
from metrics.wording import is_missing

COLUMNS = ["item", "month", "k", "n"]


def month_of(day: date | datetime) -> str:
    return f"{day:%Y-%m}"


def entered_in_time(happened: date, recorded: datetime | None, hours: float) -> bool:
    """Whether a row was entered within so many hours of the end of its day; a row without a time of entry is not known to be."""
    if recorded is None or is_missing(recorded):
        return False
    return recorded < datetime.combine(happened + timedelta(days=1), time()) + timedelta(hours=hours)


def counted_items(row: dict[Any, Any], first: date, last: date) -> list[tuple[str, str, bool]]:
    """What one petition counts in, between two days: (item, month, done). ``row`` as of ``last``: see ``captain_year.handled_of``.

    closed_on_time and, of its size, small_on_time or hard_resolved; big_resolved; accept_on_time.
    """
    found: list[tuple[str, str, bool]] = []
    left_out = not is_missing(row["outcome"]) and row["outcome"] in LEFT_OUT
    resolved = row["outcome"] == Outcome.RESOLVED
    if not left_out and not is_missing(row["due"]) and first <= row["due"] <= last:
        month, kept = month_of(row["due"]), bool(resolved and row["in_time"])
        found.append(("closed_on_time", month, kept))
        if row["size"] == Size.SMALL:
            found.append(("small_on_time", month, kept))
        elif row["size"] == Size.HARD:
            found.append(("hard_resolved", month, bool(kept or row["escalated"])))
    opened = row["opened_at"].date()
    settled = not is_missing(row["ended_at"]) or (not is_missing(row["due"]) and row["due"] <= last)
    if not left_out and row["size"] == Size.BIG and first <= opened <= last and settled:
        found.append(("big_resolved", month_of(opened), bool(resolved)))
    if not (is_missing(row["dispatched_at"]) or is_missing(row["accept_due"])):
        dispatched = row["dispatched_at"].date()
        if first <= dispatched <= last and row["accept_due"] <= last:
            found.append(("accept_on_time", month_of(dispatched), bool(row["accepted_in_time"])))
    return found


def month_figures(handled: pd.DataFrame, entries: pd.DataFrame, first: date, last: date, entry_hours: float) -> pd.DataFrame:
    """k and n by item and month, of petitions handled and rows entered. Columns: item, month, k, n; months without any have no row."""
    rows = [each for row in handled.to_dict("records") for each in counted_items(row, first, last)]
    for row in entries.to_dict("records"):
        rows.append(("in_time", month_of(row["day"]), entered_in_time(row["day"], row["recorded_at"], entry_hours)))
    found = pd.DataFrame(rows, columns=["item", "month", "done"])
    sums = found.groupby(["item", "month"])["done"].agg(["sum", "count"]).reset_index()
    return sums.set_axis(COLUMNS, axis=1).astype({"k": "int64", "n": "int64"})


def stars_by_month(ratings: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Month → (how many ratings, their stars together)."""
    found: dict[str, tuple[int, int]] = {}
    for row in ratings.to_dict("records"):
        count, stars = found.get(month_of(row["rated_at"]), (0, 0))
        found[month_of(row["rated_at"])] = (count + 1, stars + int(row["stars"]))
    return found


def days_away(absences: pd.DataFrame, first: date, last: date) -> int:
    """Civil days from first to last covered by any leave, each once."""
    days: set[date] = set()
    for row in absences.to_dict("records"):
        begin = first if is_missing(row["first_day"]) else max(row["first_day"], first)
        end = last if is_missing(row["last_day"]) else min(row["last_day"], last)
        days |= {begin + timedelta(days=number) for number in range((end - begin).days + 1)}
    return len(days)
