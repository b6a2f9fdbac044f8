"""年度评选: what each candidate of a role was due to do and did, by person. Counts only; scores and gates are ``metrics.selection``'s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    cast,
    exists,
    extract,
    func,
    not_,
    or_,
    select,
    union_all,
)

from data_access import tables
from data_access.areas import people
from data_access.captains import CAPTAIN_LEVELS, household_counts, meeting_counts
from data_access.frames import AnySelect, frame
from data_access.petition_clocks import day_of, deadline, workday_clock
from data_access.petitions import ended_by_then, how_many, known_outcome, one_if, within
from data_access.quality import by_file
from data_access.scope import CODE_LENGTHS, HIDDEN_TEXT, Scope, counted, counted_petitions, valid_on
from data_access.slots import Slot, slot_table
from data_access.valid import (
    Appointment,
    Area,
    CaptainMark,
    CaptainMeeting,
    CaptainVisit,
    Household,
    LeavePeriod,
    Petition,
    PetitionEvent,
    PetitionRating,
    SurveyResponse,
)
from data_access.window import Window

PERSON_SHARE = {"person_id": "int64", "k": "int64", "n": "int64"}


@dataclass(frozen=True)
class Ballot:
    """One selection asked for: a year and a role. ``window`` is the year up to as-of; the slots are the complete ones in it."""

    year: int
    role: str
    window: Window
    months: tuple[Slot, ...]
    quarters: tuple[Slot, ...]
    weeks: tuple[Slot, ...]

    @property
    def level(self) -> str:
        """The level of the unit a captain of this role leads."""
        return CAPTAIN_LEVELS[self.role]

    @property
    def as_of(self) -> date:
        return self.window.as_of


def _of_role(scope: Scope, ballot: Ballot) -> ColumnElement[bool]:
    return and_(
        Appointment.role == ballot.role,
        counted(Appointment.area_code, scope),
    )


def _candidates(scope: Scope, ballot: Ballot) -> AnySelect:
    """Ids of the known people who hold the role on as-of; leave does not matter."""
    return select(Appointment.person_id).where(
        _of_role(scope, ballot),
        valid_on(Appointment.valid_from, Appointment.valid_to, ballot.as_of),
    )


def posts(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """The candidates' posts of the role that touch the year up to as-of, or are held on as-of.

    Grain: appointment. Columns: person_id, code, valid_from, valid_to (dates or None), current (0/1: held on as-of).
    """
    held = valid_on(Appointment.valid_from, Appointment.valid_to, ballot.as_of)
    touches = and_(
        or_(Appointment.valid_from.is_(None), Appointment.valid_from <= ballot.window.last),
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= ballot.window.first),
    )
    statement = (
        select(Appointment.person_id, Appointment.area_code, Appointment.valid_from, Appointment.valid_to, one_if(held))
        .where(_of_role(scope, ballot), or_(held, touches), Appointment.person_id.in_(_candidates(scope, ballot)))
        .order_by(Appointment.person_id, Appointment.area_code, Appointment.id)
    )
    columns = ["person_id", "code", "valid_from", "valid_to", "current"]
    return frame(connection, statement, columns, {"person_id": "int64", "code": "str", "current": "int64"})


def leaves(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """The candidates' leave in the year. Columns: person_id, first_day, last_day."""
    statement = (
        select(LeavePeriod.person_id, LeavePeriod.first_day, LeavePeriod.last_day)
        .where(
            LeavePeriod.first_day <= ballot.window.last,
            or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= ballot.window.first),
            LeavePeriod.person_id.in_(_candidates(scope, ballot)),
        )
        .order_by(LeavePeriod.person_id, LeavePeriod.first_day, LeavePeriod.id)
    )
    return frame(connection, statement, ["person_id", "first_day", "last_day"], {"person_id": "int64"})


