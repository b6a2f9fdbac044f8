"""数据质量: signs that the ledgers are late, entered in bulk, copied or impossible. Signs to check, not verdicts on people."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from metrics.definition import Facts, Indicator, Question, Span, rolled_up
from metrics.spot_checks import SPOT_TRUE
from metrics.vocabulary import Direction, Level, Measure

TOWNSHIP_LEVELS = (Level.COUNTY, Level.TOWNSHIP)
TEXTS_AT_ONCE = 400
"""Different notes of one person compared each with each; beyond it in alphabetical stretches of this length, so that the
cost stays bounded (copies that start alike still meet)."""


def in_time(facts: Facts, question: Question) -> pd.DataFrame:
    """k: event rows entered in time, n: event rows of the period of which it is known when they were entered."""
    rows = facts["entries"]
    return rolled_up(rows.assign(k=rows["in_time"], n=rows["rows"] - rows["backfilled"]), question.level)


def backfilled(facts: Facts, question: Question) -> pd.DataFrame:
    """k: event rows that a file brought without a time of entry, n: event rows of the period."""
    rows = facts["entries"]
    return rolled_up(rows.assign(k=rows["backfilled"], n=rows["rows"]), question.level)


def bulk(facts: Facts, question: Question) -> pd.DataFrame:
    """k: visits entered in a burst, n: visits."""
    return facts["bursts"].rename(columns={"in_burst": "k", "rows": "n"})


def near_identical(texts: list[str], above: float) -> np.ndarray:
    """Which of the different ``texts`` are more alike than ``above`` to another one (2 × common subsequence / both lengths)."""
    alike = np.zeros(len(texts), dtype=bool)
    order = np.argsort(np.array(texts, dtype=object), kind="stable")
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        stretch = order[start : start + TEXTS_AT_ONCE]
        some = [texts[position] for position in stretch]
        likeness = cdist(some, some, scorer=Indel.normalized_similarity, score_cutoff=above, dtype=np.float64)
        np.fill_diagonal(likeness, 0.0)
        alike[stretch] |= (likeness > above).any(axis=1)
    return alike


def copied_notes(facts: Facts, question: Question) -> pd.DataFrame:
    """The notes with a near-identical other note of the same person. Columns: those of the fact ``notes``, copied (bool)."""
    rows = facts["notes"].assign(text=facts["notes"]["note"].str.strip()).sort_values("person_id", kind="stable")
    by_text = rows.groupby(["person_id", "text"])["notes"].sum()
    copied = by_text > 1
    above = question.rules.number("quality", "same_text_above")
    people, texts = by_text.index.get_level_values(0).to_numpy(), by_text.index.get_level_values(1).to_numpy()
    edges = np.flatnonzero(np.diff(people)) + 1
    alike = copied.to_numpy().copy()
    for start, end in zip(np.r_[0, edges], np.r_[edges, len(people)], strict=True):
        if end - start > 1:
            alike[start:end] |= near_identical(list(texts[start:end]), above)
    flags = pd.Series(alike, index=by_text.index, name="copied").reset_index()
    return rows.merge(flags, on=["person_id", "text"], how="left").drop(columns="text")


def same_text(facts: Facts, question: Question) -> pd.DataFrame:
    """k: notes near-identical to another note of the same person in the period, n: notes."""
    rows = copied_notes(facts, question)
    rows = rows[rows["inside"]]
    counted = rows.assign(k=rows["notes"].where(rows["copied"], 0), n=rows["notes"])
    return counted.groupby("code")[["k", "n"]].sum().reset_index()


def two_places(facts: Facts, question: Question) -> pd.DataFrame:
    """k: person-nights recorded in two places."""
    return facts["doubled_nights"].rename(columns={"nights": "k"})


def stale(facts: Facts, question: Question) -> pd.DataFrame:
    """value: hours from the newest record to the moment."""
    newest = facts["newest_records"].dropna(subset=["recorded_at"])
    newest = newest.assign(recorded_at=pd.to_datetime(newest["recorded_at"])).groupby("code")["recorded_at"].max()
    return ((pd.Timestamp(question.instant) - newest) / pd.Timedelta(hours=1)).rename("value").rename_axis("code").reset_index()


def perfect(facts: Facts, question: Question) -> pd.DataFrame:
    """k: indicators at exactly 100% with many cases. ``reports.perfect`` judges the other indicators' frames into this fact."""
    rows = facts["perfect_figures"]
    return rows.groupby("code").size().rename("k").reset_index()


