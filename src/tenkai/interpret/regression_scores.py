"""interpret.regression_scores: how far predicted numbers are from the observed ones."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count
from tenkai.interpret._predictions import Numbers, noted_repeats, read_numbers
from tenkai.interpret._scoring import FEW, SCHEMA, Bootstrap, Interval, Scored, first
from tenkai.interpret._text import number
from tenkai.kernels.scores import regression
from tenkai.step import Column, Help, Keys, Of, Outputs, Range, Run, Seed, Shape, step
from tenkai.values import Schema, Scores, Table

ABOUT = {
    "r2": "share of the variance explained: 1 is perfect, 0 is no better than the mean of these rows",
    "rmse": "root of the mean squared error, in the unit of the target: large errors count most",
    "mae": "mean absolute error, in the unit of the target",
    "mape": "mean absolute error in percent of the observed value",
    "max_error": "the largest error, in the unit of the target",
}
GUESS = "always predicting the mean of the target in the rows fitted on"


class RegressionScores(Outputs):
    """The scores, and the same as a table."""

    scores: Annotated[
        Scores,
        Keys("r2", "rmse", "mae", "mape", "max_error", "rows"),
        Help("with a baseline also `<score>_baseline`, with intervals `<score>_low` and `<score>_high`"),
    ]
    table: Annotated[Table, Shape("scores 6"), Help("one row per score: value, baseline, interval, meaning")]


@step("interpret.regression_scores", version=1, title="Scores of predicted numbers")
def regression_scores(
    table: Annotated[Table, Shape("n"), Help("rows with predictions (learn.predict, learn.cross_validate)")],
    *,
    target: Annotated[Column, Of("table", ("number",)), Help("the observed numbers")],
    predicted: Annotated[Column | None, Of("table"), Help("default: the column predicted")] = None,
    interval: Annotated[Interval, Help(f"give intervals; auto: below {FEW} rows")] = "auto",
    bootstrap: Annotated[int, Range(100, 100_000), Help("resamples behind an interval")] = 2000,
    level: Annotated[float, Range(0.5, 0.999), Help("share of the resamples inside an interval")] = 0.95,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the resamples")] = 0,
    run: Run,
) -> RegressionScores:
    """Score predicted numbers: R², RMSE, MAE, MAPE and the largest error, beside a guess without a model.

    The leak lens stands with the scores: how many of these rows scaler, settings and model had seen.

    Raises
    ------
    TenkaiError
        TK711 without predictions; TK201 and TK202 for columns that do not fit; TK205 when no row has both values.

    Notes
    -----
    R² compares with the mean of the rows scored, so a small or narrow test set makes it low or negative while
    RMSE stays the same: look at both. The baseline predicts the mean of the rows fitted on; its R² is at most 0.
    Intervals draw the rows scored anew; they say how much the score depends on which rows happen to be in the
    test, not how much another split of training rows would change the model (sweep the seed of the split for
    that). The largest error has none: drawing rows anew cannot find a larger one. R² of one row, or of rows that
    are all equal, and MAPE where an observed value is 0 are undefined (missing).

    Source
    ------
    Definitions as in scikit-learn; percentile bootstrap: B. Efron, Ann. Statist. 7, 1 (1979).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"gap": [1.0, 2.0, 3.0], "predicted": [1.0, 2.0, 2.0]})
    >>> tk.interpret.regression_scores(t, target="gap", interval="never").scores["r2"]
    0.5
    """
    found = read_numbers(table, target, predicted, run)
    n = len(found)
    spread = Bootstrap(bootstrap, seed, level, interval)
    value = scored_numbers(found.observed, found.predicted)
    baseline = {} if found.baseline is None else scored_numbers(found.observed, found.baseline)
    if found.baseline is None:
        run.note("TKW722", "The predictions stand without a baseline: the table has no column 'baseline'.")
    _undefined(found, target, run)
    if spread.wanted(n):
        noted_repeats(found.table, run)
    between = spread.of(lambda W: regression(found.observed, found.predicted, W), n)
    between = {name: ends for name, ends in between.items() if math.isfinite(value[name])}
    scored = Scored(value, ABOUT, baseline, between)
    scores = scored.scores(found.table, {"rows": n}, {"rows": "rows scored"}, GUESS, spread.said(n))
    return RegressionScores(scores, scored.table(found.table))


@regression_scores.schema
def _schema(table: Schema | None, **settings: object) -> dict[str, Schema | None]:
    return {"table": Schema(SCHEMA)}


def scored_numbers(observed: NDArray[np.float64], predicted: NDArray[np.float64]) -> dict[str, float]:
    """Return all scores; NaN where one is undefined."""
    return {**first(regression(observed, predicted)), "max_error": float(np.abs(predicted - observed).max())}


def _undefined(found: Numbers, target: str, run: Run) -> None:
    if len(found) == 1:
        run.note("TKW721", "R² of one row is undefined: it takes two different observed values.")
    elif found.observed.min() == found.observed.max():
        same = number(float(found.observed[0]))
        run.note("TKW721", f"R² is undefined: all {count(len(found), 'row')} have {target} = {same}.")
    zeros = int((found.observed == 0).sum())
    if zeros:
        text = f"MAPE is undefined: {count(zeros, 'row')} with {target} = 0, first '{_first_zero(found)}'."
        run.note("TKW721", text)


def _first_zero(found: Numbers) -> str:
    return str(found.table.ids[int(np.flatnonzero(found.observed == 0)[0])])
