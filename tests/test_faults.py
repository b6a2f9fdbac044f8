"""What a failing machine can do to the board, each on the real thing: nobody is left with a broken page, and nothing is lost.

``BOARD_READERS`` and ``BOARD_KILLS`` ask for more than a test run does: 50 readers, 200 kills.
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from streamlit.testing.v1 import AppTest

from bench.servers import a_cookie
from data_access import answers, sessions
from data_access.__main__ import main as operate
from data_access.accounts import Role
from data_access.answers import Answers, Question
from data_access.audit import Action
from data_access.board_tables import BoardAudit, BoardImport, BoardSession
from data_access.clock import beijing_now
from data_access.deadline import within
from data_access.engine import DATABASE_AWAY, engine, reserved, watched
from data_access.migrate import upgrade
from data_access.revisions import at_head
from data_access.tables import CONTRACT, NightStay, Table
from ingest.__main__ import main as ingest
from pages.common import auth, fault, freshness, leaderboards, live, loaders
from pages.common.readiness import failing_in_database
from pages.duty import nights
from tests.builders import TOWNSHIP, a_county, a_person, add, an_appointment
from tests.conftest import emptied
from tests.demo_county import filled
from tests.e2e.board import a_running_board
from tests.opened_pages import nothing_counted, opened, panels, words
from tests.outages import read_through
from tests.own_postgresql import OwnPostgresql, an_own_postgresql
from tests.readers import Reader
from tests.signed_in import RIGHT, an_account
from tests.test_ledgers import STAY, a_book

# --- PostgreSQL stopped, hung, restarted, slow ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_county() -> Iterator[OwnPostgresql]:
    with an_own_postgresql() as own:
        filled(own.database)
        yield own


@pytest.mark.slow
def test_nobody_is_left_with_a_broken_page_when_postgresql_stops_hangs_and_comes_back(own_county: OwnPostgresql, tmp_path: Path) -> None:
    log, cookie, hangs = tmp_path / "server.log", a_cookie(own_county.url), ExitStack()
    outages = {
        "stopped": (own_county.stop, own_county.start),
        "hung": (lambda: hangs.enter_context(own_county.hung()), hangs.close),
        "stopped again": (own_county.stop, own_county.start),
    }
    with a_running_board(own_county.url, log, healthy=False) as board:
        asyncio.run(read_through([board.port], cookie, outages))
    said = log.read_text(encoding="utf-8")
    assert said.count("Traceback") < 20, "one fault is one traceback and not each reader's"
    assert said.count("\n") < 1000


@pytest.mark.slow
def test_a_database_that_is_slow_makes_readers_wait_and_breaks_no_page(own_county: OwnPostgresql, tmp_path: Path) -> None:
    async def wait_for_the_lock(port: int) -> None:
        reader = Reader(port, a_cookie(own_county.url), "petitions")
        coming = asyncio.create_task(reader.open())
        await asyncio.sleep(6)
        holder.rollback()
        await asyncio.wait_for(coming, 60)
        assert not reader.is_broken
        assert not reader.is_told_stale

    with a_running_board(own_county.url, tmp_path / "server.log") as board, own_county.database.connect() as holder:
        holder.execute(text("LOCK TABLE petition IN ACCESS EXCLUSIVE MODE"))
        asyncio.run(wait_for_the_lock(board.port))


# --- a full disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def no_room(served_alone: Engine) -> Iterator[Callable[[], None]]:
    """From the call on the database can grow by nothing: SQLite says what it says on a full disk."""
    held: list[bool] = []

    def no_larger(connection: sqlite3.Connection, *_: object) -> None:
        if held:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(served_alone, "checkout", no_larger)
    yield lambda: held.append(True)
    event.remove(served_alone, "checkout", no_larger)


def test_on_a_full_disk_reading_goes_on_and_a_load_says_so_and_loses_nothing(
    served_alone: Engine,
    faults_told: None,
    no_room: Callable[[], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with served_alone.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_leader", person=a_person(connection, "张三"))
    reader = an_account(served_alone, now=beijing_now())
    before = opened(served_alone, "duty", reader)
    path = a_book(tmp_path, STAY, *((f"2026-{month:02d}-{day:02d}", "张三", "泥河镇") for month in range(1, 11) for day in range(1, 29)))
    counted = row_counts(served_alone)
    no_room()
    assert ingest(["load", "night_stay", str(path)]) == 3
    assert "数据库所在的磁盘已满,什么都没有写入" in capsys.readouterr().err
    assert row_counts(served_alone) == counted
    loaders.forget()
    after = before.run()
    assert "出错编号" not in words(after)
    assert "尚未装入住夜台账" in words(after)


# --- killed at any moment -------------------------------------------------------------------------------------------

KILLS = int(os.environ.get("BOARD_KILLS", "12"))
forked = multiprocessing.get_context("fork")


def row_counts(database: Engine) -> dict[str, int]:
    with database.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Table.metadata.sorted_tables
            if table.name not in ("board_answer", "board_session")
        }


def _killed_after(seconds: float, work: Callable[..., object], *asked: object) -> bool:
    """A process of its own that is killed while it works, as the machine's OOM killer does; whether it was."""
    process = forked.Process(target=work, args=asked, daemon=True)
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _alone(url: str) -> Engine:
    """The database for a forked process: its parent's connections are not its own."""
    database = engine(url)
    database.dispose(close=False)
    os.environ["DATABASE_URL"] = url
    return database


