"""三长 row by row: who has not been visited and for how long, where the grid has holes, and one captain's year with its rows."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from data_access.areas import in_post_on
from data_access.captains import CAPTAIN_LEVELS, by_captain, household_counts, meeting_counts, of_captains
from data_access.frames import AnySelect, frame
from data_access.profiles import held_post
from data_access.scope import CODE_LENGTHS, Scope, counted, free_text, in_scope, unit_code, valid_on
from data_access.searched import searched_words
from data_access.slots import Slot
from data_access.tables import Person
from data_access.valid import Appointment, Area, CaptainMeeting, CaptainVisit, Household, LeavePeriod, TrainingAttendance

LIST_TABLES = ("captain_visit", "household", "appointment", "leave_period", "area", "person")
CAPTAIN_TABLES = (*LIST_TABLES, "captain_meeting", "petition", "petition_rating", "training_attendance")
PAGE_ROWS = 50


def _unvisited(scope: Scope, kind: str, first: date, last: date) -> Subquery:
    """Households of a kind on the books on ``last`` that nobody visited from ``first`` to ``last``, with their last visit before."""
    in_period = select(CaptainVisit.household_id).where(CaptainVisit.visited_on.between(first, last), by_captain())
    ever = (
        select(CaptainVisit.household_id.label("id"), func.max(CaptainVisit.visited_on).label("seen"))
        .where(CaptainVisit.visited_on <= last, by_captain())
        .group_by(CaptainVisit.household_id)
        .subquery()
    )
    return (
        select(Household.id.label("id"), Household.area_code.label("code"), ever.c.seen.label("seen"))
        .outerjoin(ever, ever.c.id == Household.id)
        .where(
            Household.kind == kind,
            valid_on(Household.valid_from, Household.valid_to, last),
            counted(Household.area_code, scope),
            Household.id.not_in(in_period),
        )
        .subquery()
    )


def unvisited_count(scope: Scope, connection: Connection, kind: str, first: date, last: date) -> int:
    """How many households of a kind nobody visited in the period so far."""
    return int(connection.scalar(select(func.count()).select_from(_unvisited(scope, kind, first, last))) or 0)


def unvisited(
    scope: Scope, connection: Connection, kind: str, first: date, last: date, page: int = 1, rows: int = PAGE_ROWS
) -> pd.DataFrame:
    """Those households, longest unvisited first (never visited before all), ``rows`` a page.

    Columns: household_id, code, cell, village, seen (date or None), captain_id (in post there on ``last``; with two the lower id).
    """
    homes = _unvisited(scope, kind, first, last)
    cell, village = aliased(Area), aliased(Area)
    captain = (
        select(Appointment.area_code.label("code"), func.min(Appointment.person_id).label("person_id"))
        .where(Appointment.role == "cell_captain", valid_on(Appointment.valid_from, Appointment.valid_to, last))
        .group_by(Appointment.area_code)
        .subquery()
    )
    statement = (
        select(homes.c.id, homes.c.code, cell.name, village.name, homes.c.seen, captain.c.person_id)
        .outerjoin(cell, and_(cell.code == homes.c.code, cell.level == "cell"))
        .outerjoin(village, village.code == unit_code(homes.c.code, "village"))
        .outerjoin(captain, captain.c.code == homes.c.code)
        .order_by(homes.c.seen.is_not(None), homes.c.seen, homes.c.code, homes.c.id)
        .limit(rows)
        .offset((page - 1) * rows)
    )
    return frame(connection, statement, ["household_id", "code", "cell", "village", "seen", "captain_id"])


def grid_gaps(scope: Scope, connection: Connection, day: date, least: int, most: int) -> pd.DataFrame:
    """Cells with something to mend on a day: no captain, the captain on leave, or a size outside least–most.

    Grain: cell. Columns: code, name, village, households, appointed (0/1), in_post (0/1).
    """
    village = aliased(Area)
    living = (
        select(Household.area_code, func.count().label("households"))
        .where(valid_on(Household.valid_from, Household.valid_to, day), in_scope(Household.area_code, scope))
        .group_by(Household.area_code)
        .subquery()
    )
    appointed = _cell_posts(valid_on(Appointment.valid_from, Appointment.valid_to, day), scope)
    in_post = _cell_posts(in_post_on(literal(day)), scope)
    households = func.coalesce(living.c.households, 0)
    statement = (
        select(Area.code, Area.name, village.name, households, appointed.c.code.is_not(None), in_post.c.code.is_not(None))
        .outerjoin(living, living.c.area_code == Area.code)
        .outerjoin(appointed, appointed.c.code == Area.code)
        .outerjoin(in_post, in_post.c.code == Area.code)
        .outerjoin(village, village.code == unit_code(Area.code, "village"))
        .where(
            Area.level == "cell",
            counted(Area.code, scope),
            valid_on(Area.valid_from, Area.valid_to, day),
            or_(in_post.c.code.is_(None), households < least, households > most),
        )
        .order_by(Area.code)
    )
    return frame(connection, statement, ["code", "name", "village", "households", "appointed", "in_post"])


def _cell_posts(condition: ColumnElement[bool], scope: Scope) -> Subquery:
    return (
        select(Appointment.area_code.label("code"))
        .where(Appointment.role == "cell_captain", in_scope(Appointment.area_code, scope), condition)
        .distinct()
        .subquery()
    )


def vacant_posts(scope: Scope, connection: Connection, day: date) -> pd.DataFrame:
    """Patches and groups without a captain appointed on a day. Columns: code, name, level, village."""
    village = aliased(Area)
    held = select(Appointment.area_code).where(
        Appointment.role.in_(("patch_captain", "group_captain")), valid_on(Appointment.valid_from, Appointment.valid_to, day)
    )
    statement = (
        select(Area.code, Area.name, Area.level, village.name)
        .outerjoin(village, village.code == unit_code(Area.code, "village"))
        .where(
            Area.level.in_(("patch", "group")),
            counted(Area.code, scope),
            valid_on(Area.valid_from, Area.valid_to, day),
            Area.code.not_in(held),
        )
        .order_by(Area.code)
    )
    return frame(connection, statement, ["code", "name", "level", "village"], {"code": "str"})


def homeless_count(scope: Scope, connection: Connection, day: date) -> int:
    """Registered households no cell covers yet (they hang on their village)."""
    statement = (
        select(func.count())
        .select_from(Household)
        .where(
            valid_on(Household.valid_from, Household.valid_to, day),
            counted(Household.area_code, scope),
            func.length(Household.area_code) < CODE_LENGTHS["cell"],
        )
    )
    return int(connection.scalar(statement) or 0)


def _called(scope: Scope, words: str, day: date) -> AnySelect:
    """Posts of captains on a day whose holder's name, unit or village holds each of the words; who may not read names finds by
    place. Those found by name stand first."""
    village = aliased(Area, name="village")
    statement = (
        select(Appointment.person_id, Appointment.role, Area.name, village.name)
        .join(Area, Area.code == Appointment.area_code)
        .join(Person, Person.id == Appointment.person_id)
        .outerjoin(village, village.code == unit_code(Appointment.area_code, "village"))
        .where(of_captains(), counted(Appointment.area_code, scope), valid_on(Appointment.valid_from, Appointment.valid_to, day))
    )
    asked = searched_words(words)
    by_name = [case((Person.name.icontains(asked[0], autoescape=True), 0), else_=1)] if asked and scope.may_see_names else []
    statement = statement.order_by(*by_name, Appointment.area_code, Appointment.person_id)
    for word in asked:
        found = [Area.name.icontains(word, autoescape=True), village.name.icontains(word, autoescape=True)]
        if scope.may_see_names:
            found.append(Person.name.icontains(word, autoescape=True))
        statement = statement.where(or_(*found))
    return statement


def captain_count(scope: Scope, connection: Connection, words: str, day: date) -> int:
    """How many posts :func:`captain_search` has on all its pages."""
    return int(connection.scalar(select(func.count()).select_from(_called(scope, words, day).order_by(None).subquery())) or 0)


def captain_search(scope: Scope, connection: Connection, words: str, day: date, page: int = 1, rows: int = PAGE_ROWS) -> pd.DataFrame:
    """Captains by name, unit or village. Grain: post. Columns: person_id, role, unit, village."""
    return frame(connection, _called(scope, words, day).limit(rows).offset((page - 1) * rows), ["person_id", "role", "unit", "village"])


# --- one captain --------------------------------------------------------------------------------------------------------


def captain_posts_of(scope: Scope, connection: Connection, person_id: int) -> pd.DataFrame:
    """A captain's posts in scope, newest first. Columns: role, code, name, village, valid_from, valid_to, certificate_on."""
    village, post = aliased(Area), Appointment
    statement = (
        select(post.role, post.area_code, Area.name, village.name, post.valid_from, post.valid_to, post.certificate_on)
        .join(Area, Area.code == Appointment.area_code)
        .outerjoin(village, village.code == unit_code(Appointment.area_code, "village"))
        .where(Appointment.person_id == person_id, of_captains(), in_scope(Appointment.area_code, scope))
        .order_by(Appointment.valid_to.is_not(None), Appointment.valid_from.desc(), Appointment.area_code)
    )
    return frame(connection, statement, ["role", "code", "name", "village", "valid_from", "valid_to", "certificate_on"])


