"""三夜 as rows: who held what with which lecturers, who went where, and the 诉求 a visit raised (one 诉求, one id)."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, distinct, func, or_, select
from sqlalchemy.orm import aliased

from data_access.frames import AnySelect, frame
from data_access.scope import Scope, counted, counted_petitions, in_scope, unit_code, unrestricted_petitions
from data_access.valid import Area, NightLecturer, NightSession, NightVisit, Petition
from data_access.window import Window

PAGE_ROWS = 20
LIST_TABLES = ("night_session", "night_lecturer", "night_visit", "petition", "person", "area")


def session_totals(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """What the sessions of the window add up to. Grain: kind. Columns: kind, sessions, attendees, measures, measures_done, needs."""
    sums = [
        func.coalesce(func.sum(column), 0)
        for column in (NightSession.attendees, NightSession.measures, NightSession.measures_done, NightSession.needs)
    ]
    statement = select(NightSession.kind, func.count(), *sums).where(_held(scope, window)).group_by(NightSession.kind)
    columns = ["kind", "sessions", "attendees", "measures", "measures_done", "needs"]
    return frame(connection, statement, columns, {"kind": "str", **dict.fromkeys(columns[1:], "int64")})


def _held(scope: Scope, window: Window) -> ColumnElement[bool]:
    return and_(counted(NightSession.area_code, scope), NightSession.held_on.between(window.first, window.last))


def _visited(scope: Scope, window: Window) -> ColumnElement[bool]:
    return and_(
        counted(NightVisit.area_code, scope),
        NightVisit.visited_on.between(window.first, window.last),
    )


def visit_totals(scope: Scope, connection: Connection, window: Window) -> dict[str, int]:
    """visits (户次), people (人次), cadres (distinct visitors) of the window; raised: 诉求 from night visits opened in it, on_the_spot."""
    went = connection.execute(
        select(func.count(), func.coalesce(func.sum(NightVisit.people), 0), func.count(distinct(NightVisit.person_id))).where(
            _visited(scope, window)
        )
    ).one()
    heard = and_(
        counted_petitions(scope), Petition.channel == "night_visit", Petition.opened_at >= window.start, Petition.opened_at < window.end
    )
    raised = connection.scalar(select(func.count()).where(heard)) or 0
    at_once = connection.scalar(select(func.count()).where(heard, Petition.on_the_spot.is_(True))) or 0
    return {
        "visits": int(went[0] or 0),
        "people": int(went[1] or 0),
        "cadres": int(went[2] or 0),
        "raised": int(raised),
        "on_the_spot": int(at_once),
    }


def session_count(scope: Scope, connection: Connection, window: Window, kinds: tuple[str, ...]) -> int:
    return connection.scalar(select(func.count()).where(_held(scope, window), NightSession.kind.in_(kinds))) or 0


def session_list(
    scope: Scope, connection: Connection, window: Window, kinds: tuple[str, ...], page: int = 1, rows: int = PAGE_ROWS
) -> pd.DataFrame:
    """One page of sessions, newest first. Grain: session.

    Columns: id, kind, held_on, code, township, minutes, theme, attendees, measures, measures_done, needs.
    """
    township = aliased(Area)
    statement = (
        select(
            NightSession.id,
            NightSession.kind,
            NightSession.held_on,
            unit_code(NightSession.area_code, "township"),
            township.name,
            NightSession.minutes,
            NightSession.theme,
            NightSession.attendees,
            NightSession.measures,
            NightSession.measures_done,
            NightSession.needs,
        )
        .outerjoin(township, township.code == unit_code(NightSession.area_code, "township"))
        .where(_held(scope, window), NightSession.kind.in_(kinds))
        .order_by(NightSession.held_on.desc(), NightSession.id.desc())
        .limit(rows)
        .offset((page - 1) * rows)
    )
    columns = ["id", "kind", "held_on", "code", "township", "minutes", "theme", "attendees", "measures", "measures_done", "needs"]
    return frame(connection, statement, columns, {"id": "int64"})


def lecturers_of(scope: Scope, connection: Connection, session_ids: tuple[int, ...]) -> pd.DataFrame:
    """Who lectured at these sessions. Grain: session × lecturer. Columns: session_id, person_id."""
    statement = (
        select(NightLecturer.session_id, NightLecturer.person_id)
        .join(NightSession, NightSession.id == NightLecturer.session_id)
        .where(NightLecturer.session_id.in_(session_ids), in_scope(NightSession.area_code, scope))
        .order_by(NightLecturer.id)
    )
    return frame(connection, statement, ["session_id", "person_id"], {"session_id": "int64", "person_id": "int64"})


def _visits(scope: Scope, window: Window, raised_only: bool) -> AnySelect:
    petition = and_(Petition.origin_visit_id == NightVisit.id, unrestricted_petitions(scope))
    visits = select(NightVisit).outerjoin(Petition, petition).where(_visited(scope, window))
    return visits.where(Petition.id.is_not(None)) if raised_only else visits


def visit_count(scope: Scope, connection: Connection, window: Window, raised_only: bool) -> int:
    return connection.scalar(_visits(scope, window, raised_only).with_only_columns(func.count())) or 0


def visit_list(
    scope: Scope, connection: Connection, window: Window, raised_only: bool, page: int = 1, rows: int = PAGE_ROWS
) -> pd.DataFrame:
    """One page of night visits, newest first, each with the 诉求 it raised. Grain: visit × petition (a visit without one: one row).

    Columns: id, visited_on, code (village), village, township, person_id, people, note, number, category, title, on_the_spot,
    ended_at, outcome, followed_up_at. note and title are None without the right to names.
    """
    village, township = aliased(Area), aliased(Area)
    statement = (
        _visits(scope, window, raised_only)
        .outerjoin(village, village.code == NightVisit.area_code)
        .outerjoin(township, township.code == unit_code(NightVisit.area_code, "township"))
        .with_only_columns(
            NightVisit.id,
            NightVisit.visited_on,
            NightVisit.area_code,
            village.name,
            township.name,
            NightVisit.person_id,
            NightVisit.people,
            NightVisit.note,
            *RAISED,
        )
        .order_by(NightVisit.visited_on.desc(), NightVisit.id.desc(), Petition.id)
        .limit(rows)
        .offset((page - 1) * rows)
    )
    columns = ["id", "visited_on", "code", "village", "township", "person_id", "people", "note", *RAISED_COLUMNS]
    return without_words(scope, frame(connection, statement, columns, {"id": "int64"}))


RAISED = (
    Petition.number,
    Petition.category,
    Petition.title,
    Petition.on_the_spot,
    Petition.ended_at,
    Petition.outcome,
    Petition.followed_up_at,
)
RAISED_COLUMNS = ["number", "category", "title", "on_the_spot", "ended_at", "outcome", "followed_up_at"]


def without_words(scope: Scope, rows: pd.DataFrame) -> pd.DataFrame:
    """Free text may hold names: only a scope that may see names reads it."""
    if scope.may_see_names:
        return rows
    return rows.assign(**{column: None for column in ("note", "title") if column in rows})


def owed_follow_ups(scope: Scope, connection: Connection, window: Window, rows: int = PAGE_ROWS) -> pd.DataFrame:
    """诉求 from night visits, resolved in the window and long enough ago, that nobody has gone back to (R10); longest ago first.

    Grain: petition. Columns: number, category, township, ended_at, total (how many there are).
    """
    township = aliased(Area)
    long_ago = window.as_of_end - timedelta(days=window.number("nights.follow_up_after_days"))
    statement = (
        select(Petition.number, Petition.category, township.name, Petition.ended_at, func.count().over())
        .outerjoin(township, township.code == unit_code(Petition.area_code, "township"))
        .where(
            counted_petitions(scope),
            Petition.channel == "night_visit",
            Petition.outcome == "resolved",
            Petition.ended_at >= window.start,
            Petition.ended_at < window.end,
            Petition.ended_at < long_ago,
            or_(Petition.followed_up_at.is_(None), Petition.followed_up_at >= window.as_of_end),
        )
        .order_by(Petition.ended_at, Petition.id)
        .limit(rows)
    )
    return frame(connection, statement, ["number", "category", "township", "ended_at", "total"], {"total": "int64"})
