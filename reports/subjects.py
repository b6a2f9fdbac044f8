"""The table of subjects: which numbers, rankings and lists each subject shows, and what each meeting looks at.

Page, wall, prefill, pack and command line read this table and nothing else. To show a new indicator, write its id into the line where it
belongs: a group of its page's rankings, the headline numbers, the overview, an agenda.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, HOUSEHOLD_NAMES, LEVEL_NAMES, HouseholdKind, Level, Module, Role
from reports.links import CAPTAINS, NIGHTS, QUALITY, RECEPTION, ROWS, Link, to_cases
from reports.modules import running_modules, runs


@dataclass(frozen=True)
class Subject:
    """A page about one module: ``page`` is ``area/page``; ``rankings`` holds ids by the group they stand in on the page."""

    module: Module
    page: str
    name: str
    headlines: tuple[str, ...]
    rankings: Mapping[str, tuple[str, ...]]


SUBJECTS: dict[Module, Subject] = {
    Module.DUTY: Subject(
        Module.DUTY,
        "duty/duty",
        "住夜",
        headlines=(),
        rankings={
            "住夜": ("duty.night_compliance",),
            "其他指标": (
                "duty.chief_cover",
                "duty.leader_cover",
                "duty.staff_share",
                "duty.unreported",
                "duty.miss_streak",
                "duty.planned",
                "duty.plan_kept",
                "duty.village_compliance",
            ),
        },
    ),
    Module.NIGHTS: Subject(
        Module.NIGHTS,
        "nights/nights",
        "三夜",
        headlines=(
            "nights.township_visits",
            "nights.village_visits",
            "nights.study_weeks",
            "nights.talk_weeks",
            "nights.on_the_spot",
            "nights.measures_done",
        ),
        rankings={
            "夜访": ("nights.township_visits", "nights.village_visits", "nights.on_the_spot", "nights.follow_up"),
            "夜学": ("nights.study_weeks", "nights.lecturers", "nights.reviews"),
            "夜谈": ("nights.talk_weeks", "nights.measures_done"),
        },
    ),
    Module.RECEPTION: Subject(
        Module.RECEPTION,
        "reception/reception",
        "接待",
        headlines=("reception.kept", "reception.leader_weeks", "reception.desk_days", "reception.resolved"),
        rankings={"排名": ("reception.kept", "reception.leader_weeks", "reception.desk_days", "reception.resolved")},
    ),
    Module.PETITIONS: Subject(
        Module.PETITIONS,
        "petitions/petitions",
        "诉求",
        headlines=(
            "petitions.open",
            "petitions.overdue",
            "petitions.backlog",
            "petitions.closed_on_time",
            "petitions.resolved",
            "satisfaction.callback",
        ),
        rankings={
            "按期与及时": ("petitions.closed_on_time", "petitions.dispatch_on_time", "petitions.accept_on_time", "petitions.response"),
            "化解": ("petitions.resolved", "petitions.disputes_resolved", "petitions.reopened", "petitions.repeat"),
            "满意": ("satisfaction.rated", "satisfaction.callback", "satisfaction.gap", "satisfaction.response"),
            "规范": ("petitions.proper_closure", "petitions.returned", "petitions.notified", "petitions.days"),
        },
    ),
    Module.CAPTAINS: Subject(
        Module.CAPTAINS,
        "captains/captains",
        "三长",
        headlines=(
            "captains.key_visits",
            "captains.ordinary_visits",
            "captains.meetings",
            "captains.coverage",
            "captains.training",
            "captains.cards",
        ),
        rankings={
            "邻长": ("captains.key_visits", "captains.ordinary_visits"),
            "组长": ("captains.key_visits", "captains.ordinary_visits"),
            "片长": ("captains.meetings", "captains.key_visits"),
            "网格": ("captains.coverage", "captains.cell_size", "captains.training", "captains.cards"),
        },
    ),
    Module.QUALITY: Subject(
        Module.QUALITY,
        "quality/quality",
        "数据",
        headlines=("quality.in_time", "quality.bulk", "quality.same_text", "quality.two_places"),
        rankings={
            "按单位": ("quality.in_time", "quality.stale", "quality.bulk", "quality.same_text", "quality.backfilled"),
            "抽查": ("quality.spot_true",),
        },
    ),
}
"""By module; satisfaction is shown with 诉求."""

DEPARTMENT_RANKINGS = (
    "petitions.closed_on_time",
    "petitions.resolved",
    "petitions.dispatch_on_time",
    "petitions.accept_on_time",
    "petitions.response",
    "petitions.overdue",
    "petitions.returned",
    "petitions.reopened",
    "petitions.days",
    "satisfaction.rated",
    "satisfaction.callback",
)
"""What the departments of a county are ranked by, apart from its townships, where petitions are dispatched to any."""

OVERVIEW_NUMBERS = (
    "duty.night_compliance",
    "nights.township_visits",
    "petitions.overdue",
    "petitions.closed_on_time",
    "captains.key_visits",
    "satisfaction.rated",
    "reception.kept",
    "duty.village_compliance",
    "petitions.response",
    "captains.ordinary_visits",
    "captains.coverage",
    "satisfaction.callback",
)
"""The numbers of the overview in order of importance: the first six whose module this county runs."""
OVERVIEW_RANKINGS = ("duty.night_compliance", "petitions.closed_on_time", "captains.key_visits")
OVERVIEW_CAPTAINS = {
    Role.CELL_CAPTAIN: "captains.key_visits",
    Role.GROUP_CAPTAIN: "captains.ordinary_visits",
    Role.PATCH_CAPTAIN: "captains.meetings",
}
"""The overview's third ranking, by the role chosen over it."""
WALL_RANKINGS = ("duty.night_compliance", "petitions.closed_on_time", "nights.township_visits", "captains.key_visits")
VILLAGE_FIGURES = (
    "duty.village_compliance",
    "nights.village_visits",
    "petitions.closed_on_time",
    "captains.key_visits",
    "satisfaction.rated",
)
"""The columns of a township's table of villages."""
OF_THE_YEAR = (Module.CAPTAINS,)
"""Rankings that the overview and the wall show over the year: what the selection of the best 三长 looks at."""
SHOWN_AS_COUNTS = ("petitions.overdue", "petitions.backlog")
"""Headline numbers written as 84件, the share small."""
WATCHED_WEEKLY = ("duty.night_compliance", "duty.village_compliance", "petitions.closed_on_time", "captains.key_visits")
"""Whose fall below target the overview reports."""

