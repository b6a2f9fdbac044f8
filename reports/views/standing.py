"""未选上的说明: a candidate's place in the own township, the line, the gap and what it consists of; nobody else is named.

The same for those on the list, and for those who are not ranked with the reason. Page and paper (``reports.selection_files``) share it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from metrics.selection import words
from metrics.selection.flow import final_list
from metrics.selection.rules import ITEM_NAMES
from metrics.selection.standing import SAME, STARRED, Standing, standing
from metrics.small_cells import few_words, is_small
from metrics.wording import is_missing, rounded, whole
from reports.links import CAPTAIN, Link
from reports.parts import Callout
from reports.tables import Column, Kind, Table, table
from reports.views.score_sheet import ANSWERED, UNITS, Candidate
from reports.views.selection import provisional

CLOSED = "评选位次和评分表由县里和乡镇看;您的账号看不到。"
NOT_A_CANDIDATE = "这一年没有参评:年末(今年为今天)不担任片长、组长或邻长,或不在您的辖区内。"
MOST_NAMED = 2
"""Items that a sentence names."""


@dataclass(frozen=True)
class Explained:
    """A candidate and where he stands."""

    found: Candidate
    stands: Standing

    @property
    def title(self) -> str:
        return f"{self.found.ranking.title}评选说明"

    @property
    def place_name(self) -> str:
        return self.found.ranking.township(self.stands.row["township_code"])

    @property
    def other(self) -> str:
        """Whom the candidate is held against; no name."""
        return "名额外第一名" if self.stands.is_listed else "入选线"


def explained(found: Candidate) -> Explained:
    made = found.ranking.made
    rows = final_list(made.rows, made.seats, found.ranking.records)
    return Explained(found, standing(rows, made, int(found.row["person_id"])))


# --- in a sentence ------------------------------------------------------------------------------------------------------


def result(it: Explained) -> Callout:
    """泥河镇第 6 名(共 38 人),名额 3 个,入选线 88.12 分 | 得 88.05 分,差 0.07 分,差在评单样本少(−0.31)…"""
    stands = it.stands
    score = words.points_text(stands.row["score"])
    line = "本乡镇没有人列入名单" if stands.line is None else f"入选线 {words.points_text(stands.line)} 分"
    where = f"{it.place_name}名额 {stands.seats} 个,{line}"
    if not stands.is_ranked:
        return Callout("列出不排名", f"{stands.row['gate']}。得分照算,{score} 分,不参加排名;{where}。")
    alike = f",与另外 {stands.alike} 人同名次" if stands.alike else ""
    title = f"{it.place_name}第 {stands.place} 名(排名 {whole(stands.ranked)} 人{alike})"
    return Callout(title, f"{words.result_of(stands.row)}。{where}。得 {score} 分,{gap_words(it)}。{provisional_words(it)}")


def provisional_words(it: Explained) -> str:
    said = provisional(it.found.ranking.made)
    return f"{said}。" if said else ""


def gap_words(it: Explained) -> str:
    """差 0.07 分,差在评单样本少(-0.31)、及时录入(-0.10); 比名额外第一名高 0.12 分,高在…"""
    gap, listed = it.stands.gap, it.stands.is_listed
    if gap is None:
        return "本乡镇没有名额外的人可比" if listed else "没有可比的入选线"
    if abs(gap) < SAME:
        return "与名额外第一名同分,先后按测评、走访、样本定" if listed else "与入选线同分,先后按测评、走访、样本定"
    points = rounded(abs(gap), 2)
    lead = f"比名额外第一名高 {points} 分,高在" if listed else f"差 {points} 分,差在"
    if listed != (gap > 0):  # moved by an override: the order is not that of the scores
        lead = f"比{it.other}{'高' if gap > 0 else '低'} {points} 分,名单经会议调整;相差在"
    named = [f"{cause(it, term)}({_signed(term['difference'])})" for term in it.stands.losses[:MOST_NAMED]]
    return f"{lead}{'、'.join(named)}" if named else lead.removesuffix("高在").removesuffix("差在").rstrip(",")


def cause(it: Explained, term: Mapping[Any, Any]) -> str:
    """评单样本少 where few answers and not what they say make the difference; else the item's name."""
    name, drawn = ITEM_NAMES[term["item"]], term["drawn"]
    if term["item"] not in STARRED or it.stands.is_listed:
        return name
    if not term["n"]:
        return f"{name}还没有"
    few = float(term["n"]) < getattr(it.found.ranking.made.rules, STARRED[term["item"]])
    return f"{name}样本少" if few and not is_missing(drawn) and float(drawn) > -float(term["difference"]) / 2 else name


def _signed(points: Any) -> str:
    value = rounded(float(points), 2)
    return f"{'+' if value > 0 else ''}{value}"