INDICATORS = (
    Indicator(
        id="quality.in_time",
        name="及时录入率",
        why="台账当日清,事后补的说不清",
        numerator="事发当日结束后{quality.entry_hours}小时内录入的记录条数",
        denominator="知道录入时间的记录条数:住夜、三夜场次、夜访、接待、三长走访、三长会议",
        unit="条",
        levels=TOWNSHIP_LEVELS,
        needs={"entries": Span.PERIOD},
        figure=in_time,
        basis=("LEDGER",),
        notes="按事发日期归入本期;以文件补录(文件没有填报时间)的不知道当时何时录入,不计,另见以文件补录占比;其他系统写入而没有录入时间的不算及时;"
        "人员不明的记录不计,列在“对不上的记录”。",
    ),
    Indicator(
        id="quality.backfilled",
        name="以文件补录占比",
        why="文件没写何时填的,是否及时无从判断",
        numerator="由台账文件装入、文件没有填报时间的记录条数",
        denominator="记录条数:住夜、三夜场次、夜访、接待、三长走访、三长会议",
        unit="条",
        levels=TOWNSHIP_LEVELS,
        needs={"entries": Span.PERIOD},
        figure=backfilled,
        basis=("LEDGER",),
        direction=Direction.WATCH,
        notes="只说明来历,不排名、不扣分;这些记录照常计入住夜、三夜、接待、三长各项指标,不计入及时录入率和批量录入占比,三长评选的及时录入也不计。"
        "台账带上“填报时间”再装一次,就按填报时间计。",
    ),
    Indicator(
        id="quality.bulk",
        name="批量录入占比",
        why="一口气补几十条,多半不是当时记的",
        numerator="同一人{quality.burst_minutes}分钟内连续录入≥{quality.burst_rows}条所涉及的走访条数",
        denominator="知道录入时间的夜访和三长走访条数",
        unit="条",
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"bursts": Span.PERIOD},
        figure=bulk,
        basis=("LEDGER",),
        direction=Direction.DOWN,
        ranks_people=False,
        notes="只看录入时间;以文件补录的不知道当时何时录入,不计;集中补录有正当原因的,说明即可。",
    ),
    Indicator(
        id="quality.same_text",
        name="雷同文本率",
        why="走访记录复制粘贴,等于没有记录",
        numerator="与本人本期另一条备注相似度大于{quality.same_text_above}的备注条数",
        denominator="有备注的记录条数:住夜、夜访、三长走访",
        unit="条",
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"notes": Span.PERIOD},
        figure=same_text,
        basis=("LEDGER",),
        direction=Direction.DOWN,
        ranks_people=False,
        notes="相似度=2×最长公共子序列长度/两条长度之和;完全相同的也算;空白备注不计。",
    ),
    Indicator(
        id="quality.two_places",
        name="时空冲突",
        why="一个人同一夜不会在两处",
        numerator="同一人同一夜在两个及以上地点都有住夜记录的人夜数",
        denominator="",
        unit="人夜",
        levels=(*TOWNSHIP_LEVELS, Level.PERSON),
        needs={"doubled_nights": Span.PERIOD},
        figure=two_places,
        basis=("LEDGER",),
        measure=Measure.COUNT,
        direction=Direction.DOWN,
        ranks_people=False,
        notes="一人一夜只计一次;两处分属两个乡镇的,两边各计一次,全县计一次。",
    ),
    Indicator(
        id="quality.perfect",
        name="满分异常",
        why="样本不少却一次不差,值得去看一眼;不是定论",
        numerator="恰为100%且分母≥{quality.perfect_least_n}的指标数(住夜、三夜、接待、诉求、三长、满意度各项比率)",
        denominator="",
        unit="项",
        levels=(Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE),
        needs={},
        figure=perfect,
        basis=("LEDGER",),
        measure=Measure.COUNT,
        direction=Direction.WATCH,
        notes="供核查的名单,不排名、不扣分;只看越高越好的比率。",
    ),
    Indicator(
        id="quality.stale",
        name="数据滞后",
        why="不报数的单位,看板上再好看也是旧的",
        numerator="距该单位最新一条记录录入的小时数",
        denominator="",
        unit="小时",
        levels=TOWNSHIP_LEVELS,
        needs={"newest_records": Span.SO_FAR},
        figure=stale,
        basis=("LEDGER",),
        measure=Measure.VALUE,
        direction=Direction.DOWN,
        moment=True,
        grows=True,
        notes="算到截至时刻;含诉求登记。",
    ),
    SPOT_TRUE,
)
