"""A candidate's standing and sums in words: one wording for the page and for the papers taken to the meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metrics.selection.gates import OK
from metrics.selection.result import Selection
from metrics.wording import is_missing, rounded

Row = Mapping[Any, Any]
SURE, LIKELY, EVEN = 0.9, 0.6, 0.4
PARTS = (("实绩", "work"), ("评单", "ratings"), ("测评", "survey"), ("加分", "bonus"))
"""What a total is the sum of."""
TENTHS = "零一二三四五六七八九十"


def tenths(share: float) -> str:
    """0.9 → 九成."""
    return f"{TENTHS[round(10 * share)]}成"


def points_text(points: Any) -> str:
    """Points to two decimals, rounded as every cell with points is: 27.255 → 27.26."""
    return str(rounded(float(points), 2))


def name_of(row: Row) -> str:
    """A candidate's name as the scope has it; a person without one by number."""
    return str(row["name"]) if isinstance(row["name"], str) and row["name"] else f"编号{int(row['person_id'])}"


def result_of(row: Row) -> str:
    """入选, 递补, 退出; 平分 where the meeting has to settle a tie; else 名额外."""
    return "平分,待会议裁定" if row["to_settle"] and not row["standing"] else row["standing"] or "名额外"


def chance_word(chance: Any) -> str:
    """How sure a seat is: 把握大, 较大, 两可, 较小, 小."""
    if is_missing(chance):
        return ""
    value = float(chance)
    if value >= SURE:
        return "把握大"
    if value >= LIKELY:
        return "把握较大"
    if value >= EVEN:
        return "两可"
    return "把握较小" if value > 1 - SURE else "把握小"


def percent(chance: Any) -> str:
    """Of 100 drawn anew about 62: 62%. Without decimals, for it is an estimate."""
    return "" if is_missing(chance) else f"{float(chance):.0%}"


def place_words(row: Row) -> str:
    """全县第 1 名,多在 1–4 名之间,入选把握较大(62%)"""
    place = f"全县第 {int(row['rank'])} 名,多在 {int(row['rank_low'])}–{int(row['rank_high'])} 名之间"
    chance = row["chance_in_quota"]
    return place if is_missing(chance) else f"{place},入选{chance_word(chance)}({percent(chance)})"


def verdict(made: Selection, row: Row) -> tuple[str, str]:
    """What became of a candidate, and the figures behind it."""
    score = f"{points_text(row['score'])} 分"
    if row["gate"] != OK:
        return "列出不排名", f"{row['gate']}。得分照算,{score},不参加排名。"
    return result_of(row), f"总分 {score},{place_words(row)}。本乡镇名额 {made.seats.get(str(row['township_code']), 0)} 个。"


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
