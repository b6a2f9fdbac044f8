"""Frame → figure, as plain dictionaries (a ``plotly.express`` figure costs thirty times as much). No ``st.*`` here.

Every figure carries its title (the conclusion) and subtitle (what is measured, in which unit) inside the picture, so that an
exported image stands by itself. Bars and lines are drawn in ink; colour is only for a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.palette import Palette
from reports.wording import chinese_marks

FONT = "Source Han Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"

Figure = dict[str, Any]


_MARKUP = re.compile(r"<(?!br>|/?extra>)")


def without_markup(part: Any) -> Any:
    """A figure in which names are only words: Plotly makes links and styles of what looks like HTML in any of its texts."""
    if isinstance(part, str):
        return _MARKUP.sub("&lt;", part)
    if isinstance(part, Mapping):
        return {name: without_markup(value) for name, value in part.items()}
    return [without_markup(each) for each in part] if isinstance(part, list | tuple) else part


def chosen_points(event: Any) -> list[Any]:
    """The ``customdata`` of what was picked in a figure, as it was before :func:`without_markup`."""
    found = [point["customdata"] for point in event["selection"]["points"] if "customdata" in point]
    return [each.replace("&lt;", "<") if isinstance(each, str) else each for each in found]


def base_layout(palette: Palette, title: str, subtitle: str, height: int) -> dict[str, Any]:
    return {
        "title": {
            "text": chinese_marks(title),
            "subtitle": {"text": chinese_marks(subtitle), "font": {"size": 13, "color": palette.quiet}},
            "font": {"size": 17, "color": palette.ink},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "automargin": True,
            "yref": "container",
            "y": 0.97,
            "yanchor": "top",
        },
        "font": {"family": FONT, "size": 14, "color": palette.ink},
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 72, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
        "showlegend": False,
        "dragmode": False,
    }


def axis(palette: Palette, **more: Any) -> dict[str, Any]:
    return {
        "automargin": True,
        "gridcolor": palette.rule,
        "zeroline": False,
        "linecolor": palette.rule,
        "tickfont": {"size": 13, "color": palette.quiet},
        "tickangle": 0,
        "fixedrange": True,
        **more,
    }


def line_chart(
    palette: Palette,
    labels: Sequence[str],
    lines: Mapping[str, Sequence[float | None]],
    *,
    title: str,
    subtitle: str,
    emphasis: str | None = None,
    target: float | None = None,
    share: bool = True,
    hover: Mapping[str, Sequence[str]] | None = None,
    running: bool = False,
    height: int = 300,
) -> Figure:
    """Lines over equally spaced periods, named at their right end; one may be emphasised, the others stay quiet.

    ``labels``: the periods; ``lines``: name → values (None is a gap); ``hover``: name → what each point says besides its value (k/n);
    ``running``: the last period is not over, and the way to it is dashed, its points hollow.
    """
    traces, notes = list[Figure](), []
    for name, values in lines.items():
        strong = emphasis in (None, name)
        said = list((hover or {}).get(name, [""] * len(labels)))
        whole = {
            "type": "scatter",
            "mode": "lines+markers",
            "x": list(labels),
            "y": list(values),
            "name": name,
            "line": {"color": palette.accent if strong else palette.quiet, "width": 2.4 if strong else 1.2},
            "marker": {"size": 6 if strong else 3},
            "opacity": 1 if strong else 0.6,
            "connectgaps": False,
            "customdata": said,
            "hovertemplate": f"{name} %{{x}}<br>%{{y{':.1%' if share else ''}}} %{{customdata}}<extra></extra>",
        }
        traces += _open_ended(whole) if running and len(labels) > 1 else [whole]
        last = next((position for position in range(len(values) - 1, -1, -1) if values[position] is not None), None)
        if last is not None and (strong or len(lines) <= 3):
            notes.append(
                {
                    "x": labels[last],
                    "y": values[last],
                    "text": name,
                    "xanchor": "left",
                    "xshift": 8,
                    "showarrow": False,
                    "font": {"size": 13, "color": palette.accent if strong else palette.quiet},
                }
            )
    layout = base_layout(palette, title, subtitle, height)
    layout["margin"]["r"] = 16 + 15 * max((len(str(note["text"])) for note in notes), default=0)
    layout["annotations"] = notes
    layout["xaxis"] = axis(palette, type="category", showgrid=False)
    layout["yaxis"] = axis(palette, rangemode="tozero", **({"tickformat": ".0%"} if share else {}))
    if target is not None:
        layout["shapes"] = [_goal(palette, y0=target, y1=target, x0=0, x1=1, xref="paper")]
    return {"data": traces, "layout": layout}


def _open_ended(trace: Figure) -> list[Figure]:
    """A line up to its last point but one, and the dashed way to the last, which is hollow."""
    solid = {**trace, "y": [*trace["y"][:-1], None]}
    end = {name: list(trace[name][-2:]) for name in ("x", "y", "customdata")}
    sizes = {"size": [0, trace["marker"]["size"] + 2], "symbol": "circle-open"}
    return [solid, {**trace, **end, "line": {**trace["line"], "dash": "dot"}, "marker": {**trace["marker"], **sizes}}]


def bar_chart(
    palette: Palette,
    names: Sequence[str],
    values: Sequence[float | None],
    *,
    title: str,
    subtitle: str,
    texts: Sequence[str],
    codes: Sequence[str] = (),
    target: float | None = None,
    share: bool = True,
    colours: Sequence[str] = (),
    height: int | None = None,
) -> Figure:
    """Horizontal bars, first on top, each with its value and k/n written at its end. ``codes`` become ``customdata`` for drilling."""
    ink = [*colours] or [palette.quiet] * len(names)
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(names),
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 13, "color": palette.ink},
        "marker": {"color": ink},
        "customdata": list(codes) or list(names),
        "hovertemplate": "%{y} %{text}<extra></extra>",
        "width": 0.62,
    }
    layout = base_layout(palette, title, subtitle, height or 100 + 30 * max(1, len(names)))
    room = 0.35 if any(len(text) > 8 for text in texts) else 0.18
    top = 1.0 if share and (target or 1) >= 0.5 else max([target or 0, *(value or 0 for value in values)]) or 1
    layout["xaxis"] = axis(palette, range=[0, top * (1 + room)], visible=False)
    layout["yaxis"] = axis(palette, autorange="reversed", showgrid=False, type="category", tickfont={"size": 14, "color": palette.ink})
    if target:
        layout["shapes"] = [_goal(palette, x0=target, x1=target, y0=0, y1=1, yref="paper")]
    return {"data": [trace], "layout": layout}


def _goal(palette: Palette, **where: Any) -> dict[str, Any]:
    return {"type": "line", "line": {"color": palette.accent, "width": 1.5, "dash": "dot"}, **where}
