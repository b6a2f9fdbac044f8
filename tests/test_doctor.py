"""The doctor names each thing that can be wrong with an installation, and what to do; one where nothing is wrong is told so."""

from __future__ import annotations

import http.server
import os
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, text, update

from data_access import accounts, doctor, notices, sealed
from data_access.__main__ import main
from data_access.accounts import DUTIES
from data_access.audit import Action, record
from data_access.board_tables import BoardNoticeChannel, BoardProperty
from data_access.calendar import PROVISIONAL, fill_calendar
from data_access.clock import beijing_now
from data_access.doctor import Finding, Level
from data_access.engine import engine
from data_access.grants import grants
from data_access.tables import CalendarDay
from tests.signed_in import RIGHT
from tests.test_attacks_audit import own as own

NOW = datetime(2026, 10, 20, 9, 0)


@pytest.fixture
def installed(own: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A new county's database with its three administrators."""
    monkeypatch.setenv("DATABASE_URL", own.url.render_as_string(hide_password=False))
    monkeypatch.setattr(doctor, "CLOCKS_APART", timedelta(days=1000))  # the tests' moment is not the database server's
    with own.begin() as connection:
        fill_calendar(connection, last_year=2027)
        for role in DUTIES:
            accounts.add_account(connection, role.value, role.value, role, RIGHT, now=NOW - timedelta(days=1), by="x")
    return own


def said(found: Iterator[Finding], what: str) -> list[tuple[Level, str, str]]:
    return [(each.level, each.found, each.do) for each in found if each.what == what]


def one(found: Iterator[Finding], what: str) -> tuple[Level, str, str]:
    (mine,) = said(found, what)
    return mine


# --- the database ---------------------------------------------------------------------------------------------------


def test_a_database_in_order_has_only_its_owner_remarked(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_synchronised", lambda: None)
    found = list(doctor.database(NOW))
    assert {each.what for each in found} == {"数据库", "数据表", "数据库权限", "工作日历", "账号", "时钟"}
    remarked = [each.what for each in found if each.level is not Level.WELL]
    assert remarked == ([] if installed.dialect.name == "sqlite" else ["数据库权限"]), "the tests' role owns the tables"


def test_a_database_that_was_never_made_and_one_of_another_version(installed: Engine) -> None:
    with installed.begin() as connection:
        connection.execute(text("UPDATE board_migration SET version_num = '0001'"))
    assert one(doctor.database(NOW), "数据表") == (Level.FAULT, "不是这个程序的版本", "先备份,再运行 python -m data_access migrate")
    with installed.begin() as connection:
        connection.execute(text("DELETE FROM board_migration"))
    assert one(doctor.database(NOW), "数据表")[:2] == (Level.FAULT, "尚未建库")


@pytest.mark.parametrize("url", ["sqlite:////proc/none/board.db", "postgresql://nobody@127.0.0.1:9/none"])
def test_a_database_that_is_not_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    if url.startswith("sqlite"):
        monkeypatch.setattr("data_access.engine._for_its_owner_alone", lambda _file: None)
    level, found, do = one(doctor.database(NOW), "数据库")
    assert level is Level.FAULT
    assert "DATABASE_URL" in do
    assert "打不开" in found or "没有应答" in found


def test_a_year_without_its_notice(installed: Engine) -> None:
    assert [level for level, _, _ in said(doctor.database(NOW), "工作日历")] == [Level.WELL, Level.WELL]
    november = said(doctor.database(NOW + timedelta(days=20)), "工作日历")
    assert [level for level, _, _ in november] == [Level.WELL, Level.REMARK]
    assert "calendar load" in november[1][2]
    with installed.begin() as connection:
        connection.execute(update(BoardProperty).where(BoardProperty.name == PROVISIONAL).values(value="2026,2027"))
        connection.execute(delete(CalendarDay).where(CalendarDay.day == date(2027, 5, 5)))
    assert [(level, words) for level, words, _ in said(doctor.database(NOW), "工作日历")] == [
        (Level.FAULT, "2026 年的放假安排还没有装入,工作日算得不准"),
        (Level.FAULT, "2027 年只有 364 天"),
    ]


def test_accounts_that_are_missing_or_everybodys(installed: Engine) -> None:
    with installed.begin() as connection:
        connection.execute(text("UPDATE board_account SET disabled_at = '2026-10-01 00:00:00' WHERE role = 'auditor'"))
    assert one(doctor.database(NOW), "账号")[:2] == (Level.REMARK, "还没有审计员")
    with installed.begin() as connection:
        connection.execute(insert(BoardProperty), {"name": "demo", "value": "1"})
    assert "演示库" in one(doctor.database(NOW), "账号")[1]


def test_a_clock_that_has_gone_back(installed: Engine) -> None:
    with installed.begin() as connection:
        record(connection, "x", Action.SIGN_IN, NOW + timedelta(days=2000))
    level, found, _ = one(doctor.database(NOW), "时钟")
    assert level is Level.FAULT
    assert "2032-04-11 09:00" in found


def test_a_clock_that_is_not_the_databases(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CLOCKS_APART", timedelta(minutes=1))
    if installed.dialect.name == "sqlite":
        assert one(doctor.database(beijing_now() + timedelta(hours=5)), "时钟")[0] is not Level.FAULT
    else:
        assert one(doctor.database(beijing_now() + timedelta(hours=5)), "时钟")[0] is Level.FAULT


def test_a_role_that_lacks_rights_and_one_that_has_its_own(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if installed.dialect.name == "sqlite":
        file = Path(str(installed.url.database))
        file.chmod(0o644)
        assert one(doctor._rights_of_file(file), "数据库权限")[:2] == (Level.REMARK, f"{file} 别的用户也能读写")
        return
    roles = f"runs_{installed.url.database}", f"feeds_{installed.url.database}"
    with installed.begin() as connection:
        for role in roles:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    monkeypatch.setenv("DATABASE_URL", installed.url.set(username=roles[0]).render_as_string(hide_password=False))
    level, found, do = one(doctor.database(NOW), "数据库")
    assert (level, "权限不够" in found, "grants --runtime" in do) == (Level.FAULT, True, True)
    with installed.begin() as connection:
        for statement in grants(connection, *roles):
            connection.execute(text(statement))
    assert one(doctor.database(NOW), "数据库权限")[:2] == (Level.WELL, f"运行角色 {roles[0]}")
    engine().dispose()


# --- around it ------------------------------------------------------------------------------------------------------


def test_a_python_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(doctor.python(), "Python")[0] is Level.WELL
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    assert one(doctor.python(), "Python")[:2] == (Level.FAULT, "3.8.10 太旧")


def test_packages_are_held_against_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(doctor.packages(), "软件包")[0] is Level.WELL
    lock = tmp_path / "lock"
    lock.write_text(
        "no-such-package==1.0 \\\n    --hash=sha256:a\npandas==0.1 \\\n    --hash=x\nplotly==9 ; sys_platform == 'win32'\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(doctor, "LOCK", lock)
    missing, other = said(doctor.packages(), "软件包")
    assert missing[:2] == (Level.FAULT, "缺少 no-such-package")
    assert other[0] is Level.REMARK
    assert "应为 0.1" in other[1]
    monkeypatch.setattr(doctor, "LOCK", tmp_path / "none")
    assert one(doctor.packages(), "软件包")[0] is Level.FAULT


def test_a_machine_without_chinese_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FONT_FOLDERS", (str(tmp_path),))
    (tmp_path / "DejaVuSans.ttf").touch()
    assert one(doctor.fonts(), "中文字体")[0] is Level.REMARK
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert one(doctor.fonts(), "中文字体") == (Level.WELL, "NotoSansCJK-Regular.ttc", "")


@pytest.mark.parametrize(("free", "level"), [(5e8, Level.FAULT), (2e9, Level.REMARK), (9e9, Level.WELL)])
def test_a_disk_that_is_nearly_full(free: float, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: namedtuple("Usage", "total used free")(1e10, 1e10 - free, free))
    assert {found for found, _, _ in said(doctor.disk(), "磁盘")} == {level}


def test_secrets_that_others_can_read_and_a_short_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets.toml"
    file.touch(0o600)
    monkeypatch.setattr(doctor, "SECRETS", file)
    monkeypatch.delenv("BOARD_COOKIE_KEY", raising=False)
    assert one(doctor.secrets(), "密钥")[0] is Level.WELL
    file.chmod(0o644)
    monkeypatch.setenv("BOARD_COOKIE_KEY", "short")
    assert [level for level, _, _ in said(doctor.secrets(), "密钥")] == [Level.REMARK, Level.FAULT]


def test_channels_whose_key_is_gone_or_that_are_not_sealed(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> tuple[Level, str, str]:
        with database.connect() as connection:
            return one(doctor.channels(connection, NOW), "推送通道")

    with database.begin() as connection:
        assert list(doctor.channels(connection, NOW)) == []
        notices.add_channel(connection, name="网关", address="https://x/", secret=None, now=NOW, by="test")
    assert found()[0] is Level.WELL
    monkeypatch.setenv(sealed.SETTING, "another key that is long enough 12345")
    assert found() == (
        Level.FAULT,
        "推送通道打不开:BOARD_CHANNEL_KEY 不是保存它时的密钥",
        "换回原来的密钥,或删除通道后重新添加",
    )
    with database.begin() as connection:
        connection.execute(update(BoardNoticeChannel).values(address="https://x/"))
    assert found()[0] is Level.REMARK


@pytest.mark.parametrize(("days", "level"), [(None, Level.REMARK), (0.5, Level.WELL), (3, Level.REMARK), (8, Level.FAULT)])
def test_how_old_the_last_backup_is(days: float | None, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "BACKUPS", tmp_path)
    if days is not None:
        for name, age in (("board-1.db", days), ("board-0.db", days + 30)):
            (tmp_path / name).touch()
            os.utime(tmp_path / name, times=(time.time() - age * 86400,) * 2)
    assert one(doctor.backups(beijing_now()), "备份")[0] is level


@pytest.mark.parametrize(
    ("status", "body", "level"),
    [
        (200, b'{"ready": true, "failing": []}', Level.WELL),
        (503, b'{"ready": false, "failing": ["worker"]}', Level.FAULT),
        (503, b"<html>", Level.FAULT),
        (200, b"<html>another program</html>", Level.REMARK),
    ],
)
def test_what_the_server_says_of_itself(status: int, body: bytes, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.handle_request, daemon=True).start()
        monkeypatch.setenv("PORT", str(running.server_port))
        assert one(doctor.server(), "服务")[0] is level


def test_the_command_says_how_many_and_ends_by_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fault, remark, well = (Finding(level, "甲", "乙", "丙") for level in (Level.FAULT, Level.REMARK, Level.WELL))
    for found, code, words in (
        ((fault, remark), 1, "1 处故障,1 处提醒"),
        ((remark, well), 0, "0 处故障,1 处提醒"),
        ((well,), 0, "一切正常"),
    ):
        monkeypatch.setattr(doctor, "findings", lambda _now, found=found: iter(found))
        assert main(["doctor"]) == code
        printed = capsys.readouterr().out
        assert words in printed
        assert "[" + found[0].level + "] 甲:乙\n       怎么办:丙" in printed
