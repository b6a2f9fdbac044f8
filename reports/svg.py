"""Pictures without a browser: leaderboards, calendars, heat maps and tables as SVG from their values, and PNG from that.

A picture stands by itself: title, what is measured, and under it 口径, 截至, filters and who took it. Widths are reckoned from the text
(a Chinese character is one em wide, others about 0.56), so nothing has to be laid out by a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import resvg_py
from markupsafe import Markup

from metrics.wording import is_missing
from reports.canvas import FOOT, LINE, SMALL, TEXT, TITLE, Canvas, text_width, wrapped
from reports.county_map import CountyMap
from reports.days import WEEKDAYS, HeatMap, MonthCalendar, State
from reports.palette import LIGHT, Palette
from reports.parts import Exceptions, Leaderboard, More, Pair, RankedUnit, Sentence
from reports.tables import SIGNS, Bar, Column, Lines, Spark, Table, Team, Verdict, Verdicts, screen_text, small_text
from reports.wording import chinese_marks, clean

FONT = "Source Han Sans SC, Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
MARGIN, GAP = 24, 14
LEAST_WIDTH = 640
PNG_SCALE = 3


FRAME = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" font-family="{2}">'
    '<title>{3}</title><rect width="100%" height="100%" fill="{4}"/>{5}<g transform="translate({6} {7:.1f})">{8}</g>{9}{10}</svg>'
)
WATERMARK = Markup(
    '<text x="{0:.1f}" y="{1:.1f}" font-size="{2:.0f}" fill="{3}" opacity="0.07" text-anchor="middle" '
    'transform="rotate(-18 {0:.1f} {1:.1f})">{4}</text>'
)


# --- the picture ----------------------------------------------------------------------------------------------------


def picture(part: Any, footer: Sequence[str] = (), mark: str = "", palette: Palette = LIGHT) -> str:
    """A part as an SVG that stands by itself. ``footer``: lines under it (口径, 截至, 筛选); ``mark``: who took it, also as watermark.

    Raises ``KeyError`` for a part that has no drawing.
    """
    body, mark = Canvas(palette), chinese_marks(mark)
    title, remark = map(chinese_marks, _drawings()[type(part)](body, part))
    width = max(LEAST_WIDTH, body.width + MARGIN * 2)
    head = Canvas(palette)
    y: float = MARGIN + TITLE
    y = head.lines(MARGIN, y, wrapped(title, width - 2 * MARGIN, TITLE) if title else [], TITLE, bold=True)
    y = head.lines(MARGIN, y - 4, wrapped(remark, width - 2 * MARGIN, SMALL) if remark else [], SMALL, palette.quiet) - 4
    top = y
    foot = Canvas(palette)
    base = top + body.height + GAP + FOOT
    foot.line(MARGIN, base - FOOT - 4, width - MARGIN, base - FOOT - 4, palette.rule)
    notes = [line for words in (*footer, mark) if words for line in wrapped(chinese_marks(words), width - 2 * MARGIN, FOOT)]
    height = foot.lines(MARGIN, base + 4, notes, FOOT, palette.quiet) + MARGIN / 2
    middle = (width / 2, height / 2, min(30, max(16, width / 28)))
    watermark = WATERMARK.format(*middle, palette.ink, clean(mark)) if mark else Markup("")
    return str(
        FRAME.format(width, height, FONT, clean(title), palette.paper, _joined(head), MARGIN, top, _joined(body), _joined(foot), watermark)
    )


def png(svg: str, scale: float = PNG_SCALE) -> bytes:
    """The picture as PNG, ``scale`` times as large, with the fonts of this machine."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, font_family="Noto Sans CJK SC", sans_serif_family="Noto Sans CJK SC"))


def _joined(canvas: Canvas) -> Markup:
    return Markup("").join(canvas.shapes)


def can_draw(part: Any) -> bool:
    """Whether there is a drawing of this part."""
    return type(part) in _drawings()


Drawing = Callable[[Canvas, Any], tuple[str, str]]
"""Draws a part from (0, 0) down; returns its title and remark."""


def _drawings() -> dict[type, Drawing]:
    return {
        Leaderboard: _leaderboard,
        Exceptions: _exceptions,
        HeatMap: _heat_map,
        MonthCalendar: _month_calendar,
        Table: _table,
        Pair: _pair,
        CountyMap: _county_map,
    }


