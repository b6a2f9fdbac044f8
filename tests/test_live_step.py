"""What the browser says late: a tick or a click that was sent before the browser knew of the last choice."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, update
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import server
from data_access.board_tables import BoardSession
from data_access.clock import beijing_now
from pages.common import address, auth, live, loaders, telling
from tests.builders import a_county, a_petition
from tests.opened_pages import TODAY, opened


def states(value: str) -> WidgetStates:
    made = WidgetStates()
    made.widgets.add(id="period", string_value=value)
    return made


class Session:
    """A session of Streamlit's as far as it is told: at an address, its script running or not, with something to send or not."""

    def __init__(self, name: str) -> None:
        self.id, self.page_script_hash, self._client_state = name, "here", ClientState(query_string="period=本年")
        self._scriptrunner: object | None = None
        self._browser_queue = ForwardMsgQueue()
        self.asked: list[ClientState] = []

    def request_rerun(self, state: ClientState) -> None:
        self.asked.append(state)


def tick(page: str = "here") -> ClientState:
    """What the browser says by itself, with the controls as it has them."""
    return ClientState(fragment_id="tick", is_auto_rerun=True, page_script_hash=page, widget_states=states("before"))


def asked(session: Session, state: ClientState) -> list[ClientState]:
    """What of it comes to a run."""
    server._ticks_aside(Session.request_rerun)(session, state)
    return session.asked


def test_a_tick_changes_no_control() -> None:
    (come,) = asked(Session("a"), tick())
    assert (come.fragment_id, come.widget_states) == ("tick", WidgetStates())


def test_a_tick_of_a_page_that_was_left_is_nothing() -> None:
    assert not asked(Session("a"), tick("left"))


def test_a_tick_of_a_session_at_work_is_nothing() -> None:
    busy = Session("a")
    busy._scriptrunner = object()
    assert not asked(busy, tick())


