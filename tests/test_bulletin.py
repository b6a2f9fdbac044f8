"""通报: the office's page and parts, tables that break over pages, and only the parts there is something to say in."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from metrics.vocabulary import Level
from reports.bulletin import bulletin_bytes, parts, petitions_table
from reports.document import CELL_MARGINS, FIVE, FREE_FACES, SMALL_FIVE, fitting_size, official_page, official_table
from reports.pack import Annex
from reports.tables import Column, Table
from reports.wording import clean, display_width
from tests.meeting_worlds import HOSTILE, UP, a_chapter, a_pack, a_reading, hostile_pack

CASES = [(20, 40), (30, 60)]


def a_full_pack():
    """Duty, petitions and satisfaction, two townships."""
    return a_pack(
        a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (33, 41)]),
        a_reading("petitions.repeat", [(2, 40), (1, 60)], whole=[(4, 90), (3, 100)]),
        a_reading("petitions.returned", [(2, 38), (1, 59)], whole=[(4, 90), (3, 97)]),
        a_reading("petitions.closed_on_time", [(30, 40), (56, 60)], whole=[(80, 90), (86, 100)]),
        a_reading("petitions.resolved", [(39, 40), (57, 60)], whole=[(85, 90), (96, 100)]),
        a_reading("petitions.open", [(5, None), (9, None)], whole=[(12, None), (14, None)]),
        a_reading(
            "petitions.open",
            [(9, None), (5, None)],
            level=Level.CATEGORY,
            runs={"泥河镇": [(4, None), (9, None)]},
            names=["宅基地", "用水用电"],
        ),
        a_reading("satisfaction.callback", [(8, 12), (3, 4)], whole=[(14, 16), (11, 16)]),
    )


def text_of(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def test_what_is_asked_for_names_the_editions_number():
    pack = a_pack(a_reading("quality.in_time", [(30, 100), (20, 100)], whole=[(50, 200)]))
    assert "事后72小时内录入" in text_of(bulletin_bytes(pack))
    tables = {**pack.edition.tables, "quality": {**pack.edition.tables["quality"], "entry_hours": 48}}
    assert "事后48小时内录入" in text_of(bulletin_bytes(replace(pack, edition=replace(pack.edition, tables=tables))))


def test_a_table_too_wide_for_an_upright_page_lies_across_and_others_do_not():
    columns = tuple(Column(f"c{place}", f"第{place}栏") for place in range(9))
    wide = Table("人选", columns, pd.DataFrame([{column.key: "白土岭乡马庄村" for column in columns}]))
    pack = a_full_pack()
    upright = Document(io.BytesIO(bulletin_bytes(pack))).sections
    assert [section.orientation for section in upright] == [WD_ORIENT.PORTRAIT]
    document = Document(io.BytesIO(bulletin_bytes(pack.with_annexes([Annex("名单", "", wide)] * 2))))
    assert [section.orientation for section in document.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    width = document.sections[-1].page_width - document.sections[-1].left_margin - document.sections[-1].right_margin
    for table in document.tables[-2:]:
        assert abs(sum(column.width for column in table.columns) - width) < Mm(1)


def test_the_page_is_the_offices():
    section = Document(io.BytesIO(bulletin_bytes(a_full_pack()))).sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side / Mm(1)) for side in sides] == [210, 297, 37, 35, 28, 26]
    assert " PAGE " in section.footer._element.xml


def test_faces_and_sizes_are_the_offices_with_free_ones_behind():
    document = Document(io.BytesIO(bulletin_bytes(a_full_pack())))
    expected = {"Title": ("方正小标宋简体", 22), "Heading 1": ("黑体", 16), "Heading 2": ("楷体_GB2312", 16), "Normal": ("仿宋_GB2312", 16)}
    for name, (face, size) in expected.items():
        style = document.styles[name]
        faces = style.element.rPr.rFonts
        assert faces.get(qn("w:eastAsia")) == face
        assert faces.get(qn("w:eastAsiaTheme")) is None
        assert style.font.size.pt == size
    fonts = next(part.blob.decode() for part in document.part.package.iter_parts() if str(part.partname).endswith("fontTable.xml"))
    assert all(f'w:altName w:val="{free}"' in fonts for free, _ in FREE_FACES.values())


def test_the_four_parts_say_total_change_floor_categories_and_what_is_asked():
    pack = a_full_pack()
    assert [name for name, _ in parts(pack)] == ["基本情况", "回访满意", "热点类别", "问题与要求"]
    text = text_of(bulletin_bytes(pack))
    assert "关于测试县2026年10月基层治理工作情况的通报" in text
    for words in (
        "一、基本情况",
        "10月全县受理诉求100件\uff0c环比增加10件",
        "10月全县派单97件\uff0c环比增加7件",
        "全县按期办结率86.0%\uff0886/100\uff09\uff0c较9月下降2.9个百分点\uff0c其中2个乡镇未达到目标\uff1a泥河镇75.0%\uff0830/40\uff09\uff1b西沟乡93.3%\uff0856/60\uff09。",
        "要求不低于90%",
        "1个乡镇回访样本不足\uff0c不作评价\uff1a西沟乡\uff083/4\uff09。",
        "截至10月31日\uff0c在办诉求14件\uff0c较多的类别\uff1a宅基地9件\uff0c占64.3%\uff089/14\uff09",
        "一要压实住夜责任",
        "二要紧盯时限办理",
    ):
        assert words in text, words


def test_without_petitions_the_parts_are_numbered_anew():
    pack = a_pack(a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (33, 41)]))
    assert [name for name, _ in parts(pack)] == ["基本情况", "问题与要求"]
    text = text_of(bulletin_bytes(pack))
    assert "二、问题与要求" in text
    assert "诉求" not in text
    assert petitions_table(pack) is None


def test_a_county_that_reaches_everything_is_asked_for_nothing():
    pack = a_pack(a_reading(UP, [(20, 20), (20, 20)], whole=[(40, 40), (40, 40)]))
    assert [name for name, _ in parts(pack)] == ["基本情况"]


def test_the_annexed_table_adds_up_and_has_the_whole_at_its_foot():
    table = petitions_table(a_full_pack())
    headings = "、".join(column.title for column in table.columns)
    assert headings == "序号、单位、派单、按时、超时、未结、结案率、按时率、不满意数、满意率"
    assert table.texts() == [
        ["1", "泥河镇", "38", "30", "10", "5", "97.5% (39/40)", "75.0%", "4", "66.7% (8/12)"],
        ["2", "西沟乡", "59", "56", "4", "9", "95.0% (57/60)", "93.3%", "1", "75.0% (3/4)"],
        ["", "全县", "97", "86", "14", "14", "96.0% (96/100)", "86.0%", "5", "68.8% (11/16)"],
    ]


def test_a_long_table_repeats_its_headings_and_splits_no_row():
    document = official_page()
    frame = pd.DataFrame({"name": [f"第{i}村" for i in range(200)]})
    official_table(document, Table("表", (Column("name", "村"),), frame))
    head, *rows = document.tables[0]._tbl.tr_lst
    assert head.trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in (head, *rows))
    assert all(row.trPr.find(qn("w:tblHeader")) is None for row in rows)
    assert len(rows) == 200


def test_hostile_names_are_whole_in_the_annexed_table():
    document = Document(io.BytesIO(bulletin_bytes(hostile_pack())))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {clean(name) for name in HOSTILE} <= cells


def test_a_table_of_figures_gives_every_share_with_its_cases():
    document = Document(io.BytesIO(bulletin_bytes(a_pack(a_chapter(a_reading(UP, [(13, 21), (0, 0)], whole=[(3, 4), (13, 21)])).reading))))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [["单位", "乡镇住夜达标率"], ["泥河镇", "61.9% (13/21)"], ["西沟乡", "— (0/0)"], ["全县", "61.9% (13/21)"]]


def test_a_crowded_table_breaks_between_share_and_cases_and_no_name():
    document = official_page()
    names = ["清水坪镇", "槐树湾乡", "全县"]
    figures = {f"figure{place}": ["98.0% (49/50)", "92.1% (58/63)", "47.5% (6,512/34,764)"] for place in range(5)}
    columns = (Column("name", "单位"), *(Column(key, "普通户季走访率") for key in figures))
    table = Table("表", columns, pd.DataFrame({"name": names, **figures}))
    assert fitting_size(table) == SMALL_FIVE
    official_table(document, table, size=SMALL_FIVE)
    widths = [cell.width / Pt(SMALL_FIVE / 2) for cell in document.tables[0].rows[0].cells]
    assert widths[0] - CELL_MARGINS >= display_width("清水坪镇")
    assert min(widths[1:]) - CELL_MARGINS >= len("(6,512/34,764)")
    assert sum(widths) * Pt(SMALL_FIVE / 2) <= Mm(156.1)
    roomy = Table("表", columns[:3], table.frame)
    assert fitting_size(roomy) == FIVE
