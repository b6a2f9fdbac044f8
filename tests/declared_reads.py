"""What is made of other answers depends on all that they depend on: else it stays as it was when they change, and no other test says so."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from data_access.answers import Answers, Question
from data_access.state import CLOCKS, TENTHS, Part


class _Counting(threading.local):
    """What a thread is counting, the outermost first."""

    def __init__(self) -> None:
        self.questions: list[Question] = []


def undeclared(made: Question, asked: Question) -> list[Part]:
    """What ``asked`` depends on and ``made``, which is made of it, does not."""
    return [part for part in asked.reads if not any(_holds(each, part) for each in made.reads)]


def _holds(more: Part, less: Part) -> bool:
    if more.name == TENTHS and less.name in CLOCKS:
        return True  # what grows with the clock is counted once in a tenth of an hour, whatever strikes within it
    begins = more.first is None or (less.first is not None and more.first <= less.first)
    ends = more.last is None or (less.last is not None and less.last <= more.last)
    return more.name == less.name and begins and ends


def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on whoever makes an answer of one on whose tables or clocks it does not depend fails the test."""
    value, counted, counting = Answers.value, Answers._counted, _Counting()

    def asked(answers: Answers, question: Question, state: Any) -> Any:
        if counting.questions and (missing := undeclared(counting.questions[-1], question)):
            raise AssertionError(f"{counting.questions[-1].name} does not depend on {missing}, of which {question.name} is made")
        return value(answers, question, state)

    def noted(answers: Answers, question: Question, key: Any, mine: Any) -> Any:
        counting.questions.append(question)
        try:
            return counted(answers, question, key, mine)
        finally:
            counting.questions.pop()

    monkeypatch.setattr(Answers, "value", asked)
    monkeypatch.setattr(Answers, "_counted", noted)
