"""Who tries to get more, or to stay: the three administrators, sessions, exports, other townships, demo data. Each test is an attack."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, func, select

from data_access import accounts, attempts, notices, sessions
from data_access.accounts import OF_A_TOWNSHIP, AccountError, Role
from data_access.audit import Action
from data_access.board_tables import BoardProperty, BoardSession
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.migrate import alembic_config, upgrade
from data_access.scope import Scope
from data_access.sessions import Ending, Outcome
from data_access.tables import NightStay
from pages.admin import process
from pages.common import downloads
from tests.attackers import GRANTOR, HALL, audit_of, last_entry, tried
from tests.builders import a_county, a_person, an_appointment
from tests.opened_pages import files_offered, opened, words
from tests.signed_in import NOW, RIGHT, WRONG, a_name, a_token, an_account

ROOT = Path(__file__).parents[1]

# --- 三员分立 ---------------------------------------------------------------------------------------------------------

SECTIONS = {
    "台账": "装入记录",
    "账号": "新增账号",
    "推送": "发件箱",
    "数据库": "工作日历",
    "授权": "可授予角色",
    "会话": "试错和锁定",
    "审计": "审计只增不改",
}
MAY_OPEN = {
    Role.ADMINISTRATOR: {"台账", "账号", "推送", "数据库"},
    Role.SECURITY: {"授权", "会话"},
    Role.AUDITOR: {"审计"},
}


def everything_said(board: Any) -> str:
    parts = [words(board), *(each.value for kind in (board.caption, board.subheader, board.info, board.warning) for each in kind)]
    return " ".join([*parts, *(each.label for kind in (board.selectbox, board.button, board.text_input) for each in kind)])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_opens_to_its_administrator_and_to_nobody_by_its_address(served: Engine, role: Role, section: str) -> None:
    if role in OF_A_TOWNSHIP:
        pytest.skip("a township's account needs its area: as the other offices'")
    said = everything_said(opened(served, "admin", an_account(served, role, now=beijing_now()), section=section))
    assert (SECTIONS[section] in said) is (section in MAY_OPEN.get(role, set()))


def queries(now: Any) -> dict[str, Any]:
    from data_access.administration import AuditSearch, audit_count, audit_page, table_facts
    from data_access.imports import import_count, imports

    asked = AuditSearch(now - timedelta(days=1), now + timedelta(days=1))
    return {
        "audit": lambda scope, c: audit_count(scope, c, asked) + len(audit_page(scope, c, asked)),
        "sessions": lambda scope, c: len(sessions.open_sessions(scope, c, now)),
        "locks": lambda scope, c: len(attempts.attempts_now(scope, c, now)),
        "tables": lambda scope, c: len(table_facts(scope, c)),
        "loads": lambda scope, c: len(imports(scope, c)) + import_count(scope, c),
        "accounts": lambda scope, c: len(accounts.accounts(scope, c)),
    }


READS = {
    Role.ADMINISTRATOR: {"tables", "loads", "accounts"},
    Role.SECURITY: {"sessions", "locks", "accounts"},
    Role.AUDITOR: {"audit", "accounts"},
}


@pytest.mark.parametrize("role", [role for role in Role if role not in OF_A_TOWNSHIP])
def test_what_each_role_reads_of_the_boards_own_tables(database: Engine, role: Role) -> None:
    from data_access.board_tables import BoardImport

    name = an_account(database, role)
    a_token(database, name)
    tried(database, name, WRONG)
    with database.begin() as connection:
        load = {"kind": "night_stay", "file_name": "x", "digest": "", "loaded_at": NOW, "loaded_by": "x"}
        connection.execute(
            BoardImport.__table__.insert(),
            load | dict.fromkeys(("rows_total", "rows_added", "rows_changed", "rows_same", "rows_refused"), 0),
        )
        scope = accounts.account_named(connection, name).scope  # type: ignore[union-attr]
        assert {what for what, count in queries(NOW).items() if count(scope, connection)} == READS.get(role, set())


def scope_of(database: Engine, name: str) -> Scope:
    with database.connect() as connection:
        return accounts.account_named(connection, name).scope  # type: ignore[union-attr]


def test_who_makes_an_account_opens_nothing_with_it(database: Engine) -> None:
    with database.begin() as connection:
        accounts.add_account(connection, "guiling", "傀儡", Role.LEADER, RIGHT, now=NOW, by="xitong", granted=False)
    assert tried(database, "guiling", RIGHT).outcome is Outcome.WELCOME
    assert scope_of(database, "guiling") == Scope()


def test_who_sets_anothers_password_does_not_get_what_the_other_may(database: Engine) -> None:
    """Or a system administrator would be any leader, and his own security administrator and auditor."""
    victims = [an_account(database, role) for role in (Role.LEADER, Role.SECURITY, Role.AUDITOR)]
    for victim in victims:
        with database.begin() as connection:
            accounts.set_password(connection, victim, "Another-2027", now=NOW, by="xitong", granted=False)
        assert tried(database, victim, "Another-2027", HALL).outcome is Outcome.WELCOME
        assert scope_of(database, victim) == Scope()
        with database.begin() as connection:
            accounts.set_role(connection, victim, now=NOW, by="anquan")
        assert scope_of(database, victim) != Scope()


def test_a_change_of_ones_own_password_needs_no_grant(database: Engine) -> None:
    name = an_account(database)
    sessions.change_password(database, name, RIGHT, "Another-2027", NOW)
    assert scope_of(database, name) == Scope("", True, False, True)


REFUSED_ACTS = [
    ("grants himself a role", accounts.set_role, {"role": Role.LEADER}, "另一位安全管理员"),
    ("confirms his own grant", accounts.set_role, {}, "另一位安全管理员"),
    ("disables himself", accounts.disable, {}, "不能停用自己"),
    ("sets his password without the old one", accounts.set_password, {"password": "Another-2027", "granted": False}, "修改密码"),
    ("becomes another person of the sign-on", accounts.set_sign_on, {"sign_on": "s", "granted": False}, "另一位系统管理员"),
]


@pytest.mark.parametrize(("act", "given", "said"), [case[1:] for case in REFUSED_ACTS], ids=[case[0] for case in REFUSED_ACTS])
def test_what_no_administrator_does_to_himself(database: Engine, act: Any, given: dict[str, Any], said: str) -> None:
    me = an_account(database, Role.SECURITY)
    with database.begin() as connection, pytest.raises(AccountError, match=said):
        act(connection, me, now=NOW, by=me, **given)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\x00", "\x1b", "\x9b", "\u00ad", "\ud800"], ids=ascii)
def test_nobody_is_given_a_name_that_does_not_look_as_it_is(database: Engine, sign: str) -> None:
    """Or an account would stand as another's in the lists by which rights are granted and sessions ended, and a channel likewise."""
    name = a_name()
    with database.begin() as connection:
        for given in (f"县委{sign}书记", sign):
            with pytest.raises(AccountError, match="看不见的字符"):
                accounts.add_account(connection, name, given, Role.LEADER, RIGHT, now=NOW, by="x")
            with pytest.raises(AccountError, match="看不见的字符"):
                notices.add_channel(connection, name=given, address="https://gateway.example/x", secret=None, now=NOW, by="x")
        other = accounts.add_account(connection, name, " 县委\u3000书记\n\u2028办 公室 ", Role.LEADER, RIGHT, now=NOW, by="x")
        assert other.display_name == "县委 书记 办 公室"
        with pytest.raises(AccountError, match="看不见的字符"):
            accounts.set_sign_on(connection, name, f"sub{sign}1", now=NOW, by="x")


