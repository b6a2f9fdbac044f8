"""Whom to call at a unit: the highest in post there on a day, of those with a phone."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, case, func, literal, select

from data_access.areas import in_post_on, masked_name, masked_phone
from data_access.frames import frame
from data_access.scope import CODE_LENGTHS, Scope, counted
from data_access.tables import Person
from data_access.valid import Appointment

ANSWERING = {
    "township": {"township_chief": 1, "township_leader": 2, "township_staff": 3},
    "village": {"village_chief": 1, "village_committee": 2},
}
"""Roles by level, who answers for the unit first."""


def contacts(scope: Scope, connection: Connection, level: str, day: date) -> pd.DataFrame:
    """One person a unit of ``level`` (township or village). Names are masked unless the scope may see them, phones always.

    Grain: unit with anyone in post. Columns: code, person_id, role, name, phone (None where nobody in post has one).
    """
    roles = ANSWERING[level]
    silent = case((func.coalesce(Person.phone, "") == "", 1), else_=0)
    statement = (
        select(Appointment.area_code, Appointment.person_id, Appointment.role, Person.name, Person.phone)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            counted(Appointment.area_code, scope),
            func.length(Appointment.area_code) == CODE_LENGTHS[level],
            Appointment.role.in_(roles),
            in_post_on(literal(day)),
        )
        .order_by(Appointment.area_code, silent, case(roles, value=Appointment.role), Appointment.id)
    )
    found = frame(connection, statement, ["code", "person_id", "role", "name", "phone"], {"code": "str"}).drop_duplicates("code")
    found = found.assign(phone=found["phone"].map(masked_phone))
    return (found if scope.may_see_names else found.assign(name=found["name"].map(masked_name))).reset_index(drop=True)
