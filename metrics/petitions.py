"""诉求: timeliness and outcome of what citizens asked for, from counts by unit (R27, R29, R31, R34, 信访工作条例).

Petitions are ranked by timeliness and outcome, never by how many there are: a unit that hears more is not worse (减负).
"""

from __future__ import annotations

import pandas as pd

from metrics.definition import Facts, Figure, Indicator, Question, Span
from metrics.vocabulary import BELOW_TOWNSHIP, LEFT_OUT, Direction, Level, Measure, Outcome

TOWNSHIP_LEVELS = (Level.COUNTY, Level.TOWNSHIP)
VILLAGE_LEVELS = (*TOWNSHIP_LEVELS, Level.VILLAGE)
CAPTAIN_LEVELS = (*VILLAGE_LEVELS, Level.PERSON)
ALL_LEVELS = tuple(Level)
"""``DEPARTMENT``: of the petitions that a department handles, in a ranking of their own."""


def by_unit(parts: dict[str, pd.Series]) -> pd.DataFrame:
    """Series of counts by code, laid side by side; a unit missing from one has 0 there. Columns: code and the parts."""
    frame = pd.DataFrame(parts).fillna(0).astype("int64")
    return frame.rename_axis("code").reset_index()


def total(rows: pd.DataFrame, where: pd.Series | None = None, column: str = "petitions") -> pd.Series:
    """Σ of a column by code over the rows where a condition holds."""
    chosen = rows if where is None else rows[where]
    return chosen.groupby("code")[column].sum()


def share_of(fact: str, k: str, n: str) -> Figure:
    """A figure that takes k and n from two columns of a fact."""

    def figure(facts: Facts, question: Question) -> pd.DataFrame:
        rows = facts[fact]
        return pd.DataFrame({"code": rows["code"], "k": rows[k], "n": rows[n]})

    return figure


def count_of(fact: str, k: str) -> Figure:
    """A figure that counts a column of a fact."""

    def figure(facts: Facts, question: Question) -> pd.DataFrame:
        return pd.DataFrame({"code": facts[fact]["code"], "k": facts[fact][k]})

    return figure


def closed_on_time(facts: Facts, question: Question) -> pd.DataFrame:
    """k: resolved by the deadline; n: deadline in the period and past, so that open overdue ones count against it."""
    rows = facts["petitions_due"]
    expected = ~rows["outcome"].isin(LEFT_OUT)
    kept = (rows["outcome"] == Outcome.RESOLVED) & (rows["in_time"] == 1)
    return by_unit({"k": total(rows, kept), "n": total(rows, expected)})


def left_out(facts: Facts, question: Question) -> pd.DataFrame:
    """What ``closed_on_time`` leaves out, to be listed beside it: k petitions withdrawn, transferred or not accepted."""
    rows = facts["petitions_due"]
    return by_unit({"k": total(rows, rows["outcome"].isin(LEFT_OUT))})


def flattering_on_time(facts: Facts, question: Question) -> pd.DataFrame:
    """The formula that flatters: only what has ended is asked about, so that an overdue case costs nothing until it is closed.

    k: resolved by the deadline; n: resolved, deadline in the period. Shown beside ``closed_on_time``, never ranked.
    """
    rows = facts["petitions_due"]
    resolved = rows["outcome"] == Outcome.RESOLVED
    return by_unit({"k": total(rows, resolved & (rows["in_time"] == 1)), "n": total(rows, resolved)})


def resolved(facts: Facts, question: Question) -> pd.DataFrame:
    """k: resolved; n: opened in the period and due or ended, without those left out."""
    return _resolved_share(facts["petitions_settled"])


def disputes_resolved(facts: Facts, question: Question) -> pd.DataFrame:
    """As :func:`resolved`, disputes only."""
    rows = facts["petitions_settled"]
    return _resolved_share(rows[rows["dispute"] == 1])


