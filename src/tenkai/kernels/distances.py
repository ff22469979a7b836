"""Distances of many rows: fast float32 products that bound, exact float64 values that decide.

One matrix product gives all distances of a block of rows, but with a rounding error that grows
with the norms. The error has a bound, so only the few pairs that the bound leaves open are
computed again, exactly. Results are those of an exact search, at the price of the product, and
they depend neither on the block size nor on the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from tenkai.kernels._checks import Real
from tenkai.kernels._jit import jit

__all__ = ["Prepared", "block_rows", "other_metric_options", "prepare"]

_BLOCK_CELLS = 1 << 24  # 64 MB of float32 scores


class Prepared(NamedTuple):
    """Rows ready for blocked distances.

    Attributes
    ----------
    exact : array of shape (n, p), float32 or float64
        Rows whose Euclidean distance orders as the metric does.
    approximate : array of shape (n, p), float32
        The same rows, centred and scaled to a largest entry of 1.
    norms : array of shape (n,), float64
        Squared norms of `approximate`.
    scale : float
        Factor from `approximate` back to `exact`.
    """

    exact: Real
    approximate: NDArray[np.float32]
    norms: NDArray[np.float64]
    scale: float


def block_rows(n: int, block: int | None) -> int:
    """Rows per block, so that a block of distances to n rows stays near 64 MB."""
    if block is None:
        return int(np.clip(_BLOCK_CELLS // max(n, 1), 16, 2048))
    if block < 1:
        raise ValueError(f"block is {block}. Allowed: 1 or more.")
    return block


def _transform(rows: Real, metric: str, name: str) -> Real:
    """Rows on which the Euclidean distance orders as `metric` does."""
    if metric in ("euclidean", "sqeuclidean"):
        return rows
    wide = rows.astype(np.float64)
    if metric == "correlation":
        wide -= wide.mean(axis=1, keepdims=True)
    largest = np.abs(wide).max(axis=1)
    tiny = np.abs(rows).max(axis=1).astype(np.float64) * 1e-14
    empty = np.flatnonzero((largest == 0) | (largest <= tiny))
    if empty.size:
        fact = "holds only zeros" if metric == "cosine" else "holds one value only"
        raise ValueError(
            f"row {empty[0]} of {name} {fact}: its {metric} distance is not defined. "
            "Remove such rows or use the metric euclidean."
        )
    wide /= largest[:, None]
    wide /= np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    return wide


def prepare(X: Real, metric: str, Y: Real | None = None) -> tuple[Prepared, Prepared]:
    """Prepare rows X, and query rows Y, for a metric of `GRAM_METRICS`.

    Parameters
    ----------
    X : array of shape (n, p)
        Rows to search among.
    metric
        One of `GRAM_METRICS`.
    Y : array of shape (m, p), optional
        Query rows; X itself by default.

    Returns
    -------
    tuple of Prepared
        For X and for the query rows.

    Raises
    ------
    ValueError
        When a row has no direction and the metric needs one.
    """
    exact = _transform(X, metric, "X")
    # Centring on the mean keeps norms, and with them rounding errors, small.
    centre = exact.mean(axis=0, dtype=np.float64)
    queries = None if Y is None else _transform(Y, metric, "Y")
    scale = max(_largest(exact, centre), 0.0 if queries is None else _largest(queries, centre))
    scale = scale if scale > 0 else 1.0
    first = _narrow(exact, centre, scale)
    return first, first if queries is None else _narrow(queries, centre, scale)


def _largest(rows: Real, centre: NDArray[np.float64]) -> float:
    low, high = rows.min(axis=0).astype(np.float64), rows.max(axis=0).astype(np.float64)
    return float(max((centre - low).max(), (high - centre).max()))


def _narrow(rows: Real, centre: NDArray[np.float64], scale: float) -> Prepared:
    narrow = np.empty(rows.shape, dtype=np.float32)
    norms = np.empty(rows.shape[0])
    for start in range(0, rows.shape[0], 4096):
        part = (rows[start : start + 4096] - centre) / scale
        narrow[start : start + 4096] = part
        norms[start : start + 4096] = np.einsum("ij,ij->i", part, part)
    return Prepared(rows, narrow, norms, scale)


def other_metric_options(X: Real, metric: str) -> dict[str, NDArray[np.float64]]:
    """Options of `cdist` that must come from all rows of X, not from one block."""
    if metric == "seuclidean":
        variance = X.astype(np.float64).var(axis=0, ddof=1)
        return {"V": np.asarray(variance, dtype=np.float64)}
    if metric == "mahalanobis":
        covariance = np.atleast_2d(np.cov(X.T.astype(np.float64)))
        if np.linalg.matrix_rank(covariance) < covariance.shape[0]:
            raise ValueError(
                "the covariance of X cannot be inverted, mahalanobis is not defined. "
                "Reduce the columns (pca), or use seuclidean."
            )
        return {"VI": np.asarray(np.linalg.inv(covariance).T, dtype=np.float64)}
    return {}


def other_metric_block(
    queries: Real, X: Real, metric: str, options: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Distances of a block of query rows to all rows of X for any `cdist` metric."""
    boolean = metric in ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalsneath", "yule")
    if boolean:
        block = cdist(queries != 0, X != 0, metric)
    else:
        block = cdist(queries, X, metric, **options)
    if np.isnan(block).any():
        row, column = np.argwhere(np.isnan(block))[0]
        raise ValueError(
            f"the {metric} distance between a row of this block (position {row}) and row {column} "
            "is not defined. Remove rows without content, or use the metric euclidean."
        )
    return np.asarray(block, dtype=np.float64)


@jit(fast=True)
def squared_distance(a: Real, i: int, b: Real, j: int) -> float:
    """Squared Euclidean distance of row i of a and row j of b, in float64.

    Differences come first, so equal rows give 0 and (i, j) gives the bits of (j, i).
    """
    total = 0.0
    for column in range(a.shape[1]):
        step = np.float64(a[i, column]) - np.float64(b[j, column])
        total += step * step
    return total


@jit(inline=True)
def score_error(norm: float, reach: float, p: int) -> float:
    """Bound of the error of a float32 score, for pairs within a distance.

    Parameters
    ----------
    norm
        Squared norm of the scaled query row.
    reach
        Largest scaled squared distance of interest. Such rows have a norm below
        sqrt(norm) + sqrt(reach), which is what makes the bound small.
    p
        Number of columns.

    Notes
    -----
    Source: the bound of a dot product, N. J. Higham, Accuracy and Stability of Numerical
    Algorithms (2002), eq. 3.5, with a factor above 2 to spare.
    """
    size = np.sqrt(norm)
    other = size + np.sqrt(reach)
    error: float = 1.1920929e-07 * (2.0 * (p + 16) * size * other + 16.0 * other * other)
    return error
