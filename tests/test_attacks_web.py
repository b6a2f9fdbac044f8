"""Attacks on a running server, from outside: what a stranger, a sibling site or another reader tries, by HTTP and websocket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import jwt
import psutil
import pytest
import requests
import streamlit as st
from sqlalchemy import Engine, func, insert, select, update
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from websockets.exceptions import ConnectionClosed

from bench.servers import a_cookie
from data_access import accounts, sessions, tickets
from data_access.accounts import DEMO_PASSWORD, Role
from data_access.audit import Action
from data_access.board_tables import BoardAccount, BoardTicket
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.migrate import upgrade
from pages.common import cookie, fault, gate, headers, sticky, uploads
from tests.attackers import audit_of
from tests.browser_tab import PATIENCE, Tab, asks_to_sign_in, errand, refused_with, signed_in_by_form
from tests.builders import COUNTY, an_area
from tests.e2e.board import SERVER, Board, a_running_board
from tests.signed_in import NOW, a_name

MB = 2**20


class Listening:
    """Stands where the way out of the county's network would be, and counts who comes."""

    def __init__(self) -> None:
        self.came = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self.came += 1
            connection.close()


@pytest.fixture(scope="module")
def outside() -> Listening:
    return Listening()


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.slow)], ids=["one process", "two processes"])
def board(request: pytest.FixtureRequest, outside: Listening, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A new county's board: its accounts, and nothing that a page would show."""
    folder = tmp_path_factory.mktemp("attacked")
    url = f"sqlite:///{folder / 'county.db'}"
    upgrade(engine(url))
    with engine(url).begin() as connection:
        an_area(connection, COUNTY, "county", "青阳县")
        for name, role in (("shuji", Role.LEADER), ("guanli", Role.ADMINISTRATOR)):
            accounts.add_account(connection, name, name, role, DEMO_PASSWORD, now=beijing_now(), by="test")
    ways_out = {"http_proxy": outside.url, "https_proxy": outside.url}
    command = [*SERVER, *(["--workers", "2"] if request.param == 2 else [])]
    with a_running_board(url, folder / "server.log", command=command, healthy=False, **ways_out) as running:
        yield running


@contextmanager
def opened(board: Board, *arguments: Any, **more: Any) -> Iterator[Tab]:
    tab = Tab(board.url, *arguments, **more)
    try:
        yield tab
    finally:
        tab.close()


def remembered(board: Board, username: str = "guanli") -> str:
    """The cookie of a new sign-in."""
    return a_cookie(board.database, username)


def end_of_sign_in(board: Board, of_cookie: str) -> None:
    token = jwt.decode(of_cookie, options={"verify_signature": False})["session"]
    with engine(board.database).begin() as connection:
        sessions.end_session(connection, token, beijing_now())


# --- the cookie -----------------------------------------------------------------------------------------------------


def handed_in(board: Board, ticket: str, **more: str) -> requests.Response:
    return requests.post(f"{board.url}/sign-in", ticket, headers=more, timeout=PATIENCE)


def a_ticket(board: Board) -> str:
    with engine(board.database).begin() as connection:
        token = jwt.decode(remembered(board, "shuji"), options={"verify_signature": False})["session"]
        return tickets.issue_ticket(connection, token, beijing_now())


def test_the_form_leads_to_a_cookie_that_no_script_can_read(board: Board) -> None:
    with opened(board) as tab:
        elements = signed_in_by_form(tab, "shuji", DEMO_PASSWORD)
        assert not asks_to_sign_in(elements), "the page stands there at once"
        told = errand(elements)
        answer = tab.http.post(board.url + told["address"], told["ticket"], timeout=PATIENCE)
        given = answer.headers["set-cookie"]
        assert answer.status_code == 204
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(given.split("; "))
        assert tab.http.post(board.url + told["address"], told["ticket"], timeout=PATIENCE).status_code == 403, "a ticket is good once"
        text = given.split(";")[0].removeprefix(f"{cookie.NAME}=")
        with opened(board, text, process=tab.process) as again:
            assert not asks_to_sign_in(again.drawn())


def test_over_tls_cookies_go_back_over_tls_alone(board: Board) -> None:
    plain = handed_in(board, a_ticket(board)).headers["set-cookie"]
    assert "Secure" not in plain
    assert f"{cookie.NAME}=" in plain
    over_tls = requests.get(f"{board.url}/_stcore/health", headers={"X-Forwarded-Proto": "https"}, timeout=PATIENCE)
    given = [handed_in(board, a_ticket(board), **{"X-Forwarded-Proto": "https"}), over_tls]
    for cookies in (each.raw.headers.getlist("set-cookie") for each in given):
        assert cookies
        assert all("; Secure" in each for each in cookies)
    (mine,) = [each for each in given[0].raw.headers.getlist("set-cookie") if cookie.NAME in each]
    assert mine.startswith(f"{cookie.OVER_TLS}=")
    assert "Domain" not in mine


def test_a_cookie_that_a_sibling_site_has_set_does_not_stand_in_the_place_of_ours(board: Board) -> None:
    """Over TLS: only this site itself can have set the one whose name begins with __Host-."""
    with opened(board, remembered(board, "guanli")) as tab:
        tab.http.cookies.set(cookie.OVER_TLS, remembered(board, "shuji"))
        tab.connect_again()
        assert "shuji" in str(tab.drawn("definitions"))


@pytest.mark.parametrize("ticket", ["", "made-up", "x" * 43, "\u4e2d" * 20])
def test_what_is_no_ticket_opens_nothing(board: Board, ticket: str) -> None:
    answer = handed_in(board, ticket.encode())  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers.get("set-cookie", "").count(cookie.NAME)) == (403, 0)
    assert handed_in(board, "x" * 1000).status_code == 413


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "http://127.0.0.1"])
def test_another_site_cannot_hand_in_its_own_ticket_for_a_reader(board: Board, origin: str) -> None:
    assert handed_in(board, a_ticket(board), Origin=origin).status_code == 403
    assert handed_in(board, a_ticket(board), Origin=board.url).status_code == 204


