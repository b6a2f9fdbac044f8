"""成效: how much the nights, receptions and captains have brought about, by unit. Totals that are told side by side and judged by nobody.

What an indicator counts already is taken from it (``metrics.outcomes``) and not asked again here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, Subquery, and_, distinct, func, or_, select

from data_access.captains import by_captain
from data_access.fact import Cut, Fact
from data_access.frames import AnySelect, frame
from data_access.petition_clocks import deadline
from data_access.petitions import ended_by_then, how_many, known_outcome, within
from data_access.scope import Scope, counted, counted_petitions, has_unit, unit_code, valid_on
from data_access.valid import (
    Appointment,
    CaptainMeeting,
    CaptainVisit,
    GoodDeed,
    Household,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Petition,
    ReceptionSlot,
)
from data_access.window import Window
from data_access.words import CAPTAIN_ROLES


def _lies(column: SQLColumnExpression[str], scope: Scope, window: Window) -> ColumnElement[bool]:
    """In a unit of the window's level that counts."""
    return and_(counted(column, scope), has_unit(column, window.level))


def _totals(connection: Connection, rows: Subquery, *counts: ColumnElement[Any]) -> pd.DataFrame:
    """By the ``code`` of some rows their totals; a total of nothing is 0."""
    statement = select(rows.c.code, *(func.coalesce(count, 0) for count in counts)).group_by(rows.c.code)
    names = [str(count.name) for count in counts]
    return frame(connection, statement, ["code", *names], {"code": "str", **dict.fromkeys(names, "int64")})


