"""interpret.heatmap: tables of numbers as colored cells, on the same axes and one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._sweeps import members
from tenkai.interpret._text import columns_of, number, short_names, shorten
from tenkai.interpret._theme import finished
from tenkai.step import Help, Length, Range, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Figure, Sweep, Table

if TYPE_CHECKING:
    import altair as alt

Array = NDArray[np.float64]

MOST_NAMED = 80  # rows or columns up to which each is named
BLUES = ["#ffffff", "#c6dbef", "#7fb3d8", "#2f7fb8", "#08306b"]
BOTH_WAYS = ["#7f3b08", "#d98a2b", "#fbd9ac", "#ffffff", "#b5d4ea", "#3d8bc2", "#08306b"]
MISSING = "#c9ced3"
PANEL = 350  # points along the longer side


@dataclass(frozen=True)
class Grid:
    """Cells to draw: a mean per block where the table is large. `rows`, `columns`: their names."""

    values: tuple[Array, ...]
    rows: list[str]
    columns: list[str]
    blocks: tuple[int, int]


@step("interpret.heatmap", version=1, title="Heat maps")
def heatmap(
    tables: Annotated[list[Table] | Sweep[Table], Shape("n p"), Help("tables of the same rows and columns")],
    *,
    columns: Annotated[Columns, Help("the columns drawn")] = ALL_NUMBERS,
    titles: Annotated[list[str] | None, Length(1), Help("one title per table")] = None,
    scale: Annotated[
        Literal["auto", "one_way", "both_ways"], Help("auto: both ways, white at 0, where a cell is below 0")
    ] = "auto",
    most: Annotated[int, Range(10, 300), Help("cells along a side; larger tables are drawn as means of blocks")] = 120,
    across: Annotated[int, Range(1, 10), Help("panels beside each other")] = 3,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw each cell as a color: data, low rank and difference on the same axes and one scale.

    Raises
    ------
    TenkaiError
        TK750 when the tables have other rows or columns, or there is not one title each; TK205 without rows;
        TK201, TK202 for the columns.

    Notes
    -----
    One scale for all panels, so that a color means the same number everywhere. A large table is drawn as means
    of blocks of rows and columns: single cells cannot be read off then. Read lists from a table
    (learn.recommend), not from the picture.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 0.0], "b": [0.0, 1.0]}, ids=["x", "y"])
    >>> tk.interpret.heatmap([t]).text
    'Heat map of 2 rows and 2 columns, 0 to 1.'
    """
    found = members(tables)
    if not found:
        raise problem("TK750", "there is no table.", setting="tables")
    first = found[0].value
    names = first.choose(columns)
    if first.height == 0:
        raise problem("TK205", "the table has no rows.", setting="tables")
    wanted = titles if titles is not None else [shorten(m.name, 40) for m in found]
    if len(wanted) != len(found):
        fact = f"there are {len(wanted)} titles for {len(found)} tables."
        raise problem("TK750", fact, allowed="Give one title per table.", setting="titles")
    matrices = []
    for member in found:
        table = member.value
        _check_same(first, table, names)
        matrices.append(table.matrix(names))
    features = first.layout(names).features()
    grid = _grid(matrices, first.ids.to_list(), features, most)
    low, high = _ends(grid.values)
    signed = scale == "both_ways" or (scale == "auto" and low < 0)
    captions = []
    if max(grid.blocks) > 1:
        captions.append(
            f"Each cell is the mean of {count(grid.blocks[0], 'row')} and {count(grid.blocks[1], 'column')}."
        )
    gaps = int(sum(np.isnan(v).sum() for v in grid.values))
    if gaps:
        captions.append(f"Gray: {count(gaps, 'cell')} without a value.")
    size = f"{count(first.height, 'row')} and {count(len(features), 'column')}"
    kind = "Heat map" if len(found) == 1 else f"{len(found)} heat maps"
    chart, width = _chart(grid, wanted, low, high, signed, across)
    return finished(
        chart,
        title="Heat map",
        text=f"{kind} of {size}, {number(low)} to {number(high)}.",
        heading=title,
        caption=captions,
        width=width,
    )


def _check_same(first: Table, table: Table, names: Sequence[str]) -> None:
    table.require(names, ("number", "vector", "image"), "tables")
    if table.ids.to_list() == first.ids.to_list() and table.layout(names).width == first.layout(names).width:
        return
    both = list(zip(first.ids.to_list(), table.ids.to_list(), strict=False))
    other = next((f"row '{b}' stands where the first has '{a}'" for a, b in both if a != b), "")
    fact = other or f"a table has {table.height} rows, the first {first.height}"
    raise problem(
        "TK750", f"{fact}.", allowed="The same rows in the same order, and the same columns.", setting="tables"
    )


