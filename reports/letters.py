"""A notice as it is sent: title, lines, where it leads, a picture and a file; and what a message without markup says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from metrics.wording import moment_text
from reports.parts import ExceptionSection, More, Sentence
from reports.wording import chinese_marks, clean

MOST_BYTES = 2000
"""A 企业微信 robot takes 2,048 bytes of text: what is longer is cut at a line, and says that the rest is on the board."""


@dataclass(frozen=True)
class Enclosed:
    """A file that goes along: its name, its MIME type, its bytes."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """``lines``: plain text, one a line, without the title; ``link``: an address of the board, or empty; ``late``: why it comes late."""

    title: str
    lines: tuple[str, ...]
    link: str = ""
    picture: Enclosed | None = None
    file: Enclosed | None = None
    late: str = ""

    @property
    def subject(self) -> str:
        """The title as it is read."""
        return chinese_marks(clean(self.title))

    @property
    def text(self) -> str:
        """What stands under the title, cut to what every channel takes."""
        tail = [f"{chinese_marks('看板(需登录):')}{self.link}"] if self.link else []
        head = [chinese_marks(clean(line)) for line in (*([self.late] if self.late else []), *self.lines)]
        room = MOST_BYTES - len("\n".join([self.subject, *tail, "……其余见看板"]).encode())
        shown: list[str] = []
        for line in head:
            if len("\n".join([*shown, line]).encode()) > room:
                shown.append("……其余见看板")
                break
            shown.append(line)
        return "\n".join([*shown, *tail])

    def sent_late(self, at: datetime) -> Letter:
        """The same, said to be of an earlier moment: the server was off, or the channel did not answer."""
        return replace(self, late=f"补发:本应于{moment_text(at)}发出,内容截至那时")


def lines_of(groups: Sequence[ExceptionSection]) -> list[str]:
    """Groups as lines: 新增超期 2 件, · 泥河镇 环境卫生,10月13日到期 …, what there is beyond them."""
    lines = []
    for group in groups:
        lines.append(f"【{group.title}】{group.count}".rstrip())
        lines += [f"· {line.name} {line.words}".rstrip() for line in group.lines]
        lines += [part.words.removesuffix(",见清单 →") for part in group.below if isinstance(part, Sentence | More)]
        lines += [f"· {group.quiet}"] if not group.lines and group.quiet else []
    return lines