# --- leaderboard ----------------------------------------------------------------------------------------------------

ROW, TRACK, NAME_WIDTH = 30, 260, 14 * TEXT


def _leaderboard(canvas: Canvas, board: Leaderboard) -> tuple[str, str]:
    palette, units, y = canvas.palette, board.units(), 0.0
    if not units:
        canvas.text(0, TEXT, "没有可排名的单位", colour=palette.quiet)
        return board.heading
    names = {unit.code: wrapped(unit.name, NAME_WIDTH, TEXT) for unit in units}
    rank_x = max(24.0, *(text_width(unit.place, TEXT) for unit in units))
    name_x = rank_x + 54
    track_x = name_x + max(text_width(line, TEXT) for lines in names.values() for line in lines) + GAP
    values, besides, verdicts = (
        max(text_width(words, size) for words in texts)
        for texts, size in (
            ([unit.value for unit in units], TEXT),
            ([_beside(unit) for unit in units], SMALL),
            ([_said(unit.verdict) for unit in units], SMALL),
        )
    )
    others = track_x + GAP + values + GAP / 2 + besides + GAP + verdicts
    track = max(TRACK, LEAST_WIDTH - 2 * MARGIN - others)
    value_x = track_x + track + GAP + values
    beside_x = value_x + GAP / 2 + besides
    verdict_x = beside_x + GAP
    right = verdict_x + verdicts
    canvas.reach(right, 0)
    for unit in units:
        lines, middle = names[unit.code], y + ROW / 2 + TEXT * 0.36
        height = ROW + (len(lines) - 1) * TEXT * LINE
        ink = palette.ink if unit.ranked else palette.quiet
        canvas.line(0, y, right, y, palette.rule)
        canvas.text(rank_x, middle, unit.place, colour=ink, anchor="end", bold=True)
        if unit.moved:
            canvas.text(rank_x + 8, middle, unit.moved, SMALL, palette.quiet)
        canvas.lines(name_x, middle, lines, TEXT, ink)
        bar_y = y + ROW / 2 - 4
        canvas.box(track_x, bar_y, track, 8, palette.mixed(palette.ink, 0.08))
        canvas.box(track_x, bar_y, track * unit.share, 8, palette.mixed(palette.ink, 0.62 if unit.ranked else 0.25))
        if board.tick:
            canvas.box(track_x + track * board.tick - 1, bar_y - 4, 2, 16, palette.accent)
        canvas.text(value_x, middle, unit.value, colour=ink, anchor="end", bold=unit.ranked)
        canvas.text(beside_x, middle, _beside(unit), SMALL, palette.quiet, anchor="end")
        canvas.text(verdict_x, middle, _said(unit.verdict), SMALL, palette.of(unit.verdict.status))
        y += height
    canvas.reach(0, y)
    return board.heading


def _beside(unit: RankedUnit) -> str:
    return f"{unit.cases} {unit.beside}".strip()


def _said(verdict: Verdict) -> str:
    return chinese_marks(f"{SIGNS.get(verdict.status, '')} {verdict.words}".strip())


# --- exceptions -----------------------------------------------------------------------------------------------------

LINE_ROW, WORDS_WIDTH = 26, 34 * TEXT


def _exceptions(canvas: Canvas, it: Exceptions) -> tuple[str, str]:
    """The groups one under the other, each line with its name and its words; for a phone, so no wider than a hand's breadth of text."""
    palette, y = canvas.palette, 0.0
    names = max((text_width(line.name, TEXT) for group in it.groups for line in group.lines), default=0.0)
    words_x = min(names, NAME_WIDTH) + GAP
    right = max(LEAST_WIDTH - 2 * MARGIN, words_x + WORDS_WIDTH)
    for group in it.groups:
        canvas.line(0, y, right, y, palette.rule)
        title = chinese_marks(group.title)
        canvas.text(0, y + TEXT + 9, title, bold=True)
        shade = palette.of(group.shade) if group.lines else palette.quiet
        canvas.text(text_width(title, TEXT) + GAP, y + TEXT + 9, group.count, colour=shade, bold=True)
        y += TEXT + 20.0
        for line in group.lines:
            said = wrapped(chinese_marks(line.words), right - words_x, TEXT)
            canvas.lines(0, y + TEXT, wrapped(line.name, NAME_WIDTH, TEXT)[:1], TEXT)
            y = canvas.lines(words_x, y + TEXT, said, TEXT, palette.quiet) - TEXT + LINE_ROW - TEXT * LINE
        below = [part.words.removesuffix(",见清单 →") for part in group.below if isinstance(part, Sentence | More)]
        for words in below if group.lines else [group.quiet, *below]:
            canvas.text(0, y + TEXT, chinese_marks(words), SMALL, palette.quiet)
            y += LINE_ROW
        y += 8
    canvas.reach(right, y)
    return it.title, it.remark


