"""Attacks on signing in: which names there are, locking others out, guessing from everywhere, flooding."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from data_access import accounts, attempts, sessions
from data_access.audit import Action
from data_access.board_tables import BoardAccount, BoardAttempt
from data_access.scope import Scope
from data_access.sessions import Outcome
from pages.common.sticky import Head
from tests.attackers import GRANTOR, HALL, STREET, audit_of, last_entry, tried
from tests.signed_in import NOW, RIGHT, WRONG, a_name, an_account


@pytest.fixture(autouse=True)
def quick_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without an account costs as little as the accounts of tests do; test_sessions looks at the real one."""
    monkeypatch.setattr(sessions, "_NOBODY", accounts.hash_of(RIGHT))


def answer(found: sessions.SignIn) -> tuple[Any, ...]:
    return found.outcome, found.tries_left, found.locked_until


# --- which names there are --------------------------------------------------------------------------------------------


def statements_of(database: Engine, name: str) -> list[str]:
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(database, "before_cursor_execute", note)
    try:
        tried(database, name, WRONG)
    finally:
        event.remove(database, "before_cursor_execute", note)
    return seen


def test_a_real_and_an_invented_name_are_the_same_statements_and_answers(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    real = sessions.password_matches
    monkeypatch.setattr(sessions, "password_matches", lambda entered, kept: (looked.append(entered), real(entered, kept))[1])
    known, stranger = an_account(database), a_name()
    tried(database, a_name(), WRONG, HALL)  # the first of a database makes the key of the digests
    for _ in range(7):
        before = len(looked)
        theirs = statements_of(database, stranger)
        between = len(looked)
        assert statements_of(database, known) == theirs
        assert len(looked) - between == between - before, "the same bcrypt"
    assert [answer(tried(database, known, WRONG, f"10.2.0.{n}")) for n in range(3)] == [
        answer(tried(database, stranger, WRONG, f"10.2.0.{n}")) for n in range(3)
    ]


@pytest.mark.parametrize("typed", ["my-secret-2026", "shuji.mima.88", "密码 Abc-12345", "a" * 32, "A" * 200, "x\x00y", "\ud800abc"])
def test_nothing_that_was_typed_as_a_name_is_kept_unless_it_is_one(database: Engine, typed: str) -> None:
    before = last_entry(database)
    for _ in range(6):
        tried(database, typed, "whatever")
    kept = " ".join(str(each) for row in audit_of(database, before) for each in row)
    with database.connect() as connection:
        kept += " ".join(str(each) for row in connection.execute(select(BoardAttempt.__table__)) for each in row)
    assert accounts.normal_username(typed) not in kept
    assert typed not in kept
    assert {row[0] for row in audit_of(database, before)} == {sessions.STRANGER}


def test_a_name_that_no_database_takes_is_stopped_like_any_other(database: Engine) -> None:
    for n in range(11):
        for _ in range(5):
            tried(database, "x\x00\ud800", WRONG, f"10.7.0.{n}")
    assert tried(database, "x\x00\ud800", WRONG, "10.7.1.1").outcome is Outcome.LOCKED


# --- locking others out, and guessing from everywhere -----------------------------------------------------------------


def test_strangers_do_not_lock_out_who_works_where_he_always_does(database: Engine) -> None:
    name = an_account(database)
    assert tried(database, name, RIGHT, HALL).token
    for stranger in range(20):
        for _ in range(6):
            tried(database, name, WRONG, f"10.8.0.{stranger}")
    assert tried(database, name, WRONG, "10.8.1.1").outcome is Outcome.LOCKED, "too many have tried this name"
    assert tried(database, name, RIGHT, "10.8.1.2").outcome is Outcome.LOCKED, "and nobody learns the password meanwhile"
    assert tried(database, name, RIGHT, HALL).outcome is Outcome.WELCOME


def test_many_addresses_together_look_at_no_more_than_fifty_passwords_of_an_account(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, of_account = an_account(database), []
    with database.connect() as connection:
        kept_hash = connection.scalar(select(BoardAccount.password_hash).where(BoardAccount.username == name))
    real = sessions.password_matches
    monkeypatch.setattr(sessions, "password_matches", lambda entered, kept: (of_account.append(kept == kept_hash), real(entered, kept))[1])
    for stranger in range(40):
        for _ in range(6):
            tried(database, name, WRONG, f"10.8.{stranger}.1")
    assert sum(of_account) == attempts.MOST_OF_NAME
    assert tried(database, name, RIGHT, "10.8.200.1", timedelta(minutes=31)).outcome is Outcome.WELCOME


def test_while_a_name_is_stopped_a_wrong_password_says_no_more_about_a_real_one(database: Engine) -> None:
    known, stranger = an_account(database), a_name()
    assert tried(database, known, RIGHT, HALL).token
    for name in (known, stranger):
        for n in range(12):
            for _ in range(5):
                tried(database, name, WRONG, f"10.8.{n}.{1 if name == known else 2}")
    assert answer(tried(database, known, WRONG, HALL)) == answer(tried(database, stranger, WRONG, HALL))


def test_one_address_that_tries_many_names_is_stopped_and_others_are_not(database: Engine) -> None:
    names = [an_account(database) for _ in range(4)]
    for n in range(attempts.MOST_OF_ADDRESS):
        tried(database, names[n % 4] if n < 16 else a_name(), WRONG)
    assert tried(database, names[0], RIGHT).outcome is Outcome.LOCKED
    assert tried(database, a_name(), WRONG).outcome is Outcome.LOCKED
    assert tried(database, names[0], RIGHT, HALL).outcome is Outcome.WELCOME
    assert tried(database, names[1], RIGHT, STREET, timedelta(minutes=31)).outcome is Outcome.WELCOME


def test_signing_in_himself_does_not_let_a_guesser_go_on(database: Engine) -> None:
    mine, victims = an_account(database), [an_account(database) for _ in range(20)]
    outcomes = []
    for victim in victims:
        for _ in range(4):
            outcomes.append(tried(database, victim, WRONG).outcome)
        tried(database, mine, RIGHT)
    assert outcomes.count(Outcome.WRONG) <= attempts.MOST_OF_ADDRESS


def test_a_machine_that_changes_its_own_half_of_an_ipv6_address_stays_one_place(database: Engine) -> None:
    name = an_account(database)
    found = [tried(database, name, WRONG, f"2001:db8:1:2::{n:x}").outcome for n in range(1, 8)]
    assert found == [*([Outcome.WRONG] * 4), *([Outcome.LOCKED] * 3)]
    assert tried(database, name, WRONG, "2001:db8:1:3::1").outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::1"),
        (None, ""),
        ("127.0.0.1", ""),
        ("127.8.8.8", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("unknown", ""),
        ("10.1.2.3, 10.4.5.6", ""),
        ("<script>", ""),
        ("10.1.2.3' OR 1=1 --", ""),
    ],
)
def test_only_an_address_is_an_address(given: str | None, known: str) -> None:
    assert attempts.known_address(given) == known


def test_a_flood_on_a_lock_leaves_two_lines_in_the_audit_and_does_not_prolong_it(database: Engine) -> None:
    name = an_account(database)
    for _ in range(5):
        tried(database, name, WRONG)
    before = last_entry(database)
    for minute in range(0, 30, 1):
        for _ in range(5):
            assert tried(database, name, RIGHT, STREET, timedelta(minutes=minute, seconds=-1)).outcome is Outcome.LOCKED
    assert [row[1] for row in audit_of(database, before)] == [Action.LOCKED]
    assert tried(database, name, RIGHT, STREET, timedelta(minutes=30)).outcome is Outcome.WELCOME


def test_attempts_that_arrive_together_are_counted_each(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_TURNS", threading.BoundedSemaphore(8))  # eight processes of one turn each
    looked: list[str] = []
    real = sessions.password_matches
    monkeypatch.setattr(sessions, "password_matches", lambda entered, kept: (looked.append(entered), real(entered, kept))[1])
    name = an_account(database)
    threads = [threading.Thread(target=tried, args=(database, name, f"{WRONG}{n}")) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == attempts.MOST


def test_a_flood_of_passwords_takes_turns_and_whoever_waits_too_long_is_told(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most = [0], [0]

    def slow(entered: str, kept: str) -> bool:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        time.sleep(0.05)
        at_once[0] -= 1
        return False

    monkeypatch.setattr(sessions, "password_matches", slow)
    monkeypatch.setattr(sessions, "_TURNS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(sessions, "PATIENCE_SECONDS", 0.3)
    found: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(tried(database, a_name(), WRONG, f"10.3.0.{n}").outcome)) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert set(found) == {Outcome.WRONG, Outcome.BUSY}


def test_the_address_of_every_sign_in_stands_in_the_audit(database: Engine) -> None:
    name = an_account(database)
    before = last_entry(database)
    tried(database, name, WRONG)
    tried(database, a_name(), WRONG)
    tried(database, name, RIGHT, HALL)
    assert [(who, what, said) for who, what, said in audit_of(database, before)] == [
        (name, Action.REFUSED, f"密码不对,第 1 次,来自 {STREET}"),
        (sessions.STRANGER, Action.REFUSED, f"没有这个账号,第 1 次,来自 {STREET}"),
        (name, Action.SIGN_IN, f"来自 {HALL}"),
    ]


def test_locks_are_seen_and_opened_by_the_security_administrator_alone(database: Engine) -> None:
    name = an_account(database)
    for n in range(30):
        tried(database, name if n < 5 else a_name(), WRONG)
    with database.begin() as connection:
        assert attempts.attempts_now(Scope("", may_administer=True, may_audit=True), connection, NOW).empty
        seen = attempts.attempts_now(GRANTOR, connection, NOW)
        assert set(zip(seen["username"], seen["address"], seen["is_locked"], strict=True)) == {
            (name, STREET, True),
            (name, attempts.ALL, False),
            (attempts.ALL, STREET, True),
        }
        assert attempts.attempts_now(Scope("149981101", may_grant=True), connection, NOW).empty, "nothing of another area"
        accounts.unlock(connection, name, now=NOW, by="test")
        accounts.unlock_address(connection, STREET, now=NOW, by="test")
    assert tried(database, name, RIGHT).outcome is Outcome.WELCOME


# --- where an attempt comes from ------------------------------------------------------------------------------------------

ORIGINS = [
    ("10.1.2.3", None, "10.1.2.3"),
    ("10.1.2.3", "10.9.9.9", "10.1.2.3"),  # what a browser itself says
    ("127.0.0.1", "10.1.2.3", "10.1.2.3"),  # by a proxy of this machine
    ("127.0.0.1", "6.6.6.6, 10.1.2.3", "10.1.2.3"),  # and what it was told before
    ("127.0.0.1", "6.6.6.6, 10.1.2.3, 127.0.0.1", "10.1.2.3"),  # by two of them
    ("127.0.0.1", None, ""),
    ("127.0.0.1", "nonsense", ""),
]


@pytest.mark.parametrize(("peer", "forwarded", "known"), ORIGINS)
def test_the_server_believes_only_a_proxy_of_this_machine_about_where_a_browser_is(peer: str, forwarded: str | None, known: str) -> None:
    from streamlit.web.server.starlette.starlette_server import _get_uvicorn_config_kwargs
    from uvicorn import Config

    clients: list[Any] = []

    async def board(scope: Any, receive: Any, send: Any) -> None:
        clients.append(scope["client"])

    config = Config(board, **_get_uvicorn_config_kwargs())
    config.load()
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    asyncio.run(config.loaded_app({"type": "websocket", "client": (peer, 50000), "headers": headers}, None, None))
    assert attempts.known_address(clients[0][0]) == known
    line = b"GET / HTTP/1.1"
    handed_on = Head.read(Head(line, headers).handed_on(peer))
    asyncio.run(config.loaded_app({"type": "websocket", "client": ("127.0.0.1", 1), "headers": handed_on.headers}, None, None))
    assert attempts.known_address(clients[1][0]) == known, "also behind the board's own proxy of several processes"
