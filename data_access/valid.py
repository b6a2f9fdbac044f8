"""The tables as figures, lists and names read them: the rows that break none of :mod:`data_access.rules`.

Each has the table's own name and columns, so that a query is written as if the table held nothing else. Statements that read them read
what the rules look up as well (people, areas, households): a fact says so in its tables.
"""

from __future__ import annotations

from typing import TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import aliased

from data_access import tables
from data_access.rules import sound

T = TypeVar("T", bound=tables.Table)


def _valid(table: type[T]) -> type[T]:
    rows = select(table).where(sound(table)).subquery(table.__tablename__)
    return cast(type[T], aliased(table, rows))


Appointment = _valid(tables.Appointment)
Area = _valid(tables.Area)
CaptainMark = _valid(tables.CaptainMark)
CaptainMeeting = _valid(tables.CaptainMeeting)
CaptainVisit = _valid(tables.CaptainVisit)
Department = _valid(tables.Department)
GoodDeed = _valid(tables.GoodDeed)
DutyRoster = _valid(tables.DutyRoster)
Household = _valid(tables.Household)
LeavePeriod = _valid(tables.LeavePeriod)
NightLecturer = _valid(tables.NightLecturer)
NightSession = _valid(tables.NightSession)
NightStay = _valid(tables.NightStay)
NightVisit = _valid(tables.NightVisit)
Petition = _valid(tables.Petition)
PetitionEvent = _valid(tables.PetitionEvent)
PetitionRating = _valid(tables.PetitionRating)
ReceptionSlot = _valid(tables.ReceptionSlot)
SurveyResponse = _valid(tables.SurveyResponse)
TrainingAttendance = _valid(tables.TrainingAttendance)
