"""Heat maps of small tables: each cell a shape that tells its value under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.interpret import _theme
from tenkai.interpret._color_scale import MISSING, ColorScale
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, rounded, tip
from tenkai.interpret._text import columns_of, short_names

if TYPE_CHECKING:
    import altair as alt

Array = NDArray[np.float64]

MOST_NAMED = 80  # rows or columns up to which each is named
PANEL = 350  # points along the longer side
LARGEST = 26.0  # points along a cell


@dataclass(frozen=True)
class Cells:
    """What all panels share: the names of rows and columns."""

    rows: list[str]
    columns: list[str]

    @classmethod
    def of(cls, rows: Sequence[str], columns: Sequence[str]) -> Cells:
        """Return them with names short enough to stand at an axis."""
        return cls(_labels(rows), _labels(columns))

    @property
    def cell(self) -> tuple[float, float]:
        """Return width and height of a cell in points: a square, but for a side of few cells, which gets room."""
        longest = max(len(self.rows), len(self.columns))
        square = float(np.clip(PANEL / longest, 2.4, LARGEST))
        if longest <= MOST_NAMED:
            square = max(square, 8.0)
        wide, high = (max(square, min(PANEL / 4 / len(names), LARGEST)) for names in (self.columns, self.rows))
        return wide, high

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of a panel in points."""
        return round(self.cell[0] * len(self.columns)), round(self.cell[1] * len(self.rows))

    @property
    def label_room(self) -> int:
        """Return how many points the names of rows take, about."""
        return max((columns_of(r) for r in self.rows), default=0) * 5 if len(self.rows) <= MOST_NAMED else 30


def _labels(names: Sequence[str]) -> list[str]:
    short = short_names(names, 22)
    return short if len(set(short)) == len(short) else list(names)


def cell_panel(values: Array, grid: Cells, colors: ColorScale, heading: str, *, named: bool) -> alt.LayerChart:
    """Return one table as a panel; `named`: with the names of its rows."""
    import altair as alt

    position = _position(grid, named=named)
    flat = values.ravel()
    known = ~np.isnan(flat)
    at = np.flatnonzero(known)
    data = data_of(
        {
            "r": [grid.rows[i] for i in at // values.shape[1]],
            "c": [grid.columns[j] for j in at % values.shape[1]],
            "v": rounded(flat[at]),
        }
    )
    fine = max(values.shape) <= MOST_NAMED
    line: dict[str, Any] = {"stroke": _theme.GRID, "strokeWidth": 0.5} if fine else {"strokeWidth": 0}
    cells = alt.Chart(data).mark_rect(**line)
    tooltip = [tip("r:O", "row"), tip("c:O", "column"), tip("v:Q", "value", format=".4g")]
    layers = [cells.encode(color=colors.encoding(grid.size[1]), tooltip=tooltip, **position)]
    back = alt.Chart(data_of({})).mark_rect(color=MISSING, strokeWidth=0)
    if not known.all():
        layers.insert(0, back)
    if not heading:
        return layered(layers, *grid.size)
    told = alt.TitleParams(heading, fontSize=12, fontWeight="normal", anchor="middle")
    return layered(layers, *grid.size, title=told)


def _position(grid: Cells, *, named: bool) -> dict[str, Any]:
    import altair as alt

    encodings: dict[str, Any] = {}
    for field, names, cell in (("r", grid.rows, grid.cell[1]), ("c", grid.columns, grid.cell[0])):
        every = 1 if len(names) <= MOST_NAMED and cell >= 7 else max(1, round(40 / cell))
        shown = names[::every] if field == "c" or named else []
        size = float(np.clip(cell, 7, 10.5)) if every == 1 else 9
        settings: dict[str, Any] = {"values": shown, "ticks": False, "grid": False, "labelFontSize": size}
        settings |= {"labelLimit": 160, "labelPadding": 3, "title": None, "labelOverlap": False}
        if field == "c":
            short = max((columns_of(n) for n in names), default=1) * size * 0.6 < cell * every
            axis = alt.Axis(orient="bottom", labelAngle=0 if short else -90, **settings)
            encodings["x"] = alt.X("c:O", sort=None, scale=alt.Scale(domain=names, padding=0), axis=axis)
        else:
            scale = alt.Scale(domain=names, padding=0)
            encodings["y"] = alt.Y("r:O", sort=None, scale=scale, axis=alt.Axis(**settings))
    return encodings
