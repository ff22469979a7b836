"""Singular vectors and principal axes of arrays of NumPy, CuPy or torch, on whatever device they are."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.arrays import Array, copied, host, namespace
from tenkai.kernels.low_rank import Singular, signed

__all__ = ["Way", "decompose_array", "principal_axes", "randomized_array"]

Way = Literal["vectors", "columns", "rows", "random"]
# Directions beyond those asked for, and rounds of products, as in scikit-learn's randomized_svd.
_EXTRA = 10
_ROUNDS = 7


def decompose_array(X: Array) -> Singular:
    """Return all singular values and vectors of X (n, p), in NumPy; as `low_rank.decompose`."""
    U, S, V = namespace(X).linalg.svd(X, full_matrices=False)
    return signed(host(U), host(S), host(V))


def randomized_array(X: Array, wanted: int, seed: int = 0) -> Singular:
    """Return the first singular values and vectors, by random projection; the directions are the same everywhere.

    Notes
    -----
    Source: N. Halko, P. Martinsson, J. Tropp, SIAM Rev. 53, 217 (2011), algorithm 4.4.
    """
    U, S, V = _randomized(X, wanted, seed)
    return signed(host(U), host(S), host(V), exact=False)


def _randomized(X: Array, wanted: int, seed: int) -> tuple[Array, Array, Array]:
    linalg = namespace(X).linalg
    n, p = X.shape
    directions = np.random.default_rng(seed).standard_normal((p, min(wanted + _EXTRA, n, p)))
    Y = X @ _beside(X, directions)
    for _ in range(_ROUNDS):
        Y = X @ linalg.qr(X.T @ linalg.qr(Y)[0])[0]
    Q = linalg.qr(Y)[0]
    U, S, V = linalg.svd(Q.T @ X, full_matrices=False)
    return (Q @ U)[:, :wanted], S[:wanted], V[:wanted]


def principal_axes(
    X: Array, way: Way, wanted: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Return the principal axes of rows X (n, p) of any float type.

    Parameters
    ----------
    way
        vectors: singular vectors; columns or rows: eigenvectors of the products of the columns, or of the rows,
        which need fewer operations and half as many digits are left; random: the first `wanted` ones.

    Returns
    -------
    mean : (p,)
    squares : (q,), falling; sums of squares along the axes
    axes : (q, p)
    total : sum of squares of all columns
    """
    xp = namespace(X)
    X = copied(X, xp.float64)
    mean = xp.mean(X, axis=0)
    X -= mean
    total = float(xp.sum(X * X))
    if way in ("vectors", "random"):
        _, S, axes = xp.linalg.svd(X, full_matrices=False) if way == "vectors" else _randomized(X, wanted, 0)
        squares = S * S
    elif way == "columns":
        squares, vectors = xp.linalg.eigh(X.T @ X)
        axes = vectors.T
    else:
        squares, vectors = xp.linalg.eigh(X @ X.T)
        axes = vectors.T @ X
        lengths = xp.sqrt(xp.sum(axes * axes, axis=1))
        # Centred rows have at least one direction without variance: it has no axis.
        real = squares > squares[-1] * X.shape[0] * np.finfo(np.float64).eps
        axes = xp.where(real[:, None], axes / xp.where(real, lengths, 1.0)[:, None], 0.0)
    found, directions = np.maximum(host(squares), 0.0), host(axes)
    if way in ("columns", "rows"):  # eigenvalues rise
        found, directions = found[::-1], directions[::-1]
    return host(mean), np.ascontiguousarray(found), np.ascontiguousarray(directions), total


def _beside(X: Array, numbers: NDArray[np.float64]) -> Array:
    """Bring an array of NumPy to where X is."""
    if isinstance(X, np.ndarray):
        return numbers
    xp = namespace(X)
    return xp.asarray(numbers, dtype=X.dtype, device=X.device) if xp.__name__ == "torch" else xp.asarray(numbers)
