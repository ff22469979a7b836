"""Tensors: unfolding along an axis, sums of outer products, cores, and what a cell of a low rank rests on.

X (n1, n2, ..., nd); a factor of axis i is (ni, k), one column per part.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import scipy.linalg

from tenkai.kernels.low_rank import Array

_NEARLY = 1 - 1e-6  # as in low_rank: among weights this near to the largest the first decides the sign


def unfolded(X: Array, axis: int) -> Array:
    """Return X with one axis as rows, (n_axis, the others in order)."""
    return np.moveaxis(X, axis, 0).reshape(X.shape[axis], -1)


def leading_vectors(X: Array, axis: int, k: int) -> Array:
    """Return the first k left singular vectors of the unfolding, (n_axis, min(k, n_axis)); signs are fixed.

    By the eigenvectors of the small product with itself: they are where an iteration starts, not where it ends.
    """
    flat = unfolded(X, axis)
    _, vectors = scipy.linalg.eigh(flat @ flat.T)
    return turned(vectors[:, ::-1][:, :k])[0]


def turned(factor: Array) -> tuple[Array, Array]:
    """Return a factor whose columns have a positive largest weight, and the sign of each column before, (k,)."""
    if not factor.size:
        return factor, np.ones(factor.shape[1])
    sizes = np.abs(factor)
    first = (sizes >= sizes.max(axis=0) * _NEARLY).argmax(axis=0)
    signs = np.where(factor[first, np.arange(factor.shape[1])] < 0, -1.0, 1.0)
    return factor * signs, signs


def products(factors: Sequence[Array]) -> Array:
    """Return the outer products of the columns of factors, part by part, (n1 n2 ..., k): the Khatri-Rao product."""
    return reduce(lambda a, b: (a[:, None, :] * b[None, :, :]).reshape(-1, b.shape[1]), factors)


def cp_cells(weights: Array, factors: Sequence[Array]) -> Array:
    """Return the sum of weighted outer products: the tensor of a CP decomposition."""
    flat = (factors[0] * weights) @ products(factors[1:]).T
    return flat.reshape([len(f) for f in factors])


def along(X: Array, matrix: Array, axis: int) -> Array:
    """Multiply every fibre of X along an axis by a matrix (m, n_axis): the n-mode product."""
    return np.moveaxis(np.tensordot(matrix, X, axes=(1, axis)), 0, axis)


def tucker_cells(core: Array, factors: Sequence[Array]) -> Array:
    """Return the core multiplied by a factor along every axis: the tensor of a Tucker decomposition."""
    for axis, factor in enumerate(factors):
        core = along(core, factor, axis)
    return core


def cp_ordered(weights: Array, factors: Sequence[Array]) -> tuple[Array, list[Array]]:
    """Return the same parts with columns of length 1, weights of 0 or more that fall, and settled signs.

    The largest weight of every column is positive, except on the first axis, which keeps the sign of the part.
    """
    lengths = [np.sqrt((f**2).sum(axis=0)) for f in factors]
    total = weights * np.prod(lengths, axis=0)
    unit = [f / np.where(n > 0, n, 1.0) for f, n in zip(factors, lengths, strict=True)]
    signs = np.where(total < 0, -1.0, 1.0)
    for i in range(1, len(unit)):
        unit[i], own = turned(unit[i])
        signs = signs * own
    unit[0] = unit[0] * signs
    order = np.argsort(-np.abs(total), kind="stable")
    return np.abs(total)[order], [np.ascontiguousarray(f[:, order]) for f in unit]


def core_ordered(core: Array, factors: Sequence[Array]) -> tuple[Array, list[Array]]:
    """Turn core and orthonormal factors so that slices of the core are orthogonal and fall in size on every axis.

    Any rotation of a factor, undone in the core, gives the same tensor; this one is unique up to signs (L. De
    Lathauwer et al. 2000, SIAM J. Matrix Anal. Appl. 21, 1253, theorem 2).
    """
    turns = [leading_vectors(core, axis, core.shape[axis]) for axis in range(core.ndim)]
    found = []
    for axis, turn in enumerate(turns):
        factor, signs = turned(factors[axis] @ turn)
        core = along(core, (turn * signs).T, axis)
        found.append(np.ascontiguousarray(factor))
    return np.ascontiguousarray(core), found


def alike(factors: Sequence[Array]) -> Array:
    """Return the cosine of every two parts (k, k): -1 where two of unit length cancel each other."""
    return np.asarray(np.prod([f.T @ f for f in factors], axis=0))


def cp_contributions(X: Array, factors: Sequence[Array], cell: Sequence[int]) -> Array:
    """Return what each cell adds to the value of one cell of a CP decomposition of X that has settled.

    Where least squares along an axis have settled, a fibre of the low rank is the projection of that fibre of X
    on the products of the other factors: a sum over the cells that share the label. It holds on every axis; this
    is the mean over the axes, so that no axis is preferred.
    """
    out = np.zeros(X.shape)
    for axis, at in enumerate(cell):
        others = [f for i, f in enumerate(factors) if i != axis]
        where = [c for i, c in enumerate(cell) if i != axis]
        gram = reduce(np.multiply, [f.T @ f for f in others])
        own = reduce(np.multiply, [f[c] for f, c in zip(others, where, strict=True)])
        seen = products(others) @ (scipy.linalg.pinvh(gram) @ own)
        fibre = np.moveaxis(X, axis, 0)[at]
        np.moveaxis(out, axis, 0)[at] += fibre * seen.reshape(fibre.shape) / X.ndim
    return out


def tucker_contributions(X: Array, factors: Sequence[Array], cell: Sequence[int]) -> Array:
    """Return what each cell adds to the value of one cell of a Tucker decomposition: it is X, projected."""
    return np.asarray(X * reduce(np.multiply.outer, [f @ f[c] for f, c in zip(factors, cell, strict=True)]))
