"""The deck: 16:9 slides with native charts the office can edit, a title that states the case, k/n, and a footer with 口径 and 截至."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd
from pptx import Presentation
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Emu, Inches

from metrics.vocabulary import LEVEL_NAMES, Measure, Status
from metrics.wording import MISSING, fraction, target_text
from reports import papers
from reports.conclusions import JUDGED, Point, movement, worsening_units
from reports.pack import Annex, Chapter, Pack, chart_rows
from reports.slide_charts import bar_chart, line_chart
from reports.slide_parts import (
    BODY_BOTTOM,
    BODY_TOP,
    GREY,
    INK,
    MARGIN,
    SLIDE_HEIGHT,
    SLIDE_WIDTH,
    Block,
    add_footer,
    add_table,
    add_text,
    add_title,
    pages_of,
    read,
    rows_height,
)
from reports.tables import Column, Kind, Table, basis_words, definition_words
from reports.wording import bare, clean, of, quantity

MOST_BARS = 18
SIDE_WIDTH = 5.2
HEADLINE_FIGURES = 6


def deck_bytes(pack: Pack) -> bytes:
    """The PPTX of a meeting."""
    deck = papers.deck() or _empty_deck()
    deck.core_properties.title = clean(pack.name)
    deck.core_properties.author = ""
    _cover(deck, pack)
    _headline(deck, pack)
    for chapter in pack.chapters:
        _ranking(deck, pack, chapter)
        if chapter.has_trend:
            _trend(deck, pack, chapter)
    for annex in pack.annexes:
        _annex(deck, pack, annex)
    _definitions(deck, pack)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _empty_deck() -> Deck:
    """python-pptx's own template is 4:3; its layouts are stretched so that a title added by hand sits right, too."""
    deck = Presentation()
    stretch = Inches(SLIDE_WIDTH) / deck.slide_width
    for page in (deck.slide_master, *deck.slide_layouts):
        for shape in page.placeholders:
            if shape.element.spPr.xfrm is not None:
                shape.left, shape.width = Emu(round(shape.left * stretch)), Emu(round(shape.width * stretch))
    deck.slide_width, deck.slide_height = Inches(SLIDE_WIDTH), Inches(SLIDE_HEIGHT)
    return deck


def _slide(deck: Deck, title: str, subtitle: str, footer: str, notes: Sequence[tuple[str, str]] = ()) -> Slide:
    slide: Slide = deck.slides.add_slide(papers.title_layout(deck))  # title only: the title shows in the outline and to a screen reader
    add_title(slide, title)
    if subtitle:
        add_text(slide, subtitle, Block(MARGIN, 1.6, SLIDE_WIDTH - 2 * MARGIN, 0.5), sizes=(14, 12, 11), colour=GREY)
    add_footer(slide, footer, len(deck.slides))
    if notes and (spoken := slide.notes_slide.notes_text_frame) is not None:
        spoken.text = "\n".join(read(f"{label}:{text}") for label, text in notes)
    return slide


def _cover(deck: Deck, pack: Pack) -> None:
    slide = deck.slides.add_slide(papers.title_layout(deck))
    add_title(slide, pack.name, Block(MARGIN, 2.5, SLIDE_WIDTH - 2 * MARGIN, 1.4), sizes=(40, 32, 26))
    add_text(slide, f"{pack.meeting} · {pack.as_of_words}", Block(MARGIN, 4.0, SLIDE_WIDTH - 2 * MARGIN, 0.6), sizes=(20,), colour=GREY)
    rules = f"规则手册 {pack.rulebook_version} · 率均附分子/分母,图表可直接编辑"
    add_text(slide, rules, Block(MARGIN, 6.6, SLIDE_WIDTH - 2 * MARGIN, 0.4), sizes=(12,), colour=GREY)


