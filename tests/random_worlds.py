"""Random counties for properties: a tree of areas and rows of every kind in it, as plain rows, so that they can be shuffled or cut."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from data_access.calendar import calendar_days
from data_access.tables import (
    Appointment,
    Area,
    CalendarDay,
    CaptainMark,
    CaptainMeeting,
    CaptainVisit,
    DutyRoster,
    GoodDeed,
    Household,
    LeavePeriod,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
    SurveyResponse,
    Table,
    TrainingAttendance,
)
from data_access.words import CAPTAIN_ROLES

FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
AS_OF = date(2026, 11, 5)
COUNTY = "149981"
Row = dict[str, Any]


@dataclass
class World:
    """Rows by table. ``place`` of a row is the area it belongs to; ``homes`` the area in which a person holds posts.

    Ids follow on ``before``: the same seed makes the same county whatever its code and its ids.
    """

    dice: random.Random
    county: str = COUNTY
    before: int = 0
    rows: list[tuple[type[Table], Row, str]] = field(default_factory=list)
    homes: dict[int, str] = field(default_factory=dict)
    villages: list[str] = field(default_factory=list)
    townships: list[str] = field(default_factory=list)
    _next: int = 0

    def number(self) -> int:
        self._next += 1
        return self.before + self._next

    def add(self, table: type[Table], place: str, /, **values: Any) -> int:
        number = self.number()
        self.rows.append((table, {"id": number, **values}, place))
        return number

    def area(self, code: str, level: str, ranked: bool = True) -> str:
        self.rows.append((Area, {"code": code, "level": level, "name": code, "ranked": ranked}, code))
        return code

    def day(self) -> date:
        return FIRST + timedelta(days=self.dice.randrange((LAST - FIRST).days + 1))

    def moment(self) -> datetime:
        return datetime.combine(self.day(), datetime.min.time()) + timedelta(minutes=self.dice.randrange(24 * 60))

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def appointed(self, role: str, code: str, home: str) -> int:
        person = self.add(Person, "", name=f"人{self._next}")
        self.homes[person] = home
        since = FIRST - timedelta(days=400) if self.chance(0.8) else self.day()
        self.add(Appointment, code, person_id=person, role=role, area_code=code, valid_from=since, valid_to=None)
        if self.chance(0.2):
            first = self.day()
            self.add(LeavePeriod, "", person_id=person, kind="leave", first_day=first, last_day=first + timedelta(days=3))
        return person

    def event(self, table: type[Table], place: str, on: date, /, **values: Any) -> int:
        """A row with an entry time of its own, some days late now and then."""
        late = self.dice.choice((0, 0, 0, 1, 5))
        recorded = datetime.combine(on, datetime.min.time()) + timedelta(days=late, seconds=self.dice.randrange(86_400))
        return self.add(table, place, recorded_at=recorded, **values)


def a_world(seed: int, county: str = COUNTY, before: int = 0) -> World:
    world = World(random.Random(seed), county, before)
    world.area(county, "county")
    for number in range(world.dice.choice((2, 3))):
        township = world.area(f"{county}{101 + number}", "township", ranked=number != 2)
        world.townships.append(township)
        _a_township(world, township)
    _good_deeds(world, random.Random(seed))
    _rosters(world, random.Random(seed))
    return world


def _good_deeds(world: World, dice: random.Random) -> None:
    """With dice of its own and last, so that what is drawn for the other tables stays as it was."""
    posts = [(row["person_id"], place) for table, row, place in world.rows if table is Appointment and row["role"] in CAPTAIN_ROLES]
    for captain, place in posts:
        if dice.random() < 0.4:
            done = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days + 1))
            published = done + timedelta(days=3) if dice.random() < 0.6 else None
            recorded = datetime.combine(done, datetime.min.time()) + timedelta(hours=20)
            world.add(GoodDeed, place, person_id=captain, done_on=done, what="帮邻居收玉米", published_on=published, recorded_at=recorded)


def _rosters(world: World, dice: random.Random) -> None:
    """For some nights on which somebody stayed: who did, or somebody else of the unit, for whom who did stands in."""
    stays = [(values, place) for table, values, place in world.rows if table is NightStay]
    team = {place: sorted({values["person_id"] for values, where in stays if where == place}) for _, place in stays}
    planned = set()
    for stay, place in stays:
        night, person, other = stay["night"], stay["person_id"], dice.choice(team[place])
        turn = (place, night, dice.choice((person, other)))
        if turn in planned or dice.random() < 0.3:
            continue
        planned.add(turn)
        values = {"area_code": place, "night": night, "person_id": turn[2], "substitute_id": dice.choice((None, person)), "post": "lead"}
        written = datetime.combine(night, datetime.min.time()) + timedelta(hours=dice.choice((-90, 9, 17, 18, 30)))
        world.add(DutyRoster, place, **values, recorded_at=written)


def _a_township(world: World, township: str) -> None:
    dice = world.dice
    cadres = [world.appointed(role, township, township) for role in ("township_chief", *["township_leader"] * 2, *["township_staff"] * 3)]
    villages = [world.area(f"{township}{201 + number}", "village") for number in range(dice.choice((1, 2)))]
    world.villages += villages
    for person in cadres:
        for _ in range(dice.randrange(12)):
            night = world.day()
            world.event(NightStay, township, night, person_id=person, area_code=township, night=night)
        for _ in range(dice.randrange(4)):
            day, village = world.day(), dice.choice(world.villages)  # also in another township: a visit counts wherever it was
            world.event(NightVisit, village, day, person_id=person, area_code=village, visited_on=day, people=1)
    for _ in range(dice.randrange(8)):
        held, kind = world.day(), dice.choice(("study", "talk", "review"))
        measures = dice.randrange(4)
        session = world.event(
            NightSession, township, held, kind=kind, area_code=township, held_on=held, measures=measures, measures_done=measures // 2
        )
        world.add(NightLecturer, township, session_id=session, person_id=dice.choice(cadres))
    for _ in range(dice.randrange(10)):
        day, leader = world.day(), dice.choice(cadres[:3])
        place = dice.choice(("office", "desk", "service_centre"))
        came = dice.choice((leader, None, cadres[0]))
        world.event(
            ReceptionSlot, township, day, area_code=township, day=day, place=place, leader_id=leader, published=True, received_by=came
        )
    for village in villages:
        _a_village(world, village, township)


def _a_village(world: World, village: str, township: str) -> None:
    dice = world.dice
    cadres = [world.appointed(role, village, township) for role in ("village_chief", "village_committee", "village_committee")]
    for person in cadres:
        for _ in range(dice.randrange(8)):
            night = world.day()
            world.event(NightStay, village, night, person_id=person, area_code=village, night=night)
            world.event(NightVisit, village, night, person_id=person, area_code=village, visited_on=night, people=2)
    patch = world.area(f"{village}01", "patch")
    group = world.area(f"{patch}01", "group")
    homes: list[int] = []
    captains = [world.appointed("patch_captain", patch, township), world.appointed("group_captain", group, township)]
    for number in range(dice.choice((1, 2))):
        cell = world.area(f"{group}{number + 1:03d}", "cell")
        captain = world.appointed("cell_captain", cell, township)
        captains.append(captain)
        for _ in range(dice.randrange(2, 7)):
            kind = dice.choice(("key", "ordinary"))
            card = world.day() if world.chance(0.5) else None
            since = FIRST - timedelta(days=500)
            household = world.add(Household, cell, area_code=cell, kind=kind, card_on=card, valid_from=since)
            homes.append(household)
            for _ in range(dice.randrange(3)):
                day = world.day()
                world.event(CaptainVisit, cell, day, person_id=captain, household_id=household, visited_on=day)
        for unit, kind in ((cell, "heart_talk"), (village, "analysis"), (patch, "weekly"), (patch, "monthly")):
            if world.chance(0.7):
                held = world.day()
                world.event(CaptainMeeting, unit, held, kind=kind, area_code=unit, held_on=held, convener_id=captain)
    for captain in captains:
        if world.chance(0.5):
            world.add(TrainingAttendance, village, person_id=captain, kind="pooled", held_on=world.day())
        if world.chance(0.6):
            answer = {"household_id": dice.choice(homes), "score": dice.randrange(1, 6), "answered_on": world.day()}
            world.add(SurveyResponse, village, person_id=captain, year=2026, **answer)
        if world.chance(0.2):
            world.add(CaptainMark, village, person_id=captain, year=2026, kind="bonus", points=1.0, decided_on=world.day())
    for _ in range(dice.randrange(2, 14)):
        _a_petition(world, village, captains)


def _a_petition(world: World, village: str, captains: list[int]) -> None:
    dice, opened = world.dice, world.moment()

    def later(share: float, hours: int) -> datetime | None:
        return opened + timedelta(hours=dice.randrange(1, hours)) if world.chance(share) else None

    ended = later(0.7, 400)
    petition = world.event(
        Petition,
        village,
        opened.date(),
        number=f"{world.county}-{world.number() - world.before}",
        area_code=village,
        opened_at=opened,
        channel=dice.choice(("wechat", "night_visit", "reception", "hotline")),
        category=dice.choice(("环境卫生", "邻里纠纷")),
        size=dice.choice(("small", "big", "hard")),
        is_dispute=world.chance(0.4),
        is_xinfang=world.chance(0.2),
        restricted=world.chance(0.1),
        dispatched_at=later(0.9, 60),
        contacted_at=later(0.8, 90),
        accepted_at=later(0.8, 100),
        notified_at=later(0.5, 500),
        ended_at=ended,
        outcome=None if ended is None else dice.choice(("resolved", "resolved", "resolved", "withdrawn")),
        closed_at=ended + timedelta(days=1) if ended and world.chance(0.6) else None,
        evidence_on_file=world.chance(0.7),
        followed_up_at=ended,
        on_the_spot=world.chance(0.2),
        level=dice.choice(("cell", "group", "patch", "village", "township")),
        handler_id=dice.choice(captains),
        returned=int(world.chance(0.2)),
        reopened=int(world.chance(0.1)),
        is_group=world.chance(0.1),
        repeat_of=world.before + 1 if world.chance(0.1) else None,
    )
    world.add(PetitionEvent, village, petition_id=petition, at=opened, kind="open")
    if ended and world.chance(0.3):
        world.add(PetitionEvent, village, petition_id=petition, at=ended + timedelta(days=2), kind="reopen")
    for independent in (False, True):
        if ended and world.chance(0.6):
            rated = ended + timedelta(days=1)
            world.add(PetitionRating, village, petition_id=petition, rated_at=rated, stars=dice.randrange(1, 6), independent=independent)


def stored(connection: Connection, rows: list[tuple[type[Table], Row, str]]) -> None:
    """Writes the calendar and the rows in the order given."""
    connection.execute(insert(CalendarDay), calendar_days(2025, 2026))
    store(connection, rows)


def store(connection: Connection, rows: list[tuple[type[Table], Row, str]]) -> None:
    """Writes rows beside what is there."""
    for table, values, _place in rows:
        connection.execute(insert(table).values(**values))


def only_of(world: World, area: str) -> list[tuple[type[Table], Row, str]]:
    """The rows that belong to ``area``: those of its units, the units above it, and what people with posts in it did elsewhere."""

    def belongs(table: type[Table], values: Row, place: str) -> bool:
        if table is Area and area.startswith(values["code"]):
            return True
        return place == "" or place.startswith(area) or world.homes.get(values.get("person_id", 0), "").startswith(area)

    return [(table, values, place) for table, values, place in world.rows if belongs(table, values, place)]
