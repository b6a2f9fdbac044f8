"""What a reader has chosen stands in the address, so that a view survives a refresh, can be sent as a link, and Back undoes a choice.

Not ``bind="query-params"``: Streamlit 1.67 refuses to go to a page with a parameter that is bound on the page one leaves,
and on the way Back drops every parameter that both pages bind, as they do the period.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def from_address(name: str, choices: Collection[str], default: str | None, *, restarts: str = "") -> dict[str, Any]:
    """The arguments (key, on_change) of a widget that offers ``choices``; call it just before the widget.

    A mapping of choices to labels takes a label in the address too. ``restarts`` names the page number that a new choice takes
    back to the first page.
    """
    labels = {label: choice for choice, label in choices.items()} if isinstance(choices, Mapping) else {}

    def read(given: str | None) -> str | None:
        return given if given in choices else labels.get(given, default)

    return _kept(name, read, lambda value: value == default or value in choices, default, restarts)


def words_from_address(name: str, *, restarts: str = "") -> dict[str, Any]:
    """The same for a text field."""
    return _kept(name, lambda given: given or "", lambda value: isinstance(value, str), "", restarts)


def switch_from_address(name: str, default: bool, *, restarts: str = "") -> dict[str, Any]:
    """The same for a toggle: ``true`` or ``false``."""
    words = {"true": True, "false": False}
    return _kept(name, lambda given: words.get(given or "", default), lambda value: isinstance(value, bool), default, restarts)


def page_from_address(name: str, total: int, rows: int) -> int:
    """Which page of a list of ``total`` rows is shown; nothing to pick where there is one."""
    pages = max(1, math.ceil(total / rows))

    def read(given: str | None) -> int:
        return min(pages, max(1, int(given))) if given and given.isdecimal() and len(given) < 10 else 1

    kept = _kept(name, read, lambda value: isinstance(value, int) and 1 <= value <= pages, 1, "")
    return int(st.pagination(pages, **kept)) if pages > 1 else 1


def _kept(name: str, read: Callable[[str | None], Any], fits: Callable[[Any], bool], default: Any, restarts: str) -> dict[str, Any]:
    given = st.query_params.get(name)
    # Another page's widget may have the same key, and its value is not this one's: the page is part of what was shown.
    shown, seen = f"board_address_{name}", (page_shown(), given)
    if name not in st.session_state or st.session_state.get(shown) != seen or not fits(st.session_state[name]):
        st.session_state[name] = read(given)
    st.session_state[shown] = seen
    return {"key": name, "on_change": _to_address, "args": (name, default, restarts)}


def page_shown() -> str:
    """Which page this run is of."""
    context = get_script_run_ctx()
    return "" if context is None else context.page_script_hash


def _to_address(name: str, default: Any, restarts: str) -> None:
    """One change of the address for one choice: it is one step of the browser's history."""
    value, before = st.session_state.get(name), st.query_params.to_dict()
    after = {key: held for key, held in before.items() if key not in (name, restarts)}
    if value is not None and value != default:
        after[name] = str(value).lower() if isinstance(value, bool) else str(value)
    if after != before:
        st.query_params.from_dict(after)
