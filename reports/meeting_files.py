"""The three files of a meeting by name: what the page hands out and the command writes.

What writes Word and slides is imported with the first file: 18 MB that a server of readers does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pkgutil import resolve_name

from reports.pack import Pack
from reports.wording import clean
from reports.workbook import workbook_bytes

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PaperError(ValueError):
    """A template cannot be used; the text (Chinese) names the file and says what to mend."""


@dataclass(frozen=True)
class MeetingFile:
    """One file: its kind in Chinese, its name, its MIME type, its bytes."""

    kind: str
    name: str
    mime: str
    content: bytes


def deck_bytes(pack: Pack) -> bytes:
    """The PPTX."""
    written: bytes = resolve_name("reports.deck:deck_bytes")(pack)
    return written


def bulletin_bytes(pack: Pack) -> bytes:
    """The DOCX: 通报."""
    written: bytes = resolve_name("reports.bulletin:bulletin_bytes")(pack)
    return written


def annex_bytes(pack: Pack) -> bytes:
    """The XLSX: one sheet a leaderboard."""
    return workbook_bytes(pack.tables, pack.name, pack.notes)


WRITERS: tuple[tuple[str, str, str, Callable[[Pack], bytes]], ...] = (
    ("演示", "pptx", PPTX, deck_bytes),
    ("通报", "docx", DOCX, bulletin_bytes),
    ("附表", "xlsx", XLSX, annex_bytes),
)


def file_name(pack: Pack, kind: str, suffix: str) -> str:
    """``云屏县_2026-10_月调度会_演示.pptx``: sorts by unit and period, and names no reader."""
    parts = [clean(pack.place) or "全部", pack.period.text, pack.meeting, kind]
    stem = "_".join("".join("-" if sign in '\\/:*?"<>|' else sign for sign in part).strip(" .")[:40] for part in parts)
    return f"{stem}.{suffix}"


def meeting_files(pack: Pack) -> Iterator[MeetingFile]:
    """The files, one after the other, so that whoever waits can be told which comes."""
    for kind, suffix, mime, writer in WRITERS:
        yield MeetingFile(kind, file_name(pack, kind, suffix), mime, writer(pack))
