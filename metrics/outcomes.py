"""成效: what the nights, receptions and captains have brought about, as the offices' own totals.

Totals stand side by side and are never added up (人次, 户次 and 件 are different things), have no target and no rank (减负). What an
indicator counts is taken from it; the others are counted here, each in its own words (口径).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from metrics.definition import Span
from metrics.vocabulary import LEFT_OUT, Level, Module, Outcome

EVERY_LEVEL = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
TOWNSHIP_LEVELS = (Level.COUNTY, Level.TOWNSHIP)
Count = Callable[[pd.DataFrame], pd.DataFrame]
"""From a fact's rows to the columns code, k, and n where the total is a part of something."""


@dataclass(frozen=True)
class Total:
    """One total: what it is called, what is counted, how it stands in a sentence (``clause``), and where it comes from.

    ``indicator``: whose k and n it is; else ``fact`` over ``span``, counted by ``count``. ``of``: what n is, where it is a part.
    """

    id: str
    module: Module
    group: str
    title: str
    unit: str
    words: str
    clause: str
    indicator: str = ""
    fact: str = ""
    span: Span = Span.PERIOD
    count: Count | None = None
    of: str = ""
    levels: tuple[Level, ...] = EVERY_LEVEL
    opens: bool = False
    """Begins a part of the sentence of its own; the others go on."""


def counted(column: str) -> Count:
    """The total of a column."""
    return lambda rows: rows.rename(columns={column: "k"})[["code", "k"]]


def part_of(column: str, whole: str) -> Count:
    """Two columns, the second of which holds the first."""
    return lambda rows: rows.rename(columns={column: "k", whole: "n"})[["code", "k", "n"]]


def resolved(rows: pd.DataFrame) -> pd.DataFrame:
    """k: disputes resolved, n: due or ended; withdrawn, transferred and not accepted are left out, as in every such rate."""
    rows = rows[~rows["outcome"].isin(LEFT_OUT)]
    counts = rows.assign(k=rows["disputes"].where(rows["outcome"] == Outcome.RESOLVED, 0), n=rows["disputes"])
    return counts.groupby("code")[["k", "n"]].sum().reset_index()


NIGHTS, TALKS, RECEPTION, CAPTAINS = "住夜与夜访", "夜学夜谈", "公示接待", "三长与诉求"
RESOLVED_WORDS = "已化解件数,分母为本期受理、已到期或已办结的件数;撤回、转送、不予受理的不计"