def townships(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Names of the townships. Columns: code, name."""
    statement = select(Area.code, Area.name).where(Area.level == "township", counted(Area.code, scope)).order_by(Area.code)
    return frame(connection, statement, ["code", "name"], {"code": "str", "name": "str"})


def names(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """The candidates' names, masked unless the scope may see them. Columns: person_id, name."""
    found = people(scope, connection, connection.scalars(_candidates(scope, ballot).distinct()))
    return found[["person_id", "name"]].sort_values("person_id").reset_index(drop=True)


def _held_shares(scope: Scope, connection: Connection, ballot: Ballot, slots: Sequence[Slot], shares: AnySelect, item: str) -> pd.DataFrame:
    """Σk, Σn of what the unit a candidate led on each slot's last day was due; a second post for the same unit adds nothing.

    Two statements joined here: each is quick by itself, and SQLite joins two derived tables row against row.
    """
    slot = slot_table(slots)
    held = (
        select(Appointment.person_id, Appointment.area_code, slot.c.text)
        .join(slot, valid_on(Appointment.valid_from, Appointment.valid_to, slot.c.last))
        .where(_of_role(scope, ballot), Appointment.person_id.in_(_candidates(scope, ballot)))
        .distinct()
    )
    posts_held = frame(connection, held, ["person_id", "code", "slot"], {"person_id": "int64", "code": "str", "slot": "str"})
    due = frame(connection, shares, ["code", "slot", "k", "n"], {"code": "str", "slot": "str", "k": "int64", "n": "int64"})
    sums = posts_held.merge(due, on=["code", "slot"]).groupby("person_id")[["k", "n"]].sum().reset_index()
    return sums.assign(item=item)[["person_id", "item", "k", "n"]]


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    none = pd.DataFrame({"person_id": [], "item": [], "k": [], "n": []}).astype({**PERSON_SHARE, "item": "str"})
    return pd.concat(parts, ignore_index=True) if parts else none


def visits(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Households in the unit led, by month (key) and quarter (ordinary), and those visited by any captain.

    Grain: person × item (key_visits, ordinary_visits). Columns: person_id, item, k, n.
    """
    asked = (("key_visits", "key", ballot.months), ("ordinary_visits", "ordinary", ballot.quarters))
    return _together(
        [
            _held_shares(scope, connection, ballot, slots, household_counts(scope, ballot.level, slots, kind), item)
            for item, kind, slots in asked
            if slots
        ]
    )


def meetings(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Meetings due in the unit led itself (恳谈会 of a cell, 例会 and 碰头会 of a patch) and held.

    Grain: person × item (heart_talks, weekly, monthly). Columns: person_id, item, k, n.
    """
    due = (
        ("heart_talks", "heart_talk", "cell", ballot.quarters),
        ("weekly", "weekly", "patch", ballot.weeks),
        ("monthly", "monthly", "patch", ballot.months),
    )
    return _together(
        [
            _held_shares(scope, connection, ballot, slots, meeting_counts(scope, level, slots, kind, level), item)
            for item, kind, level, slots in due
            if level == ballot.level and slots
        ]
    )


def _handled(scope: Scope, ballot: Ballot) -> ColumnElement[bool]:
    return and_(counted_petitions(scope), Petition.handler_id.in_(_candidates(scope, ballot)))


def petitions_due(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Petitions handled whose deadline lies in the year and is past.

    Grain: person × size × outcome as of (None: open) × ended in time × escalated in time. Columns: person_id, size, outcome,
    in_time, escalated (0/1), petitions.
    """
    due = deadline(ballot.window)
    escalated = exists().where(PetitionEvent.petition_id == Petition.id, PetitionEvent.kind == "escalate", due.kept(PetitionEvent.at))
    inner = (
        select(
            Petition.handler_id.label("person_id"),
            Petition.size.label("size"),
            known_outcome(ballot.window).label("outcome"),
            one_if(and_(ended_by_then(ballot.window), due.kept(Petition.ended_at))).label("in_time"),
            one_if(escalated).label("escalated"),
        )
        .outerjoin(due.clock, due.on)
        .where(
            _handled(scope, ballot),
            due.day >= ballot.window.first,
            due.past(ballot.window.end),
            Petition.opened_at < ballot.window.as_of_end,
        )
        .subquery()
    )
    keys = (inner.c.person_id, inner.c.size, inner.c.outcome, inner.c.in_time, inner.c.escalated)
    return frame(
        connection,
        select(*keys, func.count()).group_by(*keys).order_by(*keys),
        ["person_id", "size", "outcome", "in_time", "escalated", "petitions"],
        {"person_id": "int64", "petitions": "int64"},
    )


def petitions_settled(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Petitions handled that were opened in the year and are due or ended as of.

    Grain: person × size × outcome as of. Columns: person_id, size, outcome, petitions.
    """
    due = deadline(ballot.window)
    inner = (
        select(Petition.handler_id.label("person_id"), Petition.size.label("size"), known_outcome(ballot.window).label("outcome"))
        .outerjoin(due.clock, due.on)
        .where(
            _handled(scope, ballot),
            within(Petition.opened_at, ballot.window),
            or_(due.past(ballot.window.as_of_end), ended_by_then(ballot.window)),
        )
        .subquery()
    )
    keys = (inner.c.person_id, inner.c.size, inner.c.outcome)
    return frame(
        connection,
        select(*keys, func.count()).group_by(*keys).order_by(*keys),
        ["person_id", "size", "outcome", "petitions"],
        {"person_id": "int64", "petitions": "int64"},
    )


def petitions_accepted(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """接单: petitions handled that were dispatched in the year, the acceptance clock past. Columns: person_id, k, n."""
    clock = workday_clock(ballot.window.number("petitions.accept_workdays"), "accept_clock")
    statement = (
        select(Petition.handler_id, how_many(day_of(Petition.accepted_at) <= clock.c.due), func.count())
        .join(clock, clock.c.day == day_of(Petition.dispatched_at))
        .where(_handled(scope, ballot), within(Petition.dispatched_at, ballot.window), clock.c.due <= ballot.window.day_over)
        .group_by(Petition.handler_id)
        .order_by(Petition.handler_id)
    )
    return frame(connection, statement, ["person_id", "k", "n"], PERSON_SHARE)


def entries(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """The candidate's own visits and the meetings they convened, and those entered in time. Columns: person_id, k, n.

    A row without ``recorded_at`` is not known to be in time; one that a file brought (``backfilled``) is not judged.
    """
    allowed = 86400 + int(ballot.window.number("quality.entry_hours") * 3600)

    def rows(table: type[tables.Timed], person: ColumnElement[Any], happened: ColumnElement[Any], area: ColumnElement[Any]) -> AnySelect:
        in_time = _seconds(table.recorded_at) < _seconds(happened) + allowed  # type: ignore[arg-type]
        return select(person.label("person_id"), one_if(in_time).label("in_time")).where(
            happened.between(ballot.window.first, ballot.window.last),
            counted(area, scope),
            person.in_(_candidates(scope, ballot)),
            not_(by_file(table)),
        )

    visited = rows(CaptainVisit, CaptainVisit.person_id, CaptainVisit.visited_on, Household.area_code).join_from(  # type: ignore[arg-type]
        CaptainVisit, Household, Household.id == CaptainVisit.household_id
    )
    convened = rows(CaptainMeeting, CaptainMeeting.convener_id, CaptainMeeting.held_on, CaptainMeeting.area_code)  # type: ignore[arg-type]
    both = union_all(visited, convened).subquery()
    statement = select(both.c.person_id, func.sum(both.c.in_time), func.count()).group_by(both.c.person_id).order_by(both.c.person_id)
    return frame(connection, statement, ["person_id", "k", "n"], PERSON_SHARE)


def _seconds(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(extract("epoch", column), BigInteger)


def ratings(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Stars of the year up to as-of, 评单 and call-backs, on petitions the candidates handle. Grain: person × stars. Columns: + n.

    A rating of a petition without a handler is nobody's.
    """
    statement = (
        select(Petition.handler_id, PetitionRating.stars, func.count())
        .join(Petition, Petition.id == PetitionRating.petition_id)
        .where(_handled(scope, ballot), within(PetitionRating.rated_at, ballot.window))
        .group_by(Petition.handler_id, PetitionRating.stars)
        .order_by(Petition.handler_id, PetitionRating.stars)
    )
    return frame(connection, statement, ["person_id", "stars", "n"], {"person_id": "int64", "stars": "int64", "n": "int64"})


def _held_units(scope: Scope, ballot: Ballot) -> CTE:
    """Candidates' units on as-of, each once."""
    return (
        select(Appointment.person_id, Appointment.area_code)
        .where(
            _of_role(scope, ballot),
            valid_on(Appointment.valid_from, Appointment.valid_to, ballot.as_of),
        )
        .distinct()
        .cte("held_units")
        .prefix_with("MATERIALIZED")
    )


def _answers(scope: Scope, ballot: Ballot) -> AnySelect:
    """Answers of the year up to as-of about a candidate, with whether the household lies in a unit the candidate leads."""
    units, code = _held_units(scope, ballot), func.substr(Household.area_code, 1, CODE_LENGTHS[ballot.level])
    return (
        select(
            SurveyResponse.person_id.label("person_id"),
            SurveyResponse.score.label("score"),
            Household.id.label("household_id"),
            one_if(units.c.person_id.is_not(None)).label("own"),
            one_if(valid_on(Household.valid_from, Household.valid_to, ballot.as_of)).label("living"),
        )
        .outerjoin(Household, Household.id == SurveyResponse.household_id)
        .outerjoin(units, and_(units.c.person_id == SurveyResponse.person_id, units.c.area_code == code))
        .where(
            SurveyResponse.year == ballot.year,
            or_(SurveyResponse.answered_on.is_(None), SurveyResponse.answered_on <= ballot.as_of),
            SurveyResponse.person_id.in_(_candidates(scope, ballot)),
        )
    )


def survey(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Answers by score. Grain: person × score × whether from an own household. Columns: person_id, score, own (0/1), n.

    An answer from outside the candidate's unit, or from nobody known, is counted apart (own = 0) and enters no score.
    """
    answers = _answers(scope, ballot).subquery()
    keys = (answers.c.person_id, answers.c.score, answers.c.own)
    statement = select(*keys, func.count()).group_by(*keys).order_by(*keys)
    types = {"person_id": "int64", "score": "int64", "own": "int64", "n": "int64"}
    return frame(connection, statement, ["person_id", "score", "own", "n"], types)


def households(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """The candidates' own households on as-of, and how many of them answered the survey. Columns: person_id, households, surveyed."""
    units = _held_units(scope, ballot)
    code = func.substr(Household.area_code, 1, CODE_LENGTHS[ballot.level])
    sizes = (
        select(code.label("code"), func.count().label("households"))
        .where(
            valid_on(Household.valid_from, Household.valid_to, ballot.as_of), func.length(Household.area_code) >= CODE_LENGTHS[ballot.level]
        )
        .group_by(code)
        .subquery()
    )
    owned = (
        select(units.c.person_id, func.sum(func.coalesce(sizes.c.households, 0)))
        .outerjoin(sizes, sizes.c.code == units.c.area_code)
        .group_by(units.c.person_id)
        .order_by(units.c.person_id)
    )
    answers = _answers(scope, ballot).subquery()
    asked = (
        select(answers.c.person_id, func.count(answers.c.household_id.distinct()))
        .where(answers.c.own == 1, answers.c.living == 1)
        .group_by(answers.c.person_id)
    )
    own = frame(connection, owned, ["person_id", "households"], {"person_id": "int64", "households": "int64"})
    surveyed = frame(connection, asked, ["person_id", "surveyed"], {"person_id": "int64", "surveyed": "int64"})
    return own.merge(surveyed, on="person_id", how="left").fillna({"surveyed": 0}).astype({"surveyed": "int64"})


def marks(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """Bonus, veto and spot checks of the year decided by as-of. Columns: person_id, kind, points, passed, reason, evidence, decided_by,
    decided_on. Without the right to names of reason and evidence only that something is written: what is blank proves nothing."""
    columns = ("person_id", "kind", "points", "passed", "reason", "evidence", "decided_by", "decided_on")
    statement = (
        select(*(getattr(CaptainMark, name) for name in columns))
        .where(
            CaptainMark.year == ballot.year,
            CaptainMark.decided_on <= ballot.as_of,
            CaptainMark.person_id.in_(_candidates(scope, ballot)),
        )
        .order_by(CaptainMark.person_id, CaptainMark.id)
    )
    found = frame(connection, statement, columns, {"person_id": "int64"})
    if scope.may_see_names:
        return found
    return found.assign(**{name: found[name].map(_hidden).astype("object") for name in ("reason", "evidence")})


def _hidden(said: Any) -> Any:
    return HIDDEN_TEXT if isinstance(said, str) and said.strip() else said


def strays(scope: Scope, connection: Connection, ballot: Ballot) -> pd.DataFrame:
    """What the year holds that can be nobody's: one row. Columns: ratings_without_handler, petitions_without_handler."""
    without = and_(counted_petitions(scope), Petition.handler_id.is_(None))
    rated = (
        select(func.count())
        .select_from(PetitionRating)
        .join(Petition, Petition.id == PetitionRating.petition_id)
        .where(without, within(PetitionRating.rated_at, ballot.window))
    )
    opened = select(func.count()).select_from(Petition).where(without, within(Petition.opened_at, ballot.window))
    return pd.DataFrame({"ratings_without_handler": [connection.scalar(rated)], "petitions_without_handler": [connection.scalar(opened)]})


PETITION_TABLES = ("petition", "petition_event", "calendar_day", "appointment", "area", "person")
HOUSEHOLD_TABLES = ("captain_visit", "household", "appointment", "area", "person")
SELECTION_FACTS = {
    "posts": (posts, ("appointment", "area", "person")),
    "leaves": (leaves, ("leave_period", "appointment", "area", "person")),
    "townships": (townships, ("area",)),
    "names": (names, ("person", "appointment", "area")),
    "visits": (visits, HOUSEHOLD_TABLES),
    "meetings": (meetings, ("captain_meeting", "appointment", "area", "person")),
    "petitions_due": (petitions_due, PETITION_TABLES),
    "petitions_settled": (petitions_settled, PETITION_TABLES),
    "petitions_accepted": (petitions_accepted, PETITION_TABLES),
    "entries": (entries, (*HOUSEHOLD_TABLES, "captain_meeting")),
    "ratings": (ratings, ("petition_rating", *PETITION_TABLES)),
    "survey": (survey, ("survey_response", *HOUSEHOLD_TABLES)),
    "households": (households, ("survey_response", *HOUSEHOLD_TABLES)),
    "marks": (marks, ("captain_mark", "appointment", "area", "person")),
    "strays": (strays, ("petition", "petition_rating", "area")),
}
SELECTION_TABLES = tuple(sorted({table for _, tables in SELECTION_FACTS.values() for table in tables}))


def selection_facts(scope: Scope, connection: Connection, ballot: Ballot) -> dict[str, pd.DataFrame]:
    """Every fact of one selection by name: a fixed number of statements whatever the size of the county."""
    return {name: query(scope, connection, ballot) for name, (query, _) in SELECTION_FACTS.items()}
