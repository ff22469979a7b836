"""Rows as points: which two columns are the coordinates, and the window they are looked at through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, problem
from tenkai.values import Fitted, Table

Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plane:
    """The rows of a table that have both coordinates. `left_out`: how many have not."""

    table: Table
    x: str
    y: str
    xy: NDArray[np.float64]
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.xy)

    def inside(self, window: Window) -> Plane:
        """Return the rows within a window, its edges included."""
        x0, x1, y0, y1 = window
        x, y = self.xy[:, 0], self.xy[:, 1]
        kept = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        return Plane(self.table.take(kept), self.x, self.y, self.xy[kept], self.left_out)


def map_axes(table: Table) -> list[str]:
    """Return the coordinate columns of a map: those the last reduction made, else all number columns."""
    made = reduction(table)
    if made is not None:
        return list(made.outputs)
    return [name for name, kind in table.kinds.items() if kind == "number"]


def reduction(table: Table) -> Fitted | None:
    """Return the last step of learning that put coordinates in the place of columns, if they are still there."""
    for fitted in reversed(table.preparation):
        made = fitted.drops and fitted.step.startswith("learn.")
        if made and all(table.kinds.get(name) == "number" for name in fitted.outputs):
            return fitted
    return None


def method_of(table: Table, axis: str) -> str:
    """Return the step that made a coordinate, such as ``learn.tsne``; empty where it is unknown."""
    for fitted in reversed(table.preparation):
        if axis in fitted.outputs:
            return fitted.step
    return ""


def axes_of(table: Table, x: str | None, y: str | None, port: str = "map") -> tuple[str, str]:
    """Return the names of the two coordinates, checked.

    Raises
    ------
    TenkaiError
        TK201, TK202 for named columns; TK701 when the table has fewer than two coordinates.
    """
    for name, setting in ((x, "x"), (y, "y")):
        if name is not None:
            table.require([name], ("number",), setting)
    found = [name for name in map_axes(table) if name not in (x, y)]
    missing = (x is None) + (y is None)
    if len(found) < missing:
        raise problem(
            "TK701",
            f"the table of '{port}' has {2 - missing + len(found)} coordinate columns, a map needs 2.",
            allowed=f"Its columns: {listing(table.columns)}.",
            remedy="Make a map first (learn.pca, learn.tsne, learn.umap), or name number columns as x and y.",
        )
    first = x if x is not None else found.pop(0)
    return first, y if y is not None else found[0]


def read_plane(table: Table, x: str | None, y: str | None, port: str = "map") -> Plane:
    """Return the rows that have both coordinates.

    Raises
    ------
    TenkaiError
        As `axes_of`; TK205 when no row has both.
    """
    first, second = axes_of(table, x, y, port)
    xy = np.column_stack([table.matrix([first])[:, 0], table.matrix([second])[:, 0]])
    kept = np.isfinite(xy).all(axis=1)
    if not kept.any():
        raise problem("TK205", f"no row of '{port}' has both coordinates, '{first}' and '{second}'.")
    if kept.all():
        return Plane(table, first, second, xy)
    return Plane(table.take(kept), first, second, xy[kept], int((~kept).sum()))


def bounds(parts: Sequence[NDArray[np.float64]], margin: float = 0.04) -> Window:
    """Return the window around all points, with a margin as share of the extent."""
    xy = np.concatenate(parts)
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    return (*widened(float(x0), float(x1), margin), *widened(float(y0), float(y1), margin))


def widened(low: float, high: float, margin: float) -> tuple[float, float]:
    """Return a range with a margin at both ends; a range without extent gets one."""
    extent = high - low
    if extent > 1e-9 * max(abs(low), abs(high)):
        return low - extent * margin, high + extent * margin
    # All on one place: near the middle of something, yet on no line that halves it.
    pad = max(abs(high) * 0.05, 0.5)
    return low - pad, high + 1.07 * pad
