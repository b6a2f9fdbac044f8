"""What each captain and household is due once (代表证, 联系卡, 培训), row by row: what 证卡发放率 and 参训率 count."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, SQLColumnExpression, String, Subquery, case, func, literal, null, select, union_all
from sqlalchemy.orm import aliased

from data_access.captains import of_captains
from data_access.frames import AnySelect, frame
from data_access.scope import Scope, counted, unit_code, valid_on
from data_access.valid import Appointment, Area, Household, TrainingAttendance

DUE_TABLES = ("appointment", "household", "training_attendance", "person", "area")
DUE_COLUMNS = ["item", "id", "code", "role", "unit", "village", "done_on"]
PAGE_ROWS = 50
CARDS, TRAINING = ("certificate", "card"), ("training",)
"""The items that a figure counts."""


def dues(
    scope: Scope,
    connection: Connection,
    items: tuple[str, ...],
    first: date,
    moment: date,
    missed: bool,
    page: int = 1,
    rows: int = PAGE_ROWS,
) -> pd.DataFrame:
    """Each certificate and training that a captain, each card that a household is due at the moment; ``missed``: those alone that are not
    done. A training is done where the captain was at one from ``first`` on.

    Columns: item (certificate, card, training), id (of the person, of a card the household), code, role (None of a card), unit, village,
    done_on (None: not done). By area, ``rows`` a page.
    """
    due = _due(scope, items, first, moment)
    unit, village = aliased(Area), aliased(Area)
    statement = (
        select(due.c.item, due.c.id, due.c.code, due.c.role, unit.name, village.name, due.c.done_on)
        .outerjoin(unit, unit.code == due.c.code)
        .outerjoin(village, village.code == unit_code(due.c.code, "village"))
        .order_by(due.c.code, due.c.item, due.c.id)
        .limit(rows)
        .offset((page - 1) * rows)
    )
    statement = statement.where(due.c.done_on.is_(None)) if missed else statement
    return frame(connection, statement, DUE_COLUMNS)


def dues_count(scope: Scope, connection: Connection, items: tuple[str, ...], first: date, moment: date, missed: bool) -> int:
    """How many :func:`dues` has on all its pages."""
    due = _due(scope, items, first, moment)
    statement = select(func.count()).select_from(due)
    return int(connection.scalar(statement.where(due.c.done_on.is_(None)) if missed else statement) or 0)


def _due(scope: Scope, items: tuple[str, ...], first: date, moment: date) -> Subquery:
    parts = {"certificate": _certificates(scope, moment), "card": _cards(scope, moment), "training": _trainings(scope, first, moment)}
    asked = [parts[item] for item in items]
    return (union_all(*asked) if len(asked) > 1 else asked[0]).subquery()


def _certificates(scope: Scope, moment: date) -> AnySelect:
    return _posts(scope, moment, "certificate", _by(Appointment.certificate_on, moment)).where(Appointment.role == "cell_captain")


def _trainings(scope: Scope, first: date, moment: date) -> AnySelect:
    attended = (
        select(func.max(TrainingAttendance.held_on))
        .where(TrainingAttendance.person_id == Appointment.person_id, TrainingAttendance.held_on.between(first, moment))
        .correlate(Appointment)
        .scalar_subquery()
    )
    return _posts(scope, moment, "training", attended)


def _posts(scope: Scope, moment: date, item: str, done_on: SQLColumnExpression[date | None]) -> AnySelect:
    """Captains' appointments, as the figures count them: leave does not end a post."""
    post = Appointment
    return select(
        literal(item, String).label("item"),
        post.person_id.label("id"),
        post.area_code.label("code"),
        post.role.label("role"),
        done_on.label("done_on"),
    ).where(of_captains(), valid_on(post.valid_from, post.valid_to, moment), counted(post.area_code, scope))


def _cards(scope: Scope, moment: date) -> AnySelect:
    home = Household
    return select(
        literal("card", String).label("item"),
        home.id.label("id"),
        home.area_code.label("code"),
        literal(None, String).label("role"),
        _by(home.card_on, moment).label("done_on"),
    ).where(valid_on(home.valid_from, home.valid_to, moment), counted(home.area_code, scope))


def _by(day: SQLColumnExpression[date | None], moment: date) -> SQLColumnExpression[date | None]:
    """What has been done by the moment; later is not yet."""
    return case((day <= moment, day), else_=null())
