"""Loading, undoing, feeding, killing and viewing, all at once and at random, with exact counts at the end of every minute:
``python -m tests.mixed_loading --minutes 60 --database postgresql``.

What is right is reckoned apart: every file that was put in is remembered line by line, and the audit says in which order loadings and
undoings became final. Played again on plain dictionaries they must give the log's counts, the tables' rows and the figures.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import Engine, delete, func, insert, select

from data_access.audit import Action
from data_access.board_tables import BoardAudit, BoardImport, BoardImportKey
from data_access.calendar import calendar_days
from data_access.clock import beijing_now
from data_access.engine import DATABASE_AWAY, DatabaseAway, engine
from data_access.migrate import upgrade
from data_access.scope import Scope
from data_access.tables import CalendarDay, CaptainVisit, Household, NightStay, Person, Petition, PetitionEvent
from ingest.ledgers import correct, feed, undo
from ingest.ledgers.checks import checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.load import file_digest, load
from metrics.period import Period, PeriodKind
from metrics.registry import indicator
from metrics.vocabulary import Level
from reports.frames import indicator_frame
from reports.source import DatabaseSource
from tests.own_postgresql import an_own_postgresql
from tests.readers import Tabs
from tests.small_county import CAPTAINS, LIUBA, SHANGTANG, SHAWAN, XIATANG, YUNLING, qinghe

ROOT = Path(__file__).parents[1]
ROUND_SECONDS = 60.0
HANDS = 3
DAYS = 40
PAGES = ("", "duty", "petitions", "captains", "quality")
STAFF = {
    "云岭镇": (YUNLING, [f"云{name}" for name in ("正一", "正二", "班甲", "班乙", "职子", "职丑")]),
    "沙湾镇": (SHAWAN, [f"沙{name}" for name in ("正一", "正二", "班甲", "班乙", "职子", "职丑")]),
}
VILLAGES = {"上塘村": SHANGTANG, "下塘村": XIATANG, "柳坝村": LIUBA}
HEADS: Mapping[str, tuple[str, ...]] = {
    "住夜": ("日期", "姓名", "单位"),
    "走访": ("日期", "姓名", "户编号"),
    "诉求": ("编号", "发生地", "渠道", "类别", "大小", "点单时间", "办结时间", "办理结果"),
}
NOBODY = "查无此人"
FIGURES = ("captains.key_visits", "petitions.open", "quality.backfilled", "quality.in_time", "quality.bulk", "duty.night_compliance")
ALL = Scope.operator()

Key = tuple[Any, ...]
Values = tuple[Any, ...]


@dataclass(frozen=True)
class File:
    """A ledger as it was written: its good lines by what they are known again by, and how many of its lines are bad."""

    name: str
    kind: str
    lines: Mapping[Key, Values]
    bad: int


@dataclass
class Model:
    """What must be in the database, and how often each thing was done."""

    files: dict[str, File] = field(default_factory=dict)
    foreign: dict[str, Key] = field(default_factory=dict)
    """Another program's stays by source_ref."""
    done: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0

    def next_name(self, what: str) -> str:
        with self.lock:
            self.number += 1
            return f"{what}{self.number:06}"

    def note(self, what: str) -> None:
        with self.lock:
            self.done[what] += 1


# --- files ---------------------------------------------------------------------------------------------------------------


def a_day(chance: random.Random) -> date:
    return beijing_now().date() - timedelta(days=chance.randrange(1, DAYS))


