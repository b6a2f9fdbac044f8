"""Whose post is empty on a night: the chiefs and leaders in post at a unit that have no stay there, and why where that is on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from data_access.rolls import UNIT_POSTS, people_in_post, stays_at
from data_access.scope import Scope

TEAM_POST = 2
"""Chiefs are 1, leaders and committee members 2; of staff nobody in particular is missing."""


def absent_people(scope: Scope, connection: Connection, codes: Sequence[str], night: date) -> pd.DataFrame:
    """Who of a unit's chiefs and leaders (of a village's committee) has no stay at it, each in the highest post held there.

    Grain: person × unit. Columns: code, person_id, name (masked unless the scope may see names), post (1 chief, 2 leader or committee),
    leave (kind of the leave that covers the night, else None).
    """
    held = people_in_post(scope, connection, codes, night)
    held = held.assign(post=held["role"].map(UNIT_POSTS)).sort_values(["code", "post", "person_id"], kind="stable")
    held = held.drop_duplicates(["code", "person_id"])
    there = stays_at(scope, connection, codes, night, night)
    stayed = set(zip(there["code"], there["person_id"], strict=True))
    missing = [(code, person) not in stayed for code, person in zip(held["code"], held["person_id"], strict=True)]
    found = held[pd.Series(missing, index=held.index, dtype="bool") & (held["post"] <= TEAM_POST)]
    return found[["code", "person_id", "name", "post", "leave"]].reset_index(drop=True)
