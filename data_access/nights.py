"""三夜: sessions, lecturers, visits by week, and who had to visit. What the counts mean is judged in ``metrics.nights``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, Date, and_, case, func, literal, or_, select, union_all

from data_access.areas import in_post_on, townships, villages
from data_access.fact import Cut, Fact
from data_access.frames import AnySelect, frame
from data_access.scope import CODE_LENGTHS, Scope, counted, counted_petitions, unit_code
from data_access.valid import Appointment, LeavePeriod, NightLecturer, NightSession, NightVisit, Petition
from data_access.window import Window

TOWNSHIP_CADRES = ("township_chief", "township_leader", "township_staff")
VILLAGE_CADRES = ("village_chief", "village_committee")


def posts_of(scope: Scope, connection: Connection, window: Window, roles: Iterable[str], level: str) -> pd.DataFrame:
    """Appointments to ``roles`` valid on some day of the window, at the unit of ``level`` they lie in.

    Grain: appointment. Columns: person_id, code, first, last (dates or None, both included).
    """
    statement = select(Appointment.person_id, unit_code(Appointment.area_code, level), Appointment.valid_from, Appointment.valid_to).where(
        _held_within(scope, window, roles, level)
    )
    return frame(connection, statement, ["person_id", "code", "first", "last"], {"person_id": "int64", "code": "str"})


def leaves_of(scope: Scope, connection: Connection, window: Window, roles: Iterable[str], level: str) -> pd.DataFrame:
    """Leave, secondment and training of the people in :func:`posts_of`. Grain: leave period. Columns: person_id, first, last."""
    statement = select(LeavePeriod.person_id, LeavePeriod.first_day, LeavePeriod.last_day).where(
        LeavePeriod.first_day <= window.last,
        or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= window.first),
        LeavePeriod.person_id.in_(holders_of(scope, window, roles, level)),
    )
    return frame(connection, statement, ["person_id", "first", "last"], {"person_id": "int64"})


def holders_of(scope: Scope, window: Window, roles: Iterable[str], level: str) -> AnySelect:
    """The people of :func:`posts_of`, as a sub-query."""
    return select(Appointment.person_id).where(_held_within(scope, window, roles, level))


def _held_within(scope: Scope, window: Window, roles: Iterable[str], level: str) -> ColumnElement[bool]:
    return and_(
        counted(Appointment.area_code, scope),
        func.length(Appointment.area_code) >= CODE_LENGTHS[level],
        Appointment.role.in_(tuple(roles)),
        or_(Appointment.valid_from.is_(None), Appointment.valid_from <= window.last),
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= window.first),
    )


def weeks_of(window: Window) -> CTE | None:
    """The weeks of a window that begins with a Monday (``Span.WEEKS``): columns monday, sunday; None where there is none."""
    mondays = [window.first + timedelta(days=7 * number) for number in range(((window.last - window.first).days + 1) // 7)]
    if not mondays:
        return None
    rows = [select(literal(day, Date).label("monday"), literal(day + timedelta(days=6), Date).label("sunday")) for day in mondays]
    return union_all(*rows).cte("weeks")


def _weekly_visits(scope: Scope, connection: Connection, window: Window, roles: Iterable[str], level: str) -> pd.DataFrame:
    columns, dtypes = ["person_id", "monday", "visits"], {"person_id": "int64", "monday": "object", "visits": "int64"}
    weeks = weeks_of(window)
    if weeks is None:
        return pd.DataFrame(columns=columns).astype(dtypes)
    statement = (
        select(NightVisit.person_id, weeks.c.monday, func.count())
        .join(weeks, NightVisit.visited_on.between(weeks.c.monday, weeks.c.sunday))
        .where(
            NightVisit.visited_on.between(window.first, window.last),
            NightVisit.person_id.in_(holders_of(scope, window, roles, level)),
        )
        .group_by(NightVisit.person_id, weeks.c.monday)
    )
    return frame(connection, statement, columns, dtypes)


def township_posts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Township cadres by township: chiefs, leaders, staff. As :func:`posts_of`."""
    return posts_of(scope, connection, window, TOWNSHIP_CADRES, "township")


