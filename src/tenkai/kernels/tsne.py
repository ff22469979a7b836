"""t-SNE on given affinities: exact up to 20 000 rows, openTSNE beyond, new rows too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from tenkai.kernels._checks import check_count, check_map
from tenkai.kernels.frames import Frames

__all__ = ["EXACT_ROWS", "TsneMap", "embed_new", "initial_layout", "kl_divergence", "optimize"]

#: Up to here the exact method is chosen. Measured on MNIST, 750 iterations, perplexity 30, exact on
#: one core against openTSNE on two: 1.5 and 8.1 s (Barnes-Hut) at 5 000 rows, 4.8 and 24.9 s
#: (interpolation) at 10 000, 17.7 and 34.8 s at 20 000, with a lower divergence each time.
EXACT_ROWS = 20_000

Method = Literal["exact", "bh", "fft"]
Callback = Callable[[int, NDArray[np.float64]], bool | None]

_CHUNK = 25  # iterations between looks at Ctrl-C and the callback
_LOOK = 50  # the same of openTSNE


class TsneMap(NamedTuple):
    """A finished map.

    Attributes
    ----------
    coordinates : array of shape (n, d), float64
        The map.
    kl : float
        Kullback-Leibler divergence of the map from the affinities, over all pairs.
    method : {"exact", "bh", "fft"}
        How the push between all rows was computed.
    iterations : int
        Iterations done; fewer than asked for when the callback stopped the run.
    """

    coordinates: NDArray[np.float64]
    kl: float
    method: Method
    iterations: int


def initial_layout(
    scores: ArrayLike | None,
    n: int,
    dimensions: int = 2,
    *,
    method: Literal["pca", "random"] = "pca",
    seed: int = 0,
) -> NDArray[np.float64]:
    """Make a first layout whose first column has a standard deviation of 1e-4.

    Parameters
    ----------
    scores : array of shape (n, at least `dimensions`), optional
        PCA scores; needed for the method "pca".
    n
        Rows.
    dimensions
        2 or 3.
    method
        "pca" keeps the large-scale arrangement; "random" starts from noise.
    seed
        Seed of the noise; with "pca" a thousandth of the layout's size, so equal rows part.

    Returns
    -------
    array of shape (n, dimensions), float64

    Raises
    ------
    ValueError
        When scores are missing or too narrow.

    Notes
    -----
    Source: D. Kobak, P. Berens, Nat. Commun. 10 (2019) 5416.
    """
    check_count(dimensions, "dimensions", 2, 3)
    check_count(seed, "seed", 0, 2**63 - 1)
    noise = np.random.default_rng([seed, 2]).normal(0.0, 1.0, (n, dimensions))
    if method == "random":
        return np.asarray(noise * 1e-4, dtype=np.float64)
    if method != "pca":
        raise ValueError(f"method is {method!r}. Allowed: pca, random.")
    if scores is None:
        raise ValueError("method is 'pca' without scores. Give PCA scores, or use 'random'.")
    layout = check_map(scores, "scores", n)
    if layout.shape[1] < dimensions:
        raise ValueError(f"scores have {layout.shape[1]} columns. Allowed: {dimensions} or more.")
    layout = layout[:, :dimensions] - layout[:, :dimensions].mean(axis=0)
    size = float(layout[:, 0].std())
    if size > 0:
        layout = layout / size
    return np.asarray((layout + 1e-3 * noise) * 1e-4, dtype=np.float64)


def optimize(
    P: csr_matrix,
    start: ArrayLike,
    *,
    exaggeration: float = 1.0,
    early_exaggeration: float = 12.0,
    early_exaggeration_iter: int = 250,
    n_iter: int = 500,
    learning_rate: float | None = None,
    momentum: tuple[float, float] = (0.8, 0.8),
    method: Method | Literal["auto"] = "auto",
    threads: int = 1,
    callback: Callback | None = None,
    frames: Frames | None = None,
) -> TsneMap:
    """Move a first layout until its similarities follow the affinities.

    Parameters
    ----------
    P : csr_matrix of shape (n, n)
        Joint probabilities, from `joint_probabilities`.
    start : array of shape (n, d)
        First layout, d = 2 or 3, from `initial_layout`.
    exaggeration, early_exaggeration
        Factors on the pull, after and during the first phase.
    early_exaggeration_iter, n_iter
        Iterations of the two phases.
    learning_rate
        None: rows divided by the exaggeration of the phase.
    momentum
        During and after the first phase.
    method
        "exact" computes every pair on one thread, "bh" is Barnes-Hut, "fft" interpolates (two
        dimensions only); "auto": exact up to `EXACT_ROWS` rows, then interpolation in two
        dimensions and Barnes-Hut in three.
    threads
        Threads of "bh" and "fft"; the result does not depend on them.
    callback
        Called every 25 or 50 iterations with the number done and the map; True stops.
    frames
        Keeps maps (n, d) as float32, with their divergence, each at the price of about one iteration: in
        single precision where the method is exact, else openTSNE's estimate. They change nothing.

    Returns
    -------
    TsneMap

    Raises
    ------
    ValueError
        When shapes do not fit, or a setting is out of range.

    Notes
    -----
    Source: L. van der Maaten, G. Hinton, J. Mach. Learn. Res. 9 (2008) 2579; openTSNE: P. Policar,
    M. Strazar, B. Zupan, J. Stat. Softw. 109 (2024) 3; learning rate: A. Belkina et al., Nat.
    Commun. 10 (2019) 5415.
    """
    n = P.shape[0]
    points = check_map(start, "start", n)
    check_count(points.shape[1], "the number of columns of start", 2, 3)
    check_count(early_exaggeration_iter, "early_exaggeration_iter", 0, 10**6)
    check_count(n_iter, "n_iter", 0, 10**6)
    check_count(threads, "threads", 1, 4096)
    for name, value in (("exaggeration", exaggeration), ("early_exaggeration", early_exaggeration)):
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}. Allowed: above 0.")
    if learning_rate is not None and not (np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate is {learning_rate}. Allowed: above 0, or None.")
    chosen = _method(method, n, points.shape[1])
    phases = [
        (early_exaggeration_iter, float(early_exaggeration), momentum[0]),
        (n_iter, float(exaggeration), momentum[1]),
    ]
    rates = [n / factor if learning_rate is None else learning_rate for _, factor, _ in phases]
    if chosen == "exact":
        return _exact(P, points, phases, rates, callback, frames)
    return _open_tsne(P, points, phases, rates, chosen, threads, callback, frames)


def kl_divergence(P: csr_matrix, Y: ArrayLike) -> float:
    """Kullback-Leibler divergence of a map from affinities, over all pairs; O(n^2) time."""
    from tenkai.kernels.tsne_exact import exact_kl

    points = check_map(Y, "the map", P.shape[0])
    starts, others, p = _rows(P)
    return float(exact_kl(starts, others, p, np.ascontiguousarray(points.T)))


def embed_new(
    P_new: csr_matrix,
    reference: ArrayLike,
    *,
    n_iter: int = 250,
    exaggeration: float = 1.5,
    learning_rate: float = 0.1,
    threads: int = 1,
) -> NDArray[np.float64]:
    """Place new rows on an existing map, which stays as it is.

    Parameters
    ----------
    P_new : csr_matrix of shape (m, n)
        From `conditional_probabilities`; openTSNE advises perplexity 5.
    reference : array of shape (n, 2)
        The map; 2 or 3 columns.
    n_iter, exaggeration, learning_rate
        Settings of the optimisation.
    threads
        Threads; the result does not depend on them.

    Returns
    -------
    array of shape (m, 2), float64
        New rows start at the mean of their neighbours, weighted by affinity; they do not see each
        other.

    Raises
    ------
    ValueError
        When shapes do not fit.

    Notes
    -----
    Source: P. Policar, M. Strazar, B. Zupan, Mach. Learn. 112 (2023) 721.
    """
    from openTSNE.affinity import PrecomputedAffinities
    from openTSNE.tsne import PartialTSNEEmbedding, TSNEEmbedding

    fixed = check_map(reference, "reference", P_new.shape[1])
    check_count(fixed.shape[1], "the number of columns of reference", 2, 3)
    check_count(n_iter, "n_iter", 0, 10**6)
    check_count(threads, "threads", 1, 4096)
    weights = np.asarray(P_new.sum(axis=1)).ravel()
    if not (weights > 0).all():
        raise ValueError(f"new row {int(np.flatnonzero(~(weights > 0))[0])} has no neighbour on the map.")
    begin = np.asarray(P_new @ fixed) / weights[:, None]
    none = PrecomputedAffinities(csr_matrix((fixed.shape[0], fixed.shape[0])), normalize=False)
    # openTSNE's interpolation grid is laid around 0; the shift is undone below.
    shift = (fixed.max(axis=0) + fixed.min(axis=0)) / 2
    partial = PartialTSNEEmbedding(
        begin - shift,
        TSNEEmbedding(fixed - shift, none),
        P_new.astype(np.float64, copy=True),
        negative_gradient_method="bh",
        n_jobs=threads,
    )
    partial.optimize(
        n_iter,
        learning_rate=learning_rate,
        exaggeration=exaggeration,
        momentum=0.8,
        max_grad_norm=0.25,
        inplace=True,
    )
    return np.asarray(np.asarray(partial) + shift, dtype=np.float64)


Phases = list[tuple[int, float, float]]


def _method(method: str, n: int, dimensions: int) -> Method:
    if method == "auto":
        if n <= EXACT_ROWS:
            return "exact"
        return "bh" if dimensions == 3 else "fft"
    if method not in ("exact", "bh", "fft"):
        raise ValueError(f"method is {method!r}. Allowed: auto, exact, bh, fft.")
    if method == "fft" and dimensions == 3:
        raise ValueError("method is 'fft' for three dimensions. Allowed: exact, bh.")
    return method  # type: ignore[return-value]


def _rows(
    P: csr_matrix,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    if P.shape[0] != P.shape[1]:
        raise ValueError(f"P has shape {P.shape}. Allowed: (n, n).")
    return P.indptr.astype(np.int32), P.indices.astype(np.int32), P.data.astype(np.float64)


def _exact(
    P: csr_matrix,
    points: NDArray[np.float64],
    phases: Phases,
    rates: list[float],
    callback: Callback | None,
    frames: Frames | None,
) -> TsneMap:
    from tenkai.kernels.tsne_exact import State, advance, exact_kl, quick_kl

    starts, others, p = _rows(P)
    narrow = p.astype(np.float32)
    state = State(points)
    done, stopped = 0, False

    def keep() -> None:
        if frames is not None and frames.due(done):
            frames.add(done, quick_kl(starts, others, p, state.points, state.forces), state.points.T)

    keep()
    for (length, factor, momentum), rate in zip(phases, rates, strict=True):
        end = done + length
        while done < end and not stopped:
            count = min(_CHUNK, end - done, _CHUNK if frames is None else frames.left(done))
            advance(
                starts, others, narrow, state.points, state.update, state.gains, state.forces,
                count, factor, rate, momentum,
            )  # fmt: skip
            done += count
            keep()
            if callback is not None:
                stopped = bool(callback(done, state.points.T.astype(np.float64)))
    wide = state.points.astype(np.float64)
    kl = float(exact_kl(starts, others, p, wide))
    if frames is not None:
        frames.end(done, kl, state.points.T)
    return TsneMap(np.ascontiguousarray(wide.T), kl, "exact", done)


def _open_tsne(
    P: csr_matrix,
    points: NDArray[np.float64],
    phases: Phases,
    rates: list[float],
    method: Method,
    threads: int,
    callback: Callback | None,
    frames: Frames | None,
) -> TsneMap:
    from openTSNE.affinity import PrecomputedAffinities
    from openTSNE.tsne import TSNEEmbedding

    # openTSNE exaggerates P in place: give it its own.
    embedding = TSNEEmbedding(
        points, PrecomputedAffinities(P.astype(np.float64, copy=True), normalize=False),
        negative_gradient_method=method, n_jobs=threads,
    )  # fmt: skip
    done, stopped = 0, False
    for (length, factor, momentum), rate in zip(phases, rates, strict=True):
        base = done

        def look(iteration: int, error: float, current: NDArray[np.float64], base: int = base) -> bool:
            nonlocal done, stopped
            if frames is not None and frames.due(base + iteration - 1):
                # openTSNE shows the map before it moves.
                frames.add(base + iteration - 1, float(error), np.asarray(current, np.float32))
            if iteration % _LOOK == 0:
                done = base + iteration
                stopped = callback is not None and bool(callback(done, np.array(current)))
            return stopped

        if stopped:
            break
        embedding.optimize(
            length, exaggeration=factor, learning_rate=rate, momentum=momentum, inplace=True,
            callbacks=[look] if callback is not None or frames is not None else None,
            callbacks_every_iters=_LOOK if frames is None else 1,
        )  # fmt: skip
        if not stopped:
            done = base + length
    # openTSNE's own figure is an estimate of its approximation; this one compares across methods.
    coordinates = np.array(embedding)
    kl = kl_divergence(P, coordinates)
    if frames is not None:
        frames.end(done, kl, coordinates.astype(np.float32))
    return TsneMap(coordinates, kl, method, done)
