"""What a search gives: the model with the settings chosen, all that was tried, and honest predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tenkai.learn._families import fit_all
from tenkai.learn._model import Lesson, build, model_of
from tenkai.learn._out_of_fold import (
    Answer,
    Rounds,
    columns_of,
    fitted_on,
    in_order,
    out_of_fold,
    prepare_again,
    settings_of,
    target_of,
)
from tenkai.learn._search import Contest, Progress, Tried, compare
from tenkai.learn._space import Settings
from tenkai.learn._space_read import takes
from tenkai.step import Run, Step, get_step
from tenkai.step.written import setting_column, written
from tenkai.values import Fitted, Influence, Kind, Scores, Table
from tenkai.values.folds import draw_folds
from tenkai.values.lineage import united

NAME = "learn.search"


def searched(
    table: Table, model: Fitted, contest: Contest, nested: int | None, run: Run
) -> tuple[Fitted, Table, Table, Scores, Table]:
    """Search, fit the model with the settings chosen on all rows, and predict every row by models without it.

    Returns
    -------
    the model, all settings tried, the predictions, the best settings, the settings per fold
    """
    step = get_step(model.step)
    progress = Progress(run, contest.rounds(table.height) * (1 + (nested or 0)))
    tried = compare(model, step, table, contest, progress)
    settings = tried.settings[tried.chosen]
    chosen = (*_chosen_before(model), chosen_on(table))
    final = _refitted(model, table, settings, run).influenced(chosen)
    _tell_edges(contest, step, settings, run)
    if nested is None:
        folds = contest.draw(table)
        quiet = Run(run.threads, cancelled=run.cancelled)  # its progress would begin anew
        predictions = out_of_fold([final], table, folds, quiet)[0]
        winners = [tried.best_in(k) for k in range(len(folds))]
        per_fold = [(tried.settings[i], float(tried.scores[i, k])) for k, i in enumerate(winners)]
    else:
        predictions, per_fold = _nested(model, step, final, table, contest, nested, progress)
    return (
        final,
        _trials(tried, contest).influenced(chosen),
        predictions,
        _best(tried, table, contest, chosen),
        _fold_settings(per_fold, contest.space.names).influenced(chosen),
    )


def chosen_on(table: Table) -> Influence:
    """Return the influence of settings chosen by looking at the rows of a table, and at all that shaped them."""
    seen = [table.identity.union(), *(i.rows for i in table.every_influence)]
    return Influence(NAME, "chosen", np.unique(np.concatenate(seen)))


def _chosen_before(model: Fitted) -> list[Influence]:
    return [i for i in model.influences if i.kind == "chosen"]


def _refitted(model: Fitted, table: Table, settings: Settings, run: Run) -> Fitted:
    """Fit the model on all rows with other settings, after its preparation was learned from them."""
    target = target_of(model, table)
    done = {f.digest for f in table.preparation}
    ready, _, _ = prepare_again([f for f in model.preparation if f.digest not in done], table, [], run)
    lesson = Lesson(ready, model.features, ready.complete_matrix(model.features), target)
    unfitted = build(model.step, target, {**settings_of(model), **settings}, model.features)
    (estimator,) = fit_all([unfitted], lesson.X, target.y, threads=run.threads)
    return model_of(model.step, lesson, estimator, NAME).made_with({**model.settings, **settings})


def _nested(
    model: Fitted, step: Step, final: Fitted, table: Table, contest: Contest, outer: int, progress: Progress
) -> tuple[Table, list[tuple[Settings, float]]]:
    """Search again without each outer fold, and predict the fold by what was chosen without it."""
    answers: list[Answer] = []
    per_fold: list[tuple[Settings, float]] = []
    folds = draw_folds(table, outer, 1, contest.stratify, contest.groups, contest.seed)
    for number, fold in enumerate(folds, start=1):
        rest = table.take(fold[0])
        tried = compare(model, step, rest, contest, progress)
        settings = tried.settings[tried.chosen]
        per_fold.append((settings, float(tried.mean[tried.chosen])))
        rounds = Rounds(model, table, [fold], progress.run)
        ((told, prepared),) = rounds.told([rounds.build(step.name, {**settings_of(model), **settings})])
        shaped = united(prepared, _chosen_before(model), [chosen_on(rest), fitted_on(table, fold, NAME)])
        answers.append(Answer(number, fold[1], columns_of(told[0], rounds.target, fold), shaped))
    return in_order(final, table, answers), per_fold


# ---- tables ---------------------------------------------------------------------------------------


def _trials(tried: Tried, contest: Contest) -> Table:
    """Return one row per setting in the order tried."""
    n = len(tried.settings)
    frame = pl.DataFrame(
        [
            *_columns(tried.settings, contest.space.names),
            pl.Series("score", tried.mean, nan_to_null=True),
            pl.Series("sd", tried.deviation, nan_to_null=True),
            pl.Series("se", tried.error, nan_to_null=True),
            pl.Series("rank", tried.ranks(), dtype=pl.Int64),
            pl.Series("trial", range(1, n + 1)),
            pl.Series("chosen", ["yes" if i == tried.chosen else "no" for i in range(n)]),
            pl.Series("by", [contest.by] * n),
        ]
    )
    return _told(frame, [f"trial {i + 1}" for i in range(n)])


def _fold_settings(per_fold: Sequence[tuple[Settings, float]], names: Sequence[str]) -> Table:
    settings = [s for s, _ in per_fold]
    fold = pl.Series("fold", range(1, len(per_fold) + 1))
    frame = pl.DataFrame([fold, *_columns(settings, names), pl.Series("score", [v for _, v in per_fold])])
    return _told(frame, [f"fold {i + 1}" for i in range(len(per_fold))])


def _columns(settings: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[pl.Series]:
    return [setting_column(name, [s.get(name) for s in settings]) for name in names]


def _told(frame: pl.DataFrame, ids: list[str]) -> Table:
    kinds: dict[str, Kind] = {c.name: "number" if c.dtype.is_numeric() else "category" for c in frame}
    return Table.from_(frame, ids=ids, kinds=kinds)


def _best(tried: Tried, table: Table, contest: Contest, chosen: Sequence[Influence]) -> Scores:
    """Return the settings chosen and the score they reached on rows held out, looked at through the leak lens."""
    settings = tried.settings[tried.chosen]
    figures: dict[str, Any] = {
        n: v if v is None or isinstance(v, int | float | str | bool) else written(v) for n, v in settings.items()
    }
    figures["score"] = float(tried.mean[tried.chosen])
    figures["score_se"] = float(tried.error[tried.chosen])
    figures["trials"] = len(tried.settings)
    way = "highest" if contest.maximize else "lowest"
    about = dict.fromkeys(settings, "the setting chosen")
    about["score"] = f"mean {contest.by} over the folds with the settings chosen; the {way} was sought"
    about["score_se"] = "its standard error over the folds"
    about["trials"] = "settings tried"
    return Scores.scored(figures, rows=table.identity, influences=united(table.influences, chosen), about=about)


def _tell_edges(contest: Contest, step: Step, settings: Settings, run: Run) -> None:
    """Note settings chosen at the edge of what was searched, where the model takes values beyond it."""
    for d in contest.space.dimensions:
        value = settings[d.name]
        ends = sorted(d.ends) if d.ends else sorted([d.values[0], d.values[-1]]) if d.ordered else []
        if value not in ends or (len(d.values) < 3 and not d.ends):
            continue
        away = 1 if isinstance(value, int) else abs(value) / 1000 or 1e-9
        if takes(step.settings[d.name], value - away if value == ends[0] else value + away):
            low, high = (written(e) for e in ends)
            text = f"lies at the edge of what was searched ({low} to {high}): widen it."
            run.note("TKW660", f"The best {d.name}, {written(value)}, {text}")
