"""interpret.crystals: a grid of drawn crystals."""

from __future__ import annotations

import math
from typing import Annotated

from tenkai.errors import listing, problem
from tenkai.interpret._color import categories
from tenkai.interpret._crystal_pictures import crystal_pixels
from tenkai.interpret._panels import layered
from tenkai.interpret._text import short_ids, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import positions_of
from tenkai.interpret._tiles import Grid, Tile, tile_layers, unit_axes, unit_window
from tenkai.step import Column, Help, Length, Of, Range, Run, Shape, step
from tenkai.values import Figure, Schema, Table

WIDTH = 640  # points
LARGEST_CELL = 210
MOST_PIXELS = 420


@step("interpret.crystals", version=1, title="Crystals")
def crystals(
    things: Annotated[Table, Shape("n"), Help("rows with crystals")],
    *,
    crystal: Annotated[Column | None, Of("things", ("crystal",)), Help("default: the only column of crystals")] = None,
    label: Annotated[Column | None, Of("things"), Help("class of each row, written above its picture")] = None,
    rows: Annotated[list[str] | None, Length(1, 400), Help("row ids in order; default: the first rows")] = None,
    across: Annotated[int, Range(1, 20), Help("pictures per line")] = 4,
    limit: Annotated[int, Range(1, 400), Help("most pictures drawn: the first rows")] = 16,
    annotate: Annotated[bool, Help("write row id and label above each picture")] = True,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw crystals as balls and rods in their cells, with row id and label on each.

    Atoms are balls of a size that follows their covalent radius, in the usual colors of the elements; atoms nearer
    than the sum of these radii (and 15 %) are joined. Cells look closed: atoms on a face are drawn on the opposite one
    too, and of networks of nonmetals the partners outside of an oblique cell. What lies farther away is paler.

    Raises
    ------
    TenkaiError
        TK764 when there are no crystals; TK703 for a row id that does not exist; TK311 without ASE.

    Notes
    -----
    The eye is far away (no perspective), c points up. Rods say that two atoms lie near each other, not what binds
    them. A text that is no crystal leaves its tile blank.

    Source
    ------
    Colors: those of Jmol, as in ASE. Radii: B. Cordero et al., Dalton Trans. 2832 (2008), as in ASE.

    Example
    -------
    >>> import tenkai as tk
    >>> iron = tk.collect.generate.crystals(polytypes=["bcc", "fcc", "hcp"], elements=["Fe"])
    >>> tk.interpret.crystals(iron, label="polytype").text
    'Pictures of 3 crystals: 1 bcc, 1 fcc, 1 hcp.'
    """
    column = _column(things.schema, crystal)
    cut = rows is None and things.height > limit
    if cut:
        run.note("TKW704", f"The first {whole(limit)} of {whole(things.height)} rows are drawn.")
    given = list(rows) if rows is not None else list(things.ids.head(limit).to_list())
    if not given:
        raise problem("TK764", "the table has no rows to draw.")
    shown = things.take(positions_of(given, things, "things", "rows"))
    classes = categories([things], label) if label is not None else None
    names = classes.of(shown) if classes is not None else [""] * shown.height
    per_line = min(across, len(given))
    cell = min(WIDTH / per_line, LARGEST_CELL)
    grid = Grid(math.ceil(len(given) / per_line), per_line, cell, annotate)
    side = min(max(round(grid.room), 60), MOST_PIXELS)
    pixels = crystal_pixels(shown.frame[column].to_list(), side)
    tiles = [
        Tile(k // per_line, k % per_line, row_id, name)
        for k, (row_id, name) in enumerate(zip(short_ids(given), names, strict=True))
    ]
    chart = layered(
        tile_layers(pixels, tiles, grid, unit_window(grid), unit_axes(grid)), grid.width, grid.height, bare=True
    )
    counted = {n: names.count(n) for n in dict.fromkeys(names)}
    told = ": " + ", ".join(f"{k} {n}" for n, k in list(counted.items())[:12]) if label is not None else ""
    return finished(
        chart,
        title="Crystals",
        text=f"Pictures of {whole(len(given))} crystal{'s' * (len(given) > 1)}{told}.",
        heading=title,
        caption=[f"The first {whole(limit)} of {whole(things.height)} rows."] if cut else [],
        width=grid.width,
    )


def _column(schema: Schema, column: str | None) -> str:
    if column is not None:
        schema.require([column], ("crystal",), "crystal")
        return str(column)
    found = [n for n, kind in schema.columns.items() if kind == "crystal"]
    if len(found) == 1:
        return found[0]
    allowed = f"Choose one: {listing(found)}." if found else f"It has {listing(schema.columns)}."
    what = "several columns of crystals" if found else "no crystals"
    raise problem("TK764", f"the table of 'things' has {what}.", allowed=allowed, setting="crystal")
