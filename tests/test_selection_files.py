"""The selection's papers: read back from Word they say what the ranking says, whatever a name looks like."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from docx import Document
from docx.document import Document as Docx

from metrics.rulebook import rulebook
from metrics.selection.flow import MAIN_LINE, MOVED_UP, PROPOSED, FlowError, Record, Step, final_list
from metrics.selection.result import Selection
from metrics.selection.rules import selection_rules
from metrics.vocabulary import Role
from reports.selection_files import notice_bytes, score_sheet_bytes, shortlist_bytes
from reports.views.score_sheet import Candidate, terms_table
from reports.views.selection import Ranking, as_read, gates_table, quota_table, ranking_table
from reports.views.selection_flow import why_no_notice
from reports.wording import chinese_marks, clean
from tests.meeting_worlds import HOSTILE

END = date(2026, 12, 31)
RULES = selection_rules(rulebook().on(END), Role.CELL_CAPTAIN)
TOWNS = {"149981101": "泥河镇", "149981102": "西沟乡"}
UNITS = {
    code + more: name
    for code in TOWNS
    for more, name in (("201", "赵坪村"), ("20101", "东片"), ("2010101", "一组"), ("2010101001", "第一邻"))
}
FIRST, LAST = date(2027, 1, 12), date(2027, 1, 18)


def the_course(last: Step) -> tuple[Record, ...]:
    """The main line up to and with a step, each on a day of its own; the two townships decide on two."""
    records: list[Record] = []
    for place, step in enumerate(MAIN_LINE[: MAIN_LINE.index(last) + 1]):
        for later, area in enumerate(TOWNS if step is Step.TOWNSHIP else (None,)):
            at = datetime(2027, 1, 4 + place + later + (place > MAIN_LINE.index(Step.TOWNSHIP)), 10)
            until = {Step.APPEALS: date(2027, 1, 6), Step.NOTICE: LAST}.get(step)
            records.append(Record(len(records) + 1, step, at, "one", "部务会", until=until, area_code=area))
    return tuple(records)


def a_ranking(names: list[str | None], digest: str | None = "ab" * 32, last: Step | None = None) -> Ranking:
    """Candidates by rank, the first of each township on the list, the last one not ranked; with the course up to a step."""
    count = len(names)
    ranked = [float(place) if place < count else None for place in range(1, count + 1)]
    rows = pd.DataFrame(
        {
            "person_id": range(1, count + 1),
            "name": pd.Series(names, dtype="object"),
            "township_code": [list(TOWNS)[place % 2] for place in range(count)],
            "area_code": [f"{list(TOWNS)[place % 2]}2010101001" for place in range(count)],
            "score": [95.275 - place for place in range(count)],
            "work": 47.5,
            "ratings": 27.255,
            "survey": 19.02,
            "bonus": 1.5,
            "rank": ranked,
            "rank_low": ranked,
            "rank_high": [None if rank is None else rank + 3 for rank in ranked],
            "chance_in_quota": [None if rank is None else 0.625 for rank in ranked],
            "weight_stability": [None if rank is None else 0.9 for rank in ranked],
            "gate": ["ok"] * (count - 1) + ["样本不足:测评1户,需3户"],
            "in_quota": [True, True, *[False] * (count - 2)],
            "to_settle": False,
            "group": [None if rank is None else 1 for rank in ranked],
            "moved": False,
            "units": 1,
            "days": 300,
            "surveyed": 4,
            "households": 8,
            "standing": [PROPOSED, MOVED_UP, *[""] * (count - 2)],
        }
    )
    terms = pd.DataFrame(
        {
            "person_id": 1,
            "item": ["key_visits", "ratings", "bonus"],
            "k": [10.0, 44.0, 1.5],
            "n": [12, 10, 1],
            "possible": [15.0, 30.0, 5.0],
            "points": [12.5, 27.255, 1.5],
        }
    )
    made = Selection(
        2026, END, RULES, rows, terms, dict.fromkeys(TOWNS, 1), dict.fromkeys(TOWNS, 50), TOWNS, {"ratings": 4.5, "survey": 4.4}
    )
    return Ranking(made, rows, digest, the_course(last) if last else (), units=UNITS)


def the_candidate(ranking: Ranking, place: int = 0) -> Candidate:
    """The candidate in a line of the ranking; all terms are the first one's."""
    return Candidate(ranking, ranking.rows.iloc[place].to_dict(), ranking.made.terms)