def _loads(url: str, path: str) -> None:
    _alone(url)
    os._exit(ingest(["load", "night_stay", path, "--json"]))


@pytest.mark.slow
def test_a_load_that_is_killed_is_whole_or_has_never_been(migrated: Engine, tmp_path: Path) -> None:
    """0 rows lost, 0 double, and each load on record has its row in the audit, whenever it was killed."""
    url, chance, people = migrated.url.render_as_string(hide_password=False), random.Random(11), 40
    emptied(migrated)
    with migrated.begin() as connection:
        a_county(connection)
        for number in range(people):
            an_appointment(connection, "township_staff", person=a_person(connection, f"职工{number:02d}号", None))
    took, killed, audited = 4.0, 0, _audited(migrated, Action.IMPORT)
    for attempt in range(KILLS):
        day = date(2025, 1, 1) + timedelta(days=3 * attempt)
        lines = ((day + timedelta(days=more), f"职工{number:02d}号", "泥河镇") for number in range(people) for more in range(3))
        path = a_book(tmp_path, STAY, *lines, name=f"{attempt}.xlsx")
        began = time.monotonic()
        was = _killed_after(chance.uniform(0.05, took), _loads, url, str(path))
        killed += was
        if not was:
            took = min(took, time.monotonic() - began)
        with migrated.connect() as connection:
            here = select(func.count()).where(NightStay.night.between(day, day + timedelta(days=2)))
            assert connection.scalar(here) in ((0, 120) if was else (120,)), "all of a file or nothing of it"
            loads, rows = connection.execute(select(func.count(), func.coalesce(func.sum(BoardImport.rows_added), 0))).one()
            assert rows == connection.scalar(select(func.count()).select_from(NightStay))
            assert _audited(migrated, Action.IMPORT) - audited == loads
    assert killed > KILLS // 4, "too few were killed while they worked"
    assert ingest_again(url, tmp_path) == KILLS * 120, "after it all each file can be loaded, once"
    emptied(migrated)


def ingest_again(url: str, folder: Path) -> int:
    """All files again, in their order; the rows there are then."""
    for path in folder.glob("*.xlsx"):
        process = forked.Process(target=_loads, args=(url, str(path)))
        process.start()
        process.join()
        assert process.exitcode == 0, path
    with engine(url).connect() as connection:
        return connection.scalar(select(func.count()).select_from(NightStay)) or 0


def _audited(database: Engine, action: Action) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).where(BoardAudit.action == str(action))) or 0


def _signs_in(url: str, name: str, told: Any) -> None:
    """What a server writes: sessions with their rows in the audit; each is told when it is done."""
    database = _alone(url)
    while True:
        told.send(sessions.sign_in(database, name, RIGHT, beijing_now()).token)


