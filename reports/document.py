"""A page after GB/T 9704 for Word and WPS: margins, the office's faces with free fallbacks, tables that break over pages."""

from __future__ import annotations

import re
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from reports.tables import Column, Table
from reports.wording import chinese_marks, clean, display_width, official

TITLE_FACE, BODY_FACE, HEAD_FACE, KAI_FACE, DIGIT_FACE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "Times New Roman"
FREE_FACES = {
    TITLE_FACE: ("思源宋体 CN Heavy", "roman"),
    BODY_FACE: ("朱雀仿宋", "modern"),
    HEAD_FACE: ("思源黑体 CN", "swiss"),
    KAI_FACE: ("霞鹜文楷", "script"),
}
"""The office's faces are named, never bundled; each has a free face as its alternative in the file's font table."""

TWO, THREE, FOUR, FIVE, SMALL_FIVE = 22, 16, 14, 10.5, 9
"""字号 in points: 二号, 三号, 四号, 五号, 小五."""
LINE = 28.95
"""Points between lines: 22 lines a page."""
TEXT_WIDTH = 156
"""Millimetres between the margins of 28 and 26."""
MILLIMETRES_A_POINT = 25.4 / 72
LONGEST_WORD, WIDEST_TEXT, CELL_MARGINS = 18, 31, 3
"""Half-width cells: of a word that a table's column does not break (a name of eight signs; (1,473,000/1,980,000) is), of the widest column,
of the margins in a cell, and what % is wider."""


def official_page() -> Docx:
    """An empty A4 document with the office's styles, page numbers and font table."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    normal = document.styles["Normal"]
    _face(normal, BODY_FACE, THREE)
    _spacing(normal.paragraph_format)
    for name, face, size in (("Title", TITLE_FACE, TWO), ("Heading 1", HEAD_FACE, THREE), ("Heading 2", KAI_FACE, THREE)):
        style = document.styles[name]
        _face(style, face, size)
        _spacing(style.paragraph_format)
        style.paragraph_format.keep_with_next = True
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles["Title"].paragraph_format.line_spacing = Pt(36)
    _font_table(document)
    _page_numbers(document)
    _mended(document)
    return document


def _mended(document: Docx) -> None:
    """What python-docx's own template has against the standard and against Chinese: a zoom without its percent, a second list of styles
    that tells Word 2010 of other faces than these, and Japanese for the language (glyphs and line breaks go by it)."""
    for zoom in document.settings.element.iter(qn("w:zoom")):
        zoom.set(qn("w:percent"), "100")
    for language in (*document.settings.element.iter(qn("w:themeFontLang")), *document.styles.element.iter(qn("w:lang"))):
        language.set(qn("w:eastAsia"), "zh-CN")
    for name, relationship in list(document.part.rels.items()):
        if relationship.reltype.endswith("/stylesWithEffects"):
            del document.part.rels[name]


def laid_across(document: Docx) -> float:
    """Turn the last section's pages for a wide table, its margins with them; returns the width between them in millimetres."""
    section = document.sections[-1]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(28), Mm(26), Mm(37), Mm(35)
    return 297 - 37 - 35


def _face(style: Any, face: str, size: float) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = DIGIT_FACE, Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        faces.attrib.pop(qn(f"w:{attribute}"), None)
    faces.set(qn("w:eastAsia"), face)


def _spacing(formatting: Any) -> None:
    formatting.space_before = formatting.space_after = Pt(0)
    formatting.line_spacing_rule, formatting.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)


def _font_table(document: Docx) -> None:
    """``w:altName`` in the font table, and the East Asian faces of the theme: what a machine without the faces falls back on."""
    entries = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{free}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for face, (free, family) in FREE_FACES.items()
    )
    for part in document.part.package.iter_parts():
        if str(part.partname).endswith("fontTable.xml"):
            part._blob = re.sub(r"</w:fonts>", f"{entries}</w:fonts>", part.blob.decode("utf-8")).encode("utf-8")
        elif "/theme/" in str(part.partname):
            text = part.blob.decode("utf-8")
            for kind, face in (("majorFont", TITLE_FACE), ("minorFont", BODY_FACE)):
                text = re.sub(rf'(<a:{kind}>.*?<a:ea typeface=)"[^"]*"', rf'\1"{face}"', text, count=1, flags=re.DOTALL)
            part._blob = text.encode("utf-8")


