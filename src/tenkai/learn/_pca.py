"""The numbers of PCA: one spectrum for any number of components, and the estimator that projects rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.extmath import randomized_svd
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.low_rank_arrays import Way, principal_axes
from tenkai.learn._device import Gpu
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]

# Work of a direct singular value decomposition that is over in about a second, and the largest square
# matrix whose eigenvectors are found in about fifteen.
_DIRECT = 1e9
_LARGEST = 5000
_AT_RANDOM = 100
_BLOCK_CELLS = 1 << 22


@dataclass(frozen=True)
class Spectrum:
    """Principal axes of centred rows.

    Parameters
    ----------
    mean : (p,)
    variances : (q,), falling; q = min(n, p) where `exact`
    axes : (q, p), one unit vector per component
    total : sum of the variances of all columns
    rows : n
    exact : every component was found
    """

    mean: Array
    variances: Array
    axes: Array
    total: float
    rows: int
    exact: bool

    @property
    def ratios(self) -> Array:
        """Share of the total variance per component, (q,)."""
        return self.variances / self.total


def spectrum(X: NDArray[Any], components: int = 1, gpu: Gpu | None = None) -> Spectrum:
    """Find the principal axes of X (n, p), here or on a GPU.

    All of them, except where both n and p are large: then at least `components` of them, by a randomized
    method. How many is a round number, so that near values of `components` give the same bits.
    """
    n, p = X.shape
    way = _way(n, p)
    wanted = _AT_RANDOM
    while wanted < components:
        wanted *= 2
    if gpu is not None:
        with gpu.computing():
            mean, squares, axes, whole = principal_axes(gpu.put(X), way, wanted)
        return Spectrum(mean, squares / (n - 1), _signed(axes), whole / (n - 1), n, way != "random")
    mean = X.mean(axis=0, dtype=np.float64)
    with one_thread():
        if way == "vectors":
            _, values, axes = scipy.linalg.svd(X - mean, full_matrices=False)
            variances, exact = values**2 / (n - 1), True
        elif way != "random":
            variances, axes = _from_columns(X, mean) if way == "columns" else _from_rows(X, mean)
            exact = True
        else:
            _, values, axes = randomized_svd(X - mean.astype(X.dtype), wanted, n_iter=7, random_state=0)
            variances, exact = values.astype(np.float64) ** 2 / (n - 1), False
        total = variances.sum() if exact else sum(float((b**2).sum()) for b in _centred(X, mean)) / (n - 1)
    return Spectrum(mean, variances, _signed(np.asarray(axes, np.float64)), float(total), n, exact)


def _way(n: int, p: int) -> Way:
    if float(n) * p * min(n, p) <= _DIRECT:
        return "vectors"
    if min(n, p) <= _LARGEST:
        return "columns" if p <= n else "rows"
    return "random"


def _centred(X: NDArray[Any], mean: Array) -> Iterator[Array]:
    """Rows in blocks of float64, so that no second copy of a large table is made."""
    step = max(1, _BLOCK_CELLS // X.shape[1])
    for start in range(0, len(X), step):
        yield X[start : start + step].astype(np.float64) - mean


def _from_columns(X: NDArray[Any], mean: Array) -> tuple[Array, Array]:
    """Eigenvectors of the covariance of the columns, (p, p)."""
    covariance = np.zeros((X.shape[1], X.shape[1]))
    for block in _centred(X, mean):
        covariance += block.T @ block
    values, vectors = scipy.linalg.eigh(covariance / (len(X) - 1))
    return np.maximum(values[::-1], 0.0), vectors.T[::-1]


def _from_rows(X: NDArray[Any], mean: Array) -> tuple[Array, Array]:
    """Eigenvectors of the products of the rows, (n, n), turned into axes: for more columns than rows."""
    centred = X - mean
    values, vectors = scipy.linalg.eigh(centred @ centred.T)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    axes = vectors.T @ centred
    lengths = np.sqrt(np.einsum("ij,ij->i", axes, axes))
    # Centred rows have at least one direction without variance: it has no axis.
    real = values > values[0] * len(X) * np.finfo(np.float64).eps
    axes[real] /= lengths[real, None]
    axes[~real] = 0.0
    return values / (len(X) - 1), axes


def _signed(axes: Array) -> Array:
    """Turn every axis so that its largest weight is positive; among nearly equal ones the first decides."""
    sizes = np.abs(axes)
    first = (sizes >= sizes.max(axis=1, keepdims=True) * (1 - 1e-6)).argmax(axis=1)
    signs = np.where(axes[np.arange(len(axes)), first] < 0, -1.0, 1.0)
    return np.ascontiguousarray(axes * signs[:, None])


class PrincipalComponents(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """PCA with the attributes of scikit-learn's, whose bits do not depend on the number of threads."""

    def __init__(self, n_components: int = 2) -> None:
        self.n_components = n_components

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Find the components of X (n, p)."""
        checked: NDArray[Any] = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2)
        return self.keep(spectrum(checked, self.n_components))

    def keep(self, found: Spectrum) -> Self:
        """Keep the first components of a spectrum."""
        k = self.n_components
        self.n_features_in_ = len(found.mean)
        self.n_samples_ = found.rows
        self.mean_ = found.mean
        self.components_ = found.axes[:k].copy()
        self.explained_variance_ = found.variances[:k].copy()
        self.explained_variance_ratio_ = found.ratios[:k].copy()
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Project rows (m, p) to (m, components)."""
        check_is_fitted(self)
        checked: NDArray[Any] = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        with one_thread():
            return np.vstack([block @ self.components_.T for block in _centred(checked, self.mean_)])

    def inverse_transform(self, coordinates: ArrayLike) -> Array:
        """Return the rows (m, p) that project to some coordinates and have nothing beyond them."""
        check_is_fitted(self)
        return np.asarray(np.asarray(coordinates) @ self.components_ + self.mean_)


def first_scores(X: NDArray[Any], components: int) -> Array:
    """Coordinates on the first components (n, components), 0 for those beyond min(n, p)."""
    k = min(components, *X.shape)
    found = PrincipalComponents(k).keep(spectrum(X, k)).transform(X)
    return np.pad(found, ((0, 0), (0, components - k)))
