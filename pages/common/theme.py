"""The colours of charts for the theme the reader has on."""

from __future__ import annotations

import streamlit as st

from reports.palette import DARK, LIGHT, Palette


def palette() -> Palette:
    """Of this reader's browser; light until it has told."""
    return DARK if st.context.theme.type == "dark" else LIGHT
