"""``python -m ingest live``: keeps a demo county moving, one small transaction an event, as the townships' own systems would."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, update

from data_access.board_tables import BoardProperty
from data_access.clock import beijing_now
from data_access.engine import DATABASE_AWAY
from data_access.scope import is_accusation, valid_on
from data_access.tables import (
    Appointment,
    Area,
    CaptainVisit,
    Household,
    NightStay,
    NightVisit,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
)
from ingest.demo import texts
from ingest.demo.county import DEMO
from ingest.demo.petition_life import FIRST_LEVEL, LEVELS

SOURCE = "live"
CODE_OF_LEVEL = {"cell": 19, "group": 16, "patch": 14, "village": 12}
CAPTAINS = {"cell": "cell_captain", "group": "group_captain", "patch": "patch_captain", "village": "village_chief"}
SIZES = {"small": "小事", "big": "大事", "hard": "难事"}
DAY_BEGINS = 6
"""Before six in the morning "tonight" is still the evening before."""


class NotDemo(Exception):
    """The database is not a demo county: nothing may be invented in it."""


class Feed:
    """Invents one event at a time. Units and people are read once; what is open is asked each time."""

    def __init__(self, database: Engine, dice: random.Random, clock: Callable[[], datetime] = beijing_now) -> None:
        self.database, self.dice, self.clock = database, dice, clock
        with database.connect() as connection:
            if connection.scalar(select(BoardProperty.value).where(BoardProperty.name == DEMO)) is None:
                raise NotDemo("这个数据库不是演示库,不能写入模拟事件。")
            self._read(connection)
        self._events: list[tuple[int, Callable[[Connection, datetime], str | None]]] = [
            (10, self.night_stay),
            (14, self.night_visit),
            (30, self.captain_visit),
            (4, self.reception),
            (12, self.petition_opened),
            (11, self.petition_dispatched),
            (11, self.petition_accepted),
            (9, self.petition_progress),
            (2, self.petition_escalated),
            (9, self.petition_resolved),
            (7, self.petition_rated),
            (1, self.petition_reopened),
        ]

    def _read(self, connection: Connection) -> None:
        today = self.clock().date()
        unranked = set(connection.scalars(select(Area.code).where(Area.level == "township", Area.ranked.is_(False))))
        self.names = {area.code: area.name for area in connection.execute(select(Area.code, Area.name).where(Area.level != "cell"))}
        posts = connection.execute(
            select(Appointment.role, Appointment.area_code, Person.id, Person.name)
            .join(Person, Person.id == Appointment.person_id)
            .where(valid_on(Appointment.valid_from, Appointment.valid_to, today))
            .order_by(Appointment.id)
        )
        self.holders: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self.posts: dict[str, list[tuple[str, int, str]]] = {}
        for role, area, person, name in posts:
            if area[:9] in unranked:
                continue
            self.holders.setdefault((role, area), []).append((person, name))
            self.posts.setdefault(role, []).append((area, person, name))

    # --- one event ---------------------------------------------------------------------------------------------------

    def event(self) -> str:
        """Write one event in its own transaction and say what it was. Kinds that find nothing to do pass to another."""
        kinds = [kind for _, kind in self._events]
        weights = [weight for weight, _ in self._events]
        for kind in (*self.dice.choices(kinds, weights, k=8), self.captain_visit):
            with self.database.begin() as connection:
                said = kind(connection, self.clock())
            if said is not None:
                return said
        return "没有可写入的事件"

    def _recorded(self, now: datetime) -> dict[str, object]:
        return {"recorded_at": now, "source": SOURCE, "source_ref": uuid4().hex}

    def _place(self, code: str) -> str:
        """Township and village of a code, in words."""
        parts = [self.names.get(code[:9], code[:9])]
        if len(code) >= 12:
            parts.append(self.names.get(code[:12], code[:12]))
        return "".join(parts)

    def _note(self) -> str:
        return self.dice.choice(texts.VISIT_WHO) + self.dice.choice(texts.VISIT_WHAT) + self.dice.choice(texts.VISIT_NEXT)

    # --- 住夜, 夜访, 走访, 接待 --------------------------------------------------------------------------------------

    def night_stay(self, connection: Connection, now: datetime) -> str | None:
        role = self.dice.choice(("township_chief", "township_leader", "township_staff", "village_chief", "village_committee"))
        night = now.date() if now.hour >= DAY_BEGINS else now.date() - timedelta(days=1)
        area, person, name = self.dice.choice(self.posts[role])
        if connection.scalar(select(NightStay.id).where(NightStay.person_id == person, NightStay.night == night).limit(1)) is not None:
            return None
        connection.execute(insert(NightStay).values(person_id=person, area_code=area, night=night, **self._recorded(now)))
        return f"住夜 {self._place(area)} {masked(name)} 已报到"

    def night_visit(self, connection: Connection, now: datetime) -> str | None:
        area, person, name = self.dice.choice(self.posts[self.dice.choice(("village_chief", "village_committee"))])
        people = self.dice.choice((1, 2, 2, 3, 4))
        row = {"person_id": person, "area_code": area, "visited_on": now.date(), "people": people, "note": self._note()}
        connection.execute(insert(NightVisit).values(**row, **self._recorded(now)))
        return f"夜访 {self._place(area)} {masked(name)} 走访 {people} 人次"

    def captain_visit(self, connection: Connection, now: datetime) -> str | None:
        area, person, name = self.dice.choice(self.posts["cell_captain"])
        inside = (Household.area_code == area, valid_on(Household.valid_from, Household.valid_to, now.date()))
        households = connection.execute(select(Household.id, Household.kind).where(*inside).order_by(Household.id)).all()
        if not households:
            return None
        household, kind = self.dice.choice(households)
        row = {"person_id": person, "household_id": household, "visited_on": now.date(), "note": self._note()}
        connection.execute(insert(CaptainVisit).values(**row, **self._recorded(now)))
        return f"走访 {self._place(area)} 邻长 {masked(name)} 走访{'重点户' if kind == 'key' else '普通户'}"

    def reception(self, connection: Connection, now: datetime) -> str | None:
        area, person, name = self.dice.choice(self.posts[self.dice.choice(("township_chief", "township_leader"))])
        batches = self.dice.choice((0, 1, 1, 2, 3))
        visitors = batches + self.dice.randint(0, batches)
        row = {
            "area_code": area,
            "day": now.date(),
            "place": self.dice.choice(("office", "service_centre")),
            "leader_id": person,
            "published": True,
            "received_by": person,
            "batches": batches,
            "visitors": visitors,
        }
        connection.execute(insert(ReceptionSlot).values(**row, **self._recorded(now)))
        return f"接待 {self._place(area)} {masked(name)} 接待 {batches} 批 {visitors} 人次"

    # --- 诉求: the row and its event in one transaction -----------------------------------------------------------------

    def _handler(self, level: str, area: str) -> int | None:
        """Who handles at a level of this place; a vacant post falls to the level above."""
        for upper in LEVELS[LEVELS.index(level) :]:
            if upper in CODE_OF_LEVEL and len(area) >= CODE_OF_LEVEL[upper]:
                found = self.holders.get((CAPTAINS[upper], area[: CODE_OF_LEVEL[upper]]))
            else:
                found = self.holders.get(("township_leader", area[:9]))
            if found:
                return self.dice.choice(found)[0]
        return None

    def _one(self, connection: Connection, *conditions: ColumnElement[bool]) -> Petition | None:
        """One of the 40 latest petitions that meet the conditions; restricted ones are left alone."""
        found = connection.execute(
            select(
                Petition.id,
                Petition.number,
                Petition.area_code,
                Petition.level,
                Petition.title,
                Petition.category,
                Petition.handler_id,
                Petition.contacted_at,
                Petition.reopened,
            )
            .where(*conditions, ~is_accusation(Petition))
            .order_by(Petition.opened_at.desc(), Petition.id)
            .limit(40)
        ).all()
        return self.dice.choice(found) if found else None  # type: ignore[return-value]

    def _event(self, connection: Connection, petition: int, now: datetime, kind: str, **more: object) -> None:
        connection.execute(insert(PetitionEvent).values(petition_id=petition, at=now, kind=kind, **more))

    def _change(self, connection: Connection, petition: int, **values: object) -> None:
        connection.execute(update(Petition).where(Petition.id == petition).values(**values))

    def petition_opened(self, connection: Connection, now: datetime) -> str | None:
        cell, _, _ = self.dice.choice(self.posts["cell_captain"])
        size = self.dice.choices(("small", "big", "hard"), (66, 26, 8))[0]
        category = self.dice.choice(list(texts.CATEGORIES))
        titles, _, disputes, sphere = texts.CATEGORIES[category]
        title, level = self.dice.choice(titles), LEVELS[FIRST_LEVEL[size]]
        row = {
            "number": f"{cell[:6]}-{now:%Y%m%d}-L{uuid4().hex[:8]}",
            "area_code": cell[: CODE_OF_LEVEL[level]],
            "channel": self.dice.choice(("wechat", "home_visit", "yard_talk", "hotline", "heart_talk")),
            "category": category,
            "size": size,
            "sphere": sphere,
            "is_dispute": self.dice.random() < disputes,
            "title": f"{self.names[cell[:12]]}{title}",
            "petitioner_key": uuid4().hex[:12],
            "opened_at": now,
            "level": level,
        }
        petition = connection.execute(insert(Petition).values(**row, **self._recorded(now)).returning(Petition.id)).scalar_one()
        self._event(connection, petition, now, "open", to_level=level)
        return f"点单 {self._place(cell)} 新诉求:{title}({category},{SIZES[size]})"

    def petition_dispatched(self, connection: Connection, now: datetime) -> str | None:
        found = self._one(connection, Petition.ended_at.is_(None), Petition.dispatched_at.is_(None))
        if found is None:
            return None
        handler = self._handler(found.level or "village", found.area_code)
        self._change(connection, found.id, dispatched_at=now, handler_id=handler, last_progress_at=now)
        self._event(connection, found.id, now, "dispatch", to_level=found.level, person_id=handler)
        return f"派单 {self._place(found.area_code[:9])} {found.title}"

    def petition_accepted(self, connection: Connection, now: datetime) -> str | None:
        open_ = (Petition.ended_at.is_(None), Petition.dispatched_at.is_not(None), Petition.accepted_at.is_(None))
        found = self._one(connection, *open_)
        if found is None:
            return None
        self._change(connection, found.id, accepted_at=now, contacted_at=found.contacted_at or now, last_progress_at=now)
        self._event(connection, found.id, now, "accept", person_id=found.handler_id)
        return f"接单 {self._place(found.area_code[:9])} {found.title}"

    def petition_progress(self, connection: Connection, now: datetime) -> str | None:
        found = self._one(connection, Petition.ended_at.is_(None), Petition.accepted_at.is_not(None))
        if found is None:
            return None
        note = self.dice.choice(texts.PROGRESS)
        self._change(connection, found.id, last_progress_at=now)
        self._event(connection, found.id, now, "progress", person_id=found.handler_id, note=note)
        return f"办理 {self._place(found.area_code[:9])} {found.title}:{note}"

    def petition_escalated(self, connection: Connection, now: datetime) -> str | None:
        found = self._one(connection, Petition.ended_at.is_(None), Petition.accepted_at.is_not(None), Petition.level.in_(LEVELS[:4]))
        if found is None:
            return None
        upper = LEVELS[LEVELS.index(found.level or "cell") + 1]
        handler = self._handler(upper, found.area_code)
        note = self.dice.choice(texts.ESCALATED)
        self._change(connection, found.id, level=upper, handler_id=handler, last_progress_at=now)
        self._event(connection, found.id, now, "escalate", from_level=found.level, to_level=upper, person_id=handler, note=note)
        return f"升级 {self._place(found.area_code[:9])} {found.title}:{note}"

    def petition_resolved(self, connection: Connection, now: datetime) -> str | None:
        found = self._one(connection, Petition.ended_at.is_(None), Petition.accepted_at.is_not(None))
        if found is None:
            return None
        note = self.dice.choice(texts.RESOLVED.get(found.category or "", texts.ANSWERED))
        proof = self.dice.random() < 0.95
        self._change(connection, found.id, ended_at=now, outcome="resolved", evidence_on_file=proof, last_progress_at=now)
        self._event(connection, found.id, now, "resolve", person_id=found.handler_id, note=note)
        return f"办结 {self._place(found.area_code[:9])} {found.title}:{note}"

    def petition_rated(self, connection: Connection, now: datetime) -> str | None:
        rated = select(PetitionRating.petition_id).where(PetitionRating.petition_id == Petition.id).exists()
        recent = Petition.ended_at >= now - timedelta(days=10)
        found = self._one(connection, Petition.outcome == "resolved", recent, ~rated)
        if found is None:
            return None
        stars = self.dice.choices((5, 4, 3, 2, 1), (62, 28, 5, 3, 2))[0]
        method = self.dice.choice(("phone", "questionnaire", "face"))
        row = {"petition_id": found.id, "rated_at": now, "stars": stars, "method": method, "independent": False}
        connection.execute(insert(PetitionRating).values(**row))
        self._event(connection, found.id, now, "rate")
        return f"评单 {self._place(found.area_code[:9])} {found.title}:{stars} 星"

    def petition_reopened(self, connection: Connection, now: datetime) -> str | None:
        poor = (
            select(PetitionRating.petition_id)
            .where(PetitionRating.petition_id == Petition.id)
            .group_by(PetitionRating.petition_id)
            .having(func.min(PetitionRating.stars) <= 2)
        )
        recent = Petition.ended_at >= now - timedelta(days=10)
        found = self._one(connection, Petition.outcome == "resolved", recent, Petition.reopened == 0, poor.exists())
        if found is None:
            return None
        reopened = (found.reopened or 0) + 1
        cleared = {"ended_at": None, "outcome": None, "closed_at": None, "on_the_spot": False}
        self._change(connection, found.id, reopened=reopened, last_progress_at=now, **cleared)
        note = self.dice.choice(texts.REOPENED)
        level = found.level
        self._event(connection, found.id, now, "reopen", from_level=level, to_level=level, person_id=found.handler_id, note=note)
        return f"重办 {self._place(found.area_code[:9])} {found.title}:{note}"


def masked(name: str) -> str:
    """张*: the feed prints no full names."""
    return f"{name[:1]}*"


def live(database: Engine, rate: float, seconds: float | None = None, dice: random.Random | None = None) -> int:
    """Write about ``rate`` events a minute until stopped (or for ``seconds``), a line each. Returns how many were written.

    Raises :class:`NotDemo` where the database is not a demo county.
    """
    dice = dice or random.Random()
    feed = Feed(database, dice)
    began, written = time.monotonic(), 0
    while seconds is None or time.monotonic() - began < seconds:
        try:
            print(f"{feed.clock():%H:%M:%S} {feed.event()}", flush=True)
            written += 1
        except DATABASE_AWAY:
            print("数据库暂时不可用,稍后再试", flush=True)
            time.sleep(2)
        pause = dice.uniform(0.4, 1.6) * 60 / rate
        left = pause if seconds is None else seconds - (time.monotonic() - began)
        time.sleep(max(0.0, min(pause, left)))
    return written
