"""learn.tree: questions with yes or no that lead to an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
from tenkai.step import Column, Help, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Kind, Schema, Scores, Table

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor


class Tree(Outputs):
    """The model, and its questions to read and to draw."""

    model: Annotated[Fitted, Help("gives new rows the answer of their leaf")]
    rules: Annotated[Table, Shape("leaves"), Help("per leaf: the way to it in words, rows, answer, impurity")]
    nodes: Annotated[Table, Shape("nodes"), Help("every question and answer, for interpret.tree")]
    figures: Annotated[Scores, Help("of the rows it was fitted on; leaves, depth, and columns it asks for (used)")]


@step("learn.tree", version=1, title="Decision tree", rows=Rows(learns="fitted"))
def tree(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    task: TaskChoice = "auto",
    depth: Annotated[
        Annotated[int, Range(1, 1000), SweepHint(1, 10, 1)] | None, Help("most questions in a row; null: no limit")
    ] = 3,
    min_leaf: Annotated[int, Range(1, 1_000_000), SweepHint(1, 20, 1), Help("fewest rows behind an answer")] = 1,
    min_split: Annotated[int, Range(2, 1_000_000), Help("fewest rows that are asked a further question")] = 2,
    class_weight: ClassWeight = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("decides between equally good questions")] = 0,
    run: Run,
) -> Tree:
    """Predict by a few questions, such as radius <= 1.5, that are easy to read.

    Each question splits the rows so that targets within a part are as alike as possible. `rules` lists the ways to
    all answers; thresholds are written with as few digits as send the training rows the same way.

    Raises
    ------
    TenkaiError
        TK610 for a target that does not vary, TK611 for one of the wrong kind, TK650 for weights of an unknown
        class, TK208 where cells are missing.

    Notes
    -----
    The scale of the columns does not matter. A deep tree repeats its training rows, noise included: sweep `depth`
    and look at rows held out. Slightly other rows can give other questions; `learn.forest` is steadier, and says
    less. Predictions are steps and never leave the range of the targets seen.

    Source
    ------
    L. Breiman, J. Friedman, R. Olshen, C. Stone, Classification and Regression Trees (1984), through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"radius": [1.0, 1.2, 1.9, 2.1], "kind": ["a", "a", "b", "b"]})
    >>> tk.learn.tree(t, target="kind").rules["rule"].to_list()
    ['radius <= 1.6', 'radius > 1.6']
    """
    settings = {
        "depth": depth,
        "min_leaf": min_leaf,
        "min_split": min_split,
        "class_weight": class_weight,
        "seed": seed,
    }
    learned = fit_model(table, step="learn.tree", target=target, columns=columns, settings=settings, run=run, task=task)
    found = learned.estimator
    notes = dull_notes(learned, "no question was worth asking: lower min_leaf or min_split")
    figures = {
        "leaves": int(found.get_n_leaves()),
        "depth": int(found.get_depth()),
        "used": len({int(f) for f in found.tree_.feature if f >= 0}),
    }
    about = {"leaves": "answers", "depth": "questions in a row", "used": "columns it asks for"}
    rules, nodes = _read(learned)
    return Tree(learned.model.with_notes(notes), rules, nodes, own_scores(learned, figures, about).with_notes(notes))


@tree.estimator
def _estimator(
    *, task: Kindred, depth: int | None, min_leaf: int, min_split: int, class_weight: Any, seed: int
) -> DecisionTreeClassifier | DecisionTreeRegressor:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    settings = {
        "max_depth": depth,
        "min_samples_leaf": min_leaf,
        "min_samples_split": min_split,
        "random_state": seed,
    }
    if task == "regression":
        return DecisionTreeRegressor(**settings)
    return DecisionTreeClassifier(**settings, class_weight=class_weight)


def _read(learned: Learned) -> tuple[Table, Table]:
    """Rules and nodes as tables."""
    from tenkai.learn._tree import read_nodes, rule

    classes = learned.lesson.target.classes
    found = read_nodes(learned.estimator, learned.lesson.X, learned.lesson.names, classes)
    kind: Kind = "category" if classes else "number"
    leaves = [n for n in found if n.column is None]
    rules = told_table(
        learned,
        {
            "rule": [rule(n.bounds) for n in leaves],
            "rows": [n.rows for n in leaves],
            "value": [n.value for n in leaves],
            "impurity": [n.impurity for n in leaves],
            **({"share": [n.share for n in leaves]} if classes else {}),
        },
        ids=[f"leaf {n.number}" for n in leaves],
        kinds={"rule": "text", "value": kind},
    )
    nodes = told_table(
        learned,
        {
            "node": [n.number for n in found],
            "parent": pl.Series([n.parent for n in found], dtype=pl.Int64),
            "branch": pl.Series([n.branch for n in found], dtype=pl.String),
            "column": pl.Series([n.column for n in found], dtype=pl.String),
            "threshold": pl.Series([n.threshold for n in found], dtype=pl.Float64),
            "rows": [n.rows for n in found],
            "value": [n.value for n in found],
            "share": pl.Series([n.share for n in found], dtype=pl.Float64),
            "depth": [n.depth for n in found],
        },
        ids=[f"node {n.number}" for n in found],
        kinds={"branch": "category", "column": "text", "value": kind},
    )
    return rules, nodes


@tree.schema
def _schema(
    table: Schema | None, *, target: Column, columns: Columns, task: Task, **settings: Any
) -> dict[str, Schema | None]:
    found = model_schema(table, target, columns, task)
    kind: Kind | None = None if found is None else "number" if found == "regression" else "category"
    rules: dict[str, Kind | None] = {"rule": "text", "rows": "number", "value": kind, "impurity": "number"}
    nodes: dict[str, Kind | None] = {
        "node": "number",
        "parent": "number",
        "branch": "category",
        "column": "text",
        "threshold": "number",
        "rows": "number",
        "value": kind,
        "share": "number",
        "depth": "number",
    }
    if found is None:
        return {"nodes": Schema(nodes)}
    return {"rules": Schema(rules | ({"share": "number"} if kind == "category" else {})), "nodes": Schema(nodes)}
