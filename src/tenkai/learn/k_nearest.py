"""learn.k_nearest: what the nearest rows say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tenkai.kernels.metrics import Metric
from tenkai.learn._model import Kindred, Learned, Task, fit_models, model_schema
from tenkai.learn._told import FeatureColumns, TargetColumn, TaskChoice
from tenkai.step import Column, Help, Outputs, Range, Rows, Run, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._k_nearest import NearestRows

MOST_SEARCHED = 20_000
"""Rows up to which every row is also predicted from the others."""


class Nearest(Outputs):
    """The model, and how well the rows say each other."""

    model: Annotated[Fitted, Help("gives new rows the answer of the nearest rows")]
    figures: Annotated[
        Scores,
        Help("accuracy_left_out, or r2_left_out and rmse_left_out: every row predicted from the others (up to 20 000)"),
    ]


@step("learn.k_nearest", version=1, title="Nearest rows (k-NN)", rows=Rows(learns="fitted"))
def k_nearest(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    task: TaskChoice = "auto",
    neighbors: Annotated[int, Range(1, "n"), SweepHint(1, 30, 1), Help("rows that are asked")] = 5,
    weights: Annotated[
        Literal["uniform", "distance"], Help("distance: nearer rows count more, by 1 / distance")
    ] = "uniform",
    metric: Annotated[Metric, Help("what near means")] = "euclidean",
    run: Run,
) -> Nearest:
    """Predict a row from the rows nearest to it: their majority, or their mean.

    Probabilities are shares of the votes. A sweep over `neighbors` searches once.

    Raises
    ------
    TenkaiError
        TK651 for more neighbors than rows, TK603 for rows the metric is not defined for, TK610 for a target that
        does not vary, TK611 for one of the wrong kind, TK208 where cells are missing.

    Notes
    -----
    Bring columns of different units to one scale first (`process.standardize`). Columns that say nothing of the
    target spoil the distances: choose `columns`. Predictions never leave the range of the targets seen. With one
    neighbor, the rows it was fitted on are predicted without an error: look at the figures of rows left out, or
    use `learn.cross_validate`.

    Source
    ------
    E. Fix, J. Hodges (1951), reprinted in Int. Stat. Rev. 57, 238 (1989). As scikit-learn's KNeighborsClassifier
    and KNeighborsRegressor; of equally near rows the first ones count.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 10.0], "y": [0.0, 1.0, 2.0, 10.0]})
    >>> model = tk.learn.k_nearest(t, target="y", columns=["x"], neighbors=3).model
    >>> tk.learn.predict(tk.Table.from_({"x": [1.5]}), model)["predicted"].to_list()
    [1.0]
    """
    return k_nearest_sweep(
        table,
        target=target,
        columns=columns,
        task=task,
        neighbors=[neighbors],
        weights=[weights],
        metric=metric,
        run=run,
    )[0]


@k_nearest.estimator
def _estimator(*, task: Kindred, neighbors: int, weights: str, metric: str) -> NearestRows:
    from tenkai.learn._k_nearest import NearestClassifier, NearestRegressor

    kind = NearestRegressor if task == "regression" else NearestClassifier
    return kind(n_neighbors=neighbors, weights=weights, metric=metric)


@k_nearest.shared("neighbors", "weights")
def k_nearest_sweep(
    table: Table,
    *,
    target: Column,
    columns: Columns,
    task: Task,
    neighbors: Sequence[int],
    weights: Sequence[str],
    metric: Metric,
    run: Run,
) -> list[Nearest]:
    """One search with the most neighbors asked for."""
    from tenkai.learn._metrics import check_metric

    settings = [{"neighbors": k, "weights": w, "metric": metric} for k, w in zip(neighbors, weights, strict=True)]
    found = fit_models(
        table, step="learn.k_nearest", target=target, columns=columns, settings=settings, run=run, task=task
    )
    lesson = found[0].lesson
    check_metric(lesson.X, metric, lambda i: str(table.ids[i]))
    return [Nearest(f.model, s) for f, s in zip(found, _left_out(found, metric, run), strict=True)]


def _left_out(found: Sequence[Learned], metric: str, run: Run) -> list[Scores]:
    """Predict every row from the others; a row does not see itself, so the model is no influence."""
    from sklearn.base import clone

    from tenkai.learn._k_nearest import said, search
    from tenkai.learn._threads import threads

    lesson = found[0].lesson
    n, y, classes = len(lesson.X), lesson.target.y, len(lesson.target.classes)
    if n > MOST_SEARCHED:
        return [Scores.scored({}, rows=lesson.table.identity, influences=()) for _ in found]
    # A row has one neighbor fewer when it is left out itself.
    asked = [clone(f.estimator).set_params(n_neighbors=min(f.estimator.n_neighbors, n - 1)) for f in found]
    with threads(run.threads):
        near, away = search(lesson.X, max(e.n_neighbors for e in asked), metric)
    scores = []
    for told in said(asked, near, away, y, classes):
        figures: dict[str, float] = {}
        if classes:
            figures["accuracy_left_out"] = float((told.argmax(axis=1) == y).mean())
            about = {"accuracy_left_out": "share of rows whose class the other rows give"}
        else:
            left = y - told
            figures["r2_left_out"] = 1.0 - float((left**2).sum() / ((y - y.mean()) ** 2).sum())
            figures["rmse_left_out"] = float(np.sqrt((left**2).mean()))
            about = {
                "r2_left_out": "share of the variance explained, every row predicted from the others",
                "rmse_left_out": "root of the mean squared error, every row predicted from the others",
            }
        influences = lesson.table.every_influence
        scores.append(Scores.scored(figures, rows=lesson.table.identity, influences=influences, about=about))
    return scores


@k_nearest.schema
def _schema(
    table: Schema | None, *, target: Column, columns: Columns, task: Task, **settings: Any
) -> dict[str, Schema | None]:
    model_schema(table, target, columns, task)
    return {}
