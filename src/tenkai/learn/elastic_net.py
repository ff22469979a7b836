"""learn.elastic_net: a weighted sum of few columns, with related ones kept together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.errors import problem
from tenkai.learn._model import Kindred, fit_models, model_schema
from tenkai.learn._penalty_told import PATH, told_penalty
from tenkai.learn._told import FeatureColumns, TargetColumn
from tenkai.learn._told_linear import Candidates, Rule, Strength, check_folds, told_schema
from tenkai.step import Column, Help, Keys, Outputs, Range, Rows, Run, Seed, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._penalized import ElasticNet


class ElasticNetModel(Outputs):
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


@step("learn.elastic_net", version=2, title="Elastic net", rows=Rows(learns="fitted"))
def elastic_net(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    alpha: Annotated[Strength | Literal["cv"], Help("the penalty; cv: chosen by cross-validation")] = 1.0,
    l1_ratio: Annotated[
        float, Range(0, 1), Help("share of the absolute penalty: 1 is the Lasso, 0 is ridge with alpha times n")
    ] = 0.5,
    candidates: Annotated[
        Candidates, Help("penalties to try; otherwise 50 from the smallest that uses no column down to 0.0001 of it")
    ] = None,
    rule: Rule = "best",
    folds: Annotated[int, Range(2, "n"), Help("parts held out in turn to choose alpha")] = 5,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the folds")] = 0,
    intercept: Annotated[bool, Help("add a constant, which is not penalized")] = True,
    run: Run,
) -> ElasticNetModel:
    """Predict a number by a weighted sum of columns, with a penalty between those of Lasso and ridge.

    Minimizes |y - X b|² / (2 n) + alpha · l1_ratio · |b| + alpha · (1 - l1_ratio) · b² / 2, as scikit-learn does.
    With ``alpha: cv`` every candidate is scored by its mean squared error on rows held out, and the chosen one is
    fitted again to all rows.

    Raises
    ------
    TenkaiError
        TK111 for ``alpha: cv`` without candidates where l1_ratio is 0; TK611 for a target that is no number, TK610
        for one that does not vary, TK211 for more folds than rows, TK208 where cells are missing.

    Notes
    -----
    Where columns say nearly the same, the Lasso keeps one of them by chance; the elastic net shares the weight among
    them. Bring columns of different units to one scale first (`process.standardize`).

    Source
    ------
    H. Zou, T. Hastie, J. R. Stat. Soc. B 67, 301 (2005). Solved on one matrix of products for all penalties and
    folds.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0], "y": [0.0, 3.0, 6.0]})
    >>> net = tk.learn.elastic_net(t, target="y", alpha=0.5)
    >>> net.coefficients["coefficient"].round(3).to_list()
    [0.789, 1.105, 1.105]
    """
    return elastic_net_sweep(
        table,
        target=target,
        columns=columns,
        alpha=[alpha],
        l1_ratio=[l1_ratio],
        candidates=candidates,
        rule=rule,
        folds=folds,
        seed=seed,
        intercept=intercept,
        run=run,
    )[0]


@elastic_net.estimator
def _estimator(
    *,
    task: Kindred,
    alpha: float | str,
    l1_ratio: float,
    candidates: list[float] | None,
    rule: str,
    folds: int,
    seed: int,
    intercept: bool,
) -> ElasticNet:
    from tenkai.learn._penalized import ElasticNet

    return ElasticNet(
        alpha, l1_ratio, candidates=candidates, folds=folds, rule=rule, seed=seed, fit_intercept=intercept
    )


@elastic_net.shared("alpha", "l1_ratio")
def elastic_net_sweep(
    table: Table,
    *,
    target: Column,
    columns: Columns,
    alpha: Sequence[float | str],
    l1_ratio: Sequence[float],
    run: Run,
    **settings: Any,
) -> list[ElasticNetModel]:
    """One matrix of products for all penalties."""
    if "cv" in alpha:
        check_folds(table.height, settings["folds"])
    points = [{**settings, "alpha": a, "l1_ratio": r} for a, r in zip(alpha, l1_ratio, strict=True)]
    found = fit_models(
        table, step="learn.elastic_net", target=target, columns=columns, settings=points, run=run, only="regression"
    )
    return [ElasticNetModel(*told_penalty(learned)) for learned in found]


@elastic_net.check
def _check(*, alpha: float | str, l1_ratio: float, candidates: list[float] | None, **settings: Any) -> None:
    if alpha == "cv" and l1_ratio == 0 and candidates is None:
        raise problem(
            "TK111",
            "without an absolute penalty there is no smallest alpha that uses no column, where candidates begin.",
            remedy="Give candidates, or use learn.ridge.",
            setting="l1_ratio",
        )


@elastic_net.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return told_schema(search=PATH)
