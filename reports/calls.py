"""Whom to call, as a value: units with people and the numbers that their reader may see."""

from __future__ import annotations

from dataclasses import dataclass

from reports.links import Link
from reports.tables import Verdict


@dataclass(frozen=True)
class Call:
    """Somebody to call: who, what is said of them, the number as this reader may see it (a whole one can be tapped)."""

    name: str
    words: str = ""
    phone: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class CallGroup:
    """A unit with whom to call there. ``small``: a quiet line under its name."""

    name: str
    verdict: Verdict
    calls: tuple[Call, ...]
    small: str = ""


@dataclass(frozen=True)
class Calls:
    """Units that want a call, one under the other. ``quiet``: what stands there when there is none."""

    groups: tuple[CallGroup, ...]
    quiet: str = ""
    about: str = ""


@dataclass(frozen=True)
class CallLine:
    """A few people to call in one line: 经办 李四海 139…."""

    calls: tuple[Call, ...]
