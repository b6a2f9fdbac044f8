"""What one commit into the running month costs to count again, over a short history and over one ten times as long.

Processor time on SQLite, which runs inside the process that counts: it says the same on a busy machine.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bench.commits import an_overdue_petition
from bench.databases import filled
from data_access.answers import Answers
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from data_access.tables import Appointment, NightStay, NightVisit
from ingest.demo.world import Size
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import Level
from reports import source

MONTHS = (3, 30)


@dataclass(frozen=True)
class Recount:
    """A county ×1 with so many months of records: seconds of the processor for every indicator of this month and the eleven before."""

    months: int
    rows: int
    from_nothing: float
    after_a_commit: float
    nothing_new: float


def _counted(url: str, now: datetime) -> float:
    """As a process counts that has just started: only what the database keeps is known."""
    lines = [entry for entry in REGISTRY.values() if Level.TOWNSHIP in entry.levels and entry.needs]
    began = time.process_time()
    with engine(url).connect() as connection:
        kept = Answers(source.made_by, database=lambda: engine(url))
        asking = source.DatabaseSource(connection, Scope.operator(), at=now, kept=kept)
        for entry in lines:
            for month in Period.parse(f"{now:%Y-%m}").trailing(12):
                asking.past(entry, Level.TOWNSHIP, month, now.date())
    return time.process_time() - began


def _commit(url: str, now: datetime) -> None:
    an_overdue_petition(url, time.time_ns())
    night = (now - timedelta(days=1)).date()
    with engine(url).begin() as connection:
        person, area = connection.execute(
            select(Appointment.person_id, Appointment.area_code).where(Appointment.role == "village_chief").limit(1)
        ).one()
        connection.execute(insert(NightStay).values(person_id=person, area_code=area, night=night, recorded_at=now))
        connection.execute(insert(NightVisit).values(person_id=person, area_code=area, visited_on=night, people=1, recorded_at=now))


def measured(folder: Path, months: int) -> Recount:
    county = filled("SQLite", f"sqlite:///{folder / f'history-{months}.db'}", 1, Size(months=months))
    now = beijing_now()
    from_nothing = _counted(county.url, now)
    nothing_new = _counted(county.url, now)
    _commit(county.url, now)
    return Recount(months, county.rows, from_nothing, _counted(county.url, now), nothing_new)
