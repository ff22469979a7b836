"""learn.exhaustive_subsets: least squares on every subset of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.errors import count, problem
from tenkai.learn._model import Kindred, Lesson, model_schema, read_lesson
from tenkai.learn._told import FeatureColumns, TargetColumn
from tenkai.step import Column, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._subsets import SubsetRegressor

MOST_COLUMNS = 24


class ExhaustiveSubsets(Outputs):
    """The best subset, those next to it, and how all of them score."""

    model: Annotated[Fitted, Help("least squares on the best subset, fitted on all rows")]
    subsets: Annotated[
        Table, Shape("listed"), Help("the best subsets: columns, error of rows held out, coefficients (null: not used)")
    ]
    effects: Annotated[
        Table, Shape("columns"), Help("per column: errors of the subsets with it and without it, share in the best")
    ]
    density: Annotated[
        Table, Help("how many subsets have which error, by number of columns, with and without a column")
    ]
    figures: Annotated[
        Scores,
        Keys("cv_rmse", "rmse", "r2", "columns", "subsets"),
        Help("of the best subset: error of rows held out (chosen by it), error of all rows"),
    ]


@step("learn.exhaustive_subsets", version=1, title="All subsets of columns", rows=Rows(learns="fitted"))
def exhaustive_subsets(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    most: Annotated[int | None, Range(1, MOST_COLUMNS), Help("columns in a subset at most; null: all")] = None,
    folds: Annotated[
        Annotated[int, Range(2, "n")] | Literal["leave_one_out"], Help("parts held out in turn, the same for all")
    ] = 5,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the folds")] = 0,
    listed: Annotated[int, Range(1, 10_000), Help("subsets listed")] = 100,
    run: Run,
) -> ExhaustiveSubsets:
    """Fit least squares to every subset of the columns and score each by cross-validation.

    2^P subsets of P columns, all on the same folds: which columns a good model needs, which are as good as others,
    and how many models are as good as the best. `interpret.subset_density` draws it.

    Raises
    ------
    TenkaiError
        TK684 for more than 24 columns, TK685 for folds that leave too few rows for all columns; TK610 for a target
        that does not vary, TK611 for one that is no number, TK211 for folds that cannot be drawn.

    Notes
    -----
    The best of 65 536 errors was chosen on the rows it was scored on and promises too much; the model given to
    `learn.cross_validate` is searched anew without each fold. Where hundreds of subsets score within the noise of
    the folds, no single one is *the* set of columns: look at the shares in `effects`. Subsets whose columns depend on
    each other in a fold have no coefficients and are left out, which a note counts.

    Source
    ------
    Y. Igarashi et al., J. Phys.: Conf. Ser. 699, 012001 (2016): exhaustive search with a density of states.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2, 3, 4, 5, 7], "b": [0.0, 1, 1, 0, 2, 1], "c": [2.0, 1, 2, 1, 3, 2]})
    >>> t = tk.process.formula(t, formulas={"y": "2 * a - b"})
    >>> tk.learn.exhaustive_subsets(t, target="y", folds=6).subsets["subset"][0]
    'a, b'
    """
    from tenkai.learn._subsets import SubsetRegressor
    from tenkai.learn._subsets_told import told_subsets
    from tenkai.values.folds import draw_folds

    lesson = read_lesson(table, target, columns, only="regression")
    table.require(lesson.features, ("number",), "columns")
    drawn = draw_folds(table, folds, seed=seed)
    _check_size(lesson, min(len(train) for train, _ in drawn), most)
    return ExhaustiveSubsets(*told_subsets(lesson, SubsetRegressor(folds, most, seed), listed, run))


def _check_size(lesson: Lesson, rows: int, most: int | None) -> None:
    p = len(lesson.features)
    if p > MOST_COLUMNS:
        raise problem(
            "TK684",
            f"{p} columns have {2**p:.2g} subsets.",
            allowed=f"At most {MOST_COLUMNS} columns, {2**MOST_COLUMNS:.2g} subsets.",
            remedy="Choose columns first, for instance by learn.lasso.",
            setting="columns",
        )
    largest = p if most is None else min(p, most)
    if rows < largest + 2:
        raise problem(
            "TK685",
            f"without a fold {count(rows, 'row')} are left, too few for least squares on {count(largest, 'column')} "
            "and a constant.",
            allowed=f"{largest + 2} rows or more.",
            remedy=f"Give most: {max(1, rows - 2)} or fewer, or more folds.",
            setting="most",
        )


@exhaustive_subsets.estimator
def _estimator(*, task: Kindred, folds: int | str, most: int | None, seed: int, **_: Any) -> SubsetRegressor:
    from tenkai.learn._subsets import SubsetRegressor

    return SubsetRegressor(folds, most, seed)


@exhaustive_subsets.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **_: object) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return {
        "effects": Schema(
            {
                "column": "category",
                **dict.fromkeys(("best_with", "best_without", "median_with", "median_without", "share"), "number"),
            }
        ),
        "density": Schema(
            {
                "part": "category",
                "item": "category",
                "side": "category",
                **dict.fromkeys(("low", "high", "subsets"), "number"),
            }
        ),
    }
