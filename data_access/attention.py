"""The few open petitions that want a leader's eye today: overdue ones, and old ones that nothing has moved."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from sqlalchemy import Connection, func, select

from data_access.areas import people
from data_access.captain_lists import captain_posts
from data_access.frames import AnySelect, frame
from data_access.petition_clocks import Deadline, day_of, deadline
from data_access.petitions import last_moved, open_at_end
from data_access.scope import Scope, counted_petitions
from data_access.valid import Area, Petition
from data_access.window import Window

COLUMNS = ["number", "area_code", "area_name", "category", "level", "handler_id", "lead_id", "due_on", "opened_on", "moved_on", "petitions"]


def overdue_petitions(scope: Scope, connection: Connection, window: Window, limit: int) -> pd.DataFrame:
    """Open and past their deadline at the end of the window, the longest overdue first.

    Grain: one row a petition, at most ``limit``. Columns: number, area_code, area_name (its township), category, level (who
    holds it), handler, lead (names, masked unless the scope may see them; None where nobody), unit, village, role (the handler's post
    as a captain, if it is one), due_on, opened_on, moved_on (dates), petitions (how many there are in all).
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


def _open_petitions(scope: Scope, window: Window, clock: Deadline) -> AnySelect:
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
        )
        .select_from(Petition)
        .outerjoin(clock.clock, clock.on)
        .outerjoin(Area, Area.code == township)
        .where(counted_petitions(scope), open_at_end(window))
    )


def _named(scope: Scope, connection: Connection, window: Window, statement: AnySelect) -> pd.DataFrame:
    rows = frame(connection, statement, COLUMNS)
    names = people(scope, connection, [*rows["handler_id"].dropna(), *rows["lead_id"].dropna()]).set_index("person_id")["name"]
    for role in ("handler", "lead"):
        rows[role] = [names.get(person) for person in rows[f"{role}_id"]]
    posts = captain_posts(scope, connection, window.last, tuple(rows["handler_id"].dropna()))
    return rows.merge(posts, how="left", left_on="handler_id", right_on="person_id").drop(columns=["handler_id", "lead_id", "person_id"])


ATTENTION_TABLES = ("petition", "petition_event", "area", "person", "appointment", "calendar_day")
