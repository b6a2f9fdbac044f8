"""The selection's papers: read back from Word they say what the ranking says, whatever a name looks like."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest
from docx import Document
from docx.document import Document as Docx

from metrics.rulebook import rulebook
from metrics.selection.flow import MOVED_UP, ON_LIST
from metrics.selection.result import Selection
from metrics.selection.rules import selection_rules
from metrics.vocabulary import Role
from reports.selection_files import notice_bytes, score_sheet_bytes, shortlist_bytes
from reports.views.score_sheet import Candidate, terms_table
from reports.views.selection import Ranking, gates_table, quota_table, ranking_table
from reports.wording import chinese_marks, clean
from tests.meeting_worlds import HOSTILE

END = date(2026, 12, 31)
RULES = selection_rules(rulebook().on(END), Role.CELL_CAPTAIN)
TOWNS = {"149981101": "泥河镇", "149981102": "西沟乡"}
FIRST, LAST = date(2027, 1, 4), date(2027, 1, 8)


def a_ranking(names: list[str | None], digest: str | None = "ab" * 32) -> Ranking:
    """Candidates by rank, the first of each township on the list, the last one not ranked."""
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
            "standing": [ON_LIST, MOVED_UP, *[""] * (count - 2)],
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
    return Ranking(made, rows, digest)


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
    assert cells(document) == shown(table)
    first = dict(zip(*cells(document)[:2], strict=True))
    assert (first["名次"], first["姓名"], first["总分"], first["入选把握"], first["结果"]) == ("1", "张三", "95.28", "62.5%", "入选")
    assert cells(document)[2][-1] == "递补"
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
    for each in ("本人核对", "乡镇党委", "当年在岗300天", "全县第1名"):
        assert each in words(document)


def test_someone_not_ranked_has_a_score_sheet_that_says_why():
    ranking = a_ranking(["张三", "李四", "王五"])
    document = read(score_sheet_bytes(the_candidate(ranking, 2)))
    assert "列出不排名\uff1a样本不足" in words(document)
    assert [line[:3] for line in gates_table(ranking, ranking.rows.tail(1)).texts()] == [["王五", "泥河镇", "样本不足:测评1户,需3户"]]


def test_the_notice_names_who_is_proposed_and_for_which_days_and_ranks_nobody():
    document = read(notice_bytes(a_ranking(["张三", "李四", "王五", "赵六"]), FIRST, LAST))
    assert cells(document) == [["序号", "姓名", "乡镇", "岗位"], ["1", "张三", "泥河镇", "邻长"], ["2", "李四", "西沟乡", "邻长"]]
    text = words(document)
    assert "2027年1月4日至2027年1月8日\uff085个工作日\uff09" in text
    for line in ("受理单位", "联系人", "联系电话"):
        assert f"{line}\uff1a____" in text
    for hidden in ("95.28", "总分", "名次", "王五", "把握"):
        assert hidden not in text + str(cells(document))
    assert "样稿" not in text


def test_a_ranking_that_is_not_frozen_says_so_on_every_paper():
    ranking = a_ranking(["张三", "李四", "王五"], digest=None)
    assert "不得张贴" in words(read(notice_bytes(ranking, FIRST, LAST)))
    assert "尚未冻结" in words(read(shortlist_bytes(ranking, ranking_table(ranking, ranking.listed, "名单"))))
    assert "尚未冻结" in words(read(score_sheet_bytes(the_candidate(ranking))))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_goes_through_every_paper_unharmed(name: str):
    ranking = a_ranking([name, "李四", "王五"])
    assert cells(read(shortlist_bytes(ranking, ranking_table(ranking, ranking.listed, "名单"))))[1][1] == clean(name)
    assert cells(read(notice_bytes(ranking, FIRST, LAST)))[1][1] == clean(name)
    assert "总分" in [line[0] for line in cells(read(score_sheet_bytes(the_candidate(ranking))))]


def test_someone_without_a_name_is_a_number_and_missing_figures_are_dashes():
    ranking = a_ranking([None, "李四", "王五"])
    table = ranking_table(ranking, ranking.rows, "名次")
    assert table.texts()[0][1] == "编号1"
    assert table.texts()[2][0] == "—"
