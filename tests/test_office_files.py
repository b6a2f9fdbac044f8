"""Every kind of office file that the board writes is as the standard (ISO/IEC 29500, transitional) says: none needs repair.

Asked of a port of Microsoft's own validator (Open XML SDK): schema, package and what Word asks beyond them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openxml_audit import FileFormat, OpenXmlValidator

from ingest.ledgers.checks import KINDS
from ingest.ledgers.refused import Returned, write_refused
from ingest.ledgers.template import write_template
from reports.bulletin import bulletin_bytes
from reports.deck import deck_bytes
from reports.deed_notice import deed_notice_bytes
from reports.meeting_files import meeting_files
from reports.pack import Pack
from reports.selection_files import notice_bytes, score_sheet_bytes, shortlist_bytes, standing_bytes
from reports.views.deeds import notice_table
from reports.views.selection import ranking_table
from tests.meeting_worlds import a_long_reading, a_pack, hostile_pack
from tests.test_bulletin import a_full_pack
from tests.test_papers import a_master, a_red_head
from tests.test_selection_files import FIRST, LAST, Step, a_ranking, the_candidate
from tests.test_standing import of

VALIDATOR = OpenXmlValidator(FileFormat.OFFICE_2019, max_errors=20)
RANKING = a_ranking(["张三", "李四", "王五", "赵六"], last=Step.NOTICE)


DEEDS = pd.DataFrame(
    [
        {"done_on": date(2026, 10, day), "person_id": 1, "village": "赵坪村", "unit": "东片", "role": "patch_captain", "what": "修路<灯>&"}
        for day in (2, 9)
    ]
)


def faults(content: bytes, path: Path) -> list[str]:
    path.write_bytes(content)
    return [f"{fault.part_uri} {fault.path}: {fault.description}" for fault in VALIDATOR.validate(path).errors]


PAPERS: dict[str, Callable[[], bytes]] = {
    "评分表": lambda: score_sheet_bytes(the_candidate(RANKING), ["当年在岗 300 天。"]),
    "入选名单": lambda: shortlist_bytes(RANKING, ranking_table(RANKING, RANKING.listed, "名单")),
    "公示": lambda: notice_bytes(RANKING, (FIRST, LAST)),
    "未选上的说明": lambda: standing_bytes(of(2)),
    "善事公示": lambda: deed_notice_bytes("泥河镇", (FIRST, LAST), notice_table(DEEDS, {1: "王强"})),
}


@pytest.mark.parametrize("pack", [a_full_pack, hostile_pack, lambda: a_pack(a_long_reading(200))], ids=["full", "hostile", "long"])
def test_the_files_of_a_meeting(pack: Callable[[], Pack], tmp_path: Path) -> None:
    files = meeting_files(pack())
    assert {file.name.rpartition(".")[2] for file in files} == {"pptx", "docx", "xlsx"}
    for file in files:
        assert faults(file.content, tmp_path / file.name) == [], file.name


def test_circular_and_deck_in_the_offices_own_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARD_PAPERS", str(tmp_path))
    a_red_head(tmp_path, "{{标题}}", "{{主送}}", "{{正文}}", "{{成文日期}}", "{{附件}}", header="{{县}}{{时段}}")
    a_master(tmp_path)
    assert faults(bulletin_bytes(a_full_pack()), tmp_path / "circular.docx") == []
    assert faults(deck_bytes(a_full_pack()), tmp_path / "deck.pptx") == []


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_for_word(paper: str, tmp_path: Path) -> None:
    assert faults(PAPERS[paper](), tmp_path / "paper.docx") == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_of_a_ledger_and_its_refused_rows(kind: str, tmp_path: Path) -> None:
    write_template(KINDS[kind], tmp_path / "template.xlsx")
    assert faults((tmp_path / "template.xlsx").read_bytes(), tmp_path / "template.xlsx") == []
    cells = tuple((column.title, f"=1+1&<{column.title}>") for column in KINDS[kind].columns)
    one = Returned(f"{KINDS[kind].name}[1]", ("2026年10月",), 7, "日期", "无法识别", cells)
    path = write_refused([one, replace(one, sheet="表/二")], tmp_path / "refused.xlsx")
    assert faults(path.read_bytes(), path) == []


@pytest.mark.parametrize(
    ("suffix", "part", "right", "wrong"),
    [
        ("docx", "word/document.xml", r"(<w:tblPr>.*?</w:tblPr>)(<w:tblGrid>.*?</w:tblGrid>)", r"\2\1"),
        ("docx", "word/styles.xml", r"(<w:docDefaults>.*?</w:docDefaults>)(.*)(</w:styles>)", r"\2\1\3"),
        ("pptx", "ppt/charts/chart", r'<c:axId val="', r'<c:axId val="-'),
        ("xlsx", "xl/worksheets/sheet2.xml", r"(<cols>.*?</cols>)(.*)(</worksheet>)", r"\2\1\3"),
    ],
)
def test_what_is_not_as_the_standard_says_is_noticed(suffix: str, part: str, right: str, wrong: str, tmp_path: Path) -> None:
    (file,) = (file for file in meeting_files(a_full_pack()) if file.name.endswith(suffix))
    spoilt, count = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(file.content)) as before, zipfile.ZipFile(spoilt, "w") as after:
        for name in before.namelist():
            content = before.read(name).decode("utf-8", "surrogateescape")
            if name.startswith(part):
                content, changed = re.subn(right, wrong, content, count=1, flags=re.DOTALL)
                count += changed
            after.writestr(name, content.encode("utf-8", "surrogateescape"))
    assert count
    assert faults(spoilt.getvalue(), tmp_path / f"spoilt.{suffix}") != []


def test_what_the_template_of_word_lacked_is_there() -> None:
    """The zoom's percent, which the schema asks for and that validator does not; one list of styles; Chinese."""
    with zipfile.ZipFile(io.BytesIO(bulletin_bytes(a_full_pack()))) as file:
        settings, styles = (file.read(f"word/{name}.xml").decode() for name in ("settings", "styles"))
        assert not [name for name in file.namelist() if "stylesWithEffects" in name]
    assert re.search(r'<w:zoom [^>]*w:percent="100"', settings)
    assert re.findall(r'w:eastAsia="(\w\w-\w\w)"', settings + styles) == ["zh-CN", "zh-CN"]