CASES_BEHIND = {
    "petitions.open": "open",
    "petitions.overdue": "overdue",
    "petitions.backlog": "backlog",
    "petitions.closed_on_time": "late",
    "petitions.resolved": "unresolved",
    "petitions.disputes_resolved": "unresolved",
    "petitions.dispatch_on_time": "undispatched",
    "petitions.accept_on_time": "unaccepted",
    "petitions.response": "unanswered",
    "petitions.notified": "unnotified",
    "petitions.proper_closure": "improper",
    "petitions.returned": "returned",
    "petitions.reopened": "reopened",
    "petitions.repeat": "repeats",
    "petitions.mass": "mass",
    "petitions.days": "ended",
    "petitions.level_closed": "ended",
    "satisfaction.rated": "unhappy",
    "satisfaction.callback": "unhappy_callback",
    "satisfaction.gap": "unhappy_callback",
    "satisfaction.response": "ended",
    "nights.on_the_spot": "not_on_the_spot",
    "nights.follow_up": "not_followed_up",
    "reception.resolved": "unresolved_at_reception",
}
"""By indicator: the standing of the list (诉求清单) that holds its red cases."""

LISTS_BEHIND = {
    "nights.measures_done": Link(NIGHTS, {"view": "夜谈"}),
    "reception.kept": Link(RECEPTION, {"view": "场次", "how": "broken"}),
    "captains.key_visits": Link(CAPTAINS, {"view": "未走访", "kind": HOUSEHOLD_NAMES[HouseholdKind.KEY]}),
    "captains.ordinary_visits": Link(CAPTAINS, {"view": "未走访", "kind": HOUSEHOLD_NAMES[HouseholdKind.ORDINARY]}),
    "captains.coverage": Link(CAPTAINS, {"view": "网格"}),
    "quality.bulk": Link(QUALITY, {"view": "按人员"}),
    "quality.same_text": Link(QUALITY, {"view": "按人员"}),
    "quality.two_places": Link(QUALITY, {"view": "按人员"}),
    "quality.perfect": Link(QUALITY, {"view": "满分异常"}),
    "quality.spot_true": Link(QUALITY, {"view": "抽查"}),
}
"""By indicator: the view of a subject's page that lists its rows."""

