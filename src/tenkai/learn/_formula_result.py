"""What a formula search tells: models, honest predictions, stability, families, rows held out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, count, nearest, problem
from tenkai.kernels.formula_search import of_fewer_terms
from tenkai.learn._formula_kinds import AnyEstimator, Classes, Kind, Numbers
from tenkai.learn._formula_tables import Fold, family_table, stability_table
from tenkai.learn._model import PREDICTED, Learned, Lesson, Target, model_of
from tenkai.learn._out_of_fold import Answer, columns_of, fitted_on, in_order
from tenkai.learn._told import told_table
from tenkai.step import Run
from tenkai.values import Fitted, Influence, Scores, Table, Value
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
    estimators: Sequence[AnyEstimator],
    folds: int | Literal["leave_one_out"] | None,
    seed: int,
    alike: float,
    run: Run,
) -> list[tuple[Any, ...]]:
    """Search all rows, then all but each fold, once for all numbers of terms; return for each what the step returns."""
    kind = _kind(max(estimators, key=lambda e: e.terms), lesson)
    drawn = [] if folds is None else draw_folds(lesson.table, folds, seed=seed)
    progress = _Progress(run, 1 + len(drawn))
    found = _searched(kind, lesson.X, lesson.target.y, progress)
    parts = [_in_fold(kind, lesson, fold, progress) for fold in drawn]
    made, notes = [], []
    for estimator in estimators:
        own: list[Note] = []
        cut = [part.of_fewer_terms(estimator.terms) for part in parts]
        fewer = of_fewer_terms(found, estimator.terms)
        made.append(_made(_kind(estimator, lesson), estimator.terms, lesson, apart, fewer, cut, alike, own))
        notes.append(own)
    # A note of all is one of the step and told as such; else it stands with what it is about.
    for note in notes[0]:
        if all(note in own for own in notes):
            run.note(note.code, note.text)
    return [
        tuple(value.with_notes(n for n in own if n not in run.notes) for value in told)
        for told, own in zip(made, notes, strict=True)
    ]


def _kind(estimator: AnyEstimator, lesson: Lesson) -> Kind:
    return Classes(estimator, lesson) if lesson.target.classes else Numbers(estimator, lesson)


def _made(
    kind: Kind, terms: int, lesson: Lesson, apart: Table, found: Any, parts: list[Fold], alike: float, notes: list[Note]
) -> tuple[Value, ...]:
    X, names = lesson.X, lesson.features
    if len(found.models) < terms:
        larger = f"Models of {count(len(found.models), 'term')} are the largest found: "
        notes.append(Note("TKW682", larger + (kind.perfect if kind.ends(found) else "no more formulas vary.")))
    fitted = kind.fitted(found)
    model = model_of(NAME, lesson, fitted)
    learned = Learned(model, fitted, lesson)
    predictions = _predictions(model, lesson, parts)
    figures, about = kind.figures(found)
    figures |= {"features": found.scored, "screened": len(found.terms), "models": found.tried}
    about |= {
        "features": "formulas scored",
        "screened": "formulas of which models were made",
        "models": "models tried",
    }
    return (
        model,
        _told(learned, kind.table(found, alike), "formulas"),
        predictions,
        _told(learned, stability_table(found, parts, names, X), "stability"),
        _told(learned, family_table(found, names, alike), "families"),
        _apart(apart, kind, found, lesson, model),
        Scores.scored(figures, rows=lesson.table.identity, influences=model.influences, about=about),
        _cross_validated(kind, parts, len(found.models), predictions, notes),
    )


def _told(learned: Learned, frame: pl.DataFrame, name: str) -> Table:
    return told_table(learned, {c.name: c for c in frame}, name=name)


class _Progress:
    """Progress over the whole search and its repetitions."""

    def __init__(self, run: Run, parts: int) -> None:
        self.run, self.parts, self.past = run, parts, 0

    def at(self, done: float, total: float, text: str) -> None:
        """Tell how far the search at hand is."""
        where = f"fold {self.past}: " if self.past else ""
        self.run.progress(self.past + done / total, self.parts, where + text)


def _searched(kind: Kind, X: Any, y: Any, progress: _Progress) -> Any:
    """Search some rows, and tell how much was worked through."""
    found = kind.search(X, y, progress.run.threads, progress.at)
    for what, number, seconds in found.work:
        progress.run.worked(what, number, seconds)
    return found


def _in_fold(kind: Kind, lesson: Lesson, fold: tuple[Any, Any], progress: _Progress) -> Fold:
    """Repeat the whole search without a fold."""
    progress.past += 1
    (train, test), X, y = fold, lesson.X, lesson.target.y
    if y[train].min() == y[train].max():
        raise problem(
            "TK211",
            f"without fold {progress.past} the target does not vary.",
            remedy="Use other folds (folds, seed), or more rows.",
            setting="folds",
        )
    found = _searched(kind, X[train], y[train], progress)
    models = tuple(m[0] for m in found.models)
    said = np.array([kind.said(found, m, X[test]) for m in models]).reshape(len(models), len(test))
    return Fold(train, test, models, said, said[-1] if models else kind.said(found, found.best, X[test]))


def _predictions(model: Fitted, lesson: Lesson, parts: Sequence[Fold]) -> Table:
    if not parts:
        return _nothing(lesson.table, lesson.target)
    answers = []
    for number, part in enumerate(parts, start=1):
        fold = part.train, part.test
        answers.append(
            Answer(number, part.test, columns_of(part.best, lesson.target, fold), _shaped(lesson.table, fold))
        )
    return in_order(model, lesson.table, answers)


def _shaped(table: Table, fold: tuple[Any, Any]) -> tuple[Influence, ...]:
    seen = table.identity.take(fold[0]).influences
    return united(table.influences, seen, [fitted_on(table, fold, NAME)])


def _nothing(table: Table, target: Target) -> Table:
    """Return a table of predictions without rows."""
    none = table.take(np.empty(0, np.int64))
    columns = columns_of(np.empty(0), target, (np.arange(len(target.y)), np.empty(0, np.int64)))
    more = pl.DataFrame([*columns.get_columns(), pl.Series("fold", [], dtype=pl.Int64)])
    return none.with_columns(pl.concat([none.frame, more], how="horizontal"))


def _apart(apart: Table, kind: Kind, found: Any, lesson: Lesson, model: Fitted) -> Table:
    """Return the rows held out with what the best model of each number of terms says of them."""
    X = apart.complete_matrix(lesson.features) if apart.height else np.empty((0, len(lesson.features)))
    columns = {f"predicted_{len(m[0].terms)}": kind.named(kind.said(found, m[0], X)) for m in found.models}
    columns[PREDICTED] = kind.named(kind.said(found, found.best, X))
    frame = pl.concat([apart.frame, pl.DataFrame(columns)], how="horizontal")
    return apart.with_columns(frame, dict.fromkeys(columns, kind.kind)).influenced(model.influences)


def _cross_validated(kind: Kind, parts: Sequence[Fold], terms: int, predictions: Table, notes: list[Note]) -> Scores:
    """Score the rows held out per number of terms."""
    if not parts:
        return Scores({})
    figures: dict[str, Any] = {}
    about: dict[str, str] = {}
    lost = 0
    for k in range(terms):
        # A fold that found fewer terms is judged by what it found.
        said = np.concatenate([p.said[min(k, len(p.said) - 1)] if len(p.said) else p.best for p in parts])
        score, without_ = kind.score(said, np.concatenate([p.test for p in parts]))
        lost = max(lost, without_)
        name = f"{kind.by}_{k + 1}"
        figures[name] = score
        about[name] = f"of rows held out, the search for {count(k + 1, 'term')} repeated without them"
    if lost:
        held = f"{count(lost, 'row')} held out have no value under a formula found without them and do not count in cv."
        notes.append(Note("TKW681", held))
    return Scores.scored(figures, rows=predictions.identity, influences=predictions.influences, about=about)
