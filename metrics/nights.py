"""三夜: 夜学, 夜谈 and 夜访 week by week against the rules (R06–R13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from metrics.definition import Facts, Indicator, Question, Span, rolled_up
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level, SessionKind
from metrics.workdays import Week

TOWNSHIP_LEVELS = (Level.COUNTY, Level.TOWNSHIP)
LONG_AGO, FAR_AHEAD = date.min.toordinal(), date.max.toordinal()
WEEKS_BACK = 10
"""How far back the last counted week, and a run of weeks without, is looked for."""


def recent_weeks(as_of: date) -> Period:
    """The stretch of days up to as-of in which the last counted week lies."""
    return Period(PeriodKind.QUARTER, as_of - timedelta(days=7 * WEEKS_BACK), as_of)


def of_week(question: Question, week: Week) -> Question:
    """The same question about one week."""
    return replace(question, period=Period(PeriodKind.WEEK, week.monday, week.sunday))


def _ordinals(days: pd.Series, missing: int) -> np.ndarray:
    return np.array([day.toordinal() if isinstance(day, date) else missing for day in days], dtype="int64")


def full_weeks(posts: pd.DataFrame, leaves: pd.DataFrame, weeks: Sequence[Week]) -> pd.DataFrame:
    """The weeks in which a person was in post at a unit on each workday: appointed (in whatever of ``posts``) and not on leave.

    Several appointments at one unit count once, and one may take over from another within the week.
    Grain: person × unit × week. Columns: person_id, code, monday.
    """
    if posts.empty or not weeks:
        return pd.DataFrame({"person_id": pd.Series(dtype="int64"), "code": pd.Series(dtype="str"), "monday": pd.Series(dtype="object")})
    holders = posts[["person_id", "code"]].drop_duplicates().reset_index(drop=True)
    holder = pd.MultiIndex.from_frame(holders).get_indexer(pd.MultiIndex.from_frame(posts[["person_id", "code"]]))
    order = np.argsort(holder, kind="stable")
    starts = np.searchsorted(holder[order], np.arange(len(holders)))
    first, last = _ordinals(posts["first"], LONG_AGO)[order], _ordinals(posts["last"], FAR_AHEAD)[order]
    away_first, away_last = _ordinals(leaves["first"], LONG_AGO), _ordinals(leaves["last"], FAR_AHEAD)
    person, away_person = holders["person_id"].to_numpy(), leaves["person_id"].to_numpy()
    parts = []
    for week in weeks:
        in_post, away = np.ones(len(holders), dtype=bool), np.zeros(len(leaves), dtype=bool)
        for day in (workday.toordinal() for workday in week.workdays):
            in_post &= np.logical_or.reduceat((first <= day) & (day <= last), starts)
            away |= (away_first <= day) & (day <= away_last)
        in_post &= ~np.isin(person, away_person[away])
        parts.append(holders[in_post].assign(monday=week.monday))
    return pd.concat(parts, ignore_index=True)


def judged_weeks(full: pd.DataFrame, done: pd.DataFrame, column: str, needed: float) -> pd.DataFrame:
    """Each person-week in post throughout with what was done in it. Columns: person_id, code, monday, done, reached (bool)."""
    judged = full.merge(done, on=["person_id", "monday"], how="left")
    did = judged[column].fillna(0)
    return judged[["person_id", "code", "monday"]].assign(done=did, reached=did >= needed)


def reached_weeks(full: pd.DataFrame, done: pd.DataFrame, column: str, needed: float, level: Level) -> pd.DataFrame:
    """k: person-weeks with at least ``needed`` of ``column``; n: person-weeks in post throughout. By person a week counts once."""
    judged = judged_weeks(full, done, column, needed)
    judged = judged.assign(k=judged["reached"].astype("int64"), n=1)
    if level is Level.PERSON:
        once = judged.drop_duplicates(["person_id", "monday"])
        return once.assign(code="p:" + once["person_id"].astype("str")).groupby("code")[["k", "n"]].sum().reset_index()
    return rolled_up(judged, level)


def unreached(full: pd.DataFrame, done: pd.DataFrame, column: str, needed: float) -> pd.DataFrame:
    """The person-weeks in post throughout that fall short, to name whom to ask. Columns: person_id, code, monday."""
    judged = judged_weeks(full, done, column, needed)
    return judged.loc[~judged["reached"], ["person_id", "code", "monday"]].reset_index(drop=True)


def unit_weeks(units: pd.DataFrame, weeks: Sequence[Week]) -> pd.DataFrame:
    """Every counted week of every unit that existed on each of its workdays. Columns: code, monday."""
    rows = [
        (code, week.monday)
        for code, start, end in zip(units["code"], units["valid_from"], units["valid_to"], strict=True)
        for week in weeks
        if not (isinstance(start, date) and start > week.workdays[0]) and not (isinstance(end, date) and end < week.workdays[-1])
    ]
    return pd.DataFrame({"code": pd.Series([row[0] for row in rows], dtype="str"), "monday": [row[1] for row in rows]})


def _monday(days: Iterable[date]) -> list[date]:
    return [date.fromordinal(day.toordinal() - day.weekday()) for day in days]


def held_weeks(facts: Facts, question: Question, kind: SessionKind) -> pd.DataFrame:
    """Every week of every township, held or not. Columns: code, monday, held (bool)."""
    weeks = unit_weeks(facts["townships"], question.weeks)
    sessions = facts["night_sessions"]
    of_kind = sessions[sessions["kind"] == kind]
    held = set(zip(of_kind["code"], _monday(of_kind["held_on"]), strict=True))
    return weeks.assign(held=[pair in held for pair in zip(weeks["code"], weeks["monday"], strict=True)])


def weeks_without(held: pd.DataFrame) -> pd.DataFrame:
    """Units whose last week went without, and for how many weeks running. Columns: code, weeks; longest first.

    ``held`` has columns code, monday, held, as :func:`held_weeks` returns them.
    """
    rows = []
    for code, weeks in held.sort_values("monday").groupby("code"):
        run = 0
        for done in reversed(weeks["held"].tolist()):
            if done:
                break
            run += 1
        if run:
            rows.append((str(code), run))
    return pd.DataFrame(sorted(rows, key=lambda row: (-row[1], row[0])), columns=["code", "weeks"])


def _weeks_held(facts: Facts, question: Question, kind: SessionKind) -> pd.DataFrame:
    weeks = held_weeks(facts, question, kind)
    return rolled_up(weeks.assign(k=weeks["held"].astype("int64"), n=1), question.level)


def study_weeks(facts: Facts, question: Question) -> pd.DataFrame:
    """k: weeks with at least one 夜学, n: weeks."""
    return _weeks_held(facts, question, SessionKind.STUDY)


def talk_weeks(facts: Facts, question: Question) -> pd.DataFrame:
    """k: weeks with at least one 夜谈, n: weeks."""
    return _weeks_held(facts, question, SessionKind.TALK)


def reviewed_quarters(facts: Facts, question: Question) -> pd.DataFrame:
    """Every quarter that counts of every township, reviewed or not. Columns: code, quarter (its first day), held (bool)."""
    sessions = facts["night_sessions"]
    reviewed = sessions[sessions["kind"] == SessionKind.REVIEW]
    parts = []
    for quarter in question.quarters():
        units = facts["townships"]
        there = [
            not (isinstance(start, date) and start > quarter.last) and not (isinstance(end, date) and end < quarter.first)
            for start, end in zip(units["valid_from"], units["valid_to"], strict=True)
        ]
        inside = [quarter.first <= day <= quarter.last for day in reviewed["held_on"]]
        codes = units.loc[there, "code"]
        parts.append(pd.DataFrame({"code": codes, "quarter": quarter.first, "held": codes.isin(set(reviewed.loc[inside, "code"]))}))
    if not parts:
        return pd.DataFrame({"code": pd.Series(dtype="str"), "quarter": pd.Series(dtype="object"), "held": pd.Series(dtype="bool")})
    return pd.concat(parts, ignore_index=True)


def reviews(facts: Facts, question: Question) -> pd.DataFrame:
    """k: quarters with a 述学评学考学, n: quarters (complete ones; a running one where it alone is asked for)."""
    quarters = reviewed_quarters(facts, question)
    return rolled_up(quarters.assign(k=quarters["held"].astype("int64"), n=1), question.level)


def lecturers(facts: Facts, question: Question) -> pd.DataFrame:
    """k: cadres in post who lectured at their township since 1 January, n: cadres in post."""
    rows = facts["lecturers"]
    return rolled_up(rows.assign(k=rows["lectured"], n=rows["cadres"]), question.level)


def township_visits(facts: Facts, question: Question) -> pd.DataFrame:
    """k: cadre-weeks with as many night visits as are owed, n: cadre-weeks in post throughout."""
    full = full_weeks(facts["township_posts"], facts["township_leaves"], question.weeks)
    return reached_weeks(
        full, facts["township_visits"], "visits", question.rules.number("nights", "township_visits_a_week"), question.level
    )


def village_visits(facts: Facts, question: Question) -> pd.DataFrame:
    """The same for village cadres, who owe more a week."""
    full = full_weeks(facts["village_posts"], facts["village_leaves"], question.weeks)
    needed = question.rules.number("nights", "village_visits_a_week")
    return reached_weeks(full, facts["village_visits"], "visits", needed, question.level)


def on_the_spot(facts: Facts, question: Question) -> pd.DataFrame:
    """k: petitions from night visits solved on the spot, n: petitions from night visits opened in the period."""
    rows = facts["night_visit_petitions"]
    return rows.rename(columns={"on_the_spot": "k", "opened": "n"})


def follow_up(facts: Facts, question: Question) -> pd.DataFrame:
    """k: followed up by as-of, n: petitions from night visits resolved in the period and long enough before as-of."""
    rows = facts["night_visit_follow_ups"]
    return rows.rename(columns={"followed_up": "k", "resolved": "n"})


def measures_done(facts: Facts, question: Question) -> pd.DataFrame:
    """k: measures done, n: measures issued, by the sessions of the period."""
    rows = facts["night_sessions"]
    return rolled_up(rows.assign(k=rows["measures_done"], n=rows["measures"]), question.level)


_WEEKS = {"townships": Span.WEEKS, "night_sessions": Span.WEEKS}

INDICATORS = (
    Indicator(
        id="nights.study_weeks",
        name="夜学开课率",
        why="每周一晚的学习雷打不动",
        numerator="开过夜学(≥1场)的周数",
        denominator="周数(周四在本期、工作日≥{samples.least_workdays_of_a_week}天、已结束的周)",
        unit="周",
        levels=TOWNSHIP_LEVELS,
        needs=_WEEKS,
        figure=study_weeks,
        basis=("R06",),
        ranked_when_thin=True,
        notes="一周开多场只计一周;国庆、春节等工作日不足{samples.least_workdays_of_a_week}天的周不计。",
    ),
    Indicator(
        id="nights.lecturers",
        name="授课覆盖率",
        why="让干部都上讲台,不是少数人讲多数人听",
        numerator="当年在本乡镇夜学等场次授过课的在岗乡镇干部人数",
        denominator="在岗乡镇干部人数(正职、班子、职工,不含请假、借调、培训)",
        unit="人",
        levels=TOWNSHIP_LEVELS,
        needs={"lecturers": Span.YEAR_TO_DATE},
        figure=lecturers,
        basis=("R08",),
        moment=True,
        notes="自1月1日起累计;人员按时点在岗情况。",
    ),
    Indicator(
        id="nights.reviews",
        name="述学评学考学",
        why="学没学进去,每季度看一次",
        numerator="开展过述学评学考学的季度数",
        denominator="季度数",
        unit="季",
        levels=TOWNSHIP_LEVELS,
        needs={"townships": Span.QUARTERS, "night_sessions": Span.QUARTERS},
        figure=reviews,
        basis=("R07",),
        ranked_when_thin=True,
        counted_in=PeriodKind.QUARTER,
        notes="按月查看时取该月所在季度;进行中的季度只显示进展,不着色、不排名。",
    ),
    Indicator(
        id="nights.township_visits",
        name="乡镇夜访达标率",
        why="乡镇干部每周至少进{nights.township_visits_a_week}次农户",
        numerator="夜访≥{nights.township_visits_a_week}次的干部周数",
        denominator="干部周数:该周每个工作日都在岗的乡镇干部",
        unit="人周",
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"township_posts": Span.WEEKS, "township_leaves": Span.WEEKS, "township_visits": Span.WEEKS},
        figure=township_visits,
        basis=("R09",),
        ranks_people=False,
        notes="访到哪个村都算;当周有一个工作日请假、借调、培训或不在任,该周不计;一人在同一乡镇多职只计一次。",
    ),
    Indicator(
        id="nights.village_visits",
        name="村夜访达标率",
        why="村干部每周不少于{nights.village_visits_a_week}次深入农户",
        numerator="夜访≥{nights.village_visits_a_week}次的干部周数",
        denominator="干部周数:该周每个工作日都在岗的村干部",
        unit="人周",
        levels=(*TOWNSHIP_LEVELS, Level.VILLAGE, Level.PERSON),
        needs={"village_posts": Span.WEEKS, "village_leaves": Span.WEEKS, "village_visits": Span.WEEKS},
        figure=village_visits,
        basis=("R09",),
        ranks_people=False,
        notes="访到哪个村都算;当周有一个工作日请假、借调、培训或不在任,该周不计。",
    ),
    Indicator(
        id="nights.on_the_spot",
        name="现场解决率",
        why="夜访听到的事,能当场办的当场办",
        numerator="现场解决的诉求件数",
        denominator="本期夜访受理的诉求件数(来源为夜访)",
        unit="件",
        levels=TOWNSHIP_LEVELS,
        needs={"night_visit_petitions": Span.PERIOD},
        figure=on_the_spot,
        basis=("R11",),
        notes="检举控告类不计入任何数字。",
    ),
    Indicator(
        id="nights.follow_up",
        name="回头看完成率",
        why="办了以后还要回去看看是不是真解决了",
        numerator="已回头看的件数",
        denominator="本期化解且至截至时刻已满{nights.follow_up_after_days}天的夜访诉求件数",
        unit="件",
        levels=TOWNSHIP_LEVELS,
        needs={"night_visit_follow_ups": Span.PERIOD},
        figure=follow_up,
        basis=("R10",),
        notes="化解未满{nights.follow_up_after_days}天的暂不计;截至时刻之后的回头看不计。",
    ),
    Indicator(
        id="nights.talk_weeks",
        name="夜谈召开率",
        why="每周固定时间商量夜访听到的事",
        numerator="开过夜谈(≥1场)的周数",
        denominator="周数(周四在本期、工作日≥{samples.least_workdays_of_a_week}天、已结束的周)",
        unit="周",
        levels=TOWNSHIP_LEVELS,
        needs=_WEEKS,
        figure=talk_weeks,
        basis=("R12",),
        ranked_when_thin=True,
    ),
    Indicator(
        id="nights.measures_done",
        name="举措落地率",
        why="定了的事要办成",
        numerator="已落实的举措数",
        denominator="本期出台的举措数",
        unit="项",
        levels=TOWNSHIP_LEVELS,
        needs={"night_sessions": Span.PERIOD},
        figure=measures_done,
        basis=("R13",),
        notes="落实情况按台账现状;出台日期为该场会议的日期。",
    ),
)
