"""Where a row lies: an office that loads for its own area can neither move nor change what another's ledger has brought in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from data_access.scope import Scope
from data_access.tables import Appointment, Household

AT_ONCE = 5000
DAYS = ("night", "visited_on", "held_on", "day", "first_day", "answered_on", "decided_on")
"""The column that says on which day a person's row is about; without one it is about now."""
Row = Mapping[str, Any]


class Bounds:
    """Whether rows of one table lie inside a scope. Rows lie where they say, else where their household does, else where the person
    served on their day. The whole of the data is asked nothing."""

    def __init__(self, scope: Scope, connection: Connection, rows: Iterable[Row], today: date) -> None:
        self.scope, self.today = scope, today
        listed = [] if scope.area == "" else list(rows)
        self._households = _areas_of_households(connection, {row["household_id"] for row in listed if row.get("household_id")})
        self._posts = _posts_of(connection, {row["person_id"] for row in listed if row.get("person_id")})

    def hold(self, row: Row) -> bool:
        if self.scope.area == "":
            return True
        for place in ("code", "area_code"):
            if place in row:
                return self.scope.covers(row[place])
        if row.get("household_id"):
            return self.scope.covers(self._households.get(row["household_id"]))
        return self.hold_person(row["person_id"], next((row[name] for name in DAYS if row.get(name)), self.today))

    def hold_person(self, person_id: int, day: date) -> bool:
        """By the posts held on the day; who held none then belongs to whoever had him at any time."""
        posts = self._posts.get(person_id, [])
        then = [post for post in posts if (post.valid_from or day) <= day <= (post.valid_to or day)]
        return any(self.scope.covers(post.area_code) for post in then or posts)


def _pieces(keys: set[int]) -> Iterable[Sequence[int]]:
    listed = sorted(keys)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _areas_of_households(connection: Connection, keys: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in _pieces(keys):
        found |= {
            row.id: row.area_code for row in connection.execute(select(Household.id, Household.area_code).where(Household.id.in_(piece)))
        }
    return found


def _posts_of(connection: Connection, people: set[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    columns = (Appointment.person_id, Appointment.area_code, Appointment.valid_from, Appointment.valid_to)
    for piece in _pieces(people):
        for row in connection.execute(select(*columns).where(Appointment.person_id.in_(piece))):
            found.setdefault(row.person_id, []).append(row)
    return found
