"""interpret.subset_density: how the errors of all subsets of columns fall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import number
from tenkai.step import Help, step
from tenkai.values import Figure, Schema, Table

if TYPE_CHECKING:
    import altair as alt

WIDTH, ROW, TALLEST = 290, 26, 1.6
"""Width of a panel, height of a row, and how far its curve may reach into the row above, in rows."""
COLUMNS = ("part", "item", "side", "low", "high", "subsets")


@step("interpret.subset_density", version=1, title="Density of subsets")
def subset_density(
    table: Annotated[Table, Help("the output density of learn.exhaustive_subsets")],
    *,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw how the errors of all subsets of columns fall: by their number of columns, and with and without a column.

    A column that good models need pulls its *with* curve to the left of its *without* curve; where both lie on each
    other, the column does not matter. The number beside a curve is its smallest error.

    Raises
    ------
    TenkaiError
        TK766 for a table that is no density of subsets.

    Notes
    -----
    The area of a curve tells nothing about how many subsets it stands for: each has its own scale, so that one of
    120 subsets can be seen beside one of 12 870.

    Source
    ------
    Y. Igarashi et al., J. Phys.: Conf. Ser. 699, 012001 (2016): density of states of an exhaustive search.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2, 3, 4, 5, 7], "b": [0.0, 1, 1, 0, 2, 1], "y": [1.0, 3, 5, 8, 8, 13]})
    >>> found = tk.learn.exhaustive_subsets(t, target="y", folds=3)
    >>> tk.interpret.subset_density(found.density).title
    'Density of subsets'
    """
    import altair as alt

    _require(table)
    frame = table.frame
    whole = frame.filter(pl.col("part") == "all")
    size = frame.filter(pl.col("part") == "number of columns")
    column = frame.filter(pl.col("part") == "column")
    groups = list(dict.fromkeys(size.filter(pl.col("subsets") > 0)["item"].to_list()))
    names = sorted(dict.fromkeys(column["item"].to_list()), key=lambda n: -_gain(column, n))
    ends = float(whole["low"].min()), float(whole["high"].max())  # type: ignore[arg-type]
    left = _ridges([(g, size.filter(pl.col("item") == g), "all") for g in groups], groups, ends, "number of columns")
    curves = [
        (n, column.filter((pl.col("item") == n) & (pl.col("side") == side)), side)
        for n in names
        for side in ("without", "with")
    ]
    right = _ridges(curves, names, ends, "with and without a column")
    chart = alt.hconcat(left, right, spacing=30).resolve_scale(color="independent")
    total = int(whole["subsets"].sum())
    low = float(whole.filter(pl.col("subsets") > 0)["low"].min())  # type: ignore[arg-type]
    first, last = names[0], names[-1]
    said = f"{total} subsets of {len(names)} columns; the smallest error of rows held out is about {number(low)}"
    caption = [
        said + "; the worst 5 of 1000 lie beyond the right end.",
        "Each curve has its own height; the mark at its left end is its smallest error.",
        f"Columns stand in order of how much better subsets with them are in the mean: {first} most, {last} least.",
    ]
    return _theme.finished(
        chart, title="Density of subsets", text=f"Density of subsets: {said}. {caption[2]}", heading=title,
        caption=caption, width=2 * WIDTH + 120,
    )  # fmt: skip


def _require(table: Table) -> None:
    parts = set(table.frame["part"].to_list()) if "part" in table.columns else set()
    if any(c not in table.columns for c in COLUMNS) or not {"all", "column", "number of columns"} <= parts:
        raise problem(
            "TK766",
            "this table is no density of subsets.",
            allowed="The output density of learn.exhaustive_subsets.",
            remedy="Write table: NAME.density.",
            setting="table",
        )


def _mean(frame: pl.DataFrame) -> float:
    counts = frame["subsets"].to_numpy().astype(float)
    middle = (frame["low"].to_numpy() + frame["high"].to_numpy()) / 2
    return float((counts @ middle) / counts.sum()) if counts.sum() else float("nan")


