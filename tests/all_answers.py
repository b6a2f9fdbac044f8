"""Every figure and every list of a county at once, as plain values that two databases can be compared by."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from data_access.areas import people
from data_access.attention import changed_petitions, overdue_petitions, unmoved_backlog
from data_access.captain_lists import captain_posts, captain_posts_of, households_of, meetings_of, trainings_of, unvisited, visits_of
from data_access.captain_year import entries_of, handled_of, marks_of, ratings_of
from data_access.leaders import leaders
from data_access.night_lists import lecturers_of, session_list, visit_list
from data_access.petition_lists import STANDINGS, Asked, case_events, case_origin, case_ratings, petition_case, petition_list, related_cases
from data_access.petition_state import leads, repeated_most
from data_access.problems import problem_counts, problem_rows
from data_access.profiles import KINDS, days_of, known_person, leave_of, posts_of, record_row, records_of
from data_access.reception_lists import coming_slots, slot_list
from data_access.rolls import changes_of_post, grid_of, people_in_post, stays_at
from data_access.scope import Scope
from metrics.definition import Span
from metrics.period import Period
from metrics.registry import REGISTRY
from metrics.vocabulary import CAPTAINS, Level
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource, window
from tests.random_worlds import AS_OF, FIRST, LAST, World, stored

MONTH = Period.parse("2026-10")
MADE_OF_OTHERS = {"quality.perfect"}
"""Lists units whose other figures stand at 100%: what holds for those holds for the list."""

Figures = dict[tuple[str, str], dict[str, Any]]


def plain(value: Any) -> Any:
    if value is None or value != value or str(value) == "<NA>":
        return None
    return round(float(value), 9) if isinstance(value, float) and not math.isnan(value) else value


def texts(frame: pd.DataFrame) -> list[str]:
    """A frame's rows as texts, in an order that no database decides. ``astype(str)`` says the same and takes ten times as long."""
    return sorted(map(repr, zip(*(frame[name].tolist() for name in frame), strict=True)))


def figures(connection: Connection, scope: Scope, levels: tuple[Level, ...], period: Period) -> Figures:
    """Every indicator at these levels: (id, level) → code → k, n, value, rank, status."""
    source, found = DatabaseSource(connection, scope), {}
    for entry in REGISTRY.values():
        for level in set(levels) & set(entry.levels):
            if entry.id not in MADE_OF_OTHERS:
                frame = indicator_frame(source, entry, level, period, AS_OF)
                found[entry.id, str(level)] = {
                    row["code"]: tuple(plain(row[column]) for column in ("k", "n", "value", "rank", "status"))
                    for row in frame.to_dict("records")
                }
    return found


def answered(database: Engine, rows: list, scope: Scope, levels: tuple[Level, ...], period: Period) -> Figures:
    """The figures of a database that holds these rows and nothing else."""
    with database.connect() as connection:
        stored(connection, rows)
        try:
            return figures(connection, scope, levels, period)
        finally:
            connection.rollback()


