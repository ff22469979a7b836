"""Lasso and elastic net for one penalty from zero: accelerated coordinate descent guesses the support.

A sweep of coordinate descent is cheap, and near the solution its steps follow a linear map. Anderson extrapolation
takes the last few iterates and goes to the combination whose change is smallest, if that lowers the objective; the
exact solve of `tenkai.kernels.penalized` then needs one or two factors. On a Gram matrix a sweep costs p^2; where
columns outnumber rows it goes over the cells of the sparse columns instead, and the products of columns are never
formed for those that stay out. Rounds over the columns that matter alternate with rounds over all.

Nothing is taken over from another penalty or another number of rows: the answer is the same whoever else asks.

Source: Q. Bertrand, M. Massias, AISTATS 2021 (Anderson acceleration of coordinate descent) and Q. Bertrand et al.,
NeurIPS 2022 (skglm: working sets with it).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["SPARSE_SWEEPS", "SWEEPS", "descend", "descend_sparse"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]

_MEMORY = 5
# Support and signs have not changed for so many sweeps, and what is violated is small: the exact solve comes next.
_CALM, _NEAR = 3, 1e-5
SWEEPS = 600
SPARSE_SWEEPS = 6000
_FULL = 10
_TINY = 1e-14


@jit()
def _weights(steps: Array, weights: Array) -> bool:
    """Weights, of sum 1, of the combination of steps (memory, m) that is smallest; False where there is none."""
    k = len(steps)
    products, size = np.zeros((k, k)), 0.0
    for a in range(k):
        for b in range(a + 1):
            total = 0.0
            for j in range(steps.shape[1]):
                total += steps[a, j] * steps[b, j]
            products[a, b] = total
            products[b, a] = total
        size += products[a, a]
    if not size > 0.0:
        return False
    for a in range(k):
        products[a, a] += 1e-12 * size
        weights[a] = 1.0
    for a in range(k):
        for b in range(a + 1, k):
            share = products[b, a] / products[a, a]
            for m in range(a, k):
                products[b, m] -= share * products[a, m]
            weights[b] -= share * weights[a]
    whole = 0.0
    for a in range(k - 1, -1, -1):
        for m in range(a + 1, k):
            weights[a] -= products[a, m] * weights[m]
        weights[a] /= products[a, a]
        whole += weights[a]
    if not abs(whole) > 0.0:
        return False
    for a in range(k):
        weights[a] /= whole
    return True


@jit(fast=True)
def _combined(kept: Array, weights: Array, out: Array) -> None:
    for j in range(len(out)):
        total = 0.0
        for a in range(len(weights)):
            total += weights[a] * kept[a + 1, j]
        out[j] = total


@jit(fast=True)
def _gram_sweep(G: Array, c: Array, lam: float, mu: float, b: Array, q: Array) -> tuple[int, float]:
    """One round over all columns, q = G b is kept. Returns changes of sign, and the largest step on a unit scale."""
    p, turned, most = len(c), 0, 0.0
    for j in range(p):
        square = G[j, j]
        if square <= 0.0:
            continue
        old = b[j]
        pull = c[j] - q[j] + square * old
        new = 0.0
        if pull > lam:
            new = (pull - lam) / (square + mu)
        elif pull < -lam:
            new = (pull + lam) / (square + mu)
        step = new - old
        if step != 0.0:
            turned += new * old <= 0.0
            most = max(most, abs(step) * np.sqrt(square))
            b[j] = new
            for i in range(p):
                q[i] += step * G[j, i]
    return turned, most


@jit(fast=True)
def _gram_objective(c: Array, lam: float, mu: float, b: Array, q: Array) -> float:
    total = 0.0
    for j in range(len(b)):
        total += b[j] * (0.5 * q[j] - c[j] + 0.5 * mu * b[j]) + lam * abs(b[j])
    return total


@jit()
def descend(G: Array, c: Array, length: float, lam: float, mu: float, b: Array, q: Array) -> int:
    """Descend from b, with q = G b, until the support settles. Returns how many sweeps: `SWEEPS` where it does not."""
    p = len(c)
    steps, weights = np.empty((_MEMORY, p)), np.empty(_MEMORY)
    kept, images = np.empty((_MEMORY + 1, p)), np.empty((_MEMORY + 1, p))
    better, image = np.empty(p), np.empty(p)
    calm, held = 0, 0
    for sweep in range(SWEEPS):
        turned, most = _gram_sweep(G, c, lam, mu, b, q)
        calm = calm + 1 if turned == 0 else 0
        if most <= _TINY * length or (calm >= _CALM and most <= _NEAR * length):
            return sweep + 1
        kept[held], images[held] = b, q
        held += 1
        if held > _MEMORY:
            held = 0
            for a in range(_MEMORY):
                for j in range(p):
                    steps[a, j] = kept[a + 1, j] - kept[a, j]
            if _weights(steps, weights):
                _combined(kept, weights, better)
                _combined(images, weights, image)
                if _gram_objective(c, lam, mu, better, image) < _gram_objective(c, lam, mu, b, q):
                    b[:], q[:] = better, image
    return SWEEPS


@jit(fast=True)
def _sparse_sweep(
    starts: Positions,
    rows: Positions,
    values: Array,
    shift: Array,
    sizes: Array,
    working: Positions,
    count: int,
    lam: float,
    mu: float,
    b: Array,
    left: Array,
) -> tuple[int, float]:
    """One round over some columns; left[:n] + left[n] is the residual, which sums to 0."""
    n, turned, most = len(left) - 1, 0, 0.0
    for place in range(count):
        j = working[place]
        square = sizes[j] * sizes[j]
        old = b[j]
        pull = square * old + left[n] * n * shift[j]
        for k in range(starts[j], starts[j + 1]):
            pull += values[k] * left[rows[k]]
        new = 0.0
        if pull > lam:
            new = (pull - lam) / (square + mu)
        elif pull < -lam:
            new = (pull + lam) / (square + mu)
        step = new - old
        if step != 0.0:
            turned += new * old <= 0.0
            most = max(most, abs(step) * sizes[j])
            b[j] = new
            left[n] += step * shift[j]
            for k in range(starts[j], starts[j + 1]):
                left[rows[k]] -= step * values[k]
    return turned, most


@jit(fast=True)
def _sparse_objective(lam: float, mu: float, b: Array, left: Array) -> float:
    n, total = len(left) - 1, 0.0
    for i in range(n):
        total += 0.5 * (left[i] + left[n]) ** 2
    for j in range(len(b)):
        total += lam * abs(b[j]) + 0.5 * mu * b[j] * b[j]
    return total


@jit()
def descend_sparse(
    starts: Positions,
    rows: Positions,
    values: Array,
    shift: Array,
    sizes: Array,
    alive: NDArray[np.bool_],
    y: Array,
    lam: float,
    mu: float,
    b: Array,
) -> int:
    """Descend on sparse columns (in compressed form) from b = 0 until the support has settled.

    Parameters
    ----------
    starts, rows, values : columns as `scipy.sparse.csc_array` holds them
    shift : (p,) means of the columns
    sizes : (p,) lengths of the centred columns
    alive : (p,) columns that vary
    y : (n,) centred target
    b : (p,) zeros, and room for the answer

    Returns
    -------
    int
        Number of sweeps, `SPARSE_SWEEPS` where the support has not settled.
    """
    n, p = len(y), len(b)
    length = np.sqrt((y * y).sum())
    left = np.zeros(n + 1)
    left[:n] = y
    every, count = np.empty(p, np.int64), 0
    for j in range(p):
        if alive[j]:
            every[count] = j
            count += 1
    working, few = every.copy(), count
    steps, weights = np.empty((_MEMORY, p)), np.empty(_MEMORY)
    kept, images = np.empty((_MEMORY + 1, p)), np.empty((_MEMORY + 1, n + 1))
    better, image = np.empty(p), np.empty(n + 1)
    calm, held = 0, 0
    for sweep in range(SPARSE_SWEEPS):
        if sweep % _FULL == 0:
            turned, most = _sparse_sweep(starts, rows, values, shift, sizes, every, count, lam, mu, b, left)
            few = 0
            for m in range(count):
                if b[every[m]] != 0.0:
                    working[few] = every[m]
                    few += 1
        else:
            turned, most = _sparse_sweep(starts, rows, values, shift, sizes, working, few, lam, mu, b, left)
        calm = calm + 1 if turned == 0 else 0
        if most <= _TINY * length or (calm > _FULL and most <= _NEAR * length):
            return sweep + 1
        kept[held], images[held] = b, left
        held += 1
        if held > _MEMORY:
            held = 0
            for a in range(_MEMORY):
                for j in range(p):
                    steps[a, j] = kept[a + 1, j] - kept[a, j]
            if _weights(steps, weights):
                _combined(kept, weights, better)
                _combined(images, weights, image)
                if _sparse_objective(lam, mu, better, image) < _sparse_objective(lam, mu, b, left):
                    b[:], left[:] = better, image
    return SPARSE_SWEEPS