def _page_numbers(document: Docx) -> None:
    """— 1 — in 四号, centred below the text."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, kind in (("— ", None), (None, "begin"), (" PAGE ", "code"), (None, "separate"), ("1", None), (None, "end"), (" —", None)):
        run = paragraph.add_run(text if kind is None else None)
        run.font.size, run.font.name = Pt(FOUR), DIGIT_FACE
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)
        elif kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def heading(document: Docx, text: str, level: int) -> None:
    document.add_paragraph(official(clean(text)), style="Title" if level == 0 else f"Heading {level}")
    if level:
        _indented(document.paragraphs[-1])


def body(document: Docx, text: str, *, indent: int = 2, right: bool = False) -> None:
    """A paragraph of running text; ``indent``: its first line by so many characters."""
    paragraph = document.add_paragraph(official(clean(text)))
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif indent:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        _indented(paragraph, indent)


def small(document: Docx, text: str) -> None:
    """A note under a table, in 五号."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    run = paragraph.add_run(official(clean(text)))
    run.font.size = Pt(FIVE)


def _indented(paragraph: Any, characters: int = 2) -> None:
    """首行缩进 by characters, whatever the size."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(characters * 100))
    indent.set(qn("w:firstLine"), str(THREE * characters * 20))


def page_break(document: Docx) -> None:
    document.add_page_break()


def page_across(document: Docx) -> float:
    """A new page that lies across, and so does what follows it; returns the width between its margins in millimetres."""
    document.add_section(WD_SECTION.NEW_PAGE)
    return laid_across(document)


def official_table(document: Docx, table: Table, *, size: float = FIVE, width: float = TEXT_WIDTH) -> None:
    """A ruled table: headings repeated on every page, no row split between pages, numbers to the right. ``width`` in millimetres."""
    texts = table.texts()
    grid = document.add_table(rows=1, cols=len(table.file_columns))
    grid.style, grid.alignment, grid.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    widths = _widths(table, texts, width, size)
    for position, column in enumerate(table.file_columns):
        _write(grid.rows[0].cells[position], column.heading, size, HEAD_FACE, WD_ALIGN_PARAGRAPH.CENTER)
    for row in texts:
        cells = grid.add_row().cells
        for cell, text, column in zip(cells, row, table.file_columns, strict=True):
            _write(cell, text, size, BODY_FACE, _side(column))
    for column, wide in zip(grid.columns, widths, strict=True):
        column.width = Mm(wide)
    for index, row_element in enumerate(grid._tbl.tr_lst):
        for position, cell in enumerate(row_element.tc_lst):
            cell.width = Mm(widths[position])
        properties = row_element.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if index == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _side(column: Column) -> Any:
    return WD_ALIGN_PARAGRAPH.RIGHT if column.is_number else WD_ALIGN_PARAGRAPH.LEFT


def _write(cell: Any, text: str, size: float, face: str, side: Any) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    run = paragraph.add_run(chinese_marks(clean(text)))
    run.font.size, run.font.name = Pt(size), DIGIT_FACE
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def fitting_size(table: Table, width: float = TEXT_WIDTH) -> float:
    """五号, or 小五 where a table is too crowded for it: no name and no figure is broken."""
    least = sum(few for few, _ in _cells_of_columns(table, table.texts()))
    return FIVE if least <= _room(width, FIVE) else SMALL_FIVE


def needs_a_page_across(table: Table) -> bool:
    """Not even 小五 keeps its names and figures whole on an upright page."""
    return sum(few for few, _ in _cells_of_columns(table, table.texts())) > _room(TEXT_WIDTH, SMALL_FIVE)


def _widths(table: Table, texts: list[list[str]], total: float, size: float) -> list[float]:
    """Millimetres a column, by its widest text within reason; where not all find room, each holds at least its longest word unbroken."""
    columns, room = _cells_of_columns(table, texts), _room(total, size)
    least, wanted = (sum(cells) for cells in zip(*columns, strict=True))
    spare = max(0.0, min(1.0, (room - least) / (wanted - least))) if wanted > least else 0.0
    cells = [few + spare * (most - few) for few, most in columns]
    return [total * each / sum(cells) for each in cells]


def _room(width: float, size: float) -> float:
    """Half-width cells between two margins."""
    return width / (size / 2 * MILLIMETRES_A_POINT)


def _cells_of_columns(table: Table, texts: list[list[str]]) -> list[tuple[int, int]]:
    """By column the half-width cells that its longest word and its widest text take, within reason and with the margins of a cell."""
    columns = []
    for position, column in enumerate(table.file_columns):
        cells, head = [row[position] for row in texts], min(display_width(column.heading), 10)
        word = max([display_width(word) for text in cells for word in text.split(" ")] + [head, 4])
        widest = max([*map(display_width, cells), head, 4])
        columns.append((min(word, LONGEST_WORD) + CELL_MARGINS, min(widest, WIDEST_TEXT) + CELL_MARGINS))
    return columns
