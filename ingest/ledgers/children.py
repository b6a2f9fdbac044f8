"""Rows of other tables that a ledger's line brings along: people of appointments, lecturers, a petition's steps and ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data_access.freshness import marked_at_once
from data_access.tables import NightLecturer, Person, Petition, PetitionEvent, PetitionRating, Table
from ingest.ledgers.checks import Checked
from ingest.ledgers.petitions import EVENTS, PETITION
from ingest.ledgers.reading import Record

AT_ONCE = 5000
Pairs = Sequence[tuple[Record, Any]]
"""Each record with the key of its row."""


def _pieces(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def write_children(connection: Connection, checked: Checked, pairs: Pairs) -> set[Any]:
    """Adds what is missing; returns the keys of rows that got something new. Set-based."""
    if checked.kind.id == "night_session" and any("lecturers" in one.extra for one, _ in pairs):
        return _lecturers(connection, pairs)
    if checked.kind.id == PETITION.id:
        return _repeats(connection, pairs) | _steps(connection, pairs) | _ratings(connection, pairs)
    return set()


def _insert(connection: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    with marked_at_once(connection, table.__tablename__, rows):
        for piece in _pieces(rows):
            connection.execute(insert(table), list(piece))


def new_people(connection: Connection, records: Sequence[Record]) -> None:
    """Registers people an appointment names for the first time, each once, and fills a phone that was missing."""
    unknown: dict[str, tuple[str, str | None]] = {}
    phones: dict[int, str] = {}
    for one in records:
        key, name, phone = one.extra["person"]
        if one.values["person_id"] is None:
            unknown.setdefault(key, (name, phone))
        elif phone:
            phones[one.values["person_id"]] = phone
    ids: dict[str, int] = {}
    for piece in _pieces(list(unknown.items())):
        rows = [{"name": name, "phone": phone} for _, (name, phone) in piece]
        made = connection.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows).all()
        ids |= {key: row_id for (key, _), row_id in zip(piece, made, strict=True)}
    for one in records:
        if one.values["person_id"] is None:
            one.values["person_id"] = ids[one.extra["person"][0]]
    for piece in _pieces(sorted(phones)):
        without = connection.scalars(select(Person.id).where(Person.id.in_(piece), Person.phone.is_(None)))
        for who in without.all():
            connection.execute(update(Person).where(Person.id == who).values(phone=phones[who]))


def _lecturers(connection: Connection, pairs: Pairs) -> set[Any]:
    """Exactly those the line names: who is missing is added, who is named no more is taken off."""
    wanted = {(key, person) for one, key in pairs for person in one.extra["lecturers"]}
    there: dict[tuple[int, int], int] = {}
    for piece in _pieces([key for _, key in pairs]):
        query = select(NightLecturer.session_id, NightLecturer.person_id, NightLecturer.id).where(NightLecturer.session_id.in_(piece))
        there |= {(row.session_id, row.person_id): row.id for row in connection.execute(query)}
    missing, gone = sorted(wanted - set(there)), set(there) - wanted
    _insert(connection, NightLecturer, [{"session_id": session, "person_id": person} for session, person in missing])
    for piece in _pieces([there[each] for each in gone]):
        connection.execute(delete(NightLecturer).where(NightLecturer.id.in_(piece)))
    return {session for session, _ in missing} | {session for session, _ in gone}


def _repeats(connection: Connection, pairs: Pairs) -> set[Any]:
    wanted = {key: one.extra["repeat"] for one, key in pairs if one.extra["repeat"]}
    numbers: dict[str, int] = {}
    for piece in _pieces(sorted(set(wanted.values()))):
        numbers |= {
            row.number: row.id for row in connection.execute(select(Petition.number, Petition.id).where(Petition.number.in_(piece)))
        }
    there: dict[int, int | None] = {}
    for piece in _pieces(sorted(wanted)):
        there |= {
            row.id: row.repeat_of for row in connection.execute(select(Petition.id, Petition.repeat_of).where(Petition.id.in_(piece)))
        }
    moved = {key for key, number in wanted.items() if there.get(key) != numbers[number]}
    for key in sorted(moved):
        connection.execute(update(Petition).where(Petition.id == key).values(repeat_of=numbers[wanted[key]]))
    return moved


def _steps(connection: Connection, pairs: Pairs) -> set[Any]:
    """The timeline's steps that the columns tell; one that is there already stays as it was first told."""
    there: set[tuple[int, str]] = set()
    for piece in _pieces([key for _, key in pairs]):
        query = select(PetitionEvent.petition_id, PetitionEvent.kind).where(PetitionEvent.petition_id.in_(piece))
        there |= {(row.petition_id, row.kind) for row in connection.execute(query)}
    rows = [
        {"petition_id": key, "at": one.values[column], "kind": kind, "person_id": one.values["handler_id"] if kind == "accept" else None}
        for one, key in pairs
        for kind, column in EVENTS
        if one.values[column] is not None and (key, kind) not in there
    ]
    _insert(connection, PetitionEvent, rows)
    return {row["petition_id"] for row in rows}


def _ratings(connection: Connection, pairs: Pairs) -> set[Any]:
    """A rating of the same moment and sort is the same rating."""
    rated = [(one, key) for one, key in pairs if one.extra["ratings"]]
    there: set[tuple[int, bool, Any]] = set()
    for piece in _pieces([key for _, key in rated]):
        query = select(PetitionRating.petition_id, PetitionRating.independent, PetitionRating.rated_at)
        found = connection.execute(query.where(PetitionRating.petition_id.in_(piece)))
        there |= {(row.petition_id, bool(row.independent), row.rated_at) for row in found}
    rows = [
        {"petition_id": key, **rating}
        for one, key in rated
        for rating in one.extra["ratings"]
        if (key, rating["independent"], rating["rated_at"]) not in there
    ]
    _insert(connection, PetitionRating, rows)
    return {row["petition_id"] for row in rows}