def read(content: bytes) -> Docx:
    return Document(io.BytesIO(content))


def words(document: Docx) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def cells(document: Docx, place: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[place].rows]


def shown(table) -> list[list[str]]:
    """A table as a paper shows it, its headings first."""
    return [[chinese_marks(text) for text in row] for row in ([column.heading for column in table.file_columns], *table.texts())]


def test_the_shortlist_in_word_is_the_ranking_of_the_page_with_points_to_two_decimals():
    ranking = a_ranking(["张三", "李四", "王五", "赵六"])
    ranked = ranking.rows[ranking.rows["rank"].notna()]
    table = ranking_table(ranking, ranked, "名单")
    document = read(shortlist_bytes(ranking, table))
    assert cells(document) == shown(as_read(table))
    first = dict(zip(*cells(document)[:2], strict=True))
    assert (first["名次"], first["姓名"], first["总分"], first["名次多在"]) == ("1", "张三", "95.28", "1–4 名")
    assert (first["名额把握"], first["结果"]) == ("名额线上下 62%", "拟入选")
    assert cells(document)[2][-1] == "拟递补"
    assert cells(document)[1][1:3] == ["泥河镇赵坪村第一邻邻长", "张三"], "place and post before the name"
    assert cells(document, 1) == shown(quota_table(ranking))
    assert document.sections[0].page_width > document.sections[0].page_height
    assert "列入名单2人" in words(document)


def test_a_score_sheet_holds_every_term_with_its_sum_and_lines_to_sign_on():
    ranking = a_ranking(["张三", "李四", "王五"])
    document = read(score_sheet_bytes(the_candidate(ranking), ["当年在岗 300 天。"]))
    assert cells(document) == shown(terms_table(the_candidate(ranking)))
    by_item = {line[0]: line for line in cells(document)}
    assert by_item["重点户走访"] == ["重点户走访", "10/12 户月", "15.00", "10 ÷ 12 × 15.00", "12.50"]
    assert by_item["群众评单"][1] == "10 条评价\uff0c合计 44 星", "stars are nothing that is due"
    assert by_item["群众评单"][3] == "(10×4.5000 + 44) ÷ (10 + 10) = 4.4500;(4.4500 − 1) ÷ 4 × 30"
    assert by_item["加分"][1] == "1.5 分", "points are no cases"
    assert by_item["总分"][-1] == "95.28"
    for each in ("泥河镇赵坪村第一邻邻长张三", "本人核对", "乡镇党委", "当年在岗300天", "全县第1名"):
        assert each in words(document)


def test_someone_not_ranked_has_a_score_sheet_that_says_why():
    ranking = a_ranking(["张三", "李四", "王五"])
    document = read(score_sheet_bytes(the_candidate(ranking, 2)))
    assert "列出不排名\uff1a样本不足" in words(document)
    assert gates_table(ranking, ranking.rows.tail(1)).texts()[0][3] == "样本不足:测评1户,需3户"
    assert [line[:3] for line in gates_table(ranking, ranking.rows.tail(1)).texts()] == [["泥河镇", "赵坪村第一邻邻长", "王五"]]


def test_the_notice_names_who_is_proposed_with_village_and_post_and_ranks_nobody():
    document = read(notice_bytes(a_ranking(["张三", "李四", "王五", "赵六"], last=Step.NOTICE), (FIRST, LAST)))
    assert cells(document) == [
        ["序号", "姓名", "乡镇", "村（社区）", "岗位"],
        ["1", "张三", "泥河镇", "赵坪村", "东片一组第一邻邻长"],
        ["2", "李四", "西沟乡", "赵坪村", "东片一组第一邻邻长"],
    ]
    text = words(document)
    assert "2027年1月12日至2027年1月18日\uff085个工作日\uff09" in text
    for line in ("受理单位", "联系人", "联系电话"):
        assert f"{line}\uff1a____" in text
    for hidden in ("95.28", "总分", "名次", "王五", "把握"):
        assert hidden not in text + str(cells(document))


