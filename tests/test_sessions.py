"""Attempts, locks, sessions and the audit of them, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import bcrypt
import pytest
from sqlalchemy import Engine, create_engine, delete, select, update
from sqlalchemy.exc import DBAPIError

from data_access import accounts, sessions
from data_access.accounts import Role
from data_access.administration import AuditSearch, audit_page
from data_access.audit import Action
from data_access.board_tables import BoardAccount, BoardAudit, BoardSession
from data_access.scope import Scope
from data_access.sessions import Ending, Outcome
from tests.builders import TOWNSHIP, an_area
from tests.signed_in import NOW, RIGHT, WRONG, a_name, a_token, an_account, try_password

AUDITOR = Scope("", may_audit=True)


def ending(database: Engine, token: str, after: timedelta = timedelta(), **more: object) -> Ending | None:
    with database.connect() as connection:
        return sessions.standing(connection, token, NOW + after, **more).ending  # type: ignore[arg-type]


def trail(database: Engine, name: str) -> list[tuple[str, str | None]]:
    with database.connect() as connection:
        asked = AuditSearch(NOW - timedelta(days=1), NOW + timedelta(days=100), name)
        frame = audit_page(AUDITOR, connection, asked, limit=1000)
    return list(zip(frame["action"], frame["detail"], strict=True))[::-1]


# --- attempts and the lock ----------------------------------------------------------------------------------------


def test_each_failure_says_how_many_tries_are_left_and_the_fifth_locks(database: Engine) -> None:
    name = an_account(database)
    answers = [try_password(database, name, WRONG) for _ in range(5)]
    assert [(answer.outcome, answer.tries_left) for answer in answers] == [
        (Outcome.WRONG, 4),
        (Outcome.WRONG, 3),
        (Outcome.WRONG, 2),
        (Outcome.WRONG, 1),
        (Outcome.LOCKED, 0),
    ]
    assert answers[-1].locked_until == NOW + timedelta(minutes=30)


LOCK_CASES = [
    ("at once, with the right password", timedelta(), RIGHT, Outcome.LOCKED),
    ("29:59 after the fifth failure", timedelta(minutes=29, seconds=59), RIGHT, Outcome.LOCKED),
    ("30:00 after it", timedelta(minutes=30), RIGHT, Outcome.WELCOME),
    ("30:00 after it, wrong again", timedelta(minutes=30), WRONG, Outcome.WRONG),
]


@pytest.mark.parametrize(("after", "password", "outcome"), [case[1:] for case in LOCK_CASES], ids=[case[0] for case in LOCK_CASES])
def test_lock_of_half_an_hour(database: Engine, after: timedelta, password: str, outcome: Outcome) -> None:
    name = an_account(database)
    for _ in range(5):
        try_password(database, name, WRONG)
    answer = try_password(database, name, password, after)
    assert answer.outcome is outcome
    assert answer.tries_left == (4 if outcome is Outcome.WRONG else 0)


def test_trying_while_locked_does_not_prolong_the_lock(database: Engine) -> None:
    name = an_account(database)
    for minutes in (0, 0, 0, 0, 0, 10, 20):
        try_password(database, name, WRONG, timedelta(minutes=minutes))
    assert try_password(database, name, RIGHT, timedelta(minutes=30)).outcome is Outcome.WELCOME


def test_four_failures_and_the_right_password_start_the_count_anew(database: Engine) -> None:
    name = an_account(database)
    for _ in range(4):
        try_password(database, name, WRONG)
    assert try_password(database, name, RIGHT).outcome is Outcome.WELCOME
    assert try_password(database, name, WRONG).tries_left == 4


def test_the_lock_holds_in_another_process(database: Engine) -> None:
    name = an_account(database)
    for _ in range(5):
        try_password(database, name, WRONG)
    elsewhere = create_engine(database.url)
    try:
        assert try_password(elsewhere, name, RIGHT).outcome is Outcome.LOCKED
    finally:
        elsewhere.dispose()


def test_attempts_at_the_same_moment_look_at_no_more_than_five_passwords(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    name = an_account(database)
    looked: list[str] = []
    verify = sessions.password_matches
    monkeypatch.setattr(sessions, "password_matches", lambda password, kept: (looked.append(password), verify(password, kept))[1])
    threads = [threading.Thread(target=try_password, args=(database, name, f"{WRONG}{n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == 5
    assert try_password(database, name, RIGHT).outcome is Outcome.LOCKED


def test_unlocking_opens_at_once(database: Engine) -> None:
    name = an_account(database)
    for _ in range(5):
        try_password(database, name, WRONG)
    with database.begin() as connection:
        accounts.unlock(connection, name, now=NOW, by="test")
    assert try_password(database, name, RIGHT).outcome is Outcome.WELCOME


def test_a_name_without_an_account_is_answered_like_one_with(database: Engine) -> None:
    stranger, known = a_name(), an_account(database)
    for _ in range(6):
        theirs, ours = try_password(database, stranger, WRONG), try_password(database, known, WRONG)
        assert (theirs.outcome, theirs.tries_left, theirs.locked_until) == (ours.outcome, ours.tries_left, ours.locked_until)


def test_a_name_without_an_account_costs_one_bcrypt_of_the_same_work(
    database: Engine, bcrypt_rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []
    real = bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "checkpw", lambda password, kept: (checked.append(kept), real(password, kept))[1])
    try_password(database, a_name(), WRONG)
    assert [kept.split(b"$")[2] for kept in checked] == [b"%02d" % bcrypt_rounds]


def test_names_are_the_same_in_any_case_and_with_spaces_around(database: Engine) -> None:
    name = an_account(database)
    assert try_password(database, f"  {name.upper()} ", RIGHT).outcome is Outcome.WELCOME


@pytest.mark.parametrize(("name", "password"), [("", RIGHT), ("somebody", ""), ("  ", "x")])
def test_blank_fields_are_no_attempt(database: Engine, name: str, password: str) -> None:
    assert try_password(database, name, password).outcome is Outcome.BLANK


def test_a_disabled_account_is_named_so_only_to_who_knows_its_password(database: Engine) -> None:
    name = an_account(database)
    with database.begin() as connection:
        accounts.disable(connection, name, now=NOW, by="test")
    assert try_password(database, name, WRONG).outcome is Outcome.WRONG
    assert try_password(database, name, RIGHT).outcome is Outcome.DISABLED


# --- sessions -----------------------------------------------------------------------------------------------------

IDLE_CASES = [
    ("29:59 without a click", Role.LEADER, timedelta(minutes=29, seconds=59), None),
    ("30:00 without a click", Role.LEADER, timedelta(minutes=30), Ending.IDLE),
    ("a wall screen never clicks", Role.WALL, timedelta(days=30), None),
    ("a wall screen after 90 days", Role.WALL, timedelta(days=90), Ending.EXPIRED),
]


@pytest.mark.parametrize(("role", "after", "expected"), [case[1:] for case in IDLE_CASES], ids=[case[0] for case in IDLE_CASES])
def test_idle_sessions_end(database: Engine, role: Role, after: timedelta, expected: Ending | None) -> None:
    assert ending(database, a_token(database, an_account(database, role)), after) is expected


def test_activity_keeps_a_session_until_the_working_day_is_over(database: Engine) -> None:
    token = a_token(database, an_account(database))
    for minutes in range(20, 720, 20):
        with database.begin() as connection:
            sessions.keep_alive(connection, token, NOW + timedelta(minutes=minutes))
    assert ending(database, token, timedelta(hours=11, minutes=59, seconds=59)) is None
    assert ending(database, token, timedelta(hours=12)) is Ending.EXPIRED


def test_a_tab_that_knows_of_newer_activity_is_not_idle(database: Engine) -> None:
    token = a_token(database, an_account(database))
    assert ending(database, token, timedelta(minutes=31), active_at=NOW + timedelta(minutes=30)) is None


def test_a_new_password_ends_every_session_also_in_the_second_it_is_set(database: Engine) -> None:
    name = an_account(database)
    token = a_token(database, name)
    with database.begin() as connection:
        accounts.set_password(connection, name, "Another-2027", now=NOW, by="test")
    assert ending(database, token) is Ending.PASSWORD
    assert try_password(database, name, "Another-2027").outcome is Outcome.WELCOME


def test_the_readers_own_change_of_password_asks_for_the_old_one_and_ends_every_session(database: Engine) -> None:
    name = an_account(database)
    token = a_token(database, name)
    assert sessions.change_password(database, name, WRONG, "Another-2027", NOW).tries_left == 4
    assert ending(database, token) is None
    assert sessions.change_password(database, name, RIGHT, "Another-2027", NOW).outcome is Outcome.WELCOME
    assert ending(database, token) is Ending.PASSWORD
    assert try_password(database, name, "Another-2027").outcome is Outcome.WELCOME


@pytest.mark.parametrize("new", ["short", RIGHT, "x" * 73])
def test_a_new_password_that_breaks_the_rule_changes_nothing_and_is_no_attempt(database: Engine, new: str) -> None:
    name = an_account(database)
    with pytest.raises(accounts.AccountError):
        sessions.change_password(database, name, RIGHT, new, NOW)
    assert try_password(database, name, WRONG).tries_left == 4


def test_a_session_from_before_password_changed_at_is_refused_however_the_table_was_changed(database: Engine) -> None:
    name = an_account(database)
    token = a_token(database, name)
    with database.begin() as connection:
        connection.execute(update(BoardAccount).where(BoardAccount.username == name).values(password_changed_at=NOW + timedelta(seconds=1)))
    assert ending(database, token, timedelta(seconds=2)) is Ending.PASSWORD


def test_other_endings(database: Engine) -> None:
    name = an_account(database)
    token, second = a_token(database, name), a_token(database, name)
    with database.begin() as connection:
        sessions.end_session(connection, token, NOW)
        accounts.disable(connection, name, now=NOW, by="test")
    assert ending(database, token) is Ending.SIGNED_OUT
    assert ending(database, second) is Ending.DISABLED
    assert ending(database, "made-up") is Ending.UNKNOWN
    with database.begin() as connection:
        connection.execute(delete(BoardAccount).where(BoardAccount.username == name))
    assert ending(database, second) is Ending.DISABLED


def test_a_role_this_program_does_not_know_opens_nothing(database: Engine) -> None:
    name = an_account(database)
    token = a_token(database, name)
    with database.begin() as connection:
        connection.execute(update(BoardAccount).where(BoardAccount.username == name).values(role="emperor"))
    assert ending(database, token) is Ending.DISABLED


def test_the_table_keeps_no_token_and_no_password(database: Engine) -> None:
    token = a_token(database, an_account(database))
    with database.connect() as connection:
        kept = " ".join(str(value) for row in connection.execute(select(BoardSession.__table__)) for value in row)
        kept += " ".join(str(value) for row in connection.execute(select(BoardAccount.__table__)) for value in row)
    assert token not in kept
    assert RIGHT not in kept


def test_a_changed_role_area_or_right_stands_in_the_next_answer(database: Engine) -> None:
    name = an_account(database)
    token = a_token(database, name)
    with database.begin() as connection:
        an_area(connection, TOWNSHIP, "township")
        accounts.set_role(connection, name, role=Role.TOWNSHIP, area=TOWNSHIP, rights={"may_export": False}, now=NOW, by="test")
    with database.connect() as connection:
        account = sessions.standing(connection, token, NOW).account
    assert account is not None
    assert (account.role, account.scope) == (Role.TOWNSHIP, Scope(TOWNSHIP, may_see_names=True))


# --- the audit ----------------------------------------------------------------------------------------------------


def test_everything_about_signing_in_is_on_record(database: Engine) -> None:
    name = an_account(database)
    try_password(database, name, WRONG)
    token = a_token(database, name)
    idle = a_token(database, name)
    with database.begin() as connection:
        sessions.end_session(connection, token, NOW)
        sessions.end_session(connection, token, NOW)
        sessions.end_session(connection, idle, NOW, Ending.IDLE)
    for _ in range(6):
        try_password(database, name, WRONG)
    assert [action for action, _ in trail(database, name)] == [
        *(Action.REFUSED, Action.SIGN_IN, Action.SIGN_IN, Action.SIGN_OUT, Action.SESSION_ENDED),
        *([Action.REFUSED] * 5),
        *(Action.LOCKED, Action.LOCKED),
    ]


def test_changes_of_accounts_are_on_record_with_who_made_them(database: Engine) -> None:
    name, keeper = an_account(database), a_name()
    with database.begin() as connection:
        accounts.disable(connection, name, now=NOW, by=keeper)
        accounts.set_password(connection, name, "Another-2027", now=NOW, by=keeper)
    assert trail(database, keeper) == [(Action.ACCOUNT, f"停用 {name}"), (Action.ACCOUNT, f"改密码 {name}")]


def test_a_password_typed_into_the_field_for_the_name_is_not_kept(database: Engine) -> None:
    secret = "My-Secret 2026!"
    try_password(database, secret, "x")
    with database.connect() as connection:
        assert not [name for name in connection.scalars(select(BoardAudit.username)) if secret.lower() in name.lower()]


@pytest.mark.parametrize("change", [update(BoardAudit).values(username="nobody"), delete(BoardAudit)], ids=["update", "delete"])
def test_the_audit_is_append_only(database: Engine, change: object) -> None:
    try_password(database, an_account(database), RIGHT)
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]


def test_the_audit_is_read_by_whoever_audits_and_by_nobody_else(database: Engine) -> None:
    try_password(database, an_account(database), RIGHT)
    with database.connect() as connection:
        asked = AuditSearch(NOW - timedelta(days=1), NOW + timedelta(days=1))
        assert audit_page(Scope("", True, True, True, True, True), connection, asked).empty
        assert not audit_page(AUDITOR, connection, asked).empty
