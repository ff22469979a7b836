"""Histories of maps and clusterings: what is kept of the iterations, and the table it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl

from tenkai.errors import Note, problem
from tenkai.kernels.frames import BUDGET, Frames
from tenkai.step import Advanced, Help, Range
from tenkai.values import Kind, Schema, Table
from tenkai.values.matrix import array_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tenkai.values import Fitted

MOST_MAPS = 1000
"""As many as a film has frames."""

History = Annotated[
    int | None,
    Range(1, 1_000_000),
    Advanced,
    Help("keep what there is after every so many iterations, for interpret.replay; null: nothing"),
]


def frames_for(every: int | None, iterations: int, rows: int, dimensions: int) -> Frames | None:
    """Return what keeps maps (rows, dimensions) of single precision; nothing where none is asked for.

    Raises
    ------
    TenkaiError
        TK575 when they would be more than 1000, or larger than 512 MB.
    """
    if every is None:
        return None
    each = 4 * rows * dimensions
    most = min(MOST_MAPS, BUDGET // each)
    maps = _count(iterations, every)
    if maps > most:
        least = -(-iterations // (most - 1)) if most > 1 else 0
        raise problem(
            "TK575",
            f"history: {every} would keep {maps:,} maps of {rows:,} rows, {maps * each / 1e6:,.0f} MB.",
            allowed=f"Allowed: {MOST_MAPS:,} maps, and {BUDGET / 1e6:,.0f} MB.",
            remedy=f"Set history: {least}, or more." if least else "Leave history out, or take fewer rows.",
            setting="history",
        )
    return Frames(every)


def _count(iterations: int, every: int) -> int:
    """Return how many maps are kept: the first, every so many, and the last."""
    return 1 + -(-iterations // every)


def map_history(frames: Frames | None, shape: tuple[int, int], measure: str, fitted: Fitted) -> Table:
    """Return one row per kept map: the iteration, its measure, and all coordinates as one matrix."""
    kept = [] if frames is None else frames.kept
    maps = np.stack([k.arrays[0] for k in kept]) if kept else np.empty((0, *shape), np.float32)
    return _table(frames, measure, {"coordinates": maps}, fitted)


def cluster_history(
    frames: Frames | None, rows: int, centers: NDArray[Any], every: int | None, fitted: Fitted
) -> Table:
    """Return one row per kept round: the inertia, the cluster of each row (counted from 1), and the centers."""
    kept = [] if frames is None else frames.kept
    small = np.uint16 if len(centers) < 1 << 16 else np.int32
    labels = np.stack([k.arrays[0] for k in kept]) + 1 if kept else np.empty((0, rows))
    places = np.stack([k.arrays[1] for k in kept]) if kept else np.empty((0, *centers.shape))
    notes = []
    if frames is not None and frames.every != every:
        text = f"rounds are kept every {frames.every} rounds, not every {every}: memory would not hold more."
        notes.append(Note("TKW622", text))
    return _table(frames, "inertia", {"labels": labels.astype(small), "centers": places}, fitted, notes)


def _table(
    frames: Frames | None, measure: str, arrays: dict[str, NDArray[Any]], fitted: Fitted, notes: Iterable[Note] = ()
) -> Table:
    kept = [] if frames is None else frames.kept
    columns = [
        pl.Series("iteration", [k.iteration for k in kept], pl.Int64),
        pl.Series(measure, [k.value for k in kept], pl.Float64),
        *(array_column(name, values) for name, values in arrays.items()),
    ]
    return Table.from_(pl.DataFrame(columns), notes=[*fitted.notes, *notes]).influenced(fitted.influences)


def history_schema(measure: str, arrays: dict[str, Kind]) -> Schema:
    """Return the columns of a history before data."""
    return Schema({"iteration": "number", measure: "number", **arrays})
