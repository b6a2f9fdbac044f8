"""Posts, leave and what shortens a month, in words: the same for a chief's month, a person's page and who is in post at a unit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from metrics.vocabulary import LEAVE_NAMES, ROLE_NAMES, LeaveKind, Role
from metrics.wording import day_text, is_missing


def role_name(role: Any) -> str:
    """党政正职; a role the vocabulary does not know as it was entered."""
    return ROLE_NAMES[Role(role)] if role in set(Role) else str(role)


def captain_title(village: Any, unit: Any, role: Any) -> str:
    """马塘村西片片长: what stands before a captain's name, wherever it is not the heading of the place itself."""
    return f"{'' if is_missing(village) else village}{unit}{role_name(role)}"


def captain_titles(posts: pd.DataFrame) -> dict[int, str]:
    """The title of each captain by id. ``posts``: see ``data_access.captain_lists.captain_posts``."""
    rows = posts[["person_id", "village", "unit", "role"]].itertuples(index=False, name=None)
    return {int(person): captain_title(village, unit, role) for person, village, unit, role in rows}


def leave_name(kind: Any) -> str:
    return LEAVE_NAMES[LeaveKind(kind)] if kind in set(LeaveKind) else "离岗"


def change_words(kind: Any, first: date, last: Any) -> str:
    """11月9日到任, 11月9日离任, 请假 11月4日至11月10日. ``kind``: begin, end, or of a leave; ``last`` is missing where it goes on."""
    if kind in ("begin", "end"):
        return f"{day_text(first)}{'到任' if kind == 'begin' else '离任'}"
    return f"{leave_name(kind)} {day_text(first)}{'起' if is_missing(last) else f'至{day_text(last)}'}"
