"""大屏 as it is read: its panels in turn, and how old what hangs there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from metrics.wording import moment_text
from reports.parts import Cards, Exceptions, ExceptionSection, Leaderboard, Pair
from reports.screens import Wall

PANEL_SECONDS = 20


def panels(numbers: Cards, tonight: Sequence[ExceptionSection], boards: Sequence[Leaderboard]) -> list[tuple[Any, ...]]:
    """The panels in turn: the six numbers with tonight's gaps, then two leaderboards at a time."""
    first = (numbers, Exceptions(tuple(tonight))) if tonight else (numbers,)
    return [first, *((Pair(*boards[start : start + 2]),) for start in range(0, len(boards), 2))]


def at_moment(sentence: str, turn: Sequence[tuple[Any, ...]], now: datetime, good_at: datetime | None, *, is_away: bool) -> Wall:
    """What hangs there at a moment. ``good_at``: up to when the data are right; ``is_away``: the database does not answer."""
    age = f"截至 {moment_text(good_at)} · 实时" if good_at else ""
    if is_away:
        age = f"数据库连接中断,以下为 {moment_text(good_at) if good_at else '较早'} 的数据"
    shown = turn[int(now.timestamp() // PANEL_SECONDS) % len(turn)]
    return Wall(sentence, f"{age} · 现在 {now:%H:%M}", is_away, shown)
