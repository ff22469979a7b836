"""learn.svm: the widest margin between classes, or a tube around a function."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from tenkai.errors import Note, count, problem
from tenkai.learn._model import Kindred, Learned, Task, fit_model, model_schema
from tenkai.learn._told import ClassWeight, FeatureColumns, TargetColumn, TaskChoice, dull_notes, own_scores
from tenkai.step import Advanced, Column, Help, Keys, Outputs, Range, Rows, Run, Seed, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

FOLDS = 5
_KERNELS = {"rbf": "rbf", "linear": "linear", "polynomial": "poly", "sigmoid": "sigmoid"}


class SupportVectors(Outputs):
    """The model, and how many rows carry it."""

    model: Annotated[Fitted, Help("predicts the target of new rows")]
    figures: Annotated[
        Scores,
        Keys("support_vectors"),
        Help("of the rows it was fitted on; support_vectors: rows that carry the model"),
    ]


@step("learn.svm", version=1, title="Support vector machine", rows=Rows(learns="fitted"))
def svm(
    table: Annotated[Table, Help("rows to learn from")],
    *,
    target: TargetColumn,
    columns: FeatureColumns = ALL_NUMBERS,
    task: TaskChoice = "auto",
    kernel: Annotated[
        Literal["rbf", "linear", "polynomial", "sigmoid"], Help("shape of the border or function")
    ] = "rbf",
    C: Annotated[
        float, Range(1e-6, 1e9), SweepHint(0.01, 1000, 10, log=True), Help("weight of the data against smoothness")
    ] = 1.0,
    gamma: Annotated[
        Annotated[float, Range(1e-12, 1e12), SweepHint(1e-3, 10, 10, log=True)] | Literal["scale"],
        Help("how near rows must be to count; scale: 1 / (columns x variance)"),
    ] = "scale",
    degree: Annotated[int, Range(1, 20), Help("of the polynomial kernel")] = 3,
    epsilon: Annotated[
        float, Range(0, 1e12), Help("for numbers: errors below this cost nothing, in the unit of the target")
    ] = 0.1,
    class_weight: ClassWeight = None,
    probabilities: Annotated[bool, Help("for classes: probabilities, calibrated on rows held out in 5 folds")] = False,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of these folds")] = 0,
    iterations: Annotated[int, Range(1, 2**31 - 1), Advanced, Help("most steps of the solver")] = 1_000_000,
    run: Run,
) -> SupportVectors:
    """Separate classes by the border that stays farthest from their rows, or fit numbers within a tube.

    Raises
    ------
    TenkaiError
        TK610 for a target that does not vary, TK611 for one of the wrong kind, TK650 for weights of an unknown
        class, TK211 for probabilities with fewer than 5 rows of a class, TK208 where cells are missing.

    Notes
    -----
    Bring columns to one scale first (`process.standardize`); for numbers, choose `epsilon` in the unit of the
    target. C and gamma belong together: search both. Borders have no probabilities; `probabilities` fits a curve
    from distance to probability on rows held out, and predictions are then the most probable classes.

    Source
    ------
    C. Cortes, V. Vapnik, Mach. Learn. 20, 273 (1995); LIBSVM through scikit-learn. Probabilities: J. Platt (1999).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 3.0, 4.0], "kind": ["a", "a", "b", "b"]})
    >>> model = tk.learn.svm(t, target="kind", kernel="linear").model
    >>> tk.learn.predict(tk.Table.from_({"x": [1.9, 2.1]}), model)["predicted"].to_list()
    ['a', 'b']
    """
    settings = {
        "kernel": kernel,
        "C": C,
        "gamma": gamma,
        "degree": degree,
        "epsilon": epsilon,
        "class_weight": class_weight,
        "probabilities": probabilities,
        "seed": seed,
        "iterations": iterations,
    }
    if probabilities:
        _check_classes(table, target, task)
    learned = fit_model(table, step="learn.svm", target=target, columns=columns, settings=settings, run=run, task=task)
    inside = _inside(learned)
    notes = dull_notes(learned, "raise C, or standardize the columns first")
    if (np.atleast_1d(inside.n_iter_) >= iterations).any():
        text = f"the solver had not settled after {count(iterations, 'step')}: use process.standardize first."
        notes.append(Note("TKW640", text))
    carried = {"support_vectors": len(inside.support_)}
    scores = own_scores(learned, carried, {"support_vectors": "rows that carry the model"})
    return SupportVectors(learned.model.with_notes(notes), scores.with_notes(notes))


@svm.estimator
def _estimator(
    *,
    task: Kindred,
    kernel: str,
    C: float,
    gamma: float | str,
    degree: int,
    epsilon: float,
    class_weight: Any,
    probabilities: bool,
    seed: int,
    iterations: int,
) -> Any:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import StratifiedKFold
    from sklearn.svm import SVC, SVR

    from tenkai.learn._svm import Calibrated

    # Told by a note of the step, once.
    warnings.filterwarnings("ignore", "Solver terminated early", ConvergenceWarning)
    shape = {"kernel": _KERNELS[kernel], "C": C, "gamma": gamma, "degree": degree, "max_iter": iterations}
    if task == "regression":
        return SVR(**shape, epsilon=epsilon)
    machine = SVC(**shape, class_weight=class_weight)
    if not probabilities:
        return machine
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return Calibrated(machine, method="sigmoid", cv=folds, ensemble=False)


def _inside(learned: Learned) -> Any:
    """The machine itself, also where a calibration stands around it."""
    calibrated = getattr(learned.estimator, "calibrated_classifiers_", None)
    return calibrated[0].estimator if calibrated else learned.estimator


def _check_classes(table: Table, target: str, task: Task) -> None:
    if target not in table.kinds or (table.kinds[target] == "number" and task != "classification"):
        return
    counts = table.frame[target].drop_nulls().value_counts(sort=True)
    if len(counts) and counts["count"][-1] < FOLDS:
        raise problem(
            "TK211",
            f"class '{counts[target][-1]}' of '{target}' has {count(counts['count'][-1], 'row')}: probabilities are "
            f"calibrated in {FOLDS} folds.",
            allowed=f"Needed: {FOLDS} rows of every class.",
            remedy="Set probabilities: false.",
            setting="probabilities",
        )


@svm.schema
def _schema(
    table: Schema | None, *, target: Column, columns: Columns, task: Task, **settings: Any
) -> dict[str, Schema | None]:
    model_schema(table, target, columns, task)
    return {}
