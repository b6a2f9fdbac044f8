"""What few citizens have answered about one person is not told to who may not see names: of a single answer, everybody in the village
would know whose it was. How many have answered is told, and so is the score that rests on it; what they said is not."""

from __future__ import annotations

import pandas as pd

LEAST_TOLD = 5
"""Answers from which on their sum and their rate tell nobody what one of them was."""


def is_small(answers: float) -> bool:
    return 0 < answers < LEAST_TOLD


def without_small_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """A judged frame by person whose rates rest on citizens' answers: k and value are missing where n is small (so few rank nobody)."""
    small = frame["n"].fillna(0).between(1, LEAST_TOLD - 1)
    return frame.assign(k=frame["k"].mask(small), value=frame["value"].mask(small))


def few_words(unit: str) -> str:
    """不足5条."""
    return f"不足{LEAST_TOLD}{unit}"