# --- days -----------------------------------------------------------------------------------------------------------


def _county_map(canvas: Canvas, it: CountyMap) -> tuple[str, str]:
    palette = canvas.palette
    shape = Markup('<path d="{}" fill-rule="evenodd" fill="{}" stroke="{}" stroke-width="1.5"/>')
    for unit in it.units:
        colour = palette.of(unit.verdict.status)
        canvas.shapes.append(shape.format(unit.path, palette.mixed(colour, 0.2), palette.paper))
    for unit in it.units:
        (x, y), sign = unit.centre, SIGNS.get(unit.verdict.status, "")
        canvas.text(x, y - 4, unit.name, TEXT, anchor="middle", bold=True)
        canvas.text(x, y + 16, f"{sign} {unit.value}".strip(), SMALL, palette.of(unit.verdict.status), anchor="middle")
    canvas.reach(it.width, it.height)
    return it.title, it.remark


SQUARE = 26


def _heat_map(canvas: Canvas, it: HeatMap) -> tuple[str, str]:
    palette = canvas.palette
    left = max((text_width(line.name, TEXT) for line in it.lines), default=0) + GAP
    for place, (day, shade) in enumerate(it.days):
        colour = palette.accent if shade == "today" else palette.quiet
        canvas.text(left + place * (SQUARE + 2) + SQUARE / 2, SMALL, str(day.day), SMALL, colour, anchor="middle")
    y = SMALL + 8.0
    for line in it.lines:
        canvas.text(0, y + SQUARE / 2 + 5, line.name)
        for place, square in enumerate(line.squares):
            _state(canvas, square.state, left + place * (SQUARE + 2), y)
        y += SQUARE + 4
    x, y = 0.0, y + GAP / 2
    for state in it.states:
        wanted = SQUARE + 6 + text_width(state.words, SMALL) + GAP
        if x and x + wanted > max(canvas.width, LEAST_WIDTH - 2 * MARGIN):
            x, y = 0.0, y + SQUARE + 4
        _state(canvas, state, x, y)
        canvas.text(x + SQUARE + 6, y + SQUARE / 2 + 5, state.words, SMALL, palette.quiet)
        x += wanted
    return it.title, it.remark


def _state(canvas: Canvas, state: State, x: float, y: float) -> None:
    palette = canvas.palette
    fills = {"ok": (palette.ok, 0.14), "near": (palette.near, 0.24), "low": (palette.low, 0.26), "blank": (palette.ink, 0.1)}
    if state.shade in fills:
        canvas.box(x, y, SQUARE, SQUARE, palette.mixed(*fills[state.shade]))
    elif state.shade == "off":
        canvas.box(x, y, SQUARE, SQUARE, palette.faint)
    canvas.reach(x + SQUARE, y + SQUARE)
    quiet = state.shade in ("off", "ahead", "blank")
    canvas.text(x + SQUARE / 2, y + SQUARE / 2 + 5, state.sign, TEXT - 1, palette.quiet if quiet else palette.ink, anchor="middle")


DAY_WIDTH, NOTE_WIDTH = 112.0, 168.0


