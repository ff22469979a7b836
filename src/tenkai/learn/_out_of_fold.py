"""Predictions of rows by models that have not seen them: everything that learned is learned again without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, problem
from tenkai.learn._families import Fold, predict_folds
from tenkai.learn._model import (
    BASELINE,
    PREDICTED,
    Predictor,
    Target,
    build,
    guess_of,
    read_target,
    refuse_taken,
    require_model,
)
from tenkai.step import Run, get_step
from tenkai.values import Fitted, Identity, Influence, Kind, Table
from tenkai.values.lineage import united
from tenkai.values.matrix import LARGEST

FOLD = "fold"
MOST_KEYS = 200_000_000
"""Folds times rows remembered by the leak lens: 1.6 GB."""
MOST_KEPT = 50_000_000
"""Cells of prepared folds kept in memory: 0.4 GB."""


@dataclass(frozen=True)
class Answer:
    """What one model says of the rows held out of one fold."""

    fold: int
    test: NDArray[Any]
    frame: pl.DataFrame
    influences: tuple[Influence, ...]


def settings_of(model: Fitted) -> dict[str, Any]:
    """Return the settings a model's estimator was built from."""
    return {n: v for n, v in model.settings.items() if n not in ("target", "columns", "task")}


def out_of_fold(models: Sequence[Fitted], table: Table, folds: Sequence[Fold], run: Run) -> list[Table]:
    """Predict every row by models fitted without its fold.

    Models of one kind on the same columns share their work; everything the models' rows went through before
    (scalers, components) is learned again from the training rows of each fold, unless the table has already
    gone through it: then the lens says so.

    Returns
    -------
    list of Table, one per model
        Rows in the order of the folds' rows in the table; columns of the table, predictions, and the fold.
    """
    if sum(len(train) for train, _ in folds) > MOST_KEYS:
        raise problem(
            "TK212",
            f"{len(folds)} folds of {count(table.height, 'row')} remember too many rows.",
            allowed=f"At most {MOST_KEYS} rows in all folds.",
            remedy="Use fewer folds.",
        )
    found: dict[int, Table] = {}
    for places in _alike(models):
        members = [models[i] for i in places]
        said: list[list[Answer]] = [[] for _ in members]
        for done, answered in enumerate(_answers(members, table, folds, run), start=1):
            for mine, answer in zip(said, answered, strict=True):
                mine.append(answer)
            run.progress(done, len(folds), "folds")
        for i, model, mine in zip(places, members, said, strict=True):
            found[i] = in_order(model, table, mine)
    return [found[i] for i in range(len(models))]


def _alike(models: Sequence[Fitted]) -> list[list[int]]:
    """Group models with the same target, columns and preparation."""
    groups: dict[Any, list[int]] = {}
    for i, m in enumerate(models):
        groups.setdefault((m.target, m.features, tuple(f.digest for f in m.preparation)), []).append(i)
    return list(groups.values())


def _answers(models: Sequence[Fitted], table: Table, folds: Sequence[Fold], run: Run) -> Iterator[list[Answer]]:
    """Yield per fold what each model says."""
    refuse_taken(table.columns, [PREDICTED, BASELINE, FOLD])
    rounds = Rounds(models[0], table, folds, run)
    estimators = [rounds.build(m.step, settings_of(m)) for m in models]
    for number, (fold, (told, prepared)) in enumerate(zip(folds, rounds.told(estimators), strict=True), start=1):
        row: list[Answer] = []
        for model, answer in zip(models, told, strict=True):
            chosen = [i for i in model.influences if i.kind == "chosen"]
            shaped = united(prepared, chosen, [fitted_on(table, fold, model.name)])
            row.append(Answer(number, fold[1], columns_of(answer, rounds.target, fold), shaped))
        yield row


def fitted_on(table: Table, fold: Fold, name: str) -> Influence:
    """Return the influence of the rows learned from in a fold."""
    return Influence(name, "fitted", table.identity.take(fold[0]).union())


def columns_of(answer: NDArray[Any], target: Target, fold: Fold) -> pl.DataFrame:
    """Return the columns of a prediction of a fold, with what its rows to learn from would guess."""
    guess = guess_of(Target(target.name, target.y[fold[0]], target.classes))
    return Predictor(None, list(target.classes), guess).told(answer)


def target_of(model: Fitted, table: Table) -> Target:
    """Read the target of a model from other rows; its kind of task is the model's."""
    name = require_model(model)
    table.require([name], (), "table")
    return read_target(table, name, "classification" if model.estimator.classes else "regression")


