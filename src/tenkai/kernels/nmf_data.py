"""What a non-negative factorization asks of its data: one improving half step, and the loss.

Factors stand as (k, n) and (k, p). Rows are worked on in blocks whose size depends on the shape alone, and
each block by one thread of a pool; BLAS must be limited to one thread by the caller. So the bits do not
depend on the number of threads, and no two pools of threads fight for the cores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.arrays import inner as inner_product
from tenkai.kernels.arrays import total as sum_of
from tenkai.kernels.nmf_sweeps import greedy_block, hals_block, inner, squares_of

__all__ = ["Data", "Dense", "Factor", "Half", "Penalties", "Sparse", "Workers", "blocks_of", "workers"]

Factor = NDArray[Any]
T = TypeVar("T")

# Rows of a block: enough for full speed of a matrix product, few enough for many threads.
BLOCK_ROWS = 512


@dataclass(frozen=True)
class Workers:
    """Threads that blocks run in, shared by all factorizations of one call; none: the caller's own."""

    pool: ThreadPoolExecutor | None = None

    def each(self, job: Callable[[slice], T], blocks: list[slice]) -> list[T]:
        """Do a job for every block; results in the order of the blocks."""
        if self.pool is None or len(blocks) == 1:
            return [job(block) for block in blocks]
        return list(self.pool.map(job, blocks))


@contextmanager
def workers(threads: int) -> Iterator[Workers]:
    """Keep a pool of threads for blocks while the block of code runs."""
    if threads <= 1:
        yield Workers()
        return
    with ThreadPoolExecutor(threads) as pool:
        yield Workers(pool)