@pytest.mark.slow
def test_what_a_killed_server_has_said_is_done_is_done(migrated: Engine) -> None:
    url, chance = migrated.url.render_as_string(hide_password=False), random.Random(12)
    done, names, audited = set[str](), list[str](), _audited(migrated, Action.SIGN_IN)
    for _ in range(KILLS):
        name = an_account(migrated, now=beijing_now() - timedelta(minutes=1))  # an attempt that is broken off counts as one
        names.append(name)
        ours, theirs = forked.Pipe()
        assert _killed_after(chance.uniform(0.05, 0.6), _signs_in, url, name, theirs)
        theirs.close()
        with suppress(EOFError):
            while ours.poll():
                done.add(ours.recv())
    with migrated.connect() as connection:
        kept = set(connection.scalars(select(BoardSession.token_digest).where(BoardSession.username.in_(names))))
        assert {hashlib.sha256(token.encode()).hexdigest() for token in done} <= kept
        assert len(kept) <= len(done) + KILLS, "beyond those one at most that was not told any more"
        assert _audited(migrated, Action.SIGN_IN) - audited == len(kept), "each with its row in the audit"
    assert len(done) > KILLS


# --- a migration that is broken off ---------------------------------------------------------------------------------


def _migrates(url: str) -> None:
    upgrade(_alone(url))
    os._exit(0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migration_that_is_killed_is_done_by_the_next_one(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    chance = random.Random(13)
    for attempt in range(max(4, KILLS // 3)):
        url = f"sqlite:///{tmp_path / f'{attempt}.db'}"
        if kind == "postgresql":
            given = make_url(request.getfixturevalue("postgresql_url"))
            with engine(str(given)).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"CREATE DATABASE killed_{attempt}"))
            url = given.set(database=f"killed_{attempt}").render_as_string(hide_password=False)
        _killed_after(chance.uniform(0.05, 1.5), _migrates, url)
        database = engine(url)
        with database.connect() as connection:
            is_whole = at_head(connection)
            assert is_whole or not set(inspect(connection).get_table_names()) & set(CONTRACT), "all of it or nothing of it"
        assert is_whole or failing_on(url) == ["migrations"]
        upgrade(database)
        assert failing_on(url) == []
        database.dispose()


def failing_on(url: str) -> list[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DATABASE_URL", url)
        return failing_in_database()


def test_a_page_on_other_tables_says_which_command_mends_it(served_alone: Engine, faults_told: None) -> None:
    with served_alone.begin() as connection:
        a_county(connection)
    reader = an_account(served_alone, now=beijing_now())
    board = opened(served_alone, "duty", reader)
    nothing_counted(served_alone)
    with served_alone.begin() as connection:
        connection.execute(text("DROP TABLE night_stay"))
    assert "请管理员运行 python -m data_access migrate" in words(board.run())


# --- a clock that jumps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)], ids=["back", "forward"])
def test_a_clock_that_jumps_ends_no_session_and_holds_nothing_up(served: Engine, monkeypatch: pytest.MonkeyPatch, jump: timedelta) -> None:
    with served.begin() as connection:
        a_county(connection)
    board = opened(served, "duty", an_account(served, Role.WALL if jump > timedelta() else Role.LEADER, now=beijing_now() - abs(jump)))
    real = beijing_now
    for module in (auth, freshness, answers, loaders, live):
        monkeypatch.setattr(module, "beijing_now", lambda: real() + jump)
    loaders.FRESHNESS.look()
    began = time.monotonic()
    assert loaders.FRESHNESS.away_since is None
    assert abs(loaders.moment() - (real() + jump)) < timedelta(seconds=30), "figures follow the clock"
    board.run()
    assert not board.exception
    assert "请重新登录" not in words(board)
    assert time.monotonic() - began < 20


def test_a_claim_from_before_the_clock_was_put_back_keeps_nobody_waiting(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    now = beijing_now()
    asked = Question("something", (), lambda: 7, now.date() + timedelta(days=1))
    died = Answers(lambda: "made by", database=lambda: database)
    monkeypatch.setattr(answers, "beijing_now", lambda: now + timedelta(hours=1))
    assert died._claimed(answers._Row(answers._digest("something"), answers._digest("other", "made by")), asked)
    monkeypatch.setattr(answers, "beijing_now", lambda: now)
    row = answers._Row(answers._digest("something"), answers._digest("other", "made by"))
    assert Answers(lambda: "made by", database=lambda: database)._claimed(row, asked)


# --- one part of a page fails ---------------------------------------------------------------------------------------


def exhausted(*_: object) -> None:
    raise PoolExhausted("QueuePool limit of size 5 overflow 10 reached")


def a_bad_row(*_: object) -> None:
    raise ValueError("张三 13900000000")


@pytest.mark.parametrize(("fails", "said"), [(exhausted, "数据库没有应答"), (a_bad_row, "程序出错")])
def test_what_fails_in_one_part_is_told_there_the_others_are_shown_and_it_comes_back(
    served: Engine, faults_told: None, monkeypatch: pytest.MonkeyPatch, fails: Callable[..., None], said: str
) -> None:
    with served.begin() as connection:
        a_county(connection)
        add(connection, NightStay, person_id=a_person(connection), area_code=TOWNSHIP, night=beijing_now().date())
    board = opened(served, "duty", an_account(served, now=beijing_now()))
    whole = words(board)
    assert "名正职中" in whole
    with monkeypatch.context() as broken:
        broken.setattr(nights, "month_map", fails)
        shown = words(board.run())
    assert shown.count("这里暂时显示不了") == 1
    assert f"{said}，这里暂时显示不了" in shown
    assert "139" not in shown
    assert "名正职中" in shown, "what stands below it is drawn"
    assert "出错编号" not in words(board.run())


def test_a_page_that_has_met_a_fault_waits_twice_as_long_for_each_next_try(served: Engine, faults_told: None) -> None:
    waits: list[float] = []

    def told_again(_was_away: bool, due: float) -> None:
        waits.append(round(due - time.monotonic()))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fault, "_try_again", told_again)
        board = AppTest.from_string(
            "from pages.common import fault\nfault.run_begins()\nwith fault.contained():\n    1 / 0\nwith fault.contained():\n    1 / 0"
        )
        for _ in range(6):
            board.run()
    assert waits == [5, 10, 20, 40, 60, 60], "once a run, however much fails in it"


def test_a_command_that_finds_no_database_says_so_and_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'no' / 'folder' / 'board.db'}")
    (tmp_path / "no").write_text("a file where a folder should be")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "mkdir", lambda *_, **__: None)
        assert operate(["account", "list"]) == 2
    assert "没有做成:数据库文件打不开。" in capsys.readouterr().err


def test_readers_are_refused_at_once_while_the_database_is_seen_to_be_away(migrated: Engine) -> None:
    with pytest.raises(OperationalError), watched(migrated):
        raise OperationalError("", {}, Exception())
    began = time.monotonic()
    with pytest.raises(DATABASE_AWAY):
        migrated.connect()
    assert time.monotonic() - began < 0.5
    with watched(migrated), reserved(migrated).connect():
        pass
    migrated.connect().close()


def test_who_has_a_deadline_does_not_queue_longer_than_it_for_a_connection(migrated: Engine) -> None:
    others = [migrated.connect() for _ in range(15)]
    began = time.monotonic()
    with pytest.raises(DATABASE_AWAY), within(0.3):
        migrated.connect()
    assert time.monotonic() - began < 3
    for other in others:
        other.close()


def test_the_wall_leaves_out_what_fails_and_shows_the_rest(
    served: Engine, faults_told: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with served.begin() as connection:
        a_county(connection)
        add(connection, NightStay, person_id=a_person(connection), area_code=TOWNSHIP, night=beijing_now().date())
    monkeypatch.setattr(leaderboards, "read_and_ranked", a_bad_row)
    board = opened(served, "wall", an_account(served, Role.WALL, now=beijing_now()))
    assert "出错编号" not in words(board)
    assert 'class="wall' in " ".join(panels(board))
    assert "the wall leaves out a part" in caplog.text
