"""The things behind the rows: pictures, found by row id."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, listing, nearest, problem
from tenkai.values import Kind, Table

Pixels = NDArray[np.uint8]
Draw = Callable[[Sequence[str | None], int], Pixels]

DRAWN: tuple[Kind, ...] = ("molecule", "crystal")
NUMBERS: tuple[Kind, ...] = ("image", "vector")
PICTURES: tuple[Kind, ...] = (*NUMBERS, *DRAWN)
"""Kinds of columns that can be shown as pictures."""
_SIDES = (32, 512)  # pixels of a drawing


@dataclass(frozen=True)
class Pictures:
    """The pictures of a table: where they are, and how numbers become gray or texts are drawn.

    Read, or drawn, only for the rows asked for.
    """

    table: Table
    column: str
    shape: tuple[int, ...]
    low: float
    high: float
    invert: bool = False
    draw: Draw | None = None

    def of(self, positions: Sequence[int] | NDArray[np.int64], room: float = 256) -> Pixels:
        """Return pictures as (m, h, w) or (m, h, w, 3), 0 to 255. Drawings fill the `room`, in pixels."""
        at = np.asarray(positions, np.int64)
        if self.draw is not None:
            side = int(min(max(round(room), _SIDES[0]), _SIDES[1]))
            drawn = self.draw(self.table.frame[self.column].gather(at).to_list(), side)
            return np.subtract(255, drawn, dtype=np.uint8) if self.invert else drawn
        values = self.table.take(at).matrix([self.column], np.float32).reshape(len(at), *self.shape)
        span = self.high - self.low
        scaled = (values - self.low) / span if span > 0 else np.zeros_like(values)
        gray: Pixels = np.rint(np.nan_to_num(np.clip(scaled, 0, 1)) * 255).astype(np.uint8)
        return np.subtract(255, gray, dtype=np.uint8) if self.invert else gray


def drawer(kind: Kind) -> Draw:
    """Return the function that draws texts of a kind as squares of pixels (m, side, side, 3)."""
    if kind == "molecule":
        from tenkai.interpret._molecule_pictures import molecule_pixels

        return molecule_pixels
    from tenkai.interpret._crystal_pictures import crystal_pixels

    return crystal_pixels


def pictures(
    table: Table, column: str | None, invert: bool, port: str = "things", kinds: Sequence[Kind] = PICTURES
) -> Pictures:
    """Return the pictures of a column: images, molecules or crystals, or vectors whose length is a square.

    Parameters
    ----------
    kinds : what is allowed; `NUMBERS` where the numbers behind the pictures are needed

    Raises
    ------
    TenkaiError
        TK201, TK202 for a named column; TK702 when there are no pictures, or several columns of them.
    """
    if column is None:
        column = _only_images(table, port, kinds)
    table.require([column], kinds, "image")
    if table.kinds[column] in DRAWN:
        return Pictures(table, column, (), 0.0, 0.0, invert, drawer(table.kinds[column]))
    shape = table.layout([column]).shapes[0]
    if table.kinds[column] == "vector":
        side = math.isqrt(shape[0])
        if side * side != shape[0]:
            raise problem(
                "TK702",
                f"column '{column}' holds vectors of length {shape[0]}, which is no square picture.",
                allowed="Allowed: images, or vectors of length 16, 64, 784, ... (row by row).",
                setting="image",
            )
        shape = (side, side)
    if len(shape) == 3 and shape[2] not in (1, 3):
        raise problem(
            "TK702",
            f"column '{column}' holds images with {shape[2]} channels.",
            allowed="Allowed: 1 or 3.",
            setting="image",
        )
    low, high = _range_of(table[column])
    return Pictures(table, column, shape[:2] if shape[2:] == (1,) else shape, low, high, invert)


def _only_images(table: Table, port: str, kinds: Sequence[Kind]) -> str:
    found: list[str] = []
    for wanted in (("image",), DRAWN, ("vector",)):  # a vector may be anything: it comes last
        found = found or [n for n, kind in table.kinds.items() if kind in wanted and kind in kinds]
    if len(found) == 1:
        return found[0]
    if found:
        raise problem(
            "TK702",
            f"the table of '{port}' has several columns of pictures.",
            allowed=f"Choose one: {listing(found)}.",
            setting="image",
        )
    raise problem(
        "TK702",
        f"the table of '{port}' has no pictures.",
        allowed=f"It has {listing(table.columns)}.",
        remedy="Give the table that holds the images, molecules or crystals, with the same row ids "
        "(collect.images, process.molecules).",
    )


def _range_of(series: pl.Series) -> tuple[float, float]:
    flat = series.drop_nulls()
    while isinstance(flat.dtype, pl.Array):
        flat = flat.explode()
    if flat.dtype.is_float():
        flat = flat.filter(flat.is_finite())
    low, high = flat.min(), flat.max()
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return 0.0, 0.0
    return min(0.0, float(low)), float(high)


def positions_of(ids: Sequence[str] | pl.Series, table: Table, port: str, setting: str = "") -> NDArray[np.int64]:
    """Return where rows with these ids stand in a table.

    Raises
    ------
    TenkaiError
        TK703 when an id is not there.
    """
    at = dict(zip(table.ids.to_list(), range(table.height), strict=True))
    wanted = list(ids)
    missing = [i for i in wanted if i not in at]
    if missing:
        raise problem(
            "TK703",
            f"the table of '{port}' has no row '{missing[0]}'"
            + (f" ({count(len(missing), 'row')} of {len(wanted)} are not there)." if len(wanted) > 1 else "."),
            allowed=f"Its rows: {listing(table.ids.head(3).to_list())} to '{table.ids[-1]}'."
            if table.height
            else "It has no rows.",
            remedy=nearest(missing[0], table.ids.head(5000).to_list()) or "Rows are matched by row id.",
            setting=setting,
        )
    return np.array([at[i] for i in wanted], np.int64)