def less(value: Any, before: int) -> Any:
    """A value as the county that counts from 1 has it: ids, and texts and cells that hold them."""
    if isinstance(value, str):
        return re.sub(r"^p:(\d+)$", lambda found: f"p:{int(found[1]) - before}", value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > before > 0:
        return value - before
    return None if pd.isna(value) else value


def lines(answer: Any, before: int) -> list[Any]:
    """An answer of any query as plain lines; the order of rows is part of it."""
    if isinstance(answer, pd.DataFrame):
        return [[less(cell, before) for cell in row] for row in answer.astype(object).itertuples(index=False)]
    if isinstance(answer, dict):
        return [[less(name, before), less(value, before)] for name, value in answer.items()]
    return [less(answer, before)]


def lists(connection: Connection, world: World) -> dict[str, list[Any]]:
    """What pages list of a county, by every query that returns, takes or joins by ids; ids as if the county counted from 1."""
    before = world.before
    scope = Scope.operator(world.county)
    source = DatabaseSource(connection, scope)
    month = window(question(source, Level.TOWNSHIP, MONTH, AS_OF), Span.PERIOD)
    yesterday = replace(month, last=AS_OF - timedelta(days=1), as_of=AS_OF - timedelta(days=1))
    days = {"first": FIRST, "last": LAST}
    found: dict[str, Any] = {
        **{f"petitions {name}": petition_list(scope, connection, month, Asked(name, soon=LAST), rows=500) for name in STANDINGS},
        "overdue": overdue_petitions(scope, connection, month, 50),
        "changed": changed_petitions(scope, connection, month, yesterday, 50),
        "still": unmoved_backlog(scope, connection, month, 1, 50),
        "leads": leads(scope, connection, month),
        "repeated": repeated_most(scope, connection, month),
        "visits": visit_list(scope, connection, month, raised_only=False, rows=500),
        "slots": slot_list(scope, connection, month, rows=500),
        "coming": coming_slots(scope, connection, **days),
        "sessions": session_list(scope, connection, month, ("study", "talk", "review"), rows=500),
        "unvisited": unvisited(scope, connection, "key", **days, rows=500),
        "roles": captain_posts(scope, connection, AS_OF),
        "changes": changes_of_post(scope, connection, "township_chief", **days),
        "leaders": leaders(scope, connection, AS_OF, f"{world.county}101"),
        "in post": people_in_post(scope, connection, world.villages, AS_OF),
        "stays": stays_at(scope, connection, world.villages, **days),
        "problems": problem_counts(scope, connection, month),
    }
    found |= {f"grid {village}": grid_of(scope, connection, village, AS_OF) for village in world.villages}
    found |= {f"households {village}": households_of(scope, connection, village, **days) for village in world.villages}
    found |= {f"meetings {village}": meetings_of(scope, connection, village, **days) for village in world.villages}
    found |= {f"problem {name}": problem_rows(scope, connection, month, name) for name in found["problems"]["id"]}
    found["lecturers"] = lecturers_of(scope, connection, tuple(map(int, found["sessions"]["id"])))
    for kind, table in (("visit", "visits"), ("slot", "slots"), ("lecture", "sessions")):
        for row_id in found[table]["id"][:5]:
            found[f"record {kind} {row_id - before}"] = record_row(scope, connection, kind, int(row_id))
    for number in found["petitions all_and_open"]["number"]:
        case = petition_case(scope, connection, month, number)
        assert case is not None
        row_id, first = case["id"], case["repeat_of"]
        found[f"case {number}"] = case
        found[f"events {number}"] = case_events(scope, connection, row_id)
        found[f"ratings {number}"] = case_ratings(scope, connection, row_id)
        found[f"kin {number}"] = related_cases(scope, connection, row_id, first)
        found[f"origin {number}"] = case_origin(scope, connection, case["origin_visit_id"], case["origin_slot_id"])
    for person in sorted(world.homes):
        one = (scope, connection, person)
        asked = [known_person(*one), posts_of(*one), leave_of(*one), captain_posts_of(*one), people(scope, connection, [person])]
        asked += [query(*one, **days) for query in (visits_of, trainings_of, entries_of)]
        asked += [days_of(*one, **days).sort_values(["kind", "code", "day"])]
        asked += [handled_of(*one, month), ratings_of(*one, month), marks_of(*one, 2026, AS_OF)]
        asked += [records_of(*one, kind, **days) for kind in KINDS]
        found |= {f"person {person - before} {number}": answer for number, answer in enumerate(asked)}
    return {name: lines(answer, before) for name, answer in found.items()}


def selections(connection: Connection, world: World) -> dict[str, list[Any]]:
    """What the county's selections are made from."""
    source = DatabaseSource(connection, Scope.operator(world.county))
    return {
        f"{role} {name}": lines(rows, world.before) for role in CAPTAINS for name, rows in source.selection_facts(2026, role, AS_OF).items()
    }


def differing(one: dict, other: dict) -> dict:
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