def _resolved_share(rows: pd.DataFrame) -> pd.DataFrame:
    expected = ~rows["outcome"].isin(LEFT_OUT)
    return by_unit({"k": total(rows, rows["outcome"] == Outcome.RESOLVED), "n": total(rows, expected)})


def days(facts: Facts, question: Question) -> pd.DataFrame:
    """value and median: median days from opened to ended of those resolved in the period; p90 by linear interpolation; n: how many."""
    rows = facts["petition_durations"]
    rows = rows[rows["outcome"] == Outcome.RESOLVED]
    return quantiles(rows, ["code"]).assign(value=lambda frame: frame["median"])[["code", "value", "n", "median", "p90"]]


def quantiles(rows: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """From order statistics (columns: groups, n, position, days) the median and the P90 in days. Columns: groups, n, median, p90."""
    found = rows[[*groups, "n"]].drop_duplicates(groups).astype({"n": "Int64"})
    for name, tenths in (("median", 5), ("p90", 9)):
        place = (rows["n"] - 1) * tenths
        below = rows[rows["position"] == place // 10].assign(part=(place % 10) / 10)[[*groups, "days", "part"]]
        above = rows[rows["position"] == place // 10 + 1][[*groups, "days"]].rename(columns={"days": "next_days"})
        both = below.merge(above, on=groups, how="left")
        step = (both["next_days"] - both["days"]).fillna(0)  # the largest has none above it, and then the part is 0
        both[name] = (both["days"] + both["part"] * step).astype("float64")
        found = found.merge(both[[*groups, name]], on=groups, how="left")
    return found


def level_closed(facts: Facts, question: Question) -> pd.DataFrame:
    """k: resolved at cell, group, patch or village; n: resolved in the period (R29)."""
    rows = facts["petitions_ended"]
    rows = rows[rows["outcome"] == Outcome.RESOLVED]
    return by_unit({"k": total(rows, rows["level"].isin(BELOW_TOWNSHIP)), "n": total(rows)})


def reopened(facts: Facts, question: Question) -> pd.DataFrame:
    """k: reopened at least once in the period; n: resolved or reopened in the period, each once (R27)."""
    ended, again = facts["petitions_ended"], facts["petitions_reopened"]
    not_resolved_again = total(again, again["outcome"] != Outcome.RESOLVED)
    resolved_ones = total(ended, ended["outcome"] == Outcome.RESOLVED)
    return by_unit({"k": total(again), "n": resolved_ones.add(not_resolved_again, fill_value=0)})


_CASES = "件"
INDICATORS = (
    Indicator(
        id="petitions.dispatch_on_time",
        name="派单及时率",
        why="群众点了单,{petitions.dispatch_workdays}个工作日内要派出去",
        numerator="在点单后{petitions.dispatch_workdays}个工作日内派单的件数",
        denominator="本期点单、且派单时限已过的件数",
        unit=_CASES,
        levels=(*VILLAGE_LEVELS, Level.DEPARTMENT),
        needs={"petitions_to_dispatch": Span.PERIOD},
        figure=share_of("petitions_to_dispatch", "in_time", "due"),
        basis=("R27",),
        owner="信访局",
        notes="未派单就已办结、撤回或转送的不计。",
    ),
    Indicator(
        id="petitions.accept_on_time",
        name="接单及时率",
        why="派出去的单要有人接",
        numerator="在派单后{petitions.accept_workdays}个工作日内接单的件数",
        denominator="本期派单、且接单时限已过的件数",
        unit=_CASES,
        levels=(*CAPTAIN_LEVELS, Level.DEPARTMENT),
        needs={"petitions_to_accept": Span.PERIOD},
        figure=share_of("petitions_to_accept", "in_time", "due"),
        basis=("R27",),
        owner="信访局",
    ),
    Indicator(
        id="petitions.response",
        name="响应率",
        why="派单后{petitions.response_hours}小时内要和群众说上话",
        numerator="派单后{petitions.response_hours}小时内联系到群众的件数",
        denominator="本期派单、且已满{petitions.response_hours}小时的件数",
        unit=_CASES,
        levels=(*VILLAGE_LEVELS, Level.DEPARTMENT),
        needs={"petitions_dispatched": Span.PERIOD},
        figure=share_of("petitions_dispatched", "answered", "to_answer"),
        basis=("R27",),
        owner="信访局",
    ),
    Indicator(
        id="petitions.closed_on_time",
        name="按期办结率",
        why="答应的时限要兑现,拖着不办也算",
        numerator="在时限内化解的件数",
        denominator="时限在本期且已过的件数(超期未结的计入)",
        unit=_CASES,
        levels=(*CAPTAIN_LEVELS, Level.DEPARTMENT),
        needs={"petitions_due": Span.PERIOD},
        figure=closed_on_time,
        basis=("R29",),
        owner="信访局",
        notes=(
            "时限:延期至,否则交办时限,否则点单后第{petitions.small_workdays}/{petitions.big_workdays}/{petitions.hard_workdays}个工作日"
            "(小/大/难事)结束;信访件第{petitions.xinfang_days}日结束。撤回、转送、不予受理的不计,另列。"
        ),
    ),
    Indicator(
        id="petitions.resolved",
        name="化解率",
        why="到期的和办完的,化解了多少",
        numerator="已化解的件数",
        denominator="本期点单、且已到期或已办结的件数",
        unit=_CASES,
        levels=(*VILLAGE_LEVELS, Level.DEPARTMENT),
        needs={"petitions_settled": Span.PERIOD},
        figure=resolved,
        basis=("R34",),
        owner="政法委",
        notes="撤回、转送、不予受理的不计,另列。",
    ),
    Indicator(
        id="petitions.disputes_resolved",
        name="矛盾纠纷化解率",
        why="纠纷单独看,小事不出村、大事不出镇",
        numerator="已化解的矛盾纠纷件数",
        denominator="本期点单、且已到期或已办结的矛盾纠纷件数",
        unit=_CASES,
        levels=VILLAGE_LEVELS,
        needs={"petitions_settled": Span.PERIOD},
        figure=disputes_resolved,
        basis=("R34",),
        owner="政法委",
        notes="撤回、转送、不予受理的不计,另列。",
    ),
    Indicator(
        id="petitions.open",
        name="在办",
        why="手上还有多少件",
        numerator="截至时刻在办的件数",
        denominator="",
        unit=_CASES,
        levels=ALL_LEVELS,
        needs={"petitions_open": Span.MOMENT},
        figure=count_of("petitions_open", "open"),
        basis=("R31",),
        measure=Measure.COUNT,
        direction=Direction.WATCH,
        owner="信访局",
        moment=True,
        notes="只看多少,不排名:诉求多不是坏事。",
    ),
    Indicator(
        id="petitions.overdue",
        name="超期在办",
        why="过了时限还没办完的,谁手上",
        numerator="截至时刻在办且已过时限的件数",
        denominator="截至时刻在办的件数",
        unit=_CASES,
        levels=ALL_LEVELS,
        needs={"petitions_open": Span.MOMENT},
        figure=share_of("petitions_open", "overdue", "open"),
        basis=("R29",),
        direction=Direction.DOWN,
        owner="信访局",
        moment=True,
    ),
    Indicator(
        id="petitions.days",
        name="办理时长",
        why="群众要等几天",
        numerator="点单到办结的天数:中位数,并列90分位",
        denominator="",
        unit="天",
        levels=(*TOWNSHIP_LEVELS, Level.CATEGORY, Level.DEPARTMENT),
        needs={"petition_durations": Span.PERIOD},
        figure=days,
        basis=("R29",),
        measure=Measure.VALUE,
        direction=Direction.DOWN,
        owner="信访局",
        notes="本期化解的;含节假日的自然天数;90分位按线性插值。",
    ),
    Indicator(
        id="petitions.level_closed",
        name="层级办结占比",
        why="多少事在邻、组、片、村就办了",
        numerator="在邻、组、片、村化解的件数",
        denominator="本期化解的件数",
        unit=_CASES,
        levels=TOWNSHIP_LEVELS,
        needs={"petitions_ended": Span.PERIOD},
        figure=level_closed,
        basis=("R29",),
        direction=Direction.WATCH,
        owner="政法委",
    ),
    Indicator(
        id="petitions.repeat",
        name="重复诉求率",
        why="同一件事反复提,多半没真解决",
        numerator="重复诉求件数",
        denominator="本期点单件数",
        unit=_CASES,
        levels=TOWNSHIP_LEVELS,
        needs={"petitions_opened": Span.PERIOD},
        figure=share_of("petitions_opened", "repeats", "opened"),
        basis=("R31",),
        direction=Direction.DOWN,
        owner="信访局",
    ),
    Indicator(
        id="petitions.returned",
        name="退单率",
        why="派得准不准",
        numerator="被退单至少1次的件数",
        denominator="本期派单件数",
        unit=_CASES,
        levels=(*TOWNSHIP_LEVELS, Level.DEPARTMENT),
        needs={"petitions_dispatched": Span.PERIOD},
        figure=share_of("petitions_dispatched", "returned", "dispatched"),
        basis=("R27",),
        direction=Direction.DOWN,
        owner="信访局",
    ),
    Indicator(
        id="petitions.proper_closure",
        name="销号规范率",
        why="解决销号有据可依",
        numerator="销号时佐证、回头看、评单齐全的件数",
        denominator="本期销号件数",
        unit=_CASES,
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"petitions_closed": Span.PERIOD},
        figure=share_of("petitions_closed", "proper", "closed"),
        basis=("R31",),
        owner="信访局",
    ),
    Indicator(
        id="petitions.reopened",
        name="不满意重办率",
        why="群众不满意,重新办",
        numerator="本期重办过的件数",
        denominator="本期化解或重办的件数",
        unit=_CASES,
        levels=(*TOWNSHIP_LEVELS, Level.DEPARTMENT),
        needs={"petitions_ended": Span.PERIOD, "petitions_reopened": Span.PERIOD},
        figure=reopened,
        basis=("R27",),
        direction=Direction.DOWN,
        owner="信访局",
        notes="按办理记录中的重办计,同一件只计一次。",
    ),
    Indicator(
        id="petitions.backlog",
        name="积案",
        why="拖过{petitions.backlog_days}天的,要有领导包",
        numerator="截至时刻在办超过{petitions.backlog_days}天的件数",
        denominator="截至时刻在办的件数",
        unit=_CASES,
        levels=TOWNSHIP_LEVELS,
        needs={"petitions_open": Span.MOMENT},
        figure=share_of("petitions_open", "backlog", "open"),
        basis=("R29",),
        direction=Direction.DOWN,
        owner="信访局",
        moment=True,
        notes="包案领导名单见诉求页。",
    ),
    Indicator(
        id="petitions.notified",
        name="受理告知及时率",
        why="信访件{petitions.notify_days}日内书面告知是法定时限",
        numerator="第{petitions.notify_days}日结束前已告知的信访件",
        denominator="本期收到、且第{petitions.notify_days}日已过的信访件",
        unit=_CASES,
        levels=TOWNSHIP_LEVELS,
        needs={"petitions_to_notify": Span.PERIOD},
        figure=share_of("petitions_to_notify", "in_time", "due"),
        basis=("LAW22",),
        owner="信访局",
    ),
    Indicator(
        id="petitions.mass",
        name="集体访、越级访",
        why="苗头要早看到",
        numerator="本期点单中集体或越级的件数,各计一次",
        denominator="",
        unit=_CASES,
        levels=(Level.COUNTY,),
        needs={"petitions_opened": Span.PERIOD},
        figure=count_of("petitions_opened", "mass"),
        basis=("R31",),
        measure=Measure.COUNT,
        direction=Direction.WATCH,
        owner="信访局",
    ),
)
