"""What the database of a county holds so far: of each part whether there is anything, and the day of its first record.

Asked for the whole county whoever asks: that a ledger is kept is no secret, and a township that has never sent a line is not a county
without that ledger.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, and_, exists, func, null, select, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import ScalarSelect

from data_access.scope import CODE_LENGTHS, Scope, in_scope, is_accusation
from data_access.valid import (
    Appointment,
    Area,
    CaptainMeeting,
    CaptainVisit,
    Household,
    NightSession,
    NightStay,
    NightVisit,
    Petition,
    ReceptionSlot,
)

RECORDS = {
    "duty": ((NightStay.night, NightStay.area_code),),
    "nights": ((NightSession.held_on, NightSession.area_code), (NightVisit.visited_on, NightVisit.area_code)),
    "reception": ((ReceptionSlot.day, ReceptionSlot.area_code),),
    "petitions": ((Petition.opened_at, Petition.area_code),),
    "captains": ((CaptainVisit.visited_on, Household.area_code), (CaptainMeeting.held_on, CaptainMeeting.area_code)),
}
"""By module the ledgers of what has been done: the column of the day, and of the area."""
GROUND = {"area": Area.code, "person": Appointment.area_code, "household": Household.area_code}
"""What records stand on: by part the column of its area."""
PARTS = (*GROUND, *RECORDS)
CONTENT_TABLES = (
    "area",
    "appointment",
    "household",
    "night_stay",
    "night_session",
    "night_visit",
    "reception_slot",
    "petition",
    "captain_visit",
    "captain_meeting",
)


def contents(scope: Scope, connection: Connection) -> pd.DataFrame:
    """Grain: part (PARTS). Columns: part, held (bool), first (the day of the first record; None without one and for what is no record)."""
    county = _county(scope)
    ground = [exists(select(column).where(in_scope(column, county))).label(part) for part, column in GROUND.items()]
    firsts = [
        _first(day, area, county).label(f"{part} {place}") for part, ledgers in RECORDS.items() for place, (day, area) in enumerate(ledgers)
    ]
    found = connection.execute(select(*ground, *firsts)).mappings().one()
    rows: list[tuple[str, bool, date | None]] = [(part, bool(found[part]), None) for part in GROUND]
    for part, ledgers in RECORDS.items():
        days = [_day(found[f"{part} {place}"]) for place in range(len(ledgers)) if found[f"{part} {place}"] is not None]
        rows.append((part, bool(days), min(days, default=None)))
    return pd.DataFrame(rows, columns=["part", "held", "first"], dtype=object)


def record_tables(module: str) -> tuple[str, ...]:
    """What :func:`first_day` of a module reads."""
    return tuple(dict.fromkeys(column.class_.__tablename__ for ledger in _ledgers(module) for column in ledger))


def first_day(scope: Scope, connection: Connection, module: str) -> date | None:
    """The day of the first record that a module is told from, in the scope's county; None where there is none."""
    firsts = [_first(day, area, _county(scope)).label(str(place)) for place, (day, area) in enumerate(_ledgers(module))]
    return min((_day(found) for found in connection.execute(select(*firsts)).one() if found is not None), default=None)


def _ledgers(module: str) -> list[tuple[Any, Any]]:
    """Satisfaction is asked of 诉求, data quality of any record."""
    parts = tuple(RECORDS) if module == "quality" else ("petitions" if module == "satisfaction" else module,)
    return [ledger for part in parts for ledger in RECORDS[part]]


def _county(scope: Scope) -> Scope:
    return replace(scope, area=scope.area[: CODE_LENGTHS["county"]]) if scope.area else scope


def _day(found: date | datetime) -> date:
    return found.date() if isinstance(found, datetime) else found


def _first(day: InstrumentedAttribute[Any], area: InstrumentedAttribute[str], county: Scope) -> ScalarSelect[Any]:
    """The earliest day. The area's beginning is compared, not its range: a planner offered the range sorts a county's rows to find one;
    so it goes along the index of days and stops at the first."""
    if county.area is None:
        return select(null()).scalar_subquery()
    inside = func.substr(area, 1, len(county.area)) == county.area if county.area else true()
    if day.class_ is Petition:
        inside = and_(inside, ~is_accusation(Petition))
    if area.class_ is not day.class_:  # a captain's visit lies where the household does
        inside = exists().where(Household.id == CaptainVisit.household_id, inside)
    return select(day).where(inside).order_by(day).limit(1).scalar_subquery()
