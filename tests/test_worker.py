"""The worker: once for all who ask, the most urgent first, and it never dies."""

from __future__ import annotations

import logging
import threading

import pytest

from data_access.worker import Urgency, Worker

SOON = 30.0


@pytest.fixture
def worker():
    made = Worker("a worker")
    yield made
    made.stop()


def test_many_ask_and_it_is_done_once(worker: Worker) -> None:
    gate, done = threading.Event(), []
    for _ in range(5):
        worker.ask("a", lambda: (gate.wait(SOON), done.append("a")), Urgency.HISTORY)
    assert not worker.is_done("a")
    assert not worker.within("a", 0.0), "nobody waits longer than he may"
    gate.set()
    assert worker.within("a", SOON)
    assert done == ["a"]


def test_the_most_urgent_goes_first_and_the_oldest_among_equals(worker: Worker) -> None:
    begun, gate, done = threading.Event(), threading.Event(), []
    worker.ask("first", lambda: (begun.set(), gate.wait(SOON)), Urgency.AHEAD)
    assert begun.wait(SOON)
    for key, urgency in (("ahead", Urgency.AHEAD), ("b", Urgency.HISTORY), ("c", Urgency.HISTORY), ("wanted", Urgency.AHEAD)):
        worker.ask(key, lambda key=key: done.append(key), urgency)
    worker.ask("wanted", lambda: done.append("wanted"), Urgency.AWAITED)
    gate.set()
    assert worker.within("ahead", SOON)
    assert done == ["wanted", "b", "c", "ahead"]


def test_what_fails_is_told_and_the_next_is_done(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    with caplog.at_level(logging.ERROR):
        worker.ask("a", lambda: 1 / 0, Urgency.HISTORY)
        assert worker.within("a", SOON)
    assert "ZeroDivisionError" in caplog.text
    worker.ask("a", lambda: done.append("again"), Urgency.HISTORY)
    assert worker.within("a", SOON)
    assert done == ["again"]


def test_a_stopped_worker_begins_again_with_the_next_thing_to_do(worker: Worker) -> None:
    done: list[str] = []
    worker.ask("a", lambda: done.append("a"), Urgency.HISTORY)
    assert worker.within("a", SOON)
    worker.stop()
    worker.ask("b", lambda: done.append("b"), Urgency.HISTORY)
    assert worker.within("b", SOON)
    assert done == ["a", "b"]
    assert worker.is_alive
