"""三夜 as it is read: what last week lacked, the visits and the 诉求 they raised, the sessions and their calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.period import Period, PeriodKind
from metrics.vocabulary import SESSION_NAMES, STATUS_NAMES, SessionKind, Status
from metrics.wording import day_of, day_text, is_missing, whole
from metrics.workdays import Week
from reports.days import CalendarEntry, MonthCalendar
from reports.links import CASES, in_period, to_case, to_cases, to_person, to_township
from reports.parts import Counter, Counters, Exceptional, Exceptions, ExceptionSection
from reports.tables import Column, Kind, Table, table
from reports.view import View
from reports.views.calendars import WeekNote, mondays, month_calendar, week_name
from reports.views.people import every_one, most_by_township, name_of, named_by_township, units_count
from reports.views.raised import raised_columns, raised_values, to_raised

STUDY, TALK, REVIEW = SessionKind.STUDY, SessionKind.TALK, SessionKind.REVIEW
MOST_LINES, MOST_NAMED = 4, 2
OVER_THE_YEAR = ("nights.follow_up",)
"""回头看 is owed only some weeks after a 诉求 was resolved: the running month has none yet, so the page ranks by the year."""


# --- the last week --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LastWeek:
    """The last counted week that is over (None where there is none), and who went without.

    ``townships``: names by code. ``no_study``, ``no_talk``: code, weeks (running). ``idle``: township cadres in post all week without
    a visit: person_id, code.
    """

    view: View
    week: Week | None
    townships: Mapping[str, str]
    no_study: pd.DataFrame
    no_talk: pd.DataFrame
    idle: pd.DataFrame

    @property
    def name(self) -> str:
        """上周, or what else the week is to whoever looks."""
        return week_name(self.week.sunday if self.week else self.view.moment, self.view)

    @property
    def sentence(self) -> str:
        """上周(11月16日至11月22日)9 个乡镇中 7 个开了夜学、6 个开了夜谈,西沟乡两样都没开."""
        total = len(self.townships)
        if self.week is None or not total:
            return f"{self.view.period.label}没有可统计的完整周" if self.view.is_past else "三夜:还没有可统计的完整周"
        when = f"{self.name}({day_of(self.week.monday, self.view.as_of)}至{day_text(self.week.sunday)})"
        if total == 1:
            words = [f"{'没开' if len(rows) else '开了'}{name}" for name, rows in (("夜学", self.no_study), ("夜谈", self.no_talk))]
            return f"{when}{next(iter(self.townships.values()))}{'、'.join(words)},{len(self.idle)} 名乡镇干部没有夜访"
        if self.no_study.empty and self.no_talk.empty:
            return f"{when}{total} 个乡镇都开了夜学和夜谈"
        both = set(self.no_study["code"]) & set(self.no_talk["code"])
        named = "、".join(name for code, name in self.townships.items() if code in both)
        end = f",{named}两样都没开" if both else ""
        return f"{when}{total} 个乡镇中 {total - len(self.no_study)} 个开了夜学、{total - len(self.no_talk)} 个开了夜谈{end}"

    @property
    def named(self) -> pd.DataFrame:
        """The idle cadres whose names are shown."""
        return most_by_township(self.idle, MOST_LINES, MOST_NAMED)


def exceptions(last: LastWeek, names: Mapping[int, str], owed: pd.DataFrame) -> Exceptions:
    """Townships without 夜学 or 夜谈, cadres who visited nobody, 回头看 that is owed.

    ``names``: of those in ``last.named``; ``owed``: see ``data_access.night_lists.owed_follow_ups``.
    """
    idle = ExceptionSection(
        f"{last.name}一次未夜访的乡镇干部",
        f"{len(last.idle)} 人",
        named_by_township(last.named, last.townships, names),
        "在岗乡镇干部都去过",
        Status.NEAR,
        "nights.township_visits",
    )
    return Exceptions((_without(last, last.no_study, STUDY), _without(last, last.no_talk, TALK), idle, _owed(owed, last.view)))


def _without(last: LastWeek, rows: pd.DataFrame, kind: SessionKind) -> ExceptionSection:
    lines = tuple(
        Exceptional(
            last.townships.get(row["code"], row["code"]),
            "缺 1 周" if row["weeks"] == 1 else f"连续 {row['weeks']} 周",
            to_township(row["code"]),
        )
        for row in rows.head(2 * MOST_LINES).to_dict("records")
    )
    name = SESSION_NAMES[kind]
    count, quiet = units_count(len(rows), last.townships), f"{every_one(last.townships)}开了{name}"
    return ExceptionSection(f"{last.name}没开{name}", count, lines, quiet, about=f"nights.{kind}_weeks")


def _owed(owed: pd.DataFrame, view: View) -> ExceptionSection:
    lines = []
    for row in owed.head(MOST_LINES).to_dict("records"):
        about = "未分类" if is_missing(row["category"]) else str(row["category"])
        place, ended = "" if is_missing(row["township"]) else str(row["township"]), row["ended_at"].date()
        since = f"{day_text(ended)}化解,满 {(view.moment - ended).days} 天"
        lines.append(Exceptional(f"{place} {about}".strip(), since, to_case(row["number"])))
    total = int(owed["total"].iloc[0]) if len(owed) else 0
    title, year = f"{view.until}夜访诉求该回头看", f"{view.moment.year}年" if view.is_past else "今年"
    whole_year = Period.holding(PeriodKind.YEAR, view.moment)
    everything = in_period(CASES, whole_year, to_cases("not_followed_up", view.township).query)
    quiet = f"{year}该回头看的都看过了"
    return ExceptionSection(title, f"{total} 件", tuple(lines), quiet, Status.NEAR, "nights.follow_up", link=everything)


# --- 夜访 -----------------------------------------------------------------------------------------------------------


def visit_counters(totals: Mapping[str, int]) -> Counters:
    """``totals``: see ``data_access.night_lists.visit_totals``."""
    return Counters(
        (
            Counter("夜访", totals["visits"], "户次", "nights.township_visits"),
            Counter("见到群众", totals["people"], "人次", "nights.township_visits"),
            Counter("参加干部", totals["cadres"], "人", "nights.township_visits"),
            Counter("受理诉求", totals["raised"], "件", "nights.on_the_spot"),
            Counter("现场解决", totals["on_the_spot"], "件", "nights.on_the_spot"),
        )
    )


VISIT_REMARK = (
    "当周有一个工作日请假、借调、培训或不在任的干部,该周不计;访到哪个村都算。"
    "回头看按全年统计(化解满{nights.follow_up_after_days}天才该看)。"
)
VISIT_COLUMNS = (
    Column("visited_on", "日期", Kind.DATE, tight=True),
    Column("place", "去哪里 · 谁去的", small=("who",), files=False),
    Column("township", "乡镇", screen=False),
    Column("village_name", "村", screen=False),
    Column("who", "干部", screen=False),
    Column("people", "见到群众", Kind.COUNT, "人次", head="人次", phone=False),
    Column("note", "走访情况", phone=False),
    *raised_columns("带回的诉求 · 结果"),
)


def visit_table(visits: pd.DataFrame, names: Mapping[int, str], total: int, raised_only: bool) -> Table:
    """The visits, newest first; a row that raised a 诉求 leads to it. ``visits``: see ``data_access.night_lists.visit_list``."""
    found = visits.to_dict("records")
    return table(
        "夜访记录",
        VISIT_COLUMNS,
        [_visit(row, names) for row in found],
        conclusion=f"夜访记录 {whole(total)} 条",
        remark="从新到旧;点一行看这件诉求办得怎样" if raised_only else "从新到旧",
        indicators=("nights.on_the_spot", "nights.township_visits"),
        chosen="只含带回诉求的" if raised_only else "全部夜访",
        links=tuple(to_raised(row, to_person(row["person_id"])) for row in found),
        empty="本期夜访没有带回诉求" if raised_only else "本期没有夜访记录,请向各乡镇组织委员了解",
    )


def _visit(row: Mapping[Any, Any], names: Mapping[int, str]) -> dict[str, Any]:
    village = f"{row['code']}(地点不明)" if is_missing(row["village"]) else row["village"]
    return {
        **row,
        "place": " ".join(str(part) for part in (row["township"], village) if not is_missing(part)),
        "village_name": village,
        "who": name_of(names, row["person_id"]),
        **raised_values(row),
    }


# --- 夜学 and 夜谈 ----------------------------------------------------------------------------------------------------


def _totals(totals: pd.DataFrame, kind: SessionKind) -> Mapping[Any, int]:
    return next((row for row in totals.to_dict("records") if row["kind"] == kind), defaultdict(int))


def study_counters(totals: pd.DataFrame) -> Counters:
    """``totals``: see ``data_access.night_lists.session_totals``."""
    study = _totals(totals, STUDY)
    return Counters(
        (
            Counter("夜学", study["sessions"], "场", "nights.study_weeks"),
            Counter("参加", study["attendees"], "人次", "nights.study_weeks"),
            Counter("述学评学考学", _totals(totals, REVIEW)["sessions"], "场", "nights.reviews"),
        )
    )


def talk_counters(totals: pd.DataFrame) -> Counters:
    """The same for 夜谈."""
    talk = _totals(totals, TALK)
    return Counters(
        (
            Counter("夜谈", talk["sessions"], "场", "nights.talk_weeks"),
            Counter("参加", talk["attendees"], "人次", "nights.talk_weeks"),
            Counter("商讨群众需求", talk["needs"], "件", "nights.measures_done"),
            Counter("出台举措", talk["measures"], "项", "nights.measures_done"),
            Counter("已落实", talk["measures_done"], "项", "nights.measures_done"),
        )
    )


_SESSION_COLUMNS = (
    Column("town", "乡镇", head="乡镇 · 主题", small=("said",)),
    Column("theme", "主题", screen=False),
    Column("said", "主题", screen=False, files=False),
    Column("attendees", "人数", Kind.COUNT, "人", head="人数"),
)
STUDY_COLUMNS = (
    Column("held_on", "日期", Kind.DATE, tight=True),
    Column("kind_name", "形式", screen=False),
    *_SESSION_COLUMNS,
    Column("lecturers", "授课人"),
    Column("minutes", "时长", Kind.COUNT, "分钟", phone=False),
)
TALK_COLUMNS = (
    Column("held_on", "日期", Kind.DATE, tight=True),
    *_SESSION_COLUMNS,
    Column("needs", "需求", Kind.COUNT, "件", head="需求"),
    Column("measures", "举措", Kind.COUNT, "项", head="举措"),
    Column("measures_done", "已落实", Kind.COUNT, "项", head="已落实"),
)


def study_table(sessions: pd.DataFrame, spoke: pd.DataFrame, names: Mapping[int, str], total: int) -> Table:
    """夜学 and 述学评学考学, newest first. ``sessions``, ``spoke``: see ``session_list`` and ``lecturers_of`` (data_access.night_lists)."""
    lecturers: dict[int, list[str]] = defaultdict(list)
    for session, person in zip(spoke["session_id"], spoke["person_id"], strict=True):
        lecturers[int(session)].append(name_of(names, person))
    more = [{"lecturers": "、".join(lecturers[int(session)])} for session in sessions["id"]]
    return _session_table((STUDY, REVIEW), STUDY_COLUMNS, sessions, more, total, ("nights.lecturers", "nights.study_weeks"))


def talk_table(sessions: pd.DataFrame, total: int) -> Table:
    """夜谈 with the needs talked over and the measures agreed, newest first."""
    return _session_table((TALK,), TALK_COLUMNS, sessions, [{}] * len(sessions), total, ("nights.measures_done",))


def _session_table(
    kinds: Sequence[SessionKind],
    columns: tuple[Column, ...],
    sessions: pd.DataFrame,
    more: Sequence[Mapping[str, Any]],
    total: int,
    indicators: tuple[str, ...],
) -> Table:
    title = f"{'、'.join(SESSION_NAMES[kind] for kind in kinds)}记录"
    return table(
        title,
        columns,
        [{**_session(row, kinds[0]), **own} for row, own in zip(sessions.to_dict("records"), more, strict=True)],
        conclusion=f"{title} {whole(total)} 场",
        remark="从新到旧",
        indicators=indicators,
        links=tuple(to_township(code) for code in sessions["code"]),
        empty="本期没有记录,请向各乡镇组织委员了解",
    )


def _session(row: Mapping[Any, Any], usual: SessionKind) -> dict[str, Any]:
    name = SESSION_NAMES[SessionKind(row["kind"])]
    theme = "未写主题" if is_missing(row["theme"]) else str(row["theme"])
    return {**row, "kind_name": name, "town": _town(row), "said": theme if row["kind"] == usual else f"{name}:{theme}"}


def _town(row: Mapping[Any, Any]) -> str:
    return str(row["code"] if is_missing(row["township"]) else row["township"])


def session_calendar(
    kind: SessionKind, month: Period, sessions: pd.DataFrame, weeks: pd.DataFrame, townships: Mapping[str, str], asked: Question
) -> MonthCalendar:
    """A month's 夜学 or 夜谈 day by day, with who went without at each week's end.

    ``sessions``: of the whole weeks the month touches; ``weeks``: ``metrics.nights.held_weeks`` of the same.
    """
    held: dict[date, list[CalendarEntry]] = defaultdict(list)
    for row in sessions.sort_values(["held_on", "code"]).to_dict("records"):
        held[row["held_on"]].append(CalendarEntry(short_name(_town(row)), "" if is_missing(row["theme"]) else str(row["theme"])))
    name = SESSION_NAMES[kind]
    return month_calendar(
        month,
        held,
        {monday: _week_note(monday, weeks, townships, asked) for monday in mondays(month)},
        asked.workdays,
        asked.as_of,
        f"没开{name}",
        title=f"{month.label}{name}日历",
        remark="每天列出开了的乡镇,周末列出没开的;底色为放假日",
        about=f"nights.{kind}_weeks",
    )


def _week_note(monday: date, weeks: pd.DataFrame, townships: Mapping[str, str], asked: Question) -> WeekNote:
    """Who went without; a week that is not over or has too few working days says so instead."""
    own = weeks[weeks["monday"] == monday]
    if len(own):
        missing = [short_name(townships.get(code, code)) for code in own.loc[~own["held"].astype(bool), "code"]]
        return WeekNote("✕ " + "、".join(missing), "low") if missing else WeekNote("✓ 都开了", "ok")
    if monday + timedelta(days=6) <= asked.day_over:
        return WeekNote(asked.rules.filled("工作日不足{samples.least_workdays_of_a_week}天,不计"))
    return WeekNote(STATUS_NAMES[Status.RUNNING] if monday <= asked.as_of else "")


def short_name(name: str) -> str:
    """西沟乡 → 西沟, where two signs remain."""
    return name[:-1] if len(name) > 2 and name[-1] in "镇乡" else name