class Rounds:
    """Rows to learn from and rows held out, fold by fold, each prepared as the rows of a model were.

    Parameters
    ----------
    model : its target, columns and preparation are used
    often : asked several times: prepared folds are kept, if memory allows

    Raises
    ------
    TenkaiError
        TK211 where the rows to learn from have one value of the target.
    """

    def __init__(self, model: Fitted, table: Table, folds: Sequence[Fold], run: Run, *, often: bool = False) -> None:
        self.model, self.table, self.folds, self.run = model, table, folds, run
        self.target = target_of(model, table)
        _require_variation(self.target, folds)
        done = {f.digest for f in table.preparation}
        self._chain = [f for f in model.preparation if f.digest not in done]
        self._learns = any(f.learned for f in self._chain)
        cells = sum(len(train) + len(test) for train, test in folds) * max(1, len(model.features))
        self._keep = often and cells <= MOST_KEPT
        self._kept: list[_Ready] = []

    def build(self, step: str, settings: Mapping[str, Any]) -> Any:
        """Make an unfitted estimator that fits into the folds, also where it chooses a setting in folds of its own."""
        chosen = next((name for name, value in settings.items() if value == "cv"), None)
        inner, least = settings.get("folds"), min(len(train) for train, _ in self.folds)
        if chosen is not None and isinstance(inner, int) and inner > least:
            raise problem(
                "TK211",
                f"{step} chooses {chosen} in {inner} folds, but when a fold is held out, {count(least, 'row')} are "
                "left to learn from.",
                remedy=f"Give {step} folds: {max(2, least)} or fewer, or hold out fewer rows.",
            )
        return build(step, self.target, settings, self.model.features)

    def told(self, estimators: Sequence[Any]) -> Iterator[tuple[list[NDArray[Any]], tuple[Influence, ...]]]:
        """Yield per fold what each estimator says of the rows held out, and what shaped their preparation."""
        y, threads = self.target.y, self.run.threads
        if not self._learns:
            shared = predict_folds(estimators, self._whole, y, self.folds, threads=threads)
            for (train, _), said in zip(self.folds, shared, strict=True):
                # What shaped single rows shaped the model only through the rows it learned from.
                yield said, united(self.table.influences, self.table.identity.take(train).influences)
            return
        for (train, test), (X, Z, learned) in zip(self.folds, self._ready(), strict=True):
            # One fold as a table of its own, so that families share what they can here too.
            both, own = np.concatenate([X, Z]), np.concatenate([y[train], y[test]])
            one = [(np.arange(len(X)), np.arange(len(X), len(both)))]
            (said,) = predict_folds(estimators, both, own, one, threads=threads)
            yield said, learned

    @cached_property
    def _whole(self) -> NDArray[Any]:
        """All rows, where their preparation learns nothing (any more)."""
        ready = self.table
        for fitted in self._chain:
            ready = fitted.transform(ready)
        return ready.complete_matrix(self.model.features, largest=LARGEST)

    def _ready(self) -> Iterator[_Ready]:
        """Learn the preparation again for every fold."""
        if self._kept:
            yield from self._kept
            return
        found: list[_Ready] = []
        for train, test in self.folds:
            seen, (new,), learned = prepare_again(
                self._chain, self.table.take(train), [self.table.take(test)], self.run
            )
            features = self.model.features
            X, Z = (t.complete_matrix(features, largest=LARGEST) for t in (seen, new))
            ready = X, Z, learned
            if self._keep:
                found.append(ready)
            yield ready
        self._kept = found


_Ready = tuple[NDArray[Any], NDArray[Any], tuple[Influence, ...]]


def _require_variation(target: Target, folds: Sequence[Fold]) -> None:
    for number, (train, _) in enumerate(folds, start=1):
        if len(np.unique(target.y[train])) < 2:
            classes = "Use fewer folds, or keep the shares of the classes with 'stratify'."
            raise problem(
                "TK211",
                f"without fold {number} the target '{target.name}' does not vary.",
                remedy=classes if target.classes else "Use other folds (folds, seed), or more rows.",
                setting="folds",
            )


def prepare_again(
    chain: Sequence[Fitted], train: Table, others: Sequence[Table], run: Run
) -> tuple[Table, list[Table], tuple[Influence, ...]]:
    """Learn a preparation from other rows, and take further rows through it.

    Returns
    -------
    the training rows and the further rows, prepared, and everything that shaped the preparation
    """
    influences = train.every_influence
    for old in chain:
        if old.learned is None:
            train, others = old.transform(train), [old.transform(o) for o in others]
            continue
        train, new = fit_again(old, train, run)
        others = [new.transform(o) for o in others]
        influences = united(influences, new.influences)
    return train, list(others), influences


def fit_again(old: Fitted, table: Table, run: Run) -> tuple[Table, Fitted]:
    """Run the step that made something fitted on other rows, with its settings."""
    step = get_step(old.step)
    if not old.settings:
        raise problem(
            "TK613",
            f"{old.step} does not tell its settings, so it cannot be fitted again.",
            remedy="Give the table after this step: the leak lens then says what it has seen.",
            setting="model",
        )
    settings = dict(old.settings)
    if "columns" in step.settings:
        settings["columns"] = list(old.features)
    made = step.run({next(iter(step.ports)): table}, step.convert(settings), Run(run.threads))
    new = next(v for v in made.values() if isinstance(v, Fitted)).called(old.name)
    main = made[step.main.name]
    return (main.called(old.step, old.name) if isinstance(main, Table) else new.transform(table)), new


def in_order(model: Fitted, table: Table, said: Sequence[Answer]) -> Table:
    """Put the answers of all folds back in the order of the table."""
    at = np.concatenate([a.test for a in said])
    order = np.argsort(at, kind="stable")
    fold = np.repeat([a.fold for a in said], [len(a.test) for a in said])
    answers_ = pl.concat([a.frame for a in said])[order].with_columns(pl.Series(FOLD, fold[order]))
    rows = Identity.concat([table.identity.take(a.test).shaped(a.influences) for a in said])
    out = table.take(at[order])
    kinds: dict[str, Kind] = dict.fromkeys((PREDICTED, BASELINE), "category") if model.estimator.classes else {}
    stacked = out.with_columns(pl.concat([out.frame, answers_], how="horizontal"), kinds)
    return _unique(stacked, rows.take(order), len(at) > table.height)


def _unique(table: Table, identity: Identity, repeated: bool) -> Table:
    """Give rows that were held out several times ids of their own."""
    ids = table.ids
    if repeated:
        ids = pl.select(pl.format("{}^{}", ids, table.frame[FOLD])).to_series().alias(ids.name)
    return replace(table, identity=identity, ids=ids)
