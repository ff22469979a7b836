"""interpret.histogram: how the values of a column are spread."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret import _theme
from tenkai.interpret._color import LABELS, Categories, categories
from tenkai.interpret._panels import layered
from tenkai.interpret._plane import widened
from tenkai.interpret._records import data_of, tip
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import natural, number, shorten, whole
from tenkai.interpret._theme import finished
from tenkai.step import Column, Help, Of, Range, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 500, 300
MOST_BINS = 200
MOST_AUTOMATIC = 60
MOST_BARS = 40
ALL = "rows"


@step("interpret.histogram", version=1, title="Histogram")
def histogram(
    table: Annotated[Table, Shape("n"), Help("rows")],
    *,
    column: Annotated[Column, Of("table", ("number", "category", "text")), Help("numbers or labels to count")],
    bins: Annotated[int | None, Range(1, MOST_BINS), Help("equal intervals; default: by the spread")] = None,
    color: Annotated[Column | None, Of("table"), Help("labels by which the bars are divided")] = None,
    threshold: Annotated[float | None, Help("a value to mark, such as the limit of a filter")] = None,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Count how often values occur: numbers in equal intervals, labels one by one.

    Look at a target this way before filtering: a value far from the rest is unusual, not wrong.

    Raises
    ------
    TenkaiError
        TK201 and TK202 for columns that do not fit; TK205 when no row has a value; TK710 for a threshold on
        labels.

    Notes
    -----
    Intervals hold their lower end; the last holds both. By default their width follows Freedman and Diaconis
    (or Sturges, when that gives fewer rows per interval).

    Source
    ------
    NumPy, histogram_bin_edges; D. Freedman, P. Diaconis, Z. Wahrscheinlichkeitstheorie 57, 453 (1981).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"gap": [1.0, 1.5, 2.0, 9.0]})
    >>> tk.interpret.histogram(t, column="gap").text
    'Histogram of gap: 4 rows, 1 to 9, median 1.75.'
    """
    table.require([column], LABELS, "column")
    classes = categories([table], color, "color") if color is not None else None
    of = classes.of(table) if classes is not None else [ALL] * table.height
    if table.kinds[column] == "number":
        return _numbers(table, column, bins, classes, of, threshold, title)
    if threshold is not None:
        raise problem("TK710", f"'{column}' holds labels: {threshold} has no place among them.", setting="threshold")
    return _labels(table, column, classes, of, title)


