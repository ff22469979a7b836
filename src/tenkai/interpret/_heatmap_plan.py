"""What a heat map will draw, before it draws: which part of the tables, on which scale, as cells or as an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tenkai.errors import problem
from tenkai.interpret._heatmap_raster import Part, Raster, bands
from tenkai.values import Columns, Table

Scale = Literal["auto", "one_way", "both_ways"]


@dataclass(frozen=True)
class Plan:
    """The same for all panels.

    Parameters
    ----------
    names, features : the columns, and every number in them
    part, whole : what is drawn, and all there is
    low, high : the ends of all numbers of all tables
    gaps : cells without a number in the part drawn
    signed : whether the scale goes both ways from 0
    raster : the image; None where every cell is drawn by itself
    """

    names: list[str]
    features: list[str]
    part: Part
    whole: Part
    low: float
    high: float
    gaps: int
    signed: bool
    raster: Raster | None

    @classmethod
    def of(cls, tables: Sequence[Table], columns: Columns, window: list[int] | None, scale: Scale, most: int) -> Plan:
        """Return the plan of tables with the same rows and columns.

        Raises
        ------
        TenkaiError
            TK756 for a window outside the tables; TK203 for infinite cells; TK201, TK202 for the columns.
        """
        first = tables[0]
        names = first.choose(columns)
        features = first.layout(names).features()
        whole = Part((0, first.height), (0, len(features)))
        part = _part(window, whole)
        low, high, gaps = _ends(tables, names, part)
        signed = scale == "both_ways" or (scale == "auto" and low < 0)
        raster = None if max(part.shape) <= most else Raster.of(part.shape, alone=len(tables) == 1)
        return cls(names, features, part, whole, low, high, gaps, signed, raster)


def _part(window: list[int] | None, all_of_it: Part) -> Part:
    if window is None:
        return all_of_it
    r0, r1, c0, c1 = window
    n, p = all_of_it.shape
    if not (1 <= r0 <= r1 <= n and 1 <= c0 <= c1 <= p):
        raise problem(
            "TK756",
            f"the window {window} does not lie within the tables.",
            allowed=f"Allowed: first and last of rows 1 to {n}, then first and last of columns 1 to {p}.",
            setting="window",
        )
    return Part((r0 - 1, r1), (c0 - 1, c1))


def _ends(tables: Sequence[Table], names: Sequence[str], part: Part) -> tuple[float, float, int]:
    """Return the smallest and the largest number of all tables, and how many cells of the part have none."""
    low, high, gaps = np.inf, -np.inf, 0
    for table in tables:
        at = 0
        for band in bands(table, names, (0, table.height)):
            low, high = (
                min(low, float(np.fmin.reduce(band, axis=None))),
                max(high, float(np.fmax.reduce(band, axis=None))),
            )
            inside = band[max(0, part.rows[0] - at) : max(0, part.rows[1] - at), slice(*part.columns)]
            gaps += int(np.isnan(inside).sum())
            if np.isinf(band).any():
                row, column = (int(k) for k in np.argwhere(np.isinf(band))[0])
                where = f"column '{table.layout(names).features()[column]}' at row '{table.ids[at + row]}'"
                remedy = "Drop such rows with process.filter, or compute them otherwise."
                raise problem("TK203", f"{where} holds {band[row, column]}.", remedy=remedy, setting="tables")
            at += len(band)
    return (low, high, gaps) if low <= high else (0.0, 0.0, gaps)
