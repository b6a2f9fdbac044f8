"""A captain's year month by month from the captain's own rows: what was due, what was done. The year's sum is what 年度评选 counts.

Each figure stands in the month its rule looks at: a deadline in the month it falls in, a dispatch in the month it was made, a big
matter in the month it was opened, an entry in the month of the visit or meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import pandas as pd

from metrics.period import Period
from metrics.small_cells import is_small
from metrics.vocabulary import LEFT_OUT, MarkKind, Outcome, Role, Size
from metrics.wording import is_missing

COLUMNS = ["item", "month", "k", "n"]
VISITS, WORK = ("key_visits", "ordinary_visits"), ("accept_on_time", "in_time")
ITEMS = {
    Role.CELL_CAPTAIN: (*VISITS, "heart_talks", "closed_on_time", *WORK),
    Role.GROUP_CAPTAIN: (*VISITS, "closed_on_time", "big_resolved", *WORK),
    Role.PATCH_CAPTAIN: (*VISITS, "weekly", "monthly", "closed_on_time", "hard_resolved", *WORK),
}
"""What a captain's year is shown by, by role."""
QUARTERLY = ("ordinary_visits", "heart_talks")
SUMS = {"visits": VISITS, "meetings": ("weekly", "monthly")}
"""Items of the score that are sums of items; the others are an item of their own."""


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
    if not left_out and row["past"] and first <= row["due"] <= last:
        month, kept = month_of(row["due"]), bool(resolved and row["in_time"])
        found.append(("closed_on_time", month, kept))
        if row["size"] == Size.SMALL:
            found.append(("small_on_time", month, kept))
        elif row["size"] == Size.HARD:
            found.append(("hard_resolved", month, bool(kept or row["escalated"])))
    opened = row["opened_at"].date()
    settled = not is_missing(row["ended_at"]) or row["past"]
    if not left_out and row["size"] == Size.BIG and first <= opened <= last and settled:
        found.append(("big_resolved", month_of(opened), bool(resolved)))
    if not is_missing(row["dispatched_at"]) and row["accept_past"] == 1:  # missing where nothing was ever dispatched
        dispatched = row["dispatched_at"].date()
        if first <= dispatched <= last:
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


# --- the year -------------------------------------------------------------------------------------------------------


def posts_held(posts: pd.DataFrame, day: date) -> list[dict[Any, Any]]:
    """The posts held on a day, each unit once. ``posts``: see ``captain_lists.captain_posts_of``."""
    found: dict[str, dict[Any, Any]] = {}
    for post in posts.to_dict("records"):
        begun = is_missing(post["valid_from"]) or post["valid_from"] <= day
        if begun and (is_missing(post["valid_to"]) or post["valid_to"] >= day):
            found.setdefault(str(post["code"]), post)
    return list(found.values())


def due_by_month(due: pd.DataFrame, last: date, over: date | None = None) -> pd.DataFrame:
    """What was due in all posts by item and slot, each in its month: a week in its Thursday's, a quarter in its last, a running one in
    that of ``last``.

    ``due``: item, slot, k, n (see ``captain_lists.captain_due``); ``over``: the last day that is over, where that is not ``last`` itself.
    Columns: item, slot, k, n, month, running.
    """
    sums = due.groupby(["item", "slot"], sort=False)[["k", "n"]].sum().reset_index()
    days = [_counted_on(slot) for slot in sums["slot"]]
    sums["month"] = [month_of(min(day, last)) for day in days]
    sums["running"] = pd.Series([day > (over or last) for day in days], dtype="bool")
    return sums


def _counted_on(slot: str) -> date:
    """The last day of a month or quarter, the Thursday of a week."""
    is_week = "-" in slot.partition("-")[2]  # named by its Monday, the others 2026-10 and 2026-Q4
    return date.fromisoformat(slot) + timedelta(days=3) if is_week else Period.parse(slot).last


