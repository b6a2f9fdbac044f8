"""How a figure is written: the same digits on screen, in charts, files and titles."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.vocabulary import Direction, Measure

MISSING = "—"
HOURS_BELOW_DAYS = 2
"""What took less is read in hours."""


def is_missing(value: Any) -> bool:
    """None, NaN, NA and NaT alike; a list or a frame is a value, whatever it holds."""
    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))


def whole(value: Any) -> str:
    """1234 → 1,234."""
    return MISSING if is_missing(value) else f"{int(value):,}"


def rounded(value: float | Decimal, digits: int = 0) -> Decimal:
    """Half away from zero on the 15 digits a spreadsheet sees: 1/16 is 6.3% here as in a cell (Python's format says 6.2%)."""
    return Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def share_points(value: float) -> Decimal:
    """A share as percent with the one decimal that is shown."""
    return rounded(Decimal(f"{value:.15g}") * 100, 1)


def share(value: Any) -> str:
    """0.6190 → 61.9%."""
    return MISSING if is_missing(value) else f"{share_points(float(value))}%"


def fraction(k: Any, n: Any) -> str:
    """k/n, e.g. 13/21; empty where there is none."""
    return "" if is_missing(k) or is_missing(n) else f"{int(k):,}/{int(n):,}"


def value_text(entry: Indicator, value: Any) -> str:
    """A value in its own form: a share with one decimal, a count or other value with its unit."""
    if is_missing(value):
        return MISSING
    if entry.measure is Measure.RATE:
        return share(value)
    digits = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return f"{digits}{entry.unit}"


def target_text(entry: Indicator, target: float | None) -> str:
    """目标 100%, 目标 ≥95%, 目标 ≤5%, 目标 0; empty where there is none or the figure is only watched."""
    if target is None or entry.direction is Direction.WATCH:
        return ""
    if entry.direction is Direction.DOWN and target == 0:
        return "目标 0"
    if entry.measure is Measure.RATE:
        text = f"{target * 100:g}%"
    else:
        text = f"{target:g}{entry.unit}"
    if entry.direction is Direction.DOWN:
        return f"目标 ≤{text}"
    return f"目标 {text}" if entry.measure is Measure.RATE and target == 1 else f"目标 ≥{text}"


def change_text(entry: Indicator, now: Any, before: Any) -> str:
    """Against the period before: +3.2个百分点 for shares, +4件 for counts; empty where one of them is missing.

    Of shares as shown, so that whoever subtracts the two on paper gets the same.
    """
    if is_missing(now) or is_missing(before):
        return ""
    change = float(now) - float(before)
    if entry.measure is Measure.RATE:
        points = share_points(float(now)) - share_points(float(before))
        return "持平" if points == 0 else f"{points:+.1f}个百分点"
    change = round(change, 1)
    return "持平" if change == 0 else f"{change:+,.0f}{entry.unit}" if change.is_integer() else f"{change:+,.1f}{entry.unit}"


def days_text(days: float) -> str:
    """How long something took: 4.3 小时 below two days, else 2.7 天."""
    return f"{days * 24:.1f} 小时" if days < HOURS_BELOW_DAYS else f"{days:.1f} 天"


def day_text(day: date) -> str:
    return f"{day.month}月{day.day}日"


def day_of(day: date, as_of: date) -> str:
    """6月30日, with its year where that is not the one looked from."""
    return day_text(day) if day.year == as_of.year else f"{day.year}年{day_text(day)}"


def moment_text(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"
