"""Rows of other tables that a ledger's line brings along: people of appointments, lecturers, a petition's steps and ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data_access.board_tables import BoardHouseholdAlias
from data_access.tables import Household, NightLecturer, Person, Petition, PetitionEvent, PetitionRating
from ingest.ledgers.checks import Checked
from ingest.ledgers.directory import HOUSEHOLD
from ingest.ledgers.journal import Journal, added_rows
from ingest.ledgers.keys import ensure_secret, keyed
from ingest.ledgers.petitions import EVENTS, PETITION, STEP_KIND
from ingest.ledgers.reading import Record, Refusal

AT_ONCE = 5000
Pairs = Sequence[tuple[Record, Any]]
"""Each record with the key of its row."""


def _pieces(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def write_children(connection: Connection, checked: Checked, pairs: Pairs, journal: Journal) -> set[Any]:
    """Adds what is missing; returns the keys of rows that got something new. Set-based."""
    if checked.kind.id == "night_session":
        return _lecturers(connection, [(one, key) for one, key in pairs if "授课人" in one.given], journal)
    if checked.kind.id == HOUSEHOLD:
        return _household_aliases(connection, [(one, key) for one, key in pairs if "户主" in one.given])
    if checked.kind.id in (PETITION.id, STEP_KIND.id):
        return _repeats(connection, pairs, journal) | _steps(connection, pairs, journal) | _ratings(connection, pairs, journal)
    return set()


def _household_aliases(connection: Connection, pairs: Pairs) -> set[Any]:
    """Who heads each household and its door, as keyed digests; the board's own, so that taking a loading back need not know of them."""
    alias = BoardHouseholdAlias
    gone = alias.household_id.not_in(select(Household.id))  # a number that a household no longer has may be given again
    connection.execute(delete(alias).where(gone))
    secret = ensure_secret(connection) if pairs else ""
    there: dict[int, tuple[str, str | None]] = {}
    for piece in _pieces([key for _, key in pairs]):
        query = select(alias.household_id, alias.head_key, alias.door_key).where(alias.household_id.in_(piece))
        there |= {row.household_id: (row.head_key, row.door_key) for row in connection.execute(query)}
    wanted = {key: (head, keyed(secret, one.extra["door"])) for one, key in pairs if (head := keyed(secret, one.extra["head"]))}
    changed = {key for _, key in pairs if there.get(key) != wanted.get(key)}
    for piece in _pieces(sorted(changed)):
        connection.execute(delete(alias).where(alias.household_id.in_(piece)))
    rows = [{"household_id": key, "head_key": head, "door_key": door} for key, (head, door) in wanted.items() if key in changed]
    for piece in _pieces(rows):
        connection.execute(insert(alias), list(piece))
    return changed


def write_people(connection: Connection, checked: Checked, refused: list[Refusal], journal: Journal) -> set[int]:
    """Registers people an appointment names for the first time, each once, and writes phones that are new; returns whose."""
    unknown: dict[str, dict[str, Any]] = {}
    gone = {id(one.row) for one in refused}
    records = [one for one in checked.records if id(one.row) not in gone]
    for one in records:
        key, name, phone = one.extra["person"]
        if one.values["person_id"] is None:
            unknown.setdefault(key, {"name": name, "phone": phone})
    phones = other_phones(connection, records)
    made = added_rows(connection, Person, list(unknown.values()), journal, in_order=True)
    ids = {key: row["id"] for key, row in zip(unknown, made, strict=True)}
    for one in records:
        if one.values["person_id"] is None:
            one.values["person_id"] = ids[one.extra["person"][0]]
    return _phones(connection, phones, journal)


def other_phones(connection: Connection, records: Sequence[Record]) -> dict[int, dict[str, Any]]:
    """People whose phone a line of 人员任职 tells otherwise than it is on file → the new one."""
    phones = {
        one.values["person_id"]: phone for one in records if one.values["person_id"] is not None and (phone := one.extra["person"][2])
    }
    moved: dict[int, dict[str, Any]] = {}
    for piece in _pieces(sorted(phones)):
        there = connection.execute(select(Person.id, Person.phone).where(Person.id.in_(piece)))
        moved |= {row.id: {"phone": phones[row.id]} for row in there if row.phone != phones[row.id]}
    return moved


