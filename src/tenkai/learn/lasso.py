"""learn.lasso: a weighted sum of few columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.learn._model import Kindred, fit_models, model_schema
from tenkai.learn._penalty_told import PATH, told_penalty
from tenkai.learn._told import FeatureColumns, TargetColumn
from tenkai.learn._told_linear import Candidates, Rule, Strength, check_folds, told_schema
from tenkai.step import Column, Help, Keys, Outputs, Range, Rows, Run, Seed, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._penalized import Lasso


class LassoModel(Outputs):
    """The model, and what it says about the columns."""

    model: Annotated[Fitted, Help("predicts the target of new rows")]
    coefficients: Annotated[Table, Help("per column: coefficient; scaled (per standard deviation of the column)")]
    search: Annotated[
        Table, Help("every alpha tried with alpha: cv, mean squared error, its standard error, columns used, chosen")
    ]
    figures: Annotated[
        Scores,
        Keys("r2", "rmse", "alpha", "used", "converged", "iterations", "violation", "dual_gap"),
        Help("of the rows it was fitted on; used: columns; cv_error with alpha: cv"),
    ]


@step("learn.lasso", version=2, title="Lasso", rows=Rows(learns="fitted"))
def lasso(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    alpha: Annotated[
        Strength | Literal["cv"], Help("the penalty; a larger one uses fewer columns; cv: chosen by cross-validation")
    ] = 1.0,
    candidates: Annotated[
        Candidates, Help("penalties to try; otherwise 50 from the smallest that uses no column down to 0.0001 of it")
    ] = None,
    rule: Rule = "best",
    folds: Annotated[int, Range(2, "n"), Help("parts held out in turn to choose alpha")] = 5,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the folds")] = 0,
    intercept: Annotated[bool, Help("add a constant, which is not penalized")] = True,
    run: Run,
) -> LassoModel:
    """Predict a number by a weighted sum of columns, where a penalty makes most weights exactly 0.

    Minimizes |y - X b|² / (2 n) + alpha · |b|, where |b| is the sum of the absolute coefficients: `alpha` counts as
    in scikit-learn and does not depend on the number of rows. With ``alpha: cv`` every candidate is scored by its
    mean squared error on rows held out, and the chosen one is fitted again to all rows.

    Raises
    ------
    TenkaiError
        TK611 for a target that is no number, TK610 for one that does not vary, TK211 for more folds than rows,
        TK208 where cells are missing.

    Notes
    -----
    The penalty compares coefficients, so bring columns of different units to one scale first
    (`process.standardize`). Of columns that say nearly the same, which one is kept means little: look at several
    splits. Coefficients are smaller than those of least squares on the same columns.

    The fit is exact to rounding for any alpha, 0 included: `violation` is the largest violation of the optimality
    conditions, in units of the lengths of column and target.

    Source
    ------
    R. Tibshirani, J. R. Stat. Soc. B 58, 267 (1996). Solved on one matrix of products for all penalties and folds.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [-1.0, 0.0, 1.0, 0.0], "b": [0.0, 1.0, 0.0, -1.0], "y": [-3.0, 1.0, 3.0, -1.0]})
    >>> tk.learn.lasso(t, target="y", alpha=0.5).coefficients["coefficient"].to_list()
    [0.0, 2.0, 0.0]
    """
    return lasso_sweep(
        table,
        target=target,
        columns=columns,
        alpha=[alpha],
        candidates=candidates,
        rule=rule,
        folds=folds,
        seed=seed,
        intercept=intercept,
        run=run,
    )[0]


@lasso.estimator
def _estimator(
    *,
    task: Kindred,
    alpha: float | str,
    candidates: list[float] | None,
    rule: str,
    folds: int,
    seed: int,
    intercept: bool,
) -> Lasso:
    from tenkai.learn._penalized import Lasso

    return Lasso(alpha, candidates=candidates, folds=folds, rule=rule, seed=seed, fit_intercept=intercept)


@lasso.shared("alpha")
def lasso_sweep(
    table: Table, *, target: Column, columns: Columns, alpha: Sequence[float | str], run: Run, **settings: Any
) -> list[LassoModel]:
    """One matrix of products for all penalties."""
    if "cv" in alpha:
        check_folds(table.height, settings["folds"])
    points = [{**settings, "alpha": a} for a in alpha]
    found = fit_models(
        table, step="learn.lasso", target=target, columns=columns, settings=points, run=run, only="regression"
    )
    return [LassoModel(*told_penalty(learned)) for learned in found]


@lasso.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return told_schema(search=PATH)
