"""What a formula search tells: models, honest predictions, stability, families, rows held out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, nearest, problem
from tenkai.kernels.formula_search import Found, Model
from tenkai.learn._formula import FormulaRegressor, said_by
from tenkai.learn._formula_tables import Fold, family_table, formula_table, stability_table
from tenkai.learn._model import PREDICTED, Learned, Lesson, Target, model_of
from tenkai.learn._out_of_fold import Answer, columns_of, fitted_on, in_order
from tenkai.learn._told import told_table
from tenkai.step import Run
from tenkai.values import Fitted, Influence, Scores, Table
from tenkai.values.folds import draw_folds
from tenkai.values.lineage import united

NAME = "learn.formula_search"
Array = NDArray[np.float64]


def without(table: Table, rows: Sequence[str]) -> tuple[Table, Table]:
    """Return the table without some rows, and these rows. Raises TK214 for a row that is not there."""
    ids = table.ids.to_list()
    place = {name: i for i, name in enumerate(ids)}
    for name in rows:
        if name not in place:
            raise problem(
                "TK214",
                f"there is no row '{name}' among {count(len(ids), 'row')}.",
                remedy=nearest(name, ids),
                setting="held_out",
            )
    apart = sorted({place[name] for name in rows})
    kept = np.setdiff1d(np.arange(len(ids)), apart)
    return (table.take(kept) if apart else table), table.take(np.array(apart, np.int64))


def found_formulas(
    lesson: Lesson,
    apart: Table,
    estimator: FormulaRegressor,
    folds: int | Literal["leave_one_out"] | None,
    seed: int,
    alike: float,
    run: Run,
) -> tuple[Fitted, Table, Table, Table, Table, Table, Scores, Scores]:
    """Search all rows, then all but each fold; return what the step returns."""
    drawn = [] if folds is None else draw_folds(lesson.table, folds, seed=seed)
    progress = _Progress(run, 1 + len(drawn))
    X, y = lesson.X, lesson.target.y
    found = estimator.searched(X, y, threads=run.threads, tell=progress.at)
    if len(found.models) < estimator.terms:
        run.note(
            "TKW682",
            f"Models of {count(len(found.models), 'term')} are the largest found: "
            + ("they fit the target exactly." if found.best.rmse < 1e-9 * y.std() else "no more formulas vary."),
        )
    fitted = _fitted(estimator, found, X)
    model = model_of(NAME, lesson, fitted)
    learned = Learned(model, fitted, lesson)
    parts = [_in_fold(estimator, X, y, train, test, progress, run) for train, test in drawn]
    errors = _held_out_errors(parts, y, len(found.models), run)
    answers = [
        Answer(
            i, p.test, columns_of(p.best, lesson.target, (p.train, p.test)), _shaped(lesson.table, (p.train, p.test))
        )
        for i, p in enumerate(parts, start=1)
    ]
    predictions = in_order(model, lesson.table, answers) if parts else _nothing(lesson.table, lesson.target)
    names = lesson.features
    figures, about = _figures(found, y)
    return (
        model,
        told_table(learned, *_split(formula_table(found, names, y, alike)), name="formulas"),
        predictions,
        told_table(learned, *_split(stability_table(found, parts, names, X)), name="stability"),
        told_table(learned, *_split(family_table(found, names, alike)), name="families"),
        _apart(apart, found, lesson, model),
        Scores.scored(figures, rows=lesson.table.identity, influences=model.influences, about=about),
        _cross_validated(errors, predictions),
    )


def _split(frame: pl.DataFrame) -> tuple[dict[str, Any]]:
    return ({c.name: c for c in frame},)


def _fitted(estimator: FormulaRegressor, found: Found, X: Array) -> FormulaRegressor:
    from sklearn.base import clone

    fitted = clone(estimator).take(found)
    fitted.n_features_in_ = X.shape[1]
    return fitted


class _Progress:
    """Progress over the whole search and its repetitions."""

    def __init__(self, run: Run, parts: int) -> None:
        self.run, self.parts, self.past = run, parts, 0

    def at(self, done: float, total: float, text: str) -> None:
        """Tell how far the search at hand is."""
        where = f"fold {self.past}: " if self.past else ""
        self.run.progress(self.past + done / total, self.parts, where + text)


def _in_fold(
    estimator: FormulaRegressor,
    X: Array,
    y: Array,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    progress: _Progress,
    run: Run,
) -> Fold:
    """Repeat the whole search without a fold."""
    progress.past += 1
    if y[train].min() == y[train].max():
        raise problem(
            "TK211",
            f"without fold {progress.past} the target does not vary.",
            remedy="Use other folds (folds, seed), or more rows.",
            setting="folds",
        )
    found = estimator.searched(X[train], y[train], threads=run.threads, tell=progress.at)
    models = tuple(m[0] for m in found.models)
    said = np.array([said_by(m, X[test]) for m in models]).reshape(len(models), len(test))
    return Fold(train, test, models, said, said_by(found.best, X[test]))


def _held_out_errors(parts: Sequence[Fold], y: Array, terms: int, run: Run) -> list[float | None]:
    """Return the root of the mean squared error of all rows held out, per number of terms."""
    if not parts:
        return []
    errors: list[float | None] = []
    lost = 0
    for k in range(terms):
        # A fold that found fewer terms is judged by what it found.
        left = [y[p.test] - (p.said[min(k, len(p.said) - 1)] if len(p.said) else p.best) for p in parts]
        every = np.concatenate(left)
        known = every[np.isfinite(every)]
        lost = max(lost, len(every) - len(known))
        errors.append(float(np.sqrt(np.mean(known**2))) if len(known) else None)
    if lost:
        run.note(
            "TKW681",
            f"{count(lost, 'row')} held out have no value under a formula found without them and do not count in cv.",
        )
    return errors


def _shaped(table: Table, fold: tuple[Any, Any]) -> tuple[Influence, ...]:
    seen = table.identity.take(fold[0]).influences
    return united(table.influences, seen, [fitted_on(table, fold, NAME)])


def _nothing(table: Table, target: Target) -> Table:
    """Return a table of predictions without rows."""
    none = table.take(np.empty(0, np.int64))
    columns = columns_of(np.empty(0), target, (np.arange(len(target.y)), np.empty(0, np.int64)))
    more = pl.DataFrame([*columns.get_columns(), pl.Series("fold", [], dtype=pl.Int64)])
    return none.with_columns(pl.concat([none.frame, more], how="horizontal"))


def _apart(apart: Table, found: Found, lesson: Lesson, model: Fitted) -> Table:
    """Return the rows held out with what the best model of each number of terms says of them."""
    X = apart.complete_matrix(lesson.features) if apart.height else np.empty((0, len(lesson.features)))
    columns = {f"predicted_{len(m[0].terms)}": said_by(m[0], X) for m in found.models}
    columns[PREDICTED] = said_by(found.best, X)
    frame = pl.concat([apart.frame, pl.DataFrame(columns)], how="horizontal")
    return apart.with_columns(frame).influenced(model.influences)


def _cross_validated(errors: Sequence[float | None], predictions: Table) -> Scores:
    if not errors:
        return Scores({})
    figures = {f"rmse_{k}": error for k, error in enumerate(errors, start=1)}
    about = {
        f"rmse_{k}": f"of rows held out, the search for {count(k, 'term')} repeated without them"
        for k in range(1, len(errors) + 1)
    }
    return Scores.scored(figures, rows=predictions.identity, influences=predictions.influences, about=about)


def _figures(found: Found, y: Array) -> tuple[dict[str, Any], dict[str, str]]:
    spread = float(y.std())
    figures: dict[str, Any] = {"rmse_1": found.best.rmse}
    about = {}
    for k, models in enumerate(found.models, start=1):
        best: Model = models[0]
        figures[f"rmse_{k}"], figures[f"r2_{k}"] = best.rmse, 1 - (best.rmse / spread) ** 2
        about[f"rmse_{k}"] = f"root of the mean squared error of the best model of {count(k, 'term')}, rows searched"
        about[f"r2_{k}"] = "share of the variance explained by it, rows searched"
    figures |= {"features": found.scored, "screened": len(found.terms), "models": found.tried}
    about |= {
        "features": "formulas scored",
        "screened": "formulas of which models were made",
        "models": "models tried",
    }
    return figures, about
