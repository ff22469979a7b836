"""learn.least_squares: a weighted sum of columns, with standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from tenkai.errors import Note, count, listing
from tenkai.learn._model import Kindred, Learned, fit_model, model_schema
from tenkai.learn._told import FeatureColumns, TargetColumn, own_scores
from tenkai.learn._told_linear import coefficient_table, told_schema
from tenkai.step import Column, Help, Keys, Outputs, Rows, Run, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._linear import LeastSquares


class LeastSquaresModel(Outputs):
    """The model, and what it says about the columns."""

    model: Annotated[Fitted, Help("predicts the target of new rows")]
    coefficients: Annotated[
        Table, Help("per column: coefficient; scaled (per standard deviation of the column); standard_error, t, p")
    ]
    figures: Annotated[
        Scores,
        Keys("r2", "rmse", "r2_adjusted", "residual_variance", "freedom", "used"),
        Help("of the rows it was fitted on; freedom: rows to spare; used: columns"),
    ]


@step("learn.least_squares", version=1, title="Least squares", rows=Rows(learns="fitted"))
def least_squares(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    intercept: Annotated[bool, Help("add a constant")] = True,
    run: Run,
) -> LeastSquaresModel:
    """Predict a number by the weighted sum of columns with the least squared error, and say how sure the weights are.

    `t` is the coefficient divided by its standard error; `p` is the chance of one at least as large in size if the
    column had no part in the target, its errors being normal, independent and of one variance.

    Raises
    ------
    TenkaiError
        TK611 for a target that is no number, TK610 for one that does not vary, TK208 where cells are missing.

    Notes
    -----
    A column that is a sum of columns before it, or does not vary, has no coefficient of its own: it is left out, its
    cells are empty, and a warning names it. With as many columns as rows the fit is perfect and means nothing; use
    `learn.lasso` or `learn.ridge`. A small `p` of one among many columns tried is no evidence.

    Source
    ------
    C. F. Gauss, Theoria combinationis (1821); by QR of the centred, scaled columns.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 2.0, 2.0, 3.0]})
    >>> line = tk.learn.least_squares(t, target="y")
    >>> line.coefficients["coefficient"].round(6).to_list(), line.coefficients["standard_error"].round(6).to_list()
    ([1.1, 0.6], [0.264575, 0.141421])
    """
    settings = {"intercept": intercept}
    learned = fit_model(
        table, step="learn.least_squares", target=target, columns=columns, settings=settings, run=run, only="regression"
    )
    return _told(learned)


@least_squares.estimator
def _estimator(*, task: Kindred, intercept: bool) -> LeastSquares:
    from tenkai.learn._linear import LeastSquares

    return LeastSquares(fit_intercept=intercept)


def _told(learned: Learned) -> LeastSquaresModel:
    found: LeastSquares = learned.estimator
    notes: list[Note] = []
    left_out = np.flatnonzero(found.dependent_)
    if len(left_out):
        names = [learned.lesson.names[i] for i in left_out]
        verb = "depends" if len(names) == 1 else "depend"
        text = f"{count(len(names), 'column')} {verb} on columns before, or does not vary"
        if len(names) > 1:
            text = text.replace("does not", "do not")
        notes.append(Note("TKW655", f"{text}, and got no coefficient: {listing(names, 6)}."))
    if found.freedom_ <= 0:
        text = (
            f"{count(len(learned.lesson.X), 'row')} and as many fitted numbers: the fit is perfect and means nothing."
        )
        notes.append(Note("TKW656", text))
    figures: dict[str, Any] = {
        "residual_variance": found.residual_variance_ if found.freedom_ > 0 else None,
        "freedom": found.freedom_,
        "used": int((~found.dependent_).sum()),
    }
    about = {
        "r2_adjusted": "1 - residual variance / variance of the target, each with its degrees of freedom",
        "residual_variance": "sum of squared residuals by the degrees of freedom",
        "freedom": "rows less fitted numbers",
        "used": "columns with a coefficient",
    }
    variance = float(learned.lesson.target.y.var(ddof=1))
    adjusted = 1.0 - found.residual_variance_ / variance if found.freedom_ > 0 else None
    more = {
        "standard_error": [found.intercept_error_, *found.standard_error_],
        "t": [found.intercept_t_, *found.t_],
        "p": [found.intercept_p_, *found.p_],
    }
    return LeastSquaresModel(
        learned.model.with_notes(notes),
        coefficient_table(learned, notes, more, left_out=left_out),
        own_scores(learned, {"r2_adjusted": adjusted, **figures}, about).with_notes(notes),
    )


@least_squares.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="regression")
    return told_schema(search=None, more=("standard_error", "t", "p"))
