"""The board's own markup: headline numbers, exceptions, leaderboards. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.vocabulary import Direction, Measure, Status
from metrics.wording import MISSING, change_text, fraction, is_missing, status_text, target_text, value_text, whole
from pages.common.panel import go_definition, go_to

SIGNS = {Status.OK: "✓", Status.NEAR: "△", Status.LOW: "✕"}
"""A sign beside the word, for readers who do not tell the colours apart."""


def verdict(status: Any, n: Any = None) -> str:
    word, sign = status_text(status, n), SIGNS.get(Status(status), "")
    return f'<span class="verdict {escape(str(status))}">{sign} {escape(word)}</span>'


def sparkline(values: Sequence[float], goal: float | None = None) -> str:
    """A line without axes over equally spaced periods; gaps stay gaps. The last point is marked."""
    known = [value for value in values if not is_missing(value)]
    if len(known) < 2:
        return '<svg viewBox="0 0 120 28" aria-hidden="true"></svg>'
    low, high = min(known), max(known)
    room = (high - low) or 1.0
    step = 116 / (len(values) - 1)

    def at(value: float) -> float:
        return 24 - 20 * (value - low) / room

    lines: list[str] = []
    run: list[str] = []
    for position, value in enumerate([*values, None]):
        if is_missing(value):
            if len(run) > 1:
                lines.append(f'<polyline class="spark" points="{" ".join(run)}"/>')
            run = []
        else:
            run.append(f"{2 + position * step:.1f},{at(float(value)):.1f}")  # type: ignore[arg-type]
    last = next(position for position in range(len(values) - 1, -1, -1) if not is_missing(values[position]))
    # A stroke of no length with round ends: a dot that stays round however the drawing is stretched.
    dot = f'<path class="spark-now" d="M{2 + last * step:.1f} {at(float(values[last])):.1f}h0"/>'
    line = (
        f'<line class="spark-goal" x1="0" x2="120" y1="{at(goal):.1f}" y2="{at(goal):.1f}"/>'
        if goal is not None and low <= goal <= high
        else ""
    )
    return f'<svg viewBox="0 0 120 28" preserveAspectRatio="none" aria-hidden="true">{line}{"".join(lines)}{dot}</svg>'


@dataclass(frozen=True)
class Card:
    """One headline number: its indicator, the county's (or unit's) row, the period before, the trend."""

    entry: Indicator
    row: Mapping[str, Any]
    before: Any
    trend: Sequence[float]
    target: float | None
    since: str
    href: str = ""
    as_count: bool = False
    """Write k itself large (84件) and the share small: a leader acts on cases, not on their share."""


def cards(items: Sequence[Card]) -> str:
    return f'<div class="cards">{"".join(_card(item) for item in items)}</div>'


def _card(card: Card) -> str:
    entry, row = card.entry, card.row
    kn = fraction(row["k"], row["n"])
    shown = f"{value_text(entry, row['value'])} ({kn})" if kn else value_text(entry, row["value"])
    info = f'<button class="info" {go_definition(entry.id, shown=shown)}>ⓘ</button>'
    big = f"{whole(row['k'])}{entry.unit}" if card.as_count else value_text(entry, row["value"])
    of = f"{value_text(entry, row['value'])} <b>{kn}</b>" if card.as_count else f"<b>{kn}</b> {escape(entry.unit)}"
    change = _change(card)
    facts = [of if kn else "", f'<span class="nowrap">{escape(change)}</span>' if change else ""]
    goal = target_text(entry, card.target)
    return (
        f'<div class="card"><div class="label">{escape(entry.name)}{info}</div>'
        f'<div class="big {row["status"]}"><span {card.href}>{escape(big)}</span></div>'
        f'<div class="facts">{verdict(row["status"], row["n"])} {escape(goal)}</div>'
        f'<div class="facts">{" · ".join(fact for fact in facts if fact)}</div>{sparkline(card.trend, card.target)}</div>'
    )


def _change(card: Card) -> str:
    if card.row["status"] == Status.RUNNING:
        return ""  # half a month against a whole one says nothing
    text = change_text(card.entry, card.row["value"], card.before)
    return f"较{card.since} {text}" if text else ""


@dataclass(frozen=True)
class Exceptions:
    """One group of things to act on: a heading with its count, then lines (bold, words, link attribute)."""

    title: str
    count: str
    lines: Sequence[tuple[str, str, str]]
    quiet: str = ""
    severity: str = "low"
    info: str = ""


def exceptions(groups: Sequence[Exceptions]) -> str:
    return f'<div class="exceptions">{"".join(_group(group) for group in groups)}</div>'


def _group(group: Exceptions) -> str:
    items = (
        "".join(f"<li>{_line(bold, words, link)}</li>" for bold, words, link in group.lines)
        or f'<li><span class="quiet">{escape(group.quiet)}</span></li>'
    )
    shade = group.severity if group.lines else "none"
    info = f'<button class="info" {group.info}>ⓘ</button>' if group.info else ""
    head = f'<h3>{escape(group.title)} <span class="{shade}">{escape(group.count)}</span>{info}</h3>'
    return f'<section class="group">{head}<ul>{items}</ul></section>'


def _line(bold: str, words: str, link: str) -> str:
    tag = "button" if link else "span"
    return f'<{tag} {link}><b>{escape(bold)}</b><span class="what quiet">{escape(words)}</span></{tag}>'


@dataclass(frozen=True)
class Leaderboard:
    """A ranking on screen: a judged frame, the ranks of the period before by code, where a row leads."""

    entry: Indicator
    frame: pd.DataFrame
    title: str
    subtitle: str
    target: float | None
    before: Mapping[str, Any] = field(default_factory=dict)
    page: str = "pages/township/township.py"
    query: Mapping[str, str] = field(default_factory=dict)
    parameter: str = "township"
    extra: Mapping[str, str] = field(default_factory=dict)
    """By code: further words before the verdict, e.g. 在办 12 · 超期 3."""


def leaderboard(board: Leaderboard) -> str:
    """Rank, places moved, unit, bar with the target as a tick, value, (k/n), verdict. Unranked units follow in grey with the reason."""
    top = _scale(board)
    info = f'<button class="info" {go_definition(board.entry.id)}>ⓘ</button>'
    head = f'<h2>{escape(board.title)}{info}</h2><p class="sub">{escape(board.subtitle)}</p>'
    if board.frame.empty:
        return f'{head}<div class="empty">没有可排名的单位</div>'
    rows = "".join(_row(board, row, top) for row in board.frame.to_dict("records"))
    return f'{head}<div class="rows" role="list">{rows}</div>'


def _scale(board: Leaderboard) -> float:
    """The value at the right end of the bars: 100% for shares that are to be high, else the largest value or target shown."""
    if board.entry.measure is Measure.RATE and board.entry.direction is Direction.UP and (board.target or 1) >= 0.5:
        return 1.0
    return max([board.target or 0.0, *(float(value) for value in board.frame["value"] if not is_missing(value))]) or 1.0


def _row(board: Leaderboard, row: Mapping[Any, Any], top: float) -> str:
    entry, code, value = board.entry, str(row["code"]), row["value"]
    ranked = not is_missing(row["rank"])
    link = go_to(board.page, {board.parameter: code, **board.query})
    width = 0.0 if is_missing(value) else 100 * min(1.0, float(value) / top)
    tick = 0.0 if board.target is None else 100 * min(1.0, board.target / top)
    goal = f'<span class="goal" style="left:{tick:.1f}%"></span>' if tick > 0 else ""
    place, moved = (str(int(row["rank"])) if ranked else MISSING), _move(board.before.get(code), row["rank"])
    kn = fraction(row["k"], row["n"])
    extra = board.extra.get(code, "")
    beside = extra or (f"({kn})" if kn else "")
    reason = verdict(row["status"], row["n"]) if not (is_missing(value) and not ranked) else '<span class="verdict none">无数据</span>'
    return (
        f'<div class="row{"" if ranked else " unranked"}" {link}>'
        f'<span class="rank">{place}</span><span class="move">{moved}</span>'
        f'<span class="unit">{escape(str(row["name"]))}</span>'
        f'<span class="track"><span class="fill" style="width:{width:.1f}%"></span>{goal}</span>'
        f'<span class="value">{escape(value_text(entry, value))} <span class="kn-short">{escape(beside)}</span></span>'
        f'<span class="kn">{escape(beside)}</span>{reason}</div>'
    )


def _move(before: Any, now: Any) -> str:
    if is_missing(before) or is_missing(now):
        return ""
    places = int(before) - int(now)
    return "" if places == 0 else f"↑{places}" if places > 0 else f"↓{-places}"