TOWNSHIP_NIGHTS = {
    "duty.night_compliance": "compliant",
    "duty.miss_streak": "compliant",
    "duty.chief_cover": "has_chief",
    "duty.leader_cover": "has_leaders",
    "duty.staff_share": "has_staff",
    "duty.unreported": "unreported",
}
"""By indicator: the flag of a night that says whether it is met (for 未填报, missed)."""
ROWS_BEHIND = (
    *TOWNSHIP_NIGHTS,
    "duty.village_compliance",
    "duty.chief_nights",
    "duty.load_ratio",
    "duty.planned",
    "duty.plan_kept",
    "nights.study_weeks",
    "nights.talk_weeks",
    "nights.reviews",
    "nights.lecturers",
    "nights.township_visits",
    "nights.village_visits",
    "reception.leader_weeks",
    "reception.desk_days",
    "captains.cell_size",
    "captains.meetings",
    "captains.cards",
    "captains.training",
)
"""Whose rows (nights, weeks, people, units) the page 记录 lists."""
WITHOUT_ROWS = {
    "quality.in_time": "逐条录入有几十万行,只按单位列出;单条记录在“数据”页的“抽查”里按台账抽看",
    "quality.backfilled": "整份文件一起装入,装入记录在“管理”页的“台账”;单条记录旁写着“以文件补录”",
    "quality.stale": "是最近一条记录到截至时刻的小时数,背后没有一批记录",
}
"""By indicator: why no list stands behind it."""


# --- meetings -------------------------------------------------------------------------------------------------------


class Audience(StrEnum):
    COMMITTEE = "committee"
    MONTHLY = "monthly"
    PETITIONS = "petitions"
    SELECTION = "selection"


_MEETING_NAMES = dict(zip(Audience, ("常委会", "月调度会", "信访联席会", "评选会"), strict=True))
TOWNSHIP_COMMITTEE = "党委会"


def meeting_name(audience: Audience, area: str = "") -> str:
    """What a meeting is called in ``area``: the committee of a county (or more) meets as 常委会, a township's as 党委会."""
    below_county = len(area) > CODE_LENGTHS[Level.COUNTY]
    return TOWNSHIP_COMMITTEE if audience is Audience.COMMITTEE and below_county else _MEETING_NAMES[audience]


@dataclass(frozen=True)
class Section:
    """One subject of a meeting: an indicator, whether its course over time is shown, and for which rows."""

    indicator: str
    trend: bool = False
    level: Level | None = None
    """None: the units below the reader's area (townships for the county, villages for a township)."""

    @property
    def name(self) -> str:
        """按期办结率, 在办(按类别)."""
        return f"{REGISTRY[self.indicator].name}{f'(按{LEVEL_NAMES[self.level]})' if self.level else ''}"


AGENDAS: dict[Audience, tuple[Section, ...]] = {
    Audience.COMMITTEE: (
        Section("duty.night_compliance", trend=True),
        Section("duty.village_compliance"),
        Section("nights.township_visits"),
        Section("reception.leader_weeks"),
        Section("petitions.closed_on_time", trend=True),
        Section("petitions.closed_on_time", level=Level.DEPARTMENT),
        Section("petitions.overdue"),
        Section("petitions.open", level=Level.CATEGORY),
        Section("captains.key_visits", trend=True),
        Section("satisfaction.callback"),
    ),
    Audience.MONTHLY: (
        Section("duty.night_compliance", trend=True),
        Section("duty.unreported"),
        Section("duty.chief_nights"),
        Section("duty.village_compliance", trend=True),
        Section("nights.study_weeks"),
        Section("nights.talk_weeks"),
        Section("nights.township_visits"),
        Section("nights.follow_up"),
        Section("reception.leader_weeks"),
        Section("reception.kept"),
        Section("petitions.dispatch_on_time"),
        Section("petitions.closed_on_time", trend=True),
        Section("petitions.closed_on_time", level=Level.DEPARTMENT),
        Section("petitions.resolved"),
        Section("petitions.overdue"),
        Section("petitions.open", level=Level.CATEGORY),
        Section("captains.key_visits", trend=True),
        Section("captains.ordinary_visits"),
        Section("captains.meetings"),
        Section("satisfaction.callback"),
        Section("quality.in_time"),
    ),
    Audience.PETITIONS: (
        Section("petitions.overdue", trend=True),
        Section("petitions.overdue", level=Level.DEPARTMENT),
        Section("petitions.backlog"),
        Section("petitions.dispatch_on_time"),
        Section("petitions.accept_on_time"),
        Section("petitions.closed_on_time", trend=True),
        Section("petitions.closed_on_time", level=Level.DEPARTMENT),
        Section("petitions.resolved"),
        Section("petitions.disputes_resolved"),
        Section("petitions.open", level=Level.CATEGORY),
        Section("petitions.repeat", trend=True),
        Section("petitions.returned"),
        Section("petitions.proper_closure"),
        Section("petitions.reopened"),
        Section("petitions.notified"),
        Section("petitions.mass"),
        Section("satisfaction.callback"),
        Section("satisfaction.response"),
    ),
    Audience.SELECTION: (
        Section("captains.key_visits"),
        Section("captains.ordinary_visits"),
        Section("captains.meetings"),
        Section("satisfaction.rated"),
    ),
}
"""What each meeting looks at, in its order. Modules that are off drop out, departments where a county dispatches to none."""

