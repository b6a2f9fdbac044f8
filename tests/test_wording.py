"""How a figure is written, and when there is none to write."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from metrics.wording import MISSING, is_missing, whole


@pytest.mark.parametrize("nothing", [None, float("nan"), np.float32("nan"), Decimal("nan"), pd.NA, pd.NaT, np.datetime64("NaT")], ids=repr)
def test_nothing_is_missing_however_it_came(nothing: object) -> None:
    assert is_missing(nothing) is True
    assert whole(nothing) == MISSING


@pytest.mark.parametrize(
    "something",
    [
        0,
        0.0,
        False,
        "",
        "nan",
        np.int64(0),
        datetime(2026, 11, 22),
        [],
        [None],
        np.array([np.nan]),
        np.array([1.0, np.nan]),
        pd.DataFrame(),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}",
)
def test_a_nought_an_empty_text_and_whatever_holds_others_are_values(something: object) -> None:
    assert is_missing(something) is False
