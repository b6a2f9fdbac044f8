"""Where people work: their posts as words for lists."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from data_access.frames import frame
from data_access.scope import Scope, in_scope, valid_on
from data_access.valid import Appointment, Area


def posts_on(scope: Scope, connection: Connection, person_ids: tuple[int, ...], day: date) -> pd.DataFrame:
    """The posts these people hold on a day, in scope. Grain: appointment. Columns: person_id, role, area_name; highest unit first."""
    statement = (
        select(Appointment.person_id, Appointment.role, Area.name)
        .join(Area, Area.code == Appointment.area_code)
        .where(
            Appointment.person_id.in_(person_ids),
            in_scope(Appointment.area_code, scope),
            valid_on(Appointment.valid_from, Appointment.valid_to, day),
        )
        .order_by(Appointment.area_code, Appointment.id)
    )
    return frame(connection, statement, ["person_id", "role", "area_name"], {"person_id": "int64"})
