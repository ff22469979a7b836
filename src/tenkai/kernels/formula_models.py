"""The best least squares models of 1 to 4 out of m features, by trying all of them on their Gram matrix.

Features and target have mean 0 and length 1; G holds the products of features, c those with the target. Taking
features i, j, k, ... one after the other, each one's part that is orthogonal to those before it explains
(its product with the target)^2 / (its own length^2); a model explains the sum. Two features i > j > k: with
u = G[i], v = G[j] - G[i, j] u and so on, all sums of the innermost loop run over neighboring numbers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange

__all__ = ["best_models"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
COLLINEAR = 1e-9
"""Share of a feature that has to be its own, beside those before it in a model."""
BLOCK = 300_000_000
"""Models between two looks at the clock."""


@jit(inline=True)
def _insert(gains: Array, models: Numbers, gain: float, i: int, j: int, k: int, m: int) -> float:
    """Put a model in the place of the worst one kept; return the gain of the worst now."""
    low = 0
    for at in range(1, len(gains)):
        if gains[at] < gains[low]:
            low = at
    gains[low] = gain
    models[low, 0], models[low, 1], models[low, 2], models[low, 3] = i, j, k, m
    worst = float(gains[0])
    for at in range(1, len(gains)):
        worst = min(worst, float(gains[at]))
    return worst


@jit(parallel=True, fast=True)
def _pairs(G: Array, c: Array, rows: Numbers, gains: Array, models: Numbers) -> None:
    for place in prange(len(rows)):
        i = rows[place]
        u, ci, bar = G[i], c[i], gains[place, 0]
        for m in range(i):
            own, rest = 1.0 - u[m] * u[m], c[m] - u[m] * ci
            if own > COLLINEAR and rest * rest > (bar - ci * ci) * own:
                bar = _insert(gains[place], models[place], ci * ci + rest * rest / own, i, m, -1, -1)


@jit(parallel=True, fast=True)
def _triples(G: Array, c: Array, rows: Numbers, gains: Array, models: Numbers) -> None:
    for place in prange(len(rows)):
        i = rows[place]
        u, ci, bar = G[i], c[i], gains[place, 0]
        rest1, own1 = c - u * ci, 1.0 - u * u
        for j in range(i):
            if own1[j] < COLLINEAR:
                continue
            g, scale, v = u[j], 1.0 / own1[j], G[j]
            slope, before = rest1[j] * scale, ci * ci + rest1[j] * rest1[j] * scale
            limit, hits = bar - before, 0
            for m in range(j):
                w = v[m] - g * u[m]
                rest, own = rest1[m] - w * slope, own1[m] - w * w * scale
                hits += (rest * rest > limit * own) & (own > COLLINEAR)
            if hits:
                for m in range(j):
                    w = v[m] - g * u[m]
                    rest, own = rest1[m] - w * slope, own1[m] - w * w * scale
                    if rest * rest > (bar - before) * own and own > COLLINEAR:
                        bar = _insert(gains[place], models[place], before + rest * rest / own, i, j, m, -1)


@jit(parallel=True, fast=True)
def _quadruples(G: Array, c: Array, rows: Numbers, gains: Array, models: Numbers) -> None:
    for place in prange(len(rows)):
        i = rows[place]
        u, ci, bar = G[i], c[i], gains[place, 0]
        rest1, own1 = c - u * ci, 1.0 - u * u
        for j in range(i):
            if own1[j] < COLLINEAR:
                continue
            scale1 = 1.0 / own1[j]
            before1 = ci * ci + rest1[j] * rest1[j] * scale1
            w = G[j] - u[j] * u
            rest2, own2 = rest1 - w * (rest1[j] * scale1), own1 - w * w * scale1
            for k in range(j):
                if own2[k] < COLLINEAR:
                    continue
                scale, v, g, h = 1.0 / own2[k], G[k], u[k], w[k] * scale1
                slope, before = rest2[k] * scale, before1 + rest2[k] * rest2[k] * scale
                limit, hits = bar - before, 0
                for m in range(k):
                    x = v[m] - g * u[m] - h * w[m]
                    rest, own = rest2[m] - x * slope, own2[m] - x * x * scale
                    hits += (rest * rest > limit * own) & (own > COLLINEAR)
                if hits:
                    for m in range(k):
                        x = v[m] - g * u[m] - h * w[m]
                        rest, own = rest2[m] - x * slope, own2[m] - x * x * scale
                        if rest * rest > (bar - before) * own and own > COLLINEAR:
                            bar = _insert(gains[place], models[place], before + rest * rest / own, i, j, k, m)


_KERNELS = {2: _pairs, 3: _triples, 4: _quadruples}


def best_models(
    G: Array,
    c: Array,
    terms: int,
    keep: int,
    *,
    threads: int = 1,
    tell: Callable[[float, float, str], None] | None = None,
) -> tuple[Numbers, Array]:
    """Find the models that explain most.

    Parameters
    ----------
    G : (m, m) products of features of mean 0 and length 1
    c : (m,) their products with the target
    terms : 1 to 4
    keep : how many models
    tell : told (done, total, text) between blocks

    Returns
    -------
    models : (k, terms) features, in falling order inside a model; best model first
    gains : (k,) what they explain
    """
    m = len(c)
    if terms == 1:
        order = np.lexsort((np.arange(m), -(c * c)))[:keep]
        return order[:, None].astype(np.int64), (c * c)[order]
    models, gains = np.empty((0, terms), np.int64), np.empty(0)
    total, done, start = float(math.comb(m, terms)), 0.0, time.perf_counter()
    for rows in _blocks(m, terms):
        floor = gains[-1] * (1 - 1e-12) if len(gains) == keep else -1.0
        found = np.full((len(rows), keep), floor)
        those = np.full((len(rows), keep, 4), -1, np.int64)
        with parallel_region(threads):
            _KERNELS[terms](G, c, rows, found, those)
        real = those[:, :, 0] >= 0
        models = np.concatenate([models, those[real][:, :terms]])
        gains = np.concatenate([gains, found[real]])
        order = np.lexsort((*models.T[::-1], -gains))[:keep]
        models, gains = models[order], gains[order]
        done += float(sum(math.comb(int(i), terms - 1) for i in rows))
        if tell is not None:
            rate = done / max(1e-9, time.perf_counter() - start)
            tell(done, total, f"{total:.3g} models of {terms} terms, {rate:.2g} per second")
    return models, gains


def _blocks(m: int, terms: int) -> Iterator[Numbers]:
    """Yield the first features of models: a small block, which raises the bar, then large ones; sizes mixed."""
    at, work = terms - 1, 200_000
    while at < m:
        last, sum_ = at, 0
        while last < m and sum_ < work:
            sum_ += math.comb(last, terms - 1)
            last += 1
        rows = np.arange(at, last)
        order, half = np.empty_like(rows), (len(rows) + 1) // 2
        order[0::2], order[1::2] = rows[::-1][:half], rows[: len(rows) - half]
        yield order
        at, work = last, BLOCK
