"""年度评选 drawn: dots with the interval of the rank, and a waterfall from terms to total. Frame → figure, no ``st.*``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pages.common.charts import Figure, axis, base_layout
from reports.palette import Palette

ROW_PIXELS = 27


def rank_intervals(palette: Palette, rows: Sequence[Mapping[str, Any]], *, title: str, subtitle: str) -> Figure:
    """One line a candidate, best on top: the dot is the rank, the bar where it would lie nine times out of ten.

    ``rows``: label, rank, rank_low, rank_high, seated (bool), words (what hovering says). A filled dot has a seat, a ring has none.
    Bands behind the labels change where a group of those who cannot be told apart ends (``group``).
    """
    labels = [str(row["label"]) for row in rows]
    bars_x: list[Any] = []
    bars_y: list[Any] = []
    for row in rows:
        bars_x += [row["rank_low"], row["rank_high"], None]
        bars_y += [row["label"], row["label"], None]
    interval = {
        "type": "scatter",
        "mode": "lines",
        "x": bars_x,
        "y": bars_y,
        "line": {"color": palette.quiet, "width": 3},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [row["rank"] for row in rows],
        "y": labels,
        "marker": {
            "size": 11,
            "color": [palette.accent if row["seated"] else palette.paper for row in rows],
            "line": {"color": [palette.accent if row["seated"] else palette.ink for row in rows], "width": 2},
        },
        "customdata": [row["words"] for row in rows],
        "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    layout = base_layout(palette, title, subtitle, 120 + ROW_PIXELS * max(1, len(rows)))
    furthest = max((int(row["rank_high"]) for row in rows), default=1)
    layout["xaxis"] = axis(palette, side="bottom", range=[-0.04 * furthest, 1.04 * furthest])
    layout["yaxis"] = axis(
        palette, type="category", autorange="reversed", showgrid=False, tickfont={"size": 14, "color": palette.ink}, categoryarray=labels
    )
    layout["shapes"] = _bands(palette, [row["group"] for row in rows])
    return {"data": [interval, dots], "layout": layout}


def _bands(palette: Palette, groups: Sequence[Any]) -> list[dict[str, Any]]:
    """Every second group of neighbours lies on a tinted band."""
    shapes, start = [], 0
    for place in range(1, len(groups) + 1):
        if place == len(groups) or groups[place] != groups[start]:
            if int(groups[start]) % 2 == 0:
                band = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": start - 0.5, "y1": place - 0.5}
                shapes.append({**band, "fillcolor": palette.faint, "line": {"width": 0}, "layer": "below"})
            start = place
    return shapes


def waterfall(
    palette: Palette, names: Sequence[str], points: Sequence[float], possible: Sequence[float], *, title: str, subtitle: str
) -> Figure:
    """From the terms to the total: each bar begins where the one before ended; the pale part is what the term could have brought."""
    starts, total = [], 0.0
    for value in points:
        starts.append(total)
        total += value
    labels = [*names, "总分"]
    texts = [f"{value:.2f} / {full:.2f}" for value, full in zip(points, possible, strict=True)] + [f"{total:.2f}"]
    room = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": [max(0.0, full - value) for value, full in zip(points, possible, strict=True)],
        "base": [start + value for start, value in zip(starts, points, strict=True)],
        "marker": {"color": palette.faint, "line": {"color": palette.rule, "width": 1}},
        "hoverinfo": "skip",
        "width": 0.6,
    }
    got = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": [*points, total],
        "base": [*starts, 0],
        "text": texts,
        "textposition": "none",
        "marker": {"color": [palette.quiet] * len(points) + [palette.accent]},
        "hovertemplate": "%{y} %{text} 分<extra></extra>",
        "width": 0.6,
    }
    layout = base_layout(palette, title, subtitle, 110 + 32 * len(labels))
    layout["barmode"] = "overlay"
    layout["xaxis"] = axis(palette, range=[0, 142], tickvals=[0, 20, 40, 60, 80, 100])
    layout["yaxis"] = axis(
        palette, type="category", autorange="reversed", showgrid=False, tickfont={"size": 14, "color": palette.ink}, categoryarray=labels
    )
    layout["annotations"] = [
        {
            "x": max(start + value, start + full),
            "y": name,
            "text": text,
            "xanchor": "left",
            "xshift": 6,
            "showarrow": False,
            "font": {"size": 13, "color": palette.ink},
        }
        for name, start, value, full, text in zip(labels, [*starts, 0], [*points, total], [*possible, total], texts, strict=True)
    ]
    return {"data": [room, got], "layout": layout}
