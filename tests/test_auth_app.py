"""The gate: who sees which address, asked of the account table on every rerun; the login page; the frame's settings."""

from __future__ import annotations

import re
import shutil
import time
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import streamlit as st
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data_access import accounts, sessions
from data_access.accounts import Role
from data_access.audit import Action
from data_access.board_tables import BoardAccount, BoardAudit, BoardProperty, BoardSession
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.scope import Scope
from pages.common import auth, cookie, navigation, telling
from reports.modules import running_modules
from reports.wording import chinese_marks
from tests import signed_in
from tests.builders import COUNTY, TOWNSHIP, an_area
from tests.signed_in import RIGHT, WRONG, an_account

ROOT = Path(__file__).parents[1]
PAGE = """
import streamlit as st
from pages.common import auth
st.text("PAGE {address}")
st.text(repr(auth.signed_in_scope()))
st.button("click")
"""
EVERYWHERE = {entry.url_path for entry in navigation.ENTRIES}


@pytest.fixture(autouse=True)
def a_board_of_tiny_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of the list exists and says its address and scope, whatever the real ones show."""
    for entry in navigation.ENTRIES:
        file = tmp_path / entry.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAGE.format(address=entry.url_path), encoding="utf-8")
    shutil.copy(signed_in.APP, tmp_path)
    monkeypatch.setattr(navigation, "ROOT", tmp_path)
    monkeypatch.delenv("BOARD_MODULES", raising=False)
    monkeypatch.delenv("BOARD_COOKIE_KEY", raising=False)


def a_browser() -> AppTest:
    """One that has never been here."""
    return AppTest.from_file(str(navigation.ROOT / "app.py"), default_timeout=30)


def a_board(database: Engine, name: str | None = None) -> AppTest:
    return signed_in.a_board(database, name, app=str(navigation.ROOT / "app.py"))


def at_address(board: AppTest, address: str) -> AppTest:
    """As a browser that opens /address: Streamlit knows a page by the hash of its address."""
    board._page_hash = calc_hash(address)
    board.context["url"] = f"http://localhost:8501/{address}"
    return board.run()


def shown_page(board: AppTest) -> str | None:
    return next((text.value.removeprefix("PAGE ") for text in board.text if text.value.startswith("PAGE ")), None)


def scope_shown(board: AppTest) -> str:
    return next(text.value for text in board.text if text.value.startswith("Scope("))


def asks_to_sign_in(board: AppTest) -> bool:
    return [field.label for field in board.text_input] == ["账号", "密码"] and shown_page(board) is None


def said(board: AppTest) -> str:
    """What the login page says above the form."""
    found = [re.search(r'class="board-said"[^>]*>(.*?)</p>', block.proto.body) for block in board.get("html")]
    return next((match.group(1) for match in found if match), "")


def enter(board: AppTest, name: str, password: str) -> AppTest:
    board.text_input[0].input(name)
    board.text_input[1].input(password)
    board.button[0].click()
    return board.run()


def html(board: AppTest) -> str:
    return " ".join(block.proto.body for block in board.get("html"))


# --- nobody signed in ---------------------------------------------------------------------------------------------


def test_a_cold_address_shows_the_login_and_nothing_else(served: Engine) -> None:
    for address in [*sorted(EVERYWHERE), "", "nonsense"]:
        board = at_address(a_browser(), address)
        assert not board.exception, address
        assert asks_to_sign_in(board), address


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_that_was_never_made_says_what_to_run(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'never.db'}"
    if kind == "postgresql":
        with engine(request.getfixturevalue("postgresql_url")).connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            server.execute(text("CREATE DATABASE never_made"))
        url = engine(request.getfixturevalue("postgresql_url")).url.set(database="never_made").render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    board = a_browser()
    monkeypatch.setattr(cookie, "text_in", lambda _cookies: "left by another board")
    at_address(board, "duty")
    assert not board.exception
    assert not board.text_input
    assert "尚未建库" in html(board)
    assert "python -m data_access migrate" in html(board)
    assert "连不上" not in html(board)
    upgrade(engine(url))
    assert asks_to_sign_in(board.run())


def test_streamlit_finds_no_page_that_it_would_serve_without_the_gate() -> None:
    assert [path.name for path in (ROOT / "pages").iterdir() if path.suffix == ".py"] == []


def test_the_login_leads_to_the_address_that_was_asked_for(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    board = a_browser()
    board.query_params["id"] = "7"
    at_address(board, "case")
    enter(board, name, RIGHT)
    assert shown_page(board) == "case"
    assert board.query_params["id"] == "7"


LOCKED = "试错次数过多，14:33 后再试；急用请联系安全管理员解锁。"


def test_the_login_says_what_was_wrong_until_the_lock(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "beijing_now", lambda: datetime(2026, 11, 20, 14, 2, 20))
    name = an_account(served)
    board = a_browser().run()
    words = []
    for _ in range(5):
        words.append(said(enter(board, name, WRONG)))
    assert words == [*(f"账号或密码不对，还可再试 {left} 次。" for left in (4, 3, 2, 1)), LOCKED]
    assert said(enter(board, name, RIGHT)) == LOCKED
    other_tab = a_browser().run()
    assert said(enter(other_tab, name, RIGHT)) == LOCKED


@pytest.mark.parametrize(("name", "password"), [("", ""), ("", RIGHT), ("somebody", "")])
def test_blank_fields_are_asked_for(served: Engine, name: str, password: str) -> None:
    assert said(enter(a_browser().run(), name, password)) == "请输入账号和密码。"


def test_the_login_page_names_the_county_and_shows_demo_accounts_only_in_a_demo_database(served: Engine) -> None:
    with served.begin() as connection:
        an_area(connection, COUNTY, "county", "青<阳>县")
    real = html(a_browser().run())
    with served.begin() as connection:
        connection.execute(insert(BoardProperty), {"name": "demo", "value": "1"})
    demo = html(a_browser().run())
    assert "青&lt;阳&gt;县" in real
    assert accounts.DEMO_PASSWORD not in real
    assert accounts.DEMO_PASSWORD in demo


# --- who may open what --------------------------------------------------------------------------------------------

MEETING, SELECTION, ADMIN, WALL = {"meeting", "show"}, {"selection", "sheet"}, {"admin"}, {"wall"}
ENTRY, HELP = {"enter"}, {"help"}
CLOSED = [
    (Role.LEADER, ADMIN | ENTRY),
    (Role.ORGANISATION, ADMIN | WALL | ENTRY),
    (Role.PETITION_OFFICE, ADMIN | WALL | ENTRY),
    (Role.POLITICAL_LEGAL, ADMIN | WALL | ENTRY),
    (Role.TOWNSHIP, ADMIN | WALL | MEETING | ENTRY),
    (Role.ADMINISTRATOR, MEETING | SELECTION | ENTRY),
    (Role.REPORTER, EVERYWHERE - ENTRY - HELP),
    (Role.SECURITY, EVERYWHERE - ADMIN - HELP),
    (Role.AUDITOR, EVERYWHERE - ADMIN - HELP),
    (Role.WALL, EVERYWHERE - WALL),
]


@pytest.mark.parametrize(("role", "closed"), CLOSED, ids=[role.value for role, _ in CLOSED])
def test_each_role_opens_its_pages_and_no_other(served: Engine, role: Role, closed: set[str]) -> None:
    with served.begin() as connection:
        an_area(connection, TOWNSHIP, "township")
    name = an_account(served, role, now=beijing_now(), area=TOWNSHIP if role in accounts.OF_A_TOWNSHIP else "")
    board, opened = a_board(served, name), set()
    for address in sorted(EVERYWHERE):
        assert not at_address(board, address).exception
        if shown_page(board) is not None:
            assert shown_page(board) == address
            opened.add(address)
        else:
            assert "这个页面不在您的账号权限内" in html(board)
    assert opened == EVERYWHERE - closed


def test_an_address_beyond_the_account_is_put_on_record_once(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    board = at_address(a_board(served, name), "admin").run()
    assert not board.exception
    with served.connect() as connection:
        rows = connection.execute(select(BoardAudit.action, BoardAudit.detail).where(BoardAudit.username == name)).all()
    assert rows[-1] == (Action.PAGE_REFUSED, "/admin")
    assert [row.action for row in rows].count(Action.PAGE_REFUSED) == 1


def test_an_address_nobody_has_is_answered(served: Engine) -> None:
    assert "没有这个页面" in html(at_address(a_board(served), "nonsense"))


def test_a_module_that_is_off_takes_its_pages_along(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARD_MODULES", "petitions, captains")
    for address in ("duty", "nights", "reception"):
        assert "没有这个页面" in html(at_address(a_board(served), address))
    assert shown_page(at_address(a_board(served), "petitions")) == "petitions"


def test_an_unknown_module_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARD_MODULES", "duty,flying")
    with pytest.raises(ValueError, match="flying"):
        running_modules()


def test_the_menu_has_at_most_eight_entries_for_every_role() -> None:
    for role in Role:
        scope = Scope("", **accounts.DEFAULT_RIGHTS[role])
        account = accounts.Account("x", "x", role, scope, datetime(2026, 1, 1))
        menus = [entry.menu for entry in navigation.ENTRIES if entry.menu is not None and entry.open_to(account)]
        assert menus.count("") + len(set(menus) - {""}) <= 8


# --- the table decides, on every rerun ----------------------------------------------------------------------------


def a_change(served: Engine, name: str, **values: object) -> None:
    with served.begin() as connection:
        connection.execute(update(BoardAccount).where(BoardAccount.username == name).values(**values))


def test_a_disabled_account_is_out_at_its_next_click(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    board = a_board(served, name).run()
    assert shown_page(board) == "overview"
    a_change(served, name, disabled_at=beijing_now())
    board.button[0].click().run()
    assert asks_to_sign_in(board)
    assert said(board) == "账号已停用，请联系管理员。"
    assert said(enter(board, name, RIGHT)) == "账号已停用，请联系管理员。"


def test_a_changed_password_ends_what_is_open(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    board = a_board(served, name).run()
    with served.begin() as connection:
        accounts.set_password(connection, name, "Another-2027", now=beijing_now(), by="test")
    board.run()
    assert asks_to_sign_in(board)
    assert said(board) == "密码已更改，请用新密码登录。"


def test_a_changed_role_and_area_take_effect_at_the_next_click(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    board = at_address(a_board(served, name), "meeting")
    assert scope_shown(board) == repr(Scope("", True, False, True, False))
    a_change(served, name, role="township", area_prefix=TOWNSHIP, may_export=False)
    board.run()
    assert "这个页面不在您的账号权限内" in html(board)
    assert scope_shown(at_address(board, "duty")) == repr(Scope(TOWNSHIP, True, False, False, False))


IDLE = [("29 minutes 59 seconds", timedelta(minutes=29, seconds=59), True), ("30 minutes", timedelta(minutes=30), False)]


@pytest.mark.parametrize(("pause", "stays"), [case[1:] for case in IDLE], ids=[case[0] for case in IDLE])
def test_idle_sign_out(served: Engine, monkeypatch: pytest.MonkeyPatch, pause: timedelta, stays: bool) -> None:
    start = beijing_now()
    board = a_board(served)
    monkeypatch.setattr(auth, "beijing_now", lambda: start + timedelta(minutes=5))
    board.run()
    monkeypatch.setattr(auth, "beijing_now", lambda: start + timedelta(minutes=5) + pause)
    board.run()
    assert (shown_page(board) is not None) is stays
    assert stays or said(board) == "超过 30 分钟未操作，已自动退出，请重新登录。"


@pytest.mark.parametrize("asked_by", ["a part of the page", "the server"])
def test_reruns_for_new_data_do_not_keep_an_idle_session_alive(served: Engine, monkeypatch: pytest.MonkeyPatch, asked_by: str) -> None:
    monkeypatch.setattr(telling, "_TOLD", set[str]())
    monkeypatch.setattr(auth, "_UNWATCHED", 0.0)  # the minutes of this test pass on another clock
    start = beijing_now()
    board = a_board(served).run()
    for minutes in (10, 20, 31):
        monkeypatch.setattr(auth, "beijing_now", lambda minutes=minutes: start + timedelta(minutes=minutes))
        if asked_by == "the server":
            telling._TOLD.add("test session id")  # AppTest's
        else:
            board.session_state["board_live_rerun"] = True
        board.run()
    assert asks_to_sign_in(board)


def test_a_page_that_the_server_draws_leaves_asking_for_its_session_to_its_ticks(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_TOLD", {"test session id"})
    board = a_board(served).run()
    asked = _counted(monkeypatch)
    monkeypatch.setattr(auth, "_MEMORY", -1.0)  # nothing that the reader's own run has heard holds
    telling._TOLD.add("test session id")
    board.run()
    assert not asked
    monkeypatch.setattr(auth, "_MEMORY", 1.0)
    monkeypatch.setattr(auth, "_UNWATCHED", 0.0)
    telling._TOLD.add("test session id")
    board.run()
    assert asked
    asked.clear()
    board.run()
    assert len(asked) == 1, "the reader's own run asks at once, and once"


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens that the table is asked for from now on."""
    asked: list[str] = []
    standing = sessions.standing

    def counted(connection: Connection, token: str, *more: Any, **named: Any) -> Any:
        asked.append(token)
        return standing(connection, token, *more, **named)

    monkeypatch.setattr(sessions, "standing", counted)
    return asked


