"""Permutation importance: what a model loses when the values of one column are dealt to other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret._predictions import PREDICTED, plain_class, texts_of
from tenkai.kernels.scores import classification, confusion, counted, regression
from tenkai.step import Run, get_step
from tenkai.values import Columns, Fitted, Table

Score = Literal["auto", "r2", "rmse", "mae", "accuracy", "balanced_accuracy"]
NUMBERS, ERRORS = ("r2", "rmse", "mae"), ("rmse", "mae")
SWAPS = 200  # random swaps behind the noise
BATCH = 200_000  # rows predicted at once
NOISES = 3  # columns of noise beside which a model is fitted again


@dataclass(frozen=True)
class Judge:
    """Scores predictions of some rows, for weights (b, n); more is better."""

    name: str
    observed: NDArray[Any]
    classes: tuple[str, ...] = ()
    numeric: bool = False

    def read(self, table: Table) -> NDArray[Any]:
        """Return the predictions in a table, as numbers or codes."""
        if self.name in NUMBERS:
            values: NDArray[Any] = table.matrix([PREDICTED])[:, 0]
            return values
        place = {c: i for i, c in enumerate(self.classes)}
        texts = texts_of(table, PREDICTED, self.numeric)
        return np.array([place.get(t or "", len(place)) for t in texts], np.int64)

    def score(
        self, observed: NDArray[Any], predicted: NDArray[Any], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return one score per set of weights."""
        if self.name in NUMBERS:
            found = regression(observed, predicted, weights)[self.name]
            return -found if self.name in ERRORS else found
        if self.name == "accuracy":
            right = (observed == predicted).astype(np.float64)
            return np.asarray(np.einsum("bn,n->b", weights, right) / weights.sum(axis=1))
        matrices = confusion(observed, predicted, len(self.classes) + 1, weights)
        return classification(matrices)["balanced_accuracy"]


@dataclass(frozen=True)
class Importance:
    """What one column is worth: mean loss, its interval, and what noise would show."""

    column: str
    mean: float
    low: float
    high: float
    noise: float


def judge_of(model: Fitted, table: Table, target: str, score: Score) -> Judge:
    """Return the judge for a model, whose score is R² for numbers and accuracy for classes by default.

    Raises
    ------
    TenkaiError
        TK715 for a score that does not fit what the model predicts.
    """
    numbers = PREDICTED in model.outputs and model.kinds.get(PREDICTED, "number") == "number"
    name = score if score != "auto" else "r2" if numbers else "accuracy"
    if (name in NUMBERS) != numbers:
        what = "numbers" if numbers else "classes"
        allowed = "r2, rmse, mae" if numbers else "accuracy, balanced_accuracy"
        raise problem("TK715", f"the model predicts {what}.", allowed=f"Allowed: {allowed}.", setting="score")
    if numbers:
        table.require([target], ("number",), "target")
        y: NDArray[Any] = table.complete_matrix([target], setting="target")[:, 0]
        if name == "r2" and y.min() == y.max():
            raise problem("TK715", f"all rows have the same '{target}': R² is undefined.", remedy="Take rmse or mae.")
        return Judge(name, y)
    numeric = table.kinds[target] == "number"
    texts = [t or "" for t in texts_of(table, target, numeric)]
    known = [n[2:-1] for n in model.outputs if n.startswith("P(")]
    classes = tuple(dict.fromkeys([plain_class(n) if numeric else n for n in known] + sorted(set(texts))))
    place = {c: i for i, c in enumerate(classes)}
    return Judge(name, np.array([place[t] for t in texts], np.int64), classes, numeric)


def columns_read(model: Fitted, table: Table) -> list[str]:
    """Return the columns of a table that a model reads, through the preparation the table has not had yet."""
    done = {f.digest for f in table.preparation}
    needed = list(model.features)
    for fitted in reversed(model.preparation):
        if fitted.digest not in done and set(fitted.outputs) & set(needed):
            needed = [n for n in needed if n not in fitted.outputs] + list(fitted.features)
    wanted = set(needed)
    table.require(wanted)
    return [n for n in table.columns if n in wanted]


