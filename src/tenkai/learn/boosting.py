"""learn.boosting: many small trees, each correcting those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl

from tenkai.learn._model import Kindred, Learned, Task, fit_model, model_schema
from tenkai.learn._told import (
    ClassWeight,
    FeatureColumns,
    TargetColumn,
    TaskChoice,
    dull_notes,
    own_scores,
    told_table,
)
from tenkai.step import Advanced, Column, Help, Keys, Outputs, Range, Rows, Run, Seed, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._one_thread import BoostedClassifier, BoostedRegressor


class Boosted(Outputs):
    """The model, and how it got better tree by tree."""

    model: Annotated[Fitted, Help("predicts the target of new rows")]
    loss: Annotated[
        Table,
        Help("mean squared error, or log loss, after every tree: of the rows learned from, and of those held out"),
    ]
    figures: Annotated[Scores, Keys("trees"), Help("of the rows it was fitted on; trees: rounds that were used")]


@step("learn.boosting", version=1, title="Gradient boosting", rows=Rows(learns="fitted"))
def boosting(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    task: TaskChoice = "auto",
    trees: Annotated[int, Range(1, 100_000), SweepHint(10, 1000, 10, log=True), Help("rounds of correction")] = 100,
    learning_rate: Annotated[
        float, Range(1e-6, 10), SweepHint(0.01, 1, 10, log=True), Help("how much of each correction is taken")
    ] = 0.1,
    depth: Annotated[
        Annotated[int, Range(1, 1000), SweepHint(1, 10, 1)] | None, Help("most questions in a row; null: no limit")
    ] = None,
    leaves: Annotated[int, Range(2, 100_000), Help("most answers of a tree")] = 31,
    min_leaf: Annotated[int, Range(1, 1_000_000), SweepHint(1, 20, 1), Help("fewest rows behind an answer")] = 20,
    l2: Annotated[float, Range(0, 1e12), Help("penalty on the squares of the answers")] = 0.0,
    class_weight: ClassWeight = None,
    early_stopping: Annotated[bool, Help("stop when rows held out are predicted no better")] = False,
    held_out: Annotated[
        float, Range(0, 1, open_low=True, open_high=True), Advanced, Help("share of the rows held out to stop early")
    ] = 0.1,
    patience: Annotated[int, Range(1, 100_000), Advanced, Help("rounds without a gain before it stops")] = 10,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the rows held out, and of samples to place thresholds")] = 0,
    run: Run,
) -> Boosted:
    """Predict by a sum of small trees, each fitted to what those before it left over.

    Raises
    ------
    TenkaiError
        TK610 for a target that does not vary, TK611 for one of the wrong kind, TK650 for weights of an unknown
        class, TK211 when too few rows can be held out to stop early, TK208 where cells are missing.

    Notes
    -----
    The scale of the columns does not matter. Strong on tables of thousands of rows; on some tens of rows lower
    `min_leaf`, and expect `learn.ridge` or `learn.gaussian_process` to do as well. More trees with a smaller
    `learning_rate` are smoother. The loss of the rows it learns from always falls: it says nothing about new rows.

    Source
    ------
    J. Friedman, Ann. Stat. 29, 1189 (2001); scikit-learn, HistGradientBoosting (after LightGBM).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0], "y": [0.0, 0.0, 1.0, 1.0]})
    >>> made = tk.learn.boosting(t, target="y", trees=50, min_leaf=1)
    >>> tk.learn.predict(t, made.model)["predicted"].round(2).to_list()
    [0.0, 0.0, 1.0, 1.0]
    """
    settings = {
        "trees": trees,
        "learning_rate": learning_rate,
        "depth": depth,
        "leaves": leaves,
        "min_leaf": min_leaf,
        "l2": l2,
        "class_weight": class_weight,
        "early_stopping": early_stopping,
        "held_out": held_out,
        "patience": patience,
        "seed": seed,
    }
    learned = fit_model(
        table, step="learn.boosting", target=target, columns=columns, settings=settings, run=run, task=task
    )
    notes = dull_notes(learned, "no question was allowed: lower min_leaf")
    figures = {"trees": int(learned.estimator.n_iter_)}
    scores = own_scores(learned, figures, {"trees": "rounds of correction"})
    return Boosted(learned.model.with_notes(notes), _loss(learned), scores.with_notes(notes))


@boosting.estimator
def _estimator(
    *,
    task: Kindred,
    trees: int,
    learning_rate: float,
    depth: int | None,
    leaves: int,
    min_leaf: int,
    l2: float,
    class_weight: Any,
    early_stopping: bool,
    held_out: float,
    patience: int,
    seed: int,
) -> BoostedClassifier | BoostedRegressor:
    from tenkai.learn._one_thread import BoostedClassifier, BoostedRegressor

    settings = {
        "max_iter": trees,
        "learning_rate": learning_rate,
        "max_depth": depth,
        "max_leaf_nodes": leaves,
        "min_samples_leaf": min_leaf,
        "l2_regularization": l2,
        "early_stopping": early_stopping,
        "validation_fraction": held_out,
        "n_iter_no_change": patience,
        "random_state": seed,
    }
    if task == "regression":
        return BoostedRegressor(**settings)
    return BoostedClassifier(**settings, class_weight=class_weight)


def _loss(learned: Learned) -> Table:
    """The curve of learning, from the answers after every tree."""
    from tenkai.learn._threads import one_thread

    found, X, y = learned.estimator, learned.lesson.X, learned.lesson.target.y
    classes = learned.lesson.target.classes
    each = []
    with one_thread():
        if classes:
            for chance in found.staged_predict_proba(X):
                each.append(float(-np.log(np.maximum(chance[np.arange(len(y)), y], 1e-15)).mean()))
        else:
            for said in found.staged_predict(X):
                each.append(float(((y - said) ** 2).mean()))
    rounds = len(each)
    # scikit-learn's loss of a number is half its square, and has a value before the first tree.
    size = 1.0 if classes else 2.0
    held = [float(-size * v) for v in found.validation_score_[1 : rounds + 1]] if found.do_early_stopping_ else []
    return told_table(
        learned,
        {
            "iteration": np.arange(1, rounds + 1),
            "loss": each,
            "held_out": pl.Series(held or [None] * rounds, dtype=pl.Float64),
        },
    )


@boosting.schema
def _schema(
    table: Schema | None, *, target: Column, columns: Columns, task: Task, **settings: Any
) -> dict[str, Schema | None]:
    model_schema(table, target, columns, task)
    return {"loss": Schema({"iteration": "number", "loss": "number", "held_out": "number"})}
