"""The few petitions that want a leader's eye today: overdue ones, old ones that nothing has moved, and what has become of them since an
earlier moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, SQLColumnExpression, Subquery, and_, case, func, literal, or_, select

from data_access.areas import people
from data_access.captain_lists import captain_posts
from data_access.frames import AnySelect, by_another_index, frame
from data_access.petition_clocks import Deadline, day_of, deadline
from data_access.petitions import last_moved, open_at_end
from data_access.scope import Scope, counted_petitions
from data_access.valid import Area, Petition
from data_access.window import Window

COLUMNS = [
    *("number", "area_code", "area_name", "category", "level", "handler_id", "lead_id"),
    *("due_on", "opened_on", "moved_on", "outcome", "standing", "petitions"),
]


def overdue_petitions(scope: Scope, connection: Connection, window: Window, limit: int) -> pd.DataFrame:
    """Open and past their deadline at the end of the window, the longest overdue first.

    Grain: one row a petition, at most ``limit``. Columns: number, area_code, area_name (its township), category, level (who
    holds it), handler, lead (names, masked unless the scope may see them; None where nobody), unit, village, role (the handler's post
    as a captain, if it is one), due_on, opened_on, moved_on (dates), outcome (as known now), standing (overdue, unmoved, due, ended),
    petitions (how many of that standing there are in all).
    """
    clock, overdue = deadline(window), literal("overdue")
    found = _cases(scope, clock, overdue, open_at_end(window), clock.past(window.end))
    return _named(scope, connection, window, _placed(found, overdue, clock.day, Petition.id), limit)


def unmoved_backlog(scope: Scope, connection: Connection, window: Window, still_days: int, limit: int) -> pd.DataFrame:
    """积案 (open longer than the rulebook's backlog days) in which nothing has moved for ``still_days``, the stillest first.

    Grain and columns as :func:`overdue_petitions`.
    """
    old = by_another_index(Petition.opened_at) < window.end - timedelta(days=window.number("petitions.backlog_days"))
    moves = _cases(scope, deadline(window), literal("unmoved"), open_at_end(window), old).add_columns(last_moved(window).label("moved"))
    backlog = moves.cte("backlog").prefix_with("MATERIALIZED")  # looked up once a case, and not again to compare and to order it
    still = _of(backlog).where(backlog.c.moved < window.end - timedelta(days=still_days))
    return _named(scope, connection, window, _placed(still, backlog.c.standing, backlog.c.moved, backlog.c.id), limit)


def changed_petitions(scope: Scope, connection: Connection, window: Window, before: Window, limit: int) -> pd.DataFrame:
    """What has become of petitions since the end of the window ``before``, by ``standing`` the first ``limit`` each: ``overdue`` and not so
    before, by deadline; ``due`` on the window's last day with some time left, by deadline; ``ended``, whatever the outcome, the last first.

    Grain and columns as :func:`overdue_petitions`.
    """
    clock, is_open = deadline(window), open_at_end(window)
    was_overdue = case((and_(open_at_end(before), clock.past(before.end)), 1), else_=0)
    standing = case(
        (and_(Petition.ended_at >= before.end, Petition.ended_at < window.end), "ended"),
        (and_(is_open, clock.past(window.end), was_overdue == 0), "overdue"),
        (and_(is_open, clock.ahead(window.end), clock.day == window.last), "due"),
    )
    moving = or_(Petition.ended_at.is_(None), Petition.ended_at >= min(before.end, window.end))
    known = _cases(scope, clock, standing, moving).add_columns(Petition.ended_at, clock.instant.label("instant"))
    cases = known.cte("cases").prefix_with("MATERIALIZED")
    order = (
        case((cases.c.standing == "ended", cases.c.ended_at)).desc(),
        case((cases.c.standing == "overdue", cases.c.due_on)),
        case((cases.c.standing == "due", cases.c.instant)),
        cases.c.id,
    )
    found = _of(cases).where(cases.c.standing.is_not(None))
    return _named(scope, connection, window, _placed(found, cases.c.standing, *order), limit)


def _of(cases: CTE) -> AnySelect:
    return select(cases.c.id, cases.c.due_on, cases.c.standing)


def _cases(scope: Scope, clock: Deadline, standing: ColumnElement[str], *conditions: ColumnElement[bool]) -> AnySelect:
    named = Petition.id.label("id"), clock.day.label("due_on"), standing.label("standing")
    return select(*named).select_from(Petition).outerjoin(clock.clock, clock.on).where(counted_petitions(scope), *conditions)


def _placed(found: AnySelect, standing: ColumnElement[str], *order: SQLColumnExpression[Any]) -> Subquery:
    """Cases with their place among those of the same standing, and how many ``petitions`` those are. Columns: id, due_on, standing, place,
    petitions."""
    place = func.row_number().over(partition_by=standing, order_by=order)
    return found.add_columns(place.label("place"), func.count().over(partition_by=standing).label("petitions")).subquery()


def _named(scope: Scope, connection: Connection, window: Window, placed: Subquery, limit: int) -> pd.DataFrame:
    """The first ones, and what is said of them: that is looked up for these alone."""
    statement = (
        select(
            Petition.number,
            Petition.area_code,
            Area.name,
            Petition.category,
            Petition.level,
            Petition.handler_id,
            Petition.lead_id,
            placed.c.due_on,
            day_of(Petition.opened_at).label("opened_on"),
            day_of(last_moved(window)).label("moved_on"),
            Petition.outcome,
            placed.c.standing,
            placed.c.petitions,
        )
        .select_from(placed)
        .join(Petition, Petition.id == placed.c.id)
        .outerjoin(Area, Area.code == func.substr(Petition.area_code, 1, 9))
        .where(placed.c.place <= limit)
        .order_by(placed.c.standing, placed.c.place)
    )
    rows = frame(connection, statement, COLUMNS)
    names = people(scope, connection, [*rows["handler_id"].dropna(), *rows["lead_id"].dropna()]).set_index("person_id")["name"]
    for role in ("handler", "lead"):
        rows[role] = [names.get(person) for person in rows[f"{role}_id"]]
    posts = captain_posts(scope, connection, window.last, tuple(rows["handler_id"].dropna()))
    return rows.merge(posts, how="left", left_on="handler_id", right_on="person_id").drop(columns=["handler_id", "lead_id", "person_id"])


ATTENTION_TABLES = ("petition", "petition_event", "area", "person", "appointment", "calendar_day")
