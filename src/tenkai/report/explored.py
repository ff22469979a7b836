"""A map to be explored: coordinates, colors and pictures of its rows as bytes, for the explorer in any page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, listing, problem
from tenkai.interpret._color import LABELS, Categories, Numbers, coloring
from tenkai.interpret._plane import axes_of
from tenkai.interpret._things import DRAWN, Pictures, pictures
from tenkai.values import Table

MOST_ROWS = 4_000_000
PER_LINE = 32
"""Tiles in one line of a sheet of pictures."""
MISSING_CODE = 65535


@dataclass(frozen=True, eq=False)
class Explored:
    """A map with all that may give its points a color or a picture.

    Parameters
    ----------
    table : Table, n rows
        The map, with the columns of further tables beside its own.
    x, y : names of the coordinates
    pictures : Pictures or None
        The things behind the rows.
    """

    table: Table
    x: str
    y: str
    pictures: Pictures | None

    @classmethod
    def of(
        cls,
        map: Table,
        *,
        x: str | None = None,
        y: str | None = None,
        labels: Table | None = None,
        things: Table | str | None = None,
    ) -> Explored:
        """Bring a map together with the labels and pictures of its rows.

        Parameters
        ----------
        labels : further columns, matched by row id
        things : the column that holds pictures, or the table, matched by row id; default: the first column of
            images, molecules or crystals

        Raises
        ------
        TenkaiError
            TK701 when there are no two coordinates, TK572 when the map has too many rows, TK573 when no row of a
            further table belongs to it, TK201, TK202, TK702 for columns that do not fit.
        """
        if map.height > MOST_ROWS:
            raise problem(
                "TK572",
                f"the map has {map.height:,} rows.",
                allowed=f"Up to {MOST_ROWS:,} can be explored.",
                remedy="Take fewer rows with process.sample.",
            )
        first, second = axes_of(map, x, y)
        table = map if labels is None else beside(map, labels, "labels")
        chosen = things if isinstance(things, str) else None
        if isinstance(things, Table):
            # The one column of pictures is looked for there, and then found beside the map.
            column = pictures(things, None, False, "pictures").column
            only = things.with_columns(things.frame.select(column), things.kinds)
            table = beside(table, only, "pictures")
            chosen = table.columns[-1]
        elif things is None:
            chosen = next(iter(picture_columns(table)), None)
        return cls(table, first, second, None if chosen is None else pictures(table, chosen, False, "map"))

    @property
    def columns(self) -> list[str]:
        """Columns that can give the color, coordinates last."""
        able = [name for name, kind in self.table.kinds.items() if kind in LABELS]
        own = (self.x, self.y)
        return [*(name for name in able if name not in own), *own]

    def coordinates(self) -> NDArray[np.float32]:
        """Return the coordinates (2, n): NaN where a row has none."""
        return np.stack([_floats(self.table.frame[name]) for name in (self.x, self.y)])

    def colored(self, column: str) -> tuple[dict[str, Any], bytes]:
        """Return how a column colors the rows: what the legend says, and a code or a number for each row.

        Raises
        ------
        TenkaiError
            TK201, TK202 for the column.
        """
        found = coloring([self.table], column)
        if isinstance(found, Numbers):
            said = {"kind": "ramp", "name": column, "low": found.low, "high": found.high, "missing": found.missing}
            return said, _floats(self.table.frame[column]).astype("<f4").tobytes()
        assert isinstance(found, Categories)
        plain = [(n, c, k) for n, c, k in zip(found.names, found.colors, found.counts, strict=True)]
        missing = found.missing
        shown = plain[:-1] if missing else plain
        said = {
            "kind": "classes",
            "name": column,
            "names": [n for n, _, _ in shown],
            "colors": [c for _, c, _ in shown],
            "counts": [k for _, _, k in shown],
            "missing": missing,
        }
        return said, found.codes(self.table, MISSING_CODE).astype("<u2").tobytes()

    def cells(self, positions: Sequence[int], columns: Sequence[str]) -> list[list[str]]:
        """Return what some rows hold in some columns, as texts."""
        from tenkai.report.numbers import number

        part = self.table.take(positions)
        return [list(row) for row in zip(*([number(v) for v in part.frame[c].to_list()] for c in columns), strict=True)]

    def sheet(self, positions: Sequence[int], side: int) -> bytes:
        """Return the pictures of some rows as one PNG of square tiles, 32 in a line.

        Raises
        ------
        TenkaiError
            TK702 when there are no pictures; what a drawing needs and lacks.
        """
        if self.pictures is None:
            raise problem("TK702", "the rows of this map have no pictures.")
        memory = io.BytesIO()
        sheet_of(self.pictures.of(positions, side), side).save(memory, "PNG", compress_level=1)
        return memory.getvalue()


def sheet_of(images: NDArray[np.uint8], side: int) -> Any:
    """Return pictures (m, h, w) or (m, h, w, 3) side by side on one white picture, each in a square of `side`."""
    from PIL import Image

    across = min(PER_LINE, len(images))
    sheet = Image.new("RGB", (across * side, -(-len(images) // across) * side), "white")
    for i, pixels in enumerate(images):
        picture = Image.fromarray(pixels)
        scale = side / max(picture.size)
        width, height = (max(1, round(n * scale)) for n in picture.size)
        how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
        small = picture.resize((width, height), how)
        x, y = (i % across) * side + (side - width) // 2, (i // across) * side + (side - height) // 2
        sheet.paste(small, (x, y))
    return sheet


def picture_columns(table: Table) -> list[str]:
    """Return the columns of images, molecules and crystals; a vector may be anything."""
    kinds = ("image", *DRAWN)
    return [name for name, kind in table.kinds.items() if kind in kinds]


def beside(table: Table, other: Table, port: str) -> Table:
    """Put the columns of another table beside a table, matched by row id; a name taken already gets its port.

    Raises
    ------
    TenkaiError
        TK573 when no row of the other table belongs to the first.
    """
    places = pl.DataFrame({"id": other.ids, "at": np.arange(other.height, dtype=np.uint32)})
    wanted = table.ids.alias("id").to_frame()
    at = wanted.join(places, on="id", how="left", maintain_order="left")["at"]
    if at.null_count() == table.height:
        raise problem(
            "TK573",
            f"no row of the table of '{port}' belongs to the map.",
            allowed=f"Rows are matched by row id: the map has {_some(table)}, the table of '{port}' {_some(other)}.",
            remedy="Give the table the map was made from, or one with its row ids.",
        )
    frame, kinds = table.frame, dict(table.kinds)
    for name in other.columns:
        free = name
        while free in kinds:
            free = f"{free} ({port})"
        frame = frame.with_columns(other.frame[name].gather(at).alias(free))
        kinds[free] = other.kinds[name]
    return table.with_columns(frame, kinds)


def _some(table: Table) -> str:
    return listing(table.ids.head(3).to_list()) + (
        "" if table.height <= 3 else f" and {count(table.height - 3, 'more', 'more')}"
    )


def _floats(series: pl.Series) -> NDArray[np.float32]:
    found = series.cast(pl.Float32, strict=False).fill_null(float("nan"))
    return np.ascontiguousarray(found.to_numpy(), np.float32)
