"""A folder that ledgers are put into (``python -m ingest feed DIR``, by cron): each file is loaded once and then put away.

``DIR/done`` holds what has been loaded, ``DIR/failed`` what cannot be read and the reports, ``DIR/asked`` files that wait for an answer in
the TOML beside them. What has been loaded the log knows (``board_import``, by the file's digest and kind), in the transaction that loads
it: a run that is killed, or two at once, load nothing twice and lose nothing. A file that is still being copied stays for the next time.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, select

from data_access.board_tables import BoardImport
from data_access.engine import DATABASE_AWAY
from data_access.scope import Scope
from ingest.ledgers.cells import Fault
from ingest.ledgers.checks import KINDS, NoUnit, WhichKind, checked, kinds_in
from ingest.ledgers.choices import keep_choice
from ingest.ledgers.directory import Directory, directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.kind import Kind
from ingest.ledgers.load import Loaded, file_digest, load
from ingest.ledgers.mappings import mappings
from ingest.ledgers.questions import EVERYWHERE, Answers, Asked, answered, answers_of, asked_by, beside, is_complete, toml_of
from ingest.ledgers.refused import free_path, returned, write_refused

if sys.platform != "win32":
    import fcntl

DONE, FAILED, ASKED = "done", "failed", "asked"
QUIET_SECONDS = 30
"""A file that has been written to since is still being copied."""
BEING_COPIED = (".part", ".tmp", ".crdownload", ".filepart", ".download.part")
UNITS = ("township", "village")
WHOSE = "乡镇或村的名称或代码,例如 泥河镇"


def _said(line: str) -> None:
    """At once: of a run that is stopped the log tells how far it came."""
    print(line, flush=True)


@dataclass(frozen=True)
class Task:
    """One run over one folder."""

    folder: Path
    database: Engine
    area: str
    by: str
    now: datetime
    quiet_seconds: float = QUIET_SECONDS
    say: Callable[[str], None] = _said


class Waits(Exception):
    """Nothing more is loaded of this file until somebody has answered."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        super().__init__("要先回答")
        self.asked = asked


def feed(asked: Task) -> bool:
    """Whether every file that was there is now loaded and put away. Raises what :data:`DATABASE_AWAY` names: the rest waits."""
    for name in (DONE, FAILED, ASKED):
        (asked.folder / name).mkdir(exist_ok=True)
    with _alone(asked.folder) as alone:
        if not alone:
            asked.say("另一次投送正在进行,这一次什么都不做。")
            return True
        outcomes = [_fed(asked, path) for path in waiting(asked.folder, asked.quiet_seconds)]
    return all(outcomes)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Two runs at once on one machine would only get in each other's way; the database keeps those of two machines apart."""
    with (folder / ".feed.lock").open("w") as file:
        yield _locked(file)


def _locked(file: TextIO) -> bool:
    if sys.platform == "win32":  # its tasks do not start a second time while one runs
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def waiting(folder: Path, quiet_seconds: float) -> list[Path]:
    """Files to take, the oldest first: those of the folder itself, and those that were asked about and answered."""
    files = [path for path in folder.iterdir() if _is_ledger(path) and path.suffix != ".toml"]
    files += [path for path in (folder / ASKED).iterdir() if _is_ledger(path) and path.suffix != ".toml" and _is_answered(path)]
    quiet = [path for path in files if all(_is_quiet(each, quiet_seconds) for each in (path, beside(path)) if each.exists())]
    return sorted(quiet, key=lambda path: (path.stat().st_mtime, path.name))


def _is_ledger(path: Path) -> bool:
    return path.is_file() and not path.name.startswith((".", "~$")) and not path.name.lower().endswith(BEING_COPIED)


def _is_answered(path: Path) -> bool:
    try:
        told = answered(path)
    except Unreadable:
        return True  # is told what is wrong with it
    return told is not None and is_complete(told)


def _is_quiet(path: Path, seconds: float) -> bool:
    """Copying programs give a file its old date, but not when its bytes came here; Windows tells only the date."""
    stat = path.stat()
    return time.time() - (stat.st_mtime if os.name == "nt" else stat.st_ctime) >= seconds


# --- one file ------------------------------------------------------------------------------------------------------------


def _fed(asked: Task, path: Path) -> bool:
    """Whether all of it is in the database; it is put away wherever it belongs."""
    name = path.name
    try:
        with tempfile.TemporaryDirectory() as private:
            copy = Path(private) / "ledger"
            before = _stamp(path)
            shutil.copyfile(path, copy)
            if _stamp(path) != before:
                return True  # it has grown meanwhile
            told = answered(path) or {}
            refused = [_loaded(asked, path, copy, kind, answers) for kind, answers in _kinds(asked, copy, name, told)]
    except DATABASE_AWAY:
        raise
    except Waits as waits:
        _ask(asked, path, waits.asked, told)
        return False
    except FileNotFoundError:
        return True  # somebody has taken it away
    except Unreadable as problem:
        _set_aside(asked, path, str(problem))
        return False
    except Exception:  # whatever is wrong with one file, the others go on
        traceback.print_exc(file=sys.stderr)
        _set_aside(asked, path, f"“{name}”装入时程序出错,什么都没有写入;出错的经过在投送的日志里。")
        return False
    _put_away(path, asked.folder / DONE)
    return not any(refused)


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _kinds(asked: Task, copy: Path, name: str, told: dict[str, Any]) -> list[tuple[Kind, Answers]]:
    answers = answers_of(told)
    if answers.kind is not None:
        return [(answers.kind, answers)]
    with asked.database.connect() as connection:
        mapped = mappings(connection, KINDS, area=_area(asked, answers, directory(Scope.operator(asked.area), connection)))
    try:
        return [(kind, answers) for kind in kinds_in(copy, name, mapped)]
    except WhichKind as problem:
        raise Waits([Asked("kind", f"{problem}是哪一种?", "、".join(kind.name for kind in problem.kinds))]) from problem
    except Unreadable as problem:
        raise Unreadable(str(problem).replace(copy.name, name)) from problem