def test_a_duty_is_no_single_right(database: Engine) -> None:
    me = an_account(database)
    with database.begin() as connection, pytest.raises(AccountError, match="没有权限"):
        accounts.set_role(connection, me, rights={"may_audit": True}, now=NOW, by="x")


def test_an_account_without_a_grant_opens_no_page_and_comes_in_when_it_is_granted(served: Engine) -> None:
    with served.begin() as connection:
        name = a_name()
        accounts.add_account(connection, name, "新人", Role.AUDITOR, RIGHT, now=beijing_now(), by="x", granted=False)
    for address in ("", "admin", "overview", "wall"):
        assert "账号还没有授权" in words(opened(served, address, name))
    board = opened(served, "admin", name)
    with served.begin() as connection:
        accounts.set_role(connection, name, now=beijing_now(), by="anquan")
    board.session_state["board_known"] = None
    assert "审计" in everything_said(board.run(timeout=60))


def test_the_page_shows_no_button_of_another_duty(served: Engine) -> None:
    other = an_account(served, now=beijing_now())
    for role, section, there in ((Role.ADMINISTRATOR, "账号", {"停用", "设为新密码", "新增"}), (Role.SECURITY, "授权", {"保存"})):
        board = opened(served, "admin", an_account(served, role, now=beijing_now()), section=section)
        board.selectbox(key="account").select(other).run(timeout=60)
        assert {each.label for each in board.button} == there


