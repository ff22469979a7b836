"""Cells and blocks held out of a non-negative factorization, and how alike the parts of two starts are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tenkai.kernels.nmf import Factors, factorize
from tenkai.kernels.nmf_data import Data, Dense, Workers
from tenkai.kernels.nmf_masked import Divergence, Masked
from tenkai.kernels.nmf_read import Loss
from tenkai.kernels.nmf_rows import fit_rows
from tenkai.kernels.nmf_start import first_factors

__all__ = ["Fits", "block_losses", "cell_losses", "matched", "mean_matched"]

Matrix = NDArray[Any]
Mask = NDArray[np.bool_]
Losses = tuple[float, float, bool]


@dataclass(frozen=True)
class Fits:
    """How parts are fitted; `progress` is told iterations done and iterations at most, over all starts of a fit."""

    loss: Loss
    iterations: int
    tolerance: float
    pool: Workers
    progress: Callable[[int, int], None] | None = None

    def data(self, X: Matrix, known: Mask | None = None) -> Data:
        """Take a C-ordered matrix as it is, zeros only as well; unknown cells may hold any number."""
        if self.loss == "kullback_leibler":
            return Divergence.of(X, known)
        return Dense.of(X) if known is None else Masked.of(X, known)

    def best(self, data: Data, k: int, seeds: Sequence[int], mean: float) -> Factors:
        """Fit k parts from one random start per seed, and keep the best."""
        solver: Any = "multiplicative" if self.loss == "kullback_leibler" else "extrapolated"
        found: list[Factors] = []

        def watch(done: int, _: float) -> None:
            if self.progress is not None:
                self.progress(len(found) * self.iterations + done, len(seeds) * self.iterations)

        for seed in seeds:
            W, H = first_factors(np.empty(data.shape, data.dtype), k, "random", seed, mean)
            settings: dict[str, Any] = {"iterations": self.iterations, "tolerance": self.tolerance}
            found.append(factorize(data, W.T, H, solver=solver, pool=self.pool, watch=watch, **settings))
        return min(found, key=lambda f: float(f.losses[-1]))


def cell_losses(X: Matrix, kept: Mask, held: Mask, k: int, seeds: Sequence[int], fits: Fits) -> Losses:
    """Fit the kept cells; return the loss of the cells held out, of those kept, and whether the loss had settled."""
    found = fits.best(fits.data(X, kept), k, seeds, float(X[kept].mean(dtype=np.float64)))
    left = fits.data(X, held).loss(np.ascontiguousarray(found.W.T), found.H, fits.pool)
    return left, found.loss, found.converged


def block_losses(
    X: Matrix, rows: NDArray[np.int64], columns: NDArray[np.int64], k: int, seeds: Sequence[int], fits: Fits
) -> Losses:
    """Predict a block from the rows and columns that do not meet it; return as `cell_losses`.

    With X = [[A, B], [C, D]], A the block: D near W H, W and H >= 0; then Â = W_A H_A, where W_A >= 0 are the best
    coordinates of the rows of B for the parts H, and H_A >= 0 those of the columns of C for W.

    Notes
    -----
    Source: A. Owen, P. Perry, Ann. Appl. Stat. 3, 564 (2009), section 5, with W_A and H_A kept non-negative.
    """
    others = np.setdiff1d(np.arange(X.shape[0]), rows), np.setdiff1d(np.arange(X.shape[1]), columns)
    A, B = X[np.ix_(rows, columns)], X[np.ix_(rows, others[1])]
    C, D = X[np.ix_(others[0], columns)], X[np.ix_(*others)]
    found = fits.best(fits.data(D), k, seeds, float(D.mean(dtype=np.float64)))
    W = fit_rows(fits.data(B), found.H, pool=fits.pool)
    H = fit_rows(fits.data(np.ascontiguousarray(C.T)), np.ascontiguousarray(found.W.T), pool=fits.pool)
    left = fits.data(A).loss(np.ascontiguousarray(W.T), np.ascontiguousarray(H.T), fits.pool)
    return left, found.loss, found.converged


def matched(first: Matrix, second: Matrix) -> float:
    """Say how alike two sets of parts (k, p) are: pair them so that the mean of their cosines is largest.

    1: the same parts in any order and scale. Parts that died out are like nothing.

    Notes
    -----
    Source: H. Kuhn, Nav. Res. Logist. Q. 2, 83 (1955) for the pairing; S. Wu et al., Proc. Natl. Acad. Sci. USA 113,
    4290 (2016) for choosing a number of parts by how alike those of several starts are (their dissimilarity takes
    the best partner of each part alone; here no two parts share one).
    """
    units = []
    for H in (first, second):
        wide = H.astype(np.float64)
        lengths = np.linalg.norm(wide, axis=1, keepdims=True)
        units.append(wide / np.where(lengths > 0, lengths, 1.0))
    cosines = units[0] @ units[1].T
    pairs = linear_sum_assignment(cosines, maximize=True)
    return float(cosines[pairs].mean())


def mean_matched(parts: Sequence[Matrix]) -> float:
    """Mean over all pairs of sets of parts; NaN for one set."""
    values = [matched(a, b) for a, b in combinations(parts, 2)]
    return float(np.mean(values)) if values else np.nan
