"""Stable values in the address: a bound select box writes its label there (泥河镇), a link carries the code (149981100)."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st


def seed_from_address(key: str, options: Collection[str]) -> None:
    """Call before a select box with ``key=key, bind="query-params"``: a value of ``options`` in the address is chosen.

    Streamlit itself only reads labels there and drops everything else; after that the address shows the label.
    """
    value = st.query_params.get(key)
    if value in options:
        st.session_state[key] = value
