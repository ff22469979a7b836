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
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import sentence, shorten, whole

if TYPE_CHECKING:
    import altair as alt

MOST_POINTS = 20_000
SHAPES_BELOW = 600  # with more points shapes blur; the names of the classes stand on the map instead
NAMED_CLASSES = 30
NEW_ROWS = "new rows"
FEW_NEW_ROWS = 20

Fields = Mapping[str, Sequence[Any]]


@dataclass
class Look:
    """How the points are drawn; None: chosen by their number. `captions` collects what the reader must know."""

    width: int = _theme.WIDTH
    height: int = _theme.HEIGHT
    size: float | None = None
    opacity: float | None = None
    names: bool | None = None
    shapes: bool | None = None
    legend: bool = True
    most_points: int = MOST_POINTS
    label_size: float = SIZE
    plain_color: str = _theme.ACCENT
    axis: Mapping[str, Any] = field(default_factory=dict)
    captions: list[str] = field(default_factory=list)

    def point_size(self, n: int) -> float:
        """Return the area of a point: large for few points, small for many, smaller in small pictures."""
        if self.size is not None:
            return self.size
        steps = ((200, 75.0), (600, 50.0), (1000, 36.0), (3000, 22.0), (8000, 11.0))
        area = next((s for most, s in steps if n <= most), 6.0)
        share = min(1.0, self.width * self.height / (_theme.WIDTH * _theme.HEIGHT))
        return float(area * share**0.7)


def scatter(
    plane: Plane, colors: Coloring | None, window: Window, look: Look, new: Plane | None = None
) -> list[alt.Chart]:
    """Return the layers of a map, back to front."""
    layers: list[alt.Chart] = []
    extra = [(NEW_ROWS, len(new))] if new is not None and isinstance(colors, Categories) else []
    # Many new rows are a faint ground; a few would be lost behind the others.
    on_top = new is not None and len(new) <= FEW_NEW_ROWS
    if new is not None:
        if not on_top:
            layers.append(_new(new, window, look))
        if not extra:
            look.captions.append(f"{whole(len(new))} new rows: small and gray.")
    if len(plane) > look.most_points:
        layers.extend(_cells(plane, colors, window, look, extra))
    else:
        layers.extend(_points(plane, colors, window, look, extra))
    if new is not None and on_top:
        layers.append(_new(new, window, look))
    if isinstance(colors, Categories):
        layers.extend(_class_names(plane, colors, window, look))
    elif colors is not None and colors.missing:
        drawn = "Rings" if len(plane) <= look.most_points else "Not in the mean"
        look.captions.append(f"{drawn}: {whole(colors.missing)} rows without {colors.title}.")
    return layers


def axes(plane: Plane, window: Window, **axis: Any) -> dict[str, Any]:
    """Return the two position encodings with the names of the coordinates."""
    import altair as alt

    def channel(kind: Any, name: str, title: str, low: float, high: float) -> Any:
        style = {"tickCount": 8, **axis}
        if max(abs(low), abs(high)) < 1e-3 or max(abs(low), abs(high)) >= 1e6:
            style["labelExpr"] = "datum.value == 0 ? '0' : format(datum.value, '~e')"
        scale = alt.Scale(domain=[float(low), float(high)], nice=False, zero=False)
        return kind(name, title=shorten(title, 60), scale=scale, axis=alt.Axis(**style))

    x0, x1, y0, y1 = window
    return {"x": channel(alt.X, "x:Q", plane.x, x0, x1), "y": channel(alt.Y, "y:Q", plane.y, y0, y1)}


def _new(new: Plane, window: Window, look: Look) -> alt.Chart:
    import altair as alt

    if len(new) > look.most_points:
        return faint_density(new, window, look.width, look.height).encode(**axes(new, window, **look.axis))
    few = len(new) <= FEW_NEW_ROWS
    columns = {"x": rounded(new.xy[:, 0]), "y": rounded(new.xy[:, 1]), "id": new.table.ids.to_list()}
    size = 45.0 if few else 8.0 if len(new) <= 5000 else 5.0
    mark: dict[str, Any] = {
        "filled": True,
        "size": size,
        "color": _theme.NEW,
        "opacity": 0.9 if few else 0.38,
        "stroke": "white",
        "strokeWidth": 0.8 if few else 0,
        "tooltip": True,
    }
    chart = alt.Chart(data_of(columns)).mark_point(**mark)
    layer: alt.Chart = chart.encode(tooltip=[tip("id:N", "new row")], **axes(new, window, **look.axis))
    return layer


def _cells(
    plane: Plane, colors: Coloring | None, window: Window, look: Look, extra: Sequence[tuple[str, int]]
) -> list[alt.Chart]:
    chart, fullest = density(plane, colors, window, look.width, look.height, legend=look.legend)
    how = {Categories: ", color of the commonest label", Numbers: ", color of the mean"}.get(type(colors), "")
    how = how or f", up to {whole(fullest)} rows in each"
    look.captions.append(f"{whole(len(plane))} rows drawn as density: cells of {CELL} points{how}.")
    layers = [chart.encode(**axes(plane, window, **look.axis))]
    if isinstance(colors, Categories) and look.legend:
        layers.append(_legend_only(plane, colors, window, look, extra))
    return layers


