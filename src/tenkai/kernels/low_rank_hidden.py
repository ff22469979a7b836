"""How well hidden cells are found again: known cells are hidden again and again, and ranked among the unknown ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tenkai.kernels.low_rank import Array, Mask, decompose, fill

Hide = Literal["ones", "cells"]
Progress = Callable[[int, int], None]
MEASURES = ("auc", "precision", "recall")
INNER = 10  # hidings by which the rank is chosen once more inside each hiding

# Filling for each rank is dear, and places settle long before values do.
_FILL_ITERATIONS, _FILL_TOLERANCE = 60, 1e-3


@dataclass(frozen=True)
class Cells:
    """Which cells of a matrix (n, p) or tensor (n1, n2, ...) are one and the same: mirrored cells share a number.

    `group`, of the same shape: number of each cell's group, 0 to count - 1, in the order in which they first appear.
    """

    group: NDArray[np.int64]
    count: int

    @classmethod
    def single(cls, shape: tuple[int, ...]) -> Cells:
        """Every cell by itself."""
        size = prod(shape)
        return cls(np.arange(size).reshape(shape), size)

    @classmethod
    def paired(cls, partner: NDArray[np.int64]) -> Cells:
        """Cells that are one with their partner: `partner`, of their shape, holds its flat position, or their own."""
        own = np.arange(partner.size).reshape(partner.shape)
        first, group = np.unique(np.minimum(own, partner), return_inverse=True)
        return cls(group.reshape(partner.shape), len(first))

    @property
    def first(self) -> NDArray[np.int64]:
        """Flat position of the first cell of each group."""
        _, at = np.unique(self.group, return_index=True)
        return np.asarray(at)

    def mean(self, values: Array) -> Array:
        """Return the mean of each group, (count,)."""
        flat = self.group.ravel()
        return np.bincount(flat, values.ravel(), self.count) / np.bincount(flat, minlength=self.count)


@dataclass(frozen=True)
class Setup:
    """What hiding needs to know.

    `share` of the known cells is hidden `repeats` times; `top`: length of the list that precision and recall
    look at; `neighbors`: rows of the nearest-neighbor baseline; `ranks`: 1 to this one are compared.
    """

    hide: Hide
    share: float
    repeats: int
    top: int
    neighbors: int
    ranks: int
    seed: int


@dataclass(frozen=True)
class Hidden:
    """What was found again, by repeat. The last axis of the first three: AUC, precision, recall.

    `by_rank` (repeats, most, 3): NaN for ranks that were not asked for.

    `places` (repeats, drawn ranks, count): place of each group in the list, NaN where it is no candidate;
    `scores` the same with scores. `chosen` (repeats,): rank chosen inside each repeat, and what it found.
    """

    by_rank: Array
    popularity: Array
    neighbors: Array
    scores: Array
    places: Array
    chosen: NDArray[np.int64] | None
    by_chosen: Array | None


class LowRanks(Protocol):
    """A way to fit low ranks: to `less`, X with hidden cells as 0, or to X without the hidden cells."""

    def __call__(self, X: Array, less: Array, hidden: Mask, hide: Hide, wanted: Collection[int]) -> Mapping[int, Array]:
        """Return the low-rank cells of every rank wanted."""


def popularity(X: Array) -> Array:
    """Score by row and column (every axis) alone: product of what is known in each, as if they were independent."""
    total = X.sum()
    sums = [X.sum(axis=tuple(j for j in range(X.ndim) if j != i)) for i in range(X.ndim)]
    return np.asarray(reduce(np.multiply.outer, sums) / total ** (X.ndim - 1)) if total else np.zeros_like(X)


def nearest_labels(X: Array, neighbors: int) -> Array:
    """Score by the rows most alike; in a tensor by the labels most alike on every axis in turn, and their mean."""
    if X.ndim == 2:
        return nearest_rows(X, neighbors)
    out = np.zeros_like(X)
    for axis in range(X.ndim):
        front = np.moveaxis(X, axis, 0)
        found = nearest_rows(front.reshape(len(front), -1), neighbors).reshape(front.shape)
        out += np.moveaxis(found, 0, axis) / X.ndim
    return out


def nearest_rows(X: Array, neighbors: int) -> Array:
    """Score by the rows most alike (cosine): mean of their cells, weighted by likeness."""
    sizes = np.sqrt((X**2).sum(axis=1))
    unit = X / np.where(sizes > 0, sizes, 1.0)[:, None]
    like = unit @ unit.T
    np.fill_diagonal(like, -1.0)
    k = min(neighbors, len(X) - 1)
    if k < 1:
        return np.zeros_like(X)
    # Sorted by likeness, then by position: ties have the same answer everywhere.
    at = np.argsort(-np.round(like, 12), axis=1, kind="stable")[:, :k]
    weights = np.maximum(np.take_along_axis(like, at, axis=1), 0.0)
    total = weights.sum(axis=1)
    found = np.einsum("ik,ikp->ip", weights, X[at])
    return np.asarray(found / np.where(total > 0, total, 1.0)[:, None])


def measured(score: Array, positive: Mask, top: int) -> tuple[float, float, float]:
    """Return AUC, and precision and recall of the `top` highest; equal scores share their places."""
    score = np.round(score, 12)
    n, k = len(score), int(positive.sum())
    ranks = rankdata(score)
    auc = (ranks[positive].sum() - k * (k + 1) / 2) / (k * (n - k)) if 0 < k < n else np.nan
    length = min(top, n)
    last = np.partition(score, n - length)[n - length]
    above, tied = score > last, score == last
    hits = positive[above].sum() + positive[tied].sum() * (length - above.sum()) / tied.sum()
    return float(auc), float(hits / length), float(hits / k)


def find_hidden(
    X: Array,
    cells: Cells,
    setup: Setup,
    drawn: Sequence[int],
    *,
    nested: bool,
    progress: Progress | None = None,
    low_ranks: LowRanks | None = None,
) -> Hidden:
    """Hide cells and rank them, for ranks 1 to ``setup.ranks`` at once.

    `drawn`: ranks whose scores are kept for every group; `nested`: choose the rank once more inside each repeat;
    `low_ranks`: how they are fitted, by singular vectors of a matrix if not said.
    """
    fit = low_ranks or matrix_low_ranks
    wanted = {*range(1, setup.ranks + 1), *drawn}
    by_rank = np.full((setup.repeats, max(wanted), 3), np.nan)
    others = np.empty((2, setup.repeats, 3))
    scores = np.full((setup.repeats, len(drawn), cells.count), np.nan)
    places = np.full_like(scores, np.nan)
    chosen = np.zeros(setup.repeats, np.int64)
    by_chosen = np.empty((setup.repeats, 3))
    for r, random in enumerate(_generators(setup.seed, setup.repeats)):
        hidden = _drawn(X, cells, setup, random)
        less = np.where(hidden[cells.group], 0.0, X)
        candidates, positive = _candidates(X, cells, hidden, setup.hide)
        for k, found in sorted(fit(X, less, hidden[cells.group], setup.hide, wanted).items()):
            score = cells.mean(found)
            by_rank[r, k - 1] = measured(score[candidates], positive, setup.top)
            if k in drawn:
                at = list(drawn).index(k)
                scores[r, at, candidates] = score[candidates]
                places[r, at, candidates] = rankdata(-np.round(score[candidates], 12), "min")
        for at, guess in enumerate((popularity(less), nearest_labels(less, setup.neighbors))):
            others[at, r] = measured(cells.mean(guess)[candidates], positive, setup.top)
        if nested:
            best = _chosen_inside(less, cells, setup, random, fit)
            chosen[r], by_chosen[r] = best, by_rank[r, best - 1]
        if progress is not None:
            progress(r + 1, setup.repeats)
    return Hidden(
        by_rank, others[0], others[1], scores, places, chosen if nested else None, by_chosen if nested else None
    )


def _generators(seed: int, repeats: int) -> list[np.random.Generator]:
    return [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(repeats)]


def _drawn(X: Array, cells: Cells, setup: Setup, random: np.random.Generator) -> Mask:
    """Draw the groups to hide: of the known ones, or of all cells with known and unknown ones in equal shares."""
    known = cells.mean(X) > 0
    hidden = np.zeros(cells.count, bool)
    for kind in (known, ~known) if setup.hide == "cells" else (known,):
        at = np.flatnonzero(kind)
        some = min(max(1, round(setup.share * len(at))), len(at) - 1)
        hidden[random.choice(at, some, replace=False)] = True
    return hidden


def _candidates(X: Array, cells: Cells, hidden: Mask, hide: Hide) -> tuple[Mask, Mask]:
    """Return the groups to be ranked, and which of these were hidden known ones."""
    known = cells.mean(X) > 0
    candidates = hidden if hide == "cells" else hidden | ~known
    return candidates, (hidden & known)[candidates]


def matrix_low_ranks(X: Array, less: Array, hidden: Mask, hide: Hide, wanted: Collection[int]) -> Mapping[int, Array]:
    """Return the low-rank matrices of some ranks, from what is left."""
    if hide == "cells":
        return {
            k: fill(X, ~hidden, k, iterations=_FILL_ITERATIONS, tolerance=_FILL_TOLERANCE).found.low_rank(k)
            for k in wanted
        }
    found = decompose(less)
    out, last = {}, np.zeros_like(X)
    for k in range(1, max(wanted) + 1):
        last = last + found.S[k - 1] * np.outer(found.U[:, k - 1], found.V[k - 1])
        if k in wanted:
            out[k] = last
    return out


def _chosen_inside(less: Array, cells: Cells, setup: Setup, random: np.random.Generator, fit: LowRanks) -> int:
    """Choose a rank by hiding more of what is left, so that what was hidden first has no say."""
    if int((cells.mean(less) > 0).sum()) < 2:
        return 1
    found = np.empty((INNER, setup.ranks))
    for r in range(INNER):
        hidden = _drawn(less, cells, setup, random)
        rest = np.where(hidden[cells.group], 0.0, less)
        candidates, positive = _candidates(less, cells, hidden, setup.hide)
        every = range(1, setup.ranks + 1)
        for k, low in fit(less, rest, hidden[cells.group], setup.hide, every).items():
            found[r, k - 1] = measured(cells.mean(low)[candidates], positive, setup.top)[0]
    return one_error(found, setup.share)


def standard_error(values: Array, share: float) -> Array:
    """Standard error of the mean over repeats (axis 0) that share rows.

    Repeats overlap, so that 1/n is too small; corrected after Nadeau and Bengio (2003, eq. 10).
    """
    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1:])
    spread = values.std(axis=0, ddof=1)
    return np.asarray(spread * np.sqrt(1 / n + share / (1 - share)))


def one_error(values: Array, share: float) -> int:
    """Return the smallest rank whose mean (repeats, ranks) is within one standard error of the best."""
    means = values.mean(axis=0)
    best = int(means.argmax())
    enough = means >= means[best] - standard_error(values, share)[best]
    return int(enough.argmax()) + 1
