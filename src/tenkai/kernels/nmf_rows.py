"""Coordinates of rows for given parts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.nmf_data import Data, Dense, Gram, Half, Penalties, Sparse, Workers, blocks_of
from tenkai.kernels.nmf_masked import Divergence, SparseDivergence

__all__ = ["fit_rows"]

Factor = NDArray[Any]

# Sweeps between two looks at how far a row still moves.
LOOK = 10
# Rounds of ten sweeps after which a row is left where it is.
_MOST_ROUNDS = 100


def fit_rows(
    data: Data,
    H: Factor,
    *,
    penalties: Penalties | None = None,
    tolerance: float | None = None,
    pool: Workers | None = None,
) -> Factor:
    """Return W (n, k) >= 0 for fixed H, each row fitted for itself.

    Parameters
    ----------
    data, penalties, pool
        As in `factorize`; of the penalties those of the rows.
    H : (k, p)
    tolerance
        A row is done when ten more sweeps move it by less than this share of its length; None: 1e-7 in double
        and 1e-5 in single precision, 1e-4 for multiplicative steps.

    Notes
    -----
    What a row gets does not depend on the others: sweeps stop row by row.
    """
    pool = pool or Workers()
    cost = penalties or Penalties()
    H = np.ascontiguousarray(H, dtype=data.dtype)
    quadratic: Gram | None = None
    if isinstance(data, Dense | Sparse) and not isinstance(data, SparseDivergence):
        quadratic = data
    multiplicative = isinstance(data, Divergence | SparseDivergence)
    if tolerance is None:
        tolerance = 1e-4 if multiplicative else 1e-5 if data.dtype == np.float32 else 1e-7
    half = Half("multiplicative" if multiplicative else "hals", cost.l1_rows, cost.l2_rows, LOOK, 0.0)
    A = H @ H.T
    if half.l2:
        A += np.diag(np.full(len(A), half.l2, A.dtype))
    ready = quadratic.ready(H) if quadratic else H

    def job(block: slice) -> Factor:
        # A start above 0: multiplicative steps cannot leave 0.
        W = np.full((len(H), block.stop - block.start), 1.0 / np.sqrt(len(H)), data.dtype)
        B = quadratic.product(ready, block, True) if quadratic else None
        moving = np.arange(W.shape[1])
        for _ in range(_MOST_ROUNDS):
            w = W[:, moving]
            if B is not None:
                half.apply(w, slice(0, len(moving)), A, np.ascontiguousarray(B[:, moving]))
            else:
                part = data.rows_at(block.start + moving)
                for _ in range(LOOK if multiplicative else 1):
                    part.improve(w, H, True, half, Workers())
            steps = np.linalg.norm(w - W[:, moving], axis=0)
            W[:, moving] = w
            moving = moving[steps > tolerance * np.linalg.norm(w, axis=0)]
            if not len(moving):
                break
        return W

    return np.ascontiguousarray(np.hstack(pool.each(job, blocks_of(data.shape[0]))).T)
