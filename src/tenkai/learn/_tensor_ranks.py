"""How many parts a tensor has: low-rank tensors fitted without the cells held out, and asked for them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from tenkai.kernels.held_out import Errors
from tenkai.learn._ranks import Found, Plan, Split, nothing_fitted, seeds_of, splits_of
from tenkai.learn._tensor import low_rank_fit
from tenkai.learn._threads import side_by_side
from tenkai.step import Run


def find_tensor_ranks(X: Any, known: Any, plan: Plan, run: Run) -> Found:
    """Hold cells of X out, an array of any number of axes, and fit every rank to the others; stability is not told."""
    splits = splits_of(known, plan)
    jobs = [partial(_one_rank, X, split, k, plan) for split in splits for k in plan.ranks]
    done = side_by_side(jobs, run, together=run.threads)
    shape = (len(splits), len(plan.ranks))
    held, fitted = (np.array([loss[i] for loss in done]).reshape(shape) for i in (0, 1))
    settled = [loss[2] for loss in done]
    nothing = np.array([nothing_fitted(X, split, plan) for split in splits])
    errors = Errors(held, fitted, nothing[:, :1], nothing[:, 1:2], nothing[:, 2:], plan.share)
    return Found(errors, np.full(len(plan.ranks), np.nan), settled.count(False), len(settled))


def _one_rank(X: Any, split: Split, k: int, plan: Plan, run: Run) -> tuple[float, float, bool]:
    kept, held = split.masks()
    found = low_rank_fit(
        np.where(kept, X, np.nan), k, model=plan.model, seed=seeds_of(plan, split.number, k, 1)[0],  # type: ignore[arg-type]
        starts=plan.restarts, iterations=plan.iterations, tolerance=plan.tolerance,
    )  # fmt: skip
    run.progress(1, 1, "fits")
    left = np.where(np.isnan(X), 0.0, X) - found.low
    sums = [0.5 * float(np.square(left[cells]).sum()) for cells in (held, kept)]
    return sums[0], sums[1], found.converged