def _grid(matrices: Sequence[Array], rows: Sequence[str], columns: Sequence[str], most: int) -> Grid:
    blocks = tuple(-(-n // most) for n in matrices[0].shape)
    values = tuple(_means(m, blocks[0], blocks[1]) for m in matrices)
    names = [_labels(n, b) for n, b in zip((rows, columns), blocks, strict=True)]
    return Grid(values, names[0], names[1], (blocks[0], blocks[1]))


def _means(values: Array, down: int, across: int) -> Array:
    """Return the mean of each block; cells without a value do not count."""
    if down == across == 1:
        return values
    known = ~np.isnan(values)
    at = [np.arange(0, n, b) for n, b in zip(values.shape, (down, across), strict=True)]

    def summed(cells: Array) -> Array:
        return np.asarray(np.add.reduceat(np.add.reduceat(cells, at[0], axis=0), at[1], axis=1))

    total, count = summed(np.where(known, values, 0.0)), summed(known.astype(np.float64))
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def _labels(names: Sequence[str], block: int) -> list[str]:
    if block == 1:
        short = short_names(names, 22)
        return short if len(set(short)) == len(short) else list(names)
    return [f"{start + 1} to {min(start + block, len(names))}" for start in range(0, len(names), block)]


def _ends(values: Sequence[Array]) -> tuple[float, float]:
    known = np.concatenate([v[~np.isnan(v)] for v in values])
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _chart(
    grid: Grid, titles: Sequence[str], low: float, high: float, signed: bool, across: int
) -> tuple[alt.TopLevelMixin, int]:
    import altair as alt

    n, p = len(grid.rows), len(grid.columns)
    cell = float(np.clip(PANEL / max(n, p), 2.4, 26))
    cell = max(cell, 8.0) if max(n, p) <= MOST_NAMED else cell
    width, height = round(cell * p), round(cell * n)
    most = max(abs(low), abs(high)) or 1.0
    domain = [-most, most] if signed else [low, high if high > low else low + 1]
    color = alt.Color(
        "v:Q",
        scale=alt.Scale(domain=domain, range=BOTH_WAYS if signed else BLUES, interpolate="rgb", clamp=True),
        legend=alt.Legend(title=None, gradientLength=min(170, max(60, height)), gradientThickness=11, format=".3~g"),
    )
    panels = []
    for at, (values, heading) in enumerate(zip(grid.values, titles, strict=True)):
        position = _position(grid, cell, named=at % across == 0)
        panels.append(_panel(values, grid, position, color, heading, width, height))
    labels = max((columns_of(r) for r in grid.rows), default=0) * 5 if n <= MOST_NAMED else 30
    if len(panels) == 1:
        return panels[0], width + labels
    chart = alt.concat(*panels, columns=min(across, len(panels)), spacing=18).resolve_scale(
        color="shared", x="independent"
    )
    return chart, (width + 18) * min(across, len(panels)) + labels


def _position(grid: Grid, cell: float, *, named: bool) -> dict[str, Any]:
    import altair as alt

    encodings: dict[str, Any] = {}
    for field, names, block in (("r", grid.rows, grid.blocks[0]), ("c", grid.columns, grid.blocks[1])):
        every = 1 if len(names) <= MOST_NAMED and block == 1 and cell >= 7 else max(1, round(40 / cell))
        shown = names[::every] if field == "c" or named else []
        size = float(np.clip(cell, 7, 10.5)) if every == 1 else 9
        settings: dict[str, Any] = {"values": shown, "ticks": False, "grid": False, "labelFontSize": size}
        settings |= {"labelLimit": 160, "labelPadding": 3, "title": None, "labelOverlap": False}
        if field == "c":
            short = max((columns_of(n) for n in names), default=1) * size * 0.6 < cell * every
            axis = alt.Axis(orient="bottom", labelAngle=0 if short else -90, **settings)
            encodings["x"] = alt.X("c:O", sort=None, scale=alt.Scale(domain=names, padding=0), axis=axis)
        else:
            scale = alt.Scale(domain=names, padding=0)
            encodings["y"] = alt.Y("r:O", sort=None, scale=scale, axis=alt.Axis(**settings))
    return encodings


def _panel(
    values: Array,
    grid: Grid,
    position: dict[str, Any],
    color: alt.Color,
    heading: str,
    width: int,
    height: int,
) -> alt.LayerChart:
    import altair as alt

    flat = values.ravel()
    known = ~np.isnan(flat)
    at = np.flatnonzero(known)
    data = data_of(
        {
            "r": [grid.rows[i] for i in at // values.shape[1]],
            "c": [grid.columns[j] for j in at % values.shape[1]],
            "v": rounded(flat[at]),
        }
    )
    fine = max(values.shape) <= MOST_NAMED
    line: dict[str, Any] = {"stroke": _theme.GRID, "strokeWidth": 0.5} if fine else {"strokeWidth": 0}
    cells = alt.Chart(data).mark_rect(**line)
    tooltip = [tip("r:O", "row"), tip("c:O", "column"), tip("v:Q", "value", format=".4g")]
    layers = [cells.encode(color=color, tooltip=tooltip, **position)]
    back = alt.Chart(data_of({})).mark_rect(color=MISSING, strokeWidth=0)
    if not known.all():
        layers.insert(0, back)
    if not heading:
        return layered(layers, width, height)
    told = alt.TitleParams(heading, fontSize=12, fontWeight="normal", anchor="middle")
    return layered(layers, width, height, title=told)
