"""Who sees what, tried of every kind of account on both databases: each page, each query, each answer kept, each file, each link
(``tests.grid``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jwt
import pytest
import requests
from sqlalchemy import Connection, Engine, func, select
from streamlit.testing.v1 import AppTest

from bench.servers import a_cookie
from data_access.audit import Action
from data_access.board_tables import BoardAnswer, BoardAudit
from data_access.scope import Scope
from ingest.demo.world import MINIATURE
from metrics.vocabulary import Level
from pages.common import cookie, loaders, navigation, sticky
from tests.browser_tab import PATIENCE, Tab, asks_to_sign_in
from tests.demo_county import a_county_on_postgresql, a_small_county
from tests.e2e.board import Board, a_running_board
from tests.grid import (
    EXEMPT,
    GATES,
    KINDS,
    NAMES,
    NOBODY,
    OTHERS,
    OTHERS_NAMES,
    PAGES,
    PHONES,
    RESTRICTED,
    TRIED,
    WORDS,
    County,
    Kind,
    accused_more,
    arguments,
    forbidden,
    leaked,
    may_call,
    plain,
    planted,
    queries,
    text_of,
)
from tests.opened_pages import files_offered, markup
from tests.signed_in import APP, a_board
from tests.test_app_pages import REFUSED, drawn, pointed, short_trends, shown

pytestmark = pytest.mark.slow
__all__ = ["short_trends"]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=[kind.username for kind in KINDS])
SHOWN, CLOSED, BROKEN = "●", "○", "✕"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield a_small_county(tmp_path_factory.mktemp("grid"), MINIATURE)
    else:
        with a_county_on_postgresql(request.getfixturevalue("postgresql_url"), "grid") as url:
            yield url


@pytest.fixture(scope="module")
def database(address: str) -> Iterator[Engine]:
    """Read by all kinds one after the other: what was counted for one of them is in the caches for the next."""
    yield from pointed(address)


@pytest.fixture(scope="module")
def county(database: Engine) -> County:
    return planted(database)


def tried(kind: str, way: str, held: bool) -> None:
    TRIED[kind, way].add(held)


def told_of(page: str, kind: str, found: str) -> None:
    """What did not hold on one of the databases stays told when the other is tried."""
    if PAGES.get((page, kind)) != BROKEN:
        PAGES[page, kind] = found


# --- queries and what is kept of their answers --------------------------------------------------------------------------


def hidden_in(county: County, scope: Scope, name: str) -> tuple[str, ...]:
    marks = forbidden(scope, county.own.township, phones=not (name in GATES and scope.may_see_names))
    return tuple(mark for mark in marks if mark not in EXEMPT.get(name, ()))


@pytest.fixture(scope="module")
def told(database: Engine, county: County) -> Callable[[Scope], list[tuple[str, list[str]]]]:
    """Of a scope: each query asked with its own, with another township's and with a 检举控告's ids, and the marks it ought not to tell."""

    @cache
    def asked(scope: Scope) -> list[tuple[str, list[str]]]:
        found = []
        with database.connect() as connection:
            for given in (each for level in (Level.TOWNSHIP, Level.VILLAGE) for each in arguments(connection, county, level)):
                for name, query in queries().items():
                    answer = plain(query(scope, connection, **given.of(name, query)))
                    found.append((name, leaked(answer, hidden_in(county, scope, name))))
        return found

    return asked


@EVERY_KIND
def test_no_query_tells_a_kind_of_account_what_it_must_not_see(county: County, told: Any, kind: Kind) -> None:
    answers = told(county.accounts[kind.name].scope)
    for _, marks in answers:
        tried(kind.name, "查询", not marks)
    assert len(answers) > 800
    assert {name: marks for name, marks in answers if marks} == {}


def test_nobody_is_told_anything_by_any_query(county: County, told: Any) -> None:
    answers = told(Scope())
    for _, marks in answers:
        tried(NOBODY, "查询", not marks)
    assert {name: marks for name, marks in answers if marks} == {}


def test_the_marks_stand_in_answers_to_who_may_see_them(database: Engine, county: County) -> None:
    """Or nothing above says anything."""
    everything = Scope("", may_see_names=True, may_see_restricted=True)
    with database.connect() as connection:
        said = " ".join(
            plain(query(everything, connection, **given.of(name, query)))
            for given in arguments(connection, county, Level.TOWNSHIP)
            for name, query in queries().items()
        )
    assert [mark for mark in (*RESTRICTED, *OTHERS, *OTHERS_NAMES, *NAMES, *WORDS, *PHONES) if mark not in said] == []


@pytest.mark.parametrize("name", ["县领导", "乡镇,不看姓名", "系统管理员", "审计员"])
def test_no_query_counts_an_accusation(database: Engine, county: County, name: str) -> None:
    """Each answer is the same with seven more of them, in a transaction that is taken back."""
    scope = county.accounts[name].scope

    def rows(answer: Any) -> Any:
        """Not every question says an order."""
        return sorted(answer.to_csv(index=False).splitlines()) if hasattr(answer, "to_csv") else repr(answer)

    def told(connection: Connection) -> dict[Any, Any]:
        given = [each for level in (Level.TOWNSHIP, Level.VILLAGE) for each in arguments(connection, county, level)]
        asked = ((name, query, place, each) for name, query in queries().items() for place, each in enumerate(given))
        return {(name, place): rows(query(scope, connection, **each.of(name, query))) for name, query, place, each in asked}

    with database.connect() as connection:
        before = told(connection)
        accused_more(connection)
        after = told(connection)
        connection.rollback()
    for asked, answer in after.items():
        tried(name, "查询", answer == before[asked])
    assert {asked for asked, answer in after.items() if answer != before[asked]} == set()


@EVERY_KIND
def test_what_was_kept_for_one_is_never_given_to_another(database: Engine, county: County, kind: Kind) -> None:
    """After who may see most has asked the same, each kind gets from the cache what the database tells its own scope."""
    holder, scope = county.accounts["信访局"].scope, county.accounts[kind.name].scope
    different = []
    with database.connect() as connection:
        given = next(arguments(connection, county, Level.TOWNSHIP))
        for name, query in queries().items():
            asked = {key: value for key, value in given.of(name, query).items() if key not in ("asked", "ballot", "now")}
            if set(asked) != set(given.of(name, query)):
                continue  # asked on the page itself, at the moment
            loaders.answer(query, holder, ("petition",), **asked)
            same = plain(loaders.answer(query, scope, ("petition",), **asked)) == plain(query(scope, connection, **asked))
            tried(kind.name, "缓存", same)
            different += [] if same else [name]
    assert different == []


def test_nothing_of_an_accusation_is_kept_in_the_database(database: Engine) -> None:
    with database.connect() as connection:
        kept = [content for content in connection.scalars(select(BoardAnswer.content)) if content]
    assert kept
    assert [mark for content in kept for mark in RESTRICTED if mark.encode() in content] == []


# --- pages, files, links ------------------------------------------------------------------------------------------------


def hidden_on(county: County, kind: Kind, page: str) -> tuple[str, ...]:
    account = county.accounts[kind.name]
    calls = page == "tonight" and may_call(account)
    marks = forbidden(account.scope, county.own.township, phones=not calls)
    return (*marks, *((PHONES[2],) if calls and account.scope.area else ()))


def taken(made: dict[str, Callable[[], bytes]]) -> Iterator[tuple[str, str]]:
    """Every file that a page offers, as words; pictures as SVG."""
    for name, content in made.items():
        if not name.endswith(".png"):
            yield name, text_of(content())


def exports(database: Engine) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).where(BoardAudit.action == Action.EXPORT)) or 0


@EVERY_KIND
def test_no_page_shows_and_no_file_holds_what_a_kind_of_account_must_not_see(
    database: Engine, county: County, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, seen, wrong = county.accounts[kind.name], "", []
    board, made = a_board(database, kind.username), files_offered(monkeypatch)
    for entry in navigation.existing_entries():
        made.clear()
        drawn(board, entry, **county.own.query)
        page = shown(board)
        is_closed = any(closed in markup(board) for closed in (REFUSED, "账号还没有授权"))
        problems = leaked(page, hidden_on(county, kind, entry.url_path)) + [each.message for each in board.exception]
        problems += ["is open"] if not is_closed and not entry.open_to(account) else []
        problems += ["is closed"] if is_closed and entry.open_to(account) else []
        tried(kind.name, "页面", not problems)
        told_of(entry.title, kind.name, BROKEN if problems else CLOSED if is_closed else SHOWN)
        wrong += [(entry.title, each) for each in problems]
        seen += page
        before = exports(database)
        files = list(taken(made))
        never = (*RESTRICTED, *PHONES, *forbidden(account.scope, county.own.township))
        for name, words in files:
            found = leaked(words, never)
            tried(kind.name, "导出", not found)
            wrong += [(name, mark) for mark in found]
        on_record = exports(database) - before == len(files)
        wrong += [] if on_record else [(entry.title, "files without a row in the audit")]
        if not account.scope.may_export and entry.open_to(account):
            offered = [name for name in made if kind.role.value != "administrator"]
            tried(kind.name, "导出", not offered)
            wrong += [(entry.title, name) for name in offered]
    assert wrong == []
    if kind.name == "县领导":
        assert [mark for mark in (NAMES[0], "OWN-1", "本乡私事") if mark not in seen] == [], "what may be seen is seen"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "不看姓名" in kind.name], ids=lambda kind: kind.username)
def test_no_view_of_a_page_tells_without_names_what_somebody_wrote(database: Engine, county: County, kind: Kind) -> None:
    """Each of the views that a page offers beside the one it opens with."""
    account, board, wrong, looked_at = county.accounts[kind.name], a_board(database, kind.username), [], 0
    for entry in navigation.existing_entries():
        if not entry.open_to(account):
            continue
        at = county.own.query | ({"person": str(county.own.captain)} if "captain" in entry.url_path or entry.url_path == "sheet" else {})
        drawn(board, entry, **at)
        offered = {option.content for each in board.get("button_group") for option in each.proto.options}
        for view in sorted(offered):
            drawn(board, entry, **at, view=view)
            found = leaked(shown(board), hidden_on(county, kind, entry.url_path)) + [each.message for each in board.exception]
            looked_at += 1
            tried(kind.name, "页面", not found)
            wrong += [(entry.title, view, each) for each in found]
    assert looked_at > 40
    assert wrong == []


@EVERY_KIND
def test_no_link_leads_a_kind_of_account_to_what_it_must_not_see(database: Engine, county: County, kind: Kind) -> None:
    """Addresses with another township's codes, people and cases, and with a 检举控告's number."""
    board, seen, wrong = a_board(database, kind.username), "", []
    for entry in navigation.existing_entries():
        if not entry.open_to(county.accounts[kind.name]):
            continue
        for places in (county.other, county.accused):
            drawn(board, entry, **places.query)
            seen += shown(board)
            found = leaked(shown(board), hidden_on(county, kind, entry.url_path)) + [each.message for each in board.exception]
            tried(kind.name, "链接", not found)
            wrong += [(entry.title, each) for each in found]
    assert wrong == []
    assert ("检举某人" in seen) is county.accounts[kind.name].scope.may_see_restricted, "who holds it is led there"


def test_a_cold_link_shows_the_sign_in_and_nothing_else(database: Engine, county: County) -> None:
    marks = (*forbidden(Scope(), county.own.township), county.own.township)
    for entry in navigation.existing_entries():
        for places in (county.own, county.other, county.accused):
            board = AppTest.from_file(APP, default_timeout=60)
            drawn(board, entry, **places.query)
            found = leaked(shown(board), [mark for mark in marks if mark not in places.query.values()])
            held = not found and bool(board.text_input) and not board.exception
            tried(NOBODY, "链接", held)
            told_of(entry.title, NOBODY, CLOSED if held else BROKEN)
            assert held, (entry.url_path, found)


@pytest.fixture(scope="module")
def running(address: str, county: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with a_running_board(address, tmp_path_factory.mktemp("grid-server") / "server.log", healthy=False) as board:
        yield board


def test_a_file_made_for_one_is_given_to_no_other_kind_of_account(running: Board) -> None:
    """The address under ``/media`` alone opens nothing, whoever comes with it and however he has signed in."""
    mine = a_cookie(running.database, "guanli")
    clerk = Tab(running.url, mine)
    try:
        media = running.url + clerk.file_made(clerk.drawn("admin?section=台账"), "模板")
        assert requests.get(media, cookies={cookie.NAME: mine}, timeout=PATIENCE).status_code == 200
        cookies: dict[str, str | None] = {kind.name: a_cookie(running.database, kind.username) for kind in KINDS}
        token = jwt.decode(mine, options={"verify_signature": False})["session"]
        cookies |= {NOBODY: None, f"{NOBODY} ": jwt.encode({"session": f"{token}x"}, "k" * 32)}
        for name, held in cookies.items():
            status = requests.get(media, cookies={sticky.COOKIE: clerk.process, **({cookie.NAME: held} if held else {})}, timeout=PATIENCE)
            tried(name.strip(), "链接", status.status_code == 404)
            assert status.status_code == 404, name
    finally:
        clerk.close()


def test_over_the_wire_a_stranger_is_asked_to_sign_in_at_every_address(running: Board) -> None:
    for entry in navigation.existing_entries():
        stranger = Tab(running.url)
        try:
            held = asks_to_sign_in(stranger.drawn(f"{entry.url_path}?number=SECRET-1"))
        finally:
            stranger.close()
        tried(NOBODY, "链接", held)
        assert held, entry.url_path
