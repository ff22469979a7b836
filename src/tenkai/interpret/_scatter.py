"""The points of a map as layers: new rows faint behind, observed rows in color, class names on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._class_labels import SIZE, placed_labels
from tenkai.interpret._color import MISSING, Categories, Coloring, Numbers
from tenkai.interpret._density import CELL, density, faint_density
from tenkai.interpret._plane import Plane, Window
from tenkai.interpret._records import data_of, rounded
from tenkai.interpret._text import whole

if TYPE_CHECKING:
    import altair as alt

MOST_POINTS = 20_000
SHAPES_BELOW = 600  # with more points shapes blur; the names of the classes stand on the map instead
NAMED_CLASSES = 30
RINGS_BELOW = 2000
NEW_ROWS = "new rows"

Fields = Mapping[str, Sequence[Any]]


@dataclass
class Look:
    """How the points are drawn; None: chosen by their number. `captions` collects what the reader must know."""

    width: int = _theme.WIDTH
    height: int = _theme.HEIGHT
    size: float | None = None
    opacity: float | None = None
    names: bool | None = None
    legend: bool = True
    most_points: int = MOST_POINTS
    label_size: float = SIZE
    captions: list[str] = field(default_factory=list)

    def point_size(self, n: int) -> float:
        """Return the area of a point: large for few points, small for many, smaller in small pictures."""
        if self.size is not None:
            return self.size
        steps = ((200, 75.0), (600, 50.0), (1000, 36.0), (3000, 22.0), (8000, 11.0))
        area = next((s for most, s in steps if n <= most), 6.0)
        return area * min(1.0, self.width * self.height / (_theme.WIDTH * _theme.HEIGHT)) ** 0.7


def scatter(
    plane: Plane, colors: Coloring | None, window: Window, look: Look, new: Plane | None = None
) -> list[alt.Chart]:
    """Return the layers of a map, back to front."""
    layers: list[alt.Chart] = []
    extra = [(NEW_ROWS, len(new))] if new is not None and isinstance(colors, Categories) else []
    if new is not None:
        layers.append(_new(new, window, look))
        if not extra:
            look.captions.append(f"{whole(len(new))} new rows: small and gray.")
    if len(plane) > look.most_points:
        layers.extend(_cells(plane, colors, window, look, extra))
    else:
        layers.extend(_points(plane, colors, window, look, extra))
    if isinstance(colors, Categories):
        layers.extend(_class_names(plane, colors, window, look))
    elif colors is not None and colors.missing:
        look.captions.append(f"Gray: {whole(colors.missing)} rows without {colors.title}.")
    return layers


def axes(plane: Plane, window: Window, **axis: Any) -> dict[str, Any]:
    """Return the two position encodings with the names of the coordinates."""
    import altair as alt

    def channel(kind: Any, name: str, title: str, low: float, high: float) -> Any:
        style = {"tickCount": 8, **axis}
        if max(abs(low), abs(high)) < 1e-3 or max(abs(low), abs(high)) >= 1e6:
            style["format"] = "~g"
        scale = alt.Scale(domain=[float(low), float(high)], nice=False, zero=False)
        return kind(name, title=title, scale=scale, axis=alt.Axis(**style))

    x0, x1, y0, y1 = window
    return {"x": channel(alt.X, "x:Q", plane.x, x0, x1), "y": channel(alt.Y, "y:Q", plane.y, y0, y1)}


def _new(new: Plane, window: Window, look: Look) -> alt.Chart:
    import altair as alt

    if len(new) > look.most_points:
        return faint_density(new, window, look.width, look.height).encode(**axes(new, window))
    columns = {"x": rounded(new.xy[:, 0]), "y": rounded(new.xy[:, 1]), "id": new.table.ids.to_list()}
    size = 8.0 if len(new) <= 5000 else 5.0
    mark = {"filled": True, "size": size, "color": _theme.NEW, "opacity": 0.38, "strokeWidth": 0, "tooltip": True}
    chart = alt.Chart(data_of(columns)).mark_point(**mark)
    return chart.encode(tooltip=[alt.Tooltip("id:N", title="new row")], **axes(new, window))


def _cells(
    plane: Plane, colors: Coloring | None, window: Window, look: Look, extra: Sequence[tuple[str, int]]
) -> list[alt.Chart]:
    chart, fullest = density(plane, colors, window, look.width, look.height)
    how = {Categories: ", color of the commonest label", Numbers: ", color of the mean"}.get(type(colors), "")
    rows = f"{whole(len(plane))} rows drawn as density"
    look.captions.append(f"{rows}: cells of {CELL} points{how}, up to {whole(fullest)} rows in a cell.")
    layers = [chart.encode(**axes(plane, window))]
    if isinstance(colors, Categories) and look.legend:
        layers.append(_legend_only(plane, colors, window, extra))
    return layers


def _legend_only(plane: Plane, colors: Categories, window: Window, extra: Sequence[tuple[str, int]]) -> alt.Chart:
    """One unseen point that carries the legend of labels, whose cells have colors of their own."""
    import altair as alt

    where = {"x": [window[0]], "y": [window[2]], "c": [colors.names[0]]}
    chart = alt.Chart(data_of(where)).mark_point(filled=True, opacity=0)
    return chart.encode(**axes(plane, window), color=_category_color(colors, extra, legend=True))


def _points(
    plane: Plane, colors: Coloring | None, window: Window, look: Look, extra: Sequence[tuple[str, int]]
) -> list[alt.Chart]:
    import altair as alt

    n = len(plane)
    columns: dict[str, Sequence[Any]] = {
        "x": rounded(plane.xy[:, 0]),
        "y": rounded(plane.xy[:, 1]),
        "id": plane.table.ids.to_list(),
    }
    mark: dict[str, Any] = {
        "filled": True,
        "size": look.point_size(n),
        "opacity": look.opacity if look.opacity is not None else 0.9 if n <= 3000 else 0.75,
        "stroke": "white",
        "strokeWidth": 0.6 if n <= SHAPES_BELOW else 0.25,
        "tooltip": True,
    }
    tooltip = [alt.Tooltip("id:N", title="row id")]
    places = [alt.Tooltip(f"{a}:Q", title=t, format=".4g") for a, t in (("x", plane.x), ("y", plane.y))]
    if colors is None:
        chart = alt.Chart(data_of(columns)).mark_point(**mark, color=_theme.ACCENT)
        return [chart.encode(tooltip=[*tooltip, *places], **axes(plane, window))]
    columns["c"] = colors.of(plane.table)
    encoding: dict[str, Any]
    if isinstance(colors, Categories):
        encoding = _category_encoding(plane, colors, look, extra)
        tooltip.append(alt.Tooltip("c:N", title=colors.title))
        sizes = _rings(plane, columns["c"], window, look) if n <= RINGS_BELOW else None
        if sizes is not None:
            columns["s"] = sizes
            encoding["size"] = alt.Size("s:Q", scale=None)
            look.captions.append("Where classes share a place, they are drawn one inside the other.")
    else:
        legend = colors.legend() if look.legend else None
        encoding = {"color": alt.Color("c:Q", scale=colors.scale(), legend=legend)}
        tooltip.append(alt.Tooltip("c:Q", title=colors.title, format=".4g"))
    charts: list[alt.Chart] = []
    lacking = np.array([c is None or c == MISSING for c in columns["c"]])
    if lacking.any():
        # Gray lies behind, so that it never hides a label.
        gray = alt.Chart(data_of(_rows(columns, np.flatnonzero(lacking)))).mark_point(**mark, color=_theme.MISSING)
        charts.append(gray.encode(tooltip=[*tooltip[:1], *places], **axes(plane, window)))
    if isinstance(colors, Categories) or not lacking.all():
        drawn = data_of(_rows(columns, _painting_order(columns, ~lacking)))
        chart = alt.Chart(drawn).mark_point(**mark)
        charts.append(chart.encode(tooltip=[*tooltip, *places], **encoding, **axes(plane, window)))
    return charts


def _category_encoding(
    plane: Plane, colors: Categories, look: Look, extra: Sequence[tuple[str, int]]
) -> dict[str, Any]:
    import altair as alt

    color = _category_color(colors, extra, legend=look.legend)
    if len(plane) > SHAPES_BELOW and len(colors.plain) <= len(_theme.TEN):
        return {"color": color}
    names, forms = [*colors.names, *(n for n, _ in extra)], [*colors.shapes, *("circle" for _ in extra)]
    return {"color": color, "shape": alt.Shape("c:N", scale=alt.Scale(domain=names, range=forms), legend=color.legend)}


def _category_color(colors: Categories, extra: Sequence[tuple[str, int]], *, legend: bool) -> alt.Color:
    import altair as alt

    names, tints = [*colors.names, *(n for n, _ in extra)], [*colors.colors, *(_theme.NEW for _ in extra)]
    shown = colors.legend(extra, symbolSize=95, symbolType="circle") if legend else None
    return alt.Color("c:N", scale=alt.Scale(domain=names, range=tints), legend=shown)


def _class_names(plane: Plane, colors: Categories, window: Window, look: Look) -> list[alt.Chart]:
    import altair as alt

    automatic = len(plane) > SHAPES_BELOW and 2 <= len(colors.plain) <= NAMED_CLASSES
    if not (automatic if look.names is None else look.names):
        return []
    where = placed_labels(
        plane.xy, colors.of(plane.table), colors.plain, window, look.width, look.height, look.label_size
    )
    if not where:
        return []
    _, texts, xs, ys = zip(*where, strict=True)
    data = data_of({"x": rounded(np.array(xs)), "y": rounded(np.array(ys)), "t": texts})
    style: dict[str, Any] = {"fontSize": look.label_size, "fontWeight": "bold"}
    halo = alt.Chart(data).mark_text(**style, stroke="white", strokeWidth=3.5, strokeJoin="round", opacity=0.9)
    ink = alt.Chart(data).mark_text(**style, color=_theme.INK)
    return [part.encode(text="t:N", **axes(plane, window)) for part in (halo, ink)]


def _rings(plane: Plane, names: Sequence[str], window: Window, look: Look) -> list[float] | None:
    """Return a size per row where rows of several classes share a place (within 4 points), else None."""
    x0, x1, y0, y1 = window
    px = np.rint((plane.xy - (x0, y0)) / (x1 - x0, y1 - y0) * (look.width, look.height) / 4).astype(int)
    classes: dict[tuple[int, int], list[str]] = {}
    for place, name in zip(map(tuple, px.tolist()), names, strict=True):
        if name not in classes.setdefault(place, []):
            classes[place].append(name)
    # With many points neighbors touch everywhere, and rings would say nothing.
    shared = sum(len(found) > 1 for found in classes.values())
    if shared == 0 or (len(plane) > SHAPES_BELOW and shared > 0.02 * len(plane)):
        return None
    base = look.point_size(len(plane))
    return [
        base * (1 + 1.2 * classes[place].index(name)) for place, name in zip(map(tuple, px.tolist()), names, strict=True)
    ]


def _painting_order(columns: Fields, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Mix the order, always alike: in sorted rows the last class would cover the others. Large points first."""
    order = np.random.default_rng(0).permutation(np.flatnonzero(kept))
    if "s" in columns:
        order = order[np.argsort(-np.asarray(columns["s"])[order], kind="stable")]
    return order


def _rows(columns: Fields, index: NDArray[np.int64]) -> Fields:
    return {k: [values[i] for i in index.tolist()] for k, values in columns.items()}
