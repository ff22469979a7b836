"""interpret.residuals: what a model leaves over, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count
from tenkai.interpret import _theme
from tenkai.interpret._color import ColorAs, coloring
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import Plane, Window, widened
from tenkai.interpret._predictions import lens_of, lens_said, read_numbers
from tenkai.interpret._records import data_of, rounded
from tenkai.interpret._scatter import Look, axes, scatter
from tenkai.interpret._text import number
from tenkai.interpret._theme import finished
from tenkai.interpret._worst import facts_of, far_rings, far_rows, named_worst
from tenkai.interpret.histogram import interval_edges
from tenkai.step import Column, Help, Of, Range, Run, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT, SIDE = 440, 320, 110


@step("interpret.residuals", version=1, title="Residuals")
def residuals(
    table: Annotated[Table, Shape("n"), Help("rows with predictions (learn.predict, learn.cross_validate)")],
    *,
    target: Annotated[Column, Of("table", ("number",)), Help("the observed numbers")],
    predicted: Annotated[Column | None, Of("table"), Help("default: the column predicted")] = None,
    against: Annotated[
        Column | None, Of("table", ("number",)), Help("numbers drawn across; default: the predictions")
    ] = None,
    color: Annotated[Column | None, Of("table"), Help("labels or numbers that color the points")] = None,
    color_as: Annotated[ColorAs, Help("draw the color column as categories or as numbers")] = "auto",
    names: Annotated[int, Range(0, 30), Help("how many of the largest errors get their row id")] = 3,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw what is left of each observed number after the prediction, and how these residuals are spread.

    Rings are rows far from the training rows (column far).

    Raises
    ------
    TenkaiError
        TK711 without predictions; TK201, TK202 for columns that do not fit; TK205 when no row has both values.

    Notes
    -----
    A residual is observed minus predicted: above the line the model predicts too little. A bend across the
    picture says that something in the columns is not in the model; a funnel, that errors grow with the value.
    Draw against a column the model does not have to see whether it would help.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"gap": [1.0, 2.0, 3.0], "predicted": [1.0, 2.0, 2.0]})
    >>> tk.interpret.residuals(t, target="gap").text
    'Residuals of gap of 3 rows: mean 0.333, standard deviation 0.577. Largest at Row2.'
    """
    found = read_numbers(table, target, predicted, run)
    left = found.observed - found.predicted
    across = found.predicted if against is None else found.table.complete_matrix([against], setting="against")[:, 0]
    xy = np.column_stack([across, left])
    low, high = widened(float(min(left.min(), 0)), float(max(left.max(), 0)), 0.08)
    window: Window = (*widened(float(across.min()), float(across.max()), 0.05), low, high)
    plane = Plane(found.table, against or f"{target}, predicted", f"{target}, observed - predicted", xy)
    look = Look(width=WIDTH, height=HEIGHT)
    position = axes(plane, window)
    zero = _zero(0.0, position)
    far = far_rows(found)
    layers = [
        zero,
        *scatter(plane, coloring([found.table], color, color_as), window, look),
        *far_rings(far, xy, look.point_size(len(found)), position),
        *named_worst(found, xy, names, window, (WIDTH, HEIGHT), position),
    ]
    captions = list(look.captions)
    if far.any():
        captions.append(f"Rings: {count(int(far.sum()), 'row')} far from the training rows.")
    captions.append(lens_said(lens_of(found.table)))
    spread = float(left.std(ddof=1)) if len(left) > 1 else float("nan")
    said = f"mean {number(float(left.mean()), 3)}, standard deviation {number(spread, 3)}"
    worst = int(np.abs(left).argmax())
    return finished(
        _beside(layers, left, (low, high)),
        title=f"Residuals of {target}",
        text=f"Residuals of {target} of {count(len(found), 'row')}: {said}. Largest at {found.table.ids[worst]}.",
        heading=title,
        subtitle=[facts_of(found)[0]],
        caption=captions,
        width=WIDTH + SIDE,
    )


def _zero(at: float, position: dict[str, Any]) -> alt.Chart:
    """Return the line of residual zero."""
    import altair as alt

    rule = alt.Chart(data_of({"y": [at]})).mark_rule(color=_theme.SOFT, strokeWidth=1.2)
    chart: alt.Chart = rule.encode(y=position["y"])
    return chart


def _beside(layers: list[alt.Chart], left: NDArray[np.float64], reach: tuple[float, float]) -> alt.HConcatChart:
    """Return the points with a histogram of the residuals at their right, on the same scale."""
    import altair as alt

    edges = interval_edges(left, None)
    counts = np.histogram(left, edges)[0]
    kept = np.flatnonzero(counts)
    data = data_of(
        {"a": rounded(edges[kept]), "b": rounded(edges[kept + 1]), "n": counts[kept].tolist(), "z": [0] * len(kept)}
    )
    scale = alt.Scale(domain=list(reach), nice=False, zero=False)
    y = alt.Y("a:Q", title=None, scale=scale, axis=alt.Axis(labels=False, ticks=False))
    x = alt.X("z:Q", title="rows", axis=alt.Axis(tickCount=3, format="d", grid=False))
    bars = alt.Chart(data).mark_rect(color=_theme.ACCENT, stroke="white", strokeWidth=0.7)
    aside = layered([bars.encode(x=x, x2="n:Q", y=y, y2="b:Q")], SIDE, HEIGHT)
    both = alt.hconcat(layered(layers, WIDTH, HEIGHT), aside, spacing=8)
    chart: alt.HConcatChart = both.resolve_scale(x="independent", y="independent", color="independent")
    return chart
