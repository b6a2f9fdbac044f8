"""Which modules a county runs: the one place that asks ``BOARD_MODULES``, for pages, wall, prefill, meetings and commands alike."""

from __future__ import annotations

import os

from metrics.definition import Indicator
from metrics.vocabulary import MODULE_NAMES, Module

SWITCHED = (Module.DUTY, Module.NIGHTS, Module.RECEPTION, Module.PETITIONS, Module.CAPTAINS)
"""What a county may run or not (阳曲 has no 三长, the Hunan towns no 住夜)."""


def running_modules(words: str | None = None) -> frozenset[Module]:
    """The modules this county runs: ``BOARD_MODULES`` (comma separated; ``words`` where given), all where it is empty.

    Satisfaction is that with 诉求; data quality is always looked at. An unknown name raises ``ValueError`` with a Chinese message.
    """
    given = os.environ.get("BOARD_MODULES", "") if words is None else words
    named = {name.strip() for name in given.split(",") if name.strip()}
    unknown = sorted(named - set(SWITCHED))
    if unknown:
        known = "、".join(f"{module}({MODULE_NAMES[module]})" for module in SWITCHED)
        raise ValueError(f"BOARD_MODULES 中有不认识的模块:{'、'.join(unknown)};可用:{known}")
    on = {module for module in SWITCHED if not named or module in named}
    return frozenset(on | {Module.QUALITY, *({Module.SATISFACTION} if Module.PETITIONS in on else ())})


def runs(entry: Indicator, modules: frozenset[Module] | None = None) -> bool:
    """Whether this county runs what an indicator counts."""
    return entry.module in (running_modules() if modules is None else modules)
