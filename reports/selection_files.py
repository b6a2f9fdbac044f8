"""The selection's papers for Word: one captain's score sheet, the shortlist for the meeting, the 公示 notice to post.

After the office's page (GB/T 9704). Every figure comes from the ranking shown on the page; names are as the reader's scope has them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from docx.document import Document as Docx

from metrics.selection.flow import MOVED_UP, ON_LIST
from metrics.selection.gates import OK
from metrics.selection.result import Selection
from metrics.selection.rules import ITEM_NAMES
from metrics.selection.words import arithmetic, name_of, result_of, sum_words, verdict
from metrics.vocabulary import ROLE_NAMES
from reports.document import FIVE, SMALL_FIVE, body, heading, laid_across, official_page, official_table, page_break, small
from reports.tables import Kind, Table, table_of_rows
from reports.wording import clean, day

BLANK = "____________________"
"""A place to fill in by hand."""
TEXT, COUNT, SHARE, SCORE = Kind.TEXT, Kind.COUNT, Kind.SHARE, Kind.SCORE

RANKING = {
    "名次": COUNT,
    "姓名": TEXT,
    "乡镇": TEXT,
    "总分": SCORE,
    "实绩": SCORE,
    "评单": SCORE,
    "测评": SCORE,
    "加分": SCORE,
    "名次最好": COUNT,
    "名次最差": COUNT,
    "入选把握": SHARE,
    "换权重仍不变": SHARE,
    "结果": TEXT,
}
TERMS = {"项目": TEXT, "做了": COUNT, "应做": COUNT, "满分": SCORE, "怎么算": TEXT, "得分": SCORE}
GATES = {"姓名": TEXT, "乡镇": TEXT, "原因": TEXT, "在岗(天)": COUNT, "测评(户)": COUNT, "户数(户)": COUNT}


@dataclass(frozen=True)
class Paper:
    """What all papers of a selection say about themselves. ``rows``: the rows in the reader's scope, with ``standing``."""

    made: Selection
    rows: pd.DataFrame
    digest: str | None = None
    more_notes: tuple[tuple[str, str], ...] = ()

    @property
    def role(self) -> str:
        return ROLE_NAMES[self.made.rules.role]

    @property
    def title(self) -> str:
        return f"{self.made.year}年度最佳{self.role}"

    @property
    def subtitle(self) -> str:
        state = f"已冻结,摘要 {self.digest[:12]}" if self.digest else "试排,尚未冻结,不作为正式名单"
        return f"截至{day(self.made.as_of)} · 规则 {self.made.rules.version} · {state}"

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        rules = self.made.rules
        return (
            (
                "口径",
                f"总分=实绩{rules.work_points:g}+群众评单{rules.ratings_points:g}+满意度测评{rules.survey_points:g}"
                f"+加分(至多{rules.bonus_most:g});评单、测评样本少的向全县{self.role}平均靠拢",
            ),
            ("名次", "全县名次;名额按乡镇分配,乡镇内依名次入选;名次区间与把握由重抽样得出,供会议参考"),
            ("截至", day(self.made.as_of)),
            ("规则手册", rules.version),
            ("状态", f"已冻结,摘要 {self.digest}" if self.digest else "试排,尚未冻结"),
            *((("年度", f"{self.made.year}年还没有结束,只计已结束的月份和季度,名次会变"),) if not self.made.complete else ()),
            *self.more_notes,
        )

    @property
    def listed(self) -> pd.DataFrame:
        return self.rows[self.rows["standing"].isin([ON_LIST, MOVED_UP])]

    def township(self, code: object) -> str:
        return self.made.townships.get(str(code), str(code))


def ranking_table(paper: Paper, rows: pd.DataFrame, title: str) -> Table:
    lines = [
        [
            row["rank"],
            name_of(row),
            paper.township(row["township_code"]),
            *(row[part] for part in ("score", "work", "ratings", "survey", "bonus", "rank_low", "rank_high")),
            row["chance_in_quota"],
            row["weight_stability"],
            result_of(row),
        ]
        for row in rows.to_dict("records")
    ]
    return table_of_rows(title, RANKING, lines, paper.subtitle, paper.notes)


def gates_table(paper: Paper, rows: pd.DataFrame) -> Table:
    lines = [
        [name_of(row), paper.township(row["township_code"]), row["gate"], row["days"], row["surveyed"], row["households"]]
        for row in rows.to_dict("records")
    ]
    return table_of_rows(f"{paper.title}列出不排名", GATES, lines, paper.subtitle, paper.notes)


def quota_table(paper: Paper) -> Table:
    made, lines = paper.made, []
    for code in sorted(set(paper.rows["township_code"])):
        here, chosen = paper.rows[paper.rows["township_code"] == code], paper.listed[paper.listed["township_code"] == code]
        able, seats = int((here["gate"] == OK).sum()), made.seats.get(code, 0)
        least = chosen["score"].min() if len(chosen) else None
        lines.append([paper.township(code), made.captains.get(code, 0), able, seats, len(chosen), max(0, seats - len(chosen)), least])
    names = ("符合条件(人)", "名额(个)", "名单(人)", "空缺(个)")
    columns = {"乡镇": TEXT, f"{paper.role}数(人)": COUNT, **dict.fromkeys(names, COUNT), "入线分": SCORE}
    return table_of_rows(f"{paper.title}名额", columns, lines, paper.subtitle, paper.notes)


