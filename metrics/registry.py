"""Every indicator of the board by id. An indicator is added in its subject's module; nothing is registered elsewhere."""

from __future__ import annotations

from fnmatch import fnmatchcase

from metrics import captains, duty, nights, petitions, quality, reception, satisfaction
from metrics.definition import Indicator
from metrics.vocabulary import LEVEL_NAMES, Level

REGISTRY: dict[str, Indicator] = {
    indicator.id: indicator
    for subject in (duty, nights, reception, petitions, captains, satisfaction, quality)
    for indicator in subject.INDICATORS
}


def indicator(indicator_id: str) -> Indicator:
    """One entry. Raises ``LookupError`` with a Chinese message."""
    try:
        return REGISTRY[indicator_id]
    except KeyError:
        raise LookupError(f"没有指标“{indicator_id}”;全部指标见 python -m reports indicator --list") from None


def chosen(patterns: list[str]) -> list[Indicator]:
    """The entries that ids, families (``duty.*``) or ``all`` name, in the registry's order.

    Raises ``LookupError`` where one names nothing.
    """
    found: dict[str, Indicator] = {}
    for pattern in patterns:
        matches = [entry for entry in REGISTRY.values() if pattern == "all" or fnmatchcase(entry.id, pattern)]
        if not matches:
            indicator(pattern)
        found.update({entry.id: entry for entry in matches})
    return [entry for entry in REGISTRY.values() if entry.id in found]


def require_level(entry: Indicator, level: Level) -> None:
    """Raises ``ValueError`` with a Chinese message where the indicator makes no sense at a level."""
    if level not in entry.levels:
        names = "、".join(f"{each}({LEVEL_NAMES[each]})" for each in entry.levels)
        raise ValueError(f"{entry.id} {entry.name}不能按 {level} 统计,可用:{names}")