def _month_calendar(canvas: Canvas, it: MonthCalendar) -> tuple[str, str]:
    palette, y = canvas.palette, SMALL + 6.0
    for place, name in enumerate([*WEEKDAYS, it.last_column]):
        canvas.text(place * DAY_WIDTH + 6, SMALL, name, SMALL, palette.quiet)
    right = 7 * DAY_WIDTH + NOTE_WIDTH
    for week in it.weeks:
        names = [wrapped(" ".join(entry.name for entry in day.entries), DAY_WIDTH - 12, SMALL) for day in week.days]
        note = wrapped(week.words, NOTE_WIDTH - 12, SMALL) if week.words else []
        height = max(58.0, 30 + SMALL * LINE * max(len(note), *(len(lines) for lines in names)))
        for place, (day, lines) in enumerate(zip(week.days, names, strict=True)):
            x = place * DAY_WIDTH
            if "off" in day.shades:
                canvas.box(x, y, DAY_WIDTH, height, palette.faint)
            if "today" in day.shades:
                canvas.box(x, y, DAY_WIDTH, 2, palette.accent)
            pale = palette.mixed(palette.quiet, 0.55) if "outside" in day.shades else palette.quiet
            canvas.text(x + 6, y + SMALL + 4, day.label, SMALL, palette.accent if "today" in day.shades else pale)
            canvas.text(x + DAY_WIDTH - 6, y + SMALL + 4, day.feast, FOOT, pale, anchor="end")
            canvas.lines(x + 6, y + 2 * SMALL + 12, lines, SMALL, pale if "outside" in day.shades else palette.ink)
            canvas.line(x, y, x, y + height, palette.rule)
        shade = palette.quiet if week.shade == "none" else palette.of(week.shade)
        canvas.lines(7 * DAY_WIDTH + 8, y + SMALL + 4, note, SMALL, shade)
        canvas.line(7 * DAY_WIDTH, y, 7 * DAY_WIDTH, y + height, palette.rule)
        canvas.line(0, y, right, y, palette.rule)
        y += height
    canvas.line(0, y, right, y, palette.rule)
    canvas.reach(right, y)
    return it.title, it.remark


# --- table ----------------------------------------------------------------------------------------------------------

WIDEST_COLUMN, BAR_WIDTH, TEAM_HEIGHT, TEAM_COLUMN = 24 * TEXT, 130, 44, 22
LineOfCell = tuple[str, float, str]
"""Words, size, colour."""


@dataclass
class Block:
    """One cell ready to be drawn."""

    lines: list[LineOfCell]
    drawing: Bar | Team | Spark | None

    @property
    def width(self) -> float:
        drawn = {Bar: BAR_WIDTH, Spark: BAR_WIDTH}.get(type(self.drawing), 0)
        if isinstance(self.drawing, Team):
            drawn = TEAM_COLUMN * len(self.drawing.members)
        return max([float(drawn), *(text_width(words, size) for words, size, _ in self.lines)])

    @property
    def height(self) -> float:
        drawn = {Bar: 16, Spark: 30, Team: TEAM_HEIGHT + 18}.get(type(self.drawing), 0)
        return sum(size * LINE for _, size, _ in self.lines) + drawn


def _table(canvas: Canvas, table: Table) -> tuple[str, str]:
    palette = canvas.palette
    known = {column.key: column for column in table.columns}
    shown = [column for column in table.columns if column.screen]
    title = table.title if not table.conclusion else table.conclusion
    rows = [[_block(row, column, known, palette) for column in shown] for row in table.frame.to_dict("records")]
    if not rows:
        canvas.text(0, TEXT, table.empty, colour=palette.quiet)
        return title, table.remark
    widths = [
        max([text_width(column.head or column.title, SMALL), *(row[place].width for row in rows)]) + GAP
        for place, column in enumerate(shown)
    ]
    starts = [sum(widths[:place]) for place in range(len(widths))]
    right = sum(widths) - GAP
    for column, start, width in zip(shown, starts, widths, strict=True):
        x, anchor = (start + width - GAP, "end") if column.stands_right else (start, "start")
        canvas.text(x, SMALL, column.head or column.title, SMALL, palette.quiet, anchor)
    y = SMALL + 8.0
    for row in rows:
        canvas.line(0, y, right, y, palette.rule)
        for block, column, start, width in zip(row, shown, starts, widths, strict=True):
            _draw_block(canvas, block, start, y, width - GAP, column.stands_right)
        y += max(block.height for block in row) + 10
    canvas.line(0, y, right, y, palette.rule)
    canvas.reach(right, y)
    return title, table.remark


