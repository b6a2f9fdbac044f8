"""Markup is kept by what it shows: shown again it is not written again, and never in place of something else."""

from __future__ import annotations

import gc
import pickle
import sys
from dataclasses import replace

import pandas as pd
import pytest
from markupsafe import Markup

from metrics.registry import REGISTRY
from pages.common import markup
from pages.common.markup import KeptMarkup, digest
from reports.parts import Leaderboard

ENTRY = REGISTRY["duty.night_compliance"]
FRAME = pd.DataFrame({"code": ["1"], "name": ["泥河镇"], "k": [3.0], "n": [4.0], "value": [0.75], "rank": [1], "status": ["low"]})


def a_board(frame: pd.DataFrame = FRAME) -> Leaderboard:
    return Leaderboard(ENTRY, frame, "泥河镇最低", "全县 75.0%", 1.0)


def test_equal_parts_have_one_digest_whoever_made_them() -> None:
    assert digest([a_board()]) == digest([a_board(FRAME.copy())])


def test_every_change_of_a_value_a_title_or_an_indicator_is_another_digest() -> None:
    others = [a_board(FRAME.assign(value=0.5)), replace(a_board(), title="别的"), replace(a_board(), entry=REGISTRY["duty.unreported"])]
    assert len({digest([each]) for each in [a_board(), *others]}) == 4


def test_a_frame_is_looked_at_once_as_long_as_it_lives_and_then_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, dumps, looked = FRAME.copy(), pickle.dumps, list[object]()
    monkeypatch.setattr(pickle, "dumps", lambda each: (looked.append(1), dumps(each))[1])
    before = len(markup._FRAMES)
    assert digest([a_board(frame)]) == digest([a_board(frame)])
    assert (len(looked), len(markup._FRAMES)) == (1, before + 1)
    del frame
    gc.collect()
    assert len(markup._FRAMES) == before


def test_what_is_kept_is_written_once_and_bounded() -> None:
    written: list[int] = []

    def write(number: int) -> Markup:
        written.append(number)
        return Markup("<p>{}</p>").format(number)

    kept = KeptMarkup(most_bytes=2 * sys.getsizeof(write(0)))
    for number in (1, 1, 2, 1, 3, 2):  # when 3 comes, 2 has been shown longest ago
        assert kept.of(number, lambda number=number: write(number)) == f"<p>{number}</p>"
    assert written == [0, 1, 2, 3, 2]
