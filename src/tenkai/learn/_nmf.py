"""The NMF estimator: parts that compare, coordinates of new rows, and many fits that share their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, check_non_negative, validate_data

from tenkai.errors import problem
from tenkai.kernels.arrays import host
from tenkai.kernels.nmf import Factors, factorize
from tenkai.kernels.nmf_arrays import array_data_of
from tenkai.kernels.nmf_data import Data, Penalties, Workers, workers
from tenkai.kernels.nmf_read import Loss, data_of
from tenkai.kernels.nmf_rows import fit_rows
from tenkai.kernels.nmf_start import first_factors
from tenkai.learn._device import Gpu
from tenkai.learn._named import child_seeds
from tenkai.learn._sparse import dense
from tenkai.learn._threads import Job, one_thread, side_by_side
from tenkai.step import Glimpse, Run

Array = NDArray[Any]
KINDS = [np.float64, np.float32]


@dataclass(frozen=True)
class Prepared:
    """Data that any number of fits share.

    Parameters
    ----------
    data : what the kernels work on
    X : (n, p), missing cells filled with the mean of the known ones: for starts
    mean : of the known cells
    size : error of the data themselves, root of the sum of squares; of Kullback-Leibler: root of twice the
        divergence from a table in which every cell is the mean
    known : cells that are known, None for all
    gpu : where the iterations run; None: here
    moved : the data there
    """

    data: Data
    X: Any
    mean: float
    size: float
    known: Any
    gpu: Gpu | None = None
    moved: Any = None


def prepare(X: Any, loss: Loss, known: Any = None, gpu: Gpu | None = None) -> Prepared:
    """Prepare a matrix of floats >= 0, for a GPU a dense one; raises ValueError as `data_of`."""
    data = data_of(X, loss, known)
    cells = X.data if issparse(X) else X if known is None else X[known]
    mean = float(cells.sum(dtype=np.float64)) / (X.shape[0] * X.shape[1] if known is None else cells.size)
    filled = X if known is None else np.where(known, X, X.dtype.type(mean))
    moved = None if gpu is None else array_data_of(gpu.put(X), loss)
    return Prepared(data, filled, mean, _size(cells, mean, loss), known, gpu, moved)


def _size(cells: Array, mean: float, loss: str) -> float:
    if loss == "frobenius":
        return float(np.sqrt(np.sum(np.square(cells, dtype=np.float64))))
    some = cells[cells > 0].astype(np.float64)
    return float(np.sqrt(2 * max(0.0, float((some * np.log(some / mean)).sum()))))


def _require_non_negative(X: Any) -> None:
    """Refuse new rows with cells below 0: they are data of a user, so the problem is told as theirs."""
    rows, cells = (X.tocoo().coords[0], X.tocoo().data) if issparse(X) else (None, X)
    below = np.argwhere(cells < 0)
    if not len(below):
        return
    first = tuple(below[0])
    row, low = int(first[0] if rows is None else rows[first]), float(cells[first])
    raise problem(
        "TK620",
        f"new row {row} (counted from 0) holds {low:g}.",
        allowed="Parts only add up: numbers of 0 or more.",
        remedy="Drop such rows with process.filter.",
    )


class NonNegativeFactors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Non-negative matrix factorization whose bits do not depend on the number of threads.

    Parts have length 1 and stand in falling order of their share: the sum of all they add to the rows, divided
    by the sum of all rows as they are rebuilt. So coordinates are in the unit of the data and compare between
    parts. Coordinates, also of the rows fitted to, are the best ones for the final parts, row by row.

    Parameters
    ----------
    n_components : number of parts
    loss : "frobenius" or "kullback_leibler"
    solver : see `tenkai.kernels.nmf.factorize`; "auto": extrapolated, for kullback_leibler multiplicative
    init : "random", "uniform", "nndsvd", "nndsvda", "nndsvdar"; H given to `fit` comes first
    n_init : starts, of which the best is kept; the first has `random_state` itself for a seed
    max_iter, tol : see `tenkai.kernels.nmf.factorize`
    l1_W, l1_H, l2_W, l2_H : penalties; those of W times p, those of H times n, as in scikit-learn
    missing : "refuse", or "leave_out": NaN are cells that are not known
    keep_every : keep W and H of every so many iterations of the best start; 0: none
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        loss: str = "frobenius",
        solver: str = "auto",
        init: str = "random",
        n_init: int = 1,
        max_iter: int = 4000,
        tol: float = 1e-4,
        l1_W: float = 0.0,
        l1_H: float = 0.0,
        l2_W: float = 0.0,
        l2_H: float = 0.0,
        missing: str = "refuse",
        keep_every: int = 0,
        random_state: int = 0,
    ) -> None:
        self.n_components = n_components
        self.loss = loss
        self.solver = solver
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.l1_W = l1_W
        self.l1_H = l1_H
        self.l2_W = l2_W
        self.l2_H = l2_H
        self.missing = missing
        self.keep_every = keep_every
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = self.missing == "leave_out"
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def fit(self, X: Any, y: None = None, *, mask: Any = None, W: Any = None, H: Any = None) -> Self:
        """Find the parts of X (n, p), dense or sparse.

        `mask` (n, p) is true for cells to fit; with it a sparse matrix is written out. H (k, p), and W (n, k), are
        factors to start from.
        """
        self._fit(X, mask, W, H)
        return self

    def fit_transform(self, X: Any, y: None = None, *, mask: Any = None, W: Any = None, H: Any = None) -> Array:
        """Find the parts of X (n, p) and return the coordinates of its rows (n, k)."""
        return self._fit(X, mask, W, H)

    def _fit(self, X: Any, mask: Any, W: Any, H: Any) -> Array:
        checked, known = self._read(X, reset=True)
        n, p = checked.shape
        if self.n_components > min(n, p):
            raise ValueError(
                f"n_components is {self.n_components}, but X has n_samples={n} and n_features={p}. "
                f"Allowed: 1 to {min(n, p)}."
            )
        if mask is not None:
            checked = dense(checked, "a mask")
            given = np.asarray(mask, dtype=bool)
            known = given if known is None else given & known
        with one_thread():
            prepared = prepare(checked, self.loss, known)  # type: ignore[arg-type]  # data_of takes any text
            return fit_all([self], prepared, Run(), [(W, H)])[0][1]

    def _read(self, X: Any, reset: bool) -> tuple[Any, Any]:
        finite: Any = "allow-nan" if self.missing == "leave_out" else True
        checked = validate_data(
            self, X, accept_sparse=("csr", "csc"), dtype=KINDS, reset=reset, ensure_all_finite=finite
        )
        known = None
        if self.missing == "leave_out" and np.isnan(checked.data if issparse(checked) else checked).any():
            checked = dense(checked, "leaving missing cells out")
            known = ~np.isnan(checked)
        if reset:
            check_non_negative(checked if known is None else checked[known], "NonNegativeFactors")
        else:
            _require_non_negative(checked)
        return checked, known

    # ---- fitting, in steps that many estimators share -----------------------------------------

    def start(self, prepared: Prepared, seed: int, W: Any, H: Any) -> tuple[Array, Array]:
        """Return W (n, k) and H (k, p) to start from."""
        k = self.n_components
        if H is None:
            first, parts = first_factors(prepared.X, k, self.init, seed, prepared.mean)  # type: ignore[arg-type]
            return np.ascontiguousarray(first.T) if W is None else np.asarray(W), parts
        parts = check_array(H, dtype=KINDS, input_name="H")
        if W is not None:
            return check_array(W, dtype=KINDS, input_name="W"), parts
        return fit_rows(prepared.data, parts), parts

    def penalties(self, n: int, p: int) -> Penalties:
        """Return the penalties for n rows and p columns."""
        return Penalties(self.l1_W * p, self.l1_H * n, self.l2_W * p, self.l2_H * n)

    def improve(self, prepared: Prepared, seed: int, W: Any, H: Any, pool: Workers, run: Run) -> Factors:
        """Fit from one start."""
        solver = self.solver
        if solver == "auto":
            solver = "extrapolated" if self.loss == "frobenius" else "multiplicative"

        def watch(done: int, _: float) -> None:
            run.progress(done, self.max_iter, "iterations")

        def seen(done: int, loss: float, Wt: Any, H: Any) -> None:
            def make() -> Glimpse:
                return Glimpse("parts", done, self.max_iter, "loss", loss, {"W": host(Wt).T, "H": host(H)})

            run.glimpse(make)

        first, parts = self.start(prepared, seed, W, H)
        data = prepared.data
        if prepared.gpu is not None:
            data, first, parts = prepared.moved, prepared.gpu.put(first), prepared.gpu.put(parts)
        return factorize(
            data, first, parts, solver=solver, iterations=self.max_iter, tolerance=self.tol,  # type: ignore[arg-type]
            penalties=self.penalties(*prepared.data.shape), keep_every=self.keep_every, pool=pool, watch=watch,
            seen=seen if run.look is not None else None,
        )  # fmt: skip

    def keep(self, found: Factors, prepared: Prepared, pool: Workers) -> Array:
        """Order and scale the parts of a factorization; return the coordinates of its rows."""
        lengths = np.sqrt(np.square(found.H, dtype=np.float64).sum(axis=1))
        # A part that died out stays all zero.
        self.scales_ = np.where(lengths > 0, lengths, 1.0).astype(found.H.dtype)
        self.components_ = found.H / self.scales_[:, None]
        self.n_features_in_ = found.H.shape[1]
        self.n_samples_ = len(found.W)
        W = self._place(prepared.data, pool)
        amounts = W.sum(axis=0, dtype=np.float64) * self.components_.sum(axis=1, dtype=np.float64)
        order = np.argsort(-amounts, kind="stable")
        self.components_, self.scales_ = np.ascontiguousarray(self.components_[order]), self.scales_[order]
        W, amounts = np.ascontiguousarray(W[:, order]), amounts[order]
        self.shares_ = amounts / max(amounts.sum(), np.finfo(np.float64).tiny)
        left = prepared.data.loss(np.ascontiguousarray(W.T), self.components_.astype(np.float64), pool)
        self.reconstruction_err_ = float(np.sqrt(2 * left))
        self.n_iter_ = found.iterations
        self.converged_ = found.converged
        return W

    # ---- new rows -----------------------------------------------------------------------------

    def transform(self, X: Any) -> Array:
        """Return the coordinates (m, k) of rows (m, p): the best ones >= 0 for the parts as they are."""
        check_is_fitted(self)
        checked, known = self._read(X, reset=False)
        if not issparse(checked):
            checked = checked.astype(self.components_.dtype, copy=False)
        # Rows of zeros have coordinates 0, and rows of which nothing is known have none.
        filled = np.asarray((checked if known is None else np.where(known, checked, 0)).sum(axis=1)).ravel() > 0
        W = np.zeros((checked.shape[0], len(self.components_)), self.components_.dtype)
        if known is not None:
            W[~known.any(axis=1)] = np.nan
        if filled.any():
            with one_thread():
                data = data_of(checked[filled], self.loss, None if known is None else known[filled], rows_only=True)  # type: ignore[arg-type]
                W[filled] = self._place(data, Workers())
        return W

    def _place(self, data: Data, pool: Workers) -> Array:
        # Penalties speak of the parts as they were fitted, before they got length 1.
        costs = self.penalties(data.shape[0], data.shape[1])
        # Parts are fitted in an order that does not depend on how they are sorted, and so the bits do not either.
        order = np.argsort(self.components_.sum(axis=1, dtype=np.float64), kind="stable")
        found = fit_rows(data, (self.components_ * self.scales_[:, None])[order], penalties=costs, pool=pool)
        W = np.empty_like(found)
        W[:, order] = found
        W *= self.scales_
        return W

    def inverse_transform(self, coordinates: Any) -> Array:
        """Return the rows (m, p) that coordinates (m, k) stand for."""
        check_is_fitted(self)
        with one_thread():
            return np.asarray(np.asarray(coordinates) @ self.components_)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)


def fit_all(
    estimators: Sequence[NonNegativeFactors],
    prepared: Prepared,
    run: Run,
    starts: Sequence[tuple[Any, Any]] | None = None,
) -> list[tuple[Factors, Array]]:
    """Fit estimators of one loss on the same data; return what each found, and the coordinates of the rows.

    All starts of all estimators run side by side, the largest ranks first, on one pool of threads. What one
    gets does not depend on the others.
    """
    given = starts or [(None, None)] * len(estimators)
    todo: list[tuple[int, int]] = []
    for i, e in enumerate(estimators):
        seeds = [e.random_state, *child_seeds(e.random_state, e.n_init)][: e.n_init]
        todo += [(i, seed) for seed in seeds]
    order = sorted(range(len(todo)), key=lambda j: -estimators[todo[j][0]].n_components)
    found: dict[int, list[Factors]] = {}
    with one_thread(), workers(run.threads) as pool:

        def job(i: int, seed: int) -> Job[Factors]:
            return lambda run: estimators[i].improve(prepared, seed, *given[i], pool, run)

        # A GPU is busy with one, and would have to hold all.
        together = run.threads if prepared.gpu is None else 1
        done = side_by_side([job(*todo[j]) for j in order], run, together=together)
        results = dict(zip(order, done, strict=True))
        for j, (i, _) in enumerate(todo):
            found.setdefault(i, []).append(results[j])
        best = [min(found[i], key=lambda f: float(f.losses[-1])) for i in range(len(estimators))]
        return [(b, e.keep(b, prepared, pool)) for e, b in zip(estimators, best, strict=True)]
