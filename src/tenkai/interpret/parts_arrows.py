"""interpret.parts_arrows: parts of two columns as arrows over the points."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.interpret._arrows import Scene, Shot, arrow_layers, equal, faint_layer, framed, panel_title, point_layer
from tenkai.interpret._panels import beside, layered
from tenkai.interpret._parts import thinned
from tenkai.interpret._text import number, whole
from tenkai.interpret._theme import HEIGHT, WIDTH, finished
from tenkai.interpret._things import positions_of
from tenkai.step import Column, Help, Of, Run, Shape, step
from tenkai.values import Figure, Table

SIDE = 300  # points along a panel of two
MOST_ROWS = 5000


@step("interpret.parts_arrows", version=1, title="Parts as arrows")
def parts_arrows(
    data: Annotated[Table, Shape("n 2"), Help("the rows that were written as parts")],
    parts: Annotated[Table, Shape("rank 2"), Help("one part per row, such as the output 'parts' of learn.nmf")],
    coordinates: Annotated[
        Table | None, Shape("n rank"), Help("how much of each part is in each row: draws what the parts rebuild")
    ] = None,
    *,
    x: Annotated[Column | None, Of("parts", ("number",)), Help("across; default: the first of the parts")] = None,
    y: Annotated[Column | None, Of("parts", ("number",)), Help("up; default: the second of the parts")] = None,
    length: Annotated[
        Literal["equal", "given"], Help("arrows of one length, so that all can be seen, or up to the part itself")
    ] = "equal",
    title: Annotated[str | None, Help("heading inside the picture")] = None,
    run: Run,
) -> Figure:
    """Draw rows as points with each part as an arrow from the origin, and beside it what the parts rebuild.

    Raises
    ------
    TenkaiError
        TK713 when the parts have other than two columns and none are named; TK201, TK202, TK208 for columns
        that do not fit; TK703 when a row of the coordinates is not among the data.

    Notes
    -----
    Arrow k points to the numbers of row k of the parts, one number per column. What parts with weights of 0 or
    more can rebuild lies between the outermost rays: points beyond cannot be reached. The length of an arrow
    says nothing, because a part twice as long needs half the weights; its direction does.

    Source
    ------
    The S3 article, whose own script mixes the columns of the parts when it draws the arrows.

    Example
    -------
    >>> import tenkai as tk
    >>> data = tk.Table.from_({"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 1.0]})
    >>> found = tk.learn.nmf(data, rank=2)
    >>> figure = tk.interpret.parts_arrows(data, found.parts, found.table)
    >>> figure.text.startswith("3 rows by x and y, with 2 parts as arrows: part1 to (")
    True
    """
    names = _axes(parts, x, y)
    parts.require_complete(names)
    if parts.height == 0:
        raise problem("TK205", "the table of 'parts' has no part.")
    data.require(names, ("number",))
    rebuilt = None
    if coordinates is not None:
        data = data.take(positions_of(coordinates.ids, data, "data"))
        rebuilt = _rebuilt(coordinates, parts, names)
    data.require_complete(names)
    if data.height == 0:
        raise problem("TK205", "the table of 'data' has no rows.")
    points, arrows = data.matrix(names), parts.matrix(names)
    at, caption = thinned(data.height, MOST_ROWS, run)
    drawn = equal(arrows, points) if length == "equal" else arrows
    shown = [points, drawn] if rebuilt is None else [points, drawn, rebuilt]
    width, tallest = (WIDTH, HEIGHT) if rebuilt is None else (SIDE, SIDE)
    window, height = framed(shown, width, tallest)
    ids = [data.ids[int(i)] for i in at]
    scene = Scene(*names, parts.ids.to_list(), ids, points[at], window, width, height)
    shot = Shot(points[at] if rebuilt is None else rebuilt[at], drawn)
    heading: dict[str, Any] = {} if rebuilt is None else {"title": panel_title("data")}
    panels = [layered([point_layer(scene), *arrow_layers(scene, [shot])], width, height, **heading)]
    said = f"{whole(data.height)} rows by {names[0]} and {names[1]}, with {whole(parts.height)} parts as arrows: "
    ends = [f"{i} to ({number(a, 3)}, {number(b, 3)})" for i, (a, b) in zip(parts.ids, arrows.tolist(), strict=True)]
    said += ", ".join(ends[:6]) + (", ..." if len(ends) > 6 else "")
    if rebuilt is not None:
        layers = [faint_layer(scene), point_layer(scene, [shot]), *arrow_layers(scene, [shot])]
        panels.append(layered(layers, width, height, title=panel_title("what the parts rebuild")))
        error = float(np.linalg.norm(points - rebuilt))
        size = float(np.linalg.norm(points))
        left = f"What the parts leave: {number(error)}" + (
            f", {100 * error / size:.1f} % of the data." if size else "."
        )
        caption.append(left)
        said += f"; rebuilt up to {number(error)}"
    return finished(
        beside(panels),
        title=f"Parts of {names[0]} and {names[1]}",
        text=said + ".",
        heading=title,
        caption=caption,
        width=WIDTH,
    )


def _axes(parts: Table, x: str | None, y: str | None) -> tuple[str, str]:
    for name, setting in ((x, "x"), (y, "y")):
        if name is not None:
            parts.require([name], ("number",), setting)
    free = [n for n, kind in parts.kinds.items() if kind == "number" and n not in (x, y)]
    lacking = (x is None) + (y is None)
    if lacking and len(free) != lacking:
        raise problem(
            "TK713",
            f"the parts have {len(free) + 2 - lacking} number columns, arrows on paper need 2.",
            allowed=f"Choose two: {listing(parts.columns)}.",
            remedy="Name them as x and y; parts that are pictures are drawn by interpret.parts_gallery.",
            setting="x",
        )
    first = x if x is not None else free.pop(0)
    return first, y if y is not None else free[0]


def _rebuilt(coordinates: Table, parts: Table, names: tuple[str, str]) -> NDArray[np.float64]:
    """Return W H: column `part3` of W belongs to row `part3` of H, wherever they stand."""
    ids = parts.ids.to_list()
    missing = [i for i in ids if coordinates.kinds.get(i) != "number"]
    if missing:
        raise problem(
            "TK713",
            f"the coordinates have no number column '{missing[0]}', as a part is named.",
            allowed=f"Their columns: {listing(coordinates.columns)}.",
            remedy=nearest(missing[0], coordinates.columns) or "Give the map of the step that gave the parts.",
        )
    coordinates.require_complete(ids)
    return np.asarray(coordinates.matrix(ids) @ parts.matrix(names))