def captain_due(
    scope: Scope,
    connection: Connection,
    code: str,
    role: str,
    months: tuple[Slot, ...],
    quarters: tuple[Slot, ...],
    weeks: tuple[Slot, ...] = (),
) -> pd.DataFrame:
    """What the unit a captain leads was due, and done, slot by slot. Columns: item, slot, k, n.

    Items: key_visits, monthly by month; ordinary_visits, heart_talks by quarter; weekly by week; a patch's 例会 and 碰头会 and a cell's
    恳谈会 its own.
    """
    own, level = scope.narrowed(code), CAPTAIN_LEVELS[role]
    asked = []
    if months:
        asked.append(("key_visits", household_counts(own, level, months, "key")))
        if level == "patch":
            asked.append(("monthly", meeting_counts(own, level, months, "monthly", "patch")))
    if weeks and level == "patch":
        asked.append(("weekly", meeting_counts(own, level, weeks, "weekly", "patch")))
    if quarters:
        asked.append(("ordinary_visits", household_counts(own, level, quarters, "ordinary")))
        asked.append(("heart_talks", meeting_counts(own, level, quarters, "heart_talk", "cell")))
    parts = [
        frame(connection, statement, ["code", "slot", "k", "n"]).assign(item=item)[["item", "slot", "k", "n"]] for item, statement in asked
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["item", "slot", "k", "n"])


