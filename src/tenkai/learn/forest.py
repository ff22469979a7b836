"""learn.forest: many trees on resampled rows, averaged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.learn._model import Kindred, Learned, Task, fit_models, model_schema
from tenkai.learn._told import FeatureColumns, TargetColumn, TaskChoice, dull_notes, told_table
from tenkai.step import Column, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Kind, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._forest import ForestClassifier, ForestRegressor

STEP = "learn.forest"
Tried = Literal["auto", "all", "third", "sqrt"] | Annotated[float, Range(0, 1_000_000, open_low=True)]
Counted = Literal["rows", "records"]

_ABOUT = {
    "r2_out_of_bag": "share of the variance explained, every row predicted by the trees grown without it",
    "rmse_out_of_bag": "root of the mean squared error, every row predicted by the trees grown without it",
    "accuracy_out_of_bag": "share of rows whose class the trees grown without them give",
    "rows_out_of_bag": "rows that some tree has not seen",
    "trees": "trees averaged",
    "leaves": "answers per tree, mean",
}


class Forest(Outputs):
    """The model, what it asks for, and how well trees predict rows they have not seen."""

    model: Annotated[Fitted, Help("gives new rows the mean answer of the trees")]
    importances: Annotated[
        Table, Shape("features"), Help("per column: share in what the splits gain, and its spread over trees")
    ]
    figures: Annotated[
        Scores,
        Keys("trees", "leaves"),
        Help("with bootstrap: r2, rmse or accuracy _out_of_bag, of rows predicted by trees grown without them"),
    ]


@step("learn.forest", version=1, title="Random forest", rows=Rows(learns="fitted"))
def forest(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    task: TaskChoice = "auto",
    trees: Annotated[int, Range(1, 100_000), SweepHint(10, 100, 10), Help("trees to average")] = 100,
    depth: Annotated[
        Annotated[int, Range(1, 1_000_000), SweepHint(2, 20, 1)] | None,
        Help("most questions in a row; null: no limit"),
    ] = None,
    min_leaf: Annotated[int, Range(1, 1_000_000), SweepHint(1, 10, 1), Help("fewest rows behind an answer")] = 1,
    min_split: Annotated[
        int, Range(2, 1_000_000), SweepHint(2, 20, 2), Help("fewest rows that are asked a further question")
    ] = 2,
    features: Annotated[
        Tried,
        Help(
            "columns a question may choose from: a share below 1, or their number; auto: all for numbers, the square "
            "root for classes"
        ),
    ] = "auto",
    bootstrap: Annotated[bool, Help("each tree learns from rows drawn with repeats; else from all rows")] = True,
    count: Annotated[
        Counted, Help("for min_leaf and min_split, a row counts once, or (records) as often as it was drawn")
    ] = "rows",
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("decides which rows and columns are drawn")] = 0,
    run: Run,
) -> Forest:
    """Average the answers of many decision trees, each grown on rows and columns drawn at random.

    Single trees repeat their rows, noise included, and differ; their mean is steadier. About a third of the rows
    is not drawn for a tree: predicted by such trees only, every row gives an honest score without a split (*out
    of bag*). A sweep over `trees`, `depth` and `min_split` grows one forest and cuts it: a tree cut at a depth is
    the tree grown to that depth, and the first trees of a forest are the forest of so many trees.

    Raises
    ------
    TenkaiError
        TK610 for a target that does not vary, TK611 for one of the wrong kind, TK208 where cells are missing, TK111
        for `features` such as 2.5.

    Notes
    -----
    Good with many columns of any scale, with steps and with columns that act together; hardly needs settings.
    It misleads in these cases. It cannot extrapolate: a prediction is a mean of targets seen, so beyond the
    training rows it stays flat. Scores of the rows it was fitted on are always good and say nothing. Where rows
    come in groups (the same compound twice), out-of-bag scores are too good: validate by groups. Importances
    prefer columns with many different values, share out among columns that tell the same, and do not say whether a
    column helps on new rows: `interpret.importance` does.

    Exact: all thresholds are tried, halfway between neighboring values; of equally good questions the first
    drawn wins. Results do not depend on the number of threads. `count: records` with `min_split` is the rule
    of KNIME's "minimum node size", `rows` that of scikit-learn. KNIME and scikit-learn's classifier try the
    square root of the columns, scikit-learn's regressor all.

    Source
    ------
    L. Breiman, Random Forests, Machine Learning 45, 5 (2001), doi:10.1023/A:1010933404324.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [1.0, 2.0, 3.0, 11.0, 12.0, 13.0], "kind": ["a", "a", "a", "b", "b", "b"]})
    >>> found = tk.learn.forest(t, target="kind", trees=50)
    >>> tk.learn.predict(tk.Table.from_({"x": [2.5, 30.0]}), found.model)["predicted"].to_list()
    ['a', 'b']
    >>> found.figures["accuracy_out_of_bag"]
    1.0
    """
    return forest_sweep(
        table,
        target=target,
        columns=columns,
        task=task,
        trees=[trees],
        depth=[depth],
        min_leaf=[min_leaf],
        min_split=[min_split],
        features=features,
        bootstrap=bootstrap,
        count=count,
        seed=seed,
        run=run,
    )[0]


@forest.check
def _check(*, features: str | float, **settings: Any) -> None:
    if isinstance(features, float) and features > 1 and not features.is_integer():
        raise problem(
            "TK111",
            f"'features' is {features:g}.",
            allowed="auto, all, third, sqrt, a share below 1, or a whole number of columns.",
            setting="features",
        )


@forest.estimator
def _estimator(
    *,
    task: Kindred,
    trees: int,
    depth: int | None,
    min_leaf: int,
    min_split: int,
    features: str | float,
    bootstrap: bool,
    count: str,
    seed: int,
) -> ForestRegressor | ForestClassifier:
    from tenkai.learn._forest import ForestClassifier, ForestRegressor

    kind = ForestRegressor if task == "regression" else ForestClassifier
    return kind(
        trees=trees,
        depth=depth,
        min_leaf=min_leaf,
        min_split=min_split,
        features=features,
        bootstrap=bootstrap,
        count=count,
        seed=seed,
    )


@forest.shared("depth", "trees", "min_leaf", "min_split")
def forest_sweep(
    table: Table,
    *,
    target: Column,
    columns: Columns,
    task: Task,
    trees: Sequence[int],
    depth: Sequence[int | None],
    min_leaf: Sequence[int],
    min_split: Sequence[int],
    features: str | float,
    bootstrap: bool,
    count: str,
    seed: int,
    run: Run,
) -> list[Forest]:
    """One growth per leaf size."""
    rest = {"features": features, "bootstrap": bootstrap, "count": count, "seed": seed}
    points = zip(trees, depth, min_leaf, min_split, strict=True)
    names = ("trees", "depth", "min_leaf", "min_split")
    settings = [dict(zip(names, point, strict=True)) | rest for point in points]
    found = fit_models(table, step=STEP, target=target, columns=columns, settings=settings, run=run, task=task)
    return [_told(one, run) for one in run.track(found, len(found), "out of bag")]


def _told(learned: Learned, run: Run) -> Forest:
    """Importances and figures of one forest."""
    estimator = learned.estimator
    notes = dull_notes(learned, "no question was worth asking: lower min_leaf or min_split")
    importances = told_table(
        learned,
        {
            "column": learned.lesson.names,
            "importance": estimator.feature_importances_,
            "sd": estimator.importances_sd_,
        },
        kinds={"column": "text"},
        notes=notes,
    )
    return Forest(learned.model.with_notes(notes), importances, _out_of_bag(learned, run).with_notes(notes))


def _out_of_bag(learned: Learned, run: Run) -> Scores:
    """Score every row by the trees that did not see it: those are no influence on its prediction."""
    lesson, estimator = learned.lesson, learned.estimator
    figures: dict[str, float | None] = {}
    known = np.zeros(len(lesson.X), dtype=bool)
    if estimator.bootstrap:
        told = estimator.out_of_bag(lesson.X, threads=run.threads)
        known = np.isfinite(told if told.ndim == 1 else told[:, 0])
        y, told = lesson.target.y[known], told[known]
        if lesson.target.classes:
            figures["accuracy_out_of_bag"] = float((told.argmax(axis=1) == y).mean()) if len(y) else None
        else:
            left = float(((y - told) ** 2).sum())
            spread = float(((y - y.mean()) ** 2).sum()) if len(y) else 0.0
            figures["r2_out_of_bag"] = 1.0 - left / spread if spread > 0 else None
            figures["rmse_out_of_bag"] = float(np.sqrt(left / len(y))) if len(y) else None
        figures["rows_out_of_bag"] = int(known.sum())
    figures["trees"] = estimator.trees
    figures["leaves"] = estimator.leaves_ / estimator.trees
    about = {name: _ABOUT[name] for name in figures}
    scored = lesson.table.take(np.flatnonzero(known))
    return Scores.scored(figures, rows=scored.identity, influences=scored.every_influence, about=about)


@forest.schema
def _schema(
    table: Schema | None, *, target: Column, columns: Columns, task: Task, **settings: Any
) -> dict[str, Schema | None]:
    model_schema(table, target, columns, task)
    told: dict[str, Kind | None] = {"column": "text", "importance": "number", "sd": "number"}
    return {"importances": Schema(told)}
