"""Single sign-on: what the provider says of somebody opens what the account table says, once, and nothing else."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from data_access import accounts, sessions
from data_access.accounts import AccountError, Role
from data_access.audit import Action
from data_access.board_tables import BoardSession
from data_access.clock import beijing_now
from data_access.scope import Scope
from data_access.sessions import Outcome, SignedOn
from pages.common import auth, sign_on
from pages.common.headers import SafeHeaders
from tests.asgi import asked
from tests.attackers import HALL, audit_of, last_entry
from tests.opened_pages import words
from tests.signed_in import NOW, RIGHT, a_token, an_account


def a_person(database: Engine, role: Role = Role.LEADER, **more: Any) -> tuple[str, str]:
    """An account and who it is for the provider."""
    name = an_account(database, role, **more)
    with database.begin() as connection:
        accounts.set_sign_on(connection, name, f"sub-{name}", now=NOW, by="test")
    return name, f"sub-{name}"


def said(subject: str, issued_at: datetime = NOW, mark: str = "") -> SignedOn:
    return SignedOn(subject, issued_at, mark or f"{subject} {issued_at}")


def count_of_sessions(database: Engine) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(BoardSession)) or 0


def test_the_table_decides_who_comes_in_and_as_whom(database: Engine) -> None:
    name, subject = a_person(database)
    found = sessions.signed_on(database, said(subject), NOW, address=HALL)
    assert (found.outcome, found.account.username) == (Outcome.WELCOME, name)  # type: ignore[union-attr]
    with database.connect() as connection:
        assert sessions.standing(connection, str(found.token), NOW).account == accounts.account_named(connection, name)
    assert audit_of(database)[-1] == (name, Action.SIGN_IN, f"统一身份,来自 {HALL}")


@pytest.mark.parametrize("subject", ["nobody", "", "' OR 1=1 --", "None", "sub-user1 ", "SUB-USER1"])
def test_who_has_no_account_gets_none(database: Engine, subject: str) -> None:
    a_person(database)
    found = sessions.signed_on(database, said(subject), NOW)
    assert (found.outcome, found.token, count_of_sessions(database)) == (Outcome.UNKNOWN, None, 0)


def test_an_account_without_a_name_for_the_sign_on_is_nobodys(database: Engine) -> None:
    name = an_account(database)
    for subject in (name, f"{name}@county.example", ""):
        assert sessions.signed_on(database, said(subject), NOW).token is None


@pytest.mark.parametrize("off", [timedelta(minutes=11), timedelta(days=29), timedelta(minutes=-11)])
def test_a_word_that_a_browser_has_kept_begins_nothing(database: Engine, off: timedelta) -> None:
    _, subject = a_person(database)
    assert sessions.signed_on(database, said(subject, NOW - off), NOW).outcome is Outcome.STALE
    assert count_of_sessions(database) == 0


def over(database: Engine, how: str, name: str, token: str) -> datetime:
    with database.begin() as connection:
        if how == "signed out":
            sessions.end_session(connection, token, NOW)
        elif how == "ended":
            sessions.end_session_of(connection, sessions._digest(token), now=NOW, by="anquan")
        elif how == "password":
            accounts.set_password(connection, name, "Another-2027", now=NOW, by="x")
        elif how == "sign-on changed":
            accounts.set_sign_on(connection, name, "another", now=NOW, by="x")
        elif how == "disabled":
            accounts.disable(connection, name, now=NOW, by="x")
    return NOW + {"idle": timedelta(minutes=31), "expired": timedelta(hours=12)}.get(how, timedelta())


@pytest.mark.parametrize("how", ["signed out", "ended", "idle", "expired", "password", "sign-on changed", "disabled"])
def test_a_word_whose_session_is_over_begins_no_second_one(database: Engine, how: str) -> None:
    name, subject = a_person(database)
    word = said(subject)
    token = str(sessions.signed_on(database, word, NOW).token)
    assert sessions.signed_on(database, word, NOW).token == token, "another tab has the same one"
    later = over(database, how, name, token)
    assert sessions.signed_on(database, word, later).outcome is Outcome.STALE
    assert count_of_sessions(database) == 1


def test_two_tabs_at_once_have_one_session(database: Engine) -> None:
    _, subject = a_person(database)
    word, tokens = said(subject), []
    threads = [threading.Thread(target=lambda: tokens.append(sessions.signed_on(database, word, NOW).token)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 4
    assert len(set(tokens)) == 1
    assert count_of_sessions(database) == 1


def test_who_says_whom_an_account_is_does_not_get_what_it_may(database: Engine) -> None:
    """Or a system administrator would sign on himself as any leader."""
    name = an_account(database, Role.LEADER)
    with database.begin() as connection:
        accounts.set_sign_on(connection, name, "myself", now=NOW, by="xitong", granted=False)
    found = sessions.signed_on(database, said("myself"), NOW)
    assert found.account is not None
    assert found.account.scope == Scope()


def test_one_person_of_the_sign_on_is_one_account(database: Engine) -> None:
    _, subject = a_person(database)
    with database.begin() as connection, pytest.raises(AccountError, match="已属于账号"):
        accounts.set_sign_on(connection, an_account(database), subject, now=NOW, by="x")


# --- on the page ----------------------------------------------------------------------------------------------------------


def a_browser(monkeypatch: pytest.MonkeyPatch, word: SignedOn | None) -> Any:
    from streamlit.testing.v1 import AppTest

    from tests.signed_in import APP

    monkeypatch.setattr(sign_on, "said_by_provider", lambda: word)
    return AppTest.from_file(APP, default_timeout=60)


def test_somebody_without_an_account_is_told_so_and_what_to_tell_whom(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = last_entry(served)
    board = a_browser(monkeypatch, said("<b>x</b>", beijing_now())).run()
    board.run()
    assert "本看板没有您的账号" in words(board)
    assert "<b>x</b>" not in " ".join(str(block.proto.body) for block in board.get("html"))
    assert [row[:2] for row in audit_of(served, before)] == [(sessions.STRANGER, Action.REFUSED)], "once, however often the page is drawn"


def test_a_session_of_the_sign_on_ends_as_any_other_and_does_not_come_back_by_itself(
    served: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, subject = a_person(served, Role.AUDITOR, now=beijing_now())
    word = said(subject, beijing_now())
    board = a_browser(monkeypatch, word).run()
    assert "审计" in words(board)
    with served.begin() as connection:
        accounts.disable(connection, name, now=beijing_now(), by="x")
    for again in (board, a_browser(monkeypatch, word)):
        again.run()
        assert [field.label for field in again.text_input] == ["账号", "密码"]


def test_the_form_works_beside_a_sign_on_that_is_long_over(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    name, subject = a_person(served, Role.AUDITOR, now=beijing_now())
    board = a_browser(monkeypatch, said(subject, beijing_now() - timedelta(days=3))).run()
    board.text_input[0].input(name)
    board.text_input[1].input(RIGHT)
    board.button[0].click().run()
    assert "审计" in words(board.run())


def test_without_a_provider_no_button_is_shown(served: Engine) -> None:
    from streamlit.testing.v1 import AppTest

    from tests.signed_in import APP

    board = AppTest.from_file(APP, default_timeout=60).run()
    assert [button.label for button in board.button] == ["登录"]


@pytest.mark.parametrize(("word_is", "leaves"), [("its own", True), ("an older one", False), ("none", False)])
def test_signing_out_ends_the_providers_session_where_it_has_begun_this_one(
    served: Engine, monkeypatch: pytest.MonkeyPatch, word_is: str, leaves: bool
) -> None:
    name, subject = a_person(served, Role.AUDITOR, now=beijing_now())
    gone: list[bool] = []
    monkeypatch.setattr(sign_on, "leave", lambda: gone.append(True))
    old = said(subject, beijing_now() - timedelta(days=3))
    board = a_browser(monkeypatch, {"its own": said(subject, beijing_now()), "an older one": old, "none": None}[word_is]).run()
    if word_is != "its own":
        board.text_input[0].input(name)
        board.text_input[1].input(RIGHT)
        board.button[0].click().run()
    assert "审计" in words(board.run())
    from pages.common import layout

    monkeypatch.setattr(layout.st, "menu_button", lambda *_, **__: layout._LEAVE)
    board.run()
    assert [field.label for field in board.text_input] == ["账号", "密码"]
    assert (bool(gone), auth._LEAVES_PROVIDER in board.session_state) == (leaves, False)


# --- a word that somebody else has put into this browser --------------------------------------------------------------------


def test_a_planted_word_does_not_make_a_reader_who_is_signed_in_another(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or he would enter and take away what he does in a new tab under the name of whoever planted it."""
    _, subject = a_person(served, Role.LEADER, now=beijing_now())
    reader = an_account(served, Role.AUDITOR, now=beijing_now())
    token = a_token(served, reader, beijing_now())
    monkeypatch.setattr(auth, "_remembered_token", lambda: token)
    board = a_browser(monkeypatch, said(subject, beijing_now())).run()
    assert "审计" in words(board)
    with served.begin() as connection:
        sessions.end_session(connection, token, beijing_now())
    assert "审计" not in words(a_browser(monkeypatch, said(subject, beijing_now())).run()), (
        "a cookie that opens nothing stands in nobody's way"
    )