def _block(row: Any, column: Column, known: dict[str, Column], palette: Palette) -> Block:
    value, lines = row[column.key], list[LineOfCell]()
    if isinstance(value, Lines):
        for text, small in value.lines:
            lines += [(text, TEXT, palette.ink), *([(small, SMALL, palette.quiet)] if small else [])]
    elif isinstance(value, Verdict | Verdicts):
        verdicts = value.verdicts if isinstance(value, Verdicts) else (value,)
        lines = [(line, TEXT, palette.of(each.status)) for each in verdicts for line in wrapped(_said(each), WIDEST_COLUMN, TEXT)]
    else:
        ink = palette.of(row[column.shade]) if column.shade and row[column.shade] else palette.ink
        sign = row[column.sign] if column.sign else None
        text = chinese_marks(screen_text(row, column)) + (f" {SIGNS.get(sign.status, sign.words)}" if sign else "")
        lines = [(line, TEXT, ink) for line in wrapped(text, WIDEST_COLUMN, TEXT)]
    small = chinese_marks(small_text(row, column, known))
    lines += [(line, SMALL, palette.quiet) for line in wrapped(small, WIDEST_COLUMN, SMALL)] if small else []
    return Block(lines, row[column.drawing] if column.drawing else None)


def _draw_block(canvas: Canvas, block: Block, x: float, y: float, width: float, right: bool) -> None:
    y += 4
    for words, size, colour in block.lines:
        y += size * LINE
        canvas.text(x + width if right else x, y - size * 0.4, words, size, colour, "end" if right else "start")
    palette, drawing = canvas.palette, block.drawing
    if isinstance(drawing, Bar):
        top = drawing.top or 1
        canvas.box(x, y + 4, BAR_WIDTH, 8, palette.mixed(palette.ink, 0.08))
        canvas.box(x, y + 4, BAR_WIDTH * min(1.0, drawing.part / top), 8, palette.mixed(palette.ink, 0.62))
        if drawing.goal is not None:
            canvas.box(x + BAR_WIDTH * min(1.0, drawing.goal / top) - 1, y + 1, 2, 14, palette.accent)
    elif isinstance(drawing, Team):
        most = max((nights for _, nights in drawing.members), default=0) or 1
        for place, (_, nights) in enumerate(drawing.members):
            tall = max(1.0, TEAM_HEIGHT * nights / most)
            shade = palette.mixed(palette.ink, 0.45 if place else 0.75)
            canvas.box(x + place * TEAM_COLUMN, y + TEAM_HEIGHT - tall, TEAM_COLUMN - 4, tall, shade)
            middle = x + place * TEAM_COLUMN + (TEAM_COLUMN - 4) / 2
            canvas.text(middle, y + TEAM_HEIGHT + 14, str(nights), FOOT, palette.quiet, "middle")
    elif isinstance(drawing, Spark):
        _spark(canvas, drawing, x, y + 2)


def _spark(canvas: Canvas, spark: Spark, x: float, y: float) -> None:
    values = [None if value is None or is_missing(value) else float(value) for value in spark.values]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return
    low, room, step = min(known), (max(known) - min(known)) or 1.0, (BAR_WIDTH - 4) / (len(values) - 1)
    points = [(x + 2 + place * step, y + 24 - 20 * (value - low) / room) for place, value in enumerate(values) if value is not None]
    is_open = spark.running and values[-1] is not None
    for place, ((x1, y1), (x2, y2)) in enumerate(pairwise(points), start=2):
        canvas.line(x1, y1, x2, y2, canvas.palette.quiet, 1.5, dashed=is_open and place == len(points))


def _pair(canvas: Canvas, pair: Pair) -> tuple[str, str]:
    """Two drawings beside each other, each under its own title."""
    x = 0.0
    for part in (pair.left, pair.right):
        if part is None:
            continue
        own = Canvas(canvas.palette)
        title, remark = _drawings()[type(part)](own, part)
        width = max(own.width, 360.0)
        y = canvas.lines(x, TEXT + 2, wrapped(title, width, TEXT), TEXT, bold=True)
        y = canvas.lines(x, y, wrapped(remark, width, SMALL), SMALL, canvas.palette.quiet) if remark else y
        canvas.shapes.append(Markup('<g transform="translate({:.1f} {:.1f})">{}</g>').format(x, y, _joined(own)))
        canvas.reach(x + width, y + own.height)
        x += width + 2 * MARGIN
    return "", ""