def _gain(column: pl.DataFrame, name: str) -> float:
    """How much smaller the mean error is with a column."""
    own = column.filter(pl.col("item") == name)
    gain = _mean(own.filter(pl.col("side") == "without")) - _mean(own.filter(pl.col("side") == "with"))
    return gain if np.isfinite(gain) else 0.0


def _ridges(
    curves: list[tuple[str, pl.DataFrame, str]], rows: list[str], ends: tuple[float, float], said: str
) -> alt.LayerChart:
    """Return one curve (or two) per row, above each other."""
    import altair as alt

    place = {name: len(rows) - 1 - i for i, name in enumerate(rows)}
    height = ROW * len(rows) + ROW
    x = alt.X(
        "x:Q",
        title="root mean squared error, rows held out",
        scale=alt.Scale(domain=list(ends), nice=False, zero=False),
        axis=alt.Axis(tickCount=5, grid=True),
    )
    top = alt.Scale(domain=[-0.15, len(rows) - 1 + TALLEST], nice=False)
    colors = {"all": _theme.ACCENT, "with": _theme.ACCENT, "without": _theme.SECOND}
    layers: list[Any] = []
    for name, frame, side in curves:
        counts = frame["subsets"].to_numpy().astype(float)
        if not counts.sum():
            continue
        xs, ys = _steps(frame, TALLEST * counts / counts.max(), place[name])
        data = data_of({"x": rounded(xs), "y": rounded(ys), "b": [place[name]] * len(xs)})
        y = alt.Y("y:Q", scale=top, axis=None)
        layers.append(
            alt.Chart(data)
            .mark_area(color=colors[side], opacity=0.35, line={"color": colors[side], "strokeWidth": 1.1})
            .encode(x=x, y=y, y2="b:Q")
        )
        first = float(frame["low"][int(np.argmax(counts > 0))])
        mark: dict[str, list[Any]] = {
            "x": [first],
            "y": [place[name]],
            "n": [f"{name}, {side}" if side != "all" else name],
            "k": [int(counts.sum())],
        }
        tooltip = [tip("n:N", said), tip("x:Q", "smallest error", format=".4g"), tip("k:Q", "subsets")]
        layers.append(
            alt.Chart(data_of(mark))
            .mark_tick(color=colors[side], thickness=2.5, size=11, orient="vertical")
            .encode(x=x, y=y, tooltip=tooltip)
        )
    labels = data_of({"y": [place[n] for n in rows], "n": rows})
    layers.append(
        alt.Chart(labels)
        .mark_text(align="right", dx=-7, dy=-4, color=_theme.INK, fontSize=11, clip=False)
        .encode(x=alt.value(0), y=alt.Y("y:Q", scale=top, axis=None), text="n:N")
    )
    if any(side == "with" for *_, side in curves):
        layers += _legend()
    heading = {"text": said, "fontSize": 12, "fontWeight": "normal", "anchor": "start", "offset": 6}
    return layered(layers, WIDTH, height, title=heading)


def _steps(
    frame: pl.DataFrame, heights: NDArray[np.float64], base: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the outline of bars, so that a curve of one full bin is seen as what it is."""
    xs = np.column_stack([frame["low"].to_numpy(), frame["high"].to_numpy()]).ravel()
    return xs, base + np.repeat(heights, 2)


def _legend() -> list[alt.Chart]:
    import altair as alt

    found = []
    for i, (word, color) in enumerate((("with", _theme.ACCENT), ("without", _theme.SECOND))):
        data = data_of({"t": [f"■ {word}"]})
        chart = alt.Chart(data).mark_text(align="right", color=color, fontSize=11.5, fontWeight="bold")
        found.append(chart.encode(x=alt.value(WIDTH - 72 * (1 - i)), y=alt.value(-9), text="t:N"))
    return found


@subset_density.schema
def _schema(table: Schema | None, **_: object) -> Schema | None:
    if table is not None:
        table.require(COLUMNS, (), "table")
    return None
