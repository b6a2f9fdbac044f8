"""诉求 as it is read."""

from __future__ import annotations

import pandas as pd

from metrics.wording import fraction


def on_time_words(on_time: pd.DataFrame, overdue: pd.DataFrame) -> dict[str, str]:
    """By township code: (44/46) 超期2/13, from the frames of 按期办结率 and 超期在办."""
    known = on_time.set_index("code")
    return {
        str(row["code"]): f"({fraction(known['k'].get(row['code']), known['n'].get(row['code']))}) 超期{fraction(row['k'], row['n'])}"
        for row in overdue.to_dict("records")
    }
