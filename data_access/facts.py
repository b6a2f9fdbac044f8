"""The facts that indicators are computed from, by name: the query, and the tables whose change makes its answer stale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection

from data_access import captains, duty, nights, petitions, quality, reception
from data_access.scope import Scope
from data_access.window import Window


class Fact(NamedTuple):
    query: Callable[[Scope, Connection, Window], pd.DataFrame]
    tables: tuple[str, ...]
    any_level: bool = False
    """The answer is the same whatever level is asked: it is asked once for all of them."""

    def asked(self, window: Window) -> Window:
        """The window to ask: without a level where the fact has no use for one."""
        return replace(window, level="") if self.any_level else window


FACTS: dict[str, Fact] = {
    name: Fact(*entry) for subject in (captains, duty, nights, petitions, quality, reception) for name, entry in subject.FACTS.items()
}
