"""What a forecast of missed deadlines needs: how long cases took so far, and the cases whose deadline comes up."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Date, and_, case, func, literal, or_, select

from data_access.frames import by_hashing, frame
from data_access.petition_clocks import Deadline, day_of, deadline, kind_of_petition, numbered_days
from data_access.petitions import one_if, open_at_end
from data_access.scope import CODE_LENGTHS, Scope, counted_petitions
from data_access.tables import Petition
from data_access.window import Window

HISTORY_DAYS = 365
CASE_COLUMNS = ["id", "number", "category", "code", "kind", "opened_at", "ended_at", "outcome", "due_day", "due_instant", "handler_id"]


def closing_days(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """How long cases took, in working days, as known at the end of the window: those opened in the year before.

    Grain: kind (small, big, hard, xinfang) × township (code) × working days after the day of opening × whether it was resolved (1) or
    is censored (0: still open, or withdrawn, transferred, not accepted on the way). Columns: kind, code, days, resolved, cases.
    """
    known = and_(Petition.ended_at.is_not(None), Petition.ended_at < window.end)
    # Still open: seen up to the last day that is over. Both days are looked up in the calendar, so a weekend or National Day takes no time.
    until = case((known, day_of(Petition.ended_at)), else_=literal(window.last_over, Date))
    numbered = numbered_days()
    began, ceased = numbered.alias("began"), numbered.alias("ceased")
    lasted = (
        select(
            kind_of_petition().label("kind"),
            func.substr(Petition.area_code, 1, CODE_LENGTHS["township"]).label("code"),
            (ceased.c.worked - began.c.worked).label("days"),
            one_if(and_(known, Petition.outcome == "resolved")).label("resolved"),
        )
        .select_from(Petition)
        .join(began, began.c.day == day_of(Petition.opened_at))
        .join(ceased, ceased.c.day == until)
        .where(
            counted_petitions(scope),
            Petition.opened_at >= window.days_back(HISTORY_DAYS),
            Petition.opened_at < window.end,
            # An extension moves the deadline of just those that take long, and a reopened case carries its first end no more:
            # with either, the others would look later than they are.
            Petition.extended_to.is_(None),
            func.coalesce(Petition.reopened, 0) == 0,
        )
        .subquery()
    )
    dimensions = (lasted.c.kind, lasted.c.code, lasted.c.days, lasted.c.resolved)
    statement = select(*dimensions, func.count()).where(lasted.c.kind.is_not(None), lasted.c.days >= 0).group_by(*dimensions)
    counts = ["days", "resolved", "cases"]
    with by_hashing(connection):
        return frame(connection, statement, ["kind", "code", *counts], {"kind": "str", "code": "str", **dict.fromkeys(counts, "int64")})


def cases_due(scope: Scope, connection: Connection, window: Window, last_day: date) -> pd.DataFrame:
    """Open cases whose deadline lies ahead, up to ``last_day``. Grain: petition. Columns: :data:`CASE_COLUMNS`."""
    due = deadline(window)
    return _cases(scope, connection, due, due.between(window.end.date(), last_day), due.ahead(window.end), open_at_end(window))


def cases_that_were_due(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Cases whose deadline lay in the window, and what became of them: what a forecast is checked against. Columns as :func:`cases_due`."""
    due = deadline(window)
    started = or_(Petition.ended_at.is_(None), Petition.ended_at >= window.start - timedelta(days=7))
    return _cases(scope, connection, due, due.between(window.first, window.last), due.past(window.end), started)


def _cases(scope: Scope, connection: Connection, due: Deadline, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    fields = (
        Petition.id,
        Petition.number,
        Petition.category,
        Petition.area_code,
        kind_of_petition(),
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
