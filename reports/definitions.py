"""口径 in full: how a number is counted, in Chinese Markdown, with the numbers and rules of the edition in force at what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from metrics.definition import Indicator, Texts
from metrics.registry import indicator
from metrics.rulebook import Edition, Rule, Rulebook, rulebook
from metrics.vocabulary import LEVEL_NAMES, MODULE_NAMES, Direction, Measure, Module
from metrics.wording import target_text
from reports.tables import definition_words, edition_words
from reports.wording import chinese_marks

MEASURE_WORDS = {Measure.RATE: "比率 k/n", Measure.COUNT: "计数", Measure.VALUE: "数值"}
DIRECTION_WORDS = {Direction.UP: "越高越好", Direction.DOWN: "越低越好", Direction.WATCH: "供研判,不排名"}


def definition_line(indicator_id: str, edition: Edition) -> str:
    """An indicator's 口径 on one line, as it stands under a picture: name, k over n, rulebook version."""
    entry = indicator(indicator_id)
    return f"{entry.name} = {definition_words(entry, edition)}(规则手册 {edition.version})"


def definition_text(entry: Indicator, edition: Edition, rules: Rulebook | None = None) -> str:
    """An entry of the registry: what, of what, target, rule with its words, rulebook version."""
    texts, known = Texts(*map(chinese_marks, astuple(entry.texts(edition)))), (rules or rulebook()).rules
    goal = target_text(entry, edition.target(entry.id)) or "不设目标,只看"
    lines = [
        f"#### {entry.name}",
        f"{MODULE_NAMES[entry.module]} · :small[{entry.id}] · {DIRECTION_WORDS[entry.direction]} · {goal}",
        "",
        f"**为什么看它** {texts.why}",
        "",
        f"**分子 k** {texts.numerator}",
    ]
    if texts.denominator:
        lines += ["", f"**分母 n** {texts.denominator}"]
    if texts.notes:
        lines += ["", f"**说明** {texts.notes}"]
    for rule_id in entry.basis:
        rule = known[rule_id]
        source = " · ".join(part for part in (rule.id, _origin(rule)) if part)
        lines += ["", f"**依据** {chinese_marks(rule.basis + rule.quoted)} :small[{source}]"]
    levels = "、".join(LEVEL_NAMES[level] for level in entry.levels)
    units = "、".join(dict.fromkeys((entry.unit, *(entry.unit_at(level) for level in entry.levels))))
    lines += ["", f"单位 {units} · 统计到 {levels} · 归口 {entry.owner} · 规则手册 {chinese_marks(edition_words(edition))}"]
    return "\n".join(lines)


def _origin(rule: Rule) -> str:
    """Where the wording was taken from; it binds nobody here, so it is no basis."""
    return f"文字参考{chinese_marks(rule.origin)}" if rule.origin else ""


def definition_summary(entry: Indicator, edition: Edition) -> str:
    """按期办结率 · 目标 ≥95% · 比率 k/n · 县、乡镇、村."""
    goal = target_text(entry, edition.target(entry.id)) or "不设目标"
    return f"{entry.name} · {goal} · {MEASURE_WORDS[entry.measure]} · {'、'.join(LEVEL_NAMES[level] for level in entry.levels)}"


def definitions_found(
    entries: Sequence[Indicator], words: str, edition: Edition, module: str | None = None
) -> dict[Module, list[Indicator]]:
    """By module, the indicators (of one module where given) whose definition holds ``words``, large or small letters alike."""
    found: dict[Module, list[Indicator]] = {}
    for entry in entries:
        if module in (None, entry.module) and chinese_marks(words).lower() in definition_text(entry, edition).lower():
            found.setdefault(entry.module, []).append(entry)
    return {module: found[module] for module in Module if module in found}
