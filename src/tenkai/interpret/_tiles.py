"""Pictures as tiles: one composed image, drawn as one mark, with texts that stay text."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenkai.interpret import _theme
from tenkai.interpret._plane import Window
from tenkai.interpret._records import data_of
from tenkai.interpret._text import columns_of, shorten
from tenkai.interpret._things import Pixels

if TYPE_CHECKING:
    import altair as alt
    from PIL import Image

SHARPNESS = 2.5  # pixels per point
HEADER = 0.28  # share of a small cell for its text
SMALLEST = 6.0  # points of text
_LARGEST = 4000  # pixels along a side of the composed image


@dataclass(frozen=True)
class Tile:
    """A tile: its place in the grid (row from the top, column), and what is written on it."""

    row: int
    column: int
    id: str = ""
    label: str = ""
    color: str | None = None


@dataclass(frozen=True)
class Grid:
    """A grid of cells of some points each; `header`: room for text above each picture."""

    down: int
    across: int
    cell: float
    header: bool = False
    share: float = HEADER  # of a cell, for its text

    @property
    def width(self) -> int:
        """Return the width in points."""
        return round(self.across * self.cell)

    @property
    def height(self) -> int:
        """Return the height in points."""
        return round(self.down * self.cell)


def composed(images: Pixels, tiles: Sequence[Tile], grid: Grid) -> Image.Image:
    """Paste pictures into one image, white where a cell is blank. Small pictures keep hard pixel edges."""
    from PIL import Image

    side = max(images.shape[1], images.shape[2]) if len(images) else 1
    pixels = min(grid.cell * SHARPNESS, _LARGEST / max(grid.down, grid.across))
    room = pixels * (1 - grid.share if grid.header else 1) * 0.92
    times = max(1, round(room / side))
    shrunk = min(1.0, room / side)  # below 1 for pictures larger than their cell
    high, wide = (round(n * times) if shrunk == 1 else max(1, round(n * shrunk)) for n in images.shape[1:3])
    cell = round(max(high, wide) / (0.92 * (1 - grid.share if grid.header else 1)))
    frame = max(1, round(cell * 0.028))
    colored = images.ndim == 4 or any(t.color for t in tiles)
    sheet = Image.new("RGB" if colored else "L", (grid.across * cell, grid.down * cell), "white")
    for pixels_of, tile in zip(images, tiles, strict=True):
        picture = Image.fromarray(pixels_of)
        picture = picture.resize((wide, high), Image.Resampling.NEAREST if shrunk == 1 else Image.Resampling.LANCZOS)
        x = tile.column * cell + (cell - wide) // 2
        below = round(cell * grid.share) if grid.header else 0
        y = tile.row * cell + below + (cell - below - high) // 2
        if tile.color:
            box = (max(x - frame, 0), max(y - frame, 0), x + wide + frame, y + high + frame)
            sheet.paste(tile.color, box)
        sheet.paste(picture, (x, y))
    return sheet


def data_uri(image: Image.Image) -> str:
    """Return an image as PNG inside a data URI."""
    memory = io.BytesIO()
    image.save(memory, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(memory.getvalue()).decode("ascii")


def tile_layers(
    images: Pixels, tiles: Sequence[Tile], grid: Grid, window: Window, position: Any, *, framed: bool = False
) -> list[alt.Chart]:
    """Return the layers of a tile panel that fills a window; `position`: encodings of x and y."""
    import altair as alt

    x0, x1, y0, y1 = window
    uri = data_uri(composed(images, tiles, grid))
    place = data_of({"x": [(x0 + x1) / 2], "y": [(y0 + y1) / 2], "url": [uri]})
    # No aspect: the image has the proportions of the grid already.
    picture = alt.Chart(place).mark_image(width=grid.width, height=grid.height, aspect=False)
    layers = [picture.encode(url="url:N", **position)]
    if framed:
        # The image covers the frame of the panel.
        layers.append(alt.Chart(data_of({})).mark_rect(filled=False, stroke=_theme.LINE, strokeWidth=0.8))
    if grid.header:
        layers.extend(_texts(tiles, grid, window, position))
    return layers


def _texts(tiles: Sequence[Tile], grid: Grid, window: Window, position: Any) -> list[alt.Chart]:
    import altair as alt

    x0, x1, y0, y1 = window
    step_x, step_y = (x1 - x0) / grid.across, (y1 - y0) / grid.down
    size = _text_size(tiles, grid)
    room = int(grid.cell / (size * 0.56))
    sides: dict[str, dict[str, list[Any]]] = {"left": {"x": [], "y": [], "t": []}, "right": {"x": [], "y": [], "t": []}}
    for tile in tiles:
        y = y1 - (tile.row + grid.share * 0.6) * step_y
        label = shorten(tile.label, max(2, room - 2)) if tile.label else ""
        left = room - columns_of(label) - (1 if label else 0)
        for side, text, at in (
            ("left", shorten(tile.id, left) if left >= min(columns_of(tile.id), 4) else "", 0.05),
            ("right", label, 0.95),
        ):
            if text:
                sides[side]["x"].append(float(f"{x0 + (tile.column + at) * step_x:.7g}"))
                sides[side]["y"].append(float(f"{y:.7g}"))
                sides[side]["t"].append(text)
    styles: dict[str, dict[str, Any]] = {
        "left": {"align": "left", "color": _theme.SOFT},
        "right": {"align": "right", "color": _theme.INK, "fontWeight": "bold"},
    }
    return [
        alt.Chart(data_of(columns))
        .mark_text(baseline="middle", fontSize=size, **styles[side])
        .encode(text="t:N", **position)
        for side, columns in sides.items()
        if columns["t"]
    ]


def _text_size(tiles: Sequence[Tile], grid: Grid) -> float:
    """Return the size at which most texts fit, between what can be read and what the header holds."""
    widths = sorted(columns_of(t.id) + columns_of(t.label) + 1 for t in tiles) or [1]
    usual = widths[int(0.9 * (len(widths) - 1))]
    most = min(11.0, grid.cell * grid.share * 0.88)
    return max(min(most, grid.cell * 0.9 / (usual * 0.56)), min(most, SMALLEST))


def unit_window(grid: Grid) -> Window:
    """Return the window of a grid that lies on no map."""
    return (0.0, float(grid.across), 0.0, float(grid.down))


def unit_axes(grid: Grid) -> dict[str, Any]:
    """Return position encodings without axes."""
    import altair as alt

    x0, x1, y0, y1 = unit_window(grid)
    return {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[x0, x1], nice=False, zero=False)),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[y0, y1], nice=False, zero=False)),
    }
