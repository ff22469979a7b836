"""Forests: grown once, cut to any depth, number of trees and smallest node that is split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.forest_codes import Codes, column_codes, whole_numbers
from tenkai.kernels.forest_cut import cut_trees, gains_by_column
from tenkai.kernels.forest_grow import Rules, grow_trees
from tenkai.kernels.forest_nodes import Buffers
from tenkai.kernels.forest_predict import add_trees, add_truncated, add_unseen

__all__ = ["NO_LIMIT", "Cut", "Goal", "Grown", "Material", "Rule", "Trees", "grow", "plain", "predict_cuts"]

Array = NDArray[np.float64]
T = TypeVar("T")

NO_LIMIT = 1 << 30
# Rows that one call predicts, and jobs per thread, so that no thread waits long for another.
_ROWS = 2048
_JOBS = 8


def plain(X: Array) -> Array:
    """Return rows as the kernels are compiled for: in order of rows, and writable, which a mapped file is not."""
    return np.require(X, np.float64, ["C", "W"])


class Material(NamedTuple):
    """Rows and the ranks of their values in each column: once per data set."""

    X: Array
    codes: Codes
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, X: Array, *, threads: int = 1) -> Material:
        """Rank the columns of X (n, p)."""
        X = plain(X)
        return cls(X, *column_codes(X, threads=threads))


class Goal(NamedTuple):
    """What the trees learn, as whole numbers: class codes, or values in units of `unit` around `middle`."""

    target: NDArray[np.int64]
    classes: int
    unit: float = 1.0
    middle: float = 0.0

    @classmethod
    def values(cls, y: Array) -> Goal:
        """Learn the values y (n,)."""
        target, unit, middle = whole_numbers(y)
        return cls(target, 0, unit, middle)


class Rule(NamedTuple):
    """What decides which splits there are: one growth per rule serves all cuts.

    Parameters
    ----------
    tried : columns tried per split
    records : `min_leaf` and `min_split` count a row as often as it was drawn, not once
    """

    min_leaf: int
    tried: int
    bootstrap: bool
    records: bool
    seed: int


class Cut(NamedTuple):
    """A part of a growth: its first trees, down to a depth, without splits of small nodes."""

    trees: int
    depth: int
    min_split: int


class Trees(NamedTuple):
    """Trees in depth-first order, one after the other.

    Parameters
    ----------
    starts : (trees + 1,), first node of each tree
    feature : (nodes,), column of a split, -1 in a leaf
    threshold : (nodes,); at or below it the next node follows
    right : (nodes,), place of the other child, counted from the root
    values : (nodes, 1) means, or (nodes, K) shares of the classes
    """

    starts: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: Array
    right: NDArray[np.int32]
    values: Array

    def predict(self, X: Array, *, threads: int = 1) -> Array:
        """Return the mean of the trees for the rows of X, (n, width)."""
        X = plain(X)
        out = np.zeros((len(X), self.values.shape[1]))

        def part(first: int) -> None:
            add_trees(X, (first, min(first + _ROWS, len(X))), *self, out)

        _each(part, range(0, len(X), _ROWS), threads)
        return out / (len(self.starts) - 1)

    def predict_unseen(self, X: Array, seed: int, *, threads: int = 1) -> Array:
        """Return the mean over the trees that did not see a row of the training set X; NaN where all saw it."""
        X = plain(X)
        out, votes = np.zeros((len(X), self.values.shape[1])), np.zeros(len(X), np.int64)
        share = max(1, -(-len(X) // threads))

        def part(first: int) -> None:
            add_unseen(X, (first, min(first + share, len(X))), np.uint64(seed), *self, out, votes)

        _each(part, range(0, len(X), share), threads)
        out[votes == 0] = np.nan
        return out / np.maximum(votes, 1)[:, None]


class Grown(NamedTuple):
    """Trees with what is needed to cut them: depth, count and gain of every node."""

    trees: Trees
    nodes: Buffers

    def cut(self, cut: Cut, columns: int) -> tuple[Trees, Array]:
        """Return a part of it, and the share of each column in the gain per tree, (trees, columns)."""
        starts, feature, threshold, right, values = self.trees
        found = cut_trees(starts, feature, threshold, right, self.nodes.deep, self.nodes.size, values, *cut)
        trees, place = Trees(*found[:5]), found[5]
        return trees, gains_by_column(trees.starts, trees.feature, self.nodes.gains, place, columns)


def grow(
    material: Material,
    train: NDArray[np.int64],
    goal: Goal,
    wanted: Sequence[tuple[Rule, Cut]],
    *,
    threads: int = 1,
) -> list[Grown]:
    """Grow a forest per rule on the same rows, as large as its cut says.

    Parameters
    ----------
    train : (m,), positions of the rows
    goal : what they teach, (m,) targets
    """
    total = sum(cut.trees for _, cut in wanted)
    share = max(1, total // (_JOBS * threads))
    jobs = [
        (rule, cut, (first, min(first + share, cut.trees)))
        for rule, cut in wanted
        for first in range(0, cut.trees, share)
    ]

    def job(what: tuple[Rule, Cut, tuple[int, int]]) -> Any:
        rule, cut, trees = what
        return grow_trees(
            *material, train, goal.target, goal.classes, goal.unit, goal.middle, np.uint64(rule.seed), trees,
            Rules(rule.bootstrap, rule.tried, rule.min_leaf, 0 if rule.records else 32, cut.depth, cut.min_split),
        )  # fmt: skip

    parts = iter(_each(job, jobs, threads))
    return [_joined([next(parts) for _ in range(0, cut.trees, share)]) for _, cut in wanted]


def _joined(parts: Sequence[Any]) -> Grown:
    """Put the trees of some jobs behind each other."""
    if len(parts) == 1:
        starts, nodes = parts[0]
    else:
        offsets = np.cumsum([0] + [own[-1] for own, _ in parts])
        starts = np.concatenate([[0], *(own[1:] + first for (own, _), first in zip(parts, offsets, strict=False))])
        nodes = Buffers(*(np.concatenate(arrays) for arrays in zip(*(nodes for _, nodes in parts), strict=True)))
    return Grown(Trees(starts, nodes.feature, nodes.threshold, nodes.right, nodes.values), nodes)


def predict_cuts(
    material: Material, rows: NDArray[np.int64], grown: Sequence[Grown], cuts: Sequence[Sequence[Cut]], *, threads: int
) -> list[Array]:
    """Predict rows with many cuts of each growth; returns (cuts, rows, width) per growth."""
    out: list[Array] = []
    tasks: list[tuple[Any, ...]] = []
    plans = []
    for forest, wanted in zip(grown, cuts, strict=True):
        trees = sorted({c.trees for c in wanted})
        shapes = sorted({(c.depth, c.min_split) for c in wanted})
        sums = np.empty((len(trees), len(shapes), len(rows), forest.trees.values.shape[1]))
        depths, splits = (np.array(column, np.int64) for column in zip(*shapes, strict=True))
        share = max(1, min(_ROWS, -(-len(rows) * len(grown) // (_JOBS * threads))))
        for first in range(0, len(rows), share):
            tasks.append((forest, first, share, depths, splits, np.array(trees, np.int64), sums))
        plans.append((trees, shapes, sums))

    def task(what: tuple[Any, ...]) -> None:
        forest, first, share, depths, splits, trees, sums = what
        starts, feature, threshold, right, values = forest.trees
        part = np.empty((*sums.shape[:2], len(rows[first : first + share]), sums.shape[3]))
        add_truncated(
            material.X, rows[first : first + share], starts, feature, threshold, right, forest.nodes.deep,
            forest.nodes.size, values, depths, splits, trees, part,
        )  # fmt: skip
        sums[:, :, first : first + share] = part

    _each(task, tasks, threads)
    for wanted, (trees, shapes, sums) in zip(cuts, plans, strict=True):
        found = [sums[trees.index(c.trees), shapes.index((c.depth, c.min_split))] / c.trees for c in wanted]
        out.append(np.array(found))
    return out


def _each(work: Callable[[Any], T], items: Sequence[Any], threads: int) -> list[T]:
    """Do something with each item, in threads: the kernels release Python's lock."""
    if threads == 1 or len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
