"""Shows a figure with what a screen reader says, and below it the way to take it along as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.common.charts import Figure
from pages.common.downloads import footer_of_page, picture_buttons


def show_figure(figure: Figure, *, key: str, alt: str, name: str = "chart", selectable: bool = False, footer: Sequence[str] = ()) -> Any:
    """Draws a figure of ``pages.common.charts``. With ``selectable`` it returns the selected points' ``customdata`` (a list).

    ``name`` is the file name of an exported picture, ``footer`` what stands under it there (else 截至 and the page's filters).
    ``alt`` says in a sentence what the figure shows.
    """
    config = {
        "displaylogo": False,
        "displayModeBar": False,  # its camera leaves no audit row and no footer; the buttons below do
        "locale": "zh-CN",
        "scrollZoom": False,
    }
    event: Any = st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=config,
        alt=alt,
        on_select="rerun" if selectable else "ignore",
        selection_mode=("points",),
    )
    picture_buttons(key, name, footer or footer_of_page())
    if not selectable:
        return []
    return [point["customdata"] for point in event["selection"]["points"] if "customdata" in point]