def nights_stayed(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """住夜 of the nights of the window, by anyone, at the township or a village under it; the same person, night and place once.

    Grain: unit. Columns: code, stays (人次).
    """
    stay = NightStay
    rows = (
        select(unit_code(stay.area_code, window.level).label("code"), stay.person_id, stay.area_code, stay.night)
        .where(_lies(stay.area_code, scope, window), stay.night.between(window.first, window.last))
        .distinct()
        .subquery()
    )
    return _totals(connection, rows, func.count().label("stays"))


def visits_at_night(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """夜访, where they went. Grain: unit. Columns: code, visits (rows), people (人次 told), untold (visits that tell none)."""
    visit = NightVisit
    rows = (
        select(unit_code(visit.area_code, window.level).label("code"), visit.people)
        .where(_lies(visit.area_code, scope, window), visit.visited_on.between(window.first, window.last))
        .subquery()
    )
    return _totals(
        connection,
        rows,
        func.count().label("visits"),
        func.sum(rows.c.people).label("people"),
        how_many(rows.c.people.is_(None)).label("untold"),
    )


def night_disputes(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Disputes heard on night visits, opened in the window and due or ended as of: the cut of ``reception.reception_disputes``.

    Grain: unit × outcome as of (None: open and due). Columns: code, outcome, disputes.
    """
    due = deadline(window)
    rows = (
        select(unit_code(Petition.area_code, window.level).label("code"), known_outcome(window).label("outcome"))
        .outerjoin(due.clock, due.on)
        .where(
            counted_petitions(scope),
            has_unit(Petition.area_code, window.level),
            and_(Petition.channel == "night_visit", Petition.is_dispute.is_(True)),
            within(Petition.opened_at, window),
            or_(due.past(window.as_of_end), ended_by_then(window)),
        )
        .subquery()
    )
    statement = select(rows.c.code, rows.c.outcome, func.count()).group_by(rows.c.code, rows.c.outcome)
    return frame(connection, statement, ["code", "outcome", "disputes"], {"code": "str", "outcome": "object", "disputes": "int64"})


def sessions_held(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """夜学 and 夜谈. Grain: unit (a session lies at its township). Columns: code, studies, talks, needs (heard at 夜谈)."""
    rows = _sessions(scope, window).subquery()
    is_talk = rows.c.kind == "talk"
    return _totals(
        connection,
        rows,
        how_many(rows.c.kind == "study").label("studies"),
        how_many(is_talk).label("talks"),
        func.sum(rows.c.needs).filter(is_talk).label("needs"),
    )


def lecturers_heard(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Who lectured at 夜学, each person once a unit, in post now or not. Grain: unit. Columns: code, lecturers (people)."""
    rows = _sessions(scope, window).add_columns(NightLecturer.person_id).join(NightLecturer, NightLecturer.session_id == NightSession.id)
    taught = rows.where(NightSession.kind == "study").subquery()
    return _totals(connection, taught, func.count(distinct(taught.c.person_id)).label("lecturers"))


def _sessions(scope: Scope, window: Window) -> AnySelect:
    session = NightSession
    return select(unit_code(session.area_code, window.level).label("code"), session.kind, session.needs).where(
        _lies(session.area_code, scope, window), session.held_on.between(window.first, window.last)
    )


def receptions_held(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Slots at which somebody received, published or not. Grain: unit. Columns: code, slots, visitors (人次)."""
    slot = ReceptionSlot
    rows = (
        select(unit_code(slot.area_code, window.level).label("code"), slot.visitors)
        .where(
            _lies(slot.area_code, scope, window),
            slot.received_by.is_not(None),
            slot.day.between(window.first, window.last),
        )
        .subquery()
    )
    return _totals(connection, rows, func.count().label("slots"), func.sum(rows.c.visitors).label("visitors"))


def matters_received(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """诉求 raised at receptions (their channel) and opened in the window. Grain: unit. Columns: code, matters (件)."""
    rows = (
        select(unit_code(Petition.area_code, window.level).label("code"))
        .where(
            counted_petitions(scope),
            has_unit(Petition.area_code, window.level),
            Petition.channel == "reception",
            within(Petition.opened_at, window),
        )
        .subquery()
    )
    return _totals(connection, rows, func.count().label("matters"))


def households_called_on(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Visits of 三长, where the household lies. Grain: unit. Columns: code, visits (户次)."""
    by_household = (
        select(CaptainVisit.household_id.label("id"), func.count().label("visits"))
        .where(CaptainVisit.visited_on.between(window.first, window.last), by_captain())
        .group_by(CaptainVisit.household_id)
        .subquery()
    )
    rows = (
        select(unit_code(Household.area_code, window.level).label("code"), by_household.c.visits)
        .join(by_household, by_household.c.id == Household.id)
        .where(_lies(Household.area_code, scope, window))
        .subquery()
    )
    return _totals(connection, rows, func.sum(rows.c.visits).label("visits"))


def meetings_held(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Meetings of 三长 of every kind. Grain: unit. Columns: code, meetings."""
    meeting = CaptainMeeting
    rows = (
        select(unit_code(meeting.area_code, window.level).label("code"))
        .where(_lies(meeting.area_code, scope, window), meeting.held_on.between(window.first, window.last))
        .subquery()
    )
    return _totals(connection, rows, func.count().label("meetings"))


def deed_areas(first: Any, last: Any) -> Subquery:
    """Where a good deed lies: at the unit its captain led on the day; of several the highest, and of those the lower code.

    Grain: good deed of the days. Columns: id, area_code, role.
    """
    placed = (
        select(
            GoodDeed.id.label("id"),
            Appointment.area_code.label("area_code"),
            Appointment.role.label("role"),
            func.row_number()
            .over(partition_by=GoodDeed.id, order_by=(func.length(Appointment.area_code), Appointment.area_code, Appointment.role))
            .label("place"),
        )
        .join(
            Appointment,
            and_(
                Appointment.person_id == GoodDeed.person_id,
                Appointment.role.in_(CAPTAIN_ROLES),
                valid_on(Appointment.valid_from, Appointment.valid_to, GoodDeed.done_on),
            ),
        )
        .where(GoodDeed.done_on.between(first, last))
        .subquery()
    )
    return select(placed.c.id, placed.c.area_code, placed.c.role).where(placed.c.place == 1).subquery()


def deeds_done(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """Good deeds of captains. Grain: unit. Columns: code, deeds (件), published (on a notice by the as-of day)."""
    where = deed_areas(window.first, window.last)
    rows = (
        select(unit_code(where.c.area_code, window.level).label("code"), GoodDeed.published_on)
        .join(where, where.c.id == GoodDeed.id)
        .where(_lies(where.c.area_code, scope, window))
        .subquery()
    )
    return _totals(connection, rows, func.count().label("deeds"), how_many(rows.c.published_on <= window.as_of).label("published"))


FACTS = {
    "nights_stayed": Fact(nights_stayed, ("night_stay", "area", "person"), sums=("stays",)),
    "visits_at_night": Fact(visits_at_night, ("night_visit", "area", "person"), sums=("visits", "people", "untold")),
    "night_disputes": Fact(night_disputes, ("petition", "area", "calendar_day"), cut=Cut.INSTANT, opened_within=True, sums=("disputes",)),
    "sessions_held": Fact(sessions_held, ("night_session", "area"), sums=("studies", "talks", "needs")),
    "lecturers_heard": Fact(lecturers_heard, ("night_session", "night_lecturer", "area", "person")),
    "receptions_held": Fact(receptions_held, ("reception_slot", "area"), sums=("slots", "visitors")),
    "matters_received": Fact(matters_received, ("petition", "area"), cut=Cut.INSTANT, opened_within=True, sums=("matters",)),
    "households_called_on": Fact(households_called_on, ("captain_visit", "household", "appointment", "area", "person"), sums=("visits",)),
    "meetings_held": Fact(meetings_held, ("captain_meeting", "area"), sums=("meetings",)),
    "deeds_done": Fact(deeds_done, ("good_deed", "appointment", "area", "person"), knows_as_of=True, sums=("deeds", "published")),
}
