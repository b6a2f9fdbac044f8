"""What a row must be to count: named checks by table, whoever wrote it.

A figure reads no table but its valid rows (:mod:`data_access.valid`); whatever breaks a check is listed by :mod:`data_access.problems`,
and a ledger is refused by the same words. Values of another type than the column's (``至今`` as a date) are refused by the database itself.
A value that is not given breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import TableClause, visitors

from data_access.checks import (
    PERSON,
    PLACE,
    WORD,
    Check,
    area_check,
    as_number,
    as_text,
    before,
    earlier_row,
    elsewhere,
    level_check,
    negative,
    no_source,
    off_the_scale,
    other_word,
    person_check,
    unknown,
    unknown_area,
    unknown_person,
    word_check,
)
from data_access.tables import (
    CODE_LENGTHS,
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
    Table,
    TrainingAttendance,
)
from data_access.words import HANDLING_LEVELS, MEETING_LEVELS, ROLE_LEVELS

STEPS = (
    "contacted_at",
    "notified_at",
    "dispatched_at",
    "accepted_at",
    "due_at",
    "extended_to",
    "ended_at",
    "followed_up_at",
    "closed_at",
    "last_progress_at",
)
"""What can only come after a petition was opened."""

POST = "核对任职起止日期"
NUMBER = "核对数字"
ONCE = "留一条,删去其余"
TIMES = "核对各环节的时间"


def _area() -> tuple[Check, ...]:
    length = case({level: as_number(length) for level, length in CODE_LENGTHS.items()}, value=Area.level, else_=as_number(0))
    above, below = aliased(Area, name="above"), aliased(Area, name="below")
    up = {"township": "county", "village": "township", "patch": "village", "group": "village", "cell": "village"}
    upper = case({level: func.substr(Area.code, 1, CODE_LENGTHS[at]) for level, at in up.items()}, value=Area.level)
    last = Area.code.concat(as_text("9" * 10))  # of what lies under a township
    under = select(as_number(1)).where(below.code > Area.code, below.code <= last).exists()
    served = select(as_number(1)).where(Appointment.area_code >= Area.code, Appointment.area_code <= last).exists()
    return (
        Check("level", "区划代码的位数与级别不符", "核对区划代码和级别", func.length(Area.code) != length),
        Check("code", "区划代码不全是数字", "核对区划代码", func.ltrim(Area.code, as_text("0123456789")) != as_text("")),
        Check(
            "parent",
            "区划的上级不在册,或与代码不符",
            "先登记上级,或核对代码",
            or_(
                and_(upper.is_not(None), ~select(as_number(1)).where(above.code == upper).exists()),
                func.substr(Area.code, 1, func.length(Area.parent_code)) != Area.parent_code,
            ),
        ),
        Check("order", "区划的撤销早于设立", "核对起止日期", Area.valid_to < Area.valid_from),
        Check("name", "区划没有名称", "补上名称", func.trim(Area.name) == as_text("")),
        Check(
            "empty",
            "现有乡镇名下没有村,也没有人任职",
            "先登记它的村和人员",
            and_(Area.level == as_text("township"), Area.ranked.is_not(False), Area.valid_to.is_(None), ~under, ~served),
        ),
    )


def _department() -> tuple[Check, ...]:
    office = Department
    return (
        Check(
            "code",
            "部门代码不是县的 6 位代码、字母 D、3 位数字",
            "核对部门代码",
            or_(func.length(office.code) != as_number(10), func.substr(office.code, 7, 1) != as_text("D")),
        ),
        Check("name", "部门没有名称", "补上名称", func.trim(office.name) == as_text("")),
        Check("order", "部门的撤销早于设立", "核对起止日期", office.valid_to < office.valid_from),
    )


def _appointment() -> tuple[Check, ...]:
    post, digits = Appointment, {role: as_number(CODE_LENGTHS[level]) for role, level in ROLE_LEVELS.items()}

    def overlapping(first: type[Appointment]) -> tuple[ColumnElement[bool], ...]:
        return (
            or_(first.valid_to.is_(None), post.valid_from.is_(None), first.valid_to >= post.valid_from),
            or_(post.valid_to.is_(None), first.valid_from.is_(None), post.valid_to >= first.valid_from),
        )

    return (
        Check("area", "任职单位不明(区划代码不存在)", PLACE, unknown_area(post.area_code)),
        person_check("任职", post.person_id),
        Check("word", "职务不在约定的代码之内", WORD, other_word(post.role, tuple(ROLE_LEVELS))),
        Check("level", "职务与单位的级别不符", "核对职务和单位", func.length(post.area_code) != case(digits, value=post.role)),
        Check("order", "免职早于任职", POST, post.valid_to < post.valid_from),
        Check("twice", "同一人同一职务的任职重复", ONCE, earlier_row(post, "person_id", "role", "area_code", where=overlapping)),
    )


def _leave_period() -> tuple[Check, ...]:
    leave = LeavePeriod
    return (
        person_check("请假", leave.person_id),
        word_check("请假类型", leave, "kind"),
        Check("order", "请假结束早于开始", "核对请假起止日期", leave.last_day < leave.first_day),
    )


def _household() -> tuple[Check, ...]:
    home = Household
    return (
        area_check("户的", home.area_code),
        level_check("户的", home.area_code, "cell", "village"),
        word_check("户的类型", home, "kind"),
        Check("order", "户的注销早于登记", "核对起止日期", home.valid_to < home.valid_from),
    )


def _night_stay() -> tuple[Check, ...]:
    stay = NightStay
    return (
        area_check("住夜", stay.area_code),
        level_check("住夜", stay.area_code, "township", "village"),
        person_check("住夜", stay.person_id),
    )


def _duty_roster() -> tuple[Check, ...]:
    turn = DutyRoster
    return (
        area_check("排班", turn.area_code),
        level_check("排班", turn.area_code, "township", "village"),
        person_check("排班", turn.person_id, turn.substitute_id),
        word_check("排班岗位", turn, "post"),
        Check("twice", "同一单位同一晚同一人的排班重复", ONCE, earlier_row(turn, "area_code", "night", "person_id")),
    )


def _night_session() -> tuple[Check, ...]:
    session = NightSession
    counts = ("minutes", "attendees", "measures", "measures_done", "needs")
    return (
        area_check("场次", session.area_code),
        level_check("场次", session.area_code, "township"),
        word_check("场次类型", session, "kind"),
        Check("number", "场次的人数、时长或举措数是负数", NUMBER, negative(*(getattr(session, name) for name in counts))),
        Check("measures", "已落实的举措多于举措", NUMBER, session.measures_done > func.coalesce(session.measures, as_number(0))),
        Check("twice", "场次重复登记", ONCE, earlier_row(session, "area_code", "held_on", "kind", alike=("theme", "note", *counts))),
    )


def _night_lecturer() -> tuple[Check, ...]:
    lecturer = NightLecturer
    return (
        Check("session", "授课对应的场次不存在", "核对场次编号", unknown(NightSession.id, lecturer.session_id), orphan=True),
        person_check("授课", lecturer.person_id),
    )


def _night_visit() -> tuple[Check, ...]:
    visit = NightVisit
    return (
        area_check("夜访", visit.area_code),
        level_check("夜访", visit.area_code, "village"),
        person_check("夜访", visit.person_id),
        Check("number", "夜访人次是负数", NUMBER, negative(visit.people)),
    )


def _reception_slot() -> tuple[Check, ...]:
    slot = ReceptionSlot
    return (
        area_check("场次", slot.area_code),
        level_check("接待", slot.area_code, "township", "village"),
        word_check("接待场所", slot, "place"),
        Check(
            "person",
            "场次的A岗、B岗或接待人不明(人员编号不存在)",
            PERSON,
            unknown_person(slot.leader_id, slot.backup_id, slot.received_by),
        ),
        Check(
            "number",
            "接待批次、人次是负数,或人次少于批次",
            NUMBER,
            or_(negative(slot.batches, slot.visitors), slot.visitors < slot.batches),
        ),
        Check("twice", "接待场次重复登记", ONCE, earlier_row(slot, "area_code", "day", "place", alike=("leader_id",))),
    )


def _petition() -> tuple[Check, ...]:
    petition = Petition
    below = {at: [as_text(level) for level in HANDLING_LEVELS[: HANDLING_LEVELS.index(at)]] for at in ("township", "county")}
    return (
        area_check("诉求", petition.area_code),
        Check(
            "level",
            "诉求所在层级低于写明的地点",
            "把地点写到村,或核对层级",
            or_(
                *(
                    and_(func.length(petition.area_code) == as_number(CODE_LENGTHS[at]), petition.level.in_(levels))
                    for at, levels in below.items()
                )
            ),
        ),
        Check("number", "诉求没有编号", "补上编号", func.trim(petition.number) == as_text("")),
        word_check("诉求的来源、大小、公私、结果或层级", petition, "channel", "size", "sphere", "outcome", "level"),
        Check(
            "order",
            "诉求的办理环节早于登记、接单早于派单或销号早于办结",
            TIMES,
            or_(
                *(before(getattr(petition, step), petition.opened_at) for step in STEPS),
                before(petition.accepted_at, petition.dispatched_at),
                before(petition.closed_at, petition.ended_at),
            ),
        ),
        Check("outcome", "诉求已办结却没有结果", "补登办理结果", and_(petition.ended_at.is_not(None), petition.outcome.is_(None))),
        Check(
            "ended",
            "诉求写了结果或销号却没有办结时间",
            "补登办结时间",
            and_(petition.ended_at.is_(None), or_(petition.outcome.is_not(None), petition.closed_at.is_not(None))),
        ),
        Check("times", "诉求退单、重办次数是负数", NUMBER, negative(petition.returned, petition.reopened)),
        Check("person", "诉求承办人或包案领导不明(人员编号不存在)", PERSON, unknown_person(petition.handler_id, petition.lead_id)),
        Check(
            "visit",
            "诉求写明的夜访记录不存在,或在诉求之后",
            "核对夜访编号",
            no_source(NightVisit.id, NightVisit.visited_on, petition.origin_visit_id, petition.opened_at),
        ),
        Check(
            "slot",
            "诉求写明的接待场次不存在,或在诉求之后",
            "核对场次编号",
            no_source(ReceptionSlot.id, ReceptionSlot.day, petition.origin_slot_id, petition.opened_at),
        ),
        Check("itself", "诉求写明重复的原件就是它自己", "核对原件编号", petition.repeat_of == petition.id),
    )


def _petition_event() -> tuple[Check, ...]:
    event = PetitionEvent
    too_early = select(as_number(1)).where(Petition.id == event.petition_id, before(event.at, Petition.opened_at)).exists()
    return (
        Check("petition", "流转记录对应的诉求不存在", "核对诉求编号", unknown(Petition.id, event.petition_id), orphan=True),
        word_check("流转的类型或层级", event, "kind", "from_level", "to_level"),
        person_check("流转", event.person_id),
        Check("order", "流转早于诉求登记", TIMES, too_early),
        Check(
            "twice", "流转重复登记", ONCE, earlier_row(event, "petition_id", "at", "kind", alike=("from_level", "to_level", "person_id"))
        ),
    )


def _petition_rating() -> tuple[Check, ...]:
    rating = PetitionRating
    too_early = select(as_number(1)).where(Petition.id == rating.petition_id, before(rating.rated_at, Petition.opened_at)).exists()
    return (
        Check("petition", "评单对应的诉求不存在", "核对诉求编号", unknown(Petition.id, rating.petition_id), orphan=True),
        Check("stars", "评单不是一到五星", "核对星级", off_the_scale(rating.stars)),
        word_check("评单方式", rating, "method"),
        Check("order", "评单早于诉求登记", TIMES, too_early),
        Check("twice", "评单重复登记", ONCE, earlier_row(rating, "petition_id", "rated_at", alike=("stars", "method", "independent"))),
    )


def _captain_visit() -> tuple[Check, ...]:
    visit = CaptainVisit
    return (
        Check("household", "走访的户不存在", "核对户编号", unknown(Household.id, visit.household_id), orphan=True),
        person_check("走访", visit.person_id),
    )


def _captain_meeting() -> tuple[Check, ...]:
    meeting = CaptainMeeting
    wrong_place = [and_(meeting.kind == as_text(kind), elsewhere(meeting.area_code, levels)) for kind, levels in MEETING_LEVELS.items()]
    return (
        area_check("会议", meeting.area_code),
        Check("word", "会议类型不在约定的代码之内", WORD, other_word(meeting.kind, tuple(MEETING_LEVELS))),
        Check("level", "会议类型与单位的级别不符", PLACE, or_(*wrong_place)),
        person_check("会议", meeting.convener_id),
        Check("number", "会议参加人数是负数", NUMBER, negative(meeting.attendees)),
    )


def _training_attendance() -> tuple[Check, ...]:
    return (
        person_check("参训", TrainingAttendance.person_id),
        word_check("参训类型", TrainingAttendance, "kind"),
    )


def _good_deed() -> tuple[Check, ...]:
    return (
        person_check("善事", GoodDeed.person_id),
        Check("what", "善事没有写做了什么", "补上内容", func.trim(GoodDeed.what) == as_text("")),
        Check("order", "善事的公示早于善事", "核对日期", GoodDeed.published_on < GoodDeed.done_on),
        Check("twice", "善事重复登记", ONCE, earlier_row(GoodDeed, "person_id", "done_on", "what")),
    )


def _survey_response() -> tuple[Check, ...]:
    answer = SurveyResponse
    return (
        person_check("测评", answer.person_id),
        Check("household", "测评的户不存在", "核对户编号", unknown(Household.id, answer.household_id)),
        Check("stars", "测评不是一到五分", "核对得分", off_the_scale(answer.score)),
        Check("twice", "测评重复登记", ONCE, earlier_row(answer, "year", "person_id", "household_id", alike=("score", "answered_on"))),
    )


def _captain_mark() -> tuple[Check, ...]:
    mark = CaptainMark
    return (
        person_check("奖惩", mark.person_id),
        word_check("奖惩类型", mark, "kind"),
        Check("number", "奖惩的分数是负数", NUMBER, negative(mark.points)),
        Check(
            "twice",
            "奖惩重复登记",
            ONCE,
            earlier_row(mark, "year", "person_id", "kind", alike=("points", "passed", "reason", "evidence", "decided_on")),
        ),
    )


RULES: Mapping[type[Table], tuple[Check, ...]] = {
    Area: _area(),
    Department: _department(),
    Appointment: _appointment(),
    LeavePeriod: _leave_period(),
    Household: _household(),
    NightStay: _night_stay(),
    DutyRoster: _duty_roster(),
    NightSession: _night_session(),
    NightLecturer: _night_lecturer(),
    NightVisit: _night_visit(),
    ReceptionSlot: _reception_slot(),
    Petition: _petition(),
    PetitionEvent: _petition_event(),
    PetitionRating: _petition_rating(),
    CaptainVisit: _captain_visit(),
    CaptainMeeting: _captain_meeting(),
    TrainingAttendance: _training_attendance(),
    GoodDeed: _good_deed(),
    SurveyResponse: _survey_response(),
    CaptainMark: _captain_mark(),
}


def _looked_up(checks: Sequence[Check]) -> tuple[str, ...]:
    found = {each.name for check in checks for each in visitors.iterate(check.broken) if isinstance(each, TableClause)}
    return tuple(sorted(found))


LOOKED_UP = {table.__tablename__: _looked_up([check for check in checks if not check.orphan]) for table, checks in RULES.items()}
"""The tables that say whether a row of a table is sound."""


def with_looked_up(tables: Iterable[str]) -> tuple[str, ...]:
    """The tables that a query reads who reads the valid rows of these."""
    return tuple(dict.fromkeys(name for table in tables for name in (table, *LOOKED_UP.get(table, ()))))


def sound(table: type[Table]) -> ColumnElement[bool]:
    """Whether a row breaks no check.

    "Is not 1" of a CASE: what is not known to be broken is sound, and PostgreSQL expects nearly every row to be left, where of each of a
    dozen conditions it expects half.
    """
    broken = or_(*(check.broken for check in RULES[table] if not check.orphan))
    return case((broken, as_number(1)), else_=as_number(0)) != as_number(1)
