"""What last week lacked, in words: townships without 夜学 or 夜谈, cadres who visited nobody, 回头看 that is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data_access.night_lists import owed_follow_ups
from metrics.definition import Question, Span
from metrics.nights import full_weeks, held_weeks, unreached, weeks_without
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level, SessionKind
from metrics.wording import day_text, is_missing
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.markup import Exceptions
from pages.common.panel import go_definition, go_to
from pages.common.sheets import CASE_PAGE, name_of, names_of, period_window, to_township, township_names

MOST_LINES = 4
WEEKS_BACK = 10
"""How far back a run of weeks without is looked for."""


@dataclass(frozen=True)
class LastWeek:
    """The last counted week that is over: its Monday (None where there is none), and who went without. Frames: code, weeks (running)."""

    monday: date | None
    townships: dict[str, str]
    no_study: pd.DataFrame
    no_talk: pd.DataFrame
    idle: pd.DataFrame
    """Township cadres in post all week without a visit: person_id, code."""


def last_week(filters: Filters) -> LastWeek:
    scope, as_of = filters.narrowed, filters.as_of
    names = township_names(scope, as_of)
    stretch = Period(PeriodKind.QUARTER, as_of - timedelta(days=7 * WEEKS_BACK), as_of)
    asked = loaders.question_for(scope, Level.TOWNSHIP, stretch, as_of)
    asked = Question(Level.TOWNSHIP, stretch, as_of, asked.workdays, asked.rules)
    if not asked.weeks:
        nothing = pd.DataFrame({"code": [], "weeks": [], "person_id": []})
        return LastWeek(None, names, nothing, nothing, nothing)
    last = asked.weeks[-1]
    facts = {
        "townships": loaders.fact(scope, "townships", asked, Span.PERIOD),
        "night_sessions": loaders.fact(scope, "night_sessions", asked, Span.WEEKS),
    }
    without = {kind: weeks_without(held_weeks(facts, asked, kind)) for kind in (SessionKind.STUDY, SessionKind.TALK)}
    one = Question(Level.TOWNSHIP, Period(PeriodKind.WEEK, last.monday, last.sunday), as_of, asked.workdays, asked.rules)
    posts, leaves, visits = (loaders.fact(scope, f"township_{name}", one, Span.WEEKS) for name in ("posts", "leaves", "visits"))
    needed = asked.rules.number("nights", "township_visits_a_week")
    idle = unreached(full_weeks(posts, leaves, [last]), visits, "visits", needed)
    return LastWeek(last.monday, names, without[SessionKind.STUDY], without[SessionKind.TALK], idle)


def sentence(week: LastWeek, filters: Filters) -> str:
    """上周(11月16日至22日)9 个乡镇中 7 个开了夜学、6 个开了夜谈,西沟乡两样都没开."""
    total = len(week.townships)
    if week.monday is None or not total:
        return "三夜:还没有可统计的完整周"
    sunday = week.monday + timedelta(days=6)
    recent = "上周" if filters.as_of - sunday < timedelta(days=7) else "最近一个完整周"
    both = set(week.no_study["code"]) & set(week.no_talk["code"])
    named = "、".join(name for code, name in week.townships.items() if code in both)
    end = f",{named}两样都没开" if both else ""
    when = f"{recent}({day_text(week.monday)}至{day_text(sunday)})"
    if total == 1:
        words = [f"{'没开' if len(rows) else '开了'}{name}" for name, rows in (("夜学", week.no_study), ("夜谈", week.no_talk))]
        return f"{when}{next(iter(week.townships.values()))}{'、'.join(words)},{len(week.idle)} 名乡镇干部没有夜访"
    if week.no_study.empty and week.no_talk.empty:
        return f"{when}{total} 个乡镇都开了夜学和夜谈"
    return f"{when}{total} 个乡镇中 {total - len(week.no_study)} 个开了夜学、{total - len(week.no_talk)} 个开了夜谈{end}"


def groups(week: LastWeek, filters: Filters) -> list[Exceptions]:
    return [
        _without(week, week.no_study, "上周没开夜学", "各乡镇都开了夜学", "nights.study_weeks", filters),
        _without(week, week.no_talk, "上周没开夜谈", "各乡镇都开了夜谈", "nights.talk_weeks", filters),
        _idle(week, filters),
        _owed(filters),
    ]


def _without(week: LastWeek, rows: pd.DataFrame, title: str, quiet: str, indicator_id: str, filters: Filters) -> Exceptions:
    lines = []
    for row in rows.head(2 * MOST_LINES).to_dict("records"):
        run = "缺 1 周" if row["weeks"] == 1 else f"连续 {row['weeks']} 周"
        lines.append((week.townships.get(row["code"], row["code"]), run, to_township(row["code"], filters)))
    return Exceptions(title, f"{len(rows)} 个乡镇", lines, quiet=quiet, info=go_definition(indicator_id))


def _idle(week: LastWeek, filters: Filters) -> Exceptions:
    by_township = sorted(((len(rows), str(code), rows) for code, rows in week.idle.groupby("code")), key=lambda each: (-each[0], each[1]))
    shown = by_township[:MOST_LINES]
    names = names_of(filters.scope, [person for _, _, rows in shown for person in rows["person_id"].head(2)])
    lines = []
    for count, code, rows in shown:
        some = "、".join(name_of(names, person) for person in rows["person_id"].head(2))
        lines.append((week.townships.get(code, code), f"{count} 人:{some}{'等' if count > 2 else ''}", to_township(code, filters)))
    return Exceptions(
        "上周一次未夜访的乡镇干部",
        f"{len(week.idle)} 人",
        lines,
        quiet="在岗乡镇干部都去过",
        severity="near",
        info=go_definition("nights.township_visits"),
    )


def _owed(filters: Filters) -> Exceptions:
    rows = loaders.answer(owed_follow_ups, filters.narrowed, ("petition", "area"), window=period_window(filters.of_year()), rows=MOST_LINES)
    lines = []
    for row in rows.to_dict("records"):
        place = "" if is_missing(row["township"]) else str(row["township"])
        about = "未分类" if is_missing(row["category"]) else str(row["category"])
        since = f"{day_text(row['ended_at'].date())}化解,满 {(filters.as_of - row['ended_at'].date()).days} 天"
        lines.append((f"{place} {about}".strip(), since, go_to(CASE_PAGE, {"number": str(row["number"])})))
    total = int(rows["total"].iloc[0]) if len(rows) else 0
    return Exceptions(
        "夜访诉求该回头看", f"{total} 件", lines, quiet="今年该回头看的都看过了", severity="near", info=go_definition("nights.follow_up")
    )
