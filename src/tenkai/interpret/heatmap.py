"""interpret.heatmap: tables of numbers as colored cells, on the same axes and one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from tenkai.errors import count, problem
from tenkai.interpret._color_scale import ColorScale
from tenkai.interpret._heatmap_cells import Cells, cell_panel
from tenkai.interpret._heatmap_plan import Plan
from tenkai.interpret._heatmap_raster import bands, raster_panel, reduced, said
from tenkai.interpret._sweeps import members
from tenkai.interpret._text import number, shorten
from tenkai.interpret._theme import finished
from tenkai.step import Help, Length, Range, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Figure, Sweep, Table

if TYPE_CHECKING:
    import altair as alt


@step("interpret.heatmap", version=2, title="Heat maps")
def heatmap(
    tables: Annotated[list[Table] | Sweep[Table], Shape("n p"), Help("tables of the same rows and columns")],
    *,
    columns: Annotated[Columns, Help("the columns drawn")] = ALL_NUMBERS,
    window: Annotated[
        list[int] | None,
        Length(4, 4),
        Help("draw a part only: first and last row, first and last column, counted from 1"),
    ] = None,
    titles: Annotated[list[str] | None, Length(1), Help("one title per table")] = None,
    scale: Annotated[
        Literal["auto", "one_way", "both_ways"], Help("auto: both ways, white at 0, where a cell is below 0")
    ] = "auto",
    most: Annotated[
        int, Range(10, 300), Help("cells along a side that are drawn one by one; larger tables become an image")
    ] = 120,
    pixels: Annotated[
        Literal["extreme", "mean"],
        Help("what a pixel of the image shows of several cells: the one farthest from white, or the mean"),
    ] = "extreme",
    across: Annotated[int, Range(1, 10), Help("panels beside each other")] = 3,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw each cell as a color: data, low rank and difference on the same axes and one scale.

    Raises
    ------
    TenkaiError
        TK750 when the tables have other rows or columns, or there is not one title each; TK756 for a window
        outside the tables; TK203 for infinite cells; TK205 without rows; TK201, TK202 for the columns.

    Notes
    -----
    One scale for all panels and all windows of the same tables, so that a color means the same number everywhere.
    A small table tells each cell under the pointer. A large one becomes an image, a pixel per cell or per block of
    cells. A block shows its extreme, so that a single bright cell in a million stays visible; with
    `pixels: mean` it shows how much there is. Look at a part with `window`: up to some eighty rows and columns are
    named. Read lists from a table (learn.recommend), not from the picture.

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
    all_tables = [m.value for m in found]
    first = all_tables[0]
    names = first.choose(columns)
    if first.height == 0:
        raise problem("TK205", "the table has no rows.", setting="tables")
    wanted = titles if titles is not None else [shorten(m.name, 40) for m in found]
    if len(wanted) != len(found):
        fact = f"there are {len(wanted)} titles for {len(found)} tables."
        raise problem("TK750", fact, allowed="Give one title per table.", setting="titles")
    for table in all_tables:
        _check_same(first, table, names)
    plan = Plan.of(all_tables, columns, window, scale, most)
    part, features, signed = plan.part, plan.features, plan.signed
    colors = ColorScale.of(plan.low, plan.high, signed)
    ids = first.ids.to_list()
    captions, panels = [], []
    raster = plan.raster
    if raster is None:
        grid = Cells.of(ids[slice(*part.rows)], features[slice(*part.columns)])
        for at, (table, heading) in enumerate(zip(all_tables, wanted, strict=True)):
            values = np.concatenate([b[:, slice(*part.columns)] for b in bands(table, names, part.rows)])
            panels.append(cell_panel(values, grid, colors, heading, named=at % across == 0))
        width, labels = grid.size[0], grid.label_room
    else:
        captions += raster.caption(pixels, signed)
        for at, (table, heading) in enumerate(zip(all_tables, wanted, strict=True)):
            blocks = reduced(table, names, part, raster, pixels, signed)
            panels.append(raster_panel(blocks, raster, part, (ids, features), colors, heading, named=at % across == 0))
        width, labels = raster.size[0], 30
    if part != plan.whole:
        captions.append(f"Drawn: {said(part)}; the colors are those of the whole.")
    if plan.gaps:
        captions.append(f"Gray: {count(plan.gaps, 'cell')} without a value.")
    size = f"{count(first.height, 'row')} and {count(len(features), 'column')}"
    what = size if part == plan.whole else f"{said(part)}, out of {size}"
    kind = "Heat map" if len(found) == 1 else f"{len(found)} heat maps"
    chart, width = _beside(panels, width, labels, across)
    return finished(
        chart,
        title="Heat map",
        text=f"{kind} of {what}, {number(plan.low)} to {number(plan.high)}.",
        heading=title,
        caption=captions,
        width=width,
    )


def _check_same(first: Table, table: Table, names: Sequence[str]) -> None:
    table.require(names, ("number", "vector", "image"), "tables")
    if table.ids.equals(first.ids) and table.layout(names).width == first.layout(names).width:
        return
    both = list(zip(first.ids.to_list(), table.ids.to_list(), strict=False))
    other = next((f"row '{b}' stands where the first has '{a}'" for a, b in both if a != b), "")
    fact = other or f"a table has {table.height} rows, the first {first.height}"
    raise problem(
        "TK750", f"{fact}.", allowed="The same rows in the same order, and the same columns.", setting="tables"
    )


def _beside(panels: Sequence[alt.LayerChart], width: int, labels: int, across: int) -> tuple[alt.TopLevelMixin, int]:
    import altair as alt

    if len(panels) == 1:
        return panels[0], width + labels
    chart = alt.concat(*panels, columns=min(across, len(panels)), spacing=18).resolve_scale(
        color="shared", x="independent"
    )
    return chart, (width + 18) * min(across, len(panels)) + labels
