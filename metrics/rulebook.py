"""The dated rulebook: targets, thresholds, clocks, selection weights, and the words of the rules they rest on.

``rulebook.toml`` is data: a new edition is a new ``[[edition]]`` with its own ``valid_from``; an edition in force is never
edited. What an edition does not say it takes from the one before it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

RULEBOOK_FILE = Path(__file__).with_name("rulebook.toml")
OWN_BASIS = "规则手册"
"""What a rule rests on that no regulation asks for."""
_PLACE = re.compile(r"\{(\w+)\.([\w.]+)(?::([^{}]+))?\}")
TABLES = (
    *("targets", "margins", "samples", "duty", "nights", "reception", "petitions", "captains", "satisfaction", "quality"),
    *("notices", "selection"),
)


@dataclass(frozen=True)
class Rule:
    """A rule in words. ``source``: the regulation it rests on, empty where it rests on this rulebook alone; ``origin``: where the wording
    was taken from, which binds nobody here."""

    id: str
    words: str
    source: str = ""
    origin: str = ""

    @property
    def basis(self) -> str:
        """What it rests on: 信访工作条例(2022)第三十四条, or the county's own rulebook."""
        return self.source or OWN_BASIS

    @property
    def quoted(self) -> str:
        """The words in quotation marks; those inside them become single ones (GB/T 15834)."""
        return f"“{self.words.replace('“', '‘').replace('”', '’')}”"


@dataclass(frozen=True)
class Edition:
    """The rules in force from a day on."""

    version: str
    valid_from: date
    tables: Mapping[str, Mapping[str, Any]]

    def target(self, indicator_id: str) -> float | None:
        """The target of an indicator; None where it is shown without one."""
        value = self.tables["targets"].get(indicator_id)
        return None if value is None else float(value)

    def number(self, table: str, name: str) -> Any:
        """A threshold, e.g. ``number("duty", "leaders")``. Raises ``KeyError`` for one the rulebook does not have."""
        return self.tables[table][name]

    def filled(self, text: str) -> str:
        """A text with this edition's numbers in its places: ``{petitions.backlog_days}天`` → 90天.

        A target is a place too (``{targets.satisfaction.gap}``). A place may carry a format, e.g. ``{selection.quota_cell_captain:.0%}``
        → 2%; without one a number is written as short as it can be. Raises ``KeyError`` for a number the rulebook does not have.
        """
        return _PLACE.sub(lambda place: format(self.number(place[1], place[2]), place[3] or "g"), text)


@dataclass(frozen=True)
class Rulebook:
    editions: tuple[Edition, ...]
    rules: Mapping[str, Rule]

    def on(self, day: date) -> Edition:
        """The edition in force on a day; before the first one, the first."""
        in_force = [edition for edition in self.editions if edition.valid_from <= day]
        return in_force[-1] if in_force else self.editions[0]


def parse_rulebook(text: str) -> Rulebook:
    """Read and check a rulebook. Raises ``ValueError`` with a Chinese message that names the entry."""
    raw = tomllib.loads(text)
    rules: dict[str, Rule] = {}
    for entry in raw.get("rule", []):
        rule = Rule(entry["id"], entry["words"], entry.get("source", ""), entry.get("origin", ""))
        if rule.id in rules:
            raise ValueError(f"规则 {rule.id} 写了两次")
        rules[rule.id] = rule
    editions: list[Edition] = []
    for entry in raw.get("edition", []):
        unknown = set(entry) - {"version", "valid_from", "note", *TABLES}
        if unknown:
            raise ValueError(f"规则手册 {entry.get('version')} 有不认识的表:{'、'.join(sorted(unknown))}")
        earlier = editions[-1].tables if editions else {name: {} for name in TABLES}
        tables = {name: {**earlier[name], **entry.get(name, {})} for name in TABLES}
        edition = Edition(entry["version"], entry["valid_from"], tables)
        _check(edition, editions[-1] if editions else None)
        editions.append(edition)
    if not editions:
        raise ValueError("规则手册没有任何版本")
    return Rulebook(tuple(editions), rules)


def _check(edition: Edition, earlier: Edition | None) -> None:
    if not isinstance(edition.valid_from, date):
        raise ValueError(f"规则手册 {edition.version}:valid_from 应为日期")  # noqa: TRY004 (as every fault of the book)
    if earlier and edition.valid_from <= earlier.valid_from:
        raise ValueError(f"规则手册 {edition.version}:生效日期应晚于前一版 {earlier.version}")
    for name in ("targets", "margins"):
        for key, value in edition.tables[name].items():
            if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                raise ValueError(f"规则手册 {edition.version}:{name}.{key} 应为非负数,现为 {value!r}")
    for name, value in edition.tables["duty"].items():
        if not isinstance(value, int) or value < 0:
            raise ValueError(f"规则手册 {edition.version}:duty.{name} 应为非负整数,现为 {value!r}")


@cache
def rulebook() -> Rulebook:
    """The rulebook that ships with the board."""
    return parse_rulebook(RULEBOOK_FILE.read_text(encoding="utf-8"))
