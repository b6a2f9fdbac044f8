"""From a file to records and refusals: nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ingest.ledgers.directory import Directory
from ingest.ledgers.kinds import EVENTS, Kind
from ingest.ledgers.marks import MARK
from ingest.ledgers.petitions import PETITION, is_restricted
from ingest.ledgers.reading import Reading, Record, Refusal, canonical_titles
from ingest.ledgers.registers import REGISTERS
from ingest.ledgers.sheets import read

KINDS: dict[str, Kind] = {kind.id: kind for kind in (*REGISTERS[:2], REGISTERS[3], *EVENTS, PETITION, REGISTERS[2], REGISTERS[4], MARK)}
"""By id, registers first: the order in which a new county loads them."""


def kind_named(name: str) -> Kind:
    """By id or Chinese name (night_stay, 住夜). Raises ``LookupError``."""
    for kind in KINDS.values():
        if name in (kind.id, kind.name):
            return kind
    raise LookupError(f"没有“{name}”这种台账,可用:{'、'.join(f'{kind.id}({kind.name})' for kind in KINDS.values())}")


@dataclass
class Checked:
    """What a file holds: rows that can go in and rows that cannot, and which columns stand in it."""

    kind: Kind
    records: list[Record] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    given: frozenset[str] = frozenset()
    titles: list[str] = field(default_factory=list)
    total: int = 0
    skipped: int = 0


def checked(
    kind: Kind,
    path: Path,
    directory: Directory,
    now: datetime,
    year: int | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Checked:
    """Reads and checks a whole file. Raises :class:`ingest.ledgers.sheets.Unreadable`."""
    sheet = read(path, canonical_titles(kind.columns), kind.required(), year)
    columns = kind.by_title()
    found = Checked(kind, titles=[title for title in sheet.titles if title])
    found.given = frozenset(name for name, title in kind.field_of().items() if title in sheet.known)
    first_at: dict[str, int] = {}
    for row in sheet.rows():
        found.total += 1
        reading = Reading(row, sheet, columns, directory, now)
        record = kind.read(reading)
        hidden = kind.id == PETITION.id and is_restricted(reading)
        if reading.faults or record is None:
            found.refused.append(reading.refusal(hidden))
        elif record.ref in first_at:
            title = kind.columns[0].title
            reason = f"与第 {first_at[record.ref]} 行重复" + (";确为两次的,请填“台账编号”区分" if "台账编号" in columns else "")
            found.refused.append(Refusal(row, title, reading.said(title), reason, restricted=hidden))
        else:
            first_at[record.ref] = row.number
            found.records.append(record)
        if found.total % 5000 == 0:
            progress(found.total)
    found.skipped = sheet.skipped
    return found
