"""interpret.strip: chosen rows as pictures, in order."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret._color import LABELS, Categories, categories
from tenkai.interpret._panels import beside, layered, selection_panel
from tenkai.interpret._plane import Plane, bounds, read_plane
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import natural, number, short_ids, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import PICTURES, pictures, positions_of
from tenkai.interpret._tiles import Grid, Tile, tile_layers, unit_axes, unit_window
from tenkai.interpret._windows import written
from tenkai.step import Column, Help, Length, Of, Outputs, Range, Run, Shape, step
from tenkai.values import Figure, Schema, Table

WIDTH = 640  # points
ACROSS, LARGEST_CELL = 20, 44
DRAWN_ACROSS, LARGEST_DRAWN = 8, 110  # molecules need room to be read
ORDER = "order"


class Strip(Outputs):
    """The picture, and the rows that stand on it."""

    figure: Annotated[Figure, Help("the pictures in order, beside the place they come from")]
    chosen: Annotated[Table, Help("all rows selected, in order: their row ids are the selection to keep")]


@step("interpret.strip", version=1, title="Strip of pictures")
def strip(
    map: Annotated[Table, Shape("n 2"), Help("rows with coordinates")],
    things: Annotated[Table | None, Help("the table with the pictures; default: the map's own")] = None,
    *,
    x: Annotated[Column | None, Of("map", ("number",)), Help("across; default: the first coordinate")] = None,
    y: Annotated[Column | None, Of("map", ("number",)), Help("up; default: the second coordinate")] = None,
    image: Annotated[Column | None, Of("things", PICTURES), Help("default: the only one")] = None,
    label: Annotated[Column | None, Of("map"), Help("class of each row: colors and texts")] = None,
    x_range: Annotated[list[float] | None, Length(2, 2), Help("rows from here to here across")] = None,
    y_range: Annotated[list[float] | None, Length(2, 2), Help("rows from here to here up")] = None,
    rows: Annotated[list[str] | None, Length(1), Help("row ids instead of a rectangle")] = None,
    sort_by: Annotated[Column | None, Of("map"), Help("order of the pictures; default: the first coordinate")] = None,
    descending: Annotated[bool, Help("the largest first")] = False,
    across: Annotated[
        int | None, Range(1, 200), Help("pictures per line; default: 20, of molecules and crystals 8")
    ] = None,
    limit: Annotated[int, Range(1, 10_000), Help("most pictures drawn, spread evenly over the order")] = 200,
    annotate: Annotated[bool, Help("write row id and label above each picture")] = True,
    scatter: Annotated[bool, Help("show beside it where on the map the rows lie")] = True,
    invert: Annotated[bool, Help("draw large values dark, as ink on paper")] = False,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Strip:
    """Show the pictures of the rows in a rectangle of the map, sorted along an axis.

    So one sees what changes along it. The rows come out as a table: keep a selection as row ids (`rows`),
    because the coordinates of a t-SNE or UMAP map fit one run only.

    Raises
    ------
    TenkaiError
        TK702 when there are no pictures; TK703 for a row id that does not exist; TK704 when no row lies in the
        rectangle.

    Notes
    -----
    Where more rows are selected than `limit`, the pictures are taken evenly from the order, first and last
    included; the table of chosen rows holds them all.

    Source
    ------
    The strips of the S2 article (the sevens from left to right).

    Example
    -------
    >>> import numpy as np
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [3.0, 1.0, 2.0], "y": [0.0, 0.0, 9.0], "picture": np.zeros((3, 4, 4))})
    >>> tk.interpret.strip(t, y_range=[-1, 1]).chosen.ids.to_list()
    ['Row1', 'Row0']
    """
    plane = read_plane(map, x, y)
    port = "things" if things is not None else "map"
    source = pictures(things if things is not None else map, image, invert, port)
    where = positions_of(plane.table.ids, source.table, port)
    classes = categories([plane.table], label) if label is not None else None
    axis = sort_by if sort_by is not None else plane.x
    if axis not in (plane.x, plane.y):
        map.require([axis], LABELS, "sort_by")
    selected = _selected(plane, x_range, y_range, rows)
    order = selected[_order(plane.table[axis].gather(pl.Series(selected)), descending)]
    drawn = order
    if len(order) > limit:
        drawn = order[np.unique(np.rint(np.linspace(0, len(order) - 1, limit)).astype(np.int64))]
        run.note("TKW704", f"{whole(len(order))} rows are selected, {whole(len(drawn))} of them drawn, evenly spread.")
    shown = plane.table.take(drawn)
    per_line = min(across or (DRAWN_ACROSS if source.draw else ACROSS), len(drawn))
    largest = LARGEST_DRAWN if source.draw else LARGEST_CELL
    grid = Grid(math.ceil(len(drawn) / per_line), per_line, min(WIDTH / per_line, largest), annotate)
    images = source.of(where[drawn], grid.room)
    layers = tile_layers(images, _tiles(shown, per_line, classes), grid, unit_window(grid), unit_axes(grid))
    panels = [layered(layers, grid.width, grid.height, bare=True)]
    if scatter:
        panels.append(selection_panel(plane, selected, x_range, y_range))
    chosen = plane.table.take(order)
    caption = [_caption(chosen, axis, descending, len(drawn))]
    figure = finished(
        beside(panels),
        title=f"{count(len(order), 'row')} by {axis}",
        text=f"Pictures of {whole(len(drawn))} rows, sorted by {axis}.",
        heading=title,
        caption=caption,
        width=grid.width + (260 if scatter else 0),
    )
    return Strip(figure, _numbered(chosen))


def _selected(
    plane: Plane, x_range: list[float] | None, y_range: list[float] | None, rows: list[str] | None
) -> NDArray[np.int64]:
    if rows is not None:
        return positions_of(rows, plane.table, "map", "rows")
    kept = np.ones(len(plane), bool)
    for values, limits in ((plane.xy[:, 0], x_range), (plane.xy[:, 1], y_range)):
        if limits is not None:
            kept &= (values >= limits[0]) & (values <= limits[1])
    if not kept.any():
        reach = f"The map reaches over {written(bounds([plane.xy], 0))}."
        raise problem("TK704", "no row lies in the rectangle.", allowed=reach, setting="x_range")
    return np.flatnonzero(kept)


def _order(values: pl.Series, descending: bool) -> NDArray[np.int64]:
    """Return the order of rows by a column, ties in the order of the table, missing cells last."""
    if values.dtype.is_numeric():
        keys = values.cast(pl.Float64).fill_nan(None)
        return keys.arg_sort(descending=descending, nulls_last=True).cast(pl.Int64).to_numpy()
    texts = [label_of(v) for v in values.to_list()]
    known = [i for i, t in enumerate(texts) if t is not None]
    known.sort(key=lambda i: natural(texts[i] or ""), reverse=descending)
    return np.array([*known, *(i for i, t in enumerate(texts) if t is None)], np.int64)


def _tiles(shown: Table, per_line: int, classes: Categories | None) -> list[Tile]:
    names = classes.of(shown) if classes is not None else [""] * shown.height
    colors = dict(zip(classes.names, classes.colors, strict=True)) if classes is not None else {}
    ids = short_ids(shown.ids.to_list())
    return [
        Tile(i // per_line, i % per_line, row_id, name, colors.get(name))
        for i, (row_id, name) in enumerate(zip(ids, names, strict=True))
    ]


def _caption(chosen: Table, axis: str, descending: bool, drawn: int) -> str:
    values = chosen[axis]
    reach = ""
    if values.dtype.is_numeric() and values.drop_nulls().len():
        reach = f", {number(float(values[0]))} to {number(float(values.drop_nulls()[-1]))}"
    rows = count(chosen.height, "row") if drawn == chosen.height else f"{whole(drawn)} of {whole(chosen.height)} rows"
    return f"{rows} sorted by {axis}{' downward' if descending else ''}{reach}: left to right, line by line."


def _numbered(chosen: Table) -> Table:
    order = pl.DataFrame({ORDER: np.arange(chosen.height)})
    rest = chosen.frame.drop([n for n in (ORDER,) if n in chosen.columns])
    return chosen.with_columns(pl.concat([order, rest], how="horizontal"))


@strip.check
def _check(*, x_range: list[float] | None, y_range: list[float] | None, rows: list[str] | None, **_: object) -> None:
    for name, limits in (("x_range", x_range), ("y_range", y_range)):
        if limits is not None and rows is not None:
            raise problem("TK704", f"{name} and rows both select.", remedy="Keep one of them.", setting=name)
        if limits is not None and limits[0] > limits[1]:
            raise problem("TK704", f"{name} {limits} runs backward.", allowed="Write the smaller first.", setting=name)
    if rows is not None and len(set(rows)) < len(rows):
        twice = next(r for i, r in enumerate(rows) if r in rows[:i])
        raise problem("TK703", f"row '{twice}' is listed twice.", remedy="List each row id once.", setting="rows")


@strip.schema
def _schema(map: Schema | None, things: Schema | None, **_: object) -> dict[str, Schema | None]:
    return {"chosen": None if map is None else Schema({ORDER: "number", **map.drop([ORDER]).columns})}
