"""Good deeds of captains (善事), to be listed and published."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from data_access.frames import frame
from data_access.outcomes import deed_areas
from data_access.scope import Scope, counted, free_text, unit_code
from data_access.valid import Area, GoodDeed

DEED_TABLES = ("good_deed", "appointment", "area", "person")
PAGE_ROWS = 50


def deed_counts(scope: Scope, connection: Connection, first: date, last: date, as_of: date) -> tuple[int, int]:
    """How many good deeds were done from ``first`` to ``last``, and how many of them stood on a notice by ``as_of``."""
    where = deed_areas(first, last)
    statement = (
        select(func.count(), func.count().filter(GoodDeed.published_on <= as_of))
        .select_from(GoodDeed)
        .join(where, where.c.id == GoodDeed.id)
        .where(counted(where.c.area_code, scope))
    )
    done, published = connection.execute(statement).one()
    return int(done), int(published)


def deeds(
    scope: Scope,
    connection: Connection,
    first: date,
    last: date,
    as_of: date,
    published: bool | None = None,
    page: int = 1,
    rows: int = PAGE_ROWS,
) -> pd.DataFrame:
    """The good deeds of some days, newest first, ``rows`` a page; only the published ones, or only the others, where that is asked.

    Grain: good deed. Columns: id, person_id, done_on, what (hidden with names), published_on (None: not by ``as_of``), code, unit, village,
    role (of the post held on the day).
    """
    where, village = deed_areas(first, last), aliased(Area)
    statement = (
        select(
            GoodDeed.id,
            GoodDeed.person_id,
            GoodDeed.done_on,
            free_text(scope, GoodDeed.what),
            GoodDeed.published_on,
            where.c.area_code,
            Area.name,
            village.name,
            where.c.role,
        )
        .join(where, where.c.id == GoodDeed.id)
        .outerjoin(Area, Area.code == where.c.area_code)
        .outerjoin(village, village.code == unit_code(where.c.area_code, "village"))
        .where(counted(where.c.area_code, scope), _standing(published, as_of))
        .order_by(GoodDeed.done_on.desc(), GoodDeed.id.desc())
        .limit(rows)
        .offset((max(1, page) - 1) * rows)
    )
    columns = ["id", "person_id", "done_on", "what", "published_on", "code", "unit", "village", "role"]
    found = frame(connection, statement, columns, {"published_on": "object"})
    later = [day is not None and day > as_of for day in found["published_on"]]
    return found.assign(published_on=[None if late else day for late, day in zip(later, found["published_on"], strict=True)])


def _standing(published: bool | None, as_of: date) -> ColumnElement[bool]:
    if published is None:
        return true()
    if published:
        return and_(GoodDeed.published_on.is_not(None), GoodDeed.published_on <= as_of)
    return or_(GoodDeed.published_on.is_(None), GoodDeed.published_on > as_of)
