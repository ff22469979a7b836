"""interpret.sweep_curve: a score against a swept setting."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tenkai.errors import listing, nearest, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._sweeps import Member, axis_values, members, written
from tenkai.interpret._text import natural, number, shorten
from tenkai.interpret._theme import finished
from tenkai.step import Help, step
from tenkai.values import Figure, Scores, Sweep

if TYPE_CHECKING:
    import altair as alt

SEED = "seed"
WIDTH, HEIGHT = 460, 300
# Settings as people write them: 100 and 0.001, not 1e+2.
PLAIN = "abs(datum.value) >= 1e-4 && abs(datum.value) < 1e6 ? format(datum.value, '~r') : format(datum.value, '~e')"
LOG_FROM = 15.0  # a range of settings wider than this factor is drawn on a log axis


@step("interpret.sweep_curve", version=1, title="Score against a setting")
def sweep_curve(
    scores: Annotated[Sweep[Scores], Help("swept scores")],
    *,
    metric: Annotated[str | None, Help("which score; default: the first")] = None,
    axis: Annotated[str | None, Help("the setting drawn across; default: the first swept that is no seed")] = None,
    scale: Annotated[Literal["auto", "linear", "log"], Help("of the setting; auto: log for wide ranges")] = "auto",
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw a score against a swept setting.

    Further settings give one line each. Seeds are drawn as points about the line of their mean.

    Raises
    ------
    TenkaiError
        TK708 when there is no sweep; TK709 for a score or setting that does not exist.

    Notes
    -----
    The best point of a curve was chosen on the rows it was scored on: it promises too much.

    Example
    -------
    >>> import tenkai as tk
    >>> from tenkai.values import Axis, Scores, Sweep
    >>> axis = Axis("k", "neighbors", "k", (5, 9))
    >>> scores = Sweep((axis,), ({"k": 5}, {"k": 9}), (Scores({"r2": 0.5}), Scores({"r2": 0.75})))
    >>> tk.interpret.sweep_curve(scores).text
    'r2 against k, 2 points: highest 0.75 at k = 9, lowest 0.5 at k = 5.'
    """
    found: list[Member[Scores]] = members(scores)
    settings = axis_values(found)
    if not settings:
        raise problem(
            "TK708", "these scores are not swept.", remedy="Sweep a setting of a step before.", setting="scores"
        )
    name = metric if metric is not None else _first(found)
    values = [m.value.figures.get(name) for m in found]
    if not any(_is_number(v) for v in values):
        have = list(dict.fromkeys(n for m in found for n in m.value.figures))
        fact = f"there is no score '{name}' with numbers."
        raise problem("TK709", fact, allowed=f"Scores: {listing(have)}.", remedy=nearest(name, have), setting="metric")
    across = _across(settings, axis)
    points = _points(settings, across, values)
    best, worst = max(points, key=lambda p: p.score), min(points, key=lambda p: p.score)
    said = [
        f"{word} {number(p.score)} at {across} = {written(p.setting)}"
        for word, p in (("highest", best), ("lowest", worst))
    ]
    captions = []
    if SEED in settings and across != SEED:
        captions.append("Line: mean over seeds. Points: one seed each.")
    if len(points) < len(values):
        captions.append(f"{len(values) - len(points)} points without this score are not drawn.")
    return finished(
        _chart(points, across, name, scale),
        title=f"{name} against {across}",
        text=f"{name} against {across}, {len(points)} points: {', '.join(said)}.",
        heading=title,
        caption=captions,
        width=WIDTH,
    )


@dataclass(frozen=True)
class _Point:
    setting: Any
    series: str
    score: float
    name: str


def _first(found: list[Member[Scores]]) -> str:
    names = [n for m in found for n, v in m.value.figures.items() if _is_number(v)]
    return names[0] if names else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _across(settings: Mapping[str, list[Any]], axis: str | None) -> str:
    if axis is None:
        return next((s for s in settings if s != SEED), SEED)
    if axis not in settings:
        fact, allowed = f"the setting '{axis}' is not swept.", f"Swept: {listing(settings)}."
        raise problem("TK709", fact, allowed=allowed, remedy=nearest(axis, settings), setting="axis")
    return axis


