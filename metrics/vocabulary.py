"""The words of the shared database and the board, each grouped once. An unknown word raises ``ValueError``."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """What a row of a figure stands for."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    PATCH = "patch"
    GROUP = "group"
    CELL = "cell"
    PERSON = "person"
    CATEGORY = "category"
    DEPARTMENT = "department"


AREA_LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.PATCH, Level.GROUP, Level.CELL)
CODE_LENGTHS = dict(zip(AREA_LEVELS, (6, 9, 12, 14, 16, 19), strict=True))
"""Digits of an area code by level, as in ``data_access.scope`` (a test holds the two equal)."""
LEVEL_NAMES = dict(zip(Level, ("县", "乡镇", "村", "片", "组", "邻", "个人", "类别", "部门"), strict=True))


class Role(StrEnum):
    TOWNSHIP_CHIEF = "township_chief"
    TOWNSHIP_LEADER = "township_leader"
    TOWNSHIP_STAFF = "township_staff"
    VILLAGE_CHIEF = "village_chief"
    VILLAGE_COMMITTEE = "village_committee"
    PATCH_CAPTAIN = "patch_captain"
    GROUP_CAPTAIN = "group_captain"
    CELL_CAPTAIN = "cell_captain"


ROLE_NAMES = dict(zip(Role, ("党政正职", "班子成员", "在编在岗职工", "两委主干", "其他两委干部", "片长", "组长", "邻长"), strict=True))
TOWNSHIP_CADRES = (Role.TOWNSHIP_CHIEF, Role.TOWNSHIP_LEADER, Role.TOWNSHIP_STAFF)
VILLAGE_CADRES = (Role.VILLAGE_CHIEF, Role.VILLAGE_COMMITTEE)
CAPTAINS = (Role.PATCH_CAPTAIN, Role.GROUP_CAPTAIN, Role.CELL_CAPTAIN)


class Module(StrEnum):
    """A part of the board that a county may not have (阳曲 has no 三长, the Hunan towns no 住夜)."""

    DUTY = "duty"
    NIGHTS = "nights"
    RECEPTION = "reception"
    PETITIONS = "petitions"
    CAPTAINS = "captains"
    SATISFACTION = "satisfaction"
    QUALITY = "quality"


MODULE_NAMES = dict(zip(Module, ("住夜", "三夜", "接待", "诉求", "三长", "满意度", "数据质量"), strict=True))


class Measure(StrEnum):
    """How a figure is made up: k of n, a count of k, or a value without either."""

    RATE = "rate"
    COUNT = "count"
    VALUE = "value"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    WATCH = "watch"


class Status(StrEnum):
    """The verdict on a figure. NONE: nothing to judge (n = 0, or no target)."""

    OK = "ok"
    NEAR = "near"
    LOW = "low"
    THIN = "thin"
    RUNNING = "running"
    NONE = "none"


STATUS_NAMES = dict(zip(Status, ("达标", "接近", "未达标", "样本不足", "进行中", "—"), strict=True))


class Channel(StrEnum):
    WECHAT = "wechat"
    HEART_TALK = "heart_talk"
    YARD_TALK = "yard_talk"
    HOME_VISIT = "home_visit"
    NIGHT_VISIT = "night_visit"
    RECEPTION = "reception"
    HOTLINE = "hotline"
    OTHER = "other"


CHANNEL_NAMES = dict(zip(Channel, ("微信群", "民情恳谈会", "屋场夜话", "入户问需", "夜访", "公示接待", "热线", "其他"), strict=True))


class Size(StrEnum):
    SMALL = "small"
    BIG = "big"
    HARD = "hard"


SIZE_NAMES = dict(zip(Size, ("小事", "大事", "难事"), strict=True))


class Outcome(StrEnum):
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    NOT_ACCEPTED = "not_accepted"


OUTCOME_NAMES = dict(zip(Outcome, ("已化解", "撤回", "转送", "不予受理"), strict=True))
LEFT_OUT = (Outcome.WITHDRAWN, Outcome.TRANSFERRED, Outcome.NOT_ACCEPTED)
"""Ended without the county having had to resolve it: left out of the on-time and resolved rates, and listed."""


class HandlingLevel(StrEnum):
    """The level that handles a petition, lowest first (R29)."""

    CELL = "cell"
    GROUP = "group"
    PATCH = "patch"
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"


HANDLING_LEVEL_NAMES = dict(zip(HandlingLevel, ("邻", "组", "片", "村民情会", "乡镇", "县"), strict=True))
BELOW_TOWNSHIP = (HandlingLevel.CELL, HandlingLevel.GROUP, HandlingLevel.PATCH, HandlingLevel.VILLAGE)


class EventKind(StrEnum):
    OPEN = "open"
    DISPATCH = "dispatch"
    RETURN = "return"
    ACCEPT = "accept"
    ESCALATE = "escalate"
    EXTEND = "extend"
    PROGRESS = "progress"
    RESOLVE = "resolve"
    RATE = "rate"
    REOPEN = "reopen"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"


EVENT_NAMES = dict(
    zip(EventKind, ("点单", "派单", "退单", "接单", "上报", "延期", "进展", "办结", "评单", "重办", "回头看", "销号"), strict=True)
)


class DutyPost(StrEnum):
    """What somebody is on a roster for."""

    LEAD = "lead"
    MEMBER = "member"
    STAFF = "staff"


DUTY_POST_NAMES = dict(zip(DutyPost, ("带班领导", "值班成员", "值班人员"), strict=True))


class SessionKind(StrEnum):
    STUDY = "study"
    TALK = "talk"
    REVIEW = "review"


SESSION_NAMES = dict(zip(SessionKind, ("夜学", "夜谈", "述学评学考学"), strict=True))


class Place(StrEnum):
    OFFICE = "office"
    SERVICE_CENTRE = "service_centre"
    DESK = "desk"
    VILLAGE_CENTRE = "village_centre"
    OUTREACH = "outreach"


PLACE_NAMES = dict(zip(Place, ("乡镇机关", "便民服务中心", "坐班岗", "村服务中心", "带案下访"), strict=True))


class MeetingKind(StrEnum):
    HEART_TALK = "heart_talk"
    ANALYSIS = "analysis"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CAPTAINS = "captains"


MEETING_NAMES = dict(zip(MeetingKind, ("民情恳谈会", "民情分析会", "片长例会", "民情碰头会", "三长碰头会"), strict=True))


class LeaveKind(StrEnum):
    LEAVE = "leave"
    SECONDMENT = "secondment"
    TRAINING = "training"


LEAVE_NAMES = dict(zip(LeaveKind, ("请假", "借调", "培训"), strict=True))


class HouseholdKind(StrEnum):
    KEY = "key"
    ORDINARY = "ordinary"


HOUSEHOLD_NAMES = dict(zip(HouseholdKind, ("重点户", "普通户"), strict=True))


class TrainingKind(StrEnum):
    POOLED = "pooled"
    CATCH_UP = "catch_up"
    MICRO = "micro"
    CONTEST = "contest"


TRAINING_NAMES = dict(zip(TrainingKind, ("集中培训", "兜底培训", "小微培训", "竞赛"), strict=True))


class MarkKind(StrEnum):
    BONUS = "bonus"
    VETO = "veto"
    SPOT_CHECK = "spot_check"


MARK_NAMES = dict(zip(MarkKind, ("加分", "一票否决", "抽查"), strict=True))
