"""The shared database as SQLAlchemy tables: the contract (docs/contract.md) and the board's own ``board_*`` tables.

Rules that hold for every table here:

* Dates are Beijing civil dates, timestamps Beijing time without a zone, kept to the second.
* Codes are GB/T 2260 texts, hierarchical by prefix: county 6, township 9, village 12, patch 14, group 16, cell 19 digits.
* There are no foreign keys and no CHECKs on the contract's tables: other systems write here, and a row that
  names an unknown person or area must arrive, be shown on the data page and count nowhere (:mod:`data_access.rules`); it must not be
  lost. Only a value of another type than the column's is refused (:mod:`data_access.value_types`).
* Flags may be NULL (a feed that does not know them); NULL reads as false, and as true for ``area.ranked``.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Index, Integer, MetaData, Text, UniqueConstraint, false, text, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}

# Seconds only: SQLite compares timestamps as text, and '…:00' sorts before '…:00.000000'. Bounds are half-open
# (``< next midnight``), which is then right for rows written with or without a fraction.
_SECONDS = "%(year)04d-%(month)02d-%(day)02d %(hour)02d:%(minute)02d:%(second)02d"
TIMESTAMP = DateTime().with_variant(sqlite.DATETIME(storage_format=_SECONDS), "sqlite")  # type: ignore[no-untyped-call]
ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # of 64 bits on both
IDS_A_COUNTY = 10**9
CODE_LENGTHS = {"county": 6, "township": 9, "village": 12, "patch": 14, "group": 16, "cell": 19}
"""Digits of an area code by level (GB/T 2260 down to the village, the grid's own below).

``metrics.vocabulary`` says the same of its levels: neither floor may import the other, and a test holds the two equal.
"""


def own_ids(county: str) -> range:
    """The ids of a county that feeds a shared database: its six digits, then a number. A county alone may count from 1."""
    first = int(county) * IDS_A_COUNTY
    return range(first + 1, first + IDS_A_COUNTY)


class Table(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text, date: Date, datetime: TIMESTAMP}


class Identified(Table):
    __abstract__ = True

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True, sort_order=-1)


class Recorded(Identified):
    """An event row: when it was entered, by which system, and that system's own key (unique where given)."""

    __abstract__ = True

    recorded_at: Mapped[datetime | None] = mapped_column(sort_order=90)
    source: Mapped[str | None] = mapped_column(sort_order=91)
    source_ref: Mapped[str | None] = mapped_column(sort_order=92)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[UniqueConstraint | Index, ...]:
        return (UniqueConstraint("source", "source_ref"), Index(None, "recorded_at"), *cls.indexes())

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return ()


class Timed(Recorded):
    """An event row whose entry is judged: in time, in a burst.

    ``backfilled`` (以文件补录): a file brought it that does not say when it was entered, so that ``recorded_at`` is the moment of loading.
    """

    __abstract__ = True

    backfilled: Mapped[bool | None] = mapped_column(server_default=false(), sort_order=93)


def flag() -> Mapped[bool | None]:
    return mapped_column(server_default=false())


# --- the contract -----------------------------------------------------------------------------------------------


class CalendarDay(Table):
    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str | None]


class Area(Table):
    __tablename__ = "area"
    __table_args__ = (
        Index(None, "level", "code"),
        Index(None, "parent_code"),
        # Nearly every statement asks for the few units that count nowhere.
        Index("ix_area_unranked", "code", postgresql_where=text("ranked IS FALSE"), sqlite_where=text("ranked IS 0")),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None]
    level: Mapped[str]
    name: Mapped[str]
    ranked: Mapped[bool | None] = mapped_column(server_default=true())
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Department(Table):
    """A department of the county (县直部门) that petitions are dispatched to. ``code``: the county's six digits, D, three digits."""

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    ranked: Mapped[bool | None] = mapped_column(server_default=true())
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Person(Identified):
    __tablename__ = "person"

    name: Mapped[str]
    phone: Mapped[str | None]


class Appointment(Identified):
    __tablename__ = "appointment"
    __table_args__ = (Index(None, "role", "area_code", "person_id"), Index(None, "person_id"), Index(None, "area_code", "role"))

    person_id: Mapped[int] = mapped_column(ROW_ID)
    role: Mapped[str]
    area_code: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    certificate_on: Mapped[date | None]


