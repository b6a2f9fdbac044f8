"""三长: visits, meetings, cells, certificates and training against the rules (R21–R26, R30), from counts by unit and slot."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from metrics.definition import Facts, Indicator, Question, Span, rolled_up
from metrics.period import Period, PeriodKind
from metrics.vocabulary import AREA_LEVELS, CODE_LENGTHS, Level

CAPTAIN_LEVELS = (*AREA_LEVELS, Level.PERSON)
POST_LENGTHS = tuple(CODE_LENGTHS[level] for level in (Level.PATCH, Level.GROUP, Level.CELL))


def in_slots(shares: pd.DataFrame, slots: Iterable[str]) -> pd.DataFrame:
    """The rows of the months, quarters or weeks that count."""
    return shares[shares["slot"].isin(set(slots))]


def texts(parts: Iterable[Period]) -> list[str]:
    return [part.text for part in parts]


def by_holder(shares: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Σk, Σn of what lies under the posts each person holds; a unit under two of one person's posts counts once.

    A cell captain answers for the own cells, a group or patch captain for everything in the group or patch.
    """
    held = []
    for length in POST_LENGTHS:
        own = posts.loc[posts["code"].str.len() == length, ["person_id", "code"]].rename(columns={"code": "post"})
        inside = shares.loc[shares["code"].str.len() >= length, ["code"]].drop_duplicates()
        held.append(own.merge(inside.assign(post=inside["code"].str.slice(0, length)), on="post")[["person_id", "code"]])
    pairs = pd.concat(held).drop_duplicates()
    sums = pairs.merge(shares, on="code").groupby("person_id")[["k", "n"]].sum().reset_index()
    return pd.DataFrame({"code": "p:" + sums["person_id"].astype("int64").astype("str"), "k": sums["k"], "n": sums["n"]})


def _at_level(shares: pd.DataFrame, facts: Facts, question: Question) -> pd.DataFrame:
    return by_holder(shares, facts["captain_posts"]) if question.level is Level.PERSON else rolled_up(shares, question.level)


def key_visits(facts: Facts, question: Question) -> pd.DataFrame:
    """k: key households × months visited at least once; n: key households × months."""
    return _at_level(in_slots(facts["key_visits"], texts(question.months())), facts, question)


def ordinary_visits(facts: Facts, question: Question) -> pd.DataFrame:
    """k: ordinary households × quarters visited at least once; n: ordinary households × quarters."""
    return _at_level(in_slots(facts["ordinary_visits"], texts(question.quarters())), facts, question)


def meetings_due(facts: Facts, question: Question) -> pd.DataFrame:
    """Meetings due and held by kind, unit and slot. Columns: kind, code, slot, k, n.

    A month leaves the quarterly 恳谈会 out, a week also what is due once a month.
    """
    kind = question.period.kind
    months = [] if kind is PeriodKind.WEEK else texts(question.months())
    quarters = [] if kind in (PeriodKind.WEEK, PeriodKind.MONTH) else texts(question.quarters())
    counted = {
        "heart_talks": quarters,
        "analysis_meetings": months,
        "weekly_meetings": [week.monday.isoformat() for week in question.weeks],
        "monthly_meetings": months,
    }
    return pd.concat([in_slots(facts[name], slots).assign(kind=name) for name, slots in counted.items()])


def meetings(facts: Facts, question: Question) -> pd.DataFrame:
    """k: meetings held, at most one for each that was due; n: meetings due."""
    return _at_level(meetings_due(facts, question), facts, question)


def meetings_in_progress(question: Question) -> bool:
    """A running month or quarter holds meetings that are not overdue yet; a year counts whole months and quarters only."""
    return question.period.kind in (PeriodKind.MONTH, PeriodKind.QUARTER) and question.period.last > question.day_over


def cell_size(facts: Facts, question: Question) -> pd.DataFrame:
    """k: cells of neither too few nor too many households; n: cells. An empty cell is one outside the range."""
    least, most = (question.rules.number("captains", name) for name in ("least_households", "most_households"))
    cells = facts["households_by_cell"]
    fits = cells["households"].between(least, most)
    return rolled_up(cells.assign(k=fits.astype("int64"), n=1), question.level)


def coverage(facts: Facts, question: Question) -> pd.DataFrame:
    """k: households in a cell with a captain in post; n: households."""
    return facts["household_cover"]


def cards(facts: Facts, question: Question) -> pd.DataFrame:
    """k: certificates and contact cards issued; n: cell captains and households."""
    return rolled_up(pd.concat([facts["certificates"], facts["contact_cards"]]), question.level)


