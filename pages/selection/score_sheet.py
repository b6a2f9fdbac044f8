"""The parts of a score sheet: verdict and interval, waterfall, terms with formulas, marks, lines to sign on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.scope import Scope
from metrics.selection import words
from metrics.selection.gates import OK
from metrics.selection.rules import ITEM_NAMES
from metrics.vocabulary import MARK_NAMES, ROLE_NAMES, MarkKind, Role
from metrics.wording import is_missing, whole
from pages.common.figures import show_figure
from pages.common.layout import note
from pages.common.navigation import can_open
from pages.common.panel import panel
from pages.common.selection_charts import waterfall
from pages.common.selections import ROLES, selection_facts, year_choices
from pages.common.sheets import Column, cell, heading, sheet
from pages.common.theme import palette
from pages.selection.asking import Asked, asked

CAPTAIN_PAGE = "pages/captains/captain.py"
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
    "small_on_time": "本年到期的小事中按期办结的",
    "big_resolved": "本年新收、已到期或已结的大事中化解的",
    "hard_resolved": "本年到期的难事中按期化解或上报的",
    "accept_on_time": "派单后下一工作日内接单的",
    "heart_talks": "每季一次民情恳谈会",
    "meetings": "每周例会、每月碰头会",
    "in_time": "走访和主持的会议在72小时内录入的",
}


@dataclass(frozen=True)
class Found:
    """One candidate of a ranking: the row, its terms, and what was asked."""

    asked: Asked
    row: dict[Any, Any]
    terms: pd.DataFrame

    @property
    def name(self) -> str:
        return words.name_of(self.row)

    @property
    def title(self) -> str:
        return f"{self.name} · {self.asked.year}年度最佳{self.asked.role_name}评分表"

    @property
    def subtitle(self) -> str:
        made = self.asked.made
        town = made.townships.get(self.row["township_code"], "")
        state = f"已冻结,摘要 {str(self.asked.digest)[:12]}" if self.asked.frozen else "试排,尚未冻结"
        return f"{town} · 截至 {made.as_of:%Y年%-m月%-d日} · 规则 {made.rules.version} · {state}"

    @property
    def query(self) -> dict[str, str]:
        return {"role": self.asked.role_name}


def asked_for(scope: Scope, today: date) -> Found | None:
    """``?person=p:17&role=cell_captain&year=2026``; None where nobody in the reader's scope answers to it."""
    number = st.query_params.get("person", "").removeprefix("p:")
    role = {str(value): name for name, value in ROLES.items()}.get(st.query_params.get("role", ""))
    year = st.query_params.get("year", str(today.year))
    if not number.isdigit() or role is None or not year.isdigit() or int(year) not in year_choices(today):
        return None
    with st.spinner("正在排名,首次约需几秒…"):
        found = asked(scope, int(year), role, today)
    rows = found.rows[found.rows["person_id"] == int(number)]
    if rows.empty:
        return None
    return Found(found, rows.iloc[0].to_dict(), found.made.terms[found.made.terms["person_id"] == int(number)])


def verdict(found: Found) -> None:
    """The rank in words, or why there is none."""
    row, made = found.row, found.asked.made
    result, reason = words.verdict(made, row)
    if row["gate"] == OK:
        alike = whole(int((made.rows["group"] == row["group"]).sum()) - 1)
        stable = words.percent(row["weight_stability"])
        reason += f"与其余 {alike} 人分不出高下;换一组相近的权重,结果不变的占 {stable}。"
    panel(f'<p class="trial-mark"><b>{cell(result)}</b> {cell(reason)}</p>', key="verdict")


def drawn(found: Found) -> None:
    names = [ITEM_NAMES[item] for item in found.terms["item"]]
    points, possible = [list(map(float, found.terms[column])) for column in ("points", "possible")]
    figure = waterfall(
        palette(),
        names,
        points,
        possible,
        title=f"总分 {found.row['score']:.2f} 分是这样加出来的",
        subtitle="深色=得分,浅色=这一项还能得的分;右边为 得分 / 满分",
    )
    show_figure(figure, key="waterfall", alt=f"{found.name}各项得分相加为{found.row['score']:.2f}分", name=f"评分-{found.name}")


