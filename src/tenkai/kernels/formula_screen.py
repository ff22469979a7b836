"""Which features have values to work with, and which say the same as others."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["CONSTANT", "HIGH", "LOW", "same_values", "sound", "standardized", "twins"]

Array = NDArray[np.float64]
LOW, HIGH = 1e-24, 1e24
"""Mean squares that are numbers to work with: sizes from 1e-12 to 1e12."""
CONSTANT = 1e-10
"""Share of a mean square below which values do not vary: one part in 10^5."""


@jit()
def _moments(values: Array) -> tuple[Array, Array]:
    """Mean and mean square about it of every row; NaN where a value is no number."""
    m, n = values.shape
    mean, spread = np.empty(m), np.empty(m)
    for i in range(m):
        total = 0.0
        for r in range(n):
            total += values[i, r]
        total /= n
        left = 0.0
        for r in range(n):
            d = values[i, r] - total
            left += d * d
        mean[i], spread[i] = total, left / n
    return mean, spread


def sound(values: Array) -> NDArray[np.bool_]:
    """Say which rows (m, n) are finite, vary, and are of a size to work with."""
    with np.errstate(all="ignore"):
        mean, spread = _moments(values)
        square = mean * mean + spread
        return np.asarray((square > LOW) & (square < HIGH) & (spread > CONSTANT * square))


def standardized(values: Array) -> Array:
    """Return rows with mean 0 and length 1."""
    mean, spread = _moments(values)
    scaled: Array = (values - mean[:, None]) / np.sqrt(spread * values.shape[1])[:, None]
    return scaled


@cache
def _probe(n: int) -> Array:
    """Return a direction that no data know of."""
    probe = np.cos(np.arange(1.0, n + 1) ** 1.5)
    return np.asarray(probe / np.linalg.norm(probe))


@jit()
def _later(Z: Array, order: NDArray[np.int64], keys: Array, width: float, least: float) -> NDArray[np.bool_]:
    """Mark every unit row that is, up to its sign, as good as equal to an earlier one."""
    later = np.zeros(len(Z), np.bool_)
    for at in range(len(order)):
        i = order[at]
        for further in range(at + 1, len(order)):
            j = order[further]
            if keys[j] - keys[i] > width:
                break
            last = max(i, j)
            if not later[last] and abs(np.dot(Z[i], Z[j])) > least:
                later[last] = True
    return later


def twins(Z: Array, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    """Say which rows of unit length (m, n) have a |correlation| above 1 - tolerance with an earlier one."""
    keys = np.abs(Z @ _probe(Z.shape[1]))
    return _later(Z, np.argsort(keys, kind="stable"), keys, 1.01 * np.sqrt(2 * tolerance), 1 - tolerance)


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