def test_signing_out_takes_the_cookie_away_and_leaves_another_tabs(board: Board) -> None:
    held = remembered(board)
    stays = requests.delete(f"{board.url}/sign-in", cookies={cookie.NAME: held}, timeout=PATIENCE)
    end_of_sign_in(board, held)
    goes = requests.delete(f"{board.url}/sign-in", cookies={cookie.NAME: held}, timeout=PATIENCE)
    assert cookie.NAME not in stays.headers.get("set-cookie", "")
    assert "Max-Age=0" in goes.headers["set-cookie"]
    over_tls = requests.delete(f"{board.url}/sign-in", headers={"X-Forwarded-Proto": "https"}, timeout=PATIENCE).raw.headers
    assert {each.split("=")[0] for each in over_tls.getlist("set-cookie") if "Max-Age=0" in each} == {cookie.NAME, cookie.OVER_TLS}


def test_a_cookie_signed_in_another_way_is_none(board: Board) -> None:
    held = remembered(board)
    with engine(board.database).begin() as connection:
        key = accounts.cookie_key(connection)
    content = jwt.decode(held, key, algorithms=["HS256"])
    for forged in (jwt.encode(content, key, algorithm="HS512"), jwt.encode(content, "", algorithm="none"), "a.b.c", "", held + "x"):
        with opened(board, forged) as tab:
            elements = tab.drawn()
            assert asks_to_sign_in(elements)
            assert not [each for each in elements if each.WhichOneof("type") == "exception"]


def test_a_ticket_is_kept_under_seal_and_not_for_long(database: Engine) -> None:
    with database.begin() as connection:
        ticket = tickets.issue_ticket(connection, "the token", NOW)
        late = tickets.issue_ticket(connection, "another", NOW)
        kept = str(connection.execute(select(BoardTicket.__table__)).all())
        assert all(secret not in kept for secret in ("the token", ticket, b"the token".hex()))
        assert tickets.redeem_ticket(connection, late, NOW + tickets.LIFE) is None
        assert tickets.redeem_ticket(connection, ticket, NOW + tickets.LIFE - timedelta(seconds=1)) == "the token"
        assert tickets.redeem_ticket(connection, ticket, NOW) is None
        connection.execute(insert(BoardTicket), {"ticket_digest": "old", "sealed_token": "", "good_until": NOW - timedelta(days=1)})
        tickets.issue_ticket(connection, "a third", NOW)
        assert connection.scalar(select(func.count()).select_from(BoardTicket)) == 1, "those that nobody has handed in go"


# --- what every answer says -----------------------------------------------------------------------------------------

ANSWERS = [
    ("/", 200),
    ("/petitions", 200),
    ("/healthz", 200),
    ("/readyz", 200),
    ("/_stcore/health", 200),
    ("/_stcore/host-config", 200),
    ("/static/no.js", 200),
    ("/petitions/_stcore/health", 404),
    ("/media/x.svg", 404),
    ("/..%5c..%5cetc", 400),
    ("//etc", 400),
]


