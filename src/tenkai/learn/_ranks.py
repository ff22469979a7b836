"""How many parts: fits without the cells held out, and fits on all cells, side by side on one pool of threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.kernels import held_out_nmf, held_out_svd
from tenkai.kernels.held_out import CellFolds, Errors, block_folds, cell_folds
from tenkai.kernels.held_out_nmf import Fits, mean_matched
from tenkai.kernels.nmf_data import Data, Workers, workers
from tenkai.learn._named import child_seeds
from tenkai.learn._threads import Job, one_thread, side_by_side
from tenkai.step import Run

Model = Literal["nmf", "svd", "cp", "tucker"]
How = Literal["masked", "bi_cross_validation"]
Matrix = NDArray[Any]
Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Plan:
    """What is fitted, and what is held out; `ranks` ascend."""

    model: Model
    how: How
    ranks: tuple[int, ...]
    folds: int
    repeats: int
    restarts: int
    stability: int
    loss: Any
    center: bool
    iterations: int
    tolerance: float
    seed: int

    @property
    def share(self) -> float:
        """Share of the cells held out at once."""
        return 1 / self.folds if self.how == "masked" else 1 / self.folds**2


@dataclass(frozen=True)
class Found:
    """Errors of the cells held out, how stable each rank is, and how many fits had not settled, of how many."""

    errors: Errors
    stability: Array
    unsettled: int
    fits: int


@dataclass(frozen=True)
class Split:
    """What is held out at once: a fold of cells, or a block of rows and columns."""

    number: int
    cells: tuple[CellFolds, int] | None = None
    block: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    def masks(self) -> tuple[Mask, Mask]:
        """Return the cells kept and those held out of a fold of cells."""
        assert self.cells is not None
        folds, i = self.cells
        return folds.kept(i), folds.held(i)


# Losses held out and fitted, and whether the fit had settled, of each rank of a split.
Losses = list[tuple[float, float, bool]]


def find_ranks(X: Matrix, known: Mask, plan: Plan, run: Run) -> Found:
    """Hold cells of X (n, p) out, fit every rank to the others, and compare fits to all of them.

    What a rank gets does not depend on the others; the largest come first, so that no thread ends with a long one.
    """
    splits = splits_of(known, plan)
    with one_thread(), workers(run.threads) as pool:
        todo = [*_split_jobs(X, splits, plan, pool), *_stability_jobs(X, known, plan, pool)]
        order = sorted(range(len(todo)), key=lambda j: -todo[j][1])
        done = side_by_side([_told(todo[j][2]) for j in order], run, together=run.threads)
        results = {todo[j][0]: result for j, result in zip(order, done, strict=True)}
        nothing = np.array([nothing_fitted(X, split, plan) for split in splits])
    held, fitted = (np.empty((len(splits), len(plan.ranks))) for _ in range(2))
    settled = []
    for split in splits:
        one_call = ("split", split.number, 0)
        losses = results.get(one_call) or [results["split", split.number, k][0] for k in plan.ranks]
        held[split.number] = [loss[0] for loss in losses]
        fitted[split.number] = [loss[1] for loss in losses]
        settled += [loss[2] for loss in losses]
    errors = Errors(held, fitted, nothing[:, :1], nothing[:, 1:2], nothing[:, 2:], plan.share)
    return Found(errors, _stability(results, plan), settled.count(False), len(settled))


def splits_of(known: Mask, plan: Plan) -> list[Split]:
    """Return all that is held out in turn. Raises TK629 where nothing is left for a fold."""
    found: list[Split] = []
    for sequence in np.random.SeedSequence(plan.seed).spawn(plan.repeats):
        random = np.random.default_rng(sequence)
        if plan.how == "masked":
            folds = cell_folds(known, plan.folds, random)
            if not all(folds.held(i).any() for i in range(plan.folds)):
                raise problem(
                    "TK629",
                    f"most of the {int(known.sum())} known cells are alone in their row or column, and none is left "
                    f"for one of {plan.folds} folds.",
                    allowed="A row or column with one known cell keeps it.",
                    remedy="Take fewer folds, or leave such rows and columns out.",
                    setting="folds",
                )
            found += [Split(len(found) + i, cells=(folds, i)) for i in range(plan.folds)]
        else:
            found += [
                Split(len(found) + i, block=b) for i, b in enumerate(block_folds(known.shape, plan.folds, random))
            ]
    return found


Named = tuple[tuple[str, int, int], int, Job[Any]]


def _told(job: Job[Any]) -> Job[Any]:
    def work(run: Run) -> Any:
        result = job(run)
        run.progress(1, 1, "fits")
        return result

    return work


def _split_jobs(X: Matrix, splits: Sequence[Split], plan: Plan, pool: Workers) -> list[Named]:
    """Return name, size and work of each fit: by split and rank, or by split where one fit serves all ranks."""
    if plan.model == "svd" and plan.how == "bi_cross_validation":
        return [(("split", s.number, 0), max(plan.ranks), partial(_vectors, X, s, plan)) for s in splits]
    return [(("split", s.number, k), k, partial(_one_rank, X, s, k, plan, pool)) for s in splits for k in plan.ranks]


def _vectors(X: Matrix, split: Split, plan: Plan, run: Run) -> Losses:
    assert split.block is not None
    rows, columns = split.block
    held, fitted = held_out_svd.block_losses(
        X, rows, columns, plan.ranks, center=plan.center, seed=seeds_of(plan, split.number, 0, 1)[0]
    )
    return [(float(h), float(f), True) for h, f in zip(held, fitted, strict=True)]


def _one_rank(X: Matrix, split: Split, k: int, plan: Plan, pool: Workers, run: Run) -> Losses:
    seeds = seeds_of(plan, split.number, k, plan.restarts)
    if plan.model == "svd":
        kept, held = split.masks()
        found = held_out_svd.cell_losses(
            X, kept, held, k, center=plan.center, iterations=plan.iterations, tolerance=plan.tolerance, seed=seeds[0]
        )
        return [found]
    fits = _fits(plan, pool, run)
    if split.block is not None:
        return [held_out_nmf.block_losses(X, *split.block, k, seeds, fits)]
    return [held_out_nmf.cell_losses(X, *split.masks(), k, seeds, fits)]


def seeds_of(plan: Plan, *of: int) -> list[int]:
    """Return seeds for a fit; the last number says how many."""
    *which, count = of
    return [int(s) for s in np.random.SeedSequence([plan.seed, *which]).generate_state(count)]


def _fits(plan: Plan, pool: Workers, run: Run) -> Fits:
    def progress(done: int, total: int) -> None:
        run.progress(done, total, "iterations")

    return Fits(plan.loss, plan.iterations, plan.tolerance, pool, progress)


def nothing_fitted(X: Matrix, split: Split, plan: Plan) -> tuple[float, float, float]:
    """Return the loss of the cells held out where nothing is fitted, and the cells held out and fitted.

    Nothing is 0, with `center` the means of the columns, for Kullback-Leibler the mean of all; of the cells fitted.
    """
    if split.block is None:
        kept, held = split.masks()
        values = X[held].astype(np.float64)
        sizes = held.sum(), kept.sum()
        level: Any = 0.0
        if plan.center:
            means = np.where(kept, X, 0).sum(axis=0, dtype=np.float64) / np.maximum(kept.sum(axis=0), 1)
            level = np.broadcast_to(means, X.shape)[held]
        mean = float(X[kept].mean(dtype=np.float64))
    else:
        rows, columns = (np.setdiff1d(np.arange(s), b) for s, b in zip(X.shape, split.block, strict=True))
        values = X[np.ix_(*split.block)].astype(np.float64)
        sizes = values.size, len(rows) * len(columns)
        level = X[np.ix_(rows, split.block[1])].mean(axis=0, dtype=np.float64) if plan.center else 0.0
        mean = float(X[np.ix_(rows, columns)].mean(dtype=np.float64))
    if plan.loss == "kullback_leibler":
        some = values[values > 0]
        loss = float((some * np.log(some / mean)).sum() - values.sum() + mean * values.size) if mean > 0 else 0.0
    else:
        loss = 0.5 * float(np.square(values - level).sum())
    return loss, float(sizes[0]), float(sizes[1])


# ---- how stable each rank is --------------------------------------------------------------------


def _stability_jobs(X: Matrix, known: Mask, plan: Plan, pool: Workers) -> list[Named]:
    if plan.model == "svd":
        if not known.all():
            return []
        return [
            (("half", i, 0), max(plan.ranks), partial(_halves, X, plan, seeds_of(plan, i, 1, 2)[1]))
            for i in range(plan.stability)
        ]
    data = _fits(plan, pool, Run()).data(X, None if known.all() else known)
    mean = float(X[known].mean(dtype=np.float64))
    return [
        (("start", i, k), k, partial(_start, data, mean, k, seed, plan, pool))
        for k in plan.ranks
        for i, seed in enumerate(child_seeds(plan.seed, plan.stability))
    ]


def _halves(X: Matrix, plan: Plan, seed: int, run: Run) -> Array:
    return held_out_svd.split_half(X, plan.ranks, center=plan.center, seed=seed)


def _start(data: Data, mean: float, k: int, seed: int, plan: Plan, pool: Workers, run: Run) -> Matrix:
    return _fits(plan, pool, run).best(data, k, [seed], mean).H


def _stability(results: dict[tuple[str, int, int], Any], plan: Plan) -> Array:
    """Return the mean over pairs of starts, or over halvings, (ranks,); NaN where there is none."""
    if plan.model == "svd":
        halves = [r for (kind, *_), r in results.items() if kind == "half"]
        return np.mean(halves, axis=0) if halves else np.full(len(plan.ranks), np.nan)
    every = range(plan.stability)
    return np.array([mean_matched([results["start", i, k] for i in every]) for k in plan.ranks])
