"""What the browser says late: a tick or a click that was sent before the browser knew of the last choice."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.testing.v1 import AppTest

import server
from pages.common import address, telling
from tests.builders import a_county, a_petition
from tests.opened_pages import TODAY, opened


def states(value: str) -> WidgetStates:
    made = WidgetStates()
    made.widgets.add(id="period", string_value=value)
    return made


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> ScriptRequests:
    locked = server._without_controls(ScriptRequests._request_rerun_locked)
    monkeypatch.setattr(ScriptRequests, "_request_rerun_locked", locked)
    return ScriptRequests()


def test_a_tick_changes_no_control(requests: ScriptRequests) -> None:
    requests.request_rerun(RerunData(fragment_id="tick", is_auto_rerun=True, widget_states=states("before")))
    assert requests.on_scriptrunner_ready().rerun_data.widget_states == WidgetStates()


def test_a_tick_takes_nothing_from_a_click_that_still_waits(requests: ScriptRequests) -> None:
    requests.request_rerun(RerunData(widget_states=states("chosen")))
    requests.request_rerun(RerunData(fragment_id="tick", is_auto_rerun=True, widget_states=states("before")))
    waiting = requests.on_scriptrunner_ready().rerun_data
    assert (waiting.widget_states, waiting.fragment_id_queue) == (states("chosen"), [])


@pytest.mark.parametrize(("page", "is_auto", "comes"), [("here", True, True), ("left", True, False), ("left", False, True)])
def test_a_tick_of_a_page_that_was_left_is_nothing(page: str, is_auto: bool, comes: bool) -> None:
    came: list[ClientState] = []
    requested = server._of_this_page(lambda _session, state: came.append(state))
    requested(SimpleNamespace(page_script_hash="here"), ClientState(page_script_hash=page, is_auto_rerun=is_auto))
    assert bool(came) is comes


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


class Session:
    """A session of Streamlit's as far as it is told: at an address, its script running or not."""

    def __init__(self, name: str) -> None:
        self.id, self.page_script_hash, self._client_state = name, "here", ClientState(query_string="period=本年")
        self._scriptrunner: object | None = None
        self.asked: list[ClientState] = []

    def request_rerun(self, state: ClientState) -> None:
        self.asked.append(state)


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> dict[str, Session]:
    found = {name: Session(name) for name in "abcdefghijkl"}
    monkeypatch.setattr(telling.Telling, "_sessions", lambda _: dict(found))
    ears = {name: telling._Ear("tick", lambda moved=name == "b": moved) for name in (*found, "closed")}
    monkeypatch.setattr(telling, "_EARS", ears)
    monkeypatch.setattr(telling, "_TOLD", {"closed"})
    return found


def test_open_pages_are_told_when_their_script_has_ended_at_the_address_that_it_left(sessions: dict[str, Session]) -> None:
    async def scene() -> None:
        busy = sessions["a"]
        busy._scriptrunner = object()
        telling.Telling(asyncio.get_running_loop()).tell()
        await asyncio.sleep(3 * telling.AGAIN_SECONDS)
        assert not busy.asked
        busy._scriptrunner, busy._client_state.query_string = None, "period=本周"
        await asyncio.sleep(2 * len(sessions) * telling.AGAIN_SECONDS)
        assert [(each.query_string, each.fragment_id, each.is_auto_rerun) for each in busy.asked] == [("period=本周", "tick", True)]
        assert [each.fragment_id for each in sessions["b"].asked] == [""], "a page whose data have moved runs whole"
        assert all(len(session.asked) == 1 for session in sessions.values())
        assert set(telling._TOLD) == set(telling._EARS) == set(sessions), "what was closed is forgotten"

    asyncio.run(scene())


def test_pages_run_one_after_the_other(sessions: dict[str, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "request_rerun", lambda session, _: setattr(session, "_scriptrunner", session))
    monkeypatch.setattr(telling, "LONGEST_TURN_SECONDS", 60)

    async def scene() -> None:
        telling.Telling(asyncio.get_running_loop()).tell()
        drawn: list[Session] = []
        while len(drawn) < len(sessions):
            await asyncio.sleep(3 * telling.AGAIN_SECONDS)
            running = [session for session in sessions.values() if session._scriptrunner]
            assert len(running) == 1
            running[0]._scriptrunner = None
            drawn += running
        assert len(set(map(id, drawn))) == len(sessions)

    asyncio.run(scene())


def test_a_page_that_takes_long_keeps_nobody_waiting(sessions: dict[str, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "request_rerun", lambda session, _: setattr(session, "_scriptrunner", session))
    monkeypatch.setattr(telling, "LONGEST_TURN_SECONDS", telling.AGAIN_SECONDS)

    async def scene() -> None:
        telling.Telling(asyncio.get_running_loop()).tell()
        async with asyncio.timeout(10):
            while not all(session._scriptrunner for session in sessions.values()):
                await asyncio.sleep(telling.AGAIN_SECONDS)

    asyncio.run(scene())
