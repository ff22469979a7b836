"""learn.cross_validate: what a model says of rows it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from tenkai.learn._model import BASELINE, PREDICTED, refuse_taken, require_model
from tenkai.learn._out_of_fold import FOLD, out_of_fold
from tenkai.step import Column, Help, Of, Range, Rows, Run, Seed, SweepHint, step
from tenkai.values import Fitted, Schema, Table
from tenkai.values.folds import check_folds, draw_folds

GROUPING = ("category", "text", "number", "molecule")


@step("learn.cross_validate", version=1, title="Cross-validate", rows=Rows(same=("table",), held_out=("model",)))
def cross_validate(
    table: Annotated[Table, Help("rows as they were before anything learned from them, with the target")],
    model: Annotated[Fitted, Help("a fitted model: its settings and preparation are used, not what it learned")],
    *,
    folds: Annotated[
        Annotated[int, Range(2, "n"), SweepHint(2, 10, 1)] | Literal["leave_one_out"], Help("parts held out in turn")
    ] = 5,
    repeats: Annotated[int, Range(1, 1000), Help("draw the folds again so many times")] = 1,
    stratify: Annotated[
        Column | None, Of("table", GROUPING), Help("keep the shares of these classes in every fold")
    ] = None,
    groups: Annotated[Column | None, Of("table", GROUPING), Help("rows of one group are held out together")] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("another seed gives other folds")] = 0,
    run: Run,
) -> Table:
    """Predict every row by a model that was fitted without it (out-of-fold predictions).

    The rows are divided into folds. For each fold, everything that learns is fitted again on the other rows: the
    model, and the scalers, imputers and components its rows went through. Added columns are those of
    `learn.predict`, and `fold`; `baseline` is what the rows of the other folds would guess.

    Raises
    ------
    TenkaiError
        TK211 for folds that cannot be drawn (more folds than rows, a class with too few rows), or that leave a
        target that does not vary; TK613 for something fitted that predicts nothing; TK614 when the table already
        holds predictions.

    Notes
    -----
    Give raw rows. Rows that were scaled before carry what the scaler saw: the leak lens then says *prepared*. A
    setting that was chosen by looking at scores of these rows stays *chosen*; for a fair number choose it inside
    each fold (``alpha: cv``, or the nested search of `learn.search`).

    The estimate is of the recipe, not of the one model fitted on all rows. One division is one case: repeat it.

    Source
    ------
    M. Stone, J. R. Stat. Soc. B 36, 111 (1974). Folds as scikit-learn's KFold and StratifiedKFold, shuffled.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 3.0, 5.0, 7.0]})
    >>> line = tk.learn.least_squares(t, target="y").model
    >>> tk.learn.cross_validate(t, line, folds=2)["predicted"].round(6).to_list()
    [1.0, 3.0, 5.0, 7.0]
    """
    return cross_validated(
        table, [model], folds=folds, repeats=repeats, stratify=stratify, groups=groups, seed=seed, run=run
    )[0]


@cross_validate.shared("model")
def cross_validated(
    table: Table,
    model: Sequence[Fitted],
    *,
    folds: int | Literal["leave_one_out"],
    repeats: int,
    stratify: Column | None,
    groups: Column | None,
    seed: int,
    run: Run,
) -> list[Table]:
    """Same folds for all models; models of one kind share their work."""
    for m in model:
        require_model(m)
    drawn = draw_folds(table, folds, repeats, stratify, groups, seed)
    return out_of_fold(model, table, drawn, run)


@cross_validate.schema
def _schema(
    table: Schema | None,
    model: Schema | None = None,
    *,
    folds: int | Literal["leave_one_out"],
    repeats: int,
    stratify: Column | None,
    groups: Column | None,
    seed: int,
) -> Schema | None:
    if table is not None:
        refuse_taken(table.names, (PREDICTED, BASELINE, FOLD))
    return None  # which classes get a column P(class), only the fitted model knows


@cross_validate.check
def _check(
    *,
    folds: int | Literal["leave_one_out"],
    repeats: int,
    stratify: Column | None,
    groups: Column | None,
    seed: int,
) -> None:
    check_folds(folds, repeats, stratify, groups)
