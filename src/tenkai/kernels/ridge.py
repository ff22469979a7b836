"""Ridge regression: many penalties from one factorisation, with exact leave-one-out errors.

The objective is |y - X b|^2 + alpha |b|^2 with an intercept that is not penalized. Leaving row i out changes its
residual e_i to e_i / (1 - h_i), where h_i is its leverage 1/n + x_i'(X'X + alpha)^-1 x_i: with the eigenvectors of
X'X, or of XX' where columns outnumber rows, all leverages for a penalty are one product.

Source: G. Golub, M. Heath, G. Wahba, Technometrics 21, 215 (1979); the identity is exact for ridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.gram import Design, Moments, each, predicted

__all__ = ["Spectrum", "coefficients", "from_moments", "needs_moments", "spectrum"]

Array = NDArray[np.float64]

# Up to this much work the rows themselves are decomposed, which is more accurate than their products.
_DIRECT = 1e8
_ROUNDING = 1e-12
_BLOCK = 2048


@dataclass(frozen=True)
class Spectrum:
    """A centred design by its singular values: X = U s V'.

    Parameters
    ----------
    values : (q,) squares of the singular values, those of rounding size set to 0
    axes : (q, p) rows V'
    along : (q,) s U'y
    scores : (n, q) U s, or None where rows are projected when asked for
    design : the rows
    mean, target, rows : means of columns (p,) and target, number of rows
    """

    values: Array
    axes: Array
    along: Array
    scores: Array | None
    design: Design
    mean: Array
    target: float
    rows: int

    def coefficients(self, alpha: float) -> Array:
        """Coefficients (p,) for a penalty; the shortest ones where several fit equally well."""
        weights = _over(self.along, self.values, alpha)
        return np.asarray(self.axes.T @ weights)

    def leave_one_out(self, alphas: Array, threads: int = 1) -> Array:
        """Squared errors (a, n) of every row, predicted by the model of all the others.

        A row that alone holds up a column has no such prediction at alpha 0; its error is infinite.
        """
        shrink = np.array([_over(np.ones(len(self.values)), self.values, a) for a in alphas]).T
        along = self.along[:, None] * shrink
        share = 1.0 / self.rows if self.design.intercept else 0.0
        y = self.design.y - (self.target - self.design.y_origin)
        found = np.empty((len(alphas), self.rows))

        def block(start: int) -> None:
            part = slice(start, min(start + _BLOCK, self.rows))
            Z = self._scores(part)
            left = y[part, None] - Z @ along
            room = 1.0 - share - (Z * Z) @ shrink
            with np.errstate(divide="ignore", invalid="ignore"):
                errors = (left / room) ** 2
            errors[room <= 1e-12] = np.inf
            found[:, part] = errors.T

        each(block, range(0, self.rows, _BLOCK), threads)
        return found

    def _scores(self, part: slice) -> Array:
        if self.scores is not None:
            return self.scores[part]
        rows = self.design.sparse
        if rows is None:
            return np.asarray((self.design.dense[part] - (self.mean - self.design.origin)) @ self.axes.T)
        found = np.empty((part.stop - part.start, len(self.values)))
        basis = np.ascontiguousarray(self.axes.T)
        starts = rows.indptr[part.start : part.stop + 1]
        _project(starts, rows.indices, rows.data, basis, -(self.axes @ (self.mean - self.design.origin)), found)
        return found


@jit()
def _project(
    starts: NDArray[Any], columns: NDArray[Any], values: Array, basis: Array, shift: Array, found: Array
) -> None:
    """Products of sparse rows with a basis (p, q): each cell adds one row of the basis."""
    for r in range(len(starts) - 1):
        row = found[r]
        row[:] = shift
        for k in range(starts[r], starts[r + 1]):
            value, direction = values[k], basis[columns[k]]
            for m in range(len(row)):
                row[m] += value * direction[m]


def _over(along: Array, values: Array, alpha: float) -> Array:
    """Divide by values + alpha; directions of length 0 stay 0."""
    whole = values + alpha
    return np.divide(along, whole, out=np.zeros_like(along), where=(values > 0) & (whole > 0))


def _kept(values: Array, rounding: float) -> Array:
    return np.where(values > rounding * max(float(values.max(initial=0.0)), 0.0), values, 0.0)


def _eigen(products: Array) -> tuple[Array, Array]:
    """Eigenvalues (q,) and eigenvectors (q, p) of a matrix of products; columns that do not vary are left out."""
    alive = np.flatnonzero(np.diagonal(products) > 0)
    w, V = scipy.linalg.eigh(products[np.ix_(alive, alive)], driver="evd", check_finite=False)
    axes = np.zeros((len(alive), len(products)))
    axes[:, alive] = V.T
    return _kept(w, _ROUNDING), axes


def spectrum(design: Design, moments: Moments | None = None, threads: int = 1) -> Spectrum:
    """Decompose the rows of a design once for all penalties.

    Keep BLAS on one thread: eigenvectors round differently with two.
    """
    n, p = design.n, design.p
    smaller = min(n, p)
    if design.sparse is None and float(n) * p * smaller <= _DIRECT:
        U, s, axes = scipy.linalg.svd(design.dense, full_matrices=False)
        values = _kept(s * s, (max(n, p) * np.finfo(np.float64).eps) ** 2)
        s = np.sqrt(values)
        mean, y = design.origin, design.y
        return Spectrum(values, axes, s * (U.T @ y), U * s, design, mean, design.y_origin, n)
    if p <= n:
        known = moments if moments is not None else design.moments(design.sums(None, threads))
        w, axes = _eigen(known.gram)
        return Spectrum(w, axes, axes @ known.cross, None, design, known.mean, known.target, known.rows)
    rows = design.sparse.toarray() if design.sparse is not None else design.dense
    mean = rows.mean(axis=0) if design.intercept else np.zeros(p)
    rows = rows - mean
    values, turned = _eigen(rows @ rows.T)
    U, s = turned.T, np.sqrt(values)
    axes = np.divide(turned @ rows, s[:, None], out=np.zeros((len(s), p)), where=s[:, None] > 0)
    return Spectrum(values, axes, s * (U.T @ design.y), U * s, design, design.origin + mean, design.y_origin, n)


def needs_moments(design: Design, rows: int) -> bool:
    """Say whether penalties for so many rows of a design are solved from the products of its columns."""
    direct = design.sparse is None and float(rows) * design.p * min(rows, design.p) <= _DIRECT
    return not direct and design.p <= rows


def coefficients(
    design: Design,
    alphas: Array,
    moments: Moments | None = None,
    spread: Spectrum | None = None,
    threads: int = 1,
) -> tuple[Array, Array]:
    """Coefficients (a, p) and intercepts (a,) for penalties, each with the bits it has alone.

    Where many rows meet few columns each penalty is one Cholesky factor of X'X (`moments`); else all come from the
    spectrum of the rows. Keep BLAS on one thread.
    """
    if needs_moments(design, design.n):
        known = moments if moments is not None else design.moments(design.sums(None, threads))
        return from_moments(known, alphas, threads)
    spread = spread if spread is not None else spectrum(design)
    found = np.array([spread.coefficients(float(alpha)) for alpha in alphas])
    return found, spread.target - predicted(spread.mean[None, :], found)[:, 0]


def from_moments(known: Moments, alphas: Array, threads: int = 1) -> tuple[Array, Array]:
    """Coefficients (a, p) and intercepts (a,) from products of columns."""
    smallest = 1e-9 * float(np.diagonal(known.gram).max(initial=0.0))
    parts: list[tuple[Array, Array]] = []
    if any(alpha <= smallest for alpha in alphas):
        # Too small to hold up columns that depend on each other: the shortest of the best coefficients.
        parts.append(_eigen(known.gram))

    def one(alpha: float) -> Array:
        if alpha <= smallest:
            values, axes = parts[0]
            return np.asarray(axes.T @ _over(axes @ known.cross, values, alpha))
        system = known.gram.copy()
        system[np.diag_indices(len(system))] += alpha
        factor = scipy.linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        return np.asarray(scipy.linalg.cho_solve(factor, known.cross, check_finite=False))

    found = np.array(each(one, [float(a) for a in alphas], threads))
    return found, known.target - predicted(known.mean[None, :], found)[:, 0]
