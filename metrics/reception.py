"""公示接待: slots kept, desks staffed, leaders' weeks, and the disputes settled (R15–R19)."""

from __future__ import annotations

import pandas as pd

from metrics.definition import Facts, Indicator, Question, Span, rolled_up
from metrics.duty import unit_nights
from metrics.nights import TOWNSHIP_LEVELS, full_weeks, reached_weeks
from metrics.vocabulary import LEFT_OUT, Level, Outcome


def leader_weeks(facts: Facts, question: Question) -> pd.DataFrame:
    """k: leader-weeks with a published slot received in person, n: leader-weeks of chiefs and leaders in post throughout."""
    full = full_weeks(facts["leader_posts"], facts["leader_leaves"], question.weeks)
    return reached_weeks(full, facts["slots_received"], "slots", question.rules.number("reception", "slots_a_week"), question.level)


def kept(facts: Facts, question: Question) -> pd.DataFrame:
    """k: published slots received by A or B, n: published slots of the days that are over."""
    return facts["published_slots"].rename(columns={"kept": "k", "slots": "n"})


def staffed_days(facts: Facts, question: Question) -> pd.DataFrame:
    """Every workday that is over of every unit with a desk (township) or centre (village). Columns: code, day, staffed (bool)."""
    of_villages = question.level is Level.VILLAGE
    units, staffed = (facts["villages"], facts["village_desk_days"]) if of_villages else (facts["townships"], facts["township_desk_days"])
    days = unit_nights(units, question.workdays_over).rename(columns={"night": "day"})
    judged = days.merge(staffed.assign(staffed=True), on=["code", "day"], how="left")
    return judged.assign(staffed=judged["staffed"].notna())


def desk_days(facts: Facts, question: Question) -> pd.DataFrame:
    """k: workdays with the unit's own desk (township) or centre (village) staffed, n: workdays that are over. County: its townships."""
    days = staffed_days(facts, question)
    return rolled_up(days.assign(k=days["staffed"].astype("int64"), n=1), question.level)


def resolved(facts: Facts, question: Question) -> pd.DataFrame:
    """k: disputes resolved, n: disputes from receptions due or ended; withdrawn, transferred, not accepted are left out."""
    rows = facts["reception_disputes"]
    rows = rows[~rows["outcome"].isin(LEFT_OUT)]
    won = rows["disputes"].where(rows["outcome"] == Outcome.RESOLVED, 0)
    return rolled_up(rows.assign(k=won, n=rows["disputes"]), question.level)


INDICATORS = (
    Indicator(
        id="reception.leader_weeks",
        name="班子接待达标率",
        why="每名班子成员每周公开接待群众不少于{reception.slots_a_week}次",
        numerator="本人接待过公示场次(≥{reception.slots_a_week}场)的班子成员周数",
        denominator="班子成员周数:该周每个工作日都在岗的正职和班子成员",
        unit="人周",
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"leader_posts": Span.WEEKS, "leader_leaves": Span.WEEKS, "slots_received": Span.WEEKS},
        figure=leader_weeks,
        basis=("R15",),
        ranks_people=False,
        notes="作为A岗或替人顶B岗,本人到场即算;在哪里接待都算;当周有一个工作日请假、借调、培训或不在任,该周不计。",
    ),
    Indicator(
        id="reception.kept",
        name="公示兑现率",
        why="公示了就要有人",
        numerator="由A岗或B岗到岗接待的公示场次",
        denominator="当天已过的公示场次",
        unit="场",
        levels=TOWNSHIP_LEVELS,
        needs={"published_slots": Span.DAYS},
        figure=kept,
        basis=("R15",),
        notes="A、B岗以外的人代为接待不算兑现;下周的排班未到日期,不计。",
    ),
    Indicator(
        id="reception.desk_days",
        name="坐班在岗率",
        why="群众来了总能找到人",
        numerator="坐班岗(乡镇)或村服务中心(村)有人到岗的工作日",
        denominator="工作日",
        unit="天",
        levels=(*TOWNSHIP_LEVELS, Level.VILLAGE),
        needs={"townships": Span.DAYS, "township_desk_days": Span.DAYS},
        level_needs={Level.VILLAGE: {"villages": Span.DAYS, "village_desk_days": Span.DAYS}},
        figure=desk_days,
        basis=("R16",),
        notes="公示与否都算;只看本单位自己的岗。县、乡镇看乡镇的坐班岗,村看村服务中心。",
    ),
    Indicator(
        id="reception.resolved",
        name="接待化解率",
        why="接访的矛盾要有结果",
        numerator="已化解的矛盾纠纷件数",
        denominator="本期公示接待受理、已到期或已办结的矛盾纠纷件数",
        unit="件",
        levels=TOWNSHIP_LEVELS,
        needs={"reception_disputes": Span.PERIOD},
        figure=resolved,
        basis=("R19",),
        notes="同“矛盾纠纷化解率”,只看来源为公示接待的;撤回、转送、不予受理的另列,不计。",
    ),
)
