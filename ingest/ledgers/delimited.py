"""CSV as offices and systems write it: any encoding, any separator, and quotes that nobody closed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

SEPARATORS = ",\t;|\uff0c\uff1b"
SNIFFED = 50
LONGEST_QUOTE = 200
"""Lines that one quoted field may go over."""
LONGEST_NOTE = 20
"""Lines that it may go over where they might be rows by themselves."""
MOST_CONTROL = 0.02
UNREAD = "\ufffd"
"""Stands where bytes are no text; a row that shows it in a column that is read is refused."""

Line = tuple[int, list[str]]
"""The line where a row begins, from 1, and its cells."""


def decoded(data: bytes, declared: bool = False) -> str:
    """``declared``: an HTML page names its encoding itself. Raises ``ValueError`` where the bytes are no text."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:4096]:
        at_even, at_odd = data[:4096:2].count(0), data[1:4096:2].count(0)
        text = data.decode("utf-16-be" if at_even > at_odd else "utf-16-le", errors="replace")
        if not re.search(rf"[\n{SEPARATORS}]", text):
            raise ValueError("no text")
        return text
    named = re.search(rb"charset=[\"']?([\w-]+)", data[:2048]) if declared else None
    encodings = ("utf-8-sig", *([named[1].decode()] if named else []), "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    # A bad byte spoils its own line only: in neither encoding is a line's end part of another sign.
    tried = [data.decode(encoding, errors="replace") for encoding in ("utf-8-sig", "gb18030")]
    return min(tried, key=lambda text: text.count(UNREAD))


def most_cells(text: str) -> int:
    """How many cells there can be: known before any of them takes a hundred times its sign."""
    return max(text.count("\n"), text.count("\r")) + max(map(text.count, SEPARATORS))


def lines(text: str) -> list[Line]:
    """Rows with something in them or not. Raises ``ValueError`` where the text is none."""
    text = text.removeprefix("\ufeff")
    strange = sum(1 for sign in text[:4096] if sign < " " and sign not in "\r\n\t") + text[:4096].count(UNREAD)
    if strange > MOST_CONTROL * min(len(text), 4096) + 1:
        raise ValueError("no text")
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    told = re.fullmatch(r"sep=(.)", written[0].strip('"'))
    if told:
        return list(_rows(written, told[1], 1))
    return list(_rows(written, _separator(written), 0))


def _separator(written: list[str]) -> str:
    """The one that divides most lines alike, quoted parts aside."""
    bare = [_bare(line) for line in written[:SNIFFED] if line.strip()]

    def alike(sign: str) -> tuple[int, int]:
        counts = Counter(line.count(sign) for line in bare if sign in line)
        best = counts.most_common(1)
        return (best[0][1], best[0][0]) if best else (0, 0)

    return max(SEPARATORS, key=alike)


def _bare(line: str) -> str:
    """A line without its quoted parts."""
    return re.sub(r'"[^"]*"', "", line)


def _rows(written: list[str], separator: str, start: int) -> Iterator[Line]:
    if written and not written[-1]:
        written = written[:-1]
    widths = Counter(line.count(separator) for line in written[start : start + SNIFFED] if '"' not in line and separator in line)
    usual = widths.most_common(1)[0][0] if widths else 0
    at = start
    while at < len(written):
        line = written[at]
        if '"' not in line:
            yield at + 1, [_shown(cell) for cell in line.split(separator)]
            at += 1
            continue
        cells, taken = _quoted(written, at, separator, usual)
        yield at + 1, [_shown(cell) for cell in cells]
        at += taken


def _shown(cell: str) -> str:
    """``="0012"`` and ``'0012``, as systems write a number that shall keep its zeros."""
    kept = re.fullmatch(r'="([^"]*)"', cell) or re.fullmatch(r"'(\d.*)", cell)
    return kept[1] if kept else cell


def _quoted(written: list[str], at: int, separator: str, usual: int) -> tuple[list[str], int]:
    """One row that begins at a line with quotes: its cells, and how many lines it takes.

    A quote opens a field only at its beginning and closes it only before a separator or the line's end. One that never closes, or only
    after lines that are whole rows by themselves, is a sign like any other: it must not swallow them (see :class:`_Field`).
    """
    cells: list[str] = []
    taken, rest = 1, written[at]
    while True:
        quoted = rest.startswith('"')
        if quoted:
            closed = _closed(rest, written, at + taken, separator, usual)
            if closed is not None and (not closed.over_rows or len(cells) + _bare(closed.rest).count(separator) == usual):
                cells.append(closed.text)
                rest = closed.rest
                taken += closed.more
                if not rest:
                    return cells, taken
                rest = rest[1:]
                continue
        cell, found, rest = rest.partition(separator)
        cells.append(cell)
        if not found:
            return cells, taken


class _Field(NamedTuple):
    """A quoted field, what stands after it (nothing, or a separator and more), the further lines it takes, and whether one of them might
    be a row by itself: then it is a note of several sentences if the row ends as wide as others, else a quote that nobody closed."""

    text: str
    rest: str
    more: int
    over_rows: bool


def _closed(rest: str, written: list[str], following: int, separator: str, usual: int) -> _Field | None:
    text, more, place, over_rows = rest, 0, 1, False
    while True:
        end = text.find('"', place)
        if end < 0:
            if more >= (LONGEST_NOTE if over_rows else LONGEST_QUOTE) or following + more >= len(written):
                return None
            added = written[following + more]
            over_rows = over_rows or bool(usual and added.partition('"')[0].count(separator) >= usual)
            place = len(text)
            text += "\n" + added
            more += 1
        elif text.startswith('""', end):
            place = end + 2
        elif end + 1 == len(text) or text.startswith(separator, end + 1):
            return _Field(text[1:end].replace('""', '"'), text[end + 1 :], more, over_rows)
        else:
            return None