def _headline(deck: Deck, pack: Pack) -> None:
    """Six numbers and how they moved."""
    by_id = {chapter.entry.id: (chapter, chapter.reading.last) for chapter in pack.chapters}
    chosen = [(chapter, last) for chapter, last in by_id.values() if last is not None][:HEADLINE_FIGURES]
    if not chosen:
        return
    line = " · ".join(part for part in (pack.place, pack.as_of_words) if part)
    slide = _slide(deck, _headline_title(pack), line, pack.footed("口径:各项口径见末页"))
    width, height = (SLIDE_WIDTH - 2 * MARGIN) / 3, (BODY_BOTTOM - BODY_TOP) / 2
    for position, (chapter, last) in enumerate(chosen):
        left, top = MARGIN + position % 3 * width, BODY_TOP + position // 3 * height
        add_text(slide, chapter.entry.name, Block(left, top + 0.1, width - 0.3, 0.45), sizes=(16, 13), colour=GREY)
        add_text(slide, bare(chapter.entry, last.value), Block(left, top + 0.5, width - 0.3, 0.85), sizes=(40, 32), bold=True)
        cases = f"{fraction(last.k, last.n)} {chapter.entry.unit}".rstrip() if chapter.entry.measure is Measure.RATE else ""
        goal = target_text(chapter.entry, chapter.reading.target)
        moment = f"截至{chapter.reading.moment_words}" if pack.looks_back(chapter) else ""
        stands = " · ".join(part for part in (cases, goal, moment) if part)
        add_text(slide, stands, Block(left, top + 1.35, width - 0.3, 0.3), sizes=(13, 11, 10, 9), colour=INK)
        add_text(slide, movement(chapter.reading), Block(left, top + 1.65, width - 0.3, 0.55), sizes=(13, 12, 11), colour=GREY)


def _headline_title(pack: Pack) -> str:
    """How many of the figures that can be judged have a unit below target."""
    statuses = {chapter.entry.id: set(chapter.reading.frame["status"]) for chapter in pack.chapters}
    judged = [found for found in statuses.values() if found & set(JUDGED)]
    short = [found for found in judged if found & {Status.NEAR, Status.LOW}]
    if not judged:
        return f"{pack.period.label}主要指标"
    said = f"中 {len(short)} 项有单位未达到目标" if short else "都没有单位未达到目标"
    return f"{pack.period.label},{len(judged)} 项有目标的指标{said}"


def _chapter_footer(pack: Pack, chapter: Chapter) -> str:
    footer = pack.footer(chapter)
    return f"{footer} · 筛选:{pack.filters}" if pack.filters else footer


def _ranking(deck: Deck, pack: Pack, chapter: Chapter) -> None:
    """One bar chart, and beside it k/n and the verdict; where the rows are too many, the table takes its own pages."""
    shown, cut = chart_rows(chapter, MOST_BARS)
    side = None if chapter.entry.measure is Measure.COUNT and not cut and not shown.empty else _slide_table(chapter)
    space = BODY_BOTTOM - BODY_TOP
    beside = side is not None and rows_height(side, SIDE_WIDTH) <= space
    which = "排名靠后的" if shown["rank"].notna().any() else "前"
    left_out = f"图为{which} {len(shown)} 个,全部见后表" if cut else ""
    line = " · ".join(part for part in (chapter.subtitle, left_out) if part)
    slide = _slide(deck, chapter.title, line, _chapter_footer(pack, chapter), chapter.table.notes)
    full = SLIDE_WIDTH - 2 * MARGIN
    width = full - SIDE_WIDTH - 0.2 if beside else full
    if not shown.empty:
        bar_chart(slide, chapter, shown, Block(MARGIN, BODY_TOP, width, space))
    if side is not None and beside:
        add_table(slide, side, Block(MARGIN + width + 0.2, BODY_TOP, SIDE_WIDTH, space))
    elif side is not None:
        _paged(deck, pack, side, chapter.entry.name, _chapter_footer(pack, chapter))


