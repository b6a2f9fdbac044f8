"""Two processes on one database are one board: each question is counted by one of them, and each sees at once what the other one writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from data_access.engine import engine
from ingest.demo.world import MINIATURE
from tests.demo_county import a_small_county, filled

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]

PROCESS = """
import json, sys, threading, time
from dataclasses import replace
from datetime import timedelta
from data_access import answers
from data_access.answers import Answers
from data_access.clock import beijing_now
from data_access.decisions import Decision, decide, decisions
from data_access.engine import engine
from data_access.scope import Scope
from metrics.period import Period, PeriodKind
from metrics.vocabulary import Level
from pages.common import ahead, loaders
from sqlalchemy import text

counted, known, scope = [], Answers._fetched_or_counted, Scope.operator()

def noted(self, question, under):
    def count():
        counted.append(question.name + " under " + under)
        return question.count()
    return known(self, replace(question, count=count) if question.keep_until else question, under)

Answers._fetched_or_counted = noted
answers.WRITE_SECONDS = 30.0  # a machine that does other things too is not a database that cannot be written
answers.CLAIM = timedelta(minutes=5)
threading.Thread(target=loaders.FRESHNESS.keep_looking, args=(threading.Event(), lambda: None), daemon=True).start()
while loaders.FRESHNESS.good_at is None:
    time.sleep(0.05)

def month():
    return Period.holding(PeriodKind.MONTH, loaders.today()), loaders.today()

def asked():
    for work in (*ahead.overview_work(scope, *month()), *ahead.subjects_work(scope, *month())):
        work()
    return counted

def shown():
    loaders.FRESHNESS.is_open()
    overdue = loaders.frame(scope, "petitions.open", Level.COUNTY, *month())
    decided = loaders.answer(decisions, scope, ("board_decision", "petition"))
    return [int(overdue["k"].fillna(0).sum()), int(overdue["n"].fillna(0).sum()), len(decided)]

def changed(before):
    until = time.monotonic() + 60
    while (now := shown()) == before and time.monotonic() < until:
        time.sleep(0.05)
    return now

def decided():
    now = beijing_now()
    with engine().begin() as connection:
        (petition,) = connection.execute(text("SELECT min(id) FROM petition WHERE NOT restricted")).one()
        decide(scope, connection, petition, Decision.SUPERVISE, "面谈", now.date() + timedelta(days=9), "shuji", now)

doing = {"asked": asked, "shown": shown, "changed": changed, "decided": decided}
for line in sys.stdin:
    name, *arguments = json.loads(line)
    print(json.dumps(doing[name](*arguments)), flush=True)
"""


class Process:
    """A process of the board's, with the thread that looks for new data and without pages."""

    def __init__(self, database: str) -> None:
        environment = {**os.environ, "DATABASE_URL": database}
        command = [sys.executable, "-c", PROCESS]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def begin(self, *words: Any) -> None:
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def end(self) -> Any:
        return json.loads(self._process.stdout.readline())

    def do(self, *words: Any) -> Any:
        self.begin(*words)
        return self.end()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(params=["sqlite", "postgresql"])
def county(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a miniature county's database, of this test alone."""
    if request.param == "sqlite":
        yield a_small_county(tmp_path, MINIATURE)
        return
    server = engine(request.getfixturevalue("postgresql_url"))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE two_processes"))
    url = server.url.set(database="two_processes").render_as_string(hide_password=False)
    filled(engine(url), MINIATURE)
    yield url
    engine(url).dispose()
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE two_processes WITH (FORCE)"))


@pytest.fixture
def two(county: str) -> Iterator[tuple[Process, Process]]:
    pair = Process(county), Process(county)
    yield pair
    for process in pair:
        process.kill()


def test_two_processes_count_each_question_once_and_see_what_the_other_writes(two: tuple[Process, Process], county: str) -> None:
    first, second = two
    for process in two:  # both have started; then both ask the same at the same moment
        process.do("shown")
    for process in two:
        process.begin("asked")
    counted = [process.end() for process in two]
    together = [*counted[0], *counted[1]]
    assert len(together) > 50
    assert sorted(together) == sorted(set(together)), "counted twice"

    before = first.do("shown")
    assert second.do("shown") == before
    for process in two:
        process.begin("changed", before)
    with engine(county).begin() as connection:  # another program
        village = connection.scalar(text("SELECT min(code) FROM area WHERE level = 'village'"))
        connection.execute(
            text(
                "INSERT INTO petition (number, area_code, opened_at, due_at, size, level, restricted) "
                "SELECT 'TWO', :village, opened_at, due_at, 'small', 'village', restricted "
                "FROM petition WHERE ended_at IS NULL AND NOT restricted ORDER BY opened_at DESC LIMIT 1"
            ),
            {"village": village},
        )
    after = [process.end() for process in two]
    assert after[0] == after[1] != before

    second.begin("changed", after[0])
    first.do("decided")
    (*_, decisions_before), (*_, decisions_after) = after[0], second.end()
    assert decisions_after == decisions_before + 1
    assert first.do("changed", after[0])[-1] == decisions_after
