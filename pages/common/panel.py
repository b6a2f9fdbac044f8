"""A block of the board's own HTML whose parts can be clicked: a unit leads to its page, an ⓘ to its definition.

One component of the page's frame shows all of its panels and hears their clicks (panel.js): a component for each would be a widget for
each. Texts are escaped where the HTML is made (``reports.html``); what comes back
from the browser is checked here: only pages this account may open, only text parameters, only indicators of the registry.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from metrics.registry import REGISTRY
from pages.common import navigation
from pages.common.address import go_to, page_shown, write_order
from pages.common.definition import ask_definition

_CLICKED = "board_clicked"
"""Session state: the page, and where the click on it leads."""

_PANEL = Markup('<div class="panel" data-panel="{}" data-html="{}"></div>')
"""``st.html`` would take the drawings (SVG) out of the HTML itself, and much else out of an attribute: it is base64."""


def panel_of(html: Markup, key: str) -> Markup:
    """The panel of some HTML, for ``st.html``. ``key`` is its own on the page: by it the keyboard stays where it was when the panel is
    drawn anew. Its styles are the page's (board.css and panel.css, in the index)."""
    return _PANEL.format(key, b64encode(str(html).encode()).decode())


def panel(html: Markup, key: str) -> None:
    """Shows HTML in a panel."""
    st.html(panel_of(html, key))


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
    """Go where the reader has clicked on this page; app.py does so before the page is drawn."""
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