async def echo(scope: Any, _receive: Any, send: Any) -> None:
    """Says which cookies it has been brought, and sets those of a sign-on as Streamlit does."""
    brought = dict(scope["headers"]).get(b"cookie", b"")
    given = [
        "_streamlit_user=x; HttpOnly; Path=/board; SameSite=lax",
        "_streamlit_user_1=y; Path=/",
        "_streamlit_session=z; path=/; httponly",
    ]
    cookies = [(b"set-cookie", each.encode()) for each in (*given, "_streamlit_xsrf=w; Path=/")]
    await send({"type": "http.response.start", "status": 200, "headers": cookies})
    await send({"type": "http.response.body", "body": brought})


@pytest.mark.anyio
async def test_a_sibling_site_plants_no_word_of_the_provider_over_tls() -> None:
    """What it can set has not the name that only this site itself can; and a sign-on that it has begun ends nowhere."""
    app: Any = SafeHeaders(echo, lambda: "")

    async def over_tls(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "scheme": "https"}, receive, send)

    planted = "_streamlit_user=evil; _streamlit_user_1=evil; _streamlit_user_tokens=evil; _streamlit_session=evil; county_board=c"
    own = "__Host-_streamlit_user=x; __Host-_streamlit_user_1=y; __Host-_streamlit_session=z; _streamlit_xsrf=w"
    assert (await asked(over_tls, "/", cookie=f"{planted}; {own}")).body.decode().split("; ") == [
        "county_board=c",
        "_streamlit_user=x",
        "_streamlit_user_1=y",
        "_streamlit_session=z",
        "_streamlit_xsrf=w",
    ]
    answer = await asked(over_tls, "/")
    *of_sign_on, xsrf = answer.headers.getlist("set-cookie")
    assert [each.partition("=")[0] for each in of_sign_on] == [
        "__Host-_streamlit_user",
        "__Host-_streamlit_user_1",
        "__Host-_streamlit_session",
    ]
    assert all("; Secure" in each and "path=/;" in f"{each};".lower() for each in of_sign_on)
    assert xsrf == "_streamlit_xsrf=w; Path=/; Secure"
    plain = await asked(app, "/", cookie="_streamlit_user=x")
    assert (plain.body, plain.headers.getlist("set-cookie")[1]) == (b"_streamlit_user=x", "_streamlit_user_1=y; Path=/")


@pytest.mark.parametrize(
    "told", [{"sub": "\ud800"}, {"sub": "a\x00"}, {"sub": "\u202ea"}, {"sub": ""}, {"sub": 5}, {"iat": -(10**18)}, {"iat": 1e300}]
)
def test_a_word_that_names_nobody_or_no_moment_is_none(monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]) -> None:
    """It lies in the browser for a month: a page that failed on it would fail as long."""
    word = {"iss": "https://provider", "sub": "s", "aud": "board", "iat": 1_790_000_000}
    monkeypatch.setattr(sign_on, "is_configured", lambda: True)
    for content, is_one in ((word, True), (word | told, False)):
        user = SimpleNamespace(is_logged_in=True, to_dict=lambda content=content: content)
        monkeypatch.setattr(sign_on.st, "user", user)
        assert (sign_on.said_by_provider() is not None) is is_one
