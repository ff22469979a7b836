"""Domains of classes in one or two dimensions - intervals and convex hulls - and the rows that lie in several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange

__all__ = ["hull", "interval_scores", "outside", "pair_domains"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@jit(inline=True)
def interval_score(v: Array, codes: Numbers, active: NDArray[np.bool_], low: Array, high: Array) -> float:
    """Score one feature: rows + 1, less active rows in a foreign interval, less 0 to 1 for their overlap."""
    low[:], high[:] = np.inf, -np.inf
    for r in range(len(codes)):
        k = codes[r]
        low[k], high[k] = min(low[k], v[r]), max(high[k], v[r])
    mixed = 0
    for r in range(len(codes)):
        if active[r]:
            for k in range(len(low)):
                if k != codes[r] and low[k] <= v[r] <= high[k]:
                    mixed += 1
                    break
    whole, shared, pairs = high.max() - low.min(), 0.0, 0
    for k in range(len(low)):
        for m in range(k):
            shared += min(high[k], high[m]) - max(low[k], low[m])
            pairs += 1
    return float(len(codes) + 1.0 - mixed - (0.5 + 0.5 * shared / (pairs * whole)))


@jit()
def interval_scores(values: Array, codes: Numbers, active: NDArray[np.bool_], classes: int) -> Array:
    """Score rows (m, n) of values."""
    out = np.empty(len(values))
    low, high = np.empty(classes), np.empty(classes)
    for i in range(len(values)):
        out[i] = interval_score(values[i], codes, active, low, high)
    return out


@jit()
def hull(x: Array, y: Array) -> Numbers:
    """Return the corners of the convex hull of points, counterclockwise (A. M. Andrew's monotone chain)."""
    n = len(x)
    order = np.argsort(x, kind="mergesort")
    for at in range(1, n):  # equal x: by y
        place = at
        while place > 0 and x[order[place - 1]] == x[order[place]] and y[order[place - 1]] > y[order[place]]:
            order[place - 1], order[place] = order[place], order[place - 1]
            place -= 1
    found = np.empty(2 * n + 1, np.int64)
    size = 0
    for turn in range(2):
        start = size
        for at in range(n):
            p = order[at] if turn == 0 else order[n - 1 - at]
            while size >= start + 2:
                a, b = found[size - 2], found[size - 1]
                if (x[b] - x[a]) * (y[p] - y[a]) - (y[b] - y[a]) * (x[p] - x[a]) > 0:
                    break
                size -= 1
            found[size] = p
            size += 1
        size -= 1  # the last point opens the other half
    return found[: max(1, size)].copy()


@jit()
def outside(cx: Array, cy: Array, x: float, y: float) -> float:
    """Distance of a point from a hull with corners (cx, cy), 0 inside or on it."""
    n = len(cx)
    inside, nearest = n > 2, np.inf
    for a in range(n):
        b = (a + 1) % n
        dx, dy, px, py = cx[b] - cx[a], cy[b] - cy[a], x - cx[a], y - cy[a]
        if dx * py - dy * px < 0:
            inside = False
        length = dx * dx + dy * dy
        t = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length > 0 else 0.0
        nearest = min(nearest, (px - t * dx) ** 2 + (py - t * dy) ** 2)
    return 0.0 if inside else np.sqrt(nearest)


@jit(parallel=True)
def _pair_domains(Z: Array, codes: Numbers, classes: int, mixed: Numbers, gap: Array) -> None:
    m, n = Z.shape
    for place in prange(m):
        # Long and short rows take turns, so that equal parts are equal work.
        i = place // 2 if place % 2 == 0 else m - 1 - place // 2
        for j in range(i):
            x, y = Z[i], Z[j]
            inside = np.zeros(n, np.bool_)
            for k in range(classes):
                own = codes == k
                px, py = x[own], y[own]
                corners = hull(px, py)
                cx, cy = px[corners], py[corners]
                left, right, low, high = cx.min(), cx.max(), cy.min(), cy.max()
                for r in range(n):
                    if codes[r] != k and left <= x[r] <= right and low <= y[r] <= high:
                        inside[r] = inside[r] or outside(cx, cy, x[r], y[r]) == 0.0
            nearest = np.inf
            for r in range(n):
                for s in range(r):
                    if codes[r] != codes[s]:
                        nearest = min(nearest, (x[r] - x[s]) ** 2 + (y[r] - y[s]) ** 2)
            at = i * (i - 1) // 2 + j
            mixed[at], gap[at] = inside.sum(), np.sqrt(nearest)


def pair_domains(Z: Array, codes: Numbers, classes: int, threads: int = 1) -> tuple[Numbers, Array]:
    """Return for all pairs of features Z (m, n) how many rows lie in a foreign hull, and the least distance of classes.

    Returns
    -------
    mixed, gap : (m (m - 1) / 2,) pair (i, j) at i (i - 1) / 2 + j
    """
    pairs = len(Z) * (len(Z) - 1) // 2
    mixed, gap = np.empty(pairs, np.int64), np.empty(pairs)
    with parallel_region(threads):
        _pair_domains(Z, codes, classes, mixed, gap)
    return mixed, gap