def training(facts: Facts, question: Question) -> pd.DataFrame:
    """k: captains trained since 1 January; n: captains, by appointment."""
    return facts["trained_captains"]


_HELD = {"captain_posts": Span.MOMENT}
_MEETINGS = {
    "heart_talks": Span.QUARTERS,
    "analysis_meetings": Span.MONTHS,
    "weekly_meetings": Span.WEEKS,
    "monthly_meetings": Span.MONTHS,
}

INDICATORS = (
    Indicator(
        id="captains.key_visits",
        name="重点户月走访率",
        why="低保、五保、留守、老弱病残,每月有人上门",
        numerator="当月至少被走访一次的重点户·月数",
        denominator="重点户·月数(以月末在册为准)",
        unit="户月",
        levels=CAPTAIN_LEVELS,
        needs={"key_visits": Span.MONTHS},
        level_needs={Level.PERSON: {"key_visits": Span.MONTHS, **_HELD}},
        figure=key_visits,
        basis=("R23",),
        counted_in=PeriodKind.MONTH,
        notes="任何一名三长上门都算;季、年只计已结束的月份,当月为进行中。",
    ),
    Indicator(
        id="captains.ordinary_visits",
        name="普通户季走访率",
        why="普通户每季度也见得到邻长",
        numerator="当季至少被走访一次的普通户·季数",
        denominator="普通户·季数(以季末在册为准)",
        unit="户季",
        levels=CAPTAIN_LEVELS,
        needs={"ordinary_visits": Span.QUARTERS},
        level_needs={Level.PERSON: {"ordinary_visits": Span.QUARTERS, **_HELD}},
        figure=ordinary_visits,
        basis=("R23",),
        counted_in=PeriodKind.QUARTER,
        notes="按月查看时取该月所在的季度;年只计已结束的季度,当季为进行中。",
    ),
    Indicator(
        id="captains.cell_size",
        name="邻规模合规率",
        why="邻太大走不过来,太小撑不起来",
        numerator="{captains.least_households}至{captains.most_households}户的邻数",
        denominator="邻数",
        unit="个",
        levels=AREA_LEVELS,
        needs={"households_by_cell": Span.MOMENT},
        figure=cell_size,
        basis=("R21",),
        ranked_when_thin=True,
        moment=True,
        notes="没有住户的邻也算规模不合规,列为提醒。",
    ),
    Indicator(
        id="captains.coverage",
        name="户覆盖率",
        why="每一户都有人管",
        numerator="所在邻有邻长在岗的户数",
        denominator="在册户数",
        unit="户",
        levels=AREA_LEVELS,
        needs={"household_cover": Span.MOMENT},
        figure=coverage,
        basis=("R21",),
        ranked_when_thin=True,
        moment=True,
        notes="尚未编邻的户、邻长空缺或请假的邻,都算未覆盖。",
    ),
    Indicator(
        id="captains.meetings",
        name="会议召开率",
        why="有固定的场合把话说出来、把事议清楚",
        numerator="已召开的会议数,每个单位每期至多计一次",
        denominator="应召开的会议数:恳谈会每邻每季、分析会每村每月、例会每片每周、碰头会每片每月各一次",
        unit="次",
        levels=CAPTAIN_LEVELS,
        needs=_MEETINGS,
        level_needs={Level.PERSON: {**_MEETINGS, **_HELD}},
        figure=meetings,
        basis=("R24", "R30"),
        ranked_when_thin=True,
        progress=meetings_in_progress,
        notes="按月查看时不含恳谈会;例会按至少{samples.least_workdays_of_a_week}个工作日的整周计。",
    ),
    Indicator(
        id="captains.cards",
        name="证卡发放率",
        why="群众认得邻长,找得到电话",
        numerator="已发邻长代表证数与已发便民联系卡户数之和",
        denominator="邻长数与在册户数之和",
        unit="张",
        levels=AREA_LEVELS,
        needs={"certificates": Span.MOMENT, "contact_cards": Span.MOMENT},
        figure=cards,
        basis=("R25",),
        ranked_when_thin=True,
        moment=True,
    ),
    Indicator(
        id="captains.training",
        name="参训率",
        why="会做群众工作,才做得好群众工作",
        numerator="当年参加过培训的三长数",
        denominator="三长数(按任职计)",
        unit="人",
        levels=AREA_LEVELS,
        needs={"trained_captains": Span.YEAR_TO_DATE},
        figure=training,
        basis=("R26",),
        ranked_when_thin=True,
        moment=True,
        notes="自时点所在年的1月1日起计;集中、兜底、小微培训与竞赛都算。",
    ),
)