class Share(NamedTuple):
    """k of n; nothing was due where n is 0. ``running``: the month or quarter is not over, so that it is progress only."""

    k: int
    n: int
    running: bool = False


@dataclass(frozen=True)
class CaptainYear:
    """A captain's year as of ``last``. ``due``: see :func:`due_by_month`; ``done``: see :func:`month_figures`; the rows as
    ``data_access.captain_year`` and ``captain_lists`` have them; ``answers``: how many, their points together, how many from elsewhere."""

    year: int
    role: Role
    due: pd.DataFrame
    done: pd.DataFrame
    handled: pd.DataFrame
    ratings: pd.DataFrame
    absences: pd.DataFrame
    trainings: pd.DataFrame
    marks: pd.DataFrame
    answers: tuple[int, int, int]
    last: date
    masked: bool = False
    """The reader may see no names: what few citizens said is not told, and of a month, which could be taken from the year, never."""

    @property
    def items(self) -> tuple[str, ...]:
        return ITEMS[self.role]

    @property
    def months(self) -> list[Period]:
        """The months that have begun, newest first."""
        return [Period.parse(f"{self.year}-{number:02d}") for number in range(self.last.month, 0, -1)]

    def total(self, item: str) -> Share:
        """Of the year as the score counts it: complete months, quarters and weeks; petitions and entries up to ``last``."""
        parts = SUMS.get(item, (item,))
        due = self.due[self.due["item"].isin(parts) & ~self.due["running"].astype(bool)]
        done = self.done[self.done["item"].isin(parts)]
        return Share(int(due["k"].sum() + done["k"].sum()), int(due["n"].sum() + done["n"].sum()))

    def of_month(self, item: str, month: Period) -> Share:
        """Of one month; what is due by quarter stands in the quarter's last month, or the running one."""
        rows = self.due[(self.due["item"] == item) & (self.due["month"] == month.text)]
        if rows.empty:
            rows = self.done[(self.done["item"] == item) & (self.done["month"] == month.text)].assign(running=False)
        counted = rows[~rows["running"].astype(bool)]
        shown = rows if counted.empty else counted
        return Share(int(shown["k"].sum()), int(shown["n"].sum()), running=counted.empty and not rows.empty)

    def ratings_of(self, month: Period | None = None) -> list[dict[Any, Any]]:
        """The ratings of a month, or all of them."""
        return [row for row in self.ratings.to_dict("records") if month is None or month_of(row["rated_at"]) == month.text]

    def stars(self, month: Period | None = None) -> tuple[int, int]:
        """How many ratings, and their stars together."""
        found = stars_by_month(self.ratings)
        if month is not None:
            return found.get(month.text, (0, 0))
        return sum(count for count, _ in found.values()), sum(stars for _, stars in found.values())

    def told_stars(self, month: Period | None = None) -> tuple[int, int | None]:
        """The same, the stars None where they are not told."""
        count, stars = self.stars(month)
        return count, None if self.masked and (month is not None or is_small(count)) else stars

    def told_answers(self) -> tuple[int, int | None, int]:
        """The survey's answers of own households, their points (None where not told), and how many answers came from elsewhere."""
        answers, points, outside = self.answers
        return answers, None if self.masked and is_small(answers) else points, outside

    def counted_in(self, petition: dict[Any, Any], month: Period) -> list[tuple[str, bool]]:
        """Which figures of a month a petition counts in, and whether as done."""
        items = counted_items(petition, date(self.year, 1, 1), self.last)
        return [(item, done) for item, counted, done in items if counted == month.text]

    @property
    def bonus(self) -> float:
        """Points of the proven bonuses together, before the most that is given."""
        return sum(float(row["points"]) for row in self.marks.to_dict("records") if is_proven_bonus(row))


def is_proven_bonus(row: dict[Any, Any]) -> bool:
    """Only a bonus with evidence counts."""
    proven = isinstance(row["evidence"], str) and bool(row["evidence"].strip())
    return row["kind"] == MarkKind.BONUS and not is_missing(row["points"]) and proven
