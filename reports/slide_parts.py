"""What slides are built of: text that is fitted to its place, tables measured before they are drawn, the footer."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Inches, Pt

from reports.tables import Table
from reports.wording import chinese_marks, clean, display_width, lines_needed, shortened

SLIDE_WIDTH, SLIDE_HEIGHT = 13.333, 7.5
MARGIN = 0.6
BODY_TOP, BODY_BOTTOM = 2.1, 6.65
"""Inches from the top: between the subtitle and the footer."""

FONT = "微软雅黑"
"""East Asian and Latin face of every run. Not bundled; where it is absent PowerPoint, WPS and LibreOffice take their own
Chinese sans (思源黑体 / Noto Sans CJK SC is the free one to install)."""

INK, GREY, ACCENT, PAPER, RULE = "1F2933", "5B6470", "1F4E79", "EFEBE2", "C9C4B8"
VERDICT_INK = {"达标": "1B6E3C", "接近": "8A5A00", "未达标": "A32A1F"}

LINE_HEIGHT = 1.45
"""Of the font size; Noto Sans CJK's own line is the tallest of the faces used."""
TABLE_SIZE = 12
CELL_PADDING = 0.08
LATIN_SLACK = 0.88
"""Latin faces are wider than half an em: so much of a line they can be reckoned to fill."""
ROW_SLACK = 0.09
"""Inches a row: the cell's margins, and what LibreOffice adds where it has to take another face."""
GRID_STYLE = "{5940675A-B579-460E-94D1-54222C63F5DA}"
"""PowerPoint's built-in "no style, table grid"."""


@dataclass(frozen=True)
class Block:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float


def styled(run: Any, size: float, colour: str = INK, bold: bool = False) -> None:
    """Size, colour and face of a run, the East Asian face named too (python-pptx names only the Latin one)."""
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = RGBColor.from_string(colour)
    east_asian_face(run._r.get_or_add_rPr())


def east_asian_face(properties: Any) -> None:
    """``a:ea`` after ``a:latin`` in run properties."""
    for old in properties.findall(qn("a:ea")):
        properties.remove(old)
    latin = properties.find(qn("a:latin"))
    face = copy.deepcopy(latin)
    face.tag = qn("a:ea")
    latin.addnext(face)


def read(text: str) -> str:
    """A text as a slide writes it."""
    return chinese_marks(clean(text))


