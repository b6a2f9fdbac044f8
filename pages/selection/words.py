"""年度评选 in plain words: what a chance, an interval and a group mean, without statistics."""

from __future__ import annotations

import pandas as pd

from metrics.selection.flow import MOVED_UP, ON_LIST, STEP_NAMES, Step
from metrics.selection.gates import OK
from metrics.selection.rules import SelectionRules
from metrics.selection.words import EVEN, LIKELY, SURE
from metrics.wording import day_text, whole
from pages.selection.asking import Asked


def how_to_read(rules: SelectionRules) -> list[tuple[str, str]]:
    """Each word of the ranking in one sentence for somebody who has never heard of statistics."""
    times, most, spread = whole(rules.resamples), f"{rules.interval:.0%}", f"{rules.weight_spread:.0%}"
    drawn = f"把走访、评单、答卷当作碰巧看到的一批,重抽 {times} 次再排"
    return [
        ("名次多在", f"{drawn},{most} 的次数名次落在这一段;名次在段外的,是这次碰巧偏好或偏差。"),
        ("入选把握", f"这 {times} 次里有多少次排进本乡镇的名额:{SURE:.0%} 以上把握大,{EVEN:.0%} 到 {LIKELY:.0%} 之间两可。"),
        ("换权重仍不变", f"各项分值上下浮动 {spread} 以内,试 {rules.weightings} 种,入选或落选不变的占多少;低的,靠的是分值怎么定。"),
        ("分不出高下", f"底色相同、紧挨着的人,领头的对其余各人赢不到 {rules.apart:.0%} 的次数;先后可由会议结合了解的情况议定。"),
    ]


def sentence(asked: Asked) -> str:
    """2026年度最佳邻长:2,986 人参评,2,701 人符合条件,60 个名额;试排,尚未冻结"""
    rows = asked.made.rows
    eligible = int((rows["gate"] == OK).sum())
    seats = sum(asked.made.seats.values())
    where = STEP_NAMES[asked.stage] if asked.stage else "试排"
    if asked.stage is Step.DRAFT:
        where = "草案,尚未冻结"
    elif asked.stage is None:
        where = "试排,尚未立项"
    return f"{asked.year}年度最佳{asked.role_name}:{whole(len(rows))} 人参评,{whole(eligible)} 人符合条件,{whole(seats)} 个名额;{where}"


def caution(asked: Asked) -> list[str]:
    """What the page must say before anyone reads a rank."""
    said = []
    if not asked.made.complete and asked.frozen:
        said.append(f"这份名单在{asked.made.year}年结束之前冻结,只含截至 {day_text(asked.as_of)} 的数据,此后的走访、诉求和评价都不计。")
    elif not asked.made.complete:
        said.append(f"{asked.year}年还没有结束,只计已结束的月份和季度;名次会变,不能据此公布。")
    unsettled = int(asked.made.rows["to_settle"].sum())
    if unsettled:
        said.append(f"有 {unsettled} 人在名额线上完全同分,由会议裁定并记录在案。")
    close = borderline(asked.rows)
    if close:
        said.append(f"名额线附近有 {whole(close)} 人的把握在四成到六成之间,与线外的人分不出高下,请会议结合了解的情况议定。")
    return said


def borderline(rows: pd.DataFrame) -> int:
    chance = pd.to_numeric(rows["chance_in_quota"])
    return int(chance.between(EVEN, LIKELY).sum())


def listed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["standing"].isin([ON_LIST, MOVED_UP])]
