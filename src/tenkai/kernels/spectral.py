"""First layouts of UMAP: Laplacian eigenvectors of the graph, or scores the caller has."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackError, eigsh
from threadpoolctl import threadpool_limits

from tenkai.kernels._checks import check_count, check_map

__all__ = ["Layout", "pca_layout", "spectral_layout"]

_EXTENT = 10.0
_NOISE = 1e-4


class Layout(NamedTuple):
    """A first layout.

    Attributes
    ----------
    coordinates : array of shape (n, d), float32
        Largest coordinate 10, with a little noise from the seed.
    method : {"spectral", "pca", "random"}
        What made it.
    components : int
        Connected components of the graph; 1 for a layout from scores.
    """

    coordinates: NDArray[np.float32]
    method: Literal["spectral", "pca", "random"]
    components: int


def pca_layout(scores: ArrayLike, *, seed: int = 0) -> Layout:
    """Scale scores, such as those of PCA, to a first layout.

    Parameters
    ----------
    scores : array of shape (n, d)
        One column per dimension of the map.
    seed
        Seed of the noise.

    Raises
    ------
    ValueError
        When the scores are no finite matrix.
    """
    return Layout(_finish(check_map(scores, "scores"), seed), "pca", 1)


def spectral_layout(
    graph: csr_matrix, dimensions: int = 2, *, seed: int = 0, fallback: ArrayLike | None = None
) -> Layout:
    """Lay a symmetric graph out by eigenvectors of its normalised Laplacian.

    Parameters
    ----------
    graph : csr_matrix of shape (n, n)
        Symmetric, with weights above 0.
    dimensions
        Dimensions of the map.
    seed
        Seed of the noise.
    fallback : array of shape (n, dimensions), optional
        Scores used when the eigenvectors do not converge, and inside components too small for
        them. Without it such rows start at random.

    Returns
    -------
    Layout
        Its `method` says what was used.

    Raises
    ------
    ValueError
        When the graph is not square.

    Notes
    -----
    The solver runs on one thread from a fixed start, and each vector's largest entry is positive,
    so the bits do not depend on the number of threads. Components of a graph that falls apart
    are laid out one by one around the corners of a cross-polytope, or on a circle when they are
    many, the largest first.

    Source: M. Belkin, P. Niyogi, Neural Comput. 15 (2003) 1373; L. McInnes, J. Healy,
    J. Melville, arXiv:1802.03426, algorithm 4.
    """
    n = graph.shape[0]
    if graph.shape[0] != graph.shape[1]:
        raise ValueError(f"the graph has shape {graph.shape}. Allowed: (n, n).")
    check_count(dimensions, "dimensions", 1, 100)
    scores = None if fallback is None else check_map(fallback, "fallback", n)
    if scores is not None and scores.shape[1] != dimensions:
        raise ValueError(f"fallback has {scores.shape[1]} columns. Allowed: {dimensions}.")
    count, member = connected_components(graph, directed=False)
    random = np.random.default_rng([seed, 1])
    if count == 1:
        vectors = _eigenvectors(graph, dimensions)
        if vectors is not None:
            return Layout(_finish(vectors, seed), "spectral", 1)
        if scores is not None:
            return Layout(_finish(scores, seed), "pca", 1)
        return Layout(_finish(random.uniform(-1, 1, (n, dimensions)), seed), "random", 1)
    sizes = np.bincount(member)
    centres, radius = _centres(count, dimensions)
    whole = np.empty((n, dimensions))
    for place, component in enumerate(np.argsort(-sizes, kind="stable")):
        rows = np.flatnonzero(member == component)
        part = _eigenvectors(graph[rows][:, rows], dimensions)
        if part is None and scores is not None and rows.size > 1:
            part = scores[rows] - scores[rows].mean(axis=0)
        if part is None:
            part = random.uniform(-1, 1, (rows.size, dimensions))
        largest = np.abs(part).max()
        whole[rows] = centres[place] + part * (radius[place] / largest if largest > 0 else 0.0)
    return Layout(_finish(whole, seed), "spectral", int(count))


def _eigenvectors(graph: csr_matrix, dimensions: int) -> NDArray[np.float64] | None:
    """Eigenvectors after the trivial one, or None when rows are few or the solver gives up."""
    n = graph.shape[0]
    wanted = dimensions + 1
    if n <= max(2 * dimensions, wanted + 1):
        return None
    degrees = np.asarray(graph.sum(axis=1), dtype=np.float64).ravel()
    inverse = diags_array(1.0 / np.sqrt(degrees))
    # The largest of D^-1/2 W D^-1/2 are the smallest of I minus it, and converge faster.
    normalised = (inverse @ graph.astype(np.float64) @ inverse).tocsr()
    lanczos = min(n, max(2 * wanted + 1, int(np.sqrt(n)), 20))
    with threadpool_limits(1, user_api="blas"):
        try:
            values, vectors = eigsh(
                normalised,
                wanted,
                which="LA",
                ncv=lanczos,
                tol=1e-4,
                v0=np.sqrt(degrees) + 1e-3 * np.cos(np.arange(n)),
                maxiter=5 * n,
            )
        except ArpackError:
            return None
    chosen = vectors[:, np.argsort(-values, kind="stable")[1:wanted]]
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(dimensions)])
    return np.asarray(chosen * signs)


def _centres(count: int, dimensions: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres of components and the radius each may fill."""
    if count <= 2 * dimensions:
        half = -(-count // 2)
        corners = np.eye(half, dimensions)
        centres = np.vstack([corners, -corners])[:count]
    else:
        # A sunflower: even in area, so many small components do not crowd.
        place = np.arange(count)
        angle = place * np.pi * (3.0 - np.sqrt(5.0))
        distance = np.sqrt((place + 0.5) / count)
        centres = np.zeros((count, dimensions))
        centres[:, 0] = distance * np.cos(angle)
        if dimensions > 1:
            centres[:, 1] = distance * np.sin(angle)
    radius = np.full(count, 0.5)
    for i in range(count):
        apart = np.sqrt(((centres - centres[i]) ** 2).sum(axis=1))
        apart[i] = np.inf
        radius[i] = apart.min() / 2
    return centres, radius


def _finish(coordinates: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
    check_count(seed, "seed", 0, 2**63 - 1)
    largest = np.abs(coordinates).max()
    scaled = coordinates * (_EXTENT / largest if largest > 0 else 1.0)
    noise = np.random.default_rng([seed, 0]).normal(0.0, _NOISE, coordinates.shape)
    return np.ascontiguousarray(scaled + noise, dtype=np.float32)
