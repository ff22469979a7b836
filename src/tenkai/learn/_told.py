"""What a model step tells beside the model: how well it fits its own rows, and tables about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note
from tenkai.learn._model import Learned
from tenkai.step import Column, Help, Of, Range
from tenkai.values import Columns, Kind, Scores, Table

TargetColumn = Annotated[Column, Of("table"), Help("column to predict")]
FeatureColumns = Annotated[Columns, Help("columns to learn from; the target is never one of them")]
TaskChoice = Annotated[
    Literal["auto", "regression", "classification"], Help("auto: by the target, classes for text and numbers else")
]
ClassWeight = Annotated[
    Literal["balanced"] | dict[str, Annotated[float, Range(0, None, open_low=True)]] | None,
    Help("how much a row of each class counts; balanced: all classes the same"),
]

_ABOUT = {
    "accuracy": "share of the rows it was fitted on whose class it gives",
    "log_loss": "mean -ln of the probability it gives to the class of a row it was fitted on",
    "r2": "share of the variance explained, of the rows it was fitted on",
    "rmse": "root of the mean squared error, of the rows it was fitted on",
}
_TINY = 1e-15


def own_scores(
    learned: Learned, more: Mapping[str, float | None] | None = None, about: Mapping[str, str] | None = None
) -> Scores:
    """Scores of the rows a model was fitted on, which the lens says; and further figures."""
    y, X = learned.lesson.target.y, learned.lesson.X
    figures: dict[str, float | None] = {}
    if not learned.lesson.target.classes:
        left = y - np.asarray(learned.estimator.predict(X))
        figures["r2"] = 1.0 - float((left**2).sum() / ((y - y.mean()) ** 2).sum())
        figures["rmse"] = float(np.sqrt((left**2).mean()))
    elif hasattr(learned.estimator, "predict_proba"):
        chance = np.asarray(learned.estimator.predict_proba(X))
        figures["accuracy"] = float((chance.argmax(axis=1) == y).mean())
        figures["log_loss"] = float(-np.log(np.maximum(chance[np.arange(len(y)), y], _TINY)).mean())
    else:
        figures["accuracy"] = float((np.asarray(learned.estimator.predict(X)) == y).mean())
    said = {n: _ABOUT[n] for n in figures} | dict(about or {})
    rows = learned.lesson.table.identity
    return Scores.scored(figures | dict(more or {}), rows=rows, influences=learned.model.influences, about=said)


def told_table(
    learned: Learned,
    columns: Mapping[str, Any],
    *,
    ids: Sequence[str] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    notes: Sequence[Note] = (),
    name: str | None = None,
) -> Table:
    """Return a table about a model; it carries the rows that shaped the model.

    `name` tells its rows from those of other tables about the model, which is quicker than by their content.
    """
    source = f"{learned.model.digest}|{name}" if name else None
    table = Table.from_(pl.DataFrame(columns), ids=ids, kinds=kinds, notes=notes, source=source)
    return table.influenced(learned.model.influences)


def deviations(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of every column (n, p), 0 where it does not vary."""
    spread = np.asarray(X.std(axis=0))
    return np.where(X.min(axis=0) == X.max(axis=0), 0.0, spread)


def dull_notes(learned: Learned, remedy: str) -> list[Note]:
    """Say where a model has the same answer for all rows it was fitted on."""
    said = np.asarray(learned.estimator.predict(learned.lesson.X))
    if (said == said[0]).all():
        return [Note("TKW650", f"the model says the same of every row it was fitted on: {remedy}.")]
    return []
