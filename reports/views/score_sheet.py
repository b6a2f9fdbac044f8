"""One captain's score sheet as it is read: the result, every term with its own arithmetic, what the numbers rest on, lines to sign on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.selection import words
from metrics.selection.gates import OK
from metrics.selection.rules import ITEM_NAMES
from metrics.small_cells import few_words, is_small
from metrics.vocabulary import MARK_NAMES, MarkKind
from metrics.wording import is_missing, whole
from reports.parts import Callout, SignLines
from reports.tables import Column, Kind, Table, table
from reports.views.selection import Ranking, stray_answers, unfinished

UNITS = {
    "key_visits": "户月",
    "ordinary_visits": "户季",
    "visits": "户次期",
    "small_on_time": "件",
    "big_resolved": "件",
    "hard_resolved": "件",
    "accept_on_time": "件",
    "heart_talks": "次",
    "meetings": "次",
    "in_time": "条",
}
MEANINGS = {
    "key_visits": "每户每月至少走访一次算一个户月",
    "ordinary_visits": "每户每季至少走访一次算一个户季",
    "visits": "所辖各邻重点户按月、普通户按季",
    "small_on_time": "当年到期的小事中按期办结的",
    "big_resolved": "当年新收、已到期或已结的大事中化解的",
    "hard_resolved": "当年到期的难事中按期化解或上报的",
    "accept_on_time": "派单后{petitions.accept_workdays}个工作日内接单的",
    "heart_talks": "每季一次民情恳谈会",
    "meetings": "每周例会、每月碰头会",
    "in_time": "走访和主持的会议在{quality.entry_hours}小时内录入的",
    "bonus": "只计有佐证的加分",
}
SIGNERS = ("本人核对", "村(社区)", "乡镇党委", "日期")
SIGN_LINES = SignLines(SIGNERS)
NOT_FOUND = "此人不在您的辖区内,或这一年没有参评。请从“评选”页点姓名进入。"


@dataclass(frozen=True)
class Candidate:
    """One candidate of a ranking: the row and its terms."""

    ranking: Ranking
    row: dict[Any, Any]
    terms: pd.DataFrame

    @property
    def name(self) -> str:
        return words.name_of(self.row)

    @property
    def titled(self) -> str:
        """赵坪村第一邻邻长 张三: place and post before the name."""
        return f"{self.ranking.post(self.row)} {self.name}"

    @property
    def title(self) -> str:
        return f"{self.titled} · {self.ranking.title}评分表"

    @property
    def township(self) -> str:
        return self.ranking.township(self.row["township_code"])

    @property
    def subtitle(self) -> str:
        return f"{self.township} · {self.ranking.subtitle}"


def candidate(ranking: Ranking, person_id: int) -> Candidate | None:
    """None where nobody whom the reader may see answers to the number."""
    rows, terms = ranking.rows, ranking.made.terms
    found = rows[rows["person_id"] == person_id]
    return None if found.empty else Candidate(ranking, found.iloc[0].to_dict(), terms[terms["person_id"] == person_id])


def result(found: Candidate) -> Callout:
    """The rank in words, or why there is none."""
    row, made = found.row, found.ranking.made
    title, reason = words.verdict(made, row)
    if row["gate"] == OK:
        alike = whole(int((made.rows["group"] == row["group"]).sum()) - 1)
        stable = words.percent(row["weight_stability"])
        reason += f"与其余 {alike} 人分不出高下;换一组相近的权重,结果不变的占 {stable}。"
    return Callout(title, reason)


@dataclass(frozen=True)
class Waterfall:
    """From the terms to the total. ``said``: what a screen reader says."""

    title: str
    subtitle: str
    said: str
    names: tuple[str, ...]
    points: tuple[float, ...]
    possible: tuple[float, ...]


def waterfall(found: Candidate) -> Waterfall:
    total = words.points_text(found.row["score"])
    points, possible = (tuple(map(float, found.terms[column])) for column in ("points", "possible"))
    return Waterfall(
        f"总分 {total} 分是这样加出来的",
        "深色=得分,浅色=这一项还能得的分;右边为 得分 / 满分",
        f"{found.name}各项得分相加为{total}分",
        tuple(ITEM_NAMES[item] for item in found.terms["item"]),
        points,
        possible,
    )


ANSWERED = {"ratings": "条评价", "survey": "份答卷"}
"""What citizens have said, by item."""
TERMS = (
    Column("item", "项目", small=("meaning",)),
    Column("meaning", "含义", screen=False, files=False),
    Column("counted", "计数"),
    Column("possible", "满分", Kind.SCORE, screen=False),
    Column("sum", "怎么算"),
    Column("points", "得分", Kind.SCORE),
)


def terms_table(found: Candidate) -> Table:
    """Each term with its own arithmetic, the total last: whoever reads it can redo the sum by hand."""
    ranking = found.ranking
    lines = [_term_line(ranking, term) for term in found.terms.to_dict("records")]
    lines.append({"item": "总分", "sum": words.sum_words(found.row), "points": found.row["score"]})
    return table(
        f"{found.name} {ranking.title}评分表",
        TERMS,
        lines,
        conclusion="逐项得分",
        remark="照着“怎么算”一列可以手工复算",
        subtitle=ranking.subtitle,
        notes=ranking.notes,
        own_notes=True,
    )


def _term_line(ranking: Ranking, term: dict[Any, Any]) -> dict[str, Any]:
    item, k, n = term["item"], term["k"], term["n"]
    line = {
        "item": ITEM_NAMES[item],
        "meaning": ranking.edition.filled(MEANINGS.get(item, "")),
        "possible": term["possible"],
        "sum": words.arithmetic(ranking.made, term),
        "points": term["points"],
    }
    if ranking.masked and item in ANSWERED and is_small(n):
        return {**line, "counted": few_words(ANSWERED[item]), "sum": "答的人太少,不列算式;得分照计"}
    if item in UNITS:
        return {**line, "counted": f"{int(k):,}/{int(n):,} {UNITS[item]}" if n else None}
    if item == "bonus":
        return {**line, "counted": f"{float(k):g} 分"}
    mean = f"样本少的向全县{ranking.role_name}平均 {words.points_text(ranking.made.means[item])} 靠拢"
    counted = f"{int(n):,} {ANSWERED[item]},合计 {int(k):,} 星"
    return {**line, "meaning": mean, "counted": counted}


Evidence = Mapping[str, pd.DataFrame] | None
"""What a live ranking is made from; None of a frozen one, which rests on its snapshot."""


def _own(found: Candidate, evidence: Evidence, name: str) -> pd.DataFrame:
    """The candidate's rows of one of the facts."""
    rows = pd.DataFrame({"person_id": []}) if evidence is None else evidence[name]
    return rows[rows["person_id"] == found.row["person_id"]]