def households_of(scope: Scope, connection: Connection, code: str, first: date, last: date) -> pd.DataFrame:
    """Households under a unit on the books on ``last``, with visits from ``first`` to ``last``.

    Columns: household_id, kind, cell, visits, seen (last visit up to ``last``).
    """
    cell = aliased(Area)
    seen = (
        select(
            CaptainVisit.household_id.label("id"),
            func.max(CaptainVisit.visited_on).label("seen"),
            func.count().filter(CaptainVisit.visited_on >= first).label("visits"),
        )
        .join(Household, Household.id == CaptainVisit.household_id)
        .where(CaptainVisit.visited_on <= last, by_captain(), in_scope(Household.area_code, scope.narrowed(code)))
        .group_by(CaptainVisit.household_id)
        .subquery()
    )
    statement = (
        select(Household.id, Household.kind, cell.name, func.coalesce(seen.c.visits, 0), seen.c.seen)
        .outerjoin(seen, seen.c.id == Household.id)
        .outerjoin(cell, cell.code == Household.area_code)
        .where(valid_on(Household.valid_from, Household.valid_to, last), counted(Household.area_code, scope.narrowed(code)))
        .order_by(Household.kind, Household.id)
    )
    return frame(connection, statement, ["household_id", "kind", "cell", "visits", "seen"])


