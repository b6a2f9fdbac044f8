"""Rows from outside that cannot count, each with the reason in words (对不上的记录): counted in one pass a table, listed by page.

Nothing here is deleted or corrected: the office that sent a row mends it at its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    SQLColumnExpression,
    Text,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from data_access.areas import masked_name
from data_access.frames import AnySelect, frame
from data_access.scope import CODE_LENGTHS, Scope, free_text, in_scope, is_accusation, unrestricted_petitions
from data_access.tables import (
    Appointment,
    Area,
    CaptainMeeting,
    CaptainVisit,
    Household,
    Identified,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
    Recorded,
)
from data_access.window import Window

PROBLEM_TABLES = (
    "night_stay",
    "night_session",
    "night_lecturer",
    "night_visit",
    "reception_slot",
    "petition",
    "petition_event",
    "petition_rating",
    "captain_visit",
    "captain_meeting",
    "household",
    "appointment",
    "person",
    "area",
)
"""What the answers below depend on."""
COLUMNS = ["row_id", "area_code", "area_name", "day", "person_id", "person_name", "detail", "source", "source_ref", "recorded_at"]


@dataclass(frozen=True, eq=False)
class Fault:
    """One thing that can be wrong with a row: why it cannot count, what to do about it, and the condition that finds it."""

    reason: str
    remedy: str
    found: ColumnElement[bool]


@dataclass(frozen=True, eq=False, kw_only=True)
class Ledger:
    """One table: how its rows are shown, which of them are looked at, and what can be wrong with one (by a name that is part of the id)."""

    name: str
    table: type[Identified]
    rows: AnySelect
    area: SQLColumnExpression[Any] = field(default_factory=null)
    day: SQLColumnExpression[Any]
    person: SQLColumnExpression[Any] = field(default_factory=null)
    detail: SQLColumnExpression[Any]
    within: ColumnElement[bool]
    faults: Mapping[str, Fault]

    @property
    def origin(self) -> tuple[SQLColumnExpression[Any], ...]:
        """The source's name, its key of the row, and when the row was entered; NULL where a table does not say."""
        table = self.table
        return (table.source, table.source_ref, table.recorded_at) if issubclass(table, Recorded) else (null(), null(), null())


PERSON = "核对人员编号,或先登记此人"
PLACE = "核对区划代码,或先登记该单位"
LATER = "核对日期"
POST = "核对任职起止日期"
PSEUDO = "中心镇等非实体单位不参加统计,请改记到实际乡镇、村"


