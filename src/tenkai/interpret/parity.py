"""interpret.parity: predicted numbers against the observed ones."""

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
from tenkai.interpret._records import data_of
from tenkai.interpret._scatter import Look, axes, scatter
from tenkai.interpret._text import number, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._worst import MOST_BARS, deviation_bars, facts_of, far_rings, far_rows, named_worst
from tenkai.step import Column, Help, Of, Range, Run, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

SIDE = 400


@step("interpret.parity", version=1, title="Parity plot")
def parity(
    table: Annotated[Table, Shape("n"), Help("rows with predictions (learn.predict, learn.cross_validate)")],
    *,
    target: Annotated[Column, Of("table", ("number",)), Help("the observed numbers")],
    predicted: Annotated[Column | None, Of("table"), Help("default: the column predicted")] = None,
    color: Annotated[Column | None, Of("table"), Help("labels or numbers that color the points")] = None,
    color_as: Annotated[ColorAs, Help("draw the color column as categories or as numbers")] = "auto",
    threshold: Annotated[float | None, Help("limit between two classes, drawn and counted in both directions")] = None,
    names: Annotated[int, Range(0, 30), Help("how many of the largest errors get their row id")] = 3,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw predicted against observed numbers: on the line, the prediction is right.

    Bars show the standard deviation a model gives (column predicted_sd); rings are rows far from the training
    rows (column far).

    Raises
    ------
    TenkaiError
        TK711 without predictions; TK201, TK202 for columns that do not fit; TK205 when no row has both values.

    Notes
    -----
    Both axes have the same range, so that the line is the diagonal. A cloud flatter than the line is a model
    drawn to the mean, which is normal where columns tell little. With a threshold the picture is one of
    classification: the four counts are those of a confusion matrix. The line under the picture says which of
    the rows scaler, settings and model had seen.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"gap": [1.0, 2.0, 3.0], "predicted": [1.0, 2.0, 2.0]})
    >>> tk.interpret.parity(t, target="gap").text
    'Predicted against observed gap of 3 rows: R² 0.5, RMSE 0.577. Largest error at Row2.'
    """
    found = read_numbers(table, target, predicted, run)
    xy = np.column_stack([found.observed, found.predicted])
    window = _square(xy, threshold)
    plane = Plane(found.table, f"{target}, observed", f"{target}, predicted", xy)
    look = Look(width=SIDE, height=SIDE)
    colors = coloring([found.table], color, color_as)
    position = axes(plane, window)
    layers: list[alt.Chart] = [_identity(window).encode(**position, x2="x2:Q", y2="y2:Q")]
    layers += deviation_bars(found, xy, position, run)
    layers += scatter(plane, colors, window, look)
    far = far_rows(found)
    layers += far_rings(far, xy, look.point_size(len(found)), position)
    captions = list(look.captions)
    if threshold is not None:
        lines, said = _quadrants(xy, threshold, window, position)
        layers = [*lines[:2], *layers, *lines[2:]]
        captions += said
    layers += named_worst(found, xy, names, window, (SIDE, SIDE), position)
    if found.deviation is not None and len(found) <= MOST_BARS:
        captions.append("Bars: one standard deviation, as the model gives it.")
    if far.any():
        captions.append(f"Rings: {count(int(far.sum()), 'row')} far from the training rows.")
    captions.append(lens_said(lens_of(found.table)))
    facts, short = facts_of(found)
    worst = int(np.abs(found.predicted - found.observed).argmax())
    return finished(
        layered(layers, SIDE, SIDE),
        title=f"Parity plot of {target}",
        text=f"Predicted against observed {target} of {count(len(found), 'row')}: {short}. "
        f"Largest error at {found.table.ids[worst]}.",
        heading=title,
        subtitle=[facts],
        caption=captions,
        width=SIDE,
    )


def _square(xy: NDArray[np.float64], threshold: float | None) -> Window:
    values = xy.ravel() if threshold is None else np.append(xy.ravel(), threshold)
    low, high = widened(float(values.min()), float(values.max()), 0.06)
    return low, high, low, high


def _identity(window: Window) -> alt.Chart:
    import altair as alt

    low, high = window[:2]
    line = data_of({"x": [low], "y": [low], "x2": [high], "y2": [high]})
    chart: alt.Chart = alt.Chart(line).mark_rule(color=_theme.SOFT, strokeWidth=1.2, clip=True)
    return chart


def _quadrants(
    xy: NDArray[np.float64], threshold: float, window: Window, position: dict[str, Any]
) -> tuple[list[alt.Chart], list[str]]:
    """Return the threshold in both directions, the counts in the corners, and both in words."""
    import altair as alt

    style: dict[str, Any] = {"color": _theme.SECOND, "strokeWidth": 1.3, "strokeDash": [5, 3]}
    at = [float(threshold)]
    upright = alt.Chart(data_of({"x": at})).mark_rule(**style).encode(x=position["x"])
    flat = alt.Chart(data_of({"y": at})).mark_rule(**style).encode(y=position["y"])
    above = xy >= threshold
    counts = {
        (a, b): int(((above[:, 0] == a) & (above[:, 1] == b)).sum()) for a in (True, False) for b in (True, False)
    }
    layers = [upright, flat]
    for (observed, guessed), n in counts.items():
        right = observed == guessed
        aside = 30 if right else 6  # clear of the diagonal
        corner = {"x": alt.value(SIDE - aside if observed else aside), "y": alt.value(14 if guessed else SIDE - 10)}
        text = alt.Chart(data_of({"t": [whole(n)]})).mark_text(
            align="right" if observed else "left",
            color=_theme.SOFT if right else _theme.SECOND,
            fontSize=13,
            fontWeight="bold",
        )
        layers.append(text.encode(text="t:N", **corner))
    hit, lost = counts[True, True], counts[True, False]
    false, rest = counts[False, True], counts[False, False]
    limit = number(threshold)
    said = (
        f"At or above {limit}: {whole(hit)} predicted so of {whole(hit + lost)} observed; below: {whole(rest)} of "
        f"{whole(false + rest)}. Numbers in the corners: rows on each side of the limit."
    )
    return layers, [said]
