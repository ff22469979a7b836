"""The atlas: one row per cell of a grid laid over a window of a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenkai.kernels._checks import check_count, check_map

__all__ = ["atlas_cells"]


def atlas_cells(xy: ArrayLike, window: tuple[float, float, float, float], rows: int, cols: int) -> NDArray[np.int64]:
    """Choose for each cell of a window the row nearest to the centre of the cell.

    Parameters
    ----------
    xy : array of shape (n, 2)
        Map coordinates.
    window
        (x0, x1, y0, y1), with x0 < x1 and y0 < y1.
    rows, cols
        Cells of the grid.

    Returns
    -------
    array of shape (rows, cols), int64
        Positions of rows, -1 where a cell is empty. The first row of cells has the largest y.

    Raises
    ------
    ValueError
        When the window has no extent or the grid no cells.

    Notes
    -----
    Candidates of a cell lie strictly inside it; the smallest (dx/pitch_x)^2 + (dy/pitch_y)^2 from
    its centre wins, then the lowest position. Source: the digits article of the requirements (S2).
    """
    points = check_map(xy, "xy")
    if points.shape[1] != 2:
        raise ValueError(f"xy has {points.shape[1]} columns. Allowed: 2.")
    check_count(rows, "rows", 1, 10_000)
    check_count(cols, "cols", 1, 10_000)
    x0, x1, y0, y1 = (float(edge) for edge in window)
    if not (np.isfinite([x0, x1, y0, y1]).all() and x0 < x1 and y0 < y1):
        raise ValueError(f"window is {window}. Allowed: (x0, x1, y0, y1) with x0 < x1, y0 < y1.")
    column, dx = _place(points[:, 0], x0, x1, cols)
    level, dy = _place(points[:, 1], y0, y1, rows)
    inside = np.flatnonzero((column >= 0) & (level >= 0))
    cell = (rows - 1 - level[inside]) * cols + column[inside]
    distance = dx[inside] ** 2 + dy[inside] ** 2
    order = np.lexsort((inside, distance, cell))
    first = np.ones(order.size, dtype=bool)
    first[1:] = cell[order][1:] != cell[order][:-1]
    chosen = np.full(rows * cols, -1, dtype=np.int64)
    chosen[cell[order][first]] = inside[order][first]
    return chosen.reshape(rows, cols)


def _place(
    values: NDArray[np.float64], low: float, high: float, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cell of each value along one axis (-1: on an edge or outside), and its offset in pitches."""
    pitch = (high - low) / count
    edges = low + pitch * np.arange(count + 1)
    edges[-1] = high
    cell = np.searchsorted(edges, values, side="right") - 1
    strict = (cell >= 0) & (cell < count)
    strict[strict] = values[strict] > edges[cell[strict]]
    centre = low + pitch * (np.clip(cell, 0, count - 1) + 0.5)
    return np.where(strict, cell, -1).astype(np.int64), (values - centre) / pitch
