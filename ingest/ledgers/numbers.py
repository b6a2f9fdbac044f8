"""Numbers of petitions: one however it is spelled, and a township's own 1, 2, 3 apart from another's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from data_access.scope import is_accusation
from data_access.tables import Petition
from ingest.ledgers.cells import normal_number, text_of
from ingest.ledgers.reading import Record, Refusal

AT_ONCE = 5000
_LOCAL = re.compile(r"(?:20\d\d[-年]?)?第?\d{1,5}号?")
"""What every township counts for itself: 1, 012, 2026-3, 第7号."""


def is_local(number: str) -> bool:
    return bool(_LOCAL.fullmatch(number))


def bare_local(number: str) -> str:
    """第007号, 007 → 7: how a township writes its own running number differs from line to line."""
    return re.sub(r"^第?0*(\d{1,5})号?$", r"\1", number)


def of_township(number: str, area: str | None) -> str:
    """The number that no other township has."""
    return f"{area[:9]}-{number}" if area else number


def find_petitions(connection: Connection, records: Sequence[Record], refused: list[Refusal]) -> list[Record]:
    """Gives each record the number under which its petition is (or will be) kept; takes out those that repeat an unknown one."""
    asked: set[str] = set()
    for one in records:
        for number in (one.extra["number"], one.extra["raw_number"], one.extra["repeat"]):
            if number:
                asked |= {number, of_township(number, one.extra["township"])}
    there = _petitions(connection, asked)
    taken: dict[str, str | None] = {}
    for one in records:
        one.ref = _stored(one, there, taken)
        taken.setdefault(one.ref, one.extra["township"])
        if "number" in one.values:
            one.values["number"] = one.ref
    return [one for one in records if _repeat_known(one, there, taken, refused)]


def with_restricted(connection: Connection, refused: Sequence[Refusal]) -> list[Refusal]:
    """Refused lines that bear the number of a 检举控告 are restricted too, whatever they say of it."""
    numbers = set(connection.scalars(select(Petition.number).where(is_accusation(Petition)))) if refused else set()
    own = {number.partition("-")[2] for number in numbers} | numbers  # a township's 149981101-7 is written 7
    return [replace(one, restricted=True) if _spellings(_said_number(one)) & own else one for one in refused]


def _spellings(said: str) -> set[str]:
    return {said, normal_number(said), bare_local(normal_number(said))}


def _said_number(one: Refusal) -> str:
    title = one.row.rows.known.get("编号", "") if one.row.rows is not None else ""
    return text_of(one.row.cells.get(title))


def _stored(one: Record, there: dict[str, dict[str, Any]], taken: dict[str, str | None]) -> str:
    number, township = one.extra["number"], one.extra["township"]
    own = of_township(number, township)
    if own in there:
        return own
    for spelled in (number, one.extra["raw_number"]):
        row = there.get(spelled)
        if row is None:
            continue
        elsewhere = township is not None and row["area_code"][:9] != township
        return own if elsewhere and is_local(number) and row["source"] == "ledger" else spelled
    return own if is_local(number) and taken.get(number, township) != township else number


def _repeat_known(one: Record, there: dict[str, dict[str, Any]], taken: dict[str, str | None], refused: list[Refusal]) -> bool:
    repeat = one.extra["repeat"]
    if not repeat:
        return True
    found = next((each for each in (of_township(repeat, one.extra["township"]), repeat) if each in there or each in taken), None)
    if found is None:
        hidden = bool(one.values.get("restricted"))
        refused.append(Refusal(one.row, "重复于", repeat, f"没有编号为“{repeat}”的诉求", restricted=hidden))
        return False
    one.extra["repeat"] = found
    return True


def _petitions(connection: Connection, numbers: set[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    listed = sorted(numbers)
    for start in range(0, len(listed), AT_ONCE):
        query = select(Petition.number, Petition.area_code, Petition.source).where(Petition.number.in_(listed[start : start + AT_ONCE]))
        found |= {row.number: dict(row._mapping) for row in connection.execute(query)}
    return found