def _points(settings: Mapping[str, list[Any]], across: str, values: list[Any]) -> list[_Point]:
    others = [s for s in settings if s not in (across, SEED)]
    points: list[_Point] = []
    for i, value in enumerate(values):
        if _is_number(value):
            series = ", ".join(f"{s} = {written(settings[s][i])}" for s in others)
            name = ", ".join(f"{s} = {written(v[i])}" for s, v in settings.items())
            points.append(_Point(settings[across][i], series, float(value), name))
    return points


def _chart(points: list[_Point], across: str, name: str, scale: str) -> alt.LayerChart:
    import altair as alt

    numeric = all(_is_number(p.setting) for p in points)
    x = _number_axis(points, across, scale) if numeric else _text_axis(points, across)
    low, high = min(p.score for p in points), max(p.score for p in points)
    domain = alt.Scale(domain=list(widened(low, high, 0.08)), nice=False, zero=False)
    y = alt.Y("y:Q", title=shorten(name.replace("_", " "), 40), scale=domain, axis=alt.Axis(tickCount=6))
    series = sorted({p.series for p in points}, key=natural)
    colors = dict(zip(series, _theme.palette(len(series)), strict=True))
    encoding: dict[str, Any] = {}
    if len(series) > 1:
        legend = alt.Legend(title=None, symbolSize=90, symbolType="circle")
        tints = alt.Scale(domain=series, range=[colors[s] for s in series])
        encoding["color"] = alt.Color("s:N", scale=tints, legend=legend)
    fixed: dict[str, Any] = {} if len(series) > 1 else {"color": _theme.ACCENT}

    def data(some: list[_Point]) -> alt.InlineData:
        settings = [float(p.setting) if numeric else written(p.setting) for p in some]
        scores = rounded(np.array([p.score for p in some]))
        return data_of({"x": settings, "y": scores, "s": [p.series for p in some], "id": [p.name for p in some]})

    means = _means(points)
    repeated = len(means) < len(points)
    line = alt.Chart(data(means)).mark_line(strokeWidth=2, **fixed)
    dots = alt.Chart(data(points)).mark_point(
        filled=True, size=40 if repeated else 60, opacity=0.5 if repeated else 1, **fixed
    )
    tooltip = [tip("id:N", "at"), tip("y:Q", name, format=".4g")]
    layers = [line.encode(x=x, y=y, **encoding), dots.encode(x=x, y=y, tooltip=tooltip, **encoding)]
    return layered(layers, WIDTH, HEIGHT)


def _means(points: list[_Point]) -> list[_Point]:
    """Return one point per setting and series: the mean over what repeats (seeds)."""
    groups: dict[tuple[str, str], list[_Point]] = {}
    for point in points:
        groups.setdefault((point.series, written(point.setting)), []).append(point)
    return [replace(g[0], score=sum(p.score for p in g) / len(g)) for g in groups.values()]


def _number_axis(points: list[_Point], across: str, scale: str) -> alt.X:
    import altair as alt

    values = sorted({float(p.setting) for p in points})
    if scale == "log" and values[0] <= 0:
        fact = f"'{across}' has the value {number(values[0])}, which has no place on a log axis."
        raise problem("TK709", fact, remedy="Choose linear.", setting="scale")
    wide = values[0] > 0 and values[-1] / values[0] > LOG_FROM
    log = scale == "log" or (scale == "auto" and wide)
    kind: Literal["log", "linear"] = "log" if log else "linear"
    ends = (values[0] / 1.15, values[-1] * 1.15) if log else widened(values[0], values[-1], 0.04)
    # The settings that were computed are the ticks, while there is room for them.
    ticks = values if len(values) <= 12 else alt.Undefined
    axis = alt.Axis(values=ticks, labelExpr=PLAIN, labelOverlap=True)
    return alt.X(
        "x:Q",
        title=shorten(across, 60),
        scale=alt.Scale(type=kind, domain=list(ends), nice=False, zero=False),
        axis=axis,
    )


def _text_axis(points: list[_Point], across: str) -> alt.X:
    import altair as alt

    order = list(dict.fromkeys(written(p.setting) for p in points))
    return alt.X(
        "x:N",
        title=shorten(across, 60),
        sort=order,
        axis=alt.Axis(labelAngle=0 if len(order) <= 8 else -40, labelLimit=120),
    )