def is_safe(answer: Any) -> bool:
    policy = answer.headers[headers.POLICY]
    return "frame-ancestors 'none'" in policy and all(answer.headers[name] == value for name, value in headers.EVERYWHERE.items())


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_no_answer_may_be_framed_or_read_as_what_it_is_not(board: Board, path: str, status: int) -> None:
    with requests.get(board.url + path, timeout=PATIENCE) as answer:
        assert (answer.status_code, is_safe(answer)) == (status, True)


def test_nor_the_answers_to_what_is_refused(board: Board) -> None:
    upgrade_to = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "x" * 22 + "==", "Sec-WebSocket-Version": "13"}
    for path, more in (("/_stcore/stream", {"Origin": "http://evil.example"}), ("/else", {})):
        answer = requests.get(board.url + path, headers={**upgrade_to, **more}, timeout=PATIENCE)
        assert (answer.status_code, is_safe(answer)) == (403, True)
    assert is_safe(requests.put(f"{board.url}/_stcore/upload_file/a/b", timeout=PATIENCE))
    assert is_safe(fault.unanswered(None, ValueError()))  # type: ignore[arg-type]
    proxys_own = sticky.refusal("503 Service Unavailable", "…").decode().lower()
    assert all(f"{name}: {value}".lower() in proxys_own for name, value in {**headers.EVERYWHERE, headers.POLICY: headers.NOTHING}.items())


def test_of_scripts_in_the_page_only_ours_runs(board: Board) -> None:
    answer = requests.get(board.url, timeout=PATIENCE)
    (script,) = headers.SCRIPT.findall(answer.text)
    assert headers.page_policy(f"<script>{script}</script>") == answer.headers[headers.POLICY]
    scripts = next(each for each in answer.headers[headers.POLICY].split("; ") if each.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in scripts


# --- Streamlit's doors ----------------------------------------------------------------------------------------------

SHUT = [
    "/_stcore/metrics",
    "/_stcore/metrics/",
    "/_stcore/metrics?families=cache_memory_bytes",
    "/_stcore/script-health-check",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/interact",
    "/_stcore/bidi-components/board_frame/x.js",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback?code=x&state=y",
    "/component/extra_streamlit_components.CookieManager.cookie_manager/index.html",
]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", SHUT)
def test_what_no_page_of_the_board_asks_for_is_shut(board: Board, path: str, method: str) -> None:
    assert requests.request(method, board.url + path, timeout=PATIENCE).status_code == 404


def test_no_host_may_give_the_page_orders(board: Board) -> None:
    assert requests.get(f"{board.url}/_stcore/host-config", timeout=PATIENCE).json()["allowedOrigins"] == []


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "http://localhost", "null"])
def test_a_page_of_another_origin_is_refused_and_nobody_outside_is_asked(board: Board, outside: Listening, origin: str) -> None:
    before = outside.came
    assert refused_with(board.url, origin) == 403
    assert outside.came == before


def a_message(kind: str) -> bytes:
    message = BackMsg()
    field = BackMsg.DESCRIPTOR.fields_by_name[kind]
    if field.message_type is None:
        setattr(message, kind, True)
    else:
        getattr(message, kind).SetInParent()
    return message.SerializeToString()