def _phones(connection: Connection, moved: dict[int, dict[str, Any]], journal: Journal) -> set[int]:
    journal.changed(connection, Person.__table__, moved)  # type: ignore[arg-type]
    for who, values in moved.items():
        connection.execute(update(Person).where(Person.id == who).values(values))
    return set(moved)


def _lecturers(connection: Connection, pairs: Pairs, journal: Journal) -> set[Any]:
    """Exactly those the line names: who is missing is added, who is named no more is taken off."""
    wanted = {(key, person) for one, key in pairs for person in one.extra["lecturers"]}
    there: dict[tuple[int, int], int] = {}
    for piece in _pieces([key for _, key in pairs]):
        query = select(NightLecturer.session_id, NightLecturer.person_id, NightLecturer.id).where(NightLecturer.session_id.in_(piece))
        there |= {(row.session_id, row.person_id): row.id for row in connection.execute(query)}
    missing, gone = sorted(wanted - set(there)), set(there) - wanted
    added_rows(connection, NightLecturer, [{"session_id": session, "person_id": person} for session, person in missing], journal)
    journal.removed(connection, NightLecturer.__table__, [there[each] for each in gone])  # type: ignore[arg-type]
    for piece in _pieces([there[each] for each in gone]):
        connection.execute(delete(NightLecturer).where(NightLecturer.id.in_(piece)))
    return {session for session, _ in missing} | {session for session, _ in gone}


def _repeats(connection: Connection, pairs: Pairs, journal: Journal) -> set[Any]:
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
    moved = {key: {"repeat_of": numbers[number]} for key, number in wanted.items() if there.get(key) != numbers[number]}
    journal.changed(connection, Petition.__table__, moved)  # type: ignore[arg-type]
    for key, values in sorted(moved.items()):
        connection.execute(update(Petition).where(Petition.id == key).values(values))
    return set(moved)


def _steps(connection: Connection, pairs: Pairs, journal: Journal) -> set[Any]:
    """The timeline's steps that the columns tell; one that is there already stays as it was first told."""
    there: set[tuple[int, str]] = set()
    for piece in _pieces([key for _, key in pairs]):
        query = select(PetitionEvent.petition_id, PetitionEvent.kind).where(PetitionEvent.petition_id.in_(piece))
        there |= {(row.petition_id, row.kind) for row in connection.execute(query)}
    rows = [
        {
            "petition_id": key,
            "at": one.values[column],
            "kind": kind,
            "person_id": one.values.get("handler_id") if kind == "accept" else None,
        }
        for one, key in pairs
        for kind, column in EVENTS
        if one.values.get(column) is not None and (key, kind) not in there
    ]
    added_rows(connection, PetitionEvent, rows, journal)
    return {row["petition_id"] for row in rows}


def ratings_there(connection: Connection, petitions: Sequence[int]) -> dict[int, list[PetitionRating]]:
    """The ratings of each petition that has some."""
    found: dict[int, list[PetitionRating]] = {}
    columns = (PetitionRating.petition_id, PetitionRating.independent, PetitionRating.rated_at, PetitionRating.stars)
    for piece in _pieces(petitions):
        query = select(*columns).where(PetitionRating.petition_id.in_(piece)).order_by(PetitionRating.id)
        for row in connection.execute(query):
            found.setdefault(row.petition_id, []).append(row)  # type: ignore[arg-type]
    return found


def _ratings(connection: Connection, pairs: Pairs, journal: Journal) -> set[Any]:
    """A rating of the same moment and sort is the same rating; one without a moment of its own is the one that is there."""
    rated = [(one, key) for one, key in pairs if one.extra["ratings"]]
    there = ratings_there(connection, [key for _, key in rated])
    rows = [
        {"petition_id": key, "stars": rating.stars, "rated_at": rating.rated_at, "independent": rating.independent, "method": rating.method}
        for one, key in rated
        for rating in one.extra["ratings"]
        if not any(
            bool(each.independent) == rating.independent and (each.rated_at == rating.rated_at or not rating.timed)
            for each in there.get(key, ())
        )
    ]
    added_rows(connection, PetitionRating, rows, journal)
    return {row["petition_id"] for row in rows}