def _slide_table(chapter: Chapter) -> Table:
    """The leaderboard for a slide: place, unit, k/n, value, verdict; the whole last."""
    frame = chapter.table.frame
    entry = chapter.entry
    rows = frame.assign(
        figure=[
            quantity(entry, k, n, value) if entry.measure is not Measure.RATE else fraction(k, n) or MISSING
            for k, n, value in zip(frame["k"], frame["n"], frame["value"], strict=True)
        ]
    )
    columns = [Column("rank", "名次", Kind.COUNT), Column("name", LEVEL_NAMES[chapter.reading.level])]
    if entry.measure is Measure.RATE:
        columns += [Column("value", "值", Kind.SHARE), Column("figure", "分子/分母", unit=entry.unit)]
    else:
        columns += [Column("figure", "值")]
    if (frame["verdict"] != MISSING).any():
        columns += [Column("verdict", "评价")]
    if not frame["rank"].notna().any():
        columns = columns[1:]
    return Table(chapter.entry.name, tuple(columns), rows, ends_in_sum=chapter.table.ends_in_sum)


def _paged(deck: Deck, pack: Pack, table: Table, heading: str, footer: str) -> None:
    """A table over as many slides as it needs, the headings on each."""
    width, height = SLIDE_WIDTH - 2 * MARGIN, BODY_BOTTOM - BODY_TOP + 0.45
    pages = pages_of(table, width, height)
    for number, page in enumerate(pages, start=1):
        count = f"({number}/{len(pages)})" if len(pages) > 1 else ""
        slide = _slide(deck, f"{heading}{count}", "", footer)
        add_table(slide, page, Block(MARGIN, BODY_TOP - 0.45, width, height))


def _trend(deck: Deck, pack: Pack, chapter: Chapter) -> None:
    reading = chapter.reading
    lines: dict[str, Sequence[Point]] = {reading.whole_name: reading.whole}
    if reading.entry.measure is Measure.RATE:
        lines |= {str(row["name"]): reading.runs[row["code"]] for row in worsening_units(reading)[:2]}
    cases = "、".join(f"{_short(point)} {of(point.k, point.n)}" for point in reading.whole) if reading.entry.measure is Measure.RATE else ""
    line = " · ".join(part for part in (target_text(reading.entry, reading.target), cases) if part)
    slide = _slide(deck, chapter.course_title, line, _chapter_footer(pack, chapter), chapter.table.notes)
    line_chart(slide, chapter, lines, Block(MARGIN, BODY_TOP, SLIDE_WIDTH - 2 * MARGIN, BODY_BOTTOM - BODY_TOP))


def _short(point: Point) -> str:
    return point.period.label.rpartition("年")[2] or point.period.label


def _annex(deck: Deck, pack: Pack, annex: Annex) -> None:
    width, height = SLIDE_WIDTH - 2 * MARGIN, BODY_BOTTOM - BODY_TOP
    pages = pages_of(annex.table, width, height)
    for number, page in enumerate(pages, start=1):
        heading = annex.title if number == 1 else f"{annex.table.title}({number}/{len(pages)})"
        slide = _slide(deck, heading, annex.subtitle, pack.footer(annex), annex.table.notes)
        add_table(slide, page, Block(MARGIN, BODY_TOP, width, height))


def _definitions(deck: Deck, pack: Pack) -> None:
    """The last slides: 口径 of everything shown."""
    entries = list({chapter.entry.id: chapter for chapter in pack.chapters}.values())
    rows = [
        {
            "name": each.entry.name,
            "definition": definition_words(each.entry, pack.edition),
            "target": target_text(each.entry, each.reading.target).removeprefix("目标 ") or "—",
            "basis": basis_words(each.entry) or "—",
        }
        for each in entries
    ]
    if not rows:
        return
    columns = (Column("name", "指标"), Column("definition", "口径(分子 ÷ 分母)"), Column("target", "目标"), Column("basis", "依据"))
    _paged(deck, pack, Table("口径", columns, pd.DataFrame(rows)), "口径与目标", f"规则手册 {pack.rulebook_version}")
