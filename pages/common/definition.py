"""口径: how a number is counted, one click beside it. The words come from the registry and the rulebook, never from a page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from metrics.registry import REGISTRY
from metrics.rulebook import Edition
from pages.common import navigation
from pages.common.address import page_shown
from reports.definitions import definition_text
from reports.links import DEFINITIONS
from reports.subjects import WITHOUT_ROWS, rows_behind

_OPEN, _OPEN_ON = "board_definition", "board_definition_page"


def ask_definition(indicator_id: str, context: Mapping[str, str] | None = None) -> None:
    """Remember which definition is open; the page's end shows it, also after a live refresh."""
    st.session_state[_OPEN] = (indicator_id, dict(context or {}))
    st.session_state[_OPEN_ON] = page_shown()


def definition_asked() -> bool:
    """Whether a definition is to be shown on this page; one that the reader has left by Back or a link is forgotten."""
    if _OPEN in st.session_state and st.session_state.get(_OPEN_ON) != page_shown():
        _closed()
    return _OPEN in st.session_state


def definition_button(indicator_id: str, label: str = "ⓘ 怎么算的", *, key: str | None = None, **context: str) -> None:
    """A native button that opens the definition, for places outside a panel."""
    st.button(label, key=key or f"definition-{indicator_id}", type="tertiary", on_click=ask_definition, args=(indicator_id, context))


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("怎么算的", width="medium", on_dismiss=_closed)
def definition_dialog(edition: Edition, area: str | None, period: Mapping[str, str]) -> None:
    """The definition that was asked for, in the words of the edition in force at what the page shows.

    ``area``, ``period``: what the page looks at, which its records are of.
    """
    wanted = st.session_state.get(_OPEN)
    if wanted is None:
        return
    indicator_id, context = wanted
    entry = REGISTRY[indicator_id]
    st.markdown(definition_text(entry, edition))
    if context.get("shown"):
        st.markdown(f"**这里显示的** {navigation.plain(context['shown'])}")
    rows = rows_behind(indicator_id, context.get("code") or area)
    if rows is not None and navigation.opens(rows.page):
        st.page_link(navigation.file_of(rows.page), label="看记录 →", query_params={**rows.query, **period})
    elif indicator_id in WITHOUT_ROWS:
        st.markdown(f"**没有逐条的记录** {WITHOUT_ROWS[indicator_id]}。")
    if navigation.opens(DEFINITIONS):
        st.page_link(navigation.file_of(DEFINITIONS), label="全部口径 →", query_params={"id": entry.id})
