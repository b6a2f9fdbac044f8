"""A block of the board's own HTML whose parts can be clicked: a unit leads to its page, an ⓘ to its definition, a picture is saved.

Texts are escaped where the HTML is made (``reports.html``); what comes back from the browser is checked here: only pages this
account may open, only text parameters, only indicators of the registry, only pictures of what is shown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from markupsafe import Markup

from metrics.registry import REGISTRY
from pages.common import navigation
from pages.common.definition import ask_definition
from pages.common.downloads import exporter, put_on_record
from reports.svg import png

_HERE = Path(__file__).parent
_SAVED = "board_picture"
"""Session state: the panel whose picture was asked for last, and the file; one a session."""
MIMES = {"png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Picture:
    """A panel as a picture: its file name, and what makes it as SVG."""

    name: str
    svg: Callable[[], str]


def script(*files: Path) -> str:
    """The text of a component: what it needs, one file behind the other (``history.js`` first)."""
    return "\n".join(file.read_text(encoding="utf-8") for file in (_HERE / "history.js", *files))


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("board_panel", css=(_HERE / "panel.css").read_text(encoding="utf-8"), js=script(_HERE / "panel.js"))


def panel(html: Markup, key: str, *, picture: Picture | None = None) -> None:
    """Show HTML and follow its clicks; with ``picture`` it can be taken along as PNG or SVG."""
    account = exporter()
    if picture is None or account is None:
        result = _component()(key=key, data={"html": str(html)}, on_go_change=lambda: None)
    else:
        username, (saved_for, file) = account.username, st.session_state.get(_SAVED, ("", None))

        def wanted() -> None:
            asked = st.session_state[key].get("picture") or {}
            if isinstance(asked, dict) and asked.get("format") in MIMES:
                put_on_record(username, f"图片 {picture.name} · {asked['format']}")
                st.session_state[_SAVED] = key, _file(picture, str(asked["format"]), str(asked.get("number")))

        data = {"html": str(html), "picture": True, "file": file if saved_for == key else None}
        result = _component()(key=key, data=data, on_go_change=lambda: None, on_picture_change=wanted)
    if result.go:
        follow(str(result.go))


def _file(picture: Picture, kind: str, number: str) -> dict[str, str]:
    """What the browser saves. ``number`` tells it that this is the picture it has just asked for."""
    svg = picture.svg()
    content = png(svg) if kind == "png" else svg.encode("utf-8", "replace")
    return {
        "number": number,
        "name": f"{picture.name}.{kind}",
        "mime": MIMES[kind],
        "content": base64.b64encode(content).decode("ascii"),
    }


def follow(target: str) -> None:
    """Go where a click in the browser says, if this account may."""
    try:
        wanted = json.loads(target)
    except json.JSONDecodeError:
        return
    if not isinstance(wanted, dict):
        return
    if wanted.get("definition") in REGISTRY:
        ask_definition(wanted["definition"], _texts(wanted.get("context")))
    elif isinstance(wanted.get("page"), str) and navigation.can_open(wanted["page"]):
        # Always a mapping: without one Streamlit clears the address, and refuses where a widget of this page is bound to it.
        st.switch_page(wanted["page"], query_params=_texts(wanted.get("query")))


def _texts(given: object) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
