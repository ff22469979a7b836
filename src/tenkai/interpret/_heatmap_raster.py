"""Heat maps of large tables: one image of pixels, each the color of a cell or of a block of cells.

Read in bands of rows, so that memory stays small whatever the size of the table.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count
from tenkai.interpret._color_scale import ColorScale
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of
from tenkai.interpret._text import columns_of, short_names, whole
from tenkai.interpret._tiles import data_uri
from tenkai.values import Table
from tenkai.values.matrix import read_matrix

if TYPE_CHECKING:
    import altair as alt

Array = NDArray[np.float64]
Shown = Literal["extreme", "mean"]

BAND = 2_000_000  # cells read at a time
PER_POINT = 2  # pixels of the image per point: as many as a PNG of the figure has
SIDE = {True: 1120, False: 700}  # pixels along a side at most: of a panel alone, and of one of several
SHORTEST = 0.35  # of that: how short the other side may become
MARGIN = 1  # points between image and frame
NAMED = 16  # pixels of a cell from which its row or column is named


@dataclass(frozen=True)
class Part:
    """Rows and columns drawn: from and to, counted from 0, the end left out."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many rows and columns these are."""
        return self.rows[1] - self.rows[0], self.columns[1] - self.columns[0]


def bands(table: Table, names: Sequence[str], rows: tuple[int, int], multiple: int = 1) -> Iterator[Array]:
    """Return the rows of a table as matrices one after the other; all but the last have a multiple of rows."""
    width = max(1, table.layout(names).width)
    step = max(1, BAND // width // multiple) * multiple
    for start in range(*rows, step):
        yield read_matrix(table.frame.slice(start, min(step, rows[1] - start)), table.kinds, names)


@dataclass(frozen=True)
class Side:
    """One side of an image: `cells` of the table, `block` of them per pixel, or `times` pixels per cell."""

    cells: int
    block: int
    times: int

    @classmethod
    def of(cls, cells: int, target: float) -> Side:
        """Return the side that comes nearest to so many pixels, not above."""
        if cells > target:
            return cls(cells, math.ceil(cells / target), 1)
        return cls(cells, 1, max(1, int(target // cells)))

    @property
    def blocks(self) -> int:
        """Return how many blocks there are."""
        return math.ceil(self.cells / self.block)

    @property
    def pixels(self) -> int:
        """Return how many pixels there are."""
        return self.blocks * self.times


@dataclass(frozen=True)
class Raster:
    """The two sides of an image: rows down, columns across."""

    down: Side
    across: Side

    @classmethod
    def of(cls, shape: tuple[int, int], *, alone: bool) -> Raster:
        """Return the image of a table: in its proportions as far as every cell finds a pixel."""
        room = SIDE[alone]
        sides = []
        for n, other in (shape, shape[::-1]):
            target = room if n >= other else room * n / other
            sides.append(Side.of(n, float(np.clip(target, max(SHORTEST * room, min(n, room)), room))))
        return cls(*sides)

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in points."""
        return math.ceil(self.across.pixels / PER_POINT), math.ceil(self.down.pixels / PER_POINT)

    def caption(self, shown: Shown, signed: bool) -> list[str]:
        """Say what a pixel is."""
        if self.down.block == self.across.block == 1:
            return []
        block = f"{count(self.down.block, 'row')} and {count(self.across.block, 'column')}"
        if shown == "mean":
            return [f"Each pixel is the mean of {block}: single cells pale."]
        which = "the value farthest from 0" if signed else "the largest value"
        told = (
            f"Each pixel is {which} of {block}: no single cell is hidden, and the picture looks fuller than the table."
        )
        return [told]


def reduced(table: Table, names: Sequence[str], part: Part, raster: Raster, shown: Shown, signed: bool) -> Array:
    """Return one number per block: the one farthest from 0 (or the largest, one way), or the mean of those known."""
    down, across = raster.down.block, raster.across.block
    columns = np.arange(0, part.shape[1], across)
    found = []
    for band in bands(table, names, part.rows, down):
        cells = band[:, slice(*part.columns)]
        rows = np.arange(0, len(cells), down)
        if shown == "mean":
            known = ~np.isnan(cells)
            total = _over(np.add, np.where(known, cells, 0.0), rows, columns)
            n = _over(np.add, known.astype(np.float64), rows, columns)
            found.append(np.where(n > 0, total / np.maximum(n, 1.0), np.nan))
            continue
        high = _over(np.fmax, cells, rows, columns)
        if not signed:
            found.append(high)
            continue
        low = _over(np.fmin, cells, rows, columns)
        found.append(np.where(high >= -low, high, low))
    return np.concatenate(found)


def _over(how: np.ufunc, cells: Array, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Array:
    return np.asarray(how.reduceat(how.reduceat(cells, columns, axis=1), rows, axis=0))


def picture(blocks: Array, raster: Raster, colors: ColorScale) -> str:
    """Return the blocks as an image in their colors, as a data URI."""
    from PIL import Image

    levels = colors.levels(blocks)
    image = Image.fromarray(levels.repeat(raster.down.times, axis=0).repeat(raster.across.times, axis=1))
    image.putpalette(colors.palette().tobytes())
    return data_uri(image)


def raster_panel(
    blocks: Array, raster: Raster, part: Part, names: tuple[Sequence[str], Sequence[str]], colors: ColorScale,
    heading: str, *, named: bool,
) -> alt.LayerChart:  # fmt: skip
    """Return one table as a panel; `names`: of all rows and columns of the table; `named`: with those of its rows."""
    import altair as alt

    width, height = raster.size
    ends = raster.across.blocks * raster.across.block, raster.down.blocks * raster.down.block
    # A margin, or the image would lie on the frame, or the frame on the outermost cells.
    margins = [MARGIN * end / points for end, points in zip(ends, raster.size, strict=True)]
    spans = [[-margin, end + margin] for margin, end in zip(margins, ends, strict=True)]
    x_axis = _axis(raster.across, part.columns, names[1], "column")
    y_axis = _axis(raster.down, part.rows, names[0], "row") if named else {"axis": None}
    x = alt.X("x:Q", scale=alt.Scale(domain=spans[0], nice=False), **x_axis)
    y = alt.Y("y:Q", scale=alt.Scale(domain=spans[1][::-1], nice=False), **y_axis)
    place: dict[str, Sequence[Any]] = {"x": [ends[0] / 2], "y": [ends[1] / 2], "url": [picture(blocks, raster, colors)]}
    image = alt.Chart(data_of(place)).mark_image(width=width, height=height, aspect=False).encode(x=x, y=y, url="url:N")
    # Nothing is seen of it; it brings the legend.
    points = alt.Chart(data_of({"v": [colors.low, colors.high]})).mark_point(size=0, filled=True, opacity=1)
    layers = [image, points.encode(color=colors.encoding(height))]
    width, height = width + 2 * MARGIN, height + 2 * MARGIN
    if not heading:
        return layered(layers, width, height)
    return layered(
        layers, width, height, title=alt.TitleParams(heading, fontSize=12, fontWeight="normal", anchor="middle")
    )


def _axis(side: Side, span: tuple[int, int], names: Sequence[str], thing: str) -> dict[str, Any]:
    """Return an axis with the names of all rows or columns where there is room, else with some of their numbers."""
    import altair as alt

    settings: dict[str, Any] = {"grid": False, "ticks": True, "tickSize": 3, "labelPadding": 3, "labelOverlap": False}
    if side.times >= NAMED:
        short = short_names(names[slice(*span)], 22)
        at = [k + 0.5 for k in range(len(short))]
        size = min(10.5, side.times / PER_POINT)
        flat = thing == "column" and max(map(columns_of, short)) * size * 0.6 > side.times / PER_POINT
        settings |= {"labelAngle": -90 if flat else 0, "labelLimit": 160, "labelFontSize": size, "ticks": False}
        title, label = None, f"{json.dumps(short, ensure_ascii=False)}[datum.value - 0.5]"
    else:
        at = [n - span[0] - 0.5 for n in _round_numbers(span[0] + 1, span[1])]
        title, label = thing, f"format(datum.value + {span[0]} + 0.5, ',')"
        settings |= {"labelFontSize": 9}
    return {"axis": alt.Axis(values=at, labelExpr=label, title=title, titleFontSize=10.5, **settings)}


def _round_numbers(first: int, last: int, most: int = 6) -> list[int]:
    """Return some round numbers of a range.

    >>> _round_numbers(1, 5655), _round_numbers(1201, 1260)
    ([1000, 2000, 3000, 4000, 5000], [1210, 1220, 1230, 1240, 1250, 1260])
    """
    rough = max(1.0, (last - first + 1) / most)
    power = 10 ** math.floor(math.log10(rough))
    step = int(next(f * power for f in (1, 2, 5, 10) if f * power >= rough))
    return list(range(-(-first // step) * step, last + 1, step))


def said(part: Part) -> str:
    """Name a part of a table."""
    (r0, r1), (c0, c1) = part.rows, part.columns
    return f"rows {whole(r0 + 1)} to {whole(r1)} and columns {whole(c0 + 1)} to {whole(c1)}"
