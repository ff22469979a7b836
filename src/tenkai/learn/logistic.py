"""learn.logistic: classes from a weighted sum of the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._model import Kindred, Learned, fit_models, model_schema
from tenkai.learn._told import ClassWeight, FeatureColumns, TargetColumn, deviations, own_scores, told_table
from tenkai.learn._told_linear import INTERCEPT, check_folds
from tenkai.step import Advanced, Column, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._logistic import LogisticClassifier

Penalty = Literal["l2", "l1", "elastic_net", "none"]
Strength = Annotated[float, Range(1e-12, 1e12), SweepHint(1e-4, 1e4, 10, log=True)]


class Logistic(Outputs):
    """The model, and what it says about the columns."""

    model: Annotated[Fitted, Help("gives new rows classes and their probabilities")]
    coefficients: Annotated[
        Table, Help("per column and class: coefficient; scaled (per standard deviation of the column); odds_ratio")
    ]
    loss: Annotated[Table, Help("objective per row: intercept alone, weaker penalties, steps of the solver")]
    search: Annotated[Table, Help("every C tried with C: cv, its mean score, standard error, and which was chosen")]
    figures: Annotated[
        Scores, Keys("accuracy", "log_loss", "C", "used", "steps"), Help("of the rows it was fitted on; used: columns")
    ]


@step("learn.logistic", version=1, title="Logistic regression", rows=Rows(learns="fitted"))
def logistic(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    penalty: Annotated[Penalty, Help("on the size of the coefficients; l1 makes many of them 0")] = "l2",
    C: Annotated[
        Strength | Literal["cv"], Help("weight of the data against the penalty; cv: chosen by cross-validation")
    ] = 1.0,
    l1_ratio: Annotated[float, Range(0, 1), Help("share of l1 in the elastic net")] = 0.5,
    classes: Annotated[
        Literal["multinomial", "one_vs_rest"], Help("all classes in one model, or one model per class against the rest")
    ] = "multinomial",
    class_weight: ClassWeight = None,
    candidates: Annotated[
        Annotated[list[Strength], Length(1, 1000)] | None, Help("values of C to try; otherwise 25 from 0.0001 to 10000")
    ] = None,
    rule: Annotated[
        Literal["best", "one_standard_error"], Help("the best C, or the smallest within one standard error of it")
    ] = "best",
    folds: Annotated[int, Range(2, "n"), Help("parts held out in turn to choose C; shares of classes are kept")] = 5,
    score: Annotated[Literal["log_loss", "accuracy"], Help("what C is chosen by")] = "log_loss",
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the folds")] = 0,
    iterations: Annotated[int, Range(1, 100_000), Advanced, Help("most steps of the solver")] = 100,
    tolerance: Annotated[
        float, Range(1e-12, 0.1), Advanced, Help("largest violation of the optimality conditions, relative")
    ] = 1e-8,
    run: Run,
) -> Logistic:
    """Tell classes apart by a weighted sum of the columns, with a probability for every class.

    `C` counts as in scikit-learn: C times the sum of the losses of all rows, plus the penalty. A small C means a
    strong penalty; the same C penalizes less where there are more rows. With ``C: cv`` every candidate is scored
    on rows held out, and the chosen one is fitted again to all rows.

    Raises
    ------
    TenkaiError
        TK611 for a target of numbers, TK610 for one class, TK652 for classes that can be separated while there is
        no penalty, TK650 for weights of an unknown class, TK211 for folds that cannot be drawn, TK208 where cells
        are missing.

    Notes
    -----
    The penalty compares coefficients, so bring columns of different units to one scale first
    (`process.standardize`). The intercept is not penalized. The odds ratio, exp(coefficient), is how much the
    odds of the class grow per unit of the column; among several classes of one model it has no such meaning and
    is empty. With l1 and nearly equal columns, which one is kept means little.

    Source
    ------
    The problem is that of scikit-learn's LogisticRegression. Solved by proximal Newton steps: J. Lee, Y. Sun,
    M. Saunders, SIAM J. Optim. 24, 1420 (2014).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 2.0, 3.0], "kind": ["a", "b", "a", "b"]})
    >>> tk.learn.logistic(t, target="kind").coefficients["coefficient"].round(4).to_list()
    [-0.6793, 0.4529]
    """
    settings = {
        "classes": classes,
        "class_weight": class_weight,
        "candidates": candidates,
        "rule": rule,
        "folds": folds,
        "score": score,
        "seed": seed,
        "iterations": iterations,
        "tolerance": tolerance,
    }
    return logistic_sweep(
        table, target=target, columns=columns, penalty=[penalty], C=[C], l1_ratio=[l1_ratio], run=run, **settings
    )[0]


@logistic.estimator
def _estimator(
    *,
    task: Kindred,
    penalty: str,
    C: float | str,
    l1_ratio: float,
    classes: str,
    class_weight: Any,
    candidates: list[float] | None,
    rule: str,
    folds: int,
    score: str,
    seed: int,
    iterations: int,
    tolerance: float,
) -> LogisticClassifier:
    from tenkai.learn._logistic import LogisticClassifier

    return LogisticClassifier(
        penalty=penalty,
        C=C,
        l1_ratio=l1_ratio,
        multi_class=classes,
        class_weight=class_weight,
        max_iter=iterations,
        tol=tolerance,
        candidates=candidates,
        rule=rule,
        cv=folds,
        scoring=score,
        random_state=seed,
    )


@logistic.shared("C", "penalty", "l1_ratio")
def logistic_sweep(
    table: Table,
    *,
    target: Column,
    columns: Columns,
    C: Sequence[float | str],
    penalty: Sequence[str],
    l1_ratio: Sequence[float],
    run: Run,
    **settings: Any,
) -> list[Logistic]:
    """One path for all values of C: each starts from the next power of ten."""
    points = [{**settings, "C": c, "penalty": p, "l1_ratio": r} for c, p, r in zip(C, penalty, l1_ratio, strict=True)]
    if "cv" in C:
        check_folds(table.height, settings["folds"])
    found = fit_models(
        table, step="learn.logistic", target=target, columns=columns, settings=points, run=run, only="classification"
    )
    return [_told(learned, point) for learned, point in zip(found, points, strict=True)]


def _told(learned: Learned, settings: Mapping[str, Any]) -> Logistic:
    from tenkai.kernels.logistic import SEPARABLE, UNFINISHED

    found: LogisticClassifier = learned.estimator
    notes: list[Note] = []
    if found.status_ == SEPARABLE:
        raise problem(
            "TK652",
            f"the columns separate a class of '{learned.lesson.target.name}' from others without an error: with no "
            "penalty the coefficients grow without end.",
            remedy="Use penalty: l2 (or l1) with a C.",
            setting="penalty",
        )
    if found.status_ == UNFINISHED:
        text = f"the coefficients had not settled after {count(found.max_iter, 'step')}: raise iterations."
        notes.append(Note("TKW640", text))
    if len(found.tried_) > 1 and found.C_ in (found.tried_[0, 0], found.tried_[-1, 0]):
        end = "smallest" if found.tried_[0, 0] == found.C_ else "largest"
        notes.append(Note("TKW660", f"the chosen C, {found.C_:g}, is the {end} that was tried."))
    used = int((found.coef_ != 0).any(axis=0).sum())
    figures = {"C": found.C_, "used": used, "steps": found.n_iter_}
    about = {"C": "the C used", "used": "columns with a coefficient that is not 0", "steps": "of the solver"}
    return Logistic(
        learned.model.with_notes(notes),
        _coefficients(learned, notes),
        _loss(learned, notes),
        _search(learned, settings["score"], notes),
        own_scores(learned, figures, about).with_notes(notes),
    )


def _coefficients(learned: Learned, notes: list[Note]) -> Table:
    """One row per column and class, the intercept first; for two classes those of the second."""
    found: LogisticClassifier = learned.estimator
    names = [INTERCEPT, *learned.lesson.names]
    classes = learned.lesson.target.classes
    told = classes[1:] if len(found.coef_) == 1 else classes
    value = np.column_stack([found.intercept_, found.coef_])
    spread = np.concatenate([[np.nan], deviations(learned.lesson.X)])
    scaled = value * spread
    apart = len(found.coef_) == 1 or found.multi_class == "one_vs_rest"
    with np.errstate(over="ignore"):
        odds = np.exp(value) if apart else np.full(value.shape, np.nan)
    rows = [(name, kind) for kind in told for name in names]
    return told_table(
        learned,
        {
            "column": [name for name, _ in rows],
            "class": [kind for _, kind in rows],
            "coefficient": value.ravel(),
            "scaled": pl.Series(scaled.ravel()).fill_nan(None),
            "odds_ratio": pl.Series(odds.ravel()).fill_nan(None),
        },
        ids=[name if len(told) == 1 else f"{name} ({kind})" for name, kind in rows],
        kinds={"column": "text", "class": "category", "scaled": "number", "odds_ratio": "number"},
        notes=notes,
    )


def _loss(learned: Learned, notes: list[Note]) -> Table:
    """The curve of the solver; one after the other where each class has its own."""
    found: LogisticClassifier = learned.estimator
    curves = [row[~np.isnan(row)] for row in found.loss_]
    columns: dict[str, Any] = {
        "iteration": np.concatenate([np.arange(len(c)) for c in curves]),
        "loss": np.concatenate(curves),
    }
    if len(curves) > 1:
        names = learned.lesson.target.classes
        columns["class"] = [n for n, c in zip(names, curves, strict=True) for _ in c]
    return told_table(learned, columns, notes=notes, kinds={"class": "category"} if len(curves) > 1 else {})


def _search(learned: Learned, score: str, notes: list[Note]) -> Table:
    found: LogisticClassifier = learned.estimator
    C, mean, error = found.tried_.T
    columns = {"C": C, "mean": mean, "se": error, "chosen": found.C_ == C, "score": [score] * len(C)}
    frame = pl.DataFrame(columns, schema_overrides={"score": pl.String, "chosen": pl.Boolean})
    return told_table(learned, frame.to_dict(), kinds={"score": "category"}, notes=notes)


@logistic.schema
def _schema(table: Schema | None, *, target: Column, columns: Columns, **settings: Any) -> dict[str, Schema | None]:
    model_schema(table, target, columns, only="classification")
    return {
        "coefficients": Schema(
            {
                "column": "text",
                "class": "category",
                "coefficient": "number",
                "scaled": "number",
                "odds_ratio": "number",
            }
        ),
    }
