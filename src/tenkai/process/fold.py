"""process.fold: one of k folds as rows to test on, the others to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from tenkai.errors import problem
from tenkai.step import Column, Help, Of, Outputs, Range, Rows, Seed, SweepHint, step
from tenkai.values import Schema, Table
from tenkai.values.folds import check_folds, draw_folds

GROUPING = ("category", "text", "number", "molecule")


class Fold(Outputs):
    """Two tables that share no row."""

    train: Annotated[Table, Help("rows of the other folds, to learn from")]
    test: Annotated[Table, Help("rows of this fold, that nothing learns from")]


@step("process.fold", version=1, title="One fold as train and test", rows=Rows(apart=("train", "test")))
def fold(
    table: Annotated[Table, Help("rows to divide into folds")],
    *,
    folds: Annotated[int, Range(2, "n"), Help("parts of like size")] = 5,
    fold: Annotated[int, Range(1, "folds"), SweepHint(1, 5, 1), Help("the part to test on; best swept")] = 1,
    stratify: Annotated[
        Column | None, Of("table", GROUPING), Help("keep the shares of these classes in every fold")
    ] = None,
    groups: Annotated[Column | None, Of("table", GROUPING), Help("rows of one group are in one fold")] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("another seed gives other folds")] = 0,
) -> Fold:
    """Give one fold of k to test on, and the other rows to learn from.

    Swept over all folds (``fold: {sweep: {range: [1, 5]}}``), every row is tested on once. Whatever follows (a
    scaler, a model, its predictions) is then done once per fold; `process.stack` puts the predictions together.

    Raises
    ------
    TenkaiError
        TK211 for folds that cannot be drawn: more folds than rows or groups, a class with too few rows.

    Notes
    -----
    `learn.cross_validate` does the same in one step, for a model and what its rows went through. Take this one
    to see the steps between, or to do in every fold what only a workflow can say.

    Source
    ------
    scikit-learn: KFold and StratifiedKFold, shuffled with this seed. The same folds as in `learn.cross_validate`.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": range(6)})
    >>> [tk.process.fold(t, folds=3, fold=k).test["a"].to_list() for k in (1, 2, 3)]
    [[2, 5], [1, 3], [0, 4]]
    """
    return some_folds(table, folds=folds, fold=[fold], stratify=stratify, groups=groups, seed=seed)[0]


@fold.shared("fold")
def some_folds(
    table: Table, *, folds: int, fold: Sequence[int], stratify: Column | None, groups: Column | None, seed: int
) -> list[Fold]:
    """Draw the folds once."""
    drawn = draw_folds(table, folds, 1, stratify, groups, seed)
    return [Fold(*(table.take(part) for part in drawn[k - 1])) for k in fold]


@fold.schema
def _schema(
    table: Schema | None, *, folds: int, fold: int, stratify: Column | None, groups: Column | None, seed: int
) -> dict[str, Schema | None]:
    return {"train": table, "test": table}


@fold.check
def _check(*, folds: int, fold: int, stratify: Column | None, groups: Column | None, seed: int) -> None:
    check_folds(folds, 1, stratify, groups)
    if fold > folds:
        raise problem(
            "TK111", f"there is no fold {fold} of {folds}.", allowed=f"Allowed: 1 to {folds}.", setting="fold"
        )