def _unknown_person(column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    return and_(column.is_not(None), column.not_in(select(Person.id)))


def _unknown_area(column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    return column.not_in(select(Area.code))


def _unranked(column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """At or under a unit that is not a real administration."""
    return or_(
        *(
            func.substr(column, 1, CODE_LENGTHS[level]).in_(select(Area.code).where(Area.level == level, Area.ranked.is_(False)))
            for level in ("township", "village")
        )
    )


def _sees_all(scope: Scope) -> ColumnElement[bool]:
    """Rows that lie nowhere are shown to whoever holds a whole county."""
    return true() if scope.area is not None and len(scope.area) <= CODE_LENGTHS["county"] else false()


def _shown(area: SQLColumnExpression[Any], scope: Scope) -> ColumnElement[bool]:
    return or_(in_scope(area, scope), and_(_sees_all(scope), _unknown_area(area)))


def _out_of_post(person: SQLColumnExpression[Any], area: SQLColumnExpression[Any], day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Appointed to the unit at some time, but not on the day: before the appointment or after it."""
    there = select(Appointment.id).where(Appointment.person_id == person, Appointment.area_code == area)
    then = there.where(
        or_(Appointment.valid_from.is_(None), Appointment.valid_from <= day),
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= day),
    )
    return and_(there.exists(), ~then.exists())


@dataclass(frozen=True)
class _Asked:
    """Whose rows are looked at, and over which days; a row dated after as-of is looked at wherever it lies in time."""

    scope: Scope
    window: Window

    @property
    def today(self) -> ColumnElement[date]:
        return literal(self.window.as_of, Date)

    def dated(self, day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return and_(day >= self.window.first, or_(day <= self.window.last, day > self.today))

    def during(self, moment: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return and_(moment >= self.window.start, moment < self.window.end)

    def kept(self, area: SQLColumnExpression[Any], day: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        return and_(self.dated(day), _shown(area, self.scope))

    def usual(
        self, label: str, area: SQLColumnExpression[Any], day: SQLColumnExpression[Any], person: SQLColumnExpression[Any] | None = None
    ) -> dict[str, Fault]:
        """What can be wrong with any row that lies somewhere on some day, of some person where one is given."""
        return {
            "area": Fault(f"{label}地点不明(区划代码不存在)", PLACE, _unknown_area(area)),
            **({} if person is None else {"person": _nobody(label, person)}),
            "future": Fault(f"{label}日期在今天之后", LATER, day > self.today),
            "pseudo": Fault(f"{label}记在非实体单位", PSEUDO, _unranked(area)),
        }


def _nobody(label: str, person: SQLColumnExpression[Any]) -> Fault:
    return Fault(f"{label}人员不明(人员编号不存在)", PERSON, _unknown_person(person))


def _stays(asked: _Asked) -> Ledger:
    stay = NightStay
    return Ledger(
        name="住夜",
        table=stay,
        rows=select(stay),
        area=stay.area_code,
        day=stay.night,
        person=stay.person_id,
        detail=free_text(asked.scope, stay.note),
        within=asked.kept(stay.area_code, stay.night),
        faults={
            **asked.usual("住夜", stay.area_code, stay.night, stay.person_id),
            "post": Fault("住夜时不在该单位任职(任职之前或免职之后)", POST, _out_of_post(stay.person_id, stay.area_code, stay.night)),
        },
    )


def _night_visits(asked: _Asked) -> Ledger:
    visit = NightVisit
    return Ledger(
        name="夜访",
        table=visit,
        rows=select(visit),
        area=visit.area_code,
        day=visit.visited_on,
        person=visit.person_id,
        detail=free_text(asked.scope, visit.note),
        within=asked.kept(visit.area_code, visit.visited_on),
        faults=asked.usual("夜访", visit.area_code, visit.visited_on, visit.person_id),
    )


def _night_sessions(asked: _Asked) -> Ledger:
    session = NightSession
    return Ledger(
        name="三夜场次",
        table=session,
        rows=select(session),
        area=session.area_code,
        day=session.held_on,
        detail=free_text(asked.scope, session.theme),
        within=asked.kept(session.area_code, session.held_on),
        faults=asked.usual("场次", session.area_code, session.held_on),
    )


def _lectures(asked: _Asked) -> Ledger:
    lecturer, session, window = NightLecturer, aliased(NightSession), asked.window
    held = and_(session.held_on >= window.first, session.held_on <= window.last, in_scope(session.area_code, asked.scope))
    return Ledger(
        name="授课",
        table=lecturer,
        rows=select(lecturer).outerjoin(session, session.id == lecturer.session_id),
        area=session.area_code,
        day=session.held_on,
        person=lecturer.person_id,
        detail=free_text(asked.scope, session.theme),
        within=or_(held, and_(session.id.is_(None), _sees_all(asked.scope))),
        faults={
            "session": Fault("授课对应的场次不存在", "核对场次编号", session.id.is_(None)),
            "person": _nobody("授课", lecturer.person_id),
        },
    )


def _receptions(asked: _Asked) -> Ledger:
    slot = ReceptionSlot
    nobody = or_(*(_unknown_person(column) for column in (slot.leader_id, slot.backup_id, slot.received_by)))
    return Ledger(
        name="接待",
        table=slot,
        rows=select(slot),
        area=slot.area_code,
        day=slot.day,
        person=func.coalesce(slot.received_by, slot.leader_id),
        detail=slot.place,
        within=asked.kept(slot.area_code, slot.day),
        faults={
            **asked.usual("场次", slot.area_code, slot.day),
            # Published slots lie ahead; only one that was received cannot.
            "future": Fault("场次未到日期却已登记接待人", LATER, and_(slot.day > asked.today, slot.received_by.is_not(None))),
            "person": Fault("场次的A岗、B岗或接待人不明(人员编号不存在)", PERSON, nobody),
        },
    )


def _petitions(asked: _Asked) -> Ledger:
    petition, window = Petition, asked.window
    tomorrow = datetime.combine(window.as_of + timedelta(days=1), time())
    nowhere = and_(_sees_all(asked.scope), _unknown_area(petition.area_code), ~is_accusation())
    lost_visit = and_(petition.origin_visit_id.is_not(None), petition.origin_visit_id.not_in(select(NightVisit.id)))
    lost_slot = and_(petition.origin_slot_id.is_not(None), petition.origin_slot_id.not_in(select(ReceptionSlot.id)))
    return Ledger(
        name="诉求",
        table=petition,
        rows=select(petition),
        area=petition.area_code,
        day=func.date(petition.opened_at, type_=Date),
        person=petition.handler_id,
        detail=petition.number,
        within=and_(
            petition.opened_at >= window.start,
            or_(petition.opened_at < window.end, petition.opened_at >= tomorrow),
            or_(unrestricted_petitions(asked.scope), nowhere),
        ),
        faults={
            "area": Fault("诉求地点不明(区划代码不存在)", PLACE, _unknown_area(petition.area_code)),
            "future": Fault("诉求登记时间在今天之后", LATER, petition.opened_at >= tomorrow),
            "pseudo": Fault("诉求记在非实体单位", PSEUDO, _unranked(petition.area_code)),
            "order": Fault("诉求办结早于登记", "核对登记和办结时间", petition.ended_at < petition.opened_at),
            "outcome": Fault("诉求已办结却没有结果", "补登办理结果", and_(petition.ended_at.is_not(None), petition.outcome.is_(None))),
            "person": Fault("诉求承办人不明(人员编号不存在)", PERSON, _unknown_person(petition.handler_id)),
            "visit": Fault("诉求写明的夜访记录不存在", "核对夜访编号", lost_visit),
            "slot": Fault("诉求写明的接待场次不存在", "核对场次编号", lost_slot),
        },
    )


def _petition_events(asked: _Asked) -> Ledger:
    event, petition = PetitionEvent, aliased(Petition)
    orphan = petition.id.is_(None)
    return Ledger(
        name="诉求流转",
        table=event,
        rows=select(event).outerjoin(petition, petition.id == event.petition_id),
        day=func.date(event.at, type_=Date),
        person=event.person_id,
        detail=event.kind,
        within=and_(asked.during(event.at), orphan, _sees_all(asked.scope)),
        faults={"petition": Fault("流转记录对应的诉求不存在", "核对诉求编号", orphan)},
    )


def _ratings(asked: _Asked) -> Ledger:
    rating, petition = PetitionRating, aliased(Petition)
    orphan = petition.id.is_(None)
    return Ledger(
        name="评单",
        table=rating,
        rows=select(rating).outerjoin(petition, petition.id == rating.petition_id),
        day=func.date(rating.rated_at, type_=Date),
        detail=rating.method,
        within=and_(asked.during(rating.rated_at), orphan, _sees_all(asked.scope)),
        faults={"petition": Fault("评单对应的诉求不存在", "核对诉求编号", orphan)},
    )


def _captain_visits(asked: _Asked) -> Ledger:
    visit, household = CaptainVisit, Household
    nowhere = and_(household.id.is_(None), _sees_all(asked.scope))
    return Ledger(
        name="三长走访",
        table=visit,
        rows=select(visit).outerjoin(household, household.id == visit.household_id),
        area=household.area_code,
        day=visit.visited_on,
        person=visit.person_id,
        detail=free_text(asked.scope, visit.note),
        within=and_(asked.dated(visit.visited_on), or_(in_scope(household.area_code, asked.scope), nowhere)),
        faults={
            "household": Fault("走访的户不存在", "核对户编号", household.id.is_(None)),
            "person": _nobody("走访", visit.person_id),
            "future": Fault("走访日期在今天之后", LATER, visit.visited_on > asked.today),
        },
    )


def _captain_meetings(asked: _Asked) -> Ledger:
    meeting = CaptainMeeting
    return Ledger(
        name="三长会议",
        table=meeting,
        rows=select(meeting),
        area=meeting.area_code,
        day=meeting.held_on,
        person=meeting.convener_id,
        detail=meeting.kind,
        within=asked.kept(meeting.area_code, meeting.held_on),
        faults=asked.usual("会议", meeting.area_code, meeting.held_on, meeting.convener_id),
    )


def _appointments(asked: _Asked) -> Ledger:
    post = Appointment
    running = or_(post.valid_to.is_(None), post.valid_to >= asked.window.first)
    return Ledger(
        name="任职",
        table=post,
        rows=select(post),
        area=post.area_code,
        day=post.valid_from,
        person=post.person_id,
        detail=post.role,
        within=and_(running, _shown(post.area_code, asked.scope)),
        faults={
            "area": Fault("任职单位不明(区划代码不存在)", PLACE, _unknown_area(post.area_code)),
            "person": _nobody("任职", post.person_id),
            "order": Fault("免职早于任职", POST, post.valid_to < post.valid_from),
        },
    )


LEDGERS = (
    _stays,
    _night_visits,
    _night_sessions,
    _lectures,
    _receptions,
    _petitions,
    _petition_events,
    _ratings,
    _captain_visits,
    _captain_meetings,
    _appointments,
)


def _ledgers(scope: Scope, window: Window) -> list[Ledger]:
    return [ledger(_Asked(scope, window)) for ledger in LEDGERS]


def problem_counts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """How many rows of the window (and beyond as-of) cannot count, by reason; one statement a table, however many units.

    Grain: reason with at least one row. Columns: id, ledger (台账), reason, remedy, rows; most first.
    """
    found = []
    for ledger in _ledgers(scope, window):
        sums = [func.sum(case((fault.found, 1), else_=0)) for fault in ledger.faults.values()]
        counts = connection.execute(ledger.rows.with_only_columns(*sums).where(ledger.within)).one()
        for (name, fault), count in zip(ledger.faults.items(), counts, strict=True):
            found.append((f"{ledger.name}.{name}", ledger.name, fault.reason, fault.remedy, int(count or 0)))
    result = pd.DataFrame(found, columns=["id", "ledger", "reason", "remedy", "rows"])
    return result[result["rows"] > 0].sort_values("rows", ascending=False, kind="stable").reset_index(drop=True)


def problem_rows(scope: Scope, connection: Connection, window: Window, problem_id: str, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """One page of the rows behind a reason, newest first. Raises ``LookupError`` for an id that :func:`problem_counts` does not name.

    Grain: row. Columns: row_id, area_code, area_name, day, person_id, person_name (both None where unknown; masked unless the
    scope may see names), detail (what somebody wrote is hidden likewise), source, source_ref, recorded_at.
    """
    for ledger in _ledgers(scope, window):
        fault = ledger.faults.get(problem_id.removeprefix(f"{ledger.name}.")) if problem_id.startswith(f"{ledger.name}.") else None
        if fault is None:
            continue
        area, person = aliased(Area), aliased(Person)
        statement = (
            ledger.rows.outerjoin(area, area.code == ledger.area)
            .outerjoin(person, person.id == ledger.person)
            .with_only_columns(
                ledger.table.id,
                func.coalesce(ledger.area, null(), type_=Text),
                area.name,
                ledger.day,
                ledger.person,
                person.name,
                ledger.detail,
                *ledger.origin,
            )
            .where(ledger.within, fault.found)
            .order_by(ledger.table.id.desc())
            .limit(limit)
            .offset(offset)
        )
        rows = frame(connection, statement, COLUMNS, {"row_id": "int64"})
        return rows if scope.may_see_names else rows.assign(person_name=rows["person_name"].map(masked_name))
    raise LookupError(f"没有“{problem_id}”这类问题")
