"""What pictures are drawn on: lines, boxes and texts whose widths are reckoned (a Chinese character is one em wide, others about 0.56)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.palette import Palette
from reports.wording import clean

TITLE, TEXT, SMALL, FOOT = 20, 15, 13, 12
LINE = 1.5


WIDE_FROM, JOINER = 0x2E80, "\u200d"
"""From this sign on a line may be broken anywhere; the joiner ties emoji to a family."""
CLOSING = "\uff0c\uff1b\uff1a\uff09、。"


NARROW = 0.57
"""Of an em: a Latin letter or figure."""


def text_width(text: str, size: float) -> float:
    """Pixels a text takes: in the faces used, Chinese signs and those that stand among them (— · ✓) are one em wide."""
    return size * sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else NARROW for sign in text if not unicodedata.combining(sign))


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines no wider than ``width`` pixels; words of Latin letters and figures stay together where they fit."""
    lines: list[str] = []
    line = ""
    for word in _words(clean(text)):
        if line and text_width(line + word, size) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
        signs = list(_signs(line))
        while text_width(line, size) > width and len(signs) > 1:  # one word wider than the line
            count = next(count for count in range(len(signs), 0, -1) if count == 1 or text_width("".join(signs[:count]), size) <= width)
            lines.append("".join(signs[:count]))
            signs = signs[count:]
            line = "".join(signs)
    return [*lines, line] if line or not lines else lines


def _words(text: str) -> Iterator[str]:
    """Where a line may be broken: between Chinese signs, never inside a Latin word, a figure or a joined emoji."""
    word = ""
    for sign in _signs(text):
        if ord(sign[0]) < WIDE_FROM and sign != " ":
            word += sign
        else:
            if word:
                yield word
            word = ""
            yield sign
    if word:
        yield word


def _signs(text: str) -> Iterator[str]:
    """The signs a reader sees: combining marks, variation selectors and what a joiner ties stay with the sign before them, as does a mark
    that begins no line."""
    held = ""
    for sign in text:
        tied = (
            unicodedata.combining(sign)
            or sign == JOINER
            or sign in CLOSING
            or "\ufe00" <= sign <= "\ufe0f"
            or "\U0001f3fb" <= sign <= "\U0001f3ff"
        )
        if held and not tied and not held.endswith(JOINER):
            yield held
            held = ""
        held += sign
    if held:
        yield held


@dataclass
class Canvas:
    """What has been drawn, and how far down and right it reaches."""

    palette: Palette
    shapes: list[Markup] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def text(self, x: float, y: float, words: str, size: float = TEXT, colour: str = "", anchor: str = "start", bold: bool = False) -> None:
        """One line whose baseline lies at ``y``."""
        shape = Markup('<text x="{:.1f}" y="{:.1f}" font-size="{}" fill="{}" text-anchor="{}"{}>{}</text>')
        weight = Markup(' font-weight="600"') if bold else Markup("")
        self.shapes.append(shape.format(x, y, size, colour or self.palette.ink, anchor, weight, clean(words)))
        reach = text_width(words, size)
        self.reach(x + {"start": reach, "middle": reach / 2, "end": 0}[anchor], y)

    def box(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        shape = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="{}"/>')
        self.shapes.append(shape.format(x, y, max(0.0, width), max(0.0, height), fill, stroke))
        self.reach(x + width, y + height)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, thick: float = 1, dashed: bool = False) -> None:
        shape = Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"{}/>')
        self.shapes.append(shape.format(x1, y1, x2, y2, colour, thick, Markup(' stroke-dasharray="3 3"') if dashed else ""))

    def lines(
        self, x: float, y: float, texts: Iterable[str], size: float, colour: str = "", anchor: str = "start", bold: bool = False
    ) -> float:
        """Lines one under the other from the first baseline ``y``; the baseline after the last."""
        for words in texts:
            self.text(x, y, words, size, colour, anchor, bold)
            y += size * LINE
        return y

    def reach(self, x: float, y: float) -> None:
        self.width, self.height = max(self.width, x), max(self.height, y)
