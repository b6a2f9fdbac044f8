"""Rows from outside that cannot count, each with the reason in words (对不上的记录): counted in one pass a table, listed by page.

Nothing here is deleted or corrected: the office that sent a row mends it at its source.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
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

from data_access.frames import frame
from data_access.scope import CODE_LENGTHS, Scope, in_scope, visible_petitions
from data_access.tables import (
    Appointment,
    Area,
    CaptainMeeting,
    CaptainVisit,
    Household,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
)
from data_access.window import Window

COLUMNS = ["row_id", "area_code", "area_name", "day", "person_id", "person_name", "detail", "source", "source_ref", "recorded_at"]


@dataclass(frozen=True)
class Kind:
    """One reason why a row cannot count, and what to do about it."""

    id: str
    ledger: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class _Ledger:
    """One table: how its rows are shown, which of them are looked at, and what can be wrong with one."""

    name: str
    rows: Select
    row_id: SQLColumnExpression
    area: SQLColumnExpression
    day: SQLColumnExpression
    person: SQLColumnExpression
    detail: SQLColumnExpression
    origin: tuple[SQLColumnExpression, SQLColumnExpression, SQLColumnExpression]
    within: ColumnElement[bool]
    faults: dict[str, tuple[str, str, ColumnElement[bool]]]


PERSON = "核对人员编号,或先登记此人"
PLACE = "核对区划代码,或先登记该单位"
LATER = "核对日期"
POST = "核对任职起止日期"
PSEUDO = "中心镇等非实体单位不参加统计,请改记到实际乡镇、村"
NOTHING = (null(), null(), null())


def _unknown_person(column: SQLColumnExpression) -> ColumnElement[bool]:
    return and_(column.is_not(None), column.not_in(select(Person.id)))


def _unknown_area(column: SQLColumnExpression) -> ColumnElement[bool]:
    return column.not_in(select(Area.code))


def _unranked(column: SQLColumnExpression) -> ColumnElement[bool]:
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


def _shown(area: SQLColumnExpression, scope: Scope) -> ColumnElement[bool]:
    return or_(in_scope(area, scope), and_(_sees_all(scope), _unknown_area(area)))


def _out_of_post(person: SQLColumnExpression, area: SQLColumnExpression, day: SQLColumnExpression) -> ColumnElement[bool]:
    """Appointed to the unit at some time, but not on the day: before the appointment or after it."""
    there = select(Appointment.id).where(Appointment.person_id == person, Appointment.area_code == area)
    then = there.where(
        or_(Appointment.valid_from.is_(None), Appointment.valid_from <= day),
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= day),
    )
    return and_(there.exists(), ~then.exists())


def _ledgers(scope: Scope, window: Window) -> list[_Ledger]:
    today = literal(window.as_of, Date)

    def kept(area: SQLColumnExpression, day: SQLColumnExpression) -> ColumnElement[bool]:
        return and_(day >= window.first, or_(day <= window.last, day > today), _shown(area, scope))

    def usual(
        label: str, area: SQLColumnExpression, day: SQLColumnExpression, person: SQLColumnExpression | None
    ) -> dict[str, tuple[str, str, ColumnElement[bool]]]:
        faults = {"area": (f"{label}地点不明(区划代码不存在)", PLACE, _unknown_area(area))}
        if person is not None:
            faults["person"] = (f"{label}人员不明(人员编号不存在)", PERSON, _unknown_person(person))
        faults["future"] = (f"{label}日期在今天之后", LATER, day > today)
        faults["pseudo"] = (f"{label}记在非实体单位", PSEUDO, _unranked(area))
        return faults

    def origin(table: type) -> tuple[SQLColumnExpression, SQLColumnExpression, SQLColumnExpression]:
        return table.source, table.source_ref, table.recorded_at  # type: ignore[attr-defined]

    stay, visit, slot, session, meeting = NightStay, NightVisit, ReceptionSlot, NightSession, CaptainMeeting
    home = select(CaptainVisit).outerjoin(Household, Household.id == CaptainVisit.household_id)
    opened = func.date(Petition.opened_at, type_=Date)
    slot_faults = usual("场次", slot.area_code, slot.day, None)
    slot_faults["person"] = (
        "场次的A岗、B岗或接待人不明(人员编号不存在)",
        PERSON,
        or_(*(_unknown_person(column) for column in (slot.leader_id, slot.backup_id, slot.received_by))),
    )
    slot_faults["future"] = ("场次未到日期却已登记接待人", LATER, and_(slot.day > today, slot.received_by.is_not(None)))
    event_petition, rated_petition, lecture = aliased(Petition), aliased(Petition), aliased(NightSession)
    return [
        _Ledger(
            "住夜",
            select(stay),
            stay.id,
            stay.area_code,
            stay.night,
            stay.person_id,
            stay.note,
            origin(stay),
            kept(stay.area_code, stay.night),
            {
                **usual("住夜", stay.area_code, stay.night, stay.person_id),
                "post": ("住夜时不在该单位任职(任职之前或免职之后)", POST, _out_of_post(stay.person_id, stay.area_code, stay.night)),
            },
        ),
        _Ledger(
            "夜访",
            select(visit),
            visit.id,
            visit.area_code,
            visit.visited_on,
            visit.person_id,
            visit.note,
            origin(visit),
            kept(visit.area_code, visit.visited_on),
            usual("夜访", visit.area_code, visit.visited_on, visit.person_id),
        ),
        _Ledger(
            "三夜场次",
            select(session),
            session.id,
            session.area_code,
            session.held_on,
            null(),
            session.theme,
            origin(session),
            kept(session.area_code, session.held_on),
            usual("场次", session.area_code, session.held_on, None),
        ),
        _Ledger(
            "授课",
            select(NightLecturer).outerjoin(lecture, lecture.id == NightLecturer.session_id),
            NightLecturer.id,
            lecture.area_code,
            lecture.held_on,
            NightLecturer.person_id,
            lecture.theme,
            NOTHING,
            or_(
                and_(lecture.held_on >= window.first, lecture.held_on <= window.last, in_scope(lecture.area_code, scope)),
                and_(lecture.id.is_(None), _sees_all(scope)),
            ),
            {
                "session": ("授课对应的场次不存在", "核对场次编号", lecture.id.is_(None)),
                "person": ("授课人员不明(人员编号不存在)", PERSON, _unknown_person(NightLecturer.person_id)),
            },
        ),
        _Ledger(
            "接待",
            select(slot),
            slot.id,
            slot.area_code,
            slot.day,
            func.coalesce(slot.received_by, slot.leader_id),
            slot.place,
            origin(slot),
            kept(slot.area_code, slot.day),
            slot_faults,
        ),
        _Ledger(
            "诉求",
            select(Petition),
            Petition.id,
            Petition.area_code,
            opened,
            Petition.handler_id,
            Petition.number,
            origin(Petition),
            and_(
                Petition.opened_at >= window.start,
                or_(Petition.opened_at < window.end, Petition.opened_at >= window.as_of_end),
                or_(visible_petitions(scope), and_(_sees_all(scope), _unknown_area(Petition.area_code), Petition.restricted.is_not(True))),
            ),
            {
                "area": ("诉求地点不明(区划代码不存在)", PLACE, _unknown_area(Petition.area_code)),
                "future": ("诉求登记时间在今天之后", LATER, Petition.opened_at >= window.as_of_end),
                "pseudo": ("诉求记在非实体单位", PSEUDO, _unranked(Petition.area_code)),
                "order": ("诉求办结早于登记", "核对登记和办结时间", Petition.ended_at < Petition.opened_at),
                "outcome": ("诉求已办结却没有结果", "补登办理结果", and_(Petition.ended_at.is_not(None), Petition.outcome.is_(None))),
                "person": ("诉求承办人不明(人员编号不存在)", PERSON, _unknown_person(Petition.handler_id)),
                "visit": (
                    "诉求写明的夜访记录不存在",
                    "核对夜访编号",
                    and_(Petition.origin_visit_id.is_not(None), Petition.origin_visit_id.not_in(select(NightVisit.id))),
                ),
                "slot": (
                    "诉求写明的接待场次不存在",
                    "核对场次编号",
                    and_(Petition.origin_slot_id.is_not(None), Petition.origin_slot_id.not_in(select(ReceptionSlot.id))),
                ),
            },
        ),
        _Ledger(
            "诉求流转",
            select(PetitionEvent).outerjoin(event_petition, event_petition.id == PetitionEvent.petition_id),
            PetitionEvent.id,
            null(),
            func.date(PetitionEvent.at, type_=Date),
            PetitionEvent.person_id,
            PetitionEvent.kind,
            NOTHING,
            and_(PetitionEvent.at >= window.start, PetitionEvent.at < window.end, event_petition.id.is_(None), _sees_all(scope)),
            {"petition": ("流转记录对应的诉求不存在", "核对诉求编号", event_petition.id.is_(None))},
        ),
        _Ledger(
            "评单",
            select(PetitionRating).outerjoin(rated_petition, rated_petition.id == PetitionRating.petition_id),
            PetitionRating.id,
            null(),
            func.date(PetitionRating.rated_at, type_=Date),
            null(),
            PetitionRating.method,
            NOTHING,
            and_(
                PetitionRating.rated_at >= window.start, PetitionRating.rated_at < window.end, rated_petition.id.is_(None), _sees_all(scope)
            ),
            {"petition": ("评单对应的诉求不存在", "核对诉求编号", rated_petition.id.is_(None))},
        ),
        _Ledger(
            "三长走访",
            home,
            CaptainVisit.id,
            Household.area_code,
            CaptainVisit.visited_on,
            CaptainVisit.person_id,
            CaptainVisit.note,
            origin(CaptainVisit),
            and_(
                CaptainVisit.visited_on >= window.first,
                or_(CaptainVisit.visited_on <= window.last, CaptainVisit.visited_on > today),
                or_(in_scope(Household.area_code, scope), and_(Household.id.is_(None), _sees_all(scope))),
            ),
            {
                "household": ("走访的户不存在", "核对户编号", Household.id.is_(None)),
                "person": ("走访人员不明(人员编号不存在)", PERSON, _unknown_person(CaptainVisit.person_id)),
                "future": ("走访日期在今天之后", LATER, CaptainVisit.visited_on > today),
            },
        ),
        _Ledger(
            "三长会议",
            select(meeting),
            meeting.id,
            meeting.area_code,
            meeting.held_on,
            meeting.convener_id,
            meeting.kind,
            origin(meeting),
            kept(meeting.area_code, meeting.held_on),
            usual("会议", meeting.area_code, meeting.held_on, meeting.convener_id),
        ),
        _Ledger(
            "任职",
            select(Appointment),
            Appointment.id,
            Appointment.area_code,
            Appointment.valid_from,
            Appointment.person_id,
            Appointment.role,
            NOTHING,
            and_(or_(Appointment.valid_to.is_(None), Appointment.valid_to >= window.first), _shown(Appointment.area_code, scope)),
            {
                "area": ("任职单位不明(区划代码不存在)", PLACE, _unknown_area(Appointment.area_code)),
                "person": ("任职人员不明(人员编号不存在)", PERSON, _unknown_person(Appointment.person_id)),
                "order": ("免职早于任职", POST, Appointment.valid_to < Appointment.valid_from),
            },
        ),
    ]


def problem_counts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """How many rows of the window (and beyond as-of) cannot count, by reason; one statement a table, however many units.

    Grain: reason with at least one row. Columns: id, ledger (台账), reason, remedy, rows; most first.
    """
    found = []
    for ledger in _ledgers(scope, window):
        sums = [func.sum(case((fault, 1), else_=0)) for _, _, fault in ledger.faults.values()]
        counts = connection.execute(ledger.rows.with_only_columns(*sums).where(ledger.within)).one()
        for (name, (reason, remedy, _)), count in zip(ledger.faults.items(), counts, strict=True):
            found.append((f"{ledger.name}.{name}", ledger.name, reason, remedy, int(count or 0)))
    result = pd.DataFrame(found, columns=["id", "ledger", "reason", "remedy", "rows"])
    return result[result["rows"] > 0].sort_values("rows", ascending=False, kind="stable").reset_index(drop=True)


def problem_rows(scope: Scope, connection: Connection, window: Window, problem_id: str, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """One page of the rows behind a reason, newest first. Raises ``LookupError`` for an id that :func:`problem_counts` does not name.

    Grain: row. Columns: row_id, area_code, area_name, day, person_id, person_name (both None where unknown; masked unless the
    scope may see names), detail, source, source_ref, recorded_at.
    """
    from data_access.areas import masked_name

    for ledger in _ledgers(scope, window):
        fault = ledger.faults.get(problem_id.removeprefix(f"{ledger.name}.")) if problem_id.startswith(f"{ledger.name}.") else None
        if fault is None:
            continue
        area, person = aliased(Area), aliased(Person)
        statement = (
            ledger.rows.outerjoin(area, area.code == ledger.area)
            .outerjoin(person, person.id == ledger.person)
            .with_only_columns(
                ledger.row_id,
                func.coalesce(ledger.area, null(), type_=Text),
                area.name,
                ledger.day,
                ledger.person,
                person.name,
                ledger.detail,
                *ledger.origin,
            )
            .where(ledger.within, fault[2])
            .order_by(ledger.row_id.desc())
            .limit(limit)
            .offset(offset)
        )
        rows = frame(connection, statement, COLUMNS, {"row_id": "int64"})
        return rows if scope.may_see_names else rows.assign(person_name=rows["person_name"].map(masked_name))
    raise LookupError(f"没有“{problem_id}”这类问题")
