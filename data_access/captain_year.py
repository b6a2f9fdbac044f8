"""One captain's year row by row, as 年度评选 counts it: petitions with their clocks, entries, ratings, answers, marks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, SQLColumnExpression, and_, exists, func, literal, not_, or_, select, union_all

from data_access import tables
from data_access.frames import AnySelect, frame
from data_access.petition_clocks import day_of, deadline, workday_clock
from data_access.petitions import ended_by_then, known_outcome, one_if, within
from data_access.profiles import held_post
from data_access.quality import by_file
from data_access.scope import Scope, counted, counted_petitions, free_text, in_scope
from data_access.valid import CaptainMark, CaptainMeeting, CaptainVisit, Household, Petition, PetitionEvent, PetitionRating, SurveyResponse
from data_access.window import Window

Column = SQLColumnExpression[Any]
YEAR_TABLES = (
    "petition",
    "petition_event",
    "petition_rating",
    "captain_visit",
    "captain_meeting",
    "household",
    "survey_response",
    "captain_mark",
    "appointment",
    "calendar_day",
    "area",
    "person",
)


def handled_of(scope: Scope, connection: Connection, person_id: int, window: Window) -> pd.DataFrame:
    """The petitions a captain handles, opened by as-of, newest first; restricted ones never.

    Grain: petition. Columns: number, category, size, opened_at, due (day or None), past (0/1: that deadline), ended_at and outcome (as of),
    in_time (0/1: ended by the deadline), escalated (0/1: by the deadline), dispatched_at, accept_due (day or None), accept_past (0/1: that
    day), accepted_in_time (0/1).
    """
    due = deadline(window)
    escalated = exists().where(PetitionEvent.petition_id == Petition.id, PetitionEvent.kind == "escalate", due.kept(PetitionEvent.at))
    ended = ended_by_then(window)
    statement = (
        select(
            Petition.number,
            Petition.category,
            Petition.size,
            Petition.opened_at,
            due.day,
            one_if(due.past(window.as_of_end)),
            Petition.ended_at,
            one_if(ended),
            known_outcome(window),
            one_if(and_(ended, due.kept(Petition.ended_at))),
            one_if(escalated),
        )
        .outerjoin(due.clock, due.on)
        .where(counted_petitions(scope), Petition.handler_id == person_id, Petition.opened_at < window.as_of_end)
        .order_by(Petition.opened_at.desc(), Petition.id)
    )
    columns = ["number", "category", "size", "opened_at", "due", "past", "ended_at", "ended", "outcome", "in_time", "escalated"]
    found = frame(connection, statement, columns)
    found["ended_at"] = found["ended_at"].where(found["ended"] == 1)
    return found.drop(columns="ended").merge(_accepted(scope, connection, person_id, window), on="number", how="left")


def _accepted(scope: Scope, connection: Connection, person_id: int, window: Window) -> pd.DataFrame:
    """接单 of petitions dispatched: a statement of its own, with a clock of its own. Columns: number, dispatched_at, accept_due, …"""
    clock = workday_clock(window.number("petitions.accept_workdays"), "accept_clock")
    past, in_time = clock.c.due <= window.day_over, day_of(Petition.accepted_at) <= clock.c.due
    statement = (
        select(Petition.number, Petition.dispatched_at, clock.c.due, one_if(past), one_if(in_time))
        .join(clock, clock.c.day == day_of(Petition.dispatched_at))
        .where(counted_petitions(scope), Petition.handler_id == person_id, Petition.opened_at < window.as_of_end)
    )
    return frame(connection, statement, ["number", "dispatched_at", "accept_due", "accept_past", "accepted_in_time"])


def entries_of(scope: Scope, connection: Connection, person_id: int, first: date, last: date) -> pd.DataFrame:
    """The captain's own visits and the meetings they convened, but those that a file brought (``backfilled``): when they were entered
    nobody knows. Grain: row. Columns: sort (visit, meeting), day, recorded_at."""

    def rows(sort: str, table: type[tables.Timed], day: Column, area: Column, person: Column) -> AnySelect:
        mine = and_(person == person_id, day.between(first, last), counted(area, scope), not_(by_file(table)))
        return select(literal(sort), day, table.recorded_at).where(mine)

    visit, meeting = CaptainVisit, CaptainMeeting
    visited = rows("visit", visit, visit.visited_on, Household.area_code, visit.person_id)
    visited = visited.join_from(visit, Household, Household.id == visit.household_id)
    convened = rows("meeting", meeting, meeting.held_on, meeting.area_code, meeting.convener_id)
    return frame(connection, union_all(visited, convened), ["sort", "day", "recorded_at"])


def ratings_of(scope: Scope, connection: Connection, person_id: int, window: Window) -> pd.DataFrame:
    """Stars 1–5 on petitions the captain handles, newest first. Columns: rated_at, stars, independent (call-back), number."""
    statement = (
        select(PetitionRating.rated_at, PetitionRating.stars, one_if(PetitionRating.independent.is_(True)), Petition.number)
        .join(Petition, Petition.id == PetitionRating.petition_id)
        .where(
            counted_petitions(scope),
            Petition.handler_id == person_id,
            within(PetitionRating.rated_at, window),
        )
        .order_by(PetitionRating.rated_at.desc(), PetitionRating.id)
    )
    return frame(connection, statement, ["rated_at", "stars", "independent", "number"])


def answers_of(
    scope: Scope, connection: Connection, person_id: int, codes: tuple[str, ...], year: int, as_of: date
) -> tuple[int, int, int]:
    """Survey answers of a year: how many from households of the units led, their scores together, how many from elsewhere or nowhere.

    Numbers only: which household answered what is nobody's business. None of somebody who never held a post in the scope.
    """
    own = or_(*(in_scope(Household.area_code, scope.narrowed(code)) for code in codes)) if codes else literal(1) == 0
    answers = (
        select(one_if(own).label("own"), SurveyResponse.score.label("score"))
        .outerjoin(Household, Household.id == SurveyResponse.household_id)
        .where(
            SurveyResponse.year == year,
            SurveyResponse.person_id == person_id,
            held_post(scope, person_id),
            or_(SurveyResponse.answered_on.is_(None), SurveyResponse.answered_on <= as_of),
        )
        .subquery()
    )
    statement = select(answers.c.own, func.count(), func.sum(answers.c.score)).group_by(answers.c.own)
    found = {int(row[0]): (int(row[1]), int(row[2])) for row in connection.execute(statement)}
    return *found.get(1, (0, 0)), found.get(0, (0, 0))[0]


def marks_of(scope: Scope, connection: Connection, person_id: int, year: int, as_of: date) -> pd.DataFrame:
    """Bonus, spot checks and vetoes of a year decided by as-of, of somebody who held a post in the scope.

    Columns: kind, points, passed, reason, evidence (both hidden without the right to names), decided_on.
    """
    columns = ("kind", "points", "passed", "reason", "evidence", "decided_on")
    written = (free_text(scope, CaptainMark.reason), free_text(scope, CaptainMark.evidence))
    statement = (
        select(CaptainMark.kind, CaptainMark.points, CaptainMark.passed, *written, CaptainMark.decided_on)
        .where(
            CaptainMark.person_id == person_id,
            CaptainMark.year == year,
            CaptainMark.decided_on <= as_of,
            held_post(scope, person_id),
        )
        .order_by(CaptainMark.decided_on, CaptainMark.id)
    )
    return frame(connection, statement, columns)