TOTALS = (
    Total(
        "stays",
        Module.DUTY,
        NIGHTS,
        "住夜",
        "人次",
        "一人在一处住一夜计1人次,在乡镇和村住的都算;同一人同一夜同一处只计一次;当晚未过完的不计",
        "住夜{k}人次",
        fact="nights_stayed",
        span=Span.NIGHTS,
        count=counted("stays"),
        opens=True,
    ),
    Total(
        "visits",
        Module.NIGHTS,
        NIGHTS,
        "夜访",
        "次",
        "夜访台账一行计1次,按走访的村归属",
        "夜访{k}次",
        fact="visits_at_night",
        count=counted("visits"),
        opens=True,
    ),
    Total(
        "people",
        Module.NIGHTS,
        NIGHTS,
        "走访群众",
        "人次",
        "夜访台账所填人次之和;没有填人次的不估",
        "走访群众{k}人次",
        fact="visits_at_night",
        count=counted("people"),
    ),
    Total(
        "on_the_spot",
        Module.NIGHTS,
        NIGHTS,
        "现场解决",
        "件",
        "夜访受理的诉求中现场解决的件数,分母为本期夜访受理的件数(同“现场解决率”)",
        "受理群众反映事项{n}件,现场解决{k}件",
        indicator="nights.on_the_spot",
        of="受理事项",
        levels=TOWNSHIP_LEVELS,
    ),
    Total(
        "night_disputes",
        Module.NIGHTS,
        NIGHTS,
        "化解纠纷",
        "件",
        f"夜访受理的矛盾纠纷:{RESOLVED_WORDS}",
        "其中矛盾纠纷化解{k}件({k}/{n})",
        fact="night_disputes",
        count=resolved,
        of="应化解",
    ),
    Total(
        "studies",
        Module.NIGHTS,
        TALKS,
        "夜学",
        "期",
        "夜学台账一场计1期",
        "开展夜学{k}期",
        fact="sessions_held",
        count=counted("studies"),
        levels=TOWNSHIP_LEVELS,
        opens=True,
    ),
    Total(
        "lecturers",
        Module.NIGHTS,
        TALKS,
        "登台授课",
        "人",
        "在夜学授过课的人数,同一单位同一人只计一次,各单位之和可多于合计;现已调离的也算(“授课覆盖率”只看在岗的,口径不同)",
        "{k}名干部登台授课",
        fact="lecturers_heard",
        count=counted("lecturers"),
        levels=TOWNSHIP_LEVELS,
    ),
    Total(
        "talks",
        Module.NIGHTS,
        TALKS,
        "夜谈",
        "场",
        "夜谈台账一场计1场",
        "召开夜谈{k}场",
        fact="sessions_held",
        count=counted("talks"),
        levels=TOWNSHIP_LEVELS,
        opens=True,
    ),
    Total(
        "measures",
        Module.NIGHTS,
        TALKS,
        "落实举措",
        "项",
        "已落实的举措,分母为本期出台的举措(同“举措落地率”)",
        "出台举措{n}项,已落实{k}项",
        indicator="nights.measures_done",
        of="出台举措",
        levels=TOWNSHIP_LEVELS,
    ),
    Total(
        "needs",
        Module.NIGHTS,
        TALKS,
        "群众需求",
        "件",
        "夜谈台账所填的需求数之和:台账只记商讨了多少,没有记其中解决了多少",
        "商讨群众需求{k}件",
        fact="sessions_held",
        count=counted("needs"),
        levels=TOWNSHIP_LEVELS,
    ),
    Total(
        "slots",
        Module.RECEPTION,
        RECEPTION,
        "接待",
        "场",
        "有人到岗接待的场次,公示与否都算;当天没有过完的不计",
        "开展接待{k}场",
        fact="receptions_held",
        span=Span.DAYS,
        count=counted("slots"),
        opens=True,
    ),
    Total(
        "visitors",
        Module.RECEPTION,
        RECEPTION,
        "接待群众",
        "人次",
        "上述场次所填人次之和",
        "接待群众{k}人次",
        fact="receptions_held",
        span=Span.DAYS,
        count=counted("visitors"),
    ),
    Total(
        "matters",
        Module.RECEPTION,
        RECEPTION,
        "受理事项",
        "件",
        "来源为公示接待、本期受理的诉求",
        "受理事项{k}件",
        fact="matters_received",
        count=counted("matters"),
    ),
    Total(
        "reception_disputes",
        Module.RECEPTION,
        RECEPTION,
        "化解纠纷",
        "件",
        f"公示接待受理的矛盾纠纷:{RESOLVED_WORDS}(同“接待化解率”)",
        "化解矛盾纠纷{k}件,化解率{share}({k}/{n})",
        indicator="reception.resolved",
        of="应化解",
        levels=TOWNSHIP_LEVELS,
    ),
    Total(
        "calls",
        Module.CAPTAINS,
        CAPTAINS,
        "三长走访",
        "户次",
        "走访台账一行计1户次,按户所在的单位",
        "三长入户走访{k}户次",
        fact="households_called_on",
        count=counted("visits"),
        opens=True,
    ),
    Total(
        "meetings",
        Module.CAPTAINS,
        CAPTAINS,
        "会议",
        "次",
        "恳谈会、分析会、例会、碰头会,一次计一次,不封顶(“会议召开率”每期至多计一次)",
        "召开恳谈会、例会等{k}次",
        fact="meetings_held",
        count=counted("meetings"),
    ),
    Total(
        "resolved",
        Module.PETITIONS,
        CAPTAINS,
        "化解诉求",
        "件",
        f"各来源的诉求:{RESOLVED_WORDS}(同“化解率”)",
        "化解诉求{k}件,化解率{share}({k}/{n})",
        indicator="petitions.resolved",
        of="应化解",
        opens=True,
    ),
    Total(
        "disputes",
        Module.PETITIONS,
        CAPTAINS,
        "其中纠纷",
        "件",
        "其中的矛盾纠纷(同“矛盾纠纷化解率”)",
        "其中矛盾纠纷{k}件,化解率{share}({k}/{n})",
        indicator="petitions.disputes_resolved",
        of="应化解",
    ),
    Total(
        "deeds",
        Module.CAPTAINS,
        CAPTAINS,
        "善事公示",
        "件",
        "已公示的善事,分母为三长所做、记入善事台账的件数;按当天任职的单位;不计分、不排名",
        "三长做善事{n}件,已公示{k}件",
        fact="deeds_done",
        count=part_of("published", "deeds"),
        of="善事",
        opens=True,
    ),
)
"""Every total, in the order of the sources."""


def totals_of(modules: frozenset[Module]) -> tuple[Total, ...]:
    """Those of the modules there is something of."""
    return tuple(total for total in TOTALS if total.module in modules)
