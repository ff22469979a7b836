"""The numbers of learn.cp and learn.tucker: TensorLy from given starts, with cells that are missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np

from tenkai.extras import needed
from tenkai.kernels.low_rank import Array
from tenkai.kernels.tensors import core_ordered, cp_cells, cp_ordered, leading_vectors, tucker_cells
from tenkai.learn._threads import one_thread

Model = Literal["cp", "tucker"]

# Least squares of parts that died or became one have no single answer; this picks the smallest. Data are scaled
# to a norm of 1 before, so that it is far below what tolerances see.
_FLOOR = 1e-12


@dataclass(frozen=True)
class Fit:
    """A decomposition that was fitted.

    `core`: the weights of the parts (k,) of CP, the core (k1, k2, ...) of Tucker. `error`: of the known cells, as a
    share of their size. `agreeing`: how many starts ended within 1 % of the best error.
    """

    core: Array
    factors: list[Array]
    low: Array
    error: float
    iterations: int
    converged: bool
    agreeing: int = 1


@dataclass(frozen=True)
class _Scaled:
    """Cells divided by their size; missing ones hold the mean."""

    X: Array
    known: Array
    size: float
    whole: bool

    @classmethod
    def of(cls, X: Array) -> _Scaled:
        known = ~np.isnan(X)
        size = float(np.sqrt((X[known] ** 2).sum()))
        whole = bool(known.all())
        filled = X if whole else np.where(known, X, X[known].mean())
        return cls(filled / size, known, size, whole)

    def error(self, low: Array) -> float:
        """Size of the difference over known cells; that of the data is 1."""
        return float(np.sqrt((((low - self.X) * self.known) ** 2).sum()))


def fit_cp(
    X: Array,
    rank: int,
    *,
    nonnegative: bool = False,
    penalty: float = 0.0,
    starts: int = 1,
    seed: int = 0,
    iterations: int = 200,
    tolerance: float = 1e-6,
) -> Fit:
    """Write X (NaN: missing, left out of the fit) as a sum of `rank` outer products, the best of several starts.

    Alternating least squares of TensorLy (`parafac`); non-negative by HALS, or with missing cells by multiplicative
    updates, which take a mask. Missing cells are filled with the low rank in every iteration (G. Tomasi, R. Bro,
    Chemom. Intell. Lab. Syst. 75, 163 (2005)).
    """
    library = needed("tensorly.decomposition", "tensor", "Tensor decompositions")
    data = _Scaled.of(X)
    common: dict[str, Any] = {"n_iter_max": iterations, "tol": tolerance, "return_errors": True}
    if not data.whole:
        common["mask"] = data.known.astype(np.float64)
    if not nonnegative:
        method, common["l2_reg"] = library.parafac, max(penalty, _FLOOR)
    else:
        method = library.non_negative_parafac_hals if data.whole else library.non_negative_parafac

    def one(factors: list[Array]) -> Fit:
        (weights, found), errors = method(data.X, rank, init=(np.ones(rank), factors), **common)
        weights, parts = cp_ordered(np.asarray(weights), [np.asarray(f) for f in found])
        low = cp_cells(weights, parts)
        settled = len(errors) < iterations or (len(errors) > 1 and abs(errors[-2] - errors[-1]) < tolerance)
        return Fit(weights * data.size, parts, low * data.size, data.error(low), len(errors), settled)

    with one_thread():
        return _best(data.X, [rank] * X.ndim, one, starts, seed, nonnegative)


def fit_tucker(
    X: Array,
    ranks: Sequence[int],
    *,
    starts: int = 1,
    seed: int = 0,
    iterations: int = 200,
    tolerance: float = 1e-6,
) -> Fit:
    """Write X (NaN: missing) as a core of the given ranks times an orthonormal factor per axis, the best of starts.

    Higher-order orthogonal iteration of TensorLy (`tucker`). With missing cells one of its iterations and filling
    them with the low rank alternate, until the low rank changes by less than `tolerance` of itself: ordinary least
    squares inside a majorization (H. Kiers, Psychometrika 62, 251 (1997)). TensorLy's own mask stops by an error
    that counts what was filled in first, so it is not used.
    """
    library = needed("tensorly.decomposition", "tensor", "Tensor decompositions")
    data = _Scaled.of(X)
    wanted = list(ranks)

    def settle(cells: Array, factors: list[Array], most: int, tol: float) -> tuple[Array, list[Array], list[Any]]:
        start = (np.zeros(wanted), factors)
        (core, found), errors = library.tucker(
            cells, wanted, n_iter_max=most, init=start, tol=tol, random_state=0, return_errors=True
        )
        return np.asarray(core), [np.asarray(f) for f in found], errors

    def one(factors: list[Array]) -> Fit:
        if data.whole:
            core, found, errors = settle(data.X, factors, iterations, tolerance)
            count = len(errors)
            settled = count < iterations or (count > 2 and abs(errors[-2] - errors[-1]) < tolerance)
        else:
            core, found, count, settled = fill(factors)
        core, found = core_ordered(core, found)
        low = tucker_cells(core, found)
        return Fit(core * data.size, found, low * data.size, data.error(low), count, settled)

    def fill(factors: list[Array]) -> tuple[Array, list[Array], int, bool]:
        cells, last = data.X, data.X
        core = np.zeros(wanted)
        for step in range(1, iterations + 1):
            core, factors, _ = settle(cells, factors, 1, 0.0)
            low = tucker_cells(core, factors)
            moved = float(np.sqrt(((low - last) ** 2).sum()))
            cells, last = np.where(data.known, data.X, low), low
            if step > 1 and moved <= tolerance * float(np.sqrt((low**2).sum())):
                return core, factors, step, True
        return core, factors, iterations, False

    with one_thread():
        return _best(data.X, wanted, one, starts, seed, False)


def _best(
    X: Array, ranks: Sequence[int], fit: Callable[[list[Array]], Fit], starts: int, seed: int, above: bool
) -> Fit:
    """Fit from the singular vectors of the unfoldings first, then from random factors; keep the best."""
    random = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(starts)]
    found = []
    for i, generator in enumerate(random):
        factors = [
            _vectors(X, axis, k, generator) if i == 0 else generator.random((X.shape[axis], k))
            for axis, k in enumerate(ranks)
        ]
        found.append(fit([np.abs(f) + 1e-3 for f in factors] if above else factors))
    errors = np.array([f.error for f in found])
    best = found[int(errors.argmin())]
    agreeing = int((errors <= errors.min() * 1.01 + 1e-9).sum())
    return Fit(best.core, best.factors, best.low, best.error, best.iterations, best.converged, agreeing)


def _vectors(X: Array, axis: int, k: int, generator: np.random.Generator) -> Array:
    """Return singular vectors of the unfolding; what an axis is too short for is random."""
    found = leading_vectors(X, axis, k)
    extra = generator.random((X.shape[axis], k - found.shape[1]))
    return np.concatenate([found, extra], axis=1)


def fitting_ranks(shape: Sequence[int], rank: int) -> list[int]:
    """Return a Tucker rank per axis: `rank`, at most the length of the axis and the product of the other ranks.

    >>> fitting_ranks([9, 2, 40], 3), fitting_ranks([2, 2, 40], 10)
    ([3, 2, 3], [2, 2, 4])
    """
    found = [min(rank, n) for n in shape]
    for axis in range(len(found)):
        others = int(np.prod([k for i, k in enumerate(found) if i != axis]))
        found[axis] = min(found[axis], others)
    return found


def most_parts(shape: Sequence[int]) -> int:
    """Return the rank beyond which any tensor of this shape is a sum of fewer parts: cells by the longest axis."""
    return prod(shape) // max(shape)


def low_rank_fit(
    X: Array,
    rank: int,
    *,
    model: Model = "cp",
    seed: int = 0,
    starts: int = 2,
    iterations: int = 200,
    tolerance: float = 1e-6,
) -> Fit:
    """Fit a CP decomposition of a rank, or a Tucker decomposition of this rank on every axis.

    Two starts: where singular values are equal, the first lies on a saddle that least squares cannot leave.
    """
    kept: dict[str, Any] = {"seed": seed, "starts": starts, "iterations": iterations, "tolerance": tolerance}
    return fit_cp(X, rank, **kept) if model == "cp" else fit_tucker(X, fitting_ranks(X.shape, rank), **kept)


def low_rank_tensor(X: Array, rank: int, **settings: Any) -> Array:
    """Return all cells of the low-rank tensor of X, also those that are NaN in X. Settings as `low_rank_fit`."""
    return low_rank_fit(X, rank, **settings).low
