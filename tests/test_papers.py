"""The county's own papers: used where they are given, named with what to mend where they cannot be, never silently left aside."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm, Pt
from pptx import Presentation
from pptx.util import Inches

from reports import papers
from reports.__main__ import main
from reports.bulletin import bulletin_bytes, title_of
from reports.deck import deck_bytes
from reports.document import official_page
from reports.papers import CIRCULAR, DECK, HEIGHT, WIDTH, PaperError
from tests.meeting_worlds import HOSTILE, hostile_pack
from tests.test_bulletin import a_full_pack, text_of


@pytest.fixture(autouse=True)
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an office that has given nothing yet."""
    monkeypatch.setenv("BOARD_PAPERS", str(tmp_path))
    return tmp_path


def a_red_head(folder: Path, *paragraphs: str, header: str = "", styles: bool = True) -> None:
    """An office's form: its name in red over the text, its marks under it."""
    document = official_page() if styles else Document()
    document.sections[0].left_margin = Mm(31)
    document.sections[0].header.paragraphs[0].text = header
    red = document.add_paragraph("中共青石县委办公室文件")
    red.runs[0].font.size = Pt(40)
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(folder / CIRCULAR)


def test_the_circular_stands_in_the_offices_form(given: Path) -> None:
    pack = a_full_pack()
    own = bulletin_bytes(pack)
    a_red_head(given, "{{标题}}", "{{ 主送 }}", "{{正文}}", "{{成文日期}}", "{{附件}}", "抄送:县纪委监委", header="{{县}}{{时段}}")
    written = bulletin_bytes(pack)
    document = Document(io.BytesIO(written))
    lines = [line for line in text_of(written).splitlines() if line]
    assert lines == ["中共青石县委办公室文件", *(line for line in text_of(own).splitlines() if line), "抄送:县纪委监委"]
    assert len(document.tables) == len(Document(io.BytesIO(own)).tables) > 0
    assert round(document.sections[0].left_margin / Mm(1)) == 31
    assert document.sections[0].header.paragraphs[0].text == f"{pack.place}{pack.period.label}"
    assert "{{" not in document.element.xml


def test_what_the_form_does_not_name_stands_in_the_text(given: Path) -> None:
    a_red_head(given, "{{正文}}")
    lines = [line for line in text_of(bulletin_bytes(a_full_pack())).splitlines() if line]
    assert "通报" in lines[1]
    assert title_of(a_full_pack()).startswith("关于")


def test_words_from_data_are_words_in_the_form_too(given: Path) -> None:
    a_red_head(given, "{{标题}}", "{{县}}", "{{正文}}")
    assert HOSTILE
    written = bulletin_bytes(hostile_pack())
    assert len(Document(io.BytesIO(written)).paragraphs) > 3


@pytest.mark.parametrize(
    ("paragraphs", "styles", "said"),
    [
        (["{{标题}}"], True, "里没有 {{正文}}"),
        (["{{正文}}", "{{发文字号}}"], True, "发文字号 不认识:可用的是 标题、主送"),
        (["前面{{正文}}后面"], True, "应独占一段"),
        (["{{正文}}", "{{成文日期}}"], True, "没有 {{附件}}"),
        (["{{正文}}", "{{正文}}"], True, "只出现一次"),
        (["{{正文}}", "{{标题"], True, "占位写错了"),
        (["{{正文}}", "{% for x in y %}"], True, "占位写错了"),
    ],
)
def test_a_form_that_cannot_be_used_says_what_to_mend(
    given: Path, paragraphs: list[str], styles: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_red_head(given, *paragraphs, styles=styles)
    with pytest.raises(PaperError) as problem:
        bulletin_bytes(a_full_pack())
    assert said in str(problem.value)
    assert CIRCULAR in str(problem.value)
    assert main(["papers"]) == 1
    assert said in capsys.readouterr().out


def test_a_form_without_the_styles_names_them(given: Path) -> None:
    document = official_page()
    document.add_paragraph("{{正文}}")
    document.styles["Heading 2"].delete()
    document.save(given / CIRCULAR)
    with pytest.raises(PaperError, match="缺少样式 Heading 2"):
        papers.circular({})


def test_a_file_that_is_no_document(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (CIRCULAR, DECK):
        (given / name).write_bytes(b"\xd0\xcf\x11\xe0 an old .doc")
    assert main(["papers"]) == 1
    printed = capsys.readouterr().out
    assert "不是 Word 文档" in printed
    assert "不是演示文稿" in printed


def a_master(folder: Path, width: float = WIDTH, layout: str = "仅标题") -> None:
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(width), Inches(HEIGHT)
    deck.slide_layouts[5]._element.cSld.set("name", layout)
    deck.slide_master.placeholders[0].text_frame.text = "青石县"
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "示例"
    deck.save(folder / DECK)


def test_the_deck_stands_on_the_offices_master(given: Path) -> None:
    own = Presentation(io.BytesIO(deck_bytes(a_full_pack())))
    a_master(given)
    deck = Presentation(io.BytesIO(deck_bytes(a_full_pack())))
    assert [slide.shapes.title.text for slide in deck.slides] == [slide.shapes.title.text for slide in own.slides]
    assert {slide.slide_layout.name for slide in deck.slides} == {"仅标题"}
    assert "青石县" in [shape.text_frame.text for shape in deck.slide_master.shapes if shape.has_text_frame]


@pytest.mark.parametrize(("width", "layout", "said"), [(10.0, "仅标题", "改为宽屏 16:9"), (WIDTH, "标题和内容", "没有“仅标题”版式")])
def test_a_master_that_cannot_be_used_says_what_to_mend(given: Path, width: float, layout: str, said: str) -> None:
    a_master(given, width, layout)
    with pytest.raises(PaperError, match=said):
        deck_bytes(a_full_pack())


def test_without_papers_the_boards_own_form_is_used(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert papers.circular({}) is None
    assert papers.deck() is None
    assert main(["papers"]) == 0
    assert capsys.readouterr().out.count("用看板自己的格式") == 2
