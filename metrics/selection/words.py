"""A candidate's standing and sums in words: one wording for the page and for the papers taken to the meeting."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metrics.selection.flow import LISTED
from metrics.selection.gates import OK
from metrics.selection.result import Selection
from metrics.wording import is_missing, rounded

Row = Mapping[Any, Any]
IN_SEATS, AT_THE_LINE, OUT_OF_SEATS = "稳在名额内", "名额线上下", "稳在名额外"
"""What can be said of a seat; the one in the middle is what cannot be told."""
EXACT_PLACES, EXACT_SHARE = 20, 0.1
"""Up to twenty places, or a tenth of the list, an interval is told in places: so many somebody can compare. A wider one (1–794 of 2,734)
would only look exact, and is told by the tenths of the list that hold all of it."""
ANYWHERE = "前后都可能"
PARTS = (("实绩", "work"), ("评单", "ratings"), ("测评", "survey"), ("加分", "bonus"))
"""What a total is the sum of."""
NEVER = 0.01
"""A chance this near to 0 or 1 is told without a number: an estimate is never certain."""
EVEN = 50
"""Percent: as likely as not."""
TENTHS = "零一二三四五六七八九十"
TEN = 10


def tenths(share: float) -> str:
    """0.9 → 九成."""
    return f"{TENTHS[round(TEN * share)]}成"


def points_text(points: Any) -> str:
    """Points to two decimals, rounded as every cell with points is: 27.255 → 27.26."""
    return str(rounded(float(points), 2))


def name_of(row: Row) -> str:
    """A candidate's name as the scope has it; a person without one by number."""
    return str(row["name"]) if isinstance(row["name"], str) and row["name"] else f"编号{int(row['person_id'])}"


def result_of(row: Row) -> str:
    """拟入选, 拟递补 (入选, 递补 once decided), 退出; 平分 where the meeting has to settle a tie; else 名额外."""
    return "平分,待会议裁定" if row["to_settle"] and not row["standing"] else row["standing"] or "名额外"


def seat_band(made: Selection, row: Row) -> str:
    """稳在名额内, 名额线上下 or 稳在名额外, as sure as an interval is; empty of somebody not ranked.

    As an interval always holds the own rank, nobody on the list is called safely outside, nor anybody else safely inside.
    """
    chance, sure = row["chance_in_quota"], made.rules.interval
    if is_missing(chance):
        return ""
    if row["in_quota"] or row["standing"] in LISTED:
        return IN_SEATS if float(chance) >= sure else AT_THE_LINE
    return OUT_OF_SEATS if 1 - float(chance) >= sure else AT_THE_LINE


def seat_words(made: Selection, row: Row) -> str:
    """名额线上下 38%; of an estimate neither 0% nor 100% is said."""
    band = seat_band(made, row)
    if not band:
        return ""
    chance = float(row["chance_in_quota"])
    return f"{band} {'不到 1%' if chance < NEVER else '99% 以上' if chance > 1 - NEVER else _never_surer(chance)}"


def _never_surer(chance: float) -> str:
    """In whole percent, rounded to the middle: an estimate is told no surer than it is, and 10% always stands by the same word."""
    points = round(100 * chance, 6)
    return f"{math.ceil(points) if points < EVEN else math.floor(points)}%"


@dataclass(frozen=True)
class Span:
    """Where a rank would lie without luck as it is told: in words, and the first and last place they stand for."""

    words: str
    first: int
    last: int


def span_told(low: int, high: int, ranked: int) -> Span:
    """1–6 名; where places would only look exact, the tenths of the list of ``ranked`` that hold them all."""
    if high - low < max(EXACT_PLACES, ranked * EXACT_SHARE):
        return Span(f"{low}–{high} 名" if low < high else f"第 {low} 名", low, high)
    start, end = (low - 1) * TEN // ranked, -(-high * TEN // ranked)
    return Span(_tenths_of_the_list(start, end), start * ranked // TEN + 1, -(-end * ranked // TEN))


def _tenths_of_the_list(start: int, end: int) -> str:
    """前三成, 前二成到七成之间, 后四成."""
    if start == 0:
        return f"前{TENTHS[end]}成" if end < TEN else ANYWHERE
    return f"后{TENTHS[TEN - start]}成" if end == TEN else f"前{TENTHS[start]}成到{TENTHS[end]}成之间"


def span_words(made: Selection, row: Row) -> str:
    """Where a candidate's rank would lie without luck; empty of somebody not ranked."""
    if is_missing(row["rank"]):
        return ""
    return span_told(int(row["rank_low"]), int(row["rank_high"]), made.ranked).words


def percent(chance: Any) -> str:
    """Of 100 drawn anew about 62: 62%. Without decimals, for it is an estimate."""
    return "" if is_missing(chance) else f"{float(chance):.0%}"


def place_words(made: Selection, row: Row) -> str:
    """全县第 1 名,扣除碰巧的成分多在前四分之一,名额线上下 17%"""
    span = span_words(made, row)
    return f"全县第 {int(row['rank'])} 名,扣除碰巧的成分多在{' ' * span[0].isdigit()}{span},{seat_words(made, row)}"


def verdict(made: Selection, row: Row) -> tuple[str, str]:
    """What became of a candidate, and the figures behind it."""
    score = f"{points_text(row['score'])} 分"
    if row["gate"] != OK:
        return "列出不排名", f"{row['gate']}。得分照算,{score},不参加排名。"
    return result_of(row), f"总分 {score},{place_words(made, row)}。本乡镇名额 {made.seats.get(str(row['township_code']), 0)} 个。"


def arithmetic(made: Selection, term: Row) -> str:
    """怎么算: a term's points from its k and n, to be redone by hand. ``term``: a row of ``Selection.terms``."""
    rules, item, full = made.rules, term["item"], float(term["possible"])
    if item in rules.items:
        return f"{int(term['k']):,} ÷ {int(term['n']):,} × {points_text(full)}" if term["n"] else "当年没有应做的,分值摊到其余各项"
    if item == "bonus":
        return f"有佐证的共 {float(term['k']):g} 分,合计不超过 {rules.bonus_most:g} 分"
    mean, prior = made.means[item], rules.ratings_prior if item == "ratings" else rules.survey_prior
    stars, count = int(term["k"]), int(term["n"])
    value = (prior * mean + stars) / (prior + count) if prior + count else mean
    return f"({prior:g}×{mean:.4f} + {stars}) ÷ ({prior:g} + {count}) = {value:.4f};({value:.4f} − 1) ÷ 4 × {full:g}"


def sum_words(row: Row) -> str:
    """实绩 47.50 + 评单 27.26 + …: the line under the terms."""
    return " + ".join(f"{word} {points_text(row[part])}" for word, part in PARTS)
