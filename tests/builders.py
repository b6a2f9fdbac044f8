"""Tiny rows that read as sentences: ``a_petition(connection, opened="2026-10-08", size="small")``.

Every builder takes a connection first and inserts one row (or a stretch of them); dates and timestamps may be texts.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert

from data_access.calendar import calendar_days
from data_access.freshness import Marks, mark_between
from data_access.scope import Scope
from data_access.tables import (
    Appointment,
    Area,
    CalendarDay,
    CaptainMark,
    CaptainMeeting,
    CaptainVisit,
    Department,
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
from metrics.period import Period
from metrics.registry import indicator
from metrics.vocabulary import Level
from reports.frames import indicator_frame
from reports.source import DatabaseSource

COUNTY, TOWNSHIP, VILLAGE = "149981", "149981101", "149981101201"
PATCH, GROUP, CELL = "14998110120101", "1499811012010101", "1499811012010101001"
EVERYTHING = Scope.operator()

_numbers = count(1)


def day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def moment(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def add(connection: Connection, table: type[Table], **values: Any) -> int:
    """Insert one row; texts in date and timestamp columns are read. Returns its id (0 for tables without one)."""
    columns = table.__table__.columns
    for name, value in values.items():
        python_type = columns[name].type.python_type
        if isinstance(value, str) and python_type is date:
            values[name] = date.fromisoformat(value)
        elif isinstance(value, str) and python_type is datetime:
            values[name] = datetime.fromisoformat(value)
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    return int(key[0]) if "id" in columns else 0


def a_calendar(connection: Connection, first_year: int = 2025, last_year: int = 2026) -> None:
    connection.execute(insert(CalendarDay), calendar_days(first_year, last_year))


def an_area(connection: Connection, code: str, level: str, name: str | None = None, **values: Any) -> str:
    parents = {9: 6, 12: 9, 14: 12, 16: 14, 19: 16}
    parent = code[: parents[len(code)]] if len(code) in parents else None
    add(connection, Area, code=code, level=level, name=name or code, parent_code=parent, **values)
    return code


def a_county(connection: Connection) -> None:
    """A county of one township, one village, one patch, one group and one cell, with the calendar of 2025 and 2026."""
    a_calendar(connection)
    an_area(connection, COUNTY, "county", "测试县")
    an_area(connection, TOWNSHIP, "township", "泥河镇")
    an_area(connection, VILLAGE, "village", "河东村")
    an_area(connection, PATCH, "patch", "河东一片")
    an_area(connection, GROUP, "group", "河东一组")
    an_area(connection, CELL, "cell", "河东一邻")


def a_department(connection: Connection, code: str, *, name: str = "县住建局", **values: Any) -> str:
    add(connection, Department, code=code, name=name, **values)
    return code


def a_person(connection: Connection, name: str = "张三丰", phone: str | None = "13812345678") -> int:
    return add(connection, Person, name=name, phone=phone)


def an_appointment(
    connection: Connection, role: str, area: str = TOWNSHIP, *, person: int | None = None, since: str = "2025-01-01", **values: Any
) -> int:
    """Appoints a person (a new one unless given) and returns the person's id."""
    person = person or a_person(connection)
    add(connection, Appointment, person_id=person, role=role, area_code=area, valid_from=since, **values)
    return person


def a_leave(connection: Connection, person: int, first: str, last: str | None, kind: str = "leave") -> None:
    add(connection, LeavePeriod, person_id=person, kind=kind, first_day=first, last_day=last)


def a_stay(connection: Connection, person: int, night: str | date, area: str = TOWNSHIP, **values: Any) -> int:
    return add(connection, NightStay, person_id=person, area_code=area, night=day(night), **values)


def a_turn(connection: Connection, person: int, night: str | date, area: str = TOWNSHIP, **values: Any) -> int:
    """Somebody on the roster of a unit for a night."""
    return add(connection, DutyRoster, **{"area_code": area, "night": day(night), "person_id": person, "post": "lead", **values})


def a_session(connection: Connection, kind: str, held: str, area: str = TOWNSHIP, *, lecturers: tuple[int, ...] = (), **values: Any) -> int:
    session = add(connection, NightSession, kind=kind, area_code=area, held_on=held, **values)
    for person in lecturers:
        add(connection, NightLecturer, session_id=session, person_id=person)
    return session


