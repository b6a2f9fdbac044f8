"""The slow, obvious count of 诉求 and 满意度: one petition at a time, from the words of docs/indicators, sharing nothing with the SQL.

A petition is a plain dict of its columns with two lists, ``events`` and ``ratings``. A moment is the last second of a day
unless one is given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from statistics import median

from data_access.calendar import calendar_days

CALENDAR = {row["day"]: bool(row["is_workday"]) for row in calendar_days(2025, 2026)}
LEFT_OUT = ("withdrawn", "transferred", "not_accepted")
WORKING_DAYS = {"small": 3, "big": 7, "hard": 15}


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


def working_day_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        if CALENDAR[day]:
            count -= 1
    return day


def deadline(petition: dict) -> datetime:
    if petition["extended_to"]:
        return petition["extended_to"]
    if petition["due_at"]:
        return petition["due_at"]
    opened = petition["opened_at"].date()
    if petition["is_xinfang"]:
        return end_of(opened + timedelta(days=60))
    if petition["size"] not in WORKING_DAYS:
        return datetime.max
    return end_of(working_day_after(opened, WORKING_DAYS[petition["size"]]))


class Asked:
    """A period cut at as-of, and what is known of a petition then."""

    def __init__(self, first: date, last: date, as_of: date, now: datetime | None = None) -> None:
        self.first, self.last, self.as_of = first, min(last, as_of), as_of
        self.now = now or end_of(as_of)
        self.moment = min(end_of(self.last), self.now)

    def within(self, at: datetime | None) -> bool:
        return at is not None and self.first <= at.date() <= self.last and at <= self.now

    def known(self, at: datetime | None) -> datetime | None:
        return at if at is not None and at <= self.now else None

    def outcome(self, petition: dict) -> str | None:
        return petition["outcome"] if self.known(petition["ended_at"]) else None


Parts = tuple[bool, bool] | None
"""Whether it counts in k and in n; None: in neither."""


def dispatch_on_time(p: dict, q: Asked) -> Parts:
    due = end_of(working_day_after(p["opened_at"].date(), 1))
    if not q.within(p["opened_at"]) or due > q.now:
        return None
    ended, dispatched = q.known(p["ended_at"]), q.known(p["dispatched_at"])
    if ended and not (dispatched and dispatched <= ended):
        return None
    return dispatched is not None and dispatched <= due, True


def accept_on_time(p: dict, q: Asked) -> Parts:
    if not q.within(p["dispatched_at"]):
        return None
    due = end_of(working_day_after(p["dispatched_at"].date(), 1))
    if due > q.now:
        return None
    return p["accepted_at"] is not None and p["accepted_at"] <= due, True


def response(p: dict, q: Asked) -> Parts:
    if not q.within(p["dispatched_at"]) or p["dispatched_at"] + timedelta(hours=24) > q.now:
        return None
    return p["contacted_at"] is not None and p["contacted_at"] - p["dispatched_at"] <= timedelta(hours=24), True


def closed_on_time(p: dict, q: Asked) -> Parts:
    due = deadline(p)
    if not q.within(due) or due > q.now or q.outcome(p) in LEFT_OUT:
        return None
    return q.outcome(p) == "resolved" and p["ended_at"] <= due, True


def resolved(p: dict, q: Asked) -> Parts:
    settled = deadline(p) <= q.now or q.known(p["ended_at"])
    if not q.within(p["opened_at"]) or not settled or q.outcome(p) in LEFT_OUT:
        return None
    return q.outcome(p) == "resolved", True


def disputes_resolved(p: dict, q: Asked) -> Parts:
    return resolved(p, q) if p["is_dispute"] else None


def is_open(p: dict, q: Asked) -> bool:
    return p["opened_at"] <= q.moment and (p["ended_at"] is None or p["ended_at"] > q.moment)


def open_(p: dict, q: Asked) -> Parts:
    return (True, False) if is_open(p, q) else None


def overdue(p: dict, q: Asked) -> Parts:
    return (deadline(p) <= q.moment, True) if is_open(p, q) else None


def backlog(p: dict, q: Asked) -> Parts:
    return (q.moment - p["opened_at"] >= timedelta(days=90), True) if is_open(p, q) else None


def resolved_within(p: dict, q: Asked) -> bool:
    return p["outcome"] == "resolved" and q.within(p["ended_at"])


def level_closed(p: dict, q: Asked) -> Parts:
    return (p["level"] in ("cell", "group", "patch", "village"), True) if resolved_within(p, q) else None


def repeat(p: dict, q: Asked) -> Parts:
    return (p["repeat_of"] is not None, True) if q.within(p["opened_at"]) else None


def returned(p: dict, q: Asked) -> Parts:
    return ((p["returned"] or 0) >= 1, True) if q.within(p["dispatched_at"]) else None


def proper_closure(p: dict, q: Asked) -> Parts:
    closed = p["closed_at"]
    if not q.within(closed):
        return None
    rated = any(not rating["independent"] and rating["rated_at"] <= closed for rating in p["ratings"])
    followed = p["followed_up_at"] is not None and p["followed_up_at"] <= closed
    return bool(p["evidence_on_file"]) and followed and rated, True


def reopened(p: dict, q: Asked) -> Parts:
    again = any(event["kind"] == "reopen" and q.within(event["at"]) for event in p["events"])
    return (again, True) if again or resolved_within(p, q) else None


def notified(p: dict, q: Asked) -> Parts:
    due = end_of(p["opened_at"].date() + timedelta(days=15))
    if not p["is_xinfang"] or not q.within(p["opened_at"]) or due > q.now:
        return None
    return p["notified_at"] is not None and p["notified_at"] <= due, True


def mass(p: dict, q: Asked) -> Parts:
    return (True, False) if q.within(p["opened_at"]) and (p["is_group"] or p["skip_level"]) else None


def rating_response(p: dict, q: Asked) -> Parts:
    if not resolved_within(p, q):
        return None
    return any(not rating["independent"] and rating["rated_at"] <= q.now for rating in p["ratings"]), True


BY_PETITION: dict[str, Callable[[dict, Asked], Parts]] = {
    "petitions.dispatch_on_time": dispatch_on_time,
    "petitions.accept_on_time": accept_on_time,
    "petitions.response": response,
    "petitions.closed_on_time": closed_on_time,
    "petitions.resolved": resolved,
    "petitions.disputes_resolved": disputes_resolved,
    "petitions.open": open_,
    "petitions.overdue": overdue,
    "petitions.level_closed": level_closed,
    "petitions.repeat": repeat,
    "petitions.returned": returned,
    "petitions.proper_closure": proper_closure,
    "petitions.reopened": reopened,
    "petitions.backlog": backlog,
    "petitions.notified": notified,
    "petitions.mass": mass,
    "satisfaction.response": rating_response,
}


def counted(petitions: list[dict], indicator_id: str, q: Asked, unit: Callable[[dict], str | None]) -> dict[str, tuple[int, int]]:
    """k and n by unit."""
    result: dict[str, tuple[int, int]] = {}
    for petition in petitions:
        code, parts = unit(petition), BY_PETITION[indicator_id](petition, q)
        if code is not None and parts is not None:
            k, n = result.get(code, (0, 0))
            result[code] = (k + parts[0], n + parts[1])
    return result


def stars(petitions: list[dict], independent: bool, q: Asked, unit: Callable[[dict], str | None]) -> dict[str, tuple[int, int]]:
    """Ratings of four stars or more, and ratings, by unit."""
    result: dict[str, tuple[int, int]] = {}
    for petition in petitions:
        for rating in petition["ratings"]:
            code = unit(petition)
            if code is not None and q.within(rating["rated_at"]) and bool(rating["independent"]) == independent:
                k, n = result.get(code, (0, 0))
                result[code] = (k + (rating["stars"] >= 4), n + 1)
    return result


def days(petitions: list[dict], q: Asked, unit: Callable[[dict], str | None]) -> dict[str, tuple[float, float, int]]:
    """Median and P90 (linear interpolation) of the days to resolve, and how many, by unit."""
    lasted: dict[str, list[float]] = {}
    for petition in petitions:
        code = unit(petition)
        if code is not None and resolved_within(petition, q):
            lasted.setdefault(code, []).append((petition["ended_at"] - petition["opened_at"]).total_seconds() / 86400)
    return {code: (median(values), _p90(sorted(values)), len(values)) for code, values in lasted.items()}


def _p90(values: list[float]) -> float:
    place = 0.9 * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
