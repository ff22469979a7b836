"""learn.ridge: a weighted sum of all columns, with small weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.learn._model import Kindred, Learned, fit_models, model_schema
from tenkai.learn._told import FeatureColumns, TargetColumn, own_scores
from tenkai.learn._told_linear import (
    SEARCH,
    Candidates,
    Rule,
    Strength,
    choice_notes,
    coefficient_table,
    search_table,
    told_schema,
)
from tenkai.step import Column, Help, Keys, Outputs, Rows, Run, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._ridge import Ridge


class RidgeModel(Outputs):
    """The model, and what it says about the columns."""

    model: Annotated[Fitted, Help("predicts the target of new rows")]
    coefficients: Annotated[Table, Help("per column: coefficient; scaled (per standard deviation of the column)")]
    search: Annotated[
        Table, Help("every alpha tried with alpha: cv, mean squared error, its standard error, and which was chosen")
    ]
    figures: Annotated[
        Scores,
        Keys("r2", "rmse", "alpha", "violation"),
        Help("of the rows it was fitted on; cv_error with alpha: cv"),
    ]


@step("learn.ridge", version=1, title="Ridge regression", rows=Rows(learns="fitted"))
def ridge(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    alpha: Annotated[Strength | Literal["cv"], Help("the penalty; cv: chosen by leaving out every row once")] = 1.0,
    candidates: Annotated[
        Candidates, Help("penalties to try; otherwise 50 from the largest eigenvalue of X'X down to 1e-8 of it")
    ] = None,
    rule: Rule = "best",
    intercept: Annotated[bool, Help("add a constant, which is not penalized")] = True,
    run: Run,
) -> RidgeModel:
    """Predict a number by a weighted sum of columns, where a penalty keeps the weights small.

    Minimizes |y - X b|² + alpha · b², as scikit-learn does: the sum of squares is not divided by the number of rows,
    so the same alpha penalizes less where there are more rows. With ``alpha: cv`` every candidate is scored by its
    mean squared error with every row left out once, which costs one decomposition for all rows and candidates.

    Raises
    ------
    TenkaiError
        TK611 for a target that is no number, TK610 for one that does not vary, TK208 where cells are missing.

    Notes
    -----
    Use it where many columns each say a little, or say nearly the same; the Lasso where few columns matter. Bring
    columns of different units to one scale first (`process.standardize`). At alpha 0 it is least squares, with the
    shortest of the coefficients that fit equally well.

    Source
    ------
    A. Hoerl, R. Kennard, Technometrics 12, 55 (1970). Leave-one-out: G. Golub, M. Heath, G. Wahba, Technometrics
    21, 215 (1979); exact, without the average of generalized cross-validation.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [-1.0, 0.0, 1.0], "y": [-2.0, 0.0, 2.0]})
    >>> tk.learn.ridge(t, target="y", alpha=2).coefficients["coefficient"].round(6).to_list()
    [0.0, 1.0]
    """
    return ridge_sweep(
        table,
        target=target,
        columns=columns,
        alpha=[alpha],
        candidates=candidates,
        rule=rule,
        intercept=intercept,
        run=run,
    )[0]


@ridge.estimator
def _estimator(
    *, task: Kindred, alpha: float | str, candidates: list[float] | None, rule: str, intercept: bool
) -> Ridge:
    from tenkai.learn._ridge import Ridge

    return Ridge(alpha, candidates=candidates, rule=rule, fit_intercept=intercept)


@ridge.shared("alpha")
def ridge_sweep(
    table: Table, *, target: Column, columns: Columns, alpha: Sequence[float | str], run: Run, **settings: Any
) -> list[RidgeModel]:
    """One matrix of products, or one decomposition, for all penalties."""
    points = [{**settings, "alpha": a} for a in alpha]
    found = fit_models(
        table, step="learn.ridge", target=target, columns=columns, settings=points, run=run, only="regression"
    )
    return [_told(learned) for learned in found]


def _told(learned: Learned) -> RidgeModel:
    found: Ridge = learned.estimator
    notes = choice_notes(learned)
    figures = {"alpha": found.alpha_, "violation": found.violation_}
    about = {
        "alpha": "the penalty used",
        "violation": "what the normal equations leave, in units of |column| |target|",
    }
    if found.chosen_ >= 0:
        figures["cv_error"] = float(found.error_[found.chosen_])
        about["cv_error"] = "mean squared error of the chosen alpha, every row left out once"
    return RidgeModel(
        learned.model.with_notes(notes),
        coefficient_table(learned, notes),
        search_table(learned, notes),
        own_scores(learned, figures, about).with_notes(notes),
    )


@ridge.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return told_schema(search=SEARCH)