def a_night_visit(connection: Connection, person: int, visited: str | date, area: str = VILLAGE, **values: Any) -> int:
    return add(connection, NightVisit, person_id=person, area_code=area, visited_on=day(visited), **values)


def a_slot(connection: Connection, held: str, leader: int | None = None, area: str = TOWNSHIP, **values: Any) -> int:
    defaults: dict[str, Any] = {"place": "office", "published": True, "received_by": leader}
    return add(connection, ReceptionSlot, area_code=area, day=held, leader_id=leader, **{**defaults, **values})


def a_petition(connection: Connection, opened: str, *, area: str = VILLAGE, **values: Any) -> int:
    """A petition; ``dispatched``, ``accepted``, ``contacted``, ``ended``, ``closed``, ``due`` … may be given without ``_at``."""
    for short in ("contacted", "notified", "dispatched", "accepted", "due", "ended", "followed_up", "closed"):
        if short in values:
            values[f"{short}_at"] = values.pop(short)
    defaults: dict[str, Any] = {
        "number": f"P{next(_numbers):06d}",
        "size": "small",
        "channel": "wechat",
        "category": "环境卫生",
        "level": "cell",
    }
    if values.get("ended_at"):
        defaults["outcome"] = "resolved"
    return add(connection, Petition, area_code=area, opened_at=opened, **{**defaults, **values})


def an_event(connection: Connection, petition: int, at: str, kind: str, **values: Any) -> int:
    return add(connection, PetitionEvent, petition_id=petition, at=at, kind=kind, **values)


def a_rating(connection: Connection, petition: int, rated: str, stars: int, *, independent: bool = False, **values: Any) -> int:
    return add(connection, PetitionRating, petition_id=petition, rated_at=rated, stars=stars, independent=independent, **values)


def a_household(connection: Connection, kind: str = "ordinary", area: str = CELL, since: str = "2025-01-01", **values: Any) -> int:
    return add(connection, Household, kind=kind, area_code=area, valid_from=since, **values)


def a_captain_visit(connection: Connection, person: int, household: int, visited: str, **values: Any) -> int:
    return add(connection, CaptainVisit, person_id=person, household_id=household, visited_on=visited, **values)


def a_meeting(connection: Connection, kind: str, held: str, area: str, **values: Any) -> int:
    return add(connection, CaptainMeeting, kind=kind, held_on=held, area_code=area, **values)


def a_training(connection: Connection, person: int, held: str, kind: str = "pooled") -> int:
    return add(connection, TrainingAttendance, person_id=person, kind=kind, held_on=held)


def a_deed(connection: Connection, person: int, done: str, what: str = "帮邻居收玉米", **values: Any) -> int:
    return add(connection, GoodDeed, person_id=person, done_on=done, what=what, **values)


def a_survey_answer(connection: Connection, person: int, score: int, year: int = 2026, **values: Any) -> int:
    return add(connection, SurveyResponse, person_id=person, year=year, score=score, **values)


def a_mark(connection: Connection, person: int, kind: str, year: int = 2026, **values: Any) -> int:
    return add(connection, CaptainMark, person_id=person, kind=kind, year=year, **values)


def nights(first: str, last: str) -> list[date]:
    """Every civil day from first to last."""
    start, stop = day(first), day(last)
    return [start + timedelta(days=offset) for offset in range((stop - start).days + 1)]


def figure(
    connection: Connection, indicator_id: str, by: str, period: str, as_of: str, scope: Scope = EVERYTHING
) -> dict[str, dict[str, Any]]:
    """An indicator as the board shows it: code → row with name, k, n, value, rank, status (missing is None).

    ``as_of`` is a day, or a moment (``2026-11-26T00:01``).
    """
    at = moment(as_of) if "T" in as_of else None
    source = DatabaseSource(connection, scope, at=at)
    frame = indicator_frame(source, indicator(indicator_id), Level(by), Period.parse(period), at.date() if at else day(as_of))
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return {row["code"]: row for row in rows}


def kn(rows: dict[str, dict[str, Any]], code: str = TOWNSHIP) -> tuple[int, int]:
    """k and n of a unit."""
    return rows[code]["k"], rows[code]["n"]


def table_marks(marks: Marks) -> dict[str, int]:
    """Table name → its change marks of all months together."""
    return {table: mark_between(marks, table) for table, _ in marks}
