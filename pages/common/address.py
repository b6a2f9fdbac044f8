"""What a reader has chosen stands in the address, so that a view survives a refresh, can be sent as a link, and Back undoes a choice.

Not ``bind="query-params"``: Streamlit 1.67 refuses to go to a page with a parameter that is bound on the page one leaves,
and on the way Back drops every parameter that both pages bind, as they do the period.

The address is the truth: a choice writes it, and a run sets every control to what it says.

Races. What the browser asks for within the time that a choice takes there and back (the next click, a tick that finds new data) still
carries the address from before it. Such an address is known (:class:`_Written`) until the browser has been heard to say the new one, and
:func:`settled` puts the right one in its place. Back is no such race: Streamlit says of a run that it is one. A click may end the run of
the click before it, which has set the control and not written the address: a control that is not as it was shown has been chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from reports.order import Order, read_orders, reordered

_WRITTEN = "board_address"
"""Session state: what was last written into the address, until the browser has said it."""

_CARRIED = "board_carried"
"""Session state: the page that was looked at last, and what of its address goes along by the menu."""

_ORDERS = "order"
"""The parameter that holds in which order tables are shown (``reports.order``)."""

Address = dict[str, str]


@dataclass(frozen=True)
class _Written:
    """``before``: the addresses that the browser may still believe to be at on that page."""

    page: str
    before: tuple[Address, ...]
    after: Address


def settled() -> None:
    """The address of this run is what was last chosen, whatever the browser knew of it when it asked for the run. Call it before anything
    that reads or writes the address: app.py does for pages."""
    written, said = _written(), st.query_params.to_dict()
    if _went_back() or written is None:
        st.session_state.pop(_WRITTEN, None)  # of a page that was left too: who comes back to it says how
    elif said in written.before:
        st.query_params.from_dict(written.after)


def heard() -> None:
    """In a tick, which brings the address as the browser has it: what it says itself need not be remembered."""
    written = _written()
    if written is not None and st.query_params.to_dict() == written.after:
        del st.session_state[_WRITTEN]


def write(after: Address) -> None:
    """One change of the address for one choice: it is one step of the browser's history."""
    settled()
    before = st.query_params.to_dict()
    if after != before:
        _remember(before, after)
        st.query_params.from_dict(after)


def orders() -> dict[str, Order]:
    """In which order the reader has put the page's tables, by their names."""
    return read_orders(st.query_params.get(_ORDERS, ""))


def write_order(name: str, order: str, restarts: str = "") -> None:
    """Another order of one table (``reports.order.written_order``); ``restarts`` names the page number that it takes back to the first."""
    settled()
    query = {key: value for key, value in st.query_params.to_dict().items() if key not in (_ORDERS, restarts)}
    asked = reordered(st.query_params.get(_ORDERS, ""), name, order)
    write({**query, **({_ORDERS: asked} if asked else {})})


def carried(names: Collection[str]) -> None:
    """From the menu a page opens with nothing in its address: what the page before held of ``names`` (period, township) goes along.

    Back to an address without them shows it without them, and so does a link, which says itself what goes along.
    """
    page, held = st.session_state.get(_CARRIED, ("", {}))
    if page and page != page_shown() and held and not st.query_params.to_dict() and not _went_back():
        write(held)
    said = st.query_params.to_dict()
    st.session_state[_CARRIED] = page_shown(), {name: said[name] for name in names if name in said}


def go_to(file: str, query: Mapping[str, str]) -> NoReturn:
    """To the page of a file, with these parameters."""
    context = get_script_run_ctx()
    shown = None if context is None else context.pages_manager.get_pages().get(page_shown())
    if shown is not None and Path(shown["script_path"]).match(file):
        settled()
        _remember(st.query_params.to_dict(), dict(query))
    # Always a mapping: without one Streamlit clears the address, and refuses where a widget of this page is bound to it.
    st.switch_page(file, query_params=query)


def _written() -> _Written | None:
    written: _Written | None = st.session_state.get(_WRITTEN)
    return written if written is not None and written.page == page_shown() else None


def _remember(before: Address, after: Address) -> None:
    written = _written()
    older = written.before if written else ()
    st.session_state[_WRITTEN] = _Written(page_shown(), tuple(each for each in (*older, before) if each != after), after)


def _went_back() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def from_address(name: str, choices: Collection[str], default: str | None, *, restarts: str = "") -> dict[str, Any]:
    """The arguments (key, on_change) of a widget that offers ``choices``; call it just before the widget.

    A mapping of choices to labels takes a label in the address too. ``restarts`` names the page number that a new choice takes
    back to the first page.
    """
    labels = {label: choice for choice, label in choices.items()} if isinstance(choices, Mapping) else {}

    def read(given: str | None) -> str | None:
        return given if given in choices else labels.get(given, default)

    return _kept(name, read, default, restarts)


def words_from_address(name: str, *, restarts: str = "") -> dict[str, Any]:
    """The same for a text field."""
    return _kept(name, lambda given: given or "", "", restarts)


def switch_from_address(name: str, default: bool, *, restarts: str = "") -> dict[str, Any]:
    """The same for a toggle: ``true`` or ``false``."""
    words = {"true": True, "false": False}
    return _kept(name, lambda given: words.get(given or "", default), default, restarts)


def page_from_address(name: str, total: int, rows: int) -> int:
    """Which page of a list of ``total`` rows is shown; nothing to pick where there is one."""
    pages = max(1, math.ceil(total / rows))

    def read(given: str | None) -> int:
        return min(pages, max(1, int(given))) if given and given.isdecimal() and len(given) < 10 else 1

    return int(st.pagination(pages, **_kept(name, read, 1, ""))) if pages > 1 else 1


def _kept(name: str, read: Callable[[str | None], Any], default: Any, restarts: str) -> dict[str, Any]:
    state, shown = st.session_state, f"board_shown_{name}"
    page, value = state.get(shown, ("", None))
    # Another page's control may have the same key, and its value is not this one's.
    if page == page_shown() and name in state and state[name] != value and not _went_back():
        _to_address(name, default, restarts)  # chosen, and the next click has ended the run that was to write it
    wanted = read(st.query_params.get(name))
    if page != page_shown() or _went_back() or name not in state or state[name] != wanted:
        state[name] = wanted  # said to the browser too, which forgets its controls with a page and on the way Back
    state[shown] = page_shown(), wanted
    return {"key": name, "on_change": _to_address, "args": (name, default, restarts)}


def page_shown() -> str:
    """Which page this run is of."""
    context = get_script_run_ctx()
    return "" if context is None else context.page_script_hash


def _to_address(name: str, default: Any, restarts: str) -> None:
    settled()
    value = st.session_state.get(name)
    after = {key: held for key, held in st.query_params.to_dict().items() if key not in (name, restarts)}
    if value is not None and value != default:
        after[name] = str(value).lower() if isinstance(value, bool) else str(value)
    write(after)
    st.session_state[f"board_shown_{name}"] = page_shown(), value
