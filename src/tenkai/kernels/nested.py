"""Products of columns for a growing number of rows: each row is added once, for all sizes that hold it.

The rows of a learning curve are nested: the first 1 000 are among the first 2 000. For sparse rows of whole numbers
(bits, counts) the products are whole numbers too, so adding up part by part gives the bits of adding up at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tenkai.kernels.gram import Design, Sums, added, mirrored, whole
from tenkai.kernels.penalties import Narrow, Problem, is_wide
from tenkai.kernels.wide import Wide

__all__ = ["Nested"]

Array = NDArray[np.float64]


class Nested:
    """Sparse rows in the order in which they are added.

    Parameters
    ----------
    X : scipy.sparse matrix of shape (n, p)
    y : array of shape (n,)
    intercept
        Without it nothing is centred.

    Notes
    -----
    Ask for rising sizes. Keep BLAS on one thread.
    """

    def __init__(self, X: Any, y: Array, *, intercept: bool = True) -> None:
        rows = scipy.sparse.csr_matrix(X, dtype=np.float64)
        rows.sum_duplicates()
        rows.sort_indices()
        self.rows, self.y, self.intercept = rows, y, intercept
        self.p = rows.shape[1]
        self._exact = whole(rows.data, rows.shape[0])
        self._values = rows.data.astype(np.int32) if self._exact else np.empty(0, np.int32)
        self._products = np.zeros((1, self.p, self.p) if self._exact else (1, 0, 0), np.int32)
        self._added = 0

    def design(self, size: int) -> Design:
        """Return the first rows."""
        return Design(self.rows[:size], self.y[:size], intercept=self.intercept)

    def sums(self, design: Design) -> Sums:
        """Return the sums over the rows of a design from here."""
        # A column that is nearly always set is measured from another origin, which depends on the rows.
        if not (self._exact and design.exact) or design.origin.any() or design.n < self._added:
            return design.sums()
        added(self.rows.indptr, self.rows.indices, self._values, self._added, design.n, self._products[0])
        self._added = design.n
        gram = np.empty((self.p, self.p))
        mirrored(self._products, gram)
        return design.sums(gram=gram)

    def problem(self, size: int) -> Problem:
        """Return the penalized problem of the first rows."""
        if is_wide(size, self.p):
            return Wide(self.rows[:size], self.y[:size], intercept=self.intercept)
        design = self.design(size)
        return Narrow(design.moments(self.sums(design)))