def test_the_notice_states_the_steps_on_record_with_their_days_and_no_other():
    ranking = a_ranking(["张三", "李四", "王五"], last=Step.JOINT_CHECK)
    text = words(read(notice_bytes(ranking, None)))
    assert (
        "根据年度评选办法，2027年1月5日冻结名单和依据，1月6日起核对申诉（到1月6日止），1月7日登记民主评议结果，"
        "1月8日至1月9日登记乡镇党委审定，1月10日登记联审结果，拟确定以下2名同志"
    ) in text
    assert "公示时间：____年__月__日至____年__月__日（5个工作日）" in text, "no days that are not on record"
    assert "综合评分" not in text


@pytest.mark.parametrize("last", [None, *MAIN_LINE])
def test_no_notice_is_made_before_the_joint_check_whoever_asks(last: Step | None):
    ranking = a_ranking(["张三", "李四", "王五"], last=last)
    if last in MAIN_LINE[MAIN_LINE.index(Step.JOINT_CHECK) :]:
        assert why_no_notice(ranking) == ""
        assert notice_bytes(ranking, None)
        return
    assert "公示稿要在联审登记之后才能出" in why_no_notice(ranking)
    with pytest.raises(FlowError, match="联审"):
        notice_bytes(ranking, None)


def test_no_notice_is_made_while_a_change_waits_nor_of_a_void_selection_nor_with_masked_names_nor_of_nobody():
    checked = a_ranking(["张三", "李四", "王五"], last=Step.JOINT_CHECK)
    proposed = Record(50, Step.WITHDRAW, datetime(2027, 1, 11, 9), "one", "本人申请", person_id=1)
    void = Record(51, Step.VOID, datetime(2027, 1, 11, 9), "one", "数据有误")
    for ranking, reason in (
        (replace(checked, records=(*checked.records, proposed)), "1 项变更等待第二人复核"),
        (replace(checked, records=(*checked.records, void)), "已作废"),
        (replace(checked, masked=True), "不看姓名"),
        (replace(checked, rows=checked.rows.assign(standing="")), "名单上没有人"),
    ):
        with pytest.raises(FlowError, match=reason):
            notice_bytes(ranking, None)


def test_a_captain_of_two_posts_is_named_with_the_first_and_how_many_there_are():
    ranking = a_ranking(["张三", "李四", "王五"], last=Step.NOTICE)
    ranking.rows.loc[0, "units"] = 2
    assert cells(read(notice_bytes(ranking, (FIRST, LAST))))[1][-1] == "东片一组第一邻邻长等2处"


def test_a_ranking_that_is_not_frozen_says_so_on_every_paper():
    ranking = a_ranking(["张三", "李四", "王五"], digest=None)
    assert "尚未冻结" in words(read(shortlist_bytes(ranking, ranking_table(ranking, ranking.listed, "名单"))))
    assert "尚未冻结" in words(read(score_sheet_bytes(the_candidate(ranking))))


def test_no_paper_calls_anybody_chosen_before_the_final_step():
    for last in (None, *MAIN_LINE):
        ranking = a_ranking(["张三", "李四", "王五"], last=last)
        ranking = replace(ranking, rows=final_list(ranking.rows, ranking.made.seats, ranking.records))
        table = ranking_table(ranking, ranking.listed, "名单")
        papers = [read(shortlist_bytes(ranking, table)), read(score_sheet_bytes(the_candidate(ranking)))]
        said = "".join(words(paper) + str([cells(paper, place) for place in range(len(paper.tables))]) for paper in papers)
        assert ("入选" in said.replace("拟入选", "")) == (last is Step.FINAL)
        assert ("拟入选" in said) == (last is not Step.FINAL)
        assert ("建议名单" in said) == (last is not Step.FINAL)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_goes_through_every_paper_unharmed(name: str):
    ranking = a_ranking([name, "李四", "王五"], last=Step.NOTICE)
    assert cells(read(shortlist_bytes(ranking, ranking_table(ranking, ranking.listed, "名单"))))[1][2] == clean(name)
    assert cells(read(notice_bytes(ranking, (FIRST, LAST))))[1][1] == clean(name)
    assert "总分" in [line[0] for line in cells(read(score_sheet_bytes(the_candidate(ranking))))]


def test_someone_without_a_name_is_a_number_and_missing_figures_are_dashes():
    ranking = a_ranking([None, "李四", "王五"])
    table = ranking_table(ranking, ranking.rows, "名次")
    assert table.texts()[0][3] == "编号1"
    assert table.texts()[2][0] == "—"