def test_the_idle_limit_is_configurable(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARD_IDLE_MINUTES", "5")
    board = a_board(served).run()
    start = beijing_now()
    monkeypatch.setattr(auth, "beijing_now", lambda: start + timedelta(minutes=5))
    assert said(board.run()) == "超过 5 分钟未操作，已自动退出，请重新登录。"


def test_signing_out_ends_the_session_everywhere(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    first = a_board(served, name).run()
    second = a_browser()
    second.session_state["board_token"] = first.session_state["board_token"]
    assert shown_page(second.run()) == "overview"
    with served.begin() as connection:
        sessions.end_session(connection, first.session_state["board_token"], beijing_now())
    assert asks_to_sign_in(second.run())


def test_nothing_of_one_reader_is_left_for_the_next_in_the_same_tab(served: Engine) -> None:
    name = an_account(served, now=beijing_now())
    board = a_board(served, name).run()
    board.session_state["draft"] = "张三丰"
    a_change(served, name, disabled_at=beijing_now())
    board.run()
    assert "draft" not in board.session_state


def test_a_token_nobody_was_given_opens_nothing(served: Engine) -> None:
    board = a_browser()
    board.session_state["board_token"] = "made-up"
    assert asks_to_sign_in(board.run())


def test_while_the_database_is_away_who_was_in_stays_in_and_nobody_else_comes(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Engine:
        raise OperationalError("select", {}, Exception("server closed the connection"))

    start = beijing_now()
    board = a_board(served).run()
    for module in (auth, cookie):
        monkeypatch.setattr(module, "engine", gone)
    assert shown_page(board.run()) == "overview"
    visitor = a_browser().run()
    assert shown_page(visitor) is None
    assert said(visitor) == chinese_marks(auth.UNREACHABLE)
    monkeypatch.setattr(auth, "beijing_now", lambda: start + timedelta(minutes=31))
    assert shown_page(board.run()) is None


# --- the cookie ---------------------------------------------------------------------------------------------------


OURS, ANOTHERS = "a" * 64, "b" * 64
ONE_HOUR, PAST = 3600.0, -3600.0
COOKIES = [
    ("signed with our key", OURS, "HS256", ONE_HOUR, True),
    ("signed with another key", ANOTHERS, "HS256", ONE_HOUR, False),
    ("signed in another way", OURS, "HS512", ONE_HOUR, False),
    ("not signed", "", "none", ONE_HOUR, False),
    ("expired", OURS, "HS256", PAST, False),
    ("good for ever", OURS, "HS256", None, False),
    ("good until some day", OURS, "HS256", "some day", False),
]


@pytest.mark.parametrize(("key", "algorithm", "seconds", "opens"), [case[1:] for case in COOKIES], ids=[case[0] for case in COOKIES])
def test_a_cookie_is_worth_what_its_session_is_worth(
    served: Engine, monkeypatch: pytest.MonkeyPatch, key: str, algorithm: str, seconds: float | str | None, opens: bool
) -> None:
    monkeypatch.setenv("BOARD_COOKIE_KEY", OURS)
    token = a_board(served).session_state["board_token"]
    until = time.time() + seconds if isinstance(seconds, float) else seconds
    cookies = {cookie.NAME: jwt.encode({"username": "x", "session": token, "exp_date": until}, key, algorithm=algorithm)}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _self: cookies))
    assert (shown_page(a_browser().run()) == "overview") is opens
    with served.begin() as connection:
        connection.execute(update(BoardSession).values(ended_at=beijing_now()))
    assert asks_to_sign_in(a_browser().run())


# --- the frame's settings -----------------------------------------------------------------------------------------

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_server_is_tuned_and_keeps_to_itself() -> None:
    assert CONFIG["server"]["fileWatcherType"] == "none"
    assert CONFIG["runner"]["postScriptGC"] is False
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


STYLE = (ROOT / "pages" / "common" / "board.css").read_text(encoding="utf-8")
INKS = re.findall(r"--(ok|near|low|quiet|ink|accent): light-dark\((#\w{6}), (#\w{6})\)", STYLE)


@pytest.mark.parametrize(("name", "light", "dark"), INKS)
def test_words_can_be_read_on_both_papers(name: str, light: str, dark: str) -> None:
    for section, colour in (("light", light), ("dark", dark)):
        theme = CONFIG["theme"][section]
        assert contrast(colour, theme["backgroundColor"]) >= 4.5
        assert contrast(colour, theme["secondaryBackgroundColor"]) >= 4.5


def test_the_style_sheet_and_the_theme_have_the_same_colours() -> None:
    found = {name: (light, dark) for name, light, dark in INKS}
    themes = CONFIG["theme"]["light"], CONFIG["theme"]["dark"]
    pairs = {"ok": "greenTextColor", "near": "orangeTextColor", "low": "redTextColor", "quiet": "grayTextColor", "ink": "textColor"}
    for name, option in pairs.items():
        assert found[name] == tuple(theme[option] for theme in themes)