def test_an_act_of_a_duty_that_was_taken_away_meanwhile_is_not_done(served: Engine) -> None:
    me, other = an_account(served, Role.ADMINISTRATOR, now=beijing_now()), an_account(served, now=beijing_now())
    board = opened(served, "admin", me, section="账号")
    board.selectbox(key="account").select(other).run(timeout=60)
    with served.begin() as connection:
        accounts.set_role(connection, me, role=Role.AUDITOR, now=beijing_now(), by="anquan")
    board.button(key="disable").click().run(timeout=60)
    with served.connect() as connection:
        assert accounts.account_named(connection, other).disabled_at is None  # type: ignore[union-attr]


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_an_ended_session_is_over_and_says_so_and_stands_in_the_audit(database: Engine) -> None:
    name = an_account(database)
    token = sessions.sign_in(database, name, RIGHT, NOW, address=HALL, device="Mozilla " * 100).token
    with database.begin() as connection:
        (row,) = sessions.open_sessions(GRANTOR, connection, NOW).to_dict("records")
        assert (row["username"], row["address"], len(row["device"])) == (name, HALL, sessions.LONGEST_DEVICE)
        assert sessions.standing(connection, row["token_digest"], NOW).ending is Ending.UNKNOWN, "what is listed opens nothing"
        sessions.end_session_of(connection, row["token_digest"], now=NOW, by="anquan")
        with pytest.raises(AccountError, match="已经结束"):
            sessions.end_session_of(connection, row["token_digest"], now=NOW, by="anquan")
        assert sessions.standing(connection, str(token), NOW).ending is Ending.ENDED
        assert sessions.open_sessions(GRANTOR, connection, NOW).empty
    assert audit_of(database)[-1] == ("anquan", Action.SESSION_ENDED, f"结束 {name} 的会话")


def test_only_sessions_that_open_something_are_listed(database: Engine) -> None:
    kept, idle, disabled, changed = (an_account(database) for _ in range(4))
    for name in (kept, disabled, changed):
        sessions.sign_in(database, name, RIGHT, NOW)
    sessions.sign_in(database, idle, RIGHT, NOW - timedelta(minutes=31))
    with database.begin() as connection:
        accounts.disable(connection, disabled, now=NOW, by="x")
        accounts.set_password(connection, changed, "Another-2027", now=NOW, by="x")
        assert list(sessions.open_sessions(GRANTOR, connection, NOW)["username"]) == [kept]
        assert sessions.open_sessions(Scope("149981101", may_grant=True), connection, NOW).empty, "nobody of a wider area"


# --- what leaves the board ----------------------------------------------------------------------------------------------

ENDINGS = ["signed out", "ended by another", "idle", "expired", "password changed", "disabled", "grant waits", "deleted"]


