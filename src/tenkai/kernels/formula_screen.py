"""Which features have values to work with, and which say the same as others."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = [
    "CONSTANT",
    "HIGH",
    "LOW",
    "moments",
    "row_is_sound",
    "row_moments",
    "same_values",
    "sound",
    "standardized",
    "twins",
]

Array = NDArray[np.float64]
LOW, HIGH = 1e-24, 1e24
"""Mean squares that are numbers to work with: sizes from 1e-12 to 1e12."""
CONSTANT = 1e-10
"""Share of a mean square below which values do not vary: one part in 10^5."""


@jit(borrow=True)
def row_moments(v: Array) -> tuple[float, float]:
    """Mean and mean square about it; NaN where a value is no number."""
    mean = spread = 0.0
    for r in range(len(v)):
        mean += v[r]
    mean /= len(v)
    for r in range(len(v)):
        spread += (v[r] - mean) * (v[r] - mean)
    return mean, spread / len(v)


@jit()
def moments(values: Array) -> tuple[Array, Array]:
    """Mean and mean square about it of every row; NaN where a value is no number."""
    m, n = values.shape
    mean, spread = np.zeros(m), np.zeros(m)
    # The sums of a row keep their order, as their bits are kept; four rows at a time wait for each other.
    whole = m - m % 4
    for i in range(0, whole, 4):
        a, b, c, d = values[i], values[i + 1], values[i + 2], values[i + 3]
        t0 = t1 = t2 = t3 = 0.0
        for r in range(n):
            t0 += a[r]
            t1 += b[r]
            t2 += c[r]
            t3 += d[r]
        t0, t1, t2, t3 = t0 / n, t1 / n, t2 / n, t3 / n
        s0 = s1 = s2 = s3 = 0.0
        for r in range(n):
            s0 += (a[r] - t0) * (a[r] - t0)
            s1 += (b[r] - t1) * (b[r] - t1)
            s2 += (c[r] - t2) * (c[r] - t2)
            s3 += (d[r] - t3) * (d[r] - t3)
        mean[i], mean[i + 1], mean[i + 2], mean[i + 3] = t0, t1, t2, t3
        spread[i], spread[i + 1], spread[i + 2], spread[i + 3] = s0 / n, s1 / n, s2 / n, s3 / n
    for i in range(whole, m):
        mean[i], spread[i] = row_moments(values[i])
    return mean, spread


@jit(inline=True)
def row_is_sound(mean: float, spread: float) -> bool:
    """Say whether values are finite, vary, and are of a size to work with, by their moments."""
    square = mean * mean + spread
    return (square > LOW) & (square < HIGH) & (spread > CONSTANT * square)


@jit()
def _sound(mean: Array, spread: Array) -> NDArray[np.bool_]:
    out = np.empty(len(mean), np.bool_)
    for i in range(len(mean)):
        out[i] = row_is_sound(mean[i], spread[i])
    return out


def sound(values: Array) -> NDArray[np.bool_]:
    """Say which rows (m, n) are finite, vary, and are of a size to work with."""
    return _sound(*moments(values))


def standardized(values: Array) -> Array:
    """Return rows with mean 0 and length 1."""
    mean, spread = moments(values)
    scaled: Array = (values - mean[:, None]) / np.sqrt(spread * values.shape[1])[:, None]
    return scaled


@cache
def _probe(n: int) -> Array:
    """Return a direction that no data know of."""
    probe = np.cos(np.arange(1.0, n + 1) ** 1.5)
    return np.asarray(probe / np.linalg.norm(probe))


@jit()
def _later(
    Z: Array, rank: NDArray[np.int64], order: NDArray[np.int64], keys: Array, width: float, least: float
) -> NDArray[np.bool_]:
    """Mark every unit row that is, up to its sign, as good as equal to one of lower rank."""
    later = np.zeros(len(Z), np.bool_)
    for at in range(len(order)):
        i = order[at]
        for further in range(at + 1, len(order)):
            j = order[further]
            if keys[j] - keys[i] > width:
                break
            last = i if rank[i] > rank[j] else j
            if not later[last] and abs(np.dot(Z[i], Z[j])) > least:
                later[last] = True
    return later


def twins(Z: Array, rank: NDArray[np.int64] | None = None, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    """Say which rows of unit length (m, n) have a |correlation| above 1 - tolerance with one of lower rank.

    Without ranks, with an earlier one.
    """
    keys = np.abs(Z @ _probe(Z.shape[1]))
    rank = np.arange(len(Z)) if rank is None else rank
    return _later(Z, rank, np.argsort(keys, kind="stable"), keys, 1.01 * np.sqrt(2 * tolerance), 1 - tolerance)


def same_values(values: Array) -> NDArray[np.bool_]:
    """Say which rows (m, n) have the values of an earlier one."""
    size = np.sqrt((values * values).sum(axis=1))
    Z = values / size[:, None]
    # Twins in direction differ in size; each size gets a turn of its own.
    keys = Z @ _probe(Z.shape[1]) + np.log(size)
    return _later_alike(Z, size, np.argsort(keys, kind="stable"), keys)


@jit()
def _later_alike(Z: Array, size: Array, order: NDArray[np.int64], keys: Array) -> NDArray[np.bool_]:
    later = np.zeros(len(Z), np.bool_)
    for at in range(len(order)):
        i = order[at]
        for further in range(at + 1, len(order)):
            j = order[further]
            if keys[j] - keys[i] > 1e-10:
                break
            last = max(i, j)
            if later[last] or abs(size[i] - size[j]) > 1e-12 * size[i]:
                continue
            apart = 0.0
            for r in range(Z.shape[1]):
                apart = max(apart, abs(Z[i, r] - Z[j, r]))
            later[last] = apart < 1e-12
    return later