BACKGROUND = (
    Section("petitions.repeat"),
    Section("petitions.returned"),
    Section("petitions.closed_on_time"),
    Section("petitions.resolved"),
    Section("petitions.open"),
    Section("satisfaction.callback"),
)
"""What the circular's first paragraphs and its annexed table of petitions need, whatever the meeting shows on slides."""


# --- asked of the table -----------------------------------------------------------------------------------------------


def subject_of(indicator_id: str) -> Subject:
    """The subject whose page an indicator is shown on."""
    module = REGISTRY[indicator_id].module
    return SUBJECTS[Module.PETITIONS if module is Module.SATISFACTION else module]


def rows_behind(indicator_id: str, code: str | None = None, level: Level = Level.TOWNSHIP) -> Link | None:
    """The list of what stands behind a number, of one unit where its ``code`` is given; None for a number or a unit without one.

    A person's rows are on the person's own page.
    """
    standing, inside = CASES_BEHIND.get(indicator_id), _inside(code or "", level)
    if inside is None:
        return None
    if standing is not None:
        return to_cases(standing, **inside)
    if indicator_id in ROWS_BEHIND:
        return Link(ROWS, {"figure": indicator_id, **inside})
    found = LISTS_BEHIND.get(indicator_id)
    return None if found is None or level is Level.VILLAGE else Link(found.page, {**found.query, **inside})


def _inside(code: str, level: Level) -> dict[str, str] | None:
    """The parameters of a list that narrow it to a unit; None where no list can be."""
    if len(code) < CODE_LENGTHS[Level.TOWNSHIP] and level in (Level.COUNTY, Level.TOWNSHIP):
        return {}
    township = {"township": code[: CODE_LENGTHS[Level.TOWNSHIP]]}
    inside = {Level.COUNTY: township, Level.TOWNSHIP: township, Level.VILLAGE: {**township, "village": code}}
    return {**inside, Level.DEPARTMENT: {"department": code}, Level.CATEGORY: {"category": code}}.get(level)


def shown_here(indicator_ids: Iterable[str], modules: frozenset[Module] | None = None) -> list[str]:
    """Those whose module this county runs."""
    on = running_modules() if modules is None else modules
    return [each for each in indicator_ids if runs(REGISTRY[each], on)]


def overview_numbers(modules: frozenset[Module] | None = None) -> list[str]:
    """The six headline numbers of this county."""
    return shown_here(OVERVIEW_NUMBERS, modules)[:6]


def agenda(audience: Audience, modules: frozenset[Module] | None = None, *, departments: bool = True) -> list[Section]:
    """The meeting's sections that this county can show. ``departments``: whether it has any that petitions are dispatched to."""
    on = running_modules() if modules is None else modules
    shown = (section for section in AGENDAS[audience] if departments or section.level is not Level.DEPARTMENT)
    return [section for section in shown if runs(REGISTRY[section.indicator], on)]


def meetings(modules: frozenset[Module] | None = None) -> list[Audience]:
    """The meetings there is something to show at; the 评选会 where the county has 三长."""
    on = running_modules() if modules is None else modules
    return [each for each in Audience if agenda(each, on) and (each is not Audience.SELECTION or Module.CAPTAINS in on)]
