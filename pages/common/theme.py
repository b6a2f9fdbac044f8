"""The colours of charts for the theme the reader has on, the same as in board.css: ink, quiet, rule, accent and three verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Palette:
    ink: str
    quiet: str
    rule: str
    paper: str
    accent: str
    ok: str
    near: str
    low: str
    faint: str
    """Nothing to judge: a day off, a gap."""


LIGHT = Palette("#1d2329", "#62655f", "#dedbd2", "#fbfaf7", "#1f4e79", "#1b6b3a", "#8a5300", "#a8322a", "#efece5")
DARK = Palette("#e8e6e0", "#a5a9a4", "#343a40", "#14171a", "#8fb8dd", "#74c690", "#e0ab5c", "#f0918a", "#1e2226")


def palette() -> Palette:
    """Of this reader's browser; light until it has told."""
    return DARK if st.context.theme.type == "dark" else LIGHT
