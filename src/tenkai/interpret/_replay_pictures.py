"""A replay in pictures: the parts, some rows, and what the parts rebuild of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tenkai.interpret._panels import layered
from tenkai.interpret._parts import grays
from tenkai.interpret._records import data_of
from tenkai.interpret._replay import Kept, counter, loss_panel, moving
from tenkai.interpret._things import Pictures, Pixels
from tenkai.interpret._tiles import Grid, Tile, composed, data_uri, tile_layers, unit_axes, unit_window
from tenkai.values import Table

if TYPE_CHECKING:
    import altair as alt

WIDTH = 560  # points
LARGEST_CELL = 70
ACROSS = 8
MOST_PARTS = 16


class PictureReplay:
    """Panels of a replay in pictures; `rows`: the first rows of the data, drawn beside what is rebuilt of them."""

    def __init__(self, kept: Kept, source: Pictures, rows: int) -> None:
        self.kept, self.source, self.rows = kept, source, rows
        self.parts = min(MOST_PARTS, kept.H.shape[1])

    def player(self) -> alt.VConcatChart:
        """Return the parts, what they rebuild, the rows themselves and the loss: the iteration shown of all."""
        import altair as alt

        frames = range(len(self.kept.iterations))
        across = min(ACROSS, self.parts)
        parts = self._moving([self._parts(f) for f in frames], _grid(self.parts, across), "parts")
        rebuilt = self._moving([self._rebuilt(f) for f in frames], _grid(self.rows, self.rows), "what they rebuild")
        rows = _still(self._data(), _grid(self.rows, self.rows), "data")
        return alt.vconcat(counter(self.kept, WIDTH), parts, rebuilt, rows, loss_panel(self.kept, WIDTH), spacing=12)

    def stills(self, chosen: Sequence[int]) -> alt.VConcatChart:
        """Return one line per iteration, parts on the left and what they rebuild on the right; last the data."""
        import altair as alt

        parts, rows = min(self.parts, ACROSS), min(self.rows, 4)
        lines = []
        for f in chosen:
            left = _still(self._parts(f)[:parts], _grid(parts, parts, 11), self.kept.said(f))
            right = _still(self._rebuilt(f)[:rows], _grid(rows, rows, 11), "what they rebuild")
            lines.append(alt.hconcat(left, right, spacing=24))
        nothing = np.full_like(self._parts(0)[:parts], 255)
        blank = _still(nothing, _grid(parts, parts, 11), "")
        lines.append(alt.hconcat(blank, _still(self._data()[:rows], _grid(rows, rows, 11), "data"), spacing=24))
        return alt.vconcat(*lines, spacing=8)

    def _parts(self, frame: int) -> Pixels:
        shape = (self.parts, *self.source.shape)
        table = Table.from_({"part": self.kept.H[frame][: self.parts].reshape(shape)})
        seen = Pictures(table, "part", self.source.shape, 0.0, 0.0, self.source.invert)
        return grays(seen, range(self.parts), "each")[0]

    def _rebuilt(self, frame: int) -> Pixels:
        values = self.kept.W[frame][: self.rows] @ self.kept.H[frame]
        table = Table.from_({"row": values.reshape(self.rows, *self.source.shape)})
        s = self.source
        return Pictures(table, "row", s.shape, s.low, s.high, s.invert).of(range(self.rows))

    def _data(self) -> Pixels:
        return self.source.of(range(self.rows))

    def _moving(self, pictures: Sequence[Pixels], grid: Grid, name: str) -> alt.LayerChart:
        import altair as alt

        x0, x1, y0, y1 = unit_window(grid)
        spans = self.kept.spans()
        columns: dict[str, Sequence[Any]] = {
            "x": [(x0 + x1) / 2] * len(spans),
            "y": [(y0 + y1) / 2] * len(spans),
            "url": [data_uri(composed(p, _tiles(len(p), grid), grid)) for p in pictures],
            "i": [a for a, _ in spans],
            "j": [b for _, b in spans],
        }
        picture = alt.Chart(data_of(columns)).mark_image(width=grid.width, height=grid.height, aspect=False)
        layer = moving(picture).encode(url="url:N", **unit_axes(grid))
        return layered([layer], grid.width, grid.height, bare=True, title=_small(name))


def _grid(n: int, across: int, cells: int = ACROSS) -> Grid:
    """Return a grid whose cells are as wide as those of a line of so many."""
    return Grid(math.ceil(n / across), across, min(WIDTH / cells, LARGEST_CELL))


def _tiles(n: int, grid: Grid) -> list[Tile]:
    return [Tile(k // grid.across, k % grid.across) for k in range(n)]


def _still(pictures: Pixels, grid: Grid, name: str) -> alt.LayerChart:
    layers = tile_layers(pictures, _tiles(len(pictures), grid), grid, unit_window(grid), unit_axes(grid))
    return layered(layers, grid.width, grid.height, bare=True, title=_small(name))


def _small(text: str) -> alt.TitleParams:
    import altair as alt

    return alt.TitleParams(text, fontSize=12, offset=4, frame="group")
