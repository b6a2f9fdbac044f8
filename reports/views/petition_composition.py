"""What is open and of what kind, what comes and goes, where the 四单 take their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from metrics.petitions import quantiles
from metrics.wording import day_of, is_missing
from reports.links import Link, to_cases
from reports.tables import Column, Kind, Table, table
from reports.view import View
from reports.views import petition_words as words

DIMENSIONS = {
    "乡镇": "township",
    "级别": "level",
    "类别": "category",
    "在办天数": "age",
    "大小": "size",
    "渠道": "channel",
    "领域": "sphere",
}
ORDERS: dict[str, Sequence[str]] = {
    "level": ("cell", "group", "patch", "village", "township", "county"),
    "size": ("small", "big", "hard"),
}
LISTED_BY = ("township", "level", "size", "category", "channel", "age")
"""The dimensions whose bars lead to a list: each is a filter of it by the same name."""
MOST_BARS = 18


@dataclass(frozen=True)
class Composition:
    """What is open by one dimension: bars for the first values, a table of all of them. ``codes``: by bar, empty where it leads nowhere."""

    dimension: str
    title: str
    subtitle: str
    alt: str
    names: Sequence[str]
    values: Sequence[int]
    texts: Sequence[str]
    codes: Sequence[str]
    table: Table

    @property
    def leads(self) -> bool:
        return self.dimension in LISTED_BY

    def cases(self, code: str, township: str | None) -> Link:
        """The list behind a bar."""
        link = to_cases("open", township)
        return replace(link, query={**link.query, self.dimension: code})


def composition(standing: pd.DataFrame, by: str, townships: Mapping[str, str], ages: Sequence[int], view: View) -> Composition:
    """``by`` is one of :data:`DIMENSIONS`; ``standing``: ``open_by_dimension``; ``ages``: ``petition_lists.age_buckets``."""
    dimension = DIMENSIONS[by]
    rows = standing[standing["dimension"] == dimension]
    order = [str(each) for each in ages] if dimension == "age" else ORDERS.get(dimension)
    if order is None:
        rows = rows.sort_values(["open", "value"], ascending=[False, True])
    else:
        places = {value: place for place, value in enumerate(order)}
        rows = rows.assign(place=[places.get(value, len(places)) for value in rows["value"]]).sort_values("place")
    rows = rows.assign(name=[_value_name(dimension, value, townships, ages) for value in rows["value"]])
    shown = rows.head(MOST_BARS)
    late = shown.sort_values("overdue", ascending=False)
    most = f"超期最多的是{late['name'].iloc[0]}({late['overdue'].iloc[0]} 件)" if len(late) and late["overdue"].iloc[0] else "没有超期"
    return Composition(
        dimension,
        title=most,
        subtitle=f"{view.until}在办诉求按{by},件 · 只看多少,不排名" + (" · 点一条看清单" if dimension in LISTED_BY else ""),
        alt=f"在办诉求按{by}:{most}",
        names=list(shown["name"]),
        values=list(shown["open"]),
        texts=[f"{row['open']} 件 · 超期 {row['overdue']}" for row in shown.to_dict("records")],
        codes=["" if is_missing(value) else str(value) for value in shown["value"]],
        table=table(
            f"在办诉求按{by}",
            (
                Column("name", by),
                Column("open", "在办", Kind.COUNT, "件"),
                Column("overdue", "超期", Kind.COUNT, "件"),
                *(() if view.is_past else (Column("due_soon", words.due_soon_words(view), Kind.COUNT, "件"),)),
                Column("backlog", "积案", Kind.COUNT, "件"),
            ),
            rows.to_dict("records"),
            indicators=("petitions.open", "petitions.overdue"),
        ),
    )


def _value_name(dimension: str, value: object, townships: Mapping[str, str], ages: Sequence[int]) -> str:
    if is_missing(value):
        return words.UNKNOWN
    text = str(value)
    if dimension == "township":
        return townships.get(text, text)
    if dimension == "age":
        return words.age_name(int(text), ages)
    names = {"level": words.level_name, "size": words.size_name, "channel": words.channel_name, "sphere": words.sphere_name}
    return names.get(dimension, str)(text)


# --- flow -----------------------------------------------------------------------------------------------------------

FLOW_WEEKS, COMPARED_WEEKS = 26, 4
SUNDAY = 6
"""As ``date.weekday`` counts."""


@dataclass(frozen=True)
class Flow:
    """What came in and what ended, by week, oldest first. ``weeks``: their Mondays as 11/23; ``cut``: why the last of them is not whole."""

    title: str
    weeks: Sequence[str]
    opened: Sequence[int]
    ended: Sequence[int]
    cut: str = ""

    @property
    def subtitle(self) -> str:
        return "每周件数" + (f" · 虚线:{self.cut}" if self.cut else "")

    @property
    def remarks(self) -> list[str]:
        """By week: the last one may not be whole."""
        return [*[""] * (len(self.weeks) - 1), f"({self.cut})" if self.cut else ""]


def flow_days(last: date) -> int:
    """How many days :func:`weekly_flow` is made from: whole weeks and the running one up to ``last``."""
    return 7 * FLOW_WEEKS + last.weekday() + 1


def weekly_flow(daily: pd.DataFrame, view: View) -> Flow:
    """``daily``: ``data_access.petition_state.daily_flow`` of :func:`flow_days` that end with the view's moment."""
    last = view.moment
    monday = last - timedelta(days=last.weekday())
    weeks = [monday - timedelta(weeks=back) for back in range(FLOW_WEEKS, -1, -1)]
    begins = [day - timedelta(days=day.weekday()) for day in daily["day"]]
    sums = daily[["opened", "ended"]].groupby(pd.Series(begins, index=daily.index, dtype="object")).sum().reindex(weeks, fill_value=0)
    opened, ended = ([int(each) for each in sums[name]] for name in ("opened", "ended"))
    # A week that is not whole does not decide the title.
    is_whole = view.is_past and last.weekday() == SUNDAY
    end = len(weeks) if is_whole else len(weeks) - 1
    came, went = (sum(each[end - COMPARED_WEEKS : end]) for each in (opened, ended))
    course = "在办增加" if came > went else "在办减少" if came < went else "进出持平"
    when = f"至{day_of(weeks[end - 1] + timedelta(days=SUNDAY), view.as_of)}的四周" if view.is_past else "近四周"
    cut = "" if is_whole else f"末周只到{day_of(last, view.as_of)}" if view.is_past else "本周进行中"
    return Flow(f"{when}来 {came} 件、结 {went} 件,{course}", [f"{week.month}/{week.day}" for week in weeks], opened, ended, cut)


