"""Who can be given a petition to lead (包案): chiefs and members of township leadership teams."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, case, literal, select

from data_access.areas import in_post_on, masked_name
from data_access.frames import frame
from data_access.scope import Scope, counted
from data_access.tables import Person
from data_access.valid import Appointment, Area

LEADING_ROLES = {"township_chief": 1, "township_leader": 2}


def leaders(scope: Scope, connection: Connection, as_of: date, area_code: str) -> pd.DataFrame:
    """Chiefs and team members in post, those of the petition's own township first. Columns: person_id, name, area, role.

    Names are masked unless the scope may see them.
    """
    own = case((Appointment.area_code == area_code[:9], 0), else_=1)
    statement = (
        select(Appointment.person_id, Person.name, Area.name, Appointment.role)
        .join(Person, Person.id == Appointment.person_id)
        .join(Area, Area.code == Appointment.area_code)
        .where(counted(Appointment.area_code, scope), Appointment.role.in_(LEADING_ROLES), in_post_on(literal(as_of)))
        .order_by(own, Appointment.area_code, case(LEADING_ROLES, value=Appointment.role), Person.name)
    )
    rows = frame(connection, statement, ["person_id", "name", "area", "role"]).drop_duplicates("person_id")
    if not scope.may_see_names:
        rows["name"] = rows["name"].map(masked_name)
    return rows.reset_index(drop=True)
