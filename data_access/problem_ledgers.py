"""The tables that :mod:`data_access.problems` lists: how a row is shown, which are looked at, and what can be wrong with one beside the
rules of its table, by the days that are asked for and the units that count nowhere.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import (
    Date,
    and_,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from data_access.checks import Check, unknown, unknown_area
from data_access.ledger import LATER, Asked, Ledger, no_captain, out_of_post, pseudo, sees_all, shown
from data_access.scope import CODE_LENGTHS, Scope, free_text, in_scope, is_accusation, unrestricted_petitions
from data_access.tables import (
    Appointment,
    Area,
    CaptainMark,
    CaptainMeeting,
    CaptainVisit,
    Department,
    DutyRoster,
    GoodDeed,
    Household,
    LeavePeriod,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
    SurveyResponse,
    TrainingAttendance,
)
from data_access.window import Window


def _areas(asked: Asked) -> Ledger:
    return Ledger(
        name="区划",
        table=Area,
        rows=select(Area),
        area=Area.code,
        day=Area.valid_from,
        detail=Area.level,
        within=or_(in_scope(Area.code, asked.scope), sees_all(asked.scope)),
    )


def _departments(asked: Asked) -> Ledger:
    return Ledger(
        name="部门",
        table=Department,
        rows=select(Department),
        area=func.substr(Department.code, 1, CODE_LENGTHS["county"]),
        day=Department.valid_from,
        detail=Department.name,
        within=or_(in_scope(Department.code, asked.scope), sees_all(asked.scope)),
    )


def _appointments(asked: Asked) -> Ledger:
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
        within=and_(running, shown(post.area_code, asked.scope)),
    )


def _leaves(asked: Asked) -> Ledger:
    leave, window = LeavePeriod, asked.window
    return Ledger(
        name="请假",
        table=leave,
        rows=select(leave),
        day=leave.first_day,
        person=leave.person_id,
        detail=leave.kind,
        within=and_(
            leave.first_day <= window.last,
            or_(leave.last_day.is_(None), leave.last_day >= window.first, leave.last_day < leave.first_day),
            asked.of_somebody(leave.person_id),
        ),
    )


def _households(asked: Asked) -> Ledger:
    home = Household
    return Ledger(
        name="户",
        table=home,
        rows=select(home),
        area=home.area_code,
        day=home.valid_from,
        detail=home.kind,
        within=shown(home.area_code, asked.scope),
        more=(pseudo("户", home.area_code),),
    )


def _stays(asked: Asked) -> Ledger:
    stay = NightStay
    late = "住夜时不在该单位任职(任职之前或免职之后)"
    return Ledger(
        name="住夜",
        table=stay,
        rows=select(stay),
        area=stay.area_code,
        day=stay.night,
        person=stay.person_id,
        detail=free_text(asked.scope, stay.note),
        within=asked.kept(stay.area_code, stay.night),
        more=(
            *asked.usual("住夜", stay.area_code, stay.night),
            Check("post", late, "核对任职起止日期", out_of_post(stay.person_id, stay.area_code, stay.night)),
        ),
    )


def _rosters(asked: Asked) -> Ledger:
    turn = DutyRoster
    return Ledger(
        name="排班",
        table=turn,
        rows=select(turn),
        area=turn.area_code,
        day=turn.night,
        person=turn.person_id,
        detail=turn.post,
        within=asked.kept(turn.area_code, turn.night),
        more=(pseudo("排班", turn.area_code),),  # that it lies ahead is what a roster is for
    )


def _night_visits(asked: Asked) -> Ledger:
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
        more=asked.usual("夜访", visit.area_code, visit.visited_on),
    )


def _night_sessions(asked: Asked) -> Ledger:
    session = NightSession
    return Ledger(
        name="三夜场次",
        table=session,
        rows=select(session),
        area=session.area_code,
        day=session.held_on,
        detail=free_text(asked.scope, session.theme),
        within=asked.kept(session.area_code, session.held_on),
        more=asked.usual("场次", session.area_code, session.held_on),
    )


def _lectures(asked: Asked) -> Ledger:
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
        within=or_(held, and_(session.id.is_(None), sees_all(asked.scope))),
    )


def _receptions(asked: Asked) -> Ledger:
    slot = ReceptionSlot
    # Published slots lie ahead; only one that was received cannot.
    early = and_(slot.day > asked.today, slot.received_by.is_not(None))
    return Ledger(
        name="接待",
        table=slot,
        rows=select(slot),
        area=slot.area_code,
        day=slot.day,
        person=func.coalesce(slot.received_by, slot.leader_id),
        detail=slot.place,
        within=asked.kept(slot.area_code, slot.day),
        more=(Check("future", "场次未到日期却已登记接待人", LATER, early), pseudo("场次", slot.area_code)),
    )


def _petitions(asked: Asked) -> Ledger:
    petition, original, window = Petition, aliased(Petition), asked.window
    tomorrow = datetime.combine(window.as_of + timedelta(days=1), time())
    nowhere = and_(sees_all(asked.scope), unknown_area(petition.area_code), ~is_accusation(petition))
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
            or_(unrestricted_petitions(asked.scope, petition), nowhere),
        ),
        more=(
            Check("future", "诉求登记时间在今天之后", LATER, petition.opened_at >= tomorrow),
            pseudo("诉求", petition.area_code),
            Check("repeat", "诉求写明重复的原件不存在", "核对原件编号", unknown(original.id, petition.repeat_of)),
        ),
    )


def _petition_events(asked: Asked) -> Ledger:
    event, petition = PetitionEvent, aliased(Petition)
    return Ledger(
        name="诉求流转",
        table=event,
        rows=select(event).outerjoin(petition, petition.id == event.petition_id),
        area=petition.area_code,
        day=func.date(event.at, type_=Date),
        person=event.person_id,
        detail=event.kind,
        within=and_(asked.during(event.at), asked.of_petition(petition)),
    )


def _ratings(asked: Asked) -> Ledger:
    rating, petition = PetitionRating, aliased(Petition)
    return Ledger(
        name="评单",
        table=rating,
        rows=select(rating).outerjoin(petition, petition.id == rating.petition_id),
        area=petition.area_code,
        day=func.date(rating.rated_at, type_=Date),
        detail=rating.method,
        within=and_(asked.during(rating.rated_at), asked.of_petition(petition)),
    )


def _captain_visits(asked: Asked) -> Ledger:
    visit, household = CaptainVisit, aliased(Household)
    nowhere = and_(household.id.is_(None), sees_all(asked.scope))
    return Ledger(
        name="三长走访",
        table=visit,
        rows=select(visit).outerjoin(household, household.id == visit.household_id),
        area=household.area_code,
        day=visit.visited_on,
        person=visit.person_id,
        detail=free_text(asked.scope, visit.note),
        within=and_(asked.dated(visit.visited_on), or_(in_scope(household.area_code, asked.scope), nowhere)),
        more=(*asked.usual("走访", household.area_code, visit.visited_on), no_captain("走访", visit.person_id, visit.visited_on)),
    )


def _captain_meetings(asked: Asked) -> Ledger:
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
        more=asked.usual("会议", meeting.area_code, meeting.held_on),
    )


def _trainings(asked: Asked) -> Ledger:
    training = TrainingAttendance
    return Ledger(
        name="参训",
        table=training,
        rows=select(training),
        day=training.held_on,
        person=training.person_id,
        detail=training.kind,
        within=and_(asked.dated(training.held_on), asked.of_somebody(training.person_id)),
        more=(asked.future("参训", training.held_on),),
    )


def _good_deeds(asked: Asked) -> Ledger:
    deed = GoodDeed
    return Ledger(
        name="善事",
        table=deed,
        rows=select(deed),
        day=deed.done_on,
        person=deed.person_id,
        detail=free_text(asked.scope, deed.what),
        within=and_(asked.dated(deed.done_on), asked.of_somebody(deed.person_id)),
        more=(asked.future("善事", deed.done_on), no_captain("善事", deed.person_id, deed.done_on)),
    )


def _answers(asked: Asked) -> Ledger:
    answer = SurveyResponse
    return Ledger(
        name="测评",
        table=answer,
        rows=select(answer),
        day=answer.answered_on,
        person=answer.person_id,
        detail=null(),
        within=and_(asked.of_years(answer.year), asked.of_somebody(answer.person_id)),
        more=(asked.future("测评", answer.answered_on),),
    )


def _marks(asked: Asked) -> Ledger:
    mark = CaptainMark
    return Ledger(
        name="奖惩",
        table=mark,
        rows=select(mark),
        day=mark.decided_on,
        person=mark.person_id,
        detail=mark.kind,
        within=and_(asked.of_years(mark.year), asked.of_somebody(mark.person_id)),
        more=(asked.future("奖惩", mark.decided_on),),
    )


LEDGERS = (
    _stays,
    _rosters,
    _night_visits,
    _night_sessions,
    _lectures,
    _receptions,
    _petitions,
    _petition_events,
    _ratings,
    _captain_visits,
    _captain_meetings,
    _trainings,
    _good_deeds,
    _answers,
    _marks,
    _appointments,
    _leaves,
    _households,
    _areas,
    _departments,
)


def ledgers(scope: Scope, window: Window) -> list[Ledger]:
    return [ledger(Asked(scope, window)) for ledger in LEDGERS]