class Measured:
    """Predictions of some rows, and what they lose without a column."""

    def __init__(self, model: Fitted, table: Table, judge: Judge, *, repeats: int, seed: int) -> None:
        self.model, self.table, self.judge, self.repeats = model, table, judge, repeats
        self.seed = seed
        self.predicted = self._predictions(table)

    def _predictions(self, table: Table) -> NDArray[Any]:
        answered = self.model.apply(table)
        if PREDICTED not in answered.kinds:
            raise problem("TK715", f"{self.model.step} predicts nothing.", remedy="Give a model such as learn.ridge.")
        return self.judge.read(answered)

    def shuffled(self, column: str, at: int) -> NDArray[Any]:
        """Return predictions (repeats, n) with the values of a column dealt anew. `at`: its own random numbers."""
        n = self.table.height
        random = np.random.default_rng([self.seed, at])
        found: list[NDArray[Any]] = []
        batch = max(1, BATCH // n)
        for start in range(0, self.repeats, batch):
            many = min(batch, self.repeats - start)
            deals = np.concatenate([random.permutation(n) for _ in range(many)])
            rows = self.table.take(np.tile(np.arange(n), many))
            dealt = rows.with_columns(rows.frame.with_columns(self.table.frame[column].gather(deals)))
            found.append(self._predictions(dealt).reshape(many, n))
        return np.concatenate(found)

    def losses(self, others: NDArray[Any]) -> NDArray[np.float64]:
        """Return what the score loses, once per repeat."""
        ones = np.ones((1, self.table.height))
        y = self.judge.observed
        base = self.judge.score(y, self.predicted, ones)
        return np.concatenate([base - self.judge.score(y, p, ones) for p in others])

    def interval(self, others: NDArray[Any], resamples: int, level: float) -> tuple[float, float]:
        """Return the interval of the loss over rows drawn anew and shuffles."""
        y, judge = self.judge.observed, self.judge
        found: list[NDArray[np.float64]] = []
        at = 0
        for weights in counted(len(y), resamples, self.seed):
            of = (np.arange(len(weights)) + at) % self.repeats
            at += len(weights)
            loss = judge.score(y, self.predicted, weights)
            for r in range(self.repeats):
                if (of == r).any():
                    loss[of == r] -= judge.score(y, others[r], weights[of == r])
            found.append(loss)
        losses = np.concatenate(found)
        losses = losses[np.isfinite(losses)]
        if len(losses) == 0:
            return np.nan, np.nan
        low, high = np.quantile(losses, [(1 - level) / 2, (1 + level) / 2]).tolist()
        return low, high

    def chance(self, others: NDArray[Any], level: float) -> float:
        """Return what the loss reaches when it is left to chance, row by row, which prediction is the shuffled one."""
        random = np.random.default_rng([self.seed, 0])
        y, score = self.judge.observed, self.judge.score
        ones = np.ones((1, self.table.height))
        found = []
        for k in range(SWAPS):
            other = others[k % self.repeats]
            swapped = random.random(len(y)) < 0.5
            left = np.where(swapped, other, self.predicted)
            right = np.where(swapped, self.predicted, other)
            found.append(score(y, left, ones) - score(y, right, ones))
        return float(np.quantile(np.concatenate(found), level))


def measure(
    model: Fitted,
    table: Table,
    judge: Judge,
    columns: Sequence[str],
    *,
    repeats: int,
    seed: int,
    resamples: int,
    level: float,
    noise: float | None,
    run: Run,
) -> tuple[list[Importance], float]:
    """Return what each column is worth, the most first, and the score itself. `noise`: where it is known."""
    measured = Measured(model, table, judge, repeats=repeats, seed=seed)
    found: list[Importance] = []
    for i, column in run.track(enumerate(columns), len(columns), "columns"):
        others = measured.shuffled(column, i + 1)
        low, high = measured.interval(others, resamples, level)
        by_chance = measured.chance(others, level) if noise is None else noise
        found.append(Importance(column, float(measured.losses(others).mean()), low, high, by_chance))
    ones = np.ones((1, table.height))
    score = float(judge.score(judge.observed, measured.predicted, ones)[0])
    return sorted(found, key=lambda f: -f.mean), -score if judge.name in ERRORS else score


def noise_of(
    model: Fitted, training: Table, table: Table, judge: Judge, *, repeats: int, seed: int, level: float, run: Run
) -> float:
    """Fit the model again with columns of noise, and return the most that one of them is worth.

    Raises
    ------
    TenkaiError
        TK715 when the model cannot be fitted again on these rows.
    """
    step = get_step(model.step)
    names = [f"noise {k + 1}" for k in range(NOISES)]
    if set(names) & {*training.columns, *table.columns} or not model.settings:
        what = "has columns called noise" if model.settings else "does not know its settings"
        raise problem("TK715", f"{model.step} {what}: it cannot be fitted again beside noise.")
    random = np.random.default_rng([seed, 1])
    wider = [
        rows.with_columns(rows.frame.with_columns(pl.Series(n, random.normal(size=rows.height)) for n in names))
        for rows in (training, table)
    ]
    settings: Mapping[str, Any] = {
        **step.convert(dict(model.settings)),
        "columns": Columns(names=(*model.features, *names)),
    }
    again = step.run({"table": wider[0]}, settings, run)[step.main.name]
    assert isinstance(again, Fitted)
    measured = Measured(again, wider[1], judge, repeats=repeats, seed=seed)
    worth = [measured.losses(measured.shuffled(name, k + 1)) for k, name in enumerate(names)]
    return float(max(np.quantile(losses, level) for losses in worth))