def _loaded(asked: Task, path: Path, copy: Path, kind: Kind, answers: Answers) -> int:
    """Loads the rows of one kind and returns how many were refused."""
    digest = file_digest(copy)
    with asked.database.connect() as connection:
        _keep_choices(asked, connection, answers)
        area = _area(asked, answers, directory(Scope.operator(asked.area), connection))
        known = directory(Scope.operator(area), connection, households=kind.households)
        try:
            found = checked(
                kind, copy, known, asked.now, answers.year, name=path.name, area=area, mapped=mappings(connection, KINDS, area=area)
            )
        except NoUnit as problem:
            raise Waits([Asked("area", f"{problem}是哪个单位的台账?", WHOSE)]) from problem
        if open_questions := asked_by(found, known):
            raise Waits(open_questions)
        connection.rollback()
        with connection.begin() as transaction:
            result = load(connection, found, file_name=path.name, digest=digest, now=asked.now, by=asked.by)
            before = _whole_import(connection, kind, digest, result.import_id)  # loads follow one another: now it is seen
            if before is not None:
                transaction.rollback()
                asked.say(f"{path.name}:{kind.name}早已装入(编号 {before})。")
                return 0
            _tell_refused(asked, path, kind, result)
    said = f"{path.name}:{kind.name},共 {result.total} 行,新增 {result.added},更新 {result.changed},已有 {result.same}"
    replaced = "".join(f"{line}。" for line in result.replaced)
    asked.say(f"{said},退回 {len(result.refused)}。{replaced}装入编号 {result.import_id}。")
    return len(result.refused)


def _whole_import(connection: Connection, kind: Kind, digest: str, before: int) -> int | None:
    """The loading that has taken all rows of this file already; where rows were refused it may be tried again, which doubles nothing."""
    same = (BoardImport.kind == kind.id, BoardImport.digest == digest, BoardImport.undone_at.is_(None))
    query = select(BoardImport.id).where(*same, BoardImport.rows_refused == 0, BoardImport.id < before)
    return connection.scalar(query.order_by(BoardImport.id.desc()).limit(1))


def _area(asked: Task, answers: Answers, known: Directory) -> str:
    if not answers.area:
        return asked.area
    try:
        return known.unit(answers.area, UNITS)
    except Fault as problem:
        raise Waits([Asked("area", f"{problem}。是哪个单位的台账?", WHOSE)]) from problem


def _keep_choices(asked: Task, connection: Connection, answers: Answers) -> None:
    """Whom names mean, for this file and every later one."""
    if not answers.people:
        return
    known = directory(Scope.operator(asked.area), connection)
    connection.rollback()
    with connection.begin():
        for who, number in answers.people.items():
            where, _, name = who.rpartition(" ")
            try:
                keep_choice(connection, known, name, "" if where == EVERYWHERE else where, number, by=asked.by, now=asked.now)
            except LookupError as problem:
                raise Waits([Asked(who, str(problem.args[0]), "填人员编号", of_people=True)]) from problem


# --- putting away --------------------------------------------------------------------------------------------------------


def _put_away(path: Path, folder: Path) -> Path:
    """The file, and the TOML beside it. Nothing that lies there is written over."""
    target = free_path(folder / path.name)
    path.replace(target)
    if beside(path).exists():
        beside(path).replace(beside(target))
    return target


def _set_aside(asked: Task, path: Path, why: str) -> None:
    target = _put_away(path, asked.folder / FAILED)
    report = _report(asked, target.name, [why, "", f"改好后把文件放回 {asked.folder},下一次自动装入。"])
    asked.say(f"{path.name}:没有装入。{why}报告:{report}")


def _ask(asked: Task, path: Path, questions: Sequence[Asked], told: dict[str, Any]) -> None:
    target = path if path.parent.name == ASKED else _put_away(path, asked.folder / ASKED)
    beside(target).write_text(toml_of(target.name, questions, told), encoding="utf-8")
    asked.say(f"{path.name}:还没有装入,要先回答 {len(questions)} 个问题:{beside(target)}")


def _tell_refused(asked: Task, path: Path, kind: Kind, result: Loaded) -> None:
    """Written before the loading is final: a full disk must not lose the refused rows."""
    if not result.refused:
        return
    wanted = asked.folder / FAILED / f"{path.stem}.refused.xlsx"
    written = write_refused([returned(one, kind) for one in result.refused], wanted)
    good = f"{kind.name}:共 {result.total} 行,已装入 {result.total - len(result.refused)} 行,退回 {len(result.refused)} 行:"
    mend = f"退回的行在 {written.name};改好后把它放到 {asked.folder},下一次自动装入。"
    _report(asked, path.name, [good, *(one.sentence() for one in result.refused), "", mend])


def _report(asked: Task, name: str, lines: Sequence[str]) -> Path:
    """In the words of an office, beside what could not be loaded."""
    path = free_path(asked.folder / FAILED / f"{name}.报告.txt")
    head = [f"文件:{name}", f"时间:{asked.now:%Y-%m-%d %H:%M}", ""]
    path.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8-sig")  # Notepad knows it by its first three bytes
    return path
