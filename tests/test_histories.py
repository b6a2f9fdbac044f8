"""What is computed beside a page: once for all who ask, and the page does not wait longer than it may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from pages.common import histories, loaders
from pages.common.histories import Histories
from tests.builders import a_county, a_petition
from tests.opened_pages import TODAY, opened, words

SOON = 30.0


def test_many_ask_and_it_is_computed_once() -> None:
    kept_histories, gate, made = Histories(), threading.Event(), []
    for _ in range(5):
        kept_histories.ask("a", lambda: (gate.wait(SOON), made.append("a"), "line")[-1])
    assert kept_histories.value("a") is None
    assert kept_histories.within("a", 0.0) is None, "nobody waits longer than he may"
    gate.set()
    assert kept_histories.within("a", SOON) == "line"
    kept_histories.ask("a", lambda: made.append("again"))
    assert made == ["a"]


def test_what_fails_is_not_known_and_is_asked_for_again() -> None:
    kept_histories = Histories()
    kept_histories.ask("a", lambda: 1 / 0)
    assert kept_histories.within("a", SOON) is None
    kept_histories.ask("a", lambda: "line")
    assert kept_histories.within("a", SOON) == "line"


def test_what_is_old_is_computed_anew_while_it_stays() -> None:
    kept_histories, gate = Histories(), threading.Event()
    kept_histories.ask("a", lambda: "old")
    kept_histories.within("a", SOON)
    kept_histories.ask("a", lambda: (gate.wait(SOON), "new")[-1], seconds=0.0)
    assert kept_histories.value("a") == "old"
    gate.set()
    for _ in range(300):
        if kept_histories.value("a") == "new":
            return
        threading.Event().wait(0.1)
    raise AssertionError("never computed anew")


def test_only_the_newest_are_kept() -> None:
    kept_histories = Histories(most=2)
    for key in "abc":
        kept_histories.ask(key, lambda: "line")
        kept_histories.within(key, SOON)
    assert [kept_histories.value(key) for key in "abc"] == [None, "line", "line"]


@pytest.fixture
def gate(served: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A county with a case of last month, whose past is not known before the gate is set; pages do not wait for it."""
    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{TODAY - timedelta(days=40)} 08:00")
    opens, past = threading.Event(), loaders.past_frame
    monkeypatch.setattr(histories, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(loaders, "past_frame", lambda *asked: (opens.wait(SOON), past(*asked))[-1])
    yield opens
    opens.set()


def test_a_page_shows_its_figures_before_what_was_before_is_known_and_the_rest_afterwards(served: Engine, gate: threading.Event) -> None:
    early = opened(served, "petitions")
    assert "较上月" not in words(early)
    assert "在办 1 件" in words(early)
    assert "正在推算，几秒后显示" in words(early)
    awaited = early.session_state[histories._AWAITED]
    gate.set()
    assert all(histories._histories().within(key, SOON) for key in awaited)
    late = opened(served, "petitions")
    assert "正在推算" not in words(late)
    assert "较上月" in words(late)
    assert late.session_state[histories._AWAITED] == []


def test_a_wall_that_runs_for_weeks_remembers_nothing_it_has_waited_for(served: Engine, gate: threading.Event) -> None:
    wall = opened(served, "wall")
    awaited = len(wall.session_state[histories._AWAITED])
    assert awaited > 0
    wall.run()
    assert len(wall.session_state[histories._AWAITED]) == awaited
