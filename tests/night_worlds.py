"""A small county with two counted townships and a pseudo unit, filled by chance, and a way to read it back row by row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, select

from data_access.tables import Table
from tests.builders import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_county,
    a_household,
    a_leave,
    a_meeting,
    a_night_visit,
    a_petition,
    a_session,
    a_slot,
    a_stay,
    an_appointment,
    an_area,
)

OTHER_TOWNSHIP, OTHER_VILLAGE = "149981102", "149981102201"
PSEUDO, PSEUDO_VILLAGE = "149981400", "149981400201"
UNITS = {"county": [COUNTY], "township": [TOWNSHIP, OTHER_TOWNSHIP], "village": [VILLAGE, OTHER_VILLAGE]}
NOTES = (
    "走访三户,反映路灯不亮,已转村委办理。",
    "走访三户,反映路灯不亮,已转村委办理!",
    "慰问独居老人,送去米面油,身体尚好。",
    "了解秋收进度,玉米已收八成。",
    " ",
    None,
)


def a_land(connection: Connection) -> None:
    a_county(connection)
    an_area(connection, OTHER_TOWNSHIP, "township", "西沟乡")
    an_area(connection, OTHER_VILLAGE, "village", "西沟村")
    an_area(connection, PSEUDO, "township", "中心镇", ranked=False)
    an_area(connection, PSEUDO_VILLAGE, "village", "中心村")


def a_world(connection: Connection, seed: int, rows: int = 120) -> None:
    """People with overlapping posts and leave, and events of every kind around October 2026, bad rows among them."""
    chance = random.Random(seed)
    a_land(connection)
    townships, villages = [TOWNSHIP, OTHER_TOWNSHIP, PSEUDO], [VILLAGE, OTHER_VILLAGE, PSEUDO_VILLAGE]
    day = lambda: date(2026, 9, 20) + timedelta(days=chance.randrange(60))  # noqa: E731
    entered = lambda on: datetime.combine(on, time()) + timedelta(hours=chance.choice([20, 23, 71, 95, 96, 97, 200]))  # noqa: E731
    people = []
    for number in range(10):
        role = chance.choice(["township_chief", "township_leader", "township_staff", "village_chief", "village_committee"])
        place = chance.choice(townships if role.startswith("township") else villages)
        since = chance.choice([None, "2026-01-01", str(day())])
        person = an_appointment(connection, role, place, since=since, valid_to=chance.choice([None, None, day()]))  # type: ignore[arg-type]
        people.append(person)
        if number % 3 == 0:
            an_appointment(connection, chance.choice(["township_leader", "township_staff"]), chance.choice(townships), person=person)
        if number % 3 == 1:
            first = day()
            a_leave(connection, person, first, chance.choice([None, first, first + timedelta(days=9)]))  # type: ignore[arg-type]
    everyone = [*people, 987654]
    homes = [a_household(connection, area=village) for village in villages]
    for _ in range(rows):
        on, person = day(), chance.choice(everyone)
        a_stay(connection, person, on, chance.choice(townships + villages), note=chance.choice(NOTES), recorded_at=entered(on))
        on = day()
        a_night_visit(connection, chance.choice(everyone), on, chance.choice(villages), note=chance.choice(NOTES), recorded_at=entered(on))
        on = day()
        a_captain_visit(
            connection, chance.choice(people), chance.choice([*homes, 555]), str(on), note=chance.choice(NOTES), recorded_at=entered(on)
        )
    for number in range(rows // 4):
        on = day()
        a_session(
            connection,
            chance.choice(["study", "talk", "review"]),
            str(on),
            chance.choice(townships),
            lecturers=(chance.choice(everyone),),
            theme=f"第{number}场",
            measures=chance.choice([2, 3]),
            measures_done=chance.choice([None, 0, 2]),
            recorded_at=entered(on),
        )
        on = day()
        a_meeting(connection, "analysis", str(on), chance.choice(villages), recorded_at=None)
    announced = set()
    for _ in range(rows // 2):
        on, leader, backup = day(), chance.choice(people), chance.choice([None, *people])
        area, place = chance.choice(townships + villages), chance.choice(["office", "desk", "village_centre", "outreach"])
        if (on, leader, area, place) not in announced:
            announced.add((on, leader, area, place))
            a_slot(
                connection,
                str(on),
                leader,
                area,
                backup_id=backup,
                received_by=chance.choice([None, leader, backup, chance.choice(people)]),
                published=chance.choice([True, True, False, None]),
                place=place,
                recorded_at=entered(on),
            )
        opened = datetime.combine(day(), time(chance.randrange(24)))
        ended = opened + timedelta(days=chance.randrange(40)) if chance.random() < 0.7 else None
        a_petition(
            connection,
            str(opened),
            area=chance.choice(villages),
            channel=chance.choice(["night_visit", "reception"]),
            is_dispute=chance.choice([True, True, None]),
            restricted=chance.choice([False, None, None, True]),
            on_the_spot=chance.choice([True, False, None]),
            ended_at=ended,
            outcome=chance.choice(["resolved", "resolved", "withdrawn", "transferred"]) if ended else None,
            followed_up_at=ended + timedelta(days=chance.randrange(40)) if ended and chance.random() < 0.6 else None,
            due_at=opened + timedelta(days=chance.randrange(1, 30)),
            recorded_at=opened,
        )


def rows_of(connection: Connection, table: type[Table]) -> list[Any]:
    """Every row of a table, columns as attributes."""
    return [SimpleNamespace(**row) for row in connection.execute(select(table.__table__)).mappings()]


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
