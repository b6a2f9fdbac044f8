"""Counted once: by no page, no process and after no start again, until what it depends on has changed."""

from __future__ import annotations

import threading
import tracemalloc
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, select, update

from data_access import answers
from data_access.answers import PENDING, Answers, Question
from data_access.board_tables import BoardAnswer
from data_access.clock import beijing_now
from data_access.packed import Unpackable, bytes_of, packed, unpacked
from data_access.state import CLOCK, CLOCKS, State, whole

NOON = datetime(2026, 11, 25, 12)
TOMORROW = beijing_now().date() + timedelta(days=1)


def a_state(moment: datetime = NOON, **marks: int) -> State:
    return State({(table, 0): mark for table, mark in marks.items()}, dict.fromkeys(CLOCKS, moment), moment)


class Process:
    """A process with answers of its own over a database."""

    def __init__(self, database: Engine, made_by: str = "1", most_bytes: int = answers.MEMORY_BYTES) -> None:
        self.answers = Answers(lambda: made_by, {"Stars": Stars, "Kind": Kind}, lambda: database, most_bytes)
        self.counted: list[str] = []

    def ask(self, name: str, state: State, value: Any = 7, *, reads: tuple[str, ...] = ("petition",), kept: bool = True) -> Any:
        def count() -> Any:
            self.counted.append(name)
            return value() if callable(value) else value

        return self.answers.value(Question(name, whole(reads), count, TOMORROW if kept else None), state)


class Kind(StrEnum):
    SMALL = "small"


@dataclass(frozen=True)
class Stars:
    kind: Kind
    rows: pd.DataFrame
    by_code: dict[str, tuple[int | None, ...]]


A_FRAME = pd.DataFrame(
    {
        "code": ["149981101", "149981102"],
        "name": pd.Series(["泥河镇", None], dtype="str"),
        "k": [1, 2],
        "n": pd.array([3, None], dtype="Int64"),
        "value": [0.5, np.nan],
        "day": pd.Series([date(2026, 11, 25), None], dtype="object"),
        "held": [True, False],
        "at": pd.to_datetime(["2026-11-25 08:00", None]),
    }
)