def fitted(text: str, block: Block, sizes: Sequence[float]) -> tuple[str, float]:
    """The largest size at which the text stays inside its place, else the smallest with the text cut by ``…``.

    One line a step smaller is better than two of which the second holds a word.
    """
    for size in sizes[:2]:
        if display_width(text) <= _cells(block.width, size):
            return text, size
    for size in sizes:
        cells, lines = _cells(block.width, size), int(block.height * 72 // (size * LINE_HEIGHT)) or 1
        if display_width(text) <= cells * lines - (lines - 1) * 2:
            return text, size
    return shortened(text, cells * lines - lines * 2), size


def _cells(width: float, size: float) -> int:
    """Half-width cells in a line of ``width`` inches, inner margins off; slack for Latin faces wider than half an em."""
    return max(2, int((width - 2 * CELL_PADDING) * 72 / (size / 2) * LATIN_SLACK))


def add_text(slide: Slide, text: str, block: Block, *, sizes: Sequence[float], colour: str = INK, bold: bool = False) -> None:
    box = slide.shapes.add_textbox(Inches(block.left), Inches(block.top), Inches(block.width), Inches(block.height))
    _fill(box.text_frame, text, block, sizes, colour, bold)


def add_title(slide: Slide, text: str, block: Block | None = None, sizes: Sequence[float] = (28, 24, 20)) -> None:
    """In the layout's title place, so that outline and screen readers have it."""
    block = block or Block(MARGIN, 0.4, SLIDE_WIDTH - 2 * MARGIN, 1.15)
    shape: Any = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = (Inches(side) for side in (block.left, block.top, block.width, block.height))
    _fill(shape.text_frame, text, block, sizes, INK, True)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM


def _fill(frame: Any, text: str, block: Block, sizes: Sequence[float], colour: str, bold: bool) -> None:
    shown, size = fitted(read(text), block, sizes)
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Inches(CELL_PADDING)
    frame.margin_top = frame.margin_bottom = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = shown
    styled(run, size, colour, bold)


def add_footer(slide: Slide, text: str, number: int) -> None:
    add_text(slide, text, Block(MARGIN, 6.8, SLIDE_WIDTH - 2 * MARGIN - 0.8, 0.5), sizes=(10, 9, 8), colour=GREY)
    add_text(slide, str(number), Block(SLIDE_WIDTH - MARGIN - 0.6, 6.8, 0.6, 0.3), sizes=(10,), colour=GREY)


# --- tables -------------------------------------------------------------------------------------------------------


def cell_texts(table: Table) -> list[list[str]]:
    """Every cell as it is read, row by row, the headings first."""
    rows = [[column.heading for column in table.file_columns], *table.texts()]
    return [[read(text) for text in row] for row in rows]


def column_widths(table: Table, width: float) -> list[float]:
    """Inches a column: by its widest text, long texts sharing what is left."""
    wanted = []
    for texts in zip(*cell_texts(table), strict=True):
        widest = max(display_width(text) + text.count("≥") + text.count("≤") for text in texts)  # as wide as a Chinese sign in its face
        wanted.append(min(math.ceil(max(widest, 4) / LATIN_SLACK) + 3, 60))
    total = sum(wanted)
    available = width * 72 / (TABLE_SIZE / 2)
    if total > available:  # the longest columns give way first
        limit = max(wanted)
        while limit > 8 and sum(min(each, limit) for each in wanted) > available:
            limit -= 1
        wanted = [min(each, limit) for each in wanted]
        total = sum(wanted)
    return [each / total * width for each in wanted]


def row_heights(table: Table, width: float) -> list[float]:
    """Inches a row, the heading first."""
    cells = [_cells(each, TABLE_SIZE) for each in column_widths(table, width)]
    lines = [max(lines_needed(text, room) for text, room in zip(row, cells, strict=True)) for row in cell_texts(table)]
    return [count * TABLE_SIZE * LINE_HEIGHT / 72 + ROW_SLACK for count in lines]


def rows_height(table: Table, width: float) -> float:
    return sum(row_heights(table, width))


def pages_of(table: Table, width: float, height: float) -> list[Table]:
    """The table cut into pieces that fit the height, each with the headings."""
    head, *rows = row_heights(table, width)
    pages: list[tuple[int, int]] = []
    start, used = 0, head
    for position, row in enumerate(rows):
        if used + row > height and position > start:
            pages.append((start, position))
            start, used = position, head
        used += row
    pages.append((start, len(rows)))
    ends = len(rows)
    return [replace(table, frame=table.frame.iloc[first:last], ends_in_sum=table.ends_in_sum and last == ends) for first, last in pages]


def add_table(slide: Slide, table: Table, block: Block) -> None:
    """A native table; the caller has seen to it that it fits (:func:`pages_of`)."""
    widths, heights = column_widths(table, block.width), row_heights(table, block.width)
    frame: Any = slide.shapes.add_table(1, len(widths), Inches(block.left), Inches(block.top), Inches(block.width), Inches(sum(heights)))
    grid = frame.table
    grid.horz_banding = False
    grid._tbl.tblPr.find(qn("a:tableStyleId")).text = GRID_STYLE
    for position, width in enumerate(widths):
        grid.columns[position].width = Inches(width)
    grid._tbl.remove(grid._tbl.tr_lst[0])
    rows = cell_texts(table)
    last = len(rows) - 1 if table.ends_in_sum else 0
    for index, (row, height) in enumerate(zip(rows, heights, strict=True)):
        cells = "".join(
            _cell(text, index == 0, column.is_number, bold=index in (0, last)) for text, column in zip(row, table.file_columns, strict=True)
        )
        grid._tbl.append(parse_xml(f'<a:tr {nsdecls("a")} h="{Inches(height)}">{cells}</a:tr>'))


def _cell(text: str, heading: bool, right: bool, bold: bool) -> str:
    """A cell's XML: written whole, for python-pptx takes milliseconds a cell to build it piece by piece."""
    colour = INK if heading or right else VERDICT_INK.get(text, INK)
    side, padding = "r" if right else "l", Inches(CELL_PADDING)
    fill = f'<a:solidFill><a:srgbClr val="{PAPER}"/></a:solidFill>' if heading else "<a:noFill/>"
    return (
        f'<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr algn="{side}"/>'
        f'<a:r><a:rPr lang="zh-CN" sz="{TABLE_SIZE * 100}" b="{int(bold)}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
        f'<a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/></a:rPr><a:t>{escape(text)}</a:t></a:r></a:p></a:txBody>'
        f'<a:tcPr marL="{padding}" marR="{padding}" marT="{Inches(0.02)}" marB="{Inches(0.02)}" anchor="ctr">{fill}</a:tcPr></a:tc>'
    )