# --- item by item -------------------------------------------------------------------------------------------------------

REMARK = "各项失分的相差加起来就是总分的相差;点一行看逐月记录和每一条明细"
COLUMNS = (
    Column("item", "项目", small=("why",), tight=False, strong=True),
    Column("counted", "做了/应做"),
    Column("points", "本人得分", Kind.SCORE, head="得分", small=("full",)),
    Column("full", "满分", Kind.SCORE, words="满分 {}", screen=False),
    Column("lost", "本人失分", Kind.SCORE, head="失分"),
    Column("other", "入选线", Kind.SCORE, phone=False),
    Column("difference", "两者相差", head="相差", right=True, tight=True),
    Column("why", "说明", screen=False),
)


def items_table(it: Explained, rows_of: Callable[[str], str] | None = None) -> Table:
    """What each item lost, beside the line's; the differences add up to the gap. A row leads to the captain's rows: of the month that
    ``rows_of`` names for an item, where it does."""
    found, stands = it.found, it.stands
    lines = [
        {
            "item": ITEM_NAMES[term["item"]],
            "counted": _counted(found, term),
            "points": term["points"],
            "full": term["possible"],
            "lost": term["lost"],
            "other": term["other"],
            "difference": "" if is_missing(term["difference"]) else _signed(term["difference"]),
            "why": why(it, term),
        }
        for term in stands.terms.to_dict("records")
    ]
    gap = "" if stands.gap is None else _signed(stands.gap)
    lost, other = (None if stands.terms[name].isna().any() else float(stands.terms[name].sum()) for name in ("lost", "other"))
    lines.append({"item": "合计", "points": stands.row["score"], "lost": lost, "other": other, "difference": gap, "why": ""})
    columns = tuple(Column(each.key, f"{it.other}失分", each.kind, phone=False) if each.key == "other" else each for each in COLUMNS)
    query = {"person": f"p:{int(stands.row['person_id'])}", "year": str(found.ranking.made.year)}
    links = [
        Link(CAPTAIN, {**query, **({"rows": month} if (month := rows_of(term["item"]) if rows_of else "") else {})}, keeps_period=False)
        for term in stands.terms.to_dict("records")
    ]
    return table(
        f"{found.name} {it.title}",
        columns,
        lines,
        conclusion=f"与{it.other}逐项相比",
        remark=f"失分=满分−得分,加分按得了多少计;{REMARK}" if stands.gap is not None else "点一行看逐月记录和每一条明细",
        subtitle=found.ranking.subtitle,
        notes=found.ranking.notes,
        own_notes=True,
        links=(*links, None),
        ends_in_sum=True,
    )


def as_printed(table: Table) -> Table:
    """For paper: without what is full, which 失分 tells of, so that no figure is broken."""
    return replace(table, columns=tuple(each for each in table.columns if each.key != "full"))


def _counted(found: Candidate, term: Mapping[Any, Any]) -> str:
    item, k, n = term["item"], term["k"], term["n"]
    if item in UNITS:
        return f"{int(k):,}/{int(n):,} {UNITS[item]}" if n else "没有应做的"
    if item == "bonus":
        return f"{float(k):g} 分"
    if found.ranking.masked and is_small(n):
        return few_words(ANSWERED[item])
    return f"{int(n):,} {ANSWERED[item]}"


def why(it: Explained, term: Mapping[Any, Any]) -> str:
    """What is still to be had of an item, or why it is what it is."""
    found, item, n = it.found, term["item"], term["n"]
    if item == "bonus":
        return "没有有佐证的加分" if not float(term["k"]) else ""
    if item in UNITS:
        if not n:
            return "当年没有应做的,这一项的分值摊到其余各项"
        left = int(n) - int(term["k"])
        return f"{left:,} {UNITS[item]}没有做到,少 {words.points_text(term['lost'])} 分" if left > 0 else "都做到了"
    prior, mean = float(getattr(found.ranking.made.rules, STARRED[item])), words.points_text(found.ranking.made.means[item])
    if found.ranking.masked and is_small(n):
        return f"答的人少,按全县{found.ranking.role_name}平均 {mean} 靠拢"
    if not n:
        return f"没有{ANSWERED[item][1:]},按全县{found.ranking.role_name}平均 {mean} 计"
    own, drawn = float(term["k"]) / float(n), float(term["drawn"])
    said = f"平均 {words.points_text(own)}"
    if abs(drawn) < SAME:
        return said
    pulled = f"向全县{found.ranking.role_name}平均 {mean} 靠拢,{'少' if drawn > 0 else '多'} {words.points_text(abs(drawn))} 分"
    return f"{said};{'样本少,' if float(n) < prior else ''}{pulled}"