def remarks(found: Candidate, evidence: Evidence = None) -> list[str]:
    """What the numbers rest on that the table cannot say."""
    row, made, said = found.row, found.ranking.made, []
    if not made.complete:
        said.append(f"{unfinished(made)}。")
    if any(found.terms["n"].eq(0)):
        said.append("当年没有应做事项的项目不计分,它的分值按比例摊到同一角色的其余各项。")
    if row["moved"]:
        said.append("年内换过所在的邻(组、片),每个月按月末、每个季度按季末所在的单位计。")
    if row["units"] > 1:
        said.append(f"现任 {row['units']} 处,合并计算。")
    said.append(f"当年在岗 {row['days']} 天(不含请假、借调、培训);测评 {row['surveyed']} 户,现有 {row['households']} 户。")
    answers = _own(found, evidence, "survey")
    if len(answers) and (stray := stray_answers(answers)):
        said.append(f"另有 {stray} 份答卷来自所辖以外的户或没有写明户号,不计入。")
    return said


MARKS = (
    Column("kind", "类别", small=("outcome",)),
    Column("outcome", "结果", screen=False),
    Column("reason", "事由"),
    Column("evidence", "佐证"),
    Column("decided_by", "认定", small=("decided_on",)),
    Column("decided_on", "认定日期", Kind.DATE, screen=False, year=True),
)


def marks_table(found: Candidate, evidence: Evidence, *, masked: bool = False) -> Table:
    """Bonus, veto and spot checks with what proves them. ``masked``: the reader may see no names, and so nothing that somebody wrote."""
    lines = []
    for row in _own(found, evidence, "marks").to_dict("records"):
        passed = "" if is_missing(row["passed"]) else "通过" if row["passed"] else "未通过"
        points = "" if is_missing(row["points"]) else f"{float(row['points']):g} 分"
        unproven = is_missing(row["evidence"]) and row["kind"] == MarkKind.BONUS
        lines.append(
            {
                **row,
                "kind": MARK_NAMES[MarkKind(row["kind"])] if row["kind"] in set(MarkKind) else row["kind"],
                "outcome": passed or points,
                "reason": _written(row["reason"], masked),
                "evidence": "没有佐证,不计" if unproven else _written(row["evidence"], masked),
            }
        )
    return table("加分、抽查、否决", MARKS, lines, may_leave=False)


def _written(text: Any, masked: bool) -> Any:
    return "(不显示)" if masked and not is_missing(text) else text


def advice(found: Candidate) -> str:
    return f"名次供会议参考。对数字有疑问,请在核对申诉期内向乡镇党委提出;{found.ranking.role_name}评选的口径见“口径”页。"