def a_line(kind: str, chance: random.Random) -> tuple[Key, Values, tuple[Any, ...]]:
    """Key, values and the cells of a line."""
    day = a_day(chance)
    if kind == "住夜":
        unit = chance.choice(list(STAFF))
        code, names = STAFF[unit]
        name = chance.choice(names)
        return (name, code, day), (), (f"{day}", name, unit)
    if kind == "走访":
        name, home = chance.choice([name for _, _, name in CAPTAINS]), f"QH-{chance.randrange(1, 9):03}"
        return (name, home, day), (), (day.strftime("%Y年%-m月%-d日"), name, home)
    number = f"QH-{chance.randrange(1, 400)}"
    at = beijing_now().date() - timedelta(days=DAYS - (sum(map(ord, number)) % 7))  # a petition is opened once
    place = list(VILLAGES)[sum(map(ord, number)) % 3]
    ended = None if chance.random() < 0.4 else max(day, at + timedelta(days=1))
    cells = (number, place, "热线", "道路", "小事", f"{at} 09:00", f"{ended} 10:00" if ended else None, "已化解" if ended else None)
    return (number,), (VILLAGES[place], datetime.combine(at, datetime.min.time()).replace(hour=9), ended), cells


def a_file(model: Model, folder: Path, chance: random.Random) -> Path:
    kind = chance.choice(list(HEADS))
    lines: dict[Key, tuple[Values, tuple[Any, ...]]] = {}
    for _ in range(chance.choice((1, 5, 40, 200))):
        key, values, cells = a_line(kind, chance)
        lines.setdefault(key, (values, cells))
    rows = [cells for _, cells in lines.values()]
    bad = chance.choice((0, 0, 1, 3))
    for _ in range(bad):
        rows.insert(chance.randrange(len(rows) + 1), _bad(kind, a_line(kind, chance)[2]))
    name = model.next_name(kind) + chance.choice((".xlsx", ".csv"))
    _write(folder / name, HEADS[kind], rows)
    with model.lock:
        model.files[name] = File(name, kind, {key: values for key, (values, _) in lines.items()}, bad)
    return folder / name


def _bad(kind: str, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    if kind == "诉求":
        return ("QH-X", "查无此村", *cells[2:])
    return (cells[0], NOBODY, *cells[2:])


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if path.suffix == ".csv":
        text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in [head, *rows])
        path.write_text(text + "\n", encoding=("utf-8-sig", "gb18030")[len(rows) % 2])
        return
    book = openpyxl.Workbook()
    for row in [head, *rows]:
        book.active.append(row)
    book.save(path)