def terms_table(found: Found) -> None:
    """Each term with its own arithmetic."""
    made, lines = found.asked.made, []
    for term in found.terms.to_dict("records"):
        item, k, n = term["item"], term["k"], term["n"]
        if item in made.rules.items:
            counted, what = f"{int(k):,}/{int(n):,} {UNITS[item]}" if n else None, MEANINGS[item]
        elif item == "bonus":
            counted, what = f"{float(k):g} 分", "只计有佐证的加分"
        else:
            counted = f"{int(n)} {'条评价' if item == 'ratings' else '份答卷'},合计 {int(k)} 星"
            what = f"样本少的向全县{found.asked.role_name}平均 {made.means[item]:.2f} 靠拢"
        points = f"{float(term['points']):.2f}"
        lines.append([cell(ITEM_NAMES[item], what), cell(counted), cell(words.arithmetic(made, term)), cell(points)])
    lines.append([cell("总分"), cell(""), cell(words.sum_words(found.row)), cell(f"{found.row['score']:.2f}")])
    columns = (Column("项目"), Column("做了 / 应做"), Column("怎么算"), Column("得分", number=True))
    panel(heading("逐项得分", "照着“怎么算”一列可以手工复算") + sheet(columns, lines), key="terms")


def how(found: Found) -> None:
    """What the numbers rest on that the table cannot say."""
    for said in remarks(found):
        note(said)


def remarks(found: Found) -> list[str]:
    """The same in the file as on the page."""
    row, made, said = found.row, found.asked.made, []
    if not made.complete:
        said.append(f"{made.year}年还没有结束,只计已结束的月份和季度。")
    if any(found.terms["n"].eq(0)):
        said.append("本年没有应做事项的项目不计分,它的分值按比例摊到同一角色的其余各项。")
    if row["moved"]:
        said.append("年内换过所在的邻(组、片),每个月按月末、每个季度按季末所在的单位计。")
    if row["units"] > 1:
        said.append(f"现任 {row['units']} 处,合并计算。")
    said.append(f"本年在岗 {row['days']} 天(不含请假、借调、培训);测评 {row['surveyed']} 户,现有 {row['households']} 户。")
    facts = selection_facts(found.asked.scope, made.year, found.asked.role, made.as_of) if not found.asked.frozen else None
    if facts is not None:
        survey = facts["survey"]
        stray = int(survey.loc[(survey["person_id"] == row["person_id"]) & (survey["own"] == 0), "n"].sum())
        if stray:
            said.append(f"另有 {stray} 份答卷来自所辖以外的户或没有写明户号,不计入。")
    return said


def marks(found: Found) -> None:
    """Bonus, veto and spot checks with their evidence."""
    made = found.asked.made
    if found.asked.frozen:
        return
    rows = selection_facts(found.asked.scope, made.year, found.asked.role, made.as_of)["marks"]
    rows = rows[rows["person_id"] == found.row["person_id"]]
    if rows.empty:
        return
    lines = []
    for row in rows.to_dict("records"):
        kind = MARK_NAMES[MarkKind(row["kind"])] if row["kind"] in set(MarkKind) else row["kind"]
        passed = "" if is_missing(row["passed"]) else "通过" if row["passed"] else "未通过"
        points = "" if is_missing(row["points"]) else f"{float(row['points']):g} 分"
        evidence = "没有佐证,不计" if is_missing(row["evidence"]) and row["kind"] == "bonus" else row["evidence"]
        lines.append([cell(kind, passed or points), cell(row["reason"]), cell(evidence), cell(row["decided_by"], str(row["decided_on"]))])
    panel(heading("加分、抽查、否决") + sheet((Column("类别"), Column("事由"), Column("佐证"), Column("认定")), lines), key="marks")


def signatures() -> None:
    panel('<p class="sign"><span>本人核对</span><span>村(社区)</span><span>乡镇党委</span><span>日期</span></p>', key="sign")


def links(found: Found) -> None:
    if can_open(CAPTAIN_PAGE):
        st.page_link(CAPTAIN_PAGE, label="看逐月记录和每一条明细 →", query_params={"person": f"p:{int(found.row['person_id'])}"})
    role = ROLE_NAMES[Role(found.asked.role)]
    note(f"名次供会议参考。对数字有疑问,请在核对申诉期内向乡镇党委提出;{role}评选的口径见“口径”页。")
