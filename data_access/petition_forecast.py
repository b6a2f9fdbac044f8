"""What a forecast of missed deadlines needs: how long cases took so far, and the cases whose deadline comes up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Date, and_, case, func, literal, or_, select

from data_access.frames import by_hashing, frame
from data_access.petition_clocks import Deadline, day_of, deadline, kind_of_petition
from data_access.petitions import one_if, open_at_end
from data_access.scope import CODE_LENGTHS, Scope, counted_petitions
from data_access.valid import Petition
from data_access.window import Window

CASE_COLUMNS = ["id", "number", "category", "code", "kind", "opened_at", "ended_at", "outcome", "due_day", "due_instant", "handler_id"]
EVE_COLUMNS = ["code", "kind", "opened_at", "ended_at", "outcome", "due_day", "due_instant", "monday"]


def days_open(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """From when to when cases were open: those opened in the window, as known at its end.

    Grain: kind (small, big, hard, xinfang) × township (code) × day opened × day ended (missing: still open) × whether it was resolved
    (1, or 0: still open, or withdrawn, transferred, not accepted on the way). Columns: kind, code, opened_on, ended_on, resolved, cases.
    """
    known = and_(Petition.ended_at.is_not(None), Petition.ended_at < window.end)
    dimensions = (
        kind_of_petition(window).label("kind"),
        func.substr(Petition.area_code, 1, CODE_LENGTHS["township"]).label("code"),
        day_of(Petition.opened_at).label("opened_on"),
        case((known, day_of(Petition.ended_at))).label("ended_on"),
        one_if(and_(known, Petition.outcome == "resolved")).label("resolved"),
    )
    lasted = (
        select(*dimensions)
        .where(
            counted_petitions(scope),
            Petition.opened_at >= window.start,
            Petition.opened_at < window.end,
            # An extension moves the deadline of just those that take long, and a reopened case carries its first end no more:
            # with either, the others would look later than they are.
            Petition.extended_to.is_(None),
            func.coalesce(Petition.reopened, 0) == 0,
        )
        .subquery()
    )
    statement = select(*lasted.c, func.count()).where(lasted.c.kind.is_not(None)).group_by(*lasted.c)
    columns = ["kind", "code", "opened_on", "ended_on", "resolved", "cases"]
    with by_hashing(connection):
        return frame(
            connection, statement, columns, {"kind": "str", "code": "str", "ended_on": object, "resolved": "int64", "cases": "int64"}
        )


def cases_due(scope: Scope, connection: Connection, window: Window, last_day: date) -> pd.DataFrame:
    """Open cases whose deadline lies ahead, up to ``last_day``. Grain: petition. Columns: :data:`CASE_COLUMNS`."""
    due = deadline(window)
    return _cases(scope, connection, due, due.between(window.end.date(), last_day), due.ahead(window.end), open_at_end(window))


def open_on_the_eve(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Cases that were open when the week of their deadline began, and what became of them: what a forecast is checked against.

    The window holds whole weeks, Monday to Sunday, that are over. Grain: petition. Columns: :data:`EVE_COLUMNS`.
    """
    due = deadline(window)
    weeks = range(0, (window.last - window.first).days + 1, 7)
    monday = _latest_of([window.first + timedelta(days=days) for days in weeks], due.day)
    fields = (Petition.area_code, due.kind, Petition.opened_at, Petition.ended_at, Petition.outcome, due.day, due.instant, monday)
    statement = (
        select(*fields)
        .select_from(Petition)
        .outerjoin(due.clock, due.on)
        .where(
            counted_petitions(scope),
            due.between(window.first, window.last),
            Petition.opened_at < monday,
            or_(Petition.ended_at.is_(None), Petition.ended_at >= monday),
        )
        .order_by(monday, Petition.id)
    )
    return frame(connection, statement, EVE_COLUMNS)


def _latest_of(days: Sequence[date], day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The latest of ascending ``days`` that is no later than ``day``, which is no earlier than the first: asked by halves."""
    if len(days) == 1:
        return literal(days[0], Date)
    half = len(days) // 2
    return case((day < days[half], _latest_of(days[:half], day)), else_=_latest_of(days[half:], day))


def _cases(scope: Scope, connection: Connection, due: Deadline, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    fields = (
        Petition.id,
        Petition.number,
        Petition.category,
        Petition.area_code,
        due.kind,
        Petition.opened_at,
        Petition.ended_at,
    )
    statement = (
        select(*fields, Petition.outcome, due.day, due.instant, Petition.handler_id)
        .select_from(Petition)
        .outerjoin(due.clock, due.on)
        .where(counted_petitions(scope), *conditions)
        .order_by(due.day, Petition.id)
    )
    return frame(connection, statement, CASE_COLUMNS)
