"""A block of the board's own markup whose parts can be clicked: a unit leads to its page, an ⓘ to its definition.

Texts are escaped where the markup is made (``pages.common.markup``); what comes back from the browser is checked here:
only pages this account may open, only text parameters, only indicators of the registry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from metrics.registry import REGISTRY
from pages.common import navigation
from pages.common.definition import ask_definition, definition_line
from pages.common.downloads import footer_of_page, picture_buttons

_HERE = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component(
        "board_panel", css=(_HERE / "panel.css").read_text(encoding="utf-8"), js=(_HERE / "panel.js").read_text(encoding="utf-8")
    )


def go_to(page: str, query: Mapping[str, str] | None = None) -> str:
    """The attribute that makes an element a link to a page; empty where this account may not open it."""
    if not navigation.can_open(page):
        return ""
    return f'data-go="{escape(json.dumps({"page": page, "query": dict(query or {})}, ensure_ascii=False))}" role="link" tabindex="0"'


def go_definition(indicator_id: str, **context: str) -> str:
    """The attribute that makes an element open the definition of a number, with the unit and period it was clicked at."""
    target = json.dumps({"definition": indicator_id, "context": context}, ensure_ascii=False)
    return f'data-go="{escape(target)}" role="button" tabindex="0" aria-label="怎么算的"'


def panel(html: str, key: str, *, picture: str = "", about: str = "") -> None:
    """Show markup and follow its clicks.

    With ``picture`` (a file name) it can be taken along as PNG or SVG; ``about`` names the indicator whose 口径 stands under it there.
    """
    result = _component()(key=key, data={"html": html}, on_go_change=lambda: None)
    if picture:
        picture_buttons(key, picture, footer_of_page(definition_line(about) if about else ""))
    if result.go:
        follow(str(result.go))


def follow(target: str) -> None:
    try:
        asked = json.loads(target)
    except json.JSONDecodeError:
        return
    if not isinstance(asked, dict):
        return
    if asked.get("definition") in REGISTRY:
        context = asked.get("context")
        ask_definition(asked["definition"], {str(name): str(value) for name, value in context.items()} if isinstance(context, dict) else {})
    elif isinstance(asked.get("page"), str) and navigation.can_open(asked["page"]):
        query = asked.get("query")
        # Always a mapping: without one Streamlit clears the address, and refuses where a widget of this page is bound to it.
        st.switch_page(asked["page"], query_params={str(k): str(v) for k, v in query.items()} if isinstance(query, dict) else {})