@pytest.mark.parametrize("how", ENDINGS)
def test_a_click_on_a_download_of_a_session_that_is_over_brings_nothing(served: Engine, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    name, now = an_account(served, Role.AUDITOR, now=beijing_now()), beijing_now()
    made = files_offered(monkeypatch)
    board = opened(served, "admin", name, section="审计")
    token = board.session_state["board_token"]
    assert made[next(iter(made))](), "while the session is open"
    before = last_entry(served)
    with served.begin() as connection:
        if how == "signed out":
            sessions.end_session(connection, token, now)
        elif how == "ended by another":
            sessions.end_session_of(connection, sessions._digest(token), now=now, by="anquan")
        elif how in ("idle", "expired"):
            long = timedelta(minutes=31) if how == "idle" else timedelta(hours=13)
            monkeypatch.setattr("pages.common.auth.beijing_now", lambda: now + long)
        elif how == "password changed":
            accounts.set_password(connection, name, "Another-2027", now=now, by="x")
        elif how == "disabled":
            accounts.disable(connection, name, now=now, by="x")
        elif how == "grant waits":
            accounts.set_sign_on(connection, name, f"sub-{name}", now=now, by="x", granted=False)
        else:
            connection.execute(BoardSession.__table__.delete())
    for content in made.values():
        with pytest.raises(downloads.ExportRefused):
            content()
    assert Action.EXPORT not in [row[1] for row in audit_of(served, before)]


def test_every_download_of_the_pages_goes_through_the_one_that_asks() -> None:
    from pages.common.navigation import ROOT

    files = (ROOT / "pages").rglob("*.py")
    assert [path.name for path in files if "download_button(" in path.read_text(encoding="utf-8")] == ["downloads.py"]


# --- 评选 → 流程 ----------------------------------------------------------------------------------------------------------


def test_a_township_is_told_neither_names_nor_reasons_of_others() -> None:
    from metrics.selection.flow import Record, Step
    from reports.views.selection import ranking_of
    from reports.views.selection_flow import override_words, record_table
    from tests.test_selection_files import TOWNS, a_ranking

    ours, theirs = list(TOWNS)[:2]
    made = a_ranking(["张三", "李四"]).made
    assert list(made.rows["township_code"]) == [ours, theirs]
    steps: list[tuple[Step, str, dict[str, Any]]] = [
        (Step.DRAFT, "部务会", {}),
        (Step.WITHDRAW, "涉嫌受贿", {"person_id": 2}),
        (Step.CONFIRM, "查证属实", {"confirms": 2}),
        (Step.APPEAL, "对李四有意见", {"person_id": 2}),
        (Step.WITHDRAW, "本人申请", {"person_id": 1}),
        (Step.REFUSE, "理由不足", {"confirms": 5}),
        (Step.TOWNSHIP, "石桥党委会纪要", {"area_code": theirs}),
        (Step.TOWNSHIP, "泥河党委会纪要", {"area_code": ours}),
    ]
    records = [Record(n, step, NOW, f"user{n}", reason, **about) for n, (step, reason, about) in enumerate(steps, start=1)]
    for prefix, told in ((ours, [1, 5, 6, 8]), ("", list(range(1, 9)))):
        ranking = ranking_of(made, lambda code, prefix=prefix: code.startswith(prefix), records)
        assert [record.id for record in ranking.told] == told
        said = " ".join(cell for line in record_table(ranking).texts() for cell in line)
        assert [reason for _, reason, _ in steps if reason in said] == [steps[n - 1][1] for n in told]
        assert ("李四" in said) is (prefix == "")
        assert ("李四" in override_words(ranking, records[1])) is (prefix == "")


# --- demo and real counties -----------------------------------------------------------------------------------------------


def a_night(folder: Any) -> str:
    (folder / "住夜.csv").write_text("日期,姓名,单位\n2026-10-08,张三,泥河镇\n", encoding="utf-8")
    return str(folder / "住夜.csv")


def test_a_ledger_is_checked_but_not_loaded_into_a_demo_database(served: Engine, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from ingest.__main__ import main

    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_leader", person=a_person(connection, "张三"))
        connection.execute(BoardProperty.__table__.insert(), {"name": "demo", "value": "1"})
    ledger = a_night(tmp_path)
    assert [main(["check", "住夜", ledger]), main(["load", "住夜", ledger, "--dry-run"])] == [0, 0]
    feed = ["feed", str(tmp_path), "--quiet", "0"]
    for refused in (["load", "住夜", ledger], ["correct", "住夜", ledger, "--yes", "--why", "x"], feed):
        capsys.readouterr()
        assert main(refused) == 2
        assert "演示库,不装入真实台账" in capsys.readouterr().err
    answer = process.ledger("load", "night_stay", "住夜.csv", (tmp_path / "住夜.csv").read_bytes(), area="", by="test")
    assert "account add" in str(answer.error)
    with served.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NightStay)) == 0