# --- what hands do ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Board:
    database: Engine
    folder: Path
    model: Model

    def load(self, chance: random.Random) -> None:
        path = a_file(self.model, self.folder, chance)
        kind = kind_named(self.model.files[path.name].kind)
        with self.database.connect() as connection:
            found = checked(kind, path, directory(ALL, connection, households=kind.households), beijing_now(), name=path.name)
            connection.rollback()
            with connection.begin() as transaction:
                load(connection, found, file_name=path.name, digest=file_digest(path), now=beijing_now(), by="混合")
                if chance.random() < 0.1:
                    transaction.rollback()
                    self.model.note("load given up")

    def load_killed(self, chance: random.Random) -> None:
        """A process of its own, ended at some moment: all of it or nothing."""
        path = a_file(self.model, self.folder, chance)
        command = [sys.executable, "-m", "ingest", "load", self.model.files[path.name].kind, str(path)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(0.5, 6.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def undo(self, chance: random.Random) -> None:
        with self.database.connect() as connection, connection.begin():
            correct.lock(connection)
            standing = list(connection.scalars(select(BoardImport.id).where(BoardImport.undone_at.is_(None))))
            if not standing:
                return
            # The newest may be taken back most often; an old one on which others stand is refused.
            wanted = standing[max(0, len(standing) - 1 - int(chance.expovariate(0.3)))]
            plan = undo.plan(connection, wanted, ALL)
            if plan.obstacles:
                self.model.note("undo refused")
                return
            undo.take_back(connection, plan, why="混合", by="混合", now=beijing_now())

    def feed(self, chance: random.Random) -> None:
        box = self.folder / "in"
        box.mkdir(exist_ok=True)
        for _ in range(chance.randrange(1, 4)):
            made = a_file(self.model, self.folder, chance)
            if chance.random() < 0.3:
                (box / f"又一份-{made.name}").write_bytes(made.read_bytes())
                self.model.files[f"又一份-{made.name}"] = self.model.files[made.name]
            made.rename(box / made.name)
        feed.feed(feed.Task(box, self.database, "", "投送", beijing_now(), 0, lambda _line: None))

    def write_directly(self, chance: random.Random) -> None:
        """Another program: a few stays, now and then some of its own taken away again."""
        unit = chance.choice(list(STAFF))
        code, names = STAFF[unit]
        mine = {self.model.next_name("F"): (chance.choice(names), code, a_day(chance)) for _ in range(chance.randrange(1, 20))}
        with self.model.lock:
            gone = chance.sample(sorted(self.model.foreign), min(len(self.model.foreign), chance.choice((0, 0, 5))))
            for ref in gone:
                self.model.foreign.pop(ref)
        people = self.when_it_answers(self.people)
        with self.when_it_answers(self.database.connect) as connection, connection.begin():
            now = beijing_now()
            rows = [
                {"person_id": people[name], "area_code": area, "night": night, "recorded_at": now, "source": "feed", "source_ref": ref}
                for ref, (name, area, night) in mine.items()
            ]
            connection.execute(insert(NightStay), rows)
            connection.execute(delete(NightStay).where(NightStay.source == "feed", NightStay.source_ref.in_(gone)))
        with self.model.lock:
            self.model.foreign |= mine

    def when_it_answers(self, ask: Callable[[], Any]) -> Any:
        """Another program that is refused a connection (nothing is asked of the database then) comes again."""
        while True:
            try:
                return ask()
            except DatabaseAway:
                self.model.note("write_directly refused")
                time.sleep(0.2)

    def people(self) -> dict[str, int]:
        with self.database.connect() as connection:
            return {name: number for number, name in connection.execute(select(Person.id, Person.name))}

    def look(self, chance: random.Random) -> None:
        """A reader's figures while others write: a k within its n."""
        with self.database.connect() as connection:
            rows = fresh(connection, chance.choice(FIGURES), beijing_now())
        for row in rows.to_dict("records"):
            assert row["n"] is None or row["n"] != row["n"] or 0 <= row["k"] <= row["n"], row


DOES = ((Board.load, 10), (Board.undo, 5), (Board.feed, 3), (Board.write_directly, 3), (Board.look, 4), (Board.load_killed, 1))


def work(board: Board, seed: int, until: float) -> None:
    chance = random.Random(seed)
    acts, weights = zip(*DOES, strict=True)
    while time.monotonic() < until:
        act = chance.choices(acts, weights)[0]
        try:
            act(board, chance)
            board.model.note(act.__name__)
        except DATABASE_AWAY:
            if act is Board.write_directly:
                raise  # it would have to be tried again
            board.model.note(f"{act.__name__} busy")


# --- what must be there ------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What files and audit together say must be in the tables."""

    rows: dict[str, dict[Key, Values]] = field(default_factory=lambda: {kind: {} for kind in HEADS})
    journal: dict[int, list[tuple[str, Key, Values | None]]] = field(default_factory=dict)
    counts: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)

    def load(self, number: int, file: File) -> None:
        there, written = self.rows[file.kind], []
        added = changed = same = 0
        for key, values in file.lines.items():
            before = there.get(key)
            if before == values:
                same += 1
                continue
            added, changed = added + (before is None), changed + (before is not None)
            written.append((file.kind, key, before))
            there[key] = values
        self.journal[number] = written
        self.counts[number] = (added, changed, same, file.bad)

    def undo(self, number: int) -> None:
        for kind, key, before in reversed(self.journal[number]):
            if before is None:
                del self.rows[kind][key]
            else:
                self.rows[kind][key] = before


def told_by(connection: Any, model: Model) -> Told:
    told = Told()
    numbers = {name: number for number, name in connection.execute(select(BoardImport.id, BoardImport.file_name))}
    acts = select(BoardAudit.action, BoardAudit.detail).where(BoardAudit.action.in_([Action.IMPORT, Action.UNDO])).order_by(BoardAudit.id)
    for action, detail in connection.execute(acts):
        if action == Action.UNDO:
            told.undo(int(re.match(r"撤销装入编号 (\d+) ", detail)[1]))  # type: ignore[index]
        else:
            name = detail.split(" ", 1)[1].split(":共 ", 1)[0]
            told.load(numbers[name], model.files[name])
    return told


def agreed(board: Board) -> Told:
    """Raises ``AssertionError`` where the log, the tables or the figures are not what files and audit say."""
    with board.database.connect() as connection:
        told = told_by(connection, board.model)
        counts = (BoardImport.rows_added, BoardImport.rows_changed, BoardImport.rows_same, BoardImport.rows_refused)
        logged = {row[0]: tuple(row[1:]) for row in connection.execute(select(BoardImport.id, *counts))}
        differ = [key for key in {*logged, *told.counts} if logged.get(key) != told.counts.get(key)]
        assert not differ, [(key, logged.get(key), told.counts.get(key)) for key in differ]

        stays = select(Person.name, NightStay.area_code, NightStay.night).join(Person, Person.id == NightStay.person_id)
        _same(connection.execute(stays.where(NightStay.source == "ledger")), told.rows["住夜"])
        own = [*board.model.foreign.values()]
        assert Counter(map(tuple, connection.execute(stays.where(NightStay.source == "feed")))) == Counter(own)
        visits = (
            select(Person.name, BoardImportKey.ref, CaptainVisit.visited_on)
            .join(Person, Person.id == CaptainVisit.person_id)
            .join(BoardImportKey, (BoardImportKey.row_id == CaptainVisit.household_id) & (BoardImportKey.kind == "household"))
        )
        _same(connection.execute(visits), told.rows["走访"])
        petitions = select(Petition.number, Petition.area_code, Petition.opened_at, Petition.ended_at, Petition.outcome)
        found = {row.number: row for row in connection.execute(petitions)}
        assert sorted(found) == sorted(key[0] for key in told.rows["诉求"])
        for (number,), (area, opened, ended) in told.rows["诉求"].items():
            row = found[number]
            assert (row.area_code, row.opened_at, row.ended_at and row.ended_at.date()) == (area, opened, ended), number
            assert row.outcome == ("resolved" if ended else None), number
        opened_events = select(func.count()).select_from(PetitionEvent).where(PetitionEvent.kind == "open")
        assert connection.scalar(opened_events) == len(found)
        orphans = select(func.count()).select_from(PetitionEvent).where(PetitionEvent.petition_id.not_in(select(Petition.id)))
        assert connection.scalar(orphans) == 0
    figures_agree(board, told)
    return told


def _same(rows: Any, expected: Mapping[Key, Values]) -> None:
    assert Counter(map(tuple, rows)) == Counter(expected.keys())


def fresh(connection: Any, name: str, at: datetime) -> Any:
    """Straight from the database, for this month."""
    month = Period.holding(PeriodKind.MONTH, at.date())
    return indicator_frame(DatabaseSource(connection, ALL, at=at), indicator(name), Level.COUNTY, month, at.date())


def figures_agree(board: Board, told: Told) -> None:
    """By hand, straight from the database, and as pages have them, from what this and the server's process have kept."""
    now = beijing_now()
    first = now.date().replace(day=1)
    stays, visits, open_now = told.rows["住夜"], told.rows["走访"], told.rows["诉求"]
    in_month = [key for key in (*stays, *visits) if key[2] >= first]
    foreign = [key for key in board.model.foreign.values() if key[2] >= first]
    by_hand = {
        "quality.backfilled": (len(in_month), len(in_month) + len(foreign)),
        "quality.in_time": (None, len(foreign)),
        "quality.bulk": (0, 0),
        "captains.key_visits": (len({home for _, home, day in visits if home <= "QH-003" and day >= first}), None),
        "petitions.open": (sum(ended is None for _, _, ended in open_now.values()), None),
    }
    with board.database.connect() as connection:
        straight = {name: _kn(fresh(connection, name, now)) for name in FIGURES}
    for name, expected in by_hand.items():
        pairs = zip(straight[name], expected, strict=True)
        assert all(wanted is None or got == wanted for got, wanted in pairs), (name, straight[name], expected)
    assert _until(lambda: as_pages_have_them(now) == straight, 60), (as_pages_have_them(now), straight)


def _kn(rows: Any) -> tuple[int, int]:
    row = next(iter(rows.to_dict("records")), {"k": 0, "n": 0})
    k, n = (0 if row[name] is None or row[name] != row[name] else int(row[name]) for name in ("k", "n"))
    return k, n


def as_pages_have_them(at: datetime) -> dict[str, tuple[int, int]]:
    from pages.common import loaders

    loaders.FRESHNESS.is_open()
    month = Period.holding(PeriodKind.MONTH, at.date())
    return {name: _kn(loaders.frame(ALL, name, Level.COUNTY, month, at.date())) for name in FIGURES}


def _until(holds: Any, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.5)
    return bool(holds())


# --- all of it ---------------------------------------------------------------------------------------------------------------


def a_county(database: Engine) -> None:
    upgrade(database)
    with database.begin() as connection:
        qinghe(connection)
        known = connection.scalar(select(func.max(CalendarDay.day)))
        if known is not None and known < beijing_now().date():
            connection.execute(insert(CalendarDay), calendar_days(known.year + 1, beijing_now().year))
        assert connection.scalar(select(func.count()).select_from(Household)) == 8


def mixed(database: Engine, seconds: float, seed: int, tell: Any = print, readers: Tabs | None = None) -> Model:
    """Rounds of :data:`ROUND_SECONDS`, each ending with exact counts. Returns what was done."""
    from pages.common import loaders

    stop = threading.Event()
    threading.Thread(target=loaders.FRESHNESS.keep_looking, args=(stop, lambda: None), daemon=True).start()
    model, began, number = Model(), time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(HANDS) as hands:
        board = Board(database, Path(folder), model)
        while (left := seconds - (time.monotonic() - began)) > 0:
            number += 1
            until = time.monotonic() + min(ROUND_SECONDS, left)
            for done in [hands.submit(work, board, seed * 10_000 + number * 10 + hand, until) for hand in range(HANDS)]:
                done.result()
            told = agreed(board)
            if readers is not None:
                assert not readers.failed
                assert _until(readers.are_well, 90), [(tab.path, tab.is_broken, tab.is_told_stale) for tab in readers.tabs]
            rows = {kind: len(found) for kind, found in told.rows.items()}
            tell(f"{time.monotonic() - began:6.0f} s: exact; {rows}, 外来 {len(model.foreign)}; {dict(model.done)}")
    stop.set()
    return model


@contextmanager
def a_database(name: str) -> Iterator[str]:
    """The address of an empty one: ``sqlite``, ``postgresql``, or of a given one."""
    if name == "postgresql":
        with an_own_postgresql() as own:
            yield own.url
    elif name == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/board.db"
    else:
        yield name


def main() -> int:
    asks = argparse.ArgumentParser(prog="python -m tests.mixed_loading", description=__doc__)
    asks.add_argument("--minutes", type=float, default=60)
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the address of an empty one")
    asked = asks.parse_args()
    tell = partial(print, flush=True)
    with a_database(asked.database) as url:
        os.environ["DATABASE_URL"] = url
        database = engine(url)
        a_county(database)
        from bench.servers import a_cookie
        from data_access import accounts
        from tests.e2e.board import a_running_board, complaints

        with database.begin() as connection:
            accounts.add_account(connection, "shuji", "书记", accounts.Role.LEADER, accounts.DEMO_PASSWORD, now=beijing_now(), by="混合")
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "server.log"
            with a_running_board(url, log, healthy=False) as board:
                readers = Tabs(int(board.url.rsplit(":", 1)[1]), a_cookie(url), PAGES)
                model = mixed(database, asked.minutes * 60, asked.seed, tell, readers)
                readers.end()
            complained = complaints(log.read_text(encoding="utf-8"))
        tell(f"all exact after {asked.minutes:g} minutes on {asked.database}: {dict(model.done)}")
    for line in complained[:40]:  # a starved machine makes a look at the database late, which is told and gone by itself
        tell(f"the server's log: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
