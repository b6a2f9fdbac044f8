"""Which state of the data the pages show: all the same one, the next one when it is counted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from bench import viewers
from data_access.accounts import Role
from data_access.clock import beijing_now
from pages.common import freshness, live, loaders
from tests.builders import a_county, a_petition
from tests.opened_pages import TODAY, counted_statements, opened, words
from tests.signed_in import an_account

READ = datetime(2026, 11, 21, 22)


def found(fresh: freshness.Freshness, moment: datetime = READ, **known: int) -> dict[str, int]:
    """What the pages go by after the database has been seen with these marks."""
    fresh._found(known, moment)
    return fresh._marks


def test_new_marks_wait_while_readers_are_kept_busy_but_never_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = freshness.Freshness()
    found(fresh, petition=1)
    fresh.spent(20.0)
    assert found(fresh, READ + timedelta(seconds=1), petition=2, board_decision=1) == {"petition": 1, "board_decision": 1}
    assert fresh.good_at == READ, "nobody is told that what he sees is of this moment"
    monkeypatch.setattr(freshness, "LONGEST_HOLD_SECONDS", 0.0)
    assert found(fresh, petition=3, board_decision=1) == {"petition": 3, "board_decision": 1}
    monkeypatch.undo()
    assert found(fresh, petition=4, board_decision=1)["petition"] == 4, "nothing was counted since, so nothing waits"


def test_where_somebody_counts_ahead_the_pages_hear_of_new_data_when_they_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, lately, heard = freshness.Freshness(), freshness.Lately(), []
    monkeypatch.setattr(fresh, "_read", lambda: None)
    fresh.counts_ahead(60)
    assert found(fresh, petition=1) == {"petition": 1}, "the first reader waits for nobody"
    lately.note("a", lambda: heard.append(("a", freshness.counted_for(), dict(fresh.marks()))))
    lately.note("b", lambda: heard.append(("b", freshness.counted_for(), dict(fresh.marks()))))
    assert not freshness.count_ahead(fresh, lately), "nothing has changed"
    later = READ + timedelta(seconds=7)
    assert found(fresh, later, petition=2, board_decision=1) == {"petition": 1, "board_decision": 1}
    assert fresh.good_at == READ
    assert freshness.count_ahead(fresh, lately)
    new, old = {"petition": 2, "board_decision": 1}, {"petition": 1, "board_decision": 1}
    assert heard == [("b", new, old), ("a", new, old)], "newest first, for the new data, while the pages stand as they are"
    assert (fresh.marks(), fresh.good_at, freshness.counted_for()) == (new, later, None)
    assert not freshness.count_ahead(fresh, lately)


def test_a_question_that_fails_keeps_nobody_waiting_but_a_database_that_is_away_does(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, lately = freshness.Freshness(), freshness.Lately()
    monkeypatch.setattr(fresh, "_read", lambda: None)
    found(fresh, petition=1)
    fresh.counts_ahead(60)
    found(fresh, petition=2)

    def away() -> None:
        raise freshness.DatabaseAway

    lately.note("a", away)
    assert not freshness.count_ahead(fresh, lately)
    assert fresh.marks() == {"petition": 1}, "what is on screen stays there"
    lately.note("a", lambda: 1 / 0)
    assert freshness.count_ahead(fresh, lately)
    assert fresh.marks() == {"petition": 2}


def test_what_takes_too_long_to_count_ahead_is_left_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, lately, heard = freshness.Freshness(), freshness.Lately(), []
    monkeypatch.setattr(fresh, "_read", lambda: None)
    monkeypatch.setattr(freshness, "LONGEST_COUNT_SECONDS", -1.0)
    found(fresh, petition=1)
    fresh.counts_ahead(60)
    found(fresh, petition=2)
    lately.note("a", lambda: heard.append("a"))
    assert freshness.count_ahead(fresh, lately)
    assert (heard, fresh.marks()) == ([], {"petition": 2})


def test_without_a_promise_that_is_kept_new_data_show_at_once() -> None:
    fresh = freshness.Freshness()
    found(fresh, petition=1)
    fresh.counts_ahead(-1)
    assert found(fresh, petition=2) == {"petition": 2}


def test_what_nobody_has_asked_since_the_last_time_is_forgotten_and_repeated_questions_are_kept_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lately, asked, now = freshness.Lately(), [], [1000.0]
    monkeypatch.setattr(freshness.time, "monotonic", lambda: now[0])

    def since(moment: float) -> list[str]:
        asked.clear()
        for question in lately.newest_first(moment):
            question()
        return list(asked)

    for each in ("a", "b", "a"):
        lately.note(each, partial(asked.append, each))
        now[0] += 10
    assert since(0.0) == ["a", "b"]
    assert since(1015.0) == ["a"]
    monkeypatch.setattr(freshness, "MOST_QUESTIONS", 2)
    lately.note("c", partial(asked.append, "c"))
    assert since(0.0) == ["c", "a"]
    now[0] += freshness.LONGEST_LATELY_SECONDS - 5
    assert since(0.0) == ["c"], "a board left open over night is counted when it asks"


@pytest.mark.parametrize("page", ["overview", "petitions", "cases"])
def test_an_open_page_shows_new_data_without_a_statement_of_its_own(served: Engine, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[str, list[str]]:
        with counted_statements(served) as seen:
            return re.sub(r"截至 .*? · 实时", "", words(opened(served, page, name))), seen

    monkeypatch.setattr(freshness, "MARKS_AGE_SECONDS", 0.0)
    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{TODAY} 00:10")
    name = an_account(served, Role.LEADER, now=beijing_now())
    before, _ = told()
    fresh = loaders._freshness()
    fresh.counts_ahead(600)
    with served.begin() as connection:
        a_petition(connection, f"{TODAY} 00:11")
    assert told() == (before, [])
    assert freshness.count_ahead(fresh, loaders._lately())
    after, statements = told()
    assert after != before
    assert statements == []


def test_the_benchmark_knows_the_live_part_by_its_pace() -> None:
    assert viewers.TICK == live.TICK_SECONDS
