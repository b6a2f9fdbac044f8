"""年度评选 drawn: dots with the range of a rank, and a waterfall from terms to total. Values → figures, no ``st.*``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metrics.selection.words import points_text
from pages.common.charts import Figure, axis, base_layout
from reports.palette import Palette
from reports.views.score_sheet import Waterfall
from reports.views.selection_certainty import Places

ROW_PIXELS = 27


def rank_ranges(palette: Palette, it: Places) -> Figure:
    """One line a candidate, best on top: the dot is the rank, the bar where it would lie nine times out of ten.

    A filled dot has a seat, a ring has none. Bands behind the labels change where a group of those who cannot be told apart ends.
    """
    places, labels = it.places, [place.label for place in it.places]
    bars = {
        "type": "scatter",
        "mode": "lines",
        "x": [end for place in places for end in (place.rank_low, place.rank_high, None)],
        "y": [end for place in places for end in (place.label, place.label, None)],
        "line": {"color": palette.quiet, "width": 3},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [place.rank for place in places],
        "y": labels,
        "marker": {
            "size": 11,
            "color": [palette.accent if place.seated else palette.paper for place in places],
            "line": {"color": [palette.accent if place.seated else palette.ink for place in places], "width": 2},
        },
        "customdata": [place.words for place in places],
        "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    layout = base_layout(palette, it.title, it.subtitle, 120 + ROW_PIXELS * max(1, len(places)))
    furthest = max((place.rank_high for place in places), default=1)
    layout["xaxis"] = axis(palette, side="bottom", range=[-0.04 * furthest, 1.04 * furthest])
    layout["yaxis"] = _names(palette, labels)
    layout["shapes"] = _bands(palette, [place.group for place in places])
    return {"data": [bars, dots], "layout": layout}


def _names(palette: Palette, labels: Sequence[str]) -> dict[str, Any]:
    """The first name on top."""
    face = {"size": 14, "color": palette.ink}
    return axis(palette, type="category", autorange="reversed", showgrid=False, tickfont=face, categoryarray=list(labels))


def _bands(palette: Palette, groups: Sequence[int]) -> list[dict[str, Any]]:
    """Every second group of neighbours lies on a tinted band."""
    shapes: list[dict[str, Any]] = []
    start = 0
    for place in range(1, len(groups) + 1):
        if place == len(groups) or groups[place] != groups[start]:
            if groups[start] % 2 == 0:
                band = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": start - 0.5, "y1": place - 0.5}
                shapes.append({**band, "fillcolor": palette.faint, "line": {"width": 0}, "layer": "below"})
            start = place
    return shapes


def waterfall(palette: Palette, it: Waterfall) -> Figure:
    """From the terms to the total: each bar begins where the one before ended; the pale part is what the term could have brought."""
    starts, total = [], 0.0
    for value in it.points:
        starts.append(total)
        total += value
    labels, terms = [*it.names, "总分"], list(zip(starts, it.points, it.possible, strict=True))
    texts = [f"{points_text(value)} / {points_text(full)}" for _, value, full in terms] + [points_text(total)]
    room = {
        "type": "bar",
        "orientation": "h",
        "y": list(it.names),
        "x": [max(0.0, full - value) for _, value, full in terms],
        "base": [start + value for start, value, _ in terms],
        "marker": {"color": palette.faint, "line": {"color": palette.rule, "width": 1}},
        "hoverinfo": "skip",
        "width": 0.6,
    }
    got = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": [*it.points, total],
        "base": [*starts, 0],
        "text": texts,
        "textposition": "none",
        "marker": {"color": [palette.quiet] * len(it.points) + [palette.accent]},
        "hovertemplate": "%{y} %{text} 分<extra></extra>",
        "width": 0.6,
    }
    layout = base_layout(palette, it.title, it.subtitle, 110 + 32 * len(labels))
    layout["barmode"] = "overlay"
    layout["xaxis"] = axis(palette, range=[0, 142], tickvals=[0, 20, 40, 60, 80, 100])
    layout["yaxis"] = _names(palette, labels)
    ends = [max(start + value, start + full) for start, value, full in terms] + [total]
    layout["annotations"] = [
        {
            "x": end,
            "y": name,
            "text": text,
            "xanchor": "left",
            "xshift": 6,
            "showarrow": False,
            "font": {"size": 13, "color": palette.ink},
        }
        for name, end, text in zip(labels, ends, texts, strict=True)
    ]
    return {"data": [room, got], "layout": layout}