def test_the_demo_county_is_put_into_no_database_in_which_somebody_has_an_account(
    served_alone: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    from data_access.__main__ import main as operate
    from ingest.__main__ import main

    an_account(served_alone, Role.ADMINISTRATOR)
    operate(["state"])
    assert capsys.readouterr().out.strip() == "county"
    assert main(["demo"]) == 1
    assert "已有账号" in capsys.readouterr().err


STARTS = [
    ("the default database, empty", "", "", "empty", "ingest demo"),
    ("another database, empty", "postgresql://db/board", "", "empty", "account list"),
    ("another database, empty, asked for", "sqlite:////tmp/other.db", "1", "empty", "ingest demo"),
    ("a real county", "", "1", "county", "account list"),
    ("a demo county anywhere", "postgresql://db/board", "", "demo", "demo-accounts"),
]


@pytest.mark.parametrize(("url", "demo", "state", "does"), [case[1:] for case in STARTS], ids=[case[0] for case in STARTS])
def test_make_run_fills_only_the_default_database_or_what_it_is_told_to(tmp_path: Any, url: str, demo: str, state: str, does: str) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "RUN $*" >> {tmp_path}/said\ncase "$*" in *state*) echo {state};; *list*) exit 1;; esac\n')
    python.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "DEMO", "MAKEFLAGS")}
    given = [f"DATABASE_URL={url}"] if url else []
    command = ["make", "-o", "install", "run", f"PY={python}", f"DEMO={demo}", *given]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = (tmp_path / "said").read_text().splitlines()
    assert said[2].endswith(does)
    assert (done.returncode != 0) is (does == "account list"), "without an account nothing is started"
    assert any("-m server" in line for line in said) is (does != "account list")


def test_who_starts_a_real_county_is_told_how_its_first_accounts_are_made(served: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    from data_access.__main__ import main as operate

    assert operate(["account", "list"]) == 1
    said = capsys.readouterr().err
    assert "account add 账号名 --name 名称 --role administrator" in said
    an_account(served, Role.ADMINISTRATOR)
    operate(["migrate"])
    assert "还没有安全管理员(--role security)、审计员(--role auditor)" in capsys.readouterr().out


# --- an upgrade -----------------------------------------------------------------------------------------------------------


def test_an_upgrade_gives_nobody_a_duty_that_he_had_not(tmp_path: Any) -> None:
    database = engine(f"sqlite:///{tmp_path / 'old.db'}")
    columns = "username display_name role area_prefix may_see_names may_see_restricted may_export may_administer password_hash"
    old = [("guanli", "administrator", 1), ("taken", "administrator", 0), ("shuji", "leader", 1), ("zuzhibu", "organisation", 0)]
    with database.begin() as connection:
        command.upgrade(alembic_config(connection), "0008")
        for name, role, administers in old:
            values = f"'{name}', '{name}', '{role}', '', 1, 0, 1, {administers}, 'x', '2026-01-01 00:00:00', '2026-01-01 00:00:00'"
            names = ", ".join([*columns.split(), "password_changed_at", "created_at"])
            connection.exec_driver_sql(f"INSERT INTO board_account ({names}) VALUES ({values})")
    upgrade(database)
    assert {name: scope_of(database, name) for name, _, _ in old} == {
        "guanli": Scope("", True, False, True, may_administer=True),
        "taken": Scope(),
        "shuji": Scope("", True, False, True),
        "zuzhibu": Scope("", True, False, True),
    }
    with database.begin() as connection:
        command.downgrade(alembic_config(connection), "0008")
        kept = connection.exec_driver_sql("SELECT username FROM board_account WHERE may_administer").scalars().all()
    assert kept == ["guanli"]