STEP_FROM = {"dispatch": "点单 → 派单", "accept": "派单 → 接单", "resolve": "接单 → 办结", "rate": "办结 → 评单", "close": "办结 → 销号"}
"""The 四单 in their order."""
OPEN_STEPS = ["dispatch", "accept", "resolve"]


def _step_columns(waiting: str) -> tuple[Column, ...]:
    """``waiting``: what stands over how many wait at a step."""
    return (
        Column("step_name", "步骤", small=("way",)),
        Column("way", "从哪到哪", screen=False, files=False),
        Column("n", "走完", Kind.COUNT, "件"),
        Column("median", "用时中位数", Kind.DAYS, "天"),
        Column("p90", "九成不超过", Kind.DAYS, "天"),
        Column("waiting", waiting, Kind.COUNT, "件", small=("oldest",)),
        Column("oldest", "最早自", Kind.DATE, words="最早 {}", screen=False),
    )


def steps_table(durations: pd.DataFrame, waiting: pd.DataFrame, view: View, afterwards_days: int) -> Table:
    """四单: how many passed each step in the period, how long it took them, who waits there at the view's moment.

    ``durations``: ``petition_state.step_durations``; ``waiting``: ``petition_state.waiting_by_step``, which looks for rating and closing
    at what was resolved in the last ``afterwards_days``.
    """
    done = quantiles(durations, ["step"]).set_index("step")[["n", "median", "p90"]].reindex(list(STEP_FROM)).fillna({"n": 0})
    wait = waiting.set_index("step").loc[list(STEP_FROM)]
    rows = done.join(wait).assign(step_name=[words.STEP_NAMES[step] for step in STEP_FROM], way=list(STEP_FROM.values()))
    longest = str(wait.loc[OPEN_STEPS, "waiting"].idxmax())
    at, recent = (view.until, f"此前 {afterwards_days} 天") if view.is_past else ("截至时刻", f"近 {afterwards_days} 天")
    return table(
        "四单流转",
        _step_columns(f"{view.until}等着" if view.is_past else "现在等着"),
        rows.to_dict("records"),
        conclusion=f"四单:{view.until}在办诉求多数等在“{words.STEP_NAMES[longest]}”这一步",
        remark=f"本期走完该步的件数和用时(自然天);等在该步的为{at},评单、销号只看{recent}办结的",
        indicators=("petitions.days",),
        links=tuple(to_cases(f"awaits_{step}", view.township, sort="moved") for step in STEP_FROM),
    )
