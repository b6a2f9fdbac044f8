"""The facts that indicators are computed from, by name: the query, and the tables whose change makes its answer stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection

from data_access import captains, duty, nights, petitions, quality, reception
from data_access.scope import Scope
from data_access.window import Window


class Fact(NamedTuple):
    query: Callable[[Scope, Connection, Window], pd.DataFrame]
    tables: tuple[str, ...]


FACTS: dict[str, Fact] = {
    name: Fact(*entry) for subject in (captains, duty, nights, petitions, quality, reception) for name, entry in subject.FACTS.items()
}