class LeavePeriod(Identified):
    __tablename__ = "leave_period"
    __table_args__ = (Index(None, "person_id", "first_day"),)

    person_id: Mapped[int] = mapped_column(ROW_ID)
    kind: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date | None]


class Household(Identified):
    __tablename__ = "household"
    __table_args__ = (Index(None, "area_code"),)

    area_code: Mapped[str]
    kind: Mapped[str]
    card_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class NightStay(Timed):
    __tablename__ = "night_stay"

    person_id: Mapped[int] = mapped_column(ROW_ID)
    area_code: Mapped[str]
    night: Mapped[date]
    note: Mapped[str | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (
            Index(None, "area_code", "night", "person_id"),
            Index(None, "night", "area_code", "person_id"),
            Index(None, "person_id", "night"),
        )


class DutyRoster(Recorded):
    """Who is to stay (排班), known beforehand."""

    __tablename__ = "duty_roster"

    area_code: Mapped[str]
    night: Mapped[date]
    person_id: Mapped[int] = mapped_column(ROW_ID)
    substitute_id: Mapped[int | None] = mapped_column(ROW_ID)
    post: Mapped[str | None]
    phone: Mapped[str | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (Index(None, "area_code", "night", "person_id"), Index(None, "night", "area_code"), Index(None, "person_id", "night"))


class NightSession(Timed):
    __tablename__ = "night_session"

    kind: Mapped[str]
    area_code: Mapped[str]
    held_on: Mapped[date]
    minutes: Mapped[int | None]
    theme: Mapped[str | None]
    attendees: Mapped[int | None]
    measures: Mapped[int | None]
    measures_done: Mapped[int | None]
    needs: Mapped[int | None]
    note: Mapped[str | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (Index(None, "held_on", "area_code"), Index(None, "area_code", "held_on"))


class NightLecturer(Identified):
    __tablename__ = "night_lecturer"
    __table_args__ = (Index(None, "session_id", "person_id"), Index(None, "person_id"))

    session_id: Mapped[int] = mapped_column(ROW_ID)
    person_id: Mapped[int] = mapped_column(ROW_ID)


class NightVisit(Timed):
    __tablename__ = "night_visit"

    person_id: Mapped[int] = mapped_column(ROW_ID)
    area_code: Mapped[str]
    visited_on: Mapped[date]
    people: Mapped[int | None]
    note: Mapped[str | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (Index(None, "visited_on", "person_id"), Index(None, "area_code", "visited_on"), Index(None, "person_id", "visited_on"))


class ReceptionSlot(Timed):
    __tablename__ = "reception_slot"

    area_code: Mapped[str]
    day: Mapped[date]
    place: Mapped[str]
    leader_id: Mapped[int | None] = mapped_column(ROW_ID)
    backup_id: Mapped[int | None] = mapped_column(ROW_ID)
    published: Mapped[bool | None] = flag()
    received_by: Mapped[int | None] = mapped_column(ROW_ID)
    batches: Mapped[int | None]
    visitors: Mapped[int | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (
            Index(None, "day", "area_code"),
            Index(None, "area_code", "day"),
            Index(None, "leader_id", "day"),
            Index(None, "received_by", "day"),
        )


class Petition(Recorded):
    __tablename__ = "petition"

    number: Mapped[str] = mapped_column(unique=True)
    area_code: Mapped[str]
    channel: Mapped[str | None]
    origin_visit_id: Mapped[int | None] = mapped_column(ROW_ID)
    origin_slot_id: Mapped[int | None] = mapped_column(ROW_ID)
    category: Mapped[str | None]
    size: Mapped[str | None]
    sphere: Mapped[str | None]
    is_dispute: Mapped[bool | None] = flag()
    is_xinfang: Mapped[bool | None] = flag()
    restricted: Mapped[bool | None] = flag()
    title: Mapped[str | None]
    petitioner_key: Mapped[str | None]
    opened_at: Mapped[datetime]
    contacted_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    extended_to: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    on_the_spot: Mapped[bool | None] = flag()
    evidence_on_file: Mapped[bool | None] = flag()
    followed_up_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    department_code: Mapped[str | None]
    level: Mapped[str | None]
    handler_id: Mapped[int | None] = mapped_column(ROW_ID)
    lead_id: Mapped[int | None] = mapped_column(ROW_ID)
    supervised: Mapped[bool | None] = flag()
    is_group: Mapped[bool | None] = flag()
    skip_level: Mapped[bool | None] = flag()
    repeat_of: Mapped[int | None] = mapped_column(ROW_ID)
    returned: Mapped[int | None] = mapped_column(server_default=text("0"))
    reopened: Mapped[int | None] = mapped_column(server_default=text("0"))
    last_progress_at: Mapped[datetime | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (
            Index(None, "opened_at", "area_code"),
            Index(None, "area_code", "opened_at"),
            Index(None, "ended_at", "area_code"),
            Index(None, "closed_at"),
            Index(None, "dispatched_at"),
            Index(None, "due_at"),
            Index(None, "extended_to"),
            Index(None, "handler_id", "opened_at"),
            Index(None, "lead_id"),
            # Few petitions are a department's; a county's are found by it without reading the others.
            Index(
                "ix_petition_department",
                "department_code",
                postgresql_where=text("department_code IS NOT NULL"),
                sqlite_where=text("department_code IS NOT NULL"),
            ),
            Index(None, "origin_visit_id"),
            Index(None, "origin_slot_id"),
            Index(None, "repeat_of"),
        )


class PetitionEvent(Identified):
    __tablename__ = "petition_event"
    __table_args__ = (Index(None, "petition_id", "at"), Index(None, "kind", "at"), Index(None, "person_id"))

    petition_id: Mapped[int] = mapped_column(ROW_ID)
    at: Mapped[datetime]
    kind: Mapped[str]
    from_level: Mapped[str | None]
    to_level: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ROW_ID)
    note: Mapped[str | None]


class PetitionRating(Identified):
    __tablename__ = "petition_rating"
    __table_args__ = (Index(None, "petition_id"), Index(None, "rated_at"))

    petition_id: Mapped[int] = mapped_column(ROW_ID)
    rated_at: Mapped[datetime]
    stars: Mapped[int]
    method: Mapped[str | None]
    independent: Mapped[bool | None] = flag()


class CaptainVisit(Timed):
    __tablename__ = "captain_visit"

    person_id: Mapped[int] = mapped_column(ROW_ID)
    household_id: Mapped[int] = mapped_column(ROW_ID)
    visited_on: Mapped[date]
    note: Mapped[str | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (
            Index(None, "household_id", "visited_on"),
            Index(None, "visited_on", "household_id"),
            Index(None, "person_id", "visited_on"),
        )


class CaptainMeeting(Timed):
    __tablename__ = "captain_meeting"

    kind: Mapped[str]
    area_code: Mapped[str]
    held_on: Mapped[date]
    convener_id: Mapped[int | None] = mapped_column(ROW_ID)
    attendees: Mapped[int | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (Index(None, "held_on", "kind"), Index(None, "area_code", "held_on"), Index(None, "convener_id", "held_on"))


class TrainingAttendance(Identified):
    __tablename__ = "training_attendance"
    __table_args__ = (Index(None, "person_id", "held_on"), Index(None, "held_on"))

    person_id: Mapped[int] = mapped_column(ROW_ID)
    kind: Mapped[str | None]
    held_on: Mapped[date]


class GoodDeed(Recorded):
    """A captain's good deed (善事): shown and published, never scored. ``published_on``: NULL until it stood on a notice."""

    __tablename__ = "good_deed"

    person_id: Mapped[int] = mapped_column(ROW_ID)
    done_on: Mapped[date]
    what: Mapped[str]
    published_on: Mapped[date | None]

    @classmethod
    def indexes(cls) -> tuple[Index, ...]:
        return (Index(None, "done_on", "person_id"), Index(None, "person_id", "done_on"))


class SurveyResponse(Identified):
    __tablename__ = "survey_response"
    __table_args__ = (Index(None, "year", "person_id"), Index(None, "household_id"))

    year: Mapped[int]
    person_id: Mapped[int] = mapped_column(ROW_ID)
    household_id: Mapped[int | None] = mapped_column(ROW_ID)
    score: Mapped[int]
    answered_on: Mapped[date | None]


class CaptainMark(Identified):
    __tablename__ = "captain_mark"
    __table_args__ = (Index(None, "year", "person_id"),)

    person_id: Mapped[int] = mapped_column(ROW_ID)
    year: Mapped[int]
    kind: Mapped[str]
    points: Mapped[float | None]
    passed: Mapped[bool | None]
    reason: Mapped[str | None]
    evidence: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]


CONTRACT = tuple(table.name for table in Table.metadata.sorted_tables)
"""Names of the contract's tables: what other systems write, and what the change marks follow."""
