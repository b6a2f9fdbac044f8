"""What the browser says late: a tick or a click that was sent before the browser knew of the last choice."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.testing.v1 import AppTest

import server
from pages.common import address
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