def _legend_only(
    plane: Plane, colors: Categories, window: Window, look: Look, extra: Sequence[tuple[str, int]]
) -> alt.Chart:
    """One unseen point that carries the legend of labels, whose cells have colors of their own."""
    import altair as alt

    where: Fields = {"x": [window[0]], "y": [window[2]], "c": [colors.names[0]]}
    chart = alt.Chart(data_of(where)).mark_point(filled=True, opacity=0)
    color = _category_color(colors, extra, legend=True)
    layer: alt.Chart = chart.encode(color=color, **axes(plane, window, **look.axis))
    return layer


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
    tooltip = [tip("id:N", "row id")]
    places = [tip(f"{a}:Q", t, format=".4g") for a, t in (("x", plane.x), ("y", plane.y))]
    if colors is None:
        chart = alt.Chart(data_of(columns)).mark_point(**mark, color=look.plain_color)
        return [chart.encode(tooltip=[*tooltip, *places], **axes(plane, window, **look.axis))]
    columns["c"] = colors.of(plane.table)
    encoding: dict[str, Any]
    if isinstance(colors, Categories):
        encoding = _category_encoding(plane, colors, look, extra)
        tooltip.append(tip("c:N", colors.title))
    else:
        legend = colors.legend() if look.legend else None
        encoding = {"color": alt.Color("c:Q", scale=colors.scale(), legend=legend)}
        tooltip.append(tip("c:Q", colors.title, format=".4g"))
    order = _painting_order(n)
    if n <= SHAPES_BELOW and isinstance(colors, Categories):
        order = _rare_on_top(plane, columns["c"], colors, order, window, look)
    charts: list[alt.Chart] = []
    lacking = np.array([c is None or c == MISSING for c in columns["c"]])
    if lacking.any():
        # Gray lies behind, so that it never hides a label.
        ring = {**mark, "filled": False, "stroke": _theme.MISSING, "strokeWidth": 1.3, "size": 0.7 * mark["size"]}
        gray = alt.Chart(data_of(_rows(columns, np.flatnonzero(lacking)))).mark_point(**ring)
        charts.append(gray.encode(tooltip=[*tooltip[:1], *places], **axes(plane, window, **look.axis)))
    if isinstance(colors, Categories) or not lacking.all():
        drawn = data_of(_rows(columns, order[~lacking[order]]))
        chart = alt.Chart(drawn).mark_point(**mark)
        charts.append(chart.encode(tooltip=[*tooltip, *places], **encoding, **axes(plane, window, **look.axis)))
    return charts


def _category_encoding(
    plane: Plane, colors: Categories, look: Look, extra: Sequence[tuple[str, int]]
) -> dict[str, Any]:
    import altair as alt

    automatic = len(plane) <= SHAPES_BELOW or len(colors.among or colors.plain) > len(_theme.TEN)
    if not (automatic if look.shapes is None else look.shapes):
        return {"color": _category_color(colors, extra, legend=look.legend)}
    names, forms = [*colors.names, *(n for n, _ in extra)], [*colors.shapes, *("circle" for _ in extra)]
    # Equal legends of color and shape are drawn as one.
    legend = colors.legend(extra, symbolSize=95) if look.legend else None
    return {
        "color": alt.Color("c:N", scale=_category_scale(colors, extra), legend=legend),
        "shape": alt.Shape("c:N", scale=alt.Scale(domain=names, range=forms), legend=legend),
    }


def _category_color(colors: Categories, extra: Sequence[tuple[str, int]], *, legend: bool) -> alt.Color:
    import altair as alt

    shown = colors.legend(extra, symbolSize=95, symbolType="circle") if legend else None
    return alt.Color("c:N", scale=_category_scale(colors, extra), legend=shown)


def _category_scale(colors: Categories, extra: Sequence[tuple[str, int]]) -> alt.Scale:
    import altair as alt

    return alt.Scale(
        domain=[*colors.names, *(n for n, _ in extra)], range=[*colors.colors, *(_theme.NEW for _ in extra)]
    )


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
    return [part.encode(text="t:N", **axes(plane, window, **look.axis)) for part in (halo, ink)]


def _painting_order(n: int) -> NDArray[np.int64]:
    """Mix the order, always alike: in sorted rows the last class would cover the others."""
    return np.random.default_rng(0).permutation(n)


def _rare_on_top(
    plane: Plane, names: Sequence[str], colors: Categories, order: NDArray[np.int64], window: Window, look: Look
) -> NDArray[np.int64]:
    """Paint the classes with the fewest places last, and say which classes are still covered entirely."""
    x0, x1, y0, y1 = window
    px = np.rint((plane.xy - (x0, y0)) / (x1 - x0, y1 - y0) * (look.width, look.height) / 3).astype(int)
    places = [(int(x), int(y)) for x, y in px]
    spread = {name: len({p for p, c in zip(places, names, strict=True) if c == name}) for name in colors.names}
    order = order[np.argsort([-spread[names[i]] for i in order.tolist()], kind="stable")]
    top = {places[i]: names[i] for i in order.tolist()}
    covered = [n for n in colors.plain if n not in set(top.values())]
    if covered:
        look.captions.append(f"Covered by other classes at the same place: {sentence(covered)}.")
    return order


def _rows(columns: Fields, index: NDArray[np.int64]) -> Fields:
    return {k: [values[i] for i in index.tolist()] for k, values in columns.items()}