def same_frame(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Texts may lie in Python's memory or Arrow's."""
    pd.testing.assert_frame_equal(found, expected, check_column_type=False, check_index_type=False, check_dtype=False)
    assert list(map(str, found.dtypes)) == list(map(str, expected.dtypes))


def test_the_same_question_under_the_same_state_is_counted_once(database: Engine) -> None:
    process, state = Process(database), a_state(petition=1, night_stay=1)
    assert [process.ask("a", state), process.ask("a", state), process.ask("a", a_state(petition=1, night_stay=2))] == [7, 7, 7]
    assert process.counted == ["a"], "a stay changes nothing in what depends on petitions"
    process.ask("a", a_state(petition=2))
    process.ask("b", a_state(petition=2))
    assert process.counted == ["a", "a", "b"]


def test_a_step_of_the_clock_touches_what_knows_the_time_and_nothing_else(database: Engine) -> None:
    process = Process(database)
    for moment in (NOON, NOON, NOON + timedelta(hours=1)):
        process.ask("timed", a_state(moment, petition=1), reads=("petition", CLOCK))
        process.ask("dated", a_state(moment, petition=1))
    assert process.counted == ["timed", "dated", "timed"]


def test_after_a_start_and_in_another_process_it_is_found(database: Engine) -> None:
    first, state = Process(database), a_state(petition=1)
    same_frame(first.ask("a", state, A_FRAME), A_FRAME)
    second = Process(database)
    same_frame(second.ask("a", state), A_FRAME)
    assert (first.counted, second.counted) == (["a"], [])
    assert Process(database, made_by="2").ask("a", state, 8) == 8, "another program counts for itself"


def test_what_is_not_to_be_kept_or_has_no_bytes_stays_in_memory(database: Engine) -> None:
    for name, value, kept in (("secret", 7, False), ("strange", {1: object()}, True), ("huge", "x" * answers.LARGEST_KEPT_BYTES, True)):
        first, second = Process(database), Process(database)
        for process in (first, second, first):
            process.ask(name, a_state(petition=1), value, kept=kept)
        assert (first.counted, second.counted) == ([name], [name])
    with database.connect() as connection:
        assert connection.execute(select(BoardAnswer.question)).all() == []


def test_the_database_holds_one_row_a_question_and_forgets_it_in_time(database: Engine) -> None:
    process = Process(database)
    for mark in (1, 2, 3):
        process.ask("a", a_state(petition=mark))
    with database.connect() as connection:
        assert connection.execute(select(BoardAnswer.question)).all() == [("a",)]
    process.answers.pruned(TOMORROW)
    process.answers.pruned(TOMORROW + timedelta(days=1))
    with database.connect() as connection:
        assert connection.execute(select(BoardAnswer.question)).all() == []


def test_two_threads_that_ask_at_once_count_once(database: Engine) -> None:
    process, gate, found = Process(database), threading.Event(), list[Any]()
    state = a_state(petition=1)
    threads = [threading.Thread(target=lambda: found.append(process.ask("a", state, lambda: gate.wait(30)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(30)
    assert (found, process.counted) == ([True] * 4, ["a"])


def test_a_run_that_is_ended_while_it_counts_leaves_it_to_one_who_waits(database: Engine) -> None:
    process, begun, gate, found = Process(database), threading.Event(), threading.Event(), list[Any]()
    state = a_state(petition=1)

    class ReaderHasClicked(BaseException):
        """What Streamlit raises in a run that is not wanted any more."""

    def ended() -> None:
        begun.set()
        assert gate.wait(30)
        raise ReaderHasClicked

    def run() -> None:
        with pytest.raises(ReaderHasClicked):
            process.ask("a", state, ended)

    clicking = threading.Thread(target=run)
    clicking.start()
    assert begun.wait(30)
    waiting = threading.Thread(target=lambda: found.append(process.ask("a", state)))
    waiting.start()
    gate.set()
    for thread in (clicking, waiting):
        thread.join(30)
    assert (found, process.counted) == ([7], ["a", "a"])


def test_two_processes_that_ask_at_once_count_once(database: Engine) -> None:
    first, second, begun, gate, found = Process(database), Process(database), threading.Event(), threading.Event(), list[Any]()
    state = a_state(petition=1)

    def slow() -> int:
        begun.set()
        assert gate.wait(30)
        return 7

    counting = threading.Thread(target=lambda: found.append(first.ask("a", state, slow)))
    counting.start()
    assert begun.wait(30)
    waiting = threading.Thread(target=lambda: found.append(second.ask("a", state)))
    waiting.start()
    waiting.join(3 * answers.LOOK_SECONDS)
    assert waiting.is_alive(), "it looks for what the other one counts"
    gate.set()
    for thread in (counting, waiting):
        thread.join(30)
    assert (found, first.counted, second.counted) == ([7, 7], ["a"], [])


def test_a_process_that_died_while_it_counted_keeps_nobody_waiting_for_long(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    dead, process, state = Process(database), Process(database), a_state(petition=1)
    with monkeypatch.context() as dying:
        dying.setattr(dead.answers, "_keep", lambda row, value: None)  # killed before it could write
        dead.ask("a", state)
    with database.begin() as connection:
        connection.execute(update(BoardAnswer).values(claimed_until=beijing_now() + timedelta(seconds=0.2)))
    assert process.ask("a", state) == 7
    assert process.counted == ["a"]


def test_what_fails_is_raised_to_everybody_and_asked_again(database: Engine) -> None:
    first, second, state = Process(database), Process(database), a_state(petition=1)
    with pytest.raises(ZeroDivisionError):
        first.ask("a", state, lambda: 1 / 0)
    assert second.ask("a", state) == 7, "the claim is given back"
    assert first.ask("a", state) == 7


@pytest.mark.parametrize("content", [b"", b"00000004null but more", b"99999999{}", b'00000017{"frame":[]}xxxxxarrow', b"\x00\x01\x02"])
def test_a_row_that_cannot_be_read_is_counted_again(database: Engine, content: bytes) -> None:
    state = a_state(petition=1)
    Process(database).ask("a", state, A_FRAME)
    with database.begin() as connection:
        connection.execute(update(BoardAnswer).values(content=content))
    process = Process(database)
    if content != b"00000004null but more":  # what follows the tree belongs to no frame
        assert process.ask("a", state, 8) == 8
        assert Process(database).ask("a", state, 9) == 8, "and kept anew"


def test_while_the_database_cannot_be_written_answers_stand_in_memory(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect.name != "sqlite":
        pytest.skip("one writer locks only SQLite")
    process, state = Process(database), a_state(petition=1)
    with database.connect() as ledger:
        ledger.exec_driver_sql("BEGIN IMMEDIATE")
        assert [process.ask("a", state), process.ask("a", state), process.ask("b", state)] == [7, 7, 7]
        assert process.counted == ["a", "b"]
        ledger.rollback()
    assert Process(database).ask("a", state, 8) == 8
    monkeypatch.setattr(process.answers, "_quiet_until", 0.0)
    process.ask("c", state)
    assert Process(database).ask("c", state, 8) == 7, "and are kept again afterwards"


def test_memory_is_bounded_and_keeps_what_was_used_last(database: Engine) -> None:
    process, state = Process(database, most_bytes=3 * bytes_of("x" * 1000)), a_state(petition=1)
    for name in ("a", "b", "c"):
        process.ask(name, state, "x" * 1000, kept=False)
    process.ask("a", state, kept=False)
    process.ask("d", state, "x" * 1000, kept=False)
    held = [process.answers.held(Question(name, whole(("petition",)), list), state) is not PENDING for name in "abcd"]
    assert held == [True, False, True, True]
    assert process.answers.size <= 3 * bytes_of("x" * 1000)


@pytest.mark.parametrize("rows", [1, 20])
def test_what_an_answer_takes_is_reckoned_with_what_a_frame_keeps_beside_its_rows(rows: int) -> None:
    content = packed(pd.concat([A_FRAME] * rows, ignore_index=True))
    held = [unpacked(content, {})]  # what is made once for all is made
    tracemalloc.start()
    held += [unpacked(content, {}) for _ in range(20)]
    taken = tracemalloc.get_traced_memory()[0] / 20
    tracemalloc.stop()
    assert taken / 2 < bytes_of(held[0]) < 2 * taken


def test_texts_of_a_frame_are_reckoned_by_their_length() -> None:
    tracemalloc.start()
    texts = [f"第 {number} 次走访:" + "路灯不亮," * 30 for number in range(1000)]
    notes = pd.DataFrame({"note": pd.array(texts, dtype=pd.StringDtype("python", na_value=float("nan")))})
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken / 2 < bytes_of(notes) < 2 * taken


# --- bytes ----------------------------------------------------------------------------------------------------------

SIMPLE: list[Any] = [
    None,
    True,
    3,
    0.1,
    "三夜",
    [1, [2]],
    (1, (2, None)),
    {"a": 1, 2: "b", (1, "x"): [date(2026, 1, 2)]},
    frozenset({1, 2}),
    datetime(2026, 11, 25, 8, 0, 1),
    timedelta(days=1.5),
    Kind.SMALL,
]


@pytest.mark.parametrize("value", SIMPLE, ids=repr)
def test_values_come_back_as_they_were(value: Any) -> None:
    back = unpacked(packed(value), {"Kind": Kind})
    assert (back, type(back)) == (value, type(value))


def test_frames_come_back_with_types_missing_values_and_index() -> None:
    for frame in (A_FRAME, A_FRAME.set_index("code"), A_FRAME.iloc[:0], A_FRAME[["name"]].iloc[[1]]):
        back = unpacked(packed(frame), {})
        same_frame(back, frame)
        assert [type(each) for each in back.get("day", [])] == [type(each) for each in frame.get("day", [])]


def test_what_holds_frames_comes_back_too() -> None:
    stars = Stars(Kind.SMALL, A_FRAME, {"149981101": (1, None)})
    back = unpacked(packed([stars, A_FRAME.head(1)]), {"Stars": Stars, "Kind": Kind})
    same_frame(back[0].rows, A_FRAME)
    same_frame(back[1], A_FRAME.head(1))
    assert (back[0].kind, back[0].by_code) == (Kind.SMALL, {"149981101": (1, None)})
    with pytest.raises(KeyError):
        unpacked(packed(stars), {})


@pytest.mark.parametrize("value", [object(), {1: object()}, pd.DataFrame({"a": [(1, 2)]}), pd.DataFrame({"a": [1, "x"]}, dtype="object")])
def test_what_would_come_back_as_something_else_is_refused(value: Any) -> None:
    with pytest.raises(Unpackable):
        packed(value)
