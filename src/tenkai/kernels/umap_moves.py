"""The moves of UMAP: tables of gradient factors, and the compiled loops over edges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, prange

__all__ = ["Float", "factor_tables", "move_cells", "place_rows"]

Float = NDArray[np.float32]

_CLIP = np.float32(4.0)
_PUSH_FLOOR = 0.001  # keeps the push of touching points finite
# Gradient factors come from a table over the bits of the squared distance: 6 bits of mantissa,
# exponents from 2^-32 to 2^32. It needs no pow, and gives equal bits on every machine.
_FIRST = (127 - 32) << 6
_NODES = 64 << 6
_PART = np.float32(2.0**-17)


def factor_tables(a: float, b: float, repulsion: float) -> tuple[Float, Float]:
    """Factors of pull and push at the nodes of the table of squared distances.

    Notes
    -----
    Gradients of the cross-entropy of 1 / (1 + a d^(2b)): L. McInnes, J. Healy, J. Melville,
    arXiv:1802.03426, section 3.2. The gradient is the factor times the difference.
    """
    node = np.arange(_NODES + 1, dtype=np.int64) + _FIRST
    d2 = (node << 17).astype(np.uint32).view(np.float32).astype(np.float64)
    pull = -2.0 * a * b * d2 ** (b - 1.0) / (a * d2**b + 1.0)
    push = 2.0 * repulsion * b / ((_PUSH_FLOOR + d2) * (a * d2**b + 1.0))
    return pull.astype(np.float32), push.astype(np.float32)


@jit(inline=True)
def _factor(table: Float, d2: np.float32) -> Any:
    """Read a table at a squared distance, linear between nodes (relative error below 1e-4)."""
    bits = np.float32(d2).view(np.int32)
    node = (bits >> 17) - _FIRST
    if node < 0:
        return table[0]
    if node >= _NODES:
        return table[_NODES]
    return table[node] + np.float32(bits & 0x1FFFF) * _PART * (table[node + 1] - table[node])


@jit(inline=True)
def _clipped(value: np.float32) -> np.float32:
    return min(max(value, -_CLIP), _CLIP)


@jit(inline=True)
def _mixed(state: np.uint64) -> np.uint64:
    """Scramble 64 bits (splitmix64: G. Steele, D. Lea, C. Flood, OOPSLA 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@jit(inline=True)
def _stepped(state: np.uint64) -> np.uint64:
    """Advance a linear congruential generator (D. Knuth's MMIX); its high 32 bits are used."""
    return state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)


@jit(parallel=True)
def move_cells(
    meeting: NDArray[np.int64],
    starts: NDArray[np.int64],
    heads: NDArray[np.int32],
    tails: NDArray[np.int32],
    periods: Float,
    due: Float,
    points: Float,
    before: Float,
    axes: tuple[int, ...],
    pull: Float,
    push: Float,
    seed: np.uint64,
    epoch: int,
    step: np.float32,
    negatives: int,
) -> None:
    """Go once through the cells of a round; cells share no row, so each has its own thread.

    `axes` only carries the number of dimensions in its type, so that small loops are unrolled.
    """
    n = np.uint64(points.shape[0])
    blocks = np.int64(np.sqrt(starts.size - 1.0) + 0.5)
    for c in prange(meeting.shape[0]):
        cell = meeting[c, 0] * blocks + meeting[c, 1]
        state = _mixed(_mixed(seed) ^ _mixed(np.uint64(epoch) << np.uint64(32) | np.uint64(cell)))
        for edge in range(starts[cell], starts[cell + 1]):
            if due[edge] > epoch:
                continue
            due[edge] += periods[edge]
            i, j = heads[edge], tails[edge]
            d2 = np.float32(0.0)
            for axis in range(len(axes)):
                d2 += (points[i, axis] - points[j, axis]) ** 2
            if d2 > 0:
                factor = _factor(pull, d2)
                for axis in range(len(axes)):
                    shift = _clipped(factor * (points[i, axis] - points[j, axis])) * step
                    points[i, axis] += shift
                    points[j, axis] -= shift
            for _ in range(negatives):
                state = _stepped(state)
                other = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
                if other == i:
                    continue
                d2 = np.float32(0.0)
                for axis in range(len(axes)):
                    d2 += (points[i, axis] - before[other, axis]) ** 2
                if d2 > 0:
                    factor = _factor(push, d2)
                    for axis in range(len(axes)):
                        gap = points[i, axis] - before[other, axis]
                        points[i, axis] += _clipped(factor * gap) * step


@jit(parallel=True)
def place_rows(
    starts: NDArray[np.int32],
    tails: NDArray[np.int32],
    periods: Float,
    points: Float,
    fixed: Float,
    pull: Float,
    push: Float,
    seed: np.uint64,
    epochs: int,
    learning_rate: float,
    negatives: int,
) -> None:
    """Move each row through all epochs against fixed points."""
    n = np.uint64(fixed.shape[0])
    for i in prange(points.shape[0]):
        state = _mixed(_mixed(seed) ^ _mixed(np.uint64(i)))
        due = periods[starts[i] : starts[i + 1]].copy()
        for epoch in range(epochs):
            step = np.float32(learning_rate * (1.0 - epoch / epochs))
            for place in range(due.size):
                if due[place] > epoch:
                    continue
                edge = starts[i] + place
                due[place] += periods[edge]
                _move(points[i], fixed[tails[edge]], pull, step)
                for _ in range(negatives):
                    state = _stepped(state)
                    other = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
                    _move(points[i], fixed[other], push, step)


@jit()
def _move(point: Float, other: Float, table: Float, step: np.float32) -> None:
    d2 = np.float32(0.0)
    for axis in range(point.size):
        d2 += (point[axis] - other[axis]) ** 2
    if d2 > 0:
        factor = _factor(table, d2)
        for axis in range(point.size):
            point[axis] += _clipped(factor * (point[axis] - other[axis])) * step
