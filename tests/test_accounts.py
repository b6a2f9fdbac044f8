"""Accounts, their passwords and rights, and the command line that keeps them, on both databases."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert

from data_access import __main__ as command_line
from data_access import accounts
from data_access.accounts import AccountError, Role
from data_access.board_tables import BoardProperty
from data_access.scope import Scope
from data_access.sessions import Outcome
from tests.builders import TOWNSHIP, an_area
from tests.signed_in import NOW, RIGHT, a_name, an_account, try_password

KEEPER = Scope(may_administer=True)
Commands = Callable[..., int]


# --- the password rule --------------------------------------------------------------------------------------------

PASSWORDS = [
    ("nine characters are one too few", "Abcdefg-1", "至少 10 个字符"),
    ("ten characters of three classes", "Abcdefghi1", None),
    ("ten characters of two classes", "Abcdefghij", "三类"),
    ("lower case and digits only", "abcdefgh12", "三类"),
    ("lower case, digits, a sign", "abcdefg-12", None),
    ("Chinese characters count as other", "看板看板看板abc1", None),
    ("only Chinese characters", "看板看板看板看板看板", "三类"),
    ("72 bytes", "Aa1" + "x" * 69, None),
    ("73 bytes", "Aa1" + "x" * 70, "过长"),
    ("fewer than 72 characters, but more bytes", "Aa1" + "看" * 24, "过长"),
    ("a space at the end, which the form would drop", "Kanban-2026 ", "空格"),
    ("an empty password", "", "至少 10 个字符"),
    ("a zero byte", "Kanban\x00-2026", "不能使用"),
]


@pytest.mark.parametrize(("password", "fault"), [case[1:] for case in PASSWORDS], ids=[case[0] for case in PASSWORDS])
def test_password_rule(password: str, fault: str | None) -> None:
    said = accounts.password_fault(password)
    assert (said is None) if fault is None else (said is not None and fault in said)


def test_a_password_that_breaks_the_rule_is_never_hashed() -> None:
    with pytest.raises(AccountError, match="过长"):
        accounts.hash_of("Aa1" + "x" * 70)


def test_what_bcrypt_would_cut_off_still_counts() -> None:
    longest = "Aa1" + "x" * 69
    kept = accounts.hash_of(longest)
    assert accounts.password_matches(longest, kept)
    assert not accounts.password_matches(longest + "y", kept)


@pytest.mark.parametrize("entered", ["x" * 73, "看" * 30, "a\x00b", "\ud800", "x" * 100_000])
def test_no_entered_password_breaks_the_sign_in(database: Engine, entered: str) -> None:
    name = an_account(database)
    assert try_password(database, name, entered).outcome is Outcome.WRONG


# --- rights -------------------------------------------------------------------------------------------------------


def test_only_the_petition_office_holds_restricted_petitions() -> None:
    assert [role for role, rights in accounts.DEFAULT_RIGHTS.items() if rights["may_see_restricted"]] == [Role.PETITION_OFFICE]
    assert not any(accounts.DEFAULT_RIGHTS[Role.WALL].values())


REFUSED_ACCOUNTS = [
    ("a name of one letter", {"username": "a"}, "账号名"),
    ("a name with a space", {"username": "zhang san"}, "账号名"),
    ("a name in Chinese", {"username": "张三"}, "账号名"),
    ("a short password", {"password": "short"}, "至少 10"),
    ("a township without its area", {"role": Role.TOWNSHIP}, "地区代码"),
    ("an area nobody knows", {"area": "000000"}, "没有代码"),
    ("a right that does not exist", {"rights": {"may_fly": True}}, "没有权限"),
    ("who tells of a night without a unit", {"role": Role.REPORTER, "area": ""}, "一个乡镇或村"),
    ("a wall that sees names", {"role": Role.WALL, "rights": {"may_see_names": True}}, "大屏的权限是固定的"),
    ("an auditor that sees names", {"role": Role.AUDITOR, "rights": {"may_see_names": True}}, "审计员的权限是固定的"),
    ("a duty given singly", {"rights": {"may_administer": True}}, "没有权限"),
]


@pytest.mark.parametrize(("given", "said"), [case[1:] for case in REFUSED_ACCOUNTS], ids=[case[0] for case in REFUSED_ACCOUNTS])
def test_refused_accounts(database: Engine, given: dict[str, object], said: str) -> None:
    values = {"username": "newcomer", "display_name": "新来", "role": Role.LEADER, "password": RIGHT} | given
    with database.begin() as connection, pytest.raises(AccountError, match=said):
        accounts.add_account(connection, now=NOW, by="test", **values)  # type: ignore[arg-type]


def test_one_account_a_name(database: Engine) -> None:
    name = an_account(database)
    with database.begin() as connection, pytest.raises(AccountError, match="已存在"):
        accounts.add_account(connection, name.upper(), "另一个", Role.LEADER, RIGHT, now=NOW, by="test")


def test_accounts_are_listed_for_whoever_keeps_them_and_without_hashes(database: Engine) -> None:
    name = an_account(database)
    with database.connect() as connection:
        assert accounts.accounts(Scope.operator(), connection)["username"].tolist() == [name]
        assert accounts.accounts(Scope("", may_see_names=True), connection).empty
        assert "password_hash" not in accounts.accounts(KEEPER, connection).columns


# --- the demo county, the cookie, the command line ----------------------------------------------------------------


def test_demo_accounts_only_in_a_demo_database(database: Engine) -> None:
    with database.begin() as connection, pytest.raises(AccountError, match="演示库"):
        accounts.add_demo_accounts(connection, now=NOW)
    with database.begin() as connection:
        connection.execute(insert(BoardProperty), {"name": "demo", "value": "1"})
        an_area(connection, "149981100", "township", "中心镇", ranked=False)
        an_area(connection, TOWNSHIP, "township", "泥河镇")
        added = accounts.add_demo_accounts(connection, now=NOW)
        again = accounts.add_demo_accounts(connection, now=NOW)
        township = accounts.account_named(connection, "xiangzhen")
    assert (len(added), again) == (10, [])
    assert township is not None
    assert township.scope.area == TOWNSHIP
    assert try_password(database, "shuji", accounts.DEMO_PASSWORD).outcome is Outcome.WELCOME


def test_the_cookie_key_is_made_once(database: Engine) -> None:
    keys = []
    for _ in range(2):
        with database.begin() as connection:
            keys.append(accounts.cookie_key(connection))
    assert keys[0] == keys[1]
    assert re.fullmatch("[0-9a-f]{64}", keys[0])


@pytest.fixture
def commands(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def run(line: str, password: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return command_line.main(line.split())

    return run


def test_accounts_by_command_line(database: Engine, commands: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    name = a_name()
    assert commands(f"account add {name} --name 李四 --role leader --right may_export=no", RIGHT) == 0
    assert commands(f"account password {name}", "Another-2027") == 0
    assert try_password(database, name, RIGHT, timedelta(days=3650)).outcome is Outcome.WRONG
    assert try_password(database, name, "Another-2027", timedelta(days=3650)).outcome is Outcome.WELCOME
    for line in (f"disable {name}", f"enable {name}", f"unlock {name}", f"role {name} --role wall"):
        assert commands(f"account {line}") == 0
    capsys.readouterr()
    assert commands("account list") == 0
    assert f"{name}\t李四\t大屏\t全部\t正常\t无" in capsys.readouterr().out


COMMAND_REFUSALS = [
    ("a weak password", "account add weak --name x --role leader", "short", "至少 10"),
    ("an unknown account", "account disable nobody-here", "", "没有账号"),
    ("a right in the wrong form", "account add somebody --role leader --right export", RIGHT, "--right"),
    ("demo accounts in a real county", "demo-accounts", "", "演示库"),
]


@pytest.mark.parametrize(("line", "password", "said"), [case[1:] for case in COMMAND_REFUSALS], ids=[case[0] for case in COMMAND_REFUSALS])
def test_the_command_line_says_what_could_not_be_done(
    commands: Commands, capsys: pytest.CaptureFixture[str], line: str, password: str, said: str
) -> None:
    assert commands(line, password) == 1
    assert said in capsys.readouterr().err


def test_the_command_line_tells_an_empty_database_from_a_demo_and_a_county(
    database: Engine,
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
) -> None:
    states = []
    for change in (
        None,
        lambda c: an_area(c, TOWNSHIP, "township"),
        lambda c: c.execute(insert(BoardProperty), {"name": "demo", "value": "1"}),
    ):
        if change is not None:
            with database.begin() as connection:
                change(connection)
        commands("state")
        states.append(capsys.readouterr().out.strip())
    assert states == ["empty", "county", "demo"]
