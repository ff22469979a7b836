"""interpret.images: a grid of pictures."""

from __future__ import annotations

import math
from typing import Annotated

from tenkai.interpret._color import categories
from tenkai.interpret._panels import layered
from tenkai.interpret._text import short_ids, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import PICTURES, pictures, positions_of
from tenkai.interpret._tiles import Grid, Tile, tile_layers, unit_axes, unit_window
from tenkai.step import Column, Help, Length, Of, Range, Run, Shape, step
from tenkai.values import Figure, Table

WIDTH = 640  # points
LARGEST_CELL = 90


@step("interpret.images", version=1, title="Pictures")
def images(
    things: Annotated[Table, Shape("n"), Help("rows with pictures")],
    *,
    image: Annotated[Column | None, Of("things", PICTURES), Help("default: the only one")] = None,
    label: Annotated[Column | None, Of("things"), Help("class of each row, written above its picture")] = None,
    rows: Annotated[list[str | None] | None, Length(1), Help("row ids in order; null leaves a tile blank")] = None,
    across: Annotated[int, Range(1, 200), Help("pictures per line")] = 10,
    limit: Annotated[int, Range(1, 10_000), Help("most pictures drawn: the first rows")] = 100,
    annotate: Annotated[bool, Help("write row id and label above each picture")] = True,
    invert: Annotated[bool, Help("draw large values dark, as ink on paper")] = False,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw the pictures of rows as a grid, with row id and label on each.

    Raises
    ------
    TenkaiError
        TK702 when there are no pictures; TK703 for a row id that does not exist.

    Source
    ------
    The grid of digits in the S2 article (`draw_digits`).

    Example
    -------
    >>> import numpy as np
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"picture": np.zeros((3, 4, 4)), "label": ["a", "b", "a"]})
    >>> tk.interpret.images(t, label="label").text
    'Pictures of 3 rows.'
    """
    source = pictures(things, image, invert)
    wanted: list[str | None] = list(rows) if rows is not None else list(things.ids.head(limit).to_list())
    if rows is None and things.height > limit:
        run.note("TKW704", f"The first {whole(limit)} of {whole(things.height)} rows are drawn.")
    given = [i for i in wanted if i is not None]
    at = positions_of(given, things, "things", "rows")
    shown = things.take(at)
    classes = categories([things], label) if label is not None else None
    names = classes.of(shown) if classes is not None else [""] * shown.height
    colors = dict(zip(classes.names, classes.colors, strict=True)) if classes is not None else {}
    per_line = min(across, len(wanted))
    places = [k for k, i in enumerate(wanted) if i is not None]
    tiles = [
        Tile(k // per_line, k % per_line, row_id, name, colors.get(name))
        for k, row_id, name in zip(places, short_ids(given), names, strict=True)
    ]
    grid = Grid(math.ceil(len(wanted) / per_line), per_line, min(WIDTH / per_line, LARGEST_CELL), annotate)
    chart = layered(
        tile_layers(source.of(at, grid.room), tiles, grid, unit_window(grid), unit_axes(grid)),
        grid.width,
        grid.height,
        bare=True,
    )
    caption = (
        [f"The first {whole(limit)} of {whole(things.height)} rows."] if rows is None and things.height > limit else []
    )
    return finished(
        chart,
        title="Pictures",
        text=f"Pictures of {whole(len(given))} rows.",
        heading=title,
        caption=caption,
        width=grid.width,
    )
