"""learn.predict: what a model says of rows."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.learn._model import BASELINE, PREDICTED, refuse_taken, require_model
from tenkai.step import Help, Rows, step
from tenkai.values import Fitted, Schema, Table


@step("learn.predict", version=1, title="Predict", rows=Rows(same=("table",)))
def predict(
    table: Annotated[Table, Help("rows to predict, best as they were read")],
    model: Annotated[Fitted, Help("a fitted model")],
) -> Table:
    """Add what a model predicts to the columns of a table.

    Raw rows go through the preparation the model's rows went through (scaler, components), with what was learned
    there; the columns of the table stay as they are. Added: `predicted`, for a classifier the probability of every
    class as `P(class)`, for a Gaussian process `predicted_sd`, and `baseline`: what a model without any column
    says (the mean of the target, or its most frequent class, of the rows the model was fitted on).

    Raises
    ------
    TenkaiError
        TK613 for something fitted that predicts nothing, TK614 when the table already has such columns, TK201 when
        a column is missing, TK206 when the rows were prepared otherwise, TK208 where cells are missing.

    Notes
    -----
    Predictions of the rows a model was fitted on show how well it remembers, not how well it predicts: the leak
    lens says so beside every score made from them. For honest predictions of all rows use `learn.cross_validate`.

    Source
    ------
    The predict of scikit-learn's estimators.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 3.0, 5.0, 7.0]})
    >>> line = tk.learn.least_squares(t, target="y").model
    >>> new = tk.Table.from_({"x": [4.0]})
    >>> tk.learn.predict(new, line)["predicted"].round(6).to_list()
    [9.0]
    """
    require_model(model)
    refuse_taken(table.columns, model.outputs)
    answered = model.apply(table)
    frame = pl.concat([table.frame, answered.frame.select(model.outputs)], how="horizontal")
    return table.with_columns(frame, model.kinds).influenced(model.influences).with_notes(model.notes)


@predict.schema
def _schema(table: Schema | None, model: Schema | None = None) -> Schema | None:
    if table is not None:
        refuse_taken(table.names, (PREDICTED, BASELINE))
    return None  # which classes get a column P(class), only the fitted model knows
