"""Shows a figure, with the browser's own camera for PNG and what a screen reader says."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.common.charts import Figure


def show_figure(figure: Figure, *, key: str, alt: str, name: str = "chart", selectable: bool = False) -> Any:
    """Draws a figure of ``pages.common.charts``. With ``selectable`` it returns the selected points' ``customdata`` (a list).

    ``name`` is the file name of an exported picture. ``alt`` says in a sentence what the figure shows.
    """
    config = {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 3, "filename": name},
        "locale": "zh-CN",
        "scrollZoom": False,
    }
    event = st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=config,
        alt=alt,
        on_select="rerun" if selectable else "ignore",
        selection_mode=("points",),
    )
    if not selectable:
        return []
    return [point["customdata"] for point in event["selection"]["points"] if "customdata" in point]