def township_leaves(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Their leave. As :func:`leaves_of`."""
    return leaves_of(scope, connection, window, TOWNSHIP_CADRES, "township")


def township_visits(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """夜访 of township cadres by week, wherever they went (R09). Grain: person × Monday. Columns: person_id, monday, visits (rows)."""
    return _weekly_visits(scope, connection, window, TOWNSHIP_CADRES, "township")


def village_posts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Village cadres by village: chiefs and other committee members. As :func:`posts_of`."""
    return posts_of(scope, connection, window, VILLAGE_CADRES, "village")


def village_leaves(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Their leave. As :func:`leaves_of`."""
    return leaves_of(scope, connection, window, VILLAGE_CADRES, "village")


def village_visits(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """夜访 of village cadres by week, wherever they went (R09). Grain: person × Monday. Columns: person_id, monday, visits (rows)."""
    return _weekly_visits(scope, connection, window, VILLAGE_CADRES, "village")


def night_sessions(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """夜学, 夜谈 and 述学评学考学 of the window by township.

    Grain: township × kind × day. Columns: code, kind, held_on, sessions, measures, measures_done.
    """
    held = (
        select(
            unit_code(NightSession.area_code, "township").label("code"),
            NightSession.kind,
            NightSession.held_on,
            NightSession.measures,
            NightSession.measures_done,
        )
        .where(
            counted(NightSession.area_code, scope),
            func.length(NightSession.area_code) >= CODE_LENGTHS["township"],
            NightSession.held_on.between(window.first, window.last),
        )
        .subquery()
    )
    totals = [func.coalesce(func.sum(held.c[name]), 0) for name in ("measures", "measures_done")]
    statement = select(held.c.code, held.c.kind, held.c.held_on, func.count(), *totals).group_by(held.c.code, held.c.kind, held.c.held_on)
    counts = ["sessions", "measures", "measures_done"]
    return frame(
        connection, statement, ["code", "kind", "held_on", *counts], {"code": "str", "kind": "str", **dict.fromkeys(counts, "int64")}
    )


def _cadres(scope: Scope, window: Window) -> AnySelect:
    """Township cadres in post on the window's last day, each once a township, with their own id again where they lectured there."""
    cadres = (
        select(unit_code(Appointment.area_code, "township").label("code"), Appointment.person_id)
        .where(
            counted(Appointment.area_code, scope),
            func.length(Appointment.area_code) >= CODE_LENGTHS["township"],
            Appointment.role.in_(TOWNSHIP_CADRES),
            in_post_on(literal(window.last, Date)),
        )
        .distinct()
        .subquery()
    )
    stood_up = (
        select(unit_code(NightSession.area_code, "township").label("code"), NightLecturer.person_id)
        .join(NightLecturer, NightLecturer.session_id == NightSession.id)
        .where(counted(NightSession.area_code, scope), NightSession.held_on.between(window.first, window.last))
        .distinct()
        .subquery()
    )
    return select(cadres.c.code, cadres.c.person_id, stood_up.c.person_id.label("lecturer")).outerjoin(
        stood_up, and_(stood_up.c.code == cadres.c.code, stood_up.c.person_id == cadres.c.person_id)
    )


def cadres_lecturing(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Whom :func:`lecturers` counts. Grain: township × person. Columns: code, person_id, lectured (bool)."""
    found = frame(connection, _cadres(scope, window), ["code", "person_id", "lecturer"], {"code": "str", "person_id": "int64"})
    return found.assign(lectured=found.pop("lecturer").notna())


def lecturers(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Township cadres in post on the window's last day, and those of them who lectured at that township in the window (R08).

    Grain: township. Columns: code, cadres, lectured (distinct people).
    """
    each = _cadres(scope, window).subquery()
    statement = select(each.c.code, func.count(), func.count(each.c.lecturer)).group_by(each.c.code)
    return frame(connection, statement, ["code", "cadres", "lectured"], {"code": "str", "cadres": "int64", "lectured": "int64"})


def night_visit_petitions(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """诉求 heard on night visits (their channel) and opened in the window. Grain: unit. Columns: code, opened, on_the_spot (R11)."""
    return _from_night_visits(
        scope,
        connection,
        window,
        and_(Petition.opened_at >= window.start, Petition.opened_at < window.end),
        Petition.on_the_spot.is_(True),
        ["code", "opened", "on_the_spot"],
    )


def night_visit_follow_ups(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """诉求 from night visits resolved in the window and long enough before as-of to be looked at again (R10).

    Grain: unit. Columns: code, resolved, followed_up (by as-of).
    """
    long_ago = window.as_of_end - timedelta(days=window.number("nights.follow_up_after_days"))
    return _from_night_visits(
        scope,
        connection,
        window,
        and_(
            Petition.outcome == "resolved",
            Petition.ended_at >= window.start,
            Petition.ended_at < window.end,
            Petition.ended_at < long_ago,
        ),
        and_(Petition.followed_up_at.is_not(None), Petition.followed_up_at < window.as_of_end),
        ["code", "resolved", "followed_up"],
    )


def _from_night_visits(
    scope: Scope, connection: Connection, window: Window, among: ColumnElement[bool], counts: ColumnElement[bool], columns: list[str]
) -> pd.DataFrame:
    rows = (
        select(unit_code(Petition.area_code, window.level).label("code"), case((counts, 1), else_=0).label("counts"))
        .where(
            counted_petitions(scope),
            func.length(Petition.area_code) >= CODE_LENGTHS[window.level],
            Petition.channel == "night_visit",
            among,
        )
        .subquery()
    )
    statement = select(rows.c.code, func.count(), func.sum(rows.c.counts)).group_by(rows.c.code)
    return frame(connection, statement, columns, {"code": "str", columns[1]: "int64", columns[2]: "int64"})


_POSTS = ("appointment", "leave_period", "area")
FACTS = {
    "townships": Fact(townships, ("area",), any_level=True),
    "villages": Fact(villages, ("area",), any_level=True),
    "township_posts": Fact(township_posts, _POSTS, any_level=True),
    "township_leaves": Fact(township_leaves, _POSTS, any_level=True),
    "township_visits": Fact(township_visits, ("night_visit", *_POSTS), any_level=True),
    "village_posts": Fact(village_posts, _POSTS, any_level=True),
    "village_leaves": Fact(village_leaves, _POSTS, any_level=True),
    "village_visits": Fact(village_visits, ("night_visit", *_POSTS), any_level=True),
    "night_sessions": Fact(night_sessions, ("night_session", "area"), any_level=True),
    "lecturers": Fact(lecturers, ("night_session", "night_lecturer", *_POSTS), any_level=True),
    "night_visit_petitions": Fact(night_visit_petitions, ("petition", "area"), cut=Cut.INSTANT, opened_within=True),
    "night_visit_follow_ups": Fact(night_visit_follow_ups, ("petition", "area"), cut=Cut.INSTANT),
}