def visits_of(scope: Scope, connection: Connection, person_id: int, first: date, last: date) -> pd.DataFrame:
    """A captain's own visits, newest first. Columns: visited_on, household_id, kind, cell, note, recorded_at, backfilled."""
    cell = aliased(Area)
    statement = (
        select(
            CaptainVisit.visited_on,
            Household.id,
            Household.kind,
            cell.name,
            free_text(scope, CaptainVisit.note),
            CaptainVisit.recorded_at,
            CaptainVisit.backfilled,
        )
        .join(Household, Household.id == CaptainVisit.household_id)
        .outerjoin(cell, cell.code == Household.area_code)
        .where(CaptainVisit.person_id == person_id, CaptainVisit.visited_on.between(first, last), in_scope(Household.area_code, scope))
        .order_by(CaptainVisit.visited_on.desc(), Household.id)
    )
    return frame(connection, statement, ["visited_on", "household_id", "kind", "cell", "note", "recorded_at", "backfilled"])


def meetings_of(scope: Scope, connection: Connection, code: str, first: date, last: date) -> pd.DataFrame:
    """Meetings held by a unit itself, newest first. Columns: held_on, kind, attendees, convener_id, recorded_at, backfilled."""
    columns = ("held_on", "kind", "attendees", "convener_id", "recorded_at", "backfilled")
    statement = (
        select(*(getattr(CaptainMeeting, name) for name in columns))
        .where(CaptainMeeting.area_code == code, CaptainMeeting.held_on.between(first, last), in_scope(CaptainMeeting.area_code, scope))
        .order_by(CaptainMeeting.held_on.desc(), CaptainMeeting.id)
    )
    return frame(connection, statement, columns)


def absences_of(scope: Scope, connection: Connection, person_id: int, first: date, last: date) -> pd.DataFrame:
    """A captain's leave that touches the days, if they held a post in the scope. Columns: kind, first_day, last_day."""
    statement = (
        select(LeavePeriod.kind, LeavePeriod.first_day, LeavePeriod.last_day)
        .where(
            LeavePeriod.person_id == person_id,
            held_post(scope, person_id),
            LeavePeriod.first_day <= last,
            or_(LeavePeriod.last_day.is_(None), LeavePeriod.last_day >= first),
        )
        .order_by(LeavePeriod.first_day)
    )
    return frame(connection, statement, ["kind", "first_day", "last_day"])


def trainings_of(scope: Scope, connection: Connection, person_id: int, first: date, last: date) -> pd.DataFrame:
    """Trainings attended by somebody who held a post in the scope. Columns: held_on, kind."""
    statement = (
        select(TrainingAttendance.held_on, TrainingAttendance.kind)
        .where(
            TrainingAttendance.person_id == person_id,
            TrainingAttendance.held_on.between(first, last),
            held_post(scope, person_id),
        )
        .order_by(TrainingAttendance.held_on)
    )
    return frame(connection, statement, ["held_on", "kind"])


def captain_posts(scope: Scope, connection: Connection, day: date, person_ids: tuple[int, ...] | None = None) -> pd.DataFrame:
    """The post of everyone (or of some) who leads a patch, a group or a cell in scope on a day; with several the highest.

    Grain: a person. Columns: person_id, role, unit, village (None where it is on no list).
    """
    village, asked = aliased(Area), true() if person_ids is None else Appointment.person_id.in_(person_ids)
    statement = (
        select(Appointment.person_id, Appointment.role, Area.name, village.name)
        .join(Area, Area.code == Appointment.area_code)
        .outerjoin(village, village.code == unit_code(Appointment.area_code, "village"))
        .where(asked, of_captains(), counted(Appointment.area_code, scope), valid_on(Appointment.valid_from, Appointment.valid_to, day))
        .order_by(func.length(Appointment.area_code), Appointment.area_code)
    )
    return frame(connection, statement, ["person_id", "role", "unit", "village"]).drop_duplicates("person_id", ignore_index=True)
