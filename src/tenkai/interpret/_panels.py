"""Charts side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._color import Categories, Coloring
from tenkai.interpret._plane import Plane, Window, bounds
from tenkai.interpret._records import data_of, rounded
from tenkai.interpret._scatter import Look, axes, scatter

if TYPE_CHECKING:
    import altair as alt

LOCATOR = (230, 190)  # points


def layered(layers: Sequence[alt.Chart], width: int, height: int, *, bare: bool = False, **more: Any) -> alt.LayerChart:
    """Return layers as one panel; `bare`: without a frame; `more`: further properties, such as a title."""
    import altair as alt

    settings: dict[str, Any] = {"view": alt.ViewBackground(stroke=None)} if bare else {}
    return cast("alt.LayerChart", alt.layer(*layers).properties(width=width, height=height, **settings, **more))


def map_panel(plane: Plane, colors: Coloring | None, window: Window, width: int, height: int) -> alt.LayerChart:
    """Return the points inside a window as a panel, with a legend of what is there."""
    inside = plane.inside(window)
    if isinstance(colors, Categories):
        colors = colors.within(inside.table)
        few = len(colors.among) <= len(_theme.TEN)
        look = Look(width=width, height=height, names=True, shapes=False if few else None)
    else:
        look = Look(width=width, height=height)
    return layered(scatter(inside, colors, window, look), width, height)


def selection_panel(
    plane: Plane,
    selected: NDArray[np.int64],
    x_range: Sequence[float] | None = None,
    y_range: Sequence[float] | None = None,
) -> alt.LayerChart:
    """Return a small map that shows where the selected rows lie, and the rectangle they were taken from."""
    import altair as alt

    width, height = LOCATOR
    window = bounds([plane.xy])
    look = Look(width=width, height=height, size=5.0, opacity=0.5, plain_color=_theme.MISSING)
    rest = np.setdiff1d(np.arange(len(plane)), selected)
    gray = Plane(plane.table.take(rest), plane.x, plane.y, plane.xy[rest])
    position = axes(plane, window, tickCount=5, grid=False)
    layers = []
    if len(rest) > 0:
        layers.extend(scatter(gray, None, window, look))
    xy = plane.xy[selected]
    points = alt.Chart(data_of({"x": rounded(xy[:, 0]), "y": rounded(xy[:, 1])})).mark_point(
        filled=True, size=12, color=_theme.SECOND, opacity=0.9
    )
    layers.append(points.encode(**position))
    if x_range is not None or y_range is not None:
        layers.append(_rectangle(window, x_range, y_range).encode(**position, x2="x2:Q", y2="y2:Q"))
    return layered(layers, width, height)


def _rectangle(window: Window, x_range: Sequence[float] | None, y_range: Sequence[float] | None) -> alt.Chart:
    import altair as alt

    x0, x1 = (max(window[0], x_range[0]), min(window[1], x_range[1])) if x_range is not None else window[:2]
    y0, y1 = (max(window[2], y_range[0]), min(window[3], y_range[1])) if y_range is not None else window[2:]
    edges = data_of({"x": [float(x0)], "x2": [float(x1)], "y": [float(y0)], "y2": [float(y1)]})
    chart: alt.Chart = alt.Chart(edges).mark_rect(filled=False, stroke=_theme.INK, strokeWidth=1, strokeDash=[4, 3])
    return chart


def beside(panels: Sequence[alt.LayerChart]) -> alt.HConcatChart | alt.LayerChart:
    """Return panels side by side, each with its own axes."""
    import altair as alt

    if len(panels) == 1:
        return panels[0]
    chart: alt.HConcatChart = alt.hconcat(*panels, spacing=26).resolve_scale(x="independent", y="independent")
    return chart