def test_a_browser_may_ask_for_a_page_and_files_and_nothing_else() -> None:
    kinds = [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
    assert {kind for kind in kinds if gate.may_be_asked(a_message(kind))} == gate.ASKED
    operation = BackMsg().backend_operation_request
    payloads = [field.name for field in operation.DESCRIPTOR.oneofs_by_name["payload"].fields]

    def asking(payload: str) -> bytes:
        message = BackMsg()
        getattr(message.backend_operation_request, payload).SetInParent()
        return message.SerializeToString()

    assert {payload for payload in payloads if gate.may_be_asked(asking(payload))} == gate.MADE


@pytest.mark.parametrize("wider", ["", COUNTY[:2], "全部"])
def test_an_administrator_of_one_area_grants_no_wider_one_by_a_choice_that_was_not_offered(board: Board, wider: str) -> None:
    """A browser says the words of what was chosen, and may say any others."""
    with engine(board.database).begin() as connection:
        grantor, granted = a_name(), a_name()
        for name, role in ((grantor, Role.SECURITY), (granted, Role.LEADER)):
            accounts.add_account(connection, name, name, role, DEMO_PASSWORD, now=beijing_now(), area=COUNTY, by="test")
    with opened(board, remembered(board, grantor)) as tab:

        def named(kind: str, label: str) -> str:
            return next(
                getattr(each, kind).id for each in elements if each.WhichOneof("type") == kind and getattr(each, kind).label == label
            )

        elements = tab.drawn("admin?section=授权")
        chosen = {named("selectbox", "账号"): f"{granted} · {granted}"}
        elements = tab.drawn("admin?section=授权", chosen)
        tab.drawn("admin?section=授权", {**chosen, named("selectbox", "范围"): wider}, named("button", "保存"))
    with engine(board.database).connect() as connection:
        assert accounts.account_named(connection, granted).scope.area == COUNTY  # type: ignore[union-attr]
    assert audit_of(engine(board.database))[-1][:2] == (grantor, Action.ACCOUNT), "the button was pressed"


def test_no_text_that_a_database_does_not_take_comes_to_a_page() -> None:
    """PostgreSQL takes no zero byte: each page that asks with what was typed would fail, and the log hold a traceback of it."""

    def typed(words: str, *several: str, address: str = "") -> bytes:
        message = BackMsg()
        widgets = message.rerun_script.widget_states.widgets
        widgets.add(id="words", string_value=words)
        widgets.add(id="several").string_array_value.data.extend(several)
        widgets.add(id="on", bool_value=False)
        message.rerun_script.query_string = address
        return message.SerializeToString()

    assert gate.may_be_asked(typed("梁家河 %_\\ 0", "石桥", address="words=%25%E6%A1%A5&page=0"))
    assert not any(map(gate.may_be_asked, (typed("a\x00"), typed("", "b", "\x00"), typed("", address="words=a%00"))))


def test_who_sends_too_much_is_cut_off(board: Board) -> None:
    with opened(board) as tab:
        tab.socket.send(b"x" * (MB + MB // 2))
        with pytest.raises(ConnectionClosed) as closed:
            tab.socket.recv(PATIENCE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_who_never_ends_what_he_says_is_cut_off(board: Board) -> None:
    """What has come is held until it is whole: of as many strangers as there may be it took two gigabytes of each process."""

    def never_ends(tab: Tab) -> None:
        tab.socket.send(b"x" * (MB // 2) for _ in range(40))
        tab.socket.recv(PATIENCE)

    with opened(board) as tab, pytest.raises(ConnectionClosed):
        never_ends(tab)
    assert gate.STRANGERS * st.get_option("server.maxMessageSize") <= 400


def test_nobody_empties_the_caches(board: Board) -> None:
    """Streamlit would empty this tab's state with them: it would not know that somebody has signed in here."""
    with opened(board) as tab:
        assert not asks_to_sign_in(signed_in_by_form(tab, "shuji", DEMO_PASSWORD))
        message = BackMsg()
        message.clear_cache = True
        tab.send(message)
        assert not asks_to_sign_in(tab.drawn())


# --- taking over a session ------------------------------------------------------------------------------------------


def test_a_sessions_id_alone_takes_nothing_over(board: Board) -> None:
    held = remembered(board)
    with opened(board, held) as owner:
        owner.drawn()
        for stranger in (None, remembered(board), remembered(board, "shuji"), jwt.encode({"session": "x"}, "k" * 32)):
            with opened(board, stranger, session=owner.session, process=owner.process) as taking:
                taking.drawn()
                assert taking.session != owner.session
        assert not asks_to_sign_in(owner.drawn()), "its owner has not noticed"
        mine, process = owner.session, owner.process
    with opened(board, remembered(board, "shuji"), session=mine, process=process) as taking:  # its owner has lost the connection
        taking.drawn()
        assert taking.session != mine
    with opened(board, held, session=mine, process=process) as again:
        assert not asks_to_sign_in(again.drawn())
        assert again.session == mine, "its owner goes on with it"


def test_nor_one_in_which_somebody_has_signed_in_later(board: Board) -> None:
    with opened(board) as owner:
        elements = signed_in_by_form(owner, "guanli", DEMO_PASSWORD)
        with opened(board, session=owner.session, process=owner.process) as taking:
            assert asks_to_sign_in(taking.drawn())
            assert taking.session != owner.session
        told = errand(elements)
        given = owner.http.post(board.url + told["address"], told["ticket"], timeout=PATIENCE).headers["set-cookie"]
        held = given.split(";")[0].removeprefix(f"{cookie.NAME}=")
    with opened(board, held, session=owner.session, process=owner.process) as again:
        assert not asks_to_sign_in(again.drawn())
        assert again.session == owner.session


# --- files that are put ---------------------------------------------------------------------------------------------


LEDGERS = "admin?view=台账"
"""The one page with an uploader, and with a file to take away."""


def test_a_file_is_put_only_where_this_browser_was_told_to(board: Board) -> None:
    held = remembered(board)
    with opened(board) as stranger, opened(board, held) as clerk, opened(board, remembered(board)) as other:
        stranger.drawn()
        assert stranger.places_for("a.csv") == [], "nobody is signed in there"
        clerk.drawn("definitions")
        assert clerk.places_for("a.csv") == [], "there is nothing to pick a file with"
        clerk.drawn(LEDGERS)
        other.drawn(LEDGERS)
        place, another = clerk.places_for("a.csv", "b.csv")
        (others,) = other.places_for("a.csv")
        assert clerk.put(place, b"x" * MB) == 204
        folder, number = place.rsplit("/", 1)
        invented = [f"{folder}/{'0' * len(number)}", f"{folder}/a", f"{folder}/{number}/x", f"{folder}/{others.rsplit('/', 1)[1]}"]
        not_its = [others, f"/_stcore/upload_file/{stranger.session}/{number}", f"/_stcore/upload_file/none/{number}"]
        assert {clerk.put(each, b"x") for each in (*invented, *not_its)} == {403}
        clerk.http.cookies.pop(cookie.NAME)
        assert clerk.put(another, b"x") == 403, "without its cookie"
        clerk.http.cookies.set(cookie.NAME, remembered(board))
        assert clerk.put(another, b"x") == 403, "with the cookie of another sign-in of the same account"
        clerk.http.cookies.set(cookie.NAME, held)
        assert clerk.announced(another, 21 * MB) == 413
        assert clerk.put(another, iter([b"x"] * 3)) == 411, "who does not say how much comes"
        end_of_sign_in(board, held)
        assert clerk.put(another, b"x") == 403, "the sign-in has ended"


def test_who_loses_the_right_to_upload_loses_his_places(board: Board) -> None:
    with engine(board.database).begin() as connection:
        accounts.add_account(connection, "dangban", "dangban", Role.ADMINISTRATOR, DEMO_PASSWORD, now=beijing_now(), by="test")
    with opened(board, remembered(board, "dangban")) as clerk:
        clerk.drawn(LEDGERS)
        (place,) = clerk.places_for("a.csv")
        with engine(board.database).begin() as connection:
            connection.execute(update(BoardAccount).where(BoardAccount.username == "dangban").values(role=Role.AUDITOR))
        clerk.drawn(LEDGERS)
        assert clerk.put(place, b"x") == 403
        assert clerk.places_for("a.csv") == []


def stored(*sizes: int, session: str = "mine") -> dict[str, dict[str, UploadedFileRec]]:
    return {session: {f"{session}{place}": UploadedFileRec(f"{session}{place}", "", "", b"x" * size) for place, size in enumerate(sizes)}}


def test_picked_files_take_so_much_memory_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES_A_SESSION", 60)
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    monkeypatch.setattr(uploads, "MOST_FILES", 3)
    room = uploads.Room()
    for held, size, going in [
        ({}, 60, []),
        ({}, 61, None),
        (stored(20, 20), 20, []),
        (stored(20, 20), 21, ["mine0"]),
        (stored(20, 20), 60, ["mine0", "mine1"]),
        (stored(0, 0, 0), 0, ["mine0"]),
        (stored(60, session="another") | stored(30, session="third"), 10, []),
        (stored(60, session="another") | stored(30, session="third"), 11, None),
    ]:
        with room.taken("mine", size, held) as found:
            assert found == going
    with room.taken("mine", 40, {}), room.taken("mine", 20, {}) as second:
        assert second == []
        with room.taken("mine", 1, {}) as third, room.taken("another", 40, {}) as fourth, room.taken("third", 1, {}) as fifth:
            assert (third, fourth, fifth) == (None, [], None), "what is on its way counts"
    with room.taken("mine", 60, {}) as after:
        assert after == []


def test_large_files_of_one_session_stay_within_its_room(board: Board) -> None:
    with opened(board, remembered(board)) as clerk:
        clerk.drawn(LEDGERS)
        places = clerk.places_for(*["a.csv"] * 8)
        before = memory(board)
        assert {clerk.put(place, b"x" * 19 * MB) for place in places} == {204}
        assert memory(board) - before < 120 * MB, "three of eight are held, and one more while it comes"


def memory(board: Board) -> int:
    """Bytes of the server's processes."""
    return sum(each.memory_info().rss for each in psutil.Process().children(recursive=True) if "server" in each.cmdline())