def terms_table(paper: Paper, row: Mapping[Any, Any], terms: pd.DataFrame) -> Table:
    """Each term with its own arithmetic, the total last: whoever reads it can redo the sum by hand."""
    lines: list[list[object]] = []
    for term in terms.to_dict("records"):
        k, n = (None, None) if term["item"] == "bonus" else (term["k"], term["n"])  # points, not cases: they stand in the sum
        lines.append([ITEM_NAMES[term["item"]], k, n, term["possible"], arithmetic(paper.made, term), term["points"]])
    lines.append(["总分", None, None, None, sum_words(row), row["score"]])
    return table_of_rows(f"{name_of(row)} {paper.title}评分表", TERMS, lines, paper.subtitle, paper.notes)


# --- papers --------------------------------------------------------------------------------------------------------------


def score_sheet_bytes(paper: Paper, row: Mapping[Any, Any], terms: pd.DataFrame, remarks: Sequence[str] = ()) -> bytes:
    """评分表: verdict, every term with its sum, remarks, lines to sign on."""
    document = official_page()
    table = terms_table(paper, row, terms)
    heading(document, f"{paper.title}评分表", 0)
    small(document, f"姓名 {name_of(row)} · {paper.township(row['township_code'])} · {paper.subtitle}")
    body(document, ":".join(verdict(paper.made, row)))
    official_table(document, table, size=FIVE)
    for remark in remarks:
        small(document, remark)
    for label, text in table.notes:
        small(document, f"{label}:{text}")
    body(document, "")
    for who in ("本人核对", "村(社区)", "乡镇党委", "日期"):
        body(document, f"{who}:{BLANK}", indent=False)
    return _bytes(document, table.title)


def shortlist_bytes(paper: Paper, rows: pd.DataFrame, place: str = "全县") -> bytes:
    """The shortlist for the meeting on a page laid across: those listed and who comes next, with how sure each place is."""
    document = official_page()
    width = laid_across(document)
    title = f"{paper.title}建议名单"
    heading(document, title, 0)
    small(document, f"{place} · {paper.subtitle}")
    made = paper.made
    eligible = int((paper.rows["gate"] == OK).sum())
    body(
        document,
        f"{place}{paper.role} {len(paper.rows)} 人,符合条件 {eligible} 人,列入名单 {len(paper.listed)} 人"
        f"(全县名额 {sum(made.seats.values())} 个)。名次供会议参考,不是结论。",
    )
    table = ranking_table(paper, rows, title)
    official_table(document, table, size=SMALL_FIVE, width=width)
    for label, text in table.notes:
        small(document, f"{label}:{text}")
    page_break(document)
    quotas = quota_table(paper)
    heading(document, quotas.title, 0)
    official_table(document, quotas, size=FIVE, width=width)
    return _bytes(document, title)


def notice_bytes(paper: Paper, first: date, last: date, office: str = "中共县委组织部") -> bytes:
    """公示: who is proposed, for which five working days, whom to tell. No scores, no ranks, no phone numbers of anyone."""
    document = official_page()
    title = f"关于{paper.title}拟表彰人选的公示"
    heading(document, title, 0)
    body(document, "", indent=False)
    body(
        document,
        "根据年度评选办法,经资格审查、综合评分、民主评议、乡镇党委审定和联审,"
        f"拟确定以下 {len(paper.listed)} 名同志为{paper.title}人选,现予公示。",
    )
    body(document, f"公示时间:{day(first)}至{day(last)}(5个工作日)。")
    body(
        document,
        "公示期间,对公示对象有异议的,可通过来信、来电、来访等形式反映。反映情况要客观真实;以个人名义反映的提倡署真实姓名,以便核实。",
    )
    for label in ("受理单位", "联系人", "联系电话", "通讯地址"):
        body(document, f"{label}:{BLANK}")
    official_table(document, notice_table(paper), size=FIVE)
    if not len(paper.listed):
        body(document, "(目前没有拟表彰人选。)")
    if paper.digest is None:
        small(document, "注:评选尚未冻结,本件为样稿,不得张贴。")
    body(document, "", indent=False)
    body(document, f"{office}(盖章)", right=True)
    body(document, day(first), right=True)
    return _bytes(document, title)


def notice_table(paper: Paper) -> Table:
    """By township and name, not by rank: the notice ranks nobody."""
    rows = paper.listed.assign(town=[paper.township(code) for code in paper.listed["township_code"]])
    rows = rows.sort_values(["township_code", "person_id"], kind="stable")
    lines = [[place, name_of(row), row["town"], paper.role] for place, row in enumerate(rows.to_dict("records"), start=1)]
    return table_of_rows(f"{paper.title}拟表彰人选", {"序号": COUNT, "姓名": TEXT, "乡镇": TEXT, "岗位": TEXT}, lines)


def _bytes(document: Docx, title: str) -> bytes:
    document.core_properties.title, document.core_properties.author = clean(title), ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
