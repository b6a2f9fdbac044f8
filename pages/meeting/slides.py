"""Slides as markup: the deck's chapters for projecting, each row leading to its unit. Texts are escaped here or in markup.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from metrics.vocabulary import Level, Measure
from metrics.wording import fraction, target_text, value_text
from pages.common.boards import module_page
from pages.common.filters import PICKED
from pages.common.markup import Leaderboard, leaderboard
from pages.common.panel import go_to
from pages.common.sheets import Column, cell, sheet
from reports.conclusions import Point, summary
from reports.pack import AUDIENCE_NAMES, Annex, Chapter, Pack
from reports.tables import definition_words

WIDTH, HEIGHT, TOP, SIDE = 1000, 360, 40, 60
COVER_LINES = 10


def slides(pack: Pack, query: Mapping[str, str]) -> list[str]:
    """The cover, then a slide a ranking and a slide a course, then the annexes."""
    made: list[str] = []
    first: list[int] = []
    for chapter in pack.chapters:
        first.append(len(made) + 1)
        made.append(_ranking(pack, chapter, query))
        if chapter.has_trend:
            made.append(_trend(pack, chapter))
    return [_cover(pack, first), *made, *(_annex(pack, annex) for annex in pack.annexes)]


def _slide(title: str, sub: str, body: str, footer: str) -> str:
    head = f"<h1>{escape(title)}</h1><p class='sub'>{escape(sub)}</p>"
    return f'<section class="slide">{head}<div class="body">{body}</div><footer>{escape(footer)}</footer></section>'


def _cover(pack: Pack, first: Sequence[int]) -> str:
    """What the slides say, each line leading to its slide: ``first`` is how many slides further on a chapter begins."""
    sub = f"{AUDIENCE_NAMES[pack.audience]} · {pack.as_of_words}"
    named = zip(pack.chapters[:COVER_LINES], first, strict=False)
    lines = "".join(f'<li><button data-turn="{slide}">{escape(chapter.title)}</button></li>' for chapter, slide in named)
    return _slide(pack.name, sub, f'<ul class="points">{lines}</ul>', f"规则手册 {pack.rulebook_version}")


def _footer(pack: Pack, chapter: Chapter) -> str:
    return f"口径:{definition_words(chapter.entry)} · {pack.as_of_words} · 规则手册 {pack.rulebook_version}"


def _ranking(pack: Pack, chapter: Chapter, query: Mapping[str, str]) -> str:
    reading = chapter.reading
    page, parameter = ROWS.get(reading.level, ("", ""))
    board = Leaderboard(reading.entry, reading.frame, "", "", reading.target, {}, page, query, parameter)
    return _slide(chapter.title, chapter.subtitle, leaderboard(board), _footer(pack, chapter))


ROWS = {
    Level.TOWNSHIP: ("pages/township/township.py", "township"),
    Level.VILLAGE: ("pages/township/village.py", "village"),
    Level.CATEGORY: ("pages/petitions/petitions.py", "category"),
}
"""Where a row of a level leads."""


def _trend(pack: Pack, chapter: Chapter) -> str:
    reading = chapter.reading
    text = summary(reading)
    title = f"{reading.whole_name}{reading.entry.name}{text.removeprefix(reading.whole_name)}"
    return _slide(title, target_text(reading.entry, reading.target), line(chapter, reading.whole), _footer(pack, chapter))


def line(chapter: Chapter, points: Sequence[Point]) -> str:
    """The course as SVG: every point with its value and k/n, the target dashed. A point leads to the subject's page in its period."""
    _, page = module_page(chapter.entry.id)
    values = [point.value for point in points if point.value is not None]
    is_share = chapter.entry.measure is Measure.RATE
    top = 1.0 if is_share else max([*values, chapter.reading.target or 0.0]) or 1.0
    step = (WIDTH - 2 * SIDE) / max(1, len(points) - 1)

    def place(position: int, value: float) -> tuple[float, float]:
        return SIDE + position * step, TOP + (HEIGHT - TOP) * (1 - min(1.0, value / top))

    spots = [(point, *place(position, point.value)) for position, point in enumerate(points) if point.value is not None]
    parts = [f'<polyline class="course" points="{" ".join(f"{x:.1f},{y:.1f}" for _, x, y in spots)}"/>']
    if chapter.reading.target is not None:
        goal = place(0, chapter.reading.target)[1]
        parts.append(f'<line class="target" x1="{SIDE}" x2="{WIDTH - SIDE}" y1="{goal:.1f}" y2="{goal:.1f}"/>')
    for point, x, y in spots:
        cases = fraction(point.k, point.n)
        link = go_to(page, {"period": PICKED, "which": point.period.text})
        parts.append(f'<g {link}><rect x="{x - step / 2:.1f}" y="0" width="{step:.1f}" height="{HEIGHT + 84}" fill="transparent"/>')
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 28:.1f}">{escape(value_text(chapter.entry, point.value))}</text>')
        parts.append(f'<text class="quiet" x="{x:.1f}" y="{y + 48:.1f}">{escape(f"({cases})" if cases else "")}</text>')
        parts.append(f'<text class="quiet" x="{x:.1f}" y="{HEIGHT + 72}">{escape(point.period.label)}</text></g>')
    said = "、".join(f"{point.period.label} {value_text(chapter.entry, point.value)}" for point, _, _ in spots)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 84}" role="img" aria-label="{escape(said)}">{"".join(parts)}</svg>'


def _annex(pack: Pack, annex: Annex) -> str:
    columns = [Column(column.heading, number=column.is_number) for column in annex.table.columns]
    rows = [[cell(text) for text in row] for row in annex.table.texts()]
    footer = f"口径:{dict(annex.table.notes).get('口径', '')} · {pack.as_of_words} · 规则手册 {pack.rulebook_version}"
    return _slide(annex.title, annex.subtitle, sheet(columns, rows), footer)
