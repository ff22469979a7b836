"""Data of a non-negative factorization as arrays of NumPy, CuPy or torch, on whatever device they are.

The half steps of `nmf_data` and `nmf_masked` once more, in whole arrays instead of compiled blocks: few large
operations are what a GPU is quick at. `nmf.factorize` runs the same iteration over both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from tenkai.kernels.arrays import Array, inner, namespace, positive, total, wide
from tenkai.kernels.nmf_data import Half, Workers, blocks_of

__all__ = ["ArrayDivergence", "ArraySquares", "array_data_of"]

# Cells of the rows whose residual is summed at a time.
_BLOCK_CELLS = 1 << 24
# What a product of exactly 0 counts as where it is divided by: float32's rounding, as in `nmf_masked`.
_LEAST = 2.0**-23


def array_data_of(X: Array, loss: str = "frobenius") -> ArraySquares | ArrayDivergence:
    """Prepare a dense matrix (n, p) of floats >= 0, all known, for any number of factorizations.

    Raises
    ------
    ValueError
        When a cell is negative or no number, or all are 0.
    """
    low, high = float(X.min()), float(X.max())
    if not (low >= 0 and 0 < high < float("inf")):
        raise ValueError(f"X reaches from {low} to {high}. Allowed: finite numbers of 0 or more, one above 0.")
    return ArrayDivergence(X) if loss == "kullback_leibler" else ArraySquares(X)


@dataclass
class _Arrays:
    """A dense matrix (n, p)."""

    X: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.X.shape[0], self.X.shape[1]

    @property
    def dtype(self) -> Any:
        """Number type."""
        return self.X.dtype

    def rows_at(self, index: Any) -> Self:
        """See `Data.rows_at`."""
        return type(self)(self.X[index])

    def _blocks(self) -> Iterator[slice]:
        n, p = self.shape
        step = max(1, _BLOCK_CELLS // p)
        for start in range(0, n, step):
            yield slice(start, min(start + step, n))


class ArraySquares(_Arrays):
    """Frobenius loss."""

    def __init__(self, X: Array) -> None:
        super().__init__(X)
        self.norm2 = sum(total(namespace(X).square(wide(X[block]))) for block in self._blocks())

    def improve(self, F: Array, other: Array, rows: bool, half: Half, pool: Workers) -> float:
        """See `Data.improve`."""
        gram = other @ other.T
        B = other @ (self.X.T if rows else self.X)
        if half.method == "multiplicative":
            _scale(F, B, gram @ F, half)
        elif half.method == "hals":
            _sweep(F, gram, B, half)
        else:
            raise ValueError("the solver coordinate goes cell by cell. Allowed for whole arrays: the others.")
        if rows:
            return float("nan")
        return max(0.0, 0.5 * self.norm2 - total(F * B) + 0.5 * inner(wide(F @ F.T), wide(gram)))

    def loss(self, W: Array, H: Array, pool: Workers) -> float:
        """See `Data.loss`."""
        left = wide(W) if H.dtype != W.dtype else W
        squares = (namespace(H).square(left[:, block].T @ H - self.X[block]) for block in self._blocks())
        return 0.5 * sum(total(part) for part in squares)


class ArrayDivergence(_Arrays):
    """Kullback-Leibler divergence."""

    def improve(self, F: Array, other: Array, rows: bool, half: Half, pool: Workers) -> float:
        """See `Data.improve`."""
        xp = namespace(F)
        X = self.X if rows else self.X.T
        below = xp.sum(other, axis=1)[:, None] + xp.zeros_like(F)
        _scale(F, other @ (X / _above_zero(F.T @ other)).T, below, half)
        return float("nan") if rows else self.loss(other, F, pool)

    def loss(self, W: Array, H: Array, pool: Workers) -> float:
        """See `Data.loss`."""
        xp = namespace(H)
        left = wide(W) if H.dtype != W.dtype else W
        sums = 0.0
        for block in self._blocks():
            X, V = wide(self.X[block]), wide(_above_zero(left[:, block].T @ H))
            # 0 log 0 is 0: the quotient of such a cell is taken as 1.
            quotients = xp.where(X > 0, X / V, 1.0)
            sums += total(X * xp.log(quotients) + V - X)
        return max(0.0, sums)


def _above_zero(V: Array) -> Array:
    return namespace(V).where(V > 0, V, _LEAST)


def _scale(F: Array, above: Array, below: Array, half: Half) -> None:
    """Multiply F by above / (below + l1 + l2 F) in place; with nothing below, by 0."""
    xp = namespace(F)
    below = below + half.l1 + half.l2 * F
    F *= xp.where(below > 0, above / xp.where(below > 0, below, 1.0), 0.0)


def _sweep(F: Array, A: Array, B: Array, half: Half) -> None:
    """Minimize ½<F, A F> - <F, B> + l1 sum(F) + ½ l2 |F|² over F >= 0 in place, one part (row) after the other.

    As `nmf_sweeps.hals_block`, for all blocks at once: each of them rests once a sweep moves it little.
    """
    xp = namespace(F)
    n = F.shape[1]
    A = A + xp.diag(xp.zeros_like(A[0]) + half.l2)
    curvatures = [float(a) for a in xp.diag(A)]
    least = max(curvatures) * 1e-20
    blocks = blocks_of(n)
    shape = (len(blocks), blocks[0].stop)
    # The last block may be shorter: columns up to its full size.
    padded = xp.zeros_like(xp.concatenate([F[0], F[0][: shape[0] * shape[1] - n]]))
    moving, first = padded[:n] == 0, None
    for _ in range(half.sweeps):
        moved = xp.zeros_like(padded)
        for j, curvature in enumerate(curvatures):
            if curvature > least:  # else the part has died out
                new = positive(F[j] - (A[j] @ F - B[j] + half.l1) / curvature)
                step = xp.where(moving, new - F[j], 0.0)
                F[j] = xp.where(moving, new, F[j])
                moved[:n] += step * step
        sums = xp.sum(moved.reshape(shape), axis=1)
        if first is None:
            first = sums
            continue
        still = xp.broadcast_to((sums > half.stop**2 * first)[:, None], shape).reshape(-1)[:n]
        moving = moving & still
        if not bool(moving.any()):
            break