def blocks_of(n: int) -> list[slice]:
    """Cut n rows into an even number of nearly equal blocks.

    >>> [b.stop - b.start for b in blocks_of(1500)]
    [384, 384, 384, 348]
    """
    if n <= BLOCK_ROWS // 2:
        return [slice(0, n)]
    count = 2 * -(-n // (2 * BLOCK_ROWS))
    size = -(-n // (16 * count)) * 16
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


@dataclass(frozen=True)
class Penalties:
    """What factors cost beside the loss: l1 sum(F) + ½ l2 |F|², for W and H each."""

    l1_rows: float = 0.0
    l1_columns: float = 0.0
    l2_rows: float = 0.0
    l2_columns: float = 0.0

    def of(self, W: Factor, H: Factor) -> float:
        """Return the cost of two factors."""
        total = 0.0
        for F, l1, l2 in ((W, self.l1_rows, self.l2_rows), (H, self.l1_columns, self.l2_columns)):
            if l1:
                total += l1 * sum_of(F)
            if l2:
                total += 0.5 * l2 * inner_product(F, F)
        return total


@dataclass(frozen=True)
class Half:
    """How a half step improves one factor while the other stays.

    Parameters
    ----------
    method : "multiplicative", "hals", "filled" (hals where unknown cells are filled) or "greedy"
    l1, l2 : penalties of the factor, l1 sum(F) + ½ l2 |F|²
    sweeps : most sweeps over the parts
    stop : sweeps end when one moves less than this share of what the first one moved
    """

    method: str
    l1: float = 0.0
    l2: float = 0.0
    sweeps: int = 1
    stop: float = 0.1

    def apply(self, F: Factor, block: slice, A: Factor, B: Factor) -> None:
        """Improve F (k, n) in the columns of a block for the products A (k, k) and B (k, block)."""
        if self.method == "multiplicative":
            f = F[:, block]
            below = A @ f
            scale(f, B, below, self.l1, self.l2)
            return
        sweep = greedy_block if self.method == "greedy" else hals_block
        sweep(F, block.start, block.stop, A, B, self.l1, self.sweeps, self.stop)


def scale(f: Factor, above: Factor, below: Factor, l1: float, l2: float) -> None:
    """Multiply f by above / (below + l1 + l2 f) in place; what nothing lies below keeps its value."""
    if l1:
        below += f.dtype.type(l1)
    if l2:
        below += f.dtype.type(l2) * f
    empty = below <= 0
    if empty.any():
        below[empty] = 1.0
        above = np.where(empty, f.dtype.type(0), above)
    f *= above / below


class Data(Protocol):
    """A matrix (n, p) of numbers, and how factors of it are improved."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @property
    def dtype(self) -> Any:
        """Number type."""

    def improve(self, F: Factor, other: Factor, rows: bool, half: Half, pool: Workers) -> float:
        """Improve F in place, for rows or columns; after columns return the loss ½ |X - WH|² or D(X | WH)."""

    def loss(self, W: Factor, H: Factor, pool: Workers) -> float:
        """Return the loss, block by block and in the precision of H; of dense data without the Gram identity."""

    def rows_at(self, index: NDArray[np.int64]) -> Data:
        """Return some rows, to be improved as rows only."""


@dataclass
class Gram:
    """Frobenius loss without a mask: all that a half step needs of X are products with the other factor."""

    shape: tuple[int, int]
    dtype: Any
    norm2: float
    _kept: dict[str, Any] = field(default_factory=dict)

    def product(self, other: Factor, block: slice, rows: bool) -> Factor:
        """Return other X' for a block of rows, or other X for a block of columns, (k, block)."""
        raise NotImplementedError

    def improve(self, F: Factor, other: Factor, rows: bool, half: Half, pool: Workers) -> float:
        """See `Data.improve`; the loss by ½ (|X|² - 2 <F, other X> + <F F', other other'>)."""
        gram = other @ other.T
        A = gram
        if half.l2 and half.method != "multiplicative":
            A = gram + np.diag(np.full(len(gram), half.l2, gram.dtype))
        other = self.ready(other)

        def job(block: slice) -> float:
            B = self.product(other, block, rows)
            half.apply(F, block, A, B)
            return 0.0 if rows else inner(F, block.start, block.stop, B)

        cross = sum(pool.each(job, blocks_of(F.shape[1])))
        if rows:
            return np.nan
        return max(0.0, 0.5 * self.norm2 - cross + 0.5 * float(np.vdot((F @ F.T).astype(np.float64), gram)))

    def ready(self, other: Factor) -> Factor:
        """Lay the other factor out as `product` needs it."""
        return other


@dataclass
class Dense(Gram):
    """A dense matrix (n, p)."""

    X: Factor = field(default_factory=lambda: np.empty((0, 0)))

    @classmethod
    def of(cls, X: Factor) -> Dense:
        """Take a C-ordered float matrix."""
        return cls(X.shape, X.dtype, squares(X), X=X)

    def product(self, other: Factor, block: slice, rows: bool) -> Factor:
        """See `Gram.product`."""
        return np.asarray(np.dot(other, self.X[block].T if rows else self.X[:, block]))

    def loss(self, W: Factor, H: Factor, pool: Workers) -> float:
        """See `Data.loss`."""

        def job(block: slice) -> float:
            left = W[:, block].T.astype(H.dtype) @ H
            left -= self.X[block]
            return squares_of(left)

        return 0.5 * sum(pool.each(job, blocks_of(self.shape[0])))

    def rows_at(self, index: NDArray[np.int64]) -> Data:
        """See `Data.rows_at`."""
        return Dense.of(self.X[index])


@dataclass
class Sparse(Gram):
    """A sparse matrix (n, p), kept by rows and by columns."""

    by_rows: Any = None
    by_columns: Any = None

    @classmethod
    def of(cls, X: Any) -> Sparse:
        """Take a sparse matrix of floats."""
        by_rows = X.tocsr()
        by_rows.sum_duplicates()
        by_columns = by_rows.T.tocsr()
        return cls(by_rows.shape, by_rows.dtype, squares(by_rows.data), by_rows=by_rows, by_columns=by_columns)

    def part(self, block: slice, rows: bool) -> Any:
        """Return a block of rows (or columns) as CSR, cut once."""
        key = f"{block.start}{rows}"
        if key not in self._kept:
            self._kept[key] = (self.by_rows if rows else self.by_columns)[block]
        return self._kept[key]

    def product(self, other: Factor, block: slice, rows: bool) -> Factor:
        """See `Gram.product`."""
        return np.ascontiguousarray((self.part(block, rows) @ other).T)

    def ready(self, other: Factor) -> Factor:
        """Rows of numbers per column of X."""
        return np.ascontiguousarray(other.T)

    def loss(self, W: Factor, H: Factor, pool: Workers) -> float:
        """Use the Gram identity, always in float64: the residual itself would be dense."""
        wide, left = H.T.astype(np.float64), W.astype(np.float64)

        def job(block: slice) -> float:
            return float(np.einsum("ij,ji->", self.part(block, True).astype(np.float64) @ wide, left[:, block]))

        cross = sum(pool.each(job, blocks_of(self.shape[0])))
        return max(0.0, 0.5 * self.norm2 - cross + 0.5 * float(np.vdot(left @ left.T, wide.T @ wide)))

    def rows_at(self, index: NDArray[np.int64]) -> Data:
        """See `Data.rows_at`."""
        return Sparse.of(self.by_rows[index])


def squares(values: Factor) -> float:
    """Return the sum of squares, in float64, without a copy of all."""
    flat = values.reshape(-1)
    parts: Iterable[Factor] = (flat[i : i + (1 << 20)] for i in range(0, len(flat), 1 << 20))
    return sum(float(np.vdot(p, p)) for p in (part.astype(np.float64) for part in parts))