def _numbers(
    table: Table,
    column: str,
    bins: int | None,
    classes: Categories | None,
    of: list[str],
    threshold: float | None,
    title: str | None,
) -> Figure:
    import altair as alt

    every = table.matrix([column])[:, 0]
    known = np.isfinite(every)
    values = every[known]
    if len(values) == 0:
        raise problem("TK205", f"no row has a value in '{column}'.", setting="column")
    edges = interval_edges(values, bins)
    names = list(classes.names) if classes is not None else [ALL]
    kept = [name for name, k in zip(of, known.tolist(), strict=True) if k]
    counts = {name: np.histogram(values[[n == name for n in kept]], edges)[0] for name in names}
    columns: dict[str, list[Any]] = {"a": [], "b": [], "lo": [], "hi": [], "n": [], "c": []}
    below = np.zeros(len(edges) - 1, np.int64)
    for name in names:
        for k in np.flatnonzero(counts[name]).tolist():
            n = int(counts[name][k])
            cells = (float(edges[k]), float(edges[k + 1]), int(below[k]), int(below[k]) + n, n, name)
            for key, cell in zip(columns, cells, strict=True):
                columns[key].append(cell)
        below += counts[name]
    low, high = float(edges[0]), float(edges[-1])
    if threshold is not None:
        low, high = min(low, threshold), max(high, threshold)
    domain = alt.Scale(domain=list(widened(low, high, 0.02)), nice=False, zero=False)
    x = alt.X("a:Q", title=shorten(column, 60), scale=domain, axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y("lo:Q", title="rows", **_count_axis(columns["hi"]))
    tooltip = [
        tip("a:Q", "from", format=".4g"),
        tip("b:Q", "to", format=".4g"),
        tip("n:Q", "rows"),
    ]
    bars = alt.Chart(data_of(columns)).mark_rect(stroke="white", strokeWidth=0.7, **_fixed(classes))
    layers: list[alt.Chart] = [bars.encode(x=x, x2="b:Q", y=y, y2="hi:Q", tooltip=tooltip, **_color(classes))]
    if threshold is not None:
        layers += _threshold(threshold, x)
    missing = int((~known).sum())
    reach = f"{number(float(values.min()))} to {number(float(values.max()))}, median {number(float(np.median(values)))}"
    said = f"{whole(len(values))} rows, {reach}"
    captions = [said + _without(missing)]
    if threshold is not None:
        captions.append(f"{count(int((values >= threshold).sum()), 'row')} at or above {number(threshold)}.")
    chart = layered(layers, WIDTH, HEIGHT)
    return _figure(chart, column, f"Histogram of {column}: {said}.", captions, title)


def interval_edges(values: NDArray[np.float64], bins: int | None) -> NDArray[np.float64]:
    """Return the edges of equal intervals."""
    if values.min() == values.max():
        return np.array(widened(float(values.min()), float(values.max()), 0.0))
    if bins is None:
        bins = min(len(np.histogram_bin_edges(values, "auto")) - 1, MOST_AUTOMATIC)
    return np.linspace(values.min(), values.max(), bins + 1)


def _labels(table: Table, column: str, classes: Categories | None, of: list[str], title: str | None) -> Figure:
    import altair as alt

    labels = [label_of(v) for v in table[column].to_list()]
    found = Counter(label for label in labels if label is not None)
    if not found:
        raise problem("TK205", f"no row has a value in '{column}'.", setting="column")
    shown = sorted(sorted(found, key=lambda v: (-found[v], natural(v)))[:MOST_BARS], key=natural)
    pairs = Counter((label, name) for label, name in zip(labels, of, strict=True) if label in set(shown))
    names = list(classes.names) if classes is not None else [ALL]
    columns: dict[str, list[Any]] = {"t": [], "lo": [], "hi": [], "n": [], "c": []}
    for value in shown:
        below = 0
        for name in names:
            n = pairs[(value, name)]
            if n:
                for key, cell in zip(columns, (value, below, below + n, n, name), strict=True):
                    columns[key].append(cell)
                below += n
    y = alt.Y("t:N", sort=shown, title=shorten(column, 40), axis=alt.Axis(grid=False, ticks=False, labelLimit=220))
    x = alt.X("lo:Q", title="rows", **_count_axis(columns["hi"]))
    tooltip = [tip("t:N", column), tip("n:Q", "rows")]
    bars = alt.Chart(data_of(columns)).mark_bar(stroke="white", strokeWidth=0.7, **_fixed(classes))
    bars = bars.encode(y=y, x=x, x2="hi:Q", tooltip=tooltip, **_color(classes))
    chart = layered([bars], WIDTH, max(60, 22 * len(shown)))
    missing = labels.count(None)
    captions = [f"{whole(sum(found.values()))} rows, {whole(len(found))} labels" + _without(missing)]
    if len(found) > len(shown):
        captions.append(f"The {MOST_BARS} commonest labels are drawn.")
    text = f"Bars of {column}: " + ", ".join(f"{v} ({whole(found[v])})" for v in shown[:12]) + "."
    return _figure(chart, column, text, captions, title)


def _count_axis(tops: list[int]) -> dict[str, Any]:
    import altair as alt

    most = max(tops)
    scale = alt.Scale(domain=[0, most * 1.05], nice=False)
    return {"scale": scale, "axis": alt.Axis(tickCount=min(6, most), format=",d")}


def _fixed(classes: Categories | None) -> dict[str, Any]:
    return {} if classes is not None else {"color": _theme.ACCENT}


def _color(classes: Categories | None) -> dict[str, Any]:
    import altair as alt

    if classes is None:
        return {}
    scale = alt.Scale(domain=list(classes.names), range=classes.colors)
    return {"color": alt.Color("c:N", scale=scale, legend=classes.legend(symbolType="square", symbolSize=90))}


def _threshold(value: float, x: alt.X) -> list[alt.Chart]:
    import altair as alt

    data = data_of({"a": [value], "t": [number(value)]})
    rule = alt.Chart(data).mark_rule(color=_theme.SECOND, strokeWidth=1.5, strokeDash=[5, 3])
    text = alt.Chart(data).mark_text(align="left", dx=5, dy=8, color=_theme.SECOND, fontSize=11)
    return [rule.encode(x=x), text.encode(x=x, text="t:N", y=alt.value(4))]


def _without(missing: int) -> str:
    return f"; {whole(missing)} without a value." if missing else "."


def _figure(chart: alt.LayerChart, column: str, text: str, captions: list[str], title: str | None) -> Figure:
    return finished(
        chart,
        title=f"Histogram of {column}",
        text=text,
        heading=title,
        caption=captions,
        width=WIDTH,
    )
