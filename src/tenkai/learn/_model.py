"""Supervised models: from a table and a target to a fitted model, and from a model to predictions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, listing, nearest, problem
from tenkai.learn._families import fit_all
from tenkai.step import Run, get_step
from tenkai.values import Columns, Fitted, Kind, Schema, Table
from tenkai.values.matrix import LARGEST, Layout

Task = Literal["auto", "regression", "classification"]
Kindred = Literal["regression", "classification"]
PREDICTED = "predicted"
SPREAD = "predicted_sd"
BASELINE = "baseline"
LEAST_ROWS = 2
MANY_CLASSES = 10


@dataclass(frozen=True)
class Target:
    """What is to be predicted: numbers, or classes as codes.

    Parameters
    ----------
    y : (n,) float64, or int64 codes
    classes : names in the order of the codes; empty for a regression
    """

    name: str
    y: NDArray[Any]
    classes: tuple[str, ...] = ()

    @property
    def task(self) -> Kindred:
        """Say what kind of model this needs."""
        return "classification" if self.classes else "regression"


@dataclass(frozen=True)
class Lesson:
    """Rows to learn from: the matrix, the target, and where both come from."""

    table: Table
    features: tuple[str, ...]
    X: NDArray[np.float64]
    target: Target

    @property
    def layout(self) -> Layout:
        """How the feature columns stand side by side in X."""
        return self.table.layout(self.features)

    @property
    def names(self) -> list[str]:
        """Name of every column of X; those of a vector are numbered."""
        return self.layout.features()


@dataclass(frozen=True)
class Learned:
    """A fitted model and what it was fitted on; `estimator` is the one inside."""

    model: Fitted
    estimator: Any
    lesson: Lesson


class Predictor:
    """A fitted estimator that answers in columns: predictions, probabilities, and what guessing would say.

    Parameters
    ----------
    estimator
        Fitted on codes 0, 1, ... for classes.
    classes : names of the classes, empty for a regression
    guess : what a model without any column says: the mean of the target, or its most frequent class
    """

    def __init__(self, estimator: Any, classes: list[str], guess: float | str) -> None:
        self.estimator = estimator
        self.classes = classes
        self.guess = guess

    def predict_columns(self, X: NDArray[Any]) -> pl.DataFrame:
        """Return the columns of a prediction."""
        if self.classes:
            if hasattr(self.estimator, "predict_proba"):
                return self.told(self.estimator.predict_proba(X))
            return self.told(np.asarray(self.estimator.predict(X)))
        if tells_spread(self.estimator):
            mean, spread = self.estimator.predict(X, return_std=True)
            return self.told(np.asarray(mean)).with_columns(pl.Series(SPREAD, np.asarray(spread)))
        return self.told(np.asarray(self.estimator.predict(X)))

    def told(self, answer: NDArray[Any]) -> pl.DataFrame:
        """Turn numbers (n,), codes (n,) or probabilities (n, K) into the columns of a prediction."""
        columns: dict[str, Any] = {}
        if not self.classes:
            columns[PREDICTED] = np.ascontiguousarray(answer, dtype=np.float64).reshape(-1)
        else:
            codes = answer.argmax(axis=1) if answer.ndim == 2 else answer.astype(np.int64)
            columns[PREDICTED] = pl.Series(self.classes, dtype=pl.String).gather(pl.Series(codes).replace(-1, None))
            if answer.ndim == 2:
                for k, name in enumerate(self.classes):
                    columns[probability(name)] = np.ascontiguousarray(answer[:, k], dtype=np.float64)
        frame = pl.DataFrame(columns)
        return frame.with_columns(pl.lit(self.guess).alias(BASELINE))


def probability(name: str) -> str:
    """Name the column with the probability of a class."""
    return f"P({name})"


def tells_spread(estimator: Any) -> bool:
    """Say whether an estimator predicts a standard deviation too."""
    return "return_std" in signature(estimator.predict).parameters


def guess_of(target: Target) -> float | str:
    """Return what a model without any column says: the mean, or the most frequent class (the first of equals)."""
    if target.classes:
        return target.classes[int(np.bincount(target.y, minlength=len(target.classes)).argmax())]
    return float(np.mean(target.y))


# ---- reading ------------------------------------------------------------------------------------


def read_lesson(
    table: Table, target: str, columns: Columns, task: Task = "auto", *, only: Kindred | None = None
) -> Lesson:
    """Read matrix and target, and refuse what nothing can be learned from.

    `only`: the one kind of model the step makes.

    Raises
    ------
    TenkaiError
        TK205 for fewer than 2 rows, TK610 for a target that does not vary, TK611 for one of the wrong kind, TK208
        for missing cells, TK202 for columns of text, TK204 when no column is left.
    """
    features = feature_columns(table.schema, target, columns)
    goal = read_target(table, target, task, only)
    X = table.complete_matrix(features, largest=LARGEST)
    if len(X) < LEAST_ROWS:
        raise problem("TK205", f"{count(len(X), 'row')} cannot teach a model.", allowed="Give 2 rows or more.")
    if len(set(goal.y.tolist())) < LEAST_ROWS:
        what = f"class '{goal.classes[0]}'" if goal.classes else f"value {goal.y[0]:g}"
        raise problem(
            "TK610",
            f"the target '{target}' has one {what} in all {count(len(X), 'row')}: there is nothing to learn.",
            remedy="Check how the rows were filtered or labelled.",
            setting="target",
        )
    return Lesson(table, tuple(features), X, goal)


def feature_columns(schema: Schema, target: str, columns: Columns) -> list[str]:
    """Return the columns to learn from: never the target, nor (unless named) what another model said."""
    schema.require([target], (), "target")
    if target in (columns.names or ()):
        raise problem(
            "TK612",
            f"the target '{target}' is also one of the columns to learn from.",
            remedy="Leave it out: a model that sees the answer learns nothing.",
            setting="columns",
        )
    told = () if columns.names is not None or BASELINE not in schema else (PREDICTED, SPREAD, BASELINE, "fold")
    names = [n for n in columns.resolve(schema.columns) if n != target and n not in told]
    if not names:
        raise problem(
            "TK204",
            f"beside the target '{target}' no column is left to learn from.",
            allowed=f"The table has {listing(schema.columns)}.",
            remedy="Choose one or more columns of numbers.",
            setting="columns",
        )
    return names


def read_target(table: Table, target: str, task: Task = "auto", only: Kindred | None = None) -> Target:
    """Read the column to predict."""
    kind = task_of(table.kinds[target], target, task, only)
    table.require_complete([target], "target")
    if kind == "regression":
        return Target(target, table.complete_matrix([target], setting="target", largest=LARGEST)[:, 0])
    values = table.frame[target]
    names = classes_in(values)
    if "" in names:
        fact = f"the class of row '{table.ids[int((values.cast(pl.String) == '').arg_max() or 0)]}' is an empty text."
        raise problem("TK208", fact, remedy="Name it, or drop such rows with process.filter.", setting="target")
    place = {name: i for i, name in enumerate(names)}
    return Target(target, np.array([place[v] for v in _texts(values)], dtype=np.int64), tuple(names))


def classes_in(values: pl.Series) -> list[str]:
    """Return the names of the classes: in order of number where they are numbers, else of text."""
    plain = values.drop_nulls().unique().sort()
    return _texts(plain)


def _texts(values: pl.Series) -> list[str]:
    return [str(v) for v in values.cast(pl.String).to_list()]


def task_of(kind: Kind | None, target: str, task: Task, only: Kindred | None) -> Kindred:
    """Say whether numbers or classes are predicted, by the kind of the target.

    Raises
    ------
    TenkaiError
        TK611 where the target does not fit.
    """
    wanted: Task = only or task
    if wanted == "auto":
        wanted = "regression" if kind == "number" else "classification"
    if wanted == "regression" and kind not in ("number", None):
        raise problem(
            "TK611",
            f"the target '{target}' is of kind {kind}, and this predicts numbers.",
            remedy="Choose a column of numbers, or a classifier such as learn.logistic.",
            setting="target",
        )
    if wanted == "classification" and only is not None and kind == "number":
        raise problem(
            "TK611",
            f"the target '{target}' holds numbers, and this predicts classes.",
            remedy="Turn it into classes with process.label first.",
            setting="target",
        )
    if kind in ("vector", "image"):
        raise problem(
            "TK611", f"the target '{target}' is of kind {kind}.", allowed="Numbers or classes.", setting="target"
        )
    return "regression" if wanted == "regression" else "classification"


# ---- fitting ------------------------------------------------------------------------------------


def fit_model(
    table: Table,
    *,
    step: str,
    target: str,
    columns: Columns,
    settings: Mapping[str, Any],
    run: Run,
    task: Task = "auto",
    only: Kindred | None = None,
) -> Learned:
    """Fit one model: the main part of every model step.

    Parameters
    ----------
    step : name of the step, whose `@step.estimator` builds the estimator from `settings`
    settings : the settings of the model, without target, columns and task
    only : the one kind of model the step makes
    """
    return fit_models(
        table, step=step, target=target, columns=columns, settings=[settings], run=run, task=task, only=only
    )[0]


def fit_models(
    table: Table,
    *,
    step: str,
    target: str,
    columns: Columns,
    settings: Sequence[Mapping[str, Any]],
    run: Run,
    task: Task = "auto",
    only: Kindred | None = None,
) -> list[Learned]:
    """Fit models that differ in settings on the same rows; what can be shared is computed once."""
    lesson = read_lesson(table, target, columns, task, only=only)
    classes, rows = len(lesson.target.classes), len(lesson.X)
    if classes > max(MANY_CLASSES, rows / 2):
        text = (
            f"'{target}' has {classes} classes in {rows} rows: fewer than 2 rows of a class to learn from, on average."
        )
        run.note("TKW651", text)
    unfitted = [build(step, lesson.target, s, lesson.features) for s in settings]
    estimators = fit_all(unfitted, lesson.X, lesson.target.y, threads=run.threads)
    return [Learned(model_of(step, lesson, e), e, lesson) for e in estimators]


def build(step: str, target: Target, settings: Mapping[str, Any], features: Sequence[str]) -> Any:
    """Make the unfitted estimator; weights of classes by name become codes; who asks is told `feature_names`."""
    # Told by a note of the step (TKW651), in words of the user.
    warnings.filterwarnings("ignore", "The number of unique classes is greater", UserWarning)
    maker = get_step(step).estimator_of
    if maker is None:
        raise problem(
            "TK613", f"{step} makes no model that can be fitted again.", remedy="Give a model such as learn.ridge."
        )
    weights = settings.get("class_weight")
    if isinstance(weights, Mapping):
        settings = {**settings, "class_weight": _by_code(weights, target)}
    if "feature_names" in signature(maker).parameters:
        settings = {**settings, "feature_names": tuple(features)}
    return maker(task=target.task, **settings)


def _by_code(weights: Mapping[str, float], target: Target) -> dict[int, float]:
    for name in weights:
        if name not in target.classes:
            raise problem(
                "TK650",
                f"there is no class '{name}' in '{target.name}'.",
                allowed=f"It has {listing(target.classes, 8)}." if target.classes else "It holds numbers.",
                remedy=nearest(name, target.classes),
                setting="class_weight",
            )
    return {code: float(weights.get(name, 1.0)) for code, name in enumerate(target.classes)}


def model_of(step: str, lesson: Lesson, estimator: Any, name: str = "") -> Fitted:
    """Wrap a fitted estimator so that it takes new rows and answers in columns."""
    predictor = Predictor(estimator, list(lesson.target.classes), guess_of(lesson.target))
    kinds: dict[str, Kind] = {PREDICTED: "category", BASELINE: "category"} if lesson.target.classes else {}
    return Fitted.on(
        lesson.table,
        predictor,
        step=step,
        features=lesson.features,
        outputs=prediction_columns(estimator, lesson.target.classes),
        learned="fitted",
        target=lesson.target.name,
        kinds=kinds,
        name=name,
    )


def prediction_columns(estimator: Any, classes: Sequence[str]) -> list[str]:
    """Name the columns a model adds to a table."""
    if not classes:
        return [PREDICTED, *([SPREAD] if tells_spread(estimator) else []), BASELINE]
    spread = [probability(c) for c in classes] if hasattr(estimator, "predict_proba") else []
    return [PREDICTED, *spread, BASELINE]


def require_model(model: Fitted, setting: str = "model") -> str:
    """Return the name of the target of a model.

    Raises
    ------
    TenkaiError
        TK613 for a fitted step that predicts nothing (a scaler).
    """
    if model.target is None:
        raise problem(
            "TK613",
            f"{model.step} predicts nothing: it has no target.",
            remedy="Give a model such as learn.ridge or learn.forest; for a scaler or map use process.apply.",
            setting=setting,
        )
    return model.target


def refuse_taken(columns: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a table whose columns already have one of these names.

    Raises
    ------
    TenkaiError
        TK614.
    """
    taken = [n for n in names if n in columns]
    if taken:
        raise problem(
            "TK614",
            f"the table already has {listing(taken, 4)}.",
            remedy="Predict from the table without them, or rename them with process.select.",
        )


def model_schema(
    table: Schema | None, target: str, columns: Columns, task: Task = "auto", only: Kindred | None = None
) -> Kindred | None:
    """Check target and columns of a model step before data; return what it predicts, where known."""
    if table is None:
        return None
    names = feature_columns(table, target, columns)
    table.require(names, ("number", "vector", "image"), "columns")
    return task_of(table.columns[target], target, task, only)
