"""The last counted week for pages: which it is, and which cadres in post all of it did less than is asked of them."""

from __future__ import annotations

import pandas as pd

from data_access.scope import Scope
from metrics.definition import Question, Span
from metrics.nights import full_weeks, of_week, recent_weeks, unreached
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.filters import Filters

NOBODY = pd.DataFrame({"person_id": pd.Series(dtype="int64"), "code": pd.Series(dtype="str"), "monday": pd.Series(dtype="object")})


def weeks_lately(filters: Filters) -> Question:
    """The question about the weeks up to the view's moment; the last of its ``weeks`` is the one a leader asks about."""
    return loaders.question_for(filters.narrowed, Level.TOWNSHIP, recent_weeks(filters.view.moment), filters.as_of)


def who_fell_short(scope: Scope, asked: Question, facts: tuple[str, str, str], column: str, needed: float) -> pd.DataFrame:
    """The people in post all the last week who did less than ``needed``. ``facts``: posts, leaves, and what they did (``column``).

    Columns: person_id, code, monday; no rows where no week counts.
    """
    if not asked.weeks:
        return NOBODY
    week = asked.weeks[-1]
    posts, leaves, done = (loaders.fact(scope, name, of_week(asked, week), Span.WEEKS) for name in facts)
    return unreached(full_weeks(posts, leaves, [week]), done, column, needed)
