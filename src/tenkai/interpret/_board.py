"""Parallel coordinates: the settings of a sweep and what each point of it scored, one line per point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tenkai.errors import count
from tenkai.interpret import _theme
from tenkai.interpret._curve import is_number
from tenkai.interpret._curve_chart import LOG_FROM
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, tip
from tenkai.interpret._sweeps import written
from tenkai.interpret._text import number, shorten
from tenkai.interpret._theme import finished
from tenkai.values import Figure

if TYPE_CHECKING:
    import altair as alt

HEIGHT, GAP = 260, 132  # points: of the axes, and from one to the next
MOST_NAMED = 9  # different settings up to which each has its own mark on its axis
MANY = 150  # lines from which they are drawn faint
WORDS = {"maximize": "higher is better", "minimize": "lower is better"}


@dataclass(frozen=True)
class _Axis:
    """Where the values of a column lie between 0 and 1 (NaN: nowhere), and what is written beside them."""

    places: list[float]
    ticks: list[tuple[float, str]]
    log: bool = False
    turned: bool = False


def board_figure(
    columns: Mapping[str, Sequence[Any]], points: Sequence[int], *, settings: Sequence[str], goals: Mapping[str, str]
) -> Figure:
    """Draw one axis per column and one line per point; scores to be low are turned, so that up is better.

    Parameters
    ----------
    columns : settings and scores, one cell per point
    points : number of each point in its sweep, which every mark carries as ``p``
    settings : which of the columns are settings
    goals : per score maximize, minimize or nothing
    """
    names = list(columns)
    axes = [_axis(columns[n], setting=n in settings, turned=goals.get(n) == "minimize") for n in names]
    scores = [n for n in names if n not in settings and any(is_number(v) for v in columns[n])]
    captions = []
    if any(a.turned for a in axes):
        captions.append("Axes of scores that should be low run downwards: up is better on all of them.")
    if any(a.log for a in axes):
        logs = [n for n, a in zip(names, axes, strict=True) if a.log]
        captions.append(f"Logarithmic: {', '.join(logs)}.")
    lead = scores[0] if scores else None
    if lead is not None:
        captions.append(f"Color: {lead}.")
    told = ", ".join(settings)
    text = f"{count(len(points), 'point')} of a sweep of {told}"
    if lead is not None:
        text += f", with {', '.join(scores)}"
    return finished(
        _chart(names, columns, axes, points, settings, goals, lead),
        title="Sweep board",
        text=text + ".",
        caption=captions,
        width=GAP * len(names),
    )


def _axis(cells: Sequence[Any], *, setting: bool, turned: bool) -> _Axis:
    known = [v for v in cells if v is not None]
    if not known or not all(is_number(v) for v in known):
        order = list(dict.fromkeys(written(v) for v in known))
        share = {t: (i + 0.5) / len(order) for i, t in enumerate(order)}
        places = [math.nan if v is None else share[written(v)] for v in cells]
        return _Axis(places, [(share[t], shorten(t, 18)) for t in order])
    low, high = min(known), max(known)
    log = setting and low > 0 and high / low > LOG_FROM

    def place(value: float) -> float:
        a, b, v = (math.log(low), math.log(high), math.log(value)) if log else (low, high, value)
        share = (v - a) / (b - a) if b > a else 0.5
        return 1 - share if turned else share

    different = sorted(set(known))
    marks = different if len(different) <= MOST_NAMED and setting else list(np.linspace(low, high, 5))
    if log and marks is not different:
        marks = list(np.geomspace(low, high, 5))
    places = [math.nan if v is None else place(float(v)) for v in cells]
    return _Axis(places, [(place(float(m)), number(float(m), 3)) for m in marks], log, turned)


def _chart(
    names: Sequence[str], columns: Mapping[str, Sequence[Any]], axes: Sequence[_Axis], points: Sequence[int],
    settings: Sequence[str], goals: Mapping[str, str], lead: str | None,
) -> alt.LayerChart:  # fmt: skip
    import altair as alt

    across = alt.X("i:Q", axis=None, scale=alt.Scale(domain=[-0.35, len(names) - 0.55], nice=False, zero=False))
    up = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.04, 1.04], nice=False, zero=False))
    marks: dict[str, list[Any]] = {"i": [], "y": [], "p": [], "k": [], "t": [], "c": []}
    for i, (name, axis) in enumerate(zip(names, axes, strict=True)):
        for place, value, point, row in zip(axis.places, columns[name], points, range(len(points)), strict=True):
            if math.isnan(place):
                continue
            shade = columns[lead][row] if lead is not None else None
            cells = (i, float(f"{place:.5g}"), point, name, written(value), shade if is_number(shade) else None)
            for key, cell in zip(marks, cells, strict=True):
                marks[key].append(cell)
    base = alt.Chart(data_of(marks))
    color: Any = alt.value(_theme.ACCENT)
    quiet: Any = color
    if lead is not None:
        shown = [v for v in columns[lead] if is_number(v)]
        scheme = alt.SchemeParams(**_theme.VIRIDIS)
        turned = goals.get(lead) == "minimize"  # the best is bright either way
        scale = alt.Scale(scheme=scheme, reverse=turned, domain=[min(shown), max(shown)])
        legend = alt.Legend(type="gradient", title=shorten(lead, 24), gradientLength=150, format=".3~g")
        color = alt.Color("c:Q", scale=scale, legend=legend)
        quiet = alt.Color("c:Q", scale=scale, legend=None)
    faint = 0.35 if len(points) > MANY else 0.75
    lines = base.mark_line(strokeWidth=1.4, opacity=faint, interpolate="linear")
    tooltip = [tip("k:N", "column"), tip("t:N", "value"), tip("p:Q", "point")]
    layers = [
        _rules(len(names)).encode(x=across, y=up, y2="z:Q"),
        lines.encode(x=across, y=up, detail="p:N", color=color, order=alt.Order("i:Q")),
        base.mark_point(filled=True, size=34, opacity=1).encode(x=across, y=up, color=quiet, tooltip=tooltip),
    ]
    layers += _words(names, axes, settings, goals, across, up)
    return layered(layers, GAP * len(names), HEIGHT, bare=True)


def _rules(n: int) -> alt.Chart:
    import altair as alt

    ends = data_of({"i": list(range(n)), "y": [0.0] * n, "z": [1.0] * n})
    chart: alt.Chart = alt.Chart(ends).mark_rule(color=_theme.LINE, strokeWidth=1)
    return chart


def _words(
    names: Sequence[str], axes: Sequence[_Axis], settings: Sequence[str], goals: Mapping[str, str], x: Any, y: Any
) -> list[alt.Chart]:
    """Return what stands at the axes: values on their left, the name and what is wanted above."""
    import altair as alt

    ticks = [(i, place, text) for i, axis in enumerate(axes) for place, text in axis.ticks]
    values = data_of({k: list(c) for k, c in zip(("i", "y", "t"), zip(*ticks, strict=True), strict=True)})
    style: dict[str, Any] = {"align": "right", "dx": -8, "fontSize": 10}
    halo = alt.Chart(values).mark_text(**style, stroke="white", strokeWidth=4, strokeJoin="round")
    small = alt.Chart(values).mark_text(**style, color=_theme.SOFT)
    heads = data_of(
        {
            "i": list(range(len(names))),
            "t": [shorten(n, 20) for n in names],
            "u": ["setting" if n in settings else WORDS.get(goals.get(n, ""), "score") for n in names],
        }
    )
    above = alt.Chart(heads)
    head = above.mark_text(fontSize=12, fontWeight="bold", color=_theme.INK)
    under = above.mark_text(fontSize=10, color=_theme.SOFT)
    return [
        halo.encode(x=x, y=y, text="t:N"),
        small.encode(x=x, y=y, text="t:N"),
        head.encode(x=x, y=alt.value(-26), text="t:N"),
        under.encode(x=x, y=alt.value(-11), text="u:N"),
    ]
