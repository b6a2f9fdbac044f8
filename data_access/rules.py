"""What a row must be to count: named checks by table, whoever wrote it.

A figure reads no table but its valid rows (:mod:`data_access.valid`); whatever breaks a check is listed by :mod:`data_access.problems`,
and a ledger is refused by the same words. Values of another type than the column's (``至今`` as a date) are refused by the database itself.
A value that is not given breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import TableClause, visitors

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
    Identified,
    LeavePeriod,
    NightLecturer,
    NightSession,
    NightStay,
    NightVisit,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
    SurveyResponse,
    Table,
    TrainingAttendance,
)
from data_access.words import HANDLING_LEVELS, MEETING_LEVELS, ROLE_LEVELS, WORDS

Column = SQLColumnExpression[Any]

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

PERSON = "核对人员编号,或先登记此人"
PLACE = "核对区划代码,或先登记该单位"
POST = "核对任职起止日期"
WORD = "改用接口约定的代码"
NUMBER = "核对数字"
ONCE = "留一条,删去其余"
TIMES = "核对各环节的时间"


@dataclass(frozen=True, eq=False)
class Check:
    """One thing that can be wrong with a row: by what name, what is said of it, what to do about it, and the condition that finds it."""

    name: str
    reason: str
    remedy: str
    broken: ColumnElement[bool]
    orphan: bool = False
    """The row that it belongs to is missing: a figure reads such a row only beside the other, and need not look for it twice."""


# --- the kinds of conditions ---------------------------------------------------------------------------------------------
# Constants of the contract are written into the statement: bound, they would be bound anew for every one of a page's statements.


def _text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'")


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value))


def unknown(key: Column, column: Column) -> ColumnElement[bool]:
    """No row of the other table has this key. (Of an empty table NOT IN says so of NULL too.)"""
    return and_(column.is_not(None), column.not_in(select(key)))


def _no_source(key: Column, day: Column, column: Column, at: Column) -> ColumnElement[bool]:
    """No row of this key up to the day of ``at``. (Of the few rows that have such a key, and with EXISTS: SQLite asks it after all that is
    cheaper. What comes later than a row says nothing of it, so that a closed month stays closed.)"""
    return and_(column.is_not(None), ~select(_number(1)).where(key == column, day <= at).exists())


def _before(at: Column, start: Column) -> ColumnElement[bool]:
    """On an earlier day: offices write many steps with their day alone."""
    return and_(at < start, at < func.date(start))


def unknown_person(*columns: Column) -> ColumnElement[bool]:
    return or_(*(unknown(Person.id, column) for column in columns))


def unknown_area(column: Column) -> ColumnElement[bool]:
    return unknown(Area.code, column)


def _other_word(column: Column, words: Sequence[str]) -> ColumnElement[bool]:
    return column.not_in([_text(word) for word in words])


def _elsewhere(column: Column, levels: Sequence[str]) -> ColumnElement[bool]:
    """The code is of none of the levels."""
    return func.length(column).not_in([_number(CODE_LENGTHS[level]) for level in levels])


def _negative(*columns: Column) -> ColumnElement[bool]:
    return or_(*(column < _number(0) for column in columns))


def _off_the_scale(column: Column) -> ColumnElement[bool]:
    """Neither one nor five nor between."""
    return or_(column < _number(1), column > _number(5))


def _earlier_row(table: type[Identified], *key: str, **more: Any) -> ColumnElement[bool]:
    """A row that came before says the same: of rows alike the first counts."""
    first = aliased(table, name="first_of_its_kind")
    same = [getattr(first, name) == getattr(table, name) for name in key]
    alike = [getattr(first, name).is_not_distinct_from(getattr(table, name)) for name in more.pop("alike", ())]
    return select(_number(1)).where(*same, *alike, first.id < table.id, *more.pop("where", lambda _: ())(first)).exists()


def _area_checks(label: str, column: Column) -> Check:
    return Check("area", f"{label}地点不明(区划代码不存在)", PLACE, unknown_area(column))


def _person_check(label: str, *columns: Column) -> Check:
    return Check("person", f"{label}人员不明(人员编号不存在)", PERSON, unknown_person(*columns))


def _level_check(label: str, column: Column, *levels: str) -> Check:
    return Check("level", f"{label}地点不是{_LEVEL_WORDS[levels]}", PLACE, _elsewhere(column, levels))


_LEVEL_WORDS = {("township", "village"): "乡镇或村", ("village",): "村", ("township",): "乡镇", ("cell", "village"): "邻或村"}


def _word_check(label: str, table: type[Table], *names: str) -> Check:
    broken = or_(*(_other_word(getattr(table, name), WORDS[table, name]) for name in names))
    return Check("word", f"{label}不在约定的代码之内", WORD, broken)


# --- the checks by table -------------------------------------------------------------------------------------------------


def _area() -> tuple[Check, ...]:
    length = case({level: _number(length) for level, length in CODE_LENGTHS.items()}, value=Area.level, else_=_number(0))
    above, below = aliased(Area, name="above"), aliased(Area, name="below")
    up = {"township": "county", "village": "township", "patch": "village", "group": "village", "cell": "village"}
    upper = case({level: func.substr(Area.code, 1, CODE_LENGTHS[at]) for level, at in up.items()}, value=Area.level)
    last = Area.code.concat(_text("9" * 10))  # of what lies under a township
    under = select(_number(1)).where(below.code > Area.code, below.code <= last).exists()
    served = select(_number(1)).where(Appointment.area_code >= Area.code, Appointment.area_code <= last).exists()
    return (
        Check("level", "区划代码的位数与级别不符", "核对区划代码和级别", func.length(Area.code) != length),
        Check("code", "区划代码不全是数字", "核对区划代码", func.ltrim(Area.code, _text("0123456789")) != _text("")),
        Check(
            "parent",
            "区划的上级不在册,或与代码不符",
            "先登记上级,或核对代码",
            or_(
                and_(upper.is_not(None), ~select(_number(1)).where(above.code == upper).exists()),
                func.substr(Area.code, 1, func.length(Area.parent_code)) != Area.parent_code,
            ),
        ),
        Check("order", "区划的撤销早于设立", "核对起止日期", Area.valid_to < Area.valid_from),
        Check("name", "区划没有名称", "补上名称", func.trim(Area.name) == _text("")),
        Check(
            "empty",
            "现有乡镇名下没有村,也没有人任职",
            "先登记它的村和人员",
            and_(Area.level == _text("township"), Area.ranked.is_not(False), Area.valid_to.is_(None), ~under, ~served),
        ),
    )


def _department() -> tuple[Check, ...]:
    office = Department
    return (
        Check(
            "code",
            "部门代码不是县的 6 位代码、字母 D、3 位数字",
            "核对部门代码",
            or_(func.length(office.code) != _number(10), func.substr(office.code, 7, 1) != _text("D")),
        ),
        Check("name", "部门没有名称", "补上名称", func.trim(office.name) == _text("")),
        Check("order", "部门的撤销早于设立", "核对起止日期", office.valid_to < office.valid_from),
    )


def _appointment() -> tuple[Check, ...]:
    post, digits = Appointment, {role: _number(CODE_LENGTHS[level]) for role, level in ROLE_LEVELS.items()}

    def overlapping(first: type[Appointment]) -> tuple[ColumnElement[bool], ...]:
        return (
            or_(first.valid_to.is_(None), post.valid_from.is_(None), first.valid_to >= post.valid_from),
            or_(post.valid_to.is_(None), first.valid_from.is_(None), post.valid_to >= first.valid_from),
        )

    return (
        Check("area", "任职单位不明(区划代码不存在)", PLACE, unknown_area(post.area_code)),
        _person_check("任职", post.person_id),
        Check("word", "职务不在约定的代码之内", WORD, _other_word(post.role, tuple(ROLE_LEVELS))),
        Check("level", "职务与单位的级别不符", "核对职务和单位", func.length(post.area_code) != case(digits, value=post.role)),
        Check("order", "免职早于任职", POST, post.valid_to < post.valid_from),
        Check("twice", "同一人同一职务的任职重复", ONCE, _earlier_row(post, "person_id", "role", "area_code", where=overlapping)),
    )


def _leave_period() -> tuple[Check, ...]:
    leave = LeavePeriod
    return (
        _person_check("请假", leave.person_id),
        _word_check("请假类型", leave, "kind"),
        Check("order", "请假结束早于开始", "核对请假起止日期", leave.last_day < leave.first_day),
    )


def _household() -> tuple[Check, ...]:
    home = Household
    return (
        _area_checks("户的", home.area_code),
        _level_check("户的", home.area_code, "cell", "village"),
        _word_check("户的类型", home, "kind"),
        Check("order", "户的注销早于登记", "核对起止日期", home.valid_to < home.valid_from),
    )


def _night_stay() -> tuple[Check, ...]:
    stay = NightStay
    return (
        _area_checks("住夜", stay.area_code),
        _level_check("住夜", stay.area_code, "township", "village"),
        _person_check("住夜", stay.person_id),
    )


def _duty_roster() -> tuple[Check, ...]:
    turn = DutyRoster
    return (
        _area_checks("排班", turn.area_code),
        _level_check("排班", turn.area_code, "township", "village"),
        _person_check("排班", turn.person_id, turn.substitute_id),
        _word_check("排班岗位", turn, "post"),
        Check("twice", "同一单位同一晚同一人的排班重复", ONCE, _earlier_row(turn, "area_code", "night", "person_id")),
    )


def _night_session() -> tuple[Check, ...]:
    session = NightSession
    counts = ("minutes", "attendees", "measures", "measures_done", "needs")
    return (
        _area_checks("场次", session.area_code),
        _level_check("场次", session.area_code, "township"),
        _word_check("场次类型", session, "kind"),
        Check("number", "场次的人数、时长或举措数是负数", NUMBER, _negative(*(getattr(session, name) for name in counts))),
        Check("measures", "已落实的举措多于举措", NUMBER, session.measures_done > func.coalesce(session.measures, _number(0))),
        Check("twice", "场次重复登记", ONCE, _earlier_row(session, "area_code", "held_on", "kind", alike=("theme", "note", *counts))),
    )


def _night_lecturer() -> tuple[Check, ...]:
    lecturer = NightLecturer
    return (
        Check("session", "授课对应的场次不存在", "核对场次编号", unknown(NightSession.id, lecturer.session_id), orphan=True),
        _person_check("授课", lecturer.person_id),
    )


def _night_visit() -> tuple[Check, ...]:
    visit = NightVisit
    return (
        _area_checks("夜访", visit.area_code),
        _level_check("夜访", visit.area_code, "village"),
        _person_check("夜访", visit.person_id),
        Check("number", "夜访人次是负数", NUMBER, _negative(visit.people)),
    )


def _reception_slot() -> tuple[Check, ...]:
    slot = ReceptionSlot
    return (
        _area_checks("场次", slot.area_code),
        _level_check("接待", slot.area_code, "township", "village"),
        _word_check("接待场所", slot, "place"),
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
            or_(_negative(slot.batches, slot.visitors), slot.visitors < slot.batches),
        ),
        Check("twice", "接待场次重复登记", ONCE, _earlier_row(slot, "area_code", "day", "place", alike=("leader_id",))),
    )


def _petition() -> tuple[Check, ...]:
    petition = Petition
    below = {at: [_text(level) for level in HANDLING_LEVELS[: HANDLING_LEVELS.index(at)]] for at in ("township", "county")}
    return (
        _area_checks("诉求", petition.area_code),
        Check(
            "level",
            "诉求所在层级低于写明的地点",
            "把地点写到村,或核对层级",
            or_(
                *(
                    and_(func.length(petition.area_code) == _number(CODE_LENGTHS[at]), petition.level.in_(levels))
                    for at, levels in below.items()
                )
            ),
        ),
        Check("number", "诉求没有编号", "补上编号", func.trim(petition.number) == _text("")),
        _word_check("诉求的来源、大小、公私、结果或层级", petition, "channel", "size", "sphere", "outcome", "level"),
        Check(
            "order",
            "诉求的办理环节早于登记、接单早于派单或销号早于办结",
            TIMES,
            or_(
                *(_before(getattr(petition, step), petition.opened_at) for step in STEPS),
                _before(petition.accepted_at, petition.dispatched_at),
                _before(petition.closed_at, petition.ended_at),
            ),
        ),
        Check("outcome", "诉求已办结却没有结果", "补登办理结果", and_(petition.ended_at.is_not(None), petition.outcome.is_(None))),
        Check(
            "ended",
            "诉求写了结果或销号却没有办结时间",
            "补登办结时间",
            and_(petition.ended_at.is_(None), or_(petition.outcome.is_not(None), petition.closed_at.is_not(None))),
        ),
        Check("times", "诉求退单、重办次数是负数", NUMBER, _negative(petition.returned, petition.reopened)),
        Check("person", "诉求承办人或包案领导不明(人员编号不存在)", PERSON, unknown_person(petition.handler_id, petition.lead_id)),
        Check(
            "visit",
            "诉求写明的夜访记录不存在,或在诉求之后",
            "核对夜访编号",
            _no_source(NightVisit.id, NightVisit.visited_on, petition.origin_visit_id, petition.opened_at),
        ),
        Check(
            "slot",
            "诉求写明的接待场次不存在,或在诉求之后",
            "核对场次编号",
            _no_source(ReceptionSlot.id, ReceptionSlot.day, petition.origin_slot_id, petition.opened_at),
        ),
        Check("itself", "诉求写明重复的原件就是它自己", "核对原件编号", petition.repeat_of == petition.id),
    )


def _petition_event() -> tuple[Check, ...]:
    event = PetitionEvent
    too_early = select(_number(1)).where(Petition.id == event.petition_id, _before(event.at, Petition.opened_at)).exists()
    return (
        Check("petition", "流转记录对应的诉求不存在", "核对诉求编号", unknown(Petition.id, event.petition_id), orphan=True),
        _word_check("流转的类型或层级", event, "kind", "from_level", "to_level"),
        _person_check("流转", event.person_id),
        Check("order", "流转早于诉求登记", TIMES, too_early),
        Check(
            "twice", "流转重复登记", ONCE, _earlier_row(event, "petition_id", "at", "kind", alike=("from_level", "to_level", "person_id"))
        ),
    )


def _petition_rating() -> tuple[Check, ...]:
    rating = PetitionRating
    too_early = select(_number(1)).where(Petition.id == rating.petition_id, _before(rating.rated_at, Petition.opened_at)).exists()
    return (
        Check("petition", "评单对应的诉求不存在", "核对诉求编号", unknown(Petition.id, rating.petition_id), orphan=True),
        Check("stars", "评单不是一到五星", "核对星级", _off_the_scale(rating.stars)),
        _word_check("评单方式", rating, "method"),
        Check("order", "评单早于诉求登记", TIMES, too_early),
        Check("twice", "评单重复登记", ONCE, _earlier_row(rating, "petition_id", "rated_at", alike=("stars", "method", "independent"))),
    )


def _captain_visit() -> tuple[Check, ...]:
    visit = CaptainVisit
    return (
        Check("household", "走访的户不存在", "核对户编号", unknown(Household.id, visit.household_id), orphan=True),
        _person_check("走访", visit.person_id),
    )


def _captain_meeting() -> tuple[Check, ...]:
    meeting = CaptainMeeting
    elsewhere = [and_(meeting.kind == _text(kind), _elsewhere(meeting.area_code, levels)) for kind, levels in MEETING_LEVELS.items()]
    return (
        _area_checks("会议", meeting.area_code),
        Check("word", "会议类型不在约定的代码之内", WORD, _other_word(meeting.kind, tuple(MEETING_LEVELS))),
        Check("level", "会议类型与单位的级别不符", PLACE, or_(*elsewhere)),
        _person_check("会议", meeting.convener_id),
        Check("number", "会议参加人数是负数", NUMBER, _negative(meeting.attendees)),
    )


def _training_attendance() -> tuple[Check, ...]:
    return (
        _person_check("参训", TrainingAttendance.person_id),
        _word_check("参训类型", TrainingAttendance, "kind"),
    )


def _good_deed() -> tuple[Check, ...]:
    return (
        _person_check("善事", GoodDeed.person_id),
        Check("what", "善事没有写做了什么", "补上内容", func.trim(GoodDeed.what) == _text("")),
        Check("order", "善事的公示早于善事", "核对日期", GoodDeed.published_on < GoodDeed.done_on),
        Check("twice", "善事重复登记", ONCE, _earlier_row(GoodDeed, "person_id", "done_on", "what")),
    )


def _survey_response() -> tuple[Check, ...]:
    answer = SurveyResponse
    return (
        _person_check("测评", answer.person_id),
        Check("household", "测评的户不存在", "核对户编号", unknown(Household.id, answer.household_id)),
        Check("stars", "测评不是一到五分", "核对得分", _off_the_scale(answer.score)),
        Check("twice", "测评重复登记", ONCE, _earlier_row(answer, "year", "person_id", "household_id", alike=("score", "answered_on"))),
    )


def _captain_mark() -> tuple[Check, ...]:
    mark = CaptainMark
    return (
        _person_check("奖惩", mark.person_id),
        _word_check("奖惩类型", mark, "kind"),
        Check("number", "奖惩的分数是负数", NUMBER, _negative(mark.points)),
        Check(
            "twice",
            "奖惩重复登记",
            ONCE,
            _earlier_row(mark, "year", "person_id", "kind", alike=("points", "passed", "reason", "evidence", "decided_on")),
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
    return case((broken, _number(1)), else_=_number(0)) != _number(1)
