"""interpret.atlas: the things behind a map, laid out as a grid."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.interpret._color import Categories, categories
from tenkai.interpret._panels import beside, layered, map_panel
from tenkai.interpret._plane import bounds, read_plane
from tenkai.interpret._scatter import axes
from tenkai.interpret._text import short_ids, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._things import PICTURES, pictures, positions_of
from tenkai.interpret._tiles import Grid, Tile, tile_layers
from tenkai.interpret._windows import check_window, look_at, said, written
from tenkai.kernels.grid import atlas_cells
from tenkai.step import Column, Help, Length, Of, Outputs, Range, Shape, step
from tenkai.values import Figure, Schema, Table

PANEL = 480  # points
TILES, DRAWN_TILES = 15, 6  # along a side; molecules need room to be read
GRID_COLUMNS = ("grid row", "grid column")


class Atlas(Outputs):
    """The picture, and the rows that stand on it."""

    figure: Annotated[Figure, Help("tiles beside the map of the same window")]
    chosen: Annotated[Table, Help("the rows shown, with their place in the grid counted from the upper left")]


@step("interpret.atlas", version=1, title="Atlas of pictures")
def atlas(
    map: Annotated[Table, Shape("n 2"), Help("rows with coordinates")],
    things: Annotated[Table | None, Help("the table with the pictures; default: the map's own")] = None,
    *,
    x: Annotated[Column | None, Of("map", ("number",)), Help("across; default: the first coordinate")] = None,
    y: Annotated[Column | None, Of("map", ("number",)), Help("up; default: the second coordinate")] = None,
    image: Annotated[Column | None, Of("things", PICTURES), Help("default: the only one")] = None,
    label: Annotated[Column | None, Of("map"), Help("class of each row: colors, texts, and `around`")] = None,
    down: Annotated[
        int | None, Range(1, 200), Help("tiles from top to bottom; default: 15, of molecules and crystals 6")
    ] = None,
    across: Annotated[int | None, Range(1, 200), Help("tiles from left to right; default: as `down`")] = None,
    window: Annotated[list[float] | None, Length(4, 4), Help("x0, x1, y0, y1; default: the whole map")] = None,
    around: Annotated[str | float | None, Help("look at the part of the map around this class of `label`")] = None,
    quadrant: Annotated[
        int | None, Range(1, 4), Help("look at a quarter: 1 upper right, then against the clock")
    ] = None,
    annotate: Annotated[bool, Help("write row id and label above each tile")] = True,
    scatter: Annotated[bool, Help("draw the map of the same window beside the tiles")] = True,
    invert: Annotated[bool, Help("draw large values dark, as ink on paper")] = False,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Atlas:
    """Lay a grid over a part of a map and show, in each cell, the picture of the row nearest to its center.

    A tour of a map is a sweep: `around` over the classes, `quadrant` over 1 to 4, and one overview with a
    fine grid (50 by 50, annotate off).

    Raises
    ------
    TenkaiError
        TK702 when there are no pictures; TK703 when a row of the map has none; TK704 when no row lies in the
        window or the window has no extent; TK705 for a class that does not exist.

    Notes
    -----
    Candidates of a cell lie strictly inside it; the distance counts in cells. The window around a class holds
    its middle 96 % in each direction. The rows shown come out as a table: keep selections as row ids, because
    coordinates change from run to run.

    Source
    ------
    The atlas of digits in the S2 article (`draw_digits_at_tsne`).

    Example
    -------
    >>> import numpy as np
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0], "y": [0.0, 1.0], "picture": np.zeros((2, 4, 4))})
    >>> tk.interpret.atlas(t, down=2, across=2).chosen["grid row"].to_list()
    [0, 1]
    """
    plane = read_plane(map, x, y)
    port = "things" if things is not None else "map"
    source = pictures(things if things is not None else map, image, invert, port)
    where = positions_of(plane.table.ids, source.table, port)
    classes = categories([plane.table], label) if label is not None else None
    looked_at = look_at(plane, classes, window, around, quadrant)
    usual = DRAWN_TILES if source.draw else TILES
    down, across = down or usual, across or usual
    cells = atlas_cells(plane.xy, looked_at, down, across)
    at = np.argwhere(cells >= 0)
    if len(at) == 0:
        reach = f"The map reaches over {written(bounds([plane.xy], 0))}."
        raise problem("TK704", f"no row lies inside {written(looked_at)}.", allowed=reach, setting="window")
    rows = cells[cells >= 0]
    shown = plane.table.take(rows)
    grid = Grid(down, across, PANEL / max(down, across), annotate)
    images = source.of(where[rows], grid.room)
    position = axes(plane, looked_at, grid=False)
    layers = tile_layers(images, _tiles(shown, at, classes), grid, looked_at, position, framed=True)
    panels = [layered(layers, grid.width, grid.height)]
    if scatter:
        panels.append(map_panel(plane, classes, looked_at, grid.width, grid.height))
    part = said(around, quadrant)
    caption = f"{down} × {across} cells, in each the row nearest to its center: {count(len(at), 'picture')}."
    figure = finished(
        beside(panels),
        title=f"Atlas of {plane.x} and {plane.y}" + (f", {part}" if part else ""),
        text=f"Pictures of {whole(len(at))} rows laid out by {plane.x} and {plane.y}{', ' + part if part else ''}.",
        heading=title,
        caption=[f"{part[:1].upper()}{part[1:]}: {caption}" if part else caption],
        width=grid.width * len(panels),
    )
    return Atlas(figure, _chosen(shown, at))


def _tiles(shown: Table, at: NDArray[np.int64], classes: Categories | None) -> list[Tile]:
    names = classes.of(shown) if classes is not None else [""] * shown.height
    colors = dict(zip(classes.names, classes.colors, strict=True)) if classes is not None else {}
    return [
        Tile(row, column, row_id, name, colors.get(name))
        for (row, column), row_id, name in zip(at.tolist(), short_ids(shown.ids.to_list()), names, strict=True)
    ]


def _chosen(shown: Table, at: NDArray[np.int64]) -> Table:
    places = pl.DataFrame({name: at[:, k] for k, name in enumerate(GRID_COLUMNS)})
    rest = shown.frame.drop([n for n in GRID_COLUMNS if n in shown.columns])
    return shown.with_columns(pl.concat([places, rest], how="horizontal"))


@atlas.check
def _check(
    *, window: list[float] | None, around: str | float | None, quadrant: int | None, label: str | None, **_: object
) -> None:
    check_window(window, around, quadrant, label)


@atlas.schema
def _schema(map: Schema | None, things: Schema | None, **_: object) -> dict[str, Schema | None]:
    if map is None:
        return {"chosen": None}
    return {"chosen": Schema({**dict.fromkeys(GRID_COLUMNS, "number"), **map.drop(GRID_COLUMNS).columns})}
