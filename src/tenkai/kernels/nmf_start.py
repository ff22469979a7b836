"""First factors of a non-negative factorization."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Start", "first_factors", "random_svd"]

Start = Literal["random", "uniform", "nndsvd", "nndsvda", "nndsvdar"]
Factor = NDArray[Any]

# More directions than asked for, and rounds of products: singular vectors accurate enough to start from.
_EXTRA = 10
_ROUNDS = 4
# Below this share of the largest number a cell of a singular vector is rounding.
_ZERO = 1e-6


def first_factors(X: Any, rank: int, start: Start, seed: int, mean: float) -> tuple[Factor, Factor]:
    """Return W' (rank, n) and H (rank, p) to start from, in the number type of X.

    Parameters
    ----------
    X : array or sparse matrix of shape (n, p)
        Missing cells filled.
    start
        random: half-normal numbers of the size of the data, as in scikit-learn; uniform: from 0 to 1; nndsvd:
        from singular vectors, with zeros; nndsvda, nndsvdar: with the zeros filled by the mean, or by small
        random numbers.
    mean
        Of the (known) cells.

    Notes
    -----
    Source: C. Boutsidis, E. Gallopoulos, Pattern Recognit. 41, 1350 (2008).
    """
    n, p = X.shape
    random = np.random.default_rng(seed)
    if start == "uniform":
        return random.random((rank, n)).astype(X.dtype), random.random((rank, p)).astype(X.dtype)
    if start == "random":
        size = np.sqrt(mean / rank)
        H = np.abs(random.standard_normal((rank, p)))
        W = np.abs(random.standard_normal((n, rank)))
        return np.ascontiguousarray((size * W.T).astype(X.dtype)), (size * H).astype(X.dtype)
    U, s, V = random_svd(X, rank, random)
    W, H = _positive_parts(U, s, V)
    for F in (W, H):
        zero = F / max(F.max(), np.finfo(F.dtype).tiny) < _ZERO
        F[zero] = 0.0
        if start == "nndsvda":
            F[zero] = mean
        elif start == "nndsvdar":
            F[zero] = mean / 100 * np.abs(random.standard_normal(int(zero.sum())))
    return W.astype(X.dtype), H.astype(X.dtype)


def random_svd(X: Any, rank: int, random: np.random.Generator) -> tuple[Factor, Factor, Factor]:
    """Return the first singular vectors (rank, n), values (rank,) and vectors (rank, p), by random projection.

    Notes
    -----
    Source: N. Halko, P. Martinsson, J. Tropp, SIAM Rev. 53, 217 (2011).
    """
    q = min(rank + _EXTRA, *X.shape)
    Y = X @ random.standard_normal((X.shape[1], q)).astype(X.dtype)
    for _ in range(_ROUNDS):
        Q = np.linalg.qr(Y)[0]
        Y = X @ np.linalg.qr(X.T @ Q)[0]
    Q = np.linalg.qr(Y)[0]
    u, s, V = np.linalg.svd(np.asarray(X.T @ Q).T, full_matrices=False)
    return np.ascontiguousarray((Q @ u).T[:rank]), s[:rank], V[:rank]


def _positive_parts(U: Factor, s: Factor, V: Factor) -> tuple[Factor, Factor]:
    """Keep, of each pair of singular vectors, the positive or the negative parts, whichever weigh more."""
    W, H = np.zeros(U.shape), np.zeros(V.shape)
    for j in range(len(s)):
        u, v = U[j].astype(np.float64), V[j].astype(np.float64)
        sides = [(np.maximum(sign * u, 0), np.maximum(sign * v, 0)) for sign in (1, -1)]
        sizes = [(float(np.linalg.norm(a)), float(np.linalg.norm(b))) for a, b in sides]
        (a, b), (x, y) = max(zip(sides, sizes, strict=True), key=lambda pair: pair[1][0] * pair[1][1])
        if x * y > 0:
            W[j], H[j] = np.sqrt(s[j] * x * y) * a / x, np.sqrt(s[j] * x * y) * b / y
    return W, H
