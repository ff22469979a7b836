"""What a search through all subsets tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count
from tenkai.learn._model import Learned, Lesson, model_of
from tenkai.learn._subsets import SubsetRegressor, members, ranked, sizes
from tenkai.learn._told import told_table
from tenkai.step import Run
from tenkai.values import Fitted, Scores, Table

NAME = "learn.exhaustive_subsets"
Array = NDArray[np.float64]
BINS = 60
TAIL = 0.995
"""Share of the subsets that the density covers: a few may be far worse than all others."""


def told_subsets(
    lesson: Lesson, estimator: SubsetRegressor, listed: int, run: Run
) -> tuple[Fitted, Table, Table, Table, Scores]:
    """Try all subsets; return what the step returns."""
    X, y, names = lesson.X, lesson.target.y, lesson.features
    errors = np.sqrt(estimator.searched(X, y, threads=run.threads, tell=run.progress))
    allowed = sizes(len(names)) <= (estimator.most or len(names))
    lost = int((~np.isfinite(errors) & allowed).sum())
    if lost:
        run.note(
            "TKW683",
            f"{count(lost, 'subset')} of {int(allowed.sum())} left out: columns depend on each other in a fold.",
        )
    best = ranked(errors, listed)
    estimator.take(X, y, int(best[0]))
    estimator.n_features_in_ = X.shape[1]
    model = model_of(NAME, lesson, estimator)
    learned = Learned(model, estimator, lesson)
    left = y - np.asarray(estimator.predict(X))
    figures = {
        "cv_rmse": float(errors[best[0]]),
        "rmse": float(np.sqrt(np.mean(left**2))),
        "r2": 1 - float((left**2).sum() / ((y - y.mean()) ** 2).sum()),
        "columns": int(estimator.subset_.sum()),
        "subsets": int(np.isfinite(errors).sum()),
    }
    about = {
        "cv_rmse": "root of the mean squared error of rows held out; the best of all subsets, so it promises too much",
        "rmse": "root of the mean squared error, of the rows it was fitted on",
        "r2": "share of the variance explained, of the rows it was fitted on",
        "columns": "columns of the best subset",
        "subsets": "subsets scored",
    }
    known = np.flatnonzero(np.isfinite(errors))
    return (
        model,
        told_table(learned, _listed(errors, best, lesson), name="subsets"),
        told_table(learned, _effects(errors, known, best, names), ids=list(names), name="effects"),
        told_table(learned, _density(errors, known, names), name="density"),
        Scores.scored(figures, rows=lesson.table.identity, influences=model.influences, about=about),
    )


def _listed(errors: Array, best: NDArray[np.int64], lesson: Lesson) -> dict[str, Any]:
    X, y, names = lesson.X, lesson.target.y, lesson.features
    rows: list[dict[str, Any]] = []
    for rank, subset in enumerate(best, start=1):
        at = members(int(subset), len(names))
        fitted = SubsetRegressor().take(X, y, int(subset))
        said = fitted.intercept_ + X[:, at] @ fitted.coef_[at]
        row = {
            "rank": rank,
            "subset": ", ".join(names[j] for j in at) or "none",
            "columns": len(at),
            "cv_rmse": float(errors[subset]),
            "rmse": float(np.sqrt(np.mean((y - said) ** 2))),
            "intercept": fitted.intercept_,
        }
        row |= {
            f"coefficient of {n}": float(b) if u else None
            for n, b, u in zip(names, fitted.coef_, fitted.subset_, strict=True)
        }
        rows.append(row)
    more = {f"coefficient of {n}": pl.Float64 for n in names}
    return {c.name: c for c in pl.DataFrame(rows, schema_overrides=more)}


def _effects(errors: Array, known: NDArray[np.int64], best: NDArray[np.int64], names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {
        k: [] for k in ("column", "best_with", "best_without", "median_with", "median_without", "share")
    }
    for j, name in enumerate(names):
        has = (known >> j) & 1 == 1
        with_, without = errors[known[has]], errors[known[~has]]
        found["column"].append(name)
        for key, values in (("with", with_), ("without", without)):
            found[f"best_{key}"].append(float(values.min()) if len(values) else None)
            found[f"median_{key}"].append(float(np.median(values)) if len(values) else None)
        found["share"].append(float(((best >> j) & 1).mean()))
    return {k: pl.Series(k, v, dtype=pl.String if k == "column" else pl.Float64) for k, v in found.items()}


def _density(errors: Array, known: NDArray[np.int64], names: Sequence[str]) -> dict[str, Any]:
    values = errors[known]
    low, high = float(values.min()), float(np.quantile(values, TAIL))
    if not high > low:
        high = low + max(1e-12, abs(low) * 1e-6)
    edges = np.linspace(low, high, BINS + 1)
    at = np.minimum(((values - low) / (high - low) * BINS).astype(np.int64), BINS)  # the last one: beyond
    of = sizes(len(names))[known]
    parts = [("all", "all", "all", at)]
    parts += [("number of columns", str(k), "all", at[of == k]) for k in range(len(names) + 1) if (of == k).any()]
    for j, name in enumerate(names):
        has = (known >> j) & 1 == 1
        parts += [("column", name, "with", at[has]), ("column", name, "without", at[~has])]
    counts = [np.bincount(p[3], minlength=BINS + 1)[:BINS] for p in parts]
    return {
        "part": [p[0] for p in parts for _ in range(BINS)],
        "item": [p[1] for p in parts for _ in range(BINS)],
        "side": [p[2] for p in parts for _ in range(BINS)],
        "low": np.tile(edges[:-1], len(parts)),
        "high": np.tile(edges[1:], len(parts)),
        "subsets": np.concatenate(counts),
    }
