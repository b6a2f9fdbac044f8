"""A block of the board's own HTML whose parts can be clicked: a unit leads to its page, an ⓘ to its definition.

Texts are escaped where the HTML is made (``reports.html``); what comes back from the browser is checked here: only pages this
account may open, only text parameters, only indicators of the registry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup

from metrics.registry import REGISTRY
from pages.common import navigation
from pages.common.address import go_to, page_shown, write_order
from pages.common.definition import ask_definition

_HERE = Path(__file__).parent

_CLICKED = "board_clicked"
"""Session state: the page, and where the click on it leads."""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("board_panel", js=(_HERE / "panel.js").read_text(encoding="utf-8"), isolate_styles=False)


def panel(html: Markup, key: str) -> None:
    """Show HTML and follow its clicks. Its styles are the page's (board.css and panel.css, in the index), not each panel's own."""
    follow_click()
    _component()(key=key, data=str(html).encode(), on_go_change=partial(clicked, key))  # as JSON Chinese takes twice the bytes


def clicked(key: str) -> None:
    """What was clicked in a component is kept until a run has come to follow it: Streamlit itself forgets it with the end of any run, also
    of a tick's that ends just now. A heading that was pressed is a choice like any other: the address has it before the run."""
    target = str(st.session_state[key].go)
    wanted = _read(target)
    if isinstance(wanted.get("sort"), str):
        write_order(wanted["sort"], str(wanted.get("order", "")), str(wanted.get("restarts", "")))
    else:
        st.session_state[_CLICKED] = page_shown(), target


def follow_click() -> None:
    """Go where the reader has clicked on this page."""
    page, target = st.session_state.pop(_CLICKED, ("", ""))
    if page == page_shown():
        follow(target)


def follow(target: str) -> None:
    """Go where a click in the browser says, if this account may."""
    wanted = _read(target)
    if wanted.get("definition") in REGISTRY:
        ask_definition(wanted["definition"], _texts(wanted.get("context")))
    elif isinstance(wanted.get("page"), str) and navigation.can_open(wanted["page"]):
        go_to(wanted["page"], _texts(wanted.get("query")))


def _read(target: str) -> dict[str, Any]:
    """What a click says; empty where it cannot be read."""
    try:
        wanted = json.loads(target)
    except json.JSONDecodeError:
        return {}
    return wanted if isinstance(wanted, dict) else {}


def _texts(given: object) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