@pytest.mark.parametrize(("ask", "is_readers"), [(ClientState(), True), (tick(), False)], ids=["a click", "a tick"])
def test_a_click_after_a_telling_that_came_to_nothing_is_the_readers(
    ask: ClientState, is_readers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The part that was told may be gone with the page: then no run takes the mark away."""
    monkeypatch.setattr(telling, "_TOLD", {"a"})
    ask.page_script_hash = "here"
    asked(Session("a"), ask)
    assert ("a" not in telling._TOLD) is is_readers


def test_a_tick_drops_nothing_that_is_not_sent_yet() -> None:
    """What a part of a page has said within the whole page stands before what follows it."""
    unsent = Session("a")
    for at, part in enumerate(["", "tick", ""]):
        said = ForwardMsg()
        said.delta.fragment_id = part
        said.metadata.delta_path.append(at)
        unsent._browser_queue.enqueue(said)
    assert not asked(unsent, tick())
    unsent._browser_queue.flush()
    assert asked(unsent, tick())


def test_a_click_comes_to_a_session_at_work_with_its_controls() -> None:
    busy = Session("a")
    busy._scriptrunner = object()
    click = ClientState(page_script_hash="left", widget_states=states("chosen"))
    assert asked(busy, click) == [click]
    assert click.widget_states == states("chosen")


@pytest.mark.parametrize(
    ("parts", "page", "runs"),
    [(["dialog"], "here", True), (["dialog"], "left", False), ([], "left", True)],
    ids=["a part of this page", "of the page that the run before it has left", "a whole page"],
)
def test_a_part_of_a_page_that_was_left_empties_no_page(parts: list[str], page: str, runs: bool) -> None:
    ran: list[RerunData] = []
    run = server._parts_of_this_page(lambda _runner, asked: ran.append(asked))
    runner = SimpleNamespace(_pages_manager=SimpleNamespace(current_page_script_hash="here"))
    run(runner, RerunData(fragment_id_queue=parts, page_script_hash=page))
    assert bool(ran) is runs


@pytest.mark.parametrize(("fragment", "waits"), [("tick", True), ("", False)], ids=["a part", "the whole page"])
def test_a_part_of_a_page_waits_for_the_last_words_of_the_run_before_it(fragment: str, waits: bool) -> None:
    async def scene() -> None:
        came: list[ClientState] = []
        requested = server._after_the_last_words(lambda _session, state: came.append(state))
        ended = ScriptRequests()
        ended.request_stop()
        session = SimpleNamespace(_scriptrunner=SimpleNamespace(_requests=ended), _event_loop=asyncio.get_running_loop())
        requested(session, ClientState(fragment_id=fragment))
        await asyncio.sleep(3 * server.LAST_WORDS_SECONDS)
        assert bool(came) is not waits
        session._scriptrunner = None  # the loop has taken in that it has ended
        await asyncio.sleep(3 * server.LAST_WORDS_SECONDS)
        assert [each.fragment_id for each in came] == [fragment]

    asyncio.run(scene())


def test_a_part_asked_for_while_a_script_runs_goes_to_its_queue() -> None:
    came: list[ClientState] = []
    requested = server._after_the_last_words(lambda _session, state: came.append(state))
    requested(SimpleNamespace(_scriptrunner=SimpleNamespace(_requests=ScriptRequests())), ClientState(fragment_id="tick"))
    assert came


def test_the_theme_is_read_once_and_said_to_every_run() -> None:
    read: list[str] = []

    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        read.append(section)
        if section == "theme":
            message.primary_color = "#c00000"

    populated = server._read_once(populate, CustomThemeConfig)
    for _ in range(2):
        said = CustomThemeConfig()
        populated(said)
        populated(said.light, "theme.light")
        assert (said.primary_color, said.HasField("light")) == ("#c00000", False)
    assert read == ["theme", "theme.light"]


@pytest.fixture
def board(served: Engine) -> AppTest:
    """Petitions of 本年, chosen a moment ago."""
    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{TODAY} 00:10")
    board = opened(served, "petitions")
    board.button_group(key="period").set_value("本年").run()
    assert board.query_params["period"] == "本年"
    return board


def test_the_address_from_before_a_choice_does_not_undo_it(board: AppTest) -> None:
    board.query_params.clear()
    board.run()
    assert (board.query_params["period"], board.session_state["period"]) == ("本年", "本年")


def test_what_was_heard_from_the_browser_is_not_a_late_word_any_more(board: AppTest) -> None:
    del board.session_state[address._WRITTEN]  # a tick has brought the new address
    board.query_params.clear()
    board.run()
    assert ("period" in board.query_params, board.session_state["period"]) == (False, "本月")


def test_a_choice_whose_run_was_ended_by_the_next_click_is_written_all_the_same(board: AppTest) -> None:
    board.session_state["period"] = "本季"
    board.run()
    assert board.query_params["period"] == "本季"


def test_the_tick_of_a_page_whose_session_was_ended_closes_it(board: AppTest, served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that the server draws anew does not ask; its browser ticks all the while."""
    with served.begin() as connection:
        connection.execute(update(BoardSession).values(ended_at=beijing_now()))
    monkeypatch.setattr(auth, "_MEMORY", -1.0)
    monkeypatch.setattr(telling, "_TOLD", {"test session id"})  # AppTest's
    board.run()
    assert not board.text_input
    telling._TOLD.add("test session id")
    monkeypatch.setattr(loaders, "by_itself", lambda: True)  # as in a tick
    board.run()
    assert [field.label for field in board.text_input] == ["账号", "密码"]


def test_who_comes_back_to_a_page_by_a_bare_link_sees_it_bare(board: AppTest) -> None:
    """What was chosen there stands in the address that was left, and is over with it."""
    choice = board.session_state[address._WRITTEN]
    at_home = board._page_hash
    board._page_hash = calc_hash("help")
    board.query_params.clear()
    board.run()
    board._page_hash = at_home
    board.run()
    assert choice.page == at_home
    assert "period" not in board.query_params


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> dict[str, Session]:
    found = {name: Session(name) for name in "abcdefghijkl"}
    monkeypatch.setattr(telling.Telling, "_sessions", lambda _: dict(found))
    ears = {name: telling._Ear("tick", lambda moved=name == "b": moved) for name in (*found, "closed")}
    monkeypatch.setattr(telling, "_EARS", ears)
    monkeypatch.setattr(telling, "_TOLD", {"closed"})
    return found


def test_a_page_that_is_not_live_is_not_told(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_EARS", {"test session id": telling._Ear("of the page before", lambda: True)})
    opened(served, "help")
    assert not telling._EARS


def test_a_live_page_whose_session_is_watched_beside_goes_on_being_told(served: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """晨报 has no bar and a note all the same; what watches its session twice a minute is another part of it."""
    monkeypatch.setattr(telling, "_EARS", {"test session id": telling._Ear("of the page before", lambda: True)})
    board = opened(served, "morning")
    (ear,) = telling._EARS.values()
    assert ear.fragment != "of the page before"
    monkeypatch.setattr(loaders, "by_itself", lambda: True)  # as when only the watch runs
    monkeypatch.setattr(live, "hears", lambda _: None)
    board.run()
    assert list(telling._EARS.values()) == [ear]


async def still_due(told: telling.Telling, names: set[str]) -> None:
    """Waits until all but these have had their turn."""
    async with asyncio.timeout(10):
        await asyncio.sleep(0)
        while told._due != names:
            await asyncio.sleep(telling.AGAIN_SECONDS)


def begun() -> telling.Telling:
    """All open pages are being told."""
    told = telling.Telling(asyncio.get_running_loop())
    told.tell()
    return told


def test_open_pages_are_told_when_their_script_has_ended_at_the_address_that_it_left(sessions: dict[str, Session]) -> None:
    async def scene() -> None:
        busy = sessions["a"]
        busy._scriptrunner = object()
        told = begun()
        await still_due(told, {"a"})
        assert not busy.asked
        busy._scriptrunner, busy._client_state.query_string = None, "period=本周"
        busy._browser_queue.enqueue(ForwardMsg())
        await asyncio.sleep(3 * telling.AGAIN_SECONDS)
        assert not busy.asked, "what it has drawn is not sent"
        busy._browser_queue.flush()
        await still_due(told, set())
        assert [(each.query_string, each.fragment_id, each.is_auto_rerun) for each in busy.asked] == [("period=本周", "tick", True)]
        assert [each.fragment_id for each in sessions["b"].asked] == [""], "a page whose data have moved runs whole"
        assert all(len(session.asked) == 1 for session in sessions.values())
        assert set(telling._TOLD) == set(telling._EARS) == set(sessions), "what was closed is forgotten"

    asyncio.run(scene())


def test_pages_run_one_after_the_other(sessions: dict[str, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "request_rerun", lambda session, _: setattr(session, "_scriptrunner", session))
    monkeypatch.setattr(telling, "LONGEST_TURN_SECONDS", 60)

    async def scene() -> None:
        begun()
        drawn: list[Session] = []
        while len(drawn) < len(sessions):
            await asyncio.sleep(3 * telling.AGAIN_SECONDS)
            running = [session for session in sessions.values() if session._scriptrunner]
            assert len(running) == 1
            running[0]._scriptrunner = None
            drawn += running
        assert len(set(map(id, drawn))) == len(sessions)

    asyncio.run(scene())


def test_a_page_that_cannot_be_told_keeps_nobody_else_from_it(sessions: dict[str, Session]) -> None:
    def gone(_: ClientState) -> None:
        raise RuntimeError("this session is being closed")

    sessions["c"].request_rerun = gone  # type: ignore[method-assign]

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        told = begun()
        await still_due(told, set())
        assert {name for name, session in sessions.items() if session.asked} == set(sessions) - {"c"}

    asyncio.run(scene())


def test_a_page_that_takes_long_keeps_nobody_waiting(sessions: dict[str, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "request_rerun", lambda session, _: setattr(session, "_scriptrunner", session))
    monkeypatch.setattr(telling, "LONGEST_TURN_SECONDS", telling.AGAIN_SECONDS)

    async def scene() -> None:
        told = begun()
        await still_due(told, set())
        assert all(session._scriptrunner for session in sessions.values())

    asyncio.run(scene())
