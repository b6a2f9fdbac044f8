"""Random petitions in a county of two counted townships and one pseudo unit, for comparison with the oracle."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from data_access.tables import Appointment, Department, Person, Petition, PetitionEvent, PetitionRating
from tests.builders import COUNTY, a_county, an_area

OTHER_TOWNSHIP, PSEUDO = "149981102", "149981400"
PLACES = (
    "149981101201",  # the builders' village
    "1499811012010101001",  # and its cell
    "149981102201",
    "149981102202",
    "14998110220101",
    "149981102999",  # a village nobody has registered
    "149981102",  # a township's own
    "149981400201",  # under a pseudo unit: counts nowhere
    "999999101201",  # another county altogether
)
CAPTAINS = {  # person → whether a captain's post is held on any day of autumn 2026
    11: ("cell_captain", None, None),
    12: ("patch_captain", date(2026, 11, 1), None),
    13: ("group_captain", None, date(2026, 10, 20)),
    14: ("village_chief", None, None),
}
HOUSING, DESK = f"{COUNTY}D001", f"{COUNTY}D900"
UNIT_OF = {
    "cell_captain": "1499811012010101001",
    "group_captain": "1499811012010101",
    "patch_captain": "14998110220101",
    "village_chief": "149981102201",
}
CATEGORIES = ("环境卫生", "邻里纠纷", "土地", None)


def holds_a_captains_post(person: int | None, as_of: date) -> bool:
    role, since, until = CAPTAINS.get(person or 0, ("nobody", None, None))
    return role.endswith("captain") and (since is None or since <= as_of) and (until is None or until >= as_of)


def a_world(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OTHER_TOWNSHIP, "township", "西沟乡")
    an_area(connection, "149981102201", "village")
    an_area(connection, "149981102202", "village")
    an_area(connection, "14998110220101", "patch")
    an_area(connection, PSEUDO, "township", "中心镇", ranked=False)
    an_area(connection, "149981400201", "village")
    connection.execute(
        insert(Department), [{"code": HOUSING, "name": "县住建局", "ranked": True}, {"code": DESK, "name": "热线平台", "ranked": False}]
    )
    for person, (role, since, until) in CAPTAINS.items():
        connection.execute(insert(Person), {"id": person, "name": f"人{person}"})
        row = {"person_id": person, "role": role, "area_code": UNIT_OF[role], "valid_from": since, "valid_to": until}
        connection.execute(insert(Appointment), row)


def random_petitions(seed: int, count: int) -> list[dict[str, Any]]:
    """Petitions around October 2026 with everything that may be missing missing now and then, and many exact edges."""
    chance = random.Random(seed)
    return [_petition(chance, number) for number in range(1, count + 1)]


def _instant(chance: random.Random, first: datetime, most_days: float) -> datetime:
    at = first + timedelta(days=chance.uniform(0, most_days))
    if chance.random() < 0.25:
        return at.replace(hour=23, minute=59, second=59, microsecond=0)
    if chance.random() < 0.25:
        return at.replace(hour=0, minute=0, second=0, microsecond=0)
    return at.replace(microsecond=0)


def _petition(chance: random.Random, number: int) -> dict[str, Any]:
    def maybe(probability: float, value: Any) -> Any:
        return value if chance.random() < probability else None

    opened = _instant(chance, datetime(2026, 6, 20), 170)
    dispatched = maybe(0.85, _instant(chance, opened, chance.choice([1, 1, 3])))
    ended = maybe(0.65, _instant(chance, opened, chance.choice([2, 6, 20, 60])))
    closed = maybe(0.7, _instant(chance, ended, 30)) if ended else None
    return {
        "id": number,
        "number": f"R{number:06d}",
        "area_code": chance.choice(PLACES),
        "channel": "wechat",
        "category": chance.choice(CATEGORIES),
        "size": chance.choice(["small", "small", "big", "hard", None]),
        "is_dispute": chance.choice([True, False, None]),
        "is_xinfang": chance.random() < 0.2,
        "restricted": chance.choice([True, False, False, False, None]),
        "opened_at": opened,
        "contacted_at": maybe(0.8, _instant(chance, dispatched, 1.3)) if dispatched else None,
        "notified_at": maybe(0.8, _instant(chance, opened, 20)),
        "dispatched_at": dispatched,
        "accepted_at": maybe(0.8, _instant(chance, dispatched, chance.choice([1, 3]))) if dispatched else None,
        "due_at": maybe(0.2, _instant(chance, opened, 12)),
        "extended_to": maybe(0.15, _instant(chance, opened, 30)),
        "ended_at": ended,
        "outcome": chance.choice(["resolved"] * 6 + ["withdrawn", "transferred", "not_accepted", None]) if ended else None,
        "evidence_on_file": chance.choice([True, True, False, None]),
        "followed_up_at": maybe(0.8, _instant(chance, ended, 25)) if ended else None,
        "closed_at": closed,
        "level": chance.choice(["cell", "group", "patch", "village", "township", "county", None]),
        "handler_id": chance.choice([11, 12, 13, 14, 999, None]),
        "is_group": maybe(0.9, chance.random() < 0.1),
        "skip_level": maybe(0.9, chance.random() < 0.1),
        "repeat_of": maybe(0.1, 1),
        "returned": chance.choice([0, 0, 0, 1, 2, None]),
        "department_code": (None, None, HOUSING, DESK, "149981D777")[number % 5],
        "events": [
            {"kind": chance.choice(["reopen", "progress"]), "at": _instant(chance, opened, 60)} for _ in range(chance.choice([0, 0, 1, 2]))
        ],
        "ratings": [
            {"stars": chance.randint(1, 5), "independent": chance.choice([True, False, None]), "rated_at": _instant(chance, ended, 20)}
            for _ in range(chance.choice([0, 1, 2]) if ended else 0)
        ],
    }


def written(connection: Connection, petitions: list[dict[str, Any]]) -> None:
    for petition in petitions:
        row = {name: value for name, value in petition.items() if name not in ("events", "ratings")}
        connection.execute(insert(Petition), row)
        for table, rows in ((PetitionEvent, petition["events"]), (PetitionRating, petition["ratings"])):
            if rows:
                connection.execute(insert(table), [{"petition_id": petition["id"], **each} for each in rows])
    stray = {"petition_id": 10**9, "stars": 5, "independent": False, "rated_at": datetime(2026, 10, 9)}
    connection.execute(insert(PetitionRating), stray)
    connection.execute(insert(PetitionEvent), {"petition_id": 10**9, "kind": "reopen", "at": datetime(2026, 10, 9)})


def countable(petitions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neither restricted nor under a pseudo unit, and with nothing wrong: a known place and handler, an outcome where there is an end."""
    return [each for each in petitions if not each["restricted"] and not each["area_code"].startswith(PSEUDO) and _sound(each)]


def _sound(petition: dict[str, Any]) -> bool:
    place = petition["area_code"]
    known = place not in ("149981102999", "999999101201") and petition["handler_id"] != 999
    stands_below = len(place) == 9 and petition["level"] in ("cell", "group", "patch", "village")
    return known and not stands_below and not (petition["ended_at"] and petition["outcome"] is None)


def unit_of(level: str, as_of: date):  # type: ignore[no-untyped-def]
    """The unit of a petition at a level, None where it has none."""
    registered = {"149981102999"}

    def unit(petition: dict[str, Any]) -> str | None:
        if level == "person":
            return f"p:{petition['handler_id']}" if holds_a_captains_post(petition["handler_id"], as_of) else None
        if level == "department":
            return HOUSING if petition["department_code"] == HOUSING else None
        if level == "category":
            return petition["category"] or "未分类"
        length = {"county": 6, "township": 9, "village": 12, "patch": 14, "group": 16, "cell": 19}[level]
        code = petition["area_code"][:length]
        shown = len(code) == length and code.startswith(COUNTY) and code not in registered
        return code if shown else None

    return unit
