"""The few petitions that want a leader's eye today: overdue ones, old ones that nothing has moved, and what has become of them since an
earlier moment."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from sqlalchemy import Connection, and_, case, func, select

from data_access.areas import people
from data_access.captain_lists import captain_posts
from data_access.frames import AnySelect, frame
from data_access.petition_clocks import Deadline, day_of, deadline
from data_access.petitions import last_moved, open_at_end
from data_access.scope import Scope, counted_petitions
from data_access.valid import Area, Petition
from data_access.window import Window

COLUMNS = ["number", "area_code", "area_name", "category", "level", "handler_id", "lead_id", "due_on", "opened_on", "moved_on", "petitions"]
OF_THE_ENDED = [*COLUMNS, "outcome"]


def overdue_petitions(scope: Scope, connection: Connection, window: Window, limit: int) -> pd.DataFrame:
    """Open and past their deadline at the end of the window, the longest overdue first.

    Grain: one row a petition, at most ``limit``. Columns: number, area_code, area_name (its township), category, level (who
    holds it), handler, lead (names, masked unless the scope may see them; None where nobody), unit, village, role (the handler's post
    as a captain, if it is one), due_on, opened_on, moved_on (dates), petitions (how many there are in all), outcome
    (as known now).
    """
    clock = deadline(window)
    statement = _open_petitions(scope, window, clock).where(clock.past(window.end)).order_by(clock.day, Petition.id)
    return _named(scope, connection, window, statement.limit(limit))


def unmoved_backlog(scope: Scope, connection: Connection, window: Window, still_days: int, limit: int) -> pd.DataFrame:
    """积案 (open longer than the rulebook's backlog days) in which nothing has moved for ``still_days``, the stillest first.

    Grain and columns as :func:`overdue_petitions`.
    """
    clock = deadline(window)
    old = Petition.opened_at < window.end - timedelta(days=window.number("petitions.backlog_days"))
    moved = last_moved(window)
    still = moved < window.end - timedelta(days=still_days)
    statement = _open_petitions(scope, window, clock).where(old, still).order_by(moved, Petition.id)
    return _named(scope, connection, window, statement.limit(limit))


def newly_overdue(scope: Scope, connection: Connection, window: Window, before: Window, limit: int) -> pd.DataFrame:
    """Overdue at the end of the window and not yet at the end of the one ``before``, by deadline.

    Grain and columns as :func:`overdue_petitions`.
    """
    clock = deadline(window)
    was = case((and_(open_at_end(before), clock.past(before.end)), 1), else_=0)
    statement = _open_petitions(scope, window, clock).where(clock.past(window.end), was == 0).order_by(clock.day, Petition.id)
    return _named(scope, connection, window, statement.limit(limit))


def ended_since(scope: Scope, connection: Connection, window: Window, before: Window, limit: int) -> pd.DataFrame:
    """Ended between the ends of two windows, whatever the outcome, the last one first.

    Grain and columns as :func:`overdue_petitions`, the outcome known now.
    """
    between = and_(Petition.ended_at >= before.end, Petition.ended_at < window.end)
    statement = _petitions(scope, window, deadline(window)).where(between).order_by(Petition.ended_at.desc(), Petition.id)
    return _named(scope, connection, window, statement.limit(limit))


def due_on_the_day(scope: Scope, connection: Connection, window: Window, limit: int) -> pd.DataFrame:
    """Open at the end of the window, with a deadline on its last day that has not passed.

    Grain and columns as :func:`overdue_petitions`.
    """
    clock = deadline(window)
    statement = _open_petitions(scope, window, clock).where(clock.ahead(window.end), clock.day == window.last)
    return _named(scope, connection, window, statement.order_by(clock.instant, Petition.id).limit(limit))


def _open_petitions(scope: Scope, window: Window, clock: Deadline) -> AnySelect:
    return _petitions(scope, window, clock).where(open_at_end(window))


def _petitions(scope: Scope, window: Window, clock: Deadline) -> AnySelect:
    township = func.substr(Petition.area_code, 1, 9)
    return (
        select(
            Petition.number,
            Petition.area_code,
            Area.name,
            Petition.category,
            Petition.level,
            Petition.handler_id,
            Petition.lead_id,
            clock.day.label("due_on"),
            day_of(Petition.opened_at).label("opened_on"),
            day_of(last_moved(window)).label("moved_on"),
            func.count().over(),
            Petition.outcome,
        )
        .select_from(Petition)
        .outerjoin(clock.clock, clock.on)
        .outerjoin(Area, Area.code == township)
        .where(counted_petitions(scope))
    )


def _named(scope: Scope, connection: Connection, window: Window, statement: AnySelect) -> pd.DataFrame:
    rows = frame(connection, statement, OF_THE_ENDED)
    names = people(scope, connection, [*rows["handler_id"].dropna(), *rows["lead_id"].dropna()]).set_index("person_id")["name"]
    for role in ("handler", "lead"):
        rows[role] = [names.get(person) for person in rows[f"{role}_id"]]
    posts = captain_posts(scope, connection, window.last, tuple(rows["handler_id"].dropna()))
    return rows.merge(posts, how="left", left_on="handler_id", right_on="person_id").drop(columns=["handler_id", "lead_id", "person_id"])


ATTENTION_TABLES = ("petition", "petition_event", "area", "person", "appointment", "calendar_day")
